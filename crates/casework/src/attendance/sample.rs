//! 抽样考勤, 五(九): classes are drawn by a seed that is kept, so that anybody can draw them again; a second person counts who
//! sits there; what the register said otherwise is shown, above all 名在人不在.
//!
//! Classes are drawn for today alone. A draw stands on a page and on the record from the moment it is made, and whoever
//! knows on Monday which class is counted on Thursday can see to it that everybody sits there: a sample finds something
//! because nobody could prepare for it. What is planned ahead is that somebody draws, not what is drawn.

use std::collections::BTreeSet;

use rules::access::{Action, Grant, Subject};
use rules::attendance::Day;
use sha2::{Digest, Sha256};

use super::book::{Book, among};
use super::days::unknown_year;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Most classes of one draw.
pub const MOST_DRAWN: usize = 50;

/// A class of a draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnClass {
    /// The class.
    pub class: String,
    /// School and class.
    pub name: String,
    /// Its place in the draw, from 1.
    pub rank: i64,
    /// Who counted it; empty while nobody has.
    pub counted_by: String,
    /// When; empty while nobody has.
    pub counted_at: String,
    /// Pupils that sat there.
    pub there: i64,
}

/// A draw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Id.
    pub id: String,
    /// The day.
    pub day: String,
    /// The seed, as hex digits: a class's place follows from SHA-256 over seed, line break and its id.
    pub seed: String,
    /// Name of the school whose classes could be drawn; empty for the whole county.
    pub school: String,
    /// Who drew.
    pub by: String,
    /// When.
    pub at: String,
    /// Classes that could have been drawn.
    pub pool: usize,
    /// SHA-256, as hex digits, of the ids of those classes, sorted, a line break between two.
    pub pool_hash: String,
    /// Whether drawing again from the seed gives the same classes.
    pub proved: bool,
    /// Those that were drawn.
    pub drawn: Vec<DrawnClass>,
}

/// How count and register differ about a pupil.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// 名在人不在: the register has it there, nobody sat there.
    NotThere,
    /// It sat there and the register has it away.
    There,
    /// The class had not been called.
    NotCalled,
}

impl Differs {
    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotThere => "名在人不在",
            Self::There => "人在，点名册记为未到",
            Self::NotCalled => "未到，当天没有点名",
        }
    }
}

/// A pupil of whom count and register differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The class.
    pub class: String,
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// How they differ.
    pub differs: Differs,
    /// What the register says, in words.
    pub register: &'static str,
}

/// The place of a class in a draw.
pub(super) fn ticket(seed: &str, class: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{class}")).into()
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The classes in the order of the draw.
pub(crate) fn order(seed: &str, pool: &[String]) -> Vec<String> {
    let mut all: Vec<&String> = pool.iter().collect();
    all.sort_by_key(|class| (ticket(seed, class), (*class).clone()));
    all.into_iter().cloned().collect()
}

/// Draws classes for today, of one school or of the whole county; its id. It cannot be drawn again without a trace: every
/// draw is kept and on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn draw_sample(desk: &mut Desk<'_, '_>, school: Option<&str>, wanted: usize) -> Result<String, Refused> {
    let path: Vec<String> = school.into_iter().map(str::to_owned).collect();
    let subject = school.unwrap_or_default();
    let grant = desk.require(Action::DrawSample, &Subject::Unit(&path), ("unit", subject))?;
    if wanted == 0 || wanted > MOST_DRAWN {
        return Err(Refused::field("wanted", format!("请抽1到{MOST_DRAWN}个班")));
    }
    let (county, today) = (desk.county(), desk.now.day());
    let pool = desk.tx.query(
        "select class.unit from class
         join unit on unit.county = class.county and unit.id = class.unit and unit.from_day <= $2
           and (unit.until_day is null or unit.until_day > $2)
         where class.county = $1 and (cast($3 as text) is null or class.school = $3)
           and exists (select 1 from class_member member
                       where member.county = class.county and member.class = class.unit and member.from_day <= $2
                         and (member.until_day is null or member.until_day > $2))
         order by class.unit",
        &params![county, today, school],
        |row| row.get::<String>(0),
    )?;
    if pool.is_empty() {
        return Err(Refused::field("wanted", "今天没有有学生的班可以抽"));
    }
    let id = desk.now.id();
    let seed = hex(&desk.now.random::<16>());
    desk.tx.execute(
        "insert into sample (county, id, school, day, seed, by_account, at) values ($1, $2, $3, $4, $5, $6, $7)",
        &params![county, &id, school, today, &seed, &desk.actor().account, desk.now.stamp()],
    )?;
    for (rank, class) in (1_i64..).zip(order(&seed, &pool)) {
        let drawn = usize::try_from(rank).is_ok_and(|rank| rank <= wanted);
        desk.tx.execute(
            "insert into sample_class (county, sample, class, rank, drawn, there) values ($1, $2, $3, $4, $5, 0)",
            &params![county, &id, &class, rank, drawn],
        )?;
    }
    let detail = format!("{}个班里抽{}个", pool.len(), wanted.min(pool.len()));
    desk.record(Action::DrawSample, grant.post, ("sample", &id), "", &detail)?;
    Ok(id)
}

