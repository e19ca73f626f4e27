//! Identity numbers: whatever a cell holds is a number or a reason why not, and a number masks itself.
#![no_main]

use rules::identity::CitizenId;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(id) = CitizenId::parse(text) {
        assert!(id.masked().contains('*'));
    }
});
