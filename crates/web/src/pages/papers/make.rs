//! The form of one paper: what is known stands in it, what is missing is named, and where it cannot be made now the page says why.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::papers::case::{Blank, Filled, blank, make_paper};
use casework::refused::Refused;
use rules::access::Action;
use rules::case::paper::{PaperKind, rule};

use super::Said;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "papers/make.html")]
struct MakePage {
    shell: Shell,
    way: [Crumb; 4],
    action: String,
    one: Blank,
    guardians: Vec<Choice>,
    said: Option<Said>,
    errors: Errors,
}

impl MakePage {
    fn names_guardian(&self) -> bool {
        self.one.rule.names_guardian()
    }
}

/// A kind of paper that is made by this form, and by who takes steps; any other is not there.
fn kind_of(code: &str) -> Result<PaperKind, Failed> {
    let kind = PaperKind::from_code(code)
        .filter(|kind| *kind != PaperKind::ServiceReceipt && rule(*kind).by == Action::TakeStep);
    kind.ok_or_else(|| Failed::from(Refused::denied(Action::TakeStep, "case_paper", "")))
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path((id, kind)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let kind = kind_of(&kind)?;
    show(&app, &session, (id, kind), (None, Errors::new(), BTreeMap::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (id, kind): (String, PaperKind),
    (said, errors, typed): (Option<Said>, Errors, BTreeMap<String, String>),
    status: StatusCode,
) -> Result<Response, Failed> {
    let case = id.clone();
    let mut one = app.look(session, move |desk| blank(desk, &case, kind)).await?;
    if !typed.is_empty() {
        for asked in &mut one.asked {
            asked.value = typed.get(asked.field.key).cloned().unwrap_or_default();
        }
    }
    let typed_one = typed.get("guardian").cloned().unwrap_or_default();
    let first = one.guardians.first().map(|(id, _)| id.clone()).unwrap_or_default();
    let chosen = if typed_one.is_empty() { first } else { typed_one };
    let guardians = one.guardians.iter().map(|(id, name)| Choice::new(id, name, &chosen)).collect();
    let at = format!("/cases/{}", encoded(&id));
    let action = match kind {
        PaperKind::ReturnProof => format!("{at}/return-proof"),
        _ => format!("{at}/papers/{}", kind.code()),
    };
    let page = MakePage {
        shell: app.shell(session, "/cases").await?,
        way: [
            Crumb { label: "个案".to_owned(), href: Some("/cases".to_owned()) },
            Crumb { label: one.child.clone(), href: Some(at.clone()) },
            Crumb { label: "文书".to_owned(), href: Some(format!("{at}/papers")) },
            Crumb { label: kind.label().to_owned(), href: None },
        ],
        action,
        one,
        guardians,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn make(
    State(app): State<App>,
    session: Session,
    Path((id, kind)): Path<(String, String)>,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response, Failed> {
    let kind = kind_of(&kind)?;
    made(&app, &session, (id, kind), typed).await
}

/// 复学证明, which the school makes.
pub(super) async fn proof_page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let none = (None, Errors::new(), BTreeMap::new());
    show(&app, &session, (id, PaperKind::ReturnProof), none, StatusCode::OK).await
}

pub(super) async fn prove(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response, Failed> {
    made(&app, &session, (id, PaperKind::ReturnProof), typed).await
}

async fn made(
    app: &App,
    session: &Session,
    (id, kind): (String, PaperKind),
    typed: BTreeMap<String, String>,
) -> Result<Response, Failed> {
    let filled =
        Filled { kind, guardian: typed.get("guardian").cloned().unwrap_or_default(), values: typed.clone() };
    let case = id.clone();
    let failed = match app.write(session, move |desk| make_paper(desk, &case, &filled)).await {
        Ok(paper) => return Ok(see_other(&format!("/papers/{}", encoded(&paper)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = refused(failed)?;
    show(app, session, (id, kind), (said, errors, typed), status).await
}

/// A refusal that is shown beside the form.
pub(super) fn refused(failed: Failed) -> Result<(Option<Said>, Errors, StatusCode), Failed> {
    let mut errors = Errors::new();
    match failed.refused() {
        Refused::Invalid(problems) => {
            problems.iter().for_each(|problem| errors.add(problem.field, problem.text.clone()));
            Ok((None, errors, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Refused::Rule { what, basis, todo } => {
            let what = if basis.is_empty() { what.clone() } else { format!("{what}（{basis}）") };
            Ok((Some(Said { what, todo: todo.clone() }), errors, StatusCode::CONFLICT))
        }
        _ => Err(failed),
    }
}
