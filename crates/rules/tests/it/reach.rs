//! 通知到人: when, how often, and the only sentences there are (hazards A08, F09; capabilities 131–136).

use jiff::SignedDuration;
use jiff::civil::{DateTime, date, time};
use proptest::prelude::*;
use rules::reach::{
    Carrier, Counts, EVENTS, Form, Urgency, again, code_text, event, has_digest, is_mobile, is_quiet, key,
    text, urgent, when,
};

use crate::nanjian::{PLAN, files};

/// The plan says: nothing between nine in the evening and seven, digests on working days, five a day; the published document is silent.
#[test]
fn what_the_plan_says() {
    let rule = PLAN.reach();
    assert_eq!((rule.quiet_from, rule.quiet_until), (time(21, 0, 0, 0), time(7, 0, 0, 0)));
    assert_eq!((rule.workdays, rule.per_day), (true, 5));
    assert!(rule.basis.source.as_deref().is_some_and(|source| source.contains("county default")));
    for (from, to, what) in [
        ("quiet_from = \"21:00\"", "quiet_from = \"25:00\"", "quiet_from 不是几点几分"),
        ("quiet_until = \"07:00\"", "quiet_until = \"早上\"", "quiet_until 不是几点几分"),
        ("per_day = 5", "per_day = 0", "per_day 不能是0"),
    ] {
        let mut files = files();
        let plan = files.get_mut("plan.toml").expect("the plan");
        *plan = plan.replace(from, to);
        let problems = rules::plan::Plan::load(&files).expect_err("a wrong plan");
        assert!(problems.iter().any(|problem| problem.to_string().contains(what)), "{what}: {problems:?}");
    }
}

fn at(text: &str) -> DateTime {
    text.parse().expect("a moment")
}

#[test]
fn a_night_is_quiet_but_for_a_protective_sign() {
    let rule = PLAN.reach();
    for (form, now, expected) in [
        (Form::Order, "2026-11-24T20:59", "2026-11-24T20:59"),
        (Form::Order, "2026-11-24T21:00", "2026-11-25T07:00"),
        (Form::Report, "2026-11-24T23:59", "2026-11-25T07:00"),
        (Form::Report, "2026-11-25T00:00", "2026-11-25T07:00"),
        (Form::Report, "2026-11-25T06:59", "2026-11-25T07:00"),
        (Form::Digest, "2026-11-25T07:00", "2026-11-25T07:00"),
        (Form::Group, "2026-11-25T03:00", "2026-11-25T07:00"),
        (Form::Safeguard, "2026-11-25T03:00", "2026-11-25T03:00"),
        (Form::Code, "2026-11-25T03:00", "2026-11-25T03:00"),
        (Form::Event, "2026-11-25T03:00", "2026-11-25T03:00"),
    ] {
        assert_eq!(when(rule, form, at(now)), at(expected), "{form:?} {now}");
    }
    let mut noon = rule.clone();
    (noon.quiet_from, noon.quiet_until) = (time(12, 0, 0, 0), time(14, 0, 0, 0));
    assert_eq!(when(&noon, Form::Order, at("2026-11-24T13:00")), at("2026-11-24T14:00"));
    assert!(!is_quiet(&noon, at("2026-11-24T14:00")) && !is_quiet(&noon, at("2026-11-24T11:59")));
    noon.quiet_until = noon.quiet_from;
    assert!(!is_quiet(&noon, at("2026-11-24T12:00")), "the same hour twice is none");
}

#[test]
fn a_digest_leaves_on_a_working_day() {
    let (rule, calendar) = (PLAN.reach(), PLAN.calendar());
    for (day, is) in [
        (date(2026, 11, 20), true),
        (date(2026, 11, 21), false),
        (date(2026, 11, 22), false),
        (date(2026, 11, 23), true),
        (date(2026, 10, 1), false),
        // A year of which nobody knows the holidays yet: Monday, Saturday.
        (date(2090, 1, 2), true),
        (date(2090, 1, 7), false),
    ] {
        assert_eq!(has_digest(rule, calendar, day), is, "{day}");
    }
    let mut daily = rule.clone();
    daily.workdays = false;
    assert!(has_digest(&daily, calendar, date(2026, 11, 22)));
}

/// 未成年人保护法第十一条 (立即), 五(十) (签收指令), 五(九) (第三天): what does not wait; all else is in the digest.
#[test]
fn what_does_not_wait_for_the_digest() {
    for (kind, form) in [
        ("safeguard", Some(Form::Safeguard)),
        ("order", Some(Form::Order)),
        ("report", Some(Form::Report)),
        ("case", None),
        ("request", None),
        ("account", None),
        ("digest", None),
        ("", None),
    ] {
        assert_eq!(urgent(kind), form, "{kind}");
    }
    assert_eq!((Form::Safeguard.urgency(), Form::Order.urgency()), (Urgency::AtOnce, Urgency::Soon));
    assert!(!Form::Safeguard.is_for_groups() && Form::Order.is_for_groups());
    assert!(!Form::Safeguard.is_capped() && Form::Report.is_capped() && Form::Digest.is_capped());
}

