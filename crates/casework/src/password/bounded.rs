//! A bounded way through: so many at once, so many waiting, the rest are told at once (hazard C12). For threads that
//! may block; it reads no clock.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Too many are waiting already. For the person: try again in a moment (503 with Retry-After).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("登录的人太多 · 登录 · 请过几秒再试")
    }
}

impl std::error::Error for Busy {}

/// Lets `at_once` through; up to `queue` wait in the order in which they came. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Bounded {
    gate: Arc<Gate>,
    at_once: usize,
    queue: usize,
}

#[derive(Debug, Default)]
struct Gate {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    /// Tickets in order.
    waiting: VecDeque<u64>,
    tickets: u64,
    passed: u64,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bounded {
    /// A gate for `at_once` (at least one) with room for `queue` to wait.
    #[must_use]
    pub fn new(at_once: usize, queue: usize) -> Self {
        Self { gate: Arc::new(Gate::default()), at_once: at_once.max(1), queue }
    }

    /// Waits for a turn, which ends when it is dropped.
    ///
    /// # Errors
    /// [`Busy`] if the queue is full.
    pub fn enter(&self) -> Result<Turn, Busy> {
        let mut state = self.gate.state();
        if state.inside >= self.at_once || !state.waiting.is_empty() {
            if state.waiting.len() >= self.queue {
                return Err(Busy);
            }
            let ticket = state.tickets;
            state.tickets = ticket.wrapping_add(1);
            state.waiting.push_back(ticket);
            while state.inside >= self.at_once || state.waiting.front() != Some(&ticket) {
                state = self.gate.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.waiting.pop_front();
            // The next in the queue may go, too, if there is room.
            self.gate.freed.notify_all();
        }
        state.inside += 1;
        state.passed = state.passed.wrapping_add(1);
        drop(state);
        Ok(Turn(Arc::clone(&self.gate)))
    }

    /// How many wait now: for the metrics.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.gate.state().waiting.len()
    }

    /// How many have gone through since the start: for the metrics.
    #[must_use]
    pub fn passed(&self) -> u64 {
        self.gate.state().passed
    }
}

/// One's turn, until it is dropped.
#[derive(Debug)]
pub struct Turn(Arc<Gate>);

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.inside = state.inside.saturating_sub(1);
        drop(state);
        self.0.freed.notify_all();
    }
}
