//! 四查三比对 as a campaign, on both engines: capability 4 (nobody checks the same child twice), H03 and H04 (a step
//! that somebody has overtaken), A02 (scope; forbidden answers as not existing), 五(四), 五(八). Every name is invented.
// long because: one small county serves every case, and its lists stand beside them.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use casework::campaign::{self, Assignment, ListQuery, Stored};
use casework::compared::{self, Inputs};
use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::ledger::enter::{self, Entering, NewChild, NewHousehold};
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use casework::seed::{self, Seeding};
use jiff::civil::{Date, date};
use rules::access::{Places, Role};
use rules::decision::{Decision, Found};
use rules::standing::Standing;

use crate::county::{COUNTY, person, plan, units};

const V1: &str = "532926101001";
const V2: &str = "532926101002";
const SCHOOL: &str = "3532926001";

/// The county and its people.
struct House {
    db: Db,
    keys: Keys,
    folder: tempfile::TempDir,
    seed: Cell<u64>,
    bureau: SignedIn,
    other: SignedIn,
    village: SignedIn,
    neighbour: SignedIn,
    /// Ids of the children 段小一, 段小二….
    children: Vec<String>,
}

/// A child of the small county: name, birthday, sex, village, whether it is on the roll and there.
struct Pupil {
    name: &'static str,
    birth: &'static str,
    sex: &'static str,
    village: &'static str,
    roll: bool,
    here: bool,
}

const PUPILS: [Pupil; 4] = [
    Pupil { name: "段小一", birth: "2016-03-04", sex: "1", village: V1, roll: false, here: false },
    Pupil { name: "张艳梅", birth: "2015-05-06", sex: "2", village: V2, roll: true, here: false },
    Pupil { name: "李国栋", birth: "2014-11-21", sex: "1", village: V1, roll: true, here: true },
    Pupil { name: "杨春花", birth: "2013-07-18", sex: "2", village: V2, roll: false, here: false },
];

impl Pupil {
    /// An invented number with a true check digit (GB 11643).
    fn number(&self) -> String {
        let order = if self.sex == "1" { "011" } else { "012" };
        let seventeen = format!("539999{}{order}", self.birth.replace('-', ""));
        let digits: [u8; 17] = seventeen.as_bytes().try_into().unwrap();
        let check = rules::identity::check_digit(&digits).unwrap();
        format!("{seventeen}{}", char::from(check))
    }
}

/// What the lists of a semester say otherwise than [`PUPILS`].
#[derive(Clone, Copy, Default)]
struct Lists {
    /// 段小一 is on the roll and there.
    first_is_there: bool,
    /// 杨春花 is on the list 外出就读.
    elsewhere: bool,
}

impl House {
    fn new(db: Db) -> Self {
        let keys = Keys::for_tests();
        let with_keys = keys.clone();
        let now = Now::predictable("2026-03-10T01:00:00Z".parse().unwrap(), 1);
        let children: Result<Vec<String>, DbError> = db.write(move |tx| {
            let rows = [
                (COUNTY, "county", "government", None, None),
                ("bureau", "bureau", "education", Some(COUNTY), None),
                ("P", "township", "government", Some(COUNTY), Some("532926101")),
                ("V1", "village", "government", Some("P"), Some(V1)),
                ("V2", "village", "government", Some("P"), Some(V2)),
                ("G1", "group", "government", Some("V1"), None),
                ("G2", "group", "government", Some("V2"), None),
                ("S", "school", "education", Some("bureau"), Some(SCHOOL)),
                ("S-1", "class", "education", Some("S"), None),
            ];
            units(tx, &now, &rows)?;
            let entering = Entering { county: COUNTY, keys: &with_keys, now: &now, by: "", source: "hand" };
            PUPILS.iter().map(|pupil| child(tx, &entering, pupil)).collect()
        });
        let bureau = person(&db, "bureau-1", &[("bureau", Role::Bureau)]);
        let other = person(&db, "bureau-2", &[("bureau", Role::Bureau)]);
        let village = person(&db, "village-1", &[("V1", Role::Village)]);
        let neighbour = person(&db, "village-2", &[("V2", Role::Village)]);
        Self {
            db,
            keys,
            folder: tempfile::tempdir().unwrap(),
            seed: Cell::new(10),
            bureau,
            other,
            village,
            neighbour,
            children: children.unwrap(),
        }
    }

