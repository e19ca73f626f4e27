//! Secrets of one installation: sealing of personal fields, blind indexes for equality search, authentication codes.
//!
//! The key file lies outside the database; who has only the database, a replica or a backup reads no sealed field
//! and cannot try numbers against an index (hazards K06, K09). Nothing here draws random numbers or reads the
//! clock: nonces, key bytes and dates are passed in. Nothing here knows SQL. Why it is so: `docs/adr/0006-secrets.md`.

mod cipher;
mod error;
mod file;
mod sign;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::aead::Payload;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use cipher::Cipher;
pub use error::KeyError;
use file::Ring;
pub use sign::{PublicKey, Scheme};

/// Version, key id, nonce.
const HEADER: usize = 1 + 4 + 12;

/// Where a sealed field lies (所在位置). It is authenticated with the text, so that a ciphertext that is moved to
/// another county, table, column or row no longer opens (hazard K08).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// County code (县代码), as in the key of the row.
    pub county: &'a str,
    /// Table name.
    pub table: &'a str,
    /// Column name.
    pub column: &'a str,
    /// Id of the row.
    pub row: &'a str,
}

/// Name of one key that seals or signs: random, so that keys of different installations are told apart. Shown as eight hex
/// digits; not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u32);

impl KeyId {
    /// The key that a field says it is sealed by; its first five bytes are enough. `None` for what is no sealed field.
    #[must_use]
    pub fn of(sealed: &[u8]) -> Option<Self> {
        let (version, rest) = sealed.split_first()?;
        let known = *version == Cipher::Aes.version() || *version == Cipher::Sm4.version();
        let (id, _) = rest.split_first_chunk::<4>()?;
        known.then_some(Self(u32::from_be_bytes(*id)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl std::str::FromStr for KeyId {
    type Err = KeyError;

    /// # Errors
    /// [`KeyError::Id`] unless the text is eight lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let plain = text.len() == 8 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match u32::from_str_radix(text, 16) {
            Ok(id) if plain => Ok(Self(id)),
            _ => Err(KeyError::Id),
        }
    }
}

/// What a sealing key is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// 在用: seals and opens. Exactly one key is active.
    Active,
    /// 旧: opens only, until everything is sealed anew and the key is retired.
    Old,
}

/// One sealing key as a person may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its name.
    pub id: KeyId,
    /// What it is used for.
    pub state: KeyState,
    /// The day it was made.
    pub created: Date,
    /// Which cipher it is for.
    pub cipher: Cipher,
}

/// 256 bits on the heap, wiped when they are dropped (hazard K15). Has no `Debug`.
struct Secret(Box<[u8; 32]>);

impl Secret {
    fn drawn(entropy: &mut dyn FnMut(&mut [u8])) -> Self {
        let mut bytes = Box::new([0; 32]);
        entropy(bytes.as_mut_slice());
        Self(bytes)
    }

    /// HMAC-SHA-256 under this secret. The key is padded to the block as HMAC itself does, which cannot fail.
    fn hmac(&self) -> Hmac<Sha256> {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        for (to, from) in block.iter_mut().zip(self.0.iter()) {
            *to = *from;
        }
        let mac = Hmac::new(&block);
        block.as_mut_slice().zeroize();
        mac
    }

    /// The key for one purpose; different labels give independent keys (HKDF's expand with one block).
    fn derived(&self, label: &str, purpose: &str) -> Self {
        let mut mac = self.hmac();
        framed(&mut mac, label);
        framed(&mut mac, purpose);
        Self(Box::new(mac.finalize().into_bytes().into()))
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Secret {}

/// Feeds a text with its length before it, so that no two lists of texts give the same bytes.
fn framed(mac: &mut Hmac<Sha256>, text: &str) {
    mac.update(&length(text));
    mac.update(text.as_bytes());
}

fn length(text: &str) -> [u8; 8] {
    u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes()
}

/// The keys of one installation (密钥). Clones share one state: a key that is added through one clone is active in
/// all. Wiped from memory when the last clone goes; `Debug` shows names and states, never a key.
#[derive(Clone)]
pub struct Keys(Arc<RwLock<Arc<Ring>>>, Option<Arc<PathBuf>>);

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.entries()).finish()
    }
}

