//! 谁还没点名: which registers of a day are due and have not been submitted, school by school, for whoever may read them; and
//! the reminder at the hour that the plan sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use rules::access::{Action, Role, Subject};
use rules::attendance::Part;

use super::calling::{Calling, Source, boarding};
use super::markets::days_with_markets;
use crate::accounts::tell;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units::{self, Names};

/// A class whose register is due and not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncalled {
    /// The class.
    pub class: String,
    /// Its name.
    pub name: String,
    /// The parts.
    pub parts: Vec<Part>,
}

/// A school on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolDay {
    /// The school.
    pub school: String,
    /// Its name.
    pub name: String,
    /// Registers that are due.
    pub due: usize,
    /// Of them submitted.
    pub called: usize,
    /// Classes that are missing, in the order of grade and number.
    pub missing: Vec<Uncalled>,
}

/// Which registers of a day are due and not there, in the reader's schools and in those of their classes that are not over.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for a year that the calendar does not know, [`Refused::Storage`].
pub fn uncalled(desk: &mut Desk<'_, '_>, day: Date) -> Result<Vec<SchoolDay>, Refused> {
    desk.require(Action::ReadRegister, &Subject::Nothing, ("register", ""))?;
    of(desk, Some(Action::ReadRegister), day)
}

/// What each school calls.
pub(super) fn callings(desk: &mut Desk<'_, '_>) -> Result<BTreeMap<String, Calling>, Refused> {
    let rows = desk.tx.query(
        "select school, parts, evenings, coalesce(source, '') from calling
         where county = $1 and at = (select max(at) from calling last where last.county = calling.county
                                       and last.school = calling.school)
         order by school",
        &params![desk.county()],
        |row| {
            let (parts, evenings, source): (String, String, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
            Ok((row.get::<String>(0)?, Calling::read(&parts, &evenings, &source)))
        },
    )?;
    Ok(rows.into_iter().collect())
}

/// As far as the actor's right `within` reaches; the whole county without one.
fn of(desk: &mut Desk<'_, '_>, within: Option<Action>, day: Date) -> Result<Vec<SchoolDay>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(day)];
    let reached = match within {
        Some(action) => units::within(desk.actor(), action, "class.unit", &mut values),
        None => "1 = 1".to_owned(),
    };
    // Said in one condition, the end of a membership is read from the index; two with an "or" between are two searches.
    let mut classes = desk.tx.query(
        &format!(
            "select class.school, class.grade, class.number, class.unit
             from unit
             join class on class.county = unit.county and class.unit = unit.id
             where unit.county = $1 and unit.kind = 'class' and unit.until_day is null and unit.from_day <= $2
               and {reached}
               and exists (select 1 from class_member member
                           where member.county = class.county and member.class = class.unit and member.from_day <= $2
                             and coalesce(member.until_day, '9999-12-31') > $2)
             order by class.school, class.grade, class.number, class.unit"
        ),
        &values,
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<i64>(2)?, row.get::<String>(3)?)),
    )?;
    in_order(desk, &mut classes)?;
    let reached = reached.replace("class.unit", "sheet.class");
    let called: BTreeSet<(String, String)> = desk
        .tx
        .query(
            &format!(
                "select distinct class, part from sheet
                 where county = $1 and day = $2 and child is null and taken_back_at is null and {reached}
                 order by class, part"
            ),
            &values,
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .into_iter()
        .collect();
    let (callings, days) = (callings(desk)?, days_with_markets(desk, day, day.tomorrow().unwrap_or(day))?);
    let boarding = boarding(desk, &callings, &days, day)?;
    let units = classes.iter().flat_map(|(school, _, _, class)| [school.as_str(), class.as_str()]);
    let names = Names::of(desk.tx, &desk.who.actor.county, units)?;
    let mut schools: Vec<SchoolDay> = Vec::new();
    for (school, _, _, class) in classes {
        let calling = callings.get(&school).copied().unwrap_or_default();
        let due = calling.due(&days, &school, day, boarding.contains(&class))?;
        let missing: Vec<Part> = due
            .iter()
            .copied()
            .filter(|part| !called.contains(&(class.clone(), part.code().to_owned())))
            .collect();
        if schools.last().is_none_or(|last| last.school != school) {
            let name = names.get(&school).to_owned();
            schools.push(SchoolDay { school, name, due: 0, called: 0, missing: Vec::new() });
        }
        if let Some(last) = schools.last_mut() {
            last.due += due.len();
            last.called += due.len() - missing.len();
            if !missing.is_empty() {
                let name = names.get(&class).to_owned();
                last.missing.push(Uncalled { class, name, parts: missing });
            }
        }
    }
    Ok(schools)
}

