//! What becomes of a school's classes: read before somebody decides, and afterwards. It changes nothing.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::age::{Grade, school_year_label};
use rules::standing::Standing;
use rules::turnover::{Held, Onward, Open, has_junior, has_primary, held, holds_from, onward, year_to_turn};

use super::{School, class_name, grade};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units::path;

/// How far a school is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// No class of an earlier year is open: nothing to do.
    Nothing,
    /// To be decided.
    Open,
    /// Decided, carried out in the night of the day: by whom, when it was decided.
    Planned(String, String),
    /// Carried out: by whom, when; pupils may be left in last year's classes.
    Done(String, String),
}

/// A class of last year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassLine {
    /// Its unit.
    pub id: String,
    /// 三年级（2）班.
    pub name: String,
    /// Pupils on its roll.
    pub pupils: i64,
    /// Its 班主任; empty for nobody.
    pub teacher: String,
    /// What becomes of it.
    pub onward: Onward,
    /// What it is called then; empty where it finishes.
    pub next: String,
}

/// Somebody who does not go up with the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayLine {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// Why.
    pub why: String,
}

/// Somebody who stays in last year's class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLine {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// Its class.
    pub class: String,
    /// Why.
    pub held: Held,
}

/// A school before and after the turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Unit and name.
    pub school: (String, String),
    /// First calendar year of the year into which it turns.
    pub year: i16,
    /// The first day of the new classes.
    pub from: Date,
    /// How far it is.
    pub state: State,
    /// Last year's classes that are open, by grade and number.
    pub classes: Vec<ClassLine>,
    /// Of a plan: who stays in the grade.
    pub stays: Vec<StayLine>,
    /// Who is held in last year's class, or will be.
    pub held: Vec<HeldLine>,
    /// New classes of grades one and seven, as planned or as many as last year.
    pub fresh: (i64, i64),
    /// Whether the school has those grades.
    pub has: (bool, bool),
    /// Classes of the new year with their pupils: (name, pupils).
    pub made: Vec<(String, i64)>,
    /// Whether the reader may decide.
    pub may_turn: bool,
}

impl Turn {
    /// `2026-2027`.
    #[must_use]
    pub fn label(&self) -> String {
        school_year_label(self.year)
    }
}

/// An open class of an earlier year.
pub(super) struct Old {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) grade: Grade,
    pub(super) number: i64,
    pub(super) onward: Onward,
}

/// A pupil of it.
pub(super) struct Pupil {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) held: Option<Held>,
}

/// Open classes of years before `year`.
pub(super) fn old(desk: &mut Desk<'_, '_>, school: &School, year: i16) -> Result<Vec<Old>, Refused> {
    let rows = desk.tx.query(
        "select class.unit, unit.name, class.grade, class.number from class
         join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
         where class.county = $1 and class.school = $2 and class.school_year < $3 and class.grade <= 9
         order by class.grade, class.number, class.unit",
        &params![desk.county(), &school.id, i64::from(year)],
        |row| {
            let (id, name) = (row.get::<String>(0)?, row.get::<String>(1)?);
            Ok((id, name, row.get::<i64>(2)?, row.get::<i64>(3)?))
        },
    )?;
    let grades = rows.iter().map(|row| grade(row.2)).collect::<Result<Vec<_>, _>>()?;
    let highest = grades.iter().copied().max();
    let all = rows.into_iter().zip(grades).map(|((id, name, _, number), grade)| Old {
        id,
        name,
        grade,
        number,
        onward: onward(grade, &school.kind, highest.unwrap_or(grade)),
    });
    Ok(all.collect())
}

/// The pupils of a class, by spelling, each with what holds it where it is.
pub(super) fn pupils(desk: &mut Desk<'_, '_>, class: &Old) -> Result<Vec<Pupil>, Refused> {
    let rows = desk.tx.query(
        "select child.id, child.name, child.standing,
                case when exists (select 1 from child_case k where k.county = child.county and k.child = child.id
                                     and k.ended_at is null) then 1 else 0 end,
                case when exists (select 1 from suspected s where s.county = child.county and s.child = child.id
                                     and s.cleared_at is null) then 1 else 0 end,
                case when exists (select 1 from roll_move m where m.county = child.county and m.child = child.id
                                     and m.state = 'waiting') then 1 else 0 end
         from child_tie tie
         join child on child.county = tie.county and child.id = tie.child
         where tie.county = $1 and tie.unit = $2 and tie.tie = 'class'
         order by child.spelling, child.id",
        &params![desk.county(), &class.id],
        |row| {
            let open = Open {
                case: row.get(3)?,
                suspect: row.get(4)?,
                away: row.get::<String>(2)? != Standing::Enrolled.code(),
                moving: row.get(5)?,
            };
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, open))
        },
    )?;
    let all = rows.into_iter().map(|(id, name, open)| Pupil { id, name, held: held(class.onward, open) });
    Ok(all.collect())
}

/// The latest decision of a school for a year that was not withdrawn: id, state, by whom, when decided or done, new classes of grades one
/// and seven.
pub(super) type Decided = (String, String, String, String, (i64, i64));

