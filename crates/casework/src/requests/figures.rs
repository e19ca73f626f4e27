//! How the units answer: counts by unit for the conference, no names. Of what is confidential only a number that names nobody.

use rules::access::{Action, Subject};
use rules::publish::FEW;

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// One unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitFigure {
    /// Its name.
    pub unit: String,
    /// What it was asked since the day; `None` where it is confidential and there are few.
    pub asked: Option<i64>,
    /// Answered or sent back in time.
    pub in_time: Option<i64>,
    /// Answered or sent back later than asked.
    pub too_late: Option<i64>,
    /// Waiting past its time.
    pub late: Option<i64>,
}

/// How the units answered what was asked since a day, by unit.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn figures(desk: &mut Desk<'_, '_>, since: jiff::civil::Date) -> Result<Vec<UnitFigure>, Refused> {
    desk.require(Action::CountRequests, &Subject::Nothing, ("requests", ""))?;
    let rows = desk.tx.query(
        "select coalesce(unit.name, ''), max(r.confidential), cast(count(*) as bigint),
                cast(sum(case when r.state in ('answered', 'sent_back') and r.ended_at <= r.due_at then 1 else 0 end) as bigint),
                cast(sum(case when r.state in ('answered', 'sent_back') and r.ended_at > r.due_at then 1 else 0 end) as bigint),
                cast(sum(case when r.state = 'asked' and r.due_at < $3 then 1 else 0 end) as bigint)
         from request r left join unit on unit.county = r.county and unit.id = r.unit
         where r.county = $1 and r.asked_at >= $2
         group by unit.sort, unit.name, r.unit order by unit.sort, unit.name, r.unit",
        &params![desk.county(), since.to_string(), desk.now.stamp()],
        |row| {
            let count = |at| row.get::<i64>(at);
            // Fewer are not told apart (hazard A08).
            let hidden = row.get::<i64>(1)? == 1 && count(2)? < i64::from(FEW);
            let told = |at| Ok::<_, crate::db::DbError>((!hidden).then_some(count(at)?));
            Ok(UnitFigure {
                unit: row.get(0)?,
                asked: told(2)?,
                in_time: told(3)?,
                too_late: told(4)?,
                late: told(5)?,
            })
        },
    )?;
    desk.record(Action::CountRequests, None, ("requests", ""), "", "各单位协助情况")?;
    Ok(rows)
}
