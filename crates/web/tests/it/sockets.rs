//! The server behind a real socket: what a request may not look like, uploads that break off, and who is slow and who
//! only holds on (hazards D11, E05, J03).

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use casework::db::testing::{Place, on_each_engine};
use casework::db::{Db, DbError, Engine, Value};
use rules::access::Role;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use web::Patience;

use crate::app::{HERE, TestApp};

/// Serves the app on the loopback while `test` runs.
fn served(app: &TestApp, test: impl FnOnce(SocketAddr)) {
    served_with(app, Patience::default(), test);
}

fn served_with(app: &TestApp, patience: Patience, test: impl FnOnce(SocketAddr)) {
    let rt = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (stop, stopped) = oneshot::channel::<()>();
    let listener = rt.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port of the loopback");
    let address = listener.local_addr().expect("its address");
    let own = app.app.clone();
    let serving = rt.spawn(async move {
        web::serve(&own, listener, patience, async move {
            drop(stopped.await);
        })
        .await;
    });
    test(address);
    let _ = stop.send(());
    rt.block_on(async { tokio::time::timeout(Duration::from_secs(10), serving).await })
        .expect("it stops")
        .expect("it did not panic");
}

/// Sends bytes, closes this side, and reads until the other side closes.
fn say(at: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    // The server may refuse and close before all is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.match_indices("HTTP/1.1 ").filter_map(|(at, _)| answer.get(at + 9..at + 12)).collect()
}

/// D11: what could be read in two ways is refused and the connection closed; what hides behind it is never answered.
#[test]
fn requests_that_could_be_two() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        served(&app, |at| {
            let hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
            for (what, request) in [
                (
                    "two lengths",
                    format!(
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\na=bbb{hidden}"
                    ),
                ),
                (
                    "lengths in a list",
                    format!(
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 50\r\n\r\na=bbb{hidden}"
                    ),
                ),
                (
                    "a length with a sign",
                    format!("POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\na=bbb{hidden}"),
                ),
                (
                    "a bad chunk",
                    format!(
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{hidden}"
                    ),
                ),
                (
                    "an unknown coding",
                    format!(
                        "POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"
                    ),
                ),
                (
                    "a space before the colon",
                    format!("POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\na=bbb{hidden}"),
                ),
                ("a null in a header", format!("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n{hidden}")),
                ("no protocol", "GET /healthz\r\n\r\n".to_owned()),
            ] {
                let answer = say(at, request.as_bytes());
                let all = statuses(&answer);
                assert!(all.len() <= 1, "{what}: {all:?}");
                assert!(!answer.contains("200 OK"), "{what}: {answer}");
                assert!(all.first().is_none_or(|status| status.starts_with('4')), "{what}: {all:?}");
            }
            // Chunked and a length together: the chunks count (RFC 9112, 6.3), and no second request is made of the rest.
            let both = format!(
                "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            );
            assert!(statuses(&say(at, both.as_bytes())).len() <= 2);
        });
    });
}

