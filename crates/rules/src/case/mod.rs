//! 个案: from the first doubt to a child who stays (五(三)(六)(九)(十)(十一)). One state machine: what happened is a list of
//! [`Event`]s, a [`Case`] is what follows from them, and from the same value follow exactly one unit that must act, one
//! next act and one deadline ([`duty()`]). Why it is so: `docs/adr/0020-the-case.md`.
//!
//! Beside it, each usable alone: who must persuade ([`persuader`]), the four steps ([`ladder`]) with their papers ([`paper`]), legal periods
//! ([`period`]) and service ([`service`]), the penalty's gate ([`penalty`]), deferral and suspension ([`pause`]), the grade
//! after time away ([`grade`]) and what the register says of a return ([`watch`]).

mod apply;
mod duty;
mod event;
pub mod grade;
pub mod ladder;
pub mod paper;
pub mod pause;
pub mod penalty;
pub mod period;
mod permit;
pub mod persuader;
mod refused;
pub mod service;
mod state;
pub mod watch;

pub use apply::{Change, Unfit, apply, replay};
pub use duty::{Act, Duty, Party, duty, escalates};
pub use event::{Ask, By, Event, Facts, Ground, Happened, Kind, Person, Visit};
pub use permit::{allowed, is_scored};
pub use refused::Refused;
pub use state::{Asked, Case, End, Exemption, Open, Order, Stage, State};
