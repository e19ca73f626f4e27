//! PDF by typst: one template, one paper as data, and the fonts that the template asks for. The world has nothing else:
//! no other file, no package, no clock.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt, comemo};
use typst_pdf::PdfOptions;

use super::fonts::{Catalogue, Fonts};
use super::{Paper, Unmade};

/// Names of the two files that there are.
const TEMPLATE: &str = "official.typ";
const DATA: &str = "paper.json";

/// One paper at a time: a compilation takes memory, and its caches are emptied behind it.
static ONE: Mutex<()> = Mutex::new(());

pub(super) fn make(template: &str, fonts: &Fonts, paper: &Paper) -> Result<Vec<u8>, Unmade> {
    let catalogue = fonts.catalogue().ok_or_else(|| Unmade::NoFont(fonts.folders().to_vec()))?;
    let lacking = catalogue.lacking(paper.clone().texts().into_iter().map(|text| &**text));
    if !lacking.is_empty() {
        return Err(Unmade::NoGlyph(lacking));
    }
    let data = serde_json::to_vec(paper).map_err(|error| Unmade::Template(error.to_string()))?;
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let page = Page::new(template, data, catalogue)?;
    let done = set(&page, paper);
    drop(page);
    // What was remembered holds on to the fonts.
    comemo::evict(0);
    drop(one);
    done
}

fn set(page: &Page, paper: &Paper) -> Result<Vec<u8>, Unmade> {
    let wrong = |problems: &[SourceDiagnostic]| Unmade::Template(said(page, problems));
    let document = typst::compile(page).output.map_err(|problems| wrong(&problems))?;
    let options = PdfOptions {
        ident: Smart::Custom(paper.number.clone()),
        creator: Smart::Custom(Some("保学".to_owned())),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&document, &options).map_err(|problems| wrong(&problems))
}

/// The first problem with its line, for whoever wrote the template.
fn said(page: &Page, problems: &[SourceDiagnostic]) -> String {
    let Some(first) = problems.first() else { return "说不清".to_owned() };
    let line = page.range(first.span).and_then(|range| page.template.lines().byte_to_line(range.start));
    match line {
        Some(line) => format!("{TEMPLATE} 第 {} 行：{}", line + 1, first.message),
        None => format!("{TEMPLATE}：{}", first.message),
    }
}

/// What the template can reach.
struct Page {
    library: LazyHash<Library>,
    template: Source,
    data: Bytes,
    data_id: FileId,
    catalogue: Arc<Catalogue>,
    /// Fonts that were asked for; of a collection the data is read once.
    loaded: Mutex<(HashMap<usize, Font>, HashMap<PathBuf, Bytes>)>,
}

impl Page {
    fn new(template: &str, data: Vec<u8>, catalogue: Arc<Catalogue>) -> Result<Self, Unmade> {
        let id = |name: &str| -> Result<FileId, Unmade> {
            let path = VirtualPath::new(name).map_err(|error| Unmade::Template(format!("{error:?}")))?;
            Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
        };
        Ok(Self {
            library: LazyHash::new(Library::default()),
            template: Source::new(id(TEMPLATE)?, template.to_owned()),
            data: Bytes::new(data),
            data_id: id(DATA)?,
            catalogue,
            loaded: Mutex::default(),
        })
    }
}

impl World for Page {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.catalogue.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let (fonts, files) = &mut *loaded;
        if let Some(font) = fonts.get(&index) {
            return Some(font.clone());
        }
        let font = self.catalogue.load(index, files)?;
        fonts.insert(index, font.clone());
        Some(font)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
