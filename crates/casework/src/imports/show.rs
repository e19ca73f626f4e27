//! Imports as people see them: the list, and one with what will change before it does. Numbers are masked; whoever only
//! keeps a list for the county (a department) sees its own rows and nothing of the ledger.

use std::collections::HashMap;

use rules::access::{Action, Subject};
use rules::codes::{Boarding, Ethnicity, Sex};
use rules::groups::Special;
use rules::mask;
use rules::plan::ListKind;
use rules::standing::Standing;

use super::cohort;
use super::decide::{Change, Outcome};
use super::known::{self, Known};
use super::start::{head, reach};
use super::wanted::Wanted;
use super::writing::{open, raw};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::jobs::{self, JobLine};
use crate::params;
use crate::refused::Refused;

/// Rows shown of an outcome at once.
const SHOWN: i64 = 50;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Being compared with the ledger.
    Read,
    /// Compared: somebody must look.
    Ready,
    /// Being written.
    Applying,
    /// Written.
    Applied,
    /// Being taken back.
    Undoing,
    /// Taken back.
    Undone,
    /// Could not be read.
    Failed,
    /// Given up.
    Dropped,
}

impl ImportState {
    fn from_code(code: &str) -> Self {
        match code {
            "read" => Self::Read,
            "ready" => Self::Ready,
            "applying" => Self::Applying,
            "applied" => Self::Applied,
            "undoing" => Self::Undoing,
            "undone" => Self::Undone,
            "dropped" => Self::Dropped,
            _ => Self::Failed,
        }
    }

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ready => "ready",
            Self::Applying => "applying",
            Self::Applied => "applied",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Read => "正在比对",
            Self::Ready => "待确认",
            Self::Applying => "正在写入",
            Self::Applied => "已写入",
            Self::Undoing => "正在撤销",
            Self::Undone => "已撤销",
            Self::Failed => "没有成功",
            Self::Dropped => "已放弃",
        }
    }

    /// Whether a job works on it.
    #[must_use]
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Read | Self::Applying | Self::Undoing)
    }
}

pub(super) fn label(code: &str) -> &'static str {
    ImportState::from_code(code).label()
}

/// An import in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// Id.
    pub id: String,
    /// Which list.
    pub kind: ListKind,
    /// Name of the file.
    pub title: String,
    /// Whose it is.
    pub unit: String,
    /// The day that it describes.
    pub as_of: String,
    /// Where it stands.
    pub state: ImportState,
    /// Rows.
    pub rows: i64,
    /// How many rows have each outcome.
    pub counts: Vec<(Outcome, i64)>,
    /// Rows that were not taken back.
    pub kept: i64,
    /// What went wrong.
    pub problem: String,
    /// Who handed it in.
    pub by: String,
    /// When.
    pub at: String,
    /// When it was written.
    pub applied_at: Option<String>,
}

impl ImportLine {
    /// How many rows have this outcome.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> i64 {
        self.counts.iter().find(|(one, _)| *one == outcome).map_or(0, |(_, count)| *count)
    }
}

/// One field before and after, or in the list and in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What it is called.
    pub label: String,
    /// In the list; before.
    pub left: String,
    /// In the ledger; after.
    pub right: String,
    /// Whether both say the same.
    pub same: bool,
}

/// A row beside the child that it may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The child.
    pub child: String,
    /// List and ledger, field by field.
    pub fields: Vec<Field>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLine {
    /// Number of the row of data.
    pub number: i64,
    /// What becomes of it.
    pub outcome: Outcome,
    /// Name, empty for one that could not be read.
    pub name: String,
    /// Birthday.
    pub birth: String,
    /// Identity number, masked.
    pub id_masked: String,
    /// Why.
    pub reason: String,
    /// What changes: before and after.
    pub changes: Vec<Field>,
    /// For two eyes: beside whom.
    pub pair: Option<Pair>,
    /// Taken back: not, because it was changed later.
    pub kept: bool,
}

