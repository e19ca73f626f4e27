//! What may be told to readers outside the unit whose children they are: no number below five, and none that is what is left when the
//! others are taken from the whole (hazards A08, F06).

use super::FEW;

fn few() -> u64 {
    u64::from(FEW)
}

/// One part of a whole: of so many children so many are listed by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Listed: not in school.
    pub listed: u64,
    /// The others.
    pub rest: u64,
}

impl Cell {
    fn is_enough(self) -> bool {
        let few = few();
        self.listed >= few && self.rest >= few
    }
}

/// Which parts may be told, and whether the whole may. What is hidden of the whole is nothing, or parts of which no number follows: at
/// least [`FEW`] together, and not as many as so many parts that are each too small could have at most.
#[must_use]
pub fn told(cells: &[Cell]) -> (bool, Vec<bool>) {
    let sum = |hidden: &[bool], of: fn(&Cell) -> u64| -> u64 {
        cells.iter().zip(hidden).filter(|(_, hidden)| **hidden).map(|(cell, _)| of(cell)).sum()
    };
    let mut hidden: Vec<bool> = cells.iter().map(|cell| !cell.is_enough()).collect();
    let everything = vec![true; cells.len()];
    let whole =
        Cell { listed: sum(&everything, |cell| cell.listed), rest: sum(&everything, |cell| cell.rest) };
    let tells = whole.is_enough();
    if !tells {
        return (false, vec![false; cells.len()]);
    }
    loop {
        let many = hidden.iter().filter(|hidden| **hidden).count();
        let most = u64::try_from(many).unwrap_or(u64::MAX).saturating_mul(few() - 1);
        let is_safe = |sum: u64| sum >= few() && sum != most;
        if many == 0 || (many > 1 && is_safe(sum(&hidden, |c| c.listed)) && is_safe(sum(&hidden, |c| c.rest)))
        {
            return (true, hidden.iter().map(|hidden| !hidden).collect());
        }
        let smallest = (0..cells.len())
            .filter(|at| hidden.get(*at) == Some(&false))
            .min_by_key(|at| cells.get(*at).map_or(0, |cell| cell.listed));
        match smallest.and_then(|at| hidden.get_mut(at)) {
            Some(one) => *one = true,
            // Nothing is told but the whole.
            None => return (true, vec![false; cells.len()]),
        }
    }
}
