//! The townships and villages of a county: by code, and inside an address as people write it.
//!
//! 村民小组 have no public code; an address is followed down to the village and no further.

use std::collections::HashMap;

use crate::fold;

/// A township of one [`Divisions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TownshipId(u8);

/// A village (村委会 or 社区) of one [`Divisions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VillageId(u16);

/// A place in the county, as exactly as it is known. A village always comes with its township; neither means
/// somewhere in the county.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Place {
    /// The township, when known.
    pub township: Option<TownshipId>,
    /// The village, when known.
    pub village: Option<VillageId>,
}

/// A township as the plan lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Township {
    /// Nine digits.
    pub code: String,
    /// Full name, such as 公郎镇.
    pub name: String,
}

/// A village as the plan lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Twelve digits.
    pub code: String,
    /// Name with its kind, such as 沙乐村 or 南街社区.
    pub name: String,
    /// The township it belongs to.
    pub township: TownshipId,
}

/// The county with its townships and villages.
#[derive(Debug, Clone)]
pub struct Divisions {
    code: String,
    name: String,
    /// 南涧县 for 南涧彝族自治县: what addresses mostly say.
    short: String,
    townships: Vec<Township>,
    villages: Vec<Village>,
    by_code: HashMap<u64, Place>,
    /// Names to look for in an address, by the low byte of their first character.
    needles: Vec<Vec<Needle>>,
}

#[derive(Debug, Clone)]
struct Needle {
    /// The name without 镇, 乡, 村, 社区.
    core: String,
    place: Place,
}

/// What may follow the bare name of a village in an address.
const VILLAGE_WORDS: [&str; 6] = ["村", "社区", "居委会", "居民委员会", "居", "委会"];

impl Divisions {
    /// The divisions of one county. `townships` come with their villages as (12-digit code, name).
    #[must_use]
    pub fn new(
        code: String,
        name: String,
        short: String,
        townships: Vec<(Township, Vec<(String, String)>)>,
    ) -> Self {
        let mut made = Self {
            by_code: HashMap::from([(digits(&code).unwrap_or_default(), Place::default())]),
            code,
            name,
            short,
            townships: Vec::new(),
            villages: Vec::new(),
            needles: vec![Vec::new(); 256],
        };
        for (township, villages) in townships {
            let Ok(id) = u8::try_from(made.townships.len()).map(TownshipId) else { break };
            let place = Place { township: Some(id), village: None };
            made.add(&township.code, township_core(&township.name), place);
            made.townships.push(township);
            for (code, name) in villages {
                let Ok(village) = u16::try_from(made.villages.len()).map(VillageId) else { break };
                made.add(&code, village_core(&name), Place { village: Some(village), ..place });
                made.villages.push(Village { code, name, township: id });
            }
        }
        // The longest name first: 无量山 before 无量.
        for bucket in &mut made.needles {
            bucket.sort_by_key(|needle| std::cmp::Reverse(needle.core.len()));
        }
        made
    }

    fn add(&mut self, code: &str, core: &str, place: Place) {
        if let Some(code) = digits(code) {
            self.by_code.insert(code, place);
        }
        let bucket = core.chars().next().map_or(0, bucket);
        if let Some(needles) = self.needles.get_mut(bucket) {
            needles.push(Needle { core: core.to_owned(), place });
        }
    }

    /// The place of a code of 6, 9 or 12 digits; zeros at the end stand for the larger place. `None` for a code
    /// of another length, county or unknown village.
    #[must_use]
    pub fn by_code(&self, code: &str) -> Option<Place> {
        let code = fold::trim(code);
        let exact = match code.len() {
            12 => code.strip_suffix("000000").or_else(|| code.strip_suffix("000")).unwrap_or(code),
            9 => code.strip_suffix("000").unwrap_or(code),
            6 => code,
            _ => return None,
        };
        self.by_code.get(&digits(exact)?).copied()
    }

    /// The township and village that an address names, or a village given by its bare name. `None` when it
    /// names neither, or a county other than this one.
    ///
    /// A village must be of the township that the address names; without one it must stand at the beginning or
    /// right behind the county. Where a bare name is both a township's and a village's (公郎), only the
    /// township is sure.
    #[must_use]
    pub fn locate(&self, address: &str) -> Option<Place> {
        let text = fold::trim(address);
        let start = self.behind_county(text)?;
        let mut rest = text.get(start..)?;
        let mut township = None;
        let mut expecting = true;
        while let Some(c) = rest.chars().next() {
            if fold::is_blank(c) {
                rest = rest.get(c.len_utf8()..)?;
                continue;
            }
            if let Some((place, len)) = self.at(rest, township, expecting) {
                if place.village.is_some() {
                    return Some(place);
                }
                township = place.township;
                rest = rest.get(len..)?;
                expecting = true;
            } else {
                rest = rest.get(c.len_utf8()..)?;
                expecting = false;
            }
        }
        township.map(|id| Place { township: Some(id), village: None })
    }

