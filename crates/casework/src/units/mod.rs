//! Units, posts and who holds them: the two trees of 双线四级（五(一)）. A unit's place in its tree decides who may
//! keep it; whether somebody answers for a child is read from the posts, never typed in beside the child.

mod add;
mod chain;
mod classes;
mod close;
mod export;
mod found;
mod hand_over;
mod names;
mod phone;
mod posts;
mod standard;
mod tree;
mod within;

pub use add::{Added, MOST, Table, add, addable, adding};
pub(crate) use add::{columns, one};
pub use chain::{Chain, Holder, Slot, chain};
pub use classes::{Class, Whose, classes};
pub use close::close_unit;
pub use export::{PostFilter, PostRow, Posts, UnitLine, export_posts, export_units, find_units, posts};
pub use found::{from_plan, lacking};
pub use hand_over::{HandOver, Item, Sheet, hand_over, sheet, what_is_open};
pub(crate) use names::Names;
pub(crate) use phone::phone_of;
pub use phone::set_phone;
pub use posts::{
    Gap, NewPost, Person, appoint, candidates, close_post, gaps, may_hold, open_post, people_of, roles_of,
    successors, vacate,
};
pub(crate) use standard::{Beside, Fresh, make};
pub use tree::{UnitPage, UnitRow, path, unit_page, units};
pub(crate) use within::within;
