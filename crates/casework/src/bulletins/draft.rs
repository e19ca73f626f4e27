//! Drafting: what is said of whom, each point on what is on record; sent to the units before anybody else reads it. A point is never edited: it is
//! withdrawn with the reason, and another one is written.

use rules::access::Action;
use rules::bulletin::{
    Act, Evidence, Issuer, Kind, MOST_POINTS, PointStand, Source, Stand, WORDS, moved, rests,
};

use super::evidence::{named, on_record};
use super::head::{Head, did, facts, hand, own, points, safe, set, stands};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::today::tell_unit;
use crate::unnamed::written;

/// What is drafted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewBulletin {
    /// Which; [`Kind::Problem`] or [`Kind::Praise`].
    pub kind: Option<Kind>,
    /// What it is called.
    pub title: String,
    /// Why now.
    pub opening: String,
    /// What is asked of the units.
    pub ask: String,
}

/// A point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPoint {
    /// Of which unit.
    pub unit: String,
    /// What is said.
    pub words: String,
    /// Keys of what it rests on, as they were offered.
    pub evidence: Vec<String>,
}

/// For which unit the actor drafts, and as what.
fn issuer(desk: &Desk<'_, '_>) -> Result<(String, Issuer), Refused> {
    let action = Action::DraftBulletin;
    let post = desk.actor().posts.iter().find(|post| action.policy(post.role, post.standing).is_some());
    let post = post.ok_or_else(|| Refused::denied(action, "bulletin", ""))?;
    let by = match post.role {
        rules::access::Role::Township => Issuer::Township,
        rules::access::Role::Bureau => Issuer::Bureau,
        _ => Issuer::Office,
    };
    Ok((post.unit.clone(), by))
}

const TITLE: std::ops::RangeInclusive<usize> = 6..=60;
const OPENING: std::ops::RangeInclusive<usize> = 10..=1000;

/// Begins a draft; its id. The same sent twice is one draft (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn begin(desk: &mut Desk<'_, '_>, new: &NewBulletin) -> Result<String, Refused> {
    let (unit, by) = issuer(desk)?;
    let kind = new.kind.filter(|kind| matches!(kind, Kind::Problem | Kind::Praise));
    let kind = kind.ok_or_else(|| Refused::field("kind", "请选择问题通报还是表扬通报"))?;
    let title = safe(desk, ("title", "请写标题"), &new.title, &TITLE, &[])?.to_owned();
    let opening = safe(desk, ("opening", "请写明为什么通报"), &new.opening, &OPENING, &[])?.to_owned();
    let ask = safe(desk, ("ask", "请写明要求"), &new.ask, &WORDS, &[])?.to_owned();
    put(desk, (&unit, by, kind), None, (&title, &opening, &ask))
}

