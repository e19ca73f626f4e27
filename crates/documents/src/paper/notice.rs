//! A print run of notices (入学、复学通知书): one page each with a receipt to tear off, many in one PDF. What they share is said once, so that a
//! long run is set page by page from little. It knows no child and decides nothing.

use std::io::{self, Write};

use serde::Serialize;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Made, Press, Unmade, pdf, seen};

/// The template of the pages, when a county has none of its own.
pub const NOTICES_TYP: &str = include_str!("../../../../plans/nanjian/papers/notices.typ");

/// What the notices of a run share.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// 发文机关, red at the head, and over the seal.
    pub organ: String,
    /// 提示, at the head's left.
    pub mark: String,
    /// What is told to every family: a heading in a word or two, and its sentence.
    pub rights: Vec<(String, String)>,
    /// What to bring.
    pub bring: String,
    /// Words over the squares.
    pub scan: String,
    /// The notices, one page each.
    pub notices: Vec<Notice>,
    /// The squares of all notices are of this side, white border included; 0 where there are none.
    pub side: usize,
}

/// A notice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// To whom.
    pub to: String,
    /// The child.
    pub child: String,
    /// What is asked, in a sentence.
    pub asked: String,
    /// Lines of two columns: what, and its value.
    pub rows: Vec<(String, String)>,
    /// Day on which it was made.
    pub date: String,
    /// The address behind the squares.
    pub address: String,
    /// Its squares: a row of `0` and `1` for each line.
    #[serde(skip)]
    pub squares: Vec<String>,
}

/// White modules around the squares.
const BORDER: usize = 4;

impl Run {
    fn texts(&mut self) -> Vec<&mut String> {
        let Self { organ, mark, rights, bring, scan, notices, side: _ } = self;
        let mut texts = vec![organ, mark, bring, scan];
        texts.extend(rights.iter_mut().flat_map(|(what, value)| [what, value]));
        for notice in notices {
            let Notice { number, title, to, child, asked, rows, date, address, squares: _ } = notice;
            texts.extend([number, title, to, child, asked, date, address]);
            texts.extend(rows.iter_mut().flat_map(|(what, value)| [what, value]));
        }
        texts
    }

    /// The squares of all notices as grey pixels, one after the other, each with its border.
    fn pixels(&mut self) -> Vec<u8> {
        let inner = self.notices.iter().map(|notice| notice.squares.len()).max().unwrap_or(0);
        if inner == 0 {
            self.side = 0;
            return Vec::new();
        }
        self.side = inner + 2 * BORDER;
        let mut pixels = Vec::with_capacity(self.notices.len() * self.side * self.side);
        let white = |many: usize| std::iter::repeat_n(u8::MAX, many);
        for notice in &self.notices {
            pixels.extend(white(BORDER * self.side));
            for at in 0..inner {
                let row = notice.squares.get(at).map_or("", String::as_str);
                pixels.extend(white(BORDER));
                let before = pixels.len();
                pixels.extend(row.bytes().take(inner).map(|module| if module == b'1' { 0 } else { u8::MAX }));
                pixels.extend(white(inner - (pixels.len() - before)));
                pixels.extend(white(BORDER));
            }
            pixels.extend(white(BORDER * self.side));
        }
        pixels
    }
}

impl Press {
    /// Sets the notices of a run as one PDF, a page each, in their order. Whoever prints thousands does it in portions: memory follows the
    /// number of pages.
    ///
    /// # Errors
    /// [`Unmade`].
    pub fn notices(&self, run: &Run) -> Result<Made, Unmade> {
        let mut run = run.clone();
        let mut texts = Vec::new();
        for text in run.texts() {
            *text = seen(text);
            texts.push(text.clone());
        }
        let number = run.notices.first().map(|one| one.number.clone()).unwrap_or_default();
        let pixels = run.pixels();
        let bytes = pdf::make(&self.notices_typ, &self.fonts, (&number, &texts), move || {
            (pdf::data(&run), vec![typst::foundations::Bytes::new(pixels)])
        })?;
        Ok(Made::of(super::Form::Pdf, bytes))
    }
}

/// The PDFs of a long run in one ZIP, written as they come: nothing is held back but the list of names.
pub struct Bundle<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    many: usize,
}

impl<W: Write> Bundle<W> {
    /// A ZIP that is written to `to`.
    #[must_use]
    pub fn new(to: W) -> Self {
        Self { zip: ZipWriter::new_stream(to), many: 0 }
    }

    /// Adds the PDF of the next portion, as it is: its streams are packed already.
    ///
    /// # Errors
    /// What the writer says.
    pub fn add(&mut self, pdf: &[u8]) -> io::Result<()> {
        self.many += 1;
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default());
        self.zip.start_file(format!("{:03}.pdf", self.many), options)?;
        self.zip.write_all(pdf)
    }

    /// Writes the list of names; the writer.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(self) -> io::Result<W> {
        Ok(self.zip.finish()?.into_inner())
    }
}

impl<W: Write> std::fmt::Debug for Bundle<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundle").field("many", &self.many).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares keep their border and their order; a row that is short is filled with white.
    #[test]
    fn squares_become_pixels() {
        let notice = |rows: &[&str]| Notice {
            squares: rows.iter().map(|row| (*row).to_owned()).collect(),
            ..Notice::default()
        };
        let mut run = Run { notices: vec![notice(&["10", "01"]), notice(&["11", "1"])], ..Run::default() };
        let pixels = run.pixels();
        assert_eq!((run.side, pixels.len()), (10, 200));
        let black: Vec<usize> =
            pixels.iter().enumerate().filter(|(_, pixel)| **pixel == 0).map(|(at, _)| at).collect();
        assert_eq!(black, [44, 55, 144, 145, 154]);
        assert!(Run::default().pixels().is_empty());
    }
}
