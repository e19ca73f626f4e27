//! What may be told: by act and by cause, in the reader's scope. Groups of fewer than five children are left out whole, so that it cannot
//! be seen that they are there; schools and persons are not told apart at all.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use rules::access::{Action, Subject};
use rules::age::school_year;
use rules::plan::{LegalStepKind, Plan};
use rules::works::{Attended, Deed, Line, Tally, told};

use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::scope::Scope;

/// What followed one kind of act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedLine {
    /// Of which kind it is.
    pub deed: Deed,
    /// What exactly, in words of the plan.
    pub label: String,
    /// What is told of it.
    pub line: Line,
}

/// What followed the first act for children with one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseLine {
    /// A code of the plan's causes; empty where it is not known.
    pub code: String,
    /// In words.
    pub label: String,
    /// What is told of it.
    pub line: Line,
}

/// What followed, as far as the reader's children go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Works {
    /// Acts since that day are counted.
    pub since: Date,
    /// When it was counted; `None` while nothing was.
    pub counted: Option<String>,
    /// By kind of act, of all causes or of the one that was asked for.
    pub deeds: Vec<DeedLine>,
    /// By cause.
    pub causes: Vec<CauseLine>,
}

/// The first day of the school year before the one of a day: nobody chooses a period, since two that differ by a day would tell of
/// the children of that day.
pub(super) fn since(today: Date) -> Date {
    date(school_year(today).saturating_sub(1), 9, 1)
}

/// What followed, by act and by cause; `cause` narrows the acts to one cause, empty for all.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn works(desk: &mut Desk<'_, '_>, cause: &str) -> Result<Works, Refused> {
    desk.require(Action::CountWorks, &Subject::Nothing, ("works", ""))?;
    let since = since(desk.now.day());
    let mut values = vec![Value::from(desk.county()), Value::from(since)];
    let reached = Scope::of(desk.actor(), Action::CountWorks, desk.now).predicate("tie", &mut values);
    let rows = desk.tx.query(
        &format!(
            "select o.deed, o.code, o.cause, max(o.counted_at), cast(count(*) as bigint), cast(sum(o.wait) as bigint),
                    cast(sum(case when o.before_called > 0 and o.after_called > 0 then 1 else 0 end) as bigint),
                    cast(sum(case when o.after_called > 0 then o.before_came else 0 end) as bigint),
                    cast(sum(case when o.after_called > 0 then o.before_called else 0 end) as bigint),
                    cast(sum(case when o.before_called > 0 then o.after_came else 0 end) as bigint),
                    cast(sum(case when o.before_called > 0 then o.after_called else 0 end) as bigint),
                    cast(sum(case when o.back_10 = 1 then 1 else 0 end) as bigint),
                    cast(sum(case when o.back_10 = 0 then 1 else 0 end) as bigint),
                    cast(sum(case when o.back_30 = 1 then 1 else 0 end) as bigint),
                    cast(sum(case when o.back_30 = 0 then 1 else 0 end) as bigint),
                    cast(sum(case when o.back_90 = 1 then 1 else 0 end) as bigint),
                    cast(sum(case when o.back_90 = 0 then 1 else 0 end) as bigint)
             from outcome o
             where o.county = $1 and o.on_day >= $2
               and exists (select 1 from child_tie tie where tie.county = o.county and tie.child = o.child and {reached})
             group by o.deed, o.code, o.cause order by o.deed, o.code, o.cause"
        ),
        &values,
        |row| {
            let deed: String = row.get(0)?;
            Ok((deed, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?, tally(row)?))
        },
    )?;
    let counted = rows.iter().map(|(_, _, _, at, _)| at.clone()).max();
    let mut groups: BTreeMap<(Deed, String), Vec<(String, Tally)>> = BTreeMap::new();
    for (deed, code, cause, _, tally) in rows {
        if let Some(deed) = Deed::from_code(&deed) {
            groups.entry((deed, code)).or_default().push((cause, tally));
        }
    }
    let mut found = Works { since, counted, deeds: Vec::new(), causes: Vec::new() };
    for ((deed, code), of) in groups {
        let tallies: Vec<Tally> = of.iter().map(|(_, tally)| *tally).collect();
        let (whole, lines) = told(&tallies);
        let mut own = of.iter().zip(&lines);
        let line = if cause.is_empty() {
            Some(whole)
        } else {
            own.find(|((code, _), _)| code == cause).map(|(_, line)| *line)
        };
        if deed == Deed::Any {
            found.causes = of
                .into_iter()
                .zip(lines)
                .filter(|(_, line)| line.children.is_some())
                .map(|((code, _), line)| CauseLine { label: cause_label(desk.plan, &code), code, line })
                .collect();
        }
        if let Some(line) = line.filter(|line| line.children.is_some()) {
            found.deeds.push(DeedLine { deed, label: label(desk.plan, deed, &code), line });
        }
    }
    desk.record(Action::CountWorks, None, ("works", ""), "", "措施成效")?;
    Ok(found)
}

fn tally(row: &Row<'_>) -> Result<Tally, DbError> {
    let number = |at| row.get::<u32>(at);
    Ok(Tally {
        children: number(4)?,
        wait: number(5)?,
        paired: number(6)?,
        before: Attended { came: number(7)?, called: number(8)? },
        after: Attended { came: number(9)?, called: number(10)? },
        back: [(number(11)?, number(12)?), (number(13)?, number(14)?), (number(15)?, number(16)?)],
    })
}

/// What a deed is called; of a kind with codes the plan's word.
fn label(plan: &Plan, deed: Deed, code: &str) -> String {
    let of =
        |codes: &[rules::plan::Code]| codes.iter().find(|one| one.code == code).map(|one| one.label.clone());
    let exact = match deed {
        Deed::Any | Deed::Visit => None,
        Deed::Help => of(&plan.case().helps),
        Deed::Place => of(plan.placements()),
        Deed::Step => LegalStepKind::from_code(code).map(|step| step.label().to_owned()),
        Deed::Request => plan.requests().iter().find(|one| one.code == code).map(|one| one.label.clone()),
    };
    exact.unwrap_or_else(|| deed.label().to_owned())
}

fn cause_label(plan: &Plan, code: &str) -> String {
    let cause = plan.causes().iter().find(|one| one.code == code);
    cause.map_or_else(|| "原因没有登记".to_owned(), |one| one.label.clone())
}
