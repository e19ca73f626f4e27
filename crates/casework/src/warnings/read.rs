//! What a reader is told: their own children in the order of names, never of anything else, each with the sentences that
//! they may read. A sentence about a field that they do not see whole is not there, and lists nobody.

use std::collections::HashMap;

use jiff::civil::Date;
use rules::access::{Action, Field, Subject, Tie, may};
use rules::groups::Special;

use crate::attendance::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{named, ties_of};
use crate::refused::Refused;
use crate::scope::Scope;

/// Children of a page.
pub const PAGE: usize = 50;

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is said, with its clause.
    pub said: String,
    /// The day since when.
    pub since: String,
}

/// Who looks after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Who.
    pub by: String,
    /// The unit.
    pub unit: String,
    /// What was done.
    pub did: String,
    /// Until when it is looked after; afterwards it is said again.
    pub until: Date,
    /// When it was noted.
    pub at: String,
}

/// A child of whom something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warned {
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class.
    pub place: String,
    /// What is said.
    pub said: Vec<Said>,
    /// The latest note.
    pub note: Option<Note>,
    /// Whether the note still holds: its time has not run out, and nothing new has come.
    pub looked_after: bool,
    /// Whether the reader may note something.
    pub may_note: bool,
}

/// What is said of one child, for its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfChild {
    /// The sentences, empty where there is nothing to say.
    pub said: Vec<Said>,
    /// Notes, the latest first.
    pub notes: Vec<Note>,
    /// Whether the latest still holds.
    pub looked_after: bool,
    /// Whether the reader may note something.
    pub may_note: bool,
}

/// One child with what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class.
    pub place: String,
    /// What is said.
    pub of: OfChild,
}

/// Fields that sentences stand on.
fn fields() -> impl Iterator<Item = Field> {
    let groups = Special::ALL.iter().map(|group| group.field());
    let mut all: Vec<Field> = [Field::Schooling, Field::History, Field::Household, Field::Guardians]
        .into_iter()
        .chain(groups)
        .collect();
    all.sort_unstable();
    all.dedup();
    all.into_iter()
}

/// Ways that lead to a child, the scope that they are, and codes of the fields that they show.
type Seen<'a, 'v> = (Vec<(&'a str, Tie)>, Scope<'v>, Vec<&'static str>);

/// That the row of `warning` under this name may be read: the child is reached, through a tie that shows the field whole.
fn visible<'v>(desk: &Desk<'v, '_>, alias: &str, values: &mut Vec<Value<'v>>) -> String {
    let scope = Scope::of(desk.actor(), Action::ReadWarnings, desk.now);
    let mut by_ways: Vec<Seen<'_, 'v>> = Vec::new();
    for field in fields() {
        let seeing = scope.clone().that_see(field);
        let ways: Vec<(&str, Tie)> = seeing.pairs().collect();
        if ways.is_empty() {
            continue;
        }
        match by_ways.iter_mut().find(|(own, ..)| *own == ways) {
            Some((_, _, codes)) => codes.push(field.code()),
            None => by_ways.push((ways, seeing, vec![field.code()])),
        }
    }
    let ways: Vec<String> = by_ways
        .into_iter()
        .map(|(_, scope, codes)| {
            let codes = among(values, codes.into_iter().map(str::to_owned));
            let reached = scope.predicate("tie", values);
            format!(
                "({alias}.field in ({codes}) and exists (select 1 from child_tie tie
                   where tie.county = {alias}.county and tie.child = {alias}.child and {reached}))"
            )
        })
        .collect();
    if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" or ")) }
}

/// That somebody looks after what this row says: a note that came after it, whose time has not run out.
fn looked_after<'v>(desk: &Desk<'v, '_>, alias: &str, values: &mut Vec<Value<'v>>) -> String {
    values.push(Value::from(desk.now.day()));
    format!(
        "exists (select 1 from warning_note note where note.county = {alias}.county and note.child = {alias}.child
           and note.at >= {alias}.since_at and note.until_day >= ${})",
        values.len()
    )
}

/// Ids of the children that are to be looked at, or, `after_them`, of those that somebody looks after: the one predicate
/// of page, file and count. `$1` must be the county.
fn listed<'v>(desk: &Desk<'v, '_>, after_them: bool, values: &mut Vec<Value<'v>>) -> String {
    let seen = visible(desk, "warning", values);
    let after = looked_after(desk, "warning", values);
    let open = format!(
        "select warning.child from warning
         where warning.county = $1 and warning.alone = 1 and {seen} and not {after}"
    );
    if after_them {
        format!(
            "select warning.child from warning where warning.county = $1 and warning.alone = 1 and {seen}
               and warning.child not in ({open})"
        )
    } else {
        open
    }
}

/// How many children are to be looked at: as many as the page lists.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn due(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let listed = listed(desk, false, &mut values);
    let sql = format!(
        "select cast(count(*) as bigint) from child
         where county = $1 and merged_into is null and id in ({listed})"
    );
    Ok(desk.tx.one(&sql, &values, |row| row.get(0))?)
}

