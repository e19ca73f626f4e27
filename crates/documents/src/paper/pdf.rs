//! PDF by typst: one template, one paper as data, and the fonts that the template asks for. The world has nothing else:
//! no other file, no package, no clock.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt, comemo};
use typst_pdf::PdfOptions;

use super::Unmade;
use super::fonts::{Catalogue, Fonts};

/// Names of the two files that there are.
const TEMPLATE: &str = "official.typ";
const DATA: &str = "paper.json";

/// One paper at a time: a compilation takes memory, and its caches are emptied behind it.
static ONE: Mutex<()> = Mutex::new(());

/// A paper, or a bundle of them, as the template reads it.
pub(super) fn data(of: &impl Serialize) -> Result<Vec<u8>, Unmade> {
    serde_json::to_vec(of).map_err(|error| Unmade::Template(error.to_string()))
}

/// Sets what `with` gives: the data, and pictures that the template reaches as `scan-1.pdf`, `scan-2.pdf`, or `.jpg` for what is no
/// page of its own. Its texts are `texts`, its
/// number is `number`. `with` is asked when it is this one's turn, so that the pictures of one file at a time are in memory.
pub(super) fn make(
    template: &str,
    fonts: &Fonts,
    (number, texts): (&str, &[String]),
    with: impl FnOnce() -> (Result<Vec<u8>, Unmade>, Vec<Bytes>),
) -> Result<Vec<u8>, Unmade> {
    let catalogue = fonts.catalogue().ok_or_else(|| Unmade::NoFont(fonts.folders().to_vec()))?;
    let lacking = catalogue.lacking(texts.iter().map(String::as_str));
    if !lacking.is_empty() {
        return Err(Unmade::NoGlyph(lacking));
    }
    let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (data, images) = with();
    let page = data.and_then(|data| Page::new(template, data, images, catalogue));
    let done = page.as_ref().map_err(Clone::clone).and_then(|page| set(page, number));
    drop(page);
    // What was remembered holds on to the fonts.
    comemo::evict(0);
    drop(one);
    done
}

