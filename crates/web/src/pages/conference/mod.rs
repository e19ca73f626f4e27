//! `/conference`, `/tasks`, `/duties`: 联席会议 with agenda, minutes and decisions; the tasks of one's own unit; the duty list with its proofs. Who
//! reads what, and how small numbers are told, is casework's; nothing here names a child but the list of late cases of the office.

mod duties;
mod files;
mod list;
mod one;
mod papers;
mod tasks;

use axum::http::StatusCode;
use casework::refused::Refused;
use rules::access::Action;

use crate::failed::Failed;
use crate::look::Errors;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    let (read, keep) = (needs(Action::ReadConference), needs(Action::KeepConference));
    vec![
        Route::get("/conference", read, list::page),
        Route::post("/conference", needs(Action::CallConference), list::call),
        Route::get("/conference/{id}", read, one::page),
        Route::post("/conference/{id}/items", keep, one::add_item),
        Route::post("/conference/{id}/fix", keep, one::fix),
        Route::post("/conference/{id}/hold", keep, one::hold),
        Route::post("/conference/{id}/decisions", keep, one::decide),
        Route::post("/conference/{id}/decisions/{task}/drop", keep, one::drop_decision),
        Route::post("/conference/{id}/close", keep, one::close),
        Route::get("/conference/{id}/agenda.pdf", read, papers::agenda_pdf),
        Route::get("/conference/{id}/agenda.docx", read, papers::agenda_docx),
        Route::get("/conference/{id}/minutes.pdf", read, papers::minutes_pdf),
        Route::get("/conference/{id}/minutes.docx", read, papers::minutes_docx),
        Route::get("/tasks", needs(Action::ReadTasks), tasks::page),
        Route::get("/tasks/{id}", needs(Action::ReadTasks), tasks::one),
        Route::post("/tasks/{id}/report", needs(Action::ReportTask), tasks::report),
        Route::post("/tasks/{id}/file", needs(Action::ReportTask), files::to_task).body_limit(files::MOST),
        Route::get("/proof-files/{id}", needs(Action::ReadTasks), files::get),
        Route::post("/tasks/{id}/accept", needs(Action::AcceptTask), tasks::accept),
        Route::post("/tasks/{id}/back", needs(Action::AcceptTask), tasks::back),
        Route::get("/duties", needs(Action::ReadTasks), duties::page),
        Route::get("/duties/{clause}", needs(Action::ReadTasks), duties::one),
        Route::post("/duties/{clause}", needs(Action::ReportTask), duties::prove),
        Route::post("/duties/{clause}/proofs/{proof}/file", needs(Action::ReportTask), files::to_duty)
            .body_limit(files::MOST),
    ]
}

/// What was refused, above the form with what was typed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) said: Option<Said>,
    pub(crate) errors: Errors,
    pub(crate) status: StatusCode,
}

/// A rule's refusal, shown on the page.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) what: String,
    pub(crate) todo: String,
}

/// What a form shows of a refusal; everything else is given back.
pub(crate) fn told(failed: Failed) -> Result<Told, Failed> {
    match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            let what = if basis.is_empty() { what.clone() } else { format!("{what}（{basis}）") };
            let said = Some(Said { what, todo: todo.clone() });
            Ok(Told { said, errors: Errors::new(), status: StatusCode::CONFLICT })
        }
        _ => Ok(Told { said: None, errors: failed.errors()?, status: StatusCode::UNPROCESSABLE_ENTITY }),
    }
}
