//! Beginning an import, having it written, and dropping it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use rules::access::{Action, Actor, Post, Reach as Right, Subject, may};
use rules::plan::ListKind;

use super::decide::Reach;
use crate::desk::{Desk, SignedIn};
use crate::files::{self, Stored};
use crate::jobs::{self, Means, Registry, Runner};
use crate::lists::{Asked, Certainty, Limits, ReadFailure, recognise, rows};
use crate::refused::Refused;
use crate::{params, units};

/// A list that was handed in.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Which list.
    pub kind: ListKind,
    /// The day that it describes.
    pub as_of: Date,
    /// Its content.
    pub file: Stored,
}

/// What became of handing in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// The import.
    pub id: String,
    /// Somebody handed in the same file before: who and when (hazard E12).
    pub already: Option<(String, String)>,
}

/// What a list needs, for the upload form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The list.
    pub kind: ListKind,
    /// Headings that it cannot do without.
    pub headings: Vec<String>,
}

/// The post on which an actor imports a list of this kind, and how far it reaches.
pub(super) fn right(actor: &Actor, action: Action, kind: ListKind) -> Option<(&Post, Reach)> {
    let posts = actor.posts.iter().filter(|post| action.policy(post.role, post.standing).is_some());
    posts.filter_map(|post| Reach::of(post.role, &post.unit, kind).map(|reach| (post, reach))).next()
}

/// The kinds of list that the actor may hand in, with what each needs.
///
/// # Errors
/// [`Refused::Denied`].
pub fn kinds(desk: &mut Desk<'_, '_>) -> Result<Vec<Needs>, Refused> {
    desk.require(Action::ReadImports, &Subject::Nothing, ("import", ""))?;
    let mine = ListKind::ALL.iter().filter(|kind| right(desk.actor(), Action::ImportList, **kind).is_some());
    let needs = mine.map(|kind| {
        let fields =
            desk.plan.list(*kind).fields.iter().filter(|field| field.required || field.any_of.is_some());
        Needs { kind: *kind, headings: fields.filter_map(|field| field.headings.first().cloned()).collect() }
    });
    Ok(needs.collect())
}

/// Looks at an uploaded file before anything is stored: whether it can be read, and as which list. An empty `wish` asks
/// what it is.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read or is another list than was said (hazards E04, E09).
pub fn examine(means: &dyn Means, path: &Path, wish: Option<ListKind>) -> Result<ListKind, Refused> {
    let on = means.now().day();
    let unreadable = |failure: ReadFailure| Refused::field("file", failure.to_string());
    if let Some(kind) = wish {
        let asked = Asked { kind, plan: means.plan(), on, limits: Limits::default() };
        // The first row is enough to know whether its columns are there.
        rows(path, &asked, &|_| {}, &mut |_| ControlFlow::Break(())).map_err(unreadable)?;
        return Ok(kind);
    }
    let found = recognise(path, means.plan(), on, &Limits::default()).map_err(unreadable)?;
    match found.kind {
        Some(ListKind::Platform) => {
            Err(Refused::field("file", "这是上级平台导出的名单，请到“平台录入”里的“核对”上传"))
        }
        Some(ListKind::Attendance) => {
            Err(Refused::field("file", "这是省系统导出的考勤，请到“点名”里的“省系统考勤”上传"))
        }
        Some(kind) if found.certainty != Certainty::Unsure => Ok(kind),
        Some(_) => Err(Refused::field("kind", "看不出是哪张名单，请选择名单类型")),
        None if found.missing.is_empty() => Err(Refused::field("file", "没有认出表头，请对照空表检查列名")),
        None => {
            Err(Refused::field("file", format!("缺少这些列：{}。请对照空表补上", found.missing.join("、"))))
        }
    }
}

/// Begins an import: the file is kept, and a job compares it with the ledger. The same file handed in twice is one
/// import, and the second is told so (hazards E12, H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn start(desk: &mut Desk<'_, '_>, upload: &Upload) -> Result<Started, Refused> {
    desk.require(Action::ImportList, &Subject::Nothing, ("import", ""))?;
    let Some((post, _)) = right(desk.actor(), Action::ImportList, upload.kind) else {
        return Err(Refused::denied(Action::ImportList, "import", ""));
    };
    let (county, unit, kind) = (desk.county(), post.unit.clone(), upload.kind.code());
    let id = desk.now.id();
    let made = desk.tx.execute(
        "insert into import (county, id, unit, kind, title, file, hash, as_of, state, row_count, added, changed, same,
                             unclear, outside, rejected, left_out, kept, unknown_columns, problem, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'read', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', $9, $10)
         on conflict do nothing",
        &params![
            county,
            &id,
            &unit,
            kind,
            &upload.file.name,
            &upload.file.id,
            &upload.file.hash,
            upload.as_of,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    if made == 0 {
        files::discard(desk.tx, county, &upload.file.id)?;
        let before = desk.tx.one(
            "select import.id, coalesce(account.name, ''), import.made_at from import
             left join account on account.county = import.county and account.id = import.by_account
             where import.county = $1 and import.unit = $2 and import.kind = $3 and import.hash = $4
               and import.state not in ('dropped', 'undone', 'failed')",
            &params![county, &unit, kind, &upload.file.hash],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        return Ok(Started { id: before.0, already: Some((before.1, before.2)) });
    }
    files::keep(desk, &upload.file)?;
    queue(desk, &id, "import_preview")?;
    desk.record(
        Action::ImportList,
        Some(post),
        ("import", &id),
        "",
        &format!("上传{}名单", upload.kind.label()),
    )?;
    Ok(Started { id, already: None })
}

pub(super) fn queue(desk: &mut Desk<'_, '_>, id: &str, kind: &str) -> Result<(), Refused> {
    let job = jobs::enqueue(desk, kind, id)?;
    desk.tx.execute(
        "update import set job = $3 where county = $1 and id = $2",
        &params![desk.county(), id, &job],
    )?;
    Ok(())
}

/// An import as the acts on it see it.
pub(super) struct Head {
    pub kind: ListKind,
    pub unit: String,
    pub file: String,
    pub as_of: Date,
    pub state: String,
    pub title: String,
    pub by: String,
}

/// The import, if the actor may do this with it.
pub(super) fn head<'a>(
    desk: &mut Desk<'a, '_>,
    action: Action,
    id: &str,
) -> Result<(Head, &'a Post), Refused> {
    let denied = || Refused::denied(action, "import", id);
    let found = desk.tx.optional(
        "select kind, unit, file, as_of, state, title, by_account from import where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                row.get::<String>(2)?,
                (row.get::<Date>(3)?, row.get::<String>(4)?, row.get::<String>(5)?, row.get::<String>(6)?),
            ))
        },
    )?;
    let Some((kind, unit, file, (as_of, state, title, by))) = found else { return Err(denied()) };
    let up = units::path(desk.tx, desk.county(), &unit)?;
    let grant = desk.require(action, &Subject::Unit(&up), ("import", id))?;
    let kind = ListKind::from_code(&kind).ok_or_else(denied)?;
    Ok((Head { kind, unit, file, as_of, state, title, by }, grant.post.ok_or_else(denied)?))
}

