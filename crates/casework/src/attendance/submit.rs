//! 点名: one submission, one transaction, one row of the record. Everybody is there but those who are named; a sheet that
//! comes again is answered again; one that names what it corrects takes its place, one that does not stands beside it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rules::access::{Action, Post};
use rules::attendance::{Half, Kind, Part, Reason, Rule, Settled, sentence, settle};
use rules::codes::Boarding;

use super::book::{Book, among};
use super::bounds::{bounds, elsewhere, form, is_head, roll_at};
use super::calling::Source;
use super::class::Class;
use super::count::{Counted, count, standing};
use super::pace;
use super::province;
use super::sheets::{self, Marked};
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// The moment of a roll on which nobody stood yet: only who is named is covered.
const NOBODY_ELSE: &str = "1970-01-01T00:00:00.000+08:00";

/// A pupil that is not simply there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tapped {
    /// Id of the child.
    pub child: String,
    /// What was tapped.
    pub kind: Kind,
    /// Why, where that was tapped too.
    pub reason: Option<Reason>,
}

/// One submission of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Id that the client made: 8 to 64 letters, digits and `-`, such as a UUID. Sent again it is answered again.
    pub sheet: String,
    /// The class.
    pub class: String,
    /// The day that was called.
    pub day: Date,
    /// The part of it.
    pub part: Part,
    /// Of a correction about one pupil: its id. Then `marks` has this pupil alone.
    pub child: Option<String>,
    /// Who was not simply there; of a correction about one pupil also that it was there.
    pub marks: Vec<Tapped>,
    /// Ids of the sheets that stood when this one was filled in ([`PartLine::heads`](super::PartLine::heads)): they give
    /// way to it.
    pub corrects: Vec<String>,
    /// The moment of the roll that was called ([`Register::roll_at`](super::Register::roll_at)); `None` for the roll of now.
    pub roll_at: Option<String>,
    /// Why it corrects, asked for once the day is over (B06).
    pub why: String,
}

/// What a submission came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Its id.
    pub sheet: String,
    /// Whether it had been submitted before, and this is the same answer.
    pub again: bool,
    /// Whether it came after its day (补录).
    pub late: bool,
    /// Pupils that it covers.
    pub size: i64,
    /// Of them not there.
    pub missing: i64,
    /// Pupils of whom another sheet of the same part says otherwise: id and name.
    pub conflicts: Vec<(String, String)>,
    /// What the clock says of those who are away: id, name, sentence.
    pub said: Vec<(String, String, String)>,
    /// Pupils that came onto the list of suspects by it: id and name.
    pub suspected: Vec<(String, String)>,
}

/// In whose name, and how, a submission is entered.
pub(super) struct By<'a> {
    /// What it is on the record.
    pub(super) action: Action,
    /// The post on which it is done.
    pub(super) post: Option<&'a Post>,
    /// Days back as the head has them.
    pub(super) head: bool,
    /// Whether the provincial system put it out.
    pub(super) province: bool,
    /// Whether it covers only whom it names: nobody else is taken for there.
    pub(super) named: bool,
}

/// A pupil on the roll of a day.
struct OnRoll {
    child: String,
    name: String,
    boards: bool,
    made_at: String,
    /// Whether the clock of the day or a later one, or an open absence, depends on what is submitted.
    counts: bool,
}

/// Submits a register.
///
/// # Errors
/// [`Refused::Denied`] for a class that is not the actor's; [`Refused::Rule`] for a day that cannot be called, with the reason;
/// [`Refused::Invalid`] for pupils who were not on the roll that day and for an id that was used for something else;
/// [`Refused::Storage`].
pub fn submit(desk: &mut Desk<'_, '_>, new: &Submission) -> Result<Submitted, Refused> {
    let (class, grant) = Class::find(desk, Action::CallRegister, &new.class)?;
    form(new)?;
    if let Some(before) = sheets::by_id(desk, &new.sheet)? {
        return again(desk, new, &before);
    }
    if let Some(refused) =
        elsewhere(&class, new.part).filter(|_| new.child.is_none() && new.corrects.is_empty())
    {
        return Err(refused);
    }
    let head = is_head(grant.post);
    let by = By { action: Action::CallRegister, post: grant.post, head, province: false, named: false };
    enter(desk, &class, &by, new)
}

