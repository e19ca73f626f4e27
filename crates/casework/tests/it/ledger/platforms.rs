//! Copy sheet and reconcile list (issue 3 item 9; capabilities 30, 98, 143; 四(十四)、五(九)) on both engines: who must stand
//! there, their number as facts, values by right (A02, A10), and what differs, which is safe to ask again (E12).
// long because: one small county with its numbers serves every case.

use casework::db::Db;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::ledger::{self, set_standing};
use casework::platform::{self, Differences, Export, Keep, Query, Rows, Sheet};
use casework::refused::Refused;
use documents::table::{Field, Limits, Schema, open};
use jiff::civil::date;
use rules::access::Role;
use rules::plan::Plan;
use rules::purpose::Purpose;
use rules::standing::Standing;
use rules::twin::{Difference as Kind, Settled, Stand, Step};

use super::town::{Town, bureau, head, number, out, pupil, township, who, words};

/// 东镇小学: two who left and one who is there; 西乡小学: one who left; 下村: one who never came.
struct Scene {
    town: Town,
    /// 罗小一, 罗小二, 罗小三 (there), 白小四 (西乡), 鲁小五 (never).
    ids: Vec<String>,
}

const BIRTH: &str = "20170504";

fn scene(db: Db) -> Scene {
    let town = Town::new(db);
    let named = |name: &str, sequence| {
        let mut child = pupil(name);
        (child.id_kind, child.id_number) = ("1".to_owned(), Some(number(BIRTH, sequence)));
        child
    };
    let mut west = named("白小四", 41);
    west.places = rules::access::Places {
        township: Some("t2".to_owned()),
        village: Some("v2".to_owned()),
        group: None,
        school: Some("s2".to_owned()),
        school_township: Some("t2".to_owned()),
        class: Some("c2".to_owned()),
        ..west.places
    };
    let mut never = out("鲁小五");
    (never.id_kind, never.id_number) = ("1".to_owned(), Some(number(BIRTH, 51)));
    let ids = town.enter(vec![named("罗小一", 11), named("罗小二", 21), named("罗小三", 31), west, never]);
    let scene = Scene { town, ids };
    for at in [0, 1, 3] {
        scene.stands(at, Standing::Absent);
    }
    scene
}

impl Scene {
    fn stands(&self, at: usize, standing: Standing) {
        let id = self.ids[at].clone();
        self.town.act(&bureau(), move |desk| set_standing(desk, &id, standing, "test")).expect("a standing");
    }

    fn list(&self, by: &SignedIn, platform: &str, stand: &str) -> Rows {
        let query = Query {
            platform: platform.to_owned(),
            stand: Stand::from_code(stand),
            all: stand == "all",
            ..Query::default()
        };
        self.town.act(by, move |desk| platform::list(desk, &query, 50)).expect("a list")
    }

    fn names(&self, by: &SignedIn, platform: &str, stand: &str) -> Vec<String> {
        self.list(by, platform, stand).rows.into_iter().map(|row| row.name).collect()
    }

    fn keep(&self, by: &SignedIn, at: usize, step: Step, number: &str, version: i64) -> Result<(), Refused> {
        let (id, number) = (self.ids[at].clone(), number.to_owned());
        self.town.act(by, move |desk| {
            let kept = Keep {
                platform: "rescue".to_owned(),
                step,
                number: number.clone(),
                day: desk.now.day(),
                why: String::new(),
                version,
            };
            platform::keep(desk, &id, &kept)
        })
    }

    fn sheet(&self, by: &SignedIn, at: usize) -> Result<Sheet, Refused> {
        let id = self.ids[at].clone();
        self.town.act(by, move |desk| platform::sheet(desk, &id, "rescue"))
    }

    /// Compares and stores; how many differ.
    fn check(&self, by: &SignedIn, text: &str) -> usize {
        let export = read(text).expect("a list of the platform");
        self.town
            .act(by, move |desk| {
                let found = platform::compare(desk, "rescue", &export)?;
                platform::store(desk, "rescue", &export, &found)?;
                Ok(found.len())
            })
            .expect("a check")
    }

