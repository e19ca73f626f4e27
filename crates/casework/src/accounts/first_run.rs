//! The first start of an empty installation (hazard C11): there is no default account and no default password, but a
//! link, printed once, with which five people are named who keep each other in check: 系统、安全、审计 administrators, the
//! county office's administrator and its leader. Once an account exists, it is closed for ever.

use jiff::SignedDuration;
use rules::access::{Action, Role, Standing};
use rules::plan::Plan;

use super::invite::{self, Link, Person};
use super::operator::operator;
use super::tell;
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::keys::Keys;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::{Problem, Refused};
use crate::search;

/// How long the first link can be used; a restart prints another.
const LASTS: SignedDuration = SignedDuration::from_hours(24);

/// The posts of the county office that the first page fills, in its order: form's name, role, standing, title.
pub const POSTS: [(&str, Role, Standing, &str); 5] = [
    ("leader", Role::Director, Standing::Leads, "县控辍保学专班负责人"),
    ("keeper", Role::UnitAdmin, Standing::Serves, "县专班办公室单位管理员"),
    ("admin", Role::Admin, Standing::Serves, "系统管理员"),
    ("security", Role::Security, Standing::Serves, "安全管理员"),
    ("auditor", Role::Auditor, Standing::Serves, "审计管理员"),
];

/// Who is to hold one of [`POSTS`].
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// Name.
    pub name: String,
    /// User name.
    pub username: String,
}

/// The token of the link that opens the first page, anew at each start; `None` once there is an account, or after the
/// first page was used.
///
/// # Errors
/// [`Refused::Storage`].
pub fn link(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str) -> Result<Option<String>, Refused> {
    if closed(tx, county)? {
        return Ok(None);
    }
    tx.execute(
        "update invitation set state = 'refused' where county = $1 and kind = 'first' and state = 'approved'",
        &params![county],
    )?;
    let token = now.token();
    let ends = stamp(now.timestamp().saturating_add(LASTS).unwrap_or(now.timestamp()));
    tx.execute(
        "insert into invitation (county, id, account, kind, token, state, reason, asked_by, asked_at, expires_at)
         values ($1, $2, '', 'first', $3, 'approved', '', 'operator', $4, $5)",
        &params![county, now.id(), hash(keys, county, &token), now.stamp(), ends],
    )?;
    Ok(Some(token))
}

fn closed(tx: &mut Tx<'_>, county: &str) -> Result<bool, Refused> {
    let used = tx.optional(
        "select 1 from invitation where county = $1 and kind = 'first' and state = 'used' limit 1",
        &params![county],
        |row| row.get::<i64>(0),
    )?;
    let account =
        tx.optional("select 1 from account where county = $1 limit 1", &params![county], |row| {
            row.get::<i64>(0)
        })?;
    Ok(used.is_some() || account.is_some())
}

fn hash(keys: &Keys, county: &str, token: &str) -> String {
    keys.index(county, "first run", token)
}

/// Whether this token opens the first page.
///
/// # Errors
/// [`Refused::Storage`].
pub fn opens(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str, token: &str) -> Result<bool, Refused> {
    Ok(invitation(tx, keys, now, county, token)?.is_some())
}

