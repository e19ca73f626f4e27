//! `/comparison/{id}/lists`: choosing the lists of a campaign, what a run will be able to say with them, and starting it.

use std::io::Write as _;

use askama::Template;
use axum::Form;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casework::campaign::{self, Prepared, Slot, Source};
use casework::files;
use casework::refused::Refused;
use jiff::civil::Date;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Choice, Crumb, Errors, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;
use crate::upload::{self, Came, UPLOAD};

#[derive(Template)]
#[template(path = "comparison/lists.html")]
struct Page {
    shell: Shell,
    way: Vec<Crumb>,
    prepared: Prepared,
    heads: [Head; 4],
    possible_heads: [Head; 2],
    further: Vec<Choice>,
    today: String,
    as_of: String,
    /// What was wrong, and with the form of which slot.
    errors: Errors,
    slot: String,
}

impl Page {
    /// What is wrong in the forms of a slot.
    fn wrong(&self, slot: &str) -> &str {
        if self.slot != slot {
            return "";
        }
        self.errors.list().first().map_or("", |(_, what)| what.as_str())
    }

    /// Whether the forms of a slot stand open: nothing lies in it that can be compared, or something was wrong.
    fn is_open(&self, slot: &Slot) -> bool {
        self.slot == slot.code || slot.is_required && slot.list.as_ref().is_none_or(|list| !list.is_usable())
    }

    fn earlier(&self, slot: &Slot) -> Vec<Choice> {
        slot.earlier.iter().map(|one| Choice::new(one.value.clone(), one.label.clone(), "")).collect()
    }

    fn is_ready(&self) -> bool {
        self.prepared.stops.is_empty()
    }

    fn working(&self) -> Option<&campaign::Run> {
        self.prepared.campaign.run.as_ref().filter(|run| run.state.is_working())
    }
}

pub(super) async fn lists(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    page(&app, &session, id, ("", ""), Errors::new()).await
}

async fn page(
    app: &App,
    session: &Session,
    id: String,
    (slot, as_of): (&str, &str),
    errors: Errors,
) -> Result<Response, Failed> {
    let prepared = app.read(session, move |desk| campaign::prepare(desk, &id)).await?;
    let today = app.now().day().to_string();
    let wrong = errors.any();
    // What was wrong is said at the slot that it was about; a name that has no slot yet has the form at the end.
    let slot = match campaign::slot_of(app.plan(), slot) {
        Some((code, _)) if prepared.slots.iter().any(|one| one.code == code) => code,
        _ if wrong && as_of.is_empty() => "further".to_owned(),
        _ => String::new(),
    };
    let mut further = vec![Choice::new("", "另写名称", "")];
    further.extend(prepared.further.iter().map(|name| Choice::new(name.clone(), name.clone(), "-")));
    let mut response = html(&Page {
        shell: app.shell(session, "/comparison").await?,
        way: vec![
            Crumb {
                label: prepared.campaign.title.clone(),
                href: Some(format!("/comparison?campaign={}", encoded(&prepared.campaign.id))),
            },
            Crumb { label: "选名单".to_owned(), href: None },
        ],
        heads: [Head::text("名单"), Head::text("用哪份文件"), Head::number("行数"), Head::text("办理")],
        possible_heads: [Head::text("比对什么"), Head::text("能不能比")],
        further,
        as_of: if as_of.is_empty() { today.clone() } else { as_of.to_owned() },
        today,
        errors,
        slot,
        prepared,
    });
    if wrong {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// Back to the slot that something was done with, or the page with what is wrong there.
async fn step(
    app: &App,
    session: &Session,
    (id, slot): (String, &str),
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/comparison/{}/lists#slot-{}", encoded(&id), encoded(slot)))),
        Err(failed) => {
            let mut errors = Errors::new();
            for problem in failed.problems()? {
                errors.add(format!("slot-{slot}"), problem.text);
            }
            page(app, session, id, (slot, ""), errors).await
        }
    }
}

pub(super) async fn upload(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    // Nobody sends two hundred megabytes to be told that there is no such campaign.
    let own = id.clone();
    app.read(&session, move |desk| campaign::prepare(desk, &own).map(drop)).await?;
    let form = form.map_err(|_| upload::cut())?;
    let mut came = match upload::receive(&headers, form, UPLOAD, &["slot", "name", "as_of"]).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("200 MB")),
        Came::Cut => return Err(upload::cut().into()),
    };
    let wish = if came.text("slot").is_empty() { came.text("name") } else { came.text("slot") }.to_owned();
    let done = bring(&app, &session, (&id, &wish), &mut came).await;
    step(&app, &session, (id, &wish), done).await
}

