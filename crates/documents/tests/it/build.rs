//! Builds odd files piece by piece, as no writer would.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A ZIP archive with these parts.
pub(crate) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of hand-written parts.
#[derive(Clone)]
pub(crate) struct Xlsx {
    pub(crate) sheets: Vec<(&'static str, &'static str, String)>,
    pub(crate) strings: String,
    pub(crate) formats: String,
    pub(crate) properties: &'static str,
    pub(crate) more: Vec<(&'static str, Vec<u8>)>,
}

impl Xlsx {
    /// One visible sheet with these rows of mark-up.
    pub(crate) fn of(rows: &str) -> Xlsx {
        Xlsx {
            sheets: vec![("Sheet1", "visible", rows.to_owned())],
            strings: String::new(),
            formats: String::new(),
            properties: "",
            more: Vec::new(),
        }
    }

    pub(crate) fn parts(&self) -> Vec<(String, Vec<u8>)> {
        let relation = |id: usize, kind: &str, target: &str| {
            format!(
                "<Relationship Id=\"rId{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
            )
        };
        let around = |body: String| {
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships>{body}</Relationships>")
        };
        let mut parts = vec![
            ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
            ("_rels/.rels".to_owned(), around(relation(1, "officeDocument", "xl/workbook.xml"))),
        ];
        let (mut list, mut relations) = (String::new(), String::new());
        for (index, (name, state, rows)) in self.sheets.iter().enumerate() {
            list += &format!(
                "<sheet name=\"{name}\" sheetId=\"{index}\" state=\"{state}\" r:id=\"rId{index}\"/>"
            );
            relations += &relation(index, "worksheet", &format!("worksheets/sheet{index}.xml"));
            let sheet =
                format!("<?xml version=\"1.0\"?><worksheet><sheetData>{rows}</sheetData></worksheet>");
            parts.push((format!("xl/worksheets/sheet{index}.xml"), sheet));
        }
        relations += &relation(100, "styles", "styles.xml");
        relations += &relation(101, "sharedStrings", "/xl/sharedStrings.xml");
        parts.push(("xl/_rels/workbook.xml.rels".to_owned(), around(relations)));
        parts.push((
            "xl/workbook.xml".to_owned(),
            format!("<workbook>{}<sheets>{list}</sheets></workbook>", self.properties),
        ));
        parts.push(("xl/styles.xml".to_owned(), format!("<styleSheet>{}</styleSheet>", self.formats)));
        parts.push((
            "xl/sharedStrings.xml".to_owned(),
            format!("<sst uniqueCount=\"4000000000\">{}</sst>", self.strings),
        ));
        let mut parts: Vec<(String, Vec<u8>)> =
            parts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        for (name, bytes) in &self.more {
            parts.retain(|(other, _)| other != name);
            parts.push(((*name).to_owned(), bytes.clone()));
        }
        parts
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let parts = self.parts();
        let parts: Vec<(&str, &[u8])> =
            parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        zip(&parts)
    }
}

/// A row of inline texts.
pub(crate) fn inline(cells: &[&str]) -> String {
    let cells: String = cells
        .iter()
        .map(|cell| {
            let cell = cell.replace('&', "&amp;").replace('<', "&lt;");
            if cell.is_empty() {
                "<c/>".to_owned()
            } else {
                format!("<c t=\"inlineStr\"><is><t>{cell}</t></is></c>")
            }
        })
        .collect();
    format!("<row>{cells}</row>")
}

/// The header and one child, as rows of mark-up.
pub(crate) fn plain_rows() -> String {
    inline(&["姓名", "身份证件号"]) + &inline(&["李小明", "539999201504030011"])
}

/// A value in a BIFF8 sheet.
pub(crate) enum Biff<'a> {
    Shared(u32),
    Label(&'a str),
    Number(f64, u16),
    Rk(u32, u16),
    Rks(Vec<u32>),
    Truth(bool),
    Error,
    FormulaNumber(f64),
    FormulaText(&'a str),
    Nothing,
}

/// One record.
pub(crate) fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let mut bytes = kind.to_le_bytes().to_vec();
    bytes.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes
}

/// A text with a two-byte length, in 16-bit characters.
pub(crate) fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = u16::try_from(units.len()).unwrap().to_le_bytes().to_vec();
    bytes.push(1);
    bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
    bytes
}

/// A minimal BIFF8 workbook stream: `globals` are records put before the sheets.
pub(crate) fn biff_stream(globals: &[u8], sheets: &[(&str, u8, Vec<Vec<Biff<'_>>>)]) -> Vec<u8> {
    let bof =
        |kind: u16| record(0x0809, &[&0x0600u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat());
    let bound = |at: u32, name: &str, hidden: u8| {
        let name = wide(name);
        let length = u8::try_from(u16::from_le_bytes([name[0], name[1]])).unwrap();
        record(0x0085, &[&at.to_le_bytes()[..], &[hidden, 0, length], &name[2..]].concat())
    };
    let eof = record(0x000a, &[]);
    let directory: usize = sheets.iter().map(|(name, hidden, _)| bound(0, name, *hidden).len()).sum();
    let mut at = bof(5).len() + globals.len() + directory + eof.len();
    let mut stream = [bof(5), globals.to_vec()].concat();
    let mut bodies = Vec::new();
    for (name, hidden, rows) in sheets {
        let mut body = bof(16);
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                body.extend(biff_cell(u16::try_from(row).unwrap(), u16::try_from(column).unwrap(), cell));
            }
        }
        body.extend(&eof);
        stream.extend(bound(u32::try_from(at).unwrap(), name, *hidden));
        at += body.len();
        bodies.push(body);
    }
    stream.extend(&eof);
    stream.extend(bodies.concat());
    stream
}

fn biff_cell(row: u16, column: u16, cell: &Biff<'_>) -> Vec<u8> {
    let at = |style: u16| [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat();
    match cell {
        Biff::Nothing => Vec::new(),
        Biff::Shared(index) => record(0x00fd, &[at(0), index.to_le_bytes().to_vec()].concat()),
        Biff::Label(text) => record(0x0204, &[at(0), wide(text)].concat()),
        Biff::Number(number, style) => record(0x0203, &[at(*style), number.to_le_bytes().to_vec()].concat()),
        Biff::Rk(value, style) => record(0x027e, &[at(*style), value.to_le_bytes().to_vec()].concat()),
        Biff::Rks(values) => {
            let numbers: Vec<u8> =
                values.iter().flat_map(|value| [&[0, 0][..], &value.to_le_bytes()].concat()).collect();
            let last = column + u16::try_from(values.len()).unwrap() - 1;
            let place = [row.to_le_bytes(), column.to_le_bytes()].concat();
            record(0x00bd, &[place, numbers, last.to_le_bytes().to_vec()].concat())
        }
        Biff::Truth(value) => record(0x0205, &[at(0), vec![u8::from(*value), 0]].concat()),
        Biff::Error => record(0x0205, &[at(0), vec![42, 1]].concat()),
        Biff::FormulaNumber(number) => {
            record(0x0006, &[at(0), number.to_le_bytes().to_vec(), vec![0; 8]].concat())
        }
        Biff::FormulaText(text) => {
            let formula = record(0x0006, &[at(0), vec![0, 0, 0, 0, 0, 0, 0xff, 0xff], vec![0; 8]].concat());
            [formula, record(0x0207, &wide(text))].concat()
        }
    }
}

/// A compound file with one stream.
pub(crate) fn compound(stream: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_stream(stream).unwrap().write_all(bytes).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}
