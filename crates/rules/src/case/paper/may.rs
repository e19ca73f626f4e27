//! Whether a paper may be made now, and what follows on it by when. A refusal names the rule and what to do instead.

use jiff::Span;
use jiff::civil::Date;

use super::{After, Clock, From, PaperKind, PaperRule, Takes, To, rule};
use crate::calendar::{NoData, SchoolCalendar};
use crate::case::ladder::Ladder;
use crate::case::penalty::{self, PenaltyGround};
use crate::case::period::{Length, Period};
use crate::case::persuader::Letter;
use crate::case::refused::Refused;
use crate::case::state::State;
use crate::plan::HelpGate;

/// A paper that was made in the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Before {
    /// Which.
    pub kind: PaperKind,
    /// Its day.
    pub made: Date,
    /// The day on which it counts as served.
    pub served: Option<Date>,
}

/// Where the case stands.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// Its state.
    pub state: State,
    /// Help and steps.
    pub ladder: &'a Ladder,
    /// Help before what is harder.
    pub gate: &'a HelpGate,
    /// Papers that were made, the first before the others.
    pub papers: &'a [Before],
    /// What a penalty rests on, as the county has registered it.
    pub ground: Option<&'a PenaltyGround>,
    /// Places outside the county that have to do with the child.
    pub letters: &'a [Letter],
    /// The day on which it is to be made.
    pub today: Date,
    /// Working days.
    pub calendar: &'a SchoolCalendar,
}

/// Whether the paper may be made.
///
/// # Errors
/// [`Refused`] by the case's state, the order of the steps (B04), help not given, the gate of the penalty (domain 0.1), or a paper
/// that must come before.
pub fn may_make(kind: PaperKind, now: &Situation<'_>) -> Result<(), Refused> {
    let rule = rule(kind);
    if !rule.states.contains(&now.state) {
        let fits = rule.states.iter().map(|state| state.label()).collect::<Vec<_>>().join("、");
        return Err(Refused::new(
            format!("个案现在是“{}”，不做{}", now.state.label(), kind.label()),
            "五(九)(十)(十一)",
            format!("这份文书在“{fits}”的时候做"),
        ));
    }
    if rule.outside && now.letters.is_empty() {
        return Err(Refused::new(
            format!("孩子的户籍、居住、就读都在本县，没有可以发{}的外地机关", kind.label()),
            "五(四)(十)",
            "孩子去了外地的，先由学校在核证报告里写明去向，或者在孩子档案里登记户籍，再发函",
        ));
    }
    if rule.gated {
        penalty::gate(now.ground)?;
    }
    if let Some(step) = rule.step {
        now.ladder.may_begin(step, now.gate)?;
    }
    rule.after.iter().try_for_each(|after| follows(rule, after, now))
}

/// Whether what must be there before is there, and its periods fit.
fn follows(rule: &PaperRule, after: &After, now: &Situation<'_>) -> Result<(), Refused> {
    let names = after.any.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("或者");
    let basis = rule.articles.join("；");
    let made = now.papers.iter().filter(|paper| after.any.contains(&paper.kind));
    let since = match after.how {
        From::Made => made.map(|paper| paper.made).next_back(),
        From::Served => made.filter_map(|paper| paper.served).next_back(),
    };
    let Some(since) = since else {
        let how = if after.how == From::Served { "还没有送达" } else { "还没有做" };
        return Err(Refused::new(
            format!("{how}{names}，不能做{}", rule.kind.label()),
            basis,
            format!("请先做{names}{}", if after.how == From::Served { "并送达" } else { "" }),
        ));
    };
    if !after.wait.is_empty() {
        let over = chain(since, after.wait, now.calendar)?;
        if now.today <= over {
            let first = next(over);
            return Err(Refused::new(
                format!("期限还没有过，{}最早{first}可以做", rule.kind.label()),
                articles(after.wait),
                format!("{names}{since}起算，{}届满后再做", words(after.wait)),
            ));
        }
    }
    if !after.within.is_empty() {
        match chain(since, after.within, now.calendar) {
            Ok(latest) if now.today > latest => {
                return Err(Refused::new(
                    format!("已经过了期限，{}最迟{latest}", rule.kind.label()),
                    articles(after.within),
                    "请和司法所、法院商量别的办法；还可以以监护人责任纠纷起诉",
                ));
            }
            Ok(_) => {}
            // It ends in a year whose holidays nobody has decided yet: not before that year.
            Err(lacking) if lacking.year > now.today.year() => {}
            Err(lacking) => return Err(lacking.into()),
        }
    }
    Ok(())
}

/// What follows on a paper, with its first and last day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What.
    pub what: &'static str,
    /// 最早可行日; none where it may be at once.
    pub earliest: Option<Date>,
    /// 最迟日; none where nothing says so.
    pub latest: Option<Date>,
    /// How it is counted: `5个工作日`.
    pub counted: String,
    /// The articles.
    pub articles: String,
}

/// The term of a clock, for a paper that was made on `made` and served on `served`; `None` while it does not run.
///
/// # Errors
/// [`NoData`] when the calendar does not know the holidays of a year that is needed.
pub fn term(
    clock: &Clock,
    made: Date,
    served: Option<Date>,
    calendar: &SchoolCalendar,
) -> Result<Option<Term>, NoData> {
    let from = match clock.from {
        From::Made => Some(made),
        From::Served => served,
    };
    let Some(from) = from else { return Ok(None) };
    let earliest = match clock.wait {
        [] => None,
        wait => Some(next(chain(from, wait, calendar)?)),
    };
    let latest = match clock.within {
        [] => None,
        within => Some(chain(from, within, calendar)?),
    };
    let periods = if clock.within.is_empty() { clock.wait } else { clock.within };
    let (counted, articles) = (words(periods), articles(periods));
    Ok(Some(Term { what: clock.what, earliest, latest, counted, articles }))
}

/// The day before which a clock of days and months does not run out, where its last day cannot be said yet: a day off behind it only makes
/// it later (民法典第二百零三条). `None` where it counts working days, or does not run.
#[must_use]
pub fn not_before(clock: &Clock, made: Date, served: Option<Date>) -> Option<Date> {
    let from = match clock.from {
        From::Made => made,
        From::Served => served?,
    };
    if clock.within.is_empty() {
        return None;
    }
    clock.within.iter().try_fold(from, |day, period| match period.length() {
        Length::Working(_) => None,
        Length::Days(days) => Some(day.saturating_add(Span::new().days(i64::from(days)))),
        Length::Months(months) => Some(day.saturating_add(Span::new().months(i64::from(months)))),
    })
}

impl PaperRule {
    /// Whether the paper is served on somebody.
    #[must_use]
    pub const fn is_served(&self) -> bool {
        matches!(self.to, To::Family) || matches!(self.takes, Takes::Served)
    }
}

fn next(day: Date) -> Date {
    day.saturating_add(Span::new().days(1))
}

/// The end of periods that run one after the other.
fn chain(from: Date, periods: &[Period], calendar: &SchoolCalendar) -> Result<Date, NoData> {
    periods.iter().try_fold(from, |day, period| period.ends(day, calendar))
}

fn words(periods: &[Period]) -> String {
    periods.iter().map(|period| period.length().words()).collect::<Vec<_>>().join("，再")
}

fn articles(periods: &[Period]) -> String {
    periods.iter().map(|period| period.article()).collect::<Vec<_>>().join("；")
}
