//! What is found for what was typed, kind by kind; each by its own right, with the scope in its query.

use rules::access::{Action, Arm, Field, Subject, Tie, arms, may};
use rules::plan::FindingKind;

use super::typed::{Typed, after};
use crate::db::{Row, Value};
use crate::desk::Desk;
use crate::ledger::{self, Sees};
use crate::refused::Refused;
use crate::scope::{Scope, reached};

/// Children shown at most.
const CHILDREN: usize = 20;

/// Shown at most of every other kind.
const OTHERS: usize = 8;

/// Characters from which a text can be a paper's number.
const NUMBER: usize = 4;

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A child.
    Child,
    /// A school, a class or another unit.
    Unit,
    /// Somebody who holds a post.
    Person,
    /// A finding of a comparison.
    Finding,
    /// A number that another platform or a paper gave.
    Number,
    /// An announcement.
    Notice,
}

impl Kind {
    /// In the order of the page.
    pub const ALL: &'static [Self] =
        &[Self::Child, Self::Unit, Self::Person, Self::Finding, Self::Number, Self::Notice];

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Child => "孩子",
            Self::Unit => "单位、学校、班级",
            Self::Person => "有岗位的人",
            Self::Finding => "比对发现",
            Self::Number => "平台编号、文书号",
            Self::Notice => "公告",
        }
    }

    const fn most(self) -> usize {
        match self {
            Self::Child => CHILDREN,
            _ => OTHERS,
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Name or title.
    pub title: String,
    /// What tells it from others of the name, as far as the role sees it.
    pub note: String,
    /// Where it is.
    pub href: String,
}

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Kind by kind, each in its own order.
    pub hits: Vec<Hit>,
    /// Kinds of which there is more than is shown.
    pub more: Vec<Kind>,
}

impl Found {
    fn add(&mut self, kind: Kind, mut hits: Vec<Hit>) {
        if hits.len() > kind.most() {
            self.more.push(kind);
            hits.truncate(kind.most());
        }
        self.hits.extend(hits);
    }
}

/// Everything of the actor's that matches what was typed.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn search(desk: &mut Desk<'_, '_>, typed: &str) -> Result<Found, Refused> {
    desk.require(Action::Search, &Subject::Nothing, ("search", ""))?;
    let mut found = Found::default();
    let Some(what) = Typed::read(typed) else { return Ok(found) };
    found.add(Kind::Child, children(desk, typed)?);
    let word = match &what {
        Typed::Tail(text) | Typed::Number(text) => text.to_ascii_lowercase(),
        Typed::Initials(text) | Typed::Spelling(text) | Typed::Name(text, _) => text.clone(),
    };
    found.add(Kind::Unit, units(desk, &word)?);
    found.add(Kind::Person, people(desk, &word)?);
    found.add(Kind::Finding, findings(desk, &what)?);
    found.add(Kind::Number, numbers(desk, typed)?);
    found.add(Kind::Notice, notices(desk, &word)?);
    Ok(found)
}

fn children(desk: &mut Desk<'_, '_>, typed: &str) -> Result<Vec<Hit>, Refused> {
    if may(desk.actor(), Action::ListChildren, &Subject::Nothing).is_err() {
        return Ok(Vec::new());
    }
    let query = ledger::Query { q: typed.to_owned(), ..ledger::Query::default() };
    let page = ledger::first(desk, &query, CHILDREN + 1)?;
    Ok(page
        .into_iter()
        .map(|child| Hit {
            kind: Kind::Child,
            title: child.name,
            note: joined(&[
                child.birth.unwrap_or_default(),
                child.home.unwrap_or_default(),
                child.school.unwrap_or_default(),
                child.standing.map(|standing| standing.label().to_owned()).unwrap_or_default(),
            ]),
            href: format!("/children/{}", child.id),
        })
        .collect())
}

fn joined<const N: usize>(parts: &[String; N]) -> String {
    let said: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    said.join(" · ")
}

