//! The key file: its lines, its permissions, and how it is replaced so that a kill at any moment loses no key.
//!
//! Layout, one item a line, blank-separated; `#` begins a comment; keys in hex, dates ISO:
//!
//! ```text
//! baoxue-keys 1
//! index 2026-11-24 KEY
//! mac 2026-11-24 KEY
//! seal 0a1b2c3d old 2026-11-24 KEY
//! seal 4e5f6071 active 2027-11-24 KEY
//! signed ed25519 0f1e2d3c 2026-11-24 PUBLIC
//! sign ed25519 5b6a7980 2027-11-24 KEY
//! end CODE
//! ```
//!
//! A key of SM4 stands after `seal-sm4`. `sign` is there once something was signed; of a key that signs no more only the public half
//! is kept, after `signed`, with `ed25519` or `sm2` before it. `CODE` is the authentication code of all lines above under the `mac` key: a file that was cut, joined or edited
//! is refused as a whole, before it seals a field that nobody can open.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hmac::Mac;
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::cipher::{Cipher, Sealer};
use super::sign::{PublicKey, Scheme, SigningKey};
use super::{KeyEntry, KeyError, KeyId, KeyState, Secret, hex};

const FIRST: &str = "baoxue-keys 1";
const NOTE: &str =
    "# 保学系统的密钥。请与数据库及其备份分开保管，另存一份于保险柜；不要手工修改，不要用邮件或微信传送。";
/// No key file is longer: some two hundred rotations.
const LONGEST: u64 = 64 * 1024;

struct SealKey {
    entry: KeyEntry,
    secret: Secret,
    sealer: Sealer,
}

impl SealKey {
    fn new(entry: KeyEntry, secret: Secret) -> Self {
        let sealer = Sealer::new(entry.cipher, &secret);
        Self { entry, secret, sealer }
    }
}

/// What the file holds. The active key exists by construction and stands apart.
pub(super) struct Ring {
    index: (Date, Secret),
    mac: (Date, Secret),
    old: Vec<SealKey>,
    active: SealKey,
    /// Public halves of the keys that sign no more.
    signed: Vec<PublicKey>,
    /// The key that signs, once one is needed.
    sign: Option<SigningKey>,
}

impl Ring {
    pub(super) fn new(today: Date, entropy: &mut dyn FnMut(&mut [u8])) -> Self {
        Self {
            index: (today, Secret::drawn(entropy)),
            mac: (today, Secret::drawn(entropy)),
            old: Vec::new(),
            active: drawn(today, Cipher::Aes, entropy),
            signed: Vec::new(),
            sign: None,
        }
    }

    /// Makes the key that signs, if there is none yet.
    pub(super) fn sign_from_now(&mut self, today: Date, entropy: &mut dyn FnMut(&mut [u8])) {
        if self.sign.is_none() {
            self.sign_anew(Scheme::Ed25519, today, entropy);
        }
    }

    /// Another key signs from now on: of the algorithm of the last one unless another is said, and only where one signs already or
    /// one is asked for. Of the last one its public half stays.
    pub(super) fn renew_sign(
        &mut self,
        today: Date,
        scheme: Option<Scheme>,
        entropy: &mut dyn FnMut(&mut [u8]),
    ) {
        let last = self.sign.as_ref().map(|key| key.public.scheme);
        if let Some(scheme) = scheme.or(last) {
            self.sign_anew(scheme, today, entropy);
        }
    }

    fn sign_anew(&mut self, scheme: Scheme, today: Date, entropy: &mut dyn FnMut(&mut [u8])) {
        let mut next = SigningKey::drawn(scheme, today, entropy);
        while self.verifying(next.public.id).is_some() {
            next = SigningKey::drawn(scheme, today, entropy);
        }
        let last = self.sign.replace(next);
        self.signed.extend(last.map(|key| key.public));
    }

    pub(super) const fn signing(&self) -> Option<&SigningKey> {
        self.sign.as_ref()
    }

    pub(super) fn verifying(&self, id: KeyId) -> Option<&PublicKey> {
        self.publics().find(|key| key.id == id)
    }

