//! 问责, 五(七), 六(四): opened on what repeats or went to the top, the unit heard, the competent body's decision written down by somebody else, followed
//! until another has seen it put right. The program opens nothing and weighs nobody. Only the office of the inspection committee, whoever leads the
//! county's task force and whoever leads the unit read a file; what was said in it is sealed. Why it is so: docs/adr/0036-bulletins.md.

mod act;
mod open;
mod paper;
mod read;

pub use act::{Decision, accept, decide, mend, return_mending, silent, state};
pub use open::{Candidate, NewFile, candidates, open};
pub use paper::{notice, notice_made};
pub use read::{FileLine, OneFile, Spoken, file, files, waiting};
