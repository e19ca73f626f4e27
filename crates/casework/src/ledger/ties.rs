//! A child's ties, kept in step with where it belongs. Every write of a place, a standing or a group ends here: the
//! ties are the only ground on which anybody sees the child, so they may never drift.

use rules::access::{Places, Tie, ties};
use rules::groups::Special;

use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// What a tie carries of the child, for ordered and filtered lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied<'a> {
    /// Id of the child.
    pub child: &'a str,
    /// Where it belongs.
    pub places: &'a Places,
    /// Pinyin.
    pub spelling: &'a str,
    /// Code of [`rules::standing::Standing`].
    pub standing: &'a str,
    /// Groups as a number.
    pub group_bits: i64,
}

/// Writes the standing ties of a child anew; those that somebody granted (转请协助、结对包保、紧急查看) stay, with their
/// copies brought up to date.
///
/// # Errors
/// Whatever the storage says.
pub fn write_ties(tx: &mut Tx<'_>, county: &str, tied: &Tied<'_>) -> Result<(), DbError> {
    tx.execute(
        "delete from child_tie where county = $1 and child = $2 and tie not in ('shared', 'paired', 'emergency')",
        &params![county, tied.child],
    )?;
    tx.execute(
        "update child_tie set spelling = $3, standing = $4, group_bits = $5 where county = $1 and child = $2",
        &params![county, tied.child, tied.spelling, tied.standing, tied.group_bits],
    )?;
    insert_ties(tx, county, tied)
}

/// Writes the standing ties of a child that has none yet.
pub(super) fn insert_ties(tx: &mut Tx<'_>, county: &str, tied: &Tied<'_>) -> Result<(), DbError> {
    for (unit, tie) in ties(tied.places) {
        tx.execute(
            "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![county, unit, tie.code(), tied.child, tied.spelling, tied.standing, tied.group_bits],
        )?;
    }
    Ok(())
}

/// Where a child belongs today, as its row says; `None` if there is no such child.
///
/// # Errors
/// Whatever the storage says.
pub fn places_of(tx: &mut Tx<'_>, county: &str, child: &str) -> Result<Option<Places>, DbError> {
    tx.optional(
        "select county, township, village, village_group, school, school_township, class
         from child where county = $1 and id = $2",
        &params![county, child],
        |row| {
            Ok(Places {
                county: row.get(0)?,
                township: row.get(1)?,
                village: row.get(2)?,
                group: row.get(3)?,
                school: row.get(4)?,
                school_township: row.get(5)?,
                class: row.get(6)?,
            })
        },
    )
}

/// Brings a child's groups and ties in step with its row and its group facts. Every act that changes a place, a
/// standing, a name or a group ends with it. A child that was merged into another has no tie at all.
///
/// # Errors
/// Whatever the storage says.
pub fn settle(tx: &mut Tx<'_>, county: &str, child: &str) -> Result<(), DbError> {
    let Some(places) = places_of(tx, county, child)? else { return Ok(()) };
    let codes = tx.query(
        "select distinct code from child_group where county = $1 and child = $2 and until_day is null order by code",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    let bits =
        codes.iter().filter_map(|code| Special::from_code(code)).fold(0, |bits, group| bits | group.bit());
    let (spelling, standing, merged) = tx.one(
        "update child set group_bits = $3 where county = $1 and id = $2 returning spelling, standing, merged_into",
        &params![county, child, bits],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<String>>(2)?)),
    )?;
    if merged.is_some() {
        tx.execute("delete from child_tie where county = $1 and child = $2", &params![county, child])?;
        return Ok(());
    }
    write_ties(
        tx,
        county,
        &Tied { child, places: &places, spelling: &spelling, standing: &standing, group_bits: bits },
    )
}

/// The ties of a child that count now: those granted until a moment end with it.
pub(crate) fn ties_of(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, Tie)>, Refused> {
    // Every part of a page about a child asks this for itself.
    let rows = desk.tx.once(
        "select tie.unit, tie.tie from child_tie tie
         where tie.county = $1 and (tie.until_at is null or tie.until_at > $3)
           and tie.child = coalesce((select merged_into from child where county = $1 and id = $2), cast($2 as text))
         order by tie.unit, tie.tie",
        &params![desk.county(), id, desk.now.stamp()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(rows.into_iter().filter_map(|(unit, tie)| Some((unit, Tie::from_code(&tie)?))).collect())
}

/// The file that a child's file was merged into, or the same.
pub(crate) fn where_now(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let into = desk.tx.once(
        "select merged_into from child where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<Option<String>>(0),
    )?;
    Ok(into.into_iter().next().flatten().unwrap_or_else(|| id.to_owned()))
}