/// D11: headers have their bound in size and in number, and so has the line.
#[test]
fn requests_without_end() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        served(&app, |at| {
            let many: String = (0..10_000).map(|nth| format!("X-{nth}: 1\r\n")).collect();
            for (what, request) in [
                (
                    "a header of a megabyte",
                    format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(1 << 20)),
                ),
                ("ten thousand headers", format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")),
                ("a line of a megabyte", format!("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(1 << 20))),
            ] {
                let answer = say(at, request.as_bytes());
                let refused = ["400", "414", "431"];
                assert!(statuses(&answer).iter().all(|status| refused.contains(status)), "{what}: {answer}");
            }
            assert_eq!(
                statuses(&say(at, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")),
                ["200"]
            );
        });
    });
}

/// E05: an upload that says itself that it is too long is refused before it is sent; one that breaks off at the last
/// hundredth leaves neither a file nor an import.
#[test]
fn uploads_too_long_and_broken_off() {
    on_each_engine(|db| {
        let app = TestApp::new(db);
        let bureau = app.here.with(Role::Bureau).next().expect("the bureau").account.clone();
        let token = app.session(HERE, &bureau);
        let count = |table: &str| {
            let sql = format!("select cast(count(*) as bigint) from {table} where county = $1");
            let rows = app.app.db().read(|tx| tx.one(&sql, &[Value::from(HERE)], |row| row.get::<i64>(0)));
            let rows: Result<i64, DbError> = rows;
            rows.expect("the table is there")
        };
        served(&app, |at| {
            let head = |length: usize| {
                format!(
                    "POST /imports HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nCookie: baoxue={token}\r\n\
                     Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n\r\n"
                )
            };
            // Only the head is sent, of a gigabyte: the answer does not wait for the rest.
            let answer = say(at, head(1 << 30).as_bytes());
            assert_eq!(statuses(&answer), ["413"], "{answer}");
            assert!(answer.to_lowercase().contains("connection: close"));
            let body = format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../../a.csv\"\r\n\r\n{}\r\n--x--\r\n",
                "段某某,539999\n".repeat(60_000)
            );
            let cut = body.len() * 99 / 100;
            let mut request = head(body.len()).into_bytes();
            request.extend_from_slice(&body.as_bytes()[..cut]);
            let answer = say(at, &request);
            assert!(!statuses(&answer).contains(&"303"), "{answer}");
            let parts: String = (0..10_000)
                .map(|nth| format!("--x\r\nContent-Disposition: form-data; name=\"p{nth}\"\r\n\r\n1\r\n"))
                .collect();
            let answer = say(at, format!("{}{parts}--x--\r\n", head(parts.len() + 7)).as_bytes());
            assert!(statuses(&answer).iter().all(|status| status.starts_with('4')), "{answer}");
        });
        assert_eq!((count("file"), count("file_part"), count("import")), (0, 0, 0));
    });
}

/// Storage plays no part in who is slow: one engine.
fn fresh(place: &Place) -> Db {
    let db = place.open();
    db.migrate().expect("the migrations apply");
    db
}

/// Bounds in small.
fn short() -> Patience {
    Patience {
        head: Duration::from_millis(600),
        silence: Duration::from_millis(900),
        grace: Duration::from_millis(500),
        speed: 4_000,
        answer: Duration::from_secs(3),
        ..Patience::default()
    }
}

/// What the other side says while it is listened to for a moment: nothing, an answer, or `Some("")` when it hung up.
fn hear(stream: &mut TcpStream, moment: Duration) -> Option<String> {
    stream.set_read_timeout(Some(moment)).expect("a time-out");
    let mut heard = vec![0; 1 << 16];
    match stream.read(&mut heard) {
        Ok(length) => Some(String::from_utf8_lossy(heard.get(..length).unwrap_or_default()).into_owned()),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => None,
        Err(_) => Some(String::new()),
    }
}

/// Says pieces with a moment between them until an answer comes; after how long, and what.
fn drip<'a>(at: SocketAddr, pieces: impl Iterator<Item = &'a [u8]>) -> (Duration, String) {
    let mut stream = TcpStream::connect(at).expect("the server listens");
    let began = Instant::now();
    for piece in pieces {
        let sent = stream.write_all(piece);
        if let Some(answer) = hear(&mut stream, Duration::from_millis(50)) {
            return (began.elapsed(), answer);
        }
        sent.expect("nobody hung up");
    }
    let answer = hear(&mut stream, Duration::from_secs(20)).expect("an answer, or the end");
    (began.elapsed(), answer)
}

