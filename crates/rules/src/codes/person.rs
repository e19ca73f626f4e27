//! Codes about a person: 性别, 身份证件类型, 残疾, 家庭关系.

use super::codes;

codes! {
    /// 性别.
    Sex "GB/T 2261.1" {
        Unknown = "0" "未知的性别" ["未知", "不详"],
        Male = "1" "男" ["男性", "男生", "M"],
        Female = "2" "女" ["女性", "女生", "F"],
        Unstated = "9" "未说明的性别" ["未说明"],
    }
}

codes! {
    /// 身份证件类型 (SFZJLX).
    IdKind "JY/T 1001 SFZJLX" {
        ResidentCard = "1" "居民身份证" ["身份证", "公民身份证", "二代身份证", "港澳台居民居住证", "居住证", "01"],
        OfficerCard = "2" "军官证" ["02"],
        SoldierCard = "3" "士兵证" ["03"],
        CivilianCadreCard = "4" "文职干部证" ["04"],
        RetiredForcesCard = "5" "部队离退休证" ["05"],
        HongKongPaper = "6" "香港特区护照/身份证明" ["香港特区护照/身份证", "香港特区护照", "港澳居民来往内地通行证", "06"],
        MacauPaper = "7" "澳门特区护照/身份证明" ["澳门特区护照/身份证", "澳门特区护照", "07"],
        TaiwanPermit = "8" "台湾居民来往大陆通行证" ["台胞证", "08"],
        ForeignResidence = "9" "境外永久居住证" ["外国人永久居留身份证", "外国人永久居留证", "09"],
        ForeignPassport = "A" "护照" ["外国护照", "普通护照"],
        HouseholdBook = "B" "户口簿" ["户口本", "户口薄"],
        Other = "Z" "其他" ["其它", "其他证件", "无证件", "无"],
    }
}

codes! {
    /// 残疾类别. 无残疾 is not in the standard; lists need it.
    DisabilityKind "GB/T 26341-2010" {
        None = "0" "无残疾" ["无", "否", "非残疾", "健全"],
        Sight = "1" "视力残疾" ["视力", "盲", "低视力"],
        Hearing = "2" "听力残疾" ["听力", "聋"],
        Speech = "3" "言语残疾" ["言语", "语言残疾", "语言"],
        Limb = "4" "肢体残疾" ["肢体"],
        Intellect = "5" "智力残疾" ["智力"],
        Mental = "6" "精神残疾" ["精神"],
        Multiple = "7" "多重残疾" ["多重"],
        Other = "9" "其他残疾" ["其他", "其它残疾", "其它"],
    }
}

codes! {
    /// 残疾等级, the first the heaviest.
    DisabilityGrade "GB/T 26341-2010" {
        First = "1" "一级" ["1级", "壹级"],
        Second = "2" "二级" ["2级", "贰级"],
        Third = "3" "三级" ["3级", "叁级"],
        Fourth = "4" "四级" ["4级", "肆级"],
    }
}

codes! {
    /// 与户主关系、家庭成员关系. The finer codes of the standard (长子, 次女 …) are read as their group: lists of
    /// children need to know a son, not the third one.
    FamilyRelation "GB/T 4761-2008" {
        Oneself = "01" "本人" ["本人或户主"],
        Head = "02" "户主" [],
        Spouse = "10" "配偶" ["夫妻"],
        Husband = "11" "夫" ["丈夫", "夫妻(夫)"],
        Wife = "12" "妻" ["妻子", "夫妻(妻)"],
        Son = "20" "子" ["21", "22", "23", "24", "25", "26", "27", "29", "儿子", "独生子", "长子", "次子", "二子", "三子", "四子", "五子", "养子", "继子", "养子或继子", "其他儿子"],
        SonInLaw = "28" "女婿" [],
        Daughter = "30" "女" ["31", "32", "33", "34", "35", "36", "37", "39", "女儿", "独生女", "长女", "次女", "二女", "三女", "四女", "五女", "养女", "继女", "养女或继女", "其他女儿"],
        DaughterInLaw = "38" "儿媳" ["媳妇"],
        Grandchild = "40" "孙子、孙女或外孙子、外孙女" ["41", "42", "43", "44", "47", "48", "49", "孙子", "孙女", "外孙子", "外孙女", "孙", "外孙", "孙辈"],
        Parent = "50" "父母" ["父母亲"],
        Father = "51" "父亲" ["父", "爸爸", "养父", "继父"],
        Mother = "52" "母亲" ["母", "妈妈", "养母", "继母"],
        Grandparent = "60" "祖父母或外祖父母" ["祖辈", "祖父母", "外祖父母"],
        Grandfather = "61" "祖父" ["爷爷"],
        Grandmother = "62" "祖母" ["奶奶"],
        MaternalGrandfather = "63" "外祖父" ["外公", "姥爷"],
        MaternalGrandmother = "64" "外祖母" ["外婆", "姥姥"],
        Sibling = "70" "兄弟姐妹" ["兄弟", "姐妹"],
        ElderBrother = "71" "兄" ["哥哥", "哥"],
        YoungerBrother = "73" "弟" ["弟弟"],
        ElderSister = "75" "姐姐" ["姐"],
        YoungerSister = "77" "妹妹" ["妹"],
        OtherRelative = "97" "其他亲属" ["其他亲戚", "亲属", "其它亲属"],
        NotRelated = "99" "非亲属" ["其他", "其它", "无亲属关系"],
    }
}
