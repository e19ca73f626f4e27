//! Setting up an account by its one-time link: the owner chooses a password, everything that was open before ends, and
//! a second factor is set up next. A link that was used, has run out, was replaced or never was answers alike (C10).

use rules::access::{Action, Actor};

use super::invite;
use super::second;
use super::security;
use super::session::{self, Half, Opening, Stage};
use super::sign_in::{self, Opened, Origin};
use super::tell::{self, News};
use crate::audit::{self, Entry};
use crate::db::Tx;
use crate::keys::Keys;
use crate::now::Now;
use crate::params;
use crate::password::{Context, Factors, Hasher, Typed, acceptable};
use crate::refused::{Problem, Refused};

/// Whose account a link sets up: what its page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Id of the account.
    pub account: String,
    /// User name.
    pub username: String,
    /// Name.
    pub name: String,
    /// Name of the unit.
    pub unit: String,
    /// Whether the account was in use before.
    pub again: bool,
    /// What the profile asks of a password, in words.
    pub says: String,
    invitation: String,
    choice: Choice,
}

/// What has to be known to judge a new password outside of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    profile: crate::password::Profile,
    username: String,
    name: String,
    unit: String,
    factors: Factors,
    past: Vec<String>,
}

/// A password that may be set, hashed. Wiped by nobody: it opens nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl std::fmt::Debug for Hashed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hashed(…)")
    }
}

