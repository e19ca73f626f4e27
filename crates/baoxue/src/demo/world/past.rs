//! The year behind each child: when it entered, moved, paused, left or came back, and what it was on an earlier day.
//! It must not write a list or decide a finding.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rules::age::{AgeGroup, SchoolAge, age_on, school_year};
use rules::calendar::SchoolCalendar;
use rules::codes::DisabilityGrade;

use super::semesters::Semesters;
use crate::synth::chance::Chance;
use crate::synth::families::{Child, Family, Origin};
use crate::synth::roll::school_elsewhere;
use crate::synth::schooling::{self, Fate, Schooling, Seat};
use crate::synth::schools::Kind;
use crate::synth::zone::{CLASS, Zone};

/// One end of a transfer: index of a school of the zone, or a school elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    Here(usize),
    Away(String, String),
}

/// 转学.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) from: End,
    pub(super) to: End,
    pub(super) asked: Date,
    pub(super) released: Option<Date>,
    pub(super) accepted: Option<Date>,
}

/// 休学.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) resumed: Option<Date>,
}

/// What lies behind one child; most have nothing but their grades.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) moved: Option<Move>,
    pub(super) pause: Option<Pause>,
    /// Last day at school of one who does not come any more, or did not until [`Past::back`].
    pub(super) dropped: Option<Date>,
    /// Day of return.
    pub(super) back: Option<Date>,
    /// 死亡 or 出境, with the day.
    pub(super) gone: Option<(Gone, Date)>,
    /// 延缓入学 until.
    pub(super) deferred: Option<Date>,
    /// Index of the school of the sixth or ninth grade, of one who is in the seventh or tenth now; for one who is in no
    /// class, of the school that would take the child in.
    pub(super) former: Option<usize>,
}

/// Where somebody went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    Died,
    Abroad,
}

/// What decides the pasts of a zone.
pub(super) struct Years<'a> {
    pub(super) semesters: &'a Semesters,
    pub(super) calendar: &'a SchoolCalendar,
    pub(super) school_age: SchoolAge,
    pub(super) today: Date,
}

/// The first grade of each school.
fn enters(grade: i16) -> bool {
    matches!(grade, 1 | 7 | 10)
}

