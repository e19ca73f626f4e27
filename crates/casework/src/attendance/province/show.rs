//! The exports that were handed in, and what one of them would change or has changed, class by class and day by day.

use jiff::civil::Date;
use rules::access::Action;
use rules::attendance::{Half, Kind};

use super::super::calling::Source;
use super::keep::head;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Exports of the list.
const LINES: i64 = 100;
/// Classes and days of a page.
const DAYS: i64 = 60;

/// How far an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvinceState {
    /// Looked at; nothing was changed.
    Ready,
    /// Being taken over, or stopped on the way.
    Applying,
    /// Taken over.
    Applied,
    /// Taken back.
    Undone,
    /// Dropped before it was taken over.
    Dropped,
}

impl ProvinceState {
    /// Reads what is stored.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "ready" => Self::Ready,
            "applying" => Self::Applying,
            "applied" => Self::Applied,
            "undone" => Self::Undone,
            _ => Self::Dropped,
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ready => "待写入",
            Self::Applying => "写了一部分",
            Self::Applied => "已写入",
            Self::Undone => "已撤销",
            Self::Dropped => "已放弃",
        }
    }
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceLine {
    /// Id.
    pub id: String,
    /// Name of the file.
    pub title: String,
    /// Name of the unit that handed it in.
    pub unit: String,
    /// How far it is.
    pub state: ProvinceState,
    /// Rows.
    pub rows: i64,
    /// Rows to correct.
    pub rejected: i64,
    /// First and last day that it says something of; `None` when no row can be used.
    pub days: Option<(Date, Date)>,
    /// Who handed it in.
    pub by: String,
    /// When.
    pub at: String,
    /// Sheets that were not taken back, since somebody had corrected them.
    pub kept: i64,
}

/// A class on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceDay {
    /// The class.
    pub class: String,
    /// School and class.
    pub place: String,
    /// The day.
    pub day: Date,
    /// Whether it becomes a sheet; otherwise it is compared alone.
    pub becomes: bool,
    /// Whether the class was called here that day.
    pub called: bool,
    /// Pupils that it names.
    pub size: i64,
    /// Who of them is not there: name and mark.
    pub missing: Vec<(String, &'static str)>,
    /// Names of pupils on the roll whom it does not name.
    pub unnamed: Vec<String>,
}

/// One export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvincePage {
    /// It.
    pub line: ProvinceLine,
    /// Whether there is a workbook of rows to correct: the file.
    pub errors: Option<String>,
    /// Classes and days that become sheets, and that are compared alone.
    pub counts: (i64, i64),
    /// Its schools.
    pub schools: i64,
    /// Classes and days, the first of them.
    pub days: Vec<ProvinceDay>,
    /// The number behind which it goes on.
    pub next: Option<i64>,
}

const LINE: &str = "select export.id, export.title, coalesce(unit.name, ''), export.state, export.row_count, export.rejected,
        (select min(day) from province_day one where one.county = export.county and one.export = export.id),
        (select max(day) from province_day one where one.county = export.county and one.export = export.id),
        coalesce(account.name, ''), export.made_at, export.kept
     from province_export export
     left join unit on unit.county = export.county and unit.id = export.unit
     left join account on account.county = export.county and account.id = export.by_account";

fn line(row: &crate::db::Row<'_>) -> Result<ProvinceLine, crate::db::DbError> {
    Ok(ProvinceLine {
        id: row.get(0)?,
        title: row.get(1)?,
        unit: row.get(2)?,
        state: ProvinceState::of(&row.get::<String>(3)?),
        rows: row.get(4)?,
        rejected: row.get(5)?,
        days: row.get::<Option<Date>>(6)?.zip(row.get::<Option<Date>>(7)?),
        by: row.get(8)?,
        at: row.get(9)?,
        kept: row.get(10)?,
    })
}

/// The exports of the reader's units, the newest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn provinces(desk: &mut Desk<'_, '_>) -> Result<Vec<ProvinceLine>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(LINES)];
    let within = super::within(desk, Action::ImportAttendance, "export.unit", &mut values)?;
    Ok(desk.tx.query(
        &format!(
            "{LINE} where export.county = $1 and {within} order by export.made_at desc, export.id desc limit $2"
        ),
        &values,
        line,
    )?)
}

/// An export, its classes and days behind a number.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn province(desk: &mut Desk<'_, '_>, id: &str, after: i64) -> Result<ProvincePage, Refused> {
    let (head, post) = head(desk, id)?;
    let county = desk.county();
    let line = desk.tx.one(
        &format!("{LINE} where export.county = $1 and export.id = $2"),
        &params![county, id],
        line,
    )?;
    let (becomes, alone, schools) = desk.tx.one(
        "select cast(coalesce(sum(case when source = 'province' then 1 else 0 end), 0) as bigint),
                cast(coalesce(sum(case when source = 'province' then 0 else 1 end), 0) as bigint),
                cast(count(distinct school) as bigint)
         from province_day where county = $1 and export = $2",
        &params![county, id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut rows = desk.tx.query(
        "select province.number, province.class, school.name, unit.name, province.day, province.source, province.size,
                case when exists (select 1 from sheet where sheet.county = province.county
                                    and sheet.class = province.class and sheet.day = province.day
                                    and sheet.source is null and sheet.taken_back_at is null)
                     then 1 else 0 end
         from province_day province
         join unit on unit.county = province.county and unit.id = province.class
         join unit school on school.county = province.county and school.id = province.school
         where province.county = $1 and province.export = $2 and province.number > $3
         order by province.number limit $4",
        &params![county, id, after, DAYS + 1],
        |row| {
            let (school, class): (String, String) = (row.get(2)?, row.get(3)?);
            let one = ProvinceDay {
                class: row.get(1)?,
                place: format!("{school} · {class}"),
                day: row.get(4)?,
                becomes: row.get::<String>(5)? == Source::Province.code(),
                called: row.get(7)?,
                size: row.get(6)?,
                missing: Vec::new(),
                unnamed: Vec::new(),
            };
            Ok((row.get::<i64>(0)?, one))
        },
    )?;
    let most = usize::try_from(DAYS).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let last = rows.last().map(|(number, _)| *number);
    let marks = desk.tx.query(
        "select mark.number, child.name, mark.kind from province_mark mark
         join child on child.county = mark.county and child.id = mark.child
         where mark.county = $1 and mark.export = $2 and mark.number > $3 and mark.number <= $4
         order by mark.number, child.spelling, child.id",
        &params![county, id, after, last.unwrap_or(after)],
        |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    for (number, name, kind) in marks {
        let Some((_, day)) = rows.iter_mut().find(|(own, _)| *own == number) else { continue };
        match Kind::from_code(&kind) {
            None => day.unnamed.push(name),
            Some(kind) if kind.half() != Half::Came => day.missing.push((name, kind.label())),
            Some(_) => {}
        }
    }
    desk.record(Action::ImportAttendance, post, ("province", id), "", "看省系统考勤")?;
    Ok(ProvincePage {
        line,
        errors: head.errors,
        counts: (becomes, alone),
        schools,
        days: rows.into_iter().map(|(_, day)| day).collect(),
        next: last.filter(|_| more),
    })
}
