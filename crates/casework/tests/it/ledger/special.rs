//! 四(一)(八)(十七): every group that the plan names can be entered, found and ended; and who has no household registration or
//! no number of a document is in the ledger like anybody else, found as such (E11: never blocked from schooling).

use casework::db::testing::on_each_engine;
use casework::ledger::{self, Form, Missing, Query, Saved};
use rules::groups::Special;

use super::town::{Town, bureau, number, out, township};

/// Names on the list of a filter.
fn listed(town: &Town, query: Query) -> Vec<String> {
    let page = town.act(&bureau(), move |desk| ledger::list(desk, &query)).expect("a list");
    page.children.into_iter().map(|child| child.name).collect()
}

#[test]
fn every_group_of_the_plan_can_be_entered_found_and_ended() {
    for label in [
        "孤儿",
        "事实无人抚养",
        "残疾",
        "留守",
        "困境",
        "随迁",
        "涉案",
        "服刑人员子女",
        "脱贫户",
        "监测户",
        "家庭经济困难",
        "残疾人子女",
        "流动",
        "流浪",
    ] {
        assert!(Special::ALL.iter().any(|group| group.label() == label), "{label}");
    }
    on_each_engine(|db| {
        let town = Town::new(db);
        let id = town.enter(vec![out("王小花"), out("李小花")]).remove(0);
        for &group in Special::ALL {
            let child = id.clone();
            town.act(&bureau(), move |desk| ledger::tag(desk, &child, group, "2026-10-01", "", "民政局名单"))
                .expect("tagged");
            let query = Query { group: Some(group), ..Query::default() };
            assert_eq!(listed(&town, query), ["王小花"], "{group}");
        }
        let asked = id.clone();
        let file = town.act(&bureau(), move |desk| ledger::read(desk, &asked)).expect("the file");
        assert_eq!(file.groups.len(), Special::ALL.len());
        for fact in file.groups {
            let child = id.clone();
            town.act(&bureau(), move |desk| ledger::untag(desk, &child, &fact.id, "2026-11-01"))
                .expect("ended");
        }
        for &group in Special::ALL {
            assert!(listed(&town, Query { group: Some(group), ..Query::default() }).is_empty(), "{group}");
        }
        town.ties_are_true();
    });
}

#[test]
fn who_has_no_registration_or_no_number_is_entered_and_found() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let form = |name: &str, registration: &str| Form {
            name: name.to_owned(),
            sex: "2".to_owned(),
            birth: "2017-05-04".to_owned(),
            registration: registration.to_owned(),
            home: "v2".to_owned(),
            ..Form::default()
        };
        let numbered =
            Form {
                id_kind: "1".to_owned(), id_number: number("20170504", 22), ..form("有户有号", "local")
            };
        for form in [form("无户无号", "none"), form("有户无号", "local"), numbered] {
            let saved =
                town.act(&township("t2"), move |desk| ledger::add(desk, &form, true)).expect("entered");
            assert!(matches!(saved, Saved::Done(_)), "{saved:?}");
        }
        let missing = |what| listed(&town, Query { missing: Some(what), ..Query::default() });
        assert_eq!(missing(Missing::Registration), ["无户无号"]);
        let mut without = missing(Missing::Number);
        without.sort();
        assert_eq!(without, ["无户无号", "有户无号"]);
        // Both are to be checked like anybody else of whom it is not known where they go to school.
        let query = Query { standing: "unknown".to_owned(), ..Query::default() };
        assert_eq!(listed(&town, query).len(), 3);
        town.ties_are_true();
    });
}
