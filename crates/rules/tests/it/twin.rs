//! Capabilities 30 and 98: the twin record in a platform; and the plan's platforms, 四(十四)、五(九).

use rules::plan::PlatformField;
use rules::standing::Standing;
use rules::twin::{Difference, Settled, Stand, number};

use crate::nanjian::PLAN;

/// 五(九): suspected at once, closed there when the child is back, opened again when it leaves again.
#[test]
fn how_far_a_child_is() {
    let platform = PLAN.platform("rescue").unwrap();
    let check = |standing, entry, expected| {
        assert_eq!(Stand::of(platform, Some(standing), entry), expected, "{standing:?} {entry:?}");
    };
    check(Standing::Enrolled, None, None);
    check(Standing::Absent, None, Some(Stand::Missing));
    check(Standing::Never, Some((false, "")), Some(Stand::NoNumber));
    check(Standing::Never, Some((false, "YN-1")), Some(Stand::Kept));
    check(Standing::Enrolled, Some((false, "YN-1")), Some(Stand::ToClose));
    check(Standing::Enrolled, Some((false, "")), Some(Stand::ToClose));
    check(Standing::Enrolled, Some((true, "YN-1")), Some(Stand::Closed));
    check(Standing::Absent, Some((true, "YN-1")), Some(Stand::Again));
    assert_eq!(Stand::of(platform, None, None), None);
    let open: Vec<&str> = Stand::ALL.iter().filter(|one| one.is_open()).map(|one| one.code()).collect();
    assert_eq!(open, ["missing", "again", "no_number", "to_close"]);
}

/// E09: a number is taken as the platform shows it, and nobody's ID number becomes one.
#[test]
fn numbers_of_a_platform() {
    for (typed, kept) in [
        ("YN-26-1107-0385", Ok("YN-26-1107-0385")),
        (" ｙｎ２６ １１０７ ", Ok("YN261107")),
        ("'20261107000385", Ok("20261107000385")),
        ("123", Err("4至40位")),
        ("编号一二三", Err("只能有字母、数字")),
        ("539999201509010011", Err("这是身份证号")),
        ("=cmd|' /C calc'!A0", Err("只能有字母、数字")),
    ] {
        match (number(typed), kept) {
            (Ok(number), Ok(kept)) => assert_eq!(number, kept),
            (Err(said), Err(part)) => assert!(said.contains(part), "{typed} {said}"),
            (got, _) => panic!("{typed}: {got:?}"),
        }
    }
    assert!(number(&"1".repeat(41)).is_err());
}

/// A difference that was only talked about is asked again; what was found right is not.
#[test]
fn what_holds_until_next_week() {
    for kind in Difference::ALL {
        assert!(!Settled::of(*kind).is_empty(), "{kind}");
    }
    let holds: Vec<&str> = Settled::ALL.iter().filter(|one| one.holds()).map(|one| one.code()).collect();
    assert_eq!(holds, ["same", "not_ours"]);
}

/// 四(十四)、五(九)、教基厅函〔2024〕15号: three platforms, each with its form in order, its words, its deadlines.
#[test]
fn platforms_of_nanjian() {
    let titles: Vec<&str> = PLAN.platforms().iter().map(|one| one.title.as_str()).collect();
    assert_eq!(
        titles,
        ["云南省政府救助平台", "云南省义务教育在校生动态管理系统", "全国基础教育管理服务平台"]
    );
    for platform in PLAN.platforms() {
        assert!(platform.lines.iter().any(|line| line.field == PlatformField::Name), "{}", platform.key);
        assert_eq!((platform.reconcile.amount, platform.reconcile.within()), (7, "7天内".to_owned()));
        assert!(platform.standings.iter().all(|standing| standing.is_out()));
        assert_eq!(platform.is_open("看不懂"), None);
        assert_eq!(platform.is_open(" 已销号 "), Some(false));
    }
    let rescue = PLAN.platform("rescue").unwrap();
    assert_eq!((rescue.enter.within(), rescue.basis.clause.as_deref()), ("立即".to_owned(), Some("五(九)")));
    assert_eq!(rescue.lines[0].label, "学生姓名");
    assert_eq!(rescue.is_open("劝返中"), Some(true));
}
