//! The sheets of many children as one workbook, in the platform's order, for whoever uploads them there by hand. A right
//! of its own; whole numbers only when they are asked for, each child on the record (K10, D06).

use documents::workbook::{Book, Column, Kind, SheetSpec, Value};
use rules::access::{Action, Subject};
use rules::purpose::Purpose;
use rules::standing::Standing;
use rules::twin::Stand;

use super::keep::kept;
use super::list::{Query, list};
use super::sheet::{asked, line, values};
use crate::compared::day;
use crate::desk::Desk;
use crate::ledger::{self, Exported, Sees, ties_of};
use crate::refused::Refused;

/// Children in one file at most.
pub const MOST: usize = 1000;
/// Children in one file at most, when their numbers are whole.
pub const MOST_WHOLE: usize = 200;

/// The children that the query finds, as the platform's form has them.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Rule`] when there are too many, [`Refused::Storage`].
pub fn export(
    desk: &mut Desk<'_, '_>,
    query: &Query,
    whole: bool,
    purpose: Purpose,
) -> Result<Exported, Refused> {
    let grant = desk.require(Action::ExportPlatform, &Subject::Nothing, ("platform", ""))?;
    let platform = super::platform(desk, &query.platform)?;
    let most = if whole { MOST_WHOLE } else { MOST };
    let found = list(desk, &Query { after: String::new(), ..query.clone() }, most)?;
    if found.next.is_some() {
        return Err(Refused::rule(
            format!("超过{most}人，一次导不出来"),
            "个人信息保护法第六条（最小范围）",
            "请先按办理情况筛选，再导出",
        ));
    }
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        let ties = ties_of(desk, &row.child)?;
        let own = desk.require(Action::ExportPlatform, &Subject::Child(&ties), ("child", &row.child))?;
        let (Some(sees), Some(values)) = (Sees::granted(&own), values(desk, &row.child)?) else { continue };
        if whole {
            for field in asked(platform, sees) {
                ledger::reveal(desk, &row.child, field, purpose)?;
            }
        }
        let entry = kept(desk, &platform.key, &row.child)?;
        let stand = Stand::of(
            platform,
            Standing::from_code(&values.standing),
            entry.as_ref().map(|kept| (kept.closed, kept.number.as_str())),
        );
        let lines = platform.lines.iter();
        let mut cells: Vec<String> = lines
            .map(|one| line(&values, one.field, sees, whole).map(|(text, _)| text).unwrap_or_default())
            .collect();
        cells.push(entry.map(|kept| kept.number).unwrap_or_default());
        cells.push(stand.map_or("", Stand::label).to_owned());
        rows.push(cells);
    }
    let masked = if whole { "证件号为完整号码" } else { "证件号已遮盖" };
    let spec = SheetSpec {
        name: "录入表".to_owned(),
        titles: vec![
            format!("{}{}录入表", platform.title, platform.port),
            format!(
                "{} 于 {} 导出 · 用途：{} · 共{}人 · {masked} · 含未成年人个人信息，不得外传",
                desk.actor().name,
                desk.now.clock().strftime("%Y-%m-%d %H:%M"),
                purpose.label(),
                rows.len()
            ),
        ],
        columns: platform
            .lines
            .iter()
            .map(|line| line.label.as_str())
            .chain(["平台编号（录入后填）", "办理情况"])
            .enumerate()
            .map(|(nth, heading)| Column::new(heading, width(heading, nth, &rows), Kind::Text))
            .collect(),
        frozen_columns: 1,
        ..SheetSpec::default()
    };
    let count = rows.len();
    let fault = |error: documents::SaveError| Refused::Fault(error.to_string());
    let mut book = Book::new(day(desk.now.day()));
    book.sheet(&spec, rows.into_iter().map(|cells| cells.into_iter().map(Value::from))).map_err(fault)?;
    let bytes = book.bytes().map_err(fault)?;
    let said = format!("{}，{count}人，{masked}", platform.title);
    desk.record(Action::ExportPlatform, grant.post, ("platform", ""), purpose.label(), &said)?;
    Ok(Exported { bytes, rows: count })
}

/// Room for the heading and for the longest that stands under it, within bounds, in half-width signs.
fn width(heading: &str, column: usize, rows: &[Vec<String>]) -> f64 {
    let signs = |text: &str| text.chars().map(|sign| if sign.is_ascii() { 1 } else { 2 }).sum::<u32>();
    let longest = rows.iter().filter_map(|row| row.get(column)).map(|text| signs(text)).max();
    f64::from(longest.unwrap_or_default().max(signs(heading)).saturating_add(2).clamp(8, 60))
}
