//! Making a [`Plan`] from its files: `plan.toml` here, the others beside it.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::model::{
    AbsenceRule, AbsenceTier, Basis, Code, Conference, Counted, County, Deadline, Document, FindingKind,
    FindingRule, LeaveRule, Measure, NamedList, NamedListEffect, RegisterRule, Season, Stretch, Target,
    TimeUnit, ToldLeave, Unit,
};
use super::problem::PlanProblem;
use super::read::{Day, File};
use super::{
    Plan, accountability, case, clause, inspection, load_columns, load_places, platform, reach, regular,
    request, school_access, warning,
};
use crate::age::SchoolAge;
use crate::calendar::SchoolCalendar;
use crate::divisions::Divisions;

/// Declares the shape of a piece of `plan.toml` that is a rule: its own fields, and where it comes from.
macro_rules! rules {
    ($($name:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? })+) => { $(
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $($(#[$meta])* $field: $type,)*
            clause: Option<Spanned<String>>,
            source: Option<String>,
            text: String,
        }
    )+ };
}

rules! {
    RawSchoolAge { from_years: i16, turned_by: Spanned<String>, until_years: i16 }
    RawAbsence { days: u16, unit: Spanned<String> }
    RawToldLeave { days: u16 }
    RawLeave { teacher_days: u16, head_days: u16 }
    RawRegister { by: Spanned<String>, late_days: u16, head_days: u16 }
    RawTier {
        over: Spanned<String>, counted: Spanned<String>, percent: Option<u8>, days: Option<u16>,
        #[serde(default)] from_days: u16
    }
    RawConference { every_months: u8, who: Spanned<String> }
    RawUnit { name: String, per_township: Option<String> }
    RawTarget { key: String, title: String, percent: f64 }
    RawSeason { key: String, title: String, months: Vec<i8>, who: Spanned<String> }
    RawDeadline { key: String, title: String, who: Spanned<String>, amount: u16, unit: Spanned<String> }
    RawMeasure { title: String, #[serde(default)] lead: Vec<Spanned<String>>, responsible: Vec<Spanned<String>> }
    RawCode { code: String, label: String }
    RawFinding {
        kind: Spanned<String>, title: String, who: Spanned<String>, deadline: Spanned<String>, sentence: String
    }
    RawNamedList { name: String, #[serde(default)] synonyms: Vec<String>, effect: Spanned<String> }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDocument {
    title: String,
    number: String,
    issued: Day,
    sections: BTreeMap<String, u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCounty {
    code: Spanned<String>,
    name: String,
    short: String,
}

pub(super) fn load(files: &BTreeMap<String, String>) -> Result<Plan, Vec<PlanProblem>> {
    let mut problems = Vec::new();
    let opened = File::open(files, "plan.toml").map_err(|problem| problems.push(problem)).ok();
    let divisions = load_places::divisions(files, &mut problems);
    let calendar = load_places::calendar(files, &mut problems);
    let lists = load_columns::lists(files, &mut problems);
    let plan = opened.and_then(|file| {
        let mut loader = Loader { file, sections: Vec::new(), units: Vec::new(), deadlines: Vec::new() };
        let plan = loader.plan(divisions, calendar, lists);
        problems.extend(loader.file.close());
        plan
    });
    problems.sort();
    match plan {
        Some(plan) if problems.is_empty() => Ok(plan),
        _ => Err(problems),
    }
}

/// `plan.toml` while it is read, with what later pieces refer to.
pub(super) struct Loader<'a> {
    pub(super) file: File<'a>,
    sections: Vec<(String, u8)>,
    units: Vec<Unit>,
    deadlines: Vec<Deadline>,
}

impl Loader<'_> {
    /// `None` only when a problem has been noted.
    fn plan(
        &mut self,
        divisions: Option<Divisions>,
        calendar: Option<SchoolCalendar>,
        lists: Option<load_columns::Columns>,
    ) -> Option<Plan> {
        let document = self.document();
        let county = self.county(divisions.as_ref());
        self.units = self.units();
        self.deadlines = self.deadlines();
        let school_age = self.school_age();
        let absence = self.absence();
        let told_leave = self.told_leave();
        let leave = self.leave();
        let register = self.register();
        let absence_tiers = self.absence_tiers();
        let warnings = warning::warnings(self);
        let conference = self.conference();
        let regular = regular::regular(self);
        let accountability = accountability::accountability(self);
        let targets = self.targets();
        let seasons = self.seasons();
        let measures = self.measures();
        let causes = self.codes("cause");
        let whereabouts = self.codes("whereabouts");
        let placements = self.codes("placement");
        let steps = self.steps();
        let case = case::case(self);
        let helps: &[Code] = case.as_ref().map_or(&[], |case| &case.helps);
        let requests = request::requests(self, &causes, helps);
        let school_access = school_access::school_access(self);
        let reach = reach::reach(self);
        let findings = self.findings();
        let named_lists = self.named_lists();
        let platforms = platform::platforms(self);
        let checks = inspection::checks(self);
        let assessments = inspection::assessments(self);
        let (school_age, school_age_basis) = school_age?;
        let (lists, attendance_marks) = lists?;
        Some(Plan {
            document: document?,
            county: county?,
            school_age,
            school_age_basis,
            absence: absence?,
            told_leave: told_leave?,
            leave: leave?,
            register: register?,
            absence_tiers,
            warnings,
            conference: conference?,
            regular: regular?,
            accountability: accountability?,
            units: std::mem::take(&mut self.units),
            targets,
            seasons,
            deadlines: std::mem::take(&mut self.deadlines),
            measures,
            causes,
            whereabouts,
            placements,
            steps,
            case: case?,
            requests,
            school_access: school_access?,
            reach: reach?,
            findings: findings?,
            named_lists,
            platforms,
            checks,
            assessments,
            lists,
            attendance_marks,
            divisions: divisions?,
            calendar: calendar?,
            voices: Vec::new(),
        })
    }

    fn document(&mut self) -> Option<Document> {
        let raw = self.file.one::<RawDocument>("document")?.into_inner();
        self.sections = raw.sections.into_iter().collect();
        Some(Document {
            title: raw.title,
            number: raw.number,
            issued: raw.issued.0,
            sections: self.sections.clone(),
        })
    }

    fn county(&mut self, divisions: Option<&Divisions>) -> Option<County> {
        let RawCounty { code, name, short } = self.file.one::<RawCounty>("county")?.into_inner();
        if divisions.is_some_and(|divisions| divisions.county_code() != code.get_ref()) {
            let what = format!("县代码 {} 和 divisions.toml 里的不一样", code.get_ref());
            self.file.problem(code.span(), what, "请核对两个文件是不是同一个县");
        }
        Some(County { code: code.into_inner(), name, short })
    }

    fn units(&mut self) -> Vec<Unit> {
        let raws = self.file.many::<RawUnit>("unit");
        raws.into_iter()
            .map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                let duty = self.basis(at, raw.clause, raw.source, raw.text);
                Unit { name: raw.name, per_township: raw.per_township, duty }
            })
            .collect()
    }

    fn deadlines(&mut self) -> Vec<Deadline> {
        let raws = self.file.many::<RawDeadline>("deadline");
        raws.into_iter()
            .filter_map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                let basis = self.basis(at, raw.clause, raw.source, raw.text);
                let who = self.who(raw.who);
                let unit = self.coded(&raw.unit, TimeUnit::from_code)?;
                Some(Deadline { key: raw.key, title: raw.title, who, amount: raw.amount, unit, basis })
            })
            .collect()
    }

    fn school_age(&mut self) -> Option<(SchoolAge, Basis)> {
        let raw = self.file.one::<RawSchoolAge>("school_age")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = self.basis(at.clone(), raw.clause, raw.source, raw.text);
        let turned_by = raw.turned_by.get_ref().split_once('-').and_then(|(month, day)| {
            // 2023 is a common year: a rule that falls on 29 February would have no day in most years.
            let date = Date::new(2023, month.parse().ok()?, day.parse().ok()?).ok()?;
            Some((date.month(), date.day()))
        });
        let Some(turned_by) = turned_by else {
            self.file.problem(raw.turned_by.span(), "turned_by 不是月日", "请写成 \"08-31\" 这样的月-日");
            return None;
        };
        if !(0 < raw.from_years && raw.from_years < raw.until_years) {
            self.file.problem(at, "from_years 应大于0且小于 until_years", "请改正起止年龄");
        }
        Some((SchoolAge { from_years: raw.from_years, turned_by, until_years: raw.until_years }, basis))
    }

    fn absence(&mut self) -> Option<AbsenceRule> {
        let raw = self.file.one::<RawAbsence>("absence")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = self.basis(at.clone(), raw.clause, raw.source, raw.text);
        if raw.days == 0 {
            self.file.problem(at, "days 不能是0", "请填缺课满几天算疑似辍学");
        }
        let unit = self.coded(&raw.unit, TimeUnit::from_code)?;
        if unit != TimeUnit::TeachingDays {
            self.file.problem(raw.unit.span(), "缺课只能按上课日算", "请写 unit = \"teaching_days\"");
        }
        Some(AbsenceRule { days: raw.days, unit, basis })
    }

    fn told_leave(&mut self) -> Option<ToldLeave> {
        let raw = self.file.one::<RawToldLeave>("told_leave")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        Some(ToldLeave { days: raw.days, basis: self.basis(at, raw.clause, raw.source, raw.text) })
    }

    fn leave(&mut self) -> Option<LeaveRule> {
        let raw = self.file.one::<RawLeave>("leave")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        if raw.teacher_days > raw.head_days {
            self.file.problem(at.clone(), "head_days 不能小于 teacher_days", "校长能准的天数不少于班主任的");
        }
        let basis = self.basis(at, raw.clause, raw.source, raw.text);
        Some(LeaveRule { teacher_days: raw.teacher_days, head_days: raw.head_days, basis })
    }

    fn register(&mut self) -> Option<RegisterRule> {
        let raw = self.file.one::<RawRegister>("register")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = self.basis(at.clone(), raw.clause, raw.source, raw.text);
        if raw.late_days > raw.head_days {
            self.file.problem(at, "head_days 不能小于 late_days", "校长能补录的天数不少于班主任的");
        }
        let by = raw.by.get_ref().split_once(':').and_then(|(hour, minute)| {
            jiff::civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        });
        let Some(by) = by else {
            self.file.problem(raw.by.span(), "by 不是几点几分", "请写成 \"10:00\"");
            return None;
        };
        Some(RegisterRule { by, late_days: raw.late_days, head_days: raw.head_days, basis })
    }

    fn absence_tiers(&mut self) -> Vec<AbsenceTier> {
        let raws = self.file.many::<RawTier>("absence_tier");
        let mut tiers = Vec::new();
        for raw in raws {
            let (at, raw) = (raw.span(), raw.into_inner());
            let sound = match (raw.percent, raw.days) {
                (Some(percent), None) => (1..=100).contains(&percent),
                (None, Some(days)) => days > 0,
                _ => false,
            };
            if !sound {
                self.file.problem(
                    at.clone(),
                    "percent 和 days 要填一个，且大于0",
                    "请写 percent = 10 或 days = 5",
                );
            }
            let basis = self.basis(at, raw.clause, raw.source, raw.text);
            let over = self.coded(&raw.over, Stretch::from_code);
            let counted = self.coded(&raw.counted, Counted::from_code);
            if let (Some(over), Some(counted)) = (over, counted) {
                let (percent, days, from_days) = (raw.percent, raw.days, raw.from_days);
                tiers.push(AbsenceTier { over, counted, percent, days, from_days, basis });
            }
        }
        tiers
    }

    fn conference(&mut self) -> Option<Conference> {
        let raw = self.file.one::<RawConference>("conference")?;
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = self.basis(at.clone(), raw.clause, raw.source, raw.text);
        if !(1..=12).contains(&raw.every_months) {
            self.file.problem(at, "every_months 应为1至12", "请填每几个月开一次");
        }
        Some(Conference { every_months: raw.every_months, who: self.who(raw.who), basis })
    }

    fn targets(&mut self) -> Vec<Target> {
        let raws = self.file.many::<RawTarget>("target");
        raws.into_iter()
            .map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                if !(0.0..=100.0).contains(&raw.percent) {
                    self.file.problem(at.clone(), "percent 应在0到100之间", "请填百分数，如 99.5");
                }
                let basis = self.basis(at, raw.clause, raw.source, raw.text);
                Target { key: raw.key, title: raw.title, percent: raw.percent, basis }
            })
            .collect()
    }

    fn seasons(&mut self) -> Vec<Season> {
        let raws = self.file.many::<RawSeason>("season");
        raws.into_iter()
            .map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                if raw.months.is_empty() || raw.months.iter().any(|month| !(1..=12).contains(month)) {
                    self.file.problem(at.clone(), "months 应是1至12的月份", "请填在哪几个月做");
                }
                let basis = self.basis(at, raw.clause, raw.source, raw.text);
                Season { key: raw.key, title: raw.title, months: raw.months, who: self.who(raw.who), basis }
            })
            .collect()
    }

    fn measures(&mut self) -> Vec<Measure> {
        let raws = self.file.many::<RawMeasure>("measure");
        raws.into_iter()
            .map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                if raw.responsible.is_empty() {
                    self.file.problem(at.clone(), "没有责任单位", "请在 responsible 里填责任单位");
                }
                Measure {
                    title: raw.title,
                    lead: raw.lead.into_iter().map(|unit| self.who(unit)).collect(),
                    responsible: raw.responsible.into_iter().map(|unit| self.who(unit)).collect(),
                    basis: self.basis(at, raw.clause, raw.source, raw.text),
                }
            })
            .collect()
    }

    pub(super) fn codes(&mut self, table: &'static str) -> Vec<Code> {
        let mut codes: Vec<Code> = Vec::new();
        for raw in self.file.many::<RawCode>(table) {
            let (at, raw) = (raw.span(), raw.into_inner());
            if codes.iter().any(|code| code.code == raw.code || code.label == raw.label) {
                self.file.problem(at.clone(), format!("{table} 里 {} 重复", raw.code), "请删去一条或改代码");
            }
            let basis = self.basis(at, raw.clause, raw.source, raw.text);
            codes.push(Code { code: raw.code, label: raw.label, basis });
        }
        codes
    }

    fn findings(&mut self) -> Option<[FindingRule; FindingKind::ALL.len()]> {
        let raws = self.file.many::<RawFinding>("finding");
        let mut found = BTreeMap::new();
        for raw in raws {
            let (at, raw) = (raw.span(), raw.into_inner());
            let basis = self.basis(at, raw.clause, raw.source, raw.text);
            let who = self.who(raw.who);
            let deadline = self.deadline(&raw.deadline);
            let kind_at = raw.kind.span();
            let (Some(kind), Some(deadline)) = (self.coded(&raw.kind, FindingKind::from_code), deadline)
            else {
                continue;
            };
            let rule = FindingRule { kind, title: raw.title, sentence: raw.sentence, who, deadline, basis };
            if found.insert(kind, rule).is_some() {
                self.file.problem(kind_at, format!("{} 写了两次", kind.code()), "请只留一段");
            }
        }
        for kind in FindingKind::ALL.iter().filter(|kind| !found.contains_key(kind)) {
            self.file.problem(
                0..0,
                format!("缺少 kind = \"{}\" 的 [[finding]]", kind.code()),
                "请补上这一段",
            );
        }
        found.into_values().collect::<Vec<_>>().try_into().ok()
    }

    fn named_lists(&mut self) -> Vec<NamedList> {
        let raws = self.file.many::<RawNamedList>("named_list");
        raws.into_iter()
            .filter_map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                let basis = self.basis(at, raw.clause, raw.source, raw.text);
                let effect = self.coded(&raw.effect, NamedListEffect::from_code)?;
                Some(NamedList { name: raw.name, synonyms: raw.synonyms, effect, basis })
            })
            .collect()
    }

    /// Where a rule comes from; a clause that the document does not have is a problem, and so is none at all.
    pub(super) fn basis(
        &mut self,
        at: Range<usize>,
        clause: Option<Spanned<String>>,
        source: Option<String>,
        text: String,
    ) -> Basis {
        match &clause {
            // Without a readable [document] no clause could be found, and that is one mistake, not fifty.
            Some(_) if self.sections.is_empty() => {}
            Some(clause) if !clause::exists(&self.sections, clause.get_ref()) => {
                let what = format!("方案里没有条款 {}", clause.get_ref());
                self.file.problem(clause.span(), what, "请对照方案原文改条款号");
            }
            None if source.is_none() => {
                let todo = "方案有规定的写 clause = \"五(九)\"，没有的写 source = \"county default\"";
                self.file.problem(at.clone(), "没写出处", todo);
            }
            _ => {}
        }
        if text.trim().is_empty() {
            self.file.problem(at, "text 是空的", "请用一句话写明规定");
        }
        Basis { clause: clause.map(Spanned::into_inner), source, text }
    }

    /// The name of a unit; one that no `[[unit]]` lists is a problem.
    pub(super) fn who(&mut self, name: Spanned<String>) -> String {
        if !self.units.iter().any(|unit| unit.name == *name.get_ref()) {
            let what = format!("没有登记的单位 {}", name.get_ref());
            self.file.problem(name.span(), what, "请改成 [[unit]] 里的名称，或补一段 [[unit]]");
        }
        name.into_inner()
    }

    pub(super) fn deadline(&mut self, key: &Spanned<String>) -> Option<Deadline> {
        let found = self.deadlines.iter().find(|deadline| deadline.key == *key.get_ref()).cloned();
        if found.is_none() {
            let what = format!("没有 key = \"{}\" 的期限", key.get_ref());
            self.file.problem(key.span(), what, "请改正，或补一段 [[deadline]]");
        }
        found
    }

    pub(super) fn coded<T>(&mut self, code: &Spanned<String>, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = read(code.get_ref());
        if value.is_none() {
            self.file.problem(code.span(), format!("不认识的取值 {}", code.get_ref()), "请对照说明改正");
        }
        value
    }
}
