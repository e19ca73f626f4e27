//! The county as a whole: same settings, same bytes; every row accounted for; every mistake really in its row.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use proptest::prelude::*;
use rules::age::AgeGroup;
use rules::codes::{DisabilityGrade, Ethnicity, FamilyRelation, Sex};
use rules::date::parse_date;
use rules::identity::{CitizenId, DisabilityCard, StudentNumber, StudentNumberKind};
use rules::plan::Plan;
use sha2::{Digest, Sha256};

use super::entry::{Around, Entry};
use super::lists::List;
use super::places::Wording;
use super::schooling::{Calendar, Fate};
use super::slips::{Field, Slip};
use super::{Format, Settings, chance, families, numbers, roll, truth, zone};

fn settings(children: usize, seed: u64, hardness: f64) -> Settings {
    Settings { children, seed, format: Format::Csv, as_of: Settings::AS_OF, hardness }
}

fn plan() -> Plan {
    crate::county::plan(None).unwrap()
}

/// The lists of a county, each row by heading.
struct Lists {
    rows: BTreeMap<List, Vec<HashMap<&'static str, String>>>,
}

impl Lists {
    fn of(settings: &Settings) -> Self {
        let mut rows: BTreeMap<List, Vec<HashMap<&'static str, String>>> = BTreeMap::new();
        let summary = super::generate(settings, &plan(), &mut |part| {
            for (list, part) in List::ALL.into_iter().zip(part.desk.lists.iter().chain([&part.truth])) {
                let read = part.iter().map(|row| {
                    let cells: Vec<String> = row.map(str::to_owned).collect();
                    assert_eq!(cells.len(), list.headings().len(), "{list:?}");
                    list.headings().iter().copied().zip(cells).collect()
                });
                rows.entry(list).or_default().extend(read);
            }
            Ok::<(), std::convert::Infallible>(())
        });
        let counted = rows.iter().map(|(list, rows)| (list.file(), rows.len()));
        assert_eq!(summary.unwrap().rows, counted.collect());
        Self { rows }
    }

    /// How many children the truth gives that word in that column.
    fn told(&self, column: &'static str, word: &str) -> usize {
        let children = self.of_list(List::Truth).iter();
        children.filter(|child| child[column].split([' ', ':']).any(|told| told == word)).count()
    }

    fn of_list(&self, list: List) -> &[HashMap<&'static str, String>] {
        &self.rows[&list]
    }
}

fn numbers_in(cell: &str) -> impl Iterator<Item = usize> {
    cell.split_whitespace().map(|number| number.parse().unwrap())
}

fn written(children: usize, threads: usize, folder: &Path) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let settings = settings(children, 5, 1.0);
    pool.install(|| super::write(&settings, &plan(), folder, &|_| ())).unwrap();
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    written(2000, 1, one.path());
    written(2000, 3, many.path());
    for list in List::ALL {
        let file = format!("{}.csv", list.file());
        let bytes = std::fs::read(one.path().join(&file)).unwrap();
        assert!(bytes.starts_with("\u{feff}".as_bytes()) && bytes.len() > 100, "{file}");
        assert_eq!(bytes, std::fs::read(many.path().join(&file)).unwrap(), "{file}");
    }
    assert_ne!(Lists::of(&settings(300, 1, 1.0)).rows, Lists::of(&settings(300, 2, 1.0)).rows);
}

/// Figures in README come from this generator: whoever changes a word, a rate or the order of draws should know it, and
/// write the new number here.
#[test]
fn a_county_does_not_change_unnoticed() {
    let mut digest = Sha256::new();
    let settings = settings(300, 1, 1.0);
    let made = super::generate(&settings, &plan(), &mut |part| {
        for rows in part.desk.lists.iter().chain([&part.truth]) {
            rows.iter().flatten().for_each(|cell| digest.update(format!("{cell}\n")));
        }
        Ok::<(), std::convert::Infallible>(())
    });
    assert_eq!(made.unwrap().rows["truth"], 309);
    assert_eq!(digest.finalize()[..4], [4, 200, 78, 202]);
}

