//! School years before the demo's own, so that it can be measured what history costs: classes that are over with their
//! rolls, and absences that are over with the evenings that the clock stood at. Their registers are written by [`super::sheet`].

use jiff::Timestamp;
use jiff::civil::Date;
use rules::attendance::{Clock, Kind};

use super::Seeding;
use crate::db::{DbError, Tx};
use crate::now::stamp;
use crate::params;

/// Writes a class as it was some school years ago: it has the pupils of the class `of` today, and is over.
///
/// # Errors
/// Whatever the storage says.
pub fn past_class(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    (of, class, back): (&str, &str, i64),
    (from, until): (Date, Date),
) -> Result<(), DbError> {
    tx.execute(
        "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day, until_day)
         select county, cast($3 as text), kind, line, name, short, parent, township, sort, cast($4 as text),
                cast($5 as text)
         from unit where county = $1 and id = $2",
        &params![with.county, of, class, from, until],
    )?;
    tx.execute(
        "insert into class (county, unit, school, grade, number, school_year)
         select county, cast($3 as text), school, grade, number, school_year - $4
         from class where county = $1 and unit = $2",
        &params![with.county, of, class, back],
    )?;
    tx.execute(
        "insert into class_member (county, id, child, school, class, from_day, until_day, ground, made_at)
         select county, id || cast($6 as text), child, school, cast($3 as text), cast($4 as text), cast($5 as text), ground,
                cast($4 as text) || 'T00:00:00.000+08:00'
         from class_member where county = $1 and class = $2 and until_day is null",
        &params![with.county, of, class, from, until, format!(":{back}")],
    )?;
    Ok(())
}

/// An absence that is over.
#[derive(Debug, Clone)]
pub struct SeedAbsence {
    /// The child.
    pub child: String,
    /// How it stood at each evening on which that changed, the last being that of coming back.
    pub evenings: Vec<(Date, Clock)>,
    /// What the clock said on the day on which the child was suspected of having dropped out; `None` if it was not.
    pub said: Option<String>,
    /// When it was back.
    pub back: Timestamp,
}

/// Writes an absence: the rows of the clock, and that of the list of suspects, taken off it again.
///
/// # Errors
/// Whatever the storage says.
pub fn absence(tx: &mut Tx<'_>, with: &Seeding<'_>, by: &str, one: &SeedAbsence) -> Result<(), DbError> {
    for (day, clock) in &one.evenings {
        tx.execute(
            "insert into clock (county, child, day, away, since_day, last, suspected_day, excused, told, unknown, open)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)",
            &params![
                with.county,
                &one.child,
                *day,
                clock.away,
                clock.since,
                clock.last.map_or("", Kind::code),
                clock.suspected,
                clock.excused,
                clock.told,
                clock.unknown
            ],
        )?;
    }
    let since = one.evenings.iter().find_map(|(_, clock)| clock.suspected);
    let (Some(said), Some(since)) = (&one.said, since) else { return Ok(()) };
    tx.execute(
        "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by, cleared_at,
                                cleared_why, said)
         select $1, $2, $3, 'attendance', '', $4, $5, $6, $7, 'returned', $8
         where not exists (select 1 from child where county = $1 and id = $3 and grade > 9)",
        &params![
            with.county,
            with.now.at_moment(one.back).id(),
            &one.child,
            since,
            format!("{since}T20:00:00.000+08:00"),
            by,
            stamp(one.back),
            said.as_str()
        ],
    )?;
    Ok(())
}
