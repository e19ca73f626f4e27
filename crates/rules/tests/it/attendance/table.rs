//! The clause as a table: which of three days it is, since when a child is 疑似辍学, and in what words.

use rules::attendance::{Kind, Part, asked, reached, sentence};

use super::{Child, day, leave, rule};

/// What the clock says on a day of a child.
fn check(name: &str, child: &Child, on: &str, away: u16, suspected: Option<&str>) {
    let clock = child.clock(on);
    assert_eq!((clock.away, clock.suspected), (away, suspected.map(day)), "{name} on {on}: {clock:?}");
}

/// 五(九), 3天及以上无正当理由未到校: signs are school days from Monday 2026-11-02 on.
#[test]
fn three_days_without_a_good_reason() {
    for (name, signs, on, away, suspected) in [
        ("there", ".....", "2026-11-06", 0, None),
        ("one day", "A", "2026-11-02", 1, None),
        ("two days", "AA", "2026-11-03", 2, None),
        ("three days", "AAA", "2026-11-04", 3, Some("2026-11-04")),
        ("a fourth changes nothing about since when", "AAAA", "2026-11-05", 4, Some("2026-11-04")),
        ("who comes begins anew", "AA.AA", "2026-11-06", 2, None),
        ("who comes back is suspected no longer", "AAA.", "2026-11-05", 0, None),
        ("over the weekend", "...AAA", "2026-11-09", 3, Some("2026-11-09")),
        ("on Sunday it is still two", "...AA", "2026-11-08", 2, None),
        ("boarders who do not come back", "BBB", "2026-11-04", 3, Some("2026-11-04")),
        ("one absence under two names", "BAA", "2026-11-04", 3, Some("2026-11-04")),
        ("a reason pauses", "AASA", "2026-11-05", 3, Some("2026-11-05")),
        ("a reason is not counted", "AAS", "2026-11-04", 2, None),
        ("reasons alone", "SPS", "2026-11-04", 0, None),
        ("told for three days, not for a fourth", "SSSS", "2026-11-05", 1, None),
        ("told for six days", "SSSSSS", "2026-11-09", 3, Some("2026-11-09")),
        ("told anew after coming", "SSS.SSS", "2026-11-10", 0, None),
        ("away for the school", "AAOO", "2026-11-05", 2, None),
        ("class suspended", "AAXXA", "2026-11-06", 3, Some("2026-11-06")),
        ("taught elsewhere", "AAEA", "2026-11-05", 1, None),
        ("nobody called: neither there nor away", "AA?", "2026-11-04", 2, None),
        ("nobody called, then away", "AA?A", "2026-11-05", 3, Some("2026-11-05")),
        ("nobody called at all", "?????", "2026-11-06", 0, None),
    ] {
        check(name, Child::new().days("2026-11-02", signs), on, away, suspected);
    }
}

/// B14: weekends, holidays, 调休, vacations and what one school does otherwise.
#[test]
fn only_school_days_count() {
    // 2026-09-30 is a Wednesday, then seven days off; 10-08 Thursday, 10-09 Friday, 10-10 Saturday is worked.
    check("over the holiday", Child::new().days("2026-09-30", "AAA"), "2026-10-09", 3, Some("2026-10-09"));
    check("in the holiday", Child::new().days("2026-09-30", "AAA"), "2026-10-07", 1, None);
    check("a worked Saturday", Child::new().days("2026-10-08", "AAA"), "2026-10-10", 3, Some("2026-10-10"));
    // Term ends on 2027-01-22; 2027 has no national days yet, so the summer before stands for all vacations.
    let mut summer = Child::new();
    summer.members[0].from = day("2026-03-02");
    summer.days("2026-07-16", "AAA");
    let at_end = summer.from(rules::attendance::Clock::default(), "2026-03-02", "2026-08-31");
    assert_eq!((at_end.away, at_end.suspected), (2, None), "the vacation counts nothing");
    let back = summer.from(at_end, "2026-09-01", "2026-09-01");
    assert_eq!(
        (back.away, back.suspected),
        (3, Some(day("2026-09-01"))),
        "and joins the days before and after it"
    );

    let change = |on: &str, school: Option<&str>, lessons| rules::attendance::DayChange {
        day: day(on),
        school: school.map(str::to_owned),
        lessons,
        why: "暴雨停课".to_owned(),
    };
    let mut storm = Child::new();
    storm.days("2026-11-02", "AAAA");
    storm.changes = vec![change("2026-11-04", Some("s1"), false)];
    check("closed for weather", &storm, "2026-11-04", 2, None);
    check("and on again", &storm, "2026-11-05", 3, Some("2026-11-05"));
    storm.changes = vec![change("2026-11-04", Some("s2"), false)];
    check("another school's closing", &storm, "2026-11-04", 3, Some("2026-11-04"));
    storm.changes = vec![change("2026-11-04", None, false), change("2026-11-04", Some("s1"), true)];
    check("a school's own word goes before the county's", &storm, "2026-11-04", 3, Some("2026-11-04"));
    let mut extra = Child::new();
    extra.days("2026-11-05", "AA").whole("2026-11-07", Kind::Truant);
    check("a Saturday is none", &extra, "2026-11-07", 2, None);
    extra.changes = vec![change("2026-11-07", Some("s1"), true)];
    check("unless lessons are made up on it", &extra, "2026-11-07", 3, Some("2026-11-07"));
    // Who was there on a day that was declared off afterwards was there.
    let mut there = Child::new();
    there.days("2026-11-02", "AA.A");
    there.changes = vec![change("2026-11-04", None, false)];
    check("a day off makes no suspect", &there, "2026-11-05", 1, None);
}

