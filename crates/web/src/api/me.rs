//! `/api/v1/me`, `/today`, `/notices`: who I am and may do; what is mine, late, next; what I was told.

use axum::extract::State;
use axum::response::Response;
use casework::accounts::own;
use casework::today;
use rules::access::{Action, Subject, may};
use serde::Serialize;
use utoipa::ToSchema;

use super::give::{self, Page};
use super::take::Bare;
use crate::app::App;
use crate::failed::Failed;
use crate::route::{Policy, Route};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/me", Policy::SignedIn, me),
        Route::get("/api/v1/today", Policy::SignedIn, day),
        Route::get("/api/v1/notices", Policy::SignedIn, notices),
        Route::post("/api/v1/notices/read", Policy::SignedIn, notices_read),
    ]
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// Id of the account.
    account: String,
    /// User name.
    username: String,
    /// Name.
    name: String,
    /// Name of the unit that keeps the account.
    unit: String,
    /// Posts held now.
    posts: Vec<Held>,
    /// Codes of what one may do at all; about a child or a unit it is decided again.
    may: Vec<&'static str>,
}

/// A post.
#[derive(Serialize, ToSchema)]
struct Held {
    /// Code of the role; absent where this program has none for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    /// What it is called.
    title: String,
    /// Name of the unit.
    unit: String,
    /// Since which day.
    #[schema(format = Date)]
    since: String,
}

/// Who I am and what I may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", responses((status = 200, body = Me)))]
pub(super) async fn me(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let own = app.read(&session, own::page).await?;
    let who = session.who();
    let allowed = Action::ALL.iter().filter(|action| may(&who.actor, **action, &Subject::Nothing).is_ok());
    give::read(&Me {
        account: who.actor.account.clone(),
        username: own.username,
        name: own.name,
        unit: own.unit,
        posts: own
            .posts
            .into_iter()
            .map(|post| Held {
                role: post.role.map(|role| role.code()),
                title: post.title,
                unit: post.unit,
                since: post.from_day,
            })
            .collect(),
        may: allowed.map(|action| action.code()).collect(),
    })
}

/// What is to be done.
#[derive(Serialize, ToSchema)]
pub(super) struct Today {
    /// Figures; each opens the names behind it.
    figures: Vec<Figure>,
    /// What to do, the earliest deadline first.
    tasks: Vec<Task>,
    /// Announcements that hold today.
    notices: Vec<Told>,
}

/// A number.
#[derive(Serialize, ToSchema)]
struct Figure {
    /// What is counted.
    label: &'static str,
    /// How many.
    count: i64,
    /// The page with the names.
    href: &'static str,
}

/// Something to do.
#[derive(Serialize, ToSchema)]
struct Task {
    /// About whom or what.
    title: String,
    /// Why.
    why: String,
    /// The next act.
    act: String,
    /// By which day; absent for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(format = Date)]
    due: String,
    /// The page on which it is done.
    href: String,
}

/// An announcement.
#[derive(Serialize, ToSchema)]
struct Told {
    /// Id.
    id: String,
    /// Title.
    title: String,
}

/// What is mine, what is late, what is next.
#[utoipa::path(get, path = "/api/v1/today", tag = "me", responses((status = 200, body = Today)))]
pub(super) async fn day(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let today = app.read(&session, today::today).await?;
    give::read(&Today {
        figures: today
            .figures
            .into_iter()
            .map(|one| Figure { label: one.label, count: one.count, href: one.href })
            .collect(),
        tasks: today
            .tasks
            .into_iter()
            .map(|one| Task { title: one.title, why: one.why, act: one.act, due: one.due, href: one.href })
            .collect(),
        notices: today.notices.into_iter().map(|(id, title)| Told { id, title }).collect(),
    })
}

/// Something that the program told me.
#[derive(Serialize, ToSchema)]
pub(super) struct Notice {
    /// Id.
    id: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// What.
    text: String,
    /// The page that it leads to.
    href: String,
    /// Whether it was read.
    read: bool,
}

/// What I was told, the newest hundred lines.
#[utoipa::path(get, path = "/api/v1/notices", tag = "me", responses((status = 200, body = Page<Notice>)))]
pub(super) async fn notices(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let lines = app.read(&session, today::notifications).await?;
    let shown = |line: today::Notification| Notice {
        id: line.id,
        at: line.at,
        text: line.text,
        href: line.href,
        read: line.read,
    };
    give::read(&Page::whole(lines.into_iter().map(shown).collect()))
}

/// Marks everything told so far as read.
#[utoipa::path(post, path = "/api/v1/notices/read", tag = "me", responses((status = 204)))]
pub(super) async fn notices_read(
    State(app): State<App>,
    session: Session,
    Bare(key): Bare,
) -> Result<Response, Failed> {
    give::act(&app, &session, key, |desk| today::mark_read(desk).map(|()| give::done())).await
}
