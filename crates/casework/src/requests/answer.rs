//! The end of a request: answered, sent back or withdrawn, once; with it ends the unit's sight of the child. An answer that gave
//! the family help stands in the case, and one that leads on puts the next request by itself.

use rules::access::{Action, Post, Role, Subject};
use rules::plan::RequestRule;
use rules::request::{State, answered};

use super::ask::{Asker, put, written};
use super::own_units;
use crate::accounts::tell;
use crate::cases;
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;

/// A request as its end needs it.
pub(super) struct Kept {
    kind: String,
    child: String,
    case: Option<String>,
    unit: String,
    asked_by: String,
    asked_unit: String,
    asked_role: String,
    state: String,
}

fn kept(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<Kept, Refused> {
    let found = desk.tx.optional(
        "select kind, child, case_id, unit, asked_by, asked_unit, asked_role, state from request
         where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok(Kept {
                kind: row.get(0)?,
                child: row.get(1)?,
                case: row.get(2)?,
                unit: row.get(3)?,
                asked_by: row.get(4)?,
                asked_unit: row.get(5)?,
                asked_role: row.get(6)?,
                state: row.get(7)?,
            })
        },
    )?;
    found.ok_or_else(|| Refused::denied(action, "request", id))
}

impl Kept {
    fn rule<'p>(&self, desk: &Desk<'p, '_>) -> Result<&'p RequestRule, Refused> {
        let rules = desk.plan.requests();
        rules.iter().find(|rule| rule.code == self.kind).ok_or_else(|| {
            Refused::rule("方案里已经没有这种协助请求", "四", "请写明理由退回，由请求单位另选一种")
        })
    }

    fn still_asked(&self) -> Result<(), Refused> {
        if self.state == State::Asked.code() {
            return Ok(());
        }
        let state = State::from_code(&self.state).map_or("已结束", State::label);
        Err(Refused::Changed { what: format!("这件协助请求{state}") })
    }
}

/// Answers for one's unit, with one of the plan's answers and what must be written with it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`] when it has ended, [`Refused::Storage`].
pub fn answer(desk: &mut Desk<'_, '_>, id: &str, code: &str, words: &str) -> Result<(), Refused> {
    let (kept, post) = asked_of_us(desk, id)?;
    let rule = kept.rule(desk)?;
    let answer = answered(rule, code, words).map_err(Refused::from)?;
    let words = words.trim();
    if !words.is_empty() {
        written("words", words, "请写明办理情况")?;
    }
    end(desk, id, &kept, State::Answered, (&answer.code, words))?;
    if let Some(help) = &answer.help {
        let said = format!("{}答复：{} {words}", rule.to.label(), answer.label);
        cases::helped(desk, kept.case.as_deref(), help, said.trim(), (&post.unit, post.role))?;
    }
    if let Some(next) =
        answer.then.as_ref().and_then(|then| desk.plan.requests().iter().find(|one| one.code == *then))
    {
        lead_on(desk, id, &kept, next, &format!("{}：{words}", answer.label))?;
    }
    tell_asker(desk, id, &kept, &format!("协助请求有了答复：{}", rule.label))?;
    desk.record(Action::AnswerRequest, Some(post), ("request", id), "", "答复协助请求")
}

/// What follows from an answer by itself, for the unit that asked first.
fn lead_on(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kept: &Kept,
    next: &RequestRule,
    words: &str,
) -> Result<(), Refused> {
    let asker = Asker {
        unit: &kept.asked_unit,
        role: Role::from_code(&kept.asked_role).unwrap_or(Role::Bureau),
        follows: Some(id),
    };
    match put(desk, &kept.child, next, words, &asker) {
        // It waits there already: nothing is asked twice.
        Err(Refused::Changed { .. }) => Ok(()),
        other => other.map(|_| ()),
    }
}

