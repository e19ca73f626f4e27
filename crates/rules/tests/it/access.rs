//! Access rights: who may do what with whom, and which fields are seen. Deny by default; what the web and the queries
//! make of it is shown there.
// long because: every table of rights stands beside the others, so that a gap between them shows.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rules::access::{
    Action, Actor, Field, Object, Places, Post, Reach, Role, Sight, Standing, Subject, Tie, arms, may, sight,
    ties,
};
use rules::decision::Decision;
use rules::groups::Special;
use rules::plan::FindingKind;
use rules::standing;

fn actor(posts: Vec<Post>) -> Actor {
    Actor {
        county: "530900".to_owned(),
        account: "me".to_owned(),
        session: "session".to_owned(),
        name: "段某".to_owned(),
        posts,
        only: None,
    }
}

fn post(role: Role, unit: &str, standing: Standing) -> Post {
    Post { id: format!("{unit}-{}", role.code()), role, unit: unit.to_owned(), standing }
}

fn check(role: Role, field: Field, tie: Tie, expected: Sight) {
    assert_eq!(sight(role, tie, field), expected, "{} {} {}", role.label(), tie.label(), field.label());
}

/// A09–A11, A03: what each role sees of a field through a tie. The whole table is printed in docs/access-matrix.md.
#[test]
fn fields_that_must_not_be_seen() {
    use Sight::{Absent, Clear, Masked, OnRequest};
    for (role, tie, field, expected) in [
        // A09: the village sees no field of the school.
        (Role::Village, Tie::Village, Field::StudentNumber, Absent),
        (Role::Village, Tie::Village, Field::History, Absent),
        (Role::Village, Tie::Village, Field::Judicial, Absent),
        (Role::Village, Tie::Village, Field::IdNumber, Masked),
        (Role::Group, Tie::Group, Field::IdNumber, Absent),
        (Role::Group, Tie::Group, Field::Welfare, Absent),
        (Role::Teacher, Tie::Class, Field::Judicial, Absent),
        (Role::Teacher, Tie::Class, Field::Poverty, Absent),
        (Role::SubjectTeacher, Tie::Class, Field::Phone, Absent),
        (Role::Head, Tie::School, Field::Judicial, Absent),
        (Role::Cadre, Tie::Paired, Field::IdNumber, Masked),
        (Role::Inspector, Tie::School, Field::Guardians, Absent),
        // A10: a department sees what its paragraph of 四 needs.
        (Role::Market, Tie::Shared, Field::IdNumber, Absent),
        (Role::Market, Tie::Shared, Field::Disability, Absent),
        (Role::Culture, Tie::Shared, Field::Phone, Absent),
        (Role::Culture, Tie::Shared, Field::Schooling, Clear),
        (Role::Youth, Tie::Shared, Field::Judicial, Absent),
        (Role::Finance, Tie::Shared, Field::Birth, Absent),
        (Role::Police, Tie::Shared, Field::IdNumber, OnRequest),
        (Role::Justice, Tie::Shared, Field::Judicial, Clear),
        (Role::Civil, Tie::Shared, Field::Welfare, Clear),
        // A11: 民宗 sees no health, 卫健 no ethnicity.
        (Role::Religion, Tie::Shared, Field::Disability, Absent),
        (Role::Health, Tie::Shared, Field::Ethnicity, Absent),
        (Role::Health, Tie::Shared, Field::Disability, Clear),
        // A03: the township of the school sees the shared fields only.
        (Role::Township, Tie::SchoolTownship, Field::Name, Clear),
        (Role::Township, Tie::SchoolTownship, Field::Phone, OnRequest),
        (Role::Township, Tie::SchoolTownship, Field::Poverty, Absent),
        (Role::Township, Tie::SchoolTownship, Field::Address, Absent),
        (Role::Township, Tie::HomeTownship, Field::Poverty, Clear),
        // A14: even in an emergency a separated power sees no court matter.
        (Role::Admin, Tie::Emergency, Field::Judicial, Absent),
    ] {
        check(role, field, tie, expected);
    }
}

