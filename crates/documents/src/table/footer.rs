//! Lines that stand below a list, or between its parts, without belonging to it: 合计, 填表人, 制表日期, 备注.

use super::Row;
use super::cell::is_blank;

/// A first cell that is just this is a total, whatever stands beside it: nobody is called so.
const TOTALS: [&str; 5] = ["合计", "总计", "共计", "小计", "累计"];

/// How the other such lines begin once their spaces are gone.
const BEGINNINGS: [&str; 24] = [
    "合计",
    "总计",
    "共计",
    "小计",
    "总人数",
    "共有",
    "填表",
    "填报",
    "制表",
    "制单",
    "审核",
    "复核",
    "校对",
    "经办",
    "单位负责",
    "负责人",
    "签字",
    "盖章",
    "备注",
    "说明",
    "注:",
    "注：",
    "打印",
    "导出",
];

/// The characters with which all of them begin: one look settles it for nearly every row.
const FIRST: &str = "合总共小累填制审复校经单负签盖备说注打导";

/// Is this row such a line? It begins like one, a column that the list cannot do without is empty, and so are most of
/// the others: a child whose row is merely incomplete must not vanish here.
pub(crate) fn is_footer(row: &Row<'_>, needed: &[usize]) -> bool {
    let Some(first) = row.cells().find(|cell| !cell.chars().all(is_blank)) else { return false };
    if !first.chars().find(|&c| !is_blank(c)).is_some_and(|c| FIRST.contains(c)) {
        return false;
    }
    let start: String = first.chars().filter(|&c| !is_blank(c)).take(5).collect();
    if TOTALS.contains(&start.as_str()) {
        return true;
    }
    BEGINNINGS.iter().any(|beginning| start.starts_with(beginning))
        && needed.iter().any(|&field| row.get(field).is_empty())
        && {
            let recognised = row.columns.iter().filter(|column| column.is_some()).count();
            let filled = (0..row.columns.len()).filter(|&field| !row.get(field).is_empty()).count();
            filled * 2 <= recognised
        }
}
