//! `/imports`: handing in a list, what it will change before it does, writing it, taking it back (四查三比对, 四(一)).

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use casework::imports::{
    self, Choice as Decision, ImportLine, ImportPage, ImportState, Needs, Outcome, Upload,
};
use casework::refused::{Problem, Refused};
use casework::{files, lists};
use jiff::civil::Date;
use rules::access::Action;
use rules::plan::ListKind;
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{Choice, CompareRow, Crumb, Empty, Errors, Head, Shell, Tab, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;
use crate::upload::{self, Came, UPLOAD};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/imports", Policy::Needs(Action::ReadImports), list),
        Route::post("/imports", Policy::Needs(Action::ImportList), upload).body_limit(UPLOAD),
        Route::get("/imports/templates/{kind}", Policy::Needs(Action::ImportList), template),
        Route::get("/imports/{id}", Policy::Needs(Action::ReadImports), one),
        Route::post("/imports/{id}/apply", Policy::Needs(Action::ImportList), apply),
        Route::post("/imports/{id}/drop", Policy::Needs(Action::ImportList), drop_one),
        Route::post("/imports/{id}/undo", Policy::Needs(Action::UndoImport), undo),
        Route::post("/imports/{id}/rows/{number}", Policy::Needs(Action::ImportList), settle),
        Route::get("/imports/{id}/errors.xlsx", Policy::Needs(Action::ReadImports), errors_file),
    ]
}

#[derive(Template)]
#[template(path = "imports/list.html")]
struct List {
    shell: Shell,
    rows: Vec<ImportLine>,
    heads: [Head; 6],
    kinds: Vec<Choice>,
    needs: Vec<Needs>,
    as_of: String,
    today: String,
    errors: Errors,
    empty: Empty,
}

/// What people call a list of the kind.
fn list_name(kind: ListKind) -> String {
    if kind == ListKind::Generic { "其他名单".to_owned() } else { format!("{}名单", kind.label()) }
}

impl List {
    fn name(&self, kind: &ListKind) -> String {
        list_name(*kind)
    }

    fn tone(&self, state: &ImportState) -> Tone {
        tone(*state)
    }
}

async fn list(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    listed(&app, &session, Vec::new(), "", "").await
}

