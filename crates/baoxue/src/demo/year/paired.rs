//! What became of the children that are paired with a cadre in the weeks before the demo begins: a case from the township, verified,
//! ordered and received; visits that met somebody, that failed, and that were not made; by the use cases themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::cases::{self, Told};
use casework::db::{Db, DbError};
use casework::keys::Keys;
use casework::pairs::{self, VisitForm};
use casework::refused::Refused;
use casework::safeguarding::Signs;
use casework::seed;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::access::{Actor, Role};
use rules::attendance::Answered;
use rules::case::Kind;
use rules::pairing::Outcome;
use rules::plan::Plan;

use super::followed::{holders, said};
use super::papered::{self, Paper};
use super::{Year, moment};

/// Cases at most.
const MOST: usize = 32;

/// Of one cadre at most.
const EACH: usize = 4;

impl Year {
    /// Opens the cases and makes the visits.
    pub(super) fn paired(&mut self, db: &Db, (keys, plan): (&Keys, &Plan)) -> Result<(), DbError> {
        let county = self.county.clone();
        let all = db.read(move |tx| seed::pairs(tx, &county))?;
        let actors = Arc::clone(&self.actors);
        let townships = holders(&actors, Role::Township);
        let Some(bureau) = holders(&actors, Role::Bureau).into_values().next() else { return Ok(()) };
        let plan = Arc::new(plan.clone());
        // The role account's first child is one to go to today.
        let role = self.role("cadre");
        let (mut many, mut each) = (0, BTreeMap::<String, usize>::new());
        for (child, account, township) in all {
            let (Some(cadre), Some(township)) = (actors.get(&account), townships.get(township.as_str()))
            else {
                continue;
            };
            let own = account == role;
            let turn = each.entry(account).or_default();
            if many == MOST || *turn == EACH || !cadre.active {
                continue;
            }
            let story =
                Story { child, bureau, township, cadre: &cadre.actor, turn: if own { *turn } else { many } };
            for one in story.told(self.today) {
                let (keys, plan, now) = (keys.clone(), Arc::clone(&plan), self.now.at_moment(one.at));
                let (by, child, act) = (one.by.clone(), story.child.clone(), one.act.clone());
                let done = db.write(move |tx| {
                    let with = (&keys, &*plan, &now);
                    match seed::acted(tx, with, &by, |desk| act.done(desk, &child)) {
                        // One whose home is not known has no order; one that is too old has no case.
                        Err(Refused::Rule { .. } | Refused::Denied { .. } | Refused::Changed { .. }) => {
                            Ok(false)
                        }
                        other => other.map(|()| true).map_err(said),
                    }
                })?;
                if !done {
                    break;
                }
            }
            *turn += 1;
            many += 1;
        }
        Ok(())
    }
}

/// One child and its people.
struct Story<'a> {
    child: String,
    bureau: &'a Actor,
    township: &'a Actor,
    cadre: &'a Actor,
    turn: usize,
}

/// What somebody did.
struct Done<'a> {
    at: Timestamp,
    by: &'a Actor,
    act: Act,
}

#[derive(Clone)]
enum Act {
    Open,
    Move(Kind),
    Visit(Box<VisitForm>),
    Make(Paper),
}

impl Act {
    fn done(&self, desk: &mut casework::desk::Desk<'_, '_>, child: &str) -> Result<(), Refused> {
        match self {
            Self::Open => cases::open_case(desk, child, "比对和摸排发现没有上学，村干部上门核实过").map(drop),
            Self::Make(paper) => papered::made(desk, child, *paper),
            Self::Visit(form) => pairs::visit(desk, child, form).map(drop),
            Self::Move(kind) => {
                let open = cases::case_of(desk, child)?.into_iter().find(|one| one.ended.is_none());
                let Some(open) = open else { return Ok(()) };
                let file = cases::case(desk, &open.id)?;
                let told = Told {
                    unit: file.persuader.as_ref().map(|rule| rule.unit.clone()).unwrap_or_default(),
                    words: "电话和村干部都核实过，孩子没有上学".to_owned(),
                    ..Told::new(*kind)
                };
                cases::act(desk, &open.id, &told, file.version)
            }
        }
    }
}

