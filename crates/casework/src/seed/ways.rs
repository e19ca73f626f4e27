//! What the demo measures before it begins: the ways that its pupils go, and one small school whose closing is studied. It invents no number:
//! the demo does.

use crate::db::{DbError, Tx};
use crate::params;

/// A way from a village group to a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedWay {
    /// The village.
    pub village: String,
    /// The group.
    pub group: String,
    /// The school.
    pub school: String,
    /// Id of the group, for what is drawn for it.
    pub home: String,
    /// Id of the school.
    pub to: String,
    /// Whether both lie in one township.
    pub near: bool,
}

/// A primary school with few pupils, of a township that has another one: its id; `None` where there is none.
///
/// # Errors
/// Whatever the storage says.
pub fn small_school(tx: &mut Tx<'_>, county: &str) -> Result<Option<String>, DbError> {
    tx.optional(
        "with small (school, pupils, far) as (
           select child.school, count(*), sum(case when child.township = unit.township then 0 else 1 end)
           from school
           join unit on unit.county = school.county and unit.id = school.unit and unit.until_day is null
           join child on child.county = school.county and child.school = school.unit and child.merged_into is null
                and child.village_group is not null
           where school.county = $1 and school.kind = '小学'
           group by child.school having count(*) >= 20)
         select small.school from small
         join unit on unit.county = $1 and unit.id = small.school
         where exists (select 1 from unit other join school kind on kind.county = other.county and kind.unit = other.id
                        where other.county = $1 and other.township = unit.township and other.id <> unit.id
                          and other.until_day is null and kind.kind = '小学')
         order by case when small.pupils <= 80 and 4 * small.far <= small.pupils then 0 else 1 end, small.pupils,
                  small.school limit 1",
        &params![county],
        |row| row.get(0),
    )
}

/// The ways that pupils go, and those from the homes of one school's pupils to the other primary schools of its township.
///
/// # Errors
/// Whatever the storage says.
pub fn ways(tx: &mut Tx<'_>, county: &str, of: &str) -> Result<Vec<SeedWay>, DbError> {
    tx.query(
        "with gone (home, school) as (
           select village_group, school from child
            where county = $1 and merged_into is null and village_group is not null and school is not null
           union
           select child.village_group, other.id from child
           join unit own on own.county = child.county and own.id = child.school
           join unit other on other.county = own.county and other.township = own.township and other.until_day is null
           join school kind on kind.county = other.county and kind.unit = other.id and kind.kind in ('小学', '九年一贯制学校')
           where child.county = $1 and child.school = $2 and child.village_group is not null)
         select village.name, part.name, school.name, part.id, school.id,
                case when part.township = school.township then 1 else 0 end
         from gone
         join unit part on part.county = $1 and part.id = gone.home and part.until_day is null
         join unit village on village.county = $1 and village.id = part.parent and village.until_day is null
         join unit school on school.county = $1 and school.id = gone.school and school.until_day is null
         order by part.id, school.id",
        &params![county, of],
        |row| {
            Ok(SeedWay {
                village: row.get(0)?,
                group: row.get(1)?,
                school: row.get(2)?,
                home: row.get(3)?,
                to: row.get(4)?,
                near: row.get(5)?,
            })
        },
    )
}
