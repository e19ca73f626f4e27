//! Writing ways down: a table from village group to school, one a line, as people paste it from a workbook. All lines or none: a line that is
//! wrong is named with its number. A new measurement stands beside the old one and holds by being newer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::ways::{METRES, MINUTES, Means, Season, Way};

use super::known::open_units;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units::{MOST, columns, one};

/// Lines of which is said what is wrong with them.
const TOLD: usize = 20;

/// A measurement is at most so many days old.
const OLD: i64 = 3 * 366;

/// What is pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayTable {
    /// On which day it was measured.
    pub day: Date,
    /// Who measured, how: 村干部步行计时.
    pub source: String,
    /// 村、小组、学校、分钟、公里、怎么走、雨季, one a line.
    pub lines: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// Ways written down.
    pub made: usize,
    /// Lines that say what is on record of that day already.
    pub there: usize,
}

/// Id, name, and the unit above.
type Place = (String, String, String);

/// Where ways begin and end.
struct Places {
    /// Villages, under their townships.
    villages: Vec<Place>,
    /// Those of them that are the reader's to measure.
    own: Vec<Place>,
    /// Village groups by their village.
    groups: BTreeMap<String, Vec<Place>>,
    schools: Vec<Place>,
}

/// What is wrong with some lines, so many of them told at most; `Ok` where nothing is.
pub(crate) fn all_or_none(mut problems: Vec<Problem>) -> Result<(), Refused> {
    if problems.len() > TOLD {
        let more = problems.len() - TOLD;
        problems.truncate(TOLD);
        problems.push(Problem { field: "lines", text: format!("还有{more}行也要改") });
    }
    if problems.is_empty() { Ok(()) } else { Err(Refused::Invalid(problems)) }
}

/// The lines with something in them, counted as the page counts them.
pub(crate) fn lines(text: &str) -> Result<Vec<(usize, &str)>, Refused> {
    let all: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim_matches([' ', '\u{3000}', '\r'])))
        .filter(|(_, line)| !line.trim().is_empty())
        .collect();
    match all.len() {
        0 => Err(Refused::field("lines", "请一行写一个")),
        many if many > MOST => Err(Refused::field("lines", format!("一次最多{MOST}行，请分几次"))),
        _ => Ok(all),
    }
}

/// Who said so and how: between 2 and 60 signs.
pub(crate) fn source(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    if !(2..=60).contains(&text.chars().count()) || !plain(text) {
        return Err(Refused::field("source", "请写是谁、怎么得来的，2到60个字，如“村干部步行计时”"));
    }
    Ok(text.to_owned())
}

