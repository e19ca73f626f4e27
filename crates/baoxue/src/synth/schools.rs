//! Schools of a zone and of the county: names, codes that no school has, grades, and how carefully each keeps its
//! lists.

use super::chance::Chance;
use super::places::County;

/// 办学类型.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 完全小学 of one village.
    Village,
    /// 中心完小 of the township.
    Centre,
    /// 初级中学.
    Junior,
    /// 九年一贯制学校, centre and 初中 in one.
    NineYears,
    /// 县城的小学, which takes children from every township.
    CountyPrimary,
    /// 民族中学, the same for 初中.
    CountyJunior,
    /// 普通高中.
    Senior,
    /// 职业高级中学.
    Vocational,
    /// 特殊教育学校.
    Special,
}

impl Kind {
    /// The words in `schools.csv`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Village | Self::Centre | Self::CountyPrimary => "小学",
            Self::Junior | Self::CountyJunior => "初级中学",
            Self::NineYears => "九年一贯制学校",
            Self::Senior => "高级中学",
            Self::Vocational => "职业高级中学",
            Self::Special => "特殊教育学校",
        }
    }

    /// The first two digits of its 学校标识码.
    fn digits(self) -> u32 {
        match self {
            Self::Village | Self::Centre | Self::CountyPrimary => 21,
            Self::Junior | Self::CountyJunior => 31,
            Self::NineYears => 32,
            Self::Senior => 34,
            Self::Vocational => 36,
            Self::Special => 51,
        }
    }
}

/// A school.
#[derive(Debug, Clone)]
pub(crate) struct School {
    /// 学校标识码: stage, province 53, a 9 that no real code of the province has there, and a serial number.
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Index of the village of a [`Kind::Village`] school.
    pub(crate) village: Option<usize>,
    /// How careless its lists are; 1 is average.
    pub(crate) carelessness: f64,
    /// Whether it sent its list of those present.
    pub(crate) sent_present: bool,
    /// Whether its list of those present gives 学籍号 rather than 身份证件号.
    pub(crate) lists_student_numbers: bool,
    /// Which wording of addresses its office uses.
    pub(crate) wording: super::places::Wording,
}

/// Schools that draw from the whole county, in the order in which each zone keeps them behind its own.
const OF_THE_COUNTY: [(Kind, &str); 5] = [
    (Kind::CountyPrimary, "第一完全小学"),
    (Kind::CountyJunior, "民族初级中学"),
    (Kind::Senior, "第一中学"),
    (Kind::Vocational, "职业高级中学"),
    (Kind::Special, "特殊教育学校"),
];

/// Serial numbers reserved for the schools of one zone, and zones that share one set of county schools.
const SERIALS: usize = 60;
pub(crate) const SHARING: usize = 8;

/// What decides the schools of a zone.
pub(crate) struct Catchment<'a> {
    pub(crate) county: &'a County,
    pub(crate) seed: u64,
    /// Serial number of the zone in the county.
    pub(crate) zone: usize,
    pub(crate) township: usize,
    /// Which part of its township, from 0.
    pub(crate) part: usize,
    /// Villages with children enough for a school of their own.
    pub(crate) villages: Vec<usize>,
    /// Whether this zone holds the school that forgot to send its list.
    pub(crate) forgetful: bool,
}

/// The schools of one zone: its villages' own, the centre, the 初中, then those of the county.
pub(crate) fn of_zone(catchment: &Catchment, chance: &mut Chance) -> Vec<School> {
    let Catchment { county, seed, zone, township, part, villages, forgetful } = catchment;
    let town = county.townships.get(*township).map_or("", String::as_str);
    let ordinal = if *part == 0 { String::new() } else { format!("第{}", part + 1) };
    let mut schools = Vec::new();
    let mut add = |kind, name: String, village| {
        let serial = 1000 + zone * SERIALS + schools.len();
        schools.push(school(kind, name, village, serial, chance));
    };
    for index in villages {
        let core = county.villages.get(*index).map_or("", |village| village.core());
        add(Kind::Village, format!("{town}{ordinal}{core}完小"), Some(*index));
    }
    // One township in the plan's order keeps its pupils for nine years under one roof.
    if *township + 2 == county.townships.len() {
        add(Kind::NineYears, format!("{town}{ordinal}九年一贯制学校"), None);
    } else {
        add(Kind::Centre, format!("{town}{ordinal}中心完小"), None);
        add(Kind::Junior, format!("{town}{ordinal}初级中学"), None);
    }
    if *forgetful && let Some(first) = schools.first_mut() {
        first.sent_present = false;
    }
    let group = zone / SHARING;
    // Every zone of a group must see the same county schools, so they are drawn from a stream of the group's own.
    let mut shared = Chance::new(*seed, (1 << 40) + group as u64);
    let ordinal = if group == 0 { String::new() } else { format!("{}区", group + 1) };
    schools.extend(OF_THE_COUNTY.iter().enumerate().map(|(rank, (kind, name))| {
        let serial = group * OF_THE_COUNTY.len() + rank + 1;
        let serial = if serial < 1000 { serial } else { 90_000 + serial };
        school(*kind, format!("{}{ordinal}{name}", county.short), None, serial, &mut shared)
    }));
    schools
}

fn school(kind: Kind, name: String, village: Option<usize>, serial: usize, chance: &mut Chance) -> School {
    use super::places::Wording::{County, Full, Township};
    School {
        code: format!("{}539{serial:05}", kind.digits()),
        name,
        kind,
        village,
        carelessness: chance.carelessness(),
        sent_present: true,
        lists_student_numbers: chance.happens(0.6),
        wording: match chance.below(10) {
            0..5 => County,
            5..8 => Township,
            _ => Full,
        },
    }
}
