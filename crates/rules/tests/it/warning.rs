//! 早期提醒 in words (四(十九), 五(五)(八)(九)): each sentence with its clause, what is no ground for one, and that coming to school
//! never adds one.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use rules::access::Field;
use rules::attendance::{Clock, Tally};
use rules::codes::Sex;
use rules::groups::Special;
use rules::plan::WarningKind;
use rules::standing::Standing;
use rules::warning::{Facts, Sibling, sentences};

use crate::cases;
use crate::nanjian::PLAN;

const TODAY: Date = date(2026, 11, 24);
const TERM: Date = date(2026, 9, 1);

fn clock(term: Tally, month: Tally) -> Clock {
    let mut clock = Clock::default();
    (clock.term, clock.month) = (term, month);
    clock
}

/// Half days called, missed with a reason, missed without.
const fn tally(due: u16, told: u16, away: u16) -> Tally {
    Tally { due, told, away, unknown: 0 }
}

/// A pupil of the third grade of whom there is nothing to say.
fn pupil() -> Facts<'static> {
    Facts {
        today: TODAY,
        term: Some((TERM, true)),
        clock: clock(tally(110, 0, 0), tally(30, 0, 0)),
        birth: date(2017, 5, 4),
        of_age: true,
        grade: Some(3),
        standing: Some(Standing::Enrolled),
        on_roll: true,
        ..Facts::default()
    }
}

/// Of school age, on no roll, nobody knows where.
fn nowhere() -> Facts<'static> {
    Facts {
        on_roll: false,
        standing: Some(Standing::Unknown),
        grade: None,
        clock: Clock::default(),
        ..pupil()
    }
}

/// What is said, word by word, in order.
fn check(why: &str, facts: &Facts<'_>, expected: &[&str]) {
    let said: Vec<String> = sentences(&PLAN, facts).into_iter().map(|one| one.said).collect();
    assert_eq!(said, expected, "{why}");
}

/// 县默认值: 10 % and 20 % of the term, three days of a month, said as what was counted.
#[test]
fn shares_of_term_and_month() {
    check("nothing to say", &pupil(), &[]);
    let of = |term, month| Facts { clock: clock(term, month), ..pupil() };
    check("below", &of(tally(110, 10, 0), tally(30, 4, 0)), &[]);
    check(
        "ten of a hundred",
        &of(tally(110, 8, 4), tally(30, 4, 0)),
        &["本学期点名 55 天，缺课 6 天（其中无正当理由 2 天），占 10.9%，达到 10%（县默认值）"],
    );
    check(
        "the higher of two, and the month",
        &of(tally(110, 15, 7), tally(30, 0, 7)),
        &[
            "本学期点名 55 天，缺课 11 天（其中无正当理由 3.5 天），占 20.0%，达到 20%（县默认值）",
            "本月点名 15 天，无正当理由缺课 3.5 天，达到 3 天（县默认值）",
        ],
    );
    check("nine days called are too few for a share", &of(tally(18, 4, 0), tally(18, 4, 0)), &[]);
}

/// 五(九), 四(十九): not seen since the term began; the first weeks of the seventh grade.
#[test]
fn the_beginning_of_a_term() {
    let of = |clock: Clock, today, grade| Facts { clock, today, grade: Some(grade), ..pupil() };
    let five = tally(10, 10, 0);
    check(
        "five days called and not one seen",
        &of(clock(five, five), date(2026, 9, 7), 3),
        &["本学期点名 5 天，一天也没有来过（五(九)；5天为县默认值）"],
    );
    check("four", &of(clock(tally(8, 8, 0), tally(8, 8, 0)), date(2026, 9, 6), 3), &[]);
    check("came for half a day", &of(clock(tally(10, 9, 0), tally(10, 9, 0)), date(2026, 9, 7), 3), &[]);
    let two = clock(tally(18, 3, 1), tally(18, 3, 1));
    check(
        "two days of the first weeks of the seventh grade",
        &of(two, date(2026, 9, 10), 7),
        &["七年级开学第 2 周，已缺课 2 天（其中无正当理由 0.5 天）（四(十九)；头4周、2天为县默认值）"],
    );
    check("in another grade", &of(two, date(2026, 9, 10), 8), &[]);
    check("after four weeks", &of(two, date(2026, 9, 29), 7), &[]);
    let spring = Facts { term: Some((date(2026, 9, 1), false)), ..of(two, date(2026, 9, 10), 7) };
    check("in spring the seventh grade is not new", &spring, &[]);
}

