//! Papers: a plain description of an official document in, the bytes of a PDF or DOCX out. The same paper gives the same
//! bytes; no clock, no network, nothing but the given templates and fonts. What a paper says is decided elsewhere.

mod docx;
mod fonts;
pub mod notice;
mod pdf;
mod scan;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use docx::Template;
pub use fonts::{Fonts, PACKAGE};
pub use scan::Scan;

/// The templates that Nanjian's papers are laid out by, when a county has none of its own: GB/T 9704.
pub const OFFICIAL_TYP: &str = include_str!("../../../../plans/nanjian/papers/official.typ");
/// The same as a file that is restyled in WPS.
pub const OFFICIAL_DOCX: &[u8] = include_bytes!("../../../../plans/nanjian/papers/official.docx");

/// An official document. Every text is text: nothing in it is markup, a field or a formula of any format.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// 发文机关: stands red at the head; empty for a paper without a red head, as one to a court.
    pub organ: String,
    /// 密级或提示, at the head's left: 含未成年人个人信息.
    pub mark: String,
    /// 发文字号: 东镇小学〔2026〕3号.
    pub number: String,
    /// 签发人, of a paper that goes upwards; empty elsewhere.
    pub issuer: String,
    /// 标题.
    pub title: String,
    /// 主送机关.
    pub to: Vec<String>,
    /// 正文.
    pub body: Vec<Block>,
    /// 发文机关署名, over which the seal is set.
    pub signed: String,
    /// 成文日期: 2026年11月24日.
    pub date: String,
    /// 附注, in brackets under the date; empty where there is none.
    pub note: String,
    /// 抄送机关.
    pub copies: Vec<String>,
    /// 印发机关 and 印发日期; both empty for a paper without 版记.
    pub printed: (String, String),
    /// 二维码 of the address at which the paper can be checked: a line of `0` and `1` for each row; none where it cannot.
    pub squares: Vec<String>,
    /// The same address in words.
    pub check: String,
}

/// 卷宗: papers in one file, with a cover and a catalogue, and pages numbered through.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Bundle {
    /// Who has made it.
    pub organ: String,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What stands on the cover: what, and its value.
    pub about: Vec<(String, String)>,
    /// The papers, in order.
    pub papers: Vec<Paper>,
    /// Photographs and scanned pages behind them, each on a page of its own.
    pub scans: Vec<Scan>,
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// 一级标题: 一、学生基本情况.
    Heading {
        /// The words.
        text: String,
    },
    /// A paragraph.
    Text {
        /// The words.
        text: String,
    },
    /// A table of two columns: what, and its value.
    Pairs {
        /// The lines.
        rows: Vec<(String, String)>,
    },
    /// A table with headings.
    Table {
        /// The headings.
        heads: Vec<String>,
        /// The lines; each has as many cells as there are headings.
        rows: Vec<Vec<String>>,
    },
}

/// As what a paper is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// To print and keep.
    Pdf,
    /// To work on in WPS or Word.
    Docx,
}

impl Form {
    /// The end of its file's name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Docx => "docx",
        }
    }

    /// What HTTP calls it.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        }
    }
}

/// A paper that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// As what.
    pub form: Form,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256, as hexadecimal.
    pub sha256: String,
}

impl Made {
    fn of(form: Form, bytes: Vec<u8>) -> Self {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Self { form, bytes, sha256 }
    }
}

/// Why a paper was not made, in words for the person who wanted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmade {
    /// The machine has no Chinese font, so a PDF would be blank. The folders that were looked at.
    NoFont(Vec<PathBuf>),
    /// No font has these characters (hazard L07): the words that hold them would be boxes.
    NoGlyph(String),
    /// The county's template does not do; what is wrong with it.
    Template(String),
}

impl fmt::Display for Unmade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFont(_) => {
                write!(f, "服务器上没有中文字体，做不出PDF；请系统管理员安装 {PACKAGE}，或先用DOCX")
            }
            Self::NoGlyph(signs) => {
                write!(f, "服务器上的字体里没有这些字：{signs}；请系统管理员加装有这些字的字体，或先用DOCX")
            }
            Self::Template(what) => write!(f, "文书模板不对：{what}"),
        }
    }
}

impl std::error::Error for Unmade {}

