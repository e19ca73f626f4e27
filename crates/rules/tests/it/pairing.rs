//! 结对包保 (五(六)): who may be paired, as a table; the limit and the order of what is asked, as properties.

use proptest::prelude::*;
use rules::access::{Role, Tie};
use rules::pairing::{Candidate, Interest, Outcome, may_pair, near};

use crate::nanjian::PLAN;

/// A child at home in P1 of P, on the roll of SP-1, whose school lies in Q.
fn ties() -> Vec<(String, Tie)> {
    [
        ("P", Tie::HomeTownship),
        ("Q", Tie::SchoolTownship),
        ("P1", Tie::Village),
        ("SP", Tie::School),
        ("SP-1", Tie::Class),
    ]
    .map(|(unit, tie)| (unit.to_owned(), tie))
    .to_vec()
}

fn check(role: Role, unit: &str, load: u16, interest: Option<Interest>, refused: &str) {
    let who = Candidate { role, unit, load, interest };
    match may_pair(&who, &ties(), &PLAN.case().pairing) {
        Ok(()) => assert_eq!(refused, "", "{role} {unit} {load}"),
        Err(why) => {
            assert!(!refused.is_empty() && why.to_string().contains(refused), "{role} {unit} {load}: {why}");
            assert!(!why.basis.is_empty() && !why.todo.is_empty());
        }
    }
}

/// 五(六): of the township or the village of the household, or the class; with the plan's number at most; never a relative, and
/// nobody of the unit that a tip-off is about (四(二十一)).
#[test]
fn who_may_be_paired() {
    for (role, unit) in [
        (Role::Township, "P"),
        (Role::Village, "P1"),
        (Role::Cadre, "P"),
        (Role::Cadre, "P1"),
        (Role::Teacher, "SP-1"),
    ] {
        check(role, unit, 0, None, "");
        check(role, unit, 4, None, "");
        check(role, unit, 5, None, "最多5名");
        check(role, unit, 0, Some(Interest::Kin), "可能是亲属");
        check(role, unit, 0, Some(Interest::TipOff), "举报反映的就是");
        check(role, unit, 5, Some(Interest::TipOff), "举报反映的就是");
    }
    for (role, unit) in [
        (Role::Township, "Q"),
        (Role::Township, "P1"),
        (Role::Village, "P2"),
        (Role::Cadre, "Q"),
        (Role::Cadre, "SP-1"),
        (Role::Teacher, "SP-2"),
        (Role::Teacher, "P"),
    ] {
        check(role, unit, 0, None, "不在孩子的乡镇、村或者班级");
    }
    for role in Role::ALL.iter().copied().filter(|role| near(*role).is_empty()) {
        for unit in ["P", "P1", "SP", "SP-1"] {
            check(role, unit, 0, None, "不能结对包保");
        }
    }
}

/// What failed comes first in the form, and only meeting somebody of the family is a visit that was made.
#[test]
fn failure_first() {
    let met: Vec<bool> = Outcome::ALL.iter().map(|one| one.is_met()).collect();
    assert_eq!(met, [false, false, false, true, true, true]);
}

proptest! {
    /// Nobody is paired with more children than the plan allows, whoever they are; and who may with so many may with fewer.
    #[test]
    fn never_more_than_the_plan_says(role in 0..Role::ALL.len(), unit in 0..6_usize, load in 0..20_u16) {
        let units = ["P", "Q", "P1", "SP", "SP-1", "X"];
        let at = |load| {
            let who = Candidate { role: Role::ALL[role], unit: units[unit], load, interest: None };
            may_pair(&who, &ties(), &PLAN.case().pairing).is_ok()
        };
        prop_assert!(!at(load) || load < PLAN.case().pairing.most);
        prop_assert!(!at(load) || (0..load).all(at));
    }
}
