//! Adding, correcting, groups, guardians, studying elsewhere, export.

use casework::db::testing::on_each_engine;
use casework::ledger::{self, ElsewhereForm, Form, GuardianForm, Query, Saved};
use casework::refused::Refused;
use rules::access::Role;
use rules::groups::Special;
use rules::purpose::Purpose;
use rules::standing::Standing;

use super::town::{Town, bureau, head, number, out, pupil, township, who, words};

fn form(name: &str) -> Form {
    Form {
        name: name.to_owned(),
        sex: "1".to_owned(),
        birth: "2017年5月4日".to_owned(),
        registration: "local".to_owned(),
        home: "g1".to_owned(),
        ..Form::default()
    }
}

/// E02, E05, D07: every field is checked by its rule, and all that is wrong is said at once.
#[test]
fn a_form_is_checked_field_by_field() {
    on_each_engine(|db| {
        let town = Town::new(db);
        for (bad, field) in [
            (Form { name: " ".to_owned(), ..form("") }, "name"),
            (Form { name: "李\u{202e}明".to_owned(), ..form("") }, "name"),
            (Form { sex: "x".to_owned(), ..form("李明") }, "sex"),
            (Form { birth: "2027-01-01".to_owned(), ..form("李明") }, "birth"),
            (Form { birth: "2017-02-30".to_owned(), ..form("李明") }, "birth"),
            (
                Form {
                    id_kind: "1".to_owned(), id_number: "539999201705040012".to_owned(), ..form("李明")
                },
                "id_number",
            ),
            (
                Form { id_kind: "1".to_owned(), id_number: number("20170505", 11), ..form("李明") },
                "id_number",
            ),
            (
                Form { id_kind: "1".to_owned(), id_number: number("20170504", 12), ..form("李明") },
                "id_number",
            ),
            (Form { id_number: number("20170504", 11), ..form("李明") }, "id_kind"),
            (Form { registration: String::new(), ..form("李明") }, "registration"),
            (Form { home: "s1".to_owned(), ..form("李明") }, "home"),
            (Form { student_number: "G1".to_owned(), ..form("李明") }, "student_number"),
        ] {
            let told = format!("{bad:?}");
            match town.act(&bureau(), move |desk| ledger::add(desk, &bad, false)) {
                Err(Refused::Invalid(problems)) => {
                    assert!(problems.iter().any(|problem| problem.field == field), "{field}: {problems:?}");
                }
                other => panic!("{field} of {told}: {other:?}"),
            }
        }
    });
}

/// Search before create, never trap: the same number stops, the same name and birthday only asks.
#[test]
fn whoever_may_be_there_already_is_shown_first() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let first = Form { id_kind: "1".to_owned(), id_number: number("20170504", 11), ..form("李小明") };
        let again = first.clone();
        assert!(matches!(
            town.act(&township("t1"), move |desk| ledger::add(desk, &first, false)),
            Ok(Saved::Done(_))
        ));
        let Ok(Saved::Alike(alike)) = town.act(&bureau(), move |desk| ledger::add(desk, &again, true)) else {
            panic!("the same number is never entered twice");
        };
        assert!(alike[0].same_number && alike[0].file.is_some());
        let Ok(Saved::Alike(alike)) = town.act(&bureau(), |desk| ledger::add(desk, &form("李小明"), false))
        else {
            panic!("the same name and birthday is shown first");
        };
        assert_eq!((alike.len(), alike[0].same_number), (1, false));
        // A08: that there is a child of this name and birthday in another township is nobody's affair here.
        let home = Form { home: "v2".to_owned(), ..form("李小明") };
        assert!(matches!(
            town.act(&township("t2"), move |desk| ledger::add(desk, &home, false)),
            Ok(Saved::Done(_))
        ));
        assert!(matches!(
            town.act(&bureau(), |desk| ledger::add(desk, &form("李小明"), true)),
            Ok(Saved::Done(_))
        ));
        let away = town.act(&township("t2"), |desk| ledger::add(desk, &form("李四"), true));
        assert!(words(away).contains("您管的"), "nobody enters a child elsewhere");
        town.ties_are_true();
    });
}

