//! Inviting, approving, setting up, resetting (四(十四), A16, C10, C11).

use casework::accounts::invite::{self, Answer as Said, Link, Wanted};
use casework::accounts::keep::{self, Reset};
use casework::accounts::set_up::{self, Hashed};
use casework::accounts::sign_in::{Answer, Opened};
use casework::accounts::{Stage, first_run};
use casework::password::Typed;
use casework::refused::Refused;
use jiff::SignedDuration;
use rules::access::Role;

use super::{COUNTY, House, PASSWORD, denied, invalid, on_each, origin, ruled, typed};

/// A unit administrator and a leader in the east, and a vacant post of its school.
fn staffed(house: &House) {
    house.setting("second_factor", "off");
    house.person("keeper", Role::UnitAdmin, "east", false);
    house.person("leader", Role::Township, "east", true);
    house.person("faraway", Role::Township, "west", true);
    house.write(|tx| {
        for (id, unit, role) in
            [("vacant", "school", "teacher"), ("other", "west", "township"), ("second", "school", "head")]
        {
            tx.execute(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ($1, $2, $3, $4, 'serves', 'staff', '岗位', 2)",
                &casework::params![COUNTY, id, unit, role],
            )?;
        }
        Ok(())
    });
}

fn wanted(username: &str, unit: &str, post: &str) -> Wanted {
    Wanted {
        name: "杨美".to_owned(),
        username: username.to_owned(),
        unit: unit.to_owned(),
        post: post.to_owned(),
        reason: "任职文件".to_owned(),
    }
}

fn choose(house: &House, token: &str, password: &str) -> Result<Hashed, Refused> {
    let (keys, now, link) = (house.keys.clone(), house.now(), token.to_owned());
    let invited = house.write(move |tx| set_up::look(tx, &keys, &now, COUNTY, &link));
    let Some(invited) = invited else { return Err(set_up::unusable()) };
    let typed: Typed = typed(password);
    invited.choice().hash(&house.hasher, &typed, &typed, [7; 16])
}

fn set_up(house: &House, token: &str, password: &Hashed) -> Result<Opened, Refused> {
    let (keys, now, token, password) = (house.keys.clone(), house.now(), token.to_owned(), password.clone());
    house.db.write(move |tx| {
        set_up::finish(tx, &keys, &now, COUNTY, &token, &password, &origin("127.0.0.1", None))
    })
}

fn account(house: &House, username: &'static str) -> String {
    house.write(move |tx| {
        Ok(tx.one("select id from account where username = $1", &casework::params![username], |row| {
            row.get::<String>(0)
        })?)
    })
}

/// From the request to the first session; each step by another person (四(十四)); the link once and no longer than seven
/// days (C10).
#[test]
fn from_the_request_to_the_first_session() {
    on_each(|house| {
        staffed(house);
        let (keeper, leader) = (house.signed_in("keeper"), house.signed_in("leader"));
        let id = house.act(&keeper, |desk| invite::ask(desk, &wanted("meimei", "school", "vacant"))).unwrap();
        let asked = id.clone();
        denied(house.act(&keeper, move |desk| invite::answer(desk, &asked, Said::Approve)));
        let person = account(house, "meimei");
        let of = person.clone();
        denied(house.act(&keeper, move |desk| invite::link(desk, &of)));
        assert!(matches!(house.try_in("meimei", PASSWORD, None, &origin("127.0.0.1", None)), Answer::Wrong));
        let asked = id.clone();
        house.act(&leader, move |desk| invite::answer(desk, &asked, Said::Approve)).unwrap();
        let again = house.act(&leader, move |desk| invite::answer(desk, &id, Said::Approve));
        assert!(matches!(again, Err(Refused::Changed { .. })), "{again:?}");
        let link = |house: &House| -> Link {
            let of = person.clone();
            house.act(&keeper, move |desk| invite::link(desk, &of)).unwrap()
        };
        let (first, second) = (link(house), link(house));
        ruled(choose(house, &first.token, PASSWORD));
        ruled(choose(house, "", PASSWORD));
        ruled(choose(house, &"x".repeat(43), PASSWORD));
        invalid(choose(house, &second.token, "short"), "password");
        invalid(choose(house, &second.token, "Meimei-2026-x"), "password");
        let hash = choose(house, &second.token, PASSWORD).unwrap();
        let opened = set_up(house, &second.token, &hash).unwrap();
        assert_eq!(opened.stage, Stage::Full);
        let found = house.found(&opened.token).unwrap();
        assert_eq!(found.who.actor.posts[0].role, Role::Teacher);
        ruled(set_up(house, &second.token, &hash));
        house.enter("meimei");
        let late = house.act(&keeper, {
            let of = person.clone();
            move |desk| keep::reset(desk, &of, "忘了密码")
        });
        let Ok(Reset::Link(late)) = late else { panic!("{late:?}") };
        house.later(SignedDuration::from_hours(7 * 24));
        ruled(choose(house, &late.token, PASSWORD));
    });
}

