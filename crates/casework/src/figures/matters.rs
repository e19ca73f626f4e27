//! What is counted by case and by absence: who is back of those who were to be brought back, what was done in time, causes, and days until a
//! return. Bounded by the school year, and for the curve by the one before it, however many lie behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, date, time};
use jiff::{SpanRound, ToSpan, Unit};
use rules::case::{Act, Case, Duty, End, Event, Ground, State, duty, replay};
use rules::figures::{Basis, Ending, Mark, Met, Step, Why, met, reported, returned, step};

use super::members::{END, Member, Stretch, keep};
use super::renew::{Making, Tally};
use crate::attendance::among;
use crate::cases::history;
use crate::db::Value;
use crate::desk::Desk;
use crate::jobs::{Means, as_program};
use crate::now::{clock, moment};
use crate::params;
use crate::refused::Refused;

/// Cases of one transaction.
const AT_ONCE: usize = 100;

/// Counted beside the figures, by unit, kind and code.
pub(super) type Counted = BTreeMap<(String, &'static str, String), u64>;

/// Where a child belongs.
#[derive(Debug, Clone, Default)]
struct Place {
    township: Option<String>,
    village: Option<String>,
    school: Option<String>,
    spelling: String,
}

/// What a case says of its child.
#[derive(Debug, Clone)]
struct Seen {
    id: String,
    child: String,
    place: Place,
    opened: DateTime,
    ended: Option<DateTime>,
    state: State,
    ending: Ending,
    /// The day since which the register shows the child back; `None` while it does not.
    back: Option<Date>,
    /// Which event met it, of the duties that people have.
    duties: Vec<(usize, Met)>,
    cause: String,
}

/// Brings the rows of all matters in step; what they count, and what is counted beside them.
pub(super) fn keep_all(means: &Arc<dyn Means>, making: &Making) -> Result<(Tally, Counted), Refused> {
    let since = date(making.year().year().saturating_sub(1), 9, 1);
    let ids = as_program(means, move |desk| {
        Ok(desk.tx.query(
            "select id from child_case where county = $1 and (ended_at is null or ended_at >= $2) order by opened_at, id",
            &params![desk.county(), since],
            |row| row.get::<String>(0),
        )?)
    })?;
    let mut seen = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let some = some.to_vec();
        seen.extend(as_program(means, move |desk| look(desk, &some))?);
    }
    let counted = beside(means.plan().county().code.as_str(), &seen, making);
    let now = clock(means.now().timestamp());
    let mut tally = Tally::default();
    let bases =
        [(Basis::Return, back(&seen, making.year())), (Basis::Kept, duties(&seen, making.year(), now))];
    for (basis, members) in bases {
        let own = making.clone();
        tally.join(as_program(means, move |desk| {
            let mut members = members.clone();
            if basis == Basis::Kept {
                members.extend(letters(desk, &own, now)?);
            }
            written(desk, &own, basis, &members)
        })?);
    }
    let own = making.clone();
    tally.join(as_program(means, move |desk| {
        let (found, reported) = absences(desk, &own, now)?;
        let mut tally = written(desk, &own, Basis::Found, &found)?;
        tally.join(written(desk, &own, Basis::Reported, &reported)?);
        Ok(tally)
    })?);
    Ok((tally, counted))
}

fn written(
    desk: &mut Desk<'_, '_>,
    making: &Making,
    basis: Basis,
    members: &[Member],
) -> Result<Tally, Refused> {
    keep(desk, making.number, Stretch { basis, after: "", until: END }, members)?;
    let mut tally = Tally::default();
    for member in members {
        tally.add(desk.county(), basis, member);
    }
    Ok(tally)
}

