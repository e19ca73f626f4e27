//! Says what is going on: a moving bar on a terminal, plain lines otherwise.

use std::cell::Cell;
use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use casework::db::Db;
use indicatif::{ProgressBar, ProgressStyle};

/// One piece of work.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work on `total` units; 0 where that is not known.
    pub(crate) fn start(what: &str, total: u64) -> Self {
        if !stderr().is_terminal() {
            eprintln!("{what}……");
            return Self(ProgressBar::hidden());
        }
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        let template =
            if total == 0 { "{spinner} {msg} {elapsed}" } else { "{msg} {wide_bar} {percent}% {eta}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(std::time::Duration::from_millis(100));
        Self(bar)
    }

    /// So far.
    pub(crate) fn at(&self, done: u64) {
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The piece of work that `casework` is at.
#[derive(Default)]
pub(crate) struct Shown(Mutex<Option<Progress>>);

impl Shown {
    /// Shows how far the work has come.
    pub(crate) fn report(&self, progress: casework::lists::Progress<'_>) {
        use casework::lists::Progress as Told;
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Told::Begins { what, total } => *shown = Some(Progress::start(what, total)),
            Told::At(done) => {
                if let Some(shown) = &*shown {
                    shown.at(done);
                }
            }
            Told::Ends => *shown = None,
        }
    }
}

/// How long each piece of a longer work took, how much the storage was asked, and what memory the process has: printed only
/// where somebody measures.
pub(crate) struct Laps(Option<Cell<(Instant, u64)>>);

impl Laps {
    /// Begins to measure, or does nothing at all.
    pub(crate) fn start(measured: bool) -> Self {
        Self(measured.then(|| Cell::new((Instant::now(), 0))))
    }

    /// A piece is over.
    pub(crate) fn over(&self, what: &str, db: &Db) {
        let Some(last) = &self.0 else { return };
        let (began, before) = last.get();
        let statements = db.done().statements;
        let asked = statements.saturating_sub(before);
        let memory = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory =
            memory.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim().to_owned();
        eprintln!("{what}\t{:.2} s\t{asked} statements\t{memory}", began.elapsed().as_secs_f64());
        last.set((Instant::now(), statements));
    }
}
