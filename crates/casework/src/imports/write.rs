//! Writes what was decided about a row into the ledger: a child entered, or fields of a child changed as facts. Chunks
//! of rows are transactions; each row counts only when the child is still as it was when the row was decided.

use jiff::civil::Date;
use rules::groups::Special;
use rules::standing::Standing;

use super::decide::Change;
use super::known::{self, Known};
use super::places::places;
use super::wanted::{Wanted, WantedGuardian};
use crate::db::{DbError, Value};
use crate::desk::Desk;
use crate::ledger::enter::{self, Entering, NewChild, NewGroup, NewGuardian, NewHousehold};
use crate::ledger::{Tied, write_ties};
use crate::params;
use crate::refused::Refused;
use crate::units::{Beside, Fresh, make};

/// What rows are written with: beside the desk, whose import it is.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    pub import: String,
    /// The county's own unit.
    pub root: String,
    pub as_of: Date,
    pub school_year: i64,
}

fn entering<'a>(desk: &Desk<'a, '_>, import: &'a str) -> Entering<'a> {
    Entering {
        county: desk.county(),
        keys: desk.keys,
        now: desk.now,
        by: &desk.actor().account,
        source: import,
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn new_guardian(one: &WantedGuardian) -> NewGuardian {
    // Several numbers stand with 、 between; the first is the one to call.
    let phone = one.phone.split('、').next().and_then(some);
    NewGuardian {
        name: one.name.clone(),
        relation: one.relation.clone(),
        phone,
        id_number: some(&one.id_number),
        away: false,
    }
}

/// Enters a new child; its id. `None` when somebody else has its number by now.
pub(super) fn enter(
    desk: &mut Desk<'_, '_>,
    writing: &Writing,
    row: &Wanted,
) -> Result<Option<String>, Refused> {
    let county = desk.county();
    if !row.id_number.is_empty() {
        let index = desk.index("id_number", &row.id_number);
        let taken = desk.tx.optional(
            "select id from child where county = $1 and id_index = $2 and merged_into is null",
            &params![county, &index],
            |row| row.get::<String>(0),
        )?;
        if taken.is_some() {
            return Ok(None);
        }
    }
    let Ok(birth) = row.birth.parse::<Date>() else { return Ok(None) };
    let household = if row.book.is_empty() { None } else { Some(household(desk, writing, row)?) };
    let class = class(desk, writing, row)?;
    let groups = row.groups.iter().filter_map(|(code, detail)| {
        Some(NewGroup { group: Special::from_code(code)?, detail: detail.clone(), from: writing.as_of })
    });
    let new = NewChild {
        name: row.name.clone(),
        sex: row.sex.clone(),
        birth,
        ethnicity: row.ethnicity.clone(),
        id_kind: row.id_kind.clone(),
        id_number: some(&row.id_number),
        student_number: some(&row.student_number),
        registration: if row.registration.is_empty() {
            "unknown".to_owned()
        } else {
            row.registration.clone()
        },
        household,
        address: row.address.clone(),
        places: rules::access::Places {
            county: writing.root.clone(),
            township: some(&row.township),
            village: some(&row.village),
            group: some(&row.village_group),
            school: some(&row.school),
            school_township: some(&row.school_township),
            class: class.clone(),
        },
        grade: (row.grade > 0).then_some(row.grade),
        boarding: row.boarding.clone(),
        standing: Standing::from_code(&row.standing).unwrap_or(Standing::Unknown),
        in_class_since: class.map(|_| writing.as_of),
        groups: groups.collect(),
        guardians: row.guardians.iter().map(new_guardian).collect(),
    };
    let with = entering(desk, &writing.import);
    Ok(Some(enter::child(desk.tx, &with, &new)?))
}

/// The household of a 户号, made when there is none.
fn household(desk: &mut Desk<'_, '_>, writing: &Writing, row: &Wanted) -> Result<String, Refused> {
    let index = desk.index("book_number", &row.book);
    let found = desk.tx.query(
        "select id from household where county = $1 and book_index = $2 order by id limit 1",
        &params![desk.county(), &index],
        |row| row.get::<String>(0),
    )?;
    if let Some(found) = found.into_iter().next() {
        return Ok(found);
    }
    let new = NewHousehold {
        book: some(&row.book),
        head: row.head.clone(),
        township: some(&row.township),
        village: some(&row.village),
        group: some(&row.village_group),
        address: row.address.clone(),
    };
    let with = entering(desk, &writing.import);
    Ok(enter::household(desk.tx, &with, &new)?)
}

/// The class of a row, made when its school has none of that grade and number; `None` where the row names no class.
fn class(desk: &mut Desk<'_, '_>, writing: &Writing, row: &Wanted) -> Result<Option<String>, Refused> {
    if row.school.is_empty() || row.grade == 0 || row.class_number == 0 {
        return Ok(None);
    }
    let county = desk.county();
    let found = desk.tx.optional(
        "select unit from class where county = $1 and school = $2 and school_year = $3 and grade = $4 and number = $5",
        &params![county, &row.school, writing.school_year, row.grade, row.class_number],
        |row| row.get::<String>(0),
    )?;
    if found.is_some() {
        return Ok(found);
    }
    let grade = i8::try_from(row.grade).ok().and_then(rules::age::Grade::new);
    let Some(grade) = grade else { return Ok(None) };
    let name = format!("{}（{}）班", grade.label(), row.class_number);
    let new = Fresh {
        kind: "class",
        name: &name,
        parent: Some(&row.school),
        township: (!row.school_township.is_empty()).then_some(&row.school_township),
        code: None,
        from: writing.as_of,
        beside: Beside::Class(writing.school_year, row.grade, row.class_number),
    };
    Ok(Some(make(desk.tx, desk.now, county, &new)?))
}

/// What came of changing a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// The child's new version, and the changes with what was made on the way (a class, a household) by its id.
    Done(i64, Vec<Change>),
    /// Somebody changed the child after the row was decided; nothing was written.
    Moved,
}

