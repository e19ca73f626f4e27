//! What a row means for the ledger: a new child, a change, nothing, a case for two eyes, or nobody of the importer's.
//! Where the least thing contradicts, nothing is decided: it is looked at side by side (hazard E10).

use jiff::civil::Date;
use rules::access::Role;
use rules::groups::Special;
use rules::plan::ListKind;
use rules::standing::Standing;
use serde::{Deserialize, Serialize};

use super::known::{Known, Pool};
use super::places::Units;
use super::wanted::Wanted;
use crate::keys::Keys;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// 新增.
    Added,
    /// 更新.
    Changed,
    /// 一致.
    Same,
    /// 需核对: to be looked at side by side.
    Unclear,
    /// 不在本单位范围.
    Outside,
    /// 有错.
    Rejected,
    /// 不列入.
    Left,
}

impl Outcome {
    /// All, in the order in which people look at them.
    pub const ALL: [Self; 7] =
        [Self::Unclear, Self::Added, Self::Changed, Self::Same, Self::Outside, Self::Rejected, Self::Left];

    /// As it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Unclear => "unclear",
            Self::Outside => "outside",
            Self::Rejected => "rejected",
            Self::Left => "left",
        }
    }

    /// Reads what [`Outcome::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Added => "新增",
            Self::Changed => "更新",
            Self::Same => "一致",
            Self::Unclear => "需核对",
            Self::Outside => "不在本单位范围",
            Self::Rejected => "有错",
            Self::Left => "不列入",
        }
    }
}

/// One field of a child that changes: as it is stored, empty where there is nothing. `class` may be `+3.2`: class 2 of
/// grade 3, which does not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Change {
    pub field: String,
    pub old: String,
    pub new: String,
}

/// What was decided about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub outcome: Outcome,
    /// Id and version of the child it is, or may be, about.
    pub child: Option<(String, i64)>,
    pub reason: String,
    pub changes: Vec<Change>,
}

impl Decision {
    pub(super) fn of(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self { outcome, child: None, reason: reason.into(), changes: Vec::new() }
    }

    fn unclear(known: &Known, reason: impl Into<String>) -> Self {
        Self { child: Some((known.id.clone(), known.version)), ..Self::of(Outcome::Unclear, reason) }
    }
}

/// Whose import it is: how far it may reach (hazard E13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reach {
    /// The whole county: 教体局, and a department with the list that it keeps for the county.
    County,
    Township(String),
    School(String),
}

impl Reach {
    /// The reach of a post of `role` at `unit` with a list of this kind; `None` where the list is not its affair.
    pub(super) fn of(role: Role, unit: &str, kind: ListKind) -> Option<Self> {
        use ListKind as L;
        match (role, kind) {
            // What a platform put out is compared, never written into the ledger: `crate::platform`.
            (_, L::Platform | L::Attendance) => None,
            (Role::Bureau, _)
            | (Role::Police, L::Household)
            | (Role::Civil, L::Generic)
            | (Role::Disabled, L::Disability)
            | (Role::Agriculture, L::Poverty) => Some(Self::County),
            (Role::Township, L::Household | L::Poverty | L::Elsewhere) => {
                Some(Self::Township(unit.to_owned()))
            }
            (Role::Head | Role::Registrar, L::Roll | L::Present) => Some(Self::School(unit.to_owned())),
            _ => None,
        }
    }

    fn takes_new(&self, row: &Wanted) -> bool {
        match self {
            Self::County => true,
            Self::Township(unit) => row.township == *unit,
            Self::School(unit) => row.school == *unit,
        }
    }

    fn takes(&self, row: &Wanted, known: &Known) -> bool {
        match self {
            Self::County => true,
            Self::Township(unit) => {
                known.township == *unit && (row.township.is_empty() || row.township == *unit)
            }
            Self::School(unit) => row.school == *unit && (known.school.is_empty() || known.school == *unit),
        }
    }
}

/// What deciding needs beside the row.
pub(super) struct Deciding<'a> {
    pub kind: ListKind,
    pub keys: &'a Keys,
    pub county: &'a str,
    pub units: &'a Units,
    pub reach: &'a Reach,
    pub on: Date,
}

