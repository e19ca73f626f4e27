//! The one integration-test binary of `web`: what holds for every page and asset, shown without a database.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test may stop at the first surprise, its helpers, too"
)]

mod api;
mod app;
mod assets_served;
mod canary;
mod case_papers;
mod comparing;
mod contrast;
mod escaping;
mod furnish;
mod hostile;
mod imports;
mod markup;
mod matrix;
mod matrix_fields;
mod matrix_page;
mod matrix_rows;
mod matrix_rows_api;
mod matrix_rows_season;
mod platform;
mod province;
mod registers;
mod samples;
mod schema;
mod season;
mod sizes;
mod sockets;
mod twice;
mod visits;
mod warnings;
#[cfg(test)]
mod words;
mod work;
mod works;

// The partials name these two from the crate that the template stands in.
use web::{assets, look};
