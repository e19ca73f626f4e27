//! The one integration-test binary of `web`: what holds for every page and asset, shown without a database.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may stop at the first surprise, its helpers, too"
)]

mod again;
mod again_rooms;
mod api;
mod app;
mod assets_served;
mod bulletin;
mod canary;
mod case_papers;
mod cases_api;
mod comparing;
mod contrast;
mod council;
mod escaping;
mod figures;
mod furnish;
mod hostile;
mod imports;
mod keys;
mod markup;
mod matrix;
mod matrix_fields;
mod matrix_page;
mod matrix_rows;
mod matrix_rows_api;
mod matrix_rows_bulletin;
mod matrix_rows_council;
mod matrix_rows_figures;
mod matrix_rows_public;
mod matrix_rows_reports;
mod matrix_rows_rest;
mod matrix_rows_season;
mod matrix_rows_turnover;
mod matrix_rows_ways;
mod platform;
mod province;
mod public;
mod reach;
mod registers;
mod regular;
mod requests;
mod samples;
mod schema;
mod season;
mod sign_on;
mod sign_on_provider;
mod sizes;
mod sockets;
mod twice;
mod visits;
mod warnings;
mod ways;
#[cfg(test)]
mod words;
mod work;
mod works;

// The partials name these two from the crate that the template stands in.
use web::{assets, look};
