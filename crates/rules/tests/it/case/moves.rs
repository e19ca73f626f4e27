//! The whole way with its clocks, and what is refused on it (五(六)(九)(十)(十一); hazards B01–B05, B08, B12, B13).

use rules::access::Role;
use rules::case::pause::{Leave, Pause, Rests};
use rules::case::{
    Act, Ask, By, Case, Event, Exemption, Ground, Kind, Party, State, Unfit, Visit, allowed, escalates,
    is_scored, replay,
};
use rules::plan::LegalStepKind;

use super::{
    Story, agreed, ask, at, back, bureau, colleague, confirm, day, director, dispatch, head, help, person,
    place, register, skip, step, township, visit, words,
};
use crate::nanjian::PLAN;
use rules::case::watch::Seen;

fn town() -> Party {
    Party::Township("t1".to_owned())
}

fn school() -> Party {
    Party::School("s1".to_owned())
}

/// 五(九)–(十一): from the report to 销号, each step with one unit, one act, one deadline of the plan.
#[test]
fn the_whole_way() {
    let look = |on: &str| Event::Check { clean: true, on: day(on) };
    let story = Story::new("2026-03-02")
        .then("2026-03-02", bureau(), confirm(), State::Confirmed)
        .turn(Party::Bureau, Act::Dispatch, "2026-03-04T23:59:59")
        .then("2026-03-03", bureau(), dispatch("t1"), State::Dispatched)
        .turn(town(), Act::Receive, "2026-03-04T10:00:00")
        .then("2026-03-04", township(), Event::Receive, State::Accepted)
        .turn(town(), Act::FirstVisit, "2026-03-09T23:59:59")
        .then("2026-03-06", township(), visit("2026-03-06", true), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-13T23:59:59")
        .then("2026-03-09", township(), back("2026-03-09"), State::Returned)
        .turn(Party::Bureau, Act::Place, "2026-03-12T23:59:59")
        .then("2026-03-10", bureau(), place("2026-03-09"), State::Placed)
        .turn(school(), Act::Prove, "2026-03-31T23:59:59")
        .seen(register(&PLAN, "2026-03-09", "2026-09-30", Seen::Came))
        .then("2026-03-20", By::Program, Event::Prove { from: day("2026-03-09") }, State::Observing)
        .turn(school(), Act::Watch, "2026-04-08T23:59:59")
        .then("2026-04-08", By::Program, look("2026-04-08"), State::Observing)
        .turn(school(), Act::Watch, "2026-06-07T23:59:59")
        .then("2026-06-08", By::Program, look("2026-06-08"), State::Observing)
        .turn(school(), Act::Watch, "2026-09-05T23:59:59")
        .then("2026-09-05", By::Program, look("2026-09-05"), State::Observing)
        .turn(school(), Act::AskClose, "2026-09-11T23:59:59")
        .then("2026-09-07", head(), ask(Ask::Close(Ground::Stayed)), State::Observing)
        .turn(Party::Bureau, Act::Answer, "2026-09-09T23:59:59")
        .then("2026-09-08", bureau(), Event::Agree, State::Closed);
    assert!(story.duty.is_none() && story.case.is_solved());
    story.kept();
}

/// 五(九): what is no dropout is cleared, with how that is known.
#[test]
fn cleared() {
    let cleared = || Event::Clear { words: words() };
    let story = Story::new("2026-03-02")
        .not("2026-03-02", bureau(), Event::Clear { words: "不是".to_owned() }, "没有写清", "五(九)")
        .not("2026-03-02", township(), cleared(), "不能办", "五(十)")
        .then("2026-03-02", bureau(), cleared(), State::Cleared)
        .not("2026-03-03", bureau(), confirm(), "已经结束", "五(十)");
    assert!(!story.case.is_solved());
    story.kept();
}

/// B01: only 教体局 makes an order. B02: an order is received once, by the unit that it was sent to. B03: it goes to 户籍地乡镇, or a
/// second person has agreed.
#[test]
fn orders() {
    let other = || person("town-9", "t9", Role::Township);
    let confirmed = Story::new("2026-03-02").then("2026-03-02", bureau(), confirm(), State::Confirmed);
    confirmed
        .clone()
        .not("2026-03-03", township(), dispatch("t1"), "不能办", "五(十)")
        .not("2026-03-03", head(), dispatch("t1"), "不能办", "五(十)")
        .not("2026-03-03", person("p", "police", Role::Police), dispatch("t1"), "不能办", "五(十)")
        .not("2026-03-03", bureau(), dispatch("t9"), "户籍地", "五(十)")
        .not("2026-03-03", bureau(), ask(Ask::Order { unit: "t1".to_owned() }), "直接下发", "五(十)")
        .then("2026-03-03", bureau(), dispatch("t1"), State::Dispatched)
        .not("2026-03-03", bureau(), dispatch("t1"), "先收回", "五")
        .not("2026-03-03", other(), Event::Receive, "不是发给本乡镇", "五(十)")
        .not("2026-03-03", other(), Event::SendBack { words: words() }, "不是发给本乡镇", "五(十)")
        .then("2026-03-03", township(), Event::Receive, State::Accepted)
        .not("2026-03-03", township(), Event::Receive, "不能", "五")
        .kept();
    confirmed
        .then("2026-03-03", bureau(), ask(Ask::Order { unit: "t9".to_owned() }), State::Confirmed)
        .turn(Party::Bureau, Act::Answer, "2026-03-05T23:59:59")
        .not("2026-03-03", bureau(), Event::Agree, "自己提请的", "五(七)")
        .not("2026-03-03", bureau(), dispatch("t1"), "等第二人复核", "五(七)")
        .then("2026-03-04", colleague(), Event::Agree, State::Dispatched)
        .turn(Party::Township("t9".to_owned()), Act::Receive, "2026-03-05T10:00:00")
        .then("2026-03-04", other(), Event::Receive, State::Accepted)
        .kept();
}

/// 五(十): nothing known of a child in the county: no order by rule.
#[test]
fn nobody_to_persuade() {
    let mut story = Story::new("2026-03-02").then("2026-03-02", bureau(), confirm(), State::Confirmed);
    story.persuader = None;
    story.not("2026-03-03", bureau(), dispatch("t1"), "由公安查户籍", "五(十)");
}

/// Sent back with a reason and recalled: 教体局 decides anew, with a new clock.
#[test]
fn sent_back_and_recalled() {
    let send_back = |words: &str| Event::SendBack { words: words.to_owned() };
    Story::new("2026-03-02")
        .then("2026-03-02", bureau(), confirm(), State::Confirmed)
        .then("2026-03-03", bureau(), dispatch("t1"), State::Dispatched)
        .not("2026-03-04", township(), send_back(""), "退回的理由", "五(十)")
        .then("2026-03-04", township(), send_back("户籍上月已迁出本乡"), State::Confirmed)
        .turn(Party::Bureau, Act::Dispatch, "2026-03-06T23:59:59")
        .then("2026-03-05", bureau(), dispatch("t1"), State::Dispatched)
        .then("2026-03-06", township(), Event::Receive, State::Accepted)
        .then(
            "2026-03-06",
            bureau(),
            Event::Recall { words: "孩子已随父母迁居".to_owned() },
            State::Confirmed,
        )
        .turn(Party::Bureau, Act::Dispatch, "2026-03-10T23:59:59")
        .not("2026-03-06", township(), Event::Receive, "不能", "五")
        .kept();
}

/// Capability 37: a failed attempt is kept and does not end the duty to meet the family; what was before the order counts neither.
#[test]
fn failed_attempts() {
    let story = Story::new("2026-03-02")
        .then("2026-03-02", bureau(), confirm(), State::Confirmed)
        .then("2026-03-03", bureau(), dispatch("t1"), State::Dispatched)
        .then("2026-03-04", township(), Event::Receive, State::Accepted)
        .then("2026-03-05", township(), visit("2026-03-05", false), State::Accepted)
        .then("2026-03-05", head(), visit("2026-03-05", true), State::Accepted)
        .then("2026-03-05", township(), visit("2026-03-02", true), State::Accepted)
        .turn(town(), Act::FirstVisit, "2026-03-09T23:59:59")
        .not("2026-03-06", township(), visit("2026-03-07", true), "今天以后", "五(九)")
        .not("2026-03-06", township(), visit("2026-03-01", true), "不能倒签", "五(九)")
        .then("2026-03-09", township(), visit("2026-03-06", true), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-13T23:59:59")
        .then("2026-03-10", township(), visit("2026-03-10", false), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-13T23:59:59")
        .then("2026-03-12", person("c", "v1", Role::Cadre), visit("2026-03-12", true), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-19T23:59:59");
    story.kept();
}

/// B12: nothing is recorded before what was recorded last.
#[test]
fn a_clock_that_was_turned_back() {
    Story::persuading().not("2026-03-05", township(), visit("2026-03-05", true), "服务器的时间", "五(九)");
}

/// The term of an order is asked about when it ends, and until the next step is taken or left out.
#[test]
fn the_term_of_an_order() {
    Story::persuading()
        .then("2026-03-09", township(), step(LegalStepKind::Persuade, "2026-03-09", None), State::Persuading)
        .then("2026-03-09", township(), help("2026-03-09"), State::Persuading)
        .then(
            "2026-03-10",
            township(),
            step(LegalStepKind::Order, "2026-03-10", Some("2026-03-17")),
            State::Persuading,
        )
        .turn(town(), Act::Visit, "2026-03-13T23:59:59")
        .then("2026-03-13", township(), visit("2026-03-13", true), State::Persuading)
        .turn(town(), Act::CheckTerm, "2026-03-17T23:59:59")
        .then("2026-03-18", township(), visit("2026-03-18", true), State::Persuading)
        .turn(town(), Act::CheckTerm, "2026-03-17T23:59:59")
        .then("2026-03-18", township(), skip(LegalStepKind::Penalty), State::Persuading)
        .then("2026-03-18", township(), step(LegalStepKind::Court, "2026-03-18", None), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-25T23:59:59")
        .kept();
}

/// 县默认值: after thirty days 专班 studies it; that adds no second duty.
#[test]
fn thirty_days() {
    let story = Story::persuading();
    let Case::Open(open) = &story.case else { panic!("open") };
    assert_eq!(escalates(open, &PLAN).map(|at| at.to_string()).as_deref(), Some("2026-04-02T23:59:59"));
    let Case::Open(open) = &Story::observing().case else { panic!("open") };
    assert_eq!(escalates(open, &PLAN), None);
}

/// 返校 that somebody said and the register does not show: back to whoever had the order.
#[test]
fn not_back_after_all() {
    let not_back = || Event::NotBack { words: "第二天又没有来".to_owned() };
    Story::persuading()
        .then("2026-03-09", township(), back("2026-03-09"), State::Returned)
        .then("2026-03-11", head(), not_back(), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-18T23:59:59")
        .kept();
    Story::new("2026-03-02")
        .then("2026-03-02", bureau(), confirm(), State::Confirmed)
        .then("2026-03-03", head(), back("2026-03-03"), State::Returned)
        .then("2026-03-04", head(), not_back(), State::Confirmed)
        .turn(Party::Bureau, Act::Dispatch, "2026-03-06T23:59:59")
        .kept();
}

/// B04: no 销号 without the window or an exemption; B05, 五(七): not by one person, not by one unit, not by who is scored.
#[test]
fn closing_takes_two() {
    let stayed = || ask(Ask::Close(Ground::Stayed));
    let dead = || ask(Ask::Close(Ground::Exempt(Exemption::Dead)));
    Story::persuading().not("2026-03-09", township(), stayed(), "没有经过返校跟踪", "五(十一)").not(
        "2026-03-09",
        township(),
        Event::Agree,
        "没有等您复核",
        "五",
    );
    Story::observing().not("2026-04-01", head(), stayed(), "2026-04-08", "五(十一)");
    Story::watched_through()
        .then("2026-09-07", head(), stayed(), State::Observing)
        .not("2026-09-07", head(), Event::Agree, "不能办", "五(十)")
        .not("2026-09-07", township(), Event::Agree, "不能办", "五(十)")
        .then(
            "2026-09-07",
            bureau(),
            Event::Refuse { words: "有三天没有点名，请说明".to_owned() },
            State::Observing,
        )
        .turn(school(), Act::AskClose, "2026-09-11T23:59:59")
        .then("2026-09-08", bureau(), stayed(), State::Observing)
        .turn(Party::Director, Act::Answer, "2026-09-10T23:59:59")
        .not("2026-09-08", bureau(), Event::Agree, "自己提请的", "五(七)")
        .not("2026-09-08", colleague(), Event::Agree, "另一个单位", "五(七)")
        .then("2026-09-09", director(), Event::Agree, State::Closed)
        .kept();
    let story = Story::persuading()
        .not(
            "2026-03-09",
            township(),
            Event::Ask { ask: Ask::Close(Ground::Exempt(Exemption::Dead)), words: String::new() },
            "证明",
            "五(七)",
        )
        .then("2026-03-09", township(), dead(), State::Persuading)
        .then("2026-03-10", bureau(), Event::Agree, State::Closed);
    assert!(story.case.is_solved());
    let over = Story::persuading()
        .then(
            "2026-03-09",
            township(),
            ask(Ask::Close(Ground::Exempt(Exemption::OverAge))),
            State::Persuading,
        )
        .then("2026-03-10", bureau(), Event::Agree, State::Closed);
    assert!(!over.case.is_solved(), "too old is not back");
    assert!(
        is_scored(Role::Township)
            && is_scored(Role::Head)
            && !is_scored(Role::Bureau)
            && !is_scored(Role::Director)
    );
}

/// B09, 五(十): deferral and suspension stay open, come back by themselves, and two people grant them (B05).
#[test]
fn deferral_and_suspension() {
    let pause = |rests, until: &str, applied| {
        ask(Ask::Pause(Pause { rests, leave: Leave::Suspension, until: day(until), applied }))
    };
    let statutory = || pause(Rests::Statutory, "2026-08-31", true);
    let story = Story::persuading()
        .not(
            "2026-03-09",
            township(),
            pause(Rests::Statutory, "2026-08-31", false),
            "监护人",
            "义务教育法第十一条",
        )
        .not("2026-03-09", township(), pause(Rests::Policy, "2026-08-31", true), "四步还没有走完", "五(十)")
        .not("2026-03-09", township(), pause(Rests::Statutory, "2027-03-10", true), "最长批365天", "五(十)")
        .not("2026-03-09", township(), pause(Rests::Statutory, "2026-03-09", true), "已经过了", "五(十)")
        .then("2026-03-09", township(), statutory(), State::Persuading)
        .not("2026-03-09", bureau(), Event::NotBack { words: words() }, "等第二人复核", "五(七)")
        .then("2026-03-10", bureau(), Event::Agree, State::Paused)
        .turn(town(), Act::Review, "2026-08-31T23:59:59");
    assert!(!story.case.is_solved() && story.duty.is_some());
    story
        .not("2026-08-31", By::Program, Event::Resume, "还没有到期", "五(十)")
        .then("2026-09-01", By::Program, Event::Resume, State::Persuading)
        .turn(town(), Act::Visit, "2026-09-08T23:59:59")
        .kept();
    Story::persuading()
        .then("2026-03-09", bureau(), statutory(), State::Persuading)
        .not("2026-03-09", bureau(), Event::Agree, "自己提请的", "五(七)")
        .then("2026-03-09", colleague(), Event::Agree, State::Paused)
        .then("2026-05-06", township(), back("2026-05-06"), State::Returned);
    let walked = Story::persuading()
        .then("2026-03-09", township(), step(LegalStepKind::Persuade, "2026-03-09", None), State::Persuading)
        .then("2026-03-09", township(), skip(LegalStepKind::Order), State::Persuading)
        .then("2026-03-09", township(), skip(LegalStepKind::Penalty), State::Persuading)
        .then("2026-03-09", township(), skip(LegalStepKind::Court), State::Persuading)
        .then("2026-03-10", township(), pause(Rests::Policy, "2026-08-31", false), State::Persuading)
        .then("2026-03-11", bureau(), Event::Agree, State::Paused)
        .turn(town(), Act::Visit, "2026-03-18T23:59:59")
        .then("2026-03-18", township(), visit("2026-03-18", true), State::Paused)
        .turn(town(), Act::Visit, "2026-03-25T23:59:59");
    walked.kept();
}

/// B13: the unit that a tip-off is about neither clears nor closes.
#[test]
fn a_tip_off_about_the_unit() {
    let story = || Story::of(Case::open(at("2026-03-02"), Some("bureau".to_owned())));
    let exempt = || ask(Ask::Close(Ground::Exempt(Exemption::Transferred)));
    story().not("2026-03-02", bureau(), Event::Clear { words: words() }, "本单位", "四(二十一)");
    let confirmed = story().then("2026-03-02", bureau(), confirm(), State::Confirmed);
    confirmed.clone().not("2026-03-03", bureau(), exempt(), "本单位", "四(二十一)");
    confirmed
        .then("2026-03-03", township(), exempt(), State::Confirmed)
        .not("2026-03-03", colleague(), Event::Agree, "本单位", "四(二十一)")
        .then("2026-03-03", director(), Event::Agree, State::Closed)
        .kept();
}

/// A relapse ends the case unsolved; nothing more happens in it, and there is no event that deletes one (B08).
#[test]
fn relapse() {
    let story = Story::observing().then("2026-04-02", By::Program, Event::Relapse, State::Relapsed);
    assert!(!story.case.is_solved() && story.duty.is_none());
    story.kept();
    for role in Role::ALL {
        assert!(allowed(&story.case, *role).is_empty());
    }
    story.not("2026-04-03", bureau(), confirm(), "另立新案", "五(十)");
    assert!(Kind::ALL.iter().all(|kind| !kind.code().contains("delete") && !kind.label().contains('删')));
}

/// What is kept in another order is no case.
#[test]
fn kept_in_another_order() {
    let story = Story::persuading();
    let mut told = story.told.clone();
    told.swap(1, 2);
    assert_eq!(replay(&story.opened, &told), Err(Unfit(1)));
    let closed = Story::persuading().then(
        "2026-03-09",
        bureau(),
        ask(Ask::Close(Ground::Exempt(Exemption::Dead))),
        State::Persuading,
    );
    let mut told = closed.then("2026-03-10", director(), Event::Agree, State::Closed).told;
    let again = told[0].clone();
    told.push(again);
    assert_eq!(replay(&story.opened, &told), Err(Unfit(6)));
}

/// B14: a deadline in a year that the calendar does not know is a refusal that says so, never a guess.
#[test]
fn a_year_without_data() {
    Story::new("2027-12-30")
        .then("2027-12-30", bureau(), Event::Clear { words: words() }, State::Cleared)
        .kept();
    Story::new("2027-12-30").not("2027-12-30", bureau(), confirm(), "2028年的放假安排", "第八十五条");
}

/// A confirmation that was a mistake is closed by two people and is not counted as solved; who was said to be back is watched to
/// the end instead (五(七)(十一)).
#[test]
fn confirmed_by_mistake() {
    let mistaken = || ask(Ask::Close(Ground::Exempt(Exemption::Mistaken)));
    for story in [
        Story::new("2026-03-02").then("2026-03-02", bureau(), confirm(), State::Confirmed),
        Story::persuading(),
    ] {
        let state = story.case.state();
        let story = story
            .not(
                "2026-03-09",
                township(),
                Event::Ask { ask: Ask::Close(Ground::Exempt(Exemption::Mistaken)), words: String::new() },
                "理由和证明材料",
                "五(七)",
            )
            .then("2026-03-09", township(), mistaken(), state)
            .not("2026-03-09", township(), Event::Agree, "不能办", "五(十)")
            .turn(Party::Bureau, Act::Answer, "2026-03-11T23:59:59")
            .then("2026-03-10", bureau(), Event::Agree, State::Closed);
        assert!(!story.case.is_solved(), "there was nothing to be solved");
        story.kept();
    }
    let not_back = || Event::NotBack { words: words() };
    let back = Story::persuading().then("2026-03-09", head(), back("2026-03-09"), State::Returned);
    back.clone().not("2026-03-10", township(), mistaken(), "不能按误认销号", "五(十一)");
    back.then("2026-03-10", head(), not_back(), State::Persuading)
        .then("2026-03-10", township(), mistaken(), State::Persuading)
        .kept();
    Story::observing().not("2026-04-01", head(), mistaken(), "不能按误认销号", "五(十一)");
}

/// 五(六): what a visit agreed on brings the case's one deadline forward, and never puts it off; a class teacher's visit counts where
/// the teacher is paired.
#[test]
fn the_next_visit() {
    let by_rhythm = "2026-03-13T23:59:59";
    let visited = |next| {
        Story::persuading().then(
            "2026-03-09",
            township(),
            agreed("2026-03-09", true, next),
            State::Persuading,
        )
    };
    Story::persuading().turn(town(), Act::Visit, by_rhythm);
    visited("2026-03-11").turn(town(), Act::Visit, "2026-03-11T23:59:59").kept();
    visited("2026-03-16").turn(town(), Act::Visit, "2026-03-16T23:59:59").kept();
    for next in ["2026-03-09", "2026-03-08", "2026-03-17"] {
        Story::persuading().not(
            "2026-03-09",
            township(),
            agreed("2026-03-09", true, next),
            "以前",
            "县默认值",
        );
    }
    // Nobody at home, tomorrow again: sooner. In a week again: the clock does not wait for it.
    let failed = |next| {
        Story::persuading().then(
            "2026-03-09",
            township(),
            agreed("2026-03-09", false, next),
            State::Persuading,
        )
    };
    failed("2026-03-10").turn(town(), Act::Visit, "2026-03-10T23:59:59").kept();
    failed("2026-03-16").turn(town(), Act::Visit, by_rhythm).kept();
    // The next visit makes what was agreed before void.
    failed("2026-03-10")
        .then("2026-03-10", township(), visit("2026-03-10", true), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-17T23:59:59")
        .kept();
    let teacher = || person("teacher-1", "c1", Role::Teacher);
    let by =
        |paired| Event::Visit(Visit { on: day("2026-03-09"), met: true, paired, next: None, words: words() });
    Story::persuading()
        .then("2026-03-09", teacher(), by(false), State::Persuading)
        .turn(town(), Act::Visit, by_rhythm)
        .kept();
    Story::persuading()
        .then("2026-03-09", teacher(), by(true), State::Persuading)
        .turn(town(), Act::Visit, "2026-03-16T23:59:59")
        .kept();
    assert!(
        Act::Visit.is_visit()
            && Act::FirstVisit.is_visit()
            && !Act::Receive.is_visit()
            && !Act::Prove.is_visit()
    );
}