    fn now(&self, day: Date) -> Now {
        self.seed.set(self.seed.get() + 1);
        let at = format!("{day}T01:00:00Z").parse().unwrap();
        Now::predictable(at, self.seed.get())
    }

    /// Acts as somebody on a day.
    fn act<T: Send + 'static>(
        &self,
        who: &SignedIn,
        day: Date,
        act: impl Fn(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (who, now, keys, plan) = (who.clone(), self.now(day), self.keys.clone(), plan());
        self.db.write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan }))
    }

    fn file(&self, name: &str, lines: &[String]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, lines.join("\n")).unwrap();
        path
    }

    /// Opens the campaign of the semester.
    fn open(&self, semester: &'static str, day: Date) -> String {
        self.act(&self.bureau, day, move |desk| campaign::open(desk, "比对", semester)).unwrap()
    }

    /// Compares the lists as they are on the day.
    fn run(&self, campaign: &str, day: Date, lists: Lists) -> Stored {
        let there = |pupil: &Pupil| {
            let first = lists.first_is_there && pupil.name == PUPILS[0].name;
            (pupil.roll || first, pupil.here || first)
        };
        let mut household = vec!["姓名,公民身份号码,性别,出生日期,户号,户主姓名,村码,监护人姓名".to_owned()];
        let mut roll = vec!["学校标识码,姓名,性别,出生日期,身份证件号,年级,班级".to_owned()];
        let mut present = vec!["学校标识码,班级,姓名,身份证件号,日期,是否在校".to_owned()];
        let mut elsewhere = vec!["姓名,身份证件号,性别,出生日期,就读地,就读学校".to_owned()];
        for (book, pupil) in PUPILS.iter().enumerate() {
            let Pupil { name, birth, village, .. } = pupil;
            let (number, sex) = (pupil.number(), if pupil.sex == "1" { "男" } else { "女" });
            household.push(format!("{name},{number},{sex},{birth},{book},段某,{village},段某"));
            let (on_roll, here) = there(pupil);
            if on_roll {
                roll.push(format!("{SCHOOL},{name},{sex},{birth},{number},三年级,1班"));
                let here = if here { "是" } else { "否" };
                present.push(format!("{SCHOOL},1班,{name},{number},{day},{here}"));
            }
            if lists.elsewhere && *name == "杨春花" {
                elsewhere.push(format!("{name},{number},{sex},{birth},某市,某市某小学"));
            }
        }
        let [household, roll, present, elsewhere] =
            [("h.csv", household), ("r.csv", roll), ("p.csv", present), ("e.csv", elsewhere)]
                .map(|(name, lines)| self.file(name, &lines));
        let named = [("外出就读".to_owned(), elsewhere)];
        // An empty list is no list.
        let named = if lists.elsewhere { &named[..] } else { &[] };
        self.compare(campaign, day, [&household, &roll, &present], named)
    }

    fn compare(
        &self,
        campaign: &str,
        day: Date,
        [household, roll, present]: [&Path; 3],
        named: &[(String, PathBuf)],
    ) -> Stored {
        let (plan, keys, now) = (plan(), self.keys.clone(), self.now(day));
        let campaign = campaign.to_owned();
        let files = [household, roll, present].map(Path::to_path_buf);
        let named = named.to_vec();
        let stored: Result<Stored, DbError> = self.db.write(move |tx| {
            let [household, roll, present] = &files;
            let inputs = Inputs {
                household,
                roll,
                present: Some(present),
                poverty: None,
                named: &named,
                on: day,
                plan: &plan,
            };
            let given = compared::read(&inputs, &|_| {}).unwrap_or_else(|failure| panic!("{failure}"));
            let outcome = compared::compare(given, &|_| {});
            let run = campaign::begin(tx, COUNTY, &now, &campaign, ("", day))?;
            campaign::store(tx, (COUNTY, &keys, &now), (&campaign, &run), &outcome)
        });
        stored.unwrap()
    }

    /// The findings of a campaign: (name, kind, state, decision).
    fn findings(&self, campaign: &str) -> Vec<(String, String, String, String)> {
        let campaign = campaign.to_owned();
        let found: Result<_, DbError> = self.db.read(move |tx| {
            tx.query(
                "select name, kind, state, coalesce(decision, '') from finding
                 where county = $1 and campaign = $2 order by spelling, kind",
                &params![COUNTY, &campaign],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )
        });
        found.unwrap()
    }

    /// Id and version of the finding about somebody.
    fn finding(&self, campaign: &str, name: &'static str) -> (String, i64) {
        let campaign = campaign.to_owned();
        let found: Result<_, DbError> = self.db.read(move |tx| {
            tx.one(
                "select id, version from finding where county = $1 and campaign = $2 and name = $3",
                &params![COUNTY, &campaign, name],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        });
        found.unwrap()
    }

    fn state(&self, campaign: &str, name: &str) -> (String, String) {
        let found = self.findings(campaign).into_iter().find(|one| one.0 == name).unwrap();
        (found.2, found.3)
    }

    fn decide(
        &self,
        who: &SignedIn,
        (id, version): &(String, i64),
        day: Date,
        decision: Decision,
    ) -> Result<(), Refused> {
        let (id, version) = (id.clone(), *version);
        self.act(who, day, move |desk| campaign::decide(desk, &id, decision, "打过电话", version))
    }

    fn count(&self, sql: &'static str, value: &str) -> i64 {
        let value = value.to_owned();
        let found: Result<i64, DbError> =
            self.db.read(move |tx| tx.one(sql, &params![COUNTY, &value], |row| row.get(0)));
        found.unwrap()
    }

    fn standing(&self, child: usize) -> String {
        let child = self.children[child].clone();
        let found: Result<String, DbError> = self.db.read(move |tx| {
            tx.one(
                "select standing from child where county = $1 and id = $2",
                &params![COUNTY, &child],
                |row| row.get(0),
            )
        });
        found.unwrap()
    }

    /// Acts on the record about a subject: the action's codes.
    fn record(&self, subject: &str) -> Vec<String> {
        let subject = subject.to_owned();
        let found: Result<Vec<String>, DbError> = self.db.read(move |tx| {
            tx.query(
                "select action from audit where county = $1 and subject = $2 and outcome = 'done' order by at, id",
                &params![COUNTY, &subject],
                |row| row.get(0),
            )
        });
        found.unwrap()
    }
}

