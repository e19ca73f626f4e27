//! Taking a tip-off or a plea from somebody without an account: once for each form, bounded, never dropped; the receipt code follows from the
//! form, so that a lost answer can be asked for again and the code is kept nowhere.

use rules::access::Action;
use rules::flood::{Admit, Brought, Load, WINDOW, admit};
use rules::tip_off::{About, Errand, Kind, Said, State, To, bare, code, shape};

use super::super::form::{Ticket, bits_of};
use super::What;
use super::photo::{keep, pictures};
use super::store::{due_or, put_unit, tell_once};
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::now::stamp;
use crate::params;
use crate::refused::{Problem, Refused};

/// What was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// The form's ticket.
    pub ticket: String,
    /// Its proof of work; empty without one.
    pub nonce: String,
    /// Code of [`Kind`].
    pub kind: String,
    /// Code of [`About`]; empty for a plea, where it is asked nothing.
    pub about: String,
    /// Id of a township.
    pub township: String,
    /// Id of a school.
    pub school: String,
    /// The place in words.
    pub place: String,
    /// The child's name, if it is known.
    pub child: String,
    /// What happened.
    pub text: String,
    /// Whether the child is harmed or in danger.
    pub danger: bool,
    /// Who writes; may be empty.
    pub name: String,
    /// How to reach them; may be empty.
    pub phone: String,
    /// Photographs in base64; empty ones are none.
    pub photos: Vec<String>,
    /// The address that it came from, as text; counted and not kept.
    pub source: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is kept: the code by which it is asked about.
    Receipt {
        /// Twenty-six signs.
        code: String,
    },
    /// Too many come: the same form again, with a proof of so many bits, or after so many seconds.
    Wait {
        /// Leading bits that are nought.
        bits: u32,
        /// Seconds.
        seconds: u32,
    },
}

/// Longest text, in characters.
const TEXT: usize = 2000;

/// The form as it can be kept.
struct Checked {
    kind: Kind,
    about: About,
    township: Option<String>,
    school: Option<String>,
    what: What,
    name: String,
    phone: String,
    pictures: Vec<Vec<u8>>,
}

/// Takes what was sent. Held back or not, whoever sends it is told the same receipt.
///
/// # Errors
/// [`Refused::Invalid`] with the fields to correct, `ticket` where the form is too old; [`Refused::Storage`].
pub fn take(desk: &mut Desk<'_, '_>, errand: Errand, sent: &Sent) -> Result<Taken, Refused> {
    let Some(ticket) = Ticket::read(desk.keys, desk.now, errand.code(), &sent.ticket) else {
        return Err(Refused::field("ticket", "这一页打开得太久了，写的都还在，请再按一次提交"));
    };
    let form = desk.index("tip_off_form", &ticket.text);
    let code = code(bits_of(desk.keys, desk.county(), "tip_off receipt", &ticket.text));
    let digest = digest(desk, sent);
    let before = desk.tx.optional(
        "select digest from tip_off where county = $1 and form_index = $2",
        &params![desk.county(), &form],
        |row| row.get::<String>(0),
    )?;
    match before {
        Some(before) if before == digest => return Ok(Taken::Receipt { code }),
        Some(_) => {
            return Err(Refused::field("text", "这张表已经交过了。要补充的，请重新打开页面另写一份"));
        }
        None => {}
    }
    let pictures = pictures(&sent.photos)?;
    let checked = Checked { pictures, ..check(desk, errand, sent)? };
    let source = desk.index("public_source", &sent.source);
    let load = load(desk, &source)?;
    let brought = Brought { age: ticket.age, bits: ticket.proof(&sent.nonce) };
    let state = match admit(load, brought) {
        Admit::Wait { bits, seconds } => return Ok(Taken::Wait { bits, seconds }),
        Admit::Hold => State::Held,
        Admit::Take => State::Received,
    };
    let id = desk.now.id();
    let index = desk.index("tip_off", &code);
    write(desk, &id, (&index, &form, &digest), (&checked, sent.danger, state))?;
    desk.tx.execute(
        "insert into public_form (county, id, source, what, at) values ($1, $2, $3, 'form', $4)",
        &params![desk.county(), desk.now.id(), &source, desk.now.stamp()],
    )?;
    desk.record(Action::PublicWord, None, ("tip_off", &id), "", errand.label())?;
    Ok(Taken::Receipt { code })
}