fn put(
    desk: &mut Desk<'_, '_>,
    (unit, by, kind): (&str, Issuer, Kind),
    amends: Option<&str>,
    (title, opening, ask): (&str, &str, &str),
) -> Result<String, Refused> {
    let county = desk.county();
    let path = [unit.to_owned()];
    let grant =
        desk.require(Action::DraftBulletin, &rules::access::Subject::Unit(&path), ("bulletin", ""))?;
    let there = desk.tx.query(
        "select id from bulletin where county = $1 and issuer = $2 and kind = $3 and title = $4 and state = 'draft'
           and made_by = $5 and coalesce(amends, '') = $6 order by id limit 1",
        &params![county, unit, kind.code(), title, &desk.actor().account, amends.unwrap_or_default()],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = there.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    desk.tx.execute(
        "insert into bulletin (county, id, issuer, by_kind, kind, amends, title, opening, ask, state, made_by, made_at, public, word)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, 0, '')",
        &params![
            county,
            &id,
            unit,
            by.code(),
            kind.code(),
            amends,
            title,
            opening,
            ask,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::DraftBulletin, grant.post, ("bulletin", &id), "", kind.label())?;
    Ok(id)
}

fn only_draft(head: &Head) -> Result<(), Refused> {
    if head.stand == Stand::Draft {
        return Ok(());
    }
    Err(Refused::rule(
        format!("这份通报“{}”，不能再加", head.stand.label()),
        "五(七)",
        "要加的，请退回修改后再加，再送单位",
    ))
}

/// Adds a point, with what it rests on as it is at this moment; its number. Sent twice it is one.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] without evidence, or of a unit that this issuer may not name,
/// [`Refused::Storage`].
pub fn add_point(desk: &mut Desk<'_, '_>, id: &str, new: &NewPoint) -> Result<i64, Refused> {
    let (head, post) = own(desk, id, Action::DraftBulletin)?;
    only_draft(&head)?;
    if matches!(head.kind, Kind::Correction | Kind::Withdrawal) {
        return Err(Refused::rule("更正、撤回只说原通报的那几条", "五(七)", "要通报别的，请另外起草"));
    }
    named(desk, (&head.issuer, head.by), &new.unit)?;
    let units = [new.unit.clone()];
    let words = safe(desk, ("words", "请写明通报什么"), &new.words, &WORDS, &units)?.to_owned();
    let record = on_record(desk, &new.unit, head.kind)?;
    let mut chosen: Vec<Evidence> = Vec::new();
    for key in new.evidence.iter().take(10) {
        let one = record.iter().find(|one| one.key == *key);
        let one = one.ok_or_else(|| {
            Refused::field("evidence", "选的依据已经变了（比如刚刚办完了），请刷新页面重新选")
        })?;
        safe(desk, ("evidence", "请换一条依据"), &one.facts, &(1..=1000), &units)?;
        chosen.push(one.clone());
    }
    rests(head.kind, &chosen)?;
    let rows = points(desk, id)?;
    let same = rows
        .iter()
        .find(|row| row.unit == new.unit && row.words == words && row.stand != PointStand::Withdrawn);
    if let Some(row) = same {
        return Ok(row.seq);
    }
    if rows.len() >= MOST_POINTS {
        return Err(Refused::rule(format!("一份通报最多{MOST_POINTS}条"), "五(七)", "请另外起草一份"));
    }
    let seq = insert(desk, id, (&new.unit, &words), &chosen)?;
    desk.record(Action::DraftBulletin, post, ("bulletin", id), "", &format!("第{seq}条"))?;
    Ok(seq)
}

fn insert(
    desk: &mut Desk<'_, '_>,
    id: &str,
    (unit, words): (&str, &str),
    evidence: &[Evidence],
) -> Result<i64, Refused> {
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from bulletin_point where county = $1 and bulletin = $2",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into bulletin_point (county, bulletin, seq, unit, words, state, by_account, at, reply, withdrawn_why)
         values ($1, $2, $3, $4, $5, 'waiting', $6, $7, '', '')",
        &params![desk.county(), id, seq, unit, words, &desk.actor().account, desk.now.stamp()],
    )?;
    for (at, one) in (1_i64..).zip(evidence) {
        desk.tx.execute(
            "insert into bulletin_evidence (county, bulletin, point, seq, source, ref, facts)
             values ($1, $2, $3, $4, $5, $6, $7)",
            &params![desk.county(), id, seq, at, one.source.code(), &one.key, &one.facts],
        )?;
    }
    Ok(seq)
}

/// Does not say a point any more, and says why; until the bulletin is approved. The unit is told where it was asked.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn withdraw_point(desk: &mut Desk<'_, '_>, id: &str, seq: i64, why: &str) -> Result<(), Refused> {
    let (head, post) = own(desk, id, Action::DraftBulletin)?;
    if !matches!(head.stand, Stand::Draft | Stand::Reply) {
        return Err(Refused::rule(
            format!("这份通报“{}”，不能撤下其中一条", head.stand.label()),
            "五(七)",
            "没有印发的，请先退回修改；已经印发的，请另发更正通报",
        ));
    }
    let why = safe(desk, ("why", "请写明为什么不通报了"), why, &(2..=300), &[])?;
    let unit = desk.tx.optional(
        "select unit from bulletin_point where county = $1 and bulletin = $2 and seq = $3",
        &params![desk.county(), id, seq],
        |row| row.get::<String>(0),
    )?;
    let unit = unit.ok_or_else(|| Refused::denied(Action::DraftBulletin, "bulletin", id))?;
    let changed = desk.tx.execute(
        "update bulletin_point set state = 'withdrawn', withdrawn_why = $4
         where county = $1 and bulletin = $2 and seq = $3 and state <> 'withdrawn'",
        &params![desk.county(), id, seq, why],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这一条已经不通报了".to_owned() });
    }
    if head.stand == Stand::Reply {
        tell_unit(desk, &unit, ("bulletin", id), "拟通报本单位的一条不再通报", &format!("/bulletins/{id}"))?;
    }
    did(desk, id, "withdraw", &format!("第{seq}条：{why}"), post.map_or("", |post| &post.unit))?;
    desk.record(Action::DraftBulletin, post, ("bulletin", id), "", &format!("第{seq}条不再通报"))
}

