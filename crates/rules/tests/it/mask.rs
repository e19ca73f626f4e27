//! Hiding: what may be seen, and that the middle never is.

use proptest::prelude::*;
use rules::mask;

/// experience.md 8: 身份证 539999********0011, phone 138****0000.
#[test]
fn identity_numbers() {
    for (text, shown) in [
        ("539999201509010011", "539999********0011"),
        (" 53999920120315002x", "539999********002X"),
        ("G539999201509010011", "G539999********0011"),
        ("53999920150901001142", "539999********"),
        ("539999150901001", "********"),
        ("E12345678", "********"),
        ("张三539999201509010011", "********"),
        ("无", "********"),
        ("", ""),
    ] {
        assert_eq!(mask::id(text), shown, "{text}");
    }
}

#[test]
fn phones() {
    for (text, shown) in [
        ("13800000000", "138****0000"),
        ("+86 138-0000-0000", "138****0000"),
        ("１３８００００００００", "138****0000"),
        ("0872-8521234", "******34"),
        ("12345", "********"),
        ("没有电话", "********"),
        ("", ""),
    ] {
        assert_eq!(mask::phone(text), shown, "{text}");
    }
}

/// 未成年人保护法 103: public text keeps the first character and hides the length.
#[test]
fn names() {
    for (text, shown) in
        [("李小明", "李某某"), ("李明", "李某某"), ("阿依·古丽", "阿某某"), (" 𠮷 ", "𠮷某某"), ("", "")]
    {
        assert_eq!(mask::name(text), shown, "{text}");
    }
}

proptest! {
    #![proptest_config(crate::cases(512))]

    /// Any text is masked without a panic, and of an identity number the birth date is never shown.
    #[test]
    fn nothing_in_the_middle_is_shown(text in ".{0,40}") {
        let shown = mask::id(&text);
        prop_assert!(shown.is_empty() || shown.contains("********"));
        prop_assert!(shown.chars().filter(|c| *c != '*').count() <= 11);
        let _ = (mask::phone(&text), mask::name(&text));
    }

    #[test]
    fn the_birth_date_is_never_shown(number in "5[0-9]{5}[0-9]{8}[0-9]{3}[0-9X][0-9]{0,2}") {
        let shown = mask::id(&number);
        let hidden = shown.get(6..).and_then(|behind| behind.strip_prefix("********"));
        prop_assert!(hidden.is_some() || shown == "********", "{}", shown);
    }

    #[test]
    fn the_middle_of_a_phone_is_never_shown(number in "1[0-9]{10}") {
        let (head, tail) = (number.get(..3).unwrap(), number.get(7..).unwrap());
        prop_assert_eq!(mask::phone(&number), format!("{head}****{tail}"));
    }
}
