//! What teachers, heads and the two lines did about the children who stay away: telephone calls, visits, reports and their
//! receipts, leave that was asked for, the evenings of a boarding school; by the use cases themselves, at the moment when it would have been done. And the
//! posts that passed from one to another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casework::attendance::{self, Calling, ContactForm, LeaveForm, Submission, Verified};
use casework::audit::Vault;
use casework::db::{Db, DbError, Tx};
use casework::desk::Desk;
use casework::keys::Keys;
use casework::refused::Refused;
use casework::requests;
use casework::seed::{self, SeedActor, SeedClass, SeedSuspect, Seeding};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::access::{Actor, Role};
use rules::attendance::{Answered, Kind, Outcome, Reason, Way};
use rules::plan::Plan;

use super::{Year, helped, moment, registers};
use crate::progress::Laps;

/// One in so many classes has a pupil whose leave the head must see.
const LEAVE: usize = 40;

/// An act that waits for its turn: when, who, what.
pub(super) struct Waiting {
    pub(super) at: Timestamp,
    pub(super) by: Actor,
    pub(super) act: Act,
}

pub(super) enum Act {
    Contact(String, ContactForm),
    Report(String, Verified),
    /// Receives the report about the child with this row on the list.
    Receive(String),
    Leave(String, LeaveForm, Option<Actor>),
    /// Asks a unit for a child, and what it answers, if it has.
    Ask(Asked),
    /// Sets what the school with this id calls.
    Calling(String, Calling),
    /// 晚点名.
    Evening(Submission),
}

/// Who holds this role, by the unit.
pub(super) fn holders(actors: &BTreeMap<String, SeedActor>, role: Role) -> BTreeMap<&str, &Actor> {
    let active = actors.values().filter(|one| one.active);
    let posts = active.flat_map(|one| {
        let of_role = one.actor.posts.iter().filter(move |post| post.role == role);
        of_role.map(|post| (post.unit.as_str(), &one.actor))
    });
    posts.collect()
}

/// What a unit is asked for a child.
pub(super) struct Asked {
    child: String,
    kind: &'static str,
    words: &'static str,
    /// Who answers when, by which answer, in which words; `None` while nobody has.
    answered: Option<(Actor, Timestamp, &'static str, &'static str)>,
}

/// By cause: what is asked, with which words; the answer, with which words.
const ASKED: [(&str, &str, &str, &str, &str); 6] = [
    (
        "learning",
        "mentor",
        "孩子跟不上功课，不愿到校，请安排人结对，做做心理辅导。",
        "paired",
        "县团委志愿者每周六上门一次",
    ),
    (
        "work",
        "labour",
        "孩子跟着亲戚做工，未满十六岁，请查处招用的单位，让孩子回来。",
        "outside",
        "随同乡在省外，厂名待务工地核实",
    ),
    (
        "guardianship",
        "left_behind",
        "母亲住院，父亲在外务工，家里没有大人照看，请落实照护。",
        "settled",
        "由姑母照护，已签委托照护书",
    ),
    (
        "lost_contact",
        "search",
        "家里没有人，电话停机，请查一查全家去了哪里。",
        "found",
        "随父母在邻县做工，住址已告乡镇",
    ),
    (
        "illness",
        "health",
        "孩子说身上不舒服，请安排检查，说明能不能上学。",
        "can",
        "体检无大碍，建议走读，按时吃药",
    ),
    ("poverty", "relief", "家里欠着医药费，请看能不能救助。", "granted", "临时救助1200元"),
];

