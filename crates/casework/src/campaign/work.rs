//! The job that runs a comparison: reads and compares the lists outside of the storage, stages what was found in chunks,
//! and makes it the campaign's in one transaction. Begun again after a kill it begins from the start; what it had staged
//! is swept away first, so that nothing is half stored (hazard I03).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::plan::FindingKind;

use super::finish::{clean, finish};
use super::lists::{ListLine, of_run};
use super::store::{Found, Of, With, found, stage, units};
use crate::compared::{self, Inputs, Outcome};
use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::files::{self, Stored};
use crate::jobs::{GivenUp, Handler, Job, Progress, Run, Stopped};
use crate::lists::Progress as Reading;
use crate::refused::Refused;
use crate::{params, today};

/// Findings that are staged in one transaction: the writer is held for a few hundredths of a second.
const CHUNK: usize = 100;

/// Compares the lists of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct Compare;

impl Handler for Compare {
    fn kind(&self) -> &'static str {
        "compare"
    }

    fn label(&self) -> &'static str {
        "四查三比对"
    }

    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        let id = run.job().subject.clone();
        let Some(task) = begin(run, &id)? else { return Ok("已经比对过，或者已取消".to_owned()) };
        let done = compare(run, &id, &task);
        // Who was cancelled meets it at the next step, whatever that was.
        if done.is_err() && is_cancelled(run, &id)? {
            sweep(run, &task.campaign, &id)?;
            return Ok("已取消，没有存任何结果".to_owned());
        }
        done
    }

    fn gave_up(&self, tx: &mut Tx<'_>, job: &Job, given_up: &GivenUp<'_>) -> Result<(), DbError> {
        tx.execute(
            "update comparison set state = 'failed', stage = null, problem = $3, done_at = null
             where county = $1 and id = $2 and state in ('queued', 'running')",
            &params![given_up.county, &job.subject, given_up.said],
        )?;
        Ok(())
    }
}

/// What is to be compared.
struct Task {
    campaign: String,
    as_of: Date,
    by: String,
    lists: Vec<ListLine>,
}

