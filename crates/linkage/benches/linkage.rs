//! How fast the parts of the matcher are, and the whole at a county's and a prefecture's size. The lists
//! are invented row by row from the row number: no two runs differ.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::civil::date;
use linkage::comparison::{self, Lists, Rule};
use linkage::link::link;
use linkage::name::{self, Name};
use linkage::number::{self, Number};
use linkage::people::{People, Person};
use rules::age::SchoolAge;
use rules::identity::check_digit;

const SURNAMES: [&str; 16] =
    ["李", "王", "张", "杨", "罗", "字", "自", "茶", "左", "曾", "单", "刘", "陈", "周", "赵", "马"];
const GIVEN: [&str; 24] = [
    "晓", "明", "英", "华", "芳", "军", "丽", "强", "梅", "涛", "秀", "兰", "福", "春", "云", "海", "平",
    "国", "建", "文", "志", "玉", "雪", "林",
];

/// A number below `sides` that hangs on the row and on what is asked of it, and on nothing else.
fn draw(row: u32, what: u64, sides: u32) -> u32 {
    let mixed = (u64::from(row) << 8 | what).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    u32::try_from((mixed >> 32) % u64::from(sides)).unwrap_or_default()
}

fn pick(from: &[&'static str], row: u32, what: u64) -> &'static str {
    let sides = u32::try_from(from.len()).unwrap_or(1);
    from.get(draw(row, what, sides) as usize).copied().unwrap_or_default()
}

fn full_name(row: u32, what: u64) -> String {
    let surname = pick(&SURNAMES, row, what);
    format!("{surname}{}{}", pick(&GIVEN, row, what + 1), pick(&GIVEN, row, what + 2))
}

/// A household list and a roll of so many children: three in a hundred are on no roll, four in a hundred
/// roll rows have a slip in the number, three a wrong character in the name, two no number.
fn county(children: u32) -> (People, People) {
    let (mut household, mut roll) = (People::default(), People::default());
    for row in 0..children {
        let birth = (2011 + draw(row, 1, 9)) * 10_000 + (1 + draw(row, 2, 12)) * 100 + 1 + draw(row, 3, 28);
        let body = format!("539999{birth:08}{:03}", row % 1_000);
        let check = body.as_bytes().try_into().ok().and_then(check_digit).unwrap_or(b'0');
        let typed = format!("{body}{}", char::from(check));
        let (child, guardian) = (full_name(row, 10), full_name(row / 2, 20));
        let place = 539_999_100_200 + u64::from(row / 2_000 % 80);
        let person = Person {
            name: &child,
            number: Number::new(&typed, true),
            birth,
            sex: if draw(row, 4, 2) == 0 { 1 } else { 2 },
            ethnicity: 7,
            guardians: [&guardian, ""],
            place,
            ..Person::default()
        };
        household.push(&person);
        let wrong = draw(row, 5, 100);
        if wrong < 3 {
            continue;
        }
        let slipped = typed.replacen('1', "7", 1);
        let number = match wrong {
            3..7 => Number::new(&slipped, false),
            7..9 => Number::NONE,
            _ => person.number,
        };
        let misspelt = format!("{}霞", child.chars().take(2).collect::<String>());
        let name = if (9..12).contains(&wrong) { &misspelt } else { &child };
        let school = 1 + row / 2_000;
        roll.push(&Person { name, number, school, class: school * 50 + draw(row, 6, 40), ..person });
    }
    (household, roll)
}

fn parts(criterion: &mut Criterion) {
    let names: Vec<String> = (0..1_000).map(|row| full_name(row, 10)).collect();
    let folded: Vec<Name> = names.iter().map(|name| Name::fold(name)).collect();
    let mut group = criterion.benchmark_group("a thousand");
    group.throughput(Throughput::Elements(1_000)).sample_size(20).measurement_time(Duration::from_secs(2));
    group.bench_function("Name::fold", |bencher| {
        bencher
            .iter(|| names.iter().map(|name| Name::fold(black_box(name)).key()).fold(0, u64::wrapping_add));
    });
    group.bench_function("name::compare", |bencher| {
        let pairs = || folded.iter().zip(folded.iter().skip(1));
        bencher.iter(|| pairs().map(|(a, b)| name::compare(black_box(a), b) as u32).sum::<u32>());
    });
    let typed = |row: u32| format!("5399992015{:02}{:02}{:03}1", 1 + row % 12, 1 + row % 28, row % 1_000);
    let numbers: Vec<Number> = (0..1_001).map(|row| Number::new(&typed(row), row % 2 == 0)).collect();
    group.bench_function("number::compare", |bencher| {
        let pairs = || numbers.iter().zip(numbers.iter().skip(1));
        bencher.iter(|| pairs().map(|(&a, &b)| number::compare(black_box(a), b) as u32).sum::<u32>());
    });
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lists");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(10));
    for children in [20_000, 100_000] {
        let (household, roll) = county(children);
        group.throughput(Throughput::Elements(u64::from(children)));
        group.bench_function(format!("link {children}"), |bencher| {
            bencher.iter(|| black_box(link(&household, &roll).links.len()));
        });
    }
    let (household, roll) = county(20_000);
    let lists = Lists { household: &household, roll: &roll, present: None, poverty: None, named: &[] };
    let school_age = SchoolAge { from_years: 6, turned_by: (8, 31), until_years: 16 };
    let rule = Rule { school_age, on: date(2026, 9, 10) };
    group.throughput(Throughput::Elements(20_000));
    group.bench_function("comparison 20000", |bencher| {
        bencher.iter(|| black_box(comparison::compare(&lists, &rule).findings.len()));
    });
    group.finish();
}

criterion_group!(benches, parts, whole);
criterion_main!(benches);