/// One import.
#[derive(Debug, Clone)]
pub struct ImportPage {
    /// As in the list.
    pub line: ImportLine,
    /// Headings that nobody knows.
    pub unknown: Vec<String>,
    /// Whether there is a workbook of rows to correct.
    pub has_errors: bool,
    /// The job that works or worked on it.
    pub job: Option<JobLine>,
    /// Which rows are shown.
    pub shown: Outcome,
    /// The rows.
    pub rows: Vec<RowLine>,
    /// Number behind which the next rows are; `None` at the end.
    pub next: Option<i64>,
    /// Whether the actor may write and decide.
    pub may_write: bool,
    /// Whether the actor may take back what it wrote.
    pub may_undo: bool,
    /// Whether the actor may put it aside, since it wrote nothing.
    pub may_drop: bool,
    /// Whether rows for two eyes are the actor's to decide.
    pub may_settle: bool,
}

const COLUMNS: &str = "import.id, import.kind, import.title, coalesce(unit.name, ''), import.as_of, import.state,
    import.row_count, import.added, import.changed, import.same, import.unclear, import.outside, import.rejected,
    import.left_out, import.kept, import.problem, coalesce(account.name, ''), import.made_at, import.applied_at";
const FROM: &str = "from import left join unit on unit.county = import.county and unit.id = import.unit
    left join account on account.county = import.county and account.id = import.by_account";

fn line(row: &Row<'_>) -> Result<ImportLine, DbError> {
    use Outcome as O;
    let outcomes = [O::Added, O::Changed, O::Same, O::Unclear, O::Outside, O::Rejected, O::Left];
    let mut counts = Vec::with_capacity(outcomes.len());
    for (at, outcome) in (7..).zip(outcomes) {
        counts.push((outcome, row.get::<i64>(at)?));
    }
    Ok(ImportLine {
        id: row.get(0)?,
        kind: ListKind::from_code(&row.get::<String>(1)?).unwrap_or(ListKind::Generic),
        title: row.get(2)?,
        unit: row.get(3)?,
        as_of: row.get(4)?,
        state: ImportState::from_code(&row.get::<String>(5)?),
        rows: row.get(6)?,
        counts,
        kept: row.get(14)?,
        problem: row.get(15)?,
        by: row.get(16)?,
        at: row.get(17)?,
        applied_at: row.get(18)?,
    })
}

/// The newest hundred imports that the actor may see.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn imports(desk: &mut Desk<'_, '_>) -> Result<Vec<ImportLine>, Refused> {
    desk.require(Action::ReadImports, &Subject::Nothing, ("import", ""))?;
    let whole = desk.require(Action::ReadImports, &Subject::Unit(&[]), ("import", "")).is_ok();
    let mut params: Vec<Value<'_>> = vec![Value::from(desk.county())];
    let mut scope = "1 = 1".to_owned();
    if !whole {
        let posts = desk.actor().posts.iter();
        let may = posts.filter(|post| Action::ReadImports.policy(post.role, post.standing).is_some());
        let mut marks = Vec::new();
        for post in may {
            params.push(Value::from(post.unit.as_str()));
            marks.push(format!("${}", params.len()));
        }
        scope = format!("import.unit in ({})", marks.join(", "));
    }
    let sql = format!(
        "select {COLUMNS} {FROM} where import.county = $1 and {scope} order by import.made_at desc, import.id desc limit 100"
    );
    Ok(desk.tx.query(&sql, &params, line)?)
}

