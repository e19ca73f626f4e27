//! A bulletin as it is stored, who stands before it, and whom it names. What may happen to it decides `rules::bulletin`.

use rules::access::{Action, Post, Role, Subject};
use rules::bulletin::{Hand, Issuer, Kind, PointStand, Stand};

use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::unnamed::{Known, publishable};

/// A row of `bulletin`.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) issuer: String,
    pub(super) by: Issuer,
    pub(super) kind: Kind,
    pub(super) amends: Option<String>,
    pub(super) title: String,
    pub(super) opening: String,
    pub(super) ask: String,
    pub(super) stand: Stand,
    pub(super) made_by: String,
    pub(super) sent_by: String,
    pub(super) reply_due: String,
    pub(super) public: bool,
    pub(super) word: String,
}

/// A row of `bulletin_point`.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) unit: String,
    pub(super) name: String,
    pub(super) words: String,
    pub(super) stand: PointStand,
    pub(super) by: String,
    pub(super) reply: String,
    pub(super) replied_by: String,
    pub(super) replied_at: String,
    pub(super) why: String,
}

/// The bulletin.
pub(super) fn head(desk: &mut Desk<'_, '_>, id: &str, action: Action) -> Result<Head, Refused> {
    let found = desk.tx.optional(
        "select id, issuer, by_kind, kind, amends, title, opening, ask, state, made_by, coalesce(sent_by, ''),
                coalesce(reply_due, ''), public, word
         from bulletin where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(Head {
                id: text(0)?,
                issuer: text(1)?,
                by: Issuer::from_code(&text(2)?).unwrap_or(Issuer::Office),
                kind: Kind::from_code(&text(3)?).unwrap_or(Kind::Problem),
                amends: row.get(4)?,
                title: text(5)?,
                opening: text(6)?,
                ask: text(7)?,
                stand: Stand::from_code(&text(8)?).unwrap_or(Stand::Dropped),
                made_by: text(9)?,
                sent_by: text(10)?,
                reply_due: text(11)?,
                public: row.get::<i64>(12)? == 1,
                word: text(13)?,
            })
        },
    )?;
    found.ok_or_else(|| Refused::denied(action, "bulletin", id))
}

/// The same for whoever may do this to a bulletin of its issuer.
pub(super) fn own<'a>(
    desk: &mut Desk<'a, '_>,
    id: &str,
    action: Action,
) -> Result<(Head, Option<&'a Post>), Refused> {
    let head = head(desk, id, action)?;
    let path = [head.issuer.clone()];
    let grant = desk.require(action, &Subject::Unit(&path), ("bulletin", id))?;
    Ok((head, grant.post))
}

/// Its points, by the code of the unit: nothing else puts one before another (五(十二)).
pub(super) fn points(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Row>, Refused> {
    Ok(desk.tx.query(
        "select p.seq, p.unit, coalesce(unit.name, ''), p.words, p.state, p.by_account, p.reply,
                coalesce(account.name, ''), coalesce(p.replied_at, ''), p.withdrawn_why
         from bulletin_point p
         left join unit on unit.county = p.county and unit.id = p.unit
         left join account on account.county = p.county and account.id = p.replied_by
         where p.county = $1 and p.bulletin = $2
         order by coalesce(unit.code, ''), unit.sort nulls last, p.unit, p.seq limit 100",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(Row {
                seq: row.get(0)?,
                unit: text(1)?,
                name: text(2)?,
                words: text(3)?,
                stand: PointStand::from_code(&text(4)?).unwrap_or(PointStand::Waiting),
                by: text(5)?,
                reply: text(6)?,
                replied_by: text(7)?,
                replied_at: text(8)?,
                why: text(9)?,
            })
        },
    )?)
}

/// What a point rests on: source and facts.
pub(super) fn facts(desk: &mut Desk<'_, '_>, id: &str, seq: i64) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select source, facts from bulletin_evidence where county = $1 and bulletin = $2 and point = $3
         order by seq limit 20",
        &params![desk.county(), id, seq],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?)
}

/// Where each point stands.
pub(super) fn stands(rows: &[Row]) -> Vec<PointStand> {
    rows.iter().map(|row| row.stand).collect()
}

/// Who stands before it.
pub(super) fn hand<'s>(desk: &Desk<'_, '_>, head: &Head, rows: &[Row], stands: &'s [PointStand]) -> Hand<'s> {
    let actor = desk.actor();
    let me = actor.account.as_str();
    let named = |unit: &str| {
        rows.iter().any(|row| row.unit == unit && row.stand != PointStand::Withdrawn) && unit != head.issuer
    };
    Hand {
        is_drafter: head.made_by == me || head.sent_by == me || rows.iter().any(|row| row.by == me),
        // An inspector is put down at the schools they inspect.
        is_named: actor.posts.iter().any(|post| post.role != Role::Inspector && named(&post.unit)),
        is_over: !head.reply_due.is_empty() && head.reply_due < desk.now.stamp(),
        points: stands,
    }
}

/// A text of a bulletin: nobody whom somebody follows, and no child of these units.
pub(super) fn safe<'t>(
    desk: &mut Desk<'_, '_>,
    (field, todo): (&'static str, &str),
    text: &'t str,
    length: &std::ops::RangeInclusive<usize>,
    units: &[String],
) -> Result<&'t str, Refused> {
    publishable(desk, (field, todo), text, length, Known::Followed)?;
    publishable(desk, (field, todo), text, length, Known::Of(units))
}

/// Puts down what was done.
pub(super) fn did(
    desk: &mut Desk<'_, '_>,
    id: &str,
    kind: &str,
    words: &str,
    unit: &str,
) -> Result<(), Refused> {
    let seq = desk.tx.one(
        "select cast(coalesce(max(seq), 0) as bigint) from bulletin_act where county = $1 and bulletin = $2",
        &params![desk.county(), id],
        |row| row.get::<i64>(0),
    )? + 1;
    desk.tx.execute(
        "insert into bulletin_act (county, bulletin, seq, kind, words, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![desk.county(), id, seq, kind, words, &desk.actor().account, unit, desk.now.stamp()],
    )?;
    Ok(())
}

/// Takes a bulletin from where it was read to where it goes; refused where somebody was quicker.
pub(super) fn set(desk: &mut Desk<'_, '_>, head: &Head, to: Stand) -> Result<(), Refused> {
    let changed = desk.tx.execute(
        "update bulletin set state = $3 where county = $1 and id = $2 and state = $4",
        &params![desk.county(), &head.id, to.code(), head.stand.code()],
    )?;
    if changed == 0 {
        return Err(Refused::Changed { what: "这份通报刚刚由别人办了".to_owned() });
    }
    Ok(())
}

/// The issuer's name on paper.
pub(super) fn organ(desk: &mut Desk<'_, '_>, by: Issuer, unit: &str) -> Result<String, Refused> {
    let name = desk.tx.optional(
        "select name from unit where county = $1 and id = $2",
        &params![desk.county(), unit],
        |row| row.get::<String>(0),
    )?;
    let name = name.unwrap_or_default();
    let county = &desk.plan.county().name;
    Ok(match by {
        Issuer::Township if !name.ends_with("人民政府") => format!("{name}人民政府"),
        Issuer::Bureau if !name.starts_with(county.as_str()) => {
            format!("{county}{}", name.trim_start_matches('县'))
        }
        Issuer::Office => format!("{county}人民政府教育督导委员会办公室"),
        _ => name,
    })
}
