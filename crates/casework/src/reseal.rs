//! 更换密钥: what an old key sealed is opened and sealed anew by the active one, in chunks, while everybody works (hazard
//! K07). A kill loses nothing: each field is sealed by the one key or the other, and both open until the old one is
//! retired. Where it goes on is read from the fields themselves; nothing is kept beside them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use rules::access::Action;

use crate::audit::{self, Entry};
use crate::db::{Db, DbError, Row, Tx, Value};
use crate::jobs::{Means, Schedule, program};
use crate::keys::{KeyId, Keys, Place};
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// The sealed columns of a table.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    /// The table.
    pub table: &'static str,
    /// The primary key behind the county. The row's name in the seal is its parts with `/` between.
    pub key: &'static [&'static str],
    /// Column, and its name in the seal.
    pub fields: &'static [(&'static str, &'static str)],
    /// Rows that are sealed anew in one transaction.
    at_once: usize,
}

/// Every sealed column there is. A test compares it with the schema.
pub const SEALED: &[Sealed] = &[
    of("account", &["id"], &[("phone_sealed", "phone"), ("totp_sealed", "totp_sealed")]),
    of("household", &["id"], &[("book_sealed", "book"), ("address_sealed", "address")]),
    of(
        "child",
        &["id"],
        &[("id_sealed", "id_number"), ("student_sealed", "student_number"), ("address_sealed", "address")],
    ),
    of("guardian", &["id"], &[("phone_sealed", "phone"), ("id_sealed", "id_number")]),
    of("child_group", &["id"], &[("detail_sealed", "detail")]),
    of("child_change", &["id"], &[("old_sealed", "old"), ("new_sealed", "new")]),
    of("finding_side", &["finding", "side"], &[("id_sealed", "id_number"), ("address_sealed", "address")]),
    of("finding_event", &["id"], &[("note_sealed", "note")]),
    of("door_check", &["id"], &[("note_sealed", "note")]),
    of("import_row", &["import", "number"], &[("before_sealed", "before"), ("after_sealed", "after")]),
    of("platform_difference_event", &["id"], &[("note_sealed", "note")]),
    of("sheet", &["id"], &[("why_sealed", "why")]),
    of("contact", &["id"], &[("note_sealed", "note")]),
    of("report", &["id"], &[("evidence_sealed", "evidence"), ("facts_sealed", "facts")]),
    of("safeguard", &["id"], &[("what_sealed", "what"), ("by_sealed", "by")]),
    of("safeguard_hop", &["safeguard", "unit"], &[("done_sealed", "done")]),
    of("leave", &["id"], &[("why_sealed", "why")]),
    of("province_decision", &["id"], &[("why_sealed", "why")]),
    of("warning_note", &["id"], &[("did_sealed", "did")]),
    of("child_case", &["id"], &[("why_sealed", "why")]),
    of("case_event", &["case_id", "seq"], &[("words_sealed", "words")]),
    of("case_paper", &["id"], &[("said_sealed", "said")]),
    of("case_track", &["id"], &[("words_sealed", "words")]),
    // A scanned page is a photograph.
    Sealed {
        table: "case_scan",
        key: &["id"],
        fields: &[("title_sealed", "title"), ("image_sealed", "image")],
        at_once: 4,
    },
    of("turnover_stay", &["id"], &[("why_sealed", "why")]),
    of("cohort_fate", &["id"], &[("proof_sealed", "proof")]),
    of("season_visit", &["id"], &[("note_sealed", "note")]),
    of("season_notice", &["id"], &[("said_sealed", "said")]),
    of("season_step", &["id"], &[("words_sealed", "words")]),
    of("season_leaver", &["id"], &[("words_sealed", "words")]),
    of("season_deferral", &["id"], &[("said_sealed", "said"), ("answer_sealed", "answer")]),
    of("request", &["id"], &[("words_sealed", "words"), ("answer_sealed", "answer")]),
    of("pair", &["id"], &[("why_sealed", "why")]),
    of("visit", &["id"], &[("said_sealed", "said")]),
    of("closure_note", &["id"], &[("words_sealed", "words")]),
    of("tip_off", &["id"], &[("what_sealed", "what"), ("answer_sealed", "answer")]),
    // A photograph has a quarter of a megabyte.
    Sealed {
        table: "tip_off_photo",
        key: &["tip_off", "nth"],
        fields: &[("image_sealed", "image")],
        at_once: 4,
    },
    of("tip_off_reporter", &["tip_off"], &[("name_sealed", "name"), ("phone_sealed", "phone")]),
    of("tip_off_event", &["tip_off", "seq"], &[("words_sealed", "words")]),
    of("family_answer", &["id"], &[("words_sealed", "words"), ("done_sealed", "done")]),
    of("accountability_act", &["file", "seq"], &[("words_sealed", "words")]),
    of("oversight_paper", &["id"], &[("said_sealed", "said")]),
    of("home_lesson", &["id"], &[("taught_sealed", "taught"), ("confirmed_sealed", "confirmed")]),
    // A photograph has a quarter of a megabyte.
    Sealed {
        table: "visit_photo",
        key: &["visit"],
        fields: &[("image_sealed", "image"), ("position_sealed", "position")],
        at_once: 4,
    },
    Sealed { table: "lesson_photo", key: &["lesson"], fields: &[("image_sealed", "image")], at_once: 4 },
    of("channel", &["id"], &[("set_sealed", "set")]),
    of("sign_on", &["id"], &[("secret_sealed", "secret")]),
    of("sign_on_try", &["id"], &[("secret_sealed", "secret")]),
    of("sign_on_stranger", &["id"], &[("name_sealed", "name")]),
    of("sign_on_link", &["id"], &[("name_sealed", "name")]),
    of("reach_way", &["account", "kind"], &[("address_sealed", "address")]),
    of("outbox", &["id"], &[("code_sealed", "code")]),
    of("once", &["account", "key"], &[("answer_sealed", "answer")]),
    // A part has a quarter of a megabyte.
    Sealed { table: "file_part", key: &["file", "part"], fields: &[("body_sealed", "body")], at_once: 4 },
];

