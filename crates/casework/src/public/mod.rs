//! The public, 四(二十)(二十一): what somebody without an account tells, asks and answers, and what officers do with it. Nothing here tells
//! a visitor whether a child, a unit's account or a code exists; who wrote is sealed apart. Why it is so: docs/adr/0031-public.md.

mod daily;
pub mod family;
mod form;
pub mod tips;
pub mod words;

pub use daily::nightly;
pub use form::{Places, Ticket, places, ticket};

use rules::access::{Action, Actor};

use crate::desk::SignedIn;

/// In whose name what has no account stands on the record.
pub const VISITOR: &str = "public";

/// Somebody who is not signed in: holds no post, may nothing but what is open to all.
#[must_use]
pub fn visitor(county: &str) -> SignedIn {
    SignedIn {
        actor: Actor {
            county: county.to_owned(),
            account: VISITOR.to_owned(),
            session: String::new(),
            name: "群众".to_owned(),
            posts: Vec::new(),
            only: None,
        },
        confirmed: None,
    }
}

/// Units at which the actor may do it.
fn own_units(actor: &Actor, action: Action) -> Vec<&str> {
    let may = |post: &&rules::access::Post| action.policy(post.role, post.standing).is_some();
    let mut units: Vec<&str> = actor.posts.iter().filter(may).map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// Every unit at which the actor has a post.
fn all_units(actor: &Actor) -> Vec<&str> {
    let mut units: Vec<&str> = actor.posts.iter().map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    units
}