/// A field without a name is nobody's; a role sees nothing through a tie that is not its own.
#[test]
fn nothing_is_seen_where_the_name_is_not() {
    for &role in Role::ALL {
        for &tie in Tie::ALL {
            if sight(role, tie, Field::Name) != Sight::Absent {
                continue;
            }
            for &field in Field::ALL {
                check(role, field, tie, Sight::Absent);
            }
        }
    }
}

/// Each role is tied to children in its own way and in no other: a head of school who is given the county's tie, or a
/// department that is given a village's, sees nothing.
#[test]
fn ties_through_which_a_role_sees() {
    for &role in Role::ALL {
        let own: &[Tie] = match role {
            Role::Director | Role::Bureau => &[Tie::County],
            Role::Township => &[Tie::HomeTownship, Tie::SchoolTownship],
            Role::Village => &[Tie::Village],
            Role::Group => &[Tie::Group],
            Role::Head | Role::Registrar | Role::Inspector => &[Tie::School],
            Role::Teacher | Role::SubjectTeacher => &[Tie::Class],
            Role::Cadre => &[Tie::Paired],
            role if role.is_department() => &[Tie::Shared],
            _ => &[],
        };
        let seen: Vec<Tie> = Tie::ALL
            .iter()
            .copied()
            .filter(|tie| *tie != Tie::Emergency && sight(role, *tie, Field::Name) != Sight::Absent)
            .collect();
        assert_eq!(seen, own, "{}", role.label());
    }
}

/// A10: 发改局 works on the layout of schools and sees no child; nor does a unit's administrator.
#[test]
fn roles_that_never_reach_a_child() {
    for role in [Role::Planning, Role::UnitAdmin] {
        for standing in [Standing::Leads, Standing::Serves] {
            let me = actor(vec![post(role, "unit", standing)]);
            for &action in Action::ALL {
                assert!(arms(&me, action).is_empty(), "{} {}", role.label(), action.label());
                if action.object() == Object::Child {
                    assert!(may(&me, action, &Subject::Nothing).is_err(), "{}", action.label());
                }
            }
        }
    }
}

const POWERS: [Role; 3] = [Role::Admin, Role::Security, Role::Auditor];

/// A14: the three powers never read a child, except through an approved break-glass, and then only read.
#[test]
fn separated_powers_see_no_child() {
    for role in POWERS {
        for standing in [Standing::Leads, Standing::Serves] {
            let me = actor(vec![post(role, "office", standing)]);
            for &action in Action::ALL {
                for arm in arms(&me, action) {
                    assert_eq!(arm.tie, Tie::Emergency, "{} {}", role.label(), action.label());
                    assert_eq!(arm.to, "me");
                    assert!(matches!(action, Action::ReadChild | Action::RevealField));
                }
            }
        }
    }
}

/// A15: what the three powers can change, seal or take out is pairwise disjoint, down to the list; what two of them
/// share is reading, and is listed here.
#[test]
fn separated_powers_are_disjoint() {
    let may_do = |role: Role| -> BTreeSet<&str> {
        Action::ALL
            .iter()
            .filter(|action| action.object() != Object::Own && action.object() != Object::Child)
            .filter(|action| {
                [Standing::Leads, Standing::Serves]
                    .iter()
                    .any(|standing| action.policy(role, *standing).is_some())
            })
            .map(|action| action.code())
            .collect()
    };
    let [admin, security, auditor] = POWERS.map(may_do);
    let everybody: BTreeSet<&str> = ["read_units", "read_accounts", "read_codes", "read_notices"].into();
    let shared = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| -> BTreeSet<String> {
        a.intersection(b).filter(|code| !everybody.contains(*code)).map(|code| (*code).to_owned()).collect()
    };
    assert_eq!(shared(&admin, &security), ["read_health".to_owned()].into());
    assert_eq!(shared(&admin, &auditor), ["read_outbox".to_owned()].into());
    assert_eq!(
        shared(&security, &auditor),
        ["export_accounts".to_owned(), "read_sign_ins".to_owned()].into()
    );
    let own = |set: &BTreeSet<&str>, list: &[&str]| {
        for code in list {
            assert!(set.contains(code), "{code}");
        }
    };
    own(&admin, &["write_units", "reset_sign_in", "run_job", "break_glass"]);
    own(&security, &["approve_break_glass", "disable_account", "end_session", "set_security"]);
    own(&auditor, &["read_audit", "export_audit", "seal_audit"]);
}

