//! 工作交接 on both engines: everything open moves in one act with its sheet, or nothing does (五(一); capability 54).

use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};

use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::ledger;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use casework::testing::{SmallCounty, session, small_county};
use casework::units::{self, HandOver};
use jiff::Timestamp;
use rules::access::{Role, Standing};
use rules::plan::Plan;

use crate::county::{COUNTY, plan};

/// The post that is left in these tests: 包保干部 of township P, held by the cadre.
const POST: &str = "post-cadre";

struct Town {
    db: Db,
    county: SmallCounty,
    plan: Plan,
    at: std::cell::Cell<i64>,
}

fn on_each(test: impl Fn(&Town)) {
    on_each_engine(|db| {
        let now = moment(0);
        let county =
            db.write(move |tx| small_county(tx, &Keys::for_tests(), &now, COUNTY, "")).expect("a county");
        test(&Town { db, county, plan: plan(), at: std::cell::Cell::new(1) });
    });
}

/// So many minutes after the county was made; ids of one moment do not repeat those of another.
fn moment(minutes: i64) -> Now {
    let start: Timestamp = "2026-11-24T08:00:00+08:00".parse().expect("a moment");
    Now::predictable(start + jiff::SignedDuration::from_mins(minutes), 11 + minutes.unsigned_abs())
}

impl Town {
    fn child(&self, name: &str) -> String {
        let found = self.county.children.iter().find(|(own, _)| *own == name);
        found.expect("a child of the county").1.clone()
    }

    /// Whoever leads township P, and so gives its posts.
    fn leader(&self) -> String {
        let mut leaders = self.county.with(Role::Township);
        let leads = Some((Role::Township, Standing::Leads));
        leaders.find(|one| one.role == leads).expect("a leader of the township").account.clone()
    }

    fn now(&self) -> Now {
        self.at.set(self.at.get() + 1);
        moment(self.at.get())
    }

    fn who(&self, account: &str) -> SignedIn {
        let (now, account) = (self.now(), account.to_owned());
        self.db
            .write(move |tx| {
                let keys = Keys::for_tests();
                let token = session(tx, &keys, &now, COUNTY, &account)?;
                casework::accounts::session(tx, &keys, &now, COUNTY, &token)
            })
            .expect("the storage answers")
            .expect("a session that was just opened")
            .who
    }

    fn act<T: Send + 'static>(
        &self,
        account: &str,
        act: impl Fn(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (who, now, plan) = (self.who(account), self.now(), self.plan.clone());
        self.db.write(move |tx| {
            act(&mut Desk { tx, who: &who, now: &now, keys: &Keys::for_tests(), plan: &plan })
        })
    }

    fn hand_over(&self, post: &str, from: &str, to: Option<&str>) -> Result<String, Refused> {
        let wish = HandOver {
            post: post.to_owned(),
            from: from.to_owned(),
            to: to.map(str::to_owned),
            reason: "调离".to_owned(),
        };
        self.act(&self.leader(), move |desk| units::hand_over(desk, &wish))
    }

    fn write(&self, sql: &'static str, params: &[&str]) {
        let params: Vec<String> = params.iter().map(|value| (*value).to_owned()).collect();
        self.db
            .write(move |tx| {
                let params: Vec<_> = params.iter().cloned().map(casework::db::Value::from).collect();
                tx.execute(sql, &params)
            })
            .expect("the statement runs");
    }

    fn texts(&self, sql: &'static str, of: &str) -> BTreeSet<String> {
        let rows = self.db.read(|tx| tx.query(sql, &params![COUNTY, of], |row| row.get::<String>(0)));
        let rows: Result<Vec<String>, DbError> = rows;
        rows.expect("the query runs").into_iter().collect()
    }

    /// Children with whom somebody is paired.
    fn paired(&self, account: &str) -> BTreeSet<String> {
        self.texts("select child from child_tie where county = $1 and unit = $2 and tie = 'paired'", account)
    }

    /// Who holds a post now.
    fn holder(&self, post: &str) -> BTreeSet<String> {
        self.texts("select account from tenure where county = $1 and post = $2 and until_day is null", post)
    }