/// Enters a submission about a class, for whoever has decided that it may be.
pub(super) fn enter(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    by: &By<'_>,
    new: &Submission,
) -> Result<Submitted, Refused> {
    if new.day < desk.now.day() && !new.corrects.is_empty() && new.why.trim().is_empty() {
        return Err(Refused::field("why", "过了当天再更正的，请写明原因；原来的记录会保留"));
    }
    bounds(desk, class, by.head, (new.day, new.part))?;
    let past = new.day < desk.now.day() && new.child.is_none() && !by.province;
    if past {
        pace::bound(desk, class)?;
    }
    let roll_at = if by.named { NOBODY_ELSE.to_owned() } else { roll_at(desk, new)? };
    let roll = roll(desk, &class.id, new.day)?;
    let marks = marks(desk, class, &roll, new, by.named)?;
    let covered = match (&new.child, new.part) {
        _ if by.named => marks.len(),
        (Some(_), _) | (None, Part::Evening) => marks.len(),
        (None, _) => {
            let named: BTreeSet<&str> = marks.iter().map(|mark| mark.child.as_str()).collect();
            roll.iter().filter(|one| one.made_at <= roll_at || named.contains(one.child.as_str())).count()
        }
    };
    if covered == 0 {
        return Err(Refused::rule(
            format!("{}这一天的名单上没有学生", new.day),
            "",
            "请先核对班级名单，再点名",
        ));
    }
    let missing = marks.iter().filter(|mark| mark.kind.half() != Half::Came).count();
    let late = new.day < desk.now.day();
    let why = new.why.trim();
    let sealed = (!why.is_empty()).then(|| desk.seal("sheet", "why", &new.sheet, why));
    let made = desk.tx.execute(
        "insert into sheet (county, id, class, school, day, part, child, corrects, roll_at, late, size, missing,
                            why_sealed, by_account, at, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (county, id) do nothing",
        &params![
            desk.county(),
            &new.sheet,
            &class.id,
            &class.school,
            new.day,
            new.part.code(),
            new.child.as_deref(),
            new.corrects.join(" "),
            &roll_at,
            late,
            covered,
            missing,
            sealed,
            &desk.actor().account,
            desk.now.stamp(),
            by.province.then_some(Source::Province.code())
        ],
    )?;
    if made == 0 {
        return Err(Refused::Busy { after: 1 });
    }
    write(desk, new, &marks)?;
    let concerned = concerned(new, &roll, &marks);
    let counted = count(desk, &concerned, new.day, &new.sheet)?;
    let (beside, compared) = around(desk, class, new)?;
    let conflicts = conflicts(desk, class, &roll, new, beside)?;
    if compared {
        province::compare(desk, &class.id, new.day)?;
    }
    let size = i64::try_from(covered).unwrap_or_default();
    let missing = i64::try_from(missing).unwrap_or_default();
    let suspected = counted.iter().filter(|one| one.suspected).count();
    let mut detail = said(new, late, size, missing, suspected);
    if past && missing == 0 && pace::flag(desk, class, by.post)? {
        detail.push_str("，一次补录多份全到，已提醒核对");
    }
    let subject = match &new.child {
        Some(child) => ("child", child.as_str()),
        None => ("class", class.id.as_str()),
    };
    desk.record(by.action, by.post, subject, "", &detail)?;
    Ok(answer(desk, new, &roll, &counted, (late, size, missing), conflicts))
}

/// Whose clock depends on a submission.
fn concerned(new: &Submission, roll: &[OnRoll], marks: &[Marked]) -> Vec<String> {
    let named: BTreeSet<&str> = marks.iter().map(|mark| mark.child.as_str()).collect();
    let concerned = |one: &&OnRoll| match &new.child {
        Some(child) => one.child == *child,
        None => one.counts || named.contains(one.child.as_str()),
    };
    roll.iter().filter(concerned).map(|one| one.child.clone()).collect()
}

/// What is on the record: no name.
fn said(new: &Submission, late: bool, size: i64, missing: i64, suspected: usize) -> String {
    let mut said = format!("{}{}：{size} 人，{missing} 人未到", new.day, new.part.label());
    if !new.corrects.is_empty() {
        said.push_str("，更正");
    }
    if late {
        said.push_str("，补录");
    }
    if suspected > 0 {
        said.push_str(&format!("，{suspected} 人列入疑似辍学学生台账"));
    }
    said
}