/// What was found: where, why, and in whose words.
const FOUND: [(&str, &str, &str); 6] = [
    (
        "home",
        "learning",
        "班主任和村干部到家里见到了孩子和祖母，孩子说跟不上功课，不想去学校。父母在外务工，电话里说让孩子自己定。",
    ),
    (
        "work_county",
        "work",
        "邻居和村小组长证实，孩子跟着堂哥在县城一家餐馆帮工，家里欠着医药费。已把情况告诉村委会。",
    ),
    (
        "home",
        "guardianship",
        "母亲住院，孩子在家照看弟弟。校长和班主任家访两次，家长答应安排亲戚照看后送回。",
    ),
    ("work_outside", "work", "父亲电话承认孩子跟着同乡去了省外，说不清厂名。已请乡镇和公安核实去向。"),
    (
        "unknown",
        "lost_contact",
        "家里没有人，电话停机。村小组长说全家上月搬走，没有留下地址，已请公安协助查找。",
    ),
    ("home", "illness", "孩子说身上不舒服，家长没有带去看过病。校医建议到县医院检查，家长同意周末去。"),
];

impl Year {
    /// Follows the children of the list, as far as it was done until now.
    pub(super) fn followed(
        &mut self,
        db: &Db,
        (keys, plan, vault): (&Keys, &Plan, &Vault),
        laps: &Laps,
    ) -> Result<(), DbError> {
        let county = self.county.clone();
        let (suspects, classes) =
            db.read(|tx| Ok::<_, DbError>((seed::suspects(tx, &county)?, seed::classes(tx, &county)?)))?;
        let mut waiting = self.waiting(&suspects, &classes, plan);
        waiting.extend(self.evenings(db, plan, &classes)?);
        let now = self.now.timestamp();
        waiting.retain(|one| one.at < now);
        waiting.sort_by_key(|one| one.at);
        let plan = Arc::new(plan.clone());
        for one in waiting {
            let (keys, plan, now) = (keys.clone(), Arc::clone(&plan), self.now.at_moment(one.at));
            db.write(move |tx| done(tx, (&keys, &plan, &now), &one).map_err(said))?;
        }
        let days = registers::school_days(&plan, self.today.saturating_sub(365.days()), self.today);
        self.helped(db, (keys, &plan), (&helped::chosen(&classes, &days), &days))?;
        laps.over("followed", db);
        self.paired(db, (keys, &*plan))?;
        self.returned(db, (keys, &plan))?;
        laps.over("paired and returned", db);
        self.measured(db, (keys, &plan))?;
        laps.over("measured", db);
        self.season(db, (keys, &*plan))?;
        laps.over("season", db);
        self.council(db, (keys, &plan))?;
        self.reported(db, (keys, &plan))?;
        self.called(db, (keys, &plan, vault))?;
        laps.over("council and reports", db);
        let (with, by) = ((county, self.now.clone()), self.role("bureau"));
        let facts = db.write(move |tx| {
            let (county, now) = &with;
            seed::handed_over(tx, &Seeding { county, now }, &by)?;
            seed::told_so_far(tx, county)
        })?;
        for fact in facts {
            self.add(fact.at, &fact.by, fact.action, fact.subject, ("", fact.detail));
        }
        Ok(())
    }

