//! 外出就读 whose proof has run out or soon will: a few are tasks by name, many are one line that opens their list.

use rules::access::{Action, Subject};

use super::Task;
use crate::db::Value;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// Expired proofs that are named one by one; more become one line.
const NAMED: i64 = 5;

/// Rows of a page.
const PAGE: usize = 50;

/// A child elsewhere whose proof has run out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiredProof {
    /// The child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// The school elsewhere.
    pub school: String,
    /// The last day of the proof.
    pub expired: String,
    /// Id of the entry, for the cursor.
    id: String,
}

/// A page of them, the oldest first, and the cursor of the next: last day and id.
pub type ExpiredProofs = (Vec<ExpiredProof>, Option<(String, String)>);

/// The entries in the actor's scope: joins and conditions of every query here. `$1` is the county.
fn in_scope<'a>(scope: &Scope<'a>, values: &mut Vec<Value<'a>>) -> String {
    let within = scope.predicate("tie", values);
    format!(
        "from elsewhere
         join child on child.county = elsewhere.county and child.id = elsewhere.child and child.merged_into is null
         where elsewhere.county = $1 and elsewhere.ended_day is null
           and exists (select 1 from child_tie tie where tie.county = elsewhere.county and tie.child = elsewhere.child
                        and {within})"
    )
}

/// Proofs that have run out, a page of them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn expired_proofs(
    desk: &mut Desk<'_, '_>,
    after: Option<&(String, String)>,
) -> Result<ExpiredProofs, Refused> {
    desk.require(Action::RecordElsewhere, &Subject::Nothing, ("elsewhere", ""))?;
    let (day, id) = after.map_or(("", ""), |(day, id)| (day.as_str(), id.as_str()));
    let mut values = vec![
        Value::from(desk.county()),
        Value::from(desk.now.day()),
        Value::from(day.to_owned()),
        Value::from(id.to_owned()),
    ];
    let from = in_scope(&Scope::of(desk.actor(), Action::RecordElsewhere, desk.now), &mut values);
    let sql = format!(
        "select child.id, child.name, elsewhere.school, elsewhere.expires_day, elsewhere.id {from}
           and elsewhere.expires_day < $2
           and (elsewhere.expires_day > $3 or (elsewhere.expires_day = $3 and elsewhere.id > $4))
         order by elsewhere.expires_day, elsewhere.id limit {}",
        PAGE + 1
    );
    let mut rows = desk.tx.query(&sql, &values, |row| {
        Ok(ExpiredProof {
            child: row.get(0)?,
            name: row.get(1)?,
            school: row.get(2)?,
            expired: row.get(3)?,
            id: row.get(4)?,
        })
    })?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| (row.expired.clone(), row.id.clone()));
    Ok((rows, next))
}

/// What is to be done about proofs today.
pub(super) fn tasks(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let scope = Scope::of(desk.actor(), Action::RecordElsewhere, desk.now);
    if scope.is_empty() {
        return Ok(());
    }
    let today = desk.now.day();
    let mut values = vec![Value::from(desk.county()), Value::from(today)];
    let expired = in_scope(&scope, &mut values);
    let count = format!(
        "select cast(count(distinct elsewhere.child) as bigint) {expired} and elsewhere.expires_day < $2"
    );
    let count = desk.tx.one(&count, &values, |row| row.get::<i64>(0))?;
    let many = count > NAMED;
    if many {
        tasks.push(Task {
            title: format!("{count}个孩子的就读证明已过期"),
            why: "外出就读要有在有效期内的证明".to_owned(),
            act: "逐个更新就读证明".to_owned(),
            due: today.to_string(),
            href: "/proofs".to_owned(),
        });
    }
    let since = if many { today.to_string() } else { String::new() };
    let until = today.saturating_add(jiff::ToSpan::days(30));
    let mut values = vec![Value::from(desk.county()), Value::from(until), Value::from(since)];
    let soon = in_scope(&scope, &mut values);
    let sql = format!(
        "select child.id, child.name, elsewhere.expires_day, elsewhere.school {soon}
           and elsewhere.expires_day <= $2 and elsewhere.expires_day >= $3
         order by elsewhere.expires_day, elsewhere.id limit 10"
    );
    tasks.extend(desk.tx.query(&sql, &values, |row| {
        let id: String = row.get(0)?;
        Ok(Task {
            title: row.get(1)?,
            why: format!("外出就读：{}", row.get::<String>(3)?),
            act: "更新就读证明".to_owned(),
            due: row.get(2)?,
            href: format!("/children/{id}"),
        })
    })?);
    Ok(())
}