    fn differences(&self, by: &SignedIn, state: &'static str) -> Differences {
        self.town
            .act(by, move |desk| platform::differences(desk, "rescue", state, "", 50))
            .expect("differences")
    }

    fn settle(&self, by: &SignedIn, id: &str, how: Settled, version: i64) -> Result<String, Refused> {
        let id = id.to_owned();
        self.town.act(by, move |desk| platform::settle(desk, &id, how, "", version))
    }
}

fn read(text: &str) -> Result<Export, Refused> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("导出.csv");
    std::fs::write(&path, text).unwrap();
    platform::read_export(&path, &plan(), "导出.csv")
}

fn plan() -> Plan {
    crate::county::plan()
}

fn column(words: &str) -> String {
    format!("服务事项编号,姓名,身份证号,出生日期,办理状态\n{words}")
}

/// 五(九): who is suspected must stand there; each school sees its own, the bureau all; nobody else sees the list.
#[test]
fn who_must_stand_there() {
    on_each_engine(|db| {
        let scene = scene(db);
        assert_eq!(scene.names(&bureau(), "rescue", ""), ["白小四", "罗小二", "罗小一", "鲁小五"]);
        assert_eq!(scene.names(&bureau(), "attendance", ""), ["白小四", "罗小二", "罗小一"]);
        assert_eq!(scene.names(&head("s1"), "rescue", ""), ["罗小二", "罗小一"]);
        assert_eq!(scene.names(&head("s2"), "rescue", ""), ["白小四"]);
        assert_eq!(scene.list(&bureau(), "rescue", "").counts[0], (Stand::Missing, 4));
        for other in
            [who("v", Role::Village, "v1"), who("t", Role::Teacher, "c1"), who("m", Role::Civil, "min")]
        {
            let said = scene.town.act(&other, |desk| platform::list(desk, &Query::default(), 50));
            assert!(matches!(said, Err(Refused::Denied { .. })), "{}", other.actor.account);
        }
        let unknown = scene.town.act(&bureau(), |desk| {
            platform::list(desk, &Query { platform: "x".to_owned(), ..Query::default() }, 50)
        });
        assert!(matches!(unknown, Err(Refused::Denied { .. })));
        let found = scene.town.act(&bureau(), |desk| {
            platform::list(desk, &Query { q: "小一".to_owned(), ..Query::default() }, 50)
        });
        assert_eq!(found.expect("a list").rows.len(), 1);
    });
}

/// 五(八): a township sees and keeps its own children, those without a school among them; not who only goes to school there,
/// not on the list, not on the sheet, not in what differs (A02, A03).
#[test]
fn a_township_keeps_its_own() {
    on_each_engine(|db| {
        let mut scene = scene(db);
        let mut away = pupil("鲁小六");
        away.places.township = Some("t2".to_owned());
        away.places.village = Some("v2".to_owned());
        away.places.group = None;
        away.standing = Standing::Absent;
        scene.ids.extend(scene.town.enter(vec![away]));
        let (east, west) = (township("t1"), township("t2"));
        assert_eq!(scene.names(&head("s1"), "rescue", ""), ["罗小二", "罗小一", "鲁小六"]);
        assert_eq!(scene.names(&east, "rescue", ""), ["罗小二", "罗小一"]);
        assert_eq!(scene.names(&west, "rescue", ""), ["白小四", "鲁小六", "鲁小五"]);
        assert_eq!(scene.list(&east, "rescue", "").counts[0], (Stand::Missing, 2));
        assert!(matches!(scene.sheet(&east, 5), Err(Refused::Denied { .. })), "only goes to school there");
        assert!(matches!(scene.keep(&east, 5, Step::Enter, "", 0), Err(Refused::Denied { .. })));
        let sheet = scene.sheet(&west, 4).expect("who never came has no school to enter it");
        assert_eq!((sheet.name.as_str(), sheet.steps.as_slice()), ("鲁小五", [Step::Enter].as_slice()));
        scene.keep(&west, 4, Step::Enter, "YN-26-0005", 0).expect("entered");
        // Each compares with the platform's list what is its own, under its own name.
        let list = column("YN-26-0005,鲁小五,,2017-05-04,已销号\nYN-26-0001,罗小一,,2017-05-04,在办");
        assert_eq!(scene.check(&west, &list), 2, "one closed there, one that is not the township's");
        let own = scene.differences(&west, "open");
        let named: Vec<(&str, bool)> =
            own.rows.iter().map(|row| (row.name.as_str(), row.child.is_some())).collect();
        assert!(named.contains(&("鲁小五", true)) && named.contains(&("罗小一", false)), "{named:?}");
        assert!(scene.differences(&east, "open").rows.is_empty());
        // What the bureau finds of a child without a school can be sent to its township.
        scene.check(&bureau(), &list);
        let found = scene.differences(&bureau(), "open");
        let one = found.rows.iter().find(|row| row.name == "鲁小五").expect("found").clone();
        assert!(one.receivers.iter().any(|(unit, _)| unit == "t2"), "{:?}", one.receivers);
        assert!(one.receivers.iter().all(|(unit, _)| unit != "t1"), "{:?}", one.receivers);
        scene
            .town
            .act(&bureau(), move |desk| platform::send(desk, &one.id, "t2", "请核实", one.version))
            .expect("sent");
        assert_eq!(scene.differences(&west, "sent").rows.len(), 1);
        assert!(scene.differences(&east, "sent").rows.is_empty());
    });
}

