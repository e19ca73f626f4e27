//! Tables as they are published: small counts hidden with as many others as it takes, and nothing that differs from an earlier table by a handful
//! (hazard F06). It knows no words.

use std::collections::BTreeSet;

use super::{FEW, Problem};

/// A cell as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The count.
    Shown(u32),
    /// A dash: too few, or hidden so that too few cannot be reckoned.
    Hidden,
}

/// A table with its sums as it is published: the last row and the last column are the sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published(pub Vec<Vec<Cell>>);

/// Hides every count from 1 to below [`FEW`], and as many others as it takes that none of these can be reckoned from the sums (complementary
/// suppression). Rows may be ragged; a missing cell counts as nought. A row or a column whose hidden cells together are too few gets
/// another hidden one.
#[must_use]
pub fn suppress(table: &[Vec<u32>]) -> Published {
    let wide = table.iter().map(Vec::len).max().unwrap_or_default();
    let mut whole: Vec<Vec<u32>> = table
        .iter()
        .map(|row| {
            let mut row: Vec<u32> = row.iter().copied().chain(std::iter::repeat(0)).take(wide).collect();
            row.push(row.iter().fold(0, |sum: u32, count| sum.saturating_add(*count)));
            row
        })
        .collect();
    let sums = (0..=wide).map(|column| {
        whole.iter().filter_map(|row| row.get(column)).fold(0, |sum: u32, count| sum.saturating_add(*count))
    });
    let sums: Vec<u32> = sums.collect();
    whole.push(sums);
    let counts = Grid { cells: whole };
    let mut hidden: BTreeSet<(usize, usize)> =
        counts.places().filter(|place| (1..FEW).contains(&counts.at(*place))).collect();
    // Each round hides one more: it ends when nothing can be reckoned, or when nothing is left to hide.
    while let Some(more) = counts.weak(&hidden) {
        hidden.insert(more);
    }
    let shown = counts.cells.iter().enumerate().map(|(row, cells)| {
        let cells = cells.iter().enumerate();
        cells
            .map(|(column, count)| match hidden.contains(&(row, column)) {
                true => Cell::Hidden,
                false => Cell::Shown(*count),
            })
            .collect()
    });
    Published(shown.collect())
}

/// The counts with their sums.
struct Grid {
    cells: Vec<Vec<u32>>,
}

impl Grid {
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.cells
            .iter()
            .enumerate()
            .flat_map(|(row, cells)| (0..cells.len()).map(move |column| (row, column)))
    }

    fn at(&self, (row, column): (usize, usize)) -> u32 {
        self.cells.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or_default()
    }

    /// The next cell to hide, where something can still be reckoned.
    fn weak(&self, hidden: &BTreeSet<(usize, usize)>) -> Option<(usize, usize)> {
        let (rows, columns) = (self.cells.len(), self.cells.first().map_or(0, Vec::len));
        for row in 0..rows {
            let line: Vec<(usize, usize)> = (0..columns).map(|column| (row, column)).collect();
            if let Some(more) = self.thin(&line, hidden) {
                return Some(more);
            }
        }
        for column in 0..columns {
            let line: Vec<(usize, usize)> = (0..rows).map(|row| (row, column)).collect();
            if let Some(more) = self.thin(&line, hidden) {
                return Some(more);
            }
        }
        self.bridge(hidden)
    }

    /// A line with one hidden cell, or whose hidden cells are together too few to be told: one more of it.
    fn thin(&self, line: &[(usize, usize)], hidden: &BTreeSet<(usize, usize)>) -> Option<(usize, usize)> {
        let own: Vec<&(usize, usize)> = line.iter().filter(|place| hidden.contains(place)).collect();
        // The sum at the end of the line is on the other side of the equation.
        let sum_hidden = line.last().is_some_and(|last| hidden.contains(last));
        let parts = own.iter().filter(|place| Some(**place) != line.last());
        let together = parts.fold(0_u32, |sum, place| sum.saturating_add(self.at(**place)));
        let few = !own.is_empty() && !sum_hidden && (1..FEW).contains(&together);
        if own.len() == 1 || few { self.least(line, hidden) } else { None }
    }

    /// The shown cell of a line that says least: one that is not nought before a nought, one that closes a ring with what is hidden already
    /// before one that needs others in its turn, the smaller before the greater.
    fn least(&self, line: &[(usize, usize)], hidden: &BTreeSet<(usize, usize)>) -> Option<(usize, usize)> {
        let shown = line.iter().filter(|place| !hidden.contains(place));
        let across = |place: &(usize, usize)| {
            let beside = |other: &(usize, usize)| (other.0 == place.0) != (other.1 == place.1);
            hidden.iter().any(|other| beside(other) && !line.contains(other))
        };
        shown.copied().min_by_key(|place| (self.at(*place) == 0, !across(place), self.at(*place), *place))
    }

    /// A hidden cell that is the only way between two parts of the hidden ones follows from the rest: the sums around one part leave it
    /// alone. Another cell of its row or its column is hidden too.
    fn bridge(&self, hidden: &BTreeSet<(usize, usize)>) -> Option<(usize, usize)> {
        let (rows, columns) = (self.cells.len(), self.cells.first().map_or(0, Vec::len));
        for cut in hidden {
            let mut part: Vec<usize> = (0..rows + columns).collect();
            // Parts are few and small: each cell joins its row and its column until nothing changes.
            let mut changed = true;
            while changed {
                changed = false;
                for (row, column) in hidden.iter().filter(|place| *place != cut) {
                    let (one, other) = (part.get(*row).copied(), part.get(rows + column).copied());
                    let (Some(one), Some(other)) = (one, other) else { continue };
                    if one != other {
                        let (to, from) = (one.min(other), one.max(other));
                        part.iter_mut().filter(|part| **part == from).for_each(|part| *part = to);
                        changed = true;
                    }
                }
            }
            if part.get(cut.0) != part.get(rows + cut.1) {
                let row: Vec<(usize, usize)> = (0..columns).map(|column| (cut.0, column)).collect();
                let column: Vec<(usize, usize)> = (0..rows).map(|row| (row, cut.1)).collect();
                if let Some(more) = self.least(&row, hidden).or_else(|| self.least(&column, hidden)) {
                    return Some(more);
                }
            }
        }
        None
    }
}

/// Refuses to publish `now` beside `before`, the same table of an earlier day, where a cell that both show differs by a handful: their
/// difference would be the table of those few (differencing). Tables of different shape are of different things.
///
/// # Errors
/// [`Problem::Difference`] with the first cell.
pub fn differ(before: &Published, now: &Published) -> Result<(), Problem> {
    for (row, (one, other)) in before.0.iter().zip(&now.0).enumerate() {
        for (column, pair) in one.iter().zip(other).enumerate() {
            if let (Cell::Shown(one), Cell::Shown(other)) = pair
                && (1..FEW).contains(&one.abs_diff(*other))
            {
                return Err(Problem::Difference(row, column));
            }
        }
    }
    Ok(())
}
