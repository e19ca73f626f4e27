//! `baoxue audit`: verifies the record of all acts without a server, and writes the seal file of a month that is kept
//! outside the database. It changes nothing in the record.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use casework::audit::{FileVerdict, Verdict, mark, month_file, verify, verify_file, verify_mark};
use casework::db::DbError;
use jiff::civil::Date;

use crate::county;
use crate::failure::Failure;
use crate::house::House;
use crate::office::Where;
use crate::progress::Progress;

#[derive(clap::Subcommand)]
pub(crate) enum AuditCommand {
    /// 核对操作记录：有没有被改、删、补、调换
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue audit verify --data <文件夹> [参数]")]
    Verify(VerifyArgs),
    /// 写出一个月的封存文件，请存到别的机器或光盘上
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue audit seal <文件> --month <月份> --data <文件夹> [参数]")]
    Seal(SealArgs),
}

#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    at: Where,
    /// 连同这个月度封存文件一起核对，能查出末尾被删、整段被改写
    #[arg(long, value_name = "文件")]
    seal: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct SealArgs {
    /// 写到哪个文件；已有的文件不会覆盖
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 月份，如 2026-11
    #[arg(long, value_name = "月份", value_parser = month)]
    month: Date,
    #[command(flatten)]
    at: Where,
}

fn month(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| "月份写成 2026-11 的样子".to_owned())
}

/// Runs one of the commands.
pub(crate) fn run(command: &AuditCommand) -> Result<String, Failure> {
    match command {
        AuditCommand::Verify(args) => check(args),
        AuditCommand::Seal(args) => seal(args),
    }
}

fn check(args: &VerifyArgs) -> Result<String, Failure> {
    let county = county::plan(args.at.plan.as_deref())?.county().code.clone();
    let house = House::at(&args.at.data, args.at.database.as_deref())?;
    house.must_exist()?;
    let (db, keys) = house.inspect()?;
    let file = match &args.seal {
        None => None,
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            let place = path.display().to_string();
            Failure::input(format!("读不了封存文件（{error}）"), place, "请检查路径和权限")
        })?),
    };
    let progress = Progress::start("核对操作记录", 0);
    let (verdict, held, reach) = db
        .read(|tx| {
            let reach = verify_mark(tx, &keys, &county, mark(&house.vault())?.as_deref())?;
            let held = match &file {
                None => None,
                Some(text) => Some(verify_file(tx, &keys, &county, text)?),
            };
            Ok((verify(tx, &county)?, held, reach))
        })
        .map_err(|error: DbError| house.database_failure(&error))?;
    drop(progress);
    let place = house.location().to_string();
    let mut said = match verdict {
        Verdict::Intact { rows, head, pending, late } => {
            let mut said = format!("{rows} 条操作记录完好，{pending} 条等着封存。");
            if !head.is_empty() {
                said.push_str(&format!("\n最后的封存码 {head}"));
            }
            if late > 0 {
                said.push_str(&format!(
                    "\n其中 {late} 条比前面的记录早十分钟以上：时钟被拨回过，或是后来写入的，请核实。"
                ));
            }
            said
        }
        Verdict::Broken { count, faults } => {
            for fault in &faults {
                println!("封存号 {} 记录 {}：{}", fault.number, fault.audit, fault.what.label());
            }
            let what = format!("操作记录有 {count} 处不对");
            return Err(Failure::machine(what, place, "保留现场，报告县教体局和网安部门，用备份对照"));
        }
    };
    said.push_str(&format!("\n{}。", reach.words()));
    match held {
        Some(FileVerdict::NotOurs) => {
            return Err(Failure::input(FileVerdict::NotOurs.label(), "封存文件", "请换原来的封存文件"));
        }
        Some(FileVerdict::Matches) => said.push_str(&format!("\n{}。", FileVerdict::Matches.label())),
        Some(wrong) => {
            println!("{said}");
            let todo = "保留现场，报告县教体局和网安部门，用备份对照";
            return Err(Failure::machine(wrong.label(), place, todo));
        }
        None => {}
    }
    if reach.is_sound() {
        return Ok(said);
    }
    println!("{said}");
    Err(Failure::machine(
        reach.words(),
        place,
        "恢复过较早备份的，请审计管理员在网页“操作记录”写明原因重定水位；没有恢复过的，保留现场，报告县教体局和网安部门",
    ))
}

fn seal(args: &SealArgs) -> Result<String, Failure> {
    let county = county::plan(args.at.plan.as_deref())?.county().code.clone();
    let house = House::at(&args.at.data, args.at.database.as_deref())?;
    house.must_exist()?;
    let (db, keys) = house.inspect()?;
    let text = db.read(|tx| month_file(tx, &keys, &county, args.month)).map_err(|error| match error {
        DbError::NotFound => Failure::input("到这个月为止还没有封存的操作记录", "--month", "请换一个月份"),
        error => house.database_failure(&error),
    })?;
    let place = || args.file.display().to_string();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::input("文件已经有了，没有覆盖", place(), "请换一个文件名"),
        _ => {
            Failure::machine(format!("写不了文件（{error}）"), place(), "请换一个位置，或检查权限和磁盘空间")
        }
    })?;
    Ok(format!("封存文件写在 {}。请存到别的机器或光盘上。", place()))
}
