//! Writes the world of the demo county into the storage, part by part: each part is one transaction, the empty county is
//! asked for first, and a demo that was cut off is not served.

mod children;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use casework::audit::Vault;
use casework::db::{Db, DbError, Tx};
use casework::keys::Keys;
use casework::now::Now;
use casework::seed::{self, SeedAccount, SeedPost, SeedUnit, Seeding};
use jiff::civil::Date;
use rules::plan::Plan;

use super::campaigns::Campaigns;
use super::world::model::{Post, Staff, Unit, UnitKind};
use super::world::{Part, WorldSettings, world};
use super::year;
use crate::failure::Failure;
use crate::progress::Laps;

/// What the county is written with.
pub(super) struct Seeder {
    county: String,
    keys: Keys,
    now: Now,
    /// Argon2id of the one password of the demo.
    password: String,
    today: Date,
    known: Mutex<Keyed>,
}

/// Ids by the world's keys, over all parts.
#[derive(Default)]
struct Keyed {
    /// Townships of units.
    townships: HashMap<String, String>,
    kinds: HashMap<String, UnitKind>,
    /// Who holds which post.
    holders: HashMap<String, String>,
    /// A code taken once.
    sort: i64,
}

/// Makes the world and writes it; `done` is told how many children stand in the ledger.
pub(super) fn seed(
    db: &Db,
    (keys, vault): (&Keys, &Vault),
    now: &Now,
    settings: &WorldSettings<'_>,
    password: &str,
    (done, laps): (&dyn Fn(u64), &Laps),
) -> Result<(), Failure> {
    let mut campaigns = Campaigns::start()?;
    let seeder = Arc::new(Seeder {
        county: settings.plan.county().code.clone(),
        keys: keys.clone(),
        now: now.clone(),
        password: password.to_owned(),
        today: settings.today,
        known: Mutex::default(),
    });
    let mut children = 0;
    let mut told = None;
    world(settings, &mut |part| {
        let (part, seeder) = (Arc::new(part), Arc::clone(&seeder));
        match part.as_ref() {
            Part::County(county) => {
                told = Some((county.semesters, county.story.clone()));
                campaigns.county(county);
            }
            Part::Zone(zone) => {
                children += zone.children.len() as u64;
                campaigns.zone(&zone.lists, &zone.decisions, &zone.pairs)?;
            }
        }
        db.write(move |tx| tx.gather(|tx| seeder.part(tx, &part)))?;
        done(children);
        Ok::<(), Failure>(())
    })?;
    db.write(|tx| tx.tally())?;
    laps.over("ledger", db);
    let plan = Arc::new(crate::county::plan(None)?);
    campaigns.finish(db, keys, now, &plan)?;
    laps.over("campaigns", db);
    if let Some((semesters, story)) = &told {
        year::write(db, (keys, vault), now, settings, (semesters, story), laps)?;
    }
    Ok(())
}

