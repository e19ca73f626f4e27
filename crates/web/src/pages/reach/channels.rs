//! The channels: which there are, entering one, opening somebody else's, trying it, closing it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::reach::{self, Channel, ChannelForm, Settings};
use rules::reach::{Carrier, EVENTS};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Template)]
#[template(path = "reach/channels.html")]
struct ChannelsPage {
    shell: Shell,
    channels: Vec<Channel>,
    kinds: &'static [Carrier],
    waiting: u64,
    dead: u64,
    keeps: bool,
    empty: Empty,
}

/// How a state reads.
fn state(channel: &Channel) -> (&'static str, Tone) {
    match channel.state.as_str() {
        "asked" => ("等另一人启用", Tone::Due),
        "on" => ("已启用", Tone::Good),
        _ => ("已停用", Tone::Plain),
    }
}

pub(super) async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let found = app.read(&session, reach::channels).await?;
    Ok(html(&ChannelsPage {
        shell: app.shell(&session, "/channels").await?,
        channels: found.channels,
        kinds: Carrier::ALL,
        waiting: found.waiting,
        dead: found.dead,
        keeps: found.keeps,
        empty: Empty {
            why: "还没有登记通知渠道，现在只在系统里通知。".to_owned(),
            what_to_do: "在下面选一种登记；登记以后由安全管理员核对启用。".to_owned(),
            act: None,
        },
    }))
}

/// What is typed; the names are those of [`Settings`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    kind: String,
    name: String,
    unit: String,
    digest: Option<String>,
    url: String,
    secret: String,
    body: String,
    header: String,
    taken: String,
    host: String,
    port: String,
    security: String,
    user: String,
    password: String,
    from: String,
}

#[derive(Template)]
#[template(path = "reach/channel_new.html")]
struct FormPage {
    shell: Shell,
    way: Vec<Crumb>,
    carrier: Carrier,
    typed: Typed,
    units: Vec<Choice>,
    securities: Vec<Choice>,
    events: &'static [(&'static str, &'static str, &'static str)],
    errors: Errors,
}

pub(super) async fn form(
    State(app): State<App>,
    session: Session,
    Query(typed): Query<Typed>,
) -> Result<Response, Failed> {
    app.read(&session, reach::entering).await?;
    filled(&app, &session, typed, StatusCode::OK, Errors::new()).await
}

async fn filled(
    app: &App,
    session: &Session,
    typed: Typed,
    status: StatusCode,
    errors: Errors,
) -> Result<Response, Failed> {
    let carrier = Carrier::from_code(&typed.kind).unwrap_or(Carrier::Wecom);
    let found = app.read(session, reach::channels).await?;
    let mut units = vec![Choice::new("", "请选择", &typed.unit)];
    units.extend(found.units.into_iter().map(|unit| Choice::new(unit.id, unit.name, &typed.unit)));
    let now = if typed.security.is_empty() { "tls" } else { typed.security.as_str() };
    let securities = vec![
        Choice::new("tls", "一直加密（常用端口465）", now),
        Choice::new("starttls", "先连接再加密 STARTTLS（常用端口587）", now),
        Choice::new("plain", "不加密，只限配置里列明的内部网段（常用端口25）", now),
    ];
    let page = FormPage {
        shell: app.shell(session, "/channels").await?,
        way: vec![
            Crumb { label: "通知渠道".to_owned(), href: Some("/channels".to_owned()) },
            Crumb { label: format!("登记{}", carrier.label()), href: None },
        ],
        carrier,
        typed,
        units,
        securities,
        events: EVENTS,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn open(
    State(app): State<App>,
    session: Session,
    Form(typed): Form<Typed>,
) -> Result<Response, Failed> {
    let wanted = ChannelForm {
        kind: typed.kind.clone(),
        name: typed.name.clone(),
        unit: typed.unit.clone(),
        digest: typed.digest.is_some(),
        set: Settings {
            url: typed.url.trim().to_owned(),
            secret: typed.secret.trim().to_owned(),
            body: typed.body.trim().to_owned(),
            header: typed.header.trim().to_owned(),
            taken: typed.taken.trim().to_owned(),
            host: typed.host.trim().to_owned(),
            port: typed.port.trim().parse().unwrap_or_default(),
            security: typed.security.clone(),
            user: typed.user.trim().to_owned(),
            password: typed.password.clone(),
            from: typed.from.trim().to_owned(),
        },
    };
    match app.write(&session, move |desk| reach::open(desk, &wanted)).await {
        Ok(_) => Ok(see_other("/channels#saved")),
        Err(failed) => {
            let errors = failed.errors()?;
            filled(&app, &session, typed, StatusCode::UNPROCESSABLE_ENTITY, errors).await
        }
    }
}

pub(super) async fn enable(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| reach::enable(desk, &id)).await?;
    Ok(see_other("/channels#saved"))
}

pub(super) async fn test(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| reach::test(desk, &id)).await?;
    Ok(see_other("/channels#saved"))
}

pub(super) async fn stop(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| reach::stop(desk, &id)).await?;
    Ok(see_other("/channels#saved"))
}

/// Where a channel of that kind is entered.
fn to_new(carrier: &Carrier) -> String {
    format!("/channels/new?kind={}", carrier.code())
}
