//! What may be published (hazard F06；未成年人保护法第一百零三条): a text or a table that could reveal a minor is refused. Pure: whatever
//! publishes asks here first; nothing here knows who publishes what.

use std::collections::BTreeSet;

use crate::fold;

/// Counts from one to this are not shown.
pub const FEW: u32 = 4;

/// Why a text or a table is not published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A number that could be of an identity document or a 学籍号.
    Number,
    /// A number that could be a telephone.
    Phone,
    /// A name of the list that was given: its place in the list.
    Name(usize),
    /// A masked name beside a village, a school or a class: whoever lives there knows who it is.
    Initials,
    /// Two tables whose difference is a handful of children: row, column.
    Difference(usize, usize),
}

impl std::fmt::Display for Problem {
    /// What is wrong and what to do; it repeats nothing of the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Number => "里面有像身份证号、学籍号的数字，请删去",
            Self::Phone => "里面有像手机号的数字，请删去；可以写单位的座机",
            Self::Name(_) => "里面有孩子的姓名，请删去",
            Self::Initials => "“某某”和村、学校、班级写在一起，当地人认得出，请只写乡镇",
            Self::Difference(..) => "和上次公布的只差几个孩子，对照两次就知道是谁，请合并后再公布",
        })
    }
}

impl std::error::Error for Problem {}

/// Signs that people put between the figures of a number.
const fn between(sign: char) -> bool {
    matches!(sign, ' ' | '-' | '_' | '.' | '·' | '\u{2014}' | '\u{3000}')
}

/// The figures of a text in runs: half-width, with what stands between them left out; where each begins and ends, in characters.
fn runs(signs: &[char]) -> Vec<(usize, usize, String)> {
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at) {
        if !fold::half_width(*sign).is_ascii_digit() {
            at += 1;
            continue;
        }
        let (start, mut end, mut run) = (at, at, String::new());
        let mut gap = 0;
        while let Some(sign) = signs.get(at) {
            let half = fold::half_width(*sign);
            let last = run.len() == 17 && matches!(half, 'x' | 'X');
            if half.is_ascii_digit() || last {
                run.push(half.to_ascii_uppercase());
                end = at + 1;
                gap = 0;
            } else if (between(half) || fold::is_blank(*sign)) && gap == 0 {
                gap += 1;
            } else {
                break;
            }
            at += 1;
        }
        found.push((start, end, run));
        at = at.max(end);
    }
    found
}

/// Whether eleven figures in a row begin as a mobile number does.
fn mobile(run: &str) -> bool {
    let local = run.strip_prefix("0086").or_else(|| run.strip_prefix("86")).unwrap_or(run);
    let of = |text: &str| {
        text.len() == 11 && text.starts_with('1') && text.get(1..2).is_some_and(|second| second >= "3")
    };
    of(local) || of(run)
}

/// Refuses a text that could reveal one of `names` or anybody: numbers of documents and telephones, however they are written, a name of
/// the list even with blanks within, a masked name beside a small place.
///
/// # Errors
/// The first [`Problem`].
pub fn check(text: &str, names: &[&str]) -> Result<(), Problem> {
    let signs: Vec<char> = text.chars().collect();
    for (_, _, run) in runs(&signs) {
        if run.len() >= 15 {
            return Err(Problem::Number);
        }
        if mobile(&run) {
            return Err(Problem::Phone);
        }
    }
    let letters: String = fold::key(text).chars().filter(|sign| sign.is_alphanumeric()).collect();
    for (place, name) in names.iter().enumerate() {
        let name: String = fold::key(name).chars().filter(|sign| sign.is_alphanumeric()).collect();
        if name.chars().count() >= 2 && letters.contains(&name) {
            return Err(Problem::Name(place));
        }
    }
    initials(&signs)
}

/// A masked name (李某, 李某某, 李××, 李*) with 村, 组, 校, 学, 班 within twenty characters.
fn initials(signs: &[char]) -> Result<(), Problem> {
    let masks = |sign: char| matches!(sign, '某' | '×' | '*' | '＊' | 'Ｘ' | '✕');
    for (at, pair) in signs.windows(2).enumerate() {
        let [before, sign] = pair else { continue };
        if !masks(*sign) || masks(*before) || !before.is_alphabetic() {
            continue;
        }
        let near = signs.iter().skip(at.saturating_sub(20)).take(42);
        if near.into_iter().any(|sign| matches!(sign, '村' | '组' | '校' | '学' | '班' | '寨')) {
            return Err(Problem::Initials);
        }
    }
    Ok(())
}

/// The text with every longer number and every name of the list hidden: for a line in an officer's list (hazard F04).
#[must_use]
pub fn hide(text: &str, names: &[&str]) -> String {
    let mut signs: Vec<char> = text.chars().collect();
    for (start, end, run) in runs(&signs) {
        if run.len() >= 7 {
            for sign in signs.iter_mut().take(end).skip(start) {
                *sign = '*';
            }
        }
    }
    let mut text: String = signs.into_iter().collect();
    for name in names.iter().map(|name| name.trim()).filter(|name| name.chars().count() >= 2) {
        text = text.replace(name, &crate::mask::name(name));
    }
    text
}

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

/// Hides every count from 1 to [`FEW`], and as many others as it takes that none of these can be reckoned from the sums (complementary
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
        counts.places().filter(|place| (1..=FEW).contains(&counts.at(*place))).collect();
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
        let few = !own.is_empty() && !sum_hidden && (1..=FEW).contains(&together);
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
                && (1..=FEW).contains(&one.abs_diff(*other))
            {
                return Err(Problem::Difference(row, column));
            }
        }
    }
    Ok(())
}
