//! Arbitrary and broken bytes.
