//! 核证并上报, 五(九): the head verifies whereabouts and evidence of a suspected pupil in one act; the report is numbered, and
//! 教体局 and 乡镇人民政府 receive it in the same transaction, each with its clock from the plan. What nobody acknowledges in time
//! climbs.

use jiff::civil::DateTime;
use rules::access::{Action, Role, Subject, Tie};

use super::days::unknown_year;
use super::queue::PAGE;
use crate::accounts::tell;
use crate::cases::{Opening, Source, open_from};
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::papers::{Facts, Receiver};
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// What the head has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Where the pupil is: a code of the plan's whereabouts.
    pub whereabouts: String,
    /// Why it stays away: a code of the plan's causes.
    pub cause: String,
    /// By what that is known: 家访、电话、村委会证实….
    pub evidence: String,
}

/// One who receives a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// What it must do next.
    pub task: String,
    /// Until when, as it is stored.
    pub due: String,
    /// Who acknowledged it.
    pub received_by: String,
    /// When; `None` while nobody has.
    pub received_at: Option<String>,
    /// When it climbed because nobody had.
    pub escalated_at: Option<String>,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Id.
    pub id: String,
    /// 东镇小学〔2026〕3号.
    pub number: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// The school.
    pub school: String,
    /// Since when it is suspected.
    pub since: String,
    /// Where it is.
    pub whereabouts: String,
    /// Why.
    pub cause: String,
    /// By what that is known.
    pub evidence: String,
    /// Who verified it.
    pub by: String,
    /// When.
    pub at: String,
    /// Who receives it.
    pub hops: Vec<Hop>,
}

struct Suspect {
    child: String,
    school: String,
    home: Option<String>,
    school_township: Option<String>,
}

/// Verifies and reports a child that stands on the list; the id of the report.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] when the child is off the list or in no school,
/// [`Refused::Changed`] when it is reported already, [`Refused::Storage`].
pub fn verify_and_report(
    desk: &mut Desk<'_, '_>,
    suspected: &str,
    verified: &Verified,
) -> Result<String, Refused> {
    let missing = || Refused::denied(Action::VerifyReport, "suspected", suspected);
    let found = desk.tx.optional(
        "select child.id, child.school, child.township, child.school_township,
                case when suspected.cleared_at is null then 1 else 0 end
         from suspected join child on child.county = suspected.county and child.id = suspected.child
         where suspected.county = $1 and suspected.id = $2",
        &params![desk.county(), suspected],
        |row| {
            let one = Suspect {
                child: row.get(0)?,
                school: row.get::<Option<String>>(1)?.unwrap_or_default(),
                home: row.get(2)?,
                school_township: row.get(3)?,
            };
            Ok((one, row.get::<bool>(4)?))
        },
    )?;
    let (one, stands) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &one.child)?;
    let grant = desk.require(Action::VerifyReport, &Subject::Child(&ties), ("suspected", suspected))?;
    check(desk, verified)?;
    if !stands {
        return Err(Refused::rule("这个学生已经不在疑似辍学学生台账上", "五(九)", "不用再上报"));
    }
    let before = desk.tx.query(
        "select id from report where county = $1 and suspected = $2 order by id limit 1",
        &params![desk.county(), suspected],
        |row| row.get::<String>(0),
    )?;
    if !before.is_empty() {
        return Err(Refused::Changed { what: "这个学生已经核证上报".to_owned() });
    }
    let id = write(desk, suspected, &one, verified)?;
    hand_over(desk, &id, &one)?;
    keep_facts(desk, &id, &one.child)?;
    let case =
        Opening { child: &one.child, source: Source::Report, source_id: &id, verified: None, against: None };
    open_from(desk, &case)?;
    desk.record(
        Action::VerifyReport,
        grant.post,
        ("child", &one.child),
        "",
        "核证并上报教体局和乡镇人民政府",
    )?;
    Ok(id)
}

fn check(desk: &Desk<'_, '_>, verified: &Verified) -> Result<(), Refused> {
    if !desk.plan.whereabouts().iter().any(|one| one.code == verified.whereabouts) {
        return Err(Refused::field("whereabouts", "请从表中选择去向，还没查清的选“不明”"));
    }
    if !desk.plan.causes().iter().any(|one| one.code == verified.cause) {
        return Err(Refused::field("cause", "请从表中选择原因"));
    }
    let evidence = verified.evidence.trim();
    if evidence.chars().count() < 4 || evidence.chars().count() > 1000 || !evidence.lines().all(plain) {
        return Err(Refused::field("evidence", "请写怎么核实的（谁、什么时候、看到听到什么），4到1000个字"));
    }
    Ok(())
}

