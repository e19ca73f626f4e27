//! `/tips`: 群众举报、求助 as officers sort, hand on, look into and answer them (四(二十一)). Who wrote is opened on a page of its own, after
//! proving identity again; everything else here is without it.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::public::tips::{self, Filter as Narrowed, Reporter, Shown, Tip, TipLine};
use casework::public::{Places, places};
use casework::refused::Refused;
use jiff::civil::Date;
use rules::access::Action;
use rules::tip_off::{Found, Kind, ReporterWhy, State as Stand, Why};
use serde::Deserialize;

use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{
    Choice, Crumb, Empty, Errors, Filter, FilterField, FilterKind, Head, Pager, Shell, Tab, Tone, filters,
};
use crate::pages::address::Address;
use crate::route::{Policy, Route, encoded, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    let needs = Policy::Needs;
    vec![
        Route::get("/tips", needs(Action::ReadTips), list),
        Route::get("/tips/{id}", needs(Action::ReadTips), one),
        Route::get("/tips/{id}/photos/{nth}", needs(Action::ReadTips), photo),
        Route::post("/tips/{id}/sort", needs(Action::SortTips), sort),
        Route::post("/tips/{id}/report", needs(Action::AnswerTip), report),
        Route::post("/tips/{id}/reporter", needs(Action::SeeReporter), reporter),
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    show: String,
    kind: String,
    township: String,
    after: String,
}

#[derive(Template)]
#[template(path = "tips/list.html")]
struct ListPage {
    shell: Shell,
    tabs: Vec<Tab>,
    filter: Filter,
    rows: Vec<TipLine>,
    heads: [Head; 4],
    pager: Pager,
    empty: Empty,
    today: Date,
}

impl ListPage {
    fn left(&self, due: &str) -> (i64, Tone) {
        let day: Option<Date> = due.get(..10).and_then(|day| day.parse().ok());
        let days =
            day.and_then(|day| day.since(self.today).ok()).map_or(0, |span| i64::from(span.get_days()));
        (days, Tone::of_days_left(days))
    }
}

const fn tone(state: Stand) -> Tone {
    match state {
        Stand::Held | Stand::Received => Tone::Due,
        Stand::Working => Tone::Act,
        Stand::Closed => Tone::Good,
        Stand::Refused | Stand::Same => Tone::Plain,
    }
}

const TABS: [(&str, &str); 4] =
    [("", "待分拣"), ("held", "排队暂存"), ("working", "正在办理"), ("ended", "已结束")];

async fn list(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    let which = Shown::of(&asked.show);
    let narrowed =
        Narrowed { kind: asked.kind.clone(), township: asked.township.clone(), after: asked.after.clone() };
    let (rows, more) = app.look(&session, move |desk| tips::tips(desk, which, &narrowed)).await?;
    let county = app.county().to_owned();
    let Places { townships, .. } = app.open_read(move |tx| places(tx, &county)).await?;
    let at =
        Address::new("/tips", &[("show", &asked.show), ("kind", &asked.kind), ("township", &asked.township)]);
    let next = rows.last().filter(|_| more).map(|last| {
        let moment = if which == Shown::Ended { &last.at } else { &last.due };
        format!("{moment}~{}", last.id)
    });
    let tab = |(code, label): &(&str, &str)| Tab {
        label: (*label).to_owned(),
        href: Address::new("/tips", &[("show", code)]).without(""),
        count: None,
        current: asked.show == *code,
    };
    let all = |now: &str| std::iter::once(Choice::new("", "全部", now));
    let kinds = Kind::ALL.iter().map(|kind| Choice::new(kind.code(), kind.label(), &asked.kind));
    let places = townships.into_iter().map(|(id, name)| Choice::new(id, name, &asked.township));
    let filter = Filter {
        action: "/tips".to_owned(),
        fields: vec![
            FilterField {
                name: "kind",
                label: "什么事",
                kind: FilterKind::Choice(all(&asked.kind).chain(kinds).collect()),
                without: (!asked.kind.is_empty()).then(|| at.without("kind")),
            },
            FilterField {
                name: "township",
                label: "乡镇",
                kind: FilterKind::Choice(all(&asked.township).chain(places).collect()),
                without: (!asked.township.is_empty()).then(|| at.without("township")),
            },
        ],
        keep: vec![("show".to_owned(), asked.show.clone())],
    };
    Ok(html(&ListPage {
        shell: app.shell(&session, "/tips").await?,
        tabs: TABS.iter().map(tab).collect(),
        filter,
        heads: [Head::text("什么事"), Head::text("在哪里"), Head::text("怎么写的"), Head::text("期限")],
        pager: at.pager(("after", &asked.after), next.as_deref(), rows.len(), "件"),
        empty: Empty {
            why: match which {
                Shown::Received => "没有等分拣的举报、求助。",
                Shown::Held => "没有排队暂存的：短时间来得太多时，多出来的先存在这里。",
                Shown::Working => "没有正在办理的举报、求助。",
                Shown::Ended => "还没有办结的举报、求助。",
            }
            .to_owned(),
            what_to_do: "群众在 /tip、/help 两页提交，不用账号；反映本单位的不会出现在这里。".to_owned(),
            act: None,
        },
        rows,
        today: app.now().day(),
    }))
}

/// What was typed into one of the page's forms.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Sent {
    #[serde(rename = "do")]
    act: String,
    why: String,
    main: String,
    unit: String,
    child: String,
    found: String,
    answer: String,
    words: String,
    reason: String,
}

struct Said {
    what: String,
    todo: String,
}

