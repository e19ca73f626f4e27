//! `/ways/studies/{id}`: one study of a closure: what it would do to whom, what was argued, published and heard, what was said, and the decision.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::ways::{self, After, PupilLine, Run, SchoolLine, Study};
use rules::access::Action;
use rules::date::parse_date;
use rules::plan::SchoolAccess;
use rules::ways::{Procedure, Stage};
use serde::Deserialize;

use super::studies::tone;
use super::{Said, few, said};
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Errors, Head, Shell, Tone, filters};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(super) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/ways/studies/{id}", needs(Action::ReadClosures), page),
        Route::get("/ways/studies/{id}/print", needs(Action::ReadClosures), print),
        Route::post("/ways/studies/{id}/reckon", needs(Action::StudyClosure), reckon),
        Route::post("/ways/studies/{id}/step", needs(Action::StudyClosure), step),
        Route::post("/ways/studies/{id}/hearing", needs(Action::StudyClosure), hearing),
        Route::post("/ways/studies/{id}/withdraw", needs(Action::StudyClosure), withdraw),
        Route::post("/ways/studies/{id}/comment", needs(Action::CommentClosure), comment),
        Route::post("/ways/studies/{id}/decide", needs(Action::DecideClosure), decide),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    kind: String,
    day: String,
    number: String,
    words: String,
    stage: String,
}

#[derive(Template)]
#[template(path = "ways/study.html")]
struct StudyPage {
    shell: Shell,
    way: [Crumb; 3],
    one: Study,
    heads: [Head; 4],
    school_heads: [Head; 5],
    kinds: Vec<Choice>,
    stages: Vec<Choice>,
    said: Option<(String, String)>,
    errors: Errors,
    sent: Sent,
    /// Which form was sent: its errors stand there alone.
    which: &'static str,
    rule: String,
    basis: String,
}

/// The consequences as they go to a hearing: no form, every number explained, and whose names it holds.
#[derive(Template)]
#[template(path = "ways/print.html")]
struct PrintPage {
    shell: Shell,
    study: StudyPage,
    explained: Vec<(&'static str, String)>,
    today: String,
    by: String,
}

/// What each number of a study counts, in a sentence, by the plan's own limits.
fn explained(rule: &SchoolAccess) -> Vec<(&'static str, String)> {
    let limits = format!(
        "单程一至{}年级不超过{}分钟、到六年级不超过{}分钟、初中不超过{}分钟，雨季不断路",
        rule.boards_from.saturating_sub(1),
        rule.young_minutes,
        rule.primary_minutes,
        rule.junior_minutes
    );
    vec![
        ("要换学校的", "测算那天学籍在这所学校、在要撤的年级的孩子；年级没有登记的也算在内".to_owned()),
        (After::Day.label(), format!("排到了学位，{limits}")),
        (
            After::Bed.label(),
            format!("排到了学位，也排到了床位；{}年级以下的不安排住校，已经住校的除外", rule.boards_from),
        ),
        (After::Hard.label(), "排到了学位，路程超过上面的限度或者雨季不通，没有排到床位".to_owned()),
        (After::Unknown.label(), "排到了学位，从孩子的村组到那所学校的路程没有人量过，不猜".to_owned()),
        (After::Without.label(), "能接收的学校空学位都排完了；空学位是登记的学位减去今天在校的人".to_owned()),
        ("其中比现在更难的", "现在不难，撤了以后难".to_owned()),
        ("其中和兄弟姐妹分开的", "现在和同一家的孩子在一所学校，以后不在".to_owned()),
    ]
}

impl StudyPage {
    fn tone(&self) -> Tone {
        tone(self.one.stage)
    }

    /// How many would come to school how, and of whom something else is to be said.
    fn sums(&self, run: &Run) -> Vec<(&'static str, String)> {
        let whole = ("要换学校的", few(run.whole));
        let after = After::ALL.iter().zip(&run.counts).map(|(after, count)| (after.label(), few(*count)));
        let marks =
            ["其中要床位的", "其中比现在更难的", "其中和兄弟姐妹分开的", "其中残疾、留守、困境，要单独看的"];
        let marks = marks.into_iter().zip(run.marks.iter().map(|count| few(*count)));
        std::iter::once(whole).chain(after).chain(marks).collect()
    }

    /// The sum in groups of eight, so that a phone can break the line.
    fn digest(&self, run: &Run) -> String {
        let signs: Vec<char> = run.digest.chars().collect();
        signs.chunks(8).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }

    /// What stands against closing, in one line.
    fn hinders(&self) -> String {
        let said: Vec<String> =
            self.one.hinders.iter().map(|(one, many)| format!("{} {}", one.label(), few(*many))).collect();
        said.join("；")
    }

    fn places_after(&self, one: &SchoolLine) -> String {
        few(one.places_after)
    }

    fn beds_after(&self, one: &SchoolLine) -> String {
        few(one.beds_after)
    }

    fn after_tone(&self, one: &PupilLine) -> Tone {
        match one.becomes {
            After::Without | After::Hard => Tone::Late,
            After::Unknown => Tone::Due,
            After::Bed => Tone::Act,
            After::Day => Tone::Good,
        }
    }

    /// `15 分钟 → 55 分钟`.
    fn minutes(&self, one: &PupilLine) -> String {
        let minutes = |minutes: Option<u16>| {
            minutes.map_or_else(|| "没有登记".to_owned(), |minutes| format!("{minutes} 分钟"))
        };
        if one.to.is_empty() {
            return minutes(one.minutes_was);
        }
        format!("{} → {}", minutes(one.minutes_was), minutes(one.minutes))
    }

