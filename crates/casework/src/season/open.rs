//! Opening a season, and which one a day belongs to. An opened season keeps the age rule of that day (hazard G05).

use rules::access::{Action, Subject};
use rules::age::{SchoolAge, school_year_label};
use rules::season::season_year;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A season.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Season {
    /// First calendar year of its school year.
    pub year: i16,
    /// The age rule of the day on which it was opened; of a season that is not, the plan's.
    pub age: SchoolAge,
    /// Whether it was opened.
    pub is_open: bool,
}

impl Season {
    /// `2026-2027`.
    #[must_use]
    pub fn label(&self) -> String {
        school_year_label(self.year)
    }

    /// What must be open before anything is entered.
    ///
    /// # Errors
    /// [`Refused::Rule`].
    pub fn must_be_open(&self) -> Result<(), Refused> {
        if self.is_open {
            return Ok(());
        }
        let what = format!("{}学年的招生入学季还没有开始", self.label());
        Err(Refused::rule(what, "五(八)", "请县教体局在“入学季”里开始"))
    }
}

/// The season of the desk's day.
///
/// # Errors
/// [`Refused::Storage`].
pub fn season(desk: &mut Desk<'_, '_>) -> Result<Season, Refused> {
    let year = season_year(desk.now.day());
    season_of(desk, year)
}

/// The season of a school year.
///
/// # Errors
/// [`Refused::Storage`].
pub fn season_of(desk: &mut Desk<'_, '_>, year: i16) -> Result<Season, Refused> {
    let kept = desk.tx.optional(
        "select from_years, turned_by, until_years from season where county = $1 and year = $2",
        &params![desk.county(), i64::from(year)],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    let plan = *desk.plan.school_age();
    let Some((from, turned, until)) = kept else { return Ok(Season { year, age: plan, is_open: false }) };
    let turned_by =
        turned.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    let age = SchoolAge {
        from_years: i16::try_from(from).unwrap_or(plan.from_years),
        turned_by: turned_by.unwrap_or(plan.turned_by),
        until_years: i16::try_from(until).unwrap_or(plan.until_years),
    };
    Ok(Season { year, age, is_open: true })
}

/// Opens the season of the desk's day. Twice is once (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn open_season(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    let grant = desk.require(Action::PlanSeason, &Subject::Nothing, ("season", ""))?;
    let (year, age) = (season_year(desk.now.day()), *desk.plan.school_age());
    let opened = desk.tx.execute(
        "insert into season (county, year, from_years, turned_by, until_years, opened_by, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (county, year) do nothing",
        &params![
            desk.county(),
            i64::from(year),
            i64::from(age.from_years),
            format!("{:02}-{:02}", age.turned_by.0, age.turned_by.1),
            i64::from(age.until_years),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if opened == 0 {
        return Ok(());
    }
    let said = format!("开始{}学年招生入学季", school_year_label(year));
    desk.record(Action::PlanSeason, grant.post, ("season", &year.to_string()), "", &said)
}
