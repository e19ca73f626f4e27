//! Signatures of the county (劝返指令): Ed25519 (RFC 8032), and SM2 with SM3 (GB/T 32918.2-2016) for installations that must use the
//! national one. Whoever has the public key can check one without this program. It knows no key file and no order.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, Verifier};
use jiff::civil::Date;

use super::{KeyId, Secret, hex};

/// Identity of the signer as SM2 hashes it, where nobody has another (GM/T 0009-2012, 10).
const DISTID: &str = "1234567812345678";

/// What stands before a public key to make it a `SubjectPublicKeyInfo` (RFC 8410; RFC 5480 with the curve of GM/T 0006).
const ED25519_INFO: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const SM2_INFO: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81,
    0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];

/// By which algorithm it is signed (签名算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Ed25519.
    Ed25519,
    /// SM2 with SM3 (国密).
    Sm2,
}

impl Scheme {
    /// Word in the key file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::Sm2 => "sm2",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Ed25519, Self::Sm2].into_iter().find(|one| one.word() == word)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::Sm2 => "SM2",
        }
    }
}

/// A public key by which signatures of the county are checked (公钥). Not secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Name of the key.
    pub id: KeyId,
    /// The algorithm.
    pub scheme: Scheme,
    /// The day it was made.
    pub created: Date,
    /// Ed25519: 32 bytes; SM2: the point, uncompressed, 65 bytes.
    pub bytes: Vec<u8>,
}

impl PublicKey {
    /// As it is kept: algorithm, name, day, bytes in hex.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {} {} {self}", self.scheme.word(), self.id, self.created)
    }

    /// The key that was kept so; `None` for anything else.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let scheme = Scheme::from_word(words.next()?)?;
        let (id, created) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let bytes = unhex(words.next()?)?;
        words.next().is_none().then_some(Self { id, scheme, created, bytes })
    }

    /// Whether these 64 bytes are its signature of a text.
    #[must_use]
    pub fn verifies(&self, text: &[u8], signature: &[u8]) -> bool {
        match self.scheme {
            Scheme::Ed25519 => {
                let key = <&[u8; 32]>::try_from(self.bytes.as_slice()).ok();
                let key = key.and_then(|key| ed25519_dalek::VerifyingKey::from_bytes(key).ok());
                let signature = ed25519_dalek::Signature::from_slice(signature).ok();
                key.zip(signature).is_some_and(|(key, signature)| key.verify_strict(text, &signature).is_ok())
            }
            Scheme::Sm2 => {
                let key = sm2::dsa::VerifyingKey::from_sec1_bytes(DISTID, &self.bytes).ok();
                let signature = sm2::dsa::Signature::from_slice(signature).ok();
                key.zip(signature).is_some_and(|(key, signature)| key.verify(text, &signature).is_ok())
            }
        }
    }

    /// As other programs read it: PEM of a `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn pem(&self) -> String {
        let info = match self.scheme {
            Scheme::Ed25519 => ED25519_INFO,
            Scheme::Sm2 => SM2_INFO,
        };
        let text = STANDARD.encode([info, &self.bytes].concat());
        let lines: Vec<String> =
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect();
    let pair = |pair: &[u8]| <[u8; 2]>::try_from(pair).ok().map(|[high, low]| high << 4 | low);
    digits?.chunks(2).map(pair).collect()
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.bytes))
    }
}

/// The key that signs now, with its public half.
pub(super) struct SigningKey {
    pub(super) public: PublicKey,
    pub(super) secret: Secret,
}

impl SigningKey {
    /// `None` for the few numbers that are no key of SM2.
    pub(super) fn new(id: KeyId, scheme: Scheme, created: Date, secret: Secret) -> Option<Self> {
        let bytes = match scheme {
            Scheme::Ed25519 => {
                ed25519_dalek::SigningKey::from_bytes(&secret.0).verifying_key().to_bytes().to_vec()
            }
            Scheme::Sm2 => {
                let key = sm2::dsa::SigningKey::from_slice(DISTID, secret.0.as_slice()).ok()?;
                key.verifying_key().to_sec1_bytes().to_vec()
            }
        };
        Some(Self { public: PublicKey { id, scheme, created, bytes }, secret })
    }