/// Writes them down.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with each line that is wrong, [`Refused::Storage`].
pub fn measure(desk: &mut Desk<'_, '_>, table: &WayTable) -> Result<Measured, Refused> {
    let grant = desk.require(Action::RecordWay, &Subject::Nothing, ("ways", ""))?;
    let today = desk.now.day();
    if table.day > today || table.day < today.saturating_sub(OLD.days()) {
        return Err(Refused::field("day", "量路程的日子要在今天以前、三年以内"));
    }
    let source = source(&table.source)?;
    let all = lines(&table.lines)?;
    let villages = open_units(desk, "village")?;
    let is_own = |(id, _, above): &&Place| {
        may(desk.actor(), Action::RecordWay, &Subject::Unit(&[id.clone(), above.clone()])).is_ok()
    };
    let own = villages.iter().filter(is_own).cloned().collect();
    let mut groups: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for group in open_units(desk, "group")? {
        groups.entry(group.2.clone()).or_default().push(group);
    }
    let places = Places { villages, own, groups, schools: open_units(desk, "school")? };
    let known = desk.tx.query(
        "select home, school, minutes, metres, means, season from way where county = $1 and day = $2 order by id",
        &params![desk.county(), table.day],
        |row| {
            let key: (String, String) = (row.get(0)?, row.get(1)?);
            Ok((key, row.get::<u16>(2)?, row.get::<u32>(3)?, row.get::<String>(4)?, row.get::<String>(5)?))
        },
    )?;
    let known: BTreeSet<_> = known.into_iter().collect();
    let (mut wanted, mut seen, mut problems, mut measured) =
        (Vec::new(), BTreeSet::new(), Vec::new(), Measured::default());
    for (at, line) in all {
        let read = read(desk, &places, &columns(line));
        let read = read.and_then(|one| {
            let again = !seen.insert((one.home.clone(), one.school.clone()));
            if again {
                Err("这一段路前面已经写过一行，请只留一行".to_owned())
            } else {
                Ok(one)
            }
        });
        match read {
            Ok(one) => {
                let Way { minutes, metres, means, season } = one.way;
                let key = (one.home.clone(), one.school.clone());
                if known.contains(&(key, minutes, metres, means.code().to_owned(), season.code().to_owned()))
                {
                    measured.there += 1;
                } else {
                    wanted.push(one);
                }
            }
            Err(text) => problems.push(Problem { field: "lines", text: format!("第{at}行：{text}") }),
        }
    }
    all_or_none(problems)?;
    measured.made = wanted.len();
    for one in wanted {
        let Way { minutes, metres, means, season } = one.way;
        desk.tx.execute(
            "insert into way (county, id, home, school, minutes, metres, means, season, source, day, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            &params![
                desk.county(),
                desk.now.id(),
                &one.home,
                &one.school,
                minutes,
                metres,
                means.code(),
                season.code(),
                &source,
                table.day,
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    desk.record(Action::RecordWay, grant.post, ("ways", ""), "", &format!("登记路程{}条", measured.made))?;
    Ok(measured)
}

/// A line as it is to be written.
struct Wanted {
    home: String,
    school: String,
    way: Way,
}

/// The village of that name: of two the one that is the reader's to measure.
fn village(places: &Places, cell: &str) -> Result<String, String> {
    let own = &places.own;
    let found = one(own, cell, "村").or_else(|_| one(&places.villages, cell, "村"))?.to_owned();
    let name = places.villages.iter().find(|(id, ..)| *id == found).map(|(_, name, _)| name.clone());
    let among = if own.iter().any(|(id, ..)| *id == found) { own } else { &places.villages };
    if among.iter().filter(|(_, other, _)| Some(other) == name.as_ref()).count() > 1 {
        return Err(format!("叫“{cell}”的村不止一个，请交给各自的乡镇登记"));
    }
    Ok(found)
}

/// Whether a cell says that it holds for the whole village.
pub(crate) fn is_whole(cell: &str) -> bool {
    matches!(cell, "" | "-" | "—" | "全村" | "不分组")
}

fn read(desk: &Desk<'_, '_>, places: &Places, columns: &[&str]) -> Result<Wanted, String> {
    let at = |index: usize| columns.get(index).copied().unwrap_or_default();
    if columns.len() < 6 {
        return Err("要有村、小组、学校、分钟、公里、怎么走六列，不分组的小组写“全村”".to_owned());
    }
    let village = village(places, at(0))?;
    let township = places.villages.iter().find(|(id, ..)| *id == village).map(|(.., above)| above.clone());
    let home = if is_whole(at(1)) {
        village.clone()
    } else {
        let within = places.groups.get(&village).map(Vec::as_slice).unwrap_or_default();
        one(within, at(1), "小组")?.to_owned()
    };
    let school = one(&places.schools, at(2), "学校")?.to_owned();
    let actor = desk.actor();
    let of_home = [village, township.unwrap_or_default()];
    let allowed = may(actor, Action::RecordWay, &Subject::Unit(&of_home)).is_ok()
        || may(actor, Action::RecordWay, &Subject::Unit(std::slice::from_ref(&school))).is_ok();
    if !allowed {
        return Err("这个村和学校都不归您登记，请交给所在乡镇、学校或教体局".to_owned());
    }
    let minutes = whole::<u16>(at(3), "分钟").filter(|minutes| MINUTES.contains(minutes));
    let minutes =
        minutes.ok_or_else(|| format!("单程分钟要写{}到{}的整数", MINUTES.start(), MINUTES.end()))?;
    let metres = metres(at(4)).filter(|metres| METRES.contains(metres));
    let metres = metres.ok_or("单程公里要写大于0、不超过200的数，如 3.2")?;
    let means = Means::parse(at(5)).ok_or_else(|| {
        let all: Vec<&str> = Means::ALL.iter().map(|means| means.label()).collect();
        format!("怎么走要写{}里的一种", all.join("、"))
    })?;
    let season = match at(6) {
        "" | "-" => Season::All,
        said => Season::parse(said).ok_or("雨季一列写“雨季不通”“雨季难走”，或者空着")?,
    };
    Ok(Wanted { home, school, way: Way { minutes, metres, means, season } })
}

/// A whole number, with or without its unit behind it.
pub(super) fn whole<T: std::str::FromStr>(cell: &str, unit: &str) -> Option<T> {
    cell.trim_end_matches(unit).trim().parse().ok()
}

/// Kilometres with one, two or three places as metres.
fn metres(cell: &str) -> Option<u32> {
    let cell = cell.trim_end_matches("公里").trim_end_matches("km").trim();
    let (whole, part) = cell.split_once('.').unwrap_or((cell, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 {
        return None;
    }
    let part: u32 = format!("{part:0<3}").parse().ok()?;
    whole.parse::<u32>().ok()?.checked_mul(1000)?.checked_add(part)
}

/// Lines for the ways of the reader's children that nobody measured, as far as the school, for the form to begin with; at most three
/// hundred.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn missing_lines(desk: &mut Desk<'_, '_>) -> Result<String, Refused> {
    desk.require(Action::RecordWay, &Subject::Nothing, ("ways", ""))?;
    let missing = super::list::missing(desk)?;
    let line = |one: super::MissingWay| {
        let group = if one.group.is_empty() { "全村" } else { one.group.as_str() };
        format!("{}\t{group}\t{}\t\t\t\t", one.village, one.school)
    };
    Ok(missing.into_iter().map(line).collect::<Vec<_>>().join("\n"))
}
