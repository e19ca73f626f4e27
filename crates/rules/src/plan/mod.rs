//! The county plan (一县一案) as data: every value with the clause it comes from.
//!
//! Text in, a checked [`Plan`] or a list of problems out; reading files from disk is the caller's. What a law
//! fixes is not plan data. How the files are built: `docs/adr/0002-plan-as-data.md`.

mod accountability;
mod case;
mod clause;
mod due;
mod inspection;
mod lists;
mod load;
mod load_columns;
mod load_places;
mod load_steps;
mod model;
mod platform;
mod problem;
mod reach;
mod read;
mod regular;
mod request;
mod school_access;
mod warning;

use std::collections::BTreeMap;

pub use accountability::{AccountabilityRule, Ground};
pub use case::{
    CaseRules, GradeBack, GradeRule, HelpGate, HomeTeachingRule, Hops, ObservationRule, PairingRule,
    PauseRule,
};
pub use inspection::{AssessRule, CheckRule, Known};
pub use lists::{FieldColumns, ListColumns, ListKind};
pub use model::{
    AbsenceRule, AbsenceTier, Basis, Code, Conference, Counted, County, Deadline, Document, FindingKind,
    FindingRule, LeaveRule, LegalStep, LegalStepKind, Measure, NamedList, NamedListEffect, Paper,
    RegisterRule, Season, Stretch, Target, TimeUnit, ToldLeave, Unit,
};
pub use platform::{Platform, PlatformField, PlatformLine};
pub use problem::PlanProblem;
pub use reach::ReachRule;
pub use regular::RegularRule;
pub use request::{AnswerRule, RequestRule};
pub use school_access::SchoolAccess;
pub use warning::{WarningKind, WarningRule};

use crate::age::SchoolAge;
use crate::attendance::Kind;
use crate::calendar::SchoolCalendar;
use crate::divisions::{Divisions, Place};
use crate::family::Voice;

/// The files of a plan, all in one directory.
pub const FILES: [&str; 4] = ["plan.toml", "divisions.toml", "calendar.toml", "columns.toml"];

/// A county plan, read and checked: every clause exists, every unit named is listed, every kind of finding and
/// every list is described.
#[derive(Debug, Clone)]
pub struct Plan {
    document: Document,
    county: County,
    school_age: SchoolAge,
    school_age_basis: Basis,
    absence: AbsenceRule,
    told_leave: ToldLeave,
    leave: LeaveRule,
    register: RegisterRule,
    absence_tiers: Vec<AbsenceTier>,
    warnings: Vec<WarningRule>,
    conference: Conference,
    regular: RegularRule,
    accountability: AccountabilityRule,
    units: Vec<Unit>,
    targets: Vec<Target>,
    seasons: Vec<Season>,
    deadlines: Vec<Deadline>,
    measures: Vec<Measure>,
    causes: Vec<Code>,
    whereabouts: Vec<Code>,
    placements: Vec<Code>,
    steps: Vec<LegalStep>,
    case: CaseRules,
    requests: Vec<RequestRule>,
    school_access: SchoolAccess,
    reach: ReachRule,
    findings: [FindingRule; FindingKind::ALL.len()],
    named_lists: Vec<NamedList>,
    platforms: Vec<Platform>,
    checks: Vec<CheckRule>,
    assessments: Vec<AssessRule>,
    lists: [ListColumns; ListKind::ALL.len()],
    attendance_marks: BTreeMap<String, Kind>,
    divisions: Divisions,
    calendar: SchoolCalendar,
    voices: Vec<Voice>,
}

