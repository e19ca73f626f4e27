//! What changed between two snapshots, child by child: who came into a figure, who left it, who counts otherwise. Rows that did not change
//! between them are not read.

use std::collections::BTreeMap;

use rules::access::{Action, Field, Subject};
use rules::figures::{Basis, Figure, Mark};

use super::names::why_label;
use super::read::{Audience, Snapshot, audience, found};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Changes of a page.
const PAGE: usize = 200;

/// How one child or matter counted, and counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Id of the file; empty where it was undone.
    pub child: String,
    /// Name.
    pub name: String,
    /// How it counted, and why.
    pub was: (Mark, &'static str),
    /// How it counts, and why.
    pub is: (Mark, &'static str),
    /// Township before and after, where these differ.
    pub moved: Option<(String, String)>,
    cursor: String,
}

/// How many went from one mark to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Before.
    pub was: Mark,
    /// After.
    pub is: Mark,
    /// How many.
    pub many: u64,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The earlier snapshot.
    pub from: Snapshot,
    /// The later one.
    pub to: Snapshot,
    /// How many of each turn, as far as the reader's children go.
    pub turns: Vec<Turn>,
    /// Child by child.
    pub changes: Vec<Change>,
    /// From where the next page goes on.
    pub next: Option<String>,
}

/// What changed of a figure between two snapshots, in either order; `None` where one of them is not there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn changes(
    desk: &mut Desk<'_, '_>,
    figure: Figure,
    (one, other): (i64, i64),
    after: &str,
) -> Result<Option<Changes>, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figure", figure.code()))?;
    if audience(desk.actor()) == Audience::Outside {
        return Err(Refused::denied(Action::ReadFigures, "figure", figure.code()));
    }
    let (from, to) = (found(desk, Some(one.min(other)))?, found(desk, Some(one.max(other)))?);
    let (Some(from), Some(to)) = (from, to) else { return Ok(None) };
    let (basis, place) = figure.basis();
    let mut values = vec![
        Value::from(desk.county()),
        Value::from(basis.code()),
        Value::from(from.number),
        Value::from(to.number),
    ];
    let mut scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Schooling);
    if figure == Figure::Disability {
        scope = scope.that_see(Field::Disability);
    }
    let reached = scope.predicate("tie", &mut values);
    let both = differing(place + 1, &reached);
    let alone = values.clone();
    let mut behind = String::new();
    if let Some((spelling, id)) = after.split_once(' ') {
        values.push(Value::from(spelling.to_owned()));
        values.push(Value::from(id.to_owned()));
        behind = format!("where (turned.spelling, turned.ref) > (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "{both} select turned.ref, turned.child, turned.name, was, was_why, isnow, now_why, coalesce(old.name, ''),
                       coalesce(new.name, ''), turned.spelling
         from turned
         left join unit old on old.county = $1 and old.id = turned.was_town
         left join unit new on new.county = $1 and new.id = turned.now_town
         {behind} order by turned.spelling, turned.ref limit {}",
        PAGE + 1
    );
    let mut changes = desk.tx.query(&sql, &values, |row| change(row, basis))?;
    let more = changes.len() > PAGE;
    changes.truncate(PAGE);
    // A page that has all of them need not be counted.
    let turns = if more || !after.is_empty() { counted(desk, &both, &alone)? } else { summed(&changes) };
    let next = changes.last().filter(|_| more).map(|last| last.cursor.clone());
    desk.record(Action::ReadFigures, None, ("figure", figure.code()), "", "看变化名单")?;
    Ok(Some(Changes { from, to, turns, changes, next }))
}

fn counted(desk: &mut Desk<'_, '_>, both: &str, values: &[Value<'_>]) -> Result<Vec<Turn>, Refused> {
    let sql = format!(
        "{both} select was, isnow, cast(count(*) as bigint) from turned where was <> isnow
         group by was, isnow order by was, isnow"
    );
    Ok(desk.tx.query(&sql, values, |row| {
        let mark = |at| Ok::<_, DbError>(Mark::from_code(&row.get::<String>(at)?).unwrap_or(Mark::None));
        Ok(Turn { was: mark(0)?, is: mark(1)?, many: row.get(2)? })
    })?)
}

/// The same of changes that are all at hand.
fn summed(changes: &[Change]) -> Vec<Turn> {
    let mut turns: BTreeMap<(&str, &str), Turn> = BTreeMap::new();
    for one in changes.iter().filter(|one| one.was.0 != one.is.0) {
        let turn = Turn { was: one.was.0, is: one.is.0, many: 0 };
        turns.entry((one.was.0.code(), one.is.0.code())).or_insert(turn).many += 1;
    }
    turns.into_values().collect()
}

/// Those that count otherwise in the later snapshot than in the earlier, or elsewhere. `a` is what ended between them, `b` what began.
fn differing(place: usize, reached: &str) -> String {
    format!(
        "with a as (
           select ref, child, spelling, substr(marks, {place}, 1) as mark, why, township from figure_member
           where county = $1 and basis = $2 and until_number < 9000000000 and until_number > $3 and until_number <= $4
             and from_number + 0 <= $3
         ), b as (
           select ref, child, spelling, substr(marks, {place}, 1) as mark, why, township from figure_member
           where county = $1 and basis = $2 and from_number > $3 and from_number <= $4 and until_number > $4
         ), paired as (
           select a.ref, a.child, a.spelling, a.mark as was, a.why as was_why, a.township as was_town,
                  coalesce(b.mark, '-') as isnow, coalesce(b.why, '') as now_why, b.township as now_town
           from a left join b on b.ref = a.ref
           union all
           select b.ref, b.child, b.spelling, '-', '', null, b.mark, b.why, b.township
           from b where not exists (select 1 from a where a.ref = b.ref)
         ), turned as (
           select paired.ref, coalesce(child.merged_into, child.id, '') as child, coalesce(child.name, '') as name,
                  paired.spelling, was, was_why, was_town, isnow, now_why, now_town
           from paired left join child on child.county = $1 and child.id = paired.child
           where (was <> isnow or (was <> '-' and coalesce(was_town, '') <> coalesce(now_town, '')))
             and exists (select 1 from child_tie tie where tie.county = $1
                           and tie.child = coalesce(child.merged_into, child.id) and {reached})
         )"
    )
}

fn change(row: &Row<'_>, basis: Basis) -> Result<Change, DbError> {
    let text = |at| row.get::<String>(at);
    let side = |mark: &str, why: &str| (Mark::from_code(mark).unwrap_or(Mark::None), why_label(basis, why));
    let (was, is) = (side(&text(3)?, &text(4)?), side(&text(5)?, &text(6)?));
    let (old, new) = (text(7)?, text(8)?);
    let both = was.0 != Mark::None && is.0 != Mark::None;
    Ok(Change {
        child: text(1)?,
        name: text(2)?,
        was,
        is,
        moved: (both && old != new).then_some((old, new)),
        cursor: format!("{} {}", text(9)?, text(0)?),
    })
}