/// 假到期: leave is good to its last day and not a day longer.
#[test]
fn leave_runs_out() {
    let mut child = Child::new();
    child.days("2026-11-02", "AAAAAAAA");
    child.leave.push(leave("2026-11-02", "2026-11-06"));
    check("on leave", &child, "2026-11-08", 0, None);
    check("run out", &child, "2026-11-09", 1, None);
    check("third day after it", &child, "2026-11-11", 3, Some("2026-11-11"));
    child.leave.push(leave("2026-11-09", "2026-11-11"));
    check("made longer afterwards", &child, "2026-11-11", 0, None);
    let mut told = Child::new();
    told.days("2026-11-02", "SSSSSSSSS");
    told.leave.push(leave("2026-11-02", "2026-11-06"));
    check("told after leave", &told, "2026-11-11", 0, None);
    check("told for too long after leave", &told, "2026-11-12", 1, None);
}

/// Half days: who came for a part has come; a morning that was called and missed counts until the afternoon is called.
#[test]
fn half_days() {
    let halves = |pairs: &[(&str, Part, Kind)]| {
        let mut child = Child::new();
        for (on, part, kind) in pairs {
            child.part(on, *part, *kind);
        }
        child
    };
    use Kind::{LeftEarly, NotReturned, Present, Sick, Truant};
    use Part::{Afternoon, Evening, Morning, Whole};
    let on = "2026-11-02";
    for (name, marks, away) in [
        ("both missed", &[(on, Morning, Truant), (on, Afternoon, Truant)][..], 1),
        ("came in the afternoon", &[(on, Morning, Truant), (on, Afternoon, Present)], 0),
        ("left at noon", &[(on, Morning, LeftEarly), (on, Afternoon, Truant)], 0),
        ("afternoon not called yet", &[(on, Morning, Truant)], 1),
        ("a reason for one half", &[(on, Morning, Truant), (on, Afternoon, Sick)], 0),
        ("came back at night", &[(on, Morning, Truant), (on, Afternoon, Truant), (on, Evening, Present)], 0),
        ("only the evening was called", &[(on, Evening, NotReturned)], 0),
        ("called once, mended for a half", &[(on, Whole, Truant), (on, Afternoon, Present)], 0),
    ] {
        check(name, &halves(marks), on, away, None);
    }
    let clock = halves(&[(on, Morning, Truant), (on, Afternoon, Present)]).clock(on);
    assert_eq!((clock.month.due, clock.month.away), (2, 1), "half a day is missed all the same");
}

/// 转学: the absence goes with the child, counted by the days of the school that it belongs to; registers of another class
/// neither double nor end it.
#[test]
fn transfer_between_schools() {
    let mut child = Child::new();
    child.days("2026-11-02", "AA");
    child.members[0].until = Some(day("2026-11-04"));
    child.members.push(rules::attendance::Member {
        school: "s2",
        class: "c2",
        from: day("2026-11-04"),
        until: None,
    });
    check("before", &child, "2026-11-03", 2, None);
    check("nobody called in the new class", &child, "2026-11-04", 2, None);
    child.of("c1", "2026-11-04", Part::Whole, Kind::Truant);
    check("the old class's register does not count any more", &child, "2026-11-04", 2, None);
    child.of("c2", "2026-11-04", Part::Whole, Kind::Truant);
    check("the new one's does, once", &child, "2026-11-04", 3, Some("2026-11-04"));
    child.changes.push(rules::attendance::DayChange {
        day: day("2026-11-04"),
        school: Some("s2".to_owned()),
        lessons: false,
        why: "补休".to_owned(),
    });
    check("by the new school's days", &child, "2026-11-04", 2, None);
    // Between two schools: in no class, so nothing is due; the absence waits.
    let mut between = Child::new();
    between.days("2026-11-02", "AA").of("c1", "2026-11-04", Part::Whole, Kind::Truant);
    between.members[0].until = Some(day("2026-11-04"));
    check("in no class", &between, "2026-11-20", 2, None);
    between.members.push(rules::attendance::Member {
        school: "s2",
        class: "c2",
        from: day("2026-11-23"),
        until: None,
    });
    between.of("c2", "2026-11-23", Part::Whole, Kind::Truant);
    check("then away in the new one", &between, "2026-11-23", 3, Some("2026-11-23"));
}

