//! Opening: of which units it is on record that something repeats, and the file that the office opens with its ground. Nothing is opened by itself.

use jiff::ToSpan;
use rules::access::{Action, Subject};
use rules::accountability::{Act, Known, Origin, cited, opens};

use super::act::{quiet, said};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known as Of, publishable, unnamed};

/// A unit of which something is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Why a file could be opened.
    pub origin: Origin,
    /// What is on record.
    pub facts: String,
}

/// What is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFile {
    /// Which unit.
    pub unit: String,
    /// Code of [`Origin`].
    pub origin: String,
    /// The post that answers for it, in words; empty for the unit alone.
    pub post: String,
    /// Code of the ground.
    pub ground: String,
    /// The article as the office looked it up, where the plan does not know it.
    pub article: String,
    /// What it is about.
    pub words: String,
}

/// What is on record of each unit, or of one.
fn known(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<(String, String, Known)>, Refused> {
    let since = desk.now.day().saturating_sub(i64::from(desk.plan.accountability().within_months).months());
    Ok(desk.tx.query(
        "select unit.id, unit.name,
                (select cast(count(distinct b.id) as bigint) from bulletin b
                  join bulletin_point p on p.county = b.county and p.bulletin = b.id and p.state <> 'withdrawn'
                 where b.county = unit.county and p.unit = unit.id and b.kind = 'problem' and b.state = 'issued' and b.issued_at >= $2
                   and not exists (select 1 from bulletin w where w.county = b.county and w.amends = b.id and w.kind = 'withdrawal'
                                      and w.state = 'issued')),
                (select cast(count(*) as bigint) from inspection_finding f
                  where f.county = unit.county and f.unit = unit.id and f.state = 'open' and f.due_day < $3),
                (select cast(count(*) as bigint) from report_hop h
                  where h.county = unit.county and h.unit = unit.id and h.received_at is null and h.escalated_at >= $2)
         from unit
         where unit.county = $1 and unit.until_day is null
           and unit.kind in ('township', 'village', 'school', 'department', 'bureau')
           and (cast($4 as text) = '' or unit.id = $4)
           and (cast($4 as text) <> ''
                or exists (select 1 from bulletin_point p where p.county = unit.county and p.unit = unit.id)
                or exists (select 1 from inspection_finding f where f.county = unit.county and f.unit = unit.id and f.state = 'open')
                or exists (select 1 from report_hop h where h.county = unit.county and h.unit = unit.id
                              and h.received_at is null and h.escalated_at >= $2))
         order by coalesce(unit.code, ''), unit.sort, unit.id limit 400",
        &params![desk.county(), since, desk.now.day(), unit],
        |row| {
            let known = Known { bulletins: row.get(2)?, findings: row.get(3)?, escalated: row.get(4)? };
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, known))
        },
    )?)
}

/// Units of which enough is on record and no file of that origin is open, by their codes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn candidates(desk: &mut Desk<'_, '_>) -> Result<Vec<Candidate>, Refused> {
    desk.require(Action::KeepAccountability, &Subject::Nothing, ("accountability", ""))?;
    let open = desk.tx.query(
        "select unit, origin from accountability where county = $1 and closed_at is null order by unit, origin",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let mut found = Vec::new();
    let all = known(desk, "")?;
    let rule = desk.plan.accountability();
    for (unit, name, known) in all {
        for origin in Origin::ALL.iter().copied().filter(|origin| known.reaches(*origin, rule)) {
            if !open.iter().any(|(own, of)| *own == unit && of == origin.code()) {
                let (unit, name) = (unit.clone(), name.clone());
                found.push(Candidate { unit, name, origin, facts: known.facts(origin, rule) });
            }
        }
    }
    Ok(found)
}

/// Opens a file on what is on record now, and tells the unit until when it may speak; its id. Sent twice it is one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] where the record does not bear it, [`Refused::Storage`].
pub fn open(desk: &mut Desk<'_, '_>, new: &NewFile) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepAccountability, &Subject::Nothing, ("accountability", ""))?;
    let origin =
        Origin::from_code(&new.origin).ok_or_else(|| Refused::field("origin", "请选择为什么立案"))?;
    let found = known(desk, &new.unit)?.into_iter().find(|one| !new.unit.is_empty() && one.0 == new.unit);
    let (unit, name, known) = found.ok_or_else(|| Refused::field("unit", "请选择哪个单位"))?;
    if desk.actor().posts.iter().any(|post| post.unit == unit && post.role != rules::access::Role::Inspector)
    {
        return Err(Refused::rule("本单位的人不能办本单位的问责", "两人办理", "请督导委办公室另一位同志办"));
    }
    let rule = desk.plan.accountability();
    opens(origin, known, rule)?;
    let facts = format!("{name}{}", known.facts(origin, rule));
    let ground = rule.ground(&new.ground).ok_or_else(|| Refused::field("ground", "请选择依据"))?.clone();
    if ground.article.is_none() && !new.article.trim().is_empty() {
        publishable(
            desk,
            ("article", "请对照原文写条号，如“第八条”"),
            &new.article,
            &(3..=40),
            Of::Followed,
        )?;
    }
    let article = cited(&ground, &new.article)
        .map_err(|refused| Refused::field("article", format!("{}，{}", refused.what, refused.todo)))?;
    let post = match new.post.trim() {
        "" => String::new(),
        _ => unnamed(desk, ("post", "请写岗位，如“分管副镇长”"), &new.post, &(2..=40), Of::Followed)?
            .to_owned(),
    };
    let words = quiet(desk, ("words", "请写明是什么情况"), &new.words, &unit)?;
    let county = desk.county();
    let there = desk.tx.query(
        "select id from accountability where county = $1 and unit = $2 and origin = $3 and closed_at is null order by id limit 1",
        &params![county, &unit, origin.code()],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let rule = desk.plan.deadline("accountability_statement");
    let rule = rule.ok_or_else(|| Refused::Fault("the plan has no accountability_statement".to_owned()))?;
    let due = rule.due(desk.now.clock(), desk.plan.calendar()).map_err(rules::case::Refused::from)?;
    let due = format!("{}.000+08:00", due.strftime("%Y-%m-%dT%H:%M:%S"));
    let (id, year) = (desk.now.id(), i64::from(desk.now.day().year()));
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, 'accountability', $2, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![county, year],
        |row| row.get::<i64>(0),
    )?;
    let word = format!("{}教督办问责〔{year}〕{number}号", desk.plan.county().short);
    desk.tx.execute(
        "insert into accountability (county, id, unit, post, origin, facts, ground, article, state, year, number, word, opened_by,
                                     opened_at, statement_due, organ)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'opened', $9, $10, $11, $12, $13, $14, '')",
        &params![
            county,
            &id,
            &unit,
            &post,
            origin.code(),
            &facts,
            &ground.code,
            &article,
            year,
            number,
            &word,
            &desk.actor().account,
            desk.now.stamp(),
            &due
        ],
    )?;
    said(desk, &id, Act::Open, &words, grant.post.map_or("", |post| &post.unit))?;
    // Whoever is told opens it or does not: leaders alone can read it.
    tell_unit(
        desk,
        &unit,
        ("accountability", &id),
        "教育督导问责：请单位负责人陈述",
        &format!("/accountability/{id}"),
    )?;
    desk.record(Action::KeepAccountability, grant.post, ("accountability", &id), "", &word)?;
    Ok(id)
}
