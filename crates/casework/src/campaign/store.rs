//! Keeping what a comparison found: each finding once in a campaign however often it is run, with what each list says
//! sealed beside it, tied to the units that it concerns, and with an earlier decision taken over (capability 4, lesson 3).
//!
//! Decided: others see the campaign as it was until they see it as it is. What a run finds for the first time is first
//! stored under the run's own id ([`stage`], in chunks, so that the storage's one writer is never held for long); what
//! it finds again is only noted. One last transaction (`finish`) moves all of it into the campaign, settles what is
//! gone and closes the run; it touches rows by index and seals nothing. A run that was stopped leaves nothing in the
//! campaign, and `clean` sweeps what it had staged (docs/adr/0012-comparison-runs.md).

use std::collections::HashMap;
use std::sync::Arc;

use linkage::comparison::Finding;
use rules::access::Tie;
use rules::decision::Decision;
use rules::mask;
use rules::plan::FindingKind;

use super::finish::finish;
use crate::compared::{Outcome, Side};
use crate::db::{DbError, Tx};
use crate::keys::{Keys, Place};
use crate::now::Now;
use crate::params;

/// What came of storing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Findings in all.
    pub found: i64,
    /// Of those that were not found before in this campaign: decided in an earlier one, and not asked again.
    pub remembered: i64,
    /// Open ones of an earlier run that are no longer found.
    pub cleared: i64,
}

/// With what is stored.
#[derive(Clone, Copy)]
pub(super) struct With<'a> {
    /// Code of the county.
    pub(super) county: &'a str,
    /// Keys of the sealed fields and of the indexes.
    pub(super) keys: &'a Keys,
    /// When.
    pub(super) now: &'a Now,
}

/// Which run of which campaign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    /// The campaign.
    pub(super) campaign: &'a str,
    /// The run.
    pub(super) comparison: &'a str,
}

/// Puts a run down as begun; its id.
///
/// # Errors
/// Whatever the storage says.
pub fn begin(
    tx: &mut Tx<'_>,
    county: &str,
    now: &Now,
    campaign: &str,
    (by, as_of): (&str, jiff::civil::Date),
) -> Result<String, DbError> {
    let id = now.id();
    tx.execute(
        "insert into comparison (county, id, campaign, state, as_of, asked_by, asked_at, found, remembered, cleared,
                                 problem)
         values ($1, $2, $3, 'running', $4, $5, $6, 0, 0, 0, '')",
        &params![county, &id, campaign, as_of, by, now.stamp()],
    )?;
    Ok(id)
}

/// A finding with all that is stored of it, its own: it outlives the lists.
#[derive(Debug, Clone)]
pub(super) struct Found {
    kind: FindingKind,
    score: i64,
    why: String,
    spelling: String,
    sides: Vec<Side>,
}

/// Everything that a run found, in its order.
#[must_use]
pub(super) fn found(outcome: &Outcome<'_>) -> Vec<Found> {
    let one = |finding: &Finding| {
        let sides = outcome.facts(finding);
        let spelling = linkage::spelling::spelling(&sides.first()?.name).full;
        // In hundredths of a percent nobody could tell the difference.
        let (score, why) = (score(finding.chance), finding.why().into_owned());
        Some(Found { kind: finding.kind, score, why, spelling, sides })
    };
    outcome.comparison().findings.iter().filter_map(one).collect()
}

/// Stores everything that a run found, in one transaction.
///
/// # Errors
/// Whatever the storage says.
pub fn store(
    tx: &mut Tx<'_>,
    (county, keys, now): (&str, &Keys, &Now),
    (campaign, comparison): (&str, &str),
    outcome: &Outcome<'_>,
) -> Result<Stored, DbError> {
    let (with, of) = (With { county, keys, now }, Of { campaign, comparison });
    let units = units(tx, county)?;
    stage(tx, with, of, &units, &found(outcome))?;
    let compared: Vec<FindingKind> =
        FindingKind::ALL.iter().copied().filter(|kind| outcome.looked_for(*kind)).collect();
    finish(tx, with, of, &compared)
}

/// Units by their code: townships and villages by nine and twelve digits, schools by theirs; each with its township.
pub(super) type Units = Arc<HashMap<String, (String, Option<String>)>>;

/// The units that findings are tied to.
///
/// # Errors
/// Whatever the storage says.
pub(super) fn units(tx: &mut Tx<'_>, county: &str) -> Result<Units, DbError> {
    let found = tx.query(
        "select code, id, township from unit where county = $1 and code is not null and until_day is null",
        &params![county],
        |row| Ok((row.get::<String>(0)?, (row.get::<String>(1)?, row.get::<Option<String>>(2)?))),
    )?;
    Ok(Arc::new(found.into_iter().collect()))
}

/// Stores a part of what was found beside the campaign, where nobody sees it.
///
/// # Errors
/// Whatever the storage says.
pub(super) fn stage(
    tx: &mut Tx<'_>,
    With { county, keys, now }: With<'_>,
    Of { campaign, comparison }: Of<'_>,
    units: &Units,
    part: &[Found],
) -> Result<(), DbError> {
    let storing = Storing { county, keys, now, campaign, comparison, units };
    part.iter().try_for_each(|found| storing.one(tx, found))
}

