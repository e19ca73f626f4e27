//! What a row of a list says about a child, in the ledger's terms. What the list does not say is empty, and an empty
//! field never takes anything away.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::age::{AgeGroup, school_year};
use rules::codes::{Boarding, DisabilityKind, IdKind, LeftBehind, Sex, StudentStatus};
use rules::figures::Cohort;
use rules::groups::Special;
use rules::identity::IdDocument;
use rules::plan::{ListKind, Plan};
use rules::standing::Standing;
use serde::{Deserialize, Serialize};

use super::places::{Units, number};
use crate::lists::ListRow;

/// A row in the ledger's terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub name: String,
    pub previous_name: String,
    pub sex: String,
    pub birth: String,
    pub ethnicity: String,
    pub id_kind: String,
    pub id_number: String,
    pub student_number: String,
    pub registration: String,
    pub book: String,
    pub head: String,
    pub address: String,
    pub township: String,
    pub village: String,
    pub village_group: String,
    pub school: String,
    pub school_township: String,
    pub school_name: String,
    pub grade: i64,
    pub class_number: i64,
    pub class_written: String,
    pub boarding: String,
    pub standing: String,
    /// (code of [`Special`], detail).
    pub groups: Vec<(String, String)>,
    pub guardians: Vec<WantedGuardian>,
    pub elsewhere: Option<WantedElsewhere>,
    /// School year and grade of an old list, `2018.1`; empty for any other list.
    #[serde(default)]
    pub cohort: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct WantedGuardian {
    pub name: String,
    pub relation: String,
    pub phone: String,
    pub id_number: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct WantedElsewhere {
    pub school: String,
    pub place: String,
    pub proof: String,
    pub until: String,
}

/// What makes a row one that the ledger cannot take: what is wrong and what to do.
pub(super) type Unusable = (&'static str, &'static str);

/// Reads a row.
pub(super) fn wanted(
    kind: ListKind,
    plan: &Plan,
    units: &Units,
    on: Date,
    row: &ListRow,
) -> Result<Wanted, Unusable> {
    let birth = row.birth.or_else(|| Some(row.id?.citizen_id()?.birth()));
    let (township, village, village_group) = units.home(&row.place_code, &row.group);
    let mut wanted = Wanted {
        name: row.name.clone(),
        previous_name: row.previous_name.clone(),
        sex: row.sex.map_or_else(|| Sex::Unknown.code().to_owned(), |sex| sex.code().to_owned()),
        birth: birth.map(|birth| birth.to_string()).unwrap_or_default(),
        ethnicity: row.ethnicity.map(|one| one.code().to_owned()).unwrap_or_default(),
        id_kind: row.id.map(|id| id_kind(id).code().to_owned()).unwrap_or_default(),
        id_number: row.id.map(|id| id.to_string()).unwrap_or_default(),
        student_number: row.student_no.map(|number| number.to_string()).unwrap_or_default(),
        ..Wanted::default()
    };
    let guardians = row.guardians.iter().map(|guardian| WantedGuardian {
        name: guardian.name.clone(),
        relation: guardian.relation.map(|one| one.label().to_owned()).unwrap_or_default(),
        phone: guardian.phone.clone(),
        id_number: guardian.id.map(|id| id.to_string()).unwrap_or_default(),
    });
    wanted.guardians = guardians.collect();
    let text = |place: Option<String>| place.unwrap_or_default();
    if matches!(kind, ListKind::Household | ListKind::Roll) {
        if wanted.birth.is_empty() {
            return Err(("没有出生日期，证件号也读不出", "请补填出生日期或身份证件号"));
        }
        (wanted.township, wanted.village, wanted.village_group) =
            (text(township), text(village), text(village_group));
        wanted.address.clone_from(&row.address);
    }
    match kind {
        ListKind::Household => {
            "local".clone_into(&mut wanted.registration);
            wanted.book.clone_from(&row.household_no);
            wanted.head.clone_from(&row.head_name);
            let group = birth.map(|birth| plan.school_age().group(birth, on));
            let standing =
                if group == Some(AgeGroup::TooYoung) { Standing::TooYoung } else { Standing::Unknown };
            standing.code().clone_into(&mut wanted.standing);
        }
        ListKind::Roll => schooling(&mut wanted, units, row)?,
        ListKind::Poverty => {
            let monitored = !row.monitored_kind.is_empty() && !row.monitored_kind.contains("脱贫户");
            let group = if monitored { Special::Monitored } else { Special::LiftedOut };
            wanted.groups.push((group.code().to_owned(), row.poverty_household_no.clone()));
        }
        ListKind::Disability => {
            let words =
                [row.disability.map(DisabilityKind::label), row.disability_grade.map(|one| one.label())];
            let detail: Vec<&str> = words.into_iter().flatten().collect();
            wanted.groups.push((Special::Disability.code().to_owned(), detail.join(" ")));
        }
        ListKind::Elsewhere => {
            wanted.elsewhere = Some(WantedElsewhere {
                school: row.school_name.clone(),
                place: row.studies_at.clone(),
                proof: row.proof.clone(),
                until: row.proof_until.map(|day| day.to_string()).unwrap_or_default(),
            });
        }
        ListKind::Cohort => wanted.cohort = cohort(&mut wanted, units, (on, birth), row)?,
        ListKind::Present | ListKind::Platform | ListKind::Attendance | ListKind::Generic => {}
    }
    Ok(wanted)
}

/// Which first or seventh grade somebody was in: as the row says, else by the day that the list describes.
fn cohort(
    wanted: &mut Wanted,
    units: &Units,
    (on, birth): (Date, Option<Date>),
    row: &ListRow,
) -> Result<String, Unusable> {
    let grade = row.grade.map_or(0, |grade| i64::from(grade.number()));
    let cohort = match Cohort::of_grade(grade) {
        Some(cohort) => cohort,
        None if row.grade_written.is_empty() => Cohort::First,
        None => {
            return Err((
                "不是一年级，也不是七年级",
                "请用入学那一年的花名册，年级写一年级或七年级；现在的学籍名单不能当作当年的花名册",
            ));
        }
    };
    // 入学年月 may be the August in which they were taken on.
    let entered = row.entered.map(|day| school_year(day.saturating_add(1.month())));
    let year = row.cohort_year.or(entered).unwrap_or_else(|| school_year(on));
    if year > school_year(on) {
        return Err(("入学学年在名单日期之后", "请核对入学学年和上传时填的名单日期"));
    }
    if birth.is_some_and(|birth| !cohort.fits(birth, year)) {
        return Err((
            "年龄和这一届对不上",
            "请核对入学学年；没有这一列的，上传时把名单日期填成那一年开学的日子，如2018-09-01",
        ));
    }
    wanted.school_name.clone_from(&row.school_name);
    // A school that has closed since is no mistake of the list.
    if let Some((school, township)) = units.school(&row.school_code, &row.school_name) {
        wanted.school.clone_from(school);
        wanted.school_township = township.clone().unwrap_or_default();
    }
    Ok(format!("{year}.{}", cohort.grade()))
}

fn schooling(wanted: &mut Wanted, units: &Units, row: &ListRow) -> Result<(), Unusable> {
    let standing = match row.status {
        None | Some(StudentStatus::Enrolled | StudentStatus::Resumed | StudentStatus::PlaceKept) => {
            Standing::Enrolled
        }
        Some(StudentStatus::Suspended | StudentStatus::Paused) => Standing::Suspended,
        Some(StudentStatus::Graduated | StudentStatus::Completed) => Standing::Finished,
        // Whatever else the roll says is a change that needs its own paper: it is shown, and not carried over.
        Some(_) => return Err(("学籍状态不是在读", "转出、退学、死亡等请在“学籍变动”里办理，不从名单改")),
    };
    let Some((school, township)) = units.school(&row.school_code, &row.school_name) else {
        return Err(("学校标识码不在本县学校里", "请核对学校标识码；新学校请先在“责任链”里设立"));
    };
    standing.code().clone_into(&mut wanted.standing);
    wanted.school.clone_from(school);
    wanted.school_township = township.clone().unwrap_or_default();
    wanted.school_name.clone_from(&row.school_name);
    wanted.grade = row.grade.map_or(0, |grade| i64::from(grade.number()));
    // The class may be written with its grade in front: 三年级(2)班.
    let after_grade = row.class.rsplit(['级', '（', '(']).next().unwrap_or_default();
    wanted.class_number = number(after_grade).filter(|number| (1..=60).contains(number)).unwrap_or(0);
    wanted.class_written.clone_from(&row.class);
    wanted.boarding = row.boarding.map(|one: Boarding| one.code().to_owned()).unwrap_or_default();
    let mut group = |special: Special, is: bool, detail: &str| {
        if is {
            wanted.groups.push((special.code().to_owned(), detail.to_owned()));
        }
    };
    let left = row.left_behind.filter(|one| *one != LeftBehind::No);
    group(Special::LeftBehind, left.is_some(), left.map_or("", LeftBehind::label));
    let disability = row.disability.filter(|one| *one != DisabilityKind::None);
    group(Special::Disability, disability.is_some(), disability.map_or("", DisabilityKind::label));
    group(Special::Orphan, row.orphan == Some(true), "");
    group(Special::Migrant, row.migrant == Some(true), "");
    Ok(())
}

/// The kind of document that a number is of, as the register of pupils codes it.
fn id_kind(id: IdDocument) -> IdKind {
    match id {
        IdDocument::Citizen(_) => IdKind::ResidentCard,
        IdDocument::ForeignResident(_) => IdKind::ForeignResidence,
        IdDocument::HongKongMacauPermit(number) if number.as_str().starts_with('M') => IdKind::MacauPaper,
        IdDocument::HongKongMacauPermit(_) => IdKind::HongKongPaper,
        IdDocument::TaiwanPermit(_) => IdKind::TaiwanPermit,
        IdDocument::Passport(_) => IdKind::ForeignPassport,
    }
}