pub(super) fn decided(desk: &mut Desk<'_, '_>, school: &str, year: i16) -> Result<Option<Decided>, Refused> {
    Ok(desk.tx.optional(
        "select t.id, t.state, coalesce(account.name, ''), coalesce(t.done_at, t.at), t.firsts, t.sevenths
         from turnover t left join account on account.county = t.county and account.id = t.by_account
         where t.county = $1 and t.school = $2 and t.year = $3 and t.state <> 'withdrawn'",
        &params![desk.county(), school, i64::from(year)],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, (row.get(4)?, row.get(5)?))),
    )?)
}

/// Who stays in the grade by a decision.
pub(super) fn stays(desk: &mut Desk<'_, '_>, turnover: &str) -> Result<Vec<StayLine>, Refused> {
    let rows = desk.tx.query(
        "select stay.id, stay.child, child.name, stay.why_sealed from turnover_stay stay
         join child on child.county = stay.county and child.id = stay.child
         where stay.county = $1 and stay.turnover = $2 order by child.spelling, stay.child",
        &params![desk.county(), turnover],
        |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
            Ok((texts, row.get::<Vec<u8>>(3)?))
        },
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for ([id, child, name], why) in rows {
        let why = desk.open("turnover_stay", "why", &id, Some(&why))?;
        all.push(StayLine { child, name, why });
    }
    Ok(all)
}

/// What becomes of a school's classes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn look(desk: &mut Desk<'_, '_>, school: &str) -> Result<Turn, Refused> {
    let (school, grant) = School::find(desk, Action::ReadTurnover, school)?;
    let (post, today) = (grant.post, desk.now.day());
    let year = year_to_turn(today);
    let old = old(desk, &school, year)?;
    let decided = decided(desk, &school.id, year)?;
    let mut of = decided.as_ref().map(|decided| stays(desk, &decided.0)).transpose()?.unwrap_or_default();
    if decided.as_ref().is_some_and(|decided| decided.1 == "done") {
        of.clear();
    }
    let (mut classes, mut held) = (Vec::new(), Vec::new());
    for class in &old {
        let pupils = pupils(desk, class)?;
        let next = match class.onward {
            Onward::Up(next) => class_name(next, class.number),
            Onward::Finishes | Onward::Waits => String::new(),
        };
        classes.push(ClassLine {
            id: class.id.clone(),
            name: class.name.clone(),
            pupils: i64::try_from(pupils.len()).unwrap_or(i64::MAX),
            teacher: teacher(desk, &class.id)?,
            onward: class.onward,
            next,
        });
        let stay = |id: &str| of.iter().any(|stay| stay.child == id);
        let kept = pupils.into_iter().filter(|pupil| !stay(&pupil.id)).filter_map(|pupil| {
            let why = pupil.held?;
            Some(HeldLine { child: pupil.id, name: pupil.name, class: class.name.clone(), held: why })
        });
        held.extend(kept);
    }
    let grades = |number| old.iter().filter(|class| class.grade.number() == number).count();
    let many = |count: usize| i64::try_from(count).unwrap_or_default();
    let has = (has_primary(&school.kind), has_junior(&school.kind));
    let usual = (if has.0 { many(grades(1)) } else { 0 }, if has.1 && !has.0 { many(grades(7)) } else { 0 });
    let made = desk.tx.query(
        "select unit.name, (select cast(count(*) as bigint) from child_tie tie
                             where tie.county = class.county and tie.unit = class.unit and tie.tie = 'class')
         from class join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
         where class.county = $1 and class.school = $2 and class.school_year = $3
         order by class.grade, class.number, class.unit",
        &params![desk.county(), &school.id, i64::from(year)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let (state, fresh) = match decided {
        Some((_, state, by, at, fresh)) if state == "done" => (State::Done(by, at), fresh),
        Some((_, _, by, at, fresh)) => (State::Planned(by, at), fresh),
        None if old.is_empty() => (State::Nothing, usual),
        None => (State::Open, usual),
    };
    let up = path(desk.tx, desk.county(), &school.id)?;
    let may_turn = may(desk.actor(), Action::TurnYear, &Subject::Unit(&up)).is_ok();
    desk.record(Action::ReadTurnover, post, ("unit", &school.id), "", "看新学年编班")?;
    let tomorrow = today.saturating_add(1.days());
    Ok(Turn {
        school: (school.id, school.name),
        year,
        from: holds_from(year).max(tomorrow),
        state,
        classes,
        stays: of,
        held,
        fresh,
        has,
        made,
        may_turn,
    })
}

/// Who is 班主任 of a class now; empty for nobody.
fn teacher(desk: &mut Desk<'_, '_>, class: &str) -> Result<String, Refused> {
    let names = desk.tx.query(
        "select account.name from post
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         join account on account.county = tenure.county and account.id = tenure.account
         where post.county = $1 and post.unit = $2 and post.duty = 'chain' and post.closed_at is null
         order by post.sort, post.id limit 1",
        &params![desk.county(), class],
        |row| row.get::<String>(0),
    )?;
    Ok(names.into_iter().next().unwrap_or_default())
}
