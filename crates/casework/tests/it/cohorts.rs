//! 当年花名册 (二; issue 6, item 1; hazards B09, E12, E14): an old list makes 巩固率 by name computable in a county that begins today. Whom the
//! ledger has joins the cohort, whom it has not is listed by name and counts as not retained until somebody says with proof what became of it;
//! taken back it leaves nothing, but for what somebody has said since.

use std::sync::Arc;

use casework::db::testing::on_each_engine;
use casework::figures::{
    FateForm, NamesAsked, changes, cohorts, freeze, gone, gone_one, names, panel, renew, since, steps, tell,
    verify,
};
use casework::imports::{Choice, ImportState, Outcome};
use casework::jobs::Means;
use casework::refused::Refused;
use rules::access::Role;
use rules::figures::{Cohort, Counts, Figure, Mark};
use rules::plan::ListKind;
use rules::standing::Standing;

use crate::county::{COUNTY, person};
use crate::imports::{HOUSEHOLD, Scene, home, id, scene};
use crate::jobs::act;

const OLD: &str = "入学学年,学校标识码,学校名称,年级,姓名,身份证件号,学籍号,出生日期";

fn old(year: &str, grade: &str, name: &str, number: &str) -> String {
    let birth = number.get(6..14).unwrap_or("20120310");
    format!("{year},2153901001,西山小学,{grade},{name},{number},,{birth}")
}

/// Three children of the ledger born in 2012, and the old list that has two of them and two others.
fn county(db: casework::db::Db) -> (Scene, [String; 3]) {
    let scene = scene(db);
    let numbers = [id("20120310", 1), id("20120311", 12), id("20120312", 1)];
    let rows: Vec<String> = ["李甲", "李乙", "李丙"]
        .iter()
        .zip(&numbers)
        .map(|(name, number)| home(name, number, if number == &numbers[1] { "女" } else { "男" }))
        .collect();
    let first = scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &rows);
    scene.apply(&scene.bureau, &first);
    assert_eq!(scene.children(), 3, "{:?}", scene.outcomes(&first));
    whole(&scene);
    (scene, numbers)
}

/// The unit of this county has another id than the county: whoever sees the whole county sees the children all the same.
fn whole(scene: &Scene) {
    scene.sql("update child_tie set unit = county where county = $1 and tie = 'county'");
}

fn retained(scene: &Scene, figure: Figure) -> Option<Counts> {
    let means: Arc<dyn Means> = scene.machine.clone();
    renew(&means).expect("a snapshot");
    let panel = act(&scene.machine, &scene.bureau, |desk| panel(desk, None)).expect("the panel");
    panel.lines.iter().find(|line| line.figure == figure)?.whole.as_ref()?.counts
}

fn counts(ins: u64, outs: u64) -> Option<Counts> {
    Some(Counts { ins, outs, apart: 0 })
}

fn asked(figure: Figure) -> NamesAsked {
    NamesAsked {
        figure,
        at: None,
        township: String::new(),
        village: String::new(),
        mark: None,
        cause: None,
        step: None,
        after: String::new(),
    }
}

#[test]
fn an_old_list_makes_retention_by_name() {
    on_each_engine(|db| {
        let (scene, numbers) = county(db);
        assert_eq!(retained(&scene, Figure::Retention), None, "nobody knows who was there");
        let before = scene.number("select cast(sum(version) as bigint) from child where county = $1");
        let rows = [
            old("2018级", "一年级", "李甲", &numbers[0]),
            old("2018", "", "李乙", &numbers[1]),
            old("2018-2019学年", "一年级", "王走远", &id("20120313", 1)),
            old("2018", "一年级", "王无号", ""),
            old("2018", "一年级", "王太小", &id("20170313", 1)),
            old("2018", "九年级", "王九级", &id("20120314", 1)),
        ];
        let import = scene.preview(&scene.bureau, ListKind::Cohort, OLD, &rows);
        let page = scene.page(&import, Outcome::Changed);
        assert_eq!(page.line.state, ImportState::Ready);
        let many = [Outcome::Changed, Outcome::Added, Outcome::Rejected].map(|one| page.line.count(one));
        assert_eq!(many, [2, 2, 2], "{:?}", scene.outcomes(&import));
        assert_eq!(page.rows[0].changes[0].right, "2018-2019学年一年级");
        assert!(page.has_errors, "what is wrong comes back as a workbook");
        scene.apply(&scene.bureau, &import);
        assert_eq!(scene.children(), 3, "no child is made");
        let after = scene.number("select cast(sum(version) as bigint) from child where county = $1");
        assert_eq!(after, before, "no child is changed");
        // A household list alone says of nobody that it is in school: 不明 is no numerator either.
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 4));
        let page =
            act(&scene.machine, &scene.bureau, |desk| names(desk, &asked(Figure::Retention))).expect("names");
        let listed: Vec<(&str, bool)> =
            page.names.iter().map(|one| (one.name.as_str(), one.gone.is_some())).collect();
        assert_eq!(listed, [("李甲", false), ("李乙", false), ("王无号", true), ("王走远", true)]);

        // Handed in again as another file it is written no second time.
        let again = scene.preview(&scene.bureau, ListKind::Cohort, OLD, &rows[..4]);
        scene.apply(&scene.bureau, &again);
        let stays = scene.number("select cast(count(*) as bigint) from cohort_name where county = $1")
            + scene.number("select cast(count(*) as bigint) from figure_cohort where county = $1");
        assert_eq!(stays, 4, "{:?}", scene.outcomes(&again));
    });
}

