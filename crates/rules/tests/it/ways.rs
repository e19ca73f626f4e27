//! 上学路程、校点撤并 (四(四)(六), 五(五); capabilities 101, 129; hazard F06): which way is hard, said in words; what a closure would do to each child,
//! with nobody lost; and no count that tells of fewer than five.

use proptest::prelude::*;
use rules::groups::Special;
use rules::plan::SchoolAccess;
use rules::ways::{
    Access, After, FEW, Hindrance, Means, Need, Outcome, Procedure, Pupil, Receiver, Season, Stage, Way,
    hindrances, judge, place, record, told,
};

use crate::nanjian::PLAN;

fn rule() -> &'static SchoolAccess {
    PLAN.school_access()
}

fn way(minutes: u16) -> Way {
    Way { minutes, metres: u32::from(minutes) * 70, means: Means::Walk, season: Season::All }
}

/// 四(四): longer than the plan lets it is hard, by the grade; what is not known is said to be unknown.
#[test]
fn hard_fine_or_not_known() {
    let check = |grade: Option<u8>, boards: bool, way: Option<Way>, access: Access, words: &str| {
        let found = judge(rule(), grade, boards, way.as_ref());
        assert_eq!(found.access, access, "{grade:?} {boards} {way:?}: {found:?}");
        assert!(found.why.contains(words), "{words}: {found:?}");
    };
    let shut = Way { season: Season::ShutInRain, ..way(20) };
    let slow = Way { season: Season::SlowInRain, ..way(20) };
    check(Some(3), false, Some(way(30)), Access::Fine, "步行 30 分钟，2.1 公里");
    check(Some(3), false, Some(way(31)), Access::Hard, "低年级单程不超过 30 分钟");
    check(Some(4), false, Some(way(40)), Access::Fine, "步行 40 分钟");
    check(Some(4), false, Some(way(41)), Access::Hard, "小学单程不超过 40 分钟");
    check(Some(7), false, Some(way(60)), Access::Fine, "60 分钟");
    check(Some(9), false, Some(way(61)), Access::Hard, "初中单程不超过 60 分钟");
    check(Some(1), false, Some(shut), Access::Hard, "雨季不通：下雨的月份走不到学校");
    check(Some(1), false, Some(slow), Access::Fine, "雨季难走");
    check(Some(9), true, Some(way(200)), Access::Boards, "住校，周末回家步行 200 分钟");
    check(Some(9), true, None, Access::Boards, "没有登记");
    check(Some(1), false, None, Access::Unknown, "从家到学校的路程没有登记");
    check(None, false, Some(way(30)), Access::Fine, "步行");
    check(None, false, Some(way(45)), Access::Unknown, "年级没有登记");
    check(None, false, Some(way(61)), Access::Hard, "60 分钟");
    // A class of the senior school is not the plan's.
    check(Some(10), false, Some(way(45)), Access::Unknown, "算不出远近");
}

/// A county may let the youngest board, or nobody.
#[test]
fn the_plan_says_who_boards() {
    for (from, minutes) in [(1, 40), (4, 30), (7, 30), (10, 30)] {
        let rule = SchoolAccess { boards_from: from, ..rule().clone() };
        assert_eq!(rules::ways::limit(&rule, Some(2)), Some(minutes), "{from}");
    }
}

fn pupil(id: &str, grade: u8, ways: &[(&str, u16)]) -> Pupil {
    Pupil {
        id: id.to_owned(),
        grade: Some(grade),
        boards: false,
        family: String::new(),
        stays: false,
        now: Some(way(10)),
        ways: ways.iter().map(|(to, minutes)| ((*to).to_owned(), way(*minutes))).collect(),
        need: Need::default(),
    }
}

fn school(id: &str, places: u32, beds: u32) -> Receiver {
    Receiver {
        id: id.to_owned(),
        code: id.to_owned(),
        grades: (1, 6),
        places: places + 100,
        pupils: 100,
        beds: beds + 30,
        boarders: 30,
    }
}

