//! 通知渠道: robots, gateways, mail server and other programs. 系统管理员 enters a channel, 安全管理员 opens it (三权分立); what was entered is
//! never changed and its secrets are never shown again: another address is another channel.

use rules::access::{Action, Role, Subject};
use rules::reach::{Carrier, Counts, Form};

use super::Settings;
use super::queue::{Message, put};
use crate::accounts::tell::{self, News};
use crate::db::{DbError, Row};
use crate::desk::Desk;
use crate::params;
use crate::refused::{Problem, Refused};

/// The longest of a field.
const LONGEST: usize = 1_000;

/// Channels that are not closed, at most.
const MOST: i64 = 60;

/// A channel, without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Id.
    pub id: String,
    /// How messages travel.
    pub carrier: Carrier,
    /// What it is called.
    pub name: String,
    /// Name of the unit whose group it is; empty for none.
    pub unit: String,
    /// Where it leads, without path and key.
    pub host: String,
    /// Whether the group has its unit's digest.
    pub digest: bool,
    /// `asked`, `on` or `off`.
    pub state: String,
    /// Who entered it, and when.
    pub made: (String, String),
    /// Who opened it, and when.
    pub opened: Option<(String, String)>,
    /// When it was last used, whether that went well, and how it went otherwise.
    pub last: Option<(String, bool, String)>,
    /// Whether the actor may open it: it was entered by somebody else.
    pub can_open: bool,
}

/// A unit that can have a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channels {
    /// Those that are not closed first.
    pub channels: Vec<Channel>,
    /// Units whose group can be entered.
    pub units: Vec<Unit>,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were given up in the last seven days.
    pub dead: u64,
    /// Whether the actor may enter, try and close channels.
    pub keeps: bool,
}

/// What is entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelForm {
    /// Code of [`Carrier`].
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Id of the unit whose group it is.
    pub unit: String,
    /// Whether the group has its unit's digest.
    pub digest: bool,
    /// What it takes to send.
    pub set: Settings,
}

/// All channels, and how sending goes.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn channels(desk: &mut Desk<'_, '_>) -> Result<Channels, Refused> {
    let enables = super::outbox::looks(desk, Action::EnableChannel, ("channel", "")).is_ok();
    let keeps = super::outbox::looks(desk, Action::KeepChannels, ("channel", ""));
    let keeps = if enables { keeps.is_ok() } else { keeps.map(|()| true)? };
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    let channels = desk.tx.query(
        "select c.id, c.kind, c.name, coalesce(u.name, ''), c.host, c.digest, c.state, coalesce(a.name, ''), c.made_at,
                coalesce(b.name, ''), c.on_at, c.last_at, c.last_ok, coalesce(c.last_said, ''), c.made_by
         from channel c left join unit u on u.county = c.county and u.id = c.unit
         left join account a on a.county = c.county and a.id = c.made_by
         left join account b on b.county = c.county and b.id = c.on_by
         where c.county = $1
         order by case c.state when 'asked' then 0 when 'on' then 1 else 2 end, c.made_at desc, c.id limit 100",
        &params![county],
        |row| channel(row, me, enables),
    )?;
    let units = desk.tx.query(
        "select id, name from unit where county = $1 and kind not in ('class', 'group') and until_day is null order by sort, id limit 500",
        &params![county],
        |row| Ok(Unit { id: row.get(0)?, name: row.get(1)? }),
    )?;
    let (waiting, dead) = super::outbox::counts(desk)?;
    Ok(Channels { channels: channels.into_iter().flatten().collect(), units, waiting, dead, keeps })
}

fn channel(row: &Row<'_>, me: &str, enables: bool) -> Result<Option<Channel>, DbError> {
    let Some(carrier) = Carrier::from_code(&row.get::<String>(1)?) else { return Ok(None) };
    let state: String = row.get(6)?;
    let at: Option<String> = row.get(10)?;
    let last = match row.get::<Option<String>>(11)? {
        None => None,
        Some(at) => Some((at, row.get::<Option<i64>>(12)? == Some(1), row.get(13)?)),
    };
    let opened = match at {
        None => None,
        Some(at) => Some((row.get(9)?, at)),
    };
    Ok(Some(Channel {
        id: row.get(0)?,
        carrier,
        name: row.get(2)?,
        unit: row.get(3)?,
        host: row.get(4)?,
        digest: row.get::<i64>(5)? == 1,
        can_open: enables && state == "asked" && row.get::<String>(14)? != me,
        state,
        made: (row.get(7)?, row.get(8)?),
        opened,
        last,
    }))
}

/// Where an address leads: scheme, host and port, without path, key and name.
fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let fair =
        !host.is_empty() && !host.contains('@') && host.is_ascii() && !host.contains(char::is_whitespace);
    (fair && matches!(scheme, "http" | "https")).then(|| format!("{scheme}://{host}"))
}

