//! `/cases`: 个案. The county desk and everybody's list; one case with its one next act; a form for each move. What may be done
//! by whom is decided in casework, and the buttons come from the same rule.

mod forms;
mod list;
mod one;

pub(super) use one::days_left;
use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/cases", needs(Action::ReadCase), list::page),
        Route::get("/cases/{id}", needs(Action::ReadCase), one::page),
        Route::post("/cases/{id}/decide", needs(Action::DecideCase), one::decide),
        Route::post("/cases/{id}/order", needs(Action::AnswerOrder), one::order),
        Route::post("/cases/{id}/work", needs(Action::WorkCase), one::work),
        Route::post("/cases/{id}/step", needs(Action::TakeStep), one::step),
        Route::post("/cases/{id}/ask", needs(Action::AskCase), one::ask),
        Route::post("/cases/{id}/answer", needs(Action::AgreeCase), one::answer),
        Route::get("/children/{id}/case", needs(Action::OpenCase), one::opening),
        Route::post("/children/{id}/case", needs(Action::OpenCase), one::open),
    ]
}
