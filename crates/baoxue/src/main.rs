//! The one binary, `baoxue`: reads the command line, calls one function, says what came of it. No rule
//! of the county or of the law stands here.

mod audit;
mod backup;
mod compare;
mod county;
mod demo;
mod doctor;
mod export;
mod failure;
mod house;
mod import;
mod keys;
mod office;
mod progress;
mod serve;
mod synth;
mod template;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{ArgAction, Parser, Subcommand};
use jiff::civil::Date;
use jiff::{Timestamp, tz};
use rules::plan::ListKind;

use failure::Failure;
use progress::Progress;

/// 保学：一个县找到每一个没有上学的适龄孩子。
#[derive(Parser)]
#[command(
    name = "baoxue",
    version,
    about = "保学：一个县找到每一个没有上学的适龄孩子。",
    disable_help_subcommand = true,
    disable_version_flag = true
)]
#[command(help_template = TEMPLATE, subcommand_help_heading = "命令", subcommand_value_name = "命令")]
#[command(disable_help_flag = true, override_usage = "baoxue <命令> [参数]")]
struct Cli {
    #[command(flatten)]
    common: Common,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = ARGUMENTS)]
    version: (),
    #[command(subcommand)]
    command: Command,
}

/// How every help page is laid out.
const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}\n";
/// Over the arguments of every help page.
const ARGUMENTS: &str = "参数";

/// What every command takes.
#[derive(clap::Args)]
struct Common {
    /// 显示这页说明
    #[arg(short, long, action = ArgAction::Help, help_heading = ARGUMENTS, global = true)]
    help: (),
}

#[derive(Subcommand)]
enum Command {
    /// 比对户籍、学籍、在校、脱贫户等名单，写出要去核实的孩子
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue compare --household <文件> --roll <文件> --out <文件夹> [参数]")]
    Compare(CompareArgs),
    /// 造一个虚构的县：各单位交换的名单，附真实答案 truth.csv
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue synth --out <文件夹> [参数]")]
    Synth(SynthArgs),
    /// 演示：造一个虚构的县，打开就能用
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue demo [参数]")]
    Demo(demo::DemoArgs),
    /// 服务：让全县的人用起来
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue serve --data <文件夹> [参数]")]
    Serve(serve::ServeArgs),
    /// 备份：把整个数据库写成一个文件，服务时也可以
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue backup <文件> --data <文件夹> [参数]")]
    Backup(backup::BackupArgs),
    /// 恢复：把备份恢复到一个新的数据文件夹
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue restore <文件> --data <文件夹> [参数]")]
    Restore(backup::RestoreArgs),
    /// 检查：数据库、密钥、磁盘、封存是不是都好
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue doctor --data <文件夹> [参数]")]
    Doctor(doctor::DoctorArgs),
    /// 操作记录
    #[command(help_template = TEMPLATE, disable_help_flag = true, disable_help_subcommand = true)]
    #[command(subcommand_help_heading = "命令", override_usage = "baoxue audit <verify|seal> [参数]")]
    Audit {
        #[command(subcommand)]
        command: audit::AuditCommand,
    },
    /// 导入名单：先比对，再写入台账；要改正的行写成工作簿放在旁边
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue import <名单> <文件> --as <账号> --data <文件夹> [--dry-run]")]
    Import(import::ImportArgs),
    /// 导出名单：适龄儿童、账号、登录记录、操作记录
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue export <名单> --as <账号> --out <文件> --data <文件夹> [参数]")]
    Export(export::ExportArgs),
    /// 账号：没有人能登录时，由管理机器的人办理
    #[command(help_template = TEMPLATE, disable_help_flag = true, disable_help_subcommand = true)]
    #[command(subcommand_help_heading = "命令")]
    #[command(override_usage = "baoxue user <list|invite|reset|disable|enable|unlock|end> [参数]")]
    User {
        #[command(subcommand)]
        command: user::UserCommand,
    },
    /// 打印接口说明（OpenAPI 3.1）
    #[command(help_template = TEMPLATE, disable_help_flag = true, override_usage = "baoxue openapi")]
    Openapi,
    /// 加密密钥：查看、更换、停用
    #[command(help_template = TEMPLATE, disable_help_flag = true, disable_help_subcommand = true)]
    #[command(subcommand_help_heading = "命令", override_usage = "baoxue keys <status|rotate|retire> [参数]")]
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// 写出一份名单的空白模板，带下拉列表和填写说明
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue template <名单> [参数]")]
    Template(TemplateArgs),
    /// 县工作方案
    #[command(help_template = TEMPLATE, disable_help_flag = true, disable_help_subcommand = true)]
    #[command(subcommand_help_heading = "命令", override_usage = "baoxue plan check <文件夹>")]
    Plan {
        #[command(subcommand)]
        command: PlanCommand,
    },
}