    /// Draws a key.
    pub(super) fn drawn(scheme: Scheme, created: Date, entropy: &mut dyn FnMut(&mut [u8])) -> Self {
        loop {
            let mut id = [0; 4];
            entropy(&mut id);
            let id = KeyId(u32::from_be_bytes(id));
            if let Some(key) = Self::new(id, scheme, created, Secret::drawn(entropy)) {
                return key;
            }
        }
    }

    /// Signs a text; both algorithms draw nothing (RFC 8032, RFC 6979). `None` never happens for a key that was made.
    pub(super) fn sign(&self, text: &[u8]) -> Option<[u8; 64]> {
        match self.public.scheme {
            Scheme::Ed25519 => {
                let key = ed25519_dalek::SigningKey::from_bytes(&self.secret.0);
                let signature: ed25519_dalek::Signature = key.sign(text);
                Some(signature.to_bytes())
            }
            Scheme::Sm2 => {
                let key = sm2::dsa::SigningKey::from_slice(DISTID, self.secret.0.as_slice()).ok()?;
                key.try_sign(text).ok().map(|signature: sm2::dsa::Signature| signature.to_bytes().into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            hex.chars().map(|c| u8::try_from(c.to_digit(16).expect("hex")).expect("a digit")).collect();
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect()
    }

    fn key(scheme: Scheme, secret: &str) -> SigningKey {
        let secret: [u8; 32] = bytes(secret).try_into().expect("32 bytes");
        SigningKey::new(KeyId(1), scheme, jiff::civil::date(2026, 11, 24), Secret(Box::new(secret)))
            .expect("a key")
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn ed25519_gives_the_published_answer() {
        let key = key(Scheme::Ed25519, "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        assert_eq!(
            key.public.to_string(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = key.sign(&[0x72]).expect("signed");
        assert_eq!(
            hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        refuses(&key, &signature);
    }

    /// GM/T 0003.5-2012, annex A: the published signature is right; ours, of another number `k`, is too.
    #[test]
    fn sm2_agrees_with_the_published_answer() {
        let key = key(Scheme::Sm2, "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
        assert_eq!(
            key.public.to_string(),
            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
             ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
        );
        let published = bytes(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
             b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
        );
        assert!(key.public.verifies(b"message digest", &published));
        refuses(&key, &key.sign(&[0x72]).expect("signed"));
    }

    /// B01, B10: another text, another key, a changed, short or long signature is none.
    fn refuses(key: &SigningKey, signature: &[u8; 64]) {
        assert!(key.public.verifies(&[0x72], signature));
        assert!(!key.public.verifies(&[0x73], signature) && !key.public.verifies(&[], signature));
        for at in 0..64 {
            let mut changed = *signature;
            changed[at] ^= 1;
            assert!(!key.public.verifies(&[0x72], &changed), "byte {at}");
        }
        assert!(!key.public.verifies(&[0x72], &signature[..63]));
        assert!(!key.public.verifies(&[0x72], &[signature.as_slice(), &[0]].concat()));
        let mut next = 7_u8;
        let mut counted = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_mul(5).wrapping_add(3);
                *byte = next;
            }
        };
        let other = SigningKey::drawn(key.public.scheme, key.public.created, &mut counted);
        assert!(!other.public.verifies(&[0x72], signature));
        let broken = PublicKey { bytes: vec![4; 10], ..key.public.clone() };
        assert!(!broken.verifies(&[0x72], signature));
        let pem = key.public.pem();
        assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\nM") && pem.lines().all(|line| line.len() <= 64));
    }
}
