//! How the routes of the figures and of the leader's page are addressed by the access matrix.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Nothing, Other};

pub(crate) const FIGURES: &[Row] = &[
    Row("GET", "/figures", Nothing, Policy, ""),
    Row("POST", "/figures/renew", Nothing, Policy, ""),
    // There is no snapshot in the county of the matrix.
    Row("POST", "/figures/freeze", Nothing, Part, "number=1&label=月报"),
    Row(
        "POST",
        "/figures/yearbook",
        Nothing,
        Policy,
        "school_year=2026&part=1000&whole=1010&source=2026年教育事业统计年报",
    ),
    Row("POST", "/figures/export", Nothing, Policy, "figure=enrolment&purpose=check"),
    Row("GET", "/cohorts", Nothing, Part, ""),
    Row("GET", "/cohorts/{id}", Other, Itself, ""),
    Row("POST", "/cohorts/{id}", Other, Itself, "standing=moved_away&proof=转学证明"),
    Row("GET", "/figures/{key}", Other, Itself, ""),
    Row("GET", "/figures/{key}/changes", Other, Itself, ""),
    Row("GET", "/leader", Nothing, Policy, ""),
    Row("GET", "/leader/cases", Nothing, Policy, ""),
    Row("GET", "/api/v1/figures", Nothing, Policy, ""),
];