/// Changes a child that still has `version`, each field as a fact.
pub(super) fn change(
    desk: &mut Desk<'_, '_>,
    writing: &Writing,
    (child, version): (&str, i64),
    mut changes: Vec<Change>,
    row: &Wanted,
) -> Result<Written, Refused> {
    let Some(known) = known::one(desk.tx, desk.keys, desk.county(), child)? else {
        return Ok(Written::Moved);
    };
    if known.version != version {
        return Ok(Written::Moved);
    }
    if !row.id_number.is_empty() && changes.iter().any(|one| one.field == "id_number") {
        let index = desk.index("id_number", &row.id_number);
        let taken = desk.tx.optional(
            "select id from child where county = $1 and id_index = $2 and merged_into is null",
            &params![desk.county(), &index],
            |row| row.get::<String>(0),
        )?;
        if taken.is_some() {
            return Ok(Written::Moved);
        }
    }
    for one in &mut changes {
        match one.field.as_str() {
            "class" if one.new.starts_with('+') => one.new = class(desk, writing, row)?.unwrap_or_default(),
            "household" if one.new == "+" => one.new = household(desk, writing, row)?,
            _ => {}
        }
    }
    for one in changes.iter().filter(|one| one.field == "guardian") {
        let with = entering(desk, &writing.import);
        if let Some(guardian) = row.guardians.iter().find(|guardian| guardian.name == one.new) {
            let sort = desk.tx.one(
                "select cast(coalesce(max(sort), 0) as bigint) + 1 from guardian where county = $1 and child = $2",
                &params![desk.county(), child],
                |row| row.get::<i64>(0),
            )?;
            enter::guardian(desk.tx, &with, child, sort, &new_guardian(guardian))?;
        }
    }
    for one in changes.iter().filter(|one| one.field == "group") {
        let with = entering(desk, &writing.import);
        let detail = row.groups.iter().find(|(code, _)| *code == one.new).map(|(_, detail)| detail.clone());
        if let Some(group) = Special::from_code(&one.new) {
            let new = NewGroup { group, detail: detail.unwrap_or_default(), from: writing.as_of };
            enter::group(desk.tx, &with, child, &new)?;
        }
    }
    if let (Some(_), Some(elsewhere)) = (changes.iter().find(|one| one.field == "elsewhere"), &row.elsewhere)
    {
        desk.tx.execute(
            "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day,
                                    by_account, made_at)
             values ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, $10)",
            &params![
                desk.county(),
                desk.now.id(),
                child,
                &elsewhere.school,
                &elsewhere.place,
                &elsewhere.proof,
                writing.as_of,
                some(&elsewhere.until),
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    let version = fields(desk, &known, &changes, writing, "import")?;
    Ok(Written::Done(version, changes))
}

/// Writes the changed columns of a child, their facts, its class by date and its ties; the new version. `cause` stands
/// before the import's id in the source of each fact: `import` or `undo`.
pub(super) fn fields(
    desk: &mut Desk<'_, '_>,
    known: &Known,
    changes: &[Change],
    writing: &Writing,
    cause: &str,
) -> Result<i64, Refused> {
    let (county, id) = (desk.county().to_owned(), known.id.clone());
    let mut after = known.clone();
    let mut params: Vec<Value<'_>> =
        vec![Value::from(county.as_str()), Value::from(id.as_str()), Value::from(desk.now.stamp())];
    let mut columns: Vec<String> = Vec::new();
    let mut set = |column: &str, value: Value<'static>| {
        params.push(value);
        columns.push(format!("{column} = ${}", params.len()));
    };
    for one in changes {
        let new = some(&one.new);
        let sealed = |column: &str| new.as_deref().map(|new| desk.seal("child", column, &id, new));
        match one.field.as_str() {
            "id_number" => {
                let tail = new.as_deref().and_then(|new| new.get(new.len().checked_sub(4)?..));
                set("id_sealed", Value::from(sealed("id_number")));
                set("id_index", Value::from(new.as_deref().map(|new| desk.index("id_number", new))));
                set("id_tail", Value::from(tail.map(|tail| desk.index("id_tail", tail))));
            }
            "student_number" => {
                set("student_sealed", Value::from(sealed("student_number")));
                set(
                    "student_index",
                    Value::from(new.as_deref().map(|new| desk.index("student_number", new))),
                );
            }
            "address" => set("address_sealed", Value::from(sealed("address"))),
            "grade" => {
                after.grade = one.new.parse().unwrap_or(0);
                set("grade", Value::from((after.grade > 0).then_some(after.grade)));
            }
            "group" | "ungroup" => {
                let bit = Special::from_code(&format!("{}{}", one.old, one.new)).map_or(0, Special::bit);
                after.group_bits =
                    if one.new.is_empty() { after.group_bits & !bit } else { after.group_bits | bit };
            }
            column @ ("ethnicity" | "registration" | "boarding" | "standing" | "id_kind") => {
                if column == "standing" {
                    after.standing.clone_from(&one.new);
                }
                set(column, Value::from(one.new.clone()));
            }
            column @ ("township" | "village" | "village_group" | "household" | "school"
            | "school_township" | "class") => {
                let place = match column {
                    "township" => &mut after.township,
                    "village" => &mut after.village,
                    "village_group" => &mut after.village_group,
                    "household" => &mut after.household,
                    "school" => &mut after.school,
                    "school_township" => &mut after.school_township,
                    _ => &mut after.class,
                };
                place.clone_from(&one.new);
                set(column, Value::from(new.clone()));
            }
            _ => {}
        }
    }
    set("group_bits", Value::from(after.group_bits));
    let sql = format!(
        "update child set version = version + 1, changed_at = $3, {} where county = $1 and id = $2 returning version",
        columns.join(", ")
    );
    let version = desk.tx.one(&sql, &params, |row| row.get::<i64>(0))?;
    facts(desk, &id, changes, &format!("{cause}:{}", writing.import))?;
    if after.class != known.class || after.school != known.school {
        member(desk, known, &after, writing)?;
    }
    let same_ties = places("", &after) == places("", known)
        && after.standing == known.standing
        && after.group_bits == known.group_bits;
    if !same_ties {
        let tied = Tied {
            child: &id,
            places: &places(&writing.root, &after),
            spelling: &known.spelling,
            standing: &after.standing,
            group_bits: after.group_bits,
        };
        write_ties(desk.tx, &county, &tied)?;
    }
    Ok(version)
}