fn child(tx: &mut casework::db::Tx<'_>, entering: &Entering<'_>, pupil: &Pupil) -> Result<String, DbError> {
    let (village, group) = if pupil.village == V1 { ("V1", "G1") } else { ("V2", "G2") };
    let household = NewHousehold {
        book: None,
        head: "段某".to_owned(),
        township: Some("P".to_owned()),
        village: Some(village.to_owned()),
        group: Some(group.to_owned()),
        address: String::new(),
    };
    let household = enter::household(tx, entering, &household)?;
    let class = pupil.roll.then(|| "S-1".to_owned());
    let new = NewChild {
        name: pupil.name.to_owned(),
        sex: pupil.sex.to_owned(),
        birth: pupil.birth.parse().unwrap(),
        ethnicity: String::new(),
        id_kind: "1".to_owned(),
        id_number: Some(pupil.number()),
        student_number: None,
        registration: "local".to_owned(),
        household: Some(household),
        address: String::new(),
        places: Places {
            county: COUNTY.to_owned(),
            township: Some("P".to_owned()),
            village: Some(village.to_owned()),
            group: Some(group.to_owned()),
            school: class.as_ref().map(|_| "S".to_owned()),
            school_township: class.as_ref().map(|_| "P".to_owned()),
            class,
        },
        grade: pupil.roll.then_some(3),
        boarding: String::new(),
        standing: if pupil.roll { Standing::Enrolled } else { Standing::Unknown },
        in_class_since: pupil.roll.then_some(date(2025, 9, 1)),
        groups: Vec::new(),
        guardians: Vec::new(),
    };
    enter::child(tx, entering, &new)
}

