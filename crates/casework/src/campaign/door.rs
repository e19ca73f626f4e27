//! 铁脚板摸排: the sheet for going from door to door in a village group, household by household with its children, and what
//! was found at each door. 不漏户、不漏人 (五(八)).

use rules::access::{Action, Subject, Tie};
use rules::standing::Standing;

use super::finding::newest;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// A township, village or village group, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Unit.
    pub id: String,
    /// Name.
    pub name: String,
    /// The unit above.
    pub above: String,
    /// Whether it is a village group, which has a sheet; the others lead to what lies in them.
    pub is_group: bool,
    /// Households with children.
    pub households: i64,
    /// Households visited in this campaign.
    pub visited: i64,
}

/// One level of the county on the way to the sheets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoorLevel {
    /// Units from above down to the one whose parts are listed: (id, name); empty at the top of one's own scope.
    pub way: Vec<(String, String)>,
    /// Its parts.
    pub rows: Vec<GroupRow>,
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorSheet {
    /// Group.
    pub name: String,
    /// Village.
    pub village: String,
    /// Households.
    pub houses: Vec<DoorHouse>,
}

/// A household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorHouse {
    /// Id.
    pub id: String,
    /// 户主.
    pub head: String,
    /// What was found at the last visit; empty for none.
    pub visited: String,
    /// Its children.
    pub children: Vec<DoorChild>,
}

/// A child of a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoorChild {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birthday.
    pub birth: String,
    /// Where it stands.
    pub standing: &'static str,
    /// Whether somebody must ask after it.
    pub must_ask: bool,
    /// School.
    pub school: String,
}

/// What can be found at a door: code and words.
pub const RESULTS: [(&str, &str); 5] = [
    ("found", "见到了，情况属实"),
    ("nobody_home", "家里没人"),
    ("moved", "搬走了"),
    ("empty", "空户"),
    ("changed", "情况有变，已上报"),
];

