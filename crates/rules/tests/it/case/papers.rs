//! 四步法文书 (domain 3): one table, each of whose rows is asked here for what the law asks of the paper: fields, rights, order, gate and
//! periods (hazards B04, B05, B12, B14).

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::Action;
use rules::case::paper::{
    Before, FieldKind, PaperKind, PaperRule, Situation, To, Track, may_make, not_before, problems, rule, term,
};
use rules::case::penalty::{Norm, Organ, PenaltyGround};
use rules::case::persuader::{ByPlace, Letter};
use rules::case::{Case, Open, State};
use rules::plan::LegalStepKind::{Order, Penalty, Persuade};

use super::{Story, back, day, help, skip, step, township};
use crate::nanjian::PLAN;

const MADE: &str = "2026-03-09";

/// Values that make the paper.
fn good(rule: &PaperRule) -> BTreeMap<String, String> {
    let made = day(MADE);
    let value = |kind| match kind {
        FieldKind::Line => "东镇小学三（1）班".to_owned(),
        FieldKind::Text => "情况属实，详见附件".to_owned(),
        FieldKind::Names(_) => "普某某（53001）、李某某（53002）".to_owned(),
        FieldKind::Past => made.to_string(),
        FieldKind::Future => (made + 10.days()).to_string(),
        FieldKind::After(period) => {
            (period.ends(made, PLAN.calendar()).expect("known days") + 1.day()).to_string()
        }
    };
    rule.fields.iter().map(|field| (field.key.to_owned(), value(field.kind))).collect()
}

fn wrong(kind: PaperKind, values: &BTreeMap<String, String>) -> Vec<(&'static str, String)> {
    problems(kind, values, day(MADE), PLAN.calendar()).expect("known days")
}

/// Every row is whole: articles, number, fields with distinct keys, signers, rights where it goes to a family.
#[test]
fn every_row_is_whole() {
    let mut marks = BTreeSet::new();
    for kind in PaperKind::ALL.iter().copied() {
        let rule = rule(kind);
        assert_eq!(rule.kind, kind);
        assert!(marks.insert(rule.mark) && !rule.mark.is_empty(), "{kind}: a number tells the kind");
        assert!(!rule.articles.is_empty() && !rule.signers.is_empty() && !rule.opening.is_empty(), "{kind}");
        let keys: BTreeSet<&str> = rule.fields.iter().map(|field| field.key).collect();
        assert_eq!(keys.len(), rule.fields.len(), "{kind}: distinct keys");
        for field in rule.fields {
            assert!(!field.label.is_empty() && !field.hint.is_empty(), "{kind} {}", field.key);
        }
        if rule.to == To::Family {
            assert!(!rule.rights.is_empty(), "{kind}: what goes to a family says its rights");
        }
        for right in rule.rights {
            assert!(right.article.contains('第') && right.text.ends_with('。'), "{kind} {}", right.name);
        }
        let known = ["child", "guardian", "school", "organ", "articles"];
        for name in rule.opening.split('{').skip(1).filter_map(|part| part.split_once('}')) {
            let filled = rule.field(name.0).is_some_and(|field| field.required);
            assert!(known.contains(&name.0) || filled, "{kind}: {{{}}} may stay empty", name.0);
        }
        assert!(kind == PaperKind::ServiceReceipt || !rule.states.is_empty(), "{kind}");
    }
}

/// domain 3: each required field that is missing is a refusal that names it, and nothing else is.
#[test]
fn a_missing_field_is_named() {
    for kind in PaperKind::ALL.iter().copied() {
        let rule = rule(kind);
        let whole = good(rule);
        assert!(wrong(kind, &whole).is_empty(), "{kind}: with everything it is made");
        assert!(rule.fields.iter().any(|field| field.required), "{kind}");
        for field in rule.fields {
            let mut values = whole.clone();
            values.remove(field.key);
            let found = wrong(kind, &values);
            match field.required {
                true => {
                    assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [field.key], "{kind}");
                    assert!(found[0].1.contains(field.label), "{kind}: {}", found[0].1);
                }
                false => assert!(found.is_empty(), "{kind} {}: {found:?}", field.key),
            }
            for blank in ["   ", "\n"] {
                let blank = BTreeMap::from_iter([(field.key.to_owned(), blank.to_owned())]);
                let values = whole.clone().into_iter().chain(blank).collect();
                assert_eq!(wrong(kind, &values).len(), usize::from(field.required), "{kind} {}", field.key);
            }
        }
    }
}

