//! 街天: the markets to which boarders go home, by township, so that 返校点名 is asked on their evening too (五(五)). The plan
//! may name some; an office enters what it knows, and of two rows about one market the later holds. Empty until then.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::attendance::SchoolDays;
use rules::calendar::Market;

use super::days::school_days;
use crate::desk::Desk;
use crate::ledger::plain;
use crate::params;
use crate::refused::Refused;

/// A market as somebody fills it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketForm {
    /// The township.
    pub township: String,
    /// What it is called: 南涧街.
    pub name: String,
    /// A day on which it was held.
    pub first: Date,
    /// Days from one to the next; 0 when it is no longer held.
    pub every: u8,
}

/// A market that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketLine {
    /// The township.
    pub township: String,
    /// Its name.
    pub township_name: String,
    /// What it is called.
    pub name: String,
    /// A day on which it was held.
    pub first: Date,
    /// Days from one to the next.
    pub every: u8,
    /// The next day on which it is held, today at the earliest.
    pub next: Option<Date>,
    /// Who entered it; of one of the plan how sure it is and where it comes from.
    pub by: String,
}

/// The school days between two days with the markets of the schools' townships.
pub(super) fn days_with_markets<'a>(
    desk: &mut Desk<'a, '_>,
    from: Date,
    to: Date,
) -> Result<SchoolDays<'a>, Refused> {
    let days = school_days(desk, from, to)?;
    let held = held(desk)?;
    if held.is_empty() {
        return Ok(days);
    }
    let schools = desk.tx.query(
        "select id, township from unit
         where county = $1 and kind = 'school' and township is not null and until_day is null order by id",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let markets = schools.into_iter().flat_map(|(school, township)| {
        let own = held.iter().filter(move |((of, _), _)| *of == township);
        own.map(|(_, (market, _))| (school.clone(), market.clone())).collect::<Vec<_>>()
    });
    Ok(days.with_markets(markets.collect()))
}

/// Markets by the township's unit and their name, each with who says so: those of the plan, and what was entered in their place.
type Held = BTreeMap<(String, String), (Market, String)>;

fn held(desk: &mut Desk<'_, '_>) -> Result<Held, Refused> {
    let mut held = Held::new();
    for market in desk.plan.calendar().markets() {
        let township = desk.tx.query(
            "select id from unit where county = $1 and kind = 'township' and code = $2 and until_day is null order by id",
            &params![desk.county(), &market.township],
            |row| row.get::<String>(0),
        )?;
        for id in township {
            held.insert((id, market.name.clone()), (market.clone(), market.source.clone()));
        }
    }
    let entered = desk.tx.query(
        "select market.township, market.name, market.first_day, market.every, coalesce(account.name, '')
         from market
         left join account on account.county = market.county and account.id = market.by_account
         where market.county = $1
         order by market.at, market.township, market.name",
        &params![desk.county()],
        |row| {
            let (township, name): (String, String) = (row.get(0)?, row.get(1)?);
            let (first, every) = (row.get(2)?, u8::try_from(row.get::<i64>(3)?).unwrap_or_default());
            let market = Market { township, name, first, every, source: String::new() };
            Ok((market, row.get::<String>(4)?))
        },
    )?;
    for (market, by) in entered {
        held.insert((market.township.clone(), market.name.clone()), (market, by));
    }
    held.retain(|_, (market, _)| market.every > 0);
    Ok(held)
}

/// The markets that are held, by township.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn markets(desk: &mut Desk<'_, '_>) -> Result<Vec<MarketLine>, Refused> {
    desk.require(Action::ReadRegister, &Subject::Nothing, ("school_day", ""))?;
    let held = held(desk)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let townships = market_places(desk)?;
    let today = desk.now.day();
    let lines = townships.iter().flat_map(|(id, name)| {
        let own = held.iter().filter(move |((of, _), _)| of == id);
        own.map(move |(_, (market, by))| MarketLine {
            township: id.clone(),
            township_name: name.clone(),
            name: market.name.clone(),
            first: market.first,
            every: market.every,
            next: market.next(today),
            by: by.clone(),
        })
    });
    Ok(lines.collect())
}

/// The townships, each of which may hold markets: id and name.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn market_places(desk: &mut Desk<'_, '_>) -> Result<Vec<(String, String)>, Refused> {
    desk.require(Action::ReadRegister, &Subject::Nothing, ("school_day", ""))?;
    Ok(desk.tx.query(
        "select id, name from unit where county = $1 and kind = 'township' and until_day is null order by sort, id",
        &params![desk.county()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Enters a market, from now on.
///
/// # Errors
/// [`Refused::Denied`] for whoever does not decide the days of every school, [`Refused::Invalid`], [`Refused::Storage`].
pub fn set_market(desk: &mut Desk<'_, '_>, form: &MarketForm) -> Result<(), Refused> {
    let grant = desk.require(Action::SetSchoolDays, &Subject::Unit(&[]), ("unit", &form.township))?;
    let township = desk.tx.optional(
        "select name from unit where county = $1 and id = $2 and kind = 'township' and until_day is null",
        &params![desk.county(), &form.township],
        |row| row.get::<String>(0),
    )?;
    let township = township.ok_or_else(|| Refused::field("township", "请选择哪个乡镇的街天"))?;
    let name = form.name.trim();
    if name.is_empty() || name.chars().count() > 20 || !plain(name) {
        return Err(Refused::field("name", "请写哪条街，如“南涧街”，20个字以内"));
    }
    if form.every > Market::MOST {
        return Err(Refused::field("every", "请写几天赶一次，1到30的数；每周一次写7"));
    }
    desk.tx.execute(
        "insert into market (county, township, name, at, first_day, every, by_account)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (county, township, name, at) do update
           set first_day = excluded.first_day, every = excluded.every, by_account = excluded.by_account",
        &params![
            desk.county(),
            &form.township,
            name,
            desk.now.stamp(),
            form.first,
            i64::from(form.every),
            &desk.actor().account
        ],
    )?;
    let rhythm = if form.every == 0 {
        "不再赶".to_owned()
    } else {
        format!("{}起每{}天一次", form.first, form.every)
    };
    let detail = format!("{township}{name}：{rhythm}");
    desk.record(Action::SetSchoolDays, grant.post, ("unit", &form.township), "街天", &detail)
}