impl Years<'_> {
    /// The pasts of everybody in the zone.
    pub(super) fn of_zone(&self, zone: &Zone, seed: u64) -> Vec<Past> {
        let mut chance = Chance::new(seed, (1 << 43) + zone.index as u64);
        let both = zone.children.iter().zip(&zone.schooling);
        both.map(|(child, schooling)| match zone.families.get(child.family) {
            Some(family) => self.of_child(zone, child, family, schooling, &mut chance),
            None => Past::default(),
        })
        .collect()
    }

    fn of_child(
        &self,
        zone: &Zone,
        child: &Child,
        family: &Family,
        schooling: &Schooling,
        chance: &mut Chance,
    ) -> Past {
        let mut past = Past::default();
        let grade = schooling.grade;
        let before = match grade {
            7 | 10 => grade - 1,
            _ => grade.clamp(1, 9),
        };
        if enters(grade) && grade > 1 || schooling.seat.is_none() && grade < 10 {
            past.former = Some(schooling::school(child, family, &zone.schools, before, chance));
        }
        let Semesters { last, this, term, .. } = *self.semesters;
        let local = family.origin == Origin::Local;
        let since = self.in_stage_since(grade);
        let draw = chance.below(10_000);
        match schooling.fate {
            Fate::InSchool => {
                if let (Some(seat), Some(second)) = (schooling.seat, schooling.second) {
                    // The old school has not struck the child from its roll.
                    let asked = self.teaching(term.saturating_sub(chance.between(3, 9).days()));
                    let accepted = Some(asked.saturating_add(4.days()));
                    let (from, to) = (End::Here(second.school), End::Here(seat.school));
                    past.moved = Some(Move { from, to, asked, released: None, accepted });
                } else if let Some(seat) = schooling.seat.filter(|_| local && grade <= 9) {
                    self.of_pupil(zone, child, family, seat, draw, &mut past, chance);
                }
            }
            Fate::DroppedOut => {
                let recent = draw < 4000 || last.saturating_sub(20.days()) < since;
                let day = if recent {
                    let first = last.saturating_add(10.days()).max(since);
                    self.between(first, this.saturating_sub(3.days()), chance)
                } else {
                    let first = last.saturating_sub(150.days()).max(since);
                    self.between(first, last.saturating_sub(4.days()), chance)
                };
                if !recent && draw < 5200 {
                    let until = self.today.saturating_add(chance.between(-20, 190).days());
                    let until = until.min(day.saturating_add(1.year()));
                    past.pause = Some(Pause { from: day, until, resumed: None });
                } else {
                    past.dropped = Some(day);
                }
            }
            Fate::NeverEnrolled => {
                let severe = child.disability.is_some_and(|(_, grade)| grade <= DisabilityGrade::Second);
                if severe && draw < 5000 && grade <= 3 {
                    past.deferred = Some(date(school_year(self.today).saturating_add(1), 8, 31));
                } else if draw < 400 && !enters(grade) {
                    let first = last.saturating_sub(200.days()).max(since);
                    let on = self.between(first, this.saturating_sub(20.days()), chance);
                    past.gone = Some((Gone::Died, on));
                }
            }
            Fate::ElsewhereUnlisted if draw < 1000 && !enters(grade) => {
                let first = last.saturating_sub(200.days()).max(since);
                let on = self.between(first, this.saturating_sub(20.days()), chance);
                past.gone = Some((Gone::Abroad, on));
            }
            Fate::Elsewhere if draw < 1000 && grade <= 9 && !enters(grade) => {
                if let Some(school) = past.former {
                    let asked = self.teaching(term.saturating_sub(chance.between(5, 12).days()));
                    let (place, name) = school_elsewhere(grade, chance);
                    past.moved = Some(Move {
                        from: End::Here(school),
                        to: End::Away(place.to_owned(), name),
                        asked,
                        released: Some(asked.saturating_add(3.days())),
                        accepted: Some(asked.saturating_add(5.days())),
                    });
                }
            }
            _ => {}
        }
        past
    }

    /// What may lie behind somebody who sits in class as if nothing had been.
    #[allow(clippy::too_many_arguments, reason = "all of it is what is known of one pupil")]
    fn of_pupil(
        &self,
        zone: &Zone,
        child: &Child,
        family: &Family,
        seat: Seat,
        draw: usize,
        past: &mut Past,
        chance: &mut Chance,
    ) {
        let Semesters { last, this, term, .. } = *self.semesters;
        let after = self.today.since(this).map_or(0, |span| span.get_days());
        let settled = !enters(seat.grade);
        let since = self.in_stage_since(seat.grade);
        let was_here = since <= last.saturating_sub(20.days());
        let other = |chance: &mut Chance| {
            let mut tries =
                (0..6).map(|_| schooling::school(child, family, &zone.schools, seat.grade, chance));
            tries.find(|school| *school != seat.school)
        };
        let away = |chance: &mut Chance| {
            let (place, name) = school_elsewhere(seat.grade, chance);
            End::Away(place.to_owned(), name)
        };
        match draw {
            // 转入, done at the start of the semester.
            0..120 if settled => {
                let from = match other(chance).filter(|_| draw < 70) {
                    Some(school) => End::Here(school),
                    None => away(chance),
                };
                let asked = self.teaching(term.saturating_sub(chance.between(4, 10).days()));
                let released = Some(asked.saturating_add(2.days()));
                let accepted = Some(asked.saturating_add(chance.between(3, 4).days()));
                past.moved = Some(Move { from, to: End::Here(seat.school), asked, released, accepted });
            }
            // Half done: one school has acted, the other has not.
            120..150 => {
                let to = match other(chance).filter(|_| draw < 136) {
                    Some(school) => End::Here(school),
                    None => away(chance),
                };
                let asked = if after >= 8 {
                    self.between(this.saturating_add(3.days()), self.today.saturating_sub(3.days()), chance)
                } else {
                    self.between(term, self.today, chance)
                };
                let acted = asked.saturating_add(2.days()).min(self.today);
                let by_old = chance.happens(0.5);
                past.moved = Some(Move {
                    from: End::Here(seat.school),
                    to,
                    asked,
                    released: by_old.then_some(acted),
                    accepted: (!by_old).then_some(acted),
                });
            }
            // 休学 and back again.
            150..165 if was_here => {
                let first = last.saturating_sub(100.days()).max(since);
                let from = self.between(first, last.saturating_sub(4.days()), chance);
                let resumed = self.between(term, this.saturating_sub(2.days()), chance);
                past.pause = Some(Pause { from, until: resumed, resumed: Some(resumed) });
            }
            // 休学 that began after this semester's lists.
            165..180 if after >= 12 => {
                let (first, to) = (this.saturating_add(2.days()), self.today.saturating_sub(3.days()));
                let from = self.between(first, to, chance);
                let until = from.saturating_add(chance.between(60, 300).days());
                past.pause = Some(Pause { from, until, resumed: None });
            }
            // Found by last semester's comparison, and brought back.
            180..200 if was_here => {
                let first = last.saturating_sub(120.days()).max(since);
                past.dropped = Some(self.between(first, last.saturating_sub(4.days()), chance));
                let first = last.saturating_add(12.days());
                past.back = Some(self.between(first, this.saturating_sub(2.days()), chance));
            }
            _ => {}
        }
    }

    /// First day of this school year.
    pub(super) fn first_day(&self) -> Date {
        let year = school_year(self.semesters.base);
        let terms = self.calendar.terms();
        let first = terms.iter().find(|term| term.school_year == year && term.number == 1);
        first.map_or_else(|| date(year, 9, 1), |term| term.first).min(self.today)
    }

    /// The day on which those who are in this grade now entered 小学, 初中 or 高中.
    fn in_stage_since(&self, grade: i16) -> Date {
        let ahead = match grade {
            ..=6 => grade - 1,
            7..=9 => grade - 7,
            _ => grade - 10,
        };
        match ahead {
            ..=0 => self.first_day(),
            _ => date(school_year(self.semesters.base) - ahead, 9, 3),
        }
    }

    /// Last day of the last school year.
    pub(super) fn last_day(&self) -> Date {
        let year = school_year(self.semesters.base);
        let terms = self.calendar.terms();
        let last = terms.iter().find(|term| term.school_year == year - 1 && term.number == 2);
        last.map_or_else(|| date(year, 7, 10), |term| term.last)
    }

    /// A teaching day between two days, or the first of them.
    fn between(&self, first: Date, last: Date, chance: &mut Chance) -> Date {
        let days = last.since(first).map_or(0, |span| span.get_days()).max(0);
        let drawn = first.saturating_add(chance.between(0, days).days());
        let found = self.teaching(drawn);
        if found <= last.max(first) { found } else { self.teaching_before(last).max(first) }
    }

    /// That day, or the next on which schools teach; the day itself where the calendar ends.
    fn teaching(&self, day: Date) -> Date {
        let mut found = day;
        for _ in 0..70 {
            match self.calendar.day(found) {
                Ok(kind) if !kind.is_teaching() => found = found.saturating_add(1.day()),
                Ok(_) => return found,
                Err(_) => return day,
            }
        }
        day
    }

    /// That day, or the last before it on which schools taught.
    fn teaching_before(&self, day: Date) -> Date {
        let mut found = day;
        for _ in 0..70 {
            match self.calendar.day(found) {
                Ok(kind) if !kind.is_teaching() => found = found.saturating_sub(1.day()),
                Ok(_) => return found,
                Err(_) => return day,
            }
        }
        day
    }

    /// The zone as it was on an earlier day, and which child of it each is.
    pub(super) fn back_to(&self, day: Date, zone: &Zone, pasts: &[Past]) -> (Zone, Vec<usize>) {
        let years = school_year(self.semesters.base) - school_year(day);
        let mut then = Zone {
            index: zone.index,
            families: zone.families.clone(),
            children: Vec::with_capacity(zone.children.len()),
            schooling: Vec::with_capacity(zone.children.len()),
            schools: zone.schools.clone(),
        };
        let mut who = Vec::with_capacity(zone.children.len());
        let mut seated = vec![0_usize; zone.schools.len()];
        let all = zone.children.iter().zip(&zone.schooling).zip(pasts).enumerate();
        for (index, ((child, schooling), past)) in all {
            if age_on(child.person.birth, day) < 5 {
                continue;
            }
            let mut was = self.was(schooling, past, day, years);
            if was.fate == Fate::Left && age_on(child.person.birth, day) < 16 {
                // Nobody leaves before that: 职高.
                let school = zone.schools.iter().position(|school| school.kind == Kind::Vocational);
                let grade = was.grade;
                was.seat = school.map(|school| Seat { school, grade, class: 0, order: 0 });
                was.fate = Fate::InSchool;
            }
            was.of_age = self.school_age.group(child.person.birth, day) == AgeGroup::SchoolAge;
            for seat in was.seat.iter_mut().filter(|seat| seat.class == 0) {
                if let Some(count) = seated.get_mut(seat.school) {
                    seat.class = *count / CLASS + 1;
                    seat.order = *count % CLASS + 1;
                    *count += 1;
                }
            }
            then.children.push(child.clone());
            then.schooling.push(was);
            who.push(index);
        }
        (then, who)
    }

    fn was(&self, now: &Schooling, past: &Past, day: Date, years: i16) -> Schooling {
        let grade = (now.grade - years).max(0);
        let crossed = years > 0 && enters(now.grade) && now.grade > 1;
        let place = |school: usize| Seat { school, grade, class: 0, order: 0 };
        let mut was = Schooling { grade, ..now.clone() };
        if grade == 0 {
            return Schooling { fate: Fate::TooYoung, seat: None, second: None, ..was };
        }
        was.seat = match now.seat {
            _ if crossed => past.former.map(place),
            seat => seat.map(|seat| Seat { grade, ..seat }),
        };
        was.second = now.second.filter(|_| !crossed).map(|seat| Seat { grade, ..seat });
        // In the ninth grade everybody was still at school here.
        if crossed && grade == 9 && matches!(now.fate, Fate::Elsewhere | Fate::Left) {
            was.fate = Fate::InSchool;
            was.seat = past.former.map(place);
        }
        let later = |moved: &&Move| !crossed && moved.accepted.is_some_and(|on| on > day);
        if let Some(moved) = past.moved.as_ref().filter(later) {
            was.second = None;
            match (&moved.from, moved.released) {
                // Still where the roll has the child.
                (End::Here(school), _) if now.seat.is_some_and(|seat| seat.school == *school) => {}
                (End::Here(school), _) => {
                    was.fate = Fate::InSchool;
                    was.seat = Some(place(*school));
                }
                (End::Away(..), Some(_)) => {
                    was.fate = Fate::Elsewhere;
                    was.seat = None;
                }
                _ => {}
            }
        }
        let out = |from: Date, to: Option<Date>| from < day && to.is_none_or(|to| to > day);
        let paused = past.pause.is_some_and(|pause| out(pause.from, pause.resumed));
        let dropped = past.dropped.is_some_and(|from| out(from, past.back));
        match was.fate {
            Fate::InSchool if paused || dropped => was.fate = Fate::DroppedOut,
            Fate::DroppedOut if !paused && !dropped => was.fate = Fate::InSchool,
            Fate::NeverEnrolled | Fate::ElsewhereUnlisted => {
                if let (Some((_, on)), Some(school)) = (past.gone, past.former)
                    && on > day
                {
                    was.fate = Fate::InSchool;
                    was.seat = Some(place(school));
                }
            }
            _ => {}
        }
        was
    }
}
