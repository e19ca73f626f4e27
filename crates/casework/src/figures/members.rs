//! Rows of how children and matters count, brought in step with a new classification: what did not change costs nothing, what did ends and
//! begins anew, so that the rows of every snapshot before stay as they were.

use std::collections::HashMap;

use rules::figures::{Basis, listed};

use super::OPEN;
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// How one child or matter counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// The child, or the matter's own id.
    pub(super) id: String,
    /// The child.
    pub(super) child: String,
    /// A mark for each figure of the basis; empty for nothing.
    pub(super) marks: String,
    /// Why.
    pub(super) why: String,
    /// Where the child belongs.
    pub(super) township: Option<String>,
    /// As above.
    pub(super) village: Option<String>,
    /// As above.
    pub(super) school: Option<String>,
    /// Pinyin.
    pub(super) spelling: String,
    /// Why it stays away, of one that is to be brought back: a cause of the plan.
    pub(super) cause: String,
    /// How far on the way back it is, of the same; 0 for everything else.
    pub(super) step: i64,
}

struct Kept {
    from: i64,
    member: Member,
}

/// Which rows: those behind one id as far as another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<'a> {
    pub(super) basis: Basis,
    pub(super) after: &'a str,
    pub(super) until: &'a str,
}

/// A text behind every id.
pub(super) const END: &str = "\u{10ffff}";

/// Brings the rows of a stretch in step with the members that are there now, as of a snapshot that is being made; how many changed. Done
/// twice for one snapshot, it is done once.
pub(super) fn keep(
    desk: &mut Desk<'_, '_>,
    number: i64,
    stretch: Stretch<'_>,
    members: &[Member],
) -> Result<usize, Refused> {
    let county = desk.county();
    let rows = desk.tx.query(
        "select ref, from_number, child, marks, why, township, village, school, coalesce(cause, ''), coalesce(step, 0)
         from figure_member
         where county = $1 and basis = $2 and ref > $3 and ref <= $4 and until_number = $5 order by ref",
        &params![county, stretch.basis.code(), stretch.after, stretch.until, OPEN],
        kept,
    )?;
    let mut rows: HashMap<String, Kept> = rows.into_iter().map(|row| (row.member.id.clone(), row)).collect();
    let mut changed = 0;
    for member in members.iter().filter(|member| !member.marks.is_empty()) {
        let turned = match rows.remove(&member.id) {
            Some(row) if same(&row.member, member) => continue,
            Some(row) => {
                end(desk, number, stretch.basis, &row, true)?;
                // What stood before a try that did not come to its end is not known here.
                if row.from == number { None } else { Some(turned(Some(&row.member), member)) }
            }
            None => Some(turned(None, member)),
        };
        begin(desk, number, stretch.basis, (member, turned.as_deref()))?;
        changed += 1;
    }
    for row in rows.values() {
        end(desk, number, stretch.basis, row, false)?;
        changed += 1;
    }
    Ok(changed)
}

/// For each figure whether one counts otherwise in it than before: `x`, or `-`. Who is elsewhere now counts otherwise in all.
fn turned(before: Option<&Member>, now: &Member) -> String {
    let moved = before.is_some_and(|before| before.township != now.township);
    let old = before.map_or("", |before| before.marks.as_str());
    let places = old.len().max(now.marks.len());
    let mark = |marks: &str, at: usize| marks.as_bytes().get(at).copied().unwrap_or(b'-');
    (0..places).map(|at| if moved || mark(old, at) != mark(&now.marks, at) { 'x' } else { '-' }).collect()
}

fn kept(row: &Row<'_>) -> Result<Kept, DbError> {
    Ok(Kept {
        from: row.get(1)?,
        member: Member {
            id: row.get(0)?,
            child: row.get(2)?,
            marks: row.get(3)?,
            why: row.get(4)?,
            township: row.get(5)?,
            village: row.get(6)?,
            school: row.get(7)?,
            spelling: String::new(),
            cause: row.get(8)?,
            step: row.get(9)?,
        },
    })
}

/// Pinyin orders lists and is no fact of a figure. A figure in which one does not count, added at the end of the marks, is no change.
fn same(kept: &Member, now: &Member) -> bool {
    fn counted(marks: &str) -> &str {
        marks.trim_end_matches('-')
    }
    kept.child == now.child
        && counted(&kept.marks) == counted(&now.marks)
        && kept.cause == now.cause
        && kept.step == now.step
        && kept.why == now.why
        && kept.township == now.township
        && kept.village == now.village
        && kept.school == now.school
}

fn begin(
    desk: &mut Desk<'_, '_>,
    number: i64,
    basis: Basis,
    (member, turned): (&Member, Option<&str>),
) -> Result<(), Refused> {
    desk.tx.execute(
        "insert into figure_member (county, basis, ref, from_number, until_number, child, marks, why, township, village,
                                    school, spelling, listed, cause, step, turned)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        &params![
            desk.county(),
            basis.code(),
            &member.id,
            number,
            OPEN,
            &member.child,
            &member.marks,
            &member.why,
            member.township.as_deref(),
            member.village.as_deref(),
            member.school.as_deref(),
            &member.spelling,
            i64::from(listed(basis, &member.marks)),
            &member.cause,
            member.step,
            turned
        ],
    )?;
    Ok(())
}

/// A row of the snapshot that is being made itself was written by a try that did not come to its end: it is no row of any snapshot. Whether
/// another row follows on it is kept with it.
fn end(desk: &mut Desk<'_, '_>, number: i64, basis: Basis, row: &Kept, follows: bool) -> Result<(), Refused> {
    let county = desk.county();
    let followed = follows.then_some(1_i64);
    if row.from == number {
        desk.tx.execute(
            "update figure_member set followed = $5 where county = $1 and basis = $2 and ref = $3 and until_number = $4",
            &params![county, basis.code(), &row.member.id, number, followed],
        )?;
        desk.tx.execute(
            "delete from figure_member where county = $1 and basis = $2 and ref = $3 and from_number = $4",
            &params![county, basis.code(), &row.member.id, number],
        )?;
    } else {
        desk.tx.execute(
            "update figure_member set until_number = $5, followed = $6
             where county = $1 and basis = $2 and ref = $3 and from_number = $4",
            &params![county, basis.code(), &row.member.id, row.from, number, followed],
        )?;
    }
    Ok(())
}
