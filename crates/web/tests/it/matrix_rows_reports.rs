//! How the routes of the four regular reports are addressed by the access matrix, and where it is shown what each of their acts leaves behind.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Nothing, Other};

pub(crate) const REPORTS: &[Row] = &[
    Row("GET", "/regular", Nothing, Policy, ""),
    Row("POST", "/regular", Nothing, Part, "kind=school_month&unit=x&period=2026-10"),
    Row("GET", "/regular/board", Nothing, Part, ""),
    Row("POST", "/regular/board", Nothing, Part, "period=2026-10"),
    Row("GET", "/regular/field", Nothing, Part, ""),
    Row("POST", "/regular/field", Nothing, Part, "period=2026-q4"),
    Row(
        "POST",
        "/regular/field/visit",
        Nothing,
        Part,
        "period=2026-q4&at=school x&day=2026-11-23&found=fine&words=xx",
    ),
    Row("POST", "/regular/annex", Nothing, Part, "report=x&purpose=report"),
    Row("GET", "/regular/{id}", Other, Itself, ""),
    Row("POST", "/regular/{id}/redraft", Other, Itself, ""),
    Row("POST", "/regular/{id}/write", Other, Itself, "situation=xx"),
    Row("POST", "/regular/{id}/submit", Other, Itself, "situation=xx&zero=1"),
    Row("POST", "/regular/{id}/accept", Other, Itself, ""),
    Row("POST", "/regular/{id}/return", Other, Itself, "why=xx"),
    Row("POST", "/regular/{id}/correct", Other, Itself, "why=xx"),
    Row("POST", "/regular/{id}/recheck", Other, Itself, "result=confirmed"),
    Row("GET", "/regular/{id}/report.pdf", Other, Itself, ""),
    Row("GET", "/regular/{id}/report.docx", Other, Itself, ""),
    Row("GET", "/regular/{id}/report.xlsx", Other, Itself, ""),
    Row("GET", "/api/v1/regular-reports", Nothing, Policy, ""),
    Row("GET", "/api/v1/regular-reports/{id}", Other, Itself, ""),
];

const TESTS: &str = "crates/casework/tests/it/regular.rs";

pub(crate) const REPORTS_SHOWN: &[(&str, &str)] = &[
    ("/regular", TESTS),
    ("/regular/board", TESTS),
    ("/regular/field", TESTS),
    ("/regular/field/visit", TESTS),
    ("/regular/annex", TESTS),
    ("/regular/{id}/redraft", TESTS),
    ("/regular/{id}/write", TESTS),
    ("/regular/{id}/submit", TESTS),
    ("/regular/{id}/accept", TESTS),
    ("/regular/{id}/return", TESTS),
    ("/regular/{id}/correct", TESTS),
    ("/regular/{id}/recheck", TESTS),
];
