//! 劝返指令, 五(十): who must persuade by the rule, the order with its number and code, its receipt and its end. A code that does not
//! fit case, child and unit is a forged or misdirected order (hazards B01, B02).

use rules::case::persuader::{Letter, Persuader, Places, Where, letters, persuader};
use rules::case::{Ask, Case, Event, Happened, Stage};

use super::events::Kept;
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;

/// An order as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// Id.
    pub id: String,
    /// 〔2026〕3号.
    pub number: String,
    /// The unit that must persuade.
    pub unit: String,
    /// Why that one, by the rule; for one against it, that a second person agreed.
    pub reason: String,
    /// Letters that go with it.
    pub letters: String,
    /// Its code, for comparing with the paper.
    pub code: String,
    /// Whether the code fits what is stored.
    pub is_genuine: bool,
    /// When it was sent.
    pub issued_at: String,
    /// When it was received; `None` while it was not.
    pub received_at: Option<String>,
    /// sent_back, recalled or done; empty while it holds.
    pub ended_why: String,
}

/// Who must persuade by the rule: 户籍地, 居住地, 就读地 as the ledger and the last report have them.
pub(super) fn persuader_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Persuader>, Refused> {
    Ok(persuader(&places_of(desk, child)?))
}

/// The places outside the county to which a letter about the child can go.
pub(crate) fn letters_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Letter>, Refused> {
    Ok(letters(&places_of(desk, child)?))
}

fn places_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Places, Refused> {
    let (registration, township, school) = desk.tx.one(
        "select registration, township, school_township from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| Ok((row.get::<String>(0)?, row.get::<Option<String>>(1)?, row.get::<Option<String>>(2)?)),
    )?;
    let reported = desk.tx.query(
        "select whereabouts from report where county = $1 and child = $2 order by at desc, id desc limit 1",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    Ok(places(&registration, township, school, reported.first().map_or("", String::as_str)))
}

fn places(registration: &str, township: Option<String>, school: Option<String>, whereabouts: &str) -> Places {
    let here = |unit: Option<String>| unit.map_or(Where::Unknown, Where::Here);
    let away = match whereabouts {
        "work_prefecture" | "work_province" => Some(Where::OtherCounty),
        "work_outside" => Some(Where::OtherProvince),
        _ => None,
    };
    // The township of the ledger is that of the household, or of residence for those from elsewhere.
    let (household, home) = match registration {
        "local" => (here(township), away.unwrap_or(Where::Unknown)),
        "elsewhere" => (Where::OtherCounty, away.unwrap_or_else(|| here(township))),
        _ => (Where::Unknown, away.unwrap_or_else(|| here(township))),
    };
    Places { household, school: here(school), home }
}

/// The township that an order may go to: one that knows the child, since no order gives a right to see it.
pub(super) fn is_tied(desk: &mut Desk<'_, '_>, child: &str, unit: &str) -> Result<bool, Refused> {
    Ok(desk.tx.one(
        "select case when exists (select 1 from child_tie where county = $1 and child = $2 and unit = $3
                                    and tie in ('home_township', 'school_township')) then 1 else 0 end",
        &params![desk.county(), child, unit],
        |row| row.get::<bool>(0),
    )?)
}

/// What an event means for the order; the id of the one that holds afterwards.
pub(super) fn follow(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
    happened: &Happened,
    rule: Option<&Persuader>,
) -> Result<Option<String>, Refused> {
    let Case::Open(open) = &kept.case else { return Ok(None) };
    let asked = open.asked.as_ref().map(|asked| &asked.ask);
    match (&happened.event, asked) {
        (Event::Dispatch { unit }, _) => issue(desk, kept, unit, rule).map(Some),
        (Event::Agree, Some(Ask::Order { unit })) => {
            issue(desk, kept, unit, rule.filter(|rule| rule.unit == *unit)).map(Some)
        }
        (Event::Receive, _) => {
            receive(desk, kept)?;
            Ok(kept.order.clone())
        }
        (Event::SendBack { .. }, _) => end(desk, kept, "sent_back"),
        (Event::Recall { .. }, _) => end(desk, kept, "recalled"),
        // The order has done its work when the register has shown the child, or the case ends.
        (Event::Prove { .. }, _) | (Event::Agree, Some(Ask::Close(_))) => end(desk, kept, "done"),
        _ => Ok(kept.order.clone()),
    }
}

