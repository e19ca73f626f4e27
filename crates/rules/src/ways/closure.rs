//! 校点撤并: where the pupils of a school, or of some of its grades, could go, and what that would do to each. It places nobody: it says what
//! would be. The same pupils and schools always give the same answer.
//!
//! Places first, and without a look at beds: families in the order of their nearest way, brothers and sisters together, each to the nearest
//! school that takes their grades and has the places, the lower code where two are as near. Then the beds of each school to those whom the way
//! there would be hard for, the longest way first. Who still lacks one goes to a place with a bed elsewhere. Since the places do not depend
//! on the beds, one more bed never leaves more children worse off.

use std::fmt::Write as _;

use super::{Access, Judged, Way, judge};
use crate::codes::codes;
use crate::groups::Special;
use crate::plan::SchoolAccess;

codes! {
    /// How a child would come to school afterwards.
    After "南政办发〔2024〕6号四(四)" {
        Day = "day" "走读，路程合适" [],
        Bed = "bed" "住校，有床位" [],
        Hard = "hard" "走读，上学难" [],
        Unknown = "unknown" "路程没有登记" [],
        Without = "without" "没有学位" [],
    }
}

codes! {
    /// What a closure must not do (四(四): 避免因学校布局不合理、交通不便等因素导致学生上学困难甚至辍学).
    Hindrance "南政办发〔2024〕6号四(四)" {
        Without = "without" "没有学位" [],
        Worse = "worse" "变成上学难，没有床位可住" [],
        Unknown = "unknown" "到新学校的路程没有登记" [],
    }
}

/// What somebody has to look at before a child is sent elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Need {
    /// 残疾.
    pub disability: bool,
    /// 留守.
    pub left_behind: bool,
    /// 困境, 孤儿, 事实无人抚养.
    pub hardship: bool,
}

impl Need {
    /// Of the groups of a child.
    #[must_use]
    pub fn of(groups: impl Iterator<Item = Special>) -> Self {
        let mut need = Self::default();
        for group in groups {
            match group {
                Special::Disability => need.disability = true,
                Special::LeftBehind => need.left_behind = true,
                Special::Orphan | Special::Unattended | Special::Hardship => need.hardship = true,
                _ => {}
            }
        }
        need
    }

    /// Whether there is any.
    #[must_use]
    pub const fn any(self) -> bool {
        self.disability || self.left_behind || self.hardship
    }
}

/// A pupil whose class would be no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// Its id.
    pub id: String,
    /// Its grade, where known.
    pub grade: Option<u8>,
    /// Whether it boards now.
    pub boards: bool,
    /// Its household; empty where unknown.
    pub family: String,
    /// Whether a brother or sister stays at the school, in a grade that is not closed.
    pub stays: bool,
    /// The way to the school of today.
    pub now: Option<Way>,
    /// The ways to the receiving schools: the school's id.
    pub ways: Vec<(String, Way)>,
    /// What somebody has to look at.
    pub need: Need,
}

/// A school that could receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its id.
    pub id: String,
    /// What it is ordered by: 学校标识码.
    pub code: String,
    /// The lowest and the highest grade that it teaches.
    pub grades: (u8, u8),
    /// Places, those taken, beds, those slept in.
    pub places: u32,
    /// Pupils that it has.
    pub pupils: u32,
    /// Beds.
    pub beds: u32,
    /// Boarders that it has.
    pub boarders: u32,
}

impl Receiver {
    fn takes(&self, grade: Option<u8>) -> bool {
        grade.is_none_or(|grade| (self.grades.0..=self.grades.1).contains(&grade))
    }

    /// Places that nobody has.
    #[must_use]
    pub const fn free(&self) -> u32 {
        self.places.saturating_sub(self.pupils)
    }

    /// Beds that nobody sleeps in.
    #[must_use]
    pub const fn free_beds(&self) -> u32 {
        self.beds.saturating_sub(self.boarders)
    }
}

/// What would become of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its id.
    pub pupil: String,
    /// The school to which it would go; `None` where there is no place.
    pub to: Option<String>,
    /// How it comes to school today.
    pub before: Judged,
    /// Minutes today.
    pub minutes_before: Option<u16>,
    /// How it would come to school.
    pub after: After,
    /// Minutes then; `None` for a way that nobody measured.
    pub minutes_after: Option<u16>,
    /// Whether it would need a bed.
    pub needs_bed: bool,
    /// Whether the way would be hard that is not today, or longer and hard as today.
    pub worse: bool,
    /// Whether brothers and sisters who are at one school today would not be.
    pub split: bool,
    /// What somebody has to look at.
    pub need: Need,
}

