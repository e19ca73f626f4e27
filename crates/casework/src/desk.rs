//! What a use case has before it: the transaction, who acts, when, the keys and the county's plan. One act is one
//! function that takes a desk; it never opens a transaction or reads a clock itself.

use jiff::{SignedDuration, Timestamp};
use rules::access::{Action, Actor, Grant, Post, Subject, may};
use rules::plan::Plan;

use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::keys::{Keys, Place};
use crate::now::Now;
use crate::refused::Refused;

/// How long a proof of identity counts for what needs one (step-up).
pub const CONFIRMED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The actor, with the posts held at this moment.
    pub actor: Actor,
    /// When identity was last proved.
    pub confirmed: Option<Timestamp>,
}

/// What a use case works with.
pub struct Desk<'a, 'tx> {
    /// The transaction: everything that an act writes, its audit row too.
    pub tx: &'a mut Tx<'tx>,
    /// Who acts.
    pub who: &'a SignedIn,
    /// When.
    pub now: &'a Now,
    /// Keys of the sealed fields.
    pub keys: &'a Keys,
    /// The county's plan.
    pub plan: &'a Plan,
}

impl<'a> Desk<'a, '_> {
    /// Who acts.
    #[must_use]
    pub const fn actor(&self) -> &'a Actor {
        &self.who.actor
    }

    /// Code of the county: the first part of every key.
    #[must_use]
    pub fn county(&self) -> &'a str {
        &self.who.actor.county
    }

    /// Decides whether the actor may do this; where the act asks for it, identity must have been proved shortly before.
    ///
    /// # Errors
    /// [`Refused::Denied`], [`Refused::StepUp`].
    pub fn require(
        &self,
        action: Action,
        subject: &Subject<'_>,
        named: (&'static str, &str),
    ) -> Result<Grant<'a>, Refused> {
        let grant = may(self.actor(), action, subject)
            .map_err(|denied| Refused::denied(denied.action, named.0, named.1))?;
        if action.needs_step_up() {
            self.proved(action)?;
        }
        Ok(grant)
    }

    /// Identity must have been proved shortly before: for an act that asks for it in one place and not in another.
    ///
    /// # Errors
    /// [`Refused::StepUp`].
    pub fn proved(&self, action: Action) -> Result<(), Refused> {
        let fresh = |at: Timestamp| self.now.timestamp().duration_since(at) <= CONFIRMED_FOR;
        if self.who.confirmed.is_some_and(fresh) { Ok(()) } else { Err(Refused::StepUp { action }) }
    }

    /// Puts the act on the record, in this transaction. `detail` must hold no personal field.
    ///
    /// # Errors
    /// [`Refused::Storage`].
    pub fn record(
        &mut self,
        action: Action,
        post: Option<&Post>,
        subject: (&str, &str),
        purpose: &str,
        detail: &str,
    ) -> Result<(), Refused> {
        audit::record(
            self.tx,
            self.now,
            &Entry { actor: &self.who.actor, post, action, subject, purpose, detail },
        )
    }

    /// Seals a personal field for its place.
    #[must_use]
    pub fn seal(&self, table: &str, column: &str, row: &str, plain: &str) -> Vec<u8> {
        let place = Place { county: self.county(), table, column, row };
        self.keys.seal(place, plain, self.now.random())
    }

    /// Opens a sealed field; an empty text where there is none.
    ///
    /// # Errors
    /// [`Refused::Fault`] when it was tampered with or its key is gone.
    pub fn open(
        &self,
        table: &str,
        column: &str,
        row: &str,
        sealed: Option<&[u8]>,
    ) -> Result<String, Refused> {
        let Some(sealed) = sealed else { return Ok(String::new()) };
        let place = Place { county: self.county(), table, column, row };
        Ok(self.keys.open(place, sealed)?)
    }

    /// The blind index of a value.
    #[must_use]
    pub fn index(&self, purpose: &str, plain: &str) -> String {
        self.keys.index(self.county(), purpose, plain)
    }
}
