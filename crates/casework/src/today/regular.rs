//! What the four regular reports put before somebody today: those that their unit owes, and those that wait for a second look (教基厅函〔2024〕15号).

use rules::regular::{Kind, Stand};

use super::Task;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::regular;

/// Adds what is owed and what waits.
pub(super) fn tasks(desk: &mut Desk<'_, '_>, tasks: &mut Vec<Task>) -> Result<(), Refused> {
    for one in regular::owed(desk)? {
        let act = match (&one.begun, one.kind) {
            (Some((_, Stand::Returned)), _) => "按退回的意见修改后重报",
            (Some(_), _) => "写完报送",
            (None, Kind::SchoolMonth) => "起草并报送，没有疑似辍学的也要报",
            (None, _) => "起草，交另一位同志审核",
        };
        tasks.push(Task {
            title: format!("{}{}", one.period.label, one.kind.label()),
            why: format!("{}，{}（15号）", one.name, one.kind.order()),
            act: act.to_owned(),
            due: one.due.to_string(),
            href: one.begun.map_or_else(|| "/regular".to_owned(), |(id, _)| format!("/regular/{id}")),
        });
    }
    let waiting = regular::waiting(desk)?;
    if waiting > 0 {
        tasks.push(Task {
            title: format!("{waiting}份报告待审核"),
            why: "学校月报告和县里的复核、调研、评估（15号）".to_owned(),
            act: "看过后通过，或者退回".to_owned(),
            due: String::new(),
            href: "/regular?show=submitted".to_owned(),
        });
    }
    Ok(())
}