/// Sends the draft to the units that it names: from now on their time to answer runs.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] without a point, or while the calendar does not know the days, [`Refused::Changed`],
/// [`Refused::Storage`].
pub fn send(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let (head, post) = own(desk, id, Action::DraftBulletin)?;
    let rows = points(desk, id)?;
    let all = stands(&rows);
    let to = moved(head.stand, Act::Send, hand(desk, &head, &rows, &all))?;
    let rule = desk.plan.deadline("bulletin_reply");
    let rule = rule.ok_or_else(|| Refused::Fault("the plan has no bulletin_reply".to_owned()))?;
    let due = rule.due(desk.now.clock(), desk.plan.calendar()).map_err(rules::case::Refused::from)?;
    let due = format!("{}.000+08:00", due.strftime("%Y-%m-%dT%H:%M:%S"));
    set(desk, &head, to)?;
    desk.tx.execute(
        "update bulletin set sent_by = $3, sent_at = $4, reply_due = $5 where county = $1 and id = $2",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp(), &due],
    )?;
    let mut units: Vec<&str> =
        rows.iter().filter(|row| row.stand == PointStand::Waiting).map(|row| row.unit.as_str()).collect();
    units.sort_unstable();
    units.dedup();
    let what = match head.kind {
        Kind::Praise => "拟通报表扬本单位，请看写得对不对",
        Kind::Problem => "拟通报本单位的问题，请看写得对不对，可以提出意见",
        Kind::Correction | Kind::Withdrawal => "拟更正或者撤回对本单位的通报，请看写得对不对",
    };
    for unit in units {
        tell_unit(desk, unit, ("bulletin_reply", id), what, &format!("/bulletins/{id}"))?;
    }
    did(desk, id, Act::Send.code(), "", post.map_or("", |post| &post.unit))?;
    desk.record(Action::DraftBulletin, post, ("bulletin", id), "", Act::Send.label())
}

/// Gives a draft up, and says why.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] once it is issued, [`Refused::Changed`], [`Refused::Storage`].
pub fn drop_bulletin(desk: &mut Desk<'_, '_>, id: &str, why: &str) -> Result<(), Refused> {
    let (head, post) = own(desk, id, Action::DraftBulletin)?;
    let rows = points(desk, id)?;
    let all = stands(&rows);
    let to = moved(head.stand, Act::Drop, hand(desk, &head, &rows, &all))?;
    let why = written("why", "请写明为什么不印发", why, &(2..=300))?;
    set(desk, &head, to)?;
    did(desk, id, Act::Drop.code(), why, post.map_or("", |post| &post.unit))?;
    desk.record(Action::DraftBulletin, post, ("bulletin", id), "", Act::Drop.label())
}

/// Begins the bulletin that corrects or withdraws an issued one, with a point for each of its points; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] for one that is not issued, [`Refused::Storage`].
pub fn amend(desk: &mut Desk<'_, '_>, old: &str, kind: Option<Kind>, why: &str) -> Result<String, Refused> {
    let (head, _) = own(desk, old, Action::DraftBulletin)?;
    let kind = kind.filter(|kind| matches!(kind, Kind::Correction | Kind::Withdrawal));
    let kind = kind.ok_or_else(|| Refused::field("kind", "请选择更正还是撤回"))?;
    if head.stand != Stand::Issued {
        return Err(Refused::rule("这份通报还没有印发", "五(七)", "没有印发的直接改；不用更正"));
    }
    let mut units: Vec<String> = Vec::new();
    let rows = points(desk, old)?;
    for row in rows.iter().filter(|row| row.stand != PointStand::Withdrawn) {
        if !units.contains(&row.unit) {
            units.push(row.unit.clone());
        }
    }
    let why = safe(desk, ("why", "请写明哪里不对、应当是什么"), why, &OPENING, &units)?.to_owned();
    let what = if kind == Kind::Correction { "更正" } else { "撤回" };
    let title = format!("关于{what}{}的通报", head.word);
    let ask = format!("请收到{}的单位一并更正，已经引用的不再引用。", head.word);
    let id = put(desk, (&head.issuer, head.by, kind), Some(old), (&title, &why, &ask))?;
    if !points(desk, &id)?.is_empty() {
        return Ok(id);
    }
    for (at, row) in (1..).zip(rows.iter().filter(|row| row.stand != PointStand::Withdrawn)) {
        let evidence = Evidence {
            source: Source::Bulletin,
            key: format!("bulletin:{old}:{}", row.seq),
            facts: format!("{}第{at}条：{}", head.word, row.words),
            good: None,
        };
        let words = if kind == Kind::Correction {
            format!("更正：{why}")
        } else {
            format!("撤回这一条：{why}")
        };
        insert(desk, &id, (&row.unit, &words), &[evidence])?;
    }
    Ok(id)
}

/// Everything that will stand in it, held against the children of every unit that it names, as they are now.
pub(super) fn whole(desk: &mut Desk<'_, '_>, head: &Head) -> Result<(), Refused> {
    let rows = points(desk, &head.id)?;
    let mut units: Vec<String> = rows.iter().map(|row| row.unit.clone()).collect();
    units.sort();
    units.dedup();
    let mut text = [head.title.as_str(), &head.opening, &head.ask].join("\n");
    for row in rows.iter().filter(|row| row.stand != PointStand::Withdrawn) {
        text.push_str(&format!("\n{}\n{}", row.words, row.reply));
        for (_, fact) in facts(desk, &head.id, row.seq)? {
            text.push_str(&format!("\n{fact}"));
        }
    }
    safe(desk, ("words", "通报里"), &text, &(1..=200_000), &units).map(drop)
}