#[derive(Subcommand)]
enum PlanCommand {
    /// 检查方案文件夹，指出每一处错误在哪个文件、哪一行
    #[command(help_template = TEMPLATE, disable_help_flag = true, next_help_heading = ARGUMENTS)]
    #[command(override_usage = "baoxue plan check <文件夹>")]
    Check {
        /// 方案文件夹，如 plans/nanjian
        #[arg(value_name = "文件夹")]
        folder: PathBuf,
    },
}

#[derive(clap::Args)]
struct CompareArgs {
    /// 户籍名单
    #[arg(long, value_name = "文件")]
    household: PathBuf,
    /// 学籍名单
    #[arg(long, value_name = "文件")]
    roll: PathBuf,
    /// 在校名单
    #[arg(long, value_name = "文件")]
    present: Option<PathBuf>,
    /// 脱贫户、监测户名单
    #[arg(long, value_name = "文件")]
    poverty: Option<PathBuf>,
    /// 其他名单，如 --list 外出就读=list.xlsx，可以写多个
    #[arg(long = "list", value_name = "名称=文件", value_parser = named)]
    lists: Vec<(String, PathBuf)>,
    /// 按哪一天算年龄，如 2026-09-10；不写为今天
    #[arg(long, value_name = "日期", value_parser = day)]
    as_of: Option<Date>,
    /// 结果写到哪个文件夹
    #[arg(long, value_name = "文件夹")]
    out: PathBuf,
    /// 县工作方案的文件夹；不写为内置的南涧县方案
    #[arg(long, value_name = "文件夹")]
    plan: Option<PathBuf>,
}

#[derive(clap::Args)]
struct TemplateArgs {
    /// 户籍、学籍、在校、脱贫户、残联、外出就读、当年花名册或其他名单
    #[arg(value_name = "名单", value_parser = template::kind)]
    kind: ListKind,
    /// 写到哪个文件；不写为当前文件夹里的“…（空白模板）.xlsx”
    #[arg(long, value_name = "文件")]
    out: Option<PathBuf>,
    /// 县工作方案的文件夹；不写为内置的南涧县方案
    #[arg(long, value_name = "文件夹")]
    plan: Option<PathBuf>,
}

#[derive(clap::Args)]
struct SynthArgs {
    /// 户籍名单里有多少孩子；不写为 20000
    #[arg(long, value_name = "人数", default_value_t = 20_000, hide_default_value = true)]
    children: usize,
    /// 种子：同一个种子造出同一个县；不写为 1
    #[arg(long, value_name = "数", default_value_t = 1, hide_default_value = true)]
    seed: u64,
    /// 写到哪个文件夹
    #[arg(long, value_name = "文件夹")]
    out: PathBuf,
    /// 文件格式：xlsx 或 csv；不写为 xlsx
    #[arg(long, value_name = "格式", default_value = "xlsx", value_parser = ["xlsx", "csv"])]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    format: String,
    /// 差错有多少：1 为平常，3 为三倍；不写为 1
    #[arg(long, value_name = "倍数", default_value_t = 1.0, hide_default_value = true)]
    hardness: f64,
    /// 名单是哪一天的；不写为 2026-09-10
    #[arg(long, value_name = "日期", value_parser = day)]
    as_of: Option<Date>,
}

fn named(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err("要写成 名称=文件，如 外出就读=list.xlsx".to_owned()),
    }
}

fn day(text: &str) -> Result<Date, String> {
    rules::date::parse_date(text).map_err(|problem| problem.to_string())
}

/// What a password's hashing took is given back at once: the system's own allocator keeps it, 20 MB for each thread that
/// ever judged one.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A server's own helper that reads one scanned PDF; no command for people.
    if std::env::args_os().nth(1).is_some_and(|word| word == documents::scanned::WORD) {
        let done = documents::scanned::serve(std::io::stdin().lock(), std::io::stdout().lock());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let done = match &cli.command {
        Command::Compare(args) => compare(args),
        Command::Synth(args) => synth(args),
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(args),
        Command::Backup(args) => backup::backup(args),
        Command::Restore(args) => backup::restore(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Audit { command } => audit::run(command),
        Command::Import(args) => import::run(args),
        Command::Export(args) => export::run(args),
        Command::User { command } => user::run(command),
        Command::Openapi => openapi(),
        Command::Keys { command } => keys::run(command),
        Command::Template(args) => county::plan(args.plan.as_deref())
            .and_then(|plan| template::run(args.kind, &plan, today(), args.out.as_deref())),
        Command::Plan { command: PlanCommand::Check { folder } } => check(folder),
    };
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code)
        }
    }
}