/// A photograph of a tip; kept by no browser.
async fn photo(
    State(app): State<App>,
    session: Session,
    Path((id, nth)): Path<(String, String)>,
) -> Result<Response, Failed> {
    // No photograph has the number nought.
    let nth: i64 = nth.parse().unwrap_or(0);
    let image = app.look(&session, move |desk| tips::photo(desk, &id, nth)).await?;
    let mut response = ([(header::CONTENT_TYPE, "image/jpeg")], image).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Named {
    name: String,
}

#[derive(Template)]
#[template(path = "tips/one.html")]
struct OnePage {
    shell: Shell,
    way: [Crumb; 2],
    one: Tip,
    named: String,
    whys: Vec<Choice>,
    founds: Vec<Choice>,
    units: Vec<Choice>,
    reasons: Vec<Choice>,
    sent: Sent,
    said: Option<Said>,
    errors: Errors,
}

impl OnePage {
    fn tone(&self) -> Tone {
        tone(self.one.state)
    }

    fn waits(&self) -> bool {
        self.one.state.waits()
    }

    fn is_open(&self) -> bool {
        self.waits() || self.one.state == Stand::Working
    }
}

async fn one(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<Response, Failed> {
    show(&app, &session, id, (named.name, Sent::default()), (None, Errors::new(), StatusCode::OK)).await
}

async fn show(
    app: &App,
    session: &Session,
    id: String,
    (named, sent): (String, Sent),
    (said, errors, status): (Option<Said>, Errors, StatusCode),
) -> Result<Response, Failed> {
    let named: String = named.chars().take(50).collect();
    let asked = named.clone();
    let one = app.look(session, move |desk| tips::tip(desk, &id, &asked)).await?;
    let none = |label: &str| std::iter::once(Choice::new("", label, ""));
    let page = OnePage {
        shell: app.shell(session, "/tips").await?,
        way: [
            Crumb { label: "群众举报求助".to_owned(), href: Some("/tips".to_owned()) },
            Crumb { label: one.kind.label().to_owned(), href: None },
        ],
        whys: none("请选择")
            .chain(Why::ALL.iter().map(|why| Choice::new(why.code(), why.label(), &sent.why)))
            .collect(),
        founds: Found::ALL.iter().map(|one| Choice::new(one.code(), one.label(), &sent.found)).collect(),
        units: none("请选择")
            .chain(one.to.iter().map(|(id, name)| Choice::new(id, name, &sent.unit)))
            .collect(),
        reasons: none("请选择")
            .chain(ReporterWhy::ALL.iter().map(|why| Choice::new(why.code(), why.label(), &sent.reason)))
            .collect(),
        one,
        named,
        sent,
        said,
        errors,
    };
    Ok((status, html(&page)).into_response())
}

/// After an act the page says what has become of it; what was refused stands above the form with what was typed.
async fn after(
    app: &App,
    session: &Session,
    id: String,
    sent: Sent,
    done: Result<(), Failed>,
) -> Result<Response, Failed> {
    let failed = match done {
        Ok(()) => return Ok(see_other(&format!("/tips/{}", encoded(&id)))),
        Err(failed) => failed,
    };
    let said = match failed.refused() {
        Refused::Rule { what, basis, todo } => {
            Some(Said { what: format!("{what}（{basis}）"), todo: todo.clone() })
        }
        Refused::Changed { what } => {
            Some(Said { what: what.clone(), todo: "请看过现在的情况再办".to_owned() })
        }
        _ => None,
    };
    match said {
        Some(said) => {
            let how = (Some(said), Errors::new(), StatusCode::CONFLICT);
            show(app, session, id, (String::new(), sent), how).await
        }
        None => {
            let how = (None, failed.errors()?, StatusCode::UNPROCESSABLE_ENTITY);
            show(app, session, id, (String::new(), sent), how).await
        }
    }
}

async fn sort(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, told) = (id.clone(), sent.clone());
    let done = app
        .write(&session, move |desk| match told.act.as_str() {
            "refuse" => tips::refuse(desk, &own, &told.why, &told.words),
            "same" => tips::refuse_same(desk, &own, &told.why).map(|_| ()),
            "join" => tips::join(desk, &own, &told.main),
            "hand" => tips::hand(desk, &own, &told.unit, &told.words),
            "apart" => tips::apart(desk, &own),
            "case" => tips::open_case(desk, &own, &told.child).map(|_| ()),
            "close" => tips::close(desk, &own, &told.found, &told.answer),
            "reopen" => tips::reopen(desk, &own),
            _ => tips::take_up(desk, &own),
        })
        .await;
    after(&app, &session, id, sent, done).await
}

async fn report(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, told) = (id.clone(), sent.clone());
    let done = app.write(&session, move |desk| tips::report(desk, &own, &told.words)).await;
    after(&app, &session, id, sent, done).await
}

#[derive(Template)]
#[template(path = "tips/reporter.html")]
struct ReporterPage {
    shell: Shell,
    way: [Crumb; 2],
    reporter: Reporter,
}

async fn reporter(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let (own, reason) = (id.clone(), sent.reason.clone());
    match app.write(&session, move |desk| tips::reporter(desk, &own, &reason)).await {
        Ok(reporter) => Ok(html(&ReporterPage {
            shell: app.shell(&session, "/tips").await?,
            way: [
                Crumb { label: "回到这一件".to_owned(), href: Some(format!("/tips/{}", encoded(&id))) },
                Crumb { label: "写的人".to_owned(), href: None },
            ],
            reporter,
        })),
        Err(failed) if matches!(failed.refused(), Refused::Invalid(_)) => {
            after(&app, &session, id, sent, Err(failed)).await
        }
        Err(failed) => Err(failed),
    }
}
