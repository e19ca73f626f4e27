//! Names that nobody bears by design but anybody could: surname by people and clan, given name by the fashion
//! of the birth year, generation characters shared by siblings, transliterated names with and without a dot.

use rules::codes::{Ethnicity, Sex};

use super::chance::Chance;
use super::words::WORDS;

/// A surname of this people, by frequency.
fn surname(people: Ethnicity, chance: &mut Chance) -> &'static str {
    let [han, yi, bai, hui, miao] = &WORDS.surnames;
    match people {
        Ethnicity::Yi => yi,
        Ethnicity::Bai => bai,
        Ethnicity::Hui => hui,
        Ethnicity::Miao => miao,
        _ => han,
    }
    .draw(chance)
}

/// How a family names its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Surname and given name in the Han manner: almost everybody here.
    Surname,
    /// 凉山彝名: clan and own name, `吉克伍呷`.
    Clan,
    /// The same, written with a dot: `沙马·拉且`.
    ClanWithDot,
    /// 维吾尔 name: own name, dot, father's name, sometimes a third.
    Patronym,
    /// 藏 name without any family part: `扎西顿珠`.
    Tibetan,
    /// 傣 name: 岩 or 玉 and one or two syllables.
    Dai,
}

/// One person's name and how much of it is the family's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// As the family writes it.
    pub(crate) text: String,
    /// How many characters at its front are the surname or clan; 0 where there is none.
    pub(crate) surname: usize,
}

/// What the members of one family share in their names.
#[derive(Debug, Clone)]
pub(crate) struct Lineage {
    /// The manner of naming.
    pub(crate) naming: Naming,
    /// Surname or clan; empty where the family has none.
    pub(crate) surname: &'static str,
    /// 字辈: the character the siblings share, if the family keeps one.
    pub(crate) generation: Option<char>,
    /// The father's own name, which 维吾尔 children carry on.
    pub(crate) father: String,
}

impl Lineage {
    /// The lineage of a family of `people`; `clan` is the surname of most families of the village, if this family
    /// belongs to them.
    pub(crate) fn new(people: Ethnicity, clan: Option<&'static str>, chance: &mut Chance) -> Self {
        let naming = match people {
            Ethnicity::Uygur => Naming::Patronym,
            Ethnicity::Zang => Naming::Tibetan,
            Ethnicity::Dai => Naming::Dai,
            Ethnicity::Yi if chance.happens(0.012) => Naming::ClanWithDot,
            Ethnicity::Yi if chance.happens(0.012) => Naming::Clan,
            _ => Naming::Surname,
        };
        let surname = match naming {
            Naming::Surname => clan.unwrap_or_else(|| surname(people, chance)),
            Naming::Clan | Naming::ClanWithDot => word("彝家", chance),
            Naming::Patronym | Naming::Tibetan | Naming::Dai => "",
        };
        let generation = chance.happens(0.3).then(|| character("辈", chance));
        Self { naming, surname, generation, father: String::new() }
    }

    /// The name of somebody of this family born in `year`; siblings share the generation character if `sibling`.
    pub(crate) fn name(&self, sex: Sex, year: i16, sibling: bool, chance: &mut Chance) -> Name {
        let mut text = self.surname.to_owned();
        match self.naming {
            Naming::Surname => {
                let shared = self.generation.filter(|_| sibling && chance.happens(by_sex(sex, 0.9, 0.5)));
                given(&mut text, sex, year, shared, chance);
            }
            Naming::Clan => text.push_str(word(by_sex(sex, "彝男", "彝女"), chance)),
            Naming::ClanWithDot => {
                text.push('·');
                text.push_str(word(by_sex(sex, "彝男", "彝女"), chance));
            }
            Naming::Patronym => {
                let own = word(by_sex(sex, "维男", "维女"), chance);
                let father = if self.father.is_empty() { word("维男", chance) } else { &self.father };
                text.push_str(own);
                // Nobody is called 某某·某某 after a father of the same name.
                if own != father {
                    text.push('·');
                    text.push_str(father);
                }
                if chance.happens(0.06) {
                    text.push('·');
                    text.push_str(word("维男", chance));
                }
            }
            Naming::Tibetan => {
                for _ in 0..if chance.happens(0.9) { 2 } else { 1 } {
                    text.push_str(word(by_sex(sex, "藏男", "藏女"), chance));
                }
            }
            Naming::Dai => {
                text.push_str(by_sex(sex, "岩", "玉"));
                for _ in 0..if chance.happens(0.5) { 2 } else { 1 } {
                    text.push_str(word(by_sex(sex, "傣男", "傣女"), chance));
                }
            }
        }
        Name { text, surname: self.surname.chars().count() }
    }
}

fn by_sex<T>(sex: Sex, male: T, female: T) -> T {
    if sex == Sex::Male { male } else { female }
}

/// Adds a given name of the fashion of `year`: one character or two, now and then a rare one.
fn given(text: &mut String, sex: Sex, year: i16, shared: Option<char>, chance: &mut Chance) {
    let groups = match (year, sex) {
        (..=1964, Sex::Male) => ["旧男首", "旧男尾", "旧男单"],
        (..=1964, _) => ["旧女首", "旧女尾", "旧女单"],
        (..=2003, Sex::Male) => ["中男首", "中男尾", "中男单"],
        (..=2003, _) => ["中女首", "中女尾", "中女单"],
        (..=2013, Sex::Male) => ["新男首", "新男尾", "新男单"],
        (..=2013, _) => ["新女首", "新女尾", "新女单"],
        (_, Sex::Male) => ["近男首", "近男尾", "近男单"],
        _ => ["近女首", "近女尾", "近女单"],
    };
    let [first, last, single] = groups;
    let rare = year > 2003 && chance.happens(0.015);
    if shared.is_none() && chance.happens(0.09) {
        text.push(character(if rare { "生僻" } else { single }, chance));
        return;
    }
    let head = shared.unwrap_or_else(|| character(first, chance));
    text.push(head);
    // 雨雨, 文文: a name may double its character, but seldom does.
    let tail = character(if rare { "生僻" } else { last }, chance);
    text.push(if tail == head && !chance.happens(0.2) { character(last, chance) } else { tail });
}

fn character(group: &str, chance: &mut Chance) -> char {
    WORDS.given(group).map_or('明', |list| list.draw(chance))
}

fn word(group: &str, chance: &mut Chance) -> &'static str {
    WORDS.transliterated(group).map_or("", |list| list.draw(chance))
}
