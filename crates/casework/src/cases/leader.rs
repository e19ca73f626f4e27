//! What whoever leads reads of the open cases: whose move it is and since when, where they stand, and the names behind each of these numbers.
//! In the reader's scope; open cases alone, however many have ended.

use rules::access::{Action, Role, Subject};
use rules::case::State;

use super::list::{COLUMNS, CaseLine, FROM, PAGE, line};
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Those whose move it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Code of the role.
    pub role: String,
    /// Id of the unit; empty for the county's own offices.
    pub unit: String,
    /// The unit, or the office.
    pub name: String,
    /// Cases.
    pub many: u64,
    /// Of them past their deadline.
    pub late: u64,
    /// Since when the oldest stands like this.
    pub since: String,
}

/// Which open cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Of this role; empty for all.
    pub role: String,
    /// Of this unit; empty for none in particular.
    pub unit: String,
    /// In this state.
    pub state: Option<State>,
    /// Past their deadline alone.
    pub late: bool,
}

fn within<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let reached = Scope::of(desk.actor(), Action::SeeLeader, desk.now).predicate("tie", values);
    format!(
        "c.county = $1 and c.ended_at is null
         and exists (select 1 from child_tie tie where tie.county = c.county and tie.child = c.child and {reached})"
    )
}

/// Whose move the open cases are, the most late ones first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn turns(desk: &mut Desk<'_, '_>) -> Result<Vec<Turn>, Refused> {
    desk.require(Action::SeeLeader, &Subject::Nothing, ("leader", ""))?;
    let mut values = vec![Value::from(desk.county()), Value::from(desk.now.stamp())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select open.role, open.unit, coalesce(must.name, ''), open.many, open.late, open.since
         from (select coalesce(c.must_role, '') as role, c.must_unit as unit, cast(count(*) as bigint) as many,
                      cast(sum(case when c.due_at < $2 then 1 else 0 end) as bigint) as late, min(c.since_at) as since
               from child_case c where {within} group by coalesce(c.must_role, ''), c.must_unit) open
         left join unit must on must.county = $1 and must.id = open.unit
         order by open.late desc, open.many desc, open.role, open.unit"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let (role, name): (String, String) = (row.get(0)?, row.get(2)?);
        let office = Role::from_code(&role).map_or("", Role::label);
        Ok(Turn {
            name: if name.is_empty() { office.to_owned() } else { name },
            role,
            unit: row.get(1)?,
            many: row.get(3)?,
            late: row.get(4)?,
            since: row.get(5)?,
        })
    })?)
}

/// How many open cases stand where, and since when the oldest of them does; empty for none.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn states(desk: &mut Desk<'_, '_>) -> Result<Vec<(State, u64, String)>, Refused> {
    desk.require(Action::SeeLeader, &Subject::Nothing, ("leader", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select c.state, cast(count(*) as bigint), min(c.since_at) from child_case c where {within} group by c.state
         order by c.state"
    );
    let rows = desk
        .tx
        .query(&sql, &values, |row| Ok((row.get::<String>(0)?, row.get::<u64>(1)?, row.get::<String>(2)?)))?;
    let many = |state: State| {
        let found = rows.iter().find(|(code, ..)| code == state.code());
        found.map_or((0, String::new()), |(_, many, since)| (*many, since.clone()))
    };
    Ok(State::ALL
        .iter()
        .filter(|state| !matches!(state, State::Cleared | State::Closed | State::Relapsed))
        .map(|state| {
            let (many, since) = many(*state);
            (*state, many, since)
        })
        .collect())
}

/// The names behind a number of the leader's page, the most urgent first: a hundred behind the one of that moment and id, and whether there are
/// more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn waiting(
    desk: &mut Desk<'_, '_>,
    which: &Waiting,
    after: Option<(&str, &str)>,
) -> Result<(Vec<CaseLine>, bool), Refused> {
    desk.require(Action::SeeLeader, &Subject::Nothing, ("leader", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let mut within = within(desk, &mut values);
    let mut and = |values: &mut Vec<Value<'_>>, what: &str, value: String| {
        values.push(Value::from(value));
        within.push_str(&format!(" and {what} ${}", values.len()));
    };
    if !which.role.is_empty() {
        and(&mut values, "c.must_role =", which.role.clone());
        and(&mut values, "c.must_unit =", which.unit.clone());
    }
    if let Some(state) = which.state {
        and(&mut values, "c.state =", state.code().to_owned());
    }
    if which.late {
        and(&mut values, "c.due_at <", desk.now.stamp());
    }
    if let Some((moment, id)) = after {
        values.extend([moment, id].map(|text| Value::from(text.to_owned())));
        within.push_str(&format!(" and (c.due_at, c.id) > (${}, ${})", values.len() - 1, values.len()));
    }
    let sql =
        format!("select {COLUMNS} from {FROM} where {within} order by c.due_at, c.id limit {}", PAGE + 1);
    let mut lines = desk.tx.query(&sql, &values, line)?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}
