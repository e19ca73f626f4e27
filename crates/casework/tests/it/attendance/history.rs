//! Costs do not grow with history (issue of attendance, "How fast"): what is read on every school day, and every night, goes by an
//! index to the day, the class, the child or what stands now, never through all school years. `make bench` measures it.

use casework::attendance::{
    self, Behind, DayForm, Listed, Stage, absent, board, follow, phone_book, read_by_the_clock, register,
    set_school_day, suspects, uncalled,
};
use casework::db::Engine;
use casework::db::testing::on_each_engine;
use casework::desk::{Desk, SignedIn};
use casework::refused::Refused;
use rules::attendance::Kind::{NotReturned, Sick, Truant};

use super::school::{School, bureau, day, head, teacher};

/// Tables to which every school day adds.
const GROW: [&str; 14] = [
    "sheet",
    "mark",
    "clock",
    "class_member",
    "suspected",
    "class",
    "contact",
    "leave",
    "report",
    "school_day",
    "child_change",
    "roll_move",
    "notification",
    "tenure",
];
/// Indexes over what stands now alone; and that along which the list of those taken off is shown, a page at a time.
const NOW: [&str; 3] = ["clock_open", "suspected_open", "suspected_cleared"];

/// What of a plan of SQLite reads a growing table from end to end.
fn through_all(plan: &str) -> Vec<&str> {
    plan.lines()
        .filter(|line| {
            let by =
                line.split_once("INDEX ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
            let of = by.trim_start_matches("sqlite_autoindex_");
            let grows = |table: &&str| {
                of == *table || of.strip_prefix(*table).is_some_and(|rest| rest.starts_with('_'))
            };
            let whole = line.contains("SCAN") && GROW.iter().any(|table| line.ends_with(table));
            let county = line.ends_with("(county=?)") && GROW.iter().any(grows);
            (whole || county) && !NOW.contains(&by)
        })
        .collect()
}

type Act = (&'static str, SignedIn, fn(&mut Desk<'_, '_>) -> Result<(), Refused>);

fn acts() -> Vec<Act> {
    fn all(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
        absent(desk, Stage::Counting, None)?;
        absent(desk, Stage::Told, None)?;
        for listed in [Listed::Standing, Listed::ToReport, Listed::Cleared] {
            suspects(desk, listed, &Behind::default())?;
        }
        Ok(())
    }
    let closed = |desk: &mut Desk<'_, '_>| -> Result<(), Refused> {
        let form = DayForm { school: None, day: day("2026-11-23"), lessons: false, why: "停电".to_owned() };
        set_school_day(desk, &form).map(drop)
    };
    vec![
        ("the teacher's board", teacher(), |desk| board(desk, "").map(drop)),
        ("the head's board", head(), |desk| board(desk, "").map(drop)),
        ("the county's board", bureau(), |desk| board(desk, "").map(drop)),
        ("a school's board", bureau(), |desk| board(desk, "s1").map(drop)),
        ("who has not called", bureau(), |desk| uncalled(desk, desk.now.day()).map(drop)),
        ("the register", teacher(), |desk| register(desk, "c1", desk.now.day()).map(drop)),
        ("the phone", teacher(), |desk| phone_book(desk).map(drop)),
        ("the lists of the head", head(), all),
        ("the lists of the bureau", bureau(), all),
        ("the night", bureau(), read_by_the_clock),
        ("a day that is declared off", bureau(), closed),
        ("the days that were", head(), |desk| attendance::school_day_changes(desk, desk.now.day()).map(drop)),
    ]
}

#[test]
fn nothing_is_read_through_all_school_years() {
    on_each_engine(|db| {
        // PostgreSQL decides by the size of its tables, which are small here.
        if db.engine() == Engine::Postgres {
            return;
        }
        let school = School::new(db);
        let ids = school.pupils("c1", &["走小一", "住小二"]);
        school.at("2026-11-23T09:00:00+08:00");
        school.call(&[(&ids[0], Truant), (&ids[1], Sick)]);
        school.at("2026-11-24T10:30:00+08:00");
        let mut wrongs = Vec::new();
        let mut look = |what: &str, plans: Vec<(String, String)>| {
            assert!(!plans.is_empty(), "{what} asks for something");
            for (sql, plan) in plans {
                wrongs.extend(through_all(&plan).iter().map(|line| format!("{what}: {line}\n    {sql}")));
            }
        };
        for (what, by, act) in acts() {
            let plans = school.act(&by, move |desk| {
                desk.tx.watch();
                act(desk)?;
                Ok(desk.tx.plans())
            });
            look(what, plans.expect(what));
        }
        let child = ids[0].clone();
        let plans = school.act(&head(), move |desk| {
            desk.tx.watch();
            follow(desk, &child)?;
            Ok(desk.tx.plans())
        });
        look("a child's absences", plans.expect("its absences"));
        // Of today, corrected; and of Friday, too late.
        for (on, late) in [("2026-11-24", false), ("2026-11-20", true)] {
            let mut sheet = school.sheet(&[(&ids[0], Truant), (&ids[1], NotReturned)]);
            sheet.day = day(on);
            let plans = school.act(&teacher(), move |desk| {
                desk.tx.watch();
                let done = attendance::submit(desk, &sheet)?;
                assert_eq!(done.late, late);
                Ok(desk.tx.plans())
            });
            look("a submission", plans.expect("submitted"));
        }
        assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    });
}

/// The county's board and the reminder look at the classes that are not over, by an index over them alone.
#[test]
fn classes_of_past_years_are_not_looked_at() {
    on_each_engine(|db| {
        if db.engine() == Engine::Postgres {
            return;
        }
        let school = School::new(db);
        school.pupils("c1", &["走小一"]);
        for act in
            [(|desk| board(desk, "s1").map(drop)) as fn(&mut Desk<'_, '_>) -> Result<(), Refused>, |desk| {
                uncalled(desk, desk.now.day()).map(drop)
            }]
        {
            let plans = school.act(&bureau(), move |desk| {
                desk.tx.watch();
                act(desk)?;
                Ok(desk.tx.plans())
            });
            let plans = plans.expect("the classes");
            let classes: Vec<&(String, String)> =
                plans.iter().filter(|(sql, _)| sql.contains("unit.kind = 'class'")).collect();
            assert!(
                !classes.is_empty() && classes.iter().all(|(_, plan)| plan.contains("unit_open")),
                "{plans:#?}"
            );
        }
    });
}
