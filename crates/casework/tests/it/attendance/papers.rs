//! The written report as a paper, 五(九), 未成年人保护法 28: facts as they were when it was made, the child whole for whom the
//! law names and hidden for everybody else, every making on the record with its digest, and the platform's row beside it.

use casework::attendance::{Behind, ContactForm, Listed, Verified, log_contact, suspects, verify_and_report};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::papers::{self, Draft, SUSPECT_REPORT};
use casework::platform;
use casework::refused::Refused;
use documents::paper::{Block, Form, Press};
use rules::access::Role;
use rules::attendance::Kind::Truant;
use rules::attendance::{Answered, Outcome, Reason, Way};
use rules::twin::Stand;

use super::school::{School, bureau, day, head, teacher, who, words};

/// A child away for three days, called once, visited once, reported by the head: its id and the report's.
fn reported(school: &School) -> (String, String) {
    let ids = school.pupils("c1", &["李小明"]);
    for on in ["2026-11-23", "2026-11-24", "2026-11-25"] {
        school.at(on);
        school.call(&[(&ids[0], Truant)]);
    }
    let call = ContactForm {
        way: Way::Phone,
        outcome: Outcome::NoAnswer,
        answered: None,
        reason: None,
        whereabouts: String::new(),
        next: Some(day("2026-11-26")),
        promised: None,
        note: String::new(),
    };
    let visit = ContactForm {
        way: Way::Visit,
        outcome: Outcome::Reached,
        answered: Some(Answered::Grandparent),
        reason: Some(Reason::Work),
        promised: Some(day("2026-11-30")),
        next: None,
        note: "祖母在家，说随舅舅去浙江".to_owned(),
        ..call.clone()
    };
    for (at, form) in [("2026-11-25T09:00:00+08:00", call), ("2026-11-25T18:00:00+08:00", visit)] {
        let child = ids[0].clone();
        school.at(at);
        school.act(&teacher(), move |desk| log_contact(desk, &child, &form)).expect("kept");
    }
    let (listed, _) =
        school.act(&head(), |desk| suspects(desk, Listed::Standing, &Behind::default())).expect("the list");
    let suspected = listed[0].id.clone();
    let verified = Verified {
        whereabouts: "work_outside".to_owned(),
        cause: "work".to_owned(),
        evidence: "班主任11月25日家访，祖母说随舅舅去浙江打工".to_owned(),
    };
    school.at("2026-11-25T19:00:00+08:00");
    let id =
        school.act(&head(), move |desk| verify_and_report(desk, &suspected, &verified)).expect("reported");
    (ids[0].clone(), id)
}

fn draft(school: &School, by: &SignedIn, report: &str) -> Result<Draft, Refused> {
    let report = report.to_owned();
    school.act(by, move |desk| papers::suspect_report(desk, &report))
}

/// Everything that stands in it.
fn said(draft: &Draft) -> String {
    let paper = &draft.paper;
    let mut all = vec![paper.organ.clone(), paper.number.clone(), paper.title.clone(), paper.date.clone()];
    all.extend(paper.to.clone());
    for block in &paper.body {
        match block {
            Block::Heading { text } | Block::Text { text } => all.push(text.clone()),
            Block::Pairs { rows } => all.extend(rows.iter().map(|(what, value)| format!("{what}：{value}"))),
            Block::Table { rows, .. } => all.extend(rows.iter().map(|row| row.join(" "))),
        }
    }
    all.join("\n")
}

#[test]
fn the_paper_says_what_the_plan_wants_of_it() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (_, id) = reported(&school);
        let made = draft(&school, &head(), &id).expect("the paper");
        assert!(!made.masked);
        let text = said(&made);
        // domain.md §3, 0b: 缺勤起止、联系记录、去向、已做劝返; to both, with the article and the clause.
        for word in [
            "东镇小学〔2026〕1号",
            "2026年11月25日",
            "教体局",
            "东镇",
            "《中华人民共和国未成年人保护法》第二十八条",
            "（南政办发〔2024〕6号）五（九）",
            "姓名：李小明",
            "出生日期：2017年5月4日",
            "住址：上村 12 号",
            "监护人：普阿奶（祖母），电话13800001234",
            "自2026年11月23日起无正当理由未到校，至报告时连续3个上课日",
            "共联系2次",
            "2026年11月25日09:00 打电话  没人接",
            "家访  联系上了，祖父母、外祖父母，原因：外出务工，答应2026年11月30日返校。祖母在家，说随舅舅去浙江",
            "学生去向：省外务工",
            "核实依据：班主任11月25日家访，祖母说随舅舅去浙江打工",
            "核证人：校长 head",
            "请教体局在2026年11月27日以前确认劝返主体并下发劝返指令",
        ] {
            assert!(text.contains(word), "{word}\n{text}");
        }
        assert_eq!(made.paper.copies, ["县控辍保学工作专班"]);
    });
}

/// A paper that was signed does not change because a file was corrected afterwards.
#[test]
fn facts_are_those_of_the_day_of_the_report() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (_, id) = reported(&school);
        let before = draft(&school, &bureau(), &id).expect("the paper");
        school.at("2026-12-01");
        school.run("update child set name = '李大明', grade = 4, address_sealed = null where county = $1");
        school.run("update guardian set name = '别人', phone_sealed = null where county = $1");
        school.run("update unit set name = '东镇中心小学' where county = $1 and id = 's1'");
        school.run("delete from contact where county = $1");
        let after = draft(&school, &bureau(), &id).expect("the paper");
        let (before, after) = (said(&before), said(&after));
        assert!(after.contains("李小明") && after.contains("上村 12 号") && after.contains("13800001234"));
        assert_eq!(before, after);
        // Sealed at rest: no word of a family in the row.
        let plain =
            "select cast(count(*) as bigint) from report where county = $1 and facts_sealed is not null";
        assert_eq!(school.count(plain), 1);
    });
}

