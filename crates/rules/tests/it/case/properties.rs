//! Invariants of the case over any order of events (issue 5 item 1): one duty while it is open, no rest in a finished step, no
//! end without a clean window or an exemption and two people, and what is kept makes the same case.

use std::collections::BTreeSet;

use jiff::ToSpan;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rules::case::ladder::Taken;
use rules::case::pause::{Leave, Pause, Rests};
use rules::case::watch::{Seen, next_look};
use rules::case::{
    Ask, By, Case, End, Event, Exemption, Ground, Happened, Kind, Open, Stage, State, allowed, duty,
    is_scored, replay,
};
use rules::plan::LegalStepKind;

use super::{
    Story, agreed, ask, back, bureau, colleague, confirm, day, director, dispatch, head, help, place,
    register, skip, step, township, visit, words,
};
use crate::cases;
use crate::nanjian::PLAN;

/// What is tried: an event, somebody, after so many days; `apt` takes one that fits where the case stands.
#[derive(Debug, Clone, Copy)]
struct Try {
    apt: bool,
    event: usize,
    who: usize,
    wait: i64,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (prop::bool::weighted(0.7), 0..1000_usize, 0..1000_usize, 0..4_i64)
        .prop_map(|(apt, event, who, wait)| Try { apt, event, who, wait });
    prop::collection::vec(one, 1..60)
}

fn people() -> Vec<By> {
    vec![bureau(), colleague(), director(), township(), head(), By::Program]
}

/// Every kind of event, with good and bad contents, on a day.
fn events(on: &str, open: &Open) -> Vec<Event> {
    let pause = |rests, applied| {
        let until = day(on).saturating_add(30.days());
        ask(Ask::Pause(Pause { rests, leave: Leave::Suspension, until, applied }))
    };
    let mut all = vec![
        confirm(),
        Event::Clear { words: words() },
        dispatch("t1"),
        dispatch("t9"),
        Event::Receive,
        Event::SendBack { words: words() },
        Event::Recall { words: words() },
        visit(on, true),
        visit(on, false),
        agreed(on, true, &day(on).saturating_add(3.days()).to_string()),
        help(on),
        back(on),
        Event::NotBack { words: words() },
        place(on),
        Event::Resume,
        Event::Relapse,
        Event::Agree,
        Event::Refuse { words: words() },
        ask(Ask::Order { unit: "t9".to_owned() }),
        ask(Ask::Close(Ground::Stayed)),
        ask(Ask::Close(Ground::Exempt(Exemption::Transferred))),
        pause(Rests::Statutory, true),
        pause(Rests::Statutory, false),
        pause(Rests::Policy, false),
        Event::Prove { from: day(on) },
        Event::Check { clean: true, on: day(on) },
        Event::Check { clean: false, on: day(on) },
    ];
    if let Stage::Placed { on, .. } = &open.stage {
        all.push(Event::Prove { from: *on });
    }
    for kind in LegalStepKind::ALL {
        let until = day(on).saturating_add(7.days());
        let taken = Taken { step: *kind, on: day(on), until: Some(until) };
        all.extend([skip(*kind), step(*kind, on, None), Event::Step { taken, ground: None, words: words() }]);
    }
    all
}

/// Tells a story of tries and checks each of its moments; the states that it came through.
fn told(tries: &[Try]) -> BTreeSet<State> {
    let mut story = Story::new("2026-03-02");
    let mut today = day("2026-03-02");
    let mut reached = BTreeSet::from([State::Suspected]);
    for one in tries {
        let Case::Open(open) = story.case.clone() else {
            let refused = story.tell(&today.to_string(), bureau(), confirm());
            assert!(refused.is_err(), "nothing happens in what has ended");
            break;
        };
        let waits = if matches!(open.stage, Stage::Observing { .. } | Stage::Paused(..)) { 12 } else { 1 };
        today = today.saturating_add((one.wait * waits).days());
        let on = today.to_string();
        if let Some(from) = open.stage.school().map(|_| "2026-03-02") {
            story.watched = Some(register(&PLAN, from, &on.clone().min("2026-12-31".to_owned()), Seen::Came));
            // The register begins with the return.
            if let Stage::Placed { on: since, .. } | Stage::Returned { on: since, .. } = &open.stage {
                story.watched.as_mut().expect("just set").days.retain(|(day, _)| day >= since);
            }
        }
        let all = events(&on, &open);
        let by = people().swap_remove(one.who % people().len());
        let apt: Vec<&Event> = all
            .iter()
            .filter(|event| match by.person() {
                Some(person) => allowed(&story.case, person.role).contains(&event.kind()),
                None => matches!(event.kind(), Kind::Prove | Kind::Check | Kind::Resume),
            })
            .collect();
        let from: Vec<&Event> = if one.apt && !apt.is_empty() { apt } else { all.iter().collect() };
        let event = from[one.event % from.len()].clone();
        try_it(&mut story, &open, &on, &by, &event);
        reached.insert(story.case.state());
    }
    story.kept();
    reached
}

