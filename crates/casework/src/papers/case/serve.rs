//! 送达: a receipt by one of the lawful modes; what is not lawful is refused, and the day on which it counts starts the clocks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::case::paper::{PaperKind, Takes, rule};
use rules::case::service::{Mode, Service, served as counts};
use rules::date::parse_date;

use super::super::spelled;
use super::draw::text;
use super::kept::Stored;
use super::make::{New, at_hand, made_already, take, tidy, twin, write, wrong};
use super::party::guardians;
use crate::desk::Desk;
use crate::refused::{Problem, Refused};
use documents::paper::Block;

/// A service as somebody tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// How.
    pub mode: Mode,
    /// Id of the guardian on whom it was served.
    pub guardian: String,
    /// 留置: whether it was photographed or filmed.
    pub filmed: bool,
    /// 电子: whether the receiver agreed in writing.
    pub agreed: bool,
    /// By the keys of the receipt's fields.
    pub values: BTreeMap<String, String>,
}

/// Keeps a service of a paper, with its 送达回证; the id of the receipt.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] naming each field that is missing, [`Refused::Rule`] where the service is not lawful: by its
/// article, with what to do (留置 without witness, 公告 without other ways tried, a day before the paper), [`Refused::Storage`].
pub fn serve_paper(desk: &mut Desk<'_, '_>, id: &str, told: &Serving) -> Result<String, Refused> {
    let (paper, hand) = at_hand(desk, id)?;
    let (of, receipt) = (rule(paper.kind), rule(PaperKind::ServiceReceipt));
    let values = tidy(receipt, &told.values)?;
    let about = format!("{id} {} {} {} {}", told.mode.code(), told.guardian, told.filmed, told.agreed);
    let twin = twin(desk, PaperKind::ServiceReceipt, &about, &values);
    if let Some(id) = made_already(desk, &hand.case, &twin)? {
        return Ok(id);
    }
    if !of.is_served() {
        return Err(Refused::rule("这份文书不送达家长", "民事诉讼法第八十七条", "归卷或者交法院"));
    }
    if of.stamped && paper.stamped_at.is_none() {
        return Err(Refused::rule("文书还没有盖章，不能送达", "行政处罚法第五十九条", "请先盖章并登记"));
    }
    let mut wrong = wrong(desk, PaperKind::ServiceReceipt, &values)?;
    let parties = guardians(desk, &hand.child)?;
    let guardian = parties.into_iter().find(|one| one.id == told.guardian);
    if guardian.is_none() {
        wrong.push(Problem { field: "guardian", text: "请选择受送达人".to_owned() });
    }
    if told.mode == Mode::Left && !values.contains_key("why_refused") {
        wrong.push(Problem { field: "why_refused", text: "留置送达请写明拒收的事由".to_owned() });
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let value = |key: &str| values.get(key).map_or("", String::as_str);
    let on = parse_date(value("on")).map_err(|_| Refused::field("on", "请写送达日期"))?;
    let service = Service {
        mode: told.mode,
        on,
        signed: value("signed"),
        witness: value("witness"),
        filmed: told.filmed,
        agreed: told.agreed,
        tried: value("tried"),
    };
    let served = counts(&service, paper.day, desk.now.day())?;
    if paper.until.is_some_and(|until| until <= served) {
        return Err(Refused::rule(
            "送达的时候，文书写的期限已经到了",
            "民法典第二百零一条",
            "请另做一份，写送达以后的期限；公告送达要多留三十日",
        ));
    }
    let new = New {
        kind: PaperKind::ServiceReceipt,
        until: None,
        about: Some(id),
        mode: told.mode.code(),
        served: Some(served),
        values,
        twin,
        more: said_of(&paper, told, served),
    };
    let (receipt, _) = write(desk, &hand, &guardian.unwrap_or_default(), new)?;
    if of.takes == Takes::Served {
        let word = format!("{}，{}", paper.word, told.mode.label());
        take(desk, &hand, of, served, paper.until, &word)?;
    }
    Ok(receipt)
}

/// What a receipt says beyond its fields: which paper, how, and from which day it counts.
fn said_of(paper: &Stored, told: &Serving, served: Date) -> Vec<Block> {
    let pair = |what: &str, value: String| (what.to_owned(), value);
    let yes = |is: bool| if is { "是" } else { "否" }.to_owned();
    let mut rows = vec![
        pair("送达的文书", format!("{} {}", paper.kind.label(), paper.word)),
        pair("送达方式", told.mode.label().to_owned()),
        pair("视为送达之日", spelled(served)),
    ];
    match told.mode {
        Mode::Left => rows.push(pair("拍照、录像", yes(told.filmed))),
        Mode::Electronic => rows.push(pair("书面同意电子送达", yes(told.agreed))),
        _ => {}
    }
    let law = format!("依据{}。", super::draw::cited(&[told.mode.article()]));
    vec![Block::Pairs { rows }, text(law)]
}
