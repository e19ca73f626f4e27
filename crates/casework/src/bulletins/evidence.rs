//! What a point can rest on: what is on record of a unit at this moment, as sentences that name no child and tell no small count. Nothing is typed in
//! here; what is chosen is frozen into the bulletin.

use jiff::civil::Date;
use rules::access::Action;
use rules::bulletin::{Evidence, Frozen, Issuer, Kind, Named, Source, count, figure, may_name};
use rules::conference::{duties, several};
use rules::figures::{Counts, Figure};
use rules::inspection::term;

use super::head::own;
use crate::db::Value;
use crate::desk::Desk;
use crate::papers::spelled;
use crate::params;
use crate::refused::Refused;

/// A unit that may be named: id and name; by the codes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn nameable(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, String)>, Refused> {
    let (head, _) = own(desk, id, Action::DraftBulletin)?;
    let mut values = vec![Value::from(desk.county()), Value::from(head.issuer.as_str())];
    let kinds = match head.by {
        Issuer::Township => "kind in ('village', 'school') and (township = $2 or parent = $2)",
        Issuer::Bureau => "kind in ('township', 'village', 'school')",
        Issuer::Office => "kind in ('township', 'village', 'school', 'department', 'bureau')",
    };
    let sql = format!(
        "select id, name from unit where county = $1 and until_day is null and id <> $2 and {kinds}
         order by case kind when 'township' then 0 when 'bureau' then 1 when 'department' then 2 when 'school' then 3 else 4 end,
                  coalesce(code, ''), sort, id limit 900"
    );
    Ok(desk.tx.query(&sql, &std::mem::take(&mut values), |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?))
    })?)
}