fn roll(desk: &mut Desk<'_, '_>, class: &str, day: Date) -> Result<Vec<OnRoll>, Refused> {
    Ok(desk.tx.query(
        "select child.id, child.name, child.boarding, member.made_at,
                case when exists (select 1 from clock where clock.county = child.county and clock.child = child.id
                                    and clock.open = 1)
                       or exists (select 1 from clock where clock.county = child.county and clock.child = child.id
                                    and clock.day >= $3) then 1 else 0 end
         from class_member member
         join child on child.county = member.county and child.id = member.child and child.merged_into is null
         where member.county = $1 and member.class = $2 and member.from_day <= $3
           and (member.until_day is null or member.until_day > $3)
         order by child.spelling, child.id",
        &params![desk.county(), class, day],
        |row| {
            Ok(OnRoll {
                child: row.get(0)?,
                name: row.get(1)?,
                boards: row.get::<String>(2)? == Boarding::Boarder.code(),
                made_at: row.get(3)?,
                counts: row.get(4)?,
            })
        },
    )?)
}

/// What is stored of each pupil: those who are not simply there; of the evening, and of one pupil alone, everybody.
fn marks(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    roll: &[OnRoll],
    new: &Submission,
    named: bool,
) -> Result<Vec<Marked>, Refused> {
    let on_roll: BTreeSet<&str> = roll.iter().map(|one| one.child.as_str()).collect();
    let strangers: Vec<&str> =
        new.marks.iter().map(|mark| mark.child.as_str()).filter(|child| !on_roll.contains(child)).collect();
    if !strangers.is_empty() {
        return Err(Refused::field("marks", not_on_roll(desk, class, new.day, &strangers)?));
    }
    let elsewhere: Vec<&Tapped> = new.marks.iter().filter(|mark| mark.kind == Kind::Elsewhere).collect();
    for mark in elsewhere {
        proved_elsewhere(desk, mark, roll, new.day)?;
    }
    let all = named || new.child.is_some() || new.part == Part::Evening;
    let mut marks: BTreeMap<&str, Marked> = BTreeMap::new();
    for Tapped { child, kind, reason } in &new.marks {
        if all || *kind != Kind::Present {
            marks.insert(child, Marked { child: child.clone(), kind: *kind, reason: *reason });
        }
    }
    if new.child.is_none() && new.part == Part::Evening {
        for one in roll.iter().filter(|one| one.boards) {
            marks.entry(&one.child).or_insert_with(|| Marked {
                child: one.child.clone(),
                kind: Kind::Present,
                reason: None,
            });
        }
    }
    Ok(marks.into_values().collect())
}

/// Who was marked and was not on the roll; only those are named who once were in the class.
fn not_on_roll(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    day: Date,
    strangers: &[&str],
) -> Result<String, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(class.id.as_str())];
    let list = among(&mut values, strangers.iter().copied());
    let names = desk.tx.query(
        &format!(
            "select distinct child.spelling, child.id, child.name from class_member member
             join child on child.county = member.county and child.id = member.child
             where member.county = $1 and member.class = $2 and member.child in ({list})
             order by child.spelling, child.id"
        ),
        &values,
        |row| row.get::<String>(2),
    )?;
    let who = if names.is_empty() { format!("有{}个学生", strangers.len()) } else { names.join("、") };
    Ok(format!("{who}在{day}不在{}的名单上，没有提交。请刷新名单，去掉后再提交", class.name))
}

/// 在外就读 counts as being there, so it takes a proof that the ledger knows (人籍一致).
fn proved_elsewhere(
    desk: &mut Desk<'_, '_>,
    mark: &Tapped,
    roll: &[OnRoll],
    day: Date,
) -> Result<(), Refused> {
    let proved = desk.tx.query(
        "select id from elsewhere where county = $1 and child = $2 and from_day <= $3
           and (ended_day is null or ended_day > $3) and (expires_day is null or expires_day >= $3)
         order by id limit 1",
        &params![desk.county(), &mark.child, day],
        |row| row.get::<String>(0),
    )?;
    if proved.is_empty() {
        let name = roll.iter().find(|one| one.child == mark.child).map_or("", |one| one.name.as_str());
        let what = format!("{name}在{day}没有有效的外出就读证明");
        return Err(Refused::rule(what, "五(九) 人籍一致", "请乡镇或教体局先登记外出就读，或者改标其他情况"));
    }
    Ok(())
}

/// The marks, in one statement.
fn write(desk: &mut Desk<'_, '_>, new: &Submission, marks: &[Marked]) -> Result<(), Refused> {
    if marks.is_empty() {
        return Ok(());
    }
    let mut values = vec![Value::from(desk.county()), Value::from(new.sheet.as_str()), Value::from(new.day)];
    let rows: Vec<String> = marks
        .iter()
        .map(|mark| {
            let reason = mark.reason.map_or("", Reason::code);
            let row = among(&mut values, [mark.child.as_str(), mark.kind.code(), reason]);
            format!("($1, $2, $3, {row})")
        })
        .collect();
    let sql =
        format!("insert into mark (county, sheet, day, child, kind, reason) values {}", rows.join(", "));
    desk.tx.execute(&sql, &values)?;
    Ok(())
}

