//! What runs behind the pages as long as the program serves: the jobs and the schedules. It does no work itself.

use std::sync::Arc;

use casework::audit::Vault;
use casework::db::Db;
use casework::jobs::{Means, Registry, Runner};
use casework::keys::Keys;
use casework::now::Now;
use courier::Courier;
use rules::plan::Plan;

use crate::app::App;
use crate::carry;

impl Means for App {
    fn db(&self) -> &Db {
        Self::db(self)
    }

    fn keys(&self) -> &Keys {
        Self::keys(self)
    }

    fn plan(&self) -> &Plan {
        Self::plan(self)
    }

    fn vault(&self) -> &Vault {
        Self::vault(self)
    }

    fn now(&self) -> Now {
        Self::now(self)
    }
}

/// Every kind of job and every schedule of the program, with nothing that connects to the outside.
#[must_use]
pub fn registry() -> Registry {
    reaching(&Courier::nowhere(), "")
}

/// Every kind of job and every schedule of the program: a new one is registered here. `courier` carries what is sent, with a link to where
/// people open the program.
#[must_use]
pub fn reaching(courier: &Courier, link: &str) -> Registry {
    let registry = casework::ledger::nightly(casework::accounts::nightly(Registry::default()));
    let registry = casework::safeguarding::nightly(casework::attendance::nightly(registry));
    let registry = casework::cases::nightly(casework::warnings::nightly(registry));
    let registry = casework::works::nightly(casework::requests::nightly(registry));
    let registry = casework::figures::nightly(registry);
    let registry = casework::season::register(registry);
    let registry = casework::turnover::nightly(registry);
    let registry = casework::inspections::nightly(casework::conference::nightly(registry));
    let registry = casework::public::nightly(registry);
    let registry =
        casework::reach::nightly(registry).schedule(carry::schedule(courier.clone(), link.to_owned()));
    let registry = registry
        .schedule(casework::audit::monthly())
        .schedule(casework::once::sweep())
        .schedule(casework::reseal::schedule());
    casework::campaign::register(casework::today::register(casework::imports::register(registry)))
}

/// What runs behind the pages; it ends when it is stopped or dropped.
pub struct Background {
    runner: Option<Runner>,
}

impl Background {
    /// Stops: steps that are under way are finished; jobs go on at the next start. Call it before the storage is closed.
    pub fn stop(self) {
        if let Some(runner) = &self.runner {
            runner.stop();
        }
    }
}

/// Starts what runs behind the pages. Where the storage does not answer, pages are served all the same, and the log
/// says that nothing runs behind them.
#[must_use]
pub fn background(app: &App) -> Background {
    let runner = Runner::start(Arc::new(app.clone()), reaching(app.courier(), app.link()));
    if let Err(error) = &runner {
        tracing::error!("jobs and schedules do not run: {error}");
    }
    Background { runner: runner.ok() }
}
