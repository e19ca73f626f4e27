//! Who owes which report until when, as far as it is the reader's; and how many wait for a second look.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::regular::{Kind, Period, Stand, due, ended};

use super::{since, writes};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Periods of each kind that are looked at for today's list.
const fn looked_at(kind: Kind) -> usize {
    match kind {
        Kind::SchoolMonth => 4,
        Kind::CountyQuarter => 2,
        Kind::PrefectureTerm | Kind::ProvinceYear => 1,
    }
}

/// A report that is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Which.
    pub kind: Kind,
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// For which period.
    pub period: Period,
    /// By when.
    pub due: Date,
    /// What was begun, and where it stands.
    pub begun: Option<(String, Stand)>,
}

/// What the reader's units have still to hand in, the earliest day first.
///
/// # Errors
/// [`Refused::Storage`].
pub fn owed(desk: &mut Desk<'_, '_>) -> Result<Vec<Owed>, Refused> {
    if may(desk.actor(), Action::WriteRegular, &Subject::Nothing).is_err() {
        return Ok(Vec::new());
    }
    let Some(since) = since(desk)? else { return Ok(Vec::new()) };
    let today = desk.now.day();
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let mut units: Vec<String> = match kind {
            Kind::SchoolMonth => desk.actor().posts.iter().map(|post| post.unit.clone()).collect(),
            _ => vec![desk.county().to_owned()],
        };
        units.sort_unstable();
        units.dedup();
        units.retain(|unit| writes(desk, *kind, unit).is_ok());
        for unit in units {
            let name = desk.tx.optional(
                "select name from unit where county = $1 and id = $2 and until_day is null",
                &params![desk.county(), &unit],
                |row| row.get::<String>(0),
            )?;
            let Some(name) = name else { continue };
            for period in ended(*kind, today, looked_at(*kind), desk.plan.calendar()) {
                if period.last.to_string() < since {
                    continue;
                }
                let begun = desk.tx.optional(
                    "select id, state from regular_report
                     where county = $1 and kind = $2 and unit = $3 and period = $4 order by version limit 1",
                    &params![desk.county(), kind.code(), &unit, &period.code],
                    |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
                )?;
                let begun = begun.and_then(|(id, state)| Some((id, Stand::from_code(&state)?)));
                if matches!(begun, Some((_, Stand::Submitted | Stand::Frozen))) {
                    continue;
                }
                let due = due(*kind, &period, desk.plan.regular());
                found.push(Owed { kind: *kind, unit: unit.clone(), name: name.clone(), period, due, begun });
            }
        }
    }
    found.sort_by(|a, b| (a.due, a.kind.code(), &a.unit).cmp(&(b.due, b.kind.code(), &b.unit)));
    Ok(found)
}

/// How many reports wait for the reader to look at: none of their own.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    if may(desk.actor(), Action::ReviewRegular, &Subject::Nothing).is_err() {
        return Ok(0);
    }
    Ok(desk.tx.one(
        "select cast(count(*) as bigint) from regular_report r
         where r.county = $1 and r.state = 'submitted' and r.made_by <> $2 and coalesce(r.sent_by, '') <> $2
           and not exists (select 1 from regular_act a where a.county = r.county and a.report = r.id and a.by_account = $2
                              and a.act in ('draft', 'write', 'submit', 'correct'))",
        &params![desk.county(), &desk.actor().account],
        |row| row.get(0),
    )?)
}
