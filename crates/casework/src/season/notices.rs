//! Reading the notices: how many of each place have come how far, those of one village group, and one with its steps. The reader's scope is in
//! every statement.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie, arms, may};
use rules::case::service::Mode;
use rules::season::{Answer, Kind, State, Why};

use super::make::waiting;
use super::open::{Season, season};
use super::own_post;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Most notices on a page.
const MOST: usize = 400;

/// A place with its notices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// Unit: township, or the smallest known place of the home.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Name of the unit above.
    pub above: String,
    /// Whether its notices can be opened; else what lies in it.
    pub is_leaf: bool,
    /// Notices by state.
    pub failed: u32,
    /// Made and not delivered.
    pub made: u32,
    /// Delivered.
    pub delivered: u32,
    /// Of them answered.
    pub answered: u32,
}

impl Groups {
    /// All of them.
    #[must_use]
    pub const fn all(&self) -> u32 {
        self.failed.saturating_add(self.made).saturating_add(self.delivered)
    }
}

/// The notices of a season as the reader has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notices {
    /// The season.
    pub season: Season,
    /// The township that is shown: (id, name); none for all.
    pub of: Option<(String, String)>,
    /// By place.
    pub rows: Vec<Groups>,
    /// All together.
    pub all: Groups,
    /// For whoever makes them: children that have none yet, and whether a run is under way.
    pub making: Option<(usize, bool)>,
}

/// A notice in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeLine {
    /// Id.
    pub id: String,
    /// Its number.
    pub word: String,
    /// What it asks.
    pub kind: Kind,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub state: State,
    /// What happened last, in words.
    pub last: String,
}

/// The notices of a village group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticesIn {
    /// Unit, its name and that of the unit above.
    pub unit: (String, String, String),
    /// The township, for the way back.
    pub township: (String, String),
    /// Those that could not be delivered first.
    pub lines: Vec<NoticeLine>,
    /// Whether the reader may enter what became of them.
    pub may_deliver: bool,
}

/// A step of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// On which day.
    pub day: Date,
    /// What happened.
    pub what: String,
    /// In words.
    pub words: String,
    /// Who entered it, when.
    pub by: (String, String),
}

/// A notice with its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeFile {
    /// What the list says of it.
    pub line: NoticeLine,
    /// Until when the child reports to which school.
    pub report: (Date, String),
    /// Day on which it was made.
    pub day: Date,
    /// Where it belongs: unit and name.
    pub place: (String, String),
    /// The latest first.
    pub steps: Vec<StepLine>,
    /// Whether the reader may enter what became of it.
    pub may_deliver: bool,
    /// Whether the reader may take an application for deferral.
    pub may_defer: bool,
}

fn reached<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let scope = Scope::of(desk.actor(), Action::ReadSeason, desk.now).predicate("tie", values);
    format!(
        "exists (select 1 from child_tie tie where tie.county = n.county and tie.child = n.child and {scope})"
    )
}

/// What a step is in words.
pub(super) fn step_words(kind: &str, code: &str) -> String {
    match kind {
        "delivered" => Mode::from_code(code).map_or("已送达", Mode::label).to_owned(),
        "failed" => format!("没有送到：{}", Why::from_code(code).map_or("", Why::label)),
        _ => format!("家长说：{}", Answer::from_code(code).map_or("", Answer::label)),
    }
}

