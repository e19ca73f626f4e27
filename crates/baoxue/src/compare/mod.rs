//! `baoxue compare`: the comparisons on files, without a server. Reads the lists, compares, writes what
//! was found; nothing is left behind when anything fails.

mod child;
mod columns;
mod csv;
mod read;
mod schools;
mod summary;
mod values;
mod words;
mod workbook;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::civil::Date;
use linkage::comparison::{Comparison, Lists, Named, Present, Rule, compare};
use rules::plan::{ListKind, NamedListEffect, Plan};

use crate::failure::Failure;
use crate::progress::Progress;
use read::List;
use schools::Schools;

/// What to compare, and where to write.
pub(crate) struct Settings<'a> {
    pub(crate) household: &'a Path,
    pub(crate) roll: &'a Path,
    pub(crate) present: Option<&'a Path>,
    pub(crate) poverty: Option<&'a Path>,
    /// Further lists: (name, file).
    pub(crate) named: &'a [(String, PathBuf)],
    /// The day for ages.
    pub(crate) on: Date,
    pub(crate) out: &'a Path,
    pub(crate) plan: &'a Plan,
}

/// Everything that the writers show.
pub(crate) struct Outcome<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) on: Date,
    pub(crate) household: List,
    pub(crate) roll: List,
    pub(crate) present: Option<List>,
    pub(crate) poverty: Option<List>,
    pub(crate) named: Vec<(NamedListEffect, List)>,
    pub(crate) schools: Schools,
    pub(crate) comparison: Comparison,
    /// Seconds taken by reading and by comparing.
    pub(crate) seconds: [f64; 2],
}

impl Outcome<'_> {
    /// Every list that was read, in the order of the command line.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &List> {
        let first = [&self.household, &self.roll];
        first
            .into_iter()
            .chain(&self.present)
            .chain(&self.poverty)
            .chain(self.named.iter().map(|(_, list)| list))
    }
}

/// Compares the lists and writes the results into `out`.
pub(crate) fn run(settings: &Settings<'_>) -> Result<String, Failure> {
    let outcome = compared(settings)?;
    write(&outcome, settings.out)?;
    Ok(summary::said(&outcome, settings.out))
}

fn compared<'a>(settings: &Settings<'a>) -> Result<Outcome<'a>, Failure> {
    let start = Instant::now();
    let plan = settings.plan;
    let mut schools = Schools::default();
    // Two years beyond the oldest child who counts: a mistyped year keeps nobody out.
    let years = plan.school_age().until_years + 4;
    let born_after = u32::try_from(settings.on.year() - years).unwrap_or_default() * 10_000;
    let mut read =
        |kind, title: &str, path: &Path| read::list(kind, title, path, plan, born_after, &mut schools);
    let household = read(ListKind::Household, ListKind::Household.label(), settings.household)?;
    let roll = read(ListKind::Roll, ListKind::Roll.label(), settings.roll)?;
    let optional = |path: Option<&Path>,
                    kind: ListKind,
                    read: &mut dyn FnMut(ListKind, &str, &Path) -> Result<List, Failure>| {
        path.map(|path| read(kind, kind.label(), path)).transpose()
    };
    let present = optional(settings.present, ListKind::Present, &mut read)?;
    let poverty = optional(settings.poverty, ListKind::Poverty, &mut read)?;
    let mut named = Vec::new();
    for (name, path) in settings.named {
        let known = plan.named_list(name);
        let effect = known.map_or(NamedListEffect::Note, |known| known.effect);
        let kind = match (name.as_str(), effect) {
            (name, _) if name.contains("残") => ListKind::Disability,
            (_, NamedListEffect::StudyingElsewhere) => ListKind::Elsewhere,
            _ => ListKind::Generic,
        };
        named.push((effect, read(kind, name, path)?));
    }
    let read_seconds = start.elapsed().as_secs_f64();
    let progress = Progress::start("比对", 0);
    let further: Vec<Named<'_>> = named
        .iter()
        .map(|(effect, list)| Named { name: &list.title, people: &list.people, effect: *effect })
        .collect();
    let lists = Lists {
        household: &household.people,
        roll: &roll.people,
        present: present.as_ref().map(|list| Present {
            people: &list.people,
            here: &list.here,
            days: &list.days,
        }),
        poverty: poverty.as_ref().map(|list| &list.people),
        named: &further,
    };
    let comparison = compare(&lists, &Rule { school_age: *plan.school_age(), on: settings.on });
    drop(progress);
    let seconds = [read_seconds, start.elapsed().as_secs_f64() - read_seconds];
    Ok(Outcome {
        plan,
        on: settings.on,
        household,
        roll,
        present,
        poverty,
        named,
        schools,
        comparison,
        seconds,
    })
}

/// Writes every file beside its place first, so that a failure leaves the folder as it was.
fn write(outcome: &Outcome<'_>, out: &Path) -> Result<(), Failure> {
    let _progress = Progress::start("写出结果", 0);
    let existed = out.is_dir();
    let denied = |error: std::io::Error| {
        Failure::machine(
            format!("写不了输出文件夹（{error}）"),
            out.display().to_string(),
            "请换一个位置，或检查权限和磁盘空间",
        )
    };
    fs::create_dir_all(out).map_err(denied)?;
    let result = tempfile::tempdir_in(out).map_err(denied).and_then(|beside| {
        let path = |name: &str| beside.path().join(name);
        let (tables, book) = rayon::join(
            || {
                csv::links(outcome, &path("links.csv"))
                    .and_then(|()| csv::findings(outcome, &path("findings.csv")))
            },
            || workbook::write(outcome, &path("findings.xlsx")),
        );
        tables?;
        book?;
        let mut names = vec!["findings.xlsx", "findings.csv", "links.csv", "summary.json"];
        if workbook::problems(outcome, &path("problems.xlsx"))? {
            names.push("problems.xlsx");
        }
        summary::write(outcome, &path("summary.json"))?;
        for name in names {
            fs::rename(path(name), out.join(name)).map_err(denied)?;
        }
        Ok(())
    });
    if result.is_err() && !existed {
        // The folder was made for this; if it cannot be taken away again, an empty folder stays.
        let _ = fs::remove_dir(out);
    }
    result
}
