//! What conference and inspection put before somebody today: tasks and findings of one's own unit, and for the office and the inspector those
//! that wait for a second look (五(二)(十二)).

use rules::access::Action;
use rules::accountability::Stand;

use super::Task;
use super::tasks::allowed;
use crate::accountability;
use crate::bulletins;
use crate::conference;
use crate::desk::Desk;
use crate::inspections;
use crate::refused::Refused;

/// Adds what waits.
pub(super) fn tasks(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    inspected(desk, tasks)?;
    overseen(desk, tasks)?;
    if !allowed(desk, Action::ReadTasks) {
        return Ok(());
    }
    let (mine, reported) = conference::waiting(desk)?;
    for task in mine {
        tasks.push(Task {
            title: task.words,
            why: format!("联席会议{}议定，五(二)", task.number),
            act: format!("办完后报告，证明：{}", task.proof),
            due: task.due.to_string(),
            href: format!("/tasks/{}", task.id),
        });
    }
    if reported > 0 {
        tasks.push(Task {
            title: format!("{reported}件会议任务待验收"),
            why: "承办单位报告办完了，五(二)".to_owned(),
            act: "看过证明后验收，或者退回".to_owned(),
            due: String::new(),
            href: "/tasks?show=reported".to_owned(),
        });
    }
    Ok(())
}

fn inspected(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let (mine, reported) = inspections::waiting(desk)?;
    for finding in mine {
        tasks.push(Task {
            title: finding.words,
            why: "督导检查发现的问题，五(十二)".to_owned(),
            act: "改好后报告，等督学复查".to_owned(),
            due: finding.due.to_string(),
            href: format!("/inspections/findings/{}", finding.id),
        });
    }
    if reported > 0 {
        tasks.push(Task {
            title: format!("{reported}个督导问题待复查"),
            why: "单位报告改好了，五(十二)".to_owned(),
            act: "去看一看，改好了销号，没改好退回".to_owned(),
            due: String::new(),
            href: "/inspections/findings".to_owned(),
        });
    }
    Ok(())
}

/// Bulletins that wait for a word, a second person or their number; files of accountability (五(七)).
fn overseen(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    let acts = [
        ("拟通报本单位，五(七)", "看写得对不对，答复每一条"),
        ("单位答复了，或者期限到了，五(七)", "审核通过，或者退回"),
        ("审核通过了，五(七)", "印发"),
    ];
    for (list, (why, act)) in bulletins::waiting(desk)?.into_iter().zip(acts) {
        for (id, title, due) in list {
            tasks.push(Task {
                title,
                why: why.to_owned(),
                act: act.to_owned(),
                due: if act.starts_with('看') {
                    due.get(..10).unwrap_or_default().to_owned()
                } else {
                    String::new()
                },
                href: format!("/bulletins/{id}"),
            });
        }
    }
    for file in accountability::waiting(desk)? {
        let act = match file.stand {
            Stand::Opened => "请单位负责人陈述",
            Stand::Heard => "按有权机关的决定登记",
            Stand::Decided => "整改，改好后报告",
            Stand::Reported | Stand::Closed => "复查，改好了办结",
        };
        tasks.push(Task {
            title: format!("{}：{}", file.unit, file.origin.label()),
            why: format!("{}，五(七)", file.word),
            act: act.to_owned(),
            due: file.due,
            href: format!("/accountability/{}", file.id),
        });
    }
    Ok(())
}
