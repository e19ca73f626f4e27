//! 学籍变动: who must act, what forbids it, and what becomes of the child.

use casework::db::testing::on_each_engine;
use casework::desk::SignedIn;
use casework::ledger::{self, MoveForm};
use casework::refused::Refused;
use rules::access::Role;
use rules::roll::Side;
use rules::standing::Standing;

use super::town::{Town, bureau, head, out, pupil, second_bureau, who, words};

fn form(kind: &str) -> MoveForm {
    MoveForm {
        kind: kind.to_owned(),
        effective: "2026-11-24".to_owned(),
        reason: "随父母迁居".to_owned(),
        ..MoveForm::default()
    }
}

fn start(town: &Town, by: &SignedIn, child: &str, form: MoveForm) -> Result<String, Refused> {
    let child = child.to_owned();
    town.act(by, move |desk| ledger::start_move(desk, &child, &form))
}

fn agree(town: &Town, by: &SignedIn, id: &str, side: Side, class: &'static str) -> Result<(), Refused> {
    let id = id.to_owned();
    town.act(by, move |desk| ledger::agree(desk, &id, side, class))
}

fn standing(town: &Town, child: &str) -> Option<Standing> {
    let child = child.to_owned();
    town.act(&bureau(), move |desk| ledger::read(desk, &child)).expect("the file").standing
}

/// domain.md 2.9: 转学 needs the giving school, the receiving one and the county; who has not acted is shown.
#[test]
fn a_transfer_needs_both_schools_and_the_county() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let child = town.enter(vec![pupil("李小明")]).remove(0);
        let wish = MoveForm { to_school: "s2".to_owned(), ..form("transfer") };
        let id = start(&town, &head("s1"), &child, wish.clone()).expect("asked");
        assert!(words(start(&town, &head("s1"), &child, wish)).contains("还没办完"));
        town.at("2026-11-27T01:00:00Z");
        let board = |by: &SignedIn| town.act(by, ledger::waiting).expect("the board");
        let seen = board(&head("s2"));
        assert_eq!(seen[0].pending, ["西乡小学", "县教体局"]);
        assert_eq!(
            (seen[0].days, seen[0].mine.clone(), seen[0].open),
            (3, vec![(Side::Receiving, "转入学校")], false)
        );
        assert_eq!(board(&head("s1"))[0].mine, []);
        assert!(matches!(agree(&town, &head("s1"), &id, Side::Receiving, "c2"), Err(Refused::Denied { .. })));
        assert!(words(agree(&town, &head("s2"), &id, Side::Receiving, "c1")).contains("哪个班"));
        agree(&town, &head("s2"), &id, Side::Receiving, "c2").expect("received");
        assert!(matches!(agree(&town, &head("s2"), &id, Side::Receiving, "c2"), Err(Refused::Denied { .. })));
        agree(&town, &bureau(), &id, Side::County, "").expect("approved");
        assert!(board(&bureau()).is_empty());
        assert_eq!(standing(&town, &child), Some(Standing::Enrolled));
        let there = child.clone();
        assert!(town.act(&head("s2"), move |desk| ledger::read(desk, &there)).is_ok());
        let gone = child;
        assert!(matches!(
            town.act(&head("s1"), move |desk| ledger::read(desk, &gone)),
            Err(Refused::Denied { .. })
        ));
        assert_eq!(
            town.count("select cast(count(*) as bigint) from class_member where county = $1 and class = 'c2' and until_day is null"),
            1
        );
        assert_eq!(
            town.count(
                "select cast(count(*) as bigint) from class_member where county = $1 and until_day is null"
            ),
            1
        );
        town.ties_are_true();
    });
}

