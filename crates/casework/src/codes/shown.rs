//! The code tables as people look them up: by table, or by what is looked for in all of them; and taking them out.

use rules::access::{Action, Subject};
use rules::codes::{
    Boarding, DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, IdKind, InclusiveSchooling,
    LeftBehind, RollChange, Sex, StudentStatus, YesNo,
};
use rules::county_codes::{CountyTable, Held};
use rules::plan::Plan;
use rules::purpose::ListPurpose;

use super::keep::current;
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::refused::Refused;

/// Who keeps a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A national standard: nobody here changes it.
    Standard,
    /// The plan's file, with its clauses.
    Plan,
    /// The county, here.
    County(CountyTable),
}

/// A code as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: String,
    /// The label.
    pub label: String,
    /// Clause or paper; empty for a standard's.
    pub basis: String,
    /// What the county made of it; `None` for tables that it does not keep.
    pub held: Option<Held>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name in addresses.
    pub key: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// The standard with its number, or the plan.
    pub source: String,
    /// Who keeps it.
    pub kept: Kept,
    /// Its codes.
    pub entries: Vec<Entry>,
}

/// A table of the standards.
macro_rules! standard {
    ($key:literal, $title:literal, $table:ident) => {
        Table {
            key: $key,
            title: $title,
            source: $table::STANDARD.to_owned(),
            kept: Kept::Standard,
            entries: $table::ALL.iter().map(|entry| plain(entry.code(), entry.label(), "")).collect(),
        }
    };
}

fn plain(code: impl Into<String>, label: impl Into<String>, basis: impl Into<String>) -> Entry {
    Entry { code: code.into(), label: label.into(), basis: basis.into(), held: None }
}

/// Every table, those of the county first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn tables(desk: &mut Desk<'_, '_>) -> Result<Vec<Table>, Refused> {
    desk.require(Action::ReadCodes, &Subject::Nothing, ("code", ""))?;
    let (plan, day) = (desk.plan, desk.now.day());
    let document = plan.document();
    let source = format!("{}（{}）", document.title, document.number);
    let mut all = Vec::new();
    for table in CountyTable::ALL.iter().copied() {
        let entries = current(desk.tx, desk.county(), plan, table, day)?.into_iter().map(|held| Entry {
            code: held.code.clone(),
            label: held.label.clone(),
            basis: held.basis.clone(),
            held: Some(held),
        });
        all.push(Table {
            key: table.code(),
            title: table.label(),
            source: source.clone(),
            kept: Kept::County(table),
            entries: entries.collect(),
        });
    }
    all.extend(settings(plan, &source));
    all.extend([
        standard!("sex", "性别", Sex),
        standard!("ethnicity", "民族", Ethnicity),
        standard!("id_kind", "证件类型", IdKind),
        standard!("relation", "家庭关系", FamilyRelation),
        standard!("disability", "残疾类别", DisabilityKind),
        standard!("disability_grade", "残疾等级", DisabilityGrade),
        standard!("roll_change", "学籍变动", RollChange),
        standard!("status", "学生状态", StudentStatus),
        standard!("boarding", "就读方式", Boarding),
        standard!("left_behind", "留守儿童", LeftBehind),
        standard!("inclusive", "随班就读", InclusiveSchooling),
        standard!("yes_no", "是否", YesNo),
    ]);
    Ok(all)
}

/// What the plan sets and its file keeps.
fn settings(plan: &Plan, source: &str) -> [Table; 3] {
    let table = |key, title, entries: Vec<Entry>| Table {
        key,
        title,
        source: source.to_owned(),
        kept: Kept::Plan,
        entries,
    };
    let deadlines = plan
        .deadlines()
        .iter()
        .map(|one| plain(one.within(), format!("{}（{}）", one.title, one.who), one.basis.cited()));
    let targets = plan
        .targets()
        .iter()
        .map(|one| plain(format!("{}%", one.percent), one.title.as_str(), one.basis.cited()));
    let lists = plan
        .named_lists()
        .iter()
        .map(|one| plain(one.name.as_str(), one.synonyms.join("、"), one.basis.cited()));
    [
        table("deadlines", "期限", deadlines.collect()),
        table("targets", "目标", targets.collect()),
        table("lists", "名单", lists.collect()),
    ]
}

/// The tables with the codes that have `search` in code, label or basis: one table, or all for an empty key. A table that
/// has none is left out, unless it was asked for by its key.
///
/// # Errors
/// [`Refused::Denied`], also for a table that there is not; [`Refused::Storage`].
pub fn find(desk: &mut Desk<'_, '_>, key: &str, search: &str) -> Result<Vec<Table>, Refused> {
    let search = search.trim().to_lowercase();
    let mut all = tables(desk)?;
    if !key.is_empty() {
        all.retain(|table| table.key == key);
        if all.is_empty() {
            return Err(Refused::denied(Action::ReadCodes, "code", ""));
        }
    }
    let has = |text: &str| text.to_lowercase().contains(&search);
    for table in &mut all {
        table.entries.retain(|one| has(&one.code) || has(&one.label) || has(&one.basis));
    }
    if key.is_empty() {
        all.retain(|table| !table.entries.is_empty());
    }
    Ok(all)
}

/// What [`find`] finds, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(
    desk: &mut Desk<'_, '_>,
    key: &str,
    search: &str,
    purpose: ListPurpose,
) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "代码表",
        kind: "code",
        action: Action::ExportList,
        columns: &[
            ("代码表", 16.0),
            ("代码", 18.0),
            ("名称", 30.0),
            ("依据", 36.0),
            ("起", 12.0),
            ("止", 12.0),
            ("出处", 40.0),
        ],
    };
    let mut rows = Vec::new();
    for table in find(desk, key, search)? {
        for entry in table.entries {
            let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
            let held = entry.held.as_ref();
            rows.push(vec![
                table.title.to_owned(),
                entry.code,
                entry.label,
                entry.basis,
                day(held.and_then(|held| held.since)),
                day(held.and_then(|held| held.until)),
                table.source.clone(),
            ]);
        }
    }
    exports::of(desk, SHAPE, purpose, rows)
}
