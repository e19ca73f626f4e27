//! 每日摘要 on both engines: each person is told once a day what waits for them, from the set hour on, and nobody else's
//! affairs (capabilities 52, 135; A20, I03).

use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::db::{Db, DbError};
use casework::desk::SignedIn;
use casework::jobs::{Registry, Runner};
use casework::params;
use casework::today;
use rules::access::Role;

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

/// Two security officers who answer requests to look in an emergency, a teacher for whom nothing waits.
struct Scene {
    machine: Arc<Machine>,
    runner: Runner,
    one: SignedIn,
    two: SignedIn,
    teacher: SignedIn,
}

fn scene(db: Db) -> Scene {
    let machine = Machine::new(db);
    let one = person(&machine.db, "guard-1", &[("office", Role::Security)]);
    let two = person(&machine.db, "guard-2", &[("office", Role::Security)]);
    let teacher = person(&machine.db, "teacher", &[("class", Role::Teacher)]);
    let runner = Runner::new(machine.clone(), today::register(Registry::default())).unwrap();
    let scene = Scene { machine, runner, one, two, teacher };
    scene.asked("b1", "guard-2");
    scene
}

impl Scene {
    /// Somebody asks to look in an emergency: the others are to answer.
    fn asked(&self, id: &'static str, account: &'static str) {
        self.sql(
            "insert into break_glass (county, id, account, child, reason, asked_at, state)
             values ($1, $2, $3, 'c', '家里着火', '2026-11-24', 'asked')",
            [id, account],
        );
    }

    fn sql(&self, sql: &'static str, given: [&'static str; 2]) {
        let done: Result<u64, DbError> =
            self.machine.db.write(move |tx| tx.execute(sql, &params![COUNTY, given[0], given[1]]));
        assert!(done.unwrap() > 0, "{sql}");
    }

    /// The clock is set and what is due is done.
    fn at(&self, moment: &str) {
        self.machine.runs(&self.runner, moment);
    }

    fn told(&self, who: &SignedIn) -> Vec<String> {
        let told = act(&self.machine, who, today::notifications).unwrap();
        told.into_iter().map(|one| one.text).collect()
    }
}

const LINE: &str = "今日摘要：有1件事轮到您，1件7天内到期。最急的：1件紧急查看申请，批准或退回。";

#[test]
fn everybody_is_told_once_a_day_what_waits() {
    on_each_engine(|db| {
        let scene = scene(db);
        scene.at("2026-11-23T22:50:00Z");
        assert_eq!(scene.told(&scene.one), [] as [&str; 0], "ten to seven in the morning");
        for moment in ["2026-11-23T23:00:00Z", "2026-11-23T23:10:00Z", "2026-11-24T10:00:00Z"] {
            scene.at(moment);
            assert_eq!(scene.told(&scene.one), [LINE], "{moment}");
        }
        // Who asked does not answer; a teacher knows nothing of it.
        assert_eq!((scene.told(&scene.two), scene.told(&scene.teacher)), (vec![], vec![]));

        // The next day the line of the day before goes; a second request counts.
        scene.asked("b2", "teacher");
        scene.at("2026-11-24T23:00:00Z");
        let both = LINE.replace("1件紧急查看申请", "2件紧急查看申请");
        assert_eq!(scene.told(&scene.one), [both]);
        assert_eq!(scene.told(&scene.two), [LINE], "of the two one is not their own");

        // Nothing waits any more: quiet, and no stale line.
        scene.sql("update break_glass set state = 'refused' where county = $1 and $2 <> $3", ["a", "b"]);
        scene.at("2026-11-25T23:00:00Z");
        assert_eq!((scene.told(&scene.one), scene.told(&scene.two)), (vec![], vec![]));
    });
}

/// A20: who was disabled or lost the post is told nothing. The hour can be set.
#[test]
fn nobody_without_a_post_is_told_and_the_hour_is_the_countys() {
    on_each_engine(|db| {
        let scene = scene(db);
        scene.sql(
            "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, '', '')",
            ["digest_hour", "18"],
        );
        scene.asked("b2", "teacher");
        scene.at("2026-11-24T09:59:00Z");
        assert_eq!(scene.told(&scene.one), [] as [&str; 0]);
        scene.sql(
            "update account set state = 'disabled' where county = $1 and id = $2 and $3 = ''",
            ["guard-2", ""],
        );
        scene.at("2026-11-24T10:09:00Z");
        assert_eq!(scene.told(&scene.one).len(), 1);
        assert_eq!(scene.told(&scene.two), [] as [&str; 0]);
        scene.sql(
            "update tenure set until_day = $2 where county = $1 and account = $3",
            ["2026-11-24", "guard-1"],
        );
        scene.at("2026-11-25T10:09:00Z");
        let left = "select text from notification where county = $1 and kind = 'digest'";
        let left: Result<Vec<String>, DbError> =
            scene.machine.db.read(|tx| tx.query(left, &params![COUNTY], |row| row.get(0)));
        assert_eq!(left.unwrap(), [] as [&str; 0], "the line of yesterday went, and no new one came");
    });
}

/// I03: begun again after a crash it tells nobody twice, and those whom it had not reached are told.
#[test]
fn a_digest_that_was_broken_off_goes_on() {
    on_each_engine(|db| {
        let scene = scene(db);
        scene.asked("b2", "teacher");
        scene.at("2026-11-24T01:00:00Z");
        scene.sql("delete from setting where county = $1 and name = $2 and $3 = ''", ["digest_day", ""]);
        scene.sql("delete from notification where county = $1 and account = $2 and $3 = ''", ["guard-2", ""]);
        scene.at("2026-11-24T01:10:00Z");
        assert_eq!((scene.told(&scene.one).len(), scene.told(&scene.two).len()), (1, 1));
    });
}
