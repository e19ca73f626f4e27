//! The figures as an agenda of the conference says them (五(二)(七)): of the snapshot that was frozen last, the county beside its target and the
//! townships in the order of their codes, told as to the member units (hazards A08, F06). Nothing is compared with anything but the target.

use rules::figures::{Better, Counts, Figure, hundredths};

use super::read::{Audience, frozen_last, line_for, towns_for};
use crate::desk::Desk;
use crate::refused::Refused;

/// What is said where a number may not be told.
const HIDDEN: &str = "不公开";

/// The sentences, none while nothing was frozen. Whoever drafts the agenda, it says what every member unit may read.
///
/// # Errors
/// [`Refused::Storage`].
pub(crate) fn for_agenda(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    let Some(snapshot) = frozen_last(desk)? else { return Ok(Vec::new()) };
    let label = snapshot.frozen.map_or_else(String::new, |frozen| frozen.label);
    let mut said = Vec::new();
    let has_target = |figure: Figure| !figure.definition().target.is_empty();
    let wanted = |figure: Figure| {
        figure != Figure::Yearbook
            && (has_target(figure) || matches!(figure, Figure::InSchool | Figure::Return))
    };
    for figure in Figure::ALL.iter().copied().filter(|figure| wanted(*figure)) {
        let line = line_for(desk, &Audience::Outside, figure, snapshot.number)?;
        let Some(whole) = line.whole else { continue };
        let target = desk.plan.target(figure.definition().target).map_or_else(String::new, |target| {
            let gap = whole.counts.map(|counts| counts.rate().lacks(hundredths(target.percent)));
            let gap = match gap {
                Some(0) => "，已达到".to_owned(),
                Some(lacks) if lacks >= u64::from(rules::publish::FEW) => {
                    format!("，还差{lacks}{}", figure.definition().unit)
                }
                Some(_) => "，没有达到".to_owned(),
                None => String::new(),
            };
            format!("（目标{}%以上{gap}）", target.percent)
        });
        said.push(format!("{}：全县{}{target}", figure.label(), rate(figure, whole.counts)));
        let towns: Vec<String> = towns_for(desk, &Audience::Outside, figure, snapshot.number)?
            .into_iter()
            .map(|town| format!("{}{}", town.name, rate(figure, town.counts)))
            .collect();
        if !towns.is_empty() && (has_target(figure) || figure == Figure::InSchool) {
            said.push(format!("{}，各乡镇：{}", figure.label(), towns.join("，")));
        }
    }
    if !said.is_empty() {
        said.push(format!(
            "以上出自已冻结的“{label}”，截至{}；按代码排，不分先后；人数少、能推算出不足5名的不公开",
            snapshot.day
        ));
    }
    Ok(said)
}

/// A rate as it is written; of a figure of which less is better it is rounded up, else cut off.
fn rate(figure: Figure, counts: Option<Counts>) -> String {
    let Some(counts) = counts else { return HIDDEN.to_owned() };
    match (figure.definition().better, counts.rate().up()) {
        (Better::Less, Some(up)) => format!("{}.{:02}%", up / 100, up % 100),
        _ => counts.rate().to_string(),
    }
}
