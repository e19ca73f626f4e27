//! The empty workbook of a list: its headings, what to write under each, and drop-down lists of what the program
//! reads. Pure: a plan in, the bytes of a workbook out.

use documents::SaveError;
use documents::workbook::{Block, Book, Column, Kind, SheetSpec, Value};
use jiff::civil::Date;
use rules::age::Grade;
use rules::codes::{
    Boarding, DisabilityGrade, DisabilityKind, Ethnicity, FamilyRelation, IdKind, InclusiveSchooling,
    LeftBehind, StudentStatus,
};
use rules::divisions::Place;
use rules::plan::{FieldColumns, ListColumns, ListKind, Plan};

use super::cells::is_typed;
use crate::compared::day;

/// Empty rows with drop-down lists: more than a school has pupils; further rows can be typed below them.
const ROWS: u32 = 3_000;

/// 监测对象类型, as the 防返贫监测 system has them.
const MONITORED: [&str; 3] = ["脱贫不稳定户", "边缘易致贫户", "突发严重困难户"];

/// The empty workbook of a list, made on `created`.
///
/// # Errors
/// [`SaveError`] when the plan's headings do not fit a workbook.
pub fn template(kind: ListKind, plan: &Plan, created: Date) -> Result<Vec<u8>, SaveError> {
    workbook(kind, plan, created, &[])?.bytes()
}

fn workbook(kind: ListKind, plan: &Plan, created: Date, rows: &[Vec<String>]) -> Result<Book, SaveError> {
    let columns = plan.list(kind);
    let fields = printed(columns);
    let mut book = Book::new(day(created));
    let spec = SheetSpec {
        name: kind.label().to_owned(),
        titles: vec![columns.title.clone(), needed(columns)],
        columns: fields.iter().map(|field| column(kind, field, plan)).collect(),
        frozen_columns: 0,
        spare_rows: ROWS,
    };
    book.sheet(&spec, rows.iter().map(|row| row.iter().map(|cell| Value::from(cell.as_str()))))?;
    let said = format!(
        "由{}填报。表头不要改，列可以换顺序；不用的列可以删，必填的列要有；另外加的列也会收下。每人一行，不要合并单元格。",
        columns.keeper
    );
    let rows = fields.into_iter().map(|field| {
        let other: Vec<&str> = field.headings.iter().skip(1).map(String::as_str).collect();
        let must =
            if field.required { "必填" } else { field.any_of.as_ref().map_or("", |_| "至少填一列") };
        vec![
            field.headings.first().cloned().unwrap_or_default(),
            must.to_owned(),
            how(kind, field, plan),
            other.join("、"),
        ]
    });
    let table = Block::Table {
        headings: vec!["列名", "要不要填", "怎么填", "也认这些列名"],
        rows: rows.collect(),
    };
    let title = format!("{}怎么填", columns.title);
    book.page("填写说明", &[Block::Title(&title), Block::Paragraph(&said), table])?;
    Ok(book)
}

/// The columns that are printed: what comparing and the ledger use. Everything else is read where a system puts it out,
/// and nobody should have to fill it in; 村码 and 户籍地址 say all that 乡镇 and 村 would.
fn printed(columns: &ListColumns) -> Vec<&FieldColumns> {
    let kind = columns.kind;
    let ledger = |key: &str| is_typed(kind, key) && !matches!(key, "township" | "village" | "hamlet");
    columns
        .fields
        .iter()
        .filter(|field| kind.keys().contains(&field.key.as_str()) || ledger(&field.key))
        .collect()
}

/// What a file of this list cannot do without, in one line.
fn needed(columns: &ListColumns) -> String {
    let first = |field: &FieldColumns| field.headings.first().cloned().unwrap_or_default();
    let mut parts: Vec<String> = columns.fields.iter().filter(|field| field.required).map(first).collect();
    parts.extend(columns.groups().into_iter().map(|group| {
        let names: Vec<String> = group.into_iter().map(first).collect();
        format!("{}至少一列", names.join("、"))
    }));
    format!("必填：{}。从表头的下一行开始填，怎么填见“填写说明”。", parts.join("；"))
}