    /// What else is to be said of a child.
    fn more(&self, one: &PupilLine) -> Vec<(String, Tone)> {
        let mut more = Vec::new();
        if one.needs_bed && one.becomes != After::Bed {
            more.push(("要床位，没有".to_owned(), Tone::Late));
        }
        if one.worse {
            more.push(("比现在更难".to_owned(), Tone::Late));
        }
        if one.split {
            more.push(("和兄弟姐妹分开".to_owned(), Tone::Due));
        }
        if !one.look.is_empty() {
            more.push((format!("{}，要单独看", one.look.join("、")), Tone::Due));
        }
        more
    }

    /// The errors of one of the forms.
    fn of<'a>(&'a self, form: &str, field: &str) -> &'a str {
        if self.which == form { self.errors.of(field) } else { "" }
    }

    /// What was typed into one of the forms.
    fn words(&self, form: &str) -> &str {
        if self.which == form { &self.sent.words } else { "" }
    }
}

async fn page(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    show(&app, &session, id, ((None, Errors::new()), "", Sent::default()), StatusCode::OK).await
}

async fn print(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let study = read(&app, &session, id, ((None, Errors::new()), "", Sent::default())).await?;
    let today = app.now().day();
    Ok(html(&PrintPage {
        explained: explained(app.plan().school_access()),
        today: format!("{}年{}月{}日", today.year(), today.month(), today.day()),
        by: session.who().actor.name.clone(),
        shell: app.shell(&session, "/ways").await?,
        study,
    }))
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    with: (Said, &'static str, Sent),
    status: StatusCode,
) -> Result<Response, Failed> {
    let page = read(app, session, id, with).await?;
    Ok((status, html(&page)).into_response())
}

async fn read(
    app: &App,
    session: &Session,
    id: String,
    ((said, errors), form, sent): (Said, &'static str, Sent),
) -> Result<StudyPage, Failed> {
    let one = app.look(session, move |desk| ways::study(desk, &id)).await?;
    // The form for a step begins with today, whichever other form came back.
    let day = if form == "step" { sent.day } else { app.now().day().to_string() };
    let sent = Sent { day, ..sent };
    let rule = app.plan().school_access();
    Ok(StudyPage {
        shell: app.shell(session, "/ways").await?,
        way: [
            Crumb { label: "上学路程".to_owned(), href: Some("/ways".to_owned()) },
            Crumb { label: "撤并研究".to_owned(), href: Some("/ways/studies".to_owned()) },
            Crumb { label: one.school.clone(), href: None },
        ],
        heads: [Head::text("姓名"), Head::text("现在"), Head::text("以后"), Head::text("要注意的")],
        school_heads: [
            Head::text("学校"),
            Head::number("空学位"),
            Head::number("接收以后"),
            Head::number("空床位"),
            Head::number("接收以后"),
        ],
        kinds: Procedure::ALL.iter().map(|kind| Choice::new(kind.code(), kind.label(), &sent.kind)).collect(),
        stages: [(Stage::Kept, "保留，不撤并"), (Stage::Closed, "撤并")]
            .iter()
            .map(|(stage, label)| Choice::new(stage.code(), *label, &sent.stage))
            .collect(),
        said,
        errors,
        sent,
        which: form,
        rule: rule.basis.text.clone(),
        basis: rule.basis.cited(),
        one,
    })
}

/// Back to the page: done, or with what is wrong beside the form that was sent.
async fn back(
    app: &App,
    session: &Session,
    id: String,
    done: Result<(), Failed>,
    (form, sent): (&'static str, Sent),
) -> Result<Response, Failed> {
    match done {
        Ok(()) => Ok(see_other(&format!("/ways/studies/{}", encoded(&id)))),
        Err(failed) => {
            let why = said(failed)?;
            let status =
                if why.0.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            show(app, session, id, (why, form, sent), status).await
        }
    }
}

async fn reckon(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let study = id.clone();
    let done = app.write(&session, move |desk| ways::reckon_again(desk, &study)).await;
    back(&app, &session, id, done, ("reckon", Sent::default())).await
}

async fn step(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (study, kind, number) = (id.clone(), Procedure::from_code(&sent.kind), sent.number.clone());
    let done = match parse_date(sent.day.trim()) {
        Ok(day) => app.write(&session, move |desk| ways::step(desk, &study, kind, day, &number)).await,
        Err(_) => Err(Failed::from(Refused::field("day", "请写日期，如 2026-11-23"))),
    };
    back(&app, &session, id, done, ("step", sent)).await
}

async fn hearing(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let study = id.clone();
    let done = app.write(&session, move |desk| ways::put_to_hearing(desk, &study)).await;
    back(&app, &session, id, done, ("hearing", Sent::default())).await
}

async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (study, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| ways::withdraw(desk, &study, &words)).await;
    back(&app, &session, id, done, ("withdraw", sent)).await
}

async fn comment(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (study, words) = (id.clone(), sent.words.clone());
    let done = app.write(&session, move |desk| ways::comment(desk, &study, &words)).await;
    back(&app, &session, id, done, ("comment", sent)).await
}

async fn decide(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (study, to, words) = (id.clone(), Stage::from_code(&sent.stage), sent.words.clone());
    let done = app.write(&session, move |desk| ways::decide(desk, &study, to, &words)).await;
    back(&app, &session, id, done, ("decide", sent)).await
}