/// Children of whom something is said and nobody looks after, or, `after_them`, whom somebody does; by name, at most
/// [`PAGE`] behind the child `after`, and whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn warnings(
    desk: &mut Desk<'_, '_>,
    after_them: bool,
    after: &str,
) -> Result<(Vec<Warned>, bool), Refused> {
    desk.require(Action::ReadWarnings, &Subject::Nothing, ("warnings", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let listed = listed(desk, after_them, &mut values);
    let behind = if after.is_empty() {
        String::new()
    } else {
        values.push(Value::from(after.to_owned()));
        let at = values.len();
        format!(
            "and exists (select 1 from child last where last.county = child.county and last.id = ${at}
               and (child.spelling > last.spelling or (child.spelling = last.spelling and child.id > last.id)))"
        )
    };
    let sql = format!(
        "select child.id, child.name, coalesce(school.name, ''), coalesce(class.name, '')
         from child
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         where child.county = $1 and child.merged_into is null and child.id in ({listed}) {behind}
         order by child.spelling, child.id limit {}",
        PAGE + 1
    );
    let mut rows = desk.tx.query(&sql, &values, |row| {
        let names: [String; 2] = [row.get(2)?, row.get(3)?];
        let place: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, place.join(" · ")))
    })?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let ids: Vec<String> = rows.iter().map(|(id, ..)| id.clone()).collect();
    let (mut said, mut notes) = (said(desk, &ids)?, notes(desk, &ids)?);
    let writes = noted(desk, &ids)?;
    let rows = rows.into_iter().map(|(child, name, place)| Warned {
        said: said.remove(&child).unwrap_or_default(),
        note: notes.remove(&child).and_then(|notes| notes.into_iter().next()),
        looked_after: after_them,
        may_note: writes.contains(&child),
        child,
        name,
        place,
    });
    Ok((rows.collect(), more))
}

/// What is said of one child. That it was read is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn one(desk: &mut Desk<'_, '_>, child: &str) -> Result<One, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::ReadWarnings, &Subject::Child(&ties), ("child", child))?;
    let (name, place) = named(desk, child)?;
    let of = of_child(desk, child)?;
    desk.record(Action::ReadWarnings, grant.post, ("child", child), "", "早期提醒")?;
    Ok(One { child: child.to_owned(), name, place, of })
}

/// What is said of one child; nothing for whoever may not read warnings of it. The file itself is on the record.
///
/// # Errors
/// [`Refused::Storage`].
pub fn of_child(desk: &mut Desk<'_, '_>, child: &str) -> Result<OfChild, Refused> {
    let ties = ties_of(desk, child)?;
    if may(desk.actor(), Action::ReadWarnings, &Subject::Child(&ties)).is_err() {
        return Ok(OfChild::default());
    }
    let ids = [child.to_owned()];
    let said = said(desk, &ids)?.remove(child).unwrap_or_default();
    if said.is_empty() {
        return Ok(OfChild::default());
    }
    let mut values = vec![Value::from(desk.county())];
    let open = listed(desk, false, &mut values);
    values.push(Value::from(child.to_owned()));
    let sql = format!("select id from child where county = $1 and id = ${} and id in ({open})", values.len());
    let open = desk.tx.optional(&sql, &values, |row| row.get::<String>(0))?;
    Ok(OfChild {
        said,
        notes: notes(desk, &ids)?.remove(child).unwrap_or_default(),
        looked_after: open.is_none(),
        may_note: may(desk.actor(), Action::NoteWarning, &Subject::Child(&ties)).is_ok(),
    })
}

/// The sentences that the reader may read, by child; none for a child that nothing lists by itself.
fn said(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<HashMap<String, Vec<Said>>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let seen = visible(desk, "warning", &mut values);
    let list = among(&mut values, children.iter().cloned());
    let rows = desk.tx.query(
        &format!(
            "select warning.child, warning.said, warning.since_at, warning.alone from warning
             where warning.county = $1 and warning.child in ({list}) and {seen}
             order by warning.child, warning.alone desc, warning.kind, warning.about"
        ),
        &values,
        |row| {
            let since: String = row.get(2)?;
            let since = since.get(..10).unwrap_or(&since).to_owned();
            Ok((row.get::<String>(0)?, Said { said: row.get(1)?, since }, row.get::<bool>(3)?))
        },
    )?;
    let mut by_child: HashMap<String, Vec<Said>> = HashMap::new();
    for (child, said, alone) in rows {
        if alone || by_child.contains_key(&child) {
            by_child.entry(child).or_default().push(said);
        }
    }
    Ok(by_child)
}

/// Notes by child, the latest first.
fn notes(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<HashMap<String, Vec<Note>>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let list = among(&mut values, children.iter().cloned());
    let rows = desk.tx.query(
        &format!(
            "select note.child, note.id, coalesce(account.name, ''), coalesce(unit.name, ''), note.did_sealed,
                    note.until_day, note.at
             from warning_note note
             left join account on account.county = note.county and account.id = note.by_account
             left join unit on unit.county = note.county and unit.id = note.unit
             where note.county = $1 and note.child in ({list}) order by note.child, note.at desc, note.id limit 1000"
        ),
        &values,
        |row| {
            let text = |at| row.get::<String>(at);
            let note =
                Note { by: text(2)?, unit: text(3)?, did: String::new(), until: row.get(5)?, at: text(6)? };
            Ok((text(0)?, text(1)?, row.get::<Vec<u8>>(4)?, note))
        },
    )?;
    let mut by_child: HashMap<String, Vec<Note>> = HashMap::new();
    for (child, id, sealed, mut note) in rows {
        note.did = desk.open("warning_note", "did", &id, Some(&sealed))?;
        by_child.entry(child).or_default().push(note);
    }
    Ok(by_child)
}

/// Of these children those about whom the reader may note something.
fn noted(desk: &mut Desk<'_, '_>, children: &[String]) -> Result<Vec<String>, Refused> {
    let scope = Scope::of(desk.actor(), Action::NoteWarning, desk.now);
    let mut values = vec![Value::from(desk.county())];
    let reached = scope.predicate("tie", &mut values);
    let list = among(&mut values, children.iter().cloned());
    Ok(desk.tx.query(
        &format!(
            "select distinct tie.child from child_tie tie
             where tie.county = $1 and tie.child in ({list}) and {reached} order by tie.child"
        ),
        &values,
        |row| row.get(0),
    )?)
}
