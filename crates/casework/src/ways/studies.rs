//! The studies that a reader may know of: 教体局, 发改局 and 专班 all of them, a township those of its own schools and those that would send
//! children to them.

use jiff::civil::Date;
use rules::access::{Action, Grant, Subject};
use rules::ways::Stage;

use super::known::concerned;
use crate::attendance::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Studies of a list at most.
const MOST: usize = 200;

/// A study as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) school: String,
    pub(super) township: String,
    pub(super) grades: Vec<u8>,
    pub(super) from: Date,
    pub(super) why: String,
    pub(super) stage: Stage,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) heard_by: String,
    pub(super) ended_at: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyLine {
    /// Id.
    pub id: String,
    /// The school.
    pub school: String,
    /// Its township.
    pub township: String,
    /// Which grades, in words.
    pub grades: String,
    /// From when it would be closed.
    pub from: Date,
    /// How far it has come.
    pub stage: Stage,
    /// When it was drafted.
    pub at: String,
}

/// The grades in words: `整所学校`, `四、五、六年级`.
pub(super) fn grades_in_words(grades: &[u8]) -> String {
    if grades.is_empty() {
        return "整所学校".to_owned();
    }
    let word = |grade: &u8| {
        ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
            .get(usize::from(*grade))
            .copied()
            .unwrap_or_default()
    };
    format!("{}年级", grades.iter().map(word).collect::<Vec<_>>().join("、"))
}

pub(super) fn numbers(text: &str) -> Vec<u8> {
    text.split(',').filter_map(|part| part.parse().ok()).collect()
}

/// The townships that a study concerns: of the school, of those it names, and of those to which somebody would go. `$1` is the county.
const TOWNSHIPS: &str = "towns (study, township) as (
    select study.id, unit.township from closure_study study
    join unit on unit.county = study.county and unit.id = study.school where study.county = $1
    union
    select named.study, unit.township from closure_receiver named
    join unit on unit.county = named.county and unit.id = named.school where named.county = $1
    union
    select run.study, unit.township from closure_run run
    join closure_pupil pupil on pupil.county = run.county and pupil.run = run.id
    join unit on unit.county = pupil.county and unit.id = pupil.to_school where run.county = $1)";

/// Whether something may be done about a study, and on which post.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub(super) fn granted<'a>(desk: &mut Desk<'a, '_>, action: Action, id: &str) -> Result<Grant<'a>, Refused> {
    let denied = || Refused::denied(action, "closure", id);
    let there = desk.tx.optional(
        "select id from closure_study where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    there.ok_or_else(denied)?;
    let towns = desk.tx.query(
        &format!("with {TOWNSHIPS} select township from towns where study = $2 and township is not null order by township"),
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    concerned(desk.actor(), action, &towns).ok_or_else(denied)
}

/// A study, for whoever may do this with it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub(super) fn kept(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Kept, Refused> {
    granted(desk, action, id)?;
    let found = desk.tx.optional(
        "select study.id, study.school, coalesce(unit.township, ''), study.grades, study.from_day, study.why, study.stage,
                study.by_account, study.at, coalesce(study.heard_by, ''), coalesce(study.ended_at, '')
         from closure_study study
         join unit on unit.county = study.county and unit.id = study.school
         where study.county = $1 and study.id = $2",
        &params![desk.county(), id],
        |row| {
            let stage: String = row.get(6)?;
            Ok(Kept {
                id: row.get(0)?,
                school: row.get(1)?,
                township: row.get(2)?,
                grades: numbers(&row.get::<String>(3)?),
                from: row.get(4)?,
                why: row.get(5)?,
                stage: Stage::from_code(&stage).unwrap_or(Stage::Withdrawn),
                by: row.get(7)?,
                at: row.get(8)?,
                heard_by: row.get(9)?,
                ended_at: row.get(10)?,
            })
        },
    )?;
    found.ok_or_else(|| Refused::denied(action, "closure", id))
}

/// The studies that the reader may know of, those that are open first, then the latest.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn studies(desk: &mut Desk<'_, '_>) -> Result<Vec<StudyLine>, Refused> {
    let grant = desk.require(Action::ReadClosures, &Subject::Nothing, ("closure", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let own = if concerned(desk.actor(), Action::ReadClosures, &[]).is_some() {
        "1 = 1".to_owned()
    } else {
        let units = among(&mut values, desk.actor().posts.iter().map(|post| post.unit.as_str()));
        format!("exists (select 1 from towns where towns.study = study.id and towns.township in ({units}))")
    };
    let rows = desk.tx.query(
        &format!(
            "with {TOWNSHIPS}
             select study.id, unit.name, coalesce(town.name, ''), study.grades, study.from_day, study.stage, study.at
             from closure_study study
             join unit on unit.county = study.county and unit.id = study.school
             left join unit town on town.county = unit.county and town.id = unit.township
             where study.county = $1 and {own}
             order by case when study.stage in ('drafted', 'hearing') then 0 else 1 end, study.at desc, study.id limit {MOST}"
        ),
        &values,
        |row| {
            let stage: String = row.get(5)?;
            Ok(StudyLine {
                id: row.get(0)?,
                school: row.get(1)?,
                township: row.get(2)?,
                grades: grades_in_words(&numbers(&row.get::<String>(3)?)),
                from: row.get(4)?,
                stage: Stage::from_code(&stage).unwrap_or(Stage::Withdrawn),
                at: row.get(6)?,
            })
        },
    )?;
    desk.record(Action::ReadClosures, grant.post, ("closure", ""), "", "撤并研究")?;
    Ok(rows)
}
