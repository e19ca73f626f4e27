//! What the public puts before somebody today (四(二十)(二十一)): tips and pleas to sort or to look into, and what families answered.

use rules::access::Action;

use super::Task;
use super::tasks::allowed;
use crate::desk::Desk;
use crate::public::{family, tips};
use crate::refused::Refused;

/// Adds what waits.
pub(super) fn tasks(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    if allowed(desk, Action::ReadTips) {
        let waiting = tips::waiting(desk)?;
        let day = |due: &str| due.get(..10).unwrap_or_default().to_owned();
        if waiting.sort > 0 {
            tasks.push(Task {
                title: format!("{}件群众举报、求助", waiting.sort),
                why: "还没有分拣，四(二十一)".to_owned(),
                act: "逐件看，受理、交办或者说明理由".to_owned(),
                due: day(&waiting.due),
                href: "/tips".to_owned(),
            });
        }
        if waiting.held > 0 {
            tasks.push(Task {
                title: format!("{}件举报、求助在排队", waiting.held),
                why: "短时间来得太多，先存着，一件没有丢".to_owned(),
                act: "看一看，刷屏的可以一次处理".to_owned(),
                due: String::new(),
                href: "/tips?show=held".to_owned(),
            });
        }
        if waiting.handed > 0 {
            tasks.push(Task {
                title: format!("{}件交给本单位核实", waiting.handed),
                why: "群众举报、求助，四(二十一)".to_owned(),
                act: "核实，报回情况".to_owned(),
                due: day(&waiting.handed_due),
                href: "/tips?show=working".to_owned(),
            });
        }
    }
    for (name, child, kind, at) in family::waiting(desk)? {
        tasks.push(Task {
            title: name,
            why: format!("家长回复：{kind}（{}）", at.get(..10).unwrap_or_default()),
            act: "看家长回复，联系、处理".to_owned(),
            due: desk.now.day().to_string(),
            href: format!("/children/{child}/family"),
        });
    }
    Ok(())
}
