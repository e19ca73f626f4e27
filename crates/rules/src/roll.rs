//! 学籍变动: who must act before a change of the roll is done, what proof it needs and what forbids it. It writes
//! nothing: casework keeps the acts and asks here.

use jiff::civil::Date;

use crate::codes::RollChange;
use crate::standing::Standing;

/// One who must act before a change takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// 转出学校, or the school of the child.
    Giving,
    /// 转入学校.
    Receiving,
    /// 县教体局.
    County,
}

impl Side {
    /// What the side is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Giving => "转出学校",
            Self::Receiving => "转入学校",
            Self::County => "县教体局",
        }
    }
}

/// A change that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 转学 between two schools of the county.
    Transfer,
    /// 转入 from outside the county.
    TransferIn,
    /// 转出 to outside the county.
    TransferOut,
    /// 休学.
    Suspend,
    /// 复学.
    Resume,
    /// 毕业.
    Graduate,
    /// 死亡.
    Died,
    /// 出境.
    Abroad,
    /// 调班: into another class of the same school. No change of the roll; its two classes act.
    ClassChange,
}

/// A rule that forbids a change, or asks for something first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the form's field that it is about; empty for none.
    pub field: &'static str,
    /// What the rule says.
    pub what: &'static str,
    /// Its article.
    pub basis: &'static str,
    /// What to do instead.
    pub todo: &'static str,
}

/// What is known of the child and asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Where the child stands now.
    pub standing: Standing,
    /// Its grade now.
    pub grade: Option<i64>,
    /// Whether it is on the roll of a school of the county.
    pub on_roll: bool,
    /// Whether the receiving school is named.
    pub to_named: bool,
    /// Whether the receiving school is the one where it is.
    pub to_same: bool,
    /// The place outside the county.
    pub other_place: &'a str,
    /// Number of the proof.
    pub paper: &'a str,
    /// Why.
    pub reason: &'a str,
    /// From which day.
    pub effective: Date,
    /// Until which day (休学).
    pub until: Option<Date>,
    /// Today.
    pub today: Date,
}