fn column(kind: ListKind, field: &FieldColumns, plan: &Plan) -> Column {
    let heading = field.headings.first().map_or(field.key.as_str(), String::as_str);
    let units: u32 = heading.chars().map(|sign| if sign.is_ascii() { 1 } else { 2 }).sum();
    let least = match field.key.as_str() {
        key if is_number(key) => 21.0,
        "address" | "village_code" | "hukou_code" | "school_name" => 26.0,
        _ => 10.0,
    };
    let mut column = Column::new(heading, f64::from(units + 4).clamp(least, 30.0), Kind::Text);
    column.choices = choices(kind, &field.key, plan);
    column
}

/// What a field's cell may hold, where that is a closed list.
fn choices(kind: ListKind, key: &str, plan: &Plan) -> Vec<String> {
    fn of<T: Copy>(all: &[T], label: fn(T) -> &'static str) -> Vec<String> {
        all.iter().map(|&one| label(one).to_owned()).collect()
    }
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
    let member = key.strip_prefix("member1_").or_else(|| key.strip_prefix("member2_"));
    match (kind, member.unwrap_or(key)) {
        (_, "sex") => words(&["男", "女"]),
        (_, "ethnicity") => of(Ethnicity::ALL, Ethnicity::label),
        (_, "id_kind") => of(IdKind::ALL, IdKind::label),
        (_, "relation" | "guardian_relation") => of(FamilyRelation::ALL, FamilyRelation::label),
        (_, "boarding") => of(Boarding::ALL, Boarding::label),
        (_, "status") => of(StudentStatus::ALL, StudentStatus::label),
        (_, "left_behind") => of(LeftBehind::ALL, LeftBehind::label),
        (_, "inclusive") => of(InclusiveSchooling::ALL, InclusiveSchooling::label),
        (_, "disability" | "category") => of(DisabilityKind::ALL, DisabilityKind::label),
        (ListKind::Disability, "grade") => of(DisabilityGrade::ALL, DisabilityGrade::label),
        (_, "grade") => (1..=9).filter_map(Grade::new).map(|grade| grade.label().to_owned()).collect(),
        (_, "monitor_kind") => words(&MONITORED),
        (_, "stage") => words(&["小学", "初中"]),
        (_, "township") => plan.divisions().townships().map(|(_, township)| township.name.clone()).collect(),
        (_, "village_code") => {
            let divisions = plan.divisions();
            let place = |(id, village): (_, &rules::divisions::Village)| Place {
                township: Some(village.township),
                village: Some(id),
            };
            divisions.villages().map(|village| divisions.name(place(village))).collect()
        }
        (
            _,
            "orphan" | "migrant" | "present" | "only_child" | "preschool" | "needs_aid" | "boarding_aid"
            | "martyr" | "school_bus" | "bought_place" | "guardian" | "insured" | "unsafe_house"
            | "safe_water" | "risk_over" | "studying",
        ) => words(&["是", "否"]),
        _ => Vec::new(),
    }
}

fn is_number(key: &str) -> bool {
    matches!(key, "id" | "student_no" | "card_no") || key.ends_with("_id")
}

