//! Jobs and schedules: A20, A24 (in the requester's name), I03 (goes on after a kill), J08 (parked after five tries).

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use casework::audit::{MarkVerdict, Vault, seal_up};
use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError, Tx};
use casework::desk::{Desk, SignedIn};
use casework::jobs::{
    self, GivenUp, Handler, Job, Means, Progress, Registry, Run, Runner, Schedule, State, Stopped,
};
use casework::keys::Keys;
use casework::now::Now;
use casework::params;
use casework::refused::Refused;
use jiff::{SignedDuration, Timestamp};
use rules::access::{Action, Role, Subject};
use rules::plan::Plan;

use crate::county::{COUNTY, person, plan};

/// A machine whose clock is moved by hand.
pub(crate) struct Machine {
    pub(crate) db: Db,
    pub(crate) keys: Keys,
    pub(crate) plan: Plan,
    pub(crate) clock: Mutex<Timestamp>,
    pub(crate) seed: AtomicI64,
    pub(crate) vault: Vault,
    _folder: tempfile::TempDir,
}

impl Machine {
    pub(crate) fn new(db: Db) -> Arc<Self> {
        Self::with(db, Keys::for_tests())
    }

    pub(crate) fn with(db: Db, keys: Keys) -> Arc<Self> {
        let at = "2026-11-24T01:00:00Z".parse().unwrap();
        let plan = plan();
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::at(&folder.path().join("seals"));
        Arc::new(Self {
            db,
            keys,
            plan,
            clock: Mutex::new(at),
            seed: AtomicI64::new(1),
            vault,
            _folder: folder,
        })
    }

    pub(crate) fn later(&self, seconds: i64) {
        let mut clock = self.clock.lock().unwrap();
        *clock = clock.checked_add(SignedDuration::from_secs(seconds)).unwrap();
    }

    pub(crate) fn at(&self, moment: &str) {
        *self.clock.lock().unwrap() = moment.parse().unwrap();
    }

    /// What a runner does at a moment: how many jobs and schedules.
    pub(crate) fn runs(&self, runner: &Runner, moment: &str) -> usize {
        self.at(moment);
        runner.run_due()
    }

    /// Seals everything that waits.
    pub(crate) fn seal_up(&self) -> MarkVerdict {
        seal_up(&self.db, &self.keys, &self.vault, COUNTY, &self.now()).unwrap()
    }
}

impl Means for Machine {
    fn db(&self) -> &Db {
        &self.db
    }
    fn keys(&self) -> &Keys {
        &self.keys
    }
    fn plan(&self) -> &Plan {
        &self.plan
    }
    fn vault(&self) -> &Vault {
        &self.vault
    }
    fn now(&self) -> Now {
        let seed = u64::try_from(self.seed.fetch_add(1, Ordering::Relaxed)).unwrap();
        Now::predictable(*self.clock.lock().unwrap(), seed)
    }
}

/// Writes as somebody.
pub(crate) fn act<T: Send + 'static>(
    machine: &Arc<Machine>,
    who: &SignedIn,
    mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let (own, who, now) = (Arc::clone(machine), who.clone(), machine.now());
    machine.db.write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: &own.keys, plan: &own.plan }))
}

/// Counts to ten, one a step; fails at the step it is told to.
struct Counting {
    fails_at: AtomicI64,
    runs: Arc<AtomicUsize>,
    gave_up: Arc<AtomicUsize>,
}