/// One import, with the rows of an outcome behind row number `after`.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn import(
    desk: &mut Desk<'_, '_>,
    id: &str,
    shown: Option<Outcome>,
    after: i64,
) -> Result<ImportPage, Refused> {
    let (head, post) = head(desk, Action::ReadImports, id)?;
    let county = desk.county();
    let sql = format!(
        "select {COLUMNS}, import.unknown_columns, import.errors, import.job {FROM}
         where import.county = $1 and import.id = $2"
    );
    let (line, unknown, errors, job) = desk.tx.one(&sql, &params![county, id], |row| {
        Ok((
            line(row)?,
            row.get::<String>(19)?,
            row.get::<Option<String>>(20)?,
            row.get::<Option<String>>(21)?,
        ))
    })?;
    let first = Outcome::ALL.into_iter().find(|outcome| line.count(*outcome) > 0).unwrap_or(Outcome::Added);
    let shown = shown.unwrap_or(first);
    let job = match job {
        None => None,
        Some(job) => jobs::job(desk.tx, county, &job)?,
    };
    let sees = !post.role.is_department();
    let names = names(desk)?;
    let found = desk.tx.query(
        "select number, outcome, child, coalesce(child_version, 0), before_sealed, after_sealed, reason, state
         from import_row where county = $1 and import = $2 and outcome = $3 and number > $4 order by number limit $5",
        &params![county, id, shown.code(), after, SHOWN],
        |row| Ok((raw(row)?, row.get::<String>(6)?, row.get::<String>(7)?)),
    )?;
    let full = i64::try_from(found.len()).unwrap_or(0) == SHOWN;
    let mut rows = Vec::with_capacity(found.len());
    for (stored, reason, state) in found {
        let row = open(desk, id, stored)?;
        let changes =
            row.changes.iter().filter(|_| sees).map(|change| shown_change(change, &names)).collect();
        let mut pair = None;
        if row.outcome == Outcome::Unclear
            && sees
            && let Some(child) = &row.child
            && let Some(known) = known::one(desk.tx, desk.keys, county, child)?
        {
            pair = Some(Pair { child: child.clone(), fields: beside(desk, &row.wanted, &known, &names) });
        }
        rows.push(RowLine {
            number: row.number,
            outcome: row.outcome,
            id_masked: masked(&row.wanted.id_number),
            name: row.wanted.name,
            birth: row.wanted.birth,
            reason,
            changes,
            pair,
            kept: state == "kept",
        });
    }
    let next = rows.last().filter(|_| full).map(|row| row.number);
    let up = crate::units::path(desk.tx, county, &head.unit)?;
    let may_write = desk.require(Action::ImportList, &Subject::Unit(&up), ("import", id)).is_ok();
    // Given up half-way it is ready again, and what it wrote is in the ledger: that can be taken back, not dropped.
    let begun = line.state == ImportState::Ready
        && !line.problem.is_empty()
        && desk
            .tx
            .optional(
                "select number from import_row where county = $1 and import = $2 and state = 'applied' limit 1",
                &params![county, id],
                |row| row.get::<i64>(0),
            )?
            .is_some();
    let may_undo = (begun || line.state == ImportState::Applied)
        && desk.require(Action::UndoImport, &Subject::Unit(&up), ("import", id)).is_ok();
    let may_drop = may_write && !begun && matches!(line.state, ImportState::Ready | ImportState::Failed);
    let may_settle = may_write && sees && reach(desk, &head, post).is_some();
    let unknown = unknown.lines().map(str::to_owned).collect();
    Ok(ImportPage {
        line,
        unknown,
        has_errors: errors.is_some(),
        job,
        shown,
        rows,
        next,
        may_write,
        may_undo,
        may_drop,
        may_settle,
    })
}

/// The file with the rows to correct; on the record, since it leaves the house.
///
/// # Errors
/// [`Refused::Denied`], also when there is none; [`Refused::Storage`].
pub fn errors_file(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let (_, post) = head(desk, Action::ReadImports, id)?;
    let file = desk.tx.one(
        "select errors from import where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<Option<String>>(0),
    )?;
    let file = file.ok_or_else(|| Refused::denied(Action::ReadImports, "import", id))?;
    desk.record(Action::ReadImports, Some(post), ("import", id), "", "下载要改正的行")?;
    Ok(file)
}

type Names = HashMap<String, String>;

fn names(desk: &mut Desk<'_, '_>) -> Result<Names, Refused> {
    let mut names = Names::new();
    desk.tx.each("select id, name from unit where county = $1", &params![desk.county()], |row| {
        names.insert(row.get(0)?, row.get(1)?);
        Ok(())
    })?;
    Ok(names)
}

