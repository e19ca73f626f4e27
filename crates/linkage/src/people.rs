//! A list of people as columns: what the matcher needs of each row, packed tightly, because a
//! province's list has millions of rows. Rows are added in the order of the file and known by
//! their place in it.

use crate::name::Name;
use crate::number::Number;

/// One row of a list, as evidence of who is meant. Whatever a list does not have stays empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// 姓名, as written.
    pub name: &'a str,
    /// 身份证件号.
    pub number: Number,
    /// A second number for the same child (the one inside a 学籍号), where it differs from the first.
    pub other_number: Number,
    /// 出生日期 as `year * 10000 + month * 100 + day`; 0 for none.
    pub birth: u32,
    /// 1 boy, 2 girl (GB/T 2261.1); 0 for unknown.
    pub sex: u8,
    /// 民族 (GB/T 3304); 0 for unknown.
    pub ethnicity: u8,
    /// Up to two names of those who look after the child: 监护人, 户主, 成员1, 成员2. More are ignored.
    pub guardians: [&'a str; 2],
    /// Where the household is registered: a twelve-digit code, with zeros where it is not known
    /// more exactly; 0 for none.
    pub place: u64,
    /// The school, as a number of the caller's; 0 for none.
    pub school: u32,
    /// The class, as a number of the caller's that no two schools share; 0 for none.
    pub class: u32,
}

/// Many texts in one buffer.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    bytes: String,
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a text; beyond 4 GiB in one list it is kept empty.
    pub fn push(&mut self, text: &str) {
        if u32::try_from(self.bytes.len() + text.len()).is_ok() {
            self.bytes.push_str(text);
        }
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }

    /// The text of a row; empty where there is none.
    #[must_use]
    pub fn get(&self, row: usize) -> &str {
        let start =
            row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |&end| end as usize);
        let end = self.ends.get(row).map_or(start, |&end| end as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }

    fn reserve(&mut self, texts: usize, bytes: usize) {
        self.ends.reserve_exact(texts);
        self.bytes.reserve_exact(bytes);
    }

    /// Appends another buffer's texts.
    fn append(&mut self, other: &Self) {
        let offset = self.bytes.len();
        self.bytes.push_str(&other.bytes);
        self.ends
            .extend(other.ends.iter().map(|&end| u32::try_from(offset + end as usize).unwrap_or(u32::MAX)));
    }
}

/// A list of people, column by column.
#[derive(Clone, Debug, Default)]
pub struct People {
    names: Texts,
    name_keys: Vec<u64>,
    /// Numbers in two columns, because a number is nine bytes and in one column would take sixteen.
    numbers: Vec<u64>,
    forms: Vec<u8>,
    /// Second numbers, for the few rows that have one; ascending by row.
    other_numbers: Vec<(u32, Number)>,
    births: Vec<u32>,
    sexes: Vec<u8>,
    ethnicities: Vec<u8>,
    guardians: [Texts; 2],
    places: Vec<u64>,
    schools: Vec<u32>,
    classes: Vec<u32>,
}

impl People {
    /// Adds a row at the end.
    pub fn push(&mut self, person: &Person<'_>) {
        if !person.other_number.is_none() && person.other_number != person.number {
            self.other_numbers.push((self.count(), person.other_number));
        }
        self.names.push(person.name);
        self.name_keys.push(Name::fold(person.name).key());
        let (packed, form) = person.number.parts();
        self.numbers.push(packed);
        self.forms.push(form);
        self.births.push(person.birth);
        self.sexes.push(person.sex);
        self.ethnicities.push(person.ethnicity);
        for (column, name) in self.guardians.iter_mut().zip(person.guardians) {
            column.push(name);
        }
        self.places.push(person.place);
        self.schools.push(person.school);
        self.classes.push(person.class);
    }

