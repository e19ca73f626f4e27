//! Imports: E10 (side by side, no silent overwrite or merge), E12 (one file, one import), E13 (scope), E14 (undo only of
//! what is untouched), I03 (goes on after a kill), A20, H01.
// long because: one small county serves every case, and its files stand beside them.

use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::imports::{self, Choice, ImportState, Outcome, Started, Upload};
use casework::jobs::{Registry, Runner};
use casework::params;
use casework::refused::Refused;
use jiff::civil::date;
use rules::access::Role;
use rules::plan::ListKind;

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

pub(crate) const HOUSEHOLD: &str = "姓名,公民身份号码,性别,户号,户主姓名,行政区划代码,住址,监护人,监护人关系";
const ROLL: &str =
    "学校标识码,姓名,性别,出生日期,身份证件号,学籍号,年级,班级,就读方式,是否留守儿童,成员1姓名,成员1关系";
const WEST: &str = "532926101202";
const OTHER_TOWN: &str = "532926102";

/// An invented number with a right check character.
pub(crate) fn id(birth: &str, place: u32) -> String {
    let start = format!("539999{birth}{place:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        start.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{start}{}", "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap())
}

pub(crate) struct Scene {
    pub(crate) machine: Arc<Machine>,
    pub(crate) bureau: SignedIn,
}

pub(crate) fn scene(db: Db) -> Scene {
    let machine = Machine::new(db);
    /// Id, kind, line, name, the unit above, code.
    type Row<'a> = (&'a str, &'a str, &'a str, &'a str, Option<&'a str>, Option<&'a str>);
    let units: [Row<'_>; 9] = [
        ("county", "county", "government", "南涧县", None, Some("532926")),
        ("town", "township", "government", "南涧镇", Some("county"), Some("532926101")),
        ("town2", "township", "government", "另一镇", Some("county"), Some(OTHER_TOWN)),
        ("west", "village", "government", "西山村", Some("town"), Some(WEST)),
        ("group3", "group", "government", "三组", Some("west"), None),
        ("bureau", "bureau", "education", "教体局", None, None),
        ("school", "school", "education", "西山小学", Some("bureau"), Some("2153901001")),
        ("school2", "school", "education", "团山小学", Some("bureau"), Some("2153901002")),
        ("office", "department", "department", "残联", Some("county"), None),
    ];
    let done: Result<(), DbError> = machine.db.write(move |tx| {
        for (id, kind, line, name, parent, code) in units {
            let township = (kind == "school").then_some("town");
            tx.execute(
                "insert into unit (county, id, kind, line, name, short, parent, township, code, sort, from_day)
                 values ($1, $2, $3, $4, $5, $5, $6, $7, $8, 1, '2020-01-01')",
                &params![COUNTY, id, kind, line, name, parent, township, code],
            )?;
        }
        Ok(())
    });
    done.unwrap();
    let bureau = person(&machine.db, "wang", &[("bureau", Role::Bureau)]);
    Scene { machine, bureau }
}

impl Scene {
    pub(crate) fn work(&self) -> usize {
        let runner = Runner::new(self.machine.clone(), imports::register(Registry::default())).unwrap();
        runner.run_due()
    }

    pub(crate) fn upload(&self, who: &SignedIn, kind: ListKind, text: &str) -> Result<Started, Refused> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名单.csv");
        std::fs::write(&path, text).unwrap();
        imports::examine(self.machine.as_ref(), &path, Some(kind))?;
        let file = casework::files::store(self.machine.as_ref(), &path, "../名单.csv")?;
        let upload = Upload { kind, as_of: date(2026, 9, 10), file };
        act(&self.machine, who, move |desk| imports::start(desk, &upload))
    }

    /// Hands a list in and compares it.
    pub(crate) fn preview(&self, who: &SignedIn, kind: ListKind, heading: &str, rows: &[String]) -> String {
        let started = self.upload(who, kind, &format!("{heading}\n{}\n", rows.join("\n"))).unwrap();
        assert_eq!(started.already, None);
        self.work();
        started.id
    }

    pub(crate) fn apply(&self, who: &SignedIn, import: &str) {
        let id = import.to_owned();
        act(&self.machine, who, move |desk| imports::apply(desk, &id)).unwrap();
        self.work();
    }

    /// As if the program had died after row 250 of a written list, at this try: later rows unwritten, the job under way.
    fn dies_half_way(&self, attempt: i64) {
        self.sql("delete from child where county = $1 and id in
            (select child from import_row where import_row.county = $1 and number > 250 and child is not null)");
        self.sql(
            "delete from child_tie where county = $1 and not exists
            (select 1 from child where child.county = $1 and child.id = child_tie.child)",
        );
        self.sql("update import_row set state = 'waiting', child = null, child_version = null where county = $1 and number > 250");
        self.sql("update import set state = 'applying' where county = $1");
        self.sql("update job set state = 'running', done = 250, ended_at = null where county = $1 and kind = 'import_apply'");
        self.tries("import_apply", attempt);
        assert_eq!(self.children(), 250);
    }

    fn tries(&self, kind: &'static str, attempt: i64) {
        let done: Result<u64, DbError> = self.machine.db.write(move |tx| {
            tx.execute(
                "update job set attempts = $3 where county = $1 and kind = $2",
                &params![COUNTY, kind, attempt],
            )
        });
        assert_eq!(done.unwrap(), 1);
    }

    /// What the bureau's clerk was told.
    fn told(&self) -> Vec<String> {
        let told = act(&self.machine, &self.bureau, casework::today::notifications).unwrap();
        told.into_iter().map(|one| one.text).collect()
    }

    pub(crate) fn undo(&self, import: &str) {
        let id = import.to_owned();
        act(&self.machine, &self.bureau, move |desk| imports::undo(desk, &id)).unwrap();
        self.work();
    }

    pub(crate) fn page(&self, import: &str, shown: Outcome) -> imports::ImportPage {
        let id = import.to_owned();
        act(&self.machine, &self.bureau, move |desk| imports::import(desk, &id, Some(shown), 0)).unwrap()
    }

    pub(crate) fn settle(&self, import: &str, number: i64, choice: Choice) -> Result<(), Refused> {
        let id = import.to_owned();
        act(&self.machine, &self.bureau, move |desk| imports::settle(desk, &id, number, choice))
    }

    pub(crate) fn outcomes(&self, import: &str) -> Vec<(i64, String, String)> {
        self.rows("select number, outcome, reason from import_row where county = $1 and import = $2 order by number", import)
    }

    fn rows(&self, sql: &str, import: &str) -> Vec<(i64, String, String)> {
        let read: Result<_, DbError> = self.machine.db.read(|tx| {
            tx.query(sql, &params![COUNTY, import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        });
        read.unwrap()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        let read: Result<i64, DbError> =
            self.machine.db.read(|tx| tx.one(sql, &params![COUNTY], |row| row.get(0)));
        read.unwrap()
    }

    pub(crate) fn children(&self) -> i64 {
        self.number("select cast(count(*) as bigint) from child where county = $1")
    }

    pub(crate) fn sql(&self, sql: &'static str) {
        let done: Result<u64, DbError> = self.machine.db.write(move |tx| tx.execute(sql, &params![COUNTY]));
        assert!(done.unwrap() > 0, "{sql}");
    }
}

pub(crate) fn home(name: &str, number: &str, sex: &str) -> String {
    format!("{name},{number},{sex},H{name},{name}父,{WEST},西山村三组,{name}父,父亲")
}

fn enrolled(name: &str, number: &str, school: &str, class: &str) -> String {
    let birth = number.get(6..14).unwrap_or("20150901");
    format!("{school},{name},,{birth},{number},{},五年级,{class},住校,否,{name}父,父亲", student(number))
}

fn student(number: &str) -> String {
    if number.is_empty() { String::new() } else { format!("G{number}") }
}

#[test]
fn a_household_list_enters_children_and_a_roll_list_puts_them_into_classes() {
    on_each_engine(|db| {
        let scene = scene(db);
        let (one, two) = (id("20150901", 1), id("20160310", 12));
        let rows = [
            home("李晓明", &one, "男"),
            home("王小花", &two, "女"),
            home("赵大山", &id("19800101", 1), "男"),
        ];
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows);
        assert_eq!(scene.children(), 0, "a preview changes nothing");
        let page = scene.page(&import, Outcome::Added);
        assert_eq!(page.line.state, ImportState::Ready);
        let counts = [Outcome::Added, Outcome::Left].map(|outcome| page.line.count(outcome));
        assert_eq!(counts, [2, 1], "{:?}", scene.outcomes(&import));
        scene.apply(&scene.bureau, &import);
        assert_eq!(scene.page(&import, Outcome::Added).line.state, ImportState::Applied);
        assert_eq!(scene.children(), 2);
        assert_eq!(
            scene
                .number("select cast(count(*) as bigint) from child_tie where county = $1 and unit = 'west'"),
            2
        );
        assert_eq!(scene.number("select cast(count(*) as bigint) from household where county = $1"), 2);
        assert_eq!(scene.number("select cast(count(*) as bigint) from guardian where county = $1"), 2);

        let rows =
            [enrolled("李晓明", &one, "2153901001", "2班"), enrolled("王小花", &two, "2153901001", "2班")];
        let roll = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &rows);
        let page = scene.page(&roll, Outcome::Changed);
        assert_eq!(page.line.count(Outcome::Changed), 2, "{:?}", scene.outcomes(&roll));
        let labels: Vec<&str> = page.rows[0].changes.iter().map(|field| field.label.as_str()).collect();
        assert!(
            labels.contains(&"学校") && labels.contains(&"班级") && labels.contains(&"学籍号"),
            "{labels:?}"
        );
        assert!(!format!("{page:?}").contains(&one), "numbers are masked");
        scene.apply(&scene.bureau, &roll);
        let enrolled =
            "select cast(count(*) as bigint) from child where county = $1 and standing = 'enrolled'
            and school = 'school' and class is not null and grade = 5 and version = 2";
        assert_eq!(scene.number(enrolled), 2);
        assert_eq!(
            scene.number("select cast(count(*) as bigint) from class where county = $1"),
            1,
            "one class is made"
        );
        assert_eq!(scene.number("select cast(count(*) as bigint) from class_member where county = $1"), 2);
        let ties = "select cast(count(*) as bigint) from child_tie where county = $1 and unit = 'school' and standing = 'enrolled'";
        assert_eq!(scene.number(ties), 2);
        let facts = "select cast(count(*) as bigint) from child_change where county = $1 and field = 'class'";
        assert_eq!(scene.number(facts), 2);
    });
}

/// E10: the least contradiction is looked at side by side; nothing is overwritten or merged.
#[test]
fn contradictions_are_for_two_eyes() {
    let (known, other) = (id("20150901", 1), id("20150901", 23));
    let base = [home("李晓明", &known, "男")];
    let check = |row: String, outcome: &str, says: &str| {
        on_each_engine(|db| {
            let scene = scene(db);
            let first = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &base);
            scene.apply(&scene.bureau, &first);
            let import = scene.preview(&scene.bureau, ListKind::Roll, ROLL, std::slice::from_ref(&row));
            let outcomes = scene.outcomes(&import);
            assert_eq!(outcomes.len(), 1, "{row}");
            assert!(outcomes[0].1 == outcome && outcomes[0].2.contains(says), "{row}: {outcomes:?}");
            scene.apply(&scene.bureau, &import);
            if outcome == "unclear" {
                assert_eq!(
                    (scene.children(), scene.number("select version from child where county = $1")),
                    (1, 1)
                );
            }
        });
    };
    let row = |name: &str, sex: &str, birth: &str, number: &str, student: &str, parent: &str| {
        format!("2153901001,{name},{sex},{birth},{number},{student},五年级,2班,,,{parent},父亲")
    };
    check(row("李晓明", "男", "20150901", &known, "", ""), "changed", "");
    check(row("李小明", "男", "20150901", &known, "", ""), "unclear", "姓名不同");
    check(row("李晓明", "女", "20150901", &known, "", ""), "unclear", "性别不同");
    check(row("李晓明", "男", "20150901", &other, "", ""), "unclear", "证件号不同");
    check(row("李晓明", "男", "20150901", "", "", ""), "unclear", "没有号码");
    check(row("李晓明", "男", "20150901", "", "", "李晓明父"), "changed", "");
    // A twin: another name on the same day is another child.
    check(row("李晓亮", "男", "20150901", &other, "", "李晓明父"), "added", "");
    check(row("李晓明", "男", "20150902", "", "", ""), "added", "");
}

