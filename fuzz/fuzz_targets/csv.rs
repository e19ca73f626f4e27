//! Text with delimiters, in any encoding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::read(bytes);
    fuzz::read(&["姓名,身份证件号\n".as_bytes(), bytes].concat());
});
