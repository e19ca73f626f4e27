//! Names of units by their ids, for rows of lists. A unit keeps its name for good (another name is another unit, and ids
//! are never used again), so each reading thread remembers those that it has seen committed. Nothing here is personal.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::db::{DbError, Tx, Value};

/// Names that a thread remembers at most; beyond it begins anew.
const MOST: usize = 8192;

/// Ids asked for in one statement; always so many, so that it is prepared once.
const AT_ONCE: usize = 32;

type Known = FxHashMap<String, Arc<str>>;

/// What this thread remembers, and of which county in which database.
#[derive(Default)]
struct Memory {
    of: Option<(u64, String)>,
    names: Known,
}

thread_local! { static MEMORY: RefCell<Memory> = RefCell::default(); }

/// The names of some units.
#[derive(Debug, Default)]
pub(crate) struct Names(Known);

impl Names {
    /// Finds the names of these units; blank ids are passed over.
    ///
    /// # Errors
    /// Whatever the storage says.
    pub(crate) fn of<'i>(
        tx: &mut Tx<'_>,
        county: &str,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<Self, DbError> {
        let lasting = tx.lasting();
        let mut found = Known::default();
        let mut missing: Vec<String> = Vec::new();
        MEMORY.with_borrow_mut(|memory| {
            let here = lasting.map(|number| (number, county.to_owned()));
            if memory.of != here || memory.names.len() > MOST {
                *memory = Memory { of: here, names: Known::default() };
            }
            for id in ids.filter(|id| !id.is_empty()) {
                if found.contains_key(id) {
                    continue;
                }
                match memory.names.get(id) {
                    Some(name) => drop(found.insert(id.to_owned(), Arc::clone(name))),
                    None => missing.push(id.to_owned()),
                }
            }
        });
        missing.sort_unstable();
        missing.dedup();
        for part in missing.chunks(AT_ONCE) {
            let marks: Vec<String> = (0..AT_ONCE).map(|at| format!("${}", at + 2)).collect();
            let sql = format!(
                "select id, name from unit where county = $1 and id in ({}) order by id",
                marks.join(", ")
            );
            let last = part.last().map(String::as_str).unwrap_or_default();
            let mut params: Vec<Value<'_>> = vec![Value::from(county)];
            params.extend((0..AT_ONCE).map(|at| Value::from(part.get(at).map_or(last, String::as_str))));
            let rows = tx.query(&sql, &params, |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
            for (id, name) in rows {
                let name: Arc<str> = name.into();
                if lasting.is_some() {
                    MEMORY.with_borrow_mut(|memory| memory.names.insert(id.clone(), Arc::clone(&name)));
                }
                found.insert(id, name);
            }
        }
        Ok(Self(found))
    }

    /// The name of a unit; empty where there is none.
    pub(crate) fn get(&self, id: &str) -> &str {
        self.0.get(id).map_or("", |name| &**name)
    }
}