/// How far the notices have come, by township, or by village group within the township `under` or the reader's own.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn notices(desk: &mut Desk<'_, '_>, under: &str) -> Result<Notices, Refused> {
    desk.require(Action::ReadSeason, &Subject::Nothing, ("season", under))?;
    let season = season(desk)?;
    let mut values = vec![Value::from(desk.county()), Value::from(i64::from(season.year))];
    let reached = reached(desk, &mut values);
    let sql = format!(
        "select n.township, t.name, coalesce(n.village_group, n.village, n.township), coalesce(u.name, ''),
                coalesce(v.name, ''), n.state, cast(count(*) as bigint)
         from season_notice n
         join unit t on t.county = n.county and t.id = n.township
         left join unit v on v.county = n.county and v.id = n.village
         left join unit u on u.county = n.county and u.id = coalesce(n.village_group, n.village, n.township)
         where n.county = $1 and n.year = $2 and {reached}
         group by n.township, t.name, t.sort, n.village_group, n.village, u.name, v.name, v.sort, u.sort, n.state
         order by t.sort, n.township, v.sort nulls first, n.village nulls first, u.sort, 3, n.state"
    );
    let found = desk.tx.query(&sql, &values, |row| {
        let texts: [String; 6] =
            [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?];
        Ok((texts, u32::try_from(row.get::<i64>(6)?).unwrap_or(u32::MAX)))
    })?;
    let whole = arms(desk.actor(), Action::ReadSeason).iter().any(|arm| arm.tie == Tie::County);
    let by_township = whole && under.is_empty();
    let (mut rows, mut all, mut of) = (Vec::<Groups>::new(), Groups::default(), None);
    for ([township, township_name, unit, name, village, state], many) in found {
        if !under.is_empty() && township != under {
            continue;
        }
        let (id, name, above) = if by_township {
            (township.clone(), township_name.clone(), String::new())
        } else {
            of = Some((township.clone(), township_name.clone()));
            let above = if village == name { String::new() } else { village };
            (unit, name, above)
        };
        if rows.last().is_none_or(|last| last.id != id) {
            rows.push(Groups { id, name, above, is_leaf: !by_township, ..Groups::default() });
        }
        for sum in rows.last_mut().into_iter().chain([&mut all]) {
            match State::from_code(&state) {
                Some(State::Failed) => sum.failed += many,
                Some(State::Made) | None => sum.made += many,
                Some(State::Delivered) => sum.delivered += many,
                Some(State::Answered) => {
                    sum.delivered += many;
                    sum.answered += many;
                }
            }
        }
    }
    if !under.is_empty() && of.is_none() {
        return Err(Refused::denied(Action::ReadSeason, "unit", under));
    }
    let making = match own_post(desk, Action::MakeNotices) {
        Ok(post) => {
            let township = post.unit.clone();
            let waits = waiting(desk, &season, &township)?.len();
            let open = desk.tx.optional(
                "select id from season_batch where county = $1 and township = $2 and ended_at is null",
                &params![desk.county(), &township],
                |row| row.get::<String>(0),
            )?;
            Some((waits, open.is_some()))
        }
        Err(_) => None,
    };
    Ok(Notices { season, of, rows, all, making })
}

const COLUMNS: &str = "n.id, n.word, n.kind, n.child, child.name, n.state,
     coalesce((select s.kind || ' ' || s.code || ' ' || s.day from season_step s
                where s.county = n.county and s.notice = n.id order by s.at desc, s.id desc limit 1), '')";

fn line(row: &Row<'_>) -> Result<NoticeLine, DbError> {
    let text = |at| row.get::<String>(at);
    let last = text(6)?;
    let mut parts = last.splitn(3, ' ');
    let (kind, code, day) = (parts.next(), parts.next(), parts.next());
    let last = match (kind, code, day) {
        (Some(kind), Some(code), Some(day)) => {
            let on = day.parse::<jiff::civil::Date>();
            let on = on.map_or_else(|_| day.to_owned(), |on| format!("{}月{}日", on.month(), on.day()));
            format!("{on} {}", step_words(kind, code))
        }
        _ => String::new(),
    };
    Ok(NoticeLine {
        id: text(0)?,
        word: text(1)?,
        kind: Kind::from_code(&text(2)?).unwrap_or(Kind::Enrol),
        child: text(3)?,
        name: text(4)?,
        state: State::from_code(&text(5)?).unwrap_or(State::Made),
        last,
    })
}

/// The notices of the smallest place `unit`: of a village group, or of a village or township those whose home is known no closer.
///
/// # Errors
/// [`Refused::Denied`], also when the reader reaches none of them; [`Refused::Storage`].
pub fn notices_in(desk: &mut Desk<'_, '_>, unit: &str) -> Result<NoticesIn, Refused> {
    let grant = desk.require(Action::ReadSeason, &Subject::Nothing, ("unit", unit))?;
    let season = season(desk)?;
    let mut values =
        vec![Value::from(desk.county()), Value::from(i64::from(season.year)), Value::from(unit.to_owned())];
    let reached = reached(desk, &mut values);
    let sql = format!(
        "select {COLUMNS}, coalesce(u.name, ''), coalesce(v.name, ''), n.township, coalesce(t.name, '')
         from season_notice n
         join child on child.county = n.county and child.id = n.child
         left join unit u on u.county = n.county and u.id = $3
         left join unit v on v.county = n.county and v.id = n.village
         left join unit t on t.county = n.county and t.id = n.township
         where n.county = $1 and n.year = $2 and coalesce(n.village_group, n.village, n.township) = $3 and {reached}
         order by case n.state when 'failed' then 0 when 'made' then 1 when 'delivered' then 2 else 3 end,
                  n.number_year, n.number limit {MOST}"
    );
    let rows = desk.tx.query(&sql, &values, |row| {
        let texts: [String; 4] = [row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?];
        Ok((line(row)?, texts))
    })?;
    let Some((_, [name, village, township, township_name])) = rows.first().cloned() else {
        return Err(Refused::denied(Action::ReadSeason, "unit", unit));
    };
    desk.record(Action::ReadSeason, grant.post, ("unit", unit), "", "入学通知书")?;
    Ok(NoticesIn {
        unit: (unit.to_owned(), name.clone(), if village == name { String::new() } else { village }),
        township: (township, township_name),
        lines: rows.into_iter().map(|(line, _)| line).collect(),
        may_deliver: may(desk.actor(), Action::DeliverNotice, &Subject::Nothing).is_ok(),
    })
}

