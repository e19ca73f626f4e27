//! Who must persuade, the four steps, the gate of the penalty, the modes of service, the grade after time away: tables.

use rules::case::grade::advise;
use rules::case::ladder::{Ladder, Taken};
use rules::case::penalty::{Norm, Organ, PenaltyGround, gate};
use rules::case::persuader::{ByPlace, Places, Where, persuader};
use rules::case::service::{Mode, Service, served};
use rules::case::{Event, State};
use rules::plan::LegalStepKind::{self, Court, Order, Penalty, Persuade};

use super::{Story, day, help, skip, step, township, words};
use crate::nanjian::PLAN;

fn here(unit: &str) -> Where {
    Where::Here(unit.to_owned())
}

/// 五(十), 义务教育法 12、13: household before home before school; who helps; letters to counties and provinces.
#[test]
fn who_must_persuade() {
    use ByPlace::{Home, Household, School};
    use Where::{OtherCounty, OtherProvince, Unknown};
    let check = |household, home, school, unit: &str, by, helps: &[&str], letters: &[&str], why: &str| {
        let one = persuader(&Places { household, school, home }).expect(why);
        assert_eq!((one.unit.as_str(), one.by), (unit, by), "{why}");
        assert_eq!(one.helps, helps, "{why}");
        let words: Vec<String> = one.letters.iter().map(|letter| letter.words()).collect();
        assert_eq!(words, letters, "{why}");
        assert!(one.reason.contains(why) && !one.basis.is_empty(), "{why}: {}", one.reason);
    };
    check(here("a"), here("a"), here("a"), "a", Household, &[], &[], "由户籍地乡镇劝返");
    check(here("a"), Unknown, here("b"), "a", Household, &["b"], &[], "由户籍地乡镇劝返");
    check(here("a"), here("b"), here("c"), "a", Household, &["b", "c"], &[], "居住地乡镇协助");
    check(here("a"), OtherCounty, Unknown, "a", Household, &[], &["跨县协助函（致居住地）"], "人在外县");
    check(here("a"), OtherProvince, here("a"), "a", Household, &[], &["跨省协助函（致居住地）"], "人在省外");
    check(OtherProvince, here("b"), here("b"), "b", Home, &[], &["跨省协助函（致户籍地）"], "居住地乡镇");
    check(Unknown, here("b"), Unknown, "b", Home, &[], &[], "没有查到户籍");
    check(
        OtherCounty,
        OtherCounty,
        here("c"),
        "c",
        School,
        &[],
        &["跨县协助函（致户籍地）", "跨县协助函（致居住地）"],
        "函请当地劝返",
    );
    check(Unknown, Unknown, here("c"), "c", School, &[], &[], "只知道在本县就读");
    for nowhere in [Unknown, OtherCounty, OtherProvince] {
        assert_eq!(persuader(&Places { household: nowhere, school: Unknown, home: Unknown }), None);
    }
}

