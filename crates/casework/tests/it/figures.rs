//! 指标 (二; issue 6, items 1 and 2), through the storage of both engines: every number is a sum over names, the night keeps only what changed,
//! what was frozen never shifts, and what changed since is told child by child (hazards B08, B09, F06; the clauses 二, 五(七), 五(十二)).

use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::figures::{
    Audience, Changes, EntryForm, NamesAsked, NamesPage, Panel, UnitLine, Verdict, audience, by_township,
    causes, changes, county_tiles, enter, entries, export, freeze, names, panel, renew, renew_now, returns,
    snapshots, verify,
};
use casework::jobs::Means;
use casework::keys::Keys;
use casework::ledger::set_standing;
use casework::refused::Refused;
use rules::access::{Role, Standing as Leads};
use rules::case::Kind;
use rules::figures::{Counts, Figure, Mark};
use rules::purpose::ListPurpose;
use rules::standing::Standing;

use crate::attendance::school::{School, bureau, head, teacher, who};
use crate::cases::{director, told, with_words};
use crate::jobs::Machine;

const NAMES: [&str; 8] = ["李甲", "李乙", "李丙", "李丁", "李戊", "李己", "李庚", "李辛"];

fn night(machine: &Arc<Machine>, moment: &str) {
    machine.at(moment);
    let means: Arc<dyn Means> = machine.clone();
    renew(&means).expect("a snapshot");
}

fn stands(school: &School, child: &str, standing: Standing) {
    let child = child.to_owned();
    school.act(&bureau(), move |desk| set_standing(desk, &child, standing, "hand")).expect("it stands so");
}

fn read(school: &School, by: &SignedIn, at: Option<i64>) -> Result<Panel, Refused> {
    school.act(by, move |desk| panel(desk, at))
}

fn whole(panel: &Panel, figure: Figure) -> Option<Counts> {
    panel.lines.iter().find(|line| line.figure == figure)?.whole.as_ref()?.counts
}

const fn counts(ins: u64, outs: u64, apart: u64) -> Counts {
    Counts { ins, outs, apart }
}

fn listed(school: &School, by: &SignedIn, figure: Figure, at: Option<i64>) -> Result<NamesPage, Refused> {
    let asked = NamesAsked {
        figure,
        at,
        township: String::new(),
        village: String::new(),
        mark: None,
        cause: None,
        step: None,
        after: String::new(),
    };
    school.act(by, move |desk| names(desk, &asked))
}

fn only(page: &NamesPage) -> Vec<(&str, Mark, &str)> {
    page.names.iter().map(|one| (one.name.as_str(), one.mark, one.why)).collect()
}

fn looked(school: &School, number: i64) -> Verdict {
    school.act(&director(), move |desk| verify(desk, number)).expect("looked at").expect("it is there")
}

fn frozen(school: &School, number: i64, label: &'static str) -> Result<(), Refused> {
    let verdict = looked(school, number);
    school.act(&director(), move |desk| freeze(desk, &verdict, label))
}

fn changed(
    school: &School,
    by: &SignedIn,
    figure: Figure,
    from: i64,
    to: i64,
) -> Result<Option<Changes>, Refused> {
    school.act(by, move |desk| changes(desk, figure, (from, to), ""))
}

/// What stands of the latest snapshot, for comparing.
fn values(school: &School) -> Vec<String> {
    let rows: Result<Vec<String>, casework::db::DbError> = school.db.read(|tx| {
        tx.query(
            "select figure, unit, kind, ins, outs, apart from figure_value
             where county = $1 and snapshot = (select max(number) from figure_snapshot where county = $1)
             order by figure, unit",
            &casework::params![crate::county::COUNTY],
            |row| {
                let number = |at| row.get::<u64>(at);
                let text = |at| row.get::<String>(at);
                Ok(format!(
                    "{} {} {} {} {} {}",
                    text(0)?,
                    text(1)?,
                    text(2)?,
                    number(3)?,
                    number(4)?,
                    number(5)?
                ))
            },
        )
    });
    rows.expect("the values")
}

