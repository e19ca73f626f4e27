//! Entering children into the ledger, many at a time: what an import and the synthetic county write. It checks nothing
//! and asks nobody: the caller has decided, holds the right, and puts it on the record.

use jiff::civil::Date;
use rules::access::Places;
use rules::groups::Special;
use rules::standing::Standing;

use super::ties::{Tied, insert_ties};
use crate::db::{DbError, Tx};
use crate::keys::{Keys, Place};
use crate::now::Now;
use crate::params;
use crate::search;

/// What rows are written with.
#[derive(Debug, Clone, Copy)]
pub struct Entering<'a> {
    /// Code of the county.
    pub county: &'a str,
    /// Keys of the sealed fields.
    pub keys: &'a Keys,
    /// When, and the ids.
    pub now: &'a Now,
    /// Account in whose name.
    pub by: &'a str,
    /// Where it comes from: an import's id, `hand`, `demo`.
    pub source: &'a str,
}

/// A household.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewHousehold {
    /// 户号.
    pub book: Option<String>,
    /// 户主姓名.
    pub head: String,
    /// Unit of the township.
    pub township: Option<String>,
    /// Unit of the village.
    pub village: Option<String>,
    /// Unit of the village group.
    pub group: Option<String>,
    /// 住址.
    pub address: String,
}

/// Somebody who answers for a child at home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewGuardian {
    /// Name.
    pub name: String,
    /// 父亲, 祖母….
    pub relation: String,
    /// Telephone.
    pub phone: Option<String>,
    /// ID number, compact.
    pub id_number: Option<String>,
    /// Works away from home.
    pub away: bool,
}

/// A group that a child belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Which.
    pub group: Special,
    /// Card number, category, 户编号: sealed.
    pub detail: String,
    /// From which day.
    pub from: Date,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChild {
    /// Name as it is written.
    pub name: String,
    /// Code of [`rules::codes::Sex`].
    pub sex: String,
    /// Birthday.
    pub birth: Date,
    /// Code of [`rules::codes::Ethnicity`]; empty where unknown.
    pub ethnicity: String,
    /// Code of [`rules::codes::IdKind`]; empty for a child that has no document.
    pub id_kind: String,
    /// Number of the document, compact.
    pub id_number: Option<String>,
    /// 学籍号.
    pub student_number: Option<String>,
    /// 户籍: local, elsewhere, none, unknown.
    pub registration: String,
    /// Id of its household.
    pub household: Option<String>,
    /// 住址.
    pub address: String,
    /// Where it belongs.
    pub places: Places,
    /// 1–12; `None` outside school.
    pub grade: Option<i64>,
    /// Code of [`rules::codes::Boarding`]; empty where unknown.
    pub boarding: String,
    /// Where it stands with school.
    pub standing: Standing,
    /// Since when it is in its class.
    pub in_class_since: Option<Date>,
    /// Its groups.
    pub groups: Vec<NewGroup>,
    /// Its guardians, the first one first.
    pub guardians: Vec<NewGuardian>,
}

/// Enters a household; its id.
///
/// # Errors
/// Whatever the storage says.
pub fn household(tx: &mut Tx<'_>, with: &Entering<'_>, new: &NewHousehold) -> Result<String, DbError> {
    let id = with.now.id();
    let book = new.book.as_deref().map(|book| {
        (with.keys.index(with.county, "book_number", book), with.seal("household", "book", &id, book))
    });
    let (book_index, book_sealed) = book.unzip();
    tx.execute(
        "insert into household (county, id, book_index, book_sealed, head, township, village, village_group,
                                address_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            with.county,
            &id,
            book_index,
            book_sealed,
            &new.head,
            new.township.as_deref(),
            new.village.as_deref(),
            new.group.as_deref(),
            with.seal_some("household", "address", &id, &new.address)
        ],
    )?;
    Ok(id)
}

