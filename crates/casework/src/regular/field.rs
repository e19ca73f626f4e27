//! 进校入户调研 (春秋开学): schools and homes drawn by the program with a seed that is kept, once a quarter, so that nobody draws until it suits; what was
//! seen at each is only ever added. What is written names no child; who the pupil of a home is, each reader sees by their own scope.

use rules::access::{Action, Subject};
use rules::regular::{Found, Kind, Place, WORDS, period, visits_in};

use crate::attendance::{hex, order};
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;
use crate::unnamed::{Known, day, unnamed};

/// What was seen at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// On which day.
    pub day: String,
    /// What.
    pub found: Found,
    /// In words.
    pub words: String,
    /// Who was there.
    pub by: String,
}

/// A school, or a home, that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Which.
    pub place: Place,
    /// Id of the school, or of the pupil.
    pub id: String,
    /// Name of the school.
    pub school: String,
    /// Name of the pupil, where the reader reaches them.
    pub pupil: String,
    /// Place in the draw, and how many there were.
    pub rank: (i64, i64),
    /// The latest visit.
    pub visit: Option<Visit>,
}

/// A quarter's draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Code of the quarter.
    pub period: String,
    /// In words.
    pub label: String,
    /// The seed; empty while nothing is drawn.
    pub seed: String,
    /// Who drew, and when.
    pub by: (String, String),
    /// What was drawn, schools before homes.
    pub tickets: Vec<Ticket>,
    /// Whether the reader draws and enters.
    pub may: bool,
    /// Whether a term begins in the quarter.
    pub is_due: bool,
}

fn quarter(desk: &Desk<'_, '_>, code: &str, action: Action) -> Result<rules::regular::Period, Refused> {
    let calendar = desk.plan.calendar();
    let now = desk.now.day();
    let this = period(Kind::CountyQuarter, now, calendar).filter(|one| code.is_empty() || one.code == code);
    this.or_else(|| super::ended_period(Kind::CountyQuarter, code, now, calendar))
        .ok_or_else(|| Refused::denied(action, "regular_sample", code))
}

/// Draws the schools and homes of a quarter; homes by the pupils of the schools that were drawn.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] where it was drawn, or no term begins in the quarter, [`Refused::Storage`].
pub fn draw(desk: &mut Desk<'_, '_>, code: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_sample", code))?;
    let quarter = quarter(desk, code, Action::RecheckRegular)?;
    if !visits_in(&quarter, desk.plan.calendar()) {
        return Err(Refused::rule(
            format!("{}没有开学", quarter.label),
            "教基厅函〔2024〕15号：春秋开学进校入户调研",
            "请在春季、秋季开学的季度抽",
        ));
    }
    let county = desk.county();
    let pool = desk.tx.query(
        "select unit.id from unit where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
           and exists (select 1 from class where class.county = unit.county and class.school = unit.id)
         order by unit.id",
        &params![county],
        |row| row.get::<String>(0),
    )?;
    let (id, seed) = (desk.now.id(), hex(&desk.now.random::<16>()));
    let new = desk.tx.execute(
        "insert into regular_sample (county, id, period, seed, by_account, at) values ($1, $2, $3, $4, $5, $6)
         on conflict (county, period) do nothing",
        &params![county, &id, &quarter.code, &seed, &desk.actor().account, desk.now.stamp()],
    )?;
    if new == 0 {
        return Err(Refused::rule(
            format!("{}的调研已经抽过", quarter.label),
            "教基厅函〔2024〕15号",
            "抽过的不能重抽；要多看的，另外去看，写进季度复核",
        ));
    }
    let rule = desk.plan.regular();
    let (schools, homes) = (usize::from(rule.schools), usize::from(rule.homes));
    let drawn = order(&seed, &pool);
    for (rank, school) in (1_i64..).zip(&drawn) {
        let is_drawn = usize::try_from(rank).is_ok_and(|rank| rank <= schools);
        put(desk, &id, (Place::School, school, school), (rank, drawn.len()), is_drawn)?;
    }
    for school in drawn.iter().take(schools) {
        // One pupil for each household, so that a home with many children is no likelier.
        let pupils = desk.tx.query(
            "select min(id) from child
             where county = $1 and school = $2 and merged_into is null and household is not null
             group by household order by 1",
            &params![county, school],
            |row| row.get::<String>(0),
        )?;
        for (rank, pupil) in (1_i64..).zip(order(&seed, &pupils).iter().take(homes)) {
            put(desk, &id, (Place::Home, pupil, school), (rank, pupils.len()), true)?;
        }
    }
    let detail = format!("{}所学校里抽{}所", pool.len(), schools.min(pool.len()));
    desk.record(Action::RecheckRegular, grant.post, ("regular_sample", &id), "", &detail)
}

fn put(
    desk: &mut Desk<'_, '_>,
    sample: &str,
    (place, id, school): (Place, &str, &str),
    (rank, pool): (i64, usize),
    drawn: bool,
) -> Result<(), Refused> {
    desk.tx.execute(
        "insert into regular_ticket (county, sample, place, ref, school, rank, pool, drawn)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            sample,
            place.code(),
            id,
            school,
            rank,
            i64::try_from(pool).unwrap_or(i64::MAX),
            drawn
        ],
    )?;
    Ok(())
}

