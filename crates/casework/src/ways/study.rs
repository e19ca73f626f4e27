//! One study, as its reader may see it: what closing would do to whom, in words; what was argued, published and heard; what was said. Names by
//! right; counts below five for those alone who see every child of it (hazard F06).

use jiff::civil::Date;
use rules::access::{Action, Field};
use rules::ways::{Access, Hindrance, Procedure, Stage, told};

use super::decide::{hinders, lacks, may_decide};
use super::list::joined;
use super::reckon::digest;
use super::studies::{Kept, grades_in_words, granted, kept};
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

pub use rules::ways::After;

/// What would become of one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilLine {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// Grade in words.
    pub grade: String,
    /// Village and group.
    pub home: String,
    /// How it comes to school today.
    pub was: Access,
    /// Why that is said.
    pub why: String,
    /// Minutes today.
    pub minutes_was: Option<u16>,
    /// Where it would go; empty for nowhere.
    pub to: String,
    /// How it would come to school.
    pub becomes: After,
    /// Minutes then.
    pub minutes: Option<u16>,
    /// Whether it would need a bed.
    pub needs_bed: bool,
    /// Whether the way would become hard.
    pub worse: bool,
    /// Whether it would be parted from brothers and sisters.
    pub split: bool,
    /// What somebody has to look at, where the reader may know of it.
    pub look: Vec<&'static str>,
}

/// What would be left of a receiving school's places and beds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolLine {
    /// Its name.
    pub name: String,
    /// Its township.
    pub township: String,
    /// Free places today.
    pub places: u32,
    /// Free places afterwards; `None` where it would tell of fewer than five who come.
    pub places_after: Option<u32>,
    /// Free beds today.
    pub beds: u32,
    /// Free beds afterwards, likewise.
    pub beds_after: Option<u32>,
}

/// A reckoning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// On the ledger of which day.
    pub day: Date,
    /// How often it was reckoned so far.
    pub times: i64,
    /// The sum over what went in and what came out.
    pub digest: String,
    /// Whether what is kept still has this sum.
    pub intact: bool,
    /// All pupils; `None` where it may not be told.
    pub whole: Option<u32>,
    /// Of these in the order of [`After::ALL`].
    pub counts: Vec<Option<u32>>,
    /// Need a bed, become worse off, would be parted from brothers and sisters, need a look.
    pub marks: [Option<u32>; 4],
    /// The pupils that the reader sees, those who are hit hardest first.
    pub pupils: Vec<PupilLine>,
    /// The schools, in the order of their codes.
    pub schools: Vec<SchoolLine>,
}

/// One of 论证、公示、听证、报批.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepLine {
    /// Which.
    pub kind: Procedure,
    /// On which day.
    pub day: Date,
    /// Its number.
    pub number: String,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteLine {
    /// comment, decided, withdrawn in words.
    pub kind: &'static str,
    /// What.
    pub words: String,
    /// By whom, of which unit.
    pub by: String,
    /// When.
    pub at: String,
}

/// A study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Study {
    /// Id.
    pub id: String,
    /// Id of the school.
    pub school_id: String,
    /// Its name.
    pub school: String,
    /// Its township.
    pub township: String,
    /// Whether it is closed already.
    pub is_closed: bool,
    /// Which grades, in words.
    pub grades: String,
    /// Whether it is the whole school.
    pub is_whole: bool,
    /// From when it would be closed.
    pub from: Date,
    /// Why it is looked at.
    pub why: String,
    /// How far it has come.
    pub stage: Stage,
    /// Who drafted it, when.
    pub by: String,
    /// When.
    pub at: String,
    /// When it was decided or withdrawn; empty while it was not.
    pub ended_at: String,
    /// The latest reckoning.
    pub run: Option<Run>,
    /// Whether the reader sees counts alone.
    pub counts_alone: bool,
    /// What was argued, published, heard.
    pub steps: Vec<StepLine>,
    /// What is still missing of it before closing.
    pub lacks: Vec<Procedure>,
    /// What stands against closing, by the latest reckoning; how many, where that may be told.
    pub hinders: Vec<(Hindrance, Option<u32>)>,
    /// What was said.
    pub notes: Vec<NoteLine>,
    /// Whether the reader may reckon again, write steps down, put it to the hearing, withdraw it.
    pub may_study: bool,
    /// Whether the reader may say something.
    pub may_comment: bool,
    /// Whether the reader may decide: nobody who drafted it or put it to the hearing.
    pub may_decide: bool,
}

