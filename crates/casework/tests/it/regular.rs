//! 常态化报告, the four of 教基厅函〔2024〕15号, through the storage of both engines: from the draft to the number, nought that is true, what is frozen
//! and does not shift, who owes, the recheck, the drawn visits; hazards A08, B05, B08, F06, H01; 五(十二).
// long because: the four reports share one county, from the draft to what is kept of each handing in.

use std::sync::Arc;

use casework::cases::open_case;
use casework::db::testing::{on_each_engine, on_each_engine_with};
use casework::db::{DbError, MIGRATIONS, Value};
use casework::desk::SignedIn;
use casework::figures::renew;
use casework::jobs::Means;
use casework::keys::Keys;
use casework::refused::Refused;
use casework::regular::{
    self, ReportFile, Words, begin, board, correct, draw, list, nudge, owed, paper, recheck, redraft, report,
    review, sample, submit, visited, waiting, workbook, write,
};
use casework::today::today;
use documents::paper::Block;
use rules::access::Role;
use rules::attendance::Kind as Mark;
use rules::purpose::ListPurpose;
use rules::regular::{Act, Found, Handed, Item, Kind, Place, Recheck, Stand, Why};

use crate::attendance::school::{School, bureau, head, who, words};
use crate::cases::director;
use crate::jobs::Machine;
use crate::pictured::{kept, pictured};

fn other_head() -> SignedIn {
    who("head2", Role::Head, "s2")
}

fn second() -> SignedIn {
    who("bureau2", Role::Bureau, "ju")
}

fn said(situation: &str) -> Words {
    Words { situation: situation.to_owned(), problems: String::new(), next: "继续点名".to_owned() }
}

/// Schools with pupils, registers since October, and a child that stayed away from 19 October on.
fn county(db: casework::db::Db) -> (School, Vec<String>) {
    let school = School::new(db);
    let children = school.pupils("c1", &["李春燕", "李甲", "李乙"]);
    school.pupils("c3", &["张丙"]);
    for day in 19..24 {
        school.at(&format!("2026-10-{day}"));
        school.call(&[(&children[0], Mark::Truant)]);
    }
    school.at("2026-11-24");
    (school, children)
}

fn begun(
    school: &School,
    by: &SignedIn,
    kind: Kind,
    unit: &'static str,
    period: &'static str,
) -> Result<String, Refused> {
    school.act(by, move |desk| begin(desk, kind, unit, period))
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<ReportFile, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| report(desk, &id))
}

fn sent(
    school: &School,
    by: &SignedIn,
    id: &str,
    situation: &'static str,
    is_zero: bool,
) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| submit(desk, &id, &said(situation), is_zero))
}

fn reviewed(school: &School, by: &SignedIn, id: &str, act: Act, why: &'static str) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| review(desk, &id, act, why))
}

/// A school's month, frozen.
fn frozen(school: &School, by: &SignedIn, unit: &'static str, period: &'static str, is_zero: bool) -> String {
    let id = begun(school, by, Kind::SchoolMonth, unit, period).expect("begun");
    sent(school, by, &id, "每天点名，没到校的当天联系", is_zero).expect("handed in");
    reviewed(school, &bureau(), &id, Act::Accept, "").expect("accepted");
    id
}

