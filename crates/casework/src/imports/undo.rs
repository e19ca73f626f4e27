//! Taking an import back while what it wrote is untouched: rows whose child somebody changed since stay, and are listed
//! (hazard E14).

use rules::access::Action;

use super::cohort;
use super::decide::Outcome;
use super::given_up::fell;
use super::known;
use super::preview::count;
use super::start::{head, queue};
use super::write::{remove, take_back};
use super::writing::{COLUMNS, open, raw, writing};
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::jobs::{GivenUp, Handler, Job, Progress, Run, Stopped, Why};
use crate::refused::Refused;
use crate::{params, today};

/// Takes a written list back.
#[derive(Debug, Clone, Copy)]
pub struct Undo;

/// Has a written list taken back, in the background. Asking twice is asking once.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`] when there is nothing to take back, [`Refused::Storage`].
pub fn undo(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (head, post) = head(desk, Action::UndoImport, id)?;
    match head.state.as_str() {
        "undoing" | "undone" => return Ok(()),
        "applied" | "ready" => {}
        other => {
            return Err(Refused::Changed {
                what: format!("这份名单现在是“{}”", super::show::label(other))
            });
        }
    }
    let used = desk.tx.one(
        "select cast(count(*) as bigint) from campaign_list list
         join campaign on campaign.county = list.county and campaign.id = list.campaign and campaign.state = 'open'
         where list.county = $1 and list.import = $2 and list.dropped_at is null",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )?;
    if used > 0 {
        return Err(Refused::rule("这份名单正用于比对行动，不能撤销", "", "请先在比对行动里换成另一份名单"));
    }
    desk.tx.execute(
        "update import set state = 'undoing', problem = '' where county = $1 and id = $2",
        &params![desk.county(), id],
    )?;
    queue(desk, id, "import_undo")?;
    desk.record(Action::UndoImport, Some(post), ("import", id), "", "撤销导入")
}

impl Handler for Undo {
    fn kind(&self) -> &'static str {
        "import_undo"
    }

    fn label(&self) -> &'static str {
        "撤销导入"
    }

    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        let id = run.job().subject.clone();
        loop {
            let own = id.clone();
            let before = run.job().done;
            if run.chunk(move |desk| chunk(desk, &own, before))?.total == 0 {
                break;
            }
        }
        let kept = run.write(move |desk| {
            let (head, post) = head(desk, Action::UndoImport, &id)?;
            // A parked job that is tried again finds the list given back to people: they ask anew.
            if head.state != "undoing" {
                return Err(Refused::Changed { what: format!("这份名单现在是“{}”", super::show::label(&head.state)) });
            }
            count(desk.tx, desk.county(), &id)?;
            // People who ask for it clear what was wrong before: where something is, the writing was given up.
            let (kept, failed) = desk.tx.one(
                "select kept, problem <> '' from import where county = $1 and id = $2",
                &params![desk.county(), &id],
                |row| Ok((row.get::<i64>(0)?, row.get::<bool>(1)?)),
            )?;
            let left = match kept {
                0 => "全部撤回".to_owned(),
                kept => format!("撤回，{kept}条因后来改过没有动"),
            };
            let (state, problem) = if failed {
                ("failed", format!("写入时程序每次都中断，没有写成；已写入的行已{left}。请把文件分成几份再上传，还不行请系统管理员看运行日志"))
            } else {
                ("undone", String::new())
            };
            desk.tx.execute(
                "update import set state = $3, problem = $4, undone_at = $5
                 where county = $1 and id = $2 and state = 'undoing'",
                &params![desk.county(), &id, state, problem, desk.now.stamp()],
            )?;
            let text = format!("名单“{}”{}已{left}", head.title, if failed { "没有写成，" } else { "" });
            today::tell(desk, &head.by, ("import", &id), &text, &format!("/imports/{id}"))?;
            let detail = format!("{}撤销完成，{kept}条没有动", if failed { "没有写成，" } else { "" });
            desk.record(Action::UndoImport, Some(post), ("import", &id), "", &detail)?;
            Ok(kept)
        })?;
        Ok(format!("已撤销，{kept}条因后来改过没有动"))
    }

    fn gave_up(&self, tx: &mut Tx<'_>, job: &Job, given_up: &GivenUp<'_>) -> Result<(), DbError> {
        let problem = match given_up.why {
            Why::Killed => "撤销时程序每次都中断，没有撤完。请系统管理员看运行日志，再点“撤销导入”",
            Why::Refused | Why::Failed => given_up.said,
        };
        fell(tx, job, given_up, ("undoing", "applied"), problem)
    }
}

/// Notes whether a row was taken back.
fn mark(desk: &mut Desk<'_, '_>, id: &str, number: i64, back: bool) -> Result<(), Refused> {
    let (state, reason) =
        if back { ("undone", "") } else { ("kept", "导入之后又有人改过或用到，没有撤销") };
    desk.tx.execute(
        "update import_row set state = $4, reason = case when cast($5 as text) = '' then reason else $5 end
         where county = $1 and import = $2 and number = $3",
        &params![desk.county(), id, number, state, reason],
    )?;
    Ok(())
}

/// Takes back the last rows that are still written; `total` is 0 when there are none.
fn chunk(desk: &mut Desk<'_, '_>, id: &str, done: i64) -> Result<Progress, Refused> {
    let (head, _) = head(desk, Action::UndoImport, id)?;
    let county = desk.county();
    let limit = i64::try_from(super::WRITTEN).unwrap_or(i64::MAX);
    let sql = format!(
        "select {COLUMNS} from import_row where county = $1 and import = $2 and state = 'applied'
         order by number desc limit $3"
    );
    let found = if head.state == "undoing" {
        desk.tx.query(&sql, &params![county, id, limit], raw)?
    } else {
        Vec::new()
    };
    if found.is_empty() {
        return Ok(Progress { done, total: 0 });
    }
    let writing = writing(desk, id, &head)?;
    let count = i64::try_from(found.len()).unwrap_or_default();
    for one in found {
        let row = open(desk, id, one)?;
        let child = row.child.as_deref().unwrap_or_default();
        if !row.wanted.cohort.is_empty() {
            let back = cohort::take_back(desk, id, &row)?;
            mark(desk, id, row.number, back)?;
            continue;
        }
        let known =
            known::one(desk.tx, desk.keys, county, child)?.filter(|known| known.version == row.version);
        let back = match (known, row.outcome) {
            (None, _) => false,
            (Some(_), Outcome::Added) => remove(desk, &writing, child)?,
            (Some(known), _) => {
                take_back(desk, &writing, &known, &row.changes)?;
                true
            }
        };
        mark(desk, id, row.number, back)?;
    }
    Ok(Progress { done: done + count, total: done + count + limit })
}
