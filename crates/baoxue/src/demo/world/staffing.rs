//! Who works for the county: people are hired, posts filled, handed over in August or left empty. It knows no unit
//! by name and no child.

use std::collections::HashMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rules::age::school_year;
use rules::codes::{Ethnicity, Sex};

use super::model::{Account, Post, Staff, Tenure, Vacancy};
use crate::synth::chance::Chance;
use crate::synth::families::phone;
use crate::synth::names::Lineage;

/// Posts of a thousand that nobody holds.
const EMPTY: usize = 16;

/// Posts of a thousand that changed hands in August.
const CHANGED: usize = 60;

/// Who left in August and has no successor.
const LAPSES: usize = 2;

/// How a post is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fill {
    /// By a new person, and never empty.
    Always,
    /// By a new person; as in life, a few posts are empty and some changed hands in August.
    Usual,
    /// By somebody who took it over in August.
    Changed,
    /// As usual, and the first that fall empty do so because somebody left without a successor.
    MayLapse,
    /// By somebody who works there already.
    By(String),
}

/// Those who were hired, and what for, since the last time somebody took them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Hired {
    pub(super) staff: Vec<Staff>,
    pub(super) posts: Vec<Post>,
    pub(super) vacancies: Vec<Vacancy>,
    pub(super) accounts: Vec<Account>,
}

/// The personnel office.
pub(super) struct Roster {
    chance: Chance,
    /// 31 August of the last summer.
    august: Date,
    serial: usize,
    lapses: usize,
    pub(super) hired: Hired,
}

impl Roster {
    /// An office that has hired nobody yet.
    pub(super) fn new(seed: u64, today: Date) -> Self {
        Self {
            chance: Chance::new(seed, 1 << 42),
            august: date(school_year(today), 8, 31),
            serial: 0,
            lapses: LAPSES,
            hired: Hired::default(),
        }
    }

    /// Everybody hired since the last call; each account with the posts that its owner was given since.
    pub(super) fn take(&mut self) -> Hired {
        let mut hired = std::mem::take(&mut self.hired);
        let mut held: HashMap<&str, Vec<String>> = HashMap::new();
        for post in &hired.posts {
            if let Some(holder) = post.holder() {
                held.entry(holder).or_default().push(post.key.clone());
            }
        }
        for account in &mut hired.accounts {
            account.posts = held.get(account.staff.as_str()).cloned().unwrap_or_default();
        }
        hired
    }

