//! The plan of Nanjian as it lies in the repository, and what it says against the published document.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::date;
use rules::codes::Ethnicity;
use rules::plan::{FILES, FindingKind, LegalStepKind, ListKind, NamedListEffect, Plan, TimeUnit};

/// The files of plans/nanjian, for tests that break one of them.
pub(crate) fn files() -> BTreeMap<String, String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/nanjian");
    FILES.iter().map(|name| ((*name).to_owned(), std::fs::read_to_string(dir.join(name)).unwrap())).collect()
}

/// The plan of Nanjian, read once.
pub(crate) static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    Plan::load(&files()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
});

/// 二: 99.5 % and 98.5 %.
#[test]
fn targets_of_section_two() {
    for (key, percent) in [("enrolment_rate", 99.5), ("retention_rate", 98.5)] {
        let target = PLAN.target(key).unwrap();
        assert_eq!((target.percent, target.basis.clause.as_deref()), (percent, Some("二")), "{key}");
    }
}

/// 五(九): three days; 五(二): every quarter.
#[test]
fn absence_and_conference() {
    assert_eq!((PLAN.absence().days, PLAN.absence().unit), (3, TimeUnit::TeachingDays));
    assert_eq!(PLAN.absence().basis.clause.as_deref(), Some("五(九)"));
    assert_eq!(PLAN.conference().every_months, 3);
    assert_eq!(PLAN.conference().basis.clause.as_deref(), Some("五(二)"));
}

/// 五(八): April, May, June to August.
#[test]
fn the_round_of_the_year() {
    let months = |key| PLAN.seasons().iter().find(|season| season.key == key).unwrap().months.clone();
    assert_eq!(months("census"), [4]);
    assert_eq!(months("enrolment_plan"), [5]);
    assert_eq!(months("notices"), [6, 7, 8]);
}

/// 五(十)(十一) and what the county sets for cases: every clock is there, and what no clause says is a county default.
#[test]
fn cases() {
    let case = PLAN.case();
    assert_eq!(
        (case.observation.days.as_slice(), case.observation.proof_days),
        ([30, 90, 180].as_slice(), 10)
    );
    assert_eq!(case.help_gate.before, LegalStepKind::Order);
    assert_eq!((case.hops.dispatch.amount, case.hops.dispatch.unit), (2, TimeUnit::WorkingDays));
    assert_eq!(case.hops.dispatch.basis.clause.as_deref(), Some("五(十)"));
    assert_eq!(case.pause.basis.clause.as_deref(), Some("五(十)"));
    assert!(case.grades.last().is_some_and(|rule| rule.under_months.is_none()));
    for basis in [&case.pause.basis, &case.observation.basis, &case.help_gate.basis] {
        assert!(basis.cited().contains("县默认值"), "{}", basis.cited());
    }
    assert!(case.helps.iter().any(|help| help.code == "other"));
}

/// 五(一)–五(十二): twelve measures in order; only 五(六) names nobody to lead.
#[test]
fn twelve_measures() {
    let numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];
    let expected: Vec<_> = numerals.iter().map(|n| format!("五({n})")).collect();
    let clauses: Vec<_> = PLAN.measures().iter().filter_map(|m| m.basis.clause.clone()).collect();
    assert_eq!(clauses, expected);
    let leaderless: Vec<_> = PLAN.measures().iter().filter(|m| m.lead.is_empty()).collect();
    assert_eq!(leaderless.len(), 1);
    assert_eq!(leaderless[0].basis.clause.as_deref(), Some("五(六)"));
}

/// 四(一)–四(二十一): twenty-one duties, each on one unit.
#[test]
fn twenty_one_duties() {
    let duties: std::collections::BTreeSet<_> = PLAN
        .units()
        .iter()
        .filter_map(|unit| unit.duty.clause.as_deref())
        .filter(|clause| clause.starts_with("四("))
        .collect();
    assert_eq!(duties.len(), 21);
}

/// 五(三): four steps in order, each paper with its article.
#[test]
fn four_steps() {
    assert!(PLAN.steps().iter().map(|step| step.kind).eq(LegalStepKind::ALL.iter().copied()));
    assert!(
        PLAN.steps()
            .iter()
            .all(|step| step.papers.iter().all(|paper| paper.articles.iter().all(|a| a.contains("法第"))))
    );
    let report = PLAN.paper("suspect_report").expect("五(九): the written report");
    assert!(report.articles.iter().any(|article| article == "未成年人保护法第二十八条"));
    // Every other paper of the plan is one of the table of papers (ADR 0022).
    for paper in
        PLAN.steps().iter().flat_map(|step| &step.papers).filter(|paper| paper.key != "suspect_report")
    {
        assert!(rules::case::paper::PaperKind::from_code(&paper.key).is_some(), "{}", paper.title);
    }
    assert!(PLAN.paper("").is_none(), "a paper that the program does not make has no key");
}

