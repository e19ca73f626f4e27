//! Opens a file: finds what it is, which sheet holds the list, and where its header is. Reads only as far as that
//! needs.

use super::contain::{Caller, contained};
use super::gather::Gather;
use super::header::{self, Found, HEAD_ROWS, HeadRow};
use super::heading::Synonyms;
use super::row::Batch;
use super::sniff::{self, Nature};
use super::text::{CHUNK, Chunk, Chunks, Rows, Shape, decoded};
use super::{Encoding, Format, Header, Kind, Limits, ReadError, Schema, Table};
use super::{html, xls, xlsx};
use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// How the rows are read once the header is known.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Text, cut into chunks.
    Text(Shape),
    /// A sheet of a workbook.
    Xlsx(Arc<xlsx::Workbook>, usize),
    /// A sheet of an old workbook.
    Xls(Arc<xls::Workbook>, usize),
    /// A table of a web page.
    Html(Arc<html::Page>, usize),
}

impl Body {
    /// Hands the rows to `gather`, until it asks for no more. Text is not read this way.
    pub(crate) fn rows(&self, gather: &mut Gather<'_>) -> Result<(), ReadError> {
        match self {
            Body::Text(_) => Ok(()),
            Body::Xlsx(workbook, sheet) => workbook.rows(*sheet, gather),
            Body::Xls(workbook, sheet) => workbook.rows(*sheet, gather),
            Body::Html(page, table) => page.rows(*table, gather),
        }
    }
}

/// How much a file resembles one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness {
    /// Index into the schemas that were given.
    pub schema: usize,
    /// How many of its fields have a column.
    pub matched: usize,
    /// Headings that the list cannot do without and that are missing.
    pub missing: Vec<String>,
    /// What was found above the data, with the sheet.
    pub header: Header,
}

/// The first rows of a sheet. Text counts as three sheets without a name, one for each delimiter it may have: the
/// one with the best header is the right one.
struct Sheet {
    name: String,
    hidden: bool,
    format: Format,
    rows: Vec<HeadRow>,
    /// The rows were not followed far enough to say that there are no more.
    more: bool,
    body: Body,
}

