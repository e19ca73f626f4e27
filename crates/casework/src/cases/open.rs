//! 立案: a case begins by itself with the written report of a school or a finding that 教体局 has decided, and by hand with what is
//! known. A child has one open case; one that leaves again while it is watched ends that one and begins a linked new one.

use rules::access::{Action, Subject};
use rules::age::AgeGroup;
use rules::case::{By, Case, Event, Person, Stage};

use super::events::{Kept, load};
use super::write::{begin, happen};
use crate::desk::Desk;
use crate::ledger::{named, plain, set_standing, ties_of};
use crate::params;
use crate::refused::Refused;

/// How a case came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// 书面报告 of a school.
    Report,
    /// A finding of the comparison.
    Finding,
    /// By hand.
    Hand,
    /// The child left again.
    Relapse,
    /// 群众举报 (四(二十一)).
    TipOff,
}

impl Source {
    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Finding => "finding",
            Self::Hand => "hand",
            Self::Relapse => "relapse",
            Self::TipOff => "tip_off",
        }
    }

    /// The source with this code; by hand for one that is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        [Self::Report, Self::Finding, Self::Relapse, Self::TipOff]
            .into_iter()
            .find(|one| one.code() == code)
            .unwrap_or(Self::Hand)
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Report => "学校书面报告",
            Self::Finding => "比对认定",
            Self::Hand => "登记立案",
            Self::Relapse => "返校后再次辍学",
            Self::TipOff => "群众举报",
        }
    }
}

/// A new case.
pub(super) struct Beginning<'a> {
    pub(super) child: &'a str,
    pub(super) source: Source,
    pub(super) source_id: &'a str,
    pub(super) why: &'a str,
    pub(super) before: Option<&'a str>,
    /// The unit that a tip-off is about: it neither clears nor closes the case (B13).
    pub(super) against: Option<&'a str>,
}

/// A case that begins with another act.
pub(crate) struct Opening<'a> {
    /// Id of the child.
    pub(crate) child: &'a str,
    /// How it came up.
    pub(crate) source: Source,
    /// Id of the report or the finding.
    pub(crate) source_id: &'a str,
    /// Who has verified it in the same act, and how; `None` leaves that to be done.
    pub(crate) verified: Option<(Person, &'a str)>,
    /// The unit that a tip-off is about.
    pub(crate) against: Option<&'a str>,
}

/// Begins a case with another act, whose right and record it shares. Where the child's case is open already it goes on; one that is
/// watched ends, and the new one is linked to it. The id of the case that is open now.
///
/// # Errors
/// [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub(crate) fn open_from(desk: &mut Desk<'_, '_>, new: &Opening<'_>) -> Result<String, Refused> {
    let mut before = last(desk, new.child)?;
    let mut source = new.source;
    if let Some(kept) = before.take_if(|kept| matches!(kept.case, Case::Open(_))) {
        if !matches!(&kept.case, Case::Open(open) if matches!(open.stage, Stage::Observing { .. })) {
            return Ok(kept.id);
        }
        happen(desk, &kept, Event::Relapse, By::Program, None)?;
        source = Source::Relapse;
        before = Some(kept);
    }
    let source_id = match (source, &before) {
        (Source::Relapse, Some(kept)) => kept.id.clone(),
        _ => new.source_id.to_owned(),
    };
    let beginning = Beginning {
        child: new.child,
        source,
        source_id: &source_id,
        why: "",
        before: before.as_ref().map(|kept| kept.id.as_str()),
        against: new.against,
    };
    let kept = begin(desk, &beginning)?;
    if let Some((person, words)) = &new.verified {
        let event = Event::Confirm { words: (*words).to_owned() };
        happen(desk, &kept, event, By::Person(person.clone()), None)?;
    }
    Ok(kept.id)
}

/// The child's last case.
pub(super) fn last(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Kept>, Refused> {
    let ids = desk.tx.query(
        "select id from child_case where county = $1 and child = $2
         order by case when ended_at is null then 0 else 1 end, opened_at desc, id desc limit 1",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    match ids.first() {
        Some(id) => load(desk, id),
        None => Ok(None),
    }
}

/// The child for whom a case is to be opened, for the form: its name, and the case that it has open already. That it was looked at
/// is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn opening(desk: &mut Desk<'_, '_>, child: &str) -> Result<(String, Option<String>), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::OpenCase, &Subject::Child(&ties), ("child", child))?;
    let (name, _) = named(desk, child)?;
    let open = desk.tx.optional(
        "select id from child_case where county = $1 and child = $2 and ended_at is null",
        &params![desk.county(), child],
        |row| row.get(0),
    )?;
    desk.record(Action::ReadChild, grant.post, ("child", child), "", "立案")?;
    Ok((name, open))
}

/// 立案 by hand, with what is known; the id of the case.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a child that is not of school age,
/// [`Refused::Changed`] when it has an open case, [`Refused::Storage`].
pub fn open_case(desk: &mut Desk<'_, '_>, child: &str, why: &str) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::OpenCase, &Subject::Child(&ties), ("child", child))?;
    let why = why.trim();
    if why.chars().count() < 4 || why.chars().count() > 1000 || !why.lines().all(plain) {
        return Err(Refused::field(
            "words",
            "请写怎么知道孩子没有上学（谁、什么时候、看到听到什么），4到1000个字",
        ));
    }
    let birth = desk.tx.one(
        "select birth from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<jiff::civil::Date>(0),
    )?;
    let said = match desk.plan.school_age().group(birth, desk.now.day()) {
        AgeGroup::SchoolAge => None,
        AgeGroup::TooYoung => Some("孩子还没有到入学年龄"),
        AgeGroup::Over => Some("孩子已满16周岁"),
    };
    if let Some(said) = said {
        let todo = "请核对出生日期；超过年龄、没有完成义务教育的，另行支持";
        return Err(Refused::rule(said, "义务教育法第十一条；五(八)", todo));
    }
    let before = last(desk, child)?;
    if let Some(kept) = before.as_ref().filter(|kept| matches!(kept.case, Case::Open(_))) {
        // A double click is one case (H01).
        let mine = desk.tx.optional(
            "select why_sealed from child_case
             where county = $1 and id = $2 and source = 'hand' and opened_by = $3 and version = 0",
            &params![desk.county(), &kept.id, &desk.actor().account],
            |row| row.get::<Option<Vec<u8>>>(0),
        )?;
        if let Some(sealed) = mine
            && desk.open("child_case", "why", &kept.id, sealed.as_deref())? == why
        {
            return Ok(kept.id.clone());
        }
        return Err(Refused::Changed { what: "这个孩子已经有一件在办的个案".to_owned() });
    }
    let beginning = Beginning {
        child,
        source: Source::Hand,
        source_id: "",
        why,
        before: before.as_ref().map(|kept| kept.id.as_str()),
        against: None,
    };
    let kept = begin(desk, &beginning)?;
    desk.record(Action::OpenCase, grant.post, ("child", child), "", "立案")?;
    Ok(kept.id)
}

/// 确认: where the child stands with school follows (五(九)).
pub(super) fn is_out(desk: &mut Desk<'_, '_>, child: &str, case: &str) -> Result<(), Refused> {
    let was = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    let was = rules::standing::Standing::from_code(&was).unwrap_or(rules::standing::Standing::Unknown);
    match rules::decision::Decision::Suspected.standing(was) {
        Some(to) => set_standing(desk, child, to, &format!("case:{case}")),
        None => Ok(()),
    }
}
