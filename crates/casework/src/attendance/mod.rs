//! 考勤, 五(九): the register of a class, the clock that follows from it, and the list of suspects. Sheets and marks are
//! facts and only ever added; `clock` is derived and can be made anew. Why it is so: docs/adr/0014-attendance-register.md.

mod board;
mod book;
mod bounds;
mod calling;
mod class;
mod count;
mod daily;
mod days;
mod phone;
mod queue;
mod register;
mod sheets;
mod submit;
mod suspects;

pub use board::{Board, BoardLine, SchoolLine, board};
pub use calling::{Calling, Evenings, calling, set_calling};
pub use count::recount;
pub use daily::nightly;
pub use phone::{PhoneClass, PhoneDay, phone_book, phone_key};
pub use queue::{Absent, Behind, OfChild, PAGE, Stage, Suspect, absent, of_child, suspects};
pub use register::{Claim, Leave, PartLine, Phone, Pupil, Register, SheetLine, register};
pub use submit::{Submission, Submitted, Tapped, submit};
