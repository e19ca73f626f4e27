//! `/requests`: 部门协助. The inbox of a member unit, answered in two clicks; what a bureau, township or school has asked; the form for
//! asking; how the units answer. What may be asked and answered is the plan's, who reads what is casework's.

pub(crate) mod files;
mod inbox;
mod one;

use rules::access::Action;

pub(crate) use inbox::tone;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/requests", needs(Action::ReadRequests), inbox::page),
        Route::get("/requests/units", needs(Action::CountRequests), inbox::units),
        Route::get("/requests/{id}", needs(Action::ReadRequests), one::page),
        Route::post("/requests/{id}/answer", needs(Action::AnswerRequest), one::answer),
        Route::post("/requests/{id}/files", needs(Action::AnswerRequest), files::add).body_limit(files::MOST),
        Route::get("/requests/{id}/files/{file}", needs(Action::ReadRequests), files::file),
        Route::post("/requests/{id}/back", needs(Action::AnswerRequest), one::back),
        Route::post("/requests/{id}/withdraw", needs(Action::AskRequest), one::withdraw),
        Route::get("/children/{id}/request", needs(Action::AskRequest), one::asking),
        Route::post("/children/{id}/request", needs(Action::AskRequest), one::ask),
    ]
}