/// `id school after`, with what else is said.
fn lines(outcome: &Outcome) -> Vec<String> {
    let line = |one: &rules::ways::Placed| {
        let to = one.to.as_deref().unwrap_or("-");
        let more: String =
            [(one.needs_bed, " 床"), (one.worse, " 更难"), (one.split, " 分开"), (one.need.any(), " 看")]
                .into_iter()
                .filter_map(|(is, word)| is.then_some(word))
                .collect();
        format!("{} {to} {}{more}", one.pupil, one.after.code())
    };
    outcome.pupils.iter().map(line).collect()
}

/// 四(四)、五(五): the nearest with places, brothers and sisters together, beds to those who come from farthest; who is young is not sent to
/// board; who has nowhere to go is said to have nowhere.
#[test]
fn what_a_closure_would_do() {
    let check = |pupils: &[Pupil], schools: &[Receiver], expected: &[&str]| {
        assert_eq!(lines(&place(rule(), pupils, schools)), expected);
    };
    let near = |id| pupil(id, 4, &[("a", 20), ("b", 35)]);
    let far = |id| pupil(id, 4, &[("a", 90), ("b", 120)]);
    check(&[near("1"), near("2")], &[school("a", 5, 0)], &["1 a day", "2 a day"]);
    // Full: on to the next, in the order of the way, then of the id.
    check(&[near("2"), near("1")], &[school("b", 1, 0), school("a", 1, 0)], &["2 b day", "1 a day"]);
    check(&[near("1"), near("2")], &[school("a", 1, 0)], &["1 a day", "2 - without"]);
    check(&[near("1")], &[], &["1 - without"]);
    // Two schools as near: the lower code.
    check(&[pupil("1", 4, &[("a", 20), ("b", 20)])], &[school("b", 1, 0), school("a", 1, 0)], &["1 a day"]);
    // A bed for who comes from far; none left is hard, and worse than it was.
    check(&[far("1"), far("2")], &[school("a", 5, 1)], &["1 a bed 床", "2 a hard 床 更难"]);
    // A bed elsewhere, where there is a place too.
    check(&[far("1")], &[school("a", 5, 0), school("b", 1, 1)], &["1 b bed 床"]);
    check(&[far("1")], &[school("a", 5, 0), school("b", 0, 1)], &["1 a hard 床 更难"]);
    // Grades one to three are not sent to board; who boards already goes on.
    check(&[pupil("1", 2, &[("a", 45)])], &[school("a", 5, 5)], &["1 a hard 更难"]);
    let boards = Pupil { boards: true, ..pupil("1", 2, &[("a", 45)]) };
    check(std::slice::from_ref(&boards), &[school("a", 5, 5)], &["1 a bed 床"]);
    check(&[Pupil { ways: vec![], ..boards }], &[school("a", 5, 5)], &["1 a bed 床"]);
    // Hard as before and no longer: not worse.
    let was = Pupil { now: Some(way(90)), ..far("1") };
    check(std::slice::from_ref(&was), &[school("a", 5, 0)], &["1 a hard 床"]);
    check(&[Pupil { now: Some(way(80)), ..was }], &[school("a", 5, 0)], &["1 a hard 床 更难"]);
    // Nobody measured the way: placed last, and said.
    check(&[pupil("1", 4, &[])], &[school("a", 1, 3)], &["1 a unknown"]);
    check(&[pupil("1", 4, &[("b", 39)])], &[school("a", 1, 3), school("b", 1, 0)], &["1 b day"]);
    // A school of other grades takes nobody of these.
    let junior = Receiver { grades: (7, 9), ..school("a", 5, 5) };
    check(&[near("1")], &[junior], &["1 - without"]);
    // Brothers and sisters: together farther away rather than apart; apart where nothing holds both, and said.
    let of = |family: &str, one: Pupil| Pupil { family: family.to_owned(), ..one };
    let both = [of("f", near("1")), of("f", near("2"))];
    check(&both, &[school("a", 1, 0), school("b", 2, 0)], &["1 b day", "2 b day"]);
    check(&both, &[school("a", 1, 0), school("b", 1, 0)], &["1 a day 分开", "2 b day 分开"]);
    check(&[Pupil { stays: true, ..near("1") }], &[school("a", 1, 0)], &["1 a day 分开"]);
    // 残疾、留守: somebody looks at them first.
    let need = Need::of([Special::Disability, Special::Poor].into_iter());
    check(&[Pupil { need, ..near("1") }], &[school("a", 1, 0)], &["1 a day 看"]);
    assert!(!Need::of([Special::Poor].into_iter()).any() && Need::of([Special::Orphan].into_iter()).hardship);
}

