//! 年报: numbers that somebody copies from the yearbook, each with where it stands there. Only ever added; of a school year the latest holds.

use rules::access::{Action, Subject};
use rules::age::school_year;
use rules::figures::{Figure, Rate, Terms, Unsound};

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Signs of a source.
const SOURCE: usize = 200;

/// Pupils of a county at most: more is a slip of the hand.
const MOST: u64 = 10_000_000;

/// What is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryForm {
    /// Which: one of those that are entered by hand.
    pub figure: Figure,
    /// The school year whose ninth grade it is: 2026 for 2026-2027.
    pub school_year: i16,
    /// 九年级在校学生数; of 辍学率 it follows from `terms`.
    pub part: u64,
    /// 当年一年级、七年级学生数; as above.
    pub whole: u64,
    /// The nine numbers of 辍学率.
    pub terms: Option<Terms>,
    /// Where they stand.
    pub source: String,
}

/// What was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which figure.
    pub figure: Figure,
    /// The school year.
    pub school_year: i16,
    /// The rate.
    pub rate: Rate,
    /// The nine numbers of 辍学率.
    pub terms: Option<Terms>,
    /// Where the numbers stand.
    pub source: String,
    /// Name of who entered it.
    pub by: String,
    /// When.
    pub at: String,
}

/// The entries, the latest school year first and of a year the latest first; fifty of each figure.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn entries(desk: &mut Desk<'_, '_>) -> Result<Vec<Entry>, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("figures", ""))?;
    let mut all = Vec::new();
    for figure in Figure::ALL.iter().copied().filter(|figure| figure.is_by_hand()) {
        all.extend(desk.tx.query(
            "select e.school_year, e.part, e.whole, e.source, coalesce(account.name, ''), e.at, e.terms
             from figure_entry e left join account on account.county = e.county and account.id = e.by_account
             where e.county = $1 and e.figure = $2 order by e.school_year desc, e.at desc, e.id desc limit 50",
            &params![desk.county(), figure.code()],
            |row| {
                Ok(Entry {
                    figure,
                    school_year: row.get(0)?,
                    rate: Rate { part: row.get(1)?, whole: row.get(2)? },
                    source: row.get(3)?,
                    by: row.get(4)?,
                    at: row.get(5)?,
                    terms: Terms::read(&row.get::<String>(6)?),
                })
            },
        )?);
    }
    Ok(all)
}

/// What holds of a figure of the yearbook: the latest of its latest school year; of 辍学率 the sum of both stages where both are entered for a year
/// that is no earlier.
#[must_use]
pub fn holding(figure: Figure, entries: &[Entry]) -> Option<Entry> {
    let latest = |figure| entries.iter().find(|one: &&Entry| one.figure == figure);
    let own = latest(figure);
    if figure != Figure::DropoutYearbook {
        return own.cloned();
    }
    let stages = latest(Figure::DropoutPrimaryYearbook).zip(latest(Figure::DropoutJuniorYearbook));
    let sum = stages.and_then(|(primary, junior)| {
        let terms = primary.terms?.with(junior.terms?);
        let is_later = own.is_none_or(|own| own.school_year <= primary.school_year);
        if primary.school_year != junior.school_year || !is_later {
            return None;
        }
        Some(Entry {
            figure,
            rate: terms.rate().ok()?,
            terms: Some(terms),
            source: format!("小学、初中两段相加（{}；{}）", primary.source, junior.source),
            ..(if primary.at > junior.at { primary } else { junior }).clone()
        })
    });
    sum.or_else(|| own.cloned())
}

/// Part and whole, and what is wrong with them.
fn numbers(form: &EntryForm) -> Result<(u64, u64), Refused> {
    if form.figure.is_of_nine() {
        let Some(terms) = form.terms else {
            return Err(Refused::field("terms", "请填全九个数，没有的填0"));
        };
        if [terms.before, terms.entered, terms.finished, terms.now].iter().any(|number| *number > MOST) {
            return Err(Refused::field("terms", "学生数太大，请核对"));
        }
        return match terms.rate() {
            Ok(rate) => Ok((rate.part, rate.whole)),
            Err(Unsound::Nobody) => Err(Refused::field("terms", "请填上年在校学生数")),
            Err(Unsound::TooMany(many)) => Err(Refused::field(
                "terms",
                format!("这几个数对不上：离开的和在校的比应有的多{many}名。请核对年报的学生变动表"),
            )),
        };
    }
    if form.whole == 0 || form.whole > MOST {
        return Err(Refused::field("whole", "请写这一届入学时的学生数"));
    }
    if form.part > MOST {
        return Err(Refused::field("part", "请写九年级在校学生数"));
    }
    Ok((form.part, form.whole))
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
    if !form.figure.is_by_hand() {
        return Err(Refused::field("figure", "请选择指标"));
    }
    let (part, whole) = numbers(form)?;
    let source = form.source.trim();
    if source.chars().count() < 2 || source.chars().count() > SOURCE {
        return Err(Refused::field(
            "source",
            format!("请写数从哪里来，如“2026年教育事业统计年报，初基×表”，{SOURCE}个字以内"),
        ));
    }
    let terms =
        form.terms.filter(|_| form.figure.is_of_nine()).map(|terms| terms.written()).unwrap_or_default();
    // Sent twice it is entered once (hazard H01): what the last entry says already is not said again.
    let last = desk.tx.optional(
        "select part, whole, source, by_account, terms from figure_entry
         where county = $1 and figure = $2 and school_year = $3 order by at desc, id desc limit 1",
        &params![desk.county(), form.figure.code(), form.school_year],
        |row| {
            let numbers = (row.get::<u64>(0)?, row.get::<u64>(1)?);
            Ok((numbers, row.get::<String>(2)?, row.get::<String>(3)?, row.get::<String>(4)?))
        },
    )?;
    if last == Some(((part, whole), source.to_owned(), desk.actor().account.clone(), terms.clone())) {
        return Ok(());
    }
    desk.tx.execute(
        "insert into figure_entry (county, id, figure, school_year, part, whole, source, by_account, at, terms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            desk.county(),
            desk.now.id(),
            form.figure.code(),
            form.school_year,
            part,
            whole,
            source,
            &desk.actor().account,
            desk.now.stamp(),
            terms
        ],
    )?;
    let detail = format!("{}学年年报：{part}÷{whole}", form.school_year);
    desk.record(Action::WriteYearbook, grant.post, ("figures", form.figure.code()), "", &detail)
}
