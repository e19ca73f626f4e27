//! Acts on everything that a filter finds: handing over to villages or schools, reminding. All means all, not the first
//! page, and the act says how many before and refuses when it is another number by then (capability 53, hazard H03).

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Subject};

use super::decide::{event, within};
use super::finding::{ListQuery, newest};
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;
use crate::today::tell_unit;

/// Findings in one act at most: a county's semester has fewer.
const MOST: usize = 20_000;

/// To whom findings are handed: each to its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// 村委会 of the household.
    Village,
    /// 学校 on whose roll the child is.
    School,
    /// 乡镇 of the household.
    Township,
}

impl To {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Village, Self::School, Self::Township];

    /// As it is sent.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::School => "school",
            Self::Township => "township",
        }
    }

    /// From what was sent.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Village => "所在村",
            Self::School => "就读学校",
            Self::Township => "户籍乡镇",
        }
    }
}

/// How many findings an act would be about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matching {
    /// What the filter finds.
    pub all: i64,
    /// Of them open, in the order of [`To::ALL`]: those that have such a unit.
    pub to: [i64; 3],
    /// Of them handed over, not answered and not reminded today.
    pub waiting: i64,
}

/// What was not reminded on the day.
const NOT_REMINDED: &str = "not exists (select 1 from finding_event told where told.county = finding.county
    and told.finding = finding.id and told.kind = 'reminded' and told.at >= ";

/// The rows that an act is about: `what` of them, under further `conditions`; the day is the last parameter.
fn select<'a>(
    desk: &mut Desk<'a, '_>,
    query: &ListQuery,
    (what, conditions, order): (&str, &str, &str),
) -> Result<(String, Vec<Value<'a>>), Refused> {
    let campaign = if query.campaign.is_empty() { newest(desk)? } else { query.campaign.clone() };
    let mut params: Vec<Value<'a>> = vec![Value::from(desk.county()), Value::from(campaign)];
    let filter = query.conditions(desk.now.day(), &mut params);
    let within = Scope::of(desk.actor(), Action::AssignFinding).predicate("tie", &mut params);
    params.push(Value::from(desk.now.day().to_string()));
    let what = what.replace("{day}", &format!("cast(${} as text)", params.len()));
    let conditions = conditions.replace("{day}", &format!("cast(${} as text)", params.len()));
    let sql = format!(
        "select {what} from finding
         where finding.county = $1 and finding.campaign = $2{filter}{conditions}
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within}){order}"
    );
    Ok((sql, params))
}

/// Counts what the acts would be about.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn matching(desk: &mut Desk<'_, '_>, query: &ListQuery) -> Result<Matching, Refused> {
    desk.require(Action::AssignFinding, &Subject::Nothing, ("finding", ""))?;
    let sum = |when: &str| format!("cast(coalesce(sum(case when {when} then 1 else 0 end), 0) as bigint)");
    let to = To::ALL.map(|to| sum(&format!("finding.state = 'open' and finding.{} is not null", to.code())));
    let waiting = sum(&format!("finding.state = 'assigned' and {NOT_REMINDED}{{day}})"));
    let what = format!("cast(count(*) as bigint), {}, {waiting}", to.join(", "));
    let (sql, params) = select(desk, query, (&what, "", ""))?;
    Ok(desk.tx.one(&sql, &params, |row| {
        Ok(Matching { all: row.get(0)?, to: [row.get(1)?, row.get(2)?, row.get(3)?], waiting: row.get(4)? })
    })?)
}

/// As many as were said before, or nothing is done.
fn as_said(found: usize, expected: i64) -> Result<(), Refused> {
    if found > MOST {
        return Err(Refused::rule(
            format!("超过{MOST}条，一次办不完"),
            "",
            "请先按类别或乡镇筛选，再批量办理",
        ));
    }
    if i64::try_from(found) != Ok(expected) {
        return Err(Refused::Changed {
            what: format!("符合条件的现在是{found}条，不是{expected}条")
        });
    }
    Ok(())
}

