//! The scope that limits every query finds exactly the children that `may` allows, on both engines, for everybody.

use std::collections::{BTreeMap, BTreeSet};

use casework::db::testing::on_each_engine;
use casework::db::{Db, Engine, Tx, Value};
use casework::keys::Keys;
use casework::now::Now;
use casework::refused::Refused;
use casework::scope::Scope;
use casework::testing::{SmallCounty, session, small_county};
use jiff::Timestamp;
use rules::access::{Action, Actor, Object, Role, Subject, Tie, may};

const HERE: &str = "532926";
const THERE: &str = "532925";

fn now() -> Now {
    let at: Timestamp = "2026-11-24T08:00:00+08:00".parse().expect("a moment");
    Now::predictable(at, 3)
}

/// Two counties in one database, with the actors of the first.
fn counties(db: &Db) -> (SmallCounty, SmallCounty, Vec<Actor>) {
    let now = now();
    let here = {
        let now = now.clone();
        db.write(move |tx| small_county(tx, &Keys::for_tests(), &now, HERE, "h-")).expect("a county")
    };
    let there = {
        let now = now.clone();
        db.write(move |tx| small_county(tx, &Keys::for_tests(), &now, THERE, "t-")).expect("a second county")
    };
    let people = here.people.clone();
    let actors = db
        .write(move |tx| {
            let keys = Keys::for_tests();
            let mut actors = Vec::new();
            for one in &people {
                let token = session(tx, &keys, &now, HERE, &one.account)?;
                let found = casework::accounts::session(tx, &keys, &now, HERE, &token)?;
                actors.push(found.expect("a session that was just opened").who.actor);
            }
            Ok::<_, Refused>(actors)
        })
        .expect("sessions");
    (here, there, actors)
}

fn ties(tx: &mut Tx<'_>, county: &str) -> Result<BTreeMap<String, Vec<(String, Tie)>>, Refused> {
    let mut ties: BTreeMap<String, Vec<(String, Tie)>> = BTreeMap::new();
    let rows = tx.query(
        "select child, unit, tie from child_tie where county = $1",
        &[Value::from(county.to_owned())],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    for (child, unit, tie) in rows {
        ties.entry(child).or_default().push((unit, Tie::from_code(&tie).expect("a tie of the list")));
    }
    Ok(ties)
}

fn found(tx: &mut Tx<'_>, actor: &Actor, action: Action) -> Result<BTreeSet<String>, Refused> {
    let mut params = vec![Value::from(actor.county.clone())];
    let within = Scope::of(actor, action).predicate("tie", &mut params);
    let sql = format!("select distinct tie.child from child_tie tie where tie.county = $1 and {within}");
    Ok(tx.query(&sql, &params, |row| row.get::<String>(0))?.into_iter().collect())
}

/// A01–A03, A10, A14, A25, A28: for everybody and every action about children, the predicate finds what `may` allows.
#[test]
fn scope_equals_may() {
    on_each_engine(|db| {
        let (_, there, actors) = counties(&db);
        db.read(|tx| {
            let ties = ties(tx, HERE)?;
            for actor in &actors {
                for &action in Action::ALL.iter().filter(|action| action.object() == Object::Child) {
                    let allowed: BTreeSet<String> = ties
                        .iter()
                        .filter(|(_, ties)| may(actor, action, &Subject::Child(ties)).is_ok())
                        .map(|(child, _)| child.clone())
                        .collect();
                    let seen = found(tx, actor, action)?;
                    assert_eq!(seen, allowed, "{} {}", actor.account, action.code());
                    let foreign = there.children.iter().any(|(_, id)| seen.contains(id));
                    assert!(!foreign, "{} {}", actor.account, action.code());
                }
            }
            Ok::<_, Refused>(())
        })
        .expect("the queries run");
    });
}

/// The sets are those that the plan means: said here once by name, so that both sides cannot be wrong alike.
#[test]
fn who_lists_whom() {
    on_each_engine(|db| {
        let (here, _, actors) = counties(&db);
        let p = [
            "own",
            "own village, other class",
            "same school, other class, other village",
            "same township, other school",
            "home here, school elsewhere",
            "home elsewhere, school here",
        ];
        db.read(|tx| {
            let mut check = |role: Role, expected: &[&str]| -> Result<(), Refused> {
                let one = here.with(role).next().expect("somebody in every role");
                let actor = actors.iter().find(|actor| actor.account == one.account).expect("their session");
                let seen = found(tx, actor, Action::ListChildren)?;
                let names: BTreeSet<&str> =
                    here.children.iter().filter(|(_, id)| seen.contains(id)).map(|(name, _)| *name).collect();
                assert_eq!(names, expected.iter().copied().collect(), "{role}");
                Ok(())
            };
            let everybody: Vec<&str> = here.children.iter().map(|(name, _)| *name).collect();
            check(Role::Director, &everybody)?;
            check(Role::Bureau, &everybody)?;
            check(Role::Township, &p)?;
            check(Role::Village, &[p[0], p[1], p[4]])?;
            check(Role::Group, &[p[0], p[1], p[4]])?;
            check(Role::Head, &[p[0], p[1], p[2], p[5]])?;
            check(Role::Registrar, &[p[0], p[1], p[2], p[5]])?;
            check(Role::Inspector, &[p[0], p[1], p[2], p[5]])?;
            check(Role::Teacher, &[p[0], p[5]])?;
            check(Role::SubjectTeacher, &[p[0], p[5]])?;
            check(Role::Cadre, &["paired"])?;
            for &role in Role::ALL.iter().filter(|role| role.is_department()) {
                check(role, if role == Role::Planning { &[] } else { &["shared"] })?;
            }
            for role in [Role::UnitAdmin, Role::Admin, Role::Security, Role::Auditor] {
                check(role, &[])?;
            }
            Ok::<_, Refused>(())
        })
        .expect("the queries run");
    });
}

/// A25: the scope is answered by an index of `child_tie`, never by reading the whole table. (PostgreSQL reads a table
/// of a few rows whole whatever indexes there are, so its plan is looked at with that way shut.)
#[test]
fn scope_goes_by_the_index() {
    on_each_engine(|db| {
        let (_, _, actors) = counties(&db);
        db.write(move |tx| {
            let explain = match tx.engine() {
                Engine::Sqlite => "explain query plan",
                Engine::Postgres => {
                    tx.execute("set local enable_seqscan = off", &[])?;
                    "explain"
                }
            };
            for actor in &actors {
                let mut params = vec![Value::from(HERE)];
                let scope = Scope::of(actor, Action::ListChildren);
                if scope.is_empty() {
                    continue;
                }
                let within = scope.predicate("tie", &mut params);
                let sql = format!(
                    "{explain} select tie.child from child_tie tie where tie.county = $1 and {within}"
                );
                let column = usize::from(tx.engine() == Engine::Sqlite) * 3;
                let plan = tx.query(&sql, &params, |row| row.get::<String>(column))?.join("\n");
                assert!(plan.contains("child_tie_list") || plan.contains("child_tie_standing"), "{plan}");
                assert!(!plan.contains("SCAN tie") && !plan.contains("Seq Scan"), "{plan}");
            }
            Ok::<_, Refused>(())
        })
        .expect("the plans are shown");
    });
}
