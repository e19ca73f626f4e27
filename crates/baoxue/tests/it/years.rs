//! `demo --years`: school years before the demo's own, by which it is measured what history costs. They are as the product would
//! have left them: the clock counted anew from their sheets is the clock that stands there.

use casework::db::{Db, DbError, Location, Settings};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::seed;
use jiff::civil::date;

use crate::command::{Folder, baoxue};

/// Every evening of the clock and every row of the list of suspects, but for what differs between two countings: the moment.
fn stands(db: &Db) -> Vec<String> {
    let rows: Result<Vec<String>, DbError> = db.read(|tx| {
        let mut all = tx.query(
            "select child || ' ' || day || ' ' || coalesce(since_day, '') || last || coalesce(suspected_day, ''), away, excused,
                    told, unknown, open
             from clock order by child, day",
            &[],
            |row| {
                let numbers: Vec<i64> = (1..6).map(|at| row.get::<i64>(at)).collect::<Result<_, _>>()?;
                Ok(format!("{} {numbers:?}", row.get::<String>(0)?))
            },
        )?;
        all.extend(tx.query(
            "select child || ' ' || since_day || ' ' || coalesce(cleared_why, '') || coalesce(said, '') as listed from suspected
             where source = 'attendance' order by listed",
            &[],
            |row| row.get::<String>(0),
        )?);
        Ok(all)
    });
    rows.expect("the clock")
}

#[test]
fn a_demo_of_three_years_is_what_the_register_would_have_left() {
    let folder = Folder::new();
    let data = folder.arg("data");
    let made = baoxue(&[
        "demo",
        "--no-serve",
        "--children",
        "300",
        "--years",
        "3",
        "--today",
        "2026-11-24",
        "--data",
        &data,
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let said = baoxue(&["doctor", "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");

    let db = Db::open(&Location::Sqlite(folder.path("data/baoxue.db")), &Settings::default()).unwrap();
    let years: Result<Vec<(i64, i64, i64)>, DbError> = db.read(|tx| {
        tx.query(
            "select class.school_year, cast(count(*) as bigint), cast(sum(sheet.missing) as bigint)
             from sheet join class on class.county = sheet.county and class.unit = sheet.class
             where sheet.part = 'whole' group by class.school_year order by class.school_year",
            &[],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
    });
    let years = years.unwrap();
    let [(2024, first, away), (2025, second, _), (2026, this, _)] = years[..] else { panic!("{years:?}") };
    assert!(first * 10 > this * 9 && second * 10 > this * 9 && away > 600, "{years:?}");

    // 四步法: the demo's cases have papers that were made, sealed and served.
    let papers: Result<Vec<String>, DbError> =
        db.read(|tx| tx.query("select distinct kind from case_paper order by kind", &[], |row| row.get(0)));
    assert_eq!(papers.unwrap(), ["order_to_correct", "persuasion_record", "service_receipt"]);

    let before = stands(&db);
    let children: Result<Vec<String>, DbError> =
        db.read(|tx| tx.query("select distinct child from mark order by child", &[], |row| row.get(0)));
    let (children, now) = (children.unwrap(), Now::predictable("2026-11-24T00:00:00Z".parse().unwrap(), 7));
    let files = rules::plan::FILES.into_iter().zip([
        include_str!("../../../../plans/nanjian/plan.toml"),
        include_str!("../../../../plans/nanjian/divisions.toml"),
        include_str!("../../../../plans/nanjian/calendar.toml"),
        include_str!("../../../../plans/nanjian/columns.toml"),
    ]);
    let plan =
        rules::plan::Plan::load(&files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
            .unwrap();
    let keys = Keys::load(&folder.path("data/keys.toml")).unwrap();
    let counted = db.write(move |tx| {
        tx.execute("delete from clock", &params![])?;
        seed::counted(tx, (&keys, &plan, &now), &children, date(2023, 11, 1))
    });
    assert!(counted.is_ok(), "{counted:?}");
    let after = stands(&db);
    db.close();
    let differ: Vec<(&String, &String)> =
        before.iter().zip(&after).filter(|(one, other)| one != other).take(5).collect();
    assert!(
        before.len() == after.len() && differ.is_empty(),
        "{} and {}: {differ:#?}",
        before.len(),
        after.len()
    );
}
