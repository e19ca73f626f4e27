//! Deciding about a row that the program would not decide alone: the same child, a new child, or leave it (E10).

use rules::access::Action;
use rules::plan::ListKind;

use super::decide::{Deciding, Outcome};
use super::known;
use super::places::Units;
use super::preview::{count, seal_json};
use super::start::{head, reach};
use super::writing::{COLUMNS, open, put, raw, writing};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// What somebody decided about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// 是同一个孩子.
    Same,
    /// 是另一个孩子.
    New,
    /// 不导入这一行.
    Leave,
}

/// Decides about a row. Before the list is written the decision waits with it; afterwards it is carried out at once.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Changed`] when somebody else decided; [`Refused::Rule`] where the choice is not
/// possible; [`Refused::Storage`].
pub fn settle(desk: &mut Desk<'_, '_>, id: &str, number: i64, choice: Choice) -> Result<(), Refused> {
    let (head, post) = head(desk, Action::ImportList, id)?;
    let denied = || Refused::denied(Action::ImportList, "import", id);
    let reach = reach(desk, &head, post).ok_or_else(denied)?;
    if !matches!(head.state.as_str(), "ready" | "applied") {
        return Err(Refused::Changed { what: "这份名单正在处理".to_owned() });
    }
    let county = desk.county();
    let sql = format!("select {COLUMNS} from import_row where county = $1 and import = $2 and number = $3");
    let Some(found) = desk.tx.optional(&sql, &params![county, id, number], raw)? else {
        return Err(denied());
    };
    let mut row = open(desk, id, found)?;
    if row.outcome != Outcome::Unclear {
        return Err(Refused::Changed { what: format!("这一条已经是“{}”", row.outcome.label()) });
    }
    let place = format!("{id}/{number}");
    let reason = match choice {
        Choice::Leave => {
            row.outcome = Outcome::Left;
            "人工核对：不导入"
        }
        Choice::New => {
            if !matches!(head.kind, ListKind::Household | ListKind::Roll | ListKind::Cohort) {
                return Err(Refused::rule("这种名单不新建孩子", "", "请先从户籍或学籍名单登记这个孩子"));
            }
            let taken = desk.index("id_number", &row.wanted.id_number);
            let taken = !row.wanted.id_number.is_empty()
                && desk
                    .tx
                    .optional(
                        "select id from child where county = $1 and id_index = $2 and merged_into is null",
                        &params![county, &taken],
                        |row| row.get::<String>(0),
                    )?
                    .is_some();
            if taken {
                return Err(Refused::rule(
                    "台账里已有这个证件号，不能再建一个",
                    "",
                    "一个证件号只能有一份档案；请核对证件，或选“是同一个孩子”",
                ));
            }
            row.outcome = Outcome::Added;
            row.child = None;
            "人工核对：是另一个孩子"
        }
        Choice::Same => {
            let child = row.child.clone().unwrap_or_default();
            let Some(mut known) = known::one(desk.tx, desk.keys, county, &child)? else {
                return Err(Refused::rule("没有可对照的孩子", "", "请选“是另一个孩子”或“不导入”"));
            };
            if head.kind == ListKind::Cohort {
                known.cohorts = known::cohorts(desk.tx, county, &child)?;
            }
            let year = i64::from(rules::age::school_year(head.as_of));
            let units = Units::load(desk.tx, county, year)?;
            let deciding = Deciding {
                kind: head.kind,
                keys: desk.keys,
                county,
                units: &units,
                reach: &reach,
                on: head.as_of,
            };
            let decision = deciding.compare(&row.wanted, &known);
            if decision.outcome == Outcome::Outside {
                return Err(denied());
            }
            row.outcome = decision.outcome;
            row.version = known.version;
            row.changes = decision.changes;
            "人工核对：是同一个孩子"
        }
    };
    let before = seal_json(desk, "before", &place, &row.changes)?;
    desk.tx.execute(
        "update import_row set outcome = $4, child = $5, child_version = $6, before_sealed = $7, reason = $8
         where county = $1 and import = $2 and number = $3 and outcome = 'unclear'",
        &params![
            county,
            id,
            number,
            row.outcome.code(),
            row.child.as_deref(),
            (row.outcome != Outcome::Added).then_some(row.version),
            before,
            reason
        ],
    )?;
    if head.state == "applied" && matches!(row.outcome, Outcome::Added | Outcome::Changed) {
        let writing = writing(desk, id, &head)?;
        put(desk, id, &writing, row)?;
    }
    count(desk.tx, county, id)?;
    desk.record(Action::ImportList, Some(post), ("import", id), "", reason)
}
