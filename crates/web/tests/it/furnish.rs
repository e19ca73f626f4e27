//! What the matrix needs beside the small county: one of everything that a path can name, with what decides about it.

use std::io::Write as _;

use casework::files;
use rules::access::{Role, Standing, Tie};

use crate::app::TestApp;
use crate::matrix_rows::Target;

/// What a target is, for the decision.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    /// A child, or a finding about one.
    Child(Vec<(String, Tie)>),
    /// Children together, of whom one is enough.
    Children(Vec<Vec<(String, Tie)>>),
    /// What belongs to a unit: it and those above it.
    Unit(Vec<String>),
    /// What is somebody's: the account, and the unit that keeps it with those above.
    Own(String, Vec<String>),
    /// The right alone decides.
    Any,
    /// Of another county, or not there.
    Foreign,
}

/// Something that a path can name.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) id: String,
    pub(crate) named: Named,
}

/// One of everything in the county, and in the other one.
pub(crate) struct Furnished {
    things: Vec<(Target, Thing)>,
}

impl Furnished {
    /// What a path with this target can name; the last ones are of the other county.
    pub(crate) fn of(&self, target: Target) -> Vec<Thing> {
        self.things.iter().filter(|(own, _)| *own == target).map(|(_, thing)| thing.clone()).collect()
    }
}

/// Furnishes both counties.
pub(crate) fn furnish(app: &TestApp) -> Furnished {
    let mut things = Vec::new();
    let mut add = |target, id: &str, named| things.push((target, Thing { id: id.to_owned(), named }));
    let (here, there) = (&app.here, &app.there);
    let (mut child_ties, mut finding_ties) =
        (app.ties("child_tie", "child"), app.ties("finding_tie", "finding"));
    let homes = app.homes();
    for (_, id) in &here.children {
        let ties = child_ties.remove(id).unwrap_or_default();
        if let Some((household, group)) = homes.get(id) {
            add(Target::Household, household, Named::Child(ties.clone()));
            add(Target::InGroup, group, Named::Child(ties.clone()));
        }
        add(Target::Child, id, Named::Child(ties));
    }
    for (_, id) in &here.findings {
        add(Target::Finding, id, Named::Child(finding_ties.remove(id).unwrap_or_default()));
    }
    for id in &here.units {
        add(Target::Unit, id, Named::Unit(app.path(id)));
    }
    for (unit, post, account) in &here.posts {
        let up = app.path(unit);
        add(Target::Post, post, Named::Unit(up.clone()));
        add(Target::Account, account, Named::Unit(up));
    }
    // Sessions: of somebody in a township, in a school, and of those who may end others'.
    for one in here.people.iter().filter(|one| {
        matches!(one.role, Some((Role::UnitAdmin | Role::Security | Role::Teacher, Standing::Serves)))
    }) {
        let id = app.session_id(&one.account);
        add(Target::Session, &id, Named::Own(one.account.clone(), app.path(&one.unit)));
    }
    for (unit, _, account) in &here.posts {
        let id = app.session_id(account);
        if ["h-P", "h-SQ"].contains(&unit.as_str()) {
            add(Target::Session, &id, Named::Own(account.clone(), app.path(unit)));
        }
    }
    for (target, id, named) in made(app) {
        add(target, &id, named);
    }
    for unit in ["h-P11", "h-P21", "h-Q11"] {
        let of: Vec<Vec<(String, Tie)>> = Vec::new();
        add(Target::Group, unit, Named::Children(of));
    }
    for (target, id) in [
        (Target::Child, there.children[0].1.as_str()),
        (Target::Child, there.children[4].1.as_str()),
        (Target::Finding, there.findings[0].1.as_str()),
        (Target::Unit, "t-P"),
        (Target::Unit, "t-SP"),
        (Target::Group, "t-P11"),
        (Target::Post, there.posts[0].1.as_str()),
        (Target::Account, there.posts[0].2.as_str()),
        (Target::Household, "t-household"),
        (Target::Session, "t-session"),
        (Target::Import, "t-import"),
        (Target::Announcement, "t-notice"),
        (Target::Move, "t-move"),
        (Target::BreakGlass, "t-glass"),
        (Target::HandOver, "t-sheet"),
        (Target::Invitation, "t-invitation"),
        (Target::Job, "t-job"),
    ] {
        add(target, id, Named::Foreign);
    }
    // Who may print the sheet of a group is who is tied to a child of it.
    let of_group: Vec<(String, Vec<(String, Tie)>)> = things
        .iter()
        .filter_map(|(target, thing)| match (&thing.named, target) {
            (Named::Child(ties), Target::InGroup) => Some((thing.id.clone(), ties.clone())),
            _ => None,
        })
        .collect();
    for (target, thing) in &mut things {
        if let (Target::Group, Named::Children(all)) = (target, &mut thing.named) {
            all.extend(of_group.iter().filter(|(group, _)| *group == thing.id).map(|(_, ties)| ties.clone()));
        }
    }
    Furnished { things }
}

