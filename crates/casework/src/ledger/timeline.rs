//! What happened with a child, newest first, in words and without values: who changed which field, moves of the roll,
//! findings, groups, proofs, imports. Each line only for a reader who sees the field that it is about.

use std::collections::HashSet;

use rules::access::Field;
use rules::codes::RollChange;
use rules::groups::Special;
use rules::plan::{FindingKind, ListKind, Plan};
use rules::roll::Change;

use super::sees::Sees;
use crate::db::Row;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When: a moment, or a day.
    pub at: String,
    /// What, in a few words.
    pub what: String,
    /// By whom; may be empty.
    pub who: String,
}

/// Lines of each kind at most.
const EACH: i64 = 40;

/// What a change of the roll is called, by the code that is stored.
pub(crate) fn move_label(code: &str) -> &'static str {
    Change::from_code(code)
        .map(Change::label)
        .or_else(|| RollChange::from_code(code).map(RollChange::label))
        .unwrap_or("学籍变动")
}

/// What a stored field is called, and by which right its change is seen.
pub(super) fn field_label(code: &str) -> (&'static str, Field) {
    match code {
        "name" => ("姓名", Field::Name),
        "sex" => ("性别", Field::Sex),
        "birth" => ("出生日期", Field::Birth),
        "ethnicity" => ("民族", Field::Ethnicity),
        "id_kind" => ("证件类型", Field::IdNumber),
        "id_number" => ("证件号", Field::IdNumber),
        "student_number" => ("学籍号", Field::StudentNumber),
        "registration" => ("户籍情况", Field::Home),
        "home" | "township" | "village" | "group" | "village_group" => ("户籍地", Field::Home),
        "household" | "book" => ("家庭户", Field::Household),
        "address" => ("住址", Field::Address),
        "school" | "class" | "grade" => ("学校班级", Field::Schooling),
        "standing" => ("就学情况", Field::Schooling),
        "boarding" => ("就读方式", Field::Schooling),
        "guardian" => ("监护人", Field::Guardians),
        "phone" => ("联系电话", Field::Phone),
        _ => ("档案", Field::Household),
    }
}

/// The field that it tells to stand on a list (hazard A11).
const fn told_by(list: ListKind) -> Field {
    match list {
        ListKind::Household => Field::Home,
        ListKind::Roll | ListKind::Present | ListKind::Attendance | ListKind::Cohort => Field::Schooling,
        ListKind::Poverty => Field::Poverty,
        ListKind::Disability => Field::Disability,
        ListKind::Elsewhere => Field::Elsewhere,
        ListKind::Platform => Field::Findings,
        // Nobody knows what else a county adds: as guarded as what is guarded most.
        ListKind::Generic => Field::Judicial,
    }
}

/// What the plan calls a finding, by its stored kind.
pub(super) fn finding_title<'p>(plan: &'p Plan, code: &str) -> &'p str {
    FindingKind::from_code(code).map_or("比对发现", |kind| plan.finding(kind).title.as_str())
}

