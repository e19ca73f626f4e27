//! Who answers for a child at home, which groups it belongs to, and where it studies outside the county: facts by date.
//! What ends is ended, never taken away.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Field, Grant, Sight, Subject};
use rules::county_codes::CountyTable;
use rules::date::parse_date;
use rules::groups::Special;
use rules::standing::Standing;

use super::enter::{self, Entering, NewGroup, NewGuardian};
use super::form::plain;
use super::history::{keep, touched};
use super::next::AHEAD;
use super::sees::Sees;
use super::ties::ties_of;
use crate::codes;
use crate::db::Value;
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::scope::Scope;

/// Allows an act on a child, and how its fields are seen by it.
fn allowed<'a>(desk: &mut Desk<'a, '_>, action: Action, id: &str) -> Result<(Grant<'a>, Sees), Refused> {
    let ties = ties_of(desk, id)?;
    let grant = desk.require(action, &Subject::Child(&ties), ("child", id))?;
    let sees = Sees::granted(&grant).ok_or_else(|| Refused::denied(action, "child", id))?;
    Ok((grant, sees))
}

fn text(field: &'static str, what: &str, typed: &str, most: usize) -> Result<String, Refused> {
    let text = typed.trim().to_owned();
    if text.is_empty() {
        return Err(Refused::field(field, format!("请写{what}")));
    }
    if text.chars().count() > most || !plain(&text) {
        return Err(Refused::field(field, format!("{what}在{most}个字以内，不能有看不见的符号")));
    }
    Ok(text)
}

fn day(field: &'static str, typed: &str) -> Result<Date, Refused> {
    parse_date(typed).map_err(|problem| Refused::field(field, format!("{problem}。请写成 2026-09-01")))
}

/// A guardian as somebody fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuardianForm {
    /// Name.
    pub name: String,
    /// 父亲, 祖母….
    pub relation: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Works away from home.
    pub away: bool,
}

/// Adds a guardian.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn add_guardian(desk: &mut Desk<'_, '_>, child: &str, form: &GuardianForm) -> Result<(), Refused> {
    let (grant, _) = allowed(desk, Action::WriteChild, child)?;
    let name = text("name", "监护人姓名", &form.name, 50)?;
    let relation = text("relation", "与孩子的关系", &form.relation, 10)?;
    let phone: String = form.phone.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let right = matches!(phone.len(), 7..=15) && phone.bytes().all(|digit| digit.is_ascii_digit());
    if !(phone.is_empty() || right) {
        return Err(Refused::field("phone", "电话只写数字，7到15位"));
    }
    // Sent twice is entered once (hazard H01): a child has one father of a name.
    let there = desk.tx.query(
        "select id from guardian
         where county = $1 and child = $2 and name = $3 and relation = $4 and until_at is null order by id limit 1",
        &params![desk.county(), child, &name, &relation],
        |row| row.get::<String>(0),
    )?;
    if !there.is_empty() {
        return Ok(());
    }
    let sort = desk.tx.one(
        "select cast(coalesce(max(sort), 0) as bigint) from guardian where county = $1 and child = $2",
        &params![desk.county(), child],
        |row| row.get::<i64>(0),
    )?;
    let new = NewGuardian {
        name: name.clone(),
        relation,
        phone: (!phone.is_empty()).then_some(phone),
        id_number: None,
        away: form.away,
    };
    let with = Entering {
        county: desk.county(),
        keys: desk.keys,
        now: desk.now,
        by: &desk.who.actor.account,
        source: "hand",
    };
    enter::guardian(desk.tx, &with, child, sort + 1, &new)?;
    keep(desk, child, "guardian", "", &name, "hand")?;
    touched(desk, child)?;
    desk.record(Action::WriteChild, grant.post, ("child", child), "", "登记监护人")
}

/// Ends a guardian: it stays in the history.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn end_guardian(desk: &mut Desk<'_, '_>, child: &str, guardian: &str) -> Result<(), Refused> {
    let (grant, _) = allowed(desk, Action::WriteChild, child)?;
    let name = desk.tx.optional(
        "update guardian set until_at = $4 where county = $1 and id = $2 and child = $3 and until_at is null returning name",
        &params![desk.county(), guardian, child, desk.now.stamp()],
        |row| row.get::<String>(0),
    )?;
    let Some(name) = name else { return Err(Refused::denied(Action::WriteChild, "guardian", guardian)) };
    keep(desk, child, "guardian", &name, "", "hand")?;
    touched(desk, child)?;
    desk.record(Action::WriteChild, grant.post, ("child", child), "", "结束监护人")
}

