//! 点名时段: once a day by default, halves and evenings where the school wants it; 返校点名 of boarders on Sunday evening.

use casework::attendance::{Calling, Evenings, Source, board, calling, set_calling, uncalled};
use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use rules::attendance::Kind::{NotReturned, Truant};
use rules::attendance::{Part, Settled};

use super::school::{School, head, teacher, words};

fn set(school: &School, halves: bool, evenings: Evenings) {
    let new = Calling { halves, evenings, source: Source::Here };
    school.act(&head(), move |desk| set_calling(desk, "s1", new)).expect("set");
}

fn due(school: &School, on: &str) -> Vec<Part> {
    let register = school.register(&teacher(), on).expect("the register");
    register.parts.into_iter().filter(|part| part.due).map(|part| part.part).collect()
}

#[test]
fn which_parts_are_due() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["走小明"]);
        assert_eq!(due(&school, "2026-11-24"), [Part::Whole]);
        set(&school, true, Evenings::Nights);
        assert_eq!(due(&school, "2026-11-24"), [Part::Morning, Part::Afternoon], "nobody boards");
        school.pupils("c1", &["住小红"]);
        school.at("2026-11-24T08:00:01+08:00");
        assert_eq!(due(&school, "2026-11-24"), [Part::Morning, Part::Afternoon, Part::Evening]);
        assert_eq!(
            due(&school, "2026-11-27"),
            [Part::Morning, Part::Afternoon],
            "nobody stays on Friday night"
        );
        assert_eq!(due(&school, "2026-11-29"), [Part::Evening], "Sunday evening they come back");
        school.at("2026-11-24T08:00:02+08:00");
        set(&school, false, Evenings::Returns);
        assert_eq!(due(&school, "2026-11-24"), [Part::Whole]);
        assert_eq!(due(&school, "2026-11-29"), [Part::Evening]);
        assert_eq!(school.act(&head(), |desk| calling(desk, "s2")).expect("the other"), Calling::default());
        let other = Calling::default();
        let refused = school.act(&head(), move |desk| set_calling(desk, "s2", other));
        assert!(matches!(refused, Err(Refused::Denied { .. })));
        assert!(matches!(
            school.act(&teacher(), move |desk| set_calling(desk, "s1", other)),
            Err(Refused::Denied { .. })
        ));
    });
}

/// Boarders alone are called in the evening; a day pupil that was away all day is not made present by it; who is back at
/// night is back; 未返 alone counts nothing.
#[test]
fn boarders_in_the_evening() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["住小一", "住小二", "走小三"]);
        school.pupils("c2", &["走小四"]);
        let evening = |missing: &[&str]| {
            let marks: Vec<_> = missing.iter().map(|child| (*child, NotReturned)).collect();
            let mut sheet = school.sheet(&marks);
            sheet.part = Part::Evening;
            school.submit(&teacher(), &sheet)
        };
        school.at("2026-11-22T20:00:00+08:00");
        let said = words(evening(&[]));
        assert!(said.starts_with("学校没有设置晚点名"), "{said}");
        set(&school, false, Evenings::Nights);
        let sunday = evening(&[&ids[0]]).expect("Sunday evening");
        assert_eq!((sunday.size, sunday.missing), (2, 1), "two board");
        assert_eq!(school.clock(&ids[0]).away, 0, "no lessons were missed yet");
        let register = school.register(&teacher(), "2026-11-22").expect("the register");
        let next = school.register(&teacher(), "2026-11-23").expect("Monday's register");
        let not_back: Vec<&str> =
            next.pupils.iter().filter(|pupil| pupil.not_back).map(|pupil| pupil.child.as_str()).collect();
        assert_eq!(not_back, [ids[0].as_str()], "the morning begins with who had not come back");
        let settled = |child: &str| {
            let pupil = register.pupils.iter().find(|pupil| pupil.child == child).expect("on the roll");
            pupil.settled.clone()
        };
        assert_eq!(settled(&ids[0]), [(Part::Evening, Settled::Says(NotReturned))]);
        assert!(settled(&ids[2]).is_empty(), "the day pupil was not called");
        school.at("2026-11-23");
        let waits = || -> Vec<Part> {
            let register = school.register(&teacher(), "2026-11-23").expect("the register");
            register.parts.iter().filter(|line| line.waits).map(|line| line.part).collect()
        };
        assert_eq!(waits(), [Part::Whole], "nobody is asked for the evening in the morning");
        school.call(&[(&ids[0], NotReturned), (&ids[2], Truant)]);
        assert!(waits().is_empty());
        assert_eq!((school.clock(&ids[0]).away, school.clock(&ids[2]).away), (1, 1));
        school.at("2026-11-23T20:00:00+08:00");
        assert_eq!(waits(), [Part::Evening]);
        // The board waits for whom the list of the uncalled names: of day pupils for no evening.
        let waiting = school.act(&head(), |desk| {
            let own = board(desk, "")?.waiting().classes;
            let mut own: Vec<(String, usize)> = own.into_iter().map(|one| (one.class, one.waiting)).collect();
            let missing = uncalled(desk, desk.now.day())?.into_iter().flat_map(|one| one.missing);
            let mut named: Vec<(String, usize)> = missing.map(|one| (one.class, one.parts.len())).collect();
            own.sort();
            named.sort();
            Ok((own, named))
        });
        let (own, named) = waiting.expect("both");
        assert_eq!(own, [("c1".to_owned(), 1), ("c2".to_owned(), 1)]);
        assert_eq!(own, named);
        evening(&[]).expect("Monday evening");
        assert_eq!(school.clock(&ids[0]).away, 0, "back at night is back");
        assert_eq!(school.clock(&ids[2]).away, 1, "a day pupil is not made present by it");
        school.at("2026-11-27T20:00:00+08:00");
        assert!(words(evening(&[])).is_empty(), "a school day can be called in the evening");
        school.at("2026-11-28T20:00:00+08:00");
        assert!(words(evening(&[])).starts_with("2026-11-28周末，不点名"), "Saturday night is nobody's");
        school.clocks_are_true(&ids);
    });
}

/// By halves: who comes in the afternoon has come, and the morning is taken back.
#[test]
fn by_halves() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["李小明"]);
        set(&school, true, Evenings::None);
        let half = |part, marks: &[(&str, _)]| {
            let mut sheet = school.sheet(marks);
            sheet.part = part;
            school.submit(&teacher(), &sheet).expect("called")
        };
        half(Part::Morning, &[(ids[0].as_str(), Truant)]);
        assert_eq!(school.clock(&ids[0]).away, 1, "the morning counts before the afternoon is called");
        school.at("2026-11-24T14:30:00+08:00");
        half(Part::Afternoon, &[]);
        assert_eq!(school.clock(&ids[0]).away, 0);
        school.clocks_are_true(&ids);
    });
}
