//! Signing in by a platform: what is taken for an ID token and what is not (OpenID Connect Core 3.1.3.7, RFC 8725), and what an administrator
//! is told when a platform is not right (hazards C01, F08).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use courier::sign_on::{Client, Ends, PlatformKeys, Trouble, Wanted, challenge, person};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use serde_json::{Value, json};

use crate::server::{answer, courier, http, tls};

const NOW: i64 = 1_795_500_000;
const ISSUER: &str = "https://id.example.gov.cn";

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

struct Signer {
    ec: EcdsaKeyPair,
    other: EcdsaKeyPair,
    rsa: RsaKeyPair,
}

fn ec() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random).expect("a key")
}

fn ec_jwk(key: &EcdsaKeyPair, kid: &str) -> Value {
    let point = key.public_key().as_ref();
    json!({"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": b64(&point[1..33]), "y": b64(&point[33..])})
}

impl Signer {
    fn new() -> Self {
        let rsa = std::fs::read(tls("rsa.der")).expect("the key of the tests");
        Self { ec: ec(), other: ec(), rsa: RsaKeyPair::from_der(&rsa).expect("a key") }
    }

    fn set(&self) -> Value {
        let rsa: ring::rsa::PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        json!({"keys": [
            {"kty": "oct", "kid": "h", "k": "AAAA"},
            {"kty": "RSA", "kid": "enc", "use": "enc", "n": b64(&rsa.n), "e": b64(&rsa.e)},
            ec_jwk(&self.ec, "e"),
            {"kty": "RSA", "kid": "r", "alg": "RS256", "n": b64([&[0], rsa.n.as_slice()].concat()), "e": b64(&rsa.e)},
        ]})
    }

    fn token(&self, head: &Value, body: &Value) -> String {
        let text = format!("{}.{}", b64(head.to_string()), b64(body.to_string()));
        let random = SystemRandom::new();
        let by = head["by"].as_str().or(head["alg"].as_str()).unwrap_or_default();
        let signature = match by {
            "RS256" => {
                let mut out = vec![0; self.rsa.public().modulus_len()];
                self.rsa.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut out).expect("signed");
                out
            }
            "ES256" => self.ec.sign(&random, text.as_bytes()).expect("signed").as_ref().to_vec(),
            "other" => self.other.sign(&random, text.as_bytes()).expect("signed").as_ref().to_vec(),
            "HS256" => {
                // The old trick: the public key as the secret of an HMAC.
                let secret = self.set()["keys"][2]["x"].to_string();
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
                ring::hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            _ => Vec::new(),
        };
        format!("{text}.{}", b64(signature))
    }
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "baoxue", "sub": "u-1", "nonce": "n", "exp": NOW + 300, "iat": NOW, "name": "李老师",
           "acr": "urn:loa:2", "amr": ["pwd", "mfa"]})
}

fn with(name: &str, value: Value) -> Value {
    let mut all = claims();
    all[name] = value;
    all
}

fn judged(signer: &Signer, token: &str) -> Result<courier::sign_on::Person, Trouble> {
    let wanted = Wanted { issuer: ISSUER, client: "baoxue", nonce: "n", now: NOW };
    person(token, &PlatformKeys::read(&signer.set()), &wanted)
}

#[test]
fn a_token_that_is_right() {
    let signer = Signer::new();
    let check = |head: Value, body: Value| {
        let found =
            judged(&signer, &signer.token(&head, &body)).unwrap_or_else(|wrong| panic!("{head}: {wrong}"));
        assert_eq!((found.subject.as_str(), found.name.as_str()), ("u-1", "李老师"), "{head}");
        assert_eq!((found.acr.as_deref(), found.amr.len()), (Some("urn:loa:2"), 2), "{head}");
    };
    check(json!({"alg": "ES256", "kid": "e"}), claims());
    check(json!({"alg": "RS256", "kid": "r"}), claims());
    check(json!({"alg": "ES256"}), claims());
    check(json!({"alg": "RS256", "typ": "JWT"}), with("aud", json!(["baoxue"])));
    let mut both = with("aud", json!(["other", "baoxue"]));
    both["azp"] = json!("baoxue");
    check(json!({"alg": "ES256", "kid": "e"}), both);
    check(json!({"alg": "ES256", "kid": "e"}), with("exp", json!(NOW - 30)));
}

