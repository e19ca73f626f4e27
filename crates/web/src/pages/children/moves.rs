//! Changes of the roll: the form that asks for one, and the board of those that wait, with who has not acted.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::response::Response;
use casework::ledger::{self, MoveForm, Waiting};
use casework::refused::Refused;
use rules::access::Action;
use rules::roll::{Change, Side};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::html;
use crate::session::Session;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    kind: String,
    to_school: String,
    other_place: String,
    effective: String,
    until: String,
    reason: String,
    paper: String,
}

#[derive(Template)]
#[template(path = "children/move.html")]
struct FormPage {
    shell: Shell,
    way: Vec<Crumb>,
    id: String,
    kinds: Vec<Choice>,
    schools: Vec<Choice>,
    fields: Fields,
    errors: Errors,
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    fields: Fields,
    errors: Errors,
) -> Result<Response, Failed> {
    let child = id.clone();
    let shell = app.shell(session, "/moves").await?;
    let (file, all) = app
        .look(session, move |desk| {
            let file = ledger::read(desk, &child)?;
            // Refused within, so that nothing is on the record as looked at.
            if !file.may.start_move {
                return Err(Refused::denied(Action::StartRollMove, "child", &child));
            }
            Ok((file, ledger::schools(desk)?))
        })
        .await?;
    let mut schools = vec![Choice::new("", "请选择（县内转学、从县外转入时填）", &fields.to_school)];
    schools.extend(all.into_iter().map(|(id, name)| Choice::new(id, name, &fields.to_school)));
    let kinds = Change::ALL
        .iter()
        .map(|one| {
            let who: Vec<&str> = one.sides().iter().map(|side| side.label()).collect();
            Choice::new(one.code(), one.label(), &fields.kind).hint(format!("要办理的：{}", who.join("、")))
        })
        .collect();
    Ok(html(&FormPage {
        shell,
        way: vec![
            Crumb { label: file.name, href: Some(format!("/children/{id}")) },
            Crumb { label: "学籍变动".to_owned(), href: None },
        ],
        id,
        kinds,
        schools,
        fields,
        errors,
    }))
}

pub(super) async fn form(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let fields = Fields { effective: app.now().day().to_string(), ..Fields::default() };
    show(&app, &session, id, fields, Errors::new()).await
}

pub(super) async fn start(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<Fields>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), fields.clone());
    let wish = MoveForm {
        kind: typed.kind,
        to_school: typed.to_school,
        other_place: typed.other_place,
        effective: typed.effective,
        until: typed.until,
        reason: typed.reason,
        paper: typed.paper,
    };
    match app.write(&session, move |desk| ledger::start_move(desk, &child, &wish)).await {
        Ok(_) => Ok(see_other("/moves")),
        Err(failed) => show(&app, &session, id, fields, failed.errors()?).await,
    }
}

#[derive(Template)]
#[template(path = "children/moves.html")]
struct Board {
    shell: Shell,
    heads: [Head; 4],
    rows: Vec<Row>,
    empty: Empty,
}

struct Row {
    waiting: Waiting,
    tone: Tone,
    sides: Vec<(&'static str, &'static str, Vec<Choice>)>,
}

fn side_code(side: Side) -> &'static str {
    match side {
        Side::Giving => "giving",
        Side::Receiving => "receiving",
        Side::County => "county",
    }
}

/// The side of a button; what no button sends is answered like a move that is not there.
fn side(code: &str, id: &str) -> Result<Side, Refused> {
    [Side::Giving, Side::Receiving, Side::County]
        .into_iter()
        .find(|side| side_code(*side) == code)
        .ok_or_else(|| Refused::denied(Action::AnswerRollMove, "move", id))
}

pub(super) async fn board(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let rows = app.read(&session, ledger::waiting).await?;
    let rows = rows
        .into_iter()
        .map(|waiting| {
            // 各环节10个工作日，约两周（学籍管理办法）。
            let tone = match waiting.days {
                14.. => Tone::Late,
                8.. => Tone::Due,
                _ => Tone::Plain,
            };
            let classes = |side| {
                if side == Side::Receiving {
                    waiting.classes.iter().map(|(id, name)| Choice::new(id, name, "")).collect()
                } else {
                    Vec::new()
                }
            };
            let sides =
                waiting.mine.iter().map(|(side, label)| (side_code(*side), *label, classes(*side))).collect();
            Row { tone, sides, waiting }
        })
        .collect();
    Ok(html(&Board {
        shell: app.shell(&session, "/moves").await?,
        heads: [Head::text("孩子"), Head::text("从哪里到哪里"), Head::text("还没办的"), Head::text("办理")],
        rows,
        empty: Empty {
            why: "没有等着办的学籍变动。".to_owned(),
            what_to_do: "转学、休学、复学等从孩子的档案里发起，发起后列在这里，直到各方办完。".to_owned(),
            act: None,
        },
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AnswerFields {
    side: String,
    class: String,
    answer: String,
}

pub(super) async fn agree(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<AnswerFields>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| ledger::agree(desk, &id, side(&fields.side, &id)?, &fields.class))
        .await?;
    Ok(see_other("/moves"))
}

pub(super) async fn back(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(fields): Form<AnswerFields>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| ledger::send_back(desk, &id, side(&fields.side, &id)?, &fields.answer))
        .await?;
    Ok(see_other("/moves"))
}

pub(super) async fn withdraw(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| ledger::withdraw(desk, &id)).await?;
    Ok(see_other("/moves"))
}
