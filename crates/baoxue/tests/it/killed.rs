//! I03: the served program is killed in the middle of imports, at a random write of its database: what was written is
//! whole chunks, the job goes on where it was, and the stored file is the one that was handed in.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use casework::db::{Access, Db, DbError, Location, Settings};
use casework::keys::{Keys, Place};
use casework::params;
use sha2::{Digest, Sha256};

use crate::command::{Folder, baoxue};
use crate::served::Served;

const COUNTY: &str = "532926";
const HEADING: &str = "姓名,公民身份号码,性别,户号,户主姓名,行政区划代码,住址,监护人,监护人关系";
/// Rows of a list: several chunks of 250 and a part of one.
const ROWS: u32 = 1_100;
/// A job that killed the program five times is parked; one fewer is not.
const KILLS: u32 = 4;

/// A disk that kills the program at the call that it is told.
struct Disk(Folder);

impl Disk {
    fn new() -> Self {
        let folder = Folder::new();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../casework/tests/it/db/faults/disk.c");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o", &folder.arg("disk.so")])
            .arg(source)
            .status();
        assert!(built.expect("a C compiler").success());
        Self(folder)
    }

    /// Kills at call `at`, counted from now; 0: never.
    fn tell(&self, at: i32) {
        let mut numbers = [-1_i32; 1024];
        (numbers[4], numbers[5], numbers[6]) = (at, i32::from(at % 2 == 0), 0);
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_ne_bytes()).collect();
        fs::write(self.0.path("told"), bytes).unwrap();
    }

    /// The same, of a program that runs already.
    fn tell_now(&self, at: i32) {
        let file = OpenOptions::new().write(true).open(self.0.path("told")).unwrap();
        let numbers = [at, i32::from(at % 2 == 0), 0].map(i32::to_ne_bytes).concat();
        file.write_all_at(&numbers, 16).unwrap();
    }

    fn serve(&self, data: &str) -> Option<Served> {
        let (library, told) = (self.0.arg("disk.so"), self.0.arg("told"));
        Served::try_start(data, &mut |command| {
            command.env("LD_PRELOAD", &library).env("BAOXUE_TEST_DISK", &told);
        })
    }
}

/// An invented number with a right check character; no other list has it.
fn number(list: u32, row: u32) -> String {
    let (month, day) = (1 + row / 28 % 12, 1 + row % 28);
    let start = format!("539999{}{month:02}{day:02}{:03}", 2012 + list, row / 336 * 2 + 500);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        start.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum();
    format!("{start}{}", "10X98765432".chars().nth(usize::try_from(sum % 11).unwrap()).unwrap())
}

/// A household list of children whom the county does not know.
fn list(list: u32) -> String {
    let sign = |row: u32| char::from_u32(0x4e00 + 200 + row % 3000).unwrap();
    let rows = (0..ROWS).map(|row| {
        let name = format!("段{}{}", sign(row), sign(row / 7 + 31 * list));
        format!("{name},{},女,K{list}-{row},段某,532926101202,某村某组,段某,父亲\n", number(list, row))
    });
    std::iter::once(format!("{HEADING}\n")).chain(rows).collect()
}

/// What stands in the database, whoever serves it.
struct Look(Db);

impl Look {
    fn at(data: &str) -> Self {
        let settings = Settings { access: Access::Inspect, readers: 1, ..Settings::default() };
        Self(Db::open(&Location::Sqlite(Path::new(data).join("baoxue.db")), &settings).unwrap())
    }

    fn count(&self, sql: &str, import: &str) -> i64 {
        let read: Result<i64, DbError> =
            self.0.read(|tx| tx.one(sql, &params![COUNTY, import], |row| row.get(0)));
        read.unwrap()
    }

    fn state(&self, import: &str) -> String {
        let sql = "select state from import where county = $1 and id = $2";
        let read: Result<String, DbError> =
            self.0.read(|tx| tx.one(sql, &params![COUNTY, import], |row| row.get(0)));
        read.unwrap()
    }

    fn children(&self) -> i64 {
        self.count("select cast(count(*) as bigint) from child where county = $1 and $2 <> ''", "-")
    }

