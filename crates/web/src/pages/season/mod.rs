//! `/season`: 招生入学季, 五(八). The season by month; the sweep by village group; places; notices made, printed, delivered; who did not come; the two
//! transitions; deferrals. What may be done when is decided in `rules`.

mod board;
mod catchments;
mod deferrals;
mod missing;
mod notices;
mod one;
mod places;
mod print;
mod sweep;

use notices::tone;

use axum::http::StatusCode;
use casework::refused::Refused;
use rules::access::Action;

use crate::failed::Failed;
use crate::look::Errors;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/season", needs(Action::ReadSeason), board::page),
        Route::post("/season/open", needs(Action::PlanSeason), board::open),
        Route::get("/season/sweep", needs(Action::ReadSeason), sweep::level),
        Route::get("/season/sweep/{id}", needs(Action::ReadSeason), sweep::page),
        Route::post("/season/sweep/{id}", needs(Action::SweepSeason), sweep::enter),
        Route::get("/season/plan", needs(Action::ReadSeason), places::page),
        Route::post("/season/plan/{id}", needs(Action::PlanSeason), places::write),
        Route::get("/season/catchments", needs(Action::ReadSeason), catchments::page),
        Route::post("/season/catchments", needs(Action::PlanSeason), catchments::write)
            .body_limit(catchments::PASTED),
        Route::post("/season/catchments/file", needs(Action::PlanSeason), catchments::file)
            .body_limit(catchments::SENT),
        Route::get("/season/notices", needs(Action::ReadSeason), notices::page),
        Route::post("/season/notices", needs(Action::MakeNotices), notices::make),
        Route::get("/season/notices/print.zip", needs(Action::MakeNotices), print::zip),
        Route::get("/season/notices/in/{id}", needs(Action::ReadSeason), notices::group),
        Route::post("/season/notices/in/{id}", needs(Action::DeliverNotice), notices::deliver_all),
        Route::get("/season/notices/{id}", needs(Action::ReadSeason), one::page),
        Route::post("/season/notices/{id}/deliver", needs(Action::DeliverNotice), one::deliver),
        Route::post("/season/notices/{id}/fail", needs(Action::DeliverNotice), one::fail),
        Route::post("/season/notices/{id}/answer", needs(Action::DeliverNotice), one::answer),
        Route::get("/season/no-shows", needs(Action::ReadSeason), missing::no_shows),
        Route::get("/season/transitions", needs(Action::ReadSeason), missing::transitions),
        Route::post("/season/transitions/{id}", needs(Action::RecordLeaver), missing::record),
        Route::get("/season/deferrals", needs(Action::DecideDeferral), deferrals::page),
        Route::post("/season/deferrals/{id}", needs(Action::DecideDeferral), deferrals::decide),
        Route::get("/children/{id}/deferral", needs(Action::AskDeferral), deferrals::form),
        Route::post("/children/{id}/deferral", needs(Action::AskDeferral), deferrals::ask),
    ]
}

/// What a rule refused, and what to do.
struct Said {
    what: String,
    todo: String,
}

/// A refusal as a page shows it.
fn refused(failed: Failed) -> Result<(Option<Said>, Errors, StatusCode), Failed> {
    match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            let what = if basis.is_empty() { what.clone() } else { format!("{what}（{basis}）") };
            Ok((Some(Said { what, todo: todo.clone() }), Errors::new(), StatusCode::CONFLICT))
        }
        Refused::Changed { what } => {
            let said = Said { what: what.clone(), todo: "请看过最新内容再登记".to_owned() };
            Ok((Some(said), Errors::new(), StatusCode::CONFLICT))
        }
        _ => Ok((None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY)),
    }
}

/// A number of a form; what is not one is refused with words.
fn number(field: &'static str, text: &str) -> Result<u32, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().map_err(|_| Refused::field(field, "请写数字"))
}

/// A day of a form.
fn day(field: &'static str, text: &str) -> Result<jiff::civil::Date, Refused> {
    rules::date::parse_date(text.trim()).map_err(|_| Refused::field(field, "请写日期，如 2026-06-15"))
}
