//! What one owes, and the reports that one may read, the latest first.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use casework::refused::Refused;
use casework::regular::{self, Owed, ReportLine};
use jiff::civil::Date;
use rules::regular::{Kind, Stand, period};
use serde::Deserialize;

use super::tone;
use crate::app::App;
use crate::failed::{Failed, see_other};
use crate::look::{Empty, Head, Shell, Tab, Tone, filters};
use crate::pages::conference::{Told, told};
use crate::route::{encoded, html};
use crate::session::Session;

/// Which reports.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    show: String,
}

/// What is drafted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    kind: String,
    unit: String,
    period: String,
}

/// A line with the words of its period.
struct Shown {
    line: ReportLine,
    period: String,
}

#[derive(Template)]
#[template(path = "regular/list.html")]
struct ListPage {
    shell: Shell,
    owed: Vec<Owed>,
    rows: Vec<Shown>,
    heads: [Head; 4],
    owed_heads: [Head; 3],
    tabs: Vec<Tab>,
    is_county: bool,
    today: Date,
    basis: String,
    told: Told,
    empty: Empty,
}

impl ListPage {
    fn left(&self, one: &Owed) -> (i64, Tone) {
        let days = one.due.since(self.today).map_or(0, |span| i64::from(span.get_days()));
        (days, Tone::of_days_left(days))
    }

    fn tone(&self, stand: &Stand) -> Tone {
        tone(*stand)
    }
}

pub(super) async fn page(
    State(app): State<App>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Response, Failed> {
    show(&app, &session, &asked, Told::default()).await
}

/// The period of a stored code, in words.
pub(super) fn period_label(app: &App, kind: Kind, code: &str) -> String {
    let calendar = app.plan().calendar();
    let first = match kind {
        Kind::SchoolMonth => format!("{code}-01").parse().ok(),
        Kind::CountyQuarter => code.split_once("-q").and_then(|(year, quarter)| {
            let month = quarter.parse::<i8>().ok()?.checked_mul(3)?;
            Date::new(year.parse().ok()?, month, 1).ok()
        }),
        Kind::PrefectureTerm => return rules::inspection::term_label(code),
        Kind::ProvinceYear => code.parse().ok().and_then(|year| Date::new(year, 9, 1).ok()),
    };
    first.and_then(|first| period(kind, first, calendar)).map_or_else(|| code.to_owned(), |one| one.label)
}

async fn show(app: &App, session: &Session, asked: &Asked, told: Told) -> Result<Response, Failed> {
    let kind = Kind::from_code(&asked.show);
    let stand = Stand::from_code(&asked.show);
    let (owed, rows) =
        app.read(session, move |desk| Ok((regular::owed(desk)?, regular::list(desk, kind)?))).await?;
    let county = session.who().actor.county.clone();
    let is_county = crate::pages::regular::board::reads_county(session);
    let all = Tab {
        label: "全部".to_owned(),
        href: "/regular".to_owned(),
        count: None,
        current: asked.show.is_empty(),
    };
    let tab = |code: &'static str, label: &str| Tab {
        label: label.to_owned(),
        href: format!("/regular?show={code}"),
        count: None,
        current: asked.show == code,
    };
    let mut tabs = vec![all, tab(Stand::Submitted.code(), "待审核")];
    tabs.extend(Kind::ALL.iter().map(|kind| tab(kind.code(), kind.label())));
    let status = told.status;
    let rows = rows
        .into_iter()
        .filter(|line| stand.is_none_or(|stand| line.stand == stand))
        .map(|line| Shown {
            period: period_label(app, line.kind, &line.period),
            line: if line.unit == county { ReportLine { name: String::new(), ..line } } else { line },
        })
        .collect();
    let page = ListPage {
        shell: app.shell(session, "/regular").await?,
        owed,
        rows,
        heads: [Head::text("报告"), Head::text("编号"), Head::text("报送"), Head::text("进展")],
        owed_heads: [Head::text("报告"), Head::text("期限"), Head::text("办理")],
        tabs: if is_county { tabs } else { Vec::new() },
        is_county,
        today: app.now().day(),
        basis: app.plan().regular().basis.text.clone(),
        told,
        empty: Empty {
            why: "还没有报告。".to_owned(),
            what_to_do:
                "一个月、一个季度、一个学期、一个学年结束后，在上面起草；数由系统算好，写上情况就能报。"
                    .to_owned(),
            act: None,
        },
    };
    Ok((status, html(&page)).into_response())
}

pub(super) async fn begin(
    State(app): State<App>,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, Failed> {
    let Some(kind) = Kind::from_code(&sent.kind) else {
        let failed = Failed::from(Refused::field("kind", "请从列表里选一份报告"));
        return show(&app, &session, &Asked::default(), told(failed)?).await;
    };
    match app.write(&session, move |desk| regular::begin(desk, kind, &sent.unit, &sent.period)).await {
        Ok(id) => Ok(see_other(&format!("/regular/{}", encoded(&id)))),
        Err(failed) => show(&app, &session, &Asked::default(), told(failed)?).await,
    }
}
