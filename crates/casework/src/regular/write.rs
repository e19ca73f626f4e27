//! A report from the draft to the frozen version. Its numbers are counted anew with every handing in and fixed then; a second person sends it back
//! or accepts it, and with that it has its number and its digest (hazards B05, B08).

use rules::access::{Action, Subject};
use rules::regular::{Act, Hand, Kind, Period, Stand, WORDS, due, moved, zero};
use sha2::{Digest, Sha256};

use super::draft::{drafted, kept, snapshot, suspects};
use super::handing::handed_in;
use super::{acted, ended_period, writes};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, publishable};

/// What the author writes beside the numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// 工作情况.
    pub situation: String,
    /// 存在问题.
    pub problems: String,
    /// 下一步.
    pub next: String,
}

/// A report as its acts need it.
pub(super) struct Row {
    pub(super) kind: Kind,
    pub(super) unit: String,
    pub(super) period: Period,
    pub(super) version: i64,
    pub(super) stand: Stand,
    pub(super) snapshot: Option<i64>,
    pub(super) content: String,
    pub(super) words: Words,
    pub(super) zero: bool,
    replaces: Option<String>,
}

/// The row, for whoever has asked for the right to it with `action`.
pub(super) fn row(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<Row, Refused> {
    let denied = || Refused::denied(action, "regular_report", id);
    let found = desk.tx.optional(
        "select kind, unit, period, version, state, snapshot, content, situation, problems, next_steps, zero, replaces
         from regular_report where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            let words = Words { situation: text(7)?, problems: text(8)?, next: text(9)? };
            let head = (text(0)?, text(1)?, text(2)?, row.get::<i64>(3)?, text(4)?, row.get::<Option<i64>>(5)?);
            Ok((head, text(6)?, words, row.get::<bool>(10)?, row.get::<Option<String>>(11)?))
        },
    )?;
    let ((kind, unit, code, version, state, snapshot), text, words, zero, replaces) =
        found.ok_or_else(denied)?;
    let (kind, stand) = Kind::from_code(&kind).zip(Stand::from_code(&state)).ok_or_else(denied)?;
    let content = super::draft::opened(&text)?;
    let (first, last) = (content.first.parse(), content.last.parse());
    let (Ok(first), Ok(last)) = (first, last) else {
        return Err(Refused::Fault(format!("report {id}: its days")));
    };
    let label = rules::regular::period(kind, first, desk.plan.calendar())
        .map_or_else(|| code.clone(), |one| one.label);
    let period = Period { code, label, first, last };
    Ok(Row { kind, unit, period, version, stand, snapshot, content: text, words, zero, replaces })
}

/// Who stands before it.
pub(super) fn hand(desk: &mut Desk<'_, '_>, id: &str, unit: &str) -> Result<Hand, Refused> {
    let mine = desk.tx.one(
        "select cast(count(*) as bigint) from regular_act
         where county = $1 and report = $2 and by_account = $3 and act in ('draft', 'write', 'submit', 'correct')",
        &params![desk.county(), id, &desk.actor().account],
        |row| row.get::<i64>(0),
    )?;
    let is_of_unit = desk.actor().posts.iter().any(|post| post.unit == unit);
    Ok(Hand { is_author: mine > 0, is_of_unit })
}

/// Drafts a report of a period that has ended; its id, also of the one that is there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] for a period that has not ended, [`Refused::Storage`].
pub fn begin(desk: &mut Desk<'_, '_>, kind: Kind, unit: &str, code: &str) -> Result<String, Refused> {
    let grant = writes(desk, kind, unit)?;
    let period = ended_period(kind, code, desk.now.day(), desk.plan.calendar())
        .ok_or_else(|| Refused::field("period", "这一期还没有结束，或者太久了；请选已经结束的一期"))?;
    let there = desk.tx.optional(
        "select id from regular_report
         where county = $1 and kind = $2 and unit = $3 and period = $4 order by version desc limit 1",
        &params![desk.county(), kind.code(), unit, &period.code],
        |row| row.get::<String>(0),
    )?;
    if let Some(there) = there {
        return Ok(there);
    }
    let id = new(desk, (kind, unit), &period, (1, None), "")?;
    desk.record(Action::WriteRegular, grant.post, ("regular_report", &id), "", kind.label())?;
    Ok(id)
}

