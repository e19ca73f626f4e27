//! What somebody has to do today, one line for each kind of thing, the late ones first; nothing that needs no act.

use rules::access::{Action, Role, Subject, may};

use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::{Scope, reached};

/// What stands over every page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masthead {
    /// The unit of the first post.
    pub unit: String,
    /// What one is there.
    pub role: String,
    /// Unread notifications.
    pub unread: i64,
}

/// A figure that opens the names behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What is counted.
    pub label: &'static str,
    /// How many.
    pub count: i64,
    /// Where the names are.
    pub href: &'static str,
    /// Whether it is bad that it is not zero.
    pub is_alarm: bool,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Who or what it is about: a child's name first.
    pub title: String,
    /// Where and why, in a line.
    pub why: String,
    /// What to do.
    pub act: String,
    /// By when: a day; empty if there is no deadline.
    pub due: String,
    /// Where to do it.
    pub href: String,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// Figures of one's own part of the county.
    pub figures: Vec<Figure>,
    /// What to do, the most urgent first.
    pub tasks: Vec<Task>,
    /// Notices that are on today and not read: (id, title).
    pub notices: Vec<(String, String)>,
}

/// Tasks on the page at most; each kind has its own list behind it.
pub(super) const SHOWN: i64 = 30;

/// Who one is, and what is unread.
///
/// # Errors
/// [`Refused::Storage`].
pub fn masthead(desk: &mut Desk<'_, '_>) -> Result<Masthead, Refused> {
    let actor = desk.actor();
    let post = actor.posts.first();
    let (unit, unread) = desk.tx.one(
        "select coalesce((select name from unit where county = $1 and id = $2), ''),
                (select cast(count(*) as bigint) from notification
                  where county = $1 and account = $3 and read_at is null)",
        &params![desk.who.actor.county.as_str(), post.map_or("", |post| post.unit.as_str()), &actor.account],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    Ok(Masthead { unit, role: post.map_or(String::new(), |post| post.role.label().to_owned()), unread })
}

/// What somebody has before them today.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn today(desk: &mut Desk<'_, '_>) -> Result<Today, Refused> {
    desk.require(Action::SeeToday, &Subject::Nothing, ("today", ""))?;
    let mut figures = Vec::new();
    children(desk, &mut figures)?;
    let tasks = work(desk, &mut figures)?;
    powers(desk, &mut figures)?;
    Ok(Today { figures, tasks, notices: notices(desk)? })
}

/// What waits for somebody, the most urgent first.
pub(super) fn open_tasks(desk: &mut Desk<'_, '_>) -> Result<Vec<Task>, Refused> {
    work(desk, &mut Vec::new())
}

fn work(desk: &mut Desk<'_, '_>, figures: &mut Vec<Figure>) -> Result<Vec<Task>, Refused> {
    let mut tasks = Vec::new();
    findings(desk, figures, &mut tasks)?;
    moves(desk, &mut tasks)?;
    super::attendance::tasks(desk, figures, &mut tasks)?;
    super::pairs::tasks(desk, figures, &mut tasks)?;
    super::proofs::tasks(desk, &mut tasks)?;
    super::council::tasks(desk, &mut tasks)?;
    super::regular::tasks(desk, &mut tasks)?;
    super::public::tasks(desk, &mut tasks)?;
    reconciling(desk, &mut tasks)?;
    approvals(desk, &mut tasks)?;
    let season = crate::season::to_do(desk)?.into_iter().chain(crate::turnover::to_do(desk)?);
    tasks.extend(season.map(|(title, why, act, href)| Task { title, why, act, due: String::new(), href }));
    // A deadline before none, the earlier before the later.
    tasks.sort_by(|a, b| (a.due.is_empty(), &a.due, &a.title).cmp(&(b.due.is_empty(), &b.due, &b.title)));
    tasks.truncate(usize::try_from(SHOWN).unwrap_or(usize::MAX));
    Ok(tasks)
}

pub(super) fn allowed(desk: &Desk<'_, '_>, action: Action) -> bool {
    may(desk.actor(), action, &Subject::Nothing).is_ok()
}

fn children(desk: &mut Desk<'_, '_>, figures: &mut Vec<Figure>) -> Result<(), Refused> {
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now);
    if scope.is_empty() {
        return Ok(());
    }
    let (mut all, mut out, mut unknown) = (0_i64, 0_i64, 0_i64);
    // Way by way, each counted on its own index: of those in no school by the index of where they stand.
    for (unit, tie) in scope.pairs() {
        let at = desk.now.stamp();
        let mut count = |standing: &str| {
            let mut params = vec![Value::from(desk.county())];
            let within = reached("tie", unit, tie, &at, &mut params);
            let sql = format!(
                "select cast(count(*) as bigint) from child_tie tie where tie.county = $1 and {within} {standing}"
            );
            desk.tx.one(&sql, &params, |row| row.get::<i64>(0))
        };
        all += count("")?;
        out += count("and standing <> 'enrolled' and standing in ('never', 'absent')")?;
        unknown += count("and standing <> 'enrolled' and standing = 'unknown'")?;
    }
    figures.push(Figure { label: "名单上的孩子", count: all, href: "/children", is_alarm: false });
    figures.push(Figure {
        label: "应在校未在校",
        count: out,
        href: "/children?standing=out",
        is_alarm: true,
    });
    figures.push(Figure {
        label: "就学情况不明",
        count: unknown,
        href: "/children?standing=unknown",
        is_alarm: true,
    });
    Ok(())
}

