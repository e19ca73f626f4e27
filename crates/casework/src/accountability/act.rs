//! What is done in a file: the unit speaks, the competent body's decision is written down by another, the unit reports, the office looks again. Words are
//! only ever added, and sealed.

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::accountability::{Act, Measure, Stand, WORDS, moved};

use super::paper::drawn;
use super::read::{OneFile, found, hand, right};
use crate::desk::Desk;
use crate::papers::oversight::{Oversight, keep};
use crate::params;
use crate::refused::Refused;
use crate::today::{tell, tell_unit};
use crate::unnamed::{Known, day, unnamed};

/// What the competent body decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// Code of [`Measure`].
    pub measure: String,
    /// Which body.
    pub organ: String,
    /// What it decided, and why.
    pub words: String,
    /// Until when it is put right; empty where nothing is.
    pub mend_day: String,
}

/// Puts down what was said.
pub(super) fn said(
    desk: &mut Desk<'_, '_>,
    id: &str,
    act: Act,
    words: &str,
    unit: &str,
) -> Result<(), Refused> {
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from accountability_act where county = $1 and file = $2",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )? + 1;
    let sealed =
        (!words.is_empty()).then(|| desk.seal("accountability_act", "words", &format!("{id}/{seq}"), words));
    desk.tx.execute(
        "insert into accountability_act (county, file, seq, kind, words_sealed, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![desk.county(), id, seq, act.code(), sealed, &desk.actor().account, unit, desk.now.stamp()],
    )?;
    Ok(())
}

fn step(
    desk: &mut Desk<'_, '_>,
    id: &str,
    act: Act,
    measure: Option<Measure>,
    words: impl FnOnce(&mut Desk<'_, '_>, &str) -> Result<String, Refused>,
) -> Result<(OneFile, Stand), Refused> {
    let action = right(act);
    let one = found(desk, id, action)?;
    let path = [one.unit_id.clone()];
    let grant = desk.require(action, &Subject::Unit(&path), ("accountability", id))?;
    let to = moved(one.line.stand, act, measure.or(one.line.measure), hand(desk, &one))?;
    let words = words(desk, &one.unit_id)?;
    let closed = (to == Stand::Closed).then(|| desk.now.stamp());
    let changed = desk.tx.execute(
        "update accountability set state = $3, closed_at = $4 where county = $1 and id = $2 and state = $5",
        &params![desk.county(), id, to.code(), closed, one.line.stand.code()],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这件问责刚刚由别人办了".to_owned() });
    }
    said(desk, id, act, &words, grant.post.map_or("", |post| &post.unit))?;
    desk.record(action, grant.post, ("accountability", id), "", act.label())?;
    Ok((one, to))
}

fn plain(
    todo: &'static str,
    field: &'static str,
    words: &str,
) -> impl FnOnce(&mut Desk<'_, '_>, &str) -> Result<String, Refused> {
    let words = words.to_owned();
    move |desk, unit| quiet(desk, (field, todo), &words, unit)
}

/// Words of a file: nobody whom somebody follows, and no child of the unit.
pub(super) fn quiet(
    desk: &mut Desk<'_, '_>,
    (field, todo): (&'static str, &str),
    words: &str,
    unit: &str,
) -> Result<String, Refused> {
    unnamed(desk, (field, todo), words, &WORDS, Known::Followed)?;
    unnamed(desk, (field, todo), words, &WORDS, Known::Of(&[unit.to_owned()])).map(str::to_owned)
}

/// The unit speaks, before anything is decided.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`], [`Refused::Storage`].
pub fn state(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let (one, _) = step(desk, id, Act::State, None, plain("请写陈述", "words", words))?;
    told(desk, &one, "单位已经陈述")
}

/// Puts down that the unit has not spoken in time.
///
/// # Errors
/// As [`state`].
pub fn silent(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    step(desk, id, Act::Silent, None, |_, _| Ok(String::new())).map(drop)
}

/// Puts down what the competent body decided, and keeps the notice to the unit.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] before the unit was heard, or by whoever opened the file,
/// [`Refused::Changed`], [`Refused::Storage`].
pub fn decide(desk: &mut Desk<'_, '_>, id: &str, new: &Decision) -> Result<(), Refused> {
    // Whose file it is not learns nothing of what is wrong with the form.
    found(desk, id, Action::DecideAccountability)?;
    let measure = Measure::from_code(&new.measure).ok_or_else(|| Refused::field("measure", "请选择决定"))?;
    let organ =
        unnamed(desk, ("organ", "请写作出决定的机关"), &new.organ, &(4..=60), Known::Followed)?.to_owned();
    let mend: Option<Date> = match (measure, new.mend_day.trim()) {
        (Measure::Nothing, _) | (Measure::Transfer, "") => None,
        (_, text) => Some(day("mend_day", text, "请填写整改到哪一天")?),
    };
    if mend.is_some_and(|day| day <= desk.now.day()) {
        return Err(Refused::field("mend_day", "整改的期限要在今天以后"));
    }
    let words = new.words.clone();
    let (one, to) =
        step(desk, id, Act::Decide, Some(measure), plain("请写决定的内容和理由", "words", &words))?;
    desk.tx.execute(
        "update accountability set measure = $3, organ = $4, decided_by = $5, decided_at = $6, mend_day = $7
         where county = $1 and id = $2",
        &params![
            desk.county(),
            id,
            measure.code(),
            &organ,
            &desk.actor().account,
            desk.now.stamp(),
            mend.map(|day| day.to_string())
        ],
    )?;
    if to != Stand::Closed {
        let paper = drawn(desk, &one, (measure, &organ), (words.trim(), mend))?;
        keep(desk, (Oversight::Notice, id), &one.line.word, &paper)?;
    }
    let what = format!("问责决定：{}", measure.label());
    tell_unit(desk, &one.unit_id, ("accountability", id), &what, &format!("/accountability/{id}"))?;
    told(desk, &one, &what)
}

/// The unit reports that it is put right, and how.
///
/// # Errors
/// As [`state`].
pub fn mend(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let (one, _) = step(desk, id, Act::Report, None, plain("请写怎么改的、凭什么看得出", "words", words))?;
    told(desk, &one, "问责单位报告整改")
}

/// The office has looked, and closes the file.
///
/// # Errors
/// As [`state`].
pub fn accept(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let (one, _) = step(desk, id, Act::Accept, None, plain("请写复查看到了什么", "seen", words))?;
    tell_unit(desk, &one.unit_id, ("accountability", id), "问责已经办结", &format!("/accountability/{id}"))
}

/// The office has looked, and it is not put right.
///
/// # Errors
/// As [`state`].
pub fn return_mending(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<(), Refused> {
    let (one, _) = step(desk, id, Act::GiveBack, None, plain("请写还差什么", "why", why))?;
    tell_unit(
        desk,
        &one.unit_id,
        ("accountability", id),
        "问责的整改没有到位，请再改",
        &format!("/accountability/{id}"),
    )
}

fn told(desk: &mut Desk<'_, '_>, one: &OneFile, text: &str) -> Result<(), Refused> {
    tell(
        desk,
        &one.opened_by,
        ("accountability", &one.line.id),
        text,
        &format!("/accountability/{}", one.line.id),
    )
}