    /// The public keys, the oldest first; the one that signs is the last.
    pub(super) fn publics(&self) -> impl Iterator<Item = &PublicKey> {
        self.signed.iter().chain(self.sign.as_ref().map(|key| &key.public))
    }

    /// Adds an active key; of the cipher of the last one unless another is said.
    pub(super) fn add(&mut self, today: Date, cipher: Option<Cipher>, entropy: &mut dyn FnMut(&mut [u8])) {
        let cipher = cipher.unwrap_or(self.active.entry.cipher);
        let mut next = drawn(today, cipher, entropy);
        while self.opening(next.entry.id).is_some() {
            next = drawn(today, cipher, entropy);
        }
        let mut last = std::mem::replace(&mut self.active, next);
        last.entry.state = KeyState::Old;
        self.old.push(last);
    }

    pub(super) fn remove(&mut self, id: KeyId) -> Result<(), KeyError> {
        if self.active() == id {
            return Err(KeyError::StillActive { id });
        }
        let at = self.old.iter().position(|key| key.entry.id == id).ok_or(KeyError::Unknown { id })?;
        drop(self.old.remove(at));
        Ok(())
    }

    pub(super) fn active(&self) -> KeyId {
        self.active.entry.id
    }

    pub(super) fn sealing(&self) -> (KeyId, &Sealer) {
        (self.active.entry.id, &self.active.sealer)
    }

    pub(super) fn opening(&self, id: KeyId) -> Option<&Sealer> {
        self.all().find(|key| key.entry.id == id).map(|key| &key.sealer)
    }

    pub(super) fn entries(&self) -> Vec<KeyEntry> {
        self.all().map(|key| key.entry).collect()
    }

    pub(super) fn indexing(&self, purpose: &str) -> Secret {
        self.index.1.derived("baoxue index 1", purpose)
    }

    pub(super) fn code(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        code(&self.mac.1, purpose, data)
    }

    fn all(&self) -> impl Iterator<Item = &SealKey> {
        self.old.iter().chain([&self.active])
    }

    fn text(&self) -> Zeroizing<String> {
        // Room for all of it at once: growing would leave copies of keys behind.
        let room = 512 + 128 * (self.old.len() + 4) + 256 * self.signed.len();
        let mut text = Zeroizing::new(String::with_capacity(room));
        let mut line = |parts: &[&str]| {
            for (at, part) in parts.iter().enumerate() {
                text.push_str(if at == 0 { "" } else { " " });
                text.push_str(part);
            }
            text.push('\n');
        };
        line(&[FIRST]);
        line(&[NOTE]);
        for (name, (created, secret)) in [("index", &self.index), ("mac", &self.mac)] {
            line(&[name, &created.to_string(), &Zeroizing::new(hex(&*secret.0))]);
        }
        for key in self.all() {
            let state = match key.entry.state {
                KeyState::Active => "active",
                KeyState::Old => "old",
            };
            let KeyEntry { id, created, cipher, .. } = key.entry;
            let digits = Zeroizing::new(hex(&*key.secret.0));
            line(&[cipher.word(), &id.to_string(), state, &created.to_string(), &digits]);
        }
        for key in &self.signed {
            line(&["signed", &key.line()]);
        }
        if let Some(key) = &self.sign {
            let PublicKey { id, scheme, created, .. } = &key.public;
            let digits = Zeroizing::new(hex(&*key.secret.0));
            line(&["sign", scheme.word(), &id.to_string(), &created.to_string(), &digits]);
        }
        let end = self.code("key file lines", text.as_bytes());
        text.push_str("end ");
        text.push_str(&hex(&end));
        text.push('\n');
        text
    }
}

fn drawn(today: Date, cipher: Cipher, entropy: &mut dyn FnMut(&mut [u8])) -> SealKey {
    let mut id = [0; 4];
    entropy(&mut id);
    let entry =
        KeyEntry { id: KeyId(u32::from_be_bytes(id)), state: KeyState::Active, created: today, cipher };
    SealKey::new(entry, Secret::drawn(entropy))
}

