//! A meeting from the call to the final minutes: each step once and in its order, by the task force or its office (三, 五(二)). The minutes are
//! made final by somebody else than whoever wrote them (hazard B05); then the decisions are tasks, and the units are told.

use jiff::civil::Time;
use rules::access::{Action, Subject};
use rules::conference::{MOST_TOPICS, Stand, Step, Topic, WORDS, agenda, moved};

use super::draft::blocks;
use super::paper;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, day, unnamed, written};

/// A meeting as it is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewMeeting {
    /// For which day.
    pub day: String,
    /// At which hour: `09:00`.
    pub hour: String,
    /// Where.
    pub place: String,
    /// Why beside the quarter; empty for the quarter's own.
    pub matter: String,
}

/// What is written of a meeting that was held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// On which day.
    pub day: String,
    /// Who was in the chair.
    pub chair: String,
    /// Who was there, unit by unit.
    pub attended: String,
    /// What was said and settled.
    pub minutes: String,
}

/// Minutes at most, in characters.
const MINUTES: std::ops::RangeInclusive<usize> = 10..=8000;

/// Decisions of a meeting at most.
const MOST_DECISIONS: i64 = 40;

/// Calls a meeting and tells the member units; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn call(desk: &mut Desk<'_, '_>, new: &NewMeeting) -> Result<String, Refused> {
    let grant = desk.require(Action::CallConference, &Subject::Nothing, ("meeting", ""))?;
    let on = day("day", &new.day, "请填写哪一天开会")?;
    if on < desk.now.day() {
        return Err(Refused::field("day", "开会的日子已经过了，请填今天或者以后的日子"));
    }
    let hour: Time =
        new.hour.trim().parse().map_err(|_| Refused::field("hour", "请填写几点开会，如09:00"))?;
    let hour = hour.strftime("%H:%M").to_string();
    let place = written("place", "请填写在哪里开", &new.place, &(2..=60))?;
    let matter = match new.matter.trim() {
        "" => "",
        _ => unnamed(desk, ("matter", "请写明为什么事召集"), &new.matter, &(2..=200), Known::Followed)?,
    };
    let (county, id, year) = (desk.county(), desk.now.id(), i64::from(desk.now.day().year()));
    // Sent twice it is one meeting (hazard H01).
    let there = desk.tx.query(
        "select id from meeting where county = $1 and day = $2 and hour = $3 and place = $4 and matter = $5 and state = 'called'
           and called_by = $6 order by id limit 1",
        &params![county, on, &hour, place, matter, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, 'meeting', $2, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![county, year],
        |row| row.get::<i64>(0),
    )?;
    desk.tx.execute(
        "insert into meeting (county, id, year, number, matter, day, hour, place, state, called_by, called_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            county,
            &id,
            year,
            number,
            matter,
            on,
            &hour,
            place,
            Stand::Called.code(),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    for unit in members(desk)? {
        tell_unit(
            desk,
            &unit,
            ("meeting", &id),
            &format!("{}月{}日{hour}召开控辍保学联席会议，在{place}", on.month(), on.day()),
            &format!("/conference/{id}"),
        )?;
    }
    desk.record(Action::CallConference, grant.post, ("meeting", &id), "", &format!("〔{year}〕{number}号"))?;
    Ok(id)
}

/// Member units, townships and the county's own offices: those to whom agenda and minutes go, and that a decision can name.
pub(super) fn members(desk: &mut Desk<'_, '_>) -> Result<Vec<String>, Refused> {
    Ok(units(desk)?.into_iter().map(|(id, _)| id).collect())
}

/// The same with their names.
pub(super) fn units(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select id, name from unit
         where county = $1 and kind in ('department', 'township', 'bureau', 'office') and until_day is null
         order by case kind when 'bureau' then 0 when 'office' then 1 when 'township' then 2 else 3 end, sort, id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?)
}