fn look(desk: &mut Desk<'_, '_>, ids: &[String]) -> Result<Vec<Seen>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, ids.iter().map(String::as_str));
    let rows = desk.tx.query(
        &format!(
            "select c.id, c.child, c.ended_at, coalesce(child.township, child.school_township), child.village, child.school,
                    child.spelling,
                    coalesce(
                      (select visit.cause from visit where visit.county = $1 and visit.child = c.child and visit.cause <> ''
                        order by visit.day desc, visit.id desc limit 1),
                      (select report.cause from report where report.county = $1 and report.child = c.child
                        order by report.at desc, report.id desc limit 1), '')
             from child_case c join child on child.county = c.county and child.id = c.child
             where c.county = $1 and c.id in ({list}) order by c.opened_at, c.id"
        ),
        &values,
        |row| {
            let place = Place {
                township: row.get(3)?,
                village: row.get(4)?,
                school: row.get(5)?,
                spelling: row.get(6)?,
            };
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<String>>(2)?, place, row.get(7)?))
        },
    )?;
    let mut seen = Vec::with_capacity(rows.len());
    for (id, child, ended, place, cause) in rows {
        let Some((new, events)) = history(desk, &id)? else { continue };
        let Case::Open(first) = &new else { continue };
        let opened = first.opened;
        let due = |case: &Case| match case {
            Case::Open(open) => duty(open, desk.plan).ok(),
            Case::Ended(_) => None,
        };
        let (mut case, mut now, mut back) = (new.clone(), due(&new), None);
        let mut duties = Vec::new();
        for (at, happened) in events.iter().enumerate() {
            let Ok(after) = replay(&case, std::slice::from_ref(happened)) else { break };
            match &happened.event {
                Event::Prove { from } => back = Some(*from),
                Event::NotBack { .. } | Event::Relapse => back = None,
                _ => {}
            }
            let next = due(&after);
            if next != now {
                duties.extend(of_people(now.as_ref()).map(|due| (at, Met { due, done: Some(happened.at) })));
            }
            (case, now) = (after, next);
        }
        duties.extend(of_people(now.as_ref()).map(|due| (events.len(), Met { due, done: None })));
        let ending = match &case {
            Case::Ended(End::Closed { ground: Ground::Stayed, .. }) => Ending::Stayed,
            Case::Ended(End::Closed { ground: Ground::Exempt(why), .. }) => Ending::Exempt(*why),
            Case::Ended(_) | Case::Open(_) => Ending::None,
        };
        let ended = ended.as_deref().and_then(moment).map(clock);
        seen.push(Seen { id, child, place, opened, ended, state: case.state(), ending, back, duties, cause });
    }
    Ok(seen)
}

/// The deadline of a duty that a person has: what the register shows day by day, the night looks at after the day.
fn of_people(duty: Option<&Duty>) -> Option<DateTime> {
    duty.filter(|duty| !matches!(duty.act, Act::Watch | Act::Prove)).map(|duty| duty.due)
}

fn member(id: String, child: &str, place: &Place, (mark, why): (Mark, Why)) -> Member {
    Member {
        id,
        child: child.to_owned(),
        marks: mark.code().to_owned(),
        why: why.code().to_owned(),
        township: place.township.clone(),
        village: place.village.clone(),
        school: place.school.clone(),
        spelling: place.spelling.clone(),
        cause: String::new(),
        step: 0,
    }
}

/// 复学率: each child once, by its last case of the school year.
fn back(seen: &[Seen], year: Date) -> Vec<Member> {
    let mut last: BTreeMap<&str, &Seen> = BTreeMap::new();
    for one in seen.iter().filter(|one| one.ended.is_none_or(|ended| ended.date() >= year)) {
        let earlier = last.get(one.child.as_str()).is_some_and(|other| other.opened > one.opened);
        if !earlier && returned(one.state, one.ending).is_some() {
            last.insert(&one.child, one);
        }
    }
    let counted = |one: &Seen| {
        let member = member(one.child.clone(), &one.child, &one.place, returned(one.state, one.ending)?);
        let step = step(one.state, one.ending).map_or(0, Step::number);
        Some(Member { cause: one.cause.clone(), step, ..member })
    };
    last.into_values().filter_map(counted).collect()
}

fn is_of_year(met: &Met, year: Date) -> bool {
    met.due.date() >= year
}

fn duties(seen: &[Seen], year: Date, now: DateTime) -> Vec<Member> {
    let mut all = Vec::new();
    for one in seen {
        for (at, due) in one.duties.iter().filter(|(_, due)| is_of_year(due, year)) {
            all.extend(
                met(*due, now)
                    .map(|found| member(format!("case:{}:{at}", one.id), &one.child, &one.place, found)),
            );
        }
    }
    all
}

const PLACE: &str =
    "coalesce(child.township, child.school_township), child.village, child.school, child.spelling";

