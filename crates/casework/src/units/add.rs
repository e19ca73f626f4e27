//! 成批新设单位: a table of villages, village groups, schools, classes or offices, one a line, as people paste it from a workbook. All
//! lines or none: a line that is wrong is named with its number, and one that is there already is counted and left as it is.

use std::collections::BTreeSet;

use rules::access::{Action, Subject};
use rules::age::{Grade, school_year};

use super::found::committee;
use super::standard::{Beside, Fresh, make};
use super::tree::{UnitPage, path, unit_page};
use crate::db::DbError;
use crate::desk::Desk;
use crate::imports::first_number;
use crate::ledger::plain;
use crate::params;
use crate::refused::{Problem, Refused};

/// Lines in one go at most.
pub const MOST: usize = 3000;

/// Lines of which is said what is wrong with them.
const TOLD: usize = 20;

/// What is pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The unit below which they are to stand.
    pub parent: String,
    /// village, group, school, class, office.
    pub kind: String,
    /// One a line; columns by tab, comma or blank.
    pub lines: String,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Added {
    /// Units made.
    pub made: usize,
    /// Lines about units that were there.
    pub there: usize,
}

/// Which kinds may be pasted below a kind of unit, each with what it is called and the columns of a line.
#[must_use]
pub fn addable(parent: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    match parent {
        "county" => &[("group", "村民小组", "乡镇、村、小组"), ("office", "县级办公室、专班", "名称")],
        "township" => &[("group", "村民小组", "村、小组"), ("village", "村（社区）", "名称、12位区划代码")],
        "village" => &[("group", "村民小组", "小组名称")],
        "bureau" => &[
            ("school", "学校、教学点", "名称、所在乡镇、学校标识码、类型、是否寄宿"),
            ("office", "股室、中心", "名称"),
        ],
        "school" => &[("class", "班级", "年级、班号")],
        _ => &[],
    }
}

/// A line as it is to be made.
struct Wanted {
    parent: String,
    name: String,
    township: Option<String>,
    code: Option<String>,
    school: Option<(String, bool)>,
    class: Option<(i64, i64)>,
}

/// Where the lines are to stand.
struct Place {
    parent: String,
    kind: String,
    township: Option<String>,
    /// Open townships and villages: id, name, the unit above, in the order of their names.
    townships: Vec<(String, String, String)>,
    villages: Vec<(String, String, String)>,
}

/// The unit below which something is to be added.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn adding(desk: &mut Desk<'_, '_>, parent: &str) -> Result<UnitPage, Refused> {
    let up = path(desk.tx, desk.county(), parent)?;
    desk.require(Action::WriteUnits, &Subject::Unit(&up), ("unit", parent))?;
    unit_page(desk, parent)
}

