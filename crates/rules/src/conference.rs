//! 联席会议, 五(二), and who does what, 四 and 五: what comes onto the agenda, how a meeting and its decisions move, when the next one is due,
//! and which unit proves which duty. Counts come in, words go out; nothing here knows a child, a table or a page.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::access::Role;
use crate::case::Refused;
use crate::codes::codes;
use crate::plan::{Conference, Plan};
use crate::publish::FEW;

codes! {
    /// Where a meeting stands. What was decided is a task from the moment at which the minutes are final.
    Stand "南政办发〔2024〕6号五(二)" {
        Called = "called" "已召集，议程待定" [],
        Fixed = "fixed" "议程已定" [],
        Held = "held" "已开会，纪要待定稿" [],
        Closed = "closed" "纪要已定稿" [],
    }
}

codes! {
    /// What is done with a meeting, in this order, each once.
    Step "南政办发〔2024〕6号五(二)" {
        Fix = "fix" "确定议程" [],
        Hold = "hold" "登记会议" [],
        Close = "close" "纪要定稿" [],
    }
}

codes! {
    /// Where a task stands.
    TaskStand "南政办发〔2024〕6号五(二)、六(四)" {
        Open = "open" "待办" [],
        Reported = "reported" "已报完成，待验收" [],
        Accepted = "accepted" "已验收" [],
    }
}

codes! {
    /// What is done with a task.
    TaskAct "南政办发〔2024〕6号五(二)、六(四)" {
        Report = "report" "报告完成" [],
        Accept = "accept" "验收" [],
        GiveBack = "give_back" "退回补办" [],
    }
}

codes! {
    /// Why something stands on the agenda; in this order.
    Topic "南政办发〔2024〕6号五(二)" {
        Undone = "undone" "上次没有办完的" [],
        Figures = "figures" "指标" [],
        Cases = "cases" "超期没有办的个案" [],
        Requests = "requests" "超期没有答复的协助请求" [],
        Measure = "measure" "没有落实证明的措施" [],
        Own = "own" "其他议题" [],
    }
}

/// The least and the most that is written of a topic, a decision, a proof, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 2..=1000;

/// Topics of an agenda at most.
pub const MOST_TOPICS: usize = 60;

/// Something on the agenda.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Why it stands there.
    pub topic: Topic,
    /// Id of the unit whose turn it is; empty where it is nobody's alone.
    pub unit: String,
    /// What it is about; names no child.
    pub words: String,
    /// How many, where it is a count.
    pub many: Option<u32>,
    /// Id of the task, clause of the measure; empty for the others.
    pub about: String,
}

/// A task that the last meetings left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Its id.
    pub task: String,
    /// Id of the unit.
    pub unit: String,
    /// What was decided.
    pub words: String,
    /// Until when.
    pub due: Date,
    /// Where it stands.
    pub stand: TaskStand,
}

/// What waits past its time at one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Late {
    /// Id of the unit.
    pub unit: String,
    /// What must be done.
    pub act: String,
    /// How many; `None` where nobody may be told.
    pub many: Option<u32>,
}

/// A measure that nobody has proved since the term began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproved {
    /// Its clause.
    pub clause: String,
    /// What it is called.
    pub title: String,
}

/// What the agenda is drafted from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blocks {
    /// What the last meetings left.
    pub left: Vec<Left>,
    /// The figures of the last frozen snapshot, each as a sentence that every member unit may read.
    pub figures: Vec<String>,
    /// Cases whose deadline has passed, by unit and act.
    pub cases: Vec<Late>,
    /// Requests that no unit has answered in time, by unit.
    pub requests: Vec<Late>,
    /// Measures without a proof.
    pub measures: Vec<Unproved>,
}

