//! Code tables: each entry is read back from its code and label, and the usual spellings are known.

use proptest::prelude::*;
use rules::codes::{
    Boarding, DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, IdKind, InclusiveSchooling,
    LeftBehind, RollChange, Sex, StudentStatus, YesNo,
};

/// Every entry of a table comes back from its code and from its label, and codes are unique.
macro_rules! comes_back {
    ($($table:ty),+) => { $(
        for entry in <$table>::ALL {
            assert_eq!(<$table>::parse(entry.code()), Some(*entry));
            assert_eq!(<$table>::from_code(entry.code()), Some(*entry));
            assert_eq!(<$table>::parse(entry.label()), Some(*entry));
            assert_eq!(entry.to_string(), entry.label());
        }
        assert!(!<$table>::STANDARD.is_empty());
    )+ };
}

#[test]
fn every_entry_comes_back() {
    comes_back!(
        Boarding,
        DisabilityGrade,
        DisabilityKind,
        Ethnicity,
        FamilyRelation,
        IdKind,
        InclusiveSchooling,
        LeftBehind,
        RollChange,
        Sex,
        StudentStatus,
        YesNo
    );
}

/// GB/T 3304: 56 peoples; 彝, 彝族 and 07 are one; older names still occur; L04.
#[test]
fn peoples() {
    assert_eq!(Ethnicity::ALL.len(), 58);
    for (text, entry) in [
        ("彝", Ethnicity::Yi),
        ("彝族", Ethnicity::Yi),
        ("07", Ethnicity::Yi),
        ("7", Ethnicity::Yi),
        (" 彝 族 ", Ethnicity::Yi),
        ("汉族", Ethnicity::Han),
        ("34", Ethnicity::Blang),
        ("崩龙族", Ethnicity::Deang),
        ("毛难", Ethnicity::Maonan),
        ("土家族", Ethnicity::Tujia),
        ("土族", Ethnicity::Tu),
    ] {
        assert_eq!(Ethnicity::parse(text), Some(entry), "{text}");
    }
    for text in ["", "57", "彝文", "族"] {
        assert_eq!(Ethnicity::parse(text), None, "{text}");
    }
}

#[test]
fn spellings_of_lists() {
    assert_eq!(Sex::parse("男"), Some(Sex::Male));
    assert_eq!(Sex::parse(" 女性"), Some(Sex::Female));
    assert_eq!(Sex::parse("2"), Some(Sex::Female));
    assert_eq!(IdKind::parse("身份证"), Some(IdKind::ResidentCard));
    assert_eq!(IdKind::parse("a"), Some(IdKind::ForeignPassport));
    assert_eq!(RollChange::parse("28"), Some(RollChange::DroppedOut));
    assert_eq!(StudentStatus::parse("休学"), Some(StudentStatus::Suspended));
    assert_eq!(DisabilityKind::parse("听力"), Some(DisabilityKind::Hearing));
    assert_eq!(DisabilityGrade::parse("1级"), Some(DisabilityGrade::First));
    assert_eq!(FamilyRelation::parse("外婆"), Some(FamilyRelation::MaternalGrandmother));
    assert_eq!(LeftBehind::parse("否"), Some(LeftBehind::No));
    assert_eq!(Boarding::parse("寄宿生"), Some(Boarding::Boarder));
    assert_eq!(YesNo::parse("√"), Some(YesNo::Yes));
    assert_eq!(YesNo::parse(""), None);
}

proptest! {
    #![proptest_config(crate::cases(512))]

    #[test]
    fn any_text_is_answered(text in ".{0,20}") {
        let _ = (Ethnicity::parse(&text), Sex::parse(&text), FamilyRelation::parse(&text), YesNo::parse(&text));
    }
}
