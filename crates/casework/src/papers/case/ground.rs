//! 处罚依据 of the county: registered by one person, reviewed by another (行政处罚法第五十八条); without it no penalty is decided (domain 0.1).

use rules::access::{Action, Subject};
use rules::case::penalty::{Norm, Organ, PenaltyGround, gate};

use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// A ground as somebody registers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroundForm {
    /// What kind of norm.
    pub norm: String,
    /// Its name and article.
    pub article: String,
    /// Who decides.
    pub organ: String,
    /// Number of the decision that gives a township the power.
    pub delegation: String,
}

/// A ground as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroundLine {
    /// Id.
    pub id: String,
    /// What kind of norm.
    pub norm: Norm,
    /// Its name and article.
    pub article: String,
    /// Who decides.
    pub organ: Organ,
    /// Number of the decision that gives a township the power.
    pub delegation: String,
    /// Who registered it, and when.
    pub registered: (String, String),
    /// The legal review; empty while there is none.
    pub review: String,
    /// Who reviewed it, and when.
    pub reviewed: Option<(String, String)>,
    /// When it was withdrawn.
    pub ended: Option<String>,
}

/// The grounds of the county, the latest first, with why no penalty can be decided; `None` where one can.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn grounds(desk: &mut Desk<'_, '_>) -> Result<(Vec<GroundLine>, Option<rules::case::Refused>), Refused> {
    desk.require(Action::ReadCase, &Subject::Nothing, ("penalty_ground", ""))?;
    let lines = desk.tx.query(
        "select g.id, g.norm, g.article, g.organ, g.delegation, coalesce(a.name, ''), g.registered_at, g.review,
                coalesce(b.name, ''), g.reviewed_at, g.ended_at
         from penalty_ground g
         left join account a on a.county = g.county and a.id = g.registered_by
         left join account b on b.county = g.county and b.id = g.reviewed_by
         where g.county = $1 order by g.registered_at desc, g.id desc limit 50",
        &params![desk.county()],
        |row| {
            let (reviewer, at): (String, Option<String>) = (row.get(8)?, row.get(9)?);
            Ok(GroundLine {
                id: row.get(0)?,
                norm: Norm::from_code(&row.get::<String>(1)?).unwrap_or(Norm::Document),
                article: row.get(2)?,
                organ: Organ::from_code(&row.get::<String>(3)?).unwrap_or(Organ::Township),
                delegation: row.get(4)?,
                registered: (row.get(5)?, row.get(6)?),
                review: row.get(7)?,
                reviewed: at.map(|at| (reviewer, at)),
                ended: row.get(10)?,
            })
        },
    )?;
    let why = gate(current(desk)?.as_ref()).err();
    Ok((lines, why))
}

/// The ground that holds; `None` where none was registered.
pub(crate) fn current(desk: &mut Desk<'_, '_>) -> Result<Option<PenaltyGround>, Refused> {
    let found = desk.tx.once(
        "select norm, article, organ, delegation, review, registered_by, coalesce(reviewed_by, '') from penalty_ground
         where county = $1 and ended_at is null order by registered_at desc, id desc limit 1",
        &params![desk.county()],
        |row| {
            Ok(PenaltyGround {
                norm: Norm::from_code(&row.get::<String>(0)?).unwrap_or(Norm::Document),
                article: row.get(1)?,
                organ: Organ::from_code(&row.get::<String>(2)?).unwrap_or(Organ::Township),
                delegation: row.get(3)?,
                review: row.get(4)?,
                registered_by: row.get(5)?,
                reviewed_by: row.get(6)?,
            })
        },
    )?;
    Ok(found.into_iter().next())
}

/// Registers what a penalty would rest on. It counts only behind the review of another person.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`] where such a norm gives none, [`Refused::Storage`].
pub fn register_ground(desk: &mut Desk<'_, '_>, form: &GroundForm) -> Result<String, Refused> {
    let grant = desk.require(Action::DecideCase, &Subject::Nothing, ("penalty_ground", ""))?;
    let norm = Norm::from_code(&form.norm).ok_or_else(|| Refused::field("norm", "请选择依据的种类"))?;
    let organ = Organ::from_code(&form.organ).ok_or_else(|| Refused::field("organ", "请选择处罚机关"))?;
    let (article, delegation) = (form.article.trim(), form.delegation.trim());
    let length = article.chars().count();
    if !(6..=200).contains(&length) || !plain(article) {
        return Err(Refused::field("article", "请写名称和条文，6到200个字"));
    }
    if delegation.chars().count() > 200 || !plain(delegation) {
        return Err(Refused::field("delegation", "最多200个字"));
    }
    let id = desk.now.id();
    let draft = PenaltyGround {
        norm,
        article: article.to_owned(),
        organ,
        delegation: delegation.to_owned(),
        // As if it were reviewed: whatever else is wrong with it is said at once.
        review: "待审核".to_owned(),
        registered_by: desk.actor().account.clone(),
        reviewed_by: "-".to_owned(),
    };
    gate(Some(&draft))?;
    desk.tx.execute(
        "insert into penalty_ground (county, id, norm, article, organ, delegation, registered_by, registered_at, review)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '')",
        &params![
            desk.county(),
            &id,
            norm.code(),
            article,
            organ.code(),
            delegation,
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let detail = format!("登记处罚依据：{article}");
    desk.record(Action::DecideCase, grant.post, ("penalty_ground", &id), "", &detail)?;
    Ok(id)
}

/// 法制审核 of a registered ground, by another person than who registered it (B05).
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`].
pub fn review_ground(desk: &mut Desk<'_, '_>, id: &str, words: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::AgreeCase, &Subject::Nothing, ("penalty_ground", id))?;
    let words = words.trim();
    if !(4..=500).contains(&words.chars().count()) || !words.lines().all(plain) {
        return Err(Refused::field("review", "请写审核意见，4到500个字"));
    }
    let by = registered_by(desk, id)?;
    if by == desk.actor().account {
        return Err(Refused::rule(
            "法制审核不能由承办人自己做",
            "行政处罚法第五十八条",
            "请由另一名从事法制审核的人员审核",
        ));
    }
    desk.tx.execute(
        "update penalty_ground set review = $3, reviewed_by = $4, reviewed_at = $5
         where county = $1 and id = $2 and reviewed_at is null and ended_at is null",
        &params![desk.county(), id, words, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::AgreeCase, grant.post, ("penalty_ground", id), "", "法制审核处罚依据")
}

/// Withdraws a ground: from now on no penalty rests on it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn end_ground(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::DecideCase, &Subject::Nothing, ("penalty_ground", id))?;
    registered_by(desk, id)?;
    desk.tx.execute(
        "update penalty_ground set ended_by = $3, ended_at = $4 where county = $1 and id = $2 and ended_at is null",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp()],
    )?;
    desk.record(Action::DecideCase, grant.post, ("penalty_ground", id), "", "撤销处罚依据")
}

fn registered_by(desk: &mut Desk<'_, '_>, id: &str) -> Result<String, Refused> {
    let found = desk.tx.optional(
        "select registered_by from penalty_ground where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| row.get::<String>(0),
    )?;
    found.ok_or_else(|| Refused::denied(Action::DecideCase, "penalty_ground", id))
}
