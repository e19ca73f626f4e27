//! Looking at draws of 抽样考勤: which there were, what whoever counts has before them, the pool with its tickets; and what the
//! school is told of a count, 五(九).

use std::collections::BTreeSet;

use jiff::civil::Date;
use rules::access::{Action, Reach, Role, Subject};

use super::book::among;
use super::class::Class;
use super::sample::{Difference, Differs, count_sample, differing, find, hex, roll, ticket};
use super::schools::schools;
use crate::accounts::tell;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A draw in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleLine {
    /// Id.
    pub id: String,
    /// The day.
    pub day: Date,
    /// Name of the school; empty for the whole county.
    pub school: String,
    /// Who drew.
    pub by: String,
    /// When.
    pub at: String,
    /// Classes that were drawn.
    pub drawn: i64,
    /// Of them counted.
    pub counted: i64,
}

/// What whoever counts a class has before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The draw.
    pub sample: String,
    /// The day.
    pub day: Date,
    /// The class.
    pub class: String,
    /// School and class.
    pub name: String,
    /// Its roll: id and name.
    pub roll: Vec<(String, String)>,
    /// Whether it was counted already.
    pub counted: bool,
}

/// What a count came to, for the class's own school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedClass {
    /// Who counted.
    pub by: String,
    /// When.
    pub at: String,
    /// Pupils that sat there.
    pub there: i64,
    /// Where the register says otherwise.
    pub differences: Vec<Difference>,
}

/// A class of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its place, from 1.
    pub rank: i64,
    /// Id of the class.
    pub class: String,
    /// School and class.
    pub name: String,
    /// SHA-256 over seed, line break and id, as hex digits: the classes stand in its order.
    pub ticket: String,
    /// Whether it was drawn.
    pub drawn: bool,
}

/// Lines of the list at most.
const MOST: i64 = 100;

/// The draws that the actor may count, the newest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn samples(desk: &mut Desk<'_, '_>) -> Result<Vec<SampleLine>, Refused> {
    desk.require(Action::CountSample, &Subject::Nothing, ("sample", ""))?;
    let mut values = vec![Value::from(desk.county()), Value::from(MOST)];
    let mut units = Vec::new();
    let mut within = None;
    for post in &desk.who.actor.posts {
        match Action::CountSample.policy(post.role, post.standing) {
            Some(Reach::County) => within = Some("1 = 1".to_owned()),
            Some(_) => units.push(post.unit.as_str()),
            None => {}
        }
    }
    let within = within.unwrap_or_else(|| format!("sample.school in ({})", among(&mut values, units)));
    Ok(desk.tx.query(
        &format!(
            "select sample.id, sample.day, coalesce(unit.name, ''), coalesce(account.name, ''), sample.at,
                    (select cast(count(*) as bigint) from sample_class one
                      where one.county = sample.county and one.sample = sample.id and one.drawn = 1),
                    (select cast(count(*) as bigint) from sample_class one
                      where one.county = sample.county and one.sample = sample.id and one.counted_by is not null)
             from sample
             left join unit on unit.county = sample.county and unit.id = sample.school
             left join account on account.county = sample.county and account.id = sample.by_account
             where sample.county = $1 and {within} order by sample.at desc, sample.id desc limit $2"
        ),
        &values,
        |row| {
            Ok(SampleLine {
                id: row.get(0)?,
                day: row.get(1)?,
                school: row.get(2)?,
                by: row.get(3)?,
                at: row.get(4)?,
                drawn: row.get(5)?,
                counted: row.get(6)?,
            })
        },
    )?)
}

/// Schools of which the actor may draw, with their names; and whether the whole county may be drawn.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn pools(desk: &mut Desk<'_, '_>) -> Result<(Vec<(String, String)>, bool), Refused> {
    schools(desk, Action::DrawSample)
}

/// The classes that could have been drawn, in the order of the draw, with what puts them there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn pool(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Ticket>, Refused> {
    let (_, seed, grant) = find(desk, Action::CountSample, id)?;
    let rows = desk.tx.query(
        "select sample_class.rank, sample_class.class, school.name, unit.name, sample_class.drawn from sample_class
         join class on class.county = sample_class.county and class.unit = sample_class.class
         join unit on unit.county = class.county and unit.id = class.unit
         join unit school on school.county = class.county and school.id = class.school
         where sample_class.county = $1 and sample_class.sample = $2 order by sample_class.rank",
        &params![desk.county(), id],
        |row| {
            let (class, school, name): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            let ticket = hex(&ticket(&seed, &class));
            let name = format!("{school} · {name}");
            Ok(Ticket { rank: row.get(0)?, class, name, ticket, drawn: row.get(4)? })
        },
    )?;
    desk.record(Action::CountSample, grant.post, ("sample", id), "", "下载抽样名单")?;
    Ok(rows)
}

