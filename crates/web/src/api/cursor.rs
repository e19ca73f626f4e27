//! Where a list goes on: sealed, and good only for the account, the list and the filters that it was given for, so that
//! nobody learns anything from one that he made himself (hazard A07) and no name stands in an address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casework::keys::Place;
use casework::refused::Refused;

use crate::app::App;
use crate::failed::Failed;
use crate::session::Session;

/// Longest cursor that is looked at.
const LONGEST: usize = 1024;

/// Seals the place `at` in `list`, which names the list and its filters.
pub(super) fn seal(app: &App, session: &Session, list: &str, at: &str) -> String {
    let who = session.who();
    let place = Place { county: app.county(), table: "cursor", column: list, row: &who.actor.account };
    URL_SAFE_NO_PAD.encode(app.keys().seal(place, at, app.now().random()))
}

/// Opens a cursor; `None` where there is none.
pub(super) fn open(app: &App, session: &Session, list: &str, cursor: &str) -> Result<Option<String>, Failed> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let refused =
        || Refused::field("cursor", "cursor 不是这个列表给的，或者换了筛选条件；请从第一页重新读取");
    if cursor.len() > LONGEST {
        return Err(refused().into());
    }
    let sealed = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| refused())?;
    let who = session.who();
    let place = Place { county: app.county(), table: "cursor", column: list, row: &who.actor.account };
    Ok(Some(app.keys().open(place, &sealed).map_err(|_| refused())?))
}

/// The name of a list with its filters; the cursor itself is left out of them.
pub(super) fn list<T: serde::Serialize>(name: &str, filters: &T) -> Result<String, Failed> {
    let filters = serde_json::to_string(filters)
        .map_err(|error| Failed::from(Refused::Fault(format!("a cursor: {error}"))))?;
    Ok(format!("{name} {filters}"))
}