/// The county's templates with the fonts of the machine: what makes papers. Nothing is read or kept in memory before the
/// first paper.
#[derive(Debug)]
pub struct Press {
    typ: String,
    notices_typ: String,
    docx: Vec<u8>,
    fonts: Fonts,
}

impl Default for Press {
    fn default() -> Self {
        Self::new(OFFICIAL_TYP.to_owned(), OFFICIAL_DOCX.to_vec(), Fonts::default())
    }
}

impl Press {
    /// A press with these templates and fonts.
    #[must_use]
    pub fn new(typ: String, docx: Vec<u8>, fonts: Fonts) -> Self {
        Self { typ, notices_typ: notice::NOTICES_TYP.to_owned(), docx, fonts }
    }

    /// The same with another template of notices.
    #[must_use]
    pub fn with_notices(self, notices_typ: String) -> Self {
        Self { notices_typ, ..self }
    }

    /// The fonts, for whoever looks whether there are any.
    #[must_use]
    pub const fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// Makes the paper. One at a time: who comes meanwhile waits.
    ///
    /// # Errors
    /// [`Unmade`].
    pub fn make(&self, paper: &Paper, form: Form) -> Result<Made, Unmade> {
        let paper = paper.visible();
        let bytes = match form {
            Form::Pdf => {
                let texts =
                    paper.clone().texts().into_iter().map(|text| text.clone()).collect::<Vec<String>>();
                pdf::make(&self.typ, &self.fonts, (&paper.number, &texts), || {
                    (pdf::data(&paper), Vec::new())
                })?
            }
            Form::Docx => Template::read(&self.docx)?.fill(&paper)?,
        };
        Ok(Made::of(form, bytes))
    }

    /// Binds papers into one PDF, one at a time as [`Press::make`].
    ///
    /// # Errors
    /// [`Unmade`].
    pub fn bind(&self, bundle: &Bundle) -> Result<Made, Unmade> {
        let mut bundle = bundle.clone();
        let Bundle { organ, number, title, about, .. } = &mut bundle;
        let cover = [organ, number, title]
            .into_iter()
            .chain(about.iter_mut().flat_map(|(what, value)| [what, value]));
        let mut texts = Vec::new();
        for text in cover {
            *text = seen(text);
            texts.push(text.clone());
        }
        for paper in &mut bundle.papers {
            *paper = paper.visible();
            texts.extend(paper.texts().into_iter().map(|text| text.clone()));
        }
        for scan in &mut bundle.scans {
            for text in [&mut scan.title, &mut scan.number, &mut scan.date] {
                *text = seen(text);
                texts.push(text.clone());
            }
        }
        let number = bundle.number.clone();
        let bytes = pdf::make(&self.typ, &self.fonts, (&number, &texts), move || {
            let images = scan::fitted(&mut bundle.scans);
            (pdf::data(&bundle), images)
        })?;
        Ok(Made::of(Form::Pdf, bytes))
    }
}

impl Paper {
    /// Every text of it, to look at or to change.
    fn texts(&mut self) -> Vec<&mut String> {
        let Self {
            organ,
            mark,
            number,
            issuer,
            title,
            to,
            body,
            signed,
            date,
            note,
            copies,
            printed,
            squares: _,
            check,
        } = self;
        let mut texts = vec![organ, mark, number, issuer, title, signed, date, note, check];
        texts.extend([&mut printed.0, &mut printed.1]);
        texts.extend(to.iter_mut().chain(copies));
        for block in body {
            match block {
                Block::Heading { text } | Block::Text { text } => texts.push(text),
                Block::Pairs { rows } => {
                    rows.iter_mut().for_each(|(what, value)| texts.extend([what, value]));
                }
                Block::Table { heads, rows } => {
                    texts.extend(heads.iter_mut().chain(rows.iter_mut().flatten()));
                }
            }
        }
        texts
    }

    /// The paper with nothing in it that is not seen or turns its neighbours round (hazard L03): such signs become □.
    fn visible(&self) -> Self {
        let mut paper = self.clone();
        for text in paper.texts() {
            *text = seen(text);
        }
        paper
    }
}

/// A text with □ for every sign that is not seen.
fn seen(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '\n' | '\t' | '\r' => ' ',
            sign if sign.is_control() || is_hidden(sign) => '□',
            sign => sign,
        })
        .collect()
}

/// Signs of no width, marks that turn the direction of writing, and code points that are no characters.
const fn is_hidden(sign: char) -> bool {
    matches!(sign,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}
