//! Children of the demo county who stayed away in the first weeks of the school year and are back: a case each, verified, ordered, received,
//! persuaded, back, placed, and shown by the register to have stayed; by the use cases themselves.

use std::sync::Arc;

use casework::cases::{self, Told};
use casework::db::{Db, DbError};
use casework::keys::Keys;
use casework::refused::Refused;
use casework::seed::{self, SeedPupil};
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use rules::access::{Actor, Role};
use rules::age::school_year;
use rules::case::Kind;
use rules::plan::Plan;

use super::followed::{holders, said};
use super::{Year, moment};

/// One child in so many came back this year; so many at most.
const ONE_IN: usize = 130;
const MOST: usize = 150;

impl Year {
    /// Tells of those who are back.
    pub(super) fn returned(&mut self, db: &Db, (keys, plan): (&Keys, &Arc<Plan>)) -> Result<(), DbError> {
        let first = date(school_year(self.today), 9, 7);
        // Nobody can be shown to have stayed before the register has run for some weeks.
        if first.saturating_add(60.days()) > self.today {
            return Ok(());
        }
        let county = self.county.clone();
        let of = county.clone();
        let all = db.read(move |tx| seed::pupils(tx, &of))?;
        let most = (all.len() / ONE_IN).clamp(1, MOST);
        let step = (all.len() / most).max(1);
        let actors = Arc::clone(&self.actors);
        let (townships, heads) = (holders(&actors, Role::Township), holders(&actors, Role::Head));
        let Some(bureau) = holders(&actors, Role::Bureau).into_values().next() else { return Ok(()) };
        for (at, pupil) in all.iter().step_by(step).take(most).enumerate() {
            let (Some(township), Some(head)) =
                (townships.get(pupil.township.as_str()), heads.get(pupil.school.as_str()))
            else {
                continue;
            };
            let late = i64::try_from(at % 12).unwrap_or_default();
            let first = first.saturating_add(late.days());
            let (days, nights) = told(first, late, [bureau, township, head], self.today);
            let (keys, plan, now, pupil) = (keys.clone(), Arc::clone(plan), self.now.clone(), pupil.clone());
            let own = (keys.clone(), Arc::clone(&plan), now.clone(), pupil.clone());
            // All of it or nothing: one whose home is not known has no order, one that is too old has no case.
            let done = db.write(move |tx| {
                for (when, by, act) in &days {
                    let now = now.at_moment(*when);
                    seed::acted(tx, (&keys, &*plan, &now), by, |desk| match act {
                        None => {
                            let why = "开学没有报到，班主任打电话、村干部上门都核实过";
                            cases::open_case(desk, &pupil.child, why).map(drop)
                        }
                        Some(kind) => moved(desk, &pupil, *kind, now.day()),
                    })?;
                }
                Ok::<(), Refused>(())
            });
            match done {
                Ok(()) => {}
                Err(Refused::Storage(error)) => return Err(error),
                Err(_) => continue,
            }
            for when in nights {
                let (keys, plan, now, pupil) = own.clone();
                let (now, county) = (now.at_moment(when), county.clone());
                db.write(move |tx| {
                    seed::followed_case(tx, (&keys, &*plan, &now), &county, &pupil.child).map_err(said)
                })?;
            }
        }
        Ok(())
    }
}

/// An act of the way back: who did it when; no kind is 立案.
type Done = (Timestamp, Actor, Option<Kind>);

/// What happened to one by day, and the nights in which the program looked: one in some took a fortnight, most a week.
fn told(
    first: Date,
    late: i64,
    [bureau, township, head]: [&Actor; 3],
    today: Date,
) -> (Vec<Done>, Vec<Timestamp>) {
    let day = |after: i64| Year::working(first.saturating_add(after.days()));
    let back = 6 + late % 9;
    let days = vec![
        (moment(day(0), 10, 20, 0), bureau.clone(), None),
        (moment(day(1), 9, 30, 0), bureau.clone(), Some(Kind::Confirm)),
        (moment(day(1), 10, 10, 0), bureau.clone(), Some(Kind::Dispatch)),
        (moment(day(2), 11, 10, 0), township.clone(), Some(Kind::Receive)),
        (moment(day(4), 17, 40, 0), township.clone(), Some(Kind::Visit)),
        (moment(day(back), 18, 0, 0), head.clone(), Some(Kind::Return)),
        (moment(day(back), 19, 0, 0), bureau.clone(), Some(Kind::Place)),
    ];
    let nights = [21, 28, 35, 42, 49, 56, 63, 70]
        .map(|night| moment(first.saturating_add((back + night).days()), 1, 10, 0));
    (days, nights.into_iter().filter(|night| *night < moment(today, 6, 0, 0)).collect())
}

fn moved(
    desk: &mut casework::desk::Desk<'_, '_>,
    pupil: &SeedPupil,
    kind: Kind,
    on: Date,
) -> Result<(), Refused> {
    let open = cases::case_of(desk, &pupil.child)?.into_iter().find(|one| one.ended.is_none());
    let Some(open) = open else { return Ok(()) };
    let file = cases::case(desk, &open.id)?;
    let unit = match kind {
        Kind::Dispatch => file.persuader.as_ref().map(|rule| rule.unit.clone()).unwrap_or_default(),
        Kind::Return => pupil.school.clone(),
        _ => String::new(),
    };
    let (code, words) = match kind {
        Kind::Place => ("regular_class", "回原班上课，班主任结对补课"),
        Kind::Visit => ("", "乡镇干部和班主任上门，见到孩子和祖母，答应回校"),
        Kind::Return => ("", "家长送到学校，班主任接到"),
        _ => ("", "电话和村干部都核实过，孩子没有上学"),
    };
    let told = Told {
        unit,
        code: code.to_owned(),
        words: words.to_owned(),
        on: matches!(kind, Kind::Visit | Kind::Return | Kind::Place).then_some(on),
        flag: kind == Kind::Visit,
        ..Told::new(kind)
    };
    cases::act(desk, &open.id, &told, file.version)
}
