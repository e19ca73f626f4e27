//! What happened with a child, newest first, in words and without values: who changed which field, moves of the roll,
//! findings, groups, proofs, imports. Each line only for a reader who sees the field that it is about.

use std::collections::HashSet;

use rules::access::Field;
use rules::codes::RollChange;
use rules::groups::Special;
use rules::plan::{FindingKind, ListKind, Plan};
use rules::roll::Change;

use super::sees::Sees;
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

/// A kind of line: which rights show it, where it stands among lines of one moment, and what is read: an order within its
/// kind, then a moment, three or four words.
struct Part {
    sql: &'static str,
    field: Option<Field>,
    tell: fn(&Told, Sees, &Plan, &mut Vec<Event>),
}

/// A row of a part.
struct Told {
    at: String,
    a: String,
    who: String,
    b: String,
    c: String,
}

impl Told {
    fn event(&self, what: String) -> Event {
        Event { at: self.at.clone(), what, who: self.who.clone() }
    }
}

/// Every kind, in the order in which lines of one moment stand. Each reads the newest of its own and no more.
const PARTS: &[Part] = &[
    Part {
        sql: "select child_change.at as line, child_change.id as id, child_change.at as at, child_change.field as a,
                     coalesce(account.name, '') as who, child_change.source as b, '' as c
              from child_change
              left join account on account.county = child_change.county and account.id = child_change.by_account
              where child_change.county = $1 and child_change.child = $2
              order by child_change.at desc, child_change.id limit $3",
        field: None,
        tell: changed,
    },
    Part {
        sql: "select roll_move.asked_at as line, roll_move.id as id, roll_move.asked_at as at, roll_move.kind as a,
                     coalesce(account.name, '') as who, roll_move.state as b, roll_move.effective_day as c
              from roll_move
              left join account on account.county = roll_move.county and account.id = roll_move.asked_by
              where roll_move.county = $1 and roll_move.child = $2
              order by roll_move.asked_at desc, roll_move.id limit $3",
        field: Some(Field::History),
        tell: moved,
    },
    Part {
        sql: "select event.at as line, event.id as id, event.at as at, event.kind as a, coalesce(account.name, '') as who,
                     finding.kind as b, '' as c
              from finding
              join finding_event event on event.county = finding.county and event.finding = finding.id
              left join account on account.county = event.county and account.id = event.by_account
              where finding.county = $1 and finding.child = $2 and finding.state <> 'staged'
              order by event.at desc, event.id limit $3",
        field: Some(Field::Findings),
        tell: found,
    },
    Part {
        sql: "select child_group.from_day as line, child_group.id as id, child_group.from_day as at, child_group.code as a,
                     coalesce(account.name, '') as who, coalesce(child_group.until_day, '') as b, '' as c
              from child_group
              left join account on account.county = child_group.county and account.id = child_group.by_account
              where child_group.county = $1 and child_group.child = $2
              order by child_group.from_day desc, child_group.id limit $3",
        field: None,
        tell: grouped,
    },
    Part {
        sql: "select elsewhere.made_at as line, elsewhere.id as id, elsewhere.made_at as at, '登记外出就读' as a,
                     coalesce(account.name, '') as who, '' as b, '' as c
              from elsewhere
              left join account on account.county = elsewhere.county and account.id = elsewhere.by_account
              where elsewhere.county = $1 and elsewhere.child = $2
              order by elsewhere.made_at desc, elsewhere.id limit $3",
        field: Some(Field::Elsewhere),
        tell: |told, _, _, all| all.push(told.event(told.a.clone())),
    },
    Part {
        sql: "select import.made_at as line, import.id as id, coalesce(import.applied_at, import.made_at) as at,
                     import.title as a, '' as who, import_row.outcome as b, import.kind as c
              from import_row
              join import on import.county = import_row.county and import.id = import_row.import
              where import_row.county = $1 and import_row.child = $2 and import.state = 'applied'
                and import_row.outcome in ('added', 'changed')
              order by import.made_at desc, import.id limit $3",
        field: None,
        tell: imported,
    },
    Part {
        sql: "select child_merge.at as line, child_merge.id as id, child_merge.at as at, '' as a, '' as who,
                     coalesce(child_merge.undone_at, '') as b, '' as c
              from child_merge where child_merge.county = $1 and child_merge.kept = $2
              order by child_merge.at desc, child_merge.id limit $3",
        field: None,
        tell: merged,
    },
    Part {
        sql: "select child.made_at as line, child.id as id, child.made_at as at, '' as a, '' as who, '' as b, '' as c
              from child where child.county = $1 and child.id = $2 order by child.id limit $3",
        field: None,
        tell: |told, _, _, all| all.push(told.event("建立档案".to_owned())),
    },
];

