//! The search over every page: what is found by whom (A07, A08, A25, F01), however a name is written (L01, L02), with
//! what is typed standing for itself (D02), and that no query of it is a scan.

use casework::announcements::{self, Draft};
use casework::db::testing::on_each_engine;
use casework::db::{DbError, Engine};
use casework::desk::SignedIn;
use casework::ledger::{self, Query};
use casework::params;
use casework::refused::Refused;
use casework::search::{self, Found, Kind};
use rules::access::Role;

use super::town::{COUNTY, Town, bureau, head, now, number, out, pupil, township, who};

/// The town, with people on posts and the words written.
fn town(db: casework::db::Db) -> Town {
    let town = Town::new(db);
    let done: Result<(), DbError> = town.db.write(|tx| {
        for (account, name, unit, role) in [
            ("h1", "段校长", "s1", "head"),
            ("x2", "段镇长", "t2", "township"),
            ("g", "罗组长", "g1", "group"),
        ] {
            tx.execute(
                "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
                 values ($1, $2, $2, $3, '', $4, 'active', '2026-01-01', '')",
                &params![COUNTY, account, name, unit],
            )?;
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'leads', 'chain', '负责人', 1)",
                &params![COUNTY, account, unit, role],
            )?;
            tx.execute(
                "insert into tenure (county, id, post, account, from_day, by_account, made_at)
                 values ($1, $2, $2, $2, '2026-01-01', '', '2026-01-01')",
                &params![COUNTY, account],
            )?;
        }
        Ok(())
    });
    done.expect("people");
    search::bring_up_to_date(&town.db, COUNTY, &now("2026-11-24T01:00:00Z", 1)).expect("the words");
    town
}

fn find(town: &Town, by: &SignedIn, typed: &'static str) -> Found {
    town.act(by, move |desk| search::search(desk, typed)).expect("a search")
}

fn titles(found: &Found, kind: Kind) -> Vec<&str> {
    found.hits.iter().filter(|hit| hit.kind == kind).map(|hit| hit.title.as_str()).collect()
}

/// L01, L02, D02: a name is found however it is written, and signs of a query language are only signs.
#[test]
fn a_name_is_found_however_it_is_written() {
    on_each_engine(|db| {
        let town = town(db);
        let names = ["阿依古丽•买买提", "陳曉明", "⼥英", "李_明", "李小明", "王𠮷"];
        town.enter(names.iter().map(|name| pupil(name)).collect());
        for (typed, expected) in [
            ("阿依古丽·买买提", &["阿依古丽•买买提"][..]),
            ("阿依古丽买", &["阿依古丽•买买提"][..]),
            ("阿依古丽‧买买提", &["阿依古丽•买买提"][..]),
            ("陈晓明", &["陳曉明"][..]),
            ("陳曉", &["陳曉明"][..]),
            ("女英", &["⼥英"][..]),
            ("王𠮷", &["王𠮷"][..]),
            ("ayiguli", &["阿依古丽•买买提"][..]),
            ("CXM", &["陳曉明"][..]),
            ("李 小", &["李小明"][..]),
            ("李", &["李_明", "李小明"][..]),
            ("李%", &["李_明", "李小明"][..]),
            ("%", &[][..]),
            ("_", &[][..]),
            ("' or 1=1 --", &[][..]),
            ("\u{0}", &[][..]),
        ] {
            let found = find(&town, &bureau(), typed);
            assert_eq!(titles(&found, Kind::Child), expected, "{typed:?}");
        }
        // A corrected name is found by the new one, and by the old one no more.
        let id = find(&town, &bureau(), "陈晓明").hits[0].href.replace("/children/", "");
        let corrected = town.act(&bureau(), move |desk| {
            let ledger::Editing { mut form, version, .. } = ledger::editing(desk, &id)?;
            form.name = "陳曉華".to_owned();
            ledger::correct(desk, &id, &form, version, true)
        });
        corrected.expect("corrected");
        assert_eq!(titles(&find(&town, &bureau(), "陈晓明"), Kind::Child), [""; 0]);
        assert_eq!(titles(&find(&town, &bureau(), "陈晓华"), Kind::Child), ["陳曉華"]);
    });
}

/// A07, A08, A25, F01: one's own part of the county; a number only by who sees it through the very post that reaches
/// the child; beside the name only what that post sees.
#[test]
fn everybody_finds_ones_own() {
    on_each_engine(|db| {
        let town = town(db);
        let mut child = pupil("李小明");
        child.id_kind = "1".to_owned();
        child.id_number = Some(number("20170504", 11));
        child.student_number = Some(format!("G{}", number("20170504", 11)));
        town.enter(vec![child, out("李大明")]);
        let whole: &'static str = number("20170504", 11).leak();
        let student: &'static str = format!("G{whole}").leak();
        let tail: &'static str = whole.get(14..).expect("four");
        let group = who("g", Role::Group, "g1");
        let subject = who("k", Role::SubjectTeacher, "c1");
        for (by, typed, expected) in [
            (bureau(), "lxm", 1),
            (township("t1"), "lxm", 1),
            (township("t2"), "lxm", 0),
            (township("t2"), "ldm", 1),
            (head("s2"), "lxm", 0),
            (group.clone(), "lxm", 1),
            (bureau(), tail, 1),
            (bureau(), whole, 1),
            (bureau(), student, 1),
            (head("s1"), tail, 1),
            (township("t2"), tail, 0),
            (township("t2"), whole, 0),
            // 村民小组长和科任教师不看证件号：猜对了也不能借查找证实。
            (group.clone(), tail, 0),
            (group, whole, 0),
            (subject.clone(), whole, 0),
            (subject.clone(), student, 0),
            (who("a", Role::Auditor, "xian"), whole, 0),
        ] {
            let found = find(&town, &by, typed);
            assert_eq!(titles(&found, Kind::Child).len(), expected, "{} {}", by.actor.account, typed.len());
            let listed = town
                .act(&by, move |desk| ledger::list(desk, &Query { q: typed.to_owned(), ..Query::default() }));
            let listed = listed.map_or(0, |page| page.children.len());
            assert_eq!(listed, expected, "the list finds the same: {}", by.actor.account);
        }
        // 县公安局 sees birthdays and numbers of children handed to it; whoever is also 科任教师 sees them of nobody else.
        let mut both = subject;
        both.actor.posts.extend(who("k", Role::Police, "min").actor.posts);
        for typed in [tail, whole] {
            assert_eq!(titles(&find(&town, &both, typed), Kind::Child), [""; 0]);
        }
        let hit = find(&town, &both, "lxm").hits.into_iter().find(|hit| hit.kind == Kind::Child);
        assert_eq!(hit.expect("by name").note, "东镇小学 三（1）班 · 在校");
    });
}

