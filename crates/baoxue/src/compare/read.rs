//! Reads a list into columns of people, in parallel and in one pass: what is compared, what is shown
//! beside a finding, and which rows somebody must put right.

use std::collections::HashMap;
use std::path::Path;

use documents::rejects::{LISTED, Reject, RejectedList};
use documents::table::{Field, Folded, Header, Limits, Row, Schema, open};
use linkage::people::{People, Person};
use rules::identity::IdProblem;
use rules::plan::{ListColumns, ListKind, Plan};

use super::values::{self, Places};
use crate::failure::Failure;
use crate::progress::Progress;

/// A list that was read.
pub(crate) struct List {
    /// What it is called: 户籍.
    pub(crate) title: String,
    /// The file's name.
    pub(crate) file: String,
    /// What was found above the data.
    pub(crate) header: Header,
    /// SHA-256 of the file.
    pub(crate) sha256: [u8; 32],
    /// Lines that were passed over as footers.
    pub(crate) footers: u64,
    /// Rows, as evidence of who is meant.
    pub(crate) people: People,
    /// 是否在校 and the day, for the 在校 list.
    pub(crate) here: Vec<Option<bool>>,
    pub(crate) days: Vec<u32>,
    /// Names of places that the plan does not know, by code.
    pub(crate) places: HashMap<u64, String>,
    /// Rows to correct.
    pub(crate) rejects: RejectedList,
    /// How many rows have each problem.
    pub(crate) problems: Vec<(String, u64)>,
}

/// Numbers for schools and classes that all lists share.
#[derive(Default)]
pub(crate) struct Schools {
    schools: Numbered,
    names: HashMap<u32, String>,
    classes: Numbered,
    /// The row before: lists run school by school and class by class, so most rows ask the same again.
    before: Before,
}

/// What the row before said, and its numbers.
#[derive(Default)]
struct Before {
    code: String,
    name: String,
    grade: String,
    class: String,
    numbers: (u32, u32),
}

impl Schools {
    /// Numbers of a row's school and class.
    fn numbers(&mut self, code: &str, name: &str, grade: &str, class: &str) -> (u32, u32) {
        let before = &self.before;
        if before.code == code && before.class == class && before.grade == grade && before.name == name {
            return before.numbers;
        }
        let school = self.school(code, name);
        let numbers = (school, self.class(school, grade, class));
        for (kept, text) in [
            (&mut self.before.code, code),
            (&mut self.before.name, name),
            (&mut self.before.grade, grade),
            (&mut self.before.class, class),
        ] {
            kept.clear();
            kept.push_str(text);
        }
        self.before.numbers = numbers;
        numbers
    }

    /// Numbers a school by its code, or by its name where it has no code.
    fn school(&mut self, code: &str, name: &str) -> u32 {
        let number = self.schools.number(if code.is_empty() { name } else { code });
        if !name.is_empty() && !self.names.contains_key(&number) {
            self.names.insert(number, name.to_owned());
        }
        number
    }

    fn class(&mut self, school: u32, grade: &str, class: &str) -> u32 {
        if grade.is_empty() && class.is_empty() {
            return 0;
        }
        // A class is often written with its grade (三年级2班): say it once.
        let grade = if class.contains(grade) { "" } else { grade };
        self.classes.number(&format!("{school}{BETWEEN}{grade}{class}"))
    }

    /// A school as people say it; its code where no list names it.
    pub(crate) fn school_name(&self, number: u32) -> &str {
        self.names.get(&number).map_or_else(|| self.schools.text(number), String::as_str)
    }

    /// A class as people say it.
    pub(crate) fn class_name(&self, number: u32) -> &str {
        self.classes.text(number).split_once(BETWEEN).map_or("", |(_, class)| class)
    }

    /// Takes over another piece's numbers: from each of its numbers to ours.
    fn take(&mut self, other: &Self) -> (Vec<u32>, Vec<u32>) {
        let schools: Vec<u32> = (1..)
            .zip(&other.schools.texts)
            .map(|(number, text)| {
                let ours = self.schools.number(text);
                if let Some(name) = other.names.get(&number) {
                    self.names.entry(ours).or_insert_with(|| name.clone());
                }
                ours
            })
            .collect();
        let class = |text: &String| {
            let (school, class) = text.split_once(BETWEEN)?;
            let ours = renumbered(&schools, school.parse().ok()?);
            Some(self.classes.number(&format!("{ours}{BETWEEN}{class}")))
        };
        let classes = other.classes.texts.iter().map(class).map(Option::unwrap_or_default).collect();
        (schools, classes)
    }
}

