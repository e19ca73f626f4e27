//! Says which list a file is, by its headings and its first rows, so that whoever hands it in need not. It stores
//! nothing; a person confirms before anything is read for good.

use std::cmp::Reverse;
use std::ops::ControlFlow;
use std::path::Path;

use documents::table::{self, Header, Likeness};
use jiff::civil::Date;
use rules::plan::{ListKind, Plan};

use super::rows::{Asked, rows};
use super::{Fields, Limits, ReadFailure, schema};

/// Rows that are looked at: enough to see a wrong column, too few to wait for.
const SAMPLED: u64 = 200;

/// How sure it is which list a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Nothing but this list has such columns.
    Sure,
    /// It has a column that marks the list, and little besides.
    Likely,
    /// Its columns could be those of any list of people, or its rows do not go with them: somebody must say.
    Unsure,
}

/// What a file was found to be.
#[derive(Debug)]
pub struct Recognised {
    /// The list; `None` where no list is complete.
    pub kind: Option<ListKind>,
    /// How sure it is.
    pub certainty: Certainty,
    /// What was found above the data; `None` where no heading is known.
    pub header: Option<Header>,
    /// Fields that have a column: (what the plan calls it, heading in the file).
    pub known: Vec<(String, String)>,
    /// Headings that the plan does not know.
    pub unknown: Vec<String>,
    /// Headings that the likeliest list cannot do without and that are missing.
    pub missing: Vec<String>,
    /// What the first rows say.
    pub sampled: Sampled,
}

/// What the first rows of a file say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sampled {
    /// Rows that were looked at.
    pub rows: u64,
    /// Of these, rows that could not be used.
    pub rejected: u64,
    /// Of these, rows with something to mend.
    pub flawed: u64,
    /// How many rows have each problem, the commonest first.
    pub problems: Vec<(String, u64)>,
}

/// The fields that mark a list: others have no such column.
const fn marks(kind: ListKind) -> &'static [&'static str] {
    match kind {
        ListKind::Household => &["household_no", "head_name", "relation", "village_code", "police_station"],
        ListKind::Roll => {
            &["student_no", "aux_no", "entered", "boarding", "status", "left_behind", "class_no"]
        }
        ListKind::Present => &["present", "date", "reason"],
        ListKind::Poverty => &["person_no", "student_state", "monitor_kind", "household_kind", "risk_over"],
        ListKind::Disability => &["card_no", "category", "grade", "card_state"],
        ListKind::Platform => &["platform_no", "platform_state", "recorded"],
        ListKind::Attendance => &["mark", "date"],
        ListKind::Cohort => &["cohort_year"],
        // The headings differ: 就读地 and 就读证明 beside 地点 and 依据.
        ListKind::Elsewhere | ListKind::Generic => &["place", "proof", "expires"],
    }
}

