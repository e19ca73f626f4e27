//! Reads what the provincial system put out, by its headings and its words (`columns.toml`). Bounded; a word that the plan does
//! not know turns the row away and is never guessed (E09). It knows no child: whom a row is about, [`super::look`] says.

use std::ops::ControlFlow;
use std::path::Path;

use documents::rejects::{LISTED, Reject, RejectedList};
use jiff::civil::Date;
use rules::attendance::{Kind, Reason};
use rules::date::parse_date;
use rules::identity::{IdDocument, StudentNumber};
use rules::plan::{ListKind, Plan};

use crate::lists::open_export;
use crate::refused::Refused;

pub use crate::lists::LARGEST_EXPORT as LARGEST;

/// Rows that are taken at most: a county's day, or a school's month.
const MOST_ROWS: usize = 25_000;

/// A row whose own words can be read.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub line: u64,
    pub cells: Vec<String>,
    pub day: Date,
    /// By code, or by name where the file has no code.
    pub school: String,
    pub grade: String,
    pub class: String,
    pub name: String,
    /// As the ledger keeps it; empty where there is none, or only a masked one.
    pub id: String,
    pub student_no: String,
    pub kind: Kind,
    pub reason: Option<Reason>,
}

/// What a file says.
#[derive(Debug, Clone)]
pub struct ProvinceFile {
    pub(super) rows: Vec<Row>,
    /// Rows of data.
    pub(super) count: usize,
    pub(super) rejected: RejectedList,
    pub(super) hash: String,
    pub(super) title: String,
}

/// Reads the file at `path`, which people call `title`.
///
/// # Errors
/// [`Refused::Invalid`] when it cannot be read to its end, is another list, or is too long (E01–E04).
pub fn read_province(path: &Path, plan: &Plan, title: &str) -> Result<ProvinceFile, Refused> {
    let refused = |text: String| Refused::field("file", text);
    let columns = plan.list(ListKind::Attendance);
    let table = open_export(path, columns)?;
    let at = |key: &str| columns.fields.iter().position(|field| field.key == key);
    let places = [
        "date",
        "school_code",
        "school_name",
        "grade",
        "class",
        "name",
        "id",
        "student_no",
        "mark",
        "reason",
    ]
    .map(at);
    let title: String = title.chars().filter(|c| !c.is_control()).take(100).collect();
    let rejected = RejectedList {
        list: ListKind::Attendance.label().to_owned(),
        file: title.clone(),
        headings: table.header().headings.clone(),
        ..RejectedList::default()
    };
    let mut file = ProvinceFile { rows: Vec::new(), count: 0, rejected, hash: String::new(), title };
    let walked = table
        .walk(
            &mut |row| {
                file.count += 1;
                if file.count > MOST_ROWS {
                    return ControlFlow::Break(());
                }
                let cells = places.map(|place| place.map(|place| row.get(place)).unwrap_or_default());
                let whole: Vec<String> = row.cells().map(str::to_owned).collect();
                match read(plan, row.line(), cells) {
                    Ok(read) => file.rows.push(Row { cells: whole, ..read }),
                    Err((problem, remedy)) => file.reject(row.line(), whole, problem, remedy),
                }
                ControlFlow::Continue(())
            },
            &|_| {},
        )
        .map_err(|error| refused(format!("{error}")))?;
    if file.count > MOST_ROWS {
        return Err(refused(format!("超过{MOST_ROWS}行，请在省系统里按学校或按天分开导出")));
    }
    file.hash = super::super::sample::hex(&walked.sha256.unwrap_or_default());
    Ok(file)
}

impl ProvinceFile {
    /// Puts a row among those to correct.
    pub(super) fn reject(
        &mut self,
        line: u64,
        cells: Vec<String>,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if self.rejected.rows.len() < LISTED {
            let (problem, remedy) = (problem.into(), remedy.into());
            self.rejected.rows.push(Reject { line, problem, remedy, cells });
        } else {
            self.rejected.more += 1;
        }
    }
}

type Unusable = (String, &'static str);

fn read(plan: &Plan, line: u64, cells: [&str; 10]) -> Result<Row, Unusable> {
    let [date, code, school, grade, class, name, id, student_no, mark, reason] = cells.map(str::trim);
    // 考勤时间 may have the hour behind the day.
    let date = date.split([' ', 'T']).next().unwrap_or_default();
    let day = parse_date(date)
        .map_err(|problem| (format!("日期看不懂：{problem}"), "请写成 2026-11-23 这样的日期"))?;
    if name.is_empty() || name.chars().count() > 60 {
        return Err(("没有姓名，或者太长".to_owned(), "请补填姓名"));
    }
    let school = if code.is_empty() { school } else { code };
    if school.is_empty() {
        return Err(("没有学校".to_owned(), "请补填学校名称或学校标识码"));
    }
    let kind = match mark {
        "" => return Err(("没有考勤类别".to_owned(), "请补填；程序不会当作出勤")),
        mark => plan.attendance_mark(mark).ok_or((
            "不认识这个考勤类别".to_owned(),
            "请改成出勤、迟到、早退、病假、事假、公假、旷课、未返校、停课、在外就读中的一个",
        ))?,
    };
    // A masked number says nothing; class and name may still.
    let masked = |text: &str| text.contains('*');
    let id = match id {
        "" => String::new(),
        id if masked(id) => String::new(),
        id => IdDocument::parse(id)
            .map(|paper| paper.to_string())
            .map_err(|problem| (problem.to_string(), "请对照学籍核对证件号"))?,
    };
    let student_no = match student_no {
        "" => String::new(),
        number if masked(number) => String::new(),
        number => StudentNumber::parse(number)
            .map(|number| number.to_string())
            .map_err(|_| ("学籍号不对".to_owned(), "请对照学籍核对学籍号"))?,
    };
    if id.is_empty() && student_no.is_empty() && class.is_empty() {
        return Err(("没有证件号、学籍号，也没有班级".to_owned(), "请至少补填一个，才认得出是谁"));
    }
    let told = kind.half() != rules::attendance::Half::Came;
    let reason = match reason {
        "" => None,
        text => Reason::parse(text).or(Some(Reason::Other)),
    };
    Ok(Row {
        line,
        cells: Vec::new(),
        day,
        school: school.to_owned(),
        grade: grade.to_owned(),
        class: class.to_owned(),
        name: name.split_whitespace().collect(),
        id,
        student_no,
        kind,
        reason: reason.filter(|_| told),
    })
}