/// Units whose people and duties the actor reads: a common table `own` where that is not the whole county, and the
/// condition on `unit`.
fn units_in_scope<'a>(desk: &Desk<'a, '_>, values: &mut Vec<Value<'a>>) -> Option<(String, &'static str)> {
    may(desk.actor(), Action::ReadUnits, &Subject::Nothing).ok()?;
    if may(desk.actor(), Action::ReadUnits, &Subject::Unit(&[])).is_ok() {
        return Some((String::new(), ""));
    }
    let mut tops = Vec::new();
    for post in &desk.actor().posts {
        values.push(Value::from(post.unit.as_str()));
        tops.push(format!("${}", values.len()));
    }
    let own = format!(
        "with recursive own (id) as (
             select id from unit where county = $1 and id in ({})
             union
             select unit.id from own join unit on unit.county = $1 and unit.parent = own.id)",
        tops.join(", ")
    );
    Some((own, " and unit.id in (select id from own)"))
}

fn word_range<'a>(desk: &Desk<'a, '_>, word: &str) -> Vec<Value<'a>> {
    vec![Value::from(desk.county()), Value::from(word.to_owned()), Value::from(after(word))]
}

fn units(desk: &mut Desk<'_, '_>, word: &str) -> Result<Vec<Hit>, Refused> {
    let mut values = word_range(desk, word);
    let Some((own, within)) = units_in_scope(desk, &mut values) else { return Ok(Vec::new()) };
    // A school before its classes, a township before its villages.
    let sql = format!(
        "{own} select unit.id, unit.name, coalesce(above.name, '')
         from (select distinct subject from search_word
                where county = $1 and kind = 'unit' and word >= $2 and word < $3) hit
         join unit on unit.county = $1 and unit.id = hit.subject and unit.until_day is null
         left join unit above on above.county = unit.county and above.id = unit.parent
         where unit.county = $1{within}
         order by case unit.kind when 'school' then 1 when 'township' then 1 when 'village' then 2 when 'group' then 4
                                 when 'class' then 3 else 0 end, unit.sort, unit.id limit {}",
        OTHERS + 1
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        Ok(Hit {
            kind: Kind::Unit,
            title: row.get(1)?,
            note: row.get(2)?,
            href: format!("/units/{}", row.get::<String>(0)?),
        })
    })?)
}

fn people(desk: &mut Desk<'_, '_>, word: &str) -> Result<Vec<Hit>, Refused> {
    let mut values = word_range(desk, word);
    let Some((own, within)) = units_in_scope(desk, &mut values) else { return Ok(Vec::new()) };
    let sql = format!(
        "{own} select account.name, unit.name, post.title, unit.id
         from (select distinct subject from search_word
                where county = $1 and kind = 'person' and word >= $2 and word < $3) hit
         join account on account.county = $1 and account.id = hit.subject
         join tenure on tenure.county = $1 and tenure.account = account.id and tenure.until_day is null
         join post on post.county = $1 and post.id = tenure.post and post.closed_at is null
         join unit on unit.county = $1 and unit.id = post.unit and unit.until_day is null
         where unit.county = $1{within}
         order by account.name, account.id, post.sort, post.id limit {}",
        OTHERS + 1
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        Ok(Hit {
            kind: Kind::Person,
            title: row.get(0)?,
            note: joined(&[row.get(1)?, row.get(2)?]),
            href: format!("/units/{}", row.get::<String>(3)?),
        })
    })?)
}

fn findings(desk: &mut Desk<'_, '_>, what: &Typed) -> Result<Vec<Hit>, Refused> {
    let (column, text) = match what {
        // Findings keep no initials; four letters can be a short name's spelling.
        Typed::Initials(text) | Typed::Spelling(text) => ("spelling", text),
        Typed::Name(key, _) => ("name", key),
        Typed::Tail(_) | Typed::Number(_) => return Ok(Vec::new()),
    };
    let scope = Scope::of(desk.actor(), Action::ReadFindings, desk.now);
    if scope.is_empty() {
        return Ok(Vec::new());
    }
    let plan = desk.plan;
    let mut values = word_range(desk, text);
    let within = scope.predicate("tie", &mut values);
    let sql = format!(
        "select finding.id, finding.name, finding.kind, campaign.title, finding.state
         from finding
         join campaign on campaign.county = finding.county and campaign.id = finding.campaign
         where finding.county = $1 and finding.{column} >= $2 and finding.{column} < $3 and finding.state <> 'gone'
           and exists (select 1 from finding_tie tie
                        where tie.county = finding.county and tie.finding = finding.id and {within})
         order by finding.{column}, finding.id limit {}",
        OTHERS + 1
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let kind: String = row.get(2)?;
        Ok(Hit {
            kind: Kind::Finding,
            title: row.get(1)?,
            note: joined(&[
                FindingKind::from_code(&kind)
                    .map_or_else(String::new, |kind| plan.finding(kind).title.clone()),
                row.get(3)?,
                if row.get::<String>(4)? == "decided" { "已认定" } else { "待办" }.to_owned(),
            ]),
            href: format!("/findings/{}", row.get::<String>(0)?),
        })
    })?)
}

