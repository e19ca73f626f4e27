//! `findings.xlsx`, which a clerk works from: what was compared and how sure it is in plain words, then
//! one sheet per kind, one line per child, with who must look and by when.

use std::path::Path;

use documents::workbook::{Block, Book, Column, Date, SheetSpec, Value};
use documents::{SaveError, rejects};
use jiff::civil;
use linkage::comparison::Finding;
use linkage::explain::explain;
use rules::plan::{FindingKind, FindingRule};

use super::Outcome;
use super::child::Child;
use super::columns::{Line, RESULT, columns, results};
use super::words;

/// More findings of one kind than this are left to `findings.csv`: nobody works through them in a
/// spreadsheet, and opening one with more takes a small computer minutes.
pub(super) const LISTED: usize = 20_000;

/// Writes the workbook.
pub(super) fn write(outcome: &Outcome<'_>, path: &Path) -> Result<(), SaveError> {
    let mut book = Book::new(day(outcome.on()));
    first_page(outcome, &mut book)?;
    for &kind in FindingKind::ALL {
        let findings = of_kind(outcome, kind);
        if !findings.is_empty() {
            sheet(outcome, &mut book, kind, &findings)?;
        }
    }
    book.save(path)?;
    Ok(())
}

/// Writes the workbook of rows to correct, where there are any; says whether there were.
pub(super) fn problems(outcome: &Outcome<'_>, path: &Path) -> Result<bool, SaveError> {
    let lists: Vec<_> = outcome
        .lists()
        .filter(|list| !list.rejects.rows.is_empty())
        .map(|list| list.rejects.clone())
        .collect();
    if lists.is_empty() {
        return Ok(false);
    }
    rejects::save(path, day(outcome.on()), &lists)?;
    Ok(true)
}

/// The findings of one kind, a village's together.
fn of_kind<'a>(outcome: &'a Outcome<'_>, kind: FindingKind) -> Vec<(Child<'a>, &'a Finding)> {
    let of_kind = outcome.of_kind(kind).iter();
    let mut findings: Vec<(Child<'_>, &Finding)> =
        of_kind.take(LISTED).map(|finding| (outcome.child(finding), finding)).collect();
    // In the order of the plan; children from elsewhere come last.
    findings.sort_by(|(a, x), (b, y)| {
        let order = |child: &Child<'a>| (child.place.is_none(), child.place);
        let rows = |finding: &Finding| (finding.household, finding.roll);
        order(a)
            .cmp(&order(b))
            .then_with(|| (&a.village, a.school, a.class).cmp(&(&b.village, b.school, b.class)))
            .then_with(|| rows(x).cmp(&rows(y)))
    });
    findings
}

/// A day as workbooks take it.
pub(crate) fn day(date: civil::Date) -> Date {
    Date {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    }
}

/// A text as a cell: a day is a date, which a spreadsheet sorts and filters as one; all else stays text.
pub(crate) fn cell(text: String) -> Value<'static> {
    match text.parse::<civil::Date>() {
        Ok(date) if text.len() == 10 => Value::from(day(date)),
        _ => Value::from(text),
    }
}

fn first_page(outcome: &Outcome<'_>, book: &mut Book) -> Result<(), SaveError> {
    let title = format!("{}控辍保学比对结果", outcome.plan().county().name);
    let said = words::paragraphs(outcome);
    let mut blocks = vec![Block::Title(&title), Block::Note(&said.made), Block::Heading("结论")];
    blocks.extend(said.conclusion.iter().map(|text| Block::Paragraph(text)));
    blocks.push(Block::Heading("发现了什么"));
    blocks.push(Block::Table {
        headings: vec!["发现", "人数", "期限", "谁去查、依据"],
        rows: words::kinds(outcome),
    });
    blocks.push(Block::Heading("比对了什么"));
    blocks.push(Block::Table {
        headings: vec!["名单", "行数", "要改正的行", "文件"],
        rows: words::lists(outcome),
    });
    let noticed = words::noticed(outcome);
    blocks.extend(noticed.iter().map(|text| Block::Paragraph(text)));
    blocks.push(Block::Heading("有多大把握"));
    blocks.extend(said.certainty.iter().map(|text| Block::Paragraph(text)));
    blocks.push(Block::Heading("怎么用这本表"));
    blocks.extend(said.how.iter().map(|text| Block::Paragraph(text)));
    book.page("说明", &blocks)?;
    Ok(())
}

/// The lines of a finding: one, or for an undecided child one for each row that may be hers.
fn lines<'a>(
    outcome: &'a Outcome<'_>,
    finding: &'a Finding,
    child: &'a Child<'a>,
    others: &'a [Child<'a>],
    number: u32,
) -> Vec<Line<'a>> {
    let rule = outcome.plan().finding(finding.kind);
    let line = |other, why, chance| Line {
        number,
        child,
        other,
        own: match (finding.household, finding.roll) {
            (Some(row), _) if finding.present.is_none() => format!("户籍第{}行", row + 1),
            (_, row) => row.map_or_else(String::new, |row| format!("学籍第{}行", row + 1)),
        },
        finding,
        why,
        chance,
        on: outcome.on(),
        who: outcome.who(rule, child),
        within: rule.deadline.within(),
    };
    if finding.candidates.is_empty() {
        return vec![line(None, finding.why().into_owned(), finding.chance)];
    }
    let (list, left, right) = outcome.sides(finding);
    let lines = finding.candidates.iter().zip(others).map(|(link, other)| {
        let mut why = explain(link, left, right).into_owned();
        if !finding.notes.is_empty() {
            why = format!("{why} · {}", finding.notes);
        }
        line(Some((other, format!("{list}第{}行", link.right + 1))), why, link.chance)
    });
    lines.collect()
}

fn sheet(
    outcome: &Outcome<'_>,
    book: &mut Book,
    kind: FindingKind,
    findings: &[(Child<'_>, &Finding)],
) -> Result<(), SaveError> {
    let rule: &FindingRule = outcome.plan().finding(kind);
    let shown = columns(kind);
    let all = words::count(outcome, kind);
    let mut titles = vec![
        format!("{}：{all} 人", rule.title),
        format!("{}{}（{}）", rule.sentence, rule.basis.text, rule.basis.cited()),
    ];
    if kind == FindingKind::NeedsReview {
        // Two sides need the width: what is the same in every line stands above them.
        titles.push(format!(
            "左边是这个孩子，右边是另一份名单里可能是同一个孩子的那一行；有几个可能就有几行，序号相同。由{}在{}核对。",
            rule.who,
            rule.deadline.within()
        ));
    }
    if all > findings.len() {
        titles.push(format!("这里列出前 {LISTED} 行，其余见 findings.csv。"));
    }
    let columns = shown.iter().map(|&(heading, width, kind_shown, _)| {
        let mut column = Column::new(heading, width, kind_shown);
        if heading == RESULT.0 {
            column.choices = results(kind).iter().map(|&choice| choice.to_owned()).collect();
        }
        column
    });
    let spec = SheetSpec {
        name: rule.title.clone(),
        titles,
        columns: columns.collect(),
        frozen_columns: if kind == FindingKind::NeedsReview { 3 } else { 2 },
        spare_rows: 0,
    };
    let rows = (1_u32..).zip(findings).flat_map(|(number, (child, finding))| {
        let others = outcome.others(finding);
        let lines = lines(outcome, finding, child, &others, number);
        let cells = |line| shown.iter().map(|&(_, _, _, value)| value(&line)).collect::<Vec<_>>();
        lines.into_iter().map(cells).collect::<Vec<_>>()
    });
    book.sheet(&spec, rows)?;
    Ok(())
}
