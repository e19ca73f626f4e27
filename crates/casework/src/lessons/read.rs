//! Reading lessons at home: who is taught there, in the reader's scope, and one child's entries with what speaks against them.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Field, Subject, may};
use rules::attendance::Answered;
use rules::lesson::{Doubt, Lesson, Week, doubts, weeks};

use crate::attendance::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::keys::Place;
use crate::ledger::{Sees, named, ties_of};
use crate::now;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Weeks that are shown, this one among them.
const WEEKS: i64 = 8;

/// Children of a list at most.
const PAGE: usize = 200;

/// Children whose latest placement is 送教上门, or of whom a lesson is written down; `$1` is the county.
pub(super) const AT_HOME: &str = "select c.child from case_event e
       join child_case c on c.county = e.county and c.id = e.case_id
       where e.county = $1 and e.kind = 'place' and e.code = 'home_teaching'
         and not exists (select 1 from case_event later join child_case own
                           on own.county = later.county and own.id = later.case_id
                         where own.county = c.county and own.child = c.child and later.kind = 'place' and later.at > e.at)
     union select lesson.child from home_lesson lesson where lesson.county = $1";

/// Whether lessons of a child are written down.
pub(super) fn is_taught_at_home(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    // From this child's own cases: the list of all that are taught at home grows with the county's.
    let found = desk.tx.optional(
        "select case when exists (select 1 from home_lesson lesson where lesson.county = $1 and lesson.child = $2)
                       or coalesce((select e.code from child_case c
                                    join case_event e on e.county = c.county and e.case_id = c.id
                                    where c.county = $1 and c.child = $2 and e.kind = 'place'
                                    order by e.at desc, e.seq desc limit 1), '') = 'home_teaching'
                then 1 else 0 end
         from child where child.county = $1 and child.id = $2",
        &params![desk.county(), child],
        |row| row.get::<bool>(0),
    )?;
    Ok(found.unwrap_or(false))
}

/// A lesson as it is stored.
pub(super) struct Kept {
    id: String,
    child: String,
    teacher: String,
    day: Date,
    from: u16,
    minutes: u16,
    entered: Date,
    confirmed: bool,
}

impl Kept {
    pub(super) fn lesson(&self) -> Lesson<'_> {
        let Self { id, child, teacher, day, from, minutes, entered, confirmed } = self;
        Lesson {
            id,
            child,
            teacher,
            day: *day,
            from: *from,
            minutes: *minutes,
            entered: *entered,
            confirmed: *confirmed,
        }
    }
}

/// The first day that is looked at.
fn since(today: Date) -> Date {
    today.saturating_sub((WEEKS * 7).days())
}

/// The lessons of some children in the last weeks, and whatever else their teachers wrote down on those days.
pub(super) fn kept(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<Vec<Kept>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(since(desk.now.day()))];
    let list = among(&mut values, children);
    Ok(desk.tx.query(
        &format!(
            "select id, child, by_account, day, from_minute, minutes, at, case when confirmed = '' then 0 else 1 end
             from home_lesson
             where county = $1 and day >= $2
               and (child in ({list}) or by_account in (
                 select own.by_account from home_lesson own where own.county = $1 and own.day >= $2 and own.child in ({list})))
             order by day, id limit 5000"
        ),
        &values,
        |row| {
            let day: Date = row.get(3)?;
            let at: String = row.get(6)?;
            Ok(Kept {
                id: row.get(0)?,
                child: row.get(1)?,
                teacher: row.get(2)?,
                day,
                from: row.get(4)?,
                minutes: row.get(5)?,
                entered: now::moment(&at).map_or(day, |at| now::clock(at).date()),
                confirmed: row.get(7)?,
            })
        },
    )?)
}

/// On which day each child was placed 送教上门 first.
pub(super) fn placed(
    desk: &mut Desk<'_, '_>,
    children: &[String],
) -> Result<BTreeMap<String, Date>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, children);
    let rows = desk.tx.query(
        &format!(
            "select c.child, min(e.on_day) from case_event e
             join child_case c on c.county = e.county and c.id = e.case_id
             where e.county = $1 and e.kind = 'place' and e.code = 'home_teaching' and e.on_day is not null
               and c.child in ({list})
             group by c.child order by c.child"
        ),
        &values,
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// What the last weeks of a child come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// Minutes that are due in a week.
    pub due: u16,
    /// The weeks, this one first.
    pub weeks: Vec<Week>,
    /// Why entries should be looked into, with how many.
    pub doubts: Vec<(Doubt, usize)>,
}

