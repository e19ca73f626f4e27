//! What moves a case by itself, every night: the register has shown a return, a look of the window has come, a deferral has ended, a
//! child has left again. Each case is a transaction of its own; done twice, it is done once.

use jiff::civil::time;
use rules::access::Action;
use rules::case::watch::next_look;
use rules::case::{By, Case, Event, Stage};

use super::events::load;
use super::open::{Opening, Source, open_from};
use super::read::placed;
use super::write::{happen, is_relapse};
use crate::attendance;
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::params;
use crate::refused::Refused;

/// After the absences of the day were counted.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::daily("follow_cases", "个案跟踪", time(1, 0, 0, 0), |means| {
        let mut moved = 0;
        for id in as_program(means, waiting)? {
            moved += usize::from(as_program(means, move |desk| follow(desk, &id))?);
        }
        Ok(if moved == 0 {
            "没有要动的个案".to_owned()
        } else {
            format!("{moved}件个案有了进展")
        })
    }))
}

/// Cases in which the program may have something to do.
fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    Ok(desk.tx.query(
        "select id from child_case
         where county = $1 and ended_at is null and state in ('placed', 'observing', 'paused') order by id",
        &params![desk.county()],
        |row| row.get(0),
    )?)
}

/// One case; whether anything happened.
pub(crate) fn follow(desk: &mut Desk<'_, '_>, id: &str) -> Result<bool, Refused> {
    let Some(kept) = load(desk, id)? else { return Ok(false) };
    let Case::Open(open) = &kept.case else { return Ok(false) };
    let (today, rule) = (desk.now.day(), &desk.plan.case().observation);
    let (event, watched) = match &open.stage {
        Stage::Paused(pause, _) if today > pause.until => (Event::Resume, None),
        Stage::Placed { school, on, .. } => {
            let watched = attendance::watched(desk, &kept.child, (school, *on), *on)?;
            let Some(from) = watched.proven(rule) else { return Ok(false) };
            (Event::Prove { from }, Some(watched))
        }
        Stage::Observing { school, from, passed } => {
            if attendance::left_again(desk, &kept.child)? {
                (Event::Relapse, None)
            } else {
                let Some(look) = next_look(rule, *from, *passed).filter(|look| *look < today) else {
                    return Ok(false);
                };
                let placed = placed(desk, &kept)?.map_or(*from, |placed| placed.min(*from));
                let watched = attendance::watched(desk, &kept.child, (school, placed), *from)?;
                let clean = watched.look(rule, *from, look).clean;
                (Event::Check { clean, on: today }, Some(watched))
            }
        }
        _ => return Ok(false),
    };
    let kind = event.kind();
    let case = happen(desk, &kept, event, By::Program, watched.as_ref())?;
    desk.record(Action::ReadCase, None, ("child", &kept.child), "", &format!("个案：{}", kind.label()))?;
    if is_relapse(&case) {
        let new = Opening {
            child: &kept.child,
            source: Source::Relapse,
            source_id: id,
            verified: None,
            against: None,
        };
        open_from(desk, &new)?;
    }
    Ok(true)
}
