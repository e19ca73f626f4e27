//! Reading what was reported: for the receivers alone. Everybody else is told the same as of what is not there.

use jiff::civil::Date;
use rules::access::{Action, Role, Subject};
use rules::codes::Sex;
use rules::safeguard::Sign;

use super::own_units;
use super::raise::Kept;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Id.
    pub id: String,
    /// When it was reported.
    pub at: String,
    /// The child's name.
    pub name: String,
    /// Until when the reader's unit must acknowledge it.
    pub due: String,
    /// When it did.
    pub received_at: Option<String>,
}

/// One who receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The unit.
    pub unit: String,
    /// Until when it must acknowledge.
    pub due: String,
    /// Who did.
    pub received_by: String,
    /// When.
    pub received_at: Option<String>,
    /// What was done.
    pub done: String,
    /// When the others were told that it had not.
    pub escalated_at: Option<String>,
}

/// Somebody who looked or acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: String,
    /// Who.
    pub name: String,
    /// What.
    pub act: String,
}

/// What was reported, with the child as those who must act need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safeguarding {
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// The child's name.
    pub name: String,
    /// Sex.
    pub sex: String,
    /// Birth.
    pub birth: String,
    /// School and class.
    pub place: String,
    /// Where it lives.
    pub home: String,
    /// What was noticed, each with its source.
    pub signs: Vec<(&'static str, &'static str)>,
    /// In words.
    pub note: String,
    /// Who reported: never for the family's side.
    pub by: String,
    /// Who receives.
    pub hops: Vec<Hop>,
    /// Who looked.
    pub looks: Vec<Look>,
    /// Whether the reader's unit has still to acknowledge.
    pub may_receive: bool,
}

/// What was reported to the reader's units, what is not acknowledged first; at most 200.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>) -> Result<Vec<Line>, Refused> {
    let grant = desk.require(Action::ReadSafeguarding, &Subject::Nothing, ("safeguard", ""))?;
    let (mut values, within) = within(desk);
    values.insert(0, Value::from(desk.county()));
    let sql = format!(
        "select safeguard.id, safeguard.at, child.name, hop.due_at, hop.received_at
         from safeguard_hop hop
         join safeguard on safeguard.county = hop.county and safeguard.id = hop.safeguard
         join child on child.county = safeguard.county and child.id = safeguard.child
         where hop.county = $1 and hop.unit in ({within})
         order by case when hop.received_at is null then 0 else 1 end, safeguard.at desc, safeguard.id, hop.unit
         limit 200"
    );
    let lines = desk.tx.query(&sql, &values, |row| {
        Ok(Line {
            id: row.get(0)?,
            at: row.get(1)?,
            name: row.get(2)?,
            due: row.get(3)?,
            received_at: row.get(4)?,
        })
    })?;
    desk.record(Action::ReadSafeguarding, grant.post, ("safeguard", ""), "", "保护线索清单")?;
    Ok(lines)
}

/// `$2, $3…` for the reader's units, which are the values.
fn within<'a>(desk: &Desk<'a, '_>) -> (Vec<Value<'a>>, String) {
    let units = own_units(desk.actor(), Action::ReadSafeguarding);
    let places: Vec<String> = (2..).take(units.len()).map(|at| format!("${at}")).collect();
    (units.into_iter().map(Value::from).collect(), places.join(", "))
}