#[test]
fn workbooks_are_written_but_the_truth_stays_csv() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings { format: Format::Xlsx, ..settings(100, 1, 1.0) };
    super::write(&settings, &plan(), folder.path(), &|_| ()).unwrap();
    let mut files: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    assert_eq!(
        files,
        [
            "disability.xlsx",
            "elsewhere.xlsx",
            "household.xlsx",
            "poverty.xlsx",
            "present.xlsx",
            "roll.xlsx",
            "schools.xlsx",
            "truth.csv"
        ]
    );
}

/// The plan must know every heading, or `compare` would not find the column.
#[test]
fn the_plan_knows_the_columns_that_matter() {
    let columns = include_str!("../../../../plans/nanjian/columns.toml");
    for list in List::ALL.into_iter().filter(|list| !matches!(list, List::Schools | List::Truth)) {
        let known = |heading: &&&str| columns.contains(&format!("\"{heading}\""));
        let unknown: Vec<_> = list.headings().iter().filter(|heading| !known(heading)).collect();
        assert!(unknown.is_empty(), "{list:?}: {unknown:?}");
    }
}

/// What an ordinary county looks like: the shares that the documentation promises.
#[test]
fn an_ordinary_county_has_the_shares_it_promises() {
    let lists = Lists::of(&settings(8000, 3, 1.0));
    let share = |list: List| lists.of_list(list).len() as f64 / 8000.0;
    let check = |what: &str, share: f64, low: f64, high: f64| {
        assert!((low..=high).contains(&share), "{what}: {share}");
    };
    check("household", share(List::Household), 1.0, 1.01);
    check("roll", share(List::Roll), 0.80, 0.92);
    check("elsewhere", share(List::Elsewhere), 0.04, 0.09);
    check("disability", share(List::Disability), 0.005, 0.02);
    let found = |kind: &str| lists.told("findings", kind) as f64 / 8000.0;
    check("not on roll", found("not_on_roll"), 0.01, 0.03);
    check("not in school", found("not_in_school"), 0.002, 0.01);
    check("roll only", found("roll_only"), 0.02, 0.06);
    assert!(truth::FINDINGS.iter().all(|kind| found(kind) > 0.0));
    let forgetful =
        lists.of_list(List::Schools).iter().filter(|school| school["报送在校名单"] == "否").count();
    assert_eq!(forgetful, 1);
    let unseen: Vec<_> = Slip::ALL.iter().filter(|slip| lists.told("slips", slip.word()) == 0).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Everybody is invented, and everybody is somebody: each row of each list belongs to exactly one child.
    #[test]
    fn truth_accounts_for_every_row(seed in any::<u64>(), hard in prop::bool::ANY) {
        let lists = Lists::of(&settings(300, seed, if hard { 3.0 } else { 1.0 }));
        let truth = lists.of_list(List::Truth);
        let locals = truth.iter().filter(|child| child["origin"] == "local");
        prop_assert_eq!(locals.clone().count(), 300);
        for (list, column) in [
            (List::Household, "household_rows"),
            (List::Roll, "roll_rows"),
            (List::Present, "present_rows"),
            (List::Disability, "disability_rows"),
            (List::Elsewhere, "elsewhere_rows"),
        ] {
            let mut rows: Vec<usize> = truth.iter().flat_map(|child| numbers_in(&child[column])).collect();
            rows.sort_unstable();
            prop_assert_eq!(rows, (1..=lists.of_list(list).len()).collect::<Vec<_>>(), "{:?}", list);
        }
        let ids: Vec<&String> = truth.iter().map(|child| &child["id"]).filter(|id| !id.is_empty()).collect();
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
        for child in truth {
            let local = child["origin"] == "local";
            prop_assert_eq!(local, !child["household_rows"].is_empty());
            if let Ok(id) = CitizenId::parse(&child["id"]) {
                prop_assert!(numbers::is_invented(&child["id"]));
                prop_assert!(!local || child["id"].starts_with("539999"));
                prop_assert_eq!(Ok(id.birth()), parse_date(&child["birth"]));
                prop_assert_eq!(id.sex().label(), &child["sex"]);
                let group = plan().school_age().group(id.birth(), Settings::AS_OF);
                prop_assert_eq!(child["of_age"] == "1", group == AgeGroup::SchoolAge);
            } else {
                prop_assert_eq!(&child["origin"], "unregistered");
            }
        }
    }

    /// Whatever reads as a valid number anywhere is an invented one, and the numbers made from it are well formed.
    #[test]
    fn no_number_is_a_real_persons(seed in any::<u64>()) {
        let lists = Lists::of(&settings(300, seed, 3.0));
        let cells = |list: List, heading: &'static str| lists.of_list(list).iter().map(move |row| &row[heading]);
        let ids = cells(List::Household, "公民身份号码")
            .chain(cells(List::Roll, "身份证件号"))
            .chain(cells(List::Roll, "成员1身份证件号"))
            .chain(cells(List::Roll, "成员2身份证件号"))
            .chain(cells(List::Present, "身份证件号"))
            .chain(cells(List::Poverty, "证件号码"))
            .chain(cells(List::Elsewhere, "身份证件号"));
        for id in ids.filter_map(|cell| CitizenId::parse(cell).ok()) {
            prop_assert!(numbers::is_invented(&id.to_string()));
        }
        for number in cells(List::Roll, "学籍号") {
            let read = StudentNumber::parse(number).unwrap();
            prop_assert_eq!(number.starts_with('J'), read.kind() == StudentNumberKind::WithoutId);
        }
        for phone in cells(List::Roll, "联系电话") {
            prop_assert!(phone.starts_with("105") && phone.len() == 11);
        }
        let cards: Vec<_> = cells(List::Disability, "残疾人证号").filter_map(|card| DisabilityCard::parse(card).ok()).collect();
        prop_assert!(cards.iter().all(|card| numbers::is_invented(&card.citizen_id().to_string())));
        prop_assert!(cells(List::Household, "民族").all(|people| Ethnicity::parse(people).is_some()));
        prop_assert!(cells(List::Household, "性别").all(|sex| Sex::parse(sex).is_some()));
        prop_assert!(cells(List::Household, "与户主关系").all(|called| FamilyRelation::parse(called).is_some()));
        prop_assert!(cells(List::Disability, "残疾等级").all(|grade| DisabilityGrade::parse(grade).is_some()));
    }

    /// A row without a mistake says what is so; a row with one says something else in that field.
    #[test]
    fn mistakes_are_where_the_truth_says(seed in any::<u64>()) {
        let lists = Lists::of(&settings(300, seed, 3.0));
        for child in lists.of_list(List::Truth) {
            for row in numbers_in(&child["roll_rows"]) {
                let written = &lists.of_list(List::Roll)[row - 1];
                let words: Vec<&str> = child["slips"]
                    .split_whitespace()
                    .filter_map(|slip| slip.strip_prefix(&format!("roll:{row}:")))
                    .collect();
                let wrong = |field: Field| {
                    Slip::ALL.iter().any(|slip| slip.field() == field && words.contains(&slip.word()))
                };
                prop_assert_eq!(written["姓名"] != child["name"], wrong(Field::Name), "{:?}", words);
                prop_assert_eq!(written["性别"] != child["sex"], wrong(Field::Sex));
                prop_assert_eq!(written["身份证件号"] != child["id"], wrong(Field::Id), "{:?}", words);
                prop_assert_eq!(written["出生日期"] != child["birth"].replace('-', ""), wrong(Field::Birth));
            }
        }
    }

    /// Each function by itself: it changes the field that it is about and no other, or nothing at all.
    #[test]
    fn a_mistake_changes_its_own_field_only(seed in any::<u64>()) {
        let plan = plan();
        let county = super::places::County::new(&plan, seed);
        let calendar = Calendar { as_of: Settings::AS_OF, school_age: *plan.school_age(), hardness: 1.0 };
        let mut registers = zone::Registers::default();
        let mut zone = zone::people(&zone::divide(&county, 300, seed)[0], &county, &calendar, seed);
        registers.enter(&mut zone, &county);
        let mut chance = chance::Chance::new(seed, 99);
        for (index, child) in zone.children.iter().enumerate() {
            let family: &families::Family = &zone.families[child.family];
            let around = Around { county: &county, zone: &zone, child: index, neighbour: index.checked_sub(1) };
            for slip in Slip::ALL {
                let right = Entry::of(child, family, roll::first_member(family), Wording::County);
                let mut wrong = right.clone();
                if slip.make(&mut wrong, &around, &mut chance) {
                    prop_assert_eq!(&wrong.slips, &vec![*slip]);
                    prop_assert_eq!(wrong.id != right.id, slip.field() == Field::Id, "{:?}", slip);
                    prop_assert_eq!(wrong.name != right.name, slip.field() == Field::Name, "{:?}", slip);
                    prop_assert_eq!(wrong.birth != right.birth, slip.field() == Field::Birth, "{:?}", slip);
                    prop_assert_eq!(wrong.sex != right.sex, slip.field() == Field::Sex, "{:?}", slip);
                    prop_assert_eq!(wrong.guardian != right.guardian, slip.field() == Field::Guardian, "{:?}", slip);
                    let moved = (&wrong.home, wrong.wording) != (&right.home, right.wording);
                    prop_assert_eq!(moved, slip.field() == Field::Address, "{:?}", slip);
                } else {
                    prop_assert_eq!(&wrong, &right, "{:?}", slip);
                }
                // One part of a record has one mistake at most.
                let again = wrong.clone();
                if !wrong.slips.is_empty() {
                    prop_assert!(!slip.make(&mut wrong, &around, &mut chance));
                    prop_assert_eq!(wrong, again);
                }
            }
        }
    }
}

