//! What a report is drafted from, counted over its period: the register, the list of suspects, cases, visits, requests, conference and inspections,
//! the schools' own reports, and the figures of a frozen snapshot. Counts come out; the children behind a school's counts are listed apart.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rules::figures::Figure;
use rules::regular::{Content, FigureLine, Handed, Item, Kind, Known, Period, Recheck, Why, content, ended};

use super::board::lines;
use super::since;
use crate::db::Value;
use crate::desk::Desk;
use crate::figures;
use crate::params;
use crate::refused::Refused;

/// Counts over the children of one school, or of the county: `$1` county, `$2` first day, `$3` the day behind the last, `$4` the school.
const OF_CHILDREN: &[(Item, &str)] = &[
    (
        Item::Before,
        "from suspected s join child on child.county = s.county and child.id = s.child
         where s.county = $1 and s.since_day < $2 and $2 < $3 and (s.cleared_at is null or s.cleared_at >= $2)
           and coalesce(s.cleared_why, '') <> 'corrected'",
    ),
    (
        Item::New,
        "from suspected s join child on child.county = s.county and child.id = s.child
         where s.county = $1 and s.since_day >= $2 and s.since_day < $3 and coalesce(s.cleared_why, '') <> 'corrected'",
    ),
    (
        Item::Off,
        "from suspected s join child on child.county = s.county and child.id = s.child
         where s.county = $1 and s.cleared_at >= $2 and s.cleared_at < $3 and coalesce(s.cleared_why, '') <> 'corrected'",
    ),
    (
        Item::Left,
        "from suspected s join child on child.county = s.county and child.id = s.child
         where s.county = $1 and $2 < $3 and s.since_day < $3 and (s.cleared_at is null or s.cleared_at >= $3)
           and coalesce(s.cleared_why, '') <> 'corrected'",
    ),
    (
        Item::CasesBefore,
        "from child_case c join child on child.county = c.county and child.id = c.child
         where c.county = $1 and c.opened_at < $2 and $2 < $3 and (c.ended_at is null or c.ended_at >= $2)",
    ),
    (
        Item::CasesNew,
        "from child_case c join child on child.county = c.county and child.id = c.child
         where c.county = $1 and c.opened_at >= $2 and c.opened_at < $3",
    ),
    (
        Item::CasesEnded,
        "from child_case c join child on child.county = c.county and child.id = c.child
         where c.county = $1 and c.ended_at >= $2 and c.ended_at < $3",
    ),
    (
        Item::CasesLeft,
        "from child_case c join child on child.county = c.county and child.id = c.child
         where c.county = $1 and $2 < $3 and c.opened_at < $3 and (c.ended_at is null or c.ended_at >= $3)",
    ),
    (
        Item::Back,
        "from case_event e
         join child_case c on c.county = e.county and c.id = e.case_id
         join child on child.county = c.county and child.id = c.child
         where e.county = $1 and e.kind = 'return' and e.at >= $2 and e.at < $3",
    ),
    (
        Item::Visits,
        "from visit v join child on child.county = v.county and child.id = v.child
         where v.county = $1 and v.day >= $2 and v.day < $3",
    ),
];

/// The same of a school alone.
const OF_SCHOOL: &[(Item, &str)] = &[
    (
        Item::Written,
        "from report r join child on child.county = r.county and child.id = r.child
         where r.county = $1 and r.at >= $2 and r.at < $3",
    ),
    (
        Item::Contacts,
        "from contact c join child on child.county = c.county and child.id = c.child
         where c.county = $1 and c.day >= $2 and c.day < $3",
    ),
];

/// Counts of the county in which no child is asked after.
const OF_COUNTY: &[(Item, &str)] = &[
    (Item::Orders, "from case_order where county = $1 and issued_at >= $2 and issued_at < $3"),
    (Item::Asked, "from request where county = $1 and asked_at >= $2 and asked_at < $3"),
    (
        Item::AskedLate,
        "from request where county = $1 and asked_at >= $2 and asked_at < $3 and due_at < $4
           and (ended_at is null or ended_at > due_at)",
    ),
    (
        Item::Tasks,
        "from meeting_task where county = $1 and begun_at >= $2 and begun_at < $3 and dropped_at is null",
    ),
    (
        Item::TasksDone,
        "from meeting_task where county = $1 and begun_at >= $2 and begun_at < $3 and dropped_at is null
           and state = 'accepted'",
    ),
    (Item::Findings, "from inspection_finding where county = $1 and at >= $2 and at < $3"),
    (
        Item::FindingsClosed,
        "from inspection_finding where county = $1 and at >= $2 and at < $3 and state = 'closed'",
    ),
];

type Counts = BTreeMap<&'static str, u64>;

/// First day and the day behind the last, as the storage compares them.
fn span(period: &Period) -> (String, String) {
    (period.first.to_string(), period.last.saturating_add(1.day()).to_string())
}

