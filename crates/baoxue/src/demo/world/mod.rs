//! The world of the demo county: everything that a working county needs, made from `crate::synth` and a year of
//! history. Pure: no SQL, no file, no clock; the same settings make the same world.
//!
//! `synth` decides who lives where, who goes to which school and what the offices write; this module gives the county
//! its people at work ([`staffing`], [`units`], [`schools`]), a past to each child ([`past`]), the lists of two
//! campaigns and the decisions about the earlier one ([`campaigns`]), and a story that the role accounts share
//! ([`Story`]). The county comes first, whole; then one [`Part::Zone`] after the other, parents before children, so
//! that it can be written as it comes. `docs/demo.md` tells the same for people.

pub(crate) mod campaigns;
mod children;
pub(crate) mod model;
mod past;
pub(crate) mod roles;
mod schools;
pub(crate) mod semesters;
mod staffing;
pub(crate) mod story;
#[cfg(test)]
mod tests;
mod units;

use jiff::civil::Date;
use rules::plan::Plan;

use campaigns::{Decision, ListPart, PairDecision, Semester, Written};
use children::{Files, Moves};
use model::{Account, Change, Child, Household, InspectorOf, Pairing, Post, Staff, Transfer, Unit, Vacancy};
use past::Years;
use schools::{Raised, Schools};
use semesters::Semesters;
use staffing::Roster;
use story::Story;
use units::township_codes;

use crate::synth::chance::Chance;
use crate::synth::places::County;
use crate::synth::roll::Pupil;
use crate::synth::{self, offices, zone};

/// What world to make.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorldSettings<'a> {
    /// Children of five to seventeen with a household here.
    pub(crate) children: usize,
    /// Other seeds are other people.
    pub(crate) seed: u64,
    /// The day that the demo calls today; nothing in the world is later, but ends of leaves and proofs.
    pub(crate) today: Date,
    /// School years of registers, that which ends today among them.
    pub(crate) years: u16,
    /// The county plan.
    pub(crate) plan: &'a Plan,
}

/// The world comes in parts.
#[derive(Debug)]
pub(crate) enum Part {
    /// First, once.
    County(Box<CountyPart>),
    /// Then for each zone of some six thousand children.
    Zone(Box<ZonePart>),
}

/// What does not depend on the number of children.
#[derive(Debug)]
pub(crate) struct CountyPart {
    /// County, departments, bureau, townships, villages and groups; parents first.
    pub(crate) units: Vec<Unit>,
    /// Those who work there, and those who left.
    pub(crate) staff: Vec<Staff>,
    /// Their posts.
    pub(crate) posts: Vec<Post>,
    /// Posts without a holder.
    pub(crate) vacancies: Vec<Vacancy>,
    /// Log-ins.
    pub(crate) accounts: Vec<Account>,
    /// The days of both campaigns.
    pub(crate) semesters: Semesters,
    /// What the role accounts have in common.
    pub(crate) story: Story,
}

/// A township, or a part of one.
#[derive(Debug)]
pub(crate) struct ZonePart {
    /// Schools and classes met here for the first time; parents first.
    pub(crate) units: Vec<Unit>,
    /// Those who work there, and those who left.
    pub(crate) staff: Vec<Staff>,
    /// Their posts; those of 责任督学 too.
    pub(crate) posts: Vec<Post>,
    /// Posts without a holder.
    pub(crate) vacancies: Vec<Vacancy>,
    /// Log-ins.
    pub(crate) accounts: Vec<Account>,
    /// Which 责任督学 looks after which school.
    pub(crate) inspected: Vec<InspectorOf>,
    /// Households with children.
    pub(crate) households: Vec<Household>,
    /// Children.
    pub(crate) children: Vec<Child>,
    /// 学籍变动 of the year up to today.
    pub(crate) changes: Vec<Change>,
    /// 转学, done and half done.
    pub(crate) transfers: Vec<Transfer>,
    /// 结对包保.
    pub(crate) pairings: Vec<Pairing>,
    /// The next rows of every list of both campaigns.
    pub(crate) lists: Vec<ListPart>,
    /// What was decided about last semester's findings.
    pub(crate) decisions: Vec<Decision>,
    /// What was decided about rows that might be one child.
    pub(crate) pairs: Vec<PairDecision>,
}

/// Makes the world and hands it on part by part, in order.
///
/// # Errors
/// The first error of `hand_on`; nothing else can fail.
pub(crate) fn world<E>(
    settings: &WorldSettings,
    hand_on: &mut dyn FnMut(Part) -> Result<(), E>,
) -> Result<(), E> {
    let WorldSettings { children, seed, today, plan, .. } = *settings;
    let semesters = Semesters::before(plan, today);
    let county = County::new(plan, seed);
    let years =
        Years { semesters: &semesters, calendar: plan.calendar(), school_age: *plan.school_age(), today };
    let mut maker = Maker {
        seed,
        townships: township_codes(plan),
        zones: zone::divide(&county, children, seed),
        county,
        years,
        roster: Roster::new(seed, today),
        schools: Schools::default(),
        people: 0,
        rows: [[0; 7]; 2],
        story: None,
    };
    let settings =
        synth::Settings { children, seed, format: synth::Format::Csv, as_of: semesters.base, hardness: 1.0 };
    synth::generate(&settings, plan, &mut |made| {
        let (story, first) = maker.story(&made.zone);
        if first {
            let units = units::raise(plan, &maker.county, children, &story, &mut maker.roster);
            let hired = maker.roster.take();
            hand_on(Part::County(Box::new(CountyPart {
                units,
                staff: hired.staff,
                posts: hired.posts,
                vacancies: hired.vacancies,
                accounts: hired.accounts,
                semesters,
                story: story.clone(),
            })))?;
        }
        hand_on(Part::Zone(Box::new(maker.zone(&made, &story))))
    })?;
    Ok(())
}

