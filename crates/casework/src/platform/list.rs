//! Who must stand in a platform, and how far that is: the children of one's own part of the county whom the plan
//! names by how they stand with school, and those who stand there already.

use rules::access::{Action, Field, Subject, may};
use rules::plan::Platform;
use rules::standing::Standing;
use rules::twin::Stand;

use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Which children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Key of the platform; empty for the first.
    pub platform: String,
    /// How far; `None` for what somebody must do something about.
    pub stand: Option<Stand>,
    /// Everything, whatever `stand` says.
    pub all: bool,
    /// Name or initials of it, or the platform's number.
    pub q: String,
    /// Cursor: id of the last child of the page before; empty for the first page.
    pub after: String,
}

/// A child of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class, else the village; empty where the reader does not see it.
    pub place: String,
    /// How it stands with school.
    pub standing: Option<Standing>,
    /// Since when it is suspected.
    pub since: String,
    /// The platform's number.
    pub number: String,
    /// How far it is.
    pub stand: Option<Stand>,
}

/// How many are how far.
pub type Counts = Vec<(Stand, i64)>;

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The children.
    pub rows: Vec<Row>,
    /// How many are how far, the whole of one's own part, in the order of [`Stand::ALL`].
    pub counts: Counts,
    /// Cursor of the next page: id of the last child of this one.
    pub next: Option<String>,
}

/// `Stand` in SQL, over `child` and `entry`; `must` is the condition that the child must stand there.
fn stand_sql(must: &str) -> String {
    format!(
        "case when entry.id is null then 'missing'
              when entry.state = 'closed' then case when {must} then 'again' else 'closed' end
              when not {must} then 'to_close'
              when entry.number = '' then 'no_number' else 'kept' end"
    )
}

/// The tables and conditions of every query: (from, `Stand`). Parameters from `$1`: county, platform, moment.
fn wanted<'v>(desk: &Desk<'v, '_>, platform: &'v Platform, params: &mut Vec<Value<'v>>) -> (String, String) {
    params.extend([
        Value::from(desk.county()),
        Value::from(platform.key.as_str()),
        Value::from(desk.now.stamp()),
    ]);
    let codes: Vec<String> = platform
        .standings
        .iter()
        .map(|standing| {
            params.push(Value::from(standing.code()));
            format!("${}", params.len())
        })
        .collect();
    let codes = codes.join(", ");
    let within = Scope::of(desk.actor(), Action::KeepPlatformNumber, desk.now).predicate("tie", params);
    let from = format!(
        "from (select id as child from child where county = $1 and standing in ({codes}) and merged_into is null
               union select child from platform_entry
                      where county = $1 and platform = $2 and state <> 'withdrawn') wanted
         join child on child.county = $1 and child.id = wanted.child and child.merged_into is null
         left join platform_entry entry on entry.county = $1 and entry.child = child.id and entry.platform = $2
               and entry.state <> 'withdrawn'
         where exists (select 1 from child_tie tie where tie.county = $1 and tie.child = child.id and {within}
                         and (tie.until_at is null or tie.until_at > $3))"
    );
    (from, stand_sql(&format!("child.standing in ({codes})")))
}

/// The list, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, query: &Query, limit: usize) -> Result<Rows, Refused> {
    desk.require(Action::KeepPlatformNumber, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, &query.platform)?;
    let mut params = Vec::new();
    let (from, stand) = wanted(desk, platform, &mut params);
    let counted = desk.tx.query(
        &format!("select {stand}, cast(count(*) as bigint) {from} group by 1 order by 1"),
        &params,
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let count =
        |one: Stand| counted.iter().find(|(code, _)| code == one.code()).map_or(0, |(_, count)| *count);
    let counts = Stand::ALL.iter().map(|one| (*one, count(*one))).collect();
    let mut sql = from;
    match query.stand {
        _ if query.all => {}
        Some(one) => {
            params.push(Value::from(one.code()));
            sql.push_str(&format!(" and {stand} = ${}", params.len()));
        }
        None => sql.push_str(&format!(" and {stand} in ('missing', 'again', 'no_number', 'to_close')")),
    }
    let q = query.q.trim();
    if !q.is_empty() {
        params.push(Value::from(crate::accounts::like(q)));
        let at = params.len();
        params.push(Value::from(q.to_ascii_lowercase()));
        params.push(Value::from(q.to_owned()));
        sql.push_str(&format!(
            " and (child.name like ${at} escape '!' or child.initials = ${} or entry.number = ${})",
            at + 1,
            at + 2
        ));
    }
    if let Some(spelling) = edge(desk, &query.after)? {
        params.push(Value::from(spelling));
        params.push(Value::from(query.after.as_str()));
        sql.push_str(&format!(
            " and (child.spelling, child.id) > (${}, ${})",
            params.len() - 1,
            params.len()
        ));
    }
    params.push(Value::from(limit + 1));
    let sees = |field| Sees::everywhere(desk, Action::KeepPlatformNumber, field);
    let (schooling, home, findings) = (sees(Field::Schooling), sees(Field::Home), sees(Field::Findings));
    let sql = format!(
        "select child.id, child.name, child.standing, coalesce(entry.number, ''), {stand},
                coalesce((select name from unit where unit.county = $1 and unit.id = child.village), ''),
                coalesce((select name from unit where unit.county = $1 and unit.id = child.school), ''),
                coalesce((select name from unit where unit.county = $1 and unit.id = child.class), ''),
                coalesce((select min(since_day) from suspected
                           where suspected.county = $1 and suspected.child = child.id and cleared_at is null), '')
         {sql} order by child.spelling, child.id limit ${}",
        params.len()
    );
    let mut rows = desk.tx.query(&sql, &params, |row| {
        let standing: String = row.get(2)?;
        let (village, school, class): (String, String, String) = (row.get(5)?, row.get(6)?, row.get(7)?);
        let place = match (schooling && !school.is_empty(), home) {
            (true, _) => format!("{school} {class}").trim_end().to_owned(),
            (false, true) => village,
            _ => String::new(),
        };
        let since: String = row.get(8)?;
        Ok(Row {
            child: row.get(0)?,
            name: row.get(1)?,
            place,
            standing: Standing::from_code(&standing).filter(|_| schooling),
            since: if findings { since } else { String::new() },
            number: row.get(3)?,
            stand: Stand::from_code(&row.get::<String>(4)?),
        })
    })?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| row.child.clone());
    Ok(Rows { rows, counts, next })
}

/// How the child is spelt after whom a page goes on. Another's child is no such place: where the list went on from it
/// would tell how it is spelt (hazard A07).
fn edge(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<String>, Refused> {
    let ties = ties_of(desk, id)?;
    if may(desk.actor(), Action::KeepPlatformNumber, &Subject::Child(&ties)).is_err() {
        return Ok(None);
    }
    Ok(desk.tx.optional(
        "select spelling from child where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get(0),
    )?)
}
