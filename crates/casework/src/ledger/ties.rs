//! A child's ties, kept in step with where it belongs. Every write of a place, a standing or a group ends here: the
//! ties are the only ground on which anybody sees the child, so they may never drift.

use rules::access::{Places, ties};

use crate::db::{DbError, Tx};
use crate::params;

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