fn renumbered(table: &[u32], number: u32) -> u32 {
    let at = (number as usize).checked_sub(1);
    at.and_then(|at| table.get(at)).copied().unwrap_or_default()
}

/// Texts numbered from 1 in the order in which they come; 0 is “none”.
#[derive(Default)]
struct Numbered {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Numbered {
    fn number(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        self.texts.push(text.to_owned());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        let at = (number as usize).checked_sub(1);
        at.and_then(|at| self.texts.get(at)).map_or("", String::as_str)
    }
}

/// What stands between a school's number and a class's name.
const BETWEEN: char = '\u{1f}';

/// The columns of a list in the reader's terms.
pub(crate) fn schema(columns: &ListColumns) -> Schema {
    let mut groups: Vec<&str> = Vec::new();
    let fields = columns.fields.iter().map(|field| {
        let any_of = field.any_of.as_deref().map(|group| {
            let at = groups.iter().position(|&other| other == group).unwrap_or_else(|| {
                groups.push(group);
                groups.len() - 1
            });
            u8::try_from(at).unwrap_or(u8::MAX)
        });
        Field { key: field.key.clone(), headings: field.headings.clone(), required: field.required, any_of }
    });
    Schema { list: columns.kind.label().to_owned(), fields: fields.collect() }
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
    rejects: Vec<Reject>,
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
        let (typed, id_problem) = self.number(get(columns.id));
        let inside = values::number_in_student_number(get(columns.student_no));
        let (number, other_number) =
            if inside.is_checked() && !typed.is_checked() { (inside, typed) } else { (typed, inside) };
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

    fn number(&self, text: &str) -> (linkage::number::Number, Option<IdProblem>) {
        if self.kind == ListKind::Disability
            && let Ok(card) = rules::identity::DisabilityCard::parse(text)
        {
            return values::number(&card.citizen_id().to_string());
        }
        values::number(text)
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

fn note(piece: &mut Piece, row: &Row<'_>, problems: &[String]) {
    for problem in problems {
        let short = problem.split('。').next().unwrap_or(problem);
        *piece.problems.entry(short.to_owned()).or_default() += 1;
    }
    if piece.rejects.len() >= LISTED {
        piece.more += 1;
        return;
    }
    let part = |at: usize| {
        let parts = problems.iter().filter_map(|problem| problem.splitn(2, '。').nth(at));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("；")
    };
    piece.rejects.push(Reject {
        line: row.line(),
        problem: part(0),
        remedy: part(1),
        cells: row.cells().map(str::to_owned).collect(),
    });
}

/// Reads the list of a kind from a file.
pub(crate) fn list(
    kind: ListKind,
    title: &str,
    path: &Path,
    plan: &Plan,
    born_after: u32,
    schools: &mut Schools,
) -> Result<List, Failure> {
    let schema = schema(plan.list(kind));
    let limits = Limits::default();
    let table = open(path, &schema, &limits)?;
    let progress = Progress::start(&format!("读取 {title}"), table.size_hint_bytes());
    let reading = Reading { kind, plan, columns: Columns::of(&schema), born_after };
    let folded =
        table.fold(Piece::default, |piece, row| reading.row(piece, row), &|done| progress.at(done))?;
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(gather(title, file, table.header().clone(), folded, schools))
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
    for mut piece in folded.parts {
        let (of_school, of_class) = schools.take(&piece.schools);
        piece
            .people
            .renumber(|number| renumbered(&of_school, number), |number| renumbered(&of_class, number));
        list.people.append(&piece.people);
        list.here.append(&mut piece.here);
        list.days.append(&mut piece.days);
        list.places.extend(piece.places.names);
        let room = LISTED.saturating_sub(list.rejects.rows.len());
        list.rejects.more += piece.more + piece.rejects.len().saturating_sub(room) as u64;
        list.rejects.rows.extend(piece.rejects.into_iter().take(room));
        for (problem, count) in piece.problems {
            *problems.entry(problem).or_default() += count;
        }
    }
    list.problems = problems.into_iter().collect();
    list.problems.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
}
