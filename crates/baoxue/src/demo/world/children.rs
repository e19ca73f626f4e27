//! Children and households as the county's files hold them, with the changes of the roll that lie behind them.
//! It must not write lists.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rules::age::school_year;
use rules::codes::{FamilyRelation, LeftBehind};

use super::model::{
    Adult, At, Care, Change, ChangeKind, Child, Disability, Elsewhere, Household, IdNumber, Known, Poverty,
    Registered, Status, Transfer,
};
use super::past::{End, Gone, Past, Years};
use super::schools::class_key;
use super::units::group_key;
use crate::synth::chance::Chance;
use crate::synth::entry::Entry;
use crate::synth::families::{self, Family, Origin, phone};
use crate::synth::numbers::OUTSIDE;
use crate::synth::offices::FAMILIES;
use crate::synth::places::{County, Wording};
use crate::synth::roll::{self, Pupil, school_elsewhere};
use crate::synth::schooling::{Fate, Schooling};
use crate::synth::zone::Zone;

/// What a zone's files are made of.
pub(super) struct Files<'a> {
    pub(super) county: &'a County,
    pub(super) townships: &'a [String],
    pub(super) zone: &'a Zone,
    pub(super) pasts: &'a [Past],
    pub(super) years: &'a Years<'a>,
    /// Children of earlier zones.
    pub(super) before: usize,
}

/// The changes and transfers of a zone.
#[derive(Debug, Default)]
pub(super) struct Moves {
    pub(super) changes: Vec<Change>,
    pub(super) transfers: Vec<Transfer>,
}