/// Reports that a unit had to receive, and requests that one had to answer. What is confidential is counted nowhere (hazard A11).
fn letters(desk: &mut Desk<'_, '_>, making: &Making, now: DateTime) -> Result<Vec<Member>, Refused> {
    let rows = desk.tx.query(
        &format!(
            "select 'report:' || hop.report || ':' || hop.unit, report.child, hop.due_at, hop.received_at, {PLACE}
             from report_hop hop
             join report on report.county = hop.county and report.id = hop.report
             join child on child.county = report.county and child.id = report.child
             where hop.county = $1 and hop.due_at >= $2
             union all
             select 'request:' || request.id, request.child, request.due_at, request.ended_at, {PLACE}
             from request join child on child.county = request.county and child.id = request.child
             where request.county = $1 and request.due_at >= $2 and request.confidential = 0
               and request.state <> 'withdrawn'
             order by 1"
        ),
        &params![desk.county(), making.year()],
        |row| {
            let place =
                Place { township: row.get(4)?, village: row.get(5)?, school: row.get(6)?, spelling: row.get(7)? };
            let done: Option<String> = row.get(3)?;
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, done, place))
        },
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, child, due, done, place) in rows {
        let Some(due) = moment(&due).map(clock) else { continue };
        let done = done.as_deref().and_then(moment).map(clock);
        all.extend(met(Met { due, done }, now).map(|found| member(id, &child, &place, found)));
    }
    Ok(all)
}

/// 三日发现率, 及时上报率: absences of three school days of this year, and what was reported of them.
fn absences(
    desk: &mut Desk<'_, '_>,
    making: &Making,
    now: DateTime,
) -> Result<(Vec<Member>, Vec<Member>), Refused> {
    let rows = desk.tx.query(
        &format!(
            "select suspected.id, suspected.child, suspected.since_day, suspected.made_at, suspected.cleared_at, report.at,
                    {PLACE}
             from suspected
             join child on child.county = suspected.county and child.id = suspected.child
             left join report on report.county = suspected.county and report.suspected = suspected.id
             where suspected.county = $1 and suspected.since_day >= $2 and suspected.source = 'attendance'
               and coalesce(suspected.cleared_why, '') <> 'corrected'
             order by suspected.id"
        ),
        &params![desk.county(), making.year()],
        |row| {
            let place =
                Place { township: row.get(6)?, village: row.get(7)?, school: row.get(8)?, spelling: row.get(9)? };
            let of = |at| row.get::<Option<String>>(at);
            let known = (of(2)?, of(3)?, of(4)?, of(5)?);
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, known, place))
        },
    )?;
    let rule = desk.plan.deadline("report");
    let at = |text: Option<String>| text.as_deref().and_then(moment).map(clock);
    let (mut found, mut told) = (Vec::new(), Vec::new());
    for (id, child, (since, made, cleared, report), place) in rows {
        let (Some(since), Some(made)) = (since.and_then(|day| day.parse::<Date>().ok()), at(made)) else {
            continue;
        };
        // Within a day of the evening of the third day.
        let due = since.saturating_add(1.days()).to_datetime(time(23, 59, 59, 999_000_000));
        let met_it = met(Met { due, done: Some(made) }, now);
        found.extend(met_it.map(|how| member(id.clone(), &child, &place, how)));
        let Some(due) = rule.and_then(|rule| rule.due(made, desk.plan.calendar()).ok()) else { continue };
        let how = reported(Met { due, done: at(report) }, at(cleared), now);
        told.extend(how.map(|how| member(id, &child, &place, how)));
    }
    Ok((found, told))
}

/// Causes and steps of the cases of this school year, each child once by its last case, and the days until a return or for which a child is known to be out.
fn beside(county: &str, seen: &[Seen], making: &Making) -> Counted {
    let mut counted = Counted::new();
    let mut count = |place: &Place, kind: &'static str, code: &str| {
        for unit in [Some(county), place.township.as_deref()].into_iter().flatten() {
            *counted.entry((unit.to_owned(), kind, code.to_owned())).or_default() += 1;
        }
    };
    let mut causes: BTreeMap<&str, &Seen> = BTreeMap::new();
    for one in seen {
        if returned(one.state, one.ending).is_none() {
            continue;
        }
        if one.ended.is_none_or(|ended| ended.date() >= making.year()) {
            causes.insert(&one.child, one);
        }
        let last = one.back.or(one.ended.map(DateTime::date)).unwrap_or(making.day);
        let code = format!("{:04}", days_between(one.opened.date(), last).min(9999));
        count(&one.place, if one.back.is_some() { "back" } else { "left" }, &code);
    }
    for one in causes.values() {
        count(&one.place, "cause", &one.cause);
        if let Some(step) = step(one.state, one.ending) {
            count(&one.place, "step", &step.number().to_string());
        }
    }
    counted
}

fn days_between(from: Date, to: Date) -> i32 {
    let span = from.until(to).and_then(|span| span.round(SpanRound::new().largest(Unit::Day).relative(from)));
    span.map_or(0, |span| span.get_days()).max(0)
}
