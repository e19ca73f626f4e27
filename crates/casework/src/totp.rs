//! The second factor: one-time codes by time (RFC 6238, 动态口令) and recovery codes (hazard C09).
//!
//! SHA-1, six digits, thirty seconds: what every authenticator app does. Random bytes and the moment are passed in;
//! how often somebody may try is decided elsewhere. Nothing is drawn but the QR code of the set-up page.

use std::fmt;

use jiff::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use subtle::ConstantTimeEq;
use totp_rs::{Algorithm, Builder};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::keys::Keys;

/// Seconds that a code is shown for.
pub const STEP_SECONDS: u64 = 30;
/// Digits of a code.
const DIGITS: u8 = 6;
/// Light modules around a QR code (ISO/IEC 18004).
const QUIET: i32 = 4;
/// How many recovery codes a person gets.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code: 50 bits.
const RECOVERY_CHARS: usize = 10;
/// Thirty-two letters and digits that are not taken for one another: no I, L, O, U.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
    'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

/// The secret that the person's app and this program share: 160 bits. Wiped when dropped; `Debug` does not show it.
pub struct Secret(totp_rs::Secret);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

// totp-rs wipes its own.
impl ZeroizeOnDrop for Secret {}

impl Secret {
    /// A new secret of 20 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 20]) -> Self {
        Self(totp_rs::Secret::from(Zeroizing::new(bytes).to_vec()))
    }

    /// Reads what [`Secret::base32`] wrote.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] unless it is 20 bytes in base 32.
    pub fn from_base32(text: &str) -> Result<Self, Refusal> {
        let secret = totp_rs::Secret::try_from_base32(text).map_err(|_| Refusal::Malformed)?;
        if secret.as_bytes().len() == 20 { Ok(Self(secret)) } else { Err(Refusal::Malformed) }
    }

    /// For typing it in where no camera is at hand, and for sealing it into the database.
    #[must_use]
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.to_base32())
    }

    /// The provisioning URI (`otpauth://`) for an authenticator app. `issuer` names this system, `account` the person
    /// in it; both are shown in the app.
    #[must_use]
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (escaped(issuer), escaped(account));
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}",
            self.base32().as_str()
        ))
    }

    /// The URI as a QR code: an `<svg>` element to stand in a page, black on white whatever the page's colours.
    ///
    /// # Errors
    /// [`TooLong`] for names that no QR code holds.
    pub fn svg(&self, issuer: &str, account: &str) -> Result<Zeroizing<String>, TooLong> {
        let code = QrCode::encode_text(&self.uri(issuer, account), QrCodeEcc::Medium).map_err(|_| TooLong)?;
        let side = code.size() + 2 * QUIET;
        let mut svg = Zeroizing::new(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" role=\"img\" \
             aria-label=\"动态口令二维码\" shape-rendering=\"crispEdges\">\
             <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path fill=\"#000\" d=\""
        ));
        for y in 0..code.size() {
            let mut x = 0;
            while x < code.size() {
                let dark = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
                let run = i32::try_from(dark).unwrap_or_default();
                if run > 0 {
                    svg.push_str(&format!("M{},{}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run + 1;
            }
        }
        svg.push_str("\"/></svg>");
        Ok(svg)
    }

    /// The code of a step, for tests and for the demo's accounts.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn code(&self, step: u64) -> String {
        self.totp().generate(step * STEP_SECONDS).to_string()
    }

    /// No window: [`check`] goes through the steps itself, because a used one must not hide a fresh one.
    fn totp(&self) -> totp_rs::Totp {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_skew(0)
            .with_step_duration(STEP_SECONDS)
            .with_secret(self.0.clone())
            .build_noncompliant()
    }
}

/// The names do not fit into a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("系统名称或账号太长，画不成二维码 · 动态口令 · 请在手机上手工输入密钥")
    }
}

impl std::error::Error for TooLong {}

