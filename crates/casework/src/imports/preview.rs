//! The job that compares a list with the ledger, row by row, and keeps what would change. It changes no child.

use std::hash::Hasher as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use documents::rejects::{Reject, RejectedList};
use rules::access::Action;
use rules::plan::ListKind;
use rustc_hash::{FxHashMap, FxHasher};

use super::decide::{Deciding, Decision, Outcome, Reach};
use super::given_up::fell;
use super::known;
use super::places::Units;
use super::start::{Head, head, reach};
use super::wanted::{Wanted, wanted};
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::jobs::{GivenUp, Handler, Job, Progress, Run, Stopped, Why};
use crate::lists::{Asked, Limits, ListRow, RowProblem, rows};
use crate::refused::Refused;
use crate::{files, lists, params, today};

/// Compares a list with the ledger.
#[derive(Debug, Clone, Copy)]
pub struct Preview;

impl Handler for Preview {
    fn kind(&self) -> &'static str {
        "import_preview"
    }

    fn label(&self) -> &'static str {
        "名单与台账比对"
    }

    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        preview(run)
    }

    fn gave_up(&self, tx: &mut Tx<'_>, job: &Job, given_up: &GivenUp<'_>) -> Result<(), DbError> {
        // Nothing of it is in the ledger: a list that kills the program each time is handed in again another way.
        let problem = match given_up.why {
            Why::Killed => {
                "比对这份名单时程序每次都中断，没有成功；台账没有改动。请把文件分成几份再上传，还不行请系统管理员看运行日志"
            }
            Why::Refused | Why::Failed => given_up.said,
        };
        fell(tx, job, given_up, ("read", "failed"), problem)
    }
}

/// A row that waits to be decided.
struct Waiting {
    number: i64,
    line: u64,
    row: Result<Wanted, (String, String)>,
    problems: Vec<RowProblem>,
}

/// A row that was decided, as it is stored.
struct Decided {
    number: i64,
    decision: Decision,
    row: Option<Wanted>,
}

/// What the rows of one file said before, by number, by 学籍号, and by name and birthday (hazard E10).
#[derive(Default)]
struct Seen(FxHashMap<u64, (i64, u64)>);

enum Again {
    No,
    /// The very same row stood there before.
    Same(i64),
    /// Another row about the same number or person.
    Other(i64),
}

