//! 文书: what an official document says, taken from facts as they were when the act was done; that it was made, by whom and
//! with which digest, is on the record. Laying it out is the affair of `documents::paper`, outside of any transaction.

pub mod case;
mod facts;
pub(crate) mod oversight;
mod suspect_report;

use documents::paper::{Made, Paper};
use jiff::civil::Date;
use rules::access::{Action, Grant, Subject, may};

pub(crate) use facts::{Facts, Receiver};
pub use oversight::{KeptPaper, checked_oversight};
pub use suspect_report::{SUSPECT_REPORT, suspect_report};

use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;

/// A paper before it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it says, as the reader may have it.
    pub paper: Paper,
    /// The plan's key of the paper.
    pub kind: &'static str,
    /// Id of what it is about: of the report.
    pub subject: String,
    /// Id of the child.
    pub child: String,
    /// Whether something of the child is hidden in it.
    pub masked: bool,
}

/// A file that was made of a paper: once in the table, however often it is made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// 发文字号.
    pub number: String,
    /// pdf, docx.
    pub form: String,
    /// SHA-256 of its bytes, as hexadecimal.
    pub sha256: String,
    /// Whether something of the child is hidden in it.
    pub masked: bool,
    /// Who made it first.
    pub by: String,
    /// When.
    pub at: String,
}

impl Filed {
    /// Its digest in groups of eight, so that it can be read out and fits a phone.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut text = String::with_capacity(72);
        for (at, sign) in self.sha256.chars().enumerate() {
            if at > 0 && at % 8 == 0 {
                text.push(' ');
            }
            text.push(sign);
        }
        text
    }
}

/// Whether the actor may make papers about the child; identity proved shortly before, for the file leaves the house.
fn allowed<'a>(
    desk: &mut Desk<'a, '_>,
    child: &str,
    named: (&'static str, &str),
) -> Result<Grant<'a>, Refused> {
    let ties = ties_of(desk, child)?;
    desk.require(Action::MakePaper, &Subject::Child(&ties), named)
}

/// Puts on the record that the paper was made, with its digest; only then the file may leave.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn record(desk: &mut Desk<'_, '_>, draft: &Draft, made: &Made) -> Result<(), Refused> {
    let grant = allowed(desk, &draft.child, ("paper", &draft.subject))?;
    put(desk, (draft.kind, &draft.subject), &draft.child, &draft.paper.number, made, draft.masked)?;
    let hidden = if draft.masked { "，部分信息已隐去" } else { "" };
    let said = format!("{} {}，SHA-256 {}{hidden}", draft.paper.number, made.form.code(), made.sha256);
    desk.record(Action::MakePaper, grant.post, ("child", &draft.child), "", &said)
}

/// The file's row in the register of papers: once, however often the same is made.
fn put(
    desk: &mut Desk<'_, '_>,
    (kind, subject): (&str, &str),
    child: &str,
    number: &str,
    made: &Made,
    masked: bool,
) -> Result<(), Refused> {
    let bytes = i64::try_from(made.bytes.len()).unwrap_or(i64::MAX);
    desk.tx.execute(
        "insert into paper (county, id, kind, subject, child, number, form, sha256, bytes, masked, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict (county, kind, subject, form, sha256) do nothing",
        &params![
            desk.county(),
            desk.now.id(),
            kind,
            subject,
            child,
            number,
            made.form.code(),
            &made.sha256,
            bytes,
            i64::from(masked),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// The files that were made of a paper about the child, the first before the others; `None` for whoever may make none.
/// Seeing what there is needs no fresh proof of identity; making it does.
///
/// # Errors
/// [`Refused::Storage`].
pub fn filed(
    desk: &mut Desk<'_, '_>,
    child: &str,
    kind: &str,
    subject: &str,
) -> Result<Option<Vec<Filed>>, Refused> {
    let ties = ties_of(desk, child)?;
    if may(desk.actor(), Action::MakePaper, &Subject::Child(&ties)).is_err() {
        return Ok(None);
    }
    files(desk, kind, subject).map(Some)
}

/// The same for whoever is known to may.
fn files(desk: &mut Desk<'_, '_>, kind: &str, subject: &str) -> Result<Vec<Filed>, Refused> {
    desk.tx.query(
        "select paper.number, paper.form, paper.sha256, paper.masked, coalesce(account.name, ''), paper.at
         from paper
         left join account on account.county = paper.county and account.id = paper.by_account
         where paper.county = $1 and paper.kind = $2 and paper.subject = $3
         order by paper.at, paper.id limit 50",
        &params![desk.county(), kind, subject],
        |row| {
            Ok(Filed {
                number: row.get(0)?,
                form: row.get(1)?,
                sha256: row.get(2)?,
                masked: row.get(3)?,
                by: row.get(4)?,
                at: row.get(5)?,
            })
        },
    )
    .map_err(Refused::from)
}

/// `2026年11月24日`.
pub(crate) fn spelled(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// The same of a moment as it is stored, with the hour.
fn moment(stamp: &str) -> String {
    let day = stamp.get(..10).and_then(|day| day.parse::<Date>().ok());
    match (day, stamp.get(11..16)) {
        (Some(day), Some(hour)) => format!("{}{hour}", spelled(day)),
        _ => stamp.to_owned(),
    }
}
