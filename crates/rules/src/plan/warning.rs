//! 早期提醒 in the plan: of which facts a sentence is said, from how many on, and the clause. The sentences are made by
//! `crate::warning`; nothing here weighs one fact against another.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::Basis;
use crate::codes::codes;

codes! {
    /// Of what a sentence is said. It says what has happened, never how likely anything is.
    WarningKind "plan.toml" {
        Term = "term" "本学期缺课" [],
        Month = "month" "本月缺课" [],
        Unseen = "unseen" "开学后没有来过" [],
        FirstWeeks = "first_weeks" "七年级开学头几周缺课" [],
        NotReturned = "not_returned" "住校生没有按时返校" [],
        AfterPrimary = "after_primary" "小学毕业后没有到初中" [],
        Unregistered = "unregistered" "开学后没有报到" [],
        StoppedBoarding = "stopped_boarding" "由住校改为走读" [],
        FartherSchool = "farther_school" "到别的乡镇走读" [],
        Sibling = "sibling" "同户的孩子不在校" [],
        GuardiansAway = "guardians_away" "监护人在外" [],
        Group = "group" "特殊群体" [],
    }
}

impl WarningKind {
    /// Whether the plan counts something from a number on.
    const fn counts(self) -> bool {
        matches!(
            self,
            Self::Unseen | Self::FirstWeeks | Self::NotReturned | Self::AfterPrimary | Self::Unregistered
        )
    }

    /// Whether it is said for some days only.
    const fn passes(self) -> bool {
        matches!(self, Self::FirstWeeks | Self::StoppedBoarding | Self::FartherSchool)
    }

    /// Whether it follows from `[[absence_tier]]` and has no rule of its own.
    const fn is_of_tiers(self) -> bool {
        matches!(self, Self::Term | Self::Month)
    }

    /// Whether it lists a child by itself. What a family is does not: it is said beside what has happened.
    #[must_use]
    pub const fn is_alone(self) -> bool {
        !matches!(self, Self::GuardiansAway | Self::Group)
    }
}

/// When something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningRule {
    /// Of what.
    pub kind: WarningKind,
    /// From so many days or times on; 0 where nothing is counted.
    pub from: u16,
    /// For so many days after it happened; 0 where it does not pass.
    pub within: u16,
    /// Clause and words.
    pub basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWarning {
    kind: Spanned<String>,
    #[serde(default)]
    from: u16,
    #[serde(default)]
    within: u16,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// One rule for each kind that has one.
pub(super) fn warnings(loader: &mut Loader<'_>) -> Vec<WarningRule> {
    let mut found: BTreeMap<WarningKind, WarningRule> = BTreeMap::new();
    for raw in loader.file.many::<RawWarning>("warning") {
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
        let kind_at = raw.kind.span();
        let own = |code: &str| WarningKind::from_code(code).filter(|kind| !kind.is_of_tiers());
        let Some(kind) = loader.coded(&raw.kind, own) else { continue };
        for (name, value, used) in [("from", raw.from, kind.counts()), ("within", raw.within, kind.passes())]
        {
            if used && value == 0 {
                let what = format!("{} 没写 {name}", kind.code());
                loader.file.problem(at.clone(), what, format!("请写 {name} = 几，不小于1"));
            } else if !used && value > 0 {
                let what = format!("{} 不用 {name}", kind.code());
                loader.file.problem(at.clone(), what, "请删去这一行");
            }
        }
        let rule = WarningRule { kind, from: raw.from, within: raw.within, basis };
        if found.insert(kind, rule).is_some() {
            loader.file.problem(kind_at, format!("{} 写了两次", kind.code()), "请只留一段");
        }
    }
    for kind in WarningKind::ALL.iter().filter(|kind| !kind.is_of_tiers() && !found.contains_key(kind)) {
        loader.file.problem(0..0, format!("缺少 kind = \"{}\" 的 [[warning]]", kind.code()), "请补上这一段");
    }
    found.into_values().collect()
}
