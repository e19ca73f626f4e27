//! Which fields of a child a role sees, and how: absent, masked or in clear. Need to know, field by field
//! (个人信息保护法第二十八条、未成年人网络保护条例第三十六条). It does not mask anything itself: `crate::mask` does.

use super::{Role, Tie};
use crate::codes::codes;

codes! {
    /// A field, or a group of fields that are always seen together.
    Field "个人信息保护法第六条、第二十八条" {
        Name = "name" "姓名" [],
        Sex = "sex" "性别" [],
        Birth = "birth" "出生日期" [],
        Ethnicity = "ethnicity" "民族" [],
        IdNumber = "id_number" "身份证件号" [],
        StudentNumber = "student_number" "学籍号" [],
        Home = "home" "乡镇村组" [],
        Address = "address" "住址" [],
        Household = "household" "家庭成员" [],
        Guardians = "guardians" "监护人" [],
        Phone = "phone" "联系电话" [],
        Schooling = "schooling" "学校班级" [],
        History = "history" "学籍变动" [],
        Elsewhere = "elsewhere" "外出就读" [],
        Poverty = "poverty" "脱贫户、监测户" [],
        Welfare = "welfare" "孤儿、事实无人抚养、困境" [],
        Disability = "disability" "残疾" [],
        LeftBehind = "left_behind" "留守" [],
        Migrant = "migrant" "随迁" [],
        Judicial = "judicial" "涉案、服刑人员子女" [],
        Findings = "findings" "比对核查" [],
        Chain = "chain" "责任人" [],
    }
}

/// How a field is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// Not there at all, not even as a blank.
    Absent,
    /// Shown masked; seeing it whole is not possible.
    Masked,
    /// Shown masked; shown whole on request, with a reason, on the record.
    OnRequest,
    /// Shown whole.
    Clear,
}

/// How `role` sees `field` of a child to which its unit has the tie `tie`.
#[must_use]
pub fn sight(role: Role, tie: Tie, field: Field) -> Sight {
    use Field as F;
    use Sight::{Absent, Clear, Masked, OnRequest};
    if tie == Tie::Emergency {
        return if role.is_separated_power() && field == F::Judicial { Absent } else { Clear };
    }
    match (role, tie) {
        (Role::Director | Role::Bureau, Tie::County) => match field {
            F::IdNumber | F::StudentNumber | F::Phone | F::Address => OnRequest,
            _ => Clear,
        },
        (Role::Township, Tie::HomeTownship) => match field {
            F::IdNumber | F::StudentNumber => OnRequest,
            _ => Clear,
        },
        // 户籍地与就读地不同：学校所在乡镇只看共同办事要用的（五(十)；hazard A03）。
        (Role::Township, Tie::SchoolTownship) => match field {
            F::Name | F::Sex | F::Birth | F::Home | F::Schooling | F::Guardians | F::Chain | F::Findings => {
                Clear
            }
            F::Phone => OnRequest,
            _ => Absent,
        },
        (Role::Village, Tie::Village) => match field {
            F::IdNumber => Masked,
            F::StudentNumber | F::History | F::Judicial | F::Disability => Absent,
            _ => Clear,
        },
        (Role::Group, Tie::Group) => match field {
            F::Name | F::Sex | F::Birth | F::Home | F::Guardians | F::Phone | F::Schooling => Clear,
            _ => Absent,
        },
        (Role::Head | Role::Registrar, Tie::School) => match field {
            F::IdNumber | F::StudentNumber => OnRequest,
            F::Judicial => Absent,
            _ => Clear,
        },
        (Role::Teacher, Tie::Class) => match field {
            F::IdNumber | F::StudentNumber => Masked,
            F::Judicial | F::Poverty => Absent,
            _ => Clear,
        },
        (Role::SubjectTeacher, Tie::Class) => match field {
            F::Name | F::Sex | F::Schooling => Clear,
            _ => Absent,
        },
        (Role::Cadre, Tie::Paired) => match field {
            F::IdNumber => Masked,
            F::StudentNumber | F::Judicial | F::History => Absent,
            _ => Clear,
        },
        (Role::Inspector, Tie::School) => match field {
            F::Name | F::Sex | F::Schooling | F::Home | F::Findings => Clear,
            _ => Absent,
        },
        (role, Tie::Shared) if role.is_department() => department(role, field),
        _ => Absent,
    }
}

/// What a department sees of a child that was handed to it: what its paragraph of 四 needs, no more (A10, A11).
fn department(role: Role, field: Field) -> Sight {
    use Field as F;
    use Sight::{Absent, Clear, OnRequest};
    if matches!(field, F::Name | F::Sex) {
        return Clear;
    }
    let sees: &[Field] = match role {
        Role::Police => &[F::Birth, F::IdNumber, F::Home, F::Address, F::Household, F::Guardians, F::Phone],
        Role::Civil => &[F::Birth, F::Home, F::Guardians, F::Phone, F::Welfare, F::LeftBehind],
        Role::Labour | Role::Market => &[F::Birth, F::Home, F::Guardians, F::Phone],
        Role::Justice => &[F::Birth, F::Home, F::Guardians, F::Phone, F::Judicial],
        Role::Disabled => &[F::Birth, F::Home, F::Guardians, F::Phone, F::Schooling, F::Disability],
        Role::Health => &[F::Birth, F::Home, F::Guardians, F::Phone, F::Disability],
        Role::Religion => &[F::Birth, F::Home, F::Guardians, F::Phone],
        Role::Agriculture => &[F::Birth, F::Home, F::Household, F::Poverty],
        Role::Finance => &[F::Schooling, F::Poverty],
        Role::Culture => &[F::Schooling],
        Role::Youth | Role::Women => {
            &[F::Birth, F::Home, F::Guardians, F::Phone, F::Schooling, F::LeftBehind]
        }
        // 发改只看学校布局，不看孩子；其他角色不是部门。
        _ => &[],
    };
    match field {
        F::IdNumber | F::Phone if sees.contains(&field) => OnRequest,
        _ if sees.contains(&field) => Clear,
        _ => Absent,
    }
}
