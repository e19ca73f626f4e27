//! The scope of an actor as a predicate of the query: rows of `child_tie` (or `finding_tie`) by which the actor may
//! see a child at this moment. No query about children is without it.

use rules::access::{Action, Actor, Arm, Field, Sight, Tie, arms, sight};

use crate::db::Value;
use crate::now::Now;

/// The ways in which an actor reaches children for an action, as (unit, tie) pairs of `child_tie`.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    arms: Vec<Arm<'a>>,
    at: String,
}

impl<'a> Scope<'a> {
    /// The scope of `actor` for `action` at a moment; it may be empty, and then finds nothing.
    #[must_use]
    pub fn of(actor: &'a Actor, action: Action, now: &Now) -> Self {
        let mut arms = arms(actor, action);
        // Whoever sees the whole county needs no further tie to find a child.
        if arms.iter().any(|arm| arm.tie == Tie::County) {
            arms.retain(|arm| arm.tie == Tie::County);
        }
        arms.sort_by(|a, b| (a.to, a.tie).cmp(&(b.to, b.tie)));
        arms.dedup_by(|a, b| (a.to, a.tie) == (b.to, b.tie));
        Self { arms, at: now.stamp() }
    }

    /// Of these ways those by which a field of the child is seen whole.
    #[must_use]
    pub fn that_see(mut self, field: Field) -> Self {
        self.arms.retain(|arm| sight(arm.post.role, arm.tie, field) == Sight::Clear);
        self
    }

    /// Without those of one tie.
    #[must_use]
    pub fn but(mut self, tie: Tie) -> Self {
        self.arms.retain(|arm| arm.tie != tie);
        self
    }

    /// Whether nothing can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arms.is_empty()
    }

    /// Whether it reaches no more children than one school or some villages have, so that it is quicker to look them up than to go through what
    /// the county has.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let wide = |tie| matches!(tie, Tie::County | Tie::HomeTownship | Tie::SchoolTownship);
        !self.arms.iter().any(|arm| wide(arm.tie))
    }

    /// The arms: (unit or account, tie).
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, Tie)> + '_ {
        self.arms.iter().map(|arm| (arm.to, arm.tie))
    }

    /// The predicate over the columns `unit`, `tie`, `until_at` of the tie table under the name `alias`. Its parameters
    /// are pushed behind those that the query already has; an empty scope is never true.
    #[must_use]
    pub fn predicate(&self, alias: &str, params: &mut Vec<Value<'a>>) -> String {
        let arms: Vec<String> =
            self.arms.iter().map(|arm| reached(alias, arm.to, arm.tie, &self.at, params)).collect();
        if arms.is_empty() { "1 = 0".to_owned() } else { format!("({})", arms.join(" or ")) }
    }
}

/// That a row of the tie table under the name `alias` is the tie of `to`, and counts at the moment `at`: a granted tie
/// ends with its last moment, whether or not anybody has tidied it away. Standing ties have no end and are not asked for
/// one, so that their lists are read from the index alone.
pub(crate) fn reached<'a>(
    alias: &str,
    to: impl Into<Value<'a>>,
    tie: Tie,
    at: &str,
    params: &mut Vec<Value<'a>>,
) -> String {
    params.push(to.into());
    let unit = params.len();
    params.push(Value::from(tie.code()));
    let is = format!("{alias}.unit = ${unit} and {alias}.tie = ${}", params.len());
    if !tie.is_granted() {
        return format!("({is})");
    }
    params.push(Value::from(at.to_owned()));
    format!("({is} and ({alias}.until_at is null or {alias}.until_at > ${}))", params.len())
}