/// How far the actor's post reaches with this import.
pub(super) fn reach(desk: &Desk<'_, '_>, head: &Head, post: &Post) -> Option<Reach> {
    let whole = may(desk.actor(), Action::ImportList, &Subject::Unit(&[])).is_ok()
        && Action::ImportList.policy(post.role, post.standing) == Some(Right::County);
    if whole { Some(Reach::County) } else { Reach::of(post.role, &head.unit, head.kind) }
}

/// Has a compared list written into the ledger, in the background. Asking twice is asking once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`] when it is not ready, [`Refused::Storage`].
pub fn apply(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (head, post) = head(desk, Action::ImportList, id)?;
    match head.state.as_str() {
        "applying" | "applied" => return Ok(()),
        "ready" => {}
        other => {
            return Err(Refused::Changed {
                what: format!("这份名单现在是“{}”", super::show::label(other))
            });
        }
    }
    desk.tx.execute(
        "update import set state = 'applying', problem = '' where county = $1 and id = $2 and state = 'ready'",
        &params![desk.county(), id],
    )?;
    queue(desk, id, "import_apply")?;
    desk.record(Action::ImportList, Some(post), ("import", id), "", "写入台账")
}

/// Drops a list that was compared and not written: its rows and its file go, the line stays.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`], [`Refused::Storage`].
pub fn drop_import(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (head, post) = head(desk, Action::ImportList, id)?;
    let county = desk.county();
    let applied = desk.tx.one(
        "select cast(count(*) as bigint) from import_row where county = $1 and import = $2 and state = 'applied'",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    if !matches!(head.state.as_str(), "ready" | "failed") || applied > 0 {
        return Err(Refused::Changed {
            what: format!("这份名单现在是“{}”", super::show::label(&head.state)),
        });
    }
    desk.tx.execute("delete from import_row where county = $1 and import = $2", &params![county, id])?;
    desk.tx
        .execute("update import set state = 'dropped' where county = $1 and id = $2", &params![county, id])?;
    // A comparison may have been made of the same file: then it stays.
    let compared = desk.tx.optional(
        "select id from campaign_list where county = $1 and file = $2 limit 1",
        &params![county, &head.file],
        |row| row.get::<String>(0),
    )?;
    if compared.is_none() {
        files::discard(desk.tx, county, &head.file)?;
    }
    desk.record(Action::ImportList, Some(post), ("import", id), "", "放弃导入")
}

/// The way of the command line: hands in a file in somebody's name, and waits until it is compared with the ledger.
///
/// # Errors
/// As [`examine`] and [`start`].
pub fn bring(
    means: &Arc<dyn Means>,
    who: &SignedIn,
    kind: ListKind,
    path: &Path,
) -> Result<Started, Refused> {
    let kind = examine(means.as_ref(), path, Some(kind))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let file = files::store(means.as_ref(), path, &name)?;
    let upload = Upload { kind, as_of: means.now().day(), file };
    by_hand(means, who, move |desk| start(desk, &upload))
}

/// The way of the command line: has a compared list written, and waits until it is.
///
/// # Errors
/// As [`apply`].
pub fn write_now(means: &Arc<dyn Means>, who: &SignedIn, id: &str) -> Result<(), Refused> {
    let id = id.to_owned();
    by_hand(means, who, move |desk| apply(desk, &id))
}

/// Does an act, and then what it leaves to be done in the background.
fn by_hand<T: Send + 'static>(
    means: &Arc<dyn Means>,
    who: &SignedIn,
    mut act: impl FnMut(&mut Desk<'_, '_>) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let runner = Runner::new(Arc::clone(means), super::register(Registry::default()))?;
    let (own, who, now) = (Arc::clone(means), who.clone(), means.now());
    let done = means
        .db()
        .write(move |tx| act(&mut Desk { tx, who: &who, now: &now, keys: own.keys(), plan: own.plan() }))?;
    runner.run_due();
    Ok(done)
}
