//! From the cells of one row to the typed row that the ledger takes. Nothing is guessed: what cannot be read is said
//! and kept as it was written (E09, E11). It judges a row by itself; other rows and the ledger are the caller's.

use documents::rejects::Reject;
use documents::table::{Header, Row, Schema};
use jiff::civil::Date;
use rules::codes::YesNo;
use rules::date::parse_date;
use rules::plan::{ListKind, Plan};
use rustc_hash::FxHashMap;

use super::row::{ListRow, RowProblem};
use super::{values, written};

/// A name longer than this is another column's text.
const LONGEST_NAME: usize = 60;

/// How the rows of one list are read.
pub(super) struct Reading<'a> {
    pub(super) kind: ListKind,
    pub(super) plan: &'a Plan,
    /// Nobody on a list is born after this day.
    pub(super) on: Date,
    fields: FxHashMap<&'a str, usize>,
    /// The heading of each field as the file has it.
    headings: Vec<String>,
    /// Fields without a place of their own in [`ListRow`].
    others: Vec<usize>,
    /// Columns that no field claimed, by place.
    unknown: FxHashMap<usize, String>,
}

/// The fields that have a place of their own in [`ListRow`].
const TYPED: &str = "\
    name previous_name id id_kind sex birth ethnicity village_code hukou_code address township village \
    group hamlet phone household_no head_name relation guardian_name guardian_relation guardian_phone \
    guardian_id father_name father_phone father_id mother_name mother_phone mother_id member1_name \
    member1_relation member1_phone member1_id member1_guardian member2_name member2_relation \
    member2_phone member2_id member2_guardian student_no aux_no school_code school_name grade class \
    entered boarding status left_behind disability inclusive orphan migrant person_no monitor_kind \
    student_state card_no category present date place proof cohort_year";

/// Whether a field of a list has a place of its own.
pub(super) fn is_typed(kind: ListKind, key: &str) -> bool {
    // How long a 残疾人证 holds is no proof of schooling.
    TYPED.split(' ').any(|typed| typed == key) || key == "expires" && kind != ListKind::Disability
}

impl<'a> Reading<'a> {
    pub(super) fn new(kind: ListKind, plan: &'a Plan, on: Date, schema: &'a Schema, header: &Header) -> Self {
        let fields = schema.fields.iter().enumerate().map(|(at, field)| (field.key.as_str(), at)).collect();
        let headings = schema.fields.iter().zip(&header.fields).map(|(field, column)| {
            column.as_ref().map_or_else(|| field.name().to_owned(), |column| column.heading.clone())
        });
        let mut reading = Self {
            kind,
            plan,
            on,
            fields,
            headings: headings.collect(),
            others: Vec::new(),
            unknown: header.unknown.iter().map(|column| (column.index, column.heading.clone())).collect(),
        };
        reading.others = (0..schema.fields.len())
            .filter(|&at| header.fields.get(at).is_some_and(Option::is_some))
            .filter(|&at| schema.fields.get(at).is_some_and(|field| !is_typed(kind, &field.key)))
            .collect();
        reading
    }

    /// Reads data row `number`.
    pub(super) fn row(&self, number: u64, row: &Row<'_>) -> Result<ListRow, Reject> {
        let mut cells = Cells { reading: self, row, problems: Vec::new(), extra: Vec::new() };
        let read = cells.read(number);
        let Cells { problems, extra, .. } = cells;
        match read {
            Ok(mut read) => {
                read.problems = problems;
                read.extra = extra;
                Ok(read)
            }
            Err(problem) => {
                let mut all = vec![problem];
                all.extend(problems);
                Err(reject(row, &all))
            }
        }
    }
}

/// A row as the workbook of rows to correct has it.
pub(super) fn reject(row: &Row<'_>, problems: &[RowProblem]) -> Reject {
    let joined = |part: fn(&RowProblem) -> &str| {
        let mut parts: Vec<&str> = Vec::new();
        for part in problems.iter().map(part) {
            if !part.is_empty() && !parts.contains(&part) {
                parts.push(part);
            }
        }
        parts.join("；")
    };
    Reject {
        line: row.line(),
        problem: joined(|problem| &problem.what),
        remedy: joined(|problem| &problem.todo),
        cells: row.cells().map(str::to_owned).collect(),
    }
}

/// One row on its way.
pub(super) struct Cells<'r, 'a> {
    pub(super) reading: &'r Reading<'a>,
    row: &'r Row<'r>,
    problems: Vec<RowProblem>,
    extra: Vec<(String, String)>,
}