    /// Everything that a hand-over writes, to see that nothing was.
    fn state(&self) -> Vec<BTreeSet<String>> {
        [
            "select unit || child from child_tie where county = $1 and tie = 'paired' and $2 <> ''",
            "select id || account || coalesce(until_day, '') from tenure where county = $1 and $2 <> ''",
            "select id from hand_over where county = $1 and $2 <> ''",
            "select id from notification where county = $1 and $2 <> ''",
            "select id from session where county = $1 and account = $2 and ended_at is null",
        ]
        .into_iter()
        .map(|sql| self.texts(sql, "account-cadre"))
        .collect()
    }

    /// Whether somebody reads the file of a child.
    fn reads(&self, account: &str, child: &str) -> bool {
        let child = child.to_owned();
        self.act(account, move |desk| ledger::read(desk, &child)).is_ok()
    }

    /// Only what these tests pair is paired.
    fn pair_only(&self, account: &str, children: &[&str]) {
        self.write("delete from child_tie where county = $1 and tie = 'paired'", &[COUNTY]);
        for child in children {
            self.write(
                "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
                 select county, $2, 'paired', id, spelling, standing, group_bits from child
                 where county = $1 and id = $3",
                &[COUNTY, account, child],
            );
        }
    }
}

fn kinds(sheet: &units::Sheet) -> Vec<&str> {
    sheet.items.iter().map(|item| item.kind.as_str()).collect()
}

/// All that is open moves in one act; the sheet lists it; the leaver sees nothing afterwards, in the open tab either.
#[test]
fn everything_open_moves() {
    on_each(|town| {
        let (paired, other) = (town.child("paired"), town.child("other township"));
        town.pair_only("account-cadre", &[&paired, &other]);
        let finding = town.county.findings.first().expect("findings").1.clone();
        town.write(
            "update finding set state = 'assigned', assigned_to = 'P', due_day = '2026-12-01'
             where county = $1 and id = $2",
            &[COUNTY, &finding],
        );
        let tab = town.who("account-cadre");
        assert!(town.reads("account-cadre", &paired));

        let sheet = town.hand_over(POST, "account-cadre", Some("account-at-P")).expect("it is handed over");
        let shown = town.act(&town.leader(), {
            let sheet = sheet.clone();
            move |desk| units::sheet(desk, &sheet)
        });
        let shown = shown.expect("the sheet");
        assert_eq!(kinds(&shown), ["finding", "pairing", "pairing"]);
        assert_eq!((shown.reason.as_str(), shown.title.as_str()), ("调离", "包保干部"));
        assert!(shown.items.iter().all(|item| !item.label.is_empty()));

        assert_eq!(town.holder(POST), BTreeSet::from(["account-at-P".to_owned()]));
        assert_eq!(town.paired("account-at-P"), BTreeSet::from([paired.clone(), other]));
        assert_eq!(town.paired("account-cadre"), BTreeSet::new());
        assert!(town.reads("account-at-P", &paired));
        assert!(!town.reads("account-cadre", &paired));
        // A19: the tab that was open is signed out.
        let open = town.texts(
            "select id from session where county = $1 and id = $2 and ended_at is null",
            &tab.actor.session,
        );
        assert_eq!(open, BTreeSet::new());
        let told = town.texts(
            "select text from notification where county = $1 and account = $2 and kind = 'hand_over'",
            "account-at-P",
        );
        assert_eq!(told, BTreeSet::from(["您接手了一个岗位，有3件事没有办完".to_owned()]));
        let recorded = town.texts("select detail from audit where county = $1 and subject = $2", &sheet);
        assert_eq!(recorded, BTreeSet::from(["移交3件".to_owned()]));
    });
}

