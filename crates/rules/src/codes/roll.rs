//! Codes of the student roll: 学生变动, 学生当前状态, 就读方式, 留守, 随班就读.

use super::codes;

codes! {
    /// 学生变动 (XSBD): how a pupil came onto or left a roll. The first digit 1 adds, 2 takes away.
    RollChange "JY/T 1001 XSBD" {
        Enrolled = "11" "招生" [],
        Resumed = "12" "复学" [],
        TransferredIn = "13" "转入" [],
        Graduated = "21" "毕业" [],
        Completed = "22" "结业" [],
        Suspended = "23" "休学" [],
        Withdrawn = "24" "退学" [],
        Expelled = "25" "开除" [],
        Died = "26" "死亡" [],
        TransferredOut = "27" "转出" [],
        DroppedOut = "28" "辍学" [],
    }
}

codes! {
    /// 学生当前状态 (XSDQZT).
    StudentStatus "JY/T 1001 XSDQZT" {
        Enrolled = "01" "在读" ["在校", "在籍", "正常", "1"],
        Suspended = "02" "休学" ["2"],
        Withdrawn = "03" "退学" ["3"],
        Paused = "04" "停学" ["4"],
        Resumed = "05" "复学" ["5"],
        Lost = "06" "流失" ["辍学", "6"],
        Graduated = "07" "毕业" ["7"],
        Completed = "08" "结业" ["8"],
        Uncompleted = "09" "肄业" ["9"],
        Transferred = "10" "转学（转出）" ["转学(转出)", "转学", "转出"],
        Died = "11" "死亡" [],
        PlaceKept = "12" "保留入学资格" [],
        SentAbroad = "13" "公派出国" [],
        Expelled = "14" "开除" [],
        Missing = "15" "下落不明" ["失踪"],
        Other = "99" "其他" ["其它"],
    }
}

codes! {
    /// 就读方式.
    Boarding "全国中小学生学籍系统" {
        Day = "1" "走读" ["走读生"],
        Boarder = "2" "住校" ["寄宿", "住读", "住校生", "寄宿生"],
        Lodger = "3" "借宿" [],
        Other = "9" "其他" ["其它"],
    }
}

codes! {
    /// 是否留守儿童.
    LeftBehind "全国中小学生学籍系统" {
        No = "0" "非留守儿童" ["否", "非留守"],
        OneParent = "1" "单亲留守儿童" ["单亲留守"],
        BothParents = "2" "双亲留守儿童" ["双亲留守", "留守儿童", "是"],
    }
}

codes! {
    /// 随班就读.
    InclusiveSchooling "全国中小学生学籍系统" {
        No = "0" "非随班就读" ["否", "非随班"],
        Sight = "1" "视力残疾随班就读" [],
        Hearing = "2" "听力残疾随班就读" [],
        Intellect = "3" "智力残疾随班就读" [],
        Other = "9" "其他残疾随班就读" ["其他", "是", "随班就读"],
    }
}

codes! {
    /// 是或否, as drop-downs offer it (是否孤儿, 是否在校, …).
    YesNo "全国中小学生学籍系统" {
        No = "0" "否" ["N", "NO", "无", "不在校", "未在校", "不在", "未到校", "缺勤", "旷课", "辍学", "×", "✗", "FALSE"],
        Yes = "1" "是" ["Y", "YES", "有", "在校", "在", "到校", "已到校", "出勤", "√", "✓", "TRUE"],
    }
}