fn one(desk: &mut Desk<'_, '_>, sql: &str, values: &[Value<'_>]) -> Result<u64, Refused> {
    Ok(desk.tx.one(&format!("select cast(count(*) as bigint) {sql}"), values, |row| row.get::<u64>(0))?)
}

fn of_children(
    desk: &mut Desk<'_, '_>,
    period: &Period,
    school: Option<&str>,
    counts: &mut Counts,
) -> Result<(), Refused> {
    let (first, after) = span(period);
    let own = if school.is_some() { OF_SCHOOL } else { &[] };
    for (item, sql) in OF_CHILDREN.iter().chain(own) {
        let county = desk.county();
        let many = match school {
            Some(school) => {
                let sql = format!("{sql} and child.school = $4");
                one(desk, &sql, &params![county, &first, &after, school])?
            }
            None => one(desk, sql, &params![county, &first, &after])?,
        };
        counts.insert(item.code(), many);
    }
    Ok(())
}

fn of_school(
    desk: &mut Desk<'_, '_>,
    period: &Period,
    school: &str,
    counts: &mut Counts,
) -> Result<(), Refused> {
    let (first, after) = span(period);
    let county = desk.county();
    let pupils = desk.tx.one(
        "select cast(count(distinct member.child) as bigint) from class
         join class_member member on member.county = class.county and member.class = class.unit
         where class.county = $1 and class.school = $2 and member.from_day < $3
           and (member.until_day is null or member.until_day >= $3)",
        &params![county, school, &after],
        |row| row.get::<u64>(0),
    )?;
    let days = desk.tx.one(
        "select cast(count(distinct day) as bigint) from sheet
         where county = $1 and school = $2 and day >= $3 and day < $4",
        &params![county, school, &first, &after],
        |row| row.get::<u64>(0),
    )?;
    let away = desk.tx.one(
        "select cast(count(*) as bigint) from child
         where child.county = $1 and child.school = $2
           and exists (select 1 from clock where clock.county = child.county and clock.child = child.id
                          and clock.day >= $3 and clock.day < $4 and clock.away > 0)",
        &params![county, school, &first, &after],
        |row| row.get::<u64>(0),
    )?;
    for (item, many) in [(Item::Pupils, pupils), (Item::Days, days), (Item::Away, away)] {
        counts.insert(item.code(), many);
    }
    Ok(())
}

/// Suspects of a month at a school: whoever stood on the list on one of its days and was not put there by mistake.
pub(super) fn suspects(desk: &mut Desk<'_, '_>, school: &str, period: &Period) -> Result<u64, Refused> {
    let (first, after) = span(period);
    one(
        desk,
        "from suspected s join child on child.county = s.county and child.id = s.child
         where s.county = $1 and child.school = $2 and s.since_day < $4 and (s.cleared_at is null or s.cleared_at >= $3)
           and coalesce(s.cleared_why, '') <> 'corrected'",
        &params![desk.who.actor.county.as_str(), school, &first, &after],
    )
}

/// The children behind a school's numbers.
pub(super) fn children(
    desk: &mut Desk<'_, '_>,
    school: &str,
    period: &Period,
) -> Result<Vec<(String, Why)>, Refused> {
    let (first, after) = span(period);
    let mut found = Vec::new();
    for (why, sql) in [
        (
            Why::Suspected,
            "from suspected s join child on child.county = s.county and child.id = s.child
             where s.county = $1 and child.school = $2 and $3 < $4 and s.since_day < $4
               and (s.cleared_at is null or s.cleared_at >= $4) and coalesce(s.cleared_why, '') <> 'corrected'",
        ),
        (
            Why::Cleared,
            "from suspected s join child on child.county = s.county and child.id = s.child
             where s.county = $1 and child.school = $2 and s.cleared_at >= $3 and s.cleared_at < $4
               and coalesce(s.cleared_why, '') <> 'corrected'",
        ),
        (
            Why::Case,
            "from child_case c join child on child.county = c.county and child.id = c.child
             where c.county = $1 and child.school = $2 and $3 < $4 and c.opened_at < $4
               and (c.ended_at is null or c.ended_at >= $4)",
        ),
        (
            Why::Back,
            "from case_event e join child_case c on c.county = e.county and c.id = e.case_id
             join child on child.county = c.county and child.id = c.child
             where e.county = $1 and child.school = $2 and e.kind = 'return' and e.at >= $3 and e.at < $4",
        ),
    ] {
        let ids = desk.tx.query(
            &format!("select distinct child.id {sql} order by child.id"),
            &params![desk.county(), school, &first, &after],
            |row| row.get::<String>(0),
        )?;
        found.extend(ids.into_iter().map(|id| (id, why)));
    }
    Ok(found)
}

/// What schools have handed in of the months that lie in a period, what the recheck says, and the county's own quarters.
fn of_reports(desk: &mut Desk<'_, '_>, period: &Period, counts: &mut Counts) -> Result<(), Refused> {
    let Some(since) = since(desk)? else { return Ok(()) };
    let mut add = |item: Item, many: u64| *counts.entry(item.code()).or_default() += many;
    // A month that ends in the holidays behind a term is the term's.
    let months: Vec<Period> = ended(Kind::SchoolMonth, desk.now.day(), 26, desk.plan.calendar())
        .into_iter()
        .filter(|one| one.first >= period.first.first_of_month() && one.first <= period.last)
        .filter(|one| one.last.to_string() >= since)
        .collect();
    for month in &months {
        for line in lines(desk, month)? {
            add(Item::Owed, 1);
            match line.handed {
                Handed::InTime => add(Item::InTime, 1),
                Handed::Late => add(Item::Late, 1),
                Handed::Returned | Handed::Open => add(Item::Missing, 1),
            }
            if line.is_zero {
                add(Item::Zero, 1);
            }
            match line.recheck {
                Some(Recheck::Confirmed) => add(Item::Confirmed, 1),
                Some(Recheck::Deviation) => add(Item::Deviation, 1),
                None => {}
            }
        }
    }
    let (first, after) = span(period);
    let quarters = desk.tx.query(
        "select period from regular_report
         where county = $1 and kind = 'county_quarter' and state = 'frozen' and version = 1 order by period",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    // A quarter belongs to the term or year in which its last month begins.
    let last_month = |code: &str| -> Option<Date> {
        let (year, quarter) = code.split_once("-q")?;
        Date::new(year.parse().ok()?, quarter.parse::<i8>().ok()?.checked_mul(3)?, 1).ok()
    };
    let within = quarters.iter().filter(|code| {
        let day = last_month(code).map(|day| day.to_string());
        day.is_some_and(|day| day >= first && day < after)
    });
    add(Item::Quarters, u64::try_from(within.count()).unwrap_or_default());
    Ok(())
}

/// Visits of spring and autumn in a period.
fn of_field(desk: &mut Desk<'_, '_>, period: &Period, counts: &mut Counts) -> Result<(), Refused> {
    let (first, after) = span(period);
    let rows = desk.tx.query(
        "select t.place, coalesce(v.found, ''), cast(count(*) as bigint)
         from regular_sample s
         join regular_ticket t on t.county = s.county and t.sample = s.id and t.drawn = 1
         left join regular_visit v on v.county = t.county and v.sample = t.sample and v.place = t.place and v.ref = t.ref
           and v.seq = (select max(w.seq) from regular_visit w where w.county = t.county and w.sample = t.sample
                           and w.place = t.place and w.ref = t.ref)
         where s.county = $1 and s.at >= $2 and s.at < $3
         group by t.place, coalesce(v.found, '') order by 1, 2",
        &params![desk.county(), &first, &after],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<u64>(2)?)),
    )?;
    for (place, found, many) in rows {
        let (drawn, seen) = match place.as_str() {
            "school" => (Item::SchoolsDrawn, Item::SchoolsSeen),
            _ => (Item::HomesDrawn, Item::HomesSeen),
        };
        *counts.entry(drawn.code()).or_default() += many;
        if !found.is_empty() {
            *counts.entry(seen.code()).or_default() += many;
        }
        if found == "problem" {
            *counts.entry(Item::Problems.code()).or_default() += many;
        }
    }
    Ok(())
}