/// What is kept of a school afterwards, and what stands against closing.
#[test]
fn what_stands_against_it() {
    let pupils = [
        pupil("1", 4, &[("a", 20)]),
        pupil("2", 4, &[("a", 90)]),
        pupil("3", 5, &[("a", 95)]),
        pupil("4", 1, &[]),
        pupil("5", 1, &[]),
    ];
    let outcome = place(rule(), &pupils, &[school("a", 4, 1)]);
    assert_eq!(
        hindrances(&outcome),
        [(Hindrance::Without, 1), (Hindrance::Worse, 1), (Hindrance::Unknown, 1)]
    );
    assert_eq!(outcome.schools, [("a".to_owned(), 0, 0)]);
    assert_eq!([outcome.count(After::Day), outcome.count(After::Bed)], [1, 1]);
    let fine = place(rule(), &pupils[..2], &[school("a", 4, 1)]);
    assert_eq!((hindrances(&fine), fine.schools), (vec![], vec![("a".to_owned(), 2, 0)]));
    // The text over which the sum is made: the same again, and another when anything is another.
    let schools = [school("a", 4, 1)];
    let text = record(rule(), &pupils, &schools, &outcome);
    assert_eq!(text, record(rule(), &pupils, &schools, &place(rule(), &pupils, &schools)));
    let other = [school("a", 5, 1)];
    assert_ne!(text, record(rule(), &pupils, &other, &place(rule(), &pupils, &other)));
    assert!(text.0.contains("pupil 2 4 boards=0") && text.1.contains("pupil 2 a"), "{text:?}");
}

/// 四(四): drafted, heard, decided; withdrawn at any time before; nothing leads out of an end, and nothing goes past the hearing.
#[test]
fn stages() {
    for from in Stage::ALL {
        for to in Stage::ALL {
            let may = matches!(
                (from.code(), to.code()),
                ("drafted", "hearing" | "withdrawn") | ("hearing", "closed" | "kept" | "withdrawn")
            );
            assert_eq!(from.leads_to(*to), may, "{from} {to}");
        }
        assert_eq!(from.is_over(), !matches!(from, Stage::Drafted | Stage::Hearing));
    }
    assert_eq!(rule().procedure, [Procedure::Argued, Procedure::Published, Procedure::Heard]);
}

/// F06: no cell below five is told, nor what is left when the others are taken from the whole.
#[test]
fn counts_without_names() {
    let check = |parts: &[u32], whole: Option<u32>, cells: &[Option<u32>]| {
        assert_eq!(told(parts), (whole, cells.to_vec()), "{parts:?}");
    };
    check(&[0, 0], Some(0), &[Some(0), Some(0)]);
    check(&[4, 0], None, &[None, None]);
    check(&[5, 0], Some(5), &[Some(5), None]);
    check(&[5, 9], Some(14), &[Some(5), Some(9)]);
    check(&[20, 6, 3], Some(29), &[Some(20), None, None]);
    check(&[20, 4, 3], Some(27), &[Some(20), None, None]);
    check(&[20, 1], Some(21), &[None, None]);
}

fn a_pupil() -> impl Strategy<Value = Pupil> {
    let ways = proptest::collection::btree_map("[abcd]", 5_u16..150, 0..4);
    (0_u32..10_000, 1_u8..7, proptest::bool::weighted(0.2), "[xyz]?", ways).prop_map(
        |(id, grade, boards, family, ways)| Pupil {
            boards,
            family,
            ways: ways.into_iter().map(|(to, minutes)| (to, way(minutes))).collect(),
            ..pupil(&id.to_string(), grade, &[])
        },
    )
}

