//! 开学没有到的: who was due and is in no register, by township, with what to do next. What follows is opened by what is there already: a case, a proof
//! of studying elsewhere, a deferral.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie, arms};
use rules::season::{Answer, Due, Missing, Pupil, State, missing, next_act};

use super::due::{Whose, children};
use super::notices::states;
use super::open::{Season, season};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Names on a page at most; the numbers count all.
const MOST: usize = 300;

/// A child that did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoShow {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// For what it was due.
    pub due: Due,
    /// How it is missing.
    pub missing: Missing,
    /// Where it is at home.
    pub home: String,
    /// Where it was expected; empty where nothing is known.
    pub school: String,
    /// Its notice.
    pub notice: Option<String>,
    /// What to do next.
    pub act: &'static str,
    /// Its open case, whose page says whose move it is.
    pub case: Option<String>,
}

/// Who did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoShows {
    /// The season.
    pub season: Season,
    /// The first school day; `None` where the calendar does not know it.
    pub first: Option<Date>,
    /// Whether school has begun.
    pub begun: bool,
    /// By township: id, name, due, missing, of them with an open case.
    pub townships: Vec<(String, String, u32, u32, u32)>,
    /// Names of the township asked for, or of all, at most so many.
    pub rows: Vec<NoShow>,
    /// Township that is shown.
    pub of: String,
    /// All: due, missing.
    pub all: (u32, u32),
}

/// The first school day of a season's school year.
pub(super) fn first_day(desk: &Desk<'_, '_>, season: &Season) -> Option<Date> {
    let terms = desk.plan.calendar().terms().iter();
    terms.filter(|term| term.school_year == season.year && term.number == 1).map(|term| term.first).min()
}

/// Who was due and did not come, in the reader's scope; `under` is a township.
///
/// # Errors
/// [`Refused::Denied`], also for a township of which the reader reaches nobody; [`Refused::Storage`].
pub fn no_shows(desk: &mut Desk<'_, '_>, under: &str) -> Result<NoShows, Refused> {
    let grant = desk.require(Action::ReadSeason, &Subject::Nothing, ("season", under))?;
    let season = season(desk)?;
    let first = first_day(desk, &season);
    let today = desk.now.day();
    let begun = first.is_some_and(|first| today >= first);
    let mut found = NoShows {
        season,
        first,
        begun,
        townships: Vec::new(),
        rows: Vec::new(),
        of: under.to_owned(),
        all: (0, 0),
    };
    if !begun {
        return Ok(found);
    }
    let county = desk.county();
    let due =
        children(desk, &season, Whose::Reached(Action::ReadSeason), &[Due::First, Due::Junior, Due::Back])?;
    let notices = states(desk, &season)?;
    let away = never_came(desk, first.unwrap_or(today))?;
    let proven: BTreeMap<String, ()> = desk
        .tx
        .query(
            "select distinct child from elsewhere
             where county = $1 and ended_day is null and proof <> '' and (expires_day is null or expires_day >= $2)
             order by child",
            &params![county, today],
            |row| row.get::<String>(0),
        )?
        .into_iter()
        .map(|child| (child, ()))
        .collect();
    let cases: BTreeMap<String, String> = desk
        .tx
        .query(
            "select child, id from child_case where county = $1 and ended_at is null order by child",
            &params![county],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?
        .into_iter()
        .collect();
    let names = unit_names(desk)?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_default();
    let whole = arms(desk.actor(), Action::ReadSeason).iter().any(|arm| arm.tie == Tie::County);
    for child in due {
        let pupil = Pupil {
            on_roll: child.now.is_some(),
            came: away.contains_key(&child.id).then_some(false),
            elsewhere: proven.contains_key(&child.id),
            paused: false,
        };
        let missing = missing(&pupil);
        let case = cases.get(&child.id).cloned();
        if found.townships.last().is_none_or(|last| last.0 != child.township) {
            found.townships.push((child.township.clone(), name(&child.township), 0, 0, 0));
        }
        if let Some(last) = found.townships.last_mut() {
            last.2 += 1;
            last.3 += u32::from(missing.is_some());
            last.4 += u32::from(missing.is_some() && case.is_some());
        }
        found.all.0 += 1;
        found.all.1 += u32::from(missing.is_some());
        let Some(missing) = missing else { continue };
        let shown = if under.is_empty() { !whole } else { child.township == under };
        if !shown || found.rows.len() >= MOST {
            continue;
        }
        let (notice, state, answer, school) = match notices.get(&child.id) {
            Some((id, state, answer, school)) => (Some(id.clone()), Some(*state), *answer, school.clone()),
            None => (None, None::<State>, None::<Answer>, None),
        };
        let home = [child.village.as_deref(), child.group.as_deref()].into_iter().flatten().map(name);
        found.rows.push(NoShow {
            home: home.collect::<Vec<_>>().concat(),
            school: school.or(child.school).map(|school| name(&school)).unwrap_or_default(),
            act: next_act(state, answer),
            child: child.id,
            name: child.name,
            due: child.due,
            missing,
            notice,
            case,
        });
    }
    if !under.is_empty() && !found.townships.iter().any(|one| one.0 == under) {
        return Err(Refused::denied(Action::ReadSeason, "unit", under));
    }
    desk.record(Action::ReadSeason, grant.post, ("unit", under), "", "开学没有到的")?;
    Ok(found)
}

/// Children on a roll who have been away without a break since the first days.
fn never_came(desk: &mut Desk<'_, '_>, first: Date) -> Result<BTreeMap<String, ()>, Refused> {
    let rows = desk.tx.query(
        "select child from clock where county = $1 and open = 1 and away > 0 and since_day is not null
           and since_day >= $2 and since_day <= $3 order by child",
        &params![desk.county(), first, first.saturating_add(jiff::ToSpan::days(2))],
        |row| row.get::<String>(0),
    )?;
    Ok(rows.into_iter().map(|child| (child, ())).collect())
}

/// Names of townships, villages, groups and schools.
pub(super) fn unit_names(desk: &mut Desk<'_, '_>) -> Result<BTreeMap<String, String>, Refused> {
    let rows = desk.tx.once(
        "select id, name from unit where county = $1 and kind in ('township', 'village', 'group', 'school') order by id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}