/// The class of a draw, if the actor may count it.
///
/// # Errors
/// [`Refused::Denied`], also for a class that was not drawn; [`Refused::Storage`].
pub fn to_count(desk: &mut Desk<'_, '_>, id: &str, class: &str) -> Result<Count, Refused> {
    let (day, _, grant) = find(desk, Action::CountSample, id)?;
    let found = desk.tx.optional(
        "select school.name, unit.name, case when sample_class.counted_by is null then 0 else 1 end from sample_class
         join class on class.county = sample_class.county and class.unit = sample_class.class
         join unit on unit.county = class.county and unit.id = class.unit
         join unit school on school.county = class.county and school.id = class.school
         where sample_class.county = $1 and sample = $2 and sample_class.class = $3 and drawn = 1",
        &params![desk.county(), id, class],
        |row| {
            let (school, name): (String, String) = (row.get(0)?, row.get(1)?);
            Ok((format!("{school} · {name}"), row.get::<bool>(2)?))
        },
    )?;
    let (name, counted) = found.ok_or_else(|| Refused::denied(Action::CountSample, "sample", id))?;
    let roll = roll(desk, class, day)?;
    desk.record(Action::CountSample, grant.post, ("class", class), "", "看抽样班级的名单")?;
    Ok(Count { sample: id.to_owned(), day, class: class.to_owned(), name, roll, counted })
}

/// Enters a count by its figure and by the names that were not there; the two must agree, so that a name that was
/// forgotten is noticed in the classroom.
///
/// # Errors
/// As [`count_sample`]; [`Refused::Invalid`] when figure and names do not agree.
pub fn count_class(
    desk: &mut Desk<'_, '_>,
    id: &str,
    class: &str,
    seen: usize,
    missing: &[String],
) -> Result<(), Refused> {
    let (day, ..) = find(desk, Action::CountSample, id)?;
    let missing: BTreeSet<&str> = missing.iter().map(String::as_str).collect();
    let roll = roll(desk, class, day)?;
    if missing.iter().any(|child| !roll.iter().any(|(one, _)| one == child)) {
        return Err(Refused::field("missing", "有学生不在这个班当天的名单上，请刷新名单"));
    }
    let there: Vec<String> =
        roll.into_iter().map(|(child, _)| child).filter(|child| !missing.contains(child.as_str())).collect();
    if there.len() != seen {
        let text = format!(
            "数得{seen}人，名单上没有勾“不在”的有{}人，两个数对不上。请再数一遍，把不在的人勾全",
            there.len()
        );
        return Err(Refused::field("seen", text));
    }
    count_sample(desk, id, class, &there)
}

/// The last count of a class on a day, for whoever may read its register: nothing before it was counted, so that nobody is
/// warned.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn counted_class(
    desk: &mut Desk<'_, '_>,
    class: &str,
    day: Date,
) -> Result<Option<CountedClass>, Refused> {
    Class::find(desk, Action::ReadRegister, class)?;
    let found = desk.tx.optional(
        "select sample.id, coalesce(account.name, ''), one.counted_at, one.there from sample_class one
         join sample on sample.county = one.county and sample.id = one.sample and sample.day = $3
         left join account on account.county = one.county and account.id = one.counted_by
         where one.county = $1 and one.class = $2 and one.counted_by is not null
         order by one.counted_at desc, sample.id desc limit 1",
        &params![desk.county(), class, day],
        |row| Ok((row.get::<String>(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let Some((id, by, at, there)) = found else { return Ok(None) };
    Ok(Some(CountedClass { by, at, there, differences: differing(desk, &id, Some(class), day)? }))
}

/// Tells the head of the school what a count found that the register does not say; no names.
pub(super) fn tell_head(desk: &mut Desk<'_, '_>, id: &str, class: &str, day: Date) -> Result<(), Refused> {
    let missing = differing(desk, id, Some(class), day)?;
    let missing = missing.iter().filter(|one| one.differs != Differs::There).count();
    if missing == 0 {
        return Ok(());
    }
    let (school, name) = desk.tx.one(
        "select class.school, unit.name from class
         join unit on unit.county = class.county and unit.id = class.unit
         where class.county = $1 and class.unit = $2",
        &params![desk.county(), class],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let heads = tell::holders(desk.tx, desk.now, desk.county(), Role::Head, Some(&school))?;
    let text = format!("{name}抽样清点，{missing}人名在人不在，请核实去向、更正点名");
    let href = format!("/register/{class}?day={day}");
    let news = tell::News { kind: "sample", subject: class, text: &text, href: &href };
    tell::all(desk.tx, desk.now, desk.county(), &heads, &news)
}
