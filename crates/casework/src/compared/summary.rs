//! `summary.json` for programs, and the last words of a comparison for people.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use documents::SaveError;
use rules::plan::FindingKind;
use serde::Serialize;

use super::Outcome;
use super::words::{count, long_date};
use crate::lists::List;

/// The summary, as contracts.md has it: counts, rates, timings, versions, checksums of the inputs.
#[derive(Serialize)]
struct Summary<'a> {
    version: &'static str,
    plan: &'a str,
    as_of: String,
    counts: Figures,
    findings: BTreeMap<&'static str, usize>,
    rates: Rates,
    inputs: Vec<Input<'a>>,
    seconds: Seconds,
}

#[derive(Serialize)]
struct Figures {
    school_age: usize,
    on_roll: usize,
    other_ages: usize,
    repeated_household_rows: usize,
    exact_pairs: usize,
    weighed_pairs: usize,
    compared_pairs: usize,
    schools_without_present_list: usize,
    cleared: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Rates {
    /// On the roll, of all children of school age.
    on_roll: Option<f64>,
    /// To be looked at by hand, of all children of school age.
    needs_review: Option<f64>,
}

#[derive(Serialize)]
struct Input<'a> {
    list: &'a str,
    file: &'a str,
    sha256: String,
    rows: usize,
    rows_to_correct: u64,
    problems: BTreeMap<&'a str, u64>,
    unknown_columns: Vec<&'a str>,
}

#[derive(Serialize)]
struct Seconds {
    read: f64,
    compare: f64,
}

fn rate(part: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| (part as f64 / of as f64 * 1e6).round() / 1e6)
}

/// Writes the summary.
pub(super) fn write(outcome: &Outcome<'_>, seconds: [f64; 2], path: &Path) -> Result<(), SaveError> {
    let counts = &outcome.comparison.counts;
    let round = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
    let [read, compare] = seconds.map(round);
    let summary = Summary {
        version: env!("CARGO_PKG_VERSION"),
        plan: &outcome.plan().document().number,
        as_of: outcome.on().to_string(),
        counts: Figures {
            school_age: counts.school_age,
            on_roll: counts.on_roll,
            other_ages: counts.other_ages,
            repeated_household_rows: counts.repeated,
            exact_pairs: counts.exact,
            weighed_pairs: counts.weighed,
            compared_pairs: outcome.comparison.linkage.weighed,
            schools_without_present_list: counts.silent_schools.len(),
            cleared: counts.cleared.iter().cloned().collect(),
        },
        findings: FindingKind::ALL.iter().map(|&kind| (kind.code(), count(outcome, kind))).collect(),
        rates: Rates {
            on_roll: rate(counts.on_roll, counts.school_age),
            needs_review: rate(count(outcome, FindingKind::NeedsReview), counts.school_age),
        },
        inputs: outcome.lists().map(input).collect(),
        seconds: Seconds { read, compare },
    };
    let failed = |what: String| SaveError {
        what,
        where_: path.display().to_string(),
        todo: "请检查磁盘空间和权限后再试".to_owned(),
    };
    let text = serde_json::to_string_pretty(&summary).map_err(|error| failed(error.to_string()))?;
    fs::write(path, text + "\n").map_err(|error| failed(format!("写文件时出错（{error}）")))
}

fn input(list: &List) -> Input<'_> {
    Input {
        list: &list.title,
        file: &list.file,
        sha256: list.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        rows: list.people.len(),
        rows_to_correct: list.rejects.rows.len() as u64 + list.rejects.more,
        problems: list.problems.iter().map(|(problem, count)| (problem.as_str(), *count)).collect(),
        unknown_columns: list.header.unknown.iter().map(|column| column.heading.as_str()).collect(),
    }
}

/// What was found, in a few lines.
pub(super) fn said(outcome: &Outcome<'_>) -> String {
    let counts = &outcome.comparison.counts;
    let found = FindingKind::ALL.iter().filter_map(|&kind| {
        let count = count(outcome, kind);
        (count > 0).then(|| format!("  {} {count} 人", outcome.plan().finding(kind).title))
    });
    let found: Vec<String> = found.collect();
    format!(
        "年龄按 {} 计算。适龄儿童少年 {} 人，其中有学籍 {} 人。\n{}",
        long_date(outcome.on()),
        counts.school_age,
        counts.on_roll,
        found.join("\n"),
    )
}
