//! Several servers on one database: what a living one does is neither done twice nor given up, and what a dead one left
//! goes on elsewhere (I03, J08). Each server has its own clock; on PostgreSQL also its own connections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use casework::db::testing::{Place, on_each_place_with};
use casework::db::{DbError, Engine, MIGRATIONS, Tx};
use casework::jobs::{
    self, GivenUp, Handler, Job, LEASE, Progress, Registry, Run, Runner, Schedule, State, Stopped,
};
use casework::params;
use jiff::SignedDuration;
use rules::access::{Action, Role};

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

const STEPS: i64 = 6;

/// Counts to six; before each step it waits for word, or for the other end of the line to be gone.
struct Waiting {
    word: Mutex<Receiver<()>>,
    stepped: Mutex<Sender<i64>>,
    runs: Arc<AtomicUsize>,
    gave_up: Arc<AtomicUsize>,
}

impl Handler for Waiting {
    fn kind(&self) -> &'static str {
        "count"
    }
    fn label(&self) -> &'static str {
        "数数"
    }
    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        for step in run.job().done + 1..=STEPS {
            let _gone = self.stepped.lock().unwrap().send(step - 1);
            let _gone = self.word.lock().unwrap().recv();
            run.chunk(move |desk| {
                desk.record(Action::ListChildren, None, ("count", &step.to_string()), "", "")?;
                Ok(Progress { done: step, total: STEPS })
            })?;
        }
        Ok("数完了".to_owned())
    }
    fn gave_up(&self, _: &mut Tx<'_>, _: &Job, _: &GivenUp<'_>) -> Result<(), DbError> {
        self.gave_up.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// A server: its machine, what it does, how to let it go on a step, and which step it has come behind.
struct Server {
    machine: Arc<Machine>,
    registry: Registry,
    word: Sender<()>,
    stepped: Receiver<i64>,
    runs: Arc<AtomicUsize>,
    gave_up: Arc<AtomicUsize>,
}

impl Server {
    fn of(machine: Arc<Machine>) -> Self {
        let ((word, waits), (tells, stepped)) = (channel(), channel());
        let (runs, gave_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let handler = Waiting {
            word: Mutex::new(waits),
            stepped: Mutex::new(tells),
            runs: Arc::clone(&runs),
            gave_up: Arc::clone(&gave_up),
        };
        Self { machine, registry: Registry::default().handler(handler), word, stepped, runs, gave_up }
    }

    fn runner(&self) -> Runner {
        Runner::new(self.machine.clone(), self.registry.clone()).unwrap()
    }

    fn job(&self, id: &str) -> jobs::JobLine {
        self.machine.db.read(|tx| jobs::job(tx, COUNTY, id)).unwrap().unwrap()
    }

    fn text(&self, sql: &str) -> Vec<String> {
        let read: Result<_, DbError> =
            self.machine.db.read(|tx| tx.query(sql, &params![COUNTY], |row| row.get(0)));
        read.unwrap()
    }

    /// The steps that stand on the record.
    fn counted(&self) -> Vec<String> {
        self.text(
            "select subject from audit where county = $1 and subject_kind = 'count' order by subject, id",
        )
    }

    fn marked_at(&self) -> Vec<String> {
        self.text("select held_at from job where county = $1 and held_by is not null order by id")
    }

    fn ran(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }
}

/// Two servers on one database of each engine. In truth SQLite has one alone: there the two share its connections.
fn on_two_servers(test: impl Fn(&Server, &Server, Engine)) {
    on_each_place_with(MIGRATIONS, |place: &Place| {
        let first = place.open();
        let (engine, second) = match first.engine() {
            Engine::Sqlite => (Engine::Sqlite, first.clone()),
            Engine::Postgres => (Engine::Postgres, place.open()),
        };
        let (a, b) = (Machine::new(first), Machine::new(second));
        // Each draws its own chance, and the clock of the second goes an hour before.
        b.seed.store(1 << 32, Ordering::Relaxed);
        b.later(3600);
        test(&Server::of(a), &Server::of(b), engine);
    });
}

fn lease() -> i64 {
    LEASE.as_secs()
}

/// A server that goes on step by step keeps its job for as long as it likes; one that hangs loses it after the lease, to
/// one that goes on behind its last step; and when it wakes it writes nothing more.
#[test]
fn a_living_server_keeps_its_job_and_a_dead_ones_goes_on_elsewhere() {
    on_two_servers(|a, b, engine| {
        let who = person(&a.machine.db, "wang", &[("office", Role::Bureau)]);
        let id = act(&a.machine, &who, |desk| jobs::enqueue(desk, "count", "")).unwrap();
        // A start on SQLite says that nobody else serves it.
        let early = (engine == Engine::Sqlite).then(|| b.runner());
        let first = a.runner();
        let (went_on, wakes) = (a.word.clone(), &a.stepped);
        thread::scope(|scope| {
            let hangs = scope.spawn(|| first.run_due());
            assert_eq!(wakes.recv().unwrap(), 0, "it has begun");
            let second = early.unwrap_or_else(|| b.runner());
            for step in 1..=3 {
                went_on.send(()).unwrap();
                assert_eq!(wakes.recv().unwrap(), step);
                a.machine.later(lease() - 1);
                b.machine.later(lease() - 1);
                assert_eq!(second.run_due(), 0, "it lives: step {step}");
                let job = b.job(&id);
                assert_eq!((job.state, job.attempts, job.done), (State::Running, 1, step));
            }
            b.machine.later(lease() - 1);
            assert_eq!(second.run_due(), 0, "not yet sure");
            b.machine.later(1);
            for _ in 0..STEPS {
                b.word.send(()).unwrap();
            }
            assert_eq!(second.run_due(), 1, "taken over");
            let job = b.job(&id);
            assert_eq!((job.state, job.attempts, job.said.as_str()), (State::Done, 2, "数完了"));
            // It was not dead at all, only slow.
            went_on.send(()).unwrap();
            assert_eq!(hangs.join().unwrap(), 1);
        });
        assert_eq!(a.counted(), ["1", "2", "3", "4", "5", "6"], "each step once");
        assert_eq!((a.ran(), b.ran()), (1, 1));
        assert_eq!((a.gave_up.load(Ordering::Relaxed), b.gave_up.load(Ordering::Relaxed)), (0, 0));
        let job = a.job(&id);
        assert_eq!((job.state, job.attempts, job.said.as_str()), (State::Done, 2, "数完了"), "as it was");
        assert_eq!(a.marked_at(), [""; 0]);
    });
}

/// Work that takes long outside of the storage has no steps: the server says all the same that it lives.
#[test]
fn a_server_says_that_it_lives_while_its_job_is_silent() {
    on_two_servers(|a, b, _| {
        let who = person(&a.machine.db, "wang", &[("office", Role::Bureau)]);
        let second = b.runner();
        let id = act(&a.machine, &who, |desk| jobs::enqueue(desk, "count", "")).unwrap();
        let first = Runner::start(a.machine.clone(), a.registry.clone()).unwrap();
        assert_eq!(a.stepped.recv().unwrap(), 0, "it has begun");
        let began = Instant::now();
        for round in 1..=3 {
            let before = b.marked_at();
            a.machine.later(lease() / 2);
            while b.marked_at() == before {
                assert!(began.elapsed().as_secs() < 60, "its mark is renewed");
                thread::yield_now();
            }
            b.machine.later(lease() - 1);
            assert_eq!((second.run_due(), b.job(&id).state), (0, State::Running), "it lives: {round}");
        }
        for _ in 0..STEPS {
            a.word.send(()).unwrap();
        }
        while !a.job(&id).state.is_over() {
            assert!(began.elapsed().as_secs() < 60, "it comes to its end");
            thread::yield_now();
        }
        first.stop();
        assert_eq!((a.job(&id).state, a.job(&id).attempts), (State::Done, 1));
        assert_eq!((a.ran(), b.ran(), a.counted().len()), (1, 0, 6));
    });
}

/// Two servers that look at the queue at once take different jobs: none is done twice.
#[test]
fn two_servers_share_a_queue() {
    on_two_servers(|a, b, _| {
        let who = person(&a.machine.db, "wang", &[("office", Role::Bureau)]);
        let (first, second) = (a.runner(), b.runner());
        let ids: Vec<String> =
            (0..6).map(|_| act(&a.machine, &who, |desk| jobs::enqueue(desk, "count", "")).unwrap()).collect();
        b.machine.later(-3600);
        for server in [a, b] {
            for _ in 0..6 * STEPS {
                server.word.send(()).unwrap();
            }
        }
        let done = thread::scope(|scope| {
            let other = scope.spawn(|| second.run_due());
            first.run_due() + other.join().unwrap()
        });
        assert!(done >= 6, "{done}");
        for id in &ids {
            assert_eq!((a.job(id).state, a.job(id).attempts), (State::Done, 1));
        }
        assert_eq!((a.ran() + b.ran(), a.counted().len()), (6, 36));
    });
}

/// A schedule is run by one server; when that one hangs in it, by the other, and what the first says of it later does not
/// count.
#[test]
fn a_schedule_is_run_by_one_server() {
    on_two_servers(|a, b, _| {
        b.machine.later(-3600);
        let ((word, waits), (tells, begun)) = (channel::<()>(), channel());
        let (waits, tells) = (Mutex::new(waits), Mutex::new(tells));
        let hour = SignedDuration::from_hours(1);
        let slow = Schedule::new("hourly", "每小时", hour, move |_| {
            tells.lock().unwrap().send(()).unwrap();
            let _gone = waits.lock().unwrap().recv();
            Ok("第一台".to_owned())
        });
        let quick = Schedule::new("hourly", "每小时", hour, |_| Ok("第二台".to_owned()));
        let first = Runner::new(a.machine.clone(), Registry::default().schedule(slow)).unwrap();
        let second = Runner::new(b.machine.clone(), Registry::default().schedule(quick)).unwrap();
        thread::scope(|scope| {
            let hangs = scope.spawn(|| first.run_due());
            begun.recv().unwrap();
            assert_eq!(second.run_due(), 0, "the other does it");
            b.machine.later(lease() - 1);
            assert_eq!(second.run_due(), 0, "not yet sure");
            b.machine.later(1);
            assert_eq!(second.run_due(), 1, "taken over");
            assert_eq!(second.run_due(), 0, "once");
            a.machine.later(lease());
            word.send(()).unwrap();
            assert_eq!(hangs.join().unwrap(), 1);
        });
        assert_eq!(a.text("select said from job where county = $1 and kind = 'hourly'"), ["第二台"]);
        assert_eq!((first.run_due(), second.run_due()), (0, 0), "not before its time");
        assert_eq!(a.marked_at(), [""; 0]);
    });
}
