//! Keeping the county's own codes: add, rename, end on a day, take up again. Each is a version; none is changed.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::county_codes::{CountyTable, Held, Version, held};
use rules::plan::Plan;

use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};

/// What is done to a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which table.
    pub table: CountyTable,
    /// `add`, `rename`, `end` or `resume`.
    pub act: String,
    /// The code.
    pub code: String,
    /// Its label, to add or rename.
    pub label: String,
    /// Clause or paper, to add or rename.
    pub basis: String,
    /// From which day.
    pub from: Date,
    /// Why.
    pub why: String,
    /// How many versions the page showed.
    pub seen: usize,
}

/// A version with who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// The label.
    pub label: String,
    /// What it rests on.
    pub basis: String,
    /// From which day.
    pub from: String,
    /// Last day; empty for no end.
    pub until: String,
    /// Why.
    pub why: String,
    /// By whom.
    pub by: String,
    /// When it was written.
    pub at: String,
}

/// Every code of a table on a day.
///
/// # Errors
/// [`DbError`].
pub fn current(
    tx: &mut Tx<'_>,
    county: &str,
    plan: &Plan,
    table: CountyTable,
    day: Date,
) -> Result<Vec<Held>, DbError> {
    let versions = tx.query(
        "select code, label, basis, from_day, until_day from code_version
         where county = $1 and list = $2 order by code, number",
        &params![county, table.code()],
        |row| {
            Ok(Version {
                code: row.get(0)?,
                label: row.get(1)?,
                basis: row.get(2)?,
                from: row.get(3)?,
                until: row.get(4)?,
            })
        },
    )?;
    Ok(held(&table.begins_with(plan), &versions, day))
}

/// What a code was, the newest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn history(desk: &mut Desk<'_, '_>, table: CountyTable, code: &str) -> Result<Vec<Past>, Refused> {
    desk.require(Action::ReadCodes, &Subject::Nothing, ("code", ""))?;
    Ok(desk.tx.query(
        "select v.label, v.basis, v.from_day, coalesce(v.until_day, ''), v.why, coalesce(account.name, ''), v.at
         from code_version v
         left join account on account.county = v.county and account.id = v.by_account
         where v.county = $1 and v.list = $2 and v.code = $3 order by v.number desc limit 100",
        &params![desk.county(), table.code(), code],
        |row| {
            Ok(Past {
                label: row.get(0)?,
                basis: row.get(1)?,
                from: row.get(2)?,
                until: row.get(3)?,
                why: row.get(4)?,
                by: row.get(5)?,
                at: row.get(6)?,
            })
        },
    )?)
}

/// Writes a version.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn keep(desk: &mut Desk<'_, '_>, change: &Change) -> Result<(), Refused> {
    let grant = desk.require(Action::WriteCodes, &Subject::Nothing, ("code", &change.code))?;
    let (table, today) = (change.table, desk.now.day());
    let all = current(desk.tx, desk.county(), desk.plan, table, today)?;
    let code = change.code.trim().to_owned();
    let own = all.iter().find(|one| one.code == code);
    if own.map_or(0, |one| one.versions) != change.seen {
        return Err(Refused::Changed { what: format!("代码 {code} 刚刚有人改过") });
    }
    let (label, basis, until, did) = match (change.act.as_str(), own) {
        ("add", None) if table.takes_new() => {
            (change.label.trim().to_owned(), change.basis.trim().to_owned(), None, "新增代码")
        }
        ("add", Some(_)) => {
            return Err(Refused::field("code", "这个代码已经有了，停用的请点“恢复使用”"));
        }
        ("rename", Some(own)) if table.takes_new() => {
            (change.label.trim().to_owned(), change.basis.trim().to_owned(), own.until, "修改代码")
        }
        ("end", Some(own)) if own.until.is_none() => {
            let until = change.from.saturating_sub(1.days());
            (own.label.clone(), own.basis.clone(), Some(until), "停用代码")
        }
        ("resume", Some(own)) if own.until.is_some() => {
            (own.label.clone(), own.basis.clone(), None, "恢复代码")
        }
        _ => {
            return Err(Refused::rule(
                "这个代码不能这样办",
                "代码只增、只停，不删除",
                "请看最新情况；特殊群体的名称出自法律，只能停用和恢复",
            ));
        }
    };
    let problems = problems(change, &code, &label, &basis, (today, &all));
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    // An end holds from now on, with the last day beside it; everything else begins on its day.
    let from = if change.act == "end" || change.act == "resume" { today } else { change.from };
    let number = i64::try_from(change.seen).unwrap_or(i64::MAX).saturating_add(1);
    desk.tx.execute(
        "insert into code_version (county, id, list, code, number, label, basis, from_day, until_day, why, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            desk.county(),
            desk.now.id(),
            table.code(),
            &code,
            number,
            &label,
            &basis,
            from,
            until,
            change.why.trim(),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = format!("{}：{did} {code}", table.label());
    desk.record(Action::WriteCodes, grant.post, ("code", &code), change.why.trim(), &said)
}

fn problems(
    change: &Change,
    code: &str,
    label: &str,
    basis: &str,
    (today, all): (Date, &[Held]),
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |is: bool, field: &'static str, text: &str| {
        if is {
            problems.push(Problem { field, text: text.to_owned() });
        }
    };
    let fits = (2..=30).contains(&code.len())
        && code.starts_with(|c: char| c.is_ascii_lowercase())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    wrong(!fits, "code", "代码用小写英文字母开头，只含小写字母、数字和下划线，2至30位");
    let plain = |text: &str, most: usize| {
        !text.is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
    };
    wrong(!plain(label, 30), "label", "请写名称，30个字以内");
    let taken = all.iter().any(|one| one.code != code && one.in_use && one.label == label);
    wrong(taken, "label", "这张表里已经有同名的代码");
    wrong(!plain(basis, 100), "basis", "请写依据：方案条款、文件号，或“县里自定”，100个字以内");
    let far = change.from > today.saturating_add(1.years());
    wrong(change.from < today || far, "from", "日期从今天起，一年以内：以前登记的意思不变");
    wrong(!plain(change.why.trim(), 200), "why", "请写明为什么改，200个字以内");
    problems
}
