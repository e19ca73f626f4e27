//! Five published court histories (domain §7.3) as one table: each paper and each act of the court on its day, and beside it the first and
//! last day that baoxue states on the page of that paper, or why it refuses. The reports give no 案号, so each is named by its place, its
//! years and its matter; days that they do not give are supposed and marked with 拟.

use rules::case::paper::{Before, Clock, PaperKind as P, Situation, Takes, Track as T, may_make, rule, term};
use rules::case::penalty::PenaltyGround;
use rules::case::{Case, Open, State};
use rules::plan::LegalStepKind::{Order, Penalty};

use super::courts::{PLAN, penalty, persuaded};
use super::{Story, day, skip, step, township};

/// What is stated of a term: what, 最早可行日, 最迟日; empty where there is none.
type Stated = (&'static str, &'static str, &'static str);

/// What happened.
#[derive(Clone, Copy)]
enum Line {
    /// A paper is made, and served where the second is a day; the third is the term that it gives.
    Made(P, &'static str, &'static str),
    /// One that was made then by the rules of then, which today's do not allow.
    Then(P, &'static str, &'static str),
    /// A paper is refused on that day: what, and by which article.
    Not(P, &'static str, &'static str),
    /// 行政处罚 is left out with a reason.
    LeftOut,
    /// The court, or what came of it.
    Court(T),
}

struct History {
    /// Which case.
    case: &'static str,
    /// Opened, received, persuaded.
    begun: [&'static str; 3],
    /// Day by day; the words say what was done, and are read by people.
    told: &'static [(&'static str, Line, &'static str, &'static [Stated])],
}

use Line::{Court, LeftOut, Made, Not, Then};

const ORDER: &str = "责令送被监护人接受义务教育通知书";

