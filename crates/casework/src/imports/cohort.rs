//! Rows of an old list of a first or seventh grade: whom the ledger has joins the cohort of that year; whom it does not have is written down by
//! name, and counts as not retained until somebody says with proof what became of it (hazard B09). No child is changed and none is made.

use rules::age::school_year_label;
use rules::figures::Cohort;

use super::decide::Outcome;
use super::writing::StoredRow;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// School year and grade.
fn parts(cohort: &str) -> Result<(i16, i64), Refused> {
    let read =
        cohort.split_once('.').and_then(|(year, grade)| Some((year.parse().ok()?, grade.parse().ok()?)));
    read.ok_or_else(|| Refused::Fault("a stored cohort cannot be read".to_owned()))
}

/// `2018-2019学年一年级`.
pub(super) fn words(cohort: &str) -> String {
    let Ok((year, grade)) = parts(cohort) else { return String::new() };
    let grade = Cohort::of_grade(grade).map_or("", Cohort::label);
    format!("{}学年{grade}", school_year_label(year))
}

fn now(
    desk: &mut Desk<'_, '_>,
    id: &str,
    row: &StoredRow,
    outcome: &str,
    reason: &str,
) -> Result<(), Refused> {
    desk.tx.execute(
        "update import_row set outcome = $4, reason = $5 where county = $1 and import = $2 and number = $3",
        &params![desk.county(), id, row.number, outcome, reason],
    )?;
    Ok(())
}

fn applied(desk: &mut Desk<'_, '_>, id: &str, row: &StoredRow, child: &str) -> Result<(), Refused> {
    desk.tx.execute(
        "update import_row set state = 'applied', child = $4 where county = $1 and import = $2 and number = $3",
        &params![desk.county(), id, row.number, child],
    )?;
    Ok(())
}

/// Writes one row; what stands there already is written no second time.
pub(super) fn put(desk: &mut Desk<'_, '_>, id: &str, row: &StoredRow) -> Result<(), Refused> {
    let county = desk.county();
    let (year, grade) = parts(&row.wanted.cohort)?;
    if let (Outcome::Changed, Some(child)) = (row.outcome, &row.child) {
        let made = desk.tx.execute(
            "insert into figure_cohort (county, year, child, grade, source, made_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (county, year, child) do nothing",
            &params![county, year, child, grade, id, desk.now.stamp()],
        )?;
        return if made == 0 {
            now(desk, id, row, "same", "名册里已有这个孩子")
        } else {
            applied(desk, id, row, child)
        };
    }
    let wanted = &row.wanted;
    let index = |desk: &Desk<'_, '_>, purpose: &str, text: &str| {
        (!text.is_empty()).then(|| desk.index(purpose, text))
    };
    let (number, student) =
        (index(desk, "id_number", &wanted.id_number), index(desk, "student_number", &wanted.student_number));
    let entered = desk.tx.optional(
        "select id from child where county = $1 and merged_into is null and id_index = $2",
        &params![county, number.as_deref()],
        |row| row.get::<String>(0),
    )?;
    if entered.is_some() {
        return now(desk, id, row, "unclear", "比对之后有人登记了同一个证件号，请核对");
    }
    let there = desk.tx.optional(
        "select id from cohort_name where county = $1 and year = $2 and grade = $3
           and (id_index = $4 or student_index = $5 or (name = $6 and birth = $7 and birth <> '')) order by id limit 1",
        &params![county, year, grade, number.as_deref(), student.as_deref(), &wanted.name, &wanted.birth],
        |row| row.get::<String>(0),
    )?;
    if there.is_some() {
        return now(desk, id, row, "same", "名册里已有这个人");
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let new = desk.now.id();
    let spelling = linkage::spelling::spelling(&wanted.name).full;
    desk.tx.execute(
        "insert into cohort_name (county, id, year, grade, name, spelling, birth, id_index, student_index, school,
                                  school_name, township, import, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &params![
            county,
            &new,
            year,
            grade,
            &wanted.name,
            &spelling,
            &wanted.birth,
            number.as_deref(),
            student.as_deref(),
            some(&wanted.school),
            &wanted.school_name,
            some(&wanted.school_township),
            id,
            desk.now.stamp()
        ],
    )?;
    applied(desk, id, row, &new)
}

/// Takes one row back; whether it was untouched: a name of which somebody said what became of it stays.
pub(super) fn take_back(desk: &mut Desk<'_, '_>, id: &str, row: &StoredRow) -> Result<bool, Refused> {
    let county = desk.county();
    let (year, _) = parts(&row.wanted.cohort)?;
    let child = row.child.as_deref().unwrap_or_default();
    let gone = match row.outcome {
        Outcome::Changed => desk.tx.execute(
            "delete from figure_cohort where county = $1 and year = $2 and child = $3 and source = $4",
            &params![county, year, child, id],
        )?,
        _ => desk.tx.execute(
            "delete from cohort_name where county = $1 and id = $2
               and not exists (select 1 from cohort_fate f where f.county = cohort_name.county and f.name = cohort_name.id)",
            &params![county, child],
        )?,
    };
    Ok(gone > 0)
}
