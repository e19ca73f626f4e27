//! 登录记录: every try to sign in, kept at least six months (网络安全法第二十一条第三项). A user name that does not exist is
//! not stored: people type passwords there.

use rules::access::{Action, Subject};
use rules::purpose::ListPurpose;

use crate::db::{Row, Tx, Value};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::params;
use crate::refused::Refused;

pub use super::tries::Outcome;

/// A try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// Name; empty where the account does not exist.
    pub name: String,
    /// User name; empty where the account does not exist.
    pub username: String,
    /// Name of the unit.
    pub unit: String,
    /// Address.
    pub source: String,
    /// Whether it came from a device known by then.
    pub known_device: bool,
    /// Whether it came by the province's platform, not by a password.
    pub by_platform: bool,
    /// How it ended; `None` for what this program does not know.
    pub outcome: Option<Outcome>,
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, user name or address; a part is enough.
    pub search: String,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// First day, `2026-11-01`; empty for no limit.
    pub from_day: String,
    /// Last day; empty for no limit.
    pub until_day: String,
    /// Id of the last line of the page before.
    pub before: String,
}

/// A page of tries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The tries.
    pub sign_ins: Vec<SignIn>,
    /// How many the filter matches, at most 10,000.
    pub total: u64,
    /// What goes into [`Filter::before`] for the next page.
    pub next: Option<String>,
}

const COLUMNS: &str =
    "t.id, t.at, coalesce(a.name, ''), coalesce(a.username, ''), coalesce(u.name, ''), t.source,
    t.known, t.outcome, t.way";
const FROM: &str = "from sign_in t
    left join account a on a.county = t.county and a.id = t.account
    left join unit u on u.county = a.county and u.id = a.unit";

fn line(row: &Row<'_>) -> Result<SignIn, crate::db::DbError> {
    Ok(SignIn {
        id: row.get(0)?,
        at: row.get(1)?,
        name: row.get(2)?,
        username: row.get(3)?,
        unit: row.get(4)?,
        source: row.get(5)?,
        known_device: row.get(6)?,
        outcome: Outcome::from_code(&row.get::<String>(7)?),
        by_platform: row.get::<Option<String>>(8)?.is_some(),
    })
}

/// Shows the tries of the county, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, filter: &Filter, limit: usize) -> Result<List, Refused> {
    desk.require(Action::ReadSignIns, &Subject::Nothing, ("sign_in", ""))?;
    let (matches, mut params) = matching(desk.county(), filter);
    let total = desk.tx.one(
        &format!("select cast(count(*) as bigint) from (select 1 {matches} limit 10000) matched"),
        &params,
        |row| row.get(0),
    )?;
    let mut page = matches;
    if !filter.before.is_empty() {
        params.push(Value::from(filter.before.as_str()));
        page.push_str(&format!(" and t.id < ${}", params.len()));
    }
    params.push(Value::from(limit + 1));
    let sql = format!("select {COLUMNS} {page} order by t.id desc limit ${}", params.len());
    let mut sign_ins = desk.tx.query(&sql, &params, line)?;
    let more = sign_ins.len() > limit;
    sign_ins.truncate(limit);
    let next = if more { sign_ins.last().map(|last| last.id.clone()) } else { None };
    Ok(List { sign_ins, total, next })
}

/// The tries that the filter matches, newest first, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, filter: &Filter, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "登录记录",
        kind: "sign_in",
        action: Action::ExportAudit,
        columns: &[
            ("时间", 20.0),
            ("账号", 16.0),
            ("姓名", 12.0),
            ("单位", 28.0),
            ("来源", 18.0),
            ("设备", 12.0),
            ("方式", 12.0),
            ("结果", 20.0),
        ],
    };
    let mut before = String::new();
    exports::make(desk, SHAPE, purpose, |desk| {
        let (mut sql, mut params) = matching(desk.county(), filter);
        if !before.is_empty() {
            params.push(Value::from(before.clone()));
            sql.push_str(&format!(" and t.id < ${}", params.len()));
        }
        params.push(Value::from(PIECE));
        let sql = format!("select {COLUMNS} {sql} order by t.id desc limit ${}", params.len());
        let found = desk.tx.query(&sql, &params, line)?;
        if let Some(last) = found.last() {
            before.clone_from(&last.id);
        }
        let cells = |one: SignIn| {
            vec![
                exports::moment(&one.at),
                one.username,
                one.name,
                one.unit,
                one.source,
                if one.known_device { "用过的设备" } else { "新设备" }.to_owned(),
                if one.by_platform { "统一登录" } else { "密码" }.to_owned(),
                one.outcome.map_or("", Outcome::label).to_owned(),
            ]
        };
        Ok(found.into_iter().map(cells).collect())
    })
}

fn matching<'a>(county: &'a str, filter: &'a Filter) -> (String, Vec<Value<'a>>) {
    let mut params = params![county].to_vec();
    let mut sql = format!("{FROM} where t.county = $1");
    let mut with = |value: Value<'a>, predicate: &dyn Fn(usize) -> String| {
        params.push(value);
        sql.push_str(&predicate(params.len()));
    };
    let search = filter.search.trim();
    if !search.is_empty() {
        with(Value::from(super::like(search)), &|at| {
            format!(
                " and (a.name like ${at} escape '!' or a.username like ${at} escape '!' or t.source like ${at} escape '!')"
            )
        });
    }
    if let Some(outcome) = filter.outcome {
        with(Value::from(outcome.code()), &|at| format!(" and t.outcome = ${at}"));
    }
    if !filter.from_day.is_empty() {
        with(Value::from(filter.from_day.as_str()), &|at| format!(" and t.at >= ${at}"));
    }
    if !filter.until_day.is_empty() {
        // The whole of the last day: its moments begin with the day and a T.
        with(Value::from(format!("{}U", filter.until_day)), &|at| format!(" and t.at < ${at}"));
    }
    (sql, params)
}

/// The last tries for one account, for its owner.
pub(super) fn of_account(
    tx: &mut Tx<'_>,
    county: &str,
    username_index: &str,
    limit: u32,
) -> Result<Vec<SignIn>, Refused> {
    let sql = format!(
        "select {COLUMNS} {FROM} where t.county = $1 and t.username_index = $2
         order by t.at desc, t.id desc limit $3"
    );
    Ok(tx.query(&sql, &params![county, username_index, limit], line)?)
}
