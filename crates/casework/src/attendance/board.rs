//! 今天点名: which classes have been called and who has not yet, for the teacher, the school and the county (五(九) 班主任
//! 每天及时完成考勤). It names classes and counts; names of pupils stand in the register.

use std::collections::{BTreeMap, HashMap};

use rules::access::{Action, Subject, may};
use rules::attendance::{Part, SchoolDays};

use super::calling::{Calling, EVENING, boarding};
use super::days::why_none;
use super::markets::days_with_markets;
use super::uncalled::{callings, uncalled};
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::units;

/// A class today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardLine {
    /// The class.
    pub class: String,
    /// 三年级(2)班.
    pub name: String,
    /// Who leads it; empty while the post is vacant.
    pub teacher: String,
    /// Parts of the day that were called.
    pub called: usize,
    /// Parts that are due by now and were not.
    pub waiting: usize,
    /// Pupils who were not there at the last call.
    pub missing: i64,
    /// Why there are no lessons; `None` on a school day.
    pub no_lessons: Option<String>,
}

/// A school today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolLine {
    /// The school.
    pub school: String,
    /// Its name.
    pub name: String,
    /// Registers that are due.
    pub due: usize,
    /// Of them submitted.
    pub called: usize,
}

/// The classes, or for the whole county the schools, those with most that is missing first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// Name of the school whose classes these are; empty where they are one's own of several.
    pub title: String,
    /// Classes.
    pub classes: Vec<BoardLine>,
    /// Schools, for whoever sees the county and has not chosen one.
    pub schools: Vec<SchoolLine>,
}

impl Board {
    /// Only what waits to be called: the lines that a count of them leads to.
    #[must_use]
    pub fn waiting(mut self) -> Self {
        self.classes.retain(|class| class.waiting > 0);
        self.schools.retain(|school| school.called < school.due);
        self
    }
}

struct Row {
    class: String,
    name: String,
    school: String,
    school_name: String,
    teacher: String,
}

/// How the day stands. `school` narrows the county to a school; empty for all one sees.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] for a year that the calendar does not know; [`Refused::Storage`].
pub fn board(desk: &mut Desk<'_, '_>, school: &str) -> Result<Board, Refused> {
    desk.require(Action::ReadRegister, &Subject::Nothing, ("register", ""))?;
    if school.is_empty() && may(desk.actor(), Action::ReadRegister, &Subject::Unit(&[])).is_ok() {
        return Ok(Board { schools: schools(desk)?, ..Board::default() });
    }
    let mut params = vec![Value::from(desk.county()), Value::from(desk.now.day())];
    let reached = units::within(desk.actor(), Action::ReadRegister, "class.unit", &mut params);
    let narrowed = if school.is_empty() {
        String::new()
    } else {
        params.push(Value::from(school.to_owned()));
        format!(" and class.school = ${}", params.len())
    };
    let rows = desk.tx.query(
        &format!(
            "select class.unit, unit.name, class.school, school.name,
                    coalesce((select account.name from post cross join tenure cross join account
                       where post.county = class.county and post.unit = class.unit and post.role = 'teacher'
                         and post.closed_at is null
                         and tenure.county = post.county and tenure.post = post.id
                         and tenure.from_day <= $2 and (tenure.until_day is null or tenure.until_day > $2)
                         and account.county = tenure.county and account.id = tenure.account
                       order by tenure.from_day, account.id limit 1), '')
             from unit
             join class on class.county = unit.county and class.unit = unit.id
             join unit school on school.county = class.county and school.id = class.school
             where unit.county = $1 and unit.kind = 'class' and unit.until_day is null and {reached}{narrowed}
             order by school.sort, school.id, unit.sort, unit.id"
        ),
        &params,
        |row| {
            Ok(Row {
                class: row.get(0)?,
                name: row.get(1)?,
                school: row.get(2)?,
                school_name: row.get(3)?,
                teacher: row.get(4)?,
            })
        },
    )?;
    let today = desk.now.day();
    let days = days_with_markets(desk, today, today.tomorrow().unwrap_or(today))?;
    let calls = callings(desk)?;
    let boarding = boarding(desk, &calls, &days, today)?;
    let mut params = vec![Value::from(desk.county()), Value::from(today)];
    let called = units::within(desk.actor(), Action::ReadRegister, "sheet.class", &mut params);
    let sent = sent(desk, &called, &params)?;
    let mut lines: Vec<(Row, BoardLine)> = Vec::with_capacity(rows.len());
    for row in rows {
        let calling = calls.get(&row.school).copied().unwrap_or_default();
        let boards = boarding.contains(&row.class);
        let line = line(desk, &days, &row, (calling, boards), sent.get(&row.class))?;
        lines.push((row, line));
    }
    let title = lines.first().map(|(row, _)| row.school_name.clone()).unwrap_or_default();
    Ok(Board { title, classes: lines.into_iter().map(|(_, line)| line).collect(), schools: Vec::new() })
}

fn line(
    desk: &Desk<'_, '_>,
    days: &SchoolDays<'_>,
    row: &Row,
    (calling, boards): (Calling, bool),
    sent: Option<&BTreeMap<String, i64>>,
) -> Result<BoardLine, Refused> {
    let today = desk.now.day();
    let evening = desk.now.clock().hour() >= EVENING;
    let due = calling.due(days, &row.school, today, boards)?;
    let was_called = |part: &Part| sent.is_some_and(|sent| sent.contains_key(part.code()));
    let waiting =
        due.iter().filter(|part| **part != Part::Evening || evening).filter(|part| !was_called(part));
    Ok(BoardLine {
        class: row.class.clone(),
        name: row.name.clone(),
        teacher: row.teacher.clone(),
        called: due.iter().filter(|part| was_called(part)).count(),
        waiting: waiting.count(),
        missing: Part::ALL
            .iter()
            .rev()
            .find_map(|part| sent.and_then(|sent| sent.get(part.code())).copied())
            .unwrap_or(0),
        no_lessons: if due.is_empty() { why_none(desk, days, &row.school, today)? } else { None },
    })
}

/// The schools of the county, those that wait for most first.
fn schools(desk: &mut Desk<'_, '_>) -> Result<Vec<SchoolLine>, Refused> {
    let mut schools: Vec<SchoolLine> = uncalled(desk, desk.now.day())?
        .into_iter()
        .map(|one| SchoolLine { school: one.school, name: one.name, due: one.due, called: one.called })
        .collect();
    schools.sort_by_key(|one| std::cmp::Reverse(one.due.saturating_sub(one.called)));
    Ok(schools)
}

/// For each class within reach the parts that were called on the day, with how many were missing at the last call of each.
fn sent(
    desk: &mut Desk<'_, '_>,
    reached: &str,
    params: &[Value<'_>],
) -> Result<HashMap<String, BTreeMap<String, i64>>, Refused> {
    let rows = desk.tx.query(
        &format!(
            "select class, part, missing from sheet
             where county = $1 and day = $2 and child is null and taken_back_at is null and {reached}
             order by class, at, id"
        ),
        params,
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    let mut sent: HashMap<String, BTreeMap<String, i64>> = HashMap::new();
    for (class, part, missing) in rows {
        sent.entry(class).or_default().insert(part, missing);
    }
    Ok(sent)
}
