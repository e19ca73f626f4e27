//! 疑似辍学学生台账 and 缺课跟进 as workbooks: what the list shows to whoever reads it, no more children and no more words.

use rules::access::Action;
use rules::purpose::ListPurpose;

use super::queue::{Absent, Behind, Listed, Stage, Suspect, absent, suspects};
use crate::desk::Desk;
use crate::exports::{self, Made, Shape};
use crate::refused::Refused;

const SUSPECTS: Shape = Shape {
    name: "疑似辍学学生台账",
    kind: "suspects",
    action: Action::ExportChildren,
    columns: &[
        ("姓名", 12.0),
        ("学校、班级", 32.0),
        ("乡镇", 14.0),
        ("列入日期", 12.0),
        ("依据", 48.0),
        ("销号时间", 20.0),
        ("销号原因", 10.0),
    ],
};

const ABSENT: Shape = Shape {
    name: "缺课学生",
    kind: "absences",
    action: Action::ExportChildren,
    columns: &[("姓名", 12.0), ("学校、班级", 32.0), ("第几天", 8.0), ("从哪天起", 12.0), ("该怎么办", 48.0)],
};

/// A part of the list of suspects, all that the reader sees.
///
/// # Errors
/// As [`exports::make`] and [`suspects`].
pub fn export_suspects(
    desk: &mut Desk<'_, '_>,
    listed: Listed,
    purpose: ListPurpose,
) -> Result<Made, Refused> {
    let mut next = Some(Behind::default());
    exports::make(desk, SUSPECTS, purpose, |desk| {
        let Some(behind) = next.take() else { return Ok(Vec::new()) };
        let (found, more) = suspects(desk, listed, &behind)?;
        next = found
            .last()
            .filter(|_| more)
            .map(|last| Behind { day: last.since.to_string(), id: last.id.clone() });
        Ok(found.into_iter().map(suspect).collect())
    })
}

fn suspect(one: Suspect) -> Vec<String> {
    let why = match one.cleared_why.as_str() {
        "" => "",
        "returned" => "已返校",
        _ => "更正",
    };
    let ground = if one.source == "attendance" { one.said } else { "比对核查认定".to_owned() };
    vec![
        one.name,
        one.place,
        one.township,
        one.since.to_string(),
        ground,
        one.cleared_at.as_deref().map(exports::moment).unwrap_or_default(),
        why.to_owned(),
    ]
}

/// Who is away at this stage, all that the reader sees.
///
/// # Errors
/// As [`exports::make`] and [`absent`].
pub fn export_absent(desk: &mut Desk<'_, '_>, stage: Stage, purpose: ListPurpose) -> Result<Made, Refused> {
    let mut next = Some(None::<(u16, String)>);
    exports::make(desk, ABSENT, purpose, |desk| {
        let Some(behind) = next.take() else { return Ok(Vec::new()) };
        let (found, more) = absent(desk, stage, behind.as_ref().map(|(days, id)| (*days, id.as_str())))?;
        next = found.last().filter(|_| more).map(|last| Some((last.days, last.child.clone())));
        let row = |one: Absent| {
            let since = one.since.map(|day| day.to_string()).unwrap_or_default();
            vec![one.name, one.place, one.days.to_string(), since, one.said]
        };
        Ok(found.into_iter().map(row).collect())
    })
}
