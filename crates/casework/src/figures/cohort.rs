//! 当年花名册: who was in a first or seventh grade by the rolls and by old lists, who of them is not in the ledger, and what people say with proof
//! became of those. It counts nothing by itself: the night does.

use std::collections::HashSet;

use jiff::civil::Date;
use rules::access::{Action, Actor, Subject};
use rules::age::school_year;
use rules::figures::{Cohort, FATES, Figure, Missing, first_year, missing};
use rules::standing::Standing;

use super::members::Member;
use super::read::{Audience, audience};
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Names of a page.
const PAGE: usize = 100;

/// Signs of a proof.
const PROOF: usize = 200;

/// Years of lists that are shown.
const YEARS: i16 = 12;

/// Somebody of an old list whom the ledger has no child for: neither by number nor by 学籍号.
const NOT_THERE: &str = "not exists (select 1 from child c where c.county = n.county and c.merged_into is null and c.id_index = n.id_index)
     and not exists (select 1 from child c where c.county = n.county and c.merged_into is null
                       and c.student_index = n.student_index)";

/// What is known of it last.
const FATE: &str =
    "coalesce((select f.standing from cohort_fate f where f.county = n.county and f.name = n.id
                               order by f.at desc, f.id desc limit 1), 'unknown')";

/// The children of the ledger who were in that grade of that school year.
pub(super) fn known(desk: &mut Desk<'_, '_>, cohort: Cohort, year: i16) -> Result<HashSet<String>, Refused> {
    let mut all = HashSet::new();
    // By the rolls and lists; and those of an old list whose number somebody has entered in the ledger since.
    for sql in [
        "select coalesce(child.merged_into, cohort.child) from figure_cohort cohort
         join child on child.county = cohort.county and child.id = cohort.child
         where cohort.county = $1 and cohort.year = $2 and cohort.grade = $3 order by cohort.child",
        "select c.id from cohort_name n
         join child c on c.county = n.county and c.id_index = n.id_index and c.merged_into is null
         where n.county = $1 and n.year = $2 and n.grade = $3 order by c.id",
        "select c.id from cohort_name n
         join child c on c.county = n.county and c.student_index = n.student_index and c.merged_into is null
         where n.county = $1 and n.year = $2 and n.grade = $3 order by c.id",
    ] {
        desk.tx.each(sql, &params![desk.county(), year, cohort.grade()], |row| {
            all.insert(row.get::<String>(0)?);
            Ok::<(), crate::db::DbError>(())
        })?;
    }
    Ok(all)
}

/// How those who are not in the ledger count.
pub(super) fn members(
    desk: &mut Desk<'_, '_>,
    cohort: Cohort,
    year: i16,
    on: Date,
) -> Result<Vec<Member>, Refused> {
    let rule = *desk.plan.school_age();
    let sql = format!(
        "select n.id, n.spelling, n.school, n.township, {FATE} from cohort_name n
         where n.county = $1 and n.year = $2 and n.grade = $3 and {NOT_THERE} order by n.id"
    );
    Ok(desk.tx.query(&sql, &params![desk.county(), year, cohort.grade()], |row| {
        let standing = Standing::from_code(&row.get::<String>(4)?).unwrap_or(Standing::Unknown);
        Ok(Member {
            id: row.get(0)?,
            child: String::new(),
            marks: missing(Missing { cohort, standing }, on, &rule),
            why: standing.code().to_owned(),
            township: row.get(3)?,
            village: None,
            school: row.get(2)?,
            spelling: row.get(1)?,
            cause: String::new(),
            step: 0,
        })
    })?)
}

/// A condition for those who are on an old list alone: the county's offices read all of them, a township and a school those of theirs.
pub(super) fn beyond<'a>(
    actor: &Actor,
    figure: Figure,
    township: &str,
    school: Option<&str>,
    values: &mut Vec<Value<'a>>,
) -> String {
    if !matches!(figure, Figure::Retention | Figure::Junior) {
        return "1 = 0".to_owned();
    }
    match audience(actor) {
        Audience::County => "1 = 1".to_owned(),
        Audience::Outside => "1 = 0".to_owned(),
        Audience::Units(units) => {
            let mut list = Vec::new();
            for unit in units {
                values.push(Value::from(unit));
                list.push(format!("${}", values.len()));
            }
            let list = list.join(", ");
            let schools = school.map_or_else(String::new, |school| format!(" or {school} in ({list})"));
            format!("({township} in ({list}){schools})")
        }
    }
}

/// A cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortLine {
    /// The school year in which it began.
    pub year: i16,
    /// First or seventh grade.
    pub cohort: Cohort,
    /// Whether this school year is its ninth.
    pub counts: bool,
    /// Children of the ledger in it.
    pub known: u64,
    /// Those of an old list whom the ledger does not have.
    pub missing: u64,
    /// Of these, those of whom nobody knows what became.
    pub unknown: u64,
}