/// Why a code is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not six digits, or not a secret.
    Malformed,
    /// Not the code of now, nor of the step before or after.
    Wrong,
    /// The right code, used already (RFC 6238, 5.2).
    Used,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "动态口令应是六位数字：请照手机上显示的输入。",
            Self::Wrong => {
                "动态口令不对：请输入手机上现在显示的六位数字；如果一直不对，请检查手机时间是否设为自动。"
            }
            Self::Used => "这个动态口令已经用过：请等手机上显示下一个再输入。",
        })
    }
}

impl std::error::Error for Refusal {}

/// Checks a code as it was typed (blanks and full-width digits do no harm). Accepted are the current step, the one
/// before and the one after, so that a clock may be wrong by thirty seconds. Answers the step; the caller stores it
/// in the same transaction and passes it in next time as `last_used_step`, and no code of that step or an earlier
/// one is accepted again.
///
/// # Errors
/// [`Refusal`].
pub fn check(
    secret: &Secret,
    code: &str,
    at: Timestamp,
    last_used_step: Option<u64>,
) -> Result<u64, Refusal> {
    let code = Zeroizing::new(typed(code));
    if code.len() != usize::from(DIGITS) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Malformed);
    }
    let seconds = u64::try_from(at.as_second()).map_err(|_| Refusal::Wrong)?;
    let now = seconds / STEP_SECONDS;
    let totp = secret.totp();
    // All three are computed, whichever fits.
    let fitting: Vec<u64> = (now.saturating_sub(1)..=now + 1)
        .filter(|step| totp.check(&code, step * STEP_SECONDS).is_some())
        .collect();
    let fresh = fitting.iter().find(|step| last_used_step.is_none_or(|last| **step > last));
    match fresh {
        Some(step) => Ok(*step),
        None if fitting.is_empty() => Err(Refusal::Wrong),
        None => Err(Refusal::Used),
    }
}

/// What a person meant to type: without blanks and hyphens, full-width forms as plain ones, capitals.
fn typed(text: &str) -> String {
    text.chars()
        .take(64)
        .filter(|character| !character.is_whitespace() && !matches!(character, '-' | '－' | '—'))
        .map(|character| match u32::from(character) {
            wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(character),
            _ => character,
        })
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// Percent-encoding of all but the unreserved characters (RFC 3986, 2.3).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Ten recovery codes (恢复码) such as `7KQ2M-X4T9C`, each good for one sign-in without the phone. Shown once; stored
/// are only their digests.
#[must_use]
pub fn recovery_codes(entropy: &mut dyn FnMut(&mut [u8])) -> Vec<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0_u8; RECOVERY_CODES * RECOVERY_CHARS]);
    entropy(bytes.as_mut_slice());
    bytes
        .chunks(RECOVERY_CHARS)
        .map(|chunk| {
            let mut code = Zeroizing::new(String::with_capacity(RECOVERY_CHARS + 1));
            for (at, byte) in chunk.iter().enumerate() {
                if at == RECOVERY_CHARS / 2 {
                    code.push('-');
                }
                code.extend(ALPHABET.get(usize::from(byte & 31)));
            }
            code
        })
        .collect()
}

/// What is stored of a recovery code: it belongs to one account, and nobody without the key file can try codes
/// against it. `None` if it is no such code.
#[must_use]
pub fn recovery_digest(keys: &Keys, account: &str, code: &str) -> Option<[u8; 32]> {
    let code = Zeroizing::new(typed(code).replace('O', "0").replace(['I', 'L'], "1"));
    if code.chars().count() != RECOVERY_CHARS || !code.chars().all(|character| ALPHABET.contains(&character))
    {
        return None;
    }
    // The code has a fixed length, so that the border to the account is clear.
    let data = Zeroizing::new([code.as_bytes(), account.as_bytes()].concat());
    Some(keys.mac("recovery code", &data))
}

/// Which of the account's unused codes was typed; the caller strikes it out in the same transaction.
#[must_use]
pub fn recovery_found(keys: &Keys, account: &str, code: &str, unused: &[[u8; 32]]) -> Option<usize> {
    let digest = recovery_digest(keys, account, code)?;
    // All are compared, whichever fits.
    unused.iter().enumerate().fold(None, |found, (at, other)| {
        if bool::from(digest.as_slice().ct_eq(other.as_slice())) { Some(at) } else { found }
    })
}
