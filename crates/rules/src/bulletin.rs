//! 通报, 五(七), 六(四): who may speak of whom, on what each point rests, the right of the named unit to be heard before, the second person, and what is
//! done about a bulletin that was wrong. A bulletin is about units, never about a child; it sets none beside another and gives none a mark (五(十二)).

use crate::case::Refused;
use crate::codes::codes;
use crate::figures::{Better, Cell, Counts, Figure, Rate, hundredths, told};
use crate::plan::Plan;
use crate::publish::FEW;

codes! {
    /// Which bulletin.
    Kind "南政办发〔2024〕6号五(七)、六(四)" {
        Problem = "problem" "问题通报" [],
        Praise = "praise" "表扬通报" [],
        Correction = "correction" "更正通报" [],
        Withdrawal = "withdrawal" "撤回通报" [],
    }
}

codes! {
    /// On what a point rests.
    Source "南政办发〔2024〕6号五(七)" {
        Figure = "figure" "冻结的指标" [],
        Cases = "cases" "个案期限" [],
        Reports = "reports" "书面报告期限" [],
        Task = "task" "联席会议任务" [],
        Duty = "duty" "职责落实" [],
        Finding = "finding" "督导问题" [],
        Bulletin = "bulletin" "原通报" [],
    }
}

codes! {
    /// Where a bulletin stands.
    Stand "南政办发〔2024〕6号五(七)" {
        Draft = "draft" "起草中" [],
        Reply = "reply" "征求意见中" [],
        Approved = "approved" "已审核，待印发" [],
        Issued = "issued" "已印发" [],
        Dropped = "dropped" "不印发" [],
    }
}

codes! {
    /// What is done with a bulletin.
    Act "南政办发〔2024〕6号五(七)" {
        Send = "send" "送被通报单位" [],
        Approve = "approve" "审核通过" [],
        GiveBack = "give_back" "退回修改" [],
        Issue = "issue" "印发" [],
        Drop = "drop" "不印发" [],
    }
}

codes! {
    /// Where a point stands.
    PointStand "南政办发〔2024〕6号五(七)" {
        Waiting = "waiting" "没有答复" [],
        Agreed = "agreed" "没有意见" [],
        Answered = "answered" "提出意见" [],
        Withdrawn = "withdrawn" "不再通报" [],
    }
}

codes! {
    /// Who issues.
    Issuer "南政办发〔2024〕6号五(七)" {
        Township = "township" "乡镇人民政府" [],
        Bureau = "bureau" "县教体局" [],
        Office = "office" "县人民政府教育督导委员会办公室" [],
    }
}

/// The least and the most of a point, an answer, a reason, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 4..=1000;

/// Points of one bulletin at most.
pub const MOST_POINTS: usize = 40;

const CLAUSE: &str = "五(七)";

/// Something on record that a point can rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Of what kind.
    pub source: Source,
    /// Which: stable, and nothing of a child.
    pub key: String,
    /// What is on record, in a sentence, as it goes into the bulletin.
    pub facts: String,
    /// Whether it speaks for the unit; `None` where it says neither.
    pub good: Option<bool>,
}

impl Evidence {
    /// Whether a bulletin of this kind can rest on it: praise on what was done, a problem on what was not.
    #[must_use]
    pub fn fits(&self, kind: Kind) -> bool {
        match kind {
            Kind::Problem => self.good != Some(true),
            Kind::Praise => self.good != Some(false),
            Kind::Correction | Kind::Withdrawal => self.source == Source::Bulletin,
        }
    }
}

/// A point needs something on record (五(七)).
///
/// # Errors
/// [`Refused`] where there is none, or it says the opposite.
pub fn rests(kind: Kind, evidence: &[Evidence]) -> Result<(), Refused> {
    if evidence.is_empty() {
        return Err(Refused::new(
            "这一条没有依据，不能通报",
            CLAUSE,
            "请从系统里已经记下的事实里选：冻结的指标、到期没办的事、没改好的督导问题",
        ));
    }
    if evidence.iter().all(|one| one.fits(kind)) {
        return Ok(());
    }
    let what = if kind == Kind::Praise {
        "选的依据说的是没做好，不能表扬"
    } else {
        "选的依据说的是做到了，不能当问题通报"
    };
    Err(Refused::new(what, CLAUSE, "请换一条依据，或者换通报的类别"))
}

/// A unit that is to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named<'a> {
    /// Its kind: township, village, school, department, bureau.
    pub kind: &'a str,
    /// Whether it lies in the township that issues.
    pub is_below: bool,
    /// Whether it is the one that issues.
    pub is_issuer: bool,
}

/// Who may name whom: a township what lies in it, the county's two offices every unit but themselves (五(七), 六(四)).
///
/// # Errors
/// [`Refused`].
pub fn may_name(issuer: Issuer, named: Named<'_>) -> Result<(), Refused> {
    if named.is_issuer {
        return Err(Refused::new("不能通报自己的单位", CLAUSE, "请由上一级通报"));
    }
    match (issuer, named.kind) {
        (Issuer::Township, "village" | "school") if named.is_below => Ok(()),
        (Issuer::Township, _) => {
            Err(Refused::new("乡镇只通报本乡镇的村和学校", CLAUSE, "别的单位请报县教体局或者县督导委办公室"))
        }
        (Issuer::Bureau, "township" | "village" | "school") => Ok(()),
        (Issuer::Office, "township" | "village" | "school" | "department" | "bureau") => Ok(()),
        _ => Err(Refused::new("这个单位不在可以通报的范围里", CLAUSE, "请由县督导委办公室通报")),
    }
}

