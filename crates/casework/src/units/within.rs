//! How far a right over units reaches, as a predicate for lists: the whole county, one's own units, or those below them. It
//! decides nothing itself: [`rules::access`] does. Of children see [`crate::scope`].

use rules::access::{Action, Actor, Reach};

use crate::db::Value;

/// The predicate "the unit in `column` is one that the actor reaches for `action`", its parameters behind those that
/// the query already has. `$1` of the query must be the county. Whoever reaches nothing finds nothing.
pub(crate) fn within<'a>(
    actor: &'a Actor,
    action: Action,
    column: &str,
    params: &mut Vec<Value<'a>>,
) -> String {
    let mut own = Vec::new();
    let mut below = Vec::new();
    for post in &actor.posts {
        match action.policy(post.role, post.standing) {
            Some(Reach::County) => return "1 = 1".to_owned(),
            Some(Reach::UnitsBelow) => below.push(post.unit.as_str()),
            Some(Reach::OwnUnit) => own.push(post.unit.as_str()),
            Some(Reach::Children) | None => {}
        }
    }
    let mut places = |units: &[&'a str]| {
        let places: Vec<String> = units
            .iter()
            .map(|unit| {
                params.push(Value::from(*unit));
                format!("${}", params.len())
            })
            .collect();
        places.join(", ")
    };
    let mut any = Vec::new();
    if !own.is_empty() {
        any.push(format!("{column} in ({})", places(&own)));
    }
    if !below.is_empty() {
        any.push(format!(
            "{column} in (
               with recursive reached (id) as (
                 select id from unit where county = $1 and id in ({})
                 union
                 select u.id from unit u join reached r on u.county = $1 and u.parent = r.id
               )
               select id from reached)",
            places(&below)
        ));
    }
    if any.is_empty() { "1 = 0".to_owned() } else { format!("({})", any.join(" or ")) }
}
