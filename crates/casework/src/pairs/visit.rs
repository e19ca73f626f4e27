//! 走访: a visit at the door as it was written down, here or on a phone without a network: what failed first, the child's own words
//! (未成年人保护法第十九条), help that was offered, a photograph. It becomes the case's visit in the same transaction and is done once,
//! by the id that the phone made. A sign that the child is harmed goes its own way and stands nowhere in the case.

use std::collections::HashMap;

use jiff::civil::Date;
use rules::access::{Action, Field, Subject};
use rules::attendance::Answered;
use rules::case::{Person, Visit};
use rules::pairing::Outcome;
use serde::{Deserialize, Serialize};

use super::pair::{Paired, is_with, paired_of};
use super::photo::clean;
use crate::cases;
use crate::desk::Desk;
use crate::keys::Place;
use crate::ledger::{Sees, named, plain, ties_of};
use crate::params;
use crate::refused::Refused;
use crate::safeguarding::{self, Signs};

/// Most signs of a text.
const MOST: usize = 500;

/// A visit as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitForm {
    /// Id that the page or the phone made: 8 to 64 letters, digits and `-`.
    pub id: String,
    /// On which day.
    pub day: Date,
    /// At what time, `16:30`; may be empty.
    pub hour: String,
    /// Where: at home, at the field, at work…
    pub place: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Who of the family was met.
    pub met: Option<Answered>,
    /// What the child itself said.
    pub child_said: String,
    /// What the parents said.
    pub family_said: String,
    /// What else.
    pub note: String,
    /// Why it is not in school: a code of the plan's causes; empty where that was not said.
    pub cause: String,
    /// The day for which coming back was promised.
    pub promised: Option<Date>,
    /// When one goes again.
    pub next: Option<Date>,
    /// Help that was offered: a code of the plan's helps; empty for none.
    pub help: String,
    /// What exactly, and what the family said to it.
    pub help_note: String,
    /// How many events the case had when the phone last read it.
    pub seen: Option<i64>,
    /// Signs that the child is harmed.
    pub signs: Signs,
    /// A photograph.
    pub photo: Option<Vec<u8>>,
    /// Where it was taken, degrees north and east, `25.04361,100.52361`, if the visitor wants that kept; else empty.
    pub position: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited {
    /// The case.
    pub case: String,
    /// Whether it had been sent before, and this is the same answer.
    pub again: bool,
    /// Whether it was entered on a later day.
    pub late: bool,
    /// What others have recorded in the case since the phone had read it.
    pub news: i64,
    /// Whether signs were passed on.
    pub raised: bool,
}

/// What is sealed of a visit beside the case's own words.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    place: String,
    child: String,
    family: String,
}

/// The child that is to be visited, for the form: name, place, its open case, and who is paired. That it was looked at is on the
/// record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when it has no open case, [`Refused::Storage`].
pub fn visiting(
    desk: &mut Desk<'_, '_>,
    child: &str,
) -> Result<(String, String, String, Option<Paired>), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::WorkCase, &Subject::Child(&ties), ("child", child))?;
    let case = cases::open_of(desk, child)?.ok_or_else(no_case)?;
    let (name, place) = named(desk, child)?;
    let paired = paired_of(desk, child)?;
    desk.record(Action::ReadChild, grant.post, ("child", child), "", "走访")?;
    Ok((name, place, case, paired))
}

fn no_case() -> Refused {
    Refused::rule(
        "这个孩子没有在办的个案",
        "五(六)",
        "请打开孩子档案看：已经结束的不用再走访，又不上学的先立案",
    )
}

