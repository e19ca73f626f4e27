//! PDF files as office scanners make them, in; each page as the small JPEG that is kept of any picture, out. Nothing of the file but what its pages
//! show survives: no script, no attachment, no text beside the picture. Who may hand one in, and what becomes of it, is decided elsewhere.
//!
//! A stranger's PDF is read in a process of its own ([`Reader::Apart`]), whose memory, time and files the kernel bounds: what swells, loops, nests
//! without end or trips over itself ends that process and nothing else (hazards E05, E08).

use std::cell::Cell;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::content::ops::TypedInstruction;
use hayro::hayro_syntax::object::{Dict, MaybeRef, Name, Object};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings};
use image::RgbImage;
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::picture::{MOST, NoPicture, SIDE, printed};

/// Pages of a PDF at most.
pub const PAGES: usize = 40;

/// Bytes of the JPEG that is kept of a page.
const KEPT: usize = 390_000;

/// Objects of a PDF at most: a scanner makes five for a page, an office program some hundreds.
const OBJECTS: usize = 50_000;

/// How deep the dictionaries of an object are looked at.
const DEPTH: u8 = 8;

/// Memory of the process that reads one, in bytes.
const MEMORY: u64 = 512 * 1024 * 1024;

/// Time of its processor, in seconds.
const SECONDS: u64 = 20;

/// The word by which the binary knows that it is to be that process.
pub const WORD: &str = "read-scanned-pdf";

/// Why no pages came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoScan {
    /// It is no PDF.
    Unknown,
    /// Too many bytes or objects, or what it packs is too large for the memory and time that reading may take.
    Large,
    /// More than [`PAGES`] pages.
    Pages,
    /// It wants a password, or is encrypted at all.
    Locked,
    /// It holds scripts, forms that run, or starts programs.
    Script,
    /// It holds other files.
    Attached,
    /// It shows text in fonts that are not in it: the page would have gaps.
    Font,
    /// It cannot be read, or not all of it.
    Broken,
}

impl NoScan {
    const ALL: [Self; 8] = [
        Self::Unknown,
        Self::Large,
        Self::Pages,
        Self::Locked,
        Self::Script,
        Self::Attached,
        Self::Font,
        Self::Broken,
    ];

    /// What to do about it, for the person who handed it in.
    #[must_use]
    pub const fn said(self) -> &'static str {
        match self {
            Self::Unknown => "请选择PDF，或者JPG、PNG、WebP图片",
            Self::Large => {
                "这个PDF太大，读不了：请把扫描分辨率调到200 dpi，分成几份，每份不超过8MB，或者逐页另存成图片"
            }
            Self::Pages => "这个PDF的页数太多：一份最多40页，请分成几份再附",
            Self::Locked => "这个PDF加了密码或者加了密，不能收：请用不加密的方式重新扫描或者导出",
            Self::Script => "这个PDF里带有程序脚本，不能收：请打印出来扫描，或者逐页另存成图片",
            Self::Attached => "这个PDF里夹带了别的文件，不能收：请去掉附件，或者打印出来扫描",
            Self::Font => {
                "这个PDF没有带上自己的字体，印出来会缺字：请在导出时选“嵌入字体”，或者打印出来扫描，或者逐页另存成图片"
            }
            Self::Broken => "这个PDF打不开或者不完整：请重新扫描，或者逐页另存成图片",
        }
    }
}

/// Where PDFs are read.
#[derive(Debug, Clone)]
pub enum Reader {
    /// In this process: for tests, with files that are known.
    Here,
    /// In a process of its own: this program, started with [`WORD`].
    Apart(PathBuf),
}

/// One at a time: each may take [`MEMORY`].
static ONE: Mutex<()> = Mutex::new(());

impl Reader {
    /// A process of its own, by the program that runs now.
    #[must_use]
    pub fn own() -> Self {
        std::env::current_exe().map_or(Self::Here, Self::Apart)
    }

    /// The pages, as JPEG.
    ///
    /// # Errors
    /// [`NoScan`].
    pub fn read(&self, bytes: Vec<u8>) -> Result<Vec<Vec<u8>>, NoScan> {
        if !is_pdf(&bytes) {
            return Err(NoScan::Unknown);
        }
        if bytes.len() > MOST {
            return Err(NoScan::Large);
        }
        match self {
            Self::Here => sheets(bytes),
            Self::Apart(program) => {
                let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
                let done = apart(program, &bytes);
                drop(one);
                done
            }
        }
    }
}