/// What each mistake in an ID number does to it: the number no longer reads, or reads as another child's, or as the same.
#[test]
fn mistakes_in_id_numbers_do_what_they_say() {
    let lists = Lists::of(&settings(6000, 11, 3.0));
    let mut seen = BTreeSet::new();
    for child in lists.of_list(List::Truth) {
        for slip in child["slips"].split_whitespace() {
            let Some((row, word)) = slip.strip_prefix("roll:").and_then(|slip| slip.split_once(':')) else {
                continue;
            };
            let cell = &lists.of_list(List::Roll)[row.parse::<usize>().unwrap() - 1]["身份证件号"];
            let read = CitizenId::parse(cell).ok().map(|id| id.to_string());
            match word {
                "id_digit" | "id_swap" | "id_short" | "id_missing" | "id_scientific" => {
                    assert_eq!(read, None, "{cell}");
                }
                "id_dress" => assert_eq!(read.as_ref(), Some(&child["id"]), "{cell}"),
                "id_of_sibling" | "id_of_neighbour" => {
                    assert!(read.is_some_and(|other| other != child["id"]), "{cell}");
                }
                _ => continue,
            }
            seen.insert(word.to_owned());
        }
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}

/// 五(四): those at school elsewhere are a list of their own, and no one on it is also called missing.
#[test]
fn findings_follow_from_fate_and_lists() {
    let lists = Lists::of(&settings(6000, 4, 1.0));
    for child in lists.of_list(List::Truth) {
        let has = |kind: &str| child["findings"].split_whitespace().any(|found| found == kind);
        assert!(!(has("not_on_roll") && has("studying_elsewhere")), "{child:?}");
        let missing = has("not_on_roll") || has("not_in_school");
        assert_eq!(has("poverty_dropout"), missing && !child["poverty_rows"].is_empty());
        assert!(
            !has("not_in_school") || child["fate"] == Fate::DroppedOut.word() && child["sent_present"] == "1"
        );
        assert_eq!(has("studying_elsewhere"), child["of_age"] == "1" && !child["elsewhere_rows"].is_empty());
        assert!(child["of_age"] == "1" || child["findings"].is_empty());
        let there = numbers_in(&child["present_rows"])
            .filter(|row| lists.of_list(List::Present)[row - 1]["是否在校"] == "是")
            .count();
        let sits = child["fate"] == "in_school" || child["fate"] == "without_roll";
        assert_eq!(there, usize::from(sits && child["sent_present"] == "1"), "{child:?}");
    }
}
