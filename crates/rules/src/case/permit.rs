//! Which moves a case takes now, from whom, and on what: one table for buttons and for the rule itself.

use jiff::civil::Date;

use super::event::{Ask, By, Event, Facts, Ground, Happened, Kind, Person};
use super::pause::may_pause;
use super::penalty;
use super::refused::{Refused, said};
use super::state::{Asked, Case, Exemption, Open, Stage};
use super::watch::next_look;
use crate::access::{Action, Role, Standing};
use crate::plan::LegalStepKind;

/// The moves that somebody of this role can make in the case, in the order of work. Whether it is the right unit, and
/// whether what is needed is there, is asked when it is made.
#[must_use]
pub fn allowed(case: &Case, role: Role) -> Vec<Kind> {
    let Case::Open(open) = case else { return Vec::new() };
    Kind::ALL.iter().copied().filter(|kind| fits(open, *kind) && kind.is_of(role)).collect()
}

/// Whether this role's unit is measured by how many children are back (五(七)(十二)), so that it never closes alone.
#[must_use]
pub const fn is_scored(role: Role) -> bool {
    matches!(
        role,
        Role::Township
            | Role::Village
            | Role::Group
            | Role::Head
            | Role::Registrar
            | Role::Teacher
            | Role::SubjectTeacher
            | Role::Cadre
    )
}

/// Whether the step of the case takes a move of that kind.
fn fits(open: &Open, kind: Kind) -> bool {
    let waits = matches!(kind, Kind::Agree | Kind::Refuse);
    let anyway = matches!(kind, Kind::Visit | Kind::Help | Kind::Resume | Kind::Relapse);
    if open.asked.is_some() != waits && !anyway {
        return false;
    }
    let stage = &open.stage;
    match kind {
        Kind::Confirm | Kind::Clear => matches!(stage, Stage::Suspected),
        Kind::Dispatch => matches!(stage, Stage::Confirmed),
        Kind::Receive => matches!(stage, Stage::Dispatched(_)),
        Kind::SendBack => matches!(stage, Stage::Dispatched(_) | Stage::Accepted(_)),
        Kind::Recall => matches!(stage, Stage::Dispatched(_) | Stage::Accepted(_) | Stage::Persuading(_)),
        Kind::Step | Kind::Skip => matches!(stage, Stage::Persuading(_)),
        Kind::Return => matches!(
            stage,
            Stage::Confirmed
                | Stage::Dispatched(_)
                | Stage::Accepted(_)
                | Stage::Persuading(_)
                | Stage::Paused(..)
        ),
        Kind::NotBack => matches!(stage, Stage::Returned { .. } | Stage::Placed { .. }),
        Kind::Place => matches!(stage, Stage::Returned { .. }),
        Kind::Prove => matches!(stage, Stage::Placed { .. }),
        Kind::Check | Kind::Relapse => matches!(stage, Stage::Observing { .. }),
        Kind::Resume => matches!(stage, Stage::Paused(..)),
        Kind::Ask => !matches!(stage, Stage::Suspected),
        Kind::Visit | Kind::Help | Kind::Agree | Kind::Refuse => true,
    }
}

impl Kind {
    /// The right that one needs for it; `None` where the program alone does it. Who has the right stands in
    /// [`Action::policy`].
    #[must_use]
    pub const fn action(self) -> Option<Action> {
        Some(match self {
            Self::Confirm | Self::Clear | Self::Dispatch | Self::Recall | Self::Place => Action::DecideCase,
            Self::Receive | Self::SendBack => Action::AnswerOrder,
            Self::Visit | Self::Help => Action::WorkCase,
            Self::Step | Self::Skip => Action::TakeStep,
            Self::Return | Self::NotBack | Self::Ask | Self::Relapse => Action::AskCase,
            Self::Agree | Self::Refuse => Action::AgreeCase,
            Self::Prove | Self::Check | Self::Resume => return None,
        })
    }

