//! 六年级升七年级, 九年级毕业: which junior school expects whom and who has not arrived; where those went who finished, as far as anybody asked. Plain
//! lists with answers: no target, no rate, no rank (四(十一), 五(十二)).

use std::collections::BTreeMap;

use rules::access::{Action, Subject, may};
use rules::season::{Due, Went, may_go};

use super::absent::unit_names;
use super::due::{Whose, children};
use super::notices::states;
use super::open::{Season, season};
use super::words;
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::params;
use crate::refused::Refused;

/// Names of a list at most; the numbers count all.
const MOST: usize = 300;

/// A pupil of the sixth grade on the way to the seventh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Riser {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// Where it is at home.
    pub home: String,
    /// The junior school that expects it; empty while no notice says so.
    pub expected: String,
    /// The school on whose roll of the seventh it is; empty for not arrived.
    pub arrived: String,
}

/// Somebody who finished the ninth grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaver {
    /// Id.
    pub child: String,
    /// Name.
    pub name: String,
    /// School that it finished.
    pub school: String,
    /// Where it went; `None` while nobody has asked.
    pub went: Option<Went>,
    /// In words.
    pub words: String,
    /// When that was learned.
    pub at: String,
}

/// Both transitions in the reader's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transitions {
    /// The season.
    pub season: Season,
    /// By junior school: name, expected, arrived.
    pub schools: Vec<(String, u32, u32)>,
    /// Who has not arrived.
    pub risers: Vec<Riser>,
    /// Those who finished; who was not asked about first, then those who need guiding.
    pub leavers: Vec<Leaver>,
    /// How many of each answer; the first is of those whom nobody asked about.
    pub answers: Vec<(Option<Went>, u32)>,
    /// Whether the reader may write where somebody went.
    pub may_write: bool,
}

/// Both transitions.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn transitions(desk: &mut Desk<'_, '_>) -> Result<Transitions, Refused> {
    let grant = desk.require(Action::ReadSeason, &Subject::Nothing, ("season", "transitions"))?;
    let season = season(desk)?;
    let due = children(desk, &season, Whose::Reached(Action::ReadSeason), &[Due::Junior, Due::Leaves])?;
    let (notices, names) = (states(desk, &season)?, unit_names(desk)?);
    let went = went(desk, &season)?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_default();
    let mut schools: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let (mut risers, mut leavers) = (Vec::new(), Vec::new());
    let mut answers: BTreeMap<Option<Went>, u32> = BTreeMap::new();
    for child in due {
        if child.due == Due::Junior {
            let arrived =
                child.now.filter(|grade| grade.number() == 7).and(child.school.as_deref()).map(name);
            let expected = notices.get(&child.id).and_then(|notice| notice.3.as_deref()).map(name);
            // Who came without having been expected there has arrived all the same.
            let of = expected.clone().or_else(|| arrived.clone()).unwrap_or_default();
            let sum = schools.entry(of).or_default();
            sum.0 += 1;
            sum.1 += u32::from(arrived.is_some());
            if arrived.is_none() && risers.len() < MOST {
                let home = [child.village.as_deref(), child.group.as_deref()].into_iter().flatten().map(name);
                risers.push(Riser {
                    home: home.collect::<Vec<_>>().concat(),
                    child: child.id,
                    name: child.name,
                    expected: expected.unwrap_or_default(),
                    arrived: String::new(),
                });
            }
            continue;
        }
        let known = went.get(&child.id).cloned();
        *answers.entry(known.as_ref().map(|known| known.0)).or_default() += 1;
        let (went, words, at) = match known {
            Some((went, words, at)) => (Some(went), words, at),
            None => (None, String::new(), String::new()),
        };
        let school = child.school.as_deref().map(name).unwrap_or_default();
        leavers.push(Leaver { child: child.id, name: child.name, school, went, words, at });
    }
    leavers.sort_by_key(|one| match one.went {
        None => 0,
        Some(went) if went.needs_guiding() => 1,
        Some(_) => 2,
    });
    leavers.truncate(MOST);
    desk.record(Action::ReadSeason, grant.post, ("season", "transitions"), "", "升学衔接")?;
    Ok(Transitions {
        season,
        schools: schools.into_iter().map(|(name, (expected, arrived))| (name, expected, arrived)).collect(),
        risers,
        leavers,
        answers: answers.into_iter().collect(),
        may_write: may(desk.actor(), Action::RecordLeaver, &Subject::Nothing).is_ok(),
    })
}

type Known = (Went, String, String);

/// The latest answer for each child.
fn went(desk: &mut Desk<'_, '_>, season: &Season) -> Result<BTreeMap<String, Known>, Refused> {
    let rows = desk.tx.query(
        "select id, child, went, words_sealed, at from season_leaver where county = $1 and year = $2 order by at, id",
        &params![desk.county(), i64::from(season.year)],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(4)?];
            Ok((texts, row.get::<Option<Vec<u8>>>(3)?))
        },
    )?;
    let mut all = BTreeMap::new();
    for ([id, child, went, at], words) in rows {
        if let Some(went) = Went::from_code(&went) {
            let words = desk.open("season_leaver", "words", &id, words.as_deref())?;
            all.insert(child, (went, words, at));
        }
    }
    Ok(all)
}

/// Writes down where somebody went. The same again is nothing (hazard H01).
///
/// # Errors
/// [`Refused::Denied`], also for a child that did not finish this year; [`Refused::Invalid`], [`Refused::Rule`] for work under sixteen,
/// [`Refused::Storage`].
pub fn record_leaver(desk: &mut Desk<'_, '_>, child: &str, to: Went, said: &str) -> Result<(), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::RecordLeaver, &Subject::Child(&ties), ("child", child))?;
    let season = season(desk)?;
    let all = children(desk, &season, Whose::Reached(Action::RecordLeaver), &[Due::Leaves])?;
    let Some(one) = all.iter().find(|one| one.id == child) else {
        return Err(Refused::rule(
            "孩子不在今年九年级毕业的名单里",
            "四(十一)",
            "请核对年级，在孩子档案里更正",
        ));
    };
    may_go(to, one.birth, desk.now.day())?;
    let said = words("words", said, 200)?;
    let known = went(desk, &season)?;
    if known.get(child).is_some_and(|(was, words, _)| *was == to && *words == said) {
        return Ok(());
    }
    let id = desk.now.id();
    let sealed = (!said.is_empty()).then(|| desk.seal("season_leaver", "words", &id, &said));
    desk.tx.execute(
        "insert into season_leaver (county, id, year, child, went, words_sealed, by_account, by_unit, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &params![
            desk.county(),
            &id,
            i64::from(season.year),
            child,
            to.code(),
            sealed,
            &desk.actor().account,
            grant.post.map_or("", |post| post.unit.as_str()),
            desk.now.stamp()
        ],
    )?;
    desk.record(Action::RecordLeaver, grant.post, ("child", child), "", "毕业去向")
}