impl<'r> Cells<'r, '_> {
    pub(super) fn get(&self, key: &str) -> &'r str {
        self.reading.fields.get(key).map_or("", |&at| self.row.get(at))
    }

    pub(super) fn text(&self, key: &str) -> String {
        self.get(key).to_owned()
    }

    pub(super) fn heading(&self, key: &str) -> &str {
        let heading = self.reading.fields.get(key).and_then(|&at| self.reading.headings.get(at));
        heading.map_or("", String::as_str)
    }

    /// Notes what is wrong with a cell.
    pub(super) fn problem(&mut self, key: &str, words: &str) {
        let problem = RowProblem::of(self.heading(key), words);
        self.problems.push(problem);
    }

    /// Notes that a cell cannot be read, and keeps it.
    pub(super) fn keep(&mut self, key: &str, words: &str) {
        self.problem(key, words);
        let kept = (self.heading(key).to_owned(), self.text(key));
        self.extra.push(kept);
    }

    /// A cell that holds a value of a kind.
    pub(super) fn coded<T>(&mut self, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.get(key);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            let words = format!("看不懂{}的写法。请按下拉列表里的写法填写", self.heading(key));
            self.keep(key, &words);
        }
        value
    }

    pub(super) fn yes(&mut self, key: &str) -> Option<bool> {
        self.coded(key, YesNo::parse).map(|answer| answer == YesNo::Yes)
    }

    pub(super) fn date(&mut self, key: &str) -> Option<Date> {
        let text = self.get(key);
        if text.is_empty() {
            return None;
        }
        parse_date(text).map_err(|problem| self.keep(key, &problem.to_string())).ok()
    }

    pub(super) fn phone(&mut self, key: &str) -> String {
        match written::phone(self.get(key)) {
            Ok(phone) => phone,
            Err(()) => {
                self.keep(key, "联系电话不像电话号码。请填11位手机号，或带区号的固定电话");
                String::new()
            }
        }
    }

    fn read(&mut self, number: u64) -> Result<ListRow, RowProblem> {
        let kind = self.reading.kind;
        let name = self.name()?;
        let (id, id_written, card) = self.identity()?;
        let mut row = ListRow { number, line: self.row.line(), name, id, id_written, ..ListRow::default() };
        row.disability_card = card;
        self.person(&mut row);
        self.home(&mut row);
        self.guardians(&mut row);
        self.schooling(&mut row);
        row.orphan = self.yes("orphan");
        row.migrant = self.yes("migrant");
        row.left_behind = self.coded("left_behind", rules::codes::LeftBehind::parse);
        let disability = if kind == ListKind::Disability { "category" } else { "disability" };
        row.disability = self.coded(disability, rules::codes::DisabilityKind::parse);
        if kind == ListKind::Disability {
            row.disability_grade = self.coded("grade", rules::codes::DisabilityGrade::parse);
        }
        if kind == ListKind::Poverty {
            row.poverty_household_no = self.text("household_no");
            row.poverty_person_no = self.text("person_no");
            row.monitored_kind = self.text("monitor_kind");
            row.student_state = self.text("student_state");
        } else {
            row.household_no = self.text("household_no");
        }
        if kind == ListKind::Cohort {
            row.cohort_year = self.coded("cohort_year", values::year);
        }
        if kind == ListKind::Present {
            row.day = self.date("date");
            row.present = self.coded("present", values::here);
        }
        if matches!(kind, ListKind::Elsewhere | ListKind::Generic) {
            row.studies_at = self.text("place");
            row.proof = self.text("proof");
            row.proof_until = self.date("expires");
        }
        self.others();
        if self.says_nobody(&row) {
            let words = "只有姓名，认不出是谁。请补填身份证件号，或出生日期、监护人、地址";
            return Err(RowProblem::of(self.heading("id"), words));
        }
        Ok(row)
    }

    fn name(&mut self) -> Result<String, RowProblem> {
        let (name, odd) = written::name(self.get("name"));
        if name.is_empty() {
            return Err(RowProblem::of(self.heading("name"), "没有姓名。请补填"));
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(RowProblem::of(self.heading("name"), "姓名太长，可能填错了列。请对照户口簿填写"));
        }
        if let Some(odd) = odd {
            self.problem("name", odd);
        }
        Ok(name)
    }

    /// What has no place of its own, by heading.
    fn others(&mut self) {
        let reading = self.reading;
        for &at in &reading.others {
            let text = self.row.get(at);
            if !text.is_empty() {
                self.extra.push((reading.headings.get(at).cloned().unwrap_or_default(), text.to_owned()));
            }
        }
        if reading.unknown.is_empty() {
            return;
        }
        for (at, cell) in self.row.cells().enumerate() {
            if let Some(heading) = reading.unknown.get(&at)
                && !cell.trim().is_empty()
            {
                self.extra.push((heading.clone(), cell.trim().to_owned()));
            }
        }
    }

    /// A bare name is half a village.
    fn says_nobody(&self, row: &ListRow) -> bool {
        row.id.is_none()
            && row.id_written.is_empty()
            && row.birth.is_none()
            && row.student_no.is_none()
            && self.get("student_no").is_empty()
            && self.get("card_no").is_empty()
            && row.guardians.is_empty()
            && row.address.is_empty()
            && row.place_code.is_empty()
            && [
                &row.household_no,
                &row.poverty_household_no,
                &row.head_name,
                &row.school_code,
                &row.school_name,
            ]
            .into_iter()
            .all(String::is_empty)
    }
}