/// 学校一月一报告: drafted from the register, handed in by the school, sent back and accepted by 教体局 (B05), numbered without a gap; the names
/// stand on the page for whoever reaches the child and in no file (F06).
#[test]
fn a_month_from_draft_to_number() {
    on_each_engine(|db| {
        let (school, children) = county(db);
        assert!(
            begun(&school, &bureau(), Kind::SchoolMonth, "s1", "2026-10").is_err(),
            "the school signs for itself"
        );
        assert!(begun(&school, &other_head(), Kind::SchoolMonth, "s1", "2026-10").is_err());
        assert!(words(begun(&school, &head(), Kind::SchoolMonth, "s1", "2026-11")).contains("还没有结束"));
        let id = begun(&school, &head(), Kind::SchoolMonth, "s1", "2026-10").expect("begun");
        assert_eq!(
            begun(&school, &head(), Kind::SchoolMonth, "s1", "2026-10").expect("the same"),
            id,
            "H01: once"
        );
        let draft = read(&school, &head(), &id).expect("the draft");
        let value = |item| draft.content.value(item).to_owned();
        assert_eq!(
            (value(Item::Pupils), value(Item::Days), value(Item::Away)),
            ("3".into(), "5".into(), "1".into())
        );
        assert_eq!((value(Item::New), value(Item::Left)), ("1".into(), "1".into()));
        assert_eq!(draft.named.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["李春燕"]);

        assert!(words(sent(&school, &head(), &id, "每天点名", true)).contains("不能零报告"));
        assert!(words(sent(&school, &head(), &id, "李春燕没有来", false)).contains("里面有孩子的姓名"));
        assert!(words(sent(&school, &head(), &id, "本校排名第一", false)).contains("排名"), "五(十二)");
        assert!(words(sent(&school, &head(), &id, "", false)).contains("做了什么"));
        assert_eq!(read(&school, &head(), &id).expect("read").line.stand, Stand::Draft, "nothing half done");
        let own = id.clone();
        school.act(&head(), move |desk| write(desk, &own, &said("写了一半"))).expect("kept");
        let own = id.clone();
        school.act(&head(), move |desk| redraft(desk, &own)).expect("counted anew");
        assert_eq!(read(&school, &head(), &id).expect("read").words.situation, "写了一半");
        assert!(words(reviewed(&school, &bureau(), &id, Act::Accept, "")).contains("还没有报送"));
        sent(&school, &head(), &id, "每天点名，没到校的当天联系", false).expect("handed in");
        assert!(words(sent(&school, &head(), &id, "再报一次", false)).contains("正在审核"));
        assert!(matches!(reviewed(&school, &head(), &id, Act::Accept, ""), Err(Refused::Denied { .. })));
        assert_eq!(school.act(&bureau(), waiting).expect("counted"), 1);
        assert!(
            matches!(reviewed(&school, &bureau(), &id, Act::Return, ""), Err(Refused::Invalid(_))),
            "with a reason"
        );
        reviewed(&school, &bureau(), &id, Act::Return, "请写明家访的情况").expect("sent back");
        assert_eq!(read(&school, &head(), &id).expect("read").returned, "请写明家访的情况");
        sent(&school, &head(), &id, "每天点名，两次家访", false).expect("again");
        reviewed(&school, &bureau(), &id, Act::Accept, "").expect("accepted");
        let done = read(&school, &bureau(), &id).expect("read");
        assert_eq!((done.line.number.as_str(), done.is_as_frozen), ("控保月报〔2026〕1号", Some(true)));
        let next = frozen(&school, &other_head(), "s2", "2026-10", true);
        assert_eq!(read(&school, &bureau(), &next).expect("read").line.number, "控保月报〔2026〕2号");
        assert!(matches!(read(&school, &other_head(), &id), Err(Refused::Denied { .. })), "another school's");
        assert!(matches!(read(&school, &who("p", Role::Police, "ga"), &id), Err(Refused::Denied { .. })));

        let own = id.clone();
        let drawn =
            school.act(&bureau(), move |desk| paper(desk, &own, "http://127.0.0.1")).expect("a paper");
        let text = format!("{:?}", drawn.paper);
        assert!(
            text.contains("控保月报〔2026〕1号")
                && text.contains(done.digest.get(..8).expect("a digest"))
                && !drawn.paper.squares.is_empty()
        );
        assert!(!text.contains("李春燕") && !text.contains(&children[0]), "F06");
        let tables = drawn.paper.body.iter().filter(|block| matches!(block, Block::Table { .. })).count();
        assert_eq!(tables, 5);
        let own = id.clone();
        let (bytes, name) = school.act(&bureau(), move |desk| workbook(desk, &own)).expect("a workbook");
        assert!(bytes.starts_with(b"PK") && name == "school-month-2026-10-v1");
        let own = id.clone();
        let annex = school
            .act(&head(), move |desk| regular::annex(desk, &own, ListPurpose::ALL[0]))
            .expect("the names");
        assert_eq!(annex.rows, 1);
        school
            .act(&bureau(), move |desk| regular::filed(desk, &id, "pdf", ("abc", 3)))
            .expect("on the record");
    });
}