/// E10: the same number or person twice in one file; the very same row twice is one row.
#[test]
fn duplicates_in_one_file_are_for_two_eyes() {
    on_each_engine(|db| {
        let scene = scene(db);
        let (one, two) = (id("20150901", 1), id("20160310", 12));
        let rows = [
            home("李晓明", &one, "男"),
            home("王小花", &two, "女"),
            home("李小明", &one, "男"),
            home("王小花", &two, "女"),
        ];
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows);
        let outcomes: Vec<String> = scene.outcomes(&import).into_iter().map(|row| row.1).collect();
        assert_eq!(outcomes, ["unclear", "added", "unclear", "same"]);
    });
}

/// E10: what people decide about a row; before the list is written and afterwards.
#[test]
fn two_eyes_decide() {
    on_each_engine(|db| {
        let scene = scene(db);
        let (known, other) = (id("20150901", 1), id("20150901", 23));
        let first =
            scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &[home("李晓明", &known, "男")]);
        scene.apply(&scene.bureau, &first);
        let row = |parent: &str| format!("2153901001,李晓明,男,20150901,{other},,五年级,{parent}班,,,,");
        let import = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &[row("2")]);
        let page = scene.page(&import, Outcome::Unclear);
        let pair = page.rows[0].pair.as_ref().expect("a child beside it");
        assert!(pair.fields.iter().any(|field| field.label == "证件号" && !field.same));
        assert!(pair.fields.iter().any(|field| field.label == "姓名" && field.same));
        scene.settle(&import, 1, Choice::New).unwrap();
        assert!(
            matches!(scene.settle(&import, 1, Choice::Leave), Err(Refused::Changed { .. })),
            "decided once"
        );
        assert_eq!(scene.children(), 1, "it waits with the list");
        scene.apply(&scene.bureau, &import);
        assert_eq!(scene.children(), 2);

        let late = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &[row("3")]);
        assert_eq!(scene.outcomes(&late)[0].1, "changed", "{:?}", scene.outcomes(&late));
        let named = format!("2153901001,李小明,男,20150901,{known},,五年级,4班,,,,");
        let late = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &[named]);
        scene.apply(&scene.bureau, &late);
        assert_eq!(scene.children(), 2);
        assert!(
            matches!(scene.settle(&late, 1, Choice::New), Err(Refused::Rule { .. })),
            "the number is taken"
        );
        scene.settle(&late, 1, Choice::Same).unwrap();
        let named = "select cast(count(*) as bigint) from child where county = $1 and name = '李晓明' and school = 'school'";
        assert_eq!(scene.number(named), 2, "carried out at once; the name is not overwritten");
    });
}

