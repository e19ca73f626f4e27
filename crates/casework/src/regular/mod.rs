//! 常态化报告, the four reports of 教基厅函〔2024〕15号: a school's month (nought too), the county's quarter with its recheck and its visits, the term and
//! the year that leave the county. Drafted from data, reviewed by a second person, then frozen under a number; what is frozen never
//! shifts, and a correction is a version of its own. No report names a child and none ranks a school (hazards A08, B05, B08, F06;
//! 五(十二)). Why it is so: docs/adr/0035-four-reports.md.

mod board;
mod draft;
mod field;
mod file;
mod handing;
mod owed;
mod paper;
mod read;
mod write;

pub use board::{Board, BoardLine, board, nudge, recheck};
pub use field::{Sample, Ticket, Visit, draw, sample, visited};
pub use file::{Drawn, annex, filed, paper, workbook};
pub use handing::Handing;
pub use owed::{Owed, owed, waiting};
pub use read::{ActLine, Changed, FileLine, Named, ReportFile, ReportLine, Versioned, list, report};
pub use write::{Words, begin, correct, redraft, review, submit, write};

use rules::access::{Action, Grant, Subject};
use rules::calendar::SchoolCalendar;
use rules::regular::{Kind, Period, ended};

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Periods back to which a report is owed or may still be begun.
const fn back(kind: Kind) -> usize {
    match kind {
        Kind::SchoolMonth => 12,
        Kind::CountyQuarter => 5,
        Kind::PrefectureTerm | Kind::ProvinceYear => 2,
    }
}

/// The ended period of that code; `None` for one that runs, is too long ago, or does not exist.
fn ended_period(
    kind: Kind,
    code: &str,
    today: jiff::civil::Date,
    calendar: &SchoolCalendar,
) -> Option<Period> {
    ended(kind, today, back(kind), calendar).into_iter().find(|one| one.code == code)
}

/// Since which day the county works with the program: its first register. Nothing before it is owed, for nothing is known of it.
fn since(desk: &mut Desk<'_, '_>) -> Result<Option<String>, Refused> {
    Ok(desk.tx.one("select min(day) from sheet where county = $1", &params![desk.county()], |row| {
        row.get::<Option<String>>(0)
    })?)
}

/// The right to write a report of this kind for this unit: of a school its own head and registrar, of the county the bureau.
fn writes<'a>(desk: &Desk<'a, '_>, kind: Kind, unit: &str) -> Result<Grant<'a>, Refused> {
    let path = [unit.to_owned()];
    let grant = desk.require(Action::WriteRegular, &Subject::Unit(&path), ("regular_report", unit))?;
    let fits = desk
        .actor()
        .posts
        .iter()
        .any(|post| kind.is_written_by(post.role) && (kind != Kind::SchoolMonth || post.unit == unit));
    if fits && (kind == Kind::SchoolMonth || unit == desk.county()) {
        return Ok(grant);
    }
    Err(Refused::denied(Action::WriteRegular, "regular_report", unit))
}

/// One more of what happened to a report.
fn acted(
    desk: &mut Desk<'_, '_>,
    report: &str,
    act: rules::regular::Act,
    words: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from regular_act where county = $1 and report = $2",
        &params![county, report],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into regular_act (county, report, seq, act, words, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)",
        &params![county, report, seq, act.code(), words, &desk.actor().account, desk.now.stamp()],
    )?;
    Ok(())
}