/// What the teacher reads, with the clause.
#[test]
fn sentences_name_the_day_and_the_clause() {
    for (signs, on, said) in [
        (".", "2026-11-02", None),
        (
            "A",
            "2026-11-02",
            Some("旷课第 1 个上课日，再缺 2 天即为疑似辍学（五(九)；按连续上课日计为县默认值）"),
        ),
        (
            "AA",
            "2026-11-03",
            Some("旷课第 2 个上课日，再缺 1 天即为疑似辍学（五(九)；按连续上课日计为县默认值）"),
        ),
        (
            "BB",
            "2026-11-03",
            Some("未返校第 2 个上课日，再缺 1 天即为疑似辍学（五(九)；按连续上课日计为县默认值）"),
        ),
        (
            "AS?A",
            "2026-11-05",
            Some(
                "旷课第 2 个上课日，再缺 1 天即为疑似辍学（五(九)；按连续上课日计为县默认值）；其间请假 1 天、未点名 1 天，不计",
            ),
        ),
        (
            "AAAA",
            "2026-11-05",
            Some("4 个上课日无正当理由未到校，2026年11月4日起为疑似辍学（五(九)；按连续上课日计为县默认值）"),
        ),
        (
            "SSSS",
            "2026-11-05",
            Some(
                "口头请假已满，未到校第 1 个上课日，再缺 2 天即为疑似辍学（五(九)；按连续上课日计为县默认值）；其间请假 3 天，不计",
            ),
        ),
    ] {
        let clock = Child::new().days("2026-11-02", signs).clock(on);
        assert_eq!(sentence(&rule(), &clock).as_deref(), said, "{signs}");
    }
    let clock = Child::new().days("2026-11-02", "SS").clock("2026-11-03");
    assert_eq!(
        asked(&rule(), &clock).as_deref(),
        Some("口头请假第 2 天，满 3 天仍未办请假手续的，从第 4 天起按无正当理由计（县默认值）")
    );
    let clock = Child::new().days("2026-11-02", "SSSSS").clock("2026-11-06");
    assert_eq!(
        asked(&rule(), &clock).as_deref(),
        Some("口头请假已 5 天，第 4 天起按无正当理由计，请补办请假手续（县默认值）")
    );
}

/// Cumulative tiers, capabilities 17: of the term by share, of the month by days without reason; a sentence, no score.
#[test]
fn tiers_are_sentences() {
    for (signs, on, said) in [
        ("..........", "2026-11-13", vec![]),
        // 11 days called, 1 missed: 9 %.
        (".........SS", "2026-11-16", vec!["本学期点名 11 天，缺课 2 天，占 18.1%，达到 10%（县默认值）"]),
        ("S.........", "2026-11-13", vec!["本学期点名 10 天，缺课 1 天，占 10.0%，达到 10%（县默认值）"]),
        ("S..........", "2026-11-16", vec![]),
        ("S.S.S", "2026-11-06", vec![]),
        (
            "A.A.A.....",
            "2026-11-13",
            vec![
                "本学期点名 10 天，缺课 3 天，占 30.0%，达到 20%（县默认值）",
                "本月点名 10 天，无正当理由缺课 3 天，达到 3 天（县默认值）",
            ],
        ),
        (
            "A.S.S.....",
            "2026-11-13",
            vec!["本学期点名 10 天，缺课 3 天（其中无正当理由 1 天），占 30.0%，达到 20%（县默认值）"],
        ),
        ("O.O.O.....", "2026-11-13", vec![]),
        ("A.A.?.....", "2026-11-13", vec![]),
    ] {
        let clock = Child::new().days("2026-11-02", signs).clock(on);
        assert_eq!(reached(&rule(), &clock), said, "{signs}");
    }
    let next = Child::new().days("2026-11-02", "A.A.A.....").clock("2026-12-01");
    assert_eq!(next.month.away, 0, "a month begins with nothing");
    assert_eq!(next.term.away, 6, "the term goes on");
}