/// E12, H01: the same file is one import; the second is told by whom and when.
#[test]
fn the_same_file_twice_is_one_import() {
    on_each_engine(|db| {
        let scene = scene(db);
        let text = format!("{HOUSEHOLD}\n{}\n", home("李晓明", &id("20150901", 1), "男"));
        let first = scene.upload(&scene.bureau, ListKind::Household, &text).unwrap();
        let other = person(&scene.machine.db, "zhao", &[("bureau", Role::Bureau)]);
        let second = scene.upload(&other, ListKind::Household, &text).unwrap();
        assert_eq!(second.id, first.id);
        assert_eq!(second.already.map(|(who, _)| who), Some("wang".to_owned()));
        assert_eq!(scene.work(), 2, "one preview, and the sweep");
        assert_eq!(scene.number("select cast(count(*) as bigint) from file where county = $1"), 1);
        assert_eq!(
            scene.number("select cast(count(distinct file) as bigint) from file_part where county = $1"),
            1
        );
        scene.apply(&scene.bureau, &first.id);
        scene.apply(&other, &first.id);
        assert_eq!(scene.children(), 1);
        // Taken back, it may be handed in again.
        scene.undo(&first.id);
        assert_eq!(scene.upload(&other, ListKind::Household, &text).unwrap().already, None);
    });
}

