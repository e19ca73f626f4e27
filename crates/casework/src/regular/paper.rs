//! A frozen report as an official paper (GB/T 9704) and as a workbook. Both are made of what was frozen and of nothing that may change later; neither
//! names a child. The paper bears its number, its day, its digest and the address at which it is compared.

use documents::paper::{Block, Paper};
use documents::workbook::{Block as Page, Book, Column, Kind as Cells, SheetSpec, Value};
use jiff::civil::Date;
use qrcodegen::{QrCode, QrCodeEcc};
use rules::regular::{Content, Kind};

use super::read::ReportFile;
use crate::compared::day;
use crate::desk::Desk;
use crate::papers::spelled;
use crate::params;
use crate::refused::Refused;

const NUMERALS: [&str; 14] =
    ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四"];

/// Id and name of the county's 教体局.
pub(super) fn bureau(desk: &mut Desk<'_, '_>) -> Result<(String, String), Refused> {
    let found = desk.tx.optional(
        "select id, name from unit where county = $1 and kind = 'bureau' and until_day is null order by sort, id limit 1",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(found.unwrap_or_else(|| (String::new(), "县教育体育局".to_owned())))
}

/// What a report is called on paper.
fn title(file: &ReportFile, county: &str) -> String {
    let what = match file.line.kind {
        Kind::SchoolMonth => "控辍保学报告",
        Kind::CountyQuarter => "控辍保学复核报告",
        Kind::PrefectureTerm => "控辍保学调研报告",
        Kind::ProvinceYear => "义务教育控辍保学评估报告",
    };
    let whose = if file.line.kind == Kind::SchoolMonth { file.line.name.as_str() } else { county };
    let version = if file.line.version > 1 {
        format!("（更正第{}版）", file.line.version)
    } else {
        String::new()
    };
    format!("{whose}{}{what}{version}", file.period)
}

fn spoken(day: &str) -> String {
    day.get(..10).and_then(|day| day.parse::<Date>().ok()).map(spelled).unwrap_or_default()
}

/// What a line without a number means.
fn note(content: &Content) -> Option<&'static str> {
    let is_hidden =
        content.sections.iter().flat_map(|section| &section.lines).any(|line| line.value == "不列");
    is_hidden.then_some("“不列”的，是少于5，或者由别的数能推出少于5的数（保护未成年人）。")
}

fn body(file: &ReportFile, content: &Content) -> Vec<Block> {
    let kind = file.line.kind;
    let mut numerals = NUMERALS.iter();
    let mut heading = |text: &str| Block::Heading {
        text: format!("{}、{text}", numerals.next().copied().unwrap_or_default()),
    };
    let text = |text: String| Block::Text { text };
    let mut body = vec![text(format!(
        "按照教基厅函〔2024〕15号“{}”的要求，现将{}（{}至{}）的情况报告如下。",
        kind.order(),
        file.period,
        spoken(&content.first),
        spoken(&content.last)
    ))];
    if let Some(old) = file.versions.iter().find(|one| one.version + 1 == file.line.version) {
        let why = file.versions.iter().find(|one| one.id == file.line.id).map(|one| one.why.as_str());
        body.push(text(format!(
            "本报告更正{}，更正的原因：{}。原报告留存备查。",
            old.number,
            why.unwrap_or_default()
        )));
    }
    if file.line.is_zero {
        body.push(text("零报告：本月无疑似辍学学生，情况属实。".to_owned()));
    }
    for section in &content.sections {
        body.push(heading(&section.title));
        let heads = ["项目", "本期", "上期", "怎么算"].map(str::to_owned).to_vec();
        let rows = section.lines.iter().map(|line| {
            let before = if line.before.is_empty() { "—".to_owned() } else { line.before.clone() };
            vec![line.label.clone(), line.value.clone(), before, line.means.clone()]
        });
        body.push(Block::Table { heads, rows: rows.collect() });
    }
    for table in &content.tables {
        body.push(heading(&table.title));
        if !table.rows.is_empty() {
            body.push(Block::Table { heads: table.heads.clone(), rows: table.rows.clone() });
        }
        if !table.note.is_empty() {
            body.push(text(table.note.clone()));
        }
    }
    body.extend(note(content).map(|note| text(note.to_owned())));
    for (what, words) in [
        ("工作情况", &file.words.situation),
        ("存在问题", &file.words.problems),
        ("下一步工作", &file.words.next),
    ] {
        if words.is_empty() {
            continue;
        }
        body.push(heading(what));
        body.extend(
            words.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| text(line.to_owned())),
        );
    }
    body
}