/// What would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Each pupil once, in the order in which they were given.
    pub pupils: Vec<Placed>,
    /// Of each receiving school, in the order of their codes: id, free places afterwards, free beds afterwards.
    pub schools: Vec<(String, u32, u32)>,
}

impl Outcome {
    /// How many would come to school so.
    #[must_use]
    pub fn count(&self, after: After) -> usize {
        self.pupils.iter().filter(|one| one.after == after).count()
    }
}

/// The pupils of one household, by their places in the list.
struct Family {
    members: Vec<usize>,
    /// Their nearest way, then the lowest id: whose turn it is.
    turn: (u16, String),
}

/// A school while it is filled.
struct Filling<'a> {
    school: &'a Receiver,
    free: u32,
    beds: u32,
}

struct Placing<'a> {
    rule: &'a SchoolAccess,
    pupils: &'a [Pupil],
    schools: Vec<Filling<'a>>,
    /// For each pupil the school, by its place in `schools`.
    to: Vec<Option<usize>>,
    bed: Vec<bool>,
}

/// Minutes of a way that nobody measured, for the order alone.
const UNKNOWN: u16 = u16::MAX;

/// What closing would do to each of `pupils`, if they could go to `receivers`.
#[must_use]
pub fn place(rule: &SchoolAccess, pupils: &[Pupil], receivers: &[Receiver]) -> Outcome {
    let mut schools: Vec<Filling<'_>> = receivers
        .iter()
        .map(|school| Filling { school, free: school.free(), beds: school.free_beds() })
        .collect();
    schools.sort_by(|a, b| (&a.school.code, &a.school.id).cmp(&(&b.school.code, &b.school.id)));
    let mut placing =
        Placing { rule, pupils, schools, to: vec![None; pupils.len()], bed: vec![false; pupils.len()] };
    for family in placing.families() {
        placing.seat(&family.members);
    }
    placing.beds();
    placing.outcome()
}