/// Days and names that do not fit.
#[test]
fn values_that_do_not_fit() {
    let check = |kind: PaperKind, key: &str, value: &str, what: &str| {
        let mut values = good(rule(kind));
        values.insert(key.to_owned(), value.to_owned());
        let found = wrong(kind, &values);
        assert_eq!(found.len(), 1, "{kind} {key} {value}: {found:?}");
        assert!(found[0].0 == key && found[0].1.contains(what), "{kind} {key} {value}: {found:?}");
    };
    use PaperKind as P;
    check(P::OrderToCorrect, "until", MADE, "最早是第二天");
    check(P::OrderToCorrect, "until", "很快", "请写日期");
    check(P::OrderToCorrect, "officers", "普某某（53001）", "至少写2人");
    check(P::OrderToCorrect, "facts", "属实", "至少4个字");
    check(P::OrderToCorrect, "send_to", &"小".repeat(201), "最多200个字");
    check(P::OrderToCorrect, "facts", &"实".repeat(2001), "最多2000个字");
    check(P::PersuasionRecord, "on", "2026-03-10", "不能在今天以后");
    // 行政处罚法 64: told seven working days before; 9 March is a Monday, so the 18th is the last day that is too early.
    check(P::HearingNotice, "hearing_on", "2026-03-18", "最早是2026-03-19");
    // 行政强制法 54, 69: ten working days.
    check(P::Demand, "until", "2026-03-23", "最早是2026-03-24");
}

/// domain 3, last column: the rights that each paper must tell.
#[test]
fn rights_of_the_family() {
    use PaperKind as P;
    let check = |kind: PaperKind, names: &[&str]| {
        let told: Vec<&str> = rule(kind).rights.iter().map(|right| right.name).collect();
        for name in names {
            assert!(told.contains(name), "{kind} does not tell {name}: {told:?}");
        }
    };
    check(P::EnrolNotice, &["延缓入学、休学", "随迁就读", "资助"]);
    check(
        P::PersuasionRecord,
        &["资助", "延缓入学、休学", "安置选择", "法律援助", "检举、控告", "听取孩子意见"],
    );
    check(P::OrderToCorrect, &["陈述、申辩", "行政复议", "行政诉讼", "法律援助"]);
    check(P::Interview, &["出示证件、申请回避"]);
    check(P::PriorNotice, &["陈述、申辩", "听证"]);
    check(P::HearingNotice, &["听证中的权利"]);
    check(P::PenaltyDecision, &["行政复议", "行政诉讼", "延期、分期缴纳", "复议、诉讼期间"]);
    check(P::Demand, &["陈述、申辩"]);
    check(P::LegalAid, &["法律援助", "审查和指派"]);
    check(P::Leave, &["延缓入学、休学", "不批准的救济"]);
    check(P::PrivacyNotice, &["查阅、复制、更正、删除"]);
    check(P::Placement, &["听取孩子意见"]);
}

fn open(story: &Story) -> &Open {
    match &story.case {
        Case::Open(open) => open,
        Case::Ended(_) => panic!("it has ended"),
    }
}

fn ground() -> PenaltyGround {
    PenaltyGround {
        norm: Norm::LocalRegulation,
        article: "某省义务教育条例第四十条".to_owned(),
        organ: Organ::County,
        delegation: String::new(),
        review: "审核通过".to_owned(),
        registered_by: "a".to_owned(),
        reviewed_by: "b".to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Now<'a> {
    story: &'a Story,
    papers: &'a [Before],
    ground: Option<&'a PenaltyGround>,
    today: &'a str,
}

impl Now<'_> {
    fn may(&self, kind: PaperKind) -> Result<(), String> {
        let open = open(self.story);
        let now = Situation {
            state: open.stage.state(),
            ladder: &open.ladder,
            gate: &PLAN.case().help_gate,
            papers: self.papers,
            ground: self.ground,
            letters: &[],
            today: day(self.today),
            calendar: PLAN.calendar(),
        };
        may_make(kind, &now).map_err(|refused| refused.to_string())
    }

    fn not(&self, kind: PaperKind, what: &str) {
        let refused = self.may(kind).expect_err(&format!("{kind} on {} is not refused", self.today));
        assert!(refused.contains(what), "{kind}: {refused}");
    }
}

fn before(kind: PaperKind, made: &str, served: &str) -> Before {
    let served = Some(served).filter(|day| !day.is_empty()).map(day);
    Before { kind, made: day(made), served }
}

