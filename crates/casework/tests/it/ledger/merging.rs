//! Two files of one child become one, and two again.

use casework::db::testing::on_each_engine;
use casework::ledger;
use casework::refused::Refused;
use rules::standing::Standing;

use super::town::{Town, bureau, head, number, out, pupil, words};

/// E20: everything moves and comes back; the file that lacks a number or a school takes it, and gives it back.
#[test]
fn a_merge_can_be_undone() {
    on_each_engine(|db| {
        let town = Town::new(db);
        let mut on_roll = pupil("李小明");
        on_roll.id_kind = "1".to_owned();
        on_roll.id_number = Some(number("20170504", 11));
        let ids = town.enter(vec![out("李小明"), on_roll]);
        let (kept, gone) = (ids[0].clone(), ids[1].clone());
        let read = |id: &str| {
            let id = id.to_owned();
            town.act(&bureau(), move |desk| ledger::read(desk, &id)).expect("the file")
        };
        let before = (read(&kept), read(&gone));
        let asked = kept.clone();
        let doubles = town.act(&bureau(), move |desk| ledger::doubles(desk, &asked)).expect("doubles");
        assert_eq!(doubles[0].0, gone);
        let (a, b) = (kept.clone(), gone.clone());
        let pairs = town.act(&bureau(), move |desk| ledger::side_by_side(desk, &a, &b)).expect("both").pairs;
        assert!(pairs.iter().any(|pair| pair.label == "学校" && pair.kept != pair.gone));
        let (a, b) = (kept.clone(), gone.clone());
        assert!(words(town.act(&bureau(), move |desk| ledger::merge(desk, &a, &b, " "))).contains("凭什么"));
        let (a, b) = (kept.clone(), gone.clone());
        assert!(matches!(
            town.act(&head("s1"), move |desk| ledger::merge(desk, &a, &b, "同一人")),
            Err(Refused::Denied { .. })
        ));
        let (a, b) = (kept.clone(), gone.clone());
        let merge = town
            .act(&bureau(), move |desk| ledger::merge(desk, &a, &b, "户口簿核对，同一人"))
            .expect("merged");
        town.ties_are_true();
        let one = read(&kept);
        assert_eq!((one.guardians.map(|all| all.len()), one.groups.len()), (Some(1), 1));
        assert_eq!(one.standing, Some(Standing::Enrolled));
        assert!(one.identity.iter().any(|line| line.text.starts_with("539999********")));
        assert_eq!(read(&gone).id, kept, "the old address leads to the file that stays");
        assert_eq!(one.merges.len(), 1);
        // A06: the merge of this file under the address of another is not there.
        let (of, undo) = (gone.clone(), merge.clone());
        assert!(matches!(
            town.act(&bureau(), move |desk| ledger::unmerge(desk, &of, &undo, "并错了")),
            Err(Refused::Denied { .. })
        ));
        let (of, undo) = (kept.clone(), merge.clone());
        let parts =
            town.act(&bureau(), move |desk| ledger::unmerge(desk, &of, &undo, "并错了")).expect("undone");
        assert_eq!(parts, (kept.clone(), gone.clone()));
        town.ties_are_true();
        let after = (read(&kept), read(&gone));
        for (was, is) in [(before.0, after.0), (before.1, after.1)] {
            assert_eq!(
                (was.identity, was.home, was.schooling, was.standing, was.guardians, was.groups),
                (is.identity, is.home, is.schooling, is.standing, is.guardians, is.groups)
            );
        }
        assert!(matches!(
            town.act(&bureau(), move |desk| ledger::unmerge(desk, &kept, &merge, "再来")),
            Err(Refused::Denied { .. })
        ));
    });
}