fn set(page: &Page, number: &str) -> Result<Vec<u8>, Unmade> {
    let wrong = |problems: &[SourceDiagnostic]| Unmade::Template(said(page, problems));
    let document = typst::compile(page).output.map_err(|problems| wrong(&problems))?;
    let options = PdfOptions {
        ident: Smart::Custom(number.to_owned()),
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
    images: Vec<(FileId, Bytes)>,
    catalogue: Arc<Catalogue>,
    /// Fonts that were asked for; of a collection the data is read once.
    loaded: Mutex<(HashMap<usize, Font>, HashMap<PathBuf, Bytes>)>,
}

impl Page {
    fn new(
        template: &str,
        data: Vec<u8>,
        images: Vec<Bytes>,
        catalogue: Arc<Catalogue>,
    ) -> Result<Self, Unmade> {
        let id = |name: &str| -> Result<FileId, Unmade> {
            let path = VirtualPath::new(name).map_err(|error| Unmade::Template(format!("{error:?}")))?;
            Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
        };
        let images = images.into_iter().enumerate();
        let images = images.map(|(at, image)| {
            let end = if image.starts_with(b"%PDF") { "pdf" } else { "jpg" };
            Ok((id(&format!("scan-{}.{end}", at + 1))?, image))
        });
        Ok(Self {
            images: images.collect::<Result<_, Unmade>>()?,
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
        if id == self.data_id {
            return Ok(self.data.clone());
        }
        let image = self.images.iter().find(|(own, _)| *own == id);
        image.map(|(_, image)| image.clone()).ok_or(FileError::AccessDenied)
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

#[cfg(test)]
mod tests {
    use typst::layout::{Frame, FrameItem};

    use super::super::scan::fitted;
    use super::super::{Block, Bundle, OFFICIAL_TYP, Paper, Scan};
    use super::*;

    fn words(frame: &Frame, out: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Text(text) => out.push_str(&text.text),
                FrameItem::Group(group) => words(&group.frame, out),
                _ => {}
            }
        }
    }

    /// The text of each page as it is laid out, without blanks.
    fn pages(of: &impl Serialize, images: Vec<Bytes>) -> Vec<String> {
        let fonts = Fonts::default();
        let catalogue = fonts.catalogue().expect("a Chinese font");
        let page = Page::new(OFFICIAL_TYP, data(of).unwrap(), images, catalogue).unwrap();
        let document =
            typst::compile(&page).output.unwrap_or_else(|problems| panic!("{}", said(&page, &problems)));
        typst_pdf::pdf(&document, &PdfOptions::default()).expect("a PDF");
        let text = |frame: &Frame| {
            let mut out = String::new();
            words(frame, &mut out);
            out.retain(|sign| !sign.is_whitespace());
            out
        };
        document.pages().iter().map(|page| text(&page.frame)).collect()
    }

    fn paper(number: &str) -> Paper {
        let text = |text: &str| text.to_owned();
        Paper {
            organ: text("东镇人民政府"),
            mark: text("含未成年人个人信息，不得外传"),
            number: text(number),
            title: text("责令送被监护人接受义务教育通知书"),
            to: vec![text("杨某某（父亲）")],
            body: vec![
                Block::Pairs {
                    rows: vec![(text("监护人"), text("杨某某")), (text("住址"), text("上村十二号"))],
                },
                Block::Heading { text: text("一、事实") },
                Block::Text {
                    text: text("自十一月二十三日起没有正当理由未到校。").repeat(30)
                },
                Block::Table {
                    heads: vec![text("日期"), text("事项")],
                    rows: vec![vec![text("二十四日"), text("家访")]],
                },
            ],
            signed: text("东镇人民政府"),
            date: text("2026年11月24日"),
            printed: (text("东镇人民政府"), text("2026年11月24日")),
            squares: vec![text("1011"), text("0101"), text("1111"), text("0001")],
            check: text("http://127.0.0.1/check/0"),
            ..Paper::default()
        }
    }

    /// Every word of a paper stands on its pages; a QR code takes nothing away, and a paper without red head is one.
    #[test]
    fn every_word_is_on_the_page() {
        let whole = paper("东镇政责改〔2026〕1号");
        for paper in [
            Paper { organ: String::new(), printed: <(String, String)>::default(), ..whole.clone() },
            Paper {
                squares: Vec::new(),
                issuer: "普某某".to_owned(),
                copies: vec!["县专班".to_owned()],
                ..whole.clone()
            },
            whole,
        ] {
            // What goes on to the next page goes on behind the number of this one.
            let pages = pages(&paper, Vec::new()).into_iter().enumerate();
            let all: String = pages.map(|(at, page)| page.replace(&format!("—{}—", at + 1), "")).collect();
            for text in paper.clone().texts() {
                let lacks = !all.contains(&*text) && *text != paper.check;
                assert!(!lacks, "{text} is not in {all}");
            }
            assert_eq!(all.contains("扫码核验"), !paper.squares.is_empty());
        }
    }

    /// GB/T 9704 7.3.5: however long the text is, signature, day and 版记 stand on a page together with words of the text; a paragraph that is too long
    /// to go along leaves a line there.
    #[test]
    fn nobody_signs_an_empty_page() {
        let whole = paper("东镇政责改〔2026〕1号");
        let sentence = "自十一月二十三日起没有正当理由未到校。";
        let block = |times: usize| Block::Text { text: sentence.repeat(times) };
        for times in (14..34).chain([60, 61, 62, 63, 64]) {
            for body in [vec![block(times)], vec![block(times), block(21)], vec![block(times), block(2)]] {
                let paper = Paper { body, ..whole.clone() };
                let pages = pages(&paper, Vec::new());
                let last = pages.last().expect("a page");
                let mut left = last.replace("扫码核验", "").replace(&format!("—{}—", pages.len()), "");
                for known in [&paper.signed, &paper.date, &paper.printed.0, &paper.printed.1] {
                    assert!(
                        last.contains(known.as_str()),
                        "{times}: {known} is not on the last page: {last}"
                    );
                    left = left.replace(known.as_str(), "");
                }
                let left = left.replace("印发", "");
                assert!(
                    left.chars().count() >= 3,
                    "{times}: nothing of the text is on the last page: {last}"
                );
            }
        }
    }

    /// 卷宗: cover, catalogue with the page of each paper, and the papers; pages are numbered through.
    #[test]
    fn a_bundle_has_a_catalogue() {
        let papers: Vec<Paper> = (1..=3).map(|at| paper(&format!("东镇政责改〔2026〕{at}号"))).collect();
        let bundle = Bundle {
            organ: "东镇人民政府".to_owned(),
            number: "甲县控辍个案〔2026〕1号".to_owned(),
            title: "控辍保学个案卷宗".to_owned(),
            about: vec![("案由".to_owned(), "没有接受义务教育".to_owned())],
            papers,
            scans: Vec::new(),
        };
        let pages = pages(&bundle, Vec::new());
        assert!(pages[0].contains("控辍保学个案卷宗") && pages[0].contains("案由没有接受义务教育"));
        assert!(pages[1].contains("卷内目录") && pages[1].contains("〔2026〕3号"));
        for (at, page) in pages.iter().enumerate() {
            assert!(page.contains(&format!("—{}—", at + 1)), "page {}: {page}", at + 1);
        }
        for (at, paper) in bundle.papers.iter().enumerate() {
            let first =
                pages.iter().skip(2).position(|page| page.contains(&paper.number)).expect("it is there") + 3;
            let line = format!("{}{}{}{}{first}", at + 1, paper.title, paper.number, paper.date);
            assert!(pages[1].contains(&line), "{line} is not in {}", pages[1]);
        }
    }

    /// Photographs and scanned pages stand behind the papers, each with its page and its line in the catalogue; one without a picture says why.
    #[test]
    fn scans_are_numbered_pages() {
        let scan = |title: &str, image: &[u8]| Scan {
            title: title.to_owned(),
            number: "东镇政送达〔2026〕1号".to_owned(),
            date: "2026年11月28日".to_owned(),
            image: image.to_vec(),
            ..Scan::default()
        };
        let picture = include_bytes!("../../tests/it/scan.jpg");
        let mut bundle = Bundle {
            organ: "东镇人民政府".to_owned(),
            number: "甲县控辍个案〔2026〕1号".to_owned(),
            title: "控辍保学个案卷宗".to_owned(),
            papers: vec![paper("东镇政责改〔2026〕1号")],
            scans: vec![
                Scan { sheet: 1, sheets: 2, ..scan("送达回证扫描件", picture) },
                Scan { sheet: 2, sheets: 2, ..scan("送达回证扫描件", picture) },
                scan("走访照片", b"nothing"),
            ],
            ..Bundle::default()
        };
        let made = super::super::Press::default().bind(&bundle).expect("bound");
        assert!(made.bytes.windows(9).any(|part| part == b"DCTDecode"), "the picture is in it as it came");
        let images = fitted(&mut bundle.scans);
        let pages = pages(&bundle, images);
        let last = pages.len();
        assert!(pages[last - 3].contains("送达回证扫描件") && pages[last - 3].contains("第1页，共2页"));
        assert!(pages[last - 2].contains("第2页，共2页") && !pages[last - 2].contains("打不开"));
        assert!(pages[last - 1].contains("走访照片") && pages[last - 1].contains("图像打不开，请看原件"));
        assert_eq!(pages[1].matches("送达回证扫描件").count(), 1, "one line for all its pages");
        for (at, page) in [(2, last - 2), (3, last)] {
            let title = if at == 2 { "送达回证扫描件" } else { "走访照片" };
            let line = format!("{at}{title}东镇政送达〔2026〕1号2026年11月28日{page}");
            assert!(pages[1].contains(&line), "{line} is not in {}", pages[1]);
        }
    }
}