impl Glance {
    /// Minutes of this week.
    #[must_use]
    pub fn this(&self) -> u32 {
        self.weeks.first().map_or(0, |week| week.minutes)
    }

    /// How many of the weeks before came short.
    #[must_use]
    pub fn short(&self) -> usize {
        self.weeks.iter().filter(|week| week.is_short).count()
    }
}

pub(super) fn glance_of(
    desk: &Desk<'_, '_>,
    child: &str,
    placed: Option<Date>,
    all: &[Lesson<'_>],
) -> Glance {
    let own: Vec<Lesson<'_>> = all.iter().filter(|one| one.child == child).copied().collect();
    let due = desk.plan.case().home_teaching.weekly_minutes;
    let first = own.iter().map(|one| one.day).chain(placed).min();
    let calendar = desk.plan.calendar();
    // Before the placement nothing was due, and nothing is in a year that nobody has entered.
    let taught = |day: Date| {
        first.is_some_and(|first| day >= first) && calendar.day(day).is_ok_and(|day| day.is_teaching())
    };
    let mut found: BTreeMap<&'static str, (Doubt, usize)> = BTreeMap::new();
    for doubt in own.iter().flat_map(|one| doubts(one, all)) {
        found.entry(doubt.code()).or_insert((doubt, 0)).1 += 1;
    }
    Glance {
        due,
        weeks: weeks(&own, (desk.now.day(), WEEKS), due, taught),
        doubts: found.into_values().collect(),
    }
}

/// What the page of a case tells of lessons at home; `None` where the child is not taught there or the reader may not know.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn glance(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Glance>, Refused> {
    let ties = ties_of(desk, child)?;
    if may(desk.actor(), Action::ReadLessons, &Subject::Child(&ties)).is_err()
        || !is_taught_at_home(desk, child)?
    {
        return Ok(None);
    }
    let own = [child.to_owned()];
    let (placed, kept) = (placed(desk, &own)?, kept(desk, &own)?);
    let all: Vec<Lesson<'_>> = kept.iter().map(Kept::lesson).collect();
    Ok(Some(glance_of(desk, child, placed.get(child).copied(), &all)))
}

/// A child that is taught at home, in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// School and township.
    pub place: String,
    /// The last lesson.
    pub last: Option<Date>,
    /// Its weeks and doubts.
    pub glance: Glance,
}

/// The children who are taught at home, in the reader's scope: those with doubts first, then those whose weeks came short; at most two
/// hundred.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn pupils(desk: &mut Desk<'_, '_>) -> Result<Vec<Pupil>, Refused> {
    desk.require(Action::ReadLessons, &Subject::Nothing, ("lessons", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let reached = Scope::of(desk.actor(), Action::ReadLessons, desk.now).predicate("tie", &mut values);
    let rows = desk.tx.query(
        &format!(
            "select child.id, child.name, coalesce(school.name, ''), coalesce(town.name, '') from child
             left join unit school on school.county = child.county and school.id = child.school
             left join unit town on town.county = child.county and town.id = child.township
             where child.county = $1 and child.merged_into is null and child.id in ({AT_HOME})
               and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})
             order by child.name, child.id limit {PAGE}"
        ),
        &values,
        |row| {
            let places = [row.get::<String>(2)?, row.get::<String>(3)?];
            let place = places.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · ");
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, place))
        },
    )?;
    let children: Vec<String> = rows.iter().map(|(id, ..)| id.clone()).collect();
    let (placed, kept) = (placed(desk, &children)?, kept(desk, &children)?);
    let all: Vec<Lesson<'_>> = kept.iter().map(Kept::lesson).collect();
    let mut found: Vec<Pupil> = rows
        .into_iter()
        .map(|(child, name, place)| {
            let last = all.iter().filter(|one| one.child == child).map(|one| one.day).max();
            Pupil {
                glance: glance_of(desk, &child, placed.get(&child).copied(), &all),
                child,
                name,
                place,
                last,
            }
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse((one.glance.doubts.len(), one.glance.short())));
    desk.record(Action::ReadLessons, None, ("lessons", ""), "", "送教上门")?;
    Ok(found)
}

