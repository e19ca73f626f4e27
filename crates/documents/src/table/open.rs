//! Opens a file: finds what it is, which sheet holds the list, and where its header is. Reads only as far as that
//! needs.

use super::header::{self, Found, HEAD_ROWS, HeadRow};
use super::heading::Synonyms;
use super::limits::Deadline;
use super::sniff::{self, Nature};
use super::text::{CHUNK, Chunk, Chunks, Rows, Shape, decoded};
use super::{Encoding, Format, Header, Kind, Limits, ReadError, Schema, Table};
use std::fs::File;
use std::path::Path;

/// How the rows are read once the header is known.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    /// Text, cut into chunks.
    Text(Shape),
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
    /// The sheet.
    pub sheet: String,
}

/// The first rows of every sheet of a file.
struct Heads {
    format: Format,
    sheets: Vec<Sheet>,
}

struct Sheet {
    name: String,
    hidden: bool,
    rows: Vec<HeadRow>,
    body: Body,
}

/// Opens the file at `path` as the list that `schema` describes.
///
/// # Errors
/// [`ReadError`] when it cannot be read, is not a table, is not this list, or has no rows; see [`Kind`].
pub fn open(path: &Path, schema: &Schema, limits: &Limits) -> Result<Table, ReadError> {
    open_named(path, schema, limits).map_err(|error| error.at(&file_name(path)))
}

/// Says which of `schemas` the file at `path` may be, the likeliest first; those with which it has no column in common
/// are left out.
///
/// # Errors
/// [`ReadError`] when it cannot be read or is not a table.
pub fn recognise(path: &Path, schemas: &[Schema], limits: &Limits) -> Result<Vec<Likeness>, ReadError> {
    let found = (|| {
        let (file, _) = file(path, limits)?;
        let mut found = Vec::new();
        for (index, schema) in schemas.iter().enumerate() {
            let heads = heads(&file, schema, limits)?;
            if let Some((sheet, best, _)) = choose(&heads, schema) {
                found.push((
                    best.worth(),
                    Likeness {
                        schema: index,
                        matched: best.matched,
                        missing: best.missing,
                        sheet: sheet.name.clone(),
                    },
                ));
            }
        }
        found.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
        Ok(found.into_iter().map(|(_, likeness)| likeness).collect())
    })();
    found.map_err(|error: ReadError| error.at(&file_name(path)))
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn file(path: &Path, limits: &Limits) -> Result<(File, u64), ReadError> {
    let file = File::open(path).map_err(|error| ReadError::disk(&error))?;
    let about = file.metadata().map_err(|error| ReadError::disk(&error))?;
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
    Ok((file, about.len()))
}

fn open_named(path: &Path, schema: &Schema, limits: &Limits) -> Result<Table, ReadError> {
    let (file, bytes) = file(path, limits)?;
    let heads = heads(&file, schema, limits)?;
    let Some((sheet, found, other_sheets)) = choose(&heads, schema) else {
        return Err(no_header(&heads, schema));
    };
    if !found.missing.is_empty() {
        return Err(not_this_list(sheet, found, schema, heads.format));
    }
    if sheet.rows.last().is_none_or(|row| row.line <= found.last_line) {
        return Err(ReadError::new(
            Kind::Empty,
            "只有表头，没有数据",
            "请确认导出时选对了范围，或删去空表后再试",
        )
        .at(&place(&sheet.name)));
    }
    let last_header_line = found.last_line;
    let (format, name, body) = (heads.format, sheet.name.clone(), sheet.body.clone());
    let header = Header { other_sheets, ..found.into_header(schema, name, format) };
    let columns: Vec<Option<usize>> =
        header.fields.iter().map(|column| column.as_ref().map(|column| column.index)).collect();
    let needed = (0..schema.fields.len())
        .filter(|&index| {
            schema.fields.get(index).is_some_and(|field| field.required || field.any_of.is_some())
        })
        .filter(|&index| columns.get(index).copied().flatten().is_some())
        .collect();
    Ok(Table {
        path: path.to_owned(),
        file,
        bytes,
        limits: *limits,
        header,
        columns,
        needed,
        last_header_line,
        body,
    })
}

/// The sheet with the best header, that header, and the names of other sheets that hold the same list complete.
fn choose<'h>(heads: &'h Heads, schema: &Schema) -> Option<(&'h Sheet, Found, Vec<String>)> {
    let synonyms = Synonyms::of(schema);
    let mut all: Vec<(&Sheet, Found)> = heads
        .sheets
        .iter()
        .filter_map(|sheet| Some((sheet, header::find(&sheet.rows, &synonyms, schema)?)))
        .collect();
    // A sheet with rows below its header goes before an empty one, a visible one before a hidden one; the sort is
    // stable, so the first of equals stays first.
    all.sort_by_key(|(sheet, found)| {
        let filled = sheet.rows.last().is_some_and(|row| row.line > found.last_line);
        std::cmp::Reverse((found.missing.is_empty(), filled, !sheet.hidden, found.matched))
    });
    let mut all = all.into_iter();
    let (sheet, found) = all.next()?;
    let others = all
        .filter(|(other, also)| {
            also.missing.is_empty() && other.rows.last().is_some_and(|row| row.line > also.last_line)
        })
        .map(|(other, _)| other.name.clone())
        .collect();
    Some((sheet, found, others))
}

