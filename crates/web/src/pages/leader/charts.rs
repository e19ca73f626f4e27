//! Shapes of the leader's page: tiles, a curve, the year. Numbers in, coordinates out, drawn by the template as SVG: it needs no script, prints as
//! it is, and weighs a few kilobytes.

use jiff::Unit;
use jiff::civil::{Date, date};
use rules::calendar::Term;
use rules::figures::Curve;

/// A village of the tile map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) x: u32,
    pub(super) y: u32,
    /// Short enough for its tile.
    pub(super) short: String,
    pub(super) many: u64,
    /// 0 none, 1 one or two, 2 up to five, 3 more.
    pub(super) level: u8,
    /// Read out, and shown when pointed at.
    pub(super) says: String,
    pub(super) href: String,
}

/// A township of the tile map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Town {
    pub(super) name: String,
    pub(super) many: u64,
    pub(super) href: String,
    pub(super) tiles: Vec<Tile>,
    pub(super) height: u32,
}

/// Tiles in a row, and how large they are.
const ROW: u32 = 5;
const WIDE: u32 = 68;
const HIGH: u32 = 56;

/// A village as it is to be drawn: name, how many, where its number leads.
pub(super) type Village = (String, u64, String);

/// A township with its villages in the order in which they come.
pub(super) fn town(name: String, many: u64, href: String, villages: Vec<Village>) -> Town {
    let rows = u32::try_from(villages.len()).unwrap_or(u32::MAX).div_ceil(ROW).max(1);
    let tiles = (0_u32..)
        .zip(villages)
        .map(|(at, (name, many, href))| Tile {
            x: (at % ROW) * WIDE,
            y: (at / ROW) * HIGH,
            short: short(&name),
            many,
            level: match many {
                0 => 0,
                1 | 2 => 1,
                3..=5 => 2,
                _ => 3,
            },
            says: format!("{name}：不在学{many}名"),
            href,
        })
        .collect();
    Town { name, many, href, tiles, height: rows.saturating_mul(HIGH) }
}

/// 安定 for 安定社区: what of a village's name fits its tile.
fn short(name: &str) -> String {
    let bare = ["社区居民委员会", "村村民委员会", "村民委员会", "社区居委会", "村委会", "社区", "村"]
        .iter()
        .find_map(|end| name.strip_suffix(end));
    bare.filter(|bare| !bare.is_empty()).unwrap_or(name).chars().take(4).collect()
}

/// A line of a chart with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: String,
    pub(super) words: String,
}

/// The curve of those still out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plot {
    /// The path.
    pub(super) path: String,
    /// Days below.
    pub(super) days: Vec<Mark>,
    /// Shares on the left.
    pub(super) shares: Vec<Mark>,
    /// The same in words, for whoever does not see the curve.
    pub(super) table: Vec<(u32, String)>,
}

const LEFT: f64 = 40.0;
const RIGHT: f64 = 340.0;
const TOP: f64 = 12.0;
const LOW: f64 = 168.0;

fn across(days: u32, most: u32) -> f64 {
    LEFT + (RIGHT - LEFT) * f64::from(days.min(most)) / f64::from(most.max(1))
}

fn down(share: f64) -> f64 {
    TOP + (LOW - TOP) * (1.0 - share)
}

/// The days of which the page tells the share in words.
const TOLD: [u32; 5] = [7, 14, 30, 60, 90];

