//! Pairing somebody with a child, and somebody else instead: facts that are added and ended. The tie by which a 包保干部 sees the
//! child comes and goes with it, in the same act.

use rules::access::{Action, Field, Role, Sight, Subject, Tie};
use rules::pairing::{Candidate, Ending, Interest, may_pair, near};

use crate::accounts::tell;
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::ledger::{Sees, named, plain, ties_of};
use crate::params;
use crate::refused::Refused;

/// Who is paired with a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paired {
    /// Id of the pairing.
    pub id: String,
    /// Id of the account.
    pub account: String,
    /// Name.
    pub name: String,
    /// Role and unit of the post.
    pub post: String,
    /// Since when.
    pub since: String,
    /// Whether the person still holds the post: one who has left it goes to nobody.
    pub is_there: bool,
}

/// Somebody who can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Id of the post.
    pub post: String,
    /// Name.
    pub name: String,
    /// Role and unit.
    pub what: String,
    /// With how many other children.
    pub load: u16,
    /// Why not; `None` where nothing is against it.
    pub against: Option<String>,
}

/// The form.
#[derive(Debug, Clone)]
pub struct Pairing {
    /// Name of the child.
    pub name: String,
    /// Its school and class, or its township.
    pub place: String,
    /// Its open case.
    pub case: Option<String>,
    /// Who is paired with it now.
    pub now: Option<Paired>,
    /// Who can be chosen, those with the fewest children first.
    pub choices: Vec<Choice>,
}

/// Who is paired with a child now.
///
/// # Errors
/// [`Refused::Storage`].
pub fn paired_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<Paired>, Refused> {
    Ok(desk.tx.optional(
        "select pair.id, pair.account, coalesce(account.name, ''), coalesce(post.role, ''), coalesce(unit.name, ''),
                pair.from_at,
                case when exists (select 1 from tenure where tenure.county = pair.county and tenure.post = pair.post
                                     and tenure.account = pair.account and tenure.until_day is null) then 1 else 0 end
         from pair
         left join account on account.county = pair.county and account.id = pair.account
         left join post on post.county = pair.county and post.id = pair.post
         left join unit on unit.county = post.county and unit.id = post.unit
         where pair.county = $1 and pair.child = $2 and pair.ended_at is null",
        &params![desk.county(), child],
        |row| {
            Ok(Paired {
                id: row.get(0)?,
                account: row.get(1)?,
                name: row.get(2)?,
                post: what(&row.get::<String>(3)?, &row.get::<String>(4)?),
                since: row.get(5)?,
                is_there: row.get(6)?,
            })
        },
    )?)
}

/// Whether it is the actor who is paired with the child.
pub(crate) fn is_with(desk: &mut Desk<'_, '_>, child: &str) -> Result<bool, Refused> {
    let paired = paired_of(desk, child)?;
    Ok(paired.is_some_and(|one| one.account == desk.actor().account))
}

fn what(role: &str, unit: &str) -> String {
    let role = Role::from_code(role).map_or("", Role::label);
    format!("{unit} {role}").trim().to_owned()
}

/// The form for a child: who is paired, and who could be. That the child was looked at is on the record.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn pairing(desk: &mut Desk<'_, '_>, child: &str) -> Result<Pairing, Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::PairChild, &Subject::Child(&ties), ("child", child))?;
    let (name, place) = named(desk, child)?;
    let case = open_case(desk, child)?;
    let against = case.as_ref().and_then(|(_, against)| against.clone());
    let kin = Kin::of(desk, child)?;
    let rule = &desk.plan.case().pairing;
    let mut choices = Vec::new();
    for one in near_by(desk, child, &ties)? {
        let interest = one.interest(desk, &kin, against.as_deref())?;
        let candidate = Candidate { role: one.role, unit: &one.unit, load: one.load, interest };
        let against = may_pair(&candidate, &ties, rule).err().map(|refused| refused.what);
        choices.push(Choice {
            what: what(one.role.code(), &one.unit_name),
            post: one.post,
            name: one.name,
            load: one.load,
            against,
        });
    }
    choices.sort_by(|a, b| {
        let key = |one: &Choice| (one.against.is_some(), one.load);
        key(a).cmp(&key(b)).then_with(|| a.what.cmp(&b.what)).then_with(|| a.post.cmp(&b.post))
    });
    let now = paired_of(desk, child)?;
    desk.record(Action::ReadChild, grant.post, ("child", child), "", "结对包保")?;
    Ok(Pairing { name, place, case: case.map(|(id, _)| id), now, choices })
}

