//! Numbers of people, pupils, cards and units.

use jiff::civil::date;
use proptest::prelude::*;
use rules::codes::{DisabilityGrade, DisabilityKind, IdKind, Sex};
use rules::identity::{
    CitizenId, Compact, DisabilityCard, IdDocument, IdProblem, NumberProblem, SocialCreditCode,
    StudentNumber, StudentNumberKind, check_digit,
};

fn check(text: &str, expected: Result<&str, IdProblem>) {
    let read = CitizenId::parse(text).map(|id| id.to_string());
    assert_eq!(read, expected.map(str::to_owned), "{text:?}");
}

/// GB 11643: the two printed examples, invented numbers, and 港澳台居民居住证.
#[test]
fn valid_numbers() {
    for text in ["11010519491231002X", "539999201509010011", "53999920120315002X", "53999920160807001X"] {
        check(text, Ok(text));
    }
}

/// The parts of a number.
#[test]
fn birth_sex_and_region() {
    let boy = CitizenId::parse("539999201509010011").unwrap();
    assert_eq!((boy.birth(), boy.sex(), boy.region()), (date(2015, 9, 1), Sex::Male, 539_999));
    assert_eq!(boy.masked(), "539999********0011");
    assert_eq!(format!("{boy:?}"), "CitizenId(539999********0011)");
    let girl = CitizenId::parse("53999920120315002X").unwrap();
    assert_eq!((girl.birth(), girl.sex()), (date(2012, 3, 15), Sex::Female));
    assert!(!girl.is_residence_permit());
    for region in ["810000", "820000", "830000"] {
        assert!(number(region, "20140506", "003").is_residence_permit(), "{region}");
    }
}

/// E09, L04: what can be tidied without guessing.
#[test]
fn untidy_numbers_are_tidied() {
    for text in [
        " 53999920120315002x ",
        "'53999920120315002X",
        "\u{2018}53999920120315002X",
        &wide("53999920120315002x"),
        "539999 20120315 002X",
        "\u{feff}539999\u{a0}20120315\u{200b}002X\t",
        "539999\u{3000}20120315002x",
    ] {
        check(text, Ok("53999920120315002X"));
    }
}

/// E09: every way to be wrong, each with its own answer.
#[test]
fn wrong_numbers() {
    for (text, problem) in [
        ("", IdProblem::Empty),
        (" \u{3000}'", IdProblem::Empty),
        ("无", IdProblem::Placeholder),
        ("暂无身份证", IdProblem::Placeholder),
        ("——", IdProblem::Placeholder),
        ("#N/A", IdProblem::Placeholder),
        ("null", IdProblem::Placeholder),
        ("0", IdProblem::Placeholder),
        ("000000000000000000", IdProblem::Placeholder),
        ("111111111111111111", IdProblem::Placeholder),
        ("5.39999E+17", IdProblem::LostDigits),
        ("5.39999e+17", IdProblem::LostDigits),
        ("5.39999201509010E17", IdProblem::LostDigits),
        ("539999201509010011.0", IdProblem::LostDigits),
        ("539999201509010000", IdProblem::LostDigits),
        ("539999150901001", IdProblem::FifteenDigits),
        ("5", IdProblem::WrongLength(1)),
        ("53999920150901001", IdProblem::WrongLength(17)),
        ("5399992015090100111", IdProblem::WrongLength(19)),
        ("539999201509010011539999201509010011", IdProblem::WrongLength(36)),
        ("张三", IdProblem::NotDigits),
        ("E12345678", IdProblem::NotDigits),
        ("5399992015O9010011", IdProblem::NotDigits),
        ("53999920150901001Y", IdProblem::NotDigits),
        ("539999-20150901-0011", IdProblem::NotDigits),
        ("999999201509010011", IdProblem::UnknownRegion),
        ("169999201509010011", IdProblem::UnknownRegion),
        ("539999201502300016", IdProblem::ImpossibleDate),
        ("539999201513010011", IdProblem::ImpossibleDate),
        ("440524188001010014", IdProblem::ImpossibleDate),
        ("539999201509010010", IdProblem::WrongCheckDigit { should_be: '1' }),
        ("539999201608070010", IdProblem::WrongCheckDigit { should_be: 'X' }),
    ] {
        check(text, Err(problem));
    }
}