    fn waiting(&mut self, suspects: &[SeedSuspect], classes: &[SeedClass], plan: &Plan) -> Vec<Waiting> {
        let actors = Arc::clone(&self.actors);
        let holds = |role: Role| holders(&actors, role);
        let (teachers, heads, townships) = (holds(Role::Teacher), holds(Role::Head), holds(Role::Township));
        let bureau = holds(Role::Bureau).into_values().next();
        let mut received = Vec::new();
        let mut waiting = Vec::new();
        for one in suspects {
            let Some(head) = heads.get(one.school.as_str()) else { continue };
            let teacher = teachers.get(one.class.as_str()).unwrap_or(head);
            let (whereabouts, cause, evidence) = FOUND
                .get(self.chance.below(FOUND.len()))
                .copied()
                .unwrap_or(("unknown", "other", "尚在核实"));
            let mut minute = || i8::try_from(self.chance.below(50)).unwrap_or_default();
            let day = one.since;
            let contact = |at, way, outcome, next: Option<Date>| Waiting {
                at,
                by: (*teacher).clone(),
                act: Act::Contact(
                    one.child.clone(),
                    ContactForm {
                        way,
                        outcome,
                        answered: (outcome == Outcome::Reached).then_some(Answered::Grandparent),
                        reason: (outcome == Outcome::Reached).then_some(Reason::Unwilling),
                        whereabouts: if outcome == Outcome::Reached {
                            whereabouts.to_owned()
                        } else {
                            String::new()
                        },
                        next,
                        promised: None,
                        note: if way == Way::Visit { evidence.to_owned() } else { String::new() },
                    },
                ),
            };
            let before = Self::working(day.saturating_sub(1.day()));
            waiting.push(contact(moment(before, 9, minute(), 0), Way::Phone, Outcome::NoAnswer, Some(day)));
            waiting.push(contact(moment(day, 9, minute(), 0), Way::Phone, Outcome::Reached, None));
            let visited = self.chance.happens(0.8);
            if visited {
                let mut minute = || i8::try_from(self.chance.below(50)).unwrap_or_default();
                waiting.push(contact(moment(day, 17, minute(), 0), Way::Visit, Outcome::Reached, None));
            }
            if !visited || !self.chance.happens(0.9) {
                continue;
            }
            let verified = Verified {
                whereabouts: whereabouts.to_owned(),
                cause: cause.to_owned(),
                evidence: evidence.to_owned(),
            };
            let minute = i8::try_from(self.chance.below(50)).unwrap_or_default();
            let act = Act::Report(one.id.clone(), verified);
            waiting.push(Waiting { at: moment(day, 19, minute, 0), by: (*head).clone(), act });
            let next = day.saturating_add(1.day());
            let receivers = [townships.get(one.township.as_str()).copied(), bureau];
            for (hour, by) in [9, 10].into_iter().zip(receivers) {
                let minute = i8::try_from(self.chance.below(50)).unwrap_or_default();
                if let Some(by) = by.filter(|_| self.chance.happens(0.85)) {
                    if hour == 10 {
                        received.push((one.child.clone(), cause, next));
                    }
                    let act = Act::Receive(one.id.clone());
                    waiting.push(Waiting { at: moment(next, hour, minute, 0), by: by.clone(), act });
                }
            }
        }
        let yesterday = Self::working(self.today.saturating_sub(1.day()));
        // Leave takes a child off the list: whoever is looked for did not ask for any.
        let looked_for: BTreeSet<&str> = suspects.iter().map(|one| one.child.as_str()).collect();
        let week = self.today.saturating_add(7.days());
        // In the vacation nobody asks for leave.
        let lessons = plan.calendar().teaching_days_between(self.today, week).unwrap_or_default() > 0;
        for class in classes.iter().step_by(LEAVE).filter(|_| lessons) {
            let (Some(head), Some(teacher)) =
                (heads.get(class.school.as_str()), teachers.get(class.class.as_str()))
            else {
                continue;
            };
            let begin = self.chance.below(class.pupils.len().max(1));
            let turn = class.pupils.iter().cycle().skip(begin).take(class.pupils.len());
            let Some(child) = turn.into_iter().find(|child| !looked_for.contains(child.as_str())) else {
                continue;
            };
            let (kind, why) = *[
                (Kind::Sick, "阑尾炎住院，有县医院证明"),
                (Kind::Personal, "外祖父去世，随父母回外省老家"),
                (Kind::Sick, "骨折复查，医嘱休息"),
            ]
            .get(self.chance.below(3))
            .unwrap_or(&(Kind::Sick, "住院"));
            let form = LeaveForm { kind, from: self.today, until: week, why: why.to_owned() };
            let answers = self.chance.happens(0.5).then(|| (*head).clone());
            let act = Act::Leave(child.clone(), form, answers);
            waiting.push(Waiting { at: moment(yesterday, 16, 40, 0), by: (*teacher).clone(), act });
        }
        waiting.extend(self.asked(received, bureau, plan));
        waiting
    }