/// The row, with the next number of the school's year: without a gap, since it is taken in the same transaction.
fn write(
    desk: &mut Desk<'_, '_>,
    suspected: &str,
    one: &Suspect,
    verified: &Verified,
) -> Result<String, Refused> {
    let (id, year) = (desk.now.id(), desk.now.day().year());
    let number = desk.tx.one(
        "insert into report_counter (county, school, year, last) values ($1, $2, $3, 1)
         on conflict (county, school, year) do update set last = report_counter.last + 1 returning last",
        &params![desk.county(), &one.school, year],
        |row| row.get::<i64>(0),
    )?;
    let evidence = desk.seal("report", "evidence", &id, verified.evidence.trim());
    desk.tx.execute(
        "insert into report (county, id, school, year, number, child, suspected, whereabouts, cause, evidence_sealed,
                             by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            desk.county(),
            &id,
            &one.school,
            year,
            number,
            &one.child,
            suspected,
            &verified.whereabouts,
            &verified.cause,
            evidence,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(id)
}

/// What the paper will say, as it is known at this moment.
fn keep_facts(desk: &mut Desk<'_, '_>, report: &str, child: &str) -> Result<(), Refused> {
    let mut facts = Facts::now(desk, child)?;
    if let Some(stored) = stored_report(desk, report)? {
        facts.number = stored.number;
        let receiver = |hop: Hop| Receiver { unit: hop.unit, name: hop.name, task: hop.task, due: hop.due };
        facts.to = stored.hops.into_iter().map(receiver).collect();
    }
    let sealed = facts.sealed(desk, report)?;
    desk.tx.execute(
        "update report set facts_sealed = $3 where county = $1 and id = $2",
        &params![desk.county(), report, sealed],
    )?;
    Ok(())
}

/// Both receive it in this transaction, each with its clock.
fn hand_over(desk: &mut Desk<'_, '_>, report: &str, one: &Suspect) -> Result<(), Refused> {
    let county = desk.county();
    let bureau = desk.tx.query(
        "select id from unit where county = $1 and kind = 'bureau' and until_day is null order by sort, id limit 1",
        &params![county],
        |row| row.get::<String>(0),
    )?;
    // 户籍地乡镇 persuades (五(十)); a child from elsewhere is the affair of the township in which it goes to school.
    let township = one.home.clone().or_else(|| one.school_township.clone());
    let hops = [
        (bureau.into_iter().next(), "bureau", "confirm_subject", Role::Bureau),
        (township, "township", "first_visit", Role::Township),
    ];
    for (unit, line, deadline, role) in hops {
        let Some(unit) = unit else {
            return Err(Refused::rule(
                format!("系统里没有{}，报告送不到", role.label()),
                "五(九)",
                "请系统管理员先在“单位”里补上",
            ));
        };
        let due = due(desk, deadline)?;
        desk.tx.execute(
            "insert into report_hop (county, report, unit, line, deadline, due_at) values ($1, $2, $3, $4, $5, $6)",
            &params![county, report, &unit, line, deadline, due],
        )?;
        let told = tell::holders(desk.tx, desk.now, county, role, Some(&unit))?;
        let news = tell::News {
            kind: "report",
            subject: report,
            text: "学校报来一名疑似辍学学生，请签收办理",
            href: &format!("/reports/{report}"),
        };
        tell::all(desk.tx, desk.now, county, &told, &news)?;
    }
    Ok(())
}

/// The last moment for a hop that begins now, as it is stored.
pub(crate) fn due(desk: &Desk<'_, '_>, deadline: &str) -> Result<String, Refused> {
    let rule = desk
        .plan
        .deadline(deadline)
        .ok_or_else(|| Refused::Fault(format!("plan.toml has no deadline {deadline}")))?;
    let due = rule.due(desk.now.clock(), desk.plan.calendar()).map_err(unknown_year)?;
    Ok(stored(due))
}

fn stored(moment: DateTime) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%S.000+08:00").to_string()
}

/// Acknowledges a report for one's unit: 签收.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Changed`] when it was acknowledged already, [`Refused::Storage`].
pub fn receive_report(desk: &mut Desk<'_, '_>, report: &str) -> Result<(), Refused> {
    let missing = || Refused::denied(Action::ReceiveReport, "report", report);
    let child = child_of(desk, report)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::ReceiveReport, &Subject::Child(&ties), ("report", report))?;
    let unit = grant.post.map(|post| post.unit.clone()).ok_or_else(missing)?;
    let done = desk.tx.execute(
        "update report_hop set received_by = $4, received_at = $5
         where county = $1 and report = $2 and unit = $3 and received_at is null",
        &params![desk.county(), report, &unit, &desk.actor().account, desk.now.stamp()],
    )?;
    if done == 0 {
        let there = desk.tx.optional(
            "select unit from report_hop where county = $1 and report = $2 and unit = $3",
            &params![desk.county(), report, &unit],
            |row| row.get::<String>(0),
        )?;
        there.ok_or_else(missing)?;
        return Err(Refused::Changed { what: "这份报告本单位已经签收".to_owned() });
    }
    desk.record(Action::ReceiveReport, grant.post, ("child", &child), "", "签收疑似辍学书面报告")
}

