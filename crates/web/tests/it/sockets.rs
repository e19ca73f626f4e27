//! The server behind a real socket: what a request may not look like, and an upload that breaks off (hazards D11, E05).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use casework::db::testing::on_each_engine;
use casework::db::{DbError, Value};
use rules::access::Role;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app::{HERE, TestApp};

/// Serves the app on the loopback while `test` runs.
fn served(app: &TestApp, test: impl FnOnce(SocketAddr)) {
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
        web::serve(&own, listener, async move {
            drop(stopped.await);
        })
        .await
    });
    test(address);
    let _ = stop.send(());
    rt.block_on(async { tokio::time::timeout(Duration::from_secs(10), serving).await })
        .expect("it stops")
        .expect("it did not panic")
        .expect("the socket held");
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
