//! 合并档案、拆回档案: two files of one child become one, and can become two again. What moved is kept row by row; what
//! the kept file lacked and took over is kept field by field. Nothing is thrown away.

use rules::access::{Action, Field, Subject};

use super::form::plain;
use super::history::touched;
use super::read::{File, Line, read};
use super::ties::{settle, ties_of};
use crate::attendance;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Facts that follow the child, by table.
const FOLLOW: &[(&str, &str)] = &[
    ("guardian", "update guardian set child = $3 where county = $1 and child = $2 and until_at is null returning id"),
    ("child_group", "update child_group set child = $3 where county = $1 and child = $2 returning id"),
    ("elsewhere", "update elsewhere set child = $3 where county = $1 and child = $2 returning id"),
    ("finding", "update finding set child = $3 where county = $1 and child = $2 returning id"),
    ("platform_entry", "update platform_entry set child = $3 where county = $1 and child = $2 returning id"),
    ("child_case", "update child_case set child = $3 where county = $1 and child = $2 returning id"),
    ("tip_off", "update tip_off set child = $3 where county = $1 and child = $2 returning id"),
    ("family_code", "update family_code set child = $3 where county = $1 and child = $2 returning id"),
    ("family_answer", "update family_answer set child = $3 where county = $1 and child = $2 returning id"),
    ("visit", "update visit set child = $3 where county = $1 and child = $2 returning id"),
    ("closure_pupil", "update closure_pupil set child = $3 where county = $1 and child = $2 returning id"),
    ("season_seen", "update season_seen set child = $3 where county = $1 and child = $2 returning id"),
    ("season_leaver", "update season_leaver set child = $3 where county = $1 and child = $2 returning id"),
    (
        "season_notice",
        "update season_notice set child = $3 where county = $1 and child = $2
           and not exists (select 1 from season_notice own where own.county = $1 and own.child = $3
                              and own.year = season_notice.year)
         returning id",
    ),
    (
        "season_deferral",
        "update season_deferral set child = $3 where county = $1 and child = $2
           and (state <> 'asked' or not exists (select 1 from season_deferral own where own.county = $1 and own.child = $3
                                                   and own.state = 'asked'))
         returning id",
    ),
    ("home_lesson", "update home_lesson set child = $3 where county = $1 and child = $2 returning id"),
    (
        "pair",
        "update pair set child = $3 where county = $1 and child = $2
           and (ended_at is not null or not exists (select 1 from pair own where own.county = $1 and own.child = $3
                                                       and own.ended_at is null))
         returning id",
    ),
    (
        "request",
        "update request set child = $3 where county = $1 and child = $2
           and not (state = 'asked' and exists (select 1 from request own where own.county = $1 and own.child = $3
                                                   and own.kind = request.kind and own.state = 'asked'))
         returning id",
    ),
    (
        "suspected",
        "update suspected set child = $3 where county = $1 and child = $2
           and not exists (select 1 from suspected own where own.county = $1 and own.child = $3 and own.cleared_at is null)
         returning id",
    ),
];

/// One line of two files side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// What it is.
    pub label: &'static str,
    /// In the file that stays.
    pub kept: String,
    /// In the file that goes.
    pub gone: String,
}

/// Two files before they are merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// The file that stays.
    pub kept: File,
    /// The file that goes.
    pub gone: File,
    /// Field by field.
    pub pairs: Vec<Pair>,
}

/// Two files side by side.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn side_by_side(desk: &mut Desk<'_, '_>, kept: &str, gone: &str) -> Result<SideBySide, Refused> {
    differ(kept, gone)?;
    let (kept, gone) = (read(desk, kept)?, read(desk, gone)?);
    differ(&kept.id, &gone.id)?;
    let lines = |file: &File| -> Vec<Line> {
        [&file.identity, &file.home, &file.schooling].into_iter().flatten().cloned().collect()
    };
    let mut pairs =
        vec![Pair { label: Field::Name.label(), kept: kept.name.clone(), gone: gone.name.clone() }];
    for (left, right) in lines(&kept).into_iter().zip(lines(&gone)) {
        pairs.push(Pair { label: left.label, kept: left.text, gone: right.text });
    }
    Ok(SideBySide { kept, gone, pairs })
}