/// E12, H01: sent by eight at the same moment it is one import, and one of them is told that it is new.
#[test]
fn the_same_file_at_the_same_moment_is_one_import() {
    on_each_engine(|db| {
        let scene = scene(db);
        let text = format!("{HOUSEHOLD}\n{}\n", home("李晓明", &id("20150901", 1), "男"));
        let started: Vec<Started> = std::thread::scope(|scope| {
            let hands: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| scene.upload(&scene.bureau, ListKind::Household, &text).unwrap()))
                .collect();
            hands.into_iter().map(|hand| hand.join().unwrap()).collect()
        });
        assert_eq!(started.iter().filter(|one| one.already.is_none()).count(), 1);
        assert!(started.iter().all(|one| Some(&one.id) == started.first().map(|first| &first.id)));
        assert_eq!(scene.number("select cast(count(*) as bigint) from import where county = $1"), 1);
        assert_eq!(
            scene.number("select cast(count(*) as bigint) from job where county = $1 and state = 'waiting'"),
            1
        );
        let first = started.first().unwrap().id.clone();
        scene.work();
        scene.apply(&scene.bureau, &first);
        assert_eq!(scene.children(), 1);
    });
}

/// E13: only what is the importer's is written; the rest is listed. A list that is not one's affair is not taken.
#[test]
fn only_rows_in_scope_are_written() {
    on_each_engine(|db| {
        let scene = scene(db);
        let registrar = person(&scene.machine.db, "qian", &[("school", Role::Registrar)]);
        let town2 = person(&scene.machine.db, "sun", &[("town2", Role::Township)]);
        let (one, two) = (id("20150901", 1), id("20160310", 12));
        let rows = [enrolled("李晓明", &one, "2153901002", "1班")];
        let theirs = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &rows);
        scene.apply(&scene.bureau, &theirs);
        let rows = [
            enrolled("李晓明", &one, "2153901001", "1班"),
            enrolled("王小花", &two, "2153901001", "1班"),
            enrolled("张小山", &id("20160311", 12), "2153901002", "1班"),
        ];
        let import = scene.preview(&registrar, ListKind::Roll, ROLL, &rows);
        let outcomes: Vec<String> = scene.outcomes(&import).into_iter().map(|row| row.1).collect();
        assert_eq!(outcomes, ["outside", "added", "outside"]);
        scene.apply(&registrar, &import);
        assert_eq!(
            scene
                .number("select cast(count(*) as bigint) from child where county = $1 and school = 'school'"),
            1
        );
        assert_eq!(
            scene.number(
                "select cast(count(*) as bigint) from child where county = $1 and school = 'school2'"
            ),
            1
        );

        // A township neither changes nor is shown another's child, not even as a doubt.
        let doubt = home("李晓明", &id("20150901", 23), "男").replace(WEST, OTHER_TOWN);
        let import = scene.preview(
            &town2,
            ListKind::Household,
            HOUSEHOLD,
            &[home("赵小河", &id("20170101", 3), "女"), doubt],
        );
        let outcomes: Vec<String> = scene.outcomes(&import).into_iter().map(|row| row.1).collect();
        assert_eq!(outcomes, ["outside", "outside"]);
        let text = format!("{ROLL}\n{}\n", enrolled("李晓明", &one, "2153901002", "1班"));
        assert!(matches!(scene.upload(&town2, ListKind::Roll, &text), Err(Refused::Denied { .. })));
        let hidden = import;
        let looked = act(&scene.machine, &registrar, move |desk| imports::import(desk, &hidden, None, 0));
        assert!(matches!(looked, Err(Refused::Denied { .. })), "another unit's import is not there");
    });
}