const fn of(
    table: &'static str,
    key: &'static [&'static str],
    fields: &'static [(&'static str, &'static str)],
) -> Sealed {
    Sealed { table, key, fields, at_once: 200 }
}

/// Rows whose seals are looked at in one read.
const LOOK: i64 = 2_000;
/// Longest time of one run: the program stops in order within it.
const SLICE: Duration = Duration::from_secs(1);

/// How far the work has come; in memory only.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The key that everything is sealed by in the end.
    active: Option<KeyId>,
    table: usize,
    after: Vec<Value<'static>>,
    /// Fields that were sealed anew since the program started.
    pub done: u64,
    /// Fields that no key opens: they were changed, or their key is gone.
    pub shut: u64,
}

/// What a run of [`go_on`] came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is more to do.
    More,
    /// Every field was looked at: none is sealed by an old key, but those that no key opens.
    All,
}

/// A row's key, and its fields' first bytes.
type Heads = (Vec<Value<'static>>, Vec<Option<Vec<u8>>>);

impl Sealed {
    fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|(column, _)| *column)
    }

    fn key_of(&self, row: &Row<'_>) -> Result<Vec<Value<'static>>, DbError> {
        (0..self.key.len())
            .map(|at| {
                Ok(match row.value(at)? {
                    Value::Int(number) => Value::Int(number),
                    Value::Text(text) => Value::Text(text.into_owned().into()),
                    _ => return Err(DbError::Other(format!("{}: a key of another type", self.table))),
                })
            })
            .collect()
    }

    /// The next rows behind `after`, with the first five bytes of each field.
    fn heads(&self, tx: &mut Tx<'_>, county: &str, after: &[Value<'static>]) -> Result<Vec<Heads>, DbError> {
        let key = self.key.join(", ");
        let heads: Vec<String> = self.columns().map(|column| format!("substr({column}, 1, 5)")).collect();
        let behind = match after.len() {
            0 => String::new(),
            count => {
                let marks: Vec<String> = (0..count).map(|at| format!("${}", at + 3)).collect();
                format!(" and ({key}) > ({})", marks.join(", "))
            }
        };
        let sql = format!(
            "select {key}, {} from {} where county = $1{behind} order by {key} limit $2",
            heads.join(", "),
            self.table
        );
        let mut params = vec![Value::from(county), Value::Int(LOOK)];
        params.extend(after.iter().cloned());
        tx.query(&sql, &params, |row| {
            let fields = (0..self.fields.len()).map(|at| row.get(self.key.len() + at));
            Ok((self.key_of(row)?, fields.collect::<Result<_, _>>()?))
        })
    }

    /// `key = $2 and …`.
    fn matches(&self) -> String {
        let parts: Vec<String> =
            self.key.iter().enumerate().map(|(at, column)| format!("{column} = ${}", at + 2)).collect();
        parts.join(" and ")
    }

    /// Seals the fields of one row anew; how many, and how many no key opens.
    fn row(
        &self,
        tx: &mut Tx<'_>,
        (keys, now, county): (&Keys, &Now, &str),
        key: &[Value<'static>],
    ) -> Result<(u64, u64), DbError> {
        let (mut done, mut shut) = (0, 0);
        let name: Vec<String> = key.iter().map(part).collect();
        let name = name.join("/");
        let mut params = vec![Value::from(county)];
        params.extend(key.iter().cloned());
        for (column, named) in self.fields {
            let sql = format!("select {column} from {} where county = $1 and {}", self.table, self.matches());
            let sealed: Option<Vec<u8>> = tx.optional(&sql, &params, |row| row.get(0))?.flatten();
            let Some(sealed) = sealed.filter(|sealed| keys.needs_reseal(sealed)) else { continue };
            let place = Place { county, table: self.table, column: named, row: &name };
            let Ok(anew) = keys.reseal(place, &sealed, now.random()) else {
                shut += 1;
                continue;
            };
            let last = params.len() + 1;
            let sql = format!(
                "update {} set {column} = ${last} where county = $1 and {}",
                self.table,
                self.matches()
            );
            let mut with = params.clone();
            with.push(Value::from(anew));
            done += tx.execute(&sql, &with)?;
        }
        Ok((done, shut))
    }
}