fn facts(desk: &mut Desk<'_, '_>, child: &str, changes: &[Change], source: &str) -> Result<(), Refused> {
    for one in changes {
        let id = desk.now.id();
        let seal =
            |column: &str, text: &str| some(text).map(|text| desk.seal("child_change", column, &id, &text));
        let (old, new) = (seal("old", &one.old), seal("new", &one.new));
        desk.tx.execute(
            "insert into child_change (county, id, child, field, old_sealed, new_sealed, source, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                desk.county(),
                &id,
                child,
                &one.field,
                old,
                new,
                source,
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    Ok(())
}

/// Ends the membership of the class before and begins that of the class after.
fn member(desk: &mut Desk<'_, '_>, before: &Known, after: &Known, writing: &Writing) -> Result<(), DbError> {
    desk.tx.execute(
        "update class_member set until_day = $3 where county = $1 and child = $2 and until_day is null",
        &params![desk.county(), &before.id, writing.as_of],
    )?;
    if !after.class.is_empty() {
        desk.tx.execute(
            "insert into class_member (county, id, child, school, class, from_day, ground, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &params![
                desk.county(),
                desk.now.id(),
                &before.id,
                &after.school,
                &after.class,
                writing.as_of,
                &writing.import,
                desk.now.stamp()
            ],
        )?;
    }
    Ok(())
}

/// Takes back what [`change`] wrote of a child that nobody changed since.
pub(super) fn take_back(
    desk: &mut Desk<'_, '_>,
    writing: &Writing,
    known: &Known,
    changes: &[Change],
) -> Result<i64, Refused> {
    let (day, at) = (desk.now.day(), desk.now.stamp());
    let county = desk.county().to_owned();
    for one in changes {
        match one.field.as_str() {
            "guardian" => desk.tx.execute(
                "update guardian set until_at = $4 where county = $1 and child = $2 and name = $3 and until_at is null",
                &params![&county, &known.id, &one.new, &at],
            )?,
            "group" => desk.tx.execute(
                "update child_group set until_day = $5, ended_by = $6
                 where county = $1 and child = $2 and code = $3 and source = $4 and until_day is null",
                &params![&county, &known.id, &one.new, &writing.import, day, &desk.actor().account],
            )?,
            "elsewhere" => desk.tx.execute(
                "update elsewhere set ended_day = $3
                 where county = $1 and child = $2 and ended_day is null and from_day = $4 and made_at >=
                     (select made_at from import where county = $1 and id = $5)",
                &params![&county, &known.id, day, writing.as_of, &writing.import],
            )?,
            _ => 0,
        };
    }
    let back: Vec<Change> = changes
        .iter()
        .map(|one| Change { field: one.field.clone(), old: one.new.clone(), new: one.old.clone() })
        .collect();
    fields(desk, known, &back, writing, "undo")
}

/// Removes a child that an import entered and that nothing refers to; whether it did.
pub(super) fn remove(desk: &mut Desk<'_, '_>, writing: &Writing, child: &str) -> Result<bool, Refused> {
    let county = desk.county().to_owned();
    let used = desk.tx.one(
        "select (select cast(count(*) as bigint) from roll_move where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from finding where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from request where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from closure_pupil where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from suspected where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from elsewhere where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from platform_entry where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from break_glass where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from child_merge where county = $1 and (kept = $2 or gone = $2))
              + (select cast(count(*) as bigint) from child_change where county = $1 and child = $2)
              + (select cast(count(*) as bigint) from child_group where county = $1 and child = $2 and source <> $3)
              + (select cast(count(*) as bigint) from child_tie where county = $1 and child = $2
                    and tie in ('shared', 'paired', 'emergency'))",
        &params![&county, child, &writing.import],
        |row| row.get::<i64>(0),
    )?;
    if used > 0 {
        return Ok(false);
    }
    let household = desk.tx.optional(
        "delete from child where county = $1 and id = $2 returning household",
        &params![&county, child],
        |row| row.get::<Option<String>>(0),
    )?;
    for sql in [
        "delete from child_tie where county = $1 and child = $2",
        "delete from guardian where county = $1 and child = $2",
        "delete from child_group where county = $1 and child = $2",
        "delete from class_member where county = $1 and child = $2",
    ] {
        desk.tx.execute(sql, &params![&county, child])?;
    }
    if let Some(Some(household)) = household {
        desk.tx.execute(
            "delete from household where county = $1 and id = $2
               and not exists (select 1 from child where child.county = $1 and child.household = $2)",
            &params![&county, &household],
        )?;
    }
    Ok(true)
}
