//! Texts that others read, held against the ledger before they are kept: no child of it by name, nobody by number, no count so small that
//! it is one (hazard F06). Which children a text might name, the caller says.

use rules::publish::{Problem, names, published};

use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// Which children a text might name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known<'a> {
    /// Those of open cases and of the list of suspects.
    Followed,
    /// Everybody who lives or goes to school at one of these units.
    Of(&'a [String]),
}

/// The names.
fn known(desk: &mut Desk<'_, '_>, of: Known<'_>) -> Result<Vec<String>, Refused> {
    match of {
        Known::Followed => Ok(desk.tx.query(
            "select distinct child.name from child
             where child.county = $1
               and child.id in (select c.child from child_case c where c.county = $1 and c.ended_at is null
                                union
                                select s.child from suspected s where s.county = $1 and s.cleared_at is null)
             order by child.name",
            &params![desk.county()],
            |row| row.get::<String>(0),
        )?),
        Known::Of(units) => {
            if units.is_empty() {
                return Ok(Vec::new());
            }
            let mut values = vec![Value::from(desk.county())];
            let places: Vec<String> = units
                .iter()
                .map(|unit| {
                    values.push(Value::from(unit.as_str()));
                    format!("${}", values.len())
                })
                .collect();
            let places = places.join(", ");
            let sql = format!(
                "select distinct name from child
                 where county = $1
                   and (school in ({places}) or township in ({places}) or village in ({places})
                        or school in (select id from unit where county = $1 and township in ({places})))
                 order by name"
            );
            Ok(desk.tx.query(&sql, &values, |row| row.get::<String>(0))?)
        }
    }
}

/// The villages of the plan, with and without what stands behind their names.
fn places(desk: &Desk<'_, '_>) -> Vec<String> {
    let names = desk.plan.divisions().villages().map(|(_, village)| village.name.clone());
    names.filter(|name| name.chars().count() > 1).collect()
}

/// A text as it is kept: of the length, without signs that hide, and naming nobody.
///
/// # Errors
/// [`Refused::Invalid`] with every reason.
pub(crate) fn unnamed<'t>(
    desk: &mut Desk<'_, '_>,
    (field, todo): (&'static str, &str),
    text: &'t str,
    length: &std::ops::RangeInclusive<usize>,
    of: Known<'_>,
) -> Result<&'t str, Refused> {
    let text = written(field, todo, text, length)?;
    let known = known(desk, of)?;
    let found = names(text, &known, &places(desk));
    said(field, &found).map(|()| text)
}

/// The same for what everybody reads: words of ranking do not pass either.
///
/// # Errors
/// [`Refused::Invalid`] with every reason.
pub(crate) fn publishable<'t>(
    desk: &mut Desk<'_, '_>,
    (field, todo): (&'static str, &str),
    text: &'t str,
    length: &std::ops::RangeInclusive<usize>,
    of: Known<'_>,
) -> Result<&'t str, Refused> {
    let text = written(field, todo, text, length)?;
    harmless(desk, field, text, of).map(|()| text)
}

/// The same of a text whose length and signs somebody else has looked at.
///
/// # Errors
/// [`Refused::Invalid`] with every reason.
pub(crate) fn harmless(
    desk: &mut Desk<'_, '_>,
    field: &'static str,
    text: &str,
    of: Known<'_>,
) -> Result<(), Refused> {
    let known = known(desk, of)?;
    said(field, &published(text, &known, &places(desk)))
}

fn said(field: &'static str, found: &[Problem]) -> Result<(), Refused> {
    if found.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = found.iter().map(Problem::to_string).collect();
    Err(Refused::field(field, texts.join("；")))
}

/// Words as they are kept, between the least and the most.
///
/// # Errors
/// [`Refused::Invalid`].
pub(crate) fn written<'t>(
    field: &'static str,
    todo: &str,
    text: &'t str,
    length: &std::ops::RangeInclusive<usize>,
) -> Result<&'t str, Refused> {
    let text = text.trim();
    if length.contains(&text.chars().count()) && text.lines().all(plain) {
        return Ok(text);
    }
    Err(Refused::field(field, format!("{todo}，{}到{}个字", length.start(), length.end())))
}

/// A day as a form has it.
///
/// # Errors
/// [`Refused::Invalid`].
pub(crate) fn day(field: &'static str, text: &str, todo: &str) -> Result<jiff::civil::Date, Refused> {
    text.trim().parse().map_err(|_| Refused::field(field, todo))
}
