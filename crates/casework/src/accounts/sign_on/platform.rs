//! The platform: 系统管理员 enters and tries it, 安全管理员 opens it (三权分立). What was entered is never changed, its secret is never
//! shown again, and there is one at a time; closing it ends the sessions that came by it.

use rules::access::{Action, Role, Subject};
use rules::sign_on::Factors;

use crate::accounts::reach::allowed;
use crate::accounts::tell::{self, News};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};

/// A platform, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Id.
    pub id: String,
    /// What the button says: 云南省教育统一登录.
    pub name: String,
    /// Its address, by which it also calls itself.
    pub issuer: String,
    /// 应用编号.
    pub client: String,
    /// What counts as a second factor; empty for nothing.
    pub factors: String,
    /// `asked`, `on` or `off`.
    pub state: String,
    /// Who entered it, and when.
    pub made: (String, String),
    /// Who opened it, and when.
    pub opened: Option<(String, String)>,
    /// The last trial: when, whether all was well, and what was said.
    pub last: Option<(String, bool, String)>,
    /// Whether the actor may open it: somebody else entered it, and its last trial went well.
    pub can_open: bool,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Those that are not closed first.
    pub platforms: Vec<Platform>,
    /// How many accounts are linked.
    pub linked: u64,
    /// Whether the actor may enter, try and close.
    pub keeps: bool,
}

/// What is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformForm {
    /// What the button says.
    pub name: String,
    /// Address.
    pub issuer: String,
    /// 应用编号.
    pub client: String,
    /// 应用密钥.
    pub secret: String,
    /// What counts as a second factor, a line each.
    pub factors: String,
}

/// All platforms that were entered.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn page(desk: &mut Desk<'_, '_>) -> Result<Page, Refused> {
    let keeps = allowed(desk.actor(), Action::KeepSignOn, &Subject::Nothing, ("sign_on", "")).is_ok();
    let opens = allowed(desk.actor(), Action::EnableSignOn, &Subject::Nothing, ("sign_on", ""));
    let opens = if keeps { opens.is_ok() } else { opens.map(|_| true)? };
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let platforms = desk.tx.query(
        "select s.id, s.name, s.issuer, s.client, s.factors, s.state, coalesce(a.name, ''), s.made_at, coalesce(b.name, ''), s.on_at,
                s.last_at, s.last_ok, coalesce(s.last_said, ''), s.made_by
         from sign_on s
         left join account a on a.county = s.county and a.id = s.made_by
         left join account b on b.county = s.county and b.id = s.on_by
         where s.county = $1
         order by case s.state when 'asked' then 0 when 'on' then 1 else 2 end, s.made_at desc, s.id limit 30",
        &params![county],
        |row| platform(row, me, opens),
    )?;
    let linked = desk.tx.one(
        "select cast(count(*) as bigint) from sign_on_link where county = $1 and state = 'on'",
        &params![county],
        |row| row.get(0),
    )?;
    Ok(Page { platforms, linked, keeps })
}

fn platform(row: &Row<'_>, me: &str, opens: bool) -> Result<Platform, DbError> {
    let (state, by): (String, String) = (row.get(5)?, row.get(13)?);
    let last = match row.get::<Option<String>>(10)? {
        Some(at) => Some((at, row.get::<Option<i64>>(11)? == Some(1), row.get(12)?)),
        None => None,
    };
    let opened = match row.get::<Option<String>>(9)? {
        Some(at) => Some((row.get(8)?, at)),
        None => None,
    };
    let well = last.as_ref().is_some_and(|(_, well, _)| *well);
    Ok(Platform {
        id: row.get(0)?,
        name: row.get(1)?,
        issuer: row.get(2)?,
        client: row.get(3)?,
        factors: row.get(4)?,
        can_open: opens && state == "asked" && well && by != me,
        state,
        made: (row.get(6)?, row.get(7)?),
        opened,
        last,
    })
}

/// Whether the actor may enter a platform now: identity is proved before the form is filled in, and not behind it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`].
pub fn entering(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    desk.require(Action::KeepSignOn, &Subject::Nothing, ("sign_on", "")).map(drop)
}

