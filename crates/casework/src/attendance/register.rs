//! The register of a class on a day: who is on the roll, what was called and by whom, who is on leave, what the clock says,
//! whom to ring up. Reading it shows telephones, so it stands on the record.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use rules::access::{Action, Field, Subject, may};
use rules::attendance::{self, Kind, Mark, Part, Reason, Rule, Settled, asked, holding, sentence, settle};
use rules::codes::Boarding;

use super::book::among;
use super::bounds::{bounds, elsewhere, is_head};
use super::calling::{EVENING, Evenings, calling};
use super::class::Class;
use super::count::{COLUMNS, clock};
use super::days::{school_days, why_none};
use super::markets::days_with_markets;
use super::sheets::{self, Stored};
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{Sees, Shown};
use crate::params;
use crate::refused::Refused;

/// One submission, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// Id.
    pub id: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Whether it came after the day (补录).
    pub late: bool,
    /// The one pupil that it is about; `None` for the whole class.
    pub child: Option<String>,
    /// Whether it corrects another.
    pub corrects: bool,
    /// Whether the provincial system put it out.
    pub province: bool,
    /// Pupils that it covers.
    pub size: i64,
    /// Of them not there.
    pub missing: i64,
}

/// A part of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartLine {
    /// Which.
    pub part: Part,
    /// Whether the school calls it on this day.
    pub due: bool,
    /// Whether it should have been called by now and was not; of an evening only from the hour on at which it is called.
    pub waits: bool,
    /// By which hour; only the first call of a day has one.
    pub by: Option<Time>,
    /// Why it cannot be called or corrected by the reader now; `None` when it can.
    pub closed: Option<String>,
    /// Sheets that stand: what a further submission corrects.
    pub heads: Vec<String>,
    /// Everything submitted, in the order in which it came.
    pub sheets: Vec<SheetLine>,
}

/// What one sheet that stands says of a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which part of the day.
    pub part: Part,
    /// The sheet.
    pub sheet: String,
    /// What it says.
    pub kind: Kind,
    /// Why.
    pub reason: Option<Reason>,
    /// Who submitted it.
    pub by: String,
    /// When.
    pub at: String,
}

/// Leave that covers the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// sick or personal, as a kind of the register.
    pub kind: Kind,
    /// Its last day.
    pub until: Date,
}

/// Whom to ring up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phone {
    /// Name and relation.
    pub who: String,
    /// The number, as the reader may see it.
    pub number: Shown,
}

/// A pupil of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// Id of the child.
    pub child: String,
    /// Name.
    pub name: String,
    /// Whether the pupil boards.
    pub boards: bool,
    /// What holds for each part that was called and covers the pupil.
    pub settled: Vec<(Part, Settled)>,
    /// The claims behind it; two that differ are a conflict.
    pub claims: Vec<Claim>,
    /// Leave that covers the day.
    pub leave: Option<Leave>,
    /// School days away without good reason, at the last evening that was counted up to this day.
    pub away: u16,
    /// Since when the pupil is suspected of having dropped out.
    pub suspected: Option<Date>,
    /// Whether it boards and had not come back on the evening before (未返).
    pub not_back: bool,
    /// What the clock says, with the clause.
    pub said: Option<String>,
    /// What is asked about a reason that was only told.
    pub asked: Option<String>,
    /// Whom to ring up.
    pub phones: Vec<Phone>,
}

/// The register of a class on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Register {
    /// The class.
    pub class: String,
    /// 三年级(2)班.
    pub name: String,
    /// The school.
    pub school: String,
    /// Its name.
    pub school_name: String,
    /// The day.
    pub day: Date,
    /// Why there are no lessons; `None` on a school day.
    pub no_lessons: Option<String>,
    /// The parts that are due or were called.
    pub parts: Vec<PartLine>,
    /// Everybody on the roll of the day, in the order of their spelling.
    pub pupils: Vec<Pupil>,
    /// The moment of this roll, for [`Submission::roll_at`](super::Submission::roll_at).
    pub roll_at: String,
}

/// A row of the roll while the register is made.
struct Row {
    child: String,
    name: String,
    boards: bool,
    made_at: String,
    here: bool,
    clock: attendance::Clock,
}

