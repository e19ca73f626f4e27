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
    /// Whether villages of two townships have this name.
    shared: bool,
}

/// The township that an address has named so far.
#[derive(Debug, Clone, Copy)]
struct Named {
    township: TownshipId,
    /// With 镇 or 乡 behind it; a bare name may still turn out to be something else.
    in_full: bool,
}

/// What follows the bare name of a village and leaves no doubt.
const COMMITTEE: [&str; 5] = ["村委会", "村民委员会", "社区", "居委会", "居民委员会"];

/// What follows a name that is a street, a school or a hill, and no village.
const OTHER_THINGS: [&str; 10] = ["路", "街", "巷", "道", "桥", "山", "河", "小区", "小学", "中学"];

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
            let mut needle = Needle { core: core.to_owned(), place, shared: false };
            for other in needles.iter_mut().filter(|other| other.core == core) {
                let both_villages = place.village.is_some() && other.place.village.is_some();
                other.shared |= both_villages;
                needle.shared |= both_villages;
            }
            needles.push(needle);
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
    /// names neither, or another county first.
    ///
    /// A village must belong to the township that the address names; without one it must stand at the beginning
    /// or right behind the county. Where a bare name is both a township's and a village's (公郎), only the
    /// township is sure. Of several villages the first counts: the later ones are 自然村 inside it.
    #[must_use]
    pub fn locate(&self, address: &str) -> Option<Place> {
        let text = fold::trim(address);
        let behind = self.behind_county(text);
        let mut rest = behind.unwrap_or(text);
        let mut named: Option<Named> = None;
        let mut directly = true;
        while let Some(c) = rest.chars().next() {
            if let Some((place, len, in_full)) = self.name_here(rest, named, directly) {
                match place.township {
                    Some(township) if place.village.is_none() => named = Some(Named { township, in_full }),
                    _ => return Some(place),
                }
                rest = rest.get(len..)?;
                directly = true;
                continue;
            }
            let next = rest.get(c.len_utf8()..)?;
            let other_county = matches!(c, '县' | '市') && !next.starts_with(['场', '政', '民']);
            if other_county && named.is_none() && behind.is_none() && rest.len() < text.len() {
                return None;
            }
            directly = directly && fold::is_blank(c);
            rest = next;
        }
        named.map(|named| Place { township: Some(named.township), village: None })
    }

    /// The place whose name begins here, the length of the name, and whether it is a township's in full.
    /// `directly` says that the county or township has just ended, so that a bare name is enough.
    fn name_here(&self, rest: &str, named: Option<Named>, directly: bool) -> Option<(Place, usize, bool)> {
        for needle in self.needles.get(bucket(rest.chars().next()?))? {
            let Some(behind) = rest.strip_prefix(needle.core.as_str()) else { continue };
            let place = needle.place;
            if place.village.is_none() {
                let in_full = behind.starts_with(['镇', '乡']);
                if in_full && named.is_none_or(|named| !named.in_full) {
                    return Some((place, needle.core.len() + '镇'.len_utf8(), true));
                }
                if directly && named.is_none() && !behind.starts_with('村') && !is_other_thing(behind) {
                    return Some((place, needle.core.len(), false));
                }
                continue;
            }
            let found = match named {
                // A bare township name in front may have been something else; a full one never is.
                Some(named) if Some(named.township) != place.township => false,
                Some(_) if directly => !is_other_thing(behind),
                Some(_) => starts_with_any(behind, &COMMITTEE),
                None => {
                    directly
                        && !needle.shared
                        && (behind.starts_with('村')
                            || starts_with_any(behind, &COMMITTEE)
                            || behind.is_empty())
                }
            };
            if found {
                return Some((place, needle.core.len(), false));
            }
        }
        None
    }

    /// What stands behind the name of this county, if the text names it: in full, short, or by its bare name
    /// at the beginning when no 镇 or 乡 makes that a township's.
    fn behind_county<'t>(&self, text: &'t str) -> Option<&'t str> {
        let named = [&self.short, &self.name].into_iter().find_map(|name| text.split_once(name.as_str()));
        if let Some((_, behind)) = named {
            return Some(behind.strip_prefix('城').unwrap_or(behind));
        }
        let behind = text.strip_prefix(self.short.strip_suffix('县')?)?;
        (!behind.is_empty() && !behind.starts_with(['镇', '乡', '村'])).then_some(behind)
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

fn starts_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

fn is_other_thing(behind: &str) -> bool {
    starts_with_any(behind, &OTHER_THINGS)
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
