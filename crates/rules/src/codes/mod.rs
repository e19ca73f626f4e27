//! Code tables of the national standards, each an enum with its code, its label and the spellings that
//! lists use for it. A county's own words (causes, whereabouts, placements) are plan data, not here.

mod ethnicity;
mod person;
mod roll;

pub use ethnicity::Ethnicity;
pub use person::{DisabilityGrade, DisabilityKind, FamilyRelation, IdKind, Sex};
pub use roll::{Boarding, InclusiveSchooling, LeftBehind, RollChange, StudentStatus, YesNo};

/// Declares a code table: `Variant = "code" "label" ["other spelling", …]`.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        $name:ident $standard:literal {
            $( $(#[$note:meta])* $variant:ident = $code:literal $label:literal [$($other:literal),*], )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( #[doc = concat!($code, " ", $label)] $(#[$note])* $variant, )+
        }

        impl $name {
            /// Every entry, in the order of the standard.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The standard that the codes come from.
            pub const STANDARD: &'static str = $standard;

            /// The code in the standard.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The Chinese label as it is shown to people.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// The entry with exactly this code.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// Reads a code, a label or a usual spelling, in half-width or full-width and with blanks.
            /// `None` for anything else; an empty cell is `None` too.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                fn exact(text: &str) -> Option<$name> {
                    match text {
                        $($code | $label $(| $other)* => Some($name::$variant),)+
                        _ => None,
                    }
                }
                exact(text).or_else(|| exact(&$crate::codes::spelling(text)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.label())
            }
        }
    };
}
pub(crate) use codes;

/// What two spellings of a code have in common: half-width, no blanks, no leading apostrophe.
pub(crate) fn spelling(text: &str) -> String {
    crate::fold::key(crate::fold::trim(text))
}
