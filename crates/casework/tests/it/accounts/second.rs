//! The second factor, end to end (C01, C09).

use casework::accounts::own::{self, Confirmed};
use casework::accounts::sign_in::{Answer, Begun, Opened, enter_code};
use casework::accounts::{Stage, half_session, second};
use casework::refused::Refused;
use casework::totp::{STEP_SECONDS, Secret};
use jiff::SignedDuration;
use rules::access::Role;

use super::{COUNTY, House, PASSWORD, on_each, origin, typed};

fn code_now(house: &House, secret: &Secret) -> String {
    secret.code(u64::try_from(house.now().timestamp().as_second()).unwrap() / STEP_SECONDS)
}

/// Enrols on the way in; the secret, the recovery codes and the session.
fn enrol(house: &House, username: &str) -> (Secret, Vec<String>, Opened) {
    let half = house.enter(username);
    assert_eq!(half.stage, Stage::Enrol);
    assert!(house.found(&half.token).is_none(), "a half session opens nothing");
    let offer = second::offer(&house.keys, &house.now(), COUNTY, username, username).unwrap();
    let secret = Secret::from_base32(&offer.text.replace(' ', "")).unwrap();
    let wrong = attempt(house, &half.token, &offer.sealed, "000000");
    assert!(matches!(wrong, Err(Refused::Invalid(_))));
    let (opened, codes) = attempt(house, &half.token, &offer.sealed, &code_now(house, &secret)).unwrap();
    assert_ne!(opened.token, half.token, "C01: a new token with each step");
    assert!(house.found(&half.token).is_none());
    (secret, codes, opened)
}

fn attempt(house: &House, token: &str, sealed: &str, code: &str) -> Result<(Opened, Vec<String>), Refused> {
    let (keys, now) = (house.keys.clone(), house.now());
    let (token, sealed, code) = (token.to_owned(), sealed.to_owned(), typed(code));
    house.db.write(move |tx| {
        let origin = origin("127.0.0.1", None);
        second::enrol_on_the_way(tx, &keys, &now, COUNTY, &token, (&sealed, &code), &origin)
            .map(|(opened, codes)| (opened, codes.0.iter().map(|code| code.to_string()).collect()))
    })
}

fn enter(house: &House, token: &str, code: &str) -> Result<Answer, Refused> {
    let (keys, now, token, code) = (house.keys.clone(), house.now(), token.to_owned(), typed(code));
    house.db.write(move |tx| enter_code(tx, &keys, &now, COUNTY, &token, &code, &origin("127.0.0.1", None)))
}

/// C09: enrolled at the first sign-in; a code is good once; a clock may be wrong by half a minute, not by a minute and a
/// half; a recovery code is good once.
#[test]
fn a_code_is_good_once() {
    on_each(|house| {
        house.person("clerk", Role::Bureau, "office", false);
        let (secret, codes, opened) = enrol(house, "clerk");
        // ADR 0007: with the second factor just given, signing in is a proof of identity.
        assert!(house.found(&opened.token).unwrap().who.confirmed.is_some());
        assert_eq!(codes.len(), 10);
        let used = code_now(house, &secret);
        let half = house.enter("clerk");
        assert_eq!(half.stage, Stage::Code);
        assert!(matches!(enter(house, &half.token, &used), Ok(Answer::Wrong)), "used at enrolment");
        house.later(SignedDuration::from_secs(30));
        let code = code_now(house, &secret);
        assert!(matches!(enter(house, &half.token, &code), Ok(Answer::Opened(_))));
        // Together with the password, as the API does; the code is used by now.
        let both = |code: &str| house.try_in("clerk", PASSWORD, Some(code), &origin("127.0.0.1", None));
        assert!(matches!(both(&code), Answer::Wrong));
        house.later(SignedDuration::from_secs(90));
        let step = u64::try_from(house.now().timestamp().as_second()).unwrap() / STEP_SECONDS;
        assert!(matches!(both(&secret.code(step - 3)), Answer::Wrong), "90 seconds late");
        assert!(matches!(both(&secret.code(step - 1)), Answer::Opened(_)), "30 seconds late");
        for (expected, code) in [(true, &codes[3]), (false, &codes[3]), (true, &codes[4])] {
            let answer = both(code);
            assert_eq!(matches!(answer, Answer::Opened(_)), expected, "{answer:?}");
        }
    });
}

/// ADR 0023: a phone is opened by password and code together; neither alone proves anything, and a code is used up by it.
#[test]
fn password_and_code_together() {
    on_each(|house| {
        house.person("clerk", Role::Bureau, "office", false);
        let (secret, _, opened) = enrol(house, "clerk");
        house.later(SignedDuration::from_secs(60));
        let who = house.found(&opened.token).unwrap().who;
        let both = |password: &str, code: &str| {
            let begun = house.begin("clerk", &origin("127.0.0.1", None));
            let Begun::Go(attempt) = begun else { panic!("too many") };
            let (checked, code) = (attempt.check(&house.hasher, &typed(password)).unwrap(), typed(code));
            house.act(&who, move |desk| own::confirm_by_both(desk, &checked, &code)).unwrap()
        };
        let code = code_now(house, &secret);
        assert!(matches!(both("wrong", &code), Confirmed::No));
        assert!(matches!(both(PASSWORD, "000000"), Confirmed::No));
        assert!(matches!(both(PASSWORD, &code), Confirmed::Yes { .. }));
        assert!(matches!(both(PASSWORD, &code), Confirmed::No), "used by now");
    });
}

/// C09: five wrong codes end the sign-in, ten close the door to codes, with the right one too.
#[test]
fn codes_cannot_be_guessed() {
    on_each(|house| {
        house.person("clerk", Role::Bureau, "office", false);
        let (secret, _, _) = enrol(house, "clerk");
        house.minutes(60);
        let mut checked = 0;
        for _ in 0..4 {
            let half = house.enter("clerk");
            for _ in 0..8 {
                match enter(house, &half.token, "000000") {
                    Ok(Answer::Wrong) => checked += 1,
                    Ok(Answer::Wait { .. }) | Err(Refused::Rule { .. }) => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(checked, 10);
        let half = house.enter("clerk");
        let code = code_now(house, &secret);
        assert!(matches!(enter(house, &half.token, &code), Ok(Answer::Wait { .. })));
        house.minutes(16);
        let half = house.enter("clerk");
        assert!(matches!(enter(house, &half.token, &code_now(house, &secret)), Ok(Answer::Opened(_))));
    });
}

/// Who is asked for a second factor: everybody above one's own class, unless it is switched off; ten minutes are enough.
#[test]
fn who_needs_one() {
    on_each(|house| {
        for (name, role, stage) in [
            ("teacher", Role::Teacher, Stage::Full),
            ("group", Role::Group, Stage::Full),
            ("head", Role::Head, Stage::Enrol),
            ("village", Role::Village, Stage::Enrol),
            ("admin", Role::Admin, Stage::Enrol),
            ("auditor", Role::Auditor, Stage::Enrol),
        ] {
            house.person(name, role, "school", false);
            assert_eq!(house.enter(name).stage, stage, "{name}");
        }
        let half = house.enter("head");
        let there = |house: &House| {
            let (keys, now, token) = (house.keys.clone(), house.now(), half.token.clone());
            house.write(move |tx| half_session(tx, &keys, &now, COUNTY, &token)).is_some()
        };
        assert!(there(house));
        house.minutes(11);
        assert!(!there(house));
        house.setting("second_factor", "off");
        assert_eq!(house.enter("head").stage, Stage::Full);
    });
}
