//! 复核: a month school by school in the order of their codes (五(十二)): who has handed in, late, nought, returned; reminding those who have not; and
//! what the recheck says of each report.

use rules::access::{Action, Subject};
use rules::regular::{Handed, Kind, Period, Recheck, Stand, WORDS, due, ended};

use super::{ended_period, since};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, unnamed};

/// A school's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardLine {
    /// Id of the school.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Whether it has handed in.
    pub handed: Handed,
    /// On which day; empty while it has not.
    pub on: String,
    /// The latest version and where it stands.
    pub report: Option<(String, Stand)>,
    /// Whether the frozen version says nought.
    pub is_zero: bool,
    /// What the recheck says.
    pub recheck: Option<Recheck>,
    /// Whether it was reminded today.
    pub is_nudged: bool,
}

/// A month of all schools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// Which.
    pub period: Period,
    /// By when it is due.
    pub due: jiff::civil::Date,
    /// The schools in the order of their codes.
    pub lines: Vec<BoardLine>,
    /// The months that can be looked at, the latest first.
    pub months: Vec<Period>,
    /// Whether the reader rechecks and reminds.
    pub may_recheck: bool,
}

/// Every school that owes the month. It asks for no right: its callers have.
pub(super) fn lines(desk: &mut Desk<'_, '_>, month: &Period) -> Result<Vec<BoardLine>, Refused> {
    let due = due(Kind::SchoolMonth, month, desk.plan.regular()).to_string();
    let (county, today) = (desk.county(), desk.now.day());
    let mut found = desk.tx.query(
        "select unit.id, unit.name,
                exists (select 1 from regular_nudge n where n.county = unit.county and n.unit = unit.id and n.period = $2
                           and n.day = $5)
         from unit
         where unit.county = $1 and unit.kind = 'school' and unit.from_day <= $4
           and (unit.until_day is null or unit.until_day > $3)
           and exists (select 1 from class where class.county = unit.county and class.school = unit.id)
         order by coalesce(unit.code, ''), unit.sort, unit.id",
        &params![county, &month.code, month.first, month.last, today],
        |row| {
            Ok(BoardLine {
                unit: row.get(0)?,
                name: row.get(1)?,
                handed: Handed::Open,
                on: String::new(),
                report: None,
                is_zero: false,
                recheck: None,
                is_nudged: row.get(2)?,
            })
        },
    )?;
    let rows = desk.tx.query(
        "select r.unit, r.id, r.state, coalesce(r.first_at, ''), r.zero, r.version,
                coalesce((select k.result from regular_recheck k where k.county = r.county and k.report = r.id
                          order by k.seq desc limit 1), '')
         from regular_report r where r.county = $1 and r.kind = 'school_month' and r.period = $2
         order by r.unit, r.version",
        &params![county, &month.code],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?, row.get::<bool>(4)?, row.get::<i64>(5)?, text(6)?))
        },
    )?;
    for (unit, id, state, first_at, zero, version, result) in rows {
        let Some(line) = found.iter_mut().find(|line| line.unit == unit) else { continue };
        let Some(stand) = Stand::from_code(&state) else { continue };
        // A correction that is not frozen yet changes nothing of what the school has handed in.
        if version == 1 {
            line.on = first_at.get(..10).unwrap_or_default().to_owned();
            line.handed = match stand {
                Stand::Submitted | Stand::Frozen if line.on <= due => Handed::InTime,
                Stand::Submitted | Stand::Frozen => Handed::Late,
                Stand::Returned => Handed::Returned,
                Stand::Draft => Handed::Open,
            };
        }
        if stand == Stand::Frozen {
            line.is_zero = zero;
            line.recheck = Recheck::from_code(&result);
        }
        if version == 1 || stand == Stand::Frozen {
            line.report = Some((id, stand));
        }
    }
    Ok(found)
}

