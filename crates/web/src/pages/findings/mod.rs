//! `/findings`: the workbench of 四查三比对 (五(四)): what was found, one finding after the other with both sides and the
//! reasons, decided with one key, handed over one by one or all that a filter finds.

mod acts;
mod bulk;
mod list;
mod one;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let read = Policy::Needs(Action::ReadFindings);
    let assign = Policy::Needs(Action::AssignFinding);
    vec![
        Route::get("/findings", read, list::list),
        Route::post("/findings/export", Policy::Needs(Action::ExportFindings), list::export),
        Route::get("/findings/bulk", assign, bulk::page),
        Route::post("/findings/bulk/assign", assign, bulk::assign),
        Route::post("/findings/bulk/remind", assign, bulk::remind),
        Route::get("/findings/{id}", read, one::one),
        Route::post("/findings/{id}/decide", Policy::Needs(Action::DecideFinding), acts::decide),
        Route::post("/findings/{id}/reopen", Policy::Needs(Action::DecideFinding), acts::reopen),
        Route::post("/findings/{id}/assign", assign, acts::assign),
        Route::post("/findings/{id}/report", Policy::Needs(Action::ReportFinding), acts::report),
    ]
}
