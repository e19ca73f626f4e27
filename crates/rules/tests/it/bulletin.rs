//! 通报 and 问责, 五(七), 六(四): on what a point rests, who names whom, the word of the unit, the second person; and on what a file of accountability is
//! opened and how it goes on; as tables. Hazards B05, B13, F06.

use proptest::prelude::*;
use rules::accountability::{self as file, Known, Measure, Origin, cited, is_article, opens};
use rules::bulletin::{
    Act, Evidence, Frozen, Hand, Issuer, Kind, Named, PointStand, Source, Stand, answered, count, figure,
    may_name, moved, rests,
};
use rules::figures::{Counts, Figure};
use rules::plan::AccountabilityRule;
use rules::publish::published;

use crate::nanjian::PLAN;

fn evidence(good: Option<bool>) -> Evidence {
    Evidence { source: Source::Task, key: "task:1".to_owned(), facts: "事实".to_owned(), good }
}

/// 五(七): a point without evidence is refused, praise rests on what was done and a problem on what was not.
#[test]
fn a_point_rests_on_the_record() {
    let check = |kind, good: &[Option<bool>], is_taken: bool| {
        let all: Vec<Evidence> = good.iter().copied().map(evidence).collect();
        assert_eq!(rests(kind, &all).is_ok(), is_taken, "{kind} {good:?}");
    };
    for kind in Kind::ALL {
        check(*kind, &[], false);
    }
    check(Kind::Problem, &[Some(false)], true);
    check(Kind::Problem, &[None], true);
    check(Kind::Problem, &[Some(false), Some(true)], false);
    check(Kind::Praise, &[Some(true)], true);
    check(Kind::Praise, &[Some(false)], false);
    check(Kind::Correction, &[Some(false)], false);
    let refused = rests(Kind::Praise, &[]).expect_err("no evidence");
    assert!(refused.what.contains("没有依据") && refused.basis == "五(七)" && !refused.todo.is_empty());
}

/// 五(七), 六(四): a township speaks of what lies in it, the two offices of the county of everybody but themselves.
#[test]
fn who_names_whom() {
    let check = |issuer, kind, is_below, is_issuer, is_allowed: bool| {
        let done = may_name(issuer, Named { kind, is_below, is_issuer });
        assert_eq!(done.is_ok(), is_allowed, "{issuer} {kind} {is_below} {is_issuer}");
    };
    check(Issuer::Township, "school", true, false, true);
    check(Issuer::Township, "village", true, false, true);
    check(Issuer::Township, "school", false, false, false);
    check(Issuer::Township, "township", false, false, false);
    check(Issuer::Bureau, "township", false, false, true);
    check(Issuer::Bureau, "department", false, false, false);
    check(Issuer::Office, "department", false, false, true);
    check(Issuer::Office, "bureau", false, false, true);
    check(Issuer::Office, "class", false, false, false);
    check(Issuer::Bureau, "bureau", false, true, false);
}

/// B05, B13: the unit is heard or its time has passed, another approves, nobody of a unit that is named has a hand in it, and what is issued stays.
#[test]
fn a_bulletin_goes_one_way() {
    use PointStand::{Agreed, Answered, Waiting, Withdrawn};
    let hand = |is_drafter, is_named, is_over, points| Hand { is_drafter, is_named, is_over, points };
    let check = |stand, act, hand: Hand<'_>, expected: Option<Stand>| {
        assert_eq!(moved(stand, act, hand).ok(), expected, "{stand} {act} {hand:?}");
    };
    let other = |points| hand(false, false, false, points);
    check(Stand::Draft, Act::Send, hand(true, false, false, &[Waiting]), Some(Stand::Reply));
    check(Stand::Draft, Act::Send, hand(true, false, false, &[]), None);
    check(Stand::Draft, Act::Send, hand(true, false, false, &[Withdrawn]), None);
    check(Stand::Draft, Act::Approve, other(&[Waiting]), None);
    check(Stand::Reply, Act::Approve, other(&[Waiting]), None);
    check(Stand::Reply, Act::Approve, hand(false, false, true, &[Waiting]), Some(Stand::Approved));
    check(Stand::Reply, Act::Approve, other(&[Agreed, Answered, Withdrawn]), Some(Stand::Approved));
    check(Stand::Reply, Act::Approve, other(&[Withdrawn]), None);
    check(Stand::Reply, Act::Approve, hand(true, false, true, &[Agreed]), None);
    check(Stand::Reply, Act::Approve, hand(false, true, true, &[Agreed]), None);
    check(Stand::Reply, Act::GiveBack, other(&[Waiting]), Some(Stand::Draft));
    check(Stand::Reply, Act::Issue, other(&[Agreed]), None);
    check(Stand::Approved, Act::Issue, hand(true, false, false, &[Agreed]), Some(Stand::Issued));
    check(Stand::Approved, Act::GiveBack, other(&[Agreed]), Some(Stand::Draft));
    for act in Act::ALL {
        check(Stand::Issued, *act, other(&[Agreed]), None);
        check(Stand::Dropped, *act, other(&[Agreed]), None);
    }
}