    /// What 教体局 asked of the units for children whose report it had received, by the cause, and their answers of the days after.
    fn asked(
        &mut self,
        received: Vec<(String, &'static str, Date)>,
        bureau: Option<&Actor>,
        plan: &Plan,
    ) -> Vec<Waiting> {
        let actors = Arc::clone(&self.actors);
        let mut asked = Vec::new();
        for (child, cause, day) in received {
            let (Some(by), Some((_, kind, words, answer, said))) =
                (bureau, ASKED.iter().find(|one| one.0 == cause))
            else {
                continue;
            };
            let rule = plan.requests().iter().find(|rule| rule.code == *kind);
            let unit = rule.and_then(|rule| holders(&actors, rule.to).into_values().next());
            let later = Self::working(day.saturating_add(3.days()));
            let minute = i8::try_from(self.chance.below(50)).unwrap_or_default();
            let at = moment(later, 15, minute, 0);
            let answers = self.chance.happens(0.7) && at < self.now.timestamp();
            let answered = unit.filter(|_| answers).map(|unit| (unit.clone(), at, *answer, *said));
            let act = Act::Ask(Asked { child, kind, words, answered });
            asked.push(Waiting { at: moment(day, 11, minute, 0), by: by.clone(), act });
        }
        asked
    }
}

fn done(tx: &mut Tx<'_>, with: (&Keys, &Plan, &casework::now::Now), one: &Waiting) -> Result<(), Refused> {
    match &one.act {
        Act::Contact(child, form) => {
            seed::acted(tx, with, &one.by, |desk| attendance::log_contact(desk, child, form)).map(drop)
        }
        // Whoever came off the list meanwhile is not reported any more, as the product itself would refuse.
        Act::Report(id, verified) => seed::acted(tx, with, &one.by, |desk| {
            if seed::is_listed(desk.tx, desk.county(), id)? {
                attendance::verify_and_report(desk, id, verified).map(drop)
            } else {
                Ok(())
            }
        }),
        Act::Receive(suspected) => seed::acted(tx, with, &one.by, |desk| receive(desk, suspected)),
        Act::Leave(child, form, head) => {
            let (leave, good) =
                seed::acted(tx, with, &one.by, |desk| attendance::ask_leave(desk, child, form))?;
            match head {
                Some(head) if !good => seed::acted(tx, with, head, |desk| {
                    attendance::answer_leave(desk, &leave, true, "同意，注意补课")
                }),
                _ => Ok(()),
            }
        }
        Act::Calling(school, new) => {
            seed::acted(tx, with, &one.by, |desk| attendance::set_calling(desk, school, *new))
        }
        Act::Ask(asked) => {
            let id = seed::acted(tx, with, &one.by, |desk| {
                requests::ask(desk, &asked.child, asked.kind, asked.words)
            })?;
            match &asked.answered {
                Some((by, at, answer, words)) => {
                    let now = with.2.at_moment(*at);
                    let then = (with.0, with.1, &now);
                    seed::acted(tx, then, by, |desk| requests::answer(desk, &id, answer, words))
                }
                None => Ok(()),
            }
        }
        Act::Evening(sheet) => {
            seed::acted(tx, with, &one.by, |desk| attendance::submit(desk, sheet)).map(drop)
        }
    }
}

/// Receives the report about a child of the list.
fn receive(desk: &mut Desk<'_, '_>, suspected: &str) -> Result<(), Refused> {
    match seed::report_of(desk.tx, desk.county(), suspected)? {
        Some(report) => attendance::receive_report(desk, &report),
        None => Ok(()),
    }
}

pub(super) fn said(refused: Refused) -> DbError {
    match refused {
        Refused::Storage(error) => error,
        other => DbError::Other(other.to_string()),
    }
}
