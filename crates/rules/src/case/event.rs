//! What can happen in a case, who did it, and what the rules must know beside it.

use jiff::civil::{Date, DateTime};

use super::ladder::Taken;
use super::pause::Pause;
use super::penalty::PenaltyGround;
use super::persuader::Persuader;
use super::state::Exemption;
use super::watch::Watched;
use crate::access::Role;
use crate::codes::codes;
use crate::plan::{LegalStepKind, Plan};

codes! {
    /// The kinds of [`Event`], as they are stored and as buttons carry them.
    Kind "南政办发〔2024〕6号五(三)(六)(九)(十)(十一)" {
        Confirm = "confirm" "核实：确实没有上学" [],
        Clear = "clear" "核实：不是辍学，排除" [],
        Dispatch = "dispatch" "下发劝返指令" [],
        Receive = "receive" "签收劝返指令" [],
        SendBack = "send_back" "退回劝返指令" [],
        Recall = "recall" "收回劝返指令" [],
        Visit = "visit" "登记劝返、家访" [],
        Help = "help" "登记帮扶" [],
        Step = "step" "登记四步法" [],
        Skip = "skip" "跳过一步" [],
        Return = "return" "登记返校" [],
        NotBack = "not_back" "登记没有返校" [],
        Place = "place" "安置" [],
        Prove = "prove" "点名册证实返校" [],
        Check = "check" "跟踪查看" [],
        Resume = "resume" "延缓入学、休学到期" [],
        Ask = "ask" "提请复核" [],
        Agree = "agree" "复核同意" [],
        Refuse = "refuse" "复核不同意" [],
        Relapse = "relapse" "再次辍学" [],
    }
}

/// Who is asked for a second opinion about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// An order to a unit that is not the one of the rule (B03).
    Order {
        /// That unit.
        unit: String,
    },
    /// 延缓入学 or 休学 (B05).
    Pause(Pause),
    /// 销号.
    Close(Ground),
}

/// Why a case is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The child stayed through every look of the window.
    Stayed,
    /// A proven exemption.
    Exempt(Exemption),
}

/// A try to persuade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// On which day.
    pub on: Date,
    /// Whether somebody of the family was met. A failed attempt is a fact too; it does not end the duty to meet them.
    pub met: bool,
    /// Whether it was by who is paired with the child (五(六)): a class teacher's visit counts as the township's then.
    pub paired: bool,
    /// The day that was agreed on for the next one; it can bring the deadline forward, never put it off.
    pub next: Option<Date>,
    /// What happened.
    pub words: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// 核实: it is out of school.
    Confirm {
        /// How that is known.
        words: String,
    },
    /// 核实: it is not a dropout.
    Clear {
        /// How that is known.
        words: String,
    },
    /// 劝返指令 to the unit of the rule.
    Dispatch {
        /// The unit.
        unit: String,
    },
    /// 签收.
    Receive,
    /// 退回.
    SendBack {
        /// Why.
        words: String,
    },
    /// 收回.
    Recall {
        /// Why.
        words: String,
    },
    /// 劝返、家访.
    Visit(Visit),
    /// 帮扶, given or offered.
    Help {
        /// A code of the plan's helps.
        code: String,
        /// On which day.
        on: Date,
        /// What was done, and what the family said.
        words: String,
    },
    /// One of the four steps was taken.
    Step {
        /// Which, when, and until when its term runs.
        taken: Taken,
        /// For a penalty: what it rests on.
        ground: Option<PenaltyGround>,
        /// What was done.
        words: String,
    },
    /// One of the four steps is left out, 五(三).
    Skip {
        /// Which.
        step: LegalStepKind,
        /// Why.
        words: String,
    },
    /// 返校, said by somebody.
    Return {
        /// Id of the school.
        school: String,
        /// Since when.
        on: Date,
    },
    /// It was not back after all.
    NotBack {
        /// What is known.
        words: String,
    },
    /// 安置.
    Place {
        /// A code of the plan's placements.
        placement: String,
        /// Id of the receiving school.
        school: String,
        /// From when.
        on: Date,
        /// 一人一方案 in words.
        words: String,
    },
    /// The register has shown the return; the window begins with `from`.
    Prove {
        /// The first of the days that prove it.
        from: Date,
    },
    /// The next look of the window: clean, or the window begins anew on `on`.
    Check {
        /// Whether attendance was in order.
        clean: bool,
        /// The day up to which it was looked.
        on: Date,
    },
    /// 延缓入学、休学 has ended.
    Resume,
    /// Something needs a second person.
    Ask {
        /// What.
        ask: Ask,
        /// Why, and the proof.
        words: String,
    },
    /// The second person agrees.
    Agree,
    /// The second person does not.
    Refuse {
        /// Why not.
        words: String,
    },
    /// It left again.
    Relapse,
}

impl Event {
    /// Which kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Confirm { .. } => Kind::Confirm,
            Self::Clear { .. } => Kind::Clear,
            Self::Dispatch { .. } => Kind::Dispatch,
            Self::Receive => Kind::Receive,
            Self::SendBack { .. } => Kind::SendBack,
            Self::Recall { .. } => Kind::Recall,
            Self::Visit(_) => Kind::Visit,
            Self::Help { .. } => Kind::Help,
            Self::Step { .. } => Kind::Step,
            Self::Skip { .. } => Kind::Skip,
            Self::Return { .. } => Kind::Return,
            Self::NotBack { .. } => Kind::NotBack,
            Self::Place { .. } => Kind::Place,
            Self::Prove { .. } => Kind::Prove,
            Self::Check { .. } => Kind::Check,
            Self::Resume => Kind::Resume,
            Self::Ask { .. } => Kind::Ask,
            Self::Agree => Kind::Agree,
            Self::Refuse { .. } => Kind::Refuse,
            Self::Relapse => Kind::Relapse,
        }
    }
}

/// Somebody who acts, on a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id of the account.
    pub account: String,
    /// Id of the unit of the post.
    pub unit: String,
    /// The post's role.
    pub role: Role,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person.
    Person(Person),
    /// The program, from what is known: registers and dates.
    Program,
}

/// An event with who and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// Who.
    pub by: By,
    /// When it was recorded.
    pub at: DateTime,
}

/// What a rule must know beside the case.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The county's plan.
    pub plan: &'a Plan,
    /// Who must persuade by the rule; `None` where nothing is known.
    pub persuader: Option<&'a Persuader>,
    /// What the register says since the child is said to be back.
    pub watched: Option<&'a Watched>,
}
