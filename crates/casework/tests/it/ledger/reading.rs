//! Lists and files: scope, fields by right, pages, and plans of the queries.

use casework::db::testing::on_each_engine;
use casework::db::{Engine, Value};
use casework::ledger::{self, Missing, Query, Step, Total};
use casework::refused::Refused;
use rules::access::{Field, Role};
use rules::groups::Special;
use rules::purpose::Purpose;

use super::town::{COUNTY, Town, bureau, head, number, out, pupil, township, who, words};

fn names(town: &Town, by: &casework::desk::SignedIn, query: Query) -> Vec<String> {
    let page = town.act(by, move |desk| ledger::list(desk, &query)).expect("a list");
    page.children.into_iter().map(|child| child.name).collect()
}

/// A01, A02, A25: everybody sees one's own part of the county, and a filter does not widen it.
#[test]
fn a_list_is_ones_own() {
    on_each_engine(|db| {
        let town = Town::new(db);
        town.enter(vec![pupil("李小明"), pupil("阿普"), out("王小花"), out("王大花")]);
        let all = ["阿普", "李小明", "王大花", "王小花"];
        for (by, query, expected) in [
            (bureau(), Query::default(), &all[..]),
            (township("t1"), Query::default(), &["阿普", "李小明"][..]),
            (township("t2"), Query::default(), &["王大花", "王小花"][..]),
            (head("s1"), Query::default(), &["阿普", "李小明"][..]),
            (head("s2"), Query::default(), &[][..]),
            (who("c", Role::Civil, "min"), Query::default(), &[][..]),
            (bureau(), Query { standing: "out".to_owned(), ..Query::default() }, &["王大花", "王小花"][..]),
            (bureau(), Query { village: "v1".to_owned(), ..Query::default() }, &["阿普", "李小明"][..]),
            (head("s1"), Query { village: "v2".to_owned(), ..Query::default() }, &[][..]),
            (
                bureau(),
                Query { school: "s1".to_owned(), grade: Some(3), ..Query::default() },
                &["阿普", "李小明"][..],
            ),
            (bureau(), Query { grade: Some(4), ..Query::default() }, &[][..]),
            (
                bureau(),
                Query { group: Some(Special::LeftBehind), ..Query::default() },
                &["阿普", "李小明"][..],
            ),
            (bureau(), Query { q: "wxh".to_owned(), ..Query::default() }, &["王小花"][..]),
            (bureau(), Query { q: "王".to_owned(), ..Query::default() }, &["王大花", "王小花"][..]),
            (township("t1"), Query { q: "王".to_owned(), ..Query::default() }, &[][..]),
            (bureau(), Query { missing: Some(Missing::Number), ..Query::default() }, &all[..]),
            (bureau(), Query { missing: Some(Missing::Registration), ..Query::default() }, &[][..]),
            (
                who("t", Role::Teacher, "c1"),
                Query { village: "v1".to_owned(), ..Query::default() },
                &["阿普", "李小明"][..],
            ),
            // 科任教师不看留守，按留守筛选什么也找不到（A10）。
            (
                who("k", Role::SubjectTeacher, "c1"),
                Query { group: Some(Special::LeftBehind), ..Query::default() },
                &[][..],
            ),
        ] {
            assert_eq!(names(&town, &by, query.clone()), expected, "{} {query:?}", by.actor.account);
        }
        assert!(matches!(
            town.act(&who("a", Role::Admin, "xian"), |desk| ledger::list(desk, &Query::default())),
            Err(Refused::Denied { .. })
        ));
    });
}

