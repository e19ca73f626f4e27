//! 报送: what was handed in each time, with the children behind a school's numbers of that moment. Only ever added: what a reviewer sent back can be
//! held beside what came then.

use rules::regular::{Content, Kind, Why};

use super::draft::{children, opened};
use super::read::{Changed, Named, changed, reached};
use super::write::{Row, Words};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A handing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handing {
    /// 1, 2 ...: the so-manieth of this version.
    pub nth: i64,
    /// Its words.
    pub words: Words,
    /// Whether nought was declared.
    pub is_zero: bool,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Numbers that are other than in the one before: of which line, was, is.
    pub lines: Vec<(String, String, String)>,
    /// What changed on the list of a school since the one before, as far as the reader reaches the children.
    pub changes: Vec<Changed>,
}

/// Keeps what was handed in, and the children behind it: what the reviewer sees stays, also when it is sent back.
pub(super) fn handed_in(
    desk: &mut Desk<'_, '_>,
    id: &str,
    row: &Row,
    (content, words, is_zero): (&str, &Words, bool),
) -> Result<(), Refused> {
    let county = desk.county();
    let before = desk.tx.one(
        "select cast(count(*) as bigint) from regular_act where county = $1 and report = $2 and act = 'submit'",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    let nth = before + 1;
    desk.tx.execute(
        "insert into regular_handing (county, report, nth, content, situation, problems, next_steps, zero, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            county,
            id,
            nth,
            content,
            &words.situation,
            &words.problems,
            &words.next,
            row.kind == Kind::SchoolMonth && is_zero,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if row.kind != Kind::SchoolMonth {
        return Ok(());
    }
    // Of the same moment as the numbers.
    for (child, why) in children(desk, &row.unit, &row.period)? {
        desk.tx.execute(
            "insert into regular_named (county, report, nth, child, why) values ($1, $2, $3, $4, $5)
             on conflict (county, report, nth, child, why) do nothing",
            &params![county, id, nth, &child, why.code()],
        )?;
    }
    Ok(())
}

/// The children of a handing in; of the last one where none is named.
pub(super) fn kept_children(
    desk: &mut Desk<'_, '_>,
    id: &str,
    nth: Option<i64>,
) -> Result<Vec<(String, Why)>, Refused> {
    let rows = desk.tx.query(
        "select child, why from regular_named where county = $1 and report = $2
           and nth = coalesce($3, (select max(nth) from regular_handing where county = $1 and report = $2))
         order by child, why",
        &params![desk.county(), id, nth],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(rows.into_iter().filter_map(|(child, why)| Some((child, Why::from_code(&why)?))).collect())
}

/// Every handing in, the first before the others; from the second on with what changed on the list of a school, child by child.
pub(super) fn handings(desk: &mut Desk<'_, '_>, id: &str, row: &Row) -> Result<Vec<Handing>, Refused> {
    let all = desk.tx.query(
        "select h.nth, h.content, h.situation, h.problems, h.next_steps, h.zero, coalesce(account.name, ''), h.at
         from regular_handing h left join account on account.county = h.county and account.id = h.by_account
         where h.county = $1 and h.report = $2 order by h.nth limit 50",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            let words = Words { situation: text(2)?, problems: text(3)?, next: text(4)? };
            let one = Handing {
                nth: row.get(0)?,
                lines: Vec::new(),
                words,
                is_zero: row.get(5)?,
                by: text(6)?,
                at: text(7)?,
                changes: Vec::new(),
            };
            Ok((text(1)?, one))
        },
    )?;
    let (mut then, mut kept): (Option<(Content, Vec<Named>)>, Vec<Handing>) = (None, Vec::new());
    for (content, mut one) in all {
        let content = opened(&content)?;
        let named = match row.kind {
            Kind::SchoolMonth => {
                let all = kept_children(desk, id, Some(one.nth))?;
                reached(desk, &all)?
            }
            _ => Vec::new(),
        };
        if let Some((was, listed)) = &then {
            one.changes = changed(listed, &named);
            one.lines = moved_lines(was, &content);
        }
        then = Some((content, named));
        kept.push(one);
    }
    Ok(kept)
}

/// The numbers that are other than they were: of which line, was, is.
fn moved_lines(was: &Content, is: &Content) -> Vec<(String, String, String)> {
    let lines = |of: &Content| -> Vec<(String, String)> {
        let all = of.sections.iter().flat_map(|section| &section.lines);
        all.map(|line| (line.label.clone(), line.value.clone())).collect()
    };
    let then = lines(was);
    let value = |label: &str| then.iter().find(|(own, _)| own == label).map(|(_, value)| value.clone());
    lines(is)
        .into_iter()
        .filter_map(|(label, value_now)| {
            let before = value(&label).unwrap_or_default();
            (before != value_now).then_some((label, before, value_now))
        })
        .collect()
}