const SPRING: Date = date(2026, 3, 10);
const AUTUMN: Date = date(2026, 9, 10);

fn three(house: &House) -> String {
    let campaign = house.open("2026-spring", SPRING);
    house.run(&campaign, SPRING, Lists::default());
    campaign
}

fn row(name: &str, kind: &str, state: &str) -> (String, String, String, String) {
    (name.to_owned(), kind.to_owned(), state.to_owned(), String::new())
}

/// 五(四), capability 4: the same lists once more find the same children, and none of them twice.
#[test]
fn the_same_lists_twice_find_everybody_once() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = house.open("2026-spring", SPRING);
        let first = house.run(&campaign, SPRING, Lists::default());
        let expected = vec![
            row("段小一", "not_on_roll", "open"),
            row("杨春花", "not_on_roll", "open"),
            row("张艳梅", "not_in_school", "open"),
        ];
        assert_eq!(house.findings(&campaign), expected);
        assert_eq!(first, Stored { found: 3, remembered: 0, cleared: 0 });
        assert_eq!(house.run(&campaign, SPRING, Lists::default()), first);
        assert_eq!(house.findings(&campaign), expected);
        let again = house.act(&house.bureau, SPRING, |desk| campaign::open(desk, "又一次", "2026-spring"));
        assert!(matches!(again, Err(Refused::Rule { .. })), "one campaign a semester");
    });
}

/// 五(四): what a later run no longer finds is settled by itself, and open again when it is found again; what somebody
/// is checking stays theirs.
#[test]
fn what_is_no_longer_found_is_gone() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = three(&house);
        let there = Lists { first_is_there: true, ..Lists::default() };
        assert_eq!(house.run(&campaign, SPRING, there).cleared, 1);
        assert_eq!(house.state(&campaign, "段小一").0, "gone");
        let finding = house.finding(&campaign, "段小一");
        let late = house.decide(&house.bureau, &finding, SPRING, Decision::Suspected);
        assert!(matches!(late, Err(Refused::Rule { .. })), "nothing is decided about who is found at school");
        house.run(&campaign, SPRING, Lists::default());
        assert_eq!(house.state(&campaign, "段小一").0, "open");
        let (id, version) = house.finding(&campaign, "段小一");
        house
            .act(&house.bureau, SPRING, move |desk| {
                let to = Assignment { unit: "V1".to_owned(), due: date(2026, 3, 15) };
                campaign::assign(desk, &id, &to, "", version)
            })
            .unwrap();
        assert_eq!(house.run(&campaign, SPRING, there).cleared, 0);
        assert_eq!(house.state(&campaign, "段小一").0, "assigned");
    });
}

