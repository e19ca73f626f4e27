//! One paper: what it says, whether it is sealed and served, what follows by when, its files, and the forms for seal and service.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casework::papers::case::{OnePaper, Serving, one_paper, serve_paper, stamp_paper};
use casework::refused::Refused;
use rules::access::Action;
use rules::case::paper::{PaperKind, rule};
use rules::case::service::Mode;

use super::{Said, address};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "papers/one.html")]
struct PaperPage {
    shell: Shell,
    way: [Crumb; 4],
    id: String,
    one: OnePaper,
    address: String,
    modes: Vec<Choice>,
    guardians: Vec<Choice>,
    said: Option<Said>,
    errors: Errors,
    typed: BTreeMap<String, String>,
    today: String,
}

impl PaperPage {
    fn typed(&self, key: &str) -> &str {
        self.typed.get(key).map_or("", String::as_str)
    }

    fn label(&self, key: &str) -> &'static str {
        rule(PaperKind::ServiceReceipt).field(key).map_or("", |field| field.label)
    }

    fn hint(&self, key: &str) -> &'static str {
        rule(PaperKind::ServiceReceipt).field(key).map_or("", |field| field.hint)
    }

    fn day(&self) -> String {
        if self.typed("on").is_empty() { self.today.clone() } else { self.typed("on").to_owned() }
    }

    /// Whether the form of a service is shown: for the family, and sealed where it must be.
    fn can_be_served(&self) -> bool {
        self.one.may_act && self.one.rule.is_served() && self.one.line.stamped != Some(false)
    }

    /// Where the seal is registered: a school's own by its own right.
    fn stamp(&self) -> &'static str {
        if self.one.rule.by == Action::ProveReturn { "school-seal" } else { "stamp" }
    }

    fn can_be_stamped(&self) -> bool {
        self.one.may_act && self.one.line.stamped == Some(false)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let at = address(&app, &headers);
    show(&app, &session, (id, at), (None, Errors::new(), BTreeMap::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    (id, address): (String, String),
    (said, errors, typed): (Option<Said>, Errors, BTreeMap<String, String>),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let one = app.look(session, move |desk| one_paper(desk, &asked)).await?;
    let value = |key: &str| typed.get(key).map_or("", String::as_str);
    let none = std::iter::once(Choice::new("", "请选择", value("mode")));
    let modes = none.chain(Mode::ALL.iter().map(|mode| {
        Choice::new(mode.code(), format!("{}（{}）", mode.label(), mode.article()), value("mode"))
    }));
    let first = one.guardians.first().map_or("", |(id, _)| id.as_str());
    let chosen = if value("guardian").is_empty() { first } else { value("guardian") };
    let case = format!("/cases/{}", encoded(&one.case));
    let page = PaperPage {
        shell: app.shell(session, "/cases").await?,
        way: [
            Crumb { label: "个案".to_owned(), href: Some("/cases".to_owned()) },
            Crumb { label: one.child.clone(), href: Some(case.clone()) },
            Crumb { label: "文书".to_owned(), href: Some(format!("{case}/papers")) },
            Crumb { label: one.line.kind.label().to_owned(), href: None },
        ],
        modes: modes.collect(),
        guardians: one.guardians.iter().map(|(id, name)| Choice::new(id, name, chosen)).collect(),
        id,
        one,
        address,
        said,
        errors,
        typed,
        today: app.now().day().to_string(),
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn stamp(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let paper = id.clone();
    let done = app.write(&session, move |desk| stamp_paper(desk, &paper)).await;
    after(&app, &session, (id, address(&app, &headers)), done, BTreeMap::new()).await
}

pub(super) async fn serve(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(typed): Form<BTreeMap<String, String>>,
) -> Result<Response, Failed> {
    let text = |key: &str| typed.get(key).cloned().unwrap_or_default();
    let done = match Mode::from_code(&text("mode")) {
        Some(mode) => {
            let serving = Serving {
                mode,
                guardian: text("guardian"),
                filmed: text("filmed") == "1",
                agreed: text("agreed") == "1",
                values: typed.clone(),
            };
            let paper = id.clone();
            app.write(&session, move |desk| serve_paper(desk, &paper, &serving)).await.map(drop)
        }
        None => Err(Failed::from(Refused::field("mode", "请选择送达方式"))),
    };
    after(&app, &session, (id, address(&app, &headers)), done, typed).await
}

/// Back to the paper, or the paper with what was refused.
async fn after(
    app: &App,
    session: &Session,
    (id, address): (String, String),
    done: Result<(), Failed>,
    typed: BTreeMap<String, String>,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/papers/{}", encoded(&id)))),
        Err(failed) => failed,
    };
    let (said, errors, status) = super::make::refused(failed)?;
    show(app, session, (id, address), (said, errors, typed), status).await
}
