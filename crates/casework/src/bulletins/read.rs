//! What is read of bulletins: drafts by those who issue, what is to be said of one's unit by the unit, what was issued by whoever works on either line,
//! and by everybody where that was approved. Nobody reads before the issue what is to be said of another.

use rules::access::{Action, Actor, Reach, Subject, may};
use rules::bulletin::{Act, Issuer, Kind, PointStand, Source, Stand, answered, moved};

use super::head::{Head, Row, facts, hand, head, organ, points, stands};
use super::paper::answer;
use crate::db::{Tx, Value};
use crate::desk::Desk;
use crate::papers::Filed;
use crate::papers::oversight::{Oversight, files};
use crate::params;
use crate::refused::Refused;

/// A bulletin in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulletinLine {
    /// Id.
    pub id: String,
    /// Which.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// Name of the unit that issues.
    pub issuer: String,
    /// Where it stands.
    pub stand: Stand,
    /// 发文字号; empty until it is issued.
    pub word: String,
    /// When it was drafted, or issued.
    pub at: String,
    /// Until when the units may answer; empty before they are asked.
    pub due: String,
    /// Units that it names, those of points that stand.
    pub units: i64,
    /// Points without an answer.
    pub open: i64,
}

/// A point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointFile {
    /// Its number.
    pub seq: i64,
    /// Name of the unit.
    pub unit: String,
    /// What is said.
    pub words: String,
    /// On what it rests: kind and facts.
    pub facts: Vec<(String, String)>,
    /// Where it stands.
    pub stand: PointStand,
    /// What the unit said, to the letter.
    pub reply: String,
    /// Who said it, and when; empty while nobody has.
    pub by: String,
    /// Why it is not said any more; empty where it is.
    pub why: String,
    /// Whether the reader may answer it.
    pub may_reply: bool,
}

/// A bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulletinFile {
    /// What the list says of it.
    pub line: BulletinLine,
    /// Why now.
    pub opening: String,
    /// What is asked.
    pub ask: String,
    /// The one that it corrects or withdraws: id and number.
    pub amends: Option<(String, String)>,
    /// Issued ones that correct or withdraw it: id, which, number.
    pub amended: Vec<(String, Kind, String)>,
    /// Whether it is told to everybody.
    pub public: bool,
    /// Its points, as far as they are the reader's.
    pub points: Vec<PointFile>,
    /// What happened: what, words, who, when.
    pub acts: Vec<(String, String, String, String)>,
    /// Files that were made of it.
    pub files: Vec<Filed>,
    /// Whether the reader drafts it.
    pub is_own: bool,
    /// What the reader may do with it now.
    pub may: Vec<Act>,
}

fn whole(actor: &Actor) -> bool {
    let county = |post: &rules::access::Post| {
        Action::ReadBulletins.policy(post.role, post.standing) == Some(Reach::County)
    };
    actor.posts.iter().any(county)
}

/// The predicate "the reader may see this bulletin" over `bulletin b`.
fn visible<'a>(actor: &'a Actor, params: &mut Vec<Value<'a>>) -> String {
    let drafts = crate::units::within(actor, Action::DraftBulletin, "b.issuer", params);
    let signs = crate::units::within(actor, Action::SignBulletin, "b.issuer", params);
    let named = crate::units::within(actor, Action::ReplyBulletin, "p.unit", params);
    let circulated = if whole(actor) { "1 = 1" } else { "b.by_kind <> 'township'" };
    format!(
        "({drafts} or {signs} or (b.state = 'issued' and {circulated})
          or (b.state in ('reply', 'approved', 'issued') and exists (select 1 from bulletin_point p
                where p.county = b.county and p.bulletin = b.id and {named})))"
    )
}

const LINE: &str =
    "b.id, b.kind, b.title, b.by_kind, b.issuer, b.state, b.word, coalesce(b.issued_at, b.made_at),
     coalesce(b.reply_due, ''),
     (select cast(count(distinct p.unit) as bigint) from bulletin_point p
       where p.county = b.county and p.bulletin = b.id and p.state <> 'withdrawn'),
     (select cast(count(*) as bigint) from bulletin_point p
       where p.county = b.county and p.bulletin = b.id and p.state = 'waiting')";