/// Each problem tells what to do, and none repeats a number.
#[test]
fn problems_speak_to_people() {
    for problem in [
        IdProblem::Empty,
        IdProblem::Placeholder,
        IdProblem::LostDigits,
        IdProblem::FifteenDigits,
        IdProblem::WrongLength(17),
        IdProblem::NotDigits,
        IdProblem::UnknownRegion,
        IdProblem::ImpossibleDate,
        IdProblem::WrongCheckDigit { should_be: 'X' },
    ] {
        let words = problem.to_string();
        assert!(words.contains('请'), "{words}");
        assert!(!words.contains("539999"), "{words}");
    }
}

/// Fifteen digits are never a valid number, but may be compared with one.
#[test]
fn fifteen_digits_correspond_to_a_number() {
    let new = CitizenId::corresponding_to_fifteen("539999 800229 001").unwrap();
    assert_eq!((new.birth(), new.to_string().get(..17)), (date(1980, 2, 29), Some("53999919800229001")));
    assert_eq!(CitizenId::parse(&new.to_string()), Ok(new));
    assert_eq!(CitizenId::corresponding_to_fifteen("539999800101997"), Err(IdProblem::ImpossibleDate));
    assert_eq!(CitizenId::corresponding_to_fifteen("539999201509010011"), Err(IdProblem::WrongLength(18)));
    assert_eq!(CitizenId::corresponding_to_fifteen("53999980022900X"), Err(IdProblem::NotDigits));
}

/// 学籍号: G, L, J and what each says about the number inside.
#[test]
fn student_numbers() {
    use StudentNumberKind::{Formal, Temporary, WithoutId};
    let child = CitizenId::parse("53999920120315002X").ok();
    for (text, kind, id) in [
        ("G53999920120315002X", Formal, child),
        (" g53999920120315002x", Formal, child),
        ("L53999920120315002X", Temporary, child),
        ("J53999920120315002X", WithoutId, None),
        ("G539999201203150021", Formal, None),
    ] {
        let number = StudentNumber::parse(text).unwrap();
        assert_eq!((number.kind(), number.citizen_id()), (kind, id), "{text}");
    }
    let number = StudentNumber::parse("G53999920120315002X").unwrap();
    assert_eq!((number.as_str(), number.masked().as_str()), ("G53999920120315002X", "G539999********002X"));
    for text in ["", "X53999920120315002X", "G5399992012031500X2", "53999920120315002X", "学籍号"] {
        assert!(StudentNumber::parse(text).is_err(), "{text}");
    }
}

/// GB/T 26341: kind and grade stand behind the identity number; a reissue mark may follow.
#[test]
fn disability_cards() {
    for text in ["53999920120315002X43", "53999920120315002X43B1", " 53999920120315002x43b1"] {
        let card = DisabilityCard::parse(text).unwrap();
        assert_eq!(card.citizen_id().to_string(), "53999920120315002X");
        assert_eq!((card.category(), card.grade()), (DisabilityKind::Limb, DisabilityGrade::Third));
        assert!(!card.masked().contains("43"), "{}", card.masked());
    }
    let wrong_id = NumberProblem::Id(IdProblem::WrongCheckDigit { should_be: 'X' });
    assert_eq!(DisabilityCard::parse("53999920120315002143"), Err(wrong_id));
    for text in [
        "",
        "53999920120315002X83",
        "53999920120315002X45",
        "53999920120315002X03",
        "53999920120315002X",
        "53999920120315002X43C1",
    ] {
        assert!(DisabilityCard::parse(text).is_err(), "{text}");
    }
}

/// GB 32100: the two real vectors and the false one of the reference.
#[test]
fn social_credit_codes() {
    for text in ["91350100M000100Y43", "11100000000013127D", " 91350100m000100y43"] {
        assert!(SocialCreditCode::parse(text).is_ok(), "{text}");
    }
    let wrong = NumberProblem::WrongCheckDigit { name: "统一社会信用代码", should_be: '6' };
    assert_eq!(SocialCreditCode::parse("12100000400014429A"), Err(wrong));
    for text in ["", "9135010OM000100Y43", "91350100M000100Y4"] {
        assert!(SocialCreditCode::parse(text).is_err(), "{text}");
    }
}