impl Seen {
    fn look(&mut self, number: i64, row: &Wanted) -> Again {
        let print = hash(row);
        let mut again = Again::No;
        let keys = [
            (!row.id_number.is_empty()).then(|| hash(&("number", &row.id_number))),
            (!row.student_number.is_empty()).then(|| hash(&("student", &row.student_number))),
            (!row.birth.is_empty()).then(|| hash(&("person", &row.name, &row.birth))),
        ];
        for key in keys.into_iter().flatten() {
            match self.0.get(&key) {
                None => {
                    self.0.insert(key, (number, print));
                }
                Some((first, same)) if *same == print && matches!(again, Again::No) => {
                    again = Again::Same(*first);
                }
                Some((_, same)) if *same == print => {}
                Some((first, _)) => again = Again::Other(*first),
            }
        }
        again
    }
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

struct Work {
    id: String,
    head: Head,
    reach: Reach,
    units: Units,
    seen: Seen,
    waiting: Vec<Waiting>,
    total: i64,
}

fn preview(run: &mut Run<'_>) -> Result<String, Stopped> {
    let id = run.job().subject.clone();
    let (head, reach, units) = run.read(|desk| {
        let (head, post) = head(desk, Action::ImportList, &id)?;
        let reach =
            reach(desk, &head, post).ok_or_else(|| Refused::denied(Action::ImportList, "import", &id))?;
        let year = i64::from(rules::age::school_year(head.as_of));
        let units = Units::load(desk.tx, desk.county(), year)?;
        Ok((head, reach, units))
    })?;
    if head.state != "read" {
        return Ok("已经比对过".to_owned());
    }
    // What an earlier try left is made anew: a comparison is whole or not there (I03).
    let own = id.clone();
    run.write(move |desk| {
        desk.tx.execute(
            "delete from import_row where county = $1 and import = $2",
            &params![desk.county(), &own],
        )?;
        Ok(())
    })?;
    let means = Arc::clone(run.means());
    let mut file = tempfile::NamedTempFile::new().map_err(|error| disk(&error))?;
    files::open_into(means.as_ref(), &head.file, file.as_file_mut())?;
    let asked =
        Asked { kind: head.kind, plan: means.plan(), on: means.now().day(), limits: Limits::default() };
    let waiting = Vec::with_capacity(super::CHUNK);
    let mut work = Work { id, head, reach, units, seen: Seen::default(), waiting, total: 0 };
    let mut stopped = None;
    let read = rows(file.path(), &asked, &|_| {}, &mut |row| {
        work.total += 1;
        let waits = work.take(&means, row);
        // What the ledger cannot take goes into the workbook of rows to correct, whole, like what could not be read.
        let refused = waits.row.as_ref().err().map(|(what, todo)| RowProblem {
            column: String::new(),
            what: what.clone(),
            todo: todo.clone(),
        });
        work.waiting.push(waits);
        if work.waiting.len() < super::CHUNK {
            return ControlFlow::Continue(refused);
        }
        match work.flush(run) {
            Ok(()) => ControlFlow::Continue(refused),
            Err(why) => {
                stopped = Some(why);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(why) = stopped {
        return Err(why);
    }
    let read = read.map_err(|failure| Refused::rule(failure.to_string(), "", "请改好文件再上传"))?;
    work.flush(run)?;
    let corrections = RejectedList { file: work.head.title.clone(), ..read.corrections };
    let errors = lists::corrections(means.as_ref(), corrections)?;
    let (id, kind, by, title) = (work.id, work.head.kind, work.head.by, work.head.title);
    let (total, unknown) = (work.total, read.unknown.join("\n"));
    run.write(move |desk| {
        if let Some(errors) = &errors {
            files::keep(desk, errors)?;
        }
        let listed = matches!(kind, ListKind::Present | ListKind::Generic);
        desk.tx.execute(
            "update import set state = $3, row_count = $4, unknown_columns = $5, errors = $6, applied_at = $7
             where county = $1 and id = $2",
            &params![
                desk.county(),
                &id,
                if listed { "applied" } else { "ready" },
                total,
                &unknown,
                errors.as_ref().map(|file| file.id.as_str()),
                listed.then(|| desk.now.stamp())
            ],
        )?;
        count(desk.tx, desk.county(), &id)?;
        let text = if listed {
            format!("名单“{title}”已收下")
        } else {
            format!("名单“{title}”已比对，请看会改什么")
        };
        today::tell(desk, &by, ("import", &id), &text, &format!("/imports/{id}"))?;
        Ok(())
    })?;
    Ok(format!("比对了{total}行"))
}

/// Counts the outcomes of an import's rows anew.
pub(super) fn count(tx: &mut Tx<'_>, county: &str, id: &str) -> Result<(), DbError> {
    tx.execute(
        "update import set added = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'added'),
             changed = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'changed'),
             same = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'same'),
             unclear = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'unclear'),
             outside = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'outside'),
             rejected = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'rejected'),
             left_out = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.outcome = 'left'),
             kept = (select cast(count(*) as bigint) from import_row r
                 where r.county = $1 and r.import = $2 and r.state = 'kept')
         where county = $1 and id = $2",
        &params![county, id],
    )?;
    Ok(())
}

fn disk(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("a temporary file: {}", error.kind()))
}

impl Work {
    fn take(&mut self, means: &Arc<dyn crate::jobs::Means>, row: Result<ListRow, Reject>) -> Waiting {
        let number = self.total;
        match row {
            Err(reject) => Waiting {
                number,
                line: reject.line,
                row: Err((reject.problem, reject.remedy)),
                problems: Vec::new(),
            },
            Ok(row) => {
                let read = wanted(self.head.kind, means.plan(), &self.units, self.head.as_of, &row);
                let read = read.map_err(|(what, todo)| (what.to_owned(), todo.to_owned()));
                Waiting { number, line: row.line, row: read, problems: row.problems }
            }
        }
    }