/// 二: counts by figure; a suspended child stays in the denominator, apart (B09); the names are those that the number counts; what was frozen
/// does not shift by anything that is done later (B08), and the difference names each child once.
#[test]
fn frozen_never_shifts() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES);
        assert_eq!(read(&school, &director(), None).expect("nothing yet").snapshot, None);
        stands(&school, &children[0], Standing::Absent);
        stands(&school, &children[1], Standing::Suspended);
        night(&machine, "2026-11-24T19:00:00Z");
        let first = read(&school, &director(), None).expect("the panel");
        assert_eq!(
            first.snapshot.as_ref().map(|one| (one.number, one.day.as_str())),
            Some((1, "2026-11-25"))
        );
        assert_eq!(whole(&first, Figure::Enrolment), Some(counts(6, 1, 1)));
        assert_eq!(whole(&first, Figure::InSchool), Some(counts(6, 1, 1)));
        assert_eq!(whole(&first, Figure::Dropout), Some(counts(1, 6, 1)));
        assert_eq!((whole(&first, Figure::Entry), whole(&first, Figure::Retention)), (None, None));
        let page = listed(&school, &director(), Figure::Enrolment, None).expect("names");
        assert_eq!(only(&page), [("李甲", Mark::Out, "辍学"), ("李乙", Mark::Apart, "休学")]);
        let page = listed(&school, &director(), Figure::Dropout, None).expect("names");
        assert_eq!(only(&page), [("李甲", Mark::In, "辍学"), ("李乙", Mark::Apart, "休学")]);

        assert_eq!(looked(&school, 1).is_as_frozen, None);
        frozen(&school, 1, "月报 2026-11").expect("frozen");
        assert!(matches!(frozen(&school, 1, "又一次"), Err(Refused::Rule { .. })));
        assert!(matches!(frozen(&school, 1, " "), Err(Refused::Invalid(_))));

        // The dropout is back, another leaves, one dies, one comes; a case deleted is no way to a better number: there is none.
        stands(&school, &children[0], Standing::Enrolled);
        stands(&school, &children[2], Standing::Absent);
        stands(&school, &children[3], Standing::Dead);
        school.pupils("c3", &["王新"]);
        night(&machine, "2026-11-25T19:00:00Z");
        let again = read(&school, &director(), Some(1)).expect("the frozen one");
        assert_eq!(again.lines, first.lines, "what was frozen stands");
        assert_eq!(only(&listed(&school, &director(), Figure::Enrolment, Some(1)).expect("names")).len(), 2);
        let verdict = looked(&school, 1);
        assert!(verdict.adds_up && verdict.is_as_frozen == Some(true));
        let now = read(&school, &director(), None).expect("the latest");
        assert_eq!(whole(&now, Figure::Enrolment), Some(counts(6, 1, 1)), "the same sum, other children");

        let found =
            changed(&school, &director(), Figure::Enrolment, 1, 2).expect("may").expect("both are there");
        let who: Vec<(&str, Mark, Mark)> =
            found.changes.iter().map(|one| (one.name.as_str(), one.was.0, one.is.0)).collect();
        assert_eq!(
            who,
            [
                ("李丙", Mark::In, Mark::Out),
                ("李丁", Mark::In, Mark::None),
                ("李甲", Mark::Out, Mark::In),
                ("王新", Mark::None, Mark::In),
            ]
        );
        assert_eq!(found.turns.iter().map(|turn| turn.many).sum::<u64>(), 4);
        let back =
            changed(&school, &director(), Figure::Enrolment, 2, 1).expect("may").expect("either order");
        assert_eq!(back.changes, found.changes);
        assert_eq!(changed(&school, &director(), Figure::Enrolment, 1, 9).expect("may"), None);
        assert_eq!(school.act(&director(), snapshots).expect("both").len(), 2);
    });
}

