//! What the demo county consists of: plain records that refer to each other by key. They hold no ids of a database
//! and decide nothing.
//!
//! Keys never change for the same settings: townships, villages and schools have their own codes, groups
//! `<village>-01`, classes `<school>-<P, J or S><year of entry>-<number>`, posts `<unit>:<what>`, staff `s000001`,
//! households `h<户号>`, children `c0000001`.

use jiff::civil::Date;
use rules::codes::{DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, LeftBehind, RollChange, Sex};

/// What a unit is, 五(一) and 四.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum UnitKind {
    /// 县人民政府, root of both trees.
    County,
    /// 乡镇人民政府.
    Township,
    /// 村（居）民委员会.
    Village,
    /// 村（居）民小组.
    Group,
    /// 县教体局.
    Bureau,
    /// 教体局股室.
    Section,
    /// 学校.
    School,
    /// 班级.
    Class,
    /// 成员单位, 四(五)–(十八).
    Department,
    /// 县控辍保学工作专班, 三.
    TaskForce,
    /// 县人民政府教育督导委员会办公室, 五(七)(十二).
    Inspectorate,
}

/// A node of one of the two trees; parents come before their children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// See the module.
    pub(crate) key: String,
    /// What it is.
    pub(crate) kind: UnitKind,
    /// As people say it: `南涧镇人民政府`, `核桃箐村民小组`, `三年级（2）班`.
    pub(crate) name: String,
    /// The unit above it; `None` for the county alone.
    pub(crate) parent: Option<String>,
    /// For a school, the township in which it lies; for a township, village or group, the township itself.
    pub(crate) township: Option<String>,
    /// For a class.
    pub(crate) class: Option<ClassFacts>,
    /// For a school: 办学类型.
    pub(crate) school_kind: Option<&'static str>,
}

/// What a class is in this school year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClassFacts {
    /// 1–9, and 10–12 for the three years after them.
    pub(crate) grade: i16,
    /// 班, from 1.
    pub(crate) number: usize,
    /// First calendar year of the school year.
    pub(crate) school_year: i16,
    /// `2024级2班`, which stays while the grade moves on; the roll and the list of those present say it so.
    pub(crate) label: String,
}

/// Somebody who works for the county.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staff {
    /// `s000001`.
    pub(crate) key: String,
    /// Name.
    pub(crate) name: String,
    /// 性别.
    pub(crate) sex: Sex,
    /// A number that no network gives out.
    pub(crate) phone: String,
    /// Unit that pays.
    pub(crate) unit: String,
    /// First day in the county's service.
    pub(crate) since: Date,
    /// Last day, for those who have left.
    pub(crate) left: Option<Date>,
}

/// The eight duty-holders of a child, 双线四级（五(一)）.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Slot {
    /// 县.
    County,
    /// 乡镇.
    Township,
    /// 村委会.
    Village,
    /// 村民小组.
    Group,
    /// 教体局.
    Bureau,
    /// 学校.
    School,
    /// 班级.
    Class,
    /// 科任教师; a class has several.
    Subject,
}

/// A post at a unit, whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Post {
    /// `<unit>:<what>`.
    pub(crate) key: String,
    /// Unit.
    pub(crate) unit: String,
    /// Role by the code that access rights know: `teacher`, `subject`, `unit_admin`, …
    pub(crate) role: &'static str,
    /// What stands on the door: `分管副镇长`, `三年级（2）班数学教师`.
    pub(crate) title: String,
    /// 单位负责人.
    pub(crate) leads: bool,
    /// Which of the eight duty-holders its holder is, of the children of this unit.
    pub(crate) slot: Option<Slot>,
    /// 学科, of a subject teacher.
    pub(crate) subject: Option<&'static str>,
    /// Who held it in the past year, the last one last. Empty when nobody has.
    pub(crate) tenures: Vec<Tenure>,
}

impl Post {
    /// Key of whoever holds it today.
    pub(crate) fn holder(&self) -> Option<&str> {
        self.tenures.last().filter(|tenure| tenure.until.is_none()).map(|tenure| tenure.staff.as_str())
    }
}

/// Somebody's time on a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tenure {
    /// Key of the person.
    pub(crate) staff: String,
    /// First day.
    pub(crate) from: Date,
    /// Last day; `None` for who holds it today.
    pub(crate) until: Option<Date>,
    /// Why it ended: `调离`, `退休`, `辞职`.
    pub(crate) why: Option<&'static str>,
    /// To whom the work was handed over (交接), and on which day.
    pub(crate) handed_to: Option<(String, Date)>,
}

