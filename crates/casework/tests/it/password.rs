//! Which passwords are accepted, how they are hashed, and that a rush of log-ins stays bounded (hazards C08, C12, K15).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use casework::password::{
    Accepted, Bounded, Busy, Complaint, Context, Cost, Factors, Guard, Hasher, MAX_BYTES, Profile, Typed,
    Verdict, acceptable,
};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use zeroize::ZeroizeOnDrop;

use crate::cases;

/// The cheapest that Argon2 can do: tests hash often.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

const WHO: Context<'_> = Context {
    username: "lixiaoming",
    name: "李晓明",
    unit: "拥翠乡中心小学",
    words: &["lixm", "南涧", "13900000000"],
    factors: Factors::Password,
};

fn cheap() -> Hasher {
    Hasher::new(CHEAP, Bounded::new(2, 8)).unwrap()
}

#[track_caller]
fn check(profile: Profile, candidate: &str, expected: &[Complaint]) {
    let found = acceptable(profile, candidate, &WHO).err().unwrap_or_default();
    assert_eq!(found, expected, "{candidate}");
}

const COMMON: Complaint = Complaint::Common;
const REGULAR: Complaint = Complaint::Regular;
const OWN: Complaint = Complaint::HoldsOwnWord;
const USERNAME: Complaint = Complaint::HoldsUsername;
const NUMBER: Complaint = Complaint::PersonalNumber;
const KINDS: Complaint = Complaint::Classes { needed: 3 };
const LONG: Complaint = Complaint::TooLong { max: 128 };

const fn short(min: usize) -> Complaint {
    Complaint::TooShort { min }
}

/// 等保三级习惯 (GB/T 22239-2019, 8.1.4.1 a): length, three of four kinds, not the user name, not what is tried first.
#[test]
fn dengbao_accepts_and_refuses() {
    use Profile::Dengbao;
    for good in ["Shan7Shui", "shan-7-shui", "SHAN 7 SHUI", "山高水长人和a7", "tai7Yang!hua", "Woyaohui7"]
    {
        check(Dengbao, good, &[]);
    }
    check(Dengbao, "", &[short(8), KINDS]);
    check(Dengbao, "Sh7!", &[short(8)]);
    check(Dengbao, "shan7shui", &[KINDS]);
    check(Dengbao, "shanshui", &[KINDS]);
    check(Dengbao, "Shanshui", &[KINDS]);
    check(Dengbao, "山高水长路远", &[short(8), KINDS]);
    check(Dengbao, "Lixiaoming7", &[USERNAME]);
    check(Dengbao, "7LIXIAOMINGa", &[USERNAME]);
    check(Dengbao, "Gnimoaixil7", &[USERNAME]);
    check(Dengbao, "李晓明Aa7777", &[OWN]);
    check(Dengbao, "南涧Ying7Shan", &[OWN]);
    check(Dengbao, "Xq-Lixm-2031", &[OWN]);
    check(Dengbao, "A-13900000000", &[OWN]);
    check(Dengbao, "Password@123", &[COMMON]);
    check(Dengbao, "P@ssw0rd2026", &[COMMON]);
    check(Dengbao, "Admin@123", &[COMMON]);
    check(Dengbao, "Woaini1314!", &[COMMON]);
    check(Dengbao, "Huawei12#$", &[COMMON]);
    check(Dengbao, "Aa123456", &[COMMON]);
    check(Dengbao, "1qaz@WSX", &[COMMON]);
    check(Dengbao, "Abc@123456", &[COMMON]);
    check(Dengbao, "Laoshi2026!", &[COMMON]);
    check(Dengbao, "aB1!aB1!", &[REGULAR]);
    check(Dengbao, &"Aa1".repeat(43), &[LONG, REGULAR]);
}

