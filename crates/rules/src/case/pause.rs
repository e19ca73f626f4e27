//! 延缓入学、休学: 法定 for the body's condition (义务教育法第十一条) kept apart from 政策 after the four steps (五(十)). Both stay open, end
//! on a day, come back by themselves and are never counted as solved (B09).

use jiff::civil::Date;

use super::ladder::Ladder;
use super::refused::Refused;
use crate::codes::codes;
use crate::plan::PauseRule;

codes! {
    /// On what it rests.
    Rests "义务教育法第十一条；五(十)" {
        Statutory = "statutory" "法定：身体状况" [],
        Policy = "policy" "政策：四步后仍未返校" [],
    }
}

codes! {
    /// What is granted.
    Leave "义务教育法第十一条" {
        Deferral = "deferral" "延缓入学" [],
        Suspension = "suspension" "休学" [],
    }
}

/// One that was asked for or granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// On what it rests.
    pub rests: Rests,
    /// What it is.
    pub leave: Leave,
    /// Its last day.
    pub until: Date,
    /// Whether the guardians applied.
    pub applied: bool,
}

/// Whether it may be asked for.
///
/// # Errors
/// [`Refused`] when it is too long or already over, when nobody applied for a statutory one, or when the four steps were not walked.
pub fn may_pause(pause: &Pause, rule: &PauseRule, ladder: &Ladder, today: Date) -> Result<(), Refused> {
    let most = match pause.rests {
        Rests::Statutory => rule.statutory_days,
        Rests::Policy => rule.policy_days,
    };
    let longest = today.saturating_add(jiff::Span::new().days(i64::from(most)));
    if pause.until <= today {
        return Err(Refused::new("到期日已经过了", rule.basis.cited(), "请填今天以后的到期日"));
    }
    if pause.until > longest {
        return Err(Refused::new(
            format!("一次最长批{most}天"),
            rule.basis.cited(),
            format!("请填{longest}以前的到期日，到期还不能上学的重新申请"),
        ));
    }
    match pause.rests {
        Rests::Statutory if !pause.applied => Err(Refused::new(
            format!("监护人没有申请，不能办法定的{}", pause.leave.label()),
            "义务教育法第十一条",
            "请监护人提出申请，并附医院证明；不是身体原因的，走完四步再按五(十)办",
        )),
        Rests::Policy if !ladder.is_walked() => Err(Refused::new(
            "四步还没有走完",
            "五(十)",
            "宣传教育要办过，其余各步办过或写明理由跳过后，仍未返校的才能先办",
        )),
        Rests::Statutory | Rests::Policy => Ok(()),
    }
}
