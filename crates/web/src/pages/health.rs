//! How the installation is: `/health` for whoever runs it, `/metrics` for a monitor on the same machine, `/healthz` and
//! `/readyz` for whatever watches it, which say nothing else.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use casework::db::{Engine, Health};
use casework::exports::Shape;
use casework::refused::Refused;
use casework::vitals::{self, KeyFit, Vitals};
use jiff::ToSpan;
use rules::access::Action;

use super::exports::{self, Asking, Nothing};
use crate::app::App;
use crate::failed::{self, Failed};
use crate::look::{Shell, Stat, Taking, Tone};
use crate::route::{Policy, Route, html};
use crate::session::Session;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Policy::Open, alive),
        Route::get("/readyz", Policy::Open, ready),
        Route::get("/health", Policy::Needs(Action::ReadHealth), page),
        Route::post("/health/export", Policy::Needs(Action::ReadHealth), export),
        Route::get("/metrics", Policy::Open, metrics),
    ]
}

async fn alive() -> &'static str {
    "ok"
}

async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    let answers = app.open_read(|tx| Ok(tx.one("select 1", &[], |row| row.get::<i64>(0))?)).await;
    if answers.is_ok() { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "database") }
}

/// How long before the school calendar ends it is said, in days.
const AHEAD: i64 = 90;
/// Below this much free space it is said, in bytes.
const SPACE: u64 = 1 << 30;
/// A WAL longer than this is not being cut off, in bytes.
const LONG_WAL: u64 = 256 << 20;
/// Rows without a seal from which on the sealer seems to stand still.
const UNSEALED: u64 = 10_000;

/// A line of the page: what, how it is, and whether that needs somebody.
struct Line {
    what: &'static str,
    how: String,
    alarm: Option<String>,
}

fn line(what: &'static str, how: impl Into<String>) -> Line {
    Line { what, how: how.into(), alarm: None }
}

impl Line {
    fn alarm_if(mut self, needed: bool, todo: &str) -> Self {
        self.alarm = needed.then(|| todo.to_owned());
        self
    }
}

#[derive(Template)]
#[template(path = "health/page.html")]
struct HealthPage {
    shell: Shell,
    stats: Vec<Stat>,
    lines: Vec<Line>,
    alarms: usize,
    export: Option<Taking>,
}

async fn page(State(app): State<App>, session: Session) -> Result<Response, Failed> {
    let own = app.clone();
    let vitals = app.read(&session, move |desk| vitals::read(desk, own.vault())).await?;
    let health = glance(&app).await?;
    let lines = lines(&app, &vitals, &health);
    Ok(html(&HealthPage {
        shell: app.shell(&session, "/health").await?,
        stats: stats(&vitals),
        alarms: lines.iter().filter(|line| line.alarm.is_some()).count(),
        lines,
        export: exports::taking(&session, Action::ReadHealth, "/health/export", &[]),
    }))
}

/// The page as it is now, as a workbook: what an inspector takes along.
async fn export(
    State(app): State<App>,
    session: Session,
    Form(asking): Form<Asking<Nothing>>,
) -> Result<Response, Failed> {
    const SHAPE: Shape = Shape {
        name: "运行状况",
        kind: "health",
        action: Action::ReadHealth,
        columns: &[("项目", 20.0), ("情况", 50.0), ("要处理", 50.0)],
    };
    let own = app.clone();
    let vitals = app.read(&session, move |desk| vitals::read(desk, own.vault())).await?;
    let health = glance(&app).await?;
    let cells = |line: Line| vec![line.what.to_owned(), line.how, line.alarm.unwrap_or_default()];
    let rows: Vec<Vec<String>> = lines(&app, &vitals, &health).into_iter().map(cells).collect();
    exports::take(&app, &session, "health", &asking.purpose, move |desk, purpose| {
        casework::exports::of(desk, SHAPE, purpose, rows.clone())
    })
    .await
}

/// How the database is; it opens a connection of its own, so not on a thread that answers.
async fn glance(app: &App) -> Result<Health, Failed> {
    let db = app.db().clone();
    app.apart(move || db.glance().map_err(Refused::from)).await
}

fn stats(vitals: &Vitals) -> Vec<Stat> {
    let stat = |label: &str, value: u64, unit, tone, href: Option<&str>| Stat {
        label: label.to_owned(),
        value: value.to_string(),
        unit,
        note: String::new(),
        href: href.map(str::to_owned),
        tone,
        target: None,
    };
    let failed = if vitals.jobs_failed > 0 { Tone::Late } else { Tone::Plain };
    vec![
        stat("打开的登录", vitals.sessions, "个", Tone::Plain, None),
        stat("在办和等着的任务", vitals.jobs_running + vitals.jobs_waiting, "个", Tone::Plain, None),
        stat("没有办成的任务", vitals.jobs_failed, "个", failed, None),
        stat("已封存的操作记录", vitals.seal.number, "条", Tone::Plain, None),
    ]
}

