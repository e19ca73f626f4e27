//! 学籍变动: asked for by one school, answered by the other, approved by the county; done when all have acted and the day
//! has come. Who has not acted yet is shown by [`super::waiting()`].

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie};
use rules::date::parse_date;
use rules::roll::{Asked, Change, Refusal, Side};
use rules::standing::Standing;

use super::care::stand;
use super::class_change::into_class;
use super::form::plain;
use super::history::{keep, touched};
use super::ties::ties_of;
use super::write::{places, township_of};
use crate::attendance;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A change of the roll as somebody fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveForm {
    /// Code of [`Change`].
    pub kind: String,
    /// Unit of the receiving school.
    pub to_school: String,
    /// School and place outside the county.
    pub other_place: String,
    /// From which day.
    pub effective: String,
    /// Until which day (休学).
    pub until: String,
    /// Why.
    pub reason: String,
    /// The proof and its number.
    pub paper: String,
}

/// The schools that can receive, for a form: (id, name).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn schools(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    desk.require(Action::StartRollMove, &Subject::Nothing, ("move", ""))?;
    Ok(desk.tx.query(
        "select id, name from unit where county = $1 and kind = 'school' and until_day is null order by sort, id limit 1000",
        &params![desk.county()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

pub(super) fn day(field: &'static str, typed: &str) -> Result<Date, Refused> {
    parse_date(typed).map_err(|problem| Refused::field(field, format!("{problem}。请写成 2026-09-01")))
}

pub(super) fn refused(refusal: &Refusal) -> Refused {
    if refusal.basis.is_empty() && !refusal.field.is_empty() {
        Refused::field(refusal.field, format!("{}，{}", refusal.what, refusal.todo))
    } else {
        Refused::rule(refusal.what, refusal.basis, refusal.todo)
    }
}

/// One change at a time: a child for whom another waits can have none.
pub(super) fn none_waits(desk: &mut Desk<'_, '_>, child: &str) -> Result<(), Refused> {
    let waiting = desk.tx.query(
        "select id from roll_move where county = $1 and child = $2 and state = 'waiting' order by id limit 1",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    if waiting.is_empty() {
        return Ok(());
    }
    Err(Refused::rule("这个孩子有一件学籍变动还没办完", "一人一籍", "请先办完或撤回那一件"))
}

/// Asks for a change of the roll.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn start_move(desk: &mut Desk<'_, '_>, child: &str, form: &MoveForm) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::StartRollMove, &Subject::Child(&ties), ("child", child))?;
    let county = desk.county();
    let change = Change::from_code(&form.kind)
        .filter(|change| *change != Change::ClassChange)
        .ok_or_else(|| Refused::field("kind", "请选择办什么"))?;
    let effective = day("effective", &form.effective)?;
    let until = if form.until.trim().is_empty() { None } else { Some(day("until", &form.until)?) };
    for (field, text) in
        [("reason", &form.reason), ("paper", &form.paper), ("other_place", &form.other_place)]
    {
        if text.chars().count() > 200 || !plain(text) {
            return Err(Refused::field(field, "200个字以内，不能有看不见的符号"));
        }
    }
    let to_school = (!form.to_school.is_empty() && matches!(change, Change::Transfer | Change::TransferIn))
        .then_some(form.to_school.as_str());
    if let Some(school) = to_school {
        let known = desk.tx.optional(
            "select id from unit where county = $1 and id = $2 and kind = 'school' and until_day is null",
            &params![county, school],
            |row| row.get::<String>(0),
        )?;
        if known.is_none() {
            return Err(Refused::field("to_school", "请从表中选择学校"));
        }
    }
    let here = places(desk, Action::StartRollMove, child)?;
    let (standing, grade) = desk.tx.one(
        "select standing, grade from child where county = $1 and id = $2",
        &params![county, child],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<i64>>(1)?)),
    )?;
    let asked = Asked {
        standing: Standing::from_code(&standing).unwrap_or(Standing::Unknown),
        grade,
        on_roll: here.school.is_some(),
        to_named: to_school.is_some(),
        to_same: to_school.is_some() && to_school == here.school.as_deref(),
        other_place: &form.other_place,
        paper: &form.paper,
        reason: &form.reason,
        effective,
        until,
        today: desk.now.day(),
    };
    change.check(&asked).map_err(|refusal| refused(&refusal))?;
    none_waits(desk, child)?;
    let (id, stamp) = (desk.now.id(), desk.now.stamp());
    let account = &desk.who.actor.account;
    let from_school = if change == Change::TransferIn { None } else { here.school.as_deref() };
    // A school that asks has acted for its side; the county approves apart, by another person (hazard B05).
    let own = grant.post.map_or("", |post| post.unit.as_str());
    let gives = from_school == Some(own);
    let takes = to_school == Some(own);
    desk.tx.execute(
        "insert into roll_move (county, id, child, kind, state, from_school, to_school, other_place, effective_day,
                                until_day, reason, paper, asked_by, asked_at, from_by, from_at, to_by, to_at, answer)
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '')",
        &params![
            county,
            &id,
            child,
            change.code(),
            from_school,
            to_school,
            form.other_place.trim(),
            effective,
            until,
            form.reason.trim(),
            form.paper.trim(),
            account,
            &stamp,
            gives.then_some(account),
            gives.then_some(&stamp),
            takes.then_some(account),
            takes.then_some(&stamp)
        ],
    )?;
    desk.record(Action::StartRollMove, grant.post, ("child", child), "", change.label())?;
    finish(desk, &id)?;
    Ok(id)
}

