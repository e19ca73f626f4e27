//! 校历变动: a day off of the county, lessons made up on a Saturday, a school closed for weather. Each is a fact with who
//! decided it and why; whoever is away is counted anew when the day has come already.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Actor, Role, Subject};

use super::count::count;
use super::days::unknown_year;
use super::province;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// How far ahead a day can be changed, in days.
const AHEAD: i64 = 400;

/// A change as somebody fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayForm {
    /// The school; `None` for every school of the county.
    pub school: Option<String>,
    /// The day.
    pub day: Date,
    /// Whether there are lessons on it.
    pub lessons: bool,
    /// Why: 暴雨停课, 补10月8日的课.
    pub why: String,
}

/// A change that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    /// Id.
    pub id: String,
    /// The day.
    pub day: Date,
    /// Name of the school; empty for every school.
    pub school: String,
    /// Whether there are lessons on it.
    pub lessons: bool,
    /// Why.
    pub why: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: String,
}

/// For which school somebody changes days: a head for the own one; `None` for whoever decides for the county.
#[must_use]
pub fn speaks_for(actor: &Actor) -> Option<String> {
    let county = actor.posts.iter().any(|post| post.role == Role::Bureau);
    let own = actor.posts.iter().find(|post| post.role == Role::Head);
    own.filter(|_| !county).map(|post| post.unit.clone())
}

/// Changes a day; how many children were counted anew.
///
/// # Errors
/// [`Refused::Denied`]: a head changes the days of the own school, the bureau all; [`Refused::Invalid`], [`Refused::Rule`],
/// [`Refused::Storage`].
pub fn set_school_day(desk: &mut Desk<'_, '_>, form: &DayForm) -> Result<usize, Refused> {
    let path: Vec<String> = form.school.iter().cloned().collect();
    let subject = form.school.as_deref().unwrap_or_default();
    let grant = desk.require(Action::SetSchoolDays, &Subject::Unit(&path), ("unit", subject))?;
    if let Some(school) = &form.school {
        let known = desk.tx.optional(
            "select id from unit where county = $1 and id = $2 and kind = 'school' and until_day is null",
            &params![desk.county(), school],
            |row| row.get::<String>(0),
        )?;
        known.ok_or_else(|| Refused::denied(Action::SetSchoolDays, "unit", school))?;
    }
    let (why, today) = (form.why.trim(), desk.now.day());
    if why.is_empty() || why.chars().count() > 50 || !plain(why) {
        return Err(Refused::field("why", "请写原因，如“暴雨停课”，50个字以内"));
    }
    let rule = desk.plan.register();
    if form.day < today.saturating_sub(i64::from(rule.head_days).days())
        || form.day > today.saturating_add(AHEAD.days())
    {
        return Err(Refused::field("day", format!("只能改{}天以内和今后一年的日子", rule.head_days)));
    }
    desk.plan.calendar().day(form.day).map_err(unknown_year)?;
    desk.tx.execute(
        "insert into school_day (county, id, school, day, lessons, why, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            desk.now.id(),
            form.school.as_deref(),
            form.day,
            form.lessons,
            why,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let children = if form.day <= today { concerned(desk, form)? } else { Vec::new() };
    count(desk, &children, form.day, "")?;
    province::day_changed(desk, form.day, form.school.as_deref())?;
    let what = if form.lessons { "上课" } else { "不上课" };
    let detail = format!("{}{what}，重算{}人", form.day, children.len());
    desk.record(Action::SetSchoolDays, grant.post, ("unit", subject), why, &detail)?;
    Ok(children.len())
}

/// Children whose clock depends on the day: those that were away on it or since.
fn concerned(desk: &mut Desk<'_, '_>, form: &DayForm) -> Result<Vec<String>, Refused> {
    Ok(desk.tx.query(
        "select distinct away.child
         from (select child from clock where county = $1 and open = 1
               union all select child from clock where county = $1 and open = 0 and day >= $2) away
         cross join class_member member
         where member.county = $1 and member.child = away.child
           and member.from_day <= $2 and (member.until_day is null or member.until_day > $2)
           and (cast($3 as text) is null or member.school = $3)
         order by away.child",
        &params![desk.county(), form.day, form.school.as_deref()],
        |row| row.get(0),
    )?)
}

/// The changes from a day on, in the order of the days; those of the county and of the reader's schools, at most 400.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn school_day_changes(desk: &mut Desk<'_, '_>, from: Date) -> Result<Vec<DayLine>, Refused> {
    desk.require(Action::ReadRegister, &Subject::Nothing, ("school_day", ""))?;
    let whole = desk.require(Action::ReadRegister, &Subject::Unit(&[]), ("school_day", "")).is_ok();
    let mut values = vec![crate::db::Value::from(desk.county()), crate::db::Value::from(from)];
    let own = if whole {
        "1 = 1".to_owned()
    } else {
        let who = desk.who;
        let units = super::book::among(&mut values, who.actor.posts.iter().map(|post| post.unit.as_str()));
        format!(
            "(school_day.school is null or school_day.school in ({units})
              or exists (select 1 from class where class.county = school_day.county
                           and class.school = school_day.school and class.unit in ({units})))"
        )
    };
    Ok(desk.tx.query(
        &format!(
            "select school_day.id, school_day.day, coalesce(unit.name, ''), school_day.lessons, school_day.why,
                    coalesce(account.name, ''), school_day.at
             from school_day
             left join unit on unit.county = school_day.county and unit.id = school_day.school
             left join account on account.county = school_day.county and account.id = school_day.by_account
             where school_day.county = $1 and school_day.day >= $2 and {own}
             order by school_day.day, school_day.at, school_day.id limit 400"
        ),
        &values,
        |row| {
            Ok(DayLine {
                id: row.get(0)?,
                day: row.get(1)?,
                school: row.get(2)?,
                lessons: row.get(3)?,
                why: row.get(4)?,
                by: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )?)
}
