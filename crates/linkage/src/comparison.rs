//! 四查三比对: from the lists of the offices to the children whom somebody must look for. Pure: lists
//! in, findings out. Which child is of school age and what a list means is the county plan's; how two
//! rows are matched is [`crate::link`]'s; here stands only what follows from it.

mod mentions;
mod named;
mod presence;

use std::borrow::Cow;

use jiff::civil::Date;
use rayon::prelude::*;
use rules::age::{AgeGroup, SchoolAge, age_on, school_year};
use rules::plan::{FindingKind, NamedListEffect};

use mentions::Mentions;

use crate::explain::explain;
use crate::link::{Link, Linkage, Tier, link};
use crate::people::{People, Person};

/// What is compared.
#[derive(Clone, Copy)]
pub struct Lists<'a> {
    /// 户籍.
    pub household: &'a People,
    /// 学籍.
    pub roll: &'a People,
    /// 在校, where it was given.
    pub present: Option<Present<'a>>,
    /// 脱贫户·监测户, where it was given.
    pub poverty: Option<&'a People>,
    /// Further lists, by name.
    pub named: &'a [Named<'a>],
}

/// Who was seen in school.
#[derive(Clone, Copy)]
pub struct Present<'a> {
    /// Rows, with school and class numbered as on the roll.
    pub people: &'a People,
    /// For each row 是否在校; `None` where the list does not say, which means: is there.
    pub here: &'a [Option<bool>],
    /// For each row its day as `year * 10000 + month * 100 + day`, 0 for none.
    pub days: &'a [u32],
}

/// A further list.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// As the clerk named it: 外出就读.
    pub name: &'a str,
    /// Its rows.
    pub people: &'a People,
    /// What it means to be on it.
    pub effect: NamedListEffect,
}

/// The rule by which children count.
#[derive(Clone, Copy)]
pub struct Rule {
    /// From the plan.
    pub school_age: SchoolAge,
    /// The day of the comparison.
    pub on: Date,
}

/// A child whom somebody must look for, or a row that somebody must put right. Rows count from 0.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What was found.
    pub kind: FindingKind,
    /// 户籍 row.
    pub household: Option<u32>,
    /// 学籍 row; for `needs_review` the likeliest.
    pub roll: Option<u32>,
    /// 在校 row.
    pub present: Option<u32>,
    /// 脱贫户 row.
    pub poverty: Option<u32>,
    /// How sure it is, 0 to 1.
    pub chance: f32,
    /// For `needs_review` the rows that may be the child, best first: of 学籍 for a household row, of 在校 for
    /// a roll row.
    pub candidates: Vec<Link>,
    /// Why, in words.
    pub reason: String,
    /// What other lists say of the child, in words; mostly nothing.
    pub notes: String,
}

impl Finding {
    fn new(kind: FindingKind, chance: f32, reason: String) -> Self {
        let (household, roll, present, poverty) = (None, None, None, None);
        let (candidates, notes) = (Vec::new(), String::new());
        Self { kind, household, roll, present, poverty, chance, candidates, reason, notes }
    }

    /// Why, with what other lists say.
    #[must_use]
    pub fn why(&self) -> Cow<'_, str> {
        match self.notes.as_str() {
            "" => Cow::Borrowed(&self.reason),
            notes => Cow::Owned(format!("{} · {notes}", self.reason)),
        }
    }

    /// Notes what another list says.
    fn add(&mut self, words: &str) {
        if !self.notes.is_empty() {
            self.notes.push_str(" · ");
        }
        self.notes.push_str(words);
    }
}

/// Figures of a comparison.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Children of school age in the household list, each once.
    pub school_age: usize,
    /// Of these, found on the roll.
    pub on_roll: usize,
    /// Household rows that repeat another.
    pub repeated: usize,
    /// Household rows of people outside school age.
    pub other_ages: usize,
    /// Pairs by number and name.
    pub exact: usize,
    /// Pairs that were weighed and accepted.
    pub weighed: usize,
    /// Schools on the roll that sent no list of who is present, as numbered by the caller, with the
    /// number of their pupils. Nothing is said of these pupils.
    pub silent_schools: Vec<(u32, usize)>,
    /// Children not on the roll whom a list such as 死亡 or 迁出 explains, by list.
    pub cleared: Vec<(String, usize)>,
}

/// The outcome.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// 户籍 against 学籍.
    pub linkage: Linkage,
    /// By kind, then by household row, roll row and poverty row.
    pub findings: Vec<Finding>,
    /// Figures.
    pub counts: Counts,
}

