//! Accounts on both engines: a small invented county whose people sign in with real, cheap hashes.

mod break_glass;
mod ends;
mod entry;
mod invited;
mod invited_many;
mod limits;
mod powers;
mod second;

use casework::accounts::sign_in::{self, Answer, Begun, Kind, Opened, Origin};
use casework::accounts::{Found, Stage, session};
use casework::db::testing::on_each_engine;
use casework::db::{Db, Tx};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::password::{Accepted, Bounded, Cost, Hasher, Typed};
use casework::refused::Refused;
use jiff::{SignedDuration, Timestamp};
use rules::access::Role;
use rules::plan::Plan;

use crate::county::{COUNTY, plan};

/// The password of everybody in these tests.
const PASSWORD: &str = "Qingshan-Lvshui-7";

/// A county in which time stands still until somebody moves it.
struct House {
    db: Db,
    keys: Keys,
    plan: Plan,
    hasher: Hasher,
    now: std::cell::RefCell<Now>,
}

fn on_each(test: impl Fn(&House)) {
    on_each_engine(|db| test(&House::new(db)));
}

fn typed(text: &str) -> Typed {
    Typed::from(text.to_owned())
}

fn origin(source: &str, device: Option<&str>) -> Origin {
    Origin {
        source: source.to_owned(),
        device: device.map(str::to_owned),
        browser: "Chrome · Windows".to_owned(),
        kind: Kind::Browser,
    }
}

impl House {
    /// The office of the county, two townships with a school in the first; nobody yet.
    fn new(db: Db) -> Self {
        let start: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let cheap = Cost { memory_kib: 64, passes: 1, lanes: 1 };
        let house = Self {
            db,
            keys: Keys::for_tests(),
            plan: plan(),
            hasher: Hasher::new(cheap, Bounded::new(2, 64)).unwrap(),
            now: std::cell::RefCell::new(Now::predictable(start, 7)),
        };
        house.write(|tx| {
            for (id, kind, parent) in [
                ("office", "county", None),
                ("east", "township", Some("office")),
                ("west", "township", Some("office")),
                ("school", "school", Some("east")),
            ] {
                tx.execute(
                    "insert into unit (county, id, kind, line, name, short, parent, sort, from_day)
                     values ($1, $2, $3, 'government', $2, $2, $4, 1, '2026-01-01')",
                    &params![COUNTY, id, kind, parent],
                )?;
            }
            Ok(())
        });
        house
    }

    fn now(&self) -> Now {
        self.now.borrow().clone()
    }

    fn later(&self, by: SignedDuration) {
        let next = self.now().at_moment(self.now().timestamp() + by);
        *self.now.borrow_mut() = next;
    }

    fn minutes(&self, minutes: i64) {
        self.later(SignedDuration::from_mins(minutes));
    }

    fn write<T: Send + 'static>(
        &self,
        act: impl Fn(&mut Tx<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> T {
        self.db.write(act).unwrap()
    }

    /// An active account with a post.
    fn person(&self, name: &'static str, role: Role, unit: &'static str, leads: bool) {
        let accepted = Accepted::by_command(PASSWORD).unwrap();
        let hash = self.hasher.hash(&accepted, self.now().random()).unwrap();
        let stamp = self.now().stamp();
        self.write(move |tx| {
            tx.execute(
                "insert into account (county, id, username, name, initials, unit, state, password, password_at, seen_at,
                                      made_at, made_by)
                 values ($1, $2, $2, $2, $2, $3, 'active', $4, $5, $5, $5, '')",
                &params![COUNTY, name, unit, &hash, &stamp],
            )?;
            let standing = if leads { "leads" } else { "serves" };
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, $5, 'staff', '岗位', 1)",
                &params![COUNTY, format!("post-{name}"), unit, role.code(), standing],
            )?;
            tx.execute(
                "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                 values ($1, $2, $2, $3, '2026-01-01', '', $4)",
                &params![COUNTY, format!("post-{name}"), name, &stamp],
            )?;
            Ok(())
        });
    }

    fn setting(&self, name: &'static str, value: &'static str) {
        self.write(move |tx| {
            tx.execute(
                "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, '', '')
                 on conflict (county, name) do update set value = excluded.value",
                &params![COUNTY, name, value],
            )?;
            Ok(())
        });
    }

    fn begin(&self, username: &str, origin: &Origin) -> Begun {
        let (keys, now, username, origin) =
            (self.keys.clone(), self.now(), username.to_owned(), origin.clone());
        self.write(move |tx| sign_in::begin(tx, &keys, &now, COUNTY, &username, &origin))
    }

    fn try_in(&self, username: &str, password: &str, code: Option<&str>, origin: &Origin) -> Answer {
        let attempt = match self.begin(username, origin) {
            Begun::Go(attempt) => attempt,
            Begun::Wait { seconds } => return Answer::Wait { seconds },
        };
        let checked = attempt.check(&self.hasher, &typed(password)).unwrap();
        let (keys, now, code) = (self.keys.clone(), self.now(), code.map(typed));
        self.write(move |tx| sign_in::finish(tx, &keys, &now, COUNTY, &checked, code.as_ref()))
    }

    /// Signs in with a second factor switched off by the caller, or not needed.
    fn enter(&self, username: &str) -> Opened {
        match self.try_in(username, PASSWORD, None, &origin("127.0.0.1", None)) {
            Answer::Opened(opened) => opened,
            other => panic!("{username}: {other:?}"),
        }
    }

    fn found(&self, token: &str) -> Option<Found> {
        let (keys, now, token) = (self.keys.clone(), self.now(), token.to_owned());
        self.write(move |tx| session(tx, &keys, &now, COUNTY, &token))
    }

    /// Somebody signed in, with identity just proved.
    fn signed_in(&self, username: &str) -> SignedIn {
        let opened = self.enter(username);
        assert_eq!(opened.stage, Stage::Full);
        SignedIn { confirmed: Some(self.now().timestamp()), ..self.found(&opened.token).unwrap().who }
    }

    fn act<T: Send + 'static>(
        &self,
        who: &SignedIn,
        act: impl Fn(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (who, now, keys, plan) = (who.clone(), self.now(), self.keys.clone(), self.plan.clone());
        self.db.write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan }))
    }

    /// What a query answers, as text.
    fn text(&self, sql: &'static str) -> String {
        self.write(move |tx| {
            Ok(tx
                .optional(sql, &params![COUNTY], |row| row.get::<Option<String>>(0))?
                .flatten()
                .unwrap_or_default())
        })
    }

    fn count(&self, sql: &'static str) -> i64 {
        self.write(move |tx| Ok(tx.one(sql, &params![COUNTY], |row| row.get::<i64>(0))?))
    }
}

#[track_caller]
fn denied<T>(result: Result<T, Refused>) {
    let error = result.err();
    assert!(matches!(error, Some(Refused::Denied { .. })), "{error:?}");
}

#[track_caller]
fn ruled<T>(result: Result<T, Refused>) {
    let error = result.err();
    assert!(matches!(error, Some(Refused::Rule { .. })), "{error:?}");
}

#[track_caller]
fn invalid<T>(result: Result<T, Refused>, field: &str) {
    match result.err() {
        Some(Refused::Invalid(problems)) => {
            assert!(problems.iter().any(|problem| problem.field == field), "{problems:?}");
        }
        other => panic!("{other:?}"),
    }
}
