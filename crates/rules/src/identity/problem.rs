//! Why a number was not accepted, in words that say what to do. No message repeats the number itself.

use std::fmt;

/// Why a text is not a 公民身份号码.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdProblem {
    /// Nothing was typed.
    Empty,
    /// A word or filler instead of a number: 无, 不详, all zeros, one digit repeated.
    Placeholder,
    /// The cell went through a floating-point number: scientific notation, a decimal point, or a tail
    /// rounded to zeros. The lost digits cannot be known (hazard E09).
    LostDigits,
    /// A number of the first generation, 15 digits long.
    FifteenDigits,
    /// Some other length, in characters.
    WrongLength(usize),
    /// A character other than digits and a final X.
    NotDigits,
    /// The first two digits are no province-level code of GB/T 2260.
    UnknownRegion,
    /// The eight digits of the birth date are no date between 1900 and 2100.
    ImpossibleDate,
    /// The last character does not agree with the first seventeen (GB 11643).
    WrongCheckDigit {
        /// What the last character would have to be if the others were right.
        should_be: char,
    },
}

impl fmt::Display for IdProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("身份证件号为空。请补填；确实没有号码的，请填姓名、出生日期和监护人"),
            Self::Placeholder => f.write_str("身份证件号处填的不是号码。请查实后补填；确实没有号码的请留空"),
            Self::LostDigits => f.write_str(
                "身份证件号末几位已丢失（表格把它当成了数字）。请把该列设为文本，从原始资料重新填写",
            ),
            Self::FifteenDigits => f.write_str("这是15位的旧身份证号。请按户口簿或新证填写18位号码"),
            Self::WrongLength(n) => write!(f, "身份证件号应为18位，这里是{n}位。请核对是否漏填或多填"),
            Self::NotDigits => f.write_str("身份证件号只能是数字，末位可以是X。请核对"),
            Self::UnknownRegion => f.write_str("身份证件号前两位不是任何省份的代码。请核对前六位"),
            Self::ImpossibleDate => f.write_str("身份证件号第7至14位不是真实的出生日期。请核对这八位"),
            Self::WrongCheckDigit { should_be } => write!(
                f,
                "身份证件号校验不符，至少有一位填错（若前17位无误，末位应为{should_be}）。请对照证件逐位核对"
            ),
        }
    }
}

impl std::error::Error for IdProblem {}

/// Why a text is not one of the other numbers: 学籍号, 残疾人证号, 统一社会信用代码, a travel or residence paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberProblem {
    /// Nothing was typed.
    Empty,
    /// The length does not fit, in characters.
    WrongLength {
        /// What the number is called.
        name: &'static str,
        /// What was found.
        found: usize,
        /// What is right, as words.
        right: &'static str,
    },
    /// A character that does not belong where it stands, or a first letter with no meaning.
    WrongShape {
        /// What the number is called.
        name: &'static str,
        /// How it is built, as words.
        built: &'static str,
    },
    /// The check character does not agree with the others.
    WrongCheckDigit {
        /// What the number is called.
        name: &'static str,
        /// What it would have to be if the others were right.
        should_be: char,
    },
    /// The 公民身份号码 inside the number is wrong.
    Id(IdProblem),
}

impl fmt::Display for NumberProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("号码为空。请补填"),
            Self::WrongLength { name, found, right } => {
                write!(f, "{name}应为{right}，这里是{found}位。请核对是否漏填或多填")
            }
            Self::WrongShape { name, built } => write!(f, "{name}的写法不对：{built}。请核对"),
            Self::WrongCheckDigit { name, should_be } => {
                write!(f, "{name}校验不符，至少有一位填错（若其余无误，末位应为{should_be}）。请逐位核对")
            }
            Self::Id(problem) => write!(f, "其中的身份证号有误：{problem}"),
        }
    }
}

impl std::error::Error for NumberProblem {}
