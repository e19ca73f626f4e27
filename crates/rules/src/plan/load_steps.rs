//! 四步法 in the plan: the steps in their order, each with its papers and the articles that they rest on (五(三)).

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::{LegalStep, LegalStepKind, Paper};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    kind: Spanned<String>,
    papers: Vec<RawPaper>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPaper {
    #[serde(default)]
    key: String,
    title: String,
    articles: Vec<String>,
    #[serde(default)]
    needs: String,
    #[serde(default)]
    copies: Vec<Spanned<String>>,
}

impl Loader<'_> {
    pub(super) fn steps(&mut self) -> Vec<LegalStep> {
        let raws = self.file.many::<RawStep>("step");
        let steps: Vec<LegalStep> = raws
            .into_iter()
            .filter_map(|raw| {
                let (at, raw) = (raw.span(), raw.into_inner());
                if raw.papers.iter().any(|paper| paper.articles.is_empty()) {
                    self.file.problem(at.clone(), "有文书没写依据条文", "请在 articles 里填法律条文");
                }
                let mut paper = |RawPaper { key, title, articles, needs, copies }| {
                    let copies = copies.into_iter().map(|unit| self.who(unit)).collect();
                    Paper { key, title, articles, needs, copies }
                };
                let papers = raw.papers.into_iter().map(&mut paper).collect();
                let basis = self.basis(at, raw.clause, raw.source, raw.text);
                Some(LegalStep { kind: self.coded(&raw.kind, LegalStepKind::from_code)?, basis, papers })
            })
            .collect();
        if !steps.iter().map(|step| step.kind).eq(LegalStepKind::ALL.iter().copied()) {
            let todo = "请按 persuade、order、penalty、court 的顺序各写一段";
            self.file.problem(0..0, "四步法的 [[step]] 不是依次四步", todo);
        }
        steps
    }
}
