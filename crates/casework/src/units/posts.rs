//! Posts and who holds them, by date: appointments are facts, a vacancy is a post that nobody holds now.

use rules::access::{Action, Role, Standing, Subject};

use super::tree::path;
use crate::db::Tx;
use crate::desk::Desk;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;

/// A post and its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id of the post.
    pub post: String,
    /// 班主任.
    pub role: String,
    /// 分管副镇长.
    pub title: String,
    /// Whether it leads the unit.
    pub leads: bool,
    /// Whether it is one of the eight of 双线四级.
    pub chain: bool,
    /// Id and name of the holder; `None` is a vacancy.
    pub holder: Option<(String, String)>,
    /// Since when it is held, or vacant; empty if never held.
    pub since: String,
}

/// A vacancy, or a unit without a post that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The unit above; empty for the county.
    pub above: String,
    /// county, township, village, group, bureau, school, class.
    pub kind: String,
    /// The post; `None` where there is none at all.
    pub post: Option<String>,
    /// What the post is called.
    pub title: String,
    /// The day since which nobody holds it; empty if never held.
    pub since: String,
    /// Children for whom nobody answers on this level.
    pub children: i64,
}

/// A post to open.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// At which unit.
    pub unit: String,
    /// What its holder is.
    pub role: Option<Role>,
    /// Whether it leads.
    pub standing: Standing,
    /// Whether it is one of the eight.
    pub chain: bool,
    /// What it is called.
    pub title: String,
}

/// The posts of a unit with their holders. Scope is the caller's.
///
/// # Errors
/// [`Refused::Storage`].
pub fn people_of(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<Person>, Refused> {
    Ok(desk.tx.query(
        "select post.id, post.role, post.title, post.standing, post.duty, account.id, account.name,
                coalesce(tenure.from_day, (select max(past.until_day) from tenure past
                                            where past.county = post.county and past.post = post.id), '')
         from post
         left join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         left join account on account.county = tenure.county and account.id = tenure.account
         where post.county = $1 and post.unit = $2 and post.closed_at is null
         order by post.sort, post.id",
        &params![desk.county(), unit],
        |row| {
            let holder = row.get::<Option<String>>(5)?.zip(row.get::<Option<String>>(6)?);
            let role: String = row.get(1)?;
            Ok(Person {
                post: row.get(0)?,
                role: Role::from_code(&role).map_or(role, |role| role.label().to_owned()),
                title: row.get(2)?,
                leads: row.get::<String>(3)? == "leads",
                chain: row.get::<String>(4)? == "chain",
                holder,
                since: row.get(7)?,
            })
        },
    )?)
}

/// Posts of 双线四级 that nobody holds, in the actor's part of the trees: worst (most children) first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn gaps(desk: &mut Desk<'_, '_>) -> Result<Vec<Gap>, Refused> {
    desk.require(Action::ReadUnits, &Subject::Nothing, ("unit", ""))?;
    let county = desk.county();
    let whole = desk.require(Action::ReadUnits, &Subject::Unit(&[]), ("unit", "")).is_ok();
    let gap = |row: &crate::db::Row<'_>| {
        Ok(Gap {
            unit: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            post: row.get(3)?,
            title: row.get(4)?,
            since: row.get(5)?,
            children: row.get(6)?,
            above: row.get(7)?,
        })
    };
    const ABOVE: &str = "coalesce((select above.name from unit above
          where above.county = unit.county and above.id = unit.parent), '')";
    const CHILDREN: &str = "(select cast(count(*) as bigint) from child_tie
          where child_tie.county = unit.county and child_tie.unit = unit.id)";
    const VACANT: &str = "post.county = $1 and post.duty = 'chain' and post.closed_at is null
          and not exists (select 1 from tenure where tenure.county = post.county and tenure.post = post.id
                           and tenure.until_day is null)";
    let found = if whole {
        let sql = format!(
            "select unit.id, unit.name, unit.kind, post.id, post.title,
                    coalesce((select max(past.until_day) from tenure past
                               where past.county = post.county and past.post = post.id), ''), {CHILDREN}, {ABOVE}
             from post join unit on unit.county = post.county and unit.id = post.unit and unit.until_day is null
             where {VACANT}
             union all
             select unit.id, unit.name, unit.kind, null, '没有设岗位', '', {CHILDREN}, {ABOVE}
             from unit
             where unit.county = $1 and unit.until_day is null
               and unit.kind in ('county', 'township', 'village', 'group', 'bureau', 'school', 'class')
               and not exists (select 1 from post where post.county = unit.county and post.unit = unit.id
                                and post.duty = 'chain' and post.closed_at is null)
             order by 7 desc, 1 limit 500"
        );
        desk.tx.query(&sql, &params![county], gap)?
    } else {
        let mut found = Vec::new();
        let mut own: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
        own.sort_unstable();
        own.dedup();
        for unit in own {
            let sql = format!(
                "with recursive down (id, step) as (
                     select id, 0 from unit where county = $1 and id = $2
                     union all
                     select unit.id, down.step + 1 from down
                     join unit on unit.county = $1 and unit.parent = down.id and unit.until_day is null
                     where down.step < 8)
                 select unit.id, unit.name, unit.kind, post.id, post.title,
                        coalesce((select max(past.until_day) from tenure past
                                   where past.county = post.county and past.post = post.id), ''), {CHILDREN}, {ABOVE}
                 from down join unit on unit.county = $1 and unit.id = down.id
                 join post on post.unit = unit.id and {VACANT}
                 order by 7 desc, 1 limit 500"
            );
            found.extend(desk.tx.query(&sql, &params![county, unit], gap)?);
        }
        found
    };
    Ok(found)
}