/// The open case of a child, and the unit that a tip-off in it is about.
fn open_case(desk: &mut Desk<'_, '_>, child: &str) -> Result<Option<(String, Option<String>)>, DbError> {
    desk.tx.optional(
        "select id, against from child_case where county = $1 and child = $2 and ended_at is null",
        &params![desk.county(), child],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// Somebody on a post near the child.
struct Near {
    post: String,
    role: Role,
    unit: String,
    unit_name: String,
    account: String,
    name: String,
    phone: Option<Vec<u8>>,
    load: u16,
}

/// Names and telephones of the child's guardians.
struct Kin {
    names: Vec<String>,
    phones: Vec<String>,
}

impl Kin {
    fn of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Self, Refused> {
        let found = desk.tx.query(
            "select id, name, phone_sealed from guardian where county = $1 and child = $2 and until_at is null
             order by sort, id",
            &params![desk.county(), child],
            |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Option<Vec<u8>>>(2)?)),
        )?;
        let (mut names, mut phones) = (Vec::new(), Vec::new());
        for (id, name, sealed) in found {
            names.push(name);
            phones.push(desk.open("guardian", "phone", &id, sealed.as_deref())?);
        }
        Ok(Self { names, phones })
    }
}

impl Near {
    fn interest(
        &self,
        desk: &Desk<'_, '_>,
        kin: &Kin,
        against: Option<&str>,
    ) -> Result<Option<Interest>, Refused> {
        if against == Some(&*self.unit) {
            return Ok(Some(Interest::TipOff));
        }
        let phone = desk.open("account", "phone", &self.account, self.phone.as_deref())?;
        let same = kin.names.contains(&self.name) || (!phone.is_empty() && kin.phones.contains(&phone));
        Ok(same.then_some(Interest::Kin))
    }
}

/// Everybody on a post at a unit that answers for the child.
fn near_by(desk: &mut Desk<'_, '_>, child: &str, ties: &[(String, Tie)]) -> Result<Vec<Near>, Refused> {
    let mut all: Vec<Near> = Vec::new();
    for (unit, tie) in ties {
        for role in Role::ALL.iter().copied().filter(|role| near(*role).contains(tie)) {
            all.extend(desk.tx.query(
                "select post.id, unit.name, account.id, account.name, account.phone_sealed,
                        (select cast(count(*) as bigint) from pair where pair.county = account.county
                            and pair.account = account.id and pair.ended_at is null and pair.child <> $4)
                 from post
                 join unit on unit.county = post.county and unit.id = post.unit
                 join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
                 join account on account.county = tenure.county and account.id = tenure.account
                 where post.county = $1 and post.unit = $2 and post.role = $3 and post.closed_at is null
                   and account.state = 'active'
                 order by post.sort, post.id limit 100",
                &params![desk.county(), unit, role.code(), child],
                |row: &Row<'_>| {
                    Ok(Near {
                        post: row.get(0)?,
                        role,
                        unit: unit.clone(),
                        unit_name: row.get(1)?,
                        account: row.get(2)?,
                        name: row.get(3)?,
                        phone: row.get(4)?,
                        load: u16::try_from(row.get::<i64>(5)?).unwrap_or(u16::MAX),
                    })
                },
            )?);
        }
    }
    all.dedup_by(|a, b| a.post == b.post);
    Ok(all)
}

/// Pairs the holder of a post with a child, in place of whoever is paired now. `was` is the pairing that the page knew, empty
/// for none.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Invalid`], [`Refused::Rule`], [`Refused::Changed`] when somebody was quicker,
/// [`Refused::Storage`].
pub fn pair(desk: &mut Desk<'_, '_>, child: &str, post: &str, why: &str, was: &str) -> Result<(), Refused> {
    let ties = ties_of(desk, child)?;
    let grant = desk.require(Action::PairChild, &Subject::Child(&ties), ("child", child))?;
    let Some((_, against)) = open_case(desk, child)? else {
        return Err(Refused::rule("这个孩子没有在办的个案", "五(六)", "失学、辍学的先立案，再结对"));
    };
    let now = paired_of(desk, child)?;
    let chosen = near_by(desk, child, &ties)?.into_iter().find(|one| one.post == post);
    let chosen = chosen.ok_or_else(|| Refused::field("post", "请选择谁来包保"))?;
    if now.as_ref().map_or("", |now| now.id.as_str()) != was {
        // The same sent twice is done once (H01); another was quicker (H04).
        return match now {
            Some(now) if now.account == chosen.account => Ok(()),
            _ => Err(Refused::Changed { what: "这个孩子刚刚换了包保人".to_owned() }),
        };
    }
    if now.as_ref().is_some_and(|now| now.account == chosen.account && now.is_there) {
        return Err(Refused::field("post", "现在就是这个人包保，请选别人"));
    }
    let why = why.trim();
    if why.chars().count() > 200 || !why.lines().all(plain) || (now.is_some() && why.chars().count() < 2) {
        return Err(Refused::field("why", "换人的请写明为什么，2到200个字"));
    }
    let kin = Kin::of(desk, child)?;
    let interest = chosen.interest(desk, &kin, against.as_deref())?;
    let candidate = Candidate { role: chosen.role, unit: &chosen.unit, load: chosen.load, interest };
    may_pair(&candidate, &ties, &desk.plan.case().pairing)?;
    if now.is_some() {
        end_of(desk, child, Ending::Changed)?;
    }
    begin(desk, child, (&chosen.account, &chosen.post), why)?;
    let news = tell::News {
        kind: "pair", subject: child, text: "有一个孩子由您结对包保", href: "/visits"
    };
    tell::one(desk.tx, desk.now, desk.county(), &chosen.account, &news)?;
    let detail = if now.is_some() { "结对包保：换人" } else { "结对包保" };
    desk.record(Action::PairChild, grant.post, ("child", child), "", detail)
}

