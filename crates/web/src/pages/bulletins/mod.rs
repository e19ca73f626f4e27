//! `/bulletins`: 通报 from draft to number, with the word of the named unit (五(七)); `/public/bulletins` shows what was approved for everybody, without
//! an account. What may be said of whom, and by whom it is approved, is casework's; no page puts one school above another.

mod acts;
mod list;
mod one;
mod public;

use rules::access::Action;

use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    let (read, draft, sign) =
        (needs(Action::ReadBulletins), needs(Action::DraftBulletin), needs(Action::SignBulletin));
    vec![
        Route::get("/public/bulletins", Policy::Open, public::page),
        Route::get("/bulletins", read, list::page),
        Route::post("/bulletins", draft, list::begin),
        Route::get("/bulletins/{id}", read, one::page),
        Route::post("/bulletins/{id}/points", draft, acts::add),
        Route::post("/bulletins/{id}/points/{number}/withdraw", draft, acts::withdraw),
        Route::post("/bulletins/{id}/points/{number}/reply", needs(Action::ReplyBulletin), acts::reply),
        Route::post("/bulletins/{id}/send", draft, acts::send),
        Route::post("/bulletins/{id}/drop", draft, acts::drop_it),
        Route::post("/bulletins/{id}/approve", sign, acts::approve),
        Route::post("/bulletins/{id}/back", sign, acts::back),
        Route::post("/bulletins/{id}/issue", draft, acts::issue),
        Route::post("/bulletins/{id}/amend", draft, acts::amend),
        Route::get("/bulletins/{id}/paper.pdf", read, acts::pdf),
        Route::get("/bulletins/{id}/paper.docx", read, acts::docx),
    ]
}
