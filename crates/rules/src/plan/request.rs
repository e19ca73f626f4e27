//! 部门协助 in the plan: what a member unit can be asked to do for a child, what it may answer, and by when (四(五)–(十八)).
//! The rules that use it are in `crate::request`.

use serde::Deserialize;
use toml::Spanned;

use super::load::Loader;
use super::model::{Basis, Code, Deadline};
use crate::access::{Action, Field, Role, Standing};

/// One answer of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRule {
    /// Stable code, one of its own within a kind of request.
    pub code: String,
    /// What the button says.
    pub label: String,
    /// What must be written with it: 现住地, 单位名称; empty where nothing must.
    pub words: String,
    /// The kind of request that follows from it by itself.
    pub then: Option<String>,
    /// The plan's help that the family has been given by it.
    pub help: Option<String>,
}

/// What a unit can be asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRule {
    /// Stable code.
    pub code: String,
    /// What is asked, in a few words.
    pub label: String,
    /// Which unit, by its role.
    pub to: Role,
    /// Whether nobody but who asks and who is asked knows of it.
    pub is_confidential: bool,
    /// What of the child the answer tells: whoever does not see that field reads only that it was answered.
    pub field: Option<Field>,
    /// The plan's causes that suggest it.
    pub causes: Vec<String>,
    /// Until when it is answered.
    pub deadline: Deadline,
    /// What can be answered, at least one.
    pub answers: Vec<AnswerRule>,
    /// Clause and words.
    pub basis: Basis,
}

impl RequestRule {
    /// The answer of that code.
    #[must_use]
    pub fn answer(&self, code: &str) -> Option<&AnswerRule> {
        self.answers.iter().find(|answer| answer.code == code)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAnswer {
    code: String,
    label: String,
    #[serde(default)]
    words: String,
    then: Option<Spanned<String>>,
    help: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRequest {
    code: String,
    label: String,
    to: Spanned<String>,
    #[serde(default)]
    confidential: bool,
    field: Option<Spanned<String>>,
    #[serde(default)]
    causes: Vec<Spanned<String>>,
    deadline: Spanned<String>,
    answers: Vec<Spanned<RawAnswer>>,
    clause: Option<Spanned<String>>,
    source: Option<String>,
    text: String,
}

/// The kinds of requests in the order of the plan; whatever a piece refers to must be there.
pub(super) fn requests(loader: &mut Loader<'_>, causes: &[Code], helps: &[Code]) -> Vec<RequestRule> {
    let raws = loader.file.many::<RawRequest>("request");
    let codes: Vec<String> = raws.iter().map(|raw| raw.get_ref().code.clone()).collect();
    let mut found: Vec<RequestRule> = Vec::new();
    for raw in raws {
        let (at, raw) = (raw.span(), raw.into_inner());
        let basis = loader.basis(at.clone(), raw.clause, raw.source, raw.text);
        if found.iter().any(|one| one.code == raw.code) {
            loader.file.problem(at.clone(), format!("{} 写了两次", raw.code), "请只留一段");
        }
        if raw.answers.is_empty() {
            loader.file.problem(at, "answers 是空的", "请至少写一种答复");
        }
        let causes = raw.causes.iter().filter(|cause| is_of(loader, cause, causes, "cause"));
        let causes = causes.map(|cause| cause.get_ref().clone()).collect();
        let answers = answers(loader, raw.answers, &codes, helps);
        let field = raw.field.as_ref().and_then(|field| loader.coded(field, Field::from_code));
        let deadline = loader.deadline(&raw.deadline);
        let to = unit(loader, &raw.to);
        let (Some(deadline), Some(to)) = (deadline, to) else { continue };
        found.push(RequestRule {
            code: raw.code,
            label: raw.label,
            to,
            is_confidential: raw.confidential,
            field,
            causes,
            deadline,
            answers,
            basis,
        });
    }
    found
}

/// The role of a unit of the plan that may be asked: whoever may answer.
fn unit(loader: &mut Loader<'_>, name: &Spanned<String>) -> Option<Role> {
    let listed = loader.who(name.clone());
    let role = Role::ALL.iter().copied().find(|role| role.label() == listed);
    let may = |role: &Role| Action::AnswerRequest.policy(*role, Standing::Serves).is_some();
    let role = role.filter(may);
    if role.is_none() {
        let what = format!("{listed}不能接收协助请求");
        loader.file.problem(name.span(), what, "请写四(五)至(十八)中的成员单位");
    }
    role
}

fn is_of(loader: &mut Loader<'_>, code: &Spanned<String>, all: &[Code], table: &str) -> bool {
    let there = all.iter().any(|one| one.code == *code.get_ref());
    if !there {
        let what = format!("[[{table}]] 里没有 {}", code.get_ref());
        loader.file.problem(code.span(), what, "请改正，或者补上那一段");
    }
    there
}

fn answers(
    loader: &mut Loader<'_>,
    raws: Vec<Spanned<RawAnswer>>,
    codes: &[String],
    helps: &[Code],
) -> Vec<AnswerRule> {
    let mut answers: Vec<AnswerRule> = Vec::new();
    for raw in raws {
        let (at, raw) = (raw.span(), raw.into_inner());
        if answers.iter().any(|one| one.code == raw.code) {
            loader.file.problem(at, format!("答复 {} 写了两次", raw.code), "请只留一个");
        }
        if let Some(then) = raw.then.as_ref().filter(|then| !codes.contains(then.get_ref())) {
            let what = format!("[[request]] 里没有 {}", then.get_ref());
            loader.file.problem(then.span(), what, "请改正，或者补上那一段");
        }
        let help = raw.help.filter(|help| is_of(loader, help, helps, "help"));
        answers.push(AnswerRule {
            code: raw.code,
            label: raw.label,
            words: raw.words,
            then: raw.then.map(Spanned::into_inner),
            help: help.map(Spanned::into_inner),
        });
    }
    answers
}
