//! Two schools with three classes, all invented; people who call, read and count; a clock that is set.

use std::cell::{Cell, RefCell};

use casework::attendance::{self, Register, Submission, Submitted, Tapped, register, submit};
use casework::db::{Db, DbError};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::ledger::enter::{self, Entering, NewChild, NewGuardian};
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use rules::access::{Actor, Places, Post, Role, Standing as Leads};
use rules::attendance::{Clock, Kind, Part};
use rules::plan::Plan;
use rules::standing::Standing;

use crate::county::{COUNTY, plan};

/// Id, kind, name, the unit above, the township.
type UnitOfTest = (&'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

const UNITS: &[UnitOfTest] = &[
    (COUNTY, "county", "甲县", None, None),
    ("ju", "bureau", "教体局", Some(COUNTY), None),
    ("t1", "township", "东镇", Some(COUNTY), None),
    ("t2", "township", "西乡", Some(COUNTY), None),
    ("s1", "school", "东镇小学", Some("ju"), Some("t1")),
    ("s2", "school", "西乡小学", Some("ju"), Some("t2")),
    ("c1", "class", "三（1）班", Some("s1"), Some("t1")),
    ("c2", "class", "三（2）班", Some("s1"), Some("t1")),
    ("c3", "class", "三（1）班", Some("s2"), Some("t2")),
];

pub(crate) struct School {
    pub(crate) db: Db,
    pub(crate) keys: Keys,
    pub(crate) plan: Plan,
    seed: Cell<u64>,
    pub(crate) at: RefCell<String>,
    sheets: Cell<u32>,
}

/// Somebody on one post, with identity just proved.
pub(crate) fn who(account: &str, role: Role, unit: &str) -> SignedIn {
    SignedIn {
        actor: Actor {
            county: COUNTY.to_owned(),
            account: account.to_owned(),
            session: "s".to_owned(),
            name: account.to_owned(),
            posts: vec![Post {
                id: format!("post-{unit}"),
                role,
                unit: unit.to_owned(),
                standing: Leads::Serves,
            }],
            only: None,
        },
        confirmed: Some("2027-12-31T00:00:00Z".parse().expect("a moment")),
    }
}

pub(crate) fn teacher() -> SignedIn {
    who("teacher", Role::Teacher, "c1")
}

pub(crate) fn head() -> SignedIn {
    who("head", Role::Head, "s1")
}

pub(crate) fn bureau() -> SignedIn {
    who("bureau", Role::Bureau, "ju")
}

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

impl School {
    /// The schools, on the morning of Tuesday, 24 November 2026.
    pub(crate) fn new(db: Db) -> Self {
        let done: Result<(), DbError> = db.write(|tx| {
            for (sort, (id, kind, name, parent, township)) in (0_i64..).zip(UNITS) {
                tx.execute(
                    "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
                     values ($1, $2, $3, 'education', $4, $4, $5, $6, $7, '2020-01-01')",
                    &params![COUNTY, *id, *kind, *name, *parent, *township, sort],
                )?;
            }
            for (class, school, number) in [("c1", "s1", 1_i64), ("c2", "s1", 2), ("c3", "s2", 1)] {
                tx.execute(
                    "insert into class (county, unit, school, grade, number, school_year) values ($1, $2, $3, 3, $4, 2026)",
                    &params![COUNTY, class, school, number],
                )?;
            }
            Ok(())
        });
        done.expect("the units");
        Self {
            db,
            keys: Keys::for_tests(),
            plan: plan(),
            seed: Cell::new(1),
            at: RefCell::new("2026-11-24T08:00:00+08:00".to_owned()),
            sheets: Cell::new(0),
        }
    }

    /// Sets the clock: a day for eight in the morning of it, or a moment.
    pub(crate) fn at(&self, moment: &str) -> &Self {
        let moment = if moment.len() == 10 { format!("{moment}T08:00:00+08:00") } else { moment.to_owned() };
        self.at.replace(moment);
        self
    }

    /// The moment that it is.
    pub(crate) fn now(&self) -> String {
        self.at.borrow().clone()
    }

    /// One act by somebody, in a transaction of its own.
    pub(crate) fn act<T: Send + 'static>(
        &self,
        by: &SignedIn,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        self.seed.set(self.seed.get() + 1);
        let at: Timestamp = self.at.borrow().parse().expect("a moment");
        let (who, now) = (by.clone(), Now::predictable(at, self.seed.get()));
        let (keys, plan) = (self.keys.clone(), self.plan.clone());
        self.db.write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan }))
    }

    /// Enters children of a class since 1 September, known since then.
    pub(crate) fn pupils(&self, class: &'static str, names: &[&str]) -> Vec<String> {
        self.pupils_since(class, names, date(2026, 9, 1))
    }

    /// Enters children of a class since a day, known since the day before.
    pub(crate) fn pupils_since(&self, class: &'static str, names: &[&str], since: Date) -> Vec<String> {
        let before = self.at.borrow().clone();
        self.at(&since.yesterday().expect("a day").to_string());
        let school = if class == "c3" { "s2" } else { "s1" };
        let new: Vec<NewChild> = names.iter().map(|name| pupil(name, school, class, since)).collect();
        let ids = self.act(&bureau(), move |desk| {
            let with =
                Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
            let mut ids = Vec::new();
            for child in &new {
                ids.push(enter::child(desk.tx, &with, child)?);
            }
            Ok(ids)
        });
        self.at(&before);
        ids.expect("children are entered")
    }

    /// A sheet of class `c1`, of the whole day that it is.
    pub(crate) fn sheet(&self, marks: &[(&str, Kind)]) -> Submission {
        self.sheets.set(self.sheets.get() + 1);
        let today = self.at.borrow().chars().take(10).collect::<String>();
        Submission {
            sheet: format!("sheet-{:04}", self.sheets.get()),
            class: "c1".to_owned(),
            day: day(&today),
            part: Part::Whole,
            child: None,
            marks: marks
                .iter()
                .map(|(child, kind)| Tapped { child: (*child).to_owned(), kind: *kind, reason: None })
                .collect(),
            corrects: Vec::new(),
            roll_at: None,
            why: String::new(),
        }
    }

    pub(crate) fn submit(&self, by: &SignedIn, sheet: &Submission) -> Result<Submitted, Refused> {
        let sheet = sheet.clone();
        self.act(by, move |desk| submit(desk, &sheet))
    }

    /// The teacher of the class submits these exceptions for the day that it is.
    pub(crate) fn call(&self, marks: &[(&str, Kind)]) -> Submitted {
        self.submit(&teacher(), &self.sheet(marks)).expect("the register is submitted")
    }

    pub(crate) fn register(&self, by: &SignedIn, on: &str) -> Result<Register, Refused> {
        let on = day(on);
        self.act(by, move |desk| register(desk, "c1", on))
    }

    /// One number out of the database.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        let one: Result<i64, Refused> =
            self.db.write(move |tx| Ok(tx.one(sql, &params![COUNTY], |row| row.get::<i64>(0))?));
        one.expect("a count")
    }

    /// A statement, with the county as `$1`.
    pub(crate) fn run(&self, sql: impl Into<String>) {
        let sql = sql.into();
        let done: Result<u64, Refused> = self.db.write(move |tx| Ok(tx.execute(&sql, &params![COUNTY])?));
        done.expect("a statement");
    }

    /// Every row of the clock, as text.
    pub(crate) fn clocks(&self) -> Vec<String> {
        let rows: Result<Vec<String>, DbError> = self.db.read(|tx| {
            tx.query(
                "select child, day, away, coalesce(since_day, ''), last, coalesce(suspected_day, ''), excused, told,
                        unknown, open
                 from clock where county = $1 order by child, day",
                &params![COUNTY],
                |row| {
                    let text = |at| row.get::<String>(at);
                    let number = |at| row.get::<i64>(at);
                    Ok(format!(
                        "{} {} away {} since {} last {} suspected {} excused {} told {} unknown {} open {}",
                        text(0)?,
                        text(1)?,
                        number(2)?,
                        text(3)?,
                        text(4)?,
                        text(5)?,
                        number(6)?,
                        number(7)?,
                        number(8)?,
                        number(9)?
                    ))
                },
            )
        });
        rows.expect("the clocks are read")
    }

    /// The rows of the clock are those that counting from nothing makes.
    pub(crate) fn clocks_are_true(&self, children: &[String]) {
        self.clocks_are_true_since(children, date(2026, 9, 1));
    }

    /// The same, from another first day.
    pub(crate) fn clocks_are_true_since(&self, children: &[String], from: Date) {
        // As the night does: whom nobody called since is counted to today.
        let (all, today) = (children.to_vec(), self.at.borrow().chars().take(10).collect::<String>());
        self.act(&bureau(), move |desk| attendance::recount(desk, &all, day(&today))).expect("the night");
        let kept = self.clocks();
        self.run("delete from clock where county = $1");
        let all = children.to_vec();
        self.act(&bureau(), move |desk| attendance::recount(desk, &all, from)).expect("counted anew");
        assert_eq!(kept, self.clocks(), "kept on the left, from nothing on the right");
    }

    /// How a child stands.
    pub(crate) fn clock(&self, child: &str) -> Clock {
        let child = child.to_owned();
        self.act(&bureau(), move |desk| attendance::of_child(desk, &child)).expect("the clock").clock
    }

    /// Days on which the child was suspected, with why it was taken off again.
    pub(crate) fn suspected(&self, child: &str) -> Vec<(Date, String)> {
        let child = child.to_owned();
        let of = self.act(&bureau(), move |desk| attendance::of_child(desk, &child)).expect("the clock");
        of.suspected.into_iter().map(|(since, _, why)| (since, why)).collect()
    }

    pub(crate) fn standing(&self, child: &str) -> Standing {
        let child = child.to_owned();
        let code: Result<String, DbError> = self.db.read(move |tx| {
            tx.one(
                "select standing from child where county = $1 and id = $2",
                &params![COUNTY, &child],
                |row| row.get(0),
            )
        });
        Standing::from_code(&code.expect("the child")).expect("a standing")
    }
}

