//! 劝返指令, 五(十): who must persuade by the rule, the order with its number, code and signature, its receipt and its end. A code that does
//! not fit case, child and unit, or a signature that does not fit the text, is a forged or misdirected order (hazards B01, B02).
//! Why it is so: docs/adr/0026-signed-orders.md.

use rules::case::persuader::{Letter, Persuader, Places, Where, letters, persuader};
use rules::case::{Ask, Case, Event, Happened, Stage};

use super::events::Kept;
use crate::db::{DbError, Row, Tx};
use crate::desk::Desk;
use crate::keys::{KeyId, Keys, PublicKey};
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
    /// Whether the code fits what is stored, and the signature too, where there is one.
    pub is_genuine: bool,
    /// Name and algorithm of the key that signed it; `None` for one from before there were signatures.
    pub signed_by: Option<String>,
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
    // Both who persuades and which letters there can be follow from it: asked once.
    let found = desk.tx.once(
        "select registration, township, school_township,
                coalesce((select whereabouts from report where report.county = $1 and report.child = $2
                          order by at desc, id desc limit 1), '')
         from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| {
            let places: [Option<String>; 2] = [row.get(1)?, row.get(2)?];
            Ok((row.get::<String>(0)?, places, row.get::<String>(3)?))
        },
    )?;
    let (registration, [township, school], reported) = found
        .into_iter()
        .next()
        .ok_or_else(|| Refused::Fault("a case whose child is not there".to_owned()))?;
    Ok(places(&registration, township, school, &reported))
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
    let code = bound.code(desk.county(), desk.keys);
    let (by_place, reason) = rule
        .map_or(("", "不按户籍地规则，写明理由并经第二人复核同意"), |rule| {
            (rule.by.code(), rule.reason)
        });
    let (letters, issued_at) = (letters.join("、"), desk.now.stamp());
    let said = Said { unit, year, number, reason, letters: &letters, issued_at: &issued_at, code: &code };
    let now = desk.now;
    let mut chance = |bytes: &mut [u8]| {
        for byte in bytes {
            let [drawn] = now.random();
            *byte = drawn;
        }
    };
    let text = said.text(desk.county());
    // The key file may gain its first key by this. That is done once, whatever becomes of the transaction.
    let (key, signature) = desk.keys.sign(text.as_bytes(), now.day(), &mut chance)?;
    keep_public(desk, key)?;
    desk.tx.execute(
        "insert into case_order (county, id, case_id, child, year, number, unit, by_place, reason, letters, code,
                                 issued_at, issued_by, ended_why, signed_by, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '', $14, $15)",
        &params![
            desk.county(),
            &id,
            &kept.id,
            &kept.child,
            year,
            number,
            unit,
            by_place,
            reason,
            &letters,
            &code,
            &issued_at,
            &desk.actor().account,
            key.to_string(),
            hex(&signature)
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
    fn code(&self, county: &str, keys: &Keys) -> String {
        let Self { id, case, child, unit, year, number } = self;
        let text = [county, id, case, child, unit, &year.to_string(), &number.to_string()].join("\n");
        let code = keys.mac("case_order", text.as_bytes());
        hex(code.get(..16).unwrap_or_default())
    }
}

/// What an order says, as it is signed. It names no child: the code binds that.
struct Said<'a> {
    unit: &'a str,
    year: i64,
    number: i64,
    reason: &'a str,
    letters: &'a str,
    issued_at: &'a str,
    code: &'a str,
}

impl Said<'_> {
    /// The text that is signed, the same for whoever checks it: a line for each thing, in this order, each ended.
    fn text(&self, county: &str) -> String {
        let Self { unit, year, number, reason, letters, issued_at, code } = self;
        format!(
            "baoxue order 1\ncounty {county}\nnumber {year}-{number}\nunit {unit}\nissued {issued_at}\nreason {reason}\n\
             letters {letters}\ncode {code}\n"
        )
    }
}

/// Keeps the public key beside the orders, with a code by which it is known again: a key file that was put back may be older than it.
fn keep_public(desk: &mut Desk<'_, '_>, id: KeyId) -> Result<(), Refused> {
    let Some(key) = desk.keys.public(id) else { return Ok(()) };
    let line = key.line();
    desk.tx.execute(
        "insert into sign_key (county, id, line, code) values ($1, $2, $3, $4) on conflict (county, id) do nothing",
        &params![desk.county(), id.to_string(), &line, hex(&desk.keys.mac("sign_key", line.as_bytes()))],
    )?;
    Ok(())
}

