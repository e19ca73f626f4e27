//! 缺课跟进、疑似辍学学生台账: who is away today, from the first day on, and who stands on the list of suspects; each in
//! the reader's scope, with the sentence that says why.

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie, may};
use rules::attendance::{Clock, Rule, asked, sentence};

use super::count::{COLUMNS, clock};
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::refused::Refused;
use crate::scope::Scope;

/// Rows of a page.
pub const PAGE: usize = 100;

/// Who is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Away without good reason, not yet for so long that it is suspected: the first and second day.
    Counting,
    /// Away with a reason that was only told.
    Told,
}

/// A child that is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class.
    pub place: String,
    /// School days that the list is in the order of: without good reason, or with one that was only told.
    pub days: u16,
    /// School days that are still missing before it is suspected.
    pub left: u16,
    /// The first day.
    pub since: Option<Date>,
    /// Which day this is and what follows, with the clause.
    pub said: String,
}

/// Which part of 疑似辍学学生台账 is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listed {
    /// Who stands on it.
    Standing,
    /// Of them those that wait for the reader to verify and report them.
    ToReport,
    /// Who was taken off it.
    Cleared,
}

/// How a page goes on: the last child of the page before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// Its day, of the list of suspects.
    pub day: String,
    /// Its id.
    pub id: String,
}

/// What the list says of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// Id of the row.
    pub id: String,
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// School and class.
    pub place: String,
    /// Township of the household.
    pub township: String,
    /// By what it came onto the list: attendance or finding.
    pub source: String,
    /// The day on which the count was full, or on which it was decided.
    pub since: Date,
    /// What the clock says now; of one that is off the list, what it said then.
    pub said: String,
    /// When it was taken off; `None` while it stands.
    pub cleared_at: Option<String>,
    /// returned or corrected.
    pub cleared_why: String,
    /// Its open case.
    pub case: Option<String>,
}

fn place(row: &Row<'_>, at: usize) -> Result<String, crate::db::DbError> {
    let (school, class): (String, String) = (row.get(at)?, row.get(at + 1)?);
    Ok([school, class].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · "))
}

fn columns() -> String {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("clock.{column}")).collect();
    columns.join(", ")
}

/// The scope as a predicate about the child whose id stands in `column`.
fn within<'v>(
    desk: &Desk<'v, '_>,
    action: Action,
    column: &str,
    county: &str,
    values: &mut Vec<Value<'v>>,
) -> String {
    let scope = Scope::of(desk.actor(), action, desk.now);
    let reached = scope.predicate("tie", values);
    // Whose children are few, of a school, a class, a village, has them listed once; whose are many is asked for each.
    let wide = |tie| matches!(tie, Tie::County | Tie::HomeTownship | Tie::SchoolTownship);
    if scope.pairs().any(|(_, tie)| wide(tie)) {
        format!(
            "exists (select 1 from child_tie tie where tie.county = {county} and tie.child = {column} and {reached})"
        )
    } else {
        format!("{column} in (select tie.child from child_tie tie where tie.county = $1 and {reached})")
    }
}

/// Children that are away and whom the reader may know of, the longest absence first: at most [`PAGE`] behind the child
/// `after`, and whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn absent(
    desk: &mut Desk<'_, '_>,
    stage: Stage,
    after: Option<(u16, &str)>,
) -> Result<(Vec<Absent>, bool), Refused> {
    desk.require(Action::ReadAbsences, &Subject::Nothing, ("absences", ""))?;
    let rule = Rule::of(desk.plan);
    let mut values = vec![Value::from(desk.county())];
    let reached = within(desk, Action::ReadAbsences, "clock.child", "clock.county", &mut values);
    let (of_stage, count) = match stage {
        Stage::Counting => ("clock.away > 0 and clock.suspected_day is null", "clock.away"),
        Stage::Told => ("clock.away = 0 and clock.told > 0", "clock.told"),
    };
    let behind = match after {
        None => String::new(),
        Some((days, child)) => {
            values.push(Value::from(days));
            values.push(Value::from(child.to_owned()));
            let at = values.len();
            format!("and ({count} < ${} or ({count} = ${} and clock.child > ${at}))", at - 1, at - 1)
        }
    };
    let sql = format!(
        "select child.id, child.name, coalesce(school.name, ''), coalesce(class.name, ''), {}
         from clock
         join child on child.county = clock.county and child.id = clock.child and child.merged_into is null
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         where clock.county = $1 and clock.open = 1 and {of_stage} and {reached} {behind}
         order by {count} desc, clock.child limit {}",
        columns(),
        PAGE + 1
    );
    let mut found = desk.tx.query(&sql, &values, |row| {
        let clock = clock(row, 4)?;
        let said = match stage {
            Stage::Counting => sentence(&rule, &clock),
            Stage::Told => asked(&rule, &clock),
        };
        Ok(Absent {
            child: row.get(0)?,
            name: row.get(1)?,
            place: place(row, 2)?,
            days: if stage == Stage::Told { clock.told } else { clock.away },
            left: clock.left(&rule),
            since: clock.since,
            said: said.unwrap_or_default(),
        })
    })?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok((found, more))
}

