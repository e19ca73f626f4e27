//! The names behind a number, as far as the reader reaches these children and sees where they stand with school; and the same as a workbook.

use rules::access::{Action, Field, Subject};
use rules::figures::{Basis, Figure, Mark, Step, Why, mark_of};
use rules::purpose::ListPurpose;
use rules::standing::Standing;

use super::cohort;
use super::read::{Audience, Snapshot, audience, found};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::refused::Refused;
use crate::scope::Scope;

/// Names of a page.
const PAGE: usize = 100;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesAsked {
    /// Which figure.
    pub figure: Figure,
    /// Of which snapshot; the latest where none is named.
    pub at: Option<i64>,
    /// Of this township; empty for all.
    pub township: String,
    /// Of this village; empty for all.
    pub village: String,
    /// With this mark; all that the figure lists where none is named.
    pub mark: Option<Mark>,
    /// Of 复学率: who stays away for this cause, back or not; `None` for all that the figure lists.
    pub cause: Option<String>,
    /// Of 复学率: who has come to this step or further, back or not.
    pub step: Option<Step>,
    /// Behind this one.
    pub after: String,
}

/// A child behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Id of the file; empty where it was undone.
    pub child: String,
    /// Name.
    pub name: String,
    /// Township and village.
    pub home: String,
    /// School.
    pub school: String,
    /// How it counts.
    pub mark: Mark,
    /// Why, in words.
    pub why: &'static str,
    /// What exactly, of a matter; where it is looked at.
    pub matter: Option<(&'static str, String)>,
    /// Its open case.
    pub case: Option<String>,
    /// Where it stands on an old list, of one whom the ledger does not have.
    pub gone: Option<String>,
    /// Where the list goes on behind it.
    cursor: String,
}

/// A page of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamesPage {
    /// Of which snapshot; `None` while there is none.
    pub snapshot: Option<Snapshot>,
    /// In the order of their pinyin.
    pub names: Vec<Name>,
    /// From where the next page goes on.
    pub next: Option<String>,
}

/// Names that a number opens, a page of them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn names(desk: &mut Desk<'_, '_>, asked: &NamesAsked) -> Result<NamesPage, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figure", asked.figure.code()))?;
    let page = pages(desk, asked, Action::ListChildren, PAGE)?;
    desk.record(Action::ReadFigures, None, ("figure", asked.figure.code()), "", "看名单")?;
    Ok(page)
}

fn pages(
    desk: &mut Desk<'_, '_>,
    asked: &NamesAsked,
    action: Action,
    most: usize,
) -> Result<NamesPage, Refused> {
    let figure = asked.figure;
    let (basis, place) = figure.basis();
    let empty = |snapshot| NamesPage { snapshot, names: Vec::new(), next: None };
    // A member unit reads what may be told of many, and of a child what it was asked about it.
    if audience(desk.actor()) == Audience::Outside {
        return Ok(empty(found(desk, asked.at)?));
    }
    let Some(snapshot) = found(desk, asked.at)? else { return Ok(empty(None)) };
    let mut values =
        vec![Value::from(desk.county()), Value::from(basis.code()), Value::from(snapshot.number)];
    let mut scope = Scope::of(desk.actor(), action, desk.now).that_see(Field::Schooling);
    if figure == Figure::Disability {
        scope = scope.that_see(Field::Disability);
    }
    let reached = scope.predicate("tie", &mut values);
    // A cause and a step have children who are back as well as others.
    let whole = basis == Basis::Return && (asked.cause.is_some() || asked.step.is_some());
    let marks: Vec<String> = Mark::ALL
        .iter()
        .filter(|mark| {
            (figure.lists(**mark) || (whole && **mark == Mark::In))
                && asked.mark.is_none_or(|only| only == **mark)
        })
        .map(|mark| format!("'{}'", mark.code()))
        .collect();
    if marks.is_empty() {
        return Ok(empty(Some(snapshot)));
    }
    let mut narrowed = String::new();
    for (column, value) in [("township", &asked.township), ("village", &asked.village)] {
        if !value.is_empty() {
            values.push(Value::from(value.clone()));
            narrowed.push_str(&format!(" and m.{column} = ${}", values.len()));
        }
    }
    let mut among = "m.listed = 1";
    if whole {
        among = "m.basis = 'return'";
        if let Some(cause) = &asked.cause {
            values.push(Value::from(cause.clone()));
            narrowed.push_str(&format!(" and m.cause = ${}", values.len()));
        }
        if let Some(step) = asked.step {
            values.push(Value::from(step.number()));
            narrowed.push_str(&format!(" and m.step >= ${}", values.len()));
        }
    }
    let beyond = cohort::beyond(desk.actor(), figure, "m.township", Some("m.school"), &mut values);
    if let Some((spelling, id)) = asked.after.split_once(' ') {
        values.push(Value::from(spelling.to_owned()));
        values.push(Value::from(id.to_owned()));
        narrowed.push_str(&format!(" and (m.spelling, m.ref) > (${}, ${})", values.len() - 1, values.len()));
    }
    // The listed rows lie in the index in the order of the pinyin, with everything that chooses among them: a page goes along it from where the
    // one before ended, and stops after its hundred. Snapshots are compared in a way that no other index answers: rows that began before one
    // are nearly all. Units and cases are looked up for the page alone.
    let sql = format!(
        "select m.ref, m.file, m.name, coalesce(town.name, ''), coalesce(village.name, ''), coalesce(school.name, ''), m.marks,
                m.why, m.spelling,
                (select c.id from child_case c where c.county = $1 and c.child = m.child and c.ended_at is null), m.gone
         from (select m.ref, m.child, coalesce(child.merged_into, child.id, '') as file,
                      coalesce(child.name, gone.name, '') as name, m.marks, m.why, m.spelling, m.township, m.village, m.school,
                      coalesce(gone.id, '') as gone
               from figure_member m
               left join child on child.county = m.county and child.id = m.child
               left join cohort_name gone on gone.county = m.county and gone.id = m.ref and m.child = ''
               where m.county = $1 and m.basis = $2 and {among} and m.until_number + 0 > $3 and m.from_number + 0 <= $3
                 and substr(m.marks, {}, 1) in ({}) {narrowed}
                 and (exists (select 1 from child_tie tie where tie.county = m.county
                                and tie.child = coalesce(child.merged_into, child.id) and {reached})
                      or (m.child = '' and {beyond}))
               order by m.spelling, m.ref limit {}) m
         left join unit town on town.county = $1 and town.id = m.township
         left join unit village on village.county = $1 and village.id = m.village
         left join unit school on school.county = $1 and school.id = m.school
         order by m.spelling, m.ref",
        place + 1,
        marks.join(", "),
        most + 1
    );
    let mut names = desk.tx.query(&sql, &values, |row| name(row, figure, basis))?;
    let more = names.len() > most;
    names.truncate(most);
    let next = names.last().filter(|_| more).map(|last| last.cursor.clone());
    Ok(NamesPage { snapshot: Some(snapshot), names, next })
}

