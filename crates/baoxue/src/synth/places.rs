//! Where the invented people live: the county's real townships and villages, with invented hamlets, clans and
//! house numbers. It must not know anything about the people.

use rules::codes::Ethnicity;
use rules::plan::Plan;

use super::chance::Chance;
use super::words::WORDS;

/// The county above its villages, as addresses write it.
const PREFECTURE: &str = "云南省大理白族自治州";

/// The county.
#[derive(Debug)]
pub(crate) struct County {
    /// `南涧彝族自治县`.
    name: String,
    /// `南涧县`.
    pub(crate) short: String,
    /// Six digits.
    pub(crate) code: String,
    /// Names of the townships.
    pub(crate) townships: Vec<String>,
    /// Villages in the order of their codes.
    pub(crate) villages: Vec<Village>,
}

/// 村(居)委会.
#[derive(Debug)]
pub(crate) struct Village {
    /// Twelve digits.
    pub(crate) code: String,
    /// `沙乐村`, `南街社区`.
    pub(crate) name: String,
    /// Index into [`County::townships`].
    pub(crate) township: usize,
    /// How many of a thousand children of the county live here, roughly.
    pub(crate) weight: usize,
    /// How careless the keeper of its household list is; 1 is average.
    pub(crate) carelessness: f64,
    pub(crate) hamlets: Vec<&'static str>,
    clans: Vec<&'static str>,
    /// One entry for each share of the village.
    peoples: Vec<Ethnicity>,
}

/// One house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Home {
    /// Index into [`County::villages`]; `None` where the address stops at the township.
    pub(crate) village: Option<usize>,
    pub(crate) township: usize,
    pub(crate) hamlet: &'static str,
    house: i32,
}

/// How an office writes an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wording {
    /// From the province down to the house number: 户籍.
    Full,
    /// From the county down: most schools.
    County,
    /// From the township down.
    Township,
    /// As it was called before the township became a 镇 and the 村公所 a 村委会.
    Former,
}

impl County {
    /// The county of the plan, peopled for one seed.
    pub(crate) fn new(plan: &Plan, seed: u64) -> Self {
        let mut chance = Chance::new(seed, 0);
        let divisions = plan.divisions();
        let villages = divisions.villages().map(|(_, village)| {
            let township = divisions.townships().position(|(id, _)| id == village.township);
            Village::new(&village.code, &village.name, township.unwrap_or(0), &mut chance)
        });
        Self {
            name: plan.county().name.clone(),
            short: plan.county().short.clone(),
            code: plan.county().code.clone(),
            villages: villages.collect(),
            townships: divisions.townships().map(|(_, township)| township.name.clone()).collect(),
        }
    }

    /// The address of a home in an office's wording.
    pub(crate) fn address(&self, home: &Home, wording: Wording) -> String {
        let township = self.townships.get(home.township).map_or("", String::as_str);
        let Some(village) = home.village.and_then(|index| self.villages.get(index)) else {
            return format!("{}{township}", self.short);
        };
        let core = village.core();
        let Home { hamlet, house, .. } = home;
        match (wording, village.is_town()) {
            (Wording::Full, false) => {
                format!("{PREFECTURE}{}{township}{core}村委会{hamlet}村民小组{house}号", self.name)
            }
            (Wording::Full, true) => {
                format!("{PREFECTURE}{}{township}{core}社区{hamlet}{house}号", self.name)
            }
            (Wording::County, false) => format!("{}{township}{core}村委会{hamlet}{house}号", self.short),
            (Wording::County, true) => format!("{}{township}{core}社区{hamlet}{house}号", self.short),
            (Wording::Township, _) => format!("{township}{}{hamlet}", village.name),
            (Wording::Former, true) => format!("{}{township}{core}居委会{hamlet}", self.short),
            (Wording::Former, false) => {
                // 无量乡, 宝华乡: the 镇 of today were 乡.
                let former = township.replace("山镇", "乡").replace('镇', "乡");
                format!("{}{former}{core}村公所{hamlet}社", self.short)
            }
        }
    }

    /// Another village of the same township, where a family may have lived before.
    pub(crate) fn neighbour(&self, home: &Home, chance: &mut Chance) -> Option<Home> {
        let start = self.villages.iter().position(|village| village.township == home.township)?;
        let count = self.villages.iter().filter(|village| village.township == home.township).count();
        let moved = start + chance.below(count);
        let village = self.villages.get(moved)?;
        (Some(moved) != home.village).then(|| village.home(moved, chance))
    }
}

impl Village {
    fn new(code: &str, name: &str, township: usize, chance: &mut Chance) -> Self {
        let town = name.ends_with("社区");
        // 回营 is what its name says.
        let peoples = if name.starts_with("回营") {
            mix(12, 14, 4, 68, 1, chance)
        } else if town {
            mix(58, 34, 4, 2, 1, chance)
        } else {
            let yi = 15 + chance.below(80);
            mix(97_usize.saturating_sub(yi), yi, 2, 1, usize::from(chance.happens(0.1)) * 12, chance)
        };
        let streets = ["文化路", "振兴路", "彝乡路", "南涧路", "团结街", "新民街", "环城路", "金龙路"];
        let hamlets = if town {
            streets.to_vec()
        } else {
            (0..6 + chance.below(12)).map(|_| chance.pick(&WORDS.hamlets)).collect()
        };
        let [han, yi, ..] = &WORDS.surnames;
        let clans = (0..4).map(|rank| if rank < 2 { yi.draw(chance) } else { han.draw(chance) }).collect();
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            township,
            weight: 5 + chance.below(16) + if town { 14 + chance.below(20) } else { 0 },
            carelessness: chance.carelessness(),
            hamlets,
            clans,
            peoples,
        }
    }

    /// `沙乐` of `沙乐村`.
    pub(crate) fn core(&self) -> &str {
        self.name.trim_end_matches("社区").trim_end_matches('村')
    }

    /// 社区: streets instead of hamlets.
    pub(crate) fn is_town(&self) -> bool {
        self.name.ends_with("社区")
    }

    /// A house in this village, whose index is `index`.
    pub(crate) fn home(&self, index: usize, chance: &mut Chance) -> Home {
        Home {
            village: Some(index),
            township: self.township,
            hamlet: chance.pick(&self.hamlets),
            house: chance.between(1, 120),
        }
    }

    /// The 民族 of a family here.
    pub(crate) fn ethnicity(&self, chance: &mut Chance) -> Ethnicity {
        self.peoples.get(chance.below(self.peoples.len())).copied().unwrap_or(Ethnicity::Han)
    }

    /// The surname of one of the big families here, or nothing: those are two in five.
    pub(crate) fn clan(&self, chance: &mut Chance) -> Option<&'static str> {
        chance.happens(0.4).then(|| chance.pick(&self.clans))
    }
}

impl Home {
    /// The same address, breaking off at the township.
    pub(crate) fn without_village(&self) -> Self {
        Self { village: None, ..self.clone() }
    }
}

fn mix(han: usize, yi: usize, bai: usize, hui: usize, miao: usize, chance: &mut Chance) -> Vec<Ethnicity> {
    let bulang = if chance.happens(0.15) { 4 } else { 0 };
    [
        (han, Ethnicity::Han),
        (yi, Ethnicity::Yi),
        (bai, Ethnicity::Bai),
        (hui, Ethnicity::Hui),
        (miao, Ethnicity::Miao),
        (bulang, Ethnicity::Blang),
        (1, Ethnicity::Lisu),
    ]
    .into_iter()
    .flat_map(|(shares, people)| std::iter::repeat_n(people, shares))
    .collect()
}