fn place(sheet: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!("工作表“{sheet}”") }
}

fn no_header(heads: &Heads, schema: &Schema) -> ReadError {
    if heads.sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return ReadError::new(Kind::Empty, "表里没有内容", "请确认导出成功后再试");
    }
    let seen = heads
        .sheets
        .iter()
        .find_map(|sheet| sheet.rows.first())
        .map(|row| seen(&row.cells))
        .unwrap_or_default();
    ReadError::new(
        Kind::WrongList,
        format!("没有找到{}的表头；开头一行是：{seen}", schema.list),
        format!("请确认选对了文件；{}至少要有这些列：{}", schema.list, needed(schema)),
    )
}

fn not_this_list(sheet: &Sheet, found: Found, schema: &Schema, format: Format) -> ReadError {
    let missing = found.missing.join("、");
    let header = found.into_header(schema, sheet.name.clone(), format);
    ReadError::new(
        Kind::WrongList,
        format!("这不像{}：缺少 {missing}；看到的列是：{}", schema.list, seen(&header.headings)),
        format!("请确认选对了文件；若列名不同，请把表头改成：{missing}"),
    )
    .at(&format!("{} 第 {} 行", place(&sheet.name), header.line))
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

fn heads(file: &File, schema: &Schema, limits: &Limits) -> Result<Heads, ReadError> {
    let mut start = vec![0; CHUNK];
    let length = read_start(file, &mut start)?;
    start.truncate(length);
    match sniff::nature(&start)? {
        Nature::Text(encoding, mark) => text_heads(file, encoding, mark, schema, limits),
        Nature::Zip | Nature::Ole | Nature::Html => Err(sniff::stranger("尚不支持的文件")),
    }
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

/// Text says nothing about its delimiter: the one under which the header is best is the right one.
fn text_heads(
    file: &File,
    encoding: Encoding,
    mark: u8,
    schema: &Schema,
    limits: &Limits,
) -> Result<Heads, ReadError> {
    let deadline = Deadline::after(limits);
    let synonyms = Synonyms::of(schema);
    let mut best: Option<(bool, usize, usize, Format, Sheet)> = None;
    for delimiter in [b',', b'\t', b';'] {
        deadline.check()?;
        let mut shape =
            Shape { encoding, mark: u64::from(mark), newline: b'\n', delimiter, longest: limits.text };
        let mut chunk = Chunk::default();
        let mut first = Chunks::new(file, shape)?.next(&mut chunk);
        if memchr::memchr(b'\n', &chunk.bytes).is_none() && memchr::memchr(b'\r', &chunk.bytes).is_some() {
            shape.newline = b'\r';
            first = Chunks::new(file, shape)?.next(&mut chunk);
        }
        first?;
        let (text, _) = decoded(&chunk.bytes, encoding);
        let mut rows = Rows::new(&text, 1, shape, limits.columns);
        let mut head = Vec::new();
        while head.len() < HEAD_ROWS
            && let Some(row) = rows.next(&[])
        {
            if !row.is_blank() {
                head.push(HeadRow { line: row.line(), cells: row.cells().map(str::to_owned).collect() });
            }
        }
        let (complete, matched) =
            header::find(&head, &synonyms, schema).map_or((false, 0), |found| found.worth());
        let widest = head.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        if best.as_ref().is_none_or(|best| (complete, matched, widest) > (best.0, best.1, best.2)) {
            let format = Format::Text { encoding, delimiter: char::from(delimiter) };
            let sheet = Sheet { name: String::new(), hidden: false, rows: head, body: Body::Text(shape) };
            best = Some((complete, matched, widest, format, sheet));
        }
    }
    let (_, _, _, format, sheet) =
        best.ok_or_else(|| ReadError::new(Kind::Empty, "文件是空的", "请重新导出后再试"))?;
    Ok(Heads { format, sheets: vec![sheet] })
}
