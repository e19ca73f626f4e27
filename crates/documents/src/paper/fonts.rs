//! Chinese fonts of the machine. Which there are is looked up once, at the first paper; a font's data is in memory only
//! while a paper is made with it, so that a server that makes none grows by nothing.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// The package of Debian that has what is needed.
pub const PACKAGE: &str = "fonts-noto-cjk";

/// Where fonts are looked for unless the configuration says otherwise.
const FOLDERS: [&str; 3] =
    ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/truetype/lxgw-wenkai", "/usr/local/share/fonts"];

/// Signs that a font must have to set a Chinese paper.
const NEEDED: [char; 4] = ['国', '学', '〔', '，'];

/// Files that are looked into at most, and the longest of them in bytes.
const MOST_FILES: usize = 100;
const LONGEST: u64 = 96 << 20;

/// Fonts of the machine.
#[derive(Debug)]
pub struct Fonts {
    folders: Vec<PathBuf>,
    found: Mutex<Option<Arc<Catalogue>>>,
}

impl Default for Fonts {
    fn default() -> Self {
        Self::of(FOLDERS.iter().map(PathBuf::from).collect())
    }
}

/// Which fonts there are: small, kept.
#[derive(Debug)]
pub(super) struct Catalogue {
    pub(super) book: LazyHash<FontBook>,
    faces: Vec<(PathBuf, u32)>,
}

impl Fonts {
    /// Fonts in these folders, in this order; what stands in one before goes before.
    #[must_use]
    pub const fn of(folders: Vec<PathBuf>) -> Self {
        Self { folders, found: Mutex::new(None) }
    }

    /// The folders.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Families that can set Chinese; empty when there are none.
    #[must_use]
    pub fn families(&self) -> Vec<String> {
        self.catalogue()
            .map(|found| found.book.families().map(|(name, _)| name.to_owned()).collect())
            .unwrap_or_default()
    }

    /// Which there are; `None` while there is none, and then looked for again the next time.
    pub(super) fn catalogue(&self) -> Option<Arc<Catalogue>> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.is_none() {
            *found = Catalogue::of(&self.folders).map(Arc::new);
        }
        found.clone()
    }
}

impl Catalogue {
    fn of(folders: &[PathBuf]) -> Option<Self> {
        let (mut book, mut faces) = (FontBook::new(), Vec::new());
        let mut files = Vec::new();
        folders.iter().for_each(|folder| list(folder, 0, &mut files));
        for path in files.into_iter().take(MOST_FILES) {
            let Ok(data) = fs::read(&path) else { continue };
            for (index, info) in (0..).zip(FontInfo::iter(&data)) {
                if sets_chinese(&info) {
                    book.push(info);
                    faces.push((path.clone(), index));
                }
            }
        }
        (!faces.is_empty()).then(|| Self { book: LazyHash::new(book), faces })
    }

    /// Reads the font; of a collection the file is read once. The caller lets go of both.
    pub(super) fn load(&self, index: usize, files: &mut HashMap<PathBuf, Bytes>) -> Option<Font> {
        let (path, face) = self.faces.get(index)?;
        let data = match files.get(path) {
            Some(data) => data.clone(),
            None => {
                let data = Bytes::new(fs::read(path).ok()?);
                files.insert(path.clone(), data.clone());
                data
            }
        };
        Font::new(data, *face)
    }

    /// Signs that no font has, each once.
    pub(super) fn lacking<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        let infos: Vec<&FontInfo> = (0..self.faces.len()).filter_map(|at| self.book.info(at)).collect();
        let mut lacking = String::new();
        for sign in texts.flat_map(str::chars) {
            let there = sign.is_whitespace() || infos.iter().any(|info| info.coverage.contains(sign.into()));
            if !there && !lacking.contains(sign) {
                lacking.push(sign);
            }
        }
        lacking
    }
}

/// Of a family that is made once for each script, the one for mainland China.
fn sets_chinese(info: &FontInfo) -> bool {
    let elsewhere =
        ["JP", "KR", "TC", "HK", "MO"].iter().any(|end| info.family.ends_with(&format!(" {end}")));
    let has = |sign: &char| info.coverage.contains((*sign).into());
    !elsewhere && !info.family.contains("Mono") && NEEDED.iter().all(has)
}

/// Font files in a folder and those below it, by name.
fn list(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let Ok(about) = path.metadata() else { continue };
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        if about.is_dir() && depth < 3 {
            list(&path, depth + 1, files);
        } else if about.len() <= LONGEST && ["otf", "ttf", "ttc", "otc"].contains(&end.as_str()) {
            files.push(path);
        }
    }
}