pub(super) struct Row {
    pub(super) child: String,
    pub(super) change: Change,
    pub(super) from_class: Option<String>,
    pub(super) from_school: Option<String>,
    pub(super) to_school: Option<String>,
    pub(super) to_class: Option<String>,
    other_place: String,
    pub(super) effective: Date,
    paper: String,
    pub(super) asked_by: String,
    acted: [bool; 3],
    /// Who acted for the giving and the receiving side, and when the last of them did.
    by: [Option<String>; 2],
    last: Option<String>,
}

impl Row {
    pub(super) fn pending(&self) -> impl Iterator<Item = Side> + '_ {
        let [gave, took, approved] = self.acted;
        self.change.sides().iter().copied().filter(move |side| match side {
            Side::Giving => !gave,
            Side::Receiving => !took,
            Side::County => !approved,
        })
    }

    /// The units that can act for a side, as ties that the child has or will have: of 调班 the class, or the school for it.
    pub(super) fn ties(&self, side: Side, county: &str) -> Vec<(String, Tie)> {
        let class = |class: &Option<String>| {
            class.clone().filter(|_| self.change == Change::ClassChange).map(|class| (class, Tie::Class))
        };
        let school = |school: &Option<String>| school.clone().map(|school| (school, Tie::School));
        match side {
            Side::Giving => class(&self.from_class).into_iter().chain(school(&self.from_school)).collect(),
            Side::Receiving => class(&self.to_class).into_iter().chain(school(&self.to_school)).collect(),
            Side::County => vec![(county.to_owned(), Tie::County)],
        }
    }

    /// The right by which it is asked for.
    fn asked_for_by(&self) -> Action {
        if self.change == Change::ClassChange { Action::ChangeClass } else { Action::StartRollMove }
    }

    /// The first day on which it holds: the day asked for, or that of the last act where it came later.
    pub(super) fn holds_from(&self) -> Date {
        let last = self.last.as_deref().and_then(|at| at.get(..10)).and_then(|day| day.parse::<Date>().ok());
        last.map_or(self.effective, |last| last.max(self.effective))
    }
}

pub(super) fn row(desk: &mut Desk<'_, '_>, id: &str) -> Result<Row, Refused> {
    let found = desk.tx.optional(
        "select child, kind, from_school, to_school, to_class, other_place, effective_day, paper, asked_by,
                case when from_at is null then 0 else 1 end, case when to_at is null then 0 else 1 end,
                case when county_at is null then 0 else 1 end, from_class, from_by, to_by,
                case when to_at > from_at then to_at else from_at end
         from roll_move where county = $1 and id = $2 and state = 'waiting'",
        &params![desk.county(), id],
        |row| {
            let kind: String = row.get(1)?;
            let Some(change) = Change::from_code(&kind) else { return Ok(None) };
            Ok(Some(Row {
                child: row.get(0)?,
                change,
                from_school: row.get(2)?,
                to_school: row.get(3)?,
                to_class: row.get(4)?,
                other_place: row.get(5)?,
                effective: row.get(6)?,
                paper: row.get(7)?,
                asked_by: row.get(8)?,
                acted: [row.get(9)?, row.get(10)?, row.get(11)?],
                from_class: row.get(12)?,
                by: [row.get(13)?, row.get(14)?],
                last: row.get(15)?,
            }))
        },
    )?;
    found.flatten().ok_or_else(|| Refused::denied(Action::AnswerRollMove, "move", id))
}

