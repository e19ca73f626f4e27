//! What a county sets for a case: its clocks, help before a harder step, deferral, observation, the grade after time away.
//! The rules that use it are in `crate::case`.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::{Basis, Code, Deadline, LegalStepKind, TimeUnit};
use crate::codes::codes;

codes! {
    /// What a child who comes back is taught in.
    GradeBack "plan.toml" {
        Same = "same" "回原年级" [],
        Down = "down" "降一级" [],
        ByAge = "by_age" "按年龄编级" [],
    }
}

/// The clock of each hop of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hops {
    /// 核实疑似辍学.
    pub verify: Deadline,
    /// 确认劝返主体并下发劝返指令.
    pub dispatch: Deadline,
    /// 签收劝返指令.
    pub receive: Deadline,
    /// 首次入户.
    pub first_visit: Deadline,
    /// 再次劝返.
    pub next_visit: Deadline,
    /// 安置.
    pub place: Deadline,
    /// 用点名册证实返校.
    pub prove: Deadline,
    /// 申请销号.
    pub ask_close: Deadline,
    /// 第二人复核.
    pub second_person: Deadline,
    /// 提交专班.
    pub escalate: Deadline,
}

/// From which step on help must have been offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpGate {
    /// This step and those behind it.
    pub before: LegalStepKind,
    /// Clause and words.
    pub basis: Basis,
}

/// How long 延缓入学 and 休学 last at most, in days; longer is applied for anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRule {
    /// 法定, for the body's condition.
    pub statutory_days: u16,
    /// 政策, after the four steps.
    pub policy_days: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// How a return is proved and watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservationRule {
    /// Looks at so many days after the return, rising.
    pub days: Vec<u16>,
    /// So many attended school days prove that somebody is back.
    pub proof_days: u16,
    /// A window proves something only if at least so many percent of its school days were called.
    pub called_percent: u8,
    /// It is clean while at most so many percent of the days called were missed without reason.
    pub away_percent: u8,
    /// So many days missed without reason are a slide,
    pub slide_days: u16,
    /// within so many school days.
    pub slide_within: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// The grade for a time away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeRule {
    /// For less than so many months; `None` for every longer time.
    pub under_months: Option<u8>,
    /// Which grade.
    pub grade: GradeBack,
    /// Clause and words.
    pub basis: Basis,
}

/// 结对包保: how many children one person is paired with at most. How often they are visited is the case's own clock
/// ([`Hops::first_visit`], [`Hops::next_visit`]): two clocks for one visit would contradict each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingRule {
    /// Children with one person at most.
    pub most: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// 送教上门: how long a child is taught at home in a week at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeTeachingRule {
    /// Minutes in a week with lessons.
    pub weekly_minutes: u16,
    /// Clause and words.
    pub basis: Basis,
}