/// Says which list the file at `path` is; `on` is the day on which it is looked at.
///
/// # Errors
/// [`ReadFailure`] when it cannot be read, is not a table, or has no row of data.
pub fn recognise(path: &Path, plan: &Plan, on: Date, limits: &Limits) -> Result<Recognised, ReadFailure> {
    let schemas: Vec<_> = ListKind::ALL.iter().map(|&kind| schema(plan.list(kind), Fields::All)).collect();
    let found = table::recognise(path, &schemas, limits)?;
    let mut complete: Vec<(ListKind, usize, &Likeness)> = found
        .iter()
        .filter(|likeness| likeness.missing.is_empty())
        .filter_map(|likeness| {
            let kind = *ListKind::ALL.get(likeness.schema)?;
            Some((kind, marked(plan, kind, &likeness.header), likeness))
        })
        .collect();
    complete.sort_by_key(|(_, marks, likeness)| Reverse((*marks > 0, likeness.matched, *marks)));
    let best = match complete.first() {
        // Any list of people has these columns.
        Some((_, 0, _)) => complete.iter().find(|(kind, _, _)| *kind == ListKind::Generic),
        best => best,
    };
    let Some(&(kind, marks, likeness)) = best.or(complete.first()) else {
        return Ok(incomplete(plan, found.into_iter().next()));
    };
    let rival = |other: ListKind| other != kind && other != ListKind::Generic;
    let next = complete.iter().filter(|(other, marks, _)| rival(*other) && *marks > 0);
    let next = next.map(|(_, _, likeness)| likeness.matched).max().unwrap_or_default();
    let mut certainty = match marks {
        0 => Certainty::Unsure,
        _ if kind == ListKind::Generic => Certainty::Unsure,
        2.. if likeness.matched >= next + 2 => Certainty::Sure,
        _ => Certainty::Likely,
    };
    let sampled = sample(path, &Asked { kind, plan, on, limits: *limits })?;
    if sampled.rejected * 2 > sampled.rows {
        certainty = Certainty::Unsure;
    }
    Ok(Recognised {
        kind: Some(kind),
        certainty,
        known: known(plan, kind, &likeness.header),
        unknown: super::unknown(&likeness.header),
        missing: Vec::new(),
        header: Some(likeness.header.clone()),
        sampled,
    })
}

fn incomplete(plan: &Plan, nearest: Option<Likeness>) -> Recognised {
    let kind = nearest.as_ref().and_then(|likeness| ListKind::ALL.get(likeness.schema)).copied();
    let header = nearest.as_ref().map(|likeness| &likeness.header);
    Recognised {
        kind: None,
        certainty: Certainty::Unsure,
        known: kind.zip(header).map(|(kind, header)| known(plan, kind, header)).unwrap_or_default(),
        unknown: header.map(super::unknown).unwrap_or_default(),
        missing: nearest.as_ref().map(|likeness| likeness.missing.clone()).unwrap_or_default(),
        header: nearest.map(|likeness| likeness.header),
        sampled: Sampled::default(),
    }
}

fn marked(plan: &Plan, kind: ListKind, header: &Header) -> usize {
    let fields = plan.list(kind).fields.iter().zip(&header.fields);
    fields.filter(|(field, column)| column.is_some() && marks(kind).contains(&field.key.as_str())).count()
}

fn known(plan: &Plan, kind: ListKind, header: &Header) -> Vec<(String, String)> {
    let fields = plan.list(kind).fields.iter().zip(&header.fields);
    let known = fields.filter_map(|(field, column)| {
        Some((field.headings.first()?.clone(), column.as_ref()?.heading.clone()))
    });
    known.collect()
}

