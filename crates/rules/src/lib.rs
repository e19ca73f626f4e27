//! Pure rules of 控辍保学: who a number belongs to, how old a child is on a date, which day is a school day,
//! where a village lies, and what the county plan asks for.
//!
//! Nothing here reads a file, a clock, a database or the network: text and dates come in, values and
//! problems in plain Chinese go out. What a county may decide is read from its plan ([`plan`]); what
//! national standards and laws fix is code, each with its number or article.

pub mod access;
pub mod accountability;
pub mod age;
pub mod attendance;
pub mod bulletin;
pub mod calendar;
pub mod case;
pub mod codes;
pub mod conference;
pub mod county_codes;
pub mod date;
pub mod decision;
pub mod divisions;
pub mod family;
pub mod figures;
pub mod flood;
mod fold;
pub mod groups;
pub mod identity;
pub mod inspection;
pub mod lesson;
pub mod mask;
pub mod pairing;
pub mod plan;
pub mod publish;
pub mod purpose;
pub mod reach;
pub mod regular;
pub mod request;
pub mod roll;
pub mod safeguard;
pub mod season;
pub mod sign_on;
pub mod standing;
pub mod tip_off;
pub mod turnover;
pub mod twin;
pub mod warning;
pub mod ways;
pub mod works;
