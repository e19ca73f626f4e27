//! Lists of accounts and of sign-ins as workbooks, for whoever may export them. It asks for no right: the exports do.

use documents::workbook::{Book, Column, Kind, SheetSpec, Value};

use super::keep::Account;
use super::sign_ins::SignIn;
use crate::compared::day;
use crate::now::Now;
use crate::refused::Refused;

/// The accounts as a workbook.
///
/// # Errors
/// [`Refused::Fault`] when there is no room for the file.
pub fn of_accounts(now: &Now, accounts: &[Account]) -> Result<Vec<u8>, Refused> {
    let columns = [
        ("账号", 16.0),
        ("姓名", 12.0),
        ("单位", 28.0),
        ("岗位", 28.0),
        ("状态", 10.0),
        ("动态口令", 10.0),
        ("最近使用", 20.0),
    ];
    let rows = accounts.iter().map(|one| {
        [
            one.username.as_str(),
            one.name.as_str(),
            one.unit.as_str(),
            one.posts.as_str(),
            one.state.label(),
            if one.second_factor { "已设置" } else { "" },
            one.seen_at.as_deref().map_or("", to_the_second),
        ]
    });
    book(now, "账号", &columns, rows)
}

/// The sign-ins as a workbook.
///
/// # Errors
/// [`Refused::Fault`] when there is no room for the file.
pub fn of_sign_ins(now: &Now, sign_ins: &[SignIn]) -> Result<Vec<u8>, Refused> {
    let columns = [
        ("时间", 20.0),
        ("账号", 16.0),
        ("姓名", 12.0),
        ("单位", 28.0),
        ("来源", 18.0),
        ("设备", 12.0),
        ("结果", 20.0),
    ];
    let rows = sign_ins.iter().map(|one| {
        [
            to_the_second(&one.at),
            one.username.as_str(),
            one.name.as_str(),
            one.unit.as_str(),
            one.source.as_str(),
            if one.known_device { "用过的设备" } else { "新设备" },
            one.outcome.map_or("", super::sign_ins::Outcome::label),
        ]
    });
    book(now, "登录记录", &columns, rows)
}

/// `2026-11-24T08:00:00.123+08:00` without what is behind the seconds.
fn to_the_second(stamp: &str) -> &str {
    stamp.get(..19).unwrap_or(stamp)
}

fn book<'a, const N: usize>(
    now: &Now,
    name: &str,
    columns: &[(&str, f64)],
    rows: impl Iterator<Item = [&'a str; N]>,
) -> Result<Vec<u8>, Refused> {
    let fault = |what: String| Refused::Fault(format!("export: {what}"));
    let mut book = Book::new(day(now.day()));
    let spec = SheetSpec {
        name: name.to_owned(),
        titles: vec![format!("{name}（{}）", now.day())],
        columns: columns.iter().map(|(heading, width)| Column::new(*heading, *width, Kind::Text)).collect(),
        frozen_columns: 1,
        spare_rows: 0,
    };
    book.sheet(&spec, rows.map(|cells| cells.map(Value::from))).map_err(|error| fault(error.to_string()))?;
    book.bytes().map_err(|error| fault(error.to_string()))
}
