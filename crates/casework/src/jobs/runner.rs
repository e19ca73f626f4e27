//! Takes jobs that are due, one at a time for each kind, and runs schedules. Plain threads; the storage's queue is the
//! only thing it shares with the pages.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::lease::{self, Leases};
use super::left::put_back;
use super::schedule::{Schedule, WRITTEN};
use super::{GivenUp, Handler, Job, Means, Registry, Run, Stopped, TRIES, Why};
use crate::db::{DbError, Engine, Row};
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::Refused;

/// How often the queue is looked at when nothing wakes it.
const LOOK: Duration = Duration::from_millis(500);

/// How long a failed job waits before its next try: half a minute, two, eight, then half an hour.
pub(super) fn back_off(attempts: i64) -> SignedDuration {
    match attempts {
        ..=1 => SignedDuration::from_secs(30),
        2 => SignedDuration::from_mins(2),
        3 => SignedDuration::from_mins(8),
        _ => SignedDuration::from_mins(30),
    }
}

/// A job never waits longer than this for its next try.
fn furthest(now: &Now) -> String {
    stamp(now.timestamp().saturating_add(SignedDuration::from_hours(1)).unwrap_or(now.timestamp()))
}

/// The runner. It runs until [`stop`](Runner::stop), or until it is dropped.
pub struct Runner {
    crew: Arc<Crew>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Crew {
    means: Arc<dyn Means>,
    registry: Registry,
    leases: Leases,
    stopping: AtomicBool,
    woken: Mutex<bool>,
    bell: Condvar,
    /// Kinds and schedules under way.
    busy: Mutex<Vec<&'static str>>,
    /// When each frequent schedule ran last, when that was written down, and how it went.
    beats: Mutex<HashMap<&'static str, Beat>>,
    /// Ends of jobs that the storage would not take yet.
    ends: Mutex<Vec<End>>,
}

#[derive(Clone)]
struct Beat {
    ran: Timestamp,
    written: Timestamp,
    outcome: Result<String, String>,
}

/// How a try ended.
#[derive(Clone)]
struct End {
    job: Job,
    handler: Arc<dyn Handler>,
    fate: Fate,
}

#[derive(Clone)]
enum Fate {
    Done(String),
    Failed(String),
    Again(String),
    Stopping,
}

impl Runner {
    /// A runner without threads: [`run_due`](Runner::run_due) does the work. What was under way when the program died is
    /// put back into the queue (hazard I03): at once where nobody else can serve the database, else when it is sure that
    /// no living server does it.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn new(means: Arc<dyn Means>, registry: Registry) -> Result<Self, DbError> {
        let now = means.now();
        let crew = Crew {
            means,
            registry,
            leases: Leases::new(&now),
            stopping: AtomicBool::new(false),
            woken: Mutex::new(false),
            bell: Condvar::new(),
            busy: Mutex::default(),
            beats: Mutex::default(),
            ends: Mutex::default(),
        };
        crew.recover(&now)?;
        Ok(Self { crew: Arc::new(crew), thread: Mutex::new(None) })
    }

    /// A runner with its own threads.
    ///
    /// # Errors
    /// [`DbError`]; `Unavailable` when no thread can be had.
    pub fn start(means: Arc<dyn Means>, registry: Registry) -> Result<Self, DbError> {
        let runner = Self::new(means, registry)?;
        let crew = Arc::clone(&runner.crew);
        let thread = thread::Builder::new().name("jobs".to_owned()).spawn(move || dispatch(&crew));
        let thread = thread.map_err(|error| DbError::Unavailable(format!("start a thread: {error}")))?;
        *lock(&runner.thread) = Some(thread);
        Ok(runner)
    }

    /// Does everything that is due now, on this thread; how many jobs and schedules that were.
    pub fn run_due(&self) -> usize {
        let mut ran = 0;
        while let Some(work) = self.crew.due().into_iter().next() {
            self.crew.work(&work);
            ran += 1;
        }
        ran
    }

