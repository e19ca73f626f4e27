//! 晚点名 and 返校点名 of one boarding school: its head set them two weeks ago, and its class teachers have called the boarders
//! on every evening before a school day since, the last time yesterday, when somebody had not come back.

use std::collections::BTreeMap;

use casework::attendance::{Calling, Evenings, Source, Submission, Tapped};
use casework::db::{Db, DbError};
use casework::seed::{self, SeedClass};
use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::Role;
use rules::attendance::{Half, Kind, Part, Reason};
use rules::plan::Plan;

use super::followed::{Act, Waiting, holders};
use super::{Year, moment};

/// Days since the school calls its evenings.
const BACK: i64 = 14;
/// A school with so many classes where somebody boards,
const CLASSES: usize = 3;
/// and so many who do.
const BOARDERS: usize = 40;

impl Year {
    /// The setting and the calls, each in the name of whoever made it.
    pub(super) fn evenings(
        &mut self,
        db: &Db,
        plan: &Plan,
        classes: &[SeedClass],
    ) -> Result<Vec<Waiting>, DbError> {
        let actors = std::sync::Arc::clone(&self.actors);
        let (teachers, heads) = (holders(&actors, Role::Teacher), holders(&actors, Role::Head));
        let own = self.post(&self.role("head")).map(|post| post.unit.clone()).unwrap_or_default();
        let mut boarding: BTreeMap<&str, Vec<&SeedClass>> = BTreeMap::new();
        for class in classes.iter().filter(|class| class.school != own && !class.boarders.is_empty()) {
            boarding.entry(&class.school).or_default().push(class);
        }
        let many = |classes: &[&SeedClass]| classes.iter().map(|class| class.boarders.len()).sum::<usize>();
        let found =
            boarding.into_iter().find(|(_, classes)| classes.len() >= CLASSES && many(classes) >= BOARDERS);
        let Some((school, classes)) = found else { return Ok(Vec::new()) };
        let Some(head) = heads.get(school) else { return Ok(Vec::new()) };
        let first = self.today.saturating_sub(BACK.days());
        let new = Calling { halves: false, evenings: Evenings::Nights, source: Source::Here };
        let mut waiting = vec![Waiting {
            at: moment(Self::working(first), 10, 20, 0),
            by: (*head).clone(),
            act: Act::Calling(school.to_owned(), new),
        }];
        let county = self.county.clone();
        let marks = db.read(|tx| seed::marked(tx, &county, school, first.saturating_sub(7.days())))?;
        let teaches = |day: Date| plan.calendar().day(day).is_ok_and(|kind| kind.is_teaching());
        let eves = first.series(1.day()).take_while(|day| *day < self.today);
        let eves: Vec<Date> =
            eves.filter(|day| day.tomorrow().is_ok_and(|next| teaches(next) && *day > first)).collect();
        for eve in eves {
            for (place, class) in classes.iter().enumerate() {
                let Some(teacher) = teachers.get(class.class.as_str()) else { continue };
                // Who was away that day is not in bed that night; who stayed away before the weekend has not come back.
                let last = eve.series(-1.day()).find(|day| teaches(*day)).unwrap_or(eve);
                let away = marks.get(&(class.class.clone(), last)).map_or(&[][..], Vec::as_slice);
                let stays = |kind: Kind| match kind.half() {
                    Half::Away(_) => Some(Kind::NotReturned),
                    Half::Told | Half::Official if last == eve => Some(kind),
                    _ => None,
                };
                let mut tapped: Vec<Tapped> = away
                    .iter()
                    .filter(|(child, _)| class.boarders.contains(child))
                    .filter_map(|(child, kind)| {
                        Some(Tapped { child: child.clone(), kind: stays(*kind)?, reason: None })
                    })
                    .collect();
                let late = class.boarders.get(self.chance.below(class.boarders.len()));
                if let Some(child) = late.filter(|_| place == 0 && last != eve)
                    && !tapped.iter().any(|one| one.child == *child)
                {
                    let reason = Some(Reason::NotReached);
                    tapped.push(Tapped { child: child.clone(), kind: Kind::NotReturned, reason });
                }
                let minute = i8::try_from(self.chance.below(40)).unwrap_or_default();
                let at = moment(eve, 20, minute, 0);
                let sheet = Submission {
                    sheet: self.now.at_moment(at).id(),
                    class: class.class.clone(),
                    day: eve,
                    part: Part::Evening,
                    child: None,
                    marks: tapped,
                    corrects: Vec::new(),
                    roll_at: None,
                    why: String::new(),
                };
                waiting.push(Waiting { at, by: (*teacher).clone(), act: Act::Evening(sheet) });
            }
        }
        Ok(waiting)
    }
}
