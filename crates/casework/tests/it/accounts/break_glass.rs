//! 紧急查看 (A14): another person, a reason, four hours, and an end.

use casework::accounts::break_glass::{self, Wanted};
use casework::accounts::operator;
use casework::desk::SignedIn;
use casework::refused::Refused;
use jiff::SignedDuration;
use rules::access::Role;

use super::{COUNTY, House, denied, invalid, on_each, ruled};

const NUMBER: &str = "539999201504030011";

fn county(house: &House) -> (SignedIn, SignedIn) {
    house.setting("second_factor", "off");
    house.person("police", Role::Police, "west", false);
    house.person("guard", Role::Security, "office", false);
    house.person("leader", Role::Township, "east", true);
    let index = house.keys.index(COUNTY, "id_number", NUMBER);
    house.write(move |tx| {
        tx.execute(
            "insert into child (county, id, name, spelling, initials, sex, birth, ethnicity, id_kind, id_index,
                                registration, township, boarding, standing, group_bits, version, made_at, changed_at)
             values ($1, 'child', '李春燕', 'lichunyan', 'lcy', '2', '2015-04-03', '01', '1', $2, 'local', 'east', '',
                     'enrolled', 0, 1, '', '')",
            &casework::params![COUNTY, &index],
        )?;
        tx.execute(
            "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
             values ($1, 'east', 'home_township', 'child', 'lichunyan', 'enrolled', 0)",
            &casework::params![COUNTY],
        )?;
        Ok(())
    });
    (house.signed_in("police"), house.signed_in("guard"))
}

fn ask(house: &House, who: &SignedIn, number: &str, name: &str) -> Result<String, Refused> {
    let wanted = Wanted {
        number: number.to_owned(),
        name: name.to_owned(),
        reason: "走失，需要联系监护人".to_owned(),
    };
    house.act(who, move |desk| break_glass::ask(desk, &wanted))
}

const TIES: &str = "select cast(count(*) as bigint) from child_tie where county = $1 and tie = 'emergency'";

/// The asker learns nothing before the approval, not even whether there is such a child; nobody approves his own; the
/// child's own leaders are told; it ends by hand.
#[test]
fn asked_approved_and_ended() {
    on_each(|house| {
        let (police, guard) = county(house);
        let real = ask(house, &police, NUMBER, "李春燕").unwrap();
        let missing = ask(house, &police, NUMBER, "李春艳").unwrap();
        invalid(ask(house, &police, "", "李春燕"), "number");
        let seen = house.act(&police, break_glass::list).unwrap();
        assert!(seen.iter().all(|one| one.child.is_none() && one.state == "asked" && one.mine), "{seen:?}");
        let id = real.clone();
        denied(house.act(&police, move |desk| break_glass::approve(desk, &id, 4)));
        let id = missing.clone();
        ruled(house.act(&guard, move |desk| break_glass::approve(desk, &id, 4)));
        for hours in [0, 3, 5, 255] {
            let id = real.clone();
            invalid(house.act(&guard, move |desk| break_glass::approve(desk, &id, hours)), "hours");
        }
        // A15: who decides sees a masked name and the township.
        let seen = house.act(&guard, break_glass::list).unwrap();
        let shown = seen.iter().find(|one| one.id == real).unwrap().child.clone().unwrap();
        assert!(shown.id.is_none() && !shown.name.contains("春燕") && shown.township == "east", "{shown:?}");
        assert_eq!(house.count(TIES), 0);
        let id = real.clone();
        house.act(&guard, move |desk| break_glass::approve(desk, &id, 4)).unwrap();
        assert_eq!(house.text("select until_at from child_tie where county = $1 and unit = 'police' and tie = 'emergency' and child = 'child'"), "2026-11-24T12:00:00.000+08:00");
        let id = real.clone();
        let twice = house.act(&guard, move |desk| break_glass::approve(desk, &id, 4));
        assert!(matches!(twice, Err(Refused::Changed { .. })), "{twice:?}");
        let seen = house.act(&police, break_glass::list).unwrap();
        let mine = seen.iter().find(|one| one.id == real).unwrap().child.clone().unwrap();
        assert_eq!((mine.id.as_deref(), mine.name.as_str()), (Some("child"), "李春燕"));
        assert_eq!(
            house.text("select kind from notification where county = $1 and account = 'leader'"),
            "break_glass"
        );
        house.act(&guard, move |desk| break_glass::refuse(desk, &missing)).unwrap();
        house.act(&police, move |desk| break_glass::end(desk, &real)).unwrap();
        assert_eq!(house.count(TIES), 0);
    });
}

/// It ends by itself; the list says so even before the job has run.
#[test]
fn it_ends_by_itself() {
    on_each(|house| {
        let (police, guard) = county(house);
        let id = ask(house, &police, NUMBER, "李春燕").unwrap();
        house.act(&guard, move |desk| break_glass::approve(desk, &id, 1)).unwrap();
        let end = |house: &House| {
            let now = house.now();
            house.write(move |tx| break_glass::end_expired(tx, &now, &operator::operator(COUNTY)))
        };
        house.minutes(59);
        assert_eq!((end(house), house.count(TIES)), (0, 1));
        house.later(SignedDuration::from_secs(60));
        assert_eq!(house.act(&police, break_glass::list).unwrap()[0].state, "ended");
        assert_eq!((end(house), house.count(TIES), end(house)), (1, 0, 0));
    });
}

/// A15: security asks for nothing, others approve nothing; nobody approves what he asked for with two posts.
#[test]
fn who_may() {
    on_each(|house| {
        let (police, guard) = county(house);
        denied(ask(house, &guard, NUMBER, "李春燕"));
        house.person("teacher", Role::Teacher, "school", false);
        let teacher = house.signed_in("teacher");
        denied(ask(house, &teacher, NUMBER, "李春燕"));
        denied(house.act(&teacher, break_glass::list));
        house.person("chief", Role::Director, "office", true);
        let chief = house.signed_in("chief");
        let own = ask(house, &chief, NUMBER, "李春燕").unwrap();
        ruled(house.act(&chief, move |desk| break_glass::approve(desk, &own, 1)));
        let other = ask(house, &police, NUMBER, "李春燕").unwrap();
        let id = other.clone();
        denied(house.act(&teacher, move |desk| break_glass::end(desk, &id)));
        house.act(&chief, move |desk| break_glass::approve(desk, &other, 1)).unwrap();
    });
}