/// Takes the run up, if there is still something to do.
fn begin(run: &Run<'_>, id: &str) -> Result<Option<Task>, Stopped> {
    let own = id.to_owned();
    let task = run.write(move |desk| {
        desk.require(Action::RunComparison, &Subject::Nothing, ("comparison", &own))?;
        let county = desk.county();
        let taken = desk.tx.execute(
            "update comparison set state = 'running', stage = '准备名单'
             where county = $1 and id = $2 and state in ('queued', 'running')",
            &params![county, &own],
        )?;
        if taken == 0 {
            return Ok(None);
        }
        let (campaign, as_of, by) = desk.tx.one(
            "select campaign, as_of, asked_by from comparison where county = $1 and id = $2",
            &params![county, &own],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        Ok(Some(Task { campaign, as_of, by, lists: of_run(desk, &own)? }))
    })?;
    if let Some(task) = &task {
        sweep(run, &task.campaign, id)?;
    }
    Ok(task)
}

/// Sweeps away what this run staged at an earlier try, and what others that came to nothing left.
fn sweep(run: &Run<'_>, campaign: &str, id: &str) -> Result<(), Stopped> {
    loop {
        let (campaign, own) = (campaign.to_owned(), id.to_owned());
        if !run.write(move |desk| Ok(clean(desk.tx, desk.county(), &campaign, &own)?))? {
            return Ok(());
        }
    }
}

fn is_cancelled(run: &Run<'_>, id: &str) -> Result<bool, Stopped> {
    run.read(|desk| {
        let state = desk.tx.one(
            "select state from comparison where county = $1 and id = $2",
            &params![desk.county(), id],
            |row| row.get::<String>(0),
        )?;
        Ok(state == "cancelled")
    })
}

/// Refuses when the run was cancelled, or the requester may no longer.
fn goes_on(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    desk.require(Action::RunComparison, &Subject::Nothing, ("comparison", id))?;
    let state = desk.tx.one(
        "select state from comparison where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    if state == "running" {
        Ok(())
    } else {
        Err(Refused::Changed { what: "这次比对已取消".to_owned() })
    }
}

/// Says what is being done; refuses when the run was cancelled.
fn say(run: &Run<'_>, id: &str, what: &str) -> Result<(), Stopped> {
    let (own, what) = (id.to_owned(), what.to_owned());
    run.write(move |desk| {
        goes_on(desk, &own)?;
        desk.tx.execute(
            "update comparison set stage = $3 where county = $1 and id = $2",
            &params![desk.county(), &own, &what],
        )?;
        Ok(())
    })
}

fn compare(run: &mut Run<'_>, id: &str, task: &Task) -> Result<String, Stopped> {
    let means = Arc::clone(run.means());
    let folder = tempfile::tempdir().map_err(|error| disk(&error))?;
    let mut paths = Vec::with_capacity(task.lists.len());
    for (number, list) in task.lists.iter().enumerate() {
        let path = folder.path().join(number.to_string());
        let mut file = std::fs::File::create_new(&path).map_err(|error| disk(&error))?;
        files::open_into(means.as_ref(), &list.file, &mut file)?;
        paths.push(path);
    }
    let fixed = ["household", "roll", "present", "poverty"];
    let lists = task.lists.iter().zip(&paths).filter(|(list, _)| !fixed.contains(&list.slot.as_str()));
    let named: Vec<(String, PathBuf)> = lists.map(|(list, path)| (list.slot.clone(), path.clone())).collect();
    let (all, looked_for, written) = {
        let outcome = read(run, id, task, (means.plan(), &paths, &named))?;
        say(run, id, "写出结果表")?;
        (found(&outcome.0), looked_for(&outcome.0), write(&means, &outcome, folder.path())?)
    };
    say(run, id, "保存比对结果")?;
    let at = run.read(|desk| Ok(units(desk.tx, desk.county())?))?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let mut done = 0;
    let parts: Vec<Vec<Found>> = all.chunks(CHUNK).map(<[Found]>::to_vec).collect();
    for part in parts {
        done += i64::try_from(part.len()).unwrap_or_default();
        let (own, campaign, at) = (id.to_owned(), task.campaign.clone(), Arc::clone(&at));
        run.chunk(move |desk| {
            goes_on(desk, &own)?;
            let with = With { county: desk.county(), keys: desk.keys, now: desk.now };
            stage(desk.tx, with, Of { campaign: &campaign, comparison: &own }, &at, &part)?;
            Ok(Progress { done, total })
        })?;
    }
    let (own, campaign, by) = (id.to_owned(), task.campaign.clone(), task.by.clone());
    let stored = run.write(move |desk| {
        goes_on(desk, &own)?;
        let with = With { county: desk.county(), keys: desk.keys, now: desk.now };
        let stored = finish(desk.tx, with, Of { campaign: &campaign, comparison: &own }, &looked_for)?;
        for (name, file) in &written {
            files::keep(desk, file)?;
            desk.tx.execute(
                "insert into comparison_file (county, comparison, name, file) values ($1, $2, $3, $4)",
                &params![desk.county(), &own, *name, &file.id],
            )?;
        }
        let said = format!("名单比对完了：发现{}条，其中{}条沿用以前的认定", stored.found, stored.remembered);
        today::tell(desk, &by, ("comparison", &own), &said, &format!("/comparison/runs/{own}"))?;
        Ok(stored)
    })?;
    Ok(format!("发现{}条", stored.found))
}

/// Reads and compares; also the seconds that both took.
fn read<'a>(
    run: &Run<'_>,
    id: &str,
    task: &Task,
    (plan, paths, named): (&'a rules::plan::Plan, &'a [PathBuf], &'a [(String, PathBuf)]),
) -> Result<(Outcome<'a>, [f64; 2]), Stopped> {
    let at = |slot: &str| {
        task.lists.iter().zip(paths).find(|(list, _)| list.slot == slot).map(|(_, path)| path.as_path())
    };
    let missing = || Refused::rule("名单不全，不能比对", "五(四)", "请选好户籍和学籍名单再比对");
    let inputs = Inputs {
        household: at("household").ok_or_else(missing)?,
        roll: at("roll").ok_or_else(missing)?,
        present: at("present"),
        poverty: at("poverty"),
        named,
        on: task.as_of,
        plan,
    };
    // A line that is lost says only for a moment less what is being done; a cancelled run is seen at the next step.
    let report = |progress: Reading<'_>| {
        if let Reading::Begins { what, .. } = progress {
            drop(say(run, id, what));
        }
    };
    let start = Instant::now();
    let given = compared::read(&inputs, &report)
        .map_err(|failure| Refused::rule(failure.what, "", format!("{}，再比对一次", failure.todo)))?;
    let names: Vec<String> = task.lists.iter().map(|list| list.title.clone()).collect();
    let given = given.called(&names);
    let reading = start.elapsed().as_secs_f64();
    say(run, id, "比对")?;
    let outcome = compared::compare(given, &|_| {});
    Ok((outcome, [reading, start.elapsed().as_secs_f64() - reading]))
}

fn looked_for(outcome: &Outcome<'_>) -> Vec<FindingKind> {
    FindingKind::ALL.iter().copied().filter(|kind| outcome.looked_for(*kind)).collect()
}

/// Writes the files of `baoxue compare` and stores them sealed; nothing refers to them yet.
fn write(
    means: &Arc<dyn crate::jobs::Means>,
    (outcome, seconds): &(Outcome<'_>, [f64; 2]),
    folder: &Path,
) -> Result<Vec<(&'static str, Stored)>, Refused> {
    let fault = |error: documents::SaveError| Refused::Fault(error.to_string());
    let path = |name: &str| folder.join(name);
    outcome.save_workbook(&path("findings.xlsx")).map_err(fault)?;
    outcome.save_findings(&path("findings.csv")).map_err(fault)?;
    outcome.save_links(&path("links.csv")).map_err(fault)?;
    outcome.save_summary(&path("summary.json"), *seconds).map_err(fault)?;
    let mut names = vec!["findings.xlsx", "findings.csv", "links.csv", "summary.json"];
    if outcome.save_problems(&path("problems.xlsx")).map_err(fault)? {
        names.push("problems.xlsx");
    }
    names.into_iter().map(|name| Ok((name, files::store(means.as_ref(), &path(name), name)?))).collect()
}

fn disk(error: &std::io::Error) -> Refused {
    Refused::Fault(format!("a temporary file: {}", error.kind()))
}
