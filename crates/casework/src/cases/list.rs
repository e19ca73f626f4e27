//! The county desk and everybody's list of cases: whose turn it is, since when, until when; each in the reader's scope.

use rules::access::{Action, Role, Subject};
use rules::case::{Act, State};

use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Cases of a page.
pub(super) const PAGE: usize = 100;

/// Which cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Every open one.
    Open,
    /// Where it is the reader's turn.
    Mine,
    /// Whose deadline has passed.
    Late,
    /// In this state.
    In(State),
    /// Every one that has ended.
    Ended,
}

impl Shown {
    /// As a page's address has it; open ones for what is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "mine" => Self::Mine,
            "late" => Self::Late,
            "ended" => Self::Ended,
            code => State::from_code(code).map_or(Self::Open, Self::In),
        }
    }

    /// Whether these have ended, so that the latest stands first.
    const fn has_ended(self) -> bool {
        matches!(self, Self::Ended | Self::In(State::Cleared | State::Closed | State::Relapsed))
    }
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Id.
    pub id: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Township and school.
    pub place: String,
    /// Where it stands.
    pub state: State,
    /// Who must act; empty when it has ended.
    pub who: String,
    /// What they must do; empty when it has ended.
    pub act: &'static str,
    /// Until when, as it is stored; empty when it has ended.
    pub due: String,
    /// Clause or article of the deadline.
    pub basis: String,
    /// Since when it stands like this.
    pub since: String,
    /// When it was opened.
    pub opened: String,
    /// When it ended.
    pub ended: Option<String>,
}

/// The columns of a [`CaseLine`]; `c` is the case, `child` the child.
pub(super) const COLUMNS: &str = "c.id, c.child, child.name, coalesce(town.name, ''), coalesce(school.name, ''), c.state,
     coalesce(c.must_role, ''), coalesce(must.name, ''), c.act, coalesce(c.due_at, ''), c.basis, c.since_at, c.opened_at,
     c.ended_at";

/// What they are read from.
pub(super) const FROM: &str = "child_case c
     join child on child.county = c.county and child.id = c.child
     left join unit town on town.county = child.county and town.id = child.township
     left join unit school on school.county = child.county and school.id = child.school
     left join unit must on must.county = c.county and must.id = c.must_unit";

pub(super) fn line(row: &Row<'_>) -> Result<CaseLine, DbError> {
    let text = |at| row.get::<String>(at);
    let places = [text(3)?, text(4)?];
    let role = text(6)?;
    let unit = text(7)?;
    let who = match Role::from_code(&role) {
        Some(role) if unit.is_empty() => role.label().to_owned(),
        _ => unit,
    };
    Ok(CaseLine {
        id: text(0)?,
        child: text(1)?,
        name: text(2)?,
        place: places.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · "),
        // A state that this program does not know cannot be written by it.
        state: State::from_code(&text(5)?).unwrap_or(State::Suspected),
        who,
        act: Act::from_code(&text(8)?).map_or("", Act::label),
        due: text(9)?,
        basis: text(10)?,
        since: text(11)?,
        opened: text(12)?,
        ended: row.get(13)?,
    })
}

/// That it is the actor's turn, as a predicate about `c`.
fn turn<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let posts = desk.actor().posts.iter();
    let acts = |role| matches!(role, Role::Bureau | Role::Director | Role::Township | Role::Head);
    let arms: Vec<String> = posts
        .filter(|post| acts(post.role))
        .map(|post| {
            values.push(Value::from(post.role.code()));
            values.push(Value::from(post.unit.as_str()));
            format!("(c.must_role = ${} and c.must_unit in ('', ${}))", values.len() - 1, values.len())
        })
        .collect();
    if arms.is_empty() { "1 = 0".to_owned() } else { format!("({})", arms.join(" or ")) }
}

/// Where and in what order.
fn within<'v>(desk: &Desk<'v, '_>, shown: Shown, values: &mut Vec<Value<'v>>) -> String {
    let scope = Scope::of(desk.actor(), Action::ReadCase, desk.now);
    let reached = scope.predicate("tie", values);
    let which = match shown {
        Shown::Open => "c.ended_at is null".to_owned(),
        Shown::Mine => format!("c.ended_at is null and {}", turn(desk, values)),
        Shown::Late => {
            values.push(Value::from(desk.now.stamp()));
            format!("c.ended_at is null and c.due_at < ${}", values.len())
        }
        Shown::In(state) => {
            values.push(Value::from(state.code()));
            let ended = if shown.has_ended() { "is not null" } else { "is null" };
            format!("c.state = ${} and c.ended_at {ended}", values.len())
        }
        Shown::Ended => "c.ended_at is not null".to_owned(),
    };
    // Who reaches few children among the cases of a whole county: theirs are looked up, not every case asked for its child.
    if scope.is_narrow() {
        return format!(
            "c.county = $1 and {which} and c.child in (select tie.child from child_tie tie where tie.county = $1 and {reached})"
        );
    }
    format!(
        "c.county = $1 and {which}
         and exists (select 1 from child_tie tie where tie.county = c.county and tie.child = c.child and {reached})"
    )
}

/// Cases in the reader's scope, the most urgent first, or of those that have ended the latest: at most a hundred behind the one of that
/// moment and id, and whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn cases(
    desk: &mut Desk<'_, '_>,
    shown: Shown,
    after: Option<(&str, &str)>,
) -> Result<(Vec<CaseLine>, bool), Refused> {
    desk.require(Action::ReadCase, &Subject::Nothing, ("cases", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, shown, &mut values);
    let (column, order, than) =
        if shown.has_ended() { ("c.ended_at", "desc", "<") } else { ("c.due_at", "asc", ">") };
    let mut behind = String::new();
    if let Some((moment, id)) = after {
        values.extend([moment, id].map(|text| Value::from(text.to_owned())));
        behind = format!("and ({column}, c.id) {than} (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "select {COLUMNS} from {FROM} where {within} {behind} order by {column} {order}, c.id {order} limit {}",
        PAGE + 1
    );
    let mut lines = desk.tx.query(&sql, &values, line)?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

/// What waits for the actor, by act: how many, the earliest deadline, and the case where it is one.
///
/// # Errors
/// [`Refused::Storage`].
pub fn mine(desk: &mut Desk<'_, '_>) -> Result<Vec<(Act, i64, String, CaseLine)>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, Shown::Mine, &mut values);
    let sql = format!(
        "select c.act, cast(count(*) as bigint), min(c.due_at), min(c.id) from child_case c where {within}
         group by c.act order by min(c.due_at), c.act"
    );
    let groups = desk.tx.query(&sql, &values, |row| {
        Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<String>(2)?, row.get::<String>(3)?))
    })?;
    let mut all = Vec::with_capacity(groups.len());
    for (act, count, due, id) in groups {
        let one = desk.tx.one(
            &format!("select {COLUMNS} from {FROM} where c.county = $1 and c.id = $2"),
            &[Value::from(desk.county()), Value::from(id)],
            line,
        )?;
        all.extend(Act::from_code(&act).map(|act| (act, count, due, one)));
    }
    Ok(all)
}
