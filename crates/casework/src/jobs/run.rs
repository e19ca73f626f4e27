//! One run of a job: its steps, each a transaction in the name of whoever asked for it, with that person's posts as
//! they are at that moment (hazards A20, A24).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rules::access::Actor;

use super::{Job, Means, lease};
use crate::accounts::{self, api_keys};
use crate::db::{DbError, Tx};
use crate::desk::{Desk, SignedIn};
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// So much is done.
    pub done: i64,
    /// Of so much; 0 where that is not known.
    pub total: i64,
}

/// Why a run ended before its end.
#[derive(Debug)]
pub enum Stopped {
    /// A step was refused.
    Refused(Refused),
    /// Whoever asked for it is no longer active or holds no post: it ends for good (hazard A20).
    Revoked,
    /// The program is being stopped: it goes on at the next start.
    Stopping,
    /// Another server has taken it over and goes on with it: nothing more is written here.
    Lost,
}

impl From<Refused> for Stopped {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<DbError> for Stopped {
    fn from(error: DbError) -> Self {
        Self::Refused(Refused::Storage(error))
    }
}

/// One run of a job.
pub struct Run<'a> {
    pub(super) means: &'a Arc<dyn Means>,
    pub(super) job: Job,
    /// Whose mark the job carries.
    pub(super) me: &'a str,
    pub(super) stopping: &'a AtomicBool,
}

impl Run<'_> {
    /// The job.
    #[must_use]
    pub const fn job(&self) -> &Job {
        &self.job
    }

    /// What it is done with.
    #[must_use]
    pub fn means(&self) -> &Arc<dyn Means> {
        self.means
    }

    /// Whether the program is being stopped: between two steps, for work that takes long outside of the storage.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Reads in the requester's name, on one snapshot.
    ///
    /// # Errors
    /// [`Stopped`].
    pub fn read<T>(
        &self,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused>,
    ) -> Result<T, Stopped> {
        self.go_on()?;
        let now = self.means.now();
        self.means.db().read(|tx| step(tx, self.means.as_ref(), &now, &self.job, &mut act))
    }

    /// Writes in the requester's name, in one transaction.
    ///
    /// # Errors
    /// [`Stopped`]; then nothing of this step was written.
    pub fn write<T: Send + 'static>(
        &self,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Stopped> {
        self.go_on()?;
        let (means, job, now) = (Arc::clone(self.means), self.job.clone(), self.means.now());
        let me = self.me.to_owned();
        self.means.db().write(move |tx| {
            if !lease::keep(tx, &means.plan().county().code, (&job.id, &me), &now)? {
                return Err(Stopped::Lost);
            }
            step(tx, means.as_ref(), &now, &job, &mut act)
        })
    }

    /// As [`write`](Run::write), but nobody waits for the disk; how far the job is, is written in the same transaction, so that after a crash it goes
    /// on behind what is durable and not elsewhere (hazard I03).
    ///
    /// # Errors
    /// [`Stopped`]; then nothing of this step was written.
    pub fn chunk(
        &mut self,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<Progress, Refused> + Send + 'static,
    ) -> Result<Progress, Stopped> {
        self.go_on()?;
        let (means, job, now) = (Arc::clone(self.means), self.job.clone(), self.means.now());
        let me = self.me.to_owned();
        let progress = self.means.db().write_soon(move |tx| {
            let progress = step(tx, means.as_ref(), &now, &job, &mut act)?;
            // The mark is renewed with it: one statement for both.
            let kept = tx.execute(
                "update job set done = $3, total = $4, held_at = $6 where county = $1 and id = $2 and held_by = $5",
                &params![
                    &means.plan().county().code,
                    &job.id,
                    progress.done,
                    progress.total,
                    &me,
                    now.stamp()
                ],
            )?;
            if kept > 0 { Ok(progress) } else { Err(Stopped::Lost) }
        })?;
        (self.job.done, self.job.total) = (progress.done, progress.total);
        Ok(progress)
    }

    fn go_on(&self) -> Result<(), Stopped> {
        if self.is_stopping() { Err(Stopped::Stopping) } else { Ok(()) }
    }
}

fn step<T>(
    tx: &mut Tx<'_>,
    means: &dyn Means,
    now: &Now,
    job: &Job,
    act: &mut impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused>,
) -> Result<T, Stopped> {
    let plan = means.plan();
    let Some(actor) = requester(tx, now, &plan.county().code, job)? else { return Err(Stopped::Revoked) };
    // Who asked proved who they are when they asked; the queue does not take that away.
    let who = SignedIn { actor, confirmed: Some(now.timestamp()) };
    Ok(act(&mut Desk { tx, who: &who, now, keys: means.keys(), plan })?)
}

/// Who asked for the job, as they stand now; `None` when the account is not active or holds no post.
fn requester(tx: &mut Tx<'_>, now: &Now, county: &str, job: &Job) -> Result<Option<Actor>, Refused> {
    if let Some(key) = api_keys::id_of(&job.actor) {
        return api_keys::as_they_stand(tx, now, county, key);
    }
    let name = tx.optional(
        "select name from account where county = $1 and id = $2 and state = 'active'",
        &params![county, &job.actor],
        |row| row.get::<String>(0),
    )?;
    let Some(name) = name else { return Ok(None) };
    let posts = accounts::posts(tx, now, county, &job.actor)?;
    Ok((!posts.is_empty()).then(|| Actor {
        county: county.to_owned(),
        account: job.actor.clone(),
        session: job.session.clone(),
        name,
        posts,
        only: None,
    }))
}
