//! One request, and what is taken for an answer.

use courier::{Ask, Failure};
use serde_json::json;

use crate::server::{HOST, answer, courier, http, https, tls, trusting};

#[test]
fn a_request_comes_as_it_was_made() {
    let (at, received) = http(vec![answer("200 OK", "{\"errcode\":0}")]);
    let mut ask = Ask::json(format!("http://{at}/robot/send?key=k"), &json!({"text": "有1件"}));
    ask.headers.push(("x-own".to_owned(), "1".to_owned()));
    let found = courier().ask(&ask).expect("an answer");
    assert_eq!((found.status, found.body.as_slice()), (200, b"{\"errcode\":0}".as_slice()));
    let request = received.recv().expect("a request");
    assert_eq!(request.head[0], "POST /robot/send?key=k HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json; charset=utf-8");
    assert_eq!((request.header("x-own"), request.header("host")), ("1", at.to_string().as_str()));
    assert_eq!(request.body, "{\"text\":\"有1件\"}");
}

/// F08: a redirect is an answer, and is not followed.
#[test]
fn a_redirect_is_not_followed() {
    let (inside, never) = http(vec![answer("200 OK", "inside")]);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let head = format!(
            "HTTP/1.1 {status}\r\nlocation: http://{inside}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (at, _received) = http(vec![head]);
        let found = courier().ask(&Ask::json(format!("http://{at}/"), &json!({}))).expect("an answer");
        let failed = found.well().expect_err(status);
        assert!(matches!(failed, Failure::Status(300..400)) && failed.is_final(), "{status}: {failed:?}");
        assert!(failed.to_string().contains("没有跟过去"), "{failed}");
    }
    assert!(never.try_recv().is_err(), "nobody came there");
}

/// J: what is too long, broken off or none of HTTP is no answer; what nobody answers is tried again.
#[test]
fn a_bad_answer_is_none() {
    let long = answer("200 OK", &"a".repeat(300 * 1024));
    let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(20 * 1024));
    for (what, text) in [
        ("too long", long),
        ("a long head", head),
        ("none of HTTP", "SSH-2.0-x\r\n".to_owned()),
        ("nothing", String::new()),
        ("cut off", "HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nab".to_owned()),
    ] {
        let (at, _received) = http(vec![text]);
        let failed = courier().ask(&Ask::get(format!("http://{at}/"))).expect_err(what);
        assert!(!failed.is_final(), "{what}: {failed:?}");
    }
    let (at, _) = http(Vec::new());
    assert_eq!(courier().ask(&Ask::get(format!("http://{at}/"))).expect_err("closed"), Failure::Connect);
    for (status, is_final) in
        [(400, true), (401, false), (404, true), (410, true), (429, false), (500, false), (503, false)]
    {
        assert_eq!(Failure::Status(status).is_final(), is_final, "{status}");
    }
}

/// A certificate counts when the county has listed who signed it, and for the host that it is for.
#[test]
fn a_certificate_is_checked() {
    let (at, _received) = https(answer("200 OK", "ok"));
    let url = |host: &str, port: u16| format!("https://{host}:{port}/");
    let failed = courier().ask(&Ask::get(url(HOST, at.port()))).expect_err("signed by nobody that is known");
    assert_eq!(failed, Failure::Tls);
    let own = trusting(Some(&tls("ca.pem")));
    let (at, received) = https(answer("200 OK", "ok"));
    assert_eq!(own.ask(&Ask::get(url(HOST, at.port()))).expect("trusted").status, 200);
    assert_eq!(received.recv().expect("a request").head[0], "GET / HTTP/1.1");
    let (at, _received) = https(answer("200 OK", "ok"));
    assert_eq!(own.ask(&Ask::get(url("127.0.0.1", at.port()))).expect_err("for another"), Failure::Tls);
    assert!(
        courier::Courier::new(courier::Fence::default(), Some(&tls("leaf.key"))).is_err(),
        "no certificate in it"
    );
    assert!(courier::Courier::new(courier::Fence::default(), Some(&tls("none"))).is_err());
}
