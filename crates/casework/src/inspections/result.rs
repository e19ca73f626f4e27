//! What is said to everybody of a special inspection (五(十二)): drafted from numbers, held against the names of the children of every unit that was
//! looked at, published by a second person. It names no child, tells no small count, and ranks no school (hazards F06, B05).

use rules::access::{Action, Subject};
use rules::inspection::{Kind, RESULT, Tally, draft, term_label};

use super::read::head;
use crate::db::Tx;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::unnamed::{Known, publishable, written};

/// A result for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it is called.
    pub title: String,
    /// What it says.
    pub words: String,
    /// On which day it was published.
    pub on: String,
}

/// A result in the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultLine {
    /// Id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What it says.
    pub words: String,
    /// Who drafted it, and when.
    pub by: String,
    /// When.
    pub at: String,
    /// Who published it, and when; empty while nobody has.
    pub signed: String,
    /// Why it was refused; empty where it was not.
    pub refused: String,
    /// Whether the reader drafted it.
    pub is_mine: bool,
}

/// Title and words that follow from the numbers of an inspection now.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn draft_of(desk: &mut Desk<'_, '_>, id: &str) -> Result<(String, String), Refused> {
    desk.require(Action::SignResult, &Subject::Nothing, ("inspection", id))?;
    let (kind, term, _) = head(desk, id, Action::SignResult)?;
    let one = |desk: &mut Desk<'_, '_>, sql: &str| -> Result<usize, Refused> {
        Ok(desk.tx.one(sql, &params![desk.who.actor.county.as_str(), id], |row| row.get::<usize>(0))?)
    };
    let seen = desk.tx.query(
        "select a.seen, cast(count(*) as bigint) from inspection_answer a
         where a.county = $1 and a.inspection = $2
           and a.seq = (select max(b.seq) from inspection_answer b where b.county = a.county and b.inspection = a.inspection
                           and b.unit = a.unit and b.item = a.item)
         group by a.seen order by a.seen",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<usize>(1)?)),
    )?;
    let of = |code: &str| seen.iter().find(|one| one.0 == code).map_or(0, |one| one.1);
    let items = desk.tx.query(
        "select distinct item from inspection_finding where county = $1 and inspection = $2 order by item",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    let about = desk.plan.checks().iter().filter(|check| items.contains(&check.code));
    let tally = Tally {
        kind: Some(kind),
        term: term_label(&term),
        good: of("good"),
        partly: of("partly"),
        lacking: of("lacking"),
        about: about.map(|check| check.label.clone()).collect(),
        schools: one(
            desk,
            "select cast(count(*) as bigint) from inspection_place where county = $1 and inspection = $2 and place = 'school'",
        )?,
        townships: one(
            desk,
            "select cast(count(*) as bigint) from inspection_place where county = $1 and inspection = $2 and place = 'township'",
        )?,
        pool: if kind == Kind::Special {
            one(
                desk,
                "select cast(count(*) as bigint) from inspection_ticket where county = $1 and inspection = $2",
            )?
        } else {
            0
        },
        findings: one(
            desk,
            "select cast(count(*) as bigint) from inspection_finding where county = $1 and inspection = $2",
        )?,
        closed: one(
            desk,
            "select cast(count(*) as bigint) from inspection_finding where county = $1 and inspection = $2 and state = 'closed'",
        )?,
    };
    Ok((format!("{}控辍保学{}结果", tally.term, kind.label()), draft(&tally)))
}

