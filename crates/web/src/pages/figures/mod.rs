//! `/figures`: 指标. The goal panel, each figure with its definition, its townships and the names behind it, what changed between two reports, and
//! the acts: making a snapshot now, freezing one, entering the yearbook's numbers, taking names out; and `/cohorts`, who was in a first or seventh
//! grade long ago. What counts is rules' and casework's.

mod acts;
mod changes;
mod cohorts;
mod one;
mod panel;

use casework::refused::Refused;
use rules::access::Action;
use rules::figures::{Better, Counts, Figure, Rate, hundredths};
use rules::plan::Plan;

use crate::failed::Failed;
use crate::look::Tone;
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/figures", needs(Action::ReadFigures), panel::page),
        Route::post("/figures/renew", needs(Action::FreezeFigures), acts::renew),
        Route::post("/figures/freeze", needs(Action::FreezeFigures), acts::freeze),
        Route::post("/figures/yearbook", needs(Action::WriteYearbook), acts::yearbook),
        Route::post("/figures/export", needs(Action::ExportFigures), acts::export),
        Route::get("/cohorts", needs(Action::ReadFigures), cohorts::list),
        Route::get("/cohorts/{id}", needs(Action::ReadFigures), cohorts::one),
        Route::post("/cohorts/{id}", needs(Action::WriteYearbook), cohorts::tell),
        Route::get("/figures/{key}", needs(Action::ReadFigures), one::page),
        Route::get("/figures/{key}/changes", needs(Action::ReadFigures), changes::page),
    ]
}

/// No such figure or snapshot, or none that the reader may read: on the record, as every denial.
pub(super) fn nothing() -> Failed {
    Failed::from(Refused::denied(Action::ReadFigures, "figures", ""))
}

/// A number as it is shown beside its target.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Told {
    /// `99.46%`; `—` where nothing is counted, `不公开` where it may not be told.
    pub(super) rate: String,
    /// `分子 7,120，分母 7,156`.
    pub(super) parts: String,
    /// How many stand apart; empty for none.
    pub(super) apart: String,
    /// How many are listed by name; `None` where it may not be told.
    pub(super) listed: Option<u64>,
    /// Whether the target is reached, in words; empty without a target.
    pub(super) target: String,
    /// The tone of that.
    pub(super) tone: Tone,
}

/// A rate in words: of a figure of which less is better it is rounded up, else cut off.
pub(in crate::pages) fn rate_of(figure: Figure, rate: Rate) -> String {
    match (figure.definition().better, rate.up()) {
        (Better::Less, Some(up)) => format!("{}.{:02}%", up / 100, up % 100),
        _ => rate.to_string(),
    }
}

/// The plan's target for a figure, in hundredths of a percent, and as it is written.
pub(in crate::pages) fn target_of(figure: Figure, plan: &Plan) -> Option<(u64, String)> {
    let target = plan.target(figure.definition().target)?;
    Some((hundredths(target.percent), format!("目标{}%以上（{}）", target.percent, target.basis.cited())))
}

/// Whether a rate reaches the target, in words. Fractions are compared.
pub(in crate::pages) fn reached(figure: Figure, rate: Rate, plan: &Plan) -> (String, Tone) {
    let Some((hundredths, _)) = target_of(figure, plan) else { return (String::new(), Tone::Plain) };
    match rate.reaches(hundredths) {
        None => (String::new(), Tone::Plain),
        Some(true) => ("已达到".to_owned(), Tone::Good),
        Some(false) => (format!("还差{}{}", rate.lacks(hundredths), figure.definition().unit), Tone::Late),
    }
}

/// The number of one unit; `None` stands for what may not be told.
pub(in crate::pages) fn told(figure: Figure, counts: Option<Counts>, plan: &Plan) -> Told {
    let Some(counts) = counts else {
        return Told {
            rate: "不公开".to_owned(),
            parts: "人数太少，或者能推算出不足5名的数".to_owned(),
            apart: String::new(),
            listed: None,
            target: String::new(),
            tone: Tone::Plain,
        };
    };
    let unit = figure.definition().unit;
    let (target, tone) = reached(figure, counts.rate(), plan);
    Told {
        rate: rate_of(figure, counts.rate()),
        parts: format!("分子{}{unit}，分母{}{unit}", counts.ins, counts.whole()),
        apart: if counts.apart > 0 { format!("单列{}{unit}", counts.apart) } else { String::new() },
        listed: Some(counts.listed(figure)),
        target,
        tone,
    }
}