fn findings(
    desk: &mut Desk<'_, '_>,
    figures: &mut Vec<Figure>,
    tasks: &mut Vec<Task>,
) -> Result<(), Refused> {
    let county = desk.county();
    if allowed(desk, Action::DecideFinding) {
        let (open, reported) = desk.tx.one(
            "select cast(coalesce(sum(case when state = 'open' then 1 else 0 end), 0) as bigint),
                    cast(coalesce(sum(case when state = 'reported' then 1 else 0 end), 0) as bigint)
             from finding
             where county = $1 and campaign in (select id from campaign where county = $1 and state = 'open')",
            &params![county],
            |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)),
        )?;
        figures.push(Figure {
            label: "待认定的比对发现", count: open, href: "/comparison", is_alarm: false
        });
        if reported > 0 {
            tasks.push(Task {
                title: format!("{reported}条核查结果"),
                why: "村组和学校已经报回".to_owned(),
                act: "逐条认定".to_owned(),
                due: String::new(),
                href: "/findings?state=reported".to_owned(),
            });
        }
    }
    let watches = desk.who.actor.posts.iter().any(|post| post.role == Role::Director);
    if watches || allowed(desk, Action::AssignFinding) {
        figures.push(Figure {
            label: "超期没有报回的核查",
            count: overdue(desk)?,
            href: "/findings?state=assigned",
            is_alarm: true,
        });
    }
    if !allowed(desk, Action::ReportFinding) {
        return Ok(());
    }
    let mut units: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        tasks.extend(desk.tx.query(
            "select finding.id, finding.name, finding.kind, coalesce(finding.due_day, ''),
                    coalesce(village.name, school.name, '')
             from finding
             left join unit village on village.county = finding.county and village.id = finding.village
             left join unit school on school.county = finding.county and school.id = finding.school
             where finding.county = $1 and finding.assigned_to = $2 and finding.state = 'assigned'
             order by finding.due_day, finding.spelling limit 30",
            &params![county, unit],
            |row| {
                let place: String = row.get(4)?;
                let id: String = row.get(0)?;
                Ok(Task {
                    title: row.get(1)?,
                    why: format!("{place} · 比对核查"),
                    act: "上门或电话核实，报回结果".to_owned(),
                    due: row.get(3)?,
                    href: format!("/findings/{id}"),
                })
            },
        )?);
    }
    Ok(())
}

/// Findings in the actor's scope that a unit should have reported by now.
fn overdue(desk: &mut Desk<'_, '_>) -> Result<i64, Refused> {
    let scope = Scope::of(desk.actor(), Action::ReadFindings, desk.now);
    let mut params = vec![Value::from(desk.county()), Value::from(desk.now.day())];
    let within = scope.predicate("tie", &mut params);
    let sql = format!(
        "select cast(count(*) as bigint) from finding
         where county = $1 and state = 'assigned' and due_day < $2
           and campaign in (select id from campaign where county = $1 and state = 'open')
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within})"
    );
    Ok(desk.tx.one(&sql, &params, |row| row.get(0))?)
}

fn moves(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    if !allowed(desk, Action::AnswerRollMove) {
        return Ok(());
    }
    let (county, today) = (desk.county(), desk.now.day());
    let mut units: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        tasks.extend(desk.tx.query(
            "select roll_move.id, child.name, roll_move.asked_at,
                    case when roll_move.to_school = $2 or roll_move.to_class = $2 then 'to' else 'from' end, roll_move.kind
             from roll_move join child on child.county = roll_move.county and child.id = roll_move.child
             where roll_move.county = $1 and roll_move.state = 'waiting'
               and ((roll_move.from_school = $2 and roll_move.from_at is null)
                    or (roll_move.to_school = $2 and roll_move.to_at is null)
                    or (roll_move.kind = 'class' and roll_move.to_class = $2 and roll_move.to_at is null))
               and not (roll_move.kind = 'class' and roll_move.asked_by = $3)
             order by roll_move.asked_at limit 30",
            &params![county, unit, &desk.who.actor.account],
            |row| {
                let asked: String = row.get(2)?;
                let days = waited(&asked, today);
                let receiving = row.get::<String>(3)? == "to";
                Ok(Task {
                    title: row.get(1)?,
                    why: format!("{}，已等{days}天", crate::ledger::move_label(&row.get::<String>(4)?)),
                    act: if receiving {
                        "接收，或者说明理由退回"
                    } else {
                        "转出，或者说明理由退回"
                    }
                    .to_owned(),
                    due: String::new(),
                    href: "/moves".to_owned(),
                })
            },
        )?);
    }
    Ok(())
}

