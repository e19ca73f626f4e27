//! 岗位 and 单位 as lists that can be searched and taken out: who holds which post, and who answers for which unit, in the
//! units that the actor may see.

use rules::access::{Action, Role, Subject};
use rules::purpose::ListPurpose;

use super::within::within;
use crate::accounts::like;
use crate::db::Value;
use crate::desk::Desk;
use crate::exports::{self, Made, PIECE, Shape};
use crate::params;
use crate::refused::Refused;

/// What is looked for among the posts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostFilter {
    /// Unit, title, or the holder's name or user name; a part is enough.
    pub search: String,
    /// Role.
    pub role: Option<Role>,
    /// Only those that nobody holds.
    pub vacant: bool,
    /// Cursor: the last post of the page before, `unit name/post id`.
    pub after: String,
}

/// A post with whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostRow {
    /// Id of the unit.
    pub unit: String,
    /// Name of the unit.
    pub unit_name: String,
    /// Title.
    pub title: String,
    /// Role.
    pub role: Option<Role>,
    /// Whether it leads the unit.
    pub leads: bool,
    /// Whether it answers for children (责任链).
    pub chain: bool,
    /// The holder; empty where it is vacant.
    pub holder: String,
    /// The holder's user name.
    pub username: String,
    /// Since which day.
    pub since: String,
    cursor: String,
}

/// A page of posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posts {
    /// The posts, by unit.
    pub rows: Vec<PostRow>,
    /// What goes into [`PostFilter::after`] for the next page.
    pub next: Option<String>,
}

/// Posts of the units that the actor may see, a page of `limit`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn posts(desk: &mut Desk<'_, '_>, filter: &PostFilter, limit: usize) -> Result<Posts, Refused> {
    desk.require(Action::ReadUnits, &Subject::Nothing, ("unit", ""))?;
    let search = like(filter.search.trim());
    let role = filter.role.map(Role::code);
    let mut params = params![desk.county(), &search, role, i64::from(filter.vacant), desk.now.day()].to_vec();
    let scope = within(desk.actor(), Action::ReadUnits, "unit.id", &mut params);
    let mut sql = format!(
        "select unit.id, unit.name, post.title, post.role, post.standing, post.duty, coalesce(account.name, ''),
                coalesce(account.username, ''), coalesce(tenure.from_day, ''), post.id
         from post
         join unit on unit.county = post.county and unit.id = post.unit
         left join tenure on tenure.county = post.county and tenure.post = post.id and tenure.from_day <= $5
              and (tenure.until_day is null or tenure.until_day > $5)
         left join account on account.county = tenure.county and account.id = tenure.account
         where post.county = $1 and post.closed_at is null and unit.until_day is null
           and (unit.name like $2 escape '!' or post.title like $2 escape '!' or account.name like $2 escape '!'
                or account.username like $2 escape '!')
           and (cast($3 as text) is null or post.role = $3)
           and (cast($4 as bigint) = 0 or account.id is null) and {scope}"
    );
    if let Some((name, id)) = filter.after.rsplit_once('/') {
        params.push(Value::from(name));
        params.push(Value::from(id));
        sql.push_str(&format!(" and (unit.name, post.id) > (${}, ${})", params.len() - 1, params.len()));
    }
    params.push(Value::from(limit + 1));
    sql.push_str(&format!(" order by unit.name, post.id limit ${}", params.len()));
    let mut rows = desk.tx.query(&sql, &params, |row| {
        let (role, unit_name): (String, String) = (row.get(3)?, row.get(1)?);
        Ok(PostRow {
            unit: row.get(0)?,
            title: row.get(2)?,
            role: Role::from_code(&role),
            leads: row.get::<String>(4)? == "leads",
            chain: row.get::<String>(5)? == "chain",
            holder: row.get(6)?,
            username: row.get(7)?,
            since: row.get(8)?,
            cursor: format!("{unit_name}/{}", row.get::<String>(9)?),
            unit_name,
        })
    })?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.cursor.clone());
    Ok(Posts { rows, next })
}

/// The posts that the filter finds, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export_posts(
    desk: &mut Desk<'_, '_>,
    filter: &PostFilter,
    purpose: ListPurpose,
) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "岗位",
        kind: "post",
        action: Action::ExportList,
        columns: &[
            ("单位", 30.0),
            ("岗位", 20.0),
            ("角色", 16.0),
            ("负责人", 8.0),
            ("责任链", 8.0),
            ("现任", 12.0),
            ("账号", 16.0),
            ("起始", 12.0),
        ],
    };
    let mut filter = PostFilter { after: String::new(), ..filter.clone() };
    let mut more = true;
    let yes = |yes: bool| if yes { "是" } else { "" }.to_owned();
    exports::make(desk, SHAPE, purpose, |desk| {
        if !std::mem::take(&mut more) {
            return Ok(Vec::new());
        }
        let found = posts(desk, &filter, PIECE)?;
        if let Some(next) = found.next {
            (filter.after, more) = (next, true);
        }
        let cells = |row: PostRow| {
            vec![
                row.unit_name,
                row.title,
                row.role.map_or("", Role::label).to_owned(),
                yes(row.leads),
                yes(row.chain),
                if row.holder.is_empty() { "空缺".to_owned() } else { row.holder },
                row.username,
                row.since,
            ]
        };
        Ok(found.rows.into_iter().map(cells).collect())
    })
}

