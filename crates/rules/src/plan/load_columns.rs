//! Reading `columns.toml`: the headings of each list.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::lists::{FieldColumns, ListColumns, ListKind};
use super::problem::PlanProblem;
use super::read::File;
use crate::attendance::Kind;
use crate::fold;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    title: String,
    keeper: String,
    fields: Vec<Spanned<RawField>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    key: String,
    headings: Vec<String>,
    #[serde(default)]
    required: bool,
    any_of: Option<String>,
}

/// What the file says: every list, in the order of [`ListKind::ALL`], and the words of the provincial attendance.
pub(super) type Columns = ([ListColumns; ListKind::ALL.len()], BTreeMap<String, Kind>);

/// The lists and words; `None` only when a problem has been noted.
pub(super) fn lists(files: &BTreeMap<String, String>, problems: &mut Vec<PlanProblem>) -> Option<Columns> {
    let mut file = File::open(files, "columns.toml").map_err(|problem| problems.push(problem)).ok()?;
    let lists: Vec<_> = ListKind::ALL.iter().filter_map(|kind| list(&mut file, *kind)).collect();
    let marks = marks(&mut file);
    problems.extend(file.close());
    Some((lists.try_into().ok()?, marks?))
}

/// The words of the marks: each means one kind.
fn marks(file: &mut File<'_>) -> Option<BTreeMap<String, Kind>> {
    let raw = file.one::<BTreeMap<String, Vec<String>>>("attendance_marks")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let mut marks = BTreeMap::new();
    for (code, words) in raw {
        let Some(kind) = Kind::from_code(&code) else {
            file.problem(at.clone(), format!("程序不认识的考勤类别 {code}"), "请改成已有的类别");
            continue;
        };
        for word in words {
            if marks.insert(fold::key(&word), kind).is_some() {
                file.problem(at.clone(), format!("考勤类别 {word} 写了两次"), "请只留一处");
            }
        }
    }
    Some(marks)
}

fn list(file: &mut File<'_>, kind: ListKind) -> Option<ListColumns> {
    let raw = file.one::<RawList>(kind.code())?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let mut keys = BTreeSet::new();
    let mut headings = BTreeSet::new();
    let mut fields = Vec::new();
    for field in raw.fields {
        let (at, field) = (field.span(), field.into_inner());
        if !kind.knows(&field.key) {
            file.problem(at.clone(), format!("程序不认识的字段 {}", field.key), "请改成已有的字段名");
        }
        if !keys.insert(field.key.clone()) {
            file.problem(at.clone(), format!("字段 {} 写了两次", field.key), "请合并成一行");
        }
        if field.headings.is_empty() {
            file.problem(at.clone(), format!("字段 {} 没有表头", field.key), "请至少写一个表头");
        }
        for heading in &field.headings {
            if !headings.insert(fold::key(heading)) {
                file.problem(at.clone(), format!("表头 {heading} 在同一张表里写了两次"), "请只留一处");
            }
        }
        fields.push(FieldColumns {
            key: field.key,
            headings: field.headings,
            required: field.required,
            any_of: field.any_of,
        });
    }
    let wanted = kind.keys().iter().chain(kind.further_keys());
    for key in wanted.filter(|key| !keys.contains(**key)) {
        file.problem(at.clone(), format!("[{}] 缺少字段 {key}", kind.code()), "请补上这个字段和它的表头");
    }
    Some(ListColumns { kind, title: raw.title, keeper: raw.keeper, fields })
}
