//! One-time codes and recovery codes (hazards C09, G08, K05).

use std::collections::BTreeSet;

use casework::keys::Keys;
use casework::totp::{
    RECOVERY_CODES, Refusal, Secret, TooLong, check as check_code, recovery_codes, recovery_digest,
    recovery_found,
};
use jiff::Timestamp;
use proptest::prelude::*;

use crate::cases;

/// The secret of RFC 6238, appendix B.
const RFC: [u8; 20] = *b"12345678901234567890";
/// 2026-11-24 08:00 in China: the start of a step.
const START: i64 = 1_795_478_400;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn step(second: i64) -> u64 {
    u64::try_from(second).unwrap() / 30
}

/// RFC 6238, appendix B: the SHA-1 column, its last six digits.
#[test]
fn published_codes_are_accepted() {
    for (second, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(check_code(&Secret::new(RFC), code, at(second), None), Ok(step(second)), "{second}");
    }
}

/// C09, G08: one step before and after; 90 seconds of skew is too much.
#[test]
fn the_window_is_one_step() {
    let secret = Secret::new([7; 20]);
    let code = secret.code(step(START));
    for (seconds, expected) in [
        (-61, Err(Refusal::Wrong)),
        (-31, Err(Refusal::Wrong)),
        (-30, Ok(step(START))),
        (-1, Ok(step(START))),
        (0, Ok(step(START))),
        (29, Ok(step(START))),
        (59, Ok(step(START))),
        (60, Err(Refusal::Wrong)),
        (90, Err(Refusal::Wrong)),
    ] {
        assert_eq!(check_code(&secret, &code, at(START + seconds), None), expected, "{seconds}");
    }
    assert_eq!(check_code(&secret, &code, at(-START), None), Err(Refusal::Wrong), "before 1970");
    assert_eq!(check_code(&secret, &secret.code(0), at(0), None), Ok(0));
}

/// C09: a code, and any of an earlier step, is used once.
#[test]
fn a_code_is_used_once() {
    let secret = Secret::new([7; 20]);
    let now = step(START);
    let check = |code: u64, last: Option<u64>, expected: Result<u64, Refusal>| {
        assert_eq!(
            check_code(&secret, &secret.code(code), at(START), last),
            expected,
            "{code} after {last:?}"
        );
    };
    check(now, None, Ok(now));
    check(now, Some(now - 1), Ok(now));
    check(now, Some(now), Err(Refusal::Used));
    check(now - 1, Some(now), Err(Refusal::Used));
    check(now + 1, Some(now), Ok(now + 1));
    check(now, Some(now + 1), Err(Refusal::Used));
    check(now + 2, None, Err(Refusal::Wrong));
}

/// What people type: with a gap, in full-width digits, and what is no code at all.
#[test]
fn codes_as_they_are_typed() {
    let secret = Secret::new(RFC);
    for (code, expected) in [
        ("287082", Ok(1)),
        ("287 082", Ok(1)),
        (" 287082\t", Ok(1)),
        ("２８７０８２", Ok(1)),
        ("287-082", Ok(1)),
        ("287083", Err(Refusal::Wrong)),
        ("", Err(Refusal::Malformed)),
        ("28708", Err(Refusal::Malformed)),
        ("2870821", Err(Refusal::Malformed)),
        ("+28708", Err(Refusal::Malformed)),
        ("28708a", Err(Refusal::Malformed)),
        ("٢٨٧٠٨٢", Err(Refusal::Malformed)),
    ] {
        assert_eq!(check_code(&secret, code, at(59), None), expected, "{code}");
    }
    assert_eq!(check_code(&secret, &"2".repeat(1 << 20), at(59), None), Err(Refusal::Malformed));
}

proptest! {
    #![proptest_config(cases(128))]

    /// C09: after a code was accepted, nothing that is accepted later is of its step or before.
    #[test]
    fn steps_only_rise(bytes: [u8; 20], tries in prop::collection::vec((0_u64..6, 0_i64..180), 1..20)) {
        let secret = Secret::new(bytes);
        let mut last = None;
        for (ahead, seconds) in tries {
            let code = secret.code(step(START) + ahead);
            if let Ok(accepted) = check_code(&secret, &code, at(START + seconds), last) {
                prop_assert!(last.is_none_or(|last| accepted > last));
                prop_assert!(accepted.abs_diff(step(START + seconds)) <= 1);
                last = Some(accepted);
            }
        }
    }

    /// The secret survives being written and read.
    #[test]
    fn secrets_are_read_back(bytes: [u8; 20]) {
        let secret = Secret::new(bytes);
        let again = Secret::from_base32(&secret.base32()).unwrap();
        prop_assert_eq!(again.code(1), secret.code(1));
        prop_assert_eq!(again.base32(), secret.base32());
    }
}

