//! What pages read: the kept numbers of a snapshot, as far as they are the reader's. Who leads the county reads all of it, a township or school
//! its own and the county's, a member unit what was frozen and nothing from which a number below five follows (hazards A08, F06).

use std::collections::BTreeMap;

use rules::access::{Action, Actor, Role, Subject};
use rules::figures::{Cell, Counts, Curve, Figure, Step, curve, told};

use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// For whom figures are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Whoever leads or inspects the county: everything.
    County,
    /// Townships and schools: these units.
    Units(Vec<String>),
    /// Member units.
    Outside,
}

/// For whom an actor reads.
#[must_use]
pub fn audience(actor: &Actor) -> Audience {
    let whole = |role| matches!(role, Role::Director | Role::Bureau | Role::Inspector);
    if actor.posts.iter().any(|post| whole(post.role)) {
        return Audience::County;
    }
    let own = |role| matches!(role, Role::Township | Role::Head);
    let mut units: Vec<String> =
        actor.posts.iter().filter(|post| own(post.role)).map(|post| post.unit.clone()).collect();
    units.sort();
    units.dedup();
    if units.is_empty() { Audience::Outside } else { Audience::Units(units) }
}

/// Whose page whoever leads has: `None` for the county, else the township.
#[must_use]
pub fn leads(actor: &Actor) -> Option<String> {
    let county = actor.posts.iter().any(|post| matches!(post.role, Role::Director | Role::Bureau));
    let own = |post: &&rules::access::Post| Action::SeeLeader.policy(post.role, post.standing).is_some();
    if county { None } else { actor.posts.iter().find(own).map(|post| post.unit.clone()) }
}

/// That a snapshot was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// 月报 2026-11.
    pub label: String,
    /// When.
    pub at: String,
    /// Name of who froze it.
    pub by: String,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number.
    pub number: i64,
    /// As of which day.
    pub day: String,
    /// When it was made.
    pub taken_at: String,
    /// Version of the definitions.
    pub version: i64,
    /// `None` for a nightly one.
    pub frozen: Option<Frozen>,
}

/// The figure of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// Id of the unit.
    pub unit: String,
    /// county, township, village, school.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What is counted; `None` where that may not be told.
    pub counts: Option<Counts>,
}

/// A figure of the panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub figure: Figure,
    /// Of the county; `None` where nothing of it is counted.
    pub whole: Option<UnitLine>,
    /// Of the reader's own units.
    pub own: Vec<UnitLine>,
}

/// All figures of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Which; `None` while there is none that the reader may read.
    pub snapshot: Option<Snapshot>,
    /// In the order of the figures.
    pub lines: Vec<Line>,
}

fn line_of(row: &Row<'_>) -> Result<Snapshot, DbError> {
    let label: Option<String> = row.get(4)?;
    let frozen = match label {
        Some(label) => Some(Frozen { label, at: row.get(5)?, by: row.get(6)? }),
        None => None,
    };
    Ok(Snapshot {
        number: row.get(0)?,
        day: row.get(1)?,
        taken_at: row.get(2)?,
        version: row.get(3)?,
        frozen,
    })
}

const SNAPSHOT: &str =
    "select s.number, s.day, s.taken_at, s.version, f.label, f.at, coalesce(account.name, '')
     from figure_snapshot s
     left join figure_freeze f on f.county = s.county and f.snapshot = s.number
     left join account on account.county = f.county and account.id = f.by_account";

/// The snapshot of that number, or the latest; `None` where there is none that the reader may read.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn snapshot(desk: &mut Desk<'_, '_>, at: Option<i64>) -> Result<Option<Snapshot>, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figures", ""))?;
    found(desk, at)
}

/// The snapshot that was frozen last, whoever asks.
pub(super) fn frozen_last(desk: &mut Desk<'_, '_>) -> Result<Option<Snapshot>, Refused> {
    Ok(desk.tx.optional(
        &format!("{SNAPSHOT} where s.county = $1 and f.label is not null order by s.number desc limit 1"),
        &params![desk.county()],
        line_of,
    )?)
}

