//! Writes the world of the demo county into the storage, part by part: each part is one transaction, the empty county is
//! asked for first, and a demo that was cut off is not served.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use casework::db::{Db, DbError, Tx};
use casework::keys::Keys;
use casework::ledger::enter::{self, Entering, NewChild, NewGroup, NewGuardian, NewHousehold};
use casework::now::Now;
use casework::seed::{self, SeedAccount, SeedElsewhere, SeedMove, SeedPost, SeedUnit, Seeding};
use jiff::civil::Date;
use rules::access::Places;
use rules::codes::{Boarding, IdKind, LeftBehind};
use rules::groups::Special;
use rules::plan::Plan;
use rules::standing::Standing;

use super::campaigns::Campaigns;
use super::world::model::{
    At, Care, Change, ChangeKind, Child, Household, IdNumber, Known, Pairing, Post, Poverty, Registered,
    Staff, Status, Transfer, Unit, UnitKind,
};
use super::world::{Part, WorldSettings, world};
use crate::failure::Failure;

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
    keys: &Keys,
    now: &Now,
    settings: &WorldSettings<'_>,
    password: &str,
    done: &dyn Fn(u64),
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
    world(settings, &mut |part| {
        let (part, seeder) = (Arc::new(part), Arc::clone(&seeder));
        match part.as_ref() {
            Part::County(county) => campaigns.county(county),
            Part::Zone(zone) => {
                children += zone.children.len() as u64;
                campaigns.zone(&zone.lists, &zone.decisions, &zone.pairs)?;
            }
        }
        db.write(move |tx| seeder.part(tx, &part))?;
        done(children);
        Ok::<(), Failure>(())
    })?;
    let plan = Arc::new(crate::county::plan(None)?);
    campaigns.finish(db, keys, now, &plan)
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

    fn entering(&self) -> Entering<'_> {
        Entering { county: &self.county, keys: &self.keys, now: &self.now, by: "", source: "demo" }
    }

    fn households<'a>(
        &self,
        tx: &mut Tx<'_>,
        households: &'a [Household],
    ) -> Result<HashMap<&'a str, (String, &'a Household)>, DbError> {
        let with = self.entering();
        let mut ids = HashMap::with_capacity(households.len());
        for house in households {
            let new = NewHousehold {
                book: house.number.clone(),
                head: house.head.clone(),
                township: Some(house.township.clone()),
                village: Some(house.village.clone()),
                group: Some(house.group.clone()),
                address: house.address.clone(),
            };
            ids.insert(house.key.as_str(), (enter::household(tx, &with, &new)?, house));
        }
        Ok(ids)
    }

    fn children<'a>(
        &self,
        tx: &mut Tx<'_>,
        known: &Keyed,
        children: &'a [Child],
        _: &[Household],
        houses: &HashMap<&str, (String, &Household)>,
    ) -> Result<HashMap<&'a str, String>, DbError> {
        let with = self.entering();
        let mut ids = HashMap::with_capacity(children.len());
        for child in children {
            let Some((household, house)) = houses.get(child.household.as_str()) else { continue };
            let new = self.child(known, child, household, house);
            let id = enter::child(tx, &with, &new)?;
            if let Status::Elsewhere(elsewhere) = &child.status
                && !matches!(child.known, Known::NotYet)
            {
                let row = SeedElsewhere {
                    child: &id,
                    school: &elsewhere.school,
                    place: &elsewhere.place,
                    proof: elsewhere.proof.map_or("", |(kind, _)| kind),
                    from: self.year_ago(),
                    expires: elsewhere.proof.map(|(_, until)| until),
                    by: "",
                };
                seed::elsewhere(tx, &self.with(), &row)?;
            }
            ids.insert(child.key.as_str(), id);
        }
        Ok(ids)
    }

    fn child(&self, known: &Keyed, child: &Child, household: &str, house: &Household) -> NewChild {
        let unknown = matches!(child.known, Known::NotYet);
        let standing = match &child.status {
            Status::InSchool => Standing::Enrolled,
            Status::Suspended(..) => Standing::Suspended,
            // What nobody has found out yet is not shown: the roll still says that the child is there.
            Status::DroppedOut(_) if unknown => Standing::Enrolled,
            Status::DroppedOut(_) => Standing::Absent,
            _ if unknown => Standing::Unknown,
            Status::WithoutRoll => Standing::Unknown,
            Status::Elsewhere(_) => Standing::Elsewhere,
            Status::NeverEnrolled => Standing::Never,
            Status::Deferred(_) => Standing::Deferred,
            Status::TooYoung => Standing::TooYoung,
            Status::Finished => Standing::Finished,
            Status::Died(_) => Standing::Dead,
            Status::Abroad(_) => Standing::Abroad,
        };
        let id_number = match &child.id {
            IdNumber::Given(number) => Some(number.clone()),
            IdNumber::Pending(_) | IdNumber::None => None,
        };
        let in_class = child.class.is_some();
        let mut groups = Vec::new();
        let mut group =
            |group, detail: String| groups.push(NewGroup { group, detail, from: self.year_ago() });
        for care in &child.care {
            let which = match care {
                Care::Orphan => Special::Orphan,
                Care::NobodyCares => Special::Unattended,
                Care::InNeed => Special::Hardship,
                Care::Incomer => Special::Migrant,
                Care::InvolvedInCase => Special::Judicial,
                Care::ParentInPrison => Special::ParentInPrison,
            };
            group(which, String::new());
        }
        if child.left_behind != LeftBehind::No {
            group(Special::LeftBehind, child.left_behind.label().to_owned());
        }
        if let Some(disability) = &child.disability {
            let card = disability.card.as_deref().unwrap_or("无证");
            group(Special::Disability, format!("{} {} {card}", disability.kind, disability.grade));
        }
        match &house.poverty {
            Some((Poverty::LiftedOut, number)) => group(Special::LiftedOut, number.clone()),
            Some((Poverty::Watched(kind), number)) => group(Special::Monitored, format!("{kind} {number}")),
            None => {}
        }
        NewChild {
            name: child.name.clone(),
            sex: child.sex.code().to_owned(),
            birth: child.birth,
            ethnicity: child.ethnicity.code().to_owned(),
            id_kind: id_number.as_ref().map_or(String::new(), |_| IdKind::ResidentCard.code().to_owned()),
            id_number,
            student_number: child.student_number.clone(),
            registration: match house.registered {
                Registered::Here => "local",
                Registered::Elsewhere(_) => "elsewhere",
                Registered::Nowhere => "none",
            }
            .to_owned(),
            household: Some(household.to_owned()),
            address: house.address.clone(),
            places: Places {
                county: self.county.clone(),
                township: Some(house.township.clone()),
                village: Some(house.village.clone()),
                group: Some(house.group.clone()),
                school: child.school.clone(),
                school_township: child
                    .school
                    .as_ref()
                    .and_then(|school| known.townships.get(school))
                    .cloned(),
                class: child.class.clone(),
            },
            grade: (in_class && child.grade > 0).then_some(i64::from(child.grade)),
            boarding: if !in_class {
                String::new()
            } else if child.boards {
                Boarding::Boarder.code().to_owned()
            } else {
                Boarding::Day.code().to_owned()
            },
            standing,
            in_class_since: in_class.then(|| self.year_ago()),
            groups,
            guardians: house
                .adults
                .iter()
                .filter(|adult| adult.guardian)
                .map(|adult| NewGuardian {
                    name: adult.name.clone(),
                    relation: adult.relation.label().to_owned(),
                    phone: adult.phone.clone(),
                    id_number: Some(adult.id.clone()),
                    away: adult.away,
                })
                .collect(),
        }
    }

    fn moves(
        &self,
        tx: &mut Tx<'_>,
        known: &Keyed,
        ids: &HashMap<&str, String>,
        changes: &[Change],
        transfers: &[Transfer],
    ) -> Result<(), DbError> {
        let here = |at: &At| match at {
            At::Here(school) => Some(school.clone()),
            At::Away(..) => None,
        };
        let away = |at: &At| match at {
            At::Here(_) => String::new(),
            At::Away(place, school) => format!("{place} {school}"),
        };
        for one in transfers {
            let Some(child) = ids.get(one.child.as_str()) else { continue };
            let (from, to) = (here(&one.from), here(&one.to));
            let other = [away(&one.from), away(&one.to)].concat();
            let by =
                from.as_ref().or(to.as_ref()).and_then(|school| head_of(known, school)).unwrap_or_default();
            let row = SeedMove {
                child,
                kind: if to.is_some() { ChangeKind::TransferredIn } else { ChangeKind::TransferredOut }
                    .code()
                    .code(),
                state: if one.released.is_some() && one.accepted.is_some() { "done" } else { "waiting" },
                from_school: from.as_deref(),
                to_school: to.as_deref(),
                other_place: &other,
                effective: one.accepted.or(one.released).unwrap_or(one.asked),
                until: None,
                reason: "家长申请转学",
                asked: one.asked,
                released: one.released,
                accepted: one.accepted,
                by: &by,
            };
            seed::roll_move(tx, &self.with(), &row)?;
        }
        for one in changes {
            let Some(child) = ids.get(one.child.as_str()) else { continue };
            // A transfer between two schools is above, with both acts.
            if matches!(one.kind, ChangeKind::TransferredIn | ChangeKind::TransferredOut) {
                continue;
            }
            let other = one.other.as_ref().map(away).unwrap_or_default();
            let from = match one.kind {
                ChangeKind::Enrolled | ChangeKind::Resumed => None,
                _ => one.other.as_ref().and_then(here).or_else(|| Some(one.school.clone())),
            };
            let by = head_of(known, &one.school).unwrap_or_default();
            let row = SeedMove {
                child,
                kind: one.kind.code().code(),
                state: "done",
                from_school: from.as_deref(),
                to_school: matches!(
                    one.kind,
                    ChangeKind::Enrolled | ChangeKind::Promoted | ChangeKind::Resumed
                )
                .then_some(one.school.as_str()),
                other_place: &other,
                effective: one.on,
                until: one.until,
                reason: one.note,
                asked: one.on,
                released: Some(one.on),
                accepted: Some(one.on),
                by: &by,
            };
            seed::roll_move(tx, &self.with(), &row)?;
        }
        Ok(())
    }

    fn pairings(
        &self,
        tx: &mut Tx<'_>,
        known: &Keyed,
        ids: &HashMap<&str, String>,
        pairings: &[Pairing],
    ) -> Result<(), DbError> {
        for one in pairings {
            if let (Some(child), Some(holder)) = (ids.get(one.child.as_str()), known.holders.get(&one.post)) {
                seed::pair(tx, &self.with(), child, holder)?;
            }
        }
        Ok(())
    }
}

fn head_of(known: &Keyed, school: &str) -> Option<String> {
    known.holders.get(&format!("{school}:head")).cloned()
}

/// Whether the county of the plan stands in the storage already.
pub(super) fn stands(db: &Db, plan: &Plan) -> Result<bool, DbError> {
    let county = plan.county().code.clone();
    db.read(move |tx| Ok(!seed::is_empty(tx, &county)?))
}