/// 五(八): who left primary school and is in no other; who is of school age and reported nowhere.
#[test]
fn nowhere_after_the_term_began() {
    let left = Facts { left_primary: Some(date(2026, 7, 10)), ..nowhere() };
    check(
        "6→7",
        &left,
        &["2026年7月10日小学毕业离校，9月1日开学已 84 天，还没有到任何初中报到（五(八)；7天为县默认值）"],
    );
    check("in the first week", &Facts { today: date(2026, 9, 7), ..left.clone() }, &[]);
    check("in the vacation", &Facts { term: None, ..left.clone() }, &[]);
    check("in a school by now", &Facts { on_roll: true, ..left.clone() }, &[]);
    check("lawfully elsewhere", &Facts { standing: Some(Standing::Elsewhere), ..left.clone() }, &[]);
    check(
        "never in a school",
        &nowhere(),
        &["已到入学年龄，9月1日开学已 84 天，还没有在任何学校报到（五(八)；7天为县默认值）"],
    );
    check("too young or past it", &Facts { of_age: false, ..nowhere() }, &[]);
    check(
        "known to be out of school: on its own list",
        &Facts { standing: Some(Standing::Never), ..nowhere() },
        &[],
    );
}

/// 四(十九), 五(五): returns that were missed, a place of boarding given up, a school farther away.
#[test]
fn boarding_and_the_way_to_school() {
    let days: Vec<Date> = [(9, 6), (9, 20), (10, 11), (10, 18), (11, 1), (11, 15)]
        .into_iter()
        .map(|(month, day)| date(2026, month, day))
        .collect();
    let of = |not_returned| Facts { not_returned, ..pupil() };
    check("once", &of(&days[..1]), &[]);
    check("twice", &of(&days[..2]), &["本学期 2 次没有按时返校：9月6日、9月20日（四(十九)；2次为县默认值）"]);
    check(
        "the last five by day",
        &of(&days),
        &[
            "本学期 6 次没有按时返校：最近的是9月20日、10月11日、10月18日、11月1日、11月15日（四(十九)；2次为县默认值）",
        ],
    );
    let stopped = |day| Facts { stopped_boarding: Some(day), ..pupil() };
    check(
        "within sixty days",
        &stopped(date(2026, 9, 26)),
        &["2026年9月26日由住校改为走读（五(五)；60天为县默认值）"],
    );
    check("sixty days ago", &stopped(date(2026, 9, 25)), &[]);
    check(
        "a school of another township",
        &Facts { farther_school: Some(date(2026, 11, 2)), ..pupil() },
        &["2026年11月2日起到户籍地以外的乡镇上学，不住校（五(五)；60天为县默认值）"],
    );
}

fn sibling(sex: Sex, birth: Date, suspected: Option<Date>) -> Sibling {
    Sibling { id: "another".to_owned(), sex: Some(sex), birth, suspected }
}

/// 四(十九): a sibling who is out of school, without its name.
#[test]
fn siblings() {
    let since = Some(date(2026, 10, 12));
    for (one, words) in [
        (sibling(Sex::Male, date(2014, 1, 1), since), "同户的哥哥自2026年10月12日起为疑似辍学（四(十九)）"),
        (sibling(Sex::Female, date(2014, 1, 1), None), "同户的姐姐应在校未在校（四(十九)）"),
        (sibling(Sex::Male, date(2019, 1, 1), None), "同户的弟弟应在校未在校（四(十九)）"),
        (sibling(Sex::Female, date(2019, 1, 1), None), "同户的妹妹应在校未在校（四(十九)）"),
        (sibling(Sex::Unknown, date(2014, 1, 1), None), "同户的另一个孩子应在校未在校（四(十九)）"),
        (sibling(Sex::Male, date(2017, 5, 4), None), "同户的另一个孩子应在校未在校（四(十九)）"),
    ] {
        check(words, &Facts { siblings: &[one], ..pupil() }, &[words]);
    }
}