fn code(mac: &Secret, purpose: &str, data: &[u8]) -> [u8; 32] {
    let mut mac = mac.derived("baoxue mac 1", purpose).hmac();
    mac.update(data);
    mac.finalize().into_bytes().into()
}

/// Where a text stops being a key file: line (0 for all of it) and what is wrong.
type Fault = (usize, &'static str);

fn parse(text: &str) -> Result<Ring, Fault> {
    if text.trim().is_empty() {
        return Err((0, "是空的"));
    }
    let cut = (0, "不完整，缺少结尾");
    let (lines, end) = text.strip_suffix('\n').and_then(|text| text.rsplit_once('\n')).ok_or(cut)?;
    let end = end.strip_prefix("end ").ok_or(cut)?;

    let (mut index, mut mac, mut active) = (None, None, None);
    let mut old: Vec<SealKey> = Vec::new();
    let (mut signed, mut sign): (Vec<PublicKey>, Option<SigningKey>) = (Vec::new(), None);
    for (at, line) in (1..).zip(lines.lines()) {
        if at == 1 {
            if line != FIRST {
                return Err((1, "的第一行不是本程序的格式"));
            }
            continue;
        }
        let mut words = line.split(' ');
        match words.next() {
            Some("#") => {}
            Some(name @ ("index" | "mac")) => {
                let item = (date(words.next(), at)?, secret(words.next(), at)?);
                let slot = if name == "index" { &mut index } else { &mut mac };
                if slot.replace(item).is_some() {
                    return Err((at, "里同一把密钥出现了两次"));
                }
            }
            Some(word @ ("seal" | "seal-sm4")) => {
                let cipher = if word == Cipher::Sm4.word() { Cipher::Sm4 } else { Cipher::Aes };
                let id: KeyId = words.next().and_then(|w| w.parse().ok()).ok_or((at, "里的密钥编号不对"))?;
                let state = match words.next() {
                    Some("active") => KeyState::Active,
                    Some("old") => KeyState::Old,
                    _ => return Err((at, "里的密钥状态不对")),
                };
                let entry = KeyEntry { id, state, created: date(words.next(), at)?, cipher };
                let key = SealKey::new(entry, secret(words.next(), at)?);
                if old.iter().chain(&active).any(|other: &SealKey| other.entry.id == id) {
                    return Err((at, "里同一把密钥出现了两次"));
                }
                match state {
                    KeyState::Old => old.push(key),
                    KeyState::Active if active.is_none() => active = Some(key),
                    KeyState::Active => return Err((at, "里有两把在用的密钥")),
                }
            }
            Some("signed") => {
                let rest = line.strip_prefix("signed ").unwrap_or_default();
                let key = PublicKey::from_line(rest).ok_or((at, "里的公钥不对"))?;
                signed.push(key);
            }
            Some("sign") => {
                let scheme = words.next().and_then(Scheme::from_word).ok_or((at, "里的签名算法不对"))?;
                let id: KeyId = words.next().and_then(|w| w.parse().ok()).ok_or((at, "里的密钥编号不对"))?;
                let created = date(words.next(), at)?;
                let key = SigningKey::new(id, scheme, created, secret(words.next(), at)?);
                if sign.replace(key.ok_or((at, "里的签名密钥不对"))?).is_some() {
                    return Err((at, "里有两把在用的签名密钥"));
                }
            }
            _ => return Err((at, "里有不认识的内容")),
        }
    }
    let (Some(index), Some(mac), Some(active)) = (index, mac, active) else {
        return Err((0, "不完整，缺少密钥"));
    };
    let said = bytes(end).ok_or(cut)?;
    let covered = text.len() - (end.len() + "end \n".len());
    let expected = code(&mac.1, "key file lines", text.as_bytes().get(..covered).unwrap_or_default());
    if !bool::from(subtle::ConstantTimeEq::ct_eq(expected.as_slice(), said.0.as_slice())) {
        return Err((0, "被改动过，校验不符"));
    }
    Ok(Ring { index, mac, old, active, signed, sign })
}

fn date(word: Option<&str>, line: usize) -> Result<Date, Fault> {
    word.and_then(|word| word.parse().ok()).ok_or((line, "里的日期不对"))
}

fn secret(word: Option<&str>, line: usize) -> Result<Secret, Fault> {
    word.and_then(bytes).ok_or((line, "里的密钥不是六十四位十六进制数字"))
}

/// 64 hex digits.
fn bytes(text: &str) -> Option<Secret> {
    let mut secret = Secret(Box::new([0; 32]));
    let mut digits = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()));
    for byte in secret.0.iter_mut() {
        let (high, low) = (digits.next()??, digits.next()??);
        *byte = high << 4 | low;
    }
    digits.next().is_none().then_some(secret)
}