    /// Whole chunks: the job has counted the rows that are written, and each has its child with household, guardian and ties.
    fn whole(&self, import: &str, before: i64) -> i64 {
        let applied = self.count(
            "select cast(count(*) as bigint) from import_row where county = $1 and import = $2 and state = 'applied'",
            import,
        );
        assert_eq!(self.children() - before, applied, "a child for each row that is written, and no other");
        assert!(applied % 32 == 0 || applied == i64::from(ROWS), "whole chunks: {applied}");
        let behind = "select cast(count(*) as bigint) from import i
            join job j on j.county = i.county and j.id = i.job and j.kind = 'import_apply'
            where i.county = $1 and i.id = $2
              and j.done <> (select count(*) from import_row r
                             where r.county = i.county and r.import = i.id and r.state = 'applied')";
        assert_eq!(self.count(behind, import), 0, "the job goes on behind what is durable");
        let torn = "select cast(count(*) as bigint) from import_row r where r.county = $1 and r.import = $2 and r.state = 'applied'
            and not exists (select 1 from child c join household h on h.county = c.county and h.id = c.household
                join guardian g on g.county = c.county and g.child = c.id
                join child_tie t on t.county = c.county and t.child = c.id
                where c.county = r.county and c.id = r.child)";
        assert_eq!(self.count(torn, import), 0, "each child is whole");
        applied
    }

    /// SHA-256 of the stored file, opened part by part, and what the import says it is.
    fn hashes(&self, keys: &Keys, import: &str) -> (String, String) {
        let sql = "select p.file, p.part, p.body_sealed, i.hash from import i
                   join file_part p on p.county = i.county and p.file = i.file
                   where i.county = $1 and i.id = $2 order by p.part";
        let parts = self.0.read(|tx| {
            tx.query(sql, &params![COUNTY, import], |row| {
                let (file, part): (String, i64) = (row.get(0)?, row.get(1)?);
                Ok((file, part, row.get::<Vec<u8>>(2)?, row.get::<String>(3)?))
            })
        });
        let parts = parts.unwrap_or_else(|error: DbError| panic!("{error}"));
        let mut sum = Sha256::new();
        for (file, part, sealed, _) in &parts {
            let row = format!("{file}/{part}");
            let place = Place { county: COUNTY, table: "file_part", column: "body", row: &row };
            sum.update(keys.open_bytes(place, sealed).expect("a part opens"));
        }
        (hex(&sum.finalize()), parts[0].3.clone())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % limit).unwrap()
    }
}

/// Kills and serves again until the import is in the state `until`, `KILLS` times at most; how often it was killed.
fn through(disk: &Disk, data: &str, import: &str, (until, before): (&str, i64), dice: &mut Dice) -> u32 {
    let (mut kills, began) = (0, Instant::now());
    loop {
        assert!(began.elapsed() < Duration::from_secs(240), "the import goes on");
        disk.tell(if kills < KILLS { 40 + dice.below(1_500) } else { 0 });
        let served = disk.serve(data);
        let look = Look::at(data);
        if let Some(mut served) = served {
            let cookie = served.sign_in("bureau");
            if let Some(cookie) = cookie {
                // Asking twice is asking once.
                let act = if until == "undone" { "undo" } else { "apply" };
                if until != "ready" {
                    drop(served.try_ask(&format!("POST /imports/{import}/{act}"), &[&cookie], b""));
                }
                while !served.is_over() && look.state(import) != until {
                    assert!(began.elapsed() < Duration::from_secs(240), "{}", look.state(import));
                    std::thread::yield_now();
                }
            }
            if look.state(import) == until {
                drop(served);
                return kills;
            }
            assert!(served.is_over() || cookie_lost(&served), "it ended by the kill");
        }
        kills += 1;
        if until == "applied" {
            look.whole(import, before);
        }
    }
}

/// Hands a list in; the import's id.
fn hand_in(served: &Served, cookie: &str, text: &str) -> String {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{text}\r\n\
         --x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nhousehold\r\n\
         --x\r\nContent-Disposition: form-data; name=\"as_of\"\r\n\r\n2026-11-10\r\n--x--\r\n"
    );
    let kind = "Content-Type: multipart/form-data; boundary=x";
    let (status, answer) =
        served.try_ask("POST /imports", &[cookie, kind], body.as_bytes()).expect("an answer");
    assert_eq!(status, 303, "{answer}");
    answer.lines().find_map(|line| line.split_once("ocation: /imports/")).unwrap().1.to_owned()
}

/// The program died between answering and signing in.
fn cookie_lost(served: &Served) -> bool {
    served.try_ask("GET /readyz", &[], b"").is_none()
}

