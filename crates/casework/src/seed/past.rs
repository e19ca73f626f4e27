//! What a year has left behind beside the children: the record, sign-ins, sessions, imports, announcements, work done by
//! itself. Acts go through the record's own function, so that the sealer and `audit verify` treat them like any other.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rules::access::{Action, Actor, Post, Role, Standing};

use super::Seeding;
use crate::audit::{self, Entry};
use crate::db::{DbError, Tx};
use crate::keys::Keys;
use crate::now::{moment, stamp};
use crate::params;
use crate::refused::Refused;

/// Somebody who holds posts.
#[derive(Debug, Clone)]
pub struct SeedActor {
    /// Account and posts.
    pub actor: Actor,
    /// User name.
    pub username: String,
    /// Whether the account is in use.
    pub active: bool,
}

/// Everybody who holds a post, by account.
///
/// # Errors
/// Whatever the storage says.
pub fn actors(tx: &mut Tx<'_>, county: &str) -> Result<BTreeMap<String, SeedActor>, DbError> {
    let mut all: BTreeMap<String, SeedActor> = BTreeMap::new();
    let rows = tx.query(
        "select account.id, account.name, account.username, account.state, post.id, post.role, post.unit, post.standing
         from tenure
         join post on post.county = tenure.county and post.id = tenure.post and post.closed_at is null
         join account on account.county = tenure.county and account.id = tenure.account
         where tenure.county = $1 and tenure.until_day is null order by account.id, post.sort, post.id",
        &params![county],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?, text(6)?, text(7)?))
        },
    )?;
    for (account, name, username, state, post, role, unit, standing) in rows {
        let Some(role) = Role::from_code(&role) else { continue };
        let standing = if standing == "leads" { Standing::Leads } else { Standing::Serves };
        let one = all.entry(account.clone()).or_insert_with(|| SeedActor {
            actor: Actor {
                county: county.to_owned(),
                account,
                session: String::new(),
                name,
                posts: Vec::new(),
                only: None,
            },
            username,
            active: state == "active",
        });
        one.actor.posts.push(Post { id: post, role, unit, standing });
    }
    Ok(all)
}

/// Children of a unit by a tie, the first in the order of their pinyin.
///
/// # Errors
/// Whatever the storage says.
pub fn children(
    tx: &mut Tx<'_>,
    county: &str,
    (unit, tie): (&str, &str),
    most: i64,
) -> Result<Vec<String>, DbError> {
    tx.query(
        "select child from child_tie where county = $1 and unit = $2 and tie = $3 order by spelling, child limit $4",
        &params![county, unit, tie, most],
        |row| row.get(0),
    )
}

/// Something that stands in the county already and was done by somebody: it belongs on the record.
#[derive(Debug, Clone)]
pub struct Fact {
    /// When.
    pub at: Timestamp,
    /// Account of whoever did it; empty where the world does not say.
    pub by: String,
    /// What.
    pub action: Action,
    /// With what: kind and id.
    pub subject: (&'static str, String),
    /// In a few words.
    pub detail: String,
}

/// What was done within the year and is written down elsewhere: changes of the roll, decisions, appointments, proofs.
///
/// # Errors
/// Whatever the storage says.
pub fn facts(tx: &mut Tx<'_>, county: &str, since: Date) -> Result<Vec<Fact>, DbError> {
    let mut all = Vec::new();
    for (action, kind, sql) in FACTS {
        let rows = tx.query(sql, &params![county, since], |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?))
        })?;
        for (at, by, subject, detail) in rows {
            let Some(at) = moment(&at) else { continue };
            let detail = match action {
                Action::StartRollMove => {
                    rules::roll::Change::from_code(&detail).map_or("", |one| one.label()).to_owned()
                }
                Action::DecideFinding => {
                    rules::decision::Decision::from_code(&detail).map_or("", |one| one.label()).to_owned()
                }
                _ => detail,
            };
            all.push(Fact { at, by, action: *action, subject: (kind, subject), detail });
        }
    }
    Ok(all)
}

