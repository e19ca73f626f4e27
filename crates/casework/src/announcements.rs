//! 公告: what the county tells everybody who signs in, from a day until a day. A published text is never changed: it is
//! withdrawn, and another one is published.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::purpose::ListPurpose;

use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::params;
use crate::refused::{Problem, Refused};
use crate::search;
use crate::unnamed::{Known, harmless};

/// Longest title, in characters.
pub const TITLE: usize = 60;
/// Longest text, in characters.
pub const BODY: usize = 4000;

/// An announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Text; its lines are paragraphs.
    pub body: String,
    /// First day on which it is shown.
    pub from_day: String,
    /// Last day; empty for no end.
    pub until_day: String,
    /// Name of whoever published it.
    pub by: String,
    /// When it was published.
    pub at: String,
    /// When it was withdrawn; empty while it stands.
    pub withdrawn_at: String,
    /// Whether the actor marked it as read.
    pub read: bool,
}

impl Announcement {
    /// The lines of the text that are not empty.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.body.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

/// What is to be published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Title, at most [`TITLE`] characters.
    pub title: String,
    /// Text, at most [`BODY`] characters.
    pub body: String,
    /// First day, ISO; empty for today.
    pub from_day: String,
    /// Last day, ISO; empty for no end.
    pub until_day: String,
}

const COLUMNS: &str =
    "n.id, n.title, n.body, n.from_day, coalesce(n.until_day, ''), coalesce(a.name, ''), n.at,
    coalesce(n.withdrawn_at, ''), r.at
    from notice n
    left join account a on a.county = n.county and a.id = n.by_account
    left join notice_read r on r.county = n.county and r.notice = n.id and r.account = $2";

/// What stands today, newest first; whoever may publish sees also what is past, withdrawn or still to come. At most
/// 200.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>) -> Result<Vec<Announcement>, Refused> {
    desk.require(Action::ReadNotices, &Subject::Nothing, ("notice", ""))?;
    let sql =
        format!("select {COLUMNS} where n.county = $1 and {SEEN} order by n.at desc, n.id desc limit 200");
    let params = params![desk.county(), &desk.actor().account, desk.now.day(), publishes(desk)];
    Ok(desk.tx.query(&sql, &params, announcement)?)
}

/// The announcements that [`list`] shows, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "公告",
        kind: "notice",
        action: Action::ExportList,
        columns: &[
            ("标题", 30.0),
            ("内容", 60.0),
            ("起", 12.0),
            ("止", 12.0),
            ("发布人", 12.0),
            ("发布时间", 20.0),
            ("撤回时间", 20.0),
        ],
    };
    let cells = |one: Announcement| {
        vec![
            one.title,
            one.body,
            one.from_day,
            one.until_day,
            one.by,
            exports::moment(&one.at),
            exports::moment(&one.withdrawn_at),
        ]
    };
    let rows = list(desk)?.into_iter().map(cells).collect();
    exports::of(desk, SHAPE, purpose, rows)
}

/// One announcement.
///
/// # Errors
/// [`Refused::Denied`] also when it does not stand today, [`Refused::Storage`].
pub fn one(desk: &mut Desk<'_, '_>, id: &str) -> Result<Announcement, Refused> {
    desk.require(Action::ReadNotices, &Subject::Nothing, ("notice", id))?;
    let sql = format!("select {COLUMNS} where n.county = $1 and {SEEN} and n.id = $5");
    let params = params![desk.county(), &desk.actor().account, desk.now.day(), publishes(desk), id];
    desk.tx
        .optional(&sql, &params, announcement)?
        .ok_or_else(|| Refused::denied(Action::ReadNotices, "notice", id))
}

/// Marks one as read, so that it leaves the front page; twice is once.
///
/// # Errors
/// As [`one`].
pub fn mark_read(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    one(desk, id)?;
    desk.tx.execute(
        "insert into notice_read (county, notice, account, at) values ($1, $2, $3, $4)
         on conflict (county, notice, account) do nothing",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp()],
    )?;
    Ok(())
}

