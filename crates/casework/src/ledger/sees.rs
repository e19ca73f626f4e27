//! What a reader sees of a child, field by field. Hiding and masking is done here, before a value leaves casework, so
//! that no page can show by mistake what its reader may not see.

use rules::access::{Action, Field, Grant, Role, Sight, Tie, arms, sight};
use rules::groups::Special;
use rules::mask;

use crate::desk::Desk;

/// By which role and tie a child is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sees {
    role: Role,
    tie: Tie,
}

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The text, masked where it has to be.
    pub text: String,
    /// Whether it can be asked for whole.
    pub on_request: bool,
}

impl Sees {
    /// Through this role and tie.
    #[must_use]
    pub const fn new(role: Role, tie: Tie) -> Self {
        Self { role, tie }
    }

    /// Through what an act was allowed by; `None` where no child was concerned.
    #[must_use]
    pub fn granted(grant: &Grant<'_>) -> Option<Self> {
        Some(Self { role: grant.post?.role, tie: grant.tie? })
    }

    /// Whether every post by which the actor reaches children for `action` sees the field whole: else a list, which is
    /// one statement for all of them, leaves it out.
    #[must_use]
    pub fn everywhere(desk: &Desk<'_, '_>, action: Action, field: Field) -> bool {
        arms(desk.actor(), action)
            .iter()
            .all(|arm| Self::new(arm.post.role, arm.tie).of(field) == Sight::Clear)
    }

    /// How the field is seen.
    #[must_use]
    pub fn of(self, field: Field) -> Sight {
        sight(self.role, self.tie, field)
    }

    /// The role.
    #[must_use]
    pub const fn role(self) -> Role {
        self.role
    }

    /// Whether the field is there at all.
    #[must_use]
    pub fn shows(self, field: Field) -> bool {
        self.of(field) != Sight::Absent
    }

    /// A value that is shown whole or not at all.
    #[must_use]
    pub fn clear<T>(self, field: Field, value: T) -> Option<T> {
        (self.of(field) == Sight::Clear).then_some(value)
    }

    /// An ID number or 学籍号.
    #[must_use]
    pub fn number(self, field: Field, plain: &str) -> Option<Shown> {
        self.masked(field, plain, mask::id)
    }

    /// A telephone number.
    #[must_use]
    pub fn phone(self, plain: &str) -> Option<Shown> {
        self.masked(Field::Phone, plain, mask::phone)
    }

    /// An address; nothing of it is shown until it is asked for.
    #[must_use]
    pub fn address(self, plain: &str) -> Option<Shown> {
        self.masked(Field::Address, plain, |_| "已隐去".to_owned())
    }

    fn masked(self, field: Field, plain: &str, mask: fn(&str) -> String) -> Option<Shown> {
        match self.of(field) {
            Sight::Absent => None,
            Sight::Clear => Some(Shown { text: plain.to_owned(), on_request: false }),
            _ if plain.is_empty() => Some(Shown { text: String::new(), on_request: false }),
            sight => Some(Shown { text: mask(plain), on_request: sight == Sight::OnRequest }),
        }
    }

    /// The groups of a set that this reader may know of.
    pub fn groups(self, bits: i64) -> impl Iterator<Item = Special> {
        Special::of_bits(bits).filter(move |group| self.of(group.field()) == Sight::Clear)
    }
}
