//! The job that writes a compared list into the ledger, chunk by chunk. Rows are not written as the file has them but township by
//! township in the order of the pinyin: most indexes of the ledger are in that order, and rows beside each other share their pages.

use std::time::{Duration, Instant};

use rules::access::Action;

use super::cohort;
use super::decide::{Change, Outcome};
use super::given_up::fell;
use super::preview::{count, open_json, seal_json};
use super::start::{Head, head};
use super::wanted::Wanted;
use super::write::{Writing, Written, change, enter};
use crate::db::{DbError, Row, Tx};
use crate::desk::Desk;
use crate::jobs::{self, GivenUp, Handler, Job, Progress, Run, Stopped, Why};
use crate::refused::Refused;
use crate::{params, today};

/// Rows that are to be written and are not yet.
const WAITS: &str = "outcome in ('added', 'changed') and state = 'waiting'";

/// Rows that are read at once when they are put in order.
const READ_AT_ONCE: i64 = 1000;

/// A transaction in which nobody waits long.
const SHORT: Duration = Duration::from_millis(6);

/// Writes a compared list into the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Apply;

impl Handler for Apply {
    fn kind(&self) -> &'static str {
        "import_apply"
    }

    fn label(&self) -> &'static str {
        "名单写入台账"
    }

    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        let id = run.job().subject.clone();
        let (total, order) = run.read(|desk| order(desk, &id))?;
        let (mut rows, mut rest) = (super::WRITTEN, order.as_slice());
        loop {
            let begun = Instant::now();
            let (next, behind) = rest.split_at(rows.min(rest.len()));
            let (own, next, left) =
                (id.clone(), next.to_vec(), i64::try_from(behind.len()).unwrap_or(i64::MAX));
            let progress = run.chunk(move |desk| {
                let done = if chunk(desk, &own, &next)? { total.saturating_sub(left) } else { total };
                Ok(Progress { done, total })
            })?;
            if progress.done >= progress.total {
                break;
            }
            rest = behind;
            rows = paced(rows, begun.elapsed());
        }
        run.write(move |desk| {
            let (head, post) = head(desk, Action::ImportList, &id)?;
            // A parked job that is tried again finds the list given back to people: they ask anew.
            if head.state != "applying" {
                return Err(Refused::Changed {
                    what: format!("这份名单现在是“{}”", super::show::label(&head.state)),
                });
            }
            desk.tx.execute(
                "update import set state = 'applied', applied_at = $3
                 where county = $1 and id = $2 and state = 'applying'",
                &params![desk.county(), &id, desk.now.stamp()],
            )?;
            count(desk.tx, desk.county(), &id)?;
            let text = format!("名单“{}”已写入台账", head.title);
            today::tell(desk, &head.by, ("import", &id), &text, &format!("/imports/{id}"))?;
            desk.record(Action::ImportList, Some(post), ("import", &id), "", "写入台账完成")
        })?;
        Ok("已写入".to_owned())
    }

    fn gave_up(&self, tx: &mut Tx<'_>, job: &Job, given_up: &GivenUp<'_>) -> Result<(), DbError> {
        match given_up.why {
            // People ask anew, and it goes on behind what is written; or they take that back.
            Why::Refused | Why::Failed => fell(tx, job, given_up, ("applying", "ready"), given_up.said),
            // It would only kill the program again: what is written is taken back, and then it has failed.
            Why::Killed => {
                fell(tx, job, given_up, ("applying", "undoing"), "写入时程序每次都中断，正在撤回已写入的行")?;
                let undo = jobs::follow(tx, job, given_up, "import_undo")?;
                tx.execute(
                    "update import set job = $3 where county = $1 and id = $2 and state = 'undoing'",
                    &params![given_up.county, &job.subject, &undo],
                )?;
                Ok(())
            }
        }
    }
}

/// A stored row that is to be written or taken back.
pub(super) struct StoredRow {
    pub number: i64,
    pub outcome: Outcome,
    pub child: Option<String>,
    pub version: i64,
    pub changes: Vec<Change>,
    pub wanted: Wanted,
}

type Raw = (i64, String, Option<String>, i64, Option<Vec<u8>>, Option<Vec<u8>>);

pub(super) const COLUMNS: &str =
    "number, outcome, child, coalesce(child_version, 0), before_sealed, after_sealed";

pub(super) fn raw(row: &Row<'_>) -> Result<Raw, DbError> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
}

pub(super) fn open(desk: &Desk<'_, '_>, import: &str, raw: Raw) -> Result<StoredRow, Refused> {
    let (number, outcome, child, version, before, after) = raw;
    let row = format!("{import}/{number}");
    Ok(StoredRow {
        number,
        outcome: Outcome::from_code(&outcome).unwrap_or(Outcome::Left),
        child,
        version,
        changes: open_json(desk, "before", &row, before.as_deref())?,
        wanted: open_json(desk, "after", &row, after.as_deref())?,
    })
}

