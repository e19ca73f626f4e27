//! 省系统考勤, 五(九): what 在校生动态管理系统 put out is handed in, looked at, taken over or taken back; where it differs from the
//! register here, the head says which of the two is right.

use askama::Template;
use axum::extract::{Form, Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casework::attendance::{
    self, DifferingPage, Handed, How, LARGEST, Looked, OneSide, ProvinceLine, ProvincePage, ProvinceState,
    read_province,
};
use casework::files::Stored;
use casework::lists;
use casework::refused::Refused;
use jiff::civil::Date;
use rules::plan::ListKind;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Crumb, Empty, Errors, Head, Pager, Shell, Tab, Tone, filters};
use crate::pages::address::Address;
use crate::route::{encoded, html};
use crate::session::Session;
use crate::upload::{self, Came};

/// Longest request with an export, in bytes: the file and the form around it.
pub(crate) const REQUEST: usize = LARGEST + 65_536;

#[derive(Template)]
#[template(path = "register/provinces.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<ProvinceLine>,
    heads: [Head; 4],
    empty: Empty,
    headings: String,
    open: i64,
    errors: Errors,
}

impl ListPage {
    fn tone(&self, state: &ProvinceState) -> Tone {
        tone(*state)
    }
}

const fn tone(state: ProvinceState) -> Tone {
    match state {
        ProvinceState::Ready => Tone::Act,
        ProvinceState::Applying => Tone::Due,
        ProvinceState::Applied => Tone::Good,
        ProvinceState::Undone | ProvinceState::Dropped => Tone::Plain,
    }
}

pub(super) async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    listed(&app, &session, Errors::new()).await
}

async fn listed(app: &App, session: &Session, errors: Errors) -> Result<Response, Failed> {
    let (rows, open) = app
        .read(session, |desk| Ok((attendance::provinces(desk)?, attendance::province_open(desk)?)))
        .await?;
    let columns = app.plan().list(ListKind::Attendance);
    let wanted = columns.fields.iter().filter(|field| field.required || field.any_of.is_some());
    let headings: Vec<&str> = wanted.filter_map(|field| field.headings.first()).map(String::as_str).collect();
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ListPage {
        shell: app.shell(session, "/register").await?,
        rows,
        heads: [Head::text("文件"), Head::text("状态"), Head::text("哪几天"), Head::text("上传")],
        empty: Empty {
            why: "还没有导入过省系统考勤。".to_owned(),
            what_to_do: "在省在校生动态管理系统里导出当天的考勤，在上面上传。".to_owned(),
            act: None,
        },
        headings: headings.join("、"),
        open,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn upload(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Failed> {
    let came = match upload::receive(&headers, form, REQUEST, &[]).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("20 MB")),
        Came::Cut => return listed(&app, &session, Failed::from(upload::cut()).errors()?).await,
    };
    match take(&app, &session, came).await {
        Ok(handed) => {
            let again = if handed.already.is_some() { "?again=1" } else { "" };
            Ok(see_other(&format!("/province/{}{again}", handed.id)))
        }
        Err(failed) => listed(&app, &session, failed.errors()?).await,
    }
}

/// Keeps in one transaction what was looked at.
async fn take(app: &App, session: &Session, came: upload::Upload) -> Result<Handed, Failed> {
    let (looked, errors) = looked_at(app, session, came).await?;
    app.write(session, move |desk| attendance::hand_in_province(desk, &looked, errors.as_ref())).await
}

/// Reads an export beside the threads that answer, and looks without writing; the workbook of rows to correct is kept.
pub(crate) async fn looked_at(
    app: &App,
    session: &Session,
    mut came: upload::Upload,
) -> Result<(Looked, Option<Stored>), Failed> {
    let Some((file, name)) = came.file.take() else {
        return Err(Refused::field("file", "请选择文件").into());
    };
    let means = app.clone();
    let read = app.apart(move || read_province(file.path(), means.plan(), &name)).await?;
    let looked = app.read(session, move |desk| attendance::look_province(desk, read.clone())).await?;
    let (means, rejected) = (app.clone(), looked.rejected().clone());
    let errors = app.apart(move || lists::corrections(&means, rejected)).await?;
    Ok((looked, errors))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    after: i64,
    again: String,
}

#[derive(Template)]
#[template(path = "register/province.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    heads: [Head; 4],
    page: ProvincePage,
    again: bool,
    next: Option<String>,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.page.line.state)
    }

    fn is(&self, states: &[ProvinceState]) -> bool {
        states.contains(&self.page.line.state)
    }

    fn may_apply(&self) -> bool {
        self.is(&[ProvinceState::Ready, ProvinceState::Applying]) && self.page.counts != (0, 0)
    }

    fn may_drop(&self) -> bool {
        self.is(&[ProvinceState::Ready])
    }

    fn may_undo(&self) -> bool {
        self.is(&[ProvinceState::Applied, ProvinceState::Applying])
    }
}

pub(super) async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Failed> {
    let after = look.after;
    let page = app.look(&session, move |desk| attendance::province(desk, &id, after)).await?;
    let here = format!("/province/{}", encoded(&page.line.id));
    Ok(html(&OnePage {
        shell: app.shell(&session, "/register").await?,
        way: [
            Crumb { label: "省系统考勤".to_owned(), href: Some("/province".to_owned()) },
            Crumb { label: page.line.title.clone(), href: None },
        ],
        heads: [Head::text("班级"), Head::number("人数"), Head::text("没来的"), Head::text("写入后")],
        again: !look.again.is_empty(),
        next: page.next.map(|after| format!("{here}?after={after}")),
        page,
    }))
}

