//! `/platforms`: 平台录入 (四(十四)、五(九)): who must stand in the platforms of province and state, the sheet to copy from,
//! their number and state, and each week's list of what differs from their own.
// long because: list, copy sheet, number and weekly check are one errand, and share their forms and words.

use askama::Template;
use axum::Form;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::platform::{self as twin, Difference, Keep, LastCheck, Query as Wanted, Row, Sheet};
use casework::refused::{Problem, Refused};
use jiff::civil::Date;
use rules::access::Action;
use rules::plan::Platform;
use rules::purpose::Purpose;
use rules::twin::{Difference as Kind, Settled, Stand, Step};
use serde::Deserialize;

use super::account::with;
use super::accounts::{PAGE, shows, workbook};
use super::imports::{Broken, cut, parts};
use crate::app::App;
use crate::failed::{Failed, see_other, too_large};
use crate::look::{
    Choice, Crumb, Empty, Errors, Filter, FilterField, FilterKind, Head, Pager, Shell, Tab, Tone, filters,
};
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/platforms", Policy::Needs(Action::KeepPlatformNumber), list),
        Route::post("/platforms/export", Policy::Needs(Action::ExportPlatform), export),
        Route::get("/platforms/check", Policy::Needs(Action::KeepPlatformNumber), check),
        Route::post("/platforms/check", Policy::Needs(Action::KeepPlatformNumber), upload)
            .body_limit(twin::LARGEST + 65_536),
        Route::post("/platforms/differences/{id}", Policy::Needs(Action::KeepPlatformNumber), settle),
        Route::get("/children/{id}/platform", Policy::Needs(Action::KeepPlatformNumber), sheet),
        Route::post("/children/{id}/platform", Policy::Needs(Action::KeepPlatformNumber), keep),
        Route::post("/children/{id}/platform/reveal", Policy::Needs(Action::KeepPlatformNumber), reveal),
    ]
}

/// How far, as a colour.
const fn tone(stand: Stand) -> Tone {
    match stand {
        Stand::Missing | Stand::Again => Tone::Late,
        Stand::NoNumber | Stand::ToClose => Tone::Due,
        Stand::Kept => Tone::Good,
        Stand::Closed => Tone::Plain,
    }
}

/// The platform of that key, or the first; one that there is not is not there.
fn platform<'a>(app: &'a App, key: &str) -> Result<&'a Platform, Failed> {
    let plan = app.plan();
    let found = if key.is_empty() { plan.platforms().first() } else { plan.platform(key) };
    found.ok_or_else(|| Refused::denied(Action::KeepPlatformNumber, "platform", "").into())
}

fn tabs(app: &App, here: &str, path: &str) -> Vec<Tab> {
    let tab = |platform: &Platform| Tab {
        label: platform.title.clone(),
        href: with(path, &[("on", platform.key.as_str())]),
        count: None,
        current: platform.key == here,
    };
    app.plan().platforms().iter().map(tab).collect()
}

fn purposes() -> Vec<Choice> {
    let choice = |one: &Purpose| Choice::new(one.code(), one.label(), Purpose::Platform.code());
    Purpose::ALL.iter().map(choice).collect()
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    on: String,
    stand: String,
    q: String,
    after: String,
}

impl Asked {
    fn wanted(&self) -> Wanted {
        Wanted {
            platform: self.on.clone(),
            stand: Stand::from_code(&self.stand),
            all: self.stand == "all",
            q: self.q.clone(),
            after: self.after.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())),
        }
    }

    fn address(&self, without: &str) -> String {
        let all = [("on", self.on.as_str()), ("stand", &self.stand), ("q", &self.q)];
        let kept: Vec<_> = all.into_iter().filter(|(name, _)| *name != without).collect();
        with("/platforms", &kept)
    }
}