#[test]
fn what_became_of_the_missing_needs_a_proof() {
    on_each_engine(|db| {
        let (scene, numbers) = county(db);
        let rows =
            [old("2018", "一年级", "李甲", &numbers[0]), old("2018", "一年级", "王走远", &id("20120313", 1))];
        let import = scene.preview(&scene.bureau, ListKind::Cohort, OLD, &rows);
        scene.apply(&scene.bureau, &import);
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 2));
        let page =
            act(&scene.machine, &scene.bureau, |desk| gone(desk, 2018, Cohort::First, "")).expect("who");
        let who = page.names[0].id.clone();
        assert_eq!((page.names[0].name.as_str(), page.names[0].standing), ("王走远", Standing::Unknown));
        let say = |standing, proof: &str| {
            let (id, form) = (who.clone(), FateForm { standing, proof: proof.to_owned() });
            act(&scene.machine, &scene.bureau, move |desk| tell(desk, &id, &form))
        };
        for (standing, proof) in
            [(Some(Standing::MovedAway), " "), (None, "转学证明"), (Some(Standing::Enrolled), "转学证明")]
        {
            assert!(matches!(say(standing, proof), Err(Refused::Invalid(_))), "{standing:?}");
        }
        say(Some(Standing::MovedAway), "2021年9月转学证明，存教体局").expect("said");
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 1), "who has moved away is not counted");
        say(Some(Standing::Elsewhere), "外县学籍截图").expect("said otherwise");
        assert_eq!(retained(&scene, Figure::Retention), counts(1, 1));
        let id = who.clone();
        let (_, fates) = act(&scene.machine, &scene.bureau, move |desk| gone_one(desk, &id)).expect("one");
        assert_eq!(
            fates.iter().map(|one| (one.standing, one.proof.as_str())).collect::<Vec<_>>(),
            [(Standing::Elsewhere, "外县学籍截图"), (Standing::MovedAway, "2021年9月转学证明，存教体局")]
        );
        let lines = act(&scene.machine, &scene.bureau, cohorts).expect("the cohorts");
        assert_eq!(
            lines
                .iter()
                .map(|one| (one.year, one.cohort, one.counts, one.known, one.missing, one.unknown))
                .collect::<Vec<_>>(),
            [(2018, Cohort::First, true, 1, 1, 0)]
        );

        // A township reads those of its schools, another none, a department nothing.
        let town = person(&scene.machine.db, "xie", &[("town", Role::Township)]);
        let other = person(&scene.machine.db, "xu", &[("town2", Role::Township)]);
        let police = person(&scene.machine.db, "pu", &[("office", Role::Police)]);
        let read = |by| act(&scene.machine, by, |desk| gone(desk, 2018, Cohort::First, ""));
        assert_eq!(read(&town).expect("its own").names.len(), 1);
        assert_eq!(read(&other).expect("none").names.len(), 0);
        assert!(matches!(read(&police), Err(Refused::Denied { .. })));
        let id = who.clone();
        assert!(matches!(
            act(&scene.machine, &other, move |desk| gone_one(desk, &id)),
            Err(Refused::Denied { .. })
        ));
        let (id, form) = (who.clone(), FateForm { standing: Some(Standing::Dead), proof: "证明".to_owned() });
        assert!(matches!(
            act(&scene.machine, &town, move |desk| tell(desk, &id, &form)),
            Err(Refused::Denied { .. })
        ));

        // Taken back: the name stays, since somebody has said something of it; the child is in no cohort.
        scene.undo(&import);
        assert_eq!(scene.page(&import, Outcome::Added).line.kept, 1);
        assert_eq!(scene.number("select cast(count(*) as bigint) from figure_cohort where county = $1"), 0);
        assert_eq!(scene.number("select cast(count(*) as bigint) from cohort_name where county = $1"), 1);
    });
}

