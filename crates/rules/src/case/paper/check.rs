//! Whether what was filled in makes the paper: each field that is missing or does not fit is named.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{FieldKind, PaperField, PaperKind, rule};
use crate::calendar::{NoData, SchoolCalendar};
use crate::date::parse_date;

/// Signs of a line, of sentences, at most.
const LINE: usize = 200;
const TEXT: usize = 2000;

/// What is wrong with the values of a paper, field by field; nothing where it can be made on the day `made`.
///
/// # Errors
/// [`NoData`] when a period needs a year that the calendar does not know.
pub fn problems(
    kind: PaperKind,
    values: &BTreeMap<String, String>,
    made: Date,
    calendar: &SchoolCalendar,
) -> Result<Vec<(&'static str, String)>, NoData> {
    let mut found = Vec::new();
    for field in rule(kind).fields {
        let value = values.get(field.key).map_or("", |value| value.trim());
        let wrong = wrong(field, value, made, calendar)?;
        found.extend(wrong.map(|what| (field.key, what)));
    }
    Ok(found)
}

fn wrong(
    field: &PaperField,
    value: &str,
    made: Date,
    calendar: &SchoolCalendar,
) -> Result<Option<String>, NoData> {
    let label = field.label;
    if value.is_empty() {
        return Ok(field.required.then(|| format!("没有写“{label}”，做不出这份文书")));
    }
    let signs = value.chars().count();
    let most = if field.kind.is_text() { TEXT } else { LINE };
    if signs > most {
        return Ok(Some(format!("“{label}”最多{most}个字")));
    }
    let day = || parse_date(value).map_err(|_| format!("“{label}”请写日期，如 2026-11-23"));
    Ok(match field.kind {
        FieldKind::Line => None,
        FieldKind::Text => (signs < 4).then(|| format!("“{label}”请写清楚，至少4个字")),
        FieldKind::Names(least) => {
            let names =
                value.split(['、', '，', ',', '；', ';', '\n']).filter(|name| !name.trim().is_empty());
            (names.count() < least).then(|| format!("“{label}”至少写{least}人，用顿号隔开"))
        }
        FieldKind::Past => match day() {
            Ok(day) => (day > made).then(|| format!("“{label}”不能在今天以后")),
            Err(what) => Some(what),
        },
        FieldKind::Future => match day() {
            Ok(day) => (day <= made).then(|| format!("“{label}”应在文书日期以后，最早是第二天")),
            Err(what) => Some(what),
        },
        FieldKind::After(period) => match day() {
            Ok(day) => {
                let last = period.ends(made, calendar)?;
                (day <= last).then(|| {
                    format!(
                        "“{label}”最早是{}：{}",
                        last.saturating_add(jiff::Span::new().days(1)),
                        period.article()
                    )
                })
            }
            Err(what) => Some(what),
        },
    })
}
