//! 通报 as a paper: what is said of each unit, on what it rests, what the unit said to it to the letter, and what is asked. Units stand by their codes.

use documents::paper::{Block, Made, Paper};
use rules::access::{Action, Subject};
use rules::bulletin::{PointStand, Source};

use super::head::{Head, Row, facts};
use super::read::seen;
use crate::desk::Desk;
use crate::papers::oversight::{KeptPaper, Oversight, filed, kept};
use crate::papers::spelled;
use crate::params;
use crate::refused::Refused;

/// 一, 二, … 二十; beyond, a plain number.
pub(crate) fn numeral(at: usize) -> String {
    const SIGNS: [&str; 11] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let sign = |at: usize| SIGNS.get(at).copied().unwrap_or_default();
    match at {
        0..=10 => sign(at).to_owned(),
        11..=19 => format!("十{}", sign(at - 10)),
        20..=99 => format!("{}十{}", sign(at / 10), sign(at % 10)),
        _ => at.to_string(),
    }
}

/// What the unit said, in a line.
pub(super) fn answer(row: &Row) -> String {
    match row.stand {
        PointStand::Answered => format!("单位意见：{}", row.reply),
        PointStand::Agreed => "单位意见：没有意见。".to_owned(),
        PointStand::Waiting => "单位意见：期限内没有答复。".to_owned(),
        PointStand::Withdrawn => String::new(),
    }
}

/// The paper as it is issued.
pub(super) fn drawn(
    desk: &mut Desk<'_, '_>,
    head: &Head,
    rows: &[Row],
    (organ, word): (&str, &str),
) -> Result<Paper, Refused> {
    let mut body: Vec<Block> = Vec::new();
    let text = |text: &str| Block::Text { text: text.to_owned() };
    body.extend(head.opening.lines().map(str::trim).filter(|line| !line.is_empty()).map(text));
    if let Some(old) = &head.amends {
        let old = desk.tx.optional(
            "select word, title from bulletin where county = $1 and id = $2",
            &params![desk.county(), old],
            |row| Ok(format!("原通报：{}《{}》", row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        body.extend(old.map(|old| text(&format!("{old}。"))));
    }
    let standing: Vec<&Row> = rows.iter().filter(|row| row.stand != PointStand::Withdrawn).collect();
    let (mut to, mut at, mut of) = (Vec::new(), 0, "");
    for row in standing {
        if row.unit != of {
            of = &row.unit;
            at += 1;
            to.push(row.name.clone());
            body.push(Block::Heading { text: format!("{}、{}", numeral(at), row.name) });
        }
        body.push(text(&row.words));
        let rests = facts(desk, &head.id, row.seq)?;
        let rests = rests.into_iter().map(|(source, fact)| {
            (Source::from_code(&source).map_or("依据", Source::label).to_owned(), fact)
        });
        body.push(Block::Pairs { rows: rests.collect() });
        body.push(text(&answer(row)));
    }
    body.push(Block::Heading { text: format!("{}、要求", numeral(at + 1)) });
    body.extend(head.ask.lines().map(str::trim).filter(|line| !line.is_empty()).map(text));
    let day = spelled(desk.now.day());
    Ok(Paper {
        organ: organ.to_owned(),
        number: word.to_owned(),
        title: head.title.clone(),
        to,
        body,
        signed: organ.to_owned(),
        date: day.clone(),
        note: "本通报依据系统里冻结的事实，单位按代码顺序写，不给学校排名，不写孩子的姓名".to_owned(),
        printed: (organ.to_owned(), day),
        ..Paper::default()
    })
}

/// The issued paper, for whoever may read the bulletin. `address` is this installation's, as its users reach it.
///
/// # Errors
/// [`Refused::Denied`] also while it is not issued, [`Refused::Storage`].
pub fn paper(desk: &mut Desk<'_, '_>, id: &str, address: &str) -> Result<KeptPaper, Refused> {
    desk.require(Action::ReadBulletins, &Subject::Nothing, ("bulletin", id))?;
    seen(desk, id)?;
    let found = kept(desk, (Oversight::Bulletin, id), address)?;
    found.ok_or_else(|| Refused::denied(Action::ReadBulletins, "bulletin", id))
}

/// Puts on the record that the file was made, with its digest; only then it leaves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn made(desk: &mut Desk<'_, '_>, id: &str, paper: &KeptPaper, made: &Made) -> Result<(), Refused> {
    let grant = desk.require(Action::ReadBulletins, &Subject::Nothing, ("bulletin", id))?;
    seen(desk, id)?;
    filed(desk, &paper.id, made)?;
    let said = format!("{}，{}，SHA-256 {}", paper.word, made.form.code(), made.sha256);
    desk.record(Action::ReadBulletins, grant.post, ("bulletin", id), "", &said)
}