/// What is written straight into both counties, ids alike but for their mark.
fn made(app: &TestApp) -> Vec<(Target, String, Named)> {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(b"PK rows to correct").expect("written");
    let stored = files::store(&app.app, file.path(), "errors.xlsx").expect("kept");
    app.run(&[format!(
        "insert into file (county, id, hash, name, size, parts, made_at, made_by)
         values ($1, '{}', '{}', 'errors.xlsx', {}, {}, '', '')",
        stored.id, stored.hash, stored.size, stored.parts
    )]);
    let mut all = Vec::new();
    for (mark, county) in [("h-", crate::app::HERE), ("t-", crate::app::THERE)] {
        let child = if mark == "h-" { &app.here.children[0].1 } else { &app.there.children[0].1 };
        let at = "2026-11-24T07:00:00.000+08:00";
        let account = |name: &str| format!("{mark}account-{name}");
        let mut sql = vec![
            format!(
                "insert into notice (county, id, title, body, from_day, by_account, at)
                 values ('{county}', '{mark}notice', '放假安排', '国庆节', '2026-11-01', '', '{at}')"
            ),
            format!(
                "insert into roll_move (county, id, child, kind, state, from_school, to_school, other_place,
                                        effective_day, reason, paper, asked_by, asked_at, answer)
                 values ('{county}', '{mark}move', '{child}', 'transfer', 'waiting', '{mark}SP', '{mark}TP', '',
                         '2026-12-24', '搬家', '', '{}', '{at}', '')",
                account("registrar")
            ),
            format!(
                "insert into break_glass (county, id, account, child, reason, asked_at, state)
                 values ('{county}', '{mark}glass', '{}', '{child}', '失踪警情', '{at}', 'asked')",
                account("police")
            ),
            format!(
                "insert into hand_over (county, id, from_account, post, reason, by_account, made_at)
                 values ('{county}', '{mark}sheet', '{}', '{mark}post-at-P', '调离', '', '{at}')",
                account("nobody")
            ),
            format!(
                "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
                 values ('{county}', '{mark}account-asked', '{mark}asked', '待批', 'dp', '{mark}P', 'invited', '{at}', ''),
                        ('{county}', '{mark}account-granted', '{mark}granted', '已批', 'yp', '{mark}P', 'approved', '{at}', '')"
            ),
            format!(
                "insert into post (county, id, unit, role, standing, duty, title, sort)
                 values ('{county}', '{mark}post-vacant', '{mark}P', 'cadre', 'serves', 'staff', '包保干部', 1)"
            ),
            format!(
                "insert into invitation (county, id, account, kind, token, state, reason, asked_by, asked_at)
                 values ('{county}', '{mark}invitation', '{mark}account-asked', 'invite', 'none:{mark}1', 'asked', '任职',
                         '{0}', '{at}'),
                        ('{county}', '{mark}granted', '{mark}account-granted', 'invite', 'none:{mark}2', 'approved',
                         '任职', '{0}', '{at}')",
                account("unit_admin")
            ),
            format!(
                "insert into job (county, id, kind, subject, actor, session, state, attempts, next_at, made_at, done,
                                  total, said)
                 values ('{county}', '{mark}job', 'import_read', '', '', '', 'parked', 5, '{at}', '{at}', 0, 0, '')"
            ),
        ];
        // Somebody to put on posts, in each unit that has one.
        let posts = if mark == "h-" { &app.here.posts } else { &app.there.posts };
        for (unit, ..) in posts {
            sql.push(format!(
                "insert into account (county, id, username, name, initials, unit, state, made_at, made_by)
                 values ('{county}', 'spare-{unit}', 'spare-{unit}', '接手人', 'jsr', '{unit}', 'active', '{at}', '')"
            ));
        }
        for unit in ["P", "SP", "Q", "bureau"] {
            // The list that the unit may bring.
            let kind = if unit == "SP" { "roll" } else { "household" };
            sql.push(format!(
                "insert into import (county, id, unit, kind, title, file, hash, as_of, state, row_count, added, changed,
                                     same, unclear, outside, rejected, left_out, kept, unknown_columns, errors, problem,
                                     by_account, made_at)
                 values ('{county}', '{mark}import-{unit}', '{mark}{unit}', '{kind}', '名单', '{0}', '{mark}{unit}',
                         '2026-11-01', 'ready', 1, 0, 0, 0, 1, 0, 0, 0, 0, '', '{0}', '', '', '{at}')",
                stored.id
            ));
            sql.push(format!(
                "insert into import_row (county, import, number, outcome, state, reason)
                 values ('{county}', '{mark}import-{unit}', 1, 'unclear', 'waiting', '')"
            ));
        }
        app.run(&sql);
    }
    let up = |unit: &str| Named::Unit(app.path(unit));
    for unit in ["P", "SP", "Q", "bureau"] {
        all.push((Target::Import, format!("h-import-{unit}"), up(&format!("h-{unit}"))));
    }
    let giving = vec![("h-SP".to_owned(), Tie::School)];
    all.push((Target::Announcement, "h-notice".to_owned(), Named::Any));
    all.push((Target::Move, "h-move".to_owned(), Named::Child(giving)));
    all.push((Target::MoveOf, "h-move".to_owned(), Named::Own("h-account-registrar".to_owned(), Vec::new())));
    all.push((Target::MoveOf, "t-move".to_owned(), Named::Foreign));
    all.push((
        Target::BreakGlass,
        "h-glass".to_owned(),
        Named::Own("h-account-police".to_owned(), Vec::new()),
    ));
    all.push((Target::HandOver, "h-sheet".to_owned(), up("h-P")));
    all.push((Target::Invitation, "h-invitation".to_owned(), up("h-P")));
    all.push((Target::Invited, "h-account-granted".to_owned(), up("h-P")));
    all.push((Target::Invited, "t-account-granted".to_owned(), Named::Foreign));
    all.push((Target::Job, "h-job".to_owned(), Named::Any));
    all.push((Target::Schedule, "sweep_files".to_owned(), Named::Any));
    all.push((Target::Kind, "household".to_owned(), Named::Any));
    all
}
