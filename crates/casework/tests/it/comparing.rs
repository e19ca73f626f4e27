//! The comparison from the lists to the findings, on both engines: choosing (E09: a wrong list in a slot), one run for one
//! question (E12, H01, H04), in the requester's name (A20, A24), killed at every step (I03, J08), cancelled, gone and found
//! again, acts on all that a filter finds (capability 53). Every name is invented.
// long because: one small county serves every case, and its lists stand beside them.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use casework::audit::Vault;
use casework::campaign::{self, Asked, ListQuery, RunState, Source, To};
use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::files;
use casework::jobs::{Means, Registry, Runner};
use casework::keys::Keys;
use casework::ledger::enter::{self, Entering, NewChild, NewGuardian, NewHousehold};
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use jiff::civil::{Date, date};
use rules::access::{Places, Role};
use rules::decision::Decision;
use rules::plan::{FindingKind, Plan};
use rules::standing::Standing;

use crate::county::{COUNTY, person, units};
use crate::imports::id;
use crate::jobs::{Machine, act};

const TODAY: Date = date(2026, 11, 24);
const V1: &str = "532926101001";
const SCHOOL: &str = "3532926001";
const HOUSEHOLD: &str = "姓名,公民身份号码,性别,出生日期,户号,户主姓名,与户主关系,村码,监护人姓名";
const ROLL: &str = "学校标识码,姓名,性别,出生日期,身份证件号,学籍号,年级,班级,入学年月,就读方式";
const PRESENT: &str = "学校标识码,班级,姓名,身份证件号,日期,是否在校";

struct Scene {
    machine: Arc<Machine>,
    bureau: SignedIn,
    village: SignedIn,
}

fn scene(db: Db) -> Scene {
    let machine = Machine::new(db);
    let now = machine.now();
    let done: Result<(), DbError> = machine.db.write(move |tx| {
        let rows = [
            (COUNTY, "county", "government", None, None),
            ("bureau", "bureau", "education", Some(COUNTY), None),
            ("P", "township", "government", Some(COUNTY), Some("532926101")),
            ("V1", "village", "government", Some("P"), Some(V1)),
            ("S", "school", "education", Some("bureau"), Some(SCHOOL)),
        ];
        units(tx, &now, &rows)
    });
    done.unwrap();
    let bureau = person(&machine.db, "bureau-1", &[("bureau", Role::Bureau)]);
    let village = person(&machine.db, "village-1", &[("V1", Role::Village)]);
    Scene { machine, bureau, village }
}

/// Child number `n`: name, number, sex, birthday.
fn child(n: u32) -> (String, String, &'static str, String) {
    let (day, place) = (n % 28 + 1, (n / 28) * 2 + 1);
    let birth = format!("201601{day:02}");
    let names = ["段", "张", "李", "杨", "罗", "茶"];
    let name = format!("{}小{}", names[n as usize % 6], char::from_u32(0x4E00 + n * 7).unwrap());
    (name, id(&birth, place), "男", format!("2016-01-{day:02}"))
}

fn household(children: std::ops::Range<u32>) -> String {
    let row = |n| {
        let (name, number, sex, birth) = child(n);
        format!("{name},{number},{sex},{birth},{n},段某{n},长子,{V1},段某{n}")
    };
    format!("{HOUSEHOLD}\n{}\n", children.map(row).collect::<Vec<_>>().join("\n"))
}

fn roll(children: std::ops::Range<u32>) -> String {
    let row = |n| {
        let (name, number, sex, birth) = child(n);
        format!("{SCHOOL},{name},{sex},{birth},{number},G{number},四年级,1班,202209,走读")
    };
    format!("{ROLL}\n{}\n", children.map(row).collect::<Vec<_>>().join("\n"))
}

fn present(children: std::ops::Range<u32>, here: &str) -> String {
    let row = |n| {
        let (name, number, _, _) = child(n);
        format!("{SCHOOL},1班,{name},{number},2026-11-23,{here}")
    };
    format!("{PRESENT}\n{}\n", children.map(row).collect::<Vec<_>>().join("\n"))
}

fn problem(refused: &Refused) -> String {
    assert!(!matches!(refused, Refused::Storage(_) | Refused::Fault(_)), "{refused:?}");
    refused.to_string()
}

