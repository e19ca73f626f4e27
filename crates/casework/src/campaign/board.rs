//! How far a campaign is: findings by kind and state, and what each township still has before it. A number opens the
//! names behind it.

use rules::access::{Action, Subject};
use rules::plan::FindingKind;

use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Findings of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// What is counted: a kind's or a township's name.
    pub label: String,
    /// Kind, or unit of the township.
    pub code: String,
    /// All but those that are no longer found.
    pub all: i64,
    /// Not decided and not handed over.
    pub open: i64,
    /// With a village or school.
    pub assigned: i64,
    /// Reported, to be decided.
    pub reported: i64,
    /// Decided.
    pub decided: i64,
}

/// What one unit was handed, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCoverage {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Handed over to it.
    pub handed: i64,
    /// Of them answered.
    pub answered: i64,
    /// Of them not answered, their day over.
    pub late: i64,
}

/// The board.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    /// By kind, in the order of the plan.
    pub kinds: Vec<Coverage>,
    /// By township of the household.
    pub townships: Vec<Coverage>,
    /// By unit that must check, the late ones first.
    pub units: Vec<UnitCoverage>,
}

/// The board of a campaign, of what the actor may see.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn board(desk: &mut Desk<'_, '_>, campaign: &str) -> Result<Board, Refused> {
    desk.require(Action::ReadFindings, &Subject::Nothing, ("campaign", campaign))?;
    let scope = Scope::of(desk.actor(), Action::ReadFindings);
    let mut counted = |column: &str, name: &str, join: &str| {
        let mut params = vec![Value::from(desk.who.actor.county.as_str()), Value::from(campaign)];
        let within = scope.predicate("tie", &mut params);
        let state = |state: &str| {
            format!("cast(coalesce(sum(case when finding.state = '{state}' then 1 else 0 end), 0) as bigint)")
        };
        let sql = format!(
            "select finding.{column}, {name}, cast(count(*) as bigint), {}, {}, {}, {}
             from finding {join}
             where finding.county = $1 and finding.campaign = $2 and finding.state <> 'gone'
               and exists (select 1 from finding_tie tie
                            where tie.county = finding.county and tie.finding = finding.id and {within})
             group by finding.{column}, {name} order by finding.{column}",
            state("open"),
            state("assigned"),
            state("reported"),
            state("decided")
        );
        desk.tx.query(&sql, &params, |row| {
            Ok(Coverage {
                code: row.get::<Option<String>>(0)?.unwrap_or_default(),
                label: row.get::<Option<String>>(1)?.unwrap_or_default(),
                all: row.get(2)?,
                open: row.get(3)?,
                assigned: row.get(4)?,
                reported: row.get(5)?,
                decided: row.get(6)?,
            })
        })
    };
    let mut kinds = counted("kind", "finding.kind", "")?;
    let townships = counted(
        "township",
        "unit.name",
        "left join unit on unit.county = finding.county and unit.id = finding.township",
    )?;
    let order = |code: &str| FindingKind::ALL.iter().position(|kind| kind.code() == code);
    kinds.sort_by_key(|kind| order(&kind.code));
    for kind in &mut kinds {
        if let Some(known) = FindingKind::from_code(&kind.code) {
            kind.label = desk.plan.finding(known).title.clone();
        }
    }
    let units = units(desk, campaign, &scope)?;
    Ok(Board { kinds, townships, units })
}

/// Units on the board at most.
const UNITS: i64 = 200;

fn units(desk: &mut Desk<'_, '_>, campaign: &str, scope: &Scope<'_>) -> Result<Vec<UnitCoverage>, Refused> {
    let mut params = vec![
        Value::from(desk.who.actor.county.as_str()),
        Value::from(campaign),
        Value::from(desk.now.day().to_string()),
    ];
    let within = scope.predicate("tie", &mut params);
    let sql = format!(
        "select finding.assigned_to, unit.name, cast(count(*) as bigint),
                cast(coalesce(sum(case when finding.state = 'assigned' then 0 else 1 end), 0) as bigint),
                cast(coalesce(sum(case when finding.state = 'assigned' and finding.due_day < $3 then 1 else 0 end), 0)
                     as bigint)
         from finding join unit on unit.county = finding.county and unit.id = finding.assigned_to
         where finding.county = $1 and finding.campaign = $2 and finding.state in ('assigned', 'reported', 'decided')
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within})
         group by finding.assigned_to, unit.name order by 5 desc, 3 desc, finding.assigned_to limit {UNITS}"
    );
    Ok(desk.tx.query(&sql, &params, |row| {
        Ok(UnitCoverage {
            unit: row.get(0)?,
            name: row.get(1)?,
            handed: row.get(2)?,
            answered: row.get(3)?,
            late: row.get(4)?,
        })
    })?)
}
