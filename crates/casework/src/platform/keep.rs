//! 回填: what was done in the platform, as facts with who and when; nothing is overwritten. One number belongs to one
//! child in each platform.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::plan::Platform;
use rules::standing::Standing;
use rules::twin::{self, Stand, Step};

use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::{ties_of, where_now};
use crate::params;
use crate::refused::Refused;

/// What somebody did in the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// Key of the platform.
    pub platform: String,
    /// What.
    pub step: Step,
    /// The platform's number; may be empty when it was entered and has none yet.
    pub number: String,
    /// On which day.
    pub day: Date,
    /// Why, where it is taken back.
    pub why: String,
    /// The version that was on the page; 0 where there was no record.
    pub version: i64,
}

/// The record as it is.
pub(super) struct Kept {
    pub id: String,
    pub number: String,
    pub closed: bool,
    pub entered: String,
    pub version: i64,
}

/// The record of a child in a platform: the last one, should a merge have brought two together.
pub(super) fn kept(desk: &mut Desk<'_, '_>, platform: &str, child: &str) -> Result<Option<Kept>, Refused> {
    Ok(desk.tx.optional(
        "select id, number, state, entered_day, version from platform_entry
         where county = $1 and platform = $2 and child = $3 and state <> 'withdrawn'
         order by changed_at desc, id desc limit 1",
        &params![desk.county(), platform, child],
        |row| {
            Ok(Kept {
                id: row.get(0)?,
                number: row.get(1)?,
                closed: row.get::<String>(2)? == "closed",
                entered: row.get(3)?,
                version: row.get(4)?,
            })
        },
    )?)
}

/// What may be done with the record.
pub(super) fn steps(stand: Option<Stand>, kept: Option<&Kept>) -> Vec<Step> {
    match (stand, kept) {
        (Some(Stand::Missing), None) => vec![Step::Enter],
        (_, None) => Vec::new(),
        (_, Some(kept)) if kept.closed => vec![Step::Reopen, Step::Withdraw],
        (_, Some(_)) => vec![Step::Number, Step::Close, Step::Withdraw],
    }
}

pub(super) fn standing(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Standing>, Refused> {
    let code = desk.tx.optional(
        "select standing from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    Ok(code.as_deref().and_then(Standing::from_code))
}

/// Keeps what was done.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn keep(desk: &mut Desk<'_, '_>, child: &str, keep: &Keep) -> Result<(), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::KeepPlatformNumber, &Subject::Child(&ties), ("child", child))?;
    let platform = super::platform(desk, &keep.platform)?;
    let child = &where_now(desk, child)?;
    write(desk, platform, child, keep)?;
    let said = format!("{}：{}", platform.title, keep.step.label());
    desk.record(Action::KeepPlatformNumber, grant.post, ("child", child), keep.why.trim(), &said)
}

/// As [`keep`], for whoever has asked for the right already and records it.
pub(super) fn write(
    desk: &mut Desk<'_, '_>,
    platform: &Platform,
    child: &str,
    keep: &Keep,
) -> Result<(), Refused> {
    let before = kept(desk, &platform.key, child)?;
    if before.as_ref().map_or(0, |kept| kept.version) != keep.version {
        return Err(Refused::Changed {
            what: format!("这个孩子在{}的登记刚刚有了变化", platform.title)
        });
    }
    let stand = standing(desk, child)?;
    let stand = Stand::of(platform, stand, before.as_ref().map(|kept| (kept.closed, kept.number.as_str())));
    if !steps(stand, before.as_ref()).contains(&keep.step) {
        return Err(Refused::rule(
            format!("现在不能“{}”", keep.step.label()),
            platform.basis.cited(),
            "请看最新情况再办",
        ));
    }
    let number = checked(desk, platform, keep, before.as_ref())?;
    let (county, at) = (desk.county(), desk.now.stamp());
    let (entry, written) = match before {
        None => {
            let id = desk.now.id();
            let written = desk.tx.execute(
                "insert into platform_entry (county, id, platform, child, number, state, entered_day, version, changed_at)
                 values ($1, $2, $3, $4, $5, 'entered', $6, 1, $7)",
                &params![county, &id, &platform.key, child, &number, keep.day, &at],
            );
            (id, written)
        }
        Some(kept) => {
            let state = match keep.step {
                Step::Close => "closed",
                Step::Withdraw => "withdrawn",
                Step::Enter | Step::Number | Step::Reopen => "entered",
            };
            let written = desk.tx.execute(
                "update platform_entry set number = $3, state = $4, version = version + 1, changed_at = $5
                 where county = $1 and id = $2",
                &params![county, &kept.id, &number, state, &at],
            );
            (kept.id, written)
        }
    };
    match written {
        Err(DbError::Unique(index)) if index == "platform_number" => return Err(taken()),
        written => written?,
    };
    desk.tx.execute(
        "insert into platform_event (county, id, entry, kind, number, day, why, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            county,
            desk.now.id(),
            &entry,
            keep.step.code(),
            &number,
            keep.day,
            keep.why.trim(),
            &desk.actor().account,
            &at
        ],
    )?;
    Ok(())
}

fn taken() -> Refused {
    Refused::field("number", "这个编号已经记在另一名孩子名下，请核对平台页面；记错的先在那一条里撤销")
}

/// The number that stands after the step, and whether everything can be taken as it is.
fn checked(
    desk: &mut Desk<'_, '_>,
    platform: &Platform,
    keep: &Keep,
    before: Option<&Kept>,
) -> Result<String, Refused> {
    let today = desk.now.day();
    let first = before.and_then(|kept| kept.entered.parse::<Date>().ok());
    if keep.day > today || keep.day < today.saturating_sub(3.years()) {
        return Err(Refused::field("day", "日期应在今天以前、三年以内"));
    }
    if keep.step != Step::Withdraw && first.is_some_and(|first| keep.day < first) {
        return Err(Refused::field("day", "日期不能早于在平台录入的那天"));
    }
    let why = keep.why.trim();
    if why.chars().count() > 200 || why.contains('\0') {
        return Err(Refused::field("why", "说明请写在200个字以内"));
    }
    if keep.step == Step::Withdraw && why.is_empty() {
        return Err(Refused::field("why", "请写明为什么撤销"));
    }
    let own = before.map(|kept| kept.number.as_str()).unwrap_or_default();
    let typed = keep.number.trim();
    let asks = matches!(keep.step, Step::Number) || (keep.step == Step::Enter && !typed.is_empty());
    if !asks {
        return Ok(own.to_owned());
    }
    let number = twin::number(typed).map_err(|what| Refused::field("number", what))?;
    if number == own {
        return Err(Refused::field("number", "和已经记下的编号相同，不用再记"));
    }
    let used = desk.tx.optional(
        "select 1 from platform_entry where county = $1 and platform = $2 and number = $3 and state <> 'withdrawn'",
        &params![desk.county(), &platform.key, &number],
        |row| row.get::<i64>(0),
    )?;
    if used.is_some() { Err(taken()) } else { Ok(number) }
}
