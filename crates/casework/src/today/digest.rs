//! 每日摘要: once a day, what each person has before them in one line, told in the program. Quiet where there is nothing;
//! the line of the day before goes when the new one comes.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use rules::access::{Action, Actor, Post, Role, Standing, Subject, may};

use rules::reach::{Counts, has_digest};

use super::Task;
use super::tasks::open_tasks;
use crate::accounts;
use crate::db::{DbError, Tx};
use crate::desk::{Desk, SignedIn};
use crate::jobs::{Means, Registry, Schedule, program};
use crate::now::Now;
use crate::params;
use crate::reach;
use crate::refused::Refused;

/// Kind of the notification.
pub(super) const KIND: &str = "digest";

/// The setting that holds the hour, 0–23.
const HOUR: &str = "digest_hour";

/// The hour where nobody set one: before school begins.
const USUAL: i8 = 7;

/// The setting that holds the last day for which everybody was told.
const DONE: &str = "digest_day";

/// How often it is looked whether the hour has come.
const LOOK: SignedDuration = SignedDuration::from_mins(10);

/// People told in one transaction.
const AT_ONCE: i64 = 50;

/// Days ahead that count as soon.
const SOON: i32 = 7;

/// Adds the digest to what runs by itself.
#[must_use]
pub fn register(registry: Registry) -> Registry {
    registry.schedule(Schedule::new("digest", "每日摘要", LOOK, run))
}

