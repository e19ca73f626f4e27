//! Inspections as they are looked at: the office and the bureau see all, an inspector those of the own schools, a unit its own place in them. The
//! proof of the draw goes with each.

use rules::access::{Action, Reach, Subject, may};
use rules::inspection::{Kind, Place, Seen, Stand, Term, term, term_label};
use sha2::{Digest as _, Sha256};

use crate::attendance::{hex, order};
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// An inspection in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionLine {
    /// Id.
    pub id: String,
    /// Which.
    pub kind: Kind,
    /// The term, in words.
    pub term: String,
    /// Name of the school, of a visit.
    pub school: String,
    /// Who drew.
    pub by: String,
    /// When.
    pub at: String,
    /// Places that the reader may see.
    pub places: i64,
    /// Findings there that are not closed.
    pub open: i64,
}

/// That the reader may see a unit's place.
fn within<'v>(desk: &Desk<'v, '_>, column: &str, values: &mut Vec<Value<'v>>) -> String {
    crate::units::within(desk.actor(), Action::ReadInspections, column, values)
}

/// Whether the actor reads the whole county.
pub(super) fn whole(desk: &Desk<'_, '_>, action: Action) -> bool {
    desk.actor().posts.iter().any(|post| action.policy(post.role, post.standing) == Some(Reach::County))
}

/// Inspections of which the reader may see a place, the newest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn inspections(desk: &mut Desk<'_, '_>) -> Result<Vec<InspectionLine>, Refused> {
    desk.require(Action::ReadInspections, &Subject::Nothing, ("inspection", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, "p.unit", &mut values);
    let sql = format!(
        "select i.id, i.kind, i.term, coalesce(school.name, ''), coalesce(account.name, ''), i.at,
                cast(count(*) as bigint),
                cast(coalesce(sum((select count(*) from inspection_finding f where f.county = p.county
                     and f.inspection = p.inspection and f.unit = p.unit and f.state <> 'closed')), 0) as bigint)
         from inspection i
         join inspection_place p on p.county = i.county and p.inspection = i.id
         left join unit school on school.county = i.county and school.id = i.school
         left join account on account.county = i.county and account.id = i.by_account
         where i.county = $1 and {within}
         group by i.id, i.kind, i.term, school.name, account.name, i.at
         order by i.at desc, i.id desc limit 100"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let (kind, term): (String, String) = (row.get(1)?, row.get(2)?);
        Ok(InspectionLine {
            id: row.get(0)?,
            kind: Kind::from_code(&kind).unwrap_or(Kind::Visit),
            term: term_label(&term),
            school: row.get(3)?,
            by: row.get(4)?,
            at: row.get(5)?,
            places: row.get(6)?,
            open: row.get(7)?,
        })
    })?)
}

/// Schools that no 责任督学 has visited this term, for the office; and the term.
///
/// # Errors
/// [`Refused::Storage`].
pub fn not_visited(desk: &mut Desk<'_, '_>) -> Result<(Vec<String>, Term), Refused> {
    let term = term(desk.now.day(), desk.plan.calendar());
    if !whole(desk, Action::ReadInspections) {
        return Ok((Vec::new(), term));
    }
    let rows = desk.tx.query(
        "select unit.name from unit
         where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
           and not exists (select 1 from inspection i where i.county = unit.county and i.school = unit.id
                              and i.term = $2 and i.kind = 'visit')
         order by unit.sort, unit.id limit 500",
        &params![desk.county(), &term.code],
        |row| row.get::<String>(0),
    )?;
    Ok((rows, term))
}

/// A place of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLine {
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// School or township.
    pub place: Place,
    /// Lines of the checklist that were looked at.
    pub seen: i64,
    /// Lines there are.
    pub of: usize,
    /// Findings that are not closed.
    pub open: i64,
    /// Findings.
    pub findings: i64,
}

/// Something of the draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its name.
    pub name: String,
    /// Its place, from 1.
    pub rank: i64,
    /// Whether it was drawn.
    pub drawn: bool,
}

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionFile {
    /// What the list says of it.
    pub line: InspectionLine,
    /// Its places that the reader may see.
    pub places: Vec<PlaceLine>,
    /// The seed, as hex digits.
    pub seed: String,
    /// How many could be drawn.
    pub pool: usize,
    /// SHA-256 of the ids that could be drawn, sorted, a line break between two.
    pub pool_hash: String,
    /// Whether drawing again from the seed gives the same.
    pub proved: bool,
    /// What was drawn.
    pub drawn: Vec<Ticket>,
    /// Whether the reader may draft a result of it.
    pub may_publish: bool,
}

