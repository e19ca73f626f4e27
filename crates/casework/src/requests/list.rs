//! Reading requests: the inbox of a unit, what a unit has asked, one request, and those of a child. The reader's scope is in every
//! statement; what is confidential is read by the two units alone, and an answer by those who see that field of the child.

use rules::access::{Action, Field, Subject, Tie, may};
use rules::request::State;

use super::files::{self, AnswerFile};
use super::own_units;
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Requests of a page.
const PAGE: usize = 100;

/// Which requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that wait for an answer.
    Waiting,
    /// Of these the ones whose time has run out.
    Late,
    /// Those that have ended.
    Ended,
}

impl Shown {
    /// As a page's address has it; those that wait for what is not known.
    #[must_use]
    pub fn of(code: &str) -> Self {
        match code {
            "late" => Self::Late,
            "ended" => Self::Ended,
            _ => Self::Waiting,
        }
    }
}

/// A request in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Id.
    pub id: String,
    /// 〔2026〕3号.
    pub number: String,
    /// What is asked, in words of the plan.
    pub label: String,
    /// Name of the unit that is asked.
    pub to: String,
    /// Name of the unit that asks.
    pub from: String,
    /// Id of the child; empty where the reader no longer sees it.
    pub child: String,
    /// Its name; empty where the reader no longer sees it.
    pub name: String,
    /// How far it has come.
    pub state: State,
    /// When it was asked.
    pub asked_at: String,
    /// Until when it is answered.
    pub due: String,
    /// The answer in words of the plan; empty where there is none or the reader may not know.
    pub answer: String,
    /// When it ended.
    pub ended_at: Option<String>,
}

const COLUMNS: &str =
    "r.id, r.year, r.number, r.kind, coalesce(asked.name, ''), coalesce(asker.name, ''), r.child, child.name,
     r.state, r.asked_at, r.due_at, coalesce(r.answer, ''), r.ended_at, r.unit";

const FROM: &str = "request r
     join child on child.county = r.county and child.id = r.child
     left join unit asked on asked.county = r.county and asked.id = r.unit
     left join unit asker on asker.county = r.county and asker.id = r.asked_unit";

/// A line as it is stored, with the code of its kind and the unit that is asked.
struct Found {
    line: RequestLine,
    kind: String,
    unit: String,
}

fn found(row: &Row<'_>) -> Result<Found, DbError> {
    let text = |at| row.get::<String>(at);
    let (year, number): (i64, i64) = (row.get(1)?, row.get(2)?);
    let line = RequestLine {
        id: text(0)?,
        number: format!("〔{year}〕{number}号"),
        label: String::new(),
        to: text(4)?,
        from: text(5)?,
        child: text(6)?,
        name: text(7)?,
        // A state that this program does not know cannot be written by it.
        state: State::from_code(&text(8)?).unwrap_or(State::Asked),
        asked_at: text(9)?,
        due: text(10)?,
        answer: text(11)?,
        ended_at: row.get(12)?,
    };
    Ok(Found { line, kind: text(3)?, unit: text(13)? })
}

/// The line as this reader may see it: words of the plan in place of codes; a unit that is asked sees the child while it waits.
fn shown(desk: &Desk<'_, '_>, found: Found, sees: impl Fn(Field) -> bool) -> RequestLine {
    let Found { mut line, kind, unit } = found;
    let asked = own_units(desk.actor(), Action::AnswerRequest).contains(&unit.as_str());
    let rule = desk.plan.requests().iter().find(|rule| rule.code == kind);
    line.label = rule.map_or(kind, |rule| rule.label.clone());
    let tells = asked || rule.and_then(|rule| rule.field).is_none_or(sees);
    line.answer = match rule.and_then(|rule| rule.answer(&line.answer)) {
        Some(answer) if tells => answer.label.clone(),
        _ => String::new(),
    };
    if asked && line.state != State::Asked {
        line.child = String::new();
        line.name = String::new();
    }
    line
}

/// That the reader may know of a request `r`: asked of an own unit, or about a child in scope and not confidential, or asked by an
/// own unit.
fn within<'v>(desk: &Desk<'v, '_>, values: &mut Vec<Value<'v>>) -> String {
    let actor = desk.actor();
    let mut units = |action: Action| {
        let places: Vec<String> = own_units(actor, action)
            .into_iter()
            .map(|unit| {
                values.push(Value::from(unit));
                format!("${}", values.len())
            })
            .collect();
        if places.is_empty() { "''".to_owned() } else { places.join(", ") }
    };
    let (asked, asking) = (units(Action::AnswerRequest), units(Action::AskRequest));
    // A unit that is asked reads what is asked of it: that it sees the child for that shows it nothing of the others.
    let scope = Scope::of(actor, Action::ReadRequests, desk.now).but(Tie::Shared);
    let reached = scope.predicate("tie", values);
    format!(
        "(r.unit in ({asked}) or ((r.confidential = 0 or r.asked_unit in ({asking}))
           and exists (select 1 from child_tie tie where tie.county = r.county and tie.child = r.child and {reached})))"
    )
}