fn masked(number: &str) -> String {
    if number.is_empty() { String::new() } else { mask::id(number) }
}

fn field_label(field: &str) -> &'static str {
    match field {
        "ethnicity" => "民族",
        "id_kind" => "证件类型",
        "id_number" => "证件号",
        "student_number" => "学籍号",
        "registration" => "户籍情况",
        "township" => "乡镇",
        "village" => "村",
        "village_group" => "村民小组",
        "household" => "户号",
        "address" => "住址",
        "school" => "学校",
        "school_township" => "学校所在乡镇",
        "class" => "班级",
        "grade" => "年级",
        "boarding" => "就读方式",
        "standing" => "就学情况",
        "guardian" => "监护人",
        "group" => "特殊群体",
        "elsewhere" => "外出就读",
        "cohort" => "当年花名册",
        _ => "其他",
    }
}

/// A stored value in words.
fn words(field: &str, value: &str, names: &Names) -> String {
    let said = match field {
        "id_number" | "student_number" => masked(value),
        "ethnicity" => Ethnicity::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default(),
        "boarding" => Boarding::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default(),
        "standing" => Standing::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default(),
        "group" => Special::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default(),
        "sex" => Sex::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default(),
        "registration" => match value {
            "local" => "本县户籍".to_owned(),
            "elsewhere" => "外县户籍".to_owned(),
            "none" => "没有户籍".to_owned(),
            _ => "不明".to_owned(),
        },
        "grade" if value == "0" => String::new(),
        "grade" => format!("{value}年级"),
        "household" if value.is_empty() => String::new(),
        "household" => "名单上的户".to_owned(),
        "class" if value.starts_with('+') => {
            let (grade, number) = value.trim_start_matches('+').split_once('.').unwrap_or_default();
            format!("{grade}年级（{number}）班（新设）")
        }
        "cohort" => cohort::words(value),
        "id_kind" => {
            rules::codes::IdKind::from_code(value).map(|one| one.label().to_owned()).unwrap_or_default()
        }
        _ => value.to_owned(),
    };
    names.get(value).cloned().unwrap_or(said)
}

fn shown_change(change: &Change, names: &Names) -> Field {
    Field {
        label: field_label(&change.field).to_owned(),
        left: words(&change.field, &change.old, names),
        right: words(&change.field, &change.new, names),
        same: false,
    }
}

/// A row and a child, field by field; numbers are compared whole and shown masked.
fn beside(desk: &Desk<'_, '_>, row: &Wanted, known: &Known, names: &Names) -> Vec<Field> {
    let field = |label: &str, field: &str, left: &str, right: &str| Field {
        label: label.to_owned(),
        left: words(field, left, names),
        right: words(field, right, names),
        same: left == right,
    };
    let number = |label: &str, purpose: &str, left: &str, index: &str| {
        let same = if left.is_empty() { index.is_empty() } else { desk.index(purpose, left) == index };
        let right = match (index.is_empty(), same) {
            (true, _) => "没有",
            (false, true) => "相同",
            (false, false) => "不同",
        };
        Field { label: label.to_owned(), left: masked(left), right: right.to_owned(), same }
    };
    let guardians: Vec<&str> = row.guardians.iter().map(|one| one.name.as_str()).collect();
    vec![
        field("姓名", "name", &row.name, &known.name),
        field("性别", "sex", &row.sex, &known.sex),
        field("出生日期", "birth", &row.birth, &known.birth),
        field("民族", "ethnicity", &row.ethnicity, &known.ethnicity),
        number("证件号", "id_number", &row.id_number, &known.id_index),
        number("学籍号", "student_number", &row.student_number, &known.student_index),
        field("乡镇", "township", &row.township, &known.township),
        field("村", "village", &row.village, &known.village),
        field("村民小组", "village_group", &row.village_group, &known.village_group),
        field("学校", "school", &row.school, &known.school),
        field("监护人", "guardians", &guardians.join("、"), &known.guardians.join("、")),
    ]
}
