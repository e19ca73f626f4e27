//! The yearly assessment of townships (五(十二), 六(四)) and heads (四(四)): of each item of the plan the facts that the program knows, what the assessor
//! says, and what the assessed says to it. Nothing is added up; units stand in the order of their codes, and one school never beside another.

use rules::access::{Action, Reach, Subject, may};
use rules::inspection::{Assessed, Mark, WORDS};
use rules::plan::Known as Knows;

use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::{Known, unnamed};

/// A unit that is assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedUnit {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// As what.
    pub of: Assessed,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedLine {
    /// Its code.
    pub code: String,
    /// What is asked.
    pub label: String,
    /// Clause and words of the plan.
    pub basis: String,
    /// What the program knows now.
    pub facts: String,
    /// What the assessor said last; `None` while nobody has.
    pub mark: Option<Mark>,
    /// Why.
    pub words: String,
    /// What the program knew then; empty while nobody has said anything.
    pub facts_then: String,
    /// Who said it, and when.
    pub by: String,
    /// What the assessed said to it last; empty where nothing.
    pub reply: String,
}

/// A unit's assessment of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessedFile {
    /// Which unit.
    pub unit: AssessedUnit,
    /// The calendar year.
    pub year: i16,
    /// The items.
    pub lines: Vec<AssessedLine>,
    /// Whether the reader assesses it.
    pub may_mark: bool,
    /// Whether the reader may say something to it.
    pub may_reply: bool,
}

const fn action(of: Assessed) -> Action {
    match of {
        Assessed::Township => Action::AssessTownship,
        Assessed::Head => Action::AssessHead,
    }
}

/// Units that the reader may see an assessment of, by their codes: townships, then schools.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn assessed_units(desk: &mut Desk<'_, '_>) -> Result<Vec<AssessedUnit>, Refused> {
    desk.require(Action::ReadAssessments, &Subject::Nothing, ("assessment", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::ReadAssessments, "unit.id", &mut values);
    let sql = format!(
        "select unit.id, unit.name, unit.kind from unit
         where unit.county = $1 and unit.kind in ('township', 'school') and unit.until_day is null and {within}
         order by case unit.kind when 'township' then 0 else 1 end, coalesce(unit.code, ''), unit.sort, unit.id limit 600"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let kind: String = row.get(2)?;
        let of = if kind == "township" { Assessed::Township } else { Assessed::Head };
        Ok(AssessedUnit { id: row.get(0)?, name: row.get(1)?, of })
    })?)
}

fn found(desk: &mut Desk<'_, '_>, unit: &str, action: Action) -> Result<AssessedUnit, Refused> {
    let one = desk.tx.optional(
        "select name, kind from unit where county = $1 and id = $2 and kind in ('township', 'school')",
        &params![desk.county(), unit],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (name, kind) = one.ok_or_else(|| Refused::denied(action, "assessment", unit))?;
    let of = if kind == "township" { Assessed::Township } else { Assessed::Head };
    Ok(AssessedUnit { id: unit.to_owned(), name, of })
}

/// A row of what was said.
struct Word {
    item: String,
    kind: String,
    mark: String,
    words: String,
    facts: String,
    by: String,
    at: String,
}

/// The assessment of a unit this year.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn assessed(desk: &mut Desk<'_, '_>, unit: &str) -> Result<AssessedFile, Refused> {
    let one = found(desk, unit, Action::ReadAssessments)?;
    let path = [unit.to_owned()];
    let grant = desk.require(Action::ReadAssessments, &Subject::Unit(&path), ("assessment", unit))?;
    let year = desk.now.day().year();
    let said = desk.tx.query(
        "select a.item, a.kind, a.mark, a.words, a.facts, coalesce(account.name, ''), a.at from assessment a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.year = $2 and a.unit = $3 order by a.item, a.seq desc limit 1000",
        &params![desk.county(), i64::from(year), unit],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(Word {
                item: text(0)?,
                kind: text(1)?,
                mark: text(2)?,
                words: text(3)?,
                facts: text(4)?,
                by: text(5)?,
                at: text(6)?,
            })
        },
    )?;
    let rules: Vec<rules::plan::AssessRule> =
        desk.plan.assessments().iter().filter(|rule| rule.of == one.of).cloned().collect();
    let mut lines = Vec::with_capacity(rules.len());
    for rule in rules {
        let last = |kind: &str| said.iter().find(|word| word.item == rule.code && word.kind == kind);
        let (mark, reply) = (last("mark"), last("reply"));
        lines.push(AssessedLine {
            facts: facts(desk, &one, rule.known)?,
            mark: mark.and_then(|word| Mark::from_code(&word.mark)),
            words: mark.map(|word| word.words.clone()).unwrap_or_default(),
            facts_then: mark.map(|word| word.facts.clone()).unwrap_or_default(),
            by: mark.map_or_else(String::new, |word| {
                format!("{}，{}", word.by, word.at.get(..10).unwrap_or_default())
            }),
            reply: reply.map(|word| word.words.clone()).unwrap_or_default(),
            basis: format!("{}　{}", rule.basis.cited(), rule.basis.text),
            code: rule.code,
            label: rule.label,
        });
    }
    let may_mark = may(desk.actor(), action(one.of), &Subject::Nothing).is_ok();
    let may_reply = may(desk.actor(), Action::ReplyAssessment, &Subject::Unit(&path)).is_ok();
    desk.record(Action::ReadAssessments, grant.post, ("assessment", unit), "", &year.to_string())?;
    Ok(AssessedFile { unit: one, year, lines, may_mark, may_reply })
}

