//! The year behind the demo county as its officers left it: the record, sign-ins of the last weeks, imports, announcements.
//! Who does what is drawn by the seed; what stands in the ledger already is told by those who did it; all of it is sealed
//! by the real sealer, and each month when it was over.

mod before;
mod called;
mod council;
mod days;
mod evenings;
mod followed;
mod helped;
mod measured;
mod overseen;
mod paired;
mod papered;
mod registers;
mod reported;
mod returned;
mod season;
mod sign_ins;

use std::collections::BTreeMap;
use std::sync::Arc;

use casework::audit::{self, Vault};
use casework::db::{Db, DbError};
use casework::jobs::Means;
use casework::keys::Keys;
use casework::now::Now;
use casework::seed::{self, SeedAct, SeedActor, SeedImport, Seeding};
use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan};
use rules::access::{Action, Post};
use rules::age::school_year;
use rules::plan::Plan;

use super::world::WorldSettings;
use super::world::roles;
use super::world::semesters::Semesters;
use super::world::story::Story;
use crate::progress::Laps;
use crate::synth::chance::Chance;

/// The stream of chance that the year draws from.
const STREAM: u64 = 1 << 46;

/// People beside the role accounts who used the program.
const OTHERS: usize = 150;

/// Acts, and rows sealed, in one transaction.
const AT_ONCE: usize = 2_000;

/// An act before it is written.
struct Act {
    at: Timestamp,
    account: String,
    action: Action,
    refused: bool,
    subject: (&'static str, String),
    purpose: &'static str,
    detail: String,
}

struct Year {
    county: String,
    today: Date,
    now: Now,
    chance: Chance,
    actors: Arc<BTreeMap<String, SeedActor>>,
    /// Accounts of the roles, by user name.
    roles: BTreeMap<&'static str, String>,
    /// Some of the others.
    others: Vec<String>,
    acts: Vec<Act>,
}

/// The night in which a month is sealed: what that is done with.
struct Night<'a> {
    db: &'a Db,
    keys: &'a Keys,
    plan: &'a Plan,
    vault: &'a Vault,
    now: Now,
}

impl Means for Night<'_> {
    fn db(&self) -> &Db {
        self.db
    }
    fn keys(&self) -> &Keys {
        self.keys
    }
    fn plan(&self) -> &Plan {
        self.plan
    }
    fn vault(&self) -> &Vault {
        self.vault
    }
    fn now(&self) -> Now {
        self.now.clone()
    }
}

/// Writes the year.
pub(super) fn write(
    db: &Db,
    (keys, vault): (&Keys, &Vault),
    now: &Now,
    settings: &WorldSettings<'_>,
    (semesters, story): (&Semesters, &Story),
    laps: &Laps,
) -> Result<(), DbError> {
    let county = settings.plan.county().code.clone();
    let since = settings.today.saturating_sub(365.days());
    let (actors, facts) =
        db.read(|tx| Ok::<_, DbError>((seed::actors(tx, &county)?, seed::facts(tx, &county, since)?)))?;
    let mut chance = Chance::new(settings.seed, STREAM);
    let named =
        |username: &str| actors.iter().find(|(_, one)| one.username == username).map(|(id, _)| id.clone());
    let roles: BTreeMap<&'static str, String> =
        roles::roles().into_iter().filter_map(|role| Some((role.username, named(role.username)?))).collect();
    let active: Vec<&String> = actors
        .iter()
        .filter(|(id, one)| one.active && !roles.values().any(|role| role == *id))
        .map(|(id, _)| id)
        .collect();
    let step = (active.len() / OTHERS).max(1);
    let others = active.iter().skip(chance.below(step)).step_by(step).map(|id| (*id).clone()).collect();
    let mut year = Year {
        county,
        today: settings.today,
        now: now.clone(),
        chance,
        actors: Arc::new(actors),
        roles,
        others,
        acts: Vec::new(),
    };
    year.facts(facts);
    year.imports(db, settings.children, semesters)?;
    year.announcements(db, semesters)?;
    year.days(db, settings.children / 3, since)?;
    laps.over("facts and days", db);
    year.registers(db, (keys, settings.plan), since, laps)?;
    year.before(db, settings.plan, since, settings.years)?;
    laps.over("years before", db);
    year.followed(db, (keys, settings.plan, vault), laps)?;
    year.cohort(db, keys)?;
    year.sign_ins(db, keys)?;
    year.told(db, story)?;
    laps.over("sign-ins", db);
    year.record(Night { db, keys, plan: settings.plan, vault, now: now.clone() })?;
    laps.over("record and seals", db);
    Ok(())
}

