//! `baoxue export KIND`: lists out, by the use cases of the web and with their bounds: in the name of an account, with
//! its rights, on the record.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use casework::accounts::{directory, sign_ins};
use casework::audit;
use casework::desk::Desk;
use casework::exports::{self, Made};
use casework::ledger::{self, Query};
use casework::refused::Refused;
use clap::ValueEnum;
use rules::access::Action;
use rules::purpose::{ListPurpose, Purpose};

use crate::failure::Failure;
use crate::office::{Office, Where};

/// What can be taken out.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// 适龄儿童名单
    #[value(name = "children", alias = "适龄儿童")]
    Children,
    /// 账号
    #[value(name = "accounts", alias = "账号")]
    Accounts,
    /// 登录记录
    #[value(name = "sign-ins", alias = "登录记录")]
    SignIns,
    /// 操作记录
    #[value(name = "audit", alias = "操作记录")]
    Audit,
}

#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// children 适龄儿童、accounts 账号、sign-ins 登录记录、audit 操作记录
    #[arg(value_name = "名单", value_enum, hide_possible_values = true)]
    kind: Kind,
    /// 以哪个账号的名义：按它的岗位决定能导出什么
    #[arg(long = "as", value_name = "账号")]
    who: String,
    /// 写到哪个文件（.xlsx）；已有的文件不会覆盖
    #[arg(long, value_name = "文件")]
    out: PathBuf,
    /// 用途，适龄儿童名单要写：contact 联系家长、visit 上门核实、compare 比对核查、roll 办理学籍、platform 录入平台、correct 核对更正、assist 转请协助
    #[arg(long, value_name = "用途", value_parser = purpose)]
    purpose: Option<Purpose>,
    /// 只要这个乡镇的孩子：单位编号
    #[arg(long, value_name = "单位", default_value = "", hide_default_value = true)]
    township: String,
    /// 只要这所学校的孩子：单位编号
    #[arg(long, value_name = "单位", default_value = "", hide_default_value = true)]
    school: String,
    /// 只要这种就学情况的孩子，如 out（应在校未在校）
    #[arg(long, value_name = "代码", default_value = "", hide_default_value = true)]
    standing: String,
    #[command(flatten)]
    at: Where,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    Purpose::parse(text).or_else(|| Purpose::from_code(text)).ok_or_else(|| "没有这种用途".to_owned())
}

/// Writes the workbook.
pub(crate) fn run(args: &ExportArgs) -> Result<String, Failure> {
    let place = || args.out.display().to_string();
    if args.out.exists() {
        return Err(Failure::input("文件已经有了，没有覆盖", place(), "请换一个文件名，或先移走原来的文件"));
    }
    let query = Query {
        township: args.township.clone(),
        school: args.school.clone(),
        standing: args.standing.clone(),
        ..Query::default()
    };
    let (kind, wanted) = (args.kind, args.purpose);
    if kind == Kind::Children && wanted.is_none() {
        return Err(Failure::input("没有写用途", "--purpose", "写明导出名单做什么，如 --purpose compare"));
    }
    let office = Office::open(&args.at)?;
    let action = match kind {
        Kind::Children => Action::ExportChildren,
        Kind::Accounts => Action::ExportAccounts,
        Kind::SignIns | Kind::Audit => Action::ExportAudit,
    };
    let who = office.stand_in(&args.who, action, "命令行导出")?;
    let (bytes, rows) = office.act(&who, move |desk| take(desk, kind, &query, wanted))?;
    let written = OpenOptions::new().write(true).create_new(true).open(&args.out).and_then(|mut file| {
        file.write_all(&bytes).and_then(|()| file.sync_all()).inspect_err(|_| {
            // Half a workbook is of no use to anybody; if it cannot be taken away, it stays.
            let _ = std::fs::remove_file(&args.out);
        })
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::machine("文件夹不存在", place(), "请先建好文件夹，或换一个位置"),
        _ => {
            Failure::machine(format!("写不了文件（{error}）"), place(), "请换一个位置，或检查权限和磁盘空间")
        }
    })?;
    Ok(format!("{rows} 行写在 {}。内有个人信息，用完请删除。", place()))
}

fn take(
    desk: &mut Desk<'_, '_>,
    kind: Kind,
    query: &Query,
    purpose: Option<Purpose>,
) -> Result<(Vec<u8>, usize), Refused> {
    match kind {
        Kind::Children => {
            let purpose = purpose.ok_or_else(|| Refused::field("purpose", "请选择用途"))?;
            let file = ledger::export(desk, query, purpose)?;
            Ok((file.bytes, file.rows))
        }
        Kind::Accounts => {
            taken(desk, |desk, why| directory::export(desk, &directory::Filter::default(), why))
        }
        Kind::SignIns => taken(desk, |desk, why| sign_ins::export(desk, &sign_ins::Filter::default(), why)),
        Kind::Audit => taken(desk, |desk, why| audit::export(desk, &audit::Filter::default(), why)),
    }
}

/// A list of the house, kept beside the machine: made and put on the record.
fn taken(
    desk: &mut Desk<'_, '_>,
    make: impl FnOnce(&mut Desk<'_, '_>, ListPurpose) -> Result<Made, Refused>,
) -> Result<(Vec<u8>, usize), Refused> {
    let made = make(desk, ListPurpose::Archive)?;
    exports::record(desk, &made)?;
    Ok((made.bytes, made.rows))
}