    /// Decides about the rows that wait, on a snapshot, and writes down what was decided.
    fn flush(&mut self, run: &mut Run<'_>) -> Result<(), Stopped> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let listed = matches!(self.head.kind, ListKind::Present | ListKind::Generic);
        let pool = if listed {
            known::Pool::default()
        } else {
            let wanted: Vec<&Wanted> = waiting.iter().filter_map(|one| one.row.as_ref().ok()).collect();
            run.read(|desk| known::pool(desk.tx, desk.keys, desk.county(), &wanted))?
        };
        let means = Arc::clone(run.means());
        let deciding = Deciding {
            kind: self.head.kind,
            keys: means.keys(),
            county: &means.plan().county().code,
            units: &self.units,
            reach: &self.reach,
            on: self.head.as_of,
        };
        let mut firsts: Vec<i64> = Vec::new();
        let mut decided = Vec::with_capacity(waiting.len());
        for one in waiting {
            let (decision, row) = match one.row {
                Err((what, todo)) => {
                    let reason = format!("第{}行：{what}。{todo}", one.line);
                    (Decision::of(Outcome::Rejected, reason), None)
                }
                Ok(_) if listed => continue,
                Ok(row) => {
                    let mut decision = deciding.decide(&row, &pool);
                    let open = matches!(decision.outcome, Outcome::Added | Outcome::Changed | Outcome::Same);
                    match self.seen.look(one.number, &row) {
                        Again::Same(first) if open => {
                            decision = Decision::of(Outcome::Same, format!("与第{first}条数据完全相同"));
                        }
                        Again::Other(first) if open => {
                            firsts.push(first);
                            decision.outcome = Outcome::Unclear;
                            decision.reason = format!("与第{first}条数据是同一个号码或同名同日生，内容不同");
                        }
                        _ => {}
                    }
                    if decision.reason.is_empty() && !one.problems.is_empty() {
                        let words: Vec<&str> =
                            one.problems.iter().map(|problem| problem.what.as_str()).collect();
                        decision.reason = words.join("；");
                    }
                    (decision, Some(row))
                }
            };
            decided.push(Decided { number: one.number, decision, row });
        }
        let (id, total) = (self.id.clone(), self.total);
        run.chunk(move |desk| {
            for one in &decided {
                insert(desk, &id, one)?;
            }
            for first in &firsts {
                desk.tx.execute(
                    "update import_row set outcome = 'unclear', reason = '文件里另有一条数据是同一个号码或同名同日生，内容不同'
                     where county = $1 and import = $2 and number = $3 and outcome in ('added', 'changed', 'same')",
                    &params![desk.county(), &id, *first],
                )?;
            }
            Ok(Progress { done: total, total: 0 })
        })?;
        Ok(())
    }
}

fn insert(desk: &mut Desk<'_, '_>, import: &str, one: &Decided) -> Result<(), Refused> {
    let row = format!("{import}/{}", one.number);
    let (child, version) =
        one.decision.child.as_ref().map(|(child, version)| (child.as_str(), *version)).unzip();
    let before = seal_json(desk, "before", &row, &one.decision.changes)?;
    let after = one.row.as_ref().map(|wanted| seal_json(desk, "after", &row, wanted)).transpose()?;
    desk.tx.execute(
        "insert into import_row (county, import, number, outcome, state, child, reason, before_sealed, after_sealed,
                                 child_version)
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            import,
            one.number,
            one.decision.outcome.code(),
            child,
            &one.decision.reason,
            before,
            after,
            version
        ],
    )?;
    Ok(())
}

/// Seals something of a row as JSON.
pub(super) fn seal_json(
    desk: &Desk<'_, '_>,
    column: &str,
    row: &str,
    value: &impl serde::Serialize,
) -> Result<Vec<u8>, Refused> {
    let text = serde_json::to_string(value).map_err(|error| Refused::Fault(error.to_string()))?;
    Ok(desk.seal("import_row", column, row, &text))
}

/// Opens what [`seal_json`] sealed; the default where there is nothing.
pub(super) fn open_json<T: serde::de::DeserializeOwned + Default>(
    desk: &Desk<'_, '_>,
    column: &str,
    row: &str,
    sealed: Option<&[u8]>,
) -> Result<T, Refused> {
    if sealed.is_none() {
        return Ok(T::default());
    }
    let text = desk.open("import_row", column, row, sealed)?;
    // The text is personal; what is wrong with it is not said.
    serde_json::from_str(&text).map_err(|_| Refused::Fault("a stored row cannot be read".to_owned()))
}