/// 五(三), B04: steps in order, each left out only with a reason; help before what is harder.
#[test]
fn the_four_steps() {
    Story::persuading()
        .not("2026-03-09", township(), step(Penalty, "2026-03-09", None), "还没有宣传教育", "五(三)")
        .not(
            "2026-03-09",
            township(),
            step(Order, "2026-03-09", Some("2026-03-16")),
            "还没有宣传教育",
            "五(三)",
        )
        .not("2026-03-09", township(), skip(Order), "现在轮到宣传教育", "五(三)")
        .not(
            "2026-03-09",
            township(),
            Event::Skip { step: Persuade, words: "略".to_owned() },
            "跳过的理由",
            "五(三)",
        )
        .then("2026-03-09", township(), step(Persuade, "2026-03-09", None), State::Persuading)
        .not(
            "2026-03-09",
            township(),
            step(Order, "2026-03-09", Some("2026-03-16")),
            "还没有给过帮扶",
            "五(三)",
        )
        .not(
            "2026-03-09",
            township(),
            Event::Help { code: "gold".to_owned(), on: day("2026-03-09"), words: words() },
            "没有这种帮扶",
            "五(三)",
        )
        .then("2026-03-09", township(), help("2026-03-09"), State::Persuading)
        .not("2026-03-10", township(), step(Order, "2026-03-10", None), "没有写期限", "义务教育法第五十八条")
        .not(
            "2026-03-10",
            township(),
            step(Order, "2026-03-10", Some("2026-03-10")),
            "期限应在送达之后",
            "民法典第二百零一条",
        )
        .not("2026-03-10", township(), step(Order, "2026-03-08", Some("2026-03-16")), "早于前一步", "五(三)")
        .then("2026-03-10", township(), step(Order, "2026-03-10", Some("2026-03-17")), State::Persuading)
        .not("2026-03-18", township(), step(Court, "2026-03-18", None), "还没有行政处罚", "五(三)")
        .not(
            "2026-03-18",
            township(),
            step(Penalty, "2026-03-18", None),
            "没有登记处罚依据",
            "行政处罚法第三十八条",
        )
        .then("2026-03-18", township(), skip(Penalty), State::Persuading)
        .not("2026-03-18", township(), step(Penalty, "2026-03-18", None), "已经写明理由跳过", "五(三)")
        .then("2026-03-18", township(), step(Court, "2026-03-18", None), State::Persuading)
        .not("2026-03-18", township(), skip(Court), "四步都已办过", "五(三)")
        .kept();
    let mut ladder = Ladder::default();
    assert_eq!((ladder.next(), ladder.is_walked(), ladder.helped()), (Some(Persuade), false, 0));
    let taken = Taken { step: Persuade, on: day("2026-03-09"), until: None };
    assert!(ladder.may_take(&taken, &PLAN.case().help_gate).is_ok());
    assert_eq!(ladder.may_skip(Persuade), Ok(()));
    ladder = Ladder::default();
    assert_eq!(ladder.term(), None);
    assert!(LegalStepKind::ALL.iter().all(|step| !ladder.is_taken(*step) && !ladder.is_skipped(*step)));
}

fn ground() -> PenaltyGround {
    PenaltyGround {
        norm: Norm::LocalRegulation,
        article: "某条例第十条".to_owned(),
        organ: Organ::County,
        delegation: String::new(),
        review: "法审〔2026〕1号".to_owned(),
        registered_by: "a".to_owned(),
        reviewed_by: "b".to_owned(),
    }
}

/// Domain §0.1, 行政处罚法 16、23、24、38、58: what a penalty needs.
#[test]
fn the_gate_of_the_penalty() {
    let check = |change: fn(&mut PenaltyGround), expected: Option<&str>| {
        let mut ground = ground();
        change(&mut ground);
        match (gate(Some(&ground)), expected) {
            (Ok(()), None) => {}
            (Err(refused), Some(article)) => {
                assert!(refused.basis.contains(article), "{refused}");
                assert!(!refused.todo.is_empty(), "{refused}");
            }
            (other, expected) => panic!("{other:?}, not {expected:?}"),
        }
    };
    check(|_| {}, None);
    check(|ground| ground.norm = Norm::Law, None);
    check(|ground| ground.norm = Norm::Document, Some("第十六条"));
    check(|ground| ground.article.clear(), Some("第三十八条"));
    check(|ground| ground.organ = Organ::Township, Some("第二十四条"));
    check(
        |ground| {
            ground.organ = Organ::Township;
            ground.delegation = "某省人民政府决定".to_owned();
        },
        None,
    );
    check(|ground| ground.review.clear(), Some("第五十八条"));
    check(|ground| ground.reviewed_by = "a".to_owned(), Some("第五十八条"));
    check(|ground| ground.reviewed_by.clear(), Some("第五十八条"));
    let refused = gate(None).expect_err("no ground");
    assert!(refused.basis.contains("义务教育法第五十八条") && refused.todo.contains("起诉"), "{refused}");
    // In a case, with everything that it needs.
    let Event::Step { taken, words, .. } = step(Penalty, "2026-03-18", None) else { panic!("a step") };
    Story::persuading()
        .then("2026-03-09", township(), step(Persuade, "2026-03-09", None), State::Persuading)
        .then("2026-03-09", township(), help("2026-03-09"), State::Persuading)
        .then("2026-03-10", township(), step(Order, "2026-03-10", Some("2026-03-17")), State::Persuading)
        .then(
            "2026-03-18",
            township(),
            Event::Step { taken, ground: Some(ground()), words },
            State::Persuading,
        )
        .kept();
}

