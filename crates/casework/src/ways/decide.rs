//! What is done about a study: 论证、公示、听证 by day and number, put to the hearing, what the units say, and the decision. A second person
//! decides; it is decided to close only on the ledger of the day, with every child placed and nobody worse off, and with the whole procedure.
//! Even then nothing is closed here: the children move by 学籍变动, and the empty unit is closed by the act for that (hazard G07).

use std::collections::BTreeSet;

use jiff::civil::Date;
use rules::access::{Action, Grant};
use rules::ways::{Hindrance, Procedure, Stage, hindrances};

use super::draft::open;
use super::reckon::reckon;
use super::studies::{Kept, granted};
use super::study::latest;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// What is said, in so many signs.
const WORDS: std::ops::RangeInclusive<usize> = 4..=1000;

/// Writes down that a step of the procedure was taken.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a study that is over, [`Refused::Storage`].
pub fn step(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kind: Option<Procedure>,
    day: Date,
    number: &str,
) -> Result<(), Refused> {
    let grant = granted(desk, Action::StudyClosure, id)?;
    let study = open(desk, Action::StudyClosure, id)?;
    let kind = kind.ok_or_else(|| Refused::field("kind", "请选择是哪一项程序"))?;
    if day > desk.now.day() || day < study.from.saturating_sub(jiff::ToSpan::days(1500)) {
        return Err(Refused::field("day", "日期要在今天以前"));
    }
    let number = number.trim();
    if !(2..=60).contains(&number.chars().count()) || !plain(number) {
        return Err(Refused::field("number", "请写文号或者纪要的编号，2到60个字"));
    }
    // Sent twice it is written down once (hazard H01).
    let there = desk.tx.optional(
        "select id from closure_step where county = $1 and study = $2 and kind = $3 and day = $4 and number = $5 limit 1",
        &params![desk.county(), id, kind.code(), day, number],
        |row| row.get::<String>(0),
    )?;
    if there.is_some() {
        return Ok(());
    }
    desk.tx.execute(
        "insert into closure_step (county, id, study, kind, day, number, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            desk.now.id(),
            id,
            kind.code(),
            day,
            number,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::StudyClosure, grant.post, ("closure", id), "", kind.label())
}

/// Puts a study to the hearing: it was argued before.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn put_to_hearing(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = granted(desk, Action::StudyClosure, id)?;
    let study = open(desk, Action::StudyClosure, id)?;
    if lacks(desk, id)?.contains(&Procedure::Argued) {
        return Err(Refused::rule(
            "还没有论证，不能征求意见",
            desk.plan.school_access().basis.cited(),
            "请先登记论证的日期和文号",
        ));
    }
    moved(desk, &study, Stage::Hearing)?;
    desk.record(Action::StudyClosure, grant.post, ("closure", id), "", "征求意见")
}

/// Says something about a study that is not over.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn comment(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let grant = granted(desk, Action::CommentClosure, id)?;
    open(desk, Action::CommentClosure, id)?;
    note(desk, id, "comment", words, &grant)?;
    desk.record(Action::CommentClosure, grant.post, ("closure", id), "", "提意见")
}

/// Withdraws a study that is not decided.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn withdraw(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let grant = granted(desk, Action::StudyClosure, id)?;
    let study = open(desk, Action::StudyClosure, id)?;
    note(desk, id, "withdrawn", words, &grant)?;
    moved(desk, &study, Stage::Withdrawn)?;
    desk.record(Action::StudyClosure, grant.post, ("closure", id), "", "撤回")
}

/// Whether the actor may decide a study: on a post for it, and neither who drafted it nor who put it to the hearing.
pub(super) fn may_decide<'a>(desk: &mut Desk<'a, '_>, study: &Kept) -> Result<Grant<'a>, Refused> {
    let grant = granted(desk, Action::DecideClosure, &study.id)?;
    let own = &desk.actor().account;
    if study.by == *own || study.heard_by == *own {
        return Err(Refused::rule(
            "起草的人、提交征求意见的人不能自己决定",
            desk.plan.school_access().basis.cited(),
            "请由专班或者教体局的另一位同志决定",
        ));
    }
    Ok(grant)
}

