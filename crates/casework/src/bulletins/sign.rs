//! The second person, and the number: approved by somebody who did not draft it and is not of a unit that it names (hazards B05, B13), issued under a
//! number without a gap, and kept as a paper in the same moment.

use rules::access::Action;
use rules::bulletin::{Act, Issuer, PointStand, moved};

use super::draft::whole;
use super::head::{Head, did, hand, organ, own, points, set, stands};
use super::paper::drawn;
use crate::desk::Desk;
use crate::papers::oversight::{Oversight, keep};
use crate::params;
use crate::refused::Refused;
use crate::today::{tell, tell_unit};
use crate::unnamed::written;

/// Approves it; `public` also for everybody. The whole text is held against the ledger once more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] by whoever drafted it, before the units have spoken, [`Refused::Invalid`] where it would name a
/// child, [`Refused::Changed`], [`Refused::Storage`].
pub fn approve(desk: &mut Desk<'_, '_>, id: &str, public: bool) -> Result<(), Refused> {
    let (head, post) = own(desk, id, Action::SignBulletin)?;
    let rows = points(desk, id)?;
    let all = stands(&rows);
    let to = moved(head.stand, Act::Approve, hand(desk, &head, &rows, &all))?;
    whole(desk, &head)?;
    set(desk, &head, to)?;
    desk.tx.execute(
        "update bulletin set approved_by = $3, approved_at = $4, public = $5 where county = $1 and id = $2",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp(), i64::from(public)],
    )?;
    let unit = post.map_or("", |post| post.unit.as_str());
    did(desk, id, Act::Approve.code(), if public { "可以向社会公布" } else { "" }, unit)?;
    tell(desk, &head.made_by, ("bulletin", id), "通报审核通过，可以印发", &format!("/bulletins/{id}"))?;
    desk.record(Action::SignBulletin, post, ("bulletin", id), "", Act::Approve.label())
}

/// Gives it back to be changed, and says what; answers that were given stay.
///
/// # Errors
/// As [`approve`].
pub fn give_back(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<(), Refused> {
    let (head, post) = own(desk, id, Action::SignBulletin)?;
    let rows = points(desk, id)?;
    let all = stands(&rows);
    let to = moved(head.stand, Act::GiveBack, hand(desk, &head, &rows, &all))?;
    let why = written("why", "请写明要改什么", why, &(2..=300))?;
    set(desk, &head, to)?;
    let unit = post.map_or("", |post| post.unit.as_str());
    did(desk, id, Act::GiveBack.code(), why, unit)?;
    tell(desk, &head.made_by, ("bulletin", id), "通报退回修改", &format!("/bulletins/{id}"))?;
    desk.record(Action::SignBulletin, post, ("bulletin", id), "", Act::GiveBack.label())
}

/// 机关代字.
fn mark(desk: &Desk<'_, '_>, head: &Head, organ: &str) -> String {
    let short = desk.plan.county().short.clone();
    match head.by {
        Issuer::Township => format!("{}控辍通报", organ.trim_end_matches("人民政府")),
        Issuer::Bureau => format!("{short}教体控辍通报"),
        Issuer::Office => format!("{short}教督办通报"),
    }
}

/// Issues it: number, paper, and everybody whom it names is told; 发文字号.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] before it is approved, [`Refused::Changed`], [`Refused::Storage`].
pub fn issue(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let (head, post) = own(desk, id, Action::DraftBulletin)?;
    let rows = points(desk, id)?;
    let all = stands(&rows);
    let to = moved(head.stand, Act::Issue, hand(desk, &head, &rows, &all))?;
    set(desk, &head, to)?;
    let year = i64::from(desk.now.day().year());
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, $2, $3, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![desk.county(), format!("bulletin:{}", head.issuer), year],
        |row| row.get::<i64>(0),
    )?;
    let organ = organ(desk, head.by, &head.issuer)?;
    let word = format!("{}〔{year}〕{number}号", mark(desk, &head, &organ));
    desk.tx.execute(
        "update bulletin set year = $3, number = $4, word = $5, issued_by = $6, issued_at = $7 where county = $1 and id = $2",
        &params![desk.county(), id, year, number, &word, &desk.actor().account, desk.now.stamp()],
    )?;
    let paper = drawn(desk, &head, &rows, (&organ, &word))?;
    keep(desk, (Oversight::Bulletin, id), &word, &paper)?;
    let mut units: Vec<&str> =
        rows.iter().filter(|row| row.stand != PointStand::Withdrawn).map(|row| row.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        let text = format!("{}印发：{word}", head.kind.label());
        tell_unit(desk, unit, ("bulletin_issued", id), &text, &format!("/bulletins/{id}"))?;
    }
    let unit = post.map_or("", |post| post.unit.as_str());
    did(desk, id, Act::Issue.code(), &word, unit)?;
    desk.record(Action::DraftBulletin, post, ("bulletin", id), "", &word)?;
    Ok(word)
}