/// 五(七): a unit answers once, and while it is asked.
#[test]
fn a_unit_answers_once() {
    let check = |stand, point, agrees, expected: Option<PointStand>| {
        assert_eq!(answered(stand, point, agrees).ok(), expected, "{stand} {point}");
    };
    check(Stand::Reply, PointStand::Waiting, true, Some(PointStand::Agreed));
    check(Stand::Reply, PointStand::Waiting, false, Some(PointStand::Answered));
    check(Stand::Reply, PointStand::Agreed, false, None);
    check(Stand::Reply, PointStand::Withdrawn, true, None);
    for stand in [Stand::Draft, Stand::Approved, Stand::Issued, Stand::Dropped] {
        check(stand, PointStand::Waiting, true, None);
    }
}

/// 六(四): a file is opened on what repeats or went to the top as the county's plan counts it, and on nothing less.
#[test]
fn on_what_a_file_is_opened() {
    let of_plan = PLAN.accountability();
    let more =
        AccountabilityRule { bulletins: 3, within_months: 6, findings: 4, escalated: 2, ..of_plan.clone() };
    let check = |rule: &AccountabilityRule, origin, known: Known, is_opened: bool| {
        assert_eq!(opens(origin, known, rule).is_ok(), is_opened, "{origin} {known:?}");
        assert_eq!(known.reaches(origin, rule), is_opened, "{origin} {known:?}");
    };
    for (bulletins, here, there) in [(1, false, false), (2, true, false), (3, true, true)] {
        check(of_plan, Origin::Bulletins, Known { bulletins, ..Known::default() }, here);
        check(&more, Origin::Bulletins, Known { bulletins, ..Known::default() }, there);
    }
    check(of_plan, Origin::Findings, Known { bulletins: 9, findings: 1, escalated: 0 }, false);
    check(of_plan, Origin::Findings, Known { findings: 2, ..Known::default() }, true);
    check(&more, Origin::Findings, Known { findings: 3, ..Known::default() }, false);
    check(&more, Origin::Findings, Known { findings: 4, ..Known::default() }, true);
    check(of_plan, Origin::Escalated, Known { escalated: 1, ..Known::default() }, true);
    check(of_plan, Origin::Escalated, Known::default(), false);
    check(&more, Origin::Escalated, Known { escalated: 1, ..Known::default() }, false);
    let refused = opens(Origin::Bulletins, Known::default(), &more).unwrap_err();
    assert_eq!(
        refused.todo,
        "6个月内被通报3次、督导问题逾期4个，或者有2件事期限上报到县里仍没有办的，才立案"
    );
}

/// 五(七), 六(四): a ground says its law and where it is known from; an article that nobody has read has no number, and none is made up.
#[test]
fn what_a_file_rests_on() {
    let rule = PLAN.accountability();
    for one in &rule.grounds {
        assert!(!one.law.is_empty() && !one.about.is_empty() && one.basis.source.is_some(), "{one:?}");
        assert!(one.law != "教育督导问责办法" || one.article.is_none(), "its text was not at hand: {one:?}");
    }
    assert_eq!(rule.ground("x"), None);
    let check = |code: &str, written: &str, expected: Option<&str>| {
        let one = rule.ground(code).unwrap_or_else(|| panic!("no ground {code}"));
        assert_eq!(cited(one, written).ok().as_deref(), expected, "{code} {written:?}");
    };
    check("law53", "", Some("《义务教育法》第五十三条"));
    check("law53", "第一条", Some("《义务教育法》第五十三条"));
    check("task", " ", Some("《教育督导问责办法》（国教督〔2021〕2号）所列“教育攻坚任务完成严重滞后”的情形"));
    check(
        "task",
        "第八条",
        Some("《教育督导问责办法》（国教督〔2021〕2号）第八条“教育攻坚任务完成严重滞后”"),
    );
    check("task", "大概第八条", None);
    check("measures", "", None);
    check("measures", "第八条第二款", Some("《教育督导问责办法》（国教督〔2021〕2号）第八条第二款"));
}

