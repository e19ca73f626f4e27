//! 每年4月排查, 不漏户、不漏人: what one visit of a village group states, and what is left after all of them.

use jiff::civil::Date;

use crate::case::Refused;
use crate::codes::codes;

codes! {
    /// Why households could not be asked.
    Empty "南政办发〔2024〕6号五(八)" {
        Away = "away" "外出务工，家里没人" [],
        Farming = "farming" "下地、赶街，没碰上" [],
        Moved = "moved" "搬走，户口还在" [],
        Nobody = "nobody" "空挂户，无人居住" [],
        Other = "other" "其他" [],
    }
}

impl Empty {
    /// Whether somebody must go there again: where nobody lives nobody has to.
    #[must_use]
    pub const fn must_return(self) -> bool {
        matches!(self, Self::Away | Self::Farming | Self::Other)
    }
}

/// What a visit of a group states: numbers of households as they are by that day, all visits together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// On which day.
    pub day: Date,
    /// Households of the group.
    pub households: u32,
    /// Of them those that were asked.
    pub asked: u32,
    /// Of them those where nobody could be asked.
    pub empty: u32,
    /// Why not.
    pub why: Option<Empty>,
    /// When somebody goes there again.
    pub next: Option<Date>,
}

impl Visit {
    /// Households of which nothing is said.
    #[must_use]
    pub const fn left(&self) -> u32 {
        self.households.saturating_sub(self.asked).saturating_sub(self.empty)
    }
}

/// How far a group is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Covered {
    /// Nobody was there.
    NotYet,
    /// So many households were not reached.
    Households(u32),
    /// So many households are to be asked again, on that day; `true` when that day has passed.
    Again(u32, Option<Date>, bool),
    /// Every household was asked; so many children of the ledger were not ascertained.
    Children(u32),
    /// Every household and every child.
    Whole,
}

impl Covered {
    /// Whether nothing is left.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Whole)
    }

    /// In words.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Self::NotYet => "还没有人去".to_owned(),
            Self::Households(left) => format!("还有{left}户没走到"),
            Self::Again(left, Some(day), true) => format!("{left}户没碰上，说好{day}再去，已过"),
            Self::Again(left, Some(day), false) => format!("{left}户没碰上，{day}再去"),
            Self::Again(left, None, _) => format!("{left}户没碰上，要再去"),
            Self::Children(left) => format!("户都走到，还有{left}名孩子没核实"),
            Self::Whole => "户和孩子都核实了".to_owned(),
        }
    }
}

/// How far a group is covered, from its visits, of which the last in the order given holds, and from the number of children of the ledger that
/// no visit ascertained. Households come before children: who was not asked may have a child that no ledger knows.
#[must_use]
pub fn covered(visits: &[Visit], unseen: u32, today: Date) -> Covered {
    let Some(last) = visits.last() else { return Covered::NotYet };
    let again = last.why.is_some_and(Empty::must_return);
    if last.left() > 0 {
        Covered::Households(last.left())
    } else if last.empty > 0 && again {
        Covered::Again(last.empty, last.next, last.next.is_some_and(|next| next < today))
    } else if unseen > 0 {
        Covered::Children(unseen)
    } else {
        Covered::Whole
    }
}

/// What is wrong with a visit, field by field.
#[must_use]
pub fn check(visit: &Visit, today: Date) -> Vec<(&'static str, &'static str)> {
    let mut wrong = Vec::new();
    if visit.day > today {
        wrong.push(("day", "走访日期不能在今天以后"));
    }
    if visit.households == 0 {
        wrong.push(("households", "请写全组共有几户，一户没有孩子的也算"));
    }
    if u64::from(visit.asked) + u64::from(visit.empty) > u64::from(visit.households) {
        wrong.push(("asked", "问到的户和没碰上的户加起来，不能比全组的户数多"));
    }
    match (visit.empty > 0, visit.why) {
        (true, None) => wrong.push(("why", "有没碰上的户，请选为什么")),
        (true, Some(why)) if why.must_return() && visit.next.is_none() => {
            wrong.push(("next", "请写哪天再去"));
        }
        _ => {}
    }
    if visit.next.is_some_and(|next| next <= visit.day) {
        wrong.push(("next", "再去的日子要在这次走访以后"));
    }
    wrong
}

/// A sweep is entered only while it can still find somebody before school begins: from its first month to the end of August.
///
/// # Errors
/// [`Refused`] outside of these months.
pub fn may_sweep(year: i16, today: Date) -> Result<(), Refused> {
    let open = today.year() == year && (4..=8).contains(&today.month());
    if open {
        Ok(())
    } else {
        Err(Refused::new(
            "现在不是入学排查的时候",
            "五(八)",
            "每年4月开始，到8月底前补查；平时的核查在“摸排”里登记",
        ))
    }
}
