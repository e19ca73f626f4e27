//! What goes wrong when people copy lists by hand: one function for each kind of mistake. A function changes the one
//! field that it is about, or nothing and says so; it never decides how often it happens ([`super::rates`]).

use jiff::civil::Date;
use rules::codes::Sex;
use rules::date::parse_date;

use super::chance::Chance;
use super::entry::{Around, Entry};
use super::places::Wording;
use super::words::{Likeness, WORDS};

/// The part of a record that a mistake is in. One part has one mistake at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Field {
    /// 公民身份号码
    Id,
    /// 出生日期
    Birth,
    /// 姓名
    Name,
    /// 监护人
    Guardian,
    /// 性别
    Sex,
    /// 村码、地址
    Address,
    /// The row as such
    Row,
}

/// Declares the kinds: `Variant Field "word in truth.csv" function`.
macro_rules! slips {
    ($( $(#[$note:meta])* $kind:ident $field:ident $word:literal $make:ident, )+) => {
        /// A kind of mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Slip { $( $(#[$note])* $kind, )+ }

        impl Slip {
            /// Every kind.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),+];

            /// The part of the record that it is in.
            pub(crate) fn field(self) -> Field {
                match self { $(Self::$kind => Field::$field),+ }
            }

            /// The word in `truth.csv`.
            pub(crate) fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),+ }
            }

            /// Makes the mistake, if the record lends itself to it, and notes it there.
            pub(crate) fn make(self, entry: &mut Entry, around: &Around, chance: &mut Chance) -> bool {
                let taken = entry.slips.iter().any(|slip| slip.field() == self.field());
                let made = !taken && match self { $(Self::$kind => $make(entry, around, chance)),+ };
                if made {
                    entry.slips.push(self);
                }
                made
            }
        }
    };
}

slips! {
    /// 一位数字抄错
    IdDigit Id "id_digit" id_digit,
    /// 相邻两位颠倒
    IdSwap Id "id_swap" id_swap,
    /// 少一位
    IdShort Id "id_short" id_short,
    /// 没有号码,学籍号用 J
    IdMissing Id "id_missing" id_missing,
    /// 变成科学计数 (E09)
    IdScientific Id "id_scientific" id_scientific,
    /// 抄成兄弟姐妹的
    IdOfSibling Id "id_of_sibling" id_of_sibling,
    /// 抄成同班、邻行的
    IdOfNeighbour Id "id_of_neighbour" id_of_neighbour,
    /// 小写 x、空格、全角: the same number in another dress (E09)
    IdDress Id "id_dress" id_dress,
    /// 一位数字抄错, still a date
    BirthDigit Birth "birth_digit" birth_digit,
    /// 月日颠倒
    BirthSwap Birth "birth_swap" birth_swap,
    /// 日期写法不一
    BirthForm Birth "birth_form" birth_form,
    /// 同音字
    NameSound Name "name_sound" name_sound,
    /// 形近字
    NameShape Name "name_shape" name_shape,
    /// 繁体、异体、部首区字 (L01)
    NameVariant Name "name_variant" name_variant,
    /// 姓名里或尾上有空格 (E09)
    NameBlank Name "name_blank" name_blank,
    /// 间隔号写法不一或丢失 (L02)
    NameDot Name "name_dot" name_dot,
    /// 长姓名被截断
    NameCut Name "name_cut" name_cut,
    /// 改随母姓
    NameMother Name "name_mother" name_mother,
    /// 小名
    NamePet Name "name_pet" name_pet,
    /// 监护人写成另一位
    GuardianOther Guardian "guardian_other" guardian_other,
    /// 监护人名字写错
    GuardianTypo Guardian "guardian_typo" guardian_typo,
    /// 性别写反
    SexFlipped Sex "sex_flipped" sex_flipped,
    /// 没有写到村
    VillageMissing Address "village_missing" village_missing,
    /// 旧地名,或搬家前的村
    AddressOld Address "address_old" address_old,
    /// 同一行重复: made by whoever writes the file
    RowTwice Row "row_twice" nothing,
    /// 重复学籍: made by a school that did not strike the child off
    RollTwice Row "roll_twice" nothing,
}

fn nothing(_: &mut Entry, _: &Around, _: &mut Chance) -> bool {
    false
}

/// Puts `text` in the place of `slot`; false when it is empty or the same.
fn put(slot: &mut String, text: String) -> bool {
    let changed = !text.is_empty() && *slot != text;
    if changed {
        *slot = text;
    }
    changed
}