/// Others with the same name and birthday, to be merged with: (id, name, birthday).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn doubles(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, String, String)>, Refused> {
    let ties = ties_of(desk, id)?;
    rules::access::may(desk.actor(), Action::MergeChildren, &Subject::Child(&ties))
        .map_err(|_| Refused::denied(Action::MergeChildren, "child", id))?;
    Ok(desk.tx.query(
        "select other.id, other.name, other.birth
         from child join child other on other.county = child.county and other.id <> child.id
              and (other.name = child.name or (other.household = child.household and other.birth = child.birth))
              and other.birth = child.birth
         where child.county = $1 and child.id = $2 and other.merged_into is null
         order by other.id limit 20",
        &params![desk.county(), id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?)
}

fn differ(kept: &str, gone: &str) -> Result<(), Refused> {
    if kept == gone {
        return Err(Refused::field("gone", "这是同一份档案，请选择另一份"));
    }
    Ok(())
}

/// Merges `gone` into `kept`; the id of the merge.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn merge(desk: &mut Desk<'_, '_>, kept: &str, gone: &str, reason: &str) -> Result<String, Refused> {
    differ(kept, gone)?;
    let (ties_kept, ties_gone) = (ties_of(desk, kept)?, ties_of(desk, gone)?);
    let grant = desk.require(Action::MergeChildren, &Subject::Child(&ties_kept), ("child", kept))?;
    desk.require(Action::MergeChildren, &Subject::Child(&ties_gone), ("child", gone))?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 || !plain(reason) {
        return Err(Refused::field("reason", "请写清楚凭什么认定是同一个孩子，200个字以内"));
    }
    let county = desk.county();
    let both = desk.tx.query(
        "select id from child where county = $1 and id in ($2, $3) and merged_into is null order by id",
        &params![county, kept, gone],
        |row| row.get::<String>(0),
    )?;
    if both.len() != 2 {
        return Err(Refused::rule("有一份档案已经并入别的档案", "", "请打开现在的档案再看"));
    }
    let moving = desk.tx.query(
        "select id from roll_move where county = $1 and child in ($2, $3) and state = 'waiting' order by id limit 1",
        &params![county, kept, gone],
        |row| row.get::<String>(0),
    )?;
    if !moving.is_empty() {
        return Err(Refused::rule("有学籍变动还没办完，不能合并", "一人一籍", "请先办完或撤回学籍变动"));
    }
    let cases = desk.tx.query(
        "select id from child_case where county = $1 and child in ($2, $3) and ended_at is null order by id",
        &params![county, kept, gone],
        |row| row.get::<String>(0),
    )?;
    if cases.len() > 1 {
        return Err(Refused::rule(
            "两份档案都有在办的个案，不能合并",
            "五(十)",
            "请先把其中一件核实排除，或者办结",
        ));
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into child_merge (county, id, kept, gone, reason, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)",
        &params![county, &id, kept, gone, reason, &desk.actor().account, desk.now.stamp()],
    )?;
    let mut sort = 0;
    for (table, sql) in FOLLOW {
        let moved = desk.tx.query(sql, &params![county, gone, kept], |row| row.get::<String>(0))?;
        for row in moved {
            item(desk, &id, &mut sort, table, &row)?;
        }
    }
    let granted = desk.tx.query(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits, until_at, ground)
         select county, unit, tie, cast($3 as text), spelling, standing, group_bits, until_at, ground from child_tie
          where county = $1 and child = $2 and tie in ('shared', 'paired', 'emergency')
         on conflict (county, child, unit, tie) do nothing returning unit, tie",
        &params![county, gone, kept],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (unit, tie) in granted {
        item(desk, &id, &mut sort, "child_tie", &format!("{unit}|{tie}"))?;
    }
    // First the one is gone, then the other takes its number: two never have it at once.
    desk.tx.execute(
        "update child set merged_into = $3 where county = $1 and id = $2",
        &params![county, gone, kept],
    )?;
    fill(desk, &id, &mut sort, kept, gone)?;
    attendance::files_changed(desk, kept, gone)?;
    touched(desk, gone)?;
    touched(desk, kept)?;
    desk.record(Action::MergeChildren, grant.post, ("child", kept), reason, &format!("并入 {gone}"))?;
    Ok(id)
}

fn item(desk: &mut Desk<'_, '_>, merge: &str, sort: &mut i64, table: &str, row: &str) -> Result<(), Refused> {
    *sort += 1;
    desk.tx.execute(
        "insert into child_merge_item (county, merge, sort, table_name, row_id) values ($1, $2, $3, $4, $5)",
        &params![desk.county(), merge, *sort, table, row],
    )?;
    Ok(())
}

