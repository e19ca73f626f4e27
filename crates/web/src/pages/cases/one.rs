//! One case: the child's name is the title, then whose turn it is, the one next act and by when; what was refused is said above the form with
//! what was typed still in it.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::cases::{self, CaseFile, Source, Told};
use casework::papers::case::{Glance, glance};
use casework::public::family;
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Action;
use rules::case::paper::{PaperKind, rule};
use rules::case::{Kind, State as Stand};
use rules::date::parse_date;
use serde::Deserialize;

use super::forms::{Entry, entries};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Crumb, Errors, Link, Moment, Shell, Step, StepState, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

/// Days from a day to a stored moment or day; `None` where there is none.
pub(in crate::pages) fn days_left(due: &str, today: Date) -> Option<i64> {
    let due: Date = due.get(..10)?.parse().ok()?;
    due.since(today).ok().map(|span| i64::from(span.get_days()))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    form: String,
    kind: String,
    version: String,
    on: String,
    until: String,
    unit: String,
    code: String,
    detail: String,
    flag: String,
    words: String,
}

impl Sent {
    fn told(&self) -> Result<Told, Refused> {
        let day = |field, text: &str| match text.trim() {
            "" => Ok(None),
            text => parse_date(text).map(Some).map_err(|_| Refused::field(field, "请写日期，如 2026-11-23")),
        };
        Ok(Told {
            kind: Kind::from_code(&self.kind).ok_or_else(|| Refused::field("kind", "不认识的操作"))?,
            on: day("on", &self.on)?,
            until: day("until", &self.until)?,
            unit: self.unit.clone(),
            code: self.code.clone(),
            detail: self.detail.clone(),
            flag: self.flag == "1",
            words: self.words.clone(),
        })
    }

    fn of(&self, field: &str) -> &str {
        match field {
            "on" => &self.on,
            "until" => &self.until,
            "unit" => &self.unit,
            "code" => &self.code,
            "detail" => &self.detail,
            "words" => &self.words,
            _ => "",
        }
    }
}

/// A rule's refusal, shown on the page.
struct Said {
    what: String,
    todo: String,
}

#[derive(Template)]
#[template(path = "cases/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: CaseFile,
    shelf: Glance,
    whose: String,
    what: String,
    by: String,
    tone: Tone,
    forms: Vec<Entry>,
    steps: Vec<Step>,
    moments: Vec<Moment>,
    from: Option<(String, &'static str)>,
    said: Option<Said>,
    errors: Errors,
    sent: Sent,
    today: Date,
    /// Whether the reader may give the family a code.
    may_serve: bool,
}

impl OnePage {
    /// What was typed into a field of this form.
    fn typed(&self, key: &str, field: &str) -> &str {
        if self.sent.form == key { self.sent.of(field) } else { "" }
    }

    fn error(&self, key: &str, field: &str) -> &str {
        self.errors.of(&format!("{field}-{key}"))
    }

    fn day(&self, key: &str) -> String {
        match self.typed(key, "on") {
            "" => self.today.to_string(),
            typed => typed.to_owned(),
        }
    }

    fn flagged(&self, key: &str) -> bool {
        self.sent.form != key || self.sent.flag == "1"
    }

    /// 四年级.
    fn grade(&self, grade: &u8) -> String {
        let number = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
        number.get(usize::from(grade.saturating_sub(1))).map(|one| format!("{one}年级")).unwrap_or_default()
    }

