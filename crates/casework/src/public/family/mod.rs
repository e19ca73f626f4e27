//! 家庭查看页 (四(二十)): a code that officers give a family, what the family reads and answers by it without an account, and what officers do
//! with the answers. A code that is wrong, over or revoked answers like one that never was; no child stands there by its full name.

mod answer;
mod code;
mod page;

pub use answer::{AnswerLine, Answering, answer, done, waiting};
pub use code::{CodeLine, Codes, Giving, codes, give, may_serve, picture, revoke};
pub use page::{FamilyPage, Given, page};

use jiff::ToSpan as _;
use jiff::civil::Date;
use rules::family::Reason;
use rules::season::Kind;
use rules::tip_off::typed;

use crate::db::Tx;
use crate::desk::Desk;
use crate::keys::Keys;
use crate::params;
use crate::refused::Refused;

/// A code that counts.
pub(super) struct Live {
    pub(super) id: String,
    pub(super) child: String,
    pub(super) reason: String,
    pub(super) by_day: Option<String>,
    pub(super) unit: String,
    pub(super) ends_at: String,
}

/// Days after the reporting day for which the code of a notice counts.
const NOTICED: i64 = 60;

/// The index of a code as a family has it in its address. Every table of codes for families uses it, so that one lookup finds them all.
#[must_use]
pub fn index(keys: &Keys, county: &str, code: &str) -> String {
    keys.index(county, "family_code", code)
}

/// The code that counts at this moment; every lookup of a family's code is this one. What else gives codes to families joins here.
///
/// # Errors
/// [`Refused::Storage`].
fn live(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    (code, now): (&str, &str),
) -> Result<Option<Live>, Refused> {
    let codes = [index(keys, county, code), index(keys, county, &typed(code))];
    let given = tx.optional(
        "select f.id, f.child, f.reason, f.by_day, f.unit, f.ends_at from family_code f
         where f.county = $1 and f.code_index in ($2, $3) and f.revoked_at is null and f.ends_at > $4
         order by f.id limit 1",
        &params![county, &codes[0], &codes[1], now],
        |row| {
            Ok(Live {
                id: row.get(0)?,
                child: row.get(1)?,
                reason: row.get(2)?,
                by_day: row.get(3)?,
                unit: row.get(4)?,
                ends_at: row.get(5)?,
            })
        },
    )?;
    if given.is_some() {
        return Ok(given);
    }
    // 入学、复学通知书 carry a code of their own: it counts until some time after the day on which the child is to report.
    let noticed = tx.optional(
        "select n.id, n.child, n.kind, n.report_day, n.township from season_notice n
         where n.county = $1 and n.code_index in ($2, $3) order by n.id limit 1",
        &params![county, &codes[0], &codes[1]],
        |row| {
            let texts: [String; 4] = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(4)?];
            Ok((texts, row.get::<Date>(3)?))
        },
    )?;
    Ok(noticed.and_then(|([id, child, kind, unit], report)| {
        let ends = report.checked_add(NOTICED.days()).ok()?.to_string();
        let reason = match Kind::from_code(&kind)? {
            Kind::Enrol => Reason::Enrol,
            Kind::Junior => Reason::Junior,
            Kind::Return => Reason::Persuade,
        };
        (now < ends.as_str()).then(|| Live {
            id,
            child,
            reason: reason.code().to_owned(),
            by_day: Some(report.to_string()),
            unit,
            ends_at: ends,
        })
    }))
}

fn live_at(desk: &mut Desk<'_, '_>, code: &str) -> Result<Option<Live>, Refused> {
    let now = desk.now.stamp();
    live(desk.tx, desk.keys, desk.county(), (code, &now))
}