/// What is written as an article, and what is not.
#[test]
fn an_article_is_written_as_one() {
    let check = |text: &str, is_one: bool| assert_eq!(is_article(text), is_one, "{text}");
    for one in ["第八条", "第五十三条", "第8条", "第十二条第二款", "第六条第一款第（三）项", "第六条第三项"]
    {
        check(one, true);
    }
    for other in ["", "第条", "八条", "第八", "第八条和第九条", "第一款", "第八条第二款第一条", "第某条"]
    {
        check(other, false);
    }
}

/// B05, B13: heard, decided by another, put right, seen by another; nobody of the unit has a hand in what is not theirs.
#[test]
fn a_file_goes_one_way() {
    use file::{Act, Hand, Stand};
    let unit = Hand { is_of_unit: true, is_opener: false, is_over: false };
    let opener = Hand { is_of_unit: false, is_opener: true, is_over: false };
    let other = Hand { is_opener: false, ..opener };
    let late = Hand { is_over: true, ..opener };
    let check = |stand, act, measure, hand, expected: Option<Stand>| {
        assert_eq!(
            file::moved(stand, act, measure, hand).ok(),
            expected,
            "{stand} {act} {measure:?} {hand:?}"
        );
    };
    let mend = Some(Measure::Mend);
    check(Stand::Opened, Act::State, None, unit, Some(Stand::Heard));
    check(Stand::Opened, Act::State, None, other, None);
    check(Stand::Opened, Act::Silent, None, opener, None);
    check(Stand::Opened, Act::Silent, None, late, Some(Stand::Heard));
    check(Stand::Opened, Act::Decide, mend, other, None);
    check(Stand::Heard, Act::Decide, mend, opener, None);
    check(Stand::Heard, Act::Decide, mend, unit, None);
    check(Stand::Heard, Act::Decide, mend, other, Some(Stand::Decided));
    check(Stand::Heard, Act::Decide, None, other, None);
    check(Stand::Heard, Act::Decide, Some(Measure::Nothing), other, Some(Stand::Closed));
    check(Stand::Decided, Act::Report, mend, unit, Some(Stand::Reported));
    check(Stand::Decided, Act::Accept, mend, other, None);
    check(Stand::Decided, Act::Accept, Some(Measure::Transfer), other, Some(Stand::Closed));
    check(Stand::Reported, Act::Accept, mend, unit, None);
    check(Stand::Reported, Act::Accept, mend, other, Some(Stand::Closed));
    check(Stand::Reported, Act::GiveBack, mend, other, Some(Stand::Decided));
    for act in Act::ALL {
        check(Stand::Closed, *act, mend, other, None);
    }
}

proptest! {
    #![proptest_config(crate::cases(300))]

    /// F06, 五(十二): whatever was frozen, what a figure says of a unit passes the guard of what is published, and no child is told apart.
    #[test]
    fn no_figure_tells_of_a_child(ins in 0_u64..400, outs in 0_u64..40, apart in 0_u64..10, which in 0_usize..11) {
        let one = Figure::ALL[which % Figure::ALL.len()];
        let counts = Counts { ins, outs, apart };
        let of = Frozen { label: "月报 2026-11", number: 42, day: "2026年11月20日", unit: "东镇" };
        if let Some(found) = figure(one, counts, of, &PLAN) {
            prop_assert_eq!(published(&found.facts, &[], &["东镇村".to_owned()]), vec![]);
            let listed = counts.listed(one);
            prop_assert!(listed == 0 || listed >= 5, "{} are listed", listed);
            prop_assert!(counts.whole() - listed >= 5);
        }
    }

    /// F06: no small count is told exactly.
    #[test]
    fn no_small_count(many in 0_i64..50) {
        let said = count(many, "件");
        prop_assert_eq!(said == "不足5件", (1..5).contains(&many));
    }
}
