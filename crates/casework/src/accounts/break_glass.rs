//! 紧急查看: somebody who has no tie to a child asks, with a reason, to read its file; a second person approves, for four
//! hours at most (hazard A14). Every read is on the record, and the leaders of the child's own units are told.
//!
//! The child is named by its number, because whoever asks cannot look it up; the answer is the same whether there is
//! such a child or not.

use jiff::SignedDuration;
use rules::access::{Action, Actor, Subject, Tie};
use rules::identity::Compact;

use super::reach;
use super::tell::{self, News};
use crate::audit::{self, Entry};
use crate::db::{Row, Tx};
use crate::desk::Desk;
use crate::now::{Now, stamp};
use crate::params;
use crate::refused::{Problem, Refused};

/// The longest that it lasts.
pub const LASTS: SignedDuration = SignedDuration::from_hours(4);

/// For how many hours an approval can be given.
pub const HOURS: [u8; 3] = [1, 2, 4];

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Id.
    pub id: String,
    /// Who asks.
    pub asker: String,
    /// The asker's unit.
    pub unit: String,
    /// Why.
    pub reason: String,
    /// When.
    pub asked_at: String,
    /// `asked`, `approved`, `refused` or `ended`.
    pub state: String,
    /// Who answered.
    pub answered_by: String,
    /// Until when it can be read.
    pub until_at: Option<String>,
    /// The child: for its asker once approved, the id and the name; for who decides, the masked name and the township.
    pub child: Option<Child>,
    /// Whether it is the actor's own, who cannot answer it.
    pub mine: bool,
    /// How often the file was read on this ground.
    pub reads: u64,
}

/// The child of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Id, where the reader may open the file now.
    pub id: Option<String>,
    /// Name, masked unless the file may be opened.
    pub name: String,
    /// Name of the township.
    pub township: String,
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// ID number or student number of the child.
    pub number: String,
    /// Name of the child, which must fit the number.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Asks to read a child's file. The answer does not tell whether there is such a child.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`].
pub fn ask(desk: &mut Desk<'_, '_>, wanted: &Wanted) -> Result<String, Refused> {
    let grant = desk.require(Action::BreakGlass, &Subject::Nothing, ("break_glass", ""))?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let (name, reason) = (wanted.name.trim(), wanted.reason.trim());
    let number = Compact::of(&wanted.number).filter(|number| !number.as_str().is_empty());
    let mut problems = Vec::new();
    if number.is_none() {
        problems.push(Problem {
            field: "number", text: "请填写孩子的身份证件号或学籍号。".to_owned()
        });
    }
    if name.is_empty() || name.chars().count() > 40 {
        problems.push(Problem { field: "name", text: "请填写孩子的姓名。".to_owned() });
    }
    if !(6..=200).contains(&reason.chars().count()) {
        problems.push(Problem {
            field: "reason", text: "请写明原因和依据，6 到 200 个字。".to_owned()
        });
    }
    let Some(number) = number.filter(|_| problems.is_empty()) else { return Err(Refused::Invalid(problems)) };
    let waits = desk.tx.optional(
        "select cast(count(*) as bigint) from break_glass where county = $1 and account = $2 and state = 'asked'",
        &params![county, me],
        |row| row.get::<i64>(0),
    )?;
    if waits.unwrap_or_default() >= 5 {
        return Err(Refused::rule("您已有 5 个申请在等待批准", "", "请等答复后再申请"));
    }
    let number = number.as_str().to_uppercase();
    let child = desk.tx.query(
        "select id from child
         where county = $1 and merged_into is null and name = $4 and (id_index = $2 or student_index = $3)
         order by id limit 1",
        &params![county, desk.index("id_number", &number), desk.index("student_number", &number), name],
        |row| row.get::<String>(0),
    )?;
    let child = child.first().map_or("", String::as_str);
    // Sent twice is asked once (hazard H01); whether there is such a child is not told by it.
    let there = desk.tx.query(
        "select id from break_glass
         where county = $1 and account = $2 and child = $3 and reason = $4 and state = 'asked' order by id limit 1",
        &params![county, me, child, reason],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into break_glass (county, id, account, child, reason, asked_at, state)
         values ($1, $2, $3, $4, $5, $6, 'asked')",
        &params![county, &id, me, child, reason, desk.now.stamp()],
    )?;
    let mut deciders = tell::holders(desk.tx, desk.now, county, rules::access::Role::Security, None)?;
    deciders.retain(|decider| decider != me);
    let news = News {
        kind: "break_glass",
        subject: &id,
        text: "有一个紧急查看申请等待批准。",
        href: "/break-glass",
    };
    tell::all(desk.tx, desk.now, county, &deciders, &news)?;
    // The child stands on the record, so that the file shows who wanted to look.
    let subject = if child.is_empty() { ("break_glass", id.as_str()) } else { ("child", child) };
    desk.record(Action::BreakGlass, grant.post, subject, reason, "申请紧急查看")?;
    Ok(id)
}

