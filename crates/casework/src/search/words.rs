//! The words by which units, people and announcements are found, and children whose name is written in another form
//! than its key. They are derived: whoever writes a name calls this in the same transaction, and when the rules change
//! all of them are written anew at the next start.

use std::collections::BTreeSet;

use linkage::spelling::{key, spelling};

use crate::db::{Db, DbError, Tx};
use crate::now::Now;
use crate::params;

/// Of which rules the words are; another number has them written anew.
const RULES: &str = "1";

/// The setting that says so.
const SETTING: &str = "search_words";

/// Characters that a word has at least, where it is the end of a title.
const SHORTEST: usize = 2;

/// Writes the words of a child: only where the name is not its own key, since the name itself has an index.
pub(crate) fn of_child(
    tx: &mut Tx<'_>,
    county: &str,
    id: &str,
    name: &str,
    is_new: bool,
) -> Result<(), DbError> {
    let key = key(name);
    let words = if key == name { BTreeSet::new() } else { BTreeSet::from([key]) };
    put(tx, county, ("child", id), &words, is_new)
}

/// Writes the words of a unit: every end of its name, since nobody types the township before the school's own name;
/// of a class, of which a county has many alike, the beginning alone.
pub(crate) fn of_unit(
    tx: &mut Tx<'_>,
    county: &str,
    (id, kind): (&str, &str),
    name: &str,
) -> Result<(), DbError> {
    let mut words = if kind == "class" { BTreeSet::from([key(name)]) } else { ends(name) };
    let spelled = spelling(name);
    words.extend([spelled.full, spelled.initials]);
    put(tx, county, ("unit", id), &words, true)
}

/// Writes the words of a person with an account.
pub(crate) fn of_person(tx: &mut Tx<'_>, county: &str, id: &str, name: &str) -> Result<(), DbError> {
    let spelled = spelling(name);
    put(tx, county, ("person", id), &BTreeSet::from([key(name), spelled.full, spelled.initials]), true)
}

/// Writes the words of an announcement: every end of its title.
pub(crate) fn of_notice(tx: &mut Tx<'_>, county: &str, id: &str, title: &str) -> Result<(), DbError> {
    put(tx, county, ("notice", id), &ends(title), true)
}

fn ends(title: &str) -> BTreeSet<String> {
    let letters: Vec<char> = key(title).chars().collect();
    let last = letters.len().saturating_sub(SHORTEST);
    (0..=last).filter_map(|from| letters.get(from..)).map(|end| end.iter().collect()).collect()
}

fn put(
    tx: &mut Tx<'_>,
    county: &str,
    (kind, subject): (&str, &str),
    words: &BTreeSet<String>,
    is_new: bool,
) -> Result<(), DbError> {
    if !is_new {
        tx.execute(
            "delete from search_word where county = $1 and kind = $2 and subject = $3",
            &params![county, kind, subject],
        )?;
    }
    for word in words.iter().filter(|word| !word.is_empty()) {
        tx.execute(
            "insert into search_word (county, kind, word, subject) values ($1, $2, $3, $4)
             on conflict (county, kind, word, subject) do nothing",
            &params![county, kind, word, subject],
        )?;
    }
    Ok(())
}

/// Writes all words anew where they are of other rules than this program's, or of a program that had none.
///
/// # Errors
/// Whatever the storage says; then the old ones stand.
pub fn bring_up_to_date(db: &Db, county: &str, now: &Now) -> Result<(), DbError> {
    let setting = "select value from setting where county = $1 and name = $2";
    let stands = db.read(|tx| tx.optional(setting, &params![county, SETTING], |row| row.get::<String>(0)))?;
    if stands.as_deref() == Some(RULES) {
        return Ok(());
    }
    let (county, at) = (county.to_owned(), now.stamp());
    db.write(move |tx| {
        anew(tx, &county)?;
        tx.execute(
            "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, '', $4)
             on conflict (county, name) do update set value = excluded.value, changed_at = excluded.changed_at",
            &params![&county, SETTING, RULES, &at],
        )?;
        Ok(())
    })
}

fn anew(tx: &mut Tx<'_>, county: &str) -> Result<(), DbError> {
    tx.execute("delete from search_word where county = $1", &params![county])?;
    let all = |tx: &mut Tx<'_>, sql: &str| {
        tx.query(sql, &params![county], |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
        })
    };
    for (id, kind, name) in all(tx, "select id, kind, name from unit where county = $1")? {
        of_unit(tx, county, (&id, &kind), &name)?;
    }
    for (id, name, _) in all(tx, "select id, name, '' from account where county = $1")? {
        of_person(tx, county, &id, &name)?;
    }
    for (id, title, _) in all(tx, "select id, title, '' from notice where county = $1")? {
        of_notice(tx, county, &id, &title)?;
    }
    for (id, name, _) in all(tx, "select id, name, '' from child where county = $1")? {
        of_child(tx, county, &id, &name, true)?;
    }
    Ok(())
}