/// K05: neither a secret nor a refusal shows what was shared or typed; what is no secret is refused.
#[test]
fn secrets_do_not_show() {
    let secret = Secret::new(RFC);
    assert_eq!(*secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(format!("{secret:?}"), "Secret(…)");
    for bad in ["", "GEZDGNBV", "not base 32!", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBV"] {
        assert_eq!(Secret::from_base32(bad).unwrap_err(), Refusal::Malformed, "{bad}");
    }
    for refusal in [Refusal::Malformed, Refusal::Wrong, Refusal::Used] {
        assert!(refusal.to_string().ends_with('。'), "{refusal}");
    }
}

/// The URI as the apps read it (Key Uri Format), names in Chinese escaped.
#[test]
fn the_uri_names_system_and_person() {
    let secret = Secret::new(RFC);
    assert_eq!(
        *secret.uri("南涧县保学", "t1:a&b"),
        "otpauth://totp/%E5%8D%97%E6%B6%A7%E5%8E%BF%E4%BF%9D%E5%AD%A6:t1%3Aa%26b\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
         &issuer=%E5%8D%97%E6%B6%A7%E5%8E%BF%E4%BF%9D%E5%AD%A6&algorithm=SHA1&digits=6&period=30"
    );
}

/// The QR code is one svg element, square, with its quiet zone, and holds no text to be read without a camera.
#[test]
fn the_qr_code_stands_in_a_page() {
    let secret = Secret::new(RFC);
    let svg = secret.svg("南涧县保学", "t1").unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert_eq!(svg.matches('<').count(), 4, "svg, rect, path, and the end of svg");
    for absent in ["<script", "href", "otpauth", "GEZDGNBV", "style="] {
        assert!(!svg.contains(absent), "{absent}");
    }
    let side: i32 = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert_eq!((side - 8 - 17) % 4, 0, "a QR code has 17 + 4 × version modules a side");
    // Runs of dark modules: x, y, length.
    let path = svg.split(" d=\"M").nth(1).unwrap().split('"').next().unwrap();
    let mut modules = BTreeSet::new();
    for run in path.trim_end_matches('z').split("zM") {
        let (x, rest) = run.split_once(',').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let (length, back) = rest.split_once("v1h-").unwrap();
        assert_eq!(length, back);
        let (x, y, length): (i32, i32, i32) =
            (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
        modules.extend((x..x + length).map(|x| (x - 4, y - 4)));
    }
    let inside = 0..side - 8;
    assert!(modules.iter().all(|(x, y)| inside.contains(x) && inside.contains(y)));
    // The three corner marks: seven dark modules, one light; the timing patterns between them.
    let dark = |x: i32, y: i32| modules.contains(&(x, y));
    assert!((8..side - 16).all(|n| dark(n, 6) == (n % 2 == 0) && dark(6, n) == (n % 2 == 0)));
    let far = side - 8 - 7;
    for (x, y) in [(0, 0), (far, 0), (0, far)] {
        assert!((0..7).all(|n| dark(x + n, y) && dark(x + n, y + 6) && dark(x, y + n) && dark(x + 6, y + n)));
        assert!((1..6).all(|n| !dark(x + n, y + 1)) && dark(x + 3, y + 3));
    }
    assert!((0..8).all(|n| !dark(7, n) && !dark(n, 7)));
    assert_eq!(secret.svg(&"县".repeat(1000), "t1").unwrap_err(), TooLong);
}

/// C09: ten recovery codes, each of 50 bits, easy to read aloud; stored keyed, for one account, and used by who types
/// them in any usual way.
#[test]
fn recovery_codes_are_found_as_typed() {
    let mut next = 0_u8;
    let codes = recovery_codes(&mut |bytes| {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(113);
            *byte = next;
        }
    });
    assert_eq!(codes.len(), RECOVERY_CODES);
    let different: BTreeSet<&str> = codes.iter().map(|code| code.as_str()).collect();
    assert_eq!(different.len(), RECOVERY_CODES);
    for code in &codes {
        assert_eq!((code.len(), code.as_bytes()[5]), (11, b'-'), "{}", code.as_str());
        assert!(!code.contains(['I', 'L', 'O', 'U']));
    }

    let keys = Keys::for_tests();
    let mut unused: Vec<[u8; 32]> =
        codes.iter().map(|code| recovery_digest(&keys, "u1", code).unwrap()).collect();
    let third = codes[2].as_str();
    let wide: String = third.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
    for typed in
        [third.to_owned(), third.to_lowercase(), third.replace('-', " "), third.replace('-', ""), wide]
    {
        assert_eq!(recovery_found(&keys, "u1", &typed, &unused), Some(2), "{typed}");
    }
    assert_eq!(recovery_found(&keys, "u2", third, &unused), None, "another's code");
    unused.remove(2);
    assert_eq!(recovery_found(&keys, "u1", third, &unused), None, "used once");
    for no_code in ["", "ABCDE", "ABCDE-FGHJ!", "ABCDE-FGHJKM", "县"] {
        assert_eq!(recovery_digest(&keys, "u1", no_code), None, "{no_code}");
    }
    assert_eq!(
        recovery_digest(&keys, "u1", "0OIL1-00000"),
        recovery_digest(&keys, "u1", "00111-00000"),
        "letters that are taken for digits"
    );
}