    /// One list from the pieces in which a file was read, in order. Room is made once, and each piece
    /// is let go as soon as it is taken over.
    #[must_use]
    pub fn gather(pieces: Vec<Self>) -> Self {
        let mut all = Self::default();
        let rows = pieces.iter().map(Self::len).sum();
        let bytes = |texts: fn(&Self) -> &Texts| pieces.iter().map(|piece| texts(piece).bytes.len()).sum();
        all.names.reserve(rows, bytes(|piece| &piece.names));
        let [first, second] = &mut all.guardians;
        first.reserve(rows, bytes(|piece| &piece.guardians[0]));
        second.reserve(rows, bytes(|piece| &piece.guardians[1]));
        all.name_keys.reserve_exact(rows);
        all.numbers.reserve_exact(rows);
        all.forms.reserve_exact(rows);
        all.births.reserve_exact(rows);
        all.sexes.reserve_exact(rows);
        all.ethnicities.reserve_exact(rows);
        all.places.reserve_exact(rows);
        all.schools.reserve_exact(rows);
        all.classes.reserve_exact(rows);
        for piece in pieces {
            all.append(&piece);
        }
        all
    }

    fn append(&mut self, other: &Self) {
        let offset = self.count();
        self.names.append(&other.names);
        self.name_keys.extend_from_slice(&other.name_keys);
        self.numbers.extend_from_slice(&other.numbers);
        self.forms.extend_from_slice(&other.forms);
        self.other_numbers.extend(other.other_numbers.iter().map(|&(row, number)| (row + offset, number)));
        self.births.extend_from_slice(&other.births);
        self.sexes.extend_from_slice(&other.sexes);
        self.ethnicities.extend_from_slice(&other.ethnicities);
        for (column, more) in self.guardians.iter_mut().zip(&other.guardians) {
            column.append(more);
        }
        self.places.extend_from_slice(&other.places);
        self.schools.extend_from_slice(&other.schools);
        self.classes.extend_from_slice(&other.classes);
    }

    /// Renumbers schools and classes, for pieces that numbered them on their own.
    pub fn renumber(&mut self, school: impl Fn(u32) -> u32, class: impl Fn(u32) -> u32) {
        self.schools.iter_mut().for_each(|number| *number = school(*number));
        self.classes.iter_mut().for_each(|number| *number = class(*number));
    }

    /// A list of some of the rows, in the order given.
    #[must_use]
    pub fn subset(&self, rows: &[u32]) -> Self {
        let mut subset = Self::default();
        rows.iter().for_each(|&row| subset.push(&self.get(row)));
        subset
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Rows as a `u32`: a list of more than four billion people does not exist.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    /// The row as it was added; a row that does not exist is empty.
    #[must_use]
    pub fn get(&self, row: u32) -> Person<'_> {
        let at = row as usize;
        let [first, second] = &self.guardians;
        Person {
            name: self.names.get(at),
            number: self.number(row),
            other_number: self.other_number(row),
            birth: self.births.get(at).copied().unwrap_or_default(),
            sex: self.sexes.get(at).copied().unwrap_or_default(),
            ethnicity: self.ethnicities.get(at).copied().unwrap_or_default(),
            guardians: [first.get(at), second.get(at)],
            place: self.places.get(at).copied().unwrap_or_default(),
            school: self.schools.get(at).copied().unwrap_or_default(),
            class: self.classes.get(at).copied().unwrap_or_default(),
        }
    }

    /// 姓名 of a row, as written.
    #[must_use]
    pub fn name(&self, row: u32) -> &str {
        self.names.get(row as usize)
    }

    pub(crate) fn number(&self, row: u32) -> Number {
        let packed = self.numbers.get(row as usize).copied().unwrap_or_default();
        Number::of(packed, self.forms.get(row as usize).copied().unwrap_or_default())
    }

    pub(crate) fn other_number(&self, row: u32) -> Number {
        match self.other_numbers.binary_search_by_key(&row, |&(row, _)| row) {
            Ok(at) => self.other_numbers.get(at).map_or(Number::NONE, |&(_, number)| number),
            Err(_) => Number::NONE,
        }
    }

    pub(crate) fn birth(&self, row: u32) -> u32 {
        self.births.get(row as usize).copied().unwrap_or_default()
    }

    pub(crate) fn place(&self, row: u32) -> u64 {
        self.places.get(row as usize).copied().unwrap_or_default()
    }

    pub(crate) fn numbers(&self) -> impl Iterator<Item = Number> + Clone {
        self.numbers.iter().zip(&self.forms).map(|(&packed, &form)| Number::of(packed, form))
    }

    pub(crate) fn name_keys(&self) -> &[u64] {
        &self.name_keys
    }

    pub(crate) fn name_key(&self, row: u32) -> u64 {
        self.name_keys.get(row as usize).copied().unwrap_or_default()
    }
}