/// Compares the lists.
#[must_use]
pub fn compare(lists: &Lists<'_>, rule: &Rule) -> Comparison {
    let linkage = link(lists.household, lists.roll);
    let mut counts = Counts { repeated: linkage.repeated.len(), ..Counts::default() };
    let on_roll = RollOf::of(&linkage, lists);
    let mut findings = not_on_roll(lists, rule, &linkage, &on_roll, &mut counts);
    findings.extend(reviews(lists, rule, &linkage));
    findings.extend(on_two_rolls(lists, rule, &linkage));
    findings.extend(roll_only(lists, rule, &linkage, &on_roll));
    if let Some(present) = &lists.present {
        findings.extend(presence::not_in_school(lists, rule, present, &on_roll, &mut counts));
    }
    named::apply(lists, &mut findings, &mut counts);
    if let Some(poverty) = lists.poverty {
        findings.extend(in_poverty(lists, poverty, &findings));
    }
    findings.sort_by_key(order);
    Comparison { linkage, findings, counts }
}

fn order(finding: &Finding) -> (FindingKind, u32, u32, u32) {
    let row = |row: Option<u32>| row.unwrap_or(u32::MAX);
    (finding.kind, row(finding.household), row(finding.roll), row(finding.poverty))
}

impl Rule {
    /// Whether a child counts: by the date of birth, or by the date inside the number where the two
    /// differ, so that a mistyped date makes nobody disappear.
    fn counts(&self, people: &People, row: u32) -> bool {
        let by = |date: u32| self.birth(date).map(|birth| self.school_age.group(birth, self.on));
        let number = people.number(row);
        let listed = by(people.birth(row));
        let numbered = if number.is_checked() { by(number.birth()) } else { None };
        match (listed, numbered) {
            (None, None) => true,
            (listed, numbered) => {
                listed == Some(AgeGroup::SchoolAge) || numbered == Some(AgeGroup::SchoolAge)
            }
        }
    }

    fn birth(&self, date: u32) -> Option<Date> {
        let year = i16::try_from(date / 10_000).ok()?;
        let month = i8::try_from(date / 100 % 100).ok()?;
        Date::new(year, month, i8::try_from(date % 100).ok()?).ok()
    }

    /// What a look at the age suggests, before somebody climbs a mountain.
    fn hint(&self, person: &Person<'_>) -> Option<&'static str> {
        let birth = self.birth(person.birth)?;
        let numbered = if person.number.is_checked() { self.birth(person.number.birth()) } else { None };
        if numbered.is_some_and(|numbered| numbered != birth) {
            Some("出生日期与身份证号不一致，先核对年龄")
        } else if age_on(birth, self.on) >= self.school_age.until_years - 1 {
            Some("已满15周岁，先核对是否已初中毕业")
        } else if self.school_age.entry_year(birth) == school_year(self.on) {
            Some("本学年应入小学一年级")
        } else {
            None
        }
    }
}

/// Which household row each roll row belongs to.
struct RollOf {
    /// For each roll row its household row and whether it is the child's first.
    owner: Vec<Option<(u32, Tier)>>,
}

impl RollOf {
    fn of(linkage: &Linkage, lists: &Lists<'_>) -> Self {
        let mut owner = vec![None; lists.roll.len()];
        for link in &linkage.links {
            if let Some(slot) = owner.get_mut(link.right as usize) {
                *slot = Some((link.left, link.tier));
            }
        }
        Self { owner }
    }

    fn get(&self, roll: u32) -> Option<(u32, Tier)> {
        self.owner.get(roll as usize).copied().flatten()
    }
}

/// What is known of a household row after it was matched with the roll.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Unknown,
    OnRoll,
    Undecided,
    /// Another row is the same child.
    Repeated,
}

fn not_on_roll(
    lists: &Lists<'_>,
    rule: &Rule,
    linkage: &Linkage,
    on_roll: &RollOf,
    counts: &mut Counts,
) -> Vec<Finding> {
    let mut standing = vec![Standing::Unknown; lists.household.len()];
    let mut set = |row: u32, value: Standing| {
        if let Some(slot) = standing.get_mut(row as usize) {
            *slot = value;
        }
    };
    on_roll.owner.iter().flatten().for_each(|&(household, _)| set(household, Standing::OnRoll));
    linkage.reviews.iter().for_each(|review| set(review.left, Standing::Undecided));
    linkage.repeated.iter().for_each(|&(row, _)| set(row, Standing::Repeated));
    counts.exact = linkage.links.iter().filter(|link| link.tier == Tier::Exact).count();
    counts.weighed = linkage.links.len() - counts.exact;
    let rows: Vec<(u32, Standing)> = (0..lists.household.count()).zip(standing).collect();
    let of_age: Vec<(u32, Standing)> =
        rows.into_par_iter().filter(|&(row, _)| rule.counts(lists.household, row)).collect();
    counts.school_age = of_age.iter().filter(|&&(_, standing)| standing != Standing::Repeated).count();
    counts.on_roll = of_age.iter().filter(|&&(_, standing)| standing == Standing::OnRoll).count();
    counts.other_ages = lists.household.len() - of_age.len();
    let lost = of_age.into_iter().filter(|&(_, standing)| standing == Standing::Unknown);
    lost.map(|(row, _)| {
        let person = lists.household.get(row);
        let nearest = linkage.nearest(row);
        let mut reason = match nearest {
            Some(near) => {
                format!("学籍里最接近的不是同一人（{}）", explain(near, lists.household, lists.roll))
            }
            None if person.number.is_none() => {
                "没有身份证号；学籍里没有姓名、出生日期、监护人对得上的".to_owned()
            }
            None => "学籍里没有号码相同的，也没有姓名、出生日期相近的".to_owned(),
        };
        if let Some(hint) = rule.hint(&person) {
            reason.push_str(" · ");
            reason.push_str(hint);
        }
        let chance = 1.0 - nearest.map_or(0.0, |near| near.chance);
        Finding { household: Some(row), ..Finding::new(FindingKind::NotOnRoll, chance, reason) }
    })
    .collect()
}