/// H03: of two who correct at once the later one sees what differs; nothing of the first is lost.
#[test]
fn the_later_of_two_sees_what_differs() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![pupil("李小明")]).remove(0);
        let (a, b, c) = (id.clone(), id.clone(), id.clone());
        let first = Form { home: "v1".to_owned(), ..form("李小敏") };
        let done = town.act(&township("t1"), move |desk| ledger::correct(desk, &a, &first, 1, true));
        assert_eq!(done.expect("saved"), Saved::Done(id));
        let late = town
            .act(&bureau(), move |desk| ledger::correct(desk, &b, &form("李晓明"), 1, true))
            .expect("an answer");
        let Saved::Stale(2, differences) = late else { panic!("{late:?}") };
        let lines: Vec<_> = differences.iter().map(|d| (d.label, d.yours.as_str(), d.now.as_str())).collect();
        assert!(lines.contains(&("姓名", "李晓明", "李小敏")), "{lines:?}");
        assert!(lines.contains(&("户籍地", "一组", "上村")), "{lines:?}");
        let file = town.act(&bureau(), move |desk| ledger::read(desk, &c)).expect("the file");
        assert_eq!(file.name, "李小敏");
        assert!(file.timeline.iter().any(|event| event.what == "更正了姓名"));
        assert!(!format!("{:?}", file.timeline).contains("李小明"), "history in words, without values");
        town.ties_are_true();
    });
}

/// A06, A17: a school cannot move a child's home, whatever its form says; another's child cannot be written.
#[test]
fn a_form_writes_only_what_its_writer_may() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![pupil("李小明")]).remove(0);
        let (a, b) = (id.clone(), id.clone());
        let moved = Form { home: "v2".to_owned(), registration: "none".to_owned(), ..form("李小明") };
        let theirs = moved.clone();
        town.act(&head("s1"), move |desk| ledger::correct(desk, &a, &moved, 1, true)).expect("saved");
        assert_eq!(
            town.count("select cast(count(*) as bigint) from child where county = $1 and village = 'v1' and registration = 'local'"),
            1
        );
        let other = town.act(&township("t2"), move |desk| ledger::correct(desk, &b, &theirs, 2, true));
        assert!(matches!(other, Err(Refused::Denied { .. })));
        // Moving to another township takes the old one's view with it.
        let c = id.clone();
        let away = Form { home: "v2".to_owned(), ..form("李小明") };
        town.act(&township("t1"), move |desk| ledger::correct(desk, &c, &away, 2, true)).expect("saved");
        town.ties_are_true();
        assert!(town.act(&township("t2"), move |desk| ledger::read(desk, &id)).is_ok());
    });
}

/// 四(八)(十七): groups by date with a source, by those who may know of them; the filter follows.
#[test]
fn groups_begin_and_end_by_date() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![out("王小花")]).remove(0);
        let tag = |by: &casework::desk::SignedIn, group, from: &'static str| {
            let id = id.clone();
            town.act(by, move |desk| ledger::tag(desk, &id, group, from, "", "民政局名单"))
        };
        tag(&bureau(), Special::Orphan, "2026-10-01").expect("tagged");
        assert!(words(tag(&bureau(), Special::Orphan, "2026-10-02")).contains("已经登记"));
        assert!(words(tag(&bureau(), Special::Monitored, "2027-01-01")).contains("今天之后"));
        assert!(matches!(tag(&head("s2"), Special::Judicial, "2026-10-01"), Err(Refused::Denied { .. })));
        town.ties_are_true();
        let listed = |town: &Town| {
            let query = Query { group: Some(Special::Orphan), ..Query::default() };
            town.act(&bureau(), move |desk| ledger::list(desk, &query)).expect("a list").children.len()
        };
        assert_eq!(listed(&town), 1);
        let asked = id.clone();
        let file = town.act(&bureau(), move |desk| ledger::read(desk, &asked)).expect("the file");
        let (child, fact) = (id.clone(), file.groups[0].id.clone());
        town.act(&bureau(), move |desk| ledger::untag(desk, &child, &fact, "2026-11-01")).expect("ended");
        assert_eq!(listed(&town), 0);
        town.ties_are_true();
    });
}