/// What stands on the record of a post that was opened.
const OPENED: &str = "新设岗位";

/// Opens a post at a unit.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn open_post(desk: &mut Desk<'_, '_>, new: &NewPost) -> Result<String, Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, &new.unit)?;
    let grant = desk.require(Action::AppointPost, &Subject::Unit(&up), ("unit", &new.unit))?;
    let title = new.title.trim();
    if title.is_empty() || title.chars().count() > 30 {
        return Err(Refused::field("title", "请写岗位名称，30个字以内"));
    }
    let kind = desk.tx.one(
        "select kind from unit where county = $1 and id = $2",
        &params![county, &new.unit],
        |row| row.get::<String>(0),
    )?;
    // A post never carries a role of another kind of unit: otherwise a school could make itself a county desk (A16).
    let Some(role) = new.role.filter(|role| fits(*role, &kind)) else {
        return Err(Refused::field("role", "请选择这个单位能设的岗位角色"));
    };
    // The same post asked for twice within a minute is one (hazard H01); two alike are opened one after the other.
    let lately = desk.now.timestamp().saturating_sub(jiff::SignedDuration::from_mins(1));
    let there = desk.tx.query(
        "select post.id from audit join post on post.county = audit.county and post.id = audit.subject
         where audit.county = $1 and audit.account = $2 and audit.at > $3 and audit.action = 'appoint_post'
           and audit.detail = $4 and post.unit = $5 and post.role = $6 and post.title = $7 and post.closed_at is null
         order by post.id limit 1",
        &params![
            county,
            &desk.actor().account,
            crate::now::stamp(lately.unwrap_or(desk.now.timestamp())),
            OPENED,
            &new.unit,
            role.code(),
            title
        ],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into post (county, id, unit, role, standing, duty, title, sort) values ($1, $2, $3, $4, $5, $6, $7, 9999)",
        &params![
            county,
            &id,
            &new.unit,
            role.code(),
            if new.standing == Standing::Leads { "leads" } else { "serves" },
            if new.chain { "chain" } else { "staff" },
            title
        ],
    )?;
    desk.record(Action::AppointPost, grant.post, ("post", &id), "", OPENED)?;
    Ok(id)
}

