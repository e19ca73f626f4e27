//! 四步法文书: what was made for a case and what can be made, the form of each paper, its seal, service and files, the 卷宗, the check page
//! behind a paper's QR code, and what a penalty rests on. What a paper needs and when is decided in `rules`.

mod check;
mod files;
mod ground;
mod make;
mod one;
mod scan;
mod shelf;

pub(crate) use files::file;

use axum::http::{HeaderMap, header};
use rules::access::Action;

use crate::app::App;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/cases/{id}/papers", needs(Action::ReadCase), shelf::page),
        Route::post("/cases/{id}/tracks", needs(Action::TakeStep), shelf::enter),
        Route::post("/cases/{id}/scans", needs(Action::TakeStep), scan::add).body_limit(scan::MOST),
        Route::get("/scans/{id}", needs(Action::ReadCase), scan::image),
        Route::post("/scans/{id}/void", needs(Action::TakeStep), scan::void),
        Route::post("/scans/{id}/looked", needs(Action::TakeStep), scan::looked),
        Route::get("/cases/{id}/file.pdf", needs(Action::MakePaper), files::bundle),
        Route::get("/cases/{id}/papers/{kind}", needs(Action::TakeStep), make::page),
        Route::post("/cases/{id}/papers/{kind}", needs(Action::TakeStep), make::make),
        Route::get("/cases/{id}/return-proof", needs(Action::ProveReturn), make::proof_page),
        Route::post("/cases/{id}/return-proof", needs(Action::ProveReturn), make::prove),
        Route::get("/papers/{id}", needs(Action::ReadCase), one::page),
        Route::post("/papers/{id}/stamp", needs(Action::TakeStep), one::stamp),
        Route::post("/papers/{id}/school-seal", needs(Action::ProveReturn), one::stamp),
        Route::post("/papers/{id}/serve", needs(Action::TakeStep), one::serve),
        Route::get("/papers/{id}/paper.pdf", needs(Action::MakePaper), files::pdf),
        Route::get("/papers/{id}/paper.docx", needs(Action::MakePaper), files::docx),
        Route::get("/check/{code}", Policy::Open, check::page),
        Route::get("/penalty", needs(Action::ReadCase), ground::page),
        Route::post("/penalty", needs(Action::DecideCase), ground::register),
        Route::post("/penalty/{id}/review", needs(Action::AgreeCase), ground::review),
        Route::post("/penalty/{id}/end", needs(Action::DecideCase), ground::end),
    ]
}

/// A rule's refusal, shown on the page.
pub(crate) struct Said {
    pub(crate) what: String,
    pub(crate) todo: String,
}

/// This installation's address as the reader's browser reached it: what the QR code of a paper leads to.
pub(super) fn address(app: &App, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let fits = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | ':' | '[' | ']');
    let host: String = host.chars().filter(|sign| fits(*sign)).take(200).collect();
    format!("{}://{host}", if app.https() { "https" } else { "http" })
}
