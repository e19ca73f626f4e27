//! `baoxue doctor`: looks at an installation, also while it is served, and says what is not as it should be and what
//! to do. It changes nothing.

use std::path::PathBuf;

use casework::db::{Engine, Location};
use casework::vitals::{KeyFit, vitals};
use documents::paper::PACKAGE;

use crate::county;
use crate::failure::Failure;
use crate::house::{House, clock};

#[derive(clap::Args)]
pub(crate) struct DoctorArgs {
    /// 数据文件夹
    #[arg(long, value_name = "文件夹")]
    data: PathBuf,
    /// PostgreSQL 地址；不写用数据文件夹里的 SQLite
    #[arg(long, value_name = "地址")]
    database: Option<String>,
    /// 县工作方案的文件夹；不写为内置的南涧县方案
    #[arg(long, value_name = "文件夹")]
    plan: Option<PathBuf>,
    /// 中文字体的文件夹，可写几次；不写为系统常用的几处
    #[arg(long, value_name = "文件夹")]
    fonts: Vec<PathBuf>,
}

/// Below this much free space the operator is told, in bytes.
const SPACE: u64 = 1 << 30;
/// A WAL longer than this is not being cut off, in bytes.
const LONG_WAL: u64 = 256 << 20;
/// More unsealed rows than come in a few busy minutes: the sealer stands still.
const UNSEALED: u64 = 10_000;

/// What was found, line by line.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    bad: usize,
}

impl Findings {
    fn fine(&mut self, mut line: String) {
        line.insert_str(0, "正常  ");
        self.lines.push(line);
    }

    fn bad(&mut self, mut line: String) {
        self.bad += 1;
        line.insert_str(0, "不对  ");
        self.lines.push(line);
    }

    fn mind(&mut self, mut line: String) {
        line.insert_str(0, "留意  ");
        self.lines.push(line);
    }
}

/// Checks the installation.
pub(crate) fn run(args: &DoctorArgs) -> Result<String, Failure> {
    let plan = county::plan(args.plan.as_deref())?;
    let house = House::at(&args.data, args.database.as_deref())?;
    house.must_exist()?;
    let (db, keys) = house.inspect()?;
    let failed = |error: &casework::db::DbError| house.database_failure(error);
    let health = db.check().map_err(|error| failed(&error))?;
    let mut found = Findings::default();
    let name = match health.engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    found.fine(format!("数据库 {name} {}，{} MB", health.release, megabytes(health.bytes)));
    if health.damage.is_empty() {
        found.fine("数据库没有损坏".to_owned());
    }
    for damage in &health.damage {
        found.bad(format!("数据库损坏：{damage}。请停止服务，用 baoxue restore 恢复最近的备份"));
    }
    if health.durable {
        found.fine(format!("写入会落盘（{}）", health.synchronous));
    } else {
        found.bad(format!("断电会丢掉已保存的内容（{}）。请改回数据库的落盘设置", health.synchronous));
    }
    let known = casework::db::MIGRATIONS.len();
    if health.version == known {
        found.fine(format!("表结构第 {known} 版"));
    } else if health.version < known {
        found.mind(format!("表结构第 {} 版，启动服务时会升到第 {known} 版", health.version));
    } else {
        found.bad(format!("表结构第 {} 版，比本程序新。请用新版程序", health.version));
    }
    if health.wal > LONG_WAL {
        found.mind(format!("预写日志有 {} MB，没有收缩。请停止服务再启动", megabytes(health.wal)));
    }
    match health.free {
        Some(free) if free < SPACE => {
            found.bad(format!("磁盘只剩 {} MB。请清理，否则不能再保存", megabytes(free)));
        }
        Some(free) => found.fine(format!("磁盘还有 {} MB", megabytes(free))),
        None => {}
    }
    if let Some(suspect) = health.suspect {
        found.mind(format!("数据文件夹在 {suspect} 上，断电时不一定可靠。请放到本机磁盘"));
    }
    if health.damage.is_empty() && health.version == known {
        let (county, now) = (plan.county().code.clone(), clock()());
        let vitals =
            db.read(|tx| vitals(tx, &keys, &house.vault(), &county, &now)).map_err(|error| failed(&error))?;
        match vitals.keys {
            KeyFit::Fits => found.fine("密钥文件和数据库相符".to_owned()),
            KeyFit::Untried => found.fine("密钥文件读得出；还没有加密的内容可以核对".to_owned()),
            KeyFit::Strange => {
                found.bad("密钥文件和数据库不相符。请放回这个数据库的密钥文件".to_owned());
            }
        }
        if vitals.unsealed > UNSEALED {
            found.bad(format!("有 {} 条操作记录还没有封存。请看日志", vitals.unsealed));
        } else {
            found.fine(format!("操作记录封存到第 {} 条，{} 条等着封存", vitals.seal.number, vitals.unsealed));
        }
        if vitals.mark.is_sound() {
            found.fine(format!("操作记录{}", vitals.mark.words()));
        } else {
            found.bad(format!(
                "操作记录：{}。恢复过较早备份的，请审计管理员在“操作记录”页写明原因重定水位；没有恢复过的，保留现场",
                vitals.mark.words()
            ));
        }
        if vitals.jobs_failed > 0 {
            found.mind(format!("有 {} 个定时任务没有办成。请在“定时任务”里查看", vitals.jobs_failed));
        }
    }
    let press = county::press(args.plan.as_deref(), &args.fonts)?;
    match press.fonts().families().as_slice() {
        [] => found.mind(format!(
            "没有中文字体，做不出PDF文书（DOCX不受影响）。请运行 apt-get install {PACKAGE}；字体在别处的，写在配置文件的 fonts 里"
        )),
        families => found.fine(format!("PDF文书的中文字体：{}", families.join("、"))),
    }
    if let Location::Sqlite(path) = house.location() {
        open_to_others(path, &mut found);
    }
    let said = found.lines.join("\n");
    if found.bad == 0 {
        return Ok(format!("{said}\n检查完毕，没有发现问题。"));
    }
    println!("{said}");
    let place = args.data.display().to_string();
    Err(Failure::machine(format!("有 {} 处不对", found.bad), place, "按上面每一行说的处理后再检查一次"))
}

/// Others on the machine must not read the database.
#[cfg(unix)]
fn open_to_others(path: &std::path::Path, found: &mut Findings) {
    use std::os::unix::fs::PermissionsExt;
    let others = std::fs::metadata(path).map_or(0, |file| file.permissions().mode() & 0o007);
    if others != 0 {
        found.mind(format!("本机其他用户可以读数据库文件。请运行 chmod o-rwx {}", path.display()));
    }
}

#[cfg(not(unix))]
fn open_to_others(_: &std::path::Path, _: &mut Findings) {}

const fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}
