//! `baoxue demo`: a county of invented people to try everything on. What the county consists of is made in [`world`];
//! nothing here decides a rule.

#[allow(dead_code, reason = "the step that writes the world into a database reads what here is only made")]
pub(crate) mod world;
