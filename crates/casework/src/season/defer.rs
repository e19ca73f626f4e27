//! 延缓入学 for a child without a case: the guardian applies, the township enters it, another person decides (义务教育法第十一条). It ends on its day and
//! comes back by itself; it is never counted as solved (hazard B09). With a case it is the case's affair.

use jiff::civil::{Date, time};
use rules::access::{Action, Role, Subject, may};
use rules::case::ladder::Ladder;
use rules::case::pause::{Leave, Pause, Rests, may_pause};
use rules::standing::Standing;
use serde::{Deserialize, Serialize};

use super::words;
use crate::accounts::tell;
use crate::db::{DbError, Value};
use crate::desk::Desk;
use crate::jobs::{Registry, Schedule, as_program};
use crate::ledger::{named, set_standing, ties_of};
use crate::params;
use crate::refused::{Problem, Refused};
use crate::scope::Scope;

/// An application as it is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferralForm {
    /// Its last day.
    pub until: Date,
    /// Who applies.
    pub applicant: String,
    /// The child's condition, and the doctor's paper.
    pub condition: String,
}

/// What is kept of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    applicant: String,
    condition: String,
}

/// An application in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// Id.
    pub id: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// Its last day.
    pub until: Date,
    /// `asked`, `granted`, `refused`, `over`.
    pub state: String,
    /// Who applies.
    pub applicant: String,
    /// The condition; empty for who does not see it.
    pub condition: String,
    /// Who entered it, of which unit, when.
    pub asked: (String, String, String),
    /// Who decided, when, and in which words.
    pub decided: Option<(String, String, String)>,
    /// Whether the reader may decide: not on what one has entered oneself.
    pub may_decide: bool,
}

/// The applications in the reader's scope: those that wait first, then those that hold, by their last day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deferrals {
    /// They.
    pub rows: Vec<Deferral>,
    /// How many wait, how many hold.
    pub counts: (u32, u32),
}

