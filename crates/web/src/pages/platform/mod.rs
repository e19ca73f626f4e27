//! `/platforms`: 平台录入 (四(十四)、五(九)): who must stand in the platforms of province and state, the sheet to copy from
//! with their number and state, and each week's list of what differs from their own.

mod check;
mod list;
mod sheet;

use casework::refused::Refused;
use rules::access::Action;
use rules::plan::Platform;
use rules::purpose::Purpose;
use rules::twin::Stand;

use super::account::with;
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Tab, Tone};
use crate::route::{Policy, Route};

pub(crate) fn routes() -> Vec<Route> {
    let keep = Policy::Needs(Action::KeepPlatformNumber);
    vec![
        Route::get("/platforms", keep, list::list),
        Route::post("/platforms/export", Policy::Needs(Action::ExportPlatform), list::export),
        Route::get("/platforms/check", keep, check::check),
        Route::post("/platforms/check", keep, check::upload).body_limit(check::LARGEST),
        Route::post("/platforms/differences/{id}", keep, check::settle),
        Route::get("/children/{id}/platform", keep, sheet::sheet),
        Route::post("/children/{id}/platform", keep, sheet::keep),
        Route::post("/children/{id}/platform/reveal", keep, sheet::reveal),
    ]
}

/// How far, as a colour.
const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Missing | Stand::Again => Tone::Late,
        Stand::NoNumber | Stand::ToClose => Tone::Due,
        Stand::Kept => Tone::Good,
        Stand::Closed => Tone::Plain,
    }
}

/// The platform of that key, or the first; one that there is not is not there.
fn platform<'a>(app: &'a App, key: &str) -> Result<&'a Platform, Failed> {
    let plan = app.plan();
    let found = if key.is_empty() { plan.platforms().first() } else { plan.platform(key) };
    found.ok_or_else(|| Refused::denied(Action::KeepPlatformNumber, "platform", "").into())
}

fn tabs(app: &App, here: &str, path: &str) -> Vec<Tab> {
    let tab = |platform: &Platform| Tab {
        label: platform.title.clone(),
        href: with(path, &[("on", platform.key.as_str())]),
        count: None,
        current: platform.key == here,
    };
    app.plan().platforms().iter().map(tab).collect()
}

fn purposes() -> Vec<Choice> {
    let choice = |one: &Purpose| Choice::new(one.code(), one.label(), Purpose::Platform.code());
    Purpose::ALL.iter().map(choice).collect()
}