/// What a family is lists nobody: it is said beside what has happened (个人信息保护法第六条).
#[test]
fn a_family_is_no_ground_by_itself() {
    let groups = [(Special::LeftBehind, date(2026, 3, 1)), (Special::ParentInPrison, date(2025, 1, 9))];
    let family = Facts { guardians_away: true, groups: &groups, ..pupil() };
    check("alone", &family, &[]);
    let both = Facts { stopped_boarding: Some(date(2026, 11, 2)), ..family };
    check(
        "beside a fact",
        &both,
        &[
            "2026年11月2日由住校改为走读（五(五)；60天为县默认值）",
            "登记的监护人都在外务工（四(十九)；未成年人保护法第二十二条）",
            "2026年3月1日起登记为留守（四(一)）",
            "2025年1月9日起登记为服刑人员子女（四(一)）",
        ],
    );
    // Each is seen by who sees the field whole (个人信息保护法第二十八条).
    let fields: Vec<Field> = sentences(&PLAN, &both).into_iter().map(|one| one.field).collect();
    assert_eq!(fields, [Field::Schooling, Field::Guardians, Field::LeftBehind, Field::Judicial]);
}

/// A fact stays the same while nothing new has happened, and is another when something has.
#[test]
fn what_is_new() {
    let fact = |facts: &Facts<'_>| sentences(&PLAN, facts).first().map(|one| one.fact.clone());
    let of = |due, told| Facts { clock: clock(tally(due, told, 0), tally(30, 0, 0)), ..pupil() };
    assert_eq!(fact(&of(100, 12)), fact(&of(104, 12)), "two days more in school");
    assert_ne!(fact(&of(100, 12)), fact(&of(102, 14)), "another day away");
    let later = Facts { today: date(2026, 11, 25), ..nowhere() };
    assert_eq!(fact(&nowhere()), fact(&later), "a day has passed");
}

proptest! {
    #![proptest_config(cases(400))]

    /// Days on which a child came never add a sentence, once enough days were called for a share to be said (ADR 0009).
    #[test]
    fn coming_to_school_never_adds_a_sentence(
        called in 10..60_u16, told in 0..40_u16, away in 0..40_u16, month in 0..22_u16, days in 1..30_u16,
        grade in 1..10_i64, first in any::<bool>(), on in 0..80_i64, returns in 0..4_usize,
        boarding in prop::option::of(0..90_i64), family in any::<bool>(), sibling in any::<bool>(),
    ) {
        let missed = |due: u16| {
            let told = told.min(due);
            tally(due, told, away.min(due - told))
        };
        let back = vec![date(2026, 9, 6); returns];
        let near = [super::warning::sibling(Sex::Male, date(2014, 1, 1), None)];
        let today = TERM.saturating_add(jiff::Span::new().days(on));
        let facts = Facts {
            today,
            term: Some((TERM, first)),
            clock: clock(missed(called * 2), missed(month * 2)),
            grade: Some(grade),
            not_returned: &back,
            stopped_boarding: boarding.map(|days| today.saturating_sub(jiff::Span::new().days(days))),
            guardians_away: family,
            siblings: if sibling { &near } else { &[] },
            ..pupil()
        };
        let mut more = facts.clone();
        more.clock.term.due += days * 2;
        more.clock.month.due += days * 2;
        let kinds = |facts: &Facts<'_>| -> Vec<WarningKind> {
            sentences(&PLAN, facts).into_iter().map(|one| one.kind).collect()
        };
        let before = kinds(&facts);
        prop_assert!(kinds(&more).iter().all(|kind| before.contains(kind)), "{before:?} became {:?}", kinds(&more));
    }

    /// Every sentence ends with its clause, and none has a number that pretends to know the future.
    #[test]
    fn every_sentence_has_its_source(called in 0..60_u16, told in 0..40_u16, away in 0..40_u16) {
        let due = called * 2;
        let told = told.min(due);
        let facts = Facts { clock: clock(tally(due, told, away.min(due - told)), tally(0, 0, 0)), ..pupil() };
        for one in sentences(&PLAN, &facts) {
            prop_assert!(one.said.ends_with('）') && one.said.contains('（'), "{}", one.said);
            prop_assert!(!one.said.contains("风险") && !one.said.contains("可能"), "{}", one.said);
        }
    }
}
