//! 整改: the unit reports, an inspector who holds no other post there looks and closes, or gives back; what has passed its day is told once. Nobody
//! of the unit closes what was found there (hazards B05, B13).

use rules::access::{Action, Role, Subject, may};
use rules::inspection::{Act, Hand, Stand, WORDS, moved};

use super::read::FindingLine;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, unnamed};

/// What was done with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSaid {
    /// What.
    pub act: Act,
    /// In which words.
    pub words: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingFile {
    /// What the list says of it.
    pub line: FindingLine,
    /// Id of the inspection.
    pub inspection: String,
    /// Id of the unit.
    pub unit_id: String,
    /// What shows it.
    pub evidence: String,
    /// Who found it.
    pub by: String,
    /// When.
    pub at: String,
    /// What was done with it, in order.
    pub said: Vec<FindingSaid>,
    /// Whether the reader may report it put right.
    pub may_report: bool,
    /// Whether the reader may close it or give it back.
    pub may_close: bool,
}

const COLUMNS: &str =
    "f.id, coalesce(unit.name, ''), f.item, f.words, f.due_day, f.state, f.unit, f.inspection, f.evidence,
     coalesce(account.name, ''), f.at";
const FROM: &str = "inspection_finding f
     left join unit on unit.county = f.county and unit.id = f.unit
     left join account on account.county = f.county and account.id = f.by_account";

fn line(row: &Row<'_>) -> Result<FindingLine, DbError> {
    let state: String = row.get(5)?;
    Ok(FindingLine {
        id: row.get(0)?,
        unit: row.get(1)?,
        about: row.get(2)?,
        words: row.get(3)?,
        due: row.get(4)?,
        stand: Stand::from_code(&state).unwrap_or(Stand::Open),
    })
}

/// The words of the checklist in place of its code.
fn named(desk: &Desk<'_, '_>, mut line: FindingLine) -> FindingLine {
    if let Some(check) = desk.plan.checks().iter().find(|check| check.code == line.about) {
        line.about.clone_from(&check.label);
    }
    line
}

/// The findings of a place, for whoever may see it.
pub(super) fn of_place(desk: &mut Desk<'_, '_>, id: &str, unit: &str) -> Result<Vec<FindingLine>, Refused> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where f.county = $1 and f.inspection = $2 and f.unit = $3 order by f.at, f.id"
    );
    let lines = desk.tx.query(&sql, &params![desk.county(), id, unit], line)?;
    Ok(lines.into_iter().map(|line| named(desk, line)).collect())
}

/// Findings that the reader may see and that are not closed, the most urgent first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn findings(desk: &mut Desk<'_, '_>) -> Result<Vec<FindingLine>, Refused> {
    desk.require(Action::ReadInspections, &Subject::Nothing, ("finding_of_inspection", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::ReadInspections, "f.unit", &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where f.county = $1 and f.state <> 'closed' and {within}
         order by f.due_day, f.id limit 200"
    );
    let lines = desk.tx.query(&sql, &values, line)?;
    Ok(lines.into_iter().map(|line| named(desk, line)).collect())
}

fn found(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<FindingFile, Refused> {
    let sql = format!("select {COLUMNS} from {FROM} where f.county = $1 and f.id = $2");
    let one = desk.tx.optional(&sql, &params![desk.county(), id], |row| {
        Ok(FindingFile {
            line: line(row)?,
            unit_id: row.get(6)?,
            inspection: row.get(7)?,
            evidence: row.get(8)?,
            by: row.get(9)?,
            at: row.get(10)?,
            said: Vec::new(),
            may_report: false,
            may_close: false,
        })
    })?;
    let mut one = one.ok_or_else(|| Refused::denied(action, "finding_of_inspection", id))?;
    one.line = named(desk, one.line);
    Ok(one)
}

fn hand(desk: &mut Desk<'_, '_>, file: &FindingFile) -> Result<Hand, Refused> {
    let reported = desk.tx.query(
        "select by_account from inspection_finding_act where county = $1 and finding = $2 and kind = 'report'
         order by seq desc limit 1",
        &params![desk.county(), &file.line.id],
        |row| row.get::<String>(0),
    )?;
    let actor = desk.actor();
    Ok(Hand {
        is_of_unit: actor.posts.iter().any(|post| post.unit == file.unit_id && post.role != Role::Inspector),
        has_reported: reported.first().is_some_and(|account| *account == actor.account),
    })
}

/// A finding, for its unit, its inspector and whoever reads the county.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn finding(desk: &mut Desk<'_, '_>, id: &str) -> Result<FindingFile, Refused> {
    let file = found(desk, id, Action::ReadInspections)?;
    let path = [file.unit_id.clone()];
    let grant =
        desk.require(Action::ReadInspections, &Subject::Unit(&path), ("finding_of_inspection", id))?;
    let said = desk.tx.query(
        "select a.kind, a.words, coalesce(account.name, ''), a.at from inspection_finding_act a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.finding = $2 order by a.seq limit 100",
        &params![desk.county(), id],
        |row| {
            let kind: String = row.get(0)?;
            Ok(FindingSaid {
                act: Act::from_code(&kind).unwrap_or(Act::Report),
                words: row.get(1)?,
                by: row.get(2)?,
                at: row.get(3)?,
            })
        },
    )?;
    let hand = hand(desk, &file)?;
    let right = |action| may(desk.actor(), action, &Subject::Unit(&path)).is_ok();
    let (may_report, may_close) = (
        right(Action::Rectify) && moved(file.line.stand, Act::Report, hand).is_ok(),
        right(Action::Inspect) && moved(file.line.stand, Act::Close, hand).is_ok(),
    );
    desk.record(Action::ReadInspections, grant.post, ("finding_of_inspection", id), "", "督导问题")?;
    Ok(FindingFile { said, may_report, may_close, ..file })
}

