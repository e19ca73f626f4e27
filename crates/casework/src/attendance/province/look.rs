//! Whom the rows of an export are about, and what they come to day by day: one's own schools alone, by the roll of the day.
//! It reads and writes nothing; what cannot be used goes among the rows to correct.

use std::collections::{BTreeMap, HashMap};

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::Action;
use rules::attendance::{Half, Kind, Reason, SchoolDays};

use super::super::book::among;
use super::super::calling::Source;
use super::super::days::{school_days, why_none};
use super::super::uncalled::callings;
use super::file::{ProvinceFile, Row};
use crate::db::Value;
use crate::desk::Desk;
use crate::imports::first_number;
use crate::params;
use crate::refused::Refused;

/// What an export says of a pupil; `None` for one whom it does not name.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub child: String,
    pub kind: Option<Kind>,
    pub reason: Option<Reason>,
}

/// What an export says of a class on a day.
#[derive(Debug, Clone)]
pub(super) struct Day {
    pub class: String,
    pub school: String,
    pub day: Date,
    pub source: Source,
    /// Pupils that it names.
    pub size: usize,
    /// Of them not there.
    pub missing: usize,
    /// Who is not simply there, and who is not named.
    pub said: Vec<Said>,
}

/// What a file comes to.
#[derive(Debug, Clone)]
pub struct Looked {
    pub(super) file: ProvinceFile,
    pub(super) days: Vec<Day>,
}

impl Looked {
    /// What the file is, whatever it is called: the same for the same bytes.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.file.hash
    }

    /// The rows to correct, for the workbook.
    #[must_use]
    pub fn rejected(&self) -> &documents::rejects::RejectedList {
        &self.file.rejected
    }
}

/// A pupil's time in a class.
struct Member {
    child: String,
    name: String,
    class: String,
    from: Date,
    until: Option<Date>,
}

impl Member {
    fn on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }
}

/// The pupils of a school over the days of the file.
#[derive(Default)]
struct Pupils {
    members: Vec<Member>,
    by_id: HashMap<String, Vec<usize>>,
    by_student: HashMap<String, Vec<usize>>,
    by_name: HashMap<String, Vec<usize>>,
    /// Grade and number of each class.
    classes: HashMap<String, (i64, i64)>,
}

type Wrong = (String, &'static str);

/// Looks at what a file would bring.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] for a year that the calendar does not know; [`Refused::Storage`].
pub fn look_province(desk: &mut Desk<'_, '_>, mut file: ProvinceFile) -> Result<Looked, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let within = super::within(desk, Action::ImportAttendance, "id", &mut values)?;
    let mut schools: HashMap<String, String> = HashMap::new();
    desk.tx.each(
        &format!(
            "select id, name, coalesce(code, '') from unit
             where county = $1 and kind = 'school' and until_day is null and {within} order by id"
        ),
        &values,
        |row| {
            let (id, name, code): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            schools.insert(name, id.clone());
            schools.insert(code, id);
            Ok(())
        },
    )?;
    schools.remove("");
    let rows = std::mem::take(&mut file.rows);
    let today = desk.now.day();
    let oldest = today.saturating_sub(i64::from(desk.plan.register().head_days).days());
    let in_time = |row: &Row| row.day <= today && row.day >= oldest;
    let mine = |row: &Row| schools.get(&row.school).cloned();
    let mut wanted: Vec<String> = rows.iter().filter(|row| in_time(row)).filter_map(mine).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let days = school_days(desk, oldest, today)?;
    let mut pupils: HashMap<String, Pupils> = HashMap::new();
    for school in &wanted {
        let of = read_pupils(desk, school, oldest)?;
        pupils.insert(school.clone(), of);
    }
    // One word for each pupil and day; two that differ are both turned away.
    let mut found: BTreeMap<(String, Date, String, String), Vec<Row>> = BTreeMap::new();
    for row in rows {
        let school = mine(&row);
        let whom = match &school {
            None => Err(("不是本单位的学校".to_owned(), "只能导入本单位的；学校名称请和“责任链”里的一致")),
            Some(_) if row.day > today => Err(("这一天还没到".to_owned(), "请核对日期")),
            Some(_) if row.day < oldest => {
                let most = desk.plan.register().head_days;
                Err((format!("太早了，只能导入{most}天以内的"), "请把情况写进孩子的跟踪记录"))
            }
            Some(school) => whom(desk, &days, pupils.get(school), school, &row)?,
        };
        match whom {
            Ok((class, child)) => {
                let key = (school.unwrap_or_default(), row.day, class, child);
                found.entry(key).or_default().push(row);
            }
            Err((problem, remedy)) => file.reject(row.line, row.cells, problem, remedy),
        }
    }
    let found = settle(&mut file, found);
    let elsewhere = proved(desk, &found)?;
    let sources = callings(desk)?;
    let mut classes: BTreeMap<(String, Date, String), Vec<(String, Row)>> = BTreeMap::new();
    for ((school, day, class, child), row) in found {
        let source = sources.get(&school).copied().unwrap_or_default().source;
        if row.kind == Kind::Elsewhere
            && source == Source::Province
            && !elsewhere.contains(&(child.clone(), day))
        {
            let todo = "请乡镇或教体局先登记外出就读，或者改标其他情况";
            file.reject(row.line, row.cells, "没有有效的外出就读证明", todo);
        } else {
            classes.entry((school, day, class)).or_default().push((child, row));
        }
    }
    let days = classes
        .into_iter()
        .map(|((school, day, class), rows)| {
            let source = sources.get(&school).copied().unwrap_or_default().source;
            let roll = pupils.get(&school).map(|of| of.roll(&class, day)).unwrap_or_default();
            of_day((school, day, class), source, &roll, rows)
        })
        .collect();
    file.rejected.rows.sort_by_key(|reject| reject.line);
    Ok(Looked { file, days })
}

