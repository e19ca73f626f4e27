//! 点名时段: once a day by default, halves and evenings where the school wants it; 返校点名 of boarders on Sunday evening.

use casework::attendance::{
    Calling, Evenings, MarketForm, Source, board, calling, markets, set_calling, set_market, uncalled,
};
use casework::db::testing::on_each_engine;
use casework::refused::Refused;
use rules::attendance::Kind::{NotReturned, Truant};
use rules::attendance::{Part, Settled};

use super::school::{School, bureau, day, head, teacher, words};

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

/// 五(五): boarders come back on Sunday evening and after market days; a school asks for it on the evening of a market of its
/// township, before a school day. Nothing is known until the bureau enters it, and what it enters later holds.
#[test]
fn after_a_market_boarders_are_asked_for() {
    on_each_engine(|db| {
        let school = School::new(db);
        school.pupils("c1", &["住小红"]);
        let (wednesday, thursday, friday) = ("2026-11-25", "2026-11-26", "2026-11-27");
        let market = |by: &casework::desk::SignedIn, township: &str, first: &str, every: u8| {
            let form = MarketForm {
                township: township.to_owned(),
                name: "东街".to_owned(),
                first: day(first),
                every,
            };
            school.act(by, move |desk| set_market(desk, &form))
        };
        set(&school, false, Evenings::Returns);
        assert_eq!(due(&school, wednesday), [Part::Whole], "no market is known");
        market(&bureau(), "t2", "2026-11-20", 5).expect("entered");
        assert_eq!(due(&school, wednesday), [Part::Whole], "it is another township's");
        school.at("2026-11-24T08:00:01+08:00");
        market(&bureau(), "t1", "2026-11-20", 5).expect("entered");
        assert_eq!(due(&school, wednesday), [Part::Whole, Part::Evening], "every fifth day");
        assert_eq!(due(&school, thursday), [Part::Whole]);
        assert_eq!(due(&school, "2026-11-29"), [Part::Evening], "Sunday evening as ever");
        school.at("2026-11-25T20:00:00+08:00");
        let waiting = |desk: &mut casework::desk::Desk<'_, '_>| {
            Ok((uncalled(desk, desk.now.day())?.remove(0).due, board(desk, "")?.classes.remove(0).waiting))
        };
        assert_eq!(school.act(&head(), waiting).expect("both"), (2, 2), "the board waits for it");
        // Moved to Fridays: there are no lessons on the next day, so nobody comes back that evening.
        market(&bureau(), "t1", friday, 7).expect("entered anew");
        assert_eq!(due(&school, wednesday), [Part::Whole]);
        assert_eq!(due(&school, friday), [Part::Whole]);
        let held = school.act(&head(), markets).expect("the markets");
        let lines: Vec<(&str, u8, Option<String>)> = held
            .iter()
            .map(|one| (one.township_name.as_str(), one.every, one.next.map(|next| next.to_string())))
            .collect();
        assert_eq!(
            lines,
            [("东镇", 7, Some(friday.to_owned())), ("西乡", 5, Some(wednesday.to_owned()))],
            "the next day on which each is held"
        );
        school.at("2026-11-25T20:00:01+08:00");
        market(&bureau(), "t1", friday, 0).expect("no longer held");
        assert_eq!(school.act(&head(), markets).expect("the markets").len(), 1);
        for refused in [market(&head(), "t1", friday, 7), market(&teacher(), "t1", friday, 7)] {
            assert!(matches!(refused, Err(Refused::Denied { .. })), "the bureau enters it");
        }
        for (township, every) in [("s1", 7), ("t1", 31)] {
            let refused = market(&bureau(), township, friday, every);
            assert!(matches!(refused, Err(Refused::Invalid(_))), "{refused:?}");
        }
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
