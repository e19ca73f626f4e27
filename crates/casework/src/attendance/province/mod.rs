//! 省系统考勤, 五(九): what 在校生动态管理系统 puts out of a day. Where a school does not call here, it becomes sheets; where it
//! does, nothing is overwritten: the two are compared, and the head says which is right. Why it is so:
//! docs/adr/0017-provincial-attendance.md.

mod compare;
mod decide;
mod file;
mod keep;
mod look;
mod show;

pub(super) use compare::{compare, day_changed};
pub use decide::{
    Differing, DifferingPage, How, OneSide, decide_difference, province_differences, province_one_side,
    province_open,
};
pub use file::{LARGEST, ProvinceFile, read_province};
pub use keep::{Handed, apply_province, drop_province, hand_in_province, undo_province};
pub use look::{Looked, look_province};
pub use show::{ProvinceDay, ProvinceLine, ProvincePage, ProvinceState, province, provinces};

use rules::access::{Action, Reach, Subject};

use super::book::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;

/// Schools of which the actor may do this: `column` is theirs. Values are pushed behind those that are there.
fn within<'v>(
    desk: &Desk<'v, '_>,
    action: Action,
    column: &str,
    values: &mut Vec<Value<'v>>,
) -> Result<String, Refused> {
    desk.require(action, &Subject::Nothing, ("province", ""))?;
    let mut units = Vec::new();
    for post in &desk.who.actor.posts {
        match action.policy(post.role, post.standing) {
            Some(Reach::County) => return Ok("1 = 1".to_owned()),
            Some(_) => units.push(post.unit.as_str()),
            None => {}
        }
    }
    Ok(format!("{column} in ({})", among(values, units)))
}
