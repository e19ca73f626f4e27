//! The ledger through its public face: who sees what, what moves, what comes back. On both engines.

mod acts;
mod merging;
mod moving;
mod narrowing;
mod nightly;
mod platforms;
mod reading;
mod searching;
mod special;
mod town;