static HISTORIES: [History; 5] = [
    History {
        case: "西盟中课镇，2018—2019，罚款决定的非诉执行",
        begun: ["2018-04-16", "2018-04-17", "2018-04-18"],
        told: &[
            (
                "2018-04-20",
                Made(P::OrderToCorrect, "2018-04-20", "2018-05-02"),
                ORDER,
                &[
                    ("申请行政复议", "", "2018-06-19"),
                    ("提起行政诉讼", "", "2018-10-22"),
                    ("申请法院强制执行（先催告）", "2018-10-23", "2019-01-22"),
                ],
            ),
            (
                "2018-04-20",
                Not(P::PenaltyDecision, "没有登记处罚依据", "行政处罚法第三十八条"),
                "今天没有登记依据的，做不出来",
                &[],
            ),
            (
                "2018-04-20",
                Then(P::PenaltyDecision, "2018-04-20", "2018-05-05"),
                "拟：当时决定罚款1000元，5月5日前缴",
                &[
                    ("送达处罚决定书", "", "2018-05-02"),
                    // 5 May 2018 is a Saturday.
                    ("缴纳罚款", "", "2018-05-07"),
                    ("申请行政复议", "", "2018-06-19"),
                    ("提起行政诉讼", "", "2018-10-22"),
                    ("申请法院强制执行（先催告）", "2018-10-23", "2019-01-22"),
                ],
            ),
            (
                "2018-10-07",
                Not(P::Enforcement, "期限还没有过", "行政诉讼法第四十六条"),
                "没有催告，起诉期限也没有过",
                &[],
            ),
            (
                "2018-10-08",
                Made(P::Demand, "2018-10-08", ""),
                "拟：催告",
                &[("申请法院强制执行", "2018-10-23", "")],
            ),
            (
                "2018-10-22",
                Not(P::Enforcement, "最早2018-10-23", "行政诉讼法第四十六条"),
                "起诉期限的最后一天",
                &[],
            ),
            ("2018-10-23", Made(P::Enforcement, "", ""), "拟：申请执行", &[("法院受理", "", "2018-10-30")]),
            (
                "2018-10-30",
                Court(T::EnforcementTaken),
                "拟：受理",
                &[("法院裁定是否准予执行", "", "2018-11-08")],
            ),
            ("2018-11-08", Court(T::Granted), "法院裁定准予执行", &[]),
            ("2019-03-01", Court(T::Enforced), "仍不履行，监护人被拘留15日（2019年3月报道）", &[]),
        ],
    },
    History {
        case: "兰坪啦井镇，2017，官告民，五户当庭调解",
        begun: ["2017-11-06", "2017-11-07", "2017-11-08"],
        told: &[
            (
                "2017-11-09",
                Made(P::OrderToCorrect, "2017-11-09", "2017-11-16"),
                "拟：责令改正",
                &[
                    ("申请行政复议", "", "2018-01-08"),
                    ("提起行政诉讼", "", "2018-05-09"),
                    ("申请法院强制执行（先催告）", "2018-05-10", "2018-08-09"),
                ],
            ),
            ("2017-11-17", Not(P::Complaint, "还没有行政处罚", "五(三)"), "跳过要写明理由", &[]),
            ("2017-11-17", LeftOut, "拟：没有作处罚", &[]),
            ("2017-11-17", Made(P::Complaint, "", ""), "拟：起诉", &[("法院决定立案", "", "2017-11-24")]),
            // 24 February 2018 is a Saturday that is worked.
            ("2017-11-24", Court(T::Filed), "当天立案，巡回审理", &[("简易程序审结", "", "2018-02-24")]),
            ("2017-11-24", Court(T::Trial), "开庭", &[]),
            ("2017-11-24", Court(T::Mediation), "五户都达成调解；三人先返校", &[]),
        ],
    },
    History {
        case: "宁蒗战河镇，2020，处罚、催告以后改提监护人责任纠纷，调解",
        begun: ["2020-09-01", "2020-09-02", "2020-09-03"],
        told: &[
            (
                "2020-09-07",
                Made(P::OrderToCorrect, "2020-09-07", "2020-09-14"),
                "拟：责令改正",
                &[
                    ("申请行政复议", "", "2020-11-06"),
                    // 7 March 2021 is a Sunday.
                    ("提起行政诉讼", "", "2021-03-08"),
                    ("申请法院强制执行（先催告）", "2021-03-09", "2021-06-08"),
                ],
            ),
            (
                "2020-09-21",
                Then(P::PenaltyDecision, "2020-09-21", ""),
                "拟：处罚决定",
                &[
                    ("送达处罚决定书", "", "2020-09-29"),
                    // 6 October 2020 lies in the holidays, which end on the 8th.
                    ("缴纳罚款", "", "2020-10-09"),
                    ("申请行政复议", "", "2020-11-20"),
                    ("提起行政诉讼", "", "2021-03-22"),
                    ("申请法院强制执行（先催告）", "2021-03-23", "2021-06-22"),
                ],
            ),
            (
                "2020-10-12",
                Made(P::Demand, "2020-10-12", ""),
                "拟：履行行政决定催告书",
                &[("申请法院强制执行", "2020-10-27", "")],
            ),
            (
                "2020-10-27",
                Not(P::Enforcement, "最早2021-03-23", "行政诉讼法第四十六条"),
                "催告期满，起诉期限没有满：改提民事诉讼更快",
                &[],
            ),
            (
                "2020-10-28",
                Made(P::Complaint, "", ""),
                "拟：监护人责任纠纷",
                &[("法院决定立案", "", "2020-11-04")],
            ),
            ("2020-10-28", Court(T::Filed), "拟：当天立案", &[("简易程序审结", "", "2021-01-28")]),
            ("2020-10-28", Court(T::Mediation), "调解：十日内送返", &[]),
            ("2020-11-06", Court(T::Fulfilled), "拟：送返", &[]),
        ],
    },
    History {
        case: "隆阳蒲缥镇，2019，判决生效五日内送返",
        begun: ["2019-03-04", "2019-03-05", "2019-03-06"],
        told: &[
            (
                "2019-03-07",
                Made(P::OrderToCorrect, "2019-03-07", "2019-03-18"),
                "拟：责令改正",
                &[
                    ("申请行政复议", "", "2019-05-06"),
                    ("提起行政诉讼", "", "2019-09-09"),
                    ("申请法院强制执行（先催告）", "2019-09-10", "2019-12-09"),
                ],
            ),
            ("2019-03-19", LeftOut, "拟：没有作处罚", &[]),
            ("2019-03-19", Made(P::Complaint, "", ""), "拟：起诉", &[("法院决定立案", "", "2019-03-26")]),
            ("2019-03-26", Court(T::Filed), "拟：立案", &[("简易程序审结", "", "2019-06-26")]),
            ("2019-05-14", Court(T::Trial), "拟：开庭", &[]),
            ("2019-05-20", Court(T::Judgment), "判决，生效五日内送返", &[("对判决上诉", "", "2019-06-04")]),
            ("2019-06-10", Court(T::Fulfilled), "生效后第五日", &[]),
        ],
    },
    History {
        case: "四川美姑，2022—2023，通知、起诉、双语开庭",
        begun: ["2022-11-28", "2022-11-29", "2022-11-30"],
        told: &[
            (
                "2022-12-01",
                Made(P::OrderToCorrect, "2022-12-01", "2022-12-07"),
                "通知，限12月7日",
                &[
                    ("申请行政复议", "", "2023-01-30"),
                    ("提起行政诉讼", "", "2023-06-01"),
                    ("申请法院强制执行（先催告）", "2023-06-02", "2023-09-01"),
                ],
            ),
            ("2023-01-09", LeftOut, "没有作处罚", &[]),
            ("2023-01-09", Made(P::Complaint, "", ""), "1月9日起诉", &[("法院决定立案", "", "2023-01-16")]),
            // 9 April 2023 is a Sunday.
            ("2023-01-09", Court(T::Filed), "拟：当天立案", &[("简易程序审结", "", "2023-04-10")]),
            ("2023-02-08", Court(T::Trial), "2月8日开庭，彝汉双语", &[]),
        ],
    },
];

