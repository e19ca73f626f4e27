//! What the turn of a school year does to one child: up a grade, finished, arrived. The ledger's part of it: membership by date, class, grade
//! and standing with their history. Whether it may be done is decided in `turnover`, which also puts it on the record.

use jiff::civil::Date;
use rules::roll::Change;
use rules::standing::Standing;

use super::care::stand;
use super::history::{keep, touched};
use super::moves::finish;
use super::write::township_of;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A class of the new year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Its school.
    pub(crate) school: String,
    /// Its unit.
    pub(crate) class: String,
    /// Its grade.
    pub(crate) grade: i64,
}

/// Where a child is: its school, class and grade.
fn here(desk: &mut Desk<'_, '_>, child: &str) -> Result<(String, String, Option<i64>), Refused> {
    Ok(desk.tx.one(
        "select coalesce(school, ''), coalesce(class, ''), grade from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

/// Puts a child into a class from a day on; one that came into its old class later is in the new one from that day.
pub(crate) fn up(
    desk: &mut Desk<'_, '_>,
    child: &str,
    to: &Place,
    from: Date,
    ground: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    let (school, class, grade) = here(desk, child)?;
    let since = desk.tx.optional(
        "update class_member set until_day = case when from_day > $3 then from_day else $3 end
         where county = $1 and child = $2 and until_day is null returning until_day",
        &params![county, child, from],
        |row| row.get::<Date>(0),
    )?;
    desk.tx.execute(
        "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            county,
            desk.now.id(),
            child,
            &to.school,
            &to.class,
            since.unwrap_or(from),
            ground,
            desk.now.stamp()
        ],
    )?;
    let township = township_of(desk, &to.school)?;
    desk.tx.execute(
        "update child set school = $3, school_township = $4, class = $5, grade = $6 where county = $1 and id = $2",
        &params![county, child, &to.school, township, &to.class, to.grade],
    )?;
    let number = |grade: Option<i64>| grade.map(|grade| grade.to_string()).unwrap_or_default();
    keep(desk, child, "school", &school, &to.school, ground)?;
    keep(desk, child, "class", &class, &to.class, ground)?;
    keep(desk, child, "grade", &number(grade), &number(Some(to.grade)), ground)?;
    touched(desk, child)
}

/// A child that came: into a class, and in school.
pub(crate) fn arrived(
    desk: &mut Desk<'_, '_>,
    child: &str,
    to: &Place,
    from: Date,
    ground: &str,
) -> Result<(), Refused> {
    stand(desk, child, Standing::Enrolled, ground)?;
    up(desk, child, to, from, ground)
}

/// A child that finished its school: the same change of the roll as 毕业 by hand, done by the school that gives.
pub(crate) fn finished(
    desk: &mut Desk<'_, '_>,
    child: &str,
    school: &str,
    from: Date,
    account: &str,
) -> Result<(), Refused> {
    let (id, stamp) = (desk.now.id(), desk.now.stamp());
    desk.tx.execute(
        "insert into roll_move (county, id, child, kind, state, from_school, other_place, effective_day, reason, paper, asked_by,
                                asked_at, from_by, from_at, answer)
         values ($1, $2, $3, $4, 'waiting', $5, '', $6, '学年结束', '', $7, $8, $7, $8, '')",
        &params![desk.county(), &id, child, Change::Graduate.code(), school, from, account, stamp],
    )?;
    finish(desk, &id)
}