/// A study, for whoever may read it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`], [`Refused::Fault`].
pub fn study(desk: &mut Desk<'_, '_>, id: &str) -> Result<Study, Refused> {
    let grant = granted(desk, Action::ReadClosures, id)?;
    let own = kept(desk, Action::ReadClosures, id)?;
    let (school, township, closed) = desk.tx.one(
        "select unit.name, coalesce(town.name, ''), case when unit.until_day is null then 0 else 1 end from unit
         left join unit town on town.county = unit.county and town.id = unit.township
         where unit.county = $1 and unit.id = $2",
        &params![desk.county(), &own.school],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<bool>(2)?)),
    )?;
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Home);
    let counts_alone = scope.is_empty();
    let run = run(desk, &own)?;
    let open = !own.stage.is_over();
    let may_study = granted(desk, Action::StudyClosure, id).is_ok();
    let may_comment = granted(desk, Action::CommentClosure, id).is_ok();
    let may_decide = may_decide(desk, &own).is_ok();
    let counted = |one: Hindrance| {
        let run = run.as_ref()?;
        let at = |after: After| After::ALL.iter().position(|other| *other == after);
        match one {
            Hindrance::Without => run.counts.get(at(After::Without)?).copied().flatten(),
            Hindrance::Unknown => run.counts.get(at(After::Unknown)?).copied().flatten(),
            Hindrance::Worse => run.marks.get(1).copied().flatten(),
        }
    };
    let hinders: Vec<(Hindrance, Option<u32>)> =
        hinders(desk, &own)?.into_iter().map(|(one, _)| (one, counted(one))).collect();
    let found = Study {
        school_id: own.school.clone(),
        school,
        township,
        is_closed: closed,
        grades: grades_in_words(&own.grades),
        is_whole: own.grades.is_empty(),
        from: own.from,
        why: own.why.clone(),
        stage: own.stage,
        by: named(desk, &own.by)?,
        at: own.at.clone(),
        ended_at: own.ended_at.clone(),
        counts_alone,
        steps: steps(desk, id)?,
        lacks: lacks(desk, id)?,
        hinders,
        notes: notes(desk, id)?,
        may_study: open && may_study,
        may_comment: open && may_comment,
        may_decide: own.stage == Stage::Hearing && may_decide,
        run,
        id: own.id,
    };
    desk.record(Action::ReadClosures, grant.post, ("closure", id), "", "")?;
    Ok(found)
}

fn named(desk: &mut Desk<'_, '_>, account: &str) -> Result<String, Refused> {
    let found = desk.tx.optional(
        "select name from account where county = $1 and id = $2",
        &params![desk.county(), account],
        |row| row.get::<String>(0),
    )?;
    Ok(found.unwrap_or_default())
}

/// The latest reckoning: its id.
pub(super) fn latest(desk: &mut Desk<'_, '_>, study: &str) -> Result<Option<String>, Refused> {
    Ok(desk.tx.optional(
        "select id from closure_run where county = $1 and study = $2 order by at desc, id desc limit 1",
        &params![desk.county(), study],
        |row| row.get(0),
    )?)
}