fn run(means: &Arc<dyn Means>) -> Result<String, Refused> {
    let now = means.now();
    let (today, county) = (now.day(), means.plan().county().code.clone());
    let (hour, done) = means.db().read(|tx| {
        let hour = setting(tx, &county, HOUR)?.and_then(|hour| hour.parse::<i8>().ok());
        Ok::<_, DbError>((
            hour.filter(|hour| (0..24).contains(hour)).unwrap_or(USUAL),
            setting(tx, &county, DONE)?,
        ))
    })?;
    if done.as_deref() == Some(today.to_string().as_str()) {
        return Ok("今天的摘要已经发过".to_owned());
    }
    if now.clock().hour() < hour {
        return Ok(format!("每天{hour}点以后发"));
    }
    let (mut after, mut told) = (String::new(), 0_usize);
    loop {
        let (means, from, now) = (Arc::clone(means), after.clone(), means.now());
        let (last, count) = means.clone().db().write(move |tx| some(tx, means.as_ref(), &now, &from))?;
        told += count;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    groups(means, &now)?;
    let at = now.stamp();
    means.db().write(move |tx| {
        tx.execute(
            "insert into setting (county, name, value, changed_by, changed_at) values ($1, $2, $3, '', $4)
             on conflict (county, name) do update set value = excluded.value, changed_at = excluded.changed_at",
            &params![&county, DONE, today.to_string(), &at],
        )
    })?;
    Ok(format!("发给{told}人"))
}

fn setting(tx: &mut Tx<'_>, county: &str, name: &str) -> Result<Option<String>, DbError> {
    tx.optional("select value from setting where county = $1 and name = $2", &params![county, name], |row| {
        row.get(0)
    })
}

/// Tells the next few people behind `after`: the last of them, if there may be more, and how many were told.
fn some(
    tx: &mut Tx<'_>,
    means: &dyn Means,
    now: &Now,
    after: &str,
) -> Result<(Option<String>, usize), Refused> {
    let county = &means.plan().county().code;
    let people = tx.query(
        "select id, name from account where county = $1 and id > $2 and state = 'active' order by id limit $3",
        &params![county, after, AT_ONCE],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let last = people.last().filter(|_| i64::try_from(people.len()) == Ok(AT_ONCE)).map(|(id, _)| id.clone());
    let mut told = 0;
    for (account, name) in people {
        let posts = accounts::posts(tx, now, county, &account)?;
        let actor =
            Actor { county: county.clone(), account, session: String::new(), name, posts, only: None };
        let who = SignedIn { actor, confirmed: None };
        told += usize::from(tell(&mut Desk { tx, who: &who, now, keys: means.keys(), plan: means.plan() })?);
    }
    Ok((last, told))
}

/// Tells one person; whether there was anything to tell.
fn tell(desk: &mut Desk<'_, '_>) -> Result<bool, Refused> {
    let today = desk.now.day();
    // Begun again after a crash, it tells nobody twice.
    let already = desk.tx.optional(
        "select id from notification where county = $1 and account = $2 and kind = $3 and subject = $4",
        &params![desk.county(), &desk.actor().account, KIND, today.to_string()],
        |row| row.get::<String>(0),
    )?;
    if already.is_some() {
        return Ok(false);
    }
    desk.tx.execute(
        "delete from notification where county = $1 and account = $2 and kind = $3",
        &params![desk.county(), &desk.actor().account, KIND],
    )?;
    if may(desk.actor(), Action::SeeToday, &Subject::Nothing).is_err() {
        return Ok(false);
    }
    let tasks = open_tasks(desk)?;
    let Some(text) = words(&tasks, today) else { return Ok(false) };
    let account = desk.actor().account.clone();
    super::tell(desk, &account, (KIND, &today.to_string()), &text, "/")?;
    // Outside of the program go the numbers alone, on days on which the county wants them.
    if has_digest(desk.plan.reach(), desk.plan.calendar(), today) {
        let soon = today.saturating_add(SOON.days());
        reach::digest(
            desk.tx,
            (desk.who.actor.county.as_str(), desk.now),
            &account,
            counts(&tasks, today, soon),
        )?;
    }
    Ok(true)
}

/// Of these tasks: all, those past their time, those due from today until a day.
fn counts(tasks: &[Task], today: Date, until: Date) -> Counts {
    let (day, until) = (today.to_string(), until.to_string());
    let many = |is: &dyn Fn(&str) -> bool| {
        let many = tasks.iter().filter(|task| !task.due.is_empty() && is(&task.due)).count();
        u32::try_from(many).unwrap_or(u32::MAX)
    };
    Counts {
        all: u32::try_from(tasks.len()).unwrap_or(u32::MAX),
        late: many(&|due| due < day.as_str()),
        near: many(&|due| due >= day.as_str() && due.get(..10).unwrap_or(due) <= until.as_str()),
    }
}

/// Tells the groups of the units what is due with them today, in numbers. Nobody's right stands behind it: it is counted what the posts of
/// the unit have before them, and nothing else leaves.
fn groups(means: &Arc<dyn Means>, now: &Now) -> Result<(), Refused> {
    let (plan, today) = (means.plan(), now.day());
    if !has_digest(plan.reach(), plan.calendar(), today) {
        return Ok(());
    }
    let county = plan.county().code.clone();
    let groups = means.db().read(|tx| reach::groups(tx, &county))?;
    for (channel, carrier, unit) in groups {
        let (own, now, county) = (Arc::clone(means), now.clone(), county.clone());
        means.db().write(move |tx| {
            let posts = unit_posts(tx, &county, &unit)?;
            let actor = Actor { posts, ..program(&county) };
            let who = SignedIn { actor, confirmed: None };
            let mut desk = Desk { tx, who: &who, now: &now, keys: own.keys(), plan: own.plan() };
            let tasks = open_tasks(&mut desk)?;
            let found = counts(&tasks, today, today);
            if found.all > 0 {
                reach::group_digest(tx, (&county, &now), (&channel, carrier), found, today)?;
            }
            Ok::<_, Refused>(())
        })?;
    }
    Ok(())
}

/// One post of each role that somebody holds at a unit, those of its administrator apart.
fn unit_posts(tx: &mut Tx<'_>, county: &str, unit: &str) -> Result<Vec<Post>, DbError> {
    let found = tx.query(
        "select p.id, p.role, p.standing from post p
         where p.county = $1 and p.unit = $2 and p.closed_at is null and p.role <> 'unit_admin' order by p.sort, p.id",
        &params![county, unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    let mut posts: Vec<Post> = Vec::new();
    for (id, role, standing) in found {
        let standing = if standing == "leads" { Standing::Leads } else { Standing::Serves };
        let Some(role) = Role::from_code(&role) else { continue };
        if !posts.iter().any(|post| post.role == role && post.standing == standing) {
            posts.push(Post { id, role, unit: unit.to_owned(), standing });
        }
    }
    Ok(posts)
}

/// The line; `None` where there is nothing to do.
fn words(tasks: &[Task], today: Date) -> Option<String> {
    let first = tasks.first()?;
    let (day, soon) = (today.to_string(), today.saturating_add(SOON.days()).to_string());
    let count =
        |is: &dyn Fn(&str) -> bool| tasks.iter().filter(|task| !task.due.is_empty() && is(&task.due)).count();
    let late = count(&|due| due < day.as_str());
    let near = count(&|due| due >= day.as_str() && due <= soon.as_str());
    let mut line = format!("今日摘要：有{}件事轮到您", tasks.len());
    if late > 0 {
        line.push_str(&format!("，{late}件已超期"));
    }
    if near > 0 {
        line.push_str(&format!("，{near}件{SOON}天内到期"));
    }
    line.push_str(&format!("。最急的：{}，{}。", first.title, first.act));
    Some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// capabilities 52, 135: what is late, what is soon, the most urgent by name; nothing is no line.
    #[test]
    fn a_line_says_what_is_late_and_what_is_next() {
        let task = |title: &str, due: &str| Task {
            title: title.to_owned(),
            why: String::new(),
            act: "上门核实".to_owned(),
            due: due.to_owned(),
            href: String::new(),
        };
        let today = jiff::civil::date(2026, 11, 23);
        for (tasks, expected) in [
            (vec![], None),
            (vec![task("3条核查结果", "")], Some("今日摘要：有1件事轮到您。最急的：3条核查结果，上门核实。")),
            (
                vec![task("李小明", "2026-11-20"), task("王小花", "2026-11-23"), task("阿普", "2026-12-24")],
                Some("今日摘要：有3件事轮到您，1件已超期，1件7天内到期。最急的：李小明，上门核实。"),
            ),
        ] {
            assert_eq!(words(&tasks, today).as_deref(), expected);
        }
    }
}