    /// Stops: steps that are under way are finished, jobs go on at the next start.
    pub fn stop(&self) {
        self.crew.stopping.store(true, Ordering::Relaxed);
        self.crew.wake();
        if let Some(thread) = lock(&self.thread).take() {
            drop(thread.join());
        }
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Something that is due.
#[derive(Clone)]
enum Work {
    Job(Arc<dyn Handler>),
    Schedule(Arc<Schedule>),
}

impl Work {
    fn name(&self) -> &'static str {
        match self {
            Self::Job(handler) => handler.kind(),
            Self::Schedule(schedule) => schedule.name,
        }
    }
}

fn dispatch(crew: &Arc<Crew>) {
    let mut workers: Vec<JoinHandle<()>> = Vec::new();
    while !crew.stopping.load(Ordering::Relaxed) {
        crew.settle();
        crew.renew();
        for work in crew.due() {
            lock(&crew.busy).push(work.name());
            let (own, name) = (Arc::clone(crew), work.name());
            let run = move || {
                own.work(&work);
                lock(&own.busy).retain(|busy| *busy != work.name());
                own.wake();
            };
            match thread::Builder::new().name("job".to_owned()).spawn(run) {
                Ok(worker) => workers.push(worker),
                Err(_) => lock(&crew.busy).retain(|busy| *busy != name),
            }
        }
        workers.retain(|worker| !worker.is_finished());
        crew.rest();
    }
    workers.into_iter().for_each(|worker| drop(worker.join()));
    crew.settle();
}

impl Crew {
    fn county(&self) -> &str {
        &self.means.plan().county().code
    }

    fn wake(&self) {
        *lock(&self.woken) = true;
        self.bell.notify_all();
    }

    fn rest(&self) {
        let woken = self.bell.wait_timeout_while(lock(&self.woken), LOOK, |woken| !*woken);
        *woken.unwrap_or_else(PoisonError::into_inner).0 = false;
    }

    /// At the start: puts back what nobody can be doing any more, and makes the rows of new schedules.
    fn recover(&self, now: &Now) -> Result<(), DbError> {
        let (county, now, registry) = (self.county().to_owned(), now.clone(), self.registry.clone());
        let (me, alone) = (self.leases.me.clone(), self.means.db().engine() == Engine::Sqlite);
        self.means.db().write(move |tx| {
            for held in lease::held(tx, &county, &me)? {
                if alone || held.by.is_empty() {
                    put_back(tx, (&county, &now, &registry), &held)?;
                }
            }
            for schedule in &registry.schedules {
                schedule.plant(tx, &county, &now)?;
            }
            Ok(())
        })
    }

    /// Shows the other servers that this one lives, while it is at work.
    fn renew(&self) {
        if lock(&self.busy).is_empty() {
            return;
        }
        if let Err(error) = self.leases.renew(self.means.db(), self.county(), &self.means.now()) {
            tracing::warn!("jobs under way cannot be marked as such: {error}");
        }
    }

    /// Puts back what a server took that has died since.
    fn take_over(&self, now: &Now) -> Result<(), DbError> {
        let (county, me) = (self.county().to_owned(), &self.leases.me);
        let held = self.means.db().read(|tx| lease::held(tx, &county, me))?;
        let dead = self.leases.dead(held, now.timestamp());
        if dead.is_empty() {
            return Ok(());
        }
        tracing::warn!(many = dead.len(), "another server gives no sign of life: its jobs are taken over");
        let (now, registry) = (now.clone(), self.registry.clone());
        self.means
            .db()
            .write(move |tx| dead.iter().try_for_each(|held| put_back(tx, (&county, &now, &registry), held)))
    }

