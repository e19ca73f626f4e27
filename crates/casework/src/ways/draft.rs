//! Drafting a study of a closure: which school, which grades of it, from when, and who could receive. It is reckoned at once, and again as often
//! as somebody wants while it is not decided.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::ways::{Stage, taught};

use super::known::open_units;
use super::reckon::reckon;
use super::studies::{Kept, kept};
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units::one;

/// What is to be studied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Name or id of the school.
    pub school: String,
    /// Its grades; none for the whole school.
    pub grades: Vec<u8>,
    /// From when it would be closed.
    pub from: Date,
    /// Why it is looked at.
    pub why: String,
    /// Schools that could receive, one a line; none for all that have places on record.
    pub receivers: String,
}

/// Why, in so many signs.
const WORDS: std::ops::RangeInclusive<usize> = 4..=500;

/// Schools that are named at most.
const RECEIVERS: usize = 30;

/// Drafts a study and reckons it; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] while another study of the school is open, [`Refused::Storage`].
pub fn draft(desk: &mut Desk<'_, '_>, draft: &Draft) -> Result<String, Refused> {
    let grant = desk.require(Action::StudyClosure, &Subject::Nothing, ("closure", ""))?;
    let schools = open_units(desk, "school")?;
    let known = schools.iter().find(|(id, ..)| *id == draft.school).map(|(id, ..)| id.clone());
    let school = match known {
        Some(id) => Ok(id),
        None => one(&schools, draft.school.trim(), "学校").map(str::to_owned),
    };
    let school = school.map_err(|text| Refused::field("school", text))?;
    let kind = desk.tx.optional(
        "select kind from school where county = $1 and unit = $2",
        &params![desk.county(), &school],
        |row| row.get::<String>(0),
    )?;
    let Some((low, high)) = taught(&kind.unwrap_or_default()) else {
        return Err(Refused::field("school", "这所学校没有义务教育年级，不用研究"));
    };
    let grades: BTreeSet<u8> = draft.grades.iter().copied().collect();
    let mut problems = Vec::new();
    let mut say = |field, text: &str| problems.push(Problem { field, text: text.to_owned() });
    if grades.iter().any(|grade| !(low..=high).contains(grade)) {
        say("grades", &format!("这所学校教的是{low}到{high}年级，请只选这些年级"));
    }
    let today = desk.now.day();
    if draft.from <= today || draft.from > today.saturating_add(1100.days()) {
        say("from", "从哪天起要写今天以后、三年以内的日子");
    }
    let why = draft.why.trim();
    if !WORDS.contains(&why.chars().count()) || !why.lines().all(plain) {
        say("why", "请写为什么要研究，4到500个字，不写孩子的姓名");
    }
    let mut receivers = BTreeSet::new();
    for line in draft.receivers.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match one(&schools, line, "学校") {
            Ok(id) if id == school && grades.is_empty() => say("receivers", "接收的学校不能是要撤并的这所"),
            Ok(id) => drop(receivers.insert(id.to_owned())),
            Err(text) => say("receivers", &text),
        }
    }
    if receivers.len() > RECEIVERS {
        say("receivers", "接收的学校最多写30所");
    }
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let id = desk.now.id();
    let grades: Vec<String> = grades.iter().map(u8::to_string).collect();
    let made = desk.tx.nested(|tx| {
        tx.execute(
            "insert into closure_study (county, id, school, grades, from_day, why, stage, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                &desk.who.actor.county,
                &id,
                &school,
                grades.join(","),
                draft.from,
                why,
                Stage::Drafted.code(),
                &desk.who.actor.account,
                desk.now.stamp()
            ],
        )
    });
    match made {
        Ok(_) => {}
        Err(DbError::Unique(name)) if name == "closure_study_open" => {
            return Err(Refused::rule(
                "这所学校已经有一份没有办完的研究",
                desk.plan.school_access().basis.cited(),
                "请打开那一份继续，或者先撤回它",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    for receiver in receivers {
        desk.tx.execute(
            "insert into closure_receiver (county, study, school) values ($1, $2, $3)",
            &params![desk.county(), &id, receiver],
        )?;
    }
    let study = kept(desk, Action::StudyClosure, &id)?;
    reckon(desk, &study)?;
    desk.record(Action::StudyClosure, grant.post, ("closure", &id), "", "起草撤并研究")?;
    Ok(id)
}

/// Reckons a study on the ledger of today; what was reckoned before stays on record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for one that is over, [`Refused::Storage`].
pub fn reckon_again(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::StudyClosure, &Subject::Nothing, ("closure", id))?;
    let study = open(desk, Action::StudyClosure, id)?;
    reckon(desk, &study)?;
    desk.record(Action::StudyClosure, grant.post, ("closure", id), "", "重新测算")
}

/// A study that is not over.
pub(super) fn open(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Kept, Refused> {
    let study = kept(desk, action, id)?;
    if study.stage.is_over() {
        let what = format!("这份研究{}，不能再改", study.stage.label());
        return Err(Refused::rule(
            what,
            desk.plan.school_access().basis.cited(),
            "需要再研究的，请另起草一份",
        ));
    }
    Ok(study)
}
