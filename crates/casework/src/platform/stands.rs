//! Where one child stands in each platform of province and state, and under which number: beside its report, so that what
//! was reported is copied there too (五(九)).

use rules::access::{Action, Subject, may};
use rules::standing::Standing;
use rules::twin::Stand;

use super::keep::kept;
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;

/// Where a child stands in a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandsIn {
    /// Key of the platform.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// How far it is there.
    pub stand: Stand,
    /// Its number; empty until it is known.
    pub number: String,
}

/// The platforms in which the child must stand or stood; `None` for whoever keeps no numbers of theirs.
///
/// # Errors
/// [`Refused::Storage`].
pub fn stands(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Vec<StandsIn>>, Refused> {
    let ties = ties_of(desk, child)?;
    if may(desk.actor(), Action::KeepPlatformNumber, &Subject::Child(&ties)).is_err() {
        return Ok(None);
    }
    let standing = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    let standing = Standing::from_code(&standing);
    let mut stands = Vec::new();
    for platform in desk.plan.platforms() {
        let kept = kept(desk, &platform.key, child)?;
        let entry = kept.as_ref().map(|kept| (kept.closed, kept.number.as_str()));
        let Some(stand) = Stand::of(platform, standing, entry) else { continue };
        stands.push(StandsIn {
            key: platform.key.clone(),
            title: format!("{}{}", platform.title, platform.port),
            stand,
            number: kept.map(|kept| kept.number).unwrap_or_default(),
        });
    }
    Ok(Some(stands))
}