fn pupil(name: &str, school: &str, class: &str, since: Date) -> NewChild {
    NewChild {
        name: name.to_owned(),
        sex: "1".to_owned(),
        birth: date(2017, 5, 4),
        ethnicity: "01".to_owned(),
        id_kind: String::new(),
        id_number: None,
        student_number: None,
        registration: "local".to_owned(),
        household: None,
        address: "上村 12 号".to_owned(),
        places: Places {
            county: COUNTY.to_owned(),
            township: Some("t1".to_owned()),
            school: Some(school.to_owned()),
            school_township: Some(if school == "s1" { "t1" } else { "t2" }.to_owned()),
            class: Some(class.to_owned()),
            ..Places::default()
        },
        grade: Some(3),
        boarding: if name.starts_with('住') { "2" } else { "1" }.to_owned(),
        standing: Standing::Enrolled,
        in_class_since: Some(since),
        groups: vec![],
        guardians: vec![NewGuardian {
            name: "普阿奶".to_owned(),
            relation: "祖母".to_owned(),
            phone: Some("13800001234".to_owned()),
            id_number: None,
            away: false,
        }],
    }
}

/// The refusal's words, or nothing for what was done.
pub(crate) fn words<T>(result: Result<T, Refused>) -> String {
    result.err().map(|refused| refused.to_string()).unwrap_or_default()
}
