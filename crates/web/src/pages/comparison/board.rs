//! `/comparison`: how far the campaign is, by kind, township and unit, its runs, and opening and closing one.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use casework::campaign::{self, Board, Campaign, Run, RunState, Semester};
use casework::refused::Refused;
use jiff::ToSpan;
use rules::access::{Action, Subject, may};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Errors, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;

#[derive(Template)]
#[template(path = "comparison/board.html")]
struct Page {
    shell: Shell,
    campaign: Option<Campaign>,
    earlier: Vec<Campaign>,
    runs: Vec<Run>,
    board: Board,
    heads: [Head; 5],
    township_heads: [Head; 5],
    unit_heads: [Head; 4],
    run_heads: [Head; 4],
    may_run: bool,
    suggested: String,
    semesters: Vec<Choice>,
    errors: Errors,
}

impl Page {
    fn tone(&self, state: &RunState) -> Tone {
        tone(*state)
    }

    /// What is still open of the campaign, in words; empty where nothing is.
    fn open_still(&self) -> String {
        let sum = |of: fn(&campaign::Coverage) -> i64| self.board.kinds.iter().map(of).sum::<i64>();
        let parts = [
            ("待认定", sum(|one| one.open)),
            ("核查中", sum(|one| one.assigned)),
            ("已报回待认定", sum(|one| one.reported)),
        ];
        let said =
            parts.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count} 条"));
        said.collect::<Vec<_>>().join("，")
    }
}

/// How much a run presses.
const fn tone(state: RunState) -> Tone {
    match state {
        RunState::Queued | RunState::Running => Tone::Act,
        RunState::Done => Tone::Good,
        RunState::Failed => Tone::Late,
        RunState::Cancelled => Tone::Plain,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    campaign: String,
}

pub(super) async fn board(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    page(&app, &session, asked.campaign, None, Errors::new()).await
}

async fn page(
    app: &App,
    session: &Session,
    asked: String,
    form: Option<OpenForm>,
    errors: Errors,
) -> Result<Response, Failed> {
    let (chosen, all, runs, board) = app
        .read(session, move |desk| {
            let all = campaign::campaigns(desk)?;
            let at = all.iter().position(|campaign| campaign.id == asked).unwrap_or(0);
            let Some(chosen) = all.get(at).cloned() else {
                return Ok((None, all, Vec::new(), Board::default()));
            };
            let runs = campaign::runs(desk, &chosen.id)?;
            let board = campaign::board(desk, &chosen.id)?;
            Ok((Some(chosen), all, runs, board))
        })
        .await?;
    let columns = |first| {
        [
            Head::text(first),
            Head::number("全部"),
            Head::number("待认定"),
            Head::number("核查中"),
            Head::number("已认定"),
        ]
    };
    let may_run = may(&session.who().actor, Action::RunComparison, &Subject::Nothing).is_ok();
    // The next semester's may begin early, but not while this one's is being worked through.
    let current = campaign::semester(app.now().day()).code;
    let busy = all.iter().any(|campaign| campaign.state == "open");
    let free: Vec<Semester> = offered(app)
        .into_iter()
        .filter(|one| all.iter().all(|campaign| campaign.semester != one.code))
        .filter(|one| !busy || one.code == current)
        .collect();
    let wish = form.as_ref().map_or("", |form| form.semester.as_str());
    let wish = if wish.is_empty() { free.first().map_or("", |one| one.code.as_str()) } else { wish };
    let title = form.as_ref().map(|form| form.title.clone());
    let title = title.or_else(|| free.first().map(|one| format!("{}四查三比对", one.label)));
    let wrong = errors.any();
    let mut response = html(&Page {
        shell: app.shell(session, "/comparison").await?,
        semesters: free.iter().map(|one| Choice::new(one.code.clone(), one.label.clone(), wish)).collect(),
        suggested: title.unwrap_or_default(),
        earlier: all
            .into_iter()
            .filter(|one| chosen.as_ref().is_none_or(|chosen| chosen.id != one.id))
            .collect(),
        campaign: chosen,
        runs,
        board,
        heads: columns("哪一类"),
        township_heads: columns("乡镇"),
        unit_heads: [Head::text("单位"), Head::number("交办"), Head::number("已报回"), Head::number("超期")],
        run_heads: [Head::text("比对"), Head::text("结果"), Head::number("发现"), Head::number("不再出现")],
        may_run,
        errors,
    });
    if wrong {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The semesters for which a campaign may be opened: this one and the next.
fn offered(app: &App) -> Vec<Semester> {
    let today = app.now().day();
    let mut both = vec![campaign::semester(today), campaign::semester(today.saturating_add(6.months()))];
    both.dedup();
    both
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OpenForm {
    title: String,
    #[serde(default)]
    semester: String,
}

pub(super) async fn open(
    State(app): State<App>,
    session: Session,
    Form(form): Form<OpenForm>,
) -> Result<Response, Failed> {
    let known = offered(&app);
    let new = form.clone();
    let done = app
        .write(&session, move |desk| {
            if known.iter().all(|one| one.code != new.semester) {
                return Err(Refused::field("semester", "请选择学期"));
            }
            campaign::open(desk, &new.title, &new.semester)
        })
        .await;
    match done {
        Ok(id) => Ok(see_other(&format!("/comparison/{}/lists", encoded(&id)))),
        Err(failed) => {
            let errors = failed.errors()?;
            page(&app, &session, String::new(), Some(form), errors).await
        }
    }
}

pub(super) async fn close(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let back = format!("/comparison?campaign={}", encoded(&id));
    app.write(&session, move |desk| campaign::close(desk, &id)).await?;
    Ok(see_other(&back))
}