impl Plan {
    /// Reads and checks the files of a plan: file name to content, see [`FILES`]. Other files are ignored.
    ///
    /// # Errors
    /// Every [`PlanProblem`] that could be found in one go, by file and line.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, Vec<PlanProblem>> {
        load::load(files)
    }

    /// The published document.
    #[must_use]
    pub const fn document(&self) -> &Document {
        &self.document
    }

    /// The county.
    #[must_use]
    pub const fn county(&self) -> &County {
        &self.county
    }

    /// The school-age rule, 五(八) and 义务教育法 11.
    #[must_use]
    pub const fn school_age(&self) -> &SchoolAge {
        &self.school_age
    }

    /// Where the school-age rule comes from.
    #[must_use]
    pub const fn school_age_basis(&self) -> &Basis {
        &self.school_age_basis
    }

    /// When absence makes a pupil 疑似辍学, 五(九).
    #[must_use]
    pub const fn absence(&self) -> &AbsenceRule {
        &self.absence
    }

    /// How long a reason that was only told is good.
    #[must_use]
    pub const fn told_leave(&self) -> &ToldLeave {
        &self.told_leave
    }

    /// Who approves leave, and for how long.
    #[must_use]
    pub const fn leave(&self) -> &LeaveRule {
        &self.leave
    }

    /// When the register is called, and how long afterwards it can be corrected.
    #[must_use]
    pub const fn register(&self) -> &RegisterRule {
        &self.register
    }

    /// How much absence in a term or a month is said aloud, in the order of the plan.
    #[must_use]
    pub fn absence_tiers(&self) -> &[AbsenceTier] {
        &self.absence_tiers
    }

    /// What of early warning the county sets: one rule for each kind but those that follow from the tiers.
    #[must_use]
    pub fn warning(&self, kind: WarningKind) -> Option<&WarningRule> {
        self.warnings.iter().find(|rule| rule.kind == kind)
    }

    /// What the county has set for its regular reports, 教基厅函〔2024〕15号.
    #[must_use]
    pub const fn regular(&self) -> &RegularRule {
        &self.regular
    }

    /// From how many records on a file of 问责 may be opened, and on what it can rest, 五(七), 六(四).
    #[must_use]
    pub const fn accountability(&self) -> &AccountabilityRule {
        &self.accountability
    }

    /// How often 联席会议 is held, 五(二).
    #[must_use]
    pub const fn conference(&self) -> &Conference {
        &self.conference
    }

    /// Every unit that the plan names, with its duty (section 四).
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// A unit's name at a place: 公郎镇人民政府 for 各乡镇人民政府 when the township is known; any other unit, and
    /// one that the plan does not list, keeps its name.
    #[must_use]
    pub fn unit_at(&self, name: &str, place: Option<Place>) -> String {
        let unit = self.units.iter().find(|unit| unit.name == name);
        let township = place.and_then(|place| self.divisions.township(place.township?));
        match (unit.and_then(|unit| unit.per_township.as_deref()), township) {
            (Some(body), Some(township)) => format!("{}{body}", township.name),
            _ => name.to_owned(),
        }
    }

    /// Every figure to be reached (section 二).
    #[must_use]
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The figure to be reached with that key, such as `enrolment_rate` or `retention_rate`.
    #[must_use]
    pub fn target(&self, key: &str) -> Option<&Target> {
        self.targets.iter().find(|target| target.key == key)
    }

    /// The year's round of tasks, 五(八) and others.
    #[must_use]
    pub fn seasons(&self) -> &[Season] {
        &self.seasons
    }

    /// The time allowed for each hop of a case.
    #[must_use]
    pub fn deadlines(&self) -> &[Deadline] {
        &self.deadlines
    }

    /// The deadline with that key.
    #[must_use]
    pub fn deadline(&self, key: &str) -> Option<&Deadline> {
        self.deadlines.iter().find(|deadline| deadline.key == key)
    }

    /// The twelve measures of section 五, in order.
    #[must_use]
    pub fn measures(&self) -> &[Measure] {
        &self.measures
    }

    /// Why a child is not in school.
    #[must_use]
    pub fn causes(&self) -> &[Code] {
        &self.causes
    }

    /// Where a child who is not in school is.
    #[must_use]
    pub fn whereabouts(&self) -> &[Code] {
        &self.whereabouts
    }

    /// How a child who came back is placed, 五(十一).
    #[must_use]
    pub fn placements(&self) -> &[Code] {
        &self.placements
    }

    /// The four steps with their papers, in order, 五(三).
    #[must_use]
    pub fn steps(&self) -> &[LegalStep] {
        &self.steps
    }

    /// What member units can be asked to do for a child, 四(五)–(十八), in the order of the plan.
    #[must_use]
    pub fn requests(&self) -> &[RequestRule] {
        &self.requests
    }

    /// From how long on a way to school is hard, and what goes before closing a school point, 四(四).
    #[must_use]
    pub const fn school_access(&self) -> &SchoolAccess {
        &self.school_access
    }

    /// When and how often people are told outside of the program.
    #[must_use]
    pub const fn reach(&self) -> &ReachRule {
        &self.reach
    }

    /// What the county sets for cases, 五(十)(十一).
    #[must_use]
    pub const fn case(&self) -> &CaseRules {
        &self.case
    }

    /// The paper of that key.
    #[must_use]
    pub fn paper(&self, key: &str) -> Option<&Paper> {
        let papers = self.steps.iter().flat_map(|step| &step.papers);
        papers.into_iter().find(|paper| !key.is_empty() && paper.key == key)
    }

    /// What people are told about one kind of finding.
    #[must_use]
    pub const fn finding(&self, kind: FindingKind) -> &FindingRule {
        let [
            not_on_roll,
            not_in_school,
            poverty_dropout,
            studying_elsewhere,
            roll_only,
            duplicate_roll,
            needs_review,
        ] = &self.findings;
        match kind {
            FindingKind::NotOnRoll => not_on_roll,
            FindingKind::NotInSchool => not_in_school,
            FindingKind::PovertyDropout => poverty_dropout,
            FindingKind::StudyingElsewhere => studying_elsewhere,
            FindingKind::RollOnly => roll_only,
            FindingKind::DuplicateRoll => duplicate_roll,
            FindingKind::NeedsReview => needs_review,
        }
    }

    /// Every named list that the plan knows.
    #[must_use]
    pub fn named_lists(&self) -> &[NamedList] {
        &self.named_lists
    }

    /// The list that `--list NAME=F` means, by its name or another name for it; `None` when the plan does not
    /// know it, which makes it a note ([`NamedListEffect::Note`]).
    #[must_use]
    pub fn named_list(&self, name: &str) -> Option<&NamedList> {
        let wanted = crate::fold::key(name);
        self.named_lists.iter().find(|list| {
            std::iter::once(&list.name).chain(&list.synonyms).any(|known| crate::fold::key(known) == wanted)
        })
    }

    /// The platforms of province and state in which children must stand as well, 四(十四)、五(九).
    #[must_use]
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }

    /// The platform with that key.
    #[must_use]
    pub fn platform(&self, key: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.key == key)
    }

    /// The lines of the checklist of 督导, 五(十二), in the order of the plan.
    #[must_use]
    pub fn checks(&self) -> &[CheckRule] {
        &self.checks
    }

    /// The items of the yearly assessment of townships and heads, 四(四)、五(十二)、六(四), in the order of the plan.
    #[must_use]
    pub fn assessments(&self) -> &[AssessRule] {
        &self.assessments
    }

    /// The columns of a list.
    #[must_use]
    pub const fn list(&self, kind: ListKind) -> &ListColumns {
        let [household, roll, present, poverty, disability, elsewhere, platform, attendance, cohort, generic] =
            &self.lists;
        match kind {
            ListKind::Household => household,
            ListKind::Roll => roll,
            ListKind::Present => present,
            ListKind::Poverty => poverty,
            ListKind::Disability => disability,
            ListKind::Elsewhere => elsewhere,
            ListKind::Platform => platform,
            ListKind::Attendance => attendance,
            ListKind::Cohort => cohort,
            ListKind::Generic => generic,
        }
    }

    /// What a word of the provincial attendance means; `None` for one that the plan does not know, which nobody guesses.
    #[must_use]
    pub fn attendance_mark(&self, word: &str) -> Option<Kind> {
        self.attendance_marks.get(&crate::fold::key(word)).copied()
    }

    /// The same plan with what the county tells its families in other languages.
    #[must_use]
    pub fn with_voices(self, voices: Vec<Voice>) -> Self {
        Self { voices, ..self }
    }

    /// What the county tells its families in other languages (六(三)); none where it has supplied nothing.
    #[must_use]
    pub fn voices(&self) -> &[Voice] {
        &self.voices
    }

    /// Townships and villages.
    #[must_use]
    pub const fn divisions(&self) -> &Divisions {
        &self.divisions
    }

    /// The school calendar.
    #[must_use]
    pub const fn calendar(&self) -> &SchoolCalendar {
        &self.calendar
    }
}
