//! 导出名单: what the list shows, as a workbook: no more fields, no fewer masks. It says who took it, when and why, and
//! has a bound; text is never a formula (hazard D06).

use documents::workbook::{Book, Column, Kind, SheetSpec};
use rules::access::{Action, Subject};
use rules::purpose::Purpose;

use super::list::{Child, Query, Step, pages};
use crate::compared::{cell, day};
use crate::desk::Desk;
use crate::refused::Refused;

/// Children in one file at most.
pub const MOST: usize = 5000;

/// A workbook to hand over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Children in it.
    pub rows: usize,
}

/// Heading, width, and what stands there; `None` is what the reader does not see.
type Shown = (&'static str, f64, fn(&Child) -> Option<String>);

const COLUMNS: [Shown; 8] = [
    ("姓名", 12.0, |child| Some(child.name.clone())),
    ("性别", 6.0, |child| child.sex.map(str::to_owned)),
    ("出生日期", 12.0, |child| child.birth.clone()),
    ("证件号", 22.0, |child| child.number.as_ref().map(|shown| shown.text.clone())),
    ("乡镇、村", 18.0, |child| child.home.clone()),
    ("学校、班级", 30.0, |child| child.school.clone()),
    ("就学情况", 12.0, |child| child.standing.map(|standing| standing.label().to_owned())),
    ("特殊群体", 20.0, |child| (!child.groups.is_empty()).then(|| child.groups.join("、"))),
];

/// The list that the query finds, all of it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`] when it is too long, [`Refused::Storage`].
pub fn export(desk: &mut Desk<'_, '_>, query: &Query, purpose: Purpose) -> Result<Exported, Refused> {
    let grant = desk.require(Action::ExportChildren, &Subject::Nothing, ("children", ""))?;
    let query = Query { step: Step::First, ..query.clone() };
    let page = pages(desk, &query, Action::ExportChildren, MOST)?;
    if page.after.is_some() {
        return Err(Refused::rule(
            format!("超过{MOST}人，一次导不出来"),
            "个人信息保护法第六条（最小范围）",
            "请先按乡镇、学校或就学情况筛选，再导出",
        ));
    }
    // What the reader sees of nobody is no column (hazard A09).
    let columns: Vec<_> = COLUMNS
        .iter()
        .filter(|(.., value)| page.children.iter().any(|child| value(child).is_some()))
        .collect();
    let spec = SheetSpec {
        name: "适龄儿童名单".to_owned(),
        titles: vec![
            "适龄儿童名单".to_owned(),
            format!(
                "{} 于 {} 导出 · 用途：{} · 共{}人 · 含未成年人个人信息，不得外传",
                desk.actor().name,
                desk.now.clock().strftime("%Y-%m-%d %H:%M"),
                purpose.label(),
                page.children.len()
            ),
        ],
        columns: columns
            .iter()
            .map(|(heading, width, _)| Column::new(*heading, *width, Kind::Text))
            .collect(),
        frozen_columns: 1,
        ..SheetSpec::default()
    };
    let mut book = Book::new(day(desk.now.day()));
    let rows = page.children.len();
    let lines = page.children.iter().map(|child| {
        columns.iter().map(|(_, _, value)| cell(value(child).unwrap_or_default())).collect::<Vec<_>>()
    });
    let fault = |error: documents::SaveError| Refused::Fault(error.to_string());
    book.sheet(&spec, lines).map_err(fault)?;
    let bytes = book.bytes().map_err(fault)?;
    desk.record(Action::ExportChildren, grant.post, ("children", ""), purpose.label(), &format!("{rows}人"))?;
    Ok(Exported { bytes, rows })
}
