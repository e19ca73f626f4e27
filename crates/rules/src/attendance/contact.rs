//! 联系家长、家访: the closed lists of what is written down when a family is asked after a pupil. What failed is a result too.

use crate::codes::codes;

codes! {
    /// How a family was asked.
    Way "南政办发〔2024〕6号五(九) 联系家长；四(十九) 家访" {
        Phone = "phone" "打电话" [],
        Message = "message" "发信息" [],
        School = "school" "家长到校" [],
        Visit = "visit" "家访" [],
    }
}

codes! {
    /// Whether somebody was reached, and if not, why.
    Outcome "南政办发〔2024〕6号五(九)" {
        Reached = "reached" "联系上了" [],
        NoAnswer = "no_answer" "没人接" [],
        Off = "off" "关机、停机" [],
        WrongNumber = "wrong_number" "号码不对" [],
        NobodyHome = "nobody_home" "家里没人" [],
        Moved = "moved" "已经搬走" [],
        Refused = "refused" "不愿意说" [],
    }
}

codes! {
    /// Who answered.
    Answered "南政办发〔2024〕6号五(九)" {
        Father = "father" "父亲" [],
        Mother = "mother" "母亲" [],
        Grandparent = "grandparent" "祖父母、外祖父母" [],
        Guardian = "guardian" "其他监护人" [],
        Child = "child" "孩子本人" [],
        Neighbour = "neighbour" "邻居、村组干部" [],
        Other = "other" "其他人" [],
    }
}
