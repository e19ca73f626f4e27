//! 抽样考勤, 五(九): draws with their seed and how anybody can draw again, the count by a second person, and what the register said
//! otherwise.

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use casework::attendance::{
    self, Count, Difference, Differs, MOST_DRAWN, Sample, SampleLine, differences, pool,
};
use documents::csv::Records;
use rules::access::{Action, Subject, may};
use serde::Deserialize;

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Choice, Crumb, Empty, Errors, Head, Shell, Tone, filters};
use crate::route::{encoded, html};
use crate::session::Session;
use crate::upload::attachment;

#[derive(Template)]
#[template(path = "register/samples.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<SampleLine>,
    heads: [Head; 4],
    empty: Empty,
    may_draw: bool,
    schools: Vec<Choice>,
    wanted: String,
    hint: String,
    errors: Errors,
}

pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    listed(&app, &session, &DrawSent::default(), Errors::new()).await
}

async fn listed(app: &App, session: &Session, sent: &DrawSent, errors: Errors) -> Result<Response, Failed> {
    let draws = may(&session.who().actor, Action::DrawSample, &Subject::Nothing).is_ok();
    let (rows, pools) = app
        .read(session, move |desk| {
            let pools = if draws { attendance::pools(desk)? } else { (Vec::new(), false) };
            Ok((attendance::samples(desk)?, pools))
        })
        .await?;
    let (schools, whole) = pools;
    let all = whole.then(|| Choice::new("", "全县", &sent.school));
    let one = schools.into_iter().map(|(id, name)| Choice::new(id, name, &sent.school));
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ListPage {
        shell: app.shell(session, "/samples").await?,
        rows,
        heads: [Head::text("日期"), Head::text("范围"), Head::text("谁抽的"), Head::text("清点")],
        empty: Empty {
            why: "还没有抽过样。".to_owned(),
            what_to_do: "抽出班级后，当天到教室数人；和点名册对不上的会列出来。".to_owned(),
            act: None,
        },
        may_draw: draws,
        schools: all.into_iter().chain(one).collect(),
        wanted: sent.wanted.clone(),
        hint: format!("最多{MOST_DRAWN}个；种子由程序随机产生，抽完就固定，每抽一次都留记录"),
        errors,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(super) struct DrawSent {
    school: String,
    wanted: String,
}

impl Default for DrawSent {
    fn default() -> Self {
        Self { school: String::new(), wanted: "3".to_owned() }
    }
}

pub(super) async fn draw(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<DrawSent>,
) -> Result<Response, Failed> {
    let wanted = sent.wanted.trim().parse::<usize>().unwrap_or(0);
    let school = Some(sent.school.clone()).filter(|school| !school.is_empty());
    let done =
        app.write(&session, move |desk| attendance::draw_sample(desk, school.as_deref(), wanted)).await;
    match done {
        Ok(id) => Ok(Redirect::to(&format!("/samples/{}", encoded(&id))).into_response()),
        Err(failed) => listed(&app, &session, &sent, failed.errors()?).await,
    }
}

#[derive(Template)]
#[template(path = "register/sample.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: Sample,
    heads: [Head; 3],
    differing: [Head; 4],
    rows: Vec<(String, Difference, Tone)>,
    counted: usize,
    not_there: usize,
    today: bool,
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let (one, found) = app
        .look(&session, move |desk| {
            let one = attendance::sample(desk, &id)?;
            let found = differences(desk, &id)?;
            Ok((one, found))
        })
        .await?;
    let name = |class: &str| one.drawn.iter().find(|own| own.class == class).map(|own| own.name.clone());
    let page = OnePage {
        shell: app.shell(&session, "/samples").await?,
        way: [
            Crumb { label: "抽样考勤".to_owned(), href: Some("/samples".to_owned()) },
            Crumb { label: format!("{}的抽样", one.day), href: None },
        ],
        heads: [Head::text("班级"), Head::text("清点"), Head::text("谁清点的")],
        differing: [Head::text("学生"), Head::text("点名册"), Head::text("清点"), Head::text("接着办")],
        not_there: found.iter().filter(|found| found.differs != Differs::There).count(),
        rows: found
            .into_iter()
            .map(|found| (name(&found.class).unwrap_or_default(), found.clone(), tone(found.differs)))
            .collect(),
        counted: one.drawn.iter().filter(|class| !class.counted_at.is_empty()).count(),
        today: one.day == app.now().day().to_string(),
        one,
    };
    Ok(html(&page))
}

/// How much a difference weighs: a name without a pupil is what the sample is for.
pub(super) const fn tone(differs: Differs) -> Tone {
    match differs {
        Differs::NotThere => Tone::Late,
        Differs::There | Differs::NotCalled => Tone::Due,
    }
}

/// The pool in the order of the draw, so that anybody can draw again with what every machine has.
pub(super) async fn pool_file(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let rows = app.look(&session, move |desk| pool(desk, &id)).await?;
    let mut records = Records::new();
    records.text("次序").text("班级编号").text("班级").text("抽签值").text("抽中").end();
    for row in rows {
        let drawn = if row.drawn { "是" } else { "否" };
        records.number(row.rank).text(&row.class).text(&row.name).code(&row.ticket).text(drawn).end();
    }
    let bytes = [b"\xef\xbb\xbf".as_slice(), records.as_bytes()].concat();
    Ok(attachment(bytes, "抽样名单.csv"))
}

#[derive(Template)]
#[template(path = "register/count.html")]
struct CountPage {
    shell: Shell,
    way: [Crumb; 3],
    one: Count,
    action: String,
    seen: String,
    missing: Vec<String>,
    errors: Errors,
}

impl CountPage {
    fn gone(&self, child: &str) -> bool {
        self.missing.iter().any(|one| one == child)
    }
}

pub(super) async fn count(
    State(app): State<App>,
    session: Session,
    Path((id, class)): Path<(String, String)>,
) -> Result<Response, Failed> {
    counting(&app, &session, id, class, (String::new(), Vec::new()), Errors::new()).await
}

async fn counting(
    app: &App,
    session: &Session,
    id: String,
    class: String,
    (seen, missing): (String, Vec<String>),
    errors: Errors,
) -> Result<Response, Failed> {
    let back = format!("/samples/{}", encoded(&id));
    let one = app.look(session, move |desk| attendance::to_count(desk, &id, &class)).await?;
    if one.counted && !errors.any() {
        return Ok(Redirect::to(&back).into_response());
    }
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = CountPage {
        shell: app.shell(session, "/samples").await?,
        way: [
            Crumb { label: "抽样考勤".to_owned(), href: Some("/samples".to_owned()) },
            Crumb { label: format!("{}的抽样", one.day), href: Some(back.clone()) },
            Crumb { label: "清点".to_owned(), href: None },
        ],
        action: format!("{back}/classes/{}", encoded(&one.class)),
        one,
        seen,
        missing,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn counted(
    State(app): State<App>,
    session: Session,
    Path((id, class)): Path<(String, String)>,
    Form(form): Form<Vec<(String, String)>>,
) -> Result<Response, Failed> {
    let typed = form.iter().find(|(name, _)| name == "seen").map(|(_, value)| value.trim().to_owned());
    let typed = typed.unwrap_or_default();
    let missing: Vec<String> =
        form.iter().filter(|(name, _)| name == "missing").map(|(_, child)| child.clone()).collect();
    let (sample, of, names) = (id.clone(), class.clone(), missing.clone());
    let done = match typed.parse::<usize>() {
        Ok(seen) => {
            app.write(&session, move |desk| attendance::count_class(desk, &sample, &of, seen, &names)).await
        }
        Err(_) => Err(casework::refused::Refused::field("seen", "请填教室里数到多少人，如 43").into()),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/samples/{}", encoded(&id))).into_response()),
        Err(failed) => counting(&app, &session, id, class, (typed, missing), failed.errors()?).await,
    }
}