/// A unit of the whole tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is, in words.
    pub kind: &'static str,
    /// Name of the unit above.
    pub above: String,
    /// Who answers for it, names joined.
    pub answers: String,
    /// Posts of the chain that nobody holds.
    pub vacant: i64,
    cursor: String,
}

/// Units by name, of those that the actor may see: `search` is a part of the name or of a name that answers for it.
/// A page of `limit` behind the cursor, and the cursor of the next.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn find_units(
    desk: &mut Desk<'_, '_>,
    search: &str,
    after: &str,
    limit: usize,
) -> Result<(Vec<UnitLine>, Option<String>), Refused> {
    desk.require(Action::ReadUnits, &Subject::Nothing, ("unit", ""))?;
    let search = like(search.trim());
    let mut params = params![desk.county(), &search, desk.now.day()].to_vec();
    let scope = within(desk.actor(), Action::ReadUnits, "unit.id", &mut params);
    // In this order, by `cross join`: from a unit to its few posts, never from all tenures of the county to the unit.
    let holders = "from post cross join tenure cross join account
         where post.county = unit.county and post.unit = unit.id and post.duty = 'chain' and post.closed_at is null
           and tenure.county = post.county and tenure.post = post.id
           and tenure.from_day <= $3 and (tenure.until_day is null or tenure.until_day > $3)
           and account.county = tenure.county and account.id = tenure.account";
    let mut sql = format!(
        "select unit.id, unit.name, unit.kind, coalesce(above.name, ''),
                coalesce((select string_agg(account.name, '、' order by post.sort, post.id) {holders}), ''),
                (select cast(count(*) as bigint) from post
                  where post.county = unit.county and post.unit = unit.id and post.duty = 'chain'
                    and post.closed_at is null
                    and not exists (select 1 from tenure where tenure.county = post.county
                                     and tenure.post = post.id and tenure.from_day <= $3
                                     and (tenure.until_day is null or tenure.until_day > $3)))
         from unit
         left join unit above on above.county = unit.county and above.id = unit.parent
         where unit.county = $1 and unit.until_day is null
           and (unit.name like $2 escape '!' or exists (select 1 {holders} and account.name like $2 escape '!'))
           and {scope}"
    );
    if let Some((name, id)) = after.rsplit_once('/') {
        params.push(Value::from(name));
        params.push(Value::from(id));
        sql.push_str(&format!(" and (unit.name, unit.id) > (${}, ${})", params.len() - 1, params.len()));
    }
    params.push(Value::from(limit + 1));
    sql.push_str(&format!(" order by unit.name, unit.id limit ${}", params.len()));
    let mut rows = desk.tx.query(&sql, &params, |row| {
        let (id, name, kind): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(UnitLine {
            cursor: format!("{name}/{id}"),
            kind: kind_label(&kind),
            id,
            name,
            above: row.get(3)?,
            answers: row.get(4)?,
            vacant: row.get(5)?,
        })
    })?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.cursor.clone());
    Ok((rows, next))
}

/// The units that the search finds with who answers for them, as a workbook.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn export_units(desk: &mut Desk<'_, '_>, search: &str, purpose: ListPurpose) -> Result<Made, Refused> {
    const SHAPE: Shape = Shape {
        name: "单位和责任链",
        kind: "unit",
        action: Action::ExportList,
        columns: &[("单位", 30.0), ("类别", 12.0), ("上级单位", 30.0), ("责任人", 36.0), ("空缺岗位", 10.0)],
    };
    let (mut after, mut more) = (String::new(), true);
    exports::make(desk, SHAPE, purpose, |desk| {
        if !std::mem::take(&mut more) {
            return Ok(Vec::new());
        }
        let (rows, next) = find_units(desk, search, &after, PIECE)?;
        if let Some(next) = next {
            (after, more) = (next, true);
        }
        let cells = |row: UnitLine| {
            vec![row.name, row.kind.to_owned(), row.above, row.answers, row.vacant.to_string()]
        };
        Ok(rows.into_iter().map(cells).collect())
    })
}

fn kind_label(kind: &str) -> &'static str {
    match kind {
        "county" => "县",
        "township" => "乡镇",
        "village" => "村委会",
        "group" => "村民小组",
        "bureau" => "教体局",
        "school" => "学校",
        "class" => "班级",
        "department" => "部门",
        "office" => "专班、办公室",
        _ => "其他",
    }
}
