//! How each route of the JSON API is addressed by the access matrix. Its bodies are JSON; `If-Match` is sent with each.

use crate::matrix_rows::By::{Everybody, Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Child, Finding, Nothing, Other, Unit};

pub(crate) const API: &[Row] = &[
    Row("GET", "/api/openapi.json", Nothing, Itself, ""),
    Row("POST", "/api/v1/session", Nothing, Itself, r#"{"username":"x","password":"y"}"#),
    Row("GET", "/api/v1/me", Nothing, Everybody, ""),
    Row("GET", "/api/v1/today", Nothing, Everybody, ""),
    Row("GET", "/api/v1/notices", Nothing, Everybody, ""),
    Row("POST", "/api/v1/notices/read", Nothing, Everybody, ""),
    Row("GET", "/api/v1/children", Nothing, Policy, ""),
    Row("GET", "/api/v1/children/{id}", Child, Policy, ""),
    Row("GET", "/api/v1/units", Nothing, Policy, ""),
    Row("GET", "/api/v1/units/{id}", Unit, Policy, ""),
    Row("GET", "/api/v1/classes", Nothing, Policy, ""),
    Row("GET", "/api/v1/classes/{id}/register/{date}", Unit, Part, ""),
    Row("PUT", "/api/v1/classes/{id}/register/{date}", Unit, Part, r#"{"sheet":"matrix-sheet"}"#),
    Row("GET", "/api/v1/absences", Nothing, Policy, ""),
    Row("GET", "/api/v1/suspects", Nothing, Policy, ""),
    Row("GET", "/api/v1/phone", Nothing, Policy, ""),
    Row("POST", "/api/v1/phone", Nothing, Part, r#"{"password":"x"}"#),
    Row("GET", "/api/v1/phone/book", Nothing, Policy, ""),
    Row("GET", "/api/v1/comparisons", Nothing, Policy, ""),
    Row("POST", "/api/v1/comparisons", Nothing, Policy, r#"{"as_of":"2026-11-24"}"#),
    Row("GET", "/api/v1/findings", Nothing, Policy, ""),
    Row("GET", "/api/v1/findings/{id}", Finding, Policy, ""),
    Row("POST", "/api/v1/findings/{id}/decide", Finding, Policy, r#"{"decision":"noted"}"#),
    Row("POST", "/api/v1/findings/{id}/assign", Finding, Policy, r#"{"unit":"x","due":"2026-11-28"}"#),
    Row("POST", "/api/v1/findings/{id}/report", Finding, Policy, r#"{"found":"elsewhere"}"#),
    Row("POST", "/api/v1/findings/{id}/reopen", Finding, Policy, r#"{"note":"x"}"#),
    Row("GET", "/api/v1/moves", Nothing, Part, ""),
    Row("POST", "/api/v1/moves/{id}/agree", Other, Itself, r#"{"side":"county"}"#),
    Row("POST", "/api/v1/moves/{id}/back", Other, Itself, r#"{"side":"county","answer":"x"}"#),
    Row("POST", "/api/v1/moves/{id}/withdraw", Other, Itself, ""),
    Row("GET", "/api/v1/imports", Nothing, Policy, ""),
    Row("POST", "/api/v1/imports", Nothing, Part, ""),
    Row("GET", "/api/v1/imports/{id}", Other, Itself, ""),
    Row("GET", "/api/v1/imports/{id}/errors.xlsx", Other, Itself, ""),
    Row("POST", "/api/v1/imports/{id}/apply", Other, Itself, ""),
    Row("POST", "/api/v1/imports/{id}/drop", Other, Itself, ""),
    Row("POST", "/api/v1/imports/{id}/undo", Other, Itself, ""),
    Row("GET", "/api/v1/audit", Nothing, Policy, ""),
    // The last row of all: it takes the sessions away.
    Row("DELETE", "/api/v1/session", Nothing, Everybody, ""),
];