impl Change {
    /// All changes of the roll, in the order of the form; 调班 has a form of its own.
    pub const ALL: &'static [Self] = &[
        Self::Transfer,
        Self::TransferIn,
        Self::TransferOut,
        Self::Suspend,
        Self::Resume,
        Self::Graduate,
        Self::Died,
        Self::Abroad,
    ];

    /// The code in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::TransferIn => "transfer_in",
            Self::TransferOut => "transfer_out",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Graduate => "graduate",
            Self::Died => "died",
            Self::Abroad => "abroad",
            Self::ClassChange => "class",
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Transfer => "县内转学",
            Self::TransferIn => "从县外转入",
            Self::TransferOut => "转出县外",
            Self::Suspend => "休学",
            Self::Resume => "复学",
            Self::Graduate => "毕业",
            Self::Died => "死亡",
            Self::Abroad => "出境",
            Self::ClassChange => "调班",
        }
    }

    /// The change with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().chain(&[Self::ClassChange]).copied().find(|change| change.code() == code)
    }

    /// The code of the national roll system; 调班 has none. Its table has no 出境: that is a 转出 whose place is abroad.
    #[must_use]
    pub const fn roll_change(self) -> Option<RollChange> {
        Some(match self {
            Self::Transfer | Self::TransferOut | Self::Abroad => RollChange::TransferredOut,
            Self::TransferIn => RollChange::TransferredIn,
            Self::Suspend => RollChange::Suspended,
            Self::Resume => RollChange::Resumed,
            Self::Graduate => RollChange::Graduated,
            Self::Died => RollChange::Died,
            Self::ClassChange => return None,
        })
    }

    /// Whose acts it needs, in any order. 转学由转入、转出学校和教育行政部门核办；休学、复学由学校提出、县里核准.
    #[must_use]
    pub const fn sides(self) -> &'static [Side] {
        match self {
            Self::Transfer => &[Side::Giving, Side::Receiving, Side::County],
            Self::TransferIn => &[Side::Receiving, Side::County],
            Self::TransferOut | Self::Suspend | Self::Resume | Self::Died | Self::Abroad => {
                &[Side::Giving, Side::County]
            }
            Self::Graduate => &[Side::Giving],
            Self::ClassChange => &[Side::Giving, Side::Receiving],
        }
    }

    /// What a side is called on its button.
    #[must_use]
    pub const fn side_label(self, side: Side) -> &'static str {
        match (self, side) {
            (Self::ClassChange, Side::Giving) => "原班",
            (Self::ClassChange, Side::Receiving) => "新班",
            (_, side) => side.label(),
        }
    }

    /// Where the child stands after it; `None` where that stays as it is.
    #[must_use]
    pub const fn standing(self) -> Option<Standing> {
        Some(match self {
            Self::Transfer | Self::TransferIn | Self::Resume => Standing::Enrolled,
            Self::TransferOut => Standing::Elsewhere,
            Self::Suspend => Standing::Suspended,
            Self::Graduate => Standing::Finished,
            Self::Died => Standing::Dead,
            Self::Abroad => Standing::Abroad,
            Self::ClassChange => return None,
        })
    }

    /// Whether the child leaves its school, so that the membership of its class ends.
    #[must_use]
    pub const fn leaves(self) -> bool {
        !matches!(self, Self::TransferIn | Self::Resume | Self::Suspend | Self::ClassChange)
    }

    /// Checks what is asked for.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(self, asked: &Asked<'_>) -> Result<(), Refusal> {
        let no = |field, what, basis, todo| Err(Refusal { field, what, basis, todo });
        if asked.reason.trim().is_empty() {
            return no("reason", "没有写理由", "", "请写清楚为什么变动");
        }
        if self != Self::TransferIn && !asked.on_roll {
            return no("kind", "孩子不在本县任何学校的学籍上", "", "先办理转入，或导入学籍名单");
        }
        if matches!(asked.standing, Standing::Dead) {
            return no("kind", "孩子已登记死亡，不能再变动学籍", "", "登记有误的，请县教体局更正");
        }
        match self {
            Self::Transfer | Self::TransferOut if asked.standing == Standing::Suspended => no(
                "kind",
                "休学期间不能转学",
                "中小学生学籍管理办法（教基一〔2013〕7号）",
                "先办复学，再办转学",
            ),
            Self::Transfer if !asked.to_named || asked.to_same => {
                no("to_school", "没有写转到哪所学校", "", "请选择另一所学校")
            }
            Self::TransferIn if !asked.to_named => {
                no("to_school", "没有写转到哪所学校", "", "请选择转入学校")
            }
            Self::TransferIn if asked.on_roll => {
                no("kind", "孩子已在本县学籍上", "一人一籍，籍随人走", "请办理县内转学")
            }
            Self::TransferIn | Self::TransferOut | Self::Abroad if asked.other_place.trim().is_empty() => {
                no("other_place", "没有写县外的学校和地方", "", "请写学校全称和所在县（市、区）或国家")
            }
            Self::TransferOut | Self::Abroad | Self::Died if asked.paper.trim().is_empty() => no(
                "paper",
                match self {
                    Self::Died => "没有死亡证明",
                    Self::Abroad => "没有出境证明",
                    _ => "没有转入学校的接收证明",
                },
                "中小学生学籍管理办法（教基一〔2013〕7号）",
                "请写证明的名称和编号；没有证明的，按去向不明核查",
            ),
            Self::Suspend if asked.standing == Standing::Suspended => {
                no("kind", "孩子已在休学", "", "到期办理复学")
            }
            // 休学的法定事由只有身体状况，由监护人申请；不得拿休学停放辍学的孩子（hazard B09）。
            Self::Suspend if asked.paper.trim().is_empty() => no(
                "paper",
                "没有医疗证明和监护人申请",
                "义务教育法第十一条第二款",
                "请写医疗证明的名称和编号；不是身体状况的，应继续劝返，不能办休学",
            ),
            Self::Suspend => match asked.until {
                None => no("until", "没有写休学到哪天", "义务教育法第十一条第二款", "请写复学日期，最长一年"),
                Some(until) if until <= asked.effective => {
                    no("until", "复学日期不在休学之后", "", "请核对两个日期")
                }
                Some(until) if until > asked.effective.saturating_add(jiff::ToSpan::years(1)) => no(
                    "until",
                    "休学一次最长一年",
                    "义务教育法第十一条第二款",
                    "请写一年以内的日期，到期仍不能上学的再申请",
                ),
                Some(_) => Ok(()),
            },
            Self::Resume if !matches!(asked.standing, Standing::Suspended | Standing::Absent) => {
                no("kind", "孩子没有休学，也没有辍学", "", "请核对就学情况")
            }
            Self::Graduate if !matches!(asked.grade, Some(6 | 9)) => no(
                "kind",
                "孩子不在毕业年级",
                "义务教育法第二条（九年）",
                "小学六年级、初中三年级才能毕业；跳级的请先更正年级",
            ),
            Self::ClassChange if !asked.to_named || asked.to_same => {
                no("to_class", "没有写调到哪个班", "", "请选择本校另一个班")
            }
            // The registers of the days before were called in the class that gives.
            Self::ClassChange if asked.effective < asked.today => {
                no("effective", "调班不能从过去的日子起", "五(九)每天考勤", "请写今天或以后的日子")
            }
            _ if asked.effective > asked.today.saturating_add(jiff::ToSpan::months(6)) => {
                no("effective", "生效日期太远", "", "请写半年以内的日期")
            }
            _ => Ok(()),
        }
    }
}