/// Pages of 50 forwards and backwards hold every child once.
#[test]
fn pages_hold_every_child_once() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let made = (0..120).map(|n| if n % 2 == 0 { pupil("李明") } else { out("杨芳") }).collect();
        let mut ids = town.enter(made);
        ids.sort();
        let (mut step, mut seen, mut sizes) = (Step::First, Vec::new(), Vec::new());
        let mut last = None;
        loop {
            let query = Query { step: step.clone(), ..Query::default() };
            let page = town.act(&bureau(), move |desk| ledger::list(desk, &query)).expect("a page");
            assert_eq!(page.total, Total::Exactly(120));
            sizes.push(page.children.len());
            seen.extend(page.children.into_iter().map(|child| child.id));
            last = page.before.or(last);
            match page.after {
                Some(after) => step = after,
                None => break,
            }
        }
        assert_eq!(sizes, [50, 50, 20]);
        let second: Vec<String> = seen[50..100].to_vec();
        let query = Query { step: last.expect("a page before"), ..Query::default() };
        let back = town.act(&bureau(), move |desk| ledger::list(desk, &query)).expect("a page");
        assert_eq!(back.children.into_iter().map(|child| child.id).collect::<Vec<_>>(), second);
        seen.sort();
        assert_eq!(seen, ids);
    });
}

/// A10, A11: a role sees its fields and no others; what it does not see is absent.
#[test]
fn a_file_shows_what_the_role_sees() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let mut child = pupil("李小明");
        child.id_kind = "1".to_owned();
        child.id_number = Some(number("20170504", 11));
        let household = town.household();
        child.household = Some(household.clone());
        let mut sister = out("李小花");
        sister.household = Some(household);
        let ids = town.enter(vec![child, sister]);
        let id = ids[0].clone();
        for (by, number, phone, groups, siblings, chain) in [
            (bureau(), Some("539999********011"), Some("138****0000"), 1, Some(true), true),
            (township("t1"), Some("539999********011"), Some("13800000000"), 1, Some(false), true),
            (head("s1"), Some("539999********011"), Some("13800000000"), 1, Some(false), true),
            (who("g", Role::Group, "g1"), None, Some("13800000000"), 0, None, false),
            (who("k", Role::SubjectTeacher, "c1"), None, None, 0, None, false),
        ] {
            let asked = id.clone();
            let file = town.act(&by, move |desk| ledger::read(desk, &asked)).expect("the file");
            let role = by.actor.posts[0].role;
            let shown =
                file.identity.iter().find(|line| line.label == "居民身份证").map(|line| line.text.clone());
            assert_eq!(
                shown.as_deref().map(|text| text.get(..17).unwrap_or(text)),
                number,
                "{role}: the number is masked or absent"
            );
            let phones: Option<Vec<String>> = file
                .guardians
                .map(|all| all.into_iter().filter_map(|one| one.phone.map(|phone| phone.text)).collect());
            assert_eq!(phones.unwrap_or_default().first().map(String::as_str), phone, "{role}");
            assert_eq!(file.groups.len(), groups, "{role}");
            assert_eq!(
                file.siblings.map(|all| all[0].file.is_some()),
                siblings,
                "{role}: a sister's file by scope"
            );
            assert_eq!(file.chain.is_some(), chain, "{role}");
            assert!(file.next.is_none(), "nothing is open");
        }
        let looked = town
            .count("select cast(count(*) as bigint) from audit where county = $1 and action = 'read_child'");
        assert_eq!(looked, 5, "each reading is on the record");
        for by in [township("t2"), head("s2"), who("a", Role::Auditor, "xian"), who("p", Role::Police, "min")]
        {
            let asked = id.clone();
            let answer = town.act(&by, move |desk| ledger::read(desk, &asked));
            let not_there = town.act(&by, |desk| ledger::read(desk, "nobody"));
            assert_eq!(words(answer), words(not_there), "forbidden and not there are alike (A01)");
        }
    });
}