fn id_digit(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let at = chance.below(entry.id.len());
    let step = 1 + u8::try_from(chance.below(9)).unwrap_or(0);
    let another = |byte: char| match byte.to_digit(10) {
        Some(digit) => char::from(b'0' + (u8::try_from(digit).unwrap_or(0) + step) % 10),
        None => char::from(b'0' + step),
    };
    let typed =
        entry.id.chars().enumerate().map(|(index, byte)| if index == at { another(byte) } else { byte });
    let typed = typed.collect();
    put(&mut entry.id, typed)
}

fn id_swap(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let mut digits: Vec<char> = entry.id.chars().collect();
    // The last place may hold X, which nobody types among digits.
    let at = chance.below(digits.len().saturating_sub(2));
    if at + 1 < digits.len() {
        digits.swap(at, at + 1);
    }
    put(&mut entry.id, digits.into_iter().collect())
}

fn id_short(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let at = chance.below(entry.id.len());
    let text = entry.id.chars().enumerate().filter(|(index, _)| *index != at).map(|(_, byte)| byte).collect();
    put(&mut entry.id, text)
}

fn id_missing(entry: &mut Entry, _: &Around, _: &mut Chance) -> bool {
    let had = !entry.id.is_empty();
    entry.id.clear();
    had
}

fn id_scientific(entry: &mut Entry, _: &Around, _: &mut Chance) -> bool {
    // Excel keeps a number that ends in X as text.
    let shown = match entry.id.parse::<u64>() {
        Ok(number) => format!("{:.5}E+17", number / 1_000_000_000_000),
        Err(_) => return false,
    };
    let mut text = shown;
    if text.len() >= 10 && !text.contains('.') {
        text.insert(1, '.');
    }
    put(&mut entry.id, text)
}

fn id_of_sibling(entry: &mut Entry, around: &Around, _: &mut Chance) -> bool {
    let other = around.sibling().map_or_else(String::new, |sibling| sibling.person.number.clone());
    put(&mut entry.id, other)
}

fn id_of_neighbour(entry: &mut Entry, around: &Around, _: &mut Chance) -> bool {
    let other = around.neighbour().map_or_else(String::new, |neighbour| neighbour.person.number.clone());
    put(&mut entry.id, other)
}

fn id_dress(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let number = &entry.id;
    let (region, rest) = number.split_at_checked(6).unwrap_or((number, ""));
    let (birth, sequence) = rest.split_at_checked(8).unwrap_or((rest, ""));
    let dressed = match chance.below(6) {
        ..=3 if number.ends_with('X') => number.to_lowercase(),
        0 | 1 => number.chars().map(full_width).collect(),
        2 | 3 => format!("{number} "),
        _ => format!("{region} {birth} {sequence}"),
    };
    !number.is_empty() && put(&mut entry.id, dressed)
}

fn full_width(ascii: char) -> char {
    char::from_u32(u32::from(ascii) + 0xfee0).unwrap_or(ascii)
}

fn birth_digit(entry: &mut Entry, around: &Around, chance: &mut Chance) -> bool {
    let Some((child, _)) = around.this() else { return false };
    let right = child.person.birth;
    // A list's own form refuses a day that no calendar has, and a clerk sees a year that is far off.
    let wrong = (0..12).find_map(|_| {
        let (at, digit) = (3 + chance.below(5), chance.below(10));
        let typed = entry.birth.chars().enumerate().map(|(index, old)| {
            let new = char::from(b'0' + u8::try_from(digit).unwrap_or(0));
            if index == at { new } else { old }
        });
        let typed: String = typed.collect();
        let read: Option<Date> = parse_date(&typed).ok();
        read.filter(|date| *date != right && (date.year() - right.year()).abs() <= 9).map(|_| typed)
    });
    wrong.is_some_and(|typed| put(&mut entry.birth, typed))
}

fn birth_swap(entry: &mut Entry, around: &Around, _: &mut Chance) -> bool {
    let Some((child, _)) = around.this() else { return false };
    let birth = child.person.birth;
    let swapped = Date::new(birth.year(), birth.day(), birth.month());
    swapped.is_ok_and(|date| put(&mut entry.birth, date.strftime("%Y%m%d").to_string()))
}

fn birth_form(entry: &mut Entry, around: &Around, chance: &mut Chance) -> bool {
    let Some((child, _)) = around.this() else { return false };
    let form = chance.pick(&["%Y-%m-%d", "%Y/%-m/%-d", "%Y年%-m月%-d日", "%Y.%m.%d", "%Y-%-m-%-d"]);
    put(&mut entry.birth, child.person.birth.strftime(form).to_string())
}

