//! `/inspections`: draws, the checklist on a phone, findings until they are closed, the result for everybody (五(十二)); `/public/inspections` shows
//! what was published, without an account and without anything personal. What may be said is casework's.

mod findings;
mod list;
mod one;
mod place;
mod public;
mod result;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    let (read, inspect, sign) =
        (needs(Action::ReadInspections), needs(Action::Inspect), needs(Action::SignResult));
    vec![
        Route::get("/public/inspections", Policy::Open, public::page),
        Route::get("/inspections", read, list::page),
        Route::post("/inspections", inspect, list::begin),
        Route::get("/inspections/findings", read, findings::page),
        Route::get("/inspections/findings/{id}", read, findings::one),
        Route::post("/inspections/findings/{id}/report", needs(Action::Rectify), findings::report),
        Route::post("/inspections/findings/{id}/close", inspect, findings::close),
        Route::post("/inspections/findings/{id}/back", inspect, findings::back),
        Route::get("/inspections/{id}", read, one::page),
        Route::get("/inspections/{id}/places/{unit}", read, place::page),
        Route::post("/inspections/{id}/places/{unit}", inspect, place::tick),
        Route::post("/inspections/{id}/places/{unit}/findings", inspect, place::find),
        Route::get("/inspections/{id}/result", sign, result::page),
        Route::post("/inspections/{id}/result", sign, result::propose),
        Route::post("/inspections/{id}/results/{result}/publish", sign, result::publish),
        Route::post("/inspections/{id}/results/{result}/refuse", sign, result::refuse),
        Route::get("/inspections/{id}/results/{result}/paper.pdf", sign, result::pdf),
        Route::get("/inspections/{id}/results/{result}/paper.docx", sign, result::docx),
    ]
}