/// Requests in the reader's scope, the most urgent first, or of those that have ended the latest: at most a hundred behind the one of
/// that moment and id, and whether there are more.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn requests(
    desk: &mut Desk<'_, '_>,
    which: Shown,
    after: Option<(&str, &str)>,
) -> Result<(Vec<RequestLine>, bool), Refused> {
    desk.require(Action::ReadRequests, &Subject::Nothing, ("requests", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = within(desk, &mut values);
    let state = match which {
        Shown::Waiting => "r.state = 'asked'".to_owned(),
        Shown::Late => {
            values.push(Value::from(desk.now.stamp()));
            format!("r.state = 'asked' and r.due_at < ${}", values.len())
        }
        Shown::Ended => "r.state in ('answered', 'sent_back', 'withdrawn')".to_owned(),
    };
    let (column, order, than) =
        if which == Shown::Ended { ("r.ended_at", "desc", "<") } else { ("r.due_at", "asc", ">") };
    let mut behind = String::new();
    if let Some((moment, id)) = after {
        values.extend([moment, id].map(|text| Value::from(text.to_owned())));
        behind = format!("and ({column}, r.id) {than} (${}, ${})", values.len() - 1, values.len());
    }
    let sql = format!(
        "select {COLUMNS} from {FROM} where r.county = $1 and {state} and {within} {behind}
         order by {column} {order}, r.id {order} limit {}",
        PAGE + 1
    );
    let mut lines = desk.tx.query(&sql, &values, found)?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    // A list is one statement for all: an answer that tells a field is in it where every post of the reader sees that field.
    let clear: Vec<Field> = Field::ALL
        .iter()
        .copied()
        .filter(|field| Sees::everywhere(desk, Action::ReadRequests, *field))
        .collect();
    Ok((lines.into_iter().map(|one| shown(desk, one, |field| clear.contains(&field))).collect(), more))
}

/// How many wait for the reader's own unit, the earliest deadline, and how many of what it asked are late.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<(i64, String, i64), Refused> {
    let (mut count, mut due, mut late) = (0_i64, String::new(), 0_i64);
    let county = desk.county();
    for unit in own_units(desk.actor(), Action::AnswerRequest) {
        let (here, first) = desk.tx.one(
            "select cast(count(*) as bigint), coalesce(min(due_at), '') from request
             where county = $1 and unit = $2 and state = 'asked'",
            &params![county, unit],
            |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?)),
        )?;
        count += here;
        if here > 0 && (due.is_empty() || first < due) {
            due = first;
        }
    }
    for unit in own_units(desk.actor(), Action::AskRequest) {
        late += desk.tx.one(
            "select cast(count(*) as bigint) from request
             where county = $1 and asked_unit = $2 and state = 'asked' and due_at < $3",
            &params![county, unit, desk.now.stamp()],
            |row| row.get::<i64>(0),
        )?;
    }
    Ok((count, due, late))
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestFile {
    /// What the list says of it.
    pub line: RequestLine,
    /// The plan's words for what is asked, and its clause.
    pub text: String,
    /// Clause and law.
    pub basis: String,
    /// What was written with it; empty where the reader does not see the family.
    pub words: String,
    /// What was written with the answer, or why it ended; empty where the reader may not know.
    pub answer_words: String,
    /// Who asked.
    pub asked_by: String,
    /// Who ended it.
    pub ended_by: String,
    /// What the reader may answer: code, label, what must be written with it.
    pub answers: Vec<(String, String, String)>,
    /// Whether the reader may take it back.
    pub may_withdraw: bool,
    /// Whether nobody but the two units knows of it.
    pub is_confidential: bool,
    /// The case of the child, for whoever may read it.
    pub case: Option<String>,
    /// What was handed in with the answer; none where the reader may not know the answer.
    pub files: Vec<AnswerFile>,
    /// What led to it and what it led to, as far as the reader may know: id, label.
    pub chain: Vec<(String, String)>,
}

