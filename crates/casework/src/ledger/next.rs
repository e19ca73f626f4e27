//! 轮到谁、下一步、期限: read from what is open about a child. Where nothing is open nobody has to act, and the file
//! says so.

use jiff::ToSpan;
use rules::access::{Field, Role};
use rules::case::Act;

use super::sees::Sees;
use super::timeline::{finding_title, move_label};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Whose move it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The unit that must act.
    pub whose: String,
    /// What it must do.
    pub act: String,
    /// By which day; empty if there is no deadline.
    pub due: String,
    /// The clause that it follows from.
    pub basis: &'static str,
    /// Where to do it.
    pub href: String,
}

/// How long before a proof expires it is time to renew it, in days.
pub(super) const AHEAD: i64 = 30;

/// What must be done next, the most urgent; `None` is "无待办".
pub(super) fn next(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Option<Next>, Refused> {
    let mut open = Vec::new();
    let (county, plan) = (desk.county(), desk.plan);
    if sees.shows(Field::Findings) {
        open.extend(desk.tx.query(
            "select finding.id, finding.kind, finding.state, coalesce(finding.due_day, ''), coalesce(unit.name, '')
             from finding
             left join unit on unit.county = finding.county and unit.id = finding.assigned_to
             where finding.county = $1 and finding.child = $2 and finding.state in ('open', 'assigned', 'reported')
             order by finding.due_day nulls last, finding.id limit 5",
            &params![county, id],
            |row| {
                let (kind, state): (String, String) = (row.get(1)?, row.get(2)?);
                let assigned = state == "assigned";
                let label = finding_title(plan, &kind);
                let finding: String = row.get(0)?;
                Ok(Next {
                    whose: if assigned { row.get(4)? } else { "县教体局".to_owned() },
                    act: match state.as_str() {
                        "assigned" => format!("核实“{label}”，报回结果"),
                        "reported" => format!("看报回的结果，认定“{label}”"),
                        _ => format!("认定“{label}”，或交村组、学校核实"),
                    },
                    due: row.get(3)?,
                    basis: "五(二)(三)",
                    href: format!("/findings/{finding}"),
                })
            },
        )?);
    }
    let case = if sees.shows(Field::Findings) { case(desk, id)? } else { None };
    // A case says whose move it is; without one the list of suspects does.
    let has_case = case.is_some();
    open.extend(case);
    if sees.shows(Field::Findings) && !has_case {
        open.extend(desk.tx.query(
            "select suspected.since_day, coalesce(unit.name, '户籍地乡镇') from suspected
             join child on child.county = suspected.county and child.id = suspected.child
             left join unit on unit.county = child.county and unit.id = child.township
             where suspected.county = $1 and suspected.child = $2 and suspected.cleared_at is null
             order by suspected.id limit 1",
            &params![county, id],
            |row| {
                let since: String = row.get(0)?;
                Ok(Next {
                    whose: row.get(1)?,
                    act: format!("{since}列入疑似辍学学生台账，上门核实、劝返"),
                    due: String::new(),
                    basis: "五(九)",
                    href: format!("/children/{id}"),
                })
            },
        )?);
    }
    if sees.shows(Field::History) {
        let waiting = desk.tx.query(
            "select roll_move.kind, coalesce(giving.name, ''), coalesce(taking.name, ''),
                    case when from_school is not null and from_at is null then 1 else 0 end,
                    case when to_school is not null and to_at is null then 1 else 0 end
             from roll_move
             left join unit giving on giving.county = roll_move.county and giving.id = roll_move.from_school
             left join unit taking on taking.county = roll_move.county and taking.id = roll_move.to_school
             where roll_move.county = $1 and roll_move.child = $2 and roll_move.state = 'waiting'
             order by roll_move.asked_at, roll_move.id limit 5",
            &params![county, id],
            |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<bool>(3)?,
                    row.get::<bool>(4)?,
                ))
            },
        )?;
        for (kind, giving, taking, needs_giving, needs_taking) in waiting {
            let whose = match (needs_giving, needs_taking) {
                (true, true) => format!("{giving}、{taking}"),
                (true, false) => giving,
                (false, true) => taking,
                (false, false) => "县教体局".to_owned(),
            };
            open.push(Next {
                whose,
                act: format!("办理{}", move_label(&kind)),
                due: String::new(),
                basis: "学籍管理",
                href: "/moves".to_owned(),
            });
        }
    }
    if sees.shows(Field::Elsewhere) {
        let until = desk.now.day().saturating_add(AHEAD.days());
        open.extend(desk.tx.query(
            "select elsewhere.expires_day, coalesce(unit.name, '户籍地乡镇')
             from elsewhere
             join child on child.county = elsewhere.county and child.id = elsewhere.child
             left join unit on unit.county = child.county and unit.id = child.township
             where elsewhere.county = $1 and elsewhere.child = $2 and elsewhere.ended_day is null
               and elsewhere.expires_day <= $3
             order by elsewhere.expires_day, elsewhere.id limit 1",
            &params![county, id, until],
            |row| {
                Ok(Next {
                    whose: row.get(1)?,
                    act: "更新外出就读证明".to_owned(),
                    due: row.get(0)?,
                    basis: "五(二)",
                    href: format!("/children/{id}/elsewhere"),
                })
            },
        )?);
    }
    open.sort_by(|a, b| (a.due.is_empty(), &a.due).cmp(&(b.due.is_empty(), &b.due)));
    Ok(open.into_iter().next())
}

/// The duty of the child's open case.
fn case(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Next>, Refused> {
    Ok(desk.tx.optional(
        "select c.id, c.must_role, coalesce(unit.name, ''), c.act, c.due_at from child_case c
         left join unit on unit.county = c.county and unit.id = c.must_unit
         where c.county = $1 and c.child = $2 and c.ended_at is null",
        &params![desk.county(), id],
        |row| {
            let (role, unit): (String, String) = (row.get(1)?, row.get(2)?);
            let whose = match Role::from_code(&role) {
                Some(role) if unit.is_empty() => role.label().to_owned(),
                _ => unit,
            };
            let (act, due): (String, String) = (row.get(3)?, row.get(4)?);
            Ok(Next {
                whose,
                act: Act::from_code(&act).map_or("", Act::label).to_owned(),
                due: due.get(..10).unwrap_or_default().to_owned(),
                basis: "五(九)(十)(十一)",
                href: format!("/cases/{}", row.get::<String>(0)?),
            })
        },
    )?)
}
