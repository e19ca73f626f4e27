//! What became of a notice: delivered as its article asks for, not delivered and why, answered. One by one, or a whole village group at once with its
//! exceptions. A fact is only ever added (hazard B12).

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Post, Subject};
use rules::case::service::{Mode, Service, served};
use rules::season::{Answer, State, Step, Why, after};

use super::open::season;
use super::{is_form_id, words};
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;

/// How a notice was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// By which mode.
    pub mode: Mode,
    /// The day that the receipt bears.
    pub day: Date,
    /// Who signed.
    pub signed: String,
    /// 留置: who was there.
    pub witness: String,
    /// 留置: whether it was photographed or filmed.
    pub filmed: bool,
    /// 电子: whether the family agreed in writing.
    pub agreed: bool,
}

/// What became of all notices of a village group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Id that the page made.
    pub form: String,
    /// On which day.
    pub day: Date,
    /// By whom.
    pub by: String,
    /// Notices that could not be delivered, and why.
    pub except: BTreeMap<String, Why>,
    /// Notices that are left as they are.
    pub skip: Vec<String>,
}

/// A notice before somebody who enters what became of it.
struct Hand {
    id: String,
    child: String,
    word: String,
    day: Date,
    state: State,
    post: Post,
}

fn hand(desk: &mut Desk<'_, '_>, id: &str) -> Result<Hand, Refused> {
    let missing = || Refused::denied(Action::DeliverNotice, "season_notice", id);
    let found = desk.tx.optional(
        "select child, word, day, state from season_notice where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Date>(2)?, row.get::<String>(3)?)),
    )?;
    let (child, word, day, state) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::DeliverNotice, &Subject::Child(&ties), ("season_notice", id))?;
    let post = grant.post.cloned().ok_or_else(missing)?;
    let state = State::from_code(&state).unwrap_or(State::Made);
    Ok(Hand { id: id.to_owned(), child, word, day, state, post })
}

/// A row and what follows from it; whether it is new.
fn put(
    desk: &mut Desk<'_, '_>,
    hand: &Hand,
    row: &str,
    (kind, code): (&str, &str),
    (day, said): (Date, &str),
    to: State,
) -> Result<bool, Refused> {
    let sealed = (!said.is_empty()).then(|| desk.seal("season_step", "words", row, said));
    let written = desk.tx.execute(
        "insert into season_step (county, id, notice, kind, day, code, words_sealed, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (county, id) do nothing",
        &params![
            desk.county(),
            row,
            &hand.id,
            kind,
            day,
            code,
            sealed,
            &desk.actor().account,
            &hand.post.unit,
            desk.now.stamp()
        ],
    )?;
    if written == 0 {
        return Ok(false);
    }
    let moved = desk.tx.execute(
        "update season_notice set state = $3 where county = $1 and id = $2 and state = $4",
        &params![desk.county(), &hand.id, to.code(), hand.state.code()],
    )?;
    if moved == 0 {
        return Err(Refused::Changed { what: "这份通知书刚刚有人登记过".to_owned() });
    }
    Ok(true)
}

fn service(told: &Delivery) -> Service<'_> {
    Service {
        mode: told.mode,
        on: told.day,
        signed: &told.signed,
        witness: &told.witness,
        filmed: told.filmed,
        agreed: told.agreed,
        tried: "",
    }
}

/// That a notice was delivered. The same again is done already (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for what the mode lacks or a day that cannot be, [`Refused::Changed`],
/// [`Refused::Storage`].
pub fn deliver(desk: &mut Desk<'_, '_>, id: &str, told: &Delivery) -> Result<(), Refused> {
    let hand = hand(desk, id)?;
    let today = desk.now.day();
    let same = desk.tx.query(
        "select id from season_step where county = $1 and notice = $2 and kind = 'delivered' and code = $3 and day = $4
         order by id limit 1",
        &params![desk.county(), id, told.mode.code(), told.day],
        |row| row.get::<String>(0),
    )?;
    if !same.is_empty() {
        return Ok(());
    }
    let to = after(hand.state, Step::Deliver)?;
    if told.mode == Mode::Public {
        return Err(Refused::rule(
            "入学通知书不用公告送达",
            "五(八)",
            "找不到家长的，登记没有送到，请公安协助查找",
        ));
    }
    served(&service(told), hand.day, today)?;
    let signed = words("signed", &told.signed, 50)?;
    let witness = words("witness", &told.witness, 100)?;
    let mut said = Vec::new();
    if !signed.is_empty() {
        said.push(format!("签收：{signed}"));
    }
    if !witness.is_empty() {
        said.push(format!("见证：{witness}"));
    }
    if told.filmed {
        said.push("拍照、录像".to_owned());
    }
    let row = desk.now.id();
    put(desk, &hand, &row, ("delivered", told.mode.code()), (told.day, &said.join("；")), to)?;
    let detail = format!("通知书送达：{} {}", hand.word, told.mode.label());
    desk.record(Action::DeliverNotice, Some(&hand.post), ("child", &hand.child), "", &detail)
}