impl Sheet {
    fn new(
        name: &str,
        hidden: bool,
        format: Format,
        body: Body,
        limits: &Limits,
    ) -> Result<Sheet, ReadError> {
        let mut rows = Vec::new();
        let mut handle = |batch: &mut Batch| {
            for row in (0..batch.rows.len()).filter_map(|index| batch.row(index, &[])) {
                rows.push(HeadRow { line: row.line(), cells: row.cells().map(str::to_owned).collect() });
            }
            Ok(if rows.len() < HEAD_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        };
        let mut gather = Gather::new(limits, limits.columns, HEAD_ROWS, &mut handle);
        let read = body.rows(&mut gather).and_then(|()| gather.finish());
        read.map_err(|error| error.at(&place(name)))?;
        Ok(Sheet { name: name.to_owned(), hidden, format, rows, more: false, body })
    }

    /// Is there a row below the header?
    fn filled(&self, found: &Found) -> bool {
        self.more || self.rows.last().is_some_and(|row| row.line > found.last_line)
    }
}

/// Opens the file at `path` as the list that `schema` describes.
///
/// # Errors
/// [`ReadError`] when it cannot be read, is not a table, is not this list, or has no rows; see [`Kind`].
pub fn open(path: &Path, schema: &Schema, limits: &Limits) -> Result<Table, ReadError> {
    contained(&Caller::default(), || open_named(path, schema, limits))
        .map_err(|error| error.at(&file_name(path)))
}

/// Says which of `schemas` the file at `path` may be, the likeliest first; those with which it has no column in common
/// are left out.
///
/// # Errors
/// [`ReadError`] when it cannot be read or is not a table.
pub fn recognise(path: &Path, schemas: &[Schema], limits: &Limits) -> Result<Vec<Likeness>, ReadError> {
    let found = contained(&Caller::default(), || {
        let (file, bytes) = file(path, limits)?;
        let sheets = sheets(&file, bytes, limits)?;
        let mut found = Vec::new();
        for (index, schema) in schemas.iter().enumerate() {
            if let Some((sheet, best, other_sheets)) = choose(&sheets, schema) {
                let worth = best.worth();
                let (matched, missing) = (best.matched, best.missing.clone());
                let header = best.into_header(schema, sheet.name.clone(), sheet.format);
                let header = Header { other_sheets, ..header };
                found.push((worth, Likeness { schema: index, matched, missing, header }));
            }
        }
        found.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
        Ok(found.into_iter().map(|(_, likeness)| likeness).collect())
    });
    found.map_err(|error| error.at(&file_name(path)))
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn file(path: &Path, limits: &Limits) -> Result<(File, u64), ReadError> {
    // Asked before it is opened: opening a pipe would wait for somebody to write into it.
    let about = std::fs::metadata(path).map_err(|error| ReadError::disk(&error))?;
    if about.is_dir() {
        return Err(ReadError::disk(&std::io::ErrorKind::IsADirectory.into()));
    }
    if !about.is_file() {
        return Err(sniff::stranger("设备或管道"));
    }
    if about.len() > limits.file {
        return Err(ReadError::too_large(format!(
            "文件有 {} MB，超过允许的 {} MB",
            about.len() >> 20,
            limits.file >> 20
        )));
    }
    let file = File::open(path).map_err(|error| ReadError::disk(&error))?;
    Ok((file, about.len()))
}

fn open_named(path: &Path, schema: &Schema, limits: &Limits) -> Result<Table, ReadError> {
    let (file, bytes) = file(path, limits)?;
    let sheets = sheets(&file, bytes, limits)?;
    let Some((sheet, found, other_sheets)) = choose(&sheets, schema) else {
        return Err(no_header(&sheets, schema));
    };
    if !found.missing.is_empty() {
        return Err(not_this_list(sheet, found, schema));
    }
    if !sheet.filled(&found) {
        return Err(no_rows().at(&place(&sheet.name)));
    }
    let last_header_line = found.last_line;
    let header = Header { other_sheets, ..found.into_header(schema, sheet.name.clone(), sheet.format) };
    let columns: Vec<Option<usize>> =
        header.fields.iter().map(|column| column.as_ref().map(|column| column.index)).collect();
    let needed = (0..schema.fields.len())
        .filter(|&index| {
            schema.fields.get(index).is_some_and(|field| field.required || field.any_of.is_some())
        })
        .filter(|&index| columns.get(index).copied().flatten().is_some())
        .collect();
    let (path, body) = (path.to_owned(), sheet.body.clone());
    Ok(Table { path, file, bytes, limits: *limits, header, columns, needed, last_header_line, body })
}

/// The sheet with the best header, that header, and the names of other sheets that hold the same list complete.
fn choose<'h>(sheets: &'h [Sheet], schema: &Schema) -> Option<(&'h Sheet, Found, Vec<String>)> {
    let synonyms = Synonyms::of(schema);
    let mut all: Vec<(&Sheet, Found)> = sheets
        .iter()
        .filter_map(|sheet| Some((sheet, header::find(&sheet.rows, &synonyms, schema)?)))
        .collect();
    // A sheet with rows below its header goes before an empty one, a visible one before a hidden one; the sort is
    // stable, so the first of equals stays first.
    all.sort_by_key(|(sheet, found)| {
        std::cmp::Reverse((found.missing.is_empty(), sheet.filled(found), !sheet.hidden, found.matched))
    });
    let mut all = all.into_iter();
    let (sheet, found) = all.next()?;
    let others = all
        .filter(|(other, also)| other.name != sheet.name && also.missing.is_empty() && other.filled(also))
        .map(|(other, _)| other.name.clone())
        .collect();
    Some((sheet, found, others))
}

/// A list of nobody is a mistake of the one who exported it.
pub(crate) fn no_rows() -> ReadError {
    ReadError::new(Kind::Empty, "只有表头，没有数据", "请确认导出时选对了范围，或删去空表后再试")
}

/// How a sheet is named to people; nothing where the format has no sheets.
pub(crate) fn place(sheet: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!("工作表“{sheet}”") }
}

fn no_header(sheets: &[Sheet], schema: &Schema) -> ReadError {
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return ReadError::new(Kind::Empty, "表里没有内容", "请确认导出成功后再试");
    }
    let first = sheets.iter().find_map(|sheet| sheet.rows.first()).map(|row| row.cells.as_slice());
    let first = match first.unwrap_or_default() {
        cells if cells.iter().any(|cell| is_personal(cell)) => "开头一行就是数据".to_owned(),
        cells => format!("开头一行是：{}", seen(cells)),
    };
    ReadError::new(
        Kind::WrongList,
        format!("没有找到{}的表头；{first}", schema.list),
        format!("请确认选对了文件；{}至少要有这些列：{}", schema.list, needed(schema)),
    )
}

fn not_this_list(sheet: &Sheet, found: Found, schema: &Schema) -> ReadError {
    let missing = found.missing.join("、");
    let header = found.into_header(schema, sheet.name.clone(), sheet.format);
    ReadError::new(
        Kind::WrongList,
        format!("这不像{}：缺少 {missing}；看到的列是：{}", schema.list, seen(&header.headings)),
        format!("请确认选对了文件；若列名不同，请把表头改成：{missing}"),
    )
    .at(&format!("第 {} 行", header.line))
    .at(&place(&sheet.name))
}

/// A number, a date or a telephone: a row with one is about somebody and is not repeated.
fn is_personal(cell: &str) -> bool {
    cell.chars().filter(char::is_ascii_digit).count() >= 6
}