impl Year {
    /// Who was in the first grade eight school years ago.
    fn cohort(&self, db: &Db, keys: &Keys) -> Result<(), DbError> {
        let keys = keys.clone();
        let (county, now, by) = (self.county.clone(), self.now.clone(), self.role("bureau"));
        let (year, on) = (school_year(self.today), self.today.saturating_sub(30.days()));
        db.write(move |tx| seed::cohort(tx, (&Seeding { county: &county, now: &now }, &keys), year, &by, on))
    }

    fn role(&self, username: &str) -> String {
        self.roles.get(username).cloned().unwrap_or_default()
    }

    fn add(
        &mut self,
        at: Timestamp,
        account: &str,
        action: Action,
        subject: (&'static str, String),
        said: (&'static str, String),
    ) {
        let act = Act {
            at,
            account: account.to_owned(),
            action,
            refused: false,
            subject,
            purpose: said.0,
            detail: said.1,
        };
        self.acts.push(act);
    }

    /// A working hour of the day.
    fn at(&mut self, day: Date) -> Timestamp {
        let hour = self.chance.weigh(&[
            (4, 8_i8),
            (5, 9),
            (5, 10),
            (3, 11),
            (4, 14),
            (5, 15),
            (5, 16),
            (2, 17),
            (1, 20),
        ]);
        let mut small = |most| i8::try_from(self.chance.below(most)).unwrap_or_default();
        moment(day, hour, small(60), small(60))
    }

    /// The working day on which, or before which, a day lies.
    fn working(day: Date) -> Date {
        match day.weekday() {
            Weekday::Saturday => day.saturating_sub(1.day()),
            Weekday::Sunday => day.saturating_sub(2.days()),
            _ => day,
        }
    }

    /// What stands in the ledger already is told by whoever did it; where the world names nobody, by the bureau.
    fn facts(&mut self, facts: Vec<seed::Fact>) {
        let bureau = self.role("bureau");
        for fact in facts {
            let by = if fact.by.is_empty() { &bureau } else { &fact.by };
            if self.actors.contains_key(by) {
                let by = by.clone();
                self.add(fact.at, &by, fact.action, fact.subject, ("", fact.detail));
            }
        }
    }

    /// The lists of both campaigns, handed in by those who keep them.
    fn imports(&mut self, db: &Db, children: usize, semesters: &Semesters) -> Result<(), DbError> {
        let of = |share: usize| i64::try_from(children.saturating_mul(share) / 1000).unwrap_or(i64::MAX);
        for day in [semesters.last, semesters.this] {
            for (username, kind, name, share) in [
                ("police", "household", "户籍适龄人口", 1_040),
                ("bureau", "roll", "全国学籍系统导出", 930),
                ("agri", "poverty", "脱贫户监测户", 210),
                ("disabled", "disability", "持证残疾儿童", 14),
            ] {
                let by = self.role(username);
                let Some(unit) = self.post(&by).map(|post| post.unit.clone()) else { continue };
                let at = self.at(Self::working(day.saturating_sub(2.days())));
                let stamp = day.saturating_sub(2.days()).strftime("%Y%m%d").to_string();
                let title = format!("{name}_{stamp}.xlsx");
                let rows = of(share).max(1);
                let counts = [
                    rows,
                    rows * 31 / 1000,
                    rows * 57 / 1000,
                    rows - rows * 96 / 1000,
                    rows * 2 / 1000,
                    rows * 6 / 1000,
                ];
                let (county, now, account) = (self.county.clone(), self.now.clone(), by.clone());
                let id = db.write(move |tx| {
                    let one =
                        SeedImport { at, unit: &unit, by: &account, kind, title: &title, as_of: day, counts };
                    seed::import(tx, &Seeding { county: &county, now: &now }, &one)
                })?;
                for (minutes, detail) in [(0, "上传"), (9, "写入台账"), (11, "写入台账完成")] {
                    let at = at.saturating_add(SignedDuration::from_mins(minutes)).unwrap_or(at);
                    self.add(at, &by, Action::ImportList, ("import", id.clone()), ("", detail.to_owned()));
                }
            }
        }
        Ok(())
    }

    fn announcements(&mut self, db: &Db, semesters: &Semesters) -> Result<(), DbError> {
        let ago = |days: i32| self.today.saturating_sub(days.days());
        let term = |day: Date| {
            format!("{}年{}季学期四查三比对开始", day.year(), if day.month() < 8 { "春" } else { "秋" })
        };
        let four = "请公安、教体、农业农村、残联在开始前两天上传名单；各乡镇、学校按比对结果逐个核实，七个工作日内报回。\n已经认定过、情况没有变的孩子不再重复核查。";
        let all = [
            (
                semesters.last.saturating_sub(5.days()),
                "director",
                term(semesters.last),
                four,
                Some(semesters.last.saturating_add(30.days())),
            ),
            (
                semesters.this.saturating_sub(5.days()),
                "director",
                term(semesters.this),
                four,
                Some(semesters.this.saturating_add(30.days())),
            ),
            (
                ago(160),
                "bureau",
                "暑假期间请继续核实外出就读的孩子".to_owned(),
                "外出就读要有在有效期内的证明。暑假里证明到期的，请在开学前更新。",
                Some(ago(85)),
            ),
            (
                ago(12),
                "bureau",
                "请在月底前更新到期的外出就读证明".to_owned(),
                "“今天”页面列出了到期的孩子。电话核实的请写明核实人和日期；联系不上的，请转村委会上门。",
                Some(self.today.saturating_add(15.days())),
            ),
            (
                ago(4),
                "admin",
                "本周六晚上系统维护两小时".to_owned(),
                "本周六20:00至22:00维护服务器，期间不能登录。已经填写的内容请提前提交。",
                Some(self.today.saturating_add(5.days())),
            ),
        ];
        for (day, username, title, body, until) in all {
            let day = Self::working(day);
            let (at, by) = (self.at(day), self.role(username));
            let (county, now, account) = (self.county.clone(), self.now.clone(), by.clone());
            let id = db.write(move |tx| {
                seed::notice(
                    tx,
                    &Seeding { county: &county, now: &now },
                    (at, &account),
                    (&title, body),
                    (day, until),
                )
            })?;
            self.add(at, &by, Action::PublishNotice, ("notice", id), ("", "发布".to_owned()));
        }
        Ok(())
    }

    /// The first post of an account.
    fn post(&self, account: &str) -> Option<&Post> {
        self.actors.get(account)?.actor.posts.first()
    }

    /// What the story's village and school were told when findings were handed to them.
    fn told(&mut self, db: &Db, story: &Story) -> Result<(), DbError> {
        let at = moment(Self::working(self.today.saturating_sub(1.day())), 16, 20, 0);
        let (county, now, units) =
            (self.county.clone(), self.now.clone(), [story.village.clone(), story.school.clone()]);
        db.write(move |tx| {
            let with = Seeding { county: &county, now: &now };
            units.iter().try_for_each(|unit| {
                seed::tell_unit(
                    tx,
                    &with,
                    at,
                    unit,
                    ("finding", "有孩子的就学情况要核查", "/findings?state=assigned"),
                )
            })
        })
    }

    /// Puts everything on the record in the order of time, and has each month sealed in the night after it.
    fn record(mut self, mut night: Night<'_>) -> Result<(), DbError> {
        let now = self.now.timestamp();
        let first = self.today.saturating_sub(365.days());
        let begins = moment(first, 0, 0, 0);
        self.acts.retain(|act| act.at >= begins && act.at < now);
        self.acts.sort_by(|a, b| (a.at, &a.account).cmp(&(b.at, &b.account)));
        let mut acts = std::mem::take(&mut self.acts).into_iter().peekable();
        let mut month = first.first_of_month();
        loop {
            month = month.saturating_add(1.month());
            let over = moment(month, 0, 0, 0);
            while let Some(act) = acts.next_if(|act| act.at < over) {
                let rest = std::iter::from_fn(|| acts.next_if(|act| act.at < over));
                self.put(night.db, std::iter::once(act).chain(rest.take(AT_ONCE)).collect())?;
            }
            if month > self.today {
                break;
            }
            // The ways to find what is not sealed yet depend on how much there is.
            night.db.write(|tx| tx.tally())?;
            night.now = self.now.at_moment(moment(month, 0, 20, 0));
            audit::seal_months(&night).map_err(followed::said)?;
        }
        let most = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        loop {
            let county = self.county.clone();
            let sealed = night.db.write(move |tx| {
                let sealed = audit::seal_due(tx, &county, most)?;
                tx.tally()?;
                Ok::<_, DbError>(sealed)
            })?;
            if sealed == 0 {
                return Ok(());
            }
        }
    }

    /// Some of it, in one transaction.
    fn put(&self, db: &Db, some: Vec<Act>) -> Result<(), DbError> {
        let (county, now, actors) = (self.county.clone(), self.now.clone(), Arc::clone(&self.actors));
        db.write(move |tx| {
            let with = Seeding { county: &county, now: &now };
            tx.gather(|tx| {
                for act in &some {
                    let Some(actor) = actors.get(&act.account).map(|one| &one.actor) else { continue };
                    let post = actor.posts.first();
                    let row = SeedAct {
                        at: act.at,
                        actor,
                        post,
                        action: act.action,
                        refused: act.refused,
                        subject: (act.subject.0, &act.subject.1),
                        purpose: act.purpose,
                        detail: &act.detail,
                    };
                    seed::act(tx, &with, &row)?;
                }
                Ok::<(), DbError>(())
            })
        })
    }
}

/// An o'clock of a day.
pub(super) fn moment(day: Date, hour: i8, minute: i8, second: i8) -> Timestamp {
    let clock = day.at(hour, minute, second, 0);
    jiff::tz::offset(8).to_timestamp(clock).unwrap_or_default()
}
