//! 点名 of the year: every class called on every school day, pupils who were ill in the last weeks, and those who stayed away
//! without a reason, a few of them now: on the first day, on the second, and on the list of suspects (五(九)).

use std::collections::{BTreeMap, BTreeSet};

use casework::db::{Db, DbError};
use casework::keys::Keys;
use casework::seed::{self, SeedClass, SeedSheet, Seeding};
use jiff::ToSpan;
use jiff::civil::Date;
use rules::attendance::{Kind, Reason};
use rules::plan::Plan;

use super::{Year, helped, moment};
use crate::progress::Laps;

/// Days back in which illness is written down; before, only who stayed away without a reason.
const ILLNESS: i64 = 28;
/// Sheets, and children counted, in one transaction.
const AT_ONCE: usize = 1_000;

/// Who was not simply there in one register.
pub(super) type Away = Vec<(String, Kind, Option<Reason>)>;

/// Why somebody stays away, and for how many school days.
struct Spell {
    class: usize,
    child: String,
    from: usize,
    days: usize,
    kind: Kind,
    reason: Reason,
}

impl Year {
    /// Registers since `since`, and the clocks that follow from them.
    pub(super) fn registers(
        &mut self,
        db: &Db,
        (keys, plan): (&Keys, &Plan),
        since: Date,
        laps: &Laps,
    ) -> Result<(), DbError> {
        let county = self.county.clone();
        let of = county.clone();
        db.write(move |tx| seed::rolls_known(tx, &of))?;
        let classes: Vec<SeedClass> = db.read(|tx| seed::classes(tx, &county))?;
        let days = school_days(plan, since, self.today);
        let mut spells = self.spells(&classes, &days);
        spells.extend(helped::chosen(&classes, &days).into_iter().map(|one| Spell {
            class: one.class,
            child: one.child,
            from: one.from,
            days: one.days,
            kind: Kind::Truant,
            reason: one.reason,
        }));
        let mut away: BTreeMap<(usize, usize), Away> = BTreeMap::new();
        let mut children: BTreeSet<String> = BTreeSet::new();
        for spell in &spells {
            children.insert(spell.child.clone());
            for at in spell.from..(spell.from + spell.days).min(days.len()) {
                let told = away.entry((at, spell.class)).or_default();
                if !told.iter().any(|(child, ..)| *child == spell.child) {
                    told.push((spell.child.clone(), spell.kind, Some(spell.reason)));
                }
            }
        }
        laps.over("classes and spells", db);
        let deputy = self.roles.get("head").cloned().unwrap_or_default();
        let shared = std::sync::Arc::new((classes, deputy, county, self.now.clone()));
        let mut called = days.iter().enumerate().flat_map(|(at, day)| {
            let chance = &mut self.chance;
            let mut sheets = Vec::new();
            for place in 0..shared.0.len() {
                let minute = i8::try_from(chance.below(60)).unwrap_or_default();
                let called = moment(*day, 8, minute, 0);
                sheets.push((place, *day, called, away.remove(&(at, place)).unwrap_or_default()));
            }
            sheets
        });
        loop {
            let some: Vec<_> = called.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                break;
            }
            let shared = std::sync::Arc::clone(&shared);
            db.write_soon(move |tx| {
                let (classes, deputy, county, now) = &*shared;
                let with = Seeding { county, now };
                tx.gather(|tx| {
                    for (place, day, at, away) in &some {
                        let Some(class) = classes.get(*place) else { continue };
                        let by = class.teacher.as_deref().unwrap_or(deputy);
                        seed::sheet(tx, &with, &SeedSheet { class, by, day: *day, at: *at, away })?;
                    }
                    Ok::<_, DbError>(())
                })
            })?;
        }
        db.write(|tx| tx.tally())?;
        laps.over("registers", db);
        let children: Vec<String> = children.into_iter().collect();
        for some in children.chunks(100) {
            let (some, keys, plan, now) = (some.to_vec(), keys.clone(), plan.clone(), self.now.clone());
            db.write(move |tx| {
                seed::counted(tx, (&keys, &plan, &now), &some, since).map_err(|refused| match refused {
                    casework::refused::Refused::Storage(error) => error,
                    other => DbError::Other(other.to_string()),
                })
            })?;
        }
        laps.over("clocks", db);
        Ok(())
    }

    /// Who stayed away, by the day's place in `days`.
    fn spells(&mut self, classes: &[SeedClass], days: &[Date]) -> Vec<Spell> {
        let mut spells = Vec::new();
        let recent = self.today.saturating_sub(ILLNESS.days());
        let first = days.partition_point(|day| *day < recent);
        let last = days.len();
        for (class, one) in classes.iter().enumerate() {
            // Whom the ledger knows to be out of school has been away for long.
            for child in &one.gone {
                let from = last.saturating_sub(usize::try_from(self.chance.between(12, 40)).unwrap_or(12));
                let (kind, reason) = (Kind::Truant, Reason::Unwilling);
                spells.push(Spell { class, child: child.clone(), from, days: last, kind, reason });
            }
            for child in &one.pupils {
                // Some of each hundred are ill within four weeks, most for a day or two.
                if first < last && self.chance.happens(0.06) {
                    let from = first + self.chance.below(last - first);
                    let days = 1 + self.chance.below(2);
                    let (kind, reason) = if self.chance.happens(0.7) {
                        (Kind::Sick, Reason::Ill)
                    } else {
                        (Kind::Personal, Reason::Family)
                    };
                    spells.push(Spell { class, child: child.clone(), from, days, kind, reason });
                    continue;
                }
                let now = self.chance.happens(0.004);
                if now || self.chance.happens(0.004) {
                    let reasons =
                        [Reason::Market, Reason::Chores, Reason::NotReached, Reason::Unwilling, Reason::Away];
                    let reason =
                        reasons.get(self.chance.below(reasons.len())).copied().unwrap_or(Reason::Other);
                    let days = 1 + self.chance.below(4);
                    // Half of them are away to this day.
                    let from = if now { last.saturating_sub(days) } else { self.chance.below(last.max(1)) };
                    spells.push(Spell {
                        class,
                        child: child.clone(),
                        from,
                        days,
                        kind: Kind::Truant,
                        reason,
                    });
                }
            }
        }
        spells
    }
}

/// The days with lessons from `since` to the day before `today`.
pub(super) fn school_days(plan: &Plan, since: Date, today: Date) -> Vec<Date> {
    since
        .series(1.day())
        .take_while(|day| *day < today)
        .filter(|day| plan.calendar().day(*day).is_ok_and(|kind| kind.is_teaching()))
        .collect()
}
