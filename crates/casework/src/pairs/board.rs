//! The board of 结对包保: children with whom nobody is paired, those who were not visited in time, and how many each person has; in
//! the reader's scope. Whoever has left the post of a pairing goes to nobody: such a child is unpaired.

use rules::access::{Action, Role, Subject};
use rules::case::{Act, State};
use rules::pairing::Outcome;

use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Lines of a page.
const PAGE: usize = 100;

/// Which children.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// With whom nobody is paired.
    Unpaired,
    /// Who were not visited in time.
    Late,
    /// With whom somebody is paired.
    Paired,
}

impl Shown {
    /// As a page's address has it; the unpaired for what is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "late" => Self::Late,
            "paired" => Self::Paired,
            _ => Self::Unpaired,
        }
    }

    /// The predicate about `c`, `pair` and who holds the post; `now` is the place of the moment.
    fn which(self, now: usize) -> String {
        match self {
            Self::Unpaired => format!("{NEEDS} and not {HELD}"),
            Self::Late => format!("{HELD} and c.act in {VISITS} and c.due_at < ${now}"),
            Self::Paired => HELD.to_owned(),
        }
    }
}

/// Open cases in which somebody has to go to the family: from 核实 on, until the child is said to be back.
const NEEDS: &str = "c.state in ('confirmed', 'dispatched', 'accepted', 'persuading', 'paused')";

/// Acts at the family's door ([`Act::is_visit`]).
const VISITS: &str = "('first_visit', 'visit', 'check_term')";

/// That somebody is paired who still holds the post.
const HELD: &str =
    "exists (select 1 from tenure where tenure.county = pair.county and tenure.post = pair.post
                             and tenure.account = pair.account and tenure.until_day is null)";

const FROM: &str = "child_case c
     join child on child.county = c.county and child.id = c.child
     left join unit town on town.county = child.county and town.id = child.township
     left join unit village on village.county = child.county and village.id = child.village
     left join unit part on part.county = child.county and part.id = child.village_group
     left join pair on pair.county = c.county and pair.child = c.child and pair.ended_at is null
     left join account on account.county = pair.county and account.id = pair.account
     left join post on post.county = pair.county and post.id = pair.post
     left join unit own on own.county = post.county and own.id = post.unit";

/// A child on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairLine {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Township, village and group.
    pub place: String,
    /// Id of the case.
    pub case: String,
    /// Where the case stands.
    pub state: State,
    /// Who is paired; empty where nobody is or was.
    pub who: String,
    /// Role and unit of that person.
    pub post: String,
    /// Since when.
    pub since: String,
    /// What has to be done at the door; empty where nothing has.
    pub act: &'static str,
    /// The case's deadline.
    pub due: String,
    /// The day of the last visit, and how it ended.
    pub last: Option<(String, &'static str)>,
    /// Whether the reader may pair somebody with it.
    pub may_pair: bool,
}

fn line(row: &Row<'_>) -> Result<PairLine, DbError> {
    let text = |at| row.get::<String>(at);
    let (role, unit) = (text(8)?, text(9)?);
    let act = Act::from_code(&text(11)?).filter(|act| act.is_visit());
    let last = row.get::<Option<String>>(13)?;
    let last = last.as_deref().and_then(|last| {
        let (day, code) = last.split_once(' ')?;
        Some((day.to_owned(), Outcome::from_code(code).map_or("", Outcome::label)))
    });
    Ok(PairLine {
        child: text(0)?,
        name: text(1)?,
        place: [text(2)?, text(3)?, text(4)?].concat(),
        case: text(5)?,
        state: State::from_code(&text(6)?).unwrap_or(State::Suspected),
        who: text(7)?,
        post: format!("{unit} {}", Role::from_code(&role).map_or("", Role::label)).trim().to_owned(),
        since: text(10)?,
        act: act.map_or("", Act::label),
        due: text(12)?,
        last,
        may_pair: row.get(14)?,
    })
}

/// That the actor reaches the child of `c` for an action.
fn reaches<'v>(desk: &Desk<'v, '_>, action: Action, values: &mut Vec<Value<'v>>) -> String {
    let reached = Scope::of(desk.actor(), action, desk.now).predicate("tie", values);
    format!(
        "exists (select 1 from child_tie tie where tie.county = c.county and tie.child = c.child and {reached})"
    )
}

