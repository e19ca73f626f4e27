//! How each route of 上学路程 and 校点撤并研究 is addressed by the access matrix. What a study of the matrix answers is for the tests of
//! casework: there is none, and who may is told so alike.

use crate::matrix_rows::By::{Itself, Policy};
use crate::matrix_rows::Row;
use crate::matrix_rows::Target::{Nothing, Other};

pub(crate) const WAYS: &[Row] = &[
    Row("GET", "/ways", Nothing, Policy, ""),
    Row("GET", "/ways/new", Nothing, Policy, ""),
    Row(
        "POST",
        "/ways/new",
        Nothing,
        Policy,
        "day=2026-11-23&source=村干部计时&lines=P1单位 P11单位 SP单位 20 1.5 步行",
    ),
    Row("GET", "/ways/places", Nothing, Policy, ""),
    Row("POST", "/ways/places", Nothing, Policy, "year=2026&source=总务处&lines=SP单位 40 2"),
    Row("GET", "/ways/studies", Nothing, Policy, ""),
    Row("POST", "/ways/studies", Nothing, Policy, "school=SP单位&from=2027-09-01&why=生源减少"),
    Row("GET", "/ways/studies/{id}", Other, Itself, ""),
    Row("GET", "/ways/studies/{id}/print", Other, Itself, ""),
    Row("POST", "/ways/studies/{id}/reckon", Other, Itself, ""),
    Row("POST", "/ways/studies/{id}/step", Other, Itself, "kind=argued&day=2026-11-23&number=纪要1号"),
    Row("POST", "/ways/studies/{id}/hearing", Other, Itself, ""),
    Row("POST", "/ways/studies/{id}/withdraw", Other, Itself, "words=家长反对"),
    Row("POST", "/ways/studies/{id}/comment", Other, Itself, "words=先建后撤"),
    Row("POST", "/ways/studies/{id}/decide", Other, Itself, "stage=kept&words=保留学校"),
];