/// Puts a child into the household of a 户号, which is made when there is none yet.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn join_household(desk: &mut Desk<'_, '_>, child: &str, book: &str, head: &str) -> Result<(), Refused> {
    let (grant, _) = allowed(desk, Action::WriteChild, child)?;
    let (book, head) = (text("book", "户号", book, 30)?, text("head", "户主姓名", head, 50)?);
    let county = desk.county();
    let index = desk.index("book_number", &book);
    let found = desk.tx.query(
        "select id, head from household where county = $1 and book_index = $2 order by id limit 1",
        &params![county, &index],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?)),
    )?;
    let household = match found.into_iter().next() {
        // A number alone opens nobody's household (hazard A04).
        Some((_, named)) if named.trim() != head => {
            return Err(Refused::field("head", "户号和户主姓名对不上，请核对户口簿"));
        }
        Some((id, _)) => id,
        None => {
            let places = super::write::places(desk, Action::WriteChild, child)?;
            let new = enter::NewHousehold {
                book: Some(book),
                head,
                township: places.township,
                village: places.village,
                group: places.group,
                address: String::new(),
            };
            let with = Entering {
                county,
                keys: desk.keys,
                now: desk.now,
                by: &desk.who.actor.account,
                source: "hand",
            };
            enter::household(desk.tx, &with, &new)?
        }
    };
    let was = desk.tx.one(
        "select coalesce(household, '') from child where county = $1 and id = $2",
        &params![county, child],
        |row| row.get::<String>(0),
    )?;
    desk.tx.execute(
        "update child set household = $3 where county = $1 and id = $2",
        &params![county, child, &household],
    )?;
    keep(desk, child, "household", &was, &household, "hand")?;
    touched(desk, child)?;
    desk.record(Action::WriteChild, grant.post, ("child", child), "", "登记家庭户")
}

/// Adds a child to a special group from a day on, with who says so.
///
/// # Errors
/// [`Refused::Denied`] also for a group that the actor may not know of; [`Refused::Invalid`], [`Refused::Rule`],
/// [`Refused::Storage`].
pub fn tag(
    desk: &mut Desk<'_, '_>,
    child: &str,
    group: Special,
    from: &str,
    detail: &str,
    source: &str,
) -> Result<(), Refused> {
    let (grant, sees) = allowed(desk, Action::TagChild, child)?;
    if sees.of(group.field()) != Sight::Clear {
        return Err(Refused::denied(Action::TagChild, "child", child));
    }
    if !taggable(desk, child)?.contains(&group) {
        return Err(Refused::field("group", "这个群体已经停用，不再新登记；请看代码表"));
    }
    let (from, source) = (day("from", from)?, text("source", "依据", source, 60)?);
    if from > desk.now.day() {
        return Err(Refused::field("from", "起始日期在今天之后，请核对"));
    }
    if detail.chars().count() > 60 || !plain(detail) {
        return Err(Refused::field("detail", "说明在60个字以内，不能有看不见的符号"));
    }
    let there = desk.tx.query(
        "select id from child_group where county = $1 and child = $2 and code = $3 and until_day is null
         order by id limit 1",
        &params![desk.county(), child, group.code()],
        |row| row.get::<String>(0),
    )?;
    if !there.is_empty() {
        return Err(Refused::rule(
            format!("已经登记为“{}”", group.label()),
            "",
            "情况变了的，先结束原来的登记，再重新登记",
        ));
    }
    let with = Entering {
        county: desk.county(),
        keys: desk.keys,
        now: desk.now,
        by: &desk.who.actor.account,
        source: &source,
    };
    enter::group(desk.tx, &with, child, &NewGroup { group, detail: detail.trim().to_owned(), from })?;
    touched(desk, child)?;
    desk.record(Action::TagChild, grant.post, ("child", child), &source, "登记特殊群体")
}