/// The agenda that follows: what is undone first, then the figures, what waits at each unit, the most first, then what nobody has proved.
#[must_use]
pub fn agenda(blocks: &Blocks, today: Date) -> Vec<Item> {
    let mut left: Vec<&Left> = blocks.left.iter().filter(|one| one.stand != TaskStand::Accepted).collect();
    left.sort_by_key(|one| (one.due, one.task.clone()));
    let undone = left.into_iter().map(|one| {
        let days = one.due.until(today).map_or(0, |span| span.get_days());
        let how = match (one.stand, days) {
            (TaskStand::Reported, _) => "已报完成，待验收".to_owned(),
            (_, 1..) => format!("超期{days}天"),
            _ => format!("{}到期", one.due),
        };
        Item {
            topic: Topic::Undone,
            unit: one.unit.clone(),
            words: format!("{}（{how}）", one.words),
            many: None,
            about: one.task.clone(),
        }
    });
    let waiting = |topic: Topic, all: &[Late]| {
        let mut all: Vec<&Late> = all.iter().filter(|one| one.many != Some(0)).collect();
        all.sort_by_key(|one| (std::cmp::Reverse(one.many), one.unit.clone(), one.act.clone()));
        let item = |one: &Late| Item {
            topic,
            unit: one.unit.clone(),
            words: one.act.clone(),
            many: one.many,
            about: String::new(),
        };
        all.into_iter().map(item).collect::<Vec<_>>()
    };
    let figures = blocks.figures.iter().map(|words| Item {
        topic: Topic::Figures,
        unit: String::new(),
        words: words.clone(),
        many: None,
        about: String::new(),
    });
    let measures = blocks.measures.iter().map(|one| Item {
        topic: Topic::Measure,
        unit: String::new(),
        words: format!("{}{}：本学期还没有单位填落实证明", one.clause, one.title),
        many: None,
        about: one.clause.clone(),
    });
    undone
        .chain(figures)
        .chain(waiting(Topic::Cases, &blocks.cases))
        .chain(waiting(Topic::Requests, &blocks.requests))
        .chain(measures)
        .take(MOST_TOPICS)
        .collect()
}

/// A count as it is told to other units (hazards A08, F06).
#[must_use]
pub fn told(many: Option<u32>) -> String {
    match many {
        Some(many) if many >= FEW => format!("{many}件"),
        Some(0) => "没有".to_owned(),
        Some(_) | None => format!("不足{FEW}件"),
    }
}

/// Where a meeting stands after a step.
///
/// # Errors
/// [`Refused`] for a step out of order.
pub fn moved(stand: Stand, step: Step) -> Result<Stand, Refused> {
    match (stand, step) {
        (Stand::Called, Step::Fix) => Ok(Stand::Fixed),
        (Stand::Fixed, Step::Hold) => Ok(Stand::Held),
        (Stand::Held, Step::Close) => Ok(Stand::Closed),
        (Stand::Called, _) => Err(Refused::new("议程还没有定", "五(二)", "请先确定议程")),
        (Stand::Fixed, Step::Fix) => {
            Err(Refused::new("议程已经定了", "五(二)", "要加的事请开会时提出，写进纪要"))
        }
        (Stand::Fixed, Step::Close) => Err(Refused::new("会议还没有登记", "五(二)", "请先登记会议和纪要")),
        (Stand::Held, _) => Err(Refused::new("会议已经登记", "五(二)", "请写好议定事项，把纪要定稿")),
        (Stand::Closed, _) => {
            Err(Refused::new("纪要已经定稿，不能再改", "五(二)", "要改的事请在下次会议上定"))
        }
    }
}

/// Who stands before a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand {
    /// Whether they hold a post of the unit that must do it.
    pub is_of_unit: bool,
    /// Whether they reported it done.
    pub has_reported: bool,
}

