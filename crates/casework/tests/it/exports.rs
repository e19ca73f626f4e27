//! Lists of the house taken out of it (issue 3 item 10; K10, D06): by right, with fresh proof, for a purpose, on the
//! record, piece by piece.

use std::cell::Cell;

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::exports::{self, MOST, Made, Shape};
use casework::jobs::Means as _;
use casework::refused::Refused;
use casework::units::{self, PostFilter};
use casework::{announcements, params};
use documents::table::{Field, Limits, Schema, open};
use rules::access::{Action, Role};
use rules::purpose::ListPurpose;

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

const SHAPE: Shape = Shape {
    name: "清单",
    kind: "list",
    action: Action::ExportList,
    columns: &[("编号", 10.0), ("内容", 30.0)],
};

fn sure(machine: &Machine, who: &SignedIn) -> SignedIn {
    SignedIn { confirmed: Some(machine.now().timestamp()), ..who.clone() }
}

/// The first two columns of a workbook, by their headings.
fn cells(bytes: &[u8], headings: [&str; 2]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("表.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let fields = headings.map(|heading| Field {
        key: heading.to_owned(),
        headings: vec![heading.to_owned()],
        required: true,
        any_of: None,
    });
    let schema = Schema { list: "清单".to_owned(), fields: fields.to_vec() };
    let mut rows = Vec::new();
    let table = open(&path, &schema, &Limits::default()).expect("the workbook can be read back");
    let walked = table.walk(
        &mut |row| {
            rows.push((row.get(0).to_owned(), row.get(1).to_owned()));
            std::ops::ControlFlow::Continue(())
        },
        &|_| {},
    );
    walked.expect("rows");
    rows
}

/// A12, K04, K10: nobody without the right, nobody without fresh proof; the purpose stands in the file and on the record.
#[test]
fn by_right_for_a_purpose_on_the_record() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let take = |who: &SignedIn| {
            act(&machine, who, |desk| {
                let rows = vec![vec!["1".to_owned(), "=HYPERLINK(\"http://x\")".to_owned()]];
                exports::of(desk, SHAPE, ListPurpose::Inspect, rows)
            })
        };
        assert!(matches!(take(&teacher), Err(Refused::Denied { .. })));
        assert!(matches!(take(&bureau), Err(Refused::StepUp { .. })));
        let sure = sure(&machine, &bureau);
        let made = take(&sure).expect("a workbook");
        assert_eq!(
            cells(&made.bytes, ["编号", "内容"]),
            [("1".to_owned(), "=HYPERLINK(\"http://x\")".to_owned())]
        );
        let taken: Made = made;
        act(&machine, &sure, move |desk| exports::record(desk, &taken)).expect("recorded");
        let said: Result<String, Refused> = machine.db.read(|tx| {
            Ok(tx.one(
                "select purpose || '：' || detail from audit where county = $1 and action = 'export_list'",
                &params![COUNTY],
                |row| row.get(0),
            )?)
        });
        assert_eq!(said.expect("a row of the record"), "检查、审计：清单，1条");
    });
}

/// Rows are asked for piece by piece, never beyond the bound, and a refusal half-way leaves no file.
#[test]
fn piece_by_piece_and_bounded() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = sure(&machine, &person(&machine.db, "luo", &[("office", Role::Bureau)]));
        let made = act(&machine, &bureau, |desk| {
            let asked = Cell::new(0_usize);
            let made = exports::make(desk, SHAPE, ListPurpose::Check, |_| {
                asked.set(asked.get() + 1);
                let from = asked.get() * 1000;
                Ok((from..from + 1000).map(|at| vec![at.to_string(), "甲".to_owned()]).collect())
            })?;
            assert_eq!(asked.get(), MOST / 1000 + 1, "nothing is read beyond the bound");
            Ok(made)
        })
        .expect("a workbook");
        assert_eq!(made.rows, MOST);
        let last = cells(&made.bytes, ["编号", "内容"]).pop().expect("rows");
        assert!(last.0.contains("只有前100000条"), "{last:?}");
        let mut pieces = vec![Err(Refused::Busy { after: 1 }), Ok(vec![vec!["1".to_owned()]])];
        let broken = act(&machine, &bureau, move |desk| {
            exports::make(desk, SHAPE, ListPurpose::Check, |_| pieces.pop().unwrap_or_else(|| Ok(Vec::new())))
        });
        assert!(matches!(broken, Err(Refused::Busy { .. })));
    });
}