/// Reads a request. That it was looked at is on the record: beside the child, or where it is confidential with itself alone.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn request(desk: &mut Desk<'_, '_>, id: &str) -> Result<RequestFile, Refused> {
    let missing = || Refused::denied(Action::ReadRequests, "request", id);
    desk.require(Action::ReadRequests, &Subject::Nothing, ("request", id))?;
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select {COLUMNS}, coalesce(by_asker.name, ''), coalesce(by_end.name, ''), r.words_sealed, r.answer_sealed,
                r.confidential, r.asked_unit, r.case_id, coalesce(r.follows, '')
         from {FROM}
         left join account by_asker on by_asker.county = r.county and by_asker.id = r.asked_by
         left join account by_end on by_end.county = r.county and by_end.id = r.ended_by
         where r.county = $1 and r.id = $2 and {within}"
    );
    struct More {
        asked_by: String,
        ended_by: String,
        words: Option<Vec<u8>>,
        answer: Option<Vec<u8>>,
        confidential: bool,
        asker: String,
        case: Option<String>,
        follows: String,
    }
    let one = desk.tx.optional(&sql, &values, |row| {
        let more = More {
            asked_by: row.get(14)?,
            ended_by: row.get(15)?,
            words: row.get(16)?,
            answer: row.get(17)?,
            confidential: row.get(18)?,
            asker: row.get(19)?,
            case: row.get(20)?,
            follows: row.get(21)?,
        };
        Ok((found(row)?, more))
    })?;
    let (one, more) = one.ok_or_else(missing)?;
    let child = one.line.child.clone();
    let ties = ties_of(desk, &child)?;
    let grant = may(desk.actor(), Action::ReadRequests, &Subject::Child(&ties)).ok();
    let sees = grant.as_ref().and_then(Sees::granted);
    let ours = own_units(desk.actor(), Action::AnswerRequest).contains(&one.unit.as_str());
    let rule = desk.plan.requests().iter().find(|rule| rule.code == one.kind);
    let tells = |field: Field| sees.as_ref().is_some_and(|sees| sees.shows(field));
    let family = ours || tells(Field::Guardians);
    let answer_is_told = ours || rule.and_then(|rule| rule.field).is_none_or(tells);
    let open = one.line.state == State::Asked;
    let words =
        if family { desk.open("request", "words", id, more.words.as_deref())? } else { String::new() };
    let answer_words = match family && answer_is_told {
        true => desk.open("request", "answer", id, more.answer.as_deref())?,
        false => String::new(),
    };
    let answers = rule.filter(|_| ours && open).map_or_else(Vec::new, |rule| {
        let answers = rule.answers.iter();
        answers.map(|one| (one.code.clone(), one.label.clone(), one.words.clone())).collect()
    });
    let case = match may(desk.actor(), Action::ReadCase, &Subject::Child(&ties)) {
        Ok(_) => more.case,
        Err(_) => None,
    };
    let files = if family && answer_is_told { files::of(desk, id)? } else { Vec::new() };
    let chain = chain(desk, id, &more.follows)?;
    let file = RequestFile {
        text: rule.map_or(String::new(), |rule| rule.basis.text.clone()),
        basis: rule.map_or(String::new(), |rule| rule.basis.cited()),
        words,
        answer_words,
        asked_by: more.asked_by,
        ended_by: more.ended_by,
        answers,
        may_withdraw: open && own_units(desk.actor(), Action::AskRequest).contains(&more.asker.as_str()),
        is_confidential: more.confidential,
        case,
        files,
        chain,
        line: shown(desk, one, tells),
    };
    let subject = if file.is_confidential { ("request", id) } else { ("child", child.as_str()) };
    desk.record(Action::ReadRequests, grant.and_then(|grant| grant.post), subject, "", "协助请求")?;
    Ok(file)
}

/// What led to a request and what it led to, as far as the reader may know.
fn chain(desk: &mut Desk<'_, '_>, id: &str, follows: &str) -> Result<Vec<(String, String)>, Refused> {
    let county = desk.county();
    let mut values = vec![Value::from(county), Value::from(id.to_owned()), Value::from(follows.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select r.id, r.kind from request r where r.county = $1 and (r.follows = $2 or r.id = $3) and {within}
         order by r.asked_at, r.id limit 20"
    );
    let rows = desk.tx.query(&sql, &values, |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)))?;
    let label = |kind: &str| {
        let rule = desk.plan.requests().iter().find(|rule| rule.code == kind);
        rule.map_or(kind.to_owned(), |rule| format!("{}：{}", rule.to.label(), rule.label))
    };
    Ok(rows.into_iter().map(|(id, kind)| (id, label(&kind))).collect())
}

/// The requests for a child as its pages show them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForChild {
    /// Those that the reader may know of, the latest first; none for whoever reads none.
    pub lines: Vec<RequestLine>,
    /// Whether the reader may ask for something.
    pub may_ask: bool,
}

/// The requests for a child.
///
/// # Errors
/// [`Refused::Storage`].
pub fn of_child(desk: &mut Desk<'_, '_>, child: &str) -> Result<ForChild, Refused> {
    let ties = ties_of(desk, child)?;
    let may_ask = may(desk.actor(), Action::AskRequest, &Subject::Child(&ties)).is_ok();
    let Ok(grant) = may(desk.actor(), Action::ReadRequests, &Subject::Child(&ties)) else {
        return Ok(ForChild { lines: Vec::new(), may_ask });
    };
    let sees = Sees::granted(&grant);
    let mut values = vec![Value::from(desk.county()), Value::from(child.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where r.county = $1 and r.child = $2 and {within}
         order by r.asked_at desc, r.id desc limit 50"
    );
    let lines = desk.tx.query(&sql, &values, found)?;
    let tells = |field: Field| sees.as_ref().is_some_and(|sees| sees.shows(field));
    let lines = lines.into_iter().map(|one| shown(desk, one, tells)).collect();
    Ok(ForChild { lines, may_ask })
}
