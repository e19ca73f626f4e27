//! How long until a child is back: Kaplan and Meier's estimate, in which a child that is still out counts for as long as it is known to
//! have been out, and is neither left out nor taken for never coming back.

use std::collections::BTreeMap;

/// A step of the curve: it falls only where somebody came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Days since the case was opened.
    pub days: u32,
    /// Children who were still out, and followed, just before.
    pub at_risk: u64,
    /// Of them back on that day.
    pub back: u64,
    /// The share that is still out after that day, 0 to 1.
    pub still_out: f64,
}

/// The curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Its steps, the earliest first.
    pub points: Vec<Point>,
    /// Children in it.
    pub children: u64,
    /// Of them back.
    pub back: u64,
    /// The longest that anybody was followed.
    pub longest: u32,
}

impl Curve {
    /// The share still out after so many days; `None` once nobody is followed for so long.
    #[must_use]
    pub fn still_out(&self, days: u32) -> Option<f64> {
        if self.children == 0 || days > self.longest {
            return None;
        }
        let before = self.points.iter().take_while(|point| point.days <= days).last();
        Some(before.map_or(1.0, |point| point.still_out))
    }

    /// Days until half of them are back; `None` while fewer are.
    #[must_use]
    pub fn median(&self) -> Option<u32> {
        self.points.iter().find(|point| point.still_out <= 0.5).map(|point| point.days)
    }
}

/// The curve of children by days: how many came back on that day, and how many were then followed no longer (still out today, or no longer to
/// be brought back). Who came back on a day was at risk on it, and so was who ceased to be followed on it.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts of children are far below 2^52")]
pub fn curve(days: &BTreeMap<u32, (u64, u64)>) -> Curve {
    let children = days.values().map(|(back, left)| back + left).sum();
    let mut found =
        Curve { children, longest: days.keys().next_back().copied().unwrap_or(0), ..Curve::default() };
    let (mut at_risk, mut still_out) = (children, 1.0_f64);
    for (day, (back, left)) in days {
        if *back > 0 && at_risk > 0 {
            still_out *= 1.0 - (*back as f64) / (at_risk as f64);
            found.back += back;
            found.points.push(Point { days: *day, at_risk, back: *back, still_out });
        }
        at_risk = at_risk.saturating_sub(back + left);
    }
    found
}
