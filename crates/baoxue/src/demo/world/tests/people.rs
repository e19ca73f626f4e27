//! Children and households of the world.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use rules::identity::{CitizenId, StudentNumber};

use super::super::model::{Care, Child, IdNumber, Known, Poverty, Registered, Status};
use super::{DAYS, Whole, check};
use crate::synth::numbers::is_invented;

/// Nobody is real, no number comes twice, and nobody lives or serves in two villages.
#[test]
fn people_are_invented_and_distinct() {
    check(2000, |world| {
        let mut seen = HashSet::new();
        let households = world.households();
        let mut number = |id: &str, birth: Option<Date>| {
            let read = CitizenId::parse(id).unwrap();
            assert!(is_invented(id) && birth.is_none_or(|birth| birth == read.birth()));
            assert!(seen.insert(id.to_owned()));
            id.starts_with("539999")
        };
        let (mut ours, mut all) = (0, 0);
        for child in world.children() {
            let home = households[child.household.as_str()];
            if let IdNumber::Given(id) = &child.id {
                let local = number(id, Some(child.birth));
                assert_eq!(local, home.registered == Registered::Here, "{id}");
                ours += usize::from(local);
            } else {
                assert_eq!(home.registered, Registered::Nowhere);
            }
            all += 1;
            if let Some(roll) = &child.student_number {
                StudentNumber::parse(roll).unwrap();
            }
        }
        assert!(ours * 100 > all * 90);
        for home in households.values() {
            assert!(!home.adults.is_empty() && home.adults[0].guardian && home.adults[0].phone.is_some());
            assert!(!home.head.is_empty() && !home.address.is_empty());
            for adult in &home.adults {
                // Of those without a household register, only the children lack a number.
                number(&adult.id, None);
                assert!(adult.phone.as_ref().is_none_or(|phone| phone.starts_with("105")));
            }
        }
        let mut serves: HashMap<&str, &str> = HashMap::new();
        for post in world.posts().filter(|post| matches!(post.role, "village" | "group" | "cadre")) {
            let Some(holder) = post.holder() else { continue };
            let village = post.unit.split('-').next().unwrap();
            assert_eq!(*serves.entry(holder).or_insert(village), village);
        }
    });
}

/// 重点群体 and what became of the children stay within what a county has.
#[test]
fn rates_are_plausible() {
    let world = Whole::of(20_000, 3, DAYS[0]);
    let all = world.children().count();
    let households = world.households();
    let rate = |what: &str, low: usize, high: usize, has: &dyn Fn(&Child) -> bool| {
        let found = world.children().filter(|child| has(child)).count() * 100_000 / all;
        assert!((low..=high).contains(&found), "{what}: {found} of 100,000");
    };
    let care = |care| move |child: &Child| child.care.contains(&care);
    rate("孤儿", 150, 700, &care(Care::Orphan));
    rate("事实无人抚养", 100, 900, &care(Care::NobodyCares));
    rate("困境", 800, 2500, &care(Care::InNeed));
    rate("随迁", 1500, 5000, &care(Care::Incomer));
    rate("涉案", 10, 200, &care(Care::InvolvedInCase));
    rate("服刑人员子女", 50, 350, &care(Care::ParentInPrison));
    rate("残疾", 700, 1500, &|child| child.disability.is_some());
    rate("留守", 25_000, 40_000, &|child| child.left_behind != rules::codes::LeftBehind::No);
    let poverty =
        |child: &Child| households[child.household.as_str()].poverty.as_ref().map(|(kind, _)| *kind);
    rate("脱贫户", 12_000, 18_000, &|child| poverty(child) == Some(Poverty::LiftedOut));
    rate("监测户", 3000, 7500, &|child| matches!(poverty(child), Some(Poverty::Watched(_))));
    rate("外出就读", 3500, 9000, &|child| matches!(child.status, Status::Elsewhere(_)));
    rate("辍学", 200, 900, &|child| matches!(child.status, Status::DroppedOut(_)));
    rate("失学", 300, 1200, &|child| child.status == Status::NeverEnrolled);
    rate("休学", 30, 400, &|child| matches!(child.status, Status::Suspended(..)));
    rate("延缓入学", 1, 60, &|child| matches!(child.status, Status::Deferred(_)));
    rate("死亡", 5, 100, &|child| matches!(child.status, Status::Died(_)));
    rate("出境", 5, 150, &|child| matches!(child.status, Status::Abroad(_)));
    rate("无身份证号", 10, 300, &|child| child.id == IdNumber::None);
    rate("待办", 30, 300, &|child| matches!(child.id, IdNumber::Pending(_)));
    rate("not yet known", 100, 1500, &|child| child.known == Known::NotYet);
    rate("found out", 300, 2000, &|child| matches!(child.known, Known::FoundOut(_)));
    let proofs: Vec<_> = world
        .children()
        .filter_map(|child| {
            if let Status::Elsewhere(elsewhere) = &child.status { Some(elsewhere.proof) } else { None }
        })
        .collect();
    let share = |has: &dyn Fn(Date) -> bool| {
        proofs.iter().flatten().filter(|(_, until)| has(*until)).count() * 100 / proofs.len()
    };
    let soon = |until: Date| until >= world.today && until.since(world.today).unwrap().get_days() <= 30;
    assert!((5..20).contains(&share(&|until| until < world.today)));
    assert!((5..20).contains(&share(&soon)));
    assert!(proofs.iter().filter(|proof| proof.is_none()).count() * 100 / proofs.len() < 20);
}