/// A new version.
fn new(
    desk: &mut Desk<'_, '_>,
    (kind, unit): (Kind, &str),
    period: &Period,
    (version, replaces): (i64, Option<&str>),
    why: &str,
) -> Result<String, Refused> {
    let label = if version > 1 {
        format!("{} {} 第{version}版", kind.label(), period.label)
    } else {
        format!("{} {}", kind.label(), period.label)
    };
    let taken = if kind == Kind::SchoolMonth { None } else { snapshot(desk, &label, period)? };
    let content = kept(&drafted(desk, kind, unit, period, taken)?)?;
    let id = desk.now.id();
    let due = due(kind, period, desk.plan.regular());
    desk.tx.execute(
        "insert into regular_report (county, id, kind, unit, period, version, replaces, why, state, snapshot, zero, content,
                                     situation, problems, next_steps, due_day, made_by, made_at, returned_why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, 0, $10, '', '', '', $11, $12, $13, '')",
        &params![
            desk.county(),
            &id,
            kind.code(),
            unit,
            &period.code,
            version,
            replaces,
            why,
            taken,
            &content,
            due,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    acted(desk, &id, if version > 1 { Act::Correct } else { Act::Draft }, why)?;
    Ok(id)
}

/// Counts the numbers of a draft anew.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] once it is handed in, [`Refused::Storage`].
pub fn redraft(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let row = row(desk, id, Action::WriteRegular)?;
    let grant = writes(desk, row.kind, &row.unit)?;
    let hand = hand(desk, id, &row.unit)?;
    moved(row.kind, row.stand, Act::Draft, hand)?;
    let content = kept(&drafted(desk, row.kind, &row.unit, &row.period, row.snapshot)?)?;
    desk.tx.execute(
        "update regular_report set content = $3 where county = $1 and id = $2 and state in ('draft', 'returned')",
        &params![desk.county(), id, &content],
    )?;
    acted(desk, id, Act::Draft, "")?;
    desk.record(Action::WriteRegular, grant.post, ("regular_report", id), "", "重新起草")
}

/// The words as they are kept: none names a child or ranks a school.
fn checked(desk: &mut Desk<'_, '_>, row: &Row, words: &Words) -> Result<Words, Refused> {
    let units = [row.unit.clone()];
    let known = if row.kind == Kind::SchoolMonth { Known::Of(&units) } else { Known::Followed };
    let mut kept = Words::default();
    for (into, field, todo, text) in [
        (&mut kept.situation, "situation", "请写这一期做了什么", &words.situation),
        (&mut kept.problems, "problems", "请写还有什么问题", &words.problems),
        (&mut kept.next, "next", "请写下一步做什么", &words.next),
    ] {
        let text = text.replace("\r\n", "\n");
        if !text.trim().is_empty() {
            publishable(desk, (field, todo), &text, &WORDS, known)?.clone_into(into);
        }
    }
    Ok(kept)
}

/// Keeps the words of a draft.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] once it is handed in, [`Refused::Storage`].
pub fn write(desk: &mut Desk<'_, '_>, id: &str, words: &Words) -> Result<(), Refused> {
    let row = row(desk, id, Action::WriteRegular)?;
    let grant = writes(desk, row.kind, &row.unit)?;
    let hand = hand(desk, id, &row.unit)?;
    moved(row.kind, row.stand, Act::Write, hand)?;
    let kept = checked(desk, &row, words)?;
    put_words(desk, id, &kept)?;
    acted(desk, id, Act::Write, "")?;
    desk.record(Action::WriteRegular, grant.post, ("regular_report", id), "", "修改文字")
}

fn put_words(desk: &mut Desk<'_, '_>, id: &str, kept: &Words) -> Result<(), Refused> {
    desk.tx.execute(
        "update regular_report set situation = $3, problems = $4, next_steps = $5
         where county = $1 and id = $2 and state in ('draft', 'returned')",
        &params![desk.county(), id, &kept.situation, &kept.problems, &kept.next],
    )?;
    Ok(())
}

/// Hands it in with these words. Of a school nought must be declared, and only nought can be (零报告).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn submit(desk: &mut Desk<'_, '_>, id: &str, words: &Words, is_zero: bool) -> Result<(), Refused> {
    let row = row(desk, id, Action::WriteRegular)?;
    let grant = writes(desk, row.kind, &row.unit)?;
    let hand = hand(desk, id, &row.unit)?;
    let next = moved(row.kind, row.stand, Act::Submit, hand)?;
    let kept_words = checked(desk, &row, words)?;
    if kept_words.situation.is_empty() {
        return Err(Refused::field("situation", "请写这一期做了什么，2到2000个字"));
    }
    if row.kind == Kind::SchoolMonth {
        let many = suspects(desk, &row.unit, &row.period)?;
        zero(is_zero, many)?;
    }
    put_words(desk, id, &kept_words)?;
    let content = kept(&drafted(desk, row.kind, &row.unit, &row.period, row.snapshot)?)?;
    let (county, at) = (desk.county(), desk.now.stamp());
    let changed = desk.tx.execute(
        "update regular_report set state = $3, content = $4, zero = $5, sent_by = $6, sent_at = $7,
                first_at = coalesce(first_at, $7), returned_why = ''
         where county = $1 and id = $2 and state = $8",
        &params![
            county,
            id,
            next.code(),
            &content,
            row.kind == Kind::SchoolMonth && is_zero,
            &desk.actor().account,
            &at,
            row.stand.code()
        ],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这份报告刚刚由别人报送了".to_owned() });
    }
    handed_in(desk, id, &row, (&content, &kept_words, is_zero))?;
    acted(desk, id, Act::Submit, if is_zero { "零报告" } else { "" })?;
    desk.record(Action::WriteRegular, grant.post, ("regular_report", id), "", "报送")
}