/// What rows of an import are written with.
pub(super) fn writing(desk: &mut Desk<'_, '_>, id: &str, head: &Head) -> Result<Writing, Refused> {
    let root = desk.tx.optional(
        "select id from unit where county = $1 and kind = 'county' and until_day is null",
        &params![desk.county()],
        |row| row.get::<String>(0),
    )?;
    let root = root.ok_or_else(|| Refused::Fault("the county has no unit of its own".to_owned()))?;
    let school_year = i64::from(rules::age::school_year(head.as_of));
    Ok(Writing { import: id.to_owned(), root, as_of: head.as_of, school_year })
}

/// How many rows the next transaction takes: more while it is done in no time, fewer when somebody had to wait for it
/// (E15).
fn paced(rows: usize, took: Duration) -> usize {
    if took < SHORT {
        (rows * 2).min(super::WRITTEN_AT_MOST)
    } else if took > SHORT * 3 {
        (rows / 2).max(super::WRITTEN)
    } else {
        rows
    }
}

/// Rows of the list, and the numbers of those that wait, in the order in which they are written.
fn order(desk: &mut Desk<'_, '_>, id: &str) -> Result<(i64, Vec<i64>), Refused> {
    let county = desk.county();
    let total = desk.tx.one(
        "select row_count from import where county = $1 and id = $2",
        &params![county, id],
        |row| row.get::<i64>(0),
    )?;
    let sql = format!(
        "select {COLUMNS} from import_row
         where county = $1 and import = $2 and number > $3 and {WAITS} order by number limit $4"
    );
    // Many rows, little of each: where a spelling goes on behind its beginning the order hardly matters.
    let (mut places, mut keys, mut last) = (Vec::new(), Vec::new(), 0);
    loop {
        let found = desk.tx.query(&sql, &params![county, id, last, READ_AT_ONCE], raw)?;
        if found.is_empty() {
            break;
        }
        for one in found {
            let row = open(desk, id, one)?;
            last = row.number;
            let place = places.iter().position(|known| *known == row.wanted.township).unwrap_or_else(|| {
                places.push(row.wanted.township.clone());
                places.len().saturating_sub(1)
            });
            let mut begins = [0_u8; 12];
            let spelling = linkage::spelling::spelling(&row.wanted.name).full;
            begins.iter_mut().zip(spelling.bytes()).for_each(|(at, byte)| *at = byte);
            keys.push((place, begins, row.number));
        }
    }
    keys.sort_unstable();
    Ok((total, keys.into_iter().map(|(.., number)| number).collect()))
}

/// Writes the rows of these numbers that still wait; whether the list is still being written.
fn chunk(desk: &mut Desk<'_, '_>, id: &str, numbers: &[i64]) -> Result<bool, Refused> {
    let (head, _) = head(desk, Action::ImportList, id)?;
    if head.state != "applying" {
        return Ok(false);
    }
    let county = desk.county();
    let writing = writing(desk, id, &head)?;
    let sql = format!(
        "select {COLUMNS} from import_row where county = $1 and import = $2 and number = $3 and {WAITS}"
    );
    for number in numbers {
        if let Some(one) = desk.tx.optional(&sql, &params![county, id, *number], raw)? {
            let row = open(desk, id, one)?;
            put(desk, id, &writing, row)?;
        }
    }
    Ok(true)
}

/// Writes one row; where the ledger moved on since it was decided, it becomes one for two eyes.
pub(super) fn put(
    desk: &mut Desk<'_, '_>,
    id: &str,
    writing: &Writing,
    row: StoredRow,
) -> Result<(), Refused> {
    if !row.wanted.cohort.is_empty() {
        return cohort::put(desk, id, &row);
    }
    let county = desk.county();
    let place = format!("{id}/{}", row.number);
    let moved = |desk: &mut Desk<'_, '_>, reason: &str| {
        desk.tx.execute(
            "update import_row set outcome = 'unclear', reason = $4 where county = $1 and import = $2 and number = $3",
            &params![county, id, row.number, reason],
        )
    };
    match (row.outcome, &row.child) {
        (Outcome::Changed, Some(child)) => {
            match change(desk, writing, (child, row.version), row.changes, &row.wanted)? {
                Written::Moved => {
                    moved(desk, "比对之后有人改过这个孩子，请核对")?;
                }
                Written::Done(version, changes) => {
                    let before = seal_json(desk, "before", &place, &changes)?;
                    desk.tx.execute(
                        "update import_row set state = 'applied', child_version = $4, before_sealed = $5
                         where county = $1 and import = $2 and number = $3",
                        &params![county, id, row.number, version, before],
                    )?;
                }
            }
        }
        _ => match enter(desk, writing, &row.wanted)? {
            None => {
                moved(desk, "比对之后有人登记了同一个证件号，请核对")?;
            }
            Some(child) => {
                desk.tx.execute(
                    "update import_row set state = 'applied', child = $4, child_version = 1
                     where county = $1 and import = $2 and number = $3",
                    &params![county, id, row.number, child],
                )?;
            }
        },
    }
    Ok(())
}
