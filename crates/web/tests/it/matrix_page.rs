//! docs/access-matrix.md is what the program does: it is written from the same tables, and must be written anew when
//! they change.

/// Issue 3, 5: the access matrix is complete and printed.
#[test]
fn the_printed_matrix_is_the_programs() {
    let printed = include_str!("../../../../docs/access-matrix.md");
    let made = web::matrix::page();
    assert!(
        printed == made,
        "docs/access-matrix.md is old: cargo run -p web --example access-matrix > docs/access-matrix.md"
    );
}
