//! What the clock says to a teacher, in plain sentences with the clause: what has been counted, never what will become of
//! anybody.

use jiff::civil::Date;

use super::clock::{Clock, Rule};
use super::mark::Kind;
use crate::plan::Stretch;

/// Which day this is and what follows, `旷课第 2 个上课日，再缺 1 天即为疑似辍学（五(九)）`; `None` when nothing is counted.
#[must_use]
pub fn sentence(rule: &Rule, clock: &Clock) -> Option<String> {
    if clock.away == 0 {
        return None;
    }
    let (away, cited) = (clock.away, rule.basis.cited());
    let mut said = match clock.suspected {
        Some(since) => {
            format!("{away} 个上课日无正当理由未到校，{}起为疑似辍学（{cited}）", spelled(since))
        }
        None => {
            let what = clock.last.map_or("口头请假已满，未到校", Kind::label);
            format!("{what}第 {away} 个上课日，再缺 {} 天即为疑似辍学（{cited}）", clock.left(rule))
        }
    };
    let between: Vec<String> = [("请假", clock.excused), ("未点名", clock.unknown)]
        .into_iter()
        .filter(|(_, days)| *days > 0)
        .map(|(what, days)| format!("{what} {days} 天"))
        .collect();
    if !between.is_empty() {
        said.push_str(&format!("；其间{}，不计", between.join("、")));
    }
    Some(said)
}

/// What is asked about a reason that was only told, `口头请假第 2 天，满 3 天仍未办请假手续的，从第 4 天起按无正当理由计（县默认值）`.
#[must_use]
pub fn asked(rule: &Rule, clock: &Clock) -> Option<String> {
    if clock.told == 0 {
        return None;
    }
    let (told, good, cited) = (clock.told, rule.told, rule.told_basis.cited());
    Some(if told > good {
        format!("口头请假已 {told} 天，第 {} 天起按无正当理由计，请补办请假手续（{cited}）", good + 1)
    } else {
        format!(
            "口头请假第 {told} 天，满 {good} 天仍未办请假手续的，从第 {} 天起按无正当理由计（{cited}）",
            good + 1
        )
    })
}

/// What the term and the month come to, one sentence for the highest tier of each stretch that is reached.
#[must_use]
pub fn reached(rule: &Rule, clock: &Clock) -> Vec<String> {
    [Stretch::Term, Stretch::Month].into_iter().filter_map(|over| reached_over(rule, clock, over)).collect()
}

/// What a stretch comes to, for the highest of its tiers that is reached:
/// `本学期点名 60 天，缺课 7.5 天（其中无正当理由 3 天），占 12.5%，达到 10%（县默认值）`.
#[must_use]
pub fn reached_over(rule: &Rule, clock: &Clock, stretch: Stretch) -> Option<String> {
    let tally = clock.over(stretch);
    let hit = rule.tiers.iter().filter(|tier| tier.over == stretch && tally.reaches(tier));
    let tier = hit.max_by_key(|tier| (tier.percent, tier.days))?;
    let missed = tally.missed(tier.counted);
    let what = tier.counted.label();
    let split = if missed == tally.away || tally.away == 0 {
        String::new()
    } else {
        format!("（其中无正当理由 {} 天）", halves(tally.away))
    };
    let limit = match (tier.percent, tier.days) {
        (Some(percent), _) => {
            let tenths = u32::from(missed) * 1_000 / u32::from(tally.due.max(1));
            format!("占 {}.{}%，达到 {percent}%", tenths / 10, tenths % 10)
        }
        (None, Some(days)) => format!("达到 {days} 天"),
        (None, None) => String::new(),
    };
    let (name, due, cited) = (stretch.label(), halves(tally.due), tier.basis.cited());
    Some(format!("{name}点名 {due} 天，{what} {} 天{split}，{limit}（{cited}）", halves(missed)))
}

/// Half days as days: `3`, `3.5`.
pub(crate) fn halves(many: u16) -> String {
    if many.is_multiple_of(2) { (many / 2).to_string() } else { format!("{}.5", many / 2) }
}

/// A day in words.
pub(crate) fn spelled(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
