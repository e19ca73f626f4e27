//! 送教上门 (残疾人教育条例第十七条；五(十一)), through the storage of both engines: who may write a lesson down, once; the week's hours; entries
//! that were taught on paper alone; who sees it; hazards H01, K (words sealed).

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::lessons::{ChildLessons, LessonForm, child_lessons, photo, pupils, write};
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Answered;
use rules::case::Kind;
use rules::lesson::Doubt;

use crate::attendance::school::{School, bureau, day, head, teacher, who, words};
use crate::cases::{director, file, on, persuading, school as county, told};

fn lesson(id: &str, on: &str, from: &str) -> LessonForm {
    LessonForm {
        id: format!("lesson-{id}"),
        day: day(on),
        from: from.to_owned(),
        minutes: 90,
        taught: "识字两课，会写自己的名字".to_owned(),
        confirmed: Some(Answered::Mother),
        name: "李母".to_owned(),
        photo: None,
    }
}

fn wrote(school: &School, by: &SignedIn, child: &str, form: &LessonForm) -> Result<(), Refused> {
    let (child, form) = (child.to_owned(), form.clone());
    school.act(by, move |desk| write(desk, &child, &form))
}

fn read(school: &School, by: &SignedIn, child: &str) -> Result<ChildLessons, Refused> {
    let child = child.to_owned();
    school.act(by, move |desk| child_lessons(desk, &child))
}

/// Placed as taught at home on 30 November.
fn placed(school: &School, child: &str) -> String {
    let id = persuading(school, child);
    school.at("2026-11-30");
    told(
        school,
        &head(),
        &id,
        casework::cases::Told { unit: "s1".to_owned(), ..on(Kind::Return, "2026-11-30") },
    )
    .expect("back");
    let place = casework::cases::Told { code: "home_teaching".to_owned(), ..on(Kind::Place, "2026-11-30") };
    told(school, &bureau(), &id, place).expect("placed");
    id
}

#[test]
fn hours_and_signatures() {
    on_each_engine(|db| {
        let (school, _) = county(db);
        let ids = school.pupils("c1", &["李小明", "李小花"]);
        let child = ids[0].as_str();
        school.at("2026-11-23");
        assert!(
            words(wrote(&school, &teacher(), child, &lesson("1", "2026-11-23", "09:00")))
                .contains("没有安置为送教上门")
        );
        assert!(matches!(read(&school, &head(), child), Err(Refused::Denied { .. })), "not taught at home");
        let case = placed(&school, child);
        school.at("2026-12-02");
        wrote(&school, &teacher(), child, &lesson("1", "2026-12-01", "09:00")).expect("written");
        wrote(&school, &teacher(), child, &lesson("1", "2026-12-01", "09:00")).expect("a double click");
        let other = LessonForm { minutes: 60, ..lesson("1", "2026-12-01", "09:00") };
        assert!(matches!(wrote(&school, &teacher(), child, &other), Err(Refused::Invalid(_))));
        for (wrong, field) in [
            (LessonForm { minutes: 5, ..lesson("2", "2026-12-01", "09:00") }, "minutes"),
            (lesson("2", "2026-12-03", "09:00"), "day"),
            (lesson("2", "2026-10-01", "09:00"), "day"),
            (lesson("2", "2026-12-01", "9点"), "from"),
            (LessonForm { taught: "课".to_owned(), ..lesson("2", "2026-12-01", "09:00") }, "taught"),
            (LessonForm { name: String::new(), ..lesson("2", "2026-12-01", "09:00") }, "name"),
            (LessonForm { confirmed: None, ..lesson("2", "2026-12-01", "09:00") }, "confirmed"),
            (
                LessonForm { confirmed: Some(Answered::Neighbour), ..lesson("2", "2026-12-01", "09:00") },
                "confirmed",
            ),
        ] {
            match wrote(&school, &teacher(), child, &wrong) {
                Err(Refused::Invalid(problems)) => {
                    assert!(problems.iter().any(|one| one.field == field), "{field}: {problems:?}");
                }
                other => panic!("{field}: {other:?}"),
            }
        }
        let found = read(&school, &head(), child).expect("the head reads it");
        assert_eq!((found.lines.len(), found.glance.this(), found.glance.due), (1, 90, 120));
        let line = &found.lines[0];
        assert_eq!((line.hours.as_str(), line.name.as_str(), line.doubts.len()), ("09:00–10:30", "李母", 0));
        assert!(line.taught.contains("会写自己的名字"));
        // A week later it came short; the page of the case and of 教体局 say so.
        school.at("2026-12-09");
        let list = school.act(&bureau(), pupils).expect("the list");
        assert_eq!((list.len(), list[0].glance.this(), list[0].glance.short()), (1, 0, 1));
        let glance = file(&school, &bureau(), &case).expect("the case").lessons.expect("taught at home");
        assert_eq!(glance, list[0].glance);
        // Who may: not another school, not a township; nobody who does not teach there writes.
        assert_eq!(school.act(&who("h2", Role::Head, "s2"), pupils).expect("none of it"), []);
        for by in [who("x1", Role::Township, "t1"), who("v", Role::Village, "v1")] {
            assert!(matches!(school.act(&by, pupils), Err(Refused::Denied { .. })));
        }
        assert!(read(&school, &director(), child).is_ok());
        for by in [bureau(), director(), who("t2", Role::Teacher, "c2")] {
            assert!(matches!(
                wrote(&school, &by, child, &lesson("9", "2026-12-08", "09:00")),
                Err(Refused::Denied { .. })
            ));
        }
        // A photograph: of it nothing but the picture is kept, sealed; who does not see the family does not see it (E08, A08).
        let picture = include_bytes!("../../../documents/tests/it/scan.jpg").to_vec();
        let with = LessonForm { photo: Some(picture), ..lesson("7", "2026-12-08", "10:00") };
        let none = LessonForm { photo: Some(b"\x89PNG\r\n\x1a\n".to_vec()), ..with.clone() };
        assert!(words(wrote(&school, &teacher(), child, &none)).contains("照片收不下"));
        wrote(&school, &teacher(), child, &with).expect("written");
        wrote(&school, &teacher(), child, &with).expect("sent again");
        let without = LessonForm { photo: None, ..with };
        assert!(
            matches!(wrote(&school, &teacher(), child, &without), Err(Refused::Invalid(_))),
            "another one"
        );
        let found = read(&school, &head(), child).expect("the head reads it");
        assert_eq!(found.lines.iter().filter(|line| line.photo).count(), 1);
        let seen = |by: &SignedIn| school.act(by, |desk| photo(desk, "lesson-7"));
        assert!(seen(&head()).expect("the picture").starts_with(&[0xff, 0xd8]));
        assert!(matches!(seen(&who("x1", Role::Township, "t1")), Err(Refused::Denied { .. })));
        assert!(matches!(school.act(&head(), |desk| photo(desk, "lesson-1")), Err(Refused::Denied { .. })));
        let plain = "select cast(count(*) as bigint) from audit where county = $1 and (detail like '%识字%' or detail like '%李母%')";
        assert_eq!(school.count(plain), 0, "nothing of it on the record");
    });
}