#[test]
fn a_token_that_is_not() {
    let signer = Signer::new();
    let check = |head: Value, body: Value, expected: &str| {
        let said = judged(&signer, &signer.token(&head, &body)).expect_err(expected).to_string();
        assert!(said.contains(expected), "{head} {body}: {said}");
    };
    let es = || json!({"alg": "ES256", "kid": "e"});
    check(es(), with("nonce", json!("another")), "nonce");
    check(es(), with("nonce", Value::Null), "nonce");
    check(es(), with("aud", json!("another")), "aud");
    check(es(), with("aud", json!(["another", "baoxue"])), "aud");
    check(es(), with("aud", Value::Null), "aud");
    check(es(), with("azp", json!("another")), "aud");
    check(es(), with("iss", json!("https://id.example.gov.cn/")), "iss");
    check(es(), with("exp", json!(NOW - 61)), "过了期");
    check(es(), with("exp", json!(NOW.to_string())), "exp");
    check(es(), with("exp", Value::Null), "exp");
    check(es(), with("nbf", json!(NOW + 120)), "过了期");
    check(es(), with("sub", json!("")), "sub");
    check(es(), with("sub", json!(7)), "sub");
    for alg in ["none", "None", "HS256", "RS512", "PS256", "EdDSA", ""] {
        check(json!({"alg": alg, "kid": "e"}), claims(), "签名算法");
    }
    check(json!({"kid": "e"}), claims(), "签名算法");
    check(json!({"alg": "ES256", "kid": "e", "by": "other"}), claims(), "签名不对");
    check(json!({"alg": "ES256", "kid": "e", "by": "none"}), claims(), "签名不对");
    check(json!({"alg": "ES256", "kid": "e", "by": "RS256"}), claims(), "签名不对");
    check(json!({"alg": "RS256", "kid": "e"}), claims(), "签名不对");
    check(json!({"alg": "RS256", "kid": "enc"}), claims(), "签名不对");
    check(json!({"alg": "ES256", "kid": "gone"}), claims(), "签名不对");
    check(json!({"alg": "ES256", "kid": "e", "crit": ["x"]}), claims(), "扩展");
    let right = signer.token(&es(), &claims());
    let (head, rest) = right.split_once('.').expect("three parts");
    let (_, signature) = rest.split_once('.').expect("three parts");
    let other = b64(with("sub", json!("u-2")).to_string());
    for (token, expected) in [
        (format!("{head}.{other}.{signature}"), "签名不对"),
        (format!("{head}.{other}."), "签名不对"),
        (format!("{right}.x"), "样子"),
        (String::new(), "样子"),
        ("a.b.c".to_owned(), "样子"),
        ("a".repeat(40_000), "样子"),
    ] {
        let said = judged(&signer, &token).expect_err(expected).to_string();
        assert!(said.contains(expected), "{said}");
    }
}

/// RFC 7636, appendix B.
#[test]
fn the_challenge_of_the_standard() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

fn json_answer(body: &Value) -> String {
    answer("200 OK", &body.to_string())
}

fn client() -> Client {
    Client { id: "bao xue".to_owned(), secret: "s:1".to_owned(), back: "https://b/back".to_owned() }
}

