//! Making the notices of a township: all children that are due and have none, a portion in one transaction, numbers without a gap (hazard B11). The
//! family's code is drawn at random, kept sealed, and found by its keyed index alone (hazard F01).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::age::{Grade, Stage};
use rules::codes::Sex;
use rules::season::{Due, Kind, Table, nearest};
use serde::{Deserialize, Serialize};

use super::catchment::{Holds, holding};
use super::due::{DueChild, Whose, children};
use super::open::{Season, season, season_of};
use super::{own_post, words};
use crate::db::DbError;
use crate::desk::Desk;
use crate::jobs::{self, Handler, Progress, Run, Stopped};
use crate::papers::spelled;
use crate::params;
use crate::refused::{Problem, Refused};
use crate::units;

/// Notices of one transaction: whoever saves meanwhile waits for one of these at most.
pub const PORTION: usize = 100;

/// Kind of the job.
const JOB: &str = "season_notices";

/// What came of asking for notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The run.
    pub batch: String,
    /// How many children have none yet.
    pub waiting: usize,
}

/// What a notice says, kept with it: what is corrected later does not change a paper that was handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    pub(super) title: String,
    pub(super) to: String,
    pub(super) child: String,
    pub(super) sex: String,
    pub(super) birth: String,
    pub(super) home: String,
    pub(super) school: String,
    pub(super) report: String,
    pub(super) organ: String,
    pub(super) day: String,
    pub(super) bring: String,
    pub(super) code: String,
}

/// A run as it is stored.
struct Batch {
    season: Season,
    township: String,
    organ: String,
    report: Date,
    bring: String,
    made: i64,
    is_over: bool,
}

/// Asks for the notices of the actor's township; the run goes on by itself. While one is under way, that is the one (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] outside of the months of the plan or when nobody waits, [`Refused::Storage`].
pub fn ask_notices(desk: &mut Desk<'_, '_>, report: Date, bring: &str) -> Result<Asked, Refused> {
    let asked = begin(desk, report, bring)?;
    let county = desk.county();
    let job = desk.tx.one(
        "select job from season_batch where county = $1 and id = $2",
        &params![county, &asked.batch],
        |row| row.get::<String>(0),
    )?;
    if job.is_empty() {
        let job = jobs::enqueue(desk, JOB, &asked.batch)?;
        desk.tx.execute(
            "update season_batch set job = $3 where county = $1 and id = $2",
            &params![county, &asked.batch, &job],
        )?;
    }
    Ok(asked)
}

/// Makes the notices of the actor's township at once, without a job: for a county that is written and not served. How many.
///
/// # Errors
/// As [`ask_notices`].
pub fn make_now(desk: &mut Desk<'_, '_>, report: Date, bring: &str) -> Result<i64, Refused> {
    let asked = begin(desk, report, bring)?;
    loop {
        let progress = make_portion(desk, &asked.batch)?;
        if progress.done >= progress.total {
            return Ok(progress.done);
        }
    }
}

