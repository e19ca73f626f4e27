//! How each route for the public, and of what officers do with it, is addressed by the access matrix. What needs a form of its own, or a tip
//! before a unit, is shown in casework's `tips` and `families`.

use crate::matrix_rows::By::{Itself, Part, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Child, Nothing, Other};

pub(crate) const PUBLIC: &[Row] = &[
    Row("GET", "/public", Nothing, Itself, ""),
    Row("GET", "/tip", Nothing, Itself, ""),
    Row("POST", "/tip", Nothing, Itself, "kind=labour&about=employer&text=x"),
    Row("GET", "/help", Nothing, Itself, ""),
    Row("POST", "/help", Nothing, Itself, "kind=money&text=x"),
    Row("GET", "/receipt", Nothing, Itself, ""),
    Row("POST", "/receipt", Nothing, Itself, "code=x"),
    Row("GET", "/f", Nothing, Itself, ""),
    Row("POST", "/f", Nothing, Itself, "code=x"),
    Row("GET", "/f/{code}", Other, Itself, ""),
    Row("POST", "/f/{code}", Other, Itself, "kind=call&words=x"),
    Row("GET", "/f-sound/{language}", Other, Itself, ""),
    Row("GET", "/tips", Nothing, Policy, ""),
    Row("GET", "/tips/{id}", Other, Itself, ""),
    Row("GET", "/tips/{id}/photos/{nth}", Other, Itself, ""),
    Row("GET", "/languages", Nothing, Policy, ""),
    Row("POST", "/languages", Nothing, Policy, ""),
    Row("POST", "/languages/{language}/off", Other, Itself, ""),
    Row("POST", "/tips/{id}/sort", Other, Itself, "do=take"),
    Row("POST", "/tips/{id}/report", Other, Itself, "words=xxxx"),
    Row("POST", "/tips/{id}/reporter", Other, Itself, "reason=ask"),
    Row("GET", "/children/{id}/family", Child, Policy, ""),
    Row("POST", "/children/{id}/family", Child, Part, "reason=absent"),
    Row("POST", "/family/{id}/revoke", Other, Itself, ""),
    Row("POST", "/family/{id}/done", Other, Itself, "words=xxxx"),
];
