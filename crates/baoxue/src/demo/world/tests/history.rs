//! The year behind the children of the world, and its two campaigns.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;

use rules::codes::RollChange;

use super::super::campaigns::{Outcome, PairDecision, Semester};
use super::super::model::{Change, ChangeKind, Child, Known, Status, Transfer, UnitKind};
use super::super::semesters::Semesters;
use super::{DAYS, Whole, check, plan};
use crate::synth::lists::List;
use crate::synth::{Format, Settings, generate};

/// The cells of a row, and whom it means.
type Row<'a> = (Vec<String>, Option<&'a Child>);

/// 学籍变动: in the past year, each kind somewhere, in the order in which such things happen.
#[test]
fn changes_are_dated_and_follow_each_other() {
    for today in DAYS {
        let world = Whole::of(6000, 1, today);
        let children: HashMap<&str, &Child> =
            world.children().map(|child| (child.key.as_str(), child)).collect();
        let schools: HashSet<&str> = world
            .units()
            .filter(|unit| unit.kind == UnitKind::School)
            .map(|unit| unit.key.as_str())
            .collect();
        let changes: Vec<&Change> = world.zones.iter().flat_map(|zone| &zone.changes).collect();
        let mut kinds: HashMap<ChangeKind, usize> = HashMap::new();
        for change in &changes {
            assert!(change.on <= today && change.on.until(today).unwrap().get_days() <= 730, "{change:?}");
            assert!(schools.contains(change.school.as_str()), "{change:?}");
            assert!(children.contains_key(change.child.as_str()));
            assert!((1..=12).contains(&change.grade), "{change:?}");
            assert!(
                change.until.is_none_or(
                    |until| until >= change.on && until.since(change.on).unwrap().get_days() <= 366
                )
            );
            assert!(RollChange::ALL.contains(&change.kind.code()));
            *kinds.entry(change.kind).or_default() += 1;
        }
        for kind in [
            ChangeKind::Enrolled,
            ChangeKind::Promoted,
            ChangeKind::Graduated,
            ChangeKind::TransferredIn,
            ChangeKind::TransferredOut,
            ChangeKind::Suspended,
            ChangeKind::Resumed,
        ] {
            assert!(kinds.get(&kind).is_some_and(|count| *count > 0), "{kind:?} {today}");
        }
        let transfers: Vec<&Transfer> = world.zones.iter().flat_map(|zone| &zone.transfers).collect();
        let half = transfers.iter().filter(|one| one.released.is_some() != one.accepted.is_some()).count();
        assert!(half > 3 && half < transfers.len(), "{half} of {}", transfers.len());
        for transfer in transfers {
            assert!(transfer.from != transfer.to && transfer.asked <= today, "{transfer:?}");
            let acted = [transfer.released, transfer.accepted];
            assert!(acted.iter().flatten().all(|on| (transfer.asked..=today).contains(on)), "{transfer:?}");
            assert!(acted.iter().flatten().count() > 0);
        }
        for child in world.children() {
            match &child.status {
                Status::DroppedOut(on) | Status::Died(on) | Status::Abroad(on) => {
                    assert!(*on <= today, "{child:?}");
                }
                Status::Suspended(from, until) => assert!(*from <= today && from <= until, "{child:?}"),
                _ => {}
            }
        }
    }
}

