//! The lists of both campaigns as the offices write them, and what was decided about the findings of the earlier one,
//! so that nobody checks the same child twice. It must not change what became of a child.

use std::collections::HashMap;

use jiff::civil::Date;
use rules::age::school_year;

use super::children::Files;
use super::model::{Child, Elsewhere, Known, Pairing, Status};
use super::past::{End, Gone, Past};
use crate::synth::families::Origin;
use crate::synth::lists::{List, Rows};
use crate::synth::offices::Desk;
use crate::synth::schooling::Fate;
use crate::synth::slips::Field;
use crate::synth::truth;
use crate::synth::zone::Zone;

/// Which campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Semester {
    /// 上学期.
    Last,
    /// 本学期.
    This,
}

/// One zone's part of one list of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListPart {
    /// Whose campaign.
    pub(crate) semester: Semester,
    /// Which list; [`List::headings`] says what stands in its columns.
    pub(crate) list: List,
    /// Its next rows.
    pub(crate) rows: Rows,
    /// Whom each row means, by index into the children of the part; `None` for grown-ups and schools.
    pub(crate) means: Vec<Option<usize>>,
}

/// What was decided about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// 已劝返，返校就读.
    Returned,
    /// 已立个案，正在劝返.
    Case,
    /// 外地就读，有就读证明.
    Elsewhere,
    /// 外地就读，证明待补.
    ProofAsked,
    /// 休学.
    Suspended,
    /// 延缓入学.
    Deferred,
    /// 死亡，户籍未销.
    Died,
    /// 出境，户籍未销.
    Abroad,
    /// 实际在校，未建籍.
    RollMissing,
    /// 七岁入学: entered in the autumn that followed.
    EnteredLater,
    /// 外来随迁，在本县就读.
    IncomerHere,
    /// 无户籍，已转公安.
    RegisterAsked,
    /// 重复学籍，已通知注销.
    StrikeAsked,
    /// 查无下落，继续查找.
    Open,
}

impl Outcome {
    /// As it stands in the record.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Returned => "已劝返，返校就读",
            Self::Case => "已立个案，正在劝返",
            Self::Elsewhere => "外地就读，有就读证明",
            Self::ProofAsked => "外地就读，证明待补",
            Self::Suspended => "休学",
            Self::Deferred => "延缓入学",
            Self::Died => "死亡，户籍未销",
            Self::Abroad => "出境，户籍未销",
            Self::RollMissing => "实际在校，未建籍",
            Self::EnteredLater => "未按时入学，秋季学期已入学",
            Self::IncomerHere => "外来随迁，在本县就读",
            Self::RegisterAsked => "无户籍，已转公安办理",
            Self::StrikeAsked => "重复学籍，已通知原学校注销",
            Self::Open => "查无下落，继续查找",
        }
    }
}

/// What was decided about one finding of last semester's comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Key of the child.
    pub(crate) child: String,
    /// The finding, in `compare`'s word.
    pub(crate) finding: &'static str,
    /// The rows that are this child: household, roll, present, poverty; data rows of the whole county's lists, from 1.
    pub(crate) rows: [Option<usize>; 4],
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// On which day.
    pub(crate) on: Date,
    /// Key of the post that decided.
    pub(crate) by: String,
}

/// 是不是同一个人: what a clerk of the bureau decided about two rows of last semester's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PairDecision {
    /// Data row of the household list, from 1.
    pub(crate) household_row: usize,
    /// Data row of the roll, from 1.
    pub(crate) roll_row: usize,
    /// Whether they are one child.
    pub(crate) same: bool,
    /// On which day.
    pub(crate) on: Date,
}

/// The post of the clerk who keeps the roll.
pub(super) const ROLL_CLERK: &str = "bureau:roll";

/// The lists of one campaign in one zone.
pub(super) struct Written<'a> {
    pub(super) semester: Semester,
    pub(super) day: Date,
    /// The zone as it was.
    pub(super) zone: &'a Zone,
    /// Which child of the zone of today each child of it is.
    pub(super) who: &'a [usize],
    pub(super) desk: &'a Desk,
    /// Rows of earlier zones in each list.
    pub(super) before: [usize; 7],
}