fn reviews(lists: &Lists<'_>, rule: &Rule, linkage: &Linkage) -> Vec<Finding> {
    let of_age = linkage.reviews.iter().filter(|review| rule.counts(lists.household, review.left));
    of_age
        .map(|review| {
            let words: Vec<String> = review
                .candidates
                .iter()
                .map(|near| {
                    format!("学籍第{}行：{}", near.right + 1, explain(near, lists.household, lists.roll))
                })
                .collect();
            let chance = review.candidates.first().map_or(0.0, |best| best.chance);
            Finding {
                household: Some(review.left),
                roll: review.candidates.first().map(|best| best.right),
                candidates: review.candidates.clone(),
                ..Finding::new(FindingKind::NeedsReview, chance, words.join("；或 "))
            }
        })
        .collect()
}

fn on_two_rolls(lists: &Lists<'_>, rule: &Rule, linkage: &Linkage) -> Vec<Finding> {
    let seconds = linkage.links.iter().filter(|link| link.tier == Tier::Second);
    seconds
        .filter(|second| rule.counts(lists.household, second.left))
        .map(|second| {
            let from = linkage.links.partition_point(|link| link.left < second.left);
            let mut own = linkage.links.iter().skip(from).take_while(|link| link.left == second.left);
            let first = own.find(|link| link.tier != Tier::Second);
            let beside =
                first.map_or(String::new(), |first| format!("另一份是学籍第{}行 · ", first.right + 1));
            let reason = format!("{beside}{}", explain(second, lists.household, lists.roll));
            Finding {
                household: Some(second.left),
                roll: Some(second.right),
                ..Finding::new(FindingKind::DuplicateRoll, second.chance, reason)
            }
        })
        .collect()
}

fn roll_only(lists: &Lists<'_>, rule: &Rule, linkage: &Linkage, on_roll: &RollOf) -> Vec<Finding> {
    let mut possible: Vec<u32> =
        linkage.reviews.iter().flat_map(|review| review.candidates.iter().map(|link| link.right)).collect();
    possible.sort_unstable();
    let rows: Vec<u32> = (0..lists.roll.count())
        .into_par_iter()
        .filter(|&row| on_roll.get(row).is_none() && possible.binary_search(&row).is_err())
        .filter(|&row| rule.counts(lists.roll, row))
        .collect();
    let people = lists.roll.subset(&rows);
    // Children whom the household list does not know may stand on two rolls as well.
    let repeated = link(&people, &People::default()).repeated;
    let row_of = |position: u32| rows.get(position as usize).copied();
    let mut findings: Vec<Finding> = Vec::new();
    for (position, &row) in (0..).zip(&rows) {
        let repeats = repeated.binary_search_by_key(&position, |&(repetition, _)| repetition);
        let first = repeats.ok().and_then(|at| repeated.get(at)).and_then(|&(_, first)| row_of(first));
        let (kind, reason) = match first {
            Some(first) => (
                FindingKind::DuplicateRoll,
                format!("另一份是学籍第{}行 · 本县户籍名单里没有这个孩子", first + 1),
            ),
            None => (FindingKind::RollOnly, "本县户籍名单里没有对得上的孩子".to_owned()),
        };
        findings.push(Finding { roll: Some(row), ..Finding::new(kind, 1.0, reason) });
    }
    findings
}

/// 失学、辍学 ∩ 脱贫户·监测户.
fn in_poverty(lists: &Lists<'_>, poverty: &People, findings: &[Finding]) -> Vec<Finding> {
    let out = |finding: &Finding| matches!(finding.kind, FindingKind::NotOnRoll | FindingKind::NotInSchool);
    let mentions = Mentions::of(lists, poverty, findings.iter().filter(|finding| out(finding)));
    let found = findings.iter().filter(|finding| out(finding)).filter_map(|base| {
        let found = mentions.certain(base)?;
        let why = match base.kind {
            FindingKind::NotOnRoll => "没有学籍",
            _ => "有学籍不在校",
        };
        let reason = format!("{why}，同时在脱贫户、监测户名单第{}行", found.right + 1);
        Some(Finding {
            household: base.household,
            roll: base.roll,
            present: base.present,
            poverty: Some(found.right),
            ..Finding::new(FindingKind::PovertyDropout, base.chance.min(found.chance), reason)
        })
    });
    found.collect()
}
