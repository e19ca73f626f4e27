//! What a comparison of two rows comes to: one level per field, packed into a word, so that the
//! model can count millions of them.

/// The fields that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// 姓名: [`crate::name::NameLevel`].
    Name = 0,
    /// 身份证件号: [`crate::number::NumberLevel`].
    Number = 1,
    /// 出生日期: [`BirthLevel`].
    Birth = 2,
    /// 监护人: [`GuardianLevel`].
    Guardian = 3,
    /// 性别: 0 the same, 1 different, 2 missing.
    Sex = 4,
    /// 民族: 0 the same, 1 different, 2 missing.
    Ethnicity = 5,
    /// 户籍地: [`PlaceLevel`].
    Place = 6,
    /// 学校和班级: [`SchoolLevel`].
    School = 7,
}

impl Field {
    /// All fields, in the order of the model's table.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Number,
        Self::Birth,
        Self::Guardian,
        Self::Sex,
        Self::Ethnicity,
        Self::Place,
        Self::School,
    ];

    /// How many levels the field has.
    #[must_use]
    pub const fn levels(self) -> usize {
        match self {
            Self::Name => 10,
            Self::Number => 7,
            Self::Birth => 8,
            Self::Guardian => 5,
            Self::Sex | Self::Ethnicity => 3,
            Self::Place => 6,
            Self::School => 4,
        }
    }
}

/// How two dates of birth agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum BirthLevel {
    /// The same day.
    Same = 0,
    /// Follows from the numbers, which are compared already: says nothing more.
    Implied = 1,
    /// One digit wrong, day and month swapped, or two neighbouring digits swapped.
    Slip = 2,
    /// Within two months: a lunar date, or a date of registration.
    Near = 3,
    /// The same day of another year.
    OtherYear = 4,
    /// The same year, another day.
    SameYear = 5,
    /// Different.
    Different = 6,
    /// One of the two is missing.
    Missing = 7,
}

/// How the guardians agree: the best of all pairings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum GuardianLevel {
    /// One name stands on both sides.
    Same = 0,
    /// One name nearly stands on both sides.
    Alike = 1,
    /// A surname in common.
    SurnameOnly = 2,
    /// Nobody in common.
    Different = 3,
    /// Nobody is named on one side.
    Missing = 4,
}

/// How the places of registration agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum PlaceLevel {
    /// The same village.
    Village = 0,
    /// The same township, another village.
    Township = 1,
    /// The same county, another township.
    County = 2,
    /// The same county; one side says no more.
    CountyKnown = 3,
    /// Another county.
    Elsewhere = 4,
    /// One of the two is missing.
    Missing = 5,
}

/// How the schools agree, where both lists name one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum SchoolLevel {
    /// The same class.
    Class = 0,
    /// The same school, another class or none.
    School = 1,
    /// Another school.
    Different = 2,
    /// One of the two is missing.
    Missing = 3,
}

/// The levels of all fields of one comparison, four bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern(u32);

impl Pattern {
    /// Notes a field's level.
    pub(crate) fn set(&mut self, field: Field, level: u8) {
        let shift = field as u32 * 4;
        self.0 = self.0 & !(0xF << shift) | u32::from(level & 0xF) << shift;
    }

    /// A field's level.
    #[must_use]
    pub fn get(self, field: Field) -> u8 {
        u8::try_from(self.0 >> (field as u32 * 4) & 0xF).unwrap_or_default()
    }

    /// Every field with its level.
    pub fn levels(self) -> impl Iterator<Item = (Field, u8)> {
        Field::ALL.into_iter().map(move |field| (field, self.get(field)))
    }
}
