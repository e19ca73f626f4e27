//! The two campaigns of the demo county: the lists that the world's offices wrote are compared as in any county, the
//! earlier findings are decided as the world has it, and the later campaign remembers them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use casework::campaign;
use casework::compared::{self, Inputs};
use casework::db::{Db, DbError, Tx};
use casework::keys::Keys;
use casework::now::Now;
use casework::seed::{self, Seeding};
use documents::csv::{Mark, Records, Writer};
use jiff::ToSpan;
use jiff::civil::Date;
use rules::decision::Decision as Verdict;
use rules::plan::Plan;
use tempfile::TempDir;

use super::world::CountyPart;
use super::world::campaigns::{Decision, ListPart, Outcome, PairDecision, Semester};
use super::world::semesters::Semesters;
use super::world::story::Story;
use super::year::moment;
use crate::failure::Failure;
use crate::synth::lists::List;

/// The lists on their way into files, and what was decided.
pub(super) struct Campaigns {
    folder: TempDir,
    files: Vec<(Semester, List, Writer)>,
    decisions: Vec<Decision>,
    pairs: Vec<PairDecision>,
    semesters: Option<Semesters>,
    story: Story,
}

const LISTS: [List; 6] =
    [List::Household, List::Roll, List::Present, List::Poverty, List::Disability, List::Elsewhere];

fn path(folder: &Path, semester: Semester, list: List) -> PathBuf {
    folder.join(format!("{semester:?}-{}.csv", list.file()))
}

impl Campaigns {
    /// Starts the files in a folder that goes when the county is made.
    pub(super) fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir().map_err(|error| {
            Failure::machine(format!("写不了临时文件（{error}）"), "临时文件夹", "检查磁盘空间")
        })?;
        let mut files = Vec::new();
        for semester in [Semester::Last, Semester::This] {
            for list in LISTS {
                let mut writer = Writer::start(&path(folder.path(), semester, list), Mark::ForSpreadsheets)?;
                let mut headings = Records::new();
                for heading in list.headings() {
                    headings.code(heading);
                }
                headings.end();
                writer.write(&headings)?;
                files.push((semester, list, writer));
            }
        }
        let (decisions, pairs) = (Vec::new(), Vec::new());
        Ok(Self { folder, files, decisions, pairs, semesters: None, story: Story::default() })
    }

    /// Takes the days of the campaigns and the places of the story.
    pub(super) fn county(&mut self, part: &CountyPart) {
        self.semesters = Some(part.semesters);
        self.story = part.story.clone();
    }

    /// Takes a zone's rows and decisions.
    pub(super) fn zone(
        &mut self,
        lists: &[ListPart],
        decisions: &[Decision],
        pairs: &[PairDecision],
    ) -> Result<(), Failure> {
        for part in lists {
            let file = self
                .files
                .iter_mut()
                .find(|(semester, list, _)| *semester == part.semester && *list == part.list);
            let Some((_, _, writer)) = file else { continue };
            let mut records = Records::new();
            for row in part.rows.iter() {
                row.for_each(|cell| {
                    records.code(cell);
                });
                records.end();
            }
            writer.write(&records)?;
        }
        self.decisions.extend_from_slice(decisions);
        self.pairs.extend_from_slice(pairs);
        Ok(())
    }

    /// Compares both semesters' lists and writes what came of it.
    pub(super) fn finish(mut self, db: &Db, keys: &Keys, now: &Now, plan: &Arc<Plan>) -> Result<(), Failure> {
        for (_, _, writer) in self.files.drain(..) {
            writer.finish()?;
        }
        let Some(semesters) = self.semesters.take() else { return Ok(()) };
        let last = self.compare(db, keys, now, plan, Semester::Last, semesters.last)?;
        let (decisions, pairs) = (std::mem::take(&mut self.decisions), std::mem::take(&mut self.pairs));
        let (county, moment) = (plan.county().code.clone(), now.clone());
        db.write(move |tx| decide(tx, &Seeding { county: &county, now: &moment }, &last, &decisions, &pairs))
            .map_err(Failure::from)?;
        let this = self.compare(db, keys, now, plan, Semester::This, semesters.this)?;
        // Some findings are with the story's village and school already, so that these have something to do.
        let (county, moment, story) = (plan.county().code.clone(), now.clone(), self.story.clone());
        db.write(move |tx| {
            let with = Seeding { county: &county, now: &moment };
            let due = moment.day().saturating_add(3.days());
            seed::assigned(tx, &with, (&this, "village", &story.village), ("", due), 6)?;
            seed::assigned(tx, &with, (&this, "school", &story.school), ("", due), 3)
        })
        .map_err(Failure::from)
    }

    fn compare(
        &self,
        db: &Db,
        keys: &Keys,
        now: &Now,
        plan: &Arc<Plan>,
        semester: Semester,
        day: Date,
    ) -> Result<String, Failure> {
        let at = |list| path(self.folder.path(), semester, list);
        let files = [List::Household, List::Roll, List::Present, List::Poverty].map(at);
        let named = [("外出就读".to_owned(), at(List::Elsewhere))];
        let (keys, now, plan) = (keys.clone(), now.at_moment(moment(day, 9, 0, 0)), Arc::clone(plan));
        db.write(move |tx| {
            let [household, roll, present, poverty] = &files;
            let inputs = Inputs {
                household,
                roll,
                present: Some(present),
                poverty: Some(poverty),
                named: &named,
                on: day,
                plan: &plan,
            };
            let outcome = compared::compare(compared::read(&inputs, &|_| {})?, &|_| {});
            let county = plan.county().code.as_str();
            let term = if day.month() < 8 { ("春季学期", "1") } else { ("秋季学期", "2") };
            let title = format!("{}年{}四查三比对", day.year(), term.0);
            let code = format!("{}-{}", day.year(), term.1);
            let state = if semester == Semester::Last { "closed" } else { "open" };
            let campaign = seed::campaign(tx, &Seeding { county, now: &now }, (&title, &code, state), day)?;
            let run = campaign::begin(tx, county, &now, &campaign, ("", day))?;
            campaign::store(tx, (county, &keys, &now), (&campaign, &run), &outcome)?;
            Ok::<String, Failure>(campaign)
        })
    }
}

