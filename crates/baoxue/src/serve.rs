//! `baoxue serve`: runs the real thing. Opens the house, listens, stops in order when it is told to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use casework::accounts::first_run;
use casework::audit::Sealer;
use casework::password::{Bounded, Cost, Hasher};
use courier::{Courier, Fence, Net};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use web::{App, Demo, Setup};

use crate::county;
use crate::failure::Failure;
use crate::house::{House, clock};

/// Where it listens unless told otherwise: this machine only.
pub(crate) const LISTEN: &str = "127.0.0.1:8080";

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// 配置文件（TOML）：data、database、listen、plan、fonts、https、proxies、address、reach_allow、reach_public、reach_ca
    #[arg(long, value_name = "文件")]
    config: Option<PathBuf>,
    /// 数据文件夹：数据库、密钥
    #[arg(long, value_name = "文件夹")]
    data: Option<PathBuf>,
    /// PostgreSQL 地址；不写用数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
    /// 在哪个地址上服务；不写为 127.0.0.1:8080
    #[arg(long, value_name = "地址")]
    listen: Option<String>,
    /// 县工作方案的文件夹；不写为内置的南涧县方案
    #[arg(long, value_name = "文件夹")]
    plan: Option<PathBuf>,
}

/// What the configuration file may say; the command line goes before it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<String>,
    plan: Option<PathBuf>,
    #[serde(default)]
    fonts: Vec<PathBuf>,
    #[serde(default)]
    https: bool,
    #[serde(default)]
    proxies: Vec<IpAddr>,
    /// Where people open it: the link in messages.
    #[serde(default)]
    address: String,
    /// Networks that messages may be sent into although they are private.
    #[serde(default)]
    reach_allow: Vec<String>,
    /// Whether messages may be sent to public addresses; they may where nothing is said.
    reach_public: Option<bool>,
    /// Further certificates that are trusted.
    reach_ca: Option<PathBuf>,
}

/// What connects to the outside, as the configuration lets it (hazard F08).
fn courier(config: &Config) -> Result<Courier, Failure> {
    let mut allow = Vec::new();
    for text in &config.reach_allow {
        let net: Net = text.parse().map_err(|what: String| {
            Failure::input(what, "配置文件的 reach_allow", "写成网段，如 10.1.0.0/16")
        })?;
        allow.push(net);
    }
    let fence = Fence::new(allow, config.reach_public.unwrap_or(true));
    Courier::new(fence, config.reach_ca.as_deref())
        .map_err(|what| Failure::input(what, "配置文件的 reach_ca", "写成 PEM 证书文件的路径"))
}

/// Runs until it is stopped.
pub(crate) fn run(args: &ServeArgs) -> Result<String, Failure> {
    let config = match &args.config {
        None => Config::default(),
        Some(path) => config(path)?,
    };
    let courier = courier(&config)?;
    let data = args.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from("data"));
    let house = House::at(&data, args.database.clone().or(config.database).as_deref())?;
    let folder = args.plan.clone().or(config.plan);
    let plan = county::plan(folder.as_deref())?;
    let press = county::press(folder.as_deref(), &config.fonts)?;
    let clock = clock();
    let (db, keys) = house.open(&clock())?;
    let listen = args.listen.clone().or(config.listen).unwrap_or_else(|| LISTEN.to_owned());
    let hasher = hasher()?;
    let setup = Setup {
        db,
        keys,
        vault: house.vault(),
        hasher,
        plan,
        press,
        clock,
        demo: None,
        https: config.https,
        proxies: config.proxies,
        courier,
        scanner: documents::scanned::Reader::own(),
        link: config.address,
    };
    serve(setup, &listen, &|app, address| {
        println!("保学在 http://{address} 服务。按 Ctrl-C 停止。");
        if let Some(token) = first_run(app)? {
            println!("第一次启动：在浏览器打开下面的链接设置本县，只能用一次。");
            println!("http://{address}/first-run/{token}");
        }
        Ok(())
    })
}

/// What passwords are hashed by: two at once, sixty-four waiting; more are told at once to come again (hazard C12).
pub(crate) fn hasher() -> Result<Hasher, Failure> {
    Hasher::new(Cost::OWASP, Bounded::new(2, 64))
        .map_err(|error| Failure::machine(error.to_string(), "密码", "检查内存"))
}

