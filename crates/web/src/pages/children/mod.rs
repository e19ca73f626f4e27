//! `/children`: the list of one's own children, a child's file, and what can be done with it; `/moves`: changes of the
//! roll that wait. What a reader may see is decided and masked in casework.

mod acts;
mod class;
mod edit;
mod file;
mod list;
mod merge;
mod moves;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/children", needs(Action::ListChildren), list::page),
        Route::post("/children/export", needs(Action::ExportChildren), list::export),
        Route::get("/children/new", needs(Action::WriteChild), edit::new_form),
        Route::post("/children/new", needs(Action::WriteChild), edit::add),
        Route::get("/children/elsewhere", needs(Action::RecordElsewhere), list::expiring),
        Route::get("/children/{id}", needs(Action::ReadChild), file::page),
        Route::post("/children/{id}/reveal", needs(Action::RevealField), file::reveal),
        Route::get("/children/{id}/looks", needs(Action::SeeWhoLooked), file::looks),
        Route::get("/children/{id}/edit", needs(Action::WriteChild), edit::form),
        Route::post("/children/{id}/edit", needs(Action::WriteChild), edit::correct),
        Route::post("/children/{id}/guardians", needs(Action::WriteChild), acts::add_guardian),
        Route::post("/children/{id}/guardians/{guardian}/end", needs(Action::WriteChild), acts::end_guardian),
        Route::post("/children/{id}/household", needs(Action::WriteChild), acts::household),
        Route::get("/children/{id}/groups", needs(Action::TagChild), acts::groups),
        Route::post("/children/{id}/groups", needs(Action::TagChild), acts::tag),
        Route::post("/children/{id}/groups/{fact}/end", needs(Action::TagChild), acts::untag),
        Route::get("/children/{id}/elsewhere", needs(Action::RecordElsewhere), acts::elsewhere),
        Route::post("/children/{id}/elsewhere", needs(Action::RecordElsewhere), acts::record_elsewhere),
        Route::post(
            "/children/{id}/elsewhere/{fact}/end",
            needs(Action::RecordElsewhere),
            acts::end_elsewhere,
        ),
        Route::get("/children/{id}/merge", needs(Action::MergeChildren), merge::page),
        Route::post("/children/{id}/merge", needs(Action::MergeChildren), merge::merge),
        Route::post("/children/{id}/unmerge", needs(Action::MergeChildren), merge::unmerge),
        Route::get("/children/{id}/move", needs(Action::StartRollMove), moves::form),
        Route::post("/children/{id}/move", needs(Action::StartRollMove), moves::start),
        Route::get("/moves", needs(Action::AnswerRollMove), moves::board),
        Route::post("/moves/{id}/agree", needs(Action::AnswerRollMove), moves::agree),
        Route::post("/moves/{id}/back", needs(Action::AnswerRollMove), moves::back),
        Route::post("/moves/{id}/withdraw", needs(Action::AnswerRollMove), moves::withdraw),
        Route::get("/children/{id}/class", needs(Action::ChangeClass), class::form),
        Route::post("/children/{id}/class", needs(Action::ChangeClass), class::start),
    ]
}
