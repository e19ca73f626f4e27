//! What a report says, drafted from counts: sections of lines with what each means and what the last report said, the figures of a frozen
//! snapshot, and the townships in the order of their codes. A report that leaves the county has no township and no small number.

use serde::{Deserialize, Serialize};

use super::lines::{Item, sections};
use super::outward::outward;
use super::{Kind, Period};
use crate::figures::{Cell, Counts, Figure, told};

/// A line as it stands in the report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Code of its [`Item`].
    pub code: String,
    /// What it is called.
    pub label: String,
    /// The number as it is told.
    pub value: String,
    /// The number of the last report of the same unit and kind; empty where there is none.
    pub before: String,
    /// What is counted.
    pub means: String,
}

/// Lines that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A table with headings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its heading.
    pub title: String,
    /// The headings of its columns.
    pub heads: Vec<String>,
    /// Its lines.
    pub rows: Vec<Vec<String>>,
    /// What must be known to read it.
    pub note: String,
}

/// Everything that a report says but the words of its author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// First day of the period.
    pub first: String,
    /// Last day.
    pub last: String,
    /// The lines.
    pub sections: Vec<Section>,
    /// Figures, townships.
    pub tables: Vec<Table>,
}

impl Content {
    /// What a line says; empty where there is no such line.
    #[must_use]
    pub fn value(&self, item: Item) -> &str {
        let mut lines = self.sections.iter().flat_map(|section| &section.lines);
        lines.find(|line| line.code == item.code()).map_or("", |line| line.value.as_str())
    }
}

/// A figure of the frozen snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureLine {
    /// Which.
    pub figure: Figure,
    /// What it counts.
    pub counts: Counts,
    /// The plan's target, in words; empty where there is none.
    pub target: String,
}

/// What a report is drafted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The counts; what is not there is nought.
    pub counts: std::collections::BTreeMap<&'static str, u64>,
    /// The figures of the county.
    pub figures: Vec<FigureLine>,
    /// As of which day, frozen under which name, by which definitions.
    pub snapshot: String,
    /// Name of each township in the order of its code, with suspects that are left, new ones, cases that are left.
    pub townships: Vec<(String, [u64; 3])>,
}

fn figures(kind: Kind, known: &Known) -> Table {
    let is_large = |line: &FigureLine| {
        let listed = line.counts.listed(line.figure);
        told(&[Cell { listed, rest: line.counts.whole() - listed }]).0
    };
    // What is hidden of one stage follows from the other and the whole.
    let other =
        |line: &FigureLine| known.figures.iter().find(|one| line.figure.other_stage() == Some(one.figure));
    let row = |line: &FigureLine| {
        let (counts, figure) = (line.counts, line.figure);
        let is_told = !kind.is_outward() || is_large(line) && other(line).is_none_or(is_large);
        let mut row = vec![figure.label().to_owned()];
        if is_told {
            row.extend([
                counts.ins.to_string(),
                counts.whole().to_string(),
                counts.rate().to_string(),
                line.target.clone(),
            ]);
        } else {
            let few = "人数少，不列".to_owned();
            row.extend([few.clone(), few.clone(), few, line.target.clone()]);
        }
        let it = figure.definition();
        row.push(format!("{}／{}", it.numerator, it.denominator));
        row
    };
    Table {
        title: "主要指标".to_owned(),
        heads: ["指标", "分子", "分母", "率", "目标", "怎么算"].map(str::to_owned).to_vec(),
        rows: known.figures.iter().map(row).collect(),
        note: known.snapshot.clone(),
    }
}

/// The report as it follows from what is known; `before` is what the last one of the same unit and kind said.
#[must_use]
pub fn content(kind: Kind, period: &Period, known: &Known, before: Option<&Content>) -> Content {
    let count = |item: &Item| known.counts.get(item.code()).copied().unwrap_or_default();
    let section = |(title, items): &(&str, &[Item])| {
        let counts: Vec<u64> = items.iter().map(count).collect();
        let of_children: Vec<u64> = items.iter().filter(|item| item.is_of_children()).map(count).collect();
        let mut shown = outward(&of_children).into_iter();
        let lines = items.iter().zip(&counts).map(|(item, count)| {
            let is_told = !item.is_of_children() || shown.next().unwrap_or_default() || !kind.is_outward();
            Line {
                code: item.code().to_owned(),
                label: item.label().to_owned(),
                value: if is_told { count.to_string() } else { "不列".to_owned() },
                before: before.map(|content| content.value(*item).to_owned()).unwrap_or_default(),
                means: item.means().to_owned(),
            }
        });
        Section { title: (*title).to_owned(), lines: lines.collect() }
    };
    let mut tables = Vec::new();
    if kind != Kind::SchoolMonth {
        tables.push(figures(kind, known));
    }
    if kind == Kind::CountyQuarter {
        tables.push(Table {
            title: "各乡镇".to_owned(),
            heads: ["乡镇", "期末疑似辍学", "本期新增", "没有办结的个案"].map(str::to_owned).to_vec(),
            rows: known
                .townships
                .iter()
                .map(|(name, counts)| {
                    std::iter::once(name.clone()).chain(counts.iter().map(u64::to_string)).collect()
                })
                .collect(),
            note: "按乡镇代码排列，不分先后（五(十二)）".to_owned(),
        });
    }
    Content {
        first: period.first.to_string(),
        last: period.last.to_string(),
        sections: sections(kind).iter().map(section).collect(),
        tables,
    }
}
