//! Opening a campaign, and what there are.

use rules::access::{Action, Subject};

use crate::db::DbError;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// A campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Campaign {
    /// Id.
    pub id: String,
    /// 2026年秋季学期四查三比对.
    pub title: String,
    /// open or closed.
    pub state: String,
    /// First day.
    pub from: String,
    /// Its last run.
    pub run: Option<Run>,
}

/// A run of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Id.
    pub id: String,
    /// queued, running, done, failed.
    pub state: String,
    /// The day for ages.
    pub as_of: String,
    /// When it was asked for.
    pub at: String,
    /// Findings.
    pub found: i64,
    /// Of them remembered from before.
    pub remembered: i64,
    /// Findings of an earlier run that it does not find any more.
    pub cleared: i64,
    /// Why it failed.
    pub problem: String,
}

/// Opens the campaign of a semester.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] when the semester has one, [`Refused::Invalid`], [`Refused::Storage`].
pub fn open(desk: &mut Desk<'_, '_>, title: &str, semester: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::RunComparison, &Subject::Nothing, ("campaign", ""))?;
    let title = title.trim();
    if title.is_empty() || title.chars().count() > 60 {
        return Err(Refused::field("title", "请写行动名称，60个字以内"));
    }
    let id = desk.now.id();
    let written = desk.tx.execute(
        "insert into campaign (county, id, title, semester, state, from_day, by_account, made_at)
         values ($1, $2, $3, $4, 'open', $5, $6, $7)",
        &params![
            desk.county(),
            &id,
            title,
            semester,
            desk.now.day(),
            &desk.actor().account,
            desk.now.stamp()
        ],
    );
    match written {
        Err(DbError::Unique(_)) => {
            Err(Refused::rule("这个学期已经有专项行动", "五(四)", "请在已有的行动里再比对一次"))
        }
        Err(error) => Err(Refused::from(error)),
        Ok(_) => {
            desk.record(Action::RunComparison, grant.post, ("campaign", &id), "", "开始专项行动")?;
            Ok(id)
        }
    }
}

/// The campaigns, the newest first, each with its last run.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn campaigns(desk: &mut Desk<'_, '_>) -> Result<Vec<Campaign>, Refused> {
    desk.require(Action::ReadFindings, &Subject::Nothing, ("campaign", ""))?;
    let county = desk.county();
    let mut found = desk.tx.query(
        "select id, title, state, from_day from campaign where county = $1 order by semester desc",
        &params![county],
        |row| {
            Ok(Campaign {
                id: row.get(0)?,
                title: row.get(1)?,
                state: row.get(2)?,
                from: row.get(3)?,
                run: None,
            })
        },
    )?;
    for campaign in &mut found {
        campaign.run = desk.tx.optional(
            "select id, state, as_of, asked_at, found, remembered, cleared, problem from comparison
             where county = $1 and campaign = $2 order by asked_at desc, id desc limit 1",
            &params![county, &campaign.id],
            |row| {
                Ok(Run {
                    id: row.get(0)?,
                    state: row.get(1)?,
                    as_of: row.get(2)?,
                    at: row.get(3)?,
                    found: row.get(4)?,
                    remembered: row.get(5)?,
                    cleared: row.get(6)?,
                    problem: row.get(7)?,
                })
            },
        )?;
    }
    Ok(found)
}
