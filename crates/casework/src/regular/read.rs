//! One report as its reader may have it, with its versions, what happened to it, and for a school's report the children behind the numbers, each
//! by the reader's own scope; and the list of reports.

use rules::access::{Action, Field, Subject};
use rules::regular::{Act, Content, Kind, Recheck, Stand, Why};

use super::draft::{before, children, opened};
use super::handing::{Handing, handings, kept_children};
use super::write::{Words, digest, hand, row, word};
use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportLine {
    /// Id.
    pub id: String,
    /// Which.
    pub kind: Kind,
    /// Id of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Code of the period.
    pub period: String,
    /// Which version.
    pub version: i64,
    /// Where it stands.
    pub stand: Stand,
    /// Its number; empty while it is not frozen.
    pub number: String,
    /// By when it is due.
    pub due: String,
    /// When it was first handed in; empty while it was not.
    pub first_at: String,
    /// Whether it says nought.
    pub is_zero: bool,
}

/// A version of the same report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// Id.
    pub id: String,
    /// Which.
    pub version: i64,
    /// Where it stands.
    pub stand: Stand,
    /// Its number.
    pub number: String,
    /// Why there is one.
    pub why: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActLine {
    /// What.
    pub act: Act,
    /// With which words.
    pub words: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

/// A child behind a school's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Id of the file.
    pub child: String,
    /// Name.
    pub name: String,
    /// Why it is listed.
    pub why: Vec<Why>,
}

/// What changed since the last report of the same school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Id of the file.
    pub child: String,
    /// Name.
    pub name: String,
    /// Why it was listed then; empty: it was not.
    pub was: Vec<Why>,
    /// Why it is listed now; empty: it is not any more.
    pub is: Vec<Why>,
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// pdf, docx, xlsx.
    pub form: String,
    /// SHA-256.
    pub sha256: String,
    /// Who, and when.
    pub by: (String, String),
}

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// What the list says of it.
    pub line: ReportLine,
    /// Its period in words.
    pub period: String,
    /// Its numbers.
    pub content: Content,
    /// Its words.
    pub words: Words,
    /// Why it was sent back; empty where it was not.
    pub returned: String,
    /// Who wrote it, and who looked at it.
    pub by: (String, String),
    /// Its digest, in hexadecimal; empty while it is not frozen.
    pub digest: String,
    /// Whether it is as it was frozen; `None` while it is not.
    pub is_as_frozen: Option<bool>,
    /// Every version, the latest first.
    pub versions: Vec<Versioned>,
    /// What happened, the latest first.
    pub acts: Vec<ActLine>,
    /// Every handing in of this version, the first before the others.
    pub handings: Vec<Handing>,
    /// The children behind a school's numbers, as far as the reader reaches them.
    pub named: Vec<Named>,
    /// The last report before it: id, and whether there are changes to show.
    pub before: Option<String>,
    /// What changed since, child by child.
    pub changes: Vec<Changed>,
    /// Frozen snapshots of the last report and of this one, between which the figures' page shows what changed.
    pub snapshots: Option<(i64, i64)>,
    /// The recheck's result, its words, by whom.
    pub recheck: Option<(Recheck, String, String)>,
    /// Files that were made.
    pub files: Vec<FileLine>,
    /// Whether the reader writes it.
    pub may_write: bool,
    /// Whether the reader may review it now.
    pub may_review: bool,
    /// Whether the reader rechecks it.
    pub may_recheck: bool,
    /// Whether the reader is its author, who never reviews.
    pub is_author: bool,
    /// Whether it is the latest version.
    pub is_latest: bool,
}

const COLUMNS: &str = "r.id, r.kind, r.unit, coalesce(unit.name, ''), r.period, r.version, r.state, r.year, r.number, r.due_day,
    coalesce(r.first_at, ''), r.zero";

fn line(row: &Row<'_>) -> Result<ReportLine, DbError> {
    let text = |at| row.get::<String>(at);
    let kind = Kind::from_code(&text(1)?).unwrap_or(Kind::SchoolMonth);
    let number: (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    Ok(ReportLine {
        id: text(0)?,
        kind,
        unit: text(2)?,
        name: text(3)?,
        period: text(4)?,
        version: row.get(5)?,
        stand: Stand::from_code(&text(6)?).unwrap_or(Stand::Draft),
        number: number.0.zip(number.1).map_or_else(String::new, |(year, number)| word(kind, year, number)),
        due: text(9)?,
        first_at: text(10)?,
        is_zero: row.get(11)?,
    })
}

/// What a list shows at most.
const MOST: usize = 200;

/// Reports that the reader may read, the latest period first; of one kind where one is named. Within a period the units stand in the order of
/// their codes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn list(desk: &mut Desk<'_, '_>, kind: Option<Kind>) -> Result<Vec<ReportLine>, Refused> {
    desk.require(Action::ReadRegular, &Subject::Nothing, ("regular_report", ""))?;
    let mut values = vec![Value::from(desk.county()), Value::from(kind.map(Kind::code))];
    let within = crate::units::within(desk.actor(), Action::ReadRegular, "r.unit", &mut values);
    let sql = format!(
        "select {COLUMNS} from regular_report r left join unit on unit.county = r.county and unit.id = r.unit
         where r.county = $1 and (cast($2 as text) is null or r.kind = $2) and {within}
         order by r.due_day desc, r.kind, coalesce(unit.code, ''), unit.sort, r.unit, r.version desc limit {MOST}"
    );
    Ok(desk.tx.query(&sql, &values, line)?)
}

