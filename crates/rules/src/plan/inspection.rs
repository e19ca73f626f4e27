//! 督导 and 考核 in the plan: the lines of the checklist and the items of the yearly assessment, each with its clause (四(四), 五(十二), 六(四)).
//! The rules that use them are in `crate::inspection`.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;
use crate::codes::codes;
use crate::inspection::{Assessed, Kind, Place};

codes! {
    /// What the program knows of an item of the assessment by itself.
    Known "plan.toml" {
        Nothing = "nothing" "要看材料" [],
        Roles = "posts" "责任链上的空缺" [],
        Reports = "reports" "疑似辍学报告按时签收" [],
        Cases = "cases" "个案办理" [],
        Orders = "orders" "劝返指令按时签收" [],
        Pairs = "pairs" "结对包保" [],
        Register = "register" "每天点名" [],
        Findings = "findings" "督导发现的问题整改" [],
        Tasks = "tasks" "联席会议任务" [],
        Plans = "plans" "方案有没有、是哪一版" [],
    }
}

/// A line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRule {
    /// Stable code.
    pub code: String,
    /// What is looked at.
    pub label: String,
    /// In which inspections.
    pub kinds: Vec<Kind>,
    /// At which places.
    pub places: Vec<Place>,
    /// Clause and words.
    pub basis: Basis,
}

/// An item of the yearly assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessRule {
    /// Stable code.
    pub code: String,
    /// What is asked.
    pub label: String,
    /// Of whom.
    pub of: Assessed,
    /// What the program knows of it.
    pub known: Known,
    /// Clause and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheck {
    code: String,
    label: String,
    kinds: Vec<Spanned<String>>,
    places: Vec<Spanned<String>>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAssess {
    code: String,
    label: String,
    of: Spanned<String>,
    known: Spanned<String>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// The checklist in the order of the plan.
pub(super) fn checks(loader: &mut Loader<'_>) -> Vec<CheckRule> {
    let mut found: Vec<CheckRule> = Vec::new();
    for raw in loader.file.many::<RawCheck>("check") {
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
        let kinds: Vec<Kind> =
            raw.kinds.iter().filter_map(|kind| loader.coded(kind, Kind::from_code)).collect();
        let places: Vec<Place> =
            raw.places.iter().filter_map(|place| loader.coded(place, Place::from_code)).collect();
        if raw.kinds.is_empty() || raw.places.is_empty() {
            loader.file.problem(at.clone(), "kinds 或 places 是空的", "请写明哪种检查、查乡镇还是学校");
        }
        if found.iter().any(|one| one.code == raw.code) {
            loader.file.problem(at, format!("{} 写了两次", raw.code), "请只留一段");
        }
        found.push(CheckRule { code: raw.code, label: raw.label, kinds, places, basis });
    }
    for (kind, place) in
        [(Kind::Special, Place::School), (Kind::Special, Place::Township), (Kind::Visit, Place::School)]
    {
        if !found.iter().any(|one| one.kinds.contains(&kind) && one.places.contains(&place)) {
            let what = format!("[[check]] 里没有{}查{}的项目", kind.label(), place.label());
            loader.file.problem(0..0, what, "请至少写一项");
        }
    }
    found
}

/// The items of the assessment in the order of the plan.
pub(super) fn assessments(loader: &mut Loader<'_>) -> Vec<AssessRule> {
    let mut found: Vec<AssessRule> = Vec::new();
    for raw in loader.file.many::<RawAssess>("assess") {
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
        let (of, known) =
            (loader.coded(&raw.of, Assessed::from_code), loader.coded(&raw.known, Known::from_code));
        if found.iter().any(|one| one.code == raw.code) {
            loader.file.problem(at.clone(), format!("{} 写了两次", raw.code), "请只留一段");
        }
        // 五(十二): 不单纯以升学率、学科成绩评价学校、校长和教师.
        if let Some(word) =
            crate::publish::ranking(&raw.label).or_else(|| crate::publish::ranking(&basis.text))
        {
            loader.file.problem(
                at,
                format!("考核项目里写了“{word}”"),
                "五(十二)不许按升学率和成绩考核，请删去",
            );
        }
        if let (Some(of), Some(known)) = (of, known) {
            found.push(AssessRule { code: raw.code, label: raw.label, of, known, basis });
        }
    }
    found
}
