//! The robots of 企业微信 and 钉钉, gateways for 短信, and webhooks (standardwebhooks.com): how each wants to be asked, and what its answer
//! means. They are values; [`crate::Courier::ask`] carries them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac::{HMAC_SHA256, Key, sign};
use serde_json::{Value, json};

use crate::{Answer, Ask, Failure, Method};

/// A message to the group of a 企业微信 or 政务微信 robot; the key stands in its address.
#[must_use]
pub fn wecom(url: &str, text: &str) -> Ask {
    Ask::json(url, &json!({"msgtype": "text", "text": {"content": text}}))
}

/// A message to the group of a 钉钉 robot, signed where it has a secret (加签): the moment in milliseconds and a line of the secret.
#[must_use]
pub fn dingtalk(url: &str, secret: &str, millis: i64, text: &str) -> Ask {
    let body = json!({"msgtype": "text", "text": {"content": text}});
    if secret.is_empty() {
        return Ask::json(url, &body);
    }
    let signed = hmac(secret.as_bytes(), format!("{millis}\n{secret}").as_bytes());
    let join = if url.contains('?') { '&' } else { '?' };
    Ask::json(format!("{url}{join}timestamp={millis}&sign={}", percent(&STANDARD.encode(signed))), &body)
}

/// Whether a robot has taken the message: `errcode` is 0.
///
/// # Errors
/// [`Failure`].
pub fn taken(answer: Answer) -> Result<(), Failure> {
    let answer = answer.well()?;
    let said: Value = serde_json::from_slice(&answer.body).map_err(|_| Failure::Garbled)?;
    match said.get("errcode").and_then(Value::as_i64) {
        Some(0) => Ok(()),
        code => Err(Failure::Refused(code)),
    }
}

/// Something that happened, for another program. It has ids and no content: what it means the other program asks with its own right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its id: the same however often it comes.
    pub id: &'a str,
    /// What happened.
    pub kind: &'a str,
    /// To what.
    pub subject: &'a str,
    /// When, as ISO 8601.
    pub at: &'a str,
    /// Code of the county.
    pub county: &'a str,
}

/// An event for another program, signed with a secret that both know: `webhook-signature` is HMAC-SHA256 over id, seconds and body.
#[must_use]
pub fn webhook(url: &str, secret: &str, seconds: i64, event: &Event<'_>) -> Ask {
    let body = json!({
        "type": event.kind, "timestamp": event.at,
        "data": {"id": event.subject, "county": event.county},
    });
    let mut ask = Ask::json(url, &body);
    let mut signed = format!("{}.{seconds}.", event.id).into_bytes();
    signed.extend(&ask.body);
    let signature = STANDARD.encode(hmac(&secret_bytes(secret), &signed));
    for (name, value) in [
        ("webhook-id", event.id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{signature}")),
        ("idempotency-key", event.id.to_owned()),
    ] {
        ask.headers.push((name.to_owned(), value));
    }
    ask
}

/// A secret as it is written (`whsec_` and base64), or any other text.
fn secret_bytes(secret: &str) -> Vec<u8> {
    secret
        .strip_prefix("whsec_")
        .and_then(|rest| STANDARD.decode(rest).ok())
        .unwrap_or_else(|| secret.as_bytes().to_vec())
}

/// A gateway for 短信 as the county has it: most differ. `{phone}` and `{text}` stand for what is sent, in the address and in the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Address.
    pub url: String,
    /// Body: JSON where it begins with `{`, else a form; asked by GET where it is empty.
    pub body: String,
    /// A header of the county's own: `Authorization: …`; empty for none.
    pub header: String,
    /// A part of the answer that says that it was taken; empty where the status says it.
    pub taken: String,
}

impl Gateway {
    /// A message to a number.
    ///
    /// # Errors
    /// [`Failure::Address`] when the header is none, or the body is to be JSON and is none.
    pub fn ask(&self, phone: &str, text: &str) -> Result<Ask, Failure> {
        let filled = |template: &str, sign: &dyn Fn(&str) -> String| {
            template.replace("{phone}", &sign(phone)).replace("{text}", &sign(text))
        };
        let url = filled(&self.url, &percent);
        let is_json = self.body.trim_start().starts_with('{');
        let body = if is_json {
            filled(&self.body, &|value| {
                let quoted = Value::from(value).to_string();
                quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
            })
        } else {
            filled(&self.body, &percent)
        };
        if is_json && serde_json::from_str::<Value>(&body).is_err() {
            return Err(Failure::Address);
        }
        let mut headers = Vec::new();
        if !self.header.is_empty() {
            let (name, value) = self.header.split_once(':').ok_or(Failure::Address)?;
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        if body.is_empty() {
            return Ok(Ask { method: Method::Get, url, headers, body: Vec::new() });
        }
        let kind =
            if is_json { "application/json; charset=utf-8" } else { "application/x-www-form-urlencoded" };
        headers.push(("content-type".to_owned(), kind.to_owned()));
        Ok(Ask { method: Method::Post, url, headers, body: body.into_bytes() })
    }

    /// Whether the gateway has taken the message.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn taken(&self, answer: Answer) -> Result<(), Failure> {
        let answer = answer.well()?;
        if String::from_utf8_lossy(&answer.body).contains(&self.taken) {
            Ok(())
        } else {
            Err(Failure::Refused(None))
        }
    }
}

fn hmac(secret: &[u8], text: &[u8]) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, secret), text).as_ref().to_vec()
}

/// Percent-encodes all but letters, digits and `-._~`.
pub(crate) fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
