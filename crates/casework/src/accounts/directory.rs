//! Who has an account: the list of those that somebody may look after, as a page and as a workbook, and one of them with its
//! posts, sessions and what may be done with it.

use rules::access::{Action, Role, Subject};
use rules::purpose::ListPurpose;

use super::keep::{self, State};
use super::reach;
use crate::db::{Row, Tx};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::now::Now;
use crate::params;
use crate::refused::Refused;
use crate::units;

/// What is looked for in the list of accounts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, initials in pinyin or user name; a part is enough.
    pub search: String,
    /// State.
    pub state: Option<State>,
    /// Role of a post that is held.
    pub role: Option<Role>,
    /// Name of the unit; a part is enough.
    pub unit: String,
    /// The last user name of the page before.
    pub after: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: String,
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Name of the unit.
    pub unit: String,
    /// Titles of the posts held now, `校长、包保干部`.
    pub posts: String,
    /// State.
    pub state: State,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// When it was last used.
    pub seen_at: Option<String>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The accounts, by user name.
    pub accounts: Vec<Account>,
    /// How many the filter matches.
    pub total: u64,
    /// What goes into [`Filter::after`] for the next page.
    pub next: Option<String>,
}

/// Accounts of the units that the actor may look after, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, filter: &Filter, limit: usize) -> Result<List, Refused> {
    desk.require(Action::ReadAccounts, &Subject::Nothing, ("account", ""))?;
    let (mut accounts, total) = rows(desk, Action::ReadAccounts, filter, limit + 1)?;
    let more = accounts.len() > limit;
    accounts.truncate(limit);
    let next = if more { accounts.last().map(|last| last.username.clone()) } else { None };
    Ok(List { accounts, total, next })
}

/// All accounts that the filter matches, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, filter: &Filter, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "账号",
        kind: "account",
        action: Action::ExportAccounts,
        columns: &[
            ("账号", 16.0),
            ("姓名", 12.0),
            ("单位", 28.0),
            ("岗位", 28.0),
            ("状态", 10.0),
            ("动态口令", 10.0),
            ("最近使用", 20.0),
        ],
    };
    let mut filter = Filter { after: String::new(), ..filter.clone() };
    exports::make(desk, SHAPE, purpose, |desk| {
        let (accounts, _) = rows(desk, Action::ExportAccounts, &filter, PIECE)?;
        if let Some(last) = accounts.last() {
            filter.after.clone_from(&last.username);
        }
        let cells = |one: Account| {
            vec![
                one.username,
                one.name,
                one.unit,
                one.posts,
                one.state.label().to_owned(),
                if one.second_factor { "已设置" } else { "" }.to_owned(),
                one.seen_at.as_deref().map(exports::moment).unwrap_or_default(),
            ]
        };
        Ok(accounts.into_iter().map(cells).collect())
    })
}

fn rows(
    desk: &mut Desk<'_, '_>,
    action: Action,
    filter: &Filter,
    limit: usize,
) -> Result<(Vec<Account>, u64), Refused> {
    let (search, unit) = (super::like(filter.search.trim()), super::like(filter.unit.trim()));
    let state = filter.state.map(State::code);
    let role = filter.role.map(Role::code);
    let mut params = params![desk.county(), &search, &unit, state, role, desk.now.day()].to_vec();
    let scope = units::within(desk.actor(), action, "a.unit", &mut params);
    // Refused invitations never were accounts.
    let matches = format!(
        "from account a join unit u on u.county = a.county and u.id = a.unit
         where a.county = $1
           and (a.username like $2 escape '!' or a.name like $2 escape '!' or a.initials like $2 escape '!')
           and u.name like $3 escape '!'
           and (cast($4 as text) is null or a.state = $4)
           and (cast($5 as text) is null or exists (
                 select 1 from tenure t join post p on p.county = t.county and p.id = t.post
                 where t.county = $1 and t.account = a.id and p.role = $5
                   and t.from_day <= $6 and (t.until_day is null or t.until_day > $6)))
           and a.username not like '%#%' and {scope}"
    );
    let total =
        desk.tx.one(&format!("select cast(count(*) as bigint) {matches}"), &params, |row| row.get(0))?;
    params.push(crate::db::Value::from(filter.after.as_str()));
    let after = params.len();
    params.push(crate::db::Value::from(limit));
    let most = params.len();
    let sql = format!(
        "select a.id, a.username, a.name, u.name, a.state, case when a.totp_sealed is null then 0 else 1 end, a.seen_at
         {matches} and a.username > ${after} order by a.username limit ${most}"
    );
    let mut accounts = desk.tx.query(&sql, &params, account)?;
    for account in &mut accounts {
        account.posts = titles(desk.tx, desk.now, desk.who.actor.county.as_str(), &account.id)?;
    }
    Ok((accounts, total))
}

