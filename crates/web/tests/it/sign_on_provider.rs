//! A platform of the tests that speaks OpenID Connect on this machine: keys of its own, codes, and whatever somebody wants it to do wrong.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

/// Number and secret of the program at the platform.
pub(crate) const CLIENT: &str = "baoxue";
pub(crate) const SECRET: &str = "a+secret:with/signs=";
const ENCODED: &str = "a%2Bsecret%3Awith%2Fsigns%3D";

/// Who signs in, and how the token is made.
#[derive(Clone)]
pub(crate) struct Saying {
    pub(crate) sub: &'static str,
    /// What is put over the right claims.
    pub(crate) over: Value,
    /// What is put over the right head.
    pub(crate) head: Value,
    /// Whether the signature is cut off.
    pub(crate) bare: bool,
}

impl Saying {
    pub(crate) fn of(sub: &'static str) -> Self {
        Self { sub, over: json!({}), head: json!({}), bare: false }
    }
}

struct Inner {
    key: EcdsaKeyPair,
    kid: usize,
    /// Whether the token is signed with a key that is not in the set.
    published: Value,
    codes: BTreeMap<String, (String, String, Saying)>,
    made: usize,
    seconds: i64,
}

/// The platform.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) at: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).expect("a key")
}

fn set(key: &EcdsaKeyPair, kid: usize) -> Value {
    let point = key.public_key().as_ref();
    json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": format!("k{kid}"), "x": b64(&point[1..33]), "y": b64(&point[33..])}]})
}

/// A value of a query or a form.
pub(crate) fn value(query: &str, name: &str) -> String {
    let query = query.split_once('?').map_or(query, |(_, query)| query);
    let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let mut out = Vec::new();
    let mut bytes = found.unwrap_or_default().bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next().expect("a digit"), bytes.next().expect("a digit")];
            let text = std::str::from_utf8(&digits).expect("text");
            out.push(u8::from_str_radix(text, 16).expect("a number"));
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).expect("text")
}

impl Provider {
    /// One whose clock stands at this second.
    pub(crate) fn new(seconds: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let key = key();
        let published = set(&key, 1);
        let inner = Inner { key, kid: 1, published, codes: BTreeMap::new(), made: 0, seconds };
        let provider = Self { at, inner: Arc::new(Mutex::new(inner)) };
        let own = provider.clone();
        thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
                let mut head = Vec::new();
                loop {
                    let mut line = String::new();
                    if reader.read_line(&mut line).is_err() || line.trim_end().is_empty() {
                        break;
                    }
                    head.push(line.trim_end().to_owned());
                }
                let header = |name: &str| {
                    head.iter().skip(1).find_map(|line| {
                        let (own, value) = line.split_once(':')?;
                        own.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
                    })
                };
                let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
                let mut body = vec![0; length];
                let _ = reader.read_exact(&mut body);
                let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
                let form = String::from_utf8(body).unwrap_or_default();
                let (status, said) = own.answer(path, &form, &header("authorization").unwrap_or_default());
                let said = said.to_string();
                let _ = stream.write_all(
                    format!(
                        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{said}",
                        said.len()
                    )
                    .as_bytes(),
                );
            }
        });
        provider
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.at)
    }

    fn answer(&self, path: &str, form: &str, authorization: &str) -> (&'static str, Value) {
        let issuer = self.issuer();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match path {
            "/.well-known/openid-configuration" => (
                "200 OK",
                json!({
                    "issuer": issuer, "authorization_endpoint": format!("{issuer}/in"), "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("{issuer}/keys"), "end_session_endpoint": format!("{issuer}/out"),
                    "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
                    "id_token_signing_alg_values_supported": ["ES256"],
                }),
            ),
            "/keys" => ("200 OK", inner.published.clone()),
            "/token" => {
                let basic = STANDARD.decode(authorization.strip_prefix("Basic ").unwrap_or_default());
                if basic != Ok(format!("{CLIENT}:{ENCODED}").into_bytes()) {
                    return ("401 Unauthorized", json!({"error": "invalid_client"}));
                }
                // A code is good once, for who can show what the challenge was made of.
                let found = inner.codes.remove(&value(form, "code"));
                let Some((challenge, nonce, saying)) = found else {
                    return ("400 Bad Request", json!({"error": "invalid_grant"}));
                };
                if courier::sign_on::challenge(&value(form, "code_verifier")) != challenge
                    || !value(form, "redirect_uri").ends_with("/sign-in/platform/back")
                {
                    return ("400 Bad Request", json!({"error": "invalid_grant"}));
                }
                (
                    "200 OK",
                    json!({"access_token": "x", "token_type": "Bearer", "id_token": inner.token(&issuer, &nonce, &saying)}),
                )
            }
            _ => ("404 Not Found", json!({})),
        }
    }

    /// Somebody signs in there: what the browser is sent back with.
    pub(crate) fn signs_in(&self, location: &str, saying: Saying) -> String {
        assert!(location.starts_with(&format!("{}/in?", self.issuer())), "{location}");
        assert_eq!(value(location, "code_challenge_method"), "S256");
        assert_eq!(
            (value(location, "client_id").as_str(), value(location, "response_type").as_str()),
            (CLIENT, "code")
        );
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.made += 1;
        let code = format!("code-{}", inner.made);
        let kept = (value(location, "code_challenge"), value(location, "nonce"), saying);
        inner.codes.insert(code.clone(), kept);
        format!("/sign-in/platform/back?code={code}&state={}", value(location, "state"))
    }

    /// Takes another key; with `tells`, its set says so.
    pub(crate) fn turns_key(&self, tells: bool) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.key = key();
        if tells {
            inner.kid += 1;
            inner.published = set(&inner.key, inner.kid);
        }
    }
}

impl Inner {
    fn token(&self, issuer: &str, nonce: &str, saying: &Saying) -> String {
        let mut head = json!({"alg": "ES256", "kid": format!("k{}", self.kid)});
        let mut body = json!({
            "iss": issuer, "aud": CLIENT, "sub": saying.sub, "nonce": nonce, "exp": self.seconds + 300, "iat": self.seconds,
            "name": "段某某",
        });
        for (to, from) in [(&mut head, &saying.head), (&mut body, &saying.over)] {
            for (name, value) in from.as_object().into_iter().flatten() {
                to[name] = value.clone();
            }
        }
        let text = format!("{}.{}", b64(head.to_string()), b64(body.to_string()));
        if saying.bare {
            return format!("{text}.");
        }
        let signature = self.key.sign(&SystemRandom::new(), text.as_bytes()).expect("signed");
        format!("{text}.{}", b64(signature))
    }
}