impl Scene {
    fn open(&self) -> String {
        act(&self.machine, &self.bureau, |desk| campaign::open(desk, "2026年秋季学期", "2026-2")).unwrap()
    }

    fn bring(&self, who: &SignedIn, campaign: &str, slot: &str, text: &str) -> Result<String, Refused> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名单.csv");
        std::fs::write(&path, text).unwrap();
        let looked = campaign::look(self.machine.as_ref(), &path, "../名单.csv", slot)?;
        let stored = files::store(self.machine.as_ref(), &path, "../名单.csv")?;
        let (campaign, source) = (campaign.to_owned(), Source::Upload(stored, TODAY));
        act(&self.machine, who, move |desk| campaign::choose(desk, &campaign, &looked, &source))
    }

    /// Lays the lists of so many children into their slots, of whom the first stand on the roll and are there.
    fn lists(&self, campaign: &str, all: u32, on_roll: u32) {
        self.bring(&self.bureau, campaign, "household", &household(0..all)).unwrap();
        self.bring(&self.bureau, campaign, "roll", &roll(0..on_roll)).unwrap();
        self.bring(&self.bureau, campaign, "present", &present(0..on_roll, "是")).unwrap();
    }

    fn ask(&self, campaign: &str) -> Result<Asked, Refused> {
        let campaign = campaign.to_owned();
        act(&self.machine, &self.bureau, move |desk| campaign::ask(desk, &campaign, TODAY))
    }

    fn work(&self) -> usize {
        Runner::new(self.machine.clone(), campaign::register(Registry::default())).unwrap().run_due()
    }

    fn compare(&self, campaign: &str) -> String {
        self.machine.later(60);
        let asked = self.ask(campaign).unwrap();
        assert!(!asked.already);
        self.work();
        asked.run
    }

    fn page(&self, run: &str) -> campaign::RunPage {
        let run = run.to_owned();
        act(&self.machine, &self.bureau, move |desk| campaign::run(desk, &run)).unwrap()
    }

    /// found, fresh, remembered, back, gone of a kind.
    fn count(&self, run: &str, kind: FindingKind) -> [i64; 5] {
        let page = self.page(run);
        assert_eq!(page.run.state, RunState::Done, "{:?}", page.run);
        let one = page.counts.into_iter().find(|one| one.kind == kind).unwrap();
        [one.found, one.fresh, one.remembered, one.back, one.gone]
    }

    fn listed(&self, who: &SignedIn, query: &ListQuery) -> Vec<campaign::FindingRow> {
        let query = query.clone();
        act(&self.machine, who, move |desk| campaign::list(desk, &query)).unwrap().rows
    }

    fn number(&self, sql: &str) -> i64 {
        let read: Result<i64, DbError> =
            self.machine.db.read(|tx| tx.one(sql, &params![COUNTY], |row| row.get(0)));
        read.unwrap()
    }

    /// What a run left beside the campaign: staged rows and notes.
    fn staged(&self) -> i64 {
        self.number("select cast(count(*) as bigint) from finding where county = $1 and state = 'staged'")
            + self.number("select cast(count(*) as bigint) from comparison_seen where county = $1")
    }

    /// Everything that people see of the findings, in one order.
    fn seen(&self, campaign: &str) -> Vec<String> {
        let campaign = campaign.to_owned();
        let read: Result<Vec<String>, DbError> = self.machine.db.read(move |tx| {
            tx.query(
                "select finding.name || '|' || kind || '|' || state || '|' || reason || '|'
                        || cast((select count(*) from finding_tie tie where tie.county = finding.county
                                  and tie.finding = finding.id) as text) || '|'
                        || cast((select count(*) from finding_side side where side.county = finding.county
                                  and side.finding = finding.id) as text) || '|'
                        || cast((select count(*) from finding_event event where event.county = finding.county
                                  and event.finding = finding.id) as text)
                 from finding where county = $1 and campaign = $2 order by finding.same_as",
                &params![COUNTY, &campaign],
                |row| row.get(0),
            )
        });
        read.unwrap()
    }
}