fn line(row: &crate::db::Row<'_>) -> Result<(BulletinLine, String, String), crate::db::DbError> {
    let text = |at| row.get::<String>(at);
    let line = BulletinLine {
        id: text(0)?,
        kind: Kind::from_code(&text(1)?).unwrap_or(Kind::Problem),
        title: text(2)?,
        issuer: String::new(),
        stand: Stand::from_code(&text(5)?).unwrap_or(Stand::Dropped),
        word: text(6)?,
        at: text(7)?,
        due: text(8)?,
        units: row.get(9)?,
        open: row.get(10)?,
    };
    Ok((line, text(3)?, text(4)?))
}

fn with_issuer(
    desk: &mut Desk<'_, '_>,
    (mut line, by, unit): (BulletinLine, String, String),
) -> Result<BulletinLine, Refused> {
    line.issuer = organ(desk, Issuer::from_code(&by).unwrap_or(Issuer::Office), &unit)?;
    Ok(line)
}

/// The bulletins that the reader may see, the latest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn bulletins(desk: &mut Desk<'_, '_>) -> Result<Vec<BulletinLine>, Refused> {
    desk.require(Action::ReadBulletins, &Subject::Nothing, ("bulletin", ""))?;
    listed(desk, "")
}

fn listed(desk: &mut Desk<'_, '_>, which: &str) -> Result<Vec<BulletinLine>, Refused> {
    let mut values = vec![Value::from(desk.county())];
    let visible = visible(desk.actor(), &mut values);
    let sql = format!(
        "select {LINE} from bulletin b where b.county = $1 and {visible} {which}
         order by coalesce(b.issued_at, b.made_at) desc, b.id desc limit 200"
    );
    let found = desk.tx.query(&sql, &values, line)?;
    found.into_iter().map(|one| with_issuer(desk, one)).collect()
}

/// What was issued and the reader may see, the latest first: for programs.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn issued(desk: &mut Desk<'_, '_>) -> Result<Vec<BulletinLine>, Refused> {
    desk.require(Action::ReadBulletins, &Subject::Nothing, ("bulletin", ""))?;
    listed(desk, "and b.state = 'issued'")
}

/// Only whoever may see it goes on.
pub(super) fn seen(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let mut values = vec![Value::from(desk.county())];
    let visible = visible(desk.actor(), &mut values);
    values.push(Value::from(id));
    let sql =
        format!("select b.id from bulletin b where b.county = $1 and {visible} and b.id = ${}", values.len());
    let found = desk.tx.optional(&sql, &values, |row| row.get::<String>(0))?;
    found.map(drop).ok_or_else(|| Refused::denied(Action::ReadBulletins, "bulletin", id))
}

