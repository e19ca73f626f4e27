//! What a family answers by its code: a fact that is appended, and put before the unit that gave the code until somebody has seen to it.

use jiff::civil::Date;
use rules::access::{Action, Role, Subject, may};
use rules::family::Answer;
use rules::publish;

use super::{live_at, page::Given};
use crate::accounts::tell;
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::{named, plain, ties_of};
use crate::params;
use crate::public::form::Ticket;
use crate::public::own_units;
use crate::refused::Refused;

/// Answers by one code: a page that anybody may hold is no letter box without a bottom.
const MOST: i64 = 20;

/// An answer as a family writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answering {
    /// The form's ticket.
    pub ticket: String,
    /// Code of [`Answer`].
    pub kind: String,
    /// The day on which the child comes.
    pub day: String,
    /// In words.
    pub words: String,
}

/// An answer as officers read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// Id.
    pub id: String,
    /// What.
    pub kind: &'static str,
    /// The day, where one was named.
    pub day: String,
    /// In words.
    pub words: String,
    /// When.
    pub at: String,
    /// Who has seen to it, and when.
    pub done: Option<(String, String)>,
    /// What was said to it.
    pub done_words: String,
    /// Whether it lies before the reader's unit.
    pub is_ours: bool,
}

/// Takes an answer; `None` where the code does not count.
///
/// # Errors
/// [`Refused::Invalid`], [`Refused::Rule`] where there are too many, [`Refused::Storage`].
pub fn answer(desk: &mut Desk<'_, '_>, code: &str, new: &Answering) -> Result<Option<()>, Refused> {
    let Some(live) = live_at(desk, code)? else { return Ok(None) };
    let Some(ticket) = Ticket::read(desk.keys, desk.now, "family answer", &new.ticket) else {
        return Err(Refused::field("kind", "这一页打开得太久了，写的都还在，请再按一次"));
    };
    let kind = Answer::from_code(&new.kind).ok_or_else(|| Refused::field("kind", "请选一项"))?;
    let today = desk.now.day();
    let day = match new.day.trim() {
        "" if kind == Answer::Bring => {
            return Err(Refused::field("day", "请写哪一天带孩子去学校"));
        }
        "" => None,
        text => match text.parse::<Date>() {
            Ok(day) if day >= today && day <= today.saturating_add(jiff::Span::new().days(180)) => Some(day),
            _ => return Err(Refused::field("day", "请写今天或者以后的日期")),
        },
    };
    let words = new.words.trim();
    let least = if kind.words().is_empty() { 0 } else { 2 };
    let length = words.chars().count();
    if length < least || length > 500 || !words.lines().all(plain) {
        let todo = if kind.words().is_empty() { "可以不写" } else { kind.words() };
        return Err(Refused::field("words", format!("请写：{todo}，500个字以内")));
    }
    let county = desk.county();
    let form = desk.index("family_answer_form", &format!("{}\n{}", live.id, ticket.text));
    let many = desk.tx.one(
        "select cast(count(*) as bigint) from family_answer where county = $1 and code = $2 and form_index <> $3",
        &params![county, &live.id, &form],
        |row| row.get::<i64>(0),
    )?;
    if many >= MOST {
        return Err(Refused::rule("回复已经很多次了", "", "请打电话给上面的单位，或者等他们联系您"));
    }
    let id = desk.now.id();
    let sealed = (!words.is_empty()).then(|| desk.seal("family_answer", "words", &id, words));
    let written = desk.tx.execute(
        "insert into family_answer (county, id, code, form_index, child, unit, kind, on_day, words_sealed, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (county, form_index) do nothing",
        &params![
            county,
            &id,
            &live.id,
            &form,
            &live.child,
            &live.unit,
            kind.code(),
            day,
            sealed,
            desk.now.stamp()
        ],
    )?;
    if written == 1 {
        tell_unit(desk, &live.unit, &live.child)?;
        desk.record(Action::PublicWord, None, ("family_answer", &id), "", "家长回复")?;
    }
    Ok(Some(()))
}

fn tell_unit(desk: &mut Desk<'_, '_>, unit: &str, child: &str) -> Result<(), Refused> {
    let mut told = Vec::new();
    for role in Role::ALL
        .iter()
        .filter(|role| Action::ServeFamily.policy(**role, rules::access::Standing::Serves).is_some())
    {
        told.extend(tell::holders(desk.tx, desk.now, desk.county(), *role, Some(unit))?);
    }
    let news = tell::News {
        kind: "family_answer",
        subject: child,
        text: "一个孩子的家长有回复",
        href: &format!("/children/{child}/family"),
    };
    tell::all(desk.tx, desk.now, desk.county(), &told, &news)
}