/// One report, for a unit that receives it. That it was looked at is on the record, and shown with it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn one(desk: &mut Desk<'_, '_>, id: &str) -> Result<Safeguarding, Refused> {
    let missing = || Refused::denied(Action::ReadSafeguarding, "safeguard", id);
    let grant = desk.require(Action::ReadSafeguarding, &Subject::Nothing, ("safeguard", id))?;
    let units: Vec<String> =
        own_units(desk.actor(), Action::ReadSafeguarding).into_iter().map(str::to_owned).collect();
    let (units_of, hops): (Vec<String>, Vec<Hop>) = hops(desk, id)?.into_iter().unzip();
    if !units_of.iter().any(|unit| units.contains(unit)) {
        return Err(missing());
    }
    let found = desk.tx.optional(
        "select safeguard.at, child.id, child.name, child.sex, child.birth, coalesce(school.name, ''),
                coalesce(class.name, ''), coalesce(township.name, ''), coalesce(village.name, ''),
                coalesce(part.name, ''), child.address_sealed, safeguard.what_sealed, safeguard.by_sealed
         from safeguard
         join child on child.county = safeguard.county and child.id = safeguard.child
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         left join unit township on township.county = child.county and township.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit part on part.county = child.county and part.id = child.village_group
         where safeguard.county = $1 and safeguard.id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            let seal = |at| row.get::<Option<Vec<u8>>>(at);
            let one = Safeguarding {
                id: id.to_owned(),
                at: text(0)?,
                name: text(2)?,
                sex: Sex::from_code(&text(3)?).map_or("", Sex::label).to_owned(),
                birth: row.get::<Date>(4)?.to_string(),
                place: format!("{} {}", text(5)?, text(6)?).trim().to_owned(),
                home: [text(7)?, text(8)?, text(9)?].concat(),
                signs: Vec::new(),
                note: String::new(),
                by: String::new(),
                hops: Vec::new(),
                looks: Vec::new(),
                may_receive: false,
            };
            Ok((one, text(1)?, [seal(10)?, seal(11)?, seal(12)?]))
        },
    )?;
    let (mut one, child, [address, what, by]) = found.ok_or_else(missing)?;
    let address = desk.open("child", "address", &child, address.as_deref())?;
    if !address.is_empty() {
        one.home = format!("{}，{address}", one.home);
    }
    let kept: Kept = serde_json::from_str(&desk.open("safeguard", "what", id, what.as_deref())?)
        .map_err(|error| Refused::Fault(format!("signs: {error}")))?;
    let signs = kept.signs.iter().filter_map(|code| Sign::from_code(code));
    one.signs = signs.map(|sign| (sign.label(), sign.basis())).collect();
    one.note = kept.note;
    one.by = desk.open("safeguard", "by", id, by.as_deref())?;
    let waits = |(unit, hop): (&String, &Hop)| hop.received_at.is_none() && units.contains(unit);
    one.may_receive = units_of.iter().zip(&hops).any(waits);
    one.hops = hops;
    one.looks = looks(desk, id)?;
    desk.record(Action::ReadSafeguarding, grant.post, ("safeguard", id), "", "看保护线索")?;
    Ok(one)
}

fn hops(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, Hop)>, Refused> {
    let rows = desk.tx.query(
        "select hop.unit, coalesce(unit.name, ''), hop.role, hop.due_at, coalesce(account.name, ''), hop.received_at,
                hop.done_sealed, hop.escalated_at
         from safeguard_hop hop
         left join unit on unit.county = hop.county and unit.id = hop.unit
         left join account on account.county = hop.county and account.id = hop.received_by
         where hop.county = $1 and hop.safeguard = $2 order by hop.role, hop.unit",
        &params![desk.county(), id],
        |row| {
            let (name, role): (String, String) = (row.get(1)?, row.get(2)?);
            let role = Role::from_code(&role).map_or("", Role::label);
            let hop = Hop {
                unit: if name.is_empty() { role.to_owned() } else { name },
                due: row.get(3)?,
                received_by: row.get(4)?,
                received_at: row.get(5)?,
                done: String::new(),
                escalated_at: row.get(7)?,
            };
            Ok((row.get::<String>(0)?, hop, row.get::<Option<Vec<u8>>>(6)?))
        },
    )?;
    let mut hops = Vec::with_capacity(rows.len());
    for (unit, hop, done) in rows {
        let row = format!("{id}/{unit}");
        let done = desk.open("safeguard_hop", "done", &row, done.as_deref())?;
        hops.push((unit, Hop { done, ..hop }));
    }
    Ok(hops)
}

fn looks(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Look>, Refused> {
    Ok(desk.tx.query(
        "select audit.at, coalesce(account.name, ''), audit.action from audit
         left join account on account.county = audit.county and account.id = audit.account
         where audit.county = $1 and audit.subject = $2
           and audit.action in ('read_safeguarding', 'answer_safeguarding')
         order by audit.at desc, audit.id limit 100",
        &params![desk.county(), id],
        |row| {
            let action: String = row.get(2)?;
            Ok(Look {
                at: row.get(0)?,
                name: row.get(1)?,
                act: Action::from_code(&action).map_or(action, |action| action.label().to_owned()),
            })
        },
    )?)
}