/// The cohorts, that of this year's ninth grade first and then the latest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn cohorts(desk: &mut Desk<'_, '_>) -> Result<Vec<CohortLine>, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("cohort", ""))?;
    if audience(desk.actor()) == Audience::Outside {
        return Err(Refused::denied(Action::ReadFigures, "cohort", ""));
    }
    let this = school_year(desk.now.day());
    let known = desk.tx.query(
        "select year, grade, cast(count(*) as bigint) from figure_cohort where county = $1 and year >= $2
         group by year, grade order by year desc, grade",
        &params![desk.county(), this.saturating_sub(YEARS)],
        |row| Ok((row.get::<i16>(0)?, row.get::<i64>(1)?, row.get::<u64>(2)?)),
    )?;
    let mut values = vec![Value::from(desk.county()), Value::from(i64::from(this.saturating_sub(YEARS)))];
    let within = beyond(desk.actor(), Figure::Retention, "n.township", Some("n.school"), &mut values);
    let sql = format!(
        "select year, grade, cast(count(*) as bigint), cast(sum(case when fate = 'unknown' then 1 else 0 end) as bigint)
         from (select n.year, n.grade, {FATE} as fate from cohort_name n
               where n.county = $1 and n.year >= $2 and {within} and {NOT_THERE}) gone
         group by year, grade order by year desc, grade"
    );
    let gone = desk.tx.query(&sql, &values, |row| {
        Ok((row.get::<i16>(0)?, row.get::<i64>(1)?, row.get::<u64>(2)?, row.get::<u64>(3)?))
    })?;
    let mut all: Vec<CohortLine> = Vec::new();
    let mut line = |year: i16, grade: i64, known: u64, missing: u64, unknown: u64| {
        let Some(cohort) = Cohort::of_grade(grade) else { return };
        match all.iter_mut().find(|one| one.year == year && one.cohort == cohort) {
            Some(one) => {
                one.missing += missing;
                one.unknown += unknown;
            }
            None => all.push(CohortLine {
                year,
                cohort,
                counts: first_year(cohort, this) == year,
                known,
                missing,
                unknown,
            }),
        }
    };
    for (year, grade, many) in known {
        line(year, grade, many, 0, 0);
    }
    for (year, grade, many, unknown) in gone {
        line(year, grade, 0, many, unknown);
    }
    all.sort_by_key(|one| (!one.counts, -one.year, one.cohort.grade()));
    Ok(all)
}

/// Somebody of an old list whom the ledger does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Its id on the list.
    pub id: String,
    /// Name.
    pub name: String,
    /// Birthday; empty where the list does not say.
    pub birth: String,
    /// The school of then, as the list has it.
    pub school: String,
    /// Where that was.
    pub township: String,
    /// The school year in which it was on the list.
    pub year: i16,
    /// In which grade.
    pub cohort: Cohort,
    /// What is known of it.
    pub standing: Standing,
    spelling: String,
}

/// A page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GonePage {
    /// In the order of their pinyin.
    pub names: Vec<Gone>,
    /// From where the next page goes on.
    pub next: Option<String>,
}

const COLUMNS: &str =
    "n.id, n.name, n.birth, n.school_name, coalesce(town.name, ''), n.year, n.grade, n.spelling";

fn one_gone(row: &Row<'_>) -> Result<Gone, crate::db::DbError> {
    Ok(Gone {
        id: row.get(0)?,
        name: row.get(1)?,
        birth: row.get(2)?,
        school: row.get(3)?,
        township: row.get(4)?,
        year: row.get(5)?,
        cohort: Cohort::of_grade(row.get(6)?).unwrap_or(Cohort::First),
        spelling: row.get(7)?,
        standing: Standing::from_code(&row.get::<String>(8)?).unwrap_or(Standing::Unknown),
    })
}

/// Who of a cohort is not in the ledger, a page of names behind another.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn gone(desk: &mut Desk<'_, '_>, year: i16, cohort: Cohort, after: &str) -> Result<GonePage, Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("cohort", ""))?;
    if audience(desk.actor()) == Audience::Outside {
        return Err(Refused::denied(Action::ReadFigures, "cohort", ""));
    }
    let mut values =
        vec![Value::from(desk.county()), Value::from(i64::from(year)), Value::from(cohort.grade())];
    let within = beyond(desk.actor(), Figure::Retention, "n.township", Some("n.school"), &mut values);
    let mut behind = String::new();
    if let Some((spelling, id)) = after.split_once(' ') {
        values.push(Value::from(spelling.to_owned()));
        values.push(Value::from(id.to_owned()));
        behind = format!("and (n.spelling, n.id) > (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "select {COLUMNS}, {FATE} from cohort_name n
         left join unit town on town.county = n.county and town.id = n.township
         where n.county = $1 and n.year = $2 and n.grade = $3 and {within} and {NOT_THERE} {behind}
         order by n.spelling, n.id limit {}",
        PAGE + 1
    );
    let mut names = desk.tx.query(&sql, &values, one_gone)?;
    let more = names.len() > PAGE;
    names.truncate(PAGE);
    let next = names.last().filter(|_| more).map(|last| format!("{} {}", last.spelling, last.id));
    desk.record(Action::ReadFigures, None, ("cohort", ""), "", "看花名册里没有对上的")?;
    Ok(GonePage { names, next })
}

