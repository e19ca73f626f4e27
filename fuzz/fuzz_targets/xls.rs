//! BIFF8 workbooks: a compound file as it comes, and records within a good one.
#![no_main]

use std::io::{Cursor, Write};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((0, records)) = bytes.split_first() else {
        return fuzz::read(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes].concat());
    };
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a compound file");
    let mut stream = file.create_stream("Workbook").expect("a stream");
    stream.write_all(b"\x09\x08\x10\0\0\x06\x05\0\0\0\0\0\0\0\0\0\0\0\0\0").expect("room in memory");
    stream.write_all(records).expect("room in memory");
    stream.flush().expect("room in memory");
    file.flush().expect("room in memory");
    fuzz::read(&file.into_inner().into_inner());
});
