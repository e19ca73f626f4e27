//! 常态化报告, the four of 教基厅函〔2024〕15号: periods and days, who may do what, the zero report, what may leave the county; as tables and as
//! properties (hazards A08, B05, B14, F06; 五(十二)).

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;
use rules::access::{Action, Reach, Role, Standing};
use rules::calendar::SchoolCalendar;
use rules::figures::{Counts, Figure};
use rules::plan::Plan;
use rules::regular::{
    Act, Content, FigureLine, Hand, Item, Kind, Known, Stand, content, due, ended, moved, outward, period,
    sections, visits_in, zero,
};

use crate::nanjian::PLAN;

/// 15号: months and quarters by the civil calendar, terms and years by the county's; each is due so many days behind its end.
#[test]
fn periods_and_their_days() {
    let check = |kind: Kind, day, code: &str, first, last, by| {
        let one = period(kind, day, PLAN.calendar()).expect("a period");
        assert_eq!((one.code.as_str(), one.first, one.last), (code, first, last), "{kind} {day}");
        assert_eq!(due(kind, &one, PLAN.regular()), by, "{kind} {day}");
    };
    let (school, quarter, term, year) =
        (Kind::SchoolMonth, Kind::CountyQuarter, Kind::PrefectureTerm, Kind::ProvinceYear);
    check(school, date(2026, 10, 15), "2026-10", date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 5));
    check(school, date(2027, 1, 22), "2027-01", date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 5));
    check(quarter, date(2026, 11, 23), "2026-q4", date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 10));
    check(quarter, date(2024, 2, 29), "2024-q1", date(2024, 1, 1), date(2024, 3, 31), date(2024, 4, 10));
    check(term, date(2026, 11, 23), "2026-1", date(2026, 9, 1), date(2027, 1, 22), date(2027, 2, 11));
    check(term, date(2026, 7, 30), "2025-2", date(2026, 3, 2), date(2026, 7, 17), date(2026, 8, 6));
    check(year, date(2026, 8, 31), "2025", date(2025, 9, 1), date(2026, 8, 31), date(2026, 9, 30));
}

/// B14: a month without a day of any term is not owed; where the calendar does not know the year, it is.
#[test]
fn a_month_of_holidays_is_not_owed() {
    let owed = |day| period(Kind::SchoolMonth, day, PLAN.calendar()).is_some();
    assert!(owed(date(2026, 7, 1)) && owed(date(2026, 9, 1)));
    assert!(!owed(date(2026, 8, 15)) && !owed(date(2026, 2, 15)));
    assert!(period(Kind::SchoolMonth, date(2026, 8, 15), &SchoolCalendar::default()).is_some());
    let codes: Vec<String> = ended(Kind::SchoolMonth, date(2026, 11, 23), 4, PLAN.calendar())
        .into_iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(codes, ["2026-10", "2026-09", "2026-07", "2026-06"]);
    let codes = |kind| -> Vec<String> {
        ended(kind, date(2026, 11, 23), 2, PLAN.calendar()).into_iter().map(|one| one.code).collect()
    };
    assert_eq!(codes(Kind::CountyQuarter), ["2026-q3", "2026-q2"]);
    assert_eq!(codes(Kind::PrefectureTerm), ["2025-2", "2025-1"]);
    assert_eq!(codes(Kind::ProvinceYear), ["2025", "2024"]);
    assert!(
        ended(Kind::CountyQuarter, date(2026, 9, 30), 1, PLAN.calendar())[0].code == "2026-q2",
        "the last day is still its own"
    );
}

/// 15号 春秋开学进校入户: a term begins in the first and in the third quarter.
#[test]
fn visits_are_made_when_school_begins() {
    let visits = |day| {
        let quarter = period(Kind::CountyQuarter, day, PLAN.calendar()).expect("a quarter");
        visits_in(&quarter, PLAN.calendar())
    };
    assert!(visits(date(2026, 3, 2)) && visits(date(2026, 9, 1)));
    assert!(!visits(date(2026, 5, 1)) && !visits(date(2026, 11, 1)));
}