/// Of everything that the form holds, but for how it came.
fn digest(desk: &Desk<'_, '_>, sent: &Sent) -> String {
    let danger = if sent.danger { "1" } else { "" };
    let parts = [
        &*sent.kind,
        &sent.about,
        &sent.township,
        &sent.school,
        &sent.place,
        &sent.child,
        &sent.text,
        danger,
        &sent.name,
        &sent.phone,
    ];
    let pictures = sent.photos.iter().filter(|one| !one.is_empty()).map(String::as_str);
    let parts: Vec<&str> = parts.into_iter().chain(pictures).collect();
    desk.index("tip_off_digest", &parts.join("\u{1f}"))
}

fn check(desk: &mut Desk<'_, '_>, errand: Errand, sent: &Sent) -> Result<Checked, Refused> {
    let mut wrong = Vec::new();
    let mut say = |field: &'static str, text: &str| wrong.push(Problem { field, text: text.to_owned() });
    let kind = Kind::from_code(&sent.kind).filter(|kind| kind.errand() == errand);
    if kind.is_none() {
        say("kind", "请选一项");
    }
    let about = match errand {
        Errand::Tip => About::from_code(&sent.about),
        Errand::Help => Some(About::from_code(&sent.about).unwrap_or(About::Unsaid)),
    };
    if about.is_none() {
        say("about", "请选反映的是谁，说不清的选最后一项");
    }
    let text = sent.text.trim();
    let length = text.chars().count();
    if !(6..=TEXT).contains(&length) || !text.lines().all(plain) {
        say("text", "请写什么事、在哪里、什么时候，6到2000个字，不能有看不见的符号");
    }
    for (field, value, most, todo) in [
        ("place", &sent.place, 60, "地方写60个字以内"),
        ("child", &sent.child, 20, "孩子姓名写20个字以内，不知道可以不写"),
        ("name", &sent.name, 30, "称呼写30个字以内，可以不写"),
        ("phone", &sent.phone, 30, "联系方式写30个字以内，可以不写"),
    ] {
        if value.trim().chars().count() > most || !plain(value.trim()) {
            say(field, todo);
        }
    }
    let township = unit(desk, &sent.township, "township")?;
    let school = unit(desk, &sent.school, "school")?;
    if about == Some(About::School) && school.is_none() {
        say("school", "反映学校的，请选是哪所学校；不知道的，上面选“别的，或者说不清”");
    }
    if about == Some(About::Township) && township.is_none() {
        say("township", "反映乡镇政府的，请选是哪个乡镇");
    }
    let (Some(kind), Some(about), true) = (kind, about, wrong.is_empty()) else {
        return Err(Refused::Invalid(wrong));
    };
    Ok(Checked {
        kind,
        about,
        township,
        school,
        what: What {
            text: text.to_owned(),
            place: sent.place.trim().to_owned(),
            child: sent.child.trim().to_owned(),
        },
        name: sent.name.trim().to_owned(),
        phone: sent.phone.trim().to_owned(),
        pictures: Vec::new(),
    })
}

/// The unit of that kind with this id; nothing for any other.
fn unit(desk: &mut Desk<'_, '_>, id: &str, kind: &str) -> Result<Option<String>, Refused> {
    if id.is_empty() || id.len() > 100 || id.contains('\0') {
        return Ok(None);
    }
    Ok(desk.tx.optional(
        "select id from unit where county = $1 and id = $2 and kind = $3 and until_day is null",
        &params![desk.county(), id, kind],
        |row| row.get(0),
    )?)
}

