//! What may be published (hazard F06；未成年人保护法第一百零三条): texts that reveal a minor are refused, tables are told so that no small count can be
//! reckoned, and two tables of different days do not give one away.

use proptest::prelude::*;
use rules::publish::{Cell, FEW, Problem, Published, check, differ, hide, suppress};

/// Numbers however they are written, names, masked names in small places; and what is plain.
#[test]
fn texts() {
    let names = ["李小明", "阿依古丽·买买提"];
    let is = |text: &str, expected: Option<Problem>| {
        assert_eq!(check(text, &names).err(), expected, "{text}");
    };
    for text in [
        "证号539999201605040019",
        "53999920160504001X",
        "539999 20160504 0019",
        "５３９９９９２０１６０５０４００１９",
        "539999-2016-0504-0019",
        "学籍号G539999201605040019",
        "539999160504001",
    ] {
        is(text, Some(Problem::Number));
    }
    for text in
        ["电话13800001234", "138-0000-1234", "１３８ ００００ １２３４", "+86 138 0000 1234", "8613800001234"]
    {
        is(text, Some(Problem::Phone));
    }
    is("李小明已经返校", Some(Problem::Name(0)));
    is("李 小 明已经返校", Some(Problem::Name(0)));
    is("阿依古丽买买提同学", Some(Problem::Name(1)));
    is("某村的李某某已经返校", Some(Problem::Initials));
    is("东镇小学三（1）班王×", Some(Problem::Initials));
    for text in [
        "东镇劝返12人，巩固率99.5%，比2025年提高0.3个百分点。",
        "咨询电话0872-8521234、12345。",
        "南政办发〔2024〕6号",
        "2026年11月24日至2026年12月31日",
        "李某某已经回来上课",
        "某村修了新路",
    ] {
        is(text, None);
    }
}

/// F04: a line in an officer's list shows no number and no name.
#[test]
fn hidden_in_lists() {
    let is = |text: &str, expected: &str| assert_eq!(hide(text, &["李小明", " "]), expected);
    is("李小明的电话13800001234，证号539999201605040019", "李某某的电话***********，证号******************");
    is("三年级12人，2026年", "三年级12人，2026年");
}

fn hidden(published: &Published) -> Vec<(usize, usize)> {
    let rows = published.0.iter().enumerate();
    rows.flat_map(|(row, cells)| {
        cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| **cell == Cell::Hidden)
            .map(move |(column, _)| (row, column))
    })
    .collect()
}

/// One small count takes three others with it; none stays as it is where there is none.
#[test]
fn tables() {
    let whole = suppress(&[vec![10, 20], vec![30, 40]]);
    assert_eq!(hidden(&whole), []);
    assert_eq!(whole.0[2][2], Cell::Shown(100));
    let small = suppress(&[vec![2, 20, 9], vec![30, 40, 8], vec![7, 11, 12]]);
    let cells = hidden(&small);
    assert!(cells.contains(&(0, 0)) && cells.len() >= 4, "{cells:?}");
    assert_eq!(small.0[3][3], Cell::Shown(139));
    // A sum that is too small is itself too small to be told.
    assert!(hidden(&suppress(&[vec![1, 1]])).len() >= 4);
    assert_eq!(suppress(&[]).0.len(), 1);
    assert_eq!(hidden(&suppress(&[vec![0, 0], vec![0, 50]])), []);
}

/// Differencing: a cell that two days both show may not differ by a handful.
#[test]
fn two_days() {
    let of = |count| suppress(&[vec![count, 60], vec![70, 80]]);
    assert_eq!(differ(&of(50), &of(50)), Ok(()));
    assert_eq!(differ(&of(50), &of(51)), Err(Problem::Difference(0, 0)));
    assert_eq!(differ(&of(50), &of(54)), Err(Problem::Difference(0, 0)));
    assert_eq!(differ(&of(50), &of(55)), Ok(()));
}

/// Whether a hidden cell follows from the others by the sums of rows and columns, again and again.
fn reckoned(published: &Published) -> Vec<(usize, usize)> {
    let mut open = hidden(published);
    let mut found = Vec::new();
    loop {
        let alone = open.iter().copied().find(|(row, column)| {
            open.iter().filter(|place| place.0 == *row).count() == 1
                || open.iter().filter(|place| place.1 == *column).count() == 1
        });
        let Some(alone) = alone else { return found };
        open.retain(|place| *place != alone);
        found.push(alone);
    }
}

proptest! {
    #![proptest_config(crate::cases(300))]

    /// No small count is shown, none can be reckoned from the sums, and nothing that is shown was changed.
    #[test]
    fn no_small_count_escapes(table in proptest::collection::vec(proptest::collection::vec(0_u32..30, 3), 2..5)) {
        let published = suppress(&table);
        prop_assert_eq!(reckoned(&published), vec![], "{:?} {:?}", table, published);
        for row in &published.0 {
            for cell in row {
                if let Cell::Shown(count) = cell {
                    prop_assert!(!(1..FEW).contains(count));
                }
            }
        }
        for (row, counts) in table.iter().enumerate() {
            for (column, count) in counts.iter().enumerate() {
                if let Cell::Shown(shown) = published.0[row][column] {
                    prop_assert_eq!(shown, *count);
                }
            }
        }
    }

    /// No text makes it fall over, and what it lets through holds no long number.
    #[test]
    fn any_text(text: String, names in proptest::collection::vec("[\\p{Han}]{0,4}", 0..3)) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if check(&text, &names).is_ok() {
            prop_assert!(!text.split(|sign: char| !sign.is_ascii_digit()).any(|run| run.len() >= 15));
        }
        let _ = hide(&text, &names);
    }
}