/// A post that nobody holds today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vacancy {
    /// Key of the post.
    pub(crate) post: String,
    /// Since when.
    pub(crate) since: Date,
    /// Why, in a few words.
    pub(crate) why: &'static str,
}

/// A log-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    /// User name: `teacher`, `t1`, …
    pub(crate) username: String,
    /// Whose it is.
    pub(crate) staff: String,
    /// Keys of the posts that this person holds today.
    pub(crate) posts: Vec<String>,
    /// The other account of the same person: `teacher` and `head` are second names of one `t…` and one `h…`, which have
    /// the same posts.
    pub(crate) same_as: Option<String>,
}

/// A 责任督学 and one of the schools in their charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InspectorOf {
    /// Key of the post.
    pub(crate) post: String,
    /// Code of the school.
    pub(crate) school: String,
}

/// 户: the people under one roof, as the county knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Household {
    /// `h100000001`.
    pub(crate) key: String,
    /// 户号; only those registered here have one.
    pub(crate) number: Option<String>,
    /// 户主姓名.
    pub(crate) head: String,
    /// 户籍地址, or 现住址 of those from elsewhere.
    pub(crate) address: String,
    /// Code of the township.
    pub(crate) township: String,
    /// Code of the village.
    pub(crate) village: String,
    /// Key of the group.
    pub(crate) group: String,
    /// 户籍.
    pub(crate) registered: Registered,
    /// 脱贫户 or the kind of 监测对象, and the 户编号 in that system.
    pub(crate) poverty: Option<(Poverty, String)>,
    /// The grown-ups, guardians first.
    pub(crate) adults: Vec<Adult>,
}

/// Where a household is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Registered {
    /// 本县户籍.
    Here,
    /// 外来随迁: six-digit code of the county of the 户籍.
    Elsewhere(&'static str),
    /// 无户籍.
    Nowhere,
}

/// 脱贫户、监测户.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poverty {
    /// 脱贫户.
    LiftedOut,
    /// 监测户, with its kind.
    Watched(&'static str),
}

/// A grown-up of a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Adult {
    /// Name.
    pub(crate) name: String,
    /// What the children call them.
    pub(crate) relation: FamilyRelation,
    /// 公民身份号码.
    pub(crate) id: String,
    /// Telephone, where one is known.
    pub(crate) phone: Option<String>,
    /// 监护人.
    pub(crate) guardian: bool,
    /// Works away from home.
    pub(crate) away: bool,
}

/// What is known of a child's ID number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdNumber {
    /// It has one.
    Given(String),
    /// 待办: asked for on that day.
    Pending(Date),
    /// It has none, and nobody has asked for one.
    None,
}

/// What a child's days are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// On the roll and in class.
    InSchool,
    /// In class, but on no roll: 未建籍.
    WithoutRoll,
    /// 休学, from and until; the second day may have passed without a return.
    Suspended(Date, Date),
    /// On the roll, not coming: the last day at school.
    DroppedOut(Date),
    /// 外出就读.
    Elsewhere(Elsewhere),
    /// 失学: of school age, on no roll here.
    NeverEnrolled,
    /// 延缓入学 on medical grounds until that day (义务教育法 11).
    Deferred(Date),
    /// Not yet of school age.
    TooYoung,
    /// Has done the nine years, or is past sixteen.
    Finished,
    /// Died on that day; the household list has not struck the name.
    Died(Date),
    /// 出境 on that day; the household list has not struck the name.
    Abroad(Date),
}

/// 外出就读.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// `云南省大理市`.
    pub(crate) place: String,
    /// Name of the school.
    pub(crate) school: String,
    /// 就读证明 and the day on which it expires; `None` where the family has shown nothing.
    pub(crate) proof: Option<(&'static str, Date)>,
}

