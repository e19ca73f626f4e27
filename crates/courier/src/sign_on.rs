//! Signing in by a platform that speaks OpenID Connect (RFC 6749, 7636; OpenID Connect Core 1.0 and Discovery 1.0): its addresses,
//! its keys, redeeming a code, and what an ID token says. Time, chance and secrets are passed in; who it is here, it does not know.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::robot::percent;
use crate::{Ask, Courier, Failure, Method};

/// How far two clocks may differ, in seconds.
const LEEWAY: i64 = 60;

/// The longest ID token that is looked at.
const TOKEN: usize = 32 * 1024;

/// The most keys of a platform that are looked at.
const KEYS: usize = 100;

/// Where a platform answers what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// Who it says it is.
    pub issuer: String,
    /// Where people are sent to sign in.
    pub authorize: String,
    /// Where a code is redeemed.
    pub token: String,
    /// Where its keys lie.
    pub keys: String,
    /// Where people sign out of it; empty where it names none.
    pub leave: String,
    /// Whether the secret goes into the form (`client_secret_post`), not into the head.
    pub secret_in_form: bool,
}

/// What is wrong with a platform, or with what it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It was not reached; for what.
    Carry(&'static str, Failure),
    /// What it answered there is none of the protocol.
    Garbled(&'static str),
    /// It says that it is somebody else.
    OtherIssuer,
    /// It lacks what we need.
    Lacks(&'static str),
    /// It did not redeem the code; its own word.
    Refused(String),
    /// The ID token is none, or says something that we do not take.
    Token(&'static str),
    /// Signed by a key that is not among its keys, or not signed so.
    Signature,
    /// The ID token's time is over, or has not begun.
    Time,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Carry(what, failure) => write!(f, "读不到平台的{what}：{failure}"),
            Self::Garbled(what) => write!(f, "平台的{what}看不懂，请核对平台地址（issuer）"),
            Self::OtherIssuer => {
                f.write_str("平台自称的 issuer 和登记的地址不一样，要一字不差（包括末尾的斜杠）")
            }
            Self::Lacks(what) => write!(f, "平台没有提供{what}，请和平台的管理员核对"),
            Self::Refused(word) if word == "invalid_client" => {
                f.write_str("平台不认应用编号或密钥（invalid_client），请核对后重新登记")
            }
            Self::Refused(word) if word == "invalid_grant" => f.write_str(
                "平台不认这次登录（invalid_grant）：可能超时或用过，请重新登录；一直这样，请核对回调地址",
            ),
            Self::Refused(word) => write!(f, "平台没有放行（{word}）"),
            Self::Token(what) => write!(f, "平台给的身份令牌不能用：{what}"),
            Self::Signature => f.write_str("平台给的身份令牌签名不对"),
            Self::Time => f.write_str("平台给的身份令牌过了期，请核对两边服务器的时间"),
        }
    }
}

impl std::error::Error for Trouble {}

/// The program as the platform knows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    /// 应用编号.
    pub id: String,
    /// 应用密钥.
    pub secret: String,
    /// 回调地址.
    pub back: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A public key of a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
}

/// The public keys of a platform by which it may sign ID tokens: RS256 and ES256, and no others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformKeys(Vec<(Option<String>, Key)>);

/// What must stand in the ID token.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub client: &'a str,
    /// `nonce`.
    pub nonce: &'a str,
    /// Now, in seconds since 1970.
    pub now: i64,
}

/// Who the platform says it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// `sub`: the platform's own name for the person, never used again for another.
    pub subject: String,
    /// `name`, for whoever links the account; empty where it says none.
    pub name: String,
    /// `acr`: how the person proved himself, where it says so.
    pub acr: Option<String>,
    /// `amr`: by which means.
    pub amr: Vec<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("acr", &self.acr).field("amr", &self.amr).finish_non_exhaustive()
    }
}

/// The challenge of a verifier (RFC 7636, S256).
#[must_use]
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

