//! Ordinary days of the year: looking at children, numbers shown for a purpose, exports, and what was refused.

use std::collections::BTreeMap;

use casework::db::{Db, DbError};
use casework::seed;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rules::access::{Action, Field, Role, Tie};
use rules::purpose::Purpose;

use super::Year;

/// Children that one person looks at over and over.
const KNOWN: i64 = 40;

impl Year {
    /// Ordinary days: looking at children, numbers shown for a purpose, exports, and what was refused.
    pub(super) fn days(&mut self, db: &Db, acts: usize, since: Date) -> Result<(), DbError> {
        let people: Vec<String> = self.roles.values().cloned().chain(self.others.iter().cloned()).collect();
        let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for account in &people {
            let Some(post) = self.post(account) else { continue };
            let Some(tie) = tie(post.role) else { continue };
            let to = match tie {
                Tie::County => self.county.clone(),
                Tie::Paired => account.clone(),
                _ => post.unit.clone(),
            };
            let county = self.county.clone();
            let children = db.read(|tx| seed::children(tx, &county, (&to, tie.code()), KNOWN))?;
            known.insert(account.clone(), children);
        }
        let foreign: Vec<String> = known.values().filter_map(|all| all.last().cloned()).collect();
        let roles = self.roles.len();
        for _ in 0..acts.max(1_500) {
            let back = self.chance.between(0, 364);
            let day = Self::working(self.today.saturating_sub(back.days()));
            if day < since {
                continue;
            }
            let at = self.at(day);
            let who = if self.chance.happens(0.4) {
                self.chance.below(roles)
            } else {
                self.chance.below(people.len())
            };
            let Some(account) = people.get(who).cloned() else { continue };
            let Some(role) = self.post(&account).map(|post| post.role) else { continue };
            let own = known.get(&account).map_or(&[][..], Vec::as_slice);
            let child = own.get(self.chance.below(own.len())).cloned();
            self.one(at, &account, role, child, &foreign);
        }
        Ok(())
    }

    fn one(&mut self, at: Timestamp, account: &str, role: Role, child: Option<String>, foreign: &[String]) {
        // Somebody tries what is not theirs: a stored address, a link from a colleague.
        if self.chance.happens(0.015) {
            let (action, subject) = match self.chance.below(3) {
                0 if !role.is_separated_power() => (Action::ExportAudit, ("audit", String::new())),
                1 if !matches!(
                    role,
                    Role::Director | Role::Bureau | Role::Township | Role::Head | Role::Registrar
                ) =>
                {
                    (Action::ExportChildren, ("children", String::new()))
                }
                _ if matches!(role, Role::Director | Role::Bureau) => return,
                _ => (
                    Action::ReadChild,
                    ("child", foreign.get(self.chance.below(foreign.len())).cloned().unwrap_or_default()),
                ),
            };
            self.add(at, account, action, subject, ("", String::new()));
            if let Some(act) = self.acts.last_mut() {
                act.refused = true;
            }
            return;
        }
        let shows =
            matches!(role, Role::Director | Role::Bureau | Role::Township | Role::Head | Role::Registrar);
        match (role, child) {
            (Role::Admin, _) => {
                let what = ("schedule", "digest".to_owned());
                self.add(at, account, Action::RunJob, what, ("", "马上运行".to_owned()));
            }
            (Role::Security, _) => {
                let whose =
                    self.others.get(self.chance.below(self.others.len())).cloned().unwrap_or_default();
                self.add(at, account, Action::EndSession, ("account", whose), ("", "结束1个登录".to_owned()));
            }
            (Role::Auditor, _) => {
                let lines = self.chance.between(20, 900);
                self.add(
                    at,
                    account,
                    Action::ExportAudit,
                    ("audit", String::new()),
                    ("", format!("{lines}条操作记录")),
                );
            }
            (_, Some(child)) => {
                let tie = tie(role).map_or("", Tie::label).to_owned();
                self.add(at, account, Action::ReadChild, ("child", child.clone()), ("", tie));
                let soon = at.saturating_add(SignedDuration::from_secs(40)).unwrap_or(at);
                if shows && self.chance.happens(0.16) {
                    let purpose = self.chance.weigh(&[
                        (5, Some(Purpose::Contact)),
                        (4, Some(Purpose::Roll)),
                        (3, Some(Purpose::Compare)),
                        (2, Some(Purpose::Visit)),
                        (2, Some(Purpose::Platform)),
                        (1, Some(Purpose::Correct)),
                    ]);
                    let field = match purpose {
                        Some(Purpose::Contact | Purpose::Visit)
                            if matches!(role, Role::Director | Role::Bureau) =>
                        {
                            Field::Phone
                        }
                        Some(Purpose::Roll | Purpose::Platform) => Field::StudentNumber,
                        _ => Field::IdNumber,
                    };
                    let why = purpose.map_or("", Purpose::label);
                    self.add(
                        soon,
                        account,
                        Action::RevealField,
                        ("child", child),
                        (why, field.label().to_owned()),
                    );
                } else if shows && role != Role::Director && self.chance.happens(0.06) {
                    self.add(
                        soon,
                        account,
                        Action::WriteChild,
                        ("child", child),
                        ("", "更正信息".to_owned()),
                    );
                } else if shows && self.chance.happens(0.025) {
                    let count = self.chance.between(3, 480);
                    let why = Purpose::Compare.label();
                    self.add(
                        soon,
                        account,
                        Action::ExportChildren,
                        ("children", String::new()),
                        (why, format!("{count}人")),
                    );
                }
            }
            _ => {}
        }
    }
}

/// By which tie a role looks at children.
const fn tie(role: Role) -> Option<Tie> {
    Some(match role {
        Role::Director | Role::Bureau => Tie::County,
        Role::Township => Tie::HomeTownship,
        Role::Village => Tie::Village,
        Role::Group => Tie::Group,
        Role::Head | Role::Registrar | Role::Inspector => Tie::School,
        Role::Teacher | Role::SubjectTeacher => Tie::Class,
        Role::Cadre => Tie::Paired,
        Role::Admin | Role::Security | Role::Auditor | Role::UnitAdmin | Role::Planning => return None,
        _ => Tie::Shared,
    })
}