/// What somebody said became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// What.
    pub standing: Standing,
    /// By which proof.
    pub proof: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: String,
}

/// One of them with everything that was said of it, the latest first; who is in the ledger by now is read there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn gone_one(desk: &mut Desk<'_, '_>, id: &str) -> Result<(Gone, Vec<Fate>), Refused> {
    desk.require(Action::ReadFigures, &Subject::Nothing, ("cohort", id))?;
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = beyond(desk.actor(), Figure::Retention, "n.township", Some("n.school"), &mut values);
    let sql = format!(
        "select {COLUMNS}, {FATE} from cohort_name n
         left join unit town on town.county = n.county and town.id = n.township
         where n.county = $1 and n.id = $2 and {within} and {NOT_THERE}"
    );
    let found = desk.tx.optional(&sql, &values, one_gone)?;
    let found = found.ok_or_else(|| Refused::denied(Action::ReadFigures, "cohort", id))?;
    let rows = desk.tx.query(
        "select f.id, f.standing, f.proof_sealed, coalesce(account.name, ''), f.at from cohort_fate f
         left join account on account.county = f.county and account.id = f.by_account
         where f.county = $1 and f.name = $2 order by f.at desc, f.id desc",
        &params![desk.county(), id],
        |row| {
            let texts = (row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<Vec<u8>>>(2)?);
            Ok((texts, row.get::<String>(3)?, row.get::<String>(4)?))
        },
    )?;
    let mut fates = Vec::with_capacity(rows.len());
    for ((fate, standing, sealed), by, at) in rows {
        let proof = desk.open("cohort_fate", "proof", &fate, sealed.as_deref())?;
        fates.push(Fate {
            standing: Standing::from_code(&standing).unwrap_or(Standing::Unknown),
            proof,
            by,
            at,
        });
    }
    desk.record(Action::ReadFigures, None, ("cohort", id), "", "看花名册里的一个人")?;
    Ok((found, fates))
}

/// What is said of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FateForm {
    /// What became of it; `None` while nothing was chosen.
    pub standing: Option<Standing>,
    /// By which proof.
    pub proof: String,
}

/// Says what became of somebody of an old list. The numbers follow with the next snapshot; what was frozen stays.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Invalid`] without a proof; [`Refused::Storage`].
pub fn tell(desk: &mut Desk<'_, '_>, id: &str, form: &FateForm) -> Result<(), Refused> {
    let grant = desk.require(Action::WriteYearbook, &Subject::Nothing, ("cohort", id))?;
    let there = desk.tx.optional(
        "select id from cohort_name where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    if there.is_none() {
        return Err(Refused::denied(Action::WriteYearbook, "cohort", id));
    }
    let Some(standing) = form.standing.filter(|standing| FATES.contains(standing)) else {
        return Err(Refused::field("standing", "请选择去向"));
    };
    let proof = form.proof.trim();
    let signs = proof.chars().count();
    if signs > PROOF || (standing != Standing::Unknown && signs < 2) {
        return Err(Refused::field(
            "proof",
            format!("请写凭什么，如“2021年9月转学证明，编号……”，{PROOF}个字以内；没有凭据的选“不明”"),
        ));
    }
    // Sent twice it is told once (hazard H01): what was said last by the same person is not said again.
    let last = desk.tx.optional(
        "select id, standing, proof_sealed, by_account from cohort_fate where county = $1 and name = $2 order by at desc, id desc limit 1",
        &params![desk.county(), id],
        |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(1)?, row.get(3)?];
            Ok((texts, row.get::<Option<Vec<u8>>>(2)?))
        },
    )?;
    if let Some(([last, said, by], sealed)) = last
        && said == standing.code()
        && by == desk.actor().account
        && desk.open("cohort_fate", "proof", &last, sealed.as_deref())? == proof
    {
        return Ok(());
    }
    let fate = desk.now.id();
    let sealed = (!proof.is_empty()).then(|| desk.seal("cohort_fate", "proof", &fate, proof));
    desk.tx.execute(
        "insert into cohort_fate (county, id, name, standing, proof_sealed, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)",
        &params![
            desk.county(),
            &fate,
            id,
            standing.code(),
            sealed,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(
        Action::WriteYearbook,
        grant.post,
        ("cohort", id),
        "",
        &format!("登记去向：{}", standing.label()),
    )
}