/// Reads a register.
///
/// # Errors
/// [`Refused::Denied`] for a class that is not the reader's, [`Refused::Rule`] for a year that the calendar does not know,
/// [`Refused::Storage`].
pub fn register(desk: &mut Desk<'_, '_>, class: &str, day: Date) -> Result<Register, Refused> {
    let (class, grant) = Class::find(desk, Action::ReadRegister, class)?;
    let sees = grant.post.map(|post| class.sees(post));
    let rows = roll(desk, &class, day)?;
    let boards = rows.iter().any(|row| row.boards);
    let calling = calling(desk, &class.school)?;
    let next = day.tomorrow().unwrap_or(day);
    let days = if boards && calling.evenings == Evenings::Returns {
        days_with_markets(desk, day, next)?
    } else {
        school_days(desk, day, next)?
    };
    let no_lessons = why_none(desk, &days, &class.school, day)?;
    let due = calling.due(&days, &class.school, day, boards)?;
    let sheets = sheets::of_day(desk, &class.id, day)?;
    let eve = match day.yesterday() {
        Ok(eve) if boards && calling.evenings != Evenings::None => sheets::of_day(desk, &class.id, eve)?,
        _ => Vec::new(),
    };
    let mut leave = leave(desk, &rows, day)?;
    let mut phones = match sees {
        Some(sees) if sees.shows(Field::Phone) => phones(desk, &rows, sees)?,
        _ => HashMap::new(),
    };
    let rule = Rule::of(desk.plan);
    let pupils = rows
        .into_iter()
        .map(|row| {
            let said = of_pupil(&sheets, &class.id, &row);
            let settled = Part::ALL
                .into_iter()
                .filter_map(|part| match settle_part(&said, part) {
                    Settled::Nothing => None,
                    settled => Some((part, settled)),
                })
                .collect();
            Pupil {
                settled,
                claims: said.iter().filter_map(|mark| claim(&sheets, &row.child, mark)).collect(),
                leave: leave.remove(&row.child),
                not_back: settle_part(&of_pupil(&eve, &class.id, &row), Part::Evening)
                    == Settled::Says(Kind::NotReturned),
                away: row.clock.away,
                suspected: row.clock.suspected,
                said: sentence(&rule, &row.clock),
                asked: asked(&rule, &row.clock),
                phones: phones.remove(&row.child).unwrap_or_default(),
                boards: row.boards,
                child: row.child,
                name: row.name,
            }
        })
        .collect();
    let parts = parts(desk, &class, day, &due, &sheets)?;
    desk.record(Action::ReadRegister, grant.post, ("class", &class.id), "", &day.to_string())?;
    Ok(Register {
        class: class.id,
        name: class.name,
        school: class.school,
        school_name: class.school_name,
        day,
        no_lessons,
        parts,
        pupils,
        roll_at: desk.now.stamp(),
    })
}

fn roll(desk: &mut Desk<'_, '_>, class: &Class, day: Date) -> Result<Vec<Row>, Refused> {
    let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("clock.{column}")).collect();
    let sql = format!(
        "select child.id, child.name, child.boarding, member.made_at, coalesce(child.school, ''), clock.day, {}
         from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         left join clock on clock.county = child.county and clock.child = child.id
           and clock.day = (select max(day) from clock last where last.county = child.county and last.child = child.id
                              and last.day <= $3)
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3)
         order by child.spelling, child.id",
        columns.join(", ")
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), &class.id, day], |row| {
        let counted = row.get::<Option<String>>(5)?.is_some();
        Ok(Row {
            child: row.get(0)?,
            name: row.get(1)?,
            boards: row.get::<String>(2)? == Boarding::Boarder.code(),
            made_at: row.get(3)?,
            here: row.get::<String>(4)? == class.school,
            clock: if counted { clock(row, 6)? } else { attendance::Clock::default() },
        })
    })?)
}

fn leave(desk: &mut Desk<'_, '_>, rows: &[Row], day: Date) -> Result<HashMap<String, Leave>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(day)];
    let list = among(&mut values, rows.iter().map(|row| row.child.as_str()));
    let found = desk.tx.query(
        &format!(
            "select child, kind, case when ended_day < until_day then ended_day else until_day end from leave
             where county = $1 and child in ({list}) and state = 'approved' and from_day <= $2 and until_day >= $2
             order by child, until_day, id"
        ),
        &values,
        |row| {
            let kind: String = row.get(1)?;
            let kind = Kind::from_code(&kind).unwrap_or(Kind::Personal);
            Ok((row.get::<String>(0)?, Leave { kind, until: row.get(2)? }))
        },
    )?;
    Ok(found.into_iter().filter(|(_, leave)| leave.until >= day).collect())
}