fn waited(asked: &str, today: jiff::civil::Date) -> i32 {
    let asked = asked.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok()).unwrap_or(today);
    today.since(asked).map_or(0, |span| span.get_days())
}

/// 核对: what the head has to say about the register here and the provincial system, 五(九).
fn reconciling(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let open = crate::attendance::province_open(desk)?;
    if open > 0 {
        tasks.push(Task {
            title: format!("{open}处考勤和省系统不同"),
            why: "本系统点名和省系统考勤说法不同，五(九)".to_owned(),
            act: "逐条核实，定哪边对".to_owned(),
            due: String::new(),
            href: "/province/differences".to_owned(),
        });
    }
    Ok(())
}

fn approvals(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let county = desk.county();
    if allowed(desk, Action::ApproveAccount) {
        let asked = desk.tx.query(
            "select account.name, account.unit from invitation
             join account on account.county = invitation.county and account.id = invitation.account
             where invitation.county = $1 and invitation.state = 'asked' order by invitation.asked_at limit 200",
            &params![county],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?;
        for (name, unit) in asked {
            let up = crate::units::path(desk.tx, county, &unit)?;
            if may(desk.actor(), Action::ApproveAccount, &Subject::Unit(&up)).is_ok() {
                tasks.push(Task {
                    title: name,
                    why: "单位管理员申请开通账号，四(十四)".to_owned(),
                    act: "批准或退回".to_owned(),
                    due: String::new(),
                    href: "/accounts?state=asked".to_owned(),
                });
            }
        }
    }
    if allowed(desk, Action::ApproveBreakGlass) {
        let asked = desk.tx.one(
            "select cast(count(*) as bigint) from break_glass
             where county = $1 and state = 'asked' and account <> $2",
            &params![county, &desk.actor().account],
            |row| row.get::<i64>(0),
        )?;
        if asked > 0 {
            tasks.push(Task {
                title: format!("{asked}件紧急查看申请"),
                why: "要第二个人批准，最长4小时".to_owned(),
                act: "批准或退回".to_owned(),
                due: desk.now.day().to_string(),
                href: "/break-glass".to_owned(),
            });
        }
    }
    Ok(())
}

/// What the three separated powers watch.
fn powers(desk: &mut Desk<'_, '_>, figures: &mut Vec<Figure>) -> Result<(), Refused> {
    let county = desk.county();
    let holds = |role| desk.who.actor.posts.iter().any(|post| post.role == role);
    let count = |desk: &mut Desk<'_, '_>, sql: &str, since: &str| {
        desk.tx.one(sql, &params![county, since], |row| row.get::<i64>(0))
    };
    let day = desk.now.day().to_string();
    if holds(Role::Admin) {
        let failed = count(
            desk,
            "select cast(count(*) as bigint) from job where county = $1 and state in ('failed', 'parked') and made_at >= $2",
            "",
        )?;
        figures.push(Figure {
            label: "没有办成的后台任务", count: failed, href: "/jobs", is_alarm: true
        });
    }
    if holds(Role::Security) {
        let wrong = count(
            desk,
            "select cast(count(*) as bigint) from sign_in where county = $1 and at >= $2 and outcome <> 'done'",
            &day,
        )?;
        figures.push(Figure {
            label: "今天没有成功的登录", count: wrong, href: "/sign-ins", is_alarm: true
        });
        let open = count(
            desk,
            "select cast(count(*) as bigint) from session where county = $1 and ended_at is null and seen_at >= $2",
            &day,
        )?;
        figures.push(Figure {
            label: "今天在线过的人次", count: open, href: "/online", is_alarm: false
        });
    }
    if holds(Role::Auditor) {
        let acts =
            count(desk, "select cast(count(*) as bigint) from audit where county = $1 and at >= $2", &day)?;
        figures.push(Figure { label: "今天的操作记录", count: acts, href: "/audit", is_alarm: false });
        let refused = count(
            desk,
            "select cast(count(*) as bigint) from audit where county = $1 and at >= $2 and outcome = 'refused'",
            &day,
        )?;
        figures.push(Figure {
            label: "今天被拒绝的操作",
            count: refused,
            href: "/audit?outcome=refused",
            is_alarm: true,
        });
    }
    Ok(())
}

fn notices(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select id, title from notice
         where county = $1 and from_day <= $2 and (until_day is null or until_day >= $2) and withdrawn_at is null
           and not exists (select 1 from notice_read where notice_read.county = notice.county
                            and notice_read.notice = notice.id and notice_read.account = $3)
         order by at desc limit 5",
        &params![desk.county(), desk.now.day(), &desk.actor().account],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}