/// Acts for one side: agrees, with the class that a receiving school chooses.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn agree(desk: &mut Desk<'_, '_>, id: &str, side: Side, class: &str) -> Result<(), Refused> {
    let row = row(desk, id)?;
    let post = side_post(desk, id, &row, side)?;
    if side == Side::County && row.asked_by == desk.actor().account {
        return Err(Refused::rule("申请和核准不能是同一个人", "两人办理", "请教体局的另一位同志核准"));
    }
    if row.change == Change::ClassChange && row.by.iter().flatten().any(|by| *by == desk.actor().account) {
        return Err(Refused::rule(
            "两个班不能由同一个人同意",
            "两人办理",
            "请另一个班的班主任，或者学校的另一位负责人办理",
        ));
    }
    let county = desk.county();
    if side == Side::Receiving && row.change != Change::ClassChange {
        let known = desk.tx.optional(
            "select unit from class where county = $1 and unit = $2 and school = $3",
            &params![county, class, row.to_school.as_deref()],
            |row| row.get::<String>(0),
        )?;
        if known.is_none() {
            return Err(Refused::field("class", "请选择编到哪个班"));
        }
        desk.tx.execute(
            "update roll_move set to_class = $3 where county = $1 and id = $2",
            &params![county, id, class],
        )?;
    }
    let sql = match side {
        Side::Giving => "update roll_move set from_by = $3, from_at = $4 where county = $1 and id = $2",
        Side::Receiving => "update roll_move set to_by = $3, to_at = $4 where county = $1 and id = $2",
        Side::County => "update roll_move set county_by = $3, county_at = $4 where county = $1 and id = $2",
    };
    desk.tx.execute(sql, &params![county, id, &desk.actor().account, desk.now.stamp()])?;
    let detail = format!("{}：{}同意", row.change.label(), row.change.side_label(side));
    desk.record(Action::AnswerRollMove, post.as_ref(), ("child", &row.child), "", &detail)?;
    finish(desk, id)
}

/// Acts for one side: sends it back, with the reason.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn send_back(desk: &mut Desk<'_, '_>, id: &str, side: Side, answer: &str) -> Result<(), Refused> {
    let row = row(desk, id)?;
    let post = side_post(desk, id, &row, side)?;
    let answer = answer.trim();
    if answer.is_empty() || answer.chars().count() > 200 || !plain(answer) {
        return Err(Refused::field("answer", "请写清楚为什么退回，200个字以内"));
    }
    close(desk, id, "refused", answer)?;
    let detail = format!("{}：{}退回", row.change.label(), row.change.side_label(side));
    desk.record(Action::AnswerRollMove, post.as_ref(), ("child", &row.child), "", &detail)
}

/// Takes back what one has asked for oneself.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn withdraw(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let row = row(desk, id)?;
    let ties = ties_of(desk, &row.child)?;
    let asked_for_by = row.asked_for_by();
    let grant = desk.require(asked_for_by, &Subject::Child(&ties), ("move", id))?;
    if row.asked_by != desk.actor().account {
        return Err(Refused::denied(asked_for_by, "move", id));
    }
    close(desk, id, "withdrawn", "")?;
    desk.record(asked_for_by, grant.post, ("child", &row.child), "", &format!("撤回{}", row.change.label()))
}

pub(super) fn close(desk: &mut Desk<'_, '_>, id: &str, state: &str, answer: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update roll_move set state = $3, answer = $4 where county = $1 and id = $2",
        &params![desk.county(), id, state, answer],
    )?;
    Ok(())
}

