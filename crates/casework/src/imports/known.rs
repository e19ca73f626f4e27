//! Children of the ledger whom rows of a list may be about, fetched for many rows at once.

use rustc_hash::FxHashMap;

use super::wanted::Wanted;
use crate::db::{DbError, Row, Tx, Value};
use crate::keys::{KeyError, Keys, Place};
use crate::refused::Refused;

/// A child as matching and comparing see it: columns as they are stored, empty where null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub id: String,
    pub name: String,
    pub sex: String,
    pub birth: String,
    pub ethnicity: String,
    pub id_kind: String,
    pub id_index: String,
    pub student_index: String,
    pub registration: String,
    pub household: String,
    pub book_index: String,
    pub township: String,
    pub village: String,
    pub village_group: String,
    pub address: String,
    pub school: String,
    pub school_township: String,
    pub class: String,
    pub grade: i64,
    pub boarding: String,
    pub standing: String,
    pub group_bits: i64,
    pub spelling: String,
    pub version: i64,
    pub guardians: Vec<String>,
    /// The old lists that it is on, as [`Wanted::cohort`] has them; looked up for such a list alone.
    pub cohorts: Vec<String>,
}

/// The children found for some rows.
#[derive(Debug, Default)]
pub(super) struct Pool {
    all: Vec<Known>,
    places: FxHashMap<String, usize>,
    by_number: FxHashMap<String, usize>,
    by_student: FxHashMap<String, Vec<usize>>,
    by_name: FxHashMap<String, Vec<usize>>,
}

impl Pool {
    fn take(&mut self, found: Known) {
        let at = self.all.len();
        if self.places.contains_key(&found.id) {
            return;
        }
        self.places.insert(found.id.clone(), at);
        if !found.id_index.is_empty() {
            self.by_number.insert(found.id_index.clone(), at);
        }
        if !found.student_index.is_empty() {
            self.by_student.entry(found.student_index.clone()).or_default().push(at);
        }
        self.by_name.entry(found.name.clone()).or_default().push(at);
        self.all.push(found);
    }

    fn listed<'a>(&'a self, places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Known> {
        places.into_iter().flatten().filter_map(|at| self.all.get(*at))
    }

    /// A child by its id.
    pub(super) fn with_id(&self, id: &str) -> Option<&Known> {
        self.places.get(id).and_then(|at| self.all.get(*at))
    }

    /// The child with this number's index.
    pub(super) fn with_number(&self, index: &str) -> Option<&Known> {
        self.by_number.get(index).and_then(|at| self.all.get(*at))
    }

    /// Children with this 学籍号's index.
    pub(super) fn with_student_number<'a>(&'a self, index: &str) -> impl Iterator<Item = &'a Known> {
        self.listed(self.by_student.get(index))
    }

    /// Children with this name.
    pub(super) fn with_name<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Known> {
        self.listed(self.by_name.get(name))
    }
}

const COLUMNS: &str = "child.id, child.name, child.sex, child.birth, child.ethnicity, child.id_kind, child.id_index,
    child.student_index, child.registration, child.household, household.book_index, child.township, child.village,
    child.village_group, child.address_sealed, child.school, child.school_township, child.class, child.grade,
    child.boarding, child.standing, child.group_bits, child.spelling, child.version";

fn known(row: &Row<'_>, keys: &Keys, county: &str) -> Result<Result<Known, KeyError>, DbError> {
    let text = |at: usize| Ok::<_, DbError>(row.get::<Option<String>>(at)?.unwrap_or_default());
    let id = text(0)?;
    let address = match row.get::<Option<Vec<u8>>>(14)? {
        None => Ok(String::new()),
        Some(sealed) => keys.open(Place { county, table: "child", column: "address", row: &id }, &sealed),
    };
    let address = match address {
        Ok(address) => address,
        Err(error) => return Ok(Err(error)),
    };
    Ok(Ok(Known {
        id,
        name: text(1)?,
        sex: text(2)?,
        birth: text(3)?,
        ethnicity: text(4)?,
        id_kind: text(5)?,
        id_index: text(6)?,
        student_index: text(7)?,
        registration: text(8)?,
        household: text(9)?,
        book_index: text(10)?,
        township: text(11)?,
        village: text(12)?,
        village_group: text(13)?,
        address,
        school: text(15)?,
        school_township: text(16)?,
        class: text(17)?,
        grade: row.get::<Option<i64>>(18)?.unwrap_or(0),
        boarding: text(19)?,
        standing: text(20)?,
        group_bits: row.get(21)?,
        spelling: text(22)?,
        version: row.get(23)?,
        guardians: Vec::new(),
        cohorts: Vec::new(),
    }))
}