/// What stands around a submission: how many sheets there are of this part, and whether the provincial system says
/// something of the day.
fn around(desk: &mut Desk<'_, '_>, class: &Class, new: &Submission) -> Result<(i64, bool), Refused> {
    Ok(desk.tx.one(
        "select cast(count(*) as bigint),
                case when exists (select 1 from province_day province
                                  where province.county = $1 and province.class = $2 and province.day = $3)
                     then 1 else 0 end
         from sheet where county = $1 and class = $2 and day = $3 and part = $4",
        &params![desk.county(), &class.id, new.day, new.part.code()],
        |row| Ok((row.get::<i64>(0)?, row.get::<bool>(1)?)),
    )?)
}

/// Pupils of whom what stands for this part contradicts itself.
fn conflicts(
    desk: &mut Desk<'_, '_>,
    class: &Class,
    roll: &[OnRoll],
    new: &Submission,
    beside: i64,
) -> Result<Vec<(String, String)>, Refused> {
    if beside < 2 {
        return Ok(Vec::new());
    }
    let children: Vec<String> = roll.iter().map(|one| one.child.clone()).collect();
    let book = Book::of(desk, &children, new.day, new.day)?;
    let contradicts = |child: &str| {
        let own: Vec<_> = book.marks(child).into_iter().filter(|mark| mark.class == class.id).collect();
        settle(&own, new.part) == Settled::Conflict
    };
    let in_conflict = roll.iter().filter(|one| contradicts(&one.child));
    Ok(in_conflict.map(|one| (one.child.clone(), one.name.clone())).collect())
}

fn answer(
    desk: &Desk<'_, '_>,
    new: &Submission,
    roll: &[OnRoll],
    counted: &[Counted],
    (late, size, missing): (bool, i64, i64),
    conflicts: Vec<(String, String)>,
) -> Submitted {
    let rule = Rule::of(desk.plan);
    let name = |child: &str| roll.iter().find(|one| one.child == child).map_or("", |one| one.name.as_str());
    Submitted {
        sheet: new.sheet.clone(),
        again: false,
        late,
        size,
        missing,
        conflicts,
        said: counted
            .iter()
            .filter_map(|one| {
                let said = sentence(&rule, &one.clock)?;
                Some((one.child.clone(), name(&one.child).to_owned(), said))
            })
            .collect(),
        suspected: counted
            .iter()
            .filter(|one| one.suspected)
            .map(|one| (one.child.clone(), name(&one.child).to_owned()))
            .collect(),
    }
}

/// The same answer once more, if it is the same submission (H01, H02).
fn again(desk: &mut Desk<'_, '_>, new: &Submission, before: &sheets::Stored) -> Result<Submitted, Refused> {
    let whole = new.child.is_some();
    let exceptions = |marks: &[Marked]| {
        let mut marks: Vec<Marked> =
            marks.iter().filter(|mark| whole || mark.kind != Kind::Present).cloned().collect();
        marks.sort();
        marks
    };
    let asked: Vec<Marked> = new
        .marks
        .iter()
        .map(|Tapped { child, kind, reason }| Marked { child: child.clone(), kind: *kind, reason: *reason })
        .collect();
    let same = before.by_account == desk.actor().account
        && (&before.class, before.day, before.part) == (&new.class, new.day, new.part)
        && before.child == new.child
        && before.corrects == new.corrects.join(" ")
        && exceptions(&before.marks) == exceptions(&asked);
    if !same {
        return Err(Refused::field(
            "sheet",
            "这个点名册编号已经用于另一次提交，没有保存；请刷新页面后重新点名",
        ));
    }
    let (class, _) = Class::find(desk, Action::CallRegister, &new.class)?;
    let roll = roll(desk, &class.id, new.day)?;
    let mut counted = standing(desk, &concerned(new, &roll, &before.marks))?;
    let listed = desk.tx.query(
        "select child from suspected where county = $1 and source = 'attendance' and source_id = $2 order by child",
        &params![desk.county(), &new.sheet],
        |row| row.get::<String>(0),
    )?;
    for one in &mut counted {
        one.suspected = listed.contains(&one.child);
    }
    let (beside, _) = around(desk, &class, new)?;
    let conflicts = conflicts(desk, &class, &roll, new, beside)?;
    let figures = (before.late, before.size, before.missing);
    Ok(Submitted { again: true, ..answer(desk, new, &roll, &counted, figures, conflicts) })
}