/// 五(四): lists are chosen, what can be compared is said before, the run finds, the next one says what changed.
#[test]
fn from_the_lists_to_what_changed() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        let prepared = |campaign: &str| {
            let campaign = campaign.to_owned();
            act(&scene.machine, &scene.bureau, move |desk| campaign::prepare(desk, &campaign)).unwrap()
        };
        assert_eq!(prepared(&campaign).stops, ["还没有选户籍名单", "还没有选学籍名单"]);
        assert!(problem(&scene.ask(&campaign).unwrap_err()).contains("还没有选户籍名单"));
        scene.lists(&campaign, 6, 4);
        let before = prepared(&campaign);
        assert!(before.stops.is_empty());
        let cannot: Vec<FindingKind> =
            before.possible.iter().filter(|one| !one.why_not.is_empty()).map(|one| one.kind).collect();
        assert_eq!(cannot, [FindingKind::PovertyDropout, FindingKind::StudyingElsewhere]);
        let line = before.slots[0].list.clone().unwrap();
        assert_eq!((line.title.as_str(), line.rows, line.flawed, line.days_old), ("名单.csv", 6, 0, 0));

        let first = scene.compare(&campaign);
        assert_eq!(scene.count(&first, FindingKind::NotOnRoll), [2, 2, 0, 0, 0]);
        let page = scene.page(&first);
        let names: Vec<&str> = page.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["findings.csv", "findings.xlsx", "links.csv", "summary.json"]);
        assert_eq!(page.lists.len(), 3);
        assert_eq!(scene.staged(), 0);

        // One more on the roll, one fewer in class; then the roll as it was.
        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..5)).unwrap();
        scene.bring(&scene.bureau, &campaign, "present", &present(1..5, "是")).unwrap();
        let second = scene.compare(&campaign);
        assert_eq!(scene.count(&second, FindingKind::NotOnRoll), [1, 0, 0, 0, 1]);
        assert_eq!(scene.count(&second, FindingKind::NotInSchool), [1, 1, 0, 0, 0]);
        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..4)).unwrap();
        let third = scene.compare(&campaign);
        assert_eq!(scene.count(&third, FindingKind::NotOnRoll), [2, 0, 0, 1, 0]);
        let back = ListQuery { run: third.clone(), change: "back".to_owned(), ..ListQuery::default() };
        let rows = scene.listed(&scene.bureau, &back);
        assert_eq!(rows.len(), 1, "a number opens the names behind it");
        let finding = rows[0].id.clone();
        let read = act(&scene.machine, &scene.bureau, move |desk| campaign::read(desk, &finding)).unwrap();
        let said: Vec<&str> = read.events.iter().rev().map(|event| event.what.as_str()).collect();
        assert_eq!(said, ["比对发现", "再次比对，不再出现", "再次比对，又出现了"]);
        assert_eq!(scene.page(&third).counts[0].before, Some(1));

        // Without a 在校 list nobody can say that the child is back in class: the finding stays open.
        act(&scene.machine, &scene.bureau, {
            let campaign = campaign.clone();
            move |desk| campaign::drop_list(desk, &campaign, "present")
        })
        .unwrap();
        let fourth = scene.compare(&campaign);
        assert_eq!(scene.count(&fourth, FindingKind::NotInSchool), [0, 0, 0, 0, 0]);
        let open = ListQuery { kind: "not_in_school".to_owned(), ..ListQuery::default() };
        assert_eq!(scene.listed(&scene.bureau, &open).len(), 1);
    });
}

/// E12, H01: the same lists for the same day are one run, asked one after the other or at once; other lists have to wait.
#[test]
fn one_question_is_one_run() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 6, 4);
        let both: Vec<Result<Asked, Refused>> = std::thread::scope(|scope| {
            let ask = || scene.ask(&campaign);
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let runs: Vec<Asked> = both.into_iter().filter_map(Result::ok).collect();
        assert_eq!(runs.iter().filter(|asked| !asked.already).count(), 1);
        assert!(runs.iter().all(|asked| asked.run == runs[0].run));
        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..5)).unwrap();
        assert!(problem(&scene.ask(&campaign).unwrap_err()).contains("另一次比对正在进行"));
        scene.work();
        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..4)).unwrap();
        scene.machine.later(60);
        assert!(scene.ask(&campaign).unwrap().already, "it is done, and would say the same");
        assert_eq!(scene.number("select cast(count(*) as bigint) from comparison where county = $1"), 1);
        // The same file once more is no new choice.
        let lists = "select cast(count(*) as bigint) from campaign_list where county = $1";
        let before = scene.number(lists);
        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..4)).unwrap();
        assert_eq!(scene.number(lists), before);
    });
}