/// B08: what was handed in and sent back stays beside what came then, with the children behind it; nothing is replaced.
#[test]
fn every_handing_in_stays() {
    on_each_engine(|db| {
        let (school, _) = county(db);
        let id = begun(&school, &head(), Kind::SchoolMonth, "s1", "2026-10").expect("begun");
        sent(&school, &head(), &id, "每天点名", false).expect("handed in");
        assert_eq!(read(&school, &head(), &id).expect("read").handings.len(), 1);
        reviewed(&school, &bureau(), &id, Act::Return, "请核实是不是登记错了").expect("sent back");
        school.run("update suspected set cleared_at = '2026-10-24T08:00:00.000+08:00', cleared_why = 'corrected' where county = $1");
        sent(&school, &head(), &id, "登记错了，已更正", true).expect("again, nought now");
        let one = read(&school, &head(), &id).expect("read");
        let [first, second] = one.handings.as_slice() else { panic!("{:?}", one.handings) };
        assert_eq!((first.nth, first.words.situation.as_str(), first.is_zero), (1, "每天点名", false));
        assert_eq!(
            (second.nth, second.words.situation.as_str(), second.is_zero),
            (2, "登记错了，已更正", true)
        );
        assert!(first.changes.is_empty() && first.lines.is_empty(), "nothing was before it");
        let moved: Vec<(&str, bool, bool)> = second
            .changes
            .iter()
            .map(|one| (one.name.as_str(), one.was.is_empty(), one.is.is_empty()))
            .collect();
        assert_eq!(moved, [("李春燕", false, true)], "who is not on the list any more is said by name");
        assert!(second.lines.iter().any(|(_, was, now)| was == "1" && now == "0"), "{:?}", second.lines);
        assert!(one.named.is_empty(), "the report has the list of its last handing in");
        let kept =
            school.count("select cast(count(*) as bigint) from regular_named where county = $1 and nth = 1");
        assert!(kept > 0, "the list of the first handing in is still there");
    });
}

/// 零报告: it must be said, it stands in the report, and it is not to be had while the month's list has a child; who was put there by mistake is none.
#[test]
fn nought_is_declared() {
    on_each_engine(|db| {
        let (school, _) = county(db);
        let id = begun(&school, &other_head(), Kind::SchoolMonth, "s2", "2026-10").expect("begun");
        assert!(words(sent(&school, &other_head(), &id, "每天点名", false)).contains("零报告"));
        sent(&school, &other_head(), &id, "每天点名", true).expect("nought");
        reviewed(&school, &bureau(), &id, Act::Accept, "").expect("accepted");
        assert!(read(&school, &bureau(), &id).expect("read").line.is_zero);
        school.run("update suspected set cleared_at = '2026-10-24T08:00:00.000+08:00', cleared_why = 'corrected' where county = $1");
        let id = begun(&school, &head(), Kind::SchoolMonth, "s1", "2026-10").expect("begun");
        sent(&school, &head(), &id, "每天点名", true).expect("nobody is left");
    });
}

/// B08: what is frozen stays as it is whatever is done to the data; a correction is a version that names the one it replaces; what was touched in
/// the storage shows.
#[test]
fn frozen_does_not_shift() {
    on_each_engine(|db| {
        let (school, children) = county(db);
        let id = frozen(&school, &head(), "s1", "2026-10", false);
        let before = read(&school, &bureau(), &id).expect("read");
        let own = id.clone();
        let made = school.act(&bureau(), move |desk| workbook(desk, &own)).expect("a workbook");
        school.run("update suspected set cleared_at = '2026-10-30T08:00:00.000+08:00', cleared_why = 'returned' where county = $1");
        school.pupils("c2", &["王丁"]);
        let after = read(&school, &bureau(), &id).expect("read");
        assert_eq!(
            (&after.content, &after.named, &after.digest),
            (&before.content, &before.named, &before.digest)
        );
        let own = id.clone();
        assert_eq!(
            school.act(&bureau(), move |desk| workbook(desk, &own)).expect("a workbook"),
            made,
            "the same bytes"
        );
        let own = id.clone();
        let new = school.act(&head(), move |desk| correct(desk, &own, "补登了返校")).expect("a correction");
        let own = id.clone();
        assert!(
            words(school.act(&head(), move |desk| correct(desk, &own, "又一次").map(drop))).contains("第2版")
        );
        sent(&school, &head(), &new, "每天点名，已经返校", false).expect("handed in");
        reviewed(&school, &second(), &new, Act::Accept, "").expect("accepted");
        let newer = read(&school, &bureau(), &new).expect("read");
        assert_eq!((newer.line.version, newer.content.value(Item::Left)), (2, "0"));
        assert_eq!(newer.named.iter().map(|one| one.why.clone()).collect::<Vec<_>>(), [vec![Why::Cleared]]);
        let old = read(&school, &bureau(), &id).expect("the old one");
        assert!(old.content == before.content && !old.is_latest && old.versions.len() == 2);

        let drawn =
            school.act(&bureau(), move |desk| paper(desk, &new, "http://127.0.0.1")).expect("a paper");
        assert!(format!("{:?}", drawn.paper).contains("本报告更正控保月报〔2026〕1号"));
        school.run("update regular_report set situation = '改过' where county = $1 and version = 1");
        assert_eq!(read(&school, &bureau(), &id).expect("read").is_as_frozen, Some(false), "it shows");
        let _ = children;
    });
}