/// The public key with this name, from the key file or from beside the orders.
fn public_key(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    id: Option<KeyId>,
) -> Result<Option<PublicKey>, Refused> {
    let Some(id) = id else { return Ok(None) };
    if let Some(key) = keys.public(id) {
        return Ok(Some(key));
    }
    let kept = tx.optional(
        "select line, code from sign_key where county = $1 and id = $2",
        &params![county, id.to_string()],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    Ok(kept.and_then(|(line, code)| {
        let known = keys.verify_mac("sign_key", line.as_bytes(), &unhex(&code));
        PublicKey::from_line(&line).filter(|key| known && key.id == id)
    }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

/// A row of `case_order`, with what is needed to check it.
struct Stored {
    line: OrderLine,
    case: String,
    child: String,
    unit: String,
    year: i64,
    number: i64,
    /// Whether it says that it is signed.
    is_signed: bool,
    key: Option<KeyId>,
    signature: String,
}

/// The columns of a [`Stored`]; `o` is the order, `unit` its unit.
const STORED: &str =
    "o.id, o.child, o.year, o.number, o.unit, coalesce(unit.name, ''), o.reason, o.letters, o.code,
     o.issued_at, o.received_at, o.ended_why, o.case_id, o.signed_by, coalesce(o.signature, '')";

impl Stored {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        let (year, number): (i64, i64) = (row.get(2)?, row.get(3)?);
        let signed_by: Option<String> = row.get(13)?;
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
            signed_by: None,
        };
        let (child, unit, case) = (row.get(1)?, row.get(4)?, row.get(12)?);
        let (is_signed, key) = (signed_by.is_some(), signed_by.and_then(|id| id.parse().ok()));
        Ok(Self { line, case, child, unit, year, number, is_signed, key, signature: row.get(14)? })
    }

    /// The text that is signed.
    fn text(&self, county: &str) -> String {
        let Self { line, unit, year, number, .. } = self;
        let said = Said {
            unit,
            year: *year,
            number: *number,
            reason: &line.reason,
            letters: &line.letters,
            issued_at: &line.issued_at,
            code: &line.code,
        };
        said.text(county)
    }

    /// The order, checked: nothing of it was changed since it was sent.
    fn checked(mut self, county: &str, keys: &Keys, public: Option<&PublicKey>) -> OrderLine {
        let text = self.text(county);
        let fits = match public {
            Some(key) => key.verifies(text.as_bytes(), &unhex(&self.signature)),
            // From before there were signatures.
            None => !self.is_signed && self.signature.is_empty(),
        };
        let Self { line, case, child, unit, year, number, .. } = &mut self;
        let bound = Bound { id: &line.id, case, child, unit, year: *year, number: *number };
        line.is_genuine = fits && bound.code(county, keys) == line.code;
        line.signed_by = public.map(|key| format!("{} {}", key.scheme.label(), key.id));
        self.line
    }
}

/// What whoever holds an order learns by its code (B01, B02), and can check without this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOrder {
    /// The order.
    pub line: OrderLine,
    /// The text that was signed.
    pub text: String,
    /// The signature, in hex; empty for one from before there were signatures.
    pub signature: String,
    /// The public key.
    pub key: Option<PublicKey>,
}

/// Looks up the code of an order; `None` for one that is not known. It names no child.
///
/// # Errors
/// [`Refused::Storage`].
pub fn checked_order(
    tx: &mut Tx<'_>,
    keys: &Keys,
    county: &str,
    code: &str,
) -> Result<Option<CheckedOrder>, Refused> {
    let found = tx.query(
        &format!(
            "select {STORED} from case_order o left join unit on unit.county = o.county and unit.id = o.unit
             where o.county = $1 and o.code = $2 order by o.year, o.number limit 1"
        ),
        &params![county, code],
        Stored::read,
    )?;
    let Some(stored) = found.into_iter().next() else { return Ok(None) };
    let key = public_key(tx, keys, county, stored.key)?;
    Ok(Some(CheckedOrder {
        text: stored.text(county),
        signature: stored.signature.clone(),
        line: stored.checked(county, keys, key.as_ref()),
        key,
    }))
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
        Some(line) => line.is_genuine && line.ended_why.is_empty() && unit_of(desk, &line.id)? == to,
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
    let found = desk.tx.query(
        &format!(
            "select {STORED} from case_order o left join unit on unit.county = o.county and unit.id = o.unit
             where o.county = $1 and o.case_id = $2 order by o.year desc, o.number desc"
        ),
        &params![desk.county(), case],
        Stored::read,
    )?;
    let mut lines = Vec::with_capacity(found.len());
    for stored in found {
        let key = public_key(desk.tx, desk.keys, desk.county(), stored.key)?;
        lines.push(stored.checked(desk.county(), desk.keys, key.as_ref()));
    }
    Ok(lines)
}