/// A15 and 四(十四): nobody asks for an account and approves it, or asks for a break-glass as a power and approves it.
#[test]
fn asking_and_approving_are_two() {
    for &role in Role::ALL {
        for standing in [Standing::Leads, Standing::Serves] {
            let can = |action: Action| action.policy(role, standing).is_some();
            assert!(!(can(Action::InviteAccount) && can(Action::ApproveAccount)), "{}", role.label());
            if role.is_separated_power() {
                assert!(!(can(Action::BreakGlass) && can(Action::ApproveBreakGlass)), "{}", role.label());
            }
        }
    }
}

/// The three powers are held together with nothing else; everything else goes together.
/// 五(八)、五(九): what must stand in the platforms is entered by the school, by the township for its own children, and by
/// 教体局; a township in which a child only goes to school enters nothing of another's.
#[test]
fn platforms_are_kept_by_who_answers_for_the_child() {
    for action in [Action::KeepPlatformNumber, Action::ExportPlatform] {
        for &role in Role::ALL {
            let keeps = matches!(role, Role::Bureau | Role::Township | Role::Head | Role::Registrar);
            for standing in [Standing::Serves, Standing::Leads] {
                assert_eq!(
                    action.policy(role, standing),
                    keeps.then_some(Reach::Children),
                    "{action} {role}"
                );
            }
        }
        assert!(action.works_by(Tie::HomeTownship) && !action.works_by(Tie::SchoolTownship), "{action}");
    }
}

#[test]
fn posts_of_one_person() {
    for &a in Role::ALL {
        for &b in Role::ALL {
            let apart = a != b && (a.is_separated_power() || b.is_separated_power());
            assert_eq!(a.goes_with(b), !apart, "{} {}", a.label(), b.label());
            assert_eq!(b.goes_with(a), !apart, "{} {}", b.label(), a.label());
        }
    }
}

/// A14, A15: which posts keep somebody from a new one, said by name. Appointment, hand-over, invitation and first run
/// all ask this.
#[test]
fn which_post_keeps_from_which() {
    use Role as R;
    let check = |held: &[Role], new: Role, by: Option<Role>| {
        assert_eq!(new.kept_from_by(held), by, "{held:?} and {}", new.label());
    };
    check(&[], R::Admin, None);
    check(&[], R::Teacher, None);
    check(&[R::Admin], R::Admin, None);
    check(&[R::Admin], R::Security, Some(R::Admin));
    check(&[R::Security], R::Auditor, Some(R::Security));
    check(&[R::Auditor], R::Admin, Some(R::Auditor));
    check(&[R::Admin], R::UnitAdmin, Some(R::Admin));
    check(&[R::Security], R::Teacher, Some(R::Security));
    check(&[R::Teacher], R::Auditor, Some(R::Teacher));
    check(&[R::UnitAdmin], R::Security, Some(R::UnitAdmin));
    // The one that stands in the way is named, wherever it stands among the others.
    check(&[R::Teacher, R::Cadre, R::Admin], R::Head, Some(R::Admin));
    check(&[R::Teacher, R::Cadre, R::Head], R::Admin, Some(R::Teacher));
    // Small schools and villages: one person, several posts.
    check(&[R::Head, R::Teacher], R::Registrar, None);
    check(&[R::Village], R::Cadre, None);
    check(&[R::Township], R::UnitAdmin, None);
}

/// A12, A13: acts of the county and of the ledger are not for those who only look or teach.
#[test]
fn acts_that_are_not_theirs() {
    let serves = Standing::Serves;
    for (role, actions) in [
        (
            Role::Inspector,
            &[Action::WriteChild, Action::ReportFinding, Action::ExportChildren, Action::StartRollMove][..],
        ),
        (
            Role::Teacher,
            &[
                Action::RunComparison,
                Action::AssignFinding,
                Action::SetSecurity,
                Action::InviteAccount,
                Action::ReadAccounts,
                Action::ReadAudit,
                Action::WriteUnits,
                Action::ExportChildren,
                Action::ReadHealth,
            ],
        ),
        (Role::Village, &[Action::ExportChildren, Action::DecideFinding, Action::StartRollMove]),
        (Role::Township, &[Action::DecideFinding, Action::MergeChildren, Action::WriteUnits]),
        (Role::Head, &[Action::DecideFinding, Action::MergeChildren, Action::RunComparison]),
        (Role::UnitAdmin, &[Action::ApproveAccount, Action::SetSecurity, Action::ReadAudit]),
    ] {
        for action in actions {
            assert_eq!(action.policy(role, serves), None, "{} {}", role.label(), action.label());
        }
    }
}

