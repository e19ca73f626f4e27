//! `baoxue keys`: which keys seal the personal fields, a new one, and an old one taken out once nothing is sealed by it
//! (hazard K07). The server itself seals anew what the old one sealed; see `casework::reseal`.

use std::path::PathBuf;

use casework::db::Access;
use casework::keys::{Cipher, KeyEntry, KeyId, KeyState, Keys, Scheme};
use casework::reseal;

use crate::county;
use crate::failure::Failure;
use crate::house::{House, clock, key_failure, random};

#[derive(clap::Subcommand)]
pub(crate) enum KeysCommand {
    /// 看有哪些密钥，各加密着多少项
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue keys status --data <文件夹> [参数]")]
    Status(Where),
    /// 公钥：谁都可以用来核对劝返指令的签名
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue keys public --data <文件夹> [参数]")]
    Public(Where),
    /// 更换：加一把新密钥，以后用它加密；服务会自己把旧的内容重新加密
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue keys rotate --data <文件夹> [参数]")]
    Rotate(RotateArgs),
    /// 停用：没有内容用它加密了的旧密钥，从密钥文件里销毁
    #[command(help_template = super::TEMPLATE, disable_help_flag = true, next_help_heading = super::ARGUMENTS)]
    #[command(override_usage = "baoxue keys retire <编号> --data <文件夹> [参数]")]
    Retire(RetireArgs),
}

/// Which installation.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// 数据文件夹
    #[arg(long, value_name = "文件夹")]
    data: PathBuf,
    /// PostgreSQL 地址；不写用数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    at: Where,
    /// 新密钥的算法：aes（AES-256-GCM）或 sm4（国密 SM4-GCM）；不写和现在的一样
    #[arg(long, value_name = "算法", value_parser = cipher)]
    cipher: Option<Cipher>,
    /// 劝返指令从此用的签名算法：ed25519 或 sm2（国密）；不写和现在的一样
    #[arg(long, value_name = "签名算法", value_parser = scheme)]
    sign: Option<Scheme>,
}

#[derive(clap::Args)]
pub(crate) struct RetireArgs {
    /// 密钥编号，八位，用 keys status 查看
    #[arg(value_name = "编号", value_parser = id)]
    id: KeyId,
    #[command(flatten)]
    at: Where,
}

fn cipher(text: &str) -> Result<Cipher, String> {
    match text {
        "aes" => Ok(Cipher::Aes),
        "sm4" => Ok(Cipher::Sm4),
        _ => Err("写 aes 或 sm4".to_owned()),
    }
}

fn scheme(text: &str) -> Result<Scheme, String> {
    match text {
        "ed25519" => Ok(Scheme::Ed25519),
        "sm2" => Ok(Scheme::Sm2),
        _ => Err("写 ed25519 或 sm2".to_owned()),
    }
}

fn id(text: &str) -> Result<KeyId, String> {
    text.parse().map_err(|_| "应为八位十六进制数字，如 0a1b2c3d".to_owned())
}

/// Runs one of the commands.
pub(crate) fn run(command: &KeysCommand) -> Result<String, Failure> {
    match command {
        KeysCommand::Status(at) => status(at),
        KeysCommand::Public(at) => public(at),
        KeysCommand::Rotate(args) => rotate(args),
        KeysCommand::Retire(args) => retire(args),
    }
}

fn open(at: &Where) -> Result<(House, Keys), Failure> {
    let house = House::at(&at.data, at.database.as_deref())?;
    house.must_exist()?;
    let keys = Keys::load(&house.key_file()).map_err(|error| key_failure(&error))?;
    Ok((house, keys))
}

fn line(entry: &KeyEntry, fields: u64) -> String {
    let state = match entry.state {
        KeyState::Active => "在用",
        KeyState::Old => "旧",
    };
    format!("{}  {state}  {}  {}  加密着 {fields} 项", entry.id, entry.cipher.label(), entry.created)
}

fn status(at: &Where) -> Result<String, Failure> {
    let (house, keys) = open(at)?;
    let db = house.database(Access::Inspect)?;
    let mut count = reseal::count(&db).map_err(|error| house.database_failure(&error))?;
    let mut lines: Vec<String> =
        keys.entries().iter().map(|entry| line(entry, count.remove(&Some(entry.id)).unwrap_or(0))).collect();
    for (key, fields) in count {
        lines.push(match key {
            Some(key) => format!("{key}  不在密钥文件里，有 {fields} 项打不开。请放回有这把密钥的密钥文件"),
            None => format!("有 {fields} 项不是加密内容，被改动过。请从备份恢复"),
        });
    }
    Ok(lines.join("\n"))
}

/// The keys by which anybody checks what the county has signed.
fn public(at: &Where) -> Result<String, Failure> {
    let (_, keys) = open(at)?;
    let publics = keys.publics();
    if publics.is_empty() {
        return Ok("还没有签过名：第一次下发劝返指令时生成签名密钥。".to_owned());
    }
    let lines = publics.iter().enumerate().map(|(at, key)| {
        let state = if at + 1 == publics.len() { "在用" } else { "旧" };
        let (scheme, created) = (key.scheme.label(), key.created);
        format!("{}  {state}  {scheme}  {created}\n{}", key.id, key.pem().trim_end())
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn rotate(args: &RotateArgs) -> Result<String, Failure> {
    let (house, keys) = open(&args.at)?;
    let now = clock()();
    let mut chance = |bytes: &mut [u8]| random(&now, bytes);
    let id = keys
        .rotate_to(&house.key_file(), now.day(), (args.cipher, args.sign), &mut chance)
        .map_err(|error| key_failure(&error))?;
    Ok(format!(
        "新密钥 {id} 已加进 {}。请马上把密钥文件另外保管一份。\n\
         服务在几秒内改用它，并在后台把旧的内容重新加密（在“定时任务”里看进度）；没有服务的，启动后就会开始。\n\
         全部办完后，用 baoxue keys status 查看，再用 baoxue keys retire 停用旧密钥。",
        house.key_file().display()
    ))
}

fn retire(args: &RetireArgs) -> Result<String, Failure> {
    let (house, keys) = open(&args.at)?;
    let place = || args.id.to_string();
    let failed = |error: &casework::db::DbError| house.database_failure(error);
    let db = house.database(Access::Inspect)?;
    let fields = |count: std::collections::BTreeMap<Option<KeyId>, u64>| count.get(&Some(args.id)).copied();
    if let Some(fields) = fields(reseal::count(&db).map_err(|error| failed(&error))?) {
        return Err(Failure::input(
            format!("还有 {fields} 项用这把密钥加密，没有停用"),
            place(),
            "让服务运行到“更换密钥后重新加密”办完；一直不减的，那些内容已损坏，先从备份恢复",
        ));
    }
    // A server that still seals by it would make what nobody can open: it must have said that it uses the new one.
    let county = county::plan(None)?.county().code.clone();
    let said = db.read(|tx| reseal::said(tx, &county)).map_err(|error| failed(&error))?;
    if said.is_none_or(|said| !said.contains(&reseal::all_by(keys.active()))) {
        return Err(Failure::input(
            "服务还没有说全部内容都用新密钥，没有停用",
            place(),
            "启动服务，等一两分钟，在“定时任务”里看到后再试",
        ));
    }
    keys.retire(&house.key_file(), args.id).map_err(|error| key_failure(&error))?;
    Ok(format!(
        "密钥 {} 已从 {} 里销毁。\n更换以前的备份里，用它加密的号码、电话、住址从此打不开；请马上做一份新备份，并更新另外保管的密钥文件。",
        args.id,
        house.key_file().display()
    ))
}