fn lines(app: &App, vitals: &Vitals, health: &Health) -> Vec<Line> {
    let engine = match health.engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    let mut lines = vec![
        line("程序", concat!("保学 ", env!("CARGO_PKG_VERSION"))),
        line("数据库", format!("{engine} {}，{}", health.release, megabytes(health.bytes))),
        line("落盘", if health.durable { "写完才答复，断电不丢" } else { &health.synchronous })
            .alarm_if(!health.durable, "断电会丢掉已保存的内容，请改回数据库的落盘设置。"),
        line("表结构", format!("第 {} 版", health.version)),
    ];
    if health.engine == Engine::Sqlite {
        let long = health.wal > LONG_WAL;
        lines.push(line("预写日志", megabytes(health.wal)).alarm_if(long, "没有收缩，请重启服务。"));
    }
    if let Some(free) = health.free {
        let low = free < SPACE;
        lines.push(line("磁盘剩余", megabytes(free)).alarm_if(low, "请清理磁盘，满了就不能再保存。"));
    }
    let (fit, strange) = match vitals.keys {
        KeyFit::Fits => ("和数据库相符", false),
        KeyFit::Untried => ("还没有加密的内容可以核对", false),
        KeyFit::Strange => ("和数据库不相符", true),
    };
    lines.push(line("密钥", fit).alarm_if(strange, "请停止服务，放回这个数据库的密钥文件。"));
    let sealed = format!("到第 {} 条，{} 条等着封存", vitals.seal.number, vitals.unsealed);
    let stands = vitals.unsealed > UNSEALED;
    lines.push(line("操作记录封存", sealed).alarm_if(stands, "封存没有跟上，请看日志。"));
    lines.push(line("封存水位", vitals.mark.words()).alarm_if(
        !vitals.mark.is_sound(),
        "请审计管理员在“操作记录”页处理。恢复过较早备份的，写明原因重定；没有恢复过的，保留现场。",
    ));
    lines.push(
        line("没有办成的任务", format!("{} 个", vitals.jobs_failed))
            .alarm_if(vitals.jobs_failed > 0, "请在“定时任务”里查看原因，改好后再办。"),
    );
    if let Some(bytes) = resident() {
        lines.push(line("内存", megabytes(bytes)));
    }
    lines.push(calendar(app));
    lines
}

/// Whether the plan's school calendar reaches far enough: without it no deadline in school days can be counted.
fn calendar(app: &App) -> Line {
    let today = app.now().day();
    let ahead = today.checked_add(AHEAD.days()).unwrap_or(today);
    match app.plan().calendar().day(today).and_then(|_| app.plan().calendar().day(ahead)) {
        Ok(_) => line("校历", format!("够用到 {ahead} 以后")),
        Err(missing) => line("校历", "快要不够用").alarm_if(true, &format!("{missing}。")),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1 << 20))
}

/// Memory of this process that is in use, in bytes; only Linux says.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// The figures in the text format of Prometheus, for a monitor on this machine only: anybody else finds no such page,
/// also through a proxy that stands on this machine.
async fn metrics(State(app): State<App>, request: Request) -> Result<Response, Failed> {
    let near =
        request.extensions().get::<ConnectInfo<SocketAddr>>().is_some_and(|peer| peer.0.ip().is_loopback());
    let passed_on = ["x-forwarded-for", "forwarded", "x-real-ip", "via"]
        .iter()
        .any(|name| request.headers().contains_key(*name));
    if !near || passed_on {
        return Ok(failed::missing());
    }
    let (inner, now) = (app.clone(), app.now());
    let vitals = app
        .open_read(move |tx| Ok(vitals::vitals(tx, inner.keys(), inner.vault(), inner.county(), &now)?))
        .await?;
    let health = glance(&app).await?;
    let text = prometheus(&vitals, &health, app.db().commits(), resident());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn prometheus(vitals: &Vitals, health: &Health, commits: u64, memory: Option<u64>) -> String {
    let gauges = [
        ("database_bytes", "Size of the database.", Some(health.bytes)),
        ("wal_bytes", "Size of the write-ahead log of SQLite.", Some(health.wal)),
        ("disk_free_bytes", "Free space where the database lies.", health.free),
        ("durable", "Whether a commit outlives a power cut.", Some(u64::from(health.durable))),
        ("schema_version", "Applied migrations.", Some(vitals.schema)),
        ("audit_sealed", "Rows of the record that are sealed.", Some(vitals.seal.number)),
        ("audit_unsealed", "Rows of the record that wait for their seal.", Some(vitals.unsealed)),
        ("audit_mark", "1 while the record reaches its watermark.", Some(u64::from(vitals.mark.is_sound()))),
        ("jobs_waiting", "Jobs that wait.", Some(vitals.jobs_waiting)),
        ("jobs_running", "Jobs that run.", Some(vitals.jobs_running)),
        ("jobs_failed", "Jobs that failed or were parked.", Some(vitals.jobs_failed)),
        ("sessions", "Open sessions.", Some(vitals.sessions)),
        (
            "keys_fit",
            "0 when the key file is another one's.",
            Some(u64::from(vitals.keys != KeyFit::Strange)),
        ),
        ("memory_bytes", "Resident memory.", memory),
    ];
    let mut text = String::new();
    let mut put = |name: &str, help: &str, kind: &str, value: u64| {
        text.push_str(&format!(
            "# HELP baoxue_{name} {help}\n# TYPE baoxue_{name} {kind}\nbaoxue_{name} {value}\n"
        ));
    };
    for (name, help, value) in gauges {
        if let Some(value) = value {
            put(name, help, "gauge", value);
        }
    }
    put("commits_total", "Commits since the start.", "counter", commits);
    text
}
