//! Reading `divisions.toml` and `calendar.toml`: where and when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::problem::PlanProblem;
use super::read::{Day, File};
use crate::age::{school_year, school_year_label};
use crate::calendar::{CountyHoliday, HolidayYear, Market, SchoolCalendar, Term};
use crate::divisions::{Divisions, Township};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounty {
    code: Spanned<String>,
    name: String,
    short: String,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTownship {
    code: String,
    name: String,
    /// Last three digits of the code, and the name.
    villages: BTreeMap<String, Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    year: i16,
    source: String,
    #[serde(default)]
    provisional: bool,
    holidays: Vec<RawHoliday>,
    worked: BTreeSet<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHoliday {
    name: String,
    first: Day,
    last: Day,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTerm {
    school_year: i16,
    number: u8,
    first: Day,
    last: Day,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCountyHoliday {
    name: String,
    first: Day,
    last: Day,
    decided: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMarket {
    township: String,
    name: String,
    first: Day,
    every: u8,
    source: String,
}

/// `None` only when a problem has been noted.
pub(super) fn divisions(
    files: &BTreeMap<String, String>,
    problems: &mut Vec<PlanProblem>,
) -> Option<Divisions> {
    let mut file = File::open(files, "divisions.toml").map_err(|problem| problems.push(problem)).ok()?;
    let county = file.one::<RawCounty>("county").map(Spanned::into_inner);
    let raws = file.many::<RawTownship>("township");
    let county_code = county.as_ref().map(|county| county.code.get_ref().clone()).unwrap_or_default();
    if let Some(county) = county.as_ref().filter(|county| !is_code(county.code.get_ref(), 6)) {
        file.problem(county.code.span(), "县代码不是6位数字", "请填 GB/T 2260 的6位代码");
    }
    let mut codes = BTreeSet::new();
    let mut townships = Vec::new();
    for raw in raws {
        let (at, raw) = (raw.span(), raw.into_inner());
        if !is_code(&raw.code, 9) || !raw.code.starts_with(&county_code) || !codes.insert(raw.code.clone()) {
            let what = format!("{}的代码 {} 不是本县的9位代码，或与别的重复", raw.name, raw.code);
            file.problem(at.clone(), what, "请对照统计用区划代码改正");
        }
        if !raw.name.ends_with(['镇', '乡']) {
            file.problem(at, format!("{}不以镇或乡结尾", raw.name), "请写全称");
        }
        let mut villages = Vec::new();
        for (tail, name) in raw.villages {
            if !is_code(&tail, 3) || !name.get_ref().ends_with(['村', '区']) {
                let what = format!("{tail} = {} 不是3位代码和村、社区名", name.get_ref());
                file.problem(name.span(), what, "请写成 201 = \"新合村\" 或 001 = \"南街社区\"");
            }
            villages.push((format!("{}{tail}", raw.code), name.into_inner()));
        }
        townships.push((Township { code: raw.code, name: raw.name }, villages));
    }
    problems.extend(file.close());
    let county = county?;
    Some(Divisions::new(county.code.into_inner(), county.name, county.short, townships))
}

/// `None` only when a problem has been noted.
pub(super) fn calendar(
    files: &BTreeMap<String, String>,
    problems: &mut Vec<PlanProblem>,
) -> Option<SchoolCalendar> {
    let mut file = File::open(files, "calendar.toml").map_err(|problem| problems.push(problem)).ok()?;
    let mut years = Vec::new();
    for raw in file.many::<RawYear>("year") {
        let (at, raw) = (raw.span(), raw.into_inner());
        let year = raw.year;
        let mut off = BTreeMap::new();
        for holiday in raw.holidays {
            let days = days(holiday.first.0, holiday.last.0);
            if days.is_empty() || days.len() > 15 || days.iter().any(|day| day.year() != year) {
                let what = format!("{year}年{}的起止不对", holiday.name);
                file.problem(at.clone(), what, "请核对首日和末日；跨年的分写在两年里");
            }
            off.extend(days.into_iter().map(|day| (day, holiday.name.clone())));
        }
        let worked: BTreeSet<Date> = raw.worked.into_iter().map(|day| day.0).collect();
        if let Some(day) = worked.iter().find(|day| day.year() != year || off.contains_key(day)) {
            file.problem(at.clone(), format!("调休上班日 {day} 不在{year}年，或同时是放假日"), "请核对通知");
        }
        if years.iter().any(|known: &HolidayYear| known.year == year) {
            file.problem(at.clone(), format!("{year}年写了两次"), "请合并成一段");
        }
        if raw.provisional && !worked.is_empty() {
            file.problem(at, format!("{year}年的通知还没有公布，却写了调休"), "通知公布前 worked 留空");
        }
        years.push(HolidayYear { year, off, worked, source: raw.source, provisional: raw.provisional });
    }
    let mut terms: Vec<Term> = Vec::new();
    for raw in file.many::<RawTerm>("term") {
        let (at, raw) = (raw.span(), raw.into_inner());
        if !(1..=2).contains(&raw.number) || raw.first > raw.last {
            file.problem(at.clone(), "学期号应为1（秋）或2（春），首日应在末日之前", "请核对这一段 [[term]]");
        }
        let year = school_year(raw.last.0);
        if year != raw.school_year {
            let what = format!(
                "这个学期结束在{}学年，school_year 却是 {}",
                school_year_label(year),
                raw.school_year
            );
            file.problem(at.clone(), what, "请填学年开始的那一年");
        }
        if terms.iter().any(|known| raw.first.0 <= known.last && known.first <= raw.last.0) {
            file.problem(at, "这个学期和另一个学期的日期重叠", "请核对起止");
        }
        let RawTerm { school_year, number, first: Day(first), last: Day(last), source } = raw;
        terms.push(Term { school_year, number, first, last, source });
    }
    let county = file.many::<RawCountyHoliday>("county_holiday");
    let county = county
        .into_iter()
        .map(|raw| {
            let (at, RawCountyHoliday { name, first: Day(first), last: Day(last), decided, source }) =
                (raw.span(), raw.into_inner());
            if first > last {
                file.problem(at, format!("{name}的首日在末日之后"), "请核对起止");
            }
            CountyHoliday { name, first, last, decided, source }
        })
        .collect();
    let mut markets: Vec<Market> = Vec::new();
    for raw in file.any::<RawMarket>("market") {
        let (at, RawMarket { township, name, first: Day(first), every, source }) =
            (raw.span(), raw.into_inner());
        if !is_code(&township, 9) || name.is_empty() || !(1..=Market::MOST).contains(&every) {
            let todo = "township 填乡镇9位代码，every 填隔几天一次（1到30）";
            file.problem(at.clone(), format!("街天“{name}”的乡镇代码、名称或间隔不对"), todo);
        }
        if markets.iter().any(|known| known.township == township && known.name == name) {
            file.problem(at, format!("街天“{name}”写了两次"), "请合并成一段");
        }
        markets.push(Market { township, name, first, every, source });
    }
    problems.extend(file.close());
    Some(SchoolCalendar::new(years, terms, county).with_markets(markets))
}

fn is_code(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The days from `first` to `last`, both included; none when they are the wrong way round.
fn days(first: Date, last: Date) -> Vec<Date> {
    first.series(jiff::ToSpan::days(1)).take_while(|day| *day <= last).collect()
}