/// A bulletin.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn bulletin(desk: &mut Desk<'_, '_>, id: &str) -> Result<BulletinFile, Refused> {
    let grant = desk.require(Action::ReadBulletins, &Subject::Nothing, ("bulletin", id))?;
    seen(desk, id)?;
    let head = head(desk, id, Action::ReadBulletins)?;
    let rows = points(desk, id)?;
    let right = |action, unit: &str| {
        let path = [unit.to_owned()];
        may(desk.actor(), action, &Subject::Unit(&path)).is_ok()
    };
    let is_own = right(Action::DraftBulletin, &head.issuer);
    let signs = right(Action::SignBulletin, &head.issuer);
    let every = is_own || signs || head.stand == Stand::Issued;
    let mine = |row: &Row| right(Action::ReplyBulletin, &row.unit);
    let shown: Vec<(bool, &Row)> = rows
        .iter()
        .map(|row| (mine(row), row))
        .filter(|(mine, row)| *mine || every && (is_own || signs || row.stand != PointStand::Withdrawn))
        .collect();
    let all = stands(&rows);
    let now = hand(desk, &head, &rows, &all);
    let acts = Act::ALL.iter().copied().filter(|act| {
        let has = match act {
            Act::Approve | Act::GiveBack => signs,
            Act::Send | Act::Issue | Act::Drop => is_own,
        };
        has && moved(head.stand, *act, now).is_ok()
    });
    let may: Vec<Act> = acts.collect();
    let sql = format!("select {LINE} from bulletin b where b.county = $1 and b.id = $2");
    let line = desk.tx.one(&sql, &params![desk.county(), id], line)?;
    let mut line = with_issuer(desk, line)?;
    if !every {
        // How many others are named is theirs.
        let own: Vec<&str> = shown.iter().map(|(_, row)| row.unit.as_str()).collect();
        let mut units = own.clone();
        units.dedup();
        line.units = i64::try_from(units.len()).unwrap_or_default();
        let open = shown.iter().filter(|(_, row)| row.stand == PointStand::Waiting).count();
        line.open = i64::try_from(open).unwrap_or_default();
    }
    let mut files_of = Vec::new();
    if is_own || signs {
        files_of = files(desk, (Oversight::Bulletin, id))?;
    }
    let acts = if is_own || signs { acted(desk, id)? } else { Vec::new() };
    let (amends, amended) = relations(desk, &head)?;
    let mut found = Vec::with_capacity(shown.len());
    for (mine, row) in shown {
        let rests = facts(desk, id, row.seq)?;
        let label = |code: &str| Source::from_code(code).map_or("依据", Source::label).to_owned();
        found.push(PointFile {
            seq: row.seq,
            unit: row.name.clone(),
            words: row.words.clone(),
            facts: rests.into_iter().map(|(source, fact)| (label(&source), fact)).collect(),
            stand: row.stand,
            reply: row.reply.clone(),
            by: match row.replied_at.get(..10) {
                Some(day) => format!("{}，{day}", row.replied_by),
                None => String::new(),
            },
            why: row.why.clone(),
            may_reply: mine && answered(head.stand, row.stand, true).is_ok(),
        });
    }
    desk.record(Action::ReadBulletins, grant.post, ("bulletin", id), "", head.kind.label())?;
    Ok(BulletinFile {
        line,
        opening: head.opening.clone(),
        ask: head.ask.clone(),
        amends,
        amended,
        public: head.public,
        points: found,
        acts,
        files: files_of,
        is_own,
        may,
    })
}

fn acted(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<(String, String, String, String)>, Refused> {
    let label = |code: String| {
        let act = Act::from_code(&code).map(Act::label);
        let point = PointStand::from_code(&code).map(PointStand::label);
        act.or(point).unwrap_or("撤下一条").to_owned()
    };
    Ok(desk.tx.query(
        "select a.kind, a.words, coalesce(account.name, ''), a.at from bulletin_act a
         left join account on account.county = a.county and account.id = a.by_account
         where a.county = $1 and a.bulletin = $2 order by a.seq limit 200",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok((label(text(0)?), text(1)?, text(2)?, text(3)?))
        },
    )?)
}

/// The one that it amends, and the issued ones that amend it.
type Relations = (Option<(String, String)>, Vec<(String, Kind, String)>);

fn relations(desk: &mut Desk<'_, '_>, head: &Head) -> Result<Relations, Refused> {
    let amends = match &head.amends {
        Some(old) => desk.tx.optional(
            "select id, word from bulletin where county = $1 and id = $2",
            &params![desk.county(), old],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
        )?,
        None => None,
    };
    let amended = desk.tx.query(
        "select id, kind, word from bulletin where county = $1 and amends = $2 and state = 'issued' order by issued_at, id limit 20",
        &params![desk.county(), &head.id],
        |row| {
            let kind: String = row.get(1)?;
            Ok((row.get::<String>(0)?, Kind::from_code(&kind).unwrap_or(Kind::Correction), row.get::<String>(2)?))
        },
    )?;
    Ok((amends, amended))
}

/// A bulletin that waits: id, title, by when.
pub type Waiting = (String, String, String);

