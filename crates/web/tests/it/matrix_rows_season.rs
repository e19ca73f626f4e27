//! The rows of 招生入学季 for the access matrix, as in `matrix_rows`.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Child, Nothing, Other, Unit};

pub(crate) const SEASON: &[Row] = &[
    Row("GET", "/season", Nothing, Policy, ""),
    Row("POST", "/season/open", Nothing, Policy, ""),
    Row("GET", "/season/sweep", Nothing, Policy, ""),
    Row("GET", "/season/sweep/{id}", Unit, Itself, ""),
    Row(
        "POST",
        "/season/sweep/{id}",
        Unit,
        Part,
        "id=form-0001&day=2026-11-24&households=1&asked=1&visitors=段某某",
    ),
    Row("GET", "/season/plan", Nothing, Policy, ""),
    Row("POST", "/season/plan/{id}", Unit, Itself, "first=40&junior=0"),
    Row("GET", "/season/catchments", Nothing, Policy, ""),
    Row("POST", "/season/catchments", Nothing, Policy, "year=2027&source=划片方案&lines=-"),
    Row("POST", "/season/catchments/file", Nothing, Policy, ""),
    Row("GET", "/season/notices", Nothing, Policy, ""),
    Row("POST", "/season/notices", Nothing, Part, "report=2026-12-24&bring=户口簿"),
    Row("GET", "/season/notices/print.zip", Nothing, Part, ""),
    Row("GET", "/season/notices/in/{id}", Unit, Itself, ""),
    Row("POST", "/season/notices/in/{id}", Unit, Itself, "id=form-0001&day=2026-11-24&by=段某某"),
    Row("GET", "/season/notices/{id}", Other, Itself, ""),
    Row("POST", "/season/notices/{id}/deliver", Other, Itself, "mode=in_person&day=2026-11-24&signed=段某某"),
    Row("POST", "/season/notices/{id}/fail", Other, Itself, "why=moved&day=2026-11-24"),
    Row("POST", "/season/notices/{id}/answer", Other, Itself, "answer=attend"),
    Row("GET", "/season/no-shows", Nothing, Policy, ""),
    Row("GET", "/season/transitions", Nothing, Policy, ""),
    Row("POST", "/season/transitions/{id}", Child, Part, "went=high"),
    Row("GET", "/season/deferrals", Nothing, Policy, ""),
    Row("POST", "/season/deferrals/{id}", Other, Itself, "answer=grant&words=同意"),
    Row("GET", "/children/{id}/deferral", Child, Policy, ""),
    Row(
        "POST",
        "/children/{id}/deferral",
        Child,
        Policy,
        "applicant=段某某&condition=身体状况，县医院证明&until=2027-03-01",
    ),
];