fn run(desk: &mut Desk<'_, '_>, study: &Kept) -> Result<Option<Run>, Refused> {
    let Some(id) = latest(desk, &study.id)? else { return Ok(None) };
    let (day, given, came, sum) = desk.tx.one(
        "select day, given, came, digest from closure_run where county = $1 and id = $2",
        &params![desk.county(), &id],
        |row| Ok((row.get::<Date>(0)?, row.get::<String>(1)?, row.get::<String>(2)?, row.get::<String>(3)?)),
    )?;
    let times = desk.tx.one(
        "select cast(count(*) as bigint) from closure_run where county = $1 and study = $2",
        &params![desk.county(), &study.id],
        |row| row.get::<i64>(0),
    )?;
    let rows = desk.tx.query(
        "select becomes, needs_bed, worse, split, disability, left_behind, hardship from closure_pupil
         where county = $1 and run = $2 order by id",
        &params![desk.county(), &id],
        |row| {
            let flag = |at| row.get::<bool>(at);
            Ok((row.get::<String>(0)?, [flag(1)?, flag(2)?, flag(3)?, flag(4)? || flag(5)? || flag(6)?]))
        },
    )?;
    type Row = (String, [bool; 4]);
    let many = |is: &dyn Fn(&Row) -> bool| {
        u32::try_from(rows.iter().filter(|row| is(row)).count()).unwrap_or(u32::MAX)
    };
    let parts: Vec<u32> = After::ALL.iter().map(|after| many(&|row| row.0 == after.code())).collect();
    let all = many(&|_| true);
    // Whoever has the county's children before them counts them anyway.
    let exact = Scope::of(desk.actor(), Action::ListChildren, desk.now)
        .pairs()
        .any(|(_, tie)| tie == rules::access::Tie::County);
    let (whole, counts) =
        if exact { (Some(all), parts.iter().copied().map(Some).collect()) } else { told(&parts) };
    let marks = [0, 1, 2, 3].map(|at| {
        let with = many(&|row| row.1.get(at).copied().unwrap_or(false));
        if exact { Some(with) } else { told(&[with, all - with]).1.first().copied().flatten() }
    });
    let pupils = pupils(desk, &id)?;
    let schools = schools(desk, &id, exact)?;
    let intact = digest(&given, &came) == sum;
    Ok(Some(Run { day, times, digest: sum, intact, whole, counts, marks, pupils, schools }))
}

fn pupils(desk: &mut Desk<'_, '_>, run: &str) -> Result<Vec<PupilLine>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(run.to_owned())];
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Home);
    let reached = scope.predicate("tie", &mut values);
    let mut sees = |field| {
        let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(field);
        let reached = scope.predicate("own", &mut values);
        format!(
            "exists (select 1 from child_tie own where own.county = child.county and own.child = child.id and {reached})"
        )
    };
    let (disabled, left, welfare) = (sees(Field::Disability), sees(Field::LeftBehind), sees(Field::Welfare));
    Ok(desk.tx.query(
        &format!(
            "select child.id, child.name, pupil.grade, coalesce(village.name, ''), coalesce(part.name, ''), pupil.was,
                    pupil.was_why, pupil.was_minutes, coalesce(school.name, ''), pupil.becomes, pupil.becomes_minutes,
                    pupil.needs_bed, pupil.worse, pupil.split,
                    case when {disabled} then pupil.disability else 0 end,
                    case when {left} then pupil.left_behind else 0 end,
                    case when {welfare} then pupil.hardship else 0 end
             from closure_pupil pupil
             join child on child.county = pupil.county and child.id = pupil.child
             left join unit village on village.county = child.county and village.id = child.village
             left join unit part on part.county = child.county and part.id = child.village_group
             left join unit school on school.county = pupil.county and school.id = pupil.to_school
             where pupil.county = $1 and pupil.run = $2
               and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})
             order by case pupil.becomes when 'without' then 0 when 'hard' then 1 when 'unknown' then 2 when 'bed' then 3
                        else 4 end, pupil.grade nulls first, child.spelling, child.id, pupil.id"
        ),
        &values,
        pupil,
    )?)
}

