//! Asking for a run, cancelling it, and what came of it. The run itself is a job (`work`): in the requester's name and as
//! far as that person may (hazard A24).

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Subject, Tie};
use rules::plan::FindingKind;

use super::lists::{self, ListLine};
use super::open::{RUN, RUNS, Run, RunState, campaign, run_of};
use super::slots::{prepare, stops};
use crate::db::DbError;
use crate::desk::Desk;
use crate::jobs;
use crate::params;
use crate::refused::Refused;

/// What became of asking for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The run.
    pub run: String,
    /// Whether it was asked for before: the same lists and day (hazards E12, H01).
    pub already: bool,
}

/// What came of a run, of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCount {
    /// The kind.
    pub kind: FindingKind,
    /// What people call it.
    pub title: String,
    /// Findings in all.
    pub found: i64,
    /// Findings of the run before; `None` where there was none.
    pub before: Option<i64>,
    /// Not found before in this campaign.
    pub fresh: i64,
    /// Of the fresh ones: decided in an earlier campaign.
    pub remembered: i64,
    /// Found again after they were gone.
    pub back: i64,
    /// Open ones that are no longer found.
    pub gone: i64,
}

/// A run with everything that its page shows.
#[derive(Debug, Clone)]
pub struct RunPage {
    /// The run.
    pub run: Run,
    /// Its campaign: (id, title).
    pub campaign: (String, String),
    /// How much of it is stored, where that has begun: so many of so many findings.
    pub progress: Option<(i64, i64)>,
    /// Whether its job was stopped after too many tries: somebody must look.
    pub is_parked: bool,
    /// The lists that it was made of.
    pub lists: Vec<ListLine>,
    /// What came out, kind by kind; empty while it is not done.
    pub counts: Vec<KindCount>,
    /// When the run before was asked for; empty where there was none.
    pub before: String,
    /// What it wrote: name and length in bytes.
    pub files: Vec<(String, i64)>,
    /// Whether the actor may cancel it.
    pub may_cancel: bool,
}

/// Oldest day for which ages may be taken, in days before today: the same lists are compared with an earlier run.
const BACK: i64 = 400;

/// Asks for a run with the lists that lie in the slots now. The same lists for the same day once more are the same run,
/// as long as no other came between (hazards E12, H01); another one has to wait until the one under way is over.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] for the day, [`Refused::Rule`] when the campaign is closed, lists are missing
/// or another run is under way, [`Refused::Storage`].
pub fn ask(desk: &mut Desk<'_, '_>, campaign_id: &str, as_of: Date) -> Result<Asked, Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", campaign_id))?;
    let (county, today) = (desk.county(), desk.now.day());
    campaign(desk, Action::RunComparison, campaign_id)?.must_be_open()?;
    if as_of > today || as_of < today.saturating_sub(BACK.days()) {
        return Err(Refused::field("as_of", "请选今天或者今天以前的日子，最早一年前"));
    }
    let prepared = prepare(desk, campaign_id)?;
    if let Some(stop) = stops(&prepared.slots).into_iter().next() {
        return Err(Refused::rule(stop, "五(四)", "选好名单再比对"));
    }
    let chosen = lists::chosen(desk, campaign_id)?;
    let inputs: Vec<String> = chosen.iter().map(|list| format!("{}:{}", list.slot, list.hash)).collect();
    let inputs = inputs.join("\n");
    let last = desk.tx.optional(
        "select id, state, as_of, coalesce(inputs, '') from comparison
         where county = $1 and campaign = $2 and state in ('queued', 'running', 'done')
         order by asked_at desc, id desc limit 1",
        &params![county, campaign_id],
        |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?))
        },
    )?;
    if let Some((run, state, day, same)) = last {
        if day == as_of.to_string() && same == inputs {
            return Ok(Asked { run, already: true });
        }
        if state != "done" {
            return Err(under_way());
        }
    }
    let id = desk.now.id();
    let made = desk.tx.execute(
        "insert into comparison (county, id, campaign, state, as_of, asked_by, asked_at, found, remembered, cleared,
                                 problem, inputs)
         values ($1, $2, $3, 'queued', $4, $5, $6, 0, 0, 0, '', $7)",
        &params![county, &id, campaign_id, as_of, &desk.actor().account, desk.now.stamp(), &inputs],
    );
    match made {
        Err(DbError::Unique(_)) => return Err(under_way()),
        made => made?,
    };
    for (sort, list) in (0_i64..).zip(&chosen) {
        desk.tx.execute(
            "insert into comparison_list (county, comparison, list, sort) values ($1, $2, $3, $4)",
            &params![county, &id, &list.id, sort],
        )?;
    }
    let job = jobs::enqueue(desk, "compare", &id)?;
    desk.tx.execute(
        "update comparison set job = $3 where county = $1 and id = $2",
        &params![county, &id, &job],
    )?;
    let what = format!("比对{}份名单，按{as_of}算年龄", chosen.len());
    desk.record(Action::RunComparison, grant.post, ("comparison", &id), "", &what)?;
    Ok(Asked { run: id, already: false })
}

fn under_way() -> Refused {
    Refused::rule("另一次比对正在进行", "", "请等它比对完，或者先取消，再比对")
}

