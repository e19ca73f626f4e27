//! 核证并上报: the head verifies and reports in one act; both lines acknowledge; the report as a page that is printed (五(九)).

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{self, Report, Verified};
use casework::cases::{self, Earlier};
use casework::papers::{self, Filed};
use casework::platform::{self, StandsIn};
use rules::access::{Action, Subject, may};
use serde::Deserialize;

use super::child::{Kept, again};
use crate::app::App;
use crate::failed::Failed;
use crate::look::{Crumb, Empty, Head, Pager, Shell, Tone, filters};
use crate::pages::address::Address;
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct VerifiedSent {
    child: String,
    whereabouts: String,
    cause: String,
    evidence: String,
}

pub(super) async fn verify(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<VerifiedSent>,
) -> Result<Response, Failed> {
    let kept = Kept::of_form(&[
        ("whereabouts", &sent.whereabouts),
        ("cause", &sent.cause),
        ("evidence", &sent.evidence),
    ]);
    let verified = Verified { whereabouts: sent.whereabouts, cause: sent.cause, evidence: sent.evidence };
    let done = app.write(&session, move |desk| attendance::verify_and_report(desk, &id, &verified)).await;
    match done {
        Ok(report) => Ok(Redirect::to(&format!("/reports/{}", encoded(&report))).into_response()),
        Err(failed) => again(&app, &session, sent.child, failed, kept).await,
    }
}

#[derive(Template)]
#[template(path = "register/reports.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<Report>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedReports {
    after: String,
}

pub(super) async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<AskedReports>,
) -> Result<Response, Failed> {
    let after = asked.after.clone();
    let (rows, more) =
        app.read(&session, move |desk| attendance::reports(desk, after.rsplit_once('.'))).await?;
    let next = rows.last().filter(|_| more).map(|last| format!("{}.{}", last.at, last.id));
    let at = Address::new("/reports", &[]);
    Ok(html(&ListPage {
        shell: app.shell(&session, "/suspects").await?,
        heads: [Head::text("编号"), Head::text("学生"), Head::text("上报"), Head::text("签收")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "份"),
        rows,
        empty: Empty {
            why: "还没有书面报告。".to_owned(),
            what_to_do: "疑似辍学的学生由校长核证后上报，教体局和乡镇同时收到。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Template)]
#[template(path = "register/report.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: Report,
    may_receive: bool,
    filed: Option<Vec<Filed>>,
    stands: Option<Vec<StandsIn>>,
    case: Option<Earlier>,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let (one, filed, stands, case) = app
        .look(&session, move |desk| {
            let one = attendance::report(desk, &id)?;
            let filed = papers::filed(desk, &one.child, papers::SUSPECT_REPORT, &one.id)?;
            let stands = platform::stands(desk, &one.child)?;
            let case = cases::case_of(desk, &one.child)?.into_iter().next();
            Ok((one, filed, stands, case))
        })
        .await?;
    let actor = &session.who().actor;
    let receives = may(actor, Action::ReceiveReport, &Subject::Nothing).is_ok();
    let mine = |unit: &str| actor.posts.iter().any(|post| post.unit == unit);
    Ok(html(&OnePage {
        shell: app.shell(&session, "/suspects").await?,
        way: [
            Crumb { label: "书面报告".to_owned(), href: Some("/reports".to_owned()) },
            Crumb { label: one.number.clone(), href: None },
        ],
        may_receive: receives && one.hops.iter().any(|hop| hop.received_at.is_none() && mine(&hop.unit)),
        one,
        filed,
        stands,
        case,
    }))
}

pub(super) async fn receive(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let report = id.clone();
    app.write(&session, move |desk| attendance::receive_report(desk, &report)).await?;
    Ok(Redirect::to(&format!("/reports/{}", encoded(&id))).into_response())
}
