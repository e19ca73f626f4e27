//! A running installation seals its record by itself, and what is done to it afterwards is found from the command line
//! (hazards K01, K02). Its figures are for this machine only.

use std::fs;

use casework::db::{Db, DbError, Location, Settings};

use crate::command::{Folder, baoxue};
use crate::served::Served;

#[test]
fn a_served_record_is_sealed_and_tampers_are_found() {
    let folder = Folder::new();
    let data = folder.arg("data");
    let served = Served::start(&data);
    let cookie = served.sign_in("teacher").expect("a teacher signs in");
    // A teacher does not get there, and that is on the record.
    for _ in 0..3 {
        assert_eq!(served.ask("GET /health", &[&cookie], "").0, 404);
    }

    let (status, figures) = served.ask("GET /metrics", &[], "");
    assert_eq!(status, 200, "{figures}");
    for name in ["baoxue_audit_sealed", "baoxue_audit_unsealed", "baoxue_sessions 1", "baoxue_keys_fit 1"] {
        assert!(figures.contains(name), "{name}: {figures}");
    }
    for passed_on in ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1"] {
        assert_eq!(served.ask("GET /metrics", &[passed_on], "").0, 404, "{passed_on}");
    }
    served.stop();

    let verify = |more: &[&str]| baoxue(&[&["audit", "verify", "--data", &data], more].concat());
    let said = verify(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("0 条等着封存") && !said.out.starts_with("0 条"), "{said:?}");
    let file = folder.arg("seal.json");
    let said = baoxue(&["audit", "seal", &file, "--month", "2026-11", "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(verify(&["--seal", &file]).code, 0);
    let whole = fs::read_to_string(&file).unwrap();
    fs::write(folder.path("changed.json"), whole.replacen("\"count\": ", "\"count\": 1", 1)).unwrap();
    assert_eq!(verify(&["--seal", &folder.arg("changed.json")]).code, 2, "the file itself was changed");

    // The tail cut off, seals too: the chain alone is whole, the watermark and the month's file know better.
    run(&folder, "delete from audit where id = (select audit from audit_seal order by number desc limit 1)");
    run(&folder, "delete from audit_seal where number = (select max(number) from audit_seal)");
    let said = verify(&[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.error().contains("末尾少了 1 条"), "{said:?}");
    let said = baoxue(&["doctor", "--data", &data]);
    assert!(said.code == 1 && said.out.contains("末尾少了 1 条"), "{said:?}");
    let said = verify(&["--seal", &file]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.error().contains("末尾的记录被删掉了"), "{said:?}");
    // Served again, it goes on; what comes now does not cover the hole.
    Served::start(&data).stop();
    assert_eq!(verify(&[]).code, 1);
    // A row changed: found without the file.
    run(
        &folder,
        "update audit set account = 'other' where id = (select audit from audit_seal where number = 1)",
    );
    let said = verify(&[]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("封存号 1 "), "{said:?}");
}

/// K01: the year behind a demo was sealed as a county's is: each month in the night after it, with a file that the record
/// holds to.
#[test]
fn the_year_of_a_demo_is_sealed_month_by_month() {
    let folder = Folder::new();
    let data = folder.arg("data");
    let made = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(made.code, 0, "{made:?}");
    let mut files: Vec<String> = fs::read_dir(folder.path("data/seals"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("20"))
        .collect();
    files.sort();
    assert_eq!((files.len(), files[0].as_str(), files[11].as_str()), (12, "2025-11.json", "2026-10.json"));
    for file in [&files[0], &files[6], &files[11]] {
        let seal = folder.arg(&format!("data/seals/{file}"));
        let said = baoxue(&["audit", "verify", "--data", &data, "--seal", &seal]);
        assert_eq!(said.code, 0, "{said:?}");
    }
    let db = Db::open(&Location::Sqlite(folder.path("data/baoxue.db")), &Settings::default()).unwrap();
    let sealed: Result<Vec<(String, String)>, DbError> = db.read(|tx| {
        tx.query("select month, sealed_at from audit_month order by month", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    });
    let sealed = sealed.unwrap();
    db.close();
    assert_eq!(sealed.len(), 12);
    assert_eq!(sealed[1], ("2025-12".to_owned(), "2026-01-01T00:20:00.000+08:00".to_owned()));
}

fn run(folder: &Folder, sql: &'static str) {
    let db = Db::open(&Location::Sqlite(folder.path("data/baoxue.db")), &Settings::default()).unwrap();
    let changed: Result<u64, DbError> = db.write(move |tx| tx.execute(sql, &[]));
    assert!(changed.unwrap() > 0, "{sql}");
    db.close();
}
