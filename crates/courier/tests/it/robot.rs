//! What robots, gateways and other programs are sent, word for word, and what their answers mean.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use courier::{Answer, Event, Failure, Gateway, Method, dingtalk, taken, webhook, wecom};
use ring::hmac::{HMAC_SHA256, Key, verify};
use serde_json::Value;

fn said(status: u16, body: &str) -> Answer {
    Answer { status, body: body.as_bytes().to_vec() }
}

#[test]
fn robots_are_asked_as_they_want() {
    let ask = wecom("https://qyapi.example/cgi-bin/webhook/send?key=k", "有3件");
    assert_eq!(ask.url, "https://qyapi.example/cgi-bin/webhook/send?key=k");
    let body: Value = serde_json::from_slice(&ask.body).expect("JSON");
    assert_eq!((&body["msgtype"], &body["text"]["content"]), (&Value::from("text"), &Value::from("有3件")));
    // HMAC-SHA256 over `timestamp\nsecret`, as `openssl dgst -sha256 -hmac` says it.
    let ask =
        dingtalk("https://oapi.example/robot/send?access_token=t", "this is secret", 1_577_262_236_757, "x");
    assert_eq!(
        ask.url,
        "https://oapi.example/robot/send?access_token=t&timestamp=1577262236757&sign=hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D",
    );
    assert_eq!(dingtalk("https://oapi.example/x", "", 1, "x").url, "https://oapi.example/x", "without 加签");
    for (answer, expected) in [
        (said(200, "{\"errcode\":0,\"errmsg\":\"ok\"}"), Ok(())),
        (said(200, "{\"errcode\":45009}"), Err(Failure::Refused(Some(45009)))),
        (said(200, "{}"), Err(Failure::Refused(None))),
        (said(200, "<html>"), Err(Failure::Garbled)),
        (said(502, "{\"errcode\":0}"), Err(Failure::Status(502))),
    ] {
        assert_eq!(taken(answer), expected);
    }
}

/// standardwebhooks.com: whoever has the secret can check id, moment and body; the id stays the same at every try (H01).
#[test]
fn an_event_is_signed_and_has_ids_alone() {
    let event = Event {
        id: "0193-e",
        kind: "order.issued",
        subject: "0193-case",
        at: "2026-11-24T08:00:00.000+08:00",
        county: "532926",
    };
    let raw = b"12345678901234567890123456789012";
    let written = format!("whsec_{}", STANDARD.encode(raw));
    for (secret, bytes) in
        [(written.as_str(), raw.to_vec()), ("a secret of both", b"a secret of both".to_vec())]
    {
        let ask = webhook("https://other.example/hook", secret, 1_764_000_000, &event);
        let header = |name: &str| {
            ask.headers.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
        };
        assert_eq!((header("webhook-id"), header("idempotency-key")), ("0193-e", "0193-e"));
        assert_eq!(header("webhook-timestamp"), "1764000000");
        let signature =
            STANDARD.decode(header("webhook-signature").strip_prefix("v1,").expect("v1")).expect("base64");
        let mut signed = b"0193-e.1764000000.".to_vec();
        signed.extend(&ask.body);
        verify(&Key::new(HMAC_SHA256, &bytes), &signed, &signature).expect("signed");
        let body: Value = serde_json::from_slice(&ask.body).expect("JSON");
        assert_eq!(body["type"], "order.issued");
        assert_eq!(body["data"], serde_json::json!({"id": "0193-case", "county": "532926"}));
        assert_eq!(body.as_object().map(serde_json::Map::len), Some(3));
    }
}

#[test]
fn a_gateway_is_asked_as_the_county_has_it() {
    let gateway = |url: &str, body: &str| Gateway {
        url: url.to_owned(),
        body: body.to_owned(),
        header: "Authorization: Bearer x".to_owned(),
        taken: "\"code\":0".to_owned(),
    };
    let json = gateway("https://sms.example/send", "{\"mobile\":\"{phone}\",\"content\":\"{text}\"}");
    let ask = json.ask("13800000000", "有\"3\"件\n看").expect("an ask");
    let body: Value = serde_json::from_slice(&ask.body).expect("JSON");
    assert_eq!(
        (&body["mobile"], &body["content"]),
        (&Value::from("13800000000"), &Value::from("有\"3\"件\n看"))
    );
    assert!(ask.headers.contains(&("Authorization".to_owned(), "Bearer x".to_owned())));
    let form = gateway("https://sms.example/send", "m={phone}&c={text}")
        .ask("13800000000", "a&b=有")
        .expect("an ask");
    assert_eq!(
        (form.method, String::from_utf8(form.body).expect("text")),
        (Method::Post, "m=13800000000&c=a%26b%3D%E6%9C%89".to_owned())
    );
    let get = gateway("https://sms.example/send?m={phone}&c={text}", "").ask("138", "x y").expect("an ask");
    assert_eq!((get.method, get.url.as_str()), (Method::Get, "https://sms.example/send?m=138&c=x%20y"));
    assert_eq!(
        gateway("https://sms.example/", "{\"a\":{text}}").ask("1", "x").expect_err("no JSON"),
        Failure::Address
    );
    assert_eq!(json.taken(said(200, "{\"code\":0}")), Ok(()));
    assert_eq!(json.taken(said(200, "{\"code\":7,\"to\":\"138\"}")), Err(Failure::Refused(None)));
    assert_eq!(json.taken(said(500, "{\"code\":0}")), Err(Failure::Status(500)));
}