impl Deciding<'_> {
    /// Decides about a row.
    pub(super) fn decide(&self, row: &Wanted, pool: &Pool) -> Decision {
        let found = match self.find(row, pool) {
            Err(decision) => decision,
            Ok(Some(known)) => self.compare(row, known),
            Ok(None) => self.nobody(row),
        };
        // Whom a row may be about is not told to somebody who has nothing to do with the child.
        let candidate = found.child.as_ref().filter(|_| found.outcome == Outcome::Unclear);
        let foreign =
            candidate.and_then(|(id, _)| pool.with_id(id)).is_some_and(|known| !self.reach.takes(row, known));
        if foreign { self.outside() } else { found }
    }

    fn outside(&self) -> Decision {
        let reason = match self.reach {
            Reach::School(_) => "不是本校的学籍。转入要在“学籍变动”里由两校办理",
            _ => "不属于本单位。请交给所属乡镇，或由教体局导入",
        };
        Decision::of(Outcome::Outside, reason)
    }

    /// The one child that a row is about beyond doubt; otherwise why that is not clear.
    fn find<'p>(&self, row: &Wanted, pool: &'p Pool) -> Result<Option<&'p Known>, Decision> {
        let same_day = |known: &Known| row.birth.is_empty() || known.birth == row.birth;
        let index = |purpose: &str, text: &str| self.keys.index(self.county, purpose, text);
        let numbered = if row.id_number.is_empty() {
            None
        } else {
            pool.with_number(&index("id_number", &row.id_number))
        };
        let students: Vec<&Known> = if row.student_number.is_empty() {
            Vec::new()
        } else {
            pool.with_student_number(&index("student_number", &row.student_number)).collect()
        };
        if let Some(known) = numbered {
            if let Some(other) = students.iter().find(|other| other.id != known.id) {
                return Err(Decision::unclear(other, "证件号和学籍号分别对上两个孩子"));
            }
            return self.person(row, known, "证件号").map(Some);
        }
        match students.as_slice() {
            [] => {}
            [known] => {
                if !known.id_index.is_empty() && !row.id_number.is_empty() {
                    return Err(Decision::unclear(known, "学籍号相同，证件号不同"));
                }
                return self.person(row, known, "学籍号").map(Some);
            }
            [known, ..] => return Err(Decision::unclear(known, "学籍号在台账里对上多个孩子")),
        }
        let named: Vec<&Known> = pool.with_name(&row.name).filter(|known| same_day(known)).collect();
        let known = match named.as_slice() {
            [] => return Ok(None),
            [known] => *known,
            [known, ..] => return Err(Decision::unclear(known, "姓名和出生日期对上多个孩子")),
        };
        if row.birth.is_empty() {
            return Err(Decision::unclear(known, "只有姓名相同"));
        }
        if !known.id_index.is_empty() && !row.id_number.is_empty() {
            return Err(Decision::unclear(known, "姓名和出生日期相同，证件号不同"));
        }
        if !known.student_index.is_empty() && !row.student_number.is_empty() {
            return Err(Decision::unclear(known, "姓名和出生日期相同，学籍号不同"));
        }
        let guardian = row.guardians.iter().any(|one| known.guardians.contains(&one.name));
        let village = !row.village.is_empty() && row.village == known.village;
        if !guardian && !village {
            return Err(Decision::unclear(known, "姓名和出生日期相同，没有号码、监护人或村可以印证"));
        }
        self.person(row, known, "姓名和出生日期").map(Some)
    }

    /// Whether nothing in the row contradicts that it is this child.
    fn person<'p>(&self, row: &Wanted, known: &'p Known, by: &str) -> Result<&'p Known, Decision> {
        if row.name != known.name && row.previous_name != known.name {
            return Err(Decision::unclear(known, format!("{by}相同，姓名不同")));
        }
        if !row.birth.is_empty() && row.birth != known.birth {
            return Err(Decision::unclear(known, format!("{by}相同，出生日期不同")));
        }
        let sexed = |sex: &str| matches!(sex, "1" | "2");
        if sexed(&row.sex) && sexed(&known.sex) && row.sex != known.sex {
            return Err(Decision::unclear(known, format!("{by}相同，性别不同")));
        }
        Ok(known)
    }

    fn nobody(&self, row: &Wanted) -> Decision {
        if self.kind == ListKind::Cohort {
            return Decision::of(Outcome::Added, "台账里没有这个人：记进名册，去向没有说明以前算没有巩固");
        }
        if !matches!(self.kind, ListKind::Household | ListKind::Roll) {
            return Decision::of(Outcome::Left, "台账里没有这个人：成年人、外县人，或者还没有登记");
        }
        let birth: Option<Date> = row.birth.parse().ok();
        if birth.is_some_and(|birth| rules::age::age_on(birth, self.on) >= 18) {
            return Decision::of(Outcome::Left, "已满18周岁，不列入适龄儿童台账");
        }
        if self.reach.takes_new(row) { Decision::of(Outcome::Added, "") } else { self.outside() }
    }

    /// What changes when a row is about a child that is known.
    pub(super) fn compare(&self, row: &Wanted, known: &Known) -> Decision {
        if !self.reach.takes(row, known) {
            return self.outside();
        }
        let changes = self.changes(row, known);
        let outcome = if changes.is_empty() { Outcome::Same } else { Outcome::Changed };
        Decision { outcome, child: Some((known.id.clone(), known.version)), reason: String::new(), changes }
    }

    fn changes(&self, row: &Wanted, known: &Known) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        if self.kind == ListKind::Cohort {
            // An old list says who was there, and nothing of where anybody is today.
            if !known.cohorts.contains(&row.cohort) {
                changes.push(Change {
                    field: "cohort".to_owned(),
                    old: String::new(),
                    new: row.cohort.clone(),
                });
            }
            return changes;
        }
        let mut set = |field: &str, old: &str, new: &str| {
            if !new.is_empty() && new != old {
                changes.push(Change { field: field.to_owned(), old: old.to_owned(), new: new.to_owned() });
            }
        };
        // A number that the ledger has is never replaced from a list; one that is missing is taken over.
        if known.id_index.is_empty() {
            set("id_number", "", &row.id_number);
            set("id_kind", &known.id_kind, &row.id_kind);
        }
        if known.student_index.is_empty() {
            set("student_number", "", &row.student_number);
        }
        if matches!(known.ethnicity.as_str(), "" | "97") {
            set("ethnicity", &known.ethnicity, &row.ethnicity);
        }
        if self.kind == ListKind::Household {
            set("address", &known.address, &row.address);
            set("township", &known.township, &row.township);
            if !row.township.is_empty() && !row.village.is_empty() {
                set("village", &known.village, &row.village);
                set("village_group", &known.village_group, &row.village_group);
            }
            if known.registration != "local" {
                set("registration", &known.registration, &row.registration);
            }
            let book = if row.book.is_empty() {
                String::new()
            } else {
                self.keys.index(self.county, "book_number", &row.book)
            };
            if known.book_index != book && !book.is_empty() {
                set("household", &known.household, "+");
            }
        } else if known.address.is_empty() {
            set("address", "", &row.address);
        }
        if self.kind == ListKind::Roll {
            set("school", &known.school, &row.school);
            if row.school != known.school {
                set("school_township", &known.school_township, &row.school_township);
            }
            if row.grade > 0 && row.grade != known.grade {
                set("grade", &known.grade.to_string(), &row.grade.to_string());
            }
            if row.grade > 0 && row.class_number > 0 {
                let class = self.units.class(&row.school, row.grade, row.class_number);
                let new = class.cloned().unwrap_or_else(|| format!("+{}.{}", row.grade, row.class_number));
                set("class", &known.class, &new);
            }
            set("boarding", &known.boarding, &row.boarding);
            set("standing", &known.standing, &row.standing);
        }
        for (code, _) in &row.groups {
            let bit = Special::from_code(code).map_or(0, Special::bit);
            if known.group_bits & bit == 0 {
                set("group", "", code);
            }
        }
        if matches!(self.kind, ListKind::Household | ListKind::Roll) {
            for guardian in row.guardians.iter().filter(|one| !known.guardians.contains(&one.name)) {
                set("guardian", "", &guardian.name);
            }
        }
        if let Some(elsewhere) = &row.elsewhere
            && known.standing != Standing::Enrolled.code()
            && known.standing != Standing::Elsewhere.code()
        {
            set("elsewhere", "", if elsewhere.school.is_empty() { "外县学校" } else { &elsewhere.school });
            set("standing", &known.standing, Standing::Elsewhere.code());
        }
        changes
    }
}