/// B04, 五(三): persuading, then help, then the order; a child that is back is asked for other papers.
#[test]
fn steps_in_order() {
    use PaperKind as P;
    let story = Story::persuading();
    fn now<'a>(story: &'a Story, today: &'a str) -> Now<'a> {
        Now { story, papers: &[], ground: None, today }
    }
    assert_eq!(now(&story, "2026-03-09").may(P::PersuasionRecord), Ok(()));
    now(&story, "2026-03-09").not(P::OrderToCorrect, "还没有宣传教育");
    let story = story.then("2026-03-09", township(), step(Persuade, "2026-03-09", None), State::Persuading);
    now(&story, "2026-03-09").not(P::OrderToCorrect, "还没有给过帮扶");
    let story = story.then("2026-03-09", township(), help("2026-03-09"), State::Persuading);
    assert_eq!(now(&story, "2026-03-09").may(P::OrderToCorrect), Ok(()));
    now(&story, "2026-03-09").not(P::Filing, "还没有责令改正");
    now(&story, "2026-03-09").not(P::Complaint, "还没有责令改正");
    now(&story, "2026-03-09").not(P::Placement, "劝返中");
    let story = story
        .then("2026-03-10", township(), step(Order, "2026-03-10", Some("2026-03-20")), State::Persuading)
        .then("2026-03-21", township(), skip(Penalty), State::Persuading);
    now(&story, "2026-03-23").not(P::Filing, "跳过");
    assert_eq!(now(&story, "2026-03-23").may(P::Complaint), Ok(()));
    now(&story, "2026-03-23").not(P::Demand, "还没有送达行政处罚决定书或者责令");
    let story = story.then("2026-03-23", township(), back("2026-03-23"), State::Returned);
    assert_eq!(now(&story, "2026-03-23").may(P::Placement), Ok(()));
    now(&story, "2026-03-23").not(P::Complaint, "已返校");
}

/// domain 0.1: no penalty without basis, delegation and legal review; then in its order: filing, review, notice, five working days.
#[test]
fn a_penalty_behind_its_gate() {
    use PaperKind as P;
    let story = Story::persuading()
        .then("2026-03-09", township(), step(Persuade, "2026-03-09", None), State::Persuading)
        .then("2026-03-09", township(), help("2026-03-09"), State::Persuading)
        .then("2026-03-10", township(), step(Order, "2026-03-10", Some("2026-03-20")), State::Persuading);
    let ground = ground();
    for (broken, what) in [
        (None, "没有登记处罚依据"),
        (Some(PenaltyGround { norm: Norm::Document, ..ground.clone() }), "不得设定行政处罚"),
        (Some(PenaltyGround { organ: Organ::Township, ..ground.clone() }), "乡镇不能作出处罚"),
        (Some(PenaltyGround { review: String::new(), ..ground.clone() }), "没有法制审核意见"),
        (Some(PenaltyGround { reviewed_by: "a".to_owned(), ..ground.clone() }), "不能由承办人自己做"),
    ] {
        let now = Now { story: &story, papers: &[], ground: broken.as_ref(), today: "2026-03-23" };
        for kind in [P::PriorNotice, P::HearingNotice, P::PenaltyDecision] {
            now.not(kind, what);
        }
        assert_eq!(now.may(P::Filing), Ok(()), "to look into it needs none");
    }
    let base = Now { story: &story, papers: &[], ground: Some(&ground), today: "" };
    fn at<'a>(base: &Now<'a>, papers: &'a [Before], today: &'a str) -> Now<'a> {
        Now { papers, today, ..*base }
    }
    at(&base, &[], "2026-03-23").not(P::PriorNotice, "还没有做立案审批表");
    let filed = before(P::Filing, "2026-03-23", "");
    assert_eq!(at(&base, &[filed], "2026-03-23").may(P::PriorNotice), Ok(()));
    at(&base, &[filed], "2026-03-24").not(P::PenaltyDecision, "法制审核意见书");
    let reviewed = before(P::LegalReview, "2026-03-24", "");
    at(&base, &[filed, reviewed], "2026-03-24").not(P::PenaltyDecision, "行政处罚事先告知书");
    let unserved = before(P::PriorNotice, "2026-03-24", "");
    at(&base, &[filed, reviewed, unserved], "2026-03-24")
        .not(P::HearingNotice, "还没有送达行政处罚事先告知书");
    let told = before(P::PriorNotice, "2026-03-24", "2026-03-25");
    let papers = [filed, reviewed, told];
    assert_eq!(at(&base, &papers, "2026-03-26").may(P::HearingNotice), Ok(()));
    // Five working days from Wednesday the 25th end on Wednesday the 1st of April.
    at(&base, &papers, "2026-04-01").not(P::PenaltyDecision, "最早2026-04-02");
    assert_eq!(at(&base, &papers, "2026-04-02").may(P::PenaltyDecision), Ok(()));
    // Ninety days from filing: 21 June is a Sunday behind 端午, so the Monday.
    assert_eq!(at(&base, &papers, "2026-06-22").may(P::PenaltyDecision), Ok(()));
    at(&base, &papers, "2026-06-23").not(P::PenaltyDecision, "已经过了期限");
    // Ninety days from November end in a year whose holidays nobody has decided: it is not over before that year (B14).
    let late =
        [before(P::Filing, "2026-11-23", ""), reviewed, before(P::PriorNotice, "2026-11-23", "2026-11-24")];
    assert_eq!(at(&base, &late, "2026-12-02").may(P::PenaltyDecision), Ok(()));
}