/// The board of a month; of the last that has ended where none is named.
///
/// # Errors
/// [`Refused::Denied`] also for a month that is none, [`Refused::Storage`].
pub fn board(desk: &mut Desk<'_, '_>, code: &str) -> Result<Option<Board>, Refused> {
    let path = [desk.county().to_owned()];
    desk.require(Action::ReadRegular, &Subject::Unit(&path), ("regular_board", code))?;
    let since = since(desk)?.unwrap_or_else(|| "9999".to_owned());
    let months: Vec<Period> = ended(Kind::SchoolMonth, desk.now.day(), 12, desk.plan.calendar())
        .into_iter()
        .filter(|one| one.last.to_string() >= since)
        .collect();
    let period = if code.is_empty() { months.first() } else { months.iter().find(|one| one.code == code) };
    let Some(period) = period.cloned() else {
        if code.is_empty() {
            return Ok(None);
        }
        return Err(Refused::denied(Action::ReadRegular, "regular_board", code));
    };
    let may_recheck =
        desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_board", code)).is_ok();
    let lines = lines(desk, &period)?;
    Ok(Some(Board {
        due: due(Kind::SchoolMonth, &period, desk.plan.regular()),
        lines,
        period,
        months,
        may_recheck,
    }))
}

/// Reminds every school that owes the month, each at most once a day; how many.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] where nobody is left to remind, [`Refused::Storage`].
pub fn nudge(desk: &mut Desk<'_, '_>, code: &str) -> Result<usize, Refused> {
    let grant = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_board", code))?;
    let month = ended_period(Kind::SchoolMonth, code, desk.now.day(), desk.plan.calendar());
    let month = month.ok_or_else(|| Refused::denied(Action::RecheckRegular, "regular_board", code))?;
    let mut many = 0;
    for line in lines(desk, &month)? {
        if !matches!(line.handed, Handed::Open | Handed::Returned) || line.is_nudged {
            continue;
        }
        desk.tx.execute(
            "insert into regular_nudge (county, unit, period, day, by_account, at) values ($1, $2, $3, $4, $5, $6)",
            &params![
                desk.county(),
                &line.unit,
                &month.code,
                desk.now.day(),
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
        let text = format!("请报送{}学校月报告，没有疑似辍学的也要报", month.label);
        tell_unit(desk, &line.unit, ("regular_owed", &month.code), &text, "/regular")?;
        many += 1;
    }
    if many == 0 {
        return Err(Refused::rule(
            "没有要催的学校",
            "教基厅函〔2024〕15号",
            "都报了，或者今天已经催过；明天还没有报的再催",
        ));
    }
    desk.record(Action::RecheckRegular, grant.post, ("regular_board", code), "", &format!("催报{many}所"))?;
    Ok(many)
}

/// Says of a school's frozen report whether it is as the school has said.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a report that is not frozen, [`Refused::Storage`].
pub fn recheck(
    desk: &mut Desk<'_, '_>,
    id: &str,
    result: Option<Recheck>,
    words: &str,
) -> Result<(), Refused> {
    let grant = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_report", id))?;
    let county = desk.county();
    let found = desk.tx.optional(
        "select unit, state from regular_report where county = $1 and id = $2 and kind = 'school_month'",
        &params![county, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (unit, state) = found.ok_or_else(|| Refused::denied(Action::RecheckRegular, "regular_report", id))?;
    if Stand::from_code(&state) != Some(Stand::Frozen) {
        return Err(Refused::rule(
            "这份报告还没有审核定稿",
            "教基厅函〔2024〕15号",
            "请先审核，定稿以后再登记复核结果",
        ));
    }
    let result = result.ok_or_else(|| Refused::field("result", "请选择属实还是有出入"))?;
    let words = words.trim();
    let words = if words.is_empty() && result == Recheck::Confirmed {
        ""
    } else {
        let units = [unit.clone()];
        unnamed(desk, ("words", "请写明哪里有出入、怎么改"), words, &WORDS, Known::Of(&units))?
    };
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from regular_recheck where county = $1 and report = $2",
        &params![county, id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into regular_recheck (county, report, seq, result, words, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &params![county, id, seq, result.code(), words, &desk.actor().account, desk.now.stamp()],
    )?;
    if result == Recheck::Deviation {
        let at = format!("/regular/{id}");
        tell_unit(desk, &unit, ("regular_recheck", id), "县里复核月报告有出入，请看意见", &at)?;
    }
    desk.record(Action::RecheckRegular, grant.post, ("regular_report", id), "", result.label())
}
