//! The scope of an actor as a predicate of the query: rows of `child_tie` (or `finding_tie`) by which the actor may
//! see a child. No query about children is without it.

use rules::access::{Action, Actor, Arm, Tie, arms};

use crate::db::Value;

/// The ways in which an actor reaches children for an action, as (unit, tie) pairs of `child_tie`.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    arms: Vec<Arm<'a>>,
}

impl<'a> Scope<'a> {
    /// The scope of `actor` for `action`; it may be empty, and then finds nothing.
    #[must_use]
    pub fn of(actor: &'a Actor, action: Action) -> Self {
        let mut arms = arms(actor, action);
        // Whoever sees the whole county needs no further tie to find a child.
        if arms.iter().any(|arm| arm.tie == Tie::County) {
            arms.retain(|arm| arm.tie == Tie::County);
        }
        arms.sort_by(|a, b| (a.to, a.tie).cmp(&(b.to, b.tie)));
        arms.dedup_by(|a, b| (a.to, a.tie) == (b.to, b.tie));
        Self { arms }
    }

    /// Whether nothing can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.arms.is_empty()
    }

    /// The arms: (unit or account, tie).
    pub fn pairs(&self) -> impl Iterator<Item = (&'a str, Tie)> + '_ {
        self.arms.iter().map(|arm| (arm.to, arm.tie))
    }

    /// The predicate over the columns `unit`, `tie` of the tie table under the name `alias`. Its parameters are
    /// pushed behind those that the query already has; an empty scope is never true.
    #[must_use]
    pub fn predicate(&self, alias: &str, params: &mut Vec<Value<'a>>) -> String {
        if self.arms.is_empty() {
            return "1 = 0".to_owned();
        }
        let mut any = Vec::with_capacity(self.arms.len());
        for arm in &self.arms {
            params.push(Value::from(arm.to));
            let unit = params.len();
            params.push(Value::from(arm.tie.code()));
            any.push(format!("({alias}.unit = ${unit} and {alias}.tie = ${})", params.len()));
        }
        format!("({})", any.join(" or "))
    }
}