fn invitation(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<String>, Refused> {
    if token.is_empty() || token.len() > 64 || closed(tx, county)? {
        return Ok(None);
    }
    Ok(tx.optional(
        "select id from invitation
         where token = $2 and county = $1 and kind = 'first' and state = 'approved' and expires_at > $3",
        &params![county, hash(keys, county, token), now.stamp()],
        |row| row.get(0),
    )?)
}

/// Makes the county's unit where there is none, the five posts, their accounts and a link for each. Nobody is let in
/// yet; the page is closed from then on.
///
/// # Errors
/// [`Refused::Rule`] when the link opens nothing; [`Refused::Invalid`] with the fields named as `leader_name`,
/// `leader_username` and so on.
pub fn run(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    plan: &Plan,
    token: &str,
    named: &[Named; 5],
) -> Result<Vec<(&'static str, Link)>, Refused> {
    let county = plan.county().code.as_str();
    let Some(first) = invitation(tx, keys, now, county, token)? else {
        return Err(super::set_up::unusable());
    };
    check(named)?;
    let by = operator(county);
    let unit = county_unit(tx, now, plan)?;
    let mut links = Vec::with_capacity(POSTS.len());
    for ((_, role, standing, title), named) in POSTS.into_iter().zip(named) {
        let (name, username) = (named.name.trim(), named.username.trim().to_lowercase());
        let post = now.id();
        let sort = links.len();
        let duty = if standing == Standing::Leads { "chain" } else { "staff" };
        tx.execute(
            "insert into post (county, id, unit, role, standing, duty, title, sort)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![county, &post, &unit, role.code(), tell::leads(standing), duty, title, sort],
        )?;
        let person = Person { name, username: &username, unit: &unit };
        let account = invite::create(tx, now, county, &person, "approved", &by.account)?;
        invite::hold(tx, now, county, &account, &post, &by.account)?;
        let invitation = now.id();
        tx.execute(
            "insert into invitation (county, id, account, post, kind, token, state, reason, asked_by, asked_at,
                                     answered_by, answered_at)
             values ($1, $2, $3, $4, 'invite', $5, 'approved', '首次设置', $6, $7, $6, $7)",
            &params![county, &invitation, &account, &post, invite::unissued(&invitation), &by.account, now.stamp()],
        )?;
        links.push((title, invite::issue(tx, keys, now, county, &invitation, &username)?));
        let entry = Entry {
            actor: &by,
            post: None,
            action: Action::InviteAccount,
            subject: ("account", &account),
            purpose: "首次设置",
            detail: title,
        };
        audit::record(tx, now, &entry)?;
    }
    tx.execute(
        "update invitation set state = 'used', used_at = $3 where county = $1 and id = $2",
        &params![county, &first, now.stamp()],
    )?;
    Ok(links)
}

/// Five people with five user names.
fn check(named: &[Named; 5]) -> Result<(), Refused> {
    const FIELDS: [(&str, &str); 5] = [
        ("leader_name", "leader_username"),
        ("keeper_name", "keeper_username"),
        ("admin_name", "admin_username"),
        ("security_name", "security_username"),
        ("auditor_name", "auditor_username"),
    ];
    let mut problems = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut people = std::collections::HashSet::new();
    for (person, (name_field, username_field)) in named.iter().zip(FIELDS) {
        let username = person.username.trim().to_lowercase();
        problems
            .extend(invite::name_problem(person.name.trim()).map(|text| Problem { field: name_field, text }));
        if let Some(text) = invite::username_problem(&username) {
            problems.push(Problem { field: username_field, text });
        } else if !seen.insert(username) {
            problems.push(Problem {
                field: username_field, text: "每个人要有自己的账号名。".to_owned()
            });
        }
        if !person.name.trim().is_empty() && !people.insert(person.name.trim().to_owned()) {
            problems.push(Problem {
                field: name_field,
                text: "三权分立：请写另一个人。同名的，请在姓名后注明。".to_owned(),
            });
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Refused::Invalid(problems)) }
}

/// The county's own unit, made where there is none.
fn county_unit(tx: &mut Tx<'_>, now: &Now, plan: &Plan) -> Result<String, Refused> {
    let county = plan.county();
    let there = tx.optional(
        "select id from unit where county = $1 and kind = 'county' order by sort, id limit 1",
        &params![&county.code],
        |row| row.get::<String>(0),
    )?;
    if let Some(unit) = there {
        return Ok(unit);
    }
    let unit = now.id();
    tx.execute(
        "insert into unit (county, id, kind, line, name, short, parent, code, sort, from_day)
         values ($1, $2, 'county', 'government', $3, $4, null, $1, 0, $5)",
        &params![&county.code, &unit, &county.name, &county.short, now.day()],
    )?;
    search::of_unit(tx, &county.code, (&unit, "county"), &county.name)?;
    Ok(unit)
}