pub(super) async fn apply(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    loop {
        let export = id.clone();
        if app.write(&session, move |desk| attendance::apply_province(desk, &export)).await? == 0 {
            return Ok(see_other(&format!("/province/{}", encoded(&id))));
        }
    }
}

pub(super) async fn drop_one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| attendance::drop_province(desk, &id)).await?;
    Ok(see_other("/province"))
}

pub(super) async fn undo(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let back = format!("/province/{}", encoded(&id));
    app.write(&session, move |desk| attendance::undo_province(desk, &id)).await?;
    Ok(see_other(&back))
}

pub(crate) async fn errors_file(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let page = app
        .look(&session, {
            let id = id.clone();
            move |desk| attendance::province(desk, &id, 0)
        })
        .await?;
    let none = || Refused::denied(rules::access::Action::ImportAttendance, "province", &id);
    upload::download(&app, page.errors.ok_or_else(none)?, "要改正的行.xlsx").await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    after: String,
}

#[derive(Template)]
#[template(path = "register/differences.html")]
struct DifferencesPage {
    shell: Shell,
    way: [Crumb; 2],
    tabs: Vec<Tab>,
    open: bool,
    page: DifferingPage,
    heads: [Head; 4],
    sides: Vec<OneSide>,
    side_heads: [Head; 3],
    pager: Pager,
    empty: Empty,
    errors: Errors,
    /// The row that could not be decided: child and day.
    wrong: (String, String),
    why: String,
}

impl DifferencesPage {
    /// A line to copy into the provincial system.
    fn line(&self, one: &attendance::Differing) -> String {
        format!("{} {} {} 应为{}", one.day, one.place, one.name, one.here.label())
    }

    fn typed(&self, child: &str, day: &Date) -> String {
        if self.is_wrong(child, day) { self.why.clone() } else { String::new() }
    }

    fn is_wrong(&self, child: &str, day: &Date) -> bool {
        self.wrong.0 == child && self.wrong.1 == day.to_string()
    }
}

pub(super) async fn differences(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    differing(&app, &session, &asked, Errors::new(), (String::new(), String::new()), String::new()).await
}

async fn differing(
    app: &App,
    session: &Session,
    asked: &Asked,
    errors: Errors,
    wrong: (String, String),
    why: String,
) -> Result<Response, Failed> {
    let open = asked.state != "ours";
    let after = asked
        .after
        .split_once('.')
        .and_then(|(day, child)| Some((day.parse::<Date>().ok()?, child.to_owned())));
    let (page, sides) = app
        .look(session, move |desk| {
            let page = attendance::province_differences(desk, open, after.as_ref())?;
            let sides = if open { attendance::province_one_side(desk)? } else { Vec::new() };
            Ok((page, sides))
        })
        .await?;
    let at = Address::new("/province/differences", &[("state", if open { "" } else { "ours" })]);
    let next = page.next.as_ref().map(|(day, child)| format!("{day}.{child}"));
    let tab = |label: &str, state: &str, count: i64, current| Tab {
        label: label.to_owned(),
        href: format!("/province/differences{state}"),
        count: u64::try_from(count).ok(),
        current,
    };
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = DifferencesPage {
        shell: app.shell(session, "/register").await?,
        way: [
            Crumb { label: "省系统考勤".to_owned(), href: Some("/province".to_owned()) },
            Crumb { label: "核对".to_owned(), href: None },
        ],
        tabs: vec![
            tab("待核实的", "", page.counts[0], open),
            tab("到省系统更正的", "?state=ours", page.counts[1], !open),
        ],
        open,
        heads: [
            Head::text("学生"),
            Head::text("本系统"),
            Head::text("省系统"),
            Head::text(if open { "哪边对" } else { "到省系统更正" }),
        ],
        sides,
        side_heads: [Head::text("班级"), Head::text("哪天"), Head::text("哪边有")],
        pager: at.pager(("after", &asked.after), next.as_deref(), page.rows.len(), "条"),
        page,
        empty: Empty {
            why: if open { "两边没有不同的。" } else { "没有要到省系统更正的。" }.to_owned(),
            what_to_do: "导入省系统考勤后，和本系统点名不同的会列在这里。".to_owned(),
            act: None,
        },
        errors,
        wrong,
        why,
    };
    Ok((status, html(&page)).into_response())
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct DecideSent {
    how: String,
    why: String,
}

pub(super) async fn decide(
    State(app): State<App>,
    session: Session,
    Path((child, day)): Path<(String, String)>,
    Form(sent): Form<DecideSent>,
) -> Result<Response, Failed> {
    let missing = || Refused::denied(rules::access::Action::ReconcileAttendance, "child", &child);
    let on = day.parse::<Date>().map_err(|_| missing())?;
    let (of, why) = (child.clone(), sent.why.clone());
    let done = match How::from_code(&sent.how) {
        Some(how) => {
            app.write(&session, move |desk| attendance::decide_difference(desk, &of, on, how, &why)).await
        }
        None => Err(Refused::field("how", "请选择哪边对").into()),
    };
    match done {
        Ok(()) => Ok(see_other("/province/differences")),
        Err(failed) => {
            let errors = failed.errors()?;
            differing(&app, &session, &Asked::default(), errors, (child, day), sent.why).await
        }
    }
}