async fn listed(
    app: &App,
    session: &Session,
    problems: Vec<Problem>,
    kind: &str,
    as_of: &str,
) -> Result<Response, Failed> {
    let (rows, needs) =
        app.read(session, |desk| Ok((imports::imports(desk)?, imports::kinds(desk)?))).await?;
    let mut kinds = vec![Choice::new("", "自动识别", kind)];
    kinds.extend(needs.iter().map(|one| Choice::new(one.kind.code(), list_name(one.kind), kind)));
    let mut errors = Errors::new();
    let refused = !problems.is_empty();
    problems.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
    let today = app.now().day().to_string();
    let mut response = html(&List {
        shell: app.shell(session, "/imports").await?,
        rows,
        heads: [
            Head::text("名单"),
            Head::text("状态"),
            Head::number("行数"),
            Head::number("会改动"),
            Head::number("需核对"),
            Head::text("上传"),
        ],
        kinds,
        needs,
        as_of: if as_of.is_empty() { today.clone() } else { as_of.to_owned() },
        today,
        errors,
        empty: Empty {
            why: "还没有导入过名单。".to_owned(),
            what_to_do: "先下载空表看要哪些列，再在上面选择文件上传。".to_owned(),
            act: None,
        },
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// What stands beside the file: which list it is, and of which day.
pub(crate) const TEXTS: [&str; 2] = ["kind", "as_of"];

async fn upload(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Failed> {
    let came = match upload::receive(&headers, form, UPLOAD, &TEXTS).await? {
        Came::Whole(came) => came,
        Came::TooLarge => return Ok(too_large("200 MB")),
        Came::Cut => {
            let problems = Failed::from(upload::cut()).problems()?;
            return listed(&app, &session, problems, "", "").await;
        }
    };
    let (kind, as_of) = (came.text("kind").to_owned(), came.text("as_of").to_owned());
    match take(&app, &session, came).await {
        Ok(started) => Ok(see_other(&format!(
            "/imports/{}{}",
            started.id,
            if started.already.is_some() { "?again=1" } else { "" }
        ))),
        Err(failed) => listed(&app, &session, failed.problems()?, &kind, &as_of).await,
    }
}

async fn take(app: &App, session: &Session, came: upload::Upload) -> Result<imports::Started, Failed> {
    let upload = stored(app, came).await?;
    app.write(session, move |desk| imports::start(desk, &upload)).await
}

/// Looks at what was handed in, and stores its file; nothing refers to it yet.
pub(crate) async fn stored(app: &App, mut came: upload::Upload) -> Result<Upload, Failed> {
    let Some((file, name)) = came.file.take() else {
        return Err(Refused::field("file", "请选择文件").into());
    };
    let wish = match came.text("kind") {
        "" => None,
        code => Some(ListKind::from_code(code).ok_or_else(|| Refused::field("kind", "请选择名单类型"))?),
    };
    let as_of = match came.text("as_of") {
        "" => app.now().day(),
        text => text.parse::<Date>().map_err(|_| Refused::field("as_of", "请填名单是哪一天的情况"))?,
    };
    if as_of > app.now().day() {
        return Err(Refused::field("as_of", "名单日期不能在今天之后").into());
    }
    // Reading a table is work for a thread of its own, not for those that serve.
    let means = app.clone();
    let (kind, file) = app
        .apart(move || {
            let kind = imports::examine(&means, file.path(), wish)?;
            Ok((kind, files::store(&means, file.path(), &name)?))
        })
        .await?;
    Ok(Upload { kind, as_of, file })
}

#[derive(Template)]
#[template(path = "imports/one.html")]
struct One {
    shell: Shell,
    page: ImportPage,
    way: Vec<Crumb>,
    tabs: Vec<Tab>,
    heads: [Head; 3],
    again: bool,
    pairs: Vec<(i64, Vec<CompareRow>)>,
    next: Option<String>,
}

impl One {
    fn pair(&self, number: &i64) -> Option<&Vec<CompareRow>> {
        self.pairs.iter().find(|(one, _)| one == number).map(|(_, rows)| rows)
    }

    fn errors_href(&self) -> String {
        format!("/imports/{}/errors.xlsx", self.page.line.id)
    }

    fn working(&self) -> bool {
        self.page.line.state.is_working()
    }

    fn may_apply(&self) -> bool {
        self.page.may_write && self.page.line.state == ImportState::Ready
    }

    fn may_settle(&self) -> bool {
        self.page.may_settle && matches!(self.page.line.state, ImportState::Ready | ImportState::Applied)
    }

    fn makes_children(&self) -> bool {
        matches!(self.page.line.kind, ListKind::Household | ListKind::Roll | ListKind::Cohort)
    }

    /// Whether it is an old list: it changes no child.
    fn is_old(&self) -> bool {
        self.page.line.kind == ListKind::Cohort
    }

    fn writes(&self) -> i64 {
        self.page.line.count(Outcome::Added) + self.page.line.count(Outcome::Changed)
    }

    fn tone(&self) -> Tone {
        tone(self.page.line.state)
    }
}

fn tone(state: ImportState) -> Tone {
    match state {
        ImportState::Read | ImportState::Applying | ImportState::Undoing => Tone::Plain,
        ImportState::Ready => Tone::Act,
        ImportState::Applied => Tone::Good,
        ImportState::Failed => Tone::Late,
        ImportState::Undone | ImportState::Dropped => Tone::Plain,
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Look {
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: i64,
    #[serde(default)]
    again: String,
}

async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Result<Response, Failed> {
    let shown = Outcome::from_code(&look.show);
    let page = app.read(&session, move |desk| imports::import(desk, &id, shown, look.after)).await?;
    let here = format!("/imports/{}", page.line.id);
    let tabs = Outcome::ALL.into_iter().filter(|outcome| page.line.count(*outcome) > 0).map(|outcome| Tab {
        label: outcome.label().to_owned(),
        href: format!("{here}?show={}", outcome.code()),
        count: u64::try_from(page.line.count(outcome)).ok(),
        current: outcome == page.shown,
    });
    let pairs = page.rows.iter().filter_map(|row| {
        let fields = row.pair.as_ref()?.fields.iter().map(|field| CompareRow {
            label: field.label.clone(),
            left: field.left.clone(),
            right: field.right.clone(),
            same: field.same,
            note: String::new(),
        });
        Some((row.number, fields.collect()))
    });
    let working = page.line.state.is_working();
    let mut response = html(&One {
        shell: app.shell(&session, "/imports").await?,
        way: vec![
            Crumb { label: "导入名单".to_owned(), href: Some("/imports".to_owned()) },
            Crumb { label: page.line.title.clone(), href: None },
        ],
        tabs: tabs.collect(),
        heads: [Head::text("姓名"), Head::text("会改什么"), Head::text("说明")],
        again: !look.again.is_empty(),
        pairs: pairs.collect(),
        next: page.next.map(|after| format!("{here}?show={}&after={after}", page.shown.code())),
        page,
    });
    // The browser asks again by itself while a job works: with scripts or without.
    if working {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("3"));
    }
    Ok(response)
}

async fn apply(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let back = format!("/imports/{}", crate::route::encoded(&id));
    app.write(&session, move |desk| imports::apply(desk, &id)).await?;
    Ok(see_other(&back))
}

async fn drop_one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    app.write(&session, move |desk| imports::drop_import(desk, &id)).await?;
    Ok(see_other("/imports"))
}

async fn undo(State(app): State<App>, session: Session, Path(id): Path<String>) -> Result<Response, Failed> {
    let back = format!("/imports/{}", crate::route::encoded(&id));
    app.write(&session, move |desk| imports::undo(desk, &id)).await?;
    Ok(see_other(&back))
}

#[derive(Debug, Clone, Deserialize)]
struct SettleForm {
    choice: String,
}

async fn settle(
    State(app): State<App>,
    session: Session,
    Path((id, number)): Path<(String, i64)>,
    Form(form): Form<SettleForm>,
) -> Result<Response, Failed> {
    let choice = match form.choice.as_str() {
        "same" => Decision::Same,
        "new" => Decision::New,
        "leave" => Decision::Leave,
        _ => return Err(Refused::field("choice", "请选择怎么处理").into()),
    };
    let back = format!("/imports/{}?show=unclear", crate::route::encoded(&id));
    app.write(&session, move |desk| imports::settle(desk, &id, number, choice)).await?;
    Ok(see_other(&back))
}

pub(crate) async fn errors_file(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let file = app.write(&session, move |desk| imports::errors_file(desk, &id)).await?;
    upload::download(&app, file, "要改正的行.xlsx").await
}

async fn template(State(app): State<App>, Path(kind): Path<String>) -> Result<Response, Failed> {
    let kind = ListKind::from_code(&kind)
        .ok_or_else(|| Refused::denied(Action::ImportList, "template", "unknown"))?;
    let bytes = lists::template(kind, app.plan(), app.now().day())
        .map_err(|error| Refused::Fault(format!("a template: {error}")))?;
    Ok(upload::attachment(bytes, &format!("{}空表.xlsx", kind.label().replace('·', "和"))))
}