/// A16: nobody reaches outside of his units or takes a post that is not vacant; a name must be one.
#[test]
fn nobody_helps_himself() {
    on_each(|house| {
        staffed(house);
        let (keeper, leader, faraway) =
            (house.signed_in("keeper"), house.signed_in("leader"), house.signed_in("faraway"));
        denied(house.act(&keeper, |desk| invite::ask(desk, &wanted("mei", "west", "other"))));
        denied(house.act(&keeper, |desk| invite::ask(desk, &wanted("mei", "nowhere", "vacant"))));
        denied(house.act(&leader, |desk| invite::ask(desk, &wanted("mei", "school", "vacant"))));
        for (username, unit, post, field) in [
            ("mei", "school", "other", "post"),
            ("mei", "east", "post-keeper", "post"),
            ("mei", "school", "", "post"),
            ("Mei Mei", "school", "vacant", "username"),
            ("m", "school", "vacant", "username"),
            ("keeper", "school", "vacant", "username"),
            ("9mei", "school", "vacant", "username"),
        ] {
            let wish = wanted(username, unit, post);
            invalid(house.act(&keeper, move |desk| invite::ask(desk, &wish)), field);
        }
        let id = house.act(&keeper, |desk| invite::ask(desk, &wanted("mei", "school", "vacant"))).unwrap();
        invalid(house.act(&keeper, |desk| invite::ask(desk, &wanted("mei2", "school", "vacant"))), "post");
        let asked = id.clone();
        denied(house.act(&faraway, move |desk| invite::answer(desk, &asked, Said::Approve)));
        house.act(&leader, move |desk| invite::answer(desk, &id, Said::Refuse)).unwrap();
        // Refused, its name and its post are free again.
        house.act(&keeper, |desk| invite::ask(desk, &wanted("mei", "school", "vacant"))).unwrap();
        let gone = account(house, "mei");
        house.write(move |tx| {
            tx.execute("update account set unit = 'west' where id = $1", &casework::params![&gone])?;
            Ok(())
        });
        assert_eq!(
            house.count("select cast(count(*) as bigint) from tenure where county = $1 and post = 'vacant'"),
            0
        );
    });
}

/// C10: a reset ends every session and the old password at once; of who leads, another leader must approve it first.
#[test]
fn a_reset_ends_everything() {
    on_each(|house| {
        staffed(house);
        house.person("teacher", Role::Teacher, "school", false);
        let keeper = house.signed_in("keeper");
        let open = house.enter("teacher");
        let reset = house.act(&keeper, |desk| keep::reset(desk, "teacher", "手机丢了")).unwrap();
        let Reset::Link(link) = reset else { panic!("waits") };
        assert!(house.found(&open.token).is_none());
        assert!(matches!(house.try_in("teacher", PASSWORD, None, &origin("127.0.0.1", None)), Answer::Wrong));
        // 等保: the last five passwords do not come back.
        invalid(choose(house, &link.token, PASSWORD), "password");
        let hash = choose(house, &link.token, "Cangshan-Erhai-9").unwrap();
        assert!(set_up(house, &link.token, &hash).is_ok());

        let open = house.enter("leader");
        let waits = house.act(&keeper, |desk| keep::reset(desk, "leader", "忘了密码")).unwrap();
        assert_eq!(waits, Reset::Waits);
        assert!(house.found(&open.token).is_some());
        ruled(house.act(&keeper, |desk| keep::reset(desk, "leader", "忘了密码")));
        denied(house.act(&keeper, |desk| invite::link(desk, "leader")));
        ruled(house.act(&keeper, |desk| keep::reset(desk, "keeper", "自己")));
        denied(house.act(&keeper, |desk| keep::reset(desk, "faraway", "别处")));
        house.minutes(20);
        let stale = house.act(&keeper, |desk| keep::reset(desk, "teacher", "忘了密码"));
        assert!(matches!(stale, Err(Refused::StepUp { .. })), "{stale:?}");
    });
}

/// C11: there is no account and no password to begin with; the first link works once, names five people, and is closed for
/// ever after.
#[test]
fn the_first_run() {
    on_each(|house| {
        let link = |house: &House| {
            let (keys, now) = (house.keys.clone(), house.now());
            house.write(move |tx| first_run::link(tx, &keys, &now, COUNTY))
        };
        let run = |house: &House, token: &str, named: [first_run::Named; 5]| {
            let (keys, now, plan, token) =
                (house.keys.clone(), house.now(), house.plan.clone(), token.to_owned());
            house.db.write(move |tx| first_run::run(tx, &keys, &now, &plan, &token, &named))
        };
        let named = |names: [&str; 5]| {
            names.map(|name| first_run::Named { name: format!("{name}某"), username: name.to_owned() })
        };
        assert!(matches!(house.try_in("admin", "admin", None, &origin("127.0.0.1", None)), Answer::Wrong));
        let (old, token) = (link(house).unwrap(), link(house).unwrap());
        let five = ["aa", "bb", "cc", "dd", "ee"];
        ruled(run(house, &old, named(five)));
        ruled(run(house, "", named(five)));
        invalid(run(house, &token, named(["aa", "aa", "cc", "dd", "ee"])), "keeper_username");
        invalid(run(house, &token, named(["aa", "bb", "cc", "dd", ""])), "auditor_username");
        let links = run(house, &token, named(five)).unwrap();
        assert_eq!(links.len(), 5);
        ruled(run(house, &token, named(["a1", "b1", "c1", "d1", "e1"])));
        assert!(link(house).is_none());
        for (_, link) in links {
            let hash = choose(house, &link.token, PASSWORD).unwrap();
            assert_eq!(set_up(house, &link.token, &hash).unwrap().stage, Stage::Enrol);
        }
        assert_eq!(
            house.count(
                "select cast(count(*) as bigint) from audit where county = $1 and action = 'invite_account'"
            ),
            5
        );
    });
}