fn issue(
    desk: &mut Desk<'_, '_>,
    kept: &Kept,
    unit: &str,
    rule: Option<&Persuader>,
) -> Result<String, Refused> {
    if !is_tied(desk, &kept.child, unit)? {
        return Err(Refused::rule(
            "这个乡镇和孩子没有关系，收不到指令",
            "五(十)",
            "请先把孩子的户籍地或居住地登记准确，再下发",
        ));
    }
    let (id, year) = (desk.now.id(), i64::from(desk.now.day().year()));
    let number = desk.tx.one(
        "insert into case_counter (county, kind, year, last) values ($1, 'order', $2, 1)
         on conflict (county, kind, year) do update set last = case_counter.last + 1 returning last",
        &params![desk.county(), year],
        |row| row.get::<i64>(0),
    )?;
    let letters: Vec<String> =
        rule.map(|rule| rule.letters.iter().map(|letter| letter.words()).collect()).unwrap_or_default();
    let bound = Bound { id: &id, case: &kept.id, child: &kept.child, unit, year, number };
    let code = bound.code(desk);
    desk.tx.execute(
        "insert into case_order (county, id, case_id, child, year, number, unit, by_place, reason, letters, code,
                                 issued_at, issued_by, ended_why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')",
        &params![
            desk.county(),
            &id,
            &kept.id,
            &kept.child,
            year,
            number,
            unit,
            rule.map_or("", |rule| rule.by.code()),
            rule.map_or("不按户籍地规则，写明理由并经第二人复核同意", |rule| rule.reason),
            letters.join("、"),
            &code,
            desk.now.stamp(),
            &desk.actor().account
        ],
    )?;
    Ok(id)
}

/// What an order's code is over.
struct Bound<'a> {
    id: &'a str,
    case: &'a str,
    child: &'a str,
    unit: &'a str,
    year: i64,
    number: i64,
}

impl Bound<'_> {
    fn code(&self, desk: &Desk<'_, '_>) -> String {
        let Self { id, case, child, unit, year, number } = self;
        let text = [desk.county(), id, case, child, unit, &year.to_string(), &number.to_string()].join("\n");
        desk.keys
            .mac("case_order", text.as_bytes())
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

fn receive(desk: &mut Desk<'_, '_>, kept: &Kept) -> Result<(), Refused> {
    let Case::Open(open) = &kept.case else { return Ok(()) };
    let lines = orders(desk, &kept.id)?;
    let current = lines.iter().find(|line| Some(&line.id) == kept.order.as_ref());
    let to = match &open.stage {
        Stage::Dispatched(order) => order.unit.as_str(),
        _ => "",
    };
    let genuine = match current {
        Some(line) => line.is_genuine && unit_of(desk, &line.id)? == to,
        None => false,
    };
    if !genuine {
        return Err(Refused::rule("这道劝返指令校验不符", "五(十)", "请不要办理，立即和县教体局核对"));
    }
    desk.tx.execute(
        "update case_order set received_at = $3, received_by = $4 where county = $1 and id = $2 and received_at is null",
        &params![desk.county(), kept.order.as_deref(), desk.now.stamp(), &desk.actor().account],
    )?;
    Ok(())
}

fn unit_of(desk: &mut Desk<'_, '_>, order: &str) -> Result<String, DbError> {
    desk.tx.one(
        "select unit from case_order where county = $1 and id = $2",
        &params![desk.county(), order],
        |row| row.get(0),
    )
}

fn end(desk: &mut Desk<'_, '_>, kept: &Kept, why: &str) -> Result<Option<String>, Refused> {
    if let Some(order) = &kept.order {
        desk.tx.execute(
            "update case_order set ended_at = $3, ended_why = $4 where county = $1 and id = $2 and ended_at is null",
            &params![desk.county(), order, desk.now.stamp(), why],
        )?;
    }
    Ok(None)
}

/// The orders of a case, the latest first.
pub(super) fn orders(desk: &mut Desk<'_, '_>, case: &str) -> Result<Vec<OrderLine>, Refused> {
    struct Found {
        line: OrderLine,
        child: String,
        unit: String,
        year: i64,
        number: i64,
    }
    let read = |row: &Row<'_>| -> Result<Found, DbError> {
        let (year, number): (i64, i64) = (row.get(2)?, row.get(3)?);
        let line = OrderLine {
            id: row.get(0)?,
            number: format!("〔{year}〕{number}号"),
            unit: row.get(5)?,
            reason: row.get(6)?,
            letters: row.get(7)?,
            code: row.get(8)?,
            is_genuine: false,
            issued_at: row.get(9)?,
            received_at: row.get(10)?,
            ended_why: row.get(11)?,
        };
        Ok(Found { line, child: row.get(1)?, unit: row.get(4)?, year, number })
    };
    let found = desk.tx.query(
        "select o.id, o.child, o.year, o.number, o.unit, coalesce(unit.name, ''), o.reason, o.letters, o.code,
                o.issued_at, o.received_at, o.ended_why
         from case_order o left join unit on unit.county = o.county and unit.id = o.unit
         where o.county = $1 and o.case_id = $2 order by o.year desc, o.number desc",
        &params![desk.county(), case],
        read,
    )?;
    Ok(found
        .into_iter()
        .map(|Found { mut line, child, unit, year, number }| {
            let bound = Bound { id: &line.id, case, child: &child, unit: &unit, year, number };
            line.is_genuine = bound.code(desk) == line.code;
            line
        })
        .collect())
}
