//! 工作交接: when somebody leaves a post, everything open goes to the successor (or to the vacancy) in one act, and a
//! sheet says what it was (capability 54). Nothing is lost between two people.

use rules::access::{Action, Role, Subject, Tie, reaches};
use rules::case::Act;

use super::posts::{post_place, takes};
use crate::desk::Desk;
use crate::pairs;
use crate::params;
use crate::refused::Refused;

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// finding, pairing, move, case.
    pub kind: String,
    /// Its id.
    pub subject: String,
    /// In words, for the sheet.
    pub label: String,
}

/// A hand-over to do.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// The post that is left.
    pub post: String,
    /// Who holds it, as far as the page knew.
    pub from: String,
    /// The successor; `None` leaves the post vacant.
    pub to: Option<String>,
    /// Why: 调离, 退休….
    pub reason: String,
}

/// The sheet of a hand-over.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Id.
    pub id: String,
    /// The unit.
    pub unit: String,
    /// What the post is called.
    pub title: String,
    /// Who left.
    pub from: String,
    /// Who took over; empty: nobody yet.
    pub to: String,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: String,
    /// What was open.
    pub items: Vec<Item>,
}

/// Who holds a post, and what is open on it: what its unit must act on, and what is tied to the person by the post.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn what_is_open(desk: &mut Desk<'_, '_>, post: &str) -> Result<(String, Vec<Item>), Refused> {
    let (up, held) = post_place(desk, post, Action::HandOver)?;
    desk.require(Action::HandOver, &Subject::Unit(&up), ("post", post))?;
    let unit = up.first().cloned().unwrap_or_default();
    let held = held.unwrap_or_default();
    let items = open_items(desk, &unit, post, &held)?;
    Ok((held, items))
}

fn open_items(desk: &mut Desk<'_, '_>, unit: &str, post: &str, account: &str) -> Result<Vec<Item>, Refused> {
    let county = desk.county();
    let item = |kind: &'static str| {
        move |row: &crate::db::Row<'_>| {
            Ok(Item { kind: kind.to_owned(), subject: row.get(0)?, label: row.get(1)? })
        }
    };
    let mut items = desk.tx.query(
        "select id, name || '：比对核查，' || coalesce(due_day, '没有期限') || '前' from finding
         where county = $1 and assigned_to = $2 and state = 'assigned' order by due_day, spelling, id",
        &params![county, unit],
        item("finding"),
    )?;
    items.extend(desk.tx.query(
        "select roll_move.id, child.name || '：学籍变动等待答复' from roll_move
         join child on child.county = roll_move.county and child.id = roll_move.child
         where roll_move.county = $1 and roll_move.state = 'waiting'
           and ((roll_move.from_school = $2 and roll_move.from_at is null)
                or (roll_move.to_school = $2 and roll_move.to_at is null))
         order by roll_move.asked_at",
        &params![county, unit],
        item("move"),
    )?);
    items.extend(cases(desk, unit, post)?);
    let paired = paired(desk, post, account)?;
    items.extend(paired.into_iter().map(|(child, name)| Item {
        kind: "pairing".to_owned(),
        subject: child,
        label: format!("{name}：结对包保"),
    }));
    Ok(items)
}

