//! Tables in web pages, which many systems export under the name of .xls. Tokens are taken as they come; no tree of
//! the page is built, so memory does not follow its size.

use super::gather::Gather;
use super::{Encoding, Kind, Limits, ReadError};
use encoding_rs::{Decoder, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use std::cell::RefCell;
use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

/// Tables of a page that are looked at: a page of a system has a few for its frame and one for the list.
pub(crate) const TABLES: usize = 16;
/// Bytes handed to the tokenizer at a time.
const PIECE: usize = 64 << 10;
/// Columns that one cell may reach over, and rows.
const SPAN: usize = 4096;

/// A web page.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) file: File,
    pub(crate) encoding: Encoding,
    /// Bytes of the byte order mark.
    pub(crate) mark: u64,
}

impl Page {
    /// Hands the rows of the n-th table of the page to `gather`, until it asks for no more. That the page has no such
    /// table is an error of the kind [`Kind::Empty`].
    pub(crate) fn rows(&self, table: usize, gather: &mut Gather<'_>) -> Result<(), ReadError> {
        let sink = Sink { state: RefCell::new(State { wanted: table, ..State::default() }) };
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        let queue = BufferQueue::default();
        let mut decoder = decoder(self.encoding);
        let (mut raw, mut text) = (vec![0; PIECE], String::new());
        let (mut offset, mut silent) = (self.mark, 0);
        loop {
            let read = self.file.read_at(&mut raw, offset).map_err(|error| ReadError::disk(&error))?;
            offset += read as u64;
            text.clear();
            text.reserve(decoder.max_utf8_buffer_length(read).unwrap_or(PIECE * 3));
            let _ = decoder.decode_to_string(raw.get(..read).unwrap_or_default(), &mut text, read == 0);
            queue.push_back(StrTendril::from_slice(&text));
            while !queue.is_empty() {
                let _ = tokenizer.feed(&queue);
            }
            if read == 0 {
                tokenizer.end();
            }
            silent += read;
            let mut state = tokenizer.sink.state.borrow_mut();
            if std::mem::take(&mut state.heard) {
                silent = 0;
            }
            bounded(silent.max(state.text.len()), gather.limits())?;
            if state.hand_on(gather)? == ControlFlow::Break(()) {
                return Ok(());
            }
            if read == 0 {
                return if state.tables > table { Ok(()) } else { Err(no_table()) };
            }
            gather.deadline().check()?;
        }
    }
}

/// The page was not made for us: most often it asks to log in again.
pub(crate) fn no_table() -> ReadError {
    ReadError::new(
        Kind::Empty,
        "这是一个网页，里面没有表格，可能是登录过期后的提示页",
        "请重新登录原来的系统，再导出一次",
    )
}

fn bounded(bytes: usize, limits: &Limits) -> Result<(), ReadError> {
    if bytes > limits.text.saturating_add(PIECE) {
        return Err(ReadError::too_large(format!("有一个单元格或标记超过 {} KB", limits.text >> 10)));
    }
    Ok(())
}

fn decoder(encoding: Encoding) -> Decoder {
    match encoding {
        Encoding::Utf8 => UTF_8,
        Encoding::Gb18030 => GB18030,
        Encoding::Utf16Le => UTF_16LE,
        Encoding::Utf16Be => UTF_16BE,
    }
    .new_decoder_without_bom_handling()
}

struct Sink {
    state: RefCell<State>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        state.heard = true;
        match token {
            TagToken(tag) => return state.tag(&tag),
            Token::CharacterTokens(text) => state.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// A finished row: its number in the table from 1, and its cells with their columns.
type Line = (u64, Vec<(usize, String)>);

#[derive(Default)]
struct State {
    wanted: usize,
    /// Tables begun so far, and those that are open, the innermost last.
    tables: usize,
    open: Vec<usize>,
    done: Vec<Line>,
    line: u64,
    row: Option<Vec<(usize, String)>>,
    column: usize,
    /// The text of the open cell.
    text: String,
    in_cell: bool,
    /// Within a script or another element that a page does not show.
    unseen: bool,
    /// For each column how many more rows a cell from above reaches into.
    reaching: Vec<usize>,
    /// Some token came since the last look.
    heard: bool,
}

impl State {
    fn is_wanted(&self) -> bool {
        self.open.last() == Some(&self.wanted)
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let raw = match &*tag.name {
            "script" => Some(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
            "title" | "textarea" => Some(RawKind::Rcdata),
            _ => None,
        };
        if let Some(kind) = raw {
            self.unseen = tag.kind == StartTag;
            return if self.unseen { TokenSinkResult::RawData(kind) } else { TokenSinkResult::Continue };
        }
        match (tag.kind, &*tag.name) {
            (StartTag, "table") => {
                // Deeper nesting than any page has cannot make the list of open tables grow without end.
                if self.open.len() < SPAN {
                    self.open.push(self.tables);
                }
                self.tables += 1;
            }
            (EndTag, "table") => {
                if self.is_wanted() {
                    self.end_row();
                }
                self.open.pop();
            }
            _ if !self.is_wanted() => {}
            (StartTag, "tr") => {
                self.end_row();
                self.row = Some(Vec::new());
                self.column = 0;
                self.line += 1;
            }
            (EndTag, "tr") => self.end_row(),
            (StartTag, "td" | "th") => self.start_cell(tag),
            (EndTag, "td" | "th") => self.end_cell(),
            (StartTag, "br" | "p" | "div") if self.in_cell => self.text.push('\n'),
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn start_cell(&mut self, tag: &Tag) {
        self.end_cell();
        if self.row.is_none() {
            return;
        }
        while let Some(rows) = self.reaching.get_mut(self.column).filter(|rows| **rows > 0) {
            *rows -= 1;
            self.column += 1;
        }
        let span = |name: &str| {
            let value = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
            value.and_then(|value| value.value.trim().parse::<usize>().ok()).unwrap_or(1).clamp(1, SPAN)
        };
        let (columns, rows) = (span("colspan"), span("rowspan"));
        if let Some(row) = &mut self.row {
            row.push((self.column, String::new()));
        }
        self.in_cell = true;
        self.text.clear();
        let after = (self.column + columns).min(SPAN);
        if rows > 1 {
            self.reaching.resize(self.reaching.len().max(after), 0);
            for reaching in self.reaching.iter_mut().take(after).skip(self.column) {
                *reaching = rows - 1;
            }
        }
        self.column = after;
    }

    fn end_cell(&mut self) {
        if std::mem::take(&mut self.in_cell)
            && let Some((_, text)) = self.row.as_mut().and_then(|row| row.last_mut())
        {
            *text = std::mem::take(&mut self.text);
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        if let Some(row) = self.row.take() {
            // Cells from above that reach into this row behind its own last cell.
            for rows in self.reaching.iter_mut().skip(self.column) {
                *rows = rows.saturating_sub(1);
            }
            self.done.push((self.line, row));
        }
    }

    /// White space in the source of a page is only there to break its lines.
    fn characters(&mut self, text: &str) {
        if !self.in_cell || self.unseen || !self.is_wanted() {
            return;
        }
        for (index, word) in text.split([' ', '\t', '\r', '\n']).enumerate() {
            if index > 0 && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
    }

    fn hand_on(&mut self, gather: &mut Gather<'_>) -> Result<ControlFlow<()>, ReadError> {
        for (line, cells) in self.done.drain(..) {
            gather.start(line);
            for (column, text) in cells {
                gather.cell(column, &text)?;
            }
            if gather.end()? == ControlFlow::Break(()) {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
