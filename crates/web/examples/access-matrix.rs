//! Prints the access matrix for `docs/access-matrix.md`.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().write_all(web::matrix::page().as_bytes())
}
