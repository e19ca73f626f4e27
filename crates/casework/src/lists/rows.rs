//! Streams a list into the ledger's rows: one after another, in the order of the file, in bounded memory. What becomes
//! of a row is the caller's; what must be mended is gathered for the workbook of rows to correct.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use documents::rejects::{LISTED, Reject, RejectedList};
use documents::table::{Header, Limits, open};
use jiff::civil::Date;
use rules::plan::{ListKind, Plan};

use super::cells::{Reading, reject};
use super::row::{ListRow, RowProblem};
use super::{Progress, ReadFailure, Report, schema};

/// Which list is read, and by what.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Which list.
    pub kind: ListKind,
    /// The county's plan: headings, townships and villages.
    pub plan: &'a Plan,
    /// The day on which it is read: nobody is born later.
    pub on: Date,
    /// How much the file may ask for.
    pub limits: Limits,
}

/// What came of reading a list once.
#[derive(Debug)]
pub struct Read {
    /// What was found above the data.
    pub header: Header,
    /// Headings that the plan does not know; their cells are in [`ListRow::extra`].
    pub unknown: Vec<String>,
    /// Rows of data.
    pub rows: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// Rows that were used although something is to be mended.
    pub flawed: u64,
    /// How many rows have each problem, the commonest first.
    pub problems: Vec<(String, u64)>,
    /// Rejected and flawed rows in the order of the file, for [`documents::rejects::save`].
    pub corrections: RejectedList,
    /// Lines that were passed over as footers.
    pub footers: u64,
    /// Byte sequences that mean nothing in the file's encoding.
    pub garbled: u64,
    /// SHA-256 of the file; `None` when the caller asked for no more before its end.
    pub sha256: Option<[u8; 32]>,
}

/// Reads a list, calling `each` for every row of data in the order of the file until it asks for no more: with the
/// row, or with what is wrong with a row that cannot be used. What `each` gives back of a row that it cannot take stands
/// beside that row in the corrections.
///
/// # Errors
/// [`ReadFailure`] when the file is not that list or cannot be read to its end; what was done with the rows before
/// must then be undone.
pub fn rows(
    path: &Path,
    asked: &Asked<'_>,
    report: Report<'_>,
    each: &mut dyn FnMut(Result<ListRow, Reject>) -> ControlFlow<(), Option<RowProblem>>,
) -> Result<Read, ReadFailure> {
    let columns = asked.plan.list(asked.kind);
    let schema = schema(columns, super::Fields::All);
    let table = open(path, &schema, &asked.limits)?;
    let header = table.header().clone();
    let reading = Reading::new(asked.kind, asked.plan, asked.on, &schema, &header);
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut corrections = RejectedList {
        list: asked.kind.label().to_owned(),
        file,
        headings: header.headings.clone(),
        ..RejectedList::default()
    };
    let (mut number, mut rejected, mut flawed) = (0, 0, 0);
    let mut problems: BTreeMap<String, u64> = BTreeMap::new();
    let mut one = |row: &documents::table::Row<'_>| {
        number += 1;
        let read = reading.row(number, row);
        let (mut found, unusable) = match &read {
            Ok(read) => (read.problems.clone(), None),
            Err(reject) => (Vec::new(), Some(reject.clone())),
        };
        let (goes_on, refused) = match each(read) {
            ControlFlow::Continue(refused) => (ControlFlow::Continue(()), refused),
            ControlFlow::Break(()) => (ControlFlow::Break(()), None),
        };
        let count = if unusable.is_some() || refused.is_some() { &mut rejected } else { &mut flawed };
        found.extend(refused);
        let listed = match unusable {
            Some(reject) => reject,
            None if found.is_empty() => return goes_on,
            None => reject(row, &found),
        };
        *count += 1;
        for problem in listed.problem.split('；') {
            *problems.entry(sort_of(problem).to_owned()).or_default() += 1;
        }
        if corrections.rows.len() < LISTED {
            corrections.rows.push(listed);
        } else {
            corrections.more += 1;
        }
        goes_on
    };
    report(Progress::Begins {
        what: &format!("读取 {}", asked.kind.label()),
        total: table.size_hint_bytes(),
    });
    let walked = table.walk(&mut one, &|done| report(Progress::At(done)));
    report(Progress::Ends);
    let walked = walked?;
    let mut problems: Vec<(String, u64)> = problems.into_iter().collect();
    problems.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(Read {
        unknown: super::unknown(&header),
        header,
        rows: walked.rows,
        rejected,
        flawed,
        problems,
        corrections,
        footers: walked.footers_skipped,
        garbled: walked.garbled,
        sha256: walked.sha256,
    })
}