/// Each: (when, by whom, with what, in a few words), of the county `$1` since the day `$2`.
const FACTS: &[(Action, &str, &str)] = &[
    (
        Action::StartRollMove,
        "child",
        "select asked_at, asked_by, child, kind from roll_move where county = $1 and asked_at >= $2 order by asked_at, id",
    ),
    (
        Action::AnswerRollMove,
        "child",
        "select from_at, from_by, child, '转出' from roll_move
         where county = $1 and from_at >= $2 and to_at is not null order by from_at, id",
    ),
    (
        Action::DecideFinding,
        "finding",
        "select decided_at, decided_by, id, decision from finding
         where county = $1 and decided_at >= $2 and remembered_from is null order by decided_at, id",
    ),
    (
        Action::AppointPost,
        "post",
        "select made_at, by_account, post, '任职' from tenure where county = $1 and made_at >= $2 order by made_at, id",
    ),
    (
        Action::RecordElsewhere,
        "child",
        "select made_at, by_account, child, '登记外出就读' from elsewhere
         where county = $1 and made_at >= $2 order by made_at, id",
    ),
];

/// An act of somebody, for the record.
#[derive(Debug, Clone)]
pub struct SeedAct<'a> {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: &'a Actor,
    /// On which of the posts.
    pub post: Option<&'a Post>,
    /// What.
    pub action: Action,
    /// Whether it was refused.
    pub refused: bool,
    /// With what.
    pub subject: (&'a str, &'a str),
    /// Why.
    pub purpose: &'a str,
    /// In a few words.
    pub detail: &'a str,
}

/// Puts an act on the record.
///
/// # Errors
/// Whatever the storage says.
pub fn act(tx: &mut Tx<'_>, with: &Seeding<'_>, act: &SeedAct<'_>) -> Result<(), DbError> {
    let now = with.now.at_moment(act.at);
    let entry = Entry {
        actor: act.actor,
        post: act.post,
        action: act.action,
        subject: act.subject,
        purpose: act.purpose,
        detail: act.detail,
    };
    let written =
        if act.refused { audit::record_refusal(tx, &now, &entry) } else { audit::record(tx, &now, &entry) };
    written.map_err(|refused| match refused {
        Refused::Storage(error) => error,
        other => DbError::Other(other.to_string()),
    })
}

/// A try to sign in.
#[derive(Debug, Clone)]
pub struct SeedSignIn<'a> {
    /// When.
    pub at: Timestamp,
    /// What was typed as user name.
    pub username: &'a str,
    /// The account, where there is one of that name.
    pub account: Option<&'a str>,
    /// From which address.
    pub source: &'a str,
    /// done, wrong or locked.
    pub outcome: &'a str,
    /// Browser and system.
    pub browser: &'a str,
    /// How long the session was used after it; `None` where none was opened.
    pub used: Option<SignedDuration>,
    /// Whether it is still open.
    pub open: bool,
}

/// Writes a try to sign in and the session that it opened.
///
/// # Errors
/// Whatever the storage says.
pub fn sign_in(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    keys: &Keys,
    one: &SeedSignIn<'_>,
) -> Result<(), DbError> {
    let now = with.now.at_moment(one.at);
    let device = keys.index(with.county, "device", &format!("{}@{}", one.username, one.source));
    tx.execute(
        "insert into sign_in (county, id, at, account, username_index, source, device, known, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            with.county,
            now.id(),
            now.stamp(),
            one.account,
            keys.index(with.county, "username", one.username),
            one.source,
            &device,
            i64::from(one.account.is_some()),
            one.outcome
        ],
    )?;
    let (Some(account), Some(used)) = (one.account, one.used) else { return Ok(()) };
    let after = |span| stamp(one.at.saturating_add(span).unwrap_or(one.at));
    tx.execute(
        "insert into session (county, id, account, token, kind, stage, made_at, seen_at, ends_at, confirmed_at, device,
                              browser, source, ended_at, ended_by)
         values ($1, $2, $3, $4, 'browser', 'full', $5, $6, $7, $5, $8, $9, $10, $11, $12)",
        &params![
            with.county,
            now.id(),
            account,
            // Of a token that nobody has.
            keys.index(with.county, "session", &now.token()),
            now.stamp(),
            after(used),
            after(SignedDuration::from_hours(12)),
            &device,
            one.browser,
            one.source,
            (!one.open).then(|| after(used)),
            (!one.open).then_some(account)
        ],
    )?;
    tx.execute(
        "update account set seen_at = $3 where county = $1 and id = $2 and seen_at < $3",
        &params![with.county, account, after(used)],
    )?;
    Ok(())
}

