//! One fixed mixing function for keys. It must give the same value on every machine and in every
//! run, because the order of blocks and so the bytes of the results hang on it; it is no defence
//! against somebody who chooses colliding names, and needs none: equal keys are checked again.

/// Folds `value` into `state`. Two rounds of multiply and shift: cheap, and good enough that the
/// top bits can serve as a partition number.
pub(crate) const fn mix(state: u64, value: u64) -> u64 {
    let a = (state ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let b = (a ^ (a >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    b ^ (b >> 32)
}

/// A key made of several parts, never 0: 0 stands for “this row has no such key”.
pub(crate) fn key(kind: u64, parts: &[u64]) -> u64 {
    parts.iter().fold(kind.wrapping_mul(0xD6E8_FEB8_6659_FD93), |state, &part| mix(state, part)).max(1)
}
