//! 核对: where one's own register and the provincial system differ, pupil by pupil, and which of the two is right. A decision is a
//! fact with its reason; where the province is right the register is corrected by the way of every correction (B06).

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::attendance::{Kind, Part, Stood};

use super::super::sheets;
use super::super::submit::{Submission, Tapped, submit};
use super::compare::compare;
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// Rows of a page.
const PAGE: usize = 50;
/// Days on one side at most.
const MOST_DAYS: i64 = 100;

/// Which of the two is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The register here: the provincial system is to be corrected there.
    Ours,
    /// The province: the register is corrected here.
    Theirs,
}

impl How {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        }
    }

    /// The one with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Ours, Self::Theirs].into_iter().find(|one| one.code() == code)
    }
}

/// A pupil and a day of which the two say different things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differing {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// The day.
    pub day: Date,
    /// The class.
    pub class: String,
    /// School and class.
    pub place: String,
    /// What the day was by the register here.
    pub here: Stood,
    /// What the provincial system says, in its word; nothing where it does not name the pupil.
    pub there: &'static str,
    /// Whether the register here can be corrected by it.
    pub correctable: bool,
    /// Why it was decided that the register here is right; empty while it is open.
    pub why: String,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at: String,
}

/// A page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DifferingPage {
    /// The rows, the oldest day first.
    pub rows: Vec<Differing>,
    /// How many are open, and how many are to be corrected in the provincial system.
    pub counts: [i64; 2],
    /// The place of the next page: the last day and child of this one.
    pub next: Option<(Date, String)>,
    /// Whether the reader decides.
    pub may_decide: bool,
}

/// A class and day that one of the two lacks altogether.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneSide {
    /// The class.
    pub class: String,
    /// School and class.
    pub place: String,
    /// The day.
    pub day: Date,
    /// Whether it is the register here that has it.
    pub here: bool,
}

/// The differences of the reader's schools: those that are open, or those that are to be corrected in the provincial system.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn province_differences(
    desk: &mut Desk<'_, '_>,
    open: bool,
    after: Option<&(Date, String)>,
) -> Result<DifferingPage, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let within = super::within(desk, Action::ImportAttendance, "d.school", &mut values)?;
    let counts = desk.tx.one(
        &format!(
            "select cast(coalesce(sum(case when d.state = 'open' then 1 else 0 end), 0) as bigint),
                    cast(coalesce(sum(case when d.state = 'ours' then 1 else 0 end), 0) as bigint)
             from province_difference d where d.county = $1 and {within}"
        ),
        &values,
        |row| Ok([row.get::<i64>(0)?, row.get::<i64>(1)?]),
    )?;
    values.push(Value::from(if open { "open" } else { "ours" }));
    let mut place = format!("{within} and d.state = ${}", values.len());
    if let Some((day, child)) = after {
        values.extend([Value::from(*day), Value::from(child.as_str())]);
        place.push_str(&format!(" and (d.day, d.child) > (${}, ${})", values.len() - 1, values.len()));
    }
    values.push(Value::from(PAGE + 1));
    let mut rows = desk.tx.query(
        &format!(
            "select d.child, child.name, d.day, d.class, school.name, unit.name, d.here, d.kind,
                    decision.id, decision.why_sealed, coalesce(account.name, ''), decision.at
             from province_difference d
             join child on child.county = d.county and child.id = d.child and child.merged_into is null
             join unit on unit.county = d.county and unit.id = d.class
             join unit school on school.county = d.county and school.id = d.school
             left join province_decision decision on decision.county = d.county and d.state = 'ours'
               and decision.id = (select last.id from province_decision last
                                  where last.county = d.county and last.child = d.child and last.day = d.day
                                  order by last.at desc, last.id desc limit 1)
             left join account on account.county = d.county and account.id = decision.by_account
             where d.county = $1 and {place} order by d.day, d.child limit ${}",
            values.len()
        ),
        &values,
        |row| {
            let (school, class): (String, String) = (row.get(4)?, row.get(5)?);
            let kind = Kind::from_code(&row.get::<String>(7)?);
            let one = Differing {
                child: row.get(0)?,
                name: row.get(1)?,
                day: row.get(2)?,
                class: row.get(3)?,
                place: format!("{school} · {class}"),
                here: Stood::from_code(&row.get::<String>(6)?).unwrap_or(Stood::Unknown),
                there: kind.map_or("没有这名学生", Kind::label),
                correctable: kind.is_some(),
                why: String::new(),
                by: row.get(10)?,
                at: row.get::<Option<String>>(11)?.unwrap_or_default(),
            };
            let sealed = row.get::<Option<String>>(8)?.zip(row.get::<Option<Vec<u8>>>(9)?);
            Ok((one, sealed))
        },
    )?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let mut page = DifferingPage {
        counts,
        may_decide: desk.require(Action::ReconcileAttendance, &Subject::Nothing, ("province", "")).is_ok(),
        ..DifferingPage::default()
    };
    for (mut one, sealed) in rows {
        if let Some((id, why)) = sealed {
            one.why = desk.open("province_decision", "why", &id, Some(&why))?;
        }
        page.rows.push(one);
    }
    page.next = page.rows.last().filter(|_| more).map(|last| (last.day, last.child.clone()));
    let post = desk.require(Action::ImportAttendance, &Subject::Nothing, ("province", ""))?.post;
    desk.record(Action::ImportAttendance, post, ("province", ""), "", "看考勤核对")?;
    Ok(page)
}

