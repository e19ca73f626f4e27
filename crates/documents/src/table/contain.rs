//! The one place where a panic of a parsing library becomes an error: whatever a file makes a library do, the person
//! hears that the file is damaged, and the program goes on (ADR 0003).

use super::ReadError;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Says whose code is running: a panic of the caller's own code is none of ours to hide.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    running: Cell<bool>,
}

impl Caller {
    /// Runs the caller's code from within [`contained`].
    pub(crate) fn run<T>(&self, code: impl FnOnce() -> T) -> T {
        self.running.set(true);
        let done = code();
        self.running.set(false);
        done
    }
}

/// Runs `read`; a panic in it is an error, unless it comes from the caller's code.
///
/// Nothing that `read` touched is used afterwards: its reader is dropped, and what it had gathered with it.
pub(crate) fn contained<T>(
    caller: &Caller,
    read: impl FnOnce() -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read,
        Err(panic) if caller.running.get() => resume_unwind(panic),
        Err(_) => Err(ReadError::damaged("内容读不懂")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Kind;

    /// E04
    #[test]
    fn only_a_library_s_panic_is_contained() {
        let caller = Caller::default();
        assert_eq!(contained(&caller, || Ok(1)), Ok(1));
        let theirs = contained::<()>(&caller, || panic!("as a library might"));
        assert_eq!(theirs.map_err(|error| error.kind), Err(Kind::Damaged));
        let ours =
            catch_unwind(AssertUnwindSafe(|| contained::<()>(&caller, || caller.run(|| panic!("ours")))));
        assert!(ours.is_err());
    }
}