/// One notice.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn notice(desk: &mut Desk<'_, '_>, id: &str) -> Result<NoticeFile, Refused> {
    let missing = || Refused::denied(Action::ReadSeason, "season_notice", id);
    let sql = format!(
        "select {COLUMNS}, n.day, n.report_day, coalesce(school.name, ''),
                coalesce(n.village_group, n.village, n.township), coalesce(u.name, '')
         from season_notice n
         join child on child.county = n.county and child.id = n.child
         left join unit school on school.county = n.county and school.id = n.school
         left join unit u on u.county = n.county and u.id = coalesce(n.village_group, n.village, n.township)
         where n.county = $1 and n.id = $2"
    );
    let found = desk.tx.optional(&sql, &params![desk.county(), id], |row| {
        let days: (Date, Date) = (row.get(7)?, row.get(8)?);
        Ok((line(row)?, days, row.get::<String>(9)?, (row.get::<String>(10)?, row.get::<String>(11)?)))
    })?;
    let (line, (day, report), school, place) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &line.child)?;
    let grant = desk.require(Action::ReadSeason, &Subject::Child(&ties), ("season_notice", id))?;
    let rows = desk.tx.query(
        "select s.id, s.day, s.kind, s.code, s.words_sealed, coalesce(account.name, ''), s.at from season_step s
         left join account on account.county = s.county and account.id = s.by_account
         where s.county = $1 and s.notice = $2 order by s.at desc, s.id desc limit 50",
        &params![desk.county(), id],
        |row| {
            let (kind, code): (String, String) = (row.get(2)?, row.get(3)?);
            let step = StepLine {
                day: row.get(1)?,
                what: step_words(&kind, &code),
                words: String::new(),
                by: (row.get(5)?, row.get(6)?),
            };
            Ok((row.get::<String>(0)?, step, row.get::<Option<Vec<u8>>>(4)?))
        },
    )?;
    let mut steps = Vec::with_capacity(rows.len());
    for (step, shown, words) in rows {
        steps.push(StepLine { words: desk.open("season_step", "words", &step, words.as_deref())?, ..shown });
    }
    let may_deliver = may(desk.actor(), Action::DeliverNotice, &Subject::Child(&ties)).is_ok();
    let may_defer = may(desk.actor(), Action::AskDeferral, &Subject::Child(&ties)).is_ok();
    desk.record(Action::ReadSeason, grant.post, ("child", &line.child), "", "入学通知书")?;
    Ok(NoticeFile { line, report: (report, school), day, place, steps, may_deliver, may_defer })
}

/// A child's notice: its id, how far it is, what the family said last, the school that expects the child.
pub(super) type Stands = (String, State, Option<Answer>, Option<String>);

/// The state of each child's notice in a season and what the family said last: for lists of children, whose scope is the caller's affair.
pub(super) fn states(desk: &mut Desk<'_, '_>, season: &Season) -> Result<BTreeMap<String, Stands>, Refused> {
    let rows = desk.tx.once(
        "select n.child, n.id, n.state,
                coalesce((select s.code from season_step s
                           where s.county = n.county and s.notice = n.id and s.kind = 'answered'
                           order by s.at desc, s.id desc limit 1), ''), n.school
         from season_notice n where n.county = $1 and n.year = $2 order by n.child",
        &params![desk.county(), i64::from(season.year)],
        |row| {
            let state = State::from_code(&row.get::<String>(2)?).unwrap_or(State::Made);
            let answer = Answer::from_code(&row.get::<String>(3)?);
            Ok((row.get::<String>(0)?, (row.get::<String>(1)?, state, answer, row.get::<Option<String>>(4)?)))
        },
    )?;
    Ok(rows.into_iter().collect())
}
