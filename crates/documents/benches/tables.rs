//! How fast a million-row CSV file is read and a findings-sized workbook is written.

#![expect(clippy::expect_used, reason = "a benchmark may stop at the first surprise")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use documents::table::{Field, Limits, Schema, open};
use documents::workbook::{Book, Column, Date, Kind, SheetSpec, Value};
use std::fmt::Write;
use std::hint::black_box;

const HEADINGS: [&str; 11] = [
    "姓名",
    "公民身份号码",
    "性别",
    "出生日期",
    "民族",
    "户号",
    "户主姓名",
    "与户主关系",
    "户籍地址",
    "村码",
    "监护人姓名",
];

fn household(rows: u32) -> String {
    let mut text = HEADINGS.join(",") + "\n";
    for row in 0..rows {
        let (day, number) = (row % 28 + 1, row % 10_000);
        let _ = writeln!(
            text,
            "李小明{number},539999201504{day:02}{number:04},男,201504{day:02},彝族,{row},李大山,子,南涧镇安定村{number}组,532926100{number:03},李大山"
        );
    }
    text
}

fn schema() -> Schema {
    let field = |heading: &&str| Field {
        key: (*heading).to_owned(),
        headings: vec![(*heading).to_owned()],
        required: true,
        any_of: None,
    };
    Schema { list: "户籍".to_owned(), fields: HEADINGS.iter().map(field).collect() }
}

fn read_csv(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the benchmark");
    let mut group = criterion.benchmark_group("read_csv");
    let text = household(500_000);
    let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
    for (name, bytes) in [("utf8", text.as_bytes()), ("gb18030", &gb18030)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.sample_size(10);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            group.bench_function(format!("{name}, {threads} threads"), |bencher| {
                bencher.iter(|| {
                    let table = open(&path, &schema(), &Limits::default()).expect("the table opens");
                    let folded = pool.install(|| {
                        table.fold(
                            || 0,
                            |sum: &mut usize, row| {
                                *sum += (0..HEADINGS.len()).map(|field| row.get(field).len()).sum::<usize>();
                            },
                            &|_| {},
                        )
                    });
                    black_box(folded.expect("the table is read").rows)
                });
            });
        }
    }
    group.finish();
}

fn write_xlsx(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the benchmark");
    let path = folder.path().join("findings.xlsx");
    let columns = (0..14).map(|column| Column::new(format!("第{column}列"), 16.0, Kind::Text)).collect();
    let spec = SheetSpec {
        name: "结果".to_owned(),
        titles: vec!["比对结果".to_owned()],
        columns,
        frozen_columns: 1,
        spare_rows: 0,
    };
    let rows: Vec<Vec<String>> = (0..100_000u32)
        .map(|row| {
            let number = row % 10_000;
            let mut cells = vec![
                format!("李小明{number}"),
                format!("539999********{number:04}"),
                format!("南涧镇安定村{number}组"),
            ];
            cells.resize(14, "学籍里没有这个孩子".to_owned());
            cells
        })
        .collect();
    let mut group = criterion.benchmark_group("write_xlsx");
    group.sample_size(10);
    group.bench_function("100,000 rows × 14 columns", |bencher| {
        bencher.iter_batched(
            || Book::new(Date { year: 2026, month: 9, day: 1 }),
            |mut book| {
                let lines = rows.iter().map(|row| row.iter().map(|cell| Value::from(cell.as_str())));
                book.sheet(&spec, lines).expect("the sheet is written");
                book.save(&path).expect("the workbook is saved");
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, read_csv, write_xlsx);
criterion_main!(benches);