impl Placing<'_> {
    fn way(&self, pupil: usize, school: usize) -> Option<Way> {
        let id = &self.schools.get(school)?.school.id;
        self.pupils.get(pupil)?.ways.iter().find(|(to, _)| to == id).map(|(_, way)| *way)
    }

    fn minutes(&self, pupil: usize, school: usize) -> u16 {
        self.way(pupil, school).map_or(UNKNOWN, |way| way.minutes)
    }

    fn takes(&self, pupil: usize, school: usize) -> bool {
        let (Some(pupil), Some(school)) = (self.pupils.get(pupil), self.schools.get(school)) else {
            return false;
        };
        school.school.takes(pupil.grade)
    }

    /// Families in their turn.
    fn families(&self) -> Vec<Family> {
        let mut families: Vec<Family> = Vec::new();
        let mut of: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for (at, pupil) in self.pupils.iter().enumerate() {
            let known = (!pupil.family.is_empty()).then(|| of.get(pupil.family.as_str()).copied()).flatten();
            if let Some(family) = known.and_then(|family| families.get_mut(family)) {
                family.members.push(at);
                continue;
            }
            if !pupil.family.is_empty() {
                of.insert(pupil.family.as_str(), families.len());
            }
            families.push(Family { members: vec![at], turn: (UNKNOWN, String::new()) });
        }
        for family in &mut families {
            let nearest = (0..self.schools.len()).map(|school| self.farthest(&family.members, school)).min();
            let first =
                family.members.iter().filter_map(|at| self.pupils.get(*at)).map(|one| one.id.clone()).min();
            family.turn = (nearest.unwrap_or(UNKNOWN), first.unwrap_or_default());
        }
        families.sort_by(|a, b| a.turn.cmp(&b.turn));
        families
    }

    /// The longest way of these to a school.
    fn farthest(&self, members: &[usize], school: usize) -> u16 {
        members.iter().map(|pupil| self.minutes(*pupil, school)).max().unwrap_or(UNKNOWN)
    }

    /// Places for brothers and sisters: together at the nearest school that has them, else each at its own nearest.
    fn seat(&mut self, members: &[usize]) {
        let wanted = u32::try_from(members.len()).unwrap_or(u32::MAX);
        let together = (0..self.schools.len())
            .filter(|school| self.schools.get(*school).is_some_and(|one| one.free >= wanted))
            .filter(|school| members.iter().all(|pupil| self.takes(*pupil, *school)))
            .min_by_key(|school| (self.farthest(members, *school), *school));
        if let Some(school) = together {
            for pupil in members {
                self.go(*pupil, school);
            }
            return;
        }
        for pupil in members {
            let alone = (0..self.schools.len())
                .filter(|school| self.schools.get(*school).is_some_and(|one| one.free > 0))
                .filter(|school| self.takes(*pupil, *school))
                .min_by_key(|school| (self.minutes(*pupil, *school), *school));
            if let Some(school) = alone {
                self.go(*pupil, school);
            }
        }
    }

    fn go(&mut self, pupil: usize, school: usize) {
        if let (Some(to), Some(one)) = (self.to.get_mut(pupil), self.schools.get_mut(school)) {
            *to = Some(school);
            one.free = one.free.saturating_sub(1);
        }
    }

    /// How the child would come to a school as a day pupil.
    fn as_day_pupil(&self, pupil: usize, school: usize) -> Access {
        let grade = self.pupils.get(pupil).and_then(|one| one.grade);
        judge(self.rule, grade, false, self.way(pupil, school).as_ref()).access
    }

    /// Who could not go there every day, and is old enough to board or boards already.
    fn needs_bed(&self, pupil: usize, school: usize) -> bool {
        let Some(one) = self.pupils.get(pupil) else { return false };
        let old = one.grade.is_some_and(|grade| grade >= self.rule.boards_from);
        match self.as_day_pupil(pupil, school) {
            Access::Hard => one.boards || old,
            Access::Unknown => one.boards,
            Access::Fine | Access::Boards => false,
        }
    }

    fn beds(&mut self) {
        let mut waiting: Vec<(std::cmp::Reverse<u16>, String, usize, usize)> = Vec::new();
        for (at, pupil) in self.pupils.iter().enumerate() {
            if let Some(school) = self.to.get(at).copied().flatten()
                && self.needs_bed(at, school)
            {
                waiting.push((std::cmp::Reverse(self.minutes(at, school)), pupil.id.clone(), at, school));
            }
        }
        waiting.sort();
        let (mut left, seated) = (Vec::new(), self.to.clone());
        for (_, _, pupil, school) in waiting {
            if !self.sleep(pupil, school) {
                left.push((pupil, school));
            }
        }
        for (pupil, from) in left {
            let family = self.pupils.get(pupil).map(|one| one.family.clone()).unwrap_or_default();
            let elsewhere = (0..self.schools.len())
                .filter(|school| *school != from && self.takes(pupil, *school))
                .filter(|school| self.schools.get(*school).is_some_and(|one| one.free > 0 && one.beds > 0))
                .min_by_key(|school| {
                    (
                        !self.has_sibling(&seated, (family.as_str(), pupil), *school),
                        self.minutes(pupil, *school),
                        *school,
                    )
                });
            if let Some(school) = elsewhere {
                // The place that it leaves is nobody's yet: a place must not hang on a bed.
                self.go(pupil, school);
                self.sleep(pupil, school);
            }
        }
    }

    /// Whether a brother or sister was placed there before the beds were given out.
    fn has_sibling(&self, seated: &[Option<usize>], (family, pupil): (&str, usize), school: usize) -> bool {
        !family.is_empty()
            && self.pupils.iter().enumerate().any(|(at, one)| {
                at != pupil && one.family == family && seated.get(at).copied().flatten() == Some(school)
            })
    }

    fn sleep(&mut self, pupil: usize, school: usize) -> bool {
        let (Some(one), Some(bed)) = (self.schools.get_mut(school), self.bed.get_mut(pupil)) else {
            return false;
        };
        if one.beds == 0 {
            return false;
        }
        one.beds -= 1;
        *bed = true;
        true
    }

    fn outcome(mut self) -> Outcome {
        let mut pupils = Vec::with_capacity(self.pupils.len());
        for (at, pupil) in self.pupils.iter().enumerate() {
            let school = self.to.get(at).copied().flatten();
            let before = judge(self.rule, pupil.grade, pupil.boards, pupil.now.as_ref());
            let way = school.and_then(|school| self.way(at, school));
            let bed = self.bed.get(at).copied().unwrap_or(false);
            let after = match school {
                None => After::Without,
                Some(_) if bed => After::Bed,
                Some(school) => match self.as_day_pupil(at, school) {
                    Access::Fine | Access::Boards => After::Day,
                    Access::Hard => After::Hard,
                    Access::Unknown => After::Unknown,
                },
            };
            let (was, is) = (pupil.now.map(|way| way.minutes), way.map(|way| way.minutes));
            let worse = after == After::Hard && (before.access != Access::Hard || is > was);
            pupils.push(Placed {
                pupil: pupil.id.clone(),
                to: school.and_then(|school| self.schools.get(school)).map(|one| one.school.id.clone()),
                before,
                minutes_before: was,
                after,
                minutes_after: is,
                needs_bed: school.is_some_and(|school| bed || self.needs_bed(at, school)),
                worse,
                split: pupil.stays || self.is_split(at),
                need: pupil.need,
            });
        }
        // What a child left for a bed elsewhere is free again.
        for school in &mut self.schools {
            school.free = school.school.free();
        }
        for school in self.to.iter().flatten() {
            if let Some(one) = self.schools.get_mut(*school) {
                one.free = one.free.saturating_sub(1);
            }
        }
        let schools = self.schools.iter().map(|one| (one.school.id.clone(), one.free, one.beds)).collect();
        Outcome { pupils, schools }
    }

    fn is_split(&self, pupil: usize) -> bool {
        let to = |at: usize| self.to.get(at).copied().flatten();
        let Some(family) =
            self.pupils.get(pupil).map(|one| one.family.as_str()).filter(|one| !one.is_empty())
        else {
            return false;
        };
        self.pupils
            .iter()
            .enumerate()
            .any(|(at, one)| at != pupil && one.family == family && to(at) != to(pupil))
    }
}

