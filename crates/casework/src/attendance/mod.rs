//! 考勤, 五(九): the register of a class, the clock that follows from it, and the list of suspects. Sheets and marks are
//! facts and only ever added; `clock` is derived and can be made anew. Why it is so: docs/adr/0014-attendance-register.md.

mod around;
mod board;
mod book;
mod bounds;
mod calendar;
mod calling;
mod class;
mod count;
mod daily;
mod days;
mod export;
mod file;
mod follow;
mod leave;
mod markets;
mod pace;
mod phone;
mod province;
mod queue;
mod register;
mod report;
mod sample;
mod samples;
mod schools;
mod shares;
mod sheets;
mod submit;
mod suspects;
mod uncalled;
mod watched;

pub(crate) use around::around;
pub use board::{Board, BoardLine, SchoolLine, board};
pub(crate) use book::among;
pub use calendar::{DayForm, DayLine, school_day_changes, set_school_day, speaks_for};
pub use calling::{Calling, Evenings, Source, calling, calling_of, callings_set, set_calling};
pub(crate) use count::files_changed;
pub use count::recount;
pub use daily::nightly;
#[cfg(any(test, feature = "testing"))]
pub use daily::read_by_the_clock;
pub use export::{export_absent, export_suspects};
pub use file::{Follow, follow};
pub use follow::{ContactForm, ContactLine, contacts, log_contact};
pub use leave::{LeaveForm, LeaveLine, answer_leave, ask_leave, end_leave, leave_of, leave_waiting};
pub use markets::{MarketForm, MarketLine, market_places, markets, set_market};
pub use phone::{PhoneClass, PhoneDay, phone_book, phone_key};
pub use province::{
    Differing, DifferingPage, Handed, How, LARGEST, Looked, OneSide, ProvinceDay, ProvinceFile, ProvinceLine,
    ProvincePage, ProvinceState, apply_province, decide_difference, drop_province, hand_in_province,
    look_province, province, province_differences, province_one_side, province_open, provinces,
    read_province, undo_province,
};
pub(crate) use queue::waiting_for_report;
pub use queue::{Absent, Behind, Listed, OfChild, PAGE, Stage, Suspect, absent, of_child, suspects};
pub use register::{Claim, Leave, PartLine, Phone, Pupil, Register, SheetLine, register};
pub use report::{Hop, Report, Verified, receive_report, report, reports, verify_and_report};
pub(crate) use report::{due, stored_report};
pub use sample::{
    Difference, Differs, DrawnClass, MOST_DRAWN, Sample, count_sample, differences, draw_sample, sample,
};
pub(crate) use sample::{hex, order};
pub use samples::{
    Count, CountedClass, SampleLine, Ticket, count_class, counted_class, pool, pools, samples, to_count,
};
pub(crate) use shares::{Share, shares};
pub use submit::{Submission, Submitted, Tapped, submit};
pub use uncalled::{SchoolDay, Uncalled, uncalled};
pub(crate) use watched::{left_again, watched};
