//! The county plan that a command works by, with the templates of its papers: Nanjian's, which are built in, or those in a
//! folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use documents::paper::notice::NOTICES_TYP;
use documents::paper::{Fonts, OFFICIAL_DOCX, OFFICIAL_TYP, Press, Template};
use rules::family::{Language, Voice};
use rules::plan::{FILES, Plan, PlanProblem};

use crate::failure::Failure;

/// Files of the built-in plan, in the order of [`FILES`].
const NANJIAN: [&str; FILES.len()] = [
    include_str!("../../../plans/nanjian/plan.toml"),
    include_str!("../../../plans/nanjian/divisions.toml"),
    include_str!("../../../plans/nanjian/calendar.toml"),
    include_str!("../../../plans/nanjian/columns.toml"),
];

/// The plan in `folder`, or the built-in one.
pub(crate) fn plan(folder: Option<&Path>) -> Result<Plan, Failure> {
    let (files, place) = match folder {
        Some(folder) => (read(folder)?, folder.display().to_string()),
        None => {
            let files = FILES.into_iter().zip(NANJIAN);
            let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
            (files, "内置方案".to_owned())
        }
    };
    let plan = Plan::load(&files).map_err(|problems| {
        let first = problems.first().map(|problem| problem.to_string()).unwrap_or_default();
        Failure::input(
            format!("方案里有 {} 处不对，第一处：{first}", problems.len()),
            place,
            "用 baoxue plan check 逐处查看，改好后再试",
        )
    })?;
    match folder {
        Some(folder) => Ok(plan.with_voices(voices(&folder.join("family"))?)),
        None => Ok(plan),
    }
}

/// What the folder `family` of a plan has in each language: `ii.txt`, `ii.mp3` and the like; what is not there is left out.
fn voices(folder: &Path) -> Result<Vec<Voice>, Failure> {
    let own = |name: String, most: u64| {
        let path = folder.join(name);
        let Ok(found) = fs::metadata(&path) else { return Ok(None) };
        let place = || path.display().to_string();
        if found.len() > most {
            return Err(Failure::input("文件太大", place(), format!("最多{}KB，请改小", most / 1024)));
        }
        fs::read(&path).map(Some).map_err(|error| {
            Failure::input(format!("读不了给家长的文字、录音（{error}）"), place(), "请检查路径和权限")
        })
    };
    let mut voices = Vec::new();
    for &language in Language::ALL {
        let code = language.code();
        let text = own(format!("{code}.txt"), 64 * 1024)?;
        let sound = own(format!("{code}.mp3"), 8 * 1024 * 1024)?;
        if text.is_none() && sound.is_none() {
            continue;
        }
        let text = String::from_utf8(text.unwrap_or_default()).map_err(|_| {
            let place = folder.join(format!("{code}.txt")).display().to_string();
            Failure::input("不是UTF-8文字", place, "请存成UTF-8编码")
        })?;
        voices.push(Voice { language, text: text.trim().to_owned(), sound: sound.map(Into::into) });
    }
    Ok(voices)
}

/// What papers are made by: the templates `papers/official.typ` and `papers/official.docx` of the plan's folder, the
/// built-in ones where it has none, and the fonts in these folders, or in the usual ones.
pub(crate) fn press(folder: Option<&Path>, fonts: &[PathBuf]) -> Result<Press, Failure> {
    let own = |name: &str| {
        let path = folder?.join("papers").join(name);
        path.exists().then(|| {
            fs::read(&path).map_err(|error| {
                Failure::input(
                    format!("读不了文书模板（{error}）"),
                    path.display().to_string(),
                    "请检查路径和权限",
                )
            })
        })
    };
    let docx = own("official.docx").transpose()?;
    let typ = own("official.typ").transpose()?;
    let notices = own("notices.typ").transpose()?;
    let wrong = |what: String| {
        let place = folder.map(|folder| folder.join("papers").display().to_string()).unwrap_or_default();
        Failure::input(what, place, "照 docs/how-to/papers.md 改正，或删去用内置的模板")
    };
    let text = |name: &str, bytes: Option<Vec<u8>>, built_in: &str| match bytes {
        None => Ok(built_in.to_owned()),
        Some(bytes) => String::from_utf8(bytes).map_err(|_| wrong(format!("{name} 不是UTF-8文字"))),
    };
    let typ = text("official.typ", typ, OFFICIAL_TYP)?;
    let notices = text("notices.typ", notices, NOTICES_TYP)?;
    let docx = docx.unwrap_or_else(|| OFFICIAL_DOCX.to_vec());
    Template::read(&docx).map_err(|error| wrong(error.to_string()))?;
    let fonts = if fonts.is_empty() { Fonts::default() } else { Fonts::of(fonts.to_vec()) };
    Ok(Press::new(typ, docx, fonts).with_notices(notices))
}

/// Checks the plan in a folder; every problem that was found.
pub(crate) fn check(folder: &Path) -> Result<Result<Plan, Vec<PlanProblem>>, Failure> {
    Ok(Plan::load(&read(folder)?))
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let place = || folder.display().to_string();
    let unreadable = |error: std::io::Error| {
        Failure::input(format!("读不了方案文件夹（{error}）"), place(), "请检查路径和权限")
    };
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".toml") {
            files.insert(name.to_owned(), fs::read_to_string(&path).map_err(unreadable)?);
        }
    }
    if files.is_empty() {
        return Err(Failure::input(
            "文件夹里没有方案文件（.toml）",
            place(),
            "请指定方案文件夹，如 plans/nanjian",
        ));
    }
    Ok(files)
}