/// Changes of the roll that wait for a school stand on the sheet of whoever leaves it.
#[test]
fn moves_that_wait_stand_on_the_sheet() {
    on_each(|town| {
        let child = town.child("own");
        town.write(
            "insert into roll_move (county, id, child, kind, state, from_school, to_school, other_place, effective_day,
                                    reason, paper, asked_by, asked_at, answer)
             values ($1, 'a-move', $2, 'transfer_out', 'waiting', 'SP', 'TP', '', '2026-11-24', '', '', '', '2026-11-24', '')",
            &[COUNTY, &child],
        );
        let head = town.county.with(Role::Head).find(|one| one.role == Some((Role::Head, Standing::Leads)));
        let head = head.expect("a head").account.clone();
        let wish = HandOver {
            post: "post-registrar".to_owned(),
            from: "account-registrar".to_owned(),
            to: Some("account-at-SP".to_owned()),
            reason: "退休".to_owned(),
        };
        let sheet = town.act(&head, move |desk| {
            let id = units::hand_over(desk, &wish)?;
            units::sheet(desk, &id)
        });
        let sheet = sheet.expect("it is handed over");
        assert_eq!(kinds(&sheet), ["move"]);
        assert_eq!(sheet.items.first().map(|item| item.subject.as_str()), Some("a-move"));
    });
}

/// What is refused moves nothing: a successor whose other post excludes this one (A14), one of another township or county
/// (A04), one that is not there, oneself (A16), an empty reason; and whoever has no right to it.
#[test]
fn nothing_moves_when_refused() {
    on_each(|town| {
        town.pair_only("account-cadre", &[&town.child("paired")]);
        // Somebody of this township who already is an administrator of the system.
        town.write("update account set unit = 'P' where county = $1 and id = 'account-at-office'", &[COUNTY]);
        let leader = town.leader();
        town.who("account-cadre");
        let before = town.state();
        let to = |account: &str| town.hand_over(POST, "account-cadre", Some(account));
        assert!(matches!(to("account-at-office"), Err(Refused::Rule { .. })));
        assert!(matches!(to(&leader), Err(Refused::Rule { .. })), "one gives oneself no post");
        for account in ["account-at-Q", "account-nowhere", "account-at-SP", ""] {
            assert!(matches!(to(account), Err(Refused::Invalid(_))), "{account}");
        }
        assert!(matches!(to("account-cadre"), Err(Refused::Invalid(_))));
        let wish = |reason: &str| HandOver {
            post: POST.to_owned(),
            from: "account-cadre".to_owned(),
            to: Some("account-at-P".to_owned()),
            reason: reason.to_owned(),
        };
        let empty = wish(" ");
        let answer = town.act(&leader, move |desk| units::hand_over(desk, &empty));
        assert!(matches!(answer, Err(Refused::Invalid(_))));
        for account in ["account-cadre", "account-at-P", "account-at-Q", "account-teacher", "account-admin"] {
            let wish = wish("调离");
            let answer = town.act(account, move |desk| units::hand_over(desk, &wish));
            assert!(matches!(answer, Err(Refused::Denied { .. })), "{account}");
        }
        // The sessions of these people are new, nothing else is.
        let after = town.state();
        assert_eq!(after.get(..4), before.get(..4));
        assert!(after[4].is_superset(&before[4]), "no session was ended");
    });
}

/// H04: two hand over the same post at once to different people; exactly one of them has done it. H01: the same wish sent
/// twice is one hand-over with one sheet.
#[test]
fn two_at_once() {
    on_each(|town| {
        let paired = town.child("paired");
        town.pair_only("account-cadre", &[&paired]);
        town.write("update account set unit = 'P' where county = $1 and id = 'account-at-P1'", &[COUNTY]);
        let who = [town.who(&town.leader()), town.who("account-unit_admin")];
        let start = Arc::new(Barrier::new(2));
        let threads: Vec<_> = who
            .into_iter()
            .zip(["account-at-P", "account-at-P1"])
            .map(|(who, to)| {
                let (db, plan, now, start) =
                    (town.db.clone(), town.plan.clone(), town.now(), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    db.write(move |tx| {
                        let desk =
                            &mut Desk { tx, who: &who, now: &now, keys: &Keys::for_tests(), plan: &plan };
                        let wish = HandOver {
                            post: POST.to_owned(),
                            from: "account-cadre".to_owned(),
                            to: Some(to.to_owned()),
                            reason: "调离".to_owned(),
                        };
                        units::hand_over(desk, &wish).map(|sheet| (sheet, to))
                    })
                })
            })
            .collect();
        let answers: Vec<_> = threads.into_iter().map(|one| one.join().expect("it ends")).collect();
        let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
        let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert!(matches!((won.as_slice(), lost.as_slice()), ([_], [Refused::Changed { .. }])), "{answers:?}");
        let (sheet, to) = won[0].clone();
        assert_eq!(town.holder(POST), BTreeSet::from([to.to_owned()]));
        assert_eq!(town.paired(to), BTreeSet::from([paired]));
        let sheets = town.texts("select id from hand_over where county = $1 and post = $2", POST);
        assert_eq!(sheets, BTreeSet::from([sheet]));

        let first = town.hand_over(POST, to, Some("account-nobody")).expect("handed on");
        let again = town.hand_over(POST, to, Some("account-nobody")).expect("the same answer");
        assert_eq!(first, again);
        assert_eq!(town.texts("select id from hand_over where county = $1 and post = $2", POST).len(), 2);
    });
}