/// What the kept file lacks it takes from the one that goes.
fn fill(desk: &mut Desk<'_, '_>, merge: &str, sort: &mut i64, kept: &str, gone: &str) -> Result<(), Refused> {
    let county = desk.county();
    // Of each set of columns that belong together: whether the kept file has none of it and the other has.
    const SETS: &[(&str, &str)] = &[
        (
            "household",
            "update child set household = other.household from child other
              where child.county = $1 and child.id = $2 and other.county = $1 and other.id = $3
                and child.household is null and other.household is not null",
        ),
        (
            "home",
            "update child set township = other.township, village = other.village, village_group = other.village_group
               from child other
              where child.county = $1 and child.id = $2 and other.county = $1 and other.id = $3
                and child.township is null and other.township is not null",
        ),
        (
            "school",
            "update child set school = other.school, school_township = other.school_township, class = other.class,
                              grade = other.grade, standing = other.standing
               from child other
              where child.county = $1 and child.id = $2 and other.county = $1 and other.id = $3
                and child.school is null and other.school is not null
                and child.standing in ('unknown', 'never', 'absent')",
        ),
    ];
    let (standing, grade) = desk.tx.one(
        "select standing, grade from child where county = $1 and id = $2",
        &params![county, kept],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<i64>>(1)?)),
    )?;
    let was = format!("school:{standing}:{}", grade.map_or_else(String::new, |grade| grade.to_string()));
    for (name, sql) in SETS {
        if desk.tx.execute(sql, &params![county, kept, gone])? > 0 {
            // With the school the old standing and grade, so that they can be given back.
            let row = if *name == "school" { was.clone() } else { (*name).to_owned() };
            item(desk, merge, sort, "child", &row)?;
            if *name == "school" {
                let members = desk.tx.query(
                    "update class_member set child = $3 where county = $1 and child = $2 returning id",
                    &params![county, gone, kept],
                    |row| row.get::<String>(0),
                )?;
                for member in members {
                    item(desk, merge, sort, "class_member", &member)?;
                }
            }
        }
    }
    let lacks = desk.tx.one(
        "select case when id_sealed is null then 1 else 0 end, case when student_sealed is null then 1 else 0 end
         from child where county = $1 and id = $2",
        &params![county, kept],
        |row| Ok([row.get::<bool>(0)?, row.get::<bool>(1)?]),
    )?;
    let (kind, number, student) = desk.tx.one(
        "select id_kind, id_sealed, student_sealed from child where county = $1 and id = $2",
        &params![county, gone],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<Vec<u8>>>(1)?, row.get::<Option<Vec<u8>>>(2)?)),
    )?;
    let [lacks_number, lacks_student] = lacks;
    if lacks_number && number.is_some() {
        let plain = desk.open("child", "id_number", gone, number.as_deref())?;
        let tail =
            plain.len().checked_sub(4).and_then(|at| plain.get(at..)).map(|tail| desk.index("id_tail", tail));
        desk.tx.execute(
            "update child set id_kind = $3, id_sealed = $4, id_index = $5, id_tail = $6 where county = $1 and id = $2",
            &params![
                county,
                kept,
                kind,
                desk.seal("child", "id_number", kept, &plain),
                desk.index("id_number", &plain),
                tail
            ],
        )?;
        item(desk, merge, sort, "child", "number")?;
    }
    if lacks_student && student.is_some() {
        let plain = desk.open("child", "student_number", gone, student.as_deref())?;
        desk.tx.execute(
            "update child set student_sealed = $3, student_index = $4 where county = $1 and id = $2",
            &params![
                county,
                kept,
                desk.seal("child", "student_number", kept, &plain),
                desk.index("student_number", &plain)
            ],
        )?;
        item(desk, merge, sort, "child", "student")?;
    }
    Ok(())
}