/// Kind, term and the school of a visit.
pub(super) fn head(
    desk: &mut Desk<'_, '_>,
    id: &str,
    action: Action,
) -> Result<(Kind, String, Option<String>), Refused> {
    let found = desk.tx.optional(
        "select kind, term, school from inspection where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<String>>(2)?)),
    )?;
    let (kind, term, school) = found.ok_or_else(|| Refused::denied(action, "inspection", id))?;
    Ok((Kind::from_code(&kind).unwrap_or(Kind::Visit), term, school))
}

/// An inspection with its draw and the places that the reader may see.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn inspection(desk: &mut Desk<'_, '_>, id: &str) -> Result<InspectionFile, Refused> {
    desk.require(Action::ReadInspections, &Subject::Nothing, ("inspection", id))?;
    let missing = || Refused::denied(Action::ReadInspections, "inspection", id);
    let (kind, term, _) = head(desk, id, Action::ReadInspections)?;
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = within(desk, "p.unit", &mut values);
    let sql = format!(
        "select p.unit, coalesce(unit.name, ''), p.place,
                (select cast(count(distinct a.item) as bigint) from inspection_answer a where a.county = p.county
                    and a.inspection = p.inspection and a.unit = p.unit),
                (select cast(count(*) as bigint) from inspection_finding f where f.county = p.county
                    and f.inspection = p.inspection and f.unit = p.unit and f.state <> 'closed'),
                (select cast(count(*) as bigint) from inspection_finding f where f.county = p.county
                    and f.inspection = p.inspection and f.unit = p.unit)
         from inspection_place p left join unit on unit.county = p.county and unit.id = p.unit
         where p.county = $1 and p.inspection = $2 and {within}
         order by p.place desc, coalesce(unit.code, ''), unit.sort, p.unit"
    );
    let places = desk.tx.query(&sql, &values, |row| {
        let place: String = row.get(2)?;
        Ok(PlaceLine {
            unit: row.get(0)?,
            name: row.get(1)?,
            place: Place::from_code(&place).unwrap_or(Place::School),
            seen: row.get(3)?,
            of: 0,
            open: row.get(4)?,
            findings: row.get(5)?,
        })
    })?;
    if places.is_empty() {
        return Err(missing());
    }
    let checks = desk.plan.checks();
    let of = |place: Place| {
        checks.iter().filter(|check| check.kinds.contains(&kind) && check.places.contains(&place)).count()
    };
    let places: Vec<PlaceLine> =
        places.into_iter().map(|one| PlaceLine { of: of(one.place), ..one }).collect();
    let (school, by, at, seed) = desk.tx.one(
        "select coalesce(unit.name, ''), coalesce(account.name, ''), i.at, i.seed from inspection i
         left join unit on unit.county = i.county and unit.id = i.school
         left join account on account.county = i.county and account.id = i.by_account
         where i.county = $1 and i.id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    let tickets = desk.tx.query(
        "select t.unit, coalesce(unit.name, ''), t.rank, t.drawn from inspection_ticket t
         left join unit on unit.county = t.county and unit.id = t.unit
         where t.county = $1 and t.inspection = $2 order by t.rank",
        &params![desk.county(), id],
        |row| {
            let ticket = Ticket { name: row.get(1)?, rank: row.get(2)?, drawn: row.get(3)? };
            Ok((row.get::<String>(0)?, ticket))
        },
    )?;
    let kept: Vec<String> = tickets.iter().map(|(unit, _)| unit.clone()).collect();
    let drawn_first = tickets.windows(2).all(|pair| match pair {
        [(_, before), (_, after)] => before.drawn || !after.drawn,
        _ => true,
    });
    let mut sorted = kept.clone();
    sorted.sort_unstable();
    let line = InspectionLine {
        id: id.to_owned(),
        kind,
        term: term_label(&term),
        school,
        by,
        at,
        places: i64::try_from(places.len()).unwrap_or_default(),
        open: places.iter().map(|place| place.open).sum(),
    };
    let may_publish =
        kind == Kind::Special && may(desk.actor(), Action::SignResult, &Subject::Nothing).is_ok();
    desk.record(Action::ReadInspections, None, ("inspection", id), "", kind.label())?;
    Ok(InspectionFile {
        line,
        places,
        pool: kept.len(),
        pool_hash: hex(&Sha256::digest(sorted.join("\n"))),
        proved: drawn_first && order(&seed, &kept) == kept,
        seed,
        drawn: tickets.into_iter().map(|(_, ticket)| ticket).filter(|ticket| ticket.drawn).collect(),
        may_publish,
    })
}

