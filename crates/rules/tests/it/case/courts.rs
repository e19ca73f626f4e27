//! Five published court histories (domain §7.3), told again step by step with the clocks of the law. Days that the reports do not
//! give are supposed, and say so; names and amounts are left out. What their papers state stands in `histories`.

use std::sync::LazyLock;

use rules::case::ladder::Taken;
use rules::case::pause::{Leave, Pause, Rests};
use rules::case::penalty::{Norm, Organ, PenaltyGround};
use rules::case::period::{Length, Period, enforcement};
use rules::case::{Act, Ask, Event, Party, State};
use rules::plan::LegalStepKind::{Court, Order, Penalty, Persuade};
use rules::plan::Plan;

use super::{Story, ask, back, bureau, confirm, day, dispatch, help, skip, step, township, visit};
use crate::nanjian::files;

/// Holidays of the years in which it happened, by the notices of the State Council's office.
const YEARS: &str = r#"
[[year]]
year = 2017
source = "国办发明电〔2016〕17号"
holidays = [
    { name = "元旦", first = "2017-01-01", last = "2017-01-02" },
    { name = "春节", first = "2017-01-27", last = "2017-02-02" },
    { name = "清明", first = "2017-04-02", last = "2017-04-04" },
    { name = "劳动节", first = "2017-04-29", last = "2017-05-01" },
    { name = "端午", first = "2017-05-28", last = "2017-05-30" },
    { name = "国庆节、中秋", first = "2017-10-01", last = "2017-10-08" },
]
worked = ["2017-01-22", "2017-02-04", "2017-04-01", "2017-05-27", "2017-09-30"]

[[year]]
year = 2018
source = "国办发明电〔2017〕12号"
holidays = [
    { name = "元旦", first = "2018-01-01", last = "2018-01-01" },
    { name = "春节", first = "2018-02-15", last = "2018-02-21" },
    { name = "清明", first = "2018-04-05", last = "2018-04-07" },
    { name = "劳动节", first = "2018-04-29", last = "2018-05-01" },
    { name = "端午", first = "2018-06-16", last = "2018-06-18" },
    { name = "中秋", first = "2018-09-22", last = "2018-09-24" },
    { name = "国庆节", first = "2018-10-01", last = "2018-10-07" },
    { name = "元旦", first = "2018-12-30", last = "2018-12-31" },
]
worked = ["2018-02-11", "2018-02-24", "2018-04-08", "2018-04-28", "2018-09-29", "2018-09-30", "2018-12-29"]

[[year]]
year = 2019
source = "国办发明电〔2018〕15号，五一调整见国办发明电〔2019〕3号"
holidays = [
    { name = "元旦", first = "2019-01-01", last = "2019-01-01" },
    { name = "春节", first = "2019-02-04", last = "2019-02-10" },
    { name = "清明", first = "2019-04-05", last = "2019-04-07" },
    { name = "劳动节", first = "2019-05-01", last = "2019-05-04" },
    { name = "端午", first = "2019-06-07", last = "2019-06-09" },
    { name = "中秋", first = "2019-09-13", last = "2019-09-15" },
    { name = "国庆节", first = "2019-10-01", last = "2019-10-07" },
]
worked = ["2019-02-02", "2019-02-03", "2019-04-28", "2019-05-05", "2019-09-29", "2019-10-12"]

[[year]]
year = 2020
source = "国办发明电〔2019〕16号"
holidays = [
    { name = "元旦", first = "2020-01-01", last = "2020-01-01" },
    { name = "春节", first = "2020-01-24", last = "2020-02-02" },
    { name = "清明", first = "2020-04-04", last = "2020-04-06" },
    { name = "劳动节", first = "2020-05-01", last = "2020-05-05" },
    { name = "端午", first = "2020-06-25", last = "2020-06-27" },
    { name = "国庆节、中秋", first = "2020-10-01", last = "2020-10-08" },
]
worked = ["2020-01-19", "2020-04-26", "2020-05-09", "2020-06-28", "2020-09-27", "2020-10-10"]

[[year]]
year = 2021
source = "国办发明电〔2020〕27号"
holidays = [
    { name = "元旦", first = "2021-01-01", last = "2021-01-03" },
    { name = "春节", first = "2021-02-11", last = "2021-02-17" },
    { name = "清明", first = "2021-04-03", last = "2021-04-05" },
    { name = "劳动节", first = "2021-05-01", last = "2021-05-05" },
    { name = "端午", first = "2021-06-12", last = "2021-06-14" },
    { name = "中秋", first = "2021-09-19", last = "2021-09-21" },
    { name = "国庆节", first = "2021-10-01", last = "2021-10-07" },
]
worked = ["2021-02-07", "2021-02-20", "2021-04-25", "2021-05-08", "2021-09-18", "2021-09-26", "2021-10-09"]

