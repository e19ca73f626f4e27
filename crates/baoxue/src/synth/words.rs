//! The words names are made of, read once from the lists in `words/`: surnames, given-name characters,
//! transliterated names, hamlets, and which character a hurried clerk writes for which.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::chance::Weighted;

/// The lists, ready to draw from.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| Words {
    surnames: surnames(include_str!("words/surnames.txt")),
    given: given(include_str!("words/given.txt")),
    transliterated: grouped(include_str!("words/transliterated.txt")),
    slips: slips(include_str!("words/slips.txt")),
    hamlets: lines(include_str!("words/hamlets.txt")).flat_map(str::split_whitespace).collect(),
});

/// Everything `words/` holds.
pub(super) struct Words {
    /// By column of `surnames.txt`: 汉, 彝, 白, 回, 苗.
    pub(super) surnames: [Weighted<&'static str>; 5],
    given: BTreeMap<&'static str, Weighted<char>>,
    transliterated: BTreeMap<&'static str, Weighted<&'static str>>,
    slips: HashMap<(Likeness, char), Vec<char>>,
    /// 村民小组的名字.
    pub(super) hamlets: Vec<&'static str>,
}

/// How two characters are taken for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Likeness {
    /// 同音: they sound the same.
    Sound,
    /// 形近: they look alike.
    Shape,
    /// 异体: traditional, variant or radical form of the same character.
    Variant,
}

impl Words {
    /// Given-name characters of a group such as `近男首`; `None` when the list has no such group.
    pub(super) fn given(&self, group: &str) -> Option<&Weighted<char>> {
        self.given.get(group)
    }

    /// Words of a group such as `彝家`.
    pub(super) fn transliterated(&self, group: &str) -> Option<&Weighted<&'static str>> {
        self.transliterated.get(group)
    }

    /// The characters that `likeness` puts in the place of `written`.
    pub(super) fn instead_of(&self, likeness: Likeness, written: char) -> &[char] {
        self.slips.get(&(likeness, written)).map_or(&[], Vec::as_slice)
    }
}

fn lines(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn surnames(list: &'static str) -> [Weighted<&'static str>; 5] {
    let mut columns: [Weighted<&'static str>; 5] = Default::default();
    for line in lines(list) {
        let mut cells = line.split_whitespace();
        let Some(surname) = cells.next() else { continue };
        for (column, weight) in columns.iter_mut().zip(cells.filter_map(|cell| cell.parse().ok())) {
            column.add(weight, surname);
        }
    }
    columns
}

fn given(list: &'static str) -> BTreeMap<&'static str, Weighted<char>> {
    let mut groups: BTreeMap<_, Weighted<char>> = BTreeMap::new();
    for line in lines(list) {
        let mut cells = line.split_whitespace();
        if let (Some(group), Some(Ok(weight)), Some(characters)) =
            (cells.next(), cells.next().map(str::parse), cells.next())
        {
            characters.chars().for_each(|character| groups.entry(group).or_default().add(weight, character));
        }
    }
    groups
}

fn grouped(list: &'static str) -> BTreeMap<&'static str, Weighted<&'static str>> {
    let mut groups: BTreeMap<_, Weighted<&'static str>> = BTreeMap::new();
    for line in lines(list) {
        let mut cells = line.split_whitespace();
        if let (Some(group), Some(Ok(weight))) = (cells.next(), cells.next().map(str::parse)) {
            cells.for_each(|word| groups.entry(group).or_default().add(weight, word));
        }
    }
    groups
}

fn slips(list: &'static str) -> HashMap<(Likeness, char), Vec<char>> {
    let mut instead: HashMap<_, Vec<char>> = HashMap::new();
    for line in lines(list) {
        let (kind, characters) = line.split_once(' ').unwrap_or((line, ""));
        let likeness = match kind {
            "同音" => Likeness::Sound,
            "形近" => Likeness::Shape,
            _ => Likeness::Variant,
        };
        for written in characters.chars() {
            let others = instead.entry((likeness, written)).or_default();
            others.extend(characters.chars().filter(|other| *other != written));
        }
    }
    instead
}

#[cfg(test)]
mod tests {
    use pinyin::ToPinyinMulti;

    use super::*;

    #[test]
    fn every_line_of_every_list_is_read() {
        assert!(WORDS.surnames.iter().all(|column| *column != Weighted::default()));
        for line in lines(include_str!("words/surnames.txt")) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(cells.len(), 6, "{line}");
            assert!(cells[1..].iter().all(|cell| cell.parse::<u32>().is_ok()), "{line}");
        }
        for list in [include_str!("words/given.txt"), include_str!("words/transliterated.txt")] {
            for line in lines(list) {
                let cells: Vec<&str> = line.split_whitespace().collect();
                assert!(cells.len() >= 3 && cells[1].parse::<u32>().is_ok(), "{line}");
            }
        }
        for line in lines(include_str!("words/slips.txt")) {
            let (kind, characters) = line.split_once(' ').unwrap();
            assert!(["同音", "形近", "异体"].contains(&kind) && characters.chars().count() > 1, "{line}");
        }
        assert!(WORDS.hamlets.len() > 150);
    }

    #[test]
    fn homophones_share_a_reading() {
        for ((likeness, written), others) in &WORDS.slips {
            for other in others.iter().filter(|_| *likeness == Likeness::Sound) {
                let readings = |c: char| -> Vec<_> {
                    c.to_pinyin_multi()
                        .map(|m| m.into_iter().map(|p| p.plain()).collect())
                        .unwrap_or_default()
                };
                let (one, two) = (readings(*written), readings(*other));
                assert!(one.iter().any(|sound| two.contains(sound)), "{written} {one:?} {other} {two:?}");
            }
        }
    }
}
