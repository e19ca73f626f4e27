//! `/platforms/check`: a platform's own list compared with the county's, and what is done about each difference.

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casework::platform::{self as twin, Difference, LastCheck};
use casework::refused::{Problem, Refused};
use rules::twin::{Difference as Kind, Settled};
use serde::Deserialize;

use super::super::account::with;
use super::super::address::{Address, PAGE};
use super::{platform, tabs};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Crumb, Empty, Errors, Head, Pager, Shell, Tab, Tone, filters};
use crate::route::html;
use crate::session::Session;
use crate::upload::{self, Came};

/// Longest request with a list, in bytes: the list and the form around it.
pub(super) const LARGEST: usize = twin::LARGEST + 65_536;

#[derive(Template)]
#[template(path = "platforms/check.html")]
struct CheckPage {
    shell: Shell,
    way: Vec<Crumb>,
    tabs: Vec<Tab>,
    states: Vec<Tab>,
    on: String,
    place: String,
    what: String,
    cited: String,
    every: u16,
    last: LastCheck,
    rows: Vec<Difference>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    errors: Errors,
    note: Option<String>,
    headings: String,
}

impl CheckPage {
    fn settlements(&self, kind: &Option<Kind>) -> &'static [Settled] {
        kind.map_or(&[], Settled::of)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckQuery {
    on: String,
    state: String,
    after: String,
    rows: String,
    rejected: String,
}

pub(super) async fn check(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<CheckQuery>,
) -> Result<Response, Failed> {
    checked(&app, &session, asked, Vec::new()).await
}

async fn checked(
    app: &App,
    session: &Session,
    asked: CheckQuery,
    problems: Vec<Problem>,
) -> Result<Response, Failed> {
    let platform = platform(app, &asked.on)?;
    let (on, state, after) = (platform.key.clone(), asked.state.clone(), asked.after.clone());
    let (found, last) = app
        .read(session, move |desk| {
            Ok((twin::differences(desk, &on, &state, &after, PAGE)?, twin::last_check(desk, &on)?))
        })
        .await?;
    let here = |state: &str| Address::new("/platforms/check", &[("on", &platform.key), ("state", state)]);
    let names = [("open", "待核对"), ("sent", "已转交"), ("decided", "已办"), ("gone", "已一致")];
    let now = names.iter().map(|(code, _)| *code).find(|code| *code == asked.state).unwrap_or("open");
    let states = names
        .iter()
        .zip(found.counts)
        .map(|((code, label), count)| Tab {
            label: (*label).to_owned(),
            href: here(code).without(""),
            count: u64::try_from(count).ok(),
            current: *code == now,
        })
        .collect();
    let at = here(now);
    let refused = !problems.is_empty();
    let mut errors = Errors::new();
    problems.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
    let note = asked.rows.parse::<u64>().ok().map(|rows| {
        let rejected = asked.rejected.parse::<u64>().unwrap_or_default();
        let bad = if rejected > 0 {
            format!("，{rejected}行不能用（编号或证件号有误）")
        } else {
            String::new()
        };
        format!("已核对{rows}行{bad}。")
    });
    let columns = app.plan().list(rules::plan::ListKind::Platform);
    let headings = columns.fields.iter().filter(|field| {
        matches!(field.key.as_str(), "platform_no" | "name" | "id" | "birth" | "platform_state")
    });
    let headings: Vec<String> =
        headings.map(|field| field.headings.iter().take(3).cloned().collect::<Vec<_>>().join("或")).collect();
    let mut response = html(&CheckPage {
        shell: app.shell(session, "/platforms").await?,
        way: vec![
            Crumb {
                label: "平台录入".to_owned(), href: Some(with("/platforms", &[("on", &platform.key)]))
            },
            Crumb { label: "核对名单".to_owned(), href: None },
        ],
        tabs: tabs(app, &platform.key, "/platforms/check"),
        states,
        on: platform.key.clone(),
        place: format!("{}{}", platform.title, platform.port),
        what: platform.reconcile.basis.text.clone(),
        cited: platform.reconcile.basis.cited(),
        every: platform.reconcile.amount,
        last,
        heads: [Head::text("谁"), Head::text("本系统"), Head::text("平台"), Head::text("办理")],
        pager: at.pager(("after", &asked.after), found.next.as_deref(), found.rows.len(), "条"),
        rows: found.rows,
        empty: Empty {
            why: match now {
                "open" => "没有待核对的。",
                "sent" => "没有转交的。",
                "decided" => "还没有办过的。",
                _ => "还没有自己变一致的。",
            }
            .to_owned(),
            what_to_do: "从平台导出名单，在上面上传，不一致的会列在这里。".to_owned(),
            act: None,
        },
        errors,
        note,
        headings: headings.join("，"),
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

pub(super) async fn upload(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Failed> {
    let mut came = match upload::receive(&headers, form, LARGEST, &["kind"]).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("20 MB")),
        Came::Cut => {
            let problems = Failed::from(upload::cut()).problems()?;
            return checked(&app, &session, CheckQuery::default(), problems).await;
        }
    };
    let on = came.text("kind").to_owned();
    let asked = CheckQuery { on: on.clone(), ..CheckQuery::default() };
    match compared(&app, &session, &on, came.file.take()).await {
        Ok((rows, rejected)) => {
            let (rows, rejected) = (rows.to_string(), rejected.to_string());
            let said = [("on", on.as_str()), ("rows", &rows), ("rejected", &rejected)];
            Ok(see_other(&with("/platforms/check", &said)))
        }
        Err(failed) => checked(&app, &session, asked, failed.problems()?).await,
    }
}

/// Reads, compares, stores: the first beside the threads that answer, the second without writing, the third in one
/// transaction. Rows that were compared, and that could not be.
async fn compared(
    app: &App,
    session: &Session,
    on: &str,
    file: Option<(tempfile::NamedTempFile, String)>,
) -> Result<(usize, u64), Failed> {
    let key = platform(app, on)?.key.clone();
    let Some((file, name)) = file else { return Err(Refused::field("file", "请选择文件").into()) };
    let plan = app.clone();
    let export = app.apart(move || twin::read_export(file.path(), plan.plan(), &name)).await?;
    let (rows, rejected) = (export.len(), export.rejected_count);
    let (list, on) = (export.clone(), key.clone());
    let found = app.read(session, move |desk| twin::compare(desk, &on, &list)).await?;
    app.write(session, move |desk| twin::store(desk, &key, &export, &found)).await?;
    Ok((rows, rejected))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettleForm {
    /// How it is settled; empty where it is sent on.
    how: String,
    unit: String,
    note: String,
    version: i64,
}

pub(super) async fn settle(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<SettleForm>,
) -> Result<Response, Failed> {
    let platform = app
        .write(&session, move |desk| {
            if form.how == "send" {
                return twin::send(desk, &id, &form.unit, &form.note, form.version);
            }
            let how = Settled::from_code(&form.how).ok_or_else(|| Refused::field("how", "请选择怎么办"))?;
            twin::settle(desk, &id, how, &form.note, form.version)
        })
        .await?;
    Ok(see_other(&with("/platforms/check", &[("on", &platform)])))
}