/// 疑似辍学学生台账 in the reader's scope, the longest on it first; who was taken off it, the latest first. At most [`PAGE`]
/// behind `after`, and whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn suspects(
    desk: &mut Desk<'_, '_>,
    listed: Listed,
    after: &Behind,
) -> Result<(Vec<Suspect>, bool), Refused> {
    desk.require(Action::ReadSuspects, &Subject::Nothing, ("suspects", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let cleared = listed == Listed::Cleared;
    let reached = within(desk, Action::ReadSuspects, "suspected.child", "suspected.county", &mut values);
    let (state, order) = match listed {
        Listed::Standing => ("suspected.cleared_at is null".to_owned(), "asc"),
        Listed::ToReport => (to_report(desk, &mut values), "asc"),
        Listed::Cleared => ("suspected.cleared_at is not null".to_owned(), "desc"),
    };
    let mut behind = String::new();
    if !after.id.is_empty() {
        values.push(Value::from(after.day.clone()));
        values.push(Value::from(after.id.clone()));
        let at = values.len();
        let than = if cleared { "<" } else { ">" };
        behind = format!(
            "and (suspected.since_day {than} ${day} or (suspected.since_day = ${day} and suspected.id {than} ${at}))",
            day = at - 1
        );
    }
    let sql = format!(
        "select suspected.id, child.id, child.name, coalesce(school.name, ''), coalesce(class.name, ''),
                coalesce(township.name, ''), suspected.source, suspected.since_day, coalesce(suspected.said, ''),
                suspected.cleared_at, coalesce(suspected.cleared_why, ''), clock.day, open_case.id, {}
         from suspected
         join child on child.county = suspected.county and child.id = suspected.child and child.merged_into is null
         left join unit school on school.county = child.county and school.id = child.school
         left join unit class on class.county = child.county and class.id = child.class
         left join unit township on township.county = child.county and township.id = child.township
         left join clock on clock.county = child.county and clock.child = child.id and clock.open = 1
         left join child_case open_case on open_case.county = child.county and open_case.child = child.id
                                       and open_case.ended_at is null
         where suspected.county = $1 and {state} and {reached} {behind}
         order by suspected.since_day {order}, suspected.id {order} limit {}",
        columns(),
        PAGE + 1
    );
    let rule = Rule::of(desk.plan);
    let mut found = desk.tx.query(&sql, &values, |row| {
        let open = !cleared && row.get::<Option<String>>(11)?.is_some();
        let now = if open { sentence(&rule, &clock(row, 13)?) } else { None };
        Ok(Suspect {
            id: row.get(0)?,
            child: row.get(1)?,
            name: row.get(2)?,
            place: place(row, 3)?,
            township: row.get(5)?,
            source: row.get(6)?,
            since: row.get(7)?,
            said: match now {
                Some(said) => said,
                None => row.get(8)?,
            },
            cleared_at: row.get(9)?,
            cleared_why: row.get(10)?,
            case: row.get(12)?,
        })
    })?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok((found, more))
}

/// That a row of the list stands, nobody has reported it, and it is the reader's to verify.
fn to_report<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let mine = within(desk, Action::VerifyReport, "suspected.child", "suspected.county", values);
    format!(
        "suspected.cleared_at is null and {mine} and not exists (select 1 from report
           where report.county = suspected.county and report.suspected = suspected.id)"
    )
}

/// How many wait for the reader to verify and report them: as many as [`Listed::ToReport`] lists.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn waiting_for_report(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let waits = to_report(desk, &mut values);
    let sql = format!(
        "select cast(count(*) as bigint) from suspected
         join child on child.county = suspected.county and child.id = suspected.child and child.merged_into is null
         where suspected.county = $1 and {waits}"
    );
    Ok(desk.tx.one(&sql, &values, |row| row.get(0))?)
}

/// What the clock says of a child today, for its file: the count, what is asked, and every time that it was suspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfChild {
    /// How it stands.
    pub clock: Clock,
    /// The sentence; `None` when nothing is counted.
    pub said: Option<String>,
    /// What is asked about a reason that was only told.
    pub asked: Option<String>,
    /// Days on which it was suspected, with the moment and the reason that it was taken off again.
    pub suspected: Vec<(Date, Option<String>, String)>,
}

/// What the clock says of a child, for whoever may see its absences.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn of_child(desk: &mut Desk<'_, '_>, child: &str) -> Result<OfChild, Refused> {
    let ties = ties_of(desk, child)?;
    let subject = Subject::Child(&ties);
    if may(desk.actor(), Action::ReadAbsences, &subject).is_err() {
        desk.require(Action::ReadSuspects, &subject, ("child", child))?;
    }
    let rule = Rule::of(desk.plan);
    let sql = format!("select {COLUMNS} from clock where county = $1 and child = $2 and open = 1");
    let values = [Value::from(desk.county()), Value::from(child)];
    let clock = desk.tx.optional(&sql, &values, |row| clock(row, 0))?.unwrap_or_default();
    let suspected = desk.tx.query(
        "select since_day, cleared_at, coalesce(cleared_why, '') from suspected
         where county = $1 and child = $2 order by since_day, id",
        &values,
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(OfChild { clock, said: sentence(&rule, &clock), asked: asked(&rule, &clock), suspected })
}