fn of_day(
    (school, day, class): (String, Date, String),
    source: Source,
    roll: &[String],
    rows: Vec<(String, Row)>,
) -> Day {
    let (size, missing) = (rows.len(), rows.iter().filter(|(_, row)| row.kind.half() != Half::Came).count());
    let unnamed = roll.iter().filter(|child| !rows.iter().any(|(own, _)| own == *child));
    let unnamed: Vec<Said> =
        unnamed.map(|child| Said { child: child.clone(), kind: None, reason: None }).collect();
    let named = rows.into_iter().filter(|(_, row)| row.kind != Kind::Present).map(|(child, row)| Said {
        child,
        kind: Some(row.kind),
        reason: row.reason,
    });
    let said = named.chain(unnamed).collect();
    Day { class, school, day, source, size, missing, said }
}

/// Rows that say the same of a pupil are one; where they contradict each other none is taken.
fn settle(
    file: &mut ProvinceFile,
    found: BTreeMap<(String, Date, String, String), Vec<Row>>,
) -> BTreeMap<(String, Date, String, String), Row> {
    let mut settled = BTreeMap::new();
    for (key, mut rows) in found {
        let same = rows.windows(2).all(|pair| matches!(pair, [a, b] if a.kind == b.kind));
        if same {
            settled.extend(rows.pop().map(|row| (key, row)));
            continue;
        }
        for row in rows {
            let problem = "同一个学生同一天有几行，说法不同";
            file.reject(row.line, row.cells, problem, "请在省系统里核实，只留一行");
        }
    }
    settled
}

fn read_pupils(desk: &mut Desk<'_, '_>, school: &str, from: Date) -> Result<Pupils, Refused> {
    let mut pupils = Pupils::default();
    desk.tx.each(
        "select child.id, child.name, coalesce(child.id_index, ''), coalesce(child.student_index, ''), member.class,
                member.from_day, member.until_day, class.grade, class.number
         from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         join class on class.county = member.county and class.unit = member.class
         where member.county = $1 and class.school = $2 and (member.until_day is null or member.until_day > $3)
         order by member.from_day, member.id",
        &params![desk.county(), school, from],
        |row| {
            let at = pupils.members.len();
            let member = Member {
                child: row.get(0)?,
                name: row.get(1)?,
                class: row.get(4)?,
                from: row.get(5)?,
                until: row.get(6)?,
            };
            pupils.by_name.entry(member.name.clone()).or_default().push(at);
            for (index, by) in [(2, &mut pupils.by_id), (3, &mut pupils.by_student)] {
                let index: String = row.get(index)?;
                if !index.is_empty() {
                    by.entry(index).or_default().push(at);
                }
            }
            pupils.classes.insert(member.class.clone(), (row.get(7)?, row.get(8)?));
            pupils.members.push(member);
            Ok(())
        },
    )?;
    Ok(pupils)
}

impl Pupils {
    /// The member rows of an index on a day, the class joined last at the end.
    fn on<'p>(&'p self, found: Option<&'p Vec<usize>>, day: Date) -> impl Iterator<Item = &'p Member> {
        found.into_iter().flatten().filter_map(|at| self.members.get(*at)).filter(move |one| one.on(day))
    }

    /// Who belongs to a class on a day, as it is known now.
    fn roll(&self, class: &str, day: Date) -> Vec<String> {
        let mut latest: BTreeMap<&str, &Member> = BTreeMap::new();
        for one in self.members.iter().filter(|one| one.on(day)) {
            latest.insert(&one.child, one);
        }
        latest.into_values().filter(|one| one.class == class).map(|one| one.child.clone()).collect()
    }
}