/// What the zones have in common while they are made one after the other.
struct Maker<'a> {
    seed: u64,
    county: County,
    townships: Vec<String>,
    zones: Vec<zone::Plan>,
    years: Years<'a>,
    roster: Roster,
    schools: Schools,
    people: usize,
    /// Rows so far in the lists of last and of this semester.
    rows: [[usize; 7]; 2],
    story: Option<Story>,
}

impl Maker<'_> {
    /// The story, and whether it has just been found: the first zone decides it.
    fn story(&mut self, zone: &zone::Zone) -> (Story, bool) {
        if let Some(story) = &self.story {
            return (story.clone(), false);
        }
        let story = story::find(&self.county, &self.townships, zone, &self.years, self.seed);
        self.story = Some(story.clone());
        (story, true)
    }

    fn zone(&mut self, made: &synth::Part, story: &Story) -> ZonePart {
        let zone = &made.zone;
        let pasts = self.years.of_zone(zone, self.seed);
        let raised = self.raise_schools(zone, story);
        let mut chance = Chance::new(self.seed, (1 << 44) + zone.index as u64);
        let files = Files {
            county: &self.county,
            townships: &self.townships,
            zone,
            pasts: &pasts,
            years: &self.years,
            before: self.people,
        };
        let households = files.households(&mut chance);
        let indices = 0..zone.children.len();
        let mut children: Vec<Child> =
            indices.clone().filter_map(|index| files.child(index, &mut chance)).collect();
        let mut moves = Moves::default();
        indices.for_each(|index| files.moves(index, &mut moves));

        let mut lists = Vec::new();
        let (mut decisions, mut pairs) = (Vec::new(), Vec::new());
        let Semesters { base, last, this, .. } = *self.years.semesters;
        let semesters = [(Semester::Last, last), (Semester::This, this)];
        for ((semester, day), rows) in semesters.into_iter().zip(&mut self.rows) {
            // On the day that synth made everybody for, its own lists are those of the campaign.
            let as_made = semester == Semester::This && day == base;
            let earlier = (!as_made).then(|| {
                let (then, who) = self.years.back_to(day, zone, &pasts);
                // Other clerks, other mistakes.
                let clerks = self.seed.rotate_left(17) ^ (1 + semester as u64);
                let desk = offices::write(&self.county, &then, day, 1.0, clerks);
                (then, who, desk)
            });
            let everybody: Vec<usize>;
            let (then, who, desk) = match &earlier {
                Some((then, who, desk)) => (then, who, desk),
                None => {
                    everybody = (0..zone.children.len()).collect();
                    (zone, &everybody, &made.desk)
                }
            };
            let written = Written { semester, day, zone: then, who, desk, before: *rows };
            if semester == Semester::Last {
                decisions = written.decisions(&files, &children);
                pairs = written.pairs();
                story::forget_what_nobody_found(&mut children, &decisions);
            }
            lists.extend(written.lists(&children, &pasts));
            for (rows, list) in rows.iter_mut().zip(&desk.lists) {
                *rows += list.len();
            }
        }
        let pairings = campaigns::pairings(&files, &children);
        self.people += zone.children.len();
        let hired = self.roster.take();
        ZonePart {
            units: raised.units,
            staff: hired.staff,
            posts: hired.posts,
            vacancies: hired.vacancies,
            accounts: hired.accounts,
            inspected: raised.inspected,
            households,
            children,
            changes: moves.changes,
            transfers: moves.transfers,
            pairings,
            lists,
            decisions,
            pairs,
        }
    }

    /// The schools of a zone, the story's first, and the classes in which somebody sits.
    fn raise_schools(&mut self, zone: &zone::Zone, story: &Story) -> Raised {
        let mut raised = Raised::default();
        let year = rules::age::school_year(self.years.semesters.base);
        let township = self.zones.get(zone.index).map_or(0, |plan| plan.township);
        let mut schools: Vec<_> = zone.schools.iter().collect();
        schools.sort_by_key(|school| school.code != story.school);
        for school in schools {
            // Schools of the county lie in its seat, the first township.
            let township = if school.kind.is_of_the_county() { 0 } else { township };
            let township = self.townships.get(township).map_or("", String::as_str);
            self.schools.school(school, township, story, &mut self.roster, &mut raised);
        }
        let mut pupils: Vec<Pupil> = Vec::new();
        for (child, schooling) in zone.children.iter().zip(&zone.schooling) {
            for seat in schooling.seat.into_iter().chain(schooling.second) {
                if let (Some(family), Some(school)) =
                    (zone.families.get(child.family), zone.schools.get(seat.school))
                {
                    pupils.push(Pupil { county: &self.county, child, family, schooling, seat, school });
                }
            }
        }
        pupils.sort_by_key(|pupil| (pupil.seat.school, pupil.seat.grade, pupil.seat.class));
        pupils.dedup_by_key(|pupil| (pupil.seat.school, pupil.seat.grade, pupil.seat.class));
        for pupil in &pupils {
            self.schools.class(pupil, year, story, &mut self.roster, &mut raised);
        }
        self.schools.close_books();
        raised
    }
}
