//! Runs the built program as a clerk would, and reads what it wrote.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// The one line that says what is wrong.
    pub(crate) fn error(&self) -> &str {
        self.err.lines().find(|line| line.starts_with("错误: ")).unwrap_or_default()
    }
}

/// Runs `baoxue` with these arguments on so many threads.
pub(crate) fn baoxue_on(threads: u8, args: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_baoxue"))
        .args(args)
        .env("RAYON_NUM_THREADS", threads.to_string())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs `baoxue` with these arguments.
pub(crate) fn baoxue(args: &[&str]) -> Said {
    baoxue_on(2, args)
}

/// Compares two lists into `out`, with `more` arguments, on the day of the invented lists.
pub(crate) fn compare(household: &str, roll: &str, out: &str, more: &[&str]) -> Said {
    let base = ["compare", "--household", household, "--roll", roll, "--as-of", "2026-09-10", "--out", out];
    baoxue(&[&base, more].concat())
}

/// A folder that goes away with the test.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where a file of that name stands, as an argument.
    pub(crate) fn arg(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.arg(name)
    }

    /// Files in a folder inside this one, sorted.
    pub(crate) fn files(&self, name: &str) -> Vec<String> {
        let mut files: Vec<String> = fs::read_dir(self.path(name))
            .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
            .unwrap_or_default();
        files.sort();
        files
    }
}

/// A synthetic county in `folder`, as synth writes it.
pub(crate) fn county(folder: &Folder, children: u32, seed: u32, format: &str) {
    let (children, seed) = (children.to_string(), seed.to_string());
    let out = folder.arg("");
    let args = ["synth", "--children", &children, "--seed", &seed, "--out", &out, "--format", format];
    let said = baoxue(&args);
    assert_eq!(said.code, 0, "{said:?}");
}

/// Compares a county's lists into `out`.
pub(crate) fn compare_county(folder: &Folder, format: &str, out: &str, threads: u8) -> Said {
    let list = |name: &str| folder.arg(&format!("{name}.{format}"));
    let (household, roll, present) = (list("household"), list("roll"), list("present"));
    let (poverty, out) = (list("poverty"), folder.arg(out));
    let elsewhere = format!("外出就读={}", list("elsewhere"));
    let disability = format!("残疾={}", list("disability"));
    baoxue_on(
        threads,
        &[
            "compare",
            "--household",
            &household,
            "--roll",
            &roll,
            "--present",
            &present,
            "--poverty",
            &poverty,
            "--list",
            &elsewhere,
            "--list",
            &disability,
            "--as-of",
            "2026-09-10",
            "--out",
            &out,
        ],
    )
}

/// The rows of a CSV file by heading.
pub(crate) fn rows(path: &Path) -> Vec<HashMap<String, String>> {
    let text = fs::read_to_string(path).unwrap();
    let mut records = records(text.trim_start_matches('\u{feff}')).into_iter();
    let headings = records.next().unwrap();
    let row = |record: Vec<String>| {
        assert_eq!(record.len(), headings.len(), "{record:?}");
        headings.iter().cloned().zip(record).collect()
    };
    records.map(row).collect()
}

/// The records of RFC 4180 text.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => cell.extend(signs.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                all.push(std::mem::take(&mut record));
            }
            _ => cell.push(sign),
        }
    }
    all
}