/// I03: previews, writes and an undo of lists, each killed up to four times.
#[test]
fn an_import_survives_kills_at_any_write() {
    let (folder, disk, mut dice) = (Folder::new(), Disk::new(), Dice(3));
    let data = folder.arg("data");
    let made = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(made.code, 0, "{made:?}");
    let keys = Keys::load(&folder.path("data/keys.toml")).unwrap();
    let limit = std::env::var("BAOXUE_TEST_SECONDS").ok().and_then(|text| text.parse().ok());
    let limit = limit.map(Duration::from_secs);
    let (began, mut lists, mut kills) = (Instant::now(), 0, 0);
    while lists < 1 || limit.is_some_and(|limit| began.elapsed() < limit && lists < 8) {
        lists += 1;
        let text = list(lists);
        disk.tell(0);
        let served = disk.serve(&data).unwrap();
        let cookie = served.sign_in("bureau").unwrap();
        let before = Look::at(&data).children();
        let import = &hand_in(&served, &cookie, &text);
        // The preview is under way.
        disk.tell_now(1 + dice.below(60));
        let mut served = served;
        while !served.is_over() && Look::at(&data).state(import) != "ready" {
            std::thread::yield_now();
        }
        kills += u32::from(served.is_over());
        drop(served);
        kills += through(&disk, &data, import, ("ready", before), &mut dice);
        let added = Look::at(&data).count("select added from import where county = $1 and id = $2", import);
        assert_eq!(added, i64::from(ROWS), "every row is compared, once");
        kills += through(&disk, &data, import, ("applied", before), &mut dice);
        let look = Look::at(&data);
        assert_eq!(look.whole(import, before), i64::from(ROWS), "all of it, once");
        let ended = "select cast(count(*) as bigint) from audit where county = $1 and subject = $2 and detail = '写入台账完成'";
        assert_eq!(look.count(ended, import), 1, "on the record, once");
        let (stored, said) = look.hashes(&keys, import);
        assert_eq!((stored.as_str(), said), (hex(&Sha256::digest(text.as_bytes())).as_str(), stored.clone()));
        kills += through(&disk, &data, import, ("undone", before), &mut dice);
        assert_eq!(look.children(), before, "taken back, all of it");
    }
    println!("I03: {lists} lists of {ROWS} rows, killed {kills} times");
    assert!(kills >= 4, "{kills}");
    for check in [&["doctor"][..], &["audit", "verify"]] {
        let said = baoxue(&[check, &["--data", &data]].concat());
        assert_eq!(said.code, 0, "{said:?}");
    }
}

/// I03, J08: a list whose writing kills the program at each of its five tries fails: nothing of it stays in the ledger, and
/// the same file is taken again and written.
#[test]
fn an_import_that_kills_the_program_five_times_fails() {
    let (folder, disk) = (Folder::new(), Disk::new());
    let data = folder.arg("data");
    let made = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(made.code, 0, "{made:?}");
    let (text, began) = (list(1), Instant::now());
    disk.tell(0);
    let mut served = disk.serve(&data).unwrap();
    let cookie = served.sign_in("bureau").unwrap();
    let look = Look::at(&data);
    let before = look.children();
    let reach = |served: &mut Served, import: &str, state: &str| {
        while look.state(import) != state {
            assert!(
                !served.is_over() && began.elapsed() < Duration::from_secs(240),
                "{}",
                look.state(import)
            );
            std::thread::yield_now();
        }
    };
    let import = hand_in(&served, &cookie, &text);
    reach(&mut served, &import, "ready");
    assert_eq!(served.try_ask(&format!("POST /imports/{import}/apply"), &[&cookie], b"").unwrap().0, 303);
    let applied = "select cast(count(*) as bigint) from import_row where county = $1 and import = $2 and state = 'applied'";
    let attempt =
        "select max(attempts) from job where county = $1 and subject = $2 and kind = 'import_apply'";
    let mut written = 0;
    for killed in 1..=5 {
        while !served.is_over()
            && (look.count(attempt, &import) < killed || look.count(applied, &import) <= written)
        {
            assert!(began.elapsed() < Duration::from_secs(240), "try {killed}");
        }
        disk.tell_now(1);
        while !served.is_over() {
            assert!(began.elapsed() < Duration::from_secs(240), "it is killed");
            std::thread::yield_now();
        }
        drop(served);
        written = look.whole(&import, before);
        disk.tell(0);
        served = disk.serve(&data).unwrap();
    }
    assert!(written > 0 && written < i64::from(ROWS), "half of it was written: {written}");
    reach(&mut served, &import, "failed");
    assert_eq!(look.children(), before, "and is taken back");
    let cookie = served.sign_in("bureau").unwrap();
    let page = served.try_ask(&format!("GET /imports/{import}"), &[&cookie], b"").unwrap().1;
    assert!(page.contains("没有写成") && page.contains("再上传"), "{page}");
    let again = hand_in(&served, &cookie, &text);
    assert_ne!(again, import);
    reach(&mut served, &again, "ready");
    assert_eq!(served.try_ask(&format!("POST /imports/{again}/apply"), &[&cookie], b"").unwrap().0, 303);
    reach(&mut served, &again, "applied");
    assert_eq!(look.whole(&again, before), i64::from(ROWS), "all of it, once");
    println!("I03: killed five times with {written} of {ROWS} rows written, taken back, written anew");
}

