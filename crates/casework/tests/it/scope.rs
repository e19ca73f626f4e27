//! The scope that limits every query finds exactly the children that `may` allows, on both engines, for everybody.

use std::collections::{BTreeMap, BTreeSet};

use casework::campaign;
use casework::db::testing::on_each_engine;
use casework::db::{Db, Engine, Tx, Value};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::ledger;
use casework::now::Now;
use casework::params;
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
        "select child, unit, tie from child_tie where county = $1 and (until_at is null or until_at > $2)",
        &params![county.to_owned(), now().stamp()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    for (child, unit, tie) in rows {
        ties.entry(child).or_default().push((unit, Tie::from_code(&tie).expect("a tie of the list")));
    }
    Ok(ties)
}

fn found(tx: &mut Tx<'_>, actor: &Actor, action: Action) -> Result<BTreeSet<String>, Refused> {
    let mut params = vec![Value::from(actor.county.clone())];
    let within = Scope::of(actor, action, &now()).predicate("tie", &mut params);
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

/// What somebody sees of a child through each query at a moment: the list, the search, the file, the findings and one of
/// them.
fn seen_at(db: &Db, who: &SignedIn, at: &str, child: &str, finding: &str) -> [bool; 5] {
    static SEED: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(100);
    let seed = SEED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let now = Now::predictable(at.parse().expect("a moment"), seed);
    let (who, child, finding) = (who.clone(), child.to_owned(), finding.to_owned());
    db.write(move |tx| {
        let (keys, plan) = (Keys::for_tests(), crate::county::plan());
        let desk = &mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan };
        let shown = |found: Result<bool, Refused>| match found {
            Err(Refused::Denied { .. }) => Ok(false),
            found => found,
        };
        let list = ledger::list(desk, &ledger::Query::default());
        let search = casework::search::search(desk, "duanxiao");
        let findings = campaign::list(desk, &campaign::ListQuery::default());
        Ok::<_, Refused>([
            shown(list.map(|page| page.children.iter().any(|one| one.id == child)))?,
            shown(search.map(|found| found.hits.iter().any(|hit| hit.href.ends_with(&child))))?,
            shown(ledger::read(desk, &child).map(|_| true))?,
            shown(findings.map(|page| page.rows.iter().any(|row| row.id == finding)))?,
            shown(campaign::read(desk, &finding).map(|_| true))?,
        ])
    })
    .expect("the queries run")
}

/// A20, A23: a granted tie ends with its moment, in every query, whether or not the nightly job has been by; the last
/// moment before it still counts.
#[test]
fn granted_ties_end_with_their_moment() {
    on_each_engine(|db| {
        let (here, _, actors) = counties(&db);
        let end = "2026-11-24T12:00:00.000+08:00";
        let child = |name: &str| {
            let at = here.children.iter().position(|(own, _)| *own == name).expect("a child of the county");
            (here.children[at].1.clone(), here.findings[at].1.clone())
        };
        let ((shared, shared_finding), (paired, paired_finding)) = (child("shared"), child("paired"));
        let (emergency, emergency_finding) = child("emergency");
        db.write(move |tx| {
            for table in ["child_tie", "finding_tie"] {
                tx.execute(
                    &format!("update {table} set until_at = $2 where county = $1 and tie in ('shared', 'paired', 'emergency')"),
                    &params![HERE, end],
                )?;
            }
            Ok::<_, Refused>(())
        })
        .expect("the ends are set");
        let who = |role: Role| {
            let one = here.with(role).next().expect("somebody in every role");
            let actor = actors.iter().find(|actor| actor.account == one.account).expect("their session");
            SignedIn { actor: actor.clone(), confirmed: None }
        };
        let (before, at, after) =
            ("2026-11-24T11:59:59.999+08:00", "2026-11-24T12:00:00+08:00", "2026-11-24T12:00:00.001+08:00");
        let check = |who: &SignedIn, child: &str, finding: &str, seen: [bool; 5]| {
            assert_eq!(seen_at(&db, who, before, child, finding), seen, "{} before", who.actor.account);
            for moment in [at, after] {
                let seen = seen_at(&db, who, moment, child, finding);
                assert_eq!(seen, [false; 5], "{} at {moment}", who.actor.account);
            }
        };
        check(&who(Role::Police), &shared, &shared_finding, [true; 5]);
        check(&who(Role::Civil), &shared, &shared_finding, [true, true, true, false, false]);
        check(&who(Role::Cadre), &paired, &paired_finding, [true; 5]);
        // An emergency opens the file alone: no list, no finding.
        check(&who(Role::Police), &emergency, &emergency_finding, [false, false, true, false, false]);
        // A standing tie has no end.
        let bureau = who(Role::Bureau);
        assert_eq!(seen_at(&db, &bureau, after, &shared, &shared_finding), [true; 5]);
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
                let now = now();
                let scope = Scope::of(actor, Action::ListChildren, &now);
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
