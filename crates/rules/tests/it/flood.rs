//! Spam on public forms (hazard F03, F10): what is taken, held, or asked to wait; nothing is dropped.

use jiff::SignedDuration;
use rules::flood::{Admit, Brought, FREE_ALL, FREE_HERE, FULL_ALL, FULL_HERE, Load, admit, zero_bits};

fn brought(seconds: i64, bits: u32) -> Brought {
    Brought { age: SignedDuration::from_secs(seconds), bits }
}

/// What comes in an ordinary hour is free; what is more brings a proof, or waits.
#[test]
fn free_then_a_proof_or_a_wait() {
    let check = |here, all, brought, expected| {
        assert_eq!(admit(Load { here, all }, brought), expected, "{here} {all} {brought:?}");
    };
    check(0, 0, brought(0, 0), Admit::Take);
    check(FREE_HERE - 1, FREE_ALL - 1, brought(0, 0), Admit::Take);
    check(FREE_HERE, FREE_HERE, brought(0, 0), Admit::Wait { bits: 11, seconds: 60 });
    check(1, FREE_ALL, brought(20, 10), Admit::Wait { bits: 11, seconds: 40 });
    check(FREE_HERE, FREE_HERE, brought(0, 11), Admit::Take);
    check(FREE_HERE, FREE_HERE, brought(60, 0), Admit::Take);
    check(FULL_HERE, FULL_HERE, brought(0, 12), Admit::Hold);
    check(1, FULL_ALL, brought(180, 0), Admit::Hold);
    // However many come, an old phone is done within ten minutes.
    check(100_000, 1_000_000, brought(0, 0), Admit::Wait { bits: 16, seconds: 600 });
    check(100_000, 1_000_000, brought(600, 0), Admit::Hold);
    check(100_000, 1_000_000, brought(0, 16), Admit::Hold);
}

#[test]
fn bits_of_a_digest() {
    for (digest, bits) in
        [(&[0xff_u8][..], 0), (&[0x7f], 1), (&[0x00, 0x80], 8), (&[0, 0, 1], 23), (&[0, 0], 16), (&[], 0)]
    {
        assert_eq!(zero_bits(digest), bits, "{digest:?}");
    }
}
