//! The enrolment season behind the demo's day: opened by 教体局, groups walked with some left, places planned, notices of two townships made and
//! delivered with their failures; by the use cases themselves, each at its moment, as far as the year has come.

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::db::{Db, DbError};
use casework::desk::Desk;
use casework::keys::Keys;
use casework::refused::Refused;
use casework::season::{
    self, Bulk, DeferralForm, PlaceForm, VisitForm, ask_deferral, deliver_all, notices, notices_in,
    open_season, plan_places, sheet, sweep, transitions, visit,
};
use casework::seed;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use rules::access::{Actor, Role};
use rules::age::Stage;
use rules::plan::Plan;
use rules::season::{Empty, Visit, Went, Why, season_year, takes};

use super::followed::{holders, said};
use super::{Year, moment};

/// Townships whose season is told.
const TOWNSHIPS: usize = 2;

/// Groups of a township that were walked at most.
const GROUPS: usize = 40;

/// An act's answer, where the demo's people may do it; nothing where a rule is against it.
type Told<T> = Result<Option<T>, DbError>;

/// What acts are done with.
struct With<'a> {
    db: &'a Db,
    keys: &'a Keys,
    plan: Arc<Plan>,
}

impl Year {
    /// Tells the season.
    pub(super) fn season(&mut self, db: &Db, (keys, plan): (&Keys, &Plan)) -> Result<(), DbError> {
        let actors = Arc::clone(&self.actors);
        let townships = holders(&actors, Role::Township);
        let Some(bureau) = holders(&actors, Role::Bureau).into_values().next() else { return Ok(()) };
        let with = With { db, keys, plan: Arc::new(plan.clone()) };
        let year = season_year(self.today);
        let on = |month, day| Self::working(date(year, month, day));
        if self.told_at(&with, (on(4, 1), 9), bureau, open_season)?.is_none() {
            return Ok(());
        }
        // The role account's own township first.
        let own = self.role("township");
        let mut order: Vec<&Actor> = townships.into_values().collect();
        order.sort_by_key(|actor| actor.account != own);
        order.truncate(TOWNSHIPS);
        for actor in &order {
            self.swept(&with, year, actor)?;
        }
        self.catchments(&with, on(5, 6), bureau)?;
        self.planned(&with, on(5, 12), bureau)?;
        for actor in &order {
            let made = self.told_at(&with, (on(6, 15), 10), actor, move |desk| {
                season::make_now(desk, date(year, 8, 31), "户口簿、预防接种证")
            })?;
            if made.is_some() {
                self.delivered(&with, on(6, 24), actor)?;
            }
        }
        if let Some(actor) = order.first() {
            self.summer(&with, year, actor)?;
        }
        Ok(())
    }