/// Adds them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with each line that is wrong, [`Refused::Storage`].
pub fn add(desk: &mut Desk<'_, '_>, table: &Table) -> Result<Added, Refused> {
    let up = path(desk.tx, desk.county(), &table.parent)?;
    let grant = desk.require(Action::WriteUnits, &Subject::Unit(&up), ("unit", &table.parent))?;
    let place = place(desk, table)?;
    let mut known = known(desk, &table.kind)?;
    let (mut wanted, mut problems, mut added) = (Vec::new(), Vec::new(), Added::default());
    let lines = || table.lines.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
    if lines().nth(MOST).is_some() {
        return Err(Refused::field("lines", format!("一次最多{MOST}行，请分几次")));
    }
    for (at, line) in lines() {
        match read(&place, &table.kind, &columns(line)) {
            Ok(one) => {
                if known.insert((one.parent.clone(), one.name.clone())) {
                    wanted.push((at, one));
                } else {
                    added.there += 1;
                }
            }
            Err(text) => {
                problems.push(Problem { field: "lines", text: format!("第{}行：{text}", at + 1) });
            }
        }
    }
    if problems.len() > TOLD {
        let more = problems.len() - TOLD;
        problems.truncate(TOLD);
        problems.push(Problem { field: "lines", text: format!("还有{more}行也要改") });
    }
    if wanted.is_empty() && problems.is_empty() && added.there == 0 {
        return Err(Refused::field("lines", "请一行写一个"));
    }
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let year = i64::from(school_year(desk.now.day()));
    for (at, one) in &wanted {
        let beside = match (&one.school, one.class) {
            (Some((kind, boards)), _) => Beside::School(kind, *boards),
            (None, Some((grade, number))) => Beside::Class(year, grade, number),
            (None, None) => Beside::Nothing,
        };
        let new = Fresh {
            kind: &table.kind,
            name: &one.name,
            parent: Some(&one.parent),
            township: one.township.as_deref(),
            code: one.code.as_deref(),
            from: desk.now.day(),
            beside,
        };
        let id = match make(desk.tx, desk.now, desk.county(), &new) {
            Ok(id) => id,
            Err(DbError::Unique(_)) => {
                let text = format!("第{}行：这个代码或班号已经有单位在用（也许已经撤销），请核对", at + 1);
                return Err(Refused::field("lines", text));
            }
            Err(error) => return Err(error.into()),
        };
        desk.record(Action::WriteUnits, grant.post, ("unit", &id), "", "新设单位")?;
    }
    added.made = wanted.len();
    Ok(added)
}

