//! Reads a list into columns of people, in parallel and in one pass: what is compared, what is shown
//! beside a finding, and which rows somebody must put right. It judges no row and compares nothing.

use std::collections::HashMap;
use std::path::Path;

use documents::rejects::{LISTED, Reject, RejectedList};
use documents::table::{Folded, Header, Limits, Row, Schema, open};
use linkage::people::{People, Person};
use rules::identity::IdProblem;
use rules::plan::{ListKind, Plan};

use super::schools::{Schools, renumbered};
use super::values::{self, Places};
use super::{Fields, Progress, ReadFailure, Report, schema};

/// A list that was read, ready to be compared.
pub struct List {
    /// What it is called: 户籍.
    pub title: String,
    /// The file's name.
    pub file: String,
    /// What was found above the data.
    pub header: Header,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Lines that were passed over as footers.
    pub footers: u64,
    /// Rows, as evidence of who is meant.
    pub people: People,
    /// 是否在校, for the 在校 list; `None` where the row does not say.
    pub here: Vec<Option<bool>>,
    /// The day that each row of the 在校 list is about, as `year * 10000 + month * 100 + day`; 0 for none.
    pub days: Vec<u32>,
    /// Names of places that the plan does not know, by code.
    pub places: HashMap<u64, String>,
    /// Rows to correct.
    pub rejects: RejectedList,
    /// How many rows have each problem.
    pub problems: Vec<(String, u64)>,
}

/// Where each thing stands in a row; a place beyond every row where the list lacks it.
struct Columns {
    name: usize,
    id: usize,
    sex: usize,
    birth: usize,
    ethnicity: usize,
    code: usize,
    address: usize,
    guardians: [usize; 2],
    student_no: usize,
    school_code: usize,
    school_name: usize,
    grade: usize,
    class: usize,
    date: usize,
    present: usize,
}

impl Columns {
    fn of(schema: &Schema) -> Self {
        let at = |keys: &[&str]| {
            let found = keys.iter().find_map(|key| schema.fields.iter().position(|field| field.key == *key));
            found.unwrap_or(usize::MAX)
        };
        Self {
            name: at(&["name"]),
            id: at(&["id", "card_no"]),
            sex: at(&["sex"]),
            birth: at(&["birth"]),
            ethnicity: at(&["ethnicity"]),
            code: at(&["village_code", "hukou_code"]),
            address: at(&["address"]),
            guardians: [at(&["guardian_name", "member1_name"]), at(&["head_name", "member2_name"])],
            student_no: at(&["student_no"]),
            school_code: at(&["school_code"]),
            school_name: at(&["school_name"]),
            grade: at(&["grade"]),
            class: at(&["class"]),
            date: at(&["date"]),
            present: at(&["present"]),
        }
    }
}

/// What is gathered from one piece of a file.
#[derive(Default)]
struct Piece {
    people: People,
    schools: Schools,
    places: Places,
    here: Vec<Option<bool>>,
    days: Vec<u32>,
    /// 民族 as spelled so far, with its code.
    ethnicities: Vec<(String, u8)>,
    noted: Vec<Noted>,
    more: u64,
    problems: HashMap<String, u64>,
}

/// What the rows of a list are read with.
struct Reading<'a> {
    kind: ListKind,
    plan: &'a Plan,
    columns: Columns,
    /// Nobody born before this day is compared: a household list names grandparents too.
    born_after: u32,
}

impl Reading<'_> {
    fn row(&self, piece: &mut Piece, row: &Row<'_>) {
        let get = |at: usize| row.get(at);
        let columns = &self.columns;
        let mut problems: Vec<String> = Vec::new();
        let name = get(columns.name);
        let (typed, id_problem) = values::number(get(columns.id));
        let inside = values::number_in_student_number(get(columns.student_no));
        let better = typed.is_none() || inside.is_checked() && !typed.is_checked();
        let (number, other_number) = if better { (inside, typed) } else { (typed, inside) };
        match id_problem {
            Some(IdProblem::Empty) if self.may_lack_number(get(columns.student_no)) => {}
            Some(problem) => problems.push(problem.to_string()),
            None => {}
        }
        let birth = values::date(get(columns.birth)).unwrap_or_else(|problem| {
            problems.push(problem);
            0
        });
        let inside = if typed.is_checked() { typed.birth() } else { 0 };
        if birth != 0 && inside != 0 && birth != inside {
            problems.push("出生日期与身份证号里的不一致。请对照户口簿核对".to_owned());
        }
        let birth = if birth == 0 && number.is_checked() { number.birth() } else { birth };
        if name.is_empty() {
            problems.push("没有姓名。请补填".to_owned());
        }
        let (school, class) = piece.schools.numbers(
            get(columns.school_code),
            get(columns.school_name),
            get(columns.grade),
            get(columns.class),
        );
        let grown_up = birth != 0 && birth < self.born_after && inside < self.born_after;
        let person = Person {
            // A grown-up keeps the row, and stands for nobody.
            name: if grown_up { "" } else { name },
            number: if grown_up { linkage::number::Number::NONE } else { number },
            other_number: if grown_up { linkage::number::Number::NONE } else { other_number },
            birth,
            sex: values::sex(get(columns.sex)),
            ethnicity: ethnicity(&mut piece.ethnicities, get(columns.ethnicity)),
            guardians: columns.guardians.map(get),
            place: piece.places.find(self.plan.divisions(), get(columns.code), get(columns.address)),
            school,
            class,
        };
        piece.people.push(&person);
        if self.kind == ListKind::Present {
            piece.here.push(values::here(get(columns.present)));
            piece.days.push(values::date(get(columns.date)).unwrap_or_default());
        }
        if !problems.is_empty() && !grown_up {
            note(piece, row, &problems);
        }
    }

    /// 学籍 without a number is lawful (J), and a 在校 list may go by 学籍号 alone.
    fn may_lack_number(&self, student_no: &str) -> bool {
        !student_no.is_empty() || !matches!(self.kind, ListKind::Household | ListKind::Roll)
    }
}

