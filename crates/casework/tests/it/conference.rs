//! 联席会议, 五(二), the duty list, 四, and the library, through the storage of both engines: from the call to the task that somebody else accepts;
//! hazards A08, B05, F06, H01.

use casework::cases::open_case;
use casework::conference::{
    self, Held, MeetingFile, NewMeeting, NewVersion, PaperKind, TaskShown, accept, add_item, call, close,
    decide, documents, drop_decision, duties, duty, fix, give_back, hold, meeting, meetings, nightly, prove,
    put_version, report, task, tasks,
};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::keys::Keys;
use casework::refused::Refused;
use casework::today::today;
use documents::paper::Block;
use rules::access::Role;
use rules::conference::{Stand, TaskStand, Topic};

use crate::attendance::school::{School, bureau, head, who};
use crate::jobs::Machine;
use crate::pictured::pictured;

fn director() -> SignedIn {
    who("director", Role::Director, "office")
}

fn police() -> SignedIn {
    who("police", Role::Police, "ga")
}

fn township() -> SignedIn {
    who("x1", Role::Township, "t1")
}

fn other_township() -> SignedIn {
    who("x2", Role::Township, "t2")
}

/// The schools, the task force and a member unit with its liaison person.
fn county(db: casework::db::Db) -> School {
    let school = School::new(db);
    for (unit, kind, name, role, account) in [
        ("ga", "department", "公安局", "police", "police"),
        ("office", "office", "县控辍保学工作专班", "director", "director"),
    ] {
        school.run(format!(
            "insert into unit (county, id, kind, line, name, short, sort, from_day)
             values ($1, '{unit}', '{kind}', 'department', '{name}', '{name}', 90, '2020-01-01')"
        ));
        school.run(format!(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, 'p-{unit}', '{unit}', '{role}', 'serves', 'staff', '', 1)"
        ));
        school.run(format!(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, 'n-{unit}', 'p-{unit}', '{account}', '2026-01-01', '', '')"
        ));
    }
    school
}

fn called(school: &School, on: &'static str) -> Result<String, Refused> {
    school.act(&director(), move |desk| {
        let new = NewMeeting {
            day: on.to_owned(),
            hour: "09:00".to_owned(),
            place: "县政府二楼会议室".to_owned(),
            matter: String::new(),
        };
        call(desk, &new)
    })
}

fn read(school: &School, by: &SignedIn, id: &str) -> Result<MeetingFile, Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| meeting(desk, &id))
}

fn held(school: &School, by: &SignedIn, id: &str, minutes: &'static str) -> Result<(), Refused> {
    let id = id.to_owned();
    school.act(by, move |desk| {
        let held = Held {
            day: "2026-11-24".to_owned(),
            chair: "分管副县长".to_owned(),
            attended: "教体局、公安局、东镇、西乡".to_owned(),
            minutes: minutes.to_owned(),
        };
        hold(desk, &id, &held)
    })
}

fn decided(school: &School, id: &str, unit: &'static str, words: &'static str) -> Result<String, Refused> {
    let id = id.to_owned();
    school.act(&bureau(), move |desk| decide(desk, &id, unit, (words, "走访记录和回执"), "2026-12-10"))
}

/// A meeting with one decision for the police and one for the township, its minutes final; the ids of the tasks.
fn closed(school: &School) -> (String, String, String) {
    let id = called(school, "2026-11-24").expect("called");
    let own = id.clone();
    school.act(&bureau(), move |desk| fix(desk, &own)).expect("fixed");
    held(school, &bureau(), &id, "通报了三季度情况，研究了超期个案的办理。").expect("held");
    let one = decided(school, &id, "ga", "查清失联家庭的去向").expect("decided");
    let other = decided(school, &id, "t1", "逐户走访没有返校的孩子").expect("decided");
    let own = id.clone();
    school.act(&director(), move |desk| close(desk, &own)).expect("final");
    (id, one, other)
}