/// Lists of values are filled up to one of these lengths, so that few statements are prepared.
const LENGTHS: [usize; 4] = [1, 16, 128, 512];

/// The children with one of these values in a column.
fn find(
    tx: &mut Tx<'_>,
    (keys, county): (&Keys, &str),
    column: &str,
    mut values: Vec<String>,
    pool: &mut Pool,
) -> Result<(), Refused> {
    values.sort_unstable();
    values.dedup();
    values.retain(|value| !value.is_empty());
    for part in values.chunks(512) {
        let length = LENGTHS.into_iter().find(|length| *length >= part.len()).unwrap_or(512);
        let marks: Vec<String> = (0..length).map(|at| format!("${}", at + 2)).collect();
        let sql = format!(
            "select {COLUMNS} from child
             left join household on household.county = child.county and household.id = child.household
             where child.county = $1 and child.merged_into is null and child.{column} in ({})",
            marks.join(", ")
        );
        let last = part.last().map(String::as_str).unwrap_or_default();
        let mut params: Vec<Value<'_>> = vec![Value::from(county)];
        params.extend((0..length).map(|at| Value::from(part.get(at).map_or(last, String::as_str))));
        // Put in order here: asked for an order, SQLite walks through the whole county by id to spare itself the sort.
        let mut found: Vec<Known> =
            tx.query(&sql, &params, |row| known(row, keys, county))?.into_iter().collect::<Result<_, _>>()?;
        found.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        found.into_iter().for_each(|one| pool.take(one));
    }
    Ok(())
}

/// The children that these rows may be about, with the names of their guardians.
pub(super) fn pool(tx: &mut Tx<'_>, keys: &Keys, county: &str, rows: &[&Wanted]) -> Result<Pool, Refused> {
    let mut pool = Pool::default();
    let index = |purpose: &str, text: &str| match text {
        "" => String::new(),
        text => keys.index(county, purpose, text),
    };
    let numbers = rows.iter().map(|row| index("id_number", &row.id_number)).collect();
    find(tx, (keys, county), "id_index", numbers, &mut pool)?;
    let students = rows.iter().map(|row| index("student_number", &row.student_number)).collect();
    find(tx, (keys, county), "student_index", students, &mut pool)?;
    find(tx, (keys, county), "name", rows.iter().map(|row| row.name.clone()).collect(), &mut pool)?;
    let ids: Vec<String> = pool.all.iter().map(|one| one.id.clone()).collect();
    let mut guardians: FxHashMap<String, Vec<String>> = FxHashMap::default();
    for part in ids.chunks(512) {
        let length = LENGTHS.into_iter().find(|length| *length >= part.len()).unwrap_or(512);
        let marks: Vec<String> = (0..length).map(|at| format!("${}", at + 2)).collect();
        let sql = format!(
            "select child, name from guardian where county = $1 and until_at is null and child in ({})
             order by child, sort, id",
            marks.join(", ")
        );
        let last = part.last().map(String::as_str).unwrap_or_default();
        let mut params: Vec<Value<'_>> = vec![Value::from(county)];
        params.extend((0..length).map(|at| Value::from(part.get(at).map_or(last, String::as_str))));
        tx.each(&sql, &params, |row| {
            guardians.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        })?;
    }
    for one in &mut pool.all {
        one.guardians = guardians.remove(&one.id).unwrap_or_default();
    }
    if rows.iter().any(|row| !row.cohort.is_empty()) {
        for one in &mut pool.all {
            one.cohorts = cohorts(tx, county, &one.id)?;
        }
    }
    Ok(pool)
}

/// The old lists that a child is on.
pub(super) fn cohorts(tx: &mut Tx<'_>, county: &str, child: &str) -> Result<Vec<String>, Refused> {
    Ok(tx.query(
        "select year, grade from figure_cohort where county = $1 and child = $2 order by year, grade",
        &crate::params![county, child],
        |row| Ok(format!("{}.{}", row.get::<i64>(0)?, row.get::<i64>(1)?)),
    )?)
}

/// One child.
pub(super) fn one(tx: &mut Tx<'_>, keys: &Keys, county: &str, id: &str) -> Result<Option<Known>, Refused> {
    let mut pool = Pool::default();
    find(tx, (keys, county), "id", vec![id.to_owned()], &mut pool)?;
    let mut one = pool.all.pop();
    if let Some(one) = &mut one {
        one.guardians = tx.query(
            "select name from guardian where county = $1 and child = $2 and until_at is null order by sort, id",
            &crate::params![county, id],
            |row| row.get(0),
        )?;
    }
    Ok(one)
}
