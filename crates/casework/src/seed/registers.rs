//! Registers that were called before the demo begins: sheets and marks as `attendance::submit` would have left them. The
//! clock is counted from them by the real rule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rules::attendance::{Kind, Part, Reason};
use rules::codes::Boarding;
use rules::plan::Plan;

use super::Seeding;
use crate::attendance;
use crate::db::{DbError, Tx};
use crate::desk::{Desk, SignedIn};
use crate::jobs::program;
use crate::keys::Keys;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::Refused;

/// A class with whoever leads it and the pupils on its roll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedClass {
    /// The class.
    pub class: String,
    /// Its school.
    pub school: String,
    /// Account of the class teacher; `None` while the post is vacant.
    pub teacher: Option<String>,
    /// Its pupils: those who go to school.
    pub pupils: Vec<String>,
    /// Pupils on its roll of whom the ledger says that they stay away (辍学).
    pub gone: Vec<String>,
    /// Those of either kind who board.
    pub boarders: Vec<String>,
}

/// Classes and their rolls as they are today.
///
/// # Errors
/// Whatever the storage says.
pub fn classes(tx: &mut Tx<'_>, county: &str) -> Result<Vec<SeedClass>, DbError> {
    let mut classes: Vec<SeedClass> = Vec::new();
    tx.each(
        "select class.unit, class.school, child.id, child.standing, child.boarding,
                (select tenure.account from post
                   join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
                   where post.county = class.county and post.unit = class.unit and post.role = 'teacher'
                     and post.closed_at is null
                   order by tenure.from_day, tenure.account limit 1)
         from class
         join class_member member on member.county = class.county and member.class = class.unit
              and member.until_day is null
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         where class.county = $1
         order by (select code from unit where unit.county = class.county and unit.id = class.school), class.grade,
                  class.number, class.unit, child.spelling, child.birth, child.id",
        &params![county],
        |row| {
            let (class, school, child): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if classes.last().is_none_or(|last| last.class != class) {
                let teacher = row.get(5)?;
                let (pupils, gone, boarders) = (Vec::new(), Vec::new(), Vec::new());
                classes.push(SeedClass { class, school, teacher, pupils, gone, boarders });
            }
            if let Some(last) = classes.last_mut() {
                if row.get::<String>(4)? == Boarding::Boarder.code() {
                    last.boarders.push(child.clone());
                }
                match row.get::<String>(3)?.as_str() {
                    "enrolled" => last.pupils.push(child),
                    "absent" => last.gone.push(child),
                    _ => {}
                }
            }
            Ok(())
        },
    )?;
    Ok(classes)
}

/// Lets every place on a roll be known since the day from which it holds, as if it had been entered then: the county's
/// lists are brought in at one moment, when it is made.
///
/// # Errors
/// Whatever the storage says.
pub fn rolls_known(tx: &mut Tx<'_>, county: &str) -> Result<(), DbError> {
    tx.execute(
        "update class_member set made_at = from_day || 'T00:00:00.000+08:00' where county = $1",
        &params![county],
    )?;
    Ok(())
}

/// A register of a whole class that was called.
#[derive(Debug, Clone)]
pub struct SeedSheet<'a> {
    /// The class.
    pub class: &'a SeedClass,
    /// Whoever called it.
    pub by: &'a str,
    /// The day.
    pub day: Date,
    /// When it was submitted.
    pub at: Timestamp,
    /// Who was not simply there.
    pub away: &'a [(String, Kind, Option<Reason>)],
}

/// Writes a register.
///
/// # Errors
/// Whatever the storage says.
pub fn sheet(tx: &mut Tx<'_>, with: &Seeding<'_>, one: &SeedSheet<'_>) -> Result<(), DbError> {
    let (id, at) = (with.now.at_moment(one.at).id(), stamp(one.at));
    let size = one.class.pupils.len() + one.class.gone.len();
    tx.execute(
        "insert into sheet (county, id, class, school, day, part, child, corrects, roll_at, late, size, missing,
                            why_sealed, by_account, at)
         values ($1, $2, $3, $4, $5, $6, null, '', $7, 0, $8, $9, null, $10, $11)",
        &params![
            with.county,
            &id,
            &one.class.class,
            &one.class.school,
            one.day,
            Part::Whole.code(),
            &at,
            i64::try_from(size).unwrap_or(i64::MAX),
            i64::try_from(one.away.len()).unwrap_or(i64::MAX),
            one.by,
            &at
        ],
    )?;
    for (child, kind, reason) in one.away {
        tx.execute(
            "insert into mark (county, sheet, child, day, kind, reason) values ($1, $2, $3, $4, $5, $6)",
            &params![with.county, &id, child, one.day, kind.code(), reason.map_or("", Reason::code)],
        )?;
    }
    Ok(())
}

/// Who of which class was away, and how.
pub type Marked = BTreeMap<(String, Date), Vec<(String, Kind)>>;

/// Who was not simply there in the registers of a school since a day, by class and day.
///
/// # Errors
/// Whatever the storage says.
pub fn marked(tx: &mut Tx<'_>, county: &str, school: &str, since: Date) -> Result<Marked, DbError> {
    let mut marked = Marked::new();
    tx.each(
        "select sheet.class, sheet.day, mark.child, mark.kind
         from sheet join mark on mark.county = sheet.county and mark.sheet = sheet.id
         where sheet.county = $1 and sheet.school = $2 and sheet.day >= $3
         order by sheet.class, sheet.day, mark.child",
        &params![county, school, since],
        |row| {
            if let Some(kind) = Kind::from_code(&row.get::<String>(3)?) {
                marked.entry((row.get(0)?, row.get(1)?)).or_default().push((row.get(2)?, kind));
            }
            Ok(())
        },
    )?;
    Ok(marked)
}

/// Counts these children from a day on, as the night does.
///
/// # Errors
/// What the calendar or the storage refuses.
pub fn counted(
    tx: &mut Tx<'_>,
    (keys, plan, now): (&Keys, &Plan, &Now),
    children: &[String],
    from: Date,
) -> Result<(), Refused> {
    let who = SignedIn { actor: program(&plan.county().code), confirmed: None };
    let county = plan.county().code.as_str();
    attendance::recount(&mut Desk { tx, who: &who, now, keys, plan }, children, from)?;
    // The evening of each third day saw to it then; here it is all made up at once.
    for child in children {
        tx.execute(
            "update suspected set made_at = since_day || 'T17:20:00.000+08:00'
             where county = $1 and child = $2 and source = 'attendance' and made_at = $3",
            &params![county, child, now.stamp()],
        )?;
        tx.execute(
            "update suspected
             set cleared_at = coalesce((select min(clock.day) from clock where clock.county = suspected.county
                                          and clock.child = suspected.child and clock.day > suspected.since_day
                                          and clock.away = 0) || 'T09:00:00.000+08:00', cleared_at)
             where county = $1 and child = $2 and source = 'attendance' and cleared_at = $3",
            &params![county, child, now.stamp()],
        )?;
    }
    Ok(())
}