pub(super) fn found(desk: &mut Desk<'_, '_>, at: Option<i64>) -> Result<Option<Snapshot>, Refused> {
    let which = if audience(desk.actor()) == Audience::Outside { "and f.label is not null" } else { "" };
    Ok(desk.tx.optional(
        &format!(
            "{SNAPSHOT} where s.county = $1 and (cast($2 as bigint) is null or s.number = $2) {which}
             order by s.number desc limit 1"
        ),
        &params![desk.county(), at],
        line_of,
    )?)
}

/// The frozen snapshots, the latest first, and before them the latest of all where it is not frozen.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn snapshots(desk: &mut Desk<'_, '_>) -> Result<Vec<Snapshot>, Refused> {
    let latest = snapshot(desk, None)?;
    let mut all = desk.tx.query(
        &format!("{SNAPSHOT} where s.county = $1 and f.label is not null order by s.number desc limit 240"),
        &params![desk.county()],
        line_of,
    )?;
    if let Some(latest) = latest.filter(|latest| latest.frozen.is_none()) {
        all.insert(0, latest);
    }
    Ok(all)
}

const VALUE: &str = "select v.figure, v.unit, v.kind, coalesce(unit.name, ''), v.ins, v.outs, v.apart
     from figure_value v left join unit on unit.county = v.county and unit.id = v.unit";

fn value(row: &Row<'_>) -> Result<(String, UnitLine), DbError> {
    let counts = Counts { ins: row.get(4)?, outs: row.get(5)?, apart: row.get(6)? };
    let line = UnitLine { unit: row.get(1)?, kind: row.get(2)?, name: row.get(3)?, counts: Some(counts) };
    Ok((row.get(0)?, line))
}

const fn cell(figure: Figure, counts: Counts) -> Cell {
    let listed = counts.listed(figure);
    Cell { listed, rest: counts.whole() - listed }
}

/// The county's number for a township or school: not where what others have of it is a small number.
fn beside(figure: Figure, whole: Counts, own: &[UnitLine]) -> bool {
    let mut all = cell(figure, whole);
    for counts in own.iter().filter_map(|line| line.counts) {
        let own = cell(figure, counts);
        all.listed = all.listed.saturating_sub(own.listed);
        all.rest = all.rest.saturating_sub(own.rest);
    }
    told(&[all]).0
}

/// The figures of a snapshot, the latest where none is named.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn panel(desk: &mut Desk<'_, '_>, at: Option<i64>) -> Result<Panel, Refused> {
    let Some(snapshot) = snapshot(desk, at)? else { return Ok(Panel { snapshot: None, lines: Vec::new() }) };
    let mut lines = Vec::new();
    for figure in Figure::ALL.iter().copied().filter(|figure| !figure.is_by_hand()) {
        lines.push(line(desk, figure, snapshot.number)?);
    }
    Ok(Panel { snapshot: Some(snapshot), lines })
}

fn line(desk: &mut Desk<'_, '_>, figure: Figure, number: i64) -> Result<Line, Refused> {
    let audience = audience(desk.actor());
    line_for(desk, &audience, figure, number)
}

/// What is counted for these readers, before it is asked what may be told.
fn counted(
    desk: &mut Desk<'_, '_>,
    audience: &Audience,
    figure: Figure,
    number: i64,
) -> Result<Line, Refused> {
    let units: &[String] = if let Audience::Units(units) = audience { units } else { &[] };
    let mut values = vec![Value::from(desk.county()), Value::from(number), Value::from(figure.code())];
    let mut list = "$1".to_owned();
    for unit in units {
        values.push(Value::from(unit.as_str()));
        list.push_str(&format!(", ${}", values.len()));
    }
    let rows = desk.tx.query(
        &format!("{VALUE} where v.county = $1 and v.snapshot = $2 and v.figure = $3 and v.unit in ({list}) order by v.unit"),
        &values,
        value,
    )?;
    let (whole, own): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|(_, line)| line).partition(|line| line.kind == "county");
    let whole = whole.into_iter().next();
    Ok(Line { figure, whole, own })
}

