//! The rows of 新学年 for the access matrix, as in `matrix_rows`.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Nothing, Unit};

pub(crate) const TURNOVER: &[Row] = &[
    Row("GET", "/turnover", Nothing, Policy, ""),
    Row("GET", "/turnover/{id}", Unit, Itself, ""),
    Row("POST", "/turnover/{id}", Unit, Part, "year=2026&firsts=0&sevenths=0&stays="),
    Row("POST", "/turnover/{id}/withdraw", Unit, Itself, "year=2026"),
    Row("GET", "/turnover/{id}/arrivals", Unit, Itself, ""),
    Row("POST", "/turnover/{id}/arrivals", Unit, Part, "c-00000000=00000000"),
];