/// What was answered by this code, as the family sees it again: what and when, not in which words, since anybody may hold the letter.
pub(super) fn mine(desk: &mut Desk<'_, '_>, code: &str) -> Result<Vec<Given>, Refused> {
    let rows = desk.tx.query(
        "select kind, at, done_at, id, done_sealed from family_answer where county = $1 and code = $2
         order by at desc, id desc limit 20",
        &params![desk.county(), code],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                row.get::<Option<String>>(2)?,
                row.get::<String>(3)?,
                row.get::<Option<Vec<u8>>>(4)?,
            ))
        },
    )?;
    let mut given = Vec::with_capacity(rows.len());
    for (kind, at, done_at, id, sealed) in rows {
        let Some(kind) = Answer::from_code(&kind) else { continue };
        let done = desk.open("family_answer", "done", &id, sealed.as_deref())?;
        given.push(Given { kind, at, done_at, done });
    }
    Ok(given)
}

/// A child's answers, the last first.
pub(super) fn of_child(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<AnswerLine>, Refused> {
    let units = own_units(desk.actor(), Action::ServeFamily);
    let rows = desk.tx.query(
        "select a.id, a.kind, coalesce(a.on_day, ''), a.words_sealed, a.at, coalesce(account.name, ''), a.done_at,
                a.done_sealed, a.unit
         from family_answer a left join account on account.county = a.county and account.id = a.done_by
         where a.county = $1 and a.child = $2 order by a.at desc, a.id desc limit 50",
        &params![desk.county(), child],
        |row| {
            let text = |at| row.get::<String>(at);
            let seal = |at| row.get::<Option<Vec<u8>>>(at);
            let line = AnswerLine {
                id: text(0)?,
                kind: Answer::from_code(&text(1)?).map_or("", Answer::label),
                day: text(2)?,
                words: String::new(),
                at: text(4)?,
                done: row.get::<Option<String>>(6)?.map(|at| Ok::<_, DbError>((text(5)?, at))).transpose()?,
                done_words: String::new(),
                is_ours: units.contains(&text(8)?.as_str()),
            };
            Ok((line, seal(3)?, seal(7)?))
        },
    )?;
    let mut lines = Vec::with_capacity(rows.len());
    for (line, words, done) in rows {
        let words = desk.open("family_answer", "words", &line.id, words.as_deref())?;
        let done_words = desk.open("family_answer", "done", &line.id, done.as_deref())?;
        lines.push(AnswerLine { words, done_words, ..line });
    }
    Ok(lines)
}

/// Has seen to an answer, with what the family reads by its code; the child.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`], [`Refused::Storage`].
pub fn done(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<String, Refused> {
    let missing = || Refused::denied(Action::ServeFamily, "family_answer", id);
    let found = desk.tx.optional(
        "select child, unit from family_answer where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let (child, unit) = found.ok_or_else(missing)?;
    let ties = ties_of(desk, &child)?;
    let grant = may(desk.actor(), Action::ServeFamily, &Subject::Child(&ties)).map_err(|_| missing())?;
    if !own_units(desk.actor(), Action::ServeFamily).contains(&unit.as_str()) {
        return Err(missing());
    }
    let words = words.trim();
    if !(2..=500).contains(&words.chars().count()) || !words.lines().all(plain) {
        return Err(Refused::field("words", "请写怎么办的，家长凭码看得到，2到500个字"));
    }
    let (name, _) = named(desk, &child)?;
    publish::check(words, &[&name])
        .map_err(|problem| Refused::field("words", format!("捡到信的人也能看到，{problem}")))?;
    let sealed = desk.seal("family_answer", "done", id, words);
    let written = desk.tx.execute(
        "update family_answer set done_by = $3, done_at = $4, done_sealed = $5
         where county = $1 and id = $2 and done_at is null",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp(), sealed],
    )?;
    if written == 0 {
        return Err(Refused::Changed { what: "这条回复已经处理过".to_owned() });
    }
    desk.record(Action::ServeFamily, grant.post, ("child", &child), "", "处理家长回复")?;
    Ok(child)
}

/// Answers that lie before the reader's units: the child's name and id, what was answered, when; at most thirty.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String, &'static str, String)>, Refused> {
    if may(desk.actor(), Action::ServeFamily, &Subject::Nothing).is_err() {
        return Ok(Vec::new());
    }
    let county = desk.county();
    let mut all = Vec::new();
    for unit in own_units(desk.actor(), Action::ServeFamily) {
        let mut values = vec![crate::db::Value::from(county), crate::db::Value::from(unit)];
        let reached = crate::scope::Scope::of(desk.actor(), Action::ServeFamily, desk.now)
            .predicate("tie", &mut values);
        let sql = format!(
            "select child.name, child.id, a.kind, a.at from family_answer a
             join child on child.county = a.county and child.id = a.child
             where a.county = $1 and a.unit = $2 and a.done_at is null
               and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})
             order by a.at, a.id limit 30"
        );
        all.extend(desk.tx.query(&sql, &values, |row| {
            let kind: String = row.get(2)?;
            Ok((
                row.get::<String>(0)?,
                row.get::<String>(1)?,
                Answer::from_code(&kind).map_or("", Answer::label),
                row.get::<String>(3)?,
            ))
        })?);
    }
    Ok(all)
}
