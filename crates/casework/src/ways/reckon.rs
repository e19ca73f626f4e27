//! Reckoning a study on the ledger as it is: the pupils, the schools that could receive with their free places and beds, the ways that are
//! measured; what rules::ways says would become of each; and all of it kept with its sum. It changes no child and no school.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use rules::age::school_year;
use rules::groups::Special;
use rules::ways::{Need, Outcome, Pupil, Receiver, Way, place, record, taught};
use sha2::{Digest, Sha256};

use super::capacity::HOLDS;
use super::known::ways_to;
use super::line::boards;
use super::studies::Kept;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A pupil with its home.
struct Homed {
    pupil: Pupil,
    group: Option<String>,
    village: Option<String>,
}

impl Homed {
    /// The way to a school, from the group or else the village.
    fn way(&self, ways: &HashMap<(String, String), Way>, school: &str) -> Option<Way> {
        let from = |home: &Option<String>| ways.get(&(home.clone()?, school.to_owned())).copied();
        from(&self.group).or_else(|| from(&self.village))
    }
}

/// The sum over what went in and what came out, as 64 hexadecimal digits.
pub(super) fn digest(given: &str, came: &str) -> String {
    let mut sum = Sha256::new();
    sum.update(given.as_bytes());
    sum.update([0]);
    sum.update(came.as_bytes());
    sum.finalize().iter().fold(String::new(), |mut text, byte| {
        _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reckons and keeps; what came of it.
pub(super) fn reckon(desk: &mut Desk<'_, '_>, study: &Kept) -> Result<Outcome, Refused> {
    let mut homed = pupils(desk, study)?;
    let homes: BTreeSet<String> =
        homed.iter().flat_map(|one| [&one.group, &one.village]).flatten().cloned().collect();
    let grades: BTreeSet<u8> = homed.iter().filter_map(|one| one.pupil.grade).collect();
    let (schools, ways) = receivers(desk, study, &homes, &grades)?;
    for one in &mut homed {
        one.pupil.now = one.way(&ways, &study.school);
        let to: Vec<(String, Way)> = schools
            .iter()
            .filter_map(|school| Some((school.id.clone(), one.way(&ways, &school.id)?)))
            .collect();
        one.pupil.ways = to;
    }
    let pupils: Vec<Pupil> = homed.into_iter().map(|one| one.pupil).collect();
    let rule = desk.plan.school_access();
    let outcome = place(rule, &pupils, &schools);
    let (given, came) = record(rule, &pupils, &schools, &outcome);
    keep(desk, study, &given, &came, &pupils, &schools, &outcome)?;
    Ok(outcome)
}

fn keep(
    desk: &mut Desk<'_, '_>,
    study: &Kept,
    given: &str,
    came: &str,
    pupils: &[Pupil],
    schools: &[Receiver],
    outcome: &Outcome,
) -> Result<(), Refused> {
    let run = desk.now.id();
    desk.tx.execute(
        "insert into closure_run (county, id, study, day, given, came, digest, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            &run,
            &study.id,
            desk.now.day(),
            given,
            came,
            digest(given, came),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    for (pupil, placed) in pupils.iter().zip(&outcome.pupils) {
        desk.tx.execute(
            "insert into closure_pupil (county, id, run, child, grade, to_school, was, was_why, was_minutes, becomes,
                                        becomes_minutes, needs_bed, worse, split, disability, left_behind, hardship)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            &params![
                desk.county(),
                desk.now.id(),
                &run,
                &placed.pupil,
                pupil.grade,
                placed.to.as_deref(),
                placed.before.access.code(),
                &placed.before.why,
                placed.minutes_before,
                placed.after.code(),
                placed.minutes_after,
                placed.needs_bed,
                placed.worse,
                placed.split,
                placed.need.disability,
                placed.need.left_behind,
                placed.need.hardship
            ],
        )?;
    }
    for school in schools {
        let after = outcome.schools.iter().find(|(id, ..)| *id == school.id);
        let (places, beds) =
            after.map_or((school.free(), school.free_beds()), |(_, places, beds)| (*places, *beds));
        desk.tx.execute(
            "insert into closure_school (county, run, school, places, beds, places_after, beds_after)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![desk.county(), &run, &school.id, school.free(), school.free_beds(), places, beds],
        )?;
    }
    Ok(())
}

fn pupils(desk: &mut Desk<'_, '_>, study: &Kept) -> Result<Vec<Homed>, Refused> {
    let rows = desk.tx.query(
        "select id, grade, boarding, coalesce(household, ''), village_group, village from child
         where county = $1 and school = $2 and merged_into is null order by id",
        &params![desk.county(), &study.school],
        |row| {
            let pupil = Pupil {
                id: row.get(0)?,
                grade: row.get(1)?,
                boards: boards(&row.get::<String>(2)?),
                family: row.get(3)?,
                stays: false,
                now: None,
                ways: Vec::new(),
                need: Need::default(),
            };
            Ok(Homed { pupil, group: row.get(4)?, village: row.get(5)? })
        },
    )?;
    let groups = desk.tx.query(
        "select child_group.child, child_group.code from child_group
         join child on child.county = child_group.county and child.id = child_group.child
         where child_group.county = $1 and child.school = $2 and child.merged_into is null
           and (child_group.until_day is null or child_group.until_day > $3)
         order by child_group.child, child_group.code, child_group.id",
        &params![desk.county(), &study.school, desk.now.day()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let mut of: BTreeMap<String, Vec<Special>> = BTreeMap::new();
    for (child, code) in groups {
        if let Some(group) = Special::from_code(&code) {
            of.entry(child).or_default().push(group);
        }
    }
    let closes = |one: &Homed| {
        study.grades.is_empty() || one.pupil.grade.is_none_or(|grade| study.grades.contains(&grade))
    };
    let staying: BTreeSet<String> = rows
        .iter()
        .filter(|one| !closes(one) && !one.pupil.family.is_empty())
        .map(|one| one.pupil.family.clone())
        .collect();
    let mut found: Vec<Homed> = rows.into_iter().filter(closes).collect();
    for one in &mut found {
        one.pupil.stays = staying.contains(&one.pupil.family);
        one.pupil.need = Need::of(of.get(&one.pupil.id).into_iter().flatten().copied());
    }
    Ok(found)
}

/// Measured ways by home and school.
type Ways = HashMap<(String, String), Way>;

/// The schools that could receive these grades, with the ways to them and to the school itself: those that the study names; else those of the same
/// township, and those to which a way from one of these homes is measured, but no 特殊教育学校. Whatever has no places on record has none.
fn receivers(
    desk: &mut Desk<'_, '_>,
    study: &Kept,
    homes: &BTreeSet<String>,
    grades: &BTreeSet<u8>,
) -> Result<(Vec<Receiver>, Ways), Refused> {
    let rows = desk.tx.query(
        &format!(
            "with {HOLDS},
             pupils (school, many, boarders) as (
               select school, count(*), sum(case when boarding = '2' then 1 else 0 end) from child
                where county = $1 and merged_into is null and school is not null group by school)
             select unit.id, coalesce(unit.code, unit.id), school.kind, coalesce(unit.township, ''),
                    coalesce(holds.places, 0), coalesce(holds.beds, 0),
                    cast(coalesce(pupils.many, 0) as bigint), cast(coalesce(pupils.boarders, 0) as bigint),
                    (select cast(count(*) as bigint) from closure_receiver named
                      where named.county = unit.county and named.study = $3 and named.school = unit.id)
             from unit
             join school on school.county = unit.county and school.unit = unit.id
             left join holds on holds.school = unit.id
             left join pupils on pupils.school = unit.id
             where unit.county = $1 and unit.kind = 'school' and unit.until_day is null and unit.id <> $4
             order by coalesce(unit.code, unit.id), unit.id"
        ),
        &params![desk.county(), school_year(study.from), &study.id, &study.school],
        |row| {
            let kind: String = row.get(2)?;
            let receiver = Receiver {
                id: row.get(0)?,
                code: row.get(1)?,
                grades: taught(&kind).unwrap_or((0, 0)),
                places: row.get(4)?,
                beds: row.get(5)?,
                pupils: row.get(6)?,
                boarders: row.get(7)?,
            };
            let town: String = row.get(3)?;
            Ok((receiver, (town, kind.contains("特殊")), row.get::<i64>(8)? > 0))
        },
    )?;
    let mut asked: Vec<String> = rows.iter().map(|(one, ..)| one.id.clone()).collect();
    asked.push(study.school.clone());
    let ways = ways_to(desk, &asked)?;
    let near: BTreeSet<&str> =
        ways.keys().filter(|(home, _)| homes.contains(home)).map(|(_, school)| school.as_str()).collect();
    let named = rows.iter().any(|(.., named)| *named);
    let teaches = |one: &Receiver| {
        let (low, high) = one.grades;
        if grades.is_empty() { high > 0 } else { grades.iter().any(|grade| (low..=high).contains(grade)) }
    };
    let found = rows
        .iter()
        .filter(|(one, (town, is_special), is_named)| {
            let near = *town == study.township || near.contains(one.id.as_str());
            let by_itself = one.places > 0 && !is_special && near;
            teaches(one) && if named { *is_named } else { by_itself }
        })
        .map(|(one, ..)| one.clone())
        .collect();
    Ok((found, ways))
}