/// Writes a visit down, once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] by the rules of the case, [`Refused::Changed`], [`Refused::Storage`].
pub fn visit(desk: &mut Desk<'_, '_>, child: &str, form: &VisitForm) -> Result<Visited, Refused> {
    let ties = ties_of(desk, child)?;
    let denied = || Refused::denied(Action::WorkCase, "child", child);
    let grant = desk.require(Action::WorkCase, &Subject::Child(&ties), ("child", child))?;
    let post = grant.post.ok_or_else(denied)?;
    check(desk, form)?;
    let raised = !form.signs.signs.is_empty() || !form.signs.note.trim().is_empty();
    let digest = digest(desk, child, form);
    if let Some(before) = sent_before(desk, form, &digest)? {
        return Ok(Visited { raised, ..before });
    }
    let photo = form.photo.as_deref().map(clean).transpose()?;
    let paired = is_with(desk, child)?;
    let outcome = form.outcome;
    let note = form.note.trim();
    let visit = Visit {
        on: form.day,
        met: outcome.is_met(),
        paired,
        next: form.next,
        words: if note.is_empty() {
            outcome.label().to_owned()
        } else {
            format!("{}。{note}", outcome.label())
        },
    };
    let help = (!form.help.is_empty()).then(|| (form.help.as_str(), form.help_note.trim()));
    let person = Person { account: desk.actor().account.clone(), unit: post.unit.clone(), role: post.role };
    let (case, seq) = cases::record_visit(desk, child, visit, help, person)?.ok_or_else(no_case)?;
    let late = form.day < desk.now.day();
    let said = Said {
        place: form.place.trim().to_owned(),
        child: form.child_said.trim().to_owned(),
        family: form.family_said.trim().to_owned(),
    };
    let said = serde_json::to_string(&said).map_err(|error| Refused::Fault(format!("a visit: {error}")))?;
    let said = desk.seal("visit", "said", &form.id, &said);
    desk.tx.execute(
        "insert into visit (county, id, child, case_id, seq, day, hour, outcome, met, cause, promised, late, said_sealed,
                            digest, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        &params![
            desk.county(),
            &form.id,
            child,
            &case,
            seq,
            form.day,
            form.hour.as_str(),
            outcome.code(),
            form.met.map_or("", Answered::code),
            form.cause.as_str(),
            form.promised,
            i64::from(late),
            said,
            &digest,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if let Some(photo) = photo {
        let place = Place { county: desk.county(), table: "visit_photo", column: "image", row: &form.id };
        let sealed = desk.keys.seal_bytes(place, &photo, desk.now.random());
        let position = form.position.as_str();
        let position =
            (!position.is_empty()).then(|| desk.seal("visit_photo", "position", &form.id, position));
        desk.tx.execute(
            "insert into visit_photo (county, visit, image_sealed, position_sealed) values ($1, $2, $3, $4)",
            &params![desk.county(), &form.id, sealed, position],
        )?;
    }
    if raised {
        safeguarding::raise(desk, child, &form.signs)?;
    }
    desk.record(Action::WorkCase, Some(post), ("child", child), "", &format!("走访：{}", outcome.label()))?;
    let news = news(desk, &case, form.seen, seq)?;
    Ok(Visited { case, again: false, late, news, raised })
}

/// The same once more, if it is the same (H01, H02).
fn sent_before(desk: &mut Desk<'_, '_>, form: &VisitForm, digest: &str) -> Result<Option<Visited>, Refused> {
    let found = desk.tx.optional(
        "select case_id, seq, late, digest, by_account from visit where county = $1 and id = $2",
        &params![desk.county(), &form.id],
        |row| {
            let same = (row.get::<String>(3)?, row.get::<String>(4)?);
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?, row.get::<bool>(2)?, same))
        },
    )?;
    let Some((case, seq, late, same)) = found else { return Ok(None) };
    if (same.0.as_str(), same.1.as_str()) != (digest, desk.actor().account.as_str()) {
        return Err(Refused::field("id", "这个编号已经用于另一次走访，没有保存；请重新打开走访登记再填"));
    }
    let news = news(desk, &case, form.seen, seq)?;
    Ok(Some(Visited { case, again: true, late, news, raised: false }))
}

/// What others recorded in the case between what the phone had read and this visit: shown, never overwritten (H06).
fn news(desk: &mut Desk<'_, '_>, case: &str, seen: Option<i64>, seq: i64) -> Result<i64, Refused> {
    let Some(seen) = seen else { return Ok(0) };
    Ok(desk.tx.one(
        "select cast(count(*) as bigint) from case_event
         where county = $1 and case_id = $2 and seq > $3 and seq < $4 and by_account <> $5",
        &params![desk.county(), case, seen, seq, &desk.actor().account],
        |row| row.get(0),
    )?)
}