struct Asked {
    account: String,
    child: String,
    state: String,
}

fn asked(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Asked, Refused> {
    let found = desk.tx.optional(
        "select account, child, state from break_glass where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok(Asked { account: row.get(0)?, child: row.get(1)?, state: row.get(2)? }),
    )?;
    found.ok_or_else(|| Refused::denied(action, "break_glass", id))
}

/// Approves somebody else's request for some of [`HOURS`]: the asker can read this one file until then.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for one's own request or a child that is not there;
/// [`Refused::Changed`] when it was answered already.
pub fn approve(desk: &mut Desk<'_, '_>, id: &str, hours: u8) -> Result<(), Refused> {
    let grant = desk.require(Action::ApproveBreakGlass, &Subject::Nothing, ("break_glass", id))?;
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let asked = asked(desk, Action::ApproveBreakGlass, id)?;
    answerable(&asked, me)?;
    if !HOURS.contains(&hours) {
        return Err(Refused::field("hours", "时长只能选 1、2 或 4 小时。"));
    }
    let child = desk.tx.optional(
        "select spelling, standing, group_bits from child where county = $1 and id = $2 and merged_into is null",
        &params![county, &asked.child],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<i64>(2)?)),
    )?;
    let Some((spelling, standing, bits)) = child else {
        return Err(Refused::rule("姓名和号码对不上任何孩子", "", "请不予批准，并请申请人核对"));
    };
    let until = now.timestamp().saturating_add(SignedDuration::from_hours(i64::from(hours)).min(LASTS));
    let until = stamp(until.unwrap_or(now.timestamp()));
    desk.tx.execute(
        "update break_glass set state = 'approved', answered_by = $3, answered_at = $4, until_at = $5
         where county = $1 and id = $2",
        &params![county, id, me, now.stamp(), &until],
    )?;
    desk.tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits, until_at, ground)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (county, child, unit, tie) do update set until_at = excluded.until_at, ground = excluded.ground",
        &params![county, &asked.account, Tie::Emergency.code(), &asked.child, spelling, standing, bits, &until, id],
    )?;
    let href = format!("/children/{}", asked.child);
    let text = format!("紧急查看已批准，{hours} 小时内有效，每次查看都有记录。");
    let news = News { kind: "break_glass", subject: id, text: &text, href: &href };
    tell::one(desk.tx, now, county, &asked.account, &news)?;
    let units = desk.tx.query(
        "select unit from child_tie where county = $1 and child = $2 and tie in ('home_township', 'school')
         order by unit",
        &params![county, &asked.child],
        |row| row.get::<String>(0),
    )?;
    let mut leaders = tell::leaders(desk.tx, now, county, &units)?;
    leaders.retain(|leader| *leader != asked.account);
    let text = "本单位一名孩子的档案经批准被紧急查看，查看人和原因可在档案的“谁看过”里核对。";
    let news = News { kind: "break_glass", subject: id, text, href: &href };
    tell::all(desk.tx, now, county, &leaders, &news)?;
    let detail = format!("批准紧急查看{hours}小时");
    desk.record(Action::ApproveBreakGlass, grant.post, ("child", &asked.child), "", &detail)
}

/// Refuses somebody else's request.
///
/// # Errors
/// As [`approve`].
pub fn refuse(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::ApproveBreakGlass, &Subject::Nothing, ("break_glass", id))?;
    let (county, now, me) = (desk.county(), desk.now, desk.actor().account.as_str());
    let asked = asked(desk, Action::ApproveBreakGlass, id)?;
    answerable(&asked, me)?;
    desk.tx.execute(
        "update break_glass set state = 'refused', answered_by = $3, answered_at = $4 where county = $1 and id = $2",
        &params![county, id, me, now.stamp()],
    )?;
    let news =
        News {
            kind: "break_glass", subject: id, text: "紧急查看申请没有批准。", href: "/break-glass"
        };
    tell::one(desk.tx, now, county, &asked.account, &news)?;
    desk.record(Action::ApproveBreakGlass, grant.post, ("break_glass", id), "", "不批准紧急查看")
}

fn answerable(asked: &Asked, me: &str) -> Result<(), Refused> {
    if asked.account == me {
        return Err(Refused::rule("不能批准自己的紧急查看", "三权分立", "请由另一位负责人或安全管理员批准"));
    }
    if asked.state != "asked" {
        return Err(Refused::Changed { what: "这个申请已经有人答复了".to_owned() });
    }
    Ok(())
}

