//! 通知到人 in the plan: quiet hours, days of the digest, how much one person is sent in a day. The rules that use it are in `crate::reach`.

use jiff::civil::Time;
use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;

/// When people are told outside of the program, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReachRule {
    /// From this hour in China it is quiet.
    pub quiet_from: Time,
    /// Until this one.
    pub quiet_until: Time,
    /// Whether digests leave on working days alone.
    pub workdays: bool,
    /// One person is sent so many messages in a day at most (hazard F09).
    pub per_day: u16,
    /// Clause and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReach {
    quiet_from: Spanned<String>,
    quiet_until: Spanned<String>,
    workdays: bool,
    per_day: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

pub(super) fn reach(loader: &mut Loader<'_>) -> Option<ReachRule> {
    let raw = loader.file.one::<RawReach>("reach")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
    if raw.per_day == 0 {
        loader.file.problem(at, "per_day 不能是0", "请填每人每天最多几条，如 5");
    }
    let mut hour = |text: &Spanned<String>, name: &str| {
        let time = text
            .get_ref()
            .split_once(':')
            .and_then(|(hour, minute)| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok());
        if time.is_none() {
            loader.file.problem(text.span(), format!("{name} 不是几点几分"), "请写成 \"21:00\"");
        }
        time
    };
    let (from, until) = (hour(&raw.quiet_from, "quiet_from"), hour(&raw.quiet_until, "quiet_until"));
    Some(ReachRule {
        quiet_from: from?,
        quiet_until: until?,
        workdays: raw.workdays,
        per_day: raw.per_day,
        basis,
    })
}
