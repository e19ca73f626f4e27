//! What one office wrote about one child, before and after its mistakes. A record knows whom it means; a file must
//! not.

use rules::codes::{FamilyRelation, Sex};

use super::families::{Child, Family};
use super::places::{Home, Wording};
use super::slips::Slip;
use super::zone::Zone;

/// One office's record of one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// How many characters at the front of the name are the surname.
    pub(crate) surname: usize,
    pub(crate) sex: Sex,
    /// `20150403`, or however the clerk wrote it.
    pub(crate) birth: String,
    /// 公民身份号码 as it stands in the cell.
    pub(crate) id: String,
    /// The name of the guardian, or of the first member of the family.
    pub(crate) guardian: String,
    /// What the guardian is to the child.
    pub(crate) relation: FamilyRelation,
    pub(crate) home: Home,
    pub(crate) wording: Wording,
    /// The mistakes in it, in the order in which they were made.
    pub(crate) slips: Vec<Slip>,
}

/// What stands around a record, for a clerk to confuse it with.
pub(crate) struct Around<'a> {
    pub(crate) county: &'a super::places::County,
    pub(crate) zone: &'a Zone,
    /// Index of the child.
    pub(crate) child: usize,
    /// Index of the child whose record the clerk had just been at.
    pub(crate) neighbour: Option<usize>,
}

impl Entry {
    /// A faultless record.
    pub(crate) fn of(child: &Child, family: &Family, relation: FamilyRelation, wording: Wording) -> Self {
        let guardian = family.member(relation).or_else(|| family.adults().next().map(|(person, _)| person));
        Self {
            name: child.person.name.text.clone(),
            surname: child.person.name.surname,
            sex: child.person.sex,
            birth: child.person.birth.strftime("%Y%m%d").to_string(),
            id: child.person.number.clone(),
            guardian: guardian.map_or_else(String::new, |person| person.name.text.clone()),
            relation,
            home: family.home.clone(),
            wording,
            slips: Vec::new(),
        }
    }
}

impl<'a> Around<'a> {
    /// The child itself and its family.
    pub(crate) fn this(&self) -> Option<(&'a Child, &'a Family)> {
        let child = self.zone.children.get(self.child)?;
        Some((child, self.zone.families.get(child.family)?))
    }

    /// A brother or sister; the zone keeps siblings side by side.
    pub(crate) fn sibling(&self) -> Option<&'a Child> {
        let (child, _) = self.this()?;
        let beside = [self.child.checked_sub(1), self.child.checked_add(1)];
        let found = beside.into_iter().flatten().filter_map(|index| self.zone.children.get(index));
        found.filter(|other| other.family == child.family).min_by_key(|other| {
            other.person.birth.since(child.person.birth).map_or(i32::MAX, |span| span.get_days().abs())
        })
    }

    /// The child whose record the clerk had just been at.
    pub(crate) fn neighbour(&self) -> Option<&'a Child> {
        self.zone.children.get(self.neighbour?)
    }
}
