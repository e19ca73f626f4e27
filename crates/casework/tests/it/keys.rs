//! Sealed fields, blind indexes and the key file (hazards I08, K06–K09, K15).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use casework::keys::{KeyError, KeyState, Keys, Place};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::cases;

pub(crate) const TODAY: Date = date(2026, 11, 24);
const ID: &str = "539999201504036672";
const AT: Place<'_> = Place { county: "532926", table: "child", column: "id_number", row: "c1" };

/// Bytes that differ from call to call and from start to start, the same in every run.
pub(crate) fn counted(start: u8) -> impl FnMut(&mut [u8]) {
    let mut next = u32::from(start) << 16;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = next.to_be_bytes()[0];
        }
    }
}

pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys::create(&self.file(), TODAY, &mut counted(1)).unwrap()
    }

    pub(crate) fn keys_again(&self) -> Keys {
        Keys::load(&self.file()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Printable runs of four and more characters, as `strings` shows them.
fn strings(bytes: &[u8]) -> Vec<String> {
    bytes
        .split(|byte| !(0x20..0x7f).contains(byte))
        .filter(|run| run.len() >= 4)
        .map(|run| String::from_utf8(run.to_vec()).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(cases(256))]

    /// K08: what is sealed opens in its place, and there only.
    #[test]
    fn sealed_opens_in_its_place(plain in ".{0,40}", nonce: [u8; 12], other in "[a-z0-9]{0,6}", which in 0_usize..4) {
        let keys = Keys::for_tests();
        let blob = keys.seal(AT, &plain, nonce);
        prop_assert_eq!(keys.open(AT, &blob), Ok(plain.clone()));
        prop_assert_eq!(blob.len(), 1 + 4 + 12 + plain.len() + 16);
        prop_assert!(!keys.needs_reseal(&blob));

        let mut moved = AT;
        *[&mut moved.county, &mut moved.table, &mut moved.column, &mut moved.row][which] = &other;
        prop_assume!(moved != AT);
        prop_assert_eq!(keys.open(moved, &blob), Err(KeyError::Refused));
    }

    /// K08: the borders between the parts of a place are authenticated, too.
    #[test]
    fn borders_of_a_place_count(word in "[a-z]{2,8}", cut in 1_usize..8, nonce: [u8; 12]) {
        prop_assume!(cut < word.len());
        let keys = Keys::for_tests();
        let whole = Place { county: "532926", table: "t", column: &word, row: "" };
        let (column, row) = word.split_at(cut);
        let split = Place { county: "532926", table: "t", column, row };
        prop_assert_eq!(keys.open(split, &keys.seal(whole, ID, nonce)), Err(KeyError::Refused));
    }

    /// K01, K08: any changed, cut or added byte is refused.
    #[test]
    fn changed_blobs_are_refused(at: prop::sample::Index, by in 1_u8.., cut: prop::sample::Index) {
        let keys = Keys::for_tests();
        let blob = keys.seal(AT, ID, [7; 12]);

        let mut changed = blob.clone();
        changed[at.index(blob.len())] ^= by;
        prop_assert!(keys.open(AT, &changed).is_err());
        prop_assert!(keys.open(AT, &blob[..cut.index(blob.len())]).is_err());
        prop_assert!(keys.open(AT, &[blob.as_slice(), &[by]].concat()).is_err());
    }

    /// K09: equal exactly when county, purpose and text are equal.
    #[test]
    fn indexes_are_equal_for_equals_only(a in "[0-9X]{1,4}", b in "[0-9X]{1,4}", p in "[ab]{0,2}", q in "[ab]{0,2}") {
        let keys = Keys::for_tests();
        prop_assert_eq!(keys.index("532926", &p, &a) == keys.index("532926", &q, &b), a == b && p == q);
        prop_assert_eq!(keys.index(&p, "id", &a) == keys.index(&q, "id", &b), a == b && p == q);
    }

    /// A code holds for its purpose and data only.
    #[test]
    fn codes_hold_for_their_data(a in prop::collection::vec(0_u8..2, 0..3), b in prop::collection::vec(0_u8..2, 0..3),
                                 p in "[ab]{0,2}", q in "[ab]{0,2}", at in 0_usize..32, by in 1_u8..) {
        let keys = Keys::for_tests();
        let mut code = keys.mac(&p, &a);
        prop_assert_eq!(keys.verify_mac(&q, &b, &code), a == b && p == q);
        prop_assert!(!keys.verify_mac(&p, &a, &code[..at]));
        code[at] ^= by;
        prop_assert!(!keys.verify_mac(&p, &a, &code));
    }
}

/// K05, K06: neither a sealed field nor an index nor `Debug` nor an error shows the text or a key.
#[test]
fn nothing_shows_through() {
    let desk = Desk::new();
    let keys = desk.keys();
    let file = fs::read_to_string(desk.file()).unwrap();
    let secrets: Vec<&str> = file.split_whitespace().filter(|word| word.len() == 64).collect();
    assert_eq!(secrets.len(), 4, "index, mac, one sealing key and the code at the end");

    let blob = keys.seal(AT, ID, [9; 12]);
    let mut shown = strings(&blob);
    shown.push(keys.index("532926", "id", ID));
    shown.push(format!("{keys:?} {:?}", keys.open(Place { row: "c2", ..AT }, &blob)));
    for secret in secrets.into_iter().chain([ID, "5399992015"]) {
        assert!(!shown.iter().any(|text| text.contains(secret)), "{shown:?}");
    }
    assert!(!blob.windows(4).any(|four| ID.as_bytes().windows(4).any(|other| four == other)));
    assert!(shown.last().unwrap().contains("Active"), "Debug says what keys there are: {shown:?}");
}

/// K09: an index is keyed: another installation's differs; it is 128 bits in hex.
#[test]
fn indexes_are_keyed() {
    let (one, two) = (Desk::new(), Desk::new());
    let mine = one.keys().index("532926", "id", ID);
    let theirs = Keys::create(&two.file(), TODAY, &mut counted(2)).unwrap().index("532926", "id", ID);
    assert_ne!(mine, theirs);
    assert_eq!(mine.len(), 32);
    assert!(mine.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_ne!(
        one.keys_again().mac("id", ID.as_bytes())[..],
        mine.as_bytes()[..],
        "other keys for other work"
    );
}

/// What is written today must open in years. The three values were computed apart from this program, with Python's
/// `hmac` and `cryptography`, from the layout that the ADR describes.
#[test]
fn the_layout_stays() {
    let keys = Keys::for_tests();
    let blob = keys.seal(AT, "0872-0000000", [3; 12]);
    assert_eq!(blob[..17], [&[1][..], &blob[1..5], &[3; 12]].concat());
    assert_eq!(keys.entries()[0].id.to_string(), hex(&blob[1..5]));
    assert_eq!(hex(&blob), PINNED_BLOB);
    assert_eq!(keys.index("532926", "id", ID), PINNED_INDEX);
    assert_eq!(hex(&keys.mac("cursor", b"1")), PINNED_MAC);
}

const PINNED_BLOB: &str =
    "0141424344030303030303030303030303478c7800d7596cf278307d6b3e8b924e4415c02beba313abb346aa8a";
const PINNED_INDEX: &str = "fec44f2e5fbdd5147d895bb58b38c0a0";
const PINNED_MAC: &str = "0506a95c1c4a28d915c93e736f98b490f25df5e12c120707991b6517f0cf9588";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// I08: a new file belongs to its owner alone and is never overwritten.
#[test]
fn a_new_file_is_private_and_kept() {
    let desk = Desk::new();
    let keys = desk.keys();
    assert_eq!(mode(&desk.file()), 0o600);
    assert_eq!(desk.names(), ["keys"]);

    let before = fs::read(desk.file()).unwrap();
    let refused = Keys::create(&desk.file(), TODAY, &mut counted(2)).unwrap_err();
    assert_eq!(refused, KeyError::Exists { path: desk.file() });
    assert_eq!(fs::read(desk.file()).unwrap(), before);

    let again = desk.keys_again();
    assert_eq!(again.open(AT, &keys.seal(AT, ID, [1; 12])).unwrap(), ID);
    assert_eq!(again.index("532926", "id", ID), keys.index("532926", "id", ID));
    assert_eq!(again.mac("cursor", b"1"), keys.mac("cursor", b"1"));
    assert_eq!(again.entries(), keys.entries());
    assert_eq!(again.entries()[0].created, TODAY);
}

/// I08: a file that others may touch is refused, with the way out.
#[test]
fn an_open_file_is_refused() {
    fn check(bits: u32, accepted: bool) {
        let desk = Desk::new();
        desk.keys();
        fs::set_permissions(desk.file(), fs::Permissions::from_mode(bits)).unwrap();
        let loaded = Keys::load(&desk.file());
        assert_eq!(loaded.is_ok(), accepted, "{bits:o}");
        if let Err(error) = loaded {
            assert_eq!(error, KeyError::Open { path: desk.file(), mode: bits });
            let said = error.to_string();
            assert!(
                said.contains("chmod 600") && said.contains("keys") && said.contains(&format!("{bits:04o}"))
            );
        }
    }
    check(0o600, true);
    check(0o400, true);
    check(0o640, false);
    check(0o604, false);
    check(0o620, false);
    check(0o610, false);
    check(0o644, false);
    check(0o666, false);
    check(0o777, false);
}

/// I08: places where no file can be made or found, each with its sentence.
#[test]
fn missing_and_unwritable_places_are_named() {
    let desk = Desk::new();
    let file = desk.file();
    let missing = Keys::load(&file).unwrap_err();
    assert_eq!(missing, KeyError::Missing { path: file });
    assert!(missing.to_string().starts_with("找不到密钥文件 · "), "{missing}");

    let nowhere = desk.folder.path().join("no").join("keys");
    let unwritable = Keys::create(&nowhere, TODAY, &mut counted(1)).unwrap_err();
    assert!(unwritable.to_string().starts_with("密钥文件写不进去（文件夹不存在） · "), "{unwritable}");

    let folder = Keys::load(desk.folder.path()).unwrap_err();
    assert!(matches!(folder, KeyError::Malformed { line: 0, .. }), "{folder}");
}

/// I08, K07: a file that was cut, joined or edited is refused and the line is named, never repeated.
#[test]
fn a_damaged_file_is_refused() {
    let desk = Desk::new();
    desk.keys();
    desk.keys_again().rotate(&desk.file(), TODAY, &mut counted(3)).unwrap();
    let good = fs::read_to_string(desk.file()).unwrap();
    let check = |text: &str, line: usize, what: &str| {
        fs::write(desk.file(), text).unwrap();
        match Keys::load(&desk.file()) {
            Err(KeyError::Malformed { line: found, what: said, .. }) => {
                assert_eq!((found, said.contains(what)), (line, true), "{said}: {text}");
            }
            other => panic!("{other:?}: {text}"),
        }
    };
    let without = |at: usize| {
        let kept: Vec<&str> =
            good.lines().enumerate().filter(|(line, _)| *line != at).map(|(_, text)| text).collect();
        kept.join("\n") + "\n"
    };
    check("", 0, "空");
    check(" \n", 0, "空");
    check("hello\nend 1\n", 1, "格式");
    check(good.trim_end(), 0, "不完整");
    check(&without(6), 0, "不完整");
    check(&without(5), 0, "缺少密钥");
    check(&without(4), 0, "校验");
    check(&without(3), 0, "缺少密钥");
    check(&without(2), 0, "缺少密钥");
    check(&good.replace("active", "old"), 0, "缺少密钥");
    check(&good.replace(" old ", " active "), 6, "两把在用");
    check(&good.replace(" old ", " lost "), 5, "状态");
    check(&good.replacen("2026-11-24", "2026-11-31", 1), 3, "日期");
    check(&good.replacen("2026-11-24", "2026-11-25", 1), 0, "校验");
    check(&good.replacen("index 2026-11-24 ", "index 2026-11-24 0", 1), 3, "十六进制");
    check(&good.replacen("mac 2026-11-24 ", "mac 2026-11-24 x", 1), 4, "十六进制");
    check(&good.replacen("mac ", "index ", 1), 4, "两次");
    check(&good.replacen("mac ", "sm4 ", 1), 4, "不认识");
    check(&good.replacen("seal ", "seal x", 1), 5, "编号");
    check(&good.replacen("end ", "end 0", 1), 0, "不完整");
    check(&format!("{good}{good}"), 7, "不认识");
    check(&good.repeat(100), 7, "不认识");
    check(&"# \n".repeat(30_000), 0, "不是本程序");

    // A change of any byte is noticed, and so is any cut.
    for at in (0..good.len()).step_by(7) {
        let mut flipped = good.clone().into_bytes();
        flipped[at] = if flipped[at] == b'0' { b'1' } else { b'0' };
        fs::write(desk.file(), flipped).unwrap();
        assert!(Keys::load(&desk.file()).is_err(), "byte {at}");
        fs::write(desk.file(), &good.as_bytes()[..at]).unwrap();
        assert!(Keys::load(&desk.file()).is_err(), "cut at {at}");
    }
    fs::write(desk.file(), [0xff; 200]).unwrap();
    assert!(matches!(Keys::load(&desk.file()), Err(KeyError::Malformed { line: 0, .. })));
    fs::write(desk.file(), &good).unwrap();
    assert_eq!(desk.keys_again().entries().len(), 2, "the untouched text still loads");
}

/// K07: both keys open until all is sealed anew; then the old one is destroyed. Indexes and codes stay.
#[test]
fn rotation_from_start_to_end() {
    let desk = Desk::new();
    let keys = desk.keys();
    let clone = keys.clone();
    let first = keys.entries()[0].id;
    let blob = keys.seal(AT, ID, [1; 12]);
    let (index, code) = (keys.index("532926", "id", ID), keys.mac("cursor", b"1"));

    assert_eq!(keys.retire(&desk.file(), first), Err(KeyError::StillActive { id: first }));
    let second = keys.rotate(&desk.file(), date(2027, 11, 24), &mut counted(9)).unwrap();
    assert_ne!(second, first);
    assert_eq!(
        keys.entries().iter().map(|key| (key.id, key.state, key.created)).collect::<Vec<_>>(),
        [(first, KeyState::Old, TODAY), (second, KeyState::Active, date(2027, 11, 24))],
    );
    assert_eq!(clone.entries(), keys.entries(), "clones share the ring");
    assert_eq!((mode(&desk.file()), desk.names()), (0o600, vec!["keys".to_owned()]));

    assert_eq!(clone.open(AT, &blob).unwrap(), ID);
    assert!(clone.needs_reseal(&blob));
    assert!(clone.needs_reseal(b""), "what is no sealed field is not passed over");
    let anew = clone.reseal(AT, &blob, [2; 12]).unwrap();
    assert!(!clone.needs_reseal(&anew));
    assert_eq!(desk.keys_again().open(AT, &anew).unwrap(), ID);
    assert_eq!(keys.index("532926", "id", ID), index);
    assert_eq!(keys.mac("cursor", b"1"), code);

    let secret = fs::read_to_string(desk.file()).unwrap();
    let secret = secret.lines().find(|line| line.contains(" old ")).unwrap().split(' ').next_back().unwrap();
    keys.retire(&desk.file(), first).unwrap();
    assert_eq!(keys.open(AT, &blob), Err(KeyError::Unknown { id: first }));
    assert_eq!(keys.open(AT, &anew).unwrap(), ID);
    assert_eq!(keys.retire(&desk.file(), first), Err(KeyError::Unknown { id: first }));
    assert!(!fs::read_to_string(desk.file()).unwrap().contains(secret), "destroyed in the file");
    assert_eq!(desk.keys_again().entries(), keys.entries());
}

/// K07: a rotation that was killed leaves a half-written file beside the real one; nothing is lost, and the next
/// rotation goes through.
#[test]
fn a_killed_rotation_harms_nothing() {
    let desk = Desk::new();
    let keys = desk.keys();
    let blob = keys.seal(AT, ID, [1; 12]);
    fs::write(desk.folder.path().join("keys.new"), "baoxue-keys 1\nindex 20").unwrap();

    assert_eq!(desk.keys_again().open(AT, &blob).unwrap(), ID);
    keys.rotate(&desk.file(), TODAY, &mut counted(4)).unwrap();
    assert_eq!(desk.names(), ["keys"]);
    assert_eq!(desk.keys_again().open(AT, &blob).unwrap(), ID);
}

/// K07: a running process takes over what another one rotated, and refuses a stranger's or a damaged file while it
/// goes on with what it has.
#[test]
fn a_running_process_follows() {
    let (desk, other) = (Desk::new(), Desk::new());
    let running = desk.keys();
    let command = desk.keys_again();
    command.rotate(&desk.file(), TODAY, &mut counted(5)).unwrap();
    let blob = command.seal(AT, ID, [1; 12]);
    assert!(matches!(running.open(AT, &blob), Err(KeyError::Unknown { .. })));
    running.reload(&desk.file()).unwrap();
    assert_eq!(running.open(AT, &blob).unwrap(), ID);

    Keys::create(&other.file(), TODAY, &mut counted(6)).unwrap();
    let strange = KeyError::Other { path: other.file() };
    assert_eq!(running.reload(&other.file()), Err(strange.clone()));
    let before = fs::read(other.file()).unwrap();
    assert_eq!(running.rotate(&other.file(), TODAY, &mut counted(7)), Err(strange));
    assert_eq!(fs::read(other.file()).unwrap(), before, "the stranger's file is left alone");

    fs::write(desk.file(), "").unwrap();
    assert!(running.reload(&desk.file()).is_err());
    assert_eq!(running.open(AT, &blob).unwrap(), ID);
}

/// K07: two processes rotate at once: both keys are in the file, and everything opens.
#[test]
fn rotations_at_once_do_not_lose_a_key() {
    let desk = Desk::new();
    let keys = desk.keys();
    let made: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = (10..18)
            .map(|start| {
                let (own, file) = (desk.keys_again(), desk.file());
                scope.spawn(move || {
                    own.rotate(&file, TODAY, &mut counted(start)).unwrap();
                    own
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    keys.reload(&desk.file()).unwrap();
    assert_eq!(keys.entries().len(), 1 + made.len());
    for own in made {
        assert_eq!(keys.open(AT, &own.seal(AT, ID, [1; 12])).unwrap(), ID);
    }
}

/// Every error says what, where and what to do, and a wrong key (K07) is told from a changed field.
#[test]
fn errors_say_what_where_and_what_to_do() {
    let (desk, other) = (Desk::new(), Desk::new());
    let keys = desk.keys();
    let stranger = Keys::create(&other.file(), TODAY, &mut counted(2)).unwrap();
    let blob = keys.seal(AT, ID, [1; 12]);
    let wrong = stranger.open(AT, &blob).unwrap_err();
    assert_eq!(wrong, KeyError::Unknown { id: keys.entries()[0].id });
    for error in [
        wrong,
        keys.open(AT, &blob[1..]).unwrap_err(),
        keys.open(AT, &blob[..20]).unwrap_err(),
        keys.open(Place { county: "532925", ..AT }, &blob).unwrap_err(),
        "ABCDEF01".parse::<casework::keys::KeyId>().unwrap_err(),
        KeyError::Read { path: desk.file(), said: "没有权限".to_owned() },
        KeyError::Exists { path: desk.file() },
        KeyError::Other { path: desk.file() },
        KeyError::StillActive { id: keys.entries()[0].id },
    ] {
        let said = error.to_string();
        assert_eq!(said.split(" · ").count(), 3, "{said}");
        assert!(!said.contains(ID), "{said}");
    }
    let id = keys.entries()[0].id;
    assert_eq!(id.to_string().parse(), Ok(id));
}
