//! The twin that a child's record has in a platform of province or state: how far it is, what its number may look like,
//! and what can differ between the two (四(十四)、五(九)). It knows no platform by name: those are plan data.

use crate::codes::codes;
use crate::fold;
use crate::identity::CitizenId;
use crate::plan::Platform;
use crate::standing::Standing;

codes! {
    /// How far a child is with a platform.
    Stand "五(九)；教基厅函〔2024〕15号（动态销号）" {
        Missing = "missing" "还没录入" [],
        Again = "again" "又失学辍学，要重新登记" [],
        NoNumber = "no_number" "已录入，等编号" [],
        ToClose = "to_close" "已不在此列，要销号" [],
        Kept = "kept" "编号已记" [],
        Closed = "closed" "平台已销号" [],
    }
}

impl Stand {
    /// Whether somebody must do something about it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Missing | Self::Again | Self::NoNumber | Self::ToClose)
    }

    /// From a child's standing and what is kept of its record there: whether it is closed, and its number.
    /// `None` where it is not there and need not be.
    #[must_use]
    pub fn of(platform: &Platform, standing: Option<Standing>, entry: Option<(bool, &str)>) -> Option<Self> {
        let must = standing.is_some_and(|standing| platform.standings.contains(&standing));
        Some(match entry {
            None if must => Self::Missing,
            None => return None,
            Some((true, _)) if must => Self::Again,
            Some((true, _)) => Self::Closed,
            Some(_) if !must => Self::ToClose,
            Some((false, "")) => Self::NoNumber,
            Some(_) => Self::Kept,
        })
    }
}

codes! {
    /// What is done with the record there; each is a fact of its own.
    Step "教基厅函〔2024〕15号（全流程管理、动态销号）" {
        Enter = "entered" "已在平台录入" [],
        Number = "numbered" "记平台编号" [],
        Close = "closed" "平台已销号" [],
        Reopen = "reopened" "平台重新登记" [],
        Withdraw = "withdrawn" "登记错了，撤销" [],
    }
}

codes! {
    /// In what a platform's list and ours differ.
    Difference "四(十四)" {
        OnlyThere = "only_there" "平台有，本系统没有" [],
        OnlyHere = "only_here" "本系统登记了，平台名单里没有" [],
        Number = "number" "编号不一致" [],
        State = "state" "状态不一致" [],
        Person = "person" "姓名或证件号不一致" [],
        Twice = "twice" "同一个孩子在平台里有几条" [],
    }
}

codes! {
    /// How a difference is settled.
    Settled "四(十四)" {
        TakeNumber = "take_number" "记下平台编号" [],
        MendThere = "mend_there" "已在平台改正" [],
        MendHere = "mend_here" "已在本系统改正" [],
        Same = "same" "核对无误，不用改" [],
        NotOurs = "not_ours" "不归本县、本校" [],
    }
}

impl Settled {
    /// How a difference of this kind may be settled, the usual first.
    #[must_use]
    pub const fn of(kind: Difference) -> &'static [Self] {
        match kind {
            Difference::Number => &[Self::TakeNumber, Self::MendThere, Self::Same],
            Difference::OnlyThere => &[Self::MendHere, Self::NotOurs, Self::MendThere],
            Difference::OnlyHere | Difference::State | Difference::Person => {
                &[Self::MendThere, Self::MendHere, Self::Same]
            }
            Difference::Twice => &[Self::MendThere, Self::Same],
        }
    }

    /// Whether the same difference in a later list is settled still. Who says that it was mended is asked again when
    /// the next list shows that it was not.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Same | Self::NotOurs)
    }
}

/// Longest and shortest number of a platform, in characters: they publish no rule.
const NUMBER: std::ops::RangeInclusive<usize> = 4..=40;

/// A platform's number as it is kept: half-width, without blanks, letters in upper case.
///
/// # Errors
/// What is wrong with it and what to do, for the person who typed it.
pub fn number(text: &str) -> Result<String, &'static str> {
    let number = fold::key(fold::trim(text));
    if !NUMBER.contains(&number.chars().count()) {
        return Err("平台编号应为4至40位，请照平台页面上的编号填写");
    }
    if !number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')) {
        return Err("平台编号里只能有字母、数字和-_/.，请照平台页面上的编号填写");
    }
    if CitizenId::parse(&number).is_ok() {
        return Err("这是身份证号，不是平台编号，请照平台页面上的编号填写");
    }
    Ok(number)
}