fn open(story: &Story) -> &Open {
    match &story.case {
        Case::Open(open) => open,
        Case::Ended(_) => panic!("it has ended"),
    }
}

/// What baoxue states of these clocks.
fn stated(clocks: &[Clock], made: &str, served: &str) -> Vec<(String, String, String)> {
    let served = Some(served).filter(|text| !text.is_empty()).map(day);
    let said = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let terms = clocks
        .iter()
        .filter_map(|clock| term(clock, day(made), served, PLAN.calendar()).expect("a known year"));
    terms.map(|term| (term.what.to_owned(), said(term.earliest), said(term.latest))).collect()
}

fn expect(history: &History, on: &str, found: &[(String, String, String)], expected: &[Stated]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(what, first, last)| ((*what).to_owned(), (*first).to_owned(), (*last).to_owned()))
        .collect();
    assert_eq!(found, expected, "{} on {on}", history.case);
}

fn ground() -> PenaltyGround {
    match penalty("2018-04-20", None) {
        rules::case::Event::Step { ground: Some(ground), .. } => ground,
        other => panic!("{other:?}"),
    }
}

/// domain §7.3: every paper of the five could be made on its day, every term is stated to the day, and what came too early is refused.
#[test]
fn what_the_papers_of_five_histories_state() {
    for history in &HISTORIES {
        let [first, second, third] = history.begun;
        let mut story = persuaded(first, second, third);
        let mut papers: Vec<Before> = Vec::new();
        let mut last = "";
        for &(on, line, words, terms) in history.told {
            assert!(!words.is_empty() && last <= on, "{} on {on}: in order", history.case);
            last = on;
            let may = |story: &Story, papers: &[Before], kind: P, ground: Option<&PenaltyGround>| {
                let open = open(story);
                let gate = &PLAN.case().help_gate;
                let state = open.stage.state();
                let now = Situation {
                    state,
                    ladder: &open.ladder,
                    gate,
                    papers,
                    ground,
                    today: day(on),
                    calendar: PLAN.calendar(),
                    letters: &[],
                };
                may_make(kind, &now)
            };
            match line {
                Made(kind, served, until) | Then(kind, served, until) => {
                    if matches!(line, Made(..)) {
                        assert_eq!(
                            may(&story, &papers, kind, None),
                            Ok(()),
                            "{} on {on}: {kind}",
                            history.case
                        );
                    } else {
                        let today =
                            may(&story, &papers, kind, Some(&ground())).expect_err("not by today's rules");
                        assert!(today.what.contains("还没有做立案审批表"), "{}: {today}", history.case);
                    }
                    let served = Some(served).filter(|text| !text.is_empty());
                    papers.push(Before { kind, made: day(on), served: served.map(day) });
                    expect(history, on, &stated(rule(kind).clocks, on, served.unwrap_or_default()), terms);
                    let takes = match rule(kind).takes {
                        Takes::Made => true,
                        Takes::Served => served.is_some(),
                        Takes::Never => false,
                    };
                    let until = Some(until).filter(|text| !text.is_empty());
                    if let Some(taken) = rule(kind).step.filter(|_| takes) {
                        let event = match taken {
                            Penalty => penalty(on, until),
                            Order => step(Order, on, until),
                            other => step(other, on, until),
                        };
                        story = story.then(on, township(), event, State::Persuading);
                    }
                }
                Not(kind, what, article) => {
                    let refused = may(&story, &papers, kind, None).expect_err("it is refused");
                    assert!(
                        refused.to_string().contains(what)
                            && refused.basis.contains(article)
                            && !refused.todo.is_empty(),
                        "{} on {on}: {refused} ({})",
                        history.case,
                        refused.basis
                    );
                }
                LeftOut => story = story.then(on, township(), skip(Penalty), State::Persuading),
                Court(track) => expect(history, on, &stated(track.clocks(), on, on), terms),
            }
        }
        story.kept();
    }
}

/// 行政强制法 58: a court that does not grant enforcement is asked again by its superior within fifteen days; what it grants is not appealed.
#[test]
fn a_ruling_on_enforcement() {
    assert_eq!(
        stated(T::Denied.clocks(), "2026-03-09", "2026-03-09"),
        [("向上一级人民法院申请复议".to_owned(), String::new(), "2026-03-24".to_owned())]
    );
    assert!(T::Granted.clocks().is_empty());
}
