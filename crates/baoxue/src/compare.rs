//! `baoxue compare`: the comparisons on files, without a server. Says how far it is, and puts what was found into a
//! folder; nothing is left behind when anything fails. Reading and comparing are `casework`'s.

use std::fs;
use std::path::Path;
use std::time::Instant;

use casework::compared::{self, Inputs, Outcome};

use crate::failure::Failure;
use crate::progress::{Progress, Shown};

/// Compares the lists and writes the results into `out`.
pub(crate) fn run(inputs: &Inputs<'_>, out: &Path) -> Result<String, Failure> {
    let shown = Shown::default();
    let report = |progress: casework::lists::Progress<'_>| shown.report(progress);
    let start = Instant::now();
    let given = compared::read(inputs, &report)?;
    let read = start.elapsed().as_secs_f64();
    let outcome = compared::compare(given, &report);
    let seconds = [read, start.elapsed().as_secs_f64() - read];
    write(&outcome, seconds, out)?;
    Ok(format!("{}\n请打开 {}", outcome.said(), out.join("findings.xlsx").display()))
}

/// Writes every file beside its place first, so that a failure leaves the folder as it was.
fn write(outcome: &Outcome<'_>, seconds: [f64; 2], out: &Path) -> Result<(), Failure> {
    let _progress = Progress::start("写出结果", 0);
    let existed = out.is_dir();
    let denied = |error: std::io::Error| {
        Failure::machine(
            format!("写不了输出文件夹（{error}）"),
            out.display().to_string(),
            "请换一个位置，或检查权限和磁盘空间",
        )
    };
    fs::create_dir_all(out).map_err(denied)?;
    let result = tempfile::tempdir_in(out).map_err(denied).and_then(|beside| {
        let path = |name: &str| beside.path().join(name);
        let (tables, book) = rayon::join(
            || {
                outcome
                    .save_links(&path("links.csv"))
                    .and_then(|()| outcome.save_findings(&path("findings.csv")))
            },
            || outcome.save_workbook(&path("findings.xlsx")),
        );
        tables?;
        book?;
        let mut names = vec!["findings.xlsx", "findings.csv", "links.csv", "summary.json"];
        if outcome.save_problems(&path("problems.xlsx"))? {
            names.push("problems.xlsx");
        }
        outcome.save_summary(&path("summary.json"), seconds)?;
        for name in names {
            fs::rename(path(name), out.join(name)).map_err(denied)?;
        }
        Ok(())
    });
    if result.is_err() && !existed {
        // The folder was made for this; if it cannot be taken away again, an empty folder stays.
        let _ = fs::remove_dir(out);
    }
    result
}