/// Where a meeting stands, for whoever keeps it.
pub(super) fn stand(desk: &mut Desk<'_, '_>, id: &str) -> Result<Stand, Refused> {
    let found = desk.tx.optional(
        "select state from meeting where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    let found = found.and_then(|code| Stand::from_code(&code));
    found.ok_or_else(|| Refused::denied(Action::KeepConference, "meeting", id))
}

/// Puts something on the agenda before it is fixed.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] when the agenda is fixed, [`Refused::Storage`].
pub fn add_item(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    moved(stand(desk, id)?, Step::Fix)?;
    let words = unnamed(desk, ("words", "请写明议什么"), words, &(2..=200), Known::Followed)?;
    // Sent twice it is one item (hazard H01).
    let there = desk.tx.query(
        "select words from meeting_item where county = $1 and meeting = $2 and topic = $3 and words = $4 order by seq limit 1",
        &params![desk.county(), id, Topic::Own.code(), words],
        |row| row.get::<String>(0),
    )?;
    if !there.is_empty() {
        return Ok(());
    }
    put(desk, id, Topic::Own, ("", words, ""), None)?;
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "加议题")
}

fn put(
    desk: &mut Desk<'_, '_>,
    meeting: &str,
    topic: Topic,
    (unit, words, about): (&str, &str, &str),
    many: Option<u32>,
) -> Result<(), Refused> {
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from meeting_item where county = $1 and meeting = $2",
        &params![desk.county(), meeting],
        |row| row.get::<i64>(0),
    )? + 1;
    if usize::try_from(seq).is_ok_and(|seq| seq > MOST_TOPICS * 2) {
        return Err(Refused::rule("议题太多", "五(二)", "请合并几项，或者分两次开"));
    }
    desk.tx.execute(
        "insert into meeting_item (county, meeting, seq, topic, unit, words, many, about, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            desk.county(),
            meeting,
            seq,
            topic.code(),
            unit,
            words,
            many.map(i64::from),
            about,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// Fixes the agenda as it is drafted at this moment, with what was added by hand; the paper of it is kept.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] out of order, [`Refused::Changed`], [`Refused::Storage`].
pub fn fix(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    let next = moved(stand(desk, id)?, Step::Fix)?;
    let drafted = agenda(&blocks(desk)?, desk.now.day());
    for item in &drafted {
        put(desk, id, item.topic, (&item.unit, &item.words, &item.about), item.many)?;
    }
    let agenda = paper::kept(&paper::agenda(desk, id)?)?;
    let changed = desk.tx.execute(
        "update meeting set state = $3, fixed_by = $4, fixed_at = $5, agenda = $6
         where county = $1 and id = $2 and state = 'called'",
        &params![desk.county(), id, next.code(), &desk.actor().account, desk.now.stamp(), &agenda],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "议程刚刚由别人定了".to_owned() });
    }
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "确定议程")
}

/// Enters what was said and settled.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] out of order, [`Refused::Changed`], [`Refused::Storage`].
pub fn hold(desk: &mut Desk<'_, '_>, id: &str, held: &Held) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    let next = moved(stand(desk, id)?, Step::Hold)?;
    let on = day("day", &held.day, "请填写哪一天开的会")?;
    if on > desk.now.day() {
        return Err(Refused::field("day", "会还没有开，请开完会再登记"));
    }
    let chair = written("chair", "请填写谁主持", &held.chair, &(2..=60))?;
    let attended = written("attended", "请填写哪些单位的谁参加", &held.attended, &WORDS)?;
    if rules::publish::has_number(attended) {
        return Err(Refused::field("attended", "参加的人不用写身份证号和电话，请删去"));
    }
    let minutes =
        unnamed(desk, ("minutes", "请写明议了什么、定了什么"), &held.minutes, &MINUTES, Known::Followed)?;
    let changed = desk.tx.execute(
        "update meeting set state = $3, held_day = $4, chair = $5, attended = $6, minutes = $7, held_by = $8, held_at = $9
         where county = $1 and id = $2 and state = 'fixed'",
        &params![
            desk.county(),
            id,
            next.code(),
            on,
            chair,
            attended,
            minutes,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "会议刚刚由别人登记了".to_owned() });
    }
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "登记会议")
}

