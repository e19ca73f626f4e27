//! Townships and villages: by code, and inside addresses as people write them.

use proptest::prelude::*;
use rules::divisions::Place;

use crate::nanjian::PLAN;

/// What an address is found to be, as a name; empty when nothing is found.
fn found(address: &str) -> String {
    let divisions = PLAN.divisions();
    divisions.locate(address).map(|place| divisions.name(place)).unwrap_or_default()
}

/// Domain 5.6: 8 townships, 81 villages, 4 of them 社区; the codes have gaps.
#[test]
fn all_of_them() {
    let divisions = PLAN.divisions();
    let counts: Vec<_> = divisions
        .townships()
        .map(|(id, township)| {
            (township.name.as_str(), divisions.villages().filter(|(_, v)| v.township == id).count())
        })
        .collect();
    let expected = [
        ("南涧镇", 15),
        ("小湾东镇", 7),
        ("公郎镇", 14),
        ("宝华镇", 10),
        ("无量山镇", 13),
        ("拥翠乡", 7),
        ("乐秋乡", 7),
        ("碧溪乡", 8),
    ];
    assert_eq!(counts, expected);
    assert_eq!(divisions.villages().filter(|(_, v)| v.name.ends_with("社区")).count(), 4);
}

#[test]
fn codes() {
    let divisions = PLAN.divisions();
    for (code, name) in [
        ("532926103212", "公郎镇沙乐村"),
        ("532926101001", "南涧镇南街社区"),
        ("532926103", "公郎镇"),
        ("532926103000", "公郎镇"),
        ("532926", "南涧彝族自治县"),
        ("532926000000", "南涧彝族自治县"),
        (" 532926203208 ", "碧溪乡凤仙村"),
    ] {
        let place = divisions.by_code(code).unwrap();
        assert_eq!(divisions.name(place), name, "{code}");
        assert!(code.trim().starts_with(divisions.code(place)), "{code}");
    }
    for code in ["", "532926101201", "532926101203", "532925", "5329261", "沙乐村", "53292610321２"] {
        assert_eq!(divisions.by_code(code), None, "{code}");
    }
    for (id, village) in divisions.villages() {
        let place = Place { township: Some(village.township), village: Some(id) };
        assert_eq!(divisions.by_code(&village.code), Some(place));
        assert_eq!(divisions.code(place), village.code);
    }
}

/// Every village is found by its address in full, by short forms, and by its bare name with its kind.
#[test]
fn every_village_is_found() {
    let divisions = PLAN.divisions();
    for (id, village) in divisions.villages() {
        let place = Some(Place { township: Some(village.township), village: Some(id) });
        let township = &divisions.township(village.township).unwrap().name;
        let core = village.name.trim_end_matches("社区").trim_end_matches('村');
        for address in [
            format!("云南省大理白族自治州南涧彝族自治县{township}{}委会三组12号", village.name),
            format!("云南省大理州南涧县{township}{}", village.name),
            format!("{township}{core}五组"),
            format!("{township} {core}"),
            format!("南涧{township}{}", village.name),
            village.name.clone(),
        ] {
            assert_eq!(divisions.locate(&address), place, "{address}");
        }
        assert!(divisions.locate(core).is_some(), "{core}");
    }
}

/// Names that occur twice, names inside names, streets and other counties.
#[test]
fn addresses_as_people_write_them() {
    for (address, name) in [
        ("南涧镇西山村委会三组", "南涧镇西山村"),
        ("云南省大理白族自治州南涧彝族自治县公郎镇沙乐村民委员会大村组", "公郎镇沙乐村"),
        ("公郎镇公郎村", "公郎镇公郎村"),
        ("公郎镇公郎", "公郎镇公郎村"),
        ("公郎村委会", "公郎镇公郎村"),
        ("公郎", "公郎镇"),
        ("公郎镇", "公郎镇"),
        ("公郎镇公郎街28号", "公郎镇"),
        ("宝华镇宝华村", "宝华镇宝华村"),
        ("宝华镇宝华村委会拥政组", "宝华镇宝华村"),
        ("乐秋乡乐秋村", "乐秋乡乐秋村"),
        ("拥翠乡拥翠村", "拥翠乡拥翠村"),
        ("宝华镇无量村", "宝华镇无量村"),
        ("无量山镇", "无量山镇"),
        ("无量山镇无量村", "无量山镇"),
        ("无量山镇马街村", "无量山镇马街村"),
        ("拥翠乡旧马街村", "拥翠乡旧马街村"),
        ("旧马街村委会", "拥翠乡旧马街村"),
        ("南涧县公郎沙乐村", "公郎镇沙乐村"),
        ("南涧公郎镇沙乐村", "公郎镇沙乐村"),
        ("南涧县城南街社区", "南涧镇南街社区"),
        ("南涧镇安定路12号", "南涧镇"),
        ("公郎镇中山路3号", "公郎镇"),
        ("公郎镇沙乐村委会新合村", "公郎镇沙乐村"),
        ("小湾东镇 神舟村 一组", "小湾东镇神舟村"),
        ("小湾东镇西山村", "小湾东镇"),
        ("公郎镇市场旁", "公郎镇"),
        ("公郎镇沙乐村(现住大理市)", "公郎镇沙乐村"),
        ("沙乐", "公郎镇沙乐村"),
        ("南涧县", ""),
        ("弥渡县德苴乡新民村", ""),
        ("昆明市五华区和平村", ""),
        ("巍山彝族回族自治县公郎镇", ""),
        ("大西山村", ""),
        ("不详", ""),
        ("", ""),
    ] {
        assert_eq!(found(address), name, "{address}");
    }
}

proptest! {
    #![proptest_config(crate::cases(512))]

    #[test]
    fn any_text_is_answered(text in ".{0,40}", township in "南涧|公郎镇|无量|县|市|村", tail in ".{0,10}") {
        let divisions = PLAN.divisions();
        let _ = (divisions.locate(&text), divisions.by_code(&text), divisions.locate(&format!("{text}{township}{tail}")));
    }
}
