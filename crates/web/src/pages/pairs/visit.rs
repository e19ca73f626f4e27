//! The form of a visit: what failed first, then who was met and what they said; help, a photograph, and signs that go their own way.
//! Without scripts it is one form without a photograph; `assets/visits.js` keeps it on the phone when there is no network.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use casework::pairs::{self, PHOTO_MOST, VisitForm};
use casework::refused::Refused;
use casework::safeguarding::Signs;
use rules::attendance::Answered;
use rules::date::parse_date;
use rules::pairing::Outcome;
use rules::plan::Plan;
use rules::safeguard::{IN_DANGER, Sign};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone};
use crate::route::{encoded, html};
use crate::session::Session;

/// Bytes of a visit at most, its photograph in base64.
pub(crate) const PHOTO: usize = PHOTO_MOST * 4 / 3 + 65_536;

/// What the form shows, here and on the phone.
pub(crate) struct Fields {
    pub(crate) outcomes: Vec<Choice>,
    pub(crate) met: Vec<Choice>,
    pub(crate) causes: Vec<Choice>,
    pub(crate) helps: Vec<Choice>,
    pub(crate) signs: Vec<Choice>,
    pub(crate) danger: &'static str,
    pub(crate) errors: Errors,
    pub(crate) sent: Sent,
}

impl Fields {
    /// An empty form.
    pub(crate) fn empty(plan: &Plan) -> Self {
        Self::of(plan, Errors::new(), Sent::default())
    }

    fn of(plan: &Plan, errors: Errors, sent: Sent) -> Self {
        fn chosen(all: impl IntoIterator<Item = (String, String)>, now: &str) -> Vec<Choice> {
            std::iter::once(Choice::new("", "请选择", now))
                .chain(all.into_iter().map(|(code, label)| Choice::new(code, label, now)))
                .collect()
        }
        let pair = |code: &str, label: &str| (code.to_owned(), label.to_owned());
        let ticked = |sign: &Sign| sent.more.contains_key(&format!("sign-{}", sign.code()));
        Self {
            outcomes: Outcome::ALL
                .iter()
                .map(|one| Choice::new(one.code(), one.label(), &sent.outcome))
                .collect(),
            met: chosen(Answered::ALL.iter().map(|one| pair(one.code(), one.label())), &sent.met),
            causes: chosen(plan.causes().iter().map(|one| pair(&one.code, &one.label)), &sent.cause),
            helps: chosen(plan.case().helps.iter().map(|one| pair(&one.code, &one.label)), &sent.help),
            signs: Sign::ALL
                .iter()
                .map(|sign| {
                    Choice::new(sign.code(), sign.label(), if ticked(sign) { sign.code() } else { "" })
                })
                .collect(),
            danger: IN_DANGER,
            errors,
            sent,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) day: String,
    pub(crate) hour: String,
    pub(crate) place: String,
    pub(crate) outcome: String,
    pub(crate) met: String,
    pub(crate) child_said: String,
    pub(crate) family_said: String,
    pub(crate) note: String,
    pub(crate) cause: String,
    pub(crate) promised: String,
    pub(crate) next: String,
    pub(crate) help: String,
    pub(crate) help_note: String,
    pub(crate) sign_note: String,
    /// `sign-injury=1` and the like.
    #[serde(flatten)]
    pub(crate) more: BTreeMap<String, String>,
}

impl Sent {
    fn form(&self) -> Result<VisitForm, Refused> {
        let day = |field, text: &str| match text.trim() {
            "" => Ok(None),
            text => parse_date(text).map(Some).map_err(|_| Refused::field(field, "请写日期，如 2026-11-23")),
        };
        let ticked = |sign: &Sign| self.more.contains_key(&format!("sign-{}", sign.code()));
        Ok(VisitForm {
            id: self.id.clone(),
            day: day("day", &self.day)?.ok_or_else(|| Refused::field("day", "请填哪天去的"))?,
            hour: self.hour.clone(),
            place: self.place.clone(),
            outcome: Outcome::from_code(&self.outcome)
                .ok_or_else(|| Refused::field("outcome", "请选择结果"))?,
            met: Answered::from_code(&self.met),
            child_said: self.child_said.clone(),
            family_said: self.family_said.clone(),
            note: self.note.clone(),
            cause: self.cause.clone(),
            promised: day("promised", &self.promised)?,
            next: day("next", &self.next)?,
            help: self.help.clone(),
            help_note: self.help_note.clone(),
            seen: None,
            signs: Signs {
                signs: Sign::ALL.iter().copied().filter(ticked).collect(),
                note: self.sign_note.clone(),
            },
            photo: None,
            position: String::new(),
        })
    }
}

#[derive(Template)]
#[template(path = "pairs/visit.html")]
struct VisitPage {
    shell: Shell,
    way: [Crumb; 2],
    child: String,
    name: String,
    place: String,
    case: String,
    with: Option<String>,
    said: Option<(String, String)>,
    fields: Fields,
}

impl VisitPage {
    const fn errors(&self) -> &Errors {
        &self.fields.errors
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let today = app.now().day().to_string();
    let sent = Sent { id: app.now().id(), day: today, ..Sent::default() };
    show(&app, &session, id, (None, Errors::new(), sent), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, sent): (Option<(String, String)>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let (name, place, case, paired) = app.look(session, move |desk| pairs::visiting(desk, &asked)).await?;
    let page = VisitPage {
        shell: app.shell(session, "/visits").await?,
        way: [
            Crumb { label: name.clone(), href: Some(format!("/cases/{}", encoded(&case))) },
            Crumb { label: "登记走访".to_owned(), href: None },
        ],
        child: id,
        name,
        place,
        case,
        with: paired
            .filter(|one| one.account != session.who().actor.account)
            .map(|one| format!("包保人：{}（{}）", one.name, one.post)),
        said,
        fields: Fields::of(app.plan(), errors, sent),
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let child = id.clone();
    let done = match sent.form() {
        Ok(form) => app.write(&session, move |desk| pairs::visit(desk, &child, &form)).await,
        Err(refused) => Err(Failed::from(refused)),
    };
    let failed = match done {
        // Whoever reported a sign learns that it was passed on, once and here alone.
        Ok(done) if done.raised => return Ok(Redirect::to("/safeguarding/passed").into_response()),
        Ok(done) => return Ok(see_other(&format!("/cases/{}", encoded(&done.case)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            (Some((format!("{what}（{basis}）"), todo.clone())), Errors::new(), StatusCode::CONFLICT)
        }
        _ => (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY),
    };
    show(&app, &session, id, (said, errors, sent), status).await
}

/// The photograph of a visit; kept by no browser.
pub(super) async fn photo(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let image = app.look(&session, move |desk| pairs::photo(desk, &id)).await?;
    let kind = HeaderValue::from_static("image/jpeg");
    let alone = HeaderValue::from_static("no-store");
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, alone)], image).into_response())
}