/// Capability 30: entered, numbered, closed, opened again, withdrawn: each a fact with who and when; one number is one
/// child's; a step that somebody has overtaken is refused (H03).
#[test]
fn their_number_is_kept_as_facts() {
    on_each_engine(|db| {
        let scene = scene(db);
        let school = head("s1");
        scene.keep(&school, 0, Step::Enter, "", 0).expect("entered");
        assert_eq!(scene.names(&school, "rescue", "no_number"), ["罗小一"]);
        assert!(matches!(scene.keep(&bureau(), 0, Step::Enter, "", 0), Err(Refused::Changed { .. })));
        scene.keep(&school, 0, Step::Number, " yn-26-0001 ", 1).expect("numbered");
        assert_eq!(scene.list(&school, "rescue", "kept").rows[0].number, "YN-26-0001");
        assert!(matches!(
            scene.keep(&school, 0, Step::Number, "YN-26-0002", 1),
            Err(Refused::Changed { .. })
        ));

        let taken = scene.keep(&school, 1, Step::Enter, "YN-26-0001", 0);
        assert!(words(taken).contains("已经记在另一名孩子名下"));
        assert!(words(scene.keep(&school, 1, Step::Enter, &number(BIRTH, 21), 0)).contains("这是身份证号"));
        assert!(matches!(scene.keep(&school, 1, Step::Close, "", 0), Err(Refused::Rule { .. })));
        assert!(matches!(scene.keep(&school, 2, Step::Enter, "", 0), Err(Refused::Rule { .. })), "is there");
        let late = scene.ids[1].clone();
        let late = scene.town.act(&school, move |desk| {
            let day = date(2026, 11, 25);
            let step = Step::Enter;
            let kept = Keep {
                platform: "rescue".to_owned(),
                step,
                number: String::new(),
                day,
                why: String::new(),
                version: 0,
            };
            platform::keep(desk, &late, &kept)
        });
        assert!(words(late).contains("日期应在今天以前"));

        // Back in class: it must be closed there; gone again: opened again.
        scene.stands(0, Standing::Enrolled);
        assert_eq!(scene.names(&school, "rescue", "to_close"), ["罗小一"]);
        scene.keep(&school, 0, Step::Close, "", 2).expect("closed");
        assert_eq!(scene.names(&school, "rescue", "closed"), ["罗小一"]);
        scene.stands(0, Standing::Absent);
        assert_eq!(scene.names(&school, "rescue", "again"), ["罗小一"]);
        scene.keep(&school, 0, Step::Reopen, "", 3).expect("opened again");
        assert!(words(scene.keep(&school, 0, Step::Withdraw, "", 4)).contains("为什么撤销"));
        let id = scene.ids[0].clone();
        let withdrawn = scene.town.act(&school, move |desk| {
            let kept = Keep {
                platform: "rescue".to_owned(),
                step: Step::Withdraw,
                number: String::new(),
                day: desk.now.day(),
                why: "登记到了别的孩子".to_owned(),
                version: 4,
            };
            platform::keep(desk, &id, &kept)
        });
        withdrawn.expect("withdrawn");
        assert_eq!(scene.town.count("select count(*) from platform_event where county = $1"), 5);
        let sheet = scene.sheet(&school, 0).expect("a sheet");
        let did: Vec<&str> = sheet.events.iter().map(|event| event.what).collect();
        assert_eq!(did.len(), 5);
        assert!(sheet.events.iter().any(|event| event.number == "YN-26-0001"));
        scene.keep(&school, 1, Step::Enter, "YN-26-0001", 0).expect("the number is free again");
        let said = scene.town.count(
            "select count(*) from audit where county = $1 and action = 'keep_platform_number' and outcome = 'done'",
        );
        assert_eq!(said, 7, "six steps and one look at a sheet");
    });
}