fn pupil(row: &Row<'_>) -> Result<PupilLine, crate::db::DbError> {
    let text = |at| row.get::<String>(at);
    let flag = |at| row.get::<bool>(at);
    let looks = [(flag(14)?, "残疾"), (flag(15)?, "留守"), (flag(16)?, "困境")];
    let grade: Option<u8> = row.get(2)?;
    Ok(PupilLine {
        child: text(0)?,
        name: text(1)?,
        grade: grade.map_or_else(|| "年级没有登记".to_owned(), |grade| grades_in_words(&[grade])),
        home: joined([text(3)?, text(4)?], " · "),
        was: Access::from_code(&text(5)?).unwrap_or(Access::Unknown),
        why: text(6)?,
        minutes_was: row.get(7)?,
        to: text(8)?,
        becomes: After::from_code(&text(9)?).unwrap_or(After::Unknown),
        minutes: row.get(10)?,
        needs_bed: flag(11)?,
        worse: flag(12)?,
        split: flag(13)?,
        look: looks.into_iter().filter_map(|(is, word)| is.then_some(word)).collect(),
    })
}

fn schools(desk: &mut Desk<'_, '_>, run: &str, exact: bool) -> Result<Vec<SchoolLine>, Refused> {
    let mut lines = desk.tx.query(
        "select unit.name, coalesce(town.name, ''), school.places, school.places_after, school.beds, school.beds_after
         from closure_school school
         join unit on unit.county = school.county and unit.id = school.school
         left join unit town on town.county = unit.county and town.id = unit.township
         where school.county = $1 and school.run = $2 order by coalesce(unit.code, unit.id), unit.id",
        &params![desk.county(), run],
        |row| {
            Ok(SchoolLine {
                name: row.get(0)?,
                township: row.get(1)?,
                places: row.get(2)?,
                places_after: Some(row.get(3)?),
                beds: row.get(4)?,
                beds_after: Some(row.get(5)?),
            })
        },
    )?;
    if exact {
        return Ok(lines);
    }
    // How many come is what is taken: a few are not counted out, nor are they what is left of all who come.
    let come = |free: u32, after: Option<u32>| free.saturating_sub(after.unwrap_or(free));
    let seats: Vec<u32> = lines.iter().map(|one| come(one.places, one.places_after)).collect();
    let sleep: Vec<u32> = lines.iter().map(|one| come(one.beds, one.beds_after)).collect();
    for (line, (seats, sleep)) in lines.iter_mut().zip(few(&seats).into_iter().zip(few(&sleep))) {
        line.places_after = line.places_after.filter(|_| !seats);
        line.beds_after = line.beds_after.filter(|_| !sleep);
    }
    Ok(lines)
}

/// Which of these counts may not be told; that nobody comes may.
fn few(counts: &[u32]) -> Vec<bool> {
    told(counts).1.iter().zip(counts).map(|(told, count)| told.is_none() && *count > 0).collect()
}

fn steps(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<StepLine>, Refused> {
    let rows = desk.tx.query(
        "select kind, day, number from closure_step where county = $1 and study = $2 order by day, at, id",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?, row.get::<String>(2)?)),
    )?;
    let line = |(kind, day, number): (String, Date, String)| {
        Some(StepLine { kind: Procedure::from_code(&kind)?, day, number })
    };
    Ok(rows.into_iter().filter_map(line).collect())
}

fn notes(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<NoteLine>, Refused> {
    let rows = desk.tx.query(
        "select note.id, note.kind, note.words_sealed, coalesce(account.name, ''), coalesce(unit.name, ''), note.at
         from closure_note note
         left join account on account.county = note.county and account.id = note.by_account
         left join unit on unit.county = note.county and unit.id = note.unit
         where note.county = $1 and note.study = $2 order by note.at, note.id limit 200",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, row.get::<Vec<u8>>(2)?, joined([text(4)?, text(3)?], " "), text(5)?))
        },
    )?;
    let mut notes = Vec::with_capacity(rows.len());
    for (note, kind, sealed, by, at) in rows {
        let words = desk.open("closure_note", "words", &note, Some(sealed.as_slice()))?;
        let kind = match kind.as_str() {
            "decided" => "决定",
            "withdrawn" => "撤回",
            _ => "意见",
        };
        notes.push(NoteLine { kind, words, by, at });
    }
    Ok(notes)
}
