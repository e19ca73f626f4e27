//! `/register`: 点名 of a class on a phone, who is away, who is suspected of having dropped out (五(九)). What holds and who
//! may see it is decided in casework; `phone` is the page that also works without a network.

mod calendar;
mod calling;
mod child;
mod class;
mod lists;
mod papers;
mod phone;
mod province;
mod reports;
mod samples;

use rules::access::Action;

pub(crate) use papers::unmade;

use crate::route::{Policy, Route};

pub(crate) use province::{REQUEST, errors_file, looked_at};

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
        Route::get("/reports/{id}/report.pdf", needs(Action::MakePaper), papers::pdf),
        Route::get("/reports/{id}/report.docx", needs(Action::MakePaper), papers::docx),
        Route::post("/reports/{id}/receive", needs(Action::ReceiveReport), reports::receive),
        Route::get("/school-days", needs(Action::ReadRegister), calendar::page),
        Route::post("/school-days", needs(Action::SetSchoolDays), calendar::change),
        Route::post("/school-days/markets", needs(Action::SetSchoolDays), calendar::market),
        Route::get("/samples", needs(Action::CountSample), samples::list),
        Route::post("/samples", needs(Action::DrawSample), samples::draw),
        Route::get("/samples/{id}", needs(Action::CountSample), samples::one),
        Route::get("/samples/{id}/pool.csv", needs(Action::CountSample), samples::pool_file),
        Route::get("/samples/{id}/classes/{class}", needs(Action::CountSample), samples::count),
        Route::post("/samples/{id}/classes/{class}", needs(Action::CountSample), samples::counted),
        Route::get("/calling", needs(Action::SetRegister), calling::list),
        Route::get("/calling/{school}", needs(Action::SetRegister), calling::page),
        Route::post("/calling/{school}", needs(Action::SetRegister), calling::set),
        Route::get("/province", needs(Action::ImportAttendance), province::list),
        Route::post("/province", needs(Action::ImportAttendance), province::upload)
            .body_limit(province::REQUEST),
        Route::get("/province/differences", needs(Action::ImportAttendance), province::differences),
        Route::post(
            "/province/differences/{child}/{day}",
            needs(Action::ReconcileAttendance),
            province::decide,
        ),
        Route::get("/province/{id}", needs(Action::ImportAttendance), province::one),
        Route::get("/province/{id}/errors.xlsx", needs(Action::ImportAttendance), province::errors_file),
        Route::post("/province/{id}/apply", needs(Action::ImportAttendance), province::apply),
        Route::post("/province/{id}/drop", needs(Action::ImportAttendance), province::drop_one),
        Route::post("/province/{id}/undo", needs(Action::ImportAttendance), province::undo),
        Route::get("/sw.js", Policy::Open, phone::worker),
    ]
}
