//! What lies before the reader's units: what is sent again and again is one line, the late ones first; at most a hundred of a page.

use rules::access::{Action, Subject};
use rules::publish::hide;
use rules::tip_off::{Kind, State};

use super::super::own_units;
use super::What;
use super::store::within;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;

/// Lines of a page.
const PAGE: usize = 100;

/// Signs of a text in the list.
const GLANCE: usize = 48;

/// Which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that nobody has sorted.
    Received,
    /// Those that came when too many did.
    Held,
    /// Those in somebody's hands.
    Working,
    /// Those that have ended, for whatever reason.
    Ended,
}

impl Shown {
    /// As a page's address has it; those to sort for what is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "held" => Self::Held,
            "working" => Self::Working,
            "ended" => Self::Ended,
            _ => Self::Received,
        }
    }

    const fn states(self) -> &'static str {
        match self {
            Self::Received => "t.state = 'received'",
            Self::Held => "t.state = 'held'",
            Self::Working => "t.state = 'working'",
            Self::Ended => "t.state in ('closed', 'spam', 'same')",
        }
    }

    /// Whether equal ones stand together.
    const fn groups(self) -> bool {
        matches!(self, Self::Received | Self::Held)
    }
}

/// What narrows the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Code of a kind; empty for all.
    pub kind: String,
    /// Id of a township; empty for all.
    pub township: String,
    /// The line behind which it goes on: moment and id; empty from the start.
    pub after: String,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TipLine {
    /// Id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Township, school and place, as far as they were said.
    pub place: String,
    /// How it begins, with numbers and the child's name hidden (F04).
    pub glance: String,
    /// When it came.
    pub at: String,
    /// How far it has come.
    pub state: State,
    /// Until when something is due.
    pub due: String,
    /// Whether it is kept apart.
    pub apart: bool,
    /// How many with this very text wait, itself included.
    pub many: i64,
}

struct Found {
    line: TipLine,
    sealed: Option<Vec<u8>>,
}

fn found(row: &Row<'_>) -> Result<Found, DbError> {
    let text = |at| row.get::<String>(at);
    let (township, school) = (text(2)?, text(3)?);
    let line = TipLine {
        id: text(0)?,
        kind: Kind::from_code(&text(1)?).unwrap_or(Kind::OtherTip),
        place: format!("{township} {school}").trim().to_owned(),
        glance: String::new(),
        at: text(4)?,
        state: State::from_code(&text(5)?).unwrap_or(State::Held),
        due: text(6)?,
        apart: row.get(7)?,
        many: row.get(8)?,
    };
    Ok(Found { line, sealed: row.get(9)? })
}

/// The list, and whether there are more behind it. What was written is shown in part, so that the look is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn tips(desk: &mut Desk<'_, '_>, which: Shown, filter: &Filter) -> Result<(Vec<TipLine>, bool), Refused> {
    let grant = desk.require(Action::ReadTips, &Subject::Nothing, ("tip_off", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let mut narrow = within(desk, &mut values);
    for (column, value) in [("t.kind", &filter.kind), ("t.township", &filter.township)] {
        if !value.is_empty() {
            values.push(Value::from(value.clone()));
            narrow = format!("{narrow} and {column} = ${}", values.len());
        }
    }
    // The last ones first where all is done; else what is due first.
    let (column, order, than) =
        if which == Shown::Ended { ("t.at", "desc", "<") } else { ("t.due_at", "asc", ">") };
    let mut behind = String::new();
    if let Some((moment, id)) = filter.after.rsplit_once('~') {
        values.extend([moment, id].map(|text| Value::from(text.to_owned())));
        behind = format!("and ({column}, t.id) {than} (${}, ${})", values.len() - 1, values.len());
    }
    let states = which.states();
    let (first, many) = if which.groups() {
        (
            format!(
                "and t.id in (select min(t.id) from tip_off t where t.county = $1 and {states} and {narrow} group by t.same)"
            ),
            "(select cast(count(*) as bigint) from tip_off other where other.county = t.county
                 and other.same = t.same and other.state = t.state)"
                .to_owned(),
        )
    } else {
        (String::new(), "cast(1 as bigint)".to_owned())
    };
    let sql = format!(
        "select t.id, t.kind, coalesce(township.name, ''), coalesce(school.name, ''), t.at, t.state, t.due_at, t.apart,
                {many}, t.what_sealed
         from tip_off t
         left join unit township on township.county = t.county and township.id = t.township
         left join unit school on school.county = t.county and school.id = t.school
         where t.county = $1 and {states} and {narrow} {first} {behind}
         order by {column} {order}, t.id {order} limit {}",
        PAGE + 1
    );
    let mut rows = desk.tx.query(&sql, &values, found)?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let mut lines = Vec::with_capacity(rows.len());
    for Found { mut line, sealed } in rows {
        let what = what_of(desk, &line.id, sealed.as_deref())?;
        line.glance = hide(&what.text, &[&what.child]).chars().take(GLANCE).collect();
        line.place = format!("{} {}", line.place, hide(&what.place, &[&what.child])).trim().to_owned();
        lines.push(line);
    }
    desk.record(Action::ReadTips, grant.post, ("tip_off", ""), "", "群众举报、求助清单")?;
    Ok((lines, more))
}

/// What was written.
pub(super) fn what_of(desk: &Desk<'_, '_>, id: &str, sealed: Option<&[u8]>) -> Result<What, Refused> {
    let text = desk.open("tip_off", "what", id, sealed)?;
    serde_json::from_str(&text).map_err(|error| Refused::Fault(format!("tip_off: {error}")))
}

/// What waits for the reader's own units: those to sort with the earliest deadline, those held back, and those that were handed to
/// them and not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// To sort.
    pub sort: i64,
    /// Until when the first of them.
    pub due: String,
    /// Held back.
    pub held: i64,
    /// Handed to an own unit.
    pub handed: i64,
    /// Until when the first of them.
    pub handed_due: String,
}

/// Counts what waits.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<Waiting, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, &mut values);
    let units = own_units(desk.actor(), Action::AnswerTip);
    if units.is_empty() {
        return Ok(Waiting::default());
    }
    let mut places = Vec::new();
    for unit in units {
        values.push(Value::from(unit));
        places.push(format!("${}", values.len()));
    }
    let places = places.join(", ");
    let leads = format!(
        "exists (select 1 from tip_off_unit l where l.county = t.county and l.tip_off = t.id and l.leads = 1
                    and l.unit in ({places}))"
    );
    let sql = format!(
        "select cast(coalesce(sum(case when t.state = 'received' and {leads} then 1 else 0 end), 0) as bigint),
                coalesce(min(case when t.state = 'received' and {leads} then t.due_at end), ''),
                cast(coalesce(sum(case when t.state = 'held' and {leads} then 1 else 0 end), 0) as bigint)
         from tip_off t where t.county = $1 and t.state in ('received', 'held') and {within}"
    );
    let mut found = desk.tx.one(&sql, &values, |row| {
        Ok(Waiting { sort: row.get(0)?, due: row.get(1)?, held: row.get(2)?, ..Waiting::default() })
    })?;
    let sql = format!(
        "select cast(count(*) as bigint), coalesce(min(h.due_at), '')
         from tip_off_unit h join tip_off t on t.county = h.county and t.id = h.tip_off
         where h.county = $1 and h.unit in ({places}) and h.leads = 0 and h.reported_at is null
           and t.state in ('received', 'working') and {within}"
    );
    (found.handed, found.handed_due) =
        desk.tx.one(&sql, &values, |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)))?;
    Ok(found)
}