/// The paper of a frozen report. `address` is this installation's, as its users reach it.
pub(super) fn paper(desk: &mut Desk<'_, '_>, file: &ReportFile, address: &str) -> Result<Paper, Refused> {
    let (_, bureau) = bureau(desk)?;
    let kind = file.line.kind;
    let rule = desk.plan.regular();
    let organ = if kind == Kind::SchoolMonth { file.line.name.clone() } else { bureau.clone() };
    let to = match kind {
        Kind::SchoolMonth => bureau,
        Kind::CountyQuarter => desk.plan.conference().who.clone(),
        Kind::PrefectureTerm => rule.prefecture.clone(),
        Kind::ProvinceYear => rule.province.clone(),
    };
    let frozen = file.acts.iter().find(|act| act.act == rules::regular::Act::Accept);
    let date = frozen.map(|act| spoken(&act.at)).unwrap_or_default();
    let at = format!("{address}/regular/{}", file.line.id);
    let squares = QrCode::encode_text(&at, QrCodeEcc::Medium).map_or_else(
        |_| Vec::new(),
        |code| {
            let row = |y| (0..code.size()).map(|x| if code.get_module(x, y) { '1' } else { '0' }).collect();
            (0..code.size()).map(row).collect()
        },
    );
    let mark = match kind {
        Kind::SchoolMonth | Kind::CountyQuarter => "内部报告，不得外传",
        Kind::PrefectureTerm | Kind::ProvinceYear => "",
    };
    Ok(Paper {
        mark: mark.to_owned(),
        number: file.line.number.clone(),
        title: title(file, &desk.plan.county().name),
        to: vec![to],
        body: body(file, &file.content),
        signed: organ.clone(),
        note: format!("内容校验码SHA-256：{}", grouped(&file.digest)),
        printed: (organ.clone(), date.clone()),
        organ,
        date,
        squares,
        check: at,
        ..Paper::default()
    })
}

/// In groups of eight, so that it can be read out.
fn grouped(digest: &str) -> String {
    let signs: Vec<char> = digest.chars().collect();
    let parts: Vec<String> = signs.chunks(8).map(|part| part.iter().collect()).collect();
    parts.join(" ")
}

/// The workbook of a frozen report: a page that says what it is, its lines, its tables.
pub(super) fn workbook(desk: &mut Desk<'_, '_>, file: &ReportFile) -> Result<Vec<u8>, Refused> {
    let content = &file.content;
    let frozen = file.acts.iter().find(|act| act.act == rules::regular::Act::Accept);
    let on = frozen.and_then(|act| act.at.get(..10)).and_then(|day| day.parse().ok());
    let title = title(file, &desk.plan.county().name);
    let fault = |error: documents::SaveError| Refused::Fault(format!("a report's workbook: {error}"));
    let mut book = Book::new(day(on.unwrap_or_else(|| desk.now.day())));
    let facts = vec![
        vec!["编号".to_owned(), file.line.number.clone()],
        vec!["起止".to_owned(), format!("{}至{}", content.first, content.last)],
        vec!["报告单位".to_owned(), file.line.name.clone()],
        vec!["起草".to_owned(), file.by.0.clone()],
        vec!["审核".to_owned(), file.by.1.clone()],
        vec!["内容校验码".to_owned(), grouped(&file.digest)],
    ];
    let mut page = vec![Page::Title(&title), Page::Table { headings: Vec::new(), rows: facts }];
    if file.line.is_zero {
        page.push(Page::Paragraph("零报告：本月无疑似辍学学生，情况属实。"));
    }
    for (what, words) in [
        ("工作情况", &file.words.situation),
        ("存在问题", &file.words.problems),
        ("下一步工作", &file.words.next),
    ] {
        if !words.is_empty() {
            page.push(Page::Heading(what));
            page.push(Page::Paragraph(words));
        }
    }
    page.extend(note(content).map(Page::Note));
    book.page("说明", &page).map_err(fault)?;
    let spec = SheetSpec {
        name: "数据".to_owned(),
        titles: vec![title, format!("{}，{}至{}", file.line.number, content.first, content.last)],
        columns: vec![
            Column::new("部分", 20.0, Cells::Text),
            Column::new("项目", 28.0, Cells::Text),
            Column::new("本期", 10.0, Cells::Number),
            Column::new("上期", 10.0, Cells::Number),
            Column::new("怎么算", 60.0, Cells::Wrapped),
        ],
        frozen_columns: 2,
        ..SheetSpec::default()
    };
    let rows = content.sections.iter().flat_map(|section| {
        section.lines.iter().map(|line| {
            [
                Value::from(section.title.as_str()),
                Value::from(line.label.as_str()),
                number(&line.value),
                number(&line.before),
                Value::from(line.means.as_str()),
            ]
        })
    });
    book.sheet(&spec, rows).map_err(fault)?;
    for table in &content.tables {
        let width =
            |at: usize| if at + 1 == table.heads.len() && table.heads.len() > 4 { 60.0 } else { 18.0 };
        let spec = SheetSpec {
            name: table.title.clone(),
            titles: vec![table.title.clone(), table.note.clone()],
            columns: (0..)
                .zip(&table.heads)
                .map(|(at, head)| {
                    let kind = if width(at) > 20.0 { Cells::Wrapped } else { Cells::Text };
                    Column::new(head.as_str(), width(at), kind)
                })
                .collect(),
            frozen_columns: 1,
            ..SheetSpec::default()
        };
        book.sheet(&spec, table.rows.iter().map(|row| row.iter().map(|cell| number(cell)))).map_err(fault)?;
    }
    book.bytes().map_err(fault)
}

/// A number as one; all else stays text.
fn number(text: &str) -> Value<'_> {
    text.parse::<u32>().map_or_else(|_| Value::from(text), Value::from)
}
