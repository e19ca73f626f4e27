//! 县自定代码: the county's own code tables. The plan's words are where each begins; what the county changes later stands
//! beside them as versions with their day. A code is never taken away: it ends on a day, and what was recorded with it
//! keeps its meaning. Which of both holds: `docs/adr/0013-county-codes.md`.

use jiff::civil::Date;

use crate::codes::codes;
use crate::groups::Special;
use crate::plan::{Basis, Code, Plan};

codes! {
    /// A table that the county keeps.
    CountyTable "工作方案；县里维护" {
        Causes = "causes" "失学辍学原因" [],
        Whereabouts = "whereabouts" "去向" [],
        Placements = "placements" "安置方式" [],
        Special = "special" "特殊群体" [],
    }
}

impl CountyTable {
    /// Whether codes may be added and renamed. Special groups may only be ended and taken up again: for each of them the
    /// program knows who may see it, and that is law.
    #[must_use]
    pub const fn takes_new(self) -> bool {
        !matches!(self, Self::Special)
    }

    /// What the plan, or for special groups the law, begins with.
    #[must_use]
    pub fn begins_with(self, plan: &Plan) -> Vec<Code> {
        match self {
            Self::Causes => plan.causes().to_vec(),
            Self::Whereabouts => plan.whereabouts().to_vec(),
            Self::Placements => plan.placements().to_vec(),
            Self::Special => Special::ALL
                .iter()
                .map(|group| Code {
                    code: group.code().to_owned(),
                    label: group.label().to_owned(),
                    basis: Basis {
                        clause: None,
                        source: Some(Special::STANDARD.to_owned()),
                        text: String::new(),
                    },
                })
                .collect(),
        }
    }
}

/// A code as it is from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The code.
    pub code: String,
    /// Its label.
    pub label: String,
    /// Clause or paper that it rests on.
    pub basis: String,
    /// From this day on.
    pub from: Date,
    /// Last day on which it may be chosen; `None` for no end.
    pub until: Option<Date>,
}

/// What a code is on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The code.
    pub code: String,
    /// Its label.
    pub label: String,
    /// What it rests on.
    pub basis: String,
    /// Since which day, where the county changed it; `None` for the plan's own word.
    pub since: Option<Date>,
    /// Last day on which it may be chosen.
    pub until: Option<Date>,
    /// The plan's word, where the county has another.
    pub plan_label: Option<String>,
    /// How many versions there are.
    pub versions: usize,
    /// A version that begins later.
    pub coming: Option<Version>,
    /// Whether it may be chosen on that day.
    pub in_use: bool,
}

/// Every code of a table on `day`: the plan's in its order, then the county's own by code. `versions` are in the order in
/// which they were written. Of those that have begun, the one that began last holds; of one day, the one written last.
#[must_use]
pub fn held(begins_with: &[Code], versions: &[Version], day: Date) -> Vec<Held> {
    fn of<'v>(versions: &'v [Version], code: &'v str) -> impl Iterator<Item = &'v Version> {
        versions.iter().filter(move |version| version.code == code)
    }
    let one = |code: &str, plan: Option<&Code>| {
        let begun =
            of(versions, code).filter(|version| version.from <= day).max_by_key(|version| version.from);
        let coming =
            of(versions, code).filter(|version| version.from > day).min_by_key(|version| version.from);
        let plan_label = plan.map(|plan| plan.label.clone());
        let (label, basis) = match (begun, plan, coming) {
            (Some(version), _, _) => (version.label.clone(), version.basis.clone()),
            (None, Some(plan), _) => (plan.label.clone(), plan.basis.cited()),
            (None, None, coming) => {
                coming.map_or_else(Default::default, |version| (version.label.clone(), version.basis.clone()))
            }
        };
        let until = begun.and_then(|version| version.until);
        Held {
            code: code.to_owned(),
            plan_label: plan_label.filter(|plan| *plan != label),
            label,
            basis,
            since: begun.map(|version| version.from),
            until,
            versions: of(versions, code).count(),
            coming: coming.cloned(),
            in_use: (begun.is_some() || plan.is_some()) && until.is_none_or(|until| day <= until),
        }
    };
    let mut all: Vec<Held> = begins_with.iter().map(|plan| one(&plan.code, Some(plan))).collect();
    let mut own: Vec<&str> = versions.iter().map(|version| version.code.as_str()).collect();
    own.retain(|code| !begins_with.iter().any(|plan| plan.code == *code));
    own.sort_unstable();
    own.dedup();
    all.extend(own.into_iter().map(|code| one(code, None)));
    all
}
