//! 部门协助: what may be asked of which unit for a child, and what its answer means (四(五)–(十八)). The kinds are the plan's;
//! nothing here knows a session, a table or a page.

use crate::access::Role;
use crate::case::Refused;
use crate::codes::codes;
use crate::plan::{AnswerRule, Plan, RequestRule};

codes! {
    /// How far a request has come. The last three are ends; what was asked once is never asked again in the same row.
    State "南政办发〔2024〕6号四" {
        Asked = "asked" "待答复" [],
        Answered = "answered" "已答复" [],
        SentBack = "sent_back" "已退回" [],
        Withdrawn = "withdrawn" "已撤回" [],
    }
}

/// The least and the most that is written with a request, an answer or a reason, in characters.
pub const WORDS: std::ops::RangeInclusive<usize> = 2..=1000;

/// The kinds that somebody can ask for, those that the cause suggests first.
#[must_use]
pub fn suggested<'a>(plan: &'a Plan, cause: &str) -> Vec<&'a RequestRule> {
    let mut all: Vec<&RequestRule> = plan.requests().iter().collect();
    all.sort_by_key(|rule| !rule.causes.iter().any(|one| one == cause));
    all
}

/// The kinds that a unit of this role is asked for.
#[must_use]
pub fn of_unit(plan: &Plan, role: Role) -> Vec<&RequestRule> {
    plan.requests().iter().filter(|rule| rule.to == role).collect()
}

/// What an answer means: the answer of the plan, once what must be written with it is there.
///
/// # Errors
/// [`Refused`] for an answer that the kind does not have, or without the words that belong to it.
pub fn answered<'a>(rule: &'a RequestRule, code: &str, words: &str) -> Result<&'a AnswerRule, Refused> {
    let Some(answer) = rule.answer(code) else {
        return Err(Refused::new("没有这种答复", rule.basis.cited(), "请从表中选择一种答复"));
    };
    let written = words.trim().chars().count();
    if !answer.words.is_empty() && written < *WORDS.start() {
        return Err(Refused::new(
            format!("选“{}”的，还要写明{}", answer.label, answer.words),
            rule.basis.cited(),
            "请写明后再答复",
        ));
    }
    Ok(answer)
}