impl Written<'_> {
    /// The lists, told about whom each row is; 外出就读 says of a child in both campaigns what its file says.
    pub(super) fn lists(&self, children: &[Child], pasts: &[Past]) -> Vec<ListPart> {
        let lists = List::ALL.into_iter().zip(&self.desk.lists);
        lists
            .map(|(list, rows)| {
                let mut means = vec![None; rows.len()];
                for (trace, who) in self.desk.traces.iter().zip(self.who) {
                    for row in truth::rows_of(trace, list) {
                        means.iter_mut().skip(*row).take(1).for_each(|means| *means = Some(*who));
                    }
                }
                let rows = if list == List::Elsewhere {
                    self.elsewhere(rows, &means, children, pasts)
                } else {
                    rows.clone()
                };
                ListPart { semester: self.semester, list, rows, means }
            })
            .collect()
    }

    fn elsewhere(&self, rows: &Rows, means: &[Option<usize>], children: &[Child], pasts: &[Past]) -> Rows {
        let mut told = Rows::default();
        for (row, who) in rows.iter().zip(means) {
            let mut cells: Vec<String> = row.map(str::to_owned).collect();
            let status = who.and_then(|who| children.get(who)).map(|child| &child.status);
            let moved = who.and_then(|who| pasts.get(who)).and_then(|past| past.moved.as_ref());
            if let [.., place, school, _, proof, until] = cells.as_mut_slice() {
                if let Some(Status::Elsewhere(Elsewhere { place: at, school: name, proof: shown })) = status {
                    (*place, *school) = (at.clone(), name.clone());
                    let until_then = |until: Date| match self.semester {
                        Semester::This => until.to_string(),
                        Semester::Last => format!("{}-07-31", school_year(self.day) + 1),
                    };
                    *proof = shown.map_or(String::new(), |(kind, _)| kind.to_owned());
                    *until = shown.map_or(String::new(), |(_, day)| until_then(day));
                } else if let Some(End::Away(at, name)) = moved.map(|moved| &moved.from) {
                    (*place, *school) = (at.clone(), name.clone());
                }
            }
            told.add(cells.iter().map(String::as_str));
        }
        told
    }

    fn row(&self, child: usize, list: List) -> Option<usize> {
        let trace = self.desk.traces.get(child)?;
        let before = self.before.get(list as usize)?;
        truth::rows_of(trace, list).first().map(|row| before + row + 1)
    }

    /// What was decided about every finding that a faultless comparison of these lists comes to.
    pub(super) fn decisions(&self, files: &Files, children: &[Child]) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for (index, who) in self.who.iter().enumerate() {
            let findings = truth::findings(self.zone, self.desk, index);
            let (Some(child), Some(past)) = (children.get(*who), files.pasts.get(*who)) else { continue };
            for finding in findings {
                let Some(outcome) = self.outcome(finding, index, child, past) else { continue };
                let on = match child.known {
                    Known::FoundOut(on) => on,
                    _ => {
                        let days = 5 + i64::try_from(who % 23).unwrap_or(0);
                        let on = self.day.saturating_add(jiff::Span::new().days(days));
                        let seen = match outcome {
                            Outcome::EnteredLater => Some(files.years.first_day()),
                            _ => past.back,
                        };
                        seen.map_or(on, |seen| on.max(seen)).min(files.years.today)
                    }
                };
                let rows = [List::Household, List::Roll, List::Present, List::Poverty];
                decisions.push(Decision {
                    child: child.key.clone(),
                    finding,
                    rows: rows.map(|list| self.row(index, list)),
                    outcome,
                    on,
                    by: self.by(files, finding, index, *who),
                });
            }
        }
        decisions
    }

    fn outcome(&self, finding: &str, index: usize, child: &Child, past: &Past) -> Option<Outcome> {
        let then = self.zone.schooling.get(index)?;
        let origin = self.zone.families.get(self.zone.children.get(index)?.family)?.origin;
        let proof = |elsewhere: &Elsewhere| match elsewhere.proof {
            Some(_) => Outcome::Elsewhere,
            None => Outcome::ProofAsked,
        };
        Some(match finding {
            "duplicate_roll" => Outcome::StrikeAsked,
            "roll_only" if origin == Origin::Unregistered => Outcome::RegisterAsked,
            "roll_only" => Outcome::IncomerHere,
            // 辍学∩脱贫户 says of a child what the other finding says.
            _ if then.fate == Fate::DroppedOut && past.pause.is_some() => Outcome::Suspended,
            _ if then.fate == Fate::DroppedOut && past.back.is_some() => Outcome::Returned,
            _ if then.fate == Fate::DroppedOut => Outcome::Case,
            _ if then.fate == Fate::WithoutRoll => Outcome::RollMissing,
            _ => match (&child.status, past.gone) {
                (_, Some((Gone::Died, _))) => Outcome::Died,
                (_, Some((Gone::Abroad, _))) => Outcome::Abroad,
                (Status::Deferred(_), _) => Outcome::Deferred,
                (Status::Elsewhere(_), _) if child.known == Known::NotYet => Outcome::Open,
                (Status::Elsewhere(elsewhere), _) => proof(elsewhere),
                (Status::NeverEnrolled, _) => Outcome::Case,
                // Came here from elsewhere since.
                _ if past.moved.is_some() && then.grade > 0 => Outcome::Elsewhere,
                _ if then.grade == 0 => Outcome::EnteredLater,
                _ => return None,
            },
        })
    }

    fn by(&self, files: &Files, finding: &str, index: usize, who: usize) -> String {
        let then = self.zone.schooling.get(index);
        let school = then.and_then(|then| then.seat).and_then(|seat| self.zone.schools.get(seat.school));
        match finding {
            "not_in_school" => {
                school.map_or_else(|| ROLL_CLERK.to_owned(), |school| format!("{}:head", school.code))
            }
            "not_on_roll" | "poverty_dropout" => {
                let family =
                    files.zone.children.get(who).and_then(|child| files.zone.families.get(child.family));
                let township = family.and_then(|family| files.townships.get(family.home.township));
                township.map_or_else(|| ROLL_CLERK.to_owned(), |township| format!("{township}:officer"))
            }
            _ => ROLL_CLERK.to_owned(),
        }
    }

    /// Two rows that only a clerk could bring together, and two that only a clerk could keep apart.
    pub(super) fn pairs(&self) -> Vec<PairDecision> {
        let on = |child: usize| {
            let days = 2 + i64::try_from(child % 9).unwrap_or(0);
            self.day.saturating_add(jiff::Span::new().days(days))
        };
        let mut incomers: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, child) in self.zone.children.iter().enumerate() {
            let family = self.zone.families.get(child.family);
            if family.is_some_and(|family| matches!(family.origin, Origin::Incomer(_))) {
                incomers.entry(&child.person.name.text).or_default().push(index);
            }
        }
        let mut pairs = Vec::new();
        for (index, child) in self.zone.children.iter().enumerate() {
            let Some(household_row) = self.row(index, List::Household) else { continue };
            let own = self.row(index, List::Roll);
            let slips = self.desk.traces.get(index).map_or(&[][..], |trace| trace.slips.as_slice());
            let on_roll = || slips.iter().filter(|(list, _, _)| *list == List::Roll);
            if let Some(roll_row) = own
                && on_roll().count() > 1
                && on_roll().any(|(_, _, slip)| slip.field() == Field::Id)
            {
                pairs.push(PairDecision { household_row, roll_row, same: true, on: on(index) });
            }
            let alike = incomers.get(child.person.name.text.as_str()).filter(|_| own.is_none());
            for other in alike.into_iter().flatten() {
                let Some(double) = self.zone.children.get(*other) else { continue };
                let apart =
                    double.person.birth.since(child.person.birth).map_or(i32::MAX, |span| span.get_days());
                if let Some(roll_row) = self.row(*other, List::Roll).filter(|_| apart.abs() <= 31) {
                    pairs.push(PairDecision { household_row, roll_row, same: false, on: on(index) });
                }
            }
        }
        pairs
    }
}

/// Who of those found out is paired with which of the first two cadres of the village (五(六)).
pub(super) fn pairings(files: &Files, children: &[Child]) -> Vec<Pairing> {
    let mut count: HashMap<usize, usize> = HashMap::new();
    let mut pairings = Vec::new();
    for (child, made) in children.iter().zip(&files.zone.children) {
        let Known::FoundOut(since) = child.known else { continue };
        if !matches!(child.status, Status::DroppedOut(_) | Status::NeverEnrolled) || child.grade > 9 {
            continue;
        }
        let home = files.zone.families.get(made.family).and_then(|family| family.home.village);
        let Some((index, village)) = home.and_then(|at| Some((at, files.county.villages.get(at)?))) else {
            continue;
        };
        let turn = count.entry(index).or_default();
        let post = format!("{}:cadre{}", village.code, 2 - *turn % 2);
        *turn += 1;
        let since = since.saturating_add(jiff::Span::new().days(2)).min(files.years.today);
        pairings.push(Pairing { child: child.key.clone(), post, since });
    }
    pairings
}