fn sample(path: &Path, asked: &Asked<'_>) -> Result<Sampled, ReadFailure> {
    let mut seen = 0;
    let read = rows(path, asked, &|_| {}, &mut |_| {
        seen += 1;
        if seen < SAMPLED { ControlFlow::Continue(None) } else { ControlFlow::Break(()) }
    })?;
    Ok(Sampled { rows: read.rows, rejected: read.rejected, flawed: read.flawed, problems: read.problems })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str) -> Result<Recognised, ReadFailure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("上传");
        std::fs::write(&path, text).unwrap();
        recognise(&path, &super::super::nanjian(), jiff::civil::date(2026, 9, 10), &Limits::default())
    }

    /// Contracts, table of lists: each says itself what it is, also with the headings of other offices.
    #[test]
    fn each_list_is_known_by_its_headings() {
        let check = |headings: &str, kind: Option<ListKind>, certainty: Certainty| {
            let cells: Vec<&str> = headings.split(',').map(|heading| cell(heading)).collect();
            let found = look(&format!("南涧县名单\n{headings}\n{}\n", cells.join(","))).unwrap();
            assert_eq!((found.kind, found.certainty), (kind, certainty), "{headings} {found:?}");
        };
        use Certainty::{Likely, Sure, Unsure};
        use ListKind as K;
        check(
            "姓名,公民身份号码,性别,出生日期,民族,户号,户主姓名,与户主关系,户籍地址,村码,监护人姓名",
            Some(K::Household),
            Sure,
        );
        check("姓名,身份证号,户主,与户主关系,家庭住址", Some(K::Household), Sure);
        check(
            "学校标识码,姓名,性别,出生日期,身份证件号,学籍号,户口所在地行政区划,年级,班级,入学年月,就读方式",
            Some(K::Roll),
            Sure,
        );
        check("姓名,全国学籍号,学校,班级", Some(K::Roll), Likely);
        check("学校标识码,班级,姓名,学籍号,身份证件号,日期,是否在校", Some(K::Present), Sure);
        check("学校,班级,姓名,身份证号,是否到校", Some(K::Present), Likely);
        check("户编号,人编号,姓名,证件号码,与户主关系,在校生状况,监测对象类型", Some(K::Poverty), Sure);
        check("户编号,姓名,证件号码,与户主关系,监测对象类型", Some(K::Poverty), Likely);
        check("姓名,残疾人证号,残疾类别,残疾等级,监护人", Some(K::Disability), Sure);
        check(
            "姓名,身份证件号,性别,出生日期,户籍地址,监护人姓名,就读地,就读学校,年级,就读证明,有效期",
            Some(K::Elsewhere),
            Sure,
        );
        check("日期,学校名称,班级,姓名,学籍号,考勤类别,原因", Some(K::Attendance), Likely);
        check("入学学年,学校名称,年级,班级,姓名,性别,身份证件号,学籍号", Some(K::Cohort), Likely);
        check("届别,学校,姓名,出生日期", Some(K::Cohort), Likely);
        check("姓名,身份证号,死亡日期", Some(K::Generic), Unsure);
        check("姓名,电话", None, Unsure);
        check("甲,乙,丙", None, Unsure);
    }

    /// A cell that goes with a heading.
    fn cell(heading: &str) -> &'static str {
        match heading {
            _ if heading.contains("残疾人证号") => "53999920150901001142",
            _ if heading.contains("学籍号") => "G539999201509010011",
            _ if heading.contains("号码") || heading.contains("身份证") => "539999201509010011",
            _ if heading.contains("姓名") || heading == "户主" => "李晓明",
            _ if heading.contains("日期") => "2015-09-01",
            _ if heading.contains("学年") || heading == "届别" => "2021",
            _ => "一",
        }
    }

    /// The wrong rows under the right headings are seen before anything is stored.
    #[test]
    fn the_first_rows_have_a_say() {
        let spoiled = "4.53999E+17,李晓明,户主,李大山\n".repeat(3);
        let found = look(&format!("公民身份号码,姓名,与户主关系,户主姓名\n{spoiled}")).unwrap();
        assert_eq!((found.kind, found.certainty), (Some(ListKind::Household), Certainty::Unsure));
        assert_eq!((found.sampled.rows, found.sampled.rejected), (3, 3));
        assert_eq!(found.sampled.problems, [("身份证件号末几位已丢失".to_owned(), 3)]);
        assert_eq!(look("姓名,公民身份号码\n").unwrap_err().kind, documents::table::Kind::Empty);
        assert_eq!(look("").unwrap_err().kind, documents::table::Kind::Empty);
        let found = look("学生姓名,年级\n李晓明,一年级\n").unwrap();
        assert_eq!(found.kind, None);
        assert!(!found.missing.is_empty() && found.unknown.is_empty(), "{found:?}");
        let found = look("姓名,身份证号,户主,关系,宠物\n李晓明,539999201509010011,李大山,子,狗\n").unwrap();
        assert_eq!(found.unknown, ["宠物"]);
        assert!(
            found.known.contains(&("公民身份号码".to_owned(), "身份证号".to_owned())),
            "{:?}",
            found.known
        );
    }
}
