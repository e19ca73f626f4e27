//! The JSON API, `/api/v1`: the pages' use cases for programs. One file is one resource, its rows of the route table
//! above its handlers; what every answer has in common stands in `take`, `give`, `problem` and `cursor`.

mod audit;
mod bulletins;
mod cases;
mod children;
mod comparisons;
mod cursor;
mod figures;
mod findings;
mod give;
mod imports;
mod lessons;
mod me;
mod moves;
mod openapi;
mod papers;
mod phone;
mod problem;
mod province;
mod registers;
mod regular;
mod requests;
mod session;
mod take;
mod units;
mod visits;

pub use openapi::openapi;
pub(crate) use problem::speak;

use crate::route::Route;

/// The API's rows of the route table.
pub(crate) fn routes() -> Vec<Route> {
    [
        openapi::routes(),
        session::routes(),
        me::routes(),
        children::routes(),
        units::routes(),
        moves::routes(),
        registers::routes(),
        phone::routes(),
        province::routes(),
        visits::routes(),
        lessons::routes(),
        imports::routes(),
        comparisons::routes(),
        findings::routes(),
        cases::routes(),
        requests::routes(),
        papers::routes(),
        figures::routes(),
        bulletins::routes(),
        regular::routes(),
        audit::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A code with the words that people know it by.
#[derive(serde::Serialize, utoipa::ToSchema)]
struct Coded {
    /// Code.
    code: &'static str,
    /// Words.
    label: &'static str,
}
