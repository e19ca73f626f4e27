//! A running installation seals its record by itself, and what is done to it afterwards is found from the command line
//! (hazards K01, K02). Its figures are for this machine only.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use casework::db::{Db, DbError, Location, Settings};

use crate::command::{Folder, baoxue};

/// A demo county of 300 children that is served.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(data: &str) -> Self {
        let args =
            ["demo", "--children", "300", "--today", "2026-11-24", "--listen", "127.0.0.1:0", "--data", data];
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_baoxue")).args(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            rest.split_whitespace().next().map(str::to_owned)
        });
        // It goes on to say more, and would stop if nobody listened.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it says where it serves") }
    }

    /// Status and whole answer of a request.
    fn ask(&self, line: &str, headers: &[&str], body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let headers = headers.join("\r\n");
        let between = if headers.is_empty() { "" } else { "\r\n" };
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}{between}{headers}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }

    /// Stops in order.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Only where a test failed before it stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_served_record_is_sealed_and_tampers_are_found() {
    let folder = Folder::new();
    let data = folder.arg("data");
    let served = Served::start(&data);
    let form = "Content-Type: application/x-www-form-urlencoded";
    let (status, answer) = served.ask("POST /sign-in", &[form], "as=teacher&next=/");
    assert_eq!(status, 303, "{answer}");
    let cookies: Vec<&str> = answer
        .lines()
        .filter_map(|line| line.split_once("et-cookie: ").map(|(_, cookie)| cookie))
        .filter_map(|cookie| cookie.split(';').next())
        .collect();
    let cookie = format!("Cookie: {}", cookies.join("; "));
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

fn run(folder: &Folder, sql: &'static str) {
    let db = Db::open(&Location::Sqlite(folder.path("data/baoxue.db")), &Settings::default()).unwrap();
    let changed: Result<u64, DbError> = db.write(move |tx| tx.execute(sql, &[]));
    assert!(changed.unwrap() > 0, "{sql}");
    db.close();
}