/// E14: what somebody changed after the import stays and is listed; the rest is as before.
#[test]
fn undo_takes_back_only_what_is_untouched() {
    on_each_engine(|db| {
        let scene = scene(db);
        let ids: Vec<String> = (1..=4).map(|place| id("20150901", place * 2 + 1)).collect();
        let names = ["李晓明", "王小花", "赵小河", "张小山"];
        let rows: Vec<String> = names.iter().zip(&ids).map(|(name, id)| home(name, id, "男")).collect();
        let homes = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows[..3]);
        scene.apply(&scene.bureau, &homes);
        let rows: Vec<String> =
            names.iter().zip(&ids).map(|(name, id)| enrolled(name, id, "2153901001", "2班")).collect();
        let roll = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &rows);
        scene.apply(&scene.bureau, &roll);
        assert_eq!(scene.children(), 4);
        scene.sql(
            "update child set boarding = '1', version = version + 1 where county = $1 and name = '王小花'",
        );
        scene.undo(&roll);
        assert_eq!(scene.children(), 3, "the child that only the roll had is gone");
        let line = scene.page(&roll, Outcome::Changed).line;
        assert_eq!((line.state, line.kept), (ImportState::Undone, 1));
        let at_school = "select cast(count(*) as bigint) from child where county = $1 and school is not null";
        assert_eq!(scene.number(at_school), 1);
        let back = "select cast(count(*) as bigint) from child where county = $1 and school is null and class is null
            and student_index is null and student_sealed is null and standing = 'unknown' and boarding = ''";
        assert_eq!(scene.number(back), 2);
        let ties = "select cast(count(*) as bigint) from child_tie where county = $1 and unit = 'school'";
        assert_eq!(scene.number(ties), 1);
        let members =
            "select cast(count(*) as bigint) from class_member where county = $1 and until_day is null";
        assert_eq!(scene.number(members), 1);
        // The import before can still be taken back, but for the child that was touched.
        scene.undo(&homes);
        assert_eq!(
            scene.children(),
            3,
            "what the roll changed and gave back is no longer as the import left it"
        );
    });
}