/// A run that nothing does yet, or the one that is under way.
fn begin(desk: &mut Desk<'_, '_>, report: Date, bring: &str) -> Result<Asked, Refused> {
    let township = own_post(desk, Action::MakeNotices)?.unit.clone();
    let county = desk.county();
    let path = units::path(desk.tx, county, &township)?;
    let grant = desk.require(Action::MakeNotices, &Subject::Unit(&path), ("unit", &township))?;
    let (season, today) = (season(desk)?, desk.now.day());
    season.must_be_open()?;
    let rule = desk.plan.seasons().iter().find(|one| one.key == "notices");
    let first = rule.and_then(|rule| rule.months.iter().min().copied()).unwrap_or(6);
    if today.year() != season.year || today.month() < first {
        return Err(Refused::rule(
            format!("还没有到发通知书的时候，{first}月起可以做"),
            "五(八)",
            "先做完排查和计划；错过的在秋季学期里补发",
        ));
    }
    let bring = words("bring", bring, 100)?;
    let mut wrong = Vec::new();
    if report <= today || report > today.saturating_add(jiff::ToSpan::days(150)) {
        let text = "报到日期要在今天以后、五个月以内".to_owned();
        wrong.push(Problem { field: "report", text });
    }
    if bring.is_empty() {
        wrong.push(Problem {
            field: "bring", text: "请写报到要带什么，如：户口簿、预防接种证".to_owned()
        });
    }
    if !wrong.is_empty() {
        return Err(Refused::Invalid(wrong));
    }
    let waiting = waiting(desk, &season, &township)?.len();
    let open = desk.tx.optional(
        "select id from season_batch where county = $1 and township = $2 and ended_at is null",
        &params![county, &township],
        |row| row.get::<String>(0),
    )?;
    if let Some(batch) = open {
        return Ok(Asked { batch, waiting });
    }
    if waiting == 0 {
        return Err(Refused::rule("该发通知书的孩子都有了", "五(八)", "新登记的孩子会再列出来，到时补做"));
    }
    let name = desk.tx.one(
        "select name from unit where county = $1 and id = $2",
        &params![county, &township],
        |row| row.get::<String>(0),
    )?;
    let organ = if name.ends_with("人民政府") { name } else { format!("{name}人民政府") };
    let id = desk.now.id();
    desk.tx.execute(
        "insert into season_batch (county, id, year, township, organ, report_day, bring, made, job, asked_by, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, 0, '', $8, $9)",
        &params![
            county,
            &id,
            i64::from(season.year),
            &township,
            &organ,
            report,
            &bring,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = format!("制作入学、复学通知书，{waiting}名孩子，{report}前报到");
    desk.record(Action::MakeNotices, grant.post, ("unit", &township), "", &said)?;
    Ok(Asked { batch: id, waiting })
}

/// Children of the township that are due and have no notice of this season.
pub(super) fn waiting(
    desk: &mut Desk<'_, '_>,
    season: &Season,
    township: &str,
) -> Result<Vec<DueChild>, Refused> {
    let wanted = [Due::First, Due::Junior, Due::Back];
    let mut due = children(desk, season, Whose::Township(township), &wanted)?;
    let have: BTreeSet<String> = desk
        .tx
        .query(
            "select child from season_notice where county = $1 and year = $2 order by child",
            &params![desk.county(), i64::from(season.year)],
            |row| row.get::<String>(0),
        )?
        .into_iter()
        .collect();
    due.retain(|child| !have.contains(&child.id));
    Ok(due)
}

fn batch(desk: &mut Desk<'_, '_>, id: &str) -> Result<Batch, Refused> {
    let found = desk.tx.optional(
        "select year, township, organ, report_day, bring, made, ended_at from season_batch where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let texts: [String; 2] = [row.get(1)?, row.get(2)?];
            Ok((row.get::<i64>(0)?, texts, row.get::<Date>(3)?, row.get::<String>(4)?, row.get::<i64>(5)?,
                row.get::<Option<String>>(6)?))
        },
    )?;
    let Some((year, [township, organ], report, bring, made, ended)) = found else {
        return Err(Refused::denied(Action::MakeNotices, "season_batch", id));
    };
    let season = season_of(desk, i16::try_from(year).unwrap_or_default())?;
    Ok(Batch { season, township, organ, report, bring, made, is_over: ended.is_some() })
}

/// Makes the next notices of a run; how far it is. A run that is over stays as it is.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn make_portion(desk: &mut Desk<'_, '_>, id: &str) -> Result<Progress, Refused> {
    let county = desk.county();
    let batch = batch(desk, id)?;
    let path = units::path(desk.tx, county, &batch.township)?;
    let grant = desk.require(Action::MakeNotices, &Subject::Unit(&path), ("season_batch", id))?;
    if batch.is_over {
        return Ok(Progress { done: batch.made, total: batch.made });
    }
    let waiting = waiting(desk, &batch.season, &batch.township)?;
    let schools = schools(desk, &batch)?;
    let (mut made, mut words) = (0_i64, Vec::new());
    for child in waiting.iter().take(PORTION) {
        words.push(write(desk, id, &batch, child, &schools)?);
        made += 1;
    }
    let left = i64::try_from(waiting.len()).unwrap_or(i64::MAX) - made;
    let ended = (left == 0).then(|| desk.now.stamp());
    desk.tx.execute(
        "update season_batch set made = made + $3, ended_at = $4 where county = $1 and id = $2",
        &params![county, id, made, ended],
    )?;
    if let (Some(first), Some(last)) = (words.first(), words.last()) {
        let said = format!("做了通知书{made}份：{first}至{last}");
        desk.record(Action::MakeNotices, grant.post, ("season_batch", id), "", &said)?;
    }
    Ok(Progress { done: batch.made + made, total: batch.made + made + left })
}

