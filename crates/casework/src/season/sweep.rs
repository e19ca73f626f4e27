//! 4月排查: which village groups and which children of the ledger are not covered yet, by name; and what a visit states. Only ever added.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rules::access::{Action, Subject, Tie, arms};
use rules::season::{Covered, Empty, Visit, born, check, covered, may_sweep};
use rules::standing::Standing;

use super::open::{Season, season};
use super::{is_form_id, words};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::scope::Scope;
use crate::units;

/// A township, a village, or a village group on the way to the sheets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Unit.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Name of the unit above.
    pub above: String,
    /// Whether it is a village group, which has a sheet.
    pub is_group: bool,
    /// Groups in it; 1 for a group.
    pub groups: u32,
    /// Of them those that are covered.
    pub whole: u32,
    /// Of them those where nobody was.
    pub untouched: u32,
    /// Households that nobody reached or that must be asked again.
    pub households: u32,
    /// Children of the ledger that nobody ascertained.
    pub children: u32,
    /// Of a group: what is left, in words.
    pub said: String,
}

/// A level of the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepLevel {
    /// The season.
    pub season: Season,
    /// Units from above down to the one whose parts are listed: (id, name).
    pub way: Vec<(String, String)>,
    /// Its parts, in order.
    pub rows: Vec<Group>,
    /// All groups of the reader: so many, of them covered.
    pub all: (u32, u32),
}

/// A visit in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitLine {
    /// What it states.
    pub visit: Visit,
    /// Who went.
    pub visitors: String,
    /// Children found that no ledger knows.
    pub strangers: u32,
    /// What was written with it.
    pub note: String,
    /// When it was entered.
    pub at: String,
}

/// A child of the ledger on the sheet of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupChild {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birthday.
    pub birth: Date,
    /// Where it stands.
    pub standing: Standing,
    /// On which day it was ascertained; empty for not yet.
    pub seen: String,
    /// Whether it comes of school age this year.
    pub is_first: bool,
}

/// The sheet of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The season.
    pub season: Season,
    /// Group, village.
    pub name: (String, String),
    /// The unit above, for the way back.
    pub village: String,
    /// How far it is covered.
    pub covered: Covered,
    /// Its visits, the latest first.
    pub visits: Vec<VisitLine>,
    /// Its children of school age, those that nobody ascertained first.
    pub children: Vec<GroupChild>,
    /// Whether the reader may enter a visit.
    pub may_enter: bool,
}

/// A visit as it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitForm {
    /// Id that the page made.
    pub id: String,
    /// What it states.
    pub visit: Visit,
    /// Who went.
    pub visitors: String,
    /// Children found that no ledger knows.
    pub strangers: u32,
    /// Which households or children, in words.
    pub note: String,
    /// Children of the ledger that were not ascertained; all others of the group were.
    pub not_seen: Vec<String>,
}

/// What is known of a group.
struct Known {
    id: String,
    name: String,
    village: (String, String),
    township: (String, String),
    visits: Vec<Visit>,
    unseen: u32,
}

/// The birthdays of the children that a sweep asks after: of school age in the season's school year.
fn window(season: &Season) -> (Date, Date) {
    let oldest = date(season.year.saturating_sub(season.age.until_years), 9, 1);
    (oldest, born(&season.age, season.year).1)
}

const HERE: &str = "child.standing not in ('dead', 'abroad', 'moved_away', 'finished')";

fn counted(row: &Row<'_>, at: usize) -> Result<u32, DbError> {
    Ok(u32::try_from(row.get::<i64>(at)?).unwrap_or(u32::MAX))
}

/// That the reader's rights reach the group in `column`.
fn within<'v>(desk: &Desk<'v, '_>, column: &str, values: &mut Vec<Value<'v>>) -> String {
    let county = arms(desk.actor(), Action::ReadSeason).iter().any(|arm| arm.tie == Tie::County);
    if county { "1 = 1".to_owned() } else { units::within(desk.actor(), Action::SweepSeason, column, values) }
}