/// The post on which the actor acts for a side that has not acted.
fn side_post(
    desk: &mut Desk<'_, '_>,
    id: &str,
    row: &Row,
    side: Side,
) -> Result<Option<rules::access::Post>, Refused> {
    let missing = || Refused::denied(Action::AnswerRollMove, "move", id);
    if !row.pending().any(|open| open == side) {
        return Err(missing());
    }
    let ties = row.ties(side, desk.county());
    let grant = desk.require(Action::AnswerRollMove, &Subject::Child(&ties), ("move", id))?;
    Ok(grant.post.cloned())
}

/// Carries a change out once all have acted and its day has come.
pub(super) fn finish(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let row = row(desk, id)?;
    if row.pending().next().is_some() || row.effective > desk.now.day() {
        return Ok(());
    }
    if row.change == Change::ClassChange {
        return into_class(desk, id, &row);
    }
    let county = desk.county();
    let source = format!("move:{id}");
    let child = row.child.as_str();
    let here = places(desk, Action::AnswerRollMove, child)?;
    let grade = desk.tx.one(
        "select grade from child where county = $1 and id = $2",
        &params![county, child],
        |row| row.get::<Option<i64>>(0),
    )?;
    if row.change.leaves() {
        desk.tx.execute(
            "update class_member set until_day = $3 where county = $1 and child = $2 and until_day is null",
            &params![county, child, row.effective],
        )?;
    }
    if row.change.leaves() || row.change == Change::TransferIn {
        let township = match &row.to_school {
            Some(school) => township_of(desk, school)?,
            None => None,
        };
        desk.tx.execute(
            "update child set school = $3, school_township = $4, class = $5,
                              grade = coalesce((select class.grade from class where class.county = child.county
                                                 and class.unit = cast($5 as text)), grade)
             where county = $1 and id = $2",
            &params![county, child, row.to_school.as_deref(), township, row.to_class.as_deref()],
        )?;
        keep(
            desk,
            child,
            "school",
            here.school.as_deref().unwrap_or_default(),
            row.to_school.as_deref().unwrap_or_default(),
            &source,
        )?;
        if let (Some(school), Some(class)) = (&row.to_school, &row.to_class) {
            let member = desk.now.id();
            desk.tx.execute(
                "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8)",
                &params![county, member, child, school, class, row.effective, id, desk.now.stamp()],
            )?;
        }
    }
    // 小学毕业的孩子还要上初中：到初中报到以前，去向不明，要继续跟踪。
    let standing = match row.change {
        Change::Graduate if grade != Some(9) => Some(Standing::Unknown),
        change => change.standing(),
    };
    if let Some(standing) = standing {
        stand(desk, child, standing, &source)?;
    }
    if row.change == Change::TransferOut {
        let fact = desk.now.id();
        let expires = row.effective.saturating_add(jiff::ToSpan::years(1));
        desk.tx.execute(
            "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day,
                                    by_account, made_at)
             values ($1, $2, $3, $4, '县外', '就读证明', $5, $6, $7, $8, $9)",
            &params![county, fact, child, &row.other_place, &row.paper, row.effective, expires,
                     &desk.actor().account, desk.now.stamp()],
        )?;
    }
    close(desk, id, "done", "")?;
    // The register counts to the class that the child belonged to on each day, also on days that lie back.
    attendance::recount(desk, &[child.to_owned()], row.effective)?;
    touched(desk, child)
}

/// Ids of the changes for which all have acted and whose day has come, the oldest first.
pub(super) fn due(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    let waiting = desk.tx.query(
        "select id from roll_move where county = $1 and state = 'waiting' and effective_day <= $2 order by id",
        &params![desk.county(), desk.now.day()],
        |row| row.get::<String>(0),
    )?;
    let mut due = Vec::new();
    for id in waiting {
        if row(desk, &id)?.pending().next().is_none() {
            due.push(id);
        }
    }
    Ok(due)
}

/// Carries out one change whose day has come, in the program's name; nothing when that is done already.
pub(super) fn take_effect(desk: &mut Desk<'_, '_>, id: &str) -> Result<bool, Refused> {
    let Ok(open) = row(desk, id) else { return Ok(false) };
    if open.pending().next().is_some() || open.effective > desk.now.day() {
        return Ok(false);
    }
    finish(desk, id)?;
    let detail = format!("到日生效：{}", open.change.label());
    desk.record(Action::AnswerRollMove, None, ("child", &open.child), "", &detail)?;
    Ok(true)
}