/// A figure as it may be told: of one stage only where the other can be told, too, for the whole stands beside both.
pub(super) fn line_for(
    desk: &mut Desk<'_, '_>,
    audience: &Audience,
    figure: Figure,
    number: i64,
) -> Result<Line, Refused> {
    let mut line = counted(desk, audience, figure, number)?;
    let mut is_told = tells(audience, &line);
    if let Some(other) = figure.other_stage().filter(|_| *audience != Audience::County) {
        is_told &= tells(audience, &counted(desk, audience, other, number)?);
    }
    if let Some(whole) = line.whole.as_mut().filter(|_| !is_told) {
        whole.counts = None;
    }
    Ok(line)
}

/// Whether the county's number of a figure may be told.
fn tells(audience: &Audience, line: &Line) -> bool {
    match (audience, line.whole.as_ref().and_then(|whole| whole.counts)) {
        (Audience::County, _) | (_, None) => true,
        (Audience::Units(_), Some(counts)) => beside(line.figure, counts, &line.own),
        (Audience::Outside, Some(counts)) => told(&[cell(line.figure, counts)]).0,
    }
}

/// A figure of the county and, where the reader may know them, of its townships in the order of their codes. Schools are never put beside
/// each other (五(十二)).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn by_township(
    desk: &mut Desk<'_, '_>,
    figure: Figure,
    number: i64,
) -> Result<(Line, Vec<UnitLine>), Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figures", figure.code()))?;
    let line = line(desk, figure, number)?;
    let audience = audience(desk.actor());
    if matches!(audience, Audience::Units(_)) {
        return Ok((line, Vec::new()));
    }
    Ok((line, towns_for(desk, &audience, figure, number)?))
}

/// The townships in the order of their codes; for member units without what may not be told.
pub(super) fn towns_for(
    desk: &mut Desk<'_, '_>,
    audience: &Audience,
    figure: Figure,
    number: i64,
) -> Result<Vec<UnitLine>, Refused> {
    let mut towns: Vec<UnitLine> = desk
        .tx
        .query(
            &format!(
                "{VALUE} where v.county = $1 and v.snapshot = $2 and v.figure = $3 and v.kind = 'township'
                 order by coalesce(unit.code, ''), unit.sort nulls last, v.unit"
            ),
            &params![desk.county(), number, figure.code()],
            value,
        )?
        .into_iter()
        .map(|(_, line)| line)
        .collect();
    if *audience == Audience::Outside && figure.other_stage().is_some() {
        // A township's whole and one stage tell of the other.
        towns.iter_mut().for_each(|town| town.counts = None);
    } else if *audience == Audience::Outside {
        // Who belongs to no township is a part of the whole, too.
        let mut cells: Vec<Cell> =
            towns.iter().filter_map(|town| town.counts).map(|counts| cell(figure, counts)).collect();
        let whole = desk.tx.optional(
            &format!("{VALUE} where v.county = $1 and v.snapshot = $2 and v.figure = $3 and v.unit = $1"),
            &params![desk.county(), number, figure.code()],
            value,
        )?;
        let mut rest = whole
            .and_then(|(_, line)| line.counts)
            .map_or(Cell { listed: 0, rest: 0 }, |counts| cell(figure, counts));
        for cell in &cells {
            rest.listed = rest.listed.saturating_sub(cell.listed);
            rest.rest = rest.rest.saturating_sub(cell.rest);
        }
        if rest != (Cell { listed: 0, rest: 0 }) {
            cells.push(rest);
        }
        let (_, shown) = told(&cells);
        for (town, shown) in towns.iter_mut().zip(shown) {
            if !shown {
                town.counts = None;
            }
        }
    }
    Ok(towns)
}

