//! `findings.xlsx`, which a clerk works from: what was compared and how sure it is in plain words, then
//! one sheet per kind, one line per child, with who must look and by when.

use std::path::Path;

use documents::rejects;
use documents::workbook::{Block, Book, Column, Date, Kind, SheetSpec, Value};
use jiff::civil;
use linkage::comparison::Finding;
use rules::age::age_on;
use rules::plan::{FindingKind, FindingRule};

use super::Outcome;
use super::child::Child;
use super::words;
use crate::failure::Failure;

/// More findings of one kind than this are left to `findings.csv`: nobody works through them in a
/// spreadsheet, and opening one with more takes a small computer minutes.
pub(crate) const LISTED: usize = 50_000;

/// Writes the workbook.
pub(crate) fn write(outcome: &Outcome<'_>, path: &Path) -> Result<(), Failure> {
    let mut book = Book::new(day(outcome.on));
    first_page(outcome, &mut book)?;
    for &kind in FindingKind::ALL {
        let findings = of_kind(outcome, kind);
        if !findings.is_empty() {
            sheet(outcome, &mut book, kind, findings)?;
        }
    }
    book.save(path)?;
    Ok(())
}

/// Writes the workbook of rows to correct, where there are any; says whether there were.
pub(crate) fn problems(outcome: &Outcome<'_>, path: &Path) -> Result<bool, Failure> {
    let lists: Vec<_> = outcome
        .lists()
        .filter(|list| !list.rejects.rows.is_empty())
        .map(|list| list.rejects.clone())
        .collect();
    if lists.is_empty() {
        return Ok(false);
    }
    rejects::save(path, day(outcome.on), &lists)?;
    Ok(true)
}

/// The findings of one kind, a village's together.
fn of_kind<'a>(outcome: &'a Outcome<'_>, kind: FindingKind) -> Vec<(Child<'a>, &'a Finding)> {
    let all = &outcome.comparison.findings;
    let from = all.partition_point(|finding| finding.kind < kind);
    let until = all.partition_point(|finding| finding.kind <= kind);
    let of_kind = all.get(from..until).unwrap_or_default();
    let mut findings: Vec<(Child<'_>, &Finding)> =
        of_kind.iter().take(LISTED).map(|finding| (outcome.child(finding), finding)).collect();
    let place = |child: &Child<'a>| (child.township.is_empty(), child.village.is_empty());
    findings.sort_by(|(a, x), (b, y)| {
        place(a)
            .cmp(&place(b))
            .then_with(|| {
                (&a.township, &a.village, a.school, a.class).cmp(&(
                    &b.township,
                    &b.village,
                    b.school,
                    b.class,
                ))
            })
            .then_with(|| (x.household, x.roll).cmp(&(y.household, y.roll)))
    });
    findings
}

fn day(date: civil::Date) -> Date {
    Date {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    }
}

fn first_page(outcome: &Outcome<'_>, book: &mut Book) -> Result<(), Failure> {
    let title = format!("{}控辍保学比对结果", outcome.plan.county().name);
    let said = words::paragraphs(outcome);
    let mut blocks = vec![Block::Title(&title), Block::Note(&said.made), Block::Heading("结论")];
    blocks.extend(said.conclusion.iter().map(|text| Block::Paragraph(text)));
    blocks.push(Block::Heading("发现了什么"));
    blocks.push(Block::Table {
        headings: vec!["发现", "人数（行数）", "期限", "谁去查、依据"],
        rows: words::kinds(outcome),
    });
    blocks.push(Block::Heading("比对了什么"));
    blocks.push(Block::Table {
        headings: vec!["名单", "行数", "要改正的行", "文件和说明"],
        rows: words::lists(outcome),
    });
    blocks.push(Block::Heading("有多大把握"));
    blocks.extend(said.certainty.iter().map(|text| Block::Paragraph(text)));
    blocks.push(Block::Heading("怎么用这本表"));
    blocks.extend(said.how.iter().map(|text| Block::Paragraph(text)));
    book.page("说明", &blocks)?;
    Ok(())
}

/// A column of a kind's sheet: heading, width, how it is shown, and what stands in it.
type Show = (&'static str, f64, Kind, fn(&Line<'_>) -> Value<'static>);

/// What a line is made from.
struct Line<'a> {
    number: u32,
    child: &'a Child<'a>,
    finding: &'a Finding,
    on: civil::Date,
    who: String,
    within: String,
}