/// One statement for all kinds that the reader sees: what nobody shows is not read.
pub(super) fn timeline(desk: &mut Desk<'_, '_>, id: &str, sees: Sees) -> Result<Vec<Event>, Refused> {
    let seen = PARTS.iter().enumerate().filter(|(_, part)| part.field.is_none_or(|field| sees.shows(field)));
    let parts: Vec<String> = seen
        .map(|(at, part)| {
            format!("select {at} as part, line, id, at, a, who, b, c from ({}) part{at}", part.sql)
        })
        .collect();
    let sql = format!("{} order by 1, 2 desc, 3", parts.join(" union all "));
    let plan = desk.plan;
    let mut all = Vec::new();
    let mut rows = Vec::new();
    desk.tx.each(&sql, &params![desk.county(), id, EACH], |row| {
        let part: usize = row.get(0)?;
        let told = Told { at: row.get(3)?, a: row.get(4)?, who: row.get(5)?, b: row.get(6)?, c: row.get(7)? };
        rows.push((part, told));
        Ok(())
    })?;
    for (part, told) in &rows {
        if let Some(part) = PARTS.get(*part) {
            (part.tell)(told, sees, plan, &mut all);
        }
    }
    all.sort_by(|a, b| b.at.cmp(&a.at));
    // Two rows of one list about one child, two fields changed at once: one line says it.
    let mut said = HashSet::new();
    all.retain(|event| said.insert((event.at.clone(), event.what.clone())));
    Ok(all)
}

fn changed(told: &Told, sees: Sees, _: &Plan, all: &mut Vec<Event>) {
    let (label, right) = field_label(&told.a);
    let way = match told.b.split(':').next() {
        Some("import") => "（导入名单）",
        Some("merge") => "（合并档案）",
        Some("move") => "（学籍变动）",
        _ => "",
    };
    if sees.shows(right) {
        all.push(told.event(format!("更正了{label}{way}")));
    }
}

fn moved(told: &Told, _: Sees, _: &Plan, all: &mut Vec<Event>) {
    let state = match told.b.as_str() {
        "waiting" => "等各方办理".to_owned(),
        "refused" => "被退回".to_owned(),
        "withdrawn" => "已撤回".to_owned(),
        _ => format!("{}生效", told.c),
    };
    all.push(told.event(format!("{}，{state}", move_label(&told.a))));
}

fn found(told: &Told, _: Sees, plan: &Plan, all: &mut Vec<Event>) {
    let did = match told.a.as_str() {
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
    all.push(told.event(format!("{did}：{}", finding_title(plan, &told.b))));
}

fn grouped(told: &Told, sees: Sees, _: &Plan, all: &mut Vec<Event>) {
    let Some(group) = Special::from_code(&told.a).filter(|group| sees.shows(group.field())) else { return };
    if !told.b.is_empty() {
        let what = format!("不再属于“{}”", group.label());
        all.push(Event { at: told.b.clone(), what, who: String::new() });
    }
    all.push(told.event(format!("登记为“{}”", group.label())));
}

fn imported(told: &Told, sees: Sees, _: &Plan, all: &mut Vec<Event>) {
    if ListKind::from_code(&told.c).is_some_and(|kind| sees.shows(told_by(kind))) {
        let did = if told.b == "added" { "由名单建档" } else { "由名单更新" };
        all.push(told.event(format!("{did}：{}", told.a)));
    }
}

fn merged(told: &Told, _: Sees, _: &Plan, all: &mut Vec<Event>) {
    all.push(told.event("并入了重复的档案".to_owned()));
    if !told.b.is_empty() {
        all.push(Event {
            at: told.b.clone(), what: "拆回了并入的档案".to_owned(), who: String::new()
        });
    }
}
