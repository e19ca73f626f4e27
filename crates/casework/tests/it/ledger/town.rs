//! A county of two townships, two schools and a few children, all of it invented; and people who act in it.

use std::collections::BTreeSet;

use casework::db::Db;
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::ledger::enter::{self, Entering, NewChild, NewGroup, NewGuardian, NewHousehold};
use casework::ledger::places_of;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use jiff::Timestamp;
use jiff::civil::date;
use rules::access::{Actor, Places, Post, Role, Standing as Leads, ties};
use rules::groups::Special;
use rules::plan::Plan;
use rules::standing::Standing;

pub(super) use crate::county::COUNTY;

pub(super) fn now(at: &str, seed: u64) -> Now {
    Now::predictable(at.parse::<Timestamp>().expect("a moment"), seed)
}

fn plan() -> Plan {
    let texts = [
        include_str!("../../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../../plans/nanjian/columns.toml"),
    ];
    let files = rules::plan::FILES.into_iter().zip(texts);
    Plan::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()).expect("the plan")
}

/// Somebody on one post, with identity just proved.
pub(super) fn who(account: &str, role: Role, unit: &str) -> SignedIn {
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
        confirmed: Some("2026-11-24T01:00:00Z".parse().expect("a moment")),
    }
}

/// The county, with a clock that is set once.
pub(super) struct Town {
    pub(super) db: Db,
    keys: Keys,
    plan: Plan,
    seed: std::cell::Cell<u64>,
    at: std::cell::Cell<&'static str>,
}

/// As its row says it below: id, kind, name, the unit above, and more of its kind.
type UnitOfTown = (&'static str, &'static str, &'static str, Option<&'static str>, Option<&'static str>);

const UNITS: &[UnitOfTown] = &[
    ("xian", "county", "甲县", None, None),
    ("t1", "township", "东镇", Some("xian"), None),
    ("t2", "township", "西乡", Some("xian"), None),
    ("v1", "village", "上村", Some("t1"), None),
    ("v2", "village", "下村", Some("t2"), None),
    ("g1", "group", "一组", Some("v1"), None),
    ("ju", "bureau", "教体局", None, None),
    ("s1", "school", "东镇小学", Some("ju"), Some("t1")),
    ("s2", "school", "西乡小学", Some("ju"), Some("t2")),
    ("c1", "class", "三（1）班", Some("s1"), Some("t1")),
    ("c2", "class", "三（1）班", Some("s2"), Some("t2")),
    ("min", "department", "民政局", Some("xian"), None),
];

impl Town {
    pub(super) fn new(db: Db) -> Self {
        let done: Result<(), casework::db::DbError> = db.write(|tx| {
            for (sort, (id, kind, name, parent, township)) in (0_i64..).zip(UNITS) {
                tx.execute(
                    "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
                     values ($1, $2, $3, 'government', $4, $4, $5, $6, $7, '2020-01-01')",
                    &params![COUNTY, *id, *kind, *name, *parent, *township, sort],
                )?;
            }
            for (class, school) in [("c1", "s1"), ("c2", "s2")] {
                tx.execute(
                    "insert into class (county, unit, school, grade, number, school_year) values ($1, $2, $3, 3, 1, 2026)",
                    &params![COUNTY, class, school],
                )?;
            }
            Ok(())
        });
        done.expect("the units");
        Self {
            db,
            keys: Keys::for_tests(),
            plan: plan(),
            seed: std::cell::Cell::new(1),
            at: std::cell::Cell::new("2026-11-24T01:00:00Z"),
        }
    }

    /// Moves the clock.
    pub(super) fn at(&self, moment: &'static str) {
        self.at.set(moment);
    }

    /// One act by somebody, in a transaction of its own.
    pub(super) fn act<T: Send + 'static>(
        &self,
        by: &SignedIn,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        self.seed.set(self.seed.get() + 1);
        let (who, now) = (by.clone(), now(self.at.get(), self.seed.get()));
        let (keys, plan) = (self.keys.clone(), self.plan.clone());
        self.db.write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan }))
    }

    /// Enters children.
    pub(super) fn enter(&self, children: Vec<NewChild>) -> Vec<String> {
        self.act(&bureau(), move |desk| {
            let with =
                Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
            let mut ids = Vec::new();
            for child in &children {
                ids.push(enter::child(desk.tx, &with, child)?);
            }
            Ok(ids)
        })
        .expect("children are entered")
    }

    pub(super) fn household(&self) -> String {
        self.act(&bureau(), |desk| {
            let with =
                Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
            let new = NewHousehold {
                book: Some("H1".to_owned()),
                head: "普大山".to_owned(),
                village: Some("v1".to_owned()),
                ..NewHousehold::default()
            };
            Ok(enter::household(desk.tx, &with, &new)?)
        })
        .expect("a household")
    }

    /// One number out of the database.
    pub(super) fn count(&self, sql: &'static str) -> i64 {
        let one: Result<i64, Refused> =
            self.db.write(move |tx| Ok(tx.one(sql, &params![COUNTY], |row| row.get::<i64>(0))?));
        one.expect("a count")
    }

    /// A01, A02: the ties of every child are exactly those that its places give, with true copies; merged files have
    /// none.
    pub(super) fn ties_are_true(&self) {
        let done: Result<(), Refused> = self.db.write(|tx| {
            let children = tx.query(
                "select id, spelling, standing, group_bits, merged_into from child where county = $1 order by id",
                &params![COUNTY],
                |row| {
                    Ok((
                        row.get::<String>(0)?,
                        (row.get::<String>(1)?, row.get::<String>(2)?, row.get::<i64>(3)?),
                        row.get::<Option<String>>(4)?,
                    ))
                },
            )?;
            for (id, copies, merged) in children {
                let places = places_of(tx, COUNTY, &id)?.expect("the child is there");
                let should: BTreeSet<(String, String)> = match merged {
                    Some(_) => BTreeSet::new(),
                    None => ties(&places).into_iter().map(|(u, t)| (u.to_owned(), t.code().to_owned())).collect(),
                };
                let rows = tx.query(
                    "select unit, tie, spelling, standing, group_bits from child_tie where county = $1 and child = $2
                     order by unit, tie",
                    &params![COUNTY, &id],
                    |row| {
                        let copy = (row.get::<String>(2)?, row.get::<String>(3)?, row.get::<i64>(4)?);
                        Ok(((row.get::<String>(0)?, row.get::<String>(1)?), copy))
                    },
                )?;
                assert!(rows.iter().all(|(_, copy)| *copy == copies), "copies of {id} are true: {rows:?}");
                let is: BTreeSet<(String, String)> = rows
                    .into_iter()
                    .map(|(tie, _)| tie)
                    .filter(|(_, tie)| !matches!(tie.as_str(), "shared" | "paired" | "emergency"))
                    .collect();
                assert_eq!(is, should, "ties of {id}");
            }
            Ok(())
        });
        done.expect("the ties can be read");
    }
}