    /// Does something at an hour of a day, where that has come and nothing forbids it.
    fn told_at<T: Send + 'static>(
        &self,
        with: &With<'_>,
        (day, hour): (Date, i8),
        by: &Actor,
        mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
    ) -> Told<T> {
        let at: Timestamp = moment(day, hour, 20, 0);
        if at >= self.now.timestamp() {
            return Ok(None);
        }
        let (keys, plan, now, by) =
            (with.keys.clone(), Arc::clone(&with.plan), self.now.at_moment(at), by.clone());
        with.db.write(move |tx| match seed::acted(tx, (&keys, &*plan, &now), &by, &mut act) {
            Ok(done) => Ok(Some(done)),
            Err(Refused::Rule { .. } | Refused::Denied { .. } | Refused::Invalid(_)) => Ok(None),
            Err(other) => Err(said(other)),
        })
    }

    /// Visits of the township's groups: most are done, some households were not met, every ninth group still waits.
    fn swept(&mut self, with: &With<'_>, year: i16, by: &Actor) -> Result<(), DbError> {
        let mut open = vec![String::new()];
        let mut groups = Vec::new();
        while let Some(under) = open.pop() {
            let level = self.told_at(with, (date(year, 4, 2), 9), by, move |desk| sweep(desk, &under))?;
            for row in level.map(|level| level.rows).unwrap_or_default() {
                if row.is_group { groups.push(row.id) } else { open.push(row.id) }
            }
        }
        for (nth, group) in groups.into_iter().take(GROUPS).enumerate() {
            if nth % 9 == 8 {
                continue;
            }
            let day =
                Self::working(date(year, 4, 7).saturating_add(i64::try_from(nth / 3).unwrap_or(0).days()));
            let households = 14 + u32::try_from(self.chance.below(20)).unwrap_or(0);
            let (empty, form) = (if nth % 6 == 3 { 2 } else { 0 }, format!("sweep-{year}-{group}"));
            let form: String = form
                .chars()
                .map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '-' })
                .take(64)
                .collect();
            self.told_at(with, (day, 17), by, move |desk| {
                let children = sheet(desk, &group)?.children;
                let told = VisitForm {
                    id: form.clone(),
                    visit: Visit {
                        day,
                        households,
                        asked: households - empty,
                        empty,
                        why: (empty > 0).then_some(Empty::Away),
                        next: (empty > 0).then(|| day.saturating_add(14.days())),
                    },
                    visitors: "村干部普某某、村民小组长李某某".to_owned(),
                    strangers: 0,
                    note: String::new(),
                    not_seen: children
                        .iter()
                        .filter(|_| nth % 8 == 5)
                        .take(1)
                        .map(|one| one.id.clone())
                        .collect(),
                };
                visit(desk, &group, &told)
            })?;
        }
        Ok(())
    }

    /// The table of catchments: each village goes where its pupils went; of one village it was forgotten, and one goes elsewhere from now on.
    fn catchments(&mut self, with: &With<'_>, day: Date, by: &Actor) -> Result<(), DbError> {
        let Some(found) = self.told_at(with, (day, 10), by, |desk| season::catchments(desk, None))? else {
            return Ok(());
        };
        let mut lines: BTreeMap<(String, String), [String; 2]> = BTreeMap::new();
        for gap in found.gaps.into_iter().filter(|gap| !gap.usual.is_empty()) {
            let at = lines.entry((gap.township, gap.place)).or_insert_with(|| ["-", "-"].map(str::to_owned));
            let [primary, junior] = at;
            if gap.stage == "初中" { *junior = gap.usual } else { *primary = gap.usual }
        }
        let lines: Vec<String> = lines
            .into_iter()
            .enumerate()
            .filter(|(nth, _)| *nth != 4)
            .map(|(_, ((town, village), [primary, junior]))| {
                format!("{town}\t{village}\t全村\t{primary}\t{junior}")
            })
            .collect();
        let table = season::CatchmentTable {
            year: found.year,
            source: "县教体局2026年划片方案".to_owned(),
            lines: lines.join("\n"),
        };
        self.told_at(with, (day, 11), by, move |desk| season::set_catchments(desk, &table).map(drop))?;
        Ok(())
    }

    /// Places of every school: enough in most townships, a few short in the first.
    fn planned(&mut self, with: &With<'_>, day: Date, by: &Actor) -> Result<(), DbError> {
        let Some(plan) = self.told_at(with, (day, 10), by, season::plan)? else { return Ok(()) };
        for (nth, township) in plan.townships.into_iter().enumerate() {
            let of =
                |word: &str| township.schools.iter().filter(|one| one.kind.contains(word)).count().max(1);
            let share = |many: u32, schools: usize| many.div_ceil(u32::try_from(schools).unwrap_or(1));
            let primary =
                share(township.first.expected, of("小学").max(of("教学点"))) + if nth == 0 { 0 } else { 5 };
            let junior = share(plan.all.1.expected, 8) + 10;
            for school in &township.schools {
                let is_junior = takes(&school.kind, Stage::Junior);
                let is_primary = takes(&school.kind, Stage::Primary);
                if !is_junior && !is_primary {
                    continue;
                }
                let form = PlaceForm {
                    first: if is_primary { primary } else { 0 },
                    junior: if is_junior { junior } else { 0 },
                };
                let id = school.id.clone();
                self.told_at(with, (day, 11), by, move |desk| plan_places(desk, &id, form))?;
            }
        }
        Ok(())
    }

    /// Deliveries, group by group: one family in some was not at home, every tenth group still waits.
    fn delivered(&mut self, with: &With<'_>, from: Date, by: &Actor) -> Result<(), DbError> {
        let Some(found) = self.told_at(with, (from, 8), by, |desk| notices(desk, ""))? else { return Ok(()) };
        for (nth, place) in found.rows.into_iter().enumerate() {
            if nth % 10 == 9 {
                continue;
            }
            let day = Self::working(from.saturating_add(i64::try_from(nth % 12).unwrap_or(0).days()));
            let form = format!("deliver-{day}-{nth}");
            self.told_at(with, (day, 18), by, move |desk| {
                let lines = notices_in(desk, &place.id)?.lines;
                let except: BTreeMap<String, Why> = lines
                    .iter()
                    .filter(|_| nth % 7 == 2)
                    .take(1)
                    .map(|line| (line.id.clone(), if nth % 2 == 0 { Why::NobodyHome } else { Why::Moved }))
                    .collect();
                let bulk = Bulk {
                    form: form.clone(),
                    day,
                    by: "村民小组长李某某".to_owned(),
                    except,
                    skip: Vec::new(),
                };
                deliver_all(desk, &place.id, &bulk)
            })?;
        }
        Ok(())
    }

    /// What the summer brings: where some of those went who finished; an application for deferral that waits.
    fn summer(&mut self, with: &With<'_>, year: i16, by: &Actor) -> Result<(), DbError> {
        let Some(found) = self.told_at(with, (date(year, 7, 20), 9), by, transitions)? else { return Ok(()) };
        for (nth, leaver) in found.leavers.into_iter().enumerate().filter(|(nth, _)| nth % 3 != 2).take(40) {
            let went = [Went::High, Went::Vocational, Went::High, Went::Home].get(nth % 4).copied();
            let went = went.unwrap_or(Went::Vocational);
            self.told_at(with, (date(year, 7, 20), 10), by, move |desk| {
                season::record_leaver(desk, &leaver.child, went, "")
            })?;
        }
        if self.today.year() != year || self.today.month() > 8 {
            return Ok(());
        }
        self.told_at(with, (date(year, 7, 6), 15), by, move |desk| {
            let places = notices(desk, "")?.rows;
            for place in places {
                let first = notices_in(desk, &place.id)?
                    .lines
                    .into_iter()
                    .find(|line| line.kind == rules::season::Kind::Enrol && line.state.is_delivered());
                if let Some(line) = first {
                    let form = DeferralForm {
                        until: date(year + 1, 6, 30),
                        applicant: "祖母李某某".to_owned(),
                        condition: "先天性心脏病，县医院证明手术后休养一年".to_owned(),
                    };
                    return ask_deferral(desk, &line.child, &form).map(drop);
                }
            }
            Ok(())
        })?;
        Ok(())
    }
}
