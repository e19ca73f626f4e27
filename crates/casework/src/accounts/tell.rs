//! Tells people about their accounts, inside the program: one notification each, in the act's own transaction. The
//! text holds no personal field.

use rules::access::{Role, Standing};

use crate::db::Tx;
use crate::now::Now;
use crate::params;
use crate::refused::Refused;
use crate::today::told;

/// What is told.
pub(crate) struct News<'a> {
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
    pub(crate) href: &'a str,
}

/// Tells one account.
pub(crate) fn one(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    news: &News<'_>,
) -> Result<(), Refused> {
    Ok(told(tx, (county, now), account, (news.kind, news.subject), news.text, news.href)?)
}

/// Tells each of these accounts once.
pub(crate) fn all(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    accounts: &[String],
    news: &News<'_>,
) -> Result<(), Refused> {
    let mut told: Vec<&String> = accounts.iter().collect();
    told.sort();
    told.dedup();
    for account in told {
        one(tx, now, county, account, news)?;
    }
    Ok(())
}

/// Who holds a post of this role now: in one unit, or in the whole county.
pub(crate) fn holders(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    role: Role,
    unit: Option<&str>,
) -> Result<Vec<String>, Refused> {
    Ok(tx.query(
        "select distinct t.account from post p cross join tenure t
         where p.county = $1 and p.role = $2 and (cast($3 as text) is null or p.unit = $3) and p.closed_at is null
           and t.county = p.county and t.post = p.id and t.from_day <= $4 and (t.until_day is null or t.until_day > $4)
         order by t.account",
        &params![county, role.code(), unit, now.day()],
        |row| row.get(0),
    )?)
}

/// Who leads one of these units now.
pub(crate) fn leaders(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    units: &[String],
) -> Result<Vec<String>, Refused> {
    let mut leaders = Vec::new();
    for unit in units {
        leaders.extend(tx.query(
            "select distinct t.account from post p cross join tenure t
             where p.county = $1 and p.unit = $2 and p.standing = $3 and p.closed_at is null
               and t.county = p.county and t.post = p.id and t.from_day <= $4 and (t.until_day is null or t.until_day > $4)
             order by t.account",
            &params![county, unit, leads(Standing::Leads), now.day()],
            |row| row.get::<String>(0),
        )?);
    }
    Ok(leaders)
}

/// How a standing is stored.
pub(crate) const fn leads(standing: Standing) -> &'static str {
    match standing {
        Standing::Leads => "leads",
        Standing::Serves => "serves",
    }
}