    /// Whether somebody of this role makes moves of that kind at all. Help that a member unit gave when it was asked (四(五)–(十八))
    /// stands in the case by its answer.
    fn is_of(self, role: Role) -> bool {
        let by_answer = matches!(self, Self::Help) && role.is_department();
        by_answer || self.action().is_some_and(|action| action.policy(role, Standing::Serves).is_some())
    }
}

/// Whether this may happen now.
pub(super) fn permit(open: &Open, happened: &Happened, facts: &Facts<'_>) -> Result<(), Refused> {
    let kind = happened.event.kind();
    if !fits(open, kind) {
        return Err(out_of_turn(open, kind));
    }
    if happened.at < open.last {
        return Err(Refused::new(
            "时间早于上一条记录",
            "五(九)",
            "服务器的时间不对，请系统管理员校准以后再办",
        ));
    }
    match &happened.by {
        By::Person(person) => {
            if !kind.is_of(person.role) {
                return Err(Refused::new(
                    format!("{}不能办“{}”", person.role.label(), kind.label()),
                    "五(十)",
                    "请由负责的单位办理",
                ));
            }
            own_affair(open, &happened.event, person)?;
            conditions(open, happened, person, facts)
        }
        By::Program => by_program(open, happened, facts),
    }
}

fn out_of_turn(open: &Open, kind: Kind) -> Refused {
    let state = open.stage.state().label();
    if open.asked.is_some() {
        return Refused::new(
            format!("有一件事正在等第二人复核，现在不能“{}”", kind.label()),
            "五(七)",
            "请先同意或者不同意，再办后面的事",
        );
    }
    let todo = match kind {
        Kind::Step | Kind::Skip => "四步法在签收指令、入户见到家长以后办",
        Kind::Dispatch => "先核实；已经下发的，先收回再重新下发",
        Kind::Agree | Kind::Refuse => "没有等您复核的事，请看页面上的下一步",
        _ => "请看页面上的下一步",
    };
    Refused::new(format!("个案现在是“{state}”，不能“{}”", kind.label()), "五(九)(十)(十一)", todo)
}

/// A tip-off is not settled by the unit that it is about (B13); an order is the affair of the unit that it was sent to (B01, B02).
fn own_affair(open: &Open, event: &Event, person: &Person) -> Result<(), Refused> {
    let settles = matches!(event, Event::Clear { .. } | Event::Ask { ask: Ask::Close(_), .. } | Event::Agree);
    if settles && open.against.as_deref() == Some(&*person.unit) {
        return Err(Refused::new(
            "举报反映的就是本单位，不能由本单位核销",
            "四(二十一)",
            "请由县控辍保学工作专班指定别的单位办理",
        ));
    }
    let orders =
        matches!(event, Event::Receive | Event::SendBack { .. } | Event::Step { .. } | Event::Skip { .. });
    if orders
        && person.role == Role::Township
        && open.stage.order().is_some_and(|order| order.unit != person.unit)
    {
        return Err(Refused::new("这道劝返指令不是发给本乡镇的", "五(十)", "请由指令上写的劝返主体办理"));
    }
    Ok(())
}

