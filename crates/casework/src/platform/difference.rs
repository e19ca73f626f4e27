//! What differs between a platform's list and ours, row by row: settled, or sent on to whoever can settle it. A step is a
//! fact; one that somebody has overtaken is refused (H03).

use rules::access::{Action, Subject, Tie, arms};
use rules::twin::{Difference as Kind, Settled, Step};

use super::check::own_unit;
use super::keep::{Keep, kept, write};
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{ties_of, where_now};
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;
use crate::today::tell_unit;

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Id.
    pub id: String,
    /// In what.
    pub kind: Option<Kind>,
    /// The child's file, where it is known whose it is.
    pub child: Option<String>,
    /// Name, as the platform has it where there is a row of it.
    pub name: String,
    /// Number of the document, masked.
    pub id_masked: String,
    /// What stands here.
    pub here: String,
    /// What stands there.
    pub there: String,
    /// The platform's number.
    pub number: String,
    /// open, sent, decided, gone.
    pub state: String,
    /// How it was settled.
    pub decision: Option<Settled>,
    /// Name of the unit that it was sent to.
    pub sent_to: String,
    /// When it last changed.
    pub at: String,
    /// For the form.
    pub version: i64,
    /// Units to which it may be sent: (id, name).
    pub receivers: Vec<(String, String)>,
}

/// A page of differences.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// The rows.
    pub rows: Vec<Difference>,
    /// How many are in which state: open, sent, decided, gone.
    pub counts: [i64; 4],
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// The states, in the order of [`Differences::counts`].
const STATES: [&str; 4] = ["open", "sent", "decided", "gone"];

/// Which rows are the actor's: found by its unit, or sent to it; and about a child that it still reaches, if about one.
/// Parameters from `$1`: county, platform, moment.
fn own<'v>(desk: &Desk<'v, '_>, platform: &'v str, params: &mut Vec<Value<'v>>) -> String {
    params.extend([Value::from(desk.county()), Value::from(platform), Value::from(desk.now.stamp())]);
    let mut units: Vec<&str> =
        arms(desk.actor(), Action::KeepPlatformNumber).iter().map(|arm| arm.post.unit.as_str()).collect();
    units.dedup();
    let mut any = vec!["1 = 0".to_owned()];
    for unit in units {
        params.push(Value::from(unit));
        any.push(format!("d.unit = ${0} or d.sent_to = ${0}", params.len()));
    }
    let within = Scope::of(desk.actor(), Action::KeepPlatformNumber, desk.now).predicate("tie", params);
    format!(
        "d.county = $1 and d.platform = $2 and ({})
         and (d.child is null or exists (select 1 from child_tie tie
               where tie.county = $1 and tie.child = d.child and {within}
                 and (tie.until_at is null or tie.until_at > $3)))",
        any.join(" or ")
    )
}

/// The differences of a platform in one state, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn differences(
    desk: &mut Desk<'_, '_>,
    platform: &str,
    state: &str,
    after: &str,
    limit: usize,
) -> Result<Differences, Refused> {
    desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, platform)?;
    let mut params = Vec::new();
    let own = own(desk, &platform.key, &mut params);
    let counted = desk.tx.query(
        &format!(
            "select d.state, cast(count(*) as bigint) from platform_difference d where {own} group by d.state order by 1"
        ),
        &params,
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let counts =
        STATES.map(|state| counted.iter().find(|(own, _)| own == state).map_or(0, |(_, count)| *count));
    let state = STATES.into_iter().find(|known| *known == state).unwrap_or("open");
    params.push(Value::from(state));
    let mut sql = format!("{own} and d.state = ${}", params.len());
    if !after.is_empty() {
        params.push(Value::from(after));
        sql.push_str(&format!(" and d.id > ${}", params.len()));
    }
    params.push(Value::from(limit + 1));
    let sql = format!(
        "select d.id, d.kind, d.child, d.name, d.id_masked, d.here, d.there, d.number, d.state, d.decision,
                coalesce(unit.name, ''), d.changed_at, d.version
         from platform_difference d
         left join unit on unit.county = d.county and unit.id = d.sent_to
         where {sql} order by d.id limit ${}",
        params.len()
    );
    let mut rows = desk.tx.query(&sql, &params, |row| {
        let (kind, decision): (String, Option<String>) = (row.get(1)?, row.get(9)?);
        Ok(Difference {
            id: row.get(0)?,
            kind: Kind::from_code(&kind),
            child: row.get(2)?,
            name: row.get(3)?,
            id_masked: row.get(4)?,
            here: row.get(5)?,
            there: row.get(6)?,
            number: row.get(7)?,
            state: row.get(8)?,
            decision: decision.as_deref().and_then(Settled::from_code),
            sent_to: row.get(10)?,
            at: row.get(11)?,
            version: row.get(12)?,
            receivers: Vec::new(),
        })
    })?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    if matches!(state, "open" | "sent") {
        for row in &mut rows {
            row.receivers = receivers(desk, row.child.as_deref())?;
        }
    }
    Ok(Differences { next: rows.last().filter(|_| more).map(|row| row.id.clone()), rows, counts })
}