/// Ends a child's belonging to a group.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn untag(desk: &mut Desk<'_, '_>, child: &str, fact: &str, until: &str) -> Result<(), Refused> {
    let (grant, sees) = allowed(desk, Action::TagChild, child)?;
    let until = day("until", until)?;
    let row = desk.tx.optional(
        "select code, from_day from child_group where county = $1 and id = $2 and child = $3 and until_day is null",
        &params![desk.county(), fact, child],
        |row| Ok((row.get::<String>(0)?, row.get::<Date>(1)?)),
    )?;
    let known = row.filter(|(code, _)| {
        Special::from_code(code).is_some_and(|group| sees.of(group.field()) == Sight::Clear)
    });
    let Some((_, from)) = known else { return Err(Refused::denied(Action::TagChild, "group", fact)) };
    if until < from || until > desk.now.day() {
        return Err(Refused::field("until", "结束日期应在起始日期之后、今天以前"));
    }
    desk.tx.execute(
        "update child_group set until_day = $3, ended_by = $4 where county = $1 and id = $2",
        &params![desk.county(), fact, until, &desk.actor().account],
    )?;
    touched(desk, child)?;
    desk.record(Action::TagChild, grant.post, ("child", child), "", "结束特殊群体登记")
}

/// A record of studying outside the county as somebody fills it in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ElsewhereForm {
    /// The school.
    pub school: String,
    /// Where it is.
    pub place: String,
    /// 就读证明, 学籍截图, 电话核实, 没有证明.
    pub proof: String,
    /// Its number; may be empty.
    pub number: String,
    /// From which day.
    pub from: String,
    /// Until which day the proof counts; empty: one school year.
    pub expires: String,
}

/// Proofs that count, in the order of the form.
pub const PROOFS: &[&str] = &["就读证明", "学籍截图", "电话核实", "没有证明"];

/// Records that a child studies outside the county. The proof expires after a year at most, so that it is asked again.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Storage`].
pub fn record_elsewhere(desk: &mut Desk<'_, '_>, child: &str, form: &ElsewhereForm) -> Result<(), Refused> {
    let (grant, _) = allowed(desk, Action::RecordElsewhere, child)?;
    let (school, place) =
        (text("school", "就读学校", &form.school, 60)?, text("place", "学校所在地", &form.place, 60)?);
    let Some(proof) = PROOFS.iter().find(|proof| **proof == form.proof) else {
        return Err(Refused::field("proof", "请选择证明"));
    };
    let from = day("from", &form.from)?;
    let latest = desk.now.day().saturating_add(1.year());
    let expires = if form.expires.trim().is_empty() { latest } else { day("expires", &form.expires)? };
    if expires <= from || expires > latest {
        return Err(Refused::field("expires", "证明有效期最长一年，到期要重新核实"));
    }
    let county = desk.county();
    let there = desk.tx.query(
        "select id from elsewhere
         where county = $1 and child = $2 and school = $3 and place = $4 and proof = $5 and proof_number = $6
           and from_day = $7 and expires_day = $8 and ended_day is null order by id limit 1",
        &params![county, child, &school, &place, *proof, form.number.trim(), from, expires],
        |row| row.get::<String>(0),
    )?;
    // Sent twice is recorded once (hazard H01).
    if !there.is_empty() {
        return Ok(());
    }
    let (id, stamp) = (desk.now.id(), desk.now.stamp());
    desk.tx.execute(
        "update elsewhere set ended_day = $3 where county = $1 and child = $2 and ended_day is null",
        &params![county, child, desk.now.day()],
    )?;
    desk.tx.execute(
        "insert into elsewhere (county, id, child, school, place, proof, proof_number, from_day, expires_day,
                                by_account, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &params![
            county,
            &id,
            child,
            &school,
            &place,
            *proof,
            form.number.trim(),
            from,
            expires,
            &desk.actor().account,
            &stamp
        ],
    )?;
    // Without a proof nothing is shown yet: the child stays where it stands, and is looked for.
    if *proof != "没有证明" {
        stand(desk, child, Standing::Elsewhere, "hand")?;
    }
    touched(desk, child)?;
    desk.record(Action::RecordElsewhere, grant.post, ("child", child), "", "登记外出就读")
}

