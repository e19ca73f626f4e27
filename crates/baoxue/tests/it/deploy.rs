//! What stands in `deploy/` works as it is: the nightly backup keeps what it must and takes away what it must (K12).

use std::fs;
use std::process::Command;

use crate::command::{Folder, baoxue};

/// Today's backup is written and restores; those older than 35 days go, but never the newest seven.
#[test]
fn the_nightly_backup_keeps_the_newest_seven() {
    let folder = Folder::new();
    let data = folder.arg("data");
    let said = baoxue(&["demo", "--no-serve", "--children", "300", "--today", "2026-11-24", "--data", &data]);
    assert_eq!(said.code, 0, "{said:?}");
    let kept = folder.path("backups");
    fs::create_dir(&kept).unwrap();
    for day in 1..=9 {
        let old = kept.join(format!("2026-01-{day:02}-023000.backup"));
        fs::write(&old, "old").unwrap();
        let touched = Command::new("touch").args(["-d", "2026-01-10"]).arg(&old).status().unwrap();
        assert!(touched.success());
    }
    fs::write(kept.join("note.txt"), "not a backup").unwrap();

    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/baoxue-backup");
    let done = Command::new(script)
        .arg(&data)
        .arg(&kept)
        .env("BAOXUE", env!("CARGO_BIN_EXE_baoxue"))
        .status()
        .unwrap();
    assert!(done.success());

    let mut names: Vec<String> =
        fs::read_dir(&kept).unwrap().map(|each| each.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut expected: Vec<String> = (4..=9).map(|day| format!("2026-01-{day:02}-023000.backup")).collect();
    let fresh = names.iter().find(|name| name.ends_with(".backup") && !name.starts_with("2026-01-"));
    expected.push(fresh.expect("today's backup is there").clone());
    expected.push("note.txt".to_owned());
    expected.sort();
    assert_eq!(names, expected);
    let newest = kept.join(fresh.unwrap()).display().to_string();
    let said = baoxue(&["restore", &newest, "--data", &folder.arg("restored")]);
    assert_eq!(said.code, 0, "{said:?}");
}
