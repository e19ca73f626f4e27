//! The pages, one module for a thing that people work with. Each gives its rows of the route table; none reaches into
//! another.

mod health;
mod notices;
mod search;
mod sign_in;
mod style;
mod today;
mod units;

use crate::route::Route;

/// Every route of the program.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        health::routes(),
        notices::routes(),
        search::routes(),
        sign_in::routes(),
        style::routes(),
        today::routes(),
        units::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