/// OWASP ASVS 5.0, 6.2.1, 6.2.4, 6.2.5, 6.2.9, 6.2.11: length, any composition, nothing that is tried first.
#[test]
fn asvs_accepts_and_refuses() {
    use Profile::Asvs;
    for good in [
        "shanlishuiliyunli",
        "waterfall bicycle",
        "a b c d e f g h i j k",
        "四个不相干的词语连在一起也行吗",
        "73918264550912",
        "ZZZZZZZ-and-a-horse",
    ] {
        check(Asvs, good, &[]);
    }
    check(Asvs, "shanlishuil", &[short(12)]);
    check(Asvs, "shanlishuili", &[]);
    check(Asvs, "山里水里云里雾里雨里", &[short(12)]);
    check(Asvs, "woaini1314520", &[COMMON]);
    check(Asvs, "a123456", &[short(12), COMMON]);
    check(Asvs, "correcthorsebatterystaple", &[COMMON]);
    check(Asvs, "kongchuobaoxue2026", &[COMMON]);
    check(Asvs, "gongxifacai88888888", &[COMMON]);
    check(Asvs, "password12345678", &[COMMON]);
    check(Asvs, "aaaaaaaaaaaaaa", &[REGULAR]);
    check(Asvs, "abcdefghijklmn", &[REGULAR]);
    check(Asvs, "zyxwvutsrqponm", &[REGULAR]);
    check(Asvs, "12345678901234", &[REGULAR]);
    check(Asvs, "00112233445566", &[REGULAR]);
    check(Asvs, "shuishuishuishui", &[REGULAR]);
    check(Asvs, "539999201504036672", &[NUMBER]);
    check(Asvs, "53999920150403667X", &[NUMBER]);
    check(Asvs, "拥翠乡中心小学的老师们加油啊", &[OWN]);
    check(Asvs, "lixiaoming-de-mima", &[USERNAME]);
    // 128 letters without a period.
    let long: String = (0..128_u32).map(|n| char::from(b'a' + (n * n * n / 7 % 26) as u8)).collect();
    check(Asvs, &long, &[]);
    check(Asvs, &format!("{long}!"), &[LONG]);
}

/// ASVS 5.0, 6.2.1: eight characters do where a second factor stands beside them.
#[test]
fn a_second_factor_allows_shorter_ones() {
    let two = Context { factors: Factors::PasswordAndCode, ..WHO };
    for (profile, candidate, expected) in [
        (Profile::Asvs, "mulanhua", vec![]),
        (Profile::Asvs, "mulanhu", vec![short(8)]),
        (Profile::Asvs, "13812345678", vec![NUMBER]),
        (Profile::Asvs, "19861003", vec![NUMBER]),
        (Profile::Asvs, "73918264", vec![]),
        (Profile::Dengbao, "Mulan7h", vec![short(8)]),
    ] {
        assert_eq!(acceptable(profile, candidate, &two).err().unwrap_or_default(), expected, "{candidate}");
    }
}

/// Words of the person that are too short to mean anything do not spoil a password.
#[test]
fn short_words_of_the_person_do_not_count() {
    for (username, name, expected) in [
        ("t1", "", vec![]),
        ("t12", "", vec![USERNAME]),
        ("", "李", vec![]),
        ("", "李晓", vec![OWN]),
        (" ", "", vec![]),
    ] {
        let who = Context { username, name, ..Context::default() };
        let found = acceptable(Profile::Asvs, "vast12 李晓 shan shui", &who).err().unwrap_or_default();
        assert_eq!(found, expected, "{username} {name}");
    }
}

/// C12: what is too long is refused by its length alone, whatever is in it, and is never hashed.
#[test]
fn length_is_bounded_before_any_work() {
    let huge = "高".repeat(MAX_BYTES / 3 + 1);
    for profile in Profile::ALL {
        assert_eq!(acceptable(profile, &huge, &WHO).unwrap_err(), [LONG]);
    }
    assert_eq!(Accepted::by_command(&huge).unwrap_err(), LONG);
    let hasher = cheap();
    assert_eq!(hasher.verify(None, &"x".repeat(1 << 20)), Ok(Verdict::NoMatch));
    assert_eq!(hasher.gate().passed(), 0);
    assert_eq!(hasher.verify(None, &"x".repeat(MAX_BYTES)), Ok(Verdict::NoMatch));
    assert_eq!(hasher.gate().passed(), 1);
}

/// The figures that each profile stands for.
#[test]
fn the_profiles_are_data() {
    let (dengbao, asvs) = (Profile::Dengbao.policy(), Profile::Asvs.policy());
    assert_eq!(dengbao.guard, Guard::Lock { failures: 5, minutes: 15 });
    assert_eq!((dengbao.remembered, dengbao.idle_minutes, dengbao.max_age_days), (5, 30, Some(90)));
    assert!(
        matches!(asvs.guard, Guard::Delay { .. }),
        "no lock: it would be a weapon against the victim (C07)"
    );
    assert_eq!((asvs.remembered, asvs.classes, asvs.max_age_days, asvs.max_chars), (0, 0, None, 128));
    assert_eq!("dengbao".parse(), Ok(Profile::Dengbao));
    assert_eq!("asvs".parse(), Ok(Profile::Asvs));
    assert!("nist".parse::<Profile>().unwrap_err().contains("asvs"));
    assert_eq!(
        dengbao.says(Factors::Password),
        "至少 8 个字符，最多 128 个，可以粘贴；大写字母、小写字母、数字、其他符号中至少有 3 种；\
         每 90 天更换一次，最近 5 次用过的不能再用。"
    );
    assert_eq!(
        asvs.says(Factors::PasswordAndCode),
        "至少 8 个字符，最多 128 个，可以粘贴；几个不相干的词连起来就很好，不要求符号和大小写。"
    );
}

