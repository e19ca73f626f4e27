//! Office Open XML workbooks: an archive as it comes, and the mark-up of its parts within a good one.
#![no_main]

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&kind, part)) = bytes.split_first() else { return };
    if kind == 0 {
        return fuzz::read(&[b"PK\x03\x04", part].concat());
    }
    let relation = |id: &str, target: &str| {
        format!("<Relationships><Relationship Id=\"{id}\" Type=\"/{id}\" Target=\"{target}\"/></Relationships>").into_bytes()
    };
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<worksheet><sheetData><row>{}{}</row><row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>42097</v></c></row></sheetData></worksheet>",
        cell("姓名"),
        cell("身份证件号")
    );
    let mut parts = [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", relation("officeDocument", "xl/workbook.xml")),
        ("xl/_rels/workbook.xml.rels", relation("worksheet", "sheet.xml")),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"a\" r:id=\"worksheet\"/></sheets></workbook>".to_vec()),
        ("xl/sheet.xml", sheet.into_bytes()),
        ("xl/sharedStrings.xml", "<sst><si><t>李小明</t></si></sst>".as_bytes().to_vec()),
        ("xl/styles.xml", b"<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>".to_vec()),
    ];
    let index = usize::from(kind) % parts.len();
    parts[index].1 = part.to_vec();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in &parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("room in memory");
        writer.write_all(content).expect("room in memory");
    }
    fuzz::read(&writer.finish().expect("room in memory").into_inner());
});