/// B08: what the nights kept step by step is what counting from nothing makes; what did not change is not written again; a night that was cut
/// off is gone on with; numbers or rows that somebody touched are noticed.
#[test]
fn recomputed_is_stored() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES);
        night(&machine, "2026-11-20T19:00:00Z");
        let rows = "select cast(count(*) as bigint) from figure_member where county = $1";
        let before = school.count(rows);
        night(&machine, "2026-11-21T19:00:00Z");
        assert_eq!(school.count(rows), before, "nothing changed, nothing is written");
        let all =
            [Standing::Absent, Standing::Never, Standing::Suspended, Standing::Elsewhere, Standing::Unknown];
        for (day, (child, standing)) in (22..).zip(children.iter().zip(all)) {
            stands(&school, child, standing);
            night(&machine, &format!("2026-11-{day}T19:00:00Z"));
        }
        assert_eq!(school.count(rows), before + 5, "a row for each change");
        // A night that was cut off had written a row of a snapshot that is not there.
        school.run(format!(
            "update figure_member set until_number = 8 where county = $1 and ref = '{}' and until_number = 9000000000",
            children[7]
        ));
        school.run(format!(
            "insert into figure_member (county, basis, ref, from_number, until_number, child, marks, why, spelling, listed)
             values ($1, 'child', '{0}', 8, 9000000000, '{0}', 'o-o---', 'never', 'x', 1)",
            children[7]
        ));
        night(&machine, "2026-11-27T19:00:00Z");
        let stored = values(&school);
        for number in 1..=8 {
            assert!(looked(&school, number).adds_up, "{number}");
        }
        school.run("delete from figure_member where county = $1");
        night(&machine, "2026-11-27T20:00:00Z");
        assert_eq!(values(&school), stored, "from nothing on the left, kept on the right");

        frozen(&school, 9, "月报").expect("frozen");
        school.run("update figure_value set ins = ins + 1 where county = $1 and snapshot = 9 and figure = 'enrolment'");
        let verdict = looked(&school, 9);
        assert!(!verdict.adds_up && verdict.is_as_frozen == Some(false));
        school.run("update figure_value set ins = ins - 1 where county = $1 and snapshot = 9 and figure = 'enrolment'");
        assert_eq!(looked(&school, 9).is_as_frozen, Some(true));
        school.run("update figure_member set why = 'enrolled' where county = $1 and why = 'never'");
        assert_eq!(looked(&school, 9).is_as_frozen, Some(false), "a reason was changed");
    });
}

fn leader(unit: &str) -> SignedIn {
    let mut leader = who("x1", Role::Township, unit);
    for post in &mut leader.actor.posts {
        post.standing = Leads::Leads;
    }
    leader
}