/// Item 11: schools, classes, people, announcements, numbers of papers; each by its right.
#[test]
fn other_things_are_found_by_right() {
    on_each_engine(|db| {
        let town = town(db);
        let child = town.enter(vec![pupil("李小明")]).remove(0);
        let draft = Draft {
            title: "秋季学期四查三比对开始".to_owned(),
            body: "请按时核实。".to_owned(),
            ..Draft::default()
        };
        town.act(&bureau(), move |desk| announcements::publish(desk, &draft)).expect("published");
        let moved: Result<(), DbError> = town.db.write(move |tx| {
            tx.execute(
                "insert into roll_move (county, id, child, kind, state, other_place, effective_day, reason, paper, asked_by,
                                        asked_at, answer)
                 values ($1, 'm', $2, 'suspend', 'done', '', '2026-11-01', '', '休学证明2026-018', '', '2026-11-01', '')",
                &params![COUNTY, &child],
            )?;
            Ok(())
        });
        moved.expect("a change of the roll");
        for (by, typed, kind, expected) in [
            (bureau(), "小学", Kind::Unit, &["东镇小学", "西乡小学"][..]),
            (bureau(), "dzxx", Kind::Unit, &["东镇小学"][..]),
            (bureau(), "三(1)班", Kind::Unit, &["三（1）班", "三（1）班"][..]),
            (head("s1"), "三1班", Kind::Unit, &["三（1）班"][..]),
            (head("s1"), "西乡", Kind::Unit, &[][..]),
            (township("t1"), "上村", Kind::Unit, &["上村"][..]),
            (township("t1"), "下村", Kind::Unit, &[][..]),
            (bureau(), "段", Kind::Person, &["段校长", "段镇长"][..]),
            (bureau(), "dxc", Kind::Person, &["段校长"][..]),
            (head("s1"), "段", Kind::Person, &["段校长"][..]),
            (who("t", Role::Teacher, "c1"), "四查三比对", Kind::Notice, &["秋季学期四查三比对开始"][..]),
            (bureau(), "休学证明2026", Kind::Number, &["李小明"][..]),
            (head("s1"), "休学证明2026-018", Kind::Number, &["李小明"][..]),
            (head("s2"), "休学证明2026-018", Kind::Number, &[][..]),
            // 科任教师不看学籍变动。
            (who("k", Role::SubjectTeacher, "c1"), "休学证明2026-018", Kind::Number, &[][..]),
        ] {
            assert_eq!(titles(&find(&town, &by, typed), kind), expected, "{} {typed}", by.actor.account);
        }
    });
}

/// H08, D02: every query of a search is carried by indexes, whatever is typed and whoever asks.
#[test]
fn no_search_is_a_scan() {
    on_each_engine(|db| {
        let town = town(db);
        town.enter((0..300).map(|n| if n % 3 == 0 { out("杨芳") } else { pupil("李明") }).collect());
        let asking = [bureau(), township("t1"), head("s1"), who("t", Role::Teacher, "c1")];
        for (by, typed) in asking.iter().flat_map(|by| {
            ["李", "lm", "yangfang", "0118", "539999201705040118", "小学", "2026-018"]
                .map(|typed| (by, typed))
        }) {
            let plans = town.act(by, move |desk| {
                if desk.tx.engine() == Engine::Postgres {
                    for table in ["child", "child_tie", "search_word", "unit"] {
                        desk.tx.execute(&format!("analyze {table}"), &[])?;
                    }
                    // With few rows a scan is cheap; what counts is that an index can carry the query.
                    desk.tx.execute("set local enable_seqscan = off", &[])?;
                }
                desk.tx.watch();
                search::search(desk, typed)?;
                Ok::<_, Refused>(desk.tx.plans())
            });
            for (sql, plan) in plans.expect("plans") {
                let scan = plan.lines().find(|line| {
                    line.contains("Seq Scan")
                        || line.strip_prefix("SCAN ").is_some_and(|rest| {
                            // A common table or a sub-query holds what an index has found.
                            !["hit", "hits", "own", "(subquery"].iter().any(|name| rest.starts_with(name))
                                && !rest.contains("USING")
                        })
                });
                assert_eq!(scan, None, "{typed}\n{sql}\n{plan}");
            }
        }
    });
}