const NUMBER: Show = ("序号", 6.0, Kind::Number, |line| Value::from(line.number));
const NAME: Show = ("姓名", 12.0, Kind::Text, |line| text(line.child.name));
const SEX: Show = ("性别", 6.0, Kind::Text, |line| text(line.child.sex));
const BIRTH: Show = ("出生日期", 12.0, Kind::Date, |line| {
    birth(line.child.birth).map_or(Value::Nothing, |date| Value::Date(day(date)))
});
const AGE: Show = ("周岁", 6.0, Kind::Number, |line| {
    birth(line.child.birth).map_or(Value::Nothing, |date| Value::from(f64::from(age_on(date, line.on))))
});
const ID: Show = ("身份证件号", 21.0, Kind::Text, |line| text(&line.child.id));
const GUARDIAN: Show = ("监护人", 12.0, Kind::Text, |line| text(line.child.guardian));
const TOWNSHIP: Show = ("乡镇", 11.0, Kind::Text, |line| text(&line.child.township));
const VILLAGE: Show = ("村", 16.0, Kind::Text, |line| text(&line.child.village));
const SCHOOL: Show = ("学校", 22.0, Kind::Text, |line| text(line.child.school));
const CLASS: Show = ("班级", 13.0, Kind::Text, |line| text(line.child.class));
const REASON: Show = ("为什么列在这里", 52.0, Kind::Wrapped, |line| text(&line.finding.reason));
const CERTAINTY: Show = ("把握", 8.0, Kind::Percent, |line| {
    Value::from(f64::from((line.finding.chance * 100.0).round()) / 100.0)
});
const WHO: Show = ("谁去查", 20.0, Kind::Wrapped, |line| text(&line.who));
const WITHIN: Show = ("期限", 13.0, Kind::Text, |line| text(&line.within));
const HOUSEHOLD_ROW: Show = ("户籍行", 8.0, Kind::Number, |line| row(line.finding.household));
const ROLL_ROW: Show = ("学籍行", 8.0, Kind::Number, |line| row(line.finding.roll));
const PRESENT_ROW: Show = ("在校行", 8.0, Kind::Number, |line| row(line.finding.present));
const POVERTY_ROW: Show = ("脱贫户行", 9.0, Kind::Number, |line| row(line.finding.poverty));
const RESULT: Show = ("核实结果", 16.0, Kind::Text, |_| Value::Nothing);
const REMARK: Show = ("备注", 20.0, Kind::Wrapped, |_| Value::Nothing);

fn text(text: &str) -> Value<'static> {
    if text.is_empty() { Value::Nothing } else { Value::from(text.to_owned()) }
}

fn row(row: Option<u32>) -> Value<'static> {
    row.map_or(Value::Nothing, |row| Value::from(row + 1))
}

fn birth(date: u32) -> Option<civil::Date> {
    let year = i16::try_from(date / 10_000).ok()?;
    let month = i8::try_from(date / 100 % 100).ok()?;
    civil::Date::new(year, month, i8::try_from(date % 100).ok()?).ok()
}

fn columns(kind: FindingKind) -> Vec<Show> {
    let mut columns = vec![NUMBER, NAME, SEX, BIRTH, AGE, ID];
    let at_home = [TOWNSHIP, VILLAGE, GUARDIAN];
    let at_school = [SCHOOL, CLASS];
    match kind {
        FindingKind::NotOnRoll | FindingKind::StudyingElsewhere => columns.extend(at_home),
        FindingKind::NotInSchool | FindingKind::RollOnly => {
            columns.extend(at_school.into_iter().chain(at_home))
        }
        _ => columns.extend(at_home.into_iter().chain(at_school)),
    }
    columns.extend([REASON, CERTAINTY, WHO, WITHIN, RESULT, REMARK]);
    columns.extend(match kind {
        FindingKind::NotOnRoll | FindingKind::StudyingElsewhere => vec![HOUSEHOLD_ROW],
        FindingKind::RollOnly => vec![ROLL_ROW],
        FindingKind::NotInSchool => vec![HOUSEHOLD_ROW, ROLL_ROW, PRESENT_ROW],
        FindingKind::PovertyDropout => vec![HOUSEHOLD_ROW, ROLL_ROW, POVERTY_ROW],
        FindingKind::DuplicateRoll | FindingKind::NeedsReview => vec![HOUSEHOLD_ROW, ROLL_ROW],
    });
    columns
}

/// What may come of a look, to choose from.
fn results(kind: FindingKind) -> &'static [&'static str] {
    match kind {
        FindingKind::NotOnRoll => &[
            "确未入学",
            "已在本县就读",
            "外地就读",
            "已初中毕业",
            "延缓入学",
            "信息登错",
            "人户不在",
            "其他",
        ],
        FindingKind::NotInSchool | FindingKind::PovertyDropout => {
            &["确已辍学", "已返校", "请假", "已转学", "外地就读", "信息登错", "人户不在", "其他"]
        }
        FindingKind::StudyingElsewhere => &["证明有效", "证明过期", "实际未就读", "其他"],
        FindingKind::RollOnly => &["随迁子女", "信息登错", "空挂学籍", "其他"],
        FindingKind::DuplicateRoll => &["保留这一份", "注销这一份", "不是同一人", "其他"],
        FindingKind::NeedsReview => &["是同一人", "不是同一人", "信息登错", "其他"],
    }
}

fn sheet(
    outcome: &Outcome<'_>,
    book: &mut Book,
    kind: FindingKind,
    findings: Vec<(Child<'_>, &Finding)>,
) -> Result<(), Failure> {
    let rule: &FindingRule = outcome.plan.finding(kind);
    let shown = columns(kind);
    let all = words::count(outcome, kind);
    let mut titles = vec![
        format!("{}：{all}", rule.title),
        format!("{}{}（{}）", rule.sentence, rule.basis.text, rule.basis.cited()),
    ];
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
        frozen_columns: 2,
        spare_rows: 0,
    };
    let within = rule.deadline.within();
    let rows = (1_u32..).zip(&findings).map(|(number, (child, finding))| {
        let line = Line {
            number,
            child,
            finding,
            on: outcome.on,
            who: outcome.who(rule, child),
            within: within.clone(),
        };
        shown.iter().map(|&(_, _, _, value)| value(&line)).collect::<Vec<_>>()
    });
    book.sheet(&spec, rows)?;
    Ok(())
}
