//! Files that show what was done for a task or a duty (四, 五(二), 六(四)), and how any file comes into this room: its first bytes are looked at before a
//! part of it is stored, and nobody opens it here. A file is only ever added.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rules::access::{Action, Subject};

use super::{duties, tasks};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::files::{self, Stored};
use crate::jobs::Means;
use crate::params;
use crate::refused::Refused;

/// Bytes of a file at most.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;

/// Files of a task, or of one proof of a duty, at most.
const MOST_FILES: i64 = 10;

/// A PDF or DOCX by its first bytes, stored and belonging to nothing yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached(Stored);

impl Attached {
    /// What is stored.
    pub(super) const fn stored(&self) -> &Stored {
        &self.0
    }
}

/// Looks at the first bytes and the length, and only then stores; the file's name says nothing.
///
/// # Errors
/// [`Refused::Invalid`] for what is no PDF or DOCX, or too long; [`Refused::Fault`], [`Refused::Storage`].
pub fn take_in(means: &dyn Means, path: &Path, name: &str) -> Result<Attached, Refused> {
    let fault = |error: std::io::Error| Refused::Fault(format!("an uploaded file: {}", error.kind()));
    let file = File::open(path).map_err(fault)?;
    let length = file.metadata().map_err(fault)?.len();
    let mut first = Vec::new();
    file.take(8).read_to_end(&mut first).map_err(fault)?;
    if !first.starts_with(b"%PDF-") && !first.starts_with(b"PK\x03\x04") {
        return Err(Refused::field("file", "请选择PDF或者DOCX文件；别的文件请先另存成PDF"));
    }
    if length > u64::try_from(MOST_BYTES).unwrap_or(u64::MAX) {
        return Err(Refused::field("file", "文件超过10MB，请压缩图片后再传"));
    }
    Ok(Attached(files::store(means, path, name)?))
}

/// A file in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// SHA-256, as hex digits in groups of eight.
    pub digest: String,
    /// Who put it there.
    pub by: String,
    /// When.
    pub at: String,
}

/// What a file is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A task.
    Task,
    /// A proof of a duty.
    Duty,
}

impl About {
    const fn code(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Duty => "duty",
        }
    }
}

fn line(row: &Row<'_>) -> Result<FileLine, DbError> {
    let sha256: String = row.get(2)?;
    let signs: Vec<char> = sha256.chars().collect();
    let groups: Vec<String> = signs.chunks(8).map(|eight| eight.iter().collect()).collect();
    Ok(FileLine {
        id: row.get(0)?,
        name: row.get(1)?,
        digest: groups.join(" "),
        by: row.get(3)?,
        at: row.get(4)?,
    })
}

/// The files of a task or proof, in the order in which they came; whoever asks has been allowed to see it.
pub(super) fn of(desk: &mut Desk<'_, '_>, about: About, id: &str) -> Result<Vec<FileLine>, Refused> {
    Ok(desk.tx.query(
        "select f.id, f.file_name, f.sha256, coalesce(account.name, ''), f.at from proof_file f
         left join account on account.county = f.county and account.id = f.by_account
         where f.county = $1 and f.about = $2 and f.of_id = $3 order by f.at, f.id limit 20",
        &params![desk.county(), about.code(), id],
        line,
    )?)
}

fn put(desk: &mut Desk<'_, '_>, about: About, id: &str, file: &Attached) -> Result<(), Refused> {
    let there = desk.tx.query(
        "select sha256 from proof_file where county = $1 and about = $2 and of_id = $3 order by sha256",
        &params![desk.county(), about.code(), id],
        |row| row.get::<String>(0),
    )?;
    let stored = file.stored();
    // The same file once more is one file (H01); its parts are swept away.
    if there.contains(&stored.hash) {
        return Ok(());
    }
    if i64::try_from(there.len()).unwrap_or(i64::MAX) >= MOST_FILES {
        return Err(Refused::rule("附的文件已经有10个", "五(二)", "请把几份合成一个PDF"));
    }
    files::keep(desk, stored)?;
    desk.tx.execute(
        "insert into proof_file (county, id, about, of_id, file, file_name, sha256, bytes, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &params![
            desk.county(),
            desk.now.id(),
            about.code(),
            id,
            &stored.id,
            &stored.name,
            &stored.hash,
            stored.size,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}

/// Adds a file to a task of one's own unit that nobody has accepted yet.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn attach_to_task(desk: &mut Desk<'_, '_>, id: &str, file: &Attached) -> Result<(), Refused> {
    let line = tasks::found(desk, id, Action::ReportTask)?;
    let path = [line.unit_id.clone()];
    let grant = desk.require(Action::ReportTask, &Subject::Unit(&path), ("meeting_task", id))?;
    if line.stand == rules::conference::TaskStand::Accepted {
        return Err(Refused::rule(
            "这件任务已经验收，不再附文件",
            "五(二)",
            "还有没办的，请在下次会议上另定一件",
        ));
    }
    put(desk, About::Task, id, file)?;
    desk.record(Action::ReportTask, grant.post, ("meeting_task", id), "", "附证明文件")
}

/// Adds a file to a proof that one's own unit has entered for a duty.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn attach_to_duty(
    desk: &mut Desk<'_, '_>,
    clause: &str,
    proof: &str,
    file: &Attached,
) -> Result<(), Refused> {
    let found = desk.tx.optional(
        "select unit from duty_proof where county = $1 and clause = $2 and id = $3",
        &params![desk.county(), clause, proof],
        |row| row.get::<String>(0),
    )?;
    let unit = found.ok_or_else(|| Refused::denied(Action::ReportTask, "duty", clause))?;
    let grant = desk.require(Action::ReportTask, &Subject::Unit(&[unit]), ("duty", clause))?;
    put(desk, About::Duty, proof, file)?;
    desk.record(Action::ReportTask, grant.post, ("duty", clause), "", "附证明文件")
}

/// The stored file and its name, for whoever may see the task or the proof.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn proof_file(desk: &mut Desk<'_, '_>, id: &str) -> Result<(String, String), Refused> {
    let missing = || Refused::denied(Action::ReadTasks, "proof_file", id);
    desk.require(Action::ReadTasks, &Subject::Nothing, ("proof_file", id))?;
    let found = desk.tx.optional(
        "select about, of_id, file, file_name from proof_file where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(texts)
        },
    )?;
    let [about, of, file, name] = found.ok_or_else(missing)?;
    if about == About::Task.code() {
        let line = tasks::found(desk, &of, Action::ReadTasks)?;
        desk.require(Action::ReadTasks, &Subject::Unit(&[line.unit_id]), ("meeting_task", &of))?;
    } else {
        let proof = desk.tx.optional(
            "select clause, unit from duty_proof where county = $1 and id = $2",
            &params![desk.county(), &of],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        let (clause, unit) = proof.ok_or_else(missing)?;
        duties::may_read(desk, &clause, &unit)?;
    }
    desk.record(Action::ReadTasks, None, ("proof_file", id), "", "下载证明文件")?;
    Ok((file, name))
}
