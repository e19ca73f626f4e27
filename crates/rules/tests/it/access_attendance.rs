//! Who may do what with attendance: every role that the line names, how far it reaches, and nobody else (五(九)).

use rules::access::{Action, Reach, Role, Standing, Tie};

/// The whole line of an action: these roles with this reach, whether they lead or serve, and no other role.
fn check(action: Action, expected: &[(Role, Reach)]) {
    for &role in Role::ALL {
        let reach = expected.iter().find(|(allowed, _)| *allowed == role).map(|(_, reach)| *reach);
        for standing in [Standing::Serves, Standing::Leads] {
            assert_eq!(action.policy(role, standing), reach, "{action} {role}");
        }
    }
}

/// The class is called by its teacher and by the head; the bureau reads and sets, and calls nothing.
#[test]
fn the_register_is_the_schools() {
    use Reach::{County, OwnUnit, UnitsBelow};
    use Role as R;
    check(Action::CallRegister, &[(R::Teacher, OwnUnit), (R::Head, UnitsBelow)]);
    check(
        Action::ReadRegister,
        &[
            (R::Teacher, OwnUnit),
            (R::Head, UnitsBelow),
            (R::Registrar, UnitsBelow),
            (R::Inspector, UnitsBelow),
            (R::Director, County),
            (R::Bureau, County),
        ],
    );
    check(Action::SetRegister, &[(R::Head, UnitsBelow), (R::Bureau, County)]);
    check(Action::SetSchoolDays, &[(R::Head, UnitsBelow), (R::Bureau, County)]);
    for action in [Action::DrawSample, Action::CountSample] {
        check(action, &[(R::Bureau, County), (R::Inspector, OwnUnit)]);
    }
    check(
        Action::ImportAttendance,
        &[(R::Bureau, County), (R::Head, UnitsBelow), (R::Registrar, UnitsBelow)],
    );
    check(Action::ReconcileAttendance, &[(R::Head, UnitsBelow)]);
}

/// 校长 verifies and approves, 教体局 and 乡镇 receive; who asks after a child is near it.
#[test]
fn each_hop_is_somebody_elses() {
    use Reach::Children;
    use Role as R;
    let line = |roles: &[Role]| roles.iter().map(|role| (*role, Children)).collect::<Vec<_>>();
    check(Action::LogContact, &line(&[R::Head, R::Teacher]));
    check(Action::RecordLeave, &line(&[R::Head, R::Teacher]));
    check(Action::ApproveLeave, &line(&[R::Head]));
    check(Action::VerifyReport, &line(&[R::Head]));
    // 复学证明 is the receiving school's (五(十一)).
    check(Action::ProveReturn, &line(&[R::Head]));
    check(Action::ReadWarnings, &line(&[R::Director, R::Bureau, R::Township, R::Head, R::Teacher]));
    check(Action::NoteWarning, &line(&[R::Township, R::Head, R::Teacher]));
    check(Action::ChangeClass, &line(&[R::Head, R::Registrar, R::Teacher]));
    check(Action::ReceiveReport, &line(&[R::Bureau, R::Township]));
    check(Action::MakePaper, &line(&[R::Director, R::Bureau, R::Township, R::Head, R::Registrar]));
    check(Action::RaiseSign, &line(&[R::Head, R::Teacher, R::Township, R::Village, R::Cadre]));
    check(Action::RecordVisit, &line(&[R::Head, R::Teacher, R::Township, R::Village, R::Cadre]));
}

/// 五(六): the township pairs, a phone without a network is for those who call a class or go to families, and a township in which a
/// child only goes to school pairs nobody (hazard A03).
#[test]
fn pairing_is_the_townships() {
    use Reach::{Children, OwnUnit};
    use Role as R;
    check(Action::PairChild, &[(R::Township, Children)]);
    let phone = [R::Head, R::Teacher, R::Township, R::Village, R::Cadre].map(|role| (role, OwnUnit));
    check(Action::KeepPhone, &phone);
    assert!(
        Action::PairChild.works_by(Tie::HomeTownship) && !Action::PairChild.works_by(Tie::SchoolTownship)
    );
}

/// Before the third day it is the school's affair; from then on both lines know: 教体局 and 乡镇人民政府.
#[test]
fn from_the_third_day_both_lines_know() {
    use Reach::Children;
    use Role as R;
    let school = [R::Director, R::Bureau, R::Head, R::Registrar, R::Teacher, R::Inspector];
    let line = |roles: &[Role]| roles.iter().map(|role| (*role, Children)).collect::<Vec<_>>();
    check(Action::ReadAbsences, &line(&school));
    let both = [school.as_slice(), &[R::Township, R::Village, R::Cadre]].concat();
    check(Action::ReadSuspects, &line(&both));
}