/// Enters a decision: which unit does what until when, and what shows that it is done. It is a task when the minutes are final.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] out of order, [`Refused::Storage`].
pub fn decide(
    desk: &mut Desk<'_, '_>,
    id: &str,
    unit: &str,
    (words, proof): (&str, &str),
    due: &str,
) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    moved(stand(desk, id)?, Step::Close)?;
    if !units(desk)?.iter().any(|(own, _)| own == unit) {
        return Err(Refused::field("unit", "请选择由哪个单位承办"));
    }
    let words = unnamed(desk, ("words", "请写明办什么"), words, &WORDS, Known::Followed)?;
    let proof = unnamed(desk, ("proof", "请写明办完要交什么证明"), proof, &(2..=200), Known::Followed)?;
    let due = day("due", due, "请填写什么时候以前办完")?;
    if due <= desk.now.day() {
        return Err(Refused::field("due", "期限要在今天以后"));
    }
    let county = desk.county();
    // Sent twice it is one decision (hazard H01).
    let there = desk.tx.query(
        "select id from meeting_task where county = $1 and meeting = $2 and unit = $3 and words = $4 and proof = $5 and due_day = $6
           and dropped_at is null order by id limit 1",
        &params![county, id, unit, words, proof, due],
        |row| row.get::<String>(0),
    )?;
    if let Some(task) = there.into_iter().next() {
        return Ok(task);
    }
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from meeting_task where county = $1 and meeting = $2",
        &params![county, id],
        |row| row.get::<i64>(0),
    )? + 1;
    if seq > MOST_DECISIONS {
        return Err(Refused::rule("一次会议的议定事项太多", "五(二)", "请把相近的合成一件"));
    }
    let task = desk.now.id();
    desk.tx.execute(
        "insert into meeting_task (county, id, meeting, seq, unit, words, proof, due_day, state, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10)",
        &params![county, &task, id, seq, unit, words, proof, due, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "登记议定事项")?;
    Ok(task)
}

/// Takes a decision out again, before the minutes are final; it stays in the storage, and on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the minutes are final, [`Refused::Storage`].
pub fn drop_decision(desk: &mut Desk<'_, '_>, id: &str, task: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    moved(stand(desk, id)?, Step::Close)?;
    let dropped = desk.tx.execute(
        "update meeting_task set dropped_at = $4
         where county = $1 and meeting = $2 and id = $3 and dropped_at is null and begun_at is null",
        &params![desk.county(), id, task, desk.now.stamp()],
    )?;
    if dropped == 0 {
        return Err(Refused::denied(Action::KeepConference, "meeting", id));
    }
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "撤去议定事项")
}

/// Makes the minutes final: the decisions become tasks, the units are told, the paper is kept as it is now.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] out of order or by whoever wrote them, [`Refused::Changed`], [`Refused::Storage`].
pub fn close(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepConference, &Subject::Nothing, ("meeting", id))?;
    let next = moved(stand(desk, id)?, Step::Close)?;
    let county = desk.county();
    let wrote = desk.tx.one(
        "select coalesce(held_by, '') from meeting where county = $1 and id = $2",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    if wrote == desk.actor().account {
        return Err(Refused::rule(
            "纪要是您写的，不能由您定稿",
            "两人办理",
            "请专班或者专班办公室的另一位同志看过后定稿",
        ));
    }
    let minutes = paper::kept(&paper::minutes(desk, id)?)?;
    let at = desk.now.stamp();
    let changed = desk.tx.execute(
        "update meeting set state = $3, closed_by = $4, closed_at = $5, signed = $6
         where county = $1 and id = $2 and state = 'held'",
        &params![county, id, next.code(), &desk.actor().account, &at, &minutes],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "纪要刚刚由别人定稿了".to_owned() });
    }
    let begun = desk.tx.query(
        "update meeting_task set begun_at = $3 where county = $1 and meeting = $2 and dropped_at is null
         returning unit",
        &params![county, id, &at],
        |row| row.get::<String>(0),
    )?;
    let units: std::collections::BTreeSet<String> = begun.into_iter().collect();
    for unit in units {
        tell_unit(desk, &unit, ("meeting_task", id), "联席会议定了由本单位承办的事", "/tasks")?;
    }
    desk.record(Action::KeepConference, grant.post, ("meeting", id), "", "纪要定稿")
}