/// 五(二): studying elsewhere needs a proof, and the proof ends.
#[test]
fn a_proof_of_studying_elsewhere_ends() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![out("王小花")]).remove(0);
        let record = |proof: &'static str, expires: &'static str| {
            let id = id.clone();
            let form = ElsewhereForm {
                school: "昆明某小学".to_owned(),
                place: "昆明市".to_owned(),
                proof: proof.to_owned(),
                from: "2026-09-01".to_owned(),
                expires: expires.to_owned(),
                ..ElsewhereForm::default()
            };
            town.act(&township("t2"), move |desk| ledger::record_elsewhere(desk, &id, &form))
        };
        let standing = || {
            let id = id.clone();
            town.act(&bureau(), move |desk| ledger::read(desk, &id)).expect("the file").standing
        };
        assert!(words(record("听说", "")).contains("请选择证明"));
        assert!(words(record("就读证明", "2029-09-01")).contains("最长一年"));
        record("没有证明", "").expect("recorded");
        assert_eq!(standing(), Some(Standing::Never), "without a proof the child is still looked for");
        record("就读证明", "2026-12-10").expect("recorded");
        assert_eq!(standing(), Some(Standing::Elsewhere));
        let soon = town.act(&township("t2"), ledger::expiring).expect("a list");
        assert_eq!(
            soon.iter().map(|one| (one.name.as_str(), one.days)).collect::<Vec<_>>(),
            [("王小花", 16)]
        );
        let asked = id.clone();
        let file = town.act(&township("t2"), move |desk| ledger::read(desk, &asked)).expect("the file");
        let next = file.next.expect("an expiring proof has a next act");
        assert_eq!((next.whose.as_str(), next.due.as_str()), ("西乡", "2026-12-10"));
        assert!(town.act(&township("t1"), ledger::expiring).expect("a list").is_empty());
        town.ties_are_true();
    });
}

/// Guardians are ended, not taken away; a household is found by its book.
#[test]
fn guardians_and_households() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let ids = town.enter(vec![pupil("李小明"), pupil("李小花")]);
        let (a, b) = (ids[0].clone(), ids[1].clone());
        for id in [&a, &b] {
            let id = id.clone();
            town.act(&township("t1"), move |desk| ledger::join_household(desk, &id, "5300001", "李大山"))
                .expect("joined");
        }
        let child = a.clone();
        let bad = GuardianForm {
            name: "李大山".to_owned(),
            relation: "父亲".to_owned(),
            phone: "abc".to_owned(),
            away: true,
        };
        assert!(
            words(town.act(&township("t1"), move |desk| ledger::add_guardian(desk, &child, &bad)))
                .contains("电话")
        );
        let child = a.clone();
        let good = GuardianForm {
            name: "李大山".to_owned(),
            relation: "父亲".to_owned(),
            phone: "139 0000 0000".to_owned(),
            away: true,
        };
        town.act(&township("t1"), move |desk| ledger::add_guardian(desk, &child, &good)).expect("added");
        let child = a.clone();
        let file = town.act(&bureau(), move |desk| ledger::read(desk, &child)).expect("the file");
        let guardians = file.guardians.expect("seen");
        assert_eq!(guardians.len(), 2);
        assert_eq!(file.siblings.expect("seen")[0].name, "李小花");
        let (child, gone) = (a, guardians[0].id.clone());
        town.act(&township("t1"), move |desk| ledger::end_guardian(desk, &child, &gone)).expect("ended");
        assert_eq!(
            town.count(
                "select cast(count(*) as bigint) from guardian where county = $1 and until_at is null"
            ),
            2
        );
        assert_eq!(town.count("select cast(count(*) as bigint) from guardian where county = $1"), 3);
        town.ties_are_true();
    });
}

/// A18, A21, D06: an export is a permission of its own, needs a fresh proof, says who took it, and holds no formula.
#[test]
fn an_export_is_marked_and_bounded_by_right() {
    on_each_engine(|db| {
        let town = Town::new(db);
        town.enter(vec![pupil("=1+1"), out("王小花")]);
        let take = |by: &casework::desk::SignedIn| {
            town.act(by, |desk| ledger::export(desk, &Query::default(), Purpose::Platform))
        };
        let file = take(&township("t1")).expect("a workbook");
        assert_eq!(file.rows, 1, "only one's own");
        let mut workbook = zip::ZipArchive::new(std::io::Cursor::new(&file.bytes)).expect("a workbook");
        let mut text = String::new();
        for at in 0..workbook.len() {
            let part = workbook.by_index(at).expect("a part");
            text.push_str(&std::io::read_to_string(part).unwrap_or_default());
        }
        assert!(text.contains("=1+1") && text.contains("用途：录入省、国家平台"), "{text}");
        assert!(!text.contains("<f>") && !text.contains("王小花"));
        let mut stale = township("t1");
        stale.confirmed = Some("2026-11-24T00:00:00Z".parse().expect("a moment"));
        assert!(matches!(take(&stale), Err(Refused::StepUp { .. })));
        assert!(matches!(take(&who("t", Role::Teacher, "c1")), Err(Refused::Denied { .. })));
        assert_eq!(
            town.count(
                "select cast(count(*) as bigint) from audit where county = $1 and action = 'export_children'"
            ),
            1
        );
    });
}