/// 等保三级习惯: changed every 90 days; ASVS 5.0, 6.2.10: never for its age alone.
#[test]
fn age_of_passwords() {
    fn check(profile: Profile, today: Date, expected: bool) {
        assert_eq!(profile.policy().must_change(date(2026, 9, 1), today), expected, "{today}");
    }
    check(Profile::Dengbao, date(2026, 9, 1), false);
    check(Profile::Dengbao, date(2026, 11, 29), false);
    check(Profile::Dengbao, date(2026, 11, 30), true);
    check(Profile::Dengbao, date(2025, 1, 1), false);
    check(Profile::Asvs, date(2036, 11, 30), false);
}

fn hashed(hasher: &Hasher, text: &str, salt: u8) -> String {
    hasher.hash(&Accepted::by_command(text).unwrap(), [salt; 16]).unwrap()
}

proptest! {
    #![proptest_config(cases(64))]

    /// The password matches, to the last space and capital (ASVS 5.0, 6.2.8); another does not.
    #[test]
    fn only_the_password_matches(text in ".{0,60}", other in ".{0,60}", salt: u8) {
        let hasher = cheap();
        let stored = hashed(&hasher, &text, salt);
        prop_assert_eq!(hasher.verify(Some(&stored), &text), Ok(Verdict::Match));
        for other in [other, format!("{text} "), format!(" {text}"), text.to_uppercase(), text.to_lowercase()] {
            let expected = if other == text { Verdict::Match } else { Verdict::NoMatch };
            prop_assert_eq!(hasher.verify(Some(&stored), &other), Ok(expected));
        }
        prop_assert!(text.len() < 4 || !stored.contains(&text));
    }

    /// Nothing acceptable is refused by the hasher, and no complaint repeats what was typed.
    #[test]
    fn complaints_do_not_repeat(text in "[ -~]{4,40}") {
        for profile in Profile::ALL {
            match acceptable(profile, &text, &WHO) {
                Ok(accepted) => {
                    prop_assert_eq!(cheap().hash(&accepted, [1; 16]).is_ok(), true);
                    let shown = format!("{accepted:?}");
                    prop_assert!(!shown.contains(&text));
                }
                Err(complaints) => for complaint in complaints {
                    let shown = format!("{complaint} {complaint:?}");
                    prop_assert!(!shown.contains(&text));
                }
            }
        }
    }
}

/// A hash of another cost still matches and asks to be renewed; what cannot be a hash of ours never matches.
#[test]
fn stored_hashes() {
    let hasher = cheap();
    let dearer = Hasher::new(Cost { passes: 2, ..CHEAP }, Bounded::new(1, 0)).unwrap();
    let ours = hashed(&hasher, "shan gao shui chang", 1);
    assert!(ours.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{ours}");
    assert_ne!(ours, hashed(&hasher, "shan gao shui chang", 2), "salted");

    let check = |stored: &str, text: &str, expected: Verdict| {
        assert_eq!(hasher.verify(Some(stored), text), Ok(expected), "{stored}");
    };
    check(&ours, "shan gao shui chang", Verdict::Match);
    check(&hashed(&dearer, "shan gao shui chang", 1), "shan gao shui chang", Verdict::MatchRehash);
    check(&hashed(&dearer, "shan gao shui chang", 1), "shan gao shui duan", Verdict::NoMatch);
    // From the test vectors of the reference implementation (phc-winner-argon2, test.c).
    let reference = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    check(reference, "password", Verdict::MatchRehash);
    check(reference, "passwore", Verdict::NoMatch);
    for never in [
        "",
        "password",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ",
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        "$2b$12$abcdefghijklmnopqrstuv",
        // Would take 4 GiB: whoever can write the table must not stop the machine.
        "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    ] {
        check(never, "password", Verdict::NoMatch);
    }
}

/// 等保三级习惯: none of the last five comes back.
#[test]
fn earlier_passwords_do_not_come_back() {
    let hasher = cheap();
    let earlier: Vec<String> =
        ["Shan7Shui", "Yun8Wu!a"].iter().map(|text| hashed(&hasher, text, 3)).collect();
    for (text, expected) in
        [("Shan7Shui", true), ("Yun8Wu!a", true), ("shan7shui", false), ("Yu9Xue!a", false)]
    {
        let accepted = Accepted::by_command(text).unwrap();
        assert_eq!(hasher.reused(&accepted, &earlier), Ok(expected), "{text}");
    }
    assert!(Complaint::Reused { remembered: 5 }.to_string().contains("5 次"));
}

/// C08: a user name that does not exist costs one hash of the same cost, as does one whose hash is damaged; no text
/// matches the dummy.
#[test]
fn an_unknown_user_costs_the_same() {
    let hasher = cheap();
    let stored = hashed(&hasher, "shan gao shui chang", 1);
    for stored in [Some(stored.as_str()), None, Some("damaged"), Some("")] {
        let before = hasher.gate().passed();
        assert_eq!(hasher.verify(stored, "shui zhi dao"), Ok(Verdict::NoMatch));
        assert_eq!(hasher.gate().passed(), before + 1, "{stored:?}");
    }
    let owasp = Hasher::new(Cost::OWASP, Bounded::new(1, 0)).unwrap();
    assert!(format!("{owasp:?}").contains("19456"), "the dummy is made at today's cost");
    assert_eq!(owasp.verify(None, ""), Ok(Verdict::NoMatch));
}

/// Costs that Argon2 or this program does not do are named at start, not at the first log-in.
#[test]
fn costs_out_of_range_are_refused() {
    for (memory_kib, passes, lanes, fine) in [
        (8, 1, 1, true),
        (19 * 1024, 2, 1, true),
        (256 * 1024, 16, 8, true),
        (7, 1, 1, false),
        (8, 0, 1, false),
        (8, 1, 0, false),
        (8, 1, 2, false),
        (257 * 1024, 1, 1, false),
        (64, 17, 1, false),
        (128, 1, 9, false),
    ] {
        let made = Hasher::new(Cost { memory_kib, passes, lanes }, Bounded::new(1, 0));
        assert_eq!(made.is_ok(), fine, "{memory_kib} {passes} {lanes}");
        if let Err(error) = made {
            assert_eq!(error.to_string().split(" · ").count(), 3, "{error}");
        }
    }
}

/// C12: however many come, never more than the gate's number are inside, and all get their turn while the queue has
/// room.
#[test]
fn never_more_at_once_than_the_gate_lets_through() {
    let gate = Bounded::new(2, 200);
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                let turn = gate.enter().unwrap();
                let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                most.fetch_max(now, Ordering::SeqCst);
                std::thread::yield_now();
                inside.fetch_sub(1, Ordering::SeqCst);
                drop(turn);
            });
        }
    });
    assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    assert_eq!((gate.passed(), gate.waiting()), (100, 0));
}