/// Counts of suspects and cases by the township in which the child lives, in the order of the codes.
fn townships(desk: &mut Desk<'_, '_>, period: &Period) -> Result<Vec<(String, [u64; 3])>, Refused> {
    let (first, after) = span(period);
    let mut by: [BTreeMap<String, u64>; 3] = Default::default();
    for (into, item) in by.iter_mut().zip([Item::Left, Item::New, Item::CasesLeft]) {
        let Some((_, sql)) = OF_CHILDREN.iter().find(|(own, _)| *own == item) else { continue };
        let rows = desk.tx.query(
            &format!("select coalesce(child.township, ''), cast(count(*) as bigint) {sql} group by child.township order by 1"),
            &params![desk.county(), &first, &after],
            |row| Ok((row.get::<String>(0)?, row.get::<u64>(1)?)),
        )?;
        into.extend(rows);
    }
    let units = desk.tx.query(
        "select id, name from unit where county = $1 and kind = 'township' and until_day is null
         order by coalesce(code, ''), sort, id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let of = |unit: &str| {
        [0, 1, 2].map(|at: usize| by.get(at).and_then(|map| map.get(unit)).copied().unwrap_or(0))
    };
    let mut all: Vec<(String, [u64; 3])> = units.iter().map(|(id, name)| (name.clone(), of(id))).collect();
    if of("") != [0, 0, 0] {
        all.push(("住址还没有登记".to_owned(), of("")));
    }
    Ok(all)
}

/// The frozen snapshot that goes with a period; the latest is frozen for it where it is of that time and nobody has. `None` where the
/// program has counted nothing then.
pub(super) fn snapshot(
    desk: &mut Desk<'_, '_>,
    label: &str,
    period: &Period,
) -> Result<Option<i64>, Refused> {
    let (from, to) = (period.last.saturating_sub(15.days()), period.last.saturating_add(90.days()));
    let fits = |day: &str| day.parse::<Date>().is_ok_and(|day| day >= from && day <= to);
    let all = figures::snapshots(desk)?;
    if let Some(frozen) =
        all.iter().filter(|one| one.frozen.is_some() && fits(&one.day)).min_by_key(|one| one.number)
    {
        return Ok(Some(frozen.number));
    }
    let Some(latest) = all.first().filter(|one| one.frozen.is_none() && fits(&one.day)) else {
        return Ok(None);
    };
    let number = latest.number;
    let Some(verdict) = figures::verify(desk, number)? else { return Ok(None) };
    figures::freeze(desk, &verdict, label)?;
    Ok(Some(number))
}

/// Everything that is known of a period.
fn known(
    desk: &mut Desk<'_, '_>,
    kind: Kind,
    unit: &str,
    period: &Period,
    snapshot: Option<i64>,
) -> Result<Known, Refused> {
    let mut known = Known::default();
    if kind == Kind::SchoolMonth {
        of_children(desk, period, Some(unit), &mut known.counts)?;
        of_school(desk, period, unit, &mut known.counts)?;
        return Ok(known);
    }
    of_children(desk, period, None, &mut known.counts)?;
    let (first, after) = span(period);
    let now = desk.now.stamp();
    for (item, sql) in OF_COUNTY {
        let values = params![desk.who.actor.county.as_str(), &first, &after, &now];
        let used = if sql.contains("$4") { 4 } else { 3 };
        let many = one(desk, sql, values.get(..used).unwrap_or_default())?;
        known.counts.insert(item.code(), many);
    }
    of_reports(desk, period, &mut known.counts)?;
    of_field(desk, period, &mut known.counts)?;
    known.townships = townships(desk, period)?;
    known.snapshot = "这一期还没有冻结的指标快照，不列指标；以后的报告会有。".to_owned();
    if let Some(number) = snapshot {
        let panel = figures::panel(desk, Some(number))?;
        if let Some(one) = &panel.snapshot {
            let label = one.frozen.as_ref().map(|frozen| frozen.label.clone()).unwrap_or_default();
            known.snapshot = format!(
                "取自{}的指标快照“{label}”，第{number}次，定义第{}版，冻结后不再变动。",
                one.day, one.version
            );
        }
        for line in &panel.lines {
            let Some(counts) = line.whole.as_ref().and_then(|whole| whole.counts) else { continue };
            let target = desk.plan.target(Figure::definition(line.figure).target);
            let target = target.map(|target| format!("{}%", target.percent)).unwrap_or_default();
            known.figures.push(FigureLine { figure: line.figure, counts, target });
        }
    }
    Ok(known)
}

/// The content of the last frozen report of the same unit and kind before a period, with its id.
pub(super) fn before(
    desk: &mut Desk<'_, '_>,
    kind: Kind,
    unit: &str,
    period: &str,
) -> Result<Option<(String, Content, Option<i64>)>, Refused> {
    let found = desk.tx.optional(
        "select id, content, snapshot from regular_report
         where county = $1 and kind = $2 and unit = $3 and period < $4 and state = 'frozen'
         order by period desc, version desc limit 1",
        &params![desk.county(), kind.code(), unit, period],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<i64>>(2)?)),
    )?;
    found.map(|(id, text, snapshot)| Ok((id, opened(&text)?, snapshot))).transpose()
}

/// The content as it is kept.
pub(super) fn kept(content: &Content) -> Result<String, Refused> {
    serde_json::to_string(content).map_err(|error| Refused::Fault(format!("a report: {error}")))
}

pub(super) fn opened(text: &str) -> Result<Content, Refused> {
    serde_json::from_str(text).map_err(|error| Refused::Fault(format!("a report: {error}")))
}

/// What a report says as of now.
pub(super) fn drafted(
    desk: &mut Desk<'_, '_>,
    kind: Kind,
    unit: &str,
    period: &Period,
    snapshot: Option<i64>,
) -> Result<Content, Refused> {
    let known = known(desk, kind, unit, period, snapshot)?;
    let before = before(desk, kind, unit, &period.code)?.map(|(_, content, _)| content);
    Ok(content(kind, period, &known, before.as_ref()))
}