/// What stands against closing, with how many children.
#[must_use]
pub fn hindrances(outcome: &Outcome) -> Vec<(Hindrance, usize)> {
    let count = |is: fn(&Placed) -> bool| outcome.pupils.iter().filter(|one| is(one)).count();
    [
        (Hindrance::Without, count(|one| one.after == After::Without)),
        (Hindrance::Worse, count(|one| one.worse)),
        (Hindrance::Unknown, count(|one| one.after == After::Unknown)),
    ]
    .into_iter()
    .filter(|(_, many)| *many > 0)
    .collect()
}

/// What went in and what came out as text, line by line, over which the sum of a kept study is made. Children stand in it by their ids.
#[must_use]
pub fn record(
    rule: &SchoolAccess,
    pupils: &[Pupil],
    receivers: &[Receiver],
    outcome: &Outcome,
) -> (String, String) {
    let way = |way: Option<Way>| {
        way.map_or_else(
            || "-".to_owned(),
            |way| format!("{}/{}/{}/{}", way.minutes, way.metres, way.means.code(), way.season.code()),
        )
    };
    let yes = |is: bool| if is { "1" } else { "0" };
    let mut given = format!(
        "rule {} {} {} {}\n",
        rule.young_minutes, rule.primary_minutes, rule.junior_minutes, rule.boards_from
    );
    for one in receivers {
        let Receiver { id, code, grades, places, pupils, beds, boarders } = one;
        let (low, high) = grades;
        _ = writeln!(given, "school {id} {code} {low}-{high} {pupils}/{places} {boarders}/{beds}");
    }
    for one in pupils {
        let grade = one.grade.map_or_else(|| "-".to_owned(), |grade| grade.to_string());
        let need = [one.need.disability, one.need.left_behind, one.need.hardship].map(yes).concat();
        let ways: Vec<String> =
            one.ways.iter().map(|(to, own)| format!("{to}={}", way(Some(*own)))).collect();
        _ = writeln!(
            given,
            "pupil {} {grade} boards={} family={} stays={} need={need} now={} {}",
            one.id,
            yes(one.boards),
            one.family,
            yes(one.stays),
            way(one.now),
            ways.join(" ")
        );
    }
    let minutes =
        |minutes: Option<u16>| minutes.map_or_else(|| "-".to_owned(), |minutes| minutes.to_string());
    let mut came = String::new();
    for one in &outcome.pupils {
        _ = writeln!(
            came,
            "pupil {} {} {}→{} {}→{} bed={} worse={} split={}",
            one.pupil,
            one.to.as_deref().unwrap_or("-"),
            minutes(one.minutes_before),
            minutes(one.minutes_after),
            one.before.access.code(),
            one.after.code(),
            yes(one.needs_bed),
            yes(one.worse),
            yes(one.split)
        );
    }
    for (id, places, beds) in &outcome.schools {
        _ = writeln!(came, "school {id} {places} {beds}");
    }
    (given, came)
}
