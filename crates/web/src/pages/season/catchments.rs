//! `/season/catchments`: 学区划片, the table of which village goes to which school, with what has to be settled; 教体局 edits it as lines, or brings a
//! workbook, looks at its lines, and then saves them.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Form, Multipart, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::season::{self, CatchmentTable, Catchments, LARGEST, PlaceRow};
use rules::age::school_year_label;
use serde::Deserialize;

use super::{Said, refused};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Choice, Crumb, Errors, Head, Shell, Tone};
use crate::route::html;
use crate::session::Session;
use crate::upload::{self, Came};

/// Longest form: as many lines as may be pasted, each Chinese character sent as nine bytes.
pub(super) const PASTED: usize = 3 * 1024 * 1024;
/// The file with the form around it.
pub(super) const SENT: usize = LARGEST + 64 * 1024;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
    made: Option<usize>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    year: String,
    source: String,
    lines: String,
}

#[derive(Template)]
#[template(path = "season/catchments.html")]
struct Page {
    shell: Shell,
    way: [Crumb; 2],
    one: Catchments,
    heads: [Head; 4],
    gap_heads: [Head; 5],
    years: Vec<Choice>,
    sent: Sent,
    done: Option<String>,
    said: Option<Said>,
    errors: Errors,
    from_file: bool,
}

impl Page {
    fn label(&self) -> String {
        format!("{}学年", school_year_label(self.one.year))
    }

    fn year(&self, year: &i16) -> String {
        school_year_label(*year)
    }

    /// The school of a stage as a cell says it: the place's own line, else what follows from a larger place.
    fn cell(&self, row: &PlaceRow, stage: usize) -> (String, String) {
        let own = row.own.get(stage).and_then(Option::as_ref);
        let by = row.by.get(stage).and_then(Option::as_ref);
        match (own, by) {
            (Some(own), _) => (own.school.clone(), format!("{}学年起", own.since)),
            (None, Some(by)) => (by.clone(), "随上一级".to_owned()),
            (None, None) => ("没有划".to_owned(), String::new()),
        }
    }

    fn due(&self, many: &u32) -> String {
        if *many == 0 { "—".to_owned() } else { many.to_string() }
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let done = asked.made.map(|many| {
        if many == 0 { "和原来一样，没有改动".to_owned() } else { format!("改了{many}处") }
    });
    let sent = Sent { year: asked.year, ..Sent::default() };
    show(&app, &session, sent, (done, None, Errors::new(), false), StatusCode::OK).await
}

type Above = (Option<String>, Option<Said>, Errors, bool);

async fn show(
    app: &App,
    session: &Session,
    mut sent: Sent,
    (done, said, errors, from_file): Above,
    status: StatusCode,
) -> Result<Response, Failed> {
    let year: Option<i16> = sent.year.trim().parse().ok().filter(|year| (2000..=2100).contains(year));
    let one = app.read(session, move |desk| season::catchments(desk, year)).await?;
    let this = rules::season::season_year(app.now().day());
    if sent.lines.is_empty() {
        sent.lines.clone_from(&one.lines);
    }
    let chosen = one.year.max(this).to_string();
    let page = Page {
        shell: app.shell(session, "/season").await?,
        way: [
            Crumb { label: "入学季".to_owned(), href: Some("/season".to_owned()) },
            Crumb { label: "学区划片".to_owned(), href: None },
        ],
        heads: [Head::text("地方"), Head::text("小学"), Head::text("初中"), Head::number("该入学")],
        gap_heads: [
            Head::text("地方"),
            Head::text("要定什么"),
            Head::text("划给"),
            Head::text("往年多数去"),
            Head::number("该入学"),
        ],
        years: [this, this.saturating_add(1)]
            .into_iter()
            .map(|year| Choice::new(year.to_string(), format!("{}学年起", school_year_label(year)), &chosen))
            .collect(),
        one,
        sent,
        done,
        said,
        errors,
        from_file,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn write(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let new = CatchmentTable {
        year: sent.year.trim().parse().unwrap_or_default(),
        source: sent.source.clone(),
        lines: sent.lines.clone(),
    };
    match app.write(&session, move |desk| season::set_catchments(desk, &new)).await {
        Ok(done) => {
            let year: String = sent.year.chars().filter(char::is_ascii_digit).take(4).collect();
            Ok(see_other(&format!("/season/catchments?year={year}&made={}", done.made)))
        }
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, sent, (None, said, errors, false), status).await
        }
    }
}

/// Reads a workbook into the lines of the form; nothing is stored before they are sent.
pub(super) async fn file(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Failed> {
    let came = match form {
        Ok(form) => upload::receive(&headers, form, SENT, &["year"]).await?,
        Err(_) => Came::Cut,
    };
    let mut came = match came {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("2 MB")),
        Came::Cut => return Err(upload::cut().into()),
    };
    let mut sent = Sent { year: came.text("year").to_owned(), ..Sent::default() };
    let read = match came.file.take() {
        None => Err(Failed::from(Refused::field("file", "请选择文件"))),
        Some((file, _)) => app.apart(move || season::catchment_lines(file.path())).await,
    };
    match read {
        Ok(lines) => {
            sent.lines = lines;
            show(&app, &session, sent, (None, None, Errors::new(), true), StatusCode::OK).await
        }
        Err(failed) => {
            let (said, errors, status) = refused(failed)?;
            show(&app, &session, sent, (None, said, errors, false), status).await
        }
    }
}
