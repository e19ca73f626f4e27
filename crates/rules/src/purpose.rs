//! 查看目的: why somebody asks to see a number, an address or a telephone whole, or takes a list out of the house. A closed list, so that the record can
//! be read and counted; free text would be filled with anything.

use crate::codes::codes;

codes! {
    /// Why a field is shown whole.
    Purpose "个人信息保护法第六条（目的明确、最小范围）" {
        Contact = "contact" "联系家长" [],
        Visit = "visit" "上门核实" [],
        Compare = "compare" "比对核查" [],
        Roll = "roll" "办理学籍" [],
        Platform = "platform" "录入省、国家平台" [],
        Correct = "correct" "核对更正信息" [],
        Assist = "assist" "转请部门协助" [],
    }
}

codes! {
    /// Why a list of the house (people, units, records) is taken out of it. A closed list, as [`Purpose`].
    ListPurpose "个人信息保护法第六条；等保 GB/T 22239—2019 安全管理" {
        Check = "check" "核对人员和岗位" [],
        Inspect = "inspect" "检查、审计" [],
        Report = "report" "上报上级" [],
        Archive = "archive" "归档备查" [],
        Mend = "mend" "排查问题" [],
    }
}
