//! Files that must be refused with one clear sentence.