/// How many were taken within the window; counted as far as it matters and no further.
fn load(desk: &mut Desk<'_, '_>, source: &str) -> Result<Load, Refused> {
    let from = stamp(desk.now.timestamp().saturating_sub(WINDOW).unwrap_or(jiff::Timestamp::MIN));
    let count = |desk: &mut Desk<'_, '_>, here: &str, most: i64| {
        let sql = format!(
            "select cast(count(*) as bigint) from (
                 select at from public_form where county = $1 and what = 'form' and at > $2 and {here}
                 order by at desc limit $4) latest"
        );
        desk.tx.one(&sql, &params![desk.county(), &from, source, most], |row| row.get::<u32>(0))
    };
    let here = count(desk, "source = $3", 2_000)?;
    let all = count(desk, "cast($3 as text) is not null", 20_000)?;
    Ok(Load { here, all })
}

fn write(
    desk: &mut Desk<'_, '_>,
    id: &str,
    (code, form, digest): (&str, &str, &str),
    (sent, danger, state): (&Checked, bool, State),
) -> Result<(), Refused> {
    let county = desk.county();
    let said = Said {
        kind: sent.kind,
        about: sent.about,
        danger,
        township: sent.township.as_deref(),
        school: sent.school.as_deref(),
    };
    let (way, against) = (said.way(), said.against());
    let what =
        serde_json::to_string(&sent.what).map_err(|error| Refused::Fault(format!("tip_off: {error}")))?;
    let sealed = desk.seal("tip_off", "what", id, &what);
    let bare = format!("{} {}", sent.township.as_deref().unwrap_or_default(), bare(&sent.what.text));
    let pad = desk.keys.mac("tip_off shape", county.as_bytes());
    let pad = u64::from_be_bytes(pad.first_chunk::<8>().copied().unwrap_or_default());
    let shape = i64::from_be_bytes(shape(&sent.what.text, pad).to_be_bytes());
    let due = due_or(desk, if way.apart { "safeguard" } else { "sort_tip" })?;
    let written = desk.tx.execute(
        "insert into tip_off (county, id, code_index, form_index, digest, errand, kind, about, against, township, school,
                              apart, what_sealed, same, shape, at, state, why, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, '', $18)",
        &params![
            county,
            id,
            code,
            form,
            digest,
            sent.kind.errand().code(),
            sent.kind.code(),
            sent.about.code(),
            against,
            said.township,
            said.school,
            way.apart,
            sealed,
            desk.index("tip_off_same", &bare),
            shape,
            desk.now.stamp(),
            state.code(),
            &due
        ],
    );
    match written {
        Ok(_) => {}
        // The same form at the same time: asked again it is told its receipt.
        Err(DbError::Unique(_)) => return Err(Refused::Busy { after: 1 }),
        Err(error) => return Err(error.into()),
    }
    if !sent.name.is_empty() || !sent.phone.is_empty() {
        let seal = |column, plain: &str| {
            (!plain.is_empty()).then(|| desk.seal("tip_off_reporter", column, id, plain))
        };
        let (name, phone) = (seal("name", &sent.name), seal("phone", &sent.phone));
        desk.tx.execute(
            "insert into tip_off_reporter (county, tip_off, name_sealed, phone_sealed) values ($1, $2, $3, $4)",
            &params![county, id, name, phone],
        )?;
    }
    keep(desk, id, &sent.pictures)?;
    let mut told = Vec::new();
    for (to, leads) in std::iter::once((&way.lead, true)).chain(way.also.iter().map(|to| (to, false))) {
        let units = match to {
            To::Unit(role, unit) => vec![(*role, unit.clone())],
            To::Role(role) => super::units_of(desk, *role)?.into_iter().map(|unit| (*role, unit)).collect(),
        };
        // Not to the unit that it is about, and not to one twice.
        for (role, unit) in units.into_iter().filter(|(_, unit)| against != Some(unit)) {
            put_unit(desk, id, (&unit, role, leads), &due)?;
            told.push((unit, role));
        }
    }
    if state == State::Received {
        tell_once(desk, &told, way.apart)?;
    }
    Ok(())
}
