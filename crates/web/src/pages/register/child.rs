//! 跟进 of one child's absence: whom one reached, visits, leave, and 核证并上报 (五(九)); leave that waits for the head.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, ContactForm, Follow, LeaveForm, LeaveLine};
use casework::refused::Refused;
use casework::safeguarding::{self, Signs};
use jiff::civil::Date;
use rules::attendance::{Answered, Kind, Outcome, Reason, Way};
use rules::date::parse_date;
use rules::safeguard::{IN_DANGER, Sign};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "register/child.html")]
struct ChildPage {
    shell: Shell,
    way: [Crumb; 2],
    one: Follow,
    ways: Vec<Choice>,
    outcomes: Vec<Choice>,
    answered: Vec<Choice>,
    reasons: Vec<Choice>,
    whereabouts: Vec<Choice>,
    signs: Vec<Choice>,
    danger: &'static str,
    causes: Vec<Choice>,
    kinds: Vec<Choice>,
    today: Date,
    errors: Errors,
    kept: Kept,
}

/// What was typed into a form that could not be taken, by the names of its fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Vec<(&'static str, String)>);

impl Kept {
    /// What was typed into this form.
    pub(super) fn of_form(fields: &[(&'static str, &str)]) -> Self {
        Self(fields.iter().map(|(name, text)| (*name, (*text).to_owned())).collect())
    }

    fn of(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| *own == name).map_or("", |(_, text)| text.as_str())
    }
}

/// Words of a list, with a first line for nothing chosen.
fn chosen(all: impl IntoIterator<Item = (String, String)>, now: &str) -> Vec<Choice> {
    std::iter::once(Choice::new("", "请选择", now))
        .chain(all.into_iter().map(|(code, label)| Choice::new(code, label, now)))
        .collect()
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, (Errors::new(), Kept::default()), StatusCode::OK).await
}