/// 义务教育法11, B05, B09: 休学 for health alone, with an end, by two persons; 复学 brings back.
#[test]
fn suspension_is_for_health_and_ends() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let child = town.enter(vec![pupil("李小明")]).remove(0);
        for (until, paper, says) in [
            ("2027-05-01", "", "义务教育法第十一条"),
            ("", "县医院证明 12 号", "义务教育法第十一条"),
            ("2028-05-01", "县医院证明 12 号", "最长一年"),
        ] {
            let bad = MoveForm { until: until.to_owned(), paper: paper.to_owned(), ..form("suspend") };
            let told = words(start(&town, &head("s1"), &child, bad));
            assert!(told.contains(says), "{told}");
        }
        let good = MoveForm {
            until: "2027-05-01".to_owned(),
            paper: "县医院证明 12 号".to_owned(),
            ..form("suspend")
        };
        let id = start(&town, &bureau(), &child, good).expect("asked");
        assert!(words(agree(&town, &bureau(), &id, Side::County, "")).contains("同一个人"));
        agree(&town, &head("s1"), &id, Side::Giving, "").expect("agreed");
        agree(&town, &second_bureau(), &id, Side::County, "").expect("approved");
        assert_eq!(standing(&town, &child), Some(Standing::Suspended));
        let away = MoveForm { to_school: "s2".to_owned(), ..form("transfer") };
        assert!(words(start(&town, &head("s1"), &child, away)).contains("休学期间不能转学"));
        let id = start(&town, &head("s1"), &child, form("resume")).expect("asked");
        agree(&town, &bureau(), &id, Side::County, "").expect("approved");
        assert_eq!(standing(&town, &child), Some(Standing::Enrolled));
        town.ties_are_true();
    });
}

/// Death, leaving the country and leaving the county need their proof; what waits can be sent back or taken back.
#[test]
fn proofs_and_answers() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let ids = town.enter(vec![pupil("李小明"), pupil("李小花"), out("王小花")]);
        for (kind, says) in
            [("died", "死亡证明"), ("abroad", "县外的学校"), ("graduate", "毕业年级"), ("resume", "没有休学")]
        {
            let told = words(start(&town, &head("s1"), &ids[0], form(kind)));
            assert!(told.contains(says), "{kind}: {told}");
        }
        assert!(matches!(start(&town, &head("s1"), &ids[2], form("died")), Err(Refused::Denied { .. })));
        assert!(words(start(&town, &bureau(), &ids[2], form("died"))).contains("不在本县"));
        let wish = MoveForm { paper: "死亡证明 3 号".to_owned(), ..form("died") };
        let id = start(&town, &head("s1"), &ids[0], wish).expect("asked");
        agree(&town, &bureau(), &id, Side::County, "").expect("approved");
        assert_eq!(standing(&town, &ids[0]), Some(Standing::Dead));
        let out = MoveForm {
            paper: "接收证明 1 号".to_owned(),
            other_place: "昆明某小学".to_owned(),
            ..form("transfer_out")
        };
        let id = start(&town, &head("s1"), &ids[1], out.clone()).expect("asked");
        let back = id.clone();
        assert!(matches!(
            town.act(&bureau(), move |desk| ledger::withdraw(desk, &back)),
            Err(Refused::Denied { .. })
        ));
        let back = id;
        town.act(&bureau(), move |desk| ledger::send_back(desk, &back, Side::County, "没有接收证明原件"))
            .expect("sent back");
        let id = start(&town, &head("s1"), &ids[1], out.clone()).expect("asked again");
        town.act(&head("s1"), move |desk| ledger::withdraw(desk, &id)).expect("taken back");
        // A day that has not come: done by all, carried out on the day by the nightly job (nightly.rs).
        let later = MoveForm { effective: "2026-12-01".to_owned(), ..out };
        let id = start(&town, &head("s1"), &ids[1], later).expect("asked");
        agree(&town, &bureau(), &id, Side::County, "").expect("approved");
        assert_eq!(standing(&town, &ids[1]), Some(Standing::Enrolled));
        town.ties_are_true();
        // A class teacher answers 调班 alone: a change of the roll is not on the board, and cannot be answered.
        let teacher = who("t", Role::Teacher, "c1");
        assert_eq!(town.act(&teacher, ledger::waiting).expect("the board"), []);
        let open = town.act(&head("s1"), ledger::waiting).expect("the board").remove(0).id;
        assert!(matches!(agree(&town, &teacher, &open, Side::Giving, ""), Err(Refused::Denied { .. })));
        assert!(matches!(
            town.act(&who("v", Role::Village, "v1"), ledger::waiting),
            Err(Refused::Denied { .. })
        ));
    });
}
