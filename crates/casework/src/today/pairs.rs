//! What 结对包保 puts before somebody today (五(六)): one's own children to go to, and for the township those with whom nobody is
//! paired or who were not visited in time.

use rules::access::Action;
use rules::case::Act;

use super::tasks::allowed;
use super::{Figure, Task};
use crate::desk::Desk;
use crate::pairs;
use crate::params;
use crate::refused::Refused;

/// Adds what waits.
pub(super) fn tasks(
    desk: &mut Desk<'_, '_>,
    figures: &mut Vec<Figure>,
    tasks: &mut Vec<Task>,
) -> Result<(), Refused> {
    if allowed(desk, Action::WorkCase) {
        own(desk, tasks)?;
    }
    if !allowed(desk, Action::PairChild) {
        return Ok(());
    }
    let (unpaired, late) = pairs::waiting(desk)?;
    figures.push(Figure { label: "没有结对的孩子", count: unpaired, href: "/pairs", is_alarm: true });
    if unpaired > 0 {
        tasks.push(Task {
            title: format!("{unpaired}个孩子没有结对"),
            why: "在办个案没有包保人，五(六)".to_owned(),
            act: "给每个孩子定一个包保人".to_owned(),
            due: String::new(),
            href: "/pairs".to_owned(),
        });
    }
    if late > 0 {
        tasks.push(Task {
            title: format!("{late}个孩子到期没有走访"),
            why: "包保人没有按期入户，五(六)".to_owned(),
            act: "催办，去不了的换人".to_owned(),
            due: desk.now.day().to_string(),
            href: "/pairs?show=late".to_owned(),
        });
    }
    Ok(())
}

/// Children with whom the actor is paired and to whom somebody has to go.
fn own(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    tasks.extend(desk.tx.query(
        "select child.name, coalesce(village.name, ''), c.act, coalesce(substr(c.due_at, 1, 10), '')
         from pair
         join child on child.county = pair.county and child.id = pair.child
         join child_case c on c.county = pair.county and c.child = pair.child and c.ended_at is null
         left join unit village on village.county = child.county and village.id = child.village
         where pair.county = $1 and pair.account = $2 and pair.ended_at is null
           and c.act in ('first_visit', 'visit', 'check_term')
           and exists (select 1 from child_tie tie where tie.county = pair.county and tie.child = pair.child
                          and tie.unit = pair.account and tie.tie = 'paired')
         order by c.due_at, c.id limit 30",
        &params![desk.county(), &desk.who.actor.account],
        |row| {
            let place: String = row.get(1)?;
            Ok(Task {
                title: row.get(0)?,
                why: format!("{place} · 结对包保"),
                act: Act::from_code(&row.get::<String>(2)?).map_or("", Act::label).to_owned(),
                due: row.get(3)?,
                href: "/visits".to_owned(),
            })
        },
    )?);
    Ok(())
}