/// An import that was written long ago.
#[derive(Debug, Clone)]
pub struct SeedImport<'a> {
    /// When it was handed in.
    pub at: Timestamp,
    /// Unit whose it is.
    pub unit: &'a str,
    /// Account.
    pub by: &'a str,
    /// Code of the list.
    pub kind: &'a str,
    /// Name of the file.
    pub title: &'a str,
    /// The day that it describes.
    pub as_of: Date,
    /// Rows; added, changed, same, unclear, left out.
    pub counts: [i64; 6],
}

/// Writes an import that was applied, with the two jobs that did it; its id. Its rows are not kept: they were written
/// long ago, and nothing is left to be taken back.
///
/// # Errors
/// Whatever the storage says.
pub fn import(tx: &mut Tx<'_>, with: &Seeding<'_>, one: &SeedImport<'_>) -> Result<String, DbError> {
    let now = with.now.at_moment(one.at);
    let later = |minutes| stamp(one.at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(one.at));
    let (id, file) = (now.id(), now.id());
    let [rows, added, changed, same, unclear, left] = one.counts;
    let mut jobs = Vec::new();
    for (kind, begun, ended, said) in
        [("import_preview", 0, 1, "已比对，等待确认"), ("import_apply", 9, 11, "已写入")]
    {
        let job = now.id();
        tx.execute(
            "insert into job (county, id, kind, subject, actor, session, state, attempts, next_at, made_at, started_at,
                              ended_at, done, total, said)
             values ($1, $2, $3, $4, $5, '', 'done', 1, $6, $6, $6, $7, $8, $8, $9)",
            &params![with.county, &job, kind, &id, one.by, later(begun), later(ended), rows, said],
        )?;
        jobs.push(job);
    }
    let hash: [u8; 32] = now.random();
    let hash = hash.iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
    tx.execute(
        "insert into file (county, id, hash, name, size, parts, made_at, made_by) values ($1, $2, $3, $4, $5, 0, $6, $7)",
        &params![with.county, &file, &hash, one.title, rows * 211, now.stamp(), one.by],
    )?;
    tx.execute(
        "insert into import (county, id, unit, kind, title, file, hash, as_of, state, job, row_count, added, changed, same,
                             unclear, outside, rejected, left_out, kept, unknown_columns, problem, by_account, made_at,
                             applied_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'applied', $9, $10, $11, $12, $13, $14, 0, 0, $15, 0, '', '', $16, $17, $18)",
        &params![
            with.county,
            &id,
            one.unit,
            one.kind,
            one.title,
            &file,
            &hash,
            one.as_of,
            jobs.last(),
            rows,
            added,
            changed,
            same,
            unclear,
            left,
            one.by,
            now.stamp(),
            later(11)
        ],
    )?;
    Ok(id)
}

/// Publishes an announcement on a day of the past; its id.
///
/// # Errors
/// Whatever the storage says.
pub fn notice(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    (at, by): (Timestamp, &str),
    (title, body): (&str, &str),
    (from, until): (Date, Option<Date>),
) -> Result<String, DbError> {
    let now = with.now.at_moment(at);
    let id = now.id();
    tx.execute(
        "insert into notice (county, id, title, body, from_day, until_day, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![with.county, &id, title, body, from, until, by, now.stamp()],
    )?;
    Ok(id)
}

/// Tells everybody who holds a post at a unit something.
///
/// # Errors
/// Whatever the storage says.
pub fn tell_unit(
    tx: &mut Tx<'_>,
    with: &Seeding<'_>,
    at: Timestamp,
    unit: &str,
    (kind, text, href): (&str, &str, &str),
) -> Result<(), DbError> {
    let now = with.now.at_moment(at);
    let accounts = tx.query(
        "select distinct tenure.account from post
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         where post.county = $1 and post.unit = $2 and post.closed_at is null order by tenure.account",
        &params![with.county, unit],
        |row| row.get::<String>(0),
    )?;
    for account in accounts {
        tx.execute(
            "insert into notification (county, id, account, at, kind, subject, text, href)
             values ($1, $2, $3, $4, $5, '', $6, $7)",
            &params![with.county, now.id(), account, now.stamp(), kind, text, href],
        )?;
    }
    Ok(())
}
