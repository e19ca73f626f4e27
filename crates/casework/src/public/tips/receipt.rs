//! What whoever wrote learns by the receipt code: how far it has come and the answer, nothing of any child, and nothing by a code that is
//! not known (F01, F02).

use jiff::SignedDuration;
use rules::tip_off::{Errand, Found, State, Why, typed};

use crate::desk::Desk;
use crate::now::stamp;
use crate::params;
use crate::refused::Refused;

/// Codes that are not known, from one address in [`WINDOW`], before it is told to wait. A code that is known is answered all the same.
const TRIES: i64 = 30;
/// The time in which they are counted.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// 举报 or 求助.
    pub errand: &'static str,
    /// When it was sent.
    pub at: String,
    /// How far it has come.
    pub state: &'static str,
    /// What came of it, or why it was not taken up; empty while it is open.
    pub why: &'static str,
    /// The answer; empty while there is none.
    pub answer: String,
    /// Until when it is to be answered; empty once it is.
    pub due: String,
    /// The office that sorts and answers it.
    pub unit: String,
    /// Its telephone; empty where none is known.
    pub phone: String,
}

/// The answer to a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What is known by it.
    Known(Receipt),
    /// Nothing is known by it: the same for every such code.
    Unknown,
    /// Nothing, and too many were tried from here.
    Wait,
}

/// Looks up a code that somebody typed; `source` is the address that it came from.
///
/// # Errors
/// [`Refused::Storage`], [`Refused::Fault`].
pub fn receipt(desk: &mut Desk<'_, '_>, code: &str, source: &str) -> Result<Told, Refused> {
    // Whatever was typed is looked up alike, so that the time tells nothing of its form.
    let index = desk.index("tip_off", &typed(code));
    let found = desk.tx.optional(
        "select t.id, t.errand, t.at, t.state, coalesce(m.state, t.state), coalesce(m.why, t.why),
                coalesce(m.id, t.id), case when m.id is null then t.answer_sealed else m.answer_sealed end,
                coalesce(m.due_at, t.due_at)
         from tip_off t left join tip_off m on m.county = t.county and m.id = t.main
         where t.county = $1 and t.code_index = $2",
        &params![desk.county(), &index],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((
                (text(1)?, text(2)?, text(3)?, text(4)?, text(5)?, text(6)?, text(8)?),
                row.get::<Option<Vec<u8>>>(7)?,
            ))
        },
    )?;
    let Some(((errand, at, own, state, why, answers, due), sealed)) = found else {
        return unknown(desk, source);
    };
    let (own, state) = (State::from_code(&own), State::from_code(&state).unwrap_or(State::Held));
    let ended = matches!(state, State::Closed | State::Refused);
    let joined = own == Some(State::Same) && !ended;
    let why = match state {
        State::Closed => Found::from_code(&why).map_or("", Found::label),
        State::Refused => Why::from_code(&why).map_or("", Why::label),
        _ => "",
    };
    let lead = desk.tx.query(
        "select u.unit, coalesce(unit.name, '') from tip_off_unit u
         left join unit on unit.county = u.county and unit.id = u.unit
         where u.county = $1 and u.tip_off = $2 and u.leads = 1 order by u.at, u.unit limit 1",
        &params![desk.county(), &answers],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (lead, unit) = lead.into_iter().next().unwrap_or_default();
    let phone = crate::units::phone_of(desk.tx, desk.county(), &lead)?;
    Ok(Told::Known(Receipt {
        unit,
        phone,
        errand: if errand == Errand::Help.code() { Errand::Help.label() } else { Errand::Tip.label() },
        at,
        state: if joined { State::Same.told() } else { state.told() },
        why,
        answer: if state == State::Closed {
            desk.open("tip_off", "answer", &answers, sealed.as_deref())?
        } else {
            String::new()
        },
        due: if ended { String::new() } else { due },
    }))
}

/// A code that is not known: counted, as far as it is let.
fn unknown(desk: &mut Desk<'_, '_>, source: &str) -> Result<Told, Refused> {
    let source = desk.index("public_source", source);
    let from = stamp(desk.now.timestamp().saturating_sub(WINDOW).unwrap_or(jiff::Timestamp::MIN));
    let tried = desk.tx.one(
        "select cast(count(*) as bigint) from public_form
         where county = $1 and what = 'code' and source = $2 and at > $3",
        &params![desk.county(), &source, &from],
        |row| row.get::<i64>(0),
    )?;
    if tried >= TRIES {
        return Ok(Told::Wait);
    }
    desk.tx.execute(
        "insert into public_form (county, id, source, what, at) values ($1, $2, $3, 'code', $4)",
        &params![desk.county(), desk.now.id(), &source, desk.now.stamp()],
    )?;
    Ok(Told::Unknown)
}