impl Ends {
    /// As it is kept.
    #[must_use]
    pub fn kept(&self) -> String {
        json!({
            "issuer": self.issuer, "authorize": self.authorize, "token": self.token, "keys": self.keys,
            "leave": self.leave, "secret_in_form": self.secret_in_form,
        })
        .to_string()
    }

    /// Reads what [`Ends::kept`] wrote; `None` for anything else.
    #[must_use]
    pub fn read(kept: &str) -> Option<Self> {
        let kept: Value = serde_json::from_str(kept).ok()?;
        let text = |name: &str| kept.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            issuer: text("issuer")?,
            authorize: text("authorize")?,
            token: text("token")?,
            keys: text("keys")?,
            leave: text("leave")?,
            secret_in_form: kept.get("secret_in_form")?.as_bool()?,
        })
    }

    /// Where the browser is sent: code flow with PKCE, state and nonce.
    #[must_use]
    pub fn sign_in(&self, client: &Client, state: &str, nonce: &str, verifier: &str) -> String {
        let join = if self.authorize.contains('?') { '&' } else { '?' };
        let query = form(&[
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("client_id", &client.id),
            ("redirect_uri", &client.back),
            ("state", state),
            ("nonce", nonce),
            ("code_challenge", &challenge(verifier)),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}{join}{query}", self.authorize)
    }
}

impl Courier {
    /// Reads where a platform answers what.
    ///
    /// # Errors
    /// [`Trouble`], for the administrator.
    pub fn discover(&self, issuer: &str) -> Result<Ends, Trouble> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found = self.json("说明（openid-configuration）", &Ask::get(url))?;
        ends(issuer, &found)
    }

    /// Reads the keys of a platform: anew each time, so that one that was changed counts at once.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn platform_keys(&self, ends: &Ends) -> Result<PlatformKeys, Trouble> {
        let found = self.json("公钥", &Ask::get(&ends.keys))?;
        let keys = PlatformKeys::read(&found);
        if keys.0.is_empty() { Err(Trouble::Lacks("RS256 或 ES256 的公钥")) } else { Ok(keys) }
    }

    /// Reads all that signing in takes, and asks with a code that is none whether the platform knows number and secret: a platform that
    /// does says that the code is none (RFC 6749, 5.2).
    ///
    /// # Errors
    /// [`Trouble`], for the administrator.
    pub fn try_platform(&self, issuer: &str, client: &Client) -> Result<Ends, Trouble> {
        let ends = self.discover(issuer)?;
        self.platform_keys(&ends)?;
        match self.redeem(&ends, client, "baoxue-trial", "baoxue-trial-baoxue-trial-baoxue-trial-baoxue") {
            Err(Trouble::Refused(word)) if matches!(word.as_str(), "invalid_grant" | "invalid_request") => {
                Ok(ends)
            }
            Ok(_) => Err(Trouble::Garbled("令牌地址：编造的登录码也放行")),
            Err(trouble) => Err(trouble),
        }
    }

    /// Redeems a code; the ID token.
    ///
    /// # Errors
    /// [`Trouble`].
    pub fn redeem(
        &self,
        ends: &Ends,
        client: &Client,
        code: &str,
        verifier: &str,
    ) -> Result<String, Trouble> {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", client.back.as_str()),
            ("code_verifier", verifier),
        ];
        let mut headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        if ends.secret_in_form {
            pairs.push(("client_id", &client.id));
            pairs.push(("client_secret", &client.secret));
        } else {
            // RFC 6749, 2.3.1: both are form-encoded before they are put together.
            let both = format!("{}:{}", percent(&client.id), percent(&client.secret));
            headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(both))));
        }
        let ask =
            Ask { method: Method::Post, url: ends.token.clone(), headers, body: form(&pairs).into_bytes() };
        let answer = self.ask(&ask).map_err(|failure| Trouble::Carry("令牌地址", failure))?;
        let said: Option<Value> = serde_json::from_slice(&answer.body).ok();
        if !(200..300).contains(&answer.status) {
            let word = said.as_ref().and_then(|said| said.get("error")).and_then(Value::as_str);
            return Err(word
                .filter(|word| is_word(word))
                .map_or(Trouble::Carry("令牌地址", Failure::Status(answer.status)), |word| {
                    Trouble::Refused(word.to_owned())
                }));
        }
        let said = said.ok_or(Trouble::Garbled("令牌"))?;
        let token = said.get("id_token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or(Trouble::Lacks("身份令牌（id_token）"))
    }

    fn json(&self, what: &'static str, ask: &Ask) -> Result<Value, Trouble> {
        let answer = self.ask(ask).and_then(crate::Answer::well);
        let answer = answer.map_err(|failure| Trouble::Carry(what, failure))?;
        serde_json::from_slice(&answer.body).map_err(|_| Trouble::Garbled(what))
    }
}

