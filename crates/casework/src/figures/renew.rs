//! Making a snapshot, every night and when somebody asks: children in portions, each a short transaction, then cases and absences, then the
//! numbers, and last the snapshot's own row, by which pages know that it is whole. What was begun and not ended is gone on with.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::civil::{Date, date, time};
use rules::age::{Grade, school_year};
use rules::figures::{Basis, Child, Cohort, Counts, Figure, VERSION, first_year, mark_of, marks};
use rules::groups::Special;
use rules::standing::Standing;

use super::members::{END, Member, Stretch, keep};
use super::{changes, cohort, matters};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::jobs::{Means, Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// Name of the schedule.
pub const RENEW: &str = "renew_figures";

/// Children of one transaction: whoever saves meanwhile waits for one of these at most.
const AT_ONCE: usize = 1000;

/// Nightly snapshots that nobody froze are kept for so many snapshots.
const KEPT: i64 = 60;

/// Rows of old snapshots taken away in one transaction.
const PRUNED: i64 = 5000;

/// After the night has followed ledger, absences and cases.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::daily(RENEW, "指标快照", time(3, 0, 0, 0), renew))
}

/// What a snapshot is made with.
#[derive(Debug, Clone)]
pub(super) struct Making {
    /// Its number.
    pub(super) number: i64,
    /// As of which day.
    pub(super) day: Date,
    /// Who was in the first grade eight school years ago.
    cohort: Arc<HashSet<String>>,
    /// Who was in the seventh grade two school years ago.
    junior: Arc<HashSet<String>>,
    /// Who was in either by an old list and is not in the ledger, by its id there.
    missing: Arc<BTreeMap<String, Member>>,
}

impl Making {
    /// The first day of the school year.
    pub(super) fn year(&self) -> Date {
        date(school_year(self.day), 9, 1)
    }
}

/// The numbers, by figure and unit.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(BTreeMap<(Figure, String), (&'static str, Counts)>);