pub(super) fn create(path: &Path, today: Date, entropy: &mut dyn FnMut(&mut [u8])) -> Result<Ring, KeyError> {
    let ring = Ring::new(today, entropy);
    write_new(path, &ring).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists { path: path.to_owned() },
        _ => unwritable(path, &error),
    })?;
    Ok(ring)
}

pub(super) fn load(path: &Path) -> Result<Ring, KeyError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => KeyError::Missing { path: path.to_owned() },
        _ => unreadable(path, &error),
    })?;
    let about = file.metadata().map_err(|error| unreadable(path, &error))?;
    let malformed = |(line, what): Fault| KeyError::Malformed { path: path.to_owned(), line, what };
    if !about.is_file() || about.len() > LONGEST {
        return Err(malformed((0, "不是本程序的密钥文件")));
    }
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Open { path: path.to_owned(), mode });
    }
    let room = usize::try_from(about.len()).unwrap_or_default() + 64;
    let mut text = Zeroizing::new(Vec::with_capacity(room));
    file.take(LONGEST).read_to_end(&mut text).map_err(|error| unreadable(path, &error))?;
    let text = std::str::from_utf8(&text).map_err(|_| malformed((0, "不是文本")))?;
    parse(text).map_err(malformed)
}

/// Reads the file, changes what it holds and puts the new one in its place. One at a time on this machine.
pub(super) fn change(
    path: &Path,
    with: impl FnOnce(&mut Ring) -> Result<(), KeyError>,
) -> Result<Ring, KeyError> {
    let failed = |error: io::Error| unwritable(path, &error);
    let folder = File::open(folder(path)).map_err(failed)?;
    folder.lock().map_err(failed)?;
    let mut ring = load(path)?;
    with(&mut ring)?;

    let mut before = OpenOptions::new().write(true).open(path).map_err(failed)?;
    let fresh = beside(path);
    // Left by a process that was killed; it never became the key file.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    write_new(&fresh, &ring).map_err(failed)?;
    fs::rename(&fresh, path).map_err(failed)?;
    folder.sync_all().map_err(failed)?;
    // The keys are safe in the new file. Wiping the old one is best effort: disks may keep copies of their own.
    if let Ok(about) = before.metadata() {
        let zeros = vec![0; usize::try_from(about.len()).unwrap_or_default()];
        drop(before.write_all(&zeros).and_then(|()| before.sync_all()));
    }
    Ok(ring)
}

/// Writes a file that must not be there yet; durable, or gone again.
fn write_new(path: &Path, ring: &Ring) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = file
        .set_permissions(fs::Permissions::from_mode(0o600))
        .and_then(|()| file.write_all(ring.text().as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| File::open(folder(path))?.sync_all());
    if written.is_err() {
        drop(fs::remove_file(path));
    }
    written
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

fn unreadable(path: &Path, error: &io::Error) -> KeyError {
    KeyError::Read { path: path.to_owned(), said: plain(error) }
}

fn unwritable(path: &Path, error: &io::Error) -> KeyError {
    KeyError::Write { path: path.to_owned(), said: plain(error) }
}

/// The usual reasons in Chinese; else what the system says.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "文件夹不存在".to_owned(),
        io::ErrorKind::PermissionDenied => "没有权限".to_owned(),
        io::ErrorKind::StorageFull => "磁盘已满".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "磁盘只读".to_owned(),
        _ => error.to_string(),
    }
}