/// Class and child of a row, or what is wrong with it.
fn whom(
    desk: &mut Desk<'_, '_>,
    days: &SchoolDays<'_>,
    pupils: Option<&Pupils>,
    school: &str,
    row: &Row,
) -> Result<Result<(String, String), Wrong>, Refused> {
    if let Some(why) = why_none(desk, days, school, row.day)? {
        let todo = "省系统里多出来的请删去；这一天上课的，请先登记校历变动";
        return Ok(Err((format!("这一天不上课（{why}）"), todo)));
    }
    let Some(pupils) = pupils else { return Ok(Err(nobody())) };
    let index = |purpose: &str, text: &str| match text {
        "" => String::new(),
        text => desk.index(purpose, text),
    };
    let (id, student) = (index("id_number", &row.id), index("student_number", &row.student_no));
    let by_id = pupils.on(pupils.by_id.get(&id), row.day).last();
    let by_student = pupils.on(pupils.by_student.get(&student), row.day).last();
    Ok(match (by_id, by_student) {
        (Some(one), Some(other)) if one.child != other.child => {
            Err(("证件号和学籍号不是同一个学生的".to_owned(), "请对照学籍核对这两个号码"))
        }
        (Some(one), _) | (None, Some(one)) if one.name == row.name => {
            Ok((one.class.clone(), one.child.clone()))
        }
        (Some(_), _) | (None, Some(_)) => {
            Err(("姓名和台账里这个号码的学生不同".to_owned(), "请核对姓名和号码"))
        }
        (None, None) if row.id.is_empty() && row.student_no.is_empty() => by_class(pupils, row),
        (None, None) => Err(nobody()),
    })
}

/// It says nothing of other schools: whoever is there is not this reader's to know (A02).
fn nobody() -> Wrong {
    ("这一天本校没有这个学生".to_owned(), "请核对号码；刚转来的请先办学籍变动")
}

/// Without a number a pupil is known by class and name, where only one has them.
fn by_class(pupils: &Pupils, row: &Row) -> Result<(String, String), Wrong> {
    let after_grade = row.class.rsplit(['级', '（', '(']).next().unwrap_or_default();
    let number = first_number(after_grade);
    let grade = rules::age::Grade::parse(&row.grade).or_else(|| {
        let end = row.class.find('级').map(|at| at + '级'.len_utf8())?;
        rules::age::Grade::parse(row.class.get(..end)?)
    });
    let (Some(number), Some(grade)) = (number, grade) else {
        return Err(("没有号码，年级、班级也看不懂".to_owned(), "请补填学籍号，或者写成三年级(2)班"));
    };
    let here = |class: &str| pupils.classes.get(class) == Some(&(i64::from(grade.number()), number));
    let mut found: Vec<&Member> =
        pupils.on(pupils.by_name.get(&row.name), row.day).filter(|one| here(&one.class)).collect();
    found.dedup_by(|a, b| a.child == b.child);
    match found.as_slice() {
        [one] => Ok((one.class.clone(), one.child.clone())),
        [] => Err(nobody()),
        _ => Err(("这个班有同名的学生".to_owned(), "请补填学籍号或证件号")),
    }
}

/// Pupils with a day on which a proof says that they study elsewhere.
fn proved(
    desk: &mut Desk<'_, '_>,
    found: &BTreeMap<(String, Date, String, String), Row>,
) -> Result<std::collections::BTreeSet<(String, Date)>, Refused> {
    let claimed: Vec<(&str, Date)> = found
        .iter()
        .filter(|(_, row)| row.kind == Kind::Elsewhere)
        .map(|((_, day, _, child), _)| (child.as_str(), *day))
        .collect();
    let mut proved = std::collections::BTreeSet::new();
    for some in claimed.chunks(200) {
        let mut values = vec![Value::from(desk.county())];
        let list = among(&mut values, some.iter().map(|(child, _)| *child));
        let rows = desk.tx.query(
            &format!(
                "select child, from_day, ended_day, expires_day from elsewhere
                 where county = $1 and child in ({list}) order by child, from_day, id"
            ),
            &values,
            |row| {
                let child: String = row.get(0)?;
                Ok((child, row.get::<Date>(1)?, row.get::<Option<Date>>(2)?, row.get::<Option<Date>>(3)?))
            },
        )?;
        for (child, day) in some {
            let holds = |(own, from, ended, expires): &(String, Date, Option<Date>, Option<Date>)| {
                own == child
                    && from <= day
                    && ended.is_none_or(|ended| *day < ended)
                    && expires.is_none_or(|last| *day <= last)
            };
            if rows.iter().any(holds) {
                proved.insert(((*child).to_owned(), *day));
            }
        }
    }
    Ok(proved)
}
