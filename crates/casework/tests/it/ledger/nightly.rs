//! What the ledger does by date without anybody: changes of the roll on their day, proofs of studying elsewhere that run
//! out (五(四)), classes of past years; in the program's name (A24), once, and also after the machine was off.

use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::jobs::{Registry, Runner};
use casework::ledger::{self, ElsewhereForm, MoveForm};
use casework::params;
use casework::refused::Refused;
use rules::roll::Side;
use rules::standing::Standing;

use super::town::{COUNTY, Town, bureau, head, out, pupil, second_bureau, township};
use crate::jobs::Machine;

/// The nights of a town.
struct Nights {
    machine: Arc<Machine>,
    runner: Runner,
}

impl Nights {
    fn of(town: &Town) -> Self {
        let machine = Machine::new(town.db.clone());
        let runner = Runner::new(machine.clone(), ledger::nightly(Registry::default())).expect("a runner");
        runner.run_due();
        Self { machine, runner }
    }

    /// Lets the clock of town and machine stand at a moment and does what is due.
    fn at(&self, town: &Town, moment: &'static str) {
        town.at(moment);
        self.machine.runs(&self.runner, moment);
    }
}

fn standing(town: &Town, id: &str) -> Option<Standing> {
    let id = id.to_owned();
    town.act(&bureau(), move |desk| ledger::read(desk, &id)).expect("the file").standing
}

#[test]
fn changes_of_the_roll_take_effect_on_their_day() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let ids = town.enter(vec![pupil("李小明"), pupil("李小花")]);
        for (id, paper) in [(&ids[0], "接收证明 1 号"), (&ids[1], "接收证明 2 号")] {
            let (child, form) = (
                id.clone(),
                MoveForm {
                    kind: "transfer_out".to_owned(),
                    effective: "2026-12-01".to_owned(),
                    reason: "随父母迁居".to_owned(),
                    paper: paper.to_owned(),
                    other_place: "昆明某小学".to_owned(),
                    ..MoveForm::default()
                },
            );
            let asked =
                town.act(&head("s1"), move |desk| ledger::start_move(desk, &child, &form)).expect("asked");
            // The second one nobody in the county has approved.
            if id == &ids[0] {
                town.act(&second_bureau(), move |desk| ledger::agree(desk, &asked, Side::County, ""))
                    .expect("approved");
            }
        }
        let nights = Nights::of(&town);
        nights.at(&town, "2026-11-30T15:59:59Z");
        assert_eq!(standing(&town, &ids[0]), Some(Standing::Enrolled), "23:59:59 in China (G03)");
        // Off for a night and a day: done at the start.
        nights.at(&town, "2026-12-02T02:00:00Z");
        assert_eq!(standing(&town, &ids[0]), Some(Standing::Elsewhere));
        assert_eq!(standing(&town, &ids[1]), Some(Standing::Enrolled), "who has not been approved stays");
        let recorded = "select cast(count(*) as bigint) from audit where county = $1 and account = 'program'
                        and action = 'answer_roll_move' and role = ''";
        assert_eq!(town.count(recorded), 1, "on the record, in the program's name, on no post");
        nights.at(&town, "2026-12-03T02:00:00Z");
        assert_eq!(town.count(recorded), 1, "once");
        town.ties_are_true();
    });
}

