//! The pages, one module for a thing that people work with. Each gives its rows of the route table; none reaches into
//! another; the API takes sign-ins and uploads by the same steps.

pub(crate) mod account;
mod accountability;
mod accounts;
mod address;
mod announcements;
mod assessments;
mod audit;
mod break_glass;
mod bulletins;
mod cases;
mod children;
mod codes;
mod comparison;
mod conference;
mod door;
mod exports;
mod families;
mod figures;
mod findings;
mod founding;
mod health;
pub(crate) mod imports;
mod inspections;
mod inviting;
mod jobs;
mod keys;
mod languages;
mod leader;
pub(crate) mod lessons;
mod library;
mod notices;
mod online;
pub(crate) mod pairs;
pub(crate) mod papers;
mod platform;
mod posts;
mod proofs;
mod public;
mod reach;
pub(crate) mod register;
mod regular;
pub(crate) mod requests;
mod safeguarding;
mod search;
mod season;
mod security;
pub(crate) mod sign_in;
mod sign_ins;
mod sign_on;
mod style;
mod tips;
mod today;
mod turnover;
mod units;
mod warnings;
mod ways;
mod works;

use crate::route::Route;

pub(crate) use requests::tone as request_tone;

/// Every route of the program, those of the JSON API too.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        crate::api::routes(),
        account::routes(),
        accountability::routes(),
        accounts::routes(),
        announcements::routes(),
        assessments::routes(),
        audit::routes(),
        break_glass::routes(),
        bulletins::routes(),
        cases::routes(),
        children::routes(),
        codes::routes(),
        comparison::routes(),
        conference::routes(),
        door::routes(),
        figures::routes(),
        families::routes(),
        languages::routes(),
        findings::routes(),
        health::routes(),
        imports::routes(),
        inviting::routes(),
        inspections::routes(),
        jobs::routes(),
        leader::routes(),
        keys::routes(),
        lessons::routes(),
        library::routes(),
        notices::routes(),
        online::routes(),
        papers::routes(),
        pairs::routes(),
        platform::routes(),
        posts::routes(),
        proofs::routes(),
        public::routes(),
        reach::routes(),
        register::routes(),
        regular::routes(),
        requests::routes(),
        safeguarding::routes(),
        search::routes(),
        season::routes(),
        security::routes(),
        sign_in::routes(),
        sign_ins::routes(),
        sign_on::routes(),
        style::routes(),
        tips::routes(),
        today::routes(),
        turnover::routes(),
        units::routes(),
        founding::routes(),
        warnings::routes(),
        ways::routes(),
        works::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