/// Townships and their villages with how many children are not in school, in the order of their codes: (township, its villages).
///
/// # Errors
/// [`Refused::Storage`].
pub fn county_tiles(
    desk: &mut Desk<'_, '_>,
    number: i64,
    only: Option<&str>,
) -> Result<Vec<(UnitLine, Vec<UnitLine>)>, Refused> {
    desk.require(Action::SeeLeader, &Subject::Nothing, ("leader", ""))?;
    let rows = desk.tx.query(
        "select unit.id, unit.kind, unit.name, coalesce(unit.parent, ''), coalesce(v.ins, 0), coalesce(v.outs, 0),
                coalesce(v.apart, 0)
         from unit
         left join figure_value v on v.county = unit.county and v.snapshot = $2 and v.figure = $3 and v.unit = unit.id
         where unit.county = $1 and unit.kind in ('township', 'village') and unit.until_day is null
         order by unit.kind, coalesce(unit.code, ''), unit.sort, unit.id",
        &params![desk.county(), number, Figure::InSchool.code()],
        |row| {
            let counts = Counts { ins: row.get(4)?, outs: row.get(5)?, apart: row.get(6)? };
            let line =
                UnitLine { unit: row.get(0)?, kind: row.get(1)?, name: row.get(2)?, counts: Some(counts) };
            Ok((line, row.get::<String>(3)?))
        },
    )?;
    let mut towns: Vec<(UnitLine, Vec<UnitLine>)> = Vec::new();
    for (line, parent) in rows {
        if line.kind == "township" {
            if only.is_none_or(|only| only == line.unit) {
                towns.push((line, Vec::new()));
            }
        } else if let Some((_, villages)) = towns.iter_mut().find(|(town, _)| town.unit == parent) {
            villages.push(line);
        }
    }
    Ok(towns)
}

pub(super) fn beside_figures(
    desk: &mut Desk<'_, '_>,
    (number, unit): (i64, &str),
    kinds: [&str; 2],
) -> Result<Vec<(String, String, u64)>, Refused> {
    desk.require(Action::SeeLeader, &Subject::Nothing, ("leader", ""))?;
    let [one, other] = kinds;
    Ok(desk.tx.query(
        "select kind, code, number from figure_count
         where county = $1 and snapshot = $2 and unit = $3 and kind in ($4, $5) order by kind, code",
        &params![desk.county(), number, unit, one, other],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

/// How long until children are back, of the cases of this school year and the one before.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn returns(desk: &mut Desk<'_, '_>, number: i64, unit: &str) -> Result<Curve, Refused> {
    let mut days: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    for (kind, code, many) in beside_figures(desk, (number, unit), ["back", "left"])? {
        let Ok(day) = code.parse() else { continue };
        let (back, left) = days.entry(day).or_default();
        *(if kind == "back" { back } else { left }) += many;
    }
    Ok(curve(&days))
}

/// How far the children who were to be brought back this school year have come: each step with how many got to it or further.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn steps(desk: &mut Desk<'_, '_>, number: i64, unit: &str) -> Result<Vec<(Step, u64)>, Refused> {
    let rows = beside_figures(desk, (number, unit), ["step", "step"])?;
    let rows: Vec<(i64, u64)> =
        rows.into_iter().filter_map(|(_, code, many)| Some((code.parse().ok()?, many))).collect();
    let reached =
        |step: Step| rows.iter().filter(|(at, _)| *at >= step.number()).map(|(_, many)| many).sum::<u64>();
    Ok(Step::ALL.iter().map(|step| (*step, reached(*step))).collect())
}

/// Causes of the cases of this school year: code of the plan, its words, and how many; the most first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn causes(
    desk: &mut Desk<'_, '_>,
    number: i64,
    unit: &str,
) -> Result<Vec<(String, String, u64)>, Refused> {
    let rows = beside_figures(desk, (number, unit), ["cause", "cause"])?;
    let label = |code: &str| {
        let cause = desk.plan.causes().iter().find(|one| one.code == code);
        cause.map_or_else(|| "原因没有登记".to_owned(), |one| one.label.clone())
    };
    let mut all: Vec<(String, String, u64)> = rows
        .into_iter()
        .map(|(_, code, many)| (label(&code), code, many))
        .map(|(label, code, many)| (code, label, many))
        .collect();
    all.sort_by(|a, b| (b.2, &a.0).cmp(&(a.2, &b.0)));
    Ok(all)
}