fn account(row: &Row<'_>) -> Result<Account, crate::db::DbError> {
    let state = row.get::<String>(4)?;
    Ok(Account {
        id: row.get(0)?,
        username: row.get(1)?,
        name: row.get(2)?,
        unit: row.get(3)?,
        posts: String::new(),
        // What this program does not know opens nothing.
        state: State::from_code(&state).unwrap_or(State::Disabled),
        second_factor: row.get::<i64>(5)? == 1,
        seen_at: row.get(6)?,
    })
}

/// Titles of the posts that an account holds now.
fn titles(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<String, Refused> {
    let titles = tx.query(
        "select p.title from tenure t join post p on p.county = t.county and p.id = t.post
         where t.county = $1 and t.account = $2 and t.from_day <= $3 and (t.until_day is null or t.until_day > $3)
           and p.closed_at is null
         order by p.sort, p.id limit 5",
        &params![county, account, now.day()],
        |row| row.get::<String>(0),
    )?;
    Ok(titles.join("、"))
}

/// One account: what its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detail {
    /// As in the list.
    pub account: Account,
    /// The posts held now.
    pub posts: Vec<Held>,
    /// Open sessions.
    pub sessions: u64,
    /// A link is to be had: approved, not yet used.
    pub link_due: bool,
    /// A reset waits for approval.
    pub reset_waits: bool,
    /// When it was made.
    pub made_at: String,
    /// Whether it is the actor's own.
    pub own: bool,
    /// What the actor may do with it.
    pub may: Vec<Action>,
}

/// A post that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Title.
    pub title: String,
    /// Name of the unit.
    pub unit: String,
    /// Role.
    pub role: Option<Role>,
    /// Since when.
    pub from_day: String,
}

/// Shows one account.
///
/// # Errors
/// [`Refused::Denied`] outside of one's units.
pub fn detail(desk: &mut Desk<'_, '_>, id: &str) -> Result<Detail, Refused> {
    let (county, now) = (desk.county(), desk.now);
    let target = keep::target(desk, Action::ReadAccounts, id)?;
    let path = Subject::Unit(&target.path);
    desk.require(Action::ReadAccounts, &path, ("account", id))?;
    let (mut account, made_at) = desk.tx.one(
        "select a.id, a.username, a.name, u.name, a.state, case when a.totp_sealed is null then 0 else 1 end, a.seen_at,
                a.made_at
         from account a join unit u on u.county = a.county and u.id = a.unit where a.county = $1 and a.id = $2",
        &params![county, id],
        |row| Ok((account(row)?, row.get::<String>(7)?)),
    )?;
    account.posts = titles(desk.tx, now, county, id)?;
    let posts = held(desk.tx, now, county, id)?;
    let sessions = desk.tx.one(
        "select cast(count(*) as bigint) from session
         where county = $1 and account = $2 and ended_at is null and ends_at > $3",
        &params![county, id, now.stamp()],
        |row| row.get(0),
    )?;
    let invitations = desk.tx.query(
        "select state, kind from invitation where county = $1 and account = $2 and state in ('asked', 'approved')",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let own = id == desk.actor().account;
    let may = [Action::InviteAccount, Action::ResetSignIn, Action::DisableAccount, Action::EndSession]
        .into_iter()
        .filter(|action| !own && reach::allowed(desk.actor(), *action, &path, ("account", id)).is_ok())
        .collect();
    Ok(Detail {
        account,
        posts,
        sessions,
        link_due: invitations.iter().any(|(state, _)| state == "approved"),
        reset_waits: invitations.iter().any(|(state, kind)| state == "asked" && kind == "reset"),
        made_at,
        own,
        may,
    })
}

/// The posts that an account holds now, with the names of their units.
pub(super) fn held(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<Vec<Held>, Refused> {
    Ok(tx.query(
        "select p.title, u.name, p.role, t.from_day
         from tenure t
         join post p on p.county = t.county and p.id = t.post
         join unit u on u.county = p.county and u.id = p.unit
         where t.county = $1 and t.account = $2 and t.from_day <= $3 and (t.until_day is null or t.until_day > $3)
           and p.closed_at is null
         order by p.sort, p.id",
        &params![county, account, now.day()],
        |row| {
            Ok(Held {
                title: row.get(0)?,
                unit: row.get(1)?,
                role: Role::from_code(&row.get::<String>(2)?),
                from_day: row.get(3)?,
            })
        },
    )?)
}