/// What another program hears of: never a sign, never what a unit is asked in confidence, nothing of accounts and the record.
#[test]
fn other_programs_hear_of_few_things() {
    for kind in [
        "safeguard",
        "request",
        "request_late",
        "account",
        "security",
        "audit",
        "break_glass",
        "digest",
        "invitation",
    ] {
        assert_eq!(event(kind), None, "{kind}");
    }
    for (kind, name, label) in EVENTS {
        assert_eq!(event(kind), Some(*name));
        assert!(!label.is_empty() && name.contains('.'));
    }
}

/// Bounded: eight tries within a day and a half, each later than the one before.
#[test]
fn a_failed_one_is_tried_again_and_not_for_ever() {
    let waits: Vec<SignedDuration> = (1..20).map_while(again).collect();
    assert_eq!(waits.len(), 7);
    assert!(waits.is_sorted() && waits[0] == SignedDuration::from_mins(1));
    let whole = waits.iter().fold(SignedDuration::ZERO, |sum, wait| sum + *wait);
    assert!((SignedDuration::from_hours(24)..SignedDuration::from_hours(48)).contains(&whole), "{whole}");
    assert_eq!((again(8), again(u32::MAX)), (None, None));
}

#[test]
fn the_same_matter_on_the_same_day_is_one() {
    let day = date(2026, 11, 24);
    let one = key("a", Carrier::Sms, "order", "c1", day);
    assert_eq!(one, key("a", Carrier::Sms, "order", "c1", day));
    for other in [
        key("b", Carrier::Sms, "order", "c1", day),
        key("a", Carrier::Email, "order", "c1", day),
        key("a", Carrier::Sms, "report", "c1", day),
        key("a", Carrier::Sms, "order", "c2", day),
        key("a", Carrier::Sms, "order", "c1", date(2026, 11, 25)),
    ] {
        assert_ne!(one, other);
    }
}

/// The linter: what a sentence consists of when its numbers and its link are taken out. A new form fails here until somebody has
/// read it: no name, no number of a person, no cause, no school may stand in it, nor the word for a protective sign.
const SENTENCES: &[&str] = &[
    "【保学】有紧急事项要立即处理",
    "【保学】有件劝返指令等待签收",
    "【保学】有件疑似辍学报告等待签收",
    "【保学】今天有件事轮到您，件已超期，件天内到期",
    "【保学】本单位今天有件到期，件已超期，在办共件",
    "【保学】这是一条测试消息，收到说明渠道可用",
    "【保学】有一条消息",
];

proptest! {
    #[test]
    fn a_message_has_counts_and_a_link_alone(all in any::<u32>(), late in any::<u32>(), near in any::<u32>(), linked in any::<bool>()) {
        let link = if linked { "https://baoxue.example.gov.cn" } else { "" };
        for form in Form::ALL {
            let said = text(*form, Counts { all, late, near }, link);
            prop_assert!(said.chars().count() <= 140, "{}", said);
            let (sentence, end) = said.split_once('。').expect("two sentences");
            let bare: String = sentence.chars().filter(|sign| !sign.is_ascii_digit()).collect();
            prop_assert!(SENTENCES.contains(&bare.as_str()), "{:?}: {}", form, bare);
            prop_assert_eq!(end, if linked { "请登录查看：https://baoxue.example.gov.cn" } else { "请登录保学查看。" });
            for word in ["保护线索", "家暴", "原因", "姓名", "学校", "村"] {
                prop_assert!(!said.contains(word), "{}", said);
            }
        }
    }

    /// A code is six digits, whatever is handed in.
    #[test]
    fn a_code_carries_nothing_else(typed in ".{0,40}") {
        let said = code_text(&typed);
        let rest: String = said.chars().filter(|sign| !sign.is_ascii_digit()).collect();
        prop_assert_eq!(rest, "【保学】验证码，分钟内有效，只用来登记接收提醒的号码或邮箱。不是您本人操作的，不用理会。");
        prop_assert!(said.chars().filter(char::is_ascii_digit).count() <= 8);
    }
}

#[test]
fn a_mobile_number() {
    for (text, is) in [
        ("13800000000", true),
        ("19912345678", true),
        ("12800000000", false),
        ("1380000000", false),
        ("138000000000", false),
        ("+8613800000000", false),
        ("1380000000a", false),
        ("１３８０００００００", false),
        ("", false),
    ] {
        assert_eq!(is_mobile(text), is, "{text}");
    }
}
