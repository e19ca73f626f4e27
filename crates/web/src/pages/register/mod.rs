//! `/register`: 点名 of a class on a phone, who is away, who is suspected of having dropped out (五(九)). What holds and who
//! may see it is decided in casework; `phone` is the page that also works without a network.

mod calendar;
mod child;
mod class;
mod lists;
mod phone;
mod reports;

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
        Route::post("/absences/export", needs(Action::ExportChildren), lists::export_absences),
        Route::get("/suspects", needs(Action::ReadSuspects), lists::suspects),
        Route::post("/suspects/export", needs(Action::ExportChildren), lists::export_suspects),
        Route::get("/children/{id}/absence", needs(Action::ReadSuspects), child::page),
        Route::post("/children/{id}/contacts", needs(Action::RecordVisit), child::contact),
        Route::post("/children/{id}/leave", needs(Action::RecordLeave), child::ask_leave),
        Route::get("/leave", needs(Action::ApproveLeave), child::waiting),
        Route::post("/leave/{id}/answer", needs(Action::ApproveLeave), child::answer_leave),
        Route::post("/leave/{id}/end", needs(Action::RecordLeave), child::end_leave),
        Route::post("/suspects/{id}/report", needs(Action::VerifyReport), reports::verify),
        Route::get("/reports", needs(Action::ReadSuspects), reports::list),
        Route::get("/reports/{id}", needs(Action::ReadSuspects), reports::one),
        Route::post("/reports/{id}/receive", needs(Action::ReceiveReport), reports::receive),
        Route::get("/school-days", needs(Action::ReadRegister), calendar::page),
        Route::post("/school-days", needs(Action::SetSchoolDays), calendar::change),
        Route::get("/sw.js", Policy::Open, phone::worker),
    ]
}