/// B05: draft, handed in, sent back or accepted by another; what is frozen is corrected by a new version alone.
#[test]
fn a_report_moves_one_way() {
    let author = Hand { is_author: true, is_of_unit: true };
    let colleague = Hand { is_author: false, is_of_unit: true };
    let other = Hand { is_author: false, is_of_unit: false };
    let check = |kind, stand, act, hand, wanted: Result<Stand, &str>| {
        let found = moved(kind, stand, act, hand);
        match wanted {
            Ok(next) => assert_eq!(found, Ok(next), "{kind} {stand} {act}"),
            Err(words) => {
                let refused = found.expect_err("refused");
                assert!(refused.what.contains(words) && !refused.todo.is_empty(), "{refused}");
            }
        }
    };
    let (school, county) = (Kind::SchoolMonth, Kind::CountyQuarter);
    check(school, Stand::Draft, Act::Write, author, Ok(Stand::Draft));
    check(school, Stand::Draft, Act::Submit, author, Ok(Stand::Submitted));
    check(school, Stand::Draft, Act::Accept, other, Err("还没有报送"));
    check(school, Stand::Submitted, Act::Write, author, Err("正在审核"));
    check(school, Stand::Submitted, Act::Accept, author, Err("不能由您审核"));
    check(school, Stand::Submitted, Act::Accept, colleague, Err("本单位"));
    check(school, Stand::Submitted, Act::Return, other, Ok(Stand::Returned));
    check(school, Stand::Returned, Act::Submit, author, Ok(Stand::Submitted));
    check(school, Stand::Submitted, Act::Accept, other, Ok(Stand::Frozen));
    check(school, Stand::Frozen, Act::Write, author, Err("已经编号定稿"));
    check(school, Stand::Frozen, Act::Return, other, Err("已经编号定稿"));
    check(school, Stand::Frozen, Act::Correct, author, Ok(Stand::Draft));
    check(school, Stand::Draft, Act::Correct, author, Err("没有定稿"));
    check(county, Stand::Submitted, Act::Accept, author, Err("不能由您审核"));
    check(county, Stand::Submitted, Act::Accept, colleague, Ok(Stand::Frozen));
}

/// 零报告: nought is said, or it is not; and never while the list has somebody.
#[test]
fn nought_is_said_and_true() {
    assert_eq!(zero(true, 0), Ok(()));
    assert_eq!(zero(false, 2), Ok(()));
    let refused = zero(true, 2).expect_err("refused");
    assert!(refused.what.contains("2名") && refused.basis.contains("15号"), "{refused}");
    assert!(zero(false, 0).expect_err("refused").what.contains("零报告"));
}

/// Who writes, who reviews: a school its own month, 教体局 the county's; departments and townships nothing.
#[test]
fn who_may() {
    let may = |action: Action, role| action.policy(role, Standing::Serves);
    assert_eq!(may(Action::WriteRegular, Role::Head), Some(Reach::OwnUnit));
    assert_eq!(may(Action::WriteRegular, Role::Bureau), Some(Reach::County));
    assert_eq!(may(Action::WriteRegular, Role::Director), None);
    assert_eq!(may(Action::ReviewRegular, Role::Head), None);
    assert_eq!(may(Action::ReviewRegular, Role::Director), Some(Reach::County));
    for role in Role::ALL.iter().filter(|role| role.is_department() || **role == Role::Township) {
        assert_eq!(may(Action::ReadRegular, *role), None, "{role}");
    }
    assert!(
        Kind::SchoolMonth.is_written_by(Role::Registrar) && !Kind::SchoolMonth.is_written_by(Role::Bureau)
    );
    assert!(Kind::ProvinceYear.is_written_by(Role::Bureau) && !Kind::ProvinceYear.is_written_by(Role::Head));
}

fn known(counts: &[(Item, u64)]) -> Known {
    Known {
        counts: counts.iter().map(|(item, many)| (item.code(), *many)).collect::<BTreeMap<_, _>>(),
        figures: vec![FigureLine {
            figure: Figure::InSchool,
            counts: Counts { ins: 1998, outs: 2, apart: 0 },
            target: String::new(),
        }],
        snapshot: "冻结的快照".to_owned(),
        townships: vec![("东镇".to_owned(), [1, 0, 2]), ("西乡".to_owned(), [9, 9, 9])],
    }
}

