//! What several acts write alike: the units that have a tip before them, what was done, who is told, and by when; reminders.

use jiff::SignedDuration;
use rules::access::{Action, Role};

use super::super::own_units;
use crate::accounts::tell;
use crate::attendance::due;
use crate::desk::Desk;
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;

/// A deadline of the plan; where the calendar does not know the year a week, since nobody is sent away for that.
pub(super) fn due_or(desk: &Desk<'_, '_>, key: &str) -> Result<String, Refused> {
    match due(desk, key) {
        Err(Refused::Fault(text)) => Err(Refused::Fault(text)),
        Err(_) => {
            let week = SignedDuration::from_hours(7 * 24);
            Ok(stamp(desk.now.timestamp().saturating_add(week).unwrap_or(desk.now.timestamp())))
        }
        Ok(due) => Ok(due),
    }
}

/// Puts it before a unit, once.
pub(super) fn put_unit(
    desk: &mut Desk<'_, '_>,
    id: &str,
    (unit, role, leads): (&str, Role, bool),
    due: &str,
) -> Result<bool, Refused> {
    let made = desk.tx.execute(
        "insert into tip_off_unit (county, tip_off, unit, role, leads, at, due_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, tip_off, unit) do nothing",
        &params![desk.county(), id, unit, role.code(), leads, desk.now.stamp(), due],
    )?;
    Ok(made == 1)
}

/// What was done with it.
pub(super) struct Deed<'a> {
    pub(super) kind: &'a str,
    pub(super) unit: &'a str,
    pub(super) code: &'a str,
    pub(super) words: &'a str,
}

/// Writes the next row of what was done.
pub(super) fn did(desk: &mut Desk<'_, '_>, id: &str, deed: &Deed<'_>) -> Result<(), Refused> {
    let county = desk.county();
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from tip_off_event where county = $1 and tip_off = $2",
        &params![county, id],
        |row| row.get::<i64>(0),
    )? + 1;
    let words = deed.words.trim();
    let row = format!("{id}/{seq}");
    let sealed = (!words.is_empty()).then(|| desk.seal("tip_off_event", "words", &row, words));
    desk.tx.execute(
        "insert into tip_off_event (county, tip_off, seq, kind, unit, code, words_sealed, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            id,
            seq,
            deed.kind,
            deed.unit,
            deed.code,
            sealed,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// Tells those who act at the units, unless they have unread news of the same kind: a flood is one line (F09). Nothing of what was
/// written stands in it (F05).
pub(super) fn tell_once(
    desk: &mut Desk<'_, '_>,
    units: &[(String, Role)],
    apart: bool,
) -> Result<(), Refused> {
    let county = desk.county();
    let kind = if apart { "tip_off_apart" } else { "tip_off" };
    let mut told = Vec::new();
    for (unit, role) in units {
        told.extend(if apart {
            tell::leaders(desk.tx, desk.now, county, std::slice::from_ref(unit))?
        } else {
            tell::holders(desk.tx, desk.now, county, *role, Some(unit))?
        });
    }
    told.sort();
    told.dedup();
    let text = if apart {
        "有群众反映孩子可能受到伤害，请立即看"
    } else {
        "有群众举报、求助等您看"
    };
    for account in told {
        let unread = desk.tx.optional(
            "select 1 from notification where county = $1 and account = $2 and kind = $3 and read_at is null limit 1",
            &params![county, &account, kind],
            |row| row.get::<i64>(0),
        );
        if unread?.is_none() {
            let news = tell::News { kind, subject: "", text, href: "/tips" };
            tell::one(desk.tx, desk.now, county, &account, &news)?;
        }
    }
    Ok(())
}

/// Tells the units in whose hands something is late; each once.
pub(in crate::public) fn remind(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let (county, now) = (desk.county(), desk.now.stamp());
    let late = desk.tx.query(
        "select id, apart from tip_off
         where county = $1 and state in ('received', 'working') and due_at < $2 and reminded_at is null
         order by due_at, id limit 200",
        &params![county, &now],
        |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?)),
    )?;
    for (id, apart) in &late {
        desk.tx.execute(
            "update tip_off set reminded_at = $3 where county = $1 and id = $2",
            &params![county, id, &now],
        )?;
        let units = desk.tx.query(
            "select unit, role from tip_off_unit where county = $1 and tip_off = $2 and reported_at is null order by unit",
            &params![county, id],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        let units: Vec<(String, Role)> =
            units.into_iter().filter_map(|(unit, role)| Some((unit, Role::from_code(&role)?))).collect();
        tell_once(desk, &units, *apart)?;
    }
    Ok(late.len())
}

/// The predicate that the reader may know of a tip `t`: it lies before an own unit, it is not about any unit of theirs (A26), and what is
/// kept apart is read by those alone who are named for it. Its parameters are pushed behind those that are there.
pub(super) fn within<'v>(desk: &Desk<'v, '_>, values: &mut Vec<crate::db::Value<'v>>) -> String {
    let actor = desk.actor();
    let mut places = |units: Vec<&'v str>| {
        let places: Vec<String> = units
            .into_iter()
            .map(|unit| {
                values.push(crate::db::Value::from(unit));
                format!("${}", values.len())
            })
            .collect();
        if places.is_empty() { "''".to_owned() } else { places.join(", ") }
    };
    let own = places(own_units(actor, Action::ReadTips));
    let all = places(super::super::all_units(actor));
    let apart = if super::reads_apart(actor) { "1 = 1" } else { "t.apart = 0" };
    format!(
        "(exists (select 1 from tip_off_unit u where u.county = t.county and u.tip_off = t.id and u.unit in ({own}))
          and (t.against is null or t.against not in ({all})) and {apart})"
    )
}
