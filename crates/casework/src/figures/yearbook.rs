//! 年报: numbers that somebody copies from the yearbook, each with where it stands there. Only ever added; of a school year the latest holds.

use rules::access::{Action, Subject};
use rules::age::school_year;
use rules::figures::{Figure, Rate};

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Signs of a source.
const SOURCE: usize = 200;

/// Pupils of a county at most: more is a slip of the hand.
const MOST: u64 = 10_000_000;

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryForm {
    /// The school year whose ninth grade it is: 2026 for 2026-2027.
    pub school_year: i16,
    /// 九年级在校学生数.
    pub part: u64,
    /// 当年一年级学生数.
    pub whole: u64,
    /// Where both stand.
    pub source: String,
}

/// What was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The school year.
    pub school_year: i16,
    /// The rate.
    pub rate: Rate,
    /// Where both numbers stand.
    pub source: String,
    /// Name of who entered it.
    pub by: String,
    /// When.
    pub at: String,
}

/// The entries, the latest school year first and of a year the latest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn entries(desk: &mut Desk<'_, '_>) -> Result<Vec<Entry>, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figures", ""))?;
    Ok(desk.tx.query(
        "select e.school_year, e.part, e.whole, e.source, coalesce(account.name, ''), e.at
         from figure_entry e left join account on account.county = e.county and account.id = e.by_account
         where e.county = $1 and e.figure = $2 order by e.school_year desc, e.at desc, e.id desc limit 50",
        &params![desk.county(), Figure::Yearbook.code()],
        |row| {
            Ok(Entry {
                school_year: row.get(0)?,
                rate: Rate { part: row.get(1)?, whole: row.get(2)? },
                source: row.get(3)?,
                by: row.get(4)?,
                at: row.get(5)?,
            })
        },
    )?)
}

/// Enters the two numbers of a school year.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn enter(desk: &mut Desk<'_, '_>, form: &EntryForm) -> Result<(), Refused> {
    let grant = desk.require(Action::WriteYearbook, &Subject::Nothing, ("figures", ""))?;
    let year = school_year(desk.now.day());
    if !(year.saturating_sub(20)..=year).contains(&form.school_year) {
        return Err(Refused::field("school_year", format!("请写学年的第一年，如{year}")));
    }
    if form.whole == 0 || form.whole > MOST {
        return Err(Refused::field("whole", "请写当年一年级的学生数"));
    }
    if form.part > MOST {
        return Err(Refused::field("part", "请写九年级在校学生数"));
    }
    let source = form.source.trim();
    if source.chars().count() < 2 || source.chars().count() > SOURCE {
        return Err(Refused::field(
            "source",
            format!("请写数从哪里来，如“2026年教育事业统计年报，初基×表”，{SOURCE}个字以内"),
        ));
    }
    desk.tx.execute(
        "insert into figure_entry (county, id, figure, school_year, part, whole, source, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            desk.now.id(),
            Figure::Yearbook.code(),
            form.school_year,
            form.part,
            form.whole,
            source,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let detail = format!("{}学年年报：{}÷{}", form.school_year, form.part, form.whole);
    desk.record(Action::WriteYearbook, grant.post, ("figures", Figure::Yearbook.code()), "", &detail)
}