async fn bring(
    app: &App,
    session: &Session,
    (id, slot): (&str, &str),
    came: &mut upload::Upload,
) -> Result<(), Failed> {
    let as_of = match came.text("as_of") {
        "" => app.now().day(),
        text => text.parse::<Date>().map_err(|_| Refused::field("as_of", "请填名单是哪一天的情况"))?,
    };
    if as_of > app.now().day() {
        return Err(Refused::field("as_of", "名单日期不能在今天之后").into());
    }
    let Some((file, name)) = came.file.take() else {
        return Err(Refused::field("file", "请选择文件").into());
    };
    let (means, wish) = (app.clone(), slot.to_owned());
    let (looked, stored) = app
        .apart(move || {
            let looked = campaign::look(&means, file.path(), &name, &wish)?;
            Ok((looked, files::store(&means, file.path(), &name)?))
        })
        .await?;
    let (id, source) = (id.to_owned(), Source::Upload(stored, as_of));
    app.write(session, move |desk| campaign::choose(desk, &id, &looked, &source).map(drop)).await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct TakeForm {
    slot: String,
    earlier: String,
}

pub(super) async fn take(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<TakeForm>,
) -> Result<Response, Failed> {
    let done = take_up(&app, &session, &id, form.clone()).await;
    step(&app, &session, (id, &form.slot), done).await
}

async fn take_up(app: &App, session: &Session, id: &str, form: TakeForm) -> Result<(), Failed> {
    let (own, value) = (id.to_owned(), form.earlier);
    if value == campaign::THE_LEDGER {
        return take_ledger(app, session, (own, form.slot)).await;
    }
    let offered = app.read(session, move |desk| campaign::offered(desk, &own, &value)).await?;
    let (means, wish, before) = (app.clone(), form.slot, offered.clone());
    let looked = app.apart(move || campaign::look_again(&means, &before, &wish)).await?;
    let (id, source) = (id.to_owned(), Source::Before(offered));
    app.write(session, move |desk| campaign::choose(desk, &id, &looked, &source).map(drop)).await
}

/// The ledger as it is now, written down and looked at like a file.
async fn take_ledger(app: &App, session: &Session, (id, slot): (String, String)) -> Result<(), Failed> {
    let own = id.clone();
    let text = app.read(session, move |desk| campaign::ledger_list(desk, &own)).await?;
    let means = app.clone();
    let (looked, stored) = app
        .apart(move || {
            let fault = |error: std::io::Error| Refused::Fault(format!("a temporary file: {}", error.kind()));
            let mut file = tempfile::NamedTempFile::new().map_err(fault)?;
            file.write_all(&text).map_err(fault)?;
            let looked = campaign::look_at_ledger(&means, file.path(), &slot)?;
            Ok((looked, files::store(&means, file.path(), campaign::LEDGER)?))
        })
        .await?;
    let source = Source::Ledger(stored);
    app.write(session, move |desk| campaign::choose(desk, &id, &looked, &source).map(drop)).await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct DropForm {
    slot: String,
}

pub(super) async fn drop_one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<DropForm>,
) -> Result<Response, Failed> {
    let (own, slot) = (id.clone(), form.slot.clone());
    let done = app.write(&session, move |desk| campaign::drop_list(desk, &own, &slot)).await;
    step(&app, &session, (id, &form.slot), done).await
}

pub(super) async fn errors_file(
    State(app): State<App>,
    session: Session,
    Path((id, list)): Path<(String, String)>,
) -> Result<Response, Failed> {
    let file = app.write(&session, move |desk| campaign::errors_file(desk, &id, &list)).await?;
    upload::download(&app, file, "要改正的行.xlsx").await
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct AskForm {
    #[serde(default)]
    as_of: String,
}

pub(super) async fn ask(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<AskForm>,
) -> Result<Response, Failed> {
    let (own, day) = (id.clone(), form.as_of.clone());
    let done = app
        .write(&session, move |desk| {
            let as_of = day.parse::<Date>().map_err(|_| Refused::field("as_of", "请选按哪一天算年龄"))?;
            campaign::ask(desk, &own, as_of)
        })
        .await;
    match done {
        Ok(asked) => {
            let again = if asked.already { "?again=1" } else { "" };
            Ok(see_other(&format!("/comparison/runs/{}{again}", encoded(&asked.run))))
        }
        Err(failed) => {
            let errors = failed.errors()?;
            let day = if form.as_of.is_empty() { app.now().day().to_string() } else { form.as_of };
            page(&app, &session, id, ("", &day), errors).await
        }
    }
}