fn until(mut reached: impl FnMut() -> bool) {
    while !reached() {
        std::thread::yield_now();
    }
}

/// C12: who finds the queue full is told at once; who waits goes in the order of coming.
#[test]
fn a_full_queue_answers_at_once() {
    let gate = Bounded::new(2, 3);
    let (first, second) = (gate.enter().unwrap(), gate.enter().unwrap());
    let (said, order) = mpsc::channel();
    std::thread::scope(|scope| {
        for name in 0..3 {
            let (gate, said) = (&gate, said.clone());
            scope.spawn(move || {
                let turn = gate.enter().unwrap();
                said.send(name).unwrap();
                drop(turn);
            });
            until(|| gate.waiting() == name + 1);
        }
        assert_eq!(gate.enter().unwrap_err(), Busy);
        // One place only: they must go one after the other.
        drop(first);
        assert_eq!(order.iter().take(3).collect::<Vec<_>>(), [0, 1, 2]);
        drop(second);
    });
    drop((gate.enter().unwrap(), gate.enter().unwrap()));
    assert_eq!(Bounded::new(0, 0).enter().map(drop), Ok(()), "a gate lets at least one through");
    assert_eq!(Busy.to_string().split(" · ").count(), 3);
}

/// C12: hashing goes through the gate: with both places taken and no queue there is no hash and no check.
#[test]
fn hashing_goes_through_the_gate() {
    let gate = Bounded::new(2, 0);
    let hasher = Hasher::new(CHEAP, gate.clone()).unwrap();
    let taken = (gate.enter().unwrap(), gate.enter().unwrap());
    let password = Accepted::by_command("shan gao shui chang").unwrap();
    assert_eq!(hasher.hash(&password, [1; 16]), Err(Busy));
    assert_eq!(hasher.verify(None, "x"), Err(Busy));
    drop(taken);
    assert!(hasher.hash(&password, [1; 16]).is_ok());
}

/// K15, K05: what holds a password wipes it and does not show it.
#[test]
fn passwords_are_wiped_and_not_shown() {
    fn wiped<T: ZeroizeOnDrop + std::fmt::Debug>(value: &T) -> String {
        format!("{value:?}")
    }
    let text = "shan gao shui chang";
    let typed = Typed::from(text.to_owned());
    assert_eq!(typed.as_str(), text);
    assert_eq!(wiped(&typed), "Typed(…)");
    assert_eq!(wiped(&Accepted::by_command(text).unwrap()), "Accepted(…)");
    let read: Typed = serde_json::from_str("\" pasted with blanks \"").unwrap();
    assert_eq!(read.as_str(), " pasted with blanks ");
}