/// The draw of a quarter, the one that runs where none is named.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn sample(desk: &mut Desk<'_, '_>, code: &str) -> Result<Sample, Refused> {
    let path = [desk.county().to_owned()];
    desk.require(Action::ReadRegular, &Subject::Unit(&path), ("regular_sample", code))?;
    let quarter = quarter(desk, code, Action::ReadRegular)?;
    let may = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_sample", code)).is_ok();
    let mut found = Sample {
        is_due: visits_in(&quarter, desk.plan.calendar()),
        period: quarter.code,
        label: quarter.label,
        seed: String::new(),
        by: (String::new(), String::new()),
        tickets: Vec::new(),
        may,
    };
    let head = desk.tx.optional(
        "select s.id, s.seed, coalesce(account.name, ''), s.at from regular_sample s
         left join account on account.county = s.county and account.id = s.by_account
         where s.county = $1 and s.period = $2",
        &params![desk.county(), &found.period],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    let Some((id, seed, by, at)) = head else { return Ok(found) };
    (found.seed, found.by) = (seed, (by, at));
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now);
    let mut values = vec![Value::from(desk.county()), Value::from(id)];
    let reached = scope.predicate("tie", &mut values);
    let sql = format!(
        "select t.place, t.ref, school.name,
                coalesce((select child.name from child
                          where child.county = t.county and child.id = t.ref
                            and exists (select 1 from child_tie tie where tie.county = child.county
                                          and tie.child = coalesce(child.merged_into, child.id) and {reached})), ''),
                t.rank, t.pool, coalesce(v.day, ''), coalesce(v.found, ''), coalesce(v.words, ''), coalesce(account.name, '')
         from regular_ticket t
         join unit school on school.county = t.county and school.id = t.school
         left join regular_visit v on v.county = t.county and v.sample = t.sample and v.place = t.place and v.ref = t.ref
           and v.seq = (select max(w.seq) from regular_visit w where w.county = t.county and w.sample = t.sample
                           and w.place = t.place and w.ref = t.ref)
         left join account on account.county = v.county and account.id = v.by_account
         where t.county = $1 and t.sample = $2 and t.drawn = 1
         order by case t.place when 'school' then 0 else 1 end, coalesce(school.code, ''), school.sort, school.id, t.rank"
    );
    found.tickets = desk.tx.query(&sql, &values, |row| {
        let text = |at| row.get::<String>(at);
        let visit = Found::from_code(&text(7)?);
        Ok(Ticket {
            place: Place::from_code(&text(0)?).unwrap_or(Place::School),
            id: text(1)?,
            school: text(2)?,
            pupil: text(3)?,
            rank: (row.get(4)?, row.get(5)?),
            visit: match visit {
                Some(found) => Some(Visit { day: text(6)?, found, words: text(8)?, by: text(9)? }),
                None => None,
            },
        })
    })?;
    if found.tickets.iter().any(|ticket| !ticket.pupil.is_empty()) {
        desk.record(Action::ReadRegular, None, ("regular_sample", code), "", "看入户名单")?;
    }
    Ok(found)
}

/// Enters what was seen at a school or home that was drawn.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn visited(
    desk: &mut Desk<'_, '_>,
    code: &str,
    (place, id): (Option<Place>, &str),
    (on, found, words): (&str, Option<Found>, &str),
) -> Result<(), Refused> {
    let grant = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_sample", code))?;
    let denied = || Refused::denied(Action::RecheckRegular, "regular_sample", code);
    let (county, place) = (desk.county(), place.ok_or_else(denied)?);
    let ticket = desk.tx.optional(
        "select t.sample, t.school, s.at from regular_ticket t
         join regular_sample s on s.county = t.county and s.id = t.sample
         where t.county = $1 and s.period = $2 and t.place = $3 and t.ref = $4 and t.drawn = 1",
        &params![county, code, place.code(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let (sample, school, drawn_at) = ticket.ok_or_else(denied)?;
    let on = day("day", on, "请填写哪一天去的")?;
    if on > desk.now.day() || on.to_string().as_str() < drawn_at.get(..10).unwrap_or_default() {
        return Err(Refused::field("day", "日子要在抽样那天到今天之间"));
    }
    let found = found.ok_or_else(|| Refused::field("found", "请选择看到的情况"))?;
    let units = [school];
    let words = unnamed(desk, ("words", "请写明看了什么、看到什么"), words, &WORDS, Known::Of(&units))?;
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from regular_visit
         where county = $1 and sample = $2 and place = $3 and ref = $4",
        &params![county, &sample, place.code(), id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into regular_visit (county, sample, place, ref, seq, day, found, words, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            county,
            &sample,
            place.code(),
            id,
            seq,
            on,
            found.code(),
            words,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::RecheckRegular, grant.post, ("regular_sample", &sample), "", place.label())
}