/// Whether a bulletin of this issuer may name the unit; its name.
pub(super) fn named(
    desk: &mut Desk<'_, '_>,
    (issuer, by): (&str, Issuer),
    unit: &str,
) -> Result<String, Refused> {
    let found = desk.tx.optional(
        "select kind, name, coalesce(township, ''), coalesce(parent, '') from unit
         where county = $1 and id = $2 and until_day is null",
        &params![desk.county(), unit],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    let Some((kind, name, township, parent)) = found else {
        return Err(Refused::field("unit", "请选择通报哪个单位"));
    };
    let is_below = township == issuer || parent == issuer;
    may_name(by, Named { kind: &kind, is_below, is_issuer: unit == issuer })?;
    Ok(name)
}

/// What is on record of a unit and fits the bulletin.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for a unit that this issuer may not name, [`Refused::Storage`].
pub fn offered(desk: &mut Desk<'_, '_>, id: &str, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let (head, _) = own(desk, id, Action::DraftBulletin)?;
    named(desk, (&head.issuer, head.by), unit)?;
    on_record(desk, unit, head.kind)
}

/// The same, without asking who asks.
pub(super) fn on_record(desk: &mut Desk<'_, '_>, unit: &str, kind: Kind) -> Result<Vec<Evidence>, Refused> {
    let mut found = figures(desk, unit)?;
    found.extend(counted(desk, unit)?);
    found.extend(tasks(desk, unit)?);
    found.extend(findings(desk, unit)?);
    found.extend(lacking(desk, unit)?);
    found.retain(|one| one.fits(kind));
    Ok(found)
}

fn in_words(day: &str) -> String {
    day.get(..10).unwrap_or_default().parse::<Date>().map(spelled).unwrap_or_default()
}

/// Lines of the two snapshots that were frozen last.
fn figures(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let rows = desk.tx.query(
        "select s.number, s.day, f.label, v.figure, v.ins, v.outs, v.apart, coalesce(unit.name, '')
         from figure_freeze f
         join figure_snapshot s on s.county = f.county and s.number = f.snapshot
         join figure_value v on v.county = s.county and v.snapshot = s.number and v.unit = $2
         left join unit on unit.county = v.county and unit.id = v.unit
         where f.county = $1
           and f.snapshot in (select snapshot from figure_freeze where county = $1 order by snapshot desc limit 2)
         order by s.number desc, v.figure limit 60",
        &params![desk.county(), unit],
        |row| {
            let text = |at| row.get::<String>(at);
            let counts = Counts { ins: row.get(4)?, outs: row.get(5)?, apart: row.get(6)? };
            Ok((row.get::<i64>(0)?, text(1)?, text(2)?, text(3)?, counts, text(7)?))
        },
    )?;
    let plan = desk.plan;
    Ok(rows
        .iter()
        .filter_map(|(number, day, label, code, counts, unit)| {
            let day = in_words(day);
            // One stage beside the whole tells of the other, which may be a single child.
            let which = Figure::from_code(code).filter(|figure| figure.other_stage().is_none())?;
            figure(which, *counts, Frozen { label, number: *number, day: &day, unit }, plan)
        })
        .collect())
}

/// What is counted: cases whose turn is the unit's, and reports that it had to receive.
fn counted(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let (county, now) = (desk.county(), desk.now.stamp());
    let today = spelled(desk.now.day());
    let since = term(desk.now.day(), desk.plan.calendar());
    let mut found = Vec::new();
    let (open, late) = desk.tx.one(
        "select cast(count(*) as bigint), cast(coalesce(sum(case when due_at < $3 then 1 else 0 end), 0) as bigint)
         from child_case where county = $1 and must_unit = $2 and ended_at is null",
        &params![county, unit, &now],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    let mut add = |source, key: &str, facts: String, good| {
        found.push(Evidence { source, key: key.to_owned(), facts, good: Some(good) });
    };
    if late > 0 {
        let facts = format!(
            "{today}，轮到本单位办的个案{}，过了期限没有办的{}",
            count(open, "件"),
            count(late, "件")
        );
        add(Source::Cases, "cases", facts, false);
    } else if open > 0 {
        add(
            Source::Cases,
            "cases",
            format!("{today}，轮到本单位办的个案{}，没有一件过期限", count(open, "件")),
            true,
        );
    }
    let (all, late) = desk.tx.one(
        "select cast(count(*) as bigint),
                cast(coalesce(sum(case when h.received_at is null and h.due_at < $4 or h.received_at > h.due_at then 1 else 0 end), 0)
                    as bigint)
         from report_hop h join report r on r.county = h.county and r.id = h.report
         where h.county = $1 and h.unit = $2 and r.at >= $3",
        &params![county, unit, since.first, &now],
        |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?;
    if late > 0 {
        let facts = format!(
            "{}截至{today}，收到学校书面报告{}，过了期限签收或者没有签收的{}",
            since.label,
            count(all, "份"),
            count(late, "份")
        );
        add(Source::Reports, "reports", facts, false);
    } else if all > 0 {
        let facts = format!("{}截至{today}，收到学校书面报告{}，都按期签收", since.label, count(all, "份"));
        add(Source::Reports, "reports", facts, true);
    }
    Ok(found)
}

/// Tasks of the conference: past their day, or accepted.
fn tasks(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let today = desk.now.day();
    Ok(desk.tx.query(
        "select t.id, t.words, t.due_day, t.state, m.year, m.number from meeting_task t
         join meeting m on m.county = t.county and m.id = t.meeting
         where t.county = $1 and t.unit = $2 and t.dropped_at is null and t.begun_at is not null
           and (t.state = 'accepted' or (t.state = 'open' and t.due_day < $3))
         order by t.due_day desc, t.id limit 20",
        &params![desk.county(), unit, today],
        |row| {
            let text = |at| row.get::<String>(at);
            let good = text(3)? == "accepted";
            let end = if good {
                "办完了，已经验收".to_owned()
            } else {
                format!("到{}没有报告办完", spelled(today))
            };
            let (words, due) = (text(1)?, in_words(&text(2)?));
            let number = format!("〔{}〕{}号", row.get::<i64>(4)?, row.get::<i64>(5)?);
            Ok(Evidence {
                source: Source::Task,
                key: format!("task:{}", text(0)?),
                facts: format!("联席会议{number}议定“{words}”，期限{due}，{end}"),
                good: Some(good),
            })
        },
    )?)
}

/// Findings of inspections: past their day, or seen to be put right.
fn findings(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let today = desk.now.day();
    Ok(desk.tx.query(
        "select id, words, due_day, state, substr(at, 1, 10) from inspection_finding
         where county = $1 and unit = $2 and (state = 'closed' or due_day < $3)
         order by due_day desc, id limit 20",
        &params![desk.county(), unit, today],
        |row| {
            let text = |at| row.get::<String>(at);
            let good = text(3)? == "closed";
            let (words, due, at) = (text(1)?, in_words(&text(2)?), in_words(&text(4)?));
            let end = if good {
                "已经整改，复查销号".to_owned()
            } else {
                format!("到{}没有整改到位", spelled(today))
            };
            Ok(Evidence {
                source: Source::Finding,
                key: format!("finding:{}", text(0)?),
                facts: format!("{at}督导检查发现“{words}”，期限{due}，{end}"),
                good: Some(good),
            })
        },
    )?)
}

/// Duties that each unit of this kind has, with no proof of this one this term.
fn lacking(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Evidence>, Refused> {
    let since = term(desk.now.day(), desk.plan.calendar());
    let kind = desk.tx.optional(
        "select kind from unit where county = $1 and id = $2",
        &params![desk.county(), unit],
        |row| row.get::<String>(0),
    )?;
    let proved = desk.tx.query(
        "select distinct clause from duty_proof where county = $1 and unit = $2 and at >= $3 order by clause",
        &params![desk.county(), unit, since.first],
        |row| row.get::<String>(0),
    )?;
    let today = spelled(desk.now.day());
    let lacks = duties(desk.plan).into_iter().filter(|duty| {
        let mut names = duty.lead.iter().chain(&duty.responsible);
        duty.can_be_proved()
            && !proved.contains(&duty.clause)
            && names.any(|name| several(name).is_some() && several(name) == kind.as_deref())
    });
    Ok(lacks
        .map(|duty| Evidence {
            source: Source::Duty,
            key: format!("duty:{}", duty.clause),
            facts: format!("{}截至{today}，{}“{}”没有填落实证明", since.label, duty.clause, duty.title),
            good: Some(false),
        })
        .collect())
}
