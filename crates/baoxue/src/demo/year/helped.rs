//! Children who had stayed away months ago and are back: each with a case from opening over visits, help and an answer of a unit to the return, its
//! proof by the register, and the looks of the months after. By the use cases themselves, on the days on which it would have been done, so that
//! 措施成效 has something to tell.

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::cases::{self, Told};
use casework::db::{Db, DbError};
use casework::desk::Desk;
use casework::keys::Keys;
use casework::pairs::{self, VisitForm};
use casework::refused::Refused;
use casework::requests;
use casework::safeguarding::Signs;
use casework::seed::{self, SeedClass};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rules::access::{Actor, Role};
use rules::attendance::{Answered, Reason};
use rules::case::Kind;
use rules::pairing::Outcome;
use rules::plan::Plan;

use super::followed::holders;
use super::{Year, moment};

/// Children at most, and one in so many pupils.
const MOST: usize = 42;
const ONE_IN: usize = 100;

/// Days from one night of the program to the next that is made up for.
const NIGHT: i64 = 7;

/// Days from the return until it is asked that the case be closed: half a year from the proof, and some.
const HALF_YEAR: i64 = 208;

/// One who stayed away and came back.
#[derive(Clone)]
pub(super) struct Helped {
    pub(super) class: usize,
    pub(super) child: String,
    pub(super) school: String,
    /// Place of the first day away among the school days, and how many follow.
    pub(super) from: usize,
    pub(super) days: usize,
    pub(super) reason: Reason,
    turn: usize,
}

