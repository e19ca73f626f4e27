//! Use cases: one public function is one action is one transaction. The only room that knows SQL; it knows no HTTP.
//!
//! A use case takes a [`desk::Desk`] (transaction, who, when, keys, plan) and returns what was done or a
//! [`refused::Refused`]. It asks [`rules::access`] first, limits every query by a [`scope::Scope`], and writes its row
//! of the record in the same transaction.

pub mod accountability;
pub mod accounts;
pub mod announcements;
pub mod attendance;
pub mod audit;
pub mod bulletins;
pub mod campaign;
pub mod cases;
pub mod codes;
pub mod compared;
pub mod conference;
pub mod db;
pub mod desk;
pub mod exports;
pub mod figures;
pub mod files;
pub mod imports;
pub mod inspections;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod lessons;
pub mod limit;
pub mod lists;
pub mod now;
pub mod once;
pub mod pairs;
pub mod papers;
pub mod password;
pub mod platform;
pub mod public;
pub mod reach;
pub mod refused;
pub mod regular;
pub mod requests;
pub mod reseal;
pub mod safeguarding;
pub mod scope;
pub mod search;
pub mod season;
pub mod seed;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod today;
pub mod totp;
pub mod turnover;
pub mod units;
mod unnamed;
pub mod vitals;
pub mod warnings;
pub mod ways;
pub mod works;