/// What the program knows of an item for a unit, in a sentence. Counts of its own unit's children are the unit's own.
fn facts(desk: &mut Desk<'_, '_>, unit: &AssessedUnit, known: Knows) -> Result<String, Refused> {
    let since = format!("{}-01-01", desk.now.day().year());
    let (county, now) = (desk.county(), desk.now.stamp());
    let mut two = |sql: &str| -> Result<(i64, i64), Refused> {
        let row = desk.tx.one(sql, &params![county, &unit.id, &since, &now], |row| {
            Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
        })?;
        Ok(row)
    };
    // Each statement takes county, unit, first day and now, and uses each of them.
    let said = match known {
        Knows::Nothing => String::new(),
        Knows::Roles => {
            let (all, vacant) = two(
                "select cast(count(*) as bigint),
                        cast(coalesce(sum(case when exists (select 1 from tenure t where t.county = p.county and t.post = p.id
                            and t.until_day is null) then 0 else 1 end), 0) as bigint)
                 from post p join unit u on u.county = p.county and u.id = p.unit and u.until_day is null
                 where p.county = $1 and p.duty = 'chain' and p.closed_at is null and (u.id = $2 or u.township = $2)
                   and cast($3 as text) < cast($4 as text)",
            )?;
            format!("责任链上{all}个岗位，空缺{vacant}个")
        }
        Knows::Reports => {
            let sql = match unit.of {
                Assessed::Township => {
                    "select cast(count(*) as bigint),
                            cast(coalesce(sum(case when h.received_at is null and h.due_at < $4 or h.received_at > h.due_at
                                then 1 else 0 end), 0) as bigint)
                     from report_hop h join report r on r.county = h.county and r.id = h.report
                     where h.county = $1 and h.unit = $2 and r.at >= $3"
                }
                Assessed::Head => {
                    "select cast(count(*) as bigint), cast(0 as bigint) from report r
                     where r.county = $1 and r.school = $2 and r.at >= $3 and r.at <= $4"
                }
            };
            let (all, late) = two(sql)?;
            match unit.of {
                Assessed::Township => format!("今年收到书面报告{all}份，超期签收或没签收{late}份"),
                Assessed::Head => format!("今年书面报告{all}份"),
            }
        }
        Knows::Orders => {
            let (all, received) = two(
                "select cast(count(*) as bigint), cast(coalesce(sum(case when received_at is null then 0 else 1 end), 0) as bigint)
                 from case_order where county = $1 and unit = $2 and issued_at >= $3 and issued_at <= $4",
            )?;
            format!("今年收到劝返指令{all}道，签收{received}道")
        }
        Knows::Cases => {
            let (open, late) = two(
                "select cast(count(*) as bigint), cast(coalesce(sum(case when due_at < $4 then 1 else 0 end), 0) as bigint)
                 from child_case where county = $1 and must_unit = $2 and ended_at is null and cast($3 as text) < cast($4 as text)",
            )?;
            format!("现在轮到本乡镇办的个案{open}件，超期{late}件")
        }
        Knows::Pairs => {
            let (open, paired) = two(
                "select cast(count(*) as bigint),
                        cast(coalesce(sum(case when exists (select 1 from pair p where p.county = c.county and p.child = c.child
                            and p.ended_at is null) then 1 else 0 end), 0) as bigint)
                 from child_case c join child on child.county = c.county and child.id = c.child
                 where c.county = $1 and child.township = $2 and c.ended_at is null and cast($3 as text) < cast($4 as text)",
            )?;
            format!("在办个案{open}件，结对{paired}件")
        }
        Knows::Register => {
            let (days, sheets) =
                two("select cast(count(distinct s.day) as bigint), cast(count(*) as bigint) from sheet s
                 where s.county = $1 and s.school = $2 and s.day >= $3 and s.at <= $4")?;
            format!("今年{days}天有点名册，共{sheets}份")
        }
        Knows::Findings => {
            let (all, open) = two(
                "select cast(count(*) as bigint),
                        cast(coalesce(sum(case when state <> 'closed' and due_day < substr(cast($4 as text), 1, 10) then 1 else 0 end), 0) as bigint)
                 from inspection_finding where county = $1 and unit = $2 and at >= $3",
            )?;
            format!("今年督导发现的问题{all}个，超期没有销号{open}个")
        }
        Knows::Tasks => {
            let (all, late) = two(
                "select cast(count(*) as bigint),
                        cast(coalesce(sum(case when state = 'open' and due_day < substr(cast($4 as text), 1, 10) then 1 else 0 end), 0) as bigint)
                 from meeting_task where county = $1 and unit = $2 and begun_at >= $3 and dropped_at is null",
            )?;
            format!("今年联席会议任务{all}件，超期没有办完{late}件")
        }
        Knows::Plans => {
            let (all, fresh) = two(
                "select cast(count(distinct d.id) as bigint),
                        cast(coalesce(sum(case when v.at >= $3 and v.at <= $4 then 1 else 0 end), 0) as bigint)
                 from plan_document d join plan_version v on v.county = d.county and v.document = d.id
                 where d.county = $1 and d.unit = $2",
            )?;
            format!("方案库里有{all}份方案，今年更新{fresh}次")
        }
    };
    Ok(said)
}

/// Says of an item whether it is met, and why; what the program knows is kept beside it, and the unit is told.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] of one's own unit, [`Refused::Storage`].
pub fn mark(
    desk: &mut Desk<'_, '_>,
    unit: &str,
    item: &str,
    (mark, words): (Option<Mark>, &str),
) -> Result<(), Refused> {
    let one = found(desk, unit, Action::ReadAssessments)?;
    let action = action(one.of);
    let grant = desk.require(action, &Subject::Nothing, ("assessment", unit))?;
    if desk.actor().posts.iter().any(|post| {
        post.unit == unit && Action::ReplyAssessment.policy(post.role, post.standing) == Some(Reach::OwnUnit)
    }) {
        return Err(Refused::rule("不能考核自己的单位", "两人办理", "请另一位同志考核"));
    }
    let rule = desk.plan.assessments().iter().find(|rule| rule.code == item && rule.of == one.of);
    let known = rule.map(|rule| rule.known).ok_or_else(|| Refused::denied(action, "assessment", unit))?;
    let mark = mark.ok_or_else(|| Refused::field("mark", "请选择做到没有"))?;
    let words = unnamed(desk, ("words", "请写明理由"), words, &WORDS, Known::Followed)?;
    let facts = facts(desk, &one, known)?;
    put(desk, unit, item, ("mark", mark.code(), words, &facts), grant.post.map_or("", |post| &post.unit))?;
    tell_unit(
        desk,
        unit,
        ("assessment", unit),
        "年度考核有了新的意见，可以回复",
        &format!("/assessments/{unit}"),
    )?;
    desk.record(action, grant.post, ("assessment", unit), "", item)
}

/// Says something to it for the assessed unit: once something was said of the item.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] before anything was said, [`Refused::Storage`].
pub fn reply(desk: &mut Desk<'_, '_>, unit: &str, item: &str, words: &str) -> Result<(), Refused> {
    found(desk, unit, Action::ReplyAssessment)?;
    let path = [unit.to_owned()];
    let grant = desk.require(Action::ReplyAssessment, &Subject::Unit(&path), ("assessment", unit))?;
    let marked = desk.tx.one(
        "select cast(count(*) as bigint) from assessment
         where county = $1 and year = $2 and unit = $3 and item = $4 and kind = 'mark'",
        &params![desk.county(), i64::from(desk.now.day().year()), unit, item],
        |row| row.get::<i64>(0),
    )?;
    if marked == 0 {
        return Err(Refused::rule("这一项还没有考核意见", "四(四)", "有了意见以后再回复"));
    }
    let words = unnamed(desk, ("reply", "请写明您的意见"), words, &WORDS, Known::Followed)?;
    put(desk, unit, item, ("reply", "", words, ""), grant.post.map_or("", |post| &post.unit))?;
    desk.record(Action::ReplyAssessment, grant.post, ("assessment", unit), "", item)
}

fn put(
    desk: &mut Desk<'_, '_>,
    unit: &str,
    item: &str,
    (kind, mark, words, facts): (&str, &str, &str, &str),
    by: &str,
) -> Result<(), Refused> {
    let (county, year) = (desk.county(), i64::from(desk.now.day().year()));
    // Said twice in the same words it is said once (hazard H01).
    let last = desk.tx.query(
        "select mark, words from assessment where county = $1 and year = $2 and unit = $3 and item = $4 and kind = $5
         order by seq desc limit 1",
        &params![county, year, unit, item, kind],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    if last.first().is_some_and(|(own, said)| own == mark && said == words) {
        return Ok(());
    }
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from assessment
         where county = $1 and year = $2 and unit = $3 and item = $4",
        &params![county, year, unit, item],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into assessment (county, year, unit, item, seq, kind, mark, words, facts, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &params![
            county,
            year,
            unit,
            item,
            seq,
            kind,
            mark,
            words,
            facts,
            &desk.actor().account,
            by,
            desk.now.stamp()
        ],
    )?;
    Ok(())
}
