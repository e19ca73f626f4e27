//! A small invented county: families, villages and schools, and clerks who make mistakes, most of
//! them in a few careless classes. Nobody in it exists; every number begins with 539999.

use std::collections::HashSet;

use linkage::number::Number;
use linkage::people::{People, Person};
use rules::identity::{CitizenId, check_digit};

/// A row as a clerk has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) birth: u32,
    pub(crate) sex: u8,
    pub(crate) ethnicity: u8,
    pub(crate) guardians: [String; 2],
    pub(crate) place: u64,
    pub(crate) school: u32,
    pub(crate) class: u32,
}

/// The rows as the matcher takes them.
pub(crate) fn people(rows: &[Row]) -> People {
    let mut people = People::default();
    for row in rows {
        let [first, second] = &row.guardians;
        people.push(&Person {
            name: &row.name,
            number: Number::new(&row.number, CitizenId::parse(&row.number).is_ok()),
            other_number: Number::NONE,
            birth: row.birth,
            sex: row.sex,
            ethnicity: row.ethnicity,
            guardians: [first, second],
            place: row.place,
            school: row.school,
            class: row.class,
        });
    }
    people
}

/// A number with the right check digit.
pub(crate) fn number(birth: u32, order: u32) -> String {
    let body = format!("539999{birth:08}{order:03}");
    let check = check_digit(body.as_bytes().try_into().unwrap()).unwrap();
    format!("{body}{}", char::from(check))
}

/// Another digit at a place of a number, so that its check fails.
pub(crate) fn slip(number: &str, at: usize) -> String {
    let mut bytes = number.as_bytes().to_vec();
    bytes[at] = (bytes[at] - b'0' + 1) % 10 + b'0';
    String::from_utf8(bytes).unwrap()
}

/// Day and month changed places, where that is a date.
pub(crate) fn day_for_month(birth: u32) -> u32 {
    let (year, month, day) = (birth / 10_000, birth / 100 % 100, birth % 100);
    if day <= 12 { year * 10_000 + day * 100 + month } else { birth }
}

/// A die that falls the same way on every machine.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Below `sides`.
    pub(crate) fn roll(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(sides)).unwrap()
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(u32::try_from(from.len()).unwrap()) as usize]
    }

    /// The numbers below `count` in another order.
    pub(crate) fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for at in (1..count).rev() {
            order.swap(at, self.roll(u32::try_from(at + 1).unwrap()) as usize);
        }
        order
    }
}

/// How often a roll row is wrong, in per mille.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mistakes {
    /// In a class like most.
    pub(crate) careful: u32,
    /// In one class of eight.
    pub(crate) careless: u32,
}

impl Mistakes {
    pub(crate) const FEW: Self = Self { careful: 10, careless: 120 };
    pub(crate) const MANY: Self = Self { careful: 15, careless: 400 };
}

/// Two lists, and who is who in them.
#[derive(Clone, Debug)]
pub(crate) struct County {
    pub(crate) household: Vec<Row>,
    pub(crate) roll: Vec<Row>,
    /// For each household row the roll row of the same child.
    pub(crate) truth: Vec<Option<usize>>,
    dice: Dice,
    numbers: HashSet<String>,
}

impl County {
    /// Families with `children` children. Three in a hundred are on no roll, some of these with a
    /// look-alike who came from elsewhere; four in a hundred roll rows are of children from elsewhere.
    pub(crate) fn new(children: usize, seed: u64, mistakes: Mistakes) -> Self {
        let mut county = Self {
            household: Vec::new(),
            roll: Vec::new(),
            truth: Vec::new(),
            dice: Dice::new(seed),
            numbers: HashSet::new(),
        };
        while county.household.len() < children {
            let size = 1 + county.dice.roll(3) as usize;
            let first = county.child();
            let mut family = vec![first];
            while family.len() < size.min(children - county.household.len()) {
                let sibling = county.sibling(&family[0]);
                family.push(sibling);
            }
            family.into_iter().for_each(|child| county.enter(child, mistakes));
        }
        for _ in 0..children / 25 {
            let stranger = county.stranger();
            county.roll.push(stranger);
        }
        county.mix_up_numbers(mistakes);
        county.shuffle_roll();
        county
    }

