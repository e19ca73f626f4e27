//! Sign-ins of the last weeks, with the sessions that they opened.

use casework::db::{Db, DbError};
use casework::keys::Keys;
use casework::seed::{self, SeedSignIn, Seeding};
use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Year, moment};

/// Weeks of which sign-ins are kept.
const WEEKS: i32 = 4;

/// A try before it is written: when, the user name, the account, the address, how it ended, how long the session was
/// used, whether it is open.
type Try = (Timestamp, String, Option<String>, String, &'static str, Option<SignedDuration>, bool);

impl Year {
    /// Sign-ins of the last weeks with their sessions, mistyped passwords among them, and some who sit at it now.
    pub(super) fn sign_ins(&mut self, db: &Db, keys: &Keys) -> Result<(), DbError> {
        let mut tries: Vec<Try> = Vec::new();
        let people: Vec<String> = self.roles.values().cloned().chain(self.others.iter().cloned()).collect();
        for back in (1..=WEEKS * 7).rev() {
            let day = self.today.saturating_sub(back.days());
            if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                continue;
            }
            for (place, account) in people.iter().enumerate() {
                if !self.chance.happens(0.45) {
                    continue;
                }
                let Some(username) = self.actors.get(account).map(|one| one.username.clone()) else {
                    continue;
                };
                let (mut at, source) = (self.at(day), address(place));
                while self.chance.happens(0.05) {
                    tries.push((
                        at,
                        username.clone(),
                        Some(account.clone()),
                        source.clone(),
                        "wrong",
                        None,
                        false,
                    ));
                    at = at.saturating_add(SignedDuration::from_secs(9)).unwrap_or(at);
                }
                let used = SignedDuration::from_mins(i64::from(self.chance.between(3, 200)));
                tries.push((at, username, Some(account.clone()), source, "done", Some(used), false));
            }
            if self.chance.happens(0.25) {
                let name = self.chance.pick(&["root", "administrator", "test", "guest"]);
                tries.push((
                    self.at(day),
                    name.to_owned(),
                    None,
                    "10.53.9.200".to_owned(),
                    "wrong",
                    None,
                    false,
                ));
            }
        }
        for (place, account) in self.others.clone().into_iter().enumerate().step_by(9) {
            let Some(username) = self.actors.get(&account).map(|one| one.username.clone()) else { continue };
            let second = i8::try_from(self.chance.below(60)).unwrap_or_default();
            let at = moment(self.today, 7, i8::try_from(30 + place % 12).unwrap_or(30), second);
            let used = SignedDuration::from_mins(i64::from(self.chance.between(1, 6)));
            tries.push((at, username, Some(account), address(place), "done", Some(used), true));
        }
        tries.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        let (county, now, keys) = (self.county.clone(), self.now.clone(), keys.clone());
        db.write(move |tx| {
            let with = Seeding { county: &county, now: &now };
            for (at, username, account, source, outcome, used, open) in &tries {
                let browser = if username.starts_with(['t', 'v', 'g', 'c']) {
                    "Chrome 131 · Android"
                } else {
                    "Edge 131 · Windows"
                };
                let one = SeedSignIn {
                    at: *at,
                    username,
                    account: account.as_deref(),
                    source,
                    outcome,
                    browser,
                    used: *used,
                    open: *open,
                };
                seed::sign_in(tx, &with, &keys, &one)?;
            }
            Ok(())
        })
    }
}

/// Addresses of a government network, one for each desk.
fn address(place: usize) -> String {
    format!("10.53.{}.{}", place / 200, 20 + place % 200)
}
