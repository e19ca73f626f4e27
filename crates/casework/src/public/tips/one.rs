//! One tip with what was written, what was done, who has it, others like it, and children whom it may be about. Who wrote it is not here.

use rules::access::{Action, Role, Subject};
use rules::publish::hide;
use rules::tip_off::{About, Errand, Found, Kind, State, Why, near};

use super::super::{all_units, own_units};
use super::list::what_of;
use super::store::within;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Others that are compared with it.
const COMPARED: usize = 300;

/// A unit that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    /// Its name.
    pub unit: String,
    /// Whether it sorts and answers.
    pub leads: bool,
    /// Until when it reports.
    pub due: String,
    /// When it did.
    pub reported_at: Option<String>,
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    pub what: String,
    /// In words.
    pub words: String,
}

/// A child whom it may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Born when.
    pub birth: String,
    /// Where: village and school.
    pub place: String,
    /// The case it has open.
    pub case: Option<String>,
}

/// One tip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Id.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Whom it is about.
    pub about: About,
    /// Name of the unit that it is about; empty where it is none.
    pub against: String,
    /// Township, school and place.
    pub place: String,
    /// The child, as it was written.
    pub child_said: String,
    /// What was written.
    pub text: String,
    /// Numbers of its photographs.
    pub photos: Vec<i64>,
    /// When.
    pub at: String,
    /// How far it has come.
    pub state: State,
    /// Until when something is due.
    pub due: String,
    /// Whether it is kept apart.
    pub apart: bool,
    /// Why it ended, in words.
    pub why: String,
    /// What its writer was answered.
    pub answer: String,
    /// The one that it was joined to.
    pub main: Option<String>,
    /// Name and id of the child, once it is known and for whoever may list it.
    pub child: Option<(String, String)>,
    /// The case, for whoever may read it.
    pub case: Option<String>,
    /// Who has it.
    pub units: Vec<Handed>,
    /// What was done.
    pub events: Vec<Event>,
    /// Others that say nearly the same: id, how it begins, when, how far.
    pub alike: Vec<(String, String, String, State)>,
    /// How many with this very text wait beside it.
    pub same: i64,
    /// Children whom it may be about.
    pub candidates: Vec<Candidate>,
    /// Units to which it can be handed: id, name.
    pub to: Vec<(String, String)>,
    /// Whether the reader sorts and answers it.
    pub may_sort: bool,
    /// Whether the reader's unit was handed it and has not reported.
    pub may_report: bool,
    /// Whether its writer left a name or a telephone and the reader may ask to see it.
    pub may_see_reporter: bool,
    /// Whether its writer left neither.
    pub is_nameless: bool,
}

/// The row as an act needs it.
pub(super) struct Kept {
    pub(super) kind: Kind,
    pub(super) state: State,
    pub(super) against: Option<String>,
    pub(super) same: String,
    pub(super) apart: bool,
    pub(super) child: Option<String>,
    pub(super) case: Option<String>,
    pub(super) sealed: Option<Vec<u8>>,
    /// Whether the actor's unit sorts it.
    pub(super) leads: bool,
    /// The actor's units that were handed it and have not reported.
    pub(super) handed: Vec<String>,
}

/// The tip, where the reader may know of it.
pub(super) fn kept(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<Kept, Refused> {
    let missing = || Refused::denied(action, "tip_off", id);
    desk.require(Action::ReadTips, &Subject::Nothing, ("tip_off", id)).map_err(|_| missing())?;
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select t.kind, t.state, t.against, t.same, t.apart, t.child, t.case_id, t.what_sealed
         from tip_off t where t.county = $1 and t.id = $2 and {within}"
    );
    let found = desk.tx.optional(&sql, &values, |row| {
        Ok(Kept {
            kind: Kind::from_code(&row.get::<String>(0)?).unwrap_or(Kind::OtherTip),
            state: State::from_code(&row.get::<String>(1)?).unwrap_or(State::Held),
            against: row.get(2)?,
            same: row.get(3)?,
            apart: row.get(4)?,
            child: row.get(5)?,
            case: row.get(6)?,
            sealed: row.get(7)?,
            leads: false,
            handed: Vec::new(),
        })
    })?;
    let mut kept = found.ok_or_else(missing)?;
    let units = desk.tx.query(
        "select unit, leads, reported_at from tip_off_unit where county = $1 and tip_off = $2 order by unit",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?, row.get::<Option<String>>(2)?)),
    )?;
    let (sorts, answers) =
        (own_units(desk.actor(), Action::SortTips), own_units(desk.actor(), Action::AnswerTip));
    kept.leads = units.iter().any(|(unit, leads, _)| *leads && sorts.contains(&unit.as_str()));
    kept.handed = units
        .into_iter()
        .filter(|(unit, leads, reported)| !leads && reported.is_none() && answers.contains(&unit.as_str()))
        .map(|(unit, ..)| unit)
        .collect();
    Ok(kept)
}

