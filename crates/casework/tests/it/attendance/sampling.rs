//! 抽样考勤, 五(九): the draw is that of its seed, a second person counts, what differs is shown (B05); and what a submission
//! costs.

use casework::attendance::{Differs, Sample, count_sample, differences, draw_sample, sample};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::refused::Refused;
use rules::access::Role;
use rules::attendance::Kind::{Sick, Truant};

use super::school::{School, bureau, head, teacher, who, words};

fn inspector() -> SignedIn {
    who("d", Role::Inspector, "s1")
}

fn draw(school: &School, by: &SignedIn, of: Option<&'static str>, wanted: usize) -> Result<Sample, Refused> {
    let id = school.act(by, move |desk| draw_sample(desk, of, wanted))?;
    school.act(by, move |desk| sample(desk, &id))
}

#[test]
fn a_draw_can_be_proved() {
    on_each_engine(|db| {
        let school = School::new(db);
        for class in ["c1", "c2", "c3"] {
            school.pupils(class, &["李小明"]);
        }
        let mut first = std::collections::BTreeSet::new();
        for _ in 0..12 {
            let drawn = draw(&school, &bureau(), None, 1).expect("drawn");
            assert!(drawn.proved);
            assert_eq!((drawn.pool, drawn.drawn.len(), drawn.seed.len()), (3, 1, 32));
            first.insert(drawn.drawn[0].class.clone());
        }
        assert_eq!(first.len(), 3, "every class can be drawn");
        let own = draw(&school, &inspector(), Some("s1"), 5).expect("of the own school");
        assert_eq!((own.pool, own.drawn.len()), (2, 2));
        assert!(matches!(draw(&school, &inspector(), None, 1), Err(Refused::Denied { .. })));
        assert!(matches!(draw(&school, &inspector(), Some("s2"), 1), Err(Refused::Denied { .. })));
        assert!(
            matches!(draw(&school, &head(), Some("s1"), 1), Err(Refused::Denied { .. })),
            "not the one who is counted"
        );
        assert!(words(draw(&school, &bureau(), None, 0)).contains("请抽1到50个班"));
        // Whoever changes what was drawn is found out.
        school.run(
            "update sample_class set rank = 3 - rank where county = $1
                    and sample = (select id from sample where county = $1 and school = 's1')",
        );
        let id = own.id;
        let changed = school.act(&inspector(), move |desk| sample(desk, &id)).expect("the draw");
        assert!(!changed.proved);
    });
}

#[test]
fn names_without_a_pupil_are_found() {
    on_each_engine(|db| {
        let school = School::new(db);
        let ids = school.pupils("c1", &["在册不在", "在座", "病假在家", "点缺却在"]);
        let others = school.pupils("c2", &["没点名"]);
        school.call(&[(&ids[2], Sick), (&ids[3], Truant)]);
        let drawn = draw(&school, &inspector(), Some("s1"), 2).expect("drawn");
        let count = |by: &SignedIn, class: &'static str, there: Vec<String>| {
            let id = drawn.id.clone();
            school.act(by, move |desk| count_sample(desk, &id, class, &there))
        };
        let stranger = words(count(&inspector(), "c1", vec![others[0].clone()]));
        assert!(stranger.contains("不在这个班当天的名单上"), "{stranger}");
        assert!(matches!(count(&teacher(), "c1", vec![]), Err(Refused::Denied { .. })));
        assert!(matches!(count(&inspector(), "c3", vec![]), Err(Refused::Denied { .. })), "it was not drawn");
        count(&inspector(), "c1", vec![ids[1].clone(), ids[3].clone()]).expect("counted");
        assert!(words(count(&inspector(), "c1", vec![])).contains("已经清点过"));
        count(&inspector(), "c2", vec![]).expect("counted");
        let id = drawn.id.clone();
        let mut found: Vec<_> = school
            .act(&inspector(), move |desk| differences(desk, &id))
            .expect("the differences")
            .into_iter()
            .map(|one| (one.differs, one.name))
            .collect();
        found.sort();
        let expected = [
            (Differs::NotThere, "在册不在".to_owned()),
            (Differs::There, "点缺却在".to_owned()),
            (Differs::NotCalled, "没点名".to_owned()),
        ];
        assert_eq!(found, expected);
        school.at("2026-11-25");
        let late = draw(&school, &inspector(), Some("s1"), 2).expect("drawn").id;
        school.at("2026-11-26");
        let said = words(school.act(&inspector(), move |desk| count_sample(desk, &late, "c1", &[])));
        assert!(said.starts_with("抽样是2026-11-25的，只能当天清点"), "{said}");
    });
}

/// The morning: a submission without exceptions is a handful of statements whatever the size of the class and however much
/// history there is; each pupil that is away adds a few.
#[test]
fn a_submission_stays_small() {
    on_each_engine(|db| {
        let school = School::new(db);
        let names: Vec<String> = (0..45).map(|number| format!("普小{number}")).collect();
        let ids = school.pupils("c1", &names.iter().map(String::as_str).collect::<Vec<_>>());
        let cost = |on: &str, marks: &[(&str, _)]| {
            school.at(on);
            let before = school.db.done();
            school.call(marks);
            let after = school.db.done();
            assert_eq!(after.writes - before.writes, 1);
            after.statements - before.statements
        };
        assert!(cost("2026-11-02", &[]) <= 8, "all present");
        let away = |many: usize| ids[..many].iter().map(|id| (id.as_str(), Truant)).collect::<Vec<_>>();
        let first = cost("2026-11-03", &away(1));
        assert!(first <= 20, "one away: {first}");
        for on in ["2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09", "2026-11-10"] {
            cost(on, &away(1));
        }
        assert!(cost("2026-11-11", &away(1)) <= first + 1, "no more with history");
        assert!(cost("2026-11-12", &[]) <= 24, "coming back, and off the list");
        assert!(cost("2026-11-13", &[]) <= 8, "all present again");
    });
}