/// Once the ledger has somebody of that number, it counts there; what was frozen before stays, and the difference is told by name (B08).
#[test]
fn who_comes_into_the_ledger_counts_there() {
    on_each_engine(|db| {
        let (scene, numbers) = county(db);
        let late = id("20120313", 1);
        let rows = [old("2018", "一年级", "王走远", &late), old("2024", "七年级", "李丙", &numbers[2])];
        let import = scene.preview(&scene.bureau, ListKind::Cohort, OLD, &rows);
        scene.apply(&scene.bureau, &import);
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 1));
        let verdict =
            act(&scene.machine, &scene.bureau, |desk| verify(desk, 1)).expect("looked at").expect("there");
        assert!(verdict.adds_up);
        act(&scene.machine, &scene.bureau, move |desk| freeze(desk, &verdict, "月报")).expect("frozen");
        let new =
            scene.preview(&scene.bureau, ListKind::Household, HOUSEHOLD, &[home("王走远", &late, "男")]);
        scene.apply(&scene.bureau, &new);
        whole(&scene);
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 1));
        assert_eq!(retained(&scene, Figure::Junior), counts(0, 1));
        let page =
            act(&scene.machine, &scene.bureau, |desk| names(desk, &asked(Figure::Retention))).expect("names");
        assert_eq!(
            page.names.iter().map(|one| (one.child.is_empty(), one.gone.is_some())).collect::<Vec<_>>(),
            [(false, false)]
        );
        let nobody =
            act(&scene.machine, &scene.bureau, |desk| gone(desk, 2018, Cohort::First, "")).expect("none");
        assert_eq!(nobody.names, []);
        let found = act(&scene.machine, &scene.bureau, |desk| changes(desk, Figure::Retention, (1, 2), ""))
            .expect("may")
            .expect("both are there");
        let who: Vec<(&str, Mark, Mark, bool)> = found
            .changes
            .iter()
            .map(|one| (one.name.as_str(), one.was.0, one.is.0, one.gone.is_some()))
            .collect();
        assert_eq!(who, [("王走远", Mark::Out, Mark::None, true), ("王走远", Mark::None, Mark::Out, false)]);
        // The night counted what changed since the report.
        let since =
            act(&scene.machine, &person(&scene.machine.db, "zhang", &[("county", Role::Director)]), |desk| {
                since(desk, 2, COUNTY)
            })
            .expect("since the report");
        assert_eq!(
            since.iter().map(|one| (one.figure, one.from)).collect::<Vec<_>>(),
            [(Figure::InSchool, 1)]
        );
        assert_eq!(
            since[0].turns.iter().map(|turn| (turn.was, turn.is, turn.many)).collect::<Vec<_>>(),
            [(Mark::None, Mark::Out, 1)]
        );
        let none =
            act(&scene.machine, &person(&scene.machine.db, "zhou", &[("county", Role::Director)]), |desk| {
                steps(desk, 2, COUNTY)
            })
            .expect("no cases");
        assert!(none.iter().all(|(_, many)| *many == 0));
    });
}

/// E10: a name without a number that a child of the ledger has is for two eyes; decided, it joins the cohort or is one of those who are missing.
#[test]
fn a_namesake_is_for_two_eyes() {
    on_each_engine(|db| {
        let (scene, _) = county(db);
        let rows =
            ["2018,,,一年级,李甲,,,2012-03-10".to_owned(), "2018,,,一年级,李乙,,,2012-03-11".to_owned()];
        let import = scene.preview(&scene.bureau, ListKind::Cohort, OLD, &rows);
        assert_eq!(
            scene.page(&import, Outcome::Unclear).line.count(Outcome::Unclear),
            2,
            "{:?}",
            scene.outcomes(&import)
        );
        scene.apply(&scene.bureau, &import);
        assert_eq!(retained(&scene, Figure::Retention), None);
        scene.settle(&import, 1, Choice::Same).expect("the same");
        scene.settle(&import, 2, Choice::New).expect("another");
        assert_eq!(retained(&scene, Figure::Retention), counts(0, 2));
        let page =
            act(&scene.machine, &scene.bureau, |desk| gone(desk, 2018, Cohort::First, "")).expect("who");
        assert_eq!(page.names.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["李乙"]);
        scene.undo(&import);
        assert_eq!(retained(&scene, Figure::Retention), None);
    });
}
