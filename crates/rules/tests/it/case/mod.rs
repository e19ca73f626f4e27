//! The case (issue 5; hazards B): one builder of stories, and the tables and properties that tell them.

mod courts;
mod gates;
mod histories;
mod moves;
mod papers;
mod periods;
mod properties;
mod watching;

use jiff::civil::{Date, DateTime};
use rules::access::Role;
use rules::case::ladder::Taken;
use rules::case::persuader::{Persuader, Places, Where, persuader};
use rules::case::watch::{Seen, Watched};
use rules::case::{
    Act, Ask, By, Case, Duty, Event, Facts, Happened, Party, Person, Refused, State, Visit, apply, replay,
};
use rules::plan::{LegalStepKind, Plan};

use crate::nanjian::PLAN;

/// A day as it is written.
pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// Ten o'clock on a day.
pub(crate) fn at(text: &str) -> DateTime {
    day(text).at(10, 0, 0, 0)
}

pub(crate) fn person(account: &str, unit: &str, role: Role) -> By {
    By::Person(Person { account: account.to_owned(), unit: unit.to_owned(), role })
}

pub(crate) fn bureau() -> By {
    person("bureau-1", "bureau", Role::Bureau)
}

pub(crate) fn colleague() -> By {
    person("bureau-2", "bureau", Role::Bureau)
}

pub(crate) fn township() -> By {
    person("town-1", "t1", Role::Township)
}

pub(crate) fn head() -> By {
    person("head-1", "s1", Role::Head)
}

pub(crate) fn director() -> By {
    person("director-1", "office", Role::Director)
}

pub(crate) fn words() -> String {
    "家访核实，孩子在家".to_owned()
}

/// A child with 户籍 in township t1.
pub(crate) fn of_t1() -> Persuader {
    let here = || Where::Here("t1".to_owned());
    persuader(&Places { household: here(), school: here(), home: Where::Unknown }).expect("a persuader")
}

pub(crate) fn confirm() -> Event {
    Event::Confirm { words: words() }
}

pub(crate) fn dispatch(unit: &str) -> Event {
    Event::Dispatch { unit: unit.to_owned() }
}

pub(crate) fn visit(on: &str, met: bool) -> Event {
    Event::Visit(Visit { on: day(on), met, paired: false, next: None, words: words() })
}

/// A visit at which the next one was agreed on.
pub(crate) fn agreed(on: &str, met: bool, next: &str) -> Event {
    Event::Visit(Visit { on: day(on), met, paired: false, next: Some(day(next)), words: words() })
}

pub(crate) fn help(on: &str) -> Event {
    Event::Help { code: "money".to_owned(), on: day(on), words: words() }
}

pub(crate) fn step(step: LegalStepKind, on: &str, until: Option<&str>) -> Event {
    Event::Step { taken: Taken { step, on: day(on), until: until.map(day) }, ground: None, words: words() }
}

pub(crate) fn skip(step: LegalStepKind) -> Event {
    Event::Skip { step, words: "没有登记处罚依据，改为起诉".to_owned() }
}

pub(crate) fn back(on: &str) -> Event {
    Event::Return { school: "s1".to_owned(), on: day(on) }
}

pub(crate) fn place(on: &str) -> Event {
    Event::Place {
        placement: "regular_class".to_owned(),
        school: "s1".to_owned(),
        on: day(on),
        words: words(),
    }
}

pub(crate) fn ask(ask: Ask) -> Event {
    Event::Ask { ask, words: words() }
}

/// A register with the same mark on each school day between two days.
pub(crate) fn register(plan: &Plan, from: &str, to: &str, seen: Seen) -> Watched {
    let days = day(from).series(jiff::ToSpan::days(1)).take_while(|on| *on <= day(to));
    let lessons = |on: &Date| plan.calendar().day(*on).expect("a known day").is_teaching();
    Watched { days: days.filter(lessons).map(|on| (on, seen)).collect() }
}

/// A case while it is told, with what has been told.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) plan: &'static Plan,
    pub(crate) opened: Case,
    pub(crate) case: Case,
    pub(crate) duty: Option<Duty>,
    pub(crate) told: Vec<Happened>,
    pub(crate) persuader: Option<Persuader>,
    pub(crate) watched: Option<Watched>,
}