/// A02: out of scope and not there are the same refusal, for every act.
#[test]
fn nobody_else_s_children() {
    on_each_engine(|db| {
        let scene = scene(db);
        for by in [head("s2"), township("t2"), who("t", Role::Teacher, "c1"), who("a", Role::Admin, "ju")] {
            let own = scene.sheet(&by, 0).err().map(|refused| refused.to_string());
            let none = scene.town.act(&by, |desk| platform::sheet(desk, "nobody", "rescue"));
            assert_eq!(own, none.err().map(|refused| refused.to_string()));
            assert!(matches!(scene.keep(&by, 0, Step::Enter, "", 0), Err(Refused::Denied { .. })));
            let id = scene.ids[0].clone();
            let whole =
                scene.town.act(&by, move |desk| platform::reveal(desk, &id, "rescue", Purpose::Platform));
            assert!(matches!(whole, Err(Refused::Denied { .. })));
        }
        assert_eq!(scene.town.count("select count(*) from platform_entry where county = $1"), 0);
    });
}

/// Experience rule 6 and A10: the lines in the platform's order, masked until asked for with a reason and fresh proof, on
/// the record.
#[test]
fn the_sheet_shows_by_right() {
    on_each_engine(|db| {
        let scene = scene(db);
        let plan = plan();
        let labels: Vec<&str> =
            plan.platform("rescue").unwrap().lines.iter().map(|line| line.label.as_str()).collect();
        let sheet = scene.sheet(&bureau(), 0).expect("a sheet");
        let shown: Vec<&str> = sheet.lines.iter().map(|line| line.label.as_str()).collect();
        assert_eq!(shown, labels);
        let value = |sheet: &Sheet, label: &str| {
            sheet.lines.iter().find(|line| line.label == label).map(|line| (line.text.clone(), line.masked))
        };
        assert_eq!(value(&sheet, "学生姓名"), Some(("罗小一".to_owned(), false)));
        let masked = |text: &str| Some((text.to_owned(), true));
        assert_eq!(value(&sheet, "身份证号"), masked(&rules::mask::id(&number(BIRTH, 11))));
        assert_eq!(value(&sheet, "监护人联系电话"), masked("138****0000"));
        assert_eq!(value(&sheet, "详细住址"), masked("已隐去"));
        assert_eq!(value(&sheet, "就学情况"), Some(("辍学".to_owned(), false)));
        assert!(sheet.can_reveal && sheet.steps == [Step::Enter]);
        // The school sees telephone and address as on the file, the number on request.
        let own = scene.sheet(&head("s1"), 0).expect("a sheet");
        assert_eq!(value(&own, "监护人联系电话"), Some(("13800000000".to_owned(), false)));

        let id = scene.ids[0].clone();
        let mut stale = bureau();
        stale.confirmed = None;
        let asked = id.clone();
        let refused =
            scene.town.act(&stale, move |desk| platform::reveal(desk, &asked, "rescue", Purpose::Platform));
        assert!(matches!(refused, Err(Refused::StepUp { .. })));
        let whole =
            scene.town.act(&bureau(), move |desk| platform::reveal(desk, &id, "rescue", Purpose::Platform));
        let whole = whole.expect("the whole sheet");
        assert_eq!(value(&whole, "身份证号"), Some((number(BIRTH, 11), false)));
        assert_eq!(value(&whole, "详细住址"), Some(("上村 12 号".to_owned(), false)));
        let recorded = scene.town.count(
            "select count(*) from audit where county = $1 and action = 'reveal_field' and purpose = '录入省、国家平台'",
        );
        assert_eq!(recorded, 3, "number, address, telephone");
    });
}