/// E09, E04: a wrong list in a slot is refused with what it is; an empty one too; one without a sound row lies there with
/// its rows to correct and stops the run.
#[test]
fn what_is_no_list_is_not_compared() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        let bring = |slot: &str, text: &str| scene.bring(&scene.bureau, &campaign, slot, text);
        let wrong = problem(&bring("household", &roll(0..3)).unwrap_err());
        assert!(
            wrong.contains("像是学籍名单，不是户籍名单") && wrong.contains("请放到“学籍”一栏"),
            "{wrong}"
        );
        assert!(!wrong.contains(".."), "{wrong}");
        let wrong = problem(&bring("roll", &household(0..3)).unwrap_err());
        assert!(wrong.contains("像是户籍名单"), "{wrong}");
        problem(&bring("household", &format!("{HOUSEHOLD}\n")).unwrap_err());
        problem(&bring("household", "甲,乙\n1,2\n").unwrap_err());
        problem(&bring("household", "").unwrap_err());
        problem(&bring("", &household(0..3)).unwrap_err());
        assert_eq!(scene.number("select cast(count(*) as bigint) from campaign_list where county = $1"), 0);

        bring("roll", &roll(0..3)).unwrap();
        let spoiled = format!("{HOUSEHOLD}\n,4.53E+17,男,2016-01-01,1,段某,长子,{V1},段某\n");
        let list = bring("户籍", &spoiled).unwrap();
        let own = campaign.clone();
        let prepared = act(&scene.machine, &scene.bureau, move |desk| campaign::prepare(desk, &own)).unwrap();
        assert!(prepared.stops[0].contains("每一行都要改正"), "{:?}", prepared.stops);
        assert!(matches!(scene.ask(&campaign), Err(Refused::Rule { .. })));
        let own = campaign.clone();
        let file = act(&scene.machine, &scene.bureau, move |desk| campaign::errors_file(desk, &own, &list));
        let mut out = tempfile::tempfile().unwrap();
        files::open_into(scene.machine.as_ref(), &file.unwrap(), &mut out).unwrap();
        assert!(out.metadata().unwrap().len() > 1000, "a workbook");
    });
}

/// A02, A20, A24: only 教体局 chooses, runs and sees a run; a job goes as far as its requester may when it runs.
#[test]
fn in_the_requesters_name() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 6, 4);
        let refused = scene.bring(&scene.village, &campaign, "household", &household(0..2));
        assert!(matches!(refused, Err(Refused::Denied { .. })), "{refused:?}");
        let own = campaign.clone();
        let asked = act(&scene.machine, &scene.village, move |desk| campaign::ask(desk, &own, TODAY));
        assert!(matches!(asked, Err(Refused::Denied { .. })), "{asked:?}");
        let run = scene.ask(&campaign).unwrap().run;
        for id in [run, "no-such".to_owned()] {
            let read = act(&scene.machine, &scene.village, move |desk| campaign::run(desk, &id).map(drop));
            assert!(matches!(read, Err(Refused::Denied { .. })), "{read:?}");
        }
        let ended: Result<u64, DbError> = scene.machine.db.write(|tx| {
            tx.execute(
                "update tenure set until_day = '2026-11-01' where county = $1 and account = 'bureau-1'",
                &params![COUNTY],
            )
        });
        assert_eq!(ended.unwrap(), 1);
        scene.work();
        let failed = scene.number(
            "select cast(count(*) as bigint) from comparison where county = $1 and state = 'failed' and problem <> ''",
        );
        assert_eq!((failed, scene.seen(&campaign).len(), scene.staged()), (1, 0, 0));
    });
}

/// H04: a run that is cancelled before or while it works leaves the campaign as it was; one that is done is done.
#[test]
fn a_cancelled_run_leaves_nothing() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 260, 4);
        let cancel = |run: &str| {
            let run = run.to_owned();
            act(&scene.machine, &scene.bureau, move |desk| campaign::cancel(desk, &run))
        };
        let waiting = scene.ask(&campaign).unwrap().run;
        cancel(&waiting).unwrap();
        cancel(&waiting).unwrap();
        scene.work();
        assert_eq!(scene.page(&waiting).run.state, RunState::Cancelled);
        for step in [3, 9, 14, 16, 18] {
            scene.machine.later(60);
            let run = scene.ask(&campaign).unwrap().run;
            let (own, machine) = (run.clone(), scene.machine.clone());
            let bureau = scene.bureau.clone();
            let trip = Tripping::new(&scene.machine, step, move || {
                let own = own.clone();
                act(&machine, &bureau, move |desk| campaign::cancel(desk, &own)).unwrap();
            });
            Runner::new(trip, campaign::register(Registry::default())).unwrap().run_due();
            assert_eq!(scene.page(&run).run.state, RunState::Cancelled, "{step}");
            assert_eq!((scene.seen(&campaign).len(), scene.staged()), (0, 0), "{step}");
        }
        let run = scene.compare(&campaign);
        assert_eq!(scene.count(&run, FindingKind::NotOnRoll)[0], 256);
        assert!(matches!(cancel(&run), Err(Refused::Changed { .. })));
    });
}