/// On paper alone: nobody confirmed, in two houses at once, a week written down in one evening; and a child for whom nothing is written down.
#[test]
fn on_paper_alone() {
    on_each_engine(|db| {
        let (school, _) = county(db);
        let child = school.pupils("c1", &["李小明"]).remove(0);
        placed(&school, &child);
        school.at("2026-12-14");
        let empty = school.act(&bureau(), pupils).expect("the list").remove(0);
        assert_eq!((empty.last, empty.glance.short()), (None, 2), "placed, and nobody came for two weeks");
        let alone = LessonForm { confirmed: None, name: String::new(), ..lesson("1", "2026-12-14", "08:00") };
        wrote(&school, &teacher(), &child, &alone).expect("written");
        for (id, on) in [("2", "2026-12-08"), ("3", "2026-12-09"), ("4", "2026-12-10")] {
            wrote(&school, &teacher(), &child, &lesson(id, on, "14:00")).expect("written");
        }
        // In another house at the same hour: as whoever restores a list would bring it in.
        school.run(
            "insert into home_lesson (county, id, child, day, from_minute, minutes, taught_sealed, confirmed, digest, by_account, at)
             select county, 'lesson-5', 'another', '2026-12-09', 900, 60, taught_sealed, 'mother', '', by_account, at
             from home_lesson where county = $1 and id = 'lesson-3'",
        );
        let found = read(&school, &head(), &child).expect("the head reads it");
        let doubts: Vec<(&str, &[Doubt])> =
            found.lines.iter().map(|line| (line.id.as_str(), line.doubts.as_slice())).collect();
        assert_eq!(
            doubts,
            [
                ("lesson-1", [Doubt::Unconfirmed].as_slice()),
                ("lesson-4", &[Doubt::AtOnce]),
                ("lesson-3", &[Doubt::Overlap, Doubt::AtOnce]),
                ("lesson-2", &[Doubt::AtOnce]),
            ]
        );
        let all = found.glance.doubts;
        assert_eq!(all, [(Doubt::AtOnce, 3), (Doubt::Overlap, 1), (Doubt::Unconfirmed, 1)]);
    });
}
