//! 新生报到: the children whose notice names the school, and who of them came. Nobody is in school by a notice alone. A school sees by it no
//! other child, and of these only what it needs to find the right one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::Action;
use rules::age::school_year;
use rules::codes::Sex;
use rules::season::Kind as Due;

use super::School;
use crate::attendance;
use crate::desk::Desk;
use crate::ledger::{Place, arrived};
use crate::params;
use crate::refused::Refused;

/// Most children on the page.
const MOST: usize = 600;

/// A child that is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// 男, 女.
    pub sex: &'static str,
    /// Birthday.
    pub birth: Date,
    /// Village and group of the home.
    pub home: String,
    /// 1 or 7; `None` for a child that comes back to school.
    pub grade: Option<i64>,
    /// Whether a case is open about it: then it is placed there.
    pub case: bool,
}

/// Who is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrivals {
    /// Unit and name of the school.
    pub school: (String, String),
    /// First calendar year of the school year.
    pub year: i16,
    /// Who has not come yet, by grade and spelling.
    pub waiting: Vec<Arrival>,
    /// How many of those expected are in a class of this year, in whatever school.
    pub came: i64,
    /// The classes of the year: unit, name, grade.
    pub classes: Vec<(String, String, i64)>,
}

/// Who is expected at a school this year and is in no class.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn arrivals(desk: &mut Desk<'_, '_>, school: &str) -> Result<Arrivals, Refused> {
    let (school, grant) = School::find(desk, Action::TurnYear, school)?;
    let year = school_year(desk.now.day());
    let classes = classes(desk, &school.id, year)?;
    let waiting = waiting(desk, &school.id, year)?;
    let came = desk.tx.one(
        &format!(
            "select cast(count(*) as bigint) from season_notice n
             where n.county = $1 and n.year = $2 and n.school = $3 and {IN_CLASS}"
        ),
        &params![desk.county(), i64::from(year), &school.id],
        |row| row.get(0),
    )?;
    desk.record(Action::TurnYear, grant.post, ("unit", &school.id), "", "看新生报到名单")?;
    Ok(Arrivals { school: (school.id, school.name), year, waiting, came, classes })
}

/// That the child of a notice is in a class of the notice's year.
const IN_CLASS: &str = "exists (select 1 from class_member m
                                join class c on c.county = m.county and c.unit = m.class and c.school_year = n.year
                                where m.county = n.county and m.child = n.child and m.until_day is null)";

fn classes(desk: &mut Desk<'_, '_>, school: &str, year: i16) -> Result<Vec<(String, String, i64)>, Refused> {
    Ok(desk.tx.query(
        "select class.unit, unit.name, class.grade from class
         join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
         where class.county = $1 and class.school = $2 and class.school_year = $3
         order by class.grade, class.number, class.unit",
        &params![desk.county(), school, i64::from(year)],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

fn waiting(desk: &mut Desk<'_, '_>, school: &str, year: i16) -> Result<Vec<Arrival>, Refused> {
    let sql = format!(
        "select child.id, child.name, child.sex, child.birth, coalesce(village.short, ''), coalesce(home.name, ''), n.kind,
                case when exists (select 1 from child_case k where k.county = child.county and k.child = child.id
                                     and k.ended_at is null) then 1 else 0 end
         from season_notice n
         join child on child.county = n.county and child.id = n.child and child.merged_into is null
         left join unit village on village.county = child.county and village.id = child.village
         left join unit home on home.county = child.county and home.id = child.village_group
         where n.county = $1 and n.year = $2 and n.school = $3 and not {IN_CLASS}
           and child.standing not in ('dead', 'abroad', 'moved_away', 'elsewhere', 'deferred')
         order by n.kind, child.spelling, child.id limit {MOST}"
    );
    let rows = desk.tx.query(&sql, &params![desk.county(), i64::from(year), school], |row| {
        let kind: String = row.get(6)?;
        let sex: String = row.get(2)?;
        Ok(Arrival {
            child: row.get(0)?,
            name: row.get(1)?,
            sex: Sex::from_code(&sex).map_or("", Sex::label),
            birth: row.get(3)?,
            home: format!("{}{}", row.get::<String>(4)?, row.get::<String>(5)?),
            grade: match Due::from_code(&kind) {
                Some(Due::Enrol) => Some(1),
                Some(Due::Junior) => Some(7),
                Some(Due::Return) | None => None,
            },
            case: row.get(7)?,
        })
    })?;
    Ok(rows)
}

/// Puts those who came into classes: child and class. Who is in a class already stays there (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a child with an open case, [`Refused::Storage`].
pub fn arrive(desk: &mut Desk<'_, '_>, school: &str, came: &[(String, String)]) -> Result<usize, Refused> {
    let (school, grant) = School::find(desk, Action::TurnYear, school)?;
    let (today, year) = (desk.now.day(), school_year(desk.now.day()));
    if came.is_empty() {
        return Err(Refused::field("came", "请给来了的孩子选班"));
    }
    let classes = classes(desk, &school.id, year)?;
    let expected: BTreeMap<String, Arrival> =
        waiting(desk, &school.id, year)?.into_iter().map(|one| (one.child.clone(), one)).collect();
    let mut done = Vec::new();
    for (child, class) in came {
        let Some((unit, name, grade)) = classes.iter().find(|(unit, ..)| unit == class) else {
            return Err(Refused::field("came", "请从表中选择班级"));
        };
        let Some(one) = expected.get(child) else { continue };
        if one.case {
            return Err(Refused::rule(
                format!("{}有没有办结的个案", one.name),
                "五(十)(十一)",
                "请在个案里安置，安置后自动编班",
            ));
        }
        if one.grade.is_some_and(|due| due != *grade) {
            return Err(Refused::field("came", format!("{}不该编到{name}，请核对年级", one.name)));
        }
        let ground = format!("arrival:{}", desk.now.id());
        let to = Place { school: school.id.clone(), class: unit.clone(), grade: *grade };
        arrived(desk, child, &to, today, &ground)?;
        desk.record(Action::TurnYear, grant.post, ("child", child), "", "新生报到编班")?;
        done.push(child.clone());
    }
    attendance::recount(desk, &done, today)?;
    Ok(done.len())
}
