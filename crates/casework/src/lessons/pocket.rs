//! What a teacher's phone keeps of children who are taught at home: whom one may write a lesson down for, what the week still lacks, whom to ring
//! up. For the person alone; that it was read is on the record, child by child.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::lesson::Lesson;

use super::read::{AT_HOME, Kept, glance_of, kept, placed};
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::pairs::phones;
use crate::refused::Refused;
use crate::scope::Scope;

/// Children that a phone keeps at most: nobody teaches more at home.
const MOST: i64 = 30;

/// A child that one teaches at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtHome {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Village and group.
    pub group: String,
    /// Minutes of this week so far.
    pub taught: u32,
    /// Minutes that are due in a week.
    pub due: u16,
    /// The last lesson.
    pub last: Option<Date>,
    /// Whom to ring up.
    pub phones: Vec<(String, String)>,
}

/// The children for whom the actor writes lessons down, by village and group; none for who writes none down.
///
/// # Errors
/// [`Refused::Storage`].
pub fn pocket(desk: &mut Desk<'_, '_>) -> Result<Vec<AtHome>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let reached = Scope::of(desk.actor(), Action::RecordLesson, desk.now).predicate("tie", &mut values);
    let rows = desk.tx.query(
        &format!(
            "select child.id, child.name, coalesce(village.name, town.name, ''), coalesce(part.name, '') from child
             left join unit town on town.county = child.county and town.id = child.township
             left join unit village on village.county = child.county and village.id = child.village
             left join unit part on part.county = child.county and part.id = child.village_group
             where child.county = $1 and child.merged_into is null and child.id in ({AT_HOME})
               and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})
             order by village.sort nulls last, part.sort nulls last, child.name, child.id limit {MOST}"
        ),
        &values,
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
            Ok(texts)
        },
    )?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let children: Vec<String> = rows.iter().map(|[id, ..]| id.clone()).collect();
    let (placed, kept): (BTreeMap<String, Date>, Vec<Kept>) =
        (placed(desk, &children)?, kept(desk, &children)?);
    let all: Vec<Lesson<'_>> = kept.iter().map(Kept::lesson).collect();
    let mut found = Vec::with_capacity(rows.len());
    for [child, name, village, part] in rows {
        let ties = ties_of(desk, &child)?;
        let Ok(grant) = may(desk.actor(), Action::RecordLesson, &Subject::Child(&ties)) else { continue };
        let Some(sees) = Sees::granted(&grant) else { continue };
        let glance = glance_of(desk, &child, placed.get(&child).copied(), &all);
        let phones = phones(desk, &child, sees)?;
        desk.record(Action::ReadLessons, grant.post, ("child", &child), "", "送教口袋页")?;
        found.push(AtHome {
            taught: glance.this(),
            due: glance.due,
            last: all.iter().filter(|one| one.child == child).map(|one| one.day).max(),
            group: [village, part].concat(),
            child,
            name,
            phones,
        });
    }
    Ok(found)
}
