//! What people see when an act was refused or something broke: a page (or a problem document) that says what and what
//! to do. Forbidden and not there are the same bytes; a fault carries a number that finds the log line, and nothing
//! else of the inside.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use casework::db::DbError;
use casework::refused::{Problem, Refused};
use rules::access::Action;

use crate::look::{ErrorPage, Errors};
use crate::route::html;

/// Why a request was not served.
#[derive(Debug)]
pub struct Failed(Box<Refused>);

/// Put on an answer that denies: the kernel writes it on the record.
#[derive(Debug, Clone)]
pub struct Denial {
    /// What was tried.
    pub action: Action,
    /// Kind and id of what it was tried on.
    pub subject: (&'static str, String),
}

/// Put on an answer: a page became needed for the step-up, and the kernel knows where from.
#[derive(Debug, Clone, Copy)]
pub struct NeedsStepUp;

/// Put on an answer so that the API's wrapper can say it as JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProblemText {
    /// Which kind of refusal: the end of its type.
    pub(crate) kind: &'static str,
    /// The same in words, for every refusal of the kind.
    pub(crate) title: String,
    /// What is wrong here.
    pub(crate) what: String,
    /// What to do.
    pub(crate) todo: String,
    /// Clause or article.
    pub(crate) basis: String,
    /// Number of the log line.
    pub(crate) number: Option<String>,
    /// Fields to correct.
    pub(crate) fields: Vec<Problem>,
}

impl Failed {
    /// No such page, no such thing, or not for this actor.
    #[must_use]
    pub fn missing() -> Self {
        Self::from(Refused::denied(Action::SeeToday, "", ""))
    }

    /// The refusal itself, for a form that shows it beside its fields.
    #[must_use]
    pub fn refused(&self) -> &Refused {
        &self.0
    }

    /// The fields to correct, where that is why.
    ///
    /// # Errors
    /// Everything else is given back.
    pub fn problems(self) -> Result<Vec<Problem>, Self> {
        match *self.0 {
            Refused::Invalid(problems) => Ok(problems),
            other => Err(Self::from(other)),
        }
    }
}

impl Failed {
    /// The fields to correct as a form shows them, where that is why.
    ///
    /// # Errors
    /// Everything else is given back.
    pub fn errors(self) -> Result<Errors, Self> {
        let mut errors = Errors::new();
        self.problems()?.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
        Ok(errors)
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self(Box::new(refused))
    }
}

/// The answer for what is not there, and for what is not for this actor: always the same bytes.
#[must_use]
pub fn missing() -> Response {
    let page = ErrorPage::not_found();
    say(StatusCode::NOT_FOUND, "missing", &page.title, &page.what, &page.todo)
}

fn say(code: StatusCode, kind: &'static str, title: &str, what: &str, todo: &str) -> Response {
    let (title, what, todo) = (title.to_owned(), what.to_owned(), todo.to_owned());
    tell(code, ProblemText { kind, title, what, todo, ..ProblemText::default() })
}

/// The page of a refusal; the JSON API takes the text itself from it.
pub(crate) fn tell(code: StatusCode, text: ProblemText) -> Response {
    let what =
        if text.basis.is_empty() { text.what.clone() } else { format!("{}（{}）", text.what, text.basis) };
    let shown = ErrorPage {
        code: code.as_u16(),
        title: text.title.clone(),
        what,
        todo: text.todo.clone(),
        number: text.number.clone(),
    };
    let mut response = (code, html(&shown)).into_response();
    response.extensions_mut().insert(text);
    response
}

/// A fault of ours: the text goes to the log under a number, the number to the page.
pub(crate) fn fault(text: &str) -> Response {
    // From the clock and a counter: it only has to find a line, and must say nothing.
    let number = number();
    tracing::error!(number, "{}", one_line(text));
    let text = ProblemText {
        kind: "fault",
        title: "系统出了问题".to_owned(),
        what: "刚才的操作没有保存。".to_owned(),
        todo: "请稍后再试；如果还不行，把下面的编号告诉系统管理员。".to_owned(),
        number: Some(number),
        ..ProblemText::default()
    };
    tell(StatusCode::INTERNAL_SERVER_ERROR, text)
}

/// The answer for an upload that is longer than `limit` allows (hazard E05). What follows of it is not read.
pub(crate) fn too_large(limit: &str) -> Response {
    let mut response = say(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too-large",
        "文件太大",
        &format!("文件超过{limit}，没有上传。"),
        "请把名单分成几份，或者删去用不着的列和图片后再传。",
    );
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn busy(after: u32) -> Response {
    let mut response = say(
        StatusCode::SERVICE_UNAVAILABLE,
        "busy",
        "现在人多",
        "刚才的操作没有保存。",
        &format!("请{after}秒后再试，填好的内容可以返回上一页找回。"),
    );
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after));
    response
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        match *self.0 {
            Refused::Denied { action, subject } => {
                let mut response = missing();
                if !subject.0.is_empty() {
                    response.extensions_mut().insert(Denial { action, subject });
                }
                response
            }
            Refused::StepUp { action } => {
                let mut response = say(
                    StatusCode::FORBIDDEN,
                    "step-up",
                    "请再次验证身份",
                    &format!("{}之前，需要再次验证身份。", action.label()),
                    "验证后请重新操作。",
                );
                response.extensions_mut().insert(NeedsStepUp);
                response
            }
            Refused::Invalid(fields) => {
                let what = Refused::Invalid(fields.clone()).to_string();
                let text = ProblemText {
                    kind: "invalid",
                    title: "没有保存".to_owned(),
                    what,
                    todo: "请返回上一页改正后再提交。".to_owned(),
                    fields,
                    ..ProblemText::default()
                };
                tell(StatusCode::UNPROCESSABLE_ENTITY, text)
            }
            Refused::Rule { what, basis, todo } => {
                let (kind, title) = ("rule", "现在不能这样办".to_owned());
                tell(
                    StatusCode::CONFLICT,
                    ProblemText { kind, title, what, todo, basis, ..ProblemText::default() },
                )
            }
            Refused::Changed { what } => say(
                StatusCode::CONFLICT,
                "changed",
                "内容已经变了",
                &what,
                "请返回看过最新内容，再保存一次。",
            ),
            Refused::Busy { after } => busy(after),
            Refused::Storage(error) => match error {
                DbError::Busy(_) | DbError::Unavailable(_) | DbError::Closed => {
                    tracing::warn!("{}", one_line(&error.to_string()));
                    busy(5)
                }
                DbError::Full(_) => {
                    tracing::error!("{}", one_line(&error.to_string()));
                    let mut response = say(
                        StatusCode::INSUFFICIENT_STORAGE,
                        "full",
                        "磁盘已满",
                        "刚才的操作没有保存；查看不受影响。",
                        "请告诉系统管理员清理磁盘，之后会自动恢复。",
                    );
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(60));
                    response
                }
                _ => fault(&error.to_string()),
            },
            Refused::Fault(text) => fault(&text),
        }
    }
}

/// Sends the browser to another page of ours after an act, so that a reload does nothing again (H01).
#[must_use]
pub fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202e}') { ' ' } else { c })
        .collect()
}

fn number() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    // Two words of the hasher's own random keys: no clock is read here, and two faults do not share a number.
    let hash = RandomState::new().build_hasher().finish();
    let text = format!("{hash:016x}").to_uppercase();
    text.chars().take(8).collect()
}
