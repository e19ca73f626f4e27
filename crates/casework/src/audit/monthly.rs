//! 每月自动封存: in the first night of a month, or as soon as the program runs again, the seal file of every month that is
//! over and has none is written into the vault. It never writes one anew over a record that has changed since.

use jiff::ToSpan;
use jiff::civil::{Date, time};
use rules::access::{Action, Role, Subject};

use super::mark::MarkVerdict;
use super::month::{self, MonthFile};
use super::{Entry, month_file, record, seal_up};
use crate::accounts::tell;
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::jobs::{Means, Schedule, program};
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// The schedule: every night at 00:20, so that the first of a month is met and a machine that was off catches up.
#[must_use]
pub fn monthly() -> Schedule {
    let at = time(0, 20, 0, 0);
    Schedule::daily("seal_months", "月度封存操作记录", at, |means| seal_months(means.as_ref()))
}

/// Seals every month that is over and has no file; which ones, in words.
///
/// # Errors
/// [`Refused::Rule`] when the record does not reach its watermark, or is not what was sealed of a month whose file is
/// gone; [`Refused::Storage`]; [`Refused::Fault`] when the vault cannot be read or written.
pub fn seal_months(means: &dyn Means) -> Result<String, Refused> {
    let (county, now) = (means.plan().county().code.as_str(), means.now());
    let verdict = seal_up(means.db(), means.keys(), means.vault(), county, &now)?;
    if !verdict.is_sound() {
        return Err(distrusted(verdict));
    }
    let first = means.db().read(|tx| {
        tx.one("select min(at) from audit where county = $1", &params![county], |row| {
            row.get::<Option<String>>(0)
        })
    })?;
    let first = first.and_then(|at| at.get(..10)?.parse::<Date>().ok());
    let (mut month, this) = (first.unwrap_or(now.day()).first_of_month(), now.day().first_of_month());
    let mut sealed = Vec::new();
    while month < this {
        let name = month::name(month);
        let there = means.vault().month(&name).map_err(|error| failed(&error))?;
        if there.is_none()
            && let Some(text) = seal(means, &now, month)?
        {
            means.vault().put_month(&name, &text).map_err(|error| failed(&error))?;
            sealed.push(name);
        }
        month = month.saturating_add(1.month());
    }
    Ok(if sealed.is_empty() {
        "没有要封存的月份".to_owned()
    } else {
        format!("封存了{}", sealed.join("、"))
    })
}

/// Seals one month in the program's name; `None` when nothing was sealed up to it.
fn seal(means: &dyn Means, now: &Now, month: Date) -> Result<Option<String>, Refused> {
    let (keys, county, now) = (means.keys().clone(), means.plan().county().code.clone(), now.clone());
    means.db().write(move |tx| {
        let text = match month_file(tx, &keys, &county, month) {
            Ok(text) => text,
            Err(DbError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        if !before(tx, &county, month)? {
            let actor = program(&county);
            let file = MonthFile::parse(&text)?;
            month::keep(tx, &now, &file, &actor.account)?;
            let entry = Entry {
                actor: &actor,
                post: None,
                action: Action::SealAudit,
                subject: ("month", file.month()),
                purpose: "",
                detail: "自动封存",
            };
            record(tx, &now, &entry)?;
            tell_auditors(tx, &now, &county, file.month())?;
        }
        Ok(Some(text))
    })
}

/// Whether the month was sealed after it was over; then its file was lost, and the record must still be the same.
fn before(tx: &mut Tx<'_>, county: &str, month: Date) -> Result<bool, Refused> {
    let sealed = tx.optional(
        "select last_number, hash, sealed_at from audit_month where county = $1 and month = $2",
        &params![county, month::name(month)],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let after = month.saturating_add(1.month()).to_string();
    let Some((number, hash, _)) = sealed.filter(|(_, _, at)| *at >= after) else { return Ok(false) };
    let there = tx.optional(
        "select hash from audit_seal where county = $1 and number = $2",
        &params![county, number],
        |row| row.get::<String>(0),
    )?;
    if there.as_deref() == Some(hash.as_str()) {
        return Ok(true);
    }
    Err(Refused::rule(
        format!("{}的封存文件不在了，现在的记录和当时封存的不符", month::name(month)),
        "",
        "用另存的那一份核对：baoxue audit verify --seal",
    ))
}

fn tell_auditors(tx: &mut Tx<'_>, now: &Now, county: &str, month: &str) -> Result<(), Refused> {
    let auditors = tell::holders(tx, now, county, Role::Auditor, None)?;
    let text = format!("{month} 的操作记录已自动封存，请下载两份，县里和督导部门各存一份。");
    let news = tell::News { kind: "audit", subject: month, text: &text, href: "/audit#seals" };
    tell::all(tx, now, county, &auditors, &news)
}

/// The seal file of a month as it lies in the vault; taking it is put on the record.
///
/// # Errors
/// [`Refused::Denied`], also when there is none; [`Refused::StepUp`], [`Refused::Storage`], [`Refused::Fault`].
pub fn fetch_month(desk: &mut Desk<'_, '_>, vault: &super::Vault, month: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::SealAudit, &Subject::Nothing, ("month", month))?;
    let text = vault.month(month).map_err(|error| failed(&error))?;
    let Some(text) = text else { return Err(Refused::denied(Action::SealAudit, "month", month)) };
    desk.record(Action::SealAudit, grant.post, ("month", month), "", "下载封存文件")?;
    Ok(text)
}

/// What came of holding the vault's file of a month against the chain, without counting rows; `None` where there is none.
pub(super) fn kept(
    tx: &mut Tx<'_>,
    keys: &Keys,
    vault: &super::Vault,
    county: &str,
    name: &str,
) -> Result<Option<super::FileVerdict>, Refused> {
    let Some(text) = vault.month(name).map_err(|error| failed(&error))? else { return Ok(None) };
    Ok(Some(month::verify_head(tx, keys, county, &text)?.0))
}

fn distrusted(verdict: MarkVerdict) -> Refused {
    Refused::rule(
        format!("操作记录和水位不符，没有封存：{}", verdict.words()),
        "",
        "请审计管理员在“操作记录”页处理",
    )
}

fn failed(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("a seal file: {error}"))
}
