//! 口袋页: the children that one is paired with, in the order of the way: what has to be done by when, whom to ring up, what happened
//! last. It is for the person alone, at the door and on the phone; that it was read is on the record, child by child.

use rules::access::{Action, Field, Subject, may};
use rules::case::{Act, Kind};
use rules::pairing::Outcome;

use super::pair::phones;
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::params;
use crate::refused::Refused;

/// Facts that are shown of each child.
const LAST: i64 = 3;

/// A child on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Village and group: children of one place stand together.
    pub group: String,
    /// Where it lives, behind the group; empty where the reader does not see it.
    pub address: String,
    /// Whom to ring up.
    pub phones: Vec<(String, String)>,
    /// Id of its open case.
    pub case: String,
    /// How many events the case had when this was read.
    pub version: i64,
    /// What has to be done at the door; empty where it is somebody else's turn.
    pub act: &'static str,
    /// Whose turn it is otherwise, and for what.
    pub turn: String,
    /// The case's deadline.
    pub due: String,
    /// What happened last, the latest first.
    pub last: Vec<String>,
}

struct Found {
    stop: Stop,
    address: Option<Vec<u8>>,
}

/// The children that the actor is paired with and whose case is open: by village and group, in each the most urgent first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn pocket(desk: &mut Desk<'_, '_>) -> Result<Vec<Stop>, Refused> {
    desk.require(Action::WorkCase, &Subject::Nothing, ("pairs", ""))?;
    let me = desk.actor().account.clone();
    let found = desk.tx.query(
        "select child.id, child.name, coalesce(village.name, town.name, ''), coalesce(part.name, ''), c.id, c.version, c.act,
                coalesce(c.due_at, ''), coalesce(must.name, ''), child.address_sealed
         from pair
         join child on child.county = pair.county and child.id = pair.child
         join child_case c on c.county = pair.county and c.child = pair.child and c.ended_at is null
         left join unit town on town.county = child.county and town.id = child.township
         left join unit village on village.county = child.county and village.id = child.village
         left join unit part on part.county = child.county and part.id = child.village_group
         left join unit must on must.county = c.county and must.id = c.must_unit
         where pair.county = $1 and pair.account = $2 and pair.ended_at is null
         order by village.sort nulls last, part.sort nulls last, c.due_at, c.id limit 100",
        &params![desk.county(), &me],
        |row| {
            let act = Act::from_code(&row.get::<String>(6)?);
            let must: String = row.get(8)?;
            let turn = act.filter(|act| !act.is_visit()).map_or("", Act::label);
            let stop = Stop {
                child: row.get(0)?,
                name: row.get(1)?,
                group: [row.get::<String>(2)?, row.get::<String>(3)?].concat(),
                address: String::new(),
                phones: Vec::new(),
                case: row.get(4)?,
                version: row.get(5)?,
                act: act.filter(|act| act.is_visit()).map_or("", Act::label),
                turn: if turn.is_empty() { String::new() } else { format!("{must}{turn}") },
                due: row.get(7)?,
                last: Vec::new(),
            };
            Ok(Found { stop, address: row.get(9)? })
        },
    )?;
    let mut stops = Vec::with_capacity(found.len());
    for Found { mut stop, address } in found {
        let ties = ties_of(desk, &stop.child)?;
        // Who is paired and has no longer anything to do with the child sees nothing of it.
        let Ok(grant) = may(desk.actor(), Action::WorkCase, &Subject::Child(&ties)) else { continue };
        let Some(sees) = Sees::granted(&grant) else { continue };
        let plain = desk.open("child", "address", &stop.child, address.as_deref())?;
        stop.address = sees.clear(Field::Address, plain).unwrap_or_default();
        stop.phones = phones(desk, &stop.child, sees)?;
        stop.last = last(desk, &stop.case, sees.shows(Field::Guardians))?;
        desk.record(Action::ReadCase, grant.post, ("child", &stop.child), "", "包保口袋页")?;
        stops.push(stop);
    }
    Ok(stops)
}

/// The last facts of a case in a line each; the families' words for who sees the family.
fn last(desk: &mut Desk<'_, '_>, case: &str, whole: bool) -> Result<Vec<String>, Refused> {
    let rows = desk.tx.query(
        "select e.seq, e.kind, coalesce(e.on_day, substr(e.at, 1, 10)), coalesce(visit.outcome, ''), e.words_sealed
         from case_event e
         left join visit on visit.county = e.county and visit.case_id = e.case_id and visit.seq = e.seq
         where e.county = $1 and e.case_id = $2 order by e.seq desc limit $3",
        &params![desk.county(), case, LAST],
        |row| -> Result<_, DbError> {
            let kind = Kind::from_code(&row.get::<String>(1)?).map_or("", Kind::label);
            let outcome = Outcome::from_code(&row.get::<String>(3)?);
            let what = format!("{} {kind}", row.get::<String>(2)?);
            Ok((row.get::<i64>(0)?, what, outcome, row.get::<Option<Vec<u8>>>(4)?))
        },
    )?;
    let mut lines = Vec::with_capacity(rows.len());
    for (seq, what, outcome, sealed) in rows {
        let words = if whole {
            desk.open("case_event", "words", &format!("{case}/{seq}"), sealed.as_deref())?
        } else {
            outcome.map_or("", Outcome::label).to_owned()
        };
        let mut short: String = words.chars().take(60).collect();
        if short.len() < words.len() {
            short.push('…');
        }
        lines.push(if short.is_empty() { what } else { format!("{what}：{short}") });
    }
    Ok(lines)
}