/// A word of the protocol, such as `invalid_client`: nothing else of what a platform writes is repeated.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn ends(issuer: &str, found: &Value) -> Result<Ends, Trouble> {
    let text = |name: &str| found.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text("issuer") != issuer {
        return Err(Trouble::OtherIssuer);
    }
    // What is read encrypted leads on encrypted.
    let fair = |url: &str| {
        let encrypted = url.starts_with("https://");
        (encrypted || (issuer.starts_with("http://") && url.starts_with("http://")))
            && url.len() <= 2_000
            && url.bytes().all(|byte| byte.is_ascii_graphic())
            && !url.contains(['\\', '#', '"', '<', '>'])
    };
    let ends = Ends {
        issuer: issuer.to_owned(),
        authorize: text("authorization_endpoint"),
        token: text("token_endpoint"),
        keys: text("jwks_uri"),
        leave: Some(text("end_session_endpoint")).filter(|url| fair(url)).unwrap_or_default(),
        secret_in_form: lists(found, "token_endpoint_auth_methods_supported", "client_secret_post")
            == Some(true)
            && lists(found, "token_endpoint_auth_methods_supported", "client_secret_basic") == Some(false),
    };
    for (url, what) in [
        (&ends.authorize, "登录地址（authorization_endpoint）"),
        (&ends.token, "令牌地址（token_endpoint）"),
        (&ends.keys, "公钥地址（jwks_uri）"),
    ] {
        if !fair(url) {
            return Err(Trouble::Lacks(what));
        }
    }
    if lists(found, "response_types_supported", "code") == Some(false) {
        return Err(Trouble::Lacks("授权码方式（response_type=code）"));
    }
    if lists(found, "code_challenge_methods_supported", "S256") == Some(false) {
        return Err(Trouble::Lacks("PKCE（S256）"));
    }
    let signs = |name| lists(found, "id_token_signing_alg_values_supported", name) != Some(false);
    if !signs("RS256") && !signs("ES256") {
        return Err(Trouble::Lacks("RS256 或 ES256 签名"));
    }
    Ok(ends)
}

/// Whether a list of the description has the word; `None` where there is no such list.
fn lists(found: &Value, name: &str, word: &str) -> Option<bool> {
    let list = found.get(name)?.as_array()?;
    Some(list.iter().any(|one| one.as_str() == Some(word)))
}

fn bytes(text: Option<&Value>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?.as_str()?).ok()
}

impl PlatformKeys {
    /// The keys of a JWK set (RFC 7517) that sign by RS256 or ES256; others are passed over.
    #[must_use]
    pub fn read(set: &Value) -> Self {
        let all = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Self(all.iter().take(KEYS).filter_map(Self::one).collect())
    }

