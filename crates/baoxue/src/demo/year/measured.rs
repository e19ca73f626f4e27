//! 上学路程, 学位床位 and one 撤并研究 of the demo county, by the use cases themselves. Every minute, metre, place and bed is invented: drawn from the
//! ids of the village group and the school, and near nothing that anybody measured.

use std::sync::Arc;

use casework::db::{Db, DbError};
use casework::keys::Keys;
use casework::seed::{self, SeedWay};
use casework::ways::{self, Draft, PlacesTable, WayTable};
use jiff::ToSpan;
use rules::access::Role;
use rules::age::school_year;
use rules::plan::Plan;

use super::followed::{holders, said};
use super::{Year, moment};

/// Lines of one table.
const AT_ONCE: usize = 2_500;

/// One way in so many is not measured yet: work to do.
const OPEN: u64 = 14;

/// A number out of two ids that is always the same (FNV-1a).
fn drawn(parts: [&str; 2]) -> u64 {
    parts
        .iter()
        .flat_map(|part| part.bytes())
        .fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// The line of a way; `None` for one that nobody has measured.
fn line(way: &SeedWay) -> Option<String> {
    let number = drawn([&way.home, &way.to]);
    if number.is_multiple_of(OPEN) {
        return None;
    }
    let core = way.village.trim_end_matches("社区居民委员会").trim_end_matches("村民委员会");
    let own = !core.is_empty() && way.school.contains(core);
    let spread = number / OPEN;
    let (minutes, means, pace) = match (own, way.near, spread % 5) {
        (true, ..) => (5 + spread % 26, "步行", 65),
        (false, true, 0) => (15 + spread % 25, "家长接送", 400),
        (false, true, 1) => (15 + spread % 30, "校车", 420),
        (false, true, _) => (15 + spread % 55, "步行", 70),
        (false, false, 0) => (40 + spread % 60, "摩托", 450),
        (false, false, _) => (50 + spread % 90, "客运", 500),
    };
    let metres = minutes * pace;
    let season = match spread / 97 % 40 {
        0 => "雨季不通",
        1..=3 => "雨季难走",
        _ => "",
    };
    let (km, part) = (metres / 1000, metres % 1000 / 100);
    // A way of nought is none.
    let part = if km == 0 { part.max(1) } else { part };
    Some(format!("{}\t{}\t{}\t{minutes}\t{km}.{part}\t{means}\t{season}", way.village, way.group, way.school))
}

impl Year {
    /// Measures, counts places and beds, and drafts one study.
    pub(super) fn measured(&self, db: &Db, (keys, plan): (&Keys, &Arc<Plan>)) -> Result<(), DbError> {
        let actors = Arc::clone(&self.actors);
        let Some(bureau) = holders(&actors, Role::Bureau).into_values().next() else { return Ok(()) };
        let county = self.county.clone();
        let (small, all) = db.read(move |tx| {
            let small = seed::small_school(tx, &county)?;
            let all = seed::ways(tx, &county, small.as_deref().unwrap_or_default())?;
            Ok::<_, DbError>((small, all))
        })?;
        let then = Self::working(self.today.saturating_sub(21.days()));
        let now = |hour| self.now.at_moment(moment(then, hour, 20, 0));
        let lines: Vec<String> = all.iter().filter_map(line).collect();
        for part in lines.chunks(AT_ONCE) {
            let table =
                WayTable {
                    day: then, source: "演示数据，编造的路程".to_owned(), lines: part.join("\n")
                };
            let (keys, plan, now, by) = (keys.clone(), Arc::clone(plan), now(10), (*bureau).clone());
            db.write(move |tx| {
                seed::acted(tx, (&keys, &plan, &now), &by, |desk| ways::measure(desk, &table)).map_err(said)
            })?;
        }
        let (keys, plan, later, by) = (keys.clone(), Arc::clone(plan), now(11), (*bureau).clone());
        let (year, from) = (school_year(then), jiff::civil::date(school_year(then).saturating_add(1), 9, 1));
        db.write(move |tx| {
            let with = (&keys, &*plan, &later);
            let schools = seed::acted(tx, with, &by, ways::places).map_err(said)?;
            let lines: Vec<String> = schools
                .iter()
                .map(|one| {
                    let number = drawn([&one.school, "places"]);
                    let (pupils, boarders) = (one.pupils.unwrap_or(0), one.boarders.unwrap_or(0));
                    let places = pupils.div_ceil(10) * 10 + u32::try_from(number % 4).unwrap_or(0) * 10;
                    let beds = boarders + u32::try_from(number / 4 % 6).unwrap_or(0) * 2;
                    format!("{}\t{places}\t{beds}", one.name)
                })
                .collect();
            let table =
                PlacesTable {
                    year, source: "演示数据，编造的学位".to_owned(), lines: lines.join("\n")
                };
            if !lines.is_empty() {
                seed::acted(tx, with, &by, |desk| ways::set_places(desk, &table)).map_err(said)?;
            }
            let Some(school) = &small else { return Ok(()) };
            let study = Draft {
                school: school.clone(),
                grades: Vec::new(),
                from,
                why: "演示用的研究：生源逐年减少，先看并到别的学校以后孩子怎么上学。".to_owned(),
                receivers: String::new(),
            };
            seed::acted(tx, with, &by, |desk| ways::draft(desk, &study)).map(drop).map_err(said)
        })
    }
}
