//! Beginning an inspection: the program draws, with a seed that is kept, so that anybody can draw again. A special inspection draws schools of
//! the county and looks at their townships too; a visit of a 责任督学 draws classes of the one school.

use rules::access::{Action, Reach, Subject};
use rules::inspection::{Kind, MOST_DRAWN, Place, term};

use crate::attendance::{hex, order};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;

/// An inspection as it is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInspection {
    /// Which.
    pub kind: Kind,
    /// Id of the school, of a visit.
    pub school: String,
    /// So many schools, or classes, are drawn.
    pub wanted: usize,
}

/// Begins it, and draws; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] where there is one of this term already, [`Refused::Storage`].
pub fn begin(desk: &mut Desk<'_, '_>, new: &NewInspection) -> Result<String, Refused> {
    let school = Some(new.school.as_str()).filter(|_| new.kind == Kind::Visit);
    let path: Vec<String> = school.into_iter().map(str::to_owned).collect();
    let grant = desk.require(Action::Inspect, &Subject::Unit(&path), ("inspection", ""))?;
    if new.wanted == 0 || new.wanted > MOST_DRAWN {
        return Err(Refused::field("wanted", format!("请填抽几个，1到{MOST_DRAWN}的整数")));
    }
    let (county, today) = (desk.county(), desk.now.day());
    let term = term(today, desk.plan.calendar());
    let before = desk.tx.query(
        "select id from inspection
         where county = $1 and term = $2 and kind = $3 and (cast($4 as text) is null or school = $4) order by at limit 1",
        &params![county, &term.code, new.kind.code(), school],
        |row| row.get::<String>(0),
    )?;
    if !before.is_empty() && new.kind == Kind::Special {
        return Err(Refused::rule(
            format!("{}的专项督导已经抽过", term.label),
            "五(十二)",
            "每学期一次，抽过的不能重抽；要多查的，请责任督学去查",
        ));
    }
    if let Some(school) = school {
        // Sent twice on one day it is one visit (hazard H01): who could draw again would draw until it suits.
        let there = desk.tx.query(
            "select id from inspection where county = $1 and term = $2 and kind = $3 and school = $4 and by_account = $5 and at >= $6
             order by at desc limit 1",
            &params![county, &term.code, new.kind.code(), school, &desk.actor().account, today],
            |row| row.get::<String>(0),
        )?;
        if let Some(id) = there.into_iter().next() {
            return Ok(id);
        }
    }
    let pool = match school {
        None => desk.tx.query(
            "select unit.id from unit where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
               and exists (select 1 from child where child.county = unit.county and child.school = unit.id
                              and child.merged_into is null)
             order by unit.id",
            &params![county],
            |row| row.get::<String>(0),
        )?,
        Some(school) => desk.tx.query(
            "select class.unit from class
             join unit on unit.county = class.county and unit.id = class.unit and unit.until_day is null
             where class.county = $1 and class.school = $2
               and exists (select 1 from class_member member
                           where member.county = class.county and member.class = class.unit and member.from_day <= $3
                             and (member.until_day is null or member.until_day > $3))
             order by class.unit",
            &params![county, school, today],
            |row| row.get::<String>(0),
        )?,
    };
    if pool.is_empty() {
        return Err(Refused::field("wanted", "没有可以抽的：这里没有还有学生的学校或者班，请换一所学校"));
    }
    let (id, seed) = (desk.now.id(), hex(&desk.now.random::<16>()));
    let drawn: Vec<String> = order(&seed, &pool);
    desk.tx.execute(
        "insert into inspection (county, id, kind, term, school, seed, wanted, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            &id,
            new.kind.code(),
            &term.code,
            school,
            &seed,
            i64::try_from(new.wanted).unwrap_or(i64::MAX),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    for (rank, unit) in (1_i64..).zip(&drawn) {
        let chosen = usize::try_from(rank).is_ok_and(|rank| rank <= new.wanted);
        desk.tx.execute(
            "insert into inspection_ticket (county, inspection, unit, rank, drawn) values ($1, $2, $3, $4, $5)",
            &params![county, &id, unit, rank, chosen],
        )?;
    }
    let places: Vec<String> = match school {
        Some(school) => vec![school.to_owned()],
        None => drawn.iter().take(new.wanted).cloned().collect(),
    };
    for school in &places {
        put(desk, &id, school, Place::School)?;
        if new.kind == Kind::Special {
            let township = desk.tx.one(
                "select coalesce(township, '') from unit where county = $1 and id = $2",
                &params![county, school],
                |row| row.get::<String>(0),
            )?;
            if !township.is_empty() {
                put(desk, &id, &township, Place::Township)?;
            }
        }
    }
    let detail = format!("{}里抽{}", pool.len(), new.wanted.min(pool.len()));
    desk.record(Action::Inspect, grant.post, ("inspection", &id), "", &detail)?;
    Ok(id)
}

fn put(desk: &mut Desk<'_, '_>, id: &str, unit: &str, place: Place) -> Result<(), Refused> {
    let new = desk.tx.execute(
        "insert into inspection_place (county, inspection, unit, place) values ($1, $2, $3, $4)
         on conflict (county, inspection, unit) do nothing",
        &params![desk.county(), id, unit, place.code()],
    )?;
    if new > 0 {
        tell_unit(
            desk,
            unit,
            ("inspection", id),
            "督导检查抽到了本单位，请准备材料",
            &format!("/inspections/{id}"),
        )?;
    }
    Ok(())
}

/// Schools that the actor may visit: id and name; and whether a special inspection may be begun.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn schools_to_visit(desk: &mut Desk<'_, '_>) -> Result<(Vec<(String, String)>, bool), Refused> {
    let mut values = vec![crate::db::Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::Inspect, "unit.id", &mut values);
    let sql = format!(
        "select unit.id, unit.name from unit
         where unit.county = $1 and unit.kind = 'school' and unit.until_day is null and {within}
         order by unit.sort, unit.id limit 500"
    );
    let schools = desk.tx.query(&sql, &values, |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
    let whole = desk
        .actor()
        .posts
        .iter()
        .any(|post| Action::Inspect.policy(post.role, post.standing) == Some(Reach::County));
    Ok((schools, whole))
}