fn problems(form: &PlatformForm) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |field, text: String| problems.push(Problem { field, text });
    if !(2..=20).contains(&form.name.chars().count()) || form.name.chars().any(char::is_control) {
        say("name", "请填平台名称，2到20个字，登录页的按钮上就写它。".to_owned());
    }
    let issuer = form.issuer.as_str();
    let there =
        issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or_default();
    let fair = issuer.len() <= 300
        && issuer.bytes().all(|byte| byte.is_ascii_graphic())
        && !issuer.contains(['?', '#', '@', '\\', '"', '<', '>']);
    if !fair || there.is_empty() || there.starts_with('/') {
        say("issuer", "请填平台地址（issuer），以 https:// 开头，和平台给的一字不差。".to_owned());
    }
    let graphic = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !(1..=200).contains(&form.client.len()) || !graphic(&form.client) {
        say("client", "请填平台分配的应用编号（client_id）。".to_owned());
    }
    if !(8..=500).contains(&form.secret.len()) || !graphic(&form.secret) {
        say("secret", "请填平台分配的应用密钥（client_secret），至少8位。".to_owned());
    }
    if let Err(wrong) = Factors::parse(&form.factors) {
        say("factors", format!("{wrong}。"));
    }
    problems
}

/// Enters a platform; nobody can sign in by it until it was tried and somebody else opens it. Sent twice it is entered once; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`].
pub fn enter(desk: &mut Desk<'_, '_>, form: &PlatformForm) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepSignOn, &Subject::Nothing, ("sign_on", ""))?;
    let problems = problems(form);
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let twin = desk.tx.query(
        "select id from sign_on where county = $1 and issuer = $2 and client = $3 and made_by = $4 and state = 'asked' order by id",
        &params![county, &form.issuer, &form.client, me],
        |row| row.get::<String>(0),
    )?;
    for id in twin {
        let sealed = desk.tx.one(
            "select secret_sealed from sign_on where county = $1 and id = $2",
            &params![county, &id],
            |row| row.get::<Vec<u8>>(0),
        )?;
        if desk.open("sign_on", "secret", &id, Some(&sealed))? == form.secret {
            return Ok(id);
        }
    }
    let factors = Factors::parse(&form.factors).map(|factors| factors.to_string()).unwrap_or_default();
    let id = desk.now.id();
    let sealed = desk.seal("sign_on", "secret", &id, &form.secret);
    desk.tx.execute(
        "insert into sign_on (county, id, name, issuer, client, secret_sealed, factors, ends, state, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, '', 'asked', $8, $9)",
        &params![
            county,
            &id,
            form.name.trim(),
            &form.issuer,
            &form.client,
            sealed,
            factors,
            me,
            desk.now.stamp()
        ],
    )?;
    let mut others = tell::holders(desk.tx, desk.now, county, Role::Security, None)?;
    others.retain(|account| account != me);
    let news = News {
        kind: "sign_on",
        subject: &id,
        text: "有一个统一登录平台等待另一人核对启用。",
        href: "/sign-on",
    };
    tell::all(desk.tx, desk.now, county, &others, &news)?;
    let detail = format!("登记统一登录平台，通往{}", form.issuer);
    desk.record(Action::KeepSignOn, grant.post, ("sign_on", &id), "", &detail)?;
    Ok(id)
}

struct Kept {
    name: String,
    state: String,
    made_by: String,
    well: bool,
}

fn kept(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Kept, Refused> {
    let found = desk.tx.optional(
        "select name, state, made_by, coalesce(last_ok, 0) from sign_on where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            Ok(Kept {
                name: row.get(0)?,
                state: row.get(1)?,
                made_by: row.get(2)?,
                well: row.get::<i64>(3)? == 1,
            })
        },
    )?;
    found.ok_or_else(|| Refused::denied(action, "sign_on", id))
}

/// What a trial is made with: the address, the number and the secret of the program there.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for a closed one.
pub fn trying(desk: &mut Desk<'_, '_>, id: &str) -> Result<(String, String, String), Refused> {
    desk.require(Action::KeepSignOn, &Subject::Nothing, ("sign_on", id))?;
    if kept(desk, Action::KeepSignOn, id)?.state == "off" {
        return Err(Refused::rule("这个平台已经停用", "", "要用请重新登记"));
    }
    let (issuer, client, sealed) = desk.tx.one(
        "select issuer, client, secret_sealed from sign_on where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<Vec<u8>>(2)?)),
    )?;
    Ok((issuer, client, desk.open("sign_on", "secret", id, Some(&sealed))?))
}