impl Seeder {
    fn with(&self) -> Seeding<'_> {
        Seeding { county: &self.county, now: &self.now }
    }

    fn part(&self, tx: &mut Tx<'_>, part: &Part) -> Result<(), DbError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match part {
            Part::County(part) => {
                seed::setting(tx, &self.with(), "second_factor", "off")?;
                self.units(tx, &mut known, &part.units)?;
                self.people(tx, &mut known, &part.staff, &part.posts, &part.accounts)
            }
            Part::Zone(part) => {
                self.units(tx, &mut known, &part.units)?;
                self.people(tx, &mut known, &part.staff, &part.posts, &part.accounts)?;
                for one in &part.inspected {
                    if let Some(holder) = known.holders.get(&one.post) {
                        let id = format!("{}:inspector:{}", one.school, one.post);
                        let post = SeedPost {
                            id: &id,
                            unit: &one.school,
                            role: "inspector",
                            leads: false,
                            chain: false,
                            title: "责任督学",
                            sort: 900,
                        };
                        seed::post(tx, &self.with(), &post)?;
                        seed::tenure(tx, &self.with(), &id, holder, (self.year_ago(), None))?;
                    }
                }
                let households = self.households(tx, &part.households)?;
                let ids = self.children(tx, &known, &part.children, &part.households, &households)?;
                self.moves(tx, &known, &ids, &part.changes, &part.transfers)?;
                self.pairings(tx, &known, &ids, &part.pairings)
            }
        }
    }

    fn year_ago(&self) -> Date {
        self.today.saturating_sub(jiff::ToSpan::days(365))
    }

    fn id<'a>(&'a self, unit: &'a Unit) -> &'a str {
        if unit.kind == UnitKind::County { &self.county } else { &unit.key }
    }

    fn units(&self, tx: &mut Tx<'_>, known: &mut Keyed, units: &[Unit]) -> Result<(), DbError> {
        let from = self.year_ago().saturating_sub(jiff::ToSpan::days(3000));
        for unit in units {
            known.sort += 1;
            if let Some(township) = &unit.township {
                known.townships.insert(unit.key.clone(), township.clone());
            }
            let parent_kind = unit.parent.as_ref().and_then(|parent| known.kinds.get(parent)).copied();
            known.kinds.insert(unit.key.clone(), unit.kind);
            let (kind, line) = match unit.kind {
                UnitKind::County => ("county", "government"),
                UnitKind::Township => ("township", "government"),
                UnitKind::Village => ("village", "government"),
                UnitKind::Group => ("group", "government"),
                UnitKind::TaskForce => ("office", "government"),
                UnitKind::Bureau => ("bureau", "education"),
                UnitKind::Section | UnitKind::Inspectorate => ("office", "education"),
                UnitKind::School => ("school", "education"),
                UnitKind::Class => ("class", "education"),
                UnitKind::Department => ("department", "department"),
            };
            // The bureau is the top of its own tree (教体局—学校—班级).
            let parent = unit.parent.as_deref().filter(|_| unit.kind != UnitKind::Bureau);
            let parent =
                parent.map(
                    |parent| {
                        if parent_kind == Some(UnitKind::County) { self.county.as_str() } else { parent }
                    },
                );
            let coded = matches!(unit.kind, UnitKind::Township | UnitKind::Village | UnitKind::School);
            let class = unit.class.as_ref().map(|class| {
                let number = i64::try_from(class.number).unwrap_or(i64::MAX);
                (i64::from(class.grade), number, i64::from(class.school_year))
            });
            let row = SeedUnit {
                id: self.id(unit),
                kind,
                line,
                name: &unit.name,
                parent,
                township: unit.township.as_deref(),
                code: coded.then_some(unit.key.as_str()),
                sort: known.sort,
                school: unit.school_kind.map(|kind| (kind, 0)),
                class,
            };
            seed::unit(tx, &self.with(), &row, from)?;
        }
        Ok(())
    }

    fn people(
        &self,
        tx: &mut Tx<'_>,
        known: &mut Keyed,
        staff: &[Staff],
        posts: &[Post],
        accounts: &[super::world::model::Account],
    ) -> Result<(), DbError> {
        let with = self.with();
        let named: HashMap<&str, &str> = accounts
            .iter()
            .filter(|account| account.same_as.is_none())
            .map(|account| (account.staff.as_str(), account.username.as_str()))
            .collect();
        let county = |unit: &str| {
            if known.kinds.get(unit) == Some(&UnitKind::County) {
                self.county.clone()
            } else {
                unit.to_owned()
            }
        };
        for person in staff {
            let username = named.get(person.key.as_str());
            let unit = county(&person.unit);
            let row = SeedAccount {
                id: &person.key,
                username: username.unwrap_or(&person.key.as_str()),
                name: &person.name,
                unit: &unit,
                state: match (person.left, username) {
                    (Some(_), _) => "disabled",
                    (None, Some(_)) => "active",
                    (None, None) => "approved",
                },
                password: username.map(|_| self.password.as_str()),
                since: person.since,
            };
            seed::account(tx, &with, &row)?;
        }
        for (sort, post) in (1_i64..).zip(posts) {
            let unit = county(&post.unit);
            let row = SeedPost {
                id: &post.key,
                unit: &unit,
                role: post.role,
                leads: post.leads,
                chain: post.slot.is_some(),
                title: &post.title,
                sort,
            };
            seed::post(tx, &with, &row)?;
            for tenure in &post.tenures {
                seed::tenure(tx, &with, &post.key, &tenure.staff, (tenure.from, tenure.until))?;
            }
            if let Some(holder) = post.holder() {
                known.holders.insert(post.key.clone(), holder.to_owned());
            }
        }
        // `teacher` and `head` are second names of one t… and one h…: a second account with posts of its own beside the
        // first one's, so that each post still has one holder.
        for account in accounts.iter().filter(|account| account.same_as.is_some()) {
            let person = staff.iter().find(|person| person.key == account.staff);
            let id = format!("{}:{}", account.staff, account.username);
            let unit = person.map_or(self.county.clone(), |person| county(&person.unit));
            let row = SeedAccount {
                id: &id,
                username: &account.username,
                name: person.map_or("", |person| person.name.as_str()),
                unit: &unit,
                state: "active",
                password: Some(&self.password),
                since: person.map_or(self.year_ago(), |person| person.since),
            };
            seed::account(tx, &with, &row)?;
            for (sort, key) in (1_i64..).zip(&account.posts) {
                let Some(post) = posts.iter().find(|post| post.key == *key) else { continue };
                let second = format!("{key}:{}", account.username);
                let unit = county(&post.unit);
                let row = SeedPost {
                    id: &second,
                    unit: &unit,
                    role: post.role,
                    leads: post.leads,
                    chain: false,
                    title: &post.title,
                    sort: 900 + sort,
                };
                seed::post(tx, &with, &row)?;
                seed::tenure(tx, &with, &second, &id, (self.year_ago(), None))?;
            }
        }
        Ok(())
    }
}

/// Whether the county of the plan stands in the storage already.
pub(super) fn stands(db: &Db, plan: &Plan) -> Result<bool, DbError> {
    let county = plan.county().code.clone();
    db.read(move |tx| Ok(!seed::is_empty(tx, &county)?))
}