impl Hashed {
    pub(super) const fn from_hash(hash: String) -> Self {
        Self(hash)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Choice {
    /// What the account's owner may choose from.
    pub(super) fn of(tx: &mut Tx<'_>, now: &Now, county: &str, account: &str) -> Result<Self, Refused> {
        let settings = security::settings(tx, county)?;
        let (username, name, unit, current) = tx.one(
            "select a.username, a.name, coalesce(u.name, ''), a.password
             from account a left join unit u on u.county = a.county and u.id = a.unit
             where a.county = $1 and a.id = $2",
            &params![county, account],
            |row| {
                Ok((
                    row.get::<String>(0)?,
                    row.get::<String>(1)?,
                    row.get::<String>(2)?,
                    row.get::<Option<String>>(3)?,
                ))
            },
        )?;
        let remembered = settings.profile.policy().remembered;
        let mut past = tx.query(
            "select password from password_past where county = $1 and account = $2 order by at desc limit $3",
            &params![county, account, remembered],
            |row| row.get::<String>(0),
        )?;
        past.extend(current);
        // Only who is sure to be asked for a code may have the shorter password.
        let factors = if second::needed(tx, now, county, account, settings)? {
            Factors::PasswordAndCode
        } else {
            Factors::Password
        };
        Ok(Self { profile: settings.profile, username, name, unit, factors, past })
    }

    /// What is asked of a password, in words.
    #[must_use]
    pub fn says(&self) -> String {
        self.profile.policy().says(self.factors)
    }

    /// Judges what was typed twice, and hashes it: outside of any transaction, because it takes as long as it must.
    ///
    /// # Errors
    /// [`Refused::Invalid`] with everything that is wrong with it, [`Refused::Busy`].
    pub fn hash(
        &self,
        hasher: &Hasher,
        typed: &Typed,
        again: &Typed,
        salt: [u8; 16],
    ) -> Result<Hashed, Refused> {
        let busy = |_| Refused::Busy { after: 5 };
        let initials = linkage::spelling::spelling(&self.name).full;
        let context = Context {
            username: &self.username,
            name: &self.name,
            unit: &self.unit,
            words: &[&initials],
            factors: self.factors,
        };
        let accepted = acceptable(self.profile, typed.as_str(), &context).map_err(|complaints| {
            let problem = |complaint: crate::password::Complaint| Problem {
                field: "password",
                text: complaint.to_string(),
            };
            Refused::Invalid(complaints.into_iter().map(problem).collect())
        })?;
        if typed.as_str() != again.as_str() {
            return Err(Refused::field("again", "两次输入的密码不一样，请重新输入。"));
        }
        if hasher.reused(&accepted, &self.past).map_err(busy)? {
            let remembered = self.profile.policy().remembered.max(1);
            let complaint = crate::password::Complaint::Reused { remembered };
            return Err(Refused::field("password", complaint.to_string()));
        }
        Ok(Hashed(hasher.hash(&accepted, salt).map_err(busy)?))
    }
}

impl Invited {
    /// What may be chosen as a password.
    #[must_use]
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }
}

/// Whose account the link sets up; `None` for every link that does not, for whatever reason.
///
/// # Errors
/// [`Refused::Storage`].
pub fn look(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
) -> Result<Option<Invited>, Refused> {
    if token.is_empty() || token.len() > 64 {
        return Ok(None);
    }
    let found = tx.optional(
        "select i.id, i.kind, a.id, a.username, a.name, coalesce(u.name, '')
         from invitation i
         join account a on a.county = i.county and a.id = i.account
         left join unit u on u.county = a.county and u.id = a.unit
         where i.token = $2 and i.county = $1 and i.state = 'approved' and i.expires_at > $3 and i.kind <> 'first'
           and (a.state = 'approved' or a.state = 'active')",
        &params![county, invite::hash(keys, county, token), now.stamp()],
        |row| {
            Ok((
                (row.get::<String>(0)?, row.get::<String>(1)?),
                (row.get::<String>(2)?, row.get::<String>(3)?, row.get::<String>(4)?, row.get::<String>(5)?),
            ))
        },
    )?;
    let Some(((invitation, kind), (account, username, name, unit))) = found else { return Ok(None) };
    let choice = Choice::of(tx, now, county, &account)?;
    let says = choice.says();
    Ok(Some(Invited { account, username, name, unit, again: kind == "reset", says, invitation, choice }))
}

/// Sets the account up: the link is used, the password set, the second factor and the recovery codes of before are
/// gone, every session has ended, and a new one is open for the next step.
///
/// # Errors
/// [`Refused::Rule`] when the link opens nothing (any more).
pub fn finish(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    token: &str,
    password: &Hashed,
    from: &Origin,
) -> Result<Opened, Refused> {
    let Some(invited) = look(tx, keys, now, county, token)? else { return Err(unusable()) };
    let account = invited.account.as_str();
    tx.execute(
        "update invitation set state = 'used', used_at = $3 where county = $1 and id = $2",
        &params![county, &invited.invitation, now.stamp()],
    )?;
    store_password(tx, now, county, account, password)?;
    tx.execute(
        "update account set state = 'active', totp_sealed = null, totp_step = null, seen_at = $3
         where county = $1 and id = $2",
        &params![county, account, now.stamp()],
    )?;
    tx.execute("delete from recovery_code where county = $1 and account = $2", &params![county, account])?;
    session::end_all(tx, now, county, account, "", account)?;
    let settings = security::settings(tx, county)?;
    let stage = second::stage(tx, now, county, account, settings)?;
    let device = sign_in::Device::new(keys, now, county);
    let opening = Opening {
        account,
        kind: sign_in::Kind::Browser,
        stage,
        proved: false,
        way: session::Way::Password,
        device: &device.hash,
        browser: &from.browser,
        source: &from.source,
    };
    let (id, token, ends) = session::open(tx, keys, now, county, &opening)?;
    sign_in::note_entry(tx, keys, now, county, (&invited.username, account), from, &device.hash, stage)?;
    let actor = Actor {
        county: county.to_owned(),
        account: account.to_owned(),
        session: id.clone(),
        name: invited.name.clone(),
        posts: session::posts(tx, now, county, account)?,
        only: None,
    };
    let entry = Entry {
        actor: &actor,
        post: None,
        action: Action::ManageOwnAccount,
        subject: ("account", account),
        purpose: "",
        detail: if invited.again { "用重置链接重设登录" } else { "用邀请链接设置登录" },
    };
    audit::record(tx, now, &entry)?;
    let news = News { kind: "account", subject: account, text: "密码已设置。", href: "/account" };
    tell::one(tx, now, county, account, &news)?;
    Ok(Opened { session: id, token, stage, ends, device: Some(device.cookie) })
}

/// What may be chosen by whoever must change a password that is too old, on the way in ([`Stage::Password`]).
///
/// # Errors
/// [`Refused::Rule`] when the sign-in has run out.
pub fn choice_on_the_way(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half_token: &str,
) -> Result<Choice, Refused> {
    let half = due(tx, keys, now, county, half_token)?;
    Choice::of(tx, now, county, &half.account)
}

fn due(tx: &mut Tx<'_>, keys: &Keys, now: &Now, county: &str, half_token: &str) -> Result<Half, Refused> {
    let half = session::half_session(tx, keys, now, county, half_token)?;
    half.filter(|half| half.stage == Stage::Password).ok_or_else(sign_in::run_out)
}

/// Changes a password that is too old, on the way in: then one is signed in, and nowhere else any more.
///
/// # Errors
/// [`Refused::Rule`] when the sign-in has run out.
pub fn renew(
    tx: &mut Tx<'_>,
    keys: &Keys,
    now: &Now,
    county: &str,
    half_token: &str,
    password: &Hashed,
    origin: &Origin,
) -> Result<Opened, Refused> {
    let half = due(tx, keys, now, county, half_token)?;
    store_password(tx, now, county, &half.account, password)?;
    session::end_all(tx, now, county, &half.account, &half.session, &half.account)?;
    let actor = sign_in::actor_of(tx, now, county, &half)?;
    let entry = Entry {
        actor: &actor,
        post: None,
        action: Action::ManageOwnAccount,
        subject: ("account", &half.account),
        purpose: "",
        detail: "密码到期，登录时修改",
    };
    audit::record(tx, now, &entry)?;
    sign_in::advance(tx, keys, now, county, &half, Stage::Full, origin)
}

/// What every link answers that opens nothing.
#[must_use]
pub fn unusable() -> Refused {
    Refused::rule("这个链接不能用了", "", "链接只能用一次，七天内有效。请向本单位管理员要一个新的链接")
}

/// Puts a new password in the place of the one before, which goes among the earlier ones.
pub(super) fn store_password(
    tx: &mut Tx<'_>,
    now: &Now,
    county: &str,
    account: &str,
    password: &Hashed,
) -> Result<(), Refused> {
    tx.execute(
        "insert into password_past (county, account, at, password)
         select county, id, $3, password from account where county = $1 and id = $2 and password is not null
         on conflict (county, account, at) do nothing",
        &params![county, account, now.stamp()],
    )?;
    tx.execute(
        "update account set password = $3, password_at = $4 where county = $1 and id = $2",
        &params![county, account, password.as_str(), now.stamp()],
    )?;
    Ok(())
}