/// Capability 4 and lesson 3: what was decided holds next semester exactly where it still can.
#[test]
fn a_decision_is_remembered_while_it_can_hold() {
    on_each_engine(|db| {
        let house = House::new(db);
        let spring = three(&house);
        for (name, decision) in
            [("段小一", Decision::Finished), ("张艳梅", Decision::InSchool), ("杨春花", Decision::Elsewhere)]
        {
            house.decide(&house.bureau, &house.finding(&spring, name), SPRING, decision).unwrap();
        }
        let elsewhere = house.children[3].clone();
        let now = house.now(SPRING);
        let written: Result<(), DbError> = house.db.write(move |tx| {
            let with = Seeding { county: COUNTY, now: &now };
            let proof = seed::SeedElsewhere {
                child: &elsewhere,
                school: "某市某小学",
                place: "某市",
                proof: "学籍证明",
                from: SPRING,
                expires: Some(date(2026, 10, 1)),
                by: "",
            };
            seed::elsewhere(tx, &with, &proof)
        });
        written.unwrap();
        let autumn = house.open("2026-autumn", AUTUMN);
        assert_eq!(house.run(&autumn, AUTUMN, Lists::default()).remembered, 2);
        let taken = |state: &str, decision: &str| (state.to_owned(), decision.to_owned());
        assert_eq!(house.state(&autumn, "段小一"), taken("decided", "finished"));
        // Was in school then, is absent now: asked again.
        assert_eq!(house.state(&autumn, "张艳梅"), taken("open", ""));
        assert_eq!(house.state(&autumn, "杨春花"), taken("decided", "elsewhere"));
        // The proof has run out before the next campaign.
        let winter = date(2027, 3, 10);
        let next = house.open("2027-spring", winter);
        assert_eq!(house.run(&next, winter, Lists::default()).remembered, 1);
        assert_eq!(house.state(&next, "杨春花"), taken("open", ""));
        assert_eq!(house.state(&next, "段小一"), taken("decided", "finished"));
    });
}

/// 五(四): a child on the list 外出就读 is asked for its proof, not for where it is.
#[test]
fn who_is_on_the_list_of_those_elsewhere_is_found_as_such() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = house.open("2026-spring", SPRING);
        house.run(&campaign, SPRING, Lists { elsewhere: true, ..Lists::default() });
        assert!(house.findings(&campaign).contains(&row("杨春花", "studying_elsewhere", "open")));
    });
}

/// 五(四)(九): a decision makes the ledger follow in the same act, once, with its history and its row on the record.
#[test]
fn the_ledger_follows_a_decision() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = three(&house);
        let suspected = "select cast(count(*) as bigint) from suspected
                         where county = $1 and child = $2 and cleared_at is null";
        let history = "select cast(count(*) as bigint) from child_change where county = $1 and child = $2";
        for (name, child, standing) in [("段小一", 0, "never"), ("张艳梅", 1, "absent")] {
            let (finding, id) = (house.finding(&campaign, name), house.children[child].clone());
            house.decide(&house.bureau, &finding, SPRING, Decision::Suspected).unwrap();
            assert_eq!(house.standing(child), standing, "{name}");
            assert_eq!(house.count(suspected, &id), 1, "{name}");
            assert_eq!(house.count(history, &id), 1, "{name}");
            assert_eq!(house.record(&finding.0), ["decide_finding"], "{name}");
        }
        // Opened again and decided otherwise: no longer suspected, and never twice.
        let finding = house.finding(&campaign, "张艳梅");
        let (id, version) = finding;
        house
            .act(&house.bureau, SPRING, move |desk| campaign::reopen(desk, &id, "弄错了人", version))
            .unwrap();
        let finding = house.finding(&campaign, "张艳梅");
        house.decide(&house.bureau, &finding, SPRING, Decision::InSchool).unwrap();
        assert_eq!(house.standing(1), "enrolled");
        assert_eq!(house.count(suspected, &house.children[1].clone()), 0);
        assert_eq!(house.record(&finding.0), ["decide_finding"; 3]);
    });
}