/// Whether it begins as a PDF does.
#[must_use]
pub fn is_pdf(bytes: &[u8]) -> bool {
    bytes.get(..bytes.len().min(1024)).is_some_and(|head| head.windows(5).any(|word| word == b"%PDF-"))
}

fn apart(program: &PathBuf, bytes: &[u8]) -> Result<Vec<Vec<u8>>, NoScan> {
    let broken = |_| NoScan::Broken;
    let mut given = tempfile::tempfile().map_err(broken)?;
    given.write_all(bytes).map_err(broken)?;
    std::io::Seek::rewind(&mut given).map_err(broken)?;
    let mut child = Command::new(program)
        .arg(WORD)
        .env_clear()
        .stdin(Stdio::from(given))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(broken)?;
    let mut told = Vec::new();
    let most = u64::try_from(PAGES * (KEPT + 4) + 1).unwrap_or(u64::MAX);
    let came = child.stdout.take().map(|out| out.take(most).read_to_end(&mut told));
    let ended = child.wait().map_err(broken)?;
    // What the kernel ended wanted more than it may have.
    if !ended.success() || !matches!(came, Some(Ok(_))) {
        return Err(NoScan::Large);
    }
    heard(&told).unwrap_or(Err(NoScan::Broken))
}

/// What that process does: bounds itself, reads a PDF from `from`, tells its pages to `to`.
///
/// # Errors
/// When the bounds cannot be set, or a stream breaks.
pub fn serve(from: impl Read, mut to: impl Write) -> std::io::Result<()> {
    let bound = |what, most| setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) });
    bound(Resource::Data, MEMORY)?;
    bound(Resource::Cpu, SECONDS)?;
    bound(Resource::Core, 0)?;
    bound(Resource::Fsize, 0)?;
    let mut bytes = Vec::new();
    from.take(u64::try_from(MOST).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    to.write_all(&told(&sheets(bytes)))?;
    to.flush()
}

/// The answer as bytes: 0 and each page behind its length, or what is wrong.
fn told(answer: &Result<Vec<Vec<u8>>, NoScan>) -> Vec<u8> {
    match answer {
        Ok(pages) => {
            let mut out = vec![0];
            for page in pages {
                out.extend(u32::try_from(page.len()).unwrap_or_default().to_be_bytes());
                out.extend(page);
            }
            out
        }
        Err(wrong) => {
            let at = NoScan::ALL.iter().position(|one| one == wrong).unwrap_or_default();
            vec![u8::try_from(at + 1).unwrap_or(u8::MAX)]
        }
    }
}

fn heard(told: &[u8]) -> Option<Result<Vec<Vec<u8>>, NoScan>> {
    let (&first, mut rest) = told.split_first()?;
    if first > 0 {
        return NoScan::ALL.get(usize::from(first) - 1).map(|wrong| Err(*wrong));
    }
    let mut pages = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let (page, behind) = behind.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        pages.push(page.to_vec());
        rest = behind;
    }
    (rest.is_empty() && !pages.is_empty()).then_some(Ok(pages))
}

/// Reads it here.
fn sheets(bytes: Vec<u8>) -> Result<Vec<Vec<u8>>, NoScan> {
    let locked = bytes.windows(8).any(|word| word == b"/Encrypt");
    let pdf = Pdf::new(bytes).map_err(|wrong| match wrong {
        LoadPdfError::Decryption(_) => NoScan::Locked,
        LoadPdfError::Invalid => {
            if locked {
                NoScan::Locked
            } else {
                NoScan::Broken
            }
        }
    })?;
    if locked {
        return Err(NoScan::Locked);
    }
    if pdf.len() > OBJECTS {
        return Err(NoScan::Large);
    }
    let pages = pdf.pages();
    match pages.len() {
        0 => return Err(NoScan::Broken),
        many if many > PAGES => return Err(NoScan::Pages),
        _ => {}
    }
    for object in pdf.objects() {
        harmless(&object, DEPTH)?;
    }
    pages.iter().map(sheet).collect()
}