fn config(path: &std::path::Path) -> Result<Config, Failure> {
    let place = || path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::input(format!("读不了配置文件（{error}）"), place(), "检查路径和权限"))?;
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.lines().count().max(1));
        Failure::input(
            format!("配置文件第 {line} 行不对：{}", error.message()),
            place(),
            "可写 data、database、listen、plan、fonts、https、proxies、address、reach_allow、reach_public、reach_ca",
        )
    })
}

/// The token of the first page, while nobody has an account (hazard C11).
fn first_run(app: &App) -> Result<Option<String>, Failure> {
    let (keys, now, county) = (app.keys().clone(), app.now(), app.county().to_owned());
    app.db()
        .write(move |tx| first_run::link(tx, &keys, &now, &county))
        .map_err(|refused| Failure::machine(refused.to_string(), "首次设置", "看日志里的说明"))
}

/// Listens and serves until Ctrl-C or SIGTERM; `ready` is called once it listens.
pub(crate) fn serve(
    setup: Setup,
    listen: &str,
    ready: &dyn Fn(&App, SocketAddr) -> Result<(), Failure>,
) -> Result<String, Failure> {
    log();
    casework::search::bring_up_to_date(&setup.db, &setup.plan.county().code, &(setup.clock)()).map_err(
        |error| Failure::machine(format!("查找用的词没有写好（{error}）"), "数据库", "用 baoxue doctor 检查"),
    )?;
    let app = App::new(setup);
    let sealer = Sealer::start(Arc::new(app.clone()))
        .map_err(|error| Failure::machine(format!("启动不了（{error}）"), "运行环境", "检查线程数限制"))?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
            |error| Failure::machine(format!("启动不了（{error}）"), "运行环境", "检查线程数限制"),
        )?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|error| {
            Failure::machine(
                format!("不能在这个地址上服务（{error}）"),
                listen.to_owned(),
                "换一个端口：--listen 127.0.0.1:8081",
            )
        })?;
        let address = listener.local_addr().map_err(|error| {
            Failure::machine(format!("不能在这个地址上服务（{error}）"), listen.to_owned(), "换一个端口")
        })?;
        // Listened for before anybody is told the address: from then on a request to stop is one to stop in order.
        let stopped = stopped().map_err(|error| {
            Failure::machine(format!("启动不了（{error}）"), "停止信号", "检查运行环境对进程的限制")
        })?;
        let background = web::background(&app);
        ready(&app, address)?;
        web::serve(&app, listener, web::Patience::default(), stopped).await;
        background.stop();
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    // The last rows are sealed before the storage is closed.
    drop(sealer);
    app.close();
    served.map(|()| "已停止。".to_owned())
}

/// What ends when Ctrl-C or SIGTERM arrives; a signal counts from the call on, not from the first poll.
fn stopped() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// One event, one line, on standard error; `BAOXUE_LOG` sets how much.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("BAOXUE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let silent = web::SILENT.iter().filter_map(|name| format!("{name}=off").parse().ok());
    let filter = silent.fold(filter, tracing_subscriber::EnvFilter::add_directive);
    // A second server in one process (tests) keeps the first one's log.
    drop(
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .try_init(),
    );
}

/// The demo's offer for the sign-in page.
pub(crate) fn demo(password: String, roles: Vec<web::DemoRole>) -> Demo {
    Demo { password, roles }
}

#[cfg(test)]
mod tests {
    use super::Config;

    /// The sample that an office starts from is understood, line by line.
    #[test]
    fn the_sample_configuration_is_read() {
        let sample = include_str!("../../../deploy/baoxue.toml");
        let config: Config = toml::from_str(sample).unwrap();
        assert!(config.https && config.proxies.len() == 1 && config.data.is_some());
        // What is commented out is spelt as it must be.
        let whole: String = sample
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|rest| rest.contains(" = \"") || rest.contains(" = ["))
                    .unwrap_or(line)
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let config: Config = toml::from_str(&whole).unwrap();
        assert!(config.plan.is_some() && config.database.is_some() && config.fonts.len() == 1);
        assert!(!config.address.is_empty() && config.reach_ca.is_some());
        assert!(super::courier(&Config { reach_ca: None, ..config }).is_ok(), "its networks are networks");
    }
}