/// A line of the checklist at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckLine {
    /// Its code.
    pub code: String,
    /// What is looked at.
    pub label: String,
    /// Clause and words of the plan.
    pub basis: String,
    /// What was seen last; `None` while nobody has looked.
    pub seen: Option<Seen>,
    /// In which words.
    pub words: String,
    /// By whom and when; empty while nobody has.
    pub by: String,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    /// Id.
    pub id: String,
    /// Name of the unit.
    pub unit: String,
    /// Of which line of the checklist.
    pub about: String,
    /// What was found.
    pub words: String,
    /// Until when it is put right.
    pub due: jiff::civil::Date,
    /// Where it stands.
    pub stand: Stand,
}

/// A place with its checklist and its findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceFile {
    /// Id of the inspection.
    pub inspection: String,
    /// Which.
    pub kind: Kind,
    /// The term, in words.
    pub term: String,
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// School or township.
    pub place: Place,
    /// The checklist.
    pub checks: Vec<CheckLine>,
    /// The findings.
    pub findings: Vec<FindingLine>,
    /// Whether the reader may fill it in.
    pub may_fill: bool,
}

/// Which place it is, for who may do this there.
pub(super) fn found(
    desk: &mut Desk<'_, '_>,
    (id, unit): (&str, &str),
    action: Action,
) -> Result<(Kind, String, Place, String), Refused> {
    let missing = || Refused::denied(action, "inspection", id);
    let (kind, term, _) = head(desk, id, action)?;
    let place = desk.tx.optional(
        "select p.place, coalesce(unit.name, '') from inspection_place p
         left join unit on unit.county = p.county and unit.id = p.unit
         where p.county = $1 and p.inspection = $2 and p.unit = $3",
        &params![desk.county(), id, unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (place, name) = place.ok_or_else(missing)?;
    Ok((kind, term, Place::from_code(&place).unwrap_or(Place::School), name))
}

/// A place of an inspection, for its inspector, its unit and whoever reads the county.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn place(desk: &mut Desk<'_, '_>, id: &str, unit: &str) -> Result<PlaceFile, Refused> {
    let (kind, term, place, name) = found(desk, (id, unit), Action::ReadInspections)?;
    let path = [unit.to_owned()];
    let grant = desk.require(Action::ReadInspections, &Subject::Unit(&path), ("inspection", id))?;
    let answers = desk.tx.query(
        "select a.item, a.seen, a.words, coalesce(account.name, ''), a.at from inspection_answer a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.inspection = $2 and a.unit = $3 order by a.seq desc limit 1000",
        &params![desk.county(), id, unit],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?, text(4)?))
        },
    )?;
    let rules = desk.plan.checks().iter();
    let of = rules.filter(|check| check.kinds.contains(&kind) && check.places.contains(&place));
    let checks = of
        .map(|check| {
            // The latest stands first.
            let last = answers.iter().find(|one| one.0 == check.code);
            CheckLine {
                code: check.code.clone(),
                label: check.label.clone(),
                basis: format!("{}　{}", check.basis.cited(), check.basis.text),
                seen: last.and_then(|one| Seen::from_code(&one.1)),
                words: last.map(|one| one.2.clone()).unwrap_or_default(),
                by: last.map_or_else(String::new, |one| {
                    format!("{}，{}", one.3, one.4.get(..10).unwrap_or_default())
                }),
            }
        })
        .collect();
    let findings = super::rectify::of_place(desk, id, unit)?;
    let may_fill = may(desk.actor(), Action::Inspect, &Subject::Unit(&path)).is_ok();
    desk.record(Action::ReadInspections, grant.post, ("inspection", id), "", "检查表")?;
    Ok(PlaceFile {
        inspection: id.to_owned(),
        kind,
        term: term_label(&term),
        unit: unit.to_owned(),
        name,
        place,
        checks,
        findings,
        may_fill,
    })
}
