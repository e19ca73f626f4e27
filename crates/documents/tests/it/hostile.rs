//! Arbitrary bytes, and good files with some bytes wrong: each reader answers with rows or with a sentence, never with
//! a panic. The fuzz targets go on from here for as long as one likes.

use crate::build::{Biff, Xlsx, biff_stream, compound, plain_rows, record, wide, zip};
use crate::read_named;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let mut book = Xlsx::of(
        &(plain_rows() + "<row r=\"9\"><c r=\"A9\" t=\"s\"><v>0</v></c><c s=\"1\"><v>42097</v></c></row>"),
    );
    book.strings = "<si><t>王小红</t></si>".to_owned();
    book.formats = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>".to_owned();
    let shared = record(
        0x00fc,
        &[2u32.to_le_bytes().to_vec(), 2u32.to_le_bytes().to_vec(), wide("姓名"), wide("李小明")].concat(),
    );
    let rows = vec![
        vec![Biff::Shared(0), Biff::Label("身份证件号"), Biff::Label("出生日期")],
        vec![Biff::Shared(1), Biff::Number(1.0, 0), Biff::FormulaText("2015")],
        vec![Biff::Label("王小红"), Biff::Rks(vec![6, 10]), Biff::Truth(true)],
    ];
    let page = "<table><tr><td rowspan=2>姓名<td colspan=3>身份证件号</tr><tr><td>x</tr><tr><td>李&nbsp;<td>1</table>";
    let text = "题\n\"姓\"\"名\",身份证件号\r\n\"李\n小明\",1\n合计,2\n";
    vec![
        ("名单.xlsx", book.bytes()),
        ("名单.xls", compound("Workbook", &biff_stream(&shared, &[("名单", 0, rows)]))),
        ("名单.html", page.as_bytes().to_vec()),
        ("名单.csv", text.as_bytes().to_vec()),
        ("国标.csv", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("名单.txt", std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()),
    ]
}

/// Reads, and asks of an error only that it can be shown to a person.
fn survives(name: &str, bytes: &[u8]) {
    if let Err(error) = read_named(name, bytes) {
        assert!(!error.what.is_empty() && !error.where_.is_empty() && !error.todo.is_empty(), "{error}");
    }
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(20_260_901), ..Config::default() }
}

/// E04
#[test]
fn good_files_cut_short() {
    for (name, bytes) in seeds() {
        read_named(name, &bytes).map(|_| ()).unwrap_or_else(|error| panic!("{name}: {error}"));
        for length in (0..bytes.len()).step_by(97) {
            survives(name, &bytes[..length]);
        }
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// E01–E04
    #[test]
    fn good_files_with_bytes_changed(
        seed in 0..6usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let (name, mut bytes) = seeds().swap_remove(seed);
        for (place, byte) in changes {
            *place.get_mut(&mut bytes) ^= byte;
        }
        survives(name, &bytes);
    }

    /// E03, E04: behind a good archive, so that the mark-up itself is tried.
    #[test]
    fn mark_up_with_bytes_changed(
        part in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut book = Xlsx::of(&plain_rows());
        book.strings = "<si><r><t>王</t></r><rPh><t>x</t></rPh></si>".to_owned();
        let mut parts = book.parts();
        let (_, bytes) = part.get_mut(&mut parts);
        for (place, byte) in changes {
            *place.get_mut(bytes) ^= byte;
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        survives("名单.xlsx", &zip(&parts));
    }

    /// E04: records of any kind and length behind a good compound file.
    #[test]
    fn records_of_any_kind(records in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..40)), 0..20)) {
        const KINDS: [u16; 16] =
            [0x06, 0x0a, 0x22, 0x3c, 0x85, 0xbd, 0xd6, 0xe0, 0xfc, 0xfd, 0x203, 0x204, 0x205, 0x207, 0x27e, 0x41e];
        let body: Vec<u8> = records.iter().flat_map(|(kind, data)| record(*kind.get(&KINDS), data)).collect();
        let rows = vec![vec![Biff::Label("姓名"), Biff::Label("身份证件号")], vec![Biff::Label("李小明"), Biff::Label("1")]];
        let mut stream = biff_stream(&body, &[("名单", 0, rows)]);
        survives("名单.xls", &compound("Workbook", &stream));
        let end = stream.len() - 4;
        stream.splice(end..end, body);
        survives("名单.xls", &compound("Workbook", &stream));
    }

    /// E04
    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0..6usize) {
        let starts: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html><table>", "姓名,身份证件号\n".as_bytes(), b"\xff\xfe"];
        survives("名单", &[starts[start], &bytes].concat());
    }
}
