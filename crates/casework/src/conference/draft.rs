//! What an agenda is drafted from: the tasks that are left, the figures that were frozen last, the cases and requests whose time has passed, counted by unit, and the measures
//! that nobody has proved since the term began. Counts and ids of units come out, no child.

use std::collections::BTreeSet;

use rules::access::Role;
use rules::case::Act;
use rules::conference::{Blocks, Late, Left, TaskStand, Unproved};
use rules::inspection::term;
use rules::publish::FEW;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Everything of which the agenda is drafted now.
pub(super) fn blocks(desk: &mut Desk<'_, '_>) -> Result<Blocks, Refused> {
    Ok(Blocks {
        left: left(desk)?,
        figures: crate::figures::for_agenda(desk)?,
        cases: cases(desk)?,
        requests: requests(desk)?,
        measures: measures(desk)?,
    })
}

fn left(desk: &mut Desk<'_, '_>) -> Result<Vec<Left>, Refused> {
    let rows = desk.tx.query(
        "select id, unit, words, due_day, state from meeting_task
         where county = $1 and begun_at is not null and dropped_at is null and state <> 'accepted'
         order by due_day, id limit 100",
        &params![desk.county()],
        |row| {
            let stand: String = row.get(4)?;
            let left = Left {
                task: row.get(0)?,
                unit: row.get(1)?,
                words: row.get(2)?,
                due: row.get(3)?,
                stand: TaskStand::from_code(&stand).unwrap_or(TaskStand::Open),
            };
            Ok(left)
        },
    )?;
    Ok(rows)
}

/// By unit and act; what is the county's own turn stands at its office.
fn cases(desk: &mut Desk<'_, '_>) -> Result<Vec<Late>, Refused> {
    let rows = desk.tx.query(
        "select case when c.must_unit <> '' then c.must_unit
                     else coalesce((select u.id from unit u where u.county = c.county and u.kind = 'bureau'
                                       and c.must_role = 'bureau' order by u.sort, u.id limit 1), '') end,
                coalesce(c.must_role, ''), c.act, cast(count(*) as bigint)
         from child_case c
         where c.county = $1 and c.ended_at is null and c.due_at < $2
         group by 1, coalesce(c.must_role, ''), c.act order by 1, 2, 3",
        &params![desk.county(), desk.now.stamp()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<u32>(3)?)),
    )?;
    let late = rows.into_iter().filter_map(|(unit, role, act, many)| {
        let act = Act::from_code(&act)?.label();
        let words = match Role::from_code(&role) {
            Some(role) if unit.is_empty() => format!("{}：{act}", role.label()),
            _ => act.to_owned(),
        };
        Some(Late { unit, act: words, many: Some(many) })
    });
    Ok(late.collect())
}

/// By unit; of what is confidential no small number leaves it.
fn requests(desk: &mut Desk<'_, '_>) -> Result<Vec<Late>, Refused> {
    Ok(desk.tx.query(
        "select r.unit, max(r.confidential), cast(count(*) as bigint) from request r
         where r.county = $1 and r.state = 'asked' and r.due_at < $2 group by r.unit order by r.unit",
        &params![desk.county(), desk.now.stamp()],
        |row| {
            let (confidential, many): (i64, u32) = (row.get(1)?, row.get(2)?);
            Ok(Late {
                unit: row.get(0)?,
                act: "协助请求到期没有答复".to_owned(),
                many: (confidential == 0 || many >= FEW).then_some(many),
            })
        },
    )?)
}

fn measures(desk: &mut Desk<'_, '_>) -> Result<Vec<Unproved>, Refused> {
    let since = term(desk.now.day(), desk.plan.calendar()).first;
    let proved: BTreeSet<String> = desk
        .tx
        .query(
            "select distinct clause from duty_proof where county = $1 and at >= $2 order by clause",
            &params![desk.county(), since],
            |row| row.get::<String>(0),
        )?
        .into_iter()
        .collect();
    let unproved = desk.plan.measures().iter().filter_map(|one| {
        let clause = one.basis.clause.clone()?;
        (!proved.contains(&clause)).then(|| Unproved { clause, title: one.title.clone() })
    });
    Ok(unproved.collect())
}