/// How far a permission reaches fits what it is done to: a child by ties, a unit by the tree, the county as a whole.
#[test]
fn reach_fits_the_object() {
    for &action in Action::ALL {
        for &role in Role::ALL {
            for standing in [Standing::Leads, Standing::Serves] {
                let Some(reach) = action.policy(role, standing) else { continue };
                let fits = match action.object() {
                    Object::Own => true,
                    Object::Child => reach == Reach::Children,
                    Object::Unit => reach != Reach::Children,
                    Object::County => reach == Reach::County,
                };
                assert!(fits, "{} {} {reach:?}", role.label(), action.label());
            }
        }
    }
}

/// Deny by default: without a post nothing but what is one's own; of others' own things never anything; a subject of
/// the wrong kind is refused.
#[test]
fn deny_by_default() {
    let nobody = actor(Vec::new());
    let everything = actor(Role::ALL.iter().map(|role| post(*role, "unit", Standing::Leads)).collect());
    let path = ["unit".to_owned()];
    let tied = [("unit".to_owned(), Tie::School)];
    for &action in Action::ALL {
        let own = action.object() == Object::Own;
        for subject in [Subject::Nothing, Subject::Child(&tied), Subject::Unit(&path)] {
            let alone = own && matches!(subject, Subject::Nothing);
            assert_eq!(may(&nobody, action, &subject).is_ok(), alone, "{} {subject:?}", action.label());
        }
        assert_eq!(may(&nobody, action, &Subject::Own("me")).is_ok(), own, "{}", action.label());
        assert!(may(&everything, action, &Subject::Own("somebody")).is_err(), "{}", action.label());
        assert!(may(&everything, action, &Subject::Child(&[])).is_err(), "{}", action.label());
        if action.object() != Object::Unit {
            assert!(may(&everything, action, &Subject::Unit(&path)).is_err(), "{}", action.label());
        }
        if action.object() != Object::Child {
            assert!(may(&everything, action, &Subject::Child(&tied)).is_err(), "{}", action.label());
        }
    }
}

/// A unit's path decides: one's own unit, those below it, never the one above or beside.
#[test]
fn units_by_the_tree() {
    let path = |units: &[&str]| -> Vec<String> { units.iter().map(|unit| (*unit).to_owned()).collect() };
    let head = actor(vec![post(Role::Head, "school", Standing::Leads)]);
    let township = actor(vec![post(Role::Township, "town", Standing::Leads)]);
    for (who, action, units, allowed) in [
        (&head, Action::ReadUnits, &["school", "bureau", "county"][..], true),
        (&head, Action::ReadUnits, &["class", "school", "bureau"], true),
        (&head, Action::ReadUnits, &["bureau", "county"], false),
        (&head, Action::ReadUnits, &["class", "other-school", "bureau"], false),
        (&head, Action::AppointPost, &["class", "school"], true),
        (&head, Action::ImportList, &["school", "bureau"], true),
        (&head, Action::ImportList, &["class", "school"], false),
        (&township, Action::ReadUnits, &["village", "town", "county"], true),
        (&township, Action::ReadUnits, &["village", "other-town", "county"], false),
        (&township, Action::ReadUnits, &[], false),
    ] {
        let path = path(units);
        assert_eq!(may(who, action, &Subject::Unit(&path)).is_ok(), allowed, "{action} {units:?}");
    }
}

