//! 四步法文书 of a case: what is asked, the paper with its number, its seal, its service, what follows on it by when, and the 卷宗. What
//! each paper needs is `rules::case::paper`'s to say; one drawing makes them all. Why it is so: docs/adr/0022-case-papers.md.

mod blank;
mod bundle;
mod check;
mod draw;
mod ground;
mod kept;
mod make;
mod party;
mod scan;
mod serve;
mod shelf;
mod track;

pub use blank::{Asked, Blank, blank};
pub use bundle::{BundleDraft, bundle, record_bundle};
pub(super) use check::marked;
pub use check::{Checked, checked};
pub(crate) use draw::cited;
pub(crate) use ground::current as current_ground;
pub use ground::{GroundForm, GroundLine, end_ground, grounds, register_ground, review_ground};
pub use make::{Filled, case_paper, make_paper, stamp_paper};
pub use scan::{ScanLine, Scanned, Void, add_scan, look_at_void, scan_image, void_scan};
pub use serve::{Serving, serve_paper};
pub use shelf::{Due, Glance, OnePaper, Shelf, ShelfPaper, glance, one_paper, shelf};
pub use track::{TrackLine, enter_track};
