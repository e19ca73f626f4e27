//! 举报、求助: where each goes and never goes, how far it comes, codes that are read as they are written; 四(二十一), hazards A26, B13, F02, F03.

use proptest::prelude::*;
use rules::access::Role;
use rules::tip_off::{
    About, Act, Errand, Kind, Said, State, To, Way, bare, code, grouped, may_read, near, next, shape, typed,
};

fn said(kind: Kind, about: About) -> Said<'static> {
    Said { kind, about, danger: false, township: Some("t1"), school: Some("s1") }
}

/// Where it goes: who sorts, who has it beside, whether apart.
#[test]
fn where_it_goes() {
    let check = |said: Said<'_>, lead: To, also: &[Role], apart: bool| {
        let way = said.way();
        let expected = Way { lead, also: also.iter().copied().map(To::Role).collect(), apart };
        assert_eq!(way, expected, "{said:?}");
    };
    let bureau = || To::Role(Role::Bureau);
    check(said(Kind::NotInSchool, About::Family), bureau(), &[], false);
    check(said(Kind::NotInSchool, About::Township), bureau(), &[], false);
    check(said(Kind::KeptAway, About::School), bureau(), &[], false);
    check(said(Kind::OtherTip, About::Bureau), To::Role(Role::Director), &[], false);
    check(said(Kind::Labour, About::Employer), bureau(), &[Role::Labour], false);
    check(said(Kind::Money, About::Unsaid), To::Unit(Role::Township, "t1".to_owned()), &[], false);
    check(said(Kind::Money, About::Township), bureau(), &[], false);
    check(said(Kind::Learning, About::Unsaid), To::Unit(Role::Head, "s1".to_owned()), &[], false);
    check(said(Kind::Learning, About::School), bureau(), &[], false);
    // A school is not asked about what is done to children in it.
    check(said(Kind::Bullied, About::Unsaid), bureau(), &[], false);
    check(said(Kind::Place, About::Unsaid), bureau(), &[], false);
    let nowhere = Said { township: None, school: None, ..said(Kind::Money, About::Unsaid) };
    check(nowhere, bureau(), &[], false);
    let harmed = |about| Said { danger: true, ..said(Kind::Bullied, about) };
    check(harmed(About::School), bureau(), &[Role::Police, Role::Civil], true);
    check(harmed(About::Bureau), To::Role(Role::Civil), &[Role::Police], true);
}

/// A26: whatever is told, no unit that it is about is on its way, nor reads it.
#[test]
fn never_to_the_unit_that_it_is_about() {
    for &kind in Kind::ALL {
        for &about in About::ALL {
            for danger in [false, true] {
                let said = Said { danger, ..said(kind, about) };
                let way = said.way();
                let units: Vec<&To> = std::iter::once(&way.lead).chain(&way.also).collect();
                if let Some(against) = said.against() {
                    let goes = units.iter().any(|to| matches!(to, To::Unit(_, unit) if unit == against));
                    assert!(!goes && !may_read(Some(against), &["ju", against]), "{said:?}");
                }
                if about == About::Bureau {
                    assert!(!units.contains(&&To::Role(Role::Bureau)), "{said:?}");
                }
            }
        }
        assert_eq!(kind.errand() == Errand::Tip, kind.code() == "other_tip" || !kind_is_help(kind));
    }
    assert!(may_read(None, &["ju"]) && may_read(Some("s1"), &["ju"]));
}

fn kind_is_help(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Money | Kind::Place | Kind::Disability | Kind::Bullied | Kind::Learning | Kind::OtherHelp
    )
}

/// How far it comes: what has ended can be taken up again, and nothing is deleted.
#[test]
fn states() {
    let check = |state, act, expected: Option<State>| {
        assert_eq!(next(state, act).ok(), expected, "{state:?} {act:?}");
    };
    for state in [State::Held, State::Received] {
        check(state, Act::Take, Some(State::Working));
        check(state, Act::Reopen, None);
    }
    for state in [State::Held, State::Received, State::Working] {
        check(state, Act::Refuse, Some(State::Refused));
        check(state, Act::Join, Some(State::Same));
        check(state, Act::Close, Some(State::Closed));
    }
    check(State::Working, Act::Take, None);
    for state in [State::Closed, State::Refused, State::Same] {
        check(state, Act::Reopen, Some(State::Working));
        for act in [Act::Take, Act::Refuse, Act::Join, Act::Close] {
            check(state, act, None);
        }
    }
}

/// Near texts have near shapes; others have not (F03).
#[test]
fn shapes() {
    let check = |one: &str, other: &str, expected: bool| {
        assert_eq!(near(shape(one, 7), shape(other, 7)), expected, "{one} {other}");
    };
    let text = "村里有个男孩一直没有去上学，跟着叔叔在县城的餐馆里洗碗，已经快一个月了，请你们去看看。";
    check(text, text, true);
    check(text, &text.replace("快一个月", "快两个月"), true);
    check(text, &format!("{text}！！！ 138"), true);
    check(
        text,
        "我家孩子今年要上一年级，户口还没有办好，学校说没有学位，想问一问应该找哪个部门办理。",
        false,
    );
    assert_eq!(bare("Ａbc，12 3村  里"), bare("abc村里"));
    assert_ne!(shape(text, 7), shape(text, 8), "hidden by the pad");
}

proptest! {
    #![proptest_config(crate::cases(256))]

    /// F02: every code has 26 signs for its 128 bits, is its own, and is read back however it is written down.
    #[test]
    fn codes_are_read_as_they_are_written(one: [u8; 16], other: [u8; 16]) {
        let written = code(one);
        prop_assert_eq!(written.len(), 26);
        prop_assert_eq!(&typed(&grouped(&written)), &written);
        prop_assert_eq!(&typed(&format!(" {} ", grouped(&written).to_lowercase().replace('0', "o").replace('1', "l"))), &written);
        prop_assert_eq!(one == other, written == code(other));
    }

    /// Whatever is typed is bounded and harmless.
    #[test]
    fn anything_can_be_typed(text: String) {
        let read = typed(&text);
        prop_assert!(read.len() <= 64 && read.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