/// Ends a record of studying elsewhere: where the child then is has to be found out.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn end_elsewhere(desk: &mut Desk<'_, '_>, child: &str, fact: &str) -> Result<(), Refused> {
    let (grant, _) = allowed(desk, Action::RecordElsewhere, child)?;
    let ended = desk.tx.execute(
        "update elsewhere set ended_day = $4 where county = $1 and id = $2 and child = $3 and ended_day is null",
        &params![desk.county(), fact, child, desk.now.day()],
    )?;
    if ended == 0 {
        return Err(Refused::denied(Action::RecordElsewhere, "elsewhere", fact));
    }
    let standing = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    if standing == Standing::Elsewhere.code() {
        stand(desk, child, Standing::Unknown, "hand")?;
    }
    touched(desk, child)?;
    desk.record(Action::RecordElsewhere, grant.post, ("child", child), "", "结束外出就读")
}

/// Sets where a child stands, with its history; [`touched`] must follow.
pub(super) fn stand(
    desk: &mut Desk<'_, '_>,
    child: &str,
    standing: Standing,
    source: &str,
) -> Result<(), Refused> {
    let was = desk.tx.one(
        "select standing from child where county = $1 and id = $2",
        &params![desk.county(), child],
        |row| row.get::<String>(0),
    )?;
    desk.tx.execute(
        "update child set standing = $3 where county = $1 and id = $2",
        &params![desk.county(), child, standing.code()],
    )?;
    keep(desk, child, "standing", &was, standing.code(), source)
}

/// A proof that expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiring {
    /// Id of the child.
    pub child: String,
    /// Its name.
    pub name: String,
    /// School and place.
    pub school: String,
    /// The day.
    pub day: String,
    /// Days left; negative when past.
    pub days: i64,
}

/// Children whose proof of studying elsewhere has expired or will within 30 days, the oldest first.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn expiring(desk: &mut Desk<'_, '_>) -> Result<Vec<Expiring>, Refused> {
    desk.require(Action::RecordElsewhere, &Subject::Nothing, ("elsewhere", ""))?;
    let scope = Scope::of(desk.actor(), Action::RecordElsewhere, desk.now);
    let today = desk.now.day();
    let mut params = vec![Value::from(desk.county()), Value::from(today.saturating_add(AHEAD.days()))];
    let within = scope.predicate("tie", &mut params);
    let sql = format!(
        "select child.id, child.name, elsewhere.school || '（' || elsewhere.place || '）', elsewhere.expires_day
         from elsewhere join child on child.county = elsewhere.county and child.id = elsewhere.child
         where elsewhere.county = $1 and elsewhere.expires_day <= $2 and elsewhere.ended_day is null
           and exists (select 1 from child_tie tie where tie.county = elsewhere.county
                        and tie.child = elsewhere.child and {within})
         order by elsewhere.expires_day, elsewhere.id limit 200"
    );
    Ok(desk.tx.query(&sql, &params, |row| {
        let day: Date = row.get(3)?;
        let days = day.since(today).map_or(0, |span| i64::from(span.get_days()));
        Ok(Expiring {
            child: row.get(0)?,
            name: row.get(1)?,
            school: row.get(2)?,
            day: day.to_string(),
            days,
        })
    })?)
}

/// The groups that the actor may add to this child.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn taggable(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Special>, Refused> {
    let (_, sees) = allowed(desk, Action::TagChild, child)?;
    let held = codes::current(desk.tx, desk.county(), desk.plan, CountyTable::Special, desk.now.day())?;
    // A group that the county ended is not given to anybody new; whoever has it keeps it.
    let in_use = |group: &Special| held.iter().any(|one| one.code == group.code() && one.in_use);
    let sees = |group: &Special| sees.of(group.field()) == Sight::Clear;
    Ok(Special::ALL.iter().copied().filter(|group| sees(group) && in_use(group)).collect())
}

/// Whether the actor sees who lives with the child, and so may set its household.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn keeps_household(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    let (_, sees) = allowed(desk, Action::WriteChild, child)?;
    Ok(sees.of(Field::Household) == Sight::Clear)
}