impl Tally {
    /// Counts a member in every unit that it belongs to.
    pub(super) fn add(&mut self, county: &str, basis: Basis, member: &Member) {
        for figure in Figure::of(basis) {
            let Some(mark) = mark_of(figure, &member.marks) else { continue };
            let village = member.village.as_deref().filter(|_| figure == Figure::InSchool);
            let units = [
                ("county", Some(county)),
                ("township", member.township.as_deref()),
                ("village", village),
                ("school", member.school.as_deref()),
            ];
            for (kind, unit) in units {
                let Some(unit) = unit else { continue };
                self.0.entry((figure, unit.to_owned())).or_insert((kind, Counts::default())).1.add(mark);
            }
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for (key, (kind, counts)) in other.0 {
            self.0.entry(key).or_insert((kind, Counts::default())).1.join(counts);
        }
    }
}

/// Makes a snapshot; how it went, in words.
///
/// # Errors
/// [`Refused::Storage`], [`Refused::Busy`]; what was done stays, and is not done again.
pub fn renew(means: &Arc<dyn Means>) -> Result<String, Refused> {
    let making = as_program(means, begin)?;
    let mut tally = Tally::default();
    let (mut after, mut children, mut changed) = (String::new(), 0, 0);
    loop {
        let (own, from) = (making.clone(), after.clone());
        let portion = as_program(means, move |desk| portion(desk, &own, &from))?;
        tally.join(portion.tally);
        children += portion.children;
        changed += portion.changed;
        match portion.last {
            Some(last) => after = last,
            None => break,
        }
    }
    let (matters, counts) = matters::keep_all(means, &making)?;
    tally.join(matters);
    let own = making.clone();
    as_program(means, move |desk| finish(desk, &own, &tally, &counts))?;
    while as_program(means, prune)? {}
    Ok(format!("第{}次快照，看了{children}名孩子，{changed}名有变化", making.number))
}

fn begin(desk: &mut Desk<'_, '_>) -> Result<Making, Refused> {
    let county = desk.county();
    let number = desk.tx.one(
        "select cast(coalesce(max(number), 0) as bigint) + 1 from figure_snapshot where county = $1",
        &params![county],
        |row| row.get::<i64>(0),
    )?;
    let day = desk.now.day();
    for grade in Cohort::ALL {
        cohorts(desk, *grade, day)?;
    }
    let year = |cohort| first_year(cohort, school_year(day));
    let first = cohort::known(desk, Cohort::First, year(Cohort::First))?;
    let seventh = cohort::known(desk, Cohort::Seventh, year(Cohort::Seventh))?;
    let mut missing = BTreeMap::new();
    for grade in Cohort::ALL {
        let all = cohort::members(desk, *grade, year(*grade), day)?;
        missing.extend(all.into_iter().map(|member| (member.id.clone(), member)));
    }
    Ok(Making { number, day, cohort: Arc::new(first), junior: Arc::new(seventh), missing: Arc::new(missing) })
}

/// Writes down who is in a first or a seventh grade, so that in the ninth it is known who was. A year is begun with whoever is on a first grade's
/// roll when it is first seen; until the end of its September those who come later are added. An old list that was imported begins no year.
fn cohorts(desk: &mut Desk<'_, '_>, cohort: Cohort, day: Date) -> Result<(), Refused> {
    let years = desk.tx.query(
        "select distinct class.school_year,
                case when exists (select 1 from figure_cohort where figure_cohort.county = class.county
                                    and figure_cohort.year = class.school_year and figure_cohort.grade = $3
                                    and figure_cohort.source = 'class') then 1 else 0 end
         from class where class.county = $1 and class.grade = $3 and class.school_year <= $2 order by class.school_year",
        &params![desk.county(), school_year(day), cohort.grade()],
        |row| Ok((row.get::<i16>(0)?, row.get::<bool>(1)?)),
    )?;
    for (year, begun) in years {
        let last = date(year, 9, 30);
        if begun && (day > last || school_year(day) != year) {
            continue;
        }
        desk.tx.execute(
            "insert into figure_cohort (county, year, child, grade, source, made_at)
             select distinct member.county, class.school_year, member.child, cast($4 as bigint), 'class', cast($3 as text)
             from class join class_member member on member.county = class.county and member.class = class.unit
             where class.county = $1 and class.grade = $4 and class.school_year = $2
             on conflict (county, year, child) do nothing",
            &params![desk.county(), year, desk.now.stamp(), cohort.grade()],
        )?;
    }
    Ok(())
}

struct Portion {
    /// The last child of it; `None` when there are no more.
    last: Option<String>,
    tally: Tally,
    children: usize,
    changed: usize,
}

fn portion(desk: &mut Desk<'_, '_>, making: &Making, after: &str) -> Result<Portion, Refused> {
    let county = desk.county();
    let rule = *desk.plan.school_age();
    let mut members = desk.tx.query(
        &format!(
            "select id, birth, standing, grade, school, coalesce(township, school_township), village, group_bits, spelling
             from child where county = $1 and id > $2 and merged_into is null order by id limit {AT_ONCE}"
        ),
        &params![county, after],
        |row| member(row, making, rule),
    )?;
    let last = members.last().filter(|_| members.len() == AT_ONCE).map(|member| member.id.clone());
    let children = members.len();
    let stretch = Stretch { basis: Basis::Child, after, until: last.as_deref().unwrap_or(END) };
    // Those of an old list stand among the children by their ids.
    let between = (Bound::Excluded(after.to_owned()), Bound::Included(stretch.until.to_owned()));
    members.extend(making.missing.range(between).map(|(_, member)| member.clone()));
    let changed = keep(desk, making.number, stretch, &members)?;
    let mut tally = Tally::default();
    for member in &members {
        tally.add(county, Basis::Child, member);
    }
    Ok(Portion { last, tally, children, changed })
}

fn member(row: &Row<'_>, making: &Making, rule: rules::age::SchoolAge) -> Result<Member, DbError> {
    let id: String = row.get(0)?;
    let (birth, standing): (String, String) = (row.get(1)?, row.get(2)?);
    let school: Option<String> = row.get(4)?;
    let standing = Standing::from_code(&standing).unwrap_or(Standing::Unknown);
    let grade: Option<i64> = row.get(3)?;
    let stage = grade.and_then(|grade| i8::try_from(grade).ok()).and_then(Grade::new).map(Grade::stage);
    let child = Child {
        birth: birth.parse().ok(),
        standing,
        on_roll: school.is_some() && grade.is_none_or(|grade| grade <= 9),
        stage,
        disabled: row.get::<i64>(7)? & Special::Disability.bit() != 0,
        cohort: making.cohort.contains(&id),
        junior: making.junior.contains(&id),
    };
    Ok(Member {
        child: id.clone(),
        id,
        marks: marks(&child, making.day, &rule),
        why: standing.code().to_owned(),
        township: row.get(5)?,
        village: row.get(6)?,
        school,
        spelling: row.get(8)?,
        cause: String::new(),
        step: 0,
    })
}

/// The numbers, and then the row that says that they stand.
fn finish(
    desk: &mut Desk<'_, '_>,
    making: &Making,
    tally: &Tally,
    counts: &matters::Counted,
) -> Result<(), Refused> {
    let county = desk.county();
    for ((figure, unit), (kind, counts)) in &tally.0 {
        if counts.whole() == 0 {
            continue;
        }
        desk.tx.execute(
            "insert into figure_value (county, snapshot, figure, unit, kind, ins, outs, apart)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![
                county,
                making.number,
                figure.code(),
                unit,
                *kind,
                counts.ins,
                counts.outs,
                counts.apart
            ],
        )?;
    }
    let mut counts = counts.clone();
    changes::since_report(desk, making.number, &mut counts)?;
    for ((unit, kind, code), number) in &counts {
        desk.tx.execute(
            "insert into figure_count (county, snapshot, unit, kind, code, number) values ($1, $2, $3, $4, $5, $6)",
            &params![county, making.number, unit, *kind, code, *number],
        )?;
    }
    desk.tx.execute(
        "insert into figure_snapshot (county, number, day, taken_at, version) values ($1, $2, $3, $4, $5)",
        &params![county, making.number, making.day, desk.now.stamp(), VERSION],
    )?;
    Ok(())
}

