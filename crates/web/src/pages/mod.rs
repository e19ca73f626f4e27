//! The pages, one module for a thing that people work with. Each gives its rows of the route table; none reaches into
//! another; the API takes sign-ins and uploads by the same steps.

pub(crate) mod account;
mod accounts;
mod address;
mod announcements;
mod audit;
mod break_glass;
mod cases;
mod children;
mod codes;
mod comparison;
mod door;
mod exports;
mod findings;
mod founding;
mod health;
pub(crate) mod imports;
mod jobs;
mod keys;
mod lessons;
mod notices;
mod online;
pub(crate) mod pairs;
mod papers;
mod platform;
mod posts;
mod proofs;
mod reach;
pub(crate) mod register;
mod requests;
mod safeguarding;
mod search;
mod security;
pub(crate) mod sign_in;
mod sign_ins;
mod style;
mod today;
mod units;
mod warnings;
mod works;

use crate::route::Route;

pub(crate) use requests::tone as request_tone;

/// Every route of the program, those of the JSON API too.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        crate::api::routes(),
        account::routes(),
        accounts::routes(),
        announcements::routes(),
        audit::routes(),
        break_glass::routes(),
        cases::routes(),
        children::routes(),
        codes::routes(),
        comparison::routes(),
        door::routes(),
        findings::routes(),
        health::routes(),
        imports::routes(),
        jobs::routes(),
        keys::routes(),
        lessons::routes(),
        notices::routes(),
        online::routes(),
        papers::routes(),
        pairs::routes(),
        platform::routes(),
        posts::routes(),
        proofs::routes(),
        reach::routes(),
        register::routes(),
        requests::routes(),
        safeguarding::routes(),
        search::routes(),
        security::routes(),
        sign_in::routes(),
        sign_ins::routes(),
        style::routes(),
        today::routes(),
        units::routes(),
        founding::routes(),
        warnings::routes(),
        works::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