/// E05, J03: a list on a slow line takes longer than any answer may, and arrives; who sends a byte now and then, or begins
/// and falls silent, is cut, is told so, and leaves nothing.
#[test]
fn slow_lines_arrive_and_who_only_holds_on_is_cut() {
    let place = Place::new(Engine::Sqlite);
    let app = TestApp::new(fresh(&place));
    let bureau = app.here.with(Role::Bureau).next().expect("the bureau").account.clone();
    let token = app.session(HERE, &bureau);
    let files = || {
        let sql = "select cast(count(*) as bigint) from file where county = $1";
        let rows = app.app.db().read(|tx| tx.one(sql, &[Value::from(HERE)], |row| row.get::<i64>(0)));
        let rows: Result<i64, DbError> = rows;
        rows.expect("the table is there")
    };
    served_with(&app, short(), |at| {
        let rows: String = (0..2_500)
            .map(|nth| format!("段某{nth:04},539999,男,K{nth},段某,532926101202,某村,段某,父亲\n"))
            .collect();
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nhousehold\r\n\
             --x\r\nContent-Disposition: form-data; name=\"as_of\"\r\n\r\n2026-09-10\r\n\
             --x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n\
             姓名,公民身份号码,性别,户号,户主姓名,行政区划代码,住址,监护人,监护人关系\n{rows}\r\n--x--\r\n"
        );
        let head = format!(
            "POST /imports HTTP/1.1\r\nHost: a\r\nSec-Fetch-Site: same-origin\r\nCookie: baoxue={token}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let pieces = body.as_bytes().chunks(body.len().div_ceil(70));
        let (took, answer) = drip(at, std::iter::once(head.as_bytes()).chain(pieces));
        assert_eq!(statuses(&answer), ["303"], "{answer}");
        assert!(took > short().answer, "longer than an answer may take: {took:?}");
        assert_eq!(files(), 1);

        let bytes = body.as_bytes().chunks(1).take(400);
        let (took, answer) = drip(at, std::iter::once(head.as_bytes()).chain(bytes));
        assert_eq!(statuses(&answer), ["400"], "a byte now and then: {answer}");
        assert!(answer.contains("网络太慢") && answer.contains("connection: close"), "{answer}");
        assert!(took < Duration::from_secs(8), "{took:?}");

        let begun = body.as_bytes().get(..20_000).expect("a long list");
        let (took, answer) = drip(at, [head.as_bytes(), begun].into_iter());
        assert_eq!(statuses(&answer), ["400"], "begun, and silent: {answer}");
        assert!(took >= short().silence && took < Duration::from_secs(8), "{took:?}");

        let form = "POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                    Content-Length: 100\r\n\r\nusername=a";
        let (took, answer) = drip(at, std::iter::once(form.as_bytes()));
        assert_eq!(statuses(&answer), ["400"], "a form: {answer}");
        assert!(took < Duration::from_secs(8), "{took:?}");
        assert_eq!(files(), 1, "nothing is left of them");
    });
}

/// J03: a head that never ends and a connection that says nothing more are hung up on.
#[test]
fn heads_without_end_and_silent_connections_are_cut() {
    let place = Place::new(Engine::Sqlite);
    let app = TestApp::new(fresh(&place));
    served_with(&app, short(), |at| {
        let head = "GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: ";
        let endless = std::iter::once(head.as_bytes()).chain(std::iter::repeat_n(b"a".as_slice(), 400));
        let (took, answer) = drip(at, endless);
        assert!(statuses(&answer).iter().all(|status| *status == "408"), "{answer}");
        assert!(took >= short().head && took < Duration::from_secs(8), "{took:?}");
        let (took, answer) = drip(at, std::iter::once(b"".as_slice()));
        assert_eq!((answer.as_str(), took < Duration::from_secs(8)), ("", true), "nothing at all: {took:?}");
        let mut stream = TcpStream::connect(at).expect("the server listens");
        for _ in 0..3 {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").expect("it is open");
            let answer = hear(&mut stream, Duration::from_secs(20)).expect("an answer");
            assert_eq!(statuses(&answer), ["200"], "several requests on one connection");
        }
        assert_eq!(hear(&mut stream, Duration::from_secs(8)).as_deref(), Some(""), "and then it is let go");
    });
}