impl<'a> Story<'a> {
    /// In order; what is to come is left out.
    fn told(&self, today: Date) -> Vec<Done<'a>> {
        let day = |before: i64| Year::working(today.saturating_sub(before.days()));
        // To one in eight nobody has gone yet, and it is not late: the order came the other day.
        let begun = match self.turn % 8 {
            7 => 6,
            _ => 17 + i64::try_from(self.turn % 4).unwrap_or_default(),
        };
        let mut all = vec![
            Done { at: moment(day(begun), 10, 20, 0), by: self.township, act: Act::Open },
            Done { at: moment(day(begun - 2), 15, 0, 0), by: self.bureau, act: Act::Move(Kind::Confirm) },
            Done { at: moment(day(begun - 2), 15, 30, 0), by: self.bureau, act: Act::Move(Kind::Dispatch) },
            Done { at: moment(day(begun - 4), 9, 10, 0), by: self.township, act: Act::Move(Kind::Receive) },
        ];
        // One was met not long ago, one longer ago than the plan allows, one was not at home, to one nobody went.
        let visits: &[(i64, Outcome)] = match self.turn % 4 {
            0 => &[(12, Outcome::NobodyHome), (4, Outcome::Both)],
            1 => &[(11, Outcome::Family)],
            2 => &[(5, Outcome::TurnedAway)],
            _ => &[],
        };
        for (number, (before, outcome)) in visits.iter().enumerate() {
            let on = day(*before);
            let form = visit(&format!("demo-{}-{number}", self.child), on, *outcome, today);
            all.push(Done { at: moment(on, 17, 40, 0), by: self.cadre, act: Act::Visit(Box::new(form)) });
        }
        all.extend(self.papers(today));
        all.retain(|one| one.at < moment(today, 7, 0, 0));
        all
    }
}

impl<'a> Story<'a> {
    /// What the township made after the visits: a record of who was met; for one in four also an order, sealed and served.
    fn papers(&self, today: Date) -> Vec<Done<'a>> {
        let day = |before: i64| Year::working(today.saturating_sub(before.days()));
        let make = |on: Date, hour, paper| Done {
            at: moment(on, hour, 30, 0),
            by: self.township,
            act: Act::Make(paper),
        };
        match self.turn % 4 {
            0 => {
                let (met, ordered, served) = (day(4), day(3), day(1));
                // Where both fall on one day the order comes after the record.
                let hour = if ordered == met { 19 } else { 10 };
                vec![
                    make(met, 18, Paper::Record(met)),
                    make(ordered, hour, Paper::Order(today.saturating_add(6.days()))),
                    make(served, 20, Paper::Serve(served)),
                ]
            }
            1 => vec![make(day(11), 18, Paper::Record(day(11)))],
            _ => Vec::new(),
        }
    }
}

fn visit(id: &str, on: Date, outcome: Outcome, today: Date) -> VisitForm {
    let met = outcome.is_met();
    let saw = matches!(outcome, Outcome::Both | Outcome::Child);
    let next = if met { today.max(on.saturating_add(1.day())) } else { on.saturating_add(2.days()) };
    let latest = on.saturating_add(7.days());
    let text = |when: bool, text: &str| if when { text.to_owned() } else { String::new() };
    VisitForm {
        id: id.to_owned(),
        day: on,
        hour: "16:50".to_owned(),
        place: "家里".to_owned(),
        outcome,
        met: met.then_some(Answered::Grandparent),
        child_said: text(saw, "数学跟不上，怕同学笑；想和表姐一起上学"),
        family_said: text(met, "祖母说父母都在广东，打电话孩子也不听"),
        note: text(!met, "邻居说全家下地去了，傍晚才回来"),
        cause: text(met, "learning"),
        promised: None,
        next: Some(next.min(latest)),
        help: text(saw, "tutoring"),
        help_note: text(saw, "商定周末由大学生志愿者补课，祖母同意"),
        seen: None,
        signs: Signs::default(),
        photo: None,
        position: String::new(),
    }
}