/// K07: the keys are changed while the county is served and killed at random writes: whatever the moment, each field opens
/// by one key or the other; in the end none is left to the old one, and it is destroyed.
#[test]
fn keys_are_changed_under_kills() {
    let (folder, disk, mut dice) = (Folder::new(), Disk::new(), Dice(7));
    let data = folder.arg("data");
    let made = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(made.code, 0, "{made:?}");
    let command = |args: &[&str]| baoxue(&[&["keys"], args, &["--data", data.as_str()]].concat());
    let status = || {
        let said = command(&["status"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(!said.out.contains("打不开") && !said.out.contains("被改动"), "{said:?}");
        // What each key seals, the oldest first.
        let figure =
            |line: &str| line.rsplit_once("加密着 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        said.out.lines().map(figure).collect::<Vec<u64>>()
    };
    let old = command(&["status"]).out.get(..8).unwrap().to_owned();
    let before = status();
    assert!(before.len() == 1 && before[0] > 500, "{before:?}");
    assert_eq!(command(&["retire", &old]).code, 2, "the key in use");
    let rotated = command(&["rotate", "--cipher", "sm4"]);
    assert_eq!(rotated.code, 0, "{rotated:?}");
    assert_eq!(status(), [before[0], 0]);
    assert_eq!(command(&["retire", &old]).code, 2, "everything is still sealed by it");
    let (mut kills, mut halves, began) = (0, 0, Instant::now());
    while status()[0] > 0 {
        assert!(began.elapsed() < Duration::from_secs(240), "it comes to an end");
        disk.tell(if kills < 8 { 20 + dice.below(500) } else { 0 });
        if let Some(mut served) = disk.serve(&data) {
            while !served.is_over() && status()[0] > 0 {}
            kills += u32::from(served.is_over());
        } else {
            kills += 1;
        }
        let now = status();
        // Who signs in and what is done at night seals more.
        assert!(now.iter().sum::<u64>() >= before[0], "no field is lost: {now:?} of {before:?}");
        halves += u32::from(now[0] > 0 && now[1] > 0);
        let said = baoxue(&["doctor", "--data", &data]);
        assert_eq!(said.code, 0, "{said:?}");
    }
    println!("K07: {} fields sealed anew, killed {kills} times, {halves} times half-way", before[0]);
    assert!(kills > 0, "killed");
    disk.tell(0);
    let served = disk.serve(&data).unwrap();
    while command(&["retire", &old]).code != 0 {
        assert!(began.elapsed() < Duration::from_secs(300), "{:?}", command(&["retire", &old]));
    }
    let last = status();
    assert!(last.len() == 1 && last[0] >= before[0], "one key, and everything by it: {last:?}");
    let cookie = served.sign_in("bureau").expect("it goes on serving");
    assert_eq!(served.ask("GET /children", &[&cookie], "").0, 200);
    served.stop();
    let said = baoxue(&["doctor", "--data", &data]);
    assert!(said.code == 0 && said.out.contains("密钥文件和数据库相符"), "{said:?}");
    let record = Look::at(&data).count(
        "select cast(count(*) as bigint) from audit where county = $1 and subject_kind = 'key' and subject <> $2",
        &old,
    );
    assert_eq!(record, 2, "changed, and done: on the record, once each");
}
