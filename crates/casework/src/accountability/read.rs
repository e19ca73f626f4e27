//! Files as their readers may have them: the office and the task force all, whoever leads a unit its own.

use rules::access::{Action, Role, Subject, may};
use rules::accountability::{Act, Hand, Measure, Origin, Stand, moved};

use crate::db::{DbError, Row, Value};
use crate::desk::Desk;
use crate::papers::Filed;
use crate::papers::oversight::{Oversight, files as made_of};
use crate::params;
use crate::refused::Refused;

/// A file in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// Id.
    pub id: String,
    /// Its number.
    pub word: String,
    /// Name of the unit.
    pub unit: String,
    /// Why it was opened.
    pub origin: Origin,
    /// Where it stands.
    pub stand: Stand,
    /// What was decided; `None` before.
    pub measure: Option<Measure>,
    /// By when the next is due: a day; empty where nothing is.
    pub due: String,
    /// When it was opened.
    pub at: String,
}

/// What was said in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// What was done.
    pub act: Act,
    /// In which words.
    pub words: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneFile {
    /// What the list says of it.
    pub line: FileLine,
    /// Id of the unit.
    pub unit_id: String,
    /// The post that answers for it; empty for the unit alone.
    pub post: String,
    /// What was on record when it was opened.
    pub facts: String,
    /// On which article.
    pub article: String,
    /// Until when the unit may speak.
    pub statement_due: String,
    /// Who decided; empty before.
    pub organ: String,
    /// Until when it is put right; empty where nothing is.
    pub mend_day: String,
    /// Everything that was said, in order.
    pub said: Vec<Spoken>,
    /// Files that were made of its notice.
    pub files: Vec<Filed>,
    /// What the reader may do now.
    pub may: Vec<Act>,
    /// Account of who opened it.
    pub(super) opened_by: String,
}

const COLUMNS: &str =
    "a.id, a.word, coalesce(unit.name, ''), a.origin, a.state, coalesce(a.measure, ''), a.statement_due,
     coalesce(a.mend_day, ''), a.opened_at, a.unit, a.post, a.facts, a.article, a.organ, a.opened_by";
const FROM: &str = "accountability a left join unit on unit.county = a.county and unit.id = a.unit";

fn read(row: &Row<'_>) -> Result<OneFile, DbError> {
    let text = |at| row.get::<String>(at);
    let stand = Stand::from_code(&text(4)?).unwrap_or(Stand::Closed);
    let (statement_due, mend_day) = (text(6)?, text(7)?);
    let due = match stand {
        Stand::Opened => statement_due.get(..10).unwrap_or_default().to_owned(),
        Stand::Decided => mend_day.clone(),
        Stand::Heard | Stand::Reported | Stand::Closed => String::new(),
    };
    let line = FileLine {
        id: text(0)?,
        word: text(1)?,
        unit: text(2)?,
        origin: Origin::from_code(&text(3)?).unwrap_or(Origin::Bulletins),
        stand,
        measure: Measure::from_code(&text(5)?),
        due,
        at: text(8)?,
    };
    Ok(OneFile {
        line,
        unit_id: text(9)?,
        post: text(10)?,
        facts: text(11)?,
        article: text(12)?,
        statement_due,
        organ: text(13)?,
        mend_day,
        said: Vec::new(),
        files: Vec::new(),
        may: Vec::new(),
        opened_by: text(14)?,
    })
}

/// The files that the reader may see, open ones first, the latest before the others.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn files(desk: &mut Desk<'_, '_>) -> Result<Vec<FileLine>, Refused> {
    desk.require(Action::ReadAccountability, &Subject::Nothing, ("accountability", ""))?;
    let mut values = vec![Value::from(desk.county())];
    let within = crate::units::within(desk.actor(), Action::ReadAccountability, "a.unit", &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where a.county = $1 and {within}
         order by case when a.closed_at is null then 0 else 1 end, a.opened_at desc, a.id desc limit 200"
    );
    Ok(desk.tx.query(&sql, &values, |row| read(row).map(|one| one.line))?)
}

