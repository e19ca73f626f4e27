//! What is on record of ways and schools, as other files of this room ask for it: the latest measurement of each way, the schools that are
//! open, and what a way reads like out of a row. It decides nothing.

use std::collections::HashMap;

use rules::access::{Action, Actor, Grant, Subject, may};
use rules::ways::{Means, Season, Way};

use crate::attendance::among;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Of each home and school the measurement that holds: the later day, of one day the later entry. `$1` is the county.
pub(super) const LATEST: &str = "latest (home, school, minutes, metres, means, season, source, day) as (
    select home, school, minutes, metres, means, season, source, day from (
      select home, school, minutes, metres, means, season, source, day,
             row_number() over (partition by home, school order by day desc, at desc, id desc) as place
      from way where county = $1) ranked
    where place = 1)";

/// The way of `child`, from its group or else its village: joins, and the four columns of [`way`]. Child by child by the index, not by
/// [`LATEST`], over which an engine would go anew for each child.
pub(super) const JOINED: &str = "left join way near on near.county = child.county and near.school = child.school
           and near.home = child.village_group
           and not exists (select 1 from way later where later.county = near.county and later.school = near.school
                 and later.home = near.home and (later.day, later.at, later.id) > (near.day, near.at, near.id))
    left join way far on far.county = child.county and far.school = child.school and far.home = child.village
           and not exists (select 1 from way later where later.county = far.county and later.school = far.school
                 and later.home = far.home and (later.day, later.at, later.id) > (far.day, far.at, far.id))";
pub(super) const COLUMNS: &str = "coalesce(near.minutes, far.minutes), coalesce(near.metres, far.metres),
    coalesce(near.means, far.means), coalesce(near.season, far.season)";

/// A way out of four columns from `at` on; `None` where nobody measured it.
pub(super) fn way(row: &Row<'_>, at: usize) -> Result<Option<Way>, DbError> {
    let (minutes, metres): (Option<u16>, Option<u32>) = (row.get(at)?, row.get(at + 1)?);
    let (means, season): (Option<String>, Option<String>) = (row.get(at + 2)?, row.get(at + 3)?);
    let means = means.and_then(|code| Means::from_code(&code));
    let season = season.and_then(|code| Season::from_code(&code));
    Ok(minutes.zip(metres).zip(means.zip(season)).map(|((minutes, metres), (means, season))| Way {
        minutes,
        metres,
        means,
        season,
    }))
}

/// Ways by school and home.
pub(super) type ByHome = HashMap<String, HashMap<String, Way>>;

/// Every way that was measured: so many as there are homes and schools of a county, and not as there are children.
pub(super) fn every_way(desk: &mut Desk<'_, '_>) -> Result<ByHome, Refused> {
    let mut ways = ByHome::new();
    desk.tx.each(
        &format!(
            "with {LATEST} select home, school, minutes, metres, means, season from latest order by school, home"
        ),
        &params![desk.county()],
        |row| {
            if let Some(way) = way(row, 2)? {
                ways.entry(row.get(1)?).or_default().insert(row.get(0)?, way);
            }
            Ok(())
        },
    )?;
    Ok(ways)
}

/// Ways to some schools, by home and school.
pub(super) fn ways_to(
    desk: &mut Desk<'_, '_>,
    schools: &[String],
) -> Result<HashMap<(String, String), Way>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, schools.iter().cloned());
    let rows = desk.tx.query(
        &format!(
            "with {LATEST} select home, school, minutes, metres, means, season from latest
             where school in ({list}) order by school, home"
        ),
        &values,
        |row| Ok(((row.get(0)?, row.get(1)?), way(row, 2)?)),
    )?;
    Ok(rows.into_iter().filter_map(|(pair, way)| Some((pair, way?))).collect())
}

/// Open units of a kind: id, name, the township for a school and the unit above for others; in the order of their names.
pub(crate) fn open_units(
    desk: &mut Desk<'_, '_>,
    kind: &str,
) -> Result<Vec<(String, String, String)>, Refused> {
    let above = if kind == "school" { "township" } else { "parent" };
    Ok(desk.tx.query(
        &format!(
            "select id, name, coalesce({above}, '') from unit
             where county = $1 and kind = $2 and until_day is null order by name, id"
        ),
        &params![desk.county(), kind],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

/// On which post something may be done in a matter of these units, each for itself: the whole county's, or one of them.
pub(super) fn concerned<'a>(actor: &'a Actor, action: Action, units: &[String]) -> Option<Grant<'a>> {
    let whole = may(actor, action, &Subject::Unit(&[]));
    whole.ok().or_else(|| {
        units.iter().find_map(|unit| may(actor, action, &Subject::Unit(std::slice::from_ref(unit))).ok())
    })
}