/// Names of these children in the order of their spelling, as far as the reader reaches them; of a merged file the one that is kept.
pub(super) fn reached(desk: &mut Desk<'_, '_>, all: &[(String, Why)]) -> Result<Vec<Named>, Refused> {
    let mut ids: Vec<&str> = all.iter().map(|(id, _)| id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let scope = Scope::of(desk.actor(), Action::ListChildren, desk.now).that_see(Field::Schooling);
    let mut found: Vec<(String, Named)> = Vec::new();
    for part in ids.chunks(100) {
        let mut values = vec![Value::from(desk.county())];
        let places: Vec<String> = part
            .iter()
            .map(|id| {
                values.push(Value::from(*id));
                format!("${}", values.len())
            })
            .collect();
        let within = scope.predicate("tie", &mut values);
        let sql = format!(
            "select child.id, coalesce(child.merged_into, child.id), child.name, child.spelling from child
             where child.county = $1 and child.id in ({})
               and exists (select 1 from child_tie tie where tie.county = child.county
                             and tie.child = coalesce(child.merged_into, child.id) and {within})
             order by child.spelling, child.id",
            places.join(", ")
        );
        let rows = desk.tx.query(&sql, &values, |row| {
            let text = |at| row.get::<String>(at);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        })?;
        for (id, child, name, spelling) in rows {
            let why = all.iter().filter(|(own, _)| *own == id).map(|(_, why)| *why).collect();
            found.push((spelling, Named { child, name, why }));
        }
    }
    found.sort_by(|a, b| (&a.0, &a.1.child).cmp(&(&b.0, &b.1.child)));
    Ok(found.into_iter().map(|(_, named)| named).collect())
}

/// The children behind a school's report: as they were when it was handed in, before that as they are.
pub(super) fn named(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Named>, Refused> {
    let row = row(desk, id, Action::ReadRegular)?;
    if row.kind != Kind::SchoolMonth {
        return Ok(Vec::new());
    }
    let all = match row.stand {
        Stand::Draft | Stand::Returned => children(desk, &row.unit, &row.period)?,
        Stand::Submitted | Stand::Frozen => kept_children(desk, id, None)?,
    };
    reached(desk, &all)
}

pub(super) fn changed(was: &[Named], is: &[Named]) -> Vec<Changed> {
    let mut all = Vec::new();
    for now in is {
        let then =
            was.iter().find(|one| one.child == now.child).map(|one| one.why.clone()).unwrap_or_default();
        if then != now.why {
            all.push(Changed {
                child: now.child.clone(),
                name: now.name.clone(),
                was: then,
                is: now.why.clone(),
            });
        }
    }
    for then in was.iter().filter(|then| !is.iter().any(|now| now.child == then.child)) {
        all.push(Changed {
            child: then.child.clone(),
            name: then.name.clone(),
            was: then.why.clone(),
            is: Vec::new(),
        });
    }
    all
}

/// One report.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn report(desk: &mut Desk<'_, '_>, id: &str) -> Result<ReportFile, Refused> {
    let row = row(desk, id, Action::ReadRegular)?;
    let path = [row.unit.clone()];
    let grant = desk.require(Action::ReadRegular, &Subject::Unit(&path), ("regular_report", id))?;
    let county = desk.county();
    let sql = format!(
        "select {COLUMNS}, coalesce(author.name, ''), coalesce(reviewer.name, ''), r.returned_why, coalesce(r.digest, ''),
                coalesce(r.code, '')
         from regular_report r
         left join unit on unit.county = r.county and unit.id = r.unit
         left join account author on author.county = r.county and author.id = coalesce(r.sent_by, r.made_by)
         left join account reviewer on reviewer.county = r.county and reviewer.id = r.reviewed_by
         where r.county = $1 and r.id = $2"
    );
    let (line, by, returned, kept_digest, code, numbers) =
        desk.tx.one(&sql, &params![county, id], |row| {
            let text = |at| row.get::<String>(at);
            let numbers = row.get::<Option<i64>>(7)?.zip(row.get::<Option<i64>>(8)?);
            Ok((self::line(row)?, (text(12)?, text(13)?), text(14)?, text(15)?, text(16)?, numbers))
        })?;
    let is_as_frozen = numbers.map(|numbers| {
        let now = digest(&row, numbers);
        now == kept_digest && desk.index("regular_report", &format!("{id} {now}")) == code
    });
    let versions = versions(desk, &row)?;
    let acts = acts(desk, id)?;
    let handings = handings(desk, id, &row)?;
    let named = named(desk, id)?;
    let last = before(desk, row.kind, &row.unit, &row.period.code)?;
    let changes = match &last {
        Some((last, ..)) if row.kind == Kind::SchoolMonth => {
            let then = kept_children(desk, last, None)?;
            changed(&reached(desk, &then)?, &named)
        }
        _ => Vec::new(),
    };
    let snapshots =
        last.as_ref().and_then(|(_, _, snapshot)| snapshot.zip(row.snapshot)).filter(|(a, b)| a != b);
    let may_write = super::writes(desk, row.kind, &row.unit).is_ok();
    let hand = hand(desk, id, &row.unit)?;
    let reviews = desk.require(Action::ReviewRegular, &Subject::Nothing, ("regular_report", id)).is_ok();
    let rechecks = desk.require(Action::RecheckRegular, &Subject::Nothing, ("regular_report", id)).is_ok();
    let file = ReportFile {
        may_review: reviews && rules::regular::moved(row.kind, row.stand, Act::Accept, hand).is_ok(),
        may_recheck: rechecks && row.kind == Kind::SchoolMonth && row.stand == Stand::Frozen,
        is_author: hand.is_author,
        is_latest: versions.first().is_none_or(|one| one.id == id),
        recheck: recheck(desk, id)?,
        files: files(desk, id)?,
        content: opened(&row.content)?,
        period: row.period.label,
        words: row.words,
        digest: kept_digest,
        before: last.map(|(last, ..)| last),
        line,
        by,
        returned,
        is_as_frozen,
        versions,
        acts,
        handings,
        named,
        changes,
        snapshots,
        may_write,
    };
    desk.record(Action::ReadRegular, grant.post, ("regular_report", id), "", "看报告")?;
    Ok(file)
}

fn versions(desk: &mut Desk<'_, '_>, row: &super::write::Row) -> Result<Vec<Versioned>, Refused> {
    let kind = row.kind;
    Ok(desk.tx.query(
        "select id, version, state, year, number, why from regular_report
         where county = $1 and kind = $2 and unit = $3 and period = $4 order by version desc",
        &params![desk.county(), kind.code(), &row.unit, &row.period.code],
        |row| {
            let state: String = row.get(2)?;
            let number = row.get::<Option<i64>>(3)?.zip(row.get::<Option<i64>>(4)?);
            Ok(Versioned {
                id: row.get(0)?,
                version: row.get(1)?,
                stand: Stand::from_code(&state).unwrap_or(Stand::Draft),
                number: number.map_or_else(String::new, |(year, number)| word(kind, year, number)),
                why: row.get(5)?,
            })
        },
    )?)
}

fn acts(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<ActLine>, Refused> {
    Ok(desk.tx.query(
        "select a.act, a.words, coalesce(account.name, ''), a.at from regular_act a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.report = $2 order by a.seq desc limit 100",
        &params![desk.county(), id],
        |row| {
            let act: String = row.get(0)?;
            Ok(ActLine {
                act: Act::from_code(&act).unwrap_or(Act::Write),
                words: row.get(1)?,
                by: row.get(2)?,
                at: row.get(3)?,
            })
        },
    )?)
}

fn recheck(desk: &mut Desk<'_, '_>, id: &str) -> Result<Option<(Recheck, String, String)>, Refused> {
    let found = desk.tx.optional(
        "select k.result, k.words, coalesce(account.name, '') from regular_recheck k
         left join account on account.county = k.county and account.id = k.by_account
         where k.county = $1 and k.report = $2 order by k.seq desc limit 1",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    Ok(found.and_then(|(result, words, by)| Some((Recheck::from_code(&result)?, words, by))))
}

fn files(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<FileLine>, Refused> {
    Ok(desk.tx.query(
        "select f.form, f.sha256, coalesce(account.name, ''), f.at from regular_file f
         left join account on account.county = f.county and account.id = f.by_account
         where f.county = $1 and f.report = $2 order by f.at desc, f.form limit 20",
        &params![desk.county(), id],
        |row| Ok(FileLine { form: row.get(0)?, sha256: row.get(1)?, by: (row.get(2)?, row.get(3)?) }),
    )?)
}
