//! The two ciphers that seal a field: AES-256-GCM, and SM4-GCM (GB/T 32907-2016, RFC 8998) for installations that must use
//! the national one. It knows no key file and no place.

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm};
use sm4::Sm4;
use zeroize::Zeroize;

use super::Secret;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Which cipher a sealing key is for (算法).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// AES-256-GCM.
    Aes,
    /// SM4-GCM, 128 bits (国密).
    Sm4,
}

impl Cipher {
    /// First byte of what it seals.
    pub(super) const fn version(self) -> u8 {
        match self {
            Self::Aes => 1,
            Self::Sm4 => 2,
        }
    }

    /// Word before its keys in the key file.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Aes => "seal",
            Self::Sm4 => "seal-sm4",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aes => "AES-256-GCM",
            Self::Sm4 => "SM4-GCM",
        }
    }
}

/// A cipher with its key.
pub(super) enum Sealer {
    Aes(Box<Aes256Gcm>),
    Sm4(Box<Sm4Gcm>),
}

impl Sealer {
    pub(super) fn new(cipher: Cipher, secret: &Secret) -> Self {
        match cipher {
            Cipher::Aes => Self::Aes(Box::new(Aes256Gcm::new((&*secret.0).into()))),
            Cipher::Sm4 => {
                let derived = secret.derived("baoxue sm4 1", "field");
                let mut key = aes_gcm::Key::<Sm4Gcm>::default();
                for (to, from) in key.iter_mut().zip(derived.0.iter()) {
                    *to = *from;
                }
                let cipher = Self::Sm4(Box::new(Sm4Gcm::new(&key)));
                key.as_mut_slice().zeroize();
                cipher
            }
        }
    }

    pub(super) const fn cipher(&self) -> Cipher {
        match self {
            Self::Aes(_) => Cipher::Aes,
            Self::Sm4(_) => Cipher::Sm4,
        }
    }

    /// `None` for a text that is too long for GCM.
    pub(super) fn seal(&self, nonce: [u8; 12], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
        match self {
            Self::Aes(cipher) => cipher.encrypt(&nonce.into(), payload).ok(),
            Self::Sm4(cipher) => cipher.encrypt(&nonce.into(), payload).ok(),
        }
    }

    /// `None` when a byte was changed.
    pub(super) fn open(&self, nonce: [u8; 12], payload: Payload<'_, '_>) -> Option<Vec<u8>> {
        match self {
            Self::Aes(cipher) => cipher.decrypt(&nonce.into(), payload).ok(),
            Self::Sm4(cipher) => cipher.decrypt(&nonce.into(), payload).ok(),
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

    /// RFC 8998, appendix A.1.
    #[test]
    fn sm4_gcm_gives_the_published_answer() {
        let key: [u8; 16] = bytes("0123456789ABCDEFFEDCBA9876543210").try_into().expect("a key");
        let nonce: [u8; 12] = bytes("00001234567800000000ABCD").try_into().expect("a nonce");
        let text = bytes(
            "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD\
             EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA",
        );
        let aad = bytes("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let sealed = bytes(
            "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735\
             D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D\
             83DE3541E4C2B58177E065A9BF7B62EC",
        );
        let cipher = Sealer::Sm4(Box::new(Sm4Gcm::new(&key.into())));
        assert_eq!(cipher.seal(nonce, Payload { msg: &text, aad: &aad }), Some(sealed.clone()));
        assert_eq!(cipher.open(nonce, Payload { msg: &sealed, aad: &aad }), Some(text));
        let mut changed = sealed;
        changed[40] ^= 1;
        assert_eq!(cipher.open(nonce, Payload { msg: &changed, aad: &aad }), None);
    }
}