/// Hands every open finding that the filter finds to its own village, school or township; how many.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Invalid`] for the day; [`Refused::Changed`] when it is not `expected` many any more;
/// [`Refused::Rule`] when it is too many; [`Refused::Storage`].
pub fn assign_all(
    desk: &mut Desk<'_, '_>,
    query: &ListQuery,
    (to, due): (To, Date),
    note: &str,
    expected: i64,
) -> Result<i64, Refused> {
    let grant = desk.require(Action::AssignFinding, &Subject::Nothing, ("finding", ""))?;
    within(desk.now.day(), due)?;
    let column = to.code();
    let what = format!("finding.id, finding.{column}, {{day}}");
    let open = format!(" and finding.state = 'open' and finding.{column} is not null");
    let order = format!(" order by finding.id limit {}", MOST + 1);
    let (sql, params) = select(desk, query, (&what, &open, &order))?;
    let found = desk.tx.query(&sql, &params, |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
    as_said(found.len(), expected)?;
    let mut units: BTreeMap<&str, (i64, &str)> = BTreeMap::new();
    for (id, unit) in &found {
        desk.tx.execute(
            "update finding set state = 'assigned', assigned_to = $3, due_day = $4, reported = null,
                                version = version + 1
             where county = $1 and id = $2",
            &params![desk.county(), id, unit, due],
        )?;
        event(desk, id, Some(unit), ("assigned", &due.to_string()), note)?;
        units.entry(unit).or_insert((0, id)).0 += 1;
    }
    for (unit, (count, first)) in &units {
        let text = format!("有{count}个孩子的就学情况要核查，{due}前报回");
        tell_unit(desk, unit, ("finding", first), &text, "/findings?state=assigned")?;
    }
    let campaign = if query.campaign.is_empty() { newest(desk)? } else { query.campaign.clone() };
    let detail = format!("批量交办{}条给{}，{}个单位", found.len(), to.label(), units.len());
    desk.record(Action::AssignFinding, grant.post, ("campaign", &campaign), "", &detail)?;
    Ok(expected)
}

/// Reminds the units of every finding that the filter finds and that is handed over and not answered; how many findings.
/// Once a day: twice is once (hazard H01).
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Changed`] when it is not `expected` many any more; [`Refused::Rule`] when it is too many;
/// [`Refused::Storage`].
pub fn remind_all(desk: &mut Desk<'_, '_>, query: &ListQuery, expected: i64) -> Result<i64, Refused> {
    let grant = desk.require(Action::AssignFinding, &Subject::Nothing, ("finding", ""))?;
    let waiting = format!(
        " and finding.state = 'assigned' and finding.assigned_to is not null and {NOT_REMINDED}{{day}})"
    );
    let order = format!(" order by finding.due_day, finding.id limit {}", MOST + 1);
    let (sql, params) = select(
        desk,
        query,
        ("finding.id, finding.assigned_to, coalesce(finding.due_day, '')", &waiting, &order),
    )?;
    let found = desk.tx.query(&sql, &params, |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
    })?;
    as_said(found.len(), expected)?;
    let mut units: BTreeMap<&str, (i64, &str, &str)> = BTreeMap::new();
    for (id, unit, due) in &found {
        event(desk, id, Some(unit), ("reminded", due), "")?;
        // In the order of their days: the first is the earliest.
        units.entry(unit).or_insert((0, due, id)).0 += 1;
    }
    for (unit, (count, due, first)) in &units {
        let text = format!("催办：有{count}条核查还没有报回，最早的{due}到期");
        tell_unit(desk, unit, ("finding", first), &text, "/findings?state=assigned")?;
    }
    let campaign = if query.campaign.is_empty() { newest(desk)? } else { query.campaign.clone() };
    let detail = format!("催办{}条，{}个单位", found.len(), units.len());
    desk.record(Action::AssignFinding, grant.post, ("campaign", &campaign), "", &detail)?;
    Ok(expected)
}
