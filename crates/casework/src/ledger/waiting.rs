//! 学籍变动 that wait: for each who has not acted, the days that it has waited, and what the reader can do about it.

use jiff::civil::Date;
use rules::access::{Action, Subject, Tie, arms, may};
use rules::roll::{Change, Side};

use super::moves::row;
use super::ties::ties_of;
use super::timeline::move_label;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A change that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Id.
    pub id: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Whether the reader may open its file.
    pub open: bool,
    /// 县内转学, 休学….
    pub kind: &'static str,
    /// The giving school; empty for none.
    pub from: String,
    /// The receiving school or place; empty for none.
    pub to: String,
    /// Why.
    pub reason: String,
    /// From which day.
    pub effective: String,
    /// Days since it was asked for.
    pub days: i64,
    /// Who has not acted: the name of the school or 县教体局.
    pub pending: Vec<String>,
    /// The sides for which the reader can act now, with what they are called.
    pub mine: Vec<(Side, &'static str)>,
    /// Whether the reader asked for it.
    pub asked_by_me: bool,
    /// Classes that the receiving school can choose, where that is the reader's affair.
    pub classes: Vec<(String, String)>,
}

/// Changes that wait, of the actor's schools or of the whole county, the oldest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<Waiting>, Refused> {
    desk.require(Action::AnswerRollMove, &Subject::Nothing, ("moves", ""))?;
    let who = desk.who;
    let ways = arms(&who.actor, Action::AnswerRollMove);
    let whole = ways.iter().any(|arm| arm.tie == Tie::County);
    let own = |arm: &&rules::access::Arm<'_>| matches!(arm.tie, Tie::School | Tie::Class);
    let mut units: Vec<&str> = ways.iter().filter(own).map(|arm| arm.to).collect();
    units.sort_unstable();
    units.dedup();
    let mut ids: Vec<String> = Vec::new();
    let mut params = vec![Value::from(desk.county())];
    if whole {
        ids = desk.tx.query(
            "select id from roll_move where county = $1 and state = 'waiting' order by asked_at, id limit 200",
            &params,
            |row| row.get(0),
        )?;
    } else {
        for unit in units {
            params.truncate(1);
            params.push(Value::from(unit));
            ids.extend(desk.tx.query(
                "select id from roll_move where county = $1 and state = 'waiting'
                   and (from_school = $2 or to_school = $2
                        or (kind = 'class' and (from_class = $2 or to_class = $2))) order by asked_at, id limit 200",
                &params,
                |row| row.get::<String>(0),
            )?);
        }
        ids.sort();
        ids.dedup();
    }
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        all.extend(one(desk, &id)?);
    }
    Ok(all)
}

fn one(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Waiting>, Refused> {
    let Ok(open) = row(desk, id) else { return Ok(None) };
    let (name, reason, asked_at, from, to) = desk.tx.one(
        "select child.name, roll_move.reason, roll_move.asked_at, coalesce(giving.name, ''),
                coalesce(taking.name, roll_move.other_place)
         from roll_move
         join child on child.county = roll_move.county and child.id = roll_move.child
         left join unit giving on giving.county = roll_move.county
              and giving.id = coalesce(roll_move.from_class, roll_move.from_school)
         left join unit taking on taking.county = roll_move.county
              and taking.id = case when roll_move.kind = 'class' then roll_move.to_class else roll_move.to_school end
         where roll_move.county = $1 and roll_move.id = $2",
        &params![desk.county(), id],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                row.get::<String>(2)?,
                row.get::<String>(3)?,
                row.get::<String>(4)?,
            ))
        },
    )?;
    let mut pending = Vec::new();
    let mut mine = Vec::new();
    for side in open.pending() {
        pending.push(match side {
            Side::Giving => from.clone(),
            Side::Receiving => to.clone(),
            Side::County => "县教体局".to_owned(),
        });
        let ties = open.ties(side, desk.county());
        let acts = may(desk.actor(), Action::AnswerRollMove, &Subject::Child(&ties)).is_ok();
        // Two people: who asked does not approve, and who acted for one class does not for the other.
        let second = side == Side::County || open.change == Change::ClassChange;
        if acts && !(second && open.asked_by == desk.actor().account) {
            mine.push((side, open.change.side_label(side)));
        }
    }
    let classes = if mine.iter().any(|(side, _)| *side == Side::Receiving)
        && open.change != Change::ClassChange
    {
        desk.tx.query(
            "select class.unit, unit.name from class join unit on unit.county = class.county and unit.id = class.unit
             where class.county = $1 and class.school = $2 and unit.until_day is null
             order by class.grade, class.number, class.unit limit 100",
            &params![desk.county(), open.to_school.as_deref()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
    } else {
        Vec::new()
    };
    let ties = ties_of(desk, &open.child)?;
    let today = desk.now.day();
    let asked: Option<Date> = asked_at.get(..10).and_then(|day| day.parse().ok());
    let days = asked.and_then(|asked| today.since(asked).ok()).map_or(0, |span| i64::from(span.get_days()));
    Ok(Some(Waiting {
        id: id.to_owned(),
        open: may(desk.actor(), Action::ReadChild, &Subject::Child(&ties)).is_ok(),
        name,
        kind: move_label(open.change.code()),
        from,
        to,
        reason,
        effective: open.effective.to_string(),
        days,
        pending,
        mine,
        asked_by_me: open.asked_by == desk.actor().account,
        classes,
        child: open.child,
    }))
}