    /// What is due and not under way.
    fn due(&self) -> Vec<Work> {
        let (now, county) = (self.means.now(), self.county());
        if let Err(error) = self.take_over(&now) {
            tracing::warn!("what other servers do cannot be read: {error}");
        }
        // What lies further off than any wait was set before the clock was put back (G01).
        let found: Result<Vec<(String, String, String)>, DbError> = self.means.db().read(|tx| {
            tx.query(
                "select kind, state, case when state = 'scheduled' then max(next_at) else '' end from job
                 where county = $1 and (state = 'scheduled' and coalesce(held_by, $4) = $4
                       or state = 'waiting' and (next_at <= $2 or next_at > $3)) group by kind, state
                 order by kind, state",
                &params![county, now.stamp(), furthest(&now), &self.leases.me],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
        });
        let found = found.unwrap_or_else(|error| {
            tracing::warn!("the queue of jobs cannot be read: {error}");
            Vec::new()
        });
        let busy = lock(&self.busy).clone();
        let waits = |kind: &str| found.iter().any(|(k, state, _)| k == kind && state == "waiting");
        let jobs = self.registry.handlers.iter().filter(|one| waits(one.kind()));
        let (stamped, due) = (now.stamp(), |one: &Schedule| {
            found
                .iter()
                .find(|(kind, state, _)| kind == one.name && state == "scheduled")
                .map(|(_, _, next)| next)
        });
        let schedules = self.registry.schedules.iter().filter(|one| {
            if one.is_frequent() {
                self.beat_due(one, &now)
            } else {
                due(one).is_some_and(|next| *next <= stamped || *next > stamp(one.latest(now.timestamp())))
            }
        });
        let works = jobs.cloned().map(Work::Job).chain(schedules.cloned().map(Work::Schedule));
        works.filter(|work| !busy.contains(&work.name())).collect()
    }

    fn beat_due(&self, schedule: &Schedule, now: &Now) -> bool {
        let beats = lock(&self.beats);
        beats.get(schedule.name).is_none_or(|beat| {
            let since = now.timestamp().duration_since(beat.ran);
            since >= schedule.period || since.is_negative()
        })
    }

    fn work(&self, work: &Work) {
        match work {
            Work::Schedule(schedule) => self.repeat(schedule),
            Work::Job(handler) => match self.claim(handler.kind()) {
                Ok(Some(job)) => self.run(handler, &job),
                Ok(None) => {}
                Err(error) => tracing::warn!(kind = handler.kind(), "a job cannot be taken: {error}"),
            },
        }
    }

    /// Takes the oldest job of a kind that is due.
    fn claim(&self, kind: &'static str) -> Result<Option<Job>, DbError> {
        let (county, now, me) = (self.county().to_owned(), self.means.now(), self.leases.me.clone());
        self.means.db().write(move |tx| {
            let at = now.stamp();
            let sql = format!(
                "update job set state = 'running', attempts = attempts + 1, started_at = $3, held_by = $5, held_at = $3
                 where county = $1 and state = 'waiting' and id =
                     (select id from job where county = $1 and state = 'waiting' and kind = $2 and (next_at <= $3 or next_at > $4)
                      order by next_at, id limit 1)
                 returning {JOB}"
            );
            tx.optional(&sql, &params![&county, kind, &at, furthest(&now), &me], job)
        })
    }

    fn run(&self, handler: &Arc<dyn Handler>, job: &Job) {
        let mut run =
            Run { means: &self.means, job: job.clone(), me: &self.leases.me, stopping: &self.stopping };
        let outcome = catch_unwind(AssertUnwindSafe(|| handler.run(&mut run)));
        let fate = match outcome {
            Ok(Ok(said)) => Fate::Done(said),
            Ok(Err(Stopped::Stopping)) => Fate::Stopping,
            Ok(Err(Stopped::Lost)) => {
                tracing::warn!(kind = handler.kind(), job = job.id, "another server has taken over a job");
                return;
            }
            Ok(Err(Stopped::Revoked)) => Fate::Failed("经办人的账号或岗位已停用，没有办完".to_owned()),
            Ok(Err(Stopped::Refused(refused))) => refusal(handler.kind(), &refused),
            Err(_) => {
                tracing::error!(kind = handler.kind(), job = job.id, "a job panicked");
                Fate::Again("程序出错".to_owned())
            }
        };
        lock(&self.ends).push(End { job: run.job, handler: Arc::clone(handler), fate });
        self.settle();
    }

    /// Writes down how jobs ended; what the storage does not take now is tried again at the next look.
    fn settle(&self) {
        let ends = std::mem::take(&mut *lock(&self.ends));
        for end in ends {
            if let Err(error) = self.end(end.clone()) {
                tracing::warn!(kind = end.handler.kind(), "the end of a job cannot be written: {error}");
                lock(&self.ends).push(end);
            }
        }
    }

    fn end(&self, end: End) -> Result<(), DbError> {
        let (county, now, me) = (self.county().to_owned(), self.means.now(), self.leases.me.clone());
        self.means.db().write(move |tx| {
            let End { job, handler, fate } = &end;
            let parked = matches!(fate, Fate::Again(_)) && job.attempts >= TRIES;
            let (state, said, wait, taken_back) = match fate {
                Fate::Done(said) => ("done", said.as_str(), SignedDuration::ZERO, 0),
                Fate::Failed(said) => ("failed", said.as_str(), SignedDuration::ZERO, 0),
                Fate::Again(said) if parked => ("parked", said.as_str(), SignedDuration::ZERO, 0),
                Fate::Again(said) => ("waiting", said.as_str(), back_off(job.attempts), 0),
                Fate::Stopping => ("waiting", "", SignedDuration::ZERO, 1),
            };
            let next = now.timestamp().saturating_add(wait).unwrap_or(now.timestamp());
            let ended = (state != "waiting").then(|| now.stamp());
            let ours = tx.execute(
                "update job set state = $3, said = $4, next_at = $5, ended_at = $6, attempts = attempts - $7,
                                held_by = null, held_at = null
                 where county = $1 and id = $2 and state = 'running' and held_by = $8",
                &params![&county, &job.id, state, said, stamp(next), ended, taken_back, &me],
            )?;
            let why = match state {
                "failed" if ours > 0 => Why::Refused,
                "parked" if ours > 0 => Why::Failed,
                _ => return Ok(()),
            };
            handler.gave_up(tx, job, &GivenUp { county: &county, now: &now, why, said })?;
            Ok(())
        })
    }

    /// Takes a schedule that is due; `false` when another server was quicker. One that is run every few seconds is run by
    /// each server: it is about that server, or does nothing the second time.
    fn take(&self, schedule: &Arc<Schedule>, now: &Now) -> Result<bool, DbError> {
        if schedule.is_frequent() {
            return Ok(true);
        }
        let (county, id, me) = (self.county().to_owned(), schedule.id(), self.leases.me.clone());
        let (at, latest) = (now.stamp(), stamp(schedule.latest(now.timestamp())));
        let taken = self.means.db().write(move |tx| {
            tx.execute(
                "update job set held_by = $3, held_at = $4
                 where county = $1 and id = $2 and state = 'scheduled' and coalesce(held_by, $3) = $3
                   and (next_at <= $4 or next_at > $5)",
                &params![&county, &id, &me, &at, &latest],
            )
        })?;
        Ok(taken > 0)
    }

    fn repeat(&self, schedule: &Arc<Schedule>) {
        let began = self.means.now();
        match self.take(schedule, &began) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(kind = schedule.name, "a schedule cannot be taken: {error}");
                return;
            }
        }
        let outcome = match catch_unwind(AssertUnwindSafe(|| (schedule.act)(&self.means))) {
            Ok(Ok(said)) => Ok(said),
            Ok(Err(refused)) => {
                log(schedule.name, &refused);
                Err(refused.to_string())
            }
            Err(_) => {
                tracing::error!(kind = schedule.name, "a schedule panicked");
                Err("程序出错".to_owned())
            }
        };
        let at = began.timestamp();
        let write = {
            let mut beats = lock(&self.beats);
            let before = beats.get(schedule.name);
            let write = !schedule.is_frequent()
                || before.is_none_or(|beat| {
                    at.duration_since(beat.written) >= WRITTEN || beat.outcome.is_ok() != outcome.is_ok()
                });
            let written = if write { at } else { before.map_or(at, |beat| beat.written) };
            beats.insert(schedule.name, Beat { ran: at, written, outcome: outcome.clone() });
            write
        };
        if write {
            let (own, county, ended) = (Arc::clone(schedule), self.county().to_owned(), self.means.now());
            let me = self.leases.me.clone();
            let noted: Result<(), DbError> =
                self.means.db().write(move |tx| own.note(tx, (&county, &me), (&began, &ended), &outcome));
            if let Err(error) = noted {
                tracing::warn!(kind = schedule.name, "a run cannot be written down: {error}");
            }
        }
    }
}