    fn one(jwk: &Value) -> Option<(Option<String>, Key)> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|what| what != "sig") {
            return None;
        }
        let (key, alg) = match text("kty")? {
            "RSA" => {
                let whole = bytes(jwk.get("n"))?;
                let n = whole.iter().copied().skip_while(|byte| *byte == 0).collect();
                (Key::Rsa { n, e: bytes(jwk.get("e"))? }, "RS256")
            }
            "EC" if text("crv") == Some("P-256") => {
                let (x, y) = (bytes(jwk.get("x"))?, bytes(jwk.get("y"))?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                (Key::P256([&[4], x.as_slice(), y.as_slice()].concat()), "ES256")
            }
            _ => return None,
        };
        text("alg").is_none_or(|own| own == alg).then(|| (text("kid").map(str::to_owned), key))
    }

    /// Whether a key of this name, or any where the token names none, has signed it so.
    fn signed(&self, alg: &str, kid: Option<&str>, text: &[u8], signature: &[u8]) -> bool {
        let named = |own: &Option<String>| kid.is_none() || own.as_deref() == kid;
        self.0.iter().filter(|(own, _)| named(own)).any(|(_, key)| match (alg, key) {
            ("RS256", Key::Rsa { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
            }
            ("ES256", Key::P256(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature).is_ok()
            }
            _ => false,
        })
    }
}

/// Who an ID token is about, when it is signed by the platform, for us, for this very sign-in and in time
/// (OpenID Connect Core 3.1.3.7). The algorithm is one of two, whatever the token says: `none` and the HMACs are not among them.
///
/// # Errors
/// [`Trouble`].
pub fn person(token: &str, keys: &PlatformKeys, wanted: &Wanted<'_>) -> Result<Person, Trouble> {
    let garbled = || Trouble::Token("样子不对");
    if token.len() > TOKEN {
        return Err(garbled());
    }
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(garbled());
    };
    let json =
        |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let header = json(head).ok_or_else(garbled)?;
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !matches!(alg, "RS256" | "ES256") {
        return Err(Trouble::Token("签名算法不在允许的范围（RS256、ES256）"));
    }
    if header.get("crit").is_some() {
        return Err(Trouble::Token("有不认识的必要扩展"));
    }
    let signed = format!("{head}.{body}");
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| garbled())?;
    let kid = header.get("kid").and_then(Value::as_str);
    if !keys.signed(alg, kid, signed.as_bytes(), &signature) {
        return Err(Trouble::Signature);
    }
    claims(&json(body).ok_or_else(garbled)?, wanted)
}

fn claims(said: &Value, wanted: &Wanted<'_>) -> Result<Person, Trouble> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    if text("iss") != Some(wanted.issuer) {
        return Err(Trouble::Token("不是登记的平台签发的（iss）"));
    }
    let for_us = match said.get("aud") {
        Some(Value::String(one)) => one == wanted.client,
        Some(Value::Array(all)) => {
            let among = all.iter().any(|one| one.as_str() == Some(wanted.client));
            among && (all.len() == 1 || text("azp") == Some(wanted.client))
        }
        _ => false,
    };
    if !for_us || text("azp").is_some_and(|azp| azp != wanted.client) {
        return Err(Trouble::Token("不是发给本系统的（aud）"));
    }
    let seconds = |name: &str| said.get(name).and_then(Value::as_f64);
    let now = wanted.now;
    let until = seconds("exp").ok_or(Trouble::Token("没有写到期时间（exp）"))?;
    let (early, late) = (now.saturating_sub(LEEWAY), now.saturating_add(LEEWAY));
    #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
    let (early, late) = (early as f64, late as f64);
    if until <= early || seconds("nbf").is_some_and(|from| from > late) {
        return Err(Trouble::Time);
    }
    if text("nonce") != Some(wanted.nonce) {
        return Err(Trouble::Token("不是为这一次登录签发的（nonce）"));
    }
    let subject = text("sub").filter(|sub| (1..=255).contains(&sub.len()));
    let subject = subject.ok_or(Trouble::Token("没有写是谁（sub）"))?;
    let amr = said.get("amr").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(Person {
        subject: subject.to_owned(),
        name: text("name").unwrap_or_default().chars().filter(|sign| !sign.is_control()).take(40).collect(),
        acr: text("acr").map(str::to_owned),
        amr: amr.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
    pairs.join("&")
}