/// Which roles a kind of unit may have.
fn fits(role: Role, kind: &str) -> bool {
    match kind {
        "county" | "office" => matches!(role, Role::Director | Role::Inspector | Role::UnitAdmin),
        "township" => matches!(role, Role::Township | Role::Cadre | Role::UnitAdmin),
        "village" => matches!(role, Role::Village | Role::Cadre),
        "group" => role == Role::Group,
        "bureau" => matches!(role, Role::Bureau | Role::Inspector | Role::UnitAdmin),
        "school" => matches!(role, Role::Head | Role::Registrar | Role::Inspector | Role::UnitAdmin),
        "class" => matches!(role, Role::Teacher | Role::SubjectTeacher),
        "department" => role.is_department() || role == Role::UnitAdmin,
        _ => false,
    }
}

/// Closes a post that nobody holds.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn close_post(desk: &mut Desk<'_, '_>, post: &str) -> Result<(), Refused> {
    let (up, held) = post_place(desk, post, Action::AppointPost)?;
    let grant = desk.require(Action::AppointPost, &Subject::Unit(&up), ("post", post))?;
    if held.is_some() {
        return Err(Refused::rule("岗位上还有人，不能撤销", "五(一)", "请先办理工作交接"));
    }
    desk.tx.execute(
        "update post set closed_at = $3 where county = $1 and id = $2 and closed_at is null",
        &params![desk.county(), post, desk.now.stamp()],
    )?;
    desk.record(Action::AppointPost, grant.post, ("post", post), "", "撤销岗位")
}

/// Puts somebody on a vacant post.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn appoint(desk: &mut Desk<'_, '_>, post: &str, account: &str) -> Result<(), Refused> {
    let county = desk.county();
    let (up, held) = post_place(desk, post, Action::AppointPost)?;
    let grant = desk.require(Action::AppointPost, &Subject::Unit(&up), ("post", post))?;
    if held.as_deref() == Some(account) {
        // Sent twice is one appointment (hazard H01).
        return Ok(());
    }
    if held.is_some() {
        return Err(Refused::rule("这个岗位已经有人", "五(一)", "请先办理工作交接"));
    }
    takes(desk, "account", &up, post, account)?;
    let written = desk.tx.execute(
        "insert into tenure (county, id, post, account, from_day, by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            county,
            desk.now.id(),
            post,
            account,
            desk.now.day(),
            &desk.actor().account,
            desk.now.stamp()
        ],
    );
    match written {
        Err(crate::db::DbError::Unique(_)) => {
            Err(Refused::rule("这个岗位刚刚有人任职", "五(一)", "请刷新后再看"))
        }
        Err(error) => Err(Refused::from(error)),
        Ok(_) => {
            super::hand_over::take_up(desk, post, account)?;
            desk.record(Action::AppointPost, grant.post, ("post", post), "", "任职")
        }
    }
}

/// Whether somebody can be put on a post: one of the people that its unit or the unit above keeps, not the one who puts
/// them there (A16), and with no other post that excludes it. `field` is the form's.
pub(super) fn takes(
    desk: &mut Desk<'_, '_>,
    field: &'static str,
    up: &[String],
    post: &str,
    account: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    if account == desk.actor().account {
        return Err(Refused::rule("不能给自己任职", "四(十四)", "请由另一位负责人或管理员办理"));
    }
    let unit = desk.tx.optional(
        "select unit from account where county = $1 and id = $2 and state in ('active', 'approved')",
        &params![county, account],
        |row| row.get::<String>(0),
    )?;
    if !unit.is_some_and(|unit| up.iter().take(2).any(|keeper| *keeper == unit)) {
        return Err(Refused::field(field, "请从名单里选一个在用的账号；没有的，请先邀请并批准"));
    }
    let role = desk.tx.one(
        "select role from post where county = $1 and id = $2",
        &params![county, post],
        |row| Ok(Role::from_code(&row.get::<String>(0)?)),
    )?;
    match role {
        Some(role) => may_hold(desk.tx, desk.now, county, account, role),
        None => Err(Refused::rule("这个岗位的角色已经不用了", "", "请撤销后新设岗位")),
    }
}