fn compare(args: &CompareArgs) -> Result<String, Failure> {
    let plan = county::plan(args.plan.as_deref())?;
    let inputs = casework::compared::Inputs {
        household: &args.household,
        roll: &args.roll,
        present: args.present.as_deref(),
        poverty: args.poverty.as_deref(),
        named: &args.lists,
        on: args.as_of.unwrap_or_else(today),
        plan: &plan,
    };
    compare::run(&inputs, &args.out)
}

fn openapi() -> Result<String, Failure> {
    let text = web::api::openapi()
        .map_err(|error| Failure::machine(format!("写不出接口说明（{error}）"), "程序", "请报告这个问题"))?;
    // What is printed gets its line end there.
    Ok(text.trim_end().to_owned())
}

/// The only look at the clock: today in China, which has had one time since 1991.
fn today() -> Date {
    tz::offset(8).to_datetime(Timestamp::now()).date()
}

fn synth(args: &SynthArgs) -> Result<String, Failure> {
    let place = || args.out.display().to_string();
    let settings = synth::Settings {
        children: args.children,
        seed: args.seed,
        format: if args.format == "csv" { synth::Format::Csv } else { synth::Format::Xlsx },
        as_of: args.as_of.unwrap_or(synth::Settings::AS_OF),
        hardness: args.hardness,
    };
    if !(0.0..=20.0).contains(&settings.hardness) {
        return Err(Failure::input("--hardness 要在 0 到 20 之间", place(), "1 为平常，3 为三倍"));
    }
    let plan = county::plan(None)?;
    std::fs::create_dir_all(&args.out).map_err(|error| {
        Failure::machine(format!("写不了输出文件夹（{error}）"), place(), "请换一个位置，或检查权限")
    })?;
    let progress = Progress::start("造县", args.children as u64);
    let summary = synth::write(&settings, &plan, &args.out, &|done| progress.at(done))?;
    drop(progress);
    let rows: Vec<String> = summary.rows.iter().map(|(name, rows)| format!("  {name} {rows} 行")).collect();
    Ok(format!("人名、号码全是虚构的。写在 {}：\n{}", place(), rows.join("\n")))
}

fn check(folder: &Path) -> Result<String, Failure> {
    match county::check(folder)? {
        Ok(plan) => Ok(format!(
            "方案没有错误：{}（{}），{} 个乡镇，{} 个村。",
            plan.document().title,
            plan.document().number,
            plan.divisions().townships().count(),
            plan.divisions().villages().count(),
        )),
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}");
            }
            Err(Failure::input(
                format!("方案里有 {} 处不对", problems.len()),
                folder.display().to_string(),
                "按上面每一行说的改好后再试",
            ))
        }
    }
}

/// Says what is wrong with the command line in Chinese; help and version go to standard output.
fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        println!("{}", error.to_string().trim_end());
        return ExitCode::SUCCESS;
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let value = context(ContextKind::InvalidValue);
    let why = std::error::Error::source(error).map(|why| format!("：{why}")).unwrap_or_default();
    let (what, place) = match error.kind() {
        ErrorKind::MissingRequiredArgument => ("缺少参数".to_owned(), argument.replace(", ", "、")),
        ErrorKind::UnknownArgument => ("没有这个参数".to_owned(), argument),
        ErrorKind::InvalidSubcommand => ("没有这个命令".to_owned(), context(ContextKind::InvalidSubcommand)),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            ("没有写命令".to_owned(), String::new())
        }
        ErrorKind::InvalidValue if value.is_empty() => ("参数后面没有写值".to_owned(), argument),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            (format!("参数的值“{value}”不对{why}"), argument)
        }
        ErrorKind::ArgumentConflict => ("同一个参数写了两次".to_owned(), argument),
        ErrorKind::InvalidUtf8 => ("命令里有读不了的字符".to_owned(), String::new()),
        _ => ("命令写得不对".to_owned(), argument),
    };
    let place = if place.is_empty() { "命令行".to_owned() } else { place };
    eprintln!("{}", Failure::input(what, place, "用 baoxue --help 查看写法"));
    ExitCode::from(2)
}