/// H03: who has not seen the newest step is told so and changes nothing. H04: of two who decide at once one wins.
#[test]
fn a_step_that_was_overtaken_is_refused() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = three(&house);
        let seen = house.finding(&campaign, "段小一");
        house.decide(&house.bureau, &seen, SPRING, Decision::Suspected).unwrap();
        let second = house.decide(&house.other, &seen, SPRING, Decision::Finished);
        assert!(matches!(second, Err(Refused::Changed { .. })), "{second:?}");
        assert_eq!(house.state(&campaign, "段小一").1, "suspected");

        let (id, version) = house.finding(&campaign, "张艳梅");
        let outcomes: Vec<Result<(), Refused>> = std::thread::scope(|scope| {
            let both = [(&house.bureau, Decision::Suspected, 901), (&house.other, Decision::Elsewhere, 902)];
            let threads: Vec<_> = both
                .into_iter()
                .map(|(who, decision, seed)| {
                    let now = Now::predictable("2026-03-10T02:00:00Z".parse().unwrap(), seed);
                    let (who, keys, id, db) = (who.clone(), house.keys.clone(), id.clone(), &house.db);
                    scope.spawn(move || {
                        let plan = plan();
                        db.write(move |tx| {
                            let mut desk = Desk { tx, who: &who, now: &now, keys: &keys, plan: &plan };
                            campaign::decide(&mut desk, &id, decision, "", version)
                        })
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert!(
            outcomes.iter().any(|outcome| matches!(outcome, Err(Refused::Changed { .. }))),
            "{outcomes:?}"
        );
        assert_eq!(house.record(&id), ["decide_finding"]);
        assert_eq!(house.finding(&campaign, "张艳梅").1, version + 1);
    });
}

/// 五(四)(八): handed over, looked at, reported, decided: each step only where it is due, each on the record.
#[test]
fn steps_come_in_their_order() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = three(&house);
        let name = "段小一";
        let report = |found: Found, note: &'static str| {
            let (id, version) = house.finding(&campaign, name);
            house.act(&house.village, SPRING, move |desk| campaign::report(desk, &id, found, note, version))
        };
        let assign = |unit: &'static str, due: Date| {
            let (id, version) = house.finding(&campaign, name);
            house.act(&house.bureau, SPRING, move |desk| {
                campaign::assign(desk, &id, &Assignment { unit: unit.to_owned(), due }, "", version)
            })
        };
        let reopen = |reason: &'static str| {
            let (id, version) = house.finding(&campaign, name);
            house.act(&house.bureau, SPRING, move |desk| campaign::reopen(desk, &id, reason, version))
        };
        let due = date(2026, 3, 15);
        assert!(matches!(report(Found::NotInSchool, ""), Err(Refused::Rule { .. })), "not handed over yet");
        assert!(matches!(reopen("看错"), Err(Refused::Rule { .. })), "not decided yet");
        for (unit, due, field) in
            [("V1", date(2026, 3, 9), "due"), ("V1", date(2026, 7, 1), "due"), ("V2", due, "unit")]
        {
            let refused = assign(unit, due).unwrap_err();
            assert!(
                matches!(&refused, Refused::Invalid(problems) if problems[0].field == field),
                "{refused:?}"
            );
        }
        assign("V1", due).unwrap();
        assert!(matches!(report(Found::Unknown, " "), Err(Refused::Invalid(_))), "who was asked?");
        report(Found::NobodyHome, "").unwrap();
        assert_eq!(house.state(&campaign, name).0, "assigned", "nobody home is not an answer");
        report(Found::NotInSchool, "在家放羊").unwrap();
        assert_eq!(house.state(&campaign, name).0, "reported");
        assert!(matches!(report(Found::InSchool, ""), Err(Refused::Rule { .. })), "reported already");
        let finding = house.finding(&campaign, name);
        let wrong = house.decide(&house.bureau, &finding, SPRING, Decision::NotSame);
        assert!(matches!(wrong, Err(Refused::Rule { .. })), "there are not two of them");
        house.decide(&house.bureau, &finding, SPRING, Decision::Suspected).unwrap();
        assert!(matches!(assign("V1", due), Err(Refused::Rule { .. })), "decided already");
        assert!(matches!(reopen("  "), Err(Refused::Invalid(_))), "why?");
        reopen("家长说转走了").unwrap();
        assert_eq!(house.state(&campaign, name), ("open".to_owned(), String::new()));
        let mut recorded = house.record(&finding.0);
        // The clock stands still, so the record has no order of its own here; the steps above have theirs.
        recorded.sort_unstable();
        assert_eq!(
            recorded,
            ["assign_finding", "decide_finding", "decide_finding", "report_finding", "report_finding"]
        );
        let id = finding.0;
        let page = house.act(&house.bureau, SPRING, move |desk| campaign::read(desk, &id)).unwrap();
        let mut notes: Vec<&str> = page.events.iter().map(|event| event.note.as_str()).collect();
        notes.retain(|note| !note.is_empty());
        notes.sort_unstable();
        let mut said = ["在家放羊", "打过电话", "家长说转走了"];
        said.sort_unstable();
        assert_eq!(notes, said, "what was said is opened from its seal");
    });
}

