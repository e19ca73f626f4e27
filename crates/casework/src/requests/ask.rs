//! Asking a unit: the request with its number and its clock, and for as long as it waits the unit's sight of the child.

use rules::access::{Action, Role, Subject};
use rules::plan::RequestRule;
use rules::request::{WORDS, suggested};

use crate::accounts::tell;
use crate::attendance::due;
use crate::db::DbError;
use crate::desk::Desk;
use crate::ledger::{plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// What the form for asking shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// Name of the child.
    pub name: String,
    /// What can be asked: code and words with the unit; what the last known cause suggests comes first.
    pub kinds: Vec<(String, String)>,
    /// How many of them the cause suggests.
    pub suggested: usize,
    /// The cause, in words; empty where none is known.
    pub cause: String,
}

/// What can be asked for a child.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn asking(desk: &mut Desk<'_, '_>, child: &str) -> Result<Asking, Refused> {
    let ties = ties_of(desk, child)?;
    desk.require(Action::AskRequest, &Subject::Child(&ties), ("child", child))?;
    let name = desk.tx.one(
        "select name from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    let causes = desk.tx.query(
        "select cause from report where county = $1 and child = $2 order by at desc, id desc limit 1",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    let code = causes.into_iter().next().unwrap_or_default();
    let kinds = suggested(desk.plan, &code);
    let by_cause = kinds.iter().filter(|rule| rule.causes.contains(&code)).count();
    let label = desk.plan.causes().iter().find(|one| one.code == code).map(|one| one.label.clone());
    Ok(Asking {
        name,
        kinds: kinds
            .into_iter()
            .map(|rule| (rule.code.clone(), format!("{}：{}", rule.to.label(), rule.label)))
            .collect(),
        suggested: by_cause,
        cause: label.unwrap_or_default(),
    })
}

/// Asks; the id of the request.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Changed`] when the same is asked already, [`Refused::Rule`] when the
/// unit has nobody here, [`Refused::Storage`].
pub fn ask(desk: &mut Desk<'_, '_>, child: &str, kind: &str, words: &str) -> Result<String, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::AskRequest, &Subject::Child(&ties), ("child", child))?;
    let post = grant.post.ok_or_else(|| Refused::denied(Action::AskRequest, "child", child))?;
    let plan = desk.plan;
    let rule = plan
        .requests()
        .iter()
        .find(|rule| rule.code == kind)
        .ok_or_else(|| Refused::field("kind", "请选择请哪个单位办什么"))?;
    let words = written("words", words, "请写明请他们办什么、已经知道什么")?;
    let asker = Asker { unit: &post.unit, role: post.role, follows: None };
    let id = put(desk, child, rule, words, &asker)?;
    desk.record(Action::AskRequest, Some(post), ("request", &id), "", rule.to.label())?;
    Ok(id)
}

/// Words as they are kept, between the least and the most.
pub(super) fn written<'a>(field: &'static str, words: &'a str, todo: &str) -> Result<&'a str, Refused> {
    let words = words.trim();
    if WORDS.contains(&words.chars().count()) && words.lines().all(plain) {
        return Ok(words);
    }
    Err(Refused::field(field, format!("{todo}，{}到{}个字", WORDS.start(), WORDS.end())))
}

/// For whom a request is put.
pub(super) struct Asker<'a> {
    pub(super) unit: &'a str,
    pub(super) role: Role,
    /// The request whose answer led to it.
    pub(super) follows: Option<&'a str>,
}

/// Puts a request, and lets its unit see the child until it has ended.
pub(super) fn put(
    desk: &mut Desk<'_, '_>,
    child: &str,
    rule: &RequestRule,
    words: &str,
    asker: &Asker<'_>,
) -> Result<String, Refused> {
    let unit = unit_of(desk, rule)?;
    let (id, year, county) = (desk.now.id(), i64::from(desk.now.day().year()), desk.county());
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, 'request', $2, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![county, year],
        |row| row.get::<i64>(0),
    )?;
    let sealed = desk.seal("request", "words", &id, words);
    let until = due(desk, &rule.deadline.key)?;
    let written = desk.tx.execute(
        "insert into request (county, id, year, number, kind, child, case_id, unit, confidential, follows, asked_by,
                              asked_unit, asked_role, asked_at, words_sealed, due_at, state)
         values ($1, $2, $3, $4, $5, $6,
                 (select id from child_case where county = $1 and child = $6 and ended_at is null),
                 $7, $8, $9, $10, $11, $12, $13, $14, $15, 'asked')",
        &params![
            county,
            &id,
            year,
            number,
            &rule.code,
            child,
            &unit,
            i64::from(rule.is_confidential),
            asker.follows,
            &desk.actor().account,
            asker.unit,
            asker.role.code(),
            desk.now.stamp(),
            sealed,
            &until
        ],
    );
    match written {
        Ok(_) => {}
        Err(DbError::Unique(_)) => {
            let what = format!("已经请{}办“{}”，还没有答复", rule.to.label(), rule.label);
            return Err(Refused::Changed { what });
        }
        Err(error) => return Err(error.into()),
    }
    desk.tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits, ground)
         select county, $3, 'shared', id, spelling, standing, group_bits, $4 from child where county = $1 and id = $2
         on conflict (county, child, unit, tie) do nothing",
        &params![county, child, &unit, &id],
    )?;
    let told = tell::holders(desk.tx, desk.now, county, rule.to, Some(&unit))?;
    let news = tell::News {
        kind: "request",
        subject: &id,
        text: &format!("有一件协助请求：{}", rule.label),
        href: &format!("/requests/{id}"),
    };
    tell::all(desk.tx, desk.now, county, &told, &news)?;
    Ok(id)
}

/// The unit of this role at which somebody works.
fn unit_of(desk: &mut Desk<'_, '_>, rule: &RequestRule) -> Result<String, Refused> {
    let units = desk.tx.query(
        "select distinct post.unit from post
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         where post.county = $1 and post.role = $2 and post.closed_at is null order by post.unit limit 1",
        &params![desk.county(), rule.to.code()],
        |row| row.get::<String>(0),
    )?;
    units.into_iter().next().ok_or_else(|| {
        Refused::rule(
            format!("系统里还没有{}的联络员，请求送不出去", rule.to.label()),
            "四(十四)",
            "请该单位管理员开通账号；急的先打电话",
        )
    })
}