[[year]]
year = 2022
source = "国办发明电〔2021〕11号"
holidays = [
    { name = "元旦", first = "2022-01-01", last = "2022-01-03" },
    { name = "春节", first = "2022-01-31", last = "2022-02-06" },
    { name = "清明", first = "2022-04-03", last = "2022-04-05" },
    { name = "劳动节", first = "2022-04-30", last = "2022-05-04" },
    { name = "端午", first = "2022-06-03", last = "2022-06-05" },
    { name = "中秋", first = "2022-09-10", last = "2022-09-12" },
    { name = "国庆节", first = "2022-10-01", last = "2022-10-07" },
]
worked = ["2022-01-29", "2022-01-30", "2022-04-02", "2022-04-24", "2022-05-07", "2022-10-08", "2022-10-09"]

"#;

/// Today's plan with the calendar of then.
pub(super) static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let mut files = files();
    let calendar = files.get_mut("calendar.toml").expect("a calendar");
    *calendar = calendar.replacen("\n[[year]]", &format!("{YEARS}\n[[year]]"), 1);
    Plan::load(&files).unwrap_or_else(|problems| panic!("{problems:?}"))
});

/// Verified and ordered on the first day, received and visited on the second, persuaded with help on the third.
pub(super) fn persuaded(first: &str, second: &str, third: &str) -> Story {
    let mut story = Story::new(first);
    story.plan = &PLAN;
    story
        .then(first, bureau(), confirm(), State::Confirmed)
        .then(first, bureau(), dispatch("t1"), State::Dispatched)
        .then(second, township(), Event::Receive, State::Accepted)
        .then(second, township(), visit(second, true), State::Persuading)
        .then(third, township(), step(Persuade, third, None), State::Persuading)
        .then(third, township(), help(third), State::Persuading)
}

/// A penalty by a township, as it was then; today's gate wants the power and the review registered.
pub(super) fn penalty(on: &str, until: Option<&str>) -> Event {
    let taken = Taken { step: Penalty, on: day(on), until: until.map(day) };
    let ground = PenaltyGround {
        norm: Norm::LocalRegulation,
        article: "登记的依据条文".to_owned(),
        organ: Organ::Township,
        delegation: "登记的授权决定文号".to_owned(),
        review: "登记的法制审核意见".to_owned(),
        registered_by: "a".to_owned(),
        reviewed_by: "b".to_owned(),
    };
    Event::Step { taken, ground: Some(ground), words: "送达行政处罚决定书".to_owned() }
}

fn ends(period: Period, from: &str, expected: &str) {
    assert_eq!(period.ends(day(from), PLAN.calendar()), Ok(day(expected)), "{} from {from}", period.label());
}

fn town() -> Party {
    Party::Township("t1".to_owned())
}

/// 西盟中课镇, 2018–19: an order of 20 April, a penalty to send the child by 2 May and to pay by 5 May, no suit, enforcement granted.
/// Supposed: the decision was served with the order, for 5 May is fifteen days later; the demand of 8 October.
#[test]
fn ximeng() {
    let bare = step(Penalty, "2018-04-20", Some("2018-05-05"));
    persuaded("2018-04-16", "2018-04-17", "2018-04-18")
        .then("2018-04-20", township(), step(Order, "2018-04-20", Some("2018-05-02")), State::Persuading)
        .turn(town(), Act::Visit, "2018-04-24T23:59:59")
        .not("2018-04-20", township(), bare, "没有登记处罚依据", "行政处罚法第三十八条")
        .then("2018-04-20", township(), penalty("2018-04-20", Some("2018-05-05")), State::Persuading)
        .then("2018-05-02", township(), visit("2018-05-02", true), State::Persuading)
        .turn(town(), Act::CheckTerm, "2018-05-05T23:59:59")
        .then("2018-10-23", township(), step(Court, "2018-10-23", None), State::Persuading)
        .kept();
    // 5 May 2018 is a Saturday: the fine can be paid until Monday.
    ends(Period::PayFine, "2018-04-20", "2018-05-07");
    ends(Period::Review, "2018-04-20", "2018-06-19");
    // 20 October is a Saturday.
    ends(Period::Sue, "2018-04-20", "2018-10-22");
    ends(Period::Demand, "2018-10-08", "2018-10-22");
    let window = enforcement(day("2018-04-20"), day("2018-10-08"), PLAN.calendar()).expect("known years");
    assert_eq!((window.earliest, window.latest), (day("2018-10-23"), day("2019-01-22")));
    ends(Period::CourtTakes, "2018-10-23", "2018-10-30");
    ends(Period::CourtRules, "2018-10-30", "2018-11-08");
}

