//! 比对: the lists of the offices in, what was found out, and the files that people and programs work from. The
//! rules of comparing are `linkage`'s; nothing here is kept, shown or sent.

mod child;
mod columns;
mod csv;
mod facts;
mod summary;
mod words;
mod workbook;

use std::path::{Path, PathBuf};

use documents::SaveError;
use jiff::civil::Date;
use linkage::comparison::{Comparison, Finding, Lists, Named, Present, Rule};
use rules::plan::{FindingKind, ListKind, NamedListEffect, Plan};

use crate::lists::people;
use crate::lists::{List, Progress, ReadFailure, Report, Schools};

pub use child::Child;
pub use facts::Side;
pub(crate) use workbook::{cell, day};

/// What to compare.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// 户籍名单.
    pub household: &'a Path,
    /// 学籍名单.
    pub roll: &'a Path,
    /// 在校名单, where there is one.
    pub present: Option<&'a Path>,
    /// 脱贫户、监测户名单, where there is one.
    pub poverty: Option<&'a Path>,
    /// Further lists: (name, file).
    pub named: &'a [(String, PathBuf)],
    /// The day for ages.
    pub on: Date,
    /// The county's plan.
    pub plan: &'a Plan,
}

/// The lists that were read.
pub struct Given<'a> {
    plan: &'a Plan,
    on: Date,
    household: List,
    roll: List,
    present: Option<List>,
    poverty: Option<List>,
    named: Vec<(NamedListEffect, List)>,
    schools: Schools,
}

/// What came of a comparison, with everything that the writers show.
pub struct Outcome<'a> {
    given: Given<'a>,
    comparison: Comparison,
}

/// Reads the lists.
///
/// # Errors
/// [`ReadFailure`] for the first list that is not what it should be or cannot be read whole.
pub fn read<'a>(inputs: &Inputs<'a>, report: Report<'_>) -> Result<Given<'a>, ReadFailure> {
    let plan = inputs.plan;
    let mut schools = Schools::default();
    let born_after = born_after(plan, inputs.on);
    let mut read = |kind, title: &str, path: &Path| {
        people::list(kind, title, path, plan, born_after, &mut schools, report)
    };
    let household = read(ListKind::Household, ListKind::Household.label(), inputs.household)?;
    let roll = read(ListKind::Roll, ListKind::Roll.label(), inputs.roll)?;
    let mut optional =
        |path: Option<&Path>, kind: ListKind| path.map(|path| read(kind, kind.label(), path)).transpose();
    let present = optional(inputs.present, ListKind::Present)?;
    let poverty = optional(inputs.poverty, ListKind::Poverty)?;
    let mut named = Vec::new();
    for (name, path) in inputs.named {
        let (kind, effect) = named_list(plan, name);
        named.push((effect, read(kind, name, path)?));
    }
    Ok(Given { plan, on: inputs.on, household, roll, present, poverty, named, schools })
}

impl Given<'_> {
    /// Says how people call the files, in the order of [`Outcome::lists`]: what was read may have had another name.
    #[must_use]
    pub fn called(mut self, names: &[String]) -> Self {
        let first = [&mut self.household, &mut self.roll];
        let named = self.named.iter_mut().map(|(_, list)| list);
        let lists = first.into_iter().chain(&mut self.present).chain(&mut self.poverty).chain(named);
        for (list, name) in lists.zip(names) {
            list.file.clone_from(name);
            list.rejects.file.clone_from(name);
        }
        self
    }
}

/// Reads one list alone, as a comparison on the day `on` would.
///
/// # Errors
/// [`ReadFailure`] when the file is not that list or cannot be read whole.
pub fn look(
    kind: ListKind,
    title: &str,
    path: &Path,
    (plan, on): (&Plan, Date),
) -> Result<List, ReadFailure> {
    people::list(kind, title, path, plan, born_after(plan, on), &mut Schools::default(), &|_| {})
}

/// Two years beyond the oldest child who counts: a mistyped year keeps nobody out.
fn born_after(plan: &Plan, on: Date) -> u32 {
    let years = plan.school_age().until_years + 4;
    u32::try_from(on.year() - years).unwrap_or_default() * 10_000
}