/// Papers with a number: what is looked through, who may, what of the child one must see, and what it is called.
const NUMBERED: &[(&str, Action, Field, &str)] = &[
    (
        "select child, number from platform_entry where county = $1 and number >= $2 and number < $3 and state <> 'withdrawn'",
        Action::KeepPlatformNumber,
        Field::Name,
        "平台编号",
    ),
    (
        "select child, paper as number from roll_move where county = $1 and paper <> '' and paper >= $2 and paper < $3",
        Action::ReadChild,
        Field::History,
        "学籍变动证明",
    ),
    (
        "select child, proof_number as number from elsewhere
          where county = $1 and proof_number <> '' and proof_number >= $2 and proof_number < $3",
        Action::ReadChild,
        Field::Elsewhere,
        "外出就读证明",
    ),
];

fn numbers(desk: &mut Desk<'_, '_>, typed: &str) -> Result<Vec<Hit>, Refused> {
    let number = typed.trim();
    let mut hits: Vec<Hit> = Vec::new();
    if !(NUMBER..=40).contains(&number.chars().count()) || !number.contains(|c: char| c.is_ascii_digit()) {
        return Ok(hits);
    }
    for (from, action, field, label) in NUMBERED {
        let ways: Vec<Arm<'_>> = arms(desk.actor(), *action)
            .into_iter()
            .filter(|arm| arm.tie != Tie::Emergency && Sees::new(arm.post.role, arm.tie).shows(*field))
            .collect();
        let mut values = word_range(desk, number);
        let (mut any, at) = (Vec::new(), desk.now.stamp());
        for way in &ways {
            any.push(reached("tie", way.to, way.tie, &at, &mut values));
        }
        if any.is_empty() {
            continue;
        }
        let sql = format!(
            "select child.id, child.name, hit.number from ({from}) hit
             join child on child.county = $1 and child.id = hit.child and child.merged_into is null
             where exists (select 1 from child_tie tie
                            where tie.county = $1 and tie.child = child.id and ({}))
             order by child.spelling, child.id limit {}",
            any.join(" or "),
            OTHERS + 1
        );
        hits.extend(desk.tx.query(&sql, &values, |row: &Row<'_>| {
            Ok(Hit {
                kind: Kind::Number,
                title: row.get(1)?,
                note: format!("{label} {}", row.get::<String>(2)?),
                href: format!("/children/{}", row.get::<String>(0)?),
            })
        })?);
    }
    Ok(hits)
}

fn notices(desk: &mut Desk<'_, '_>, word: &str) -> Result<Vec<Hit>, Refused> {
    if may(desk.actor(), Action::ReadNotices, &Subject::Nothing).is_err() {
        return Ok(Vec::new());
    }
    let mut values = word_range(desk, word);
    values.push(Value::from(desk.now.day()));
    let sql = format!(
        "select notice.id, notice.title, notice.from_day
         from (select distinct subject from search_word
                where county = $1 and kind = 'notice' and word >= $2 and word < $3) hit
         join notice on notice.county = $1 and notice.id = hit.subject
         where notice.from_day <= $4 and (notice.until_day is null or notice.until_day >= $4)
           and notice.withdrawn_at is null
         order by notice.at desc, notice.id limit {}",
        OTHERS + 1
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        Ok(Hit {
            kind: Kind::Notice,
            title: row.get(1)?,
            note: row.get(2)?,
            href: format!("/announcements/{}", row.get::<String>(0)?),
        })
    })?)
}
