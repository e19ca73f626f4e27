//! The night in which a school's year turns: one transaction per school. Old classes stay as they were until that day; their registers are not
//! touched. Whoever is held stays in last year's class and is named on the page.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::time;
use rules::access::Action;
use rules::age::school_year_label;
use rules::turnover::{Onward, has_junior, has_primary, holds_from};

use super::look::{Old, old, pupils};
use super::{School, class_name, grade};
use crate::attendance;
use crate::desk::Desk;
use crate::jobs::{Means, Registry, Schedule, as_program};
use crate::ledger::{Place, close_past_class, finished, up};
use crate::params;
use crate::refused::Refused;
use crate::units::{Beside, Fresh, make};

/// The nightly work.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::daily("turn_year", "新学年编班生效", time(0, 6, 0, 0), |means| {
        tonight(means)
    }))
}

fn tonight(means: &Arc<dyn Means>) -> Result<String, Refused> {
    let due = as_program(means, due)?;
    let (mut done, mut failed) = (0_usize, 0_usize);
    for id in &due {
        let own = id.clone();
        match as_program(means, move |desk| carry(desk, &own)) {
            Ok(()) => done += 1,
            Err(Refused::Busy { after }) => return Err(Refused::Busy { after }),
            Err(refused) => {
                tracing::warn!(id, "the year of a school did not turn: {refused:?}");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        let what = format!("{done}所学校编班生效，{failed}所没有办成");
        return Err(Refused::rule(what, "", "明天夜里会再办；还不成，请看日志里这些学校的编号"));
    }
    Ok(format!("{done}所学校编班生效"))
}

/// Decisions whose day has come.
fn due(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    let today = desk.now.day();
    let rows = desk.tx.query(
        "select id, year from turnover where county = $1 and state = 'planned' order by at, id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let come = |year: i64| i16::try_from(year).is_ok_and(|year| holds_from(year) <= today);
    Ok(rows.into_iter().filter(|(_, year)| come(*year)).map(|(id, _)| id).collect())
}

struct Decided {
    school: School,
    year: i16,
    firsts: i64,
    sevenths: i64,
    account: String,
}

fn decided(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Decided>, Refused> {
    let found = desk.tx.optional(
        "select unit.id, unit.name, school.kind, unit.township, t.year, t.firsts, t.sevenths, t.by_account
         from turnover t
         join unit on unit.county = t.county and unit.id = t.school
         join school on school.county = t.county and school.unit = t.school
         where t.county = $1 and t.id = $2 and t.state = 'planned'",
        &params![desk.county(), id],
        |row| {
            let school =
                School { id: row.get(0)?, name: row.get(1)?, kind: row.get(2)?, township: row.get(3)? };
            let account: String = row.get(7)?;
            Ok((school, row.get::<i64>(4)?, row.get::<i64>(5)?, row.get::<i64>(6)?, account))
        },
    )?;
    let Some((school, year, firsts, sevenths, account)) = found else { return Ok(None) };
    let year = i16::try_from(year).map_err(|_| Refused::Fault("a year".to_owned()))?;
    Ok(Some(Decided { school, year, firsts, sevenths, account }))
}

/// Carries a decision out. Twice is once.
pub(super) fn carry(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let Some(of) = decided(desk, id)? else { return Ok(()) };
    let county = desk.county();
    let from = holds_from(of.year).max(desk.now.day());
    let stays = super::look::stays(desk, id)?;
    let old = old(desk, &of.school, of.year)?;
    // Grade and number → the class of the new year; the highest number of each grade.
    let mut made: BTreeMap<(i8, i64), String> = BTreeMap::new();
    for class in &old {
        if let Onward::Up(next) = class.onward {
            let unit = open(desk, &of, i64::from(next.number()), class.number)?;
            teachers(desk, &class.id, &unit, &of.account)?;
            made.insert((next.number(), class.number), unit);
        }
    }
    for (number, many, has) in
        [(1_i8, of.firsts, has_primary(&of.school.kind)), (7, of.sevenths, has_junior(&of.school.kind))]
    {
        let after = made.keys().filter(|(grade, _)| *grade == number).map(|(_, class)| *class).max();
        let after = after.unwrap_or(0);
        for class in (after + 1..=after + many).filter(|_| has) {
            let unit = open(desk, &of, i64::from(number), class)?;
            made.insert((number, class), unit);
        }
    }
    let (mut children, mut moved, mut gone, mut left) = (Vec::new(), 0_i64, 0_i64, 0_i64);
    for class in &old {
        let done = class_up(desk, &of, class, &made, (id, from, &stays))?;
        moved += done.moved;
        gone += done.gone;
        left += done.left;
        children.extend(done.children);
    }
    // Whoever is left in last year's class keeps it open, with its teacher.
    for class in &old {
        close_past_class(desk, &class.id)?;
    }
    attendance::recount(desk, &children, from)?;
    desk.tx.execute(
        "update turnover set state = 'done', done_at = $3 where county = $1 and id = $2",
        &params![county, id, desk.now.stamp()],
    )?;
    let detail =
        format!("{}学年：升级{moved}名，毕业{gone}名，留在去年班里{left}名", school_year_label(of.year));
    desk.record(Action::TurnYear, None, ("unit", &of.school.id), "", &detail)
}

#[derive(Default)]
struct Moved {
    children: Vec<String>,
    moved: i64,
    gone: i64,
    left: i64,
}

/// Moves the pupils of one class.
fn class_up(
    desk: &mut Desk<'_, '_>,
    of: &Decided,
    class: &Old,
    made: &BTreeMap<(i8, i64), String>,
    (id, from, stays): (&str, jiff::civil::Date, &[super::StayLine]),
) -> Result<Moved, Refused> {
    let mut done = Moved::default();
    let ground = format!("turnover:{id}");
    let place = |unit: &str, grade: i8| Place {
        school: of.school.id.clone(),
        class: unit.to_owned(),
        grade: i64::from(grade),
    };
    let next = match class.onward {
        Onward::Up(next) => made.get(&(next.number(), class.number)).map(|unit| place(unit, next.number())),
        Onward::Finishes | Onward::Waits => None,
    };
    // Whoever stays in the grade goes into this year's class of the same number, or else into the first of that grade.
    let own = class.grade.number();
    let again = made
        .get(&(own, class.number))
        .or_else(|| made.iter().find(|((grade, _), _)| *grade == own).map(|(_, unit)| unit))
        .map(|unit| place(unit, own));
    for pupil in pupils(desk, class)? {
        let stay = stays.iter().any(|stay| stay.child == pupil.id);
        match (stay, &again, &next, pupil.held) {
            (true, Some(to), ..) | (false, _, Some(to), _) => {
                up(desk, &pupil.id, to, from, &ground)?;
                done.moved += 1;
                done.children.push(pupil.id);
            }
            (false, _, None, None) => {
                finished(desk, &pupil.id, &of.school.id, from, &of.account)?;
                done.gone += 1;
            }
            (true, None, ..) | (false, _, None, Some(_)) => done.left += 1,
        }
    }
    desk.tx.execute(
        "insert into turnover_class (county, turnover, class, made, moved, left_behind) values ($1, $2, $3, $4, $5, $6)",
        &params![
            desk.county(),
            id,
            &class.id,
            next.as_ref().map(|to| to.class.as_str()),
            done.moved + done.gone,
            done.left
        ],
    )?;
    Ok(done)
}

/// A class of the new year: the one that is there, or a new one.
fn open(desk: &mut Desk<'_, '_>, of: &Decided, number: i64, class: i64) -> Result<String, Refused> {
    let there = desk.tx.optional(
        "select unit from class where county = $1 and school = $2 and school_year = $3 and grade = $4 and number = $5",
        &params![desk.county(), &of.school.id, i64::from(of.year), number, class],
        |row| row.get::<String>(0),
    )?;
    if let Some(unit) = there {
        return Ok(unit);
    }
    let new = Fresh {
        kind: "class",
        name: &class_name(grade(number)?, class),
        parent: Some(&of.school.id),
        township: of.school.township.as_deref(),
        code: None,
        from: holds_from(of.year).max(desk.now.day()),
        beside: Beside::Class(i64::from(of.year), number, class),
    };
    Ok(make(desk.tx, desk.now, desk.county(), &new)?)
}

/// The new class has the posts of the old one, with those who hold them; the posts that every class has are there already.
fn teachers(desk: &mut Desk<'_, '_>, old: &str, new: &str, by: &str) -> Result<(), Refused> {
    let (county, day, stamp) = (desk.county(), desk.now.day(), desk.now.stamp());
    type Post = ([String; 5], i64, Option<String>);
    let posts: Vec<Post> = desk.tx.query(
        "select post.role, post.standing, post.duty, post.title, post.id, post.sort, tenure.account from post
         left join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         where post.county = $1 and post.unit = $2 and post.closed_at is null order by post.sort, post.id",
        &params![county, old],
        |row| {
            let texts = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
            Ok((texts, row.get(5)?, row.get(6)?))
        },
    )?;
    let mut vacant: Vec<(String, String)> = desk.tx.query(
        "select id, duty from post where county = $1 and unit = $2 and closed_at is null
           and not exists (select 1 from tenure where tenure.county = post.county and tenure.post = post.id
                             and tenure.until_day is null)
         order by sort, id",
        &params![county, new],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for ([role, standing, duty, title, _], sort, holder) in posts {
        let standard = (duty == "chain").then(|| vacant.iter().position(|post| post.1 == duty)).flatten();
        let post = match standard {
            Some(at) => vacant.swap_remove(at).0,
            // A class that was there with its teachers keeps them.
            None if duty == "chain" => continue,
            None => {
                let id = desk.now.id();
                desk.tx.execute(
                    "insert into post (county, id, unit, role, standing, duty, title, sort)
                     values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    &params![county, &id, new, role, standing, duty, title, sort],
                )?;
                id
            }
        };
        let Some(holder) = holder else { continue };
        desk.tx.execute(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![county, desk.now.id(), post, holder, day, by, &stamp],
        )?;
    }
    Ok(())
}