/// 五(一): posts and units by right and by what is looked for, over pages and in the workbook; one county's own.
#[test]
fn posts_and_units() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let made: Result<(), casework::db::DbError> = machine.db.write(|tx| {
            for (id, name, kind, parent) in [
                ("office", "办公室", "office", None),
                ("zhen", "东镇", "township", Some("office")),
                ("cun", "上村", "village", Some("zhen")),
                ("xiang", "西乡", "township", Some("office")),
            ] {
                tx.execute(
                    "insert into unit (county, id, kind, line, name, short, parent, sort, from_day)
                     values ($1, $2, $3, 'government', $4, $4, $5, 1, '2020-01-01')",
                    &params![COUNTY, id, kind, name, parent],
                )?;
            }
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, 'empty', 'cun', 'village', 'serves', 'chain', '村委会主任', 1)",
                &params![COUNTY],
            )?;
            Ok(())
        });
        made.expect("units");
        let bureau = sure(&machine, &person(&machine.db, "luo", &[("office", Role::Bureau)]));
        let town = person(&machine.db, "zhao", &[("zhen", Role::Township)]);
        person(&machine.db, "qian", &[("xiang", Role::Township)]);
        let posts = |who: &SignedIn, filter: PostFilter| -> Vec<String> {
            let found = act(&machine, who, move |desk| units::posts(desk, &filter, 50)).expect("posts");
            found.rows.into_iter().map(|row| format!("{}:{}", row.unit_name, row.holder)).collect()
        };
        assert_eq!(posts(&bureau, PostFilter::default()), ["上村:", "东镇:zhao", "办公室:luo", "西乡:qian"]);
        assert_eq!(posts(&town, PostFilter::default()), ["上村:", "东镇:zhao"]);
        assert_eq!(posts(&bureau, PostFilter { vacant: true, ..PostFilter::default() }), ["上村:"]);
        let search = |search: &str| PostFilter { search: search.to_owned(), ..PostFilter::default() };
        assert_eq!(posts(&bureau, search("qia")), ["西乡:qian"]);
        assert!(posts(&bureau, search("%")).is_empty());
        let (first, next) = act(&machine, &bureau, |desk| {
            let first = units::posts(desk, &PostFilter::default(), 3)?;
            let after = first.next.clone().unwrap_or_default();
            let second = units::posts(desk, &PostFilter { after, ..PostFilter::default() }, 3)?;
            Ok((first.rows.len(), second.rows.len()))
        })
        .expect("two pages");
        assert_eq!((first, next), (3, 1));

        let unit_names = |who: &SignedIn, search: &'static str| -> Vec<String> {
            let found =
                act(&machine, who, move |desk| units::find_units(desk, search, "", 50)).expect("units");
            found.0.into_iter().map(|unit| unit.name).collect()
        };
        assert_eq!(unit_names(&bureau, ""), ["上村", "东镇", "办公室", "西乡"]);
        assert_eq!(unit_names(&town, ""), ["上村", "东镇"]);
        let made = act(&machine, &bureau, |desk| {
            units::export_posts(desk, &PostFilter::default(), ListPurpose::Check)
        });
        let rows = cells(&made.expect("a workbook").bytes, ["单位", "现任"]);
        assert_eq!(rows.len(), 4);
        assert!(rows.contains(&("上村".to_owned(), "空缺".to_owned())));
        let made = act(&machine, &bureau, |desk| units::export_units(desk, "镇", ListPurpose::Check));
        assert_eq!(made.expect("a workbook").rows, 1);
        let made = act(&machine, &bureau, |desk| announcements::export(desk, ListPurpose::Archive));
        assert_eq!(made.expect("a workbook").rows, 0);
        let denied = act(&machine, &town, |desk| units::export_units(desk, "", ListPurpose::Check));
        assert!(matches!(denied, Err(Refused::Denied { .. })));
    });
}
