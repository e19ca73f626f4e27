//! 联席会议, 五(二), and the duty list, 四: the agenda, how meetings and tasks move, who proves what; as tables.

use jiff::civil::date;
use rules::access::{Action, Reach, Role, Standing};
use rules::conference::{
    Blocks, Hand, Late, Left, Stand, Step, TaskAct, TaskStand, Topic, Unproved, agenda, duties, moved,
    next_due, stands_for, task_moved, told,
};

use crate::nanjian::PLAN;

/// 五(二): what is undone stands first, then what waits longest in number, then what nobody has proved; an accepted task stands nowhere.
#[test]
fn what_is_undone_stands_first() {
    let left = |task: &str, due, stand| Left {
        task: task.to_owned(),
        unit: "t1".to_owned(),
        words: format!("办{task}"),
        due,
        stand,
    };
    let late = |unit: &str, many| Late { unit: unit.to_owned(), act: "入户".to_owned(), many };
    let blocks = Blocks {
        left: vec![
            left("b", date(2026, 11, 20), TaskStand::Open),
            left("a", date(2026, 11, 1), TaskStand::Open),
            left("c", date(2026, 10, 1), TaskStand::Accepted),
            left("d", date(2026, 12, 1), TaskStand::Reported),
        ],
        figures: vec!["小学入学率：全县99.60%".to_owned()],
        cases: vec![late("t1", Some(2)), late("t2", Some(9)), late("t3", Some(0))],
        requests: vec![late("ga", None)],
        measures: vec![Unproved {
            clause: "五(一)".to_owned(), title: "双线四级责任机制".to_owned()
        }],
    };
    let items = agenda(&blocks, date(2026, 11, 23));
    let said: Vec<(Topic, &str, Option<u32>)> =
        items.iter().map(|item| (item.topic, item.unit.as_str(), item.many)).collect();
    assert_eq!(
        said,
        [
            (Topic::Undone, "t1", None),
            (Topic::Undone, "t1", None),
            (Topic::Undone, "t1", None),
            (Topic::Figures, "", None),
            (Topic::Cases, "t2", Some(9)),
            (Topic::Cases, "t1", Some(2)),
            (Topic::Requests, "ga", None),
            (Topic::Measure, "", None),
        ]
    );
    assert_eq!(items[0].words, "办a（超期22天）");
    assert_eq!(items[2].words, "办d（已报完成，待验收）");
    // Hazard A08: other units read no small number.
    assert_eq!(
        (told(Some(9)), told(Some(4)), told(Some(0)), told(None)),
        ("9件".to_owned(), "不足5件".to_owned(), "没有".to_owned(), "不足5件".to_owned())
    );
}

/// 五(二): a meeting goes one way, each step once.
#[test]
fn a_meeting_goes_one_way() {
    let check = |stand, step, expected: Option<Stand>| {
        assert_eq!(moved(stand, step).ok(), expected, "{stand} {step}");
    };
    check(Stand::Called, Step::Fix, Some(Stand::Fixed));
    check(Stand::Fixed, Step::Hold, Some(Stand::Held));
    check(Stand::Held, Step::Close, Some(Stand::Closed));
    for (stand, steps) in [
        (Stand::Called, &[Step::Hold, Step::Close][..]),
        (Stand::Fixed, &[Step::Fix, Step::Close]),
        (Stand::Held, &[Step::Fix, Step::Hold]),
        (Stand::Closed, Step::ALL),
    ] {
        steps.iter().for_each(|step| check(stand, *step, None));
    }
    let rule = PLAN.conference();
    assert_eq!(next_due(rule, Some(date(2026, 11, 30))), Some(date(2027, 2, 28)), "原则上每季度召开一次");
    assert_eq!(next_due(rule, None), None);
}

/// Hazard B05: the unit that must do it reports, and nobody of it accepts; what is accepted stays so.
#[test]
fn nobody_accepts_their_own_work() {
    use TaskAct::{Accept, GiveBack, Report};
    let own = Hand { is_of_unit: true, has_reported: false };
    let office = Hand { is_of_unit: false, has_reported: false };
    let moved_away = Hand { is_of_unit: false, has_reported: true };
    let check = |stand, act, hand, expected: Option<TaskStand>| {
        assert_eq!(task_moved(stand, act, hand).ok(), expected, "{stand} {act} {hand:?}");
    };
    check(TaskStand::Open, Report, own, Some(TaskStand::Reported));
    check(TaskStand::Open, Report, office, None);
    check(TaskStand::Open, Accept, office, None);
    check(TaskStand::Reported, Accept, office, Some(TaskStand::Accepted));
    check(TaskStand::Reported, GiveBack, office, Some(TaskStand::Open));
    for act in [Accept, GiveBack] {
        check(TaskStand::Reported, act, own, None);
        check(TaskStand::Reported, act, moved_away, None);
    }
    for act in TaskAct::ALL {
        check(TaskStand::Accepted, *act, office, None);
        check(TaskStand::Accepted, *act, own, None);
    }
}

/// 三、五(二): the task force calls; its office keeps agenda and minutes; a unit reports its own. Nobody without a duty.
#[test]
fn who_may() {
    let reach = |action: Action, role| action.policy(role, Standing::Serves);
    for role in Role::ALL.iter().copied() {
        assert_eq!(reach(Action::CallConference, role).is_some(), role == Role::Director, "{role}");
        let keeps = matches!(role, Role::Director | Role::Bureau);
        assert_eq!(reach(Action::KeepConference, role).is_some(), keeps, "{role}");
        assert_eq!(reach(Action::AcceptTask, role).is_some(), keeps, "{role}");
        if role.is_department() {
            assert_eq!(reach(Action::ReadTasks, role), Some(Reach::OwnUnit), "{role}");
            assert_eq!(reach(Action::ReportTask, role), Some(Reach::OwnUnit), "{role}");
        }
        if role.is_separated_power() || matches!(role, Role::Teacher | Role::Cadre | Role::Group) {
            assert_eq!(reach(Action::ReadTasks, role), None, "{role}");
            assert_eq!(reach(Action::ReadConference, role), None, "{role}");
        }
    }
}

/// 四(一)–(二十一), 五(一)–(十二): each is on the list once, each that binds an office is somebody's to prove, and each department proves its own.
#[test]
fn every_duty_is_somebodys() {
    let all = duties(&PLAN);
    let clauses: std::collections::BTreeSet<&str> = all.iter().map(|duty| duty.clause.as_str()).collect();
    assert_eq!((all.len(), clauses.len()), (33, 33));
    let nobodys: Vec<&str> =
        all.iter().filter(|duty| !duty.can_be_proved()).map(|duty| duty.clause.as_str()).collect();
    assert_eq!(nobodys, ["四(二十)", "四(二十一)"], "监护人、社会组织和个人");
    for role in Role::ALL.iter().copied().filter(|role| role.is_department()) {
        let own = all.iter().filter(|duty| duty.clause.starts_with('四') && !duty.names_of(role).is_empty());
        assert_eq!(own.count(), 1, "{role}");
        assert!(stands_for(role, "县控辍保学领导小组各成员单位"), "{role}");
    }
    assert!(stands_for(Role::Bureau, "县控辍保学领导小组办公室"), "三：办公室设在县教体局");
    assert!(!stands_for(Role::Teacher, "学校") && stands_for(Role::Head, "学校"));
}