/// F06, A08: a township reads its own and no other; a member unit reads what was frozen, and no number below five; a teacher nothing. Names go
/// by right, whoever reads the number.
#[test]
fn who_reads_what() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES);
        stands(&school, &children[0], Standing::Absent);
        night(&machine, "2026-11-24T19:00:00Z");
        let own = |panel: &Panel| -> Vec<UnitLine> {
            panel.lines.iter().find(|line| line.figure == Figure::Enrolment).expect("a line").own.clone()
        };
        let town = who("x1", Role::Township, "t1");
        let panel_of = read(&school, &town, None).expect("its own");
        assert_eq!(own(&panel_of).first().and_then(|line| line.counts), Some(counts(7, 1, 0)));
        let of_head = read(&school, &head(), None).expect("its own");
        assert_eq!(
            own(&of_head).first().map(|line| (line.unit.clone(), line.counts)),
            Some(("s1".to_owned(), Some(counts(7, 1, 0))))
        );
        assert_eq!(whole(&of_head, Figure::Enrolment), None, "what the others have is a small number");
        let (_, towns) = school.act(&town, |desk| by_township(desk, Figure::Enrolment, 1)).expect("its own");
        assert_eq!(towns, [], "no other township");
        let other = who("x2", Role::Township, "t2");
        assert_eq!(own(&read(&school, &other, None).expect("nothing of it")), []);
        assert_eq!(only(&listed(&school, &town, Figure::Enrolment, None).expect("names")).len(), 1);
        assert_eq!(only(&listed(&school, &other, Figure::Enrolment, None).expect("nobody")).len(), 0);
        assert_eq!(
            changed(&school, &other, Figure::Enrolment, 1, 1).expect("may").expect("there").changes,
            []
        );

        let police = who("p", Role::Police, "ga");
        assert_eq!(audience(&police.actor), Audience::Outside);
        assert_eq!(read(&school, &police, None).expect("nothing frozen").snapshot, None);
        frozen(&school, 1, "月报").expect("frozen");
        let seen = read(&school, &police, None).expect("the frozen one");
        assert_eq!(seen.snapshot.as_ref().map(|one| one.number), Some(1));
        assert_eq!(whole(&seen, Figure::Enrolment), None, "one child is not told");
        let (line, towns) = school.act(&police, |desk| by_township(desk, Figure::Enrolment, 1)).expect("may");
        assert!(line.whole.is_some_and(|whole| whole.counts.is_none()));
        assert!(towns.iter().all(|town| town.counts.is_none()));
        assert_eq!(listed(&school, &police, Figure::Enrolment, None).expect("nobody").names, []);
        assert!(matches!(changed(&school, &police, Figure::Enrolment, 1, 1), Err(Refused::Denied { .. })));
        for by in [teacher(), who("v", Role::Village, "t1"), who("a", Role::Admin, "ju")] {
            assert!(matches!(read(&school, &by, None), Err(Refused::Denied { .. })));
        }
        for by in [town, head(), police, who("v", Role::Inspector, "ju")] {
            assert!(matches!(school.act(&by, renew_now), Err(Refused::Denied { .. })));
            let verdict = looked(&school, 1);
            assert!(matches!(
                school.act(&by, move |desk| freeze(desk, &verdict, "月报二")),
                Err(Refused::Denied { .. })
            ));
            assert!(matches!(
                school.act(&by, |desk| county_tiles(desk, 1, None)),
                Err(Refused::Denied { .. })
            ));
        }
        let tiles = school.act(&leader("t1"), |desk| county_tiles(desk, 1, Some("t1"))).expect("its own");
        assert_eq!(
            tiles.iter().map(|(town, _)| (town.unit.as_str(), town.counts)).collect::<Vec<_>>(),
            [("t1", Some(counts(7, 1, 0)))]
        );
        school.act(&director(), renew_now).expect("asked for");
    });
}