/// Nothing in it runs, and nothing is carried along.
fn harmless(object: &Object<'_>, depth: u8) -> Result<(), NoScan> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    match object {
        Object::Dict(dict) => harmless_dict(dict, depth),
        Object::Stream(stream) => harmless_dict(stream.dict(), depth),
        Object::Array(array) => array.raw_iter().try_for_each(|one| match one {
            MaybeRef::NotRef(object) => harmless(&object, depth),
            MaybeRef::Ref(_) => Ok(()),
        }),
        _ => Ok(()),
    }
}

fn harmless_dict(dict: &Dict<'_>, depth: u8) -> Result<(), NoScan> {
    for (key, value) in dict.entries() {
        match &*key {
            b"JS" | b"JavaScript" | b"XFA" => return Err(NoScan::Script),
            b"EmbeddedFiles" | b"EF" | b"RichMedia" | b"RichMediaContent" => return Err(NoScan::Attached),
            _ => {}
        }
        let MaybeRef::NotRef(value) = value else { continue };
        match (&*key, &value) {
            (b"S", Object::Name(name))
                if is(name, &[b"JavaScript", b"Launch", b"ImportData", b"SubmitForm"]) =>
            {
                return Err(NoScan::Script);
            }
            (b"Type", Object::Name(name)) if is(name, &[b"EmbeddedFile"]) => return Err(NoScan::Attached),
            (b"Subtype", Object::Name(name))
                if is(name, &[b"FileAttachment", b"RichMedia", b"Movie", b"Sound"]) =>
            {
                return Err(NoScan::Attached);
            }
            _ => harmless(&value, depth)?,
        }
    }
    Ok(())
}

fn is(name: &Name<'_>, among: &[&[u8]]) -> bool {
    among.iter().any(|one| **name == **one)
}

/// A page as it looks on white paper.
fn sheet(page: &Page<'_>) -> Result<Vec<u8>, NoScan> {
    let (wide, high) = page.render_dimensions();
    let longer = wide.max(high);
    // A side of less than a twentieth of the other is no page.
    if !(longer.is_finite() && longer > 0.0 && wide.min(high) * 20.0 >= longer) {
        return Err(NoScan::Broken);
    }
    let side = u16::try_from(SIDE).map_err(|_| NoScan::Broken)?;
    let scale = f32::from(side) / longer;
    let (lacking, broken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (font, image) = (Arc::clone(&lacking), Arc::clone(&broken));
    let settings = InterpreterSettings {
        font_resolver: Arc::new(move |_| {
            font.store(true, Ordering::Relaxed);
            None
        }),
        warning_sink: Arc::new(move |_| image.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    };
    let size =
        RenderSettings { x_scale: scale, y_scale: scale, bg_color: WHITE, ..RenderSettings::default() };
    let seen = hayro::render(page, &RenderCache::new(), &settings, &size);
    if broken.load(Ordering::Relaxed) {
        return Err(NoScan::Broken);
    }
    if lacking.load(Ordering::Relaxed) && !only_hidden_text(page.typed_operations()) {
        return Err(NoScan::Font);
    }
    let (wide, high) = (u32::from(seen.width()), u32::from(seen.height()));
    let colours = seen.data().iter().flat_map(|dot| [dot.r, dot.g, dot.b]).collect();
    let page = RgbImage::from_raw(wide, high, colours).ok_or(NoScan::Broken)?;
    printed(&page, KEPT)
        .map_err(|wrong| if wrong == NoPicture::Large { NoScan::Large } else { NoScan::Broken })
}

/// Whether the text of a page is written so that it is not seen, as a scanner that reads words lays them under its picture.
fn only_hidden_text(operations: TypedIter<'_>) -> bool {
    let hidden = Cell::new(false);
    let mut operations = operations;
    while let Some(operation) = operations.next() {
        match operation {
            TypedInstruction::TextRenderingMode(mode) => hidden.set(mode.0.as_i64() == 3),
            TypedInstruction::ShowText(_)
            | TypedInstruction::ShowTexts(_)
            | TypedInstruction::NextLineAndShowText(_)
            | TypedInstruction::ShowTextWithParameters(_)
                if !hidden.get() =>
            {
                return false;
            }
            _ => {}
        }
    }
    true
}