pub(super) fn bureau() -> SignedIn {
    who("ju-1", Role::Bureau, "ju")
}

pub(super) fn second_bureau() -> SignedIn {
    who("ju-2", Role::Bureau, "ju")
}

pub(super) fn head(school: &'static str) -> SignedIn {
    who(if school == "s1" { "h1" } else { "h2" }, Role::Head, school)
}

pub(super) fn township(unit: &'static str) -> SignedIn {
    who(if unit == "t1" { "x1" } else { "x2" }, Role::Township, unit)
}

/// A child of 上村, in 东镇小学.
pub(super) fn pupil(name: &str) -> NewChild {
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
            village: Some("v1".to_owned()),
            group: Some("g1".to_owned()),
            school: Some("s1".to_owned()),
            school_township: Some("t1".to_owned()),
            class: Some("c1".to_owned()),
        },
        grade: Some(3),
        boarding: "1".to_owned(),
        standing: Standing::Enrolled,
        in_class_since: Some(date(2026, 9, 1)),
        groups: vec![NewGroup { group: Special::LeftBehind, detail: String::new(), from: date(2025, 1, 1) }],
        guardians: vec![NewGuardian {
            name: "普阿奶".to_owned(),
            relation: "祖母".to_owned(),
            phone: Some("13800000000".to_owned()),
            id_number: None,
            away: false,
        }],
    }
}

/// A child of 下村 that is nowhere in school.
pub(super) fn out(name: &str) -> NewChild {
    NewChild {
        places: Places {
            county: COUNTY.to_owned(),
            township: Some("t2".to_owned()),
            village: Some("v2".to_owned()),
            ..Places::default()
        },
        grade: None,
        standing: Standing::Never,
        in_class_since: None,
        groups: vec![],
        guardians: vec![],
        ..pupil(name)
    }
}

/// An ID number of the invented region for a birthday and a sequence.
pub(super) fn number(birth: &str, sequence: u32) -> String {
    let head = format!("539999{birth}{sequence:03}");
    let digits: [u8; 17] = head.as_bytes().try_into().expect("17 digits");
    let last = rules::identity::check_digit(&digits).expect("digits");
    format!("{head}{}", char::from(last))
}

/// The refusal's words, or nothing for what was done.
pub(super) fn words<T>(result: Result<T, Refused>) -> String {
    result.err().map(|refused| refused.to_string()).unwrap_or_default()
}
