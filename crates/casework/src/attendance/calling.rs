//! 点名时段: which parts of a day a school calls. Once a day unless the school wants more; the evenings are for those who
//! board (晚点名、返校点名).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::attendance::{Part, SchoolDays};

use super::book::among;
use super::days::unknown_year;
use super::schools::schools;
use super::uncalled::callings;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// From this hour on 晚点名 is waited for.
pub(super) const EVENING: i8 = 17;

/// Schools that are asked for in one statement.
const AT_ONCE: usize = 512;

/// On which evenings boarders are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evenings {
    /// On none.
    None,
    /// 返校点名: on the eve of the first school day after days off, and on the evening of a market ([`set_market`]) before a
    /// school day.
    ///
    /// [`set_market`]: super::set_market
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

/// Where the marks of a school come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Its teachers call in this program.
    Here,
    /// What 在校生动态管理系统 puts out is brought in.
    Province,
}

impl Source {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Province => "province",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Here, Self::Province].into_iter().find(|one| one.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Here => "在本系统点名",
            Self::Province => "导入省系统考勤",
        }
    }
}

/// What a school calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calling {
    /// Morning and afternoon apart; otherwise once a day. What the province puts out says one thing of a day.
    pub halves: bool,
    /// The evenings.
    pub evenings: Evenings,
    /// Where the marks of the day come from; the evenings are always called here.
    pub source: Source,
}

impl Default for Calling {
    fn default() -> Self {
        Self { halves: false, evenings: Evenings::None, source: Source::Here }
    }
}

impl Calling {
    /// As it stands in the columns parts, evenings and source.
    pub(super) fn read(parts: &str, evenings: &str, source: &str) -> Self {
        Self {
            halves: parts != Part::Whole.code(),
            evenings: Evenings::from_code(evenings).unwrap_or(Evenings::None),
            source: Source::from_code(source).unwrap_or(Source::Here),
        }
    }

    /// The parts that are due of a class on a day: of the evening only where somebody of it boards.
    pub(super) fn due(
        self,
        days: &SchoolDays<'_>,
        school: &str,
        day: Date,
        boards: bool,
    ) -> Result<Vec<Part>, Refused> {
        let lessons = days.lessons(school, day).map_err(unknown_year)?;
        let mut due = match (lessons, self.halves) {
            (false, _) => Vec::new(),
            (true, false) => vec![Part::Whole],
            (true, true) => vec![Part::Morning, Part::Afternoon],
        };
        if boards && self.is_eve(days, school, day)? {
            due.push(Part::Evening);
        }
        Ok(due)
    }

    /// Whether boarders are called on the evening of a day.
    fn is_eve(self, days: &SchoolDays<'_>, school: &str, day: Date) -> Result<bool, Refused> {
        match self.evenings {
            Evenings::None => Ok(false),
            Evenings::Returns => days.come_back(school, day).map_err(unknown_year),
            Evenings::Nights => match day.tomorrow() {
                Ok(next) => days.lessons(school, next).map_err(unknown_year),
                Err(_) => Ok(false),
            },
        }
    }
}

/// Of the classes of schools for which an evening is due on a day those in which somebody boards. Boarders are looked for
/// there alone: on most days of most schools nobody is called in the evening.
pub(super) fn boarding(
    desk: &mut Desk<'_, '_>,
    callings: &BTreeMap<String, Calling>,
    days: &SchoolDays<'_>,
    day: Date,
) -> Result<BTreeSet<String>, Refused> {
    let mut schools: Vec<&str> = Vec::new();
    for (school, calling) in callings {
        if calling.is_eve(days, school, day)? {
            schools.push(school);
        }
    }
    let mut classes = BTreeSet::new();
    for some in schools.chunks(AT_ONCE) {
        let mut params = params![desk.county(), day].to_vec();
        let list = among(&mut params, some.iter().copied());
        desk.tx.each(
            &format!(
                "select class.unit from class
                 where class.county = $1 and class.school in ({list})
                   and exists (select 1 from class_member member
                       join child on child.county = member.county and child.id = member.child
                       where member.county = class.county and member.class = class.unit
                         and member.from_day <= $2 and (member.until_day is null or member.until_day > $2)
                         and child.boarding = '2')
                 order by class.unit"
            ),
            &params,
            |row| {
                classes.insert(row.get::<String>(0)?);
                Ok(())
            },
        )?;
    }
    Ok(classes)
}

/// What a school calls now.
///
/// # Errors
/// [`Refused::Storage`].
pub fn calling(desk: &mut Desk<'_, '_>, school: &str) -> Result<Calling, Refused> {
    let row = desk.tx.optional(
        "select parts, evenings, coalesce(source, '') from calling
         where county = $1 and school = $2 order by at desc limit 1",
        &params![desk.county(), school],
        |row| {
            let (parts, evenings, source): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Calling::read(&parts, &evenings, &source))
        },
    )?;
    Ok(row.unwrap_or_default())
}

/// What a school calls, for whoever may set it: its name, and how it stands.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn calling_of(desk: &mut Desk<'_, '_>, school: &str) -> Result<(String, Calling), Refused> {
    desk.require(Action::SetRegister, &Subject::Unit(&[school.to_owned()]), ("unit", school))?;
    let name = desk.tx.optional(
        "select name from unit where county = $1 and id = $2 and kind = 'school' and until_day is null",
        &params![desk.county(), school],
        |row| row.get::<String>(0),
    )?;
    let name = name.ok_or_else(|| Refused::denied(Action::SetRegister, "unit", school))?;
    Ok((name, calling(desk, school)?))
}

/// The schools whose calling the actor may set, with how each stands.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn callings_set(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, Calling)>, Refused> {
    let (schools, _) = schools(desk, Action::SetRegister)?;
    let set = callings(desk)?;
    let of = |school: &str| set.get(school).copied().unwrap_or_default();
    Ok(schools
        .into_iter()
        .map(|(id, name)| {
            let own = of(&id);
            (id, name, own)
        })
        .collect())
}

/// Sets what a school calls, from now on.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] for halves of what the province says once a day, [`Refused::Storage`].
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
    if new.halves && new.source == Source::Province {
        let text = "省系统每天一个结果，请选“每天一次”，或者改回在本系统点名";
        return Err(Refused::field("parts", text));
    }
    let parts = if new.halves { "morning afternoon" } else { Part::Whole.code() };
    desk.tx.execute(
        "insert into calling (county, school, at, parts, evenings, by_account, source)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, school, at) do update
           set parts = excluded.parts, evenings = excluded.evenings, by_account = excluded.by_account,
               source = excluded.source",
        &params![
            desk.county(),
            school,
            desk.now.stamp(),
            parts,
            new.evenings.code(),
            &desk.actor().account,
            new.source.code()
        ],
    )?;
    let day = if new.halves { "上午、下午各点一次" } else { "每天点一次" };
    let detail = format!("{}，{day}，晚上{}", new.source.label(), new.evenings.label());
    desk.record(Action::SetRegister, grant.post, ("unit", school), "", &detail)
}
