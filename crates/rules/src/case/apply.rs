//! A move: what happened gives the next case with its duty, or a refusal. [`replay`] gives the case that a list of kept events
//! makes; it asks nobody's leave, for they have happened.

use jiff::civil::Time;

use super::duty::{Duty, duty};
use super::event::{Ask, By, Event, Facts, Happened, Visit};
use super::permit::permit;
use super::refused::Refused;
use super::state::{Asked, Case, End, Open, Order, Stage};
use crate::access::Role;

/// What a move gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The case from now on.
    pub case: Case,
    /// Whose turn it is; `None` when it has ended.
    pub duty: Option<Duty>,
}

/// An event that does not fit the case that those before it make; its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfit(pub usize);

/// Makes a move.
///
/// # Errors
/// [`Refused`] with the rule, its clause or article, and what to do instead.
pub fn apply(case: &Case, happened: &Happened, facts: &Facts<'_>) -> Result<Change, Refused> {
    let ended = || {
        Refused::new(
            format!("个案已经结束（{}）", case.state().label()),
            "五(十)",
            "孩子又不上学的，请另立新案，新案会连到这一件",
        )
    };
    let Case::Open(open) = case else { return Err(ended()) };
    permit(open, happened, facts)?;
    let case = next(open, happened).ok_or_else(ended)?;
    let duty = match &case {
        Case::Open(open) => Some(duty(open, facts.plan)?),
        Case::Ended(_) => None,
    };
    Ok(Change { case, duty })
}

/// The case that these events make of a new one.
///
/// # Errors
/// [`Unfit`] at the first event that does not follow from those before it.
pub fn replay(opened: &Case, events: &[Happened]) -> Result<Case, Unfit> {
    let mut case = opened.clone();
    for (at, happened) in events.iter().enumerate() {
        case = match &case {
            Case::Open(open) => next(open, happened).ok_or(Unfit(at))?,
            Case::Ended(_) => return Err(Unfit(at)),
        };
    }
    Ok(case)
}

/// The shape of it: which step follows. `None` where the event does not belong to the step.
fn next(open: &Open, happened: &Happened) -> Option<Case> {
    let at = happened.at;
    let mut new = Open { last: at, ..open.clone() };
    let stage = match (&happened.event, &open.stage) {
        (Event::Confirm { .. }, Stage::Suspected) => Stage::Confirmed,
        (Event::Clear { .. }, Stage::Suspected) => return Some(Case::Ended(End::Cleared)),
        (Event::Dispatch { unit }, Stage::Confirmed) => Stage::Dispatched(Order { unit: unit.clone(), at }),
        (Event::Receive, Stage::Dispatched(order)) => Stage::Accepted(order.clone()),
        (Event::SendBack { .. }, Stage::Dispatched(_) | Stage::Accepted(_))
        | (Event::Recall { .. }, Stage::Dispatched(_) | Stage::Accepted(_) | Stage::Persuading(_)) => {
            Stage::Confirmed
        }
        (Event::Visit(visit), stage) => return Some(visited(new, stage, visit, happened)),
        (Event::Help { .. }, _) => {
            new.ladder.help();
            return Some(Case::Open(new));
        }
        (Event::Step { taken, .. }, Stage::Persuading(_)) => {
            new.ladder.take(taken.clone());
            return Some(Case::Open(new));
        }
        (Event::Skip { step, .. }, Stage::Persuading(_)) => {
            new.ladder.skip(*step);
            return Some(Case::Open(new));
        }
        (
            Event::Return { school, on },
            Stage::Confirmed
            | Stage::Dispatched(_)
            | Stage::Accepted(_)
            | Stage::Persuading(_)
            | Stage::Paused(..),
        ) => Stage::Returned { order: open.stage.order().cloned(), school: school.clone(), on: *on },
        (Event::NotBack { .. }, Stage::Returned { order, .. } | Stage::Placed { order, .. })
        | (Event::Resume, Stage::Paused(_, order)) => {
            order.clone().map_or(Stage::Confirmed, Stage::Persuading)
        }
        (Event::Place { school, on, .. }, Stage::Returned { order, .. }) => {
            Stage::Placed { order: order.clone(), school: school.clone(), on: *on }
        }
        (Event::Prove { from }, Stage::Placed { school, .. }) => {
            Stage::Observing { school: school.clone(), from: *from, passed: 0 }
        }
        (Event::Check { clean, on }, Stage::Observing { school, from, passed }) => {
            let (from, passed) = if *clean { (*from, passed + 1) } else { (*on, 0) };
            Stage::Observing { school: school.clone(), from, passed }
        }
        (Event::Relapse, Stage::Observing { .. }) => return Some(Case::Ended(End::Relapsed)),
        (Event::Ask { ask, .. }, _) if open.asked.is_none() => {
            let by = happened.by.person()?.clone();
            new.asked = Some(Asked { ask: ask.clone(), by, at });
            return Some(Case::Open(new));
        }
        (Event::Refuse { .. }, _) if open.asked.is_some() => {
            new.asked = None;
            return Some(Case::Open(new));
        }
        (Event::Agree, stage) => match agreed(open, stage, &happened.by, at)? {
            Ok(stage) => stage,
            Err(end) => return Some(Case::Ended(end)),
        },
        _ => return None,
    };
    if matches!(happened.event, Event::Agree) {
        new.asked = None;
    }
    Some(Case::Open(Open { stage, since: at, next: None, ..new }))
}

/// What the second person's word makes of it: the next step, or the end.
fn agreed(open: &Open, stage: &Stage, by: &By, at: jiff::civil::DateTime) -> Option<Result<Stage, End>> {
    let asked = open.asked.as_ref()?;
    Some(match (&asked.ask, stage) {
        (Ask::Order { unit }, Stage::Confirmed) => Ok(Stage::Dispatched(Order { unit: unit.clone(), at })),
        (Ask::Pause(pause), stage) => Ok(Stage::Paused(*pause, stage.order().cloned())),
        (Ask::Close(ground), _) => {
            Err(End::Closed { ground: *ground, asked: asked.by.clone(), agreed: by.person()?.clone() })
        }
        (Ask::Order { .. }, _) => return None,
    })
}

/// Meeting the family ends the duty of the first visit and starts the clock of the next, from the day on which it was; a failed
/// attempt, one from before the order, and one by somebody who has no order and no pairing, is kept and moves no clock. What
/// was agreed on for the next one holds until the next visit.
fn visited(mut new: Open, stage: &Stage, visit: &Visit, happened: &Happened) -> Case {
    let on_duty = happened
        .by
        .person()
        .is_some_and(|by| visit.paired || matches!(by.role, Role::Township | Role::Village | Role::Cadre));
    let begun = visit.on.to_datetime(Time::midnight());
    if on_duty && stage.order().is_some() {
        new.next = visit.next;
    }
    match stage {
        Stage::Accepted(order) if on_duty && visit.met && visit.on >= order.at.date() => {
            new.stage = Stage::Persuading(order.clone());
            new.since = begun;
        }
        Stage::Persuading(_) | Stage::Paused(_, Some(_)) if on_duty && visit.met => {
            new.since = new.since.max(begun);
        }
        _ => {}
    }
    Case::Open(new)
}