/// K10, D06: the workbook is a right of its own with fresh proof; text stays text; numbers are whole only when asked for,
/// each child on the record; too many are refused.
#[test]
fn the_workbook_for_uploading() {
    on_each_engine(|db| {
        let scene = scene(db);
        let mut tricky = pupil("=1+2");
        (tricky.id_kind, tricky.id_number) = ("1".to_owned(), Some(number(BIRTH, 61)));
        tricky.standing = Standing::Absent;
        scene.town.enter(vec![tricky]);
        let export = |by: &SignedIn, whole: bool| {
            scene
                .town
                .act(by, move |desk| platform::export(desk, &Query::default(), whole, Purpose::Platform))
        };
        let mut stale = head("s1");
        stale.confirmed = None;
        assert!(matches!(export(&stale, false), Err(Refused::StepUp { .. })));
        let village = who("v", Role::Village, "v1");
        assert!(matches!(export(&village, false), Err(Refused::Denied { .. })));
        let own = export(&township("t1"), false).expect("a township's own");
        assert_eq!(own.rows, 3, "罗小一, 罗小二 and =1+2, and nobody of the other township");
        let names_and_numbers = |bytes: &[u8]| {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("表.xlsx");
            std::fs::write(&path, bytes).unwrap();
            let field = |key: &str, heading: &str| Field {
                key: key.to_owned(),
                headings: vec![heading.to_owned()],
                required: true,
                any_of: None,
            };
            let schema = Schema {
                list: "录入表".to_owned(),
                fields: vec![field("name", "学生姓名"), field("id", "身份证号")],
            };
            let mut rows = Vec::new();
            let table = open(&path, &schema, &Limits::default()).expect("the workbook can be read back");
            let walked = table.walk(
                &mut |row| {
                    rows.push((row.get(0).to_owned(), row.get(1).to_owned()));
                    std::ops::ControlFlow::Continue(())
                },
                &|_| {},
            );
            walked.expect("rows");
            rows
        };
        let masked = names_and_numbers(&export(&head("s1"), false).expect("a workbook").bytes);
        assert_eq!(masked.len(), 3);
        assert!(masked.iter().any(|(name, _)| name == "=1+2"), "{masked:?}");
        assert!(masked.iter().all(|(_, number)| number.contains('*')));
        assert_eq!(
            scene.town.count("select count(*) from audit where county = $1 and action = 'reveal_field'"),
            0
        );
        let whole = names_and_numbers(&export(&head("s1"), true).expect("a workbook").bytes);
        assert!(whole.iter().any(|(_, id)| *id == number(BIRTH, 11)));
        assert_eq!(
            scene.town.count("select count(*) from audit where county = $1 and action = 'reveal_field'"),
            3
        );
        let said = scene.town.count(
            "select count(*) from audit where county = $1 and action = 'export_platform' and detail like '%3人%'",
        );
        assert_eq!(said, 3, "masked, whole, and the township's");
    });
}