fn rule(done: Result<(), Refused>) -> String {
    match done {
        Err(Refused::Rule { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

/// 五(二): only the task force calls; the agenda is drafted from the cases that are late, told to members when it is fixed, without a name
/// and without a small count (A08, F06); the minutes are made final by another than their author (B05).
#[test]
fn from_the_call_to_the_minutes() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李春燕"]).remove(0);
        school
            .act(&bureau(), move |desk| open_case(desk, &child, "村民反映没有上学").map(drop))
            .expect("a case");
        school.run("update child_case set due_at = '2026-11-20T10:00:00.000+08:00' where county = $1");
        for other in [bureau(), police(), township(), head()] {
            let done = school.act(&other, |desk| call(desk, &NewMeeting::default()).map(drop));
            assert!(matches!(done, Err(Refused::Denied { .. })), "由专班组长或副组长召集");
        }
        assert!(matches!(called(&school, "2026-11-20"), Err(Refused::Invalid(_))), "a day that has passed");
        let id = called(&school, "2026-11-24").expect("called");

        let drafted = read(&school, &bureau(), &id).expect("the draft");
        let items = drafted.items.expect("the office sees the draft");
        let late = items.iter().find(|item| item.topic == Topic::Cases).expect("a late case");
        assert_eq!(late.many, "1件");
        assert_eq!(drafted.cases.len(), 1, "and the case behind it");
        assert!(items.iter().any(|item| item.topic == Topic::Measure && item.words.contains("五(一)")));
        assert!(read(&school, &police(), &id).expect("a member").items.is_none(), "not fixed yet");
        assert!(matches!(read(&school, &head(), &id), Err(Refused::Denied { .. })));

        for (words, ok) in [("李春燕的劝返", false), ("研究寄宿制学校的床位", true)] {
            let own = id.clone();
            let done = school.act(&bureau(), move |desk| add_item(desk, &own, words));
            assert_eq!(done.is_ok(), ok, "{words}");
        }
        let own = id.clone();
        school.act(&bureau(), move |desk| fix(desk, &own)).expect("fixed");
        let own = id.clone();
        assert_eq!(rule(school.act(&bureau(), move |desk| fix(desk, &own))), "议程已经定了");
        let seen = read(&school, &police(), &id).expect("a member");
        let items = seen.items.expect("fixed");
        let late = items.iter().find(|item| item.topic == Topic::Cases).expect("a late case");
        assert_eq!((late.many.as_str(), seen.cases.len()), ("不足5件", 0));
        let own = id.clone();
        let agenda = school.act(&police(), move |desk| conference::paper(desk, &own, PaperKind::Agenda));
        let text = format!("{:?}", agenda.expect("the paper").paper);
        assert!(text.contains("不足5件") && text.contains("研究寄宿制学校的床位"), "{text}");
        assert!(!text.contains("李春燕") && !text.contains("1件"), "{text}");

        let own = id.clone();
        assert_eq!(rule(school.act(&bureau(), move |desk| close(desk, &own))), "会议还没有登记");
        assert!(matches!(
            held(&school, &bureau(), &id, "李春燕还没有返校，继续劝返。"),
            Err(Refused::Invalid(_))
        ));
        assert!(matches!(held(&school, &bureau(), &id, "还有2名学生没有返校。"), Err(Refused::Invalid(_))));
        held(&school, &bureau(), &id, "通报了情况，研究了个案的办理。").expect("held");
        assert!(
            matches!(decided(&school, &id, "s1", "做好点名"), Err(Refused::Invalid(_))),
            "a school is no member"
        );
        decided(&school, &id, "ga", "查清失联家庭的去向").expect("decided");
        let wrong = decided(&school, &id, "t1", "写错的一件").expect("decided");
        let own = id.clone();
        school.act(&bureau(), move |desk| drop_decision(desk, &own, &wrong)).expect("taken out");
        assert!(school.act(&police(), |desk| tasks(desk, TaskShown::Open)).expect("none").is_empty());
        let own = id.clone();
        assert_eq!(rule(school.act(&bureau(), move |desk| close(desk, &own))), "纪要是您写的，不能由您定稿");
        let own = id.clone();
        school.act(&director(), move |desk| close(desk, &own)).expect("final");
        let seen = read(&school, &police(), &id).expect("a member");
        assert_eq!((seen.line.stand, seen.decisions.len()), (Stand::Closed, 1));

        let own = id.clone();
        let kept = school.act(&police(), move |desk| conference::paper(desk, &own, PaperKind::Minutes));
        let kept = kept.expect("the minutes").paper;
        assert!(kept.body.iter().any(|block| matches!(block, Block::Table { rows, .. } if rows.len() == 1)));
        // What was kept is what is printed, whatever becomes of the task.
        school.run("update meeting_task set words = 'x' where county = $1");
        let own = id;
        let again = school.act(&police(), move |desk| conference::paper(desk, &own, PaperKind::Minutes));
        assert_eq!(again.expect("the minutes").paper, kept);
        let (lines, next) = school.act(&police(), meetings).expect("the list");
        assert_eq!((lines.len(), next.due.expect("due").to_string()), (1, "2027-02-24".to_owned()));
    });
}

/// B05: a decision is a task of its unit, which alone reports it; somebody of the office who is not of the unit accepts or gives back; what is
/// undone opens the next agenda.
#[test]
fn decisions_are_tasks_until_another_has_seen() {
    on_each_engine(|db| {
        let school = county(db);
        let (_, one, other) = closed(&school);
        let mine = |by: &SignedIn| school.act(by, |desk| tasks(desk, TaskShown::Open)).expect("tasks");
        assert_eq!((mine(&police()).len(), mine(&township()).len(), mine(&director()).len()), (1, 1, 2));
        assert!(mine(&other_township()).is_empty());
        let own = one.clone();
        let seen = school.act(&other_township(), move |desk| task(desk, &own));
        assert!(matches!(seen, Err(Refused::Denied { .. })), "of another unit it is not there");
        let shown = school.act(&police(), today).expect("today");
        assert!(
            shown.tasks.iter().any(|task| task.title == "查清失联家庭的去向" && task.due == "2026-12-10")
        );

        let said = |by: &SignedIn, id: &str, words: &'static str| {
            let id = id.to_owned();
            school.act(by, move |desk| report(desk, &id, words))
        };
        assert!(matches!(said(&township(), &one, "查清了"), Err(Refused::Denied { .. })));
        assert!(matches!(said(&police(), &one, "x"), Err(Refused::Invalid(_))));
        let accepted = |by: &SignedIn, id: &str| {
            let id = id.to_owned();
            school.act(by, move |desk| accept(desk, &id))
        };
        assert_eq!(rule(accepted(&bureau(), &one)), "承办单位还没有报告完成");
        said(&police(), &one, "全部家庭查清，名单已交教体局").expect("reported");
        assert_eq!(rule(said(&police(), &one, "再报一次")), "已经报了完成，等专班办公室验收");
        assert!(matches!(accepted(&police(), &one), Err(Refused::Denied { .. })));
        let own = one.clone();
        school.act(&bureau(), move |desk| give_back(desk, &own, "还缺回执")).expect("given back");
        said(&police(), &one, "补了回执").expect("reported");
        accepted(&bureau(), &one).expect("accepted");
        assert_eq!(rule(accepted(&bureau(), &one)), "这件任务已经验收");
        let own = one;
        let file = school.act(&police(), move |desk| task(desk, &own)).expect("the task");
        assert_eq!((file.line.stand, file.acts.len(), file.may_report), (TaskStand::Accepted, 4, false));

        // A post at the unit keeps from accepting its work, whatever else somebody is.
        let mut both = bureau();
        both.actor.posts.extend(township().actor.posts);
        said(&township(), &other, "走访完了").expect("reported");
        assert_eq!(rule(accepted(&both, &other)), "承办单位的人不能验收自己办的事");
        let own = other;
        school.act(&director(), move |desk| give_back(desk, &own, "还有没走到的")).expect("given back");

        school.at("2026-12-15");
        let next = called(&school, "2026-12-20").expect("called");
        let items = read(&school, &bureau(), &next).expect("the draft").items.expect("the office sees it");
        let first = items.first().expect("something");
        assert_eq!((first.topic, first.unit.as_str()), (Topic::Undone, "东镇"));
        assert!(first.words.contains("超期5天"), "{}", first.words);
        assert_eq!(
            items.iter().filter(|item| item.topic == Topic::Undone).count(),
            1,
            "what was accepted is done"
        );
    });
}