fn part(value: &Value<'_>) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone().into_owned(),
        Value::Null | Value::Bytes(_) => String::new(),
    }
}

/// Goes on for `slice` at most. Nobody waits for the storage longer than one chunk takes.
///
/// # Errors
/// [`DbError`]; what was sealed anew before stays so.
pub fn go_on(means: &dyn Means, progress: &mut Progress, slice: Duration) -> Result<Outcome, DbError> {
    let (began, county, active) = (Instant::now(), means.plan().county().code.clone(), means.keys().active());
    if progress.active != Some(active) {
        *progress = Progress { active: Some(active), done: progress.done, ..Progress::default() };
    }
    while let Some(sealed) = SEALED.get(progress.table).copied() {
        let heads = means.db().read(|tx| sealed.heads(tx, &county, &progress.after))?;
        let old: Vec<Vec<Value<'static>>> = heads
            .iter()
            .filter(|(_, fields)| fields.iter().flatten().any(|head| KeyId::of(head) != Some(active)))
            .map(|(key, _)| key.clone())
            .collect();
        for chunk in old.chunks(sealed.at_once) {
            let (rows, keys, now, own) = (chunk.to_vec(), means.keys().clone(), means.now(), county.clone());
            let (done, shut) = means.db().write(move |tx| -> Result<(u64, u64), DbError> {
                let mut sum = (0, 0);
                for key in &rows {
                    let (done, shut) = sealed.row(tx, (&keys, &now, &own), key)?;
                    sum = (sum.0 + done, sum.1 + shut);
                }
                Ok(sum)
            })?;
            progress.done += done;
            progress.shut += shut;
            progress.after = chunk.last().cloned().unwrap_or_default();
            if began.elapsed() >= slice {
                return Ok(Outcome::More);
            }
        }
        match heads.last() {
            Some((key, _)) => progress.after.clone_from(key),
            None => {
                progress.table += 1;
                progress.after.clear();
            }
        }
        if began.elapsed() >= slice {
            return Ok(Outcome::More);
        }
    }
    Ok(Outcome::All)
}