fn name(row: &Row<'_>, figure: Figure, basis: Basis) -> Result<Name, DbError> {
    let text = |at| row.get::<String>(at);
    let (id, marks, why) = (text(0)?, text(6)?, text(7)?);
    let home: Vec<String> = [text(3)?, text(4)?].into_iter().filter(|name| !name.is_empty()).collect();
    Ok(Name {
        child: text(1)?,
        name: text(2)?,
        home: home.join(" "),
        school: text(5)?,
        mark: mark_of(figure, &marks).unwrap_or(Mark::None),
        why: why_label(basis, &why),
        matter: if basis == Basis::Kept { matter(&id) } else { None },
        case: row.get(9)?,
        gone: Some(text(10)?).filter(|id| !id.is_empty()),
        cursor: format!("{} {id}", text(8)?),
    })
}

/// Why a child or matter counts so, in words.
pub(super) fn why_label(basis: Basis, code: &str) -> &'static str {
    if basis == Basis::Child {
        Standing::from_code(code).map_or("", Standing::label)
    } else {
        Why::from_code(code).map_or("", Why::label)
    }
}

/// What a duty was about, and where it is looked at.
fn matter(id: &str) -> Option<(&'static str, String)> {
    let mut parts = id.split(':');
    match (parts.next()?, parts.next()?) {
        ("case", case) => Some(("个案", format!("/cases/{case}"))),
        ("report", report) => Some(("疑似辍学报告", format!("/reports/{report}"))),
        ("request", request) => Some(("部门协助", format!("/requests/{request}"))),
        _ => None,
    }
}

const SHAPE: Shape = Shape {
    name: "指标名单",
    kind: "figure",
    action: Action::ExportFigures,
    columns: &[
        ("指标", 22.0),
        ("快照", 12.0),
        ("姓名", 12.0),
        ("乡镇、村", 24.0),
        ("学校", 26.0),
        ("怎么计", 14.0),
        ("情况", 26.0),
    ],
};

/// The same names as a workbook; it is put on the record by [`exports::record`].
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`], [`Refused::Fault`].
pub fn export(desk: &mut Desk<'_, '_>, asked: &NamesAsked, purpose: ListPurpose) -> Result<Made, Refused> {
    let mut asked = NamesAsked { after: String::new(), ..asked.clone() };
    let mut over = false;
    exports::make(desk, SHAPE, purpose, |desk| {
        if over {
            return Ok(Vec::new());
        }
        let page = pages(desk, &asked, Action::ExportFigures, PIECE)?;
        asked.after = page.next.clone().unwrap_or_default();
        over = page.next.is_none();
        let day = page.snapshot.map(|snapshot| snapshot.day).unwrap_or_default();
        let row = |one: Name| {
            let label = asked.figure.label().to_owned();
            vec![
                label,
                day.clone(),
                one.name,
                one.home,
                one.school,
                one.mark.label().to_owned(),
                one.why.to_owned(),
            ]
        };
        Ok(page.names.into_iter().map(row).collect())
    })
}