/// Child by child: what changed since the last report of the same school.
#[test]
fn what_changed_since_the_last() {
    on_each_engine(|db| {
        let (school, children) = county(db);
        frozen(&school, &head(), "s1", "2026-09", true);
        let child = children[1].clone();
        school.act(&bureau(), move |desk| open_case(desk, &child, "村民反映").map(drop)).expect("a case");
        school.run("update child_case set opened_at = '2026-10-08T08:00:00.000+08:00' where county = $1");
        let id = frozen(&school, &head(), "s1", "2026-10", false);
        let file = read(&school, &bureau(), &id).expect("read");
        let names: Vec<(&str, bool, &[Why])> = file
            .changes
            .iter()
            .map(|one| (one.name.as_str(), one.was.is_empty(), one.is.as_slice()))
            .collect();
        assert_eq!(names, [("李春燕", true, &[Why::Suspected][..]), ("李甲", true, &[Why::Case][..])]);
    });
}

/// 县一季一复核: who has handed in, late, nought, who owes, in the order of the codes (五(十二)); those who owe are reminded once a day and have it
/// among today's tasks; the recheck says of each whether it is so.
#[test]
fn the_board_and_the_recheck() {
    on_each_engine(|db| {
        let (school, _) = county(db);
        let mine = school.act(&head(), owed).expect("owed");
        assert_eq!(
            mine.iter()
                .map(|one| (one.kind, one.period.code.as_str(), one.due.to_string()))
                .collect::<Vec<_>>(),
            [(Kind::SchoolMonth, "2026-10", "2026-11-05".to_owned())],
            "nothing from before the first register"
        );
        let tasks = school.act(&head(), today).expect("today").tasks;
        assert!(tasks.iter().any(|task| task.title == "2026年10月学校月报告" && task.due == "2026-11-05"));
        let id = frozen(&school, &head(), "s1", "2026-10", false);
        assert!(school.act(&head(), owed).expect("owed").is_empty());
        let look =
            || school.act(&bureau(), |desk| board(desk, "2026-10")).expect("the board").expect("a month");
        let lines = look().lines;
        assert_eq!(
            lines.iter().map(|line| (line.unit.as_str(), line.handed)).collect::<Vec<_>>(),
            [("s1", Handed::Late), ("s2", Handed::Open)]
        );
        assert!(
            matches!(school.act(&head(), |desk| board(desk, "")), Err(Refused::Denied { .. })),
            "no school beside another"
        );
        assert!(matches!(school.act(&head(), |desk| nudge(desk, "2026-10")), Err(Refused::Denied { .. })));
        assert_eq!(school.act(&bureau(), |desk| nudge(desk, "2026-10")).expect("reminded"), 1);
        assert!(words(school.act(&bureau(), |desk| nudge(desk, "2026-10"))).contains("没有要催的"));
        let check = |result, text: &'static str| {
            let own = id.clone();
            school.act(&bureau(), move |desk| recheck(desk, &own, result, text))
        };
        assert!(words(check(None, "")).contains("请选择"));
        assert!(words(check(Some(Recheck::Deviation), "")).contains("哪里有出入"));
        assert!(words(check(Some(Recheck::Deviation), "少报了李甲")).contains("姓名"));
        check(Some(Recheck::Confirmed), "").expect("confirmed");
        check(Some(Recheck::Deviation), "走访看到还有学生没有返校").expect("looked again");
        assert_eq!(look().lines[0].recheck, Some(Recheck::Deviation), "the latest counts");
        assert_eq!(
            read(&school, &head(), &id).expect("read").recheck.map(|one| one.0),
            Some(Recheck::Deviation)
        );
    });
}