/// A02: a village works on its own; what is another's answers as what is not there.
#[test]
fn a_village_sees_its_own_findings() {
    on_each_engine(|db| {
        let house = House::new(db);
        let campaign = three(&house);
        let names = |who: &SignedIn| {
            let listed = house.act(who, SPRING, |desk| campaign::list(desk, &ListQuery::default())).unwrap();
            listed.rows.into_iter().map(|row| row.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&house.bureau), ["段小一", "杨春花", "张艳梅"]);
        assert_eq!(names(&house.village), ["段小一"]);
        assert_eq!(names(&house.neighbour), ["杨春花", "张艳梅"]);
        let (id, version) = house.finding(&campaign, "段小一");
        let read = |who: &SignedIn, id: &str| {
            let id = id.to_owned();
            house.act(who, SPRING, move |desk| campaign::read(desk, &id).map(drop))
        };
        read(&house.village, &id).unwrap();
        assert_eq!(house.record(&id), ["read_findings"], "looking is on the record");
        let (foreign, missing) =
            (read(&house.neighbour, &id).unwrap_err(), read(&house.neighbour, "no-such").unwrap_err());
        assert!(matches!(foreign, Refused::Denied { .. }), "{foreign:?}");
        assert_eq!(foreign.to_string(), missing.to_string());
        assert!(matches!(missing, Refused::Denied { .. }), "{missing:?}");
        for who in [&house.village, &house.neighbour] {
            let decided = house.decide(who, &(id.clone(), version), SPRING, Decision::Suspected);
            assert!(matches!(decided, Err(Refused::Denied { .. })), "only the bureau decides");
        }
        assert_eq!(house.state(&campaign, "段小一").0, "open");
        let board = |who: &SignedIn| {
            let campaign = campaign.clone();
            let board = house.act(who, SPRING, move |desk| campaign::board(desk, &campaign)).unwrap();
            board.kinds.iter().map(|kind| (kind.code.clone(), kind.all, kind.open)).collect::<Vec<_>>()
        };
        let kind = |code: &str, all| (code.to_owned(), all, all);
        assert_eq!(board(&house.village), [kind("not_on_roll", 1)]);
        assert_eq!(board(&house.bureau), [kind("not_on_roll", 2), kind("not_in_school", 1)]);
    });
}