/// A machine at whose step number `left` something happens, once.
struct Tripping {
    machine: Arc<Machine>,
    left: AtomicI64,
    what: Box<dyn Fn() + Send + Sync>,
}

impl Tripping {
    fn new(machine: &Arc<Machine>, step: i64, what: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { machine: Arc::clone(machine), left: AtomicI64::new(step), what: Box::new(what) })
    }
}

impl Means for Tripping {
    fn db(&self) -> &Db {
        self.machine.db()
    }
    fn keys(&self) -> &Keys {
        self.machine.keys()
    }
    fn plan(&self) -> &Plan {
        self.machine.plan()
    }
    fn vault(&self) -> &Vault {
        self.machine.vault()
    }
    fn now(&self) -> Now {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            (self.what)();
        }
        self.machine.now()
    }
}

/// I03, J08: whatever step a run dies at, nothing is half stored, and the next try stores what an undisturbed run does.
#[test]
fn killed_at_every_step_it_stores_all_or_nothing() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 230, 4);
        let mut before = Vec::new();
        let mut died = 0;
        // The last rounds run to their end: then every step has been one to die at.
        for step in 4..40 {
            scene
                .bring(&scene.bureau, &campaign, "roll", &roll(0..4 + u32::try_from(step % 2).unwrap()))
                .unwrap();
            scene.machine.later(7200);
            let run = scene.ask(&campaign).unwrap().run;
            let trip = Tripping::new(&scene.machine, step, || panic!("killed"));
            let runner = Runner::new(trip.clone(), campaign::register(Registry::default())).unwrap();
            // Behind the last step of the job the runner itself dies, before it could write down that the job is over.
            drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runner.run_due())));
            let state = scene.page(&run).run.state;
            if state != RunState::Done {
                died += 1;
                assert_eq!(scene.seen(&campaign), before, "others see the campaign as it was: {step}");
            }
            scene.machine.later(7200);
            scene.work();
            assert_eq!(scene.page(&run).run.state, RunState::Done, "{step}");
            assert_eq!(scene.staged(), 0, "{step}");
            before = scene.seen(&campaign);
            let found = scene.count(&run, FindingKind::NotOnRoll)[0];
            assert_eq!(found, 226 - step % 2, "{step}");
            assert_eq!(
                before.iter().filter(|one| one.contains("|not_on_roll|open|")).count(),
                usize::try_from(found).unwrap()
            );
            if trip.left.load(Ordering::Relaxed) > 0 {
                break;
            }
        }
        assert!(died > 10, "{died} deaths");
    });
}