/// How many fields each key seals; `None`: bytes that are no sealed field. Looks at every row of every county.
///
/// # Errors
/// [`DbError`].
pub fn count(db: &Db) -> Result<BTreeMap<Option<KeyId>, u64>, DbError> {
    let mut count = BTreeMap::new();
    for sealed in SEALED {
        for column in sealed.columns() {
            let sql = format!(
                "select substr({column}, 1, 5), cast(count(*) as bigint) from {} where {column} is not null group by 1",
                sealed.table
            );
            let found: Vec<(Vec<u8>, u64)> =
                db.read(|tx| tx.query(&sql, &[], |row| Ok((row.get(0)?, row.get(1)?))))?;
            for (head, fields) in found {
                *count.entry(KeyId::of(&head)).or_default() += fields;
            }
        }
    }
    Ok(count)
}

/// What the schedule says when every field is sealed by `active`: a server that says so uses that key itself.
#[must_use]
pub fn all_by(active: KeyId) -> String {
    format!("全部加密内容都用密钥 {active}")
}

/// What the schedule said last, for `baoxue keys`.
///
/// # Errors
/// [`DbError`].
pub fn said(tx: &mut Tx<'_>, county: &str) -> Result<Option<String>, DbError> {
    tx.optional(
        "select said from job where county = $1 and id = 'schedule.reseal'",
        &params![county],
        |row| row.get(0),
    )
}

/// Follows the key file while the program serves: a key that was added or retired by command is noticed and put on the
/// record, and what an old key sealed is sealed anew, a second at a time.
#[must_use]
pub fn schedule() -> Schedule {
    let state: Mutex<(Progress, bool)> = Mutex::default();
    Schedule::new(
        "reseal",
        "更换密钥后重新加密",
        SignedDuration::from_secs(5),
        move |means: &Arc<dyn Means>| {
            means.keys().follow()?;
            let entries = means.keys().entries();
            let active = means.keys().active();
            let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.0.active != Some(active) {
                state.1 = false;
            }
            if entries.len() == 1 {
                return Ok("只有一把密钥，没有要重新加密的".to_owned());
            }
            if !state.1 {
                note(means.as_ref(), active, "更换加密密钥")?;
                state.1 = go_on(means.as_ref(), &mut state.0, SLICE)? == Outcome::All;
                if !state.1 {
                    return Ok(format!("正在用密钥 {active} 重新加密，已办 {} 项", state.0.done));
                }
                note(means.as_ref(), active, "全部加密内容都已用新密钥")?;
            }
            Ok(match state.0.shut {
                0 => all_by(active),
                shut => format!("有 {shut} 项打不开，请从备份恢复；其余都用密钥 {active}"),
            })
        },
    )
}

/// Puts a change of the keys on the record, once: which key seals since, and when everything was sealed by it. A new
/// installation with its first key has nothing to say.
fn note(means: &dyn Means, key: KeyId, detail: &str) -> Result<(), Refused> {
    let (county, subject) = (means.plan().county().code.clone(), key.to_string());
    let known = means.db().read(|tx| -> Result<bool, DbError> {
        tx.one(
            "select cast(count(*) as bigint) from audit
             where county = $1 and subject = $2 and subject_kind = 'key' and detail = $3",
            &params![&county, &subject, detail],
            |row| Ok(row.get::<i64>(0)? > 0),
        )
    })?;
    if known {
        return Ok(());
    }
    let (now, detail) = (means.now(), detail.to_owned());
    means.db().write(move |tx| {
        let actor = program(&county);
        let entry = Entry {
            actor: &actor,
            post: None,
            action: Action::SetSecurity,
            subject: ("key", &subject),
            purpose: "",
            detail: &detail,
        };
        audit::record(tx, &now, &entry)
    })
}