/// Since when the county knows what a child's days are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// The lists say so.
    Listed,
    /// Found out on that day, after last semester's comparison.
    FoundOut(Date),
    /// Nobody knows yet: the next comparison should find it. Do not show [`Child::status`] to anybody.
    NotYet,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    /// `c0000001`; the number is `person` of `truth.csv` for the same seed.
    pub(crate) key: String,
    /// Name.
    pub(crate) name: String,
    /// 性别.
    pub(crate) sex: Sex,
    /// Birthday.
    pub(crate) birth: Date,
    /// 民族.
    pub(crate) ethnicity: Ethnicity,
    /// 公民身份号码.
    pub(crate) id: IdNumber,
    /// 学籍号, for those who are on a roll here.
    pub(crate) student_number: Option<String>,
    /// Key of the household.
    pub(crate) household: String,
    /// What its days are.
    pub(crate) status: Status,
    /// Since when that is known.
    pub(crate) known: Known,
    /// Code of the school on whose roll, or in whose class, it is.
    pub(crate) school: Option<String>,
    /// Key of the class.
    pub(crate) class: Option<String>,
    /// 班内学号.
    pub(crate) place_in_class: Option<usize>,
    /// Grade here or elsewhere, 1–12; 0 before school.
    pub(crate) grade: i16,
    /// 学区学校: answers for a child of school age that sits in no class here.
    pub(crate) catchment: Option<String>,
    /// 住校.
    pub(crate) boards: bool,
    /// 随班就读: a disabled child in an ordinary class.
    pub(crate) inclusive: bool,
    /// 留守, by the roll.
    pub(crate) left_behind: LeftBehind,
    /// 残疾.
    pub(crate) disability: Option<Disability>,
    /// What else needs care, but for 残疾, 留守 and 脱贫户·监测户, which have places of their own.
    pub(crate) care: Vec<Care>,
}

/// 残疾.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Disability {
    /// 类别.
    pub(crate) kind: DisabilityKind,
    /// 等级.
    pub(crate) grade: DisabilityGrade,
    /// 残疾人证号; `None` for those who have no card.
    pub(crate) card: Option<String>,
}

/// 重点群体.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Care {
    /// 孤儿.
    Orphan,
    /// 事实无人抚养.
    NobodyCares,
    /// 困境.
    InNeed,
    /// 随迁.
    Incomer,
    /// 涉案.
    InvolvedInCase,
    /// 服刑人员子女.
    ParentInPrison,
}

/// A school, here or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// Code of a school of the county.
    Here(String),
    /// Place and name of another.
    Away(String, String),
}

/// A dated change of the roll (学籍变动).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Key of the child.
    pub(crate) child: String,
    /// What happened.
    pub(crate) kind: ChangeKind,
    /// On which day.
    pub(crate) on: Date,
    /// Code of the school that entered it.
    pub(crate) school: String,
    /// Grade at that time, 1–12.
    pub(crate) grade: i16,
    /// For 休学: until when; it is at most a year.
    pub(crate) until: Option<Date>,
    /// For 转入, 转出 and 升学: the other school.
    pub(crate) other: Option<At>,
    /// In a few words, where there is something to say.
    pub(crate) note: &'static str,
}

/// 学籍变动.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ChangeKind {
    /// 招生: into the first grade.
    Enrolled,
    /// 升学: into the seventh or tenth grade.
    Promoted,
    /// 转入.
    TransferredIn,
    /// 转出.
    TransferredOut,
    /// 休学.
    Suspended,
    /// 复学.
    Resumed,
    /// 毕业.
    Graduated,
    /// 死亡.
    Died,
    /// 出境.
    WentAbroad,
}

impl ChangeKind {
    /// The entry of the national code table.
    pub(crate) fn code(self) -> RollChange {
        match self {
            Self::Enrolled | Self::Promoted => RollChange::Enrolled,
            Self::TransferredIn => RollChange::TransferredIn,
            Self::TransferredOut | Self::WentAbroad => RollChange::TransferredOut,
            Self::Suspended => RollChange::Suspended,
            Self::Resumed => RollChange::Resumed,
            Self::Graduated => RollChange::Graduated,
            Self::Died => RollChange::Died,
        }
    }
}

/// 转学, done or half done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Transfer {
    /// Key of the child.
    pub(crate) child: String,
    /// From.
    pub(crate) from: At,
    /// To.
    pub(crate) to: At,
    /// The family asked on that day.
    pub(crate) asked: Date,
    /// The old school let go; `None` while it has not acted.
    pub(crate) released: Option<Date>,
    /// The new school took the child in; `None` while it has not acted.
    pub(crate) accepted: Option<Date>,
}

/// 结对: a cadre and a child who is not in school (五(六)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pairing {
    /// Key of the child.
    pub(crate) child: String,
    /// Key of the cadre's post; its village is the child's.
    pub(crate) post: String,
    /// Since when.
    pub(crate) since: Date,
}
