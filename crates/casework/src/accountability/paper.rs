//! 约谈通知书, 整改通知书, 通报决定 and 移送函: what was decided by whom, on what, and until when; kept when it is decided.

use documents::paper::{Block, Made, Paper};
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::accountability::Measure;

use super::read::{OneFile, found};
use crate::desk::Desk;
use crate::papers::oversight::{KeptPaper, Oversight, filed, kept};
use crate::papers::spelled;
use crate::refused::Refused;

const fn title(measure: Measure) -> &'static str {
    match measure {
        Measure::Talk => "约谈通知书",
        Measure::Mend => "整改通知书",
        Measure::Circular => "教育督导问责通知书",
        Measure::Transfer => "问题线索移送函",
        Measure::Nothing => "不予问责告知书",
    }
}

/// The paper of a decision.
pub(super) fn drawn(
    desk: &mut Desk<'_, '_>,
    one: &OneFile,
    (measure, body): (Measure, &str),
    (words, mend): (&str, Option<Date>),
) -> Result<Paper, Refused> {
    let organ = format!("{}人民政府教育督导委员会办公室", desk.plan.county().name);
    let text = |text: String| Block::Text { text };
    let mut rows = vec![
        ("责任单位".to_owned(), one.line.unit.clone()),
        ("记录的事实".to_owned(), format!("{}（{}）", one.facts, one.line.origin.label())),
        ("依据".to_owned(), format!("{}；南政办发〔2024〕6号五(七)、六(四)", one.article)),
        ("作出决定的机关".to_owned(), body.to_owned()),
        ("决定".to_owned(), measure.label().to_owned()),
        ("生效时间".to_owned(), format!("{}起", spelled(desk.now.day()))),
    ];
    if !one.post.is_empty() {
        rows.insert(1, ("责任岗位".to_owned(), one.post.clone()));
    }
    if let Some(day) = mend {
        rows.push(("整改期限".to_owned(), format!("{}以前", spelled(day))));
    }
    let mut blocks = vec![text("经听取单位陈述，对以下情况作出处理。".to_owned()), Block::Pairs { rows }];
    blocks.push(Block::Heading { text: "一、决定的内容和理由".to_owned() });
    blocks.extend(
        words.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| text(line.to_owned())),
    );
    blocks.push(Block::Heading { text: "二、怎么办".to_owned() });
    blocks.push(text(match measure {
        Measure::Talk => {
            "请单位负责人按约定的时间到会，会后按期整改，并在系统里报告怎么改的、凭什么看得出。".to_owned()
        }
        Measure::Transfer => "请依规依纪依法处理，并函告结果。".to_owned(),
        _ => "请按期整改，并在系统里报告怎么改的、凭什么看得出；由督导委办公室复查，改好了办结。".to_owned(),
    }));
    if measure != Measure::Transfer {
        blocks.push(text("对本决定有意见的，可以向作出决定的机关书面提出；提出意见不停止整改。".to_owned()));
    }
    let to = if measure == Measure::Transfer { "县纪委监委".to_owned() } else { one.line.unit.clone() };
    let day = spelled(desk.now.day());
    Ok(Paper {
        organ: organ.clone(),
        number: one.line.word.clone(),
        title: title(measure).to_owned(),
        to: vec![to],
        body: blocks,
        signed: organ.clone(),
        date: day.clone(),
        printed: (organ, day),
        ..Paper::default()
    })
}

/// The notice as it was kept, for whoever may read the file.
///
/// # Errors
/// [`Refused::Denied`] also while nothing is decided, [`Refused::Storage`].
pub fn notice(desk: &mut Desk<'_, '_>, id: &str, address: &str) -> Result<KeptPaper, Refused> {
    found(desk, id, Action::ReadAccountability)?;
    let paper = kept(desk, (Oversight::Notice, id), address)?;
    paper.ok_or_else(|| Refused::denied(Action::ReadAccountability, "accountability", id))
}

/// Puts on the record that the file was made, with its digest; only then it leaves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn notice_made(desk: &mut Desk<'_, '_>, id: &str, paper: &KeptPaper, made: &Made) -> Result<(), Refused> {
    let one = found(desk, id, Action::ReadAccountability)?;
    let path = [one.unit_id];
    let grant = desk.require(Action::ReadAccountability, &Subject::Unit(&path), ("accountability", id))?;
    filed(desk, &paper.id, made)?;
    let said = format!("{}，{}，SHA-256 {}", paper.word, made.form.code(), made.sha256);
    desk.record(Action::ReadAccountability, grant.post, ("accountability", id), "", &said)
}
