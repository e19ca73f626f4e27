//! 结对包保 (五(六)): who is paired with a child that is out of school, who is not, who has not been there in time; the visit at the
//! door, written down where there is no network; the cadre's own list for the way. How often one goes is the case's one deadline
//! (`rules::case::duty`). Why it is so: docs/adr/0023-pairing.md.

mod board;
mod pair;
mod photo;
mod pocket;
mod visit;

pub use board::{Load, PairLine, Shown, board, loads, waiting};
pub use pair::{Choice, Paired, Pairing, pair, paired_of, pairing};
pub(crate) use pair::{end_of, hand_on, held, is_with, phones};
pub use photo::{MOST as PHOTO_MOST, clean};
pub use pocket::{Stop, pocket};
pub(crate) use visit::told;
pub use visit::{Told, VisitForm, Visited, photo, visit, visiting};