impl Handler for Counting {
    fn kind(&self) -> &'static str {
        "count"
    }
    fn label(&self) -> &'static str {
        "数数"
    }
    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        for step in run.job().done + 1..=10 {
            let fails = self.fails_at.load(Ordering::Relaxed) == step;
            run.chunk(move |desk| {
                desk.require(Action::ListChildren, &Subject::Nothing, ("child", ""))?;
                desk.record(Action::ListChildren, None, ("count", &step.to_string()), "", "")?;
                if fails {
                    Err(Refused::Fault("broken".to_owned()))
                } else {
                    Ok(Progress { done: step, total: 10 })
                }
            })?;
        }
        Ok("数完了".to_owned())
    }
    fn gave_up(&self, _: &mut Tx<'_>, _: &Job, _: &GivenUp<'_>) -> Result<(), DbError> {
        self.gave_up.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

struct Scene {
    machine: Arc<Machine>,
    registry: Registry,
    who: SignedIn,
    runs: Arc<AtomicUsize>,
    gave_up: Arc<AtomicUsize>,
}

fn scene(db: Db, fails_at: i64) -> Scene {
    let machine = Machine::new(db);
    let who = person(&machine.db, "wang", &[("office", Role::Bureau)]);
    let (runs, gave_up) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let handler = Counting {
        fails_at: AtomicI64::new(fails_at),
        runs: Arc::clone(&runs),
        gave_up: Arc::clone(&gave_up),
    };
    Scene { machine, registry: Registry::default().handler(handler), who, runs, gave_up }
}

impl Scene {
    fn runner(&self) -> Runner {
        Runner::new(self.machine.clone(), self.registry.clone()).unwrap()
    }
    fn ask(&self) -> String {
        act(&self.machine, &self.who, |desk| jobs::enqueue(desk, "count", "")).unwrap()
    }
    fn look(&self, id: &str) -> jobs::JobLine {
        self.machine.db.read(|tx| jobs::job(tx, COUNTY, id)).unwrap().unwrap()
    }
    fn counted(&self) -> Vec<(String, String)> {
        let sql = "select subject, account from audit where county = $1 and subject_kind = 'count' order by length(subject), subject";
        let read =
            self.machine.db.read(|tx| tx.query(sql, &params![COUNTY], |row| Ok((row.get(0)?, row.get(1)?))));
        let read: Result<_, DbError> = read;
        read.unwrap()
    }
    fn sql(&self, sql: &'static str) {
        let done: Result<u64, DbError> = self.machine.db.write(move |tx| tx.execute(sql, &params![COUNTY]));
        assert!(done.unwrap() > 0, "{sql}");
    }
}

#[test]
fn a_job_runs_once_in_the_requesters_name_and_says_how_it_went() {
    on_each_engine(|db| {
        let scene = scene(db, 0);
        let id = scene.ask();
        assert_eq!(scene.runner().run_due(), 1);
        let job = scene.look(&id);
        assert_eq!((job.state, job.done, job.total, job.said.as_str()), (State::Done, 10, 10, "数完了"));
        assert_eq!(scene.counted().len(), 10);
        assert!(scene.counted().iter().all(|(_, account)| *account == scene.who.actor.account));
        assert_eq!(scene.runner().run_due(), 0);
    });
}

/// A20: from the next step on, whoever lost the post or was disabled does nothing any more.
#[test]
fn a_job_stops_when_its_requester_may_no_longer() {
    for loss in [
        "update account set state = 'disabled' where county = $1",
        "update tenure set until_day = '2026-11-24' where county = $1",
        "update post set role = 'planning' where county = $1",
    ] {
        on_each_engine(|db| {
            let scene = scene(db, 0);
            let id = scene.ask();
            scene.sql(loss);
            scene.runner().run_due();
            let job = scene.look(&id);
            assert_eq!((job.state, job.done), (State::Failed, 0), "{loss}");
            assert_eq!(scene.counted(), [], "{loss}");
            assert_eq!(scene.gave_up.load(Ordering::Relaxed), 1);
        });
    }
}

/// I03: what the program was doing when it was killed goes on behind the last step that was written.
#[test]
fn a_job_goes_on_after_a_kill() {
    on_each_engine(|db| {
        let scene = scene(db, 0);
        let id = scene.ask();
        scene.sql("update job set state = 'running', attempts = 1, done = 7, total = 10 where county = $1");
        assert_eq!(scene.runner().run_due(), 1);
        assert_eq!(scene.look(&id).state, State::Done);
        let counted: Vec<String> = scene.counted().into_iter().map(|(step, _)| step).collect();
        assert_eq!(counted, ["8", "9", "10"]);
    });
}

/// J08: a job that always fails waits longer each time, is parked after five tries, and others go on.
#[test]
fn a_job_that_always_fails_is_parked() {
    on_each_engine(|db| {
        let scene = scene(db, 4);
        let id = scene.ask();
        let runner = scene.runner();
        for (try_, wait) in [(1, 30), (2, 120), (3, 480), (4, 1800)] {
            assert_eq!(runner.run_due(), 1, "try {try_}");
            let job = scene.look(&id);
            assert_eq!((job.state, job.attempts, job.done), (State::Waiting, try_, 3));
            scene.machine.later(wait - 1);
            assert_eq!(runner.run_due(), 0, "before its time");
            scene.machine.later(1);
        }
        assert_eq!(runner.run_due(), 1);
        assert_eq!(scene.look(&id).state, State::Parked);
        assert_eq!((scene.runs.load(Ordering::Relaxed), scene.gave_up.load(Ordering::Relaxed)), (5, 1));
        assert_eq!(scene.counted().len(), 3, "a step that failed left nothing");
        scene.machine.later(100_000);
        assert_eq!(runner.run_due(), 0);

        let clerk = person(&scene.machine.db, "zhao", &[("office", Role::Bureau)]);
        let admin = person(&scene.machine.db, "qian", &[("office", Role::Admin)]);
        let (one, two) = (id.clone(), id.clone());
        let refused = act(&scene.machine, &clerk, move |desk| jobs::retry(desk, &one));
        assert!(matches!(refused, Err(Refused::Denied { .. })));
        act(&scene.machine, &admin, move |desk| jobs::retry(desk, &two)).unwrap();
        assert_eq!(runner.run_due(), 1);
        let again = act(&scene.machine, &admin, move |desk| jobs::retry(desk, &id));
        assert!(matches!(again, Err(Refused::Changed { .. })), "it waits for its next try");
    });
}

/// J08: a program that dies each time on the same job does not die for ever, and what the job was about says so. A program
/// that does not do this kind of work leaves it to the one that does.
#[test]
fn a_job_that_killed_the_program_five_times_is_parked() {
    on_each_engine(|db| {
        let scene = scene(db, 0);
        let id = scene.ask();
        scene.sql("update job set state = 'running', attempts = 5 where county = $1");
        drop(Runner::new(scene.machine.clone(), Registry::default()).unwrap());
        assert_eq!((scene.look(&id).state, scene.gave_up.load(Ordering::Relaxed)), (State::Running, 0));
        assert_eq!(scene.runner().run_due(), 0);
        let job = scene.look(&id);
        assert_eq!((job.state, scene.gave_up.load(Ordering::Relaxed)), (State::Parked, 1));
        assert!(job.ended_at.is_some() && job.said.contains("运行日志"), "{job:?}");
        assert_eq!(scene.runner().run_due(), 0);
        assert_eq!(scene.gave_up.load(Ordering::Relaxed), 1, "once");
    });
}

#[test]
fn schedules_run_by_their_period_keep_their_last_run_and_can_be_run_now() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let (ran, fails) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicI64::new(0)));
        let (count, broken) = (Arc::clone(&ran), Arc::clone(&fails));
        let nightly = Schedule::new("nightly", "夜间", SignedDuration::from_hours(24), move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            if broken.load(Ordering::Relaxed) == 1 {
                Err(Refused::Fault(String::new()))
            } else {
                Ok("好".to_owned())
            }
        });
        let registry = Registry::default().schedule(nightly);
        let runner = Runner::new(machine.clone(), registry.clone()).unwrap();
        let admin = person(&machine.db, "qian", &[("office", Role::Admin)]);
        let look = |registry: &Registry| {
            let registry = registry.clone();
            act(&machine, &admin, move |desk| jobs::overview(desk, &registry, &jobs::Filter::default()))
                .unwrap()
                .schedules
                .remove(0)
        };
        assert_eq!(runner.run_due(), 1, "never run: due");
        assert_eq!(runner.run_due(), 0);
        // A restart is no reason to run again.
        let runner = Runner::new(machine.clone(), registry.clone()).unwrap();
        assert_eq!(runner.run_due(), 0);
        let line = look(&registry);
        assert_eq!((line.last.as_deref(), line.said.as_str()), (Some("2026-11-24T09:00:00.000+08:00"), "好"));

        machine.later(60);
        let known = registry.clone();
        act(&machine, &admin, move |desk| jobs::run_now(desk, &known, "nightly")).unwrap();
        fails.store(1, Ordering::Relaxed);
        assert_eq!(runner.run_due(), 1);
        assert_eq!(look(&registry).failures, 1);
        machine.later(30);
        fails.store(0, Ordering::Relaxed);
        assert_eq!(runner.run_due(), 1, "tried again soon after a failure");
        assert_eq!(look(&registry).failures, 0);
        machine.later(24 * 3600 - 1);
        assert_eq!(runner.run_due(), 0);
        machine.later(1);
        assert_eq!(runner.run_due(), 1);
        let unknown = act(&machine, &admin, move |desk| jobs::run_now(desk, &registry, "other"));
        assert!(matches!(unknown, Err(Refused::Denied { .. })));
    });
}