/// Makes two files of `kept` again: everything that moved goes back, unless it was changed hands once more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`], [`Refused::Storage`].
pub fn unmerge(
    desk: &mut Desk<'_, '_>,
    kept: &str,
    merge: &str,
    reason: &str,
) -> Result<(String, String), Refused> {
    let county = desk.county();
    let ties = ties_of(desk, kept)?;
    let grant = desk.require(Action::MergeChildren, &Subject::Child(&ties), ("child", kept))?;
    let found = desk.tx.optional(
        "select kept, gone from child_merge where county = $1 and id = $2 and kept = $3 and undone_at is null",
        &params![county, merge, kept],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let Some((kept, gone)) = found else {
        return Err(Refused::denied(Action::MergeChildren, "merge", merge));
    };
    if reason.trim().is_empty() || reason.chars().count() > 200 || !plain(reason) {
        return Err(Refused::field("reason", "请写清楚为什么拆回，200个字以内"));
    }
    let later = desk.tx.query(
        "select id from child_merge where county = $1 and kept = $2 and undone_at is null and id > $3
         order by id limit 1",
        &params![county, &kept, merge],
        |row| row.get::<String>(0),
    )?;
    if !later.is_empty() {
        return Err(Refused::rule("之后又并入过别的档案", "", "请先拆回最近一次合并"));
    }
    let items = desk.tx.query(
        "select table_name, row_id from child_merge_item where county = $1 and merge = $2 order by sort desc",
        &params![county, merge],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (table, row) in items {
        give_back(desk, &table, &row, &kept, &gone)?;
    }
    desk.tx.execute(
        "update child set merged_into = null where county = $1 and id = $2",
        &params![county, &gone],
    )?;
    desk.tx.execute(
        "update child_merge set undone_by = $3, undone_at = $4 where county = $1 and id = $2",
        &params![county, merge, &desk.actor().account, desk.now.stamp()],
    )?;
    attendance::files_changed(desk, &kept, &gone)?;
    touched(desk, &gone)?;
    touched(desk, &kept)?;
    settle(desk.tx, county, &gone)?;
    desk.record(Action::MergeChildren, grant.post, ("child", &kept), reason.trim(), &format!("拆回 {gone}"))?;
    Ok((kept, gone))
}

fn give_back(desk: &mut Desk<'_, '_>, table: &str, row: &str, kept: &str, gone: &str) -> Result<(), Refused> {
    let county = desk.county();
    let sql = match table {
        "guardian" => "update guardian set child = $4 where county = $1 and id = $2 and child = $3",
        "child_group" => "update child_group set child = $4 where county = $1 and id = $2 and child = $3",
        "elsewhere" => "update elsewhere set child = $4 where county = $1 and id = $2 and child = $3",
        "finding" => "update finding set child = $4 where county = $1 and id = $2 and child = $3",
        "platform_entry" => {
            "update platform_entry set child = $4 where county = $1 and id = $2 and child = $3"
        }
        "child_case" => "update child_case set child = $4 where county = $1 and id = $2 and child = $3",
        "visit" => "update visit set child = $4 where county = $1 and id = $2 and child = $3",
        "closure_pupil" => "update closure_pupil set child = $4 where county = $1 and id = $2 and child = $3",
        "home_lesson" => "update home_lesson set child = $4 where county = $1 and id = $2 and child = $3",
        "request" => "update request set child = $4 where county = $1 and id = $2 and child = $3",
        "pair" => "update pair set child = $4 where county = $1 and id = $2 and child = $3",
        "suspected" => "update suspected set child = $4 where county = $1 and id = $2 and child = $3",
        "class_member" => "update class_member set child = $4 where county = $1 and id = $2 and child = $3",
        "child_tie" => return tie_back(desk, row, kept, gone),
        _ => return field_back(desk, row, kept),
    };
    desk.tx.execute(sql, &params![county, row, kept, gone])?;
    Ok(())
}

fn tie_back(desk: &mut Desk<'_, '_>, row: &str, kept: &str, gone: &str) -> Result<(), Refused> {
    let Some((unit, tie)) = row.rsplit_once('|') else { return Ok(()) };
    desk.tx.execute(
        "update child_tie set child = $5 where county = $1 and child = $2 and unit = $3 and tie = $4",
        &params![desk.county(), kept, unit, tie, gone],
    )?;
    Ok(())
}

fn field_back(desk: &mut Desk<'_, '_>, row: &str, kept: &str) -> Result<(), Refused> {
    let county = desk.county();
    let sql = match row {
        "household" => "update child set household = null where county = $1 and id = $2",
        "home" => {
            "update child set township = null, village = null, village_group = null where county = $1 and id = $2"
        }
        "number" => {
            "update child set id_kind = '', id_sealed = null, id_index = null, id_tail = null
             where county = $1 and id = $2"
        }
        "student" => {
            "update child set student_sealed = null, student_index = null where county = $1 and id = $2"
        }
        school => {
            let mut parts = school.split(':').skip(1);
            let standing = parts.next().unwrap_or("unknown");
            let grade: Option<i64> = parts.next().and_then(|grade| grade.parse().ok());
            desk.tx.execute(
                "update child set school = null, school_township = null, class = null, standing = $3, grade = $4
                 where county = $1 and id = $2",
                &params![county, kept, standing, grade],
            )?;
            return Ok(());
        }
    };
    desk.tx.execute(sql, &params![county, kept])?;
    Ok(())
}