/// Reads a tip; `named` looks for children of that name beside the one that was written. That it was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn tip(desk: &mut Desk<'_, '_>, id: &str, named: &str) -> Result<Tip, Refused> {
    let kept = kept(desk, id, Action::ReadTips)?;
    let what = what_of(desk, id, kept.sealed.as_deref())?;
    let (about, place, school, against, at, due) = desk.tx.one(
        "select t.about, coalesce(township.name, ''), coalesce(school.name, ''), coalesce(against.name, ''), t.at, t.due_at
         from tip_off t
         left join unit township on township.county = t.county and township.id = t.township
         left join unit school on school.county = t.county and school.id = t.school
         left join unit against on against.county = t.county and against.id = t.against
         where t.county = $1 and t.id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?, text(4)?, text(5)?))
        },
    )?;
    let (why, main, answer, shape) = desk.tx.one(
        "select why, main, answer_sealed, shape from tip_off where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok((
                row.get::<String>(0)?,
                row.get::<Option<String>>(1)?,
                row.get::<Option<Vec<u8>>>(2)?,
                row.get::<i64>(3)?,
            ))
        },
    )?;
    let left = desk.tx.optional(
        "select 1 from tip_off_reporter where county = $1 and tip_off = $2",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )?;
    let (may_sort, open) = (kept.leads, !matches!(kept.state, State::Closed | State::Refused | State::Same));
    let sees = !own_units(desk.actor(), Action::SeeReporter).is_empty();
    let tip = Tip {
        photos: super::photo::numbers(desk, id)?,
        id: id.to_owned(),
        kind: kept.kind,
        about: About::from_code(&about).unwrap_or(About::Unsaid),
        against,
        place: [place.as_str(), &school, &what.place].join(" ").trim().to_owned(),
        why: Why::from_code(&why)
            .map(Why::label)
            .or_else(|| Found::from_code(&why).map(Found::label))
            .unwrap_or_default()
            .to_owned(),
        answer: desk.open("tip_off", "answer", id, answer.as_deref())?,
        main,
        child: match &kept.child {
            Some(child) => child_of(desk, child)?,
            None => None,
        },
        case: kept.case.clone().filter(|_| may_sort),
        units: units(desk, id)?,
        events: events(desk, id)?,
        alike: if may_sort && open { alike(desk, id, shape)? } else { Vec::new() },
        same: if may_sort { same(desk, id, &kept.same)? } else { 0 },
        candidates: if may_sort && open && kept.child.is_none() {
            let named = if named.trim().is_empty() { what.child.as_str() } else { named.trim() };
            candidates(desk, named)?
        } else {
            Vec::new()
        },
        to: if may_sort && open && !kept.apart { to(desk, id, kept.against.as_deref())? } else { Vec::new() },
        may_sort,
        may_report: open && !kept.handed.is_empty(),
        may_see_reporter: left.is_some() && sees && may_sort,
        is_nameless: left.is_none(),
        child_said: what.child,
        text: what.text,
        at,
        due,
        state: kept.state,
        apart: kept.apart,
    };
    let post = desk.actor().posts.first();
    desk.record(Action::ReadTips, post, ("tip_off", id), "", kept.kind.errand().label())?;
    Ok(tip)
}