/// Whom the outcome of a review is told: the school, of the county's own the bureau.
fn author(desk: &mut Desk<'_, '_>, row: &Row) -> Result<String, Refused> {
    if row.kind == Kind::SchoolMonth {
        return Ok(row.unit.clone());
    }
    Ok(super::paper::bureau(desk)?.0)
}

/// A second person sends it back with a reason, or accepts it; with that it is frozen and has its number.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] by its author or out of order, [`Refused::Changed`], [`Refused::Storage`].
pub fn review(desk: &mut Desk<'_, '_>, id: &str, act: Act, why: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::ReviewRegular, &Subject::Nothing, ("regular_report", id))?;
    let row = row(desk, id, Action::ReviewRegular)?;
    let hand = hand(desk, id, &row.unit)?;
    let next = moved(row.kind, row.stand, act, hand)?;
    let (county, at, at_page) = (desk.county(), desk.now.stamp(), format!("/regular/{id}"));
    let to = author(desk, &row)?;
    if next == Stand::Returned {
        let units = [row.unit.clone()];
        let known = if row.kind == Kind::SchoolMonth { Known::Of(&units) } else { Known::Followed };
        let why = publishable(desk, ("why", "请写明哪里要改"), why, &WORDS, known)?;
        let changed = desk.tx.execute(
            "update regular_report set state = 'returned', returned_why = $3, reviewed_by = $4, reviewed_at = $5
             where county = $1 and id = $2 and state = 'submitted'",
            &params![county, id, why, &desk.actor().account, &at],
        )?;
        if changed == 0 {
            return Err(Refused::Changed { what: "这份报告刚刚由别人审了".to_owned() });
        }
        acted(desk, id, Act::Return, why)?;
        let said = format!("{}{}被退回，请修改后重报", row.period.label, row.kind.label());
        tell_unit(desk, &to, ("regular_report", id), &said, &at_page)?;
        return desk.record(Action::ReviewRegular, grant.post, ("regular_report", id), "", "退回");
    }
    let year = i64::from(desk.now.day().year());
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, $2, $3, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![county, format!("regular_{}", row.kind.code()), year],
        |row| row.get::<i64>(0),
    )?;
    let digest = digest(&row, (year, number));
    let code = desk.index("regular_report", &format!("{id} {digest}"));
    let changed = desk.tx.execute(
        "update regular_report set state = 'frozen', reviewed_by = $3, reviewed_at = $4, year = $5, number = $6, digest = $7,
                code = $8
         where county = $1 and id = $2 and state = 'submitted'",
        &params![county, id, &desk.actor().account, &at, year, number, &digest, &code],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这份报告刚刚由别人审了".to_owned() });
    }
    acted(desk, id, Act::Accept, "")?;
    let word = word(row.kind, year, number);
    let said = format!("{}{}已审核定稿：{word}", row.period.label, row.kind.label());
    tell_unit(desk, &to, ("regular_report", id), &said, &at_page)?;
    desk.record(Action::ReviewRegular, grant.post, ("regular_report", id), "", &format!("定稿 {word}"))
}

/// 控保月报〔2026〕3号.
pub(super) fn word(kind: Kind, year: i64, number: i64) -> String {
    format!("{}〔{year}〕{number}号", kind.word())
}

/// SHA-256 over everything that a frozen report says.
pub(super) fn digest(row: &Row, (year, number): (i64, i64)) -> String {
    let mut hash = Sha256::new();
    let numbers = format!("{year} {number} {} {}", row.version, u8::from(row.zero));
    for part in [
        row.kind.code(),
        &row.unit,
        &row.period.code,
        &numbers,
        row.replaces.as_deref().unwrap_or_default(),
        &row.content,
        &row.words.situation,
        &row.words.problems,
        &row.words.next,
    ] {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Begins a version that corrects a frozen one; the frozen one stays. Its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] of one that is not frozen or was corrected already, [`Refused::Storage`].
pub fn correct(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<String, Refused> {
    let row = row(desk, id, Action::WriteRegular)?;
    let grant = writes(desk, row.kind, &row.unit)?;
    let hand = hand(desk, id, &row.unit)?;
    moved(row.kind, row.stand, Act::Correct, hand)?;
    let units = [row.unit.clone()];
    let known = if row.kind == Kind::SchoolMonth { Known::Of(&units) } else { Known::Followed };
    let why = publishable(desk, ("why", "请写明为什么更正"), why, &WORDS, known)?;
    let latest = desk.tx.one(
        "select max(version) from regular_report where county = $1 and kind = $2 and unit = $3 and period = $4",
        &params![desk.county(), row.kind.code(), &row.unit, &row.period.code],
        |row| row.get::<i64>(0),
    )?;
    if latest != row.version {
        return Err(Refused::rule(
            format!("第{}版已经有了更正的第{latest}版", row.version),
            "教基厅函〔2024〕15号",
            "请在最新的一版上改",
        ));
    }
    let new = new(desk, (row.kind, &row.unit), &row.period, (row.version + 1, Some(id)), why)?;
    put_words(desk, &new, &row.words)?;
    desk.record(Action::WriteRegular, grant.post, ("regular_report", &new), "", "另出更正版")?;
    Ok(new)
}