/// Up to a dozen headings, each cut short: enough to recognise a file by, too little to carry personal data away.
fn seen(cells: &[String]) -> String {
    let short =
        |cell: &String| cell.split_whitespace().collect::<String>().chars().take(12).collect::<String>();
    let named: Vec<String> = cells.iter().map(short).filter(|cell| !cell.is_empty()).collect();
    let more = if named.len() > 12 { format!("…（共 {} 列）", named.len()) } else { String::new() };
    format!("{}{more}", named.iter().take(12).cloned().collect::<Vec<_>>().join("、"))
}

fn needed(schema: &Schema) -> String {
    let names = schema.fields.iter().filter(|field| field.required || field.any_of.is_some());
    names.map(|field| field.name()).collect::<Vec<_>>().join("、")
}

fn sheets(file: &File, bytes: u64, limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    let mut start = vec![0; CHUNK];
    let length = read_start(file, &mut start)?;
    start.truncate(length);
    match sniff::nature(&start)? {
        Nature::Text(encoding, mark) => text_sheets(file, encoding, mark, limits),
        Nature::Html(encoding, mark) => html_sheets(file, encoding, mark, limits),
        Nature::Zip => {
            let workbook = Arc::new(xlsx::Workbook::open(file, bytes, limits)?);
            let sheet = |(index, tab): (usize, &xlsx::Tab)| {
                let body = Body::Xlsx(Arc::clone(&workbook), index);
                Sheet::new(&tab.name, tab.hidden, Format::Xlsx, body, limits)
            };
            workbook.sheets.iter().enumerate().map(sheet).collect()
        }
        Nature::Ole => {
            let workbook = Arc::new(xls::Workbook::open(file, bytes, limits)?);
            let sheet = |(index, tab): (usize, &xls::Tab)| {
                let body = Body::Xls(Arc::clone(&workbook), index);
                Sheet::new(&tab.name, tab.hidden, Format::Xls, body, limits)
            };
            workbook.sheets.iter().enumerate().map(sheet).collect()
        }
    }
}

/// The tables of a web page; those that only hold its frame have no header and drop out.
fn html_sheets(file: &File, encoding: Encoding, mark: u8, limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    let file = file.try_clone().map_err(|error| ReadError::disk(&error))?;
    let page = Arc::new(html::Page { file, encoding, mark: u64::from(mark) });
    let mut sheets = Vec::new();
    for table in 0..html::TABLES {
        let name = if table == 0 { String::new() } else { format!("第 {} 个表格", table + 1) };
        let body = Body::Html(Arc::clone(&page), table);
        match Sheet::new(&name, false, Format::Html, body, limits) {
            Ok(sheet) => sheets.push(sheet),
            Err(error) if error.kind == Kind::Empty => break,
            Err(error) => return Err(error),
        }
    }
    if sheets.is_empty() { Err(html::no_table()) } else { Ok(sheets) }
}

fn read_start(file: &File, start: &mut [u8]) -> Result<usize, ReadError> {
    use std::os::unix::fs::FileExt;
    let mut at = 0;
    loop {
        let room = start.get_mut(at..).unwrap_or_default();
        let offset = u64::try_from(at).unwrap_or(u64::MAX);
        match file.read_at(room, offset) {
            Ok(0) => return Ok(at),
            Ok(read) => at += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::disk(&error)),
        }
    }
}

fn text_sheets(file: &File, encoding: Encoding, mark: u8, limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    let mut sheets = Vec::new();
    for delimiter in [b',', b'\t', b';'] {
        let mut shape =
            Shape { encoding, mark: u64::from(mark), newline: b'\n', delimiter, longest: limits.text };
        let mut chunk = Chunk::default();
        let mut chunks = Chunks::new(file, shape)?;
        let mut first = chunks.next(&mut chunk);
        if memchr::memchr(b'\n', &chunk.bytes).is_none() && memchr::memchr(b'\r', &chunk.bytes).is_some() {
            shape.newline = b'\r';
            chunks = Chunks::new(file, shape)?;
            first = chunks.next(&mut chunk);
        }
        first?;
        let (text, _) = decoded(&chunk.bytes, encoding);
        let mut lines = Rows::new(&text, 1, shape, limits.columns);
        let mut rows = Vec::new();
        while rows.len() < HEAD_ROWS
            && let Some(row) = lines.next(&[])
        {
            if !row.is_blank() {
                rows.push(HeadRow { line: row.line(), cells: row.cells().map(str::to_owned).collect() });
            }
        }
        let format = Format::Text { encoding, delimiter: char::from(delimiter) };
        let (name, body, more) = (String::new(), Body::Text(shape), !chunks.ended());
        sheets.push(Sheet { name, hidden: false, format, rows, more, body });
    }
    // Where no header decides, what makes the most columns is shown to the person.
    sheets.sort_by_key(|sheet| std::cmp::Reverse(sheet.rows.iter().map(|row| row.cells.len()).max()));
    Ok(sheets)
}
