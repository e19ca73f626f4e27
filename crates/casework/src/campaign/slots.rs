//! What a comparison is made of: a place for each list, what lies in it, and what a run will be able to say with that,
//! before it runs (五(四)).

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::plan::{FindingKind, ListKind, NamedListEffect, Plan};

use super::lists::{self, Earlier, ListLine};
use super::open::{Campaign, campaign};
use crate::compared::named_list;
use crate::desk::Desk;
use crate::refused::Refused;

/// A list that is older than this many days is pointed out.
const OLD: i64 = 31;

/// A place for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// household, roll, present, poverty, or the name of a further list.
    pub code: String,
    /// What people call the list.
    pub label: String,
    /// How it is read.
    pub kind: ListKind,
    /// Whether nothing can be compared without it.
    pub is_required: bool,
    /// What it is for, in a line.
    pub purpose: String,
    /// What lies in it.
    pub list: Option<ListLine>,
    /// What is at hand and could be taken: the ledger, files that were handed in before.
    pub earlier: Vec<Earlier>,
}

/// A kind of finding, and whether a run can look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    /// The kind.
    pub kind: FindingKind,
    /// What people call it.
    pub title: String,
    /// Why not; empty where it can.
    pub why_not: String,
}

/// What a run of the campaign would do now.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The campaign, with its last run.
    pub campaign: Campaign,
    /// The places, in the order in which the lists are read.
    pub slots: Vec<Slot>,
    /// Names of further lists that the plan knows and that have no place yet.
    pub further: Vec<String>,
    /// What can be found and what cannot.
    pub possible: Vec<Possible>,
    /// Why it cannot be run; empty where it can.
    pub stops: Vec<String>,
    /// What to think of before.
    pub notes: Vec<String>,
}

/// The code of a slot as it is stored and how its list is read; `None` for what is no name of a list.
#[must_use]
pub fn slot_of(plan: &Plan, wish: &str) -> Option<(String, ListKind)> {
    let name = wish.trim();
    let fixed = [ListKind::Household, ListKind::Roll, ListKind::Present, ListKind::Poverty];
    if let Some(kind) = fixed.into_iter().find(|kind| kind.code() == name || kind.label() == name) {
        return Some((kind.code().to_owned(), kind));
    }
    let usable = !name.is_empty() && name.chars().count() <= 20 && !name.chars().any(char::is_control);
    usable.then(|| {
        let known = plan.named_list(name).map_or(name, |list| list.name.as_str());
        (known.to_owned(), named_list(plan, known).0)
    })
}

/// What people call the list of a slot.
pub(super) fn label(slot: &str) -> &str {
    match ListKind::from_code(slot) {
        Some(kind) if kind != ListKind::Generic => kind.label(),
        _ => slot,
    }
}

fn purpose(plan: &Plan, slot: &str, kind: ListKind) -> String {
    match kind {
        ListKind::Household => "县公安局：应该上学的孩子".to_owned(),
        ListKind::Roll => "全国学籍系统导出：有学籍的孩子".to_owned(),
        ListKind::Present => "各学校汇总：真的在教室里的孩子".to_owned(),
        ListKind::Poverty => "县农业农村局：要先帮扶的孩子".to_owned(),
        ListKind::Disability => "县残联：核对安置，只作备注".to_owned(),
        ListKind::Elsewhere
        | ListKind::Platform
        | ListKind::Attendance
        | ListKind::Cohort
        | ListKind::Generic => match plan.named_list(slot) {
            Some(known) => known.basis.text.clone(),
            None => "只作备注".to_owned(),
        },
    }
}

/// The names of further lists that have a place of their own from the start.
fn usual(plan: &Plan) -> Vec<String> {
    let elsewhere = plan.named_lists().iter().find(|one| one.effect == NamedListEffect::StudyingElsewhere);
    elsewhere.map(|one| one.name.clone()).into_iter().chain(["残联".to_owned()]).collect()
}

