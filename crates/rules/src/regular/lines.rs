//! The lines of each report, in sections, each with what it counts: the ground of every number that leaves with it.

use super::Kind;
use crate::codes::codes;

codes! {
    /// A line of a report.
    Item "docs/adr/0035-four-reports.md" {
        Pupils = "pupils" "在班学生" [],
        Days = "days" "点过名的天数" [],
        Away = "away" "无故缺过课的学生" [],
        Before = "before" "期初在疑似辍学台账上" [],
        New = "new" "本期新增疑似辍学" [],
        Off = "off" "本期销号" [],
        Left = "left" "期末还在台账上" [],
        Written = "written" "书面报告" [],
        Contacts = "contacts" "联系家长、家访" [],
        CasesBefore = "cases_before" "期初没有办结的个案" [],
        CasesNew = "cases_new" "本期立案" [],
        CasesEnded = "cases_ended" "本期办结" [],
        CasesLeft = "cases_left" "期末没有办结的个案" [],
        Back = "back" "登记返校" [],
        Orders = "orders" "劝返指令" [],
        Visits = "visits" "结对走访" [],
        Asked = "asked" "部门协助" [],
        AskedLate = "asked_late" "部门协助超期" [],
        Tasks = "tasks" "联席会议议定的事" [],
        TasksDone = "tasks_done" "其中已验收" [],
        Findings = "findings" "督导发现的问题" [],
        FindingsClosed = "findings_closed" "其中已销号" [],
        Owed = "owed" "应报的学校月报告" [],
        InTime = "in_time" "其中按时报送" [],
        Late = "late" "其中迟报" [],
        Missing = "missing" "其中没有报" [],
        Zero = "zero" "其中零报告" [],
        Confirmed = "confirmed" "复核属实" [],
        Deviation = "deviation" "复核有出入" [],
        SchoolsDrawn = "schools_drawn" "抽到的学校" [],
        SchoolsSeen = "schools_seen" "其中已到校" [],
        HomesDrawn = "homes_drawn" "抽到的家庭" [],
        HomesSeen = "homes_seen" "其中已入户" [],
        Problems = "problems" "调研发现问题的" [],
        Quarters = "quarters" "已定稿的县季度复核" [],
    }
}

impl Item {
    /// What is counted.
    #[must_use]
    pub const fn means(self) -> &'static str {
        match self {
            Self::Pupils => "期末那一天在班级名册上的学生",
            Self::Days => "学校交了点名的日子，一天只算一次",
            Self::Away => "按点名册，至少有一天没有正当理由没到校的学生，一人只算一次",
            Self::Before => "期初第一天以前列入、那时还没有销号的学生",
            Self::New => "这一期里列入台账的，更正误列的不算",
            Self::Off => "这一期里返校或者查明去向后销号的，更正误列的不算",
            Self::Left => "期末最后一天还没有销号的；等于期初加新增减销号",
            Self::Written => "学校写的疑似辍学书面报告，五(九)",
            Self::Contacts => "学校登记的电话、微信和家访，一次算一次",
            Self::CasesBefore => "期初第一天以前立案、那时还没有办结的个案",
            Self::CasesNew => "这一期里立案的",
            Self::CasesEnded => "这一期里办结的，跟踪期满才算办结",
            Self::CasesLeft => "期末最后一天还没有办结的；等于期初加立案减办结",
            Self::Back => "个案里登记返校的次数；是不是稳定，看点名和跟踪",
            Self::Orders => "下发的劝返指令，五(十)",
            Self::Visits => "结对包保的人上门走访，五(六)",
            Self::Asked => "请成员单位协助的，四(五)至(十八)",
            Self::AskedLate => "这些协助里到期没有按时答复的",
            Self::Tasks => "这一期里纪要定稿的议定事项，五(二)",
            Self::TasksDone => "这些事项里现在已经验收的",
            Self::Findings => "这一期里督导检查发现的，五(十二)",
            Self::FindingsClosed => "这些问题里现在已经复查销号的",
            Self::Owed => "这一期里每所学校每个有课的月一份",
            Self::InTime => "期限以前报送的",
            Self::Late => "期限以后报送的",
            Self::Missing => "到现在没有报送的，退回没有重报的也算",
            Self::Zero => "定稿的报告里，学校明确本月无疑似辍学学生的",
            Self::Confirmed => "县里复核以后认为属实的学校月报告",
            Self::Deviation => "县里复核以后认为有出入的学校月报告",
            Self::SchoolsDrawn => "春秋开学进校调研，由程序抽",
            Self::SchoolsSeen => "抽到的学校里，登记了到校情况的",
            Self::HomesDrawn => "春秋开学入户调研，由程序在抽到的学校里抽",
            Self::HomesSeen => "抽到的家庭里，登记了入户情况的",
            Self::Problems => "进校、入户登记了“发现问题”的",
            Self::Quarters => "这一期里编了号的",
        }
    }

    /// Whether it counts children, or what happens to one: then a small number may not leave the county.
    #[must_use]
    pub const fn is_of_children(self) -> bool {
        matches!(
            self,
            Self::Pupils
                | Self::Away
                | Self::Before
                | Self::New
                | Self::Off
                | Self::Left
                | Self::Written
                | Self::Contacts
                | Self::CasesBefore
                | Self::CasesNew
                | Self::CasesEnded
                | Self::CasesLeft
                | Self::Back
                | Self::Orders
                | Self::Visits
                | Self::Asked
                | Self::AskedLate
                | Self::Problems
        )
    }
}

const LIST: (&str, &[Item]) = ("疑似辍学学生", &[Item::Before, Item::New, Item::Off, Item::Left]);
const CASES: (&str, &[Item]) =
    ("个案", &[Item::CasesBefore, Item::CasesNew, Item::CasesEnded, Item::CasesLeft]);
const WORK: (&str, &[Item]) =
    ("劝返和协作", &[Item::Back, Item::Orders, Item::Visits, Item::Asked, Item::AskedLate]);
const WATCHED: (&str, &[Item]) =
    ("会议和督导", &[Item::Tasks, Item::TasksDone, Item::Findings, Item::FindingsClosed]);
const HANDED: (&str, &[Item]) = (
    "学校月报告",
    &[Item::Owed, Item::InTime, Item::Late, Item::Missing, Item::Zero, Item::Confirmed, Item::Deviation],
);
const FIELD: (&str, &[Item]) = (
    "进校入户调研",
    &[Item::SchoolsDrawn, Item::SchoolsSeen, Item::HomesDrawn, Item::HomesSeen, Item::Problems],
);

/// The sections of a report and their lines. The numbers of a section that follow from each other stand together.
#[must_use]
pub const fn sections(kind: Kind) -> &'static [(&'static str, &'static [Item])] {
    match kind {
        Kind::SchoolMonth => &[
            ("在校和点名", &[Item::Pupils, Item::Days, Item::Away]),
            LIST,
            ("联系和报告", &[Item::Written, Item::Contacts]),
            CASES,
            ("返校和走访", &[Item::Back, Item::Visits]),
        ],
        Kind::CountyQuarter => &[HANDED, FIELD, LIST, CASES, WORK, WATCHED],
        Kind::PrefectureTerm | Kind::ProvinceYear => {
            &[("复核", &[Item::Quarters]), HANDED, FIELD, LIST, CASES, WORK, WATCHED]
        }
    }
}