/// Capabilities 98 and 143: only here, only there, number, state, name; the same list again is the same differences.
#[test]
fn what_differs() {
    on_each_engine(|db| {
        let scene = scene(db);
        let by = bureau();
        scene.keep(&by, 0, Step::Enter, "YN-0001", 0).expect("entered");
        scene.keep(&by, 1, Step::Enter, "YN-0002", 0).expect("entered");
        scene.keep(&by, 3, Step::Enter, "YN-0004", 0).expect("entered");
        let list = column(&format!(
            "YN-0001,罗小一,{},2017-05-04,劝返中\n\
             YN-0002,罗小尔,{},2017-05-04,已销号\n\
             YN-0005,鲁小五,{},2017-05-04,在办\n\
             YN-0003,罗小三,{},2017-05-04,在办\n\
             YN-0099,外县人,,2016-01-01,在办\n\
             YN-0098,外县人,,2016-01-02,已销号\n",
            number(BIRTH, 11),
            number(BIRTH, 21),
            number(BIRTH, 51),
            number(BIRTH, 31),
        ));
        let kinds = |found: &Differences| {
            let mut kinds: Vec<(Kind, String)> =
                found.rows.iter().filter_map(|row| Some((row.kind?, row.name.clone()))).collect();
            kinds.sort();
            kinds.into_iter().map(|(kind, name)| format!("{}:{name}", kind.code())).collect::<Vec<_>>()
        };
        let expected = [
            "only_there:外县人",
            "only_there:罗小三",
            "only_here:白小四",
            "number:鲁小五",
            "state:罗小尔",
            "person:罗小尔",
        ];
        for round in 0..2 {
            assert_eq!(scene.check(&by, &list), 6, "round {round}");
            assert_eq!(kinds(&scene.differences(&by, "open")), expected, "round {round}");
        }
        let open = scene.differences(&by, "open");
        let find = |kind: Kind| open.rows.iter().find(|row| row.kind == Some(kind)).expect("a row");
        assert!(open.rows.iter().all(|row| !row.id_masked.contains(BIRTH)), "masked");

        // Taking over the number keeps it for the child; what was only said is asked again; what is right is not.
        let number_row = find(Kind::Number);
        scene.settle(&by, &number_row.id, Settled::TakeNumber, number_row.version).expect("taken");
        assert!(scene.names(&by, "rescue", "kept").contains(&"鲁小五".to_owned()));
        let again = scene.settle(&by, &number_row.id, Settled::Same, number_row.version);
        assert!(matches!(again, Err(Refused::Changed { .. })));
        let (state, there) = (find(Kind::State), find(Kind::OnlyHere));
        scene.settle(&by, &state.id, Settled::MendThere, state.version).expect("said");
        scene.settle(&by, &there.id, Settled::Same, there.version).expect("right");
        let wrong = find(Kind::Person);
        assert!(matches!(
            scene.settle(&by, &wrong.id, Settled::TakeNumber, wrong.version),
            Err(Refused::Rule { .. })
        ));
        scene.check(&by, &list);
        let open = scene.differences(&by, "open");
        assert_eq!(kinds(&open), ["only_there:外县人", "only_there:罗小三", "state:罗小尔", "person:罗小尔"]);
        assert_eq!(scene.differences(&by, "decided").rows.len(), 2);

        // A list in which everything is right leaves nothing open.
        let right = column(&format!(
            "YN-0001,罗小一,{},,劝返中\nYN-0002,罗小二,{},,在办\nYN-0005,鲁小五,,,在办\n",
            number(BIRTH, 11),
            number(BIRTH, 21)
        ));
        scene.check(&by, &right);
        let left = scene.differences(&by, "open");
        assert!(left.rows.is_empty(), "{:?}", kinds(&left));
        assert_eq!(left.counts[3], 4, "gone by themselves");
    });
}

/// A02: a school's list finds its own children and nobody else's; what is sent on is seen by whom it was sent to.
#[test]
fn each_within_its_own() {
    on_each_engine(|db| {
        let scene = scene(db);
        let school = head("s1");
        let list = column(&format!("YN-0004,白小四,{},2017-05-04,在办\n", number(BIRTH, 41)));
        scene.check(&school, &list);
        let mine = scene.differences(&school, "open");
        assert_eq!(
            (mine.rows.len(), mine.rows[0].kind, &mine.rows[0].child),
            (1, Some(Kind::OnlyThere), &None)
        );
        scene.check(&bureau(), &list);
        let all = scene.differences(&bureau(), "open");
        assert_eq!((all.rows[0].kind, all.rows[0].child.as_ref()), (Some(Kind::Number), Some(&scene.ids[3])));
        assert!(scene.differences(&head("s2"), "open").rows.is_empty());
        let row = &all.rows[0];
        let named = |unit: &str, name: &str| (unit.to_owned(), name.to_owned());
        assert_eq!(
            row.receivers,
            [named("s2", "西乡小学"), named("t2", "西乡")],
            "only its own school and township"
        );
        let send = |by: &SignedIn, unit: &'static str, id: &str, version: i64| {
            let id = id.to_owned();
            scene.town.act(by, move |desk| platform::send(desk, &id, unit, "请核对", version))
        };
        assert!(matches!(send(&bureau(), "s1", &row.id, row.version), Err(Refused::Invalid(_))));
        assert!(matches!(send(&head("s2"), "ju", &row.id, row.version), Err(Refused::Denied { .. })));
        send(&bureau(), "s2", &row.id, row.version).expect("sent");
        let sent = scene.differences(&head("s2"), "sent");
        assert_eq!((sent.rows.len(), sent.rows[0].sent_to.as_str()), (1, "西乡小学"));
        assert!(scene.differences(&school, "sent").rows.is_empty());
        scene
            .settle(&head("s2"), &sent.rows[0].id, Settled::TakeNumber, sent.rows[0].version)
            .expect("the school takes the number over");
        assert_eq!(scene.names(&head("s2"), "rescue", "kept"), ["白小四"]);
        let teacher = who("t", Role::Teacher, "c1");
        let said = scene.town.act(&teacher, |desk| platform::differences(desk, "rescue", "open", "", 50));
        assert!(matches!(said, Err(Refused::Denied { .. })));
    });
}

