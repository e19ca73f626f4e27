//! What attendance puts before somebody today (五(九)): classes that were not called, suspects to verify, reports to acknowledge,
//! leave to answer, children to look after. Each number is counted by the predicate of the page that it leads to.

use rules::access::Action;

use super::tasks::allowed;
use super::{Figure, Task};
use crate::attendance;
use crate::cases;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::warnings;

/// Adds what waits.
pub(super) fn tasks(
    desk: &mut Desk<'_, '_>,
    figures: &mut Vec<Figure>,
    tasks: &mut Vec<Task>,
) -> Result<(), Refused> {
    uncalled(desk, tasks)?;
    turns(desk, tasks)?;
    requests(desk, tasks)?;
    let today = desk.now.day().to_string();
    if allowed(desk, Action::VerifyReport) {
        let many = attendance::waiting_for_report(desk)?;
        if many > 0 {
            tasks.push(Task {
                title: format!("{many}名疑似辍学学生"),
                why: "满3天没有正当理由未到校，五(九)".to_owned(),
                act: "查清去向，核证并上报".to_owned(),
                due: today,
                href: "/suspects?waits=report".to_owned(),
            });
        }
    }
    if allowed(desk, Action::ReceiveReport) {
        receipts(desk, tasks)?;
    }
    if allowed(desk, Action::ApproveLeave) {
        let many = attendance::leave_waiting(desk)?.len();
        if many > 0 {
            tasks.push(Task {
                title: format!("{many}份请假"),
                why: "超过班主任能准的天数".to_owned(),
                act: "批准或者不批准".to_owned(),
                due: String::new(),
                href: "/leave".to_owned(),
            });
        }
    }
    if allowed(desk, Action::ReadWarnings) {
        let count = warnings::due(desk)?;
        figures.push(Figure { label: "要关注的孩子", count, href: "/warnings", is_alarm: false });
        if count > 0 && allowed(desk, Action::NoteWarning) {
            tasks.push(Task {
                title: format!("{count}个孩子要关注"),
                why: "早期提醒，四(十九)".to_owned(),
                act: "看看是什么事，联系家长".to_owned(),
                due: String::new(),
                href: "/warnings".to_owned(),
            });
        }
    }
    Ok(())
}

/// Cases in which it is the actor's turn, by what has to be done.
fn turns(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    if !allowed(desk, Action::ReadCase) {
        return Ok(());
    }
    for (act, count, due, first) in cases::mine(desk)? {
        let (title, why, href) = match count {
            1 => (first.name, format!("{} · 个案", first.place), format!("/cases/{}", first.id)),
            many => (format!("{many}件个案"), first.basis, "/cases?show=mine".to_owned()),
        };
        let due = due.get(..10).unwrap_or_default().to_owned();
        tasks.push(Task { title, why, act: act.label().to_owned(), due, href });
    }
    Ok(())
}

/// Requests that wait for the actor's unit, and those of its own that nobody answered in time.
fn requests(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let (count, due, late) = crate::requests::waiting(desk)?;
    if count > 0 {
        tasks.push(Task {
            title: format!("{count}件协助请求"),
            why: "请本单位协助，四".to_owned(),
            act: "办理，答复".to_owned(),
            due: due.get(..10).unwrap_or_default().to_owned(),
            href: "/requests".to_owned(),
        });
    }
    if late > 0 {
        tasks.push(Task {
            title: format!("{late}件协助请求超期没有答复"),
            why: "本单位请的，五(二)".to_owned(),
            act: "催一催，或者提请联席会议".to_owned(),
            due: desk.now.day().to_string(),
            href: "/requests?show=late".to_owned(),
        });
    }
    Ok(())
}

/// Classes, or for the county schools, that are not called by the hour of the plan.
fn uncalled(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    if !allowed(desk, Action::CallRegister) || desk.now.clock().time() < desk.plan.register().by {
        return Ok(());
    }
    let waiting = attendance::board(desk, "")?.waiting().classes;
    let (title, href) = match waiting.as_slice() {
        [] => return Ok(()),
        [one] => (one.name.clone(), format!("/register/{}", one.class)),
        many => (format!("{}个班", many.len()), "/register?waiting=1".to_owned()),
    };
    tasks.push(Task {
        title,
        why: "今天还没有点名，五(九)".to_owned(),
        act: "现在点，或者提醒班主任".to_owned(),
        due: desk.now.day().to_string(),
        href,
    });
    Ok(())
}

/// Reports that one of the actor's units has not acknowledged.
fn receipts(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let mut units: Vec<&str> = desk.actor().posts.iter().map(|post| post.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    for unit in units {
        tasks.extend(desk.tx.query(
            "select child.name, school.name, report_hop.due_at, report.id
             from report_hop
             join report on report.county = report_hop.county and report.id = report_hop.report
             join child on child.county = report.county and child.id = report.child
             join unit school on school.county = report.county and school.id = report.school
             where report_hop.county = $1 and report_hop.unit = $2 and report_hop.received_at is null
             order by report_hop.due_at, report.id limit 30",
            &params![desk.county(), unit],
            |row| {
                let (due, id): (String, String) = (row.get(2)?, row.get(3)?);
                Ok(Task {
                    title: row.get(0)?,
                    why: format!("{}书面报告疑似辍学，五(九)", row.get::<String>(1)?),
                    act: "签收，接着办".to_owned(),
                    due: due.get(..10).unwrap_or_default().to_owned(),
                    href: format!("/reports/{id}"),
                })
            },
        )?);
    }
    Ok(())
}