/// Draws the curve, a year of it at most.
pub(super) fn plot(curve: &Curve) -> Plot {
    let most = curve.longest.clamp(30, 365);
    let mut path = format!("M{LEFT:.1} {:.1}", down(1.0));
    for point in curve.points.iter().filter(|point| point.days <= most) {
        path.push_str(&format!("H{:.1}V{:.1}", across(point.days, most), down(point.still_out)));
    }
    path.push_str(&format!("H{:.1}", across(curve.longest, most)));
    let step = if most > 180 {
        60
    } else if most > 60 {
        30
    } else {
        10
    };
    let days = (0..=most / step)
        .map(|at| at * step)
        .map(|day| Mark { at: format!("{:.1}", across(day, most)), words: format!("{day}天") })
        .collect();
    let shares = [(1.0, "100%"), (0.75, "75%"), (0.5, "50%"), (0.25, "25%"), (0.0, "0")]
        .map(|(share, words)| Mark { at: format!("{:.1}", down(share)), words: words.to_owned() })
        .to_vec();
    let table = TOLD
        .iter()
        .filter_map(|days| Some((*days, format!("{:.0}%", 100.0 * curve.still_out(*days)?))))
        .collect();
    Plot { path, days, shares, table }
}

/// The school year as a strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Year {
    /// Terms: from, how wide, words.
    pub(super) terms: Vec<(String, String, String)>,
    /// The first of each month.
    pub(super) months: Vec<Mark>,
    /// Today.
    pub(super) now: String,
}

/// Draws the school year that begins in the September of `year`.
pub(super) fn year(year: i16, terms: &[Term], today: Date) -> Year {
    let first = date(year, 9, 1);
    let days = |day: Date| {
        let span = day.since((Unit::Day, first)).map_or(0, |span| span.get_days());
        f64::from(span.clamp(0, 365))
    };
    let at = |day: Date| 4.0 + 352.0 * days(day) / 365.0;
    let months = (0..12_i8)
        .map(|month| {
            let number = (8 + month) % 12 + 1;
            let of = if number >= 9 { year } else { year.saturating_add(1) };
            Mark { at: format!("{:.1}", at(date(of, number, 1))), words: format!("{number}") }
        })
        .collect();
    let terms = terms
        .iter()
        .filter(|term| term.school_year == year)
        .map(|term| {
            let (from, until) = (at(term.first), at(term.last));
            let words = if term.number == 1 { "上学期" } else { "下学期" };
            (format!("{from:.1}"), format!("{:.1}", (until - from).max(1.0)), words.to_owned())
        })
        .collect();
    Year { terms, months, now: format!("{:.1}", at(today)) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use rules::figures::curve;

    use super::*;

    /// A tile for each village, five in a row, none outside of the picture.
    #[test]
    fn tiles() {
        let villages = (0..13).map(|many| (format!("第{many}村"), many, String::new())).collect();
        let town = town("甲镇".to_owned(), 78, String::new(), villages);
        assert_eq!((town.tiles.len(), town.height), (13, 3 * HIGH));
        assert!(town.tiles.iter().all(|tile| tile.x + WIDE <= ROW * WIDE && tile.y + HIGH <= town.height));
        let levels: Vec<u8> = town.tiles.iter().map(|tile| tile.level).collect();
        assert_eq!(levels, [0, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!(
            (short("小军庄社区"), short("落底河村"), short("村")),
            ("小军庄".into(), "落底河".into(), "村".into())
        );
    }

    /// The curve begins at everybody and goes down where somebody came back; what is told in words is what it shows.
    #[test]
    fn the_curve() {
        let drawn = plot(&curve(&BTreeMap::from([(10, (5, 0)), (40, (0, 5))])));
        assert_eq!(drawn.path, "M40.0 12.0H115.0V90.0H340.0");
        assert_eq!(drawn.table, [(7, "100%".to_owned()), (14, "50%".to_owned()), (30, "50%".to_owned())]);
        assert_eq!(plot(&Curve::default()).table, []);
    }

    /// Twelve months from September, today within.
    #[test]
    fn the_year() {
        let drawn = year(2026, &[], date(2026, 9, 1));
        let months: Vec<&str> = drawn.months.iter().map(|mark| mark.words.as_str()).collect();
        assert_eq!(months, ["9", "10", "11", "12", "1", "2", "3", "4", "5", "6", "7", "8"]);
        assert_eq!(drawn.now, "4.0");
    }
}