/// A code over everything that was sent, by a key: what was said cannot be tried out against it.
fn digest(desk: &Desk<'_, '_>, child: &str, form: &VisitForm) -> String {
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let signs: Vec<&str> = form.signs.signs.iter().map(|sign| sign.code()).collect();
    let image = form.photo.as_ref().map(|photo| desk.keys.mac("visit", photo)).map(hex).unwrap_or_default();
    let parts = [
        child,
        &form.day.to_string(),
        &form.hour,
        &form.place,
        form.outcome.code(),
        form.met.map_or("", Answered::code),
        &form.child_said,
        &form.family_said,
        &form.note,
        &form.cause,
        &day(form.promised),
        &day(form.next),
        &form.help,
        &form.help_note,
        &signs.join(" "),
        &form.signs.note,
        &image,
    ];
    let mut text = parts.join("\u{1f}");
    if !form.position.is_empty() {
        text = format!("{text}\u{1f}{}", form.position);
    }
    hex(desk.keys.mac("visit", text.as_bytes()))
}

fn hex(code: [u8; 32]) -> String {
    code.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(desk: &Desk<'_, '_>, form: &VisitForm) -> Result<(), Refused> {
    let known = (8..=64).contains(&form.id.len())
        && form.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !known {
        return Err(Refused::field("id", "编号不对，请重新打开走访登记再填"));
    }
    if !form.hour.is_empty() && !is_hour(&form.hour) {
        return Err(Refused::field("hour", "请写时间，如 16:30"));
    }
    for (field, text) in [
        ("place", &form.place),
        ("child_said", &form.child_said),
        ("family_said", &form.family_said),
        ("note", &form.note),
        ("help_note", &form.help_note),
    ] {
        if text.chars().count() > MOST || !text.lines().all(plain) {
            return Err(Refused::field(field, "500个字以内，不能有看不见的符号"));
        }
    }
    if !form.position.is_empty() && (form.photo.is_none() || !is_position(&form.position)) {
        return Err(Refused::field("photo", "照片的位置看不懂，请重新选照片，或者不留位置"));
    }
    let outcome = form.outcome;
    if !outcome.is_met() && form.next.is_none() {
        return Err(Refused::field("next", "没有见到的，请定下次哪天再去"));
    }
    if matches!(outcome, Outcome::Family | Outcome::Both) && form.met.is_none() {
        return Err(Refused::field("met", "请选择见到了谁"));
    }
    if matches!(outcome, Outcome::Child | Outcome::Both) && form.child_said.trim().is_empty() {
        return Err(Refused::field("child_said", "见到孩子的，请写孩子自己怎么说（未成年人保护法第十九条）"));
    }
    if matches!(outcome, Outcome::Family | Outcome::Both) && form.family_said.trim().is_empty() {
        return Err(Refused::field("family_said", "见到家长的，请写家长怎么说"));
    }
    if !form.cause.is_empty() && !desk.plan.causes().iter().any(|one| one.code == form.cause) {
        return Err(Refused::field("cause", "请从表中选择原因"));
    }
    let late = form.day.saturating_add(jiff::ToSpan::days(90));
    if form.promised.is_some_and(|promised| promised < form.day || promised > late) {
        return Err(Refused::field("promised", "答应返校的日子要在走访以后、90天以内"));
    }
    if form.help.is_empty() != form.help_note.trim().is_empty() {
        let field = if form.help.is_empty() { "help" } else { "help_note" };
        return Err(Refused::field(field, "帮扶要选是哪一种，并写帮了什么、家长怎么说"));
    }
    Ok(())
}

fn is_hour(text: &str) -> bool {
    text.len() == 5 && text.parse::<jiff::civil::Time>().is_ok()
}

/// Degrees north and east with five decimals at most: a house, and not a bed in it.
fn is_position(text: &str) -> bool {
    let degrees = |text: &str, most: f64| {
        let short = text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 5);
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        short && plain && text.parse().is_ok_and(|value: f64| value.abs() <= most)
    };
    text.split_once(',').is_some_and(|(north, east)| degrees(north, 90.0) && degrees(east, 180.0))
}