/// The problem without what is particular to the row, so that like is counted with like.
fn sort_of(problem: &str) -> &str {
    ["（", "，这里是"].iter().fold(problem, |sort, end| sort.split(end).next().unwrap_or(sort))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rules::codes::{Boarding, DisabilityKind, FamilyRelation, LeftBehind, Sex, StudentStatus};

    const ID: &str = "539999201509010011";
    const OTHER: &str = "53999920120315002X";

    /// Everything that came of a text file.
    fn read(kind: ListKind, text: &str) -> (Read, Vec<Result<ListRow, Reject>>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名单.csv");
        std::fs::write(&path, text).unwrap();
        let plan = super::super::nanjian();
        let on = jiff::civil::date(2026, 9, 10);
        let asked = Asked { kind, plan: &plan, on, limits: Limits::default() };
        let mut all = Vec::new();
        let read = rows(&path, &asked, &|_| {}, &mut |row| {
            all.push(row);
            ControlFlow::Continue(None)
        });
        (read.unwrap(), all)
    }

    /// The only row of a list with this heading line and row.
    fn one(kind: ListKind, headings: &str, row: &str) -> Result<ListRow, Reject> {
        read(kind, &format!("{headings}\n{row}\n")).1.remove(0)
    }

    /// Contracts, headings of the roll: a complete row in the ledger's terms.
    #[test]
    fn a_row_of_the_roll_has_everything() {
        let (read, rows) = read(
            ListKind::Roll,
            &format!(
                "学校标识码,姓名,性别,出生日期,民族,身份证件类型,身份证件号,学籍号,户口所在地行政区划,现住址,年级,班级,入学年月,就读方式,学籍状态,是否留守儿童,残疾类型,是否孤儿,是否进城务工人员随迁子女,血型,备注一,成员1姓名,成员1关系,成员1联系电话,成员1身份证件号,成员1是否监护人,成员2姓名,成员2关系\n\
                2153901001,李 晓明,男,20150901,彝族,居民身份证,{ID},G{ID},532926101202,南涧镇西山村三组,五年级,2班,202109,住校,在读,双亲留守儿童,智力残疾,否,是,O型,转来,李大山,父亲,105-1234 5678,{OTHER},是,王小花,母亲\n"
            ),
        );
        let row = rows.into_iter().next().unwrap().unwrap();
        assert_eq!(row.problems, []);
        assert_eq!((row.number, row.line, row.name.as_str()), (1, 2, "李晓明"));
        assert_eq!(row.id.unwrap().to_string(), ID);
        assert_eq!(row.student_no.unwrap().as_str(), format!("G{ID}"));
        assert_eq!((row.sex, row.place_code.as_str()), (Some(Sex::Male), "532926101202"));
        assert!(row.place.unwrap().village.is_some());
        assert_eq!(row.grade.unwrap().number(), 5);
        assert_eq!(row.entered, Some(jiff::civil::date(2021, 9, 1)));
        assert_eq!((row.boarding, row.status), (Some(Boarding::Boarder), Some(StudentStatus::Enrolled)));
        assert_eq!(row.left_behind, Some(LeftBehind::BothParents));
        assert_eq!(row.disability, Some(DisabilityKind::Intellect));
        assert_eq!((row.orphan, row.migrant), (Some(false), Some(true)));
        let [father, mother] = row.guardians.as_slice() else { panic!("{:?}", row.guardians) };
        assert_eq!((father.phone.as_str(), father.guards), ("10512345678", Some(true)));
        assert_eq!(father.id.unwrap().to_string(), OTHER);
        assert_eq!((mother.name.as_str(), mother.relation), ("王小花", Some(FamilyRelation::Mother)));
        assert_eq!(
            row.extra,
            [("血型", "O型"), ("备注一", "转来")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(
            (read.rows, read.rejected, read.flawed, read.unknown),
            (1, 0, 0, vec!["备注一".to_owned()])
        );
        assert!(read.sha256.is_some());
    }

    /// E09, E11, L03: what is wrong is said on its row; only what cannot be used is turned away.
    #[test]
    fn flaws_are_said_and_the_row_is_kept() {
        let headings = "姓名,公民身份号码,性别,出生日期,与户主关系,户主姓名,监护人姓名,监护人电话";
        let check = |row: &str, usable: bool, problem: &str| {
            let read = one(ListKind::Household, headings, row);
            assert_eq!(read.is_ok(), usable, "{row}: {read:?}");
            let said = match read {
                Ok(row) => {
                    row.problems.iter().map(|problem| problem.what.clone()).collect::<Vec<_>>().join("；")
                }
                Err(reject) => reject.problem,
            };
            assert_eq!(said, problem, "{row}");
        };
        check(&format!("李晓明,{ID},男,2015-09-01,长子,李大山,李大山,"), true, "");
        check("李晓明,５３９９９９２０１５０９０１００１１ ,男,2015年9月1日,,,,", true, "");
        check("李晓明,53999920120315002x,,,,,,", true, "");
        check(
            "李晓明,539999201509010010,男,2015-09-01,,,,",
            true,
            "身份证件号校验不符，至少有一位填错（若前17位无误，末位应为1）",
        );
        check("李晓明,539999150901001,男,2015-09-01,,,,", true, "这是15位的旧身份证号");
        check("李晓明,000000000000000000,男,2015-09-01,,,,", true, "身份证件号处填的不是号码");
        check("李晓明,,男,2015-09-01,,,,", true, "身份证件号为空");
        check("李晓明,H12345678,男,2015-09-01,,,,", true, "");
        check(
            "李晓明,4.53999E+17,男,2015-09-01,,李大山,,",
            false,
            "身份证件号末几位已丢失（表格把它当成了数字）",
        );
        check(",539999201509010011,男,2015-09-01,,,,", false, "没有姓名");
        check("李晓明,,,,,,,", false, "只有姓名，认不出是谁；身份证件号为空");
        check("李晓明,,,,,李大山,,", true, "身份证件号为空");
        check(
            &format!("李晓明,{ID},女,2015-09-02,,,,"),
            true,
            "出生日期与身份证号里的不一致；性别与身份证号里的不一致",
        );
        check(&format!("李晓明,{ID},,2015-13-02,,,,"), true, "没有这一天");
        check("李晓明,,男,2027-01-01,,李大山,,", true, "身份证件号为空；出生日期在今天以后");
        check(&format!("李晓明,{ID},男,,表侄孙,,,"), true, "看不懂与户主关系的写法");
        check(&format!("李晓明,{ID},男,,,,李大山,无"), true, "联系电话不像电话号码");
        check(&format!("李\u{202E}晓明,{ID},男,,,,,"), true, "姓名里有看不见的控制符，已去掉");
    }

    /// What cannot be read is kept as written, beside the problem.
    #[test]
    fn what_cannot_be_read_is_kept() {
        let row = one(
            ListKind::Household,
            "姓名,公民身份号码,民族,迁入日期",
            &format!("李晓明,{ID},某族,2020-01-01"),
        );
        let row = row.unwrap();
        assert_eq!((row.ethnicity, row.problems.len()), (None, 1));
        let kept = [("民族", "某族"), ("迁入日期", "2020-01-01")];
        assert_eq!(row.extra, kept.map(|(a, b)| (a.to_owned(), b.to_owned())));
        let row = one(ListKind::Household, "姓名,公民身份号码", "李晓明,539999201509010010").unwrap();
        assert_eq!((row.id, row.id_written.as_str()), (None, "539999201509010010"));
    }

    /// E11: papers that stand in for an identity number.
    #[test]
    fn other_numbers_stand_in() {
        let card = format!("{ID}42");
        let row = one(
            ListKind::Disability,
            "姓名,残疾人证号,残疾类别,残疾等级",
            &format!("李晓明,{card},肢体,二级"),
        );
        let row = row.unwrap();
        assert_eq!((row.id.unwrap().to_string().as_str(), row.problems.len()), (ID, 0));
        assert_eq!(row.disability_card.unwrap().to_string(), card);
        let row = one(
            ListKind::Poverty,
            "姓名,证件号码,户编号,监测对象类型",
            &format!("李晓明,{card},Y1,边缘易致贫户"),
        );
        let row = row.unwrap();
        assert_eq!((row.id.unwrap().to_string().as_str(), row.problems.len()), (ID, 0));
        assert_eq!((row.poverty_household_no.as_str(), row.monitored_kind.as_str()), ("Y1", "边缘易致贫户"));
        let row =
            one(ListKind::Present, "姓名,学籍号,日期,是否在校", &format!("李晓明,G{ID},2026-09-09,旷课"));
        let row = row.unwrap();
        assert_eq!((row.id.unwrap().to_string().as_str(), row.present), (ID, Some(false)));
        assert_eq!(row.day, Some(jiff::civil::date(2026, 9, 9)));
        let row = one(ListKind::Roll, "姓名,身份证件号,学籍号", "李晓明,,J539999201509010011").unwrap();
        assert_eq!((row.id, row.problems.len(), row.student_no.is_some()), (None, 0, true));
    }

    /// A place by its code, by its name, by three columns; a place elsewhere keeps its code and nothing else.
    #[test]
    fn places_are_found() {
        let check = |headings: &str, cells: &str, code: &str, known: bool| {
            let headings = format!("姓名,公民身份号码,{headings}");
            let row = one(ListKind::Household, &headings, &format!("李晓明,{ID},{cells}")).unwrap();
            assert_eq!((row.place_code.as_str(), row.place.is_some()), (code, known), "{cells}");
        };
        check("村码", "532926101202", "532926101202", true);
        check("村码", "南涧镇西山村", "532926101202", true);
        check("户籍地址", "南涧镇西山村委会三组", "532926101202", true);
        check("村码,户籍地址", "532926,南涧镇西山村委会三组", "532926101202", true);
        check("乡镇,村委会,村民小组", "南涧镇,西山村委会,三组", "532926101202", true);
        check("村码,户籍地址", "530102001001,南涧镇西山村委会三组", "530102001001", false);
        check("户籍地址", "查无此地", "", false);
    }

    /// Bounded: a reader who has enough is not given more, and the rows before are counted.
    #[test]
    fn reading_stops_when_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("名单.csv");
        std::fs::write(&path, format!("姓名,公民身份号码\n{}", format!("李晓明,{ID}\n").repeat(1000)))
            .unwrap();
        let plan = super::super::nanjian();
        let on = jiff::civil::date(2026, 9, 10);
        let asked = Asked { kind: ListKind::Household, plan: &plan, on, limits: Limits::default() };
        let mut seen = 0;
        let mut each = |row: Result<ListRow, Reject>| {
            seen += 1;
            assert_eq!(row.unwrap().number, seen);
            if seen < 5 { ControlFlow::Continue(None) } else { ControlFlow::Break(()) }
        };
        let read = rows(&path, &asked, &|_| {}, &mut each).unwrap();
        assert_eq!((seen, read.rows, read.sha256), (5, 5, None));
        let strange = Asked { kind: ListKind::Present, ..asked };
        assert!(rows(&path, &strange, &|_| {}, &mut |_| ControlFlow::Continue(None)).is_ok());
        let strange = Asked { kind: ListKind::Disability, ..asked };
        assert!(rows(&path, &strange, &|_| {}, &mut |_| ControlFlow::Continue(None)).is_ok());
        std::fs::write(&path, "甲,乙\n1,2\n").unwrap();
        let error = rows(&path, &asked, &|_| {}, &mut |_| ControlFlow::Continue(None)).unwrap_err();
        assert!(error.what.contains("没有找到户籍的表头"), "{error}");
    }
}
