//! 送教上门 (残疾人教育条例第十七条；五(十一)): each lesson at home with its hours, what was taught and who of the family confirmed it by name; weeks
//! that come short, and entries that look as if they had been taught on paper alone. It moves no case.

mod pocket;
mod read;
mod write;

pub use pocket::{AtHome, pocket};
pub(crate) use read::glance;
pub use read::{ChildLessons, Glance, LessonLine, Pupil, child_lessons, photo, pupils};
pub use write::{CONFIRM, LessonForm, write};