/// A hand-over is undone by one the other way: afterwards everybody has what they had, also where the successor had
/// children of their own by another post.
#[test]
fn undone_by_the_other_way() {
    on_each(|town| {
        let (one, two, own) = (town.child("paired"), town.child("shared"), town.child("own"));
        town.pair_only("account-cadre", &[&one, &two]);
        town.write(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'post-second', 'P', 'cadre', 'serves', 'staff', '包保干部', 1)",
            &[COUNTY],
        );
        let leader = town.leader();
        town.act(&leader, |desk| units::appoint(desk, "post-second", "account-at-P")).expect("appointed");
        town.write(
            "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
             select county, 'account-at-P', 'paired', id, spelling, standing, group_bits from child
             where county = $1 and id = $2",
            &[COUNTY, &own],
        );
        let both = BTreeSet::from([one, two]);
        town.hand_over(POST, "account-cadre", Some("account-at-P")).expect("handed over");
        assert_eq!(town.paired("account-at-P").len(), 3);
        town.hand_over(POST, "account-at-P", Some("account-cadre")).expect("handed back");
        assert_eq!(town.holder(POST), BTreeSet::from(["account-cadre".to_owned()]));
        assert_eq!(town.paired("account-cadre"), both);
        assert_eq!(town.paired("account-at-P"), BTreeSet::from([own]));
    });
}

/// Nobody to follow: the post is a gap, what was open waits with it, and whoever is put on it takes it up.
#[test]
fn a_vacancy_keeps_what_was_open() {
    on_each(|town| {
        let paired = town.child("paired");
        town.pair_only("account-cadre", &[&paired]);
        town.hand_over(POST, "account-cadre", None).expect("left without a successor");
        assert_eq!(town.holder(POST), BTreeSet::new());
        assert!(!town.reads("account-cadre", &paired));
        let leader = town.leader();
        town.act(&leader, |desk| units::appoint(desk, POST, "account-at-P")).expect("appointed");
        assert_eq!(town.paired("account-at-P"), BTreeSet::from([paired.clone()]));
        assert_eq!(town.paired("account-cadre"), BTreeSet::new());
        assert!(town.reads("account-at-P", &paired));
    });
}

/// A16: nobody is put on a post by themselves, nor from outside of the unit and the one above it; a post that excludes
/// one already held is refused (A14).
#[test]
fn who_can_be_appointed() {
    on_each(|town| {
        let vacant = "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'post-vacant', 'P', 'township', 'leads', 'staff', '镇长', 1)";
        town.write(vacant, &[COUNTY]);
        town.write("update account set unit = 'P' where county = $1 and id = 'account-at-office'", &[COUNTY]);
        let by_keeper = |account: &'static str| {
            town.act("account-unit_admin", move |desk| units::appoint(desk, "post-vacant", account))
        };
        assert!(matches!(by_keeper("account-unit_admin"), Err(Refused::Rule { .. })));
        assert!(matches!(by_keeper("account-at-office"), Err(Refused::Rule { .. })));
        for account in ["account-at-Q", "account-teacher", "account-nowhere"] {
            assert!(matches!(by_keeper(account), Err(Refused::Invalid(_))), "{account}");
        }
        assert_eq!(town.holder("post-vacant"), BTreeSet::new());
        by_keeper("account-at-P").expect("appointed");
        assert_eq!(town.holder("post-vacant"), BTreeSet::from(["account-at-P".to_owned()]));
    });
}