/// How many differences wait for the actor's decision.
///
/// # Errors
/// [`Refused::Storage`].
pub fn province_open(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let Ok(within) = super::within(desk, Action::ReconcileAttendance, "school", &mut values) else {
        return Ok(0);
    };
    Ok(desk.tx.one(
        &format!(
            "select cast(count(*) as bigint) from province_difference
             where county = $1 and state = 'open' and {within}"
        ),
        &values,
        |row| row.get(0),
    )?)
}

/// Classes and days of the last weeks that only one of the two has, of schools that call here and whose exports were brought;
/// between the first and the last day of these.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn province_one_side(desk: &mut Desk<'_, '_>) -> Result<Vec<OneSide>, Refused> {
    let from = desk.now.day().saturating_sub(i64::from(desk.plan.register().head_days).days());
    let mut values = vec![Value::from(desk.county()), Value::from(from), Value::from(MOST_DAYS)];
    let within = super::within(desk, Action::ImportAttendance, "school.id", &mut values)?;
    let stands =
        "join province_export export on export.county = province.county and export.id = province.export
                    and export.state in ('applying', 'applied')";
    let found = desk.tx.query(
        &format!(
            "select class, school_name, class_name, day, here from (
               select distinct province.class, school.name as school_name, unit.name as class_name, province.day, 0 as here
               from province_day province {stands}
               join unit on unit.county = province.county and unit.id = province.class
               join unit school on school.county = province.county and school.id = province.school
               where province.county = $1 and province.day >= $2 and province.applied_at is not null
                 and province.source = 'here' and {within}
                 and not exists (select 1 from sheet where sheet.county = province.county
                                   and sheet.class = province.class and sheet.day = province.day
                                   and sheet.part <> 'evening' and sheet.child is null and sheet.taken_back_at is null)
               union all
               select distinct sheet.class, school.name as school_name, unit.name as class_name, sheet.day, 1 as here
               from sheet
               join unit on unit.county = sheet.county and unit.id = sheet.class
               join unit school on school.county = sheet.county and school.id = sheet.school
               where sheet.county = $1 and sheet.day >= $2 and sheet.child is null and sheet.part <> 'evening'
                 and sheet.source is null and sheet.taken_back_at is null and {within}
                 and exists (select 1 from province_day province {stands}
                             where province.county = sheet.county and province.school = sheet.school
                               and province.applied_at is not null and province.day <= sheet.day
                               and province.day >= $2)
                 and exists (select 1 from province_day province {stands}
                             where province.county = sheet.county and province.school = sheet.school
                               and province.applied_at is not null and province.day >= sheet.day)
                 and not exists (select 1 from province_day province {stands}
                                 where province.county = sheet.county and province.class = sheet.class
                                   and province.day = sheet.day and province.applied_at is not null)
             ) one
             order by day desc, school_name, class_name, class, here limit $3"
        ),
        &values,
        |row| {
            let (school, class): (String, String) = (row.get(1)?, row.get(2)?);
            Ok(OneSide {
                class: row.get(0)?,
                place: format!("{school} · {class}"),
                day: row.get(3)?,
                here: row.get(4)?,
            })
        },
    )?;
    Ok(found)
}

