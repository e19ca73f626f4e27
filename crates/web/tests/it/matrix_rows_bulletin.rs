//! How the routes of bulletins and accountability are addressed by the access matrix, and where it is shown what each of their acts leaves behind.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Nothing, Other};

pub(crate) const BULLETIN: &[Row] = &[
    Row("GET", "/public/bulletins", Nothing, Itself, ""),
    Row("GET", "/bulletins", Nothing, Policy, ""),
    Row("POST", "/bulletins", Nothing, Part, "kind=problem&title=x&opening=x&ask=x"),
    Row("GET", "/bulletins/{id}", Other, Itself, ""),
    Row("POST", "/bulletins/{id}/points", Other, Itself, "unit=x&words=xxxx&evidence=x"),
    Row("POST", "/bulletins/{id}/points/{number}/withdraw", Other, Itself, "why=xxxx"),
    Row("POST", "/bulletins/{id}/points/{number}/reply", Other, Itself, "answer=agree&words=xxxx"),
    Row("POST", "/bulletins/{id}/send", Other, Itself, ""),
    Row("POST", "/bulletins/{id}/drop", Other, Itself, "why=xxxx"),
    Row("POST", "/bulletins/{id}/approve", Other, Itself, "public=1"),
    Row("POST", "/bulletins/{id}/back", Other, Itself, "why=xxxx"),
    Row("POST", "/bulletins/{id}/issue", Other, Itself, ""),
    Row("POST", "/bulletins/{id}/amend", Other, Itself, "kind=correction&why=xxxx"),
    Row("GET", "/bulletins/{id}/paper.pdf", Other, Itself, ""),
    Row("GET", "/bulletins/{id}/paper.docx", Other, Itself, ""),
    Row("GET", "/accountability", Nothing, Policy, ""),
    Row(
        "POST",
        "/accountability",
        Nothing,
        Part,
        "about=bulletins/x&ground=law53&words=xxxx&post=x&article=x",
    ),
    Row("GET", "/accountability/{id}", Other, Itself, ""),
    Row("POST", "/accountability/{id}/state", Other, Itself, "words=xxxx"),
    Row("POST", "/accountability/{id}/silent", Other, Itself, ""),
    Row(
        "POST",
        "/accountability/{id}/decide",
        Other,
        Itself,
        "measure=talk&organ=xxxx&words=xxxx&mend_day=2026-12-24",
    ),
    Row("POST", "/accountability/{id}/mend", Other, Itself, "words=xxxx"),
    Row("POST", "/accountability/{id}/accept", Other, Itself, "seen=xxxx"),
    Row("POST", "/accountability/{id}/back", Other, Itself, "why=xxxx"),
    Row("GET", "/accountability/{id}/notice.pdf", Other, Itself, ""),
    Row("GET", "/accountability/{id}/notice.docx", Other, Itself, ""),
    Row("GET", "/api/v1/bulletins", Nothing, Policy, ""),
];

const BULLETINS: &str = "crates/casework/tests/it/bulletins.rs";
const ACCOUNTABILITY: &str = "crates/casework/tests/it/accountability.rs";

pub(crate) const SHOWN: &[(&str, &str)] = &[
    ("/bulletins", BULLETINS),
    ("/bulletins/{id}/points", BULLETINS),
    ("/bulletins/{id}/points/{number}/withdraw", BULLETINS),
    ("/bulletins/{id}/points/{number}/reply", BULLETINS),
    ("/bulletins/{id}/send", BULLETINS),
    ("/bulletins/{id}/drop", BULLETINS),
    ("/bulletins/{id}/approve", BULLETINS),
    ("/bulletins/{id}/back", BULLETINS),
    ("/bulletins/{id}/issue", BULLETINS),
    ("/bulletins/{id}/amend", BULLETINS),
    ("/accountability", ACCOUNTABILITY),
    ("/accountability/{id}/state", ACCOUNTABILITY),
    ("/accountability/{id}/silent", ACCOUNTABILITY),
    ("/accountability/{id}/decide", ACCOUNTABILITY),
    ("/accountability/{id}/mend", ACCOUNTABILITY),
    ("/accountability/{id}/accept", ACCOUNTABILITY),
    ("/accountability/{id}/back", ACCOUNTABILITY),
];