/// Everything that a county sets for cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRules {
    /// The clocks.
    pub hops: Hops,
    /// Help before a harder step.
    pub help_gate: HelpGate,
    /// What help there is.
    pub helps: Vec<Code>,
    /// Pairing.
    pub pairing: PairingRule,
    /// Lessons at home.
    pub home_teaching: HomeTeachingRule,
    /// Deferral and suspension.
    pub pause: PauseRule,
    /// Observation.
    pub observation: ObservationRule,
    /// Grades, the shortest time away first; the last has no bound.
    pub grades: Vec<GradeRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHelpGate {
    before: Spanned<String>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPairing {
    most: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHomeTeaching {
    weekly_minutes: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPause {
    statutory_days: u16,
    policy_days: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawObservation {
    days: Vec<u16>,
    proof_days: u16,
    called_percent: u8,
    away_percent: u8,
    slide_days: u16,
    slide_within: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGrade {
    under_months: Option<u8>,
    grade: Spanned<String>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// `None` only when a problem has been noted.
pub(super) fn case(loader: &mut Loader<'_>) -> Option<CaseRules> {
    let hops = hops(loader);
    let help_gate = help_gate(loader);
    let helps = loader.codes("help");
    let pairing = pairing(loader);
    let home_teaching = home_teaching(loader);
    let pause = pause(loader);
    let observation = observation(loader);
    let grades = grades(loader);
    Some(CaseRules {
        hops: hops?,
        help_gate: help_gate?,
        helps,
        pairing: pairing?,
        home_teaching: home_teaching?,
        pause: pause?,
        observation: observation?,
        grades,
    })
}

fn hops(loader: &mut Loader<'_>) -> Option<Hops> {
    let mut hop = |key: &str| loader.deadline(&Spanned::new(0..0, key.to_owned()));
    let all = [
        hop("verify_case"),
        hop("confirm_subject"),
        hop("receive_order"),
        hop("first_visit"),
        hop("next_visit"),
        hop("place_child"),
        hop("prove_return"),
        hop("ask_close"),
        hop("second_person"),
        hop("escalate"),
    ];
    let [
        verify,
        dispatch,
        receive,
        first_visit,
        next_visit,
        place,
        prove,
        ask_close,
        second_person,
        escalate,
    ] = all;
    if let Some(escalate) = escalate.as_ref().filter(|hop| hop.unit != TimeUnit::Days) {
        let what = format!("{} 应按天算", escalate.key);
        loader.file.problem(0..0, what, "请写 unit = \"days\"");
    }
    Some(Hops {
        verify: verify?,
        dispatch: dispatch?,
        receive: receive?,
        first_visit: first_visit?,
        next_visit: next_visit?,
        place: place?,
        prove: prove?,
        ask_close: ask_close?,
        second_person: second_person?,
        escalate: escalate?,
    })
}

fn help_gate(loader: &mut Loader<'_>) -> Option<HelpGate> {
    let raw = loader.file.one::<RawHelpGate>("help_gate")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    Some(HelpGate { before: loader.coded(&raw.before, LegalStepKind::from_code)?, basis })
}

fn pairing(loader: &mut Loader<'_>) -> Option<PairingRule> {
    let raw = loader.file.one::<RawPairing>("pairing")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    if raw.most == 0 {
        loader.file.problem(at.clone(), "most 不能是0", "请填一个人最多包保几名，如 5");
    }
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    Some(PairingRule { most: raw.most, basis })
}

fn home_teaching(loader: &mut Loader<'_>) -> Option<HomeTeachingRule> {
    let raw = loader.file.one::<RawHomeTeaching>("home_teaching")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    if raw.weekly_minutes == 0 {
        loader.file.problem(at.clone(), "weekly_minutes 不能是0", "请填每周至少送教几分钟，如 120");
    }
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    Some(HomeTeachingRule { weekly_minutes: raw.weekly_minutes, basis })
}

fn pause(loader: &mut Loader<'_>) -> Option<PauseRule> {
    let raw = loader.file.one::<RawPause>("pause")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    if raw.statutory_days == 0 || raw.policy_days == 0 {
        loader.file.problem(at.clone(), "天数不能是0", "请填一次最长批几天");
    }
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    Some(PauseRule { statutory_days: raw.statutory_days, policy_days: raw.policy_days, basis })
}

fn observation(loader: &mut Loader<'_>) -> Option<ObservationRule> {
    let raw = loader.file.one::<RawObservation>("observation")?;
    let (at, raw) = (raw.span(), raw.into_inner());
    let rising = raw.days.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    if raw.days.first().is_none_or(|first| *first == 0) || !rising {
        loader.file.problem(at.clone(), "days 应是由小到大的天数", "请写成 [30, 90, 180]");
    }
    if raw.proof_days == 0 || raw.slide_days == 0 || raw.slide_within < raw.slide_days {
        loader.file.problem(
            at.clone(),
            "proof_days、slide_days 不能是0，slide_within 不能小于 slide_days",
            "请改正天数",
        );
    }
    if raw.called_percent > 100 || raw.away_percent > 100 {
        loader.file.problem(at.clone(), "百分数应在0到100之间", "请填百分数，如 90");
    }
    let basis = loader.basis(at, raw.clause, raw.source, raw.text);
    let RawObservation { days, proof_days, called_percent, away_percent, slide_days, slide_within, .. } = raw;
    Some(ObservationRule { days, proof_days, called_percent, away_percent, slide_days, slide_within, basis })
}

fn grades(loader: &mut Loader<'_>) -> Vec<GradeRule> {
    let mut grades: Vec<GradeRule> = Vec::new();
    let mut end = 0..0;
    for raw in loader.file.many::<RawGrade>("grade_rule") {
        let (at, raw) = (raw.span(), raw.into_inner());
        end = at.clone();
        let before = grades.last().map(|rule| rule.under_months);
        let rises = match before {
            None => true,
            Some(None) => false,
            Some(Some(before)) => raw.under_months.is_none_or(|months| months > before),
        };
        if !rises {
            loader.file.problem(
                at.clone(),
                "under_months 没有由小到大",
                "请按离校时间由短到长写，最后一段不写",
            );
        }
        let basis = loader.basis(at, raw.clause, raw.source, raw.text);
        let Some(grade) = loader.coded(&raw.grade, GradeBack::from_code) else { continue };
        grades.push(GradeRule { under_months: raw.under_months, grade, basis });
    }
    if grades.last().is_some_and(|rule| rule.under_months.is_some()) {
        loader.file.problem(end, "最后一段 [[grade_rule]] 不能有 under_months", "请补一段更长时间怎么编级");
    }
    grades
}
