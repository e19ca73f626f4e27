//! 通报, 五(七), 六(四): drafted of what is on record, said to the unit before it is said to others, approved by a second person, issued under a number,
//! corrected by another one and never changed. It names no child, tells no small count and sets no school beside another (hazard F06, 五(十二)).
//! Why it is so: docs/adr/0036-bulletins.md.

mod draft;
mod evidence;
mod head;
mod paper;
mod read;
mod reply;
mod sign;

pub use draft::{NewBulletin, NewPoint, add_point, amend, begin, drop_bulletin, send, withdraw_point};
pub use evidence::{nameable, offered};
pub use paper::{made, paper};
pub use read::{
    BulletinFile, BulletinLine, Everybody, PointFile, Waiting, bulletin, bulletins, everybody, issued,
    waiting,
};
pub use reply::reply;
pub use sign::{approve, give_back, issue};