/// What is wrong with what was entered.
fn problems(carrier: Carrier, form: &ChannelForm) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |field, text: &str| problems.push(Problem { field, text: text.to_owned() });
    let set = &form.set;
    if !(2..=40).contains(&form.name.trim().chars().count()) {
        say("name", "请填名称，2到40个字，如“南涧镇控辍保学群”。");
    }
    if carrier.is_group() && form.unit.is_empty() {
        say("unit", "请选是哪个单位的群。");
    }
    if carrier == Carrier::Email {
        if set.host.trim().is_empty() || set.port == 0 {
            say("host", "请填邮件服务器的地址和端口，如 smtp.example.gov.cn 和 465。");
        }
        if !matches!(set.security.as_str(), "tls" | "starttls" | "plain") {
            say("security", "请选加密方式。");
        }
        if !set.from.contains('@') {
            say("from", "请填发件邮箱。");
        }
    } else if host(&set.url).is_none() {
        say("url", "请填完整的地址，以 https:// 开头；内部网段可以用 http://。");
    }
    if carrier == Carrier::Sms && !(set.url.contains("{phone}") || set.body.contains("{phone}")) {
        say("body", "地址或正文里要有 {phone} 和 {text}，分别代表手机号和内容。");
    }
    if carrier == Carrier::Webhook && set.secret.chars().count() < 24 {
        say("secret", "请填双方约定的签名密钥，至少24个字符。");
    }
    let all = [
        &set.url,
        &set.secret,
        &set.body,
        &set.header,
        &set.taken,
        &set.host,
        &set.user,
        &set.password,
        &set.from,
    ];
    if all.iter().any(|text| text.chars().count() > LONGEST) {
        say("url", "有一项太长了，每项最多1000个字。");
    }
    problems
}

/// Enters a channel; nothing is sent by it but a trial until somebody else opens it. Sent twice it is entered once; its id.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Invalid`], [`Refused::Rule`].
pub fn open(desk: &mut Desk<'_, '_>, form: &ChannelForm) -> Result<String, Refused> {
    let grant = desk.require(Action::KeepChannels, &Subject::Nothing, ("channel", ""))?;
    let Some(carrier) = Carrier::from_code(&form.kind) else {
        return Err(Refused::field("kind", "请选渠道的种类。"));
    };
    let mut problems = problems(carrier, form);
    let (county, name) = (desk.county(), form.name.trim());
    let unit = Some(form.unit.as_str()).filter(|unit| carrier.is_group() && !unit.is_empty());
    if let Some(unit) = unit {
        let there = desk.tx.optional(
            "select id from unit where county = $1 and id = $2 and kind not in ('class', 'group') and until_day is null",
            &params![county, unit],
            |row| row.get::<String>(0),
        )?;
        if there.is_none() {
            problems.push(Problem { field: "unit", text: "没有这个单位，请重新选。".to_owned() });
        }
    }
    if !problems.is_empty() {
        return Err(Refused::Invalid(problems));
    }
    let many: i64 = desk.tx.one(
        "select cast(count(*) as bigint) from channel where county = $1 and state <> 'off'",
        &params![county],
        |row| row.get(0),
    )?;
    if many >= MOST {
        return Err(Refused::rule(format!("渠道已有{MOST}个"), "", "请先停用不用的"));
    }
    let twin = desk.tx.query(
        "select id from channel where county = $1 and kind = $2 and name = $3 and made_by = $4 and state = 'asked' order by id limit 1",
        &params![county, carrier.code(), name, &desk.actor().account],
        |row| row.get::<String>(0),
    )?;
    if let Some(id) = twin.into_iter().next() {
        return Ok(id);
    }
    let id = desk.now.id();
    let set =
        serde_json::to_string(&form.set).map_err(|error| Refused::Fault(format!("channel: {error}")))?;
    let leads = if carrier == Carrier::Email {
        format!("{}:{}", form.set.host.trim(), form.set.port)
    } else {
        host(&form.set.url).unwrap_or_default()
    };
    desk.tx.execute(
        "insert into channel (county, id, kind, name, unit, host, set_sealed, digest, state, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', $9, $10)",
        &params![
            county,
            &id,
            carrier.code(),
            name,
            unit,
            &leads,
            desk.seal("channel", "set", &id, &set),
            form.digest && carrier.is_group(),
            &desk.actor().account,
            desk.now.stamp(),
        ],
    )?;
    let mut others = tell::holders(desk.tx, desk.now, county, Role::Security, None)?;
    others.retain(|account| *account != desk.actor().account);
    let news =
        News {
            kind: "channel", subject: &id, text: "有一个通知渠道等待另一人核对启用。", href: "/channels"
        };
    tell::all(desk.tx, desk.now, county, &others, &news)?;
    let detail = format!("登记{}，通往{leads}", carrier.label());
    desk.record(Action::KeepChannels, grant.post, ("channel", &id), "", &detail)?;
    Ok(id)
}