/// Who may be asked to settle it: the bureau, and from the county's side the child's school, or any where it is not known
/// whose row it is.
fn receivers(desk: &mut Desk<'_, '_>, child: Option<&str>) -> Result<Vec<(String, String)>, Refused> {
    let from_county = arms(desk.actor(), Action::KeepPlatformNumber).iter().any(|arm| arm.tie == Tie::County);
    Ok(desk.tx.query(
        "select unit.id, unit.name from unit
         where unit.county = $1 and unit.id <> $2
           and (unit.kind = 'bureau'
                or (cast($3 as bigint) = 1 and unit.kind in ('school', 'township')
                    and (cast($4 as text) = ''
                         or exists (select 1 from child_tie tie where tie.county = $1 and tie.child = $4
                                      and tie.unit = unit.id and tie.tie in ('school', 'home_township')))))
         order by unit.kind, unit.name, unit.id limit 300",
        &params![
            desk.county(),
            own_unit(desk).unwrap_or_default(),
            i64::from(from_county),
            child.unwrap_or_default()
        ],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// A difference before a step.
struct Before {
    platform: String,
    kind: Option<Kind>,
    child: Option<String>,
    number: String,
}

fn before(desk: &mut Desk<'_, '_>, id: &str, version: i64) -> Result<Before, Refused> {
    desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform_difference", id))?;
    let denied = || Refused::denied(Action::KeepPlatformNumber, "platform_difference", id);
    let platform = desk.tx.optional(
        "select platform from platform_difference where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    let platform = platform.ok_or_else(denied)?;
    let mut params = Vec::new();
    let own = own(desk, &platform, &mut params);
    params.push(Value::from(id));
    let sql = format!(
        "select d.kind, d.child, d.number, d.state, d.version from platform_difference d
         where {own} and d.id = ${}",
        params.len()
    );
    let found = desk.tx.optional(&sql, &params, |row| {
        Ok((
            row.get::<String>(0)?,
            row.get::<Option<String>>(1)?,
            row.get::<String>(2)?,
            row.get::<String>(3)?,
            row.get::<i64>(4)?,
        ))
    })?;
    let (kind, child, number, state, now) = found.ok_or_else(denied)?;
    if now != version || !matches!(state.as_str(), "open" | "sent") {
        return Err(Refused::Changed { what: "这一条刚刚有人办过".to_owned() });
    }
    Ok(Before { platform, kind: Kind::from_code(&kind), child, number })
}

/// Settles a difference; taking over the platform's number writes it down for the child in the same act.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn settle(
    desk: &mut Desk<'_, '_>,
    id: &str,
    how: Settled,
    note: &str,
    version: i64,
) -> Result<String, Refused> {
    let before = before(desk, id, version)?;
    if !before.kind.is_some_and(|kind| Settled::of(kind).contains(&how)) {
        return Err(Refused::rule("这一条不能这样办", "四(十四)", "请在给出的办法里选"));
    }
    let subject = match &before.child {
        Some(child) => ties_of(desk, child)?,
        None => Vec::new(),
    };
    let grant = match &before.child {
        Some(child) => {
            desk.require(Action::KeepPlatformNumber, &Subject::Child(&subject), ("child", child))?
        }
        None => desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform_difference", id))?,
    };
    if how == Settled::TakeNumber {
        let child = before.child.as_deref().unwrap_or_default();
        take(desk, &before.platform, child, &before.number)?;
    }
    desk.tx.execute(
        "update platform_difference set state = 'decided', decision = $3, changed_at = $4, version = version + 1
         where county = $1 and id = $2",
        &params![desk.county(), id, how.code(), desk.now.stamp()],
    )?;
    event(desk, id, ("decided", how.code()), note)?;
    desk.record(Action::KeepPlatformNumber, grant.post, ("platform_difference", id), "", how.label())?;
    Ok(before.platform)
}

fn take(desk: &mut Desk<'_, '_>, platform: &str, child: &str, number: &str) -> Result<(), Refused> {
    let platform = super::platform(desk, platform)?;
    let child = where_now(desk, child)?;
    let own = kept(desk, &platform.key, &child)?;
    let step = Keep {
        platform: platform.key.clone(),
        step: if own.is_some() { Step::Number } else { Step::Enter },
        number: number.to_owned(),
        day: desk.now.day(),
        why: "核对平台名单".to_owned(),
        version: own.map_or(0, |kept| kept.version),
    };
    write(desk, platform, &child, &step)
}

/// Sends a difference to a unit that can settle it; its platform.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn send(
    desk: &mut Desk<'_, '_>,
    id: &str,
    unit: &str,
    note: &str,
    version: i64,
) -> Result<String, Refused> {
    let before = before(desk, id, version)?;
    let known = receivers(desk, before.child.as_deref())?;
    if !known.iter().any(|(own, _)| own == unit) {
        return Err(Refused::field("unit", "请在列出的单位里选"));
    }
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform_difference", id))?;
    desk.tx.execute(
        "update platform_difference set state = 'sent', sent_to = $3, changed_at = $4, version = version + 1
         where county = $1 and id = $2",
        &params![desk.county(), id, unit, desk.now.stamp()],
    )?;
    event(desk, id, ("sent", unit), note)?;
    let href = format!("/platforms/check?on={}&state=sent", before.platform);
    tell_unit(desk, unit, ("platform", id), "上级平台名单有不一致的要核对", &href)?;
    desk.record(Action::KeepPlatformNumber, grant.post, ("platform_difference", id), "", "转交核对")?;
    Ok(before.platform)
}

pub(super) fn event(
    desk: &mut Desk<'_, '_>,
    difference: &str,
    (kind, value): (&str, &str),
    note: &str,
) -> Result<(), Refused> {
    let note = note.trim();
    if note.chars().count() > 500 || note.contains('\0') {
        return Err(Refused::field("note", "说明请写在500个字以内"));
    }
    let id = desk.now.id();
    let sealed = (!note.is_empty()).then(|| desk.seal("platform_difference_event", "note", &id, note));
    desk.tx.execute(
        "insert into platform_difference_event (county, id, difference, kind, value, note_sealed, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            &id,
            difference,
            kind,
            value,
            sealed,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}