    /// A number in `low..=high`.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        self.chance.between(low, high)
    }

    /// One of these, each as likely.
    pub(super) fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        self.chance.pick(from)
    }

    /// Hires somebody for a unit.
    pub(super) fn hire(&mut self, unit: &str, since: Option<Date>, left: Option<Date>) -> String {
        let chance = &mut self.chance;
        self.serial += 1;
        let key = format!("s{:06}", self.serial);
        let sex = if chance.happens(0.55) { Sex::Male } else { Sex::Female };
        let people = chance.weigh_people();
        let age = chance.between(24, 57);
        let year = self.august.year().saturating_sub(i16::try_from(age).unwrap_or(40));
        let name = Lineage::new(people, None, chance).name(sex, year, false, chance).text;
        let served = i16::try_from(chance.between(1, (age - 22).min(20))).unwrap_or(1);
        let since = since.unwrap_or_else(|| date(self.august.year().saturating_sub(served), 9, 1));
        let phone = phone(chance);
        self.hired.staff.push(Staff {
            key: key.clone(),
            name,
            sex,
            phone,
            unit: unit.to_owned(),
            since,
            left,
        });
        key
    }

    /// Fills a post and keeps it; gives its holder of today.
    pub(super) fn fill(&mut self, post: Post, fill: Fill) -> Option<String> {
        let employer = post.unit.clone();
        self.fill_at(post, fill, &employer)
    }

    /// The same, where another unit than the post's pays: teachers belong to the school, not to the class.
    pub(super) fn fill_at(&mut self, mut post: Post, fill: Fill, employer: &str) -> Option<String> {
        let draw = self.chance.below(1000);
        let usual = matches!(fill, Fill::Usual | Fill::MayLapse);
        let holder = match fill {
            Fill::By(staff) => {
                let from = self.hired.staff.iter().rev().find(|one| one.key == staff).map(|one| one.since);
                post.tenures.push(held(staff.clone(), from.unwrap_or(self.august)));
                Some(staff)
            }
            _ if usual && draw < EMPTY => {
                let since = self.august.saturating_sub(self.chance.between(5, 200).days());
                self.vacancy(&post, since, "编制空缺，尚未配备");
                None
            }
            _ if fill == Fill::Changed || usual && draw < EMPTY + CHANGED => {
                let last = self.august.saturating_sub(self.chance.between(0, 11).days());
                let former = self.hire(employer, None, Some(last));
                let why = self.chance.weigh(&[(6, "调离"), (2, "退休"), (2, "辞职")]);
                let from = self.hired.staff.last().map_or(last, |one| one.since);
                let mut tenure = Tenure { until: Some(last), why: Some(why), ..held(former, from) };
                let lapses = fill == Fill::MayLapse && self.lapses > 0;
                let successor = (!lapses).then(|| {
                    let first = last.saturating_add(1.day());
                    let successor = self.hire(employer, Some(first), None);
                    tenure.handed_to = Some((successor.clone(), first));
                    (successor, first)
                });
                post.tenures.push(tenure);
                if let Some((successor, first)) = &successor {
                    post.tenures.push(held(successor.clone(), *first));
                } else {
                    self.lapses = self.lapses.saturating_sub(1);
                    self.vacancy(&post, last.saturating_add(1.day()), "人员离任，未办交接");
                }
                successor.map(|(successor, _)| successor)
            }
            _ => {
                let staff = self.hire(employer, None, None);
                let from = self.hired.staff.last().map_or(self.august, |one| one.since);
                post.tenures.push(held(staff.clone(), from));
                Some(staff)
            }
        };
        self.hired.posts.push(post);
        holder
    }

    /// Gives somebody a log-in.
    pub(super) fn account(&mut self, username: &str, staff: &str) {
        let (username, staff) = (username.to_owned(), staff.to_owned());
        self.hired.accounts.push(Account { username, staff, posts: Vec::new(), same_as: None });
    }

    /// Fills a post and gives its holder a log-in, if it has one.
    pub(super) fn fill_with_account(&mut self, post: Post, fill: Fill, username: &str) -> Option<String> {
        let holder = self.fill(post, fill)?;
        self.account(username, &holder);
        Some(holder)
    }

    /// A second name for the log-in that was given last.
    pub(super) fn second_name(&mut self, username: &str) {
        if let Some(last) = self.hired.accounts.last() {
            let again = Account {
                username: username.to_owned(),
                same_as: Some(last.username.clone()),
                ..last.clone()
            };
            self.hired.accounts.push(again);
        }
    }

    fn vacancy(&mut self, post: &Post, since: Date, why: &'static str) {
        self.hired.vacancies.push(Vacancy { post: post.key.clone(), since, why });
    }
}

/// A post before anybody holds it.
pub(super) fn post(unit: &str, what: &str, role: &'static str, title: String) -> Post {
    Post {
        key: format!("{unit}:{what}"),
        unit: unit.to_owned(),
        role,
        title,
        leads: false,
        slot: None,
        subject: None,
        tenures: Vec::new(),
    }
}

fn held(staff: String, from: Date) -> Tenure {
    Tenure { staff, from, until: None, why: None, handed_to: None }
}

impl Chance {
    /// The 民族 of a public servant here.
    fn weigh_people(&mut self) -> Ethnicity {
        match self.below(100) {
            0..46 => Ethnicity::Han,
            46..88 => Ethnicity::Yi,
            88..95 => Ethnicity::Bai,
            _ => Ethnicity::Hui,
        }
    }
}