/// 民族. A county has a handful of spellings, so a look through those seen is quicker than reading anew.
fn ethnicity(seen: &mut Vec<(String, u8)>, text: &str) -> u8 {
    if text.is_empty() {
        return 0;
    }
    if let Some((_, code)) = seen.iter().find(|(spelling, _)| spelling == text) {
        return *code;
    }
    let code = values::ethnicity(text);
    if seen.len() < 100 {
        seen.push((text.to_owned(), code));
    }
    code
}

/// A row to correct, kept small: a careless million leaves eighty thousand of them until the file is
/// read and the first five thousand are known.
struct Noted {
    line: u64,
    problems: String,
    /// The cells as they stand, each with a mark behind it.
    cells: String,
}

/// What stands behind each cell and each problem of a noted row.
const MARK: char = '\u{1f}';

/// The problem without what is particular to the row, so that like is counted with like.
fn sort_of(problem: &str) -> &str {
    ["。", "（", "，这里是"].iter().fold(problem, |sort, end| sort.split(end).next().unwrap_or(sort))
}

fn note(piece: &mut Piece, row: &Row<'_>, problems: &[String]) {
    for problem in problems {
        *piece.problems.entry(sort_of(problem).to_owned()).or_default() += 1;
    }
    if piece.noted.len() >= LISTED {
        piece.more += 1;
        return;
    }
    let mut noted = Noted { line: row.line(), problems: problems.join("\u{1f}"), cells: String::new() };
    for cell in row.cells() {
        noted.cells.push_str(cell);
        noted.cells.push(MARK);
    }
    piece.noted.push(noted);
}

impl Noted {
    /// The row as the workbook of rows to correct shows it.
    fn reject(&self) -> Reject {
        let part = |at: usize| {
            let parts = self.problems.split(MARK).filter_map(|problem| problem.splitn(2, '。').nth(at));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
        };
        let cells = self.cells.strip_suffix(MARK).unwrap_or_default();
        Reject {
            line: self.line,
            problem: part(0),
            remedy: part(1),
            cells: cells.split(MARK).map(str::to_owned).collect(),
        }
    }
}

/// Reads the list of a kind from a file: what it is called, where it stands, and how far back years of birth
/// go that are compared (`year * 10000`).
///
/// # Errors
/// [`ReadFailure`] when the file is not that list or cannot be read whole.
pub(crate) fn list(
    kind: ListKind,
    title: &str,
    path: &Path,
    plan: &Plan,
    born_after: u32,
    schools: &mut Schools,
    report: Report<'_>,
) -> Result<List, ReadFailure> {
    let schema = schema(plan.list(kind), Fields::Compared);
    let limits = Limits::default();
    let table = open(path, &schema, &limits)?;
    report(Progress::Begins { what: &format!("读取 {title}"), total: table.size_hint_bytes() });
    let reading = Reading { kind, plan, columns: Columns::of(&schema), born_after };
    let at = |done| report(Progress::At(done));
    let folded = table.fold(Piece::default, |piece, row| reading.row(piece, row), &at);
    report(Progress::Ends);
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(gather(title, file, table.header().clone(), folded?, schools))
}

/// Puts the pieces of a file together, in the order of the file.
fn gather(title: &str, file: String, header: Header, folded: Folded<Piece>, schools: &mut Schools) -> List {
    let mut list = List {
        title: title.to_owned(),
        rejects: RejectedList {
            list: title.to_owned(),
            file: file.clone(),
            headings: header.headings.clone(),
            ..RejectedList::default()
        },
        file,
        header,
        sha256: folded.sha256,
        footers: folded.footers_skipped,
        people: People::default(),
        here: Vec::new(),
        days: Vec::new(),
        places: HashMap::new(),
        problems: Vec::new(),
    };
    let mut problems: HashMap<String, u64> = HashMap::new();
    let mut people = Vec::with_capacity(folded.parts.len());
    for mut piece in folded.parts {
        let (of_school, of_class) = schools.take(&piece.schools);
        piece
            .people
            .renumber(|number| renumbered(&of_school, number), |number| renumbered(&of_class, number));
        people.push(piece.people);
        list.here.append(&mut piece.here);
        list.days.append(&mut piece.days);
        list.places.extend(piece.places.names);
        let room = LISTED.saturating_sub(list.rejects.rows.len());
        list.rejects.more += piece.more + piece.noted.len().saturating_sub(room) as u64;
        list.rejects.rows.extend(piece.noted.iter().take(room).map(Noted::reject));
        for (problem, count) in piece.problems {
            *problems.entry(problem).or_default() += count;
        }
    }
    list.people = People::gather(people);
    list.problems = problems.into_iter().collect();
    list.problems.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}