/// Every unit that was looked at, and the townships around: whose children a result might name.
fn around(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<String>, Refused> {
    Ok(desk.tx.query(
        "select p.unit from inspection_place p where p.county = $1 and p.inspection = $2
         union
         select coalesce(unit.township, p.unit) from inspection_place p
         join unit on unit.county = p.county and unit.id = p.unit
         where p.county = $1 and p.inspection = $2
         order by 1",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?)
}

/// Puts a text before the second person. What could name a child does not come so far.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with every reason, [`Refused::Rule`] for what is not published, [`Refused::Storage`].
pub fn propose(desk: &mut Desk<'_, '_>, id: &str, title: &str, words: &str) -> Result<String, Refused> {
    let grant = desk.require(Action::SignResult, &Subject::Nothing, ("inspection", id))?;
    let (kind, ..) = head(desk, id, Action::SignResult)?;
    if kind != Kind::Special {
        return Err(Refused::rule(
            "责任督学的检查不向社会公布",
            "五(十二)",
            "请在检查表里写明情况，教体局和乡镇看得到；向社会公布的是专项督导的结果",
        ));
    }
    let units = around(desk, id)?;
    let title = publishable(desk, ("title", "请写标题"), title, &(4..=60), Known::Of(&units))?;
    let words = publishable(desk, ("words", "请写结果"), words, &RESULT, Known::Of(&units))?;
    // Sent twice it waits once (hazard H01).
    let there = desk.tx.query(
        "select id from inspection_result where county = $1 and inspection = $2 and title = $3 and words = $4 and by_account = $5
           and signed_at is null and refused_at is null order by id limit 1",
        &params![desk.county(), id, title, words, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if let Some(result) = there.into_iter().next() {
        return Ok(result);
    }
    let result = desk.now.id();
    desk.tx.execute(
        "insert into inspection_result (county, id, inspection, title, words, by_account, at, refused_why)
         values ($1, $2, $3, $4, $5, $6, $7, '')",
        &params![desk.county(), &result, id, title, words, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::SignResult, grant.post, ("inspection", id), "", "起草督导结果")?;
    Ok(result)
}

/// The results of an inspection, the latest first, for whoever may publish.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn results(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<ResultLine>, Refused> {
    desk.require(Action::SignResult, &Subject::Nothing, ("inspection", id))?;
    let me = desk.actor().account.clone();
    Ok(desk.tx.query(
        "select r.id, r.title, r.words, coalesce(author.name, ''), r.at, coalesce(signer.name, ''),
                coalesce(r.signed_at, ''), r.refused_why, r.by_account
         from inspection_result r
         left join account author on author.county = r.county and author.id = r.by_account
         left join account signer on signer.county = r.county and signer.id = r.signed_by
         where r.county = $1 and r.inspection = $2 order by r.at desc, r.id desc limit 20",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            let signed_at = text(6)?;
            let signed = match signed_at.get(..10) {
                Some(day) => format!("{}，{day}", text(5)?),
                None => String::new(),
            };
            Ok(ResultLine {
                id: text(0)?,
                title: text(1)?,
                words: text(2)?,
                by: text(3)?,
                at: text(4)?,
                signed,
                refused: text(7)?,
                is_mine: text(8)? == me,
            })
        },
    )?)
}

/// Of which inspection a result is, who drafted it; only while nobody has answered.
fn waits(desk: &mut Desk<'_, '_>, inspection: &str, id: &str) -> Result<(String, String, String), Refused> {
    let missing = || Refused::denied(Action::SignResult, "inspection", inspection);
    let found = desk.tx.optional(
        "select by_account, title, words, coalesce(signed_at, refused_at, '') from inspection_result
         where county = $1 and inspection = $2 and id = $3",
        &params![desk.county(), inspection, id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        },
    )?;
    let (by, title, words, answered) = found.ok_or_else(missing)?;
    if !answered.is_empty() {
        return Err(Refused::Changed { what: "这份结果已经审核过".to_owned() });
    }
    if by == desk.actor().account {
        return Err(Refused::rule(
            "结果是您起草的，不能由您审核",
            "两人办理",
            "请督导办或者专班的另一位同志审核",
        ));
    }
    Ok((by, title, words))
}

/// Publishes it: the text is held against the ledger once more, as it is now.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] by whoever drafted it, [`Refused::Invalid`] where it would name a child by now,
/// [`Refused::Changed`], [`Refused::Storage`].
pub fn publish(desk: &mut Desk<'_, '_>, inspection: &str, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::SignResult, &Subject::Nothing, ("inspection", inspection))?;
    let (_, title, words) = waits(desk, inspection, id)?;
    let units = around(desk, inspection)?;
    publishable(desk, ("words", "请写标题"), &title, &(4..=60), Known::Of(&units))?;
    publishable(desk, ("words", "请写结果"), &words, &RESULT, Known::Of(&units))?;
    desk.tx.execute(
        "update inspection_result set signed_by = $3, signed_at = $4
         where county = $1 and id = $2 and signed_at is null and refused_at is null",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::SignResult, grant.post, ("inspection", inspection), "", "公布督导结果")
}

/// Does not publish it, and says why.
///
/// # Errors
/// As [`publish`].
pub fn refuse(desk: &mut Desk<'_, '_>, inspection: &str, id: &str, why: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::SignResult, &Subject::Nothing, ("inspection", inspection))?;
    waits(desk, inspection, id)?;
    let why = written("why", "请写明要改什么", why, &(2..=200))?;
    desk.tx.execute(
        "update inspection_result set refused_at = $3, refused_why = $4
         where county = $1 and id = $2 and signed_at is null and refused_at is null",
        &params![desk.county(), id, desk.now.stamp(), why],
    )?;
    desk.record(Action::SignResult, grant.post, ("inspection", inspection), "", "退回督导结果")
}

/// What everybody may read: of each inspection the text that was published last, the newest first.
///
/// # Errors
/// [`Refused::Storage`].
pub fn published(tx: &mut Tx<'_>, county: &str) -> Result<Vec<Published>, Refused> {
    Ok(tx.query(
        "select r.title, r.words, substr(r.signed_at, 1, 10) from inspection_result r
         where r.county = $1 and r.signed_at is not null
           and not exists (select 1 from inspection_result later where later.county = r.county
                              and later.inspection = r.inspection and later.signed_at > r.signed_at)
         order by r.signed_at desc, r.id desc limit 20",
        &params![county],
        |row| Ok(Published { title: row.get(0)?, words: row.get(1)?, on: row.get(2)? }),
    )?)
}