/// A list of 600 children.
fn many() -> Vec<String> {
    let row = |at: u32| {
        let name = format!("李{}", char::from_u32(0x4e00 + at).unwrap());
        home(&name, &id(&format!("2015{:02}{:02}", at % 12 + 1, at % 28 + 1), at + 1), "男")
    };
    (0..600).map(row).collect()
}

/// I03: a kill in the middle leaves whole chunks, and the job goes on behind them; nobody is entered twice.
#[test]
fn an_import_goes_on_after_a_kill() {
    on_each_engine(|db| {
        let scene = scene(db);
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &many());
        let page = scene.page(&import, Outcome::Added);
        let expected = page.line.count(Outcome::Added);
        assert!(expected > 250, "{:?}", page.line.counts);
        scene.apply(&scene.bureau, &import);
        scene.dies_half_way(1);
        scene.work();
        assert_eq!(scene.children(), expected);
        let twice = "select cast(count(*) - count(distinct child) as bigint) from import_row
            where county = $1 and state = 'applied'";
        assert_eq!(scene.number(twice), 0);
        assert_eq!(scene.page(&import, Outcome::Added).line.state, ImportState::Applied);
    });
}

/// I03, J08: a list that kills the program at each of five tries fails, in words; what was written of it is taken back but
/// for what people have changed since, and the same file can be handed in again.
#[test]
fn an_import_that_kills_the_program_five_times_fails_and_leaves_nothing() {
    on_each_engine(|db| {
        let scene = scene(db);
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &many());
        scene.apply(&scene.bureau, &import);
        scene.dies_half_way(5);
        scene.sql(
            "update child set version = version + 1 where county = $1 and id =
             (select child from import_row where import_row.county = $1 and number = 7)",
        );
        assert_eq!(scene.work(), 1, "it is not tried again, it is taken back");
        let line = scene.page(&import, Outcome::Added).line;
        assert_eq!((line.state, scene.children(), line.kept), (ImportState::Failed, 1, 1));
        for word in ["每次都中断", "1条因后来改过没有动", "再上传"] {
            assert!(line.problem.contains(word), "{}", line.problem);
        }
        assert!(scene.told().iter().any(|text| text.contains("没有写成")), "{:?}", scene.told());
        let again = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &many());
        assert_ne!(again, import);
        scene.apply(&scene.bureau, &again);
        assert_eq!(scene.page(&again, Outcome::Added).line.state, ImportState::Applied);
        let numbers =
            "select cast(count(*) - count(distinct id_index) as bigint) from child where county = $1";
        assert_eq!((scene.number(numbers), scene.children() > 500), (0, true), "every child once");
    });
}

/// J08: handed back when it was half written, what is in the ledger can be taken back, and the list cannot be put aside as
/// if it had written nothing.
#[test]
fn a_half_written_list_is_taken_back_and_not_dropped() {
    on_each_engine(|db| {
        let scene = scene(db);
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &many());
        let offered = || {
            let page = scene.page(&import, Outcome::Added);
            (page.may_undo, page.may_drop)
        };
        assert_eq!(offered(), (false, true));
        scene.apply(&scene.bureau, &import);
        assert_eq!(offered(), (true, false));
        scene.dies_half_way(1);
        scene.sql("update job set state = 'done' where county = $1 and kind = 'import_apply'");
        scene.sql("update import set state = 'ready', problem = '磁盘满' where county = $1");
        assert_eq!(offered(), (true, false));
        let own = import.clone();
        act(&scene.machine, &scene.bureau, move |desk| imports::undo(desk, &own)).unwrap();
        scene.work();
        assert_eq!(
            (scene.children(), scene.page(&import, Outcome::Added).line.state),
            (0, ImportState::Undone)
        );
    });
}

/// The same of a comparison with the ledger, and of taking back, which stays what it was and can be asked for again.
#[test]
fn previews_and_undos_that_kill_the_program_say_so() {
    on_each_engine(|db| {
        let scene = scene(db);
        let rows = [home("李晓明", &id("20150901", 1), "男")];
        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows);
        scene.sql("update import set state = 'read' where county = $1");
        scene.sql("update job set state = 'running', attempts = 5 where county = $1");
        assert_eq!(scene.work(), 0);
        let line = scene.page(&import, Outcome::Added).line;
        assert_eq!(line.state, ImportState::Failed);
        assert!(line.problem.contains("台账没有改动"), "{}", line.problem);

        let import = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows);
        scene.apply(&scene.bureau, &import);
        let own = import.clone();
        act(&scene.machine, &scene.bureau, move |desk| imports::undo(desk, &own)).unwrap();
        scene.sql("update job set state = 'running' where county = $1 and kind = 'import_undo'");
        scene.tries("import_undo", 5);
        assert_eq!(scene.work(), 0);
        let line = scene.page(&import, Outcome::Added).line;
        assert_eq!((line.state, scene.children()), (ImportState::Applied, 1));
        assert!(line.problem.contains("没有撤完"), "{}", line.problem);
        scene.undo(&import);
        let line = scene.page(&import, Outcome::Added).line;
        assert_eq!((line.state, line.problem.as_str(), scene.children()), (ImportState::Undone, "", 0));
    });
}

