//! Places and beds of the schools (五(五)): as a school or 教体局 wrote them down for a school year, beside how many pupils and boarders there
//! are today. What was written once stays; the later entry holds.

use rules::access::{Action, Subject, may};
use rules::age::school_year;
use rules::ways::FEW;

use super::known::open_units;
use super::measure::{Measured, all_or_none, lines, source, whole};
use crate::attendance::among;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units::{columns, one};

/// Places or beds of one school at most.
const MOST: u32 = 9999;

/// What is pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacesTable {
    /// The school year: 2026 for 2026-2027.
    pub year: i16,
    /// Who counted, how.
    pub source: String,
    /// 学校、学位、床位, one a line.
    pub lines: String,
}

/// What a school has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// Id of the school.
    pub school: String,
    /// Its name.
    pub name: String,
    /// Its township.
    pub township: String,
    /// 办学类型.
    pub kind: String,
    /// For which year, how many places, how many beds, and who said so; `None` where nobody has written it down.
    pub on_record: Option<(i16, u32, u32, String)>,
    /// Pupils today; `None` where it may not be told.
    pub pupils: Option<u32>,
    /// Boarders today, likewise.
    pub boarders: Option<u32>,
}

impl Capacity {
    /// Places that nobody has, below nought where there are too many pupils; `None` where it is not known.
    #[must_use]
    pub fn free(&self) -> Option<i64> {
        let (_, places, ..) = self.on_record.as_ref()?;
        Some(i64::from(*places) - i64::from(self.pupils?))
    }

    /// Beds that nobody sleeps in, likewise.
    #[must_use]
    pub fn free_beds(&self) -> Option<i64> {
        let (_, _, beds, _) = self.on_record.as_ref()?;
        Some(i64::from(*beds) - i64::from(self.boarders?))
    }
}

/// The entry that holds for a school year: that of the year or of the one before it that has one, the later of two. `$1` is the county, `$2` the
/// year. What the season planned for new pupils stands in the same table and is no capacity.
pub(crate) const HOLDS: &str = "holds (school, school_year, places, beds, source) as (
    select school, school_year, places, beds, source from (
      select school, school_year, places, beds, source,
             row_number() over (partition by school order by school_year desc, at desc, id desc) as place
      from school_place where county = $1 and school_year <= $2 and places is not null and beds is not null) ranked
    where place = 1)";

/// The open schools that the reader sees, in the order of townships and codes; at most five hundred.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn places(desk: &mut Desk<'_, '_>) -> Result<Vec<Capacity>, Refused> {
    let grant = desk.require(Action::ReadWays, &Subject::Nothing, ("ways", "places"))?;
    let whole = may(desk.actor(), Action::ReadWays, &Subject::Unit(&[])).is_ok();
    // Whoever sees no child: a small school is not counted out.
    let blind = may(desk.actor(), Action::ListChildren, &Subject::Nothing).is_err();
    let mut values = vec![Value::from(desk.county()), Value::from(school_year(desk.now.day()))];
    let near = if whole {
        "1 = 1".to_owned()
    } else {
        let own = among(&mut values, desk.actor().posts.iter().map(|post| post.unit.as_str()));
        format!("(unit.id in ({own}) or unit.township in ({own}))")
    };
    let rows = desk.tx.query(
        &format!(
            "with {HOLDS}, counted (school, pupils, boarders) as (
               select school, cast(count(*) as bigint), cast(sum(case when boarding = '2' then 1 else 0 end) as bigint)
               from child where county = $1 and merged_into is null and school is not null group by school)
             select unit.id, unit.name, coalesce(town.name, ''), school.kind, holds.school_year, holds.places, holds.beds,
                    coalesce(holds.source, ''), coalesce(counted.pupils, 0), coalesce(counted.boarders, 0)
             from unit
             join school on school.county = unit.county and school.unit = unit.id
             left join unit town on town.county = unit.county and town.id = unit.township
             left join holds on holds.school = unit.id
             left join counted on counted.school = unit.id
             where unit.county = $1 and unit.kind = 'school' and unit.until_day is null and {near}
             order by coalesce(town.code, town.id, ''), coalesce(unit.code, unit.id), unit.id limit 500"
        ),
        &values,
        |row| {
            let (year, places, beds): (Option<i16>, Option<u32>, Option<u32>) = (row.get(4)?, row.get(5)?, row.get(6)?);
            let source: String = row.get(7)?;
            let told = |count: u32| (!blind || count == 0 || count >= FEW).then_some(count);
            Ok(Capacity {
                school: row.get(0)?,
                name: row.get(1)?,
                township: row.get(2)?,
                kind: row.get(3)?,
                on_record: year.zip(places).zip(beds).map(|((year, places), beds)| (year, places, beds, source)),
                pupils: told(row.get(8)?),
                boarders: told(row.get(9)?),
            })
        },
    )?;
    desk.record(Action::ReadWays, grant.post, ("ways", "places"), "", "学位和床位")?;
    Ok(rows)
}

