//! `/`: what is mine, what is late, what is next. Not a menu of modules.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::today::{self, Today};

use crate::app::App;
use crate::failed::Failed;
use crate::look::{Empty, Head, Shell, Stat, Tone, filters};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![Route::get("/", Policy::SignedIn, page)]
}

#[derive(Template)]
#[template(path = "today.html")]
struct TodayPage {
    shell: Shell,
    title: String,
    stats: Vec<Stat>,
    heads: [Head; 3],
    rows: Vec<Row>,
    empty: Empty,
    notices: Vec<(String, String)>,
}

struct Row {
    title: String,
    why: String,
    act: String,
    due: String,
    days: i64,
    tone: Tone,
    href: String,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let Today { figures, tasks, notices } = app.read(&session, today::today).await?;
    let day = app.now().day();
    let stats = figures
        .into_iter()
        .map(|figure| Stat {
            label: figure.label.to_owned(),
            value: figure.count.to_string(),
            unit: "",
            note: String::new(),
            href: Some(figure.href.to_owned()),
            tone: if figure.is_alarm && figure.count > 0 { Tone::Due } else { Tone::Plain },
            target: None,
        })
        .collect();
    let rows: Vec<Row> = tasks
        .into_iter()
        .map(|task| {
            let days = task
                .due
                .parse::<jiff::civil::Date>()
                .ok()
                .and_then(|due| due.since(day).ok())
                .map_or(0, |span| i64::from(span.get_days()));
            let tone = if task.due.is_empty() { Tone::Plain } else { Tone::of_days_left(days) };
            Row {
                title: task.title,
                why: task.why,
                act: task.act,
                due: task.due,
                days,
                tone,
                href: task.href,
            }
        })
        .collect();
    let title = if rows.is_empty() {
        "今天没有要办的事".to_owned()
    } else {
        format!("今天要办的{}件事", rows.len())
    };
    Ok(html(&TodayPage {
        shell: app.shell(&session, "/").await?,
        title,
        stats,
        heads: [Head::text("谁"), Head::text("下一步"), Head::text("期限")],
        rows,
        empty: Empty {
            why: "轮到您办的事都办完了。".to_owned(),
            what_to_do: "有新的会出现在这里，并在右上角提醒。".to_owned(),
            act: None,
        },
        notices,
    }))
}
