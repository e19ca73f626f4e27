//! By which places the list of children can be narrowed: each role is offered its own part of the county (A02, A08), a place
//! outside of it is taken out, a lower place brings the one above.

use casework::db::DbError;
use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::ledger::{self, Places, Query};
use casework::params;
use casework::refused::Refused;
use rules::access::Role;

use super::town::{COUNTY, Town, bureau, head, township, who};
use crate::county::person;

/// The town with a second village, group, school and class in the east, and a 包保干部 in each township.
fn town(db: casework::db::Db) -> Town {
    let town = Town::new(db);
    let done: Result<(), DbError> = town.db.write(|tx| {
        for (id, kind, parent, lies) in [
            ("v3", "village", "t1", None),
            ("g3", "group", "v1", None),
            ("s3", "school", "ju", Some("t1")),
            ("c3", "class", "s1", Some("t1")),
            ("c4", "class", "s1", Some("t1")),
        ] {
            tx.execute(
                "insert into unit (county, id, kind, line, name, short, parent, township, sort, from_day)
                 values ($1, $2, $3, 'government', $2, $2, $4, $5, 90, '2020-01-01')",
                &params![COUNTY, id, kind, parent, lies],
            )?;
        }
        // Gone since last year: nobody is offered it.
        tx.execute(
            "update unit set until_day = '2025-08-31' where county = $1 and id = 'c4'",
            &params![COUNTY],
        )?;
        Ok(())
    });
    done.expect("more units");
    person(&town.db, "east", &[("v1", Role::Cadre)]);
    person(&town.db, "west", &[("v2", Role::Cadre)]);
    town
}

/// What is offered, a line for each kind of place that has any; and which places the query still holds.
fn narrowed(town: &Town, by: &SignedIn, query: Query) -> Result<(String, String), Refused> {
    town.act(by, move |desk| {
        let mut query = query.clone();
        let Places { townships, villages, village_groups, schools, classes, cadres, .. } =
            ledger::narrow(desk, &mut query)?;
        let kinds = [
            ("townships", townships),
            ("villages", villages),
            ("groups", village_groups),
            ("schools", schools),
            ("classes", classes),
            ("cadres", cadres),
        ];
        let line = |(kind, places): (&str, Vec<(String, String)>)| {
            let ids: Vec<String> = places.into_iter().map(|(id, _)| id).collect();
            (!ids.is_empty()).then(|| format!("{kind} {}", ids.join(" ")))
        };
        let left = [
            &query.township,
            &query.village,
            &query.village_group,
            &query.cadre,
            &query.school,
            &query.class,
        ];
        let left: Vec<&str> = left.into_iter().map(String::as_str).filter(|id| !id.is_empty()).collect();
        Ok((kinds.into_iter().filter_map(line).collect::<Vec<_>>().join(", "), left.join(" ")))
    })
}

/// Every place of the county at once, those of the other township: nobody who may not see them is left any.
fn western() -> Query {
    let text = str::to_owned;
    Query {
        township: text("t2"),
        village: text("v2"),
        village_group: text("g1"),
        cadre: text("west"),
        school: text("s2"),
        class: text("c2"),
        ..Query::default()
    }
}

/// A02, A08: what is offered is one's own part; what lies outside is taken out.
#[test]
fn each_role_is_offered_its_own_part() {
    on_each_engine(|db| {
        let town = town(db);
        let (mut is, mut should) = (Vec::new(), Vec::new());
        // A school's only class is a choice: children of the school may stand in none.
        for (by, offered, left) in [
            (bureau(), "townships t1 t2, schools s1 s2 s3", "t2 v2 west s2 c2"),
            (who("d", Role::Director, "xian"), "townships t1 t2, schools s1 s2 s3", "t2 v2 west s2 c2"),
            (township("t1"), "villages v1 v3, schools s1 s3, cadres east", ""),
            (township("t2"), "villages v2, classes c2, cadres west", "v2 west c2"),
            (head("s1"), "townships t1 t2, classes c1 c3", "t2 v2 west"),
            (who("v", Role::Village, "v1"), "groups g1 g3", "g1"),
            // 包保干部 have the children they are paired with, and no place.
            (who("k", Role::Cadre, "v1"), "", ""),
            (who("t", Role::Teacher, "c1"), "", ""),
            // Who does not see schooling is offered none of it; by it the list finds nothing (a_list_is_ones_own, A10).
            (who("m", Role::Civil, "min"), "", "s2 c2"),
        ] {
            let name = by.actor.account.clone();
            let (there, none) = narrowed(&town, &by, Query::default()).expect("places");
            let (_, kept) = narrowed(&town, &by, western()).expect("places");
            is.push((name.clone(), there, none, kept));
            should.push((name, offered.to_owned(), String::new(), left.to_owned()));
        }
        assert_eq!(is, should);
        for (account, role) in [("a", Role::Admin), ("s", Role::Security), ("p", Role::Auditor)] {
            let refused = narrowed(&town, &who(account, role, "xian"), Query::default());
            assert!(matches!(refused, Err(Refused::Denied { .. })), "{account}");
        }
    });
}

/// A lower place brings the ones above it and what they open; one that does not lie there is taken out.
#[test]
fn a_lower_place_brings_the_upper() {
    on_each_engine(|db| {
        let town = town(db);
        let (text, mut is, mut should) = (str::to_owned, Vec::new(), Vec::new());
        for (by, query, offered, left) in [
            (
                bureau(),
                Query { village_group: text("g1"), class: text("c3"), ..Query::default() },
                "townships t1 t2, villages v1 v3, groups g1 g3, schools s1 s2 s3, classes c1 c3, cadres east",
                "t1 v1 g1 s1 c3",
            ),
            (
                bureau(),
                Query {
                    township: text("t2"),
                    village: text("v1"),
                    village_group: text("g1"),
                    ..Query::default()
                },
                "townships t1 t2, villages v2, schools s1 s2 s3, cadres west",
                "t2",
            ),
            (
                township("t1"),
                Query { village_group: text("g3"), class: text("c1"), ..Query::default() },
                "villages v1 v3, groups g1 g3, schools s1 s3, classes c1 c3, cadres east",
                "v1 g3 s1 c1",
            ),
            (
                bureau(),
                Query { village: text("nowhere"), class: text("%"), cadre: text("east"), ..Query::default() },
                "townships t1 t2, schools s1 s2 s3",
                "",
            ),
            (
                bureau(),
                Query { class: text("c4"), ..Query::default() },
                "townships t1 t2, schools s1 s2 s3, classes c1 c3",
                "s1",
            ),
        ] {
            is.push(narrowed(&town, &by, query).expect("places"));
            should.push((offered.to_owned(), left.to_owned()));
        }
        assert_eq!(is, should);
    });
}
