//! `/register`: 点名 of a class on a phone, who is away, who is suspected of having dropped out (五(九)). What holds and who
//! may see it is decided in casework; `phone` is the page that also works without a network.

mod class;
mod lists;
mod phone;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/register", needs(Action::ReadRegister), lists::board),
        Route::get("/register/phone", Policy::Open, phone::page),
        Route::get("/register/{class}", needs(Action::ReadRegister), class::page),
        Route::post("/register/{class}", needs(Action::CallRegister), class::submit),
        Route::get("/absences", needs(Action::ReadAbsences), lists::absences),
        Route::get("/suspects", needs(Action::ReadSuspects), lists::suspects),
        Route::get("/sw.js", Policy::Open, phone::worker),
    ]
}
