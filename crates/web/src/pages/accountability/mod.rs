//! `/accountability`: 问责 files, for the office of the inspection committee, the task force's leader and whoever leads the unit (五(七), 六(四)). Nothing
//! here weighs or decides; what was decided elsewhere is written down.

mod acts;
mod list;
mod one;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    let (read, keep) = (needs(Action::ReadAccountability), needs(Action::KeepAccountability));
    let state = needs(Action::StateAccountability);
    vec![
        Route::get("/accountability", read, list::page),
        Route::post("/accountability", keep, list::open),
        Route::get("/accountability/{id}", read, one::page),
        Route::post("/accountability/{id}/state", state, acts::state),
        Route::post("/accountability/{id}/silent", keep, acts::silent),
        Route::post("/accountability/{id}/decide", needs(Action::DecideAccountability), acts::decide),
        Route::post("/accountability/{id}/mend", state, acts::mend),
        Route::post("/accountability/{id}/accept", keep, acts::accept),
        Route::post("/accountability/{id}/back", keep, acts::back),
        Route::get("/accountability/{id}/notice.pdf", read, acts::pdf),
        Route::get("/accountability/{id}/notice.docx", read, acts::docx),
    ]
}
