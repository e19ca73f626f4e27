//! Finding a child: by name, by pinyin or its initials, by the last four of the ID number or all of it. Scope is in
//! the query, and what is typed is always taken literally (hazards A25, D02).

use rules::access::{Action, Field, Sight, Subject, Tie, sight};

use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// A child that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birthday, where the role sees it.
    pub birth: Option<String>,
    /// Village or school, as the role sees them.
    pub place: String,
}

/// Hits shown at most.
const SHOWN: i64 = 20;

/// Longest text that is looked for, in characters.
const LONGEST: usize = 40;

/// Children that match what was typed, in the actor's scope.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn search(desk: &mut Desk<'_, '_>, typed: &str) -> Result<Vec<Hit>, Refused> {
    desk.require(Action::Search, &Subject::Nothing, ("search", ""))?;
    let scope = Scope::of(desk.actor(), Action::ListChildren);
    let text: String = typed.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if text.is_empty() || scope.is_empty() {
        return Ok(Vec::new());
    }
    let mut params = vec![Value::from(desk.county().to_owned())];
    let Some(matches) = condition(desk, &text, &mut params) else { return Ok(Vec::new()) };
    let within = scope.predicate("tie", &mut params);
    params.push(Value::from(SHOWN));
    let sql = format!(
        "select child.id, child.name, child.birth, coalesce(village.name, ''), coalesce(school.name, ''),
                (select min(tie.tie) from child_tie tie
                  where tie.county = child.county and tie.child = child.id and {within})
         from child
         left join unit village on village.county = child.county and village.id = child.village
         left join unit school on school.county = child.county and school.id = child.school
         where child.county = $1 and child.merged_into is null and {matches}
           and exists (select 1 from child_tie tie
                        where tie.county = child.county and tie.child = child.id and {within})
         order by child.spelling, child.id limit ${}",
        params.len()
    );
    let posts = &desk.who.actor.posts;
    Ok(desk.tx.query(&sql, &params, |row| {
        let tie = Tie::from_code(&row.get::<String>(5)?);
        let sees = |field| {
            posts.iter().any(|post| tie.is_some_and(|tie| sight(post.role, tie, field) == Sight::Clear))
        };
        let (village, school): (String, String) = (row.get(3)?, row.get(4)?);
        let places = [(Field::Home, village), (Field::Schooling, school)];
        let place: Vec<String> = places
            .into_iter()
            .filter(|(field, name)| !name.is_empty() && sees(*field))
            .map(|(_, name)| name)
            .collect();
        Ok(Hit {
            id: row.get(0)?,
            name: row.get(1)?,
            birth: if sees(Field::Birth) { Some(row.get(2)?) } else { None },
            place: place.join(" · "),
        })
    })?)
}

/// The condition for what was typed, its parameters pushed.
pub(crate) fn condition<'a>(desk: &Desk<'_, '_>, text: &str, params: &mut Vec<Value<'a>>) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut push = |value: String| {
        params.push(Value::from(value));
        params.len()
    };
    // By ID number only whoever sees it at least masked: otherwise a guess could be confirmed by searching.
    let sees_number = desk
        .who
        .actor
        .posts
        .iter()
        .any(|post| Tie::ALL.iter().any(|&tie| sight(post.role, tie, Field::IdNumber) != Sight::Absent));
    let tail = compact.len() == 4
        && compact.chars().take(3).all(|c| c.is_ascii_digit())
        && compact.chars().all(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X'));
    if tail {
        if !sees_number {
            return None;
        }
        let at = push(desk.index("id_tail", &compact.to_ascii_uppercase()));
        return Some(format!("child.id_tail = ${at}"));
    }
    if compact.len() >= 15 && compact.is_ascii() {
        if !sees_number {
            return None;
        }
        let at = push(desk.index("id_number", &compact.to_ascii_uppercase()));
        return Some(format!("child.id_index = ${at}"));
    }
    if compact.chars().all(|c| c.is_ascii_alphabetic()) {
        let low = compact.to_ascii_lowercase();
        let (from, to) = (push(low.clone()), push(format!("{low}~")));
        let column = if low.len() <= 4 { "initials" } else { "spelling" };
        return Some(format!("child.{column} >= ${from} and child.{column} < ${to}"));
    }
    // Upper end of everything that begins with the text: no character of a name sorts above U+10FFFF.
    let (from, to) = (push(compact.clone()), push(format!("{compact}\u{10ffff}")));
    Some(format!("child.name >= ${from} and child.name < ${to}"))
}