/// Writes down how a trial went: where the platform answers what, or what is wrong, in words.
///
/// # Errors
/// As [`trying`].
pub fn tried(desk: &mut Desk<'_, '_>, id: &str, found: &Result<String, String>) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepSignOn, &Subject::Nothing, ("sign_on", id))?;
    if kept(desk, Action::KeepSignOn, id)?.state == "off" {
        return Ok(());
    }
    let (ends, well, said) = match found {
        Ok(ends) => (ends.as_str(), true, "平台的说明、公钥、应用编号和密钥都对"),
        Err(said) => ("", false, said.as_str()),
    };
    desk.tx.execute(
        "update sign_on set ends = case when cast($4 as bigint) = 1 then $3 else ends end, last_ok = $4, last_said = $5, last_at = $6
         where county = $1 and id = $2",
        &params![desk.county(), id, ends, well, said, desk.now.stamp()],
    )?;
    let detail = format!("试连统一登录平台：{}", if well { "通" } else { "不通" });
    desk.record(Action::KeepSignOn, grant.post, ("sign_on", id), "", &detail)
}

/// Opens somebody else's platform, whose last trial went well; the one before is closed by it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for one's own or one that was not tried; [`Refused::Changed`].
pub fn enable(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::EnableSignOn, &Subject::Nothing, ("sign_on", id))?;
    let kept = kept(desk, Action::EnableSignOn, id)?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    if kept.made_by == me {
        return Err(Refused::rule("不能启用自己登记的平台", "三权分立", "请由另一位安全管理员核对启用"));
    }
    if kept.state != "asked" {
        return Err(Refused::Changed { what: "这个平台已经有人启用或停用了".to_owned() });
    }
    if !kept.well {
        return Err(Refused::rule("这个平台还没有试通", "", "请系统管理员先点“试连”，按提示改好再启用"));
    }
    desk.tx.execute(
        "update sign_on set state = 'off', off_by = $2, off_at = $3 where county = $1 and state = 'on'",
        &params![county, me, desk.now.stamp()],
    )?;
    desk.tx.execute(
        "update sign_on set state = 'on', on_by = $3, on_at = $4 where county = $1 and id = $2",
        &params![county, id, me, desk.now.stamp()],
    )?;
    tell_all(desk, id, "统一登录平台已启用，登录页多了一种登录方式。")?;
    let detail = format!("启用统一登录平台“{}”", kept.name);
    desk.record(Action::EnableSignOn, grant.post, ("sign_on", id), "", &detail)
}

/// Closes a platform for good: nobody signs in by it any more, whoever did is signed out, and its secret is forgotten.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn stop(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepSignOn, &Subject::Nothing, ("sign_on", id))?;
    let kept = kept(desk, Action::KeepSignOn, id)?;
    if kept.state == "off" {
        return Ok(());
    }
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let sealed = desk.seal("sign_on", "secret", id, "");
    desk.tx.execute(
        "update sign_on set state = 'off', off_by = $3, off_at = $4, secret_sealed = $5 where county = $1 and id = $2",
        &params![county, id, me, desk.now.stamp(), sealed],
    )?;
    if kept.state == "on" {
        desk.tx.execute(
            "update session set ended_at = $2, ended_by = $3 where county = $1 and way = 'platform' and ended_at is null",
            &params![county, desk.now.stamp(), me],
        )?;
        tell_all(desk, id, "统一登录平台已停用，请用账号和密码登录。")?;
    }
    let detail = format!("停用统一登录平台“{}”", kept.name);
    desk.record(Action::KeepSignOn, grant.post, ("sign_on", id), "", &detail)
}

/// Both kinds of administrators are told.
fn tell_all(desk: &mut Desk<'_, '_>, id: &str, text: &str) -> Result<(), Refused> {
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let mut told = Vec::new();
    for role in [Role::Admin, Role::Security] {
        told.extend(tell::holders(desk.tx, desk.now, county, role, None)?);
    }
    told.retain(|account| account != me);
    tell::all(
        desk.tx,
        desk.now,
        county,
        &told,
        &News { kind: "sign_on", subject: id, text, href: "/sign-on" },
    )
}
