//! The route table: every route is a row with its method, path and policy, and there is no other way to add one, so a
//! route without a policy does not build (hazard A29). The access matrix is tested from the same rows.

use askama::Template;
use axum::Router;
use axum::extract::{Form, FromRequest as _, Request, State};
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use casework::audit::{self, Entry};
use rules::access::{Action, Subject, may};

use crate::app::App;
use crate::failed::{self, Denial, NeedsStepUp, ProblemText};
use crate::session::{Session, Way, token};

/// Who may come as far as the handler. The use case decides again, about the very subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// Anybody, signed in or not.
    Open,
    /// Everybody who is signed in.
    SignedIn,
    /// Whoever holds a post for which the action is allowed at all.
    Needs(Action),
}

/// A row of the table.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, with `{id}` and the like.
    pub path: &'static str,
    /// Who may.
    pub policy: Policy,
    service: MethodRouter<App>,
}

impl Route {
    /// A page or another answer that changes nothing.
    pub fn get<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::GET, path, policy, service: on(MethodFilter::GET, handler) }
    }

    /// An act.
    pub fn post<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::POST, path, policy, service: on(MethodFilter::POST, handler) }
    }

    /// An act of the API that replaces.
    pub fn put<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::PUT, path, policy, service: on(MethodFilter::PUT, handler) }
    }

    /// An act of the API that takes away.
    pub fn delete<H, T>(path: &'static str, policy: Policy, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::DELETE, path, policy, service: on(MethodFilter::DELETE, handler) }
    }

    /// A longer body than usual is taken, as far as `bytes`: uploads only.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.service = self.service.layer(axum::extract::DefaultBodyLimit::max(bytes));
        self
    }
}

/// The router of these rows.
pub(crate) fn router(app: &App, routes: Vec<Route>) -> Router {
    let mut router = Router::new();
    for route in routes {
        let guarded = route.service.layer(from_fn_with_state((app.clone(), route.policy), guard));
        router = router.route(route.path, guarded);
    }
    router
        .fallback(|| async { failed::missing() })
        .method_not_allowed_fallback(|| async { failed::missing() })
        .with_state(app.clone())
}

/// Runs a request beside the storage if it has a session to look up.
async fn guard(State((app, policy)): State<(App, Policy)>, request: Request, next: Next) -> Response {
    if token(request.headers(), app.https()).is_none() {
        return guarded(app, policy, request, next).await;
    }
    match app.beside(guarded(app.clone(), policy, request, next)).await {
        Ok(response) => response,
        Err(failed) => failed.into_response(),
    }
}

/// Lets a request through to its handler, or not; puts denials on the record.
async fn guarded(app: App, policy: Policy, mut request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let referer = request.headers().get(header::REFERER).cloned();
    let host = request.headers().get(header::HOST).cloned();
    let session = match signed_in(&app, request.headers()).await {
        Ok(session) => session,
        Err(response) => return response,
    };
    let is_key = session.as_ref().is_some_and(|session| session.who().actor.only.is_some());
    if is_key && policy == Policy::Open {
        return next.run(request).await;
    }
    if is_key && !is_for_keys(&method, uri.path(), policy, session.as_ref()) {
        return failed::missing();
    }
    let mut response = match (policy, &session) {
        (Policy::Open, session) => {
            request.extensions_mut().extend(session.clone().map(extension).unwrap_or_default());
            next.run(request).await
        }
        (_, None) if keeps_form(&app, &request) => kept_form(request).await,
        (_, None) => not_signed_in(&method, &uri, api),
        (Policy::SignedIn, Some(session)) => {
            request.extensions_mut().insert(session.clone());
            next.run(request).await
        }
        (Policy::Needs(action), Some(session)) => {
            if may(&session.who().actor, action, &Subject::Nothing).is_ok() {
                request.extensions_mut().insert(session.clone());
                next.run(request).await
            } else {
                let mut response = failed::missing();
                response.extensions_mut().insert(Denial { action, subject: ("route", String::new()) });
                response
            }
        }
    };
    if let (Some(denial), Some(session)) = (response.extensions_mut().remove::<Denial>(), &session) {
        record(&app, session, denial).await;
    }
    if response.extensions().get::<NeedsStepUp>().is_some() && !api {
        return confirm_first(&method, &uri, referer.as_ref(), host.as_ref());
    }
    response
}

/// Whether a key of another program may come here: by bearer token, to read what has a right of its own, or to hand in a list. What it may
/// read there, [`may`] decides by its list of actions.
fn is_for_keys(method: &Method, path: &str, policy: Policy, session: Option<&Session>) -> bool {
    let way = session.is_some_and(|session| session.way() == Way::Bearer);
    let reads = *method == Method::GET || (*method == Method::POST && path == "/api/v1/imports");
    way && reads && path.starts_with("/api/v1/") && matches!(policy, Policy::Needs(_))
}

fn extension(session: Session) -> axum::http::Extensions {
    let mut extensions = axum::http::Extensions::new();
    extensions.insert(session);
    extensions
}