fn conditions(open: &Open, happened: &Happened, person: &Person, facts: &Facts<'_>) -> Result<(), Refused> {
    let (today, rules) = (happened.at.date(), facts.plan.case());
    match &happened.event {
        Event::Confirm { words } | Event::Clear { words } => said(words, "怎么核实的", "五(九)"),
        Event::Dispatch { unit } => by_rule(unit, facts),
        Event::Receive | Event::Relapse => Ok(()),
        Event::Agree => answered(open, person),
        Event::SendBack { words } => said(words, "退回的理由", "五(十)"),
        Event::Recall { words } => said(words, "收回的理由", "五(十)"),
        Event::Refuse { words } => {
            said(words, "不同意的理由", "五(七)")?;
            answered(open, person)
        }
        Event::Visit(visit) => {
            between(open, visit.on, today)?;
            if let Some(next) = visit.next {
                let hop = &rules.hops.next_visit;
                let latest = hop.due(visit.on.at(0, 0, 0, 0), facts.plan.calendar())?.date();
                if next <= visit.on || next > latest {
                    return Err(Refused::new(
                        format!("下次走访的日子应在这次以后、{latest}以前"),
                        hop.basis.cited(),
                        "请改日子；到时去不了的，照实登记没有去成",
                    ));
                }
            }
            said(&visit.words, "劝返的情况", "五(六)")
        }
        Event::Help { code, on, words } => {
            between(open, *on, today)?;
            if !rules.helps.iter().any(|help| help.code == *code) {
                return Err(Refused::new("表里没有这种帮扶", "五(三)", "请从表中选择，没有的选“其他”并写明"));
            }
            said(words, "帮了什么、家长怎么说", "五(三)")
        }
        Event::Step { taken, ground, words } => {
            between(open, taken.on, today)?;
            open.ladder.may_take(taken, &rules.help_gate)?;
            if taken.step == LegalStepKind::Penalty {
                penalty::gate(ground.as_ref())?;
            }
            said(words, "这一步怎么办的", "五(三)")
        }
        Event::Skip { step, words } => {
            open.ladder.may_skip(*step)?;
            said(words, "跳过的理由", "五(三)")
        }
        Event::Return { on, .. } => between(open, *on, today),
        Event::NotBack { words } => said(words, "没有返校的情况", "五(十)"),
        Event::Place { placement, on, words, .. } => {
            let returned = match &open.stage {
                Stage::Returned { on, .. } => *on,
                _ => open.opened.date(),
            };
            if *on < returned || *on > today {
                return Err(Refused::new("安置的日期应在返校以后、今天以前", "五(十一)", "请核对日期"));
            }
            if !facts.plan.placements().iter().any(|one| one.code == *placement) {
                return Err(Refused::new("表里没有这种安置方式", "五(十一)", "请从表中选择"));
            }
            said(words, "一人一方案", "五(十一)")
        }
        Event::Ask { ask, words } => {
            said(words, "理由和证明材料", "五(七)")?;
            may_ask(open, ask, today, facts)
        }
        // Not a person's: no right is for it.
        Event::Prove { .. } | Event::Check { .. } | Event::Resume => {
            Err(out_of_turn(open, happened.event.kind()))
        }
    }
}

/// The order goes where the rule says; anywhere else asks for a second person (B03).
fn by_rule(unit: &str, facts: &Facts<'_>) -> Result<(), Refused> {
    match facts.persuader {
        Some(rule) if rule.unit == unit => Ok(()),
        Some(rule) => Err(Refused::new(
            format!("按规则应由{}乡镇劝返：{}", rule.by.label(), rule.reason),
            rule.basis,
            "请下发给这个乡镇；确实要交给别的乡镇的，写明理由提请第二人复核",
        )),
        None => Err(Refused::new(
            "户籍地、居住地、就读地都不清楚，定不了劝返主体",
            "五(十)",
            "请先由公安查户籍、学校查去向，再下发指令；也可以写明理由提请第二人复核",
        )),
    }
}