fn decide(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    campaign: &str,
    decisions: &[Decision],
    pairs: &[PairDecision],
) -> Result<(), DbError> {
    let bureau = seed::account_of(tx, with.county, "bureau")?.unwrap_or_default();
    for one in decisions {
        let Some(verdict) = verdict(one.outcome) else { continue };
        let sides = ["household", "roll", "present", "poverty"];
        let row = sides.into_iter().zip(one.rows).find_map(|(side, row)| Some((side, row?)));
        let Some((side, row)) = row else { continue };
        let row = i64::try_from(row).unwrap_or(i64::MAX);
        seed::decided(tx, with, (campaign, one.finding), (side, row), (verdict.code(), &bureau, one.on))?;
    }
    for one in pairs {
        let verdict = if one.same { Verdict::Same } else { Verdict::NotSame };
        let row = i64::try_from(one.household_row).unwrap_or(i64::MAX);
        let what = (verdict.code(), bureau.as_str(), one.on);
        seed::decided(tx, with, (campaign, "needs_review"), ("household", row), what)?;
    }
    Ok(())
}

/// What the bureau decided, from what came of it.
fn verdict(outcome: Outcome) -> Option<Verdict> {
    Some(match outcome {
        Outcome::Returned | Outcome::RollMissing | Outcome::EnteredLater => Verdict::InSchool,
        Outcome::Case => Verdict::Suspected,
        Outcome::Elsewhere | Outcome::ProofAsked => Verdict::Elsewhere,
        Outcome::Suspended | Outcome::Deferred => Verdict::Excused,
        Outcome::Died | Outcome::Abroad => Verdict::Gone,
        Outcome::IncomerHere | Outcome::RegisterAsked | Outcome::StrikeAsked => Verdict::Noted,
        Outcome::Open => return None,
    })
}