/// Who stands before a bulletin, and what became of its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hand<'a> {
    /// Whether they drafted it or sent it.
    pub is_drafter: bool,
    /// Whether they hold a post of a unit that it names.
    pub is_named: bool,
    /// Whether the time to answer has passed.
    pub is_over: bool,
    /// Where each point stands.
    pub points: &'a [PointStand],
}

/// Where a bulletin stands after an act.
///
/// # Errors
/// [`Refused`] for an act that does not fit now, of a unit that is named, or by the same person twice.
pub fn moved(stand: Stand, act: Act, hand: Hand<'_>) -> Result<Stand, Refused> {
    let standing = hand.points.iter().filter(|point| **point != PointStand::Withdrawn).count();
    let empty = || Refused::new("一条也没有", CLAUSE, "请先写一条；都不通报了的，请选“不印发”");
    if hand.is_named {
        return Err(Refused::new("被通报单位的人不能办这份通报", "两人办理", "请不是这个单位的同志办"));
    }
    match (stand, act) {
        (Stand::Issued, _) => {
            Err(Refused::new("已经印发，不再改动", CLAUSE, "写错了的，请另发更正通报或者撤回通报"))
        }
        (Stand::Dropped, _) => Err(Refused::new("这份通报已经不印发", CLAUSE, "要通报的，请重新起草")),
        (_, Act::Drop) => Ok(Stand::Dropped),
        (Stand::Draft, Act::Send) if standing == 0 => Err(empty()),
        (Stand::Draft, Act::Send) => Ok(Stand::Reply),
        (Stand::Draft, _) => Err(Refused::new("还没有送被通报的单位", CLAUSE, "请先送单位，听了意见再审核")),
        (Stand::Reply, Act::Send) => Err(Refused::new("已经送了被通报的单位", CLAUSE, "请等单位答复")),
        (Stand::Reply | Stand::Approved, Act::GiveBack | Act::Approve) if hand.is_drafter => {
            Err(Refused::new("这份通报是您起草的，不能由您审核", "两人办理", "请另一位同志审核"))
        }
        (Stand::Reply | Stand::Approved, Act::GiveBack) => Ok(Stand::Draft),
        (Stand::Reply, Act::Approve) if standing == 0 => Err(empty()),
        (Stand::Reply, Act::Approve) if hand.points.contains(&PointStand::Waiting) && !hand.is_over => {
            Err(Refused::new(
                "还有单位没有答复，答复的期限也没有到",
                CLAUSE,
                "请等单位答复，或者等期限过了再审核",
            ))
        }
        (Stand::Reply, Act::Approve) => Ok(Stand::Approved),
        (Stand::Reply, Act::Issue) => {
            Err(Refused::new("还没有审核", "两人办理", "请另一位同志审核以后再印发"))
        }
        (Stand::Approved, Act::Issue) => Ok(Stand::Issued),
        (Stand::Approved, _) => Err(Refused::new("已经审核过", CLAUSE, "请印发")),
    }
}

/// Where a point stands after its unit has spoken; once, and while it is asked.
///
/// # Errors
/// [`Refused`].
pub fn answered(stand: Stand, point: PointStand, agrees: bool) -> Result<PointStand, Refused> {
    match (stand, point) {
        (Stand::Reply, PointStand::Waiting) => {
            Ok(if agrees { PointStand::Agreed } else { PointStand::Answered })
        }
        (Stand::Reply, PointStand::Withdrawn) => Err(Refused::new("这一条已经不通报了", CLAUSE, "不用答复")),
        (Stand::Reply, _) => Err(Refused::new("这一条已经答复过", CLAUSE, "答复不能改，会原样写进通报")),
        _ => Err(Refused::new(
            "现在不收答复",
            CLAUSE,
            "征求意见的时候才能答复；已经印发的，请向印发机关申请更正",
        )),
    }
}

/// A count that names nobody: below [`FEW`] not exactly.
#[must_use]
pub fn count(many: i64, unit: &str) -> String {
    if (1..i64::from(FEW)).contains(&many) { format!("不足{FEW}{unit}") } else { format!("{many}{unit}") }
}

/// A line of a frozen snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frozen<'a> {
    /// The name under which it was frozen.
    pub label: &'a str,
    /// Its number.
    pub number: i64,
    /// As of which day, in words.
    pub day: &'a str,
    /// Name of the unit.
    pub unit: &'a str,
}

/// What a frozen figure says of a unit; `None` where so few children are behind it that it may not be told (hazard F06).
#[must_use]
pub fn figure(figure: Figure, counts: Counts, of: Frozen<'_>, plan: &Plan) -> Option<Evidence> {
    let definition = figure.definition();
    let listed = counts.listed(figure);
    let cell = Cell { listed, rest: counts.whole() - listed };
    let everybody = listed == 0 && cell.rest >= u64::from(FEW);
    if !(everybody || told(&[cell]).0) {
        return None;
    }
    let rate = match definition.better {
        Better::More => counts.rate().to_string(),
        Better::Less => up(counts.rate()),
    };
    let target = plan.target(definition.target);
    let reached = target.and_then(|target| counts.rate().reaches(hundredths(target.percent)));
    let against = match (target, reached) {
        (Some(target), Some(true)) => format!("，达到了{}%的目标", target.percent),
        (Some(target), _) => format!("，没有达到{}%的目标", target.percent),
        (None, _) => String::new(),
    };
    Some(Evidence {
        source: Source::Figure,
        key: format!("figure:{}:{}", of.number, figure.code()),
        facts: format!(
            "{}（{}，第{}次快照）：{}{}{rate}{against}",
            of.day,
            of.label,
            of.number,
            of.unit,
            figure.label()
        ),
        good: reached,
    })
}

fn up(rate: Rate) -> String {
    rate.up().map_or_else(|| "—".to_owned(), |up| format!("{}.{:02}%", up / 100, up % 100))
}