fn place(desk: &mut Desk<'_, '_>, table: &Table) -> Result<Place, Refused> {
    let county = desk.county();
    let parent = desk.tx.optional(
        "select kind, township from unit where county = $1 and id = $2 and until_day is null",
        &params![county, &table.parent],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let Some((kind, township)) = parent else {
        return Err(Refused::denied(Action::WriteUnits, "unit", &table.parent));
    };
    if !addable(&kind).iter().any(|(code, ..)| *code == table.kind) {
        return Err(Refused::field("kind", "这一级下面不能设这种单位（双线四级，五(一)）"));
    }
    let mut named = |kind: &str| {
        desk.tx.query(
            "select id, name, coalesce(parent, '') from unit
             where county = $1 and kind = $2 and until_day is null order by name, id",
            &params![county, kind],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    };
    let (townships, villages) = (named("township")?, named("village")?);
    Ok(Place { parent: table.parent.clone(), kind, township, townships, villages })
}

/// Open units of a kind: the unit above, and the name.
fn known(desk: &mut Desk<'_, '_>, kind: &str) -> Result<BTreeSet<(String, String)>, Refused> {
    let year = i64::from(school_year(desk.now.day()));
    let rows = desk.tx.query(
        "select coalesce(unit.parent, ''), unit.name from unit
         left join class on class.county = unit.county and class.unit = unit.id
         where unit.county = $1 and unit.kind = $2 and unit.until_day is null and coalesce(class.school_year, $3) = $3
         order by unit.id",
        &params![desk.county(), kind, year],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// A workbook gives tabs; people write commas or blanks.
pub(crate) fn columns(line: &str) -> Vec<&str> {
    let by = |split: fn(char) -> bool| line.split(split).map(str::trim).collect::<Vec<_>>();
    if line.contains('\t') {
        by(|sign| sign == '\t')
    } else if line.contains([',', '，', ';', '；', '、']) {
        by(|sign| matches!(sign, ',' | '，' | ';' | '；' | '、'))
    } else {
        line.split_whitespace().collect()
    }
}

fn read(place: &Place, kind: &str, columns: &[&str]) -> Result<Wanted, String> {
    let at = |index: usize| columns.get(index).copied().unwrap_or_default();
    let new = |parent: &str, name: String, township: Option<String>| Wanted {
        parent: parent.to_owned(),
        name,
        township,
        code: None,
        school: None,
        class: None,
    };
    match (kind, place.kind.as_str()) {
        ("group", "village") => Ok(new(&place.parent, named(at(0), "小组名称")?, place.township.clone())),
        ("group", above) => {
            let (township, rest) = if above == "county" {
                (one(&place.townships, at(0), "乡镇")?, 1)
            } else {
                (place.parent.as_str(), 0)
            };
            let within: Vec<_> =
                place.villages.iter().filter(|(.., parent)| parent == township).cloned().collect();
            let village = one(&within, at(rest), "村")?;
            Ok(new(village, named(at(rest + 1), "小组名称")?, Some(township.to_owned())))
        }
        ("village", _) => {
            let code = at(1);
            if code.len() != 12 || !code.bytes().all(|sign| sign.is_ascii_digit()) {
                return Err("请写12位统计用区划代码，名单里靠它认村".to_owned());
            }
            let name = committee(&named(at(0), "村名")?);
            Ok(Wanted { code: Some(code.to_owned()), ..new(&place.parent, name, Some(place.parent.clone())) })
        }
        ("school", _) => {
            let name = named(at(0), "学校名称")?;
            let township = one(&place.townships, at(1), "所在乡镇")?.to_owned();
            let rest = columns.get(2..).unwrap_or_default();
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|sign| sign.is_ascii_digit());
            let code = rest.iter().find(|text| text.len() >= 6 && digits(text));
            let boards = rest.iter().any(|text| matches!(*text, "是" | "寄宿" | "住校" | "寄宿制"));
            let how = |text: &str| matches!(text, "" | "是" | "否" | "寄宿" | "住校" | "寄宿制" | "走读");
            let said = rest.iter().find(|text| !digits(text) && !how(text));
            let kind = said.map_or_else(|| kind_of(&name).to_owned(), |kind| (*kind).to_owned());
            Ok(Wanted {
                code: code.map(|code| (*code).to_owned()),
                school: Some((named(&kind, "学校类型")?, boards)),
                ..new(&place.parent, name, Some(township))
            })
        }
        ("class", _) => {
            let grade = Grade::parse(at(0)).ok_or("请写一到九年级，如“三年级”")?;
            let number = first_number(at(1)).filter(|number| (1..=40).contains(number));
            let number = number.ok_or("请写班号，1到40的数")?;
            // As an import names them.
            let name = format!("{}（{number}）班", grade.label());
            let class = Some((i64::from(grade.number()), number));
            Ok(Wanted { class, ..new(&place.parent, name, place.township.clone()) })
        }
        _ => Ok(new(&place.parent, named(at(0), "名称")?, None)),
    }
}

fn named(text: &str, what: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().count() > 60 || !plain(text) {
        return Err(format!("请写{what}，60个字以内"));
    }
    Ok(text.to_owned())
}

/// The one unit that is called so: 公郎镇 for 公郎镇人民政府, 沙乐 for 沙乐村民委员会.
pub(crate) fn one<'a>(
    units: &'a [(String, String, String)],
    text: &str,
    what: &str,
) -> Result<&'a str, String> {
    if text.is_empty() {
        return Err(format!("请写{what}"));
    }
    let whole = committee(text);
    let exact = |name: &str| name == text || name == whole;
    if let Some((id, ..)) = units.iter().find(|(_, name, _)| exact(name)) {
        return Ok(id);
    }
    let core = text.trim_end_matches(['村', '镇', '乡']);
    let begins = |name: &str| name.starts_with(text) || (core.chars().count() > 1 && name.starts_with(core));
    let mut found = units.iter().filter(|(_, name, _)| begins(name));
    match (found.next(), found.next()) {
        (Some((id, ..)), None) => Ok(id),
        (None, _) => Err(format!("没有叫“{text}”的{what}，请核对，或先设立")),
        (Some(_), Some(_)) => Err(format!("叫“{text}”的{what}不止一个，请写全称")),
    }
}

/// What a school is by its name, where the table does not say.
fn kind_of(name: &str) -> &'static str {
    if name.contains("特殊教育") {
        "特殊教育学校"
    } else if name.contains("九年") {
        "九年一贯制学校"
    } else if name.contains("教学点") {
        "教学点"
    } else if name.contains("中学") || name.contains("初中") {
        "初级中学"
    } else {
        "小学"
    }
}
