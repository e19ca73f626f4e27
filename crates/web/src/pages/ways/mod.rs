//! `/ways`: 上学路程, 学位和床位, 校点撤并研究 (四(四)(六), 五(五)). Whose way is hard, by township and by name; the table that is pasted; places and
//! beds; and what closing a school point would do to whom. It draws no map and ranks no school.

mod list;
mod paste;
mod studies;
mod study;

use casework::refused::Refused;
use rules::access::{Action, Subject, may};

use crate::failed::Failed;
use crate::look::{Errors, Tab};
use crate::route::Route;
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    [list::routes(), paste::routes(), studies::routes(), study::routes()].into_iter().flatten().collect()
}

fn can(session: &Session, action: Action) -> bool {
    may(&session.who().actor, action, &Subject::Nothing).is_ok()
}

/// The parts of these pages that the reader may open.
fn tabs(session: &Session, current: &str) -> Vec<Tab> {
    [
        ("上学路程", "/ways", Action::ReadWays),
        ("学位和床位", "/ways/places", Action::ReadWays),
        ("撤并研究", "/ways/studies", Action::ReadClosures),
    ]
    .into_iter()
    .filter(|(.., action)| can(session, *action))
    .map(|(label, href, _)| Tab {
        label: label.to_owned(),
        href: href.to_owned(),
        count: None,
        current: href == current,
    })
    .collect()
}

/// What a count is shown as that may not be told.
fn few(count: Option<u32>) -> String {
    count.map_or_else(|| "不足5或不列".to_owned(), |count| count.to_string())
}

/// What a form says above itself: the rule that forbids with what to do instead, or the fields to correct.
type Said = (Option<(String, String)>, Errors);

/// Why a form could not be taken; everything that is no matter of the form is given back.
fn said(failed: Failed) -> Result<Said, Failed> {
    let rule = match failed.refused() {
        Refused::Rule { what, basis, todo } => Some((format!("{what}（{basis}）"), todo.clone())),
        Refused::Changed { what } => Some((what.clone(), "请看过最新内容再办".to_owned())),
        _ => None,
    };
    match rule {
        Some(rule) => Ok((Some(rule), Errors::new())),
        None => Ok((None, failed.errors()?)),
    }
}