/// One try: a refusal changes nothing and says why; what is done keeps every invariant.
fn try_it(story: &mut Story, before: &Open, on: &str, by: &By, event: &Event) {
    let old = story.case.clone();
    match story.tell(on, by.clone(), event.clone()) {
        Err(refused) => {
            assert_eq!(story.case, old);
            assert!(
                !refused.what.is_empty() && !refused.basis.is_empty() && !refused.todo.is_empty(),
                "{refused}"
            );
            return;
        }
        Ok(state) => assert_eq!(state, story.case.state()),
    }
    if let By::Person(person) = by {
        assert!(allowed(&old, person.role).contains(&event.kind()), "{} had no button", event.kind());
    }
    if let Event::Step { taken, ground, .. } = event {
        assert!(taken.step != LegalStepKind::Penalty || ground.is_some(), "a penalty without a basis");
        assert!(taken.step < LegalStepKind::Order || before.ladder.helped() > 0, "harder before help");
    }
    match &story.case {
        Case::Open(open) => {
            let duty = duty(open, &PLAN).expect("a known year");
            assert_eq!(Some(&duty), story.duty.as_ref());
            assert!(!duty.basis.is_empty() && !duty.act.label().is_empty());
            assert!(duty.due >= open.opened);
            // 五(六): one deadline. What a visit agreed on never puts it off.
            let plain = rules::case::duty(&Open { next: None, ..open.clone() }, &PLAN).expect("a known year");
            assert!(
                duty.due <= plain.due && (duty.who, duty.act) == (plain.who, plain.act),
                "agreed on a later day"
            );
            let ordered =
                matches!(open.stage, Stage::Dispatched(_) | Stage::Accepted(_) | Stage::Persuading(_));
            assert_eq!(
                ordered,
                open.stage.order().is_some()
                    && open.stage.school().is_none()
                    && !matches!(open.stage, Stage::Paused(..))
            );
            assert!(!story.case.is_solved(), "an open case is never solved");
        }
        Case::Ended(end) => {
            assert!(story.duty.is_none());
            closed_rightly(end, before);
        }
    }
}

/// Nothing is closed without a clean window or an exemption, and nobody who is scored closes alone.
fn closed_rightly(end: &End, before: &Open) {
    let End::Closed { ground, asked, agreed } = end else { return };
    assert_ne!(asked.account, agreed.account);
    assert_ne!(asked.unit, agreed.unit);
    assert!(!is_scored(agreed.role));
    assert!(!matches!(before.stage, Stage::Suspected), "nobody has verified it");
    if *ground == Ground::Stayed {
        let Stage::Observing { from, passed, .. } = &before.stage else { panic!("not watched") };
        assert_eq!(next_look(&PLAN.case().observation, *from, *passed), None);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    /// Issue 5 item 1.
    #[test]
    fn any_order_of_events(tries in tries()) {
        told(&tries);
    }

    /// B08: what was kept, cut off anywhere, makes the case of that moment, and no other order of it slips through as another end.
    #[test]
    fn what_was_kept_makes_the_case(cut in 0..30_usize) {
        let story = Story::watched_through();
        let kept: Vec<Happened> = story.told.iter().take(cut).cloned().collect();
        let mut again = Story::of(story.opened.clone());
        for happened in &kept {
            again.watched.clone_from(&story.watched);
            prop_assert!(again.tell(&happened.at.date().to_string(), happened.by.clone(), happened.event.clone()).is_ok());
        }
        prop_assert_eq!(replay(&story.opened, &kept), Ok(again.case));
    }
}

/// The stories of these properties come everywhere: an invariant over what never happens would say nothing.
#[test]
fn stories_come_everywhere() {
    let mut runner = TestRunner::new(cases(1));
    let mut reached = BTreeSet::new();
    for _ in 0..4000 {
        let tries = tries().new_tree(&mut runner).expect("a value").current();
        reached.extend(told(&tries));
    }
    assert_eq!(reached, State::ALL.iter().copied().collect());
}