    /// A child of a new family.
    pub(crate) fn child(&mut self) -> Row {
        let surname = self.dice.pick(SURNAMES);
        let guardian = self.name(surname);
        let mother_surname = self.dice.pick(SURNAMES);
        let mother = self.name(mother_surname);
        let place = 539_999_100_200 + u64::from(self.dice.roll(4)) * 1_000 + u64::from(self.dice.roll(10));
        let ethnicity = self.dice.pick(&[1, 1, 7, 7, 7, 3]);
        let family = Row { guardians: [guardian, mother], place, ethnicity, ..Row::default() };
        let name = if self.dice.roll(12) == 0 { self.long_name() } else { self.name(surname) };
        self.born(Row { name, ..family })
    }

    /// A sister or brother.
    pub(crate) fn sibling(&mut self, of: &Row) -> Row {
        let surname = of.name.chars().next().unwrap();
        let name = if of.name.contains('·') { self.long_name() } else { self.name(surname) };
        self.born(Row { name, ..of.clone() })
    }

    /// A child who is registered in another county.
    pub(crate) fn stranger(&mut self) -> Row {
        let mut child = self.child();
        child.place = 539_998_000_000 + u64::from(self.dice.roll(9)) * 1_000_000;
        self.seat(child)
    }

    /// An in-migrant with the name of a child and nearly the birthday, and a number of its own.
    pub(crate) fn look_alike(&mut self, of: &Row) -> Row {
        let stranger = self.stranger();
        let day = (of.birth % 100 + 6) % 28 + 1;
        let birth = of.birth / 100 * 100 + day;
        let number = self.number(birth, of.sex);
        Row { name: of.name.clone(), birth, number, sex: of.sex, ..stranger }
    }

    /// The row that a school writes: the same child, with a seat.
    pub(crate) fn seat(&mut self, mut child: Row) -> Row {
        let school = u32::try_from(child.place % 1_000_000 / 1_000 * 4 + child.place % 3).unwrap();
        child.school = 1 + school % 40;
        child.class = child.school * 100 + child.birth / 10_000 % 100;
        child
    }

    fn born(&mut self, mut child: Row) -> Row {
        child.birth =
            (2011 + self.dice.roll(9)) * 10_000 + (1 + self.dice.roll(12)) * 100 + 1 + self.dice.roll(28);
        child.sex = self.dice.pick(&[1, 2]);
        child.number = self.number(child.birth, child.sex);
        child
    }

    fn number(&mut self, birth: u32, sex: u8) -> String {
        loop {
            let number = number(birth, self.dice.roll(499) * 2 + u32::from(sex));
            if self.numbers.insert(number.clone()) {
                return number;
            }
        }
    }

    fn name(&mut self, surname: char) -> String {
        let mut name = String::from(surname);
        for _ in 0..self.dice.pick(&[1, 2, 2, 2]) {
            name.push(self.dice.pick(GIVEN));
        }
        name
    }

    fn long_name(&mut self) -> String {
        let parts: Vec<&str> = (0..3 + self.dice.roll(2)).map(|_| self.dice.pick(PARTS)).collect();
        format!("{}{}·{}", parts[0], parts[1], parts[2..].concat())
    }

    fn enter(&mut self, child: Row, mistakes: Mistakes) {
        let lost = self.dice.roll(1_000) < 30;
        if lost && self.dice.roll(5) == 0 {
            let other = self.look_alike(&child);
            self.roll.push(other);
        }
        self.truth.push((!lost).then_some(self.roll.len()));
        if !lost {
            let mut row = self.seat(child.clone());
            if self.is_wrong(&row, mistakes) {
                self.spoil(&mut row);
                if self.dice.roll(4) == 0 {
                    self.spoil(&mut row);
                }
            }
            self.roll.push(row);
        }
        self.household.push(child);
    }

