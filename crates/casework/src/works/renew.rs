//! Counting, every night: the first time that each thing was done for a child, and the school days around it. An act whose ninety school
//! days have passed is counted no more. What is confidential is not counted at all (hazard A11).

use jiff::civil::{Date, time};
use jiff::{SpanRound, Unit};
use rules::works::{DAYS, Deed, LOOKS, outcome};

use super::read::since;
use crate::attendance::around;
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// Acts of one transaction: whoever saves meanwhile waits for one of these at most.
const AT_ONCE: usize = 40;

/// After the night has followed the cases.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::daily("count_works", "措施成效", time(2, 0, 0, 0), |means| {
        let acts = as_program(means, open)?;
        for some in acts.chunks(AT_ONCE) {
            let some = some.to_vec();
            as_program(means, move |desk| renew(desk, &some))?;
        }
        Ok(format!("算了{}项", acts.len()))
    }))
}

/// Something that was done for a child for the first time.
#[derive(Debug, Clone)]
struct Act {
    child: String,
    deed: Deed,
    code: String,
    on: Date,
    opened: Option<Date>,
    cause: String,
}

/// What is to be counted: since the last school year began, and of whose following days some are still to come; those near in time
/// together, so that their registers are read once.
fn open(desk: &mut Desk<'_, '_>) -> Result<Vec<Act>, Refused> {
    let rows = desk.tx.query(
        "with done (child, deed, code, on_day) as (
           select c.child, e.kind, case when e.kind = 'visit' then '' else e.code end, e.on_day
           from case_event e join child_case c on c.county = e.county and c.id = e.case_id
           where e.county = $1 and e.on_day is not null
             and (e.kind in ('help', 'step', 'place') or (e.kind = 'visit' and e.flag = 1))
           union all
           select child, 'request', kind, substr(ended_at, 1, 10) from request
           where county = $1 and state = 'answered' and confidential = 0 and ended_at is not null
         ), begun (child, deed, code, on_day) as (
           select child, deed, code, min(on_day) from done group by child, deed, code
           union all
           select child, 'any', '', min(on_day) from done group by child
         )
         select begun.child, begun.deed, begun.code, begun.on_day,
                (select max(substr(c.opened_at, 1, 10)) from child_case c
                  where c.county = $1 and c.child = begun.child and substr(c.opened_at, 1, 10) <= begun.on_day),
                coalesce(
                  (select visit.cause from visit where visit.county = $1 and visit.child = begun.child and visit.cause <> ''
                    order by visit.day desc, visit.id desc limit 1),
                  (select report.cause from report where report.county = $1 and report.child = begun.child
                    order by report.at desc, report.id desc limit 1), '')
         from begun
         left join outcome o on o.county = $1 and o.child = begun.child and o.deed = begun.deed and o.code = begun.code
              and o.on_day = begun.on_day and o.settled = 1
         where begun.on_day >= $2 and begun.on_day <= $3 and o.child is null
         order by begun.on_day, begun.child, begun.deed, begun.code",
        &params![desk.county(), since(desk.now.day()), desk.now.day()],
        |row| {
            let deed: String = row.get(1)?;
            let Some(deed) = Deed::from_code(&deed) else { return Ok(None) };
            Ok(Some(Act {
                child: row.get(0)?,
                deed,
                code: row.get(2)?,
                on: row.get(3)?,
                opened: row.get(4)?,
                cause: row.get(5)?,
            }))
        },
    )?;
    Ok(rows.into_iter().flatten().collect())
}

fn renew(desk: &mut Desk<'_, '_>, acts: &[Act]) -> Result<(), Refused> {
    let days: Vec<(&str, Date)> = acts.iter().map(|act| (act.child.as_str(), act.on)).collect();
    let last = LOOKS.last().copied().unwrap_or(DAYS);
    let around = around(desk, &days, (DAYS, last))?;
    for (act, (before, after)) in acts.iter().zip(around) {
        let one = outcome(&before, &after);
        let [ten, thirty, ninety] = one.back.map(|back| back.map(i64::from));
        desk.tx.execute(
            "insert into outcome (county, child, deed, code, on_day, cause, wait, before_came, before_called, after_came,
                                  after_called, back_10, back_30, back_90, settled, counted_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
             on conflict (county, child, deed, code) do update
               set on_day = excluded.on_day, cause = excluded.cause, wait = excluded.wait,
                   before_came = excluded.before_came, before_called = excluded.before_called,
                   after_came = excluded.after_came, after_called = excluded.after_called, back_10 = excluded.back_10,
                   back_30 = excluded.back_30, back_90 = excluded.back_90, settled = excluded.settled,
                   counted_at = excluded.counted_at",
            &params![
                desk.county(),
                &act.child,
                act.deed.code(),
                &act.code,
                act.on,
                &act.cause,
                act.opened.map_or(0, |opened| days_between(opened, act.on)),
                i64::from(one.before.came),
                i64::from(one.before.called),
                i64::from(one.after.came),
                i64::from(one.after.called),
                ten,
                thirty,
                ninety,
                i64::from(one.is_settled),
                desk.now.stamp()
            ],
        )?;
    }
    Ok(())
}

fn days_between(from: Date, to: Date) -> i64 {
    let span = from.until(to).and_then(|span| span.round(SpanRound::new().largest(Unit::Day).relative(from)));
    span.map_or(0, |span| i64::from(span.get_days())).max(0)
}
