//! 点名时段: which parts of a day a school calls. Once a day unless the school wants more; the evenings are for those who
//! board (晚点名、返校点名).

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::attendance::{Part, SchoolDays};

use super::days::unknown_year;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// On which evenings boarders are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evenings {
    /// On none.
    None,
    /// 返校点名: on the eve of the first school day after days off.
    Returns,
    /// On every evening before a school day.
    Nights,
}

impl Evenings {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Returns => "returns",
            Self::Nights => "nights",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::None, Self::Returns, Self::Nights].into_iter().find(|one| one.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "不点",
            Self::Returns => "返校的晚上点",
            Self::Nights => "住校的每晚点",
        }
    }
}

/// What a school calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calling {
    /// Morning and afternoon apart; otherwise once a day.
    pub halves: bool,
    /// The evenings.
    pub evenings: Evenings,
}

impl Default for Calling {
    fn default() -> Self {
        Self { halves: false, evenings: Evenings::None }
    }
}

impl Calling {
    /// The parts that are due at a school on a day.
    pub(super) fn due(self, days: &SchoolDays<'_>, school: &str, day: Date) -> Result<Vec<Part>, Refused> {
        let lessons = days.lessons(school, day).map_err(unknown_year)?;
        let mut due = match (lessons, self.halves) {
            (false, _) => Vec::new(),
            (true, false) => vec![Part::Whole],
            (true, true) => vec![Part::Morning, Part::Afternoon],
        };
        let eve = match day.tomorrow() {
            Ok(next) if self.evenings != Evenings::None => {
                days.lessons(school, next).map_err(unknown_year)?
            }
            _ => false,
        };
        if eve && (self.evenings == Evenings::Nights || !lessons) {
            due.push(Part::Evening);
        }
        Ok(due)
    }
}

/// What a school calls now.
///
/// # Errors
/// [`Refused::Storage`].
pub fn calling(desk: &mut Desk<'_, '_>, school: &str) -> Result<Calling, Refused> {
    let row = desk.tx.optional(
        "select parts, evenings from calling where county = $1 and school = $2 order by at desc limit 1",
        &params![desk.county(), school],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let Some((parts, evenings)) = row else { return Ok(Calling::default()) };
    Ok(Calling {
        halves: parts != Part::Whole.code(),
        evenings: Evenings::from_code(&evenings).unwrap_or(Evenings::None),
    })
}

/// Sets what a school calls, from now on.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn set_calling(desk: &mut Desk<'_, '_>, school: &str, new: Calling) -> Result<(), Refused> {
    let grant = desk.require(Action::SetRegister, &Subject::Unit(&[school.to_owned()]), ("unit", school))?;
    let known = desk.tx.optional(
        "select id from unit where county = $1 and id = $2 and kind = 'school' and until_day is null",
        &params![desk.county(), school],
        |row| row.get::<String>(0),
    )?;
    if known.is_none() {
        return Err(Refused::denied(Action::SetRegister, "unit", school));
    }
    let parts = if new.halves { "morning afternoon" } else { Part::Whole.code() };
    desk.tx.execute(
        "insert into calling (county, school, at, parts, evenings, by_account) values ($1, $2, $3, $4, $5, $6)
         on conflict (county, school, at) do update
           set parts = excluded.parts, evenings = excluded.evenings, by_account = excluded.by_account",
        &params![
            desk.county(),
            school,
            desk.now.stamp(),
            parts,
            new.evenings.code(),
            &desk.actor().account
        ],
    )?;
    let day = if new.halves { "上午、下午各点一次" } else { "每天点一次" };
    let detail = format!("{day}，晚上{}", new.evenings.label());
    desk.record(Action::SetRegister, grant.post, ("unit", school), "", &detail)
}