/// 五(四): two campaigns, the right lists on the right days, each row somebody's, and the decisions of the earlier one
/// about rows that are there.
#[test]
fn campaigns_and_what_was_decided() {
    check(3000, |world| {
        let Semesters { last, this, .. } = world.county.semesters;
        assert!(last < this && this <= world.today);
        assert!([last, this].iter().all(|day| matches!(day.month(), 3 | 9) && day.day() == 10));
        let mut rows: HashMap<(Semester, List), Vec<Row>> = HashMap::new();
        for zone in &world.zones {
            for part in &zone.lists {
                assert_eq!(part.rows.len(), part.means.len());
                let read = part.rows.iter().zip(&part.means).map(|(row, means)| {
                    let cells: Vec<String> = row.map(str::to_owned).collect();
                    assert_eq!(cells.len(), part.list.headings().len());
                    (cells, means.map(|index| &zone.children[index]))
                });
                rows.entry((part.semester, part.list)).or_default().extend(read);
            }
        }
        for semester in [Semester::Last, Semester::This] {
            for list in List::ALL.iter().filter(|list| **list != List::Truth) {
                assert!(!rows[&(semester, *list)].is_empty(), "{semester:?} {list:?}");
            }
            let day = if semester == Semester::Last { last } else { this };
            assert!(rows[&(semester, List::Present)].iter().all(|(cells, _)| cells[5] == day.to_string()));
            let household = &rows[&(semester, List::Household)];
            assert!(household.iter().all(|(_, child)| child.is_some()));
            // A row and the child that it means have a name or a number in common, but for clerks' mistakes.
            let alike =
                household.iter().filter(|(cells, child)| child.is_some_and(|child| child.name == cells[0]));
            assert!(alike.count() * 100 > household.len() * 97);
        }
        let elsewhere = rows[&(Semester::This, List::Elsewhere)].iter();
        for (cells, child) in elsewhere {
            if let Some(Child { status: Status::Elsewhere(known), .. }) = child {
                assert_eq!((&cells[6], &cells[7]), (&known.place, &known.school));
            }
        }
        let mut outcomes: HashMap<Outcome, usize> = HashMap::new();
        for decision in world.decisions() {
            assert!(decision.on > last && decision.on <= world.today, "{decision:?}");
            *outcomes.entry(decision.outcome).or_default() += 1;
            for (list, row) in
                [List::Household, List::Roll, List::Present, List::Poverty].iter().zip(decision.rows)
            {
                let means = row.map(|row| rows[&(Semester::Last, *list)][row - 1].1.unwrap().key.clone());
                assert!(means.is_none_or(|means| means == decision.child), "{decision:?}");
            }
            assert!(decision.rows[0].is_some() || decision.rows[1].is_some());
            assert!(
                world.posts().any(|post| post.key == decision.by && post.holder().is_some()),
                "{decision:?}"
            );
        }
        assert!(outcomes.len() >= 7, "{outcomes:?}");
        for child in world.children() {
            let decided = world.decisions().any(|decision| decision.child == child.key);
            assert!(decided || !matches!(child.known, Known::FoundOut(_)), "{child:?}");
        }
        let children: HashMap<&str, &Child> =
            world.children().map(|child| (child.key.as_str(), child)).collect();
        for decision in world.decisions().filter(|decision| decision.outcome == Outcome::Case) {
            let child = children[decision.child.as_str()];
            assert_eq!(child.known, Known::FoundOut(decision.on), "{child:?}");
            assert!(matches!(child.status, Status::DroppedOut(_) | Status::NeverEnrolled), "{child:?}");
        }
        let pairs: Vec<&PairDecision> = world.zones.iter().flat_map(|zone| &zone.pairs).collect();
        assert!(pairs.iter().any(|pair| pair.same));
        for pair in pairs {
            let household = rows[&(Semester::Last, List::Household)][pair.household_row - 1].1.unwrap();
            let roll = rows[&(Semester::Last, List::Roll)][pair.roll_row - 1].1.unwrap();
            assert_eq!(household.key == roll.key, pair.same, "{pair:?}");
        }
        let households = world.households();
        for pairing in world.zones.iter().flat_map(|zone| &zone.pairings) {
            let child = world.children().find(|child| child.key == pairing.child).unwrap();
            let post = world.posts().find(|post| post.key == pairing.post).unwrap();
            assert!(post.holder().is_some() && post.unit == households[child.household.as_str()].village);
        }
    });
}

/// docs/demo.md: in autumn, this semester's lists are those of `baoxue synth`, but for 外出就读.
#[test]
fn in_autumn_the_lists_are_those_of_synth() {
    let world = Whole::of(500, 1, DAYS[0]);
    let mut lists = world.zones.iter().map(|zone| {
        let this = zone.lists.iter().filter(|part| part.semester == Semester::This);
        this.filter(|part| part.list != List::Elsewhere).map(|part| part.rows.clone()).collect::<Vec<_>>()
    });
    let as_of = world.county.semesters.this;
    assert_eq!(as_of, Settings::AS_OF);
    let settings = Settings { children: 500, seed: 1, format: Format::Csv, as_of, hardness: 1.0 };
    let summary = generate(&settings, &plan(), &mut |part| {
        let synth = List::ALL.into_iter().zip(part.desk.lists);
        let synth: Vec<_> =
            synth.filter(|(list, _)| *list != List::Elsewhere).map(|(_, rows)| rows).collect();
        assert!(lists.next() == Some(synth));
        Ok::<(), Infallible>(())
    });
    assert!(summary.is_ok() && lists.next().is_none());
}