/// A lesson of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonLine {
    /// Id.
    pub id: String,
    /// On which day.
    pub day: Date,
    /// From when to when, `14:30–16:00`.
    pub hours: String,
    /// For how many minutes.
    pub minutes: u16,
    /// Who taught.
    pub by: String,
    /// What was taught; empty where the reader does not see the family.
    pub taught: String,
    /// Who of the family confirmed it.
    pub confirmed: Option<Answered>,
    /// By which name; empty where the reader does not see the family.
    pub name: String,
    /// When it was written down.
    pub at: String,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
    /// Whether there is a photograph that the reader may see.
    pub photo: bool,
}

/// The lessons of one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildLessons {
    /// Name of the child.
    pub name: String,
    /// School and township.
    pub place: String,
    /// Its weeks and doubts.
    pub glance: Glance,
    /// The lessons of the last weeks, the latest first.
    pub lines: Vec<LessonLine>,
    /// Whether the reader may write one down.
    pub may_write: bool,
}

/// The lessons of a child in the last eight weeks.
///
/// # Errors
/// [`Refused::Denied`], also for a child that is not taught at home; [`Refused::Storage`].
pub fn child_lessons(desk: &mut Desk<'_, '_>, child: &str) -> Result<ChildLessons, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ReadLessons, &Subject::Child(&ties), ("child", child))?;
    let whole = Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians));
    if !is_taught_at_home(desk, child)? {
        return Err(Refused::denied(Action::ReadLessons, "child", child));
    }
    let (name, place) = named(desk, child)?;
    let own = [child.to_owned()];
    let (placed, kept) = (placed(desk, &own)?, kept(desk, &own)?);
    let all: Vec<Lesson<'_>> = kept.iter().map(Kept::lesson).collect();
    let rows = desk.tx.query(
        "select l.id, l.day, l.from_minute, l.minutes, coalesce(account.name, ''), l.confirmed, l.at, l.taught_sealed,
                l.confirmed_sealed, case when p.lesson is null then 0 else 1 end
         from home_lesson l
         left join lesson_photo p on p.county = l.county and p.lesson = l.id
         left join account on account.county = l.county and account.id = l.by_account
         where l.county = $1 and l.child = $2 and l.day >= $3 order by l.day desc, l.from_minute desc, l.id limit 200",
        &params![desk.county(), child, since(desk.now.day())],
        |row| {
            let (from, minutes): (u16, u16) = (row.get(2)?, row.get(3)?);
            let line = LessonLine {
                id: row.get(0)?,
                day: row.get(1)?,
                hours: format!("{}–{}", hour(from), hour(from.saturating_add(minutes))),
                minutes,
                by: row.get(4)?,
                taught: String::new(),
                confirmed: Answered::from_code(&row.get::<String>(5)?),
                name: String::new(),
                at: row.get(6)?,
                doubts: Vec::new(),
                photo: whole && row.get::<i64>(9)? == 1,
            };
            Ok((line, row.get::<Vec<u8>>(7)?, row.get::<Option<Vec<u8>>>(8)?))
        },
    )?;
    let mut lines = Vec::with_capacity(rows.len());
    for (mut line, taught, confirmed) in rows {
        if whole {
            line.taught = desk.open("home_lesson", "taught", &line.id, Some(taught.as_slice()))?;
            line.name = desk.open("home_lesson", "confirmed", &line.id, confirmed.as_deref())?;
        }
        line.doubts =
            all.iter().find(|one| one.id == line.id).map(|one| doubts(one, &all)).unwrap_or_default();
        lines.push(line);
    }
    let found = ChildLessons {
        name,
        place,
        glance: glance_of(desk, child, placed.get(child).copied(), &all),
        lines,
        may_write: may(desk.actor(), Action::RecordLesson, &Subject::Child(&ties)).is_ok(),
    };
    desk.record(Action::ReadLessons, grant.post, ("child", child), "", "送教上门")?;
    Ok(found)
}

fn hour(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// The photograph of a lesson, for who sees the family. That it was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`], [`Refused::Fault`].
pub fn photo(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<u8>, Refused> {
    let missing = || Refused::denied(Action::ReadLessons, "lesson", id);
    let found = desk.tx.optional(
        "select l.child, p.image_sealed from lesson_photo p
         join home_lesson l on l.county = p.county and l.id = p.lesson where p.county = $1 and p.lesson = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    let (child, sealed) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::ReadLessons, &Subject::Child(&ties), ("lesson", id))?;
    if !Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians)) {
        return Err(missing());
    }
    let place = Place { county: desk.county(), table: "lesson_photo", column: "image", row: id };
    let image = desk.keys.open_bytes(place, &sealed)?;
    desk.record(Action::ReadLessons, grant.post, ("child", &child), "", "送教照片")?;
    Ok(image)
}
