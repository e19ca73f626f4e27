//! Web pages under the name of .xls.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::read(&["<table><tr><td>姓名<td>身份证件号<tr>".as_bytes(), bytes].concat());
});
