//! 早期提醒 in words: what is to be said of a child (四(十九), 五(五)(八)(九)), to whoever may see the fact that it stands on;
//! and who looks after it. Rows of `warning` are derived by the pure rule and can be made anew; notes are facts.
//! Why it is so, and why there is no score: docs/adr/0019-early-warning.md.

mod note;
mod read;
mod renew;

pub use note::{NoteForm, note_warning};
pub(crate) use read::due;
pub use read::{Note, OfChild, One, PAGE, Said, Warned, of_child, one, warnings};
#[cfg(any(test, feature = "testing"))]
pub(crate) use renew::candidates;
pub use renew::{nightly, renew};