/// Whom the school reports to, and the school's head, have the child whole; others what they see of it; who reads a report
/// on its page alone makes no file; a stranger learns nothing.
#[test]
fn who_has_the_child_whole() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (_, id) = reported(&school);
        let whole = |by: &SignedIn| draft(&school, by, &id).map(|made| (!made.masked, said(&made)));
        for by in [head(), bureau(), who("x1", Role::Township, "t1")] {
            let (whole, text) = whole(&by).expect("the paper");
            assert!(whole && text.contains("13800001234") && text.contains("上村 12 号"), "{text}");
        }
        let (is_whole, text) = whole(&who("director", Role::Director, "zb")).expect("the paper");
        assert!(!is_whole && text.contains("138****1234") && !text.contains("13800001234"), "{text}");
        assert!(text.contains("住址：已隐去") && text.contains("姓名：李小明"), "{text}");
        for by in [
            teacher(),
            who("v", Role::Inspector, "s1"),
            who("x2", Role::Township, "t2"),
            who("h2", Role::Head, "s2"),
            who("a", Role::Admin, "ju"),
        ] {
            assert!(matches!(whole(&by), Err(Refused::Denied { .. })), "{:?}", by.actor.posts);
        }
        assert!(matches!(draft(&school, &head(), "nothing"), Err(Refused::Denied { .. })));
        let stale = SignedIn { confirmed: None, ..head() };
        assert!(
            matches!(whole(&stale), Err(Refused::StepUp { .. })),
            "K10: what leaves the house asks who takes it"
        );
    });
}

/// Made twice: the same bytes, one row with the digest, two rows of the record that name it.
#[test]
fn every_making_is_on_the_record() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (child, id) = reported(&school);
        let press = Press::default();
        let made = draft(&school, &bureau(), &id).expect("the paper");
        let file = press.make(&made.paper, Form::Docx).expect("a file");
        for by in [bureau(), bureau(), who("x1", Role::Township, "t1")] {
            let (again, file) = (draft(&school, &by, &id).expect("the paper"), file.clone());
            assert_eq!(
                press.make(&again.paper, Form::Docx).expect("a file"),
                file,
                "the same for both lines"
            );
            school.act(&by, move |desk| papers::record(desk, &again, &file)).expect("on the record");
        }
        assert_eq!(school.count("select cast(count(*) as bigint) from paper where county = $1"), 1);
        let told = "select cast(count(*) as bigint) from audit where county = $1 and action = 'make_paper'
                    and detail like '%SHA-256%'";
        assert_eq!(school.count(told), 3);
        let (of, report) = (child.clone(), id.clone());
        let filed = school.act(&head(), move |desk| papers::filed(desk, &of, SUSPECT_REPORT, &report));
        let filed = filed.expect("read").expect("the head may");
        assert_eq!(
            (filed.len(), filed[0].sha256.as_str(), filed[0].form.as_str()),
            (1, file.sha256.as_str(), "docx")
        );
        assert_eq!(filed[0].digest().replace(' ', ""), file.sha256);
        let nobody = school.act(&teacher(), move |desk| papers::filed(desk, &child, SUSPECT_REPORT, &id));
        assert_eq!(nobody.expect("read"), None);
        // Who lost the right between reading and writing takes nothing along.
        let stale = SignedIn { confirmed: None, ..bureau() };
        let refused = school.act(&stale, move |desk| papers::record(desk, &made, &file));
        assert!(matches!(refused, Err(Refused::StepUp { .. })));
    });
}

/// What was reported stands in the rescue platform's list by itself, waiting for their number (五(九)).
#[test]
fn the_platform_has_its_row_by_itself() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (child, _) = reported(&school);
        let read = |by: &SignedIn| {
            let child = child.clone();
            school.act(by, move |desk| platform::stands(desk, &child)).expect("read")
        };
        let stands = read(&head()).expect("the head keeps the number");
        let rescue = stands.iter().find(|one| one.key == "rescue").expect("the rescue platform");
        assert_eq!((rescue.stand, rescue.number.as_str()), (Stand::Missing, ""));
        assert_eq!(read(&teacher()), None);
        let of = child.clone();
        let keep = platform::Keep {
            platform: "rescue".to_owned(),
            step: rules::twin::Step::Enter,
            number: "YN5399990001".to_owned(),
            day: day("2026-11-25"),
            why: String::new(),
            version: 0,
        };
        let kept = school.act(&head(), move |desk| platform::keep(desk, &of, &keep));
        assert_eq!(words(kept), "");
        let stands = read(&bureau()).expect("the bureau, too");
        let rescue = stands.iter().find(|one| one.key == "rescue").expect("the rescue platform");
        assert_eq!((rescue.stand, rescue.number.as_str()), (Stand::Kept, "YN5399990001"));
    });
}

/// A report from before facts were kept is not made up afterwards.
#[test]
fn an_older_report_makes_no_paper() {
    on_each_engine(|db| {
        let school = School::new(db);
        let (_, id) = reported(&school);
        school.run("update report set facts_sealed = null where county = $1");
        assert!(words(draft(&school, &head(), &id)).contains("没有留存"));
    });
}