/// Sends it back: it is not the unit's affair, and why.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn send_back(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let (kept, post) = asked_of_us(desk, id)?;
    let words = written("words", words, "请写明为什么退回、该由谁办")?;
    end(desk, id, &kept, State::SentBack, ("", words))?;
    tell_asker(desk, id, &kept, "协助请求被退回，请另请别的单位")?;
    desk.record(Action::AnswerRequest, Some(post), ("request", id), "", "退回协助请求")
}

/// Takes it back: it is settled, or was a mistake.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn withdraw(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let kept = kept(desk, id, Action::AskRequest)?;
    let ties = ties_of(desk, &kept.child)?;
    let grant = desk.require(Action::AskRequest, &Subject::Child(&ties), ("request", id))?;
    if !own_units(desk.actor(), Action::AskRequest).contains(&kept.asked_unit.as_str()) {
        return Err(Refused::denied(Action::AskRequest, "request", id));
    }
    kept.still_asked()?;
    let words = written("words", words, "请写明为什么撤回")?;
    end(desk, id, &kept, State::Withdrawn, ("", words))?;
    let told = match role_of(desk, &kept) {
        Some(role) => tell::holders(desk.tx, desk.now, desk.county(), role, Some(&kept.unit))?,
        None => Vec::new(),
    };
    let news =
        tell::News {
            kind: "request", subject: id, text: "一件协助请求已撤回，不用再办", href: "/requests"
        };
    tell::all(desk.tx, desk.now, desk.county(), &told, &news)?;
    desk.record(Action::AskRequest, grant.post, ("request", id), "", "撤回协助请求")
}

fn role_of(desk: &Desk<'_, '_>, kept: &Kept) -> Option<Role> {
    desk.plan.requests().iter().find(|rule| rule.code == kept.kind).map(|rule| rule.to)
}

/// The request and the post, where it is asked of the actor's own unit and waits.
pub(super) fn asked_of_us<'a>(desk: &mut Desk<'a, '_>, id: &str) -> Result<(Kept, &'a Post), Refused> {
    let missing = || Refused::denied(Action::AnswerRequest, "request", id);
    let kept = kept(desk, id, Action::AnswerRequest)?;
    desk.require(Action::AnswerRequest, &Subject::Nothing, ("request", id))?;
    let actor = desk.actor();
    let may = |post: &&Post| {
        post.unit == kept.unit && Action::AnswerRequest.policy(post.role, post.standing).is_some()
    };
    let post = actor.posts.iter().find(may).ok_or_else(missing)?;
    kept.still_asked()?;
    Ok((kept, post))
}

/// Writes the end; of two at once the second is told that it has ended. The unit sees the child no longer, unless it is asked
/// something else about it.
fn end(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kept: &Kept,
    state: State,
    (answer, words): (&str, &str),
) -> Result<(), Refused> {
    let sealed = (!words.is_empty()).then(|| desk.seal("request", "answer", id, words));
    let answer = Some(answer).filter(|answer| !answer.is_empty());
    let written = desk.tx.execute(
        "update request set state = $3, answer = $4, answer_sealed = $5, ended_by = $6, ended_at = $7
         where county = $1 and id = $2 and state = 'asked'",
        &params![desk.county(), id, state.code(), answer, sealed, &desk.actor().account, desk.now.stamp()],
    )?;
    if written == 0 {
        return Err(Refused::Changed { what: "这件协助请求已结束".to_owned() });
    }
    desk.tx.execute(
        "delete from child_tie where county = $1 and child = $2 and unit = $3 and tie = 'shared' and ground is not null
            and not exists (select 1 from request other where other.county = $1 and other.child = $2
                               and other.unit = $3 and other.state = 'asked')",
        &params![desk.county(), &kept.child, &kept.unit],
    )?;
    Ok(())
}

/// Tells whoever asked.
fn tell_asker(desk: &mut Desk<'_, '_>, id: &str, kept: &Kept, text: &str) -> Result<(), Refused> {
    let news = tell::News { kind: "request", subject: id, text, href: &format!("/requests/{id}") };
    tell::one(desk.tx, desk.now, desk.county(), &kept.asked_by, &news)
}
