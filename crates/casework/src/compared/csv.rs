//! `links.csv` and `findings.csv`, as contracts.md has them: formatted in pieces side by side, written
//! in order.

use std::borrow::Cow;
use std::path::Path;

use documents::SaveError;
use documents::csv::{Mark, Records, Writer};
use linkage::comparison::Finding;
use linkage::explain::{date, explain};
use linkage::link::{Link, Tier};
use rayon::prelude::*;

use super::Outcome;

/// Records formatted at a time.
const PIECE: usize = 8_192;
/// Pieces held at a time: what is formatted ahead of the writer, and so the memory in use.
const AHEAD: usize = 16;

/// Writes every accepted pair.
pub(super) fn links(outcome: &Outcome<'_>, path: &Path) -> Result<(), SaveError> {
    let heading = ["household_row", "roll_row", "score", "tier", "reason"];
    write(path, Mark::None, &heading, &outcome.comparison.linkage.links, |records, link| {
        one_link(outcome, records, link);
    })
}

fn one_link(outcome: &Outcome<'_>, records: &mut Records, link: &Link) {
    let tier = match link.tier {
        Tier::Exact => "exact",
        Tier::Strong => "strong",
        Tier::Probable => "probable",
        Tier::Second => "second",
    };
    records.number(link.left + 1).number(link.right + 1).code(&score(link.chance)).code(tier);
    records.text(&explain(link, &outcome.given.household.people, &outcome.given.roll.people)).end();
}

/// Writes every finding.
pub(super) fn findings(outcome: &Outcome<'_>, path: &Path) -> Result<(), SaveError> {
    let heading = [
        "kind",
        "household_row",
        "roll_row",
        "present_row",
        "poverty_row",
        "name",
        "id_masked",
        "birth",
        "village",
        "school",
        "score",
        "reason",
    ];
    write(path, Mark::ForSpreadsheets, &heading, &outcome.comparison.findings, |records, finding| {
        one_finding(outcome, records, finding);
    })
}

fn one_finding(outcome: &Outcome<'_>, records: &mut Records, finding: &Finding) {
    let child = outcome.child(finding);
    records.code(finding.kind.code());
    for row in [finding.household, finding.roll, finding.present, finding.poverty] {
        match row {
            Some(row) => records.number(row + 1),
            None => records.nothing(),
        };
    }
    records.text(child.name).code(&child.id).code(&date(child.birth)).text(&child.village).text(child.school);
    records.code(&score(finding.chance)).text(&finding.why()).end();
}

/// Four digits; most pairs are certain, and formatting a million floats takes longer than finding them.
fn score(chance: f32) -> Cow<'static, str> {
    if chance >= 1.0 { Cow::Borrowed("1.0000") } else { Cow::Owned(format!("{chance:.4}")) }
}

fn write<T: Sync>(
    path: &Path,
    mark: Mark,
    heading: &[&str],
    items: &[T],
    one: impl Fn(&mut Records, &T) + Sync,
) -> Result<(), SaveError> {
    let mut writer = Writer::start(path, mark)?;
    let mut records = Records::new();
    for name in heading {
        records.code(name);
    }
    records.end();
    writer.write(&records)?;
    for pieces in items.chunks(PIECE * AHEAD) {
        let formatted: Vec<Records> = pieces
            .par_chunks(PIECE)
            .map(|piece| {
                let mut records = Records::with_capacity(piece.len() * 96);
                piece.iter().for_each(|item| one(&mut records, item));
                records
            })
            .collect();
        for records in &formatted {
            writer.write(records)?;
        }
    }
    writer.finish()
}
