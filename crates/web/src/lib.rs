//! Pages for each role and the JSON API: extract, one casework call, template. It knows no SQL and no rule.

pub mod assets;
pub mod look;
