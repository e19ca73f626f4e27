//! 家庭查看页 (四(二十)，六(三)；义务教育法第五条、第十一条、第五十八条): what a family reads by a code without an account, in plain words, and how it
//! can answer. The help is the plan's, the law is here with its article. It never holds a child's full name.

use std::sync::Arc;

use crate::codes::codes;

codes! {
    /// Why the family was given the code.
    Reason "四(二十)" {
        Absent = "absent" "孩子这几天没有到校" [],
        Persuade = "persuade" "请让孩子回到学校" [],
        Paper = "paper" "给您家送了文书" [],
        Enrol = "enrol" "孩子到了上学的年龄" [],
        Junior = "junior" "孩子小学毕业，该上初中了" [],
        Help = "help" "孩子可以享受的帮助" [],
    }
}

impl Reason {
    /// What it means, in plain words.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::Absent => "学校点名的时候孩子不在，我们想知道孩子好不好、为什么没有来。",
            Self::Persuade => {
                "孩子应该在学校读书，现在没有在。我们想和您一起让孩子回到学校，有困难可以说出来。"
            }
            Self::Paper => {
                "乡镇政府或者县教体局给您送了一份文书。文书上写了要做什么、什么时候以前做，也写了您的权利。"
            }
            Self::Enrol => "孩子满六周岁了，该上小学一年级，请您按时带孩子去报名。",
            Self::Junior => "孩子小学毕业了，该上初中七年级，请您按时带孩子去报到。",
            Self::Help => "孩子上学有这些帮助，多数不用花钱，可以向学校或者乡镇政府申请。",
        }
    }
}

codes! {
    /// How the family answers.
    Answer "四(二十)；行政处罚法第七条（陈述、申辩）" {
        Bring = "bring" "我会带孩子去学校" [],
        Help = "help" "我们有困难，需要帮助" [],
        Elsewhere = "elsewhere" "孩子在别的地方上学" [],
        Sick = "sick" "孩子生病或者身体不方便" [],
        Object = "object" "我不同意，要说明理由" [],
        Call = "call" "请打电话给我" [],
    }
}

impl Answer {
    /// What must be written with it; empty where nothing must.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bring => "",
            Self::Help => "有什么困难",
            Self::Elsewhere => "在哪里、哪所学校上学",
            Self::Sick => "什么情况，有没有看过医生",
            Self::Object => "不同意什么，为什么",
            Self::Call => "您的电话，什么时候方便",
        }
    }
}

codes! {
    /// Languages in which a county may tell its families what the page says.
    Language "ISO 639；南政办发〔2024〕6号六(三)" {
        Yi = "ii" "彝语" [],
        Bai = "bca" "白语" [],
        Han = "zh" "汉语" [],
    }
}

/// What the county supplies in a language: a text, a sound, or both. Files `family/ii.txt` and `family/ii.mp3` of the plan's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// The language.
    pub language: Language,
    /// The text; empty where there is none.
    pub text: String,
    /// The sound, MP3; `None` where there is none.
    pub sound: Option<Arc<[u8]>>,
}

/// A sentence of the law in plain words, with its article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Law {
    /// What it says.
    pub text: &'static str,
    /// Its article.
    pub article: &'static str,
}

/// What the law says to the family.
pub const LAWS: [Law; 5] = [
    Law {
        text: "满六周岁的孩子，父母要让孩子上学，读完九年。", article: "义务教育法第五条、第十一条"
    },
    Law {
        text: "孩子身体不好，要晚一点上学或者休学的，可以申请，由乡镇政府或者县教体局批准。",
        article: "义务教育法第十一条",
    },
    Law {
        text: "没有正当理由不送孩子上学的，先批评教育，再责令限期改正。", article: "义务教育法第五十八条"
    },
    Law {
        text: "上学不收学费、杂费，课本免费。", article: "义务教育法第二条、第四十四条"
    },
    Law { text: "孩子的想法也要听。", article: "未成年人保护法第十九条" },
];

/// How to object, in plain words.
pub const OBJECT: [Law; 4] = [
    Law {
        text: "您可以在本页回复里说明理由，也可以当面或者打电话说，不会因此处理得更重。",
        article: "行政处罚法第七条、第四十五条",
    },
    Law {
        text: "收到的文书不服的，可以在收到之日起六十日内向县人民政府申请行政复议。",
        article: "行政复议法第二十条",
    },
    Law {
        text: "也可以在六个月内向人民法院起诉。", article: "行政诉讼法第四十六条"
    },
    Law {
        text: "请不起律师的，可以申请免费的法律援助，打12348。", article: "法律援助法第二十二条"
    },
];

/// Family names of two characters that are met with; of others the first character is the family name.
const TWO: [&str; 12] =
    ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯"];

/// The child on a page that anybody may look at who finds the letter: 李某某，2014年生.
#[must_use]
pub fn called(name: &str, birth_year: i16) -> String {
    let name = name.trim();
    let masked = match TWO.iter().find(|two| name.starts_with(**two)) {
        Some(two) => format!("{two}某某"),
        None => crate::mask::name(name),
    };
    format!("{masked}，{birth_year}年生")
}