/// 兰坪啦井镇, 24 November 2017: five families sued and mediated in court: some children came back, one was pregnant, others worked
/// far away. Supposed: the days before the hearing, and that no penalty was made.
#[test]
fn lanping() {
    let mediated = persuaded("2017-11-06", "2017-11-07", "2017-11-08")
        .then("2017-11-09", township(), step(Order, "2017-11-09", Some("2017-11-16")), State::Persuading)
        .then("2017-11-17", township(), skip(Penalty), State::Persuading)
        .then("2017-11-24", township(), step(Court, "2017-11-24", None), State::Persuading);
    mediated
        .clone()
        .then("2017-11-27", township(), back("2017-11-27"), State::Returned)
        .turn(Party::Bureau, Act::Place, "2017-11-30T23:59:59")
        .kept();
    let pause = |rests| Pause {
        rests,
        leave: Leave::Suspension,
        until: day("2018-05-20"),
        applied: rests == Rests::Statutory,
    };
    // Pregnant: the body's condition, on the guardians' application (义务教育法 11). It is not solved.
    let paused = mediated
        .clone()
        .then("2017-11-27", township(), ask(Ask::Pause(pause(Rests::Statutory))), State::Persuading)
        .then("2017-11-28", bureau(), Event::Agree, State::Paused)
        .turn(town(), Act::Review, "2018-05-20T23:59:59");
    assert!(!paused.case.is_solved());
    // Working far away: all four steps are walked, 五(十) allows a suspension and the visits go on.
    mediated
        .then("2017-11-27", township(), ask(Ask::Pause(pause(Rests::Policy))), State::Persuading)
        .then("2017-11-28", bureau(), Event::Agree, State::Paused)
        .turn(town(), Act::Visit, "2017-12-05T23:59:59")
        .kept();
}

/// 宁蒗战河镇, 2020: order, penalty and demand were served one after another; then a civil suit (监护人责任纠纷), mediated: back
/// within ten days. Supposed: all days of it.
#[test]
fn ninglang() {
    persuaded("2020-09-01", "2020-09-02", "2020-09-03")
        .then("2020-09-07", township(), step(Order, "2020-09-07", Some("2020-09-14")), State::Persuading)
        .then("2020-09-21", township(), penalty("2020-09-21", None), State::Persuading)
        .then("2020-10-27", township(), visit("2020-10-27", true), State::Persuading)
        .then("2020-10-28", township(), step(Court, "2020-10-28", Some("2020-11-07")), State::Persuading)
        .turn(town(), Act::Visit, "2020-11-03T23:59:59")
        .then("2020-11-03", township(), visit("2020-11-03", true), State::Persuading)
        .turn(town(), Act::CheckTerm, "2020-11-07T23:59:59")
        .then("2020-11-06", township(), back("2020-11-06"), State::Returned)
        .kept();
    ends(Period::PayFine, "2020-09-21", "2020-10-09");
    ends(Period::Demand, "2020-10-12", "2020-10-26");
    ends(Period::FileSuit, "2020-10-28", "2020-11-04");
    // Enforcement of the penalty could not have been asked for before the end of March: the suit was the faster way.
    let window = enforcement(day("2020-09-21"), day("2020-10-12"), PLAN.calendar()).expect("known years");
    assert_eq!((window.earliest, window.latest), (day("2021-03-23"), day("2021-06-22")));
}

/// 隆阳蒲缥镇, 2019: by a judgment the child was to be sent back within five days of its coming into force. Supposed: the days.
#[test]
fn longyang() {
    ends(Period::AppealJudgment, "2019-05-20", "2019-06-04");
    let term = Length::Days(5).ends(day("2019-06-05"), PLAN.calendar());
    assert_eq!(term, Ok(day("2019-06-10")));
    persuaded("2019-03-04", "2019-03-05", "2019-03-06")
        .then("2019-03-07", township(), step(Order, "2019-03-07", Some("2019-03-18")), State::Persuading)
        .then("2019-03-19", township(), skip(Penalty), State::Persuading)
        .then("2019-06-04", township(), visit("2019-06-04", true), State::Persuading)
        .then("2019-06-05", township(), step(Court, "2019-06-05", Some("2019-06-10")), State::Persuading)
        .turn(town(), Act::CheckTerm, "2019-06-10T23:59:59")
        .then("2019-06-10", township(), back("2019-06-10"), State::Returned)
        .kept();
}

/// 四川美姑, 2022–23: notice of 1 December with a term to 7 December, suit of 9 January, hearing of 8 February in two languages.
/// Supposed: the days before the notice.
#[test]
fn meigu() {
    persuaded("2022-11-28", "2022-11-29", "2022-11-30")
        .then("2022-12-01", township(), step(Order, "2022-12-01", Some("2022-12-07")), State::Persuading)
        .turn(town(), Act::Visit, "2022-12-06T23:59:59")
        .then("2022-12-06", township(), visit("2022-12-06", true), State::Persuading)
        .turn(town(), Act::CheckTerm, "2022-12-07T23:59:59")
        .not("2023-01-09", township(), step(Court, "2023-01-09", None), "还没有行政处罚", "五(三)")
        .then("2023-01-09", township(), skip(Penalty), State::Persuading)
        .then("2023-01-09", township(), step(Court, "2023-01-09", None), State::Persuading)
        .kept();
    ends(Period::FileSuit, "2023-01-09", "2023-01-16");
    ends(Period::SimpleTrial, "2023-01-09", "2023-04-10");
}