pub(super) fn timeline(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Vec<Event>, Refused> {
    let mut all = Vec::new();
    changes(desk, id, sees, &mut all)?;
    moves(desk, id, sees, &mut all)?;
    findings(desk, id, sees, &mut all)?;
    groups(desk, id, sees, &mut all)?;
    others(desk, id, sees, &mut all)?;
    all.sort_by(|a, b| b.at.cmp(&a.at));
    // Two rows of one list about one child, two fields changed at once: one line says it.
    let mut said = HashSet::new();
    all.retain(|event| said.insert((event.at.clone(), event.what.clone())));
    Ok(all)
}

/// Three texts of a row.
fn three(row: &Row<'_>) -> Result<(String, String, String), crate::db::DbError> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn changes(desk: &mut Desk<'_, '_>, id: &str, sees: Sees, all: &mut Vec<Event>) -> Result<(), Refused> {
    let rows = desk.tx.query(
        "select child_change.at, child_change.field, coalesce(account.name, ''), child_change.source
         from child_change
         left join account on account.county = child_change.county and account.id = child_change.by_account
         where child_change.county = $1 and child_change.child = $2
         order by child_change.at desc, child_change.id limit $3",
        &params![desk.county(), id, EACH],
        |row| Ok((three(row)?, row.get::<String>(3)?)),
    )?;
    for ((at, field, who), source) in rows {
        let (label, right) = field_label(&field);
        let way = match source.split(':').next() {
            Some("import") => "（导入名单）",
            Some("merge") => "（合并档案）",
            Some("move") => "（学籍变动）",
            _ => "",
        };
        if sees.shows(right) {
            all.push(Event { at, what: format!("更正了{label}{way}"), who });
        }
    }
    Ok(())
}

fn moves(desk: &mut Desk<'_, '_>, id: &str, sees: Sees, all: &mut Vec<Event>) -> Result<(), Refused> {
    if !sees.shows(Field::History) {
        return Ok(());
    }
    let rows = desk.tx.query(
        "select roll_move.asked_at, roll_move.kind, coalesce(account.name, ''), roll_move.state, roll_move.effective_day
         from roll_move
         left join account on account.county = roll_move.county and account.id = roll_move.asked_by
         where roll_move.county = $1 and child = $2 order by asked_at desc, roll_move.id limit $3",
        &params![desk.county(), id, EACH],
        |row| Ok((three(row)?, row.get::<String>(3)?, row.get::<String>(4)?)),
    )?;
    for ((at, kind, who), state, day) in rows {
        let state = match state.as_str() {
            "waiting" => "等各方办理".to_owned(),
            "refused" => "被退回".to_owned(),
            "withdrawn" => "已撤回".to_owned(),
            _ => format!("{day}生效"),
        };
        all.push(Event { at, what: format!("{}，{state}", move_label(&kind)), who });
    }
    Ok(())
}

fn findings(desk: &mut Desk<'_, '_>, id: &str, sees: Sees, all: &mut Vec<Event>) -> Result<(), Refused> {
    if !sees.shows(Field::Findings) {
        return Ok(());
    }
    let rows = desk.tx.query(
        "select event.at, event.kind, coalesce(account.name, ''), finding.kind
         from finding
         join finding_event event on event.county = finding.county and event.finding = finding.id
         left join account on account.county = event.county and account.id = event.by_account
         where finding.county = $1 and finding.child = $2 and finding.state <> 'staged'
         order by event.at desc, event.id limit $3",
        &params![desk.county(), id, EACH],
        |row| Ok((three(row)?, row.get::<String>(3)?)),
    )?;
    for ((at, kind, who), finding) in rows {
        let did = match kind.as_str() {
            "found" => "比对发现",
            "decided" => "认定",
            "assigned" => "交办核查",
            "reported" => "报回核查结果",
            "reopened" => "重新核查",
            "remembered" => "沿用以前的认定",
            "gone" => "再次比对已不存在",
            "back" => "再次比对又出现",
            "reminded" => "催办核查",
            "numbered" => "登记平台编号",
            _ => "核查",
        };
        all.push(Event { at, what: format!("{did}：{}", finding_title(desk.plan, &finding)), who });
    }
    Ok(())
}

fn groups(desk: &mut Desk<'_, '_>, id: &str, sees: Sees, all: &mut Vec<Event>) -> Result<(), Refused> {
    let rows = desk.tx.query(
        "select from_day, code, coalesce(account.name, ''), coalesce(until_day, '')
         from child_group
         left join account on account.county = child_group.county and account.id = child_group.by_account
         where child_group.county = $1 and child = $2 order by from_day desc, child_group.id limit $3",
        &params![desk.county(), id, EACH],
        |row| Ok((three(row)?, row.get::<String>(3)?)),
    )?;
    for ((at, code, who), until) in rows {
        let Some(group) = Special::from_code(&code).filter(|group| sees.shows(group.field())) else {
            continue;
        };
        if !until.is_empty() {
            all.push(Event {
                at: until, what: format!("不再属于“{}”", group.label()), who: String::new()
            });
        }
        all.push(Event { at, what: format!("登记为“{}”", group.label()), who });
    }
    Ok(())
}

fn others(desk: &mut Desk<'_, '_>, id: &str, sees: Sees, all: &mut Vec<Event>) -> Result<(), Refused> {
    let county = desk.county();
    if sees.shows(Field::Elsewhere) {
        all.extend(desk.tx.query(
            "select elsewhere.made_at, '登记外出就读', coalesce(account.name, '')
             from elsewhere
             left join account on account.county = elsewhere.county and account.id = elsewhere.by_account
             where elsewhere.county = $1 and child = $2 order by elsewhere.made_at desc, elsewhere.id limit $3",
            &params![county, id, EACH],
            |row| three(row).map(|(at, what, who)| Event { at, what, who }),
        )?);
    }
    let imports = desk.tx.query(
        "select coalesce(import.applied_at, import.made_at), import.title, import_row.outcome, import.kind
         from import_row join import on import.county = import_row.county and import.id = import_row.import
         where import_row.county = $1 and import_row.child = $2 and import.state = 'applied'
           and import_row.outcome in ('added', 'changed')
         order by import.made_at desc, import.id limit $3",
        &params![county, id, EACH],
        |row| Ok((three(row)?, row.get::<String>(3)?)),
    )?;
    for ((at, title, outcome), kind) in imports {
        if !ListKind::from_code(&kind).is_some_and(|kind| sees.shows(told_by(kind))) {
            continue;
        }
        let did = if outcome == "added" { "由名单建档" } else { "由名单更新" };
        all.push(Event { at, what: format!("{did}：{title}"), who: String::new() });
    }
    let merges = desk.tx.query(
        "select at, undone_at from child_merge where county = $1 and kept = $2 order by at desc, id limit $3",
        &params![county, id, EACH],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?)),
    )?;
    for (at, undone) in merges {
        all.push(Event { at, what: "并入了重复的档案".to_owned(), who: String::new() });
        if let Some(at) = undone {
            all.push(Event { at, what: "拆回了并入的档案".to_owned(), who: String::new() });
        }
    }
    let made = desk.tx.one(
        "select made_at from child where county = $1 and id = $2",
        &params![county, id],
        |row| row.get(0),
    )?;
    all.push(Event { at: made, what: "建立档案".to_owned(), who: String::new() });
    Ok(())
}