/// Telephones of those who are still at the school.
fn phones(desk: &mut Desk<'_, '_>, rows: &[Row], sees: Sees) -> Result<HashMap<String, Vec<Phone>>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let here = rows.iter().filter(|row| row.here).map(|row| row.child.as_str());
    let list = among(&mut values, here);
    let found = desk.tx.query(
        &format!(
            "select child, id, name, relation, phone_sealed from guardian
             where county = $1 and child in ({list}) and until_at is null and phone_sealed is not null
             order by child, sort, id"
        ),
        &values,
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                format!("{}（{}）", row.get::<String>(2)?, row.get::<String>(3)?),
                row.get::<Option<Vec<u8>>>(4)?,
            ))
        },
    )?;
    let mut phones: HashMap<String, Vec<Phone>> = HashMap::new();
    for (child, guardian, who, sealed) in found {
        let plain = desk.open("guardian", "phone", &guardian, sealed.as_deref())?;
        if let Some(number) = sees.phone(&plain) {
            phones.entry(child).or_default().push(Phone { who, number });
        }
    }
    Ok(phones)
}

/// The marks of a pupil that hold on the day.
fn of_pupil<'s>(sheets: &'s [Stored], class: &'s str, row: &Row) -> Vec<Mark<'s>> {
    let says = |sheet: &Stored| {
        let marked = sheet.marks.iter().find(|mark| mark.child == row.child).map(|mark| mark.kind);
        let default = sheet.child.is_none() && sheet.part != Part::Evening && row.made_at <= sheet.roll_at;
        marked.or_else(|| default.then_some(Kind::Present))
    };
    let said: Vec<(attendance::Sheet<'s>, Kind)> = sheets
        .iter()
        .filter_map(|sheet| {
            let kind = says(sheet)?;
            let Stored { id, day, part, corrects, .. } = sheet;
            Some((attendance::Sheet { id, class, day: *day, part: *part, corrects }, kind))
        })
        .collect();
    holding(&said)
}

/// What holds for a part alone: a call of the whole day is shown as such.
fn settle_part(marks: &[Mark<'_>], part: Part) -> Settled {
    let own: Vec<Mark<'_>> = marks.iter().filter(|mark| mark.part == part).copied().collect();
    settle(&own, part)
}

fn claim(sheets: &[Stored], child: &str, mark: &Mark<'_>) -> Option<Claim> {
    let sheet = sheets.iter().find(|sheet| sheet.id == mark.id)?;
    let reason = sheet.marks.iter().find(|one| one.child == child).and_then(|one| one.reason);
    Some(Claim {
        part: mark.part,
        sheet: sheet.id.clone(),
        kind: mark.kind,
        reason,
        by: sheet.by.clone(),
        at: sheet.at.clone(),
    })
}

fn parts(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    day: Date,
    due: &[Part],
    sheets: &[Stored],
) -> Result<Vec<PartLine>, Refused> {
    let path = [class.id.clone(), class.school.clone()];
    let caller = may(desk.actor(), Action::CallRegister, &Subject::Unit(&path)).ok();
    let called = |part: Part| sheets.iter().filter(move |sheet| sheet.part == part);
    let mut lines = Vec::new();
    for part in Part::ALL {
        let is_due = due.contains(&part);
        if !is_due && called(part).next().is_none() {
            continue;
        }
        let closed = match caller {
            None => Some("点名由班主任和校长办理".to_owned()),
            Some(grant) => match bounds(desk, class, is_head(grant.post), (day, part)) {
                Ok(()) if called(part).next().is_none() => {
                    elsewhere(class, part).map(|refused| refused.to_string())
                }
                Ok(()) => None,
                Err(refused @ Refused::Rule { .. }) => Some(refused.to_string()),
                Err(refused) => return Err(refused),
            },
        };
        let today = desk.now.day();
        let begun = part != Part::Evening || day < today || desk.now.clock().hour() >= EVENING;
        lines.push(PartLine {
            part,
            due: is_due,
            waits: is_due && begun && called(part).next().is_none(),
            by: (is_due && matches!(part, Part::Whole | Part::Morning)).then(|| desk.plan.register().by),
            closed,
            heads: sheets::heads(sheets, part),
            sheets: called(part)
                .map(|sheet| SheetLine {
                    id: sheet.id.clone(),
                    by: sheet.by.clone(),
                    at: sheet.at.clone(),
                    late: sheet.late,
                    child: sheet.child.clone(),
                    corrects: !sheet.corrects.is_empty(),
                    province: sheet.province,
                    size: sheet.size,
                    missing: sheet.missing,
                })
                .collect(),
        });
    }
    Ok(lines)
}
