//! The look: what pages are made of. Plain structs here, their markup in `templates/partials`, their style in
//! `assets/app.css`. It must not know a child, a rule or a right: a page hands it text that may be shown.
//!
//! How to write a page with it: `docs/how-to/add-a-screen.md`; every part in every state: [`style_page`].

mod bare;
mod case;
pub mod escape;
pub mod filters;
mod form;
mod list;
mod shell;
mod style;

pub use bare::{DemoRole, ErrorPage, GROUPS, SignIn};
pub use case::{CompareRow, Moment, Post, Step, StepState};
pub use form::{Choice, Errors};
pub use list::{Filter, FilterField, FilterKind, Head, Pager, Taking};
pub use shell::{Crumb, Empty, Link, MenuGroup, MenuItem, Shell, Stat, StateKind, Tab, Target};
pub use style::style_page;

/// How much something presses. Never the only sign: every use has words or an icon beside the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// 超期、出错、危险 — red, for nothing else.
    Late,
    /// 将到期、要留意 — amber.
    Due,
    /// 在校、已办、正常 — green.
    Good,
    /// No pressure — grey.
    #[default]
    Plain,
    /// 轮到你办 — the one blue.
    Act,
}

impl Tone {
    /// The class of the style sheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Due => "due",
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Act => "act",
        }
    }

    /// The icon that says the same without colour.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Late => "warn",
            Self::Due => "clock",
            Self::Good => "check",
            Self::Plain | Self::Act => "info",
        }
    }

    /// The tone of a deadline by the days left to it: late when past, due up to two days before and on the day.
    #[must_use]
    pub const fn of_days_left(days: i64) -> Self {
        match days {
            ..0 => Self::Late,
            0..=2 => Self::Due,
            _ => Self::Plain,
        }
    }
}
