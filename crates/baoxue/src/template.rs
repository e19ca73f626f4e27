//! `baoxue template KIND`: the empty workbook of a list. What stands in it is `casework`'s.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rules::plan::{ListKind, Plan};

use crate::failure::Failure;

/// Reads the word for a list.
pub(crate) fn kind(text: &str) -> Result<ListKind, String> {
    let other = match text {
        "脱贫户" | "监测户" | "脱贫户和监测户" => Some(ListKind::Poverty),
        "残疾" | "残疾人" => Some(ListKind::Disability),
        "其他" | "其他名单" => Some(ListKind::Generic),
        _ => None,
    };
    other.or_else(|| ListKind::parse(text)).ok_or_else(|| "没有这种名单".to_owned())
}

/// Writes the empty workbook; an existing file is left alone, for somebody may have filled it in.
pub(crate) fn run(kind: ListKind, plan: &Plan, today: Date, out: Option<&Path>) -> Result<String, Failure> {
    let title = &plan.list(kind).title;
    let path = out.map_or_else(|| PathBuf::from(format!("{title}（空白模板）.xlsx")), Path::to_owned);
    let bytes = casework::lists::template(kind, plan, today)?;
    let place = || path.display().to_string();
    let written = OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut file| {
        file.write_all(&bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
            // Half a workbook is of no use to anybody; if it cannot be taken away, it stays.
            let _ = std::fs::remove_file(&path);
        })
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Failure::input("文件已经有了，没有覆盖", place(), "请换一个文件名，或先移走原来的文件")
        }
        ErrorKind::NotFound => Failure::machine("文件夹不存在", place(), "请先建好文件夹，或换一个位置"),
        _ => {
            Failure::machine(format!("写不了文件（{error}）"), place(), "请换一个位置，或检查权限和磁盘空间")
        }
    })?;
    Ok(format!("{title}的空白模板写在 {}", path.display()))
}
