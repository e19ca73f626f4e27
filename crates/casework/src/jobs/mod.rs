//! Work that runs by itself: jobs that somebody asked for, done in that person's name and only as far as that person
//! may (hazard A24), and schedules of the program's own. Where several servers work on one PostgreSQL, each job and each
//! schedule is done by one of them, and by another when that one dies ([`LEASE`]); only what is done every few seconds
//! is done by each. It must not know what any of them does.

mod lease;
mod left;
mod overview;
mod run;
mod runner;
mod schedule;

use std::sync::Arc;

use rules::access::Actor;
use rules::plan::Plan;

use crate::audit::Vault;
use crate::db::{Db, DbError, Tx};
use crate::desk::{Desk, SignedIn};
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

pub use lease::LEASE;
pub(crate) use overview::make_due;
pub use overview::{Filter, JobLine, Overview, ScheduleLine, State, export, job, overview, retry, run_now};
pub use run::{Progress, Run, Stopped};
pub use runner::Runner;
pub use schedule::Schedule;

/// Tries after which a job is parked until somebody looks (hazard J08).
pub const TRIES: i64 = 5;

/// What background work is done with.
pub trait Means: Send + Sync {
    /// The storage.
    fn db(&self) -> &Db;
    /// Keys of the sealed fields.
    fn keys(&self) -> &Keys;
    /// The county's plan.
    fn plan(&self) -> &Plan;
    /// The folder of seals, outside the database.
    fn vault(&self) -> &Vault;
    /// The moment, with chance.
    fn now(&self) -> Now;
}

/// A job as its handler sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Id.
    pub id: String,
    /// Kind: which handler.
    pub kind: String,
    /// What it is about: an import's id.
    pub subject: String,
    /// Account in whose name it runs.
    pub actor: String,
    /// The session in which it was asked for, for the record.
    pub session: String,
    /// How far earlier tries came.
    pub done: i64,
    /// Of how much; 0 where that is not known.
    pub total: i64,
    /// Which try this is, from 1.
    pub attempts: i64,
}

/// Does the jobs of one kind.
pub trait Handler: Send + Sync {
    /// The kind, as it is stored.
    fn kind(&self) -> &'static str;
    /// What people call it.
    fn label(&self) -> &'static str;
    /// Does the job in steps, each a transaction of its own, and says how it went in a line without personal fields.
    /// A job may be begun again after a crash: it goes on from [`Job::done`], or from the beginning.
    ///
    /// # Errors
    /// [`Stopped`].
    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped>;
    /// Called in the transaction that marks the job as failed or parked, so that what it is about can say so.
    ///
    /// # Errors
    /// [`DbError`].
    fn gave_up(&self, _tx: &mut Tx<'_>, _job: &Job, _given_up: &GivenUp<'_>) -> Result<(), DbError> {
        Ok(())
    }
}

/// That a job was given up.
#[derive(Debug, Clone, Copy)]
pub struct GivenUp<'a> {
    /// Code of the county.
    pub county: &'a str,
    /// When.
    pub now: &'a Now,
    /// Why.
    pub why: Why,
    /// The same in words.
    pub said: &'a str,
}

/// Why a job was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was refused: trying again would change nothing.
    Refused,
    /// It failed at each of its tries, by faults of storage or program (hazard J08).
    Failed,
    /// The program died at each of its tries.
    Killed,
}

/// The handlers and schedules of a program.
#[derive(Clone, Default)]
pub struct Registry {
    pub(crate) handlers: Vec<Arc<dyn Handler>>,
    pub(crate) schedules: Vec<Arc<Schedule>>,
}

impl Registry {
    /// Adds a handler.
    #[must_use]
    pub fn handler(mut self, handler: impl Handler + 'static) -> Self {
        self.handlers.push(Arc::new(handler));
        self
    }

    /// Adds a schedule.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.schedules.push(Arc::new(schedule));
        self
    }

    /// Who does the jobs of a kind; `None` for a kind that this program does not do.
    fn doing(&self, kind: &str) -> Option<&Arc<dyn Handler>> {
        self.handlers.iter().find(|handler| handler.kind() == kind)
    }

    /// What people call a kind of work; the kind itself for one that this program does not know.
    #[must_use]
    pub fn label<'a>(&'a self, kind: &'a str) -> &'a str {
        let handler = self.doing(kind).map(|one| one.label());
        let schedule = || self.schedules.iter().find(|one| one.name == kind).map(|one| one.label);
        handler.or_else(schedule).unwrap_or(kind)
    }
}

/// Puts a job into the queue, in the caller's transaction, in the actor's name; its id. The caller has decided that
/// the actor may; the handler decides again at every step.
///
/// # Errors
/// [`Refused::Storage`].
pub fn enqueue(desk: &mut Desk<'_, '_>, kind: &str, subject: &str) -> Result<String, Refused> {
    let (county, actor) = (desk.county(), desk.actor());
    Ok(put(desk.tx, (county, desk.now), (&actor.account, &actor.session), (kind, subject))?)
}

/// As [`enqueue`], where a job leaves another one behind it, in the name of whoever asked for the first.
///
/// # Errors
/// [`DbError`].
pub fn follow(tx: &mut Tx<'_>, job: &Job, given_up: &GivenUp<'_>, kind: &str) -> Result<String, DbError> {
    put(tx, (given_up.county, given_up.now), (&job.actor, &job.session), (kind, &job.subject))
}

fn put(
    tx: &mut Tx<'_>,
    (county, now): (&str, &Now),
    (actor, session): (&str, &str),
    (kind, subject): (&str, &str),
) -> Result<String, DbError> {
    let id = now.id();
    tx.execute(
        "insert into job (county, id, kind, subject, actor, session, state, attempts, next_at, made_at, done, total, said)
         values ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7, 0, 0, '')",
        &params![county, &id, kind, subject, actor, session, now.stamp()],
    )?;
    Ok(id)
}

/// The account under which the program's own schedules stand on the record.
pub const PROGRAM: &str = "program";

/// Who acts when a schedule does: nobody's right, no post. It carries out what people decided or a rule says by date, and
/// reaches nothing that asks for a right (hazard A24).
#[must_use]
pub fn program(county: &str) -> Actor {
    Actor {
        county: county.to_owned(),
        account: PROGRAM.to_owned(),
        session: String::new(),
        name: "定时任务".to_owned(),
        posts: Vec::new(),
        only: None,
    }
}

/// Writes in the program's name, in one transaction.
///
/// # Errors
/// Whatever `act` refuses; then nothing was written.
pub fn as_program<T: Send + 'static>(
    means: &Arc<dyn Means>,
    mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let (own, now) = (Arc::clone(means), means.now());
    let who = SignedIn { actor: program(&means.plan().county().code), confirmed: None };
    means
        .db()
        .write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: own.keys(), plan: own.plan() }))
}