    /// What pairing is called here.
    const fn pairs_by(&self) -> &'static str {
        if self.one.paired.is_some() { "换人" } else { "结对" }
    }

    /// Whether a visit can be written down at the door.
    fn may_visit(&self) -> bool {
        self.one.allowed.contains(&Kind::Visit)
    }

    /// The letters that can go to another county or province now.
    fn letters(&self) -> Vec<PaperKind> {
        self.shelf.can.iter().copied().filter(|kind| rule(*kind).outside).collect()
    }

    /// Whether there is more to do than the first act.
    fn has_others(&self) -> bool {
        self.forms.iter().any(|entry| !entry.first)
    }

    /// Whether the four steps are under way: before the family was met there is nothing to show.
    fn shows_steps(&self) -> bool {
        let begun = self.one.steps.iter().any(|rung| rung.taken.is_some() || rung.left_out);
        begun || matches!(self.one.line.state, Stand::Persuading | Stand::Paused)
    }

    /// Whether the form stands open: the first act, and one that was refused.
    fn opened(&self, entry: &Entry) -> bool {
        entry.first || self.sent.form == entry.key
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    show(&app, &session, id, (None, Errors::new(), Sent::default()), StatusCode::OK).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (said, errors, sent): (Option<Said>, Errors, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let (one, shelf, may_serve) = app
        .look(session, move |desk| {
            let one = cases::case(desk, &asked)?;
            let may_serve = family::may_serve(desk, &one.line.child)?;
            Ok((one, glance(desk, &asked)?, may_serve))
        })
        .await?;
    let today = app.now().day();
    let left = days_left(&one.line.due, today);
    let by = match left {
        Some(days) if days < 0 => {
            format!("期限{}，超期 {} 天（{}）", day(&one.line.due), -days, one.line.basis)
        }
        Some(days) => format!("期限{}，还剩 {days} 天（{}）", day(&one.line.due), one.line.basis),
        None => one.line.ended.as_deref().map(|at| format!("{}结束", day(at))).unwrap_or_default(),
    };
    let (whose, what, tone) = if one.line.ended.is_some() {
        (one.line.state.label().to_owned(), "没有要办的事".to_owned(), Tone::Good)
    } else {
        let tone = left.map_or(Tone::Act, Tone::of_days_left);
        let tone = if tone == Tone::Plain { Tone::Act } else { tone };
        (format!("轮到：{}", one.line.who), one.line.act.to_owned(), tone)
    };
    let forms =
        entries(
            app.plan(),
            &one,
            |key, field| {
                if sent.form == key { sent.of(field).to_owned() } else { String::new() }
            },
        );
    let page = OnePage {
        shell: app.shell(session, "/cases").await?,
        way: [
            Crumb { label: "个案".to_owned(), href: Some("/cases".to_owned()) },
            Crumb { label: one.line.name.clone(), href: None },
        ],
        whose,
        what,
        by,
        tone,
        forms,
        steps: steps(&one),
        moments: moments(&one),
        from: match one.source {
            Source::Report => Some((format!("/reports/{}", encoded(&one.source_id)), "看书面报告")),
            Source::Finding => Some((format!("/findings/{}", encoded(&one.source_id)), "看比对发现")),
            Source::Relapse => Some((format!("/cases/{}", encoded(&one.source_id)), "看上一件个案")),
            // Who may read the tip finds the case from there; nobody else is led to it (A26).
            Source::Hand | Source::TipOff => None,
        },
        one,
        shelf,
        said,
        errors,
        sent,
        may_serve,
        today,
    };
    Ok((status, html(&page)).into_response())
}

fn day(moment: &str) -> String {
    filters::spoken(moment)
}

/// `11-23`, where the year stands elsewhere.
fn short(day: Date) -> String {
    day.strftime("%m-%d").to_string()
}

/// 四步法 as steps on a way.
fn steps(one: &CaseFile) -> Vec<Step> {
    one.steps
        .iter()
        .map(|rung| {
            let note = match &rung.taken {
                Some((on, Some(until))) => format!("{}，限{}", short(*on), short(*until)),
                Some((on, None)) => short(*on),
                None if rung.left_out => "已写明理由跳过".to_owned(),
                None => String::new(),
            };
            let state = match (rung.taken.is_some(), rung.left_out) {
                (true, _) => StepState::Done,
                (false, true) => StepState::Off,
                (false, false) if one.next_step == Some(rung.step) => StepState::Here,
                (false, false) => StepState::Ahead,
            };
            Step { label: rung.step.label().to_owned(), note, state }
        })
        .collect()
}

/// Words with a full stop, where more follows.
fn sentence(words: &str) -> String {
    match words.chars().last() {
        None | Some('。' | '！' | '？') => words.to_owned(),
        Some(_) => format!("{words}。"),
    }
}

fn moments(one: &CaseFile) -> Vec<Moment> {
    let mut all: Vec<Moment> = one
        .happened
        .iter()
        .map(|happening| {
            let days = match (happening.on, happening.until) {
                (Some(on), Some(next)) if happening.kind == Kind::Visit => format!("{on}，约定{next}再去。"),
                (Some(on), Some(until)) => format!("{on}，到{until}。"),
                (Some(on), None) => format!("{on}。"),
                (None, Some(until)) => format!("到{until}。"),
                (None, None) => String::new(),
            };
            let visit = happening.visit.as_ref();
            let (tag, tone) = match (happening.kind, happening.flag) {
                (Kind::Visit, true) => ("见到了", Tone::Good),
                (Kind::Visit, false) => ("没有见到", Tone::Due),
                (Kind::Check, true) => ("出勤正常", Tone::Good),
                (Kind::Check, false) => ("重新计期", Tone::Due),
                _ => ("", Tone::Plain),
            };
            let what = if happening.what.is_empty() {
                happening.kind.label().to_owned()
            } else {
                format!("{}：{}", happening.kind.label(), happening.what)
            };
            Moment {
                when: day(&happening.at),
                at: happening.at.clone(),
                what,
                who: [happening.unit.as_str(), happening.by.as_str()].join(" ").trim().to_owned(),
                text: format!(
                    "{days}{}{}{}",
                    if visit.is_some_and(|visit| visit.late) { "补录。" } else { "" },
                    sentence(&happening.words),
                    visit.map_or("", |visit| visit.text.as_str())
                ),
                tag: tag.to_owned(),
                tone,
                papers: visit
                    .and_then(|visit| visit.photo.as_ref())
                    .map(|id| Link::new("照片", format!("/visits/{}/photo", encoded(id))))
                    .into_iter()
                    .collect(),
            }
        })
        .collect();
    all.push(Moment {
        when: day(&one.line.opened),
        at: one.line.opened.clone(),
        what: format!("立案：{}", one.source.label()),
        text: one.why.clone(),
        ..Moment::default()
    });
    all
}

macro_rules! moves {
    ($($(#[$note:meta])* $name:ident $action:ident;)+) => { $(
        $(#[$note])*
        pub(super) async fn $name(
            State(app): State<App>,
            session: Session,
            Path(id): Path<String>,
            Form(sent): Form<Sent>,
        ) -> Result<Response, Failed> {
            moved(&app, &session, id, sent, Action::$action).await
        }
    )+ };
}

moves! {
    decide DecideCase;
    order AnswerOrder;
    work WorkCase;
    step TakeStep;
    ask AskCase;
    answer AgreeCase;
}

/// A move of the right that the address is for; another is not there.
async fn moved(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    action: Action,
) -> Result<Response, Failed> {
    let told = match sent.told() {
        Ok(told) if told.kind.action() == Some(action) => Ok(told),
        Ok(_) => return Err(Failed::from(Refused::denied(action, "case", &id))),
        Err(refused) => Err(Failed::from(refused)),
    };
    // A page without a version is older than any: it is told that the case has moved on.
    let version = sent.version.parse().unwrap_or(-1);
    let asked = id.clone();
    let done = match told {
        Ok(told) => app.write(session, move |desk| cases::act(desk, &asked, &told, version)).await,
        Err(failed) => Err(failed),
    };
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/cases/{}", encoded(&id)))),
        Err(failed) => failed,
    };
    let mut errors = Errors::new();
    let (said, status) = match failed.refused() {
        Refused::Invalid(problems) => {
            for problem in problems {
                errors.add(format!("{}-{}", problem.field, sent.form), problem.text.clone());
            }
            (None, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Refused::Rule { what, basis, todo } => {
            (Some(Said { what: format!("{what}（{basis}）"), todo: todo.clone() }), StatusCode::CONFLICT)
        }
        _ => return Err(failed),
    };
    // Whoever may act and not read has no page to see it on.
    show(app, session, id, (said, errors, sent), status).await
}

#[derive(Template)]
#[template(path = "cases/open.html")]
struct OpenPage {
    shell: Shell,
    way: [Crumb; 2],
    child: String,
    name: String,
    words: String,
    errors: Errors,
}

pub(super) async fn opening(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    ask_why(&app, &session, id, (Errors::new(), String::new()), StatusCode::OK).await
}

async fn ask_why(
    app: &App,
    session: &Session,
    id: String,
    (errors, words): (Errors, String),
    status: StatusCode,
) -> Result<Response, Failed> {
    let asked = id.clone();
    let (name, open) = app.look(session, move |desk| cases::opening(desk, &asked)).await?;
    if let Some(case) = open {
        return Ok(see_other(&format!("/cases/{}", encoded(&case))));
    }
    let page = OpenPage {
        shell: app.shell(session, "/cases").await?,
        way: [
            Crumb { label: name.clone(), href: Some(format!("/children/{}", encoded(&id))) },
            Crumb { label: "立案".to_owned(), href: None },
        ],
        child: id,
        name,
        words,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Why {
    words: String,
}

pub(super) async fn open(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Why>,
) -> Result<Response, Failed> {
    let (child, words) = (id.clone(), sent.words.clone());
    match app.write(&session, move |desk| cases::open_case(desk, &child, &words)).await {
        Ok(case) => Ok(see_other(&format!("/cases/{}", encoded(&case)))),
        Err(failed) => {
            let errors = failed.errors()?;
            ask_why(&app, &session, id, (errors, sent.words), StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
