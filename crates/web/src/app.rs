//! What every page has before it: the storage, the keys, the plan, the clock. It runs a use case on the storage's own
//! threads and gives back its answer; it decides nothing.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use casework::audit::Vault;
use casework::db::{Db, Engine, Tx};
use casework::desk::{Desk, SignedIn};
use casework::keys::Keys;
use casework::now::Now;
use casework::password::Hasher;
use casework::refused::Refused;
use courier::Courier;
use documents::paper::Press;
use documents::scanned::Reader;
use rules::plan::Plan;
use tokio::sync::oneshot;

use crate::failed::Failed;
use crate::session::Session;

/// Reads the clock: the only place below the binary where a moment comes from.
pub type Clock = Arc<dyn Fn() -> Now + Send + Sync>;

/// What a server is made of.
pub struct Setup {
    /// The storage, migrated.
    pub db: Db,
    /// Keys of the sealed fields.
    pub keys: Keys,
    /// The folder of seals, outside the database.
    pub vault: Vault,
    /// What passwords are hashed by, behind its gate (hazard C12).
    pub hasher: Hasher,
    /// The county's plan.
    pub plan: Plan,
    /// What papers are made by.
    pub press: Press,
    /// The clock.
    pub clock: Clock,
    /// What the sign-in page of a demo offers; `None` for the real thing.
    pub demo: Option<Demo>,
    /// Whether people reach it by https, so that cookies are marked so.
    pub https: bool,
    /// Proxies whose `X-Forwarded-For` is believed (hazard C15).
    pub proxies: Vec<IpAddr>,
    /// What connects to the outside, behind its fence (hazard F08).
    pub courier: Courier,
    /// Where scanned PDFs of strangers are read.
    pub scanner: Reader,
    /// Where people open the program, for the link in a message; empty where nobody said.
    pub link: String,
}

/// A demo: its roles, and the password that all of them share.
#[derive(Debug, Clone)]
pub struct Demo {
    /// The password.
    pub password: String,
    /// Roles to try.
    pub roles: Vec<DemoRole>,
}

/// A role to try.
#[derive(Debug, Clone)]
pub struct DemoRole {
    /// Heading that it stands under: 县级, 学校….
    pub group: String,
    /// User name.
    pub username: String,
    /// What it is called.
    pub label: String,
    /// What one can do as it, in a line.
    pub line: String,
}

/// How far a request came beside the storage.
enum Begun<F: Future> {
    Done(F::Output),
    Waits(Pin<Box<F>>),
    Panicked(Box<dyn std::any::Any + Send>),
}

/// The running program. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Setup>);