fn child_of(desk: &mut Desk<'_, '_>, report: &str) -> Result<Option<String>, Refused> {
    Ok(desk.tx.optional(
        "select child from report where county = $1 and id = $2",
        &params![desk.county(), report],
        |row| row.get(0),
    )?)
}

/// The reports in the reader's scope, the newest first: at most [`PAGE`] behind the one of that moment and id, and whether
/// there are more. What families said is not in the list.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn reports(desk: &mut Desk<'_, '_>, after: Option<(&str, &str)>) -> Result<(Vec<Report>, bool), Refused> {
    desk.require(Action::ReadSuspects, &Subject::Nothing, ("reports", ""))?;
    let scope = Scope::of(desk.actor(), Action::ReadSuspects, desk.now);
    let mut values = vec![Value::from(desk.county())];
    let reached = scope.predicate("tie", &mut values);
    let mut behind = String::new();
    if let Some((moment, id)) = after {
        values.extend([moment, id].map(|text| Value::from(text.to_owned())));
        behind = format!("and (report.at, report.id) < (${}, ${})", values.len() - 1, values.len());
    }
    let within = format!(
        "exists (select 1 from child_tie tie where tie.county = report.county and tie.child = report.child
                   and {reached}) {behind} order by report.at desc, report.id desc limit {}",
        PAGE + 1
    );
    let mut found = rows(desk, &within, &values)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let mut reports: Vec<Report> = found.into_iter().map(|(report, _)| report).collect();
    hops(desk, &mut reports)?;
    Ok((reports, more))
}

/// One report, with the evidence for those whose line it went along.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn report(desk: &mut Desk<'_, '_>, id: &str) -> Result<Report, Refused> {
    let missing = || Refused::denied(Action::ReadSuspects, "report", id);
    let child = child_of(desk, id)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = desk.require(Action::ReadSuspects, &Subject::Child(&ties), ("report", id))?;
    let mut report = stored_report(desk, id)?.ok_or_else(missing)?;
    // Village, pairing cadre and inspector know of the report; what families said is for the two lines.
    let whole = matches!(
        grant.tie,
        Some(Tie::County | Tie::HomeTownship | Tie::SchoolTownship | Tie::School | Tie::Class)
    ) && grant.post.is_some_and(|post| post.role != Role::Inspector);
    if !whole {
        report.evidence.clear();
    }
    desk.record(Action::ReadSuspects, grant.post, ("child", &child), "", "书面报告")?;
    Ok(report)
}