/// A task whose day has passed is told to its unit once.
#[test]
fn late_tasks_are_told_once() {
    on_each_engine(|db| {
        let school = county(db);
        closed(&school);
        let machine = Machine::with(school.db.clone(), Keys::for_tests());
        let night = |moment: &str| {
            let runner = Runner::new(machine.clone(), nightly(Registry::default())).expect("a runner");
            machine.runs(&runner, moment);
        };
        night("2026-12-12T07:00:00+08:00");
        night("2026-12-13T07:00:00+08:00");
        let told = school.count(
            "select cast(count(*) as bigint) from notification where county = $1 and account = 'police'
               and kind = 'task_late'",
        );
        assert_eq!(told, 1);
    });
}

/// 四、五: each unit sees and proves what is its own; what is missing is said; nobody proves another's.
#[test]
fn each_proves_its_own() {
    on_each_engine(|db| {
        let school = county(db);
        let list = |by: &SignedIn| school.act(by, duties).expect("the list").0;
        assert_eq!(list(&bureau()).len(), 33);
        let own = list(&police());
        assert!(own.iter().any(|one| one.duty.clause == "四(七)") && own.iter().all(|one| one.is_mine));
        assert!(own.iter().all(|one| one.duty.clause != "四(八)"), "民政 is another's");
        let gap = |clause: &str| {
            let all = list(&director());
            all.into_iter().find(|one| one.duty.clause == clause).expect("the duty").gap
        };
        assert_eq!(gap("五(六)"), "本学期还没有单位填落实证明");
        let proved = |by: &SignedIn, clause: &'static str, unit: &'static str, words: &'static str| {
            school.act(by, move |desk| prove(desk, clause, unit, words, "2026-11-20"))
        };
        proved(&township(), "五(六)", "t1", "结对名单已发，走访每月一次").expect("proved");
        assert_eq!(gap("五(六)"), "没有填的：西乡");
        assert!(matches!(proved(&township(), "五(六)", "t2", "代填"), Err(Refused::Denied { .. })));
        assert!(matches!(proved(&township(), "四(七)", "t1", "代填"), Err(Refused::Denied { .. })));
        assert!(
            matches!(proved(&police(), "四(七)", "ga", "共核查2名学生"), Err(Refused::Invalid(_))),
            "F06"
        );
        proved(&police(), "四(七)", "ga", "按学期比对一次，结果已交教体局").expect("proved");
        let seen =
            |by: &SignedIn| school.act(by, |desk| duty(desk, "五(六)")).expect("the duty").proofs.len();
        assert_eq!((seen(&bureau()), seen(&township()), seen(&other_township())), (1, 1, 0));
        assert!(matches!(school.act(&police(), |desk| duty(desk, "四(八)")), Err(Refused::Denied { .. })));
        assert!(matches!(school.act(&director(), |desk| duty(desk, "九(九)")), Err(Refused::Denied { .. })));
    });
}

