//! 代码表 (issue 3 item 10; ADR 0013): the county's own codes are kept by right as versions; nothing is taken away; the
//! standards stay as they are.

use casework::codes::{self, Change, Kept};
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::jobs::Means as _;
use casework::params;
use casework::refused::Refused;
use jiff::civil::{Date, date};
use rules::access::Role;
use rules::county_codes::CountyTable;
use rules::purpose::ListPurpose;

use crate::county::{COUNTY, person};
use crate::jobs::{Machine, act};

fn change(act: &str, code: &str, label: &str, from: Date, seen: usize) -> Change {
    Change {
        table: CountyTable::Causes,
        act: act.to_owned(),
        code: code.to_owned(),
        label: label.to_owned(),
        basis: "县里自定".to_owned(),
        from,
        why: "乡镇反映".to_owned(),
        seen,
    }
}

#[test]
fn kept_as_versions() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        let teacher = person(&machine.db, "chen", &[("class", Role::Teacher)]);
        let today = date(2026, 11, 24);
        let keep =
            |who: &SignedIn, change: Change| act(&machine, who, move |desk| codes::keep(desk, &change));
        let label = |code: &'static str| {
            let found =
                act(&machine, &teacher, move |desk| codes::find(desk, "causes", code)).expect("codes");
            let mut entries = found.into_iter().flat_map(|table| table.entries);
            entries.find(|entry| entry.code == code).map(|entry| (entry.label, entry.held))
        };
        assert!(matches!(
            keep(&teacher, change("add", "market", "赶集帮工", today, 0)),
            Err(Refused::Denied { .. })
        ));
        keep(&bureau, change("add", "market", "赶集帮工", today, 0)).expect("added");
        assert_eq!(label("market").map(|found| found.0), Some("赶集帮工".to_owned()));
        machine.later(60);
        keep(&bureau, change("rename", "market", "赶集、帮工", today, 1)).expect("renamed");
        assert!(matches!(
            keep(&bureau, change("rename", "market", "又改", today, 1)),
            Err(Refused::Changed { .. })
        ));
        machine.later(60);
        keep(&bureau, change("end", "market", "", date(2026, 12, 1), 2)).expect("ended");
        let held = label("market").and_then(|found| found.1).expect("it is still there");
        assert_eq!((held.in_use, held.until), (true, Some(date(2026, 11, 30))));
        machine.later(60);
        keep(&bureau, change("resume", "market", "", today, 3)).expect("taken up again");
        // The plan's own code keeps its place and shows what the plan says.
        keep(&bureau, change("rename", "distance", "路远、没有车", today, 0)).expect("renamed");
        let held = label("distance").and_then(|found| found.1).expect("a code of the plan");
        assert_eq!(held.plan_label.as_deref(), Some("上学路远"));
        let past = act(&machine, &teacher, |desk| codes::history(desk, CountyTable::Causes, "market"));
        let past = past.expect("what it was");
        assert_eq!((past.len(), past[3].label.as_str(), past[0].by.as_str()), (4, "赶集帮工", "luo"));

        for (wrong, field) in [
            (change("add", "market", "别的", today, 4), "code"),
            (change("add", "Markt", "别的", today, 0), "code"),
            (change("add", "other2", "赶集、帮工", today, 0), "label"),
            (change("add", "other2", "", today, 0), "label"),
            (change("add", "other2", "别的", date(2026, 11, 23), 0), "from"),
            (Change { why: String::new(), ..change("add", "other2", "别的", today, 0) }, "why"),
            (Change { basis: "甲\0乙".to_owned(), ..change("add", "other2", "别的", today, 0) }, "basis"),
        ] {
            let said = keep(&bureau, wrong.clone());
            let Err(Refused::Invalid(problems)) = said else { panic!("{wrong:?} {said:?}") };
            assert!(problems.iter().any(|one| one.field == field), "{field} {problems:?}");
        }
        let special = Change { table: CountyTable::Special, ..change("rename", "orphan", "孤", today, 0) };
        assert!(matches!(keep(&bureau, special), Err(Refused::Rule { .. })), "the law's name stays");
        let versions: Result<i64, Refused> = machine.db.read(|tx| {
            Ok(tx.one(
                "select cast(count(*) as bigint) from code_version where county = $1",
                &params![COUNTY],
                |row| row.get(0),
            )?)
        });
        assert_eq!(versions.expect("a count"), 5);
    });
}

/// Standards carry their number and are nobody's to change; searching goes over all tables; the workbook has what was found.
#[test]
fn looked_up_and_taken_out() {
    on_each_engine(|db| {
        let machine = Machine::new(db);
        let bureau = person(&machine.db, "luo", &[("office", Role::Bureau)]);
        let sure = SignedIn { confirmed: Some(machine.now().timestamp()), ..bureau.clone() };
        let tables = act(&machine, &bureau, codes::tables).expect("tables");
        let ethnicity = tables.iter().find(|table| table.key == "ethnicity").expect("民族");
        assert!(
            ethnicity.kept == Kept::Standard && ethnicity.source.contains("GB/T 3304"),
            "{}",
            ethnicity.source
        );
        let found = act(&machine, &bureau, |desk| codes::find(desk, "", "彝")).expect("hits");
        assert_eq!(found.iter().map(|table| table.key).collect::<Vec<_>>(), ["ethnicity"]);
        let none = act(&machine, &bureau, |desk| codes::find(desk, "shoes", ""));
        assert!(matches!(none, Err(Refused::Denied { .. })));
        let made = act(&machine, &sure, |desk| codes::export(desk, "causes", "", ListPurpose::Check));
        assert_eq!(made.expect("a workbook").rows, 16);
        assert!(matches!(
            act(&machine, &bureau, |desk| codes::export(desk, "causes", "", ListPurpose::Check)),
            Err(Refused::StepUp { .. })
        ));
    });
}
