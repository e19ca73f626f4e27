//! What somebody fills in about a child, checked field by field: every number by its standard, every code by its table.
//! A form takes what it names and nothing else, so that no hidden field can write anything (hazard A17).

use jiff::civil::Date;
use rules::access::Places;
use rules::codes::{Boarding, Ethnicity, IdKind, Sex};
use rules::date::parse_date;
use rules::identity::{IdDocument, StudentNumber};

use crate::db::Tx;
use crate::params;
use crate::refused::{Problem, Refused};

/// A child as somebody fills it in: all of it text, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    /// 姓名.
    pub name: String,
    /// Code of 性别.
    pub sex: String,
    /// 出生日期, in any usual way of writing.
    pub birth: String,
    /// Code of 民族; may be empty.
    pub ethnicity: String,
    /// Code of 证件类型; empty for a child without a document.
    pub id_kind: String,
    /// Its number. When correcting, empty means: as it is.
    pub id_number: String,
    /// 学籍号. When correcting, empty means: as it is.
    pub student_number: String,
    /// local, elsewhere, none, unknown.
    pub registration: String,
    /// Unit of the group, village or township where it lives, the narrowest that is known.
    pub home: String,
    /// 住址. When correcting, empty means: as it is.
    pub address: String,
    /// Code of 就读方式; may be empty.
    pub boarding: String,
}

/// A form that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) name: String,
    pub(super) sex: &'static str,
    pub(super) birth: Date,
    pub(super) ethnicity: &'static str,
    pub(super) id_kind: &'static str,
    pub(super) id_number: Option<String>,
    pub(super) student_number: Option<String>,
    pub(super) registration: &'static str,
    pub(super) address: String,
    pub(super) boarding: &'static str,
}

/// Longest name, in characters: Uyghur and foreign names are long.
const NAME: usize = 50;

/// Whether nothing in it could hide, turn or break a line (hazards D07, G11).
pub(crate) fn plain(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    })
}

/// Reads a form; `today` bounds the birthday.
pub(super) fn check(form: &Form, today: Date) -> Result<Checked, Refused> {
    let mut problems = Vec::new();
    let mut wrong = |field: &'static str, text: String| problems.push(Problem { field, text });
    let name = form.name.trim().to_owned();
    if name.is_empty() {
        wrong("name", "请写姓名".to_owned());
    } else if name.chars().count() > NAME || !plain(&name) {
        wrong("name", format!("姓名在{NAME}个字以内，不能有看不见的符号"));
    }
    let sex = Sex::from_code(&form.sex);
    if sex.is_none() {
        wrong("sex", "请选择性别".to_owned());
    }
    let birth = match parse_date(&form.birth) {
        Ok(day) if day > today => {
            wrong("birth", "出生日期在今天之后，请核对".to_owned());
            None
        }
        Ok(day) if rules::age::age_on(day, today) > 25 => {
            wrong("birth", "出生日期不是孩子的，请核对年份".to_owned());
            None
        }
        Ok(day) => Some(day),
        Err(problem) => {
            wrong("birth", format!("{problem}。请写成 2015-04-03"));
            None
        }
    };
    let ethnicity = match form.ethnicity.as_str() {
        "" => Some(""),
        code => Ethnicity::from_code(code).map(Ethnicity::code),
    };
    let boarding = match form.boarding.as_str() {
        "" => Some(""),
        code => Boarding::from_code(code).map(Boarding::code),
    };
    if ethnicity.is_none() {
        wrong("ethnicity", "请从表中选择民族".to_owned());
    }
    if boarding.is_none() {
        wrong("boarding", "请从表中选择就读方式".to_owned());
    }
    let kind = match form.id_kind.as_str() {
        "" => Some(None),
        code => IdKind::from_code(code).map(Some),
    };
    let mut id_number = None;
    match (kind, form.id_number.trim()) {
        (None, _) => wrong("id_kind", "请从表中选择证件类型".to_owned()),
        (Some(_), "") => {}
        (Some(None), _) => wrong("id_kind", "写了证件号，请选择证件类型".to_owned()),
        (Some(Some(kind)), text) => match IdDocument::parse_as(kind, text) {
            Ok(document) => {
                if let Some(problem) = disagrees(document, birth, sex) {
                    wrong("id_number", problem.to_owned());
                }
                id_number = Some(document.to_string());
            }
            Err(problem) => wrong("id_number", problem.to_string()),
        },
    }
    let mut student_number = None;
    if !form.student_number.trim().is_empty() {
        match StudentNumber::parse(&form.student_number) {
            Ok(number) => student_number = Some(number.as_str().to_owned()),
            Err(problem) => wrong("student_number", problem.to_string()),
        }
    }
    let registration =
        ["local", "elsewhere", "none", "unknown"].into_iter().find(|code| *code == form.registration);
    if registration.is_none() {
        wrong("registration", "请选择户籍情况".to_owned());
    }
    let address = form.address.trim().to_owned();
    if address.chars().count() > 120 || !plain(&address) {
        wrong("address", "住址在120个字以内，不能有看不见的符号".to_owned());
    }
    match (sex, birth, ethnicity, kind, registration, boarding, problems.is_empty()) {
        (Some(sex), Some(birth), Some(ethnicity), Some(kind), Some(registration), Some(boarding), true) => {
            Ok(Checked {
                name,
                sex: sex.code(),
                birth,
                ethnicity,
                id_kind: kind.map_or("", IdKind::code),
                id_number,
                student_number,
                registration,
                address,
                boarding,
            })
        }
        _ => Err(Refused::Invalid(problems)),
    }
}

/// What the number says that the form does not.
fn disagrees(document: IdDocument, birth: Option<Date>, sex: Option<Sex>) -> Option<&'static str> {
    let id = document.citizen_id()?;
    if birth.is_some_and(|birth| birth != id.birth()) {
        return Some("身份证号里的出生日期和填写的不同，请核对两处");
    }
    if sex.is_some_and(|sex| matches!(sex, Sex::Male | Sex::Female) && sex != id.sex()) {
        return Some("身份证号里的性别和填写的不同，请核对两处");
    }
    None
}

/// Where a unit of the home line lies: the township, village and group up from it.
pub(super) fn home(tx: &mut Tx<'_>, county: &str, unit: &str) -> Result<Places, Refused> {
    let mut places = Places::default();
    if unit.is_empty() {
        return Ok(places);
    }
    let up = tx.query(
        "with recursive up (id, kind, parent, step) as (
             select id, kind, parent, 0 from unit where county = $1 and id = $2 and until_day is null
             union all
             select unit.id, unit.kind, unit.parent, up.step + 1 from up
             join unit on unit.county = $1 and unit.id = up.parent where up.step < 8)
         select id, kind from up order by step",
        &params![county, unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, kind) in up {
        match kind.as_str() {
            "group" => places.group = Some(id),
            "village" => places.village = Some(id),
            "township" => places.township = Some(id),
            _ => {}
        }
    }
    if places.township.is_none() {
        return Err(Refused::field("home", "请选择乡镇、村或村民小组"));
    }
    Ok(places)
}