/// Writes places and beds down.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`] with each line that is wrong, [`Refused::Storage`].
pub fn set_places(desk: &mut Desk<'_, '_>, table: &PlacesTable) -> Result<Measured, Refused> {
    let grant = desk.require(Action::RecordWay, &Subject::Nothing, ("ways", "places"))?;
    let this = school_year(desk.now.day());
    if !(this - 1..=this + 1).contains(&table.year) {
        return Err(Refused::field("year", "学年要选去年、今年或者明年的"));
    }
    let source = source(&table.source)?;
    let all = lines(&table.lines)?;
    let schools = open_units(desk, "school")?;
    let known = desk.tx.query(
        &format!(
            "with {HOLDS} select school, places, beds from holds where school_year = $2 order by school"
        ),
        &params![desk.county(), table.year],
        |row| Ok((row.get::<String>(0)?, row.get::<u32>(1)?, row.get::<u32>(2)?)),
    )?;
    let (mut wanted, mut problems, mut done) =
        (Vec::<(String, u32, u32)>::new(), Vec::new(), Measured::default());
    for (at, line) in all {
        let read = read(desk, &schools, &columns(line)).and_then(|one| {
            let again = wanted.iter().any(|(school, ..)| *school == one.0);
            if again {
                Err("这所学校前面已经写过一行，请只留一行".to_owned())
            } else {
                Ok(one)
            }
        });
        match read {
            Ok(one) if known.contains(&one) => done.there += 1,
            Ok(one) => wanted.push(one),
            Err(text) => problems.push(Problem { field: "lines", text: format!("第{at}行：{text}") }),
        }
    }
    all_or_none(problems)?;
    done.made = wanted.len();
    for (school, places, beds) in wanted {
        desk.tx.execute(
            "insert into school_place (county, id, school, school_year, places, beds, source, by_account, at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &params![
                desk.county(),
                desk.now.id(),
                school,
                table.year,
                places,
                beds,
                &source,
                &desk.actor().account,
                desk.now.stamp()
            ],
        )?;
    }
    let detail = format!("登记{}所学校的学位、床位", done.made);
    desk.record(Action::RecordWay, grant.post, ("ways", "places"), "", &detail)?;
    Ok(done)
}

fn read(
    desk: &Desk<'_, '_>,
    schools: &[(String, String, String)],
    columns: &[&str],
) -> Result<(String, u32, u32), String> {
    let at = |index: usize| columns.get(index).copied().unwrap_or_default();
    let school = one(schools, at(0), "学校")?.to_owned();
    if may(desk.actor(), Action::RecordWay, &Subject::Unit(std::slice::from_ref(&school))).is_err() {
        return Err("这所学校的学位、床位由学校或教体局登记".to_owned());
    }
    let count = |index, what: &str| {
        let number = whole::<u32>(at(index), "个").filter(|number| *number <= MOST);
        number.ok_or_else(|| format!("{what}要写0到{MOST}的整数"))
    };
    Ok((school, count(1, "学位")?, count(2, "床位")?))
}