impl Files<'_> {
    /// Key of a child of the zone.
    pub(super) fn key(&self, index: usize) -> String {
        format!("c{:07}", self.before + index + 1)
    }

    fn household_number(&self, family: usize) -> usize {
        100_000_000 + self.zone.index * FAMILIES + family
    }

    /// The households, one for each family that has a child in the zone.
    pub(super) fn households(&self, chance: &mut Chance) -> Vec<Household> {
        let mut serial = self.zone.index * FAMILIES;
        let all = self.zone.families.iter().enumerate();
        let mut lived_in = vec![false; self.zone.families.len()];
        for child in &self.zone.children {
            if let Some(lived_in) = lived_in.get_mut(child.family) {
                *lived_in = true;
            }
        }
        let all = all.filter(|(index, _)| lived_in.get(*index) == Some(&true));
        all.filter_map(|(index, family)| {
            // 户编号 as the office of that list counts them.
            let poverty = family.poverty.map(|poverty| {
                serial += 1;
                let poverty = match poverty {
                    families::Poverty::LiftedOut => Poverty::LiftedOut,
                    families::Poverty::Watched(kind) => Poverty::Watched(kind),
                };
                (poverty, format!("5399{serial:08}"))
            });
            self.household(index, family, poverty, chance)
        })
        .collect()
    }

    fn household(
        &self,
        index: usize,
        family: &Family,
        poverty: Option<(Poverty, String)>,
        chance: &mut Chance,
    ) -> Option<Household> {
        let village = self.county.villages.get(family.home.village?)?;
        let number = self.household_number(index);
        let (registered, wording) = match family.origin {
            Origin::Local => (Registered::Here, Wording::Full),
            Origin::Incomer(place) => {
                (Registered::Elsewhere(OUTSIDE.get(place).map_or("", |(_, region)| *region)), Wording::County)
            }
            Origin::Unregistered => (Registered::Nowhere, Wording::County),
        };
        let gone = |relation| match (family.left_behind, relation) {
            (LeftBehind::BothParents, FamilyRelation::Father | FamilyRelation::Mother)
            | (LeftBehind::OneParent, FamilyRelation::Father) => true,
            (LeftBehind::OneParent, FamilyRelation::Mother) => family.father.is_none(),
            _ => false,
        };
        let mut adults: Vec<Adult> = family
            .adults()
            .map(|(person, relation)| Adult {
                name: person.name.text.clone(),
                relation,
                id: person.number.clone(),
                phone: None,
                guardian: relation == family.guardian,
                away: gone(relation),
            })
            .collect();
        if !adults.iter().any(|adult| adult.guardian)
            && let Some(first) = adults.first_mut()
        {
            first.guardian = true;
        }
        for adult in &mut adults {
            if adult.guardian {
                adult.phone = Some(family.phone.clone());
            } else if chance.happens(0.6) {
                adult.phone = Some(phone(chance));
            }
        }
        adults.sort_by_key(|adult| !adult.guardian);
        Some(Household {
            key: format!("h{number:09}"),
            number: (family.origin == Origin::Local).then(|| format!("{number:09}")),
            head: family.member(family.head).map_or_else(String::new, |person| person.name.text.clone()),
            address: self.county.address(&family.home, wording),
            township: self.townships.get(village.township).cloned().unwrap_or_default(),
            village: village.code.clone(),
            group: group_key(village, family.home.hamlet),
            registered,
            poverty,
            adults,
        })
    }

    /// One child of the zone.
    pub(super) fn child(&self, index: usize, chance: &mut Chance) -> Option<Child> {
        let zone = self.zone;
        let (child, schooling) = (zone.children.get(index)?, zone.schooling.get(index)?);
        let (family, past) = (zone.families.get(child.family)?, self.pasts.get(index)?);
        let today = self.years.today;
        let person = &child.person;
        let id = if person.number.is_empty() {
            if chance.happens(0.6) {
                IdNumber::Pending(today.saturating_sub(chance.between(5, 90).days()))
            } else {
                IdNumber::None
            }
        } else {
            IdNumber::Given(person.number.clone())
        };
        let seat = schooling.seat;
        let school = seat.and_then(|seat| zone.schools.get(seat.school));
        let pupil = seat.zip(school).map(|(seat, school)| Pupil {
            county: self.county,
            child,
            family,
            schooling,
            seat,
            school,
        });
        let number = pupil.filter(|_| schooling.fate.is_on_roll()).map(|pupil| {
            let right = Entry::of(child, family, roll::first_member(family), Wording::County);
            roll::student_number(&pupil, &right, true)
        });
        let year = school_year(self.years.semesters.base);
        let compulsory = schooling.grade < 10;
        let catchment = past.former.filter(|_| seat.is_none() && compulsory);
        let (status, known) = self.status(schooling, past, chance);
        let special = school.is_some_and(|school| school.kind == crate::synth::schools::Kind::Special);
        Some(Child {
            key: self.key(index),
            name: person.name.text.clone(),
            sex: person.sex,
            birth: person.birth,
            ethnicity: person.ethnicity,
            id,
            student_number: number,
            household: format!("h{:09}", self.household_number(child.family)),
            status,
            known,
            school: school.map(|school| school.code.clone()),
            class: seat.zip(school).map(|(seat, school)| class_key(&school.code, seat, year)),
            place_in_class: seat.map(|seat| seat.order),
            grade: schooling.grade,
            catchment: catchment.and_then(|at| zone.schools.get(at)).map(|school| school.code.clone()),
            boards: seat.is_some() && schooling.boards,
            inclusive: seat.is_some() && !special && child.disability.is_some(),
            left_behind: if family.origin == Origin::Local { family.left_behind } else { LeftBehind::No },
            disability: child.disability.map(|(kind, grade)| Disability {
                kind,
                grade,
                card: (family.origin == Origin::Local)
                    .then(|| format!("{}{}{}", person.number, kind.code(), grade.code())),
            }),
            care: care(child, family, today, chance),
        })
    }

    fn status(&self, schooling: &Schooling, past: &Past, chance: &mut Chance) -> (Status, Known) {
        let Years { semesters, today, .. } = *self.years;
        let found_out = |chance: &mut Chance| {
            let on = semesters.last.saturating_add(chance.between(6, 30).days());
            Known::FoundOut(on.min(today))
        };
        let was_of_age = self.grade_on(schooling.grade, semesters.last) >= 1;
        if let Some((gone, on)) = past.gone {
            let status = if gone == Gone::Died { Status::Died(on) } else { Status::Abroad(on) };
            // Only what happened before last semester's lists could be found out after them.
            let known = if on <= semesters.last { found_out(chance) } else { Known::NotYet };
            return (status, known);
        }
        if let Some(until) = past.deferred {
            let known = if was_of_age { found_out(chance) } else { Known::Listed };
            return (Status::Deferred(until), known);
        }
        if let Some(pause) = past.pause.filter(|pause| pause.resumed.is_none()) {
            return (Status::Suspended(pause.from, pause.until), Known::Listed);
        }
        match schooling.fate {
            Fate::InSchool => (Status::InSchool, Known::Listed),
            Fate::WithoutRoll => (Status::WithoutRoll, Known::Listed),
            Fate::DroppedOut => {
                let on = past.dropped.unwrap_or(semesters.this);
                (Status::DroppedOut(on), if on < semesters.last { found_out(chance) } else { Known::NotYet })
            }
            Fate::Elsewhere => {
                (Status::Elsewhere(self.elsewhere(schooling.grade, past, chance)), Known::Listed)
            }
            Fate::ElsewhereUnlisted => {
                let found = was_of_age && chance.happens(0.65);
                let known = if found { found_out(chance) } else { Known::NotYet };
                (Status::Elsewhere(self.elsewhere(schooling.grade, past, chance)), known)
            }
            Fate::NeverEnrolled => {
                (Status::NeverEnrolled, if was_of_age { found_out(chance) } else { Known::NotYet })
            }
            Fate::TooYoung => (Status::TooYoung, Known::Listed),
            Fate::Left => (Status::Finished, Known::Listed),
        }
    }

    /// Where a child is at school, and what proves it: some proofs have expired, some soon will.
    fn elsewhere(&self, grade: i16, past: &Past, chance: &mut Chance) -> Elsewhere {
        let today = self.years.today;
        let (place, school) = match past.moved.as_ref().map(|moved| &moved.to) {
            Some(End::Away(place, school)) => (place.clone(), school.clone()),
            _ => {
                let (place, school) = school_elsewhere(grade, chance);
                (place.to_owned(), school)
            }
        };
        let kind = chance.weigh(&[(60, "在读证明"), (30, "学籍信息截图"), (10, "")]);
        let year = school_year(self.years.semesters.base);
        let until = match chance.below(100) {
            0..12 => date(year, 7, 31),
            12..22 => today.saturating_add(chance.between(3, 28).days()),
            _ => date(year.saturating_add(1), 7, 31),
        };
        Elsewhere { place, school, proof: (!kind.is_empty()).then_some((kind, until)) }
    }

    /// The changes of the roll behind one child in the year up to today.
    pub(super) fn moves(&self, index: usize, moves: &mut Moves) {
        let zone = self.zone;
        let (Some(schooling), Some(past)) = (zone.schooling.get(index), self.pasts.get(index)) else {
            return;
        };
        let code = |at: usize| zone.schools.get(at).map_or("", |school| school.code.as_str());
        let key = self.key(index);
        let grade = schooling.grade;
        let first = self.years.first_day();
        let mut add = |kind, on: Date, school: &str, grade: i16, until, other, note| {
            if on <= self.years.today {
                let (child, school) = (key.clone(), school.to_owned());
                moves.changes.push(Change { child, kind, on, school, grade, until, other, note });
            }
        };
        let on_roll = schooling.fate.is_on_roll();
        if let (7 | 10, Some(former)) = (grade, past.former) {
            let next = schooling.seat.filter(|_| on_roll).map(|seat| At::Here(code(seat.school).to_owned()));
            let reached = on_roll || matches!(schooling.fate, Fate::Elsewhere | Fate::Left);
            if reached {
                let last = self.years.last_day();
                add(ChangeKind::Graduated, last, code(former), grade - 1, None, next, "");
            }
            if let Some(seat) = schooling.seat.filter(|_| on_roll) {
                let other = Some(At::Here(code(former).to_owned()));
                add(ChangeKind::Promoted, first, code(seat.school), grade, None, other, "");
            }
        }
        if let (1, Some(seat)) = (grade, schooling.seat.filter(|_| on_roll)) {
            add(ChangeKind::Enrolled, first, code(seat.school), 1, None, None, "");
        }
        let here = schooling.seat.map_or("", |seat| code(seat.school));
        if let Some(pause) = past.pause {
            let then = self.grade_on(grade, pause.from);
            let note = "因病，监护人申请";
            add(ChangeKind::Suspended, pause.from, here, then, Some(pause.until), None, note);
            if let Some(resumed) = pause.resumed {
                add(ChangeKind::Resumed, resumed, here, grade, None, None, "休学期满返校");
            }
        }
        if let Some(back) = past.back {
            add(ChangeKind::Resumed, back, here, grade, None, None, "劝返后返校");
        }
        if let (Some((gone, on)), Some(former)) = (past.gone, past.former) {
            let then = self.grade_on(grade, on).max(1);
            let kind = if gone == Gone::Died { ChangeKind::Died } else { ChangeKind::WentAbroad };
            add(kind, on, code(former), then, None, None, "");
        }
        if let Some(moved) = &past.moved {
            let at = |end: &End| match end {
                End::Here(school) => At::Here(code(*school).to_owned()),
                End::Away(place, name) => At::Away(place.clone(), name.clone()),
            };
            if let (End::Here(from), Some(on)) = (&moved.from, moved.released) {
                add(ChangeKind::TransferredOut, on, code(*from), grade, None, Some(at(&moved.to)), "");
            }
            if let (End::Here(to), Some(on)) = (&moved.to, moved.accepted) {
                add(ChangeKind::TransferredIn, on, code(*to), grade, None, Some(at(&moved.from)), "");
            }
            moves.transfers.push(Transfer {
                child: self.key(index),
                from: at(&moved.from),
                to: at(&moved.to),
                asked: moved.asked,
                released: moved.released,
                accepted: moved.accepted,
            });
        }
    }

    /// The grade on an earlier day of somebody who is in `grade` now.
    fn grade_on(&self, grade: i16, day: Date) -> i16 {
        (grade - (school_year(self.years.semesters.base) - school_year(day))).max(0)
    }
}

fn care(child: &families::Child, family: &Family, today: Date, chance: &mut Chance) -> Vec<Care> {
    let mut care = Vec::new();
    let parents = usize::from(family.father.is_some()) + usize::from(family.mother.is_some());
    let age = rules::age::age_on(child.person.birth, today);
    // What befalls a family befalls every child of it.
    let spread = family.phone.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 65_521);
    if parents == 0 {
        care.push(Care::Orphan);
    } else if parents == 1 && family.elder.is_some() && spread % 8 == 0 {
        care.push(Care::NobodyCares);
    }
    let poor = family.poverty.is_some();
    if chance.happens(if poor || parents == 0 { 0.05 } else { 0.006 }) {
        care.push(Care::InNeed);
    }
    if matches!(family.origin, Origin::Incomer(_)) {
        care.push(Care::Incomer);
    }
    if age >= 12 && chance.happens(0.0015) {
        care.push(Care::InvolvedInCase);
    }
    if spread % 640 == 1 {
        care.push(Care::ParentInPrison);
    }
    care
}