/// Ends a running one before its time: by who asked, or by who may approve.
///
/// # Errors
/// [`Refused::Denied`], also where there is none.
pub fn end(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let asked = asked(desk, Action::BreakGlass, id)?;
    let grant = if asked.account == me {
        desk.require(Action::BreakGlass, &Subject::Nothing, ("break_glass", id))?
    } else {
        reach::allowed(desk.actor(), Action::ApproveBreakGlass, &Subject::Nothing, ("break_glass", id))?
    };
    if asked.state == "approved" {
        close(desk.tx, desk.now, county, id)?;
        desk.record(Action::BreakGlass, grant.post, ("child", &asked.child), "", "结束紧急查看")?;
    }
    Ok(())
}

fn close(tx: &mut Tx<'_>, now: &Now, county: &str, id: &str) -> Result<(), Refused> {
    // When it was to end stays on the record; when it ended is now, if that is earlier.
    tx.execute(
        "update break_glass set state = 'ended', until_at = case when until_at < $3 then until_at else $3 end
         where county = $1 and id = $2 and state = 'approved'",
        &params![county, id, now.stamp()],
    )?;
    tx.execute(
        "delete from child_tie where county = $1 and tie = 'emergency' and ground = $2
           and child = (select child from break_glass where county = $1 and id = $2)",
        &params![county, id],
    )?;
    Ok(())
}

/// Ends everything whose time is over: a job, in its own name. A file can be read no longer even before this has run,
/// because a tie counts only until its time.
///
/// # Errors
/// [`Refused::Storage`].
pub fn end_expired(tx: &mut Tx<'_>, now: &Now, actor: &Actor) -> Result<u64, Refused> {
    let county = actor.county.as_str();
    let over = tx.query(
        "select id, child from break_glass where county = $1 and state = 'approved' and until_at <= $2
         order by asked_at limit 1000",
        &params![county, now.stamp()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let mut ended = 0;
    for (id, child) in over {
        close(tx, now, county, &id)?;
        let entry = Entry {
            actor,
            post: None,
            action: Action::BreakGlass,
            subject: ("child", &child),
            purpose: "",
            detail: "紧急查看到时结束",
        };
        audit::record(tx, now, &entry)?;
        ended += 1;
    }
    Ok(ended)
}

/// Requests: one's own, and, for who may approve, everybody's of the last ninety days; newest first, at most 200.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>) -> Result<Vec<Request>, Refused> {
    let (county, now, actor) = (desk.county(), desk.now, desk.actor());
    let me = actor.account.as_str();
    let asks = reach::allowed(actor, Action::BreakGlass, &Subject::Nothing, ("break_glass", "")).is_ok();
    let decides = reach::allowed(actor, Action::ApproveBreakGlass, &Subject::Nothing, ("break_glass", ""));
    let all = match decides {
        Ok(_) => true,
        Err(_) if asks => false,
        Err(denied) => return Err(denied),
    };
    let since =
        stamp(now.timestamp().saturating_sub(SignedDuration::from_hours(90 * 24)).unwrap_or(now.timestamp()));
    let stamp = now.stamp();
    Ok(desk.tx.query(
        "select g.id, a.name, coalesce(u.name, ''), g.reason, g.asked_at,
                case when g.state = 'approved' and g.until_at <= $4 then 'ended' else g.state end,
                coalesce(b.name, ''), g.until_at, g.account, g.child, coalesce(c.name, ''), coalesce(t.name, ''),
                (select cast(count(*) as bigint) from audit r
                 where r.county = $1 and r.subject = g.child and r.account = g.account and r.outcome = 'done'
                   and r.action in ('read_child', 'reveal_field') and r.at >= g.answered_at and r.at <= g.until_at)
         from break_glass g
         join account a on a.county = g.county and a.id = g.account
         left join unit u on u.county = a.county and u.id = a.unit
         left join account b on b.county = g.county and b.id = g.answered_by
         left join child c on c.county = g.county and c.id = g.child
         left join unit t on t.county = c.county and t.id = c.township
         where g.county = $1 and (g.account = $2 or cast($3 as bigint) = 1) and g.asked_at > $5
         order by g.asked_at desc, g.id desc limit 200",
        &params![county, me, all, &stamp, since],
        |row| request(row, me),
    )?)
}

fn request(row: &Row<'_>, me: &str) -> Result<Request, crate::db::DbError> {
    let (account, child, name): (String, String, String) = (row.get(8)?, row.get(9)?, row.get(10)?);
    let (state, mine): (String, bool) = (row.get(5)?, account == me);
    let readable = mine && state == "approved";
    // Until it is approved its asker learns nothing: not even whether there is such a child.
    let shown = if child.is_empty() || mine && !readable {
        None
    } else {
        Some(Child {
            id: readable.then_some(child),
            name: if readable { name } else { rules::mask::name(&name) },
            township: row.get(11)?,
        })
    };
    Ok(Request {
        id: row.get(0)?,
        asker: row.get(1)?,
        unit: row.get(2)?,
        reason: row.get(3)?,
        asked_at: row.get(4)?,
        state,
        answered_by: row.get(6)?,
        until_at: row.get(7)?,
        child: shown,
        mine,
        reads: row.get(12)?,
    })
}