/// What lies in `under`, a township or village; where it is empty, the parts of the actor's own scope: 乡镇, then 村, then
/// 村民小组, so that a page is never longer than one unit's parts.
///
/// # Errors
/// [`Refused::Denied`], also when nothing of `under` is the actor's; [`Refused::Storage`].
pub fn groups(desk: &mut Desk<'_, '_>, under: &str) -> Result<DoorLevel, Refused> {
    desk.require(Action::PrintDoorSheet, &Subject::Nothing, ("door", under))?;
    let county = desk.county();
    let campaign = newest(desk)?;
    let scope = Scope::of(desk.actor(), Action::PrintDoorSheet, desk.now);
    let mut units: Vec<(&str, Tie)> = scope.pairs().collect();
    units.sort_unstable();
    units.dedup();
    let denied = || Refused::denied(Action::PrintDoorSheet, "unit", under);
    let mut level = DoorLevel::default();
    let mut part = None;
    if !under.is_empty() {
        let found = desk.tx.optional(
            "select unit.kind, unit.name, above.id, above.name from unit
             left join unit above on above.county = unit.county and above.id = unit.parent
                                 and above.kind = 'township'
             where unit.county = $1 and unit.id = $2 and unit.kind in ('township', 'village')",
            &params![county, under],
            |row| {
                let above: (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
                Ok((row.get::<String>(0)?, row.get::<String>(1)?, above.0.zip(above.1)))
            },
        )?;
        let (kind, name, above) = found.ok_or_else(denied)?;
        // Who works for the whole county came through the township.
        level.way.extend(above.filter(|_| units.iter().any(|(_, tie)| *tie == Tie::County)));
        level.way.push((under.to_owned(), name));
        part = Some(if kind == "township" { ("township", "village") } else { ("village", "village_group") });
    }
    for (unit, tie) in units {
        let (column, own) = match tie {
            Tie::County => ("'1'", "township"),
            Tie::HomeTownship => ("household.township", "village"),
            Tie::Village => ("household.village", "village_group"),
            Tie::Group => ("household.village_group", "village_group"),
            _ => continue,
        };
        let value = if tie == Tie::County { "1" } else { unit };
        let mut values = vec![Value::from(county), Value::from(value), Value::from(campaign.as_str())];
        let within = part.map_or(String::new(), |(kind, _)| {
            values.push(Value::from(under));
            format!(" and household.{kind} = $4")
        });
        let own = part.map_or(own, |(_, own)| own);
        let sql = format!(
            "select unit.id, unit.name, coalesce(above.name, ''), cast(count(*) as bigint),
                    cast(coalesce(sum(case when exists (
                        select 1 from door_check where door_check.county = household.county
                           and door_check.campaign = $3 and door_check.household = household.id)
                        then 1 else 0 end), 0) as bigint)
             from household
             join unit on unit.county = household.county and unit.id = household.{own}
             left join unit above on above.county = unit.county and above.id = unit.parent
             where household.county = $1 and {column} = $2 and household.village_group is not null{within}
             group by unit.id, unit.name, above.name, unit.sort order by unit.sort, unit.id limit 200"
        );
        for row in desk.tx.query(&sql, &values, |row| {
            Ok(GroupRow {
                id: row.get(0)?,
                name: row.get(1)?,
                above: row.get(2)?,
                is_group: own == "village_group",
                households: row.get(3)?,
                visited: row.get(4)?,
            })
        })? {
            if !level.rows.iter().any(|listed| listed.id == row.id) {
                level.rows.push(row);
            }
        }
    }
    if !under.is_empty() && level.rows.is_empty() {
        return Err(denied());
    }
    Ok(level)
}

/// The sheet of a group: only children in the actor's scope.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn door_sheet(desk: &mut Desk<'_, '_>, group: &str) -> Result<DoorSheet, Refused> {
    desk.require(Action::PrintDoorSheet, &Subject::Nothing, ("door", group))?;
    let county = desk.county();
    let campaign = newest(desk)?;
    let names = desk.tx.optional(
        "select unit.name, coalesce(village.name, '') from unit
         left join unit village on village.county = unit.county and village.id = unit.parent
         where unit.county = $1 and unit.id = $2 and unit.kind = 'group'",
        &params![county, group],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let scope = Scope::of(desk.actor(), Action::PrintDoorSheet, desk.now);
    let mut params = vec![Value::from(county), Value::from(group)];
    let within = scope.predicate("tie", &mut params);
    params.push(Value::from(campaign.as_str()));
    let at = params.len();
    let sql = format!(
        "select household.id, household.head, child.id, child.name, child.birth, child.standing,
                coalesce(school.name, ''),
                coalesce((select door_check.result from door_check
                           where door_check.county = household.county and door_check.campaign = ${at}
                             and door_check.household = household.id
                           order by door_check.at desc, door_check.id desc limit 1), '')
         from household
         join child on child.county = household.county and child.household = household.id
              and child.merged_into is null
         left join unit school on school.county = child.county and school.id = child.school
         where household.county = $1 and household.village_group = $2
           and exists (select 1 from child_tie tie
                        where tie.county = child.county and tie.child = child.id and {within})
         order by household.head, household.id, child.birth"
    );
    let rows = desk.tx.query(&sql, &params, |row| {
        let standing: String = row.get(5)?;
        let standing = Standing::from_code(&standing).unwrap_or(Standing::Unknown);
        Ok((
            row.get::<String>(0)?,
            row.get::<String>(1)?,
            DoorChild {
                id: row.get(2)?,
                name: row.get(3)?,
                birth: row.get(4)?,
                standing: standing.label(),
                must_ask: standing.is_out() || standing == Standing::Unknown,
                school: row.get(6)?,
            },
            row.get::<String>(7)?,
        ))
    })?;
    let Some((name, village)) = names.filter(|_| !rows.is_empty()) else {
        return Err(Refused::denied(Action::PrintDoorSheet, "door", group));
    };
    let mut houses: Vec<DoorHouse> = Vec::new();
    for (id, head, child, visited) in rows {
        match houses.last_mut().filter(|house| house.id == id) {
            Some(house) => house.children.push(child),
            None => {
                let words = RESULTS.iter().find(|(code, _)| *code == visited).map_or("", |(_, words)| words);
                houses.push(DoorHouse { id, head, visited: words.to_owned(), children: vec![child] });
            }
        }
    }
    let grant = desk.require(Action::PrintDoorSheet, &Subject::Nothing, ("door", group))?;
    desk.record(Action::PrintDoorSheet, grant.post, ("unit", group), "摸排", "")?;
    Ok(DoorSheet { name, village, houses })
}

/// Writes down what was found at a door.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn check_door(desk: &mut Desk<'_, '_>, household: &str, result: &str) -> Result<String, Refused> {
    let county = desk.county();
    if !RESULTS.iter().any(|(code, _)| *code == result) {
        return Err(Refused::field("result", "请选择摸排结果"));
    }
    let scope = Scope::of(desk.actor(), Action::PrintDoorSheet, desk.now);
    let mut params = vec![Value::from(county), Value::from(household)];
    let within = scope.predicate("tie", &mut params);
    let sql = format!(
        "select household.village_group, cast(count(*) as bigint) from household
         join child on child.county = household.county and child.household = household.id
         where household.county = $1 and household.id = $2 and household.village_group is not null
           and exists (select 1 from child_tie tie
                        where tie.county = child.county and tie.child = child.id and {within})
         group by household.village_group"
    );
    let found = desk.tx.optional(&sql, &params, |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)))?;
    let Some((group, children)) = found else {
        return Err(Refused::denied(Action::PrintDoorSheet, "household", household));
    };
    let campaign = newest(desk)?;
    if campaign.is_empty() {
        return Err(Refused::rule("现在没有专项行动", "五(四)", "请等县教体局开始行动"));
    }
    let last = desk.tx.query(
        "select result, by_account from door_check
         where county = $1 and campaign = $2 and village_group = $3 and household = $4 order by at desc, id desc limit 1",
        &params![county, &campaign, &group, household],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    // Ticked twice is one visit (hazard H01).
    if last.iter().any(|(was, by)| was == result && *by == desk.actor().account) {
        return Ok(group);
    }
    desk.tx.execute(
        "insert into door_check (county, id, campaign, village_group, household, result, children, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            desk.now.id(),
            &campaign,
            &group,
            household,
            result,
            children,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let grant = desk.require(Action::PrintDoorSheet, &Subject::Nothing, ("household", household))?;
    desk.record(Action::PrintDoorSheet, grant.post, ("household", household), "摸排", result)?;
    Ok(group)
}