/// The applications.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn deferrals(desk: &mut Desk<'_, '_>) -> Result<Deferrals, Refused> {
    let grant = desk.require(Action::DecideDeferral, &Subject::Nothing, ("deferrals", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let reached = Scope::of(desk.actor(), Action::DecideDeferral, desk.now).predicate("tie", &mut values);
    let sql = format!(
        "select d.id, d.child, child.name, d.until_day, d.state, d.said_sealed, coalesce(asker.name, ''),
                coalesce(unit.name, ''), d.asked_at, d.asked_by, d.decided_at, coalesce(decider.name, ''), d.answer_sealed
         from season_deferral d
         join child on child.county = d.county and child.id = d.child
         left join account asker on asker.county = d.county and asker.id = d.asked_by
         left join account decider on decider.county = d.county and decider.id = d.decided_by
         left join unit on unit.county = d.county and unit.id = d.asked_unit
         where d.county = $1 and exists (select 1 from child_tie tie
                where tie.county = d.county and tie.child = d.child and {reached})
         order by case d.state when 'asked' then 0 when 'granted' then 1 else 2 end, d.until_day, d.id limit 200"
    );
    struct Kept {
        line: Deferral,
        by: String,
        said: Vec<u8>,
        answer: Option<Vec<u8>>,
    }
    let rows = desk.tx.query(&sql, &values, |row| {
        let text = |at| row.get::<String>(at);
        let decided = match row.get::<Option<String>>(10)? {
            Some(at) => Some((text(11)?, at, String::new())),
            None => None,
        };
        let line = Deferral {
            id: text(0)?,
            child: text(1)?,
            name: text(2)?,
            until: row.get(3)?,
            state: text(4)?,
            applicant: String::new(),
            condition: String::new(),
            asked: (text(6)?, text(7)?, text(8)?),
            decided,
            may_decide: false,
        };
        Ok(Kept { line, by: text(9)?, said: row.get(5)?, answer: row.get(12)? })
    })?;
    let mut found = Deferrals::default();
    for Kept { mut line, by, said, answer } in rows {
        let said = desk.open("season_deferral", "said", &line.id, Some(&said))?;
        let said: Said =
            serde_json::from_str(&said).map_err(|error| Refused::Fault(format!("a deferral: {error}")))?;
        line.applicant = said.applicant;
        line.condition = said.condition;
        if let Some(decided) = &mut line.decided {
            decided.2 = desk.open("season_deferral", "answer", &line.id, answer.as_deref())?;
        }
        line.may_decide = line.state == "asked" && by != desk.actor().account;
        found.counts.0 += u32::from(line.state == "asked");
        found.counts.1 += u32::from(line.state == "granted");
        found.rows.push(line);
    }
    desk.record(Action::DecideDeferral, grant.post, ("deferrals", ""), "", "延缓入学申请")?;
    Ok(found)
}

/// Enters an application; its id. One that waits is the one (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] by the county's longest time, and for a child with a case;
/// [`Refused::Storage`].
pub fn ask_deferral(desk: &mut Desk<'_, '_>, child: &str, form: &DeferralForm) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::AskDeferral, &Subject::Child(&ties), ("child", child))?;
    let (county, today) = (desk.county(), desk.now.day());
    let case = desk.tx.optional(
        "select id from child_case where county = $1 and child = $2 and ended_at is null",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    if case.is_some() {
        return Err(Refused::rule(
            "孩子有在办的个案",
            "五(十)",
            "请在个案里提请延缓入学、休学，由另一个人复核",
        ));
    }
    let (applicant, condition) =
        (words("applicant", &form.applicant, 50)?, words("condition", &form.condition, 500)?);
    let mut wrong = Vec::new();
    if applicant.chars().count() < 2 {
        wrong.push(Problem { field: "applicant", text: "请写申请的监护人".to_owned() });
    }
    if condition.chars().count() < 4 {
        let text = "请写孩子的身体状况和医院证明，至少4个字".to_owned();
        wrong.push(Problem { field: "condition", text });
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let asked = Pause { rests: Rests::Statutory, leave: Leave::Deferral, until: form.until, applied: true };
    may_pause(&asked, &desk.plan.case().pause, &Ladder::default(), today)?;
    let open = |desk: &mut Desk<'_, '_>| {
        desk.tx.optional(
            "select id from season_deferral where county = $1 and child = $2 and state = 'asked'",
            &params![county, child],
            |row| row.get::<String>(0),
        )
    };
    if let Some(id) = open(desk)? {
        return Ok(id);
    }
    let id = desk.now.id();
    let said = serde_json::to_string(&Said { applicant, condition })
        .map_err(|error| Refused::Fault(format!("a deferral: {error}")))?;
    let sealed = desk.seal("season_deferral", "said", &id, &said);
    let unit = grant.post.map(|post| post.unit.clone()).unwrap_or_default();
    let written = desk.tx.execute(
        "insert into season_deferral (county, id, child, until_day, said_sealed, state, asked_by, asked_unit, asked_at)
         values ($1, $2, $3, $4, $5, 'asked', $6, $7, $8)",
        &params![county, &id, child, form.until, sealed, &desk.actor().account, &unit, desk.now.stamp()],
    );
    match written {
        Err(DbError::Unique(_)) => {
            return Err(Refused::Changed { what: "刚刚有人受理过这个孩子的申请".to_owned() });
        }
        written => written?,
    };
    let told = tell::holders(desk.tx, desk.now, county, Role::Township, Some(&unit))?;
    let told: Vec<String> = told.into_iter().filter(|one| *one != desk.actor().account).collect();
    let news = tell::News {
        kind: "season_deferral",
        subject: &id,
        text: "有一件延缓入学申请要审批",
        href: "/season/deferrals",
    };
    tell::all(desk.tx, desk.now, county, &told, &news)?;
    desk.record(Action::AskDeferral, grant.post, ("child", child), "", "受理延缓入学申请")?;
    Ok(id)
}

/// The child for whom an application is taken, for the form: its name.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn deferring(desk: &mut Desk<'_, '_>, child: &str) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::AskDeferral, &Subject::Child(&ties), ("child", child))?;
    let (name, _) = named(desk, child)?;
    desk.record(Action::ReadChild, grant.post, ("child", child), "", "延缓入学申请")?;
    Ok(name)
}

