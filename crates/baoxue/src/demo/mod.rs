//! `baoxue demo`: a county of invented people to try everything on. What the county consists of is made in [`world`],
//! written by [`seed`], and served like any other; nothing here decides a rule.

mod campaigns;
mod drawn;
mod public;
mod seed;
#[allow(
    dead_code,
    reason = "lists and decisions of the campaigns are read by the comparison's part of the demo"
)]
pub(crate) mod world;
mod year;

use std::path::PathBuf;
use std::time::Instant;

use casework::audit::seal_up;
use casework::password::Accepted;
use courier::{Courier, Fence};
use jiff::civil::Date;
use web::{DemoRole, Setup};

use crate::failure::Failure;
use crate::house::{House, moved_clock};
use crate::progress::{Laps, Progress};
use crate::serve;
use crate::{county, day};
use world::WorldSettings;

/// The password where nobody sets one. It opens invented people only.
const PASSWORD: &str = "nanjian-demo";

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// 演示县放在哪个文件夹；不写为 demo/data
    #[arg(long, value_name = "文件夹", default_value = "demo/data", hide_default_value = true)]
    data: PathBuf,
    /// 有多少孩子；不写为 20000
    #[arg(long, value_name = "人数", default_value_t = 20_000, hide_default_value = true)]
    children: usize,
    /// 种子：同一个种子造出同一个县；不写为 1
    #[arg(long, value_name = "数", default_value_t = 1, hide_default_value = true)]
    seed: u64,
    /// 考勤记录有几个学年；不写为 1。往年的点名册只用来测量速度
    #[arg(long, value_name = "学年数", default_value_t = 1, hide_default_value = true,
          value_parser = clap::value_parser!(u16).range(1..=20))]
    years: u16,
    /// 演示里的今天，如 2026-11-24；不写为真的今天
    #[arg(long, value_name = "日期", value_parser = day)]
    today: Option<Date>,
    /// 所有演示账号的密码；不写为 nanjian-demo
    #[arg(long, value_name = "密码", default_value = PASSWORD, hide_default_value = true)]
    password: String,
    /// 在哪个地址上服务；不写为 127.0.0.1:8080
    #[arg(long, value_name = "地址", default_value = serve::LISTEN, hide_default_value = true)]
    listen: String,
    /// PostgreSQL 地址；不写用文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
    /// 只造县，不服务
    #[arg(long)]
    no_serve: bool,
    /// 造县的每一步用了多久：只用来测量速度
    #[arg(long, hide = true)]
    timed: bool,
}

/// Makes the county where there is none yet, and serves it.
pub(crate) fn run(args: &DemoArgs) -> Result<String, Failure> {
    let start = Instant::now();
    let plan = county::plan(None)?;
    let press = county::press(None, &[])?;
    let house = House::at(&args.data, args.database.as_deref())?;
    let today = args.today.unwrap_or_else(crate::today);
    let clock = moved_clock(today);
    let now = clock();
    let unfinished = house.folder().join("unfinished");
    if unfinished.exists() {
        return Err(Failure::input(
            "上次没有造完这个演示县",
            house.folder().display().to_string(),
            "删掉这个文件夹，再运行一次",
        ));
    }
    let (mut db, keys) = house.open_to_fill(&now)?;
    let hasher = serve::hasher()?;
    let failed = |error: casework::db::DbError| house.database_failure(&error);
    if !seed::stands(&db, &plan).map_err(failed)? {
        let mark = |error: std::io::Error| {
            Failure::machine(
                format!("写不了演示文件夹（{error}）"),
                house.folder().display().to_string(),
                "检查权限和磁盘空间",
            )
        };
        std::fs::write(&unfinished, b"").map_err(mark)?;
        let password = Accepted::by_command(&args.password)
            .map_err(|complaint| Failure::input(complaint.to_string(), "--password", "换一个密码"))?;
        let hash = hasher
            .hash(&password, now.random())
            .map_err(|_| Failure::machine("密码没有算出来", "密码", "再试一次"))?;
        let settings =
            WorldSettings { children: args.children, seed: args.seed, today, years: args.years, plan: &plan };
        // The watermark is nought before the first row of the record, and follows when the year is sealed.
        let seal = || {
            let sealed = seal_up(&db, &keys, &house.vault(), &plan.county().code, &now);
            sealed.map_err(|error| house.database_failure(&error))
        };
        seal()?;
        let progress = Progress::start("造演示县", args.children as u64);
        let (vault, laps) = (house.vault(), Laps::start(args.timed));
        seed::seed(&db, (&keys, &vault), &now, &settings, &hash, (&|done| progress.at(done), &laps))?;
        drop(progress);
        public::write(&db, &keys, &now, &plan)?;
        seal()?;
        std::fs::remove_file(&unfinished).map_err(mark)?;
    }
    db.close();
    if args.no_serve {
        return Ok(format!("演示县在 {}。", house.folder().display()));
    }
    (db, _) = house.open(&now)?;
    let roles: Vec<DemoRole> = world::roles::roles()
        .into_iter()
        .map(|role| DemoRole {
            group: role.group.to_owned(),
            username: role.username.to_owned(),
            label: role.role.to_owned(),
            line: role.line.to_owned(),
        })
        .collect();
    let demo = serve::demo(args.password.clone(), roles.clone());
    // A demo sends nothing off this machine.
    let own = ["127.0.0.0/8", "::1"].iter().filter_map(|net| net.parse().ok()).collect();
    let courier = Courier::new(Fence::new(own, false), None)
        .map_err(|what| Failure::machine(what, "通知", "再试一次"))?;
    let setup = Setup {
        db,
        keys,
        vault: house.vault(),
        hasher,
        plan,
        press,
        clock,
        demo: Some(demo),
        https: false,
        proxies: Vec::new(),
        courier,
        scanner: documents::scanned::Reader::own(),
        link: format!("http://{}", args.listen),
    };
    serve::serve(setup, &args.listen, &|_, address| {
        println!("演示县已备好（{:.1}秒），人和事都是编造的。", start.elapsed().as_secs_f64());
        println!("在浏览器打开 http://{address} ，点一个角色就能进去。按 Ctrl-C 停止。");
        println!("所有账号的密码都是 {}：", args.password);
        for role in &roles {
            println!("  {:<12}{}：{}", role.username, role.label, role.line);
        }
        println!("  每个班的班主任 t1…、每所学校的校长 h1…、每个乡镇 x1…x8 也可以用同一个密码登录。");
        Ok(())
    })
}