/// Every group of the reader with what is known of it.
fn known(desk: &mut Desk<'_, '_>, season: &Season) -> Result<Vec<Known>, Refused> {
    let (first, last) = window(season);
    let year = i64::from(season.year);
    let mut values = vec![Value::from(desk.county()), Value::from(year)];
    let reached = within(desk, "g.id", &mut values);
    let sql = format!(
        "with last as (
           select village_group, day, households, asked, empty, why, next_day,
                  row_number() over (partition by village_group order by day desc, at desc, id desc) as nth
           from season_visit where county = $1 and year = $2)
         select g.id, g.name, coalesce(v.id, ''), coalesce(v.name, ''), coalesce(t.id, ''), coalesce(t.name, ''),
                last.day, coalesce(last.households, 0), coalesce(last.asked, 0), coalesce(last.empty, 0),
                coalesce(last.why, ''), last.next_day
         from unit g
         left join unit v on v.county = g.county and v.id = g.parent
         left join unit t on t.county = g.county and t.id = v.parent
         left join last on last.village_group = g.id and last.nth = 1
         where g.county = $1 and g.kind = 'group' and g.until_day is null and {reached}
         order by t.sort nulls last, v.sort nulls last, g.sort, g.id"
    );
    let mut groups = desk.tx.query(&sql, &values, |row| {
        let day = row.get::<Option<Date>>(6)?;
        let visit = match day {
            Some(day) => Some(Visit {
                day,
                households: counted(row, 7)?,
                asked: counted(row, 8)?,
                empty: counted(row, 9)?,
                why: Empty::from_code(&row.get::<String>(10)?),
                next: row.get(11)?,
            }),
            None => None,
        };
        Ok(Known {
            id: row.get(0)?,
            name: row.get(1)?,
            village: (row.get(2)?, row.get(3)?),
            township: (row.get(4)?, row.get(5)?),
            visits: visit.into_iter().collect(),
            unseen: 0,
        })
    })?;
    let unseen: BTreeMap<String, u32> = desk
        .tx
        .query(
            &format!(
                "select child.village_group, cast(count(*) as bigint) from child
                 where child.county = $1 and child.merged_into is null and child.village_group is not null
                   and child.birth >= $2 and child.birth <= $3 and {HERE}
                   and not exists (select 1 from season_seen s
                                    where s.county = child.county and s.year = $4 and s.child = child.id)
                 group by child.village_group order by child.village_group"
            ),
            &params![desk.county(), first, last, year],
            |row| Ok((row.get::<String>(0)?, counted(row, 1)?)),
        )?
        .into_iter()
        .collect();
    for group in &mut groups {
        group.unseen = unseen.get(&group.id).copied().unwrap_or(0);
    }
    Ok(groups)
}

fn line(known: &Known, today: Date) -> Group {
    let state = covered(&known.visits, known.unseen, today);
    let left = known.visits.last().map_or(0, |last| {
        let again = if last.why.is_some_and(Empty::must_return) { last.empty } else { 0 };
        last.left().saturating_add(again)
    });
    Group {
        id: known.id.clone(),
        name: known.name.clone(),
        above: known.village.1.clone(),
        is_group: true,
        groups: 1,
        whole: u32::from(state.is_whole()),
        untouched: u32::from(state == Covered::NotYet),
        households: left,
        children: known.unseen,
        said: state.said(),
    }
}

/// Coverage of what lies in `under`, a township or village; of everything of the reader where it is empty. A level with one part only is
/// skipped.
///
/// # Errors
/// [`Refused::Denied`], also when nothing of `under` is the reader's; [`Refused::Storage`].
pub fn sweep(desk: &mut Desk<'_, '_>, under: &str) -> Result<SweepLevel, Refused> {
    desk.require(Action::ReadSeason, &Subject::Nothing, ("season", under))?;
    let season = season(desk)?;
    let (groups, today) = (known(desk, &season)?, desk.now.day());
    let lines: Vec<Group> = groups.iter().map(|group| line(group, today)).collect();
    let all = lines.iter().fold((0, 0), |(many, whole), one| (many + 1, whole + one.whole));
    let mut way = Vec::new();
    let inside: Vec<(&Known, &Group)> = groups
        .iter()
        .zip(&lines)
        .filter(|(known, _)| under.is_empty() || known.township.0 == under || known.village.0 == under)
        .collect();
    if !under.is_empty() {
        let Some((first, _)) = inside.first() else {
            return Err(Refused::denied(Action::ReadSeason, "unit", under));
        };
        way.push(first.township.clone());
        if first.village.0 == under {
            way.push(first.village.clone());
        }
    }
    let mut level = usize::from(!under.is_empty()) + usize::from(way.len() > 1);
    let parts = |level: usize| -> Vec<(&str, &str, &str)> {
        let mut parts: Vec<(&str, &str, &str)> = inside
            .iter()
            .map(|(known, _)| match level {
                0 => (known.township.0.as_str(), known.township.1.as_str(), ""),
                1 => (known.village.0.as_str(), known.village.1.as_str(), known.township.1.as_str()),
                _ => (known.id.as_str(), known.name.as_str(), known.village.1.as_str()),
            })
            .collect();
        parts.dedup();
        parts
    };
    while level < 2 && parts(level).len() <= 1 {
        level += 1;
    }
    let mut rows = Vec::new();
    for (id, name, above) in parts(level) {
        let own = inside.iter().filter(|(known, _)| match level {
            0 => known.township.0 == id,
            1 => known.village.0 == id,
            _ => known.id == id,
        });
        let mut sum = Group {
            id: id.to_owned(),
            name: name.to_owned(),
            above: above.to_owned(),
            is_group: level == 2,
            groups: 0,
            whole: 0,
            untouched: 0,
            households: 0,
            children: 0,
            said: String::new(),
        };
        for (_, one) in own {
            sum.groups += one.groups;
            sum.whole += one.whole;
            sum.untouched += one.untouched;
            sum.households = sum.households.saturating_add(one.households);
            sum.children = sum.children.saturating_add(one.children);
            if level == 2 {
                sum.said.clone_from(&one.said);
            }
        }
        rows.push(sum);
    }
    Ok(SweepLevel { season, way, rows, all })
}