/// Publishes an announcement; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn publish(desk: &mut Desk<'_, '_>, draft: &Draft) -> Result<String, Refused> {
    let grant = desk.require(Action::PublishNotice, &Subject::Nothing, ("notice", ""))?;
    let (from, until) = checked(draft, desk.now.day()).map_err(Refused::Invalid)?;
    // Everybody who signs in reads it (F06, 五(十二)).
    harmless(desk, "title", &draft.title, Known::Followed)?;
    harmless(desk, "body", &draft.body, Known::Followed)?;
    // Sent twice is published once (hazard H01).
    let there = desk.tx.query(
        "select id from notice
         where county = $1 and title = $2 and body = $3 and by_account = $4 and from_day = $5 and withdrawn_at is null
           and until_day is not distinct from $6 order by id limit 1",
        &params![
            desk.county(),
            draft.title.trim(),
            draft.body.trim(),
            &desk.actor().account,
            from,
            until
        ],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into notice (county, id, title, body, from_day, until_day, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![
            desk.county(),
            &id,
            draft.title.trim(),
            draft.body.trim(),
            from,
            until,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    search::of_notice(desk.tx, desk.county(), &id, draft.title.trim())?;
    desk.record(Action::PublishNotice, grant.post, ("notice", &id), "", "发布")?;
    Ok(id)
}

/// Withdraws an announcement; nobody but publishers sees it any more.
///
/// # Errors
/// [`Refused::Denied`] also when there is none, [`Refused::Rule`] when it was withdrawn before, [`Refused::Storage`].
pub fn withdraw(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::PublishNotice, &Subject::Nothing, ("notice", id))?;
    let withdrawn = desk
        .tx
        .optional(
            "select withdrawn_at from notice where county = $1 and id = $2",
            &params![desk.county(), id],
            |row| row.get::<Option<String>>(0),
        )?
        .ok_or_else(|| Refused::denied(Action::PublishNotice, "notice", id))?;
    if withdrawn.is_some() {
        return Err(Refused::rule("这条公告已经撤回", "", "不用再办"));
    }
    desk.tx.execute(
        "update notice set withdrawn_at = $3 where county = $1 and id = $2 and withdrawn_at is null",
        &params![desk.county(), id, desk.now.stamp()],
    )?;
    desk.record(Action::PublishNotice, grant.post, ("notice", id), "", "撤回")
}

/// Which announcements the actor sees: `$3` is the day, `$4` whether the actor publishes.
const SEEN: &str = "(cast($4 as bigint) = 1
    or (n.from_day <= $3 and (n.until_day is null or n.until_day >= $3) and n.withdrawn_at is null))";

fn publishes(desk: &Desk<'_, '_>) -> bool {
    may(desk.actor(), Action::PublishNotice, &Subject::Nothing).is_ok()
}

fn announcement(row: &Row<'_>) -> Result<Announcement, DbError> {
    Ok(Announcement {
        id: row.get(0)?,
        title: row.get(1)?,
        body: row.get(2)?,
        from_day: row.get(3)?,
        until_day: row.get(4)?,
        by: row.get(5)?,
        at: row.get(6)?,
        withdrawn_at: row.get(7)?,
        read: row.get::<Option<String>>(8)?.is_some(),
    })
}

/// The days of a draft that can be published.
fn checked(draft: &Draft, today: Date) -> Result<(Date, Option<Date>), Vec<Problem>> {
    let mut problems = Vec::new();
    let mut wrong = |field, text: String| problems.push(Problem { field, text });
    let (title, body) = (draft.title.trim(), draft.body.trim());
    if title.is_empty() || title.chars().count() > TITLE || title.chars().any(char::is_control) {
        wrong("title", format!("请写标题，一行，最多{TITLE}个字"));
    }
    let unseen = |sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t');
    if body.is_empty() || body.chars().count() > BODY || body.chars().any(unseen) {
        wrong("body", format!("请写内容，最多{BODY}个字"));
    }
    let mut day = |field, text: &str| {
        let text = text.trim();
        let day = text.parse::<Date>();
        if !text.is_empty() && day.is_err() {
            wrong(field, "日期要写成 2026-11-24 的样子".to_owned());
        }
        day.ok()
    };
    let from = day("from_day", &draft.from_day).unwrap_or(today);
    let until = day("until_day", &draft.until_day);
    if until.is_some_and(|until| until < from || until < today) {
        wrong("until_day", "结束日期不能早于开始日期，也不能早于今天".to_owned());
    }
    if problems.is_empty() { Ok((from, until)) } else { Err(problems) }
}
