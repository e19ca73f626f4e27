//! Files built to hurt or broken on the way, byte by byte, as no writer would make them.

/// A ZIP archive of stored parts, or with `Part::Swelling` a part of so many zeros as deflate packs best.
pub(crate) enum Part<'a> {
    Plain(&'a [u8]),
    Swelling(u32),
}

pub(crate) fn zip(parts: &[(&str, Part<'_>)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, part) in parts {
        let (method, crc, data, size) = match part {
            Part::Plain(data) => (0_u16, crc(data), data.to_vec(), u32::try_from(data.len()).unwrap()),
            Part::Swelling(size) => (8, 0, zeros(*size), *size),
        };
        let mut shared = [20, 0x800, method, 0, 0].map(u16::to_le_bytes).concat();
        shared.extend([crc, u32::try_from(data.len()).unwrap(), size].map(u32::to_le_bytes).concat());
        shared.extend([u16::try_from(name.len()).unwrap(), 0].map(u16::to_le_bytes).concat());
        directory.extend([b"PK\x01\x02\x14\0".as_slice(), &shared, &[0; 10]].concat());
        directory.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend([b"PK\x03\x04".as_slice(), &shared, name.as_bytes(), &data].concat());
    }
    let count = u16::try_from(parts.len()).unwrap();
    let end = [0, 0, count, count].map(u16::to_le_bytes).concat();
    let place = [directory.len(), bytes.len()].map(|at| u32::try_from(at).unwrap().to_le_bytes()).concat();
    [bytes, directory, b"PK\x05\x06".to_vec(), end, place, vec![0; 2]].concat()
}

/// A workbook whose one sheet is this part.
pub(crate) fn workbook(sheet: Part<'_>) -> Vec<u8> {
    const RELATION: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let related = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"r\" Type=\"{RELATION}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let (root, book) = (related("officeDocument", "xl/workbook.xml"), related("worksheet", "sheet.xml"));
    let sheets = "<workbook><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"r\"/></sheets></workbook>";
    zip(&[
        ("[Content_Types].xml", Part::Plain(b"<Types/>")),
        ("_rels/.rels", Part::Plain(root.as_bytes())),
        ("xl/workbook.xml", Part::Plain(sheets.as_bytes())),
        ("xl/_rels/workbook.xml.rels", Part::Plain(book.as_bytes())),
        ("xl/sheet.xml", sheet),
    ])
}

/// A workbook as Excel encrypts it: a compound file whose one stream is called EncryptedPackage.
pub(crate) fn encrypted() -> Vec<u8> {
    const END: u32 = 0xFFFF_FFFE;
    const FREE: u32 = u32::MAX;
    let mut header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    header.extend([0; 16]);
    header.extend([0x3e_u16, 3, 0xfffe, 9, 6, 0, 0, 0].map(u16::to_le_bytes).concat());
    header.extend([0, 1, 1, 0, 4096, END, 0, END, 0, 0].map(u32::to_le_bytes).concat());
    header.resize(512, 0xff);
    let mut table = [0xFFFF_FFFD, END].map(u32::to_le_bytes).concat();
    table.resize(512, 0xff);
    let entry = |name: &str, kind: u8, child: u32| {
        let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = u16::try_from(bytes.len()).unwrap();
        bytes.resize(64, 0);
        bytes.extend((if length == 0 { 0 } else { length + 2 }).to_le_bytes());
        bytes.extend([kind, 1]);
        bytes.extend([FREE, FREE, child].map(u32::to_le_bytes).concat());
        bytes.extend([0; 36]);
        bytes.extend((if kind == 0 { 0 } else { END }).to_le_bytes());
        bytes.extend([0; 8]);
        bytes
    };
    let entries = [
        entry("Root Entry", 5, 1),
        entry("EncryptedPackage", 2, FREE),
        entry("", 0, FREE),
        entry("", 0, FREE),
    ];
    [header, table, entries.concat()].concat()
}

/// So many zero bytes in one deflate block with fixed codes: 258 of them in 13 bits.
fn zeros(size: u32) -> Vec<u8> {
    let (mut bytes, mut held, mut count) = (Vec::new(), 0_u32, 0);
    let mut put = |code: u32, length: u32| {
        // Huffman codes are packed from their highest bit.
        for bit in (0..length).rev() {
            held |= (code >> bit & 1) << count;
            count += 1;
            if count == 8 {
                bytes.push(u8::try_from(held).unwrap());
                (held, count) = (0, 0);
            }
        }
    };
    put(0b110, 3);
    put(0b0011_0000, 8);
    (0..size / 258).for_each(|_| put(0b1100_0101 << 5, 13));
    put(0, 15);
    bytes
}

fn crc(data: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
    !data.iter().fold(u32::MAX, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc)))
}