/// 春秋开学进校入户: drawn once by a kept seed, in the quarters in which a term begins; what was seen is added, names nobody, and counts in the report.
#[test]
fn visits_are_drawn_once() {
    on_each_engine(|db| {
        let (school, children) = county(db);
        school.run("update child set household = 'h-' || id where county = $1");
        assert!(words(school.act(&bureau(), |desk| draw(desk, "2026-q4"))).contains("没有开学"));
        school.at("2026-09-25");
        assert!(matches!(school.act(&head(), |desk| draw(desk, "2026-q3")), Err(Refused::Denied { .. })));
        school.act(&bureau(), |desk| draw(desk, "2026-q3")).expect("drawn");
        assert!(words(school.act(&bureau(), |desk| draw(desk, "2026-q3"))).contains("不能重抽"));
        let look = || school.act(&bureau(), |desk| sample(desk, "2026-q3")).expect("the draw");
        let drawn = look();
        assert_eq!(drawn.seed.len(), 32);
        let count = |place| drawn.tickets.iter().filter(|ticket| ticket.place == place).count();
        assert_eq!(
            (count(Place::School), count(Place::Home)),
            (2, 4),
            "both schools, the three homes of one and the one of the other"
        );
        assert!(drawn.tickets.iter().filter(|one| one.place == Place::Home).all(|one| !one.pupil.is_empty()));
        let child = children[0].clone();
        let seen = |on: &'static str, found, text: &'static str| {
            let child = child.clone();
            school_act(&school, move |desk| {
                visited(desk, "2026-q3", (Some(Place::Home), &child), (on, found, text))
            })
        };
        fn school_act(
            school: &School,
            mut act: impl FnMut(&mut casework::desk::Desk<'_, '_>) -> Result<(), Refused> + Send + 'static,
        ) -> Result<(), Refused> {
            school.act(&bureau(), move |desk| act(desk))
        }
        assert!(words(seen("2026-09-20", Some(Found::Fine), "家长在家")).contains("抽样那天"));
        assert!(words(seen("2026-09-25", None, "家长在家")).contains("请选择"));
        assert!(words(seen("2026-09-25", Some(Found::Fine), "李春燕在家")).contains("姓名"));
        seen("2026-09-25", Some(Found::Away), "没有人在家").expect("entered");
        seen("2026-09-25", Some(Found::Problem), "孩子在家，没有上学").expect("entered again");
    });
}