/// That the case is in the reader's scope for an action, and which it is.
fn within<'v>(desk: &Desk<'v, '_>, shown: Shown, action: Action, values: &mut Vec<Value<'v>>) -> String {
    let reached = reaches(desk, action, values);
    if shown == Shown::Late {
        values.push(Value::from(desk.now.stamp()));
    }
    let which = shown.which(values.len());
    format!("c.county = $1 and c.ended_at is null and {which} and {reached}")
}

/// Children in the reader's scope, the most urgent first: at most a hundred behind the one of that deadline and case, and whether
/// there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn board(
    desk: &mut Desk<'_, '_>,
    shown: Shown,
    after: Option<(&str, &str)>,
) -> Result<(Vec<PairLine>, bool), Refused> {
    desk.require(Action::ReadCase, &Subject::Nothing, ("pairs", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, shown, Action::ReadCase, &mut values);
    let pairs = reaches(desk, Action::PairChild, &mut values);
    let mut behind = String::new();
    if let Some((due, id)) = after {
        values.extend([due, id].map(|text| Value::from(text.to_owned())));
        behind = format!("and (c.due_at, c.id) > (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "select c.child, child.name, coalesce(town.name, ''), coalesce(village.name, ''), coalesce(part.name, ''), c.id,
                c.state, coalesce(account.name, ''), coalesce(post.role, ''), coalesce(own.name, ''),
                coalesce(pair.from_at, ''), c.act, coalesce(c.due_at, ''),
                (select max(visit.day || ' ' || visit.outcome) from visit
                  where visit.county = c.county and visit.case_id = c.id),
                case when {pairs} then 1 else 0 end
         from {FROM} where {within} {behind} order by c.due_at, c.id limit {}",
        PAGE + 1
    );
    let mut lines = desk.tx.query(&sql, &values, line)?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

/// How many children one person has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Name.
    pub name: String,
    /// Role and unit.
    pub post: String,
    /// Children.
    pub many: i64,
    /// Of these not visited in time.
    pub late: i64,
}

/// Who has how many of the children in the reader's scope, the most first; at most two hundred.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn loads(desk: &mut Desk<'_, '_>) -> Result<Vec<Load>, Refused> {
    desk.require(Action::ReadCase, &Subject::Nothing, ("pairs", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, Shown::Paired, Action::ReadCase, &mut values);
    values.push(Value::from(desk.now.stamp()));
    let now = values.len();
    let sql = format!(
        "select account.name, coalesce(post.role, ''), coalesce(own.name, ''), cast(count(*) as bigint),
                cast(coalesce(sum(case when c.act in {VISITS} and c.due_at < ${now} then 1 else 0 end), 0) as bigint)
         from {FROM} where {within}
         group by account.id, account.name, post.role, own.name
         order by count(*) desc, own.name, account.name, account.id limit 200"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let (role, unit) = (row.get::<String>(1)?, row.get::<String>(2)?);
        let role = Role::from_code(&role).map_or("", Role::label);
        let post = format!("{unit} {role}").trim().to_owned();
        Ok(Load { name: row.get(0)?, post, many: row.get(3)?, late: row.get(4)? })
    })?)
}

/// How many children that the actor may pair wait for somebody, and how many of them were not visited in time.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<(i64, i64), Refused> {
    let mut count = |shown| {
        let mut values = vec![Value::from(desk.county())];
        let within = within(desk, shown, Action::PairChild, &mut values);
        let sql = format!("select cast(count(*) as bigint) from {FROM} where {within}");
        desk.tx.one(&sql, &values, |row| row.get::<i64>(0))
    };
    Ok((count(Shown::Unpaired)?, count(Shown::Late)?))
}

#[cfg(test)]
mod tests {
    use rules::case::Act;

    /// What the statements call a visit is what the rule calls one.
    #[test]
    fn visits_are_those_of_the_rule() {
        for act in Act::ALL {
            assert_eq!(super::VISITS.contains(&format!("'{}'", act.code())), act.is_visit(), "{act:?}");
        }
    }
}