/// A20: who lost the post in the meantime writes nothing; somebody else can.
#[test]
fn an_import_stops_when_its_importer_may_no_longer() {
    on_each_engine(|db| {
        let scene = scene(db);
        let other = person(&scene.machine.db, "zhao", &[("bureau", Role::Bureau)]);
        let import = scene.preview(
            &scene.bureau,
            ListKind::Household,
            HOUSEHOLD,
            &[home("李晓明", &id("20150901", 1), "男")],
        );
        let own = import.clone();
        act(&scene.machine, &scene.bureau, move |desk| imports::apply(desk, &own)).unwrap();
        scene.sql("update account set state = 'disabled' where county = $1 and id = 'wang'");
        scene.work();
        assert_eq!(scene.children(), 0);
        let own = import.clone();
        let page = act(&scene.machine, &other, move |desk| imports::import(desk, &own, None, 0)).unwrap();
        assert_eq!(page.line.state, ImportState::Ready);
        assert!(page.line.problem.contains("停用"), "{}", page.line.problem);
        scene.apply(&other, &import);
        assert_eq!(scene.children(), 1);
    });
}

/// Who changed a child between the comparison and the writing is not overwritten.
#[test]
fn a_child_that_was_changed_after_the_comparison_is_for_two_eyes() {
    on_each_engine(|db| {
        let scene = scene(db);
        let one = id("20150901", 1);
        let first =
            scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &[home("李晓明", &one, "男")]);
        scene.apply(&scene.bureau, &first);
        let roll = scene.preview(
            &scene.bureau,
            ListKind::Roll,
            ROLL,
            &[enrolled("李晓明", &one, "2153901001", "2班")],
        );
        scene.sql("update child set version = version + 1 where county = $1");
        scene.apply(&scene.bureau, &roll);
        assert_eq!(scene.outcomes(&roll)[0].1, "unclear");
        assert_eq!(
            scene.number("select cast(count(*) as bigint) from child where county = $1 and school is null"),
            1
        );
    });
}

/// E04, E09: what cannot be read is said in words; rows that cannot be taken come back as a workbook.
#[test]
fn bad_files_and_bad_rows_are_said() {
    on_each_engine(|db| {
        let scene = scene(db);
        let wrong = scene.upload(&scene.bureau, ListKind::Roll, "甲,乙\n1,2\n");
        assert!(matches!(wrong, Err(Refused::Invalid(_))), "{wrong:?}");
        let rows = [
            enrolled("李晓明", &id("20150901", 1), "2153909999", "2班"),
            enrolled("", &id("20150902", 1), "2153901001", "2班"),
        ];
        let import = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &rows);
        let page = scene.page(&import, Outcome::Rejected);
        assert_eq!((page.line.count(Outcome::Rejected), page.has_errors), (2, true));
        assert!(page.rows[0].reason.contains("学校标识码"), "{}", page.rows[0].reason);
        let own = import;
        let file = act(&scene.machine, &scene.bureau, move |desk| imports::errors_file(desk, &own)).unwrap();
        let mut to = tempfile::tempfile().unwrap();
        casework::files::open_into(scene.machine.as_ref(), &file, &mut to).unwrap();
        let mut start = [0; 2];
        std::io::Read::read_exact(&mut to, &mut start).unwrap();
        assert_eq!(&start, b"PK");
        // The name that a browser sent is a label and nothing else (E06).
        assert_eq!(page.line.title, "名单.csv");
    });
}