/// Whether the actor may enter a channel now: identity is proved before the form is filled in, and not behind it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`].
pub fn entering(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    desk.require(Action::KeepChannels, &Subject::Nothing, ("channel", "")).map(drop)
}

struct Kept {
    carrier: Carrier,
    state: String,
    made_by: String,
}

fn kept(desk: &mut Desk<'_, '_>, action: Action, id: &str) -> Result<Kept, Refused> {
    let found = desk.tx.optional(
        "select kind, state, made_by from channel where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| Ok((row.get::<String>(0)?, row.get::<String>(1)?, row.get::<String>(2)?)),
    )?;
    found
        .and_then(|(kind, state, made_by)| Some(Kept { carrier: Carrier::from_code(&kind)?, state, made_by }))
        .ok_or_else(|| Refused::denied(action, "channel", id))
}

/// Opens somebody else's channel: from now on messages go by it. Of 短信 and mail there is one; the one before is closed by it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`]; [`Refused::Rule`] for one's own; [`Refused::Changed`].
pub fn enable(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::EnableChannel, &Subject::Nothing, ("channel", id))?;
    let kept = kept(desk, Action::EnableChannel, id)?;
    let (county, me) = (desk.county(), desk.actor().account.as_str());
    if kept.made_by == me {
        return Err(Refused::rule("不能启用自己登记的渠道", "三权分立", "请由另一位安全管理员核对启用"));
    }
    if kept.state != "asked" {
        return Err(Refused::Changed { what: "这个渠道已经有人启用或停用了".to_owned() });
    }
    if kept.carrier.is_personal() {
        desk.tx.execute(
            "update channel set state = 'off', off_by = $3, off_at = $4 where county = $1 and kind = $2 and state = 'on'",
            &params![county, kept.carrier.code(), me, desk.now.stamp()],
        )?;
    }
    desk.tx.execute(
        "update channel set state = 'on', on_by = $3, on_at = $4 where county = $1 and id = $2",
        &params![county, id, me, desk.now.stamp()],
    )?;
    let detail = format!("启用{}", kept.carrier.label());
    desk.record(Action::EnableChannel, grant.post, ("channel", id), "", &detail)
}

/// Closes a channel for good: nothing goes by it any more, and what it takes to send is forgotten.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::StepUp`], [`Refused::Storage`].
pub fn stop(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepChannels, &Subject::Nothing, ("channel", id))?;
    let kept = kept(desk, Action::KeepChannels, id)?;
    if kept.state == "off" {
        return Ok(());
    }
    let nothing = serde_json::to_string(&Settings::default()).unwrap_or_default();
    let sealed = desk.seal("channel", "set", id, &nothing);
    desk.tx.execute(
        "update channel set state = 'off', off_by = $3, off_at = $4, set_sealed = $5 where county = $1 and id = $2",
        &params![desk.county(), id, &desk.actor().account, desk.now.stamp(), sealed],
    )?;
    let detail = format!("停用{}", kept.carrier.label());
    desk.record(Action::KeepChannels, grant.post, ("channel", id), "", &detail)
}

/// Puts a trial message to a group or another program into the outbox, also before the channel is opened: it says nothing but that it is one.
///
/// # Errors
/// [`Refused::Denied`]; [`Refused::Rule`] for what leads to single people, who try it by entering their address, and for a closed one.
pub fn test(desk: &mut Desk<'_, '_>, id: &str) -> Result<(), Refused> {
    let grant = desk.require(Action::KeepChannels, &Subject::Nothing, ("channel", id))?;
    let kept = kept(desk, Action::KeepChannels, id)?;
    if kept.state == "off" {
        return Err(Refused::rule("这个渠道已经停用", "", "要用请重新登记一个"));
    }
    if kept.carrier.is_personal() {
        return Err(Refused::rule(
            "这种渠道不能试发",
            "",
            "启用后在“我的账号·怎么通知我”里登记自己的号码或邮箱，收到验证码就是通了",
        ));
    }
    let (carrier, counts) = (kept.carrier, Counts::default());
    // One a minute is enough.
    let key = format!("{id}/test/{}", desk.now.clock().strftime("%Y-%m-%dT%H:%M"));
    let (event, form) = if carrier == Carrier::Webhook { ("test", Form::Test) } else { ("", Form::Test) };
    let message = Message {
        channel: Some(id),
        carrier,
        account: "",
        form,
        event,
        subject: id,
        counts,
        code: None,
        key,
    };
    put(desk.tx, (desk.county(), desk.now), message)?;
    desk.record(Action::KeepChannels, grant.post, ("channel", id), "", "试发一条")
}