/// What waits for the reader: (those whose points the own unit must answer, those that can be approved, those that can be issued).
///
/// # Errors
/// [`Refused::Storage`].
pub fn waiting(desk: &mut Desk<'_, '_>) -> Result<[Vec<Waiting>; 3], Refused> {
    let mut list = |action: Action, column: &str, with: &str, which: &str| -> Result<_, Refused> {
        if may(desk.actor(), action, &Subject::Nothing).is_err() {
            return Ok(Vec::new());
        }
        let mut values = vec![Value::from(desk.county())];
        let within = crate::units::within(desk.actor(), action, column, &mut values);
        values.push(Value::from(desk.actor().account.as_str()));
        values.push(Value::from(desk.now.stamp()));
        let (me, now) = (values.len() - 1, values.len());
        // Each statement uses both.
        let which = which.replace("$me", &format!("${me}")).replace("$now", &format!("${now}"));
        let sql = format!(
            "select distinct b.id, b.title, coalesce(b.reply_due, '') from bulletin b {with}
             where b.county = $1 and {within} and {which} order by 3, 1 limit 10"
        );
        Ok(desk.tx.query(&sql, &values, |row| {
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?))
        })?)
    };
    let reply = list(
        Action::ReplyBulletin,
        "p.unit",
        "join bulletin_point p on p.county = b.county and p.bulletin = b.id",
        "b.state = 'reply' and p.state = 'waiting' and $me <> '' and b.reply_due >= $now",
    )?;
    let sign = list(
        Action::SignBulletin,
        "b.issuer",
        "",
        "b.state = 'reply' and b.made_by <> $me and b.sent_by <> $me
         and (b.reply_due < $now or not exists (select 1 from bulletin_point p where p.county = b.county and p.bulletin = b.id
                                                   and p.state = 'waiting'))",
    )?;
    let issue =
        list(Action::DraftBulletin, "b.issuer", "", "b.state = 'approved' and $me <> '' and $now <> ''")?;
    Ok([reply, sign, issue])
}

/// A bulletin as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Everybody {
    /// Which.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// 发文字号.
    pub word: String,
    /// On which day.
    pub on: String,
    /// Why.
    pub opening: String,
    /// What is asked.
    pub ask: String,
    /// Of each unit: name, and lines of what is said, on what it rests and what it said.
    pub points: Vec<(String, Vec<String>)>,
    /// That it was corrected or withdrawn, in words; empty where not.
    pub amended: String,
}

/// What everybody may read, the latest first.
///
/// # Errors
/// [`Refused::Storage`].
pub fn everybody(tx: &mut Tx<'_>, county: &str) -> Result<Vec<Everybody>, Refused> {
    let all = tx.query(
        "select b.id, b.kind, b.title, b.word, substr(b.issued_at, 1, 10), b.opening, b.ask from bulletin b
         where b.county = $1 and b.state = 'issued' and b.public = 1 order by b.issued_at desc, b.id desc limit 20",
        &params![county],
        |row| {
            let texts: [String; 7] =
                [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?];
            Ok(texts)
        },
    )?;
    let mut found = Vec::with_capacity(all.len());
    for [id, kind, title, word, on, opening, ask] in all {
        let rows = tx.query(
            "select p.seq, coalesce(unit.name, ''), p.words, p.state, p.reply from bulletin_point p
             left join unit on unit.county = p.county and unit.id = p.unit
             where p.county = $1 and p.bulletin = $2 and p.state <> 'withdrawn'
             order by coalesce(unit.code, ''), unit.sort nulls last, p.unit, p.seq limit 100",
            &params![county, &id],
            |row| {
                let stand: String = row.get(3)?;
                Ok(Row {
                    seq: row.get(0)?,
                    unit: String::new(),
                    name: row.get(1)?,
                    words: row.get(2)?,
                    stand: PointStand::from_code(&stand).unwrap_or(PointStand::Waiting),
                    by: String::new(),
                    reply: row.get(4)?,
                    replied_by: String::new(),
                    replied_at: String::new(),
                    why: String::new(),
                })
            },
        )?;
        let mut points = Vec::with_capacity(rows.len());
        for row in rows {
            let rests = tx.query(
                "select facts from bulletin_evidence where county = $1 and bulletin = $2 and point = $3 order by seq limit 20",
                &params![county, &id, row.seq],
                |row| row.get::<String>(0),
            )?;
            let mut lines = vec![row.words.clone()];
            lines.extend(rests.into_iter().map(|fact| format!("依据：{fact}")));
            lines.push(answer(&row));
            points.push((row.name, lines));
        }
        let amended = tx.query(
            "select kind, word from bulletin where county = $1 and amends = $2 and state = 'issued' order by issued_at, id limit 5",
            &params![county, &id],
            |row| {
                let kind: String = row.get(0)?;
                let what = if kind == Kind::Withdrawal.code() { "已撤回" } else { "已更正" };
                Ok(format!("{what}，见{}", row.get::<String>(1)?))
            },
        )?;
        found.push(Everybody {
            kind: Kind::from_code(&kind).unwrap_or(Kind::Problem),
            title,
            word,
            on,
            opening,
            ask,
            points,
            amended: amended.join("；"),
        });
    }
    Ok(found)
}