/// The sheet of a group: of its children only those whom the reader reaches.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn sheet(desk: &mut Desk<'_, '_>, group: &str) -> Result<Sheet, Refused> {
    let missing = || Refused::denied(Action::ReadSeason, "unit", group);
    desk.require(Action::ReadSeason, &Subject::Nothing, ("unit", group))?;
    let season = season(desk)?;
    let mut values = vec![Value::from(desk.county()), Value::from(group.to_owned())];
    let reached = within(desk, "g.id", &mut values);
    let sql = format!(
        "select g.name, coalesce(v.name, ''), coalesce(v.id, '') from unit g
         left join unit v on v.county = g.county and v.id = g.parent
         where g.county = $1 and g.id = $2 and g.kind = 'group' and {reached}"
    );
    let names = desk.tx.optional(&sql, &values, |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
    })?;
    let (name, above, village) = names.ok_or_else(missing)?;
    let visits = visits(desk, &season, group)?;
    let children = children(desk, &season, group)?;
    let stated: Vec<Visit> = visits.iter().rev().map(|line| line.visit).collect();
    let unseen = children.iter().filter(|child| child.seen.is_empty()).count();
    let unseen = u32::try_from(unseen).unwrap_or(u32::MAX);
    let path = units::path(desk.tx, desk.county(), group)?;
    let today = desk.now.day();
    let may_enter = season.is_open
        && may_sweep(season.year, today).is_ok()
        && desk.require(Action::SweepSeason, &Subject::Unit(&path), ("unit", group)).is_ok();
    let post = desk.require(Action::ReadSeason, &Subject::Nothing, ("unit", group))?.post;
    desk.record(Action::ReadSeason, post, ("unit", group), "", "入学排查")?;
    Ok(Sheet {
        season,
        name: (name, above),
        village,
        covered: covered(&stated, unseen, today),
        visits,
        children,
        may_enter,
    })
}

fn visits(desk: &mut Desk<'_, '_>, season: &Season, group: &str) -> Result<Vec<VisitLine>, Refused> {
    let rows = desk.tx.query(
        "select id, day, households, asked, empty, why, next_day, visitors, strangers, note_sealed, at from season_visit
         where county = $1 and year = $2 and village_group = $3 order by day desc, at desc, id desc limit 50",
        &params![desk.county(), i64::from(season.year), group],
        |row| {
            let visit = Visit {
                day: row.get(1)?,
                households: counted(row, 2)?,
                asked: counted(row, 3)?,
                empty: counted(row, 4)?,
                why: Empty::from_code(&row.get::<String>(5)?),
                next: row.get(6)?,
            };
            let line = VisitLine {
                visit,
                visitors: row.get(7)?,
                strangers: counted(row, 8)?,
                note: String::new(),
                at: row.get(10)?,
            };
            Ok((row.get::<String>(0)?, line, row.get::<Option<Vec<u8>>>(9)?))
        },
    )?;
    rows.into_iter()
        .map(|(id, line, note)| {
            Ok(VisitLine { note: desk.open("season_visit", "note", &id, note.as_deref())?, ..line })
        })
        .collect()
}