/// A03: a child that lives in one township and is at school in another has a tie with both; at home in one township
/// there is one tie, and it is the home's.
#[test]
fn ties_of_a_place() {
    let some = |unit: &str| Some(unit.to_owned());
    let away = Places {
        county: "530900".to_owned(),
        township: some("p"),
        village: some("p1"),
        group: some("p11"),
        school: some("s"),
        school_township: some("q"),
        class: some("s1"),
    };
    assert_eq!(
        ties(&away),
        [
            ("530900", Tie::County),
            ("p", Tie::HomeTownship),
            ("q", Tie::SchoolTownship),
            ("p1", Tie::Village),
            ("p11", Tie::Group),
            ("s", Tie::School),
            ("s1", Tie::Class)
        ]
    );
    let near = Places { school_township: some("p"), ..away };
    assert!(ties(&near).iter().all(|(_, tie)| *tie != Tie::SchoolTownship));
    assert_eq!(ties(&Places { county: "530900".to_owned(), ..Places::default() }), [("530900", Tie::County)]);
}

/// Of two posts the one that shows most speaks, in whatever order they are held.
#[test]
fn the_wider_post_speaks() {
    let subject = post(Role::SubjectTeacher, "class", Standing::Serves);
    let head = post(Role::Head, "school", Standing::Serves);
    let tied = [("class".to_owned(), Tie::Class), ("school".to_owned(), Tie::School)];
    for posts in [vec![subject.clone(), head.clone()], vec![head, subject]] {
        let me = actor(posts);
        let grant = may(&me, Action::ReadChild, &Subject::Child(&tied)).expect("both posts allow it");
        assert_eq!(grant.post.map(|post| post.role), Some(Role::Head));
        assert_eq!(grant.tie, Some(Tie::School));
    }
}

/// Break-glass covers looking and nothing else, and is tied to the account that asked.
#[test]
fn emergency_reads_only() {
    for &role in Role::ALL {
        let me = actor(vec![post(role, "unit", Standing::Leads)]);
        let mine = [("me".to_owned(), Tie::Emergency)];
        let others = [("you".to_owned(), Tie::Emergency), ("unit".to_owned(), Tie::Emergency)];
        for &action in Action::ALL {
            assert!(may(&me, action, &Subject::Child(&others)).is_err(), "{role} {action}");
            if may(&me, action, &Subject::Child(&mine)).is_ok() {
                assert!(action.works_by(Tie::Emergency), "{role} {action}");
            }
        }
    }
}

/// A03: the township in which a child only goes to school reads it and reports what it found; its record is written where
/// it lives.
#[test]
fn a_township_of_the_school_writes_nothing() {
    let me = actor(vec![post(Role::Township, "unit", Standing::Leads)]);
    let tie = |tie| [("unit".to_owned(), tie)];
    for (action, home, school) in [
        (Action::ListChildren, true, true),
        (Action::ReadChild, true, true),
        (Action::ReadFindings, true, true),
        (Action::ReportFinding, true, true),
        (Action::WriteChild, true, false),
        (Action::TagChild, true, false),
        (Action::RecordElsewhere, true, false),
        (Action::PrintDoorSheet, true, false),
    ] {
        let may = |ties: &[(String, Tie)]| may(&me, action, &Subject::Child(ties)).is_ok();
        assert_eq!(
            (may(&tie(Tie::HomeTownship)), may(&tie(Tie::SchoolTownship))),
            (home, school),
            "{action}"
        );
    }
}

fn posts() -> impl Strategy<Value = Vec<Post>> {
    let one = (0..Role::ALL.len(), 0_u8..5, any::<bool>()).prop_map(|(role, unit, leads)| {
        let standing = if leads { Standing::Leads } else { Standing::Serves };
        post(Role::ALL[role], &format!("u{unit}"), standing)
    });
    prop::collection::vec(one, 0..4)
}

fn tied() -> impl Strategy<Value = Vec<(String, Tie)>> {
    let to = prop_oneof![
        (0_u8..5).prop_map(|unit| format!("u{unit}")),
        Just("me".to_owned()),
        Just("you".to_owned()),
        Just("530900".to_owned())
    ];
    prop::collection::vec((to, prop::sample::select(Tie::ALL)), 0..5)
}