/// Whether an account may hold a post of this role beside those that it holds or is going to hold: asked wherever a post
/// is given (hazards A14–A16).
///
/// # Errors
/// [`Refused::Rule`] where the roles exclude each other.
pub fn may_hold(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str, role: Role) -> Result<(), Refused> {
    let held = roles_held(tx, now, county, account)?;
    match role.kept_from_by(&held) {
        Some(other) => Err(Refused::rule(
            format!("{}不能同时是{}", other.label(), role.label()),
            "系统、安全、审计三权分立",
            "请由另一个人担任",
        )),
        None => Ok(()),
    }
}

/// The roles of the posts that an account holds or is going to hold.
pub(super) fn roles_held(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
) -> Result<Vec<Role>, Refused> {
    let held = tx.query(
        "select post.role from tenure join post on post.county = tenure.county and post.id = tenure.post
         where tenure.county = $1 and tenure.account = $2 and post.closed_at is null
           and (tenure.until_day is null or tenure.until_day > $3)
         order by post.id",
        &params![county, account, now.day()],
        |row| Ok(Role::from_code(&row.get::<String>(0)?)),
    )?;
    Ok(held.into_iter().flatten().collect())
}

/// Takes the holder off a post without a successor: the post is vacant, and listed as a gap from now on.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`], [`Refused::Storage`].
pub fn vacate(desk: &mut Desk<'_, '_>, post: &str) -> Result<(), Refused> {
    let (up, held) = post_place(desk, post, Action::AppointPost)?;
    let grant = desk.require(Action::AppointPost, &Subject::Unit(&up), ("post", post))?;
    if held.is_none() {
        return Err(Refused::rule("岗位上没有人", "五(一)", "不用办理"));
    }
    desk.tx.execute(
        "update tenure set until_day = $3 where county = $1 and post = $2 and until_day is null",
        &params![desk.county(), post, desk.now.day()],
    )?;
    desk.record(Action::AppointPost, grant.post, ("post", post), "", "免职，岗位空缺")
}

/// The path of a post's unit, and who holds it. What is not there is denied like what is not the actor's.
pub(super) fn post_place(
    desk: &mut Desk<'_, '_>,
    post: &str,
    action: Action,
) -> Result<(Vec<String>, Option<String>), Refused> {
    let county = desk.county();
    let found = desk.tx.optional(
        "select post.unit, tenure.account from post
         left join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         where post.county = $1 and post.id = $2 and post.closed_at is null",
        &params![county, post],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    let Some((unit, held)) = found else { return Err(Refused::denied(action, "post", post)) };
    Ok((path(desk.tx, county, &unit)?, held))
}

/// Accounts that may be put on a post of the unit: those that the unit, or the unit above it, keeps; never one's own.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn candidates(desk: &mut Desk<'_, '_>, unit: &str) -> Result<Vec<(String, String)>, Refused> {
    let county = desk.county();
    let up = path(desk.tx, county, unit)?;
    desk.require(Action::AppointPost, &Subject::Unit(&up), ("unit", unit))?;
    let mut found = Vec::new();
    for keeper in up.iter().take(2) {
        found.extend(desk.tx.query(
            "select id, name || '（' || username || '）' from account
             where county = $1 and unit = $2 and state in ('active', 'approved') and id <> $3
             order by username limit 200",
            &params![county, keeper, &desk.actor().account],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?);
    }
    Ok(found)
}

/// Accounts that may take over a post: those that may be put on it, but for its holder.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn successors(desk: &mut Desk<'_, '_>, post: &str) -> Result<Vec<(String, String)>, Refused> {
    let (up, held) = post_place(desk, post, Action::AppointPost)?;
    let unit = up.first().cloned().unwrap_or_default();
    let mut found = candidates(desk, &unit)?;
    found.retain(|(id, _)| Some(id) != held.as_ref());
    Ok(found)
}

/// The roles that a unit of this kind may have.
#[must_use]
pub fn roles_of(kind: &str) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| fits(*role, kind)).collect()
}