/// Grants or refuses an application: somebody else than who entered it. A refusal says why (the family may go to law against it).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for who entered it, [`Refused::Changed`] when it was decided,
/// [`Refused::Storage`].
pub fn decide_deferral(desk: &mut Desk<'_, '_>, id: &str, grant: bool, said: &str) -> Result<(), Refused> {
    let missing = || Refused::denied(Action::DecideDeferral, "season_deferral", id);
    let county = desk.county();
    let found = desk.tx.optional(
        "select child, state, asked_by, until_day, asked_unit from season_deferral where county = $1 and id = $2",
        &params![county, id],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(4)?];
            Ok((texts, row.get::<Date>(3)?))
        },
    )?;
    let ([child, state, asked_by, unit], until) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let allowed = may(desk.actor(), Action::DecideDeferral, &Subject::Child(&ties)).map_err(|_| missing())?;
    if asked_by == desk.actor().account {
        return Err(Refused::rule(
            "自己受理的申请，不能自己批",
            "义务教育法第十一条",
            "请本乡镇的另一个人，或者县教体局审批",
        ));
    }
    let said = words("words", said, 300)?;
    if said.chars().count() < 2 {
        return Err(Refused::field("words", "请写审批意见；不批准的写明理由"));
    }
    let to = if grant { "granted" } else { "refused" };
    if state != "asked" {
        let same = state == to;
        return if same {
            Ok(())
        } else {
            Err(Refused::Changed { what: "这件申请已经审批过".to_owned() })
        };
    }
    if grant && until <= desk.now.day() {
        return Err(Refused::rule("申请的到期日已经过了", "义务教育法第十一条", "请退回，由监护人重新申请"));
    }
    let sealed = desk.seal("season_deferral", "answer", id, &said);
    desk.tx.execute(
        "update season_deferral set state = $3, decided_by = $4, decided_unit = $5, decided_at = $6, answer_sealed = $7
         where county = $1 and id = $2 and state = 'asked'",
        &params![
            county,
            id,
            to,
            &desk.actor().account,
            allowed.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp(),
            sealed
        ],
    )?;
    if grant {
        set_standing(desk, &child, Standing::Deferred, &format!("deferral:{id}"))?;
    }
    let text = if grant {
        "延缓入学申请批准了"
    } else {
        "延缓入学申请没有批准，请告诉监护人可以复议、诉讼"
    };
    crate::today::tell_unit(desk, &unit, ("season_deferral", id), text, "/season/deferrals")?;
    let detail = format!("延缓入学{}，到{until}", if grant { "批准" } else { "不批准" });
    desk.record(Action::DecideDeferral, allowed.post, ("child", &child), "", &detail)
}

/// Every night: a deferral whose last day has passed is over, and the child is to be asked after again.
#[must_use]
pub fn nightly(registry: Registry) -> Registry {
    registry.schedule(Schedule::daily("end_deferrals", "延缓入学到期", time(1, 30, 0, 0), |means| {
        let over = as_program(means, end_deferrals)?;
        Ok(if over == 0 {
            "没有到期的".to_owned()
        } else {
            format!("{over}名孩子的延缓入学到期")
        })
    }))
}

/// Ends what is over; how many.
pub(super) fn end_deferrals(desk: &mut Desk<'_, '_>) -> Result<usize, Refused> {
    let county = desk.county();
    let over = desk.tx.query(
        "update season_deferral set state = 'over' where county = $1 and state = 'granted' and until_day < $2
         returning id, child, asked_unit",
        &params![county, desk.now.day()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    for (id, child, unit) in &over {
        let still = desk.tx.one(
            "select case when standing = 'deferred'
                    and not exists (select 1 from child_case k where k.county = child.county and k.child = child.id
                                       and k.state = 'paused' and k.ended_at is null) then 1 else 0 end
             from child where county = $1 and id = $2",
            &params![county, child],
            |row| row.get::<bool>(0),
        )?;
        if still {
            set_standing(desk, child, Standing::Unknown, &format!("deferral:{id}"))?;
            let text = "有孩子的延缓入学到期了，请核实是否入学";
            crate::today::tell_unit(desk, unit, ("season_deferral", id), text, "/season/deferrals")?;
        }
        desk.record(Action::DecideDeferral, None, ("child", child), "", "延缓入学到期")?;
    }
    Ok(over.len())
}
