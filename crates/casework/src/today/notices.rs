//! What the program tells somebody, in the program itself: one line each, gone when read. No personal field but the
//! child's name, which its reader sees anyway.

use rules::access::{Action, Subject};

use crate::db::{DbError, Tx};
use crate::desk::Desk;
use crate::now::Now;
use crate::params;
use crate::reach;
use crate::refused::Refused;

/// A line that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Id.
    pub id: String,
    /// When.
    pub at: String,
    /// What.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// Whether it was read.
    pub read: bool,
}

/// The newest hundred lines told to the actor.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn notifications(desk: &mut Desk<'_, '_>) -> Result<Vec<Notification>, Refused> {
    desk.require(Action::ReadNotifications, &Subject::Nothing, ("notification", ""))?;
    Ok(desk.tx.query(
        "select id, at, text, href, read_at from notification
         where county = $1 and account = $2 order by at desc, id desc limit 100",
        &params![desk.county(), &desk.actor().account],
        |row| {
            Ok(Notification {
                id: row.get(0)?,
                at: row.get(1)?,
                text: row.get(2)?,
                href: row.get(3)?,
                read: row.get::<Option<String>>(4)?.is_some(),
            })
        },
    )?)
}

/// Marks everything told so far as read.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn mark_read(desk: &mut Desk<'_, '_>) -> Result<(), Refused> {
    desk.require(Action::ReadNotifications, &Subject::Nothing, ("notification", ""))?;
    desk.tx.execute(
        "update notification set read_at = $3 where county = $1 and account = $2 and read_at is null",
        &params![desk.county(), &desk.actor().account, desk.now.stamp()],
    )?;
    Ok(())
}

/// Tells one account something.
///
/// # Errors
/// [`Refused::Storage`].
pub fn tell(
    desk: &mut Desk<'_, '_>,
    account: &str,
    (kind, subject): (&str, &str),
    text: &str,
    href: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    Ok(told(desk.tx, (county, desk.now), account, (kind, subject), text, href)?)
}

/// As [`tell`], where nobody is at the desk.
///
/// # Errors
/// [`DbError`].
pub(crate) fn told(
    tx: &mut Tx<'_>,
    (county, now): (&str, &Now),
    account: &str,
    (kind, subject): (&str, &str),
    text: &str,
    href: &str,
) -> Result<(), DbError> {
    tx.execute(
        "insert into notification (county, id, account, at, kind, subject, text, href)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &params![county, now.id(), account, now.stamp(), kind, subject, text, href],
    )?;
    reach::news(tx, (county, now), account, (kind, subject))
}

/// Tells everybody who holds a post at a unit, administrators apart. Several things of one kind on one day become one
/// line: a digest, not a message for each (capability lesson of the twelve systems).
///
/// # Errors
/// [`Refused::Storage`].
pub fn tell_unit(
    desk: &mut Desk<'_, '_>,
    unit: &str,
    (kind, subject): (&str, &str),
    text: &str,
    href: &str,
) -> Result<(), Refused> {
    let county = desk.county();
    let accounts = desk.tx.query(
        "select distinct tenure.account from post
         join tenure on tenure.county = post.county and tenure.post = post.id and tenure.until_day is null
         where post.county = $1 and post.unit = $2 and post.closed_at is null and post.role <> 'unit_admin'",
        &params![county, unit],
        |row| row.get::<String>(0),
    )?;
    let day = desk.now.day().to_string();
    for account in accounts {
        let told = desk.tx.execute(
            "update notification set at = $5, text = $6, subject = $7
             where county = $1 and account = $2 and kind = $3 and href = $8 and read_at is null and at >= $4",
            &params![county, &account, kind, &day, desk.now.stamp(), text, subject, href],
        )?;
        if told == 0 {
            tell(desk, &account, (kind, subject), text, href)?;
        }
    }
    Ok(())
}
