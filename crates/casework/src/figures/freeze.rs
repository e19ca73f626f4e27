//! 冻结: a snapshot that was reported stays as it is. Before it is frozen its numbers are counted once more from its rows, and a code over both is
//! kept, so that whatever touched them afterwards shows.

use std::collections::BTreeMap;

use rules::access::{Action, Subject};
use rules::figures::{Basis, Counts, Figure, mark_of};
use sha2::{Digest, Sha256};

use super::read::snapshot;
use super::renew::RENEW;
use crate::db::DbError;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// Signs of a label.
const LABEL: usize = 40;

/// What looking at a snapshot again has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether its numbers are the sums over its rows.
    pub adds_up: bool,
    /// Whether it is as it was frozen; `None` where it was not.
    pub is_as_frozen: Option<bool>,
    digest: String,
    number: i64,
}

/// Counts a snapshot once more from its rows, and compares it with what was frozen; `None` where there is none.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn verify(desk: &mut Desk<'_, '_>, number: i64) -> Result<Option<Verdict>, Refused> {
    let Some(found) = snapshot(desk, Some(number))? else { return Ok(None) };
    let county = desk.county();
    let mut counted: BTreeMap<(Figure, String), Counts> = BTreeMap::new();
    let mut add = |figure, unit: Option<String>, mark, many: u64| {
        let Some(unit) = unit else { return };
        let mut one = Counts::default();
        one.add(mark);
        let counts = counted.entry((figure, unit)).or_default();
        counts.ins += one.ins * many;
        counts.outs += one.outs * many;
        counts.apart += one.apart * many;
    };
    let groups = desk.tx.query(
        "select basis, marks, township, village, school, cast(count(*) as bigint) from figure_member
         where county = $1 and from_number <= $2 and until_number > $2
         group by basis, marks, township, village, school
         order by basis, marks, township nulls first, village nulls first, school nulls first",
        &params![county, number],
        |row| {
            let units: [Option<String>; 3] = [row.get(2)?, row.get(3)?, row.get(4)?];
            Ok((row.get::<String>(0)?, row.get::<String>(1)?, units, row.get::<u64>(5)?))
        },
    )?;
    for (basis, marks, [township, village, school], many) in groups {
        let Some(basis) = Basis::from_code(&basis) else { continue };
        for figure in Figure::of(basis) {
            let Some(mark) = mark_of(figure, &marks) else { continue };
            add(figure, Some(county.to_owned()), mark, many);
            add(figure, township.clone(), mark, many);
            add(figure, village.clone().filter(|_| figure == Figure::InSchool), mark, many);
            add(figure, school.clone(), mark, many);
        }
    }
    counted.retain(|_, counts| counts.whole() > 0);
    let mut hash = Sha256::new();
    let mut kept: BTreeMap<(Figure, String), Counts> = BTreeMap::new();
    desk.tx.each(
        "select figure, unit, ins, outs, apart from figure_value where county = $1 and snapshot = $2 order by figure, unit",
        &params![county, number],
        |row| {
            let (figure, unit): (String, String) = (row.get(0)?, row.get(1)?);
            let counts = Counts { ins: row.get(2)?, outs: row.get(3)?, apart: row.get(4)? };
            hash.update(format!("{figure} {unit} {} {} {}\n", counts.ins, counts.outs, counts.apart));
            if let Some(figure) = Figure::from_code(&figure) {
                kept.insert((figure, unit), counts);
            }
            Ok::<(), DbError>(())
        },
    )?;
    desk.tx.each(
        "select basis, ref, marks, why from figure_member
         where county = $1 and listed = 1 and from_number <= $2 and until_number > $2 order by basis, ref",
        &params![county, number],
        |row| {
            let text = |at| row.get::<String>(at);
            hash.update(format!("{} {} {} {}\n", text(0)?, text(1)?, text(2)?, text(3)?));
            Ok::<(), DbError>(())
        },
    )?;
    let sum: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = desk.index("figures", &format!("{number} {} {} {sum}", found.day, found.version));
    let frozen = desk.tx.optional(
        "select digest from figure_freeze where county = $1 and snapshot = $2",
        &params![county, number],
        |row| row.get::<String>(0),
    )?;
    let is_as_frozen = frozen.map(|frozen| frozen == digest);
    Ok(Some(Verdict { adds_up: counted == kept, is_as_frozen, digest, number }))
}

/// Freezes a snapshot that was just looked at ([`verify`]) under a name, such as 月报 2026-11. It cannot be taken back.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Storage`]; [`Refused::Fault`] when its numbers are not the sums over
/// its rows.
pub fn freeze(desk: &mut Desk<'_, '_>, verdict: &Verdict, label: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::FreezeFigures, &Subject::Nothing, ("figures", ""))?;
    let label = label.trim();
    if label.is_empty() || label.chars().count() > LABEL || label.chars().any(char::is_control) {
        return Err(Refused::field("label", format!("请写名称，如“月报 2026-11”，{LABEL}个字以内")));
    }
    if !verdict.adds_up {
        return Err(Refused::Fault(format!("snapshot {} does not add up", verdict.number)));
    }
    let (county, number) = (desk.county(), verdict.number);
    let there = desk.tx.optional(
        "select number from figure_snapshot where county = $1 and number = $2",
        &params![county, number],
        |row| row.get::<i64>(0),
    )?;
    if there.is_none() {
        return Err(Refused::denied(Action::FreezeFigures, "figures", &number.to_string()));
    }
    let taken = desk.tx.optional(
        "select snapshot from figure_freeze where county = $1 and label = $2",
        &params![county, label],
        |row| row.get::<i64>(0),
    )?;
    if taken.is_some() {
        return Err(Refused::field("label", "这个名称已经用过，请换一个"));
    }
    let new = desk.tx.execute(
        "insert into figure_freeze (county, snapshot, label, digest, by_account, at) values ($1, $2, $3, $4, $5, $6)
         on conflict (county, snapshot) do nothing",
        &params![county, number, label, &verdict.digest, &desk.actor().account, desk.now.stamp()],
    )?;
    if new == 0 {
        return Err(Refused::rule(
            "这个快照已经冻结过",
            "冻结的快照不再变动",
            "要报新的数，请先更新，再冻结新的快照",
        ));
    }
    let detail = format!("冻结第{number}次快照：{label}");
    desk.record(Action::FreezeFigures, grant.post, ("figures", &number.to_string()), "", &detail)
}

/// Has a new snapshot made as soon as the program comes to it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn renew_now(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    let grant = desk.require(Action::FreezeFigures, &Subject::Nothing, ("figures", ""))?;
    crate::jobs::make_due(desk, RENEW)?;
    desk.record(Action::FreezeFigures, grant.post, ("figures", ""), "", "更新指标快照")
}
