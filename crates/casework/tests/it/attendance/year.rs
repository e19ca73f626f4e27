//! A whole school year through the storage: three classes, transfers, leave, days off that are declared afterwards, late
//! registers, corrections, two phones. It gives exactly the suspects that one counts on paper (五(九), B06, B14, H01).

use std::collections::{BTreeMap, BTreeSet};

use casework::attendance::{Submission, Tapped, recount};
use casework::db::testing::on_each_engine;
use casework::params;
use casework::refused::Refused;
use jiff::ToSpan;
use jiff::civil::Date;
use rules::attendance::{Kind, Part};

use super::school::{School, bureau, day, head, who};
use crate::county::COUNTY;

const FROM: &str = "2025-09-01";
const TO: &str = "2026-07-17";
const CLASSES: [&str; 3] = ["c1", "c2", "c3"];
const CHILDREN: usize = 18;

/// A stream of numbers that is the same every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// What a school day truly was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    There,
    Away,
    Leave,
}

/// The year as it was.
struct Year {
    days: Vec<Date>,
    /// By child and day.
    truth: BTreeMap<(usize, Date), Truth>,
    /// By child: its classes with their first days.
    classes: Vec<Vec<(Date, &'static str)>>,
    /// Class-days on which nobody called.
    uncalled: BTreeSet<(&'static str, Date)>,
    /// Days off of the school s1 that were declared afterwards.
    off: BTreeSet<Date>,
}

impl Year {
    fn new(chance: &mut Chance, school: &School) -> Self {
        let every = std::iter::successors(Some(day(FROM)), |on| on.checked_add(1.day()).ok());
        let calendar = school.plan.calendar();
        let days: Vec<Date> = every
            .take_while(|on| *on <= day(TO))
            .filter(|on| calendar.day(*on).expect("a known year").is_teaching())
            .collect();
        let mut year = Self {
            truth: BTreeMap::new(),
            classes: Vec::new(),
            uncalled: BTreeSet::new(),
            off: (0..4).map(|_| days[chance.below(days.len() - 10)]).collect(),
            days,
        };
        for child in 0..CHILDREN {
            let mut classes = vec![(day(FROM), CLASSES[child % 3])];
            if chance.one_in(3) {
                classes.push((year.days[20 + chance.below(150)], CLASSES[(child + 1 + chance.below(2)) % 3]));
            }
            year.classes.push(classes);
            let (mut spell, mut what) = (0, Truth::There);
            for on in year.days.clone() {
                if spell == 0 {
                    (what, spell) = match chance.below(20) {
                        0 | 1 => (Truth::Away, chance.below(5) + 1),
                        2 => (Truth::Leave, chance.below(8) + 1),
                        _ => (Truth::There, chance.below(6) + 1),
                    };
                }
                spell -= 1;
                year.truth.insert((child, on), what);
            }
        }
        for on in &year.days {
            for class in CLASSES {
                if chance.one_in(25) {
                    year.uncalled.insert((class, *on));
                }
            }
        }
        year
    }

    fn class(&self, child: usize, on: Date) -> &'static str {
        self.classes[child].iter().rev().find(|(from, _)| *from <= on).expect("a class").1
    }

    /// 五(九) as one would count on paper: since when a child was suspected, for every time.
    fn on_paper(&self, child: usize) -> Vec<Date> {
        let (mut away, mut suspects) = (0, Vec::new());
        for on in &self.days {
            let class = self.class(child, *on);
            if self.uncalled.contains(&(class, *on)) {
                continue;
            }
            let lessons = class == "c3" || !self.off.contains(on);
            match self.truth[&(child, *on)] {
                Truth::There => away = 0,
                Truth::Away if lessons => {
                    away += 1;
                    if away == 3 {
                        suspects.push(*on);
                    }
                }
                Truth::Away | Truth::Leave => {}
            }
        }
        suspects
    }

    /// What the register of a class says of a day.
    fn marks(&self, ids: &[String], class: &str, on: Date) -> Vec<Tapped> {
        let tapped = |child: usize| {
            let kind = match self.truth[&(child, on)] {
                Truth::There if child.is_multiple_of(5) => Kind::Late,
                Truth::There => return None,
                Truth::Away => Kind::Truant,
                Truth::Leave => Kind::Sick,
            };
            Some(Tapped { child: ids[child].clone(), kind, reason: None })
        };
        (0..CHILDREN).filter(|child| self.class(*child, on) == class).filter_map(tapped).collect()
    }
}

/// Enters the roll and the leave as they become known.
fn facts(school: &School, year: &Year, ids: &[String], on: Date) {
    for (child, classes) in year.classes.iter().enumerate() {
        let Some((from, class)) = classes.get(1).filter(|(from, _)| *from == on) else { continue };
        let (id, from, class) = (ids[child].clone(), *from, *class);
        let moved: Result<(), Refused> = school.db.write(move |tx| {
            tx.execute(
                "update class_member set until_day = $3 where county = $1 and child = $2",
                &params![COUNTY, &id, from],
            )?;
            tx.execute(
                "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
                 values ($1, $2, $3, $4, $5, $6, '', $7)",
                &params![
                    COUNTY,
                    format!("moved-{id}"),
                    &id,
                    if class == "c3" { "s2" } else { "s1" },
                    class,
                    from,
                    format!("{from}T06:00:00.000+08:00")
                ],
            )?;
            Ok(())
        });
        moved.expect("the transfer");
    }
    for (child, id) in ids.iter().enumerate() {
        if year.truth[&(child, on)] != Truth::Leave {
            continue;
        }
        let id = id.clone();
        let asked: Result<(), Refused> = school.db.write(move |tx| {
            tx.execute(
                "insert into leave (county, id, child, kind, from_day, until_day, state, asked_by, asked_at, answer)
                 values ($1, $2, $3, 'sick', $4, $4, 'approved', '', '', '')",
                &params![COUNTY, format!("{id}-{on}"), &id, on],
            )?;
            Ok(())
        });
        asked.expect("the leave");
    }
}

/// The year as offices enter it: at once, late, wrongly and corrected, twice, from two phones.
fn enter(school: &School, year: &Year, ids: &[String], chance: &mut Chance) -> usize {
    let mut later: BTreeMap<Date, Vec<Submission>> = BTreeMap::new();
    let mut number = 0;
    let mut entered = 0;
    let submit = |sheet: &Submission| school.submit(&who_calls(&sheet.class), sheet).expect("submitted");
    for on in &year.days {
        school.at(&on.to_string());
        facts(school, year, ids, *on);
        for class in CLASSES {
            if year.uncalled.contains(&(class, *on)) {
                continue;
            }
            let mut sheet = |marks: Vec<Tapped>| {
                number += 1;
                Submission {
                    sheet: format!("year-{number:05}"),
                    class: class.to_owned(),
                    day: *on,
                    part: Part::Whole,
                    child: None,
                    marks,
                    corrects: Vec::new(),
                    roll_at: None,
                    why: String::new(),
                }
            };
            let right = year.marks(ids, class, *on);
            entered += 1;
            match chance.below(12) {
                0 => {
                    // A wrong one, corrected some days later.
                    let mut wrong = right.clone();
                    if wrong.pop().is_none() {
                        let own = (0..CHILDREN).find(|child| year.class(*child, *on) == class);
                        let child = ids[own.expect("a pupil")].clone();
                        wrong.push(Tapped { child, kind: Kind::Truant, reason: None });
                    }
                    let wrong = sheet(wrong);
                    let mut correction = sheet(right);
                    correction.corrects = vec![wrong.sheet.clone()];
                    correction.why = "核对后更正".to_owned();
                    submit(&wrong);
                    let when = on.saturating_add(i64::try_from(chance.below(5)).expect("small").days());
                    later.entry(when).or_default().push(correction);
                }
                1 | 2 => {
                    let when = on.saturating_add(i64::try_from(chance.below(6)).expect("small").days());
                    later.entry(when).or_default().push(sheet(right));
                }
                3 => {
                    let once = sheet(right);
                    submit(&once);
                    assert!(submit(&once).again);
                }
                4 => {
                    submit(&sheet(right.clone()));
                    submit(&sheet(right));
                }
                _ => drop(submit(&sheet(right))),
            }
        }
        school.at(&format!("{on}T18:00:00+08:00"));
        // Before a vacation everything is handed in: after it would be too late.
        let week = on.saturating_add(7.days());
        let next = year.days.iter().find(|day| *day > on).copied().unwrap_or(week);
        let until = if next > week { week } else { *on };
        let due: Vec<Date> = later.range(..=until).map(|(when, _)| *when).collect();
        for when in due {
            for sheet in later.remove(&when).unwrap_or_default() {
                submit(&sheet);
            }
        }
        declare_off(school, year, ids, *on);
    }
    school.at(&format!("{TO}T20:00:00+08:00"));
    for sheet in later.into_values().flatten() {
        submit(&sheet);
    }
    entered
}

/// Eight school days afterwards, when every register of it is in, a day is declared off at s1.
fn declare_off(school: &School, year: &Year, ids: &[String], on: Date) {
    let at = year.days.iter().position(|day| *day == on).expect("a school day");
    let Some(before) = at.checked_sub(8).map(|at| year.days[at]).filter(|day| year.off.contains(day)) else {
        return;
    };
    let all = ids.to_vec();
    let done = school.act(&bureau(), move |desk| {
        desk.tx.execute(
            "insert into school_day (county, id, school, day, lessons, why, by_account, at)
             values ($1, $2, 's1', $3, 0, '暴雨停课', '', $4)",
            &params![COUNTY, format!("off-{before}"), before, desk.now.stamp()],
        )?;
        recount(desk, &all, before)
    });
    done.expect("a day off");
}

fn who_calls(class: &str) -> casework::desk::SignedIn {
    if class == "c3" { who("h2", rules::access::Role::Head, "s2") } else { head() }
}

#[test]
fn a_year_gives_exactly_the_expected_suspects() {
    on_each_engine(|db| {
        let school = School::new(db);
        let mut chance = Chance(532_926);
        school.at("2025-08-31");
        let mut by_class: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for class in CLASSES {
            let names: Vec<String> = (0..CHILDREN / 3).map(|number| format!("普小{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            by_class.insert(class, school.pupils_since(class, &names, day(FROM)));
        }
        let ids: Vec<String> =
            (0..CHILDREN).map(|child| by_class[CLASSES[child % 3]][child / 3].clone()).collect();
        let year = Year::new(&mut chance, &school);
        let entered = enter(&school, &year, &ids, &mut chance);
        let (mut suspects, mut without) = (0, 0);
        for (child, id) in ids.iter().enumerate() {
            let expected = year.on_paper(child);
            let found: Vec<Date> = school
                .suspected(id)
                .into_iter()
                .filter(|(_, why)| why != "corrected")
                .map(|(since, _)| since)
                .collect();
            assert_eq!(found, expected, "child {child}");
            suspects += expected.len();
            without += usize::from(expected.is_empty());
        }
        // The year is worth its name.
        assert!(suspects > 20 && without < CHILDREN && entered > 500, "{suspects} {without} {entered}");
        let corrected =
            "select cast(count(*) as bigint) from suspected where county = $1 and cleared_why = 'corrected'";
        assert!(school.count(corrected) > 0, "some were on the list wrongly for a while, and that is kept");
        school.clocks_are_true_since(&ids, day(FROM));
    });
}