/// Hands a post over: ends one tenure, begins the other, moves what is tied to the person, ends the leaver's sessions,
/// writes the sheet. One act, one transaction.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn hand_over(desk: &mut Desk<'_, '_>, wish: &HandOver) -> Result<String, Refused> {
    let county = desk.county();
    let (up, held) = post_place(desk, &wish.post, Action::HandOver)?;
    let grant = desk.require(Action::HandOver, &Subject::Unit(&up), ("post", &wish.post))?;
    let unit = up.first().cloned().unwrap_or_default();
    if held.as_ref() != Some(&wish.from) {
        return already(desk, wish, held.as_deref());
    }
    let from = wish.from.clone();
    let reason = wish.reason.trim();
    if reason.is_empty() || reason.chars().count() > 100 {
        return Err(Refused::field("reason", "请写交接原因，100个字以内，如“调离”"));
    }
    if wish.to.as_deref() == Some(from.as_str()) {
        return Err(Refused::field("to", "接手人和离岗人是同一个人"));
    }
    if let Some(to) = &wish.to {
        takes(desk, "to", &up, &wish.post, to)?;
    }
    let items = open_items(desk, &unit, &wish.post, &from)?;
    let (day, at) = (desk.now.day(), desk.now.stamp());
    desk.tx.execute(
        "update tenure set until_day = $3 where county = $1 and post = $2 and until_day is null",
        &params![county, &wish.post, day],
    )?;
    if let Some(to) = &wish.to {
        desk.tx.execute(
            "insert into tenure (county, id, post, account, from_day, by_account, made_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![county, desk.now.id(), &wish.post, to, day, &desk.actor().account, &at],
        )?;
        for item in items.iter().filter(|item| item.kind == "pairing") {
            pair_with(desk, &item.subject, &wish.post, (&from, to))?;
        }
        desk.tx.execute(
            "insert into notification (county, id, account, at, kind, subject, text, href)
             values ($1, $2, $3, $4, 'hand_over', $5, $6, '/')",
            &params![
                county,
                desk.now.id(),
                to,
                &at,
                &wish.post,
                format!("您接手了一个岗位，有{}件事没有办完", items.len())
            ],
        )?;
    }
    // Whoever left starts again with what is left to them (hazards A19, A20).
    desk.tx.execute(
        "update session set ended_at = $3, ended_by = $4 where county = $1 and account = $2 and ended_at is null",
        &params![county, &from, &at, &desk.actor().account],
    )?;
    let id = desk.now.id();
    desk.tx.execute(
        "insert into hand_over (county, id, from_account, to_account, post, reason, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![county, &id, &from, wish.to.as_deref(), &wish.post, reason, &desk.actor().account, &at],
    )?;
    for (sort, item) in (1_i64..).zip(&items) {
        desk.tx.execute(
            "insert into hand_over_item (county, hand_over, sort, kind, subject, label)
             values ($1, $2, $3, $4, $5, $6)",
            &params![county, &id, sort, &item.kind, &item.subject, &item.label],
        )?;
    }
    let detail = format!("移交{}件", items.len());
    desk.record(Action::HandOver, grant.post, ("hand_over", &id), reason, &detail)?;
    Ok(id)
}

/// What a wish comes to whose holder has gone meanwhile: the sheet, where it is this very hand-over sent twice (H01);
/// where somebody else was quicker, nothing (H04).
fn already(desk: &mut Desk<'_, '_>, wish: &HandOver, held: Option<&str>) -> Result<String, Refused> {
    let last = desk.tx.optional(
        "select id, from_account, to_account, by_account from hand_over where county = $1 and post = $2
         order by made_at desc, id desc limit 1",
        &params![desk.county(), &wish.post],
        |row| {
            let (by, to) = (row.get::<String>(3)?, row.get::<Option<String>>(2)?);
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, to, by))
        },
    )?;
    match last {
        Some((id, from, to, by))
            if (&from, &to, to.as_deref(), by.as_str())
                == (&wish.from, &wish.to, held, desk.actor().account.as_str()) =>
        {
            Ok(id)
        }
        _ if held.is_none() => Err(Refused::rule("岗位上没有人，不用交接", "五(一)", "请直接任命")),
        _ => Err(Refused::Changed { what: "这个岗位刚刚换了人".to_owned() }),
    }
}

/// The children that somebody is paired with (结对包保) by this post, for as long as the tie lasts. Whoever holds another
/// post that pairs keeps what did not come with this one, so that handing back undoes handing over. `$1` county, `$2`
/// account, `$3` now, `$4` post, `$5` whether there is another such post.
const PAIRED: &str = "child_tie.county = $1 and child_tie.unit = $2 and child_tie.tie = 'paired'
    and (child_tie.until_at is null or child_tie.until_at > $3)
    and not exists (select 1 from pair where pair.county = $1 and pair.child = child_tie.child and pair.account = $2
                       and pair.ended_at is null)
    and (cast($5 as bigint) = 0
         or exists (select 1 from hand_over
                    join hand_over_item on hand_over_item.county = hand_over.county
                                       and hand_over_item.hand_over = hand_over.id
                    where hand_over.county = $1 and hand_over.post = $4 and hand_over.to_account = $2
                      and hand_over_item.kind = 'pairing' and hand_over_item.subject = child_tie.child))";

/// What is paired by a post that somebody holds or has just left: ids and names of the children.
fn paired(desk: &mut Desk<'_, '_>, post: &str, account: &str) -> Result<Vec<(String, String)>, Refused> {
    let county = desk.county();
    let roles = desk.tx.query(
        "select post.id, post.role from tenure
         join post on post.county = tenure.county and post.id = tenure.post
         where tenure.county = $1 and tenure.account = $2 and tenure.until_day is null and post.closed_at is null
         union select id, role from post where county = $1 and id = $3",
        &params![county, account, post],
        |row| Ok((row.get::<String>(0)?, Role::from_code(&row.get::<String>(1)?))),
    )?;
    let pairs = |own: bool| {
        roles
            .iter()
            .any(|(id, role)| (id == post) == own && role.is_some_and(|role| reaches(role, Tie::Paired)))
    };
    // Pairings say on which post they are. A tie without one is as old as the post that pairs.
    let mut all = pairs::held(desk, post, account)?;
    if !pairs(true) {
        return Ok(all);
    }
    let sql = format!(
        "select child.id, child.name from child_tie
         join child on child.county = child_tie.county and child.id = child_tie.child
         where {PAIRED} order by child.spelling, child.id"
    );
    let tied =
        desk.tx.query(&sql, &params![county, account, desk.now.stamp(), post, pairs(false)], |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?))
        })?;
    all.extend(tied);
    Ok(all)
}

