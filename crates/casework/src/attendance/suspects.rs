//! 疑似辍学学生台账 by attendance, 五(九): brought in step with the clock in the transaction that counts it. Who comes onto
//! it stays in it; coming back and correction clear the row and say which of the two it was.

use jiff::civil::Date;
use rules::attendance::{Clock, Rule, sentence};
use rules::standing::Standing;

use crate::desk::Desk;
use crate::ledger::set_standing;
use crate::params;
use crate::refused::Refused;

/// One time that a child was suspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spell {
    /// The day on which the count was full.
    pub(super) since: Date,
    /// The day on which it came back.
    pub(super) back: Option<Date>,
    /// What the clock said.
    said: String,
}

impl Spell {
    /// One that the clock stands in.
    pub(super) fn new(since: Date, rule: &Rule, clock: &Clock) -> Self {
        Self { since, back: None, said: sentence(rule, clock).unwrap_or_default() }
    }
}

struct Entry {
    id: String,
    since: Date,
    open: bool,
}

/// Brings the child's rows from `start` on in step with these spells; whether it has come onto the list and stands there.
pub(super) fn follow(
    desk: &mut Desk<'_, '_>,
    child: &str,
    start: Date,
    spells: &[Spell],
    ground: &str,
) -> Result<bool, Refused> {
    let entries = desk.tx.query(
        "select id, since_day, case when cleared_at is null then 1 else 0 end from suspected
         where county = $1 and child = $2 and source = 'attendance'
           and (cleared_why is null or cleared_why <> 'corrected') order by since_day, id",
        &params![desk.county(), child],
        |row| Ok(Entry { id: row.get(0)?, since: row.get(1)?, open: row.get(2)? }),
    )?;
    let (mut cleared, mut came) = (false, false);
    for entry in &entries {
        let spell = spells.iter().find(|spell| spell.since == entry.since);
        let why = match spell {
            Some(spell) if spell.back.is_some() && entry.open => "returned",
            // It had been taken off as back, and was not back after all.
            Some(spell) if spell.back.is_none() && !entry.open => "corrected",
            None if entry.open || entry.since >= start => "corrected",
            _ => continue,
        };
        clear(desk, &entry.id, why)?;
        cleared |= entry.open;
    }
    for spell in spells {
        let stands = |entry: &&Entry| entry.since == spell.since && (entry.open || spell.back.is_some());
        if entries.iter().any(|entry| stands(&entry)) {
            continue;
        }
        let made = enter(desk, child, spell, ground)?;
        came |= made && spell.back.is_none();
    }
    if came || cleared {
        stand(desk, child, came)?;
    }
    Ok(came)
}

fn clear(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update suspected set cleared_at = coalesce(cleared_at, $3), cleared_why = $4 where county = $1 and id = $2",
        &params![desk.county(), id, desk.now.stamp(), why],
    )?;
    Ok(())
}

/// A new row; none while the child stands on the list already, because of a comparison, and none for a pupil beyond the nine
/// years of compulsory school (义务教育法 2): a senior school calls its register too, and nobody is sent up a mountain for it.
fn enter(desk: &mut Desk<'_, '_>, child: &str, spell: &Spell, ground: &str) -> Result<bool, Refused> {
    let (id, stamp) = (desk.now.id(), desk.now.stamp());
    let cleared = spell.back.map(|_| stamp.clone());
    let why = spell.back.map(|_| "returned");
    let made = desk.tx.execute(
        "insert into suspected (county, id, child, source, source_id, since_day, made_at, made_by, cleared_at,
                                cleared_why, said)
         select $1, $2, $3, 'attendance', $4, $5, $6, $7, cast($8 as text), cast($9 as text), cast($10 as text)
         where (cast($8 as text) is not null
                or not exists (select 1 from suspected where county = $1 and child = $3 and cleared_at is null))
           and not exists (select 1 from child where county = $1 and id = $3 and grade > 9)",
        &params![
            desk.county(),
            id,
            child,
            ground,
            spell.since,
            stamp,
            &desk.actor().account,
            cleared,
            why,
            spell.said.as_str()
        ],
    )?;
    Ok(made == 1)
}

/// Where the child stands follows the list, so that the lists for the platforms have it on the same day.
fn stand(desk: &mut Desk<'_, '_>, child: &str, came: bool) -> Result<(), Refused> {
    let (standing, listed) = desk.tx.one(
        "select standing, case when exists (select 1 from suspected where suspected.county = child.county
                                              and suspected.child = child.id and cleared_at is null) then 1 else 0 end
         from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)),
    )?;
    match Standing::from_code(&standing) {
        Some(Standing::Enrolled) if came => set_standing(desk, child, Standing::Absent, "attendance"),
        Some(Standing::Absent) if !listed => set_standing(desk, child, Standing::Enrolled, "attendance"),
        _ => Ok(()),
    }
}