/// How a field's cell is filled in.
fn how(kind: ListKind, field: &FieldColumns, plan: &Plan) -> String {
    let words = match field.key.as_str() {
        "id" => "18位，末位可以是X；没有号码的留空。这一列是文本，号码不会变",
        key if key.ends_with("_id") => "18位，末位可以是X；不知道的留空",
        "student_no" => "G、L或J加18位，共19位",
        "card_no" => "20位：身份证号加1位类别、1位等级；补过证的22位",
        "birth" | "date" | "issued" | "expires" | "moved_in" | "moved_out" | "cancelled" => {
            "写成2015-04-03或20150403"
        }
        "entered" => "写成2021-09或202109",
        "cohort_year" => "写开学那一年，如2018；不填的按入学年月，再按名单日期算",
        "grade" if kind == ListKind::Cohort => "一年级或七年级；不填算一年级",
        "village_code" => "从下拉列表里选村，或填12位代码",
        "hukou_code" => "12位代码，或乡镇和村名",
        "address" => "乡镇、村、组，如公郎镇沙乐村三组",
        "school_code" => "10位",
        key if key.ends_with("phone") => "11位手机号，或带区号的固定电话；几个号码之间用顿号",
        _ if choices(kind, &field.key, plan).is_empty() => "",
        _ => "从下拉列表里选",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::{Asked, Certainty, Limits, recognise, rows};
    use super::*;
    use std::ops::ControlFlow;

    /// Invented; the first is a boy's, the second a girl's.
    const IDS: [(&str, &str); 2] =
        [("539999201509010011", "2015-09-01"), ("53999920120315002X", "2012-03-15")];

    fn today() -> Date {
        jiff::civil::date(2026, 9, 10)
    }

    /// A cell as a clerk fills it in, choosing the `at`-th choice where there are any.
    fn filled(kind: ListKind, field: &FieldColumns, plan: &Plan, at: usize) -> String {
        let (id, birth) = IDS[at % 2];
        let choices = choices(kind, &field.key, plan);
        match field.key.as_str() {
            "sex" => choices[at % 2].clone(),
            "id_kind" => "居民身份证".to_owned(),
            "id" => id.to_owned(),
            "student_no" => format!("G{id}"),
            "card_no" => format!("{id}42"),
            key if key.ends_with("_id") => IDS[0].0.to_owned(),
            "birth" => birth.to_owned(),
            key if key.ends_with("phone") => "10512345678".to_owned(),
            "entered" => "2021-09".to_owned(),
            "cohort_year" => "2021".to_owned(),
            "date" | "expires" => "2026-09-09".to_owned(),
            "hukou_code" => "532926101202".to_owned(),
            _ => choices.get(at % choices.len().max(1)).cloned().unwrap_or_else(|| "甲乙".to_owned()),
        }
    }

    /// Contracts, `template KIND`: for every list, what is filled in is recognised and read, choice by choice, and
    /// nothing is a problem.
    #[test]
    fn what_is_filled_in_is_recognised_and_read() {
        let plan = super::super::nanjian();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("填好.xlsx");
        for &kind in ListKind::ALL {
            let fields = printed(plan.list(kind));
            let most = fields.iter().map(|field| choices(kind, &field.key, &plan).len()).max().unwrap();
            let sheet: Vec<Vec<String>> = (0..most.max(2))
                .map(|at| fields.iter().map(|field| filled(kind, field, &plan, at)).collect())
                .collect();
            std::fs::write(&path, workbook(kind, &plan, today(), &sheet).unwrap().bytes().unwrap()).unwrap();

            let found = recognise(&path, &plan, today(), &Limits::default()).unwrap();
            assert_eq!((found.kind, found.unknown.len()), (Some(kind), 0), "{found:?}");
            assert_eq!(found.known.len(), fields.len(), "{kind}");
            let generic = kind == ListKind::Generic;
            assert_eq!(found.certainty == Certainty::Unsure, generic, "{kind} {:?}", found.certainty);
            let asked = Asked { kind, plan: &plan, on: today(), limits: Limits::default() };
            let mut seen = 0;
            let mut each = |row: Result<super::super::ListRow, _>| {
                let row = row.unwrap();
                assert_eq!(row.problems, [], "{kind} {seen}");
                assert_eq!(row.id.unwrap().to_string(), IDS[seen % 2].0);
                seen += 1;
                ControlFlow::Continue(None)
            };
            let read = rows(&path, &asked, &|_| {}, &mut each).unwrap();
            assert_eq!((read.rows, read.header.sheet.as_str()), (sheet.len() as u64, kind.label()));
            assert_eq!(seen, sheet.len());
        }
    }

    /// An empty template is known for what it is, says what it needs, and is the same every time.
    #[test]
    fn an_empty_template_has_headings_and_nobody() {
        let plan = super::super::nanjian();
        let folder = tempfile::tempdir().unwrap();
        for &kind in ListKind::ALL {
            let bytes = template(kind, &plan, today()).unwrap();
            assert_eq!(bytes, template(kind, &plan, today()).unwrap());
            let path = folder.path().join("空白.xlsx");
            std::fs::write(&path, bytes).unwrap();
            let asked = Asked { kind, plan: &plan, on: today(), limits: Limits::default() };
            let error = rows(&path, &asked, &|_| {}, &mut |_| ControlFlow::Continue(None)).unwrap_err();
            assert_eq!(error.kind, documents::table::Kind::Empty, "{kind}: {error}");
        }
        let said = needed(plan.list(ListKind::Roll));
        assert_eq!(
            said,
            "必填：姓名；身份证件号、学籍号至少一列。从表头的下一行开始填，怎么填见“填写说明”。"
        );
    }
}