/// E09, E11: the workbook of rows to correct is corrected in place and handed in as it is: what was wrong for the reader
/// (a number) and what was wrong for the ledger (a school that is not there) goes in, with everything else of its row.
#[test]
fn rows_that_were_corrected_in_the_workbook_go_in() {
    on_each_engine(|db| {
        let scene = scene(db);
        let (right, wrong) = (id("20150902", 1), "539999201509020010");
        assert_ne!(right, wrong);
        let rows = [
            enrolled("李晓明", &id("20150901", 1), "2153901001", "2班"),
            enrolled("王小花", wrong, "2153901001", "2班"),
            enrolled("赵小河", &id("20150903", 1), "2153909999", "3班"),
        ];
        let import = scene.preview(&scene.bureau, ListKind::Roll, ROLL, &rows);
        scene.apply(&scene.bureau, &import);
        let file =
            act(&scene.machine, &scene.bureau, move |desk| imports::errors_file(desk, &import)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("要改正的行.xlsx");
        let mut to = std::fs::File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        casework::files::open_into(scene.machine.as_ref(), &file, &mut to).unwrap();

        // The clerk corrects two cells and leaves titles, the columns in front and everything else as they are.
        let sheet = cells(&path);
        let heading = sheet.iter().position(|row| row.iter().any(|cell| cell == "问题")).unwrap();
        let (titles, table) = sheet.split_at(heading);
        assert_eq!(table.len(), 3, "{table:?}");
        let mended: Vec<Vec<String>> = table
            .iter()
            .map(|row| {
                let mend = |cell: &String| cell.replace(wrong, &right).replace("2153909999", "2153901002");
                row.iter().map(mend).collect()
            })
            .collect();
        let text: Vec<String> = titles.iter().chain(&mended).map(|row| row.join("\t")).collect();
        let again = scene.upload(&scene.bureau, ListKind::Roll, &text.join("\n")).unwrap();
        assert_eq!(again.already, None);
        scene.work();
        let page = scene.page(&again.id, Outcome::Rejected);
        assert_eq!((page.line.count(Outcome::Rejected), page.has_errors), (0, false));
        scene.apply(&scene.bureau, &again.id);
        assert_eq!(scene.children(), 3);
        let there = "select cast(count(*) as bigint) from child where county = $1 and school = 'school2' and name = '赵小河'
                       and student_sealed is not null";
        assert_eq!(scene.number(there), 1, "with all of its row");
    });
}

/// The cells of a workbook's only sheet, as text.
fn cells(path: &std::path::Path) -> Vec<Vec<String>> {
    let schema = documents::table::Schema {
        list: "行".to_owned(),
        fields: vec![documents::table::Field {
            key: "problem".to_owned(),
            headings: vec!["问题".to_owned()],
            required: true,
            any_of: None,
        }],
    };
    let table = documents::table::open(path, &schema, &documents::table::Limits::default()).unwrap();
    let mut all = vec![vec!["要改正".to_owned()], table.header().headings.clone()];
    let walked = table.walk(
        &mut |row| {
            all.push(row.cells().map(str::to_owned).collect());
            std::ops::ControlFlow::Continue(())
        },
        &|_| {},
    );
    walked.unwrap();
    all
}

/// A department keeps its list for the county and sees nothing of the ledger through it.
#[test]
fn a_department_sees_its_rows_and_nothing_of_the_ledger() {
    on_each_engine(|db| {
        let scene = scene(db);
        let one = id("20150901", 1);
        let first =
            scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &[home("李晓明", &one, "男")]);
        scene.apply(&scene.bureau, &first);
        let office = person(&scene.machine.db, "zhou", &[("office", Role::Disabled)]);
        let rows = [format!("李晓明,{one}43,智力残疾,三级"), format!("李小明,{one}43,智力残疾,三级")];
        let import =
            scene.preview(&office, ListKind::Disability, "姓名,残疾人证号,残疾类别,残疾等级", &rows[..1]);
        let own = import.clone();
        let page = act(&scene.machine, &office, move |desk| imports::import(desk, &own, None, 0)).unwrap();
        assert_eq!(page.line.count(Outcome::Changed), 1, "{:?}", scene.outcomes(&import));
        assert!(page.rows[0].changes.is_empty() && !page.may_settle);
        scene.apply(&office, &import);
        let group =
            "select cast(count(*) as bigint) from child_group where county = $1 and code = 'disability'";
        assert_eq!(scene.number(group), 1);
        let bits = "select group_bits from child where county = $1";
        assert_eq!(scene.number(bits), rules::groups::Special::Disability.bit());
        scene.undo(&import);
        assert_eq!(scene.number(bits), 0);
        let other =
            scene.preview(&office, ListKind::Disability, "姓名,残疾人证号,残疾类别,残疾等级", &rows[1..]);
        let own = other;
        let page = act(&scene.machine, &office, move |desk| imports::import(desk, &own, None, 0)).unwrap();
        assert_eq!(page.shown, Outcome::Unclear);
        assert!(page.rows[0].pair.is_none());
    });
}
