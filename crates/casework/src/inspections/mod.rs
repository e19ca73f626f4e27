//! 督导, 五(十二): schools and classes drawn by the program with a seed that is kept, checklists, findings that are open until somebody else than the
//! unit has seen that they are put right, a result for everybody that names no child and ranks no school (hazards B05, B13, F06), and the yearly
//! assessment with the word of the assessed. Why it is so: docs/adr/0030-inspection.md.

mod assess;
mod draw;
mod fill;
mod paper;
mod read;
mod rectify;
mod result;

pub use assess::{AssessedFile, AssessedLine, AssessedUnit, assessed, assessed_units, mark, reply};
pub use draw::{NewInspection, begin, schools_to_visit};
pub use fill::{NewFinding, Ticked, find, tick};
pub use paper::{result_made, result_paper};
pub use read::{
    CheckLine, FindingLine, InspectionFile, InspectionLine, PlaceFile, PlaceLine, Ticket, inspection,
    inspections, not_visited, place,
};
pub use rectify::{FindingFile, FindingSaid, close, finding, findings, give_back, nightly, report, waiting};
pub use result::{Published, ResultLine, draft_of, propose, publish, published, refuse, results};