/// Decides which of the two is right about a pupil's day. Where it is the province, the register is corrected with the reason.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Changed`] when the two agree by now; [`Refused::Invalid`] without a reason;
/// [`Refused::Rule`] where the register cannot be corrected, or would differ all the same; [`Refused::Storage`].
pub fn decide_difference(
    desk: &mut Desk<'_, '_>,
    child: &str,
    day: Date,
    how: How,
    why: &str,
) -> Result<(), Refused> {
    let denied = || Refused::denied(Action::ReconcileAttendance, "child", child);
    let found = |desk: &mut Desk<'_, '_>| -> Result<Option<Row>, Refused> {
        Ok(desk.tx.optional(
            "select class, school, here, there, kind from province_difference
             where county = $1 and child = $2 and day = $3",
            &params![desk.county(), child, day],
            |row| {
                Ok(Row {
                    class: row.get(0)?,
                    school: row.get(1)?,
                    here: row.get(2)?,
                    there: row.get(3)?,
                    kind: row.get(4)?,
                })
            },
        )?)
    };
    let row = found(desk)?.ok_or_else(denied)?;
    let path = [row.class.clone(), row.school.clone()];
    let grant = desk.require(Action::ReconcileAttendance, &Subject::Unit(&path), ("child", child))?;
    let why = why.trim();
    if why.is_empty() || why.chars().count() > 200 || !plain(why) {
        return Err(Refused::field("why", "请写怎么核实的，如“家长来电，病假”，200个字以内"));
    }
    // A day off or leave may have settled it since it was found.
    compare(desk, &row.class, day)?;
    let gone = || Refused::Changed { what: "这一条已经一致了".to_owned() };
    let row = found(desk)?.ok_or_else(gone)?;
    let sheet = match how {
        How::Ours => {
            desk.tx.execute(
                "update province_difference set state = 'ours' where county = $1 and child = $2 and day = $3",
                &params![desk.county(), child, day],
            )?;
            None
        }
        How::Theirs => {
            let sheet = correct(desk, &row, child, day, why)?;
            if found(desk)?.is_some() {
                let what = "照省系统改了点名，两边还是不同：这一天有批准的请假，或者有两份点名";
                return Err(Refused::rule(what, "五(九)", "请先在缺课跟进里销假，或者在点名页定下哪一份对"));
            }
            Some(sheet)
        }
    };
    let id = desk.now.id();
    let sealed = desk.seal("province_decision", "why", &id, why);
    desk.tx.execute(
        "insert into province_decision (county, id, child, day, here, there, how, why_sealed, sheet, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            desk.county(),
            &id,
            child,
            day,
            &row.here,
            &row.there,
            how.code(),
            sealed,
            sheet,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = match how {
        How::Ours => "本系统对，到省系统更正",
        How::Theirs => "省系统对，更正本系统",
    };
    desk.record(
        Action::ReconcileAttendance,
        grant.post,
        ("child", child),
        "",
        &format!("{day}考勤核对：{said}"),
    )
}

struct Row {
    class: String,
    school: String,
    here: String,
    there: String,
    kind: String,
}

/// Corrects every part of the day that was called; the first sheet's id.
fn correct(desk: &mut Desk<'_, '_>, row: &Row, child: &str, day: Date, why: &str) -> Result<String, Refused> {
    let Some(kind) = Kind::from_code(&row.kind) else {
        let what = "省系统里没有这名学生，没有可以照着改的";
        return Err(Refused::rule(what, "五(九)", "请选“本系统对”，再到省系统补上"));
    };
    let before = sheets::of_day(desk, &row.class, day)?;
    let called = [Part::Whole, Part::Morning, Part::Afternoon]
        .map(|part| (part, sheets::heads(&before, part)))
        .into_iter()
        .filter(|(_, heads)| !heads.is_empty());
    let mut parts: Vec<(Part, Vec<String>)> = called.collect();
    if parts.is_empty() {
        parts.push((Part::Whole, Vec::new()));
    }
    let mut first = String::new();
    for (part, corrects) in parts {
        let sheet = desk.now.id();
        submit(
            desk,
            &Submission {
                sheet: sheet.clone(),
                class: row.class.clone(),
                day,
                part,
                child: Some(child.to_owned()),
                marks: vec![Tapped { child: child.to_owned(), kind, reason: None }],
                corrects,
                roll_at: None,
                why: format!("省系统考勤核对：{why}").chars().take(200).collect(),
            },
        )?;
        if first.is_empty() {
            first = sheet;
        }
    }
    Ok(first)
}