/// G01, G02: a daily schedule keeps its hour in China, whatever the machine's zone; a clock that ran ahead and was put back
/// stops nothing.
#[test]
fn a_clock_that_jumps_stops_no_schedule_and_no_job() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let ran = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&ran);
        let daily = Schedule::daily("daily", "每天", jiff::civil::time(0, 30, 0, 0), move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(String::new())
        });
        let beat = Schedule::new("beat", "常做", SignedDuration::from_secs(5), |_| Ok(String::new()));
        let runner =
            Runner::new(machine.clone(), Registry::default().schedule(daily).schedule(beat)).unwrap();
        for (moment, daily, all) in [
            ("2026-11-24T01:00:00Z", 1, 2),
            ("2026-11-24T16:29:59Z", 1, 1),
            ("2026-11-24T16:30:00Z", 2, 1),
            // An hour back and an hour on: no day is lost or done twice for it.
            ("2026-11-24T15:30:00Z", 2, 1),
            ("2026-11-25T16:30:00Z", 3, 2),
            // Two years ahead, and put right: the next run does not wait for two years.
            ("2028-11-25T16:30:00Z", 4, 2),
            ("2026-11-26T02:00:00Z", 5, 2),
            ("2026-11-26T16:30:00Z", 6, 2),
            ("1970-01-01T00:00:00Z", 7, 2),
            ("2038-01-19T03:14:08Z", 8, 2),
        ] {
            assert_eq!(
                (machine.runs(&runner, moment), ran.load(Ordering::Relaxed)),
                (all, daily),
                "{moment}"
            );
        }
    });
    on_each_engine(|db| {
        let scene = scene(db, 4);
        let id = scene.ask();
        let runner = scene.runner();
        assert_eq!(
            scene.machine.runs(&runner, "2028-11-24T01:00:00Z"),
            1,
            "fails and waits for its next try"
        );
        assert_eq!(scene.machine.runs(&runner, "2026-11-24T02:00:00Z"), 1, "which is not two years away");
        assert_eq!(scene.look(&id).attempts, 2);
    });
}

/// The threads: a job is done without anybody calling, and stopping ends in order.
#[test]
fn the_runner_works_by_itself_and_stops() {
    on_each_engine(|db| {
        let scene = scene(db, 0);
        let id = scene.ask();
        let runner = Runner::start(scene.machine.clone(), scene.registry.clone()).unwrap();
        let began = std::time::Instant::now();
        while !scene.look(&id).state.is_over() && began.elapsed().as_secs() < 20 {
            std::thread::yield_now();
        }
        runner.stop();
        assert_eq!(scene.look(&id).state, State::Done);
    });
}
