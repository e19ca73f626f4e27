//! `baoxue import KIND FILE`: a list into the ledger, by the use cases of the web: compared first, then written. With
//! `--dry-run` it is shown what would change and nothing is written. Rows to correct come back as a workbook beside.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use casework::desk::{Desk, SignedIn};
use casework::files;
use casework::imports::{self, ImportPage, ImportState, Outcome};
use casework::jobs::Means;
use casework::refused::Refused;
use rules::access::Action;
use rules::plan::ListKind;

use crate::failure::Failure;
use crate::office::{Office, Where, said};
use crate::progress::Progress;
use crate::template;

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// 户籍、学籍、脱贫户、残联、外出就读等名单
    #[arg(value_name = "名单", value_parser = template::kind)]
    kind: ListKind,
    /// 名单文件：.xlsx、.xls 或 .csv
    #[arg(value_name = "文件")]
    file: PathBuf,
    /// 以哪个账号的名义：按它的岗位决定能导入什么
    #[arg(long = "as", value_name = "账号")]
    who: String,
    /// 只看会改什么，不写入
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    at: Where,
}

/// Imports the list.
pub(crate) fn run(args: &ImportArgs) -> Result<String, Failure> {
    if !args.file.is_file() {
        let place = args.file.display().to_string();
        return Err(Failure::input("没有这个文件", place, "请检查路径"));
    }
    let office = Office::open(&args.at)?;
    let who = office.stand_in(&args.who, Action::ImportList, "命令行导入名单")?;
    let means = office.means();
    let progress = Progress::start("比对名单", 0);
    let started = imports::bring(&means, &who, args.kind, &args.file).map_err(|refused| said(&refused))?;
    drop(progress);
    if let Some((by, at)) = &started.already {
        let at = at.get(..16).unwrap_or(at).replace('T', " ");
        return Ok(format!("这个文件已经由 {by} 在 {at} 交过，没有再导入；在网页“导入名单”里查看。"));
    }
    let page = look(&means, &who, &started.id)?;
    if page.line.state == ImportState::Failed {
        let place = args.file.display().to_string();
        return Err(Failure::input(page.line.problem, place, "请对照空白模板改好后再试"));
    }
    let mut lines = vec![format!("{} 行。", page.line.rows)];
    lines.extend(
        Outcome::ALL
            .into_iter()
            .filter(|outcome| page.line.count(*outcome) > 0)
            .map(|outcome| format!("  {} {} 行", outcome.label(), page.line.count(outcome))),
    );
    if page.has_errors {
        let place = errors(&means, &who, &started.id, &args.file)?;
        lines.push(format!("要改正的行写在 {}，原因在每行旁边。", place.display()));
    }
    if args.dry_run {
        act(&means, &who, move |desk| imports::drop_import(desk, &started.id))?;
        lines.push("没有写入。".to_owned());
        return Ok(lines.join("\n"));
    }
    let progress = Progress::start("写入台账", 0);
    imports::write_now(&means, &who, &started.id).map_err(|refused| said(&refused))?;
    drop(progress);
    let done = look(&means, &who, &started.id)?;
    if done.line.state != ImportState::Applied {
        let what = format!("没有写完，现在是“{}”{}", done.line.state.label(), done.line.problem);
        return Err(Failure::machine(what, "台账", "启动服务后会接着写，在网页“导入名单”里查看"));
    }
    lines.push("已写入台账；需要核对的行请在网页“导入名单”里逐行处理。".to_owned());
    Ok(lines.join("\n"))
}

fn act<T: Send + 'static>(
    means: &Arc<dyn Means>,
    who: &SignedIn,
    mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Failure> {
    let (own, who, now) = (Arc::clone(means), who.clone(), means.now());
    means
        .db()
        .write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: own.keys(), plan: own.plan() }))
        .map_err(|refused| said(&refused))
}

fn look(means: &Arc<dyn Means>, who: &SignedIn, id: &str) -> Result<ImportPage, Failure> {
    let id = id.to_owned();
    act(means, who, move |desk| imports::import(desk, &id, None, 0))
}

/// Writes the workbook of rows to correct beside the list; one that is there already is left alone.
fn errors(means: &Arc<dyn Means>, who: &SignedIn, id: &str, beside: &Path) -> Result<PathBuf, Failure> {
    let id = id.to_owned();
    let file = act(means, who, move |desk| imports::errors_file(desk, &id))?;
    let folder = beside.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let broken = |error: std::io::Error| {
        let place = folder.display().to_string();
        Failure::machine(format!("写不了要改正的行（{error}）"), place, "请检查权限和磁盘空间")
    };
    let mut part = tempfile::NamedTempFile::new_in(folder).map_err(broken)?;
    files::open_into(means.as_ref(), &file, part.as_file_mut()).map_err(|refused| said(&refused))?;
    part.as_file_mut().flush().and_then(|()| part.as_file().sync_all()).map_err(broken)?;
    let stem = beside.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    for nth in 1..100 {
        let nth = if nth == 1 { String::new() } else { nth.to_string() };
        let path = folder.join(format!("{stem}（要改正的行{nth}）.xlsx"));
        match part.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => part = error.file,
            Err(error) => return Err(broken(error.error)),
        }
    }
    let place = folder.display().to_string();
    Err(Failure::input("要改正的行已经有99份", place, "请先移走旧的"))
}