/// 县、州、省: the figures of a snapshot that is frozen with the draft, the schools' reports counted, the term and the year without a small number and
/// without a township; another person of 教体局 or the task force accepts (B05), and the next one sees what changed.
#[test]
fn the_county_reports() {
    on_each_engine(|db| {
        let (school, _) = county(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        frozen(&school, &head(), "s1", "2026-10", false);
        frozen(&school, &other_head(), "s2", "2026-10", true);
        machine.at("2027-01-05T19:00:00Z");
        let means: Arc<dyn Means> = machine;
        renew(&means).expect("a snapshot");
        school.at("2027-01-06");
        assert!(matches!(
            begun(&school, &head(), Kind::CountyQuarter, "s1", "2026-q4"),
            Err(Refused::Denied { .. })
        ));
        let county: &'static str = crate::county::COUNTY;
        let id = begun(&school, &bureau(), Kind::CountyQuarter, county, "2026-q4").expect("begun");
        let file = read(&school, &bureau(), &id).expect("read");
        let value = |item| file.content.value(item).to_owned();
        assert_eq!(
            (value(Item::Owed), value(Item::Late), value(Item::Zero)),
            ("6".into(), "2".into(), "1".into())
        );
        assert_eq!(value(Item::Missing), "4", "November and December of two schools");
        assert_eq!(value(Item::Left), "1");
        assert!(
            file.content.tables[0].note.contains("冻结后不再变动") && !file.content.tables[0].rows.is_empty()
        );
        let towns: Vec<&str> = file.content.tables[1].rows.iter().map(|row| row[0].as_str()).collect();
        assert_eq!(towns, ["东镇", "西乡"]);
        assert_eq!(school.count("select cast(count(*) as bigint) from figure_freeze where county = $1"), 1);
        sent(&school, &bureau(), &id, "逐校看了月报告，开了一次会", false).expect("handed in");
        assert!(words(reviewed(&school, &bureau(), &id, Act::Accept, "")).contains("不能由您审核"));
        reviewed(&school, &director(), &id, Act::Accept, "").expect("accepted");
        assert_eq!(read(&school, &bureau(), &id).expect("read").line.number, "控保季核〔2027〕1号");
        assert!(matches!(read(&school, &head(), &id), Err(Refused::Denied { .. })), "not a school's");

        school.at("2027-02-01");
        let id = begun(&school, &bureau(), Kind::PrefectureTerm, county, "2026-1").expect("begun");
        let term = read(&school, &bureau(), &id).expect("read").content;
        assert_eq!((term.value(Item::Quarters), term.value(Item::Left)), ("1", "不列"));
        assert!(term.tables.iter().all(|table| table.title != "各乡镇"));
        sent(&school, &bureau(), &id, "学期调研完成", false).expect("handed in");
        reviewed(&school, &second(), &id, Act::Accept, "").expect("accepted");
        let drawn =
            school.act(&bureau(), move |desk| paper(desk, &id, "http://127.0.0.1")).expect("a paper").paper;
        assert!(drawn.to == ["大理白族自治州教育体育局"] && format!("{:?}", drawn.body).contains("少于5"));
        let rows = school.act(&bureau(), |desk| list(desk, None)).expect("the list");
        assert_eq!(rows.len(), 4);
        assert!(
            school.act(&head(), |desk| list(desk, None)).expect("own").iter().all(|one| one.unit == "s1")
        );
    });
}

/// 教基厅函〔2024〕15号: each of the four, nought and a correction too, says its number, period and order, every line with its number and what it
/// means, and what was written; as PDF, DOCX and XLSX.
#[test]
fn every_paper_of_the_four_says_what_it_must() {
    on_each_engine(|db| {
        let (school, _) = county(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let county: &'static str = crate::county::COUNTY;
        let shown = |id: &str, name: &str| {
            let file = read(&school, &bureau(), id).expect("read");
            let own = id.to_owned();
            let drawn = school.act(&bureau(), move |desk| paper(desk, &own, "https://baoxue.example"));
            let own = id.to_owned();
            let (book, _) = school.act(&bureau(), move |desk| workbook(desk, &own)).expect("a workbook");
            kept(name, "xlsx", &book);
            let mut must = vec![
                file.line.number.clone(),
                format!("按照教基厅函〔2024〕15号“{}”的要求", file.line.kind.order()),
                file.period.clone(),
                file.words.situation.clone(),
                file.words.next.clone(),
                "内容校验码SHA-256".to_owned(),
            ];
            for section in &file.content.sections {
                must.push(section.title.clone());
                must.extend(section.lines.iter().map(|line| {
                    let before = if line.before.is_empty() { "—" } else { line.before.as_str() };
                    format!("{} {} {before} {}", line.label, line.value, line.means)
                }));
            }
            for table in &file.content.tables {
                must.push(table.title.clone());
                must.extend(table.rows.iter().map(|row| row.join(" ")));
            }
            if file.line.is_zero {
                must.push("零报告：本月无疑似辍学学生，情况属实。".to_owned());
            }
            let must: Vec<&str> = must.iter().map(String::as_str).collect();
            let paper = drawn.expect("a paper").paper;
            assert!(!paper.squares.is_empty(), "{name}: it can be compared");
            pictured(name, &paper, &must, &["李春燕", "李甲", "李乙", "张丙"]);
        };
        let month = frozen(&school, &head(), "s1", "2026-10", false);
        shown(&month, "regular-month");
        let new = school.act(&head(), move |desk| correct(desk, &month, "补登了返校")).expect("a correction");
        sent(&school, &head(), &new, "每天点名，没到校的当天联系", false).expect("handed in");
        reviewed(&school, &bureau(), &new, Act::Accept, "").expect("accepted");
        shown(&new, "regular-month-corrected");
        shown(&frozen(&school, &other_head(), "s2", "2026-10", true), "regular-month-nought");
        machine.at("2027-01-05T19:00:00Z");
        let means: Arc<dyn Means> = machine;
        renew(&means).expect("a snapshot");
        let long = "逐校看了月报告，开了一次联席会议，把超过期限的个案逐件交到乡镇，走访记录、送达回执都在系统里；\
                    对点名晚于十点的班级当天提醒，连着三天没有点名的由学校说明原因，开学和放假前后各抽查一次。";
        for (kind, period, day, name) in [
            (Kind::CountyQuarter, "2026-q4", "2027-01-06", "regular-quarter"),
            (Kind::PrefectureTerm, "2026-1", "2027-02-01", "regular-term"),
            (Kind::ProvinceYear, "2026", "2027-09-10", "regular-year"),
        ] {
            school.at(day);
            let id = begun(&school, &bureau(), kind, county, period).expect("begun");
            sent(&school, &bureau(), &id, long, false).expect("handed in");
            reviewed(&school, &director(), &id, Act::Accept, "").expect("accepted");
            shown(&id, name);
        }
    });
}

/// Migration 0035: what was handed in before goes over row by row, under the handing in to which it belongs; nothing is lost.
#[test]
fn what_was_handed_in_before_is_kept() {
    let at = MIGRATIONS.iter().position(|(name, _)| *name == "0035_handings").expect("it is there");
    on_each_engine_with(&MIGRATIONS[..at], |db| {
        let run = |sql: &'static str| {
            let done: Result<(), DbError> =
                db.write(move |tx| tx.execute(sql, &[Value::from("x")]).map(drop));
            done.expect(sql);
        };
        run("insert into regular_report (county, id, kind, unit, period, version, why, state, zero, content, situation, problems,
                 next_steps, due_day, made_by, made_at, sent_by, sent_at, returned_why)
             values ($1, 'frozen', 'school_month', 's1', '2026-10', 1, '', 'frozen', 0, '{}', '点名', '', '继续', '2026-11-05', 'a',
                     '2026-11-01', 'a', '2026-11-02', '')");
        run("insert into regular_report (county, id, kind, unit, period, version, why, state, zero, content, situation, problems,
                 next_steps, due_day, made_by, made_at, sent_by, sent_at, returned_why)
             values ($1, 'back', 'school_month', 's2', '2026-10', 1, '', 'returned', 0, '{}', '点名', '', '继续', '2026-11-05', 'a',
                     '2026-11-01', 'a', '2026-11-02', '再写')");
        for sql in [
            "insert into regular_act (county, report, seq, act, words, by_account, at) values ($1, 'frozen', 1, 'submit', '', 'a', '1')",
            "insert into regular_act (county, report, seq, act, words, by_account, at) values ($1, 'frozen', 2, 'return', '', 'b', '2')",
            "insert into regular_act (county, report, seq, act, words, by_account, at) values ($1, 'frozen', 3, 'submit', '', 'a', '3')",
            "insert into regular_act (county, report, seq, act, words, by_account, at) values ($1, 'back', 1, 'submit', '', 'a', '1')",
            "insert into regular_child (county, report, child, why) values ($1, 'frozen', 'c1', 'new')",
            "insert into regular_child (county, report, child, why) values ($1, 'frozen', 'c1', 'left')",
            "insert into regular_child (county, report, child, why) values ($1, 'back', 'c2', 'new')",
        ] {
            run(sql);
        }
        db.migrate().expect("it goes over");
        let rows = |sql: &'static str| {
            let found: Result<Vec<String>, DbError> =
                db.read(|tx| tx.query(sql, &[Value::from("x")], |row| row.get(0)));
            found.expect(sql)
        };
        assert_eq!(
            rows(
                "select report || ' ' || cast(nth as text) || ' ' || child || ' ' || why from regular_named
                  where county = $1 order by report, child, why"
            ),
            ["back 1 c2 new", "frozen 2 c1 left", "frozen 2 c1 new"]
        );
        // Of one that was sent back nobody knows whether it was counted anew since.
        assert_eq!(
            rows("select report || ' ' || cast(nth as text) || ' ' || situation || ' ' || at from regular_handing
                  where county = $1 order by report"),
            ["frozen 2 点名 2026-11-02"]
        );
    });
}