fn may_ask(open: &Open, ask: &Ask, today: Date, facts: &Facts<'_>) -> Result<(), Refused> {
    let rules = facts.plan.case();
    match ask {
        Ask::Order { unit } => {
            if !matches!(open.stage, Stage::Confirmed) {
                return Err(out_of_turn(open, Kind::Dispatch));
            }
            if facts.persuader.is_some_and(|rule| rule.unit == *unit) {
                return Err(Refused::new("这就是按规则的劝返主体", "五(十)", "请直接下发，不用复核"));
            }
            Ok(())
        }
        Ask::Pause(pause) => {
            let fits = matches!(
                open.stage,
                Stage::Confirmed | Stage::Accepted(_) | Stage::Persuading(_) | Stage::Paused(..)
            );
            if !fits {
                return Err(out_of_turn(open, Kind::Ask));
            }
            may_pause(pause, &rules.pause, &open.ladder, today)
        }
        // Who was never away did not come back: a return that was recorded is watched to its end.
        Ask::Close(Ground::Exempt(Exemption::Mistaken)) if open.stage.school().is_some() => {
            Err(Refused::new(
                "已经登记返校，不能按误认销号",
                rules.observation.basis.cited(),
                "请按跟踪期满申请销号；登记返校登错了的，先登记没有返校",
            ))
        }
        Ask::Close(Ground::Exempt(_)) => Ok(()),
        Ask::Close(Ground::Stayed) => match &open.stage {
            Stage::Observing { from, passed, .. } => match next_look(&rules.observation, *from, *passed) {
                None => Ok(()),
                Some(look) => Err(Refused::new(
                    format!("跟踪期还没有满，下一次查看在{look}"),
                    rules.observation.basis.cited(),
                    "请继续每天点名；孩子有法定的例外情形的，按例外申请并附证明",
                )),
            },
            _ => Err(Refused::new(
                "没有经过返校跟踪，不能销号",
                rules.observation.basis.cited(),
                "先安置、由点名册证实返校、跟踪期满；有例外情形的，按例外申请并附证明",
            )),
        },
    }
}

/// The second person is another one; for closing also of another unit that is not scored.
fn answered(open: &Open, person: &Person) -> Result<(), Refused> {
    let Some(Asked { ask, by, .. }) = &open.asked else { return Ok(()) };
    if by.account == person.account {
        return Err(Refused::new("自己提请的，不能自己复核", "五(七)", "请由另一个人复核"));
    }
    if !matches!(ask, Ask::Close(_)) {
        return Ok(());
    }
    if by.unit == person.unit || is_scored(person.role) {
        return Err(Refused::new(
            "销号要由另一个单位复核",
            "五(七)",
            "学校、乡镇申请的由县教体局复核，县教体局申请的由专班复核",
        ));
    }
    Ok(())
}

/// A day of the case that has come.
fn between(open: &Open, on: Date, today: Date) -> Result<(), Refused> {
    if on > today {
        return Err(Refused::new("日期在今天以后", "五(九)", "请办了以后再登记"));
    }
    if on < open.opened.date() {
        return Err(Refused::new("日期早于立案", "五(九)", "立案以前的情况写在核实说明里；日期不能倒签"));
    }
    Ok(())
}

fn by_program(open: &Open, happened: &Happened, facts: &Facts<'_>) -> Result<(), Refused> {
    let rule = &facts.plan.case().observation;
    let today = happened.at.date();
    let unproven =
        || Refused::new("点名册还不能证明", rule.basis.cited(), "请接收班级每天点名，点满以后自动办理");
    let watched = || facts.watched.ok_or_else(unproven);
    match (&happened.event, &open.stage) {
        (Event::Prove { from }, _) => {
            watched()?.proven(rule).filter(|first| first == from).map(|_| ()).ok_or_else(unproven)
        }
        (Event::Check { clean, on }, Stage::Observing { from, passed, .. }) => {
            let look = next_look(rule, *from, *passed)
                .filter(|look| on >= look && *on <= today)
                .ok_or_else(unproven)?;
            if watched()?.look(rule, *from, look).clean == *clean { Ok(()) } else { Err(unproven()) }
        }
        (Event::Resume, Stage::Paused(pause, _)) if today > pause.until => Ok(()),
        (Event::Resume, _) => {
            Err(Refused::new("还没有到期", "五(十)", "到期的第二天自动回到台账；提前返校的，登记返校"))
        }
        (Event::Relapse, _) => Ok(()),
        _ => Err(Refused::new("这一步要由人来办", "五(十)", "请看页面上的下一步")),
    }
}