/// What is wrong with a platform, in words for who has to call its administrator.
#[test]
fn a_platform_is_tried() {
    let check = |change: &dyn Fn(&mut Value), keys: Value, redeemed: String, expected: Option<&str>| {
        let (tokens, asked) = http(vec![redeemed]);
        let (jwks, _keys) = http(vec![json_answer(&keys)]);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let issuer = format!("http://{at}");
        let mut said = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/in"), "token_endpoint": format!("http://{tokens}/t"),
            "jwks_uri": format!("http://{jwks}/k"), "end_session_endpoint": format!("{issuer}/out"),
            "code_challenge_methods_supported": ["S256"], "id_token_signing_alg_values_supported": ["ES256"],
        });
        change(&mut said);
        let body = json_answer(&said);
        std::thread::spawn(move || {
            if let Ok((mut stream, _)) = listener.accept() {
                use std::io::{Read as _, Write as _};
                let mut some = [0; 4096];
                let _ = stream.read(&mut some);
                let _ = stream.write_all(body.as_bytes());
            }
        });
        let found = courier().try_platform(&issuer, &client());
        match expected {
            None => {
                let ends = found.expect("all is well");
                assert_eq!(Ends::read(&ends.kept()), Some(ends.clone()));
                let to = ends.sign_in(&client(), "st", "no", "ve");
                for part in [
                    "response_type=code",
                    "scope=openid%20profile",
                    "client_id=bao%20xue",
                    "state=st",
                    "nonce=no",
                ] {
                    assert!(to.contains(part), "{to}");
                }
                assert!(
                    to.contains(&format!("code_challenge={}&code_challenge_method=S256", challenge("ve"))),
                    "{to}"
                );
                let request = asked.recv().expect("it was asked");
                let basic =
                    request.header("authorization").strip_prefix("Basic ").expect("in the head").to_owned();
                let basic = base64::engine::general_purpose::STANDARD.decode(basic).expect("base64");
                assert_eq!(String::from_utf8(basic).expect("text"), "bao%20xue:s%3A1");
                assert!(
                    !request.body.contains("s%3A1") && request.body.contains("code_verifier="),
                    "{}",
                    request.body
                );
            }
            Some(expected) => {
                let words = found.expect_err(expected).to_string();
                assert!(words.contains(expected), "{words}");
            }
        }
    };
    let keys = || json!({"keys": [ec_jwk(&ec(), "e")]});
    let none = || answer("400 Bad Request", "{\"error\":\"invalid_grant\"}");
    check(&|_| {}, keys(), none(), None);
    check(&|said| said["issuer"] = json!("https://other"), keys(), none(), Some("一字不差"));
    check(&|said| said["jwks_uri"] = Value::Null, keys(), none(), Some("jwks_uri"));
    check(&|said| said["token_endpoint"] = json!("ftp://x"), keys(), none(), Some("token_endpoint"));
    check(
        &|said| said["authorization_endpoint"] = json!("javascript:x"),
        keys(),
        none(),
        Some("authorization"),
    );
    check(&|said| said["code_challenge_methods_supported"] = json!(["plain"]), keys(), none(), Some("PKCE"));
    check(&|said| said["response_types_supported"] = json!(["token"]), keys(), none(), Some("授权码"));
    check(
        &|said| said["id_token_signing_alg_values_supported"] = json!(["HS256"]),
        keys(),
        none(),
        Some("RS256"),
    );
    check(&|_| {}, json!({"keys": []}), none(), Some("公钥"));
    check(&|_| {}, json!("x"), none(), Some("公钥"));
    let refused = answer("401 Unauthorized", "{\"error\":\"invalid_client\"}");
    check(&|_| {}, keys(), refused, Some("应用编号或密钥"));
    check(&|_| {}, keys(), answer("500 Broken", "<b>李小明</b>"), Some("HTTP 500"));
    check(&|_| {}, keys(), answer("400 Bad", "{\"error\":\"<script>\"}"), Some("HTTP 400"));
    check(&|_| {}, keys(), answer("200 OK", "{\"id_token\":\"x\"}"), Some("编造"));
    // Where the fence does not reach nothing is asked (F08).
    let fenced =
        courier::Courier::nowhere().try_platform("http://127.0.0.1:9", &client()).expect_err("fenced");
    assert!(fenced.to_string().contains("不在允许连接的范围"), "{fenced}");
    let from = courier().discover("http://169.254.169.254").expect_err("fenced");
    assert!(from.to_string().contains("不在允许连接的范围"), "{from}");
}