fn a_school() -> impl Strategy<Value = (String, u32, u32, u8, u8)> {
    ("[abcd]", 0_u32..6, 0_u32..4, 1_u8..4, 4_u8..7)
}

proptest! {
    #![proptest_config(crate::cases(600))]

    /// Nobody is lost, no school is filled beyond its places or beds, a child goes only where its grade is taught, and one more bed leaves no
    /// more children with a hard way, an unknown one or no place.
    #[test]
    fn nobody_is_lost(
        pupils in proptest::collection::vec(a_pupil(), 0..24),
        schools in proptest::collection::vec(a_school(), 0..4),
        more in 0_usize..4,
    ) {
        let mut schools: Vec<Receiver> = schools
            .into_iter()
            .map(|(id, places, beds, low, high)| Receiver { grades: (low, high), ..school(&id, places, beds) })
            .collect();
        schools.sort_by(|a, b| a.id.cmp(&b.id));
        schools.dedup_by(|a, b| a.id == b.id);
        let outcome = place(rule(), &pupils, &schools);
        let ids: Vec<&str> = outcome.pupils.iter().map(|one| one.pupil.as_str()).collect();
        let given: Vec<&str> = pupils.iter().map(|one| one.id.as_str()).collect();
        prop_assert_eq!(ids, given);
        for one in &schools {
            let there = |one: &&rules::ways::Placed, id: &str| one.to.as_deref() == Some(id);
            let come = outcome.pupils.iter().filter(|placed| there(placed, &one.id)).count();
            let sleep =
                outcome.pupils.iter().filter(|placed| there(placed, &one.id) && placed.after == After::Bed).count();
            let (_, places, beds) = outcome.schools.iter().find(|(id, ..)| *id == one.id).expect("the school");
            prop_assert_eq!(one.free(), places + u32::try_from(come).expect("few"));
            prop_assert_eq!(one.free_beds(), beds + u32::try_from(sleep).expect("few"));
        }
        for (placed, pupil) in outcome.pupils.iter().zip(&pupils) {
            if let Some(to) = &placed.to {
                let school = schools.iter().find(|one| one.id == *to).expect("a school of the list");
                let grade = pupil.grade.expect("each has one");
                prop_assert!((school.grades.0..=school.grades.1).contains(&grade));
            } else {
                prop_assert_eq!(placed.after, After::Without);
            }
        }
        let bad = |outcome: &Outcome| {
            outcome.pupils.iter().filter(|one| !matches!(one.after, After::Day | After::Bed)).count()
        };
        if let Some(one) = schools.get_mut(more) {
            one.beds += 1;
            prop_assert!(bad(&place(rule(), &pupils, &schools)) <= bad(&outcome));
        }
    }

    /// F06: whatever the counts, nothing below five is told or can be computed by taking what is told from the whole.
    #[test]
    fn nothing_small_is_told(parts in proptest::collection::vec(0_u32..12, 1..6)) {
        let (whole, cells) = told(&parts);
        prop_assert!(whole.is_none_or(|whole| whole == 0 || whole >= FEW));
        if whole.is_some_and(|whole| whole > 0) {
            prop_assert!(cells.iter().flatten().all(|cell| *cell >= FEW));
            let shown: u32 = cells.iter().flatten().sum();
            let left = whole.unwrap_or_default() - shown;
            prop_assert!(left == 0 || left >= FEW, "{} is left", left);
        }
    }
}

/// Which grades a school teaches follows from its 办学类型; a 高中 receives nobody of these.
#[test]
fn what_a_school_teaches() {
    for (kind, grades) in [
        ("小学", Some((1, 6))),
        ("教学点", Some((1, 6))),
        ("初级中学", Some((7, 9))),
        ("初中", Some((7, 9))),
        ("九年一贯制学校", Some((1, 9))),
        ("特殊教育学校", Some((1, 9))),
        ("高级中学", None),
        ("职业高级中学", None),
        ("", None),
    ] {
        assert_eq!(rules::ways::taught(kind), grades, "{kind}");
    }
}
