//! Keeping an installation: backup, restore, doctor, and the record of acts, on a small demo county (hazards I, K01).

use std::fs;

use crate::command::{Folder, baoxue};

/// A demo county of 300 children, not served.
fn county(folder: &Folder) -> String {
    let data = folder.arg("data");
    let said = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    data
}

/// What is backed up can be restored elsewhere, and is whole there.
#[test]
fn a_backup_is_restored_and_found_whole() {
    let folder = Folder::new();
    let data = county(&folder);
    let said = baoxue(&["doctor", "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("密钥文件和数据库相符"), "{said:?}");

    let (file, other) = (folder.arg("county.backup"), folder.arg("other"));
    let said = baoxue(&["backup", &file, "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("密钥文件"), "says that the keys are kept apart: {said:?}");
    let bytes = fs::read(&file).unwrap();
    assert_eq!(baoxue(&["backup", &file, "--data", &data]).code, 2, "an older backup is not overwritten");
    assert_eq!(fs::read(&file).unwrap(), bytes);

    let said = baoxue(&["restore", &file, "--data", &other]);
    assert_eq!(said.code, 0, "{said:?}");
    // Without its keys the county cannot be opened, and nobody makes new ones for it.
    let said = baoxue(&["doctor", "--data", &other]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(!folder.path("other/keys.toml").exists());
    fs::copy(folder.path("data/keys.toml"), folder.path("other/keys.toml")).unwrap();
    // The watermark comes along, as the manual says: without it nobody could tell whether rows are missing.
    fs::create_dir(folder.path("other/seals")).unwrap();
    fs::copy(folder.path("data/seals/watermark.json"), folder.path("other/seals/watermark.json")).unwrap();
    let said = baoxue(&["doctor", "--data", &other]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("密钥文件和数据库相符"), "{said:?}");
    let said = baoxue(&["audit", "verify", "--data", &other]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("条操作记录完好"), "{said:?}");

    // A place that is taken is left alone.
    let before = fs::read(folder.path("other/baoxue.db")).unwrap();
    assert_eq!(baoxue(&["restore", &file, "--data", &other]).code, 2);
    assert_eq!(fs::read(folder.path("other/baoxue.db")).unwrap(), before);
}

/// A damaged, cut or foreign file is refused, and the target is as it was.
#[test]
fn a_damaged_backup_is_refused() {
    let folder = Folder::new();
    let data = county(&folder);
    let file = folder.arg("county.backup");
    assert_eq!(baoxue(&["backup", &file, "--data", &data]).code, 0);
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let cases: [(&str, &[u8]); 4] = [
        ("flipped", &flipped),
        ("cut", &whole[..middle]),
        ("empty", b""),
        ("foreign", b"PK\x03\x04 a workbook"),
    ];
    for (name, bytes) in cases {
        let (bad, target) = (folder.arg("bad.backup"), folder.arg(name));
        fs::write(&bad, bytes).unwrap();
        let said = baoxue(&["restore", &bad, "--data", &target]);
        assert_eq!(said.code, 2, "{name}: {said:?}");
        assert!(said.error().contains("没有恢复"), "{name}: {said:?}");
        assert!(!folder.path(name).exists(), "{name}: nothing is left behind");
    }
    // A folder that was there, with a key file put ready, keeps what it had and gets nothing more.
    fs::create_dir(folder.path("ready")).unwrap();
    fs::copy(folder.path("data/keys.toml"), folder.path("ready/keys.toml")).unwrap();
    fs::write(folder.path("bad.backup"), &flipped).unwrap();
    assert_eq!(baoxue(&["restore", &folder.arg("bad.backup"), "--data", &folder.arg("ready")]).code, 2);
    let left: Vec<_> =
        fs::read_dir(folder.path("ready")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["keys.toml"]);
}

/// Keys of another installation are noticed before anybody works with them.
#[test]
fn doctor_notices_strange_keys_and_damage() {
    let folder = Folder::new();
    let data = county(&folder);
    let other = Folder::new();
    let strange = county(&other);
    fs::copy(other.path("data/keys.toml"), folder.path("data/keys.toml")).unwrap();
    let said = baoxue(&["doctor", "--data", &data]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("不对  密钥文件和数据库不相符"), "{said:?}");

    let path = other.path("data/baoxue.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let said = baoxue(&["doctor", "--data", &strange]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("数据库损坏") || said.error().contains("数据库"), "{said:?}");
}

/// Looking at a place where nothing is makes nothing there.
#[test]
fn nothing_is_made_where_nothing_is() {
    let folder = Folder::new();
    let data = folder.arg("none");
    let file = folder.arg("f");
    for args in [
        &["doctor", "--data", &data][..],
        &["backup", &file, "--data", &data],
        &["audit", "verify", "--data", &data],
        &["audit", "seal", &file, "--month", "2026-11", "--data", &data],
        &["restore", &file, "--data", &data],
    ] {
        let said = baoxue(args);
        assert_eq!(said.code, 2, "{args:?}: {said:?}");
        assert!(!folder.path("none").exists() && !folder.path("f").exists(), "{args:?}");
    }
}

/// A seal file that is not ours is refused; one of a month without acts cannot be made.
#[test]
fn a_strange_seal_file_is_refused() {
    let folder = Folder::new();
    let data = county(&folder);
    let file = folder.arg("seal.json");
    let said = baoxue(&["audit", "seal", &file, "--month", "2019-01", "--data", &data]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(!folder.path("seal.json").exists());
    fs::write(&file, "{}").unwrap();
    let said = baoxue(&["audit", "verify", "--data", &data, "--seal", &file]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.error().contains("封存文件不是"), "{said:?}");
}