/// 民事诉讼法 87–95, 行政处罚法 61; B12: no day before the paper, none in the future; each mode with what its article asks.
#[test]
fn service() {
    let full = Service {
        mode: Mode::InPerson,
        on: day("2026-03-10"),
        signed: "监护人",
        witness: "",
        filmed: false,
        agreed: false,
        tried: "",
    };
    let check = |service: Service<'_>, expected: Result<&str, &str>| {
        let got = served(&service, day("2026-03-09"), day("2026-03-20"));
        match (got, expected) {
            (Ok(on), Ok(expected)) => assert_eq!(on, day(expected), "{:?}", service.mode),
            (Err(refused), Err(article)) => assert!(refused.basis.contains(article), "{refused}"),
            (other, expected) => panic!("{:?}: {other:?}, not {expected:?}", service.mode),
        }
    };
    let mode = |mode| Service { mode, ..full };
    for signed in [Mode::InPerson, Mode::Household, Mode::Entrusted, Mode::Post, Mode::Forwarded] {
        check(mode(signed), Ok("2026-03-10"));
        check(Service { signed: " ", ..mode(signed) }, Err(signed.article()));
    }
    check(Service { on: day("2026-03-08"), ..full }, Err("第八十八条"));
    check(Service { on: day("2026-03-21"), ..full }, Err("第八十八条"));
    check(mode(Mode::Left), Err("第八十九条"));
    check(Service { witness: "村委会干部", ..mode(Mode::Left) }, Ok("2026-03-10"));
    check(Service { filmed: true, ..mode(Mode::Left) }, Ok("2026-03-10"));
    check(mode(Mode::Electronic), Err("第九十条"));
    check(Service { agreed: true, ..mode(Mode::Electronic) }, Ok("2026-03-10"));
    check(mode(Mode::Public), Err("第九十五条"));
    check(Service { tried: "直接、邮寄都退回", ..mode(Mode::Public) }, Ok("2026-04-09"));
}

/// 县默认值, capability 74: under three months the same grade, under a year one down, else by age and never below the old one.
#[test]
fn the_grade_after_time_away() {
    let check = |left: &str, back: &str, was, expected: Option<(u8, u16)>| {
        // Born in May 2014: entered in 2020, sixth grade in 2025–2026.
        let got =
            advise(&PLAN.case().grades, PLAN.school_age(), day("2014-05-04"), was, (day(left), day(back)));
        assert_eq!(got.map(|advice| (advice.grade, advice.months)), expected, "{left} {back}");
    };
    check("2026-03-02", "2026-06-01", 6, Some((6, 2)));
    check("2026-03-02", "2026-06-02", 6, Some((5, 3)));
    check("2025-06-30", "2026-06-29", 6, Some((5, 11)));
    check("2025-06-30", "2026-06-30", 5, Some((6, 12)));
    check("2023-10-09", "2026-03-02", 3, Some((6, 28)));
    check("2023-10-09", "2026-03-02", 8, Some((8, 28)));
    check("2026-03-02", "2026-06-02", 1, Some((1, 3)));
    check("2026-03-02", "2026-03-01", 6, None);
    check("2026-03-02", "2026-03-03", 10, None);
}