/// Puts classes, by school, grade and number, into the order of the schools: one school has none to be put into.
fn in_order(desk: &mut Desk<'_, '_>, classes: &mut [(String, i64, i64, String)]) -> Result<(), Refused> {
    let is_one = classes.first().map(|class| &class.0) == classes.last().map(|class| &class.0);
    if is_one {
        return Ok(());
    }
    let schools = desk.tx.query(
        "select id from unit where county = $1 and kind = 'school' order by sort, id",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    let places: HashMap<&str, usize> =
        schools.iter().enumerate().map(|(at, school)| (school.as_str(), at)).collect();
    classes.sort_by_cached_key(|class| places.get(class.0.as_str()).copied().unwrap_or(usize::MAX));
    Ok(())
}

/// Reminds the teachers of classes that have not been called by the hour of the plan, and the heads of their schools, once a
/// day; how many were reminded.
pub(super) fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let today = desk.now.day();
    if desk.now.clock().time() < desk.plan.register().by {
        return Ok(0);
    }
    let mut many = 0;
    let callings = callings(desk)?;
    for school in of(desk, None, today)? {
        let morning =
            |class: &&Uncalled| class.parts.iter().any(|part| matches!(part, Part::Whole | Part::Morning));
        let late: Vec<&Uncalled> = school.missing.iter().filter(morning).collect();
        // What comes from the province is not the teacher's to call.
        let imported = callings.get(&school.school).is_some_and(|own| own.source == Source::Province);
        for class in late.iter().filter(|_| !imported) {
            let text = format!("{}今天还没有点名，请现在点", class.name);
            let href = format!("/register/{}", class.class);
            let news = tell::News { kind: "register", subject: &class.class, text: &text, href: &href };
            many += once_today(desk, (Role::Teacher, &class.class), &news)?;
        }
        if !late.is_empty() {
            let names: Vec<&str> = late.iter().map(|class| class.name.as_str()).collect();
            let (text, href) = if imported {
                (format!("今天还没有导入省系统考勤的班：{}", names.join("、")), "/province")
            } else {
                (format!("到点还没有点名的班：{}", names.join("、")), "/register")
            };
            let news = tell::News { kind: "register", subject: &school.school, text: &text, href };
            many += once_today(desk, (Role::Head, &school.school), &news)?;
        }
    }
    Ok(many)
}

/// Tells those who hold the role at a unit, unless they were told of the same today.
fn once_today(
    desk: &mut Desk<'_, '_>,
    (role, unit): (Role, &str),
    news: &tell::News<'_>,
) -> Result<usize, Refused> {
    let county = desk.county();
    let mut many = 0;
    for account in tell::holders(desk.tx, desk.now, county, role, Some(unit))? {
        let told = desk.tx.query(
            "select id from notification
             where county = $1 and account = $2 and kind = $3 and subject = $4 and at >= $5 order by id limit 1",
            &params![county, &account, news.kind, news.subject, desk.now.day()],
            |row| row.get::<String>(0),
        )?;
        if told.is_empty() {
            tell::one(desk.tx, desk.now, county, &account, news)?;
            many += 1;
        }
    }
    Ok(many)
}