impl Keys {
    fn of(ring: Ring) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(ring))), None)
    }

    fn at(self, path: &Path) -> Self {
        Self(self.0, Some(Arc::new(path.to_owned())))
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn replace(&self, ring: Ring) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Makes a new key file, mode 0600, durable before this returns. `entropy` fills a slice from the operating
    /// system's generator; `today` is noted beside the key.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if there is a file already, which is left alone; [`KeyError::Write`].
    pub fn create(path: &Path, today: Date, entropy: &mut dyn FnMut(&mut [u8])) -> Result<Self, KeyError> {
        file::create(path, today, entropy).map(|ring| Self::of(ring).at(path))
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// [`KeyError::Missing`], [`KeyError::Read`]; [`KeyError::Open`] if group or others may read or write it (hazard
    /// I08); [`KeyError::Malformed`] if it is empty, cut or changed.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        file::load(path).map(|ring| Self::of(ring).at(path))
    }

    /// Reads the key file again, for a process that runs while another one rotates. What was held stays if this
    /// fails.
    ///
    /// # Errors
    /// As [`Keys::load`]; [`KeyError::Other`] if it is not the same installation's file.
    pub fn reload(&self, path: &Path) -> Result<(), KeyError> {
        let ring = file::load(path)?;
        self.same(&ring, path)?;
        self.replace(ring);
        Ok(())
    }

    /// Reads the key file anew from where it was read first: so a program that serves follows a rotation by command.
    ///
    /// # Errors
    /// As [`Keys::reload`]; what was held stays.
    pub fn follow(&self) -> Result<(), KeyError> {
        self.1.as_ref().map_or(Ok(()), |path| self.reload(path))
    }

    /// Fixed keys for tests; everybody knows them.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn for_tests() -> Self {
        let mut next = 0_u8;
        let mut counted = |bytes: &mut [u8]| {
            for byte in bytes {
                next = next.wrapping_add(1);
                *byte = next;
            }
        };
        let today = Date::constant(2026, 1, 1);
        let mut ring = Ring::new(today, &mut counted);
        ring.sign_from_now(today, &mut counted);
        Self::of(ring)
    }

    /// Adds a sealing key and makes it the active one; the others still open. Index and authentication keys stay,
    /// see the ADR. The file is replaced in one step: a process that is killed leaves the old file or the new one,
    /// each complete (hazard K07). Answers the new key's name.
    ///
    /// # Errors
    /// As [`Keys::reload`], and [`KeyError::Write`].
    pub fn rotate(
        &self,
        path: &Path,
        today: Date,
        entropy: &mut dyn FnMut(&mut [u8]),
    ) -> Result<KeyId, KeyError> {
        self.rotate_to(path, today, (None, None), entropy)
    }

    /// As [`Keys::rotate`], to a key of this cipher, and where the county signs, or an algorithm is said, to another key that signs; `None`:
    /// of the one in use.
    ///
    /// # Errors
    /// As [`Keys::rotate`].
    pub fn rotate_to(
        &self,
        path: &Path,
        today: Date,
        (cipher, scheme): (Option<Cipher>, Option<Scheme>),
        entropy: &mut dyn FnMut(&mut [u8]),
    ) -> Result<KeyId, KeyError> {
        let ring = file::change(path, |ring| {
            self.same(ring, path)?;
            ring.add(today, cipher, entropy);
            ring.renew_sign(today, scheme, entropy);
            Ok(())
        })?;
        let id = ring.active();
        self.replace(ring);
        Ok(id)
    }

    /// Takes an old key out of the file and destroys it there. What is still sealed by it can never be opened again:
    /// first no row may be left for which [`Keys::needs_reseal`] holds, and backups older than the rotation are lost
    /// with it.
    ///
    /// # Errors
    /// [`KeyError::StillActive`], [`KeyError::Unknown`]; as [`Keys::rotate`].
    pub fn retire(&self, path: &Path, id: KeyId) -> Result<(), KeyError> {
        let ring = file::change(path, |ring| {
            self.same(ring, path)?;
            ring.remove(id)
        })?;
        self.replace(ring);
        Ok(())
    }

    /// A file of another installation would silently give other indexes and codes.
    fn same(&self, ring: &Ring, path: &Path) -> Result<(), KeyError> {
        if ring.code("key file", b"").as_slice() == self.mac("key file", b"") {
            Ok(())
        } else {
            Err(KeyError::Other { path: path.to_owned() })
        }
    }

    /// Name of the key that seals now.
    #[must_use]
    pub fn active(&self) -> KeyId {
        self.ring().active()
    }

    /// The sealing keys, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<KeyEntry> {
        self.ring().entries()
    }

    /// Seals a personal field: version (1 byte), key id (4), nonce (12), ciphertext and tag (text + 16). The nonce
    /// must be random and never used twice; the length of the text stays visible.
    ///
    /// # Panics
    /// For a text of 64 GiB and more, which AES-GCM cannot seal.
    #[must_use]
    pub fn seal(&self, place: Place<'_>, plain: &str, nonce: [u8; 12]) -> Vec<u8> {
        self.seal_bytes(place, plain.as_bytes(), nonce)
    }

    /// Seals bytes, a part of a file, as [`Keys::seal`] seals a text.
    ///
    /// # Panics
    /// As [`Keys::seal`].
    #[must_use]
    pub fn seal_bytes(&self, place: Place<'_>, plain: &[u8], nonce: [u8; 12]) -> Vec<u8> {
        let ring = self.ring();
        let (id, sealer) = ring.sealing();
        let version = sealer.cipher().version();
        let aad = bound(version, id, place);
        let payload = Payload { msg: plain, aad: &aad };
        #[allow(clippy::expect_used, reason = "only a text of 64 GiB and more is refused")]
        let sealed = sealer.seal(nonce, payload).expect("the text is below 64 GiB");
        let mut blob = Vec::with_capacity(HEADER + sealed.len());
        blob.push(version);
        blob.extend_from_slice(&id.0.to_be_bytes());
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        blob
    }

    /// Opens a sealed field.
    ///
    /// # Errors
    /// [`KeyError::Blob`] if it is no sealed field; [`KeyError::Unknown`] if its key is not in the file;
    /// [`KeyError::Refused`] if a byte was changed or it was sealed for another place (hazard K08).
    pub fn open(&self, place: Place<'_>, blob: &[u8]) -> Result<String, KeyError> {
        String::from_utf8(self.open_bytes(place, blob)?).map_err(|_| KeyError::Refused)
    }

    /// Opens bytes that [`Keys::seal_bytes`] sealed.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn open_bytes(&self, place: Place<'_>, blob: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (version, id, nonce, sealed) = parts(blob).ok_or(KeyError::Blob)?;
        let ring = self.ring();
        let sealer = ring.opening(id).ok_or(KeyError::Unknown { id })?;
        if sealer.cipher().version() != version {
            return Err(KeyError::Blob);
        }
        let aad = bound(version, id, place);
        sealer.open(nonce, Payload { msg: sealed, aad: &aad }).ok_or(KeyError::Refused)
    }

    /// Whether the field must be sealed anew before old keys are retired: it is not sealed by the active key. True for
    /// what is no sealed field, too, so that nothing damaged is passed over.
    #[must_use]
    pub fn needs_reseal(&self, blob: &[u8]) -> bool {
        parts(blob).is_none_or(|(_, id, ..)| id != self.ring().active())
    }

    /// Opens a field and seals it by the active key.
    ///
    /// # Errors
    /// As [`Keys::open`].
    pub fn reseal(&self, place: Place<'_>, blob: &[u8], nonce: [u8; 12]) -> Result<Vec<u8>, KeyError> {
        let plain = Zeroizing::new(self.open_bytes(place, blob)?);
        Ok(self.seal_bytes(place, &plain, nonce))
    }

    /// Blind index (盲索引): equal for equal texts of one county and purpose, and meaningless without the key file
    /// (hazard K09). 128 bits in 32 hex digits. The caller brings the text into one form first (upper case, no blanks).
    #[must_use]
    pub fn index(&self, county: &str, purpose: &str, plain: &str) -> String {
        let mut mac = self.ring().indexing(purpose).hmac();
        framed(&mut mac, county);
        mac.update(plain.as_bytes());
        let code: [u8; 32] = mac.finalize().into_bytes().into();
        let (half, _) = code.split_at(16);
        hex(half)
    }

    /// Authentication code (HMAC-SHA-256) under a key of its own for each purpose: tokens, audit seals, cursors.
    #[must_use]
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        self.ring().code(purpose, data)
    }

    /// Signs a text in the name of the county: name of the key, and 64 bytes. The key is made on first need, Ed25519 unless a rotation
    /// has said otherwise.
    ///
    /// # Errors
    /// As [`Keys::rotate`], on first need.
    pub fn sign(
        &self,
        text: &[u8],
        today: Date,
        entropy: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(KeyId, [u8; 64]), KeyError> {
        if self.ring().signing().is_none() {
            self.make_signing(today, entropy)?;
        }
        let ring = self.ring();
        let signed = ring.signing().and_then(|key| Some((key.public.id, key.sign(text)?)));
        signed.ok_or(KeyError::Refused)
    }

    /// One at a time on this machine: of two who need it first one makes it, and the other takes it over.
    fn make_signing(&self, today: Date, entropy: &mut dyn FnMut(&mut [u8])) -> Result<(), KeyError> {
        let path = self.1.as_deref().ok_or(KeyError::Refused)?;
        let ring = file::change(path, |ring| {
            self.same(ring, path)?;
            ring.sign_from_now(today, entropy);
            Ok(())
        })?;
        self.replace(ring);
        Ok(())
    }

    /// The public keys by which signatures of the county are checked, the oldest first; the last is the one that signs. None before
    /// anything was signed.
    #[must_use]
    pub fn publics(&self) -> Vec<PublicKey> {
        self.ring().publics().cloned().collect()
    }

    /// The public key with this name; the file is looked at again for one that another process has made meanwhile.
    #[must_use]
    pub fn public(&self, id: KeyId) -> Option<PublicKey> {
        let held = || self.ring().verifying(id).cloned();
        held().or_else(|| self.follow().ok().and_then(|()| held()))
    }

    /// Whether `code` is [`Keys::mac`] of the data, in a time that does not depend on where they differ.
    #[must_use]
    pub fn verify_mac(&self, purpose: &str, data: &[u8], code: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.mac(purpose, data).as_slice(), code).into()
    }
}

/// What is authenticated beside the text: layout, key, place.
fn bound(version: u8, id: KeyId, place: Place<'_>) -> Vec<u8> {
    let mut aad = b"baoxue field".to_vec();
    aad.push(version);
    aad.extend_from_slice(&id.0.to_be_bytes());
    for part in [place.county, place.table, place.column, place.row] {
        aad.extend_from_slice(&length(part));
        aad.extend_from_slice(part.as_bytes());
    }
    aad
}

fn parts(blob: &[u8]) -> Option<(u8, KeyId, [u8; 12], &[u8])> {
    let (version, rest) = blob.split_first()?;
    let (id, rest) = rest.split_first_chunk::<4>()?;
    let (nonce, sealed) = rest.split_first_chunk::<12>()?;
    let known = *version == Cipher::Aes.version() || *version == Cipher::Sm4.version();
    (known && sealed.len() >= 16).then_some((*version, KeyId(u32::from_be_bytes(*id)), *nonce, sealed))
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}