/// What cannot become better by itself ends a job; a fault of storage or program is tried again.
fn refusal(kind: &'static str, refused: &Refused) -> Fate {
    log(kind, refused);
    match refused {
        Refused::Busy { .. } | Refused::Storage(_) | Refused::Fault(_) => {
            Fate::Again("系统出了问题，稍后再试".to_owned())
        }
        Refused::Denied { .. } | Refused::StepUp { .. } => {
            Fate::Failed("经办人已没有这项权限，没有办完".to_owned())
        }
        Refused::Invalid(_) | Refused::Rule { .. } | Refused::Changed { .. } => {
            Fate::Failed(refused.to_string())
        }
    }
}

fn log(kind: &'static str, refused: &Refused) {
    match refused {
        Refused::Storage(error) => tracing::warn!(kind, "{error}"),
        Refused::Fault(text) => tracing::error!(kind, "{text}"),
        _ => {}
    }
}

pub(super) const JOB: &str = "id, kind, subject, actor, session, done, total, attempts";

pub(super) fn job(row: &Row<'_>) -> Result<Job, DbError> {
    Ok(Job {
        id: row.get(0)?,
        kind: row.get(1)?,
        subject: row.get(2)?,
        actor: row.get(3)?,
        session: row.get(4)?,
        done: row.get(5)?,
        total: row.get(6)?,
        attempts: row.get(7)?,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
