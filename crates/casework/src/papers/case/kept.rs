//! A paper of a case as it is stored: its row, what it says, and the code that binds the two.

use std::collections::BTreeMap;

use documents::paper::Paper;
use jiff::civil::Date;
use rules::case::paper::{Before, PaperKind};
use rules::case::service::Mode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::keys::Keys;
use crate::params;
use crate::refused::Refused;

/// What a paper says: sealed in its row, and never made anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) values: BTreeMap<String, String>,
    pub(super) paper: Paper,
}

/// A row of `case_paper`.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) case: String,
    pub(super) child: String,
    pub(super) kind: PaperKind,
    pub(super) organ: String,
    pub(super) word: String,
    pub(super) day: Date,
    pub(super) until: Option<Date>,
    pub(super) about: Option<String>,
    pub(super) mode: Option<Mode>,
    pub(super) served: Option<Date>,
    pub(super) code: String,
    /// Account of who made it, and the name.
    pub(super) maker: String,
    pub(super) made_by: String,
    pub(super) made_at: String,
    pub(super) stamped_by: String,
    pub(super) stamped_at: Option<String>,
}

const SELECT: &str = "select p.id, p.case_id, c.child, p.kind, p.organ, p.word, p.day, p.until_day,
        p.about, p.mode, p.served_day, p.code, coalesce(maker.name, ''), p.made_at, coalesce(stamper.name, ''), p.stamped_at, p.made_by
     from case_paper p
     join child_case c on c.county = p.county and c.id = p.case_id
     left join account maker on maker.county = p.county and maker.id = p.made_by
     left join account stamper on stamper.county = p.county and stamper.id = p.stamped_by";

fn read(row: &Row<'_>) -> Result<Stored, DbError> {
    Ok(Stored {
        id: row.get(0)?,
        case: row.get(1)?,
        child: row.get(2)?,
        // A kind that this program does not know cannot be written by it.
        kind: PaperKind::from_code(&row.get::<String>(3)?).unwrap_or(PaperKind::ServiceReceipt),
        organ: row.get(4)?,
        word: row.get(5)?,
        day: row.get(6)?,
        until: row.get(7)?,
        about: row.get(8)?,
        mode: Mode::from_code(&row.get::<String>(9)?),
        served: row.get(10)?,
        code: row.get(11)?,
        made_by: row.get(12)?,
        made_at: row.get(13)?,
        stamped_by: row.get(14)?,
        stamped_at: row.get(15)?,
        maker: row.get(16)?,
    })
}

/// The papers of a case, the first before the others; at most five hundred.
pub(super) fn of_case(desk: &mut Desk<'_, '_>, case: &str) -> Result<Vec<Stored>, Refused> {
    Ok(desk.tx.query(
        &format!("{SELECT} where p.county = $1 and p.case_id = $2 order by p.made_at, p.id limit 500"),
        &params![desk.county(), case],
        read,
    )?)
}

/// One of them; `None` where there is none.
pub(super) fn stored(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Stored>, Refused> {
    let found = desk.tx.optional(
        &format!("{SELECT} where p.county = $1 and p.id = $2"),
        &params![desk.county(), id],
        read,
    )?;
    Ok(found)
}

/// What it says.
pub(super) fn said(desk: &mut Desk<'_, '_>, id: &str) -> Result<Said, Refused> {
    let sealed = desk.tx.one(
        "select said_sealed from case_paper where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<Vec<u8>>(0),
    )?;
    parsed(&desk.open("case_paper", "said", id, Some(&sealed))?)
}

pub(super) fn parsed(text: &str) -> Result<Said, Refused> {
    serde_json::from_str(text).map_err(|error| Refused::Fault(format!("a paper of a case: {error}")))
}

/// What the rules must know of the papers that were made. A service that counts only from a later day (公告) has not come yet.
pub(super) fn before(papers: &[Stored], today: Date) -> Vec<Before> {
    papers
        .iter()
        .filter(|paper| paper.kind != PaperKind::ServiceReceipt)
        .map(|paper| Before {
            kind: paper.kind,
            made: paper.day,
            served: served(papers, &paper.id).filter(|day| *day <= today),
        })
        .collect()
}

/// The day on which a paper was served on the last of those whom it was served on: nobody's term ends before it.
pub(super) fn served(papers: &[Stored], id: &str) -> Option<Date> {
    papers.iter().filter(|one| one.about.as_deref() == Some(id)).filter_map(|one| one.served).max()
}

/// What the code of a paper is over.
pub(super) struct Bound<'a> {
    pub(super) county: &'a str,
    pub(super) id: &'a str,
    pub(super) case: &'a str,
    pub(super) kind: &'a str,
    pub(super) organ: &'a str,
    pub(super) year: i64,
    pub(super) number: i64,
    /// What it says, as it is sealed.
    pub(super) said: &'a str,
}

impl Bound<'_> {
    /// The code: number and content hang together, and nobody without the key can make another (hazard B10).
    pub(super) fn code(&self, keys: &Keys) -> String {
        let Self { county, id, case, kind, organ, year, number, said } = self;
        let digest: String =
            Sha256::digest(said.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let text =
            [county, id, case, kind, organ, &*year.to_string(), &*number.to_string(), &*digest].join("\n");
        keys.mac("case_paper", text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}
