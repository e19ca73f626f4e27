//! Where sheets and exports say different things about a class and a day. What it writes is derived: it is made anew whenever a
//! sheet or an export of the day comes or goes, so that a difference that is settled is gone by itself.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use rules::attendance::{Facts, Kind, Mark, Part, Stood, differ};

use super::super::book::Book;
use super::super::days::unknown_year;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Compares a class on a day.
///
/// # Errors
/// [`Refused::Rule`] for a year that the calendar does not know, [`Refused::Storage`].
pub(in super::super) fn compare(desk: &mut Desk<'_, '_>, class: &str, day: Date) -> Result<(), Refused> {
    let county = desk.county();
    let mut before: HashMap<String, (String, String, String)> = HashMap::new();
    desk.tx.each(
        "select child, here, kind, state from province_difference
         where county = $1 and class = $2 and day = $3 order by child",
        &params![county, class, day],
        |row| {
            before.insert(row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?));
            Ok(())
        },
    )?;
    for one in differences(desk, class, day)? {
        let code = one.kind.map_or("", Kind::code);
        let same = before
            .remove(&one.child)
            .is_some_and(|(here, kind, state)| state == "ours" && here == one.here.code() && kind == code);
        desk.tx.execute(
            "insert into province_difference (county, child, day, class, school, here, there, kind, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (county, child, day) do update
               set class = excluded.class, school = excluded.school, here = excluded.here, there = excluded.there,
                   kind = excluded.kind, state = excluded.state",
            &params![
                county,
                &one.child,
                day,
                class,
                &one.school,
                one.here.code(),
                one.there.code(),
                code,
                if same { "ours" } else { "open" }
            ],
        )?;
    }
    for child in before.into_keys() {
        desk.tx.execute(
            "delete from province_difference where county = $1 and child = $2 and day = $3",
            &params![county, &child, day],
        )?;
    }
    Ok(())
}

/// Compares anew what differed on a day that lessons were put on or taken off, at a school or everywhere.
///
/// # Errors
/// As [`compare`].
pub(in super::super) fn day_changed(
    desk: &mut Desk<'_, '_>,
    day: Date,
    school: Option<&str>,
) -> Result<(), Refused> {
    let classes = desk.tx.query(
        "select distinct class from province_difference
         where county = $1 and day = $2 and (cast($3 as text) is null or school = $3) order by class",
        &params![desk.county(), day, school],
        |row| row.get::<String>(0),
    )?;
    for class in classes {
        compare(desk, &class, day)?;
    }
    Ok(())
}

struct Found {
    child: String,
    school: String,
    here: Stood,
    there: Stood,
    kind: Option<Kind>,
}

/// What differs now; nothing where no export that stands says anything of the day.
fn differences(desk: &mut Desk<'_, '_>, class: &str, day: Date) -> Result<Vec<Found>, Refused> {
    let county = desk.county();
    let last = desk.tx.optional(
        "select province.export, province.number, province.roll_at, province.school from province_day province
         join province_export export on export.county = province.county and export.id = province.export
           and export.state in ('applying', 'applied')
         where province.county = $1 and province.class = $2 and province.day = $3 and province.applied_at is not null
         order by export.made_at desc, export.id desc, province.number desc limit 1",
        &params![county, class, day],
        |row| {
            let school: String = row.get(3)?;
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?, school))
        },
    )?;
    let Some((export, number, roll_at, school)) = last else { return Ok(Vec::new()) };
    let said: BTreeMap<String, String> = desk
        .tx
        .query(
            "select child, kind from province_mark where county = $1 and export = $2 and number = $3 order by child",
            &params![county, &export, number],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .into_iter()
        .collect();
    let roll = desk.tx.query(
        "select member.child, member.made_at from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3)
         order by member.child",
        &params![county, class, day],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let children: Vec<String> = roll.iter().map(|(child, _)| child.clone()).collect();
    let book = Book::of(desk, &children, day, day)?;
    let mut found = Vec::new();
    for (child, made_at) in roll {
        let (members, marks) = (book.members(&child), book.marks(&child));
        let facts = book.facts(&child, &members, &marks);
        if facts.member(day).is_none_or(|member| member.class != class) {
            continue;
        }
        let here = facts.day(&book.days, day).map_err(unknown_year)?;
        let kind = match said.get(&child) {
            Some(kind) => Kind::from_code(kind),
            None => (made_at <= roll_at).then_some(Kind::Present),
        };
        let mark = kind.map(|kind| Mark { id: "", day, part: Part::Whole, kind, class, corrects: None });
        let facts = Facts { members: &members, leave: &[], marks: mark.as_slice() };
        let there = facts.day(&book.days, day).map_err(unknown_year)?;
        let (here, there) = (Stood::from(here), Stood::from(there));
        if differ(here, there) {
            found.push(Found { child, school: school.clone(), here, there, kind });
        }
    }
    Ok(found)
}