/// The sample's day, seed and the right to it.
pub(super) fn find<'a>(
    desk: &mut Desk<'a, '_>,
    action: Action,
    id: &str,
) -> Result<(jiff::civil::Date, String, Grant<'a>), Refused> {
    let found = desk.tx.optional(
        "select school, day, seed from sample where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<Option<String>>(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let (school, day, seed) = found.ok_or_else(|| Refused::denied(action, "sample", id))?;
    let path: Vec<String> = school.into_iter().collect();
    let grant = desk.require(action, &Subject::Unit(&path), ("sample", id))?;
    Ok((day, seed, grant))
}

/// A draw, with the proof that it is the one of its seed.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn sample(desk: &mut Desk<'_, '_>, id: &str) -> Result<Sample, Refused> {
    let (day, seed, _) = find(desk, Action::CountSample, id)?;
    let (school, by, at) = desk.tx.one(
        "select coalesce(unit.name, ''), coalesce(account.name, ''), sample.at from sample
         left join unit on unit.county = sample.county and unit.id = sample.school
         left join account on account.county = sample.county and account.id = sample.by_account
         where sample.county = $1 and sample.id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let rows = desk.tx.query(
        "select sample_class.class, school.name, unit.name, rank, drawn, coalesce(account.name, counted_by, ''), there,
                coalesce(counted_at, '')
         from sample_class
         join class on class.county = sample_class.county and class.unit = sample_class.class
         join unit on unit.county = class.county and unit.id = class.unit
         join unit school on school.county = class.county and school.id = class.school
         left join account on account.county = sample_class.county and account.id = counted_by
         where sample_class.county = $1 and sample = $2 order by rank",
        &params![desk.county(), id],
        |row| {
            let (school, name): (String, String) = (row.get(1)?, row.get(2)?);
            let class = DrawnClass {
                class: row.get(0)?,
                name: format!("{school} · {name}"),
                rank: row.get(3)?,
                counted_by: row.get(5)?,
                there: row.get(6)?,
                counted_at: row.get(7)?,
            };
            Ok((class, row.get::<bool>(4)?))
        },
    )?;
    let kept: Vec<String> = rows.iter().map(|(class, _)| class.class.clone()).collect();
    let drawn_first = rows.windows(2).all(|pair| match pair {
        [(_, before), (_, after)] => *before || !*after,
        _ => true,
    });
    let mut pool = kept.clone();
    pool.sort_unstable();
    Ok(Sample {
        id: id.to_owned(),
        day: day.to_string(),
        school,
        by,
        at,
        pool_hash: hex(&Sha256::digest(pool.join("\n"))),
        proved: drawn_first && order(&seed, &kept) == kept,
        seed,
        pool: rows.len(),
        drawn: rows.into_iter().filter(|(_, drawn)| *drawn).map(|(class, _)| class).collect(),
    })
}

/// Enters who sat in a class that was drawn; everybody else on its roll did not. Whoever has called the class that day does not
/// count it (B05).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] by the one who called or on another day, [`Refused::Changed`]
/// when it was counted already, [`Refused::Storage`].
pub fn count_sample(desk: &mut Desk<'_, '_>, id: &str, class: &str, there: &[String]) -> Result<(), Refused> {
    let (day, _, grant) = find(desk, Action::CountSample, id)?;
    let county = desk.county();
    let counted = desk.tx.optional(
        "select coalesce(counted_by, '') from sample_class where county = $1 and sample = $2 and class = $3 and drawn = 1",
        &params![county, id, class],
        |row| row.get::<String>(0),
    )?;
    let counted = counted.ok_or_else(|| Refused::denied(Action::CountSample, "sample", id))?;
    if !counted.is_empty() {
        return Err(Refused::Changed { what: "这个班已经清点过".to_owned() });
    }
    if day != desk.now.day() {
        return Err(Refused::rule(format!("抽样是{day}的，只能当天清点"), "五(九)", "请重新抽样"));
    }
    let own = desk.tx.query(
        "select id from sheet where county = $1 and class = $2 and day = $3 and by_account = $4
           and source is null order by id limit 1",
        &params![county, class, day, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if !own.is_empty() {
        return Err(Refused::rule("今天这个班是您点的名，不能由您清点", "两人办理", "请另一位同志清点"));
    }
    let roll = roll(desk, class, day)?;
    let sat: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    let known = sat.iter().filter(|child| roll.iter().any(|(one, _)| one == *child)).count();
    if known != sat.len() {
        return Err(Refused::field("there", "有学生不在这个班当天的名单上，请刷新名单"));
    }
    let mut values = vec![Value::from(county), Value::from(id), Value::from(class)];
    let rows: Vec<String> = roll
        .iter()
        .map(|(child, _)| {
            let one = [Value::from(child.as_str()), Value::from(sat.contains(child.as_str()))];
            format!("($1, $2, $3, {})", among(&mut values, one))
        })
        .collect();
    if !rows.is_empty() {
        let sql = format!(
            "insert into sample_child (county, sample, class, child, there) values {}",
            rows.join(", ")
        );
        desk.tx.execute(&sql, &values)?;
    }
    desk.tx.execute(
        "update sample_class set counted_by = $4, counted_at = $5, there = $6
         where county = $1 and sample = $2 and class = $3",
        &params![county, id, class, &desk.actor().account, desk.now.stamp(), sat.len()],
    )?;
    let detail = format!("应到{}人，实到{}人", roll.len(), sat.len());
    desk.record(Action::CountSample, grant.post, ("class", class), "", &detail)?;
    super::samples::tell_head(desk, id, class, day)
}

/// The roll of a class on a day: id and name.
pub(super) fn roll(
    desk: &mut Desk<'_, '_>,
    class: &str,
    day: jiff::civil::Date,
) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select child.id, child.name from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3)
         order by child.spelling, child.id",
        &params![desk.county(), class, day],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Where count and register differ, in the order of the draw; pupils with leave, or away for the school, are no difference.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for a year that the calendar does not know, [`Refused::Storage`].
pub fn differences(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Difference>, Refused> {
    let (day, _, grant) = find(desk, Action::CountSample, id)?;
    let found = differing(desk, id, None, day)?;
    desk.record(Action::CountSample, grant.post, ("sample", id), "", "看抽样差异")?;
    Ok(found)
}

/// The differences of a draw, or of one class of it, for whoever has decided that they may be seen.
pub(super) fn differing(
    desk: &mut Desk<'_, '_>,
    id: &str,
    class: Option<&str>,
    day: jiff::civil::Date,
) -> Result<Vec<Difference>, Refused> {
    let counted = desk.tx.query(
        "select sample_child.class, child.id, child.name, sample_child.there from sample_child
         join sample_class on sample_class.county = sample_child.county and sample_class.sample = sample_child.sample
           and sample_class.class = sample_child.class
         join child on child.county = sample_child.county and child.id = sample_child.child
         where sample_child.county = $1 and sample_child.sample = $2
           and (cast($3 as text) is null or sample_child.class = $3)
         order by sample_class.rank, child.spelling, child.id",
        &params![desk.county(), id, class],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, row.get::<bool>(3)?))
        },
    )?;
    let children: Vec<String> = counted.iter().map(|(_, child, ..)| child.clone()).collect();
    let book = Book::of(desk, &children, day, day)?;
    let mut found = Vec::new();
    for (class, child, name, there) in counted {
        let (members, marks) = (book.members(&child), book.marks(&child));
        let said = book.facts(&child, &members, &marks).day(&book.days, day).map_err(unknown_year)?;
        let differs = match (said, there) {
            (Day::Came { .. }, false) => Differs::NotThere,
            (Day::Away(_) | Day::Told | Day::OnLeave, true) => Differs::There,
            (Day::Unknown { .. }, false) => Differs::NotCalled,
            _ => continue,
        };
        found.push(Difference { class, child, name, differs, register: said.label() });
    }
    Ok(found)
}
