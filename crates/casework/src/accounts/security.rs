//! 安全策略: which of the two password profiles holds, and whether a second factor is asked for. The security
//! administrator alone sets them (三权分立); the figures stand in [`crate::password`].

use std::str::FromStr as _;

use rules::access::{Action, Role, Subject};

use super::reach;
use super::tell::{self, News};
use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::password::Profile;
use crate::refused::Refused;

/// What holds for signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// Rules for passwords and time-outs.
    pub profile: Profile,
    /// Whether those who reach beyond their own class need a second factor.
    pub second_factor: SecondFactor,
}

/// Whether a second factor (双因素) is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SecondFactor {
    /// Of everybody above one's own class: [`Role::needs_second_factor`].
    #[default]
    On,
    /// Of nobody: a demo. Pages say so.
    Off,
}

impl SecondFactor {
    /// As it is stored and sent by the form.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// The code of a profile as it is stored and sent by the form.
#[must_use]
pub const fn profile_code(profile: Profile) -> &'static str {
    match profile {
        Profile::Dengbao => "dengbao",
        Profile::Asvs => "asvs",
    }
}

/// The profile of a stored setting; what is missing or unknown is the stricter practice.
pub(super) fn profile(stored: Option<&str>) -> Profile {
    stored.and_then(|text| Profile::from_str(text).ok()).unwrap_or_default()
}

/// What holds now.
///
/// # Errors
/// [`Refused::Storage`].
pub fn settings(tx: &mut Tx<'_>, county: &str) -> Result<Settings, Refused> {
    let mut settings = Settings::default();
    let stored = tx.query(
        "select name, value from setting where county = $1 and name in ('password_profile', 'second_factor')",
        &params![county],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (name, value) in stored {
        match (name.as_str(), value.as_str()) {
            ("password_profile", value) => settings.profile = profile(Some(value)),
            ("second_factor", "off") => settings.second_factor = SecondFactor::Off,
            _ => {}
        }
    }
    Ok(settings)
}

/// What the security administrator sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What holds now.
    pub settings: Settings,
    /// Who set it last and when; empty where nobody did.
    pub changed: Vec<(String, String)>,
}

/// Shows what holds, and who set it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn show(desk: &mut Desk<'_, '_>) -> Result<Page, Refused> {
    reach::allowed(desk.actor(), Action::SetSecurity, &Subject::Nothing, ("setting", ""))?;
    let county = desk.county();
    let changed = desk.tx.query(
        "select coalesce(a.name, s.changed_by), s.changed_at
         from setting s left join account a on a.county = s.county and a.id = s.changed_by
         where s.county = $1 and s.name in ('password_profile', 'second_factor') order by s.changed_at desc",
        &params![county],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(Page { settings: settings(desk.tx, county)?, changed })
}

/// Sets what is to hold from now on; every other security administrator and the auditors are told.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn set(desk: &mut Desk<'_, '_>, wanted: Settings) -> Result<(), Refused> {
    let grant = desk.require(Action::SetSecurity, &Subject::Nothing, ("setting", ""))?;
    let county = desk.county();
    let before = settings(desk.tx, county)?;
    if before == wanted {
        return Ok(());
    }
    let (now, by) = (desk.now, desk.actor().account.as_str());
    for (name, value) in
        [("password_profile", profile_code(wanted.profile)), ("second_factor", wanted.second_factor.code())]
    {
        put(desk.tx, county, name, value, by, &now.stamp())?;
    }
    let mut told = tell::holders(desk.tx, now, county, Role::Security, None)?;
    told.extend(tell::holders(desk.tx, now, county, Role::Auditor, None)?);
    told.retain(|account| account != by);
    let news =
        News {
            kind: "security", subject: "", text: "登录安全策略有变动，请核对。", href: "/security"
        };
    tell::all(desk.tx, now, county, &told, &news)?;
    let said = |settings: Settings| {
        format!(
            "{}/双因素{}",
            settings.profile.policy().name,
            if settings.second_factor == SecondFactor::On { "开" } else { "关" }
        )
    };
    let detail = format!("{} → {}", said(before), said(wanted));
    desk.record(Action::SetSecurity, grant.post, ("setting", "security"), "", &detail)
}

/// Stores a setting.
pub(super) fn put(
    tx: &mut Tx<'_>,
    county: &str,
    name: &str,
    value: &str,
    by: &str,
    stamp: &str,
) -> Result<(), Refused> {
    tx.execute(
        "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, $4, $5)
         on conflict (county, name)
         do update set value = excluded.value, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        &params![county, name, value, by, stamp],
    )?;
    Ok(())
}
