//! `/comparison`: a campaign of 四查三比对 from opening to closing (五(四)): its board, the lists that it compares, its runs
//! and what came of each.

mod board;
mod lists;
mod runs;

use rules::access::Action;

use crate::route::{Policy, Route};
use crate::upload::UPLOAD;

pub(crate) fn routes() -> Vec<Route> {
    let read = Policy::Needs(Action::ReadFindings);
    let run = Policy::Needs(Action::RunComparison);
    vec![
        Route::get("/comparison", read, board::board),
        Route::post("/comparison", run, board::open),
        Route::post("/comparison/{id}/close", run, board::close),
        Route::get("/comparison/{id}/lists", run, lists::lists),
        Route::post("/comparison/{id}/lists", run, lists::upload).body_limit(UPLOAD),
        Route::post("/comparison/{id}/take", run, lists::take),
        Route::post("/comparison/{id}/drop", run, lists::drop_one),
        Route::get("/comparison/{id}/lists/{list}/errors.xlsx", run, lists::errors_file),
        Route::post("/comparison/{id}/runs", run, lists::ask),
        Route::get("/comparison/runs/{id}", read, runs::one),
        Route::post("/comparison/runs/{id}/cancel", run, runs::cancel),
        Route::get("/comparison/runs/{id}/files/{name}", Policy::Needs(Action::ExportFindings), runs::file),
    ]
}