/// Where the children of a village go to school: as the table of catchments says. Where it says nothing, the school that most of the village's
/// children are on the roll of, for 小学 and 初中; of the township for those whose village has none.
struct Schools {
    table: Table<Holds>,
    all: BTreeMap<(String, bool), (String, String)>,
}

impl Schools {
    fn of(&self, child: &DueChild, stage: Stage) -> Option<(String, String)> {
        let home = [child.group.as_deref(), child.village.as_deref(), Some(&*child.township)];
        if let Some(holds) = nearest(&self.table, stage, home.into_iter().flatten()).filter(|one| one.is_open)
        {
            return Some((holds.school.clone(), holds.name.clone()));
        }
        let junior = stage == Stage::Junior;
        let village = child.village.as_ref().and_then(|village| self.all.get(&(village.clone(), junior)));
        village.or_else(|| self.all.get(&(child.township.clone(), junior))).cloned()
    }
}

fn schools(desk: &mut Desk<'_, '_>, batch: &Batch) -> Result<Schools, Refused> {
    let township = batch.township.as_str();
    let table = holding(desk, batch.season.year)?;
    let rows = desk.tx.query(
        "select coalesce(child.village, ''), case when child.grade >= 7 then 1 else 0 end, school.id, school.name,
                cast(count(*) as bigint)
         from child join unit school on school.county = child.county and school.id = child.school
         where child.county = $1 and child.township = $2 and child.merged_into is null and child.standing = 'enrolled'
           and child.grade is not null
         group by child.village, case when child.grade >= 7 then 1 else 0 end, school.id, school.name
         order by 1, 2, 5 desc, 3",
        &params![desk.county(), township],
        |row| {
            let texts: [String; 3] = [row.get(0)?, row.get(2)?, row.get(3)?];
            Ok((texts, row.get::<bool>(1)?, row.get::<i64>(4)?))
        },
    )?;
    let mut all = BTreeMap::new();
    let mut whole: BTreeMap<(bool, String, String), i64> = BTreeMap::new();
    for ([village, id, name], junior, many) in rows {
        all.entry((village, junior)).or_insert_with(|| (id.clone(), name.clone()));
        *whole.entry((junior, id, name)).or_default() += many;
    }
    for junior in [false, true] {
        let most = whole.iter().filter(|((own, ..), _)| *own == junior).max_by_key(|(_, many)| **many);
        if let Some(((_, id, name), _)) = most {
            all.entry((township.to_owned(), junior)).or_insert_with(|| (id.clone(), name.clone()));
        }
    }
    Ok(Schools { table, all })
}

/// A grade's stage for a child: who goes back goes where its age says.
fn stage(season: &Season, child: &DueChild) -> Stage {
    let start = jiff::civil::date(season.year, 9, 1);
    match child.due {
        Due::Junior => Stage::Junior,
        Due::First | Due::Leaves => Stage::Primary,
        Due::Back => season.age.expected_grade(child.birth, start).map_or(Stage::Primary, Grade::stage),
    }
}