/// Capability 53, R2-3629: all that the filter finds and no other number; handed over, reminded once a day, late on the
/// board; a campaign is closed when nothing is open.
#[test]
fn all_that_the_filter_finds() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 70, 4);
        scene.compare(&campaign);
        let all = ListQuery::default();
        let matching = || {
            let query = all.clone();
            act(&scene.machine, &scene.bureau, move |desk| campaign::matching(desk, &query)).unwrap()
        };
        assert_eq!((matching().all, matching().to, matching().waiting), (66, [66, 0, 66], 0));
        let assign = |who: &SignedIn, expected: i64| {
            let query = all.clone();
            act(&scene.machine, who, move |desk| {
                campaign::assign_all(desk, &query, (To::Village, date(2026, 11, 27)), "问清在哪里", expected)
            })
        };
        assert!(matches!(assign(&scene.bureau, 50), Err(Refused::Changed { .. })), "not the first page");
        assert!(matches!(assign(&scene.village, 66), Err(Refused::Denied { .. })));
        assert_eq!(assign(&scene.bureau, 66).unwrap(), 66);
        assert!(matches!(assign(&scene.bureau, 66), Err(Refused::Changed { .. })), "twice is once (H01)");
        let mine = ListQuery { state: "assigned".to_owned(), ..ListQuery::default() };
        assert_eq!(scene.listed(&scene.village, &mine).len(), 50, "a page of them");
        assert_eq!(matching().waiting, 66);
        let remind = |expected: i64| {
            let query = all.clone();
            act(&scene.machine, &scene.bureau, move |desk| campaign::remind_all(desk, &query, expected))
        };
        assert_eq!(remind(66).unwrap(), 66);
        assert_eq!(matching().waiting, 0);
        assert!(matches!(remind(66), Err(Refused::Changed { .. })));
        let own = campaign.clone();
        let close = act(&scene.machine, &scene.bureau, move |desk| campaign::close(desk, &own));
        assert!(problem(&close.unwrap_err()).contains("核查中66条"));
        scene.machine.later(5 * 86_400);
        let own = campaign.clone();
        let board = act(&scene.machine, &scene.bureau, move |desk| campaign::board(desk, &own)).unwrap();
        let unit = &board.units[0];
        assert_eq!((unit.name.as_str(), unit.handed, unit.answered, unit.late), ("V1", 66, 0, 66));
        let late = ListQuery { state: "late".to_owned(), unit: "V1".to_owned(), ..ListQuery::default() };
        assert_eq!(scene.listed(&scene.bureau, &late).len(), 50);
        let closed: Result<u64, DbError> = scene.machine.db.write(|tx| {
            tx.execute("update finding set state = 'decided' where county = $1", &params![COUNTY])
        });
        assert_eq!(closed.unwrap(), 66);
        let own = campaign.clone();
        act(&scene.machine, &scene.bureau, move |desk| campaign::close(desk, &own)).unwrap();
        assert!(problem(&scene.ask(&campaign).unwrap_err()).contains("已经结束"));
    });
}

/// 五(九): who is suspected stands in the ledger, also a child that it did not know; another decision takes it back.
#[test]
fn a_suspected_child_stands_in_the_ledger() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        scene.lists(&campaign, 6, 4);
        scene.compare(&campaign);
        assert_eq!(scene.number("select cast(count(*) as bigint) from child where county = $1"), 0);
        let finding = scene.listed(&scene.bureau, &ListQuery::default())[0].id.clone();
        let own = finding.clone();
        act(&scene.machine, &scene.bureau, move |desk| {
            campaign::decide(desk, &own, Decision::Suspected, "", 1)
        })
        .unwrap();
        let suspected = "select cast(count(*) as bigint) from child
            join suspected on suspected.county = child.county and suspected.child = child.id and cleared_at is null
            where child.county = $1 and standing = 'never' and village = 'V1' and id_index is not null";
        assert_eq!(scene.number(suspected), 1);
        let own = finding.clone();
        let child = act(&scene.machine, &scene.bureau, move |desk| campaign::read(desk, &own)).unwrap().child;
        let child = child.expect("the finding leads to the child's file");
        let file =
            act(&scene.machine, &scene.bureau, move |desk| casework::ledger::read(desk, &child)).unwrap();
        // The decision has opened a case and verified it: what comes next is the order (五(十)).
        let next = file.next.expect("somebody must act");
        assert_eq!((next.whose.as_str(), next.act.as_str()), ("县教体局", "确定劝返主体，下发劝返指令"));
        assert!(next.href.starts_with("/cases/"));
        act(&scene.machine, &scene.bureau, move |desk| {
            campaign::reopen(desk, &finding, "看错了", 2)?;
            campaign::decide(desk, &finding, Decision::InSchool, "", 3)
        })
        .unwrap();
        assert_eq!(scene.number(suspected), 0);
    });
}

