//! Filling in the checklist at a place, and entering what must be put right. What was seen is only ever added; the latest of a line counts.

use rules::access::{Action, Subject};
use rules::inspection::{Seen, WORDS};

use super::read::found;
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::today::tell_unit;
use crate::unnamed::{Known, day, unnamed};

/// A line as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticked {
    /// Code of the line.
    pub item: String,
    /// What was seen.
    pub seen: Seen,
    /// In which words.
    pub words: String,
}

/// Keeps what was seen; lines that say what was said before are passed over. How many were kept.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] where something was not done and nobody wrote what, [`Refused::Storage`].
pub fn tick(desk: &mut Desk<'_, '_>, id: &str, unit: &str, lines: &[Ticked]) -> Result<usize, Refused> {
    let (kind, _, place, _) = found(desk, (id, unit), Action::Inspect)?;
    let path = [unit.to_owned()];
    let grant = desk.require(Action::Inspect, &Subject::Unit(&path), ("inspection", id))?;
    let plan = desk.plan;
    let rules: Vec<&rules::plan::CheckRule> = plan
        .checks()
        .iter()
        .filter(|check| check.kinds.contains(&kind) && check.places.contains(&place))
        .collect();
    let before = desk.tx.query(
        "select item, seen, words from inspection_answer where county = $1 and inspection = $2 and unit = $3 order by seq",
        &params![desk.county(), id, unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let (mut problems, mut new) = (Vec::new(), Vec::new());
    for line in lines.iter().take(200) {
        let Some(rule) = rules.iter().find(|rule| rule.code == line.item) else {
            return Err(Refused::field("checks", "检查表里没有这一项，请刷新页面"));
        };
        let words = line.words.trim();
        let last = before.iter().rev().find(|one| one.0 == line.item);
        if last.is_some_and(|one| one.1 == line.seen.code() && one.2 == words) {
            continue;
        }
        if words.is_empty() {
            if matches!(line.seen, Seen::Lacking | Seen::Partly) {
                let text = format!("“{}”没有全做到，请写明看到了什么", rule.label);
                problems.push(Problem { field: "checks", text });
            }
        } else {
            unnamed(desk, ("checks", "请写明看到了什么"), words, &WORDS, Known::Followed)?;
        }
        new.push((line, words));
    }
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let first = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from inspection_answer where county = $1 and inspection = $2",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )?;
    for (seq, (line, words)) in (first + 1..).zip(&new) {
        desk.tx.execute(
            "insert into inspection_answer (county, inspection, seq, unit, item, seen, words, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                desk.county(),
                id,
                seq,
                unit,
                &line.item,
                line.seen.code(),
                *words,
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    desk.record(Action::Inspect, grant.post, ("inspection", id), "", &format!("检查表{}项", new.len()))?;
    Ok(new.len())
}

/// What must be put right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFinding {
    /// Of which line of the checklist.
    pub item: String,
    /// What was found.
    pub words: String,
    /// What shows it: which book, which room, which day.
    pub evidence: String,
    /// Until when it is put right.
    pub due: String,
}

/// Enters a finding, and tells the unit; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn find(desk: &mut Desk<'_, '_>, id: &str, unit: &str, new: &NewFinding) -> Result<String, Refused> {
    let (kind, _, place, _) = found(desk, (id, unit), Action::Inspect)?;
    let path = [unit.to_owned()];
    let grant = desk.require(Action::Inspect, &Subject::Unit(&path), ("inspection", id))?;
    let rules = desk.plan.checks();
    let known = rules
        .iter()
        .any(|check| check.code == new.item && check.kinds.contains(&kind) && check.places.contains(&place));
    if !known {
        return Err(Refused::field("item", "请选择是检查表的哪一项"));
    }
    let words = unnamed(desk, ("words", "请写明是什么问题"), &new.words, &WORDS, Known::Followed)?;
    let evidence = unnamed(
        desk,
        ("evidence", "请写明凭什么，如哪一天的点名册"),
        &new.evidence,
        &WORDS,
        Known::Followed,
    )?;
    let due = day("due", &new.due, "请填写什么时候以前改好")?;
    if due <= desk.now.day() {
        return Err(Refused::field("due", "期限要在今天以后"));
    }
    // Sent twice it is one finding (hazard H01).
    let there = desk.tx.query(
        "select id from inspection_finding where county = $1 and inspection = $2 and unit = $3 and item = $4 and words = $5
           and evidence = $6 and due_day = $7 order by id limit 1",
        &params![desk.county(), id, unit, &new.item, words, evidence, due],
        |row| row.get::<String>(0),
    )?;
    if let Some(finding) = there.into_iter().next() {
        return Ok(finding);
    }
    let finding = desk.now.id();
    desk.tx.execute(
        "insert into inspection_finding (county, id, inspection, unit, item, words, evidence, due_day, state, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)",
        &params![
            desk.county(),
            &finding,
            id,
            unit,
            &new.item,
            words,
            evidence,
            due,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    tell_unit(
        desk,
        unit,
        ("rectify", &finding),
        "督导检查发现了要整改的问题",
        &format!("/inspections/findings/{finding}"),
    )?;
    desk.record(Action::Inspect, grant.post, ("finding_of_inspection", &finding), "", "登记问题")?;
    Ok(finding)
}
