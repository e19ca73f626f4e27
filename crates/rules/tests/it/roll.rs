//! 学籍变动: what each change needs before it may be asked for.

use jiff::civil::date;
use rules::roll::{Asked, Change, Side};
use rules::standing::Standing;

fn asked() -> Asked<'static> {
    Asked {
        standing: Standing::Enrolled,
        grade: Some(3),
        on_roll: true,
        to_named: false,
        to_same: false,
        other_place: "",
        paper: "",
        reason: "随父母迁居",
        effective: date(2026, 11, 24),
        until: None,
        today: date(2026, 11, 24),
    }
}

fn check(change: Change, asked: &Asked<'_>, expected: Result<(), (&str, &str)>) {
    let is = change.check(asked);
    let told = is.map_err(|refusal| (refusal.field, refusal.basis));
    assert_eq!(told, expected, "{} {asked:?}", change.label());
}

const ROLL: &str = "中小学生学籍管理办法（教基一〔2013〕7号）";
const LAW: &str = "义务教育法第十一条第二款";

/// domain.md 2.9: 转学 names the school; who is on leave does not transfer; a proof for what ends on the roll.
#[test]
fn a_change_needs_what_it_needs() {
    let paper = Asked { paper: "证明 1 号", ..asked() };
    let away = Asked { other_place: "昆明市某小学", ..asked() };
    for (change, asked, expected) in [
        (Change::Transfer, asked(), Err(("to_school", ""))),
        (Change::Transfer, Asked { to_named: true, to_same: true, ..asked() }, Err(("to_school", ""))),
        (Change::Transfer, Asked { to_named: true, ..asked() }, Ok(())),
        (
            Change::Transfer,
            Asked { to_named: true, standing: Standing::Suspended, ..asked() },
            Err(("kind", ROLL)),
        ),
        (Change::Transfer, Asked { to_named: true, reason: " ", ..asked() }, Err(("reason", ""))),
        (Change::Transfer, Asked { to_named: true, on_roll: false, ..asked() }, Err(("kind", ""))),
        (Change::TransferIn, Asked { to_named: true, ..away }, Err(("kind", "一人一籍，籍随人走"))),
        (Change::TransferIn, Asked { to_named: true, on_roll: false, ..away }, Ok(())),
        (Change::TransferOut, away, Err(("paper", ROLL))),
        (Change::TransferOut, Asked { paper: "接收证明", ..away }, Ok(())),
        (Change::Died, asked(), Err(("paper", ROLL))),
        (Change::Died, paper, Ok(())),
        (Change::Abroad, paper, Err(("other_place", ""))),
        (Change::Graduate, asked(), Err(("kind", "义务教育法第二条（九年）"))),
        (Change::Graduate, Asked { grade: Some(6), ..asked() }, Ok(())),
        (Change::Graduate, Asked { grade: Some(9), ..asked() }, Ok(())),
        (Change::Resume, asked(), Err(("kind", ""))),
        (Change::Resume, Asked { standing: Standing::Suspended, ..asked() }, Ok(())),
        (
            Change::Graduate,
            Asked { grade: Some(9), effective: date(2028, 1, 1), ..asked() },
            Err(("effective", "")),
        ),
    ] {
        check(change, &asked, expected);
    }
}

/// 义务教育法 11, B09: leave is for health, with a proof and an end within a year.
#[test]
fn leave_is_for_health_and_ends() {
    let paper = Asked { paper: "县医院证明", ..asked() };
    for (asked, expected) in [
        (Asked { until: Some(date(2027, 3, 1)), ..asked() }, Err(("paper", LAW))),
        (paper, Err(("until", LAW))),
        (Asked { until: Some(date(2026, 11, 24)), ..paper }, Err(("until", ""))),
        (Asked { until: Some(date(2027, 11, 25)), ..paper }, Err(("until", LAW))),
        (Asked { until: Some(date(2027, 11, 24)), ..paper }, Ok(())),
        (Asked { until: Some(date(2027, 3, 1)), standing: Standing::Suspended, ..paper }, Err(("kind", ""))),
    ] {
        check(Change::Suspend, &asked, expected);
    }
}

/// Nobody carries a change out alone but a school its own graduation; codes come back as what they were.
#[test]
fn sides_and_codes() {
    let moved = Change::ClassChange;
    assert_eq!(Change::from_code(moved.code()), Some(moved));
    assert_eq!((moved.sides(), moved.standing()), (&[Side::Giving, Side::Receiving][..], None));
    for change in Change::ALL {
        assert_eq!(Change::from_code(change.code()), Some(*change));
        assert_eq!(change.sides().contains(&Side::County), *change != Change::Graduate, "{}", change.label());
        assert_eq!(
            change.sides().contains(&Side::Receiving),
            matches!(change, Change::Transfer | Change::TransferIn),
            "{}",
            change.label()
        );
    }
}