async fn signed_in(app: &App, headers: &HeaderMap) -> Result<Option<Session>, Response> {
    let Some((token, way)) = token(headers, app.https()) else { return Ok(None) };
    let (token, county) = (token.to_owned(), app.county().to_owned());
    let (inner, now) = (app.clone(), app.now());
    let found =
        app.open_read(move |tx| casework::accounts::session(tx, inner.keys(), &now, &county, &token)).await;
    match found {
        Ok(Some(found)) => {
            if found.touch_due {
                let (id, county, now) = (found.who.actor.session.clone(), app.county().to_owned(), app.now());
                // A lost touch only ends an idle session a minute early.
                let _ = app.open_write(move |tx| casework::accounts::touch(tx, &now, &county, &id)).await;
            }
            Ok(Some(Session::new(found.who, way)))
        }
        Ok(None) => Ok(None),
        Err(failed) => Err(failed.into_response()),
    }
}

/// Whether a form comes from somebody whose session has ended meanwhile: what was typed is not thrown away (hazard C13).
/// Secrets of one's own account are not kept in a page.
fn keeps_form(app: &App, request: &Request) -> bool {
    let path = request.uri().path();
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    form && *request.method() == Method::POST
        && !["/api/", "/account/", "/sign-"].iter().any(|start| path.starts_with(start))
        && matches!(token(request.headers(), app.https()), Some((_, Way::Cookie)))
}

/// The form once more, to be sent after signing in. Nothing of it is stored; whoever sends it is asked anew whether they
/// may.
async fn kept_form(request: Request) -> Response {
    let action = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => {
            let mut response = html(&Resend { action, fields });
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            response
        }
        Err(refused) => refused.into_response(),
    }
}

/// What was sent without a session.
#[derive(Template)]
#[template(path = "resend.html")]
struct Resend {
    action: String,
    fields: Vec<(String, String)>,
}

fn not_signed_in(method: &Method, uri: &Uri, api: bool) -> Response {
    if api {
        let text = ProblemText {
            kind: "sign-in",
            title: "没有登录".to_owned(),
            what: "没有登录，或者登录已经结束。".to_owned(),
            todo: "请用 POST /api/v1/session 取得令牌，放在 Authorization: Bearer 里。".to_owned(),
            ..ProblemText::default()
        };
        let mut response = failed::tell(StatusCode::UNAUTHORIZED, text);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    let back =
        if method == Method::GET { uri.path_and_query().map_or("/", |path| path.as_str()) } else { "/" };
    if back == "/" {
        return Redirect::to("/sign-in").into_response();
    }
    Redirect::to(&format!("/sign-in?next={}", encoded(back))).into_response()
}

/// To the page that proves identity again, and from there back to where the act was asked for.
fn confirm_first(
    method: &Method,
    uri: &Uri,
    referer: Option<&HeaderValue>,
    host: Option<&HeaderValue>,
) -> Response {
    let own = || {
        let (referer, host) = (referer?.to_str().ok()?, host?.to_str().ok()?);
        let rest = referer.strip_prefix("https://").or_else(|| referer.strip_prefix("http://"))?;
        rest.strip_prefix(host).filter(|path| path.starts_with('/')).map(str::to_owned)
    };
    // A file is saved and shows no page: behind it the form that was just filled in would stand as if nothing had happened.
    let is_file = uri.path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    let here = || uri.path_and_query().map(|path| path.as_str().to_owned());
    let back = match (*method == Method::GET, is_file) {
        (true, false) => here(),
        (true, true) => own().or_else(here),
        (false, _) => own(),
    };
    Redirect::to(&format!("/account/confirm?next={}", encoded(&back.unwrap_or_else(|| "/".to_owned()))))
        .into_response()
}

/// Percent-encodes for a query value.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A path of ours to go on to, or the front page: never another site (hazard D10).
pub(crate) fn own_path(next: &str) -> &str {
    let inside = next.starts_with('/')
        && !next.starts_with("//")
        && !next.chars().any(|c| c == '\\' || c.is_control());
    if inside { next } else { "/" }
}

async fn record(app: &App, session: &Session, denial: Denial) {
    let (who, now) = (session.who(), app.now());
    let written = app
        .open_write(move |tx| {
            let entry = Entry {
                actor: &who.actor,
                post: None,
                action: denial.action,
                subject: (denial.subject.0, &denial.subject.1),
                purpose: "",
                detail: "",
            };
            audit::record_refusal(tx, &now, &entry)
        })
        .await;
    if written.is_err() {
        tracing::error!("a refusal could not be put on the record");
    }
}

/// Whether a session's writes came with a bearer token, which no other site can send.
#[must_use]
pub fn is_bearer(session: &Session) -> bool {
    session.way() == Way::Bearer
}

/// A template as an answer. A template fails only when a part of it does; then the number on the page finds why.
pub(crate) fn html<T: Template>(template: &T) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => failed::fault(&format!("template: {error}")),
    }
}