/// The page again with what was wrong with a form on it.
pub(super) async fn again(
    app: &App,
    session: &Session,
    child: String,
    failed: Failed,
    kept: Kept,
) -> Result<Response, Failed> {
    show(app, session, child, (failed.errors()?, kept), StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (errors, kept): (Errors, Kept),
    status: StatusCode,
) -> Result<Response, Failed> {
    let child = id.clone();
    let one = app.look(session, move |desk| attendance::follow(desk, &child)).await?;
    let pair = |code: &str, label: &str| (code.to_owned(), label.to_owned());
    let plan = app.plan();
    let ways = Way::ALL
        .iter()
        .filter(|way| if **way == Way::Visit { one.may_visit } else { one.may_contact })
        .map(|way| Choice::new(way.code(), way.label(), kept.of("way")))
        .collect();
    let page = ChildPage {
        shell: app.shell(session, "/absences").await?,
        way: [
            Crumb { label: one.name.clone(), href: Some(format!("/children/{}", encoded(&id))) },
            Crumb { label: "缺课跟进".to_owned(), href: None },
        ],
        ways,
        outcomes: Outcome::ALL
            .iter()
            .map(|one| Choice::new(one.code(), one.label(), kept.of("outcome")))
            .collect(),
        answered: chosen(Answered::ALL.iter().map(|one| pair(one.code(), one.label())), kept.of("answered")),
        reasons: chosen(Reason::ALL.iter().map(|one| pair(one.code(), one.label())), kept.of("reason")),
        whereabouts: chosen(
            plan.whereabouts().iter().map(|one| pair(&one.code, &one.label)),
            kept.of("whereabouts"),
        ),
        danger: IN_DANGER,
        signs: Sign::ALL
            .iter()
            .map(|sign| {
                let name = format!("sign-{}", sign.code());
                let ticked =
                    if kept.of("signs").split(' ').any(|own| own == name) { sign.code() } else { "" };
                Choice::new(sign.code(), sign.label(), ticked)
            })
            .collect(),
        causes: chosen(plan.causes().iter().map(|one| pair(&one.code, &one.label)), kept.of("cause")),
        kinds: [Kind::Sick, Kind::Personal]
            .map(|kind| Choice::new(kind.code(), kind.label(), kept.of("kind")))
            .to_vec(),
        today: app.now().day(),
        one,
        errors,
        kept,
    };
    Ok((status, html(&page)).into_response())
}

/// A day that may be left empty.
fn day(field: &'static str, text: &str) -> Result<Option<Date>, Refused> {
    match text.trim() {
        "" => Ok(None),
        text => parse_date(text).map(Some).map_err(|_| Refused::field(field, "请写日期，如 2026-11-23")),
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct ContactSent {
    way: String,
    outcome: String,
    answered: String,
    reason: String,
    whereabouts: String,
    next: String,
    promised: String,
    note: String,
    sign_note: String,
    /// `sign-injury=1` and the like.
    #[serde(flatten)]
    more: BTreeMap<String, String>,
}

impl ContactSent {
    fn signs(&self) -> Signs {
        let ticked = |sign: &Sign| self.more.contains_key(&format!("sign-{}", sign.code()));
        Signs { signs: Sign::ALL.iter().copied().filter(ticked).collect(), note: self.sign_note.clone() }
    }

    fn form(self) -> Result<ContactForm, Refused> {
        Ok(ContactForm {
            way: Way::from_code(&self.way).ok_or_else(|| Refused::field("way", "请选择怎么联系的"))?,
            outcome: Outcome::from_code(&self.outcome)
                .ok_or_else(|| Refused::field("outcome", "请选择联系上没有"))?,
            answered: Answered::from_code(&self.answered),
            reason: Reason::from_code(&self.reason),
            whereabouts: self.whereabouts,
            next: day("next", &self.next)?,
            promised: day("promised", &self.promised)?,
            note: self.note,
        })
    }
}

fn back_to(child: &str) -> Response {
    Redirect::to(&format!("/children/{}/absence", encoded(child))).into_response()
}

pub(super) async fn contact(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<ContactSent>,
) -> Result<Response, Failed> {
    let kept = Kept::of_form(&[
        ("way", &sent.way),
        ("outcome", &sent.outcome),
        ("answered", &sent.answered),
        ("reason", &sent.reason),
        ("whereabouts", &sent.whereabouts),
        ("next", &sent.next),
        ("promised", &sent.promised),
        ("note", &sent.note),
        ("sign_note", &sent.sign_note),
        ("signs", &sent.more.keys().map(String::as_str).collect::<Vec<_>>().join(" ")),
    ]);
    let (child, signs) = (id.clone(), sent.signs());
    let raised = !signs.signs.is_empty() || !signs.note.trim().is_empty();
    let done = match sent.form() {
        Ok(form) => {
            app.write(&session, move |desk| {
                attendance::log_contact(desk, &child, &form)?;
                if raised {
                    safeguarding::raise(desk, &child, &signs)?;
                }
                Ok(())
            })
            .await
        }
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        // Whoever reported learns that it was passed on, once and here alone.
        Ok(()) if raised => Ok(Redirect::to("/safeguarding/passed").into_response()),
        Ok(()) => Ok(back_to(&id)),
        Err(failed) => again(&app, &session, id, failed, kept).await,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct LeaveSent {
    kind: String,
    from: String,
    until: String,
    why: String,
}

impl LeaveSent {
    fn form(self) -> Result<LeaveForm, Refused> {
        let needed = |field, text: &str| {
            day(field, text)?.ok_or_else(|| Refused::field(field, "请写日期，如 2026-11-23"))
        };
        Ok(LeaveForm {
            kind: Kind::from_code(&self.kind).ok_or_else(|| Refused::field("kind", "请选择病假或事假"))?,
            from: needed("from", &self.from)?,
            until: needed("until", &self.until)?,
            why: self.why,
        })
    }
}

pub(super) async fn ask_leave(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<LeaveSent>,
) -> Result<Response, Failed> {
    let kept = Kept::of_form(&[
        ("kind", &sent.kind),
        ("from", &sent.from),
        ("until", &sent.until),
        ("why", &sent.why),
    ]);
    let child = id.clone();
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| attendance::ask_leave(desk, &child, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    match done {
        Ok(_) => Ok(back_to(&id)),
        Err(failed) => again(&app, &session, id, failed, kept).await,
    }
}

#[derive(Template)]
#[template(path = "register/leave.html")]
struct LeavePage {
    shell: Shell,
    rows: Vec<LeaveLine>,
    heads: [Head; 4],
    empty: Empty,
}

pub(super) async fn waiting(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, attendance::leave_waiting).await?;
    Ok(html(&LeavePage {
        shell: app.shell(&session, "/leave").await?,
        heads: [Head::text("姓名"), Head::text("请假"), Head::text("原因"), Head::text("答复")],
        rows,
        empty: Empty {
            why: "没有等您批的请假。".to_owned(),
            what_to_do: "超过班主任能批的天数的，会列在这里。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerSent {
    good: String,
    answer: String,
}

pub(super) async fn answer_leave(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<AnswerSent>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| attendance::answer_leave(desk, &id, sent.good == "1", &sent.answer))
        .await?;
    Ok(Redirect::to("/leave").into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct EndSent {
    child: String,
    last: String,
}

pub(super) async fn end_leave(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<EndSent>,
) -> Result<Response, Failed> {
    let last = day("last", &sent.last)?.ok_or_else(|| Refused::field("last", "请填请假的最后一天"))?;
    app.write(&session, move |desk| attendance::end_leave(desk, &id, last)).await?;
    Ok(back_to(&sent.child))
}