/// Where a task stands after an act. It is reported by the unit that must do it and accepted by somebody of another (hazard B05).
///
/// # Errors
/// [`Refused`] for an act that does not fit, or of one's own work.
pub fn task_moved(stand: TaskStand, act: TaskAct, hand: Hand) -> Result<TaskStand, Refused> {
    match (stand, act) {
        (TaskStand::Accepted, _) => {
            Err(Refused::new("这件任务已经验收", "五(二)", "还有没办的，请在下次会议上另定一件"))
        }
        (TaskStand::Open, TaskAct::Report) if hand.is_of_unit => Ok(TaskStand::Reported),
        (TaskStand::Open, TaskAct::Report) => {
            Err(Refused::new("完成由承办单位自己报告", "五(二)", "请承办单位报告"))
        }
        (TaskStand::Reported, TaskAct::Report) => {
            Err(Refused::new("已经报了完成，等专班办公室验收", "五(二)", "要补充的，请等退回后再报"))
        }
        (TaskStand::Open, _) => Err(Refused::new("承办单位还没有报告完成", "五(二)", "请等承办单位报告")),
        (TaskStand::Reported, _) if hand.is_of_unit || hand.has_reported => Err(Refused::new(
            "承办单位的人不能验收自己办的事",
            "两人办理",
            "请专班办公室里不是承办单位的同志验收",
        )),
        (TaskStand::Reported, TaskAct::Accept) => Ok(TaskStand::Accepted),
        (TaskStand::Reported, TaskAct::GiveBack) => Ok(TaskStand::Open),
    }
}

/// The last day on which the next meeting is in time, counted from the last one; `None` while none was held.
#[must_use]
pub fn next_due(rule: &Conference, last: Option<Date>) -> Option<Date> {
    last.map(|last| last.saturating_add(i32::from(rule.every_months).months()))
}

/// Whether somebody of this role, at a unit of theirs, stands for what the plan calls so (四, 五): 各乡镇人民政府 for a township, 领导小组各成员单位
/// for each department, the office of the leading group for 县教体局, in which it is set up (三).
#[must_use]
pub fn stands_for(role: Role, name: &str) -> bool {
    match name {
        "县人民政府" | "县控辍保学工作专班" => role == Role::Director,
        "各乡镇人民政府" => role == Role::Township,
        "村民委员会" => role == Role::Village,
        "学校" => role == Role::Head,
        "县教体局" | "县控辍保学领导小组办公室" => role == Role::Bureau,
        "县教育督导委员会办公室" | "县人民政府教育督导委员会办公室" => {
            role == Role::Inspector
        }
        "县控辍保学领导小组各成员单位" => role.is_department() || role == Role::Bureau,
        name => role.is_department() && role.label() == name,
    }
}

/// The kind of the units that a name of the plan stands for, where there are several of them.
#[must_use]
pub fn several(name: &str) -> Option<&'static str> {
    match name {
        "各乡镇人民政府" => Some("township"),
        "村民委员会" => Some("village"),
        "学校" => Some("school"),
        _ => None,
    }
}

/// A line of the duty list: a measure of 五 or a duty of 四.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// The clause, by which proofs are kept.
    pub clause: String,
    /// What it is called.
    pub title: String,
    /// The plan's words.
    pub text: String,
    /// 牵头单位, as the plan calls them.
    pub lead: Vec<String>,
    /// 责任单位.
    pub responsible: Vec<String>,
}

impl Duty {
    /// The names under which somebody of this role has it; empty for whom it does not concern.
    #[must_use]
    pub fn names_of(&self, role: Role) -> Vec<&str> {
        let all = self.lead.iter().chain(&self.responsible);
        all.map(String::as_str).filter(|name| stands_for(role, name)).collect()
    }

    /// Whether anybody of the county can prove it; what binds parents and the public nobody enters here.
    #[must_use]
    pub fn can_be_proved(&self) -> bool {
        Role::ALL.iter().any(|role| !self.names_of(*role).is_empty())
    }
}

/// The twelve measures of 五, then the duties of 四, in the plan's order.
#[must_use]
pub fn duties(plan: &Plan) -> Vec<Duty> {
    let measures = plan.measures().iter().filter_map(|one| {
        Some(Duty {
            clause: one.basis.clause.clone()?,
            title: one.title.clone(),
            text: one.basis.text.clone(),
            lead: one.lead.clone(),
            responsible: one.responsible.clone(),
        })
    });
    let units = plan.units().iter().filter_map(|unit| {
        let clause = unit.duty.clause.clone().filter(|clause| clause.starts_with("四("))?;
        Some(Duty {
            clause,
            title: format!("{}职责", unit.name),
            text: unit.duty.text.clone(),
            lead: Vec::new(),
            responsible: vec![unit.name.clone()],
        })
    });
    measures.chain(units).collect()
}
