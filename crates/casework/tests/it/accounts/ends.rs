//! Disabling, ending sessions, changing one's password, proving identity again (A20, A21, C01).

use casework::accounts::own::{self, Confirmed};
use casework::accounts::sign_in::{Answer, Begun, Checked};
use casework::accounts::{keep, online, operator, sign_ins};
use casework::refused::Refused;
use jiff::SignedDuration;
use rules::access::Role;

use super::{COUNTY, House, PASSWORD, denied, invalid, on_each, origin, ruled, typed};

fn tried(house: &House, username: &str, password: &str) -> Checked {
    let Begun::Go(attempt) = house.begin(username, &origin("127.0.0.1", None)) else { panic!("kept out") };
    attempt.check(&house.hasher, &typed(password)).unwrap()
}

/// A20, 强制下线: within one's units, and only there; the next request is refused.
#[test]
fn ending_by_right() {
    on_each(|house| {
        house.setting("second_factor", "off");
        house.person("keeper", Role::UnitAdmin, "east", false);
        house.person("teacher", Role::Teacher, "school", false);
        house.person("stranger", Role::Township, "west", false);
        house.person("guard", Role::Security, "office", false);
        let (keeper, guard) = (house.signed_in("keeper"), house.signed_in("guard"));
        let (near, far) = (house.enter("teacher"), house.enter("stranger"));
        let (seen, total) = house.act(&keeper, |desk| online::list(desk, "")).unwrap();
        let mut names: Vec<&str> = seen.iter().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!((names, total), (vec!["keeper", "teacher"], 2));
        assert_eq!(house.act(&guard, |desk| online::list(desk, "stran")).unwrap().1, 1);
        // What somebody types stands for itself (D02).
        assert_eq!(house.act(&guard, |desk| online::list(desk, "%")).unwrap().1, 0);
        let id = far.session.clone();
        denied(house.act(&keeper, move |desk| online::end(desk, &id)));
        denied(house.act(&keeper, |desk| online::end(desk, "no-such-session")));
        let who = house.found(&near.token).unwrap().who;
        denied(house.act(&who, |desk| online::list(desk, "")));
        let id = far.session.clone();
        denied(house.act(&who, move |desk| online::end_own(desk, &id)));
        let id = near.session.clone();
        house.act(&keeper, move |desk| online::end(desk, &id)).unwrap();
        assert!(house.found(&near.token).is_none());
        let id = far.session.clone();
        house.act(&guard, move |desk| online::end(desk, &id)).unwrap();
        assert!(house.found(&far.token).is_none());
        assert_eq!(
            house.count(
                "select cast(count(*) as bigint) from audit where county = $1 and action = 'end_session'"
            ),
            2
        );
    });
}

/// A20: disabled, the next request is refused; enabled again, one signs in again. Not oneself, not outside.
#[test]
fn disabling() {
    on_each(|house| {
        house.setting("second_factor", "off");
        house.person("keeper", Role::UnitAdmin, "office", false);
        house.person("guard", Role::Security, "office", false);
        house.person("auditor", Role::Auditor, "office", false);
        house.person("teacher", Role::Teacher, "school", false);
        let keeper = house.signed_in("keeper");
        let open = house.enter("teacher");
        invalid(house.act(&keeper, |desk| keep::disable(desk, "teacher", " ")), "reason");
        house.act(&keeper, |desk| keep::disable(desk, "teacher", "调离")).unwrap();
        assert!(house.found(&open.token).is_none());
        assert!(matches!(
            house.try_in("teacher", PASSWORD, None, &origin("127.0.0.1", None)),
            Answer::Disabled
        ));
        assert!(matches!(house.try_in("teacher", "wrong", None, &origin("127.0.0.1", None)), Answer::Wrong));
        house.act(&keeper, |desk| keep::enable(desk, "teacher")).unwrap();
        house.enter("teacher");
        ruled(house.act(&keeper, |desk| keep::enable(desk, "teacher")));
        ruled(house.act(&keeper, |desk| keep::disable(desk, "keeper", "自己")));
        // 三权分立: a unit administrator does not put the auditor out.
        ruled(house.act(&keeper, |desk| keep::disable(desk, "auditor", "碍事")));
        let guard = house.signed_in("guard");
        house.act(&guard, |desk| keep::disable(desk, "auditor", "调离")).unwrap();
        denied(house.act(&keeper, |desk| keep::disable(desk, "nobody", "没有")));
    });
}