fn children(desk: &mut Desk<'_, '_>, season: &Season, group: &str) -> Result<Vec<GroupChild>, Refused> {
    let (first, last) = window(season);
    let entering = born(&season.age, season.year).0;
    let mut values = vec![
        Value::from(desk.county()),
        Value::from(group.to_owned()),
        Value::from(first),
        Value::from(last),
        Value::from(i64::from(season.year)),
    ];
    let reached = Scope::of(desk.actor(), Action::ReadSeason, desk.now).predicate("tie", &mut values);
    let sql = format!(
        "select child.id, child.name, child.birth, child.standing,
                coalesce((select max(v.day) from season_seen s join season_visit v on v.county = s.county and v.id = s.visit
                           where s.county = child.county and s.year = $5 and s.child = child.id), '')
         from child
         where child.county = $1 and child.village_group = $2 and child.merged_into is null
           and child.birth >= $3 and child.birth <= $4 and {HERE}
           and exists (select 1 from child_tie tie
                        where tie.county = child.county and tie.child = child.id and {reached})
         order by 5, child.spelling, child.id"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let standing: String = row.get(3)?;
        let birth: Date = row.get(2)?;
        Ok(GroupChild {
            id: row.get(0)?,
            name: row.get(1)?,
            birth,
            standing: Standing::from_code(&standing).unwrap_or(Standing::Unknown),
            seen: row.get(4)?,
            is_first: birth >= entering,
        })
    })?)
}

/// Enters a visit of a group. The same form sent twice is one visit (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] field by field, [`Refused::Rule`] outside of the season, [`Refused::Storage`].
pub fn visit(desk: &mut Desk<'_, '_>, group: &str, form: &VisitForm) -> Result<(), Refused> {
    let county = desk.county();
    let path = units::path(desk.tx, county, group)?;
    let grant = desk.require(Action::SweepSeason, &Subject::Unit(&path), ("unit", group))?;
    let kind = desk.tx.optional(
        "select kind from unit where county = $1 and id = $2 and kind = 'group'",
        &params![county, group],
        |row| row.get::<String>(0),
    )?;
    if kind.is_none() {
        return Err(Refused::denied(Action::SweepSeason, "unit", group));
    }
    let (season, today) = (season(desk)?, desk.now.day());
    may_sweep(season.year, today)?;
    season.must_be_open()?;
    let mut wrong: Vec<Problem> = check(&form.visit, today)
        .into_iter()
        .map(|(field, text)| Problem { field, text: text.to_owned() })
        .collect();
    let visitors = words("visitors", &form.visitors, 100)?;
    if visitors.chars().count() < 2 {
        wrong.push(Problem { field: "visitors", text: "请写谁去的".to_owned() });
    }
    let note = words("note", &form.note, 500)?;
    if form.strangers > 0 && note.chars().count() < 4 {
        let text = "有台账上没有的孩子，请写是哪家的、叫什么，再到“孩子”里登记".to_owned();
        wrong.push(Problem { field: "note", text });
    }
    if !is_form_id(&form.id) {
        wrong.push(Problem { field: "id", text: "编号不对，请重新打开页面再填".to_owned() });
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let sealed = (!note.is_empty()).then(|| desk.seal("season_visit", "note", &form.id, &note));
    let one = &form.visit;
    let written = desk.tx.execute(
        "insert into season_visit (county, id, year, village_group, day, visitors, households, asked, empty, why, next_day,
                                   strangers, note_sealed, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         on conflict (county, id) do nothing",
        &params![
            county,
            &form.id,
            i64::from(season.year),
            group,
            one.day,
            &visitors,
            i64::from(one.households),
            i64::from(one.asked),
            i64::from(one.empty),
            one.why.filter(|_| one.empty > 0).map_or("", Empty::code),
            one.next.filter(|_| one.empty > 0),
            i64::from(form.strangers),
            sealed,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if written == 0 {
        return Ok(());
    }
    for child in children(desk, &season, group)? {
        if !form.not_seen.contains(&child.id) {
            desk.tx.execute(
                "insert into season_seen (county, id, year, visit, child) values ($1, $2, $3, $4, $5)",
                &params![county, desk.now.id(), i64::from(season.year), &form.id, &child.id],
            )?;
        }
    }
    desk.record(Action::SweepSeason, grant.post, ("unit", group), "", "入学排查走访")
}