/// 五(九)(十)(十一): who is back of those who were to be brought back, what was found, reported and done in time, why, and after how many days.
#[test]
fn cases_and_absences() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES);
        let away: Vec<String> = children.iter().take(3).cloned().collect();
        for day in ["2026-11-16", "2026-11-17", "2026-11-18"] {
            school.at(day);
            let marks: Vec<(&str, rules::attendance::Kind)> =
                away.iter().map(|child| (child.as_str(), rules::attendance::Kind::Truant)).collect();
            school.call(&marks);
        }
        let (suspects, _) = school
            .act(&head(), |desk| {
                casework::attendance::suspects(
                    desk,
                    casework::attendance::Listed::Standing,
                    &casework::attendance::Behind::default(),
                )
            })
            .expect("the list");
        assert_eq!(suspects.len(), 3);
        // Two are reported on the same day, the third never.
        for one in suspects.iter().filter(|one| one.child != away[2]) {
            let (id, verified) = (
                one.id.clone(),
                casework::attendance::Verified {
                    whereabouts: "home".to_owned(),
                    cause: "learning".to_owned(),
                    evidence: "班主任家访，在家".to_owned(),
                },
            );
            school
                .act(&head(), move |desk| casework::attendance::verify_and_report(desk, &id, &verified))
                .expect("reported");
        }
        let cases: Result<Vec<(String, String)>, casework::db::DbError> = school.db.read(|tx| {
            tx.query(
                "select id, child from child_case where county = $1 order by id",
                &casework::params![crate::county::COUNTY],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        });
        let cases = cases.expect("the cases");
        assert_eq!(cases.len(), 2);
        // One is no dropout after all; the other is verified in time, and then nothing is done.
        let (first, _) = cases.iter().find(|(_, child)| *child == away[0]).expect("a case");
        let (second, _) = cases.iter().find(|(_, child)| *child == away[1]).expect("a case");
        told(&school, &bureau(), first, with_words(Kind::Clear)).expect("cleared");
        told(&school, &bureau(), second, with_words(Kind::Confirm)).expect("confirmed");
        night(&machine, "2026-11-30T19:00:00Z");
        school.at("2026-12-01");
        let panel = read(&school, &director(), None).expect("the panel");
        assert_eq!(whole(&panel, Figure::Found), Some(counts(3, 0, 0)));
        assert_eq!(whole(&panel, Figure::Reported), Some(counts(2, 1, 0)));
        assert_eq!(
            whole(&panel, Figure::Return),
            Some(counts(0, 1, 0)),
            "who was cleared was not to be brought back"
        );
        let kept = whole(&panel, Figure::Kept).expect("duties");
        assert!(kept.ins >= 2 && kept.outs >= 1, "{kept:?}");
        let page = listed(&school, &director(), Figure::Kept, None).expect("names");
        assert!(
            page.names.iter().any(|one| one.matter == Some(("个案", format!("/cases/{second}")))),
            "{page:?}"
        );
        let page = listed(&school, &director(), Figure::Return, None).expect("names");
        assert_eq!(only(&page), [("李乙", Mark::Out, "还在劝返")]);
        assert_eq!(page.names.first().and_then(|one| one.case.clone()), Some(second.clone()));
        let found = school.act(&director(), |desk| causes(desk, 1, crate::county::COUNTY)).expect("causes");
        assert_eq!(
            found.iter().map(|(code, _, many)| (code.as_str(), *many)).collect::<Vec<_>>(),
            [("learning", 1)]
        );
        let curve =
            school.act(&director(), |desk| returns(desk, 1, crate::county::COUNTY)).expect("the curve");
        assert_eq!((curve.children, curve.back, curve.longest), (1, 0, 13));
        let turns = school.act(&director(), casework::cases::turns).expect("whose move");
        assert_eq!(turns.iter().map(|turn| (turn.many, turn.late)).collect::<Vec<_>>(), [(1, 1)]);
        let states = school.act(&director(), casework::cases::states).expect("where they stand");
        assert_eq!(states.iter().map(|(_, many, _)| many).sum::<u64>(), 1);
        let (rows, more) = school
            .act(&director(), |desk| {
                casework::cases::waiting(
                    desk,
                    &casework::cases::Waiting { late: true, ..Default::default() },
                    None,
                )
            })
            .expect("the names");
        assert_eq!((rows.len(), more), (1, false));
        assert!(looked(&school, 1).adds_up);
    });
}