/// Replaces one character that has a likeness: mostly of the given name, seldom of the surname.
fn mistaken(name: &str, surname: usize, likeness: Likeness, chance: &mut Chance) -> Option<String> {
    let candidates: Vec<(usize, char)> = name
        .chars()
        .enumerate()
        .filter(|(_, written)| !WORDS.instead_of(likeness, *written).is_empty())
        .collect();
    let in_surname = chance.happens(0.15);
    let wanted: Vec<_> = candidates.iter().filter(|(at, _)| (*at < surname) == in_surname).copied().collect();
    let (at, written) = chance.pick(if wanted.is_empty() { &candidates } else { &wanted });
    let other = chance.pick(WORDS.instead_of(likeness, written));
    (other != '\0')
        .then(|| name.chars().enumerate().map(|(index, old)| if index == at { other } else { old }).collect())
}

fn name_like(entry: &mut Entry, likeness: Likeness, chance: &mut Chance) -> bool {
    mistaken(&entry.name, entry.surname, likeness, chance).is_some_and(|wrong| put(&mut entry.name, wrong))
}

fn name_sound(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    name_like(entry, Likeness::Sound, chance)
}

fn name_shape(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    name_like(entry, Likeness::Shape, chance)
}

fn name_variant(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    name_like(entry, Likeness::Variant, chance)
}

fn name_blank(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let mut characters = entry.name.chars();
    let blank = chance.pick(&["\u{3000}", " ", "\u{a0}", "  "]);
    let spaced = match (characters.next(), characters.next(), characters.next()) {
        // 李 明: two characters, spread to the width of three.
        (Some(surname), Some(own), None) => format!("{surname}{blank}{own}"),
        _ => format!("{}{blank}", entry.name),
    };
    put(&mut entry.name, spaced)
}

fn name_dot(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let dot = chance.pick(&["•", ".", "‧", "・", "", "", "．", "▪", " "]);
    let dotted = entry.name.replace('·', dot);
    put(&mut entry.name, dotted)
}

fn name_cut(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let length = entry.name.chars().count();
    let room = chance.pick(&[4_usize, 6, 8, 10, 12]);
    let cut = entry.name.chars().take(room.min(length.saturating_sub(1))).collect();
    length > 4 && put(&mut entry.name, cut)
}

fn name_mother(entry: &mut Entry, around: &Around, _: &mut Chance) -> bool {
    let mother =
        around.this().and_then(|(_, family)| family.mother.as_ref()).filter(|mother| mother.name.surname > 0);
    let Some(mother) = mother.filter(|_| entry.surname > 0) else { return false };
    let surname = mother.name.text.chars().take(mother.name.surname);
    let name = surname.chain(entry.name.chars().skip(entry.surname)).collect();
    let changed = put(&mut entry.name, name);
    if changed {
        entry.surname = mother.name.surname;
    }
    changed
}

fn name_pet(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let Some(last) = entry.name.chars().last() else { return false };
    let surname: String = entry.name.chars().take(entry.surname).collect();
    let pet = match chance.below(4) {
        0 => format!("{surname}小{last}"),
        1 => format!("小{last}"),
        2 => format!("阿{last}"),
        _ => format!("{surname}{last}{last}"),
    };
    put(&mut entry.name, pet)
}

fn guardian_other(entry: &mut Entry, around: &Around, chance: &mut Chance) -> bool {
    let Some((_, family)) = around.this() else { return false };
    let others: Vec<_> = family.adults().filter(|(person, _)| person.name.text != entry.guardian).collect();
    let Some((person, relation)) = others.get(chance.below(others.len())) else { return false };
    entry.relation = *relation;
    put(&mut entry.guardian, person.name.text.clone())
}

fn guardian_typo(entry: &mut Entry, _: &Around, chance: &mut Chance) -> bool {
    let likeness = if chance.happens(0.7) { Likeness::Sound } else { Likeness::Shape };
    mistaken(&entry.guardian, 1, likeness, chance).is_some_and(|wrong| put(&mut entry.guardian, wrong))
}

fn sex_flipped(entry: &mut Entry, _: &Around, _: &mut Chance) -> bool {
    entry.sex = if entry.sex == Sex::Male { Sex::Female } else { Sex::Male };
    true
}

fn village_missing(entry: &mut Entry, _: &Around, _: &mut Chance) -> bool {
    let had = entry.home.village.is_some();
    entry.home = entry.home.without_village();
    had
}

fn address_old(entry: &mut Entry, around: &Around, chance: &mut Chance) -> bool {
    if chance.happens(0.5) {
        let changed = entry.wording != Wording::Former && entry.home.village.is_some();
        entry.wording = Wording::Former;
        return changed;
    }
    let moved = around.county.neighbour(&entry.home, chance).filter(|home| *home != entry.home);
    let found = moved.is_some();
    entry.home = moved.unwrap_or_else(|| entry.home.clone());
    found
}
