//! 离线点名: what a class teacher's own phone keeps for a week to call a register where there is no network, and the key
//! under which everything that a phone keeps lies there (hazard H07). The phone decides nothing: what it kept comes in by `submit` like any other.

use jiff::ToSpan;
use jiff::civil::Date;
use rules::access::{Action, Role, Subject};
use rules::attendance::Part;

use super::calling::calling;
use super::markets::days_with_markets;
use super::register::{Pupil, register};
use crate::desk::Desk;
use crate::refused::Refused;

/// Days that are kept, today included.
const DAYS: i32 = 7;

/// A day on which something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneDay {
    /// The day.
    pub day: Date,
    /// Its parts, each with the sheets that stand.
    pub parts: Vec<(Part, Vec<String>)>,
}

/// A class of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneClass {
    /// The class.
    pub class: String,
    /// 三年级(2)班.
    pub name: String,
    /// The moment of the roll.
    pub roll_at: String,
    /// Days that can be called.
    pub days: Vec<PhoneDay>,
    /// The roll of today.
    pub pupils: Vec<Pupil>,
}

/// The key of the actor's phone: the same for every session of the account, and nobody else's.
///
/// # Errors
/// [`Refused::Denied`].
pub fn phone_key(desk: &mut Desk<'_, '_>) -> Result<[u8; 32], Refused> {
    desk.require(Action::KeepPhone, &Subject::Nothing, ("account", &desk.actor().account))?;
    let whose = format!("{}\n{}", desk.county(), desk.actor().account);
    Ok(desk.keys.mac("phone", whose.as_bytes()))
}

/// The registers of one's own classes for a week, for a class teacher; each is read as by [`register`], and on the record.
///
/// # Errors
/// As [`register`].
pub fn phone_book(desk: &mut Desk<'_, '_>) -> Result<Vec<PhoneClass>, Refused> {
    desk.require(Action::KeepPhone, &Subject::Nothing, ("account", &desk.actor().account))?;
    let own: Vec<String> = desk
        .actor()
        .posts
        .iter()
        .filter(|post| post.role == Role::Teacher)
        .map(|post| post.unit.clone())
        .collect();
    let today = desk.now.day();
    let last = today.saturating_add(DAYS.days());
    let mut classes = Vec::with_capacity(own.len());
    for class in own {
        let book = register(desk, &class, today)?;
        let calls = calling(desk, &book.school)?;
        let all = days_with_markets(desk, today, last)?;
        let mut days = Vec::new();
        let mut day = today;
        while day < last {
            let parts: Vec<(Part, Vec<String>)> = calls
                .due(&all, &book.school, day, book.pupils.iter().any(|pupil| pupil.boards))?
                .into_iter()
                .map(|part| {
                    let line = book.parts.iter().find(|line| day == today && line.part == part);
                    (part, line.map(|line| line.heads.clone()).unwrap_or_default())
                })
                .collect();
            if !parts.is_empty() {
                days.push(PhoneDay { day, parts });
            }
            day = day.tomorrow().unwrap_or(last);
        }
        classes.push(PhoneClass {
            class: book.class,
            name: book.name,
            roll_at: book.roll_at,
            days,
            pupils: book.pupils,
        });
    }
    Ok(classes)
}
