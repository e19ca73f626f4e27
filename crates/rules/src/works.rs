//! 措施成效: attendance before and after something was done for a child, and how many were in school later (issue 5, item 8). It says what
//! happened after an act, never what the act caused; it names nobody and ranks nobody; no number below five children can be read
//! from what is told, nor computed from what stands beside it (hazard A08).

use crate::codes::codes;

codes! {
    /// What is done for a child, as it is counted; what exactly has a code of the plan.
    Deed "南政办发〔2024〕6号五(六)(十)(十一)" {
        Any = "any" "任何一项" [],
        Visit = "visit" "家访，见到了家人" [],
        Help = "help" "帮扶" [],
        Step = "step" "四步法" [],
        Request = "request" "部门协助" [],
        Place = "place" "安置" [],
    }
}

/// So many school days before an act and after it make its two rates.
pub const DAYS: usize = 10;

/// After so many school days it is looked whether the child is in school.
pub const LOOKS: [usize; 3] = [10, 30, 90];

/// The last so many school days of these say it.
const LAST: usize = 5;

pub use crate::publish::FEW;

/// A day with lessons, for one child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchoolDay {
    /// In school, or away for it.
    Came,
    /// Not there, with a reason or without.
    Missed,
    /// On the roll of a class that nobody called.
    NotCalled,
    /// On the roll of no class.
    NoClass,
}

/// Days in school among the days on which the class was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attended {
    /// In school.
    pub came: u32,
    /// Called.
    pub called: u32,
}

impl Attended {
    fn of(days: &[SchoolDay]) -> Self {
        let mut all = Self::default();
        for day in days {
            all.came += u32::from(*day == SchoolDay::Came);
            all.called += u32::from(matches!(day, SchoolDay::Came | SchoolDay::Missed));
        }
        all
    }

    const fn add(&mut self, other: Self) {
        self.came += other.came;
        self.called += other.called;
    }

    /// In percent; `None` for no day.
    fn percent(self) -> Option<u8> {
        percent(self.came, self.called)
    }
}

/// What followed an act for one child.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The [`DAYS`] school days before it; nothing is counted while there were fewer.
    pub before: Attended,
    /// The [`DAYS`] school days after it; nothing is counted until they have passed.
    pub after: Attended,
    /// For each of [`LOOKS`] whether the child was in school then; `None` until so many school days have passed, and where
    /// nobody called. A child of no class is not in school.
    pub back: [Option<bool>; 3],
    /// Whether nothing more will come.
    pub is_settled: bool,
}

/// What followed, from the school days before an act and after it, each in the order of time; the day of the act is in neither.
#[must_use]
pub fn outcome(before: &[SchoolDay], after: &[SchoolDay]) -> Outcome {
    let rate = |days: Option<&[SchoolDay]>| days.map(Attended::of).unwrap_or_default();
    Outcome {
        before: rate(before.len().checked_sub(DAYS).and_then(|from| before.get(from..))),
        after: rate(after.get(..DAYS)),
        back: LOOKS.map(|look| is_back(after.get(look.saturating_sub(LAST)..look)?)),
        is_settled: LOOKS.last().is_none_or(|last| after.len() >= *last),
    }
}

fn is_back(days: &[SchoolDay]) -> Option<bool> {
    let known = days.iter().filter(|day| **day != SchoolDay::NotCalled).count();
    let came = days.iter().filter(|day| **day == SchoolDay::Came).count();
    (known > 0).then_some(came * 2 > known)
}

/// What followed for some children together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Children.
    pub children: u32,
    /// Days from the opening of their cases to the act, all together.
    pub wait: u32,
    /// Of them those with called days on both sides: the two rates are of the same children.
    pub paired: u32,
    /// Before, of these.
    pub before: Attended,
    /// After, of these.
    pub after: Attended,
    /// For each of [`LOOKS`]: in school, not in school. Who is not followed for so long is in neither.
    pub back: [(u32, u32); 3],
}

impl Tally {
    /// Takes in what another counts.
    pub fn add(&mut self, other: &Self) {
        self.children += other.children;
        self.wait += other.wait;
        self.paired += other.paired;
        self.before.add(other.before);
        self.after.add(other.after);
        for (own, more) in self.back.iter_mut().zip(other.back) {
            own.0 += more.0;
            own.1 += more.1;
        }
    }
}