/// A12: whole only on request, for a purpose, on the record; who looked can be seen.
#[test]
fn a_reveal_is_on_the_record() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let mut child = pupil("李小明");
        child.id_kind = "1".to_owned();
        child.id_number = Some(number("20170504", 11));
        let id = town.enter(vec![child]).remove(0);
        let ask = |by: &casework::desk::SignedIn, field| {
            let id = id.clone();
            town.act(by, move |desk| ledger::reveal(desk, &id, field, Purpose::Roll))
        };
        let shown = ask(&bureau(), Field::IdNumber).expect("the number");
        assert_eq!(shown, [("身份证件号".to_owned(), number("20170504", 11))]);
        let phones = ask(&bureau(), Field::Phone).expect("the phones");
        assert_eq!(phones, [("普阿奶（祖母）".to_owned(), "13800000000".to_owned())]);
        for by in [who("t", Role::Teacher, "c1"), who("v", Role::Village, "v1"), head("s2")] {
            assert!(matches!(ask(&by, Field::IdNumber), Err(Refused::Denied { .. })), "{}", by.actor.account);
        }
        let asked = id.clone();
        let looks = town.act(&bureau(), move |desk| ledger::looks(desk, &asked)).expect("who looked");
        let lines: Vec<_> = looks.iter().map(|look| (look.act.as_str(), look.purpose.as_str())).collect();
        assert_eq!(lines, [("显示完整信息", "办理学籍"), ("显示完整信息", "办理学籍")]);
        let asked = id.clone();
        assert!(matches!(
            town.act(&who("t", Role::Teacher, "c1"), move |desk| ledger::looks(desk, &asked)),
            Err(Refused::Denied { .. })
        ));
    });
}

/// H08: no list scans the children; each walks an index of the ties. The plans are the engines' own.
#[test]
fn no_list_scans_the_children() {
    on_each_engine(|db| {
        let town = Town::new(db);
        town.enter((0..300).map(|n| if n % 3 == 0 { out("杨芳") } else { pupil("李明") }).collect());
        let engine = town.db.engine();
        let plans: Result<Vec<(String, String)>, Refused> = town.db.write(move |tx| {
            if engine == Engine::Postgres {
                tx.execute("analyze child", &[])?;
                tx.execute("analyze child_tie", &[])?;
                // With 300 rows a scan is cheap; what counts is that an index can carry the query.
                tx.execute("set local enable_seqscan = off", &[])?;
                tx.execute("set local enable_sort = off", &[])?;
            }
            let mut all = Vec::new();
            for (unit, tie) in
                [(COUNTY, "county"), ("t1", "home_township"), ("s1", "school"), ("c1", "class")]
            {
                for (filter, name) in [
                    ("", "child_tie_list"),
                    (" and drive.standing = 'never' and drive.standing <> 'enrolled'", "child_tie_standing"),
                    (" and drive.group_bits <> 0 and (drive.group_bits & 8) <> 0", "child_tie_"),
                ] {
                    let explain = if engine == Engine::Postgres { "explain" } else { "explain query plan" };
                    let sql = format!(
                        "{explain} select child.id from child_tie drive cross join child
                         where child.county = drive.county and child.id = drive.child and drive.county = $1
                           and drive.unit = $2 and drive.tie = $3{filter}
                           and (drive.spelling, drive.child) > ($4, $5)
                         order by drive.spelling asc, drive.child asc limit 51"
                    );
                    let params = [COUNTY, unit, tie, "a", "a"].map(Value::from);
                    let column = if engine == Engine::Postgres { 0 } else { 3 };
                    let lines = tx.query(&sql, &params, |row| row.get::<String>(column))?;
                    all.push((name.to_owned(), lines.join("\n")));
                }
            }
            Ok(all)
        });
        for (name, plan) in plans.expect("plans") {
            assert!(plan.contains(&name), "{name} carries it:\n{plan}");
            let scans = ["SCAN child", "SCAN drive", "Seq Scan", "TEMP B-TREE", "Sort"];
            assert!(!scans.iter().any(|scan| plan.contains(scan)), "no scan, no sort:\n{plan}");
        }
    });
}