/// The child's name, for whoever may list it.
fn child_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<(String, String)>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(child.to_owned())];
    let reached = Scope::of(desk.actor(), Action::ListChildren, desk.now).predicate("tie", &mut values);
    let sql = format!(
        "select child.name, child.id from child where child.county = $1 and child.id = $2
            and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})"
    );
    Ok(desk.tx.optional(&sql, &values, |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn units(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Handed>, Refused> {
    Ok(desk.tx.query(
        "select coalesce(unit.name, ''), u.leads, u.due_at, u.reported_at from tip_off_unit u
         left join unit on unit.county = u.county and unit.id = u.unit
         where u.county = $1 and u.tip_off = $2 order by u.leads desc, u.at, u.unit",
        &params![desk.county(), id],
        |row| {
            Ok(Handed { unit: row.get(0)?, leads: row.get(1)?, due: row.get(2)?, reported_at: row.get(3)? })
        },
    )?)
}

fn events(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Event>, Refused> {
    let rows = desk.tx.query(
        "select e.at, coalesce(account.name, ''), e.kind, coalesce(unit.name, ''), e.code, e.words_sealed, e.seq
         from tip_off_event e
         left join account on account.county = e.county and account.id = e.by_account
         left join unit on unit.county = e.county and unit.id = e.unit
         where e.county = $1 and e.tip_off = $2 order by e.seq",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(((text(0)?, text(1)?, text(2)?, text(3)?, text(4)?), row.get::<Option<Vec<u8>>>(5)?, row.get::<i64>(6)?))
        },
    )?;
    let mut events = Vec::with_capacity(rows.len());
    for ((at, by, kind, unit, code), sealed, seq) in rows {
        let what = match kind.as_str() {
            "take" => "受理".to_owned(),
            "refuse" => format!("不受理：{}", Why::from_code(&code).map_or("", Why::label)),
            "join" => "并入同一件".to_owned(),
            "hand" => format!("交{unit}核实"),
            "apart" => "转为保护线索，只有指定的人能看".to_owned(),
            "report" => format!("{unit}报回"),
            "case" => "认定是哪个孩子，转入个案".to_owned(),
            "close" => format!("办结答复：{}", Found::from_code(&code).map_or("", Found::label)),
            "reopen" => "重新受理".to_owned(),
            "reporter" => {
                format!(
                    "看了举报人：{}",
                    rules::tip_off::ReporterWhy::from_code(&code).map_or("", |why| why.label())
                )
            }
            _ => kind,
        };
        let words = desk.open("tip_off_event", "words", &format!("{id}/{seq}"), sealed.as_deref())?;
        events.push(Event { at, by, what, words });
    }
    Ok(events)
}

/// Others, of the last ones that the reader may know of, whose text is near.
fn alike(
    desk: &mut Desk<'_, '_>,
    id: &str,
    shape: i64,
) -> Result<Vec<(String, String, String, State)>, Refused> {
    let mut values = vec![Value::from(desk.county()), Value::from(id.to_owned())];
    let within = within(desk, &mut values);
    let sql = format!(
        "select t.id, t.at, t.state, t.shape, t.what_sealed from tip_off t
         where t.county = $1 and t.id <> $2 and {within} and t.state <> 'same'
         order by t.id desc limit {COMPARED}"
    );
    let rows = desk.tx.query(&sql, &values, |row| {
        Ok((
            row.get::<String>(0)?,
            row.get::<String>(1)?,
            row.get::<String>(2)?,
            row.get::<i64>(3)?,
            row.get::<Option<Vec<u8>>>(4)?,
        ))
    })?;
    let bits = |shape: i64| u64::from_be_bytes(shape.to_be_bytes());
    let mut found = Vec::new();
    for (other, at, state, own, sealed) in rows {
        if near(bits(shape), bits(own)) && found.len() < 5 {
            let what = what_of(desk, &other, sealed.as_deref())?;
            let glance: String = hide(&what.text, &[&what.child]).chars().take(40).collect();
            found.push((other, glance, at, State::from_code(&state).unwrap_or(State::Held)));
        }
    }
    Ok(found)
}

fn same(desk: &mut Desk<'_, '_>, id: &str, same: &str) -> Result<i64, Refused> {
    Ok(desk.tx.one(
        "select cast(count(*) as bigint) from tip_off
         where county = $1 and same = $2 and id <> $3 and state in ('held', 'received')",
        &params![desk.county(), same, id],
        |row| row.get(0),
    )?)
}

/// Children of that name for whom the reader may open a case.
fn candidates(desk: &mut Desk<'_, '_>, named: &str) -> Result<Vec<Candidate>, Refused> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![Value::from(desk.county()), Value::from(named.to_owned())];
    let reached = Scope::of(desk.actor(), Action::OpenCase, desk.now).predicate("tie", &mut values);
    let sql = format!(
        "select child.id, child.name, child.birth, coalesce(village.name, ''), coalesce(school.name, ''),
                (select c.id from child_case c where c.county = child.county and c.child = child.id and c.ended_at is null)
         from child
         left join unit village on village.county = child.county and village.id = child.village
         left join unit school on school.county = child.county and school.id = child.school
         where child.county = $1 and child.name = $2 and child.merged_into is null
           and exists (select 1 from child_tie tie where tie.county = child.county and tie.child = child.id and {reached})
         order by child.birth, child.id limit 20"
    );
    Ok(desk.tx.query(&sql, &values, |row| {
        let (village, school): (String, String) = (row.get(3)?, row.get(4)?);
        Ok(Candidate {
            id: row.get(0)?,
            name: row.get(1)?,
            birth: row.get(2)?,
            place: format!("{village} {school}").trim().to_owned(),
            case: row.get(5)?,
        })
    })?)
}

/// Units to which it can be handed: townships, schools and departments that act here, but not those that it is about or that have it.
fn to(desk: &mut Desk<'_, '_>, id: &str, against: Option<&str>) -> Result<Vec<(String, String)>, Refused> {
    let mut all = Vec::new();
    for role in Role::ALL.iter().filter(|role| receives(**role)) {
        all.extend(desk.tx.query(
            "select distinct unit.id, unit.name, unit.sort from post p
             join unit on unit.county = p.county and unit.id = p.unit
             where p.county = $1 and p.role = $2 and p.closed_at is null and unit.until_day is null
               and not exists (select 1 from tip_off_unit u where u.county = p.county and u.tip_off = $3 and u.unit = p.unit)
             order by unit.sort, unit.id limit 300",
            &params![desk.county(), role.code(), id],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?);
    }
    let mine = all_units(desk.actor());
    all.retain(|(unit, _)| Some(unit.as_str()) != against && !mine.contains(&unit.as_str()));
    all.dedup();
    Ok(all)
}

/// Whether something can be handed to a unit by this role.
pub(super) fn receives(role: Role) -> bool {
    matches!(role, Role::Township | Role::Head) || (role.is_department() && role != Role::Planning)
}

impl Tip {
    /// What it is: 举报 or 求助.
    #[must_use]
    pub const fn errand(&self) -> Errand {
        self.kind.errand()
    }
}
