//! 招生入学季, 五(八): a season of a school year with its sweep, places, notices, first days, leavers and deferrals. Who is due is `rules::season`'s
//! to say, by the age rule that the season keeps. Why it is so: docs/adr/0028-season.md.

mod absent;
mod board;
mod catchment;
mod catchment_file;
mod defer;
mod deliver;
mod due;
mod leavers;
mod make;
mod notices;
mod open;
mod place;
mod print;
mod sweep;

pub use absent::{NoShow, NoShows, no_shows};
pub(crate) use board::to_do;
pub use board::{Board, Month, board};
pub use catchment::{CatchmentTable, Catchments, GapRow, PlaceRow, Placed, catchments, set_catchments};
pub use catchment_file::{LARGEST, catchment_lines};
pub use defer::{
    Deferral, DeferralForm, Deferrals, ask_deferral, decide_deferral, deferrals, deferring, nightly,
};
pub use deliver::{Bulk, Delivery, answer_notice, deliver, deliver_all, fail_notice};
pub use due::DueChild;
pub use leavers::{Leaver, Riser, Transitions, record_leaver, transitions};
pub use make::{Asked, MakeNotices, PORTION, ask_notices, make_now, make_portion};
pub use notices::{
    Groups, NoticeFile, NoticeLine, Notices, NoticesIn, StepLine, notice, notices, notices_in,
};
pub use open::{Season, open_season, season, season_of};
pub use place::{PlaceForm, PlaceLine, Plan, TownshipPlan, plan, plan_places};
pub use print::{AT_ONCE, PrintRun, print_portion, print_run};
pub use sweep::{Group, GroupChild, Sheet, SweepLevel, VisitForm, VisitLine, sheet, sweep, visit};

use rules::access::{Action, Post};

use crate::desk::Desk;
use crate::refused::Refused;

/// The handlers of this module, for the program's registry.
#[must_use]
pub fn register(registry: crate::jobs::Registry) -> crate::jobs::Registry {
    nightly(registry.handler(MakeNotices))
}

/// The post on which the actor may do it.
fn own_post<'a>(desk: &Desk<'a, '_>, action: Action) -> Result<&'a Post, Refused> {
    let own = desk.actor().posts.iter().find(|post| action.policy(post.role, post.standing).is_some());
    own.ok_or_else(|| Refused::denied(action, "season", ""))
}

/// An id that a page made.
fn is_form_id(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Words of people: so many signs at most, none that is not seen.
fn words(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    if text.chars().count() > most || !text.lines().all(crate::ledger::plain) {
        return Err(Refused::field(field, format!("最多{most}个字；从别处粘贴来的看不见的符号请删去")));
    }
    Ok(text.to_owned())
}