/// 五(四)(十): a letter is for a child that is registered, lives or learns outside the county; 五(十一): who takes a child back proves it.
#[test]
fn letters_go_outside() {
    let story = Story::persuading();
    let open = open(&story);
    let may = |kind, letters: &[Letter]| {
        let now = Situation {
            state: open.stage.state(),
            ladder: &open.ladder,
            gate: &PLAN.case().help_gate,
            papers: &[],
            ground: None,
            letters,
            today: day("2026-03-09"),
            calendar: PLAN.calendar(),
        };
        may_make(kind, &now)
    };
    let away = [Letter { to: ByPlace::Home, province: true }];
    for kind in [PaperKind::AssistLetter, PaperKind::TransferLetter] {
        let refused = may(kind, &[]).expect_err("everything lies in the county");
        assert!(refused.what.contains("都在本县") && refused.basis == "五(四)(十)", "{refused}");
        assert_eq!(may(kind, &away), Ok(()));
        let rule = rule(kind);
        assert!(rule.to == To::Office && rule.stamped && !rule.is_served() && !rule.names_guardian());
        for key in ["to_organ", "until", "contact", "facts"] {
            assert!(rule.field(key).is_some_and(|field| field.required), "{kind}: {key}");
        }
    }
    let by_school: Vec<_> =
        PaperKind::ALL.iter().filter(|kind| rule(**kind).by == Action::ProveReturn).collect();
    assert_eq!(by_school, [&PaperKind::ReturnProof]);
}

/// Terms as a page shows them: first and last day, working days and months (行政处罚法 85, 行政强制法 69, 民法典 203).
#[test]
fn terms() {
    let of = |kind: PaperKind, made: &str, served: Option<&str>| -> Vec<String> {
        let said = |day: Option<Date>| day.map_or("-".to_owned(), |day| day.to_string());
        let clocks = rule(kind).clocks.iter();
        let found =
            clocks.filter_map(|clock| match term(clock, day(made), served.map(day), PLAN.calendar()) {
                Ok(term) => term.map(|term| {
                    format!("{} {} {} {}", term.what, said(term.earliest), said(term.latest), term.counted)
                }),
                Err(lacking) => Some(format!("{} {}", clock.what, lacking.year)),
            });
        found.collect()
    };
    use PaperKind as P;
    assert_eq!(
        of(P::OrderToCorrect, "2026-03-09", None),
        Vec::<String>::new(),
        "nothing runs before it is served"
    );
    assert_eq!(
        of(P::OrderToCorrect, "2026-03-09", Some("2026-03-10")),
        [
            "申请行政复议 - 2026-05-09 60日",
            "提起行政诉讼 - 2026-09-10 6个月",
            "申请法院强制执行（先催告） 2026-09-11 2026-12-10 6个月，再3个月",
        ]
    );
    assert_eq!(
        of(P::PriorNotice, "2026-03-24", Some("2026-03-25")),
        ["当事人要求听证 - 2026-04-01 5个工作日", "作出处罚决定 2026-04-02 - 5个工作日"]
    );
    assert_eq!(of(P::HearingNotice, "2026-03-09", Some("2026-03-09")), ["举行听证 2026-03-19 - 7个工作日"]);
    assert_eq!(of(P::Demand, "2026-03-09", Some("2026-03-09")), ["申请法院强制执行 2026-03-24 - 10个工作日"]);
    // B14: what needs the holidays of a year that nobody has decided is not guessed.
    assert_eq!(of(P::OrderToCorrect, "2027-11-23", Some("2027-11-24"))[0], "申请行政复议 2028");
    let review = &rule(P::OrderToCorrect).clocks[0];
    assert_eq!(
        not_before(review, day("2027-11-23"), Some(day("2027-11-24"))),
        Some(day("2028-01-23")),
        "but not before"
    );
    assert_eq!(not_before(review, day("2027-11-23"), None), None);
    let judged = Track::Judgment.clocks();
    let term = term(&judged[0], day("2026-03-09"), Some(day("2026-03-09")), PLAN.calendar());
    assert_eq!(term.expect("known days").expect("it runs").latest, Some(day("2026-03-24")), "民事诉讼法 171");
}
