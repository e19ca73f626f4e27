//! 四步法, 五(三)(十): persuading, an order to mend, a penalty, the court; each taken or left out with a reason, in order. Help
//! comes before what is harder.

use jiff::civil::Date;

use super::refused::Refused;
use crate::plan::{HelpGate, LegalStepKind};

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: LegalStepKind,
    /// On which day; for a paper the day on which it was served, which starts its clock.
    pub on: Date,
    /// Last day of the term that it gives the guardians, if it gives one.
    pub until: Option<Date>,
}

/// What has become of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Rung {
    Taken(Taken),
    Skipped(LegalStepKind),
}

/// Help and steps of one case, in the order in which they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ladder {
    helped: usize,
    rungs: Vec<Rung>,
}

impl Ladder {
    /// How often help was given or offered.
    #[must_use]
    pub const fn helped(&self) -> usize {
        self.helped
    }

    /// The steps that were taken, in order; one may be taken again.
    pub fn taken(&self) -> impl Iterator<Item = &Taken> {
        self.rungs.iter().filter_map(|rung| match rung {
            Rung::Taken(taken) => Some(taken),
            Rung::Skipped(_) => None,
        })
    }

    /// Whether the step was taken.
    #[must_use]
    pub fn is_taken(&self, step: LegalStepKind) -> bool {
        self.taken().any(|taken| taken.step == step)
    }

    /// Whether it was left out with a reason.
    #[must_use]
    pub fn is_skipped(&self, step: LegalStepKind) -> bool {
        self.rungs.contains(&Rung::Skipped(step))
    }

    /// The first step that was neither taken nor left out.
    #[must_use]
    pub fn next(&self) -> Option<LegalStepKind> {
        LegalStepKind::ALL.iter().copied().find(|step| !self.is_taken(*step) && !self.is_skipped(*step))
    }

    /// Whether all four were walked, and persuading itself not merely left out (五(十)).
    #[must_use]
    pub fn is_walked(&self) -> bool {
        self.next().is_none() && self.is_taken(LegalStepKind::Persuade)
    }

    /// The term of the last step that gave one.
    #[must_use]
    pub fn term(&self) -> Option<Date> {
        self.taken().last().and_then(|taken| taken.until)
    }

    pub(super) const fn help(&mut self) {
        self.helped += 1;
    }

    pub(super) fn take(&mut self, taken: Taken) {
        self.rungs.push(Rung::Taken(taken));
    }

    pub(super) fn skip(&mut self, step: LegalStepKind) {
        self.rungs.push(Rung::Skipped(step));
    }

    /// Whether the step may be begun, its papers made: none before it is open, it was not left out, and help was offered.
    ///
    /// # Errors
    /// [`Refused`] when a step before it was neither taken nor left out (B04), when it was left out, or when no help was offered.
    pub fn may_begin(&self, step: LegalStepKind, gate: &HelpGate) -> Result<(), Refused> {
        let missed = LegalStepKind::ALL
            .iter()
            .take_while(|before| **before != step)
            .find(|before| !self.is_taken(**before) && !self.is_skipped(**before));
        if let Some(missed) = missed {
            return Err(Refused::new(
                format!("还没有{}，不能直接{}", missed.label(), step.label()),
                "五(三)",
                format!("请先{}；不适合用的，写明理由跳过这一步", missed.label()),
            ));
        }
        if self.is_skipped(step) {
            return Err(Refused::new(
                format!("{}这一步已经写明理由跳过", step.label()),
                "五(三)",
                "请办后面的步骤",
            ));
        }
        if step >= gate.before && self.helped == 0 {
            return Err(Refused::new(
                format!("还没有给过帮扶，不能{}", step.label()),
                gate.basis.cited(),
                "请先登记帮扶：给了什么、家长怎么说；家长不接受的也照实记",
            ));
        }
        Ok(())
    }

    /// Whether the step may be taken now.
    ///
    /// # Errors
    /// [`Refused`] when a step before it was neither taken nor left out (B04), when no help was offered, or when its
    /// days do not fit.
    pub fn may_take(&self, taken: &Taken, gate: &HelpGate) -> Result<(), Refused> {
        self.may_begin(taken.step, gate)?;
        if self.rungs.iter().any(|rung| matches!(rung, Rung::Taken(before) if before.on > taken.on)) {
            return Err(Refused::new(
                "日期早于前一步",
                "五(三)",
                "请核对日期：送达的按送达回证上的日期填，后一步不能早于前一步",
            ));
        }
        if taken.until.is_some_and(|until| until <= taken.on) {
            return Err(Refused::new(
                "期限应在送达之后",
                "民法典第二百零一条",
                "请改期限：开始的当天不算，最早是第二天",
            ));
        }
        if taken.step == LegalStepKind::Order && taken.until.is_none() {
            return Err(Refused::new(
                "责令改正没有写期限",
                "义务教育法第五十八条",
                "请写责令改正通知书上的截止日",
            ));
        }
        Ok(())
    }

    /// Whether the step may be left out now.
    ///
    /// # Errors
    /// [`Refused`] when it was taken or left out, or one before it is open.
    pub fn may_skip(&self, step: LegalStepKind) -> Result<(), Refused> {
        if self.next() == Some(step) {
            return Ok(());
        }
        let todo = match self.next() {
            Some(next) => format!("现在轮到{}，可以办，也可以写明理由跳过", next.label()),
            None => "四步都已办过或跳过，请直接办后续".to_owned(),
        };
        Err(Refused::new(format!("现在不能跳过{}", step.label()), "五(三)", todo))
    }
}
