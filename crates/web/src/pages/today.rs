//! `/`: what is mine, what is late, what is next. Not a menu of modules.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use casework::today::{self, Today};
use rules::access::{Action, Role, Subject, may};

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
    /// What they come for most, the first of them the blue one: words and address.
    acts: Vec<(&'static str, &'static str)>,
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
    let stats: Vec<Stat> = figures
        .into_iter()
        .map(|figure| Stat {
            label: figure.label.to_owned(),
            value: figure.count.to_string(),
            unit: unit(figure.href),
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
        "现在没有轮到您办的事".to_owned()
    } else {
        format!("今天要办的{}件事", rows.len())
    };
    let empty = nothing(&session, stats.first().is_some_and(|stat| stat.value != "0"));
    Ok(html(&TodayPage {
        shell: app.shell(&session, "/").await?,
        title,
        stats,
        heads: [Head::text("谁"), Head::text("下一步"), Head::text("期限")],
        rows,
        empty,
        notices,
        acts: acts(&session),
    }))
}

/// What is counted behind an address.
fn unit(href: &str) -> &'static str {
    match href.split(['?', '/']).nth(1) {
        Some("children" | "warnings" | "pairs") => "名",
        Some("findings" | "comparison" | "audit") => "条",
        Some("sign-ins") => "次",
        Some("jobs") => "个",
        _ => "",
    }
}

/// What somebody does every day, whether or not something waits: the register is open before it is late (五(九)).
fn acts(session: &Session) -> Vec<(&'static str, &'static str)> {
    let allowed = |action| may(&session.who().actor, action, &Subject::Nothing).is_ok();
    let calls = allowed(Action::CallRegister);
    [
        (calls, "点名", "/register"),
        (allowed(Action::SeeLeader), "领导一页", "/leader"),
        // Who calls a class goes to families from the list of those who are away.
        (allowed(Action::KeepPhone) && !calls, "我的走访", "/visits"),
    ]
    .into_iter()
    .filter_map(|(is_theirs, label, href)| is_theirs.then_some((label, href)))
    .collect()
}

/// Why nothing waits, for whom it is; `any` child on the list or not.
fn nothing(session: &Session, any: bool) -> Empty {
    let posts = &session.who().actor.posts;
    let all = |is: fn(Role) -> bool| !posts.is_empty() && posts.iter().all(|post| is(post.role));
    let (why, what_to_do) = if all(Role::is_separated_power) {
        ("没有等您处理的申请。", "要看的数字在上面，点开就是明细；有新的申请会出现在这里。")
    } else if all(|role| role == Role::Planning) {
        ("您的岗位不办理孩子的事。", "可以看上学路程、指标、会议任务和公告；有通知会在右上角提醒。")
    } else if all(Role::is_department) && !any {
        ("现在没有转请您单位协助的孩子。", "教体局、乡镇转请协助后，孩子会出现在“孩子”里，并在右上角提醒。")
    } else if all(|role| matches!(role, Role::Director | Role::Inspector)) {
        ("没有等您批准的事。", "各单位办到哪一步，点上面的数字，或者看“比对行动”。")
    } else {
        ("轮到您办的事都办完了。", "有新的会出现在这里，并在右上角提醒。")
    };
    Empty { why: why.to_owned(), what_to_do: what_to_do.to_owned(), act: None }
}
