//! Whose turn it is: of every open case exactly one unit, one next act and one deadline, each with its source.

use jiff::Span;
use jiff::civil::{Date, DateTime, time};

use super::event::{Ask, Ground};
use super::pause::Rests;
use super::permit::is_scored;
use super::state::{Asked, Open, Order, Stage};
use super::watch;
use crate::access::Role;
use crate::calendar::NoData;
use crate::codes::codes;
use crate::plan::{Deadline, Plan};

codes! {
    /// What has to be done next.
    Act "南政办发〔2024〕6号五(三)(六)(九)(十)(十一)" {
        Verify = "verify" "核实是不是真的没有上学" [],
        Dispatch = "dispatch" "确定劝返主体，下发劝返指令" [],
        Receive = "receive" "签收劝返指令，或者写明理由退回" [],
        FirstVisit = "first_visit" "首次入户" [],
        Visit = "visit" "再次劝返并记录" [],
        CheckTerm = "check_term" "责令期限到了，看孩子到校没有，定下一步" [],
        Review = "review" "复核能不能返校" [],
        Place = "place" "安置（一人一方案）" [],
        Prove = "prove" "每天点名，证实返校" [],
        Watch = "watch" "每天点名，跟踪出勤" [],
        AskClose = "ask_close" "申请销号" [],
        Answer = "answer" "复核：同意或者不同意" [],
    }
}

/// Who must act.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// 县教体局.
    Bureau,
    /// 县控辍保学专班.
    Director,
    /// A township: id of its unit.
    Township(String),
    /// A school: id of its unit.
    School(String),
}

impl Act {
    /// Whether it is done at the family's door: what whoever is paired with the child has to do (五(六)). The pairing has no
    /// clock of its own; this act's deadline is it.
    #[must_use]
    pub const fn is_visit(self) -> bool {
        matches!(self, Self::FirstVisit | Self::Visit | Self::CheckTerm)
    }
}

impl Party {
    /// The role that acts for it.
    #[must_use]
    pub const fn role(&self) -> Role {
        match self {
            Self::Bureau => Role::Bureau,
            Self::Director => Role::Director,
            Self::Township(_) => Role::Township,
            Self::School(_) => Role::Head,
        }
    }
}

/// What somebody must do, until when, and where that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Who.
    pub who: Party,
    /// What.
    pub act: Act,
    /// Until when, China's time.
    pub due: DateTime,
    /// Clause, article or county default of the deadline.
    pub basis: String,
}

/// The one duty of an open case.
///
/// # Errors
/// [`NoData`] when the calendar does not know a day that the deadline needs.
pub fn duty(open: &Open, plan: &Plan) -> Result<Duty, NoData> {
    let hops = &plan.case().hops;
    if let Some(asked) = &open.asked {
        return by(second(asked), Act::Answer, &hops.second_person, asked.at, plan);
    }
    match &open.stage {
        Stage::Suspected => by(Party::Bureau, Act::Verify, &hops.verify, open.since, plan),
        Stage::Confirmed => by(Party::Bureau, Act::Dispatch, &hops.dispatch, open.since, plan),
        Stage::Dispatched(order) => by(township(order), Act::Receive, &hops.receive, open.since, plan),
        Stage::Accepted(order) => by(township(order), Act::FirstVisit, &hops.first_visit, open.since, plan)
            .map(|duty| agreed(open, duty)),
        Stage::Persuading(order) => {
            let visit = agreed(open, by(township(order), Act::Visit, &hops.next_visit, open.since, plan)?);
            // A term that ran out is asked about until the next step is taken or left out; behind the last step, until
            // somebody has been there.
            let decided = |term: Date| open.ladder.next().is_none() && open.since.date() > term;
            let term = open.ladder.term().filter(|term| !decided(*term)).map(end);
            Ok(match term {
                Some(term) if term < visit.due => Duty {
                    act: Act::CheckTerm,
                    due: term,
                    basis: "五(三)；义务教育法第五十八条".to_owned(),
                    ..visit
                },
                _ => visit,
            })
        }
        Stage::Paused(pause, order) => {
            let who = order.as_ref().map_or(Party::Bureau, township);
            let basis = match pause.rests {
                Rests::Statutory => "义务教育法第十一条",
                Rests::Policy => "五(十)",
            };
            let review =
                Duty { who: who.clone(), act: Act::Review, due: end(pause.until), basis: basis.to_owned() };
            // 五(十): 准许先办理……并继续做好劝返复学工作.
            if pause.rests == Rests::Policy && order.is_some() {
                let visit = agreed(open, by(who, Act::Visit, &hops.next_visit, open.since, plan)?);
                return Ok(if visit.due < review.due { visit } else { review });
            }
            Ok(review)
        }
        Stage::Returned { .. } => by(Party::Bureau, Act::Place, &hops.place, open.since, plan),
        Stage::Placed { school, .. } => {
            by(Party::School(school.clone()), Act::Prove, &hops.prove, open.since, plan)
        }
        Stage::Observing { school, from, passed } => {
            let rule = &plan.case().observation;
            let who = Party::School(school.clone());
            match watch::next_look(rule, *from, *passed) {
                Some(look) => Ok(Duty { who, act: Act::Watch, due: end(look), basis: rule.basis.cited() }),
                None => by(who, Act::AskClose, &hops.ask_close, open.since, plan),
            }
        }
    }
}

/// A visit that was agreed on for an earlier day is due on that day.
fn agreed(open: &Open, duty: Duty) -> Duty {
    match open.next.map(end) {
        Some(due) if due < duty.due => {
            Duty { due, basis: "五(六)；上次走访时约定".to_owned(), ..duty }
        }
        _ => duty,
    }
}

/// From when on 专班 studies a child that is not back: an order that is so old (县默认值 30 days). It adds a reader, no duty.
#[must_use]
pub fn escalates(open: &Open, plan: &Plan) -> Option<DateTime> {
    let waits = matches!(open.stage, Stage::Dispatched(_) | Stage::Accepted(_) | Stage::Persuading(_));
    let order = open.stage.order().filter(|_| waits)?;
    let days = i64::from(plan.case().hops.escalate.amount);
    Some(end(order.at.date().saturating_add(Span::new().days(days))))
}

/// Who answers what was asked. Closing that 教体局 itself asked for is 专班's.
fn second(asked: &Asked) -> Party {
    match &asked.ask {
        Ask::Close(Ground::Stayed | Ground::Exempt(_)) if !is_scored(asked.by.role) => Party::Director,
        Ask::Close(_) | Ask::Order { .. } | Ask::Pause(_) => Party::Bureau,
    }
}

fn township(order: &Order) -> Party {
    Party::Township(order.unit.clone())
}

fn end(day: Date) -> DateTime {
    day.to_datetime(time(23, 59, 59, 0))
}

fn by(who: Party, act: Act, hop: &Deadline, since: DateTime, plan: &Plan) -> Result<Duty, NoData> {
    Ok(Duty { who, act, due: hop.due(since, plan.calendar())?, basis: hop.basis.cited() })
}
