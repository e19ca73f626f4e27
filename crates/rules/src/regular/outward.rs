//! Which numbers of one section may leave the county: none below five, and none of which a hidden one follows (hazards A08, F06). Before + new − off
//! = left, so one hidden number alone is none.

use crate::publish::FEW;

/// Which of these numbers may be told. Nought is told; one to four are not; where that hides one alone, or so few together that they are a
/// small number, the smallest of the others are hidden too.
#[must_use]
pub fn outward(counts: &[u64]) -> Vec<bool> {
    let few = u64::from(FEW);
    let mut shown: Vec<bool> = counts.iter().map(|count| !(1..few).contains(count)).collect();
    loop {
        let hidden = shown.iter().filter(|shown| !**shown).count();
        let sum: u64 = counts.iter().zip(&shown).filter(|(_, shown)| !**shown).map(|(count, _)| *count).sum();
        if hidden == 0 || hidden > 1 && sum >= few {
            return shown;
        }
        let smallest = (0..counts.len())
            .filter(|at| shown.get(*at) == Some(&true))
            .min_by_key(|at| (counts.get(*at) == Some(&0), counts.get(*at).copied().unwrap_or_default()));
        match smallest.and_then(|at| shown.get_mut(at)) {
            Some(one) => *one = false,
            None => return shown,
        }
    }
}