/// Enters a child with everything that hangs on it; its id.
///
/// # Errors
/// [`DbError::Unique`] when another child has the document's number; whatever the storage says.
pub fn child(tx: &mut Tx<'_>, with: &Entering<'_>, new: &NewChild) -> Result<String, DbError> {
    let id = with.now.id();
    let spelling = linkage::spelling::spelling(&new.name);
    let bits = new.groups.iter().fold(0, |bits, group| bits | group.group.bit());
    let number = new.id_number.as_deref().map(|number| {
        (with.keys.index(with.county, "id_number", number), with.seal("child", "id_number", &id, number))
    });
    let tail = new.id_number.as_deref().and_then(|number| number.get(number.len().checked_sub(4)?..));
    let student = new.student_number.as_deref().map(|number| {
        (
            with.keys.index(with.county, "student_number", number),
            with.seal("child", "student_number", &id, number),
        )
    });
    let (id_index, id_sealed) = number.unzip();
    let (student_index, student_sealed) = student.unzip();
    let places = &new.places;
    tx.execute(
        "insert into child (county, id, name, spelling, initials, sex, birth, ethnicity, id_kind, id_sealed, id_index,
                            id_tail, student_sealed, student_index, registration, household, township, village,
                            village_group, address_sealed, school, school_township, class, grade, boarding, standing,
                            group_bits, version, made_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                 $23, $24, $25, $26, $27, 1, $28, $28)",
        &params![
            with.county,
            &id,
            &new.name,
            &spelling.full,
            &spelling.initials,
            &new.sex,
            new.birth,
            &new.ethnicity,
            &new.id_kind,
            id_sealed,
            id_index,
            tail.map(|tail| with.keys.index(with.county, "id_tail", tail)),
            student_sealed,
            student_index,
            &new.registration,
            new.household.as_deref(),
            places.township.as_deref(),
            places.village.as_deref(),
            places.group.as_deref(),
            with.seal_some("child", "address", &id, &new.address),
            places.school.as_deref(),
            places.school_township.as_deref(),
            places.class.as_deref(),
            new.grade,
            &new.boarding,
            new.standing.code(),
            bits,
            with.now.stamp()
        ],
    )?;
    search::of_child(tx, with.county, &id, &new.name, true)?;
    let tied = Tied {
        child: &id,
        places,
        spelling: &spelling.full,
        standing: new.standing.code(),
        group_bits: bits,
    };
    insert_ties(tx, with.county, &tied)?;
    for (sort, one) in (1_i64..).zip(&new.guardians) {
        guardian(tx, with, &id, sort, one)?;
    }
    for one in &new.groups {
        group(tx, with, &id, one)?;
    }
    if let (Some(school), Some(class), Some(since)) = (&places.school, &places.class, new.in_class_since) {
        tx.execute(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![with.county, with.now.id(), &id, school, class, since, with.source, with.now.stamp()],
        )?;
    }
    Ok(id)
}

/// Adds a guardian of a child.
///
/// # Errors
/// Whatever the storage says.
pub fn guardian(
    tx: &mut Tx<'_>,
    with: &Entering<'_>,
    child: &str,
    sort: i64,
    new: &NewGuardian,
) -> Result<(), DbError> {
    let id = with.now.id();
    let sealed = |purpose: &str, column: &str, value: Option<&str>| {
        value
            .map(|value| {
                (with.keys.index(with.county, purpose, value), with.seal("guardian", column, &id, value))
            })
            .unzip()
    };
    let (phone_index, phone_sealed) = sealed("phone", "phone", new.phone.as_deref());
    let (id_index, id_sealed) = sealed("id_number", "id_number", new.id_number.as_deref());
    tx.execute(
        "insert into guardian (county, id, child, sort, name, relation, phone_sealed, phone_index, id_sealed, id_index,
                               away)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            with.county,
            &id,
            child,
            sort,
            &new.name,
            &new.relation,
            phone_sealed,
            phone_index,
            id_sealed,
            id_index,
            new.away
        ],
    )?;
    Ok(())
}

/// Adds a child to a group.
///
/// # Errors
/// Whatever the storage says.
pub fn group(tx: &mut Tx<'_>, with: &Entering<'_>, child: &str, new: &NewGroup) -> Result<(), DbError> {
    let id = with.now.id();
    tx.execute(
        "insert into child_group (county, id, child, code, detail_sealed, from_day, source, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            with.county,
            &id,
            child,
            new.group.code(),
            with.seal_some("child_group", "detail", &id, &new.detail),
            new.from,
            with.source,
            with.by,
            with.now.stamp()
        ],
    )?;
    Ok(())
}

impl Entering<'_> {
    pub(crate) fn seal(&self, table: &str, column: &str, row: &str, plain: &str) -> Vec<u8> {
        let place = Place { county: self.county, table, column, row };
        self.keys.seal(place, plain, self.now.random())
    }

    fn seal_some(&self, table: &str, column: &str, row: &str, plain: &str) -> Option<Vec<u8>> {
        (!plain.is_empty()).then(|| self.seal(table, column, row, plain))
    }
}