/// Two files of one child become one: both records there come along, and the list says that there are two.
#[test]
fn merged_children_keep_both_records() {
    on_each_engine(|db| {
        let scene = scene(db);
        let by = bureau();
        scene.keep(&by, 0, Step::Enter, "YN-0001", 0).expect("entered");
        scene.keep(&by, 1, Step::Enter, "YN-0002", 0).expect("entered");
        let (kept, gone) = (scene.ids[0].clone(), scene.ids[1].clone());
        scene.town.act(&by, move |desk| ledger::merge(desk, &kept, &gone, "同一个孩子")).expect("merged");
        let list = column("YN-0001,罗小一,,2017-05-04,在办\nYN-0002,罗小一,,2017-05-04,在办\n");
        scene.check(&by, &list);
        let kinds: Vec<Option<Kind>> =
            scene.differences(&by, "open").rows.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, [Some(Kind::Twice)]);
    });
}

/// 四(十四): once a week, and it says so.
#[test]
fn once_a_week() {
    on_each_engine(|db| {
        let scene = scene(db);
        let last =
            |by: &SignedIn| scene.town.act(by, |desk| platform::last_check(desk, "rescue")).expect("a day");
        assert!(last(&bureau()).overdue && last(&bureau()).at.is_empty());
        scene.check(&bureau(), &column("YN-0001,罗小一,,2017-05-04,在办\n"));
        let done = last(&bureau());
        assert_eq!((done.due, done.overdue, done.rows), (date(2026, 12, 1), false, 1));
        assert!(last(&head("s1")).overdue, "each unit for itself");
        scene.town.at("2026-12-02T01:00:00Z");
        assert!(last(&bureau()).overdue);
    });
}

/// E01–E04, E09: another list, an empty one, a broken one and one that is too long are refused with words; a wrong row is
/// named and the rest goes on; a number that lost its digits is never guessed.
#[test]
fn lists_that_are_none() {
    let said = |text: &str| words(read(text));
    assert!(said("姓名,全国学籍号,学校,班级\n罗小一,G539999201509010011,东镇小学,1\n").contains("平台编号"));
    assert!(!said("").is_empty());
    assert!(!said("%PDF-1.7\n").is_empty());
    assert!(said(&column("12,罗小一,,2017-05-04,在办\n")).contains("4至40位"));
    let long: String = (0..=platform::MOST_ROWS).map(|at| format!("YN-{at:06},甲,,,在办\n")).collect();
    assert!(said(&column(&long)).contains("超过20000行"));
    let mixed = read(&column("YN-0001,罗小一,4.53999E+17,,在办\nYN-0002,罗小二,539999********0011,,在办\n"));
    let mixed = mixed.expect("the second row can be used");
    assert_eq!((mixed.len(), mixed.rejected_count), (1, 1));
    assert!(mixed.rejected[0].contains("第2行") && !mixed.rejected[0].contains("罗小一"));
    let other = read("平台编号,姓名,住房面积\nYN-0001,罗小一,90\n").expect("a list");
    assert_eq!(other.unknown, ["住房面积"]);
}