/// The other papers, by the shape of their numbers.
#[test]
fn documents() {
    for (text, label) in [
        ("539999201509010011", "居民身份证"),
        (&number("810000", "20140506", "003").to_string(), "港澳台居民居住证"),
        (&resident_card(), "外国人永久居留身份证"),
        ("FRA539999150901", "外国人永久居留身份证"),
        ("H12345678", "港澳居民来往内地通行证"),
        ("M1234567801", "港澳居民来往内地通行证"),
        ("12345678", "台湾居民来往大陆通行证"),
        ("E12345678", "护照"),
    ] {
        assert_eq!(IdDocument::parse(text).map(IdDocument::label), Ok(label), "{text}");
    }
    assert_eq!(
        IdDocument::parse("539999201509010010"),
        Err(NumberProblem::Id(IdProblem::WrongCheckDigit { should_be: '1' }))
    );
    assert_eq!(IdDocument::parse(""), Err(NumberProblem::Empty));
    assert!(IdDocument::parse_as(IdKind::ResidentCard, "12345678").is_err());
    assert!(IdDocument::parse_as(IdKind::TaiwanPermit, "E12345678").is_err());
    let passport = IdDocument::parse_as(IdKind::ForeignPassport, "H12345678").unwrap();
    assert_eq!((passport.label(), passport.citizen_id()), ("护照", None));
}

/// A valid number with these parts.
fn number(region: &str, birth: &str, sequence: &str) -> CitizenId {
    CitizenId::parse(&complete(&format!("{region}{birth}{sequence}"))).unwrap()
}

fn resident_card() -> String {
    complete("95325020140506003")
}

/// The full-width spelling of ASCII text.
fn wide(text: &str) -> String {
    text.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect()
}

/// 17 digits with the right check character behind them.
fn complete(seventeen: &str) -> String {
    let check = check_digit(seventeen.as_bytes().try_into().unwrap()).unwrap();
    format!("{seventeen}{}", char::from(check))
}

prop_compose! {
    fn valid_number()(year in 1900_i16..=2100, month in 1_i8..=12, day in 1_i8..=28, sequence in 0..1000_u16) -> String {
        complete(&format!("539999{year:04}{month:02}{day:02}{sequence:03}"))
    }
}

proptest! {
    #![proptest_config(crate::cases(512))]

    /// E09: no text whatever makes a reader of numbers panic.
    #[test]
    fn any_text_is_answered(text in ".{0,40}") {
        let _ = (CitizenId::parse(&text), CitizenId::corresponding_to_fifteen(&text), Compact::of(&text));
        let _ = (StudentNumber::parse(&text), DisabilityCard::parse(&text), SocialCreditCode::parse(&text));
        let _ = (IdDocument::parse(&text), IdDocument::parse_as(IdKind::ResidentCard, &text));
    }

    /// The same for texts that look like numbers.
    #[test]
    fn any_number_is_answered(text in "[0-9XGLJB.E+'  ]{0,24}") {
        if let Ok(id) = CitizenId::parse(&text) {
            prop_assert_eq!(CitizenId::parse(&id.to_string()), Ok(id));
        }
        let _ = (StudentNumber::parse(&text), DisabilityCard::parse(&text), IdDocument::parse(&text));
    }

    #[test]
    fn a_valid_number_comes_back_as_it_was(text in valid_number()) {
        let id = CitizenId::parse(&text).unwrap();
        prop_assert_eq!(&id.to_string(), &text);
        prop_assert_eq!(StudentNumber::parse(&format!("G{text}")).unwrap().citizen_id(), Some(id));
        prop_assert_eq!(DisabilityCard::parse(&format!("{text}71")).unwrap().citizen_id(), id);
    }

    /// ISO 7064 MOD 11-2 finds every single wrong character.
    #[test]
    fn one_wrong_character_is_found(text in valid_number(), place in 0..18_usize, other in 0..11_usize) {
        let mut bytes = text.into_bytes();
        let wrong = b"0123456789X"[other];
        prop_assume!(bytes[place] != wrong);
        bytes[place] = wrong;
        prop_assert!(CitizenId::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    /// It finds every swap of neighbours too, the check character included: the weights of neighbours differ
    /// by a factor of two, and 2a + b ≡ 2b + a (mod 11) only for a = b. There is no exception.
    #[test]
    fn swapped_neighbours_are_found(text in valid_number(), place in 0..17_usize) {
        let mut bytes = text.into_bytes();
        prop_assume!(bytes[place] != bytes[place + 1]);
        bytes.swap(place, place + 1);
        prop_assert!(CitizenId::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    /// L04: the full-width spelling of a number is the number.
    #[test]
    fn full_width_is_the_same(text in valid_number()) {
        prop_assert_eq!(CitizenId::parse(&wide(&text)), CitizenId::parse(&text));
    }
}
