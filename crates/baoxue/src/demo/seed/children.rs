//! Households, children and what the year did to them, as ledger rows. It decides only what the county knows of a child:
//! what nobody has found out yet is not shown.

use std::collections::HashMap;

use casework::db::{DbError, Tx};
use casework::ledger::enter::{self, Entering, NewChild, NewGroup, NewGuardian, NewHousehold};
use casework::seed::{self, SeedElsewhere, SeedMove};
use rules::access::Places;
use rules::codes::{Boarding, IdKind, LeftBehind};
use rules::groups::Special;
use rules::roll::Change as Move;
use rules::standing::Standing;

use super::super::world::model::{
    At, Care, Change, ChangeKind, Child, Household, IdNumber, Known, Pairing, Poverty, Registered, Status,
    Transfer,
};
use super::{Keyed, Seeder};

impl Seeder {
    fn entering(&self) -> Entering<'_> {
        Entering { county: &self.county, keys: &self.keys, now: &self.now, by: "", source: "演示数据" }
    }

    pub(super) fn households<'a>(
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

    pub(super) fn children<'a>(
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

    pub(super) fn moves(
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
                kind: match (&from, &to) {
                    (Some(_), Some(_)) => Move::Transfer,
                    (None, _) => Move::TransferIn,
                    (Some(_), None) => Move::TransferOut,
                }
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
                kind: code(one.kind),
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

    pub(super) fn pairings(
        &self,
        tx: &mut Tx<'_>,
        known: &Keyed,
        ids: &HashMap<&str, String>,
        pairings: &[Pairing],
    ) -> Result<(), DbError> {
        for one in pairings {
            if let (Some(child), Some(holder)) = (ids.get(one.child.as_str()), known.holders.get(&one.post)) {
                seed::paired(tx, &self.with(), child, (holder, &one.post), one.since)?;
            }
        }
        Ok(())
    }
}

/// What a change is called on the ledger: entering a school has the national code, the rest are [`Move`]s.
fn code(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Suspended => Move::Suspend.code(),
        ChangeKind::Resumed => Move::Resume.code(),
        ChangeKind::Graduated => Move::Graduate.code(),
        ChangeKind::Died => Move::Died.code(),
        ChangeKind::WentAbroad => Move::Abroad.code(),
        other => other.code().code(),
    }
}

fn head_of(known: &Keyed, school: &str) -> Option<String> {
    known.holders.get(&format!("{school}:head")).cloned()
}
