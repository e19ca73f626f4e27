//! What changed between two snapshots, child by child: who came into a figure, who left it, who counts otherwise. Rows that did not change
//! between them are not read.

use std::collections::BTreeMap;

use rules::access::{Action, Field, Subject};
use rules::figures::{Basis, Figure, Mark};

use super::cohort;
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
    /// Where it stands on an old list, of one whom the ledger does not have.
    pub gone: Option<String>,
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
    let beyond = cohort::beyond(desk.actor(), figure, "coalesce(now_town, was_town)", None, &mut values);
    let both = differing(place + 1, &reached, &beyond);
    let alone = values.clone();
    let mut behind = String::new();
    if let Some((spelling, id)) = after.split_once(' ') {
        values.push(Value::from(spelling.to_owned()));
        values.push(Value::from(id.to_owned()));
        behind = format!("where (turned.spelling, turned.ref) > (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "{both} select turned.ref, turned.child, turned.name, was, was_why, isnow, now_why, coalesce(old.name, ''),
                       coalesce(new.name, ''), turned.spelling, turned.gone
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

/// Whoever may count otherwise (`touched`: a row began that differs in this figure, or one ended and none followed), with the row of the one
/// snapshot and that of the other. Marks of before a figure was there are shorter. Snapshots are compared so that rows are found by their key.
fn paired(place: usize) -> String {
    let mark = |side: &str| format!("coalesce(nullif(substr({side}.marks, {place}, 1), ''), '-')");
    let side = |name: &str, at: &str| {
        format!(
            "left join figure_member {name} on {name}.county = $1 and {name}.basis = $2 and {name}.ref = touched.ref
                  and {name}.from_number + 0 <= {at} and {name}.until_number + 0 > {at}"
        )
    };
    format!(
        "with touched(ref) as (
           select ref from figure_member
           where county = $1 and basis = $2 and from_number > $3 and from_number <= $4
             and (turned is null or substr(turned, {place}, 1) <> '-')
           union
           select ref from figure_member
           where county = $1 and basis = $2 and until_number < 9000000000 and until_number > $3 and until_number <= $4
             and followed is null
         ), paired as (
           select touched.ref, coalesce(b.child, a.child, '') as child, coalesce(b.spelling, a.spelling, '') as spelling,
                  {} as was, coalesce(a.why, '') as was_why, a.township as was_town,
                  {} as isnow, coalesce(b.why, '') as now_why, b.township as now_town
           from touched {} {}
         )",
        mark("a"),
        mark("b"),
        side("a", "$3"),
        side("b", "$4")
    )
}

/// Those that count otherwise in the later snapshot than in the earlier, or elsewhere, as far as the reader reaches them. Who is on an old list
/// alone is nobody's child of the ledger: `beyond` says who reads of it.
fn differing(place: usize, reached: &str, beyond: &str) -> String {
    format!(
        "{}, turned as (
           select paired.ref, coalesce(child.merged_into, child.id, '') as child, coalesce(child.name, gone.name, '') as name,
                  paired.spelling, was, was_why, was_town, isnow, now_why, now_town, coalesce(gone.id, '') as gone
           from paired left join child on child.county = $1 and child.id = paired.child
           left join cohort_name gone on gone.county = $1 and gone.id = paired.ref and paired.child = ''
           where (was <> isnow or (was <> '-' and coalesce(was_town, '') <> coalesce(now_town, '')))
             and (exists (select 1 from child_tie tie where tie.county = $1
                            and tie.child = coalesce(child.merged_into, child.id) and {reached})
                  or (paired.child = '' and {beyond}))
         )",
        paired(place)
    )
}

/// Figures whose changes since the last report stand on the leader's page.
pub const REPORTED: [Figure; 3] = [Figure::InSchool, Figure::Dropout, Figure::Return];

/// Counts what changed since the last frozen snapshot before `number`, by the county and its townships. Done at night: pages read it.
pub(super) fn since_report(
    desk: &mut Desk<'_, '_>,
    number: i64,
    counts: &mut super::matters::Counted,
) -> Result<(), Refused> {
    let county = desk.county();
    let from = desk.tx.optional(
        "select snapshot from figure_freeze where county = $1 and snapshot < $2 order by snapshot desc limit 1",
        &crate::params![county, number],
        |row| row.get::<i64>(0),
    )?;
    let Some(from) = from else { return Ok(()) };
    for figure in REPORTED {
        let (basis, place) = figure.basis();
        let sql = format!(
            "{} select coalesce(now_town, was_town, ''), was, isnow, cast(count(*) as bigint) from paired
             where was <> isnow group by coalesce(now_town, was_town, ''), was, isnow order by 1, 2, 3",
            paired(place + 1)
        );
        let rows = desk.tx.query(&sql, &crate::params![county, basis.code(), from, number], |row| {
            let turn = (row.get::<String>(1)?, row.get::<String>(2)?);
            Ok((row.get::<String>(0)?, turn, row.get::<u64>(3)?))
        })?;
        for (town, (was, is), many) in rows {
            let code = format!("{from}:{}:{was}{is}", figure.code());
            for unit in [county, town.as_str()].into_iter().filter(|unit| !unit.is_empty()) {
                *counts.entry((unit.to_owned(), "turn", code.clone())).or_default() += many;
            }
        }
    }
    Ok(())
}

/// What changed since the last report, of one figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    /// Which.
    pub figure: Figure,
    /// The frozen snapshot.
    pub from: i64,
    /// How many of each turn.
    pub turns: Vec<Turn>,
}

/// What changed since the last frozen snapshot before this one, of a unit that the reader leads, as the night counted it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn since(desk: &mut Desk<'_, '_>, number: i64, unit: &str) -> Result<Vec<Since>, Refused> {
    let mut all: Vec<Since> = Vec::new();
    for (_, code, many) in super::read::beside_figures(desk, (number, unit), ["turn", "turn"])? {
        let mut parts = code.split(':');
        let from = parts.next().and_then(|from| from.parse().ok());
        let figure = parts.next().and_then(Figure::from_code);
        let marks = parts.next().and_then(|marks| marks.split_at_checked(1));
        let marks = marks.and_then(|(was, is)| Some((Mark::from_code(was)?, Mark::from_code(is)?)));
        let (Some(from), Some(figure), Some((was, is))) = (from, figure, marks) else { continue };
        let turn = Turn { was, is, many };
        match all.iter_mut().find(|one| one.figure == figure && one.from == from) {
            Some(one) => one.turns.push(turn),
            None => all.push(Since { figure, from, turns: vec![turn] }),
        }
    }
    all.sort_by_key(|one| REPORTED.iter().position(|figure| *figure == one.figure));
    Ok(all)
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
        gone: Some(text(10)?).filter(|id| !id.is_empty()),
        cursor: format!("{} {}", text(9)?, text(0)?),
    })
}