/// How many of the children followed for so long are in school, as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Too few to say anything.
    Hidden,
    /// Fewer than [`FEW`] are.
    Few,
    /// Fewer than [`FEW`] are not.
    AllBut,
    /// In percent.
    Percent(u8),
}

/// What may be told of some children together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How many; `None` for too few.
    pub children: Option<u32>,
    /// Days from the opening of the case to the act, on average.
    pub wait: Option<u32>,
    /// Attendance before and after, in percent.
    pub rates: Option<(u8, u8)>,
    /// For each of [`LOOKS`].
    pub back: [Share; 3],
}

/// What may be told of groups that have no child in common, and of all of them together: no number of children below [`FEW`], and none
/// that is what is left when the groups told are taken from the whole.
#[must_use]
pub fn told(groups: &[Tally]) -> (Line, Vec<Line>) {
    let mut whole = Tally::default();
    for group in groups {
        whole.add(group);
    }
    let all: Vec<Tally> = groups.iter().copied().chain([whole]).collect();
    let counted = shown(&all, |one| [one.children]);
    let rated = shown(&all, |one| [one.paired]);
    let looked: [Vec<bool>; 3] = [0, 1, 2].map(|at| shown(&all, |one| look(one, at)));
    let mut lines: Vec<Line> = all
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let is = |shown: &[bool]| shown.get(at).copied().unwrap_or(false);
            let mut back = [Share::Hidden; 3];
            for (place, (share, shown)) in back.iter_mut().zip(&looked).enumerate() {
                *share = self::share(look(one, place), is(shown));
            }
            Line {
                children: is(&counted).then_some(one.children),
                wait: is(&counted).then(|| one.wait / one.children.max(1)),
                rates: one.before.percent().zip(one.after.percent()).filter(|_| is(&rated)),
                back,
            }
        })
        .collect();
    let none = Line { children: None, wait: None, rates: None, back: [Share::Hidden; 3] };
    (lines.pop().unwrap_or(none), lines)
}

fn look(one: &Tally, at: usize) -> [u32; 2] {
    one.back.get(at).map_or([0, 0], |(yes, no)| [*yes, *no])
}

fn share([yes, no]: [u32; 2], shown: bool) -> Share {
    match (percent(yes, yes + no), yes < FEW, no < FEW) {
        (Some(percent), false, false) if shown => Share::Percent(percent),
        (_, true, false) => Share::Few,
        (_, false, true) => Share::AllBut,
        _ => Share::Hidden,
    }
}

fn percent(part: u32, whole: u32) -> Option<u8> {
    let (part, whole) = (u64::from(part), u64::from(whole));
    (part * 100 + whole / 2).checked_div(whole).and_then(|percent| u8::try_from(percent).ok())
}

/// Which groups may be told exactly, and last whether the whole may: each part of each is [`FEW`] at least, and what is left of
/// the whole when they are taken from it is nothing, or has no small part either.
fn shown<const N: usize>(all: &[Tally], parts: impl Fn(&Tally) -> [u32; N]) -> Vec<bool> {
    let enough = |one: &[u32; N]| one.iter().all(|part| *part >= FEW);
    let mut shown: Vec<bool> = all.iter().map(|one| enough(&parts(one))).collect();
    if shown.last() != Some(&true) {
        return shown;
    }
    let groups = all.len().saturating_sub(1);
    loop {
        let mut left = [0; N];
        for (one, _) in all.iter().zip(&shown).take(groups).filter(|(_, shown)| !**shown) {
            for (sum, part) in left.iter_mut().zip(parts(one)) {
                *sum += part;
            }
        }
        if left.iter().all(|part| *part == 0) || enough(&left) {
            return shown;
        }
        let size = |at: &usize| all.get(*at).map_or(0, |one| parts(one).iter().sum::<u32>());
        let smallest = (0..groups).filter(|at| shown.get(*at) == Some(&true)).min_by_key(size);
        match smallest.and_then(|at| shown.get_mut(at)) {
            Some(one) => *one = false,
            None => return shown,
        }
    }
}
