//! 考勤, 五(九): the register of a class, its clock and the list of suspects, through the storage of both engines.

mod calling;
mod class_change;
mod clock;
mod following;
mod history;
mod lists;
mod papers;
mod province;
mod register;
mod safeguarding;
mod sampling;
pub(crate) mod school;
mod submitting;
mod today;
mod warning;
mod year;