#[derive(Template)]
#[template(path = "platforms/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    title: String,
    text: String,
    cited: String,
    within: String,
    who: String,
    last: LastCheck,
    every: u16,
    filter: Filter,
    heads: [Head; 5],
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    on: String,
    kept: Vec<(&'static str, String)>,
    may_export: bool,
    purposes: Vec<Choice>,
}

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let (wanted, on) = (asked.wanted(), asked.on.clone());
    let platform = platform(&app, &asked.on)?;
    let (found, last) = app
        .read(&session, move |desk| Ok((twin::list(desk, &wanted, PAGE)?, twin::last_check(desk, &on)?)))
        .await?;
    let todo: i64 = found.counts.iter().filter(|(stand, _)| stand.is_open()).map(|(_, count)| count).sum();
    let all: i64 = found.counts.iter().map(|(_, count)| count).sum();
    let mut stands = vec![Choice::new("", format!("要办的（{todo}）"), &asked.stand)];
    let choice = |(stand, count): &(Stand, i64)| {
        Choice::new(stand.code(), format!("{}（{count}）", stand.label()), &asked.stand)
    };
    stands.extend(found.counts.iter().map(choice));
    stands.push(Choice::new("all", format!("全部（{all}）"), &asked.stand));
    let field = |name, label, value: &str, kind| FilterField {
        name,
        label,
        kind,
        without: (!value.is_empty()).then(|| asked.address(name)),
    };
    let text =
        FilterKind::Text { value: asked.q.clone(), example: "姓名、拼音首字母、平台编号" };
    let filter = Filter {
        action: "/platforms".to_owned(),
        fields: vec![
            field("stand", "办理情况", &asked.stand, FilterKind::Choice(stands)),
            field("q", "姓名或编号", &asked.q, text),
        ],
        keep: vec![("on".to_owned(), platform.key.clone())],
    };
    let here = asked.address("");
    let join = if here.contains('?') { '&' } else { '?' };
    let next = |(spelling, id): (String, String)| {
        format!("{here}{join}after={}", encoded(&format!("{spelling} {id}")))
    };
    Ok(html(&ListPage {
        shell: app.shell(&session, "/platforms").await?,
        tabs: tabs(&app, &platform.key, "/platforms"),
        title: format!("{}{}", platform.title, platform.port),
        text: platform.basis.text.clone(),
        cited: platform.basis.cited(),
        within: platform.enter.within(),
        who: platform.who.clone(),
        last,
        every: platform.reconcile.amount,
        filter,
        heads: [
            Head::text("姓名"),
            Head::text("学校、班级"),
            Head::text("就学情况"),
            Head::text("办理情况"),
            Head::text("平台编号"),
        ],
        pager: Pager {
            prev: (!asked.after.is_empty()).then(|| here.clone()),
            next: found.next.map(next),
            shown: u64::try_from(found.rows.len()).unwrap_or_default(),
            total: None,
            unit: "人",
        },
        rows: found.rows,
        empty: Empty {
            why: "没有要办的孩子。".to_owned(),
            what_to_do: "认定疑似辍学以后，要在这个平台登记的孩子会列在这里；看已办的，请在“办理情况”里选。"
                .to_owned(),
            act: None,
        },
        on: platform.key.clone(),
        kept: vec![("on", platform.key.clone()), ("stand", asked.stand.clone()), ("q", asked.q.clone())],
        may_export: shows(&session, Action::ExportPlatform),
        purposes: purposes(),
    }))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct ExportForm {
    on: String,
    stand: String,
    q: String,
    whole: String,
    purpose: String,
}

async fn export(
    State(app): State<App>,
    session: Session,
    Form(form): Form<ExportForm>,
) -> Result<Response, Failed> {
    let asked = Asked { on: form.on, stand: form.stand, q: form.q, after: String::new() };
    let (wanted, whole, purpose) = (asked.wanted(), !form.whole.is_empty(), form.purpose);
    let file = app
        .write(&session, move |desk| {
            let purpose = Purpose::from_code(&purpose);
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            twin::export(desk, &wanted, whole, purpose)
        })
        .await?;
    Ok(workbook(file.bytes, &format!("platform-{}.xlsx", app.now().day())))
}

#[derive(Template)]
#[template(path = "platforms/sheet.html")]
struct SheetPage {
    shell: Shell,
    way: Vec<Crumb>,
    tabs: Vec<Tab>,
    sheet: Sheet,
    place: String,
    text: String,
    cited: String,
    within: String,
    whole: bool,
    purposes: Vec<Choice>,
    typed: KeepForm,
    today: String,
    errors: Errors,
}

impl SheetPage {
    fn may(&self, step: &str) -> bool {
        self.sheet.steps.iter().any(|own| own.code() == step)
    }