/// 五(八), 不漏户、不漏人: the sheet has every household of the group; the last visit counts.
#[test]
fn the_door_sheet_has_every_household() {
    on_each_engine(|db| {
        let house = House::new(db);
        three(&house);
        let sheet = |who: &SignedIn, group: &'static str| {
            house.act(who, SPRING, move |desk| campaign::door_sheet(desk, group))
        };
        let own = sheet(&house.village, "G1").unwrap();
        let mut names: Vec<&str> =
            own.houses.iter().flat_map(|one| &one.children).map(|child| child.name.as_str()).collect();
        names.sort_unstable();
        let mut both = ["段小一", "李国栋"];
        both.sort_unstable();
        assert_eq!(names, both);
        assert!(matches!(sheet(&house.neighbour, "G1"), Err(Refused::Denied { .. })));
        assert!(matches!(sheet(&house.neighbour, "no-such"), Err(Refused::Denied { .. })));
        let first = own.houses[0].id.clone();
        let check = |who: &SignedIn, day: Date, result: &'static str| {
            let first = first.clone();
            house.act(who, day, move |desk| campaign::check_door(desk, &first, result))
        };
        assert!(matches!(check(&house.neighbour, SPRING, "found"), Err(Refused::Denied { .. })));
        assert!(matches!(check(&house.village, SPRING, "lunch"), Err(Refused::Invalid(_))));
        check(&house.village, SPRING, "nobody_home").unwrap();
        assert_eq!(check(&house.village, date(2026, 3, 11), "found").unwrap(), "G1");
        let after = sheet(&house.village, "G1").unwrap();
        assert_eq!(after.houses[0].visited, "见到了，情况属实", "not the visit before");
        let level = |who: &SignedIn, under: &'static str| {
            house.act(who, SPRING, move |desk| campaign::groups(desk, under)).map(|level| {
                let rows =
                    level.rows.into_iter().map(|one| (one.id, one.is_group, one.households, one.visited));
                rows.collect::<Vec<_>>()
            })
        };
        let line = |id: &str, is_group, households, visited| (id.to_owned(), is_group, households, visited);
        assert_eq!(level(&house.village, "").unwrap(), [line("G1", true, 2, 1)]);
        assert_eq!(level(&house.village, "V1").unwrap(), [line("G1", true, 2, 1)]);
        for under in ["V2", "no-such", "G1"] {
            let refused = level(&house.village, under);
            assert!(matches!(refused, Err(Refused::Denied { .. })), "{under}: {refused:?}");
        }
        assert_eq!(house.record(&first), ["print_door_sheet"; 2]);
    });
}

/// 四(八): five expired proofs are five tasks by name, six are one line that opens their list; another village has neither.
#[test]
fn many_expired_proofs_are_one_line() {
    on_each_engine(|db| {
        let house = House::new(db);
        let expire = |village: &'static str, from: i8, many: i8| {
            let (keys, now) = (house.keys.clone(), house.now(SPRING));
            let done: Result<(), DbError> = house.db.write(move |tx| {
                let entering = Entering { county: COUNTY, keys: &keys, now: &now, by: "", source: "hand" };
                for day in from..from + many {
                    let birth = format!("2016-06-{day:02}").leak();
                    let pupil =
                        Pupil { name: "段小七", birth, sex: "1", village, roll: false, here: false };
                    let id = child(tx, &entering, &pupil)?;
                    let proof = seed::SeedElsewhere {
                        child: &id,
                        school: "某市某小学",
                        place: "某市",
                        proof: "学籍证明",
                        from: date(2025, 9, 1),
                        expires: Some(date(2026, 2, day)),
                        by: "",
                    };
                    seed::elsewhere(tx, &Seeding { county: COUNTY, now: &now }, &proof)?;
                }
                Ok(())
            });
            done.unwrap();
        };
        let tasks = |who: &SignedIn| {
            let today = house.act(who, SPRING, casework::today::today).unwrap();
            let proofs = today.tasks.into_iter().filter(|task| task.act.contains("就读证明"));
            proofs.map(|task| (task.title, task.href)).collect::<Vec<_>>()
        };
        let listed = |who: &SignedIn| {
            let page = house.act(who, SPRING, |desk| casework::today::expired_proofs(desk, None)).unwrap();
            page.0.into_iter().map(|one| one.expired).collect::<Vec<_>>()
        };
        expire(V1, 1, 5);
        assert_eq!(tasks(&house.bureau).len(), 5);
        assert!(tasks(&house.bureau).iter().all(|(_, href)| href.starts_with("/children/")));
        expire(V2, 6, 1);
        let line = [("6个孩子的就读证明已过期".to_owned(), "/proofs".to_owned())];
        assert_eq!(tasks(&house.bureau), line);
        let days: Vec<String> = (1..=6).map(|day| format!("2026-02-{day:02}")).collect();
        assert_eq!(listed(&house.bureau), days);
        assert_eq!(tasks(&house.village).len(), 5);
        assert_eq!(listed(&house.neighbour), ["2026-02-06"]);
    });
}
