//! What the list of children can be narrowed by, place by place: a township opens its villages, a village its groups, a
//! school its classes. Each reader is offered the places of one's own part of the county and of the fields one sees.

use rules::access::{Action, Arm, Field, Sight, Subject, Tie, arms};

use super::list::Query;
use super::sees::Sees;
use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Schools offered at once at most; of more, those of the chosen township.
const MOST: usize = 200;

/// Places to choose from: (unit or account, name). Empty where there is nothing to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Townships of the home.
    pub townships: Vec<(String, String)>,
    /// Villages of the township.
    pub villages: Vec<(String, String)>,
    /// Groups of the village.
    pub village_groups: Vec<(String, String)>,
    /// Schools.
    pub schools: Vec<(String, String)>,
    /// Classes of the school.
    pub classes: Vec<(String, String)>,
    /// 包保干部 of the township.
    pub cadres: Vec<(String, String)>,
    /// Whether 就学情况 and 年级 can be chosen.
    pub schooling: bool,
    /// Whether 证件号 can be looked for as missing.
    pub number: bool,
    /// Whether 户籍 can.
    pub home: bool,
}

/// What the actor can narrow the list by; a place in `query` that no longer lies in the one above it is taken out, and
/// one that stands alone brings the one above.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn narrow(desk: &mut Desk<'_, '_>, query: &mut Query) -> Result<Places, Refused> {
    desk.require(Action::ListChildren, &Subject::Nothing, ("children", ""))?;
    let who = desk.who;
    let county = desk.county();
    let ways = arms(&who.actor, Action::ListChildren);
    let clear = |arm: &Arm<'_>, field| Sees::new(arm.post.role, arm.tie).of(field) == Sight::Clear;
    let any = |field| ways.iter().any(|arm| clear(arm, field));
    let own = |tie| ways.iter().filter(move |arm| arm.tie == tie).map(|arm| arm.to).next();
    let tx = &mut *desk.tx;
    let mut places = Places {
        schooling: any(Field::Schooling),
        number: ways.iter().any(|arm| Sees::new(arm.post.role, arm.tie).shows(Field::IdNumber)),
        home: any(Field::Home),
        ..Places::default()
    };
    let whole = own(Tie::County).is_some();
    if places.home {
        inside(tx, county, &mut query.village, &query.village_group)?;
        inside(tx, county, &mut query.township, &query.village)?;
        let at_home = own(Tie::HomeTownship).filter(|_| !whole).map(str::to_owned);
        if at_home.is_none() && (whole || own(Tie::School).is_some()) {
            places.townships = of_kind(tx, county, "township")?;
        }
        keep(&mut query.township, &places.townships);
        let township = at_home.clone().unwrap_or_else(|| query.township.clone());
        if township.is_empty() {
            query.village.clear();
        } else if own(Tie::Village).is_none() || whole || at_home.is_some() {
            places.villages = below(tx, county, &township, "village")?;
            keep(&mut query.village, &places.villages);
            if any(Field::Chain) {
                places.cadres = cadres(tx, county, &township)?;
            }
        }
        keep(&mut query.cadre, &places.cadres);
        let village = own(Tie::Village).filter(|_| !whole && at_home.is_none()).map(str::to_owned);
        let village = village.unwrap_or_else(|| query.village.clone());
        if !village.is_empty() && (whole || at_home.is_some() || own(Tie::Village).is_some()) {
            places.village_groups = below(tx, county, &village, "group")?;
        }
        keep(&mut query.village_group, &places.village_groups);
    }
    if places.schooling {
        inside(tx, county, &mut query.school, &query.class)?;
        let near = own(Tie::SchoolTownship)
            .map_or(query.township.as_str(), |own| if whole { query.township.as_str() } else { own });
        places.schools = if whole || own(Tie::SchoolTownship).is_some() {
            schools(tx, county, near, !whole)?
        } else {
            named(tx, county, ways.iter().filter(|arm| arm.tie == Tie::School).map(|arm| arm.to))?
        };
        // One's only school is not a choice, but its classes are.
        let only = places.schools.first().filter(|_| places.schools.len() == 1).map(|(id, _)| id.clone());
        if only.is_some() {
            places.schools.clear();
        }
        keep(&mut query.school, &places.schools);
        let school = only.unwrap_or_else(|| query.school.clone());
        places.classes = if school.is_empty() {
            let own = ways.iter().filter(|arm| arm.tie == Tie::Class).map(|arm| arm.to);
            named(tx, county, own)?
        } else {
            below(tx, county, &school, "class")?
        };
        keep(&mut query.class, &places.classes);
        // One's only class is not a choice; a school's only class is one: children of the school may stand in none.
        if school.is_empty() && places.classes.len() == 1 {
            places.classes.clear();
        }
    }
    Ok(places)
}

/// Takes out what cannot be chosen.
fn keep(chosen: &mut String, from: &[(String, String)]) {
    if !from.iter().any(|(id, _)| id == chosen) {
        chosen.clear();
    }
}

/// Where only the lower place is given, brings the one above it.
fn inside(tx: &mut Tx<'_>, county: &str, above: &mut String, lower: &str) -> Result<(), Refused> {
    if above.is_empty() && !lower.is_empty() {
        let found = tx.optional(
            "select parent from unit where county = $1 and id = $2",
            &params![county, lower],
            |row| row.get::<Option<String>>(0),
        )?;
        *above = found.flatten().unwrap_or_default();
    }
    Ok(())
}

type Named = Vec<(String, String)>;

fn of_kind(tx: &mut Tx<'_>, county: &str, kind: &str) -> Result<Named, Refused> {
    Ok(tx.query(
        "select id, name from unit where county = $1 and kind = $2 and until_day is null order by sort, id",
        &params![county, kind],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

fn below(tx: &mut Tx<'_>, county: &str, parent: &str, kind: &str) -> Result<Named, Refused> {
    Ok(tx.query(
        "select id, name from unit where county = $1 and parent = $2 and kind = $3 and until_day is null
         order by sort, id",
        &params![county, parent, kind],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Schools lying in a township; with no township all of them, where they are not too many to choose from.
fn schools(tx: &mut Tx<'_>, county: &str, township: &str, only_there: bool) -> Result<Named, Refused> {
    let found = tx.query(
        "select id, name, coalesce(township, '') from unit
         where county = $1 and kind = 'school' and until_day is null order by sort, id",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let many = found.len() > MOST;
    Ok(found
        .into_iter()
        .filter(
            |(_, _, lies)| if only_there || !township.is_empty() && many { lies == township } else { !many },
        )
        .map(|(id, name, _)| (id, name))
        .collect())
}

fn named<'a>(tx: &mut Tx<'_>, county: &str, ids: impl Iterator<Item = &'a str>) -> Result<Named, Refused> {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(tx.optional(
            "select unit.id, unit.name from unit where county = $1 and id = $2 and until_day is null",
            &params![county, id],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?);
    }
    Ok(found)
}

/// Who holds a post of 包保干部 in a village of the township.
fn cadres(tx: &mut Tx<'_>, county: &str, township: &str) -> Result<Named, Refused> {
    let found: Named = tx.query(
        "select account.id, account.name from unit village
         join post on post.county = village.county and post.unit = village.id and post.role = 'cadre'
                  and post.closed_at is null
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         join account on account.county = tenure.county and account.id = tenure.account
         where village.county = $1 and village.parent = $2 and village.until_day is null
         order by account.initials, account.name, account.id",
        &params![county, township],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut once = found;
    once.dedup();
    Ok(once)
}