/// F06, 五(十二): the county's own report has every number and the townships as they come in; what leaves the county has neither a township
/// nor a number below five, nor one from which such a number follows.
#[test]
fn what_leaves_the_county_tells_no_small_number() {
    let counts = [(Item::Before, 9), (Item::New, 6), (Item::Off, 12), (Item::Left, 3), (Item::Owed, 2)];
    let draft = |kind| {
        let period = period(kind, date(2026, 5, 4), PLAN.calendar()).expect("a period");
        content(kind, &period, &known(&counts), None)
    };
    let county: Content = draft(Kind::CountyQuarter);
    assert_eq!((county.value(Item::Left), county.value(Item::New)), ("3", "6"));
    let towns: Vec<&str> = county.tables[1].rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(towns, ["东镇", "西乡"], "as they come in: in the order of their codes");
    assert_eq!(county.tables[0].rows[0][1..4], ["1998", "2000", "99.90%"]);
    for kind in [Kind::PrefectureTerm, Kind::ProvinceYear] {
        let out = draft(kind);
        assert_eq!((out.value(Item::Left), out.value(Item::New)), ("不列", "不列"), "6 would tell of 3");
        assert_eq!((out.value(Item::Before), out.value(Item::Off)), ("9", "12"));
        assert_eq!(out.value(Item::Owed), "2", "no count of children");
        assert!(out.tables.iter().all(|table| table.title != "各乡镇"));
        assert_eq!(out.tables[0].rows[0][1], "人数少，不列");
    }
}

/// Each line has its words, and what the last report said stands beside it.
#[test]
fn lines_say_what_they_count() {
    for kind in Kind::ALL {
        let items: Vec<Item> = sections(*kind).iter().flat_map(|(_, items)| items.iter().copied()).collect();
        assert!(items.iter().all(|item| item.means().chars().count() > 5));
        assert!(items.iter().collect::<std::collections::BTreeSet<_>>().len() == items.len(), "{kind}: once");
        let text: String = items.iter().map(|item| format!("{}{}", item.label(), item.means())).collect();
        assert_eq!(rules::publish::ranking(&text), None, "五(十二)");
    }
    let month = |day| period(Kind::SchoolMonth, day, PLAN.calendar()).expect("a month");
    let first = content(Kind::SchoolMonth, &month(date(2026, 9, 1)), &known(&[(Item::New, 1)]), None);
    let next = content(Kind::SchoolMonth, &month(date(2026, 10, 1)), &known(&[(Item::New, 3)]), Some(&first));
    let line = next.sections.iter().flat_map(|one| &one.lines).find(|line| line.code == Item::New.code());
    assert_eq!(line.map(|line| (line.value.as_str(), line.before.as_str())), Some(("3", "1")));
}

/// A plan whose days cannot be is refused with its line.
#[test]
fn days_that_cannot_be_are_refused() {
    let mut files = crate::nanjian::files();
    let text = files.get("plan.toml").expect("the plan").replacen("month_days = 5", "month_days = 0", 1);
    files.insert("plan.toml".to_owned(), text);
    let problems = Plan::load(&files).expect_err("refused");
    assert!(problems.iter().any(|one| one.what.contains("month_days") && one.line > 0), "{problems:?}");
}

proptest! {
    /// A08: never one to four, never one hidden number alone, never so few hidden together that they are a small number.
    #[test]
    fn no_small_number_follows(counts in proptest::collection::vec(0_u64..20, 1..7)) {
        let shown = outward(&counts);
        prop_assert_eq!(shown.len(), counts.len());
        let hidden: Vec<u64> = counts.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(count, _)| *count).collect();
        for (count, shown) in counts.iter().zip(&shown) {
            prop_assert!(!(*shown && (1..5).contains(count)));
        }
        let all = hidden.len() == counts.len();
        prop_assert!(hidden.is_empty() || all || (hidden.len() > 1 && hidden.iter().sum::<u64>() >= 5));
    }

    /// Every day has a quarter and a year that hold it; a period never ends before it begins.
    #[test]
    fn periods_hold_their_days(days in 0_i64..1600) {
        let day = date(2022, 9, 1).saturating_add(jiff::ToSpan::days(days));
        for kind in Kind::ALL {
            if let Some(one) = period(*kind, day, PLAN.calendar()) {
                prop_assert!(one.first <= one.last);
                if !matches!(kind, Kind::PrefectureTerm) {
                    prop_assert!(one.first <= day && day <= one.last);
                }
            }
        }
    }
}