/// Each kind of finding says where it stands, who must look and by when.
#[test]
fn findings_name_who_and_when() {
    for (kind, who, within) in [
        (FindingKind::NotOnRoll, "各乡镇人民政府", "3个工作日内"),
        (FindingKind::NotInSchool, "学校", "24小时内"),
        (FindingKind::PovertyDropout, "各乡镇人民政府", "3个工作日内"),
        (FindingKind::StudyingElsewhere, "县教体局", "5个工作日内"),
        (FindingKind::RollOnly, "县教体局", "5个工作日内"),
        (FindingKind::DuplicateRoll, "县教体局", "5个工作日内"),
        (FindingKind::NeedsReview, "县教体局", "5个工作日内"),
    ] {
        let rule = PLAN.finding(kind);
        assert_eq!(rule.kind, kind);
        assert_eq!((rule.who.as_str(), rule.deadline.within().as_str()), (who, within), "{kind}");
        assert!(
            rule.basis.clause.is_some() && !rule.title.is_empty() && rule.sentence.ends_with('。'),
            "{kind}"
        );
    }
}

/// A township's own name stands where the plan says 各乡镇人民政府.
#[test]
fn units_at_a_place() {
    let place = PLAN.divisions().by_code("532926103212");
    assert_eq!(PLAN.unit_at("各乡镇人民政府", place), "公郎镇人民政府");
    assert_eq!(PLAN.unit_at("各乡镇人民政府", None), "各乡镇人民政府");
    assert_eq!(PLAN.unit_at("县教体局", place), "县教体局");
}

/// People read the source in Chinese.
#[test]
fn citations() {
    for (key, cited) in
        [("register", "五(九)"), ("report", "五(九)；24小时为县默认值"), ("escalate", "县默认值")]
    {
        assert_eq!(PLAN.deadline(key).unwrap().basis.cited(), cited);
    }
}

/// Where the plan is silent the file says so instead of citing a clause.
#[test]
fn what_the_plan_does_not_say_is_marked() {
    for key in ["next_visit", "order_term", "escalate", "verify_finding"] {
        let basis = &PLAN.deadline(key).unwrap().basis;
        assert_eq!(
            (basis.clause.as_deref(), basis.source.as_deref()),
            (None, Some("county default")),
            "{key}"
        );
    }
}

/// 五(四), 五(十): 外出就读 is not 失学; 延缓入学 and 休学 stay on the list; an unknown name is only a note.
#[test]
fn named_lists() {
    let effect = |name: &str| PLAN.named_list(name).map(|list| list.effect);
    assert_eq!(effect("外出就读"), Some(NamedListEffect::StudyingElsewhere));
    assert_eq!(effect("县外 就读"), Some(NamedListEffect::StudyingElsewhere));
    assert_eq!(effect("延缓入学"), Some(NamedListEffect::Note));
    assert_eq!(effect("休学"), Some(NamedListEffect::Note));
    assert_eq!(effect("已死亡"), Some(NamedListEffect::Clears));
    assert_eq!(effect("别的什么名单"), None);
}

/// contracts.md: the headings that each list is exchanged with.
#[test]
fn lists_know_the_agreed_headings() {
    for (kind, key, headings) in [
        (ListKind::Household, "id", &["公民身份号码", "身份证号"][..]),
        (ListKind::Household, "village_code", &["村码", "行政区划代码"]),
        (ListKind::Household, "relation", &["与户主关系"]),
        (ListKind::Roll, "id", &["身份证件号"]),
        (ListKind::Roll, "student_no", &["学籍号", "全国学籍号"]),
        (ListKind::Roll, "hukou_code", &["户口所在地行政区划"]),
        (ListKind::Roll, "member2_phone", &["成员2联系电话"]),
        (ListKind::Present, "present", &["是否在校"]),
        (ListKind::Poverty, "student_state", &["在校生状况"]),
        (ListKind::Disability, "card_no", &["残疾人证号"]),
        (ListKind::Elsewhere, "proof", &["就读证明"]),
    ] {
        let field = PLAN.list(kind).field(key).unwrap();
        for heading in headings {
            assert!(field.headings.iter().any(|known| known == heading), "{kind} {key} {heading}");
        }
    }
    for kind in ListKind::ALL {
        let list = PLAN.list(*kind);
        assert_eq!(list.kind, *kind);
        assert!(list.field("name").unwrap().required);
        assert_eq!(list.fields.len(), kind.keys().len() + kind.further_keys().len());
        assert!(kind.keys().iter().all(|key| !kind.further_keys().contains(key)), "{kind}");
    }
    assert_eq!(PLAN.list(ListKind::Roll).groups()[0].len(), 2);
}

/// The document and the county; the commonest peoples there have codes.
#[test]
fn document_and_county() {
    assert_eq!(PLAN.document().issued, date(2024, 4, 30));
    assert_eq!(PLAN.document().number, "南政办发〔2024〕6号");
    assert_eq!((PLAN.county().code.as_str(), PLAN.county().short.as_str()), ("532926", "南涧县"));
    for name in ["汉", "彝", "回", "苗", "白", "布朗"] {
        assert!(Ethnicity::parse(name).is_some(), "{name}");
    }
}