/// Reports for one's unit that it is put right, and how.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn report(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    act(desk, id, (Act::Report, Action::Rectify), ("words", "请写明怎么改的、凭什么看得出", words))
}

/// Closes it, after somebody has looked.
///
/// # Errors
/// As [`report`].
pub fn close(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    act(desk, id, (Act::Close, Action::Inspect), ("seen", "请写明复查看到了什么", words))
}

/// Gives it back, and says what is still wrong.
///
/// # Errors
/// As [`report`].
pub fn give_back(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    act(desk, id, (Act::GiveBack, Action::Inspect), ("why", "请写明还差什么", words))
}

fn act(
    desk: &mut Desk<'_, '_>,
    id: &str,
    (act, action): (Act, Action),
    (field, todo, words): (&'static str, &str, &str),
) -> Result<(), Refused> {
    let file = found(desk, id, action)?;
    let path = [file.unit_id.clone()];
    let grant = desk.require(action, &Subject::Unit(&path), ("finding_of_inspection", id))?;
    let hand = hand(desk, &file)?;
    let next = moved(file.line.stand, act, hand)?;
    let words = unnamed(desk, (field, todo), words, &WORDS, Known::Followed)?;
    let county = desk.county();
    let changed = desk.tx.execute(
        "update inspection_finding set state = $3 where county = $1 and id = $2 and state = $4",
        &params![county, id, next.code(), file.line.stand.code()],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这个问题刚刚由别人办了".to_owned() });
    }
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from inspection_finding_act where county = $1 and finding = $2",
        &params![county, id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into inspection_finding_act (county, finding, seq, kind, words, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            county,
            id,
            seq,
            act.code(),
            words,
            &desk.actor().account,
            grant.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp()
        ],
    )?;
    if act != Act::Report {
        let said = if act == Act::Close {
            "督导问题已复查销号"
        } else {
            "督导问题没有改好，请再改"
        };
        tell_unit(desk, &file.unit_id, ("rectify", id), said, &format!("/inspections/findings/{id}"))?;
    }
    desk.record(action, grant.post, ("finding_of_inspection", id), "", act.label())
}

/// What waits for the reader: findings of the own unit to be put right, and how many wait for somebody to look again.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<(Vec<FindingLine>, i64), Refused> {
    let may = |action: Action| may(desk.actor(), action, &Subject::Nothing).is_ok();
    let (rectifies, inspects) = (may(Action::Rectify), may(Action::Inspect));
    let mut mine = Vec::new();
    if rectifies {
        let mut values = vec![Value::from(desk.county())];
        let within = crate::units::within(desk.actor(), Action::Rectify, "f.unit", &mut values);
        let sql = format!(
            "select {COLUMNS} from {FROM} where f.county = $1 and f.state = 'open' and {within}
             order by f.due_day, f.id limit 10"
        );
        mine = desk.tx.query(&sql, &values, line)?;
    }
    if !inspects {
        return Ok((mine, 0));
    }
    let mut values = vec![Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::Inspect, "f.unit", &mut values);
    let sql = format!(
        "select cast(count(*) as bigint) from inspection_finding f where f.county = $1 and f.state = 'reported' and {within}"
    );
    let count = desk.tx.one(&sql, &values, |row| row.get::<i64>(0))?;
    Ok((mine, count))
}

/// Every morning: the unit is told once that the day of a finding has passed.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    let at = jiff::civil::time(6, 40, 0, 0);
    registry.schedule(Schedule::daily(
        "remind_findings",
        "到期没有整改的督导问题提醒",
        at,
        |means| {
            let many = as_program(means, remind)?;
            Ok(if many == 0 { "没有到期没整改的".to_owned() } else { format!("提醒了{many}个") })
        },
    ))
}

fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let (county, today, now) = (desk.county(), desk.now.day(), desk.now.stamp());
    let late = desk.tx.query(
        "select id, unit from inspection_finding
         where county = $1 and state = 'open' and due_day < $2 and reminded_at is null order by due_day, id limit 200",
        &params![county, today],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, unit) in &late {
        desk.tx.execute(
            "update inspection_finding set reminded_at = $3 where county = $1 and id = $2",
            &params![county, id, &now],
        )?;
        let href = format!("/inspections/findings/{id}");
        tell_unit(desk, unit, ("rectify_late", id), "督导问题到期还没有报告整改", &href)?;
        desk.record(Action::Rectify, None, ("finding_of_inspection", id), "", "到期没有整改，已提醒")?;
    }
    Ok(late.len())
}