proptest! {
    #![proptest_config(crate::cases(2048))]

    /// The arms, by which every query is limited, find exactly the children that `may` allows; and both say what the
    /// policy and the fields say, written here a second time.
    #[test]
    fn arms_agree_with_may(posts in posts(), tied in tied(), action in prop::sample::select(Action::ALL)) {
        let me = actor(posts.clone());
        let allowed = may(&me, action, &Subject::Child(&tied)).is_ok();
        let found = arms(&me, action)
            .iter()
            .any(|arm| tied.iter().any(|(to, tie)| to == arm.to && *tie == arm.tie));
        prop_assert_eq!(allowed, found && action.object() == Object::Child);
        let written = posts.iter().any(|post| {
            action.policy(post.role, post.standing) == Some(Reach::Children)
                && tied.iter().any(|(to, tie)| {
                    let mine = match tie {
                        Tie::Paired | Tie::Emergency => to == "me",
                        Tie::County => to == "530900",
                        _ => *to == post.unit,
                    };
                    let open = match tie {
                        Tie::Emergency => matches!(action, Action::ReadChild | Action::RevealField),
                        Tie::SchoolTownship => !matches!(
                            action,
                            Action::WriteChild
                                | Action::TagChild
                                | Action::RecordElsewhere
                                | Action::PrintDoorSheet
                        ),
                        _ => true,
                    };
                    mine && open && sight(post.role, *tie, Field::Name) != Sight::Absent
                })
        });
        prop_assert_eq!(allowed, written);
    }

    /// More posts never allow less, and the grant names a post of the actor's and a tie of the child's.
    #[test]
    fn a_further_post_takes_nothing_away(
        mut posts in posts(), more in posts(), tied in tied(), action in prop::sample::select(Action::ALL)
    ) {
        let before = may(&actor(posts.clone()), action, &Subject::Child(&tied)).is_ok();
        posts.extend(more);
        let me = actor(posts);
        match may(&me, action, &Subject::Child(&tied)) {
            Ok(grant) => {
                prop_assert!(grant.post.is_some_and(|post| me.posts.contains(post)));
                prop_assert!(tied.iter().any(|(_, tie)| Some(*tie) == grant.tie));
            }
            Err(_) => prop_assert!(!before),
        }
    }

    /// A set of groups kept as one number gives back the same groups.
    #[test]
    fn groups_as_a_number(groups in prop::collection::btree_set(prop::sample::select(Special::ALL), 0..10)) {
        let bits = groups.iter().fold(0, |bits, group| bits | group.bit());
        prop_assert_eq!(Special::of_bits(bits).collect::<BTreeSet<_>>(), groups);
    }
}

/// Every sensitive group is seen by the right of a field, and none by that of a field that everybody has.
#[test]
fn groups_and_their_fields() {
    let mut bits = BTreeSet::new();
    for &group in Special::ALL {
        assert!(bits.insert(group.bit()) && group.bit().count_ones() == 1, "{group}");
        assert_eq!(sight(Role::SubjectTeacher, Tie::Class, group.field()), Sight::Absent, "{group}");
    }
}

/// Decisions: each kind of finding has at least two answers, each once; what a decision makes of a child is a standing
/// that it can have, and the one that says 疑似辍学 is the only one that makes a child count as out of school.
#[test]
fn decisions_and_standings() {
    for &kind in FindingKind::ALL {
        let of = Decision::of(kind);
        let unique: BTreeSet<_> = of.iter().collect();
        assert!(of.len() >= 2 && unique.len() == of.len() && of.len() <= 9, "{kind:?}");
    }
    for &decision in Decision::ALL {
        assert!(FindingKind::ALL.iter().any(|kind| Decision::of(*kind).contains(&decision)), "{decision}");
        for &was in standing::Standing::ALL {
            let out = decision.standing(was).is_some_and(standing::Standing::is_out);
            assert_eq!(out, decision == Decision::Suspected, "{decision} {was}");
        }
    }
    for (was, becomes) in [
        (standing::Standing::Enrolled, standing::Standing::Absent),
        (standing::Standing::Suspended, standing::Standing::Absent),
        (standing::Standing::Unknown, standing::Standing::Never),
        (standing::Standing::Never, standing::Standing::Never),
    ] {
        assert_eq!(Decision::Suspected.standing(was), Some(becomes), "{was}");
    }
}
