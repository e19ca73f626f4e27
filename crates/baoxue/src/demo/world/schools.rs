//! Schools, their classes and teachers, raised as the first pupil of each is met. It must not keep pupils.

use std::collections::{HashMap, HashSet};

use super::Story;
use super::model::{ClassFacts, InspectorOf, Post, Slot, Unit, UnitKind};
use super::staffing::{Fill, Roster, post};
use super::units::{BUREAU, INSPECTORATE, unit};
use crate::synth::roll::{Pupil, grade_label};
use crate::synth::schooling::Seat;
use crate::synth::schools::{Kind, School};

/// Schools that one 责任督学 looks after.
const SCHOOLS_OF_AN_INSPECTOR: usize = 5;

/// The teachers of one school who still have lessons to give.
#[derive(Debug, Default)]
struct Faculty {
    /// By subject: who, and how many classes they have already.
    free: HashMap<&'static str, (String, usize)>,
    classes: usize,
}

/// Everything that is taught so far.
#[derive(Debug, Default)]
pub(super) struct Schools {
    faculties: HashMap<String, Faculty>,
    classes: HashSet<String>,
    schools: usize,
    inspector: String,
    inspectors: usize,
}

/// What a school or a class brought with it.
#[derive(Debug, Default)]
pub(super) struct Raised {
    pub(super) units: Vec<Unit>,
    pub(super) inspected: Vec<InspectorOf>,
}

/// Key of a class.
pub(super) fn class_key(school: &str, seat: Seat, school_year: i16) -> String {
    let (stage, first) = match seat.grade {
        ..=6 => ('P', 1),
        7..=9 => ('J', 7),
        _ => ('S', 10),
    };
    format!("{school}-{stage}{}-{}", school_year - seat.grade + first, seat.class)
}

impl Schools {
    /// Raises a school, once, with its head, registrar and administrator; `township` is its code.
    pub(super) fn school(
        &mut self,
        school: &School,
        township: &str,
        story: &Story,
        roster: &mut Roster,
        raised: &mut Raised,
    ) {
        if self.faculties.contains_key(&school.code) {
            return;
        }
        self.faculties.insert(school.code.clone(), Faculty::default());
        self.schools += 1;
        let number = self.schools;
        let code = school.code.as_str();
        raised.units.push(Unit {
            township: Some(township.to_owned()),
            school_kind: Some(school.kind.label()),
            ..unit(code, UnitKind::School, school.name.clone(), Some(BUREAU))
        });
        let head =
            Post { leads: true, slot: Some(Slot::School), ..post(code, "head", "head", "校长".to_owned()) };
        roster.fill_with_account(head, Fill::Always, &format!("h{number}"));
        if code == story.school {
            roster.second_name("head");
        }
        let registrar = post(code, "registrar", "registrar", "学籍员".to_owned());
        roster.fill_with_account(registrar, Fill::Usual, &format!("r{number}"));
        let admin = post(code, "admin", "unit_admin", "单位管理员".to_owned());
        roster.fill_with_account(admin, Fill::Always, &format!("uh{number}"));
        if number % SCHOOLS_OF_AN_INSPECTOR == 1 {
            self.inspectors += 1;
            let inspector = post(
                INSPECTORATE,
                &format!("inspector{}", self.inspectors),
                "inspector",
                "责任督学".to_owned(),
            );
            self.inspector = inspector.key.clone();
            let username =
                if self.inspectors == 1 { "inspector".to_owned() } else { format!("i{}", self.inspectors) };
            roster.fill_with_account(inspector, Fill::Always, &username);
        }
        raised.inspected.push(InspectorOf { post: self.inspector.clone(), school: code.to_owned() });
    }

    /// From here on lessons go to new teachers: what somebody was given must be complete when it is handed on.
    pub(super) fn close_books(&mut self) {
        self.faculties.values_mut().for_each(|faculty| faculty.free.clear());
    }

    /// Raises the class of a pupil, once, with its teachers; gives its key.
    pub(super) fn class(
        &mut self,
        pupil: &Pupil,
        school_year: i16,
        story: &Story,
        roster: &mut Roster,
        raised: &mut Raised,
    ) -> String {
        let (seat, school) = (pupil.seat, pupil.school);
        let key = class_key(&school.code, seat, school_year);
        if !self.classes.insert(key.clone()) {
            return key;
        }
        let name = format!("{}（{}）班", grade_label(seat.grade), seat.class);
        let facts = ClassFacts {
            grade: seat.grade,
            number: seat.class,
            school_year,
            label: pupil.class(school_year),
        };
        raised.units.push(Unit {
            class: Some(facts),
            ..unit(&key, UnitKind::Class, name.clone(), Some(&school.code))
        });
        let number = self.classes.len();
        let Some(faculty) = self.faculties.get_mut(&school.code) else { return key };
        faculty.classes += 1;
        let subjects = subjects(school.kind, seat.grade);
        let own = subjects.get(faculty.classes % 2).copied().unwrap_or_default();
        let teacher =
            Post { slot: Some(Slot::Class), ..post(&key, "teacher", "teacher", format!("{name}班主任")) };
        // Every class has one; some took it over in August.
        let fill = if roster.between(0, 999) < 50 { Fill::Changed } else { Fill::Always };
        let teacher = roster.fill_at(teacher, fill, &school.code).unwrap_or_default();
        for (rank, subject) in subjects.iter().enumerate() {
            let lesson = Post {
                slot: Some(Slot::Subject),
                subject: Some(subject),
                ..post(&key, &format!("subject{}", rank + 1), "subject", format!("{name}{subject}教师"))
            };
            if *subject == own {
                roster.fill(lesson, Fill::By(teacher.clone()));
                faculty.free.entry(own).or_insert_with(|| (teacher.clone(), 1));
                continue;
            }
            let free = faculty.free.get_mut(subject).filter(|(_, load)| *load < classes_of(subject));
            if let Some((staff, load)) = free {
                *load += 1;
                roster.fill(lesson, Fill::By(staff.clone()));
            } else if let Some(staff) = roster.fill_at(lesson, Fill::Usual, &school.code) {
                faculty.free.insert(subject, (staff, 1));
            }
        }
        roster.account(&format!("t{number}"), &teacher);
        if key == story.class {
            roster.second_name("teacher");
        }
        key
    }
}

/// What is taught; the first two are those a 班主任 may teach.
fn subjects(kind: Kind, grade: i16) -> &'static [&'static str] {
    match grade {
        _ if kind == Kind::Special => &["语文", "数学", "生活适应", "康复训练"],
        ..=2 => &["语文", "数学", "道德与法治", "体育与健康", "艺术"],
        3..=6 => &["语文", "数学", "英语", "道德与法治", "科学", "体育与健康", "艺术"],
        7 => &["语文", "数学", "英语", "道德与法治", "历史", "地理", "生物学"],
        8 => &["语文", "数学", "英语", "物理", "道德与法治", "历史", "生物学"],
        9 => &["语文", "数学", "英语", "物理", "化学", "道德与法治", "历史"],
        _ if kind == Kind::Vocational => &["语文", "数学", "英语", "专业基础", "专业实训"],
        _ => &["语文", "数学", "英语", "物理", "化学", "生物学", "历史"],
    }
}

/// How many classes one teacher of a subject takes on.
fn classes_of(subject: &str) -> usize {
    match subject {
        "语文" | "数学" | "专业基础" | "专业实训" => 2,
        "英语" | "物理" | "化学" | "生活适应" => 3,
        _ => 5,
    }
}
