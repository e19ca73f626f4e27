//! Reporting a sign: by whoever calls or visits, in the same transaction as the call or visit. Whoever reports is told that it was
//! passed on, and no more.

use rules::access::{Action, Role, Subject};
use rules::safeguard::Sign;
use serde::{Deserialize, Serialize};

use super::DEADLINE;
use crate::accounts::tell;
use crate::attendance::due;
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// What was noticed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signs {
    /// Which, each once.
    pub signs: Vec<Sign>,
    /// What was seen or heard, in words.
    pub note: String,
}

/// As it is sealed: codes and words together, so that not even the kind lies open.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) signs: Vec<String>,
    pub(super) note: String,
}

/// Passes the signs on; its id. The people who receive it are told at once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] when the system has nobody to pass it to, [`Refused::Storage`].
pub fn raise(desk: &mut Desk<'_, '_>, child: &str, what: &Signs) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::RaiseSign, &Subject::Child(&ties), ("child", child))?;
    let note = what.note.trim();
    if what.signs.is_empty() {
        return Err(Refused::field("signs", "请选择看到了哪种情况，说不准的选“其他”"));
    }
    if note.chars().count() < 2 || note.chars().count() > 1000 || !note.lines().all(plain) {
        return Err(Refused::field("sign_note", "请写看到、听到了什么，2到1000个字"));
    }
    let school = desk.tx.one(
        "select school from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<Option<String>>(0),
    )?;
    let receivers = receivers(desk, school.as_deref())?;
    if receivers.is_empty() {
        return Err(Refused::rule(
            "系统里还没有登记接收保护线索的人，没有转交出去",
            "未成年人保护法第十一条",
            "请立即拨打110，并告诉校长",
        ));
    }
    let id = desk.now.id();
    let kept =
        Kept { signs: what.signs.iter().map(|sign| sign.code().to_owned()).collect(), note: note.to_owned() };
    let kept = serde_json::to_string(&kept).map_err(|error| Refused::Fault(format!("signs: {error}")))?;
    let (what, by) =
        (desk.seal("safeguard", "what", &id, &kept), who(desk, grant.post.map(|post| &*post.unit))?);
    let by = desk.seal("safeguard", "by", &id, &by);
    desk.tx.execute(
        "insert into safeguard (county, id, child, what_sealed, by_sealed, at) values ($1, $2, $3, $4, $5, $6)",
        &params![desk.county(), &id, child, what, by, desk.now.stamp()],
    )?;
    let (until, county) = (due(desk, DEADLINE)?, desk.county());
    for (unit, role) in &receivers {
        desk.tx.execute(
            "insert into safeguard_hop (county, safeguard, unit, role, due_at) values ($1, $2, $3, $4, $5)",
            &params![county, &id, unit, role.code(), &until],
        )?;
    }
    for (unit, role) in &receivers {
        let told = named(desk, unit, *role)?;
        let news = tell::News {
            kind: "safeguard",
            subject: &id,
            text: "有一条保护线索，请立即签收办理",
            href: &format!("/safeguarding/{id}"),
        };
        tell::all(desk.tx, desk.now, county, &told, &news)?;
    }
    // The subject is the report and not the child, so that nothing leads from the child's file to it.
    desk.record(Action::RaiseSign, grant.post, ("safeguard", &id), "", "转交保护线索")?;
    Ok(id)
}

/// Name and unit of who reports, for those who receive.
fn who(desk: &mut Desk<'_, '_>, unit: Option<&str>) -> Result<String, Refused> {
    let unit = desk.tx.optional(
        "select name from unit where county = $1 and id = $2",
        &params![desk.county(), unit.unwrap_or_default()],
        |row| row.get::<String>(0),
    )?;
    Ok(format!("{} {}", unit.unwrap_or_default(), desk.actor().name).trim().to_owned())
}

/// The school of the child by its head; 教体局, police and civil affairs by whoever leads there.
fn receivers(desk: &mut Desk<'_, '_>, school: Option<&str>) -> Result<Vec<(String, Role)>, Refused> {
    let mut receivers = Vec::new();
    for role in [Role::Head, Role::Bureau, Role::Police, Role::Civil] {
        let standing = if role == Role::Head { "%" } else { "leads" };
        let found = desk.tx.query(
            "select distinct unit from post
             where county = $1 and role = $2 and standing like $3 and closed_at is null
               and (role <> 'head' or unit = $4) order by unit limit 5",
            &params![desk.county(), role.code(), standing, school.unwrap_or_default()],
            |row| row.get::<String>(0),
        )?;
        receivers.extend(found.into_iter().map(|unit| (unit, role)));
    }
    Ok(receivers)
}

/// Who receives for a unit now.
pub(super) fn named(desk: &mut Desk<'_, '_>, unit: &str, role: Role) -> Result<Vec<String>, Refused> {
    let county = desk.county();
    if role == Role::Head {
        return tell::holders(desk.tx, desk.now, county, role, Some(unit));
    }
    tell::leaders(desk.tx, desk.now, county, &[unit.to_owned()])
}