/// What a run of the campaign would be made of, and what it could say.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn prepare(desk: &mut Desk<'_, '_>, id: &str) -> Result<Prepared, Refused> {
    desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", id))?;
    let campaign = campaign(desk, Action::RunComparison, id)?;
    let chosen = lists::chosen(desk, id)?;
    let plan = desk.plan;
    let mut codes: Vec<String> = ["household", "roll", "present", "poverty"].map(str::to_owned).to_vec();
    codes.extend(usual(plan));
    codes.extend(
        chosen.iter().map(|list| list.slot.clone()).filter(|slot| !codes.contains(slot)).collect::<Vec<_>>(),
    );
    let further =
        plan.named_lists().iter().map(|list| list.name.clone()).filter(|name| !codes.contains(name));
    let further = further.collect();
    let mut slots = Vec::with_capacity(codes.len());
    for code in codes {
        let Some((code, kind)) = slot_of(plan, &code) else { continue };
        slots.push(Slot {
            label: label(&code).to_owned(),
            kind,
            is_required: matches!(kind, ListKind::Household | ListKind::Roll),
            purpose: purpose(plan, &code, kind),
            list: chosen.iter().find(|list| list.slot == code).cloned(),
            earlier: lists::earlier(desk, id, &code, kind)?,
            code,
        });
    }
    let possible = possible(plan, &slots);
    let (mut stops, notes) = (stops(&slots), notes(&slots, desk.now.day()));
    if campaign.state != "open" {
        stops.insert(0, "这次行动已经结束".to_owned());
    }
    Ok(Prepared { campaign, slots, further, possible, stops, notes })
}

fn has(slots: &[Slot], kind: ListKind) -> bool {
    slots.iter().any(|slot| slot.kind == kind && slot.list.is_some())
}

fn possible(plan: &Plan, slots: &[Slot]) -> Vec<Possible> {
    let why_not = |kind: FindingKind| {
        let missing =
            |list: ListKind, why: &str| if has(slots, list) { String::new() } else { why.to_owned() };
        let needed = slots.iter().find(|slot| slot.is_required && slot.list.is_none());
        if let Some(slot) = needed {
            return format!("没有{}名单，什么也比不出来", slot.label);
        }
        match kind {
            FindingKind::NotInSchool => missing(ListKind::Present, "没有在校名单，看不出谁没到校"),
            FindingKind::PovertyDropout => {
                missing(ListKind::Poverty, "没有脱贫户·监测户名单，看不出谁要先帮扶")
            }
            FindingKind::StudyingElsewhere => {
                missing(ListKind::Elsewhere, "没有外出就读名单，在外地上学的会列为没有学籍")
            }
            FindingKind::NotOnRoll
            | FindingKind::RollOnly
            | FindingKind::DuplicateRoll
            | FindingKind::NeedsReview => String::new(),
        }
    };
    let one = |&kind: &FindingKind| Possible {
        kind,
        title: plan.finding(kind).title.clone(),
        why_not: why_not(kind),
    };
    FindingKind::ALL.iter().map(one).collect()
}

/// Why these lists cannot be compared.
pub(super) fn stops(slots: &[Slot]) -> Vec<String> {
    let mut stops = Vec::new();
    for slot in slots {
        match &slot.list {
            None if slot.is_required => stops.push(format!("还没有选{}名单", slot.label)),
            Some(list) if !list.is_usable() => stops.push(format!(
                "{}名单“{}”每一行都要改正，不能比对。请下载要改正的行，改好后重新上传",
                slot.label, list.title
            )),
            _ => {}
        }
    }
    stops
}

fn notes(slots: &[Slot], today: Date) -> Vec<String> {
    let mut notes = Vec::new();
    for (slot, list) in slots.iter().filter_map(|slot| Some((slot, slot.list.as_ref()?))) {
        let days = lists::days_old(&list.as_of, today);
        if days > OLD {
            notes.push(format!("{}名单是{days}天前的情况，请看要不要换一份新的", slot.label));
        }
        if list.flawed > 0 && list.is_usable() {
            notes.push(format!(
                "{}名单有{}行要改正；这些行照样参加比对，改好后再比对一次更准",
                slot.label, list.flawed
            ));
        }
    }
    notes
}
