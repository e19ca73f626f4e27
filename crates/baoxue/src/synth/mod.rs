//! `baoxue synth`: the synthetic county as the files that offices exchange, with the truth beside them.
//!
//! Nothing is read here: places come from the county plan, and everybody in them is invented. The county is made in
//! zones ([`zone`]); families ([`families`]) and schooling ([`schooling`]) are the truth, [`offices`] write their lists
//! of it with [`slips`] at [`rates`], [`truth`] keeps account. Same settings, same bytes: no clock, no thread and no
//! platform has a say. `docs/synth.md` describes the files.

pub(crate) mod chance;
pub(crate) mod entry;
pub(crate) mod families;
mod files;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod numbers;
pub(crate) mod offices;
pub(crate) mod places;
mod rates;
pub(crate) mod roll;
pub(crate) mod schooling;
pub(crate) mod schools;
pub(crate) mod slips;
#[cfg(test)]
mod tests;
pub(crate) mod truth;
mod words;
pub(crate) mod zone;

use std::collections::BTreeMap;
use std::path::Path;

use documents::SaveError;
use jiff::civil::Date;
use rayon::prelude::*;
use rules::plan::Plan;

use lists::{List, Rows};
use offices::Desk;
use places::County;
use schooling::Calendar;
use zone::{Registers, Zone};

/// The kind of file to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// UTF-8 with a byte order mark; any size.
    Csv,
    /// One sheet each; lists of up to 1,048,575 rows.
    Xlsx,
}

/// What county to make.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Children of five to seventeen in the household list.
    pub(crate) children: usize,
    /// Other seeds are other people and other mistakes.
    pub(crate) seed: u64,
    /// The kind of file.
    pub(crate) format: Format,
    /// The day on which the lists are drawn up.
    pub(crate) as_of: Date,
    /// Multiplies every rate of mistakes: 1 is ordinary, 3 is hard.
    pub(crate) hardness: f64,
}

impl Settings {
    /// The day of the lists where nobody names one: early in the autumn term.
    pub(crate) const AS_OF: Date = jiff::civil::date(2026, 9, 10);
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    /// Rows of each file, by its name without the ending.
    pub(crate) rows: BTreeMap<&'static str, usize>,
}

/// Zones made at a time: what is in memory at once, and the most threads that find work.
const ZONES_AT_A_TIME: usize = 8;

/// Makes the county of `plan` and writes its files into the folder `out`, which must exist. `progress` is told how many
/// children are done, now and then.
///
/// # Errors
/// [`SaveError`] when a file cannot be written, or a list is longer than a sheet; no file is left half written.
pub(crate) fn write(
    settings: &Settings,
    plan: &Plan,
    out: &Path,
    progress: &dyn Fn(u64),
) -> Result<Summary, SaveError> {
    let mut files = files::Files::start(settings.format, settings.as_of, out)?;
    let mut done = 0;
    let summary = generate(settings, plan, &mut |part| {
        done += part.zone.children.len() as u64;
        let lists = part.desk.lists.into_iter().chain([part.truth]);
        files.add(lists.collect())?;
        progress(done);
        Ok(())
    })?;
    files.finish()?;
    Ok(summary)
}

/// One zone: who lives there, what the offices wrote, and the truth about it.
pub(crate) struct Part {
    pub(crate) zone: Zone,
    pub(crate) desk: Desk,
    pub(crate) truth: Rows,
}

/// Makes the county zone by zone, in order, and hands each on.
pub(crate) fn generate<E>(
    settings: &Settings,
    plan: &Plan,
    hand_on: &mut dyn FnMut(Part) -> Result<(), E>,
) -> Result<Summary, E> {
    let Settings { children, seed, as_of, hardness, .. } = *settings;
    let county = County::new(plan, seed);
    let calendar = Calendar { as_of, school_age: *plan.school_age(), hardness };
    let plans = zone::divide(&county, children, seed);
    let mut registers = Registers::default();
    let mut summary = Summary::default();
    let (mut before, mut people) = ([0; 7], 0);
    for plans in plans.chunks(ZONES_AT_A_TIME) {
        let make = |plan: &zone::Plan| zone::people(plan, &county, &calendar, seed);
        let mut zones: Vec<Zone> = plans.par_iter().map(make).collect();
        zones.iter_mut().for_each(|zone| registers.enter(zone, &county));
        let write = |zone: &Zone| offices::write(&county, zone, as_of, hardness, seed);
        let desks: Vec<Desk> = zones.par_iter().map(write).collect();
        for (zone, desk) in zones.into_iter().zip(desks) {
            let truth = truth::rows(&county, &zone, &desk, &before, people);
            for (before, rows) in before.iter_mut().zip(&desk.lists) {
                *before += rows.len();
            }
            people += zone.children.len();
            for (list, rows) in List::ALL.into_iter().zip(desk.lists.iter().chain([&truth])) {
                *summary.rows.entry(list.file()).or_default() += rows.len();
            }
            hand_on(Part { zone, desk, truth })?;
        }
    }
    Ok(summary)
}