impl App {
    /// An app of these parts.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self(Arc::new(setup))
    }

    /// The moment, with chance.
    #[must_use]
    pub fn now(&self) -> Now {
        (self.0.clock)()
    }

    /// Code of the county.
    #[must_use]
    pub fn county(&self) -> &str {
        &self.0.plan.county().code
    }

    /// The county's plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// What papers are made by.
    #[must_use]
    pub fn press(&self) -> &Press {
        &self.0.press
    }

    /// Where scanned PDFs are read.
    #[must_use]
    pub fn scanner(&self) -> &Reader {
        &self.0.scanner
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The folder of seals.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The storage, for the jobs and the health page.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The demo, where it is one.
    #[must_use]
    pub fn demo(&self) -> Option<&Demo> {
        self.0.demo.as_ref()
    }

    /// Whether people reach it by https.
    #[must_use]
    pub fn https(&self) -> bool {
        self.0.https
    }

    /// What connects to the outside.
    #[must_use]
    pub fn courier(&self) -> &Courier {
        &self.0.courier
    }

    /// Where people open the program; empty where nobody said.
    #[must_use]
    pub fn link(&self) -> &str {
        &self.0.link
    }

    /// Proxies whose word on the client's address counts.
    #[must_use]
    pub fn proxies(&self) -> &[IpAddr] {
        &self.0.proxies
    }

    /// Judges a password, which takes its time: beside the threads that answer, as many at once as the hasher's gate
    /// lets through (hazard C12).
    ///
    /// # Errors
    /// Whatever `work` refuses; [`Refused::Busy`] when too many wait.
    pub async fn hash<T, F>(&self, work: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnOnce(&Hasher) -> Result<T, Refused> + Send + 'static,
    {
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&app.0.hasher)).await;
        done.map_err(|_| Failed::from(Refused::Busy { after: 5 }))?.map_err(Failed::from)
    }

    /// Does work that takes its time, such as writing a workbook, beside the threads that answer.
    ///
    /// # Errors
    /// Whatever `work` refuses.
    pub async fn apart<T, F>(&self, work: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnOnce() -> Result<T, Refused> + Send + 'static,
    {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| Failed::from(Refused::Busy { after: 5 }))?.map_err(Failed::from)
    }

    /// Runs a use case that only reads, in one snapshot.
    ///
    /// # Errors
    /// Whatever the use case refuses.
    pub async fn read<T, F>(&self, session: &Session, mut act: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    {
        let (who, app, now) = (session.who(), self.clone(), self.now());
        self.open_read(move |tx| act(&mut app.desk(tx, &who, &now))).await
    }

    /// Runs a use case that reads and puts that on the record: reads from one snapshot, beside the writer, and answers
    /// after the record is committed; it is flushed within a second (ADR 0011). It can write nothing else.
    ///
    /// # Errors
    /// Whatever the use case refuses; then nothing was put on the record.
    pub async fn look<T, F>(&self, session: &Session, mut act: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    {
        let (who, app, now) = (session.who(), self.clone(), self.now());
        let (seen, record) = self
            .open_read(move |tx| {
                tx.hold();
                let seen = act(&mut app.desk(tx, &who, &now))?;
                Ok((seen, tx.held()))
            })
            .await?;
        if !record.is_empty() {
            let (answer, answered) = oneshot::channel();
            let write = move |tx: &mut Tx<'_>| Ok::<(), Refused>(tx.catch_up(&record)?);
            self.0.db.write_soon_then(write, move |result| drop(answer.send(result)));
            answered.await.map_err(|_| Failed::from(Refused::Busy { after: 5 }))??;
        }
        Ok(seen)
    }

    /// Runs a use case that writes; the answer comes after it is durable.
    ///
    /// # Errors
    /// Whatever the use case refuses; then nothing was written.
    pub async fn write<T, F>(&self, session: &Session, mut act: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    {
        let (who, app, now) = (session.who(), self.clone(), self.now());
        self.open_write(move |tx| act(&mut app.desk(tx, &who, &now))).await
    }

    /// Reads before anybody is signed in.
    ///
    /// # Errors
    /// Whatever `act` refuses.
    pub async fn open_read<T, F>(&self, mut act: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Refused> + Send + 'static,
    {
        if let Some(done) = self.0.db.here(&mut act) {
            return done.map_err(Failed::from);
        }
        let (answer, answered) = oneshot::channel();
        // Nobody waits any more when the client has gone; the answer is then dropped.
        self.0.db.read_then(act, move |result| drop(answer.send(result)));
        answered.await.map_err(|_| Failed::from(Refused::Busy { after: 5 }))?.map_err(Failed::from)
    }

    /// Writes before anybody is signed in.
    ///
    /// # Errors
    /// Whatever `act` refuses.
    pub async fn open_write<T, F>(&self, act: F) -> Result<T, Failed>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T, Refused> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.0.db.write_then(act, move |result| drop(answer.send(result)));
        answered.await.map_err(|_| Failed::from(Refused::Busy { after: 5 }))?.map_err(Failed::from)
    }

    /// Runs a request beside the storage: on one of its reading threads, where everything that is read until the request
    /// first has to wait is read at once and from one snapshot. A page that only reads is finished there; what waits,
    /// for a body or for a commit, goes on where it was begun. On PostgreSQL each read has its own transaction.
    ///
    /// # Errors
    /// [`Refused::Storage`] when no reading thread was free; then nothing was run.
    pub async fn beside<F>(&self, request: F) -> Result<F::Output, Failed>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        if self.0.db.engine() == Engine::Postgres {
            return Ok(request.await);
        }
        let (answer, answered) = oneshot::channel();
        let mut request: Pin<Box<F>> = Box::pin(request);
        let runtime = tokio::runtime::Handle::current();
        self.0.db.visit(move |open| {
            let begun = open.map(|()| {
                let _entered = runtime.enter();
                let poll = || request.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                match catch_unwind(AssertUnwindSafe(poll)) {
                    Ok(Poll::Ready(done)) => Begun::Done(done),
                    // Whoever waited is polled again at once by its own task, so the waker is not missed.
                    Ok(Poll::Pending) => Begun::Waits(request),
                    Err(cause) => Begun::Panicked(cause),
                }
            });
            drop(answer.send(begun));
        });
        match answered.await.map_err(|_| Failed::from(Refused::Busy { after: 5 }))? {
            Ok(Begun::Done(done)) => Ok(done),
            Ok(Begun::Waits(request)) => Ok(request.await),
            Ok(Begun::Panicked(cause)) => resume_unwind(cause),
            Err(error) => Err(Failed::from(Refused::from(error))),
        }
    }

    /// Closes the storage: what was begun is finished, nothing new is taken.
    pub fn close(&self) {
        self.0.db.clone().close();
    }

    fn desk<'a, 'tx>(&'a self, tx: &'a mut Tx<'tx>, who: &'a SignedIn, now: &'a Now) -> Desk<'a, 'tx> {
        Desk { tx, who, now, keys: &self.0.keys, plan: &self.0.plan }
    }
}