    fn is_wrong(&mut self, row: &Row, mistakes: Mistakes) -> bool {
        let careless = (row.class * 7 + row.school).is_multiple_of(8);
        self.dice.roll(1_000) < if careless { mistakes.careless } else { mistakes.careful }
    }

    /// One mistake of a clerk.
    fn spoil(&mut self, row: &mut Row) {
        match self.dice.roll(11) {
            0 | 1 if row.number.len() == 18 => {
                let at = self.dice.roll(17) as usize;
                row.number = slip(&row.number, at);
            }
            2 => row.number.clear(),
            3 if row.number.len() == 18 => {
                row.number.remove(self.dice.roll(17) as usize);
            }
            4 | 5 => row.name = by_ear(&row.name),
            6 => row.name = row.name.chars().take(4).collect(),
            7 => row.birth = day_for_month(row.birth),
            8 => row.birth = row.birth / 10 * 10 + (row.birth + 3) % 10,
            9 => row.place = row.place / 1_000 * 1_000,
            _ => row.guardians = [self.name('罗'), String::new()],
        }
    }

    /// Some rows of careless classes carry the number of the row before: a classmate, or a sibling.
    fn mix_up_numbers(&mut self, mistakes: Mistakes) {
        for at in 1..self.roll.len() {
            let row = self.roll[at].clone();
            if self.dice.roll(25) == 0 && self.is_wrong(&row, mistakes) {
                self.roll[at].number = self.roll[at - 1].number.clone();
            }
        }
    }

    fn shuffle_roll(&mut self) {
        let order = self.dice.shuffled(self.roll.len());
        let roll: Vec<Row> = order.iter().map(|&old| self.roll[old].clone()).collect();
        let mut place = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        self.truth.iter_mut().flatten().for_each(|row| *row = place[*row]);
        self.roll = roll;
    }
}

/// The name as somebody hears it.
pub(crate) fn by_ear(name: &str) -> String {
    let heard = |c: char| HEARD.iter().find(|(said, _)| *said == c).map_or(c, |&(_, written)| written);
    let mut characters = name.chars();
    characters.next().into_iter().chain(characters.map(heard)).collect()
}

const SURNAMES: &[char] =
    &['李', '李', '李', '王', '王', '张', '张', '杨', '杨', '罗', '字', '自', '茶', '左', '曾', '单'];

const GIVEN: &[char] = &[
    '晓', '明', '英', '华', '芳', '军', '丽', '强', '梅', '涛', '秀', '兰', '福', '春', '云', '海', '平',
    '国', '建', '文', '志', '玉', '雪', '林', '峰', '佳', '怡', '欣', '思', '雨', '浩', '宇', '子', '涵',
    '梓', '轩', '艳', '红', '忠', '学',
];

/// What is said, and what is written.
const HEARD: &[(char, char)] = &[
    ('晓', '小'),
    ('明', '铭'),
    ('英', '瑛'),
    ('华', '桦'),
    ('芳', '方'),
    ('军', '君'),
    ('丽', '莉'),
    ('梅', '玫'),
    ('涛', '韬'),
    ('兰', '岚'),
    ('平', '萍'),
    ('玉', '钰'),
    ('林', '琳'),
    ('峰', '锋'),
    ('佳', '嘉'),
    ('怡', '仪'),
    ('欣', '新'),
    ('雨', '宇'),
    ('子', '紫'),
    ('红', '宏'),
];

const PARTS: &[&str] =
    &["阿依", "古丽", "买买", "提江", "吐尔", "热合", "曼古", "努尔", "比亚", "沙马", "吉克", "阿木"];