/// 五(二)(十一): a new version leaves the old one; each unit writes its own; a township reads those of its schools, a school no other's.
#[test]
fn versions_stay() {
    on_each_engine(|db| {
        let school = county(db);
        let put = |by: &SignedIn, document: &str, unit: &'static str, why: &'static str| {
            let document = document.to_owned();
            school.act(by, move |desk| {
                let new = NewVersion {
                    document: document.clone(),
                    unit: unit.to_owned(),
                    title: "东镇小学控辍保学工作方案".to_owned(),
                    words: "校长负责，班主任每天点名，当天联系。".to_owned(),
                    why: why.to_owned(),
                };
                put_version(desk, &new, None)
            })
        };
        let id = put(&head(), "", "s1", "").expect("registered");
        assert!(matches!(put(&head(), "", "s2", ""), Err(Refused::Denied { .. })));
        assert!(matches!(put(&head(), "", "s1", ""), Err(Refused::Invalid(_))), "the title is there");
        assert!(matches!(put(&head(), &id, "", ""), Err(Refused::Invalid(_))), "a version says what is new");
        put(&head(), &id, "", "加了晚点名").expect("a second version");
        let own = id.clone();
        let file = school.act(&head(), move |desk| conference::document(desk, &own)).expect("the document");
        let numbers: Vec<i64> = file.versions.iter().map(|one| one.version).collect();
        assert_eq!(numbers, [2, 1]);
        assert_eq!(file.versions[0].digest.len(), 71, "a SHA-256 in groups");
        let sees = |by: &SignedIn| school.act(by, documents).expect("the list").len();
        assert_eq!((sees(&township()), sees(&other_township()), sees(&bureau())), (1, 0, 1));
        let other = who("head2", Role::Head, "s2");
        let own = id;
        let hidden = school.act(&other, move |desk| conference::document(desk, &own));
        assert!(matches!(hidden, Err(Refused::Denied { .. })));
        let lacking = school.act(&bureau(), conference::lacking).expect("who has none");
        let names: Vec<&str> = lacking.iter().map(|one| one.unit.as_str()).collect();
        assert_eq!(names, ["东镇", "西乡", "西乡小学"]);
    });
}