impl Story {
    pub(crate) fn new(on: &str) -> Self {
        Self::of(Case::open(at(on), None))
    }

    pub(crate) fn of(opened: Case) -> Self {
        let case = opened.clone();
        Self {
            plan: &PLAN,
            opened,
            case,
            duty: None,
            told: Vec::new(),
            persuader: Some(of_t1()),
            watched: None,
        }
    }

    /// Tells what happened, at ten o'clock of that day.
    pub(crate) fn tell(&mut self, on: &str, by: By, event: Event) -> Result<State, Refused> {
        let happened = Happened { event, by, at: at(on) };
        let facts =
            Facts { plan: self.plan, persuader: self.persuader.as_ref(), watched: self.watched.as_ref() };
        let change = apply(&self.case, &happened, &facts)?;
        self.case = change.case;
        self.duty = change.duty;
        self.told.push(happened);
        Ok(self.case.state())
    }

    /// Tells it and expects where the case then stands.
    pub(crate) fn then(mut self, on: &str, by: By, event: Event, state: State) -> Self {
        let kind = event.kind();
        let now = self.tell(on, by, event).unwrap_or_else(|refused| panic!("{kind} on {on}: {refused}"));
        assert_eq!(now, state, "{kind} on {on}");
        self
    }

    /// Whose turn it is now, what, until when.
    pub(crate) fn turn(self, who: Party, act: Act, due: &str) -> Self {
        let duty = self.duty.clone().expect("an open case has a duty");
        assert_eq!((duty.who, duty.act, duty.due.to_string().as_str()), (who, act, due), "{}", duty.basis);
        assert!(!duty.basis.is_empty());
        self
    }

    /// It is refused, with that in the rule or what to do, and that clause or article.
    pub(crate) fn not(mut self, on: &str, by: By, event: Event, what: &str, basis: &str) -> Self {
        let kind = event.kind();
        let before = self.case.clone();
        let refused = self.tell(on, by, event).expect_err(&format!("{kind} on {on} is not refused"));
        assert!(refused.to_string().contains(what), "{kind} on {on}: {refused}");
        assert!(refused.basis.contains(basis), "{kind} on {on}: {refused}");
        assert!(!refused.todo.is_empty(), "{kind} on {on}: {refused}");
        assert_eq!(self.case, before);
        self
    }

    /// With that register from now on.
    pub(crate) fn seen(mut self, watched: Watched) -> Self {
        self.watched = Some(watched);
        self
    }

    /// Verified, ordered, received, visited: 2 to 6 March 2026.
    pub(crate) fn persuading() -> Self {
        Self::new("2026-03-02")
            .then("2026-03-02", bureau(), confirm(), State::Confirmed)
            .then("2026-03-03", bureau(), dispatch("t1"), State::Dispatched)
            .then("2026-03-04", township(), Event::Receive, State::Accepted)
            .then("2026-03-06", township(), visit("2026-03-06", true), State::Persuading)
    }

    /// Back since 9 March and shown by the register from there on.
    pub(crate) fn observing() -> Self {
        Self::persuading()
            .then("2026-03-09", township(), back("2026-03-09"), State::Returned)
            .then("2026-03-10", bureau(), place("2026-03-09"), State::Placed)
            .seen(register(&PLAN, "2026-03-09", "2026-09-30", Seen::Came))
            .then("2026-03-20", By::Program, Event::Prove { from: day("2026-03-09") }, State::Observing)
    }

    /// Through all looks.
    pub(crate) fn watched_through() -> Self {
        let look = |on: &str| Event::Check { clean: true, on: day(on) };
        Self::observing()
            .then("2026-04-08", By::Program, look("2026-04-08"), State::Observing)
            .then("2026-06-07", By::Program, look("2026-06-07"), State::Observing)
            .then("2026-09-05", By::Program, look("2026-09-05"), State::Observing)
    }

    /// What was kept makes the same case.
    pub(crate) fn kept(&self) {
        assert_eq!(replay(&self.opened, &self.told), Ok(self.case.clone()));
    }
}