    /// The name that begins here, and its length with what belongs to it. `expecting` says that a place name
    /// has just ended, so that a bare one may follow.
    fn at(&self, rest: &str, township: Option<TownshipId>, expecting: bool) -> Option<(Place, usize)> {
        let first = rest.chars().next()?;
        let needles = self.needles.get(bucket(first))?;
        for needle in needles {
            let Some(behind) = rest.strip_prefix(needle.core.as_str()) else { continue };
            let len = needle.core.len();
            let found = match needle.place.village {
                None if township.is_none() => {
                    if behind.starts_with(['镇', '乡']) {
                        Some(len + '镇'.len_utf8())
                    } else {
                        let bare = expecting && !VILLAGE_WORDS.iter().any(|word| behind.starts_with(word));
                        bare.then_some(len)
                    }
                }
                None => None,
                Some(_) => {
                    let right_township = township.is_none_or(|id| needle.place.township == Some(id));
                    let named = VILLAGE_WORDS.iter().any(|word| behind.starts_with(word));
                    let bare = township.is_some() || behind.is_empty();
                    let sure =
                        right_township && (named && (expecting || township.is_some()) || expecting && bare);
                    sure.then_some(len)
                }
            };
            if let Some(len) = found {
                return Some((needle.place, len));
            }
        }
        None
    }

    /// Where the text goes on behind the name of this county; 0 when it names none; `None` when it names
    /// another one.
    fn behind_county(&self, text: &str) -> Option<usize> {
        for name in [self.short.as_str(), self.name.as_str()] {
            if let Some(at) = text.find(name) {
                return Some(at + name.len());
            }
        }
        let elsewhere = text.char_indices().any(|(at, c)| at > 0 && matches!(c, '县' | '市'));
        (!elsewhere).then_some(0)
    }

    /// Six digits of the county.
    #[must_use]
    pub fn county_code(&self) -> &str {
        &self.code
    }

    /// Full name of the county.
    #[must_use]
    pub fn county_name(&self) -> &str {
        &self.name
    }

    /// Every township, in the order of the codes.
    pub fn townships(&self) -> impl Iterator<Item = (TownshipId, &Township)> {
        (0..).map(TownshipId).zip(&self.townships)
    }

    /// Every village, in the order of the codes.
    pub fn villages(&self) -> impl Iterator<Item = (VillageId, &Village)> {
        (0..).map(VillageId).zip(&self.villages)
    }

    /// The township with that id; `None` for an id of other divisions.
    #[must_use]
    pub fn township(&self, id: TownshipId) -> Option<&Township> {
        self.townships.get(usize::from(id.0))
    }

    /// The village with that id; `None` for an id of other divisions.
    #[must_use]
    pub fn village(&self, id: VillageId) -> Option<&Village> {
        self.villages.get(usize::from(id.0))
    }

    /// A place for people: `公郎镇沙乐村`, `公郎镇`, or the county.
    #[must_use]
    pub fn name(&self, place: Place) -> String {
        let township = place.township.and_then(|id| self.township(id));
        let village = place.village.and_then(|id| self.village(id));
        match (township, village) {
            (Some(township), Some(village)) => format!("{}{}", township.name, village.name),
            (Some(township), None) => township.name.clone(),
            _ => self.name.clone(),
        }
    }

    /// The code of a place: 12 digits for a village, 9 for a township, 6 for the county.
    #[must_use]
    pub fn code(&self, place: Place) -> &str {
        let village = place.village.and_then(|id| self.village(id)).map(|village| village.code.as_str());
        let township = place.township.and_then(|id| self.township(id)).map(|township| township.code.as_str());
        village.or(township).unwrap_or(&self.code)
    }
}

fn digits(code: &str) -> Option<u64> {
    code.bytes().all(|byte| byte.is_ascii_digit()).then(|| code.parse().ok()).flatten()
}

fn bucket(c: char) -> usize {
    usize::from(u32::from(c).to_le_bytes()[0])
}

fn township_core(name: &str) -> &str {
    name.strip_suffix(['镇', '乡']).unwrap_or(name)
}

fn village_core(name: &str) -> &str {
    name.strip_suffix("社区").or_else(|| name.strip_suffix('村')).unwrap_or(name)
}