/// 五(四): the county's own ledger is one of the lists: who stands in it and on no roll is found as that very child, who died
/// is not asked after, and it is kept as it was at that moment; nothing of it leaves the house as a workbook to correct.
#[test]
fn the_ledger_is_one_of_the_lists() {
    on_each_engine(|db| {
        let scene = scene(db);
        let campaign = scene.open();
        let enter = |n: u32, number: bool, standing: Standing| {
            let (name, id_number, _, birth) = child(n);
            act(&scene.machine, &scene.bureau, move |desk| {
                let with =
                    Entering { county: COUNTY, keys: desk.keys, now: desk.now, by: "demo", source: "demo" };
                let book = NewHousehold {
                    book: Some(format!("53{n:04}")),
                    head: format!("段某{n}"),
                    township: Some("P".to_owned()),
                    village: Some("V1".to_owned()),
                    group: None,
                    address: "上村12号，\"老房子\"".to_owned(),
                };
                let household = enter::household(desk.tx, &with, &book)?;
                let guardian = NewGuardian { name: format!("段某{n}"), ..NewGuardian::default() };
                let new = NewChild {
                    name: name.clone(),
                    sex: "1".to_owned(),
                    birth: birth.parse().unwrap(),
                    ethnicity: "01".to_owned(),
                    id_kind: if number { "1" } else { "" }.to_owned(),
                    id_number: number.then(|| id_number.clone()),
                    student_number: None,
                    registration: "local".to_owned(),
                    household: Some(household),
                    address: String::new(),
                    places: Places {
                        county: COUNTY.to_owned(),
                        township: Some("P".to_owned()),
                        village: Some("V1".to_owned()),
                        ..Places::default()
                    },
                    grade: None,
                    boarding: String::new(),
                    standing,
                    in_class_since: None,
                    groups: Vec::new(),
                    guardians: vec![guardian],
                };
                Ok(enter::child(desk.tx, &with, &new)?)
            })
            .unwrap()
        };
        let known: Vec<String> = (0..6).map(|n| enter(n, n != 5, Standing::Unknown)).collect();
        enter(6, true, Standing::Dead);
        let take = |who: &SignedIn| -> Result<String, Refused> {
            let own = campaign.clone();
            let text = act(&scene.machine, who, move |desk| campaign::ledger_list(desk, &own))?;
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(&text).unwrap();
            let looked = campaign::look_at_ledger(scene.machine.as_ref(), file.path(), "household")?;
            let stored = files::store(scene.machine.as_ref(), file.path(), campaign::LEDGER)?;
            let (own, source) = (campaign.clone(), Source::Ledger(stored));
            act(&scene.machine, who, move |desk| campaign::choose(desk, &own, &looked, &source))
        };
        assert!(matches!(take(&scene.village), Err(Refused::Denied { .. })));
        let first = take(&scene.bureau).unwrap();
        scene.machine.later(60);
        assert_eq!(take(&scene.bureau).unwrap(), first, "the same ledger is no new choice");
        let own = campaign.clone();
        let prepared = act(&scene.machine, &scene.bureau, move |desk| campaign::prepare(desk, &own)).unwrap();
        assert_eq!(prepared.slots[0].earlier[0].value, campaign::THE_LEDGER);
        assert!(prepared.slots[1].earlier.iter().all(|one| one.value != campaign::THE_LEDGER));
        let line = prepared.slots[0].list.clone().unwrap();
        assert_eq!((line.source, line.rows, line.flawed), (campaign::LEDGER, 6, 1), "{line:?}");
        assert!(!line.has_errors && line.problems.len() == 1, "one has no number: {line:?}");

        scene.bring(&scene.bureau, &campaign, "roll", &roll(0..4)).unwrap();
        let run = scene.compare(&campaign);
        assert_eq!(scene.page(&run).lists[0].source, campaign::LEDGER);
        assert_eq!(scene.count(&run, FindingKind::NotOnRoll)[0], 2);
        let found: Result<Vec<(Option<String>, String)>, DbError> = scene.machine.db.read(|tx| {
            tx.query(
                "select child, village from finding where county = $1 and kind = 'not_on_roll' order by name",
                &params![COUNTY],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        });
        let found = found.unwrap();
        let children: Vec<&str> = found.iter().filter_map(|(child, _)| child.as_deref()).collect();
        assert!(children.contains(&known[4].as_str()), "{found:?}");
        assert!(found.iter().all(|(_, village)| village == "V1"), "{found:?}");

        // Another child in the ledger, and it is another list.
        enter(7, true, Standing::Unknown);
        assert_ne!(take(&scene.bureau).unwrap(), first);
        let roll = |slot: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), household(0..2)).unwrap();
            campaign::look_at_ledger(scene.machine.as_ref(), file.path(), slot)
        };
        assert!(matches!(roll("roll"), Err(Refused::Invalid(_))), "not in the place of another list");
    });
}
