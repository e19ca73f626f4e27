//! `/pairs`, `/visits`: 结对包保. The board of who is paired with whom and who was not visited in time; pairing one child; the
//! cadre's own list for the way and the form of a visit, which a phone keeps, too (`register/phone`).

mod board;
mod pair;
mod pocket;
mod visit;

use rules::access::Action;

use crate::route::{Policy, Route};
pub(crate) use visit::{Fields, PHOTO};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/pairs", needs(Action::ReadCase), board::page),
        Route::get("/children/{id}/pair", needs(Action::PairChild), pair::page),
        Route::post("/children/{id}/pair", needs(Action::PairChild), pair::change),
        Route::get("/visits", needs(Action::WorkCase), pocket::page),
        Route::get("/children/{id}/visit", needs(Action::WorkCase), visit::page),
        Route::post("/children/{id}/visit", needs(Action::WorkCase), visit::write),
        Route::get("/visits/{id}/photo", needs(Action::ReadCase), visit::photo),
    ]
}