/// How a list of that name is read, and what being on it does to a finding.
#[must_use]
pub fn named_list(plan: &Plan, name: &str) -> (ListKind, NamedListEffect) {
    let effect = plan.named_list(name).map_or(NamedListEffect::Note, |known| known.effect);
    let kind = match effect {
        _ if name.contains('残') => ListKind::Disability,
        NamedListEffect::StudyingElsewhere => ListKind::Elsewhere,
        _ => ListKind::Generic,
    };
    (kind, effect)
}

/// Compares the lists.
#[must_use]
pub fn compare<'a>(given: Given<'a>, report: Report<'_>) -> Outcome<'a> {
    report(Progress::Begins { what: "比对", total: 0 });
    let further: Vec<Named<'_>> = given
        .named
        .iter()
        .map(|(effect, list)| Named { name: &list.title, people: &list.people, effect: *effect })
        .collect();
    let lists = Lists {
        household: &given.household.people,
        roll: &given.roll.people,
        present: given.present.as_ref().map(|list| Present {
            people: &list.people,
            here: &list.here,
            days: &list.days,
        }),
        poverty: given.poverty.as_ref().map(|list| &list.people),
        named: &further,
    };
    let rule = Rule { school_age: *given.plan.school_age(), on: given.on };
    let comparison = linkage::comparison::compare(&lists, &rule);
    report(Progress::Ends);
    Outcome { given, comparison }
}

impl<'a> Outcome<'a> {
    /// The plan that was compared by.
    #[must_use]
    pub const fn plan(&self) -> &'a Plan {
        self.given.plan
    }

    /// The day for ages.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.given.on
    }

    /// The 户籍 list.
    #[must_use]
    pub const fn household(&self) -> &List {
        &self.given.household
    }

    /// The 学籍 list.
    #[must_use]
    pub const fn roll(&self) -> &List {
        &self.given.roll
    }

    /// Links and findings.
    #[must_use]
    pub const fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// Every list that was read: 户籍, 学籍, 在校, 脱贫户, then the further ones as they were given.
    pub fn lists(&self) -> impl Iterator<Item = &List> {
        let given = &self.given;
        let first = [&given.household, &given.roll];
        let named = given.named.iter().map(|(_, list)| list);
        first.into_iter().chain(&given.present).chain(&given.poverty).chain(named)
    }

    /// The findings of one kind, in the order of the household list.
    #[must_use]
    pub fn of_kind(&self, kind: FindingKind) -> &[Finding] {
        let all = &self.comparison.findings;
        let from = all.partition_point(|finding| finding.kind < kind);
        let until = all.partition_point(|finding| finding.kind <= kind);
        all.get(from..until).unwrap_or_default()
    }

    /// Whether the lists allowed to look for findings of this kind: without a 在校 list nobody is missed in class, and
    /// without a 脱贫户 list nobody is on it. The others follow from the lists that there always are; a child who stood on
    /// a list 外出就读 that is not there any more is found in another way.
    #[must_use]
    pub fn looked_for(&self, kind: FindingKind) -> bool {
        match kind {
            FindingKind::NotInSchool => self.given.present.is_some(),
            FindingKind::PovertyDropout => self.given.poverty.is_some(),
            _ => true,
        }
    }

    /// Writes `findings.xlsx`, which people work from.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written; nothing is left behind then.
    pub fn save_workbook(&self, path: &Path) -> Result<(), SaveError> {
        workbook::write(self, path)
    }

    /// Writes `problems.xlsx`, the rows to correct, where there are any; says whether there were.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written; nothing is left behind then.
    pub fn save_problems(&self, path: &Path) -> Result<bool, SaveError> {
        workbook::problems(self, path)
    }

    /// Writes `findings.csv`, every finding for other programs.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written; nothing is left behind then.
    pub fn save_findings(&self, path: &Path) -> Result<(), SaveError> {
        csv::findings(self, path)
    }

    /// Writes `links.csv`, every accepted pair.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written; nothing is left behind then.
    pub fn save_links(&self, path: &Path) -> Result<(), SaveError> {
        csv::links(self, path)
    }

    /// Writes `summary.json`; `seconds` are those taken by reading and by comparing.
    ///
    /// # Errors
    /// [`SaveError`] when it cannot be written.
    pub fn save_summary(&self, path: &Path, seconds: [f64; 2]) -> Result<(), SaveError> {
        summary::write(self, seconds, path)
    }

    /// What was found, in a few lines for people.
    #[must_use]
    pub fn said(&self) -> String {
        summary::said(self)
    }
}