/// One notice; its number.
fn write(
    desk: &mut Desk<'_, '_>,
    id: &str,
    batch: &Batch,
    child: &DueChild,
    schools: &Schools,
) -> Result<String, Refused> {
    let (county, today) = (desk.county(), desk.now.day());
    let Some(kind) = Kind::of(child.due) else {
        return Err(Refused::Fault("a notice for who has finished".to_owned()));
    };
    let year = i64::from(today.year());
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, $2, $3, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![county, format!("season_notice {}", batch.township), year],
        |row| row.get::<i64>(0),
    )?;
    let mark = if kind == Kind::Return { "复学" } else { "入学" };
    let word = format!("{}{mark}通〔{year}〕{number}号", batch.organ);
    let stage = stage(&batch.season, child);
    // Back to one's own school where one has one; else where the children of the village go.
    let own = (kind == Kind::Return).then_some(child.school.as_ref()).flatten();
    let own = match own {
        Some(school) => desk.tx.optional(
            "select id, name from unit where county = $1 and id = $2 and until_day is null",
            &params![county, school],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?,
        None => None,
    };
    let school = own.or_else(|| schools.of(child, stage));
    let code: String = desk.now.random::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let grade = match (kind, stage) {
        (Kind::Enrol, _) => "一年级",
        (Kind::Junior, _) => "七年级",
        (Kind::Return, _) => "",
    };
    let place = school.as_ref().map_or_else(
        || format!("户籍地就近的{}，以{}通知为准", stage.label(), batch.organ),
        |(_, name)| format!("{name}{grade}"),
    );
    let (sex, home) = desk.tx.one(
        "select child.sex, coalesce(t.name, '') || coalesce(v.name, '') || coalesce(g.name, '') from child
         left join unit t on t.county = child.county and t.id = child.township
         left join unit v on v.county = child.county and v.id = child.village
         left join unit g on g.county = child.county and g.id = child.village_group
         where child.county = $1 and child.id = $2",
        &params![county, &child.id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let guardian = desk.tx.query(
        "select name, relation from guardian where county = $1 and child = $2 and until_at is null
         order by sort, id limit 1",
        &params![county, &child.id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let to = match guardian.into_iter().next() {
        Some((name, relation)) if relation.is_empty() => name,
        Some((name, relation)) => format!("{name}（{relation}）"),
        None => format!("{}的父母或其他法定监护人", child.name),
    };
    let said = Said {
        title: kind.title().to_owned(),
        to,
        child: child.name.clone(),
        sex: Sex::from_code(&sex).map_or("", Sex::label).to_owned(),
        birth: spelled(child.birth),
        // The township's office is not where anybody lives.
        home: home.replacen("人民政府", "", 1),
        school: place,
        report: spelled(batch.report),
        organ: batch.organ.clone(),
        day: spelled(today),
        bring: batch.bring.clone(),
        code: code.clone(),
    };
    let text = serde_json::to_string(&said).map_err(|error| Refused::Fault(format!("a notice: {error}")))?;
    let own = desk.now.id();
    let sealed = desk.seal("season_notice", "said", &own, &text);
    desk.tx.execute(
        "insert into season_notice (county, id, year, township, village, village_group, batch, kind, child, number_year,
                                    number, word, day, report_day, school, said_sealed, code_index, state, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'made', $18, $19)",
        &params![
            county,
            &own,
            i64::from(batch.season.year),
            &batch.township,
            child.village.as_deref(),
            child.group.as_deref(),
            id,
            kind.code(),
            &child.id,
            year,
            number,
            &word,
            today,
            batch.report,
            school.as_ref().map(|(id, _)| id.as_str()),
            sealed,
            desk.index("family_code", &code),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    Ok(word)
}

/// Makes the notices of a township, portion by portion.
#[derive(Debug, Clone, Copy)]
pub struct MakeNotices;

impl Handler for MakeNotices {
    fn kind(&self) -> &'static str {
        JOB
    }

    fn label(&self) -> &'static str {
        "制作入学、复学通知书"
    }

    fn run(&self, run: &mut Run<'_>) -> Result<String, Stopped> {
        let id = run.job().subject.clone();
        loop {
            let own = id.clone();
            let progress = run.chunk(move |desk| make_portion(desk, &own))?;
            if progress.done >= progress.total {
                return Ok(format!("做了{}份通知书", progress.done));
            }
        }
    }

    fn gave_up(
        &self,
        tx: &mut crate::db::Tx<'_>,
        job: &jobs::Job,
        given_up: &jobs::GivenUp<'_>,
    ) -> Result<(), DbError> {
        // What was made stays; the next run makes the rest.
        tx.execute(
            "update season_batch set ended_at = $3 where county = $1 and id = $2 and ended_at is null",
            &params![given_up.county, &job.subject, given_up.now.stamp()],
        )?;
        Ok(())
    }
}