/// 五(二)(七), A08, F06: the agenda says the figures that were frozen last, the townships in the order of their codes, and no number from which a few
/// children follow; what is not frozen is not said.
#[test]
fn the_agenda_says_the_frozen_figures() {
    on_each_engine(|db| {
        let school = county(db);
        let said = |id: &str| -> Vec<String> {
            let items = read(&school, &director(), id).expect("the meeting").items.expect("an agenda");
            items.into_iter().filter(|item| item.topic == Topic::Figures).map(|item| item.words).collect()
        };
        let id = called(&school, "2026-11-24").expect("called");
        assert!(said(&id).is_empty());
        school.run(
            "insert into figure_snapshot (county, number, day, taken_at, version)
             values ($1, 7, '2026-10-31', '2026-11-01T03:00:00.000+08:00', 1)",
        );
        for (unit, kind, ins, outs) in [("t1", "township", 900, 10), ("t2", "township", 500, 8)] {
            school.run(format!(
                "insert into figure_value (county, snapshot, figure, unit, kind, ins, outs, apart)
                 values ($1, 7, 'enrolment', '{unit}', '{kind}', {ins}, {outs}, 0)"
            ));
        }
        school.run(
            "insert into figure_value (county, snapshot, figure, unit, kind, ins, outs, apart)
             values ($1, 7, 'enrolment', $1, 'county', 1400, 18, 0)",
        );
        assert!(said(&id).is_empty(), "not frozen");
        school.run(
            "insert into figure_freeze (county, snapshot, label, digest, by_account, at)
             values ($1, 7, '月报 2026-10', '', 'director', '2026-11-01T09:00:00.000+08:00')",
        );
        let found = said(&id);
        assert_eq!(found[0], "小学入学率：全县98.73%（目标99.5%以上，还差11名）");
        assert_eq!(found[1], "小学入学率，各乡镇：东镇98.90%，西乡98.42%");
        assert!(found[2].contains("月报 2026-10") && found[2].contains("2026-10-31"));
        // Three children in one township: its rate is not told, nor that of the one from which it would follow.
        school.run("update figure_value set outs = 3 where county = $1 and unit = 't2'");
        assert!(said(&id)[1].contains("西乡不公开"), "{:?}", said(&id));
        let own = id.clone();
        school.act(&bureau(), move |desk| fix(desk, &own)).expect("fixed");
        let seen = read(&school, &police(), &id).expect("a member reads it").items.expect("the agenda");
        assert!(seen.iter().any(|item| item.words.contains("小学入学率：全县")));
    });
}

/// 五(二): agenda and minutes say when, where, who and what, each decision with its unit, day and proof; as PDF and DOCX.
#[test]
fn every_paper_of_a_meeting_says_what_it_must() {
    on_each_engine(|db| {
        let school = county(db);
        let child = school.pupils("c1", &["李春燕"]).remove(0);
        school
            .act(&bureau(), move |desk| open_case(desk, &child, "村民反映没有上学").map(drop))
            .expect("a case");
        school.run("update child_case set due_at = '2026-11-20T10:00:00.000+08:00' where county = $1");
        let id = called(&school, "2026-11-24").expect("called");
        let own = id.clone();
        school.act(&bureau(), move |desk| add_item(desk, &own, "研究寄宿制学校的床位")).expect("added");
        let own = id.clone();
        school.act(&bureau(), move |desk| fix(desk, &own)).expect("fixed");
        held(
            &school,
            &bureau(),
            &id,
            "会议听取了教体局关于三季度控辍保学情况的汇报，研究了超过期限的个案和部门协助事项。\n\
             会议指出，冬季返校、务工返乡的家庭要在年前走到，走访记录当天录入系统。",
        )
        .expect("held");
        decided(&school, &id, "ga", "查清失联家庭的去向").expect("decided");
        decided(&school, &id, "t1", "逐户走访没有返校的孩子").expect("decided");
        let own = id.clone();
        school.act(&director(), move |desk| close(desk, &own)).expect("final");
        let agenda = [
            "联席〔2026〕1号",
            "会议议程",
            "时间 2026年11月24日09:00",
            "地点 县政府二楼会议室",
            "召集人",
            "不足5件",
            "研究寄宿制学校的床位",
        ];
        let minutes = [
            "联席〔2026〕1号",
            "会议纪要",
            "时间 2026年11月24日",
            "主持 分管副县长",
            "参加 教体局、公安局、东镇、西乡",
            "一、会议情况",
            "走访记录当天录入系统",
            "二、议定事项",
            "公安局 查清失联家庭的去向 2026年12月10日 走访记录和回执",
            "东镇 逐户走访没有返校的孩子",
        ];
        for (kind, name, must) in [
            (PaperKind::Agenda, "meeting-agenda", &agenda[..]),
            (PaperKind::Minutes, "meeting-minutes", &minutes[..]),
        ] {
            let own = id.clone();
            let paper = school.act(&police(), move |desk| conference::paper(desk, &own, kind));
            pictured(name, &paper.expect("the paper").paper, must, &["李春燕"]);
        }
    });
}