/// The open cases in which it is the unit's turn, in the words of the sheet: whoever holds the post next acts in them.
fn cases(desk: &mut Desk<'_, '_>, unit: &str, post: &str) -> Result<Vec<Item>, Refused> {
    Ok(desk.tx.query(
        "select c.id, child.name, c.act, coalesce(substr(c.due_at, 1, 10), '') from child_case c
         join child on child.county = c.county and child.id = c.child
         join post on post.county = c.county and post.id = $3 and post.role = c.must_role
         where c.county = $1 and c.must_unit = $2 and c.ended_at is null
         order by c.due_at, c.id",
        &params![desk.county(), unit, post],
        |row| {
            let act = Act::from_code(&row.get::<String>(2)?).map_or("", Act::label);
            let (name, due) = (row.get::<String>(1)?, row.get::<String>(3)?);
            Ok(Item {
                kind: "case".to_owned(),
                subject: row.get(0)?,
                label: format!("{name}：个案，{due}前{act}"),
            })
        },
    )?)
}

/// Gives the pairing of a child to somebody else. Who has one already keeps their own.
fn pair_with(
    desk: &mut Desk<'_, '_>,
    child: &str,
    post: &str,
    (from, to): (&str, &str),
) -> Result<(), Refused> {
    let county = desk.county();
    desk.tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits, until_at, ground)
         select county, $4, tie, child, spelling, standing, group_bits, until_at, ground from child_tie
         where county = $1 and child = $2 and unit = $3 and tie = 'paired'
         on conflict (county, child, unit, tie) do nothing",
        &params![county, child, from, to],
    )?;
    desk.tx.execute(
        "delete from child_tie where county = $1 and child = $2 and unit = $3 and tie = 'paired'",
        &params![county, child, from],
    )?;
    pairs::hand_on(desk, child, post, (from, to))
}

/// Gives whoever is put on a vacant post what its last holder left on it.
pub(super) fn take_up(desk: &mut Desk<'_, '_>, post: &str, to: &str) -> Result<(), Refused> {
    let last = desk.tx.optional(
        "select account from tenure where county = $1 and post = $2 and until_day is not null
         order by until_day desc, made_at desc, id desc limit 1",
        &params![desk.county(), post],
        |row| row.get::<String>(0),
    )?;
    let Some(last) = last.filter(|last| last != to) else { return Ok(()) };
    for (child, _) in paired(desk, post, &last)? {
        pair_with(desk, &child, post, (&last, to))?;
    }
    Ok(())
}

/// The sheet of a hand-over.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn sheet(desk: &mut Desk<'_, '_>, id: &str) -> Result<Sheet, Refused> {
    let county = desk.county();
    let found = desk.tx.optional(
        "select post.unit, unit.name, post.title, leaver.name, coalesce(taker.name, ''), hand_over.reason,
                coalesce(doer.name, ''), hand_over.made_at
         from hand_over
         join post on post.county = hand_over.county and post.id = hand_over.post
         join unit on unit.county = post.county and unit.id = post.unit
         join account leaver on leaver.county = hand_over.county and leaver.id = hand_over.from_account
         left join account taker on taker.county = hand_over.county and taker.id = hand_over.to_account
         left join account doer on doer.county = hand_over.county and doer.id = hand_over.by_account
         where hand_over.county = $1 and hand_over.id = $2",
        &params![county, id],
        |row| {
            let unit: String = row.get(0)?;
            Ok((
                unit,
                Sheet {
                    id: id.to_owned(),
                    unit: row.get(1)?,
                    title: row.get(2)?,
                    from: row.get(3)?,
                    to: row.get(4)?,
                    reason: row.get(5)?,
                    by: row.get(6)?,
                    at: row.get(7)?,
                    items: Vec::new(),
                },
            ))
        },
    )?;
    let Some((unit, mut sheet)) = found else {
        return Err(Refused::denied(Action::HandOver, "hand_over", id));
    };
    let up = super::tree::path(desk.tx, county, &unit)?;
    desk.require(Action::HandOver, &Subject::Unit(&up), ("hand_over", id))?;
    sheet.items = desk.tx.query(
        "select kind, subject, label from hand_over_item where county = $1 and hand_over = $2 order by sort",
        &params![county, id],
        |row| Ok(Item { kind: row.get(0)?, subject: row.get(1)?, label: row.get(2)? }),
    )?;
    Ok(sheet)
}