/// Takes away a nightly snapshot that is old and that nobody froze, with the rows that no other snapshot has; whether there may be more.
/// Rows that have ended since the last frozen one and before the first that is kept are in no snapshot.
fn prune(desk: &mut Desk<'_, '_>) -> Result<bool, Refused> {
    let county = desk.county();
    let old = desk.tx.optional(
        "select number from figure_snapshot s
         where s.county = $1 and s.number <= (select max(number) from figure_snapshot where county = $1) - $2
           and not exists (select 1 from figure_freeze f where f.county = s.county and f.snapshot = s.number)
         order by number limit 1",
        &params![county, KEPT],
        |row| row.get::<i64>(0),
    )?;
    let Some(number) = old else { return Ok(false) };
    let gone = desk.tx.query(
        &format!(
            "select basis, ref, from_number, until_number, coalesce(followed, 0) from figure_member m
             where m.county = $1 and m.basis in ('child', 'return', 'found', 'reported', 'kept') and m.until_number = $2
               and m.until_number < 9000000000 and not exists (select 1 from figure_snapshot s where s.county = m.county and s.number >= m.from_number
                                 and s.number < m.until_number and s.number <> $3)
             order by basis, ref, from_number limit {PRUNED}"
        ),
        &params![county, number + 1, number],
        |row| {
            let span = (row.get::<i64>(2)?, row.get::<i64>(3)?, row.get::<i64>(4)?);
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, span))
        },
    )?;
    for (basis, id, (from, until, followed)) in &gone {
        // What the row after it differs in is not known any more, and that nothing follows is said by the row before it.
        desk.tx.execute(
            "update figure_member set turned = null where county = $1 and basis = $2 and ref = $3 and from_number = $4",
            &params![county, basis, id, *until],
        )?;
        desk.tx.execute(
            "update figure_member set followed = null
             where county = $1 and basis = $2 and ref = $3 and until_number = $4 and cast($5 as bigint) = 0",
            &params![county, basis, id, *from, *followed],
        )?;
        desk.tx.execute(
            "delete from figure_member where county = $1 and basis = $2 and ref = $3 and from_number = $4",
            &params![county, basis, id, *from],
        )?;
    }
    if i64::try_from(gone.len()).is_ok_and(|many| many == PRUNED) {
        return Ok(true);
    }
    for table in ["figure_value", "figure_count"] {
        desk.tx.execute(
            &format!("delete from {table} where county = $1 and snapshot = $2"),
            &params![county, number],
        )?;
    }
    desk.tx
        .execute("delete from figure_snapshot where county = $1 and number = $2", &params![county, number])?;
    Ok(true)
}
