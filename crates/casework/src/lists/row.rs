//! A row of a list as the ledger (适龄儿童台账) takes it: every value read and typed, with what is wrong beside it.

use jiff::civil::Date;
use rules::age::Grade;
use rules::codes::{
    Boarding, DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, InclusiveSchooling, LeftBehind,
    Sex, StudentStatus,
};
use rules::divisions::Place;
use rules::identity::{DisabilityCard, IdDocument, StudentNumber};

/// One row. What the list does not have, or what cannot be read, is empty or `None`; in the second case a problem
/// says so, and the cell stands as it was written in `extra`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRow {
    /// Number of the row of data, from 1, as the comparison counts.
    pub number: u64,
    /// Its line in the sheet, from 1.
    pub line: u64,
    /// 姓名 as written, without what nobody sees. Never empty.
    pub name: String,
    /// 曾用名.
    pub previous_name: String,
    /// 身份证件号; `None` where there is none or it is wrong.
    pub id: Option<IdDocument>,
    /// 身份证件号 as written, where it is wrong: evidence for whoever mends it, never a number to go by.
    pub id_written: String,
    /// 性别; from the identity number where the list has no such column.
    pub sex: Option<Sex>,
    /// 出生日期; from the identity number where the list does not say.
    pub birth: Option<Date>,
    /// 民族.
    pub ethnicity: Option<Ethnicity>,
    /// Where the household is registered, as far as the plan knows the place.
    pub place: Option<Place>,
    /// The code of that place: the plan's of 6, 9 or 12 digits, else the digits as written; empty for none.
    pub place_code: String,
    /// 户籍地址 or 现住址, as written; 乡镇, 村 and 组 joined where the list has only these.
    pub address: String,
    /// 村民小组, as written.
    pub group: String,
    /// 联系电话 of the household or the pupil, digits only; several with 、 between.
    pub phone: String,
    /// 户号 of the household register.
    pub household_no: String,
    /// 户主姓名.
    pub head_name: String,
    /// 与户主关系.
    pub relation: Option<FamilyRelation>,
    /// 监护人, 父母, 成员1, 成员2: each once, in the order of the columns.
    pub guardians: Vec<Guardian>,
    /// 学籍号.
    pub student_no: Option<StudentNumber>,
    /// 学籍辅号.
    pub aux_no: String,
    /// 学校标识码.
    pub school_code: String,
    /// 学校名称; of the list of those who study elsewhere, the school there.
    pub school_name: String,
    /// 年级 of compulsory schooling; `None` for 学前, 高中 and what cannot be read.
    pub grade: Option<Grade>,
    /// 年级 as written.
    pub grade_written: String,
    /// 班级 as written.
    pub class: String,
    /// 入学年月, as the first day of that month.
    pub entered: Option<Date>,
    /// 入学学年 of an old list: 2018 for 2018-2019.
    pub cohort_year: Option<i16>,
    /// 就读方式.
    pub boarding: Option<Boarding>,
    /// 学籍状态.
    pub status: Option<StudentStatus>,
    /// 是否留守儿童.
    pub left_behind: Option<LeftBehind>,
    /// 残疾类型 on the roll, 残疾类别 on the list of the 残联.
    pub disability: Option<DisabilityKind>,
    /// 残疾等级.
    pub disability_grade: Option<DisabilityGrade>,
    /// 残疾人证号.
    pub disability_card: Option<DisabilityCard>,
    /// 随班就读.
    pub inclusive: Option<InclusiveSchooling>,
    /// 是否孤儿.
    pub orphan: Option<bool>,
    /// 是否进城务工人员随迁子女.
    pub migrant: Option<bool>,
    /// 户编号 of the 脱贫户 or 监测户.
    pub poverty_household_no: String,
    /// 人编号 in it.
    pub poverty_person_no: String,
    /// 监测对象类型 or 户类型, as written.
    pub monitored_kind: String,
    /// 在校生状况, as written.
    pub student_state: String,
    /// 是否在校; `None` where the list does not say.
    pub present: Option<bool>,
    /// The day that 是否在校 is about.
    pub day: Option<Date>,
    /// 就读地 outside the county.
    pub studies_at: String,
    /// 就读证明 or 依据, as written.
    pub proof: String,
    /// Until when the proof holds.
    pub proof_until: Option<Date>,
    /// What somebody should put right; the row can be used all the same.
    pub problems: Vec<RowProblem>,
    /// All other cells that are not empty: (heading as the file has it, cell as written).
    pub extra: Vec<(String, String)>,
}

/// Somebody who looks after the child.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guardian {
    /// 姓名 as written. Never empty.
    pub name: String,
    /// Who she is to the child: 父亲, 祖母 ….
    pub relation: Option<FamilyRelation>,
    /// 联系电话, digits only; several with 、 between.
    pub phone: String,
    /// 身份证件号; `None` where there is none or it is wrong.
    pub id: Option<IdDocument>,
    /// 是否监护人; `None` where the list does not say.
    pub guards: Option<bool>,
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowProblem {
    /// The heading of its column, as the file has it; the plan's where the file lacks the column.
    pub column: String,
    /// What is wrong: 身份证件号校验不符. It repeats no number.
    pub what: String,
    /// How to mend it: 请对照证件逐位核对.
    pub todo: String,
}

impl RowProblem {
    /// Words such as `身份证件号为空。请补填` in their two parts.
    pub(super) fn of(column: &str, words: &str) -> Self {
        let (what, todo) = words.split_once('。').unwrap_or((words, ""));
        Self { column: column.to_owned(), what: what.to_owned(), todo: todo.to_owned() }
    }
}