/// That a notice could not be delivered. The same reason twice on a day is one (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] after it was delivered, [`Refused::Storage`].
pub fn fail_notice(
    desk: &mut Desk<'_, '_>,
    id: &str,
    why: Why,
    day: Date,
    said: &str,
) -> Result<(), Refused> {
    let hand = hand(desk, id)?;
    let to = after(hand.state, Step::Fail(why))?;
    if day > desk.now.day() || day < hand.day {
        return Err(Refused::field("day", "日期不能早于通知书的日期，也不能晚于今天"));
    }
    let said = words("words", said, 200)?;
    if why == Why::Other && said.chars().count() < 4 {
        return Err(Refused::field("words", "请写清为什么没有送到，至少4个字"));
    }
    let same = desk.tx.query(
        "select id from season_step where county = $1 and notice = $2 and kind = 'failed' and code = $3 and day = $4
           and by_account = $5 order by id limit 1",
        &params![desk.county(), id, why.code(), day, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if !same.is_empty() {
        return Ok(());
    }
    let row = desk.now.id();
    put(desk, &hand, &row, ("failed", why.code()), (day, &said), to)?;
    let detail = format!("通知书没有送到：{} {}", hand.word, why.label());
    desk.record(Action::DeliverNotice, Some(&hand.post), ("child", &hand.child), "", &detail)
}

/// What the family says; a later answer stands beside the earlier one. The same again is done already (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] before it was delivered, [`Refused::Storage`].
pub fn answer_notice(desk: &mut Desk<'_, '_>, id: &str, answer: Answer, said: &str) -> Result<(), Refused> {
    let hand = hand(desk, id)?;
    let to = after(hand.state, Step::Answer(answer))?;
    let said = words("words", said, 300)?;
    if !answer.asks().is_empty() && said.chars().count() < 4 {
        return Err(Refused::field("words", format!("请写{}，至少4个字", answer.asks())));
    }
    let last = desk.tx.query(
        "select code, by_account, day from season_step where county = $1 and notice = $2 and kind = 'answered'
         order by at desc, id desc limit 1",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Date>(2)?)),
    )?;
    let today = desk.now.day();
    if last
        .first()
        .is_some_and(|(code, by, day)| *code == answer.code() && *by == desk.actor().account && *day == today)
    {
        return Ok(());
    }
    let row = desk.now.id();
    put(desk, &hand, &row, ("answered", answer.code()), (today, &said), to)?;
    let detail = format!("通知书答复：{} {}", hand.word, answer.label());
    desk.record(Action::DeliverNotice, Some(&hand.post), ("child", &hand.child), "", &detail)
}

/// What became of all notices of a place that wait: delivered on that day by that person, but for the exceptions. How many were delivered, how
/// many were not. The same form again does nothing more (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`]; then nothing of it was written.
pub fn deliver_all(desk: &mut Desk<'_, '_>, unit: &str, bulk: &Bulk) -> Result<(u32, u32), Refused> {
    desk.require(Action::DeliverNotice, &Subject::Nothing, ("unit", unit))?;
    let season = season(desk)?;
    let by = words("by", &bulk.by, 50)?;
    if !is_form_id(&bulk.form) {
        return Err(Refused::field("id", "编号不对，请重新打开页面再填"));
    }
    if by.chars().count() < 2 {
        return Err(Refused::field("by", "请写谁送的"));
    }
    let scope = super::notices::notices_in(desk, unit)?;
    let waiting: Vec<String> = scope
        .lines
        .into_iter()
        .filter(|line| !line.state.is_delivered() && !bulk.skip.contains(&line.id))
        .map(|line| line.id)
        .collect();
    let (mut delivered, mut failed) = (0, 0);
    let mut post = None;
    for id in waiting {
        let hand = hand(desk, &id)?;
        let row = format!("{}:{id}", bulk.form);
        let done = match bulk.except.get(&id) {
            Some(why) => {
                let to = after(hand.state, Step::Fail(*why))?;
                if bulk.day > desk.now.day() || bulk.day < hand.day {
                    return Err(Refused::field("day", "日期不能早于通知书的日期，也不能晚于今天"));
                }
                put(desk, &hand, &row, ("failed", why.code()), (bulk.day, &format!("{by}去送")), to)?
            }
            None => {
                let to = after(hand.state, Step::Deliver)?;
                let told = Delivery {
                    mode: Mode::InPerson,
                    day: bulk.day,
                    signed: "监护人在回执上签收".to_owned(),
                    witness: String::new(),
                    filmed: false,
                    agreed: false,
                };
                served(&service(&told), hand.day, desk.now.day())?;
                let said = format!("{by}送达，监护人在回执上签收");
                put(desk, &hand, &row, ("delivered", told.mode.code()), (bulk.day, &said), to)?
            }
        };
        if done {
            if bulk.except.contains_key(&id) {
                failed += 1;
            } else {
                delivered += 1;
            }
            post = Some(hand.post);
        }
    }
    if delivered + failed > 0 {
        let said = format!("{}学年通知书：送达{delivered}份，没有送到{failed}份", season.label());
        desk.record(Action::DeliverNotice, post.as_ref(), ("unit", unit), "", &said)?;
    }
    Ok((delivered, failed))
}
