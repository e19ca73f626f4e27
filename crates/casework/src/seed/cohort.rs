//! Who of an invented county was in the first grade eight school years ago, and what its yearbook says of them: the ledger of a county that has
//! been kept for so long knows it by itself.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rules::figures::Figure;

use super::Seeding;
use crate::db::{DbError, Tx};
use crate::params;

/// Writes the cohort whose ninth year the school year `year` is, and the yearbook's two numbers of it.
///
/// # Errors
/// Whatever the storage says.
pub fn cohort(tx: &mut Tx<'_>, with: &Seeding<'_>, year: i16, by: &str, on: Date) -> Result<(), DbError> {
    let first = year.saturating_sub(8);
    let born = (date(first.saturating_sub(7), 9, 1), date(first.saturating_sub(6), 8, 31));
    let children = tx.execute(
        "insert into figure_cohort (county, year, child, source, made_at)
         select county, cast($2 as bigint), id, 'class', cast($5 as text) from child
         where county = $1 and birth >= $3 and birth <= $4 and registration = 'local' and standing <> 'never'
           and merged_into is null",
        &params![with.county, first, born.0, born.1, format!("{first}-09-01T08:00:00.000+08:00")],
    )?;
    if children == 0 {
        return Ok(());
    }
    let pupils = tx.one(
        "select cast(count(*) as bigint) from figure_cohort cohort
         join child on child.county = cohort.county and child.id = cohort.child
         where cohort.county = $1 and cohort.year = $2 and child.standing in ('enrolled', 'elsewhere', 'suspended')",
        &params![with.county, first],
        |row| row.get::<u64>(0),
    )?;
    tx.execute(
        "insert into figure_entry (county, id, figure, school_year, part, whole, source, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            with.county,
            with.now.id(),
            Figure::Yearbook.code(),
            year,
            pupils,
            children,
            format!("{year}年、{first}年教育事业统计年报（编造）"),
            by,
            format!("{on}T09:00:00.000+08:00")
        ],
    )?;
    Ok(())
}

/// Township of each child that has one.
///
/// # Errors
/// Whatever the storage says.
pub fn townships_of_children(tx: &mut Tx<'_>, county: &str) -> Result<BTreeMap<String, String>, DbError> {
    let rows = tx.query(
        "select id, township from child where county = $1 and township is not null",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}