    /// Every line that may be copied, for one table row elsewhere: values between tabs.
    fn row(&self) -> String {
        let texts = self.sheet.lines.iter().map(|line| if line.masked { "" } else { line.text.as_str() });
        texts.collect::<Vec<_>>().join("\t")
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct On {
    on: String,
}

async fn sheet(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<On>,
) -> Result<Response, Failed> {
    let sheet = app.write(&session, move |desk| twin::sheet(desk, &id, &asked.on)).await?;
    shown(&app, &session, sheet, false, KeepForm::default(), Errors::new()).await
}

async fn shown(
    app: &App,
    session: &Session,
    sheet: Sheet,
    whole: bool,
    typed: KeepForm,
    errors: Errors,
) -> Result<Response, Failed> {
    let platform = platform(app, &sheet.platform)?;
    let refused = errors.any();
    let path = format!("/children/{}/platform", sheet.child);
    let mut tabs = tabs(app, &platform.key, &path);
    for (tab, (_, stand)) in tabs.iter_mut().zip(&sheet.stands) {
        if let Some(stand) = stand {
            tab.label = format!("{}：{}", tab.label, stand.label());
        }
    }
    let mut response = html(&SheetPage {
        shell: app.shell(session, "/platforms").await?,
        way: vec![
            Crumb {
                label: "平台录入".to_owned(), href: Some(with("/platforms", &[("on", &platform.key)]))
            },
            Crumb { label: sheet.name.clone(), href: Some(format!("/children/{}", sheet.child)) },
            Crumb { label: "录入表".to_owned(), href: None },
        ],
        tabs,
        place: format!("{}{}", platform.title, platform.port),
        text: platform.basis.text.clone(),
        cited: platform.basis.cited(),
        within: platform.enter.within(),
        whole,
        purposes: purposes(),
        typed,
        today: app.now().day().to_string(),
        errors,
        sheet,
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct RevealForm {
    on: String,
    purpose: String,
}

async fn reveal(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<RevealForm>,
) -> Result<Response, Failed> {
    let sheet = app
        .write(&session, move |desk| {
            let purpose = Purpose::from_code(&form.purpose);
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            twin::reveal(desk, &id, &form.on, purpose)
        })
        .await?;
    shown(&app, &session, sheet, true, KeepForm::default(), Errors::new()).await
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct KeepForm {
    on: String,
    step: String,
    number: String,
    day: String,
    why: String,
    version: i64,
}

async fn keep(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<KeepForm>,
) -> Result<Response, Failed> {
    let (child, typed) = (id.clone(), form.clone());
    let done = app
        .write(&session, move |desk| {
            let step = Step::from_code(&typed.step).ok_or_else(|| Refused::field("step", "请选择办什么"))?;
            let day = typed.day.trim();
            let day = if day.is_empty() { Ok(desk.now.day()) } else { day.parse::<Date>() };
            let day = day.map_err(|_| Refused::field("day", "请填日期，如2026-11-24"))?;
            let kept = Keep {
                platform: typed.on.clone(),
                step,
                number: typed.number.clone(),
                day,
                why: typed.why.clone(),
                version: typed.version,
            };
            twin::keep(desk, &child, &kept)
        })
        .await;
    match done {
        Ok(()) => Ok(see_other(&with(&format!("/children/{}/platform", encoded(&id)), &[("on", &form.on)]))),
        Err(failed) => {
            let mut errors = Errors::new();
            failed.problems()?.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
            let on = form.on.clone();
            let sheet = app.write(&session, move |desk| twin::sheet(desk, &id, &on)).await?;
            shown(&app, &session, sheet, false, form, errors).await
        }
    }
}

#[derive(Template)]
#[template(path = "platforms/check.html")]
struct CheckPage {
    shell: Shell,
    way: Vec<Crumb>,
    tabs: Vec<Tab>,
    states: Vec<Tab>,
    on: String,
    place: String,
    what: String,
    cited: String,
    every: u16,
    last: LastCheck,
    rows: Vec<Difference>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    errors: Errors,
    note: Option<String>,
    headings: String,
}

impl CheckPage {
    fn settlements(&self, kind: &Option<Kind>) -> &'static [Settled] {
        kind.map_or(&[], Settled::of)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct CheckQuery {
    on: String,
    state: String,
    after: String,
    rows: String,
    rejected: String,
}

async fn check(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<CheckQuery>,
) -> Result<Response, Failed> {
    checked(&app, &session, asked, Vec::new()).await
}

async fn checked(
    app: &App,
    session: &Session,
    asked: CheckQuery,
    problems: Vec<Problem>,
) -> Result<Response, Failed> {
    let platform = platform(app, &asked.on)?;
    let (on, state, after) = (platform.key.clone(), asked.state.clone(), asked.after.clone());
    let (found, last) = app
        .read(session, move |desk| {
            Ok((twin::differences(desk, &on, &state, &after, PAGE)?, twin::last_check(desk, &on)?))
        })
        .await?;
    let here = |state: &str| with("/platforms/check", &[("on", &platform.key), ("state", state)]);
    let names = [("open", "待核对"), ("sent", "已转交"), ("decided", "已办"), ("gone", "已一致")];
    let now = names.iter().map(|(code, _)| *code).find(|code| *code == asked.state).unwrap_or("open");
    let states = names
        .iter()
        .zip(found.counts)
        .map(|((code, label), count)| Tab {
            label: (*label).to_owned(),
            href: here(code),
            count: u64::try_from(count).ok(),
            current: *code == now,
        })
        .collect();
    let refused = !problems.is_empty();
    let mut errors = Errors::new();
    problems.into_iter().for_each(|problem| errors.add(problem.field, problem.text));
    let note = asked.rows.parse::<u64>().ok().map(|rows| {
        let rejected = asked.rejected.parse::<u64>().unwrap_or_default();
        let bad = if rejected > 0 {
            format!("，{rejected}行不能用（编号或证件号有误）")
        } else {
            String::new()
        };
        format!("已核对{rows}行{bad}。")
    });
    let columns = app.plan().list(rules::plan::ListKind::Platform);
    let headings = columns.fields.iter().filter(|field| {
        matches!(field.key.as_str(), "platform_no" | "name" | "id" | "birth" | "platform_state")
    });
    let headings: Vec<String> =
        headings.map(|field| field.headings.iter().take(3).cloned().collect::<Vec<_>>().join("或")).collect();
    let mut response = html(&CheckPage {
        shell: app.shell(session, "/platforms").await?,
        way: vec![
            Crumb {
                label: "平台录入".to_owned(), href: Some(with("/platforms", &[("on", &platform.key)]))
            },
            Crumb { label: "核对名单".to_owned(), href: None },
        ],
        tabs: tabs(app, &platform.key, "/platforms/check"),
        states,
        on: platform.key.clone(),
        place: format!("{}{}", platform.title, platform.port),
        what: platform.reconcile.basis.text.clone(),
        cited: platform.reconcile.basis.cited(),
        every: platform.reconcile.amount,
        last,
        heads: [Head::text("谁"), Head::text("本系统"), Head::text("平台"), Head::text("办理")],
        pager: Pager {
            prev: (!asked.after.is_empty()).then(|| here(now)),
            next: found.next.map(|after| format!("{}&after={}", here(now), encoded(&after))),
            shown: u64::try_from(found.rows.len()).unwrap_or_default(),
            total: None,
            unit: "条",
        },
        rows: found.rows,
        empty: Empty {
            why: match now {
                "open" => "没有待核对的。",
                "sent" => "没有转交的。",
                "decided" => "还没有办过的。",
                _ => "还没有自己变一致的。",
            }
            .to_owned(),
            what_to_do: "从平台导出名单，在上面上传，不一致的会列在这里。".to_owned(),
            act: None,
        },
        errors,
        note,
        headings: headings.join("，"),
    });
    if refused {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn upload(
    State(app): State<App>,
    session: Session,
    headers: HeaderMap,
    form: Multipart,
) -> Result<Response, Failed> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > twin::LARGEST + 65_536) {
        return Ok(too_large("20 MB"));
    }
    let parts = match parts(form).await {
        Ok(parts) => parts,
        Err(Broken::TooLarge) => return Ok(too_large("20 MB")),
        Err(broken) => {
            let problems = Failed::from(cut(&broken)).problems()?;
            return checked(&app, &session, CheckQuery::default(), problems).await;
        }
    };
    let on = parts.kind;
    let asked = CheckQuery { on: on.clone(), ..CheckQuery::default() };
    match compared(&app, &session, &on, parts.file).await {
        Ok((rows, rejected)) => {
            let (rows, rejected) = (rows.to_string(), rejected.to_string());
            let said = [("on", on.as_str()), ("rows", &rows), ("rejected", &rejected)];
            Ok(see_other(&with("/platforms/check", &said)))
        }
        Err(failed) => checked(&app, &session, asked, failed.problems()?).await,
    }
}

/// Reads, compares, stores: the first beside the threads that answer, the second without writing, the third in one
/// transaction. Rows that were compared, and that could not be.
async fn compared(
    app: &App,
    session: &Session,
    on: &str,
    file: Option<(tempfile::NamedTempFile, String)>,
) -> Result<(usize, u64), Failed> {
    let key = platform(app, on)?.key.clone();
    let Some((file, name)) = file else { return Err(Refused::field("file", "请选择文件").into()) };
    let plan = app.clone();
    let export = app.apart(move || twin::read_export(file.path(), plan.plan(), &name)).await?;
    let (rows, rejected) = (export.len(), export.rejected_count);
    let (list, on) = (export.clone(), key.clone());
    let found = app.read(session, move |desk| twin::compare(desk, &on, &list)).await?;
    app.write(session, move |desk| twin::store(desk, &key, &export, &found)).await?;
    Ok((rows, rejected))
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct SettleForm {
    /// How it is settled; empty where it is sent on.
    how: String,
    unit: String,
    note: String,
    version: i64,
}

async fn settle(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(form): Form<SettleForm>,
) -> Result<Response, Failed> {
    let platform = app
        .write(&session, move |desk| {
            if form.how == "send" {
                return twin::send(desk, &id, &form.unit, &form.note, form.version);
            }
            let how = Settled::from_code(&form.how).ok_or_else(|| Refused::field("how", "请选择怎么办"))?;
            twin::settle(desk, &id, how, &form.note, form.version)
        })
        .await?;
    Ok(see_other(&with("/platforms/check", &[("on", &platform)])).into_response())
}