/// Decides a study that was heard: close, or keep. Closing is reckoned anew on the ledger of today, and stands only when no child is left without
/// a place, with a way that becomes hard and no bed, or with a way that nobody measured.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn decide(desk: &mut Desk<'_, '_>, id: &str, to: Option<Stage>, words: &str) -> Result<(), Refused> {
    granted(desk, Action::DecideClosure, id)?;
    let study = open(desk, Action::DecideClosure, id)?;
    let grant = may_decide(desk, &study)?;
    let to = to.filter(|to| matches!(to, Stage::Closed | Stage::Kept));
    let to = to.ok_or_else(|| Refused::field("stage", "请选择撤并还是保留"))?;
    if study.stage != Stage::Hearing {
        return Err(Refused::rule(
            "还没有征求意见，不能决定",
            desk.plan.school_access().basis.cited(),
            "请教体局先登记论证，再提交征求意见",
        ));
    }
    if to == Stage::Closed {
        let basis = desk.plan.school_access().basis.cited();
        let lacks = lacks(desk, id)?;
        if !lacks.is_empty() {
            let names: Vec<&str> = lacks.iter().map(|one| one.label()).collect();
            return Err(Refused::rule(
                format!("还没有{}，不能决定撤并", names.join("、")),
                basis,
                "请教体局补登日期和文号，没有做的先做",
            ));
        }
        let stands: Vec<(Hindrance, usize)> = hindrances(&reckon(desk, &study)?);
        if !stands.is_empty() {
            let said: Vec<String> =
                stands.iter().map(|(one, many)| format!("{many}名孩子{}", one.label())).collect();
            return Err(Refused::rule(
                format!("按今天的台账，{}，不能决定撤并", said.join("，")),
                basis,
                "请先落实学位、床位或者校车，登记以后重新测算；落实不了的，决定保留",
            ));
        }
    }
    note(desk, id, "decided", words, &grant)?;
    moved(desk, &study, to)?;
    desk.record(Action::DecideClosure, grant.post, ("closure", id), "", to.label())
}

fn note(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kind: &str,
    words: &str,
    grant: &Grant<'_>,
) -> Result<(), Refused> {
    let words = words.trim();
    if !WORDS.contains(&words.chars().count()) || !words.lines().all(plain) {
        return Err(Refused::field("words", "请写4到1000个字，不写孩子的姓名"));
    }
    // The same words of the same person once more are a double click (hazard H01).
    let last = desk.tx.optional(
        "select id, words_sealed from closure_note where county = $1 and study = $2 and kind = $3 and by_account = $4
         order by at desc, id desc limit 1",
        &params![desk.county(), id, kind, &desk.actor().account],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<Vec<u8>>>(1)?)),
    )?;
    if let Some((last, sealed)) = last
        && desk.open("closure_note", "words", &last, sealed.as_deref())? == words
    {
        return Ok(());
    }
    let note = desk.now.id();
    let sealed = desk.seal("closure_note", "words", &note, words);
    let unit = grant.post.map_or("", |post| post.unit.as_str());
    desk.tx.execute(
        "insert into closure_note (county, id, study, kind, words_sealed, by_account, unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![desk.county(), &note, id, kind, sealed, &desk.actor().account, unit, desk.now.stamp()],
    )?;
    Ok(())
}

/// Moves a study on, if it stands where it was read.
fn moved(desk: &mut Desk<'_, '_>, study: &Kept, to: Stage) -> Result<(), Refused> {
    if !study.stage.leads_to(to) {
        let what = format!("这份研究{}，不能改成{}", study.stage.label(), to.label());
        return Err(Refused::rule(
            what,
            desk.plan.school_access().basis.cited(),
            "请看一看页面上现在到了哪一步",
        ));
    }
    let account = desk.actor().account.as_str();
    let (heard, ended) = if to.is_over() { (None, Some(account)) } else { (Some(account), None) };
    let ended_at = ended.map(|_| desk.now.stamp());
    let done = desk.tx.execute(
        "update closure_study set stage = $3, heard_by = coalesce(cast($5 as text), heard_by), ended_by = $6, ended_at = $7
         where county = $1 and id = $2 and stage = $4",
        &params![desk.county(), &study.id, to.code(), study.stage.code(), heard, ended, ended_at],
    )?;
    if done == 0 {
        return Err(Refused::Changed { what: "这份研究刚刚被别人改过".to_owned() });
    }
    Ok(())
}

/// What the plan wants before closing and is not there.
pub(super) fn lacks(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Procedure>, Refused> {
    let done = desk.tx.query(
        "select distinct kind from closure_step where county = $1 and study = $2 order by kind",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    let done: BTreeSet<String> = done.into_iter().collect();
    Ok(desk.plan.school_access().procedure.iter().copied().filter(|one| !done.contains(one.code())).collect())
}

/// What stands against closing by the latest reckoning, with how many children.
pub(super) fn hinders(desk: &mut Desk<'_, '_>, study: &Kept) -> Result<Vec<(Hindrance, u32)>, Refused> {
    let Some(run) = latest(desk, &study.id)? else { return Ok(Vec::new()) };
    let (without, worse, unknown) = desk.tx.one(
        "select cast(coalesce(sum(case when becomes = 'without' then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(worse), 0) as bigint),
                cast(coalesce(sum(case when becomes = 'unknown' then 1 else 0 end), 0) as bigint)
         from closure_pupil where county = $1 and run = $2",
        &params![desk.county(), run],
        |row| Ok((row.get::<u32>(0)?, row.get::<u32>(1)?, row.get::<u32>(2)?)),
    )?;
    let all = [(Hindrance::Without, without), (Hindrance::Worse, worse), (Hindrance::Unknown, unknown)];
    Ok(all.into_iter().filter(|(_, many)| *many > 0).collect())
}
