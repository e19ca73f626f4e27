//! Three separated powers (A14–A16), and the settings of one of them.

use casework::accounts::security::{self, SecondFactor, Settings};
use casework::accounts::{directory, sign_ins};
use casework::password::Profile;
use casework::refused::Refused;
use casework::units::may_hold;
use rules::access::Role;
use rules::purpose::ListPurpose;

use super::{COUNTY, House, denied, on_each, ruled};

/// A14, A15: who holds a separated power holds nothing else, and the other way round.
#[test]
fn powers_exclude_each_other() {
    on_each(|house| {
        house.person("admin", Role::Admin, "office", false);
        house.person("teacher", Role::Teacher, "school", false);
        let check = |account: &'static str, role: Role, fine: bool| {
            let now = house.now();
            let held = house.db.write(move |tx| may_hold(tx, &now, COUNTY, account, role));
            assert_eq!(held.is_ok(), fine, "{account} {role}");
            if !fine {
                ruled(held);
            }
        };
        check("admin", Role::Admin, true);
        for role in [Role::Security, Role::Auditor, Role::UnitAdmin, Role::Director, Role::Teacher] {
            check("admin", role, false);
        }
        for role in [Role::Admin, Role::Security, Role::Auditor] {
            check("teacher", role, false);
        }
        check("teacher", Role::UnitAdmin, true);
    });
}

/// A15: settings are the security administrator's alone, after proving identity, on the record, and others are told;
/// each power sees its own lists and no other.
#[test]
fn settings_and_lists_by_power() {
    on_each(|house| {
        house.setting("second_factor", "off");
        for (name, role) in [
            ("admin", Role::Admin),
            ("guard", Role::Security),
            ("auditor", Role::Auditor),
            ("clerk", Role::Bureau),
        ] {
            house.person(name, role, "office", false);
        }
        let who = |house: &House, name: &str| house.signed_in(name);
        let wanted = Settings { profile: Profile::Asvs, second_factor: SecondFactor::On };
        for name in ["admin", "auditor", "clerk"] {
            let one = who(house, name);
            denied(house.act(&one, security::show));
            denied(house.act(&one, move |desk| security::set(desk, wanted)));
        }
        let (admin, guard, auditor, clerk) =
            (who(house, "admin"), who(house, "guard"), who(house, "auditor"), who(house, "clerk"));
        assert!(house.act(&guard, |desk| sign_ins::list(desk, &sign_ins::Filter::default(), 10)).is_ok());
        let seen = house.act(&auditor, |desk| sign_ins::list(desk, &sign_ins::Filter::default(), 3)).unwrap();
        assert_eq!((seen.sign_ins.len(), seen.next.is_some()), (3, true));
        denied(house.act(&admin, |desk| sign_ins::list(desk, &sign_ins::Filter::default(), 10)));
        denied(
            house.act(&guard, |desk| {
                sign_ins::export(desk, &sign_ins::Filter::default(), ListPurpose::Inspect)
            }),
        );
        denied(house.act(&clerk, |desk| directory::list(desk, &directory::Filter::default(), 10)));
        let rows = house
            .act(&auditor, |desk| sign_ins::export(desk, &sign_ins::Filter::default(), ListPurpose::Inspect))
            .unwrap();
        assert!(rows.bytes.starts_with(b"PK"));
        let accounts = house
            .act(&auditor, |desk| directory::export(desk, &directory::Filter::default(), ListPurpose::Check))
            .unwrap();
        assert_eq!(accounts.rows, 4);
        assert!(accounts.bytes.starts_with(b"PK"));
        denied(
            house.act(&admin, |desk| {
                directory::export(desk, &directory::Filter::default(), ListPurpose::Check)
            }),
        );

        house.act(&guard, move |desk| security::set(desk, wanted)).unwrap();
        assert_eq!(house.act(&guard, security::show).unwrap().settings, wanted);
        assert_eq!(
            house.text("select account from notification where county = $1 and kind = 'security'"),
            "auditor"
        );
        assert_eq!(
            house.count(
                "select cast(count(*) as bigint) from audit where county = $1 and action = 'set_security'"
            ),
            1
        );
        house.minutes(16);
        let stale = house.act(&guard, move |desk| security::set(desk, wanted));
        assert!(matches!(stale, Err(Refused::StepUp { .. })), "{stale:?}");
    });
}

/// The list of accounts: by scope, searched by name or initials, paged by user name; what is typed stands for itself
/// (D02), and one account outside is as if it were not there (A04).
#[test]
fn the_list_of_accounts() {
    on_each(|house| {
        house.setting("second_factor", "off");
        house.person("keeper", Role::UnitAdmin, "east", false);
        house.person("teacher", Role::Teacher, "school", false);
        house.person("stranger", Role::Township, "west", false);
        house.person("guard", Role::Security, "office", false);
        let (keeper, guard) = (house.signed_in("keeper"), house.signed_in("guard"));
        let names = |who: &casework::desk::SignedIn, filter: directory::Filter| -> String {
            let list = house.act(who, move |desk| directory::list(desk, &filter, 2)).unwrap();
            let names: Vec<String> = list.accounts.iter().map(|one| one.username.clone()).collect();
            format!("{} of {}{}", names.join(" "), list.total, list.next.map_or("", |_| " …"))
        };
        let filter =
            |search: &str| directory::Filter { search: search.to_owned(), ..directory::Filter::default() };
        assert_eq!(names(&keeper, filter("")), "keeper teacher of 2");
        assert_eq!(names(&guard, filter("")), "guard keeper of 4 …");
        let after = directory::Filter { after: "keeper".to_owned(), ..filter("") };
        assert_eq!(names(&guard, after), "stranger teacher of 4");
        assert_eq!(names(&guard, filter("each")), "teacher of 1");
        assert_eq!(names(&guard, filter("%")), " of 0");
        let role = directory::Filter { role: Some(Role::Township), ..filter("") };
        assert_eq!(names(&guard, role.clone()), "stranger of 1");
        assert_eq!(names(&keeper, role), " of 0");
        let unit = directory::Filter { unit: "sch".to_owned(), ..filter("") };
        assert_eq!(names(&guard, unit), "teacher of 1");
        assert_eq!(
            house.act(&keeper, |desk| directory::detail(desk, "teacher")).unwrap().account.name,
            "teacher"
        );
        denied(house.act(&keeper, |desk| directory::detail(desk, "stranger")));
        denied(house.act(&keeper, |desk| directory::detail(desk, "nobody")));
        let own = house.act(&keeper, |desk| directory::detail(desk, "keeper")).unwrap();
        assert!(own.own && own.may.is_empty());
    });
}
