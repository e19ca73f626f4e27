//! 部门协助, 四(五)–(十八): what the plan asks of whom, what an answer needs, and that each named unit but 发改 can be asked.

use rules::access::{Action, Field, Role, Sight, Standing, Tie, sight};
use rules::plan::RequestRule;
use rules::request::{answered, of_unit, suggested};

use crate::nanjian::PLAN;

fn kind(code: &str) -> &'static RequestRule {
    PLAN.requests().iter().find(|rule| rule.code == code).unwrap()
}

/// 四(五)–(十八): every member unit of the plan has something that it can be asked; 县发改局 (四(六)) plans schools and sees no child.
#[test]
fn every_unit_that_sees_a_child_can_be_asked() {
    for role in Role::ALL.iter().copied().filter(|role| role.is_department()) {
        let asked = of_unit(&PLAN, role);
        assert_eq!(asked.is_empty(), role == Role::Planning, "{}", role.label());
        for rule in asked {
            let unit = PLAN.units().iter().find(|unit| unit.name == role.label()).unwrap();
            let section = |basis: &rules::plan::Basis| basis.clause.clone();
            // What follows from another unit's answer stands in that unit's paragraph.
            let follows = PLAN
                .requests()
                .iter()
                .flat_map(|one| &one.answers)
                .any(|one| one.then.as_deref() == Some(&*rule.code));
            assert!(follows || section(&unit.duty) == section(&rule.basis), "{} {}", role.label(), rule.code);
        }
    }
}

/// What an answer must say is written with it; what the kind does not have is refused.
#[test]
fn answers() {
    let check = |code: &str, answer: &str, words: &str, want: Result<&str, &str>| {
        let got = answered(kind(code), answer, words);
        match want {
            Ok(label) => assert_eq!(got.unwrap().label, label, "{code} {answer}"),
            Err(what) => {
                let refused = got.unwrap_err();
                assert!(refused.what.contains(what), "{code} {answer}: {refused}");
                assert!(!refused.basis.is_empty() && !refused.todo.is_empty(), "{refused}");
            }
        }
    };
    check("population", "here", "县城北街某小区，随父母", Ok("人在本县"));
    check("population", "none", "", Ok("查无此人"));
    check("population", "here", "  ", Err("现住地"));
    check("population", "moved", "州", Err("迁往何地"));
    check("population", "granted", "已救助", Err("没有这种答复"));
    check("religion", "not_there", "", Ok("不在宗教活动场所"));
    check("labour", "outside", "", Err("务工地和单位"));
    check("health", "cannot_now", "2027年2月复查", Ok("现在不能到校，到期复查"));
}

/// 四(十一): lead, inspection, letter to where the child works, hand-over to the police: each follows from the answer before.
#[test]
fn the_chain_of_child_labour() {
    let then = |code: &str, answer: &str| kind(code).answer(answer).unwrap().then.clone();
    assert_eq!(then("market", "to_labour").as_deref(), Some("labour"));
    assert_eq!(then("labour", "outside").as_deref(), Some("labour_letter"));
    assert_eq!(then("labour", "crime").as_deref(), Some("labour_police"));
    assert_eq!(kind("labour_police").to, Role::Police);
    assert_eq!(then("labour", "stopped_here"), None);
}

/// What the last known cause suggests comes first, and nothing is left out.
#[test]
fn the_cause_suggests() {
    let check = |cause: &str, first: &[&str]| {
        let all = suggested(&PLAN, cause);
        assert_eq!(all.len(), PLAN.requests().len());
        let codes: Vec<&str> = all.iter().take(first.len()).map(|rule| rule.code.as_str()).collect();
        assert_eq!(codes, first, "{cause}");
    };
    check("work", &["labour", "market"]);
    check("lost_contact", &["population", "search"]);
    check("religion", &["religion"]);
    check("disability", &["disability"]);
    check("", &["population"]);
}

/// Hazard A11, 四(五): what 民宗 is asked is confidential, and nothing else is; 民宗 sees no health, 卫健 no religion.
#[test]
fn religion_is_asked_apart() {
    for rule in PLAN.requests() {
        assert_eq!(rule.is_confidential, rule.to == Role::Religion, "{}", rule.code);
    }
    assert_eq!(sight(Role::Religion, Tie::Shared, Field::Disability), Sight::Absent);
    assert_eq!(kind("health").field, Some(Field::Disability));
}

/// Hazard A10: a unit asks for nothing by itself and counts nobody; whoever asks answers nothing.
#[test]
fn who_may() {
    let may = |action: Action, role: Role| action.policy(role, Standing::Leads).is_some();
    for role in Role::ALL.iter().copied() {
        let asks = matches!(role, Role::Bureau | Role::Township | Role::Head);
        assert_eq!(may(Action::AskRequest, role), asks, "{}", role.label());
        let answers = role.is_department() && role != Role::Planning;
        assert_eq!(may(Action::AnswerRequest, role), answers, "{}", role.label());
        assert_eq!(may(Action::CountRequests, role), matches!(role, Role::Bureau | Role::Director));
        assert_eq!(may(Action::ReadRequests, role), asks || answers || role == Role::Director);
    }
}