/// 五(四): a proof counts to its last day; then the child is looked for again, and the proof is still asked for. A new one
/// brings the child back.
#[test]
fn a_proof_that_runs_out_brings_the_child_back_to_the_list() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![out("王小花")]).remove(0);
        let record = |from: &'static str, expires: &'static str| {
            let id = id.clone();
            let form = ElsewhereForm {
                school: "昆明某小学".to_owned(),
                place: "昆明市".to_owned(),
                proof: "就读证明".to_owned(),
                from: from.to_owned(),
                expires: expires.to_owned(),
                ..ElsewhereForm::default()
            };
            town.act(&township("t2"), move |desk| ledger::record_elsewhere(desk, &id, &form))
                .expect("recorded");
        };
        record("2026-09-01", "2026-12-10");
        let nights = Nights::of(&town);
        nights.at(&town, "2026-12-10T02:00:00Z");
        assert_eq!(standing(&town, &id), Some(Standing::Elsewhere), "the last day still counts");
        nights.at(&town, "2026-12-10T16:09:00Z");
        assert_eq!(standing(&town, &id), Some(Standing::Elsewhere), "00:09, a minute before its hour");
        nights.at(&town, "2026-12-10T16:10:00Z");
        assert_eq!(standing(&town, &id), Some(Standing::Unknown));
        let open = town.act(&township("t2"), ledger::expiring).expect("a list");
        assert_eq!(open.iter().map(|one| one.days).collect::<Vec<_>>(), [-1], "still asked to be renewed");
        let recorded = "select cast(count(*) as bigint) from audit where county = $1 and account = 'program'
                        and action = 'record_elsewhere'";
        nights.at(&town, "2026-12-12T02:00:00Z");
        assert_eq!(town.count(recorded), 1, "once");
        record("2026-12-11", "2027-01-20");
        assert_eq!(standing(&town, &id), Some(Standing::Elsewhere));
        // Two proofs: the longer one counts.
        nights.at(&town, "2026-12-13T02:00:00Z");
        assert_eq!(standing(&town, &id), Some(Standing::Elsewhere));
        nights.at(&town, "2027-01-21T02:00:00Z");
        assert_eq!(standing(&town, &id), Some(Standing::Unknown));
        town.ties_are_true();
    });
}

/// 往年的班: once the school year is over and the last pupil has left its roll, a class is closed in the night, and nobody holds a
/// post of it from that day on; one with pupils, and one of this year, stay.
#[test]
fn classes_of_past_years_are_closed_when_they_are_empty() {
    on_each_engine(|db| {
        let town = Town::new(db);
        town.enter(vec![pupil("李小明")]);
        let nights = Nights::of(&town);
        let done: Result<(), Refused> = town.db.write(|tx| {
            // c1 has a pupil; c2, and two more of its school, have none.
            tx.execute("update class set school_year = 2025 where county = $1 and unit <> 'c2'", &params![COUNTY])?;
            for (class, year) in [("old", 2025_i64), ("new", 2026)] {
                tx.execute(
                    "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
                     values ($1, $2, 'class', 'education', $2, $2, 's2', 't2', 1, '2020-01-01')",
                    &params![COUNTY, class],
                )?;
                tx.execute(
                    "insert into class (county, unit, school, grade, number, school_year) values ($1, $2, 's2', 4, 1, $3)",
                    &params![COUNTY, class, year],
                )?;
                tx.execute(
                    "insert into post (county, id, unit, role, standing, duty, title, sort)
                     values ($1, $2 || '-post', $2, 'teacher', 'serves', 'staff', '班主任', 1)",
                    &params![COUNTY, class],
                )?;
                tx.execute(
                    "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                     values ($1, $2 || '-tenure', $2 || '-post', 'somebody', '2025-09-01', 'demo', '2025-09-01')",
                    &params![COUNTY, class],
                )?;
            }
            Ok(())
        });
        done.expect("the classes");
        nights.at(&town, "2026-11-24T16:06:00Z");
        let closed =
            "select cast(count(*) as bigint) from unit where county = $1 and until_day = '2026-11-25'";
        assert_eq!(town.count(closed), 0, "a minute before its hour");
        for moment in ["2026-11-24T16:07:00Z", "2026-11-25T16:07:00Z"] {
            nights.at(&town, moment);
            for (sql, what) in [
                (closed, "one class"),
                (
                    "select cast(count(*) as bigint) from unit where county = $1 and id = 'old' and until_day is not null",
                    "the empty one of last year",
                ),
                (
                    "select cast(count(*) as bigint) from post where county = $1 and closed_at is not null",
                    "its post",
                ),
                (
                    "select cast(count(*) as bigint) from tenure where county = $1 and until_day = '2026-11-25'",
                    "whoever held it",
                ),
                (
                    "select cast(count(*) as bigint) from audit where county = $1 and account = 'program'
                     and action = 'write_units' and subject = 'old'",
                    "on the record, once",
                ),
            ] {
                assert_eq!(town.count(sql), 1, "{what} at {moment}");
            }
        }
    });
}
