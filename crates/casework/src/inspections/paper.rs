//! 督导结果 as a paper (五(十二), 教育督导条例第二十三条): what was published, made of the kept words and of nothing that may change later. It names no child,
//! as the words do not.

use documents::paper::{Block, Made, Paper};
use jiff::civil::Date;
use rules::access::{Action, Subject};

use super::read::head;
use crate::desk::Desk;
use crate::papers::spelled;
use crate::params;
use crate::refused::Refused;

/// The paper of a published result, for whoever may publish.
///
/// # Errors
/// [`Refused::Denied`] also while it is not published, [`Refused::Storage`].
pub fn result_paper(desk: &mut Desk<'_, '_>, inspection: &str, id: &str) -> Result<Paper, Refused> {
    desk.require(Action::SignResult, &Subject::Nothing, ("inspection", inspection))?;
    head(desk, inspection, Action::SignResult)?;
    let found = desk.tx.optional(
        "select title, words, signed_at from inspection_result
         where county = $1 and inspection = $2 and id = $3 and signed_at is not null",
        &params![desk.county(), inspection, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let (title, words, at) =
        found.ok_or_else(|| Refused::denied(Action::SignResult, "inspection", inspection))?;
    let county = desk.plan.county();
    let organ = format!("{}人民政府教育督导委员会办公室", county.name);
    let day = at.get(..10).and_then(|day| day.parse::<Date>().ok()).map(spelled).unwrap_or_default();
    let text = |text: &str| Block::Text { text: text.to_owned() };
    let mut body: Vec<Block> =
        words.lines().map(str::trim).filter(|line| !line.is_empty()).map(text).collect();
    body.push(text("按照《教育督导条例》第二十三条，本结果向社会公布；有意见的，可以向督导委办公室反映。"));
    Ok(Paper {
        title: format!("{}{title}", county.short),
        body,
        signed: organ.clone(),
        date: day.clone(),
        printed: (organ.clone(), day),
        organ,
        ..Paper::default()
    })
}

/// Puts on the record that the file was made, with its digest; only then it leaves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn result_made(desk: &mut Desk<'_, '_>, inspection: &str, id: &str, made: &Made) -> Result<(), Refused> {
    result_paper(desk, inspection, id)?;
    let grant = desk.require(Action::SignResult, &Subject::Nothing, ("inspection", inspection))?;
    let said = format!("督导结果{}，SHA-256 {}", made.form.code(), made.sha256);
    desk.record(Action::SignResult, grant.post, ("inspection", inspection), "", &said)
}
