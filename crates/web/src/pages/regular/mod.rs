//! `/regular`: 常态化报告 (四个一, 教基厅函〔2024〕15号): what one owes, one report from the draft to the frozen version, the board of a month with
//! its recheck, the visits of spring and autumn. Who reads what is casework's; no page here ranks a school (五(十二)).

mod board;
mod field;
mod files;
mod list;
mod one;

use rules::access::Action;
use rules::regular::{Handed, Stand};

use crate::look::Tone;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    let (read, write) = (needs(Action::ReadRegular), needs(Action::WriteRegular));
    let (recheck, review) = (needs(Action::RecheckRegular), needs(Action::ReviewRegular));
    vec![
        Route::get("/regular", read, list::page),
        Route::post("/regular", write, list::begin),
        Route::get("/regular/board", read, board::page),
        Route::post("/regular/board", recheck, board::nudge),
        Route::get("/regular/field", read, field::page),
        Route::post("/regular/field", recheck, field::draw),
        Route::post("/regular/field/visit", recheck, field::visit),
        Route::post("/regular/annex", needs(Action::ExportChildren), files::annex),
        Route::get("/regular/{id}", read, one::page),
        Route::post("/regular/{id}/redraft", write, one::redraft),
        Route::post("/regular/{id}/write", write, one::write),
        Route::post("/regular/{id}/submit", write, one::submit),
        Route::post("/regular/{id}/accept", review, one::accept),
        Route::post("/regular/{id}/return", review, one::give_back),
        Route::post("/regular/{id}/correct", write, one::correct),
        Route::post("/regular/{id}/recheck", recheck, one::recheck),
        Route::get("/regular/{id}/report.pdf", read, files::pdf),
        Route::get("/regular/{id}/report.docx", read, files::docx),
        Route::get("/regular/{id}/report.xlsx", read, files::xlsx),
    ]
}

/// The colour of a report.
const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Draft => Tone::Due,
        Stand::Submitted => Tone::Act,
        Stand::Returned => Tone::Late,
        Stand::Frozen => Tone::Good,
    }
}

/// The colour of a school's month.
const fn handed_tone(handed: Handed) -> Tone {
    match handed {
        Handed::InTime => Tone::Good,
        Handed::Late => Tone::Due,
        Handed::Returned | Handed::Open => Tone::Late,
    }
}