/// 二: 巩固率 by named cohort, once it is known who was in the first grade; by the yearbook, with where the numbers stand, and the later one
/// beside the earlier.
#[test]
fn retention_by_names_and_by_the_yearbook() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES);
        school.run(
            "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day, until_day)
             values ($1, 'old', 'class', 'education', '一（1）班', '一（1）班', 's1', 't1', 99, '2018-09-01', '2019-08-31')",
        );
        school.run(
            "insert into class (county, unit, school, grade, number, school_year) values ($1, 'old', 's1', 1, 1, 2018)",
        );
        for child in &children[..4] {
            school.run(format!(
                "insert into class_member (county, id, child, school, class, from_day, until_day, ground, made_at)
                 values ($1, 'old-{child}', '{child}', 's1', 'old', '2018-09-01', '2019-08-31', '', '2018-09-01T08:00:00.000+08:00')"
            ));
        }
        stands(&school, &children[0], Standing::Absent);
        stands(&school, &children[1], Standing::Dead);
        stands(&school, &children[2], Standing::Finished);
        night(&machine, "2026-11-24T19:00:00Z");
        let panel = read(&school, &director(), None).expect("the panel");
        assert_eq!(whole(&panel, Figure::Retention), Some(counts(2, 1, 0)));
        let form = EntryForm {
            figure: Figure::Yearbook,
            terms: None,
            school_year: 2026,
            part: 985,
            whole: 1000,
            source: "2026年教育事业统计年报".to_owned(),
        };
        let put = |by: &SignedIn, form: EntryForm| school.act(by, move |desk| enter(desk, &form));
        put(&bureau(), form.clone()).expect("entered");
        school.at("2026-11-25");
        put(&bureau(), EntryForm { part: 984, ..form.clone() }).expect("entered once more");
        let kept = school.act(&director(), entries).expect("both");
        assert_eq!(kept.iter().map(|one| one.rate.to_string()).collect::<Vec<_>>(), ["98.40%", "98.50%"]);
        for wrong in [
            EntryForm { whole: 0, ..form.clone() },
            EntryForm { school_year: 2099, ..form.clone() },
            EntryForm { source: String::new(), ..form },
        ] {
            assert!(matches!(put(&bureau(), wrong), Err(Refused::Invalid(_))));
        }
        assert!(matches!(put(&director(), form), Err(Refused::Denied { .. })));
        // The names as a workbook, for whoever may take them out.
        let asked = NamesAsked {
            figure: Figure::Retention,
            at: None,
            township: String::new(),
            village: String::new(),
            mark: None,
            cause: None,
            step: None,
            after: String::new(),
        };
        let (own, purpose) = (asked.clone(), ListPurpose::ALL[0]);
        let made = school.act(&director(), move |desk| export(desk, &own, purpose)).expect("a workbook");
        assert_eq!(made.rows, 1);
        let refused = school.act(&who("x1", Role::Township, "t1"), move |desk| export(desk, &asked, purpose));
        assert!(matches!(refused, Err(Refused::Denied { .. })));
    });
}

/// Old nights that nobody froze go, with their rows; what was frozen stays with its names.
#[test]
fn old_nights_go() {
    on_each_engine(|db| {
        let school = School::new(db.clone());
        let machine = Machine::with(db, Keys::for_tests());
        let children = school.pupils("c1", &NAMES[..2]);
        stands(&school, &children[0], Standing::Absent);
        night(&machine, "2026-09-20T19:00:00Z");
        frozen(&school, 1, "月报 2026-09").expect("frozen");
        stands(&school, &children[0], Standing::Enrolled);
        night(&machine, "2026-09-21T19:00:00Z");
        stands(&school, &children[0], Standing::Never);
        night(&machine, "2026-09-22T19:00:00Z");
        for _ in 0..61 {
            night(&machine, "2026-11-22T19:00:00Z");
        }
        let numbers = "select cast(count(*) as bigint) from figure_snapshot where county = $1";
        assert_eq!(school.count(numbers), 61, "sixty and the frozen one");
        assert_eq!(school.count("select cast(count(*) as bigint) from figure_member where county = $1"), 3);
        let verdict = looked(&school, 1);
        assert!(verdict.adds_up && verdict.is_as_frozen == Some(true));
        assert_eq!(only(&listed(&school, &director(), Figure::Enrolment, Some(1)).expect("names")).len(), 1);
    });
}