/// What the case's page tells of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// How it ended.
    pub outcome: &'static str,
    /// Time, place, who was met, what they said, in sentences.
    pub text: String,
    /// Whether it was entered on a later day.
    pub late: bool,
    /// Id of the visit, where it has a photograph.
    pub photo: Option<String>,
}

/// The visits of a case by the number of their event, for who sees the family.
pub(crate) fn told(desk: &mut Desk<'_, '_>, case: &str) -> Result<HashMap<i64, Told>, Refused> {
    struct Found {
        id: String,
        hour: String,
        outcome: Option<Outcome>,
        met: Option<Answered>,
        cause: String,
        promised: Option<Date>,
        late: bool,
        said: Option<Vec<u8>>,
        photo: bool,
        position: Option<Vec<u8>>,
    }
    let rows = desk.tx.query(
        "select visit.seq, visit.id, visit.hour, visit.outcome, visit.met, visit.cause, visit.promised, visit.late,
                visit.said_sealed, case when visit_photo.visit is null then 0 else 1 end, visit_photo.position_sealed
         from visit
         left join visit_photo on visit_photo.county = visit.county and visit_photo.visit = visit.id
         where visit.county = $1 and visit.case_id = $2 order by visit.seq desc limit 500",
        &params![desk.county(), case],
        |row| {
            let found = Found {
                id: row.get(1)?,
                hour: row.get(2)?,
                outcome: Outcome::from_code(&row.get::<String>(3)?),
                met: Answered::from_code(&row.get::<String>(4)?),
                cause: row.get(5)?,
                promised: row.get(6)?,
                late: row.get(7)?,
                said: row.get(8)?,
                photo: row.get(9)?,
                position: row.get(10)?,
            };
            Ok((row.get::<i64>(0)?, found))
        },
    )?;
    let mut all = HashMap::with_capacity(rows.len());
    for (seq, found) in rows {
        let said: Said =
            serde_json::from_str(&desk.open("visit", "said", &found.id, found.said.as_deref())?)
                .map_err(|error| Refused::Fault(format!("a visit: {error}")))?;
        let cause = desk.plan.causes().iter().find(|one| one.code == found.cause);
        let position = desk.open("visit_photo", "position", &found.id, found.position.as_deref())?;
        let parts = [
            ("时间", found.hour),
            ("地点", said.place),
            ("见到", found.met.map_or(String::new(), |met| met.label().to_owned())),
            ("孩子说", said.child),
            ("家长说", said.family),
            ("原因", cause.map(|one| one.label.clone()).unwrap_or_default()),
            ("答应返校", found.promised.map(|day| day.to_string()).unwrap_or_default()),
            ("拍照位置（北纬、东经）", position),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(what, text)| format!("{what}：{}。", text.trim_end_matches('。')))
            .collect();
        let told = Told {
            outcome: found.outcome.map_or("", Outcome::label),
            text: said.concat(),
            late: found.late,
            photo: found.photo.then_some(found.id),
        };
        all.insert(seq, told);
    }
    Ok(all)
}

/// The photograph of a visit, for who sees the family. That it was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`], [`Refused::Fault`].
pub fn photo(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<u8>, Refused> {
    let missing = || Refused::denied(Action::ReadCase, "visit", id);
    let found = desk.tx.optional(
        "select visit.child, visit_photo.image_sealed from visit_photo
         join visit on visit.county = visit_photo.county and visit.id = visit_photo.visit
         where visit_photo.county = $1 and visit_photo.visit = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<Vec<u8>>(1)?)),
    )?;
    let (child, sealed) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::ReadCase, &Subject::Child(&ties), ("visit", id))?;
    if !Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians)) {
        return Err(missing());
    }
    let place = Place { county: desk.county(), table: "visit_photo", column: "image", row: id };
    let image = desk.keys.open_bytes(place, &sealed)?;
    desk.record(Action::ReadCase, grant.post, ("child", &child), "", "走访照片")?;
    Ok(image)
}