/// Cause, what was said, which help, which request with its answer.
type Cause = (&'static str, &'static str, &'static str, Option<(&'static str, &'static str)>);

/// By turn.
const CAUSES: [Cause; 4] = [
    ("learning", "数学跟不上，怕老师提问，不想去学校", "tutoring", Some(("mentor", "paired"))),
    ("poverty", "家里欠着医药费，想让孩子早点做工", "money", Some(("relief", "granted"))),
    ("guardianship", "父母在外务工，祖母管不住，早上起不来", "guardian", None),
    ("learning", "和同学闹了矛盾，不愿进教室", "tutoring", Some(("mentor", "paired"))),
];

/// Who it was, from the classes as they are and the school days of the year: spread over the county, and long enough ago.
pub(super) fn chosen(classes: &[SeedClass], days: &[Date]) -> Vec<Helped> {
    let pupils: usize = classes.iter().map(|class| class.pupils.len()).sum();
    let many = MOST.min(pupils / ONE_IN);
    let (first, last) = (days.len() / 12, days.len().saturating_sub(48));
    if many == 0 || first >= last {
        return Vec::new();
    }
    let one = |turn: usize| {
        let class = turn * classes.len() / many;
        let of = classes.get(class)?;
        let child = of.pupils.get(turn * 7 % of.pupils.len().max(1))?.clone();
        Some(Helped {
            class,
            child,
            school: of.school.clone(),
            from: first + (last - first) * turn / many,
            days: 11 + turn % 7,
            reason: if turn.is_multiple_of(3) { Reason::Unwilling } else { Reason::Chores },
            turn,
        })
    };
    (0..many).filter_map(one).collect()
}

/// What somebody did, and when.
struct Done {
    at: Timestamp,
    by: Actor,
    act: Act,
}

#[derive(Clone)]
enum Act {
    Open,
    Move(Box<Told>),
    Visit(Box<VisitForm>),
    Ask(&'static str),
    Answer(&'static str),
}

impl Act {
    fn done(&self, desk: &mut Desk<'_, '_>, child: &str) -> Result<(), Refused> {
        match self {
            Self::Open => cases::open_case(desk, child, "连续旷课，班主任电话和家访都没有劝回").map(drop),
            Self::Visit(form) => pairs::visit(desk, child, form).map(drop),
            Self::Ask(kind) => {
                requests::ask(desk, child, kind, "孩子有一段时间没有到校，请按职责帮一帮这个家。").map(drop)
            }
            Self::Answer(answer) => {
                let all = requests::requests(desk, requests::Shown::Waiting, None)?.0;
                match all.into_iter().find(|one| one.child == *child) {
                    Some(one) => requests::answer(desk, &one.id, answer, "已和家里商定，村委会跟着落实"),
                    None => Ok(()),
                }
            }
            Self::Move(told) => {
                let open = cases::case_of(desk, child)?.into_iter().find(|one| one.ended.is_none());
                let Some(open) = open else { return Ok(()) };
                let file = cases::case(desk, &open.id)?;
                let mut told = (**told).clone();
                if told.kind == Kind::Dispatch {
                    told.unit = file.persuader.as_ref().map(|rule| rule.unit.clone()).unwrap_or_default();
                }
                cases::act(desk, &open.id, &told, file.version)
            }
        }
    }
}

impl Year {
    /// Tells what was done for these children.
    pub(super) fn helped(
        &self,
        db: &Db,
        (keys, plan): (&Keys, &Arc<Plan>),
        (all, days): (&[Helped], &[Date]),
    ) -> Result<(), DbError> {
        let actors = Arc::clone(&self.actors);
        let (townships, heads) = (holders(&actors, Role::Township), holders(&actors, Role::Head));
        let Some(bureau) = holders(&actors, Role::Bureau).into_values().next() else { return Ok(()) };
        let county = self.county.clone();
        let homes: BTreeMap<String, String> = db.read(move |tx| seed::townships_of_children(tx, &county))?;
        for one in all {
            let township = homes.get(&one.child).and_then(|home| townships.get(home.as_str()).copied());
            let head = heads.get(one.school.as_str()).copied();
            let (Some(township), Some(head)) = (township, head) else { continue };
            let unit = |kind: &str| {
                let rule = plan.requests().iter().find(|rule| rule.code == kind)?;
                holders(&actors, rule.to).into_values().next()
            };
            let mut story = one.told(days, (bureau, township, head), &unit);
            story.retain(|done| done.at < self.now.timestamp());
            for done in story {
                let (keys, plan, now) = (keys.clone(), Arc::clone(plan), self.now.at_moment(done.at));
                let child = one.child.clone();
                let went = db.write(move |tx| {
                    let with = (&keys, &*plan, &now);
                    match seed::acted(tx, with, &done.by, |desk| done.act.done(desk, &child)) {
                        // One who is too old or whose home is not known goes another way.
                        Err(Refused::Storage(error)) => Err(error),
                        other => Ok(other.is_ok()),
                    }
                })?;
                if !went {
                    break;
                }
            }
            self.nights(db, (keys, plan), (one, days), (head, bureau))?;
        }
        Ok(())
    }

    /// What the program itself did in the nights after the return: the proof by the register, the looks of the months after; and in the end
    /// the closing by two.
    fn nights(
        &self,
        db: &Db,
        (keys, plan): (&Keys, &Arc<Plan>),
        (one, days): (&Helped, &[Date]),
        (head, bureau): (&Actor, &Actor),
    ) -> Result<(), DbError> {
        let Some(back) = days.get(one.from + one.days) else { return Ok(()) };
        let mut night = back.saturating_add((NIGHT + 10).days());
        loop {
            // The last one is the night before the demo begins.
            let is_last = night >= self.today;
            let now = self.now.at_moment(moment(night.min(self.today), 1, 0, 0));
            let (keys, plan) = (keys.clone(), Arc::clone(plan));
            let (child, county) = (one.child.clone(), self.county.clone());
            db.write(move |tx| match seed::followed_case(tx, (&keys, &*plan, &now), &county, &child) {
                Err(Refused::Storage(error)) => Err(error),
                _ => Ok(()),
            })?;
            if is_last {
                break;
            }
            night = night.saturating_add(NIGHT.days());
        }
        // Half a year after the proof the school asks to close, and 教体局 agrees.
        let over = Self::working(back.saturating_add(HALF_YEAR.days()));
        let ask = Told {
            code: "close".to_owned(),
            detail: "stayed".to_owned(),
            flag: true,
            ..Told::new(Kind::Ask)
        };
        let ask = Told { words: "半年来到校正常，申请结案".to_owned(), ..ask };
        let acts = [(9, head, ask), (15, bureau, Told::new(Kind::Agree))];
        for (hour, by, told) in acts.into_iter().filter(|_| over < self.today) {
            let (keys, plan, now) =
                (keys.clone(), Arc::clone(plan), self.now.at_moment(moment(over, hour, 5, 0)));
            let (by, child, act) = (by.clone(), one.child.clone(), Act::Move(Box::new(told)));
            db.write(move |tx| {
                match seed::acted(tx, (&keys, &*plan, &now), &by, |desk| act.done(desk, &child)) {
                    Err(Refused::Storage(error)) => Err(error),
                    _ => Ok(()),
                }
            })?;
        }
        Ok(())
    }
}

impl Helped {
    fn told<'a>(
        &self,
        days: &[Date],
        (bureau, township, head): (&Actor, &Actor, &Actor),
        unit: &dyn Fn(&str) -> Option<&'a Actor>,
    ) -> Vec<Done> {
        let (cause, words, help, asked) =
            CAUSES.get(self.turn % CAUSES.len()).copied().unwrap_or(("learning", "", "tutoring", None));
        let on = |after: usize| days.get(self.from + after).copied().unwrap_or(Date::MAX);
        let at =
            |after: usize, hour: i8| moment(on(after), hour, i8::try_from(self.turn % 50).unwrap_or(0), 0);
        let told = |kind: Kind, day: Option<Date>, words: &str| Told {
            on: day,
            words: words.to_owned(),
            flag: true,
            ..Told::new(kind)
        };
        let moved = |told: Told| Act::Move(Box::new(told));
        let mut all = vec![
            (at(3, 16), bureau, Act::Open),
            (at(4, 10), bureau, moved(told(Kind::Confirm, None, "学校、村委会都核实过，孩子没有上学"))),
            (at(4, 11), bureau, moved(told(Kind::Dispatch, None, "请按期入户劝返"))),
            (at(5, 9), township, moved(Told::new(Kind::Receive))),
            (at(6, 18), township, Act::Visit(Box::new(self.visit(on(6), cause, words)))),
            (
                at(7, 15),
                township,
                moved(Told {
                    code: help.to_owned(),
                    ..told(Kind::Help, Some(on(7)), "和家里商定了帮扶，家长同意")
                }),
            ),
        ];
        if let Some((kind, answer)) = asked.filter(|_| self.turn % 4 != 3)
            && let Some(unit) = unit(kind)
        {
            all.push((at(7, 16), bureau, Act::Ask(kind)));
            all.push((at(8, 15), unit, Act::Answer(answer)));
        }
        let back = Told {
            unit: self.school.clone(),
            ..told(Kind::Return, Some(on(self.days)), "班主任接到教室")
        };
        let placed = Told {
            code: "regular_class".to_owned(),
            ..told(Kind::Place, Some(on(self.days)), "回原班，安排同学和老师帮带")
        };
        all.push((at(self.days, 10), head, moved(back)));
        all.push((at(self.days, 15), bureau, moved(placed)));
        all.into_iter().map(|(at, by, act)| Done { at, by: by.clone(), act }).collect()
    }

    fn visit(&self, day: Date, cause: &str, words: &str) -> VisitForm {
        VisitForm {
            id: format!("demo-helped-{}", self.turn),
            day,
            hour: "17:20".to_owned(),
            place: "家里".to_owned(),
            outcome: Outcome::Both,
            met: Some(Answered::Grandparent),
            child_said: words.to_owned(),
            family_said: "愿意送孩子回学校，请学校多费心".to_owned(),
            note: String::new(),
            cause: cause.to_owned(),
            promised: None,
            next: None,
            help: String::new(),
            help_note: String::new(),
            seen: None,
            signs: Signs::default(),
            photo: None,
            position: String::new(),
        }
    }
}