struct Storing<'a> {
    county: &'a str,
    keys: &'a Keys,
    now: &'a Now,
    campaign: &'a str,
    comparison: &'a str,
    units: &'a Units,
}

/// Writes down what a run means for a finding.
pub(super) fn event(
    tx: &mut Tx<'_>,
    with: With<'_>,
    finding: &str,
    kind: &str,
    value: &str,
) -> Result<(), DbError> {
    tx.execute(
        "insert into finding_event (county, id, finding, at, by_account, kind, value)
         values ($1, $2, $3, $4, '', $5, $6)",
        &params![with.county, with.now.id(), finding, with.now.stamp(), kind, value],
    )?;
    Ok(())
}

/// Where a finding belongs, and which child it is about.
#[derive(Default)]
struct Placed {
    child: Option<String>,
    township: Option<String>,
    village: Option<String>,
    group: Option<String>,
    school: Option<String>,
    school_township: Option<String>,
    class: Option<String>,
}

impl Storing<'_> {
    const fn with(&self) -> With<'_> {
        With { county: self.county, keys: self.keys, now: self.now }
    }

    /// Notes a finding of the campaign as found again, or stores it under the run.
    fn one(&self, tx: &mut Tx<'_>, found: &Found) -> Result<(), DbError> {
        let Some(own) = found.sides.first() else { return Ok(()) };
        let same_as = self.same_as(found.kind, &found.sides);
        let known = tx.optional(
            "select id from finding where county = $1 and campaign = $2 and same_as = $3",
            &params![self.county, self.campaign, &same_as],
            |row| row.get::<String>(0),
        )?;
        if let Some(known) = known {
            tx.execute(
                "insert into comparison_seen (county, comparison, finding, score, reason) values ($1, $2, $3, $4, $5)
                 on conflict (county, comparison, finding) do nothing",
                &params![self.county, self.comparison, &known, found.score, &found.why],
            )?;
            return Ok(());
        }
        let (placed, id) = (self.placed(tx, &found.sides, own)?, self.now.id());
        let new = tx.execute(
            "insert into finding (county, id, campaign, comparison, kind, same_as, child, name, spelling, birth, sex,
                                  id_masked, township, village, village_group, school, class, score, reason, state,
                                  found_in, version)
             values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'staged', $3, 1)
             on conflict (county, campaign, same_as) do nothing",
            &params![
                self.county,
                &id,
                self.comparison,
                found.kind.code(),
                &same_as,
                placed.child.as_deref(),
                &own.name,
                &found.spelling,
                &own.birth,
                &own.sex,
                mask::id(&own.number),
                placed.township.as_deref(),
                placed.village.as_deref(),
                placed.group.as_deref(),
                placed.school.as_deref(),
                placed.class.as_deref(),
                found.score,
                &found.why
            ],
        )?;
        if new == 0 {
            return Ok(());
        }
        self.ties(tx, &id, &placed)?;
        for side in &found.sides {
            self.side(tx, &id, side)?;
        }
        event(tx, self.with(), &id, "found", found.kind.code())?;
        self.remember(tx, &id, &same_as, (found.kind, placed.child.as_deref()))
    }

    /// What makes a finding the same next semester: its kind and the child's number, or name, birthday and sex.
    fn same_as(&self, kind: FindingKind, sides: &[Side]) -> String {
        let who: Vec<String> = sides
            .iter()
            .take(if kind == FindingKind::NeedsReview || kind == FindingKind::DuplicateRoll { 3 } else { 1 })
            .map(|side| {
                if side.number.len() == 18 {
                    side.number.clone()
                } else {
                    format!("{}|{}|{}|{}", side.name, side.birth, side.sex, side.place)
                }
            })
            .collect();
        self.keys.index(self.county, "finding", &format!("{}|{}", kind.code(), who.join("|")))
    }

    fn placed(&self, tx: &mut Tx<'_>, sides: &[Side], own: &Side) -> Result<Placed, DbError> {
        let child = |tx: &mut Tx<'_>, condition: &str, values: [&str; 2]| {
            let sql = format!(
                "select id, township, village, village_group, school, school_township, class from child
                 where county = $1 and merged_into is null and {condition} limit 2"
            );
            tx.query(&sql, &params![self.county, values[0], values[1]], |row| {
                Ok(Placed {
                    child: row.get(0)?,
                    township: row.get(1)?,
                    village: row.get(2)?,
                    group: row.get(3)?,
                    school: row.get(4)?,
                    school_township: row.get(5)?,
                    class: row.get(6)?,
                })
            })
        };
        let mut found = None;
        for side in sides.iter().filter(|side| side.number.len() == 18 && !side.side.starts_with("other")) {
            let index = self.keys.index(self.county, "id_number", &side.number);
            found = child(tx, "id_index = $2 and $3 = ''", [&index, ""])?.pop();
            if found.is_some() {
                break;
            }
        }
        if found.is_none() && !own.birth.is_empty() {
            // By name and birthday only where it is one child and no other.
            let mut same = child(tx, "name = $2 and birth = $3", [&own.name, &own.birth])?;
            found = if same.len() == 1 { same.pop() } else { None };
        }
        let mut placed = found.unwrap_or_default();
        let unit = |code: &str| self.units.get(code).map(|(id, _)| id.clone());
        let home = sides.iter().find(|side| !side.place.is_empty()).map_or("", |side| side.place.as_str());
        if placed.village.is_none() {
            placed.village = unit(home);
            placed.township = home.get(..9).and_then(unit);
        }
        if placed.school.is_none()
            && let Some((school, township)) =
                sides.iter().find_map(|side| self.units.get(&side.school).filter(|_| !side.school.is_empty()))
        {
            placed.school = Some(school.clone());
            placed.school_township.clone_from(township);
        }
        Ok(placed)
    }

    fn ties(&self, tx: &mut Tx<'_>, finding: &str, placed: &Placed) -> Result<(), DbError> {
        let places = rules::access::Places {
            county: self.county.to_owned(),
            township: placed.township.clone(),
            village: placed.village.clone(),
            group: placed.group.clone(),
            school: placed.school.clone(),
            school_township: placed.school_township.clone(),
            class: placed.class.clone(),
        };
        for (unit, tie) in rules::access::ties(&places) {
            tie_to(tx, self.county, finding, unit, tie)?;
        }
        Ok(())
    }

    fn side(&self, tx: &mut Tx<'_>, finding: &str, side: &Side) -> Result<(), DbError> {
        let row = format!("{finding}/{}", side.side);
        let place = Place { county: self.county, table: "finding_side", column: "id_number", row: &row };
        let sealed =
            (!side.number.is_empty()).then(|| self.keys.seal(place, &side.number, self.now.random()));
        tx.execute(
            "insert into finding_side (county, finding, side, row_number, name, sex, birth, ethnicity, id_sealed,
                                       id_masked, place, school, class, guardians, student_masked)
             values ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $11, $12, $13, '')",
            &params![
                self.county,
                finding,
                &side.side,
                side.row,
                &side.name,
                &side.sex,
                &side.birth,
                sealed,
                mask::id(&side.number),
                &side.place,
                &side.school,
                &side.class,
                &side.guardians
            ],
        )?;
        Ok(())
    }

    /// Takes over what was decided about the same finding in an earlier campaign.
    fn remember(
        &self,
        tx: &mut Tx<'_>,
        finding: &str,
        same_as: &str,
        (kind, child): (FindingKind, Option<&str>),
    ) -> Result<(), DbError> {
        let earlier = tx.optional(
            "select id, decision, decided_by, decided_at from finding
             where county = $1 and same_as = $2 and campaign <> $3 and state = 'decided'
             order by decided_at desc limit 1",
            &params![self.county, same_as, self.campaign],
            |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<Option<String>>(1)?,
                    row.get::<Option<String>>(2)?,
                    row.get::<Option<String>>(3)?,
                ))
            },
        )?;
        let Some((from, Some(decision), by, at)) = earlier else { return Ok(()) };
        let Some(verdict) = Decision::from_code(&decision).filter(|verdict| verdict.is_remembered(kind))
        else {
            return Ok(());
        };
        if verdict == Decision::Elsewhere && !self.is_proved(tx, child)? {
            return Ok(());
        }
        tx.execute(
            "update finding set decision = $3, decided_by = $4, decided_at = $5, remembered_from = $6
             where county = $1 and id = $2",
            &params![self.county, finding, &decision, by, at, &from],
        )?;
        event(tx, self.with(), finding, "remembered", &decision)
    }

    /// Whether 外出就读 of the child is proved today: a proof that has not run out.
    fn is_proved(&self, tx: &mut Tx<'_>, child: Option<&str>) -> Result<bool, DbError> {
        let Some(child) = child else { return Ok(false) };
        let found = tx.optional(
            "select id from elsewhere
             where county = $1 and child = $2 and proof <> '' and ended_day is null
               and (expires_day is null or expires_day >= $3) limit 1",
            &params![self.county, child, self.now.day()],
            |row| row.get::<String>(0),
        )?;
        Ok(found.is_some())
    }
}

/// Ties a finding to a unit.
fn tie_to(tx: &mut Tx<'_>, county: &str, finding: &str, unit: &str, tie: Tie) -> Result<(), DbError> {
    tx.execute(
        "insert into finding_tie (county, unit, tie, finding) values ($1, $2, $3, $4)
         on conflict (county, finding, unit, tie) do nothing",
        &params![county, unit, tie.code(), finding],
    )?;
    Ok(())
}

/// A chance between 0 and 1 in permille.
fn score(chance: f32) -> i64 {
    let chance = f64::from(chance.clamp(0.0, 1.0));
    // Counted up instead of cast: a float has no checked conversion.
    (0..=1000_i32).rev().find(|step| f64::from(*step) <= chance * 1000.0).map_or(0, i64::from)
}
