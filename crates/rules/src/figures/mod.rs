//! 指标: what each figure of the county is, in words and as the classification of one child or one matter, so that every number is a sum
//! over names (二; 五(七); issue 6, items 1 and 2). It counts nothing by itself and knows no storage; why it is so:
//! docs/adr/0027-figures.md.

mod child;
mod cohort;
mod definition;
mod matter;
mod rate;
mod survive;
mod yearbook;

pub use crate::publish::cells::{Cell, told};
pub use child::{Child, PLACES, marks};
pub use cohort::{Cohort, FATES, Missing, first_year, missing};
pub use definition::{Better, Definition, Sureness, VERSION};
pub use matter::{Ending, Met, STEPS, Step, Why, met, reported, returned, step};
pub use rate::{Rate, hundredths};
pub use survive::{Curve, Point, curve};
pub use yearbook::{TERMS, Terms, Unsound};

use crate::codes::codes;

codes! {
    /// A figure.
    Figure "南政办发〔2024〕6号二、五(七)；domain §4" {
        Enrolment = "enrolment" "小学入学率" [],
        Entry = "entry" "新生入学率" [],
        InSchool = "in_school" "适龄儿童少年在学率" [],
        Retention = "retention" "九年巩固率（按人）" [],
        Dropout = "dropout" "辍学率" [],
        Disability = "disability" "残疾儿童少年入学率" [],
        Return = "returned" "复学率" [],
        Found = "found_in_time" "三日发现率" [],
        Reported = "reported_in_time" "及时上报率" [],
        Kept = "deadlines_kept" "按期办结率" [],
        Yearbook = "retention_yearbook" "九年巩固率（年报）" [],
        Junior = "junior_retention" "初中三年巩固率（按人）" [],
        JuniorYearbook = "junior_yearbook" "初中三年巩固率（年报）" [],
        DropoutYearbook = "dropout_yearbook" "辍学率（年报）" [],
        DropoutPrimary = "dropout_primary" "小学辍学率" [],
        DropoutJunior = "dropout_junior" "初中辍学率" [],
        DropoutPrimaryYearbook = "dropout_primary_yearbook" "小学辍学率（年报）" [],
        DropoutJuniorYearbook = "dropout_junior_yearbook" "初中辍学率（年报）" [],
    }
}

codes! {
    /// What a figure is a sum over.
    Basis "docs/adr/0027-figures.md" {
        Child = "child" "孩子" [],
        Return = "return" "应劝返的孩子" [],
        Found = "found" "满三天的缺课" [],
        Reported = "reported" "应上报的疑似辍学" [],
        Kept = "kept" "有期限的事" [],
        Hand = "hand" "登记的数" [],
    }
}

codes! {
    /// How one child or matter counts in one figure.
    Mark "domain §4；hazard B09" {
        /// In numerator and denominator.
        In = "i" "计入分子" [],
        /// In the denominator alone.
        Out = "o" "只在分母" [],
        /// In the denominator alone, and visibly apart: 休学, 延缓入学 are no place to park a child.
        Apart = "a" "只在分母，单列" [],
        /// Not counted.
        None = "-" "不计" [],
    }
}

impl Figure {
    /// What it is a sum over, and the place of its mark among the marks of one of these.
    #[must_use]
    pub const fn basis(self) -> (Basis, usize) {
        match self {
            Self::Enrolment => (Basis::Child, 0),
            Self::Entry => (Basis::Child, 1),
            Self::InSchool => (Basis::Child, 2),
            Self::Retention => (Basis::Child, 3),
            Self::Dropout => (Basis::Child, 4),
            Self::Disability => (Basis::Child, 5),
            Self::Return => (Basis::Return, 0),
            Self::Found => (Basis::Found, 0),
            Self::Reported => (Basis::Reported, 0),
            Self::Kept => (Basis::Kept, 0),
            Self::Junior => (Basis::Child, 6),
            Self::Yearbook => (Basis::Hand, 0),
            Self::JuniorYearbook => (Basis::Hand, 1),
            Self::DropoutYearbook => (Basis::Hand, 2),
            Self::DropoutPrimary => (Basis::Child, 7),
            Self::DropoutJunior => (Basis::Child, 8),
            Self::DropoutPrimaryYearbook => (Basis::Hand, 3),
            Self::DropoutJuniorYearbook => (Basis::Hand, 4),
        }
    }

    /// Whether those with this mark are the ones whose names the number opens: who is not in the numerator, and of 辍学率, where less is
    /// better, who is.
    #[must_use]
    pub const fn lists(self, mark: Mark) -> bool {
        match mark {
            Mark::Apart => true,
            Mark::Out => matches!(self.definition().better, Better::More),
            Mark::In => matches!(self.definition().better, Better::Less),
            Mark::None => false,
        }
    }

    /// Whether it is a ratio of two numbers that somebody enters from the yearbook, and no sum over names.
    #[must_use]
    pub const fn is_by_hand(self) -> bool {
        matches!(self.basis().0, Basis::Hand)
    }

    /// Whether it takes the nine numbers of 学生变动表, from which part and whole follow.
    #[must_use]
    pub const fn is_of_nine(self) -> bool {
        matches!(self, Self::DropoutYearbook | Self::DropoutPrimaryYearbook | Self::DropoutJuniorYearbook)
    }

    /// The other stage, of a figure that counts one stage of a whole: together they are the whole, so that what may not be told of one follows
    /// from the other (hazards A08, F06).
    #[must_use]
    pub const fn other_stage(self) -> Option<Self> {
        match self {
            Self::DropoutPrimary => Some(Self::DropoutJunior),
            Self::DropoutJunior => Some(Self::DropoutPrimary),
            _ => None,
        }
    }

    /// The figures that are sums over these, in the order of their marks.
    pub fn of(basis: Basis) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |figure| figure.basis().0 == basis)
    }
}

/// Whether any figure lists what has these marks.
#[must_use]
pub fn listed(basis: Basis, marks: &str) -> bool {
    Figure::of(basis).any(|figure| mark_of(figure, marks).is_some_and(|mark| figure.lists(mark)))
}

/// The mark of a figure among the marks of a child or matter; `None` where it has none for it.
#[must_use]
pub fn mark_of(figure: Figure, marks: &str) -> Option<Mark> {
    let sign = marks.get(figure.basis().1..)?.get(..1)?;
    Mark::from_code(sign)
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the numerator.
    pub ins: u64,
    /// In the denominator alone.
    pub outs: u64,
    /// In the denominator alone, and told apart.
    pub apart: u64,
}

impl Counts {
    /// One more with this mark.
    pub const fn add(&mut self, mark: Mark) {
        match mark {
            Mark::In => self.ins += 1,
            Mark::Out => self.outs += 1,
            Mark::Apart => self.apart += 1,
            Mark::None => {}
        }
    }

    /// Takes in what another counts.
    pub const fn join(&mut self, other: Self) {
        self.ins += other.ins;
        self.outs += other.outs;
        self.apart += other.apart;
    }

    /// The denominator.
    #[must_use]
    pub const fn whole(self) -> u64 {
        self.ins + self.outs + self.apart
    }

    /// The rate.
    #[must_use]
    pub const fn rate(self) -> Rate {
        Rate { part: self.ins, whole: self.whole() }
    }

    /// How many the figure lists by name.
    #[must_use]
    pub const fn listed(self, figure: Figure) -> u64 {
        match figure.definition().better {
            Better::More => self.outs + self.apart,
            Better::Less => self.ins + self.apart,
        }
    }
}