/// A report as it stands, for an act that has asked for its right.
pub(crate) fn stored_report(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<Report>, Refused> {
    let values = [Value::from(desk.county()), Value::from(id)];
    let found = rows(desk, "report.id = $2 order by report.id limit 1", &values)?;
    let Some((mut report, sealed)) = found.into_iter().next() else { return Ok(None) };
    report.evidence = desk.open("report", "evidence", id, sealed.as_deref())?;
    hops(desk, std::slice::from_mut(&mut report))?;
    Ok(Some(report))
}

/// A report and what the family said, sealed.
type SealedReport = (Report, Option<Vec<u8>>);

/// Reports without their hops.
fn rows(desk: &mut Desk<'_, '_>, within: &str, values: &[Value<'_>]) -> Result<Vec<SealedReport>, Refused> {
    let sql = format!(
        "select report.id, report.number, report.year, report.child, child.name, coalesce(school.name, ''),
                suspected.since_day, report.whereabouts, report.cause, report.evidence_sealed,
                coalesce(account.name, ''), report.at
         from report
         join child on child.county = report.county and child.id = report.child
         join suspected on suspected.county = report.county and suspected.id = report.suspected
         left join unit school on school.county = report.county and school.id = report.school
         left join account on account.county = report.county and account.id = report.by_account
         where report.county = $1 and {within}"
    );
    let plan = desk.plan;
    let label = |codes: &[rules::plan::Code], code: &str| {
        codes.iter().find(|one| one.code == code).map(|one| one.label.clone()).unwrap_or_default()
    };
    let found = desk.tx.query(&sql, values, |row| {
        let text = |at| row.get::<String>(at);
        let (number, year): (i64, i64) = (row.get(1)?, row.get(2)?);
        let school = text(5)?;
        let report = Report {
            id: text(0)?,
            number: format!("{school}〔{year}〕{number}号"),
            child: text(3)?,
            name: text(4)?,
            school,
            since: text(6)?,
            whereabouts: label(plan.whereabouts(), &text(7)?),
            cause: label(plan.causes(), &text(8)?),
            evidence: String::new(),
            by: text(10)?,
            at: text(11)?,
            hops: Vec::new(),
        };
        Ok((report, row.get::<Option<Vec<u8>>>(9)?))
    })?;
    Ok(found)
}

/// Who receives each of these reports.
fn hops(desk: &mut Desk<'_, '_>, reports: &mut [Report]) -> Result<(), Refused> {
    if reports.is_empty() {
        return Ok(());
    }
    let mut values = vec![Value::from(desk.county())];
    values.extend(reports.iter().map(|one| Value::from(one.id.clone())));
    let marks: Vec<String> = (2..=values.len()).map(|at| format!("${at}")).collect();
    let plan = desk.plan;
    let sql = format!(
        "select hop.report, hop.unit, coalesce(unit.name, ''), hop.deadline, hop.due_at, coalesce(account.name, ''),
                hop.received_at, hop.escalated_at
         from report_hop hop
         left join unit on unit.county = hop.county and unit.id = hop.unit
         left join account on account.county = hop.county and account.id = hop.received_by
         where hop.county = $1 and hop.report in ({}) order by hop.line, hop.unit",
        marks.join(", ")
    );
    let found = desk.tx.query(&sql, &values, |row| {
        let deadline: String = row.get(3)?;
        let hop = Hop {
            unit: row.get(1)?,
            name: row.get(2)?,
            task: plan.deadline(&deadline).map(|rule| rule.title.clone()).unwrap_or_default(),
            due: row.get(4)?,
            received_by: row.get(5)?,
            received_at: row.get(6)?,
            escalated_at: row.get(7)?,
        };
        Ok((row.get::<String>(0)?, hop))
    })?;
    for (report, hop) in found {
        if let Some(one) = reports.iter_mut().find(|one| one.id == report) {
            one.hops.push(hop);
        }
    }
    Ok(())
}

/// What has run out by now and has not climbed yet: hops that nobody acknowledged, and suspects that no head has reported.
pub(super) fn run_out(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    let now = desk.now.stamp();
    let mut out = desk.tx.query(
        "select report, unit from report_hop
         where county = $1 and received_at is null and escalated_at is null and due_at < $2 order by report, unit",
        &params![desk.county(), &now],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let rule = desk.plan.deadline("report").cloned();
    let open = desk.tx.query(
        "select suspected.id, suspected.made_at from suspected
         where suspected.county = $1 and suspected.cleared_at is null and suspected.source = 'attendance'
           and suspected.climbed_at is null
           and not exists (select 1 from report where report.county = suspected.county
                             and report.suspected = suspected.id)
         order by suspected.id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    for (id, made_at) in open {
        let Some((rule, made)) = rule.as_ref().zip(crate::now::moment(&made_at)) else { continue };
        let due = rule.due(crate::now::clock(made), desk.plan.calendar()).map_err(unknown_year)?;
        if stored(due) < now {
            out.push((id, String::new()));
        }
    }
    Ok(out)
}

/// Lets one climb: a hop to the county's task force, a suspect that is not reported to the bureau. Once.
pub(super) fn climb(desk: &mut Desk<'_, '_>, (id, unit): &(String, String)) -> Result<bool, Refused> {
    let (county, now) = (desk.county(), desk.now.stamp());
    let (done, role, text, href) = if unit.is_empty() {
        let done = desk.tx.execute(
            "update suspected set climbed_at = $3 where county = $1 and id = $2 and climbed_at is null",
            &params![county, id, &now],
        )?;
        (done, Role::Bureau, "有疑似辍学学生过了期限学校还没有核证上报，请督促", "/suspects".to_owned())
    } else {
        let done = desk.tx.execute(
            "update report_hop set escalated_at = $4
             where county = $1 and report = $2 and unit = $3 and received_at is null and escalated_at is null",
            &params![county, id, unit, &now],
        )?;
        (done, Role::Director, "有疑似辍学报告过了期限还没有单位签收，请督促", format!("/reports/{id}"))
    };
    if done == 0 {
        return Ok(false);
    }
    let told = tell::holders(desk.tx, desk.now, county, role, None)?;
    let news = tell::News { kind: "report_late", subject: id, text, href: &href };
    tell::all(desk.tx, desk.now, county, &told, &news)?;
    desk.record(Action::VerifyReport, None, ("report", id), "", "逾期，已提醒上一级")?;
    Ok(true)
}