/// A file, for whoever may do this to it.
pub(super) fn found(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<OneFile, Refused> {
    let sql = format!("select {COLUMNS} from {FROM} where a.county = $1 and a.id = $2");
    let one = desk.tx.optional(&sql, &params![desk.county(), id], read)?;
    let one = one.ok_or_else(|| Refused::denied(action, "accountability", id))?;
    let path = [one.unit_id.clone()];
    desk.require(action, &Subject::Unit(&path), ("accountability", id))?;
    Ok(one)
}

/// Who stands before it.
pub(super) fn hand(desk: &Desk<'_, '_>, one: &OneFile) -> Hand {
    let actor = desk.actor();
    Hand {
        is_of_unit: actor.posts.iter().any(|post| post.unit == one.unit_id && post.role != Role::Inspector),
        is_opener: one.opened_by == actor.account,
        is_over: one.statement_due < desk.now.stamp(),
    }
}

/// By which right an act is done.
pub(super) const fn right(act: Act) -> Action {
    match act {
        Act::State | Act::Report => Action::StateAccountability,
        Act::Decide => Action::DecideAccountability,
        Act::Open | Act::Silent | Act::GiveBack | Act::Accept => Action::KeepAccountability,
    }
}

/// A file with what was said in it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn file(desk: &mut Desk<'_, '_>, id: &str) -> Result<OneFile, Refused> {
    let mut one = found(desk, id, Action::ReadAccountability)?;
    let path = [one.unit_id.clone()];
    let rows = desk.tx.query(
        "select s.seq, s.kind, s.words_sealed, coalesce(account.name, ''), s.at from accountability_act s
         left join account on account.county = s.county and account.id = s.by_account
         where s.county = $1 and s.file = $2 order by s.seq limit 200",
        &params![desk.county(), id],
        |row| {
            let kind: String = row.get(1)?;
            let said = Spoken {
                act: Act::from_code(&kind).unwrap_or(Act::Open),
                words: String::new(),
                by: row.get(3)?,
                at: row.get(4)?,
            };
            Ok((row.get::<i64>(0)?, row.get::<Option<Vec<u8>>>(2)?, said))
        },
    )?;
    for (seq, sealed, mut said) in rows {
        said.words = desk.open("accountability_act", "words", &format!("{id}/{seq}"), sealed.as_deref())?;
        one.said.push(said);
    }
    let now = hand(desk, &one);
    let measure = one.line.measure.or(Some(Measure::Mend));
    let acts = [Act::State, Act::Silent, Act::Decide, Act::Report, Act::GiveBack, Act::Accept];
    one.may = acts
        .into_iter()
        .filter(|act| {
            may(desk.actor(), right(*act), &Subject::Unit(&path)).is_ok()
                && moved(one.line.stand, *act, measure, now).is_ok()
        })
        .collect();
    one.files = made_of(desk, (Oversight::Notice, id))?;
    let post = desk.actor().posts.first();
    desk.record(Action::ReadAccountability, post, ("accountability", id), "", &one.line.word)?;
    Ok(one)
}

/// What waits for the reader: files to speak in or to put right, those to be decided, those to be looked at again.
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<Vec<FileLine>, Refused> {
    let mut all = Vec::new();
    let turns: [(Action, &[Act]); 3] = [
        (Action::StateAccountability, &[Act::State, Act::Report]),
        (Action::DecideAccountability, &[Act::Decide]),
        (Action::KeepAccountability, &[Act::Accept, Act::Silent]),
    ];
    for (action, acts) in turns {
        if may(desk.actor(), action, &Subject::Nothing).is_err() {
            continue;
        }
        let mut values = vec![Value::from(desk.county())];
        let within = crate::units::within(desk.actor(), action, "a.unit", &mut values);
        let sql = format!(
            "select {COLUMNS} from {FROM} where a.county = $1 and a.closed_at is null and {within} order by a.opened_at, a.id limit 50"
        );
        for one in desk.tx.query(&sql, &values, read)? {
            let now = hand(desk, &one);
            let is_due = acts.iter().any(|act| {
                // What is with the organ of discipline waits for nobody here.
                let waits = !(*act == Act::Accept && one.line.stand == Stand::Decided);
                waits && moved(one.line.stand, *act, one.line.measure.or(Some(Measure::Mend)), now).is_ok()
            });
            if is_due && !all.iter().any(|line: &FileLine| line.id == one.line.id) {
                all.push(one.line);
            }
        }
    }
    Ok(all)
}