fn begin(
    desk: &mut Desk<'_, '_>,
    child: &str,
    (account, post): (&str, &str),
    why: &str,
) -> Result<(), Refused> {
    let id = desk.now.id();
    let sealed = (!why.is_empty()).then(|| desk.seal("pair", "why", &id, why));
    let county = desk.county();
    let written = desk.tx.execute(
        "insert into pair (county, id, child, account, post, why_sealed, from_at, by_account, ended_why)
         values ($1, $2, $3, $4, $5, $6, $7, $8, '')",
        &params![county, &id, child, account, post, sealed, desk.now.stamp(), &desk.actor().account],
    );
    match written {
        Ok(_) => {}
        Err(DbError::Unique(_)) => {
            return Err(Refused::Changed { what: "这个孩子刚刚换了包保人".to_owned() });
        }
        Err(error) => return Err(error.into()),
    }
    desk.tx.execute(
        "insert into child_tie (county, unit, tie, child, spelling, standing, group_bits)
         select county, $3, 'paired', id, spelling, standing, group_bits from child where county = $1 and id = $2
         on conflict (county, child, unit, tie) do nothing",
        &params![county, child, account],
    )?;
    Ok(())
}

/// Ends the pairing of a child, if there is one, and with it the tie.
pub(crate) fn end_of(desk: &mut Desk<'_, '_>, child: &str, why: Ending) -> Result<(), Refused> {
    let county = desk.county();
    let ended = desk.tx.query(
        "update pair set ended_at = $3, ended_by = $4, ended_why = $5
         where county = $1 and child = $2 and ended_at is null returning account",
        &params![county, child, desk.now.stamp(), &desk.actor().account, why.code()],
        |row| row.get::<String>(0),
    )?;
    for account in ended {
        desk.tx.execute(
            "delete from child_tie where county = $1 and child = $2 and unit = $3 and tie = 'paired'",
            &params![county, child, &account],
        )?;
    }
    Ok(())
}

/// The children that somebody is paired with on a post: ids and names.
pub(crate) fn held(
    desk: &mut Desk<'_, '_>,
    post: &str,
    account: &str,
) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select child.id, child.name from pair
         join child on child.county = pair.county and child.id = pair.child
         where pair.county = $1 and pair.post = $2 and pair.account = $3 and pair.ended_at is null
         order by child.spelling, child.id",
        &params![desk.county(), post, account],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Gives the pairing that somebody has on a post to who has the post now (交接). The tie is the caller's.
pub(crate) fn hand_on(
    desk: &mut Desk<'_, '_>,
    child: &str,
    post: &str,
    (from, to): (&str, &str),
) -> Result<(), Refused> {
    let held = desk.tx.optional(
        "select id from pair where county = $1 and child = $2 and post = $3 and account = $4 and ended_at is null",
        &params![desk.county(), child, post, from],
        |row| row.get::<String>(0),
    )?;
    if held.is_none() {
        return Ok(());
    }
    end_of(desk, child, Ending::HandedOver)?;
    begin(desk, child, (to, post), "")
}

/// Telephones of a child's guardians, as the reader may see them: who, and the number.
pub(crate) fn phones(
    desk: &mut Desk<'_, '_>,
    child: &str,
    sees: Sees,
) -> Result<Vec<(String, String)>, Refused> {
    // A number that the reader may not have whole cannot be rung up.
    if sees.of(Field::Phone) != Sight::Clear {
        return Ok(Vec::new());
    }
    let found = desk.tx.query(
        "select id, name, relation, phone_sealed from guardian
         where county = $1 and child = $2 and until_at is null and phone_sealed is not null order by sort, id",
        &params![desk.county(), child],
        |row| {
            let who = format!("{} {}", row.get::<String>(1)?, row.get::<String>(2)?);
            Ok((row.get::<String>(0)?, who, row.get::<Option<Vec<u8>>>(3)?))
        },
    )?;
    let mut phones = Vec::with_capacity(found.len());
    for (id, who, sealed) in found {
        phones.push((who, desk.open("guardian", "phone", &id, sealed.as_deref())?));
    }
    Ok(phones)
}