/// A21: the job that locks what nobody used for ninety days; it says so on the record.
#[test]
fn unused_accounts_are_locked() {
    on_each(|house| {
        house.setting("second_factor", "off");
        house.setting("password_profile", "asvs");
        house.person("used", Role::Teacher, "school", false);
        house.person("unused", Role::Teacher, "school", false);
        house.later(SignedDuration::from_hours(60 * 24));
        house.enter("used");
        house.later(SignedDuration::from_hours(31 * 24));
        let now = house.now();
        let lock =
            move |tx: &mut casework::db::Tx<'_>| keep::lock_unused(tx, &now, &operator::operator(COUNTY));
        assert_eq!((house.write(lock.clone()), house.write(lock)), (1, 0));
        assert_eq!(house.text("select id from account where county = $1 and state = 'disabled'"), "unused");
        assert_eq!(
            house.text("select subject from audit where county = $1 and action = 'disable_account'"),
            "unused"
        );
    });
}

/// C01: a proof of identity moves the session to a new token; fifteen minutes later it is asked for again.
#[test]
fn proving_identity_again() {
    on_each(|house| {
        house.person("teacher", Role::Teacher, "school", false);
        let open = house.enter("teacher");
        house.minutes(16);
        let who = house.found(&open.token).unwrap().who;
        let wrong = tried(house, "teacher", "wrong");
        let answer = house.act(&who, move |desk| own::confirm_by_password(desk, &wrong)).unwrap();
        assert!(matches!(answer, Confirmed::No));
        house.person("other", Role::Teacher, "school", false);
        let foreign = tried(house, "other", PASSWORD);
        let answer = house.act(&who, move |desk| own::confirm_by_password(desk, &foreign)).unwrap();
        assert!(matches!(answer, Confirmed::No), "somebody else's password proves nothing");
        let right = tried(house, "teacher", PASSWORD);
        let answer = house.act(&who, move |desk| own::confirm_by_password(desk, &right)).unwrap();
        let Confirmed::Yes { token } = answer else { panic!("not proved") };
        assert!(house.found(&open.token).is_none());
        let now = house.found(&token).unwrap().who;
        assert_eq!(now.actor.session, who.actor.session);
        assert_eq!(now.confirmed, Some(house.now().timestamp()));
        let no_factor = house.act(&who, casework::accounts::second::drop_own);
        assert!(matches!(no_factor, Err(Refused::StepUp { .. })));
    });
}

/// A new password: judged by the profile, other devices are out, the old one opens nothing.
#[test]
fn changing_a_password() {
    for (profile, back) in [("dengbao", false), ("asvs", true)] {
        on_each(|house| {
            house.setting("password_profile", profile);
            house.person("teacher", Role::Teacher, "school", false);
            let (here, there) = (house.enter("teacher"), house.enter("teacher"));
            let who = house.found(&here.token).unwrap().who;
            let change = |present: &str, new: &str| {
                let choice = house.act(&who, own::choice).unwrap();
                let hash = choice.hash(&house.hasher, &typed(new), &typed(new), [9; 16])?;
                let present = tried(house, "teacher", present);
                house.act(&who, move |desk| own::change_password(desk, &present, &hash))
            };
            assert!(matches!(change("wrong", "Cangshan-Erhai-9"), Ok(Confirmed::No)));
            invalid(change(PASSWORD, "short"), "password");
            let Ok(Confirmed::Yes { token }) = change(PASSWORD, "Cangshan-Erhai-9") else {
                panic!("refused")
            };
            assert!(house.found(&token).is_some() && house.found(&there.token).is_none());
            assert!(matches!(
                house.try_in("teacher", PASSWORD, None, &origin("127.0.0.1", None)),
                Answer::Wrong
            ));
            // 等保: the last five do not come back. ASVS counts none but the present one.
            house.minutes(1);
            if back {
                assert!(matches!(change("Cangshan-Erhai-9", PASSWORD), Ok(Confirmed::Yes { .. })));
            } else {
                invalid(change("Cangshan-Erhai-9", PASSWORD), "password");
            }
            let page = house.act(&who, own::page).unwrap();
            assert!(page.sign_ins.iter().any(|one| one.outcome == Some(sign_ins::Outcome::Wrong)));
        });
    }
}