/// Cancels a run that is not over: the campaign stays as it was before. Whoever is first, the cancelling or the end of the
/// run, wins (hazard H04).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`] when it is over, [`Refused::Storage`].
pub fn cancel(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("comparison", id))?;
    let county = desk.county();
    let state = desk.tx.optional(
        "select state from comparison where county = $1 and id = $2",
        &params![county, id],
        |row| row.get::<String>(0),
    )?;
    let state =
        RunState::from_code(&state.ok_or_else(|| Refused::denied(Action::RunComparison, "comparison", id))?);
    match state {
        RunState::Cancelled => Ok(()),
        RunState::Queued | RunState::Running => {
            desk.tx.execute(
                "update comparison set state = 'cancelled', stage = null, done_at = $3 where county = $1 and id = $2",
                &params![county, id, desk.now.stamp()],
            )?;
            desk.record(Action::RunComparison, grant.post, ("comparison", id), "", "取消比对")
        }
        RunState::Done | RunState::Failed => {
            Err(Refused::Changed { what: format!("这次比对现在是“{}”", state.label()) })
        }
    }
}

/// Asks whether the actor may do this with the findings of the whole county: a run is about all of them.
fn whole<'a>(desk: &Desk<'a, '_>, action: Action, id: &str) -> Result<rules::access::Grant<'a>, Refused> {
    let county = [(desk.county().to_owned(), Tie::County)];
    desk.require(action, &Subject::Child(&county), ("comparison", id))
}

/// A run, and what came of it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn run(desk: &mut Desk<'_, '_>, id: &str) -> Result<RunPage, Refused> {
    whole(desk, Action::ReadFindings, id)?;
    let county = desk.county();
    let sql = format!(
        "select {RUN}, campaign.id, campaign.title, run.job {RUNS}
         join campaign on campaign.county = run.county and campaign.id = run.campaign
         where run.county = $1 and run.id = $2"
    );
    let found = desk.tx.optional(&sql, &params![county, id], |row| {
        Ok((run_of(row)?, (row.get(10)?, row.get(11)?), row.get::<Option<String>>(12)?))
    })?;
    let Some((run, campaign, job)) = found else {
        return Err(Refused::denied(Action::ReadFindings, "comparison", id));
    };
    let (campaign, job): ((String, String), _) = (campaign, job);
    let job = match job {
        Some(job) if run.state.is_working() => jobs::job(desk.tx, county, &job)?,
        _ => None,
    };
    let before = desk.tx.optional(
        "select id, asked_at from comparison
         where county = $1 and campaign = $2 and state = 'done' and (asked_at, id) < ($3, $4)
         order by asked_at desc, id desc limit 1",
        &params![county, &campaign.0, &run.at, id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let counts = if run.state == RunState::Done {
        counts(desk, id, before.as_ref().map(|one| one.0.as_str()))?
    } else {
        Vec::new()
    };
    let files = desk.tx.query(
        "select written.name, file.size from comparison_file written
         join file on file.county = written.county and file.id = written.file
         where written.county = $1 and written.comparison = $2 order by written.name",
        &params![county, id],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let may_cancel = run.state.is_working()
        && desk.require(Action::RunComparison, &Subject::Nothing, ("comparison", id)).is_ok();
    Ok(RunPage {
        campaign,
        progress: job.as_ref().filter(|job| job.total > 0).map(|job| (job.done, job.total)),
        is_parked: job.is_some_and(|job| job.state == jobs::State::Parked),
        lists: lists::of_run(desk, id)?,
        counts,
        before: before.map(|one| one.1).unwrap_or_default(),
        files,
        may_cancel,
        run,
    })
}

fn counts(desk: &mut Desk<'_, '_>, id: &str, before: Option<&str>) -> Result<Vec<KindCount>, Refused> {
    let county = desk.county();
    let mut earlier = Vec::new();
    if let Some(before) = before {
        earlier = desk.tx.query(
            "select kind, found from comparison_count where county = $1 and comparison = $2 order by kind",
            &params![county, before],
            |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
        )?;
    }
    let plan = desk.plan;
    let mut found = desk.tx.query(
        "select kind, found, fresh, remembered, back, gone from comparison_count
         where county = $1 and comparison = $2 order by kind",
        &params![county, id],
        |row| {
            let code: String = row.get(0)?;
            let Some(kind) = FindingKind::from_code(&code) else { return Ok(None) };
            Ok(Some(KindCount {
                kind,
                title: plan.finding(kind).title.clone(),
                found: row.get(1)?,
                before: earlier.iter().find(|(one, _)| *one == code).map(|(_, count)| *count),
                fresh: row.get(2)?,
                remembered: row.get(3)?,
                back: row.get(4)?,
                gone: row.get(5)?,
            }))
        },
    )?;
    let order = |kind| FindingKind::ALL.iter().position(|one| *one == kind);
    found.sort_by_key(|one| one.as_ref().and_then(|one| order(one.kind)));
    Ok(found.into_iter().flatten().collect())
}

/// A file that a run wrote, to take along: its id. Needs a fresh proof of identity and is on the record.
///
/// # Errors
/// [`Refused::Denied`], also when there is none of the name; [`Refused::StepUp`], [`Refused::Storage`].
pub fn result_file(desk: &mut Desk<'_, '_>, id: &str, name: &str) -> Result<String, Refused> {
    let grant = whole(desk, Action::ExportFindings, id)?;
    let file = desk.tx.optional(
        "select file from comparison_file where county = $1 and comparison = $2 and name = $3",
        &params![desk.county(), id, name],
        |row| row.get::<String>(0),
    )?;
    let file = file.ok_or_else(|| Refused::denied(Action::ExportFindings, "comparison", id))?;
    desk.record(Action::ExportFindings, grant.post, ("comparison", id), "", &format!("下载{name}"))?;
    Ok(file)
}
