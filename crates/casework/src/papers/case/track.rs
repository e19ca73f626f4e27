//! What happens in hearing, review, court and enforcement: dated entries of the file, only ever added.

use jiff::civil::Date;
use rules::access::Action;
use rules::case::paper::Track;

use super::make::hand;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackLine {
    /// What.
    pub kind: Track,
    /// On which day.
    pub on: Date,
    /// In words; empty where the reader does not see the family.
    pub words: String,
    /// Who entered it.
    pub by: String,
    /// When.
    pub at: String,
}

/// Keeps an entry.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for a case that has ended, [`Refused::Storage`].
pub fn enter_track(
    desk: &mut Desk<'_, '_>,
    case: &str,
    kind: Track,
    on: Date,
    words: &str,
) -> Result<(), Refused> {
    let hand = hand(desk, case)?;
    let words = words.trim();
    if on > desk.now.day() || on < hand.open.opened.date() {
        return Err(Refused::field("on", "日期应在立案以后、今天以前"));
    }
    let signs = words.chars().count();
    if !(4..=1000).contains(&signs) || !words.lines().all(plain) {
        return Err(Refused::field("words", "请写案号、结果等，4到1000个字"));
    }
    let same = tracks(desk, case, true)?
        .into_iter()
        .any(|one| one.kind == kind && one.on == on && one.words == words);
    if same {
        return Ok(());
    }
    let id = desk.now.id();
    let sealed = desk.seal("case_track", "words", &id, words);
    desk.tx.execute(
        "insert into case_track (county, id, case_id, kind, on_day, words_sealed, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            &id,
            case,
            kind.code(),
            on,
            sealed,
            &desk.actor().account,
            &hand.post.unit,
            desk.now.stamp()
        ],
    )?;
    let detail = format!("登记进程：{} {on}", kind.label());
    desk.record(Action::TakeStep, Some(&hand.post), ("child", &hand.child), "", &detail)
}

/// The entries of a case by their day; at most two hundred.
pub(super) fn tracks(desk: &mut Desk<'_, '_>, case: &str, whole: bool) -> Result<Vec<TrackLine>, Refused> {
    let rows = desk.tx.query(
        "select t.id, t.kind, t.on_day, t.words_sealed, coalesce(account.name, ''), t.at from case_track t
         left join account on account.county = t.county and account.id = t.by_account
         where t.county = $1 and t.case_id = $2 order by t.on_day, t.at, t.id limit 200",
        &params![desk.county(), case],
        |row| {
            let line = TrackLine {
                // A kind that this program does not know cannot be written by it.
                kind: Track::from_code(&row.get::<String>(1)?).unwrap_or(Track::Statement),
                on: row.get(2)?,
                words: String::new(),
                by: row.get(4)?,
                at: row.get(5)?,
            };
            Ok((row.get::<String>(0)?, line, row.get::<Vec<u8>>(3)?))
        },
    )?;
    let mut all = Vec::with_capacity(rows.len());
    for (id, line, sealed) in rows {
        let words = if whole { desk.open("case_track", "words", &id, Some(&sealed))? } else { String::new() };
        all.push(TrackLine { words, ..line });
    }
    Ok(all)
}
