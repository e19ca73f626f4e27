//! `baoxue user …`: accounts by command, for when nobody can sign in. Whoever runs the machine needs no right; each act is
//! on the record as the operator's (docs/adr/0007-accounts.md).

use casework::accounts::invite::Link;
use casework::accounts::operator::{self, Invited, Line};

use crate::failure::Failure;
use crate::office::{Office, Where};

#[derive(clap::Subcommand)]
pub(crate) enum UserCommand {
    /// 列出账号：账号名、姓名、单位、状态、上次使用
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user list --data <文件夹> [参数]")]
    List(ListArgs),
    /// 新建账号：给一个空缺岗位，打印设置链接
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(
        override_usage = "baoxue user invite <账号> --name <姓名> --unit <单位> --post <岗位> --data <文件夹>"
    )]
    Invite(InviteArgs),
    /// 重置：原来的密码和登录作废，打印重新设置的链接
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user reset <账号> --data <文件夹> [参数]")]
    Reset(OneArgs),
    /// 停用账号，结束它的登录
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user disable <账号> --data <文件夹> [参数]")]
    Disable(OneArgs),
    /// 恢复停用的账号
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user enable <账号> --data <文件夹> [参数]")]
    Enable(OneArgs),
    /// 解除因输错密码造成的锁定
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user unlock <账号> --data <文件夹> [参数]")]
    Unlock(OneArgs),
    /// 强制下线：结束一个账号的全部登录和接口令牌
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue user end <账号> --data <文件夹> [参数]")]
    End(OneArgs),
}

#[derive(clap::Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    at: Where,
}

#[derive(clap::Args)]
pub(crate) struct OneArgs {
    /// 账号名
    #[arg(value_name = "账号")]
    username: String,
    #[command(flatten)]
    at: Where,
}

#[derive(clap::Args)]
pub(crate) struct InviteArgs {
    /// 账号名：小写字母开头，2到32位
    #[arg(value_name = "账号")]
    username: String,
    /// 姓名
    #[arg(long, value_name = "姓名")]
    name: String,
    /// 单位的全称
    #[arg(long, value_name = "单位")]
    unit: String,
    /// 空缺岗位的名称
    #[arg(long, value_name = "岗位")]
    post: String,
    #[command(flatten)]
    at: Where,
}

/// Runs one of the commands.
pub(crate) fn run(command: &UserCommand) -> Result<String, Failure> {
    match command {
        UserCommand::List(args) => list(&args.at),
        UserCommand::Invite(args) => invite(args),
        UserCommand::Reset(args) => {
            let name = args.username.clone();
            let link = Office::open(&args.at)?
                .operate(move |tx, keys, now, actor| operator::reset(tx, keys, now, actor, &name))?;
            Ok(format!("{} 已重置，原来的登录都已结束。\n{}", args.username, handed(&link)))
        }
        UserCommand::Disable(args) => {
            let name = args.username.clone();
            Office::open(&args.at)?
                .operate(move |tx, _, now, actor| operator::disable(tx, now, actor, &name))?;
            Ok(format!("{} 已停用。", args.username))
        }
        UserCommand::Enable(args) => {
            let name = args.username.clone();
            Office::open(&args.at)?
                .operate(move |tx, _, now, actor| operator::enable(tx, now, actor, &name))?;
            Ok(format!("{} 已恢复；没有密码的，再用 user reset 取得设置链接。", args.username))
        }
        UserCommand::Unlock(args) => {
            let name = args.username.clone();
            Office::open(&args.at)?
                .operate(move |tx, keys, now, actor| operator::unlock(tx, keys, now, actor, &name))?;
            Ok(format!("{} 的锁定已解除，可以再登录。", args.username))
        }
        UserCommand::End(args) => {
            let name = args.username.clone();
            let ended = Office::open(&args.at)?
                .operate(move |tx, _, now, actor| operator::end_sessions(tx, now, actor, &name))?;
            Ok(format!("{} 的 {ended} 个登录已结束。", args.username))
        }
    }
}

fn list(at: &Where) -> Result<String, Failure> {
    let office = Office::look(at)?;
    let county = office.county().to_owned();
    let lines = office.read(move |tx| operator::list(tx, &county))?;
    let shown = |line: &Line| {
        let seen = line.seen_at.get(..10).unwrap_or("没有用过");
        format!("{}\t{}\t{}\t{}\t{seen}", line.username, line.name, line.unit, line.state)
    };
    let mut said: Vec<String> = vec!["账号\t姓名\t单位\t状态\t上次使用".to_owned()];
    said.extend(lines.iter().map(shown));
    said.push(format!("共 {} 个账号。", lines.len()));
    Ok(said.join("\n"))
}

fn invite(args: &InviteArgs) -> Result<String, Failure> {
    let (username, name) = (args.username.clone(), args.name.clone());
    let (unit, title) = (args.unit.clone(), args.post.clone());
    let link = Office::open(&args.at)?.operate(move |tx, keys, now, actor| {
        let who = Invited { username: &username, name: &name, unit: &unit, title: &title };
        operator::invite(tx, keys, now, actor, who)
    })?;
    Ok(format!("账号 {} 已建好，从今天起任{}{}。\n{}", link.username, args.unit, args.post, handed(&link)))
}

/// The link goes to the terminal only: it is nowhere stored.
fn handed(link: &Link) -> String {
    let until = link.expires.get(..16).unwrap_or(&link.expires).replace('T', " ");
    format!(
        "请把下面的链接交给本人，在服务地址后面打开，{until} 前有效，只能用一次：\n/set-up/{}",
        link.token
    )
}
