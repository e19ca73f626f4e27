//! 结对包保 (五(六)): who may be paired with a child that is out of school, and how a visit at the door ends. It knows no case;
//! how often one goes is the case's own clock (`crate::case::Act::is_visit`).

use crate::access::{Role, Tie};
use crate::case::Refused;
use crate::codes::codes;
use crate::plan::PairingRule;

codes! {
    /// How a visit ended, what failed first: at a door one writes down what happened, not what was hoped for.
    Outcome "南政办发〔2024〕6号五(六)；四(十九) 家访" {
        NobodyHome = "nobody_home" "家里没人" [],
        NotFound = "not_found" "没找到人家，或者已经搬走" [],
        TurnedAway = "turned_away" "不让进门，不愿意谈" [],
        Family = "family" "见到家长，没见到孩子" [],
        Child = "child" "见到孩子，没见到家长" [],
        Both = "both" "家长和孩子都见到了" [],
    }
}

impl Outcome {
    /// Whether somebody of the family was met and spoke: what ends the duty to go there until the next time.
    #[must_use]
    pub const fn is_met(self) -> bool {
        matches!(self, Self::Family | Self::Child | Self::Both)
    }
}

codes! {
    /// Why a pairing ended.
    Ending "南政办发〔2024〕6号五(六)" {
        Changed = "changed" "换人" [],
        HandedOver = "handed_over" "岗位交接" [],
        CaseEnded = "case_ended" "个案结束" [],
        Merged = "merged" "档案合并" [],
    }
}

/// What keeps somebody from being paired with this child, beside place and number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// The child's guardian has the same telephone or the same name: probably a relative.
    Kin,
    /// A tip-off in the case is about the unit of this person (四(二十一)).
    TipOff,
}

/// Somebody on a post who might be paired with a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The post's role.
    pub role: Role,
    /// The post's unit.
    pub unit: &'a str,
    /// With how many children the person is paired already, this one not counted.
    pub load: u16,
    /// What keeps them from it.
    pub interest: Option<Interest>,
}

/// By which ties a post of this role answers for a child: a 包保干部 stands in the township or the village of the household, the
/// others are of it; a class teacher has the child in class. No other role is paired.
#[must_use]
pub const fn near(role: Role) -> &'static [Tie] {
    match role {
        Role::Township => &[Tie::HomeTownship],
        Role::Village => &[Tie::Village],
        Role::Cadre => &[Tie::HomeTownship, Tie::Village],
        Role::Teacher => &[Tie::Class],
        _ => &[],
    }
}

/// Whether somebody may be paired with the child of these ties.
///
/// # Errors
/// [`Refused`] where the role is none that is paired, the unit is not the child's, something keeps the person from it, or they
/// have as many as the plan allows.
pub fn may_pair(who: &Candidate<'_>, ties: &[(String, Tie)], rule: &PairingRule) -> Result<(), Refused> {
    let near = near(who.role);
    if near.is_empty() {
        return Err(Refused::new(
            format!("{}不能结对包保", who.role.label()),
            "五(六)",
            "请选乡镇干部、村（社区）干部、包保干部或者班主任",
        ));
    }
    if !ties.iter().any(|(unit, tie)| unit == who.unit && near.contains(tie)) {
        return Err(Refused::new(
            "这个人不在孩子的乡镇、村或者班级",
            "五(六)",
            "请选孩子户籍地乡镇、所在村的干部，或者本班班主任",
        ));
    }
    match who.interest {
        Some(Interest::Kin) => Err(Refused::new(
            "这个人和孩子的监护人同名或者同一个电话，可能是亲属",
            "五(六)",
            "请换一个人结对",
        )),
        Some(Interest::TipOff) => {
            Err(Refused::new("举报反映的就是这个人的单位", "四(二十一)", "请由别的单位的人结对"))
        }
        None if who.load >= rule.most => Err(Refused::new(
            format!("已经包保{}名，一个人最多{}名", who.load, rule.most),
            rule.basis.cited(),
            "请选别人，或者先把其他孩子交给别人包保",
        )),
        None => Ok(()),
    }
}
