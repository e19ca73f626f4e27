//! 早期提醒 in words (四(十九), 五(五)(八)(九)): from facts of one child to plain sentences, each with its clause and the
//! days and numbers that it stands on. It gives no score, ranks nobody and says nothing of what will become of a child:
//! docs/adr/0019-early-warning.md.

use jiff::civil::Date;

use crate::access::Field;
use crate::attendance::{Clock, Rule, halves, reached_over, spelled};
use crate::codes::Sex;
use crate::groups::Special;
use crate::plan::{Plan, Stretch, WarningKind, WarningRule};
use crate::standing::Standing;

/// A child of the same household that should be in school and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Its id: it tells one brother from another and is not shown.
    pub id: String,
    /// Its sex, where known.
    pub sex: Option<Sex>,
    /// When it was born.
    pub birth: Date,
    /// Since when it stands on 疑似辍学学生台账; `None` for one that is known to be out of school.
    pub suspected: Option<Date>,
}

/// What is known of a child on a day. What is empty is not known, and nothing is said of it.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// Today.
    pub today: Date,
    /// The first day of the term that runs, and whether it is the first of its school year; `None` in the vacations.
    pub term: Option<(Date, bool)>,
    /// How the child stands by its registers; the shares of term and month are asked.
    pub clock: Clock,
    /// When the child was born.
    pub birth: Date,
    /// Whether it is of school age today.
    pub of_age: bool,
    /// Its grade.
    pub grade: Option<i64>,
    /// Where it stands with school.
    pub standing: Option<Standing>,
    /// Whether it is on the roll of a school.
    pub on_roll: bool,
    /// The day on which it left the sixth grade, for one that is in no school since.
    pub left_primary: Option<Date>,
    /// Days of this term on which it had not come back to the boarding school.
    pub not_returned: &'a [Date],
    /// Since when it no longer boards.
    pub stopped_boarding: Option<Date>,
    /// Since when its school lies in another township than its home, for one that does not board there.
    pub farther_school: Option<Date>,
    /// Children of its household that are out of school.
    pub siblings: &'a [Sibling],
    /// Whether it has guardians and all of them work away from home.
    pub guardians_away: bool,
    /// Its groups, since when.
    pub groups: &'a [(Special, Date)],
}

/// What is said of a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Of what.
    pub kind: WarningKind,
    /// Which of several of a kind: a group's code, a sibling's id; else empty.
    pub about: String,
    /// Who may see this field of the child whole may read it; for others it is not there.
    pub field: Field,
    /// The fact itself, short: while it stays the same nothing new has happened.
    pub fact: String,
    /// The sentence, with its clause.
    pub said: String,
}

/// Everything that is to be said of a child, in a fixed order; what a family is only beside what has happened.
#[must_use]
pub fn sentences(plan: &Plan, facts: &Facts<'_>) -> Vec<Sentence> {
    let mut all = of_registers(&Rule::of(plan), facts);
    let ruled = WarningKind::ALL.iter().filter_map(|kind| plan.warning(*kind));
    for rule in ruled.clone().filter(|rule| rule.kind.is_alone()) {
        of_rule(rule, facts, &mut all);
    }
    if !all.is_empty() {
        for rule in ruled.filter(|rule| !rule.kind.is_alone()) {
            of_rule(rule, facts, &mut all);
        }
    }
    all
}

/// What the tiers of term and month say.
fn of_registers(rule: &Rule, facts: &Facts<'_>) -> Vec<Sentence> {
    [(Stretch::Term, WarningKind::Term), (Stretch::Month, WarningKind::Month)]
        .into_iter()
        .filter_map(|(over, kind)| {
            let said = reached_over(rule, &facts.clock, over)?;
            let tally = facts.clock.over(over);
            let begun = match over {
                Stretch::Term => facts.term.map(|(first, _)| first.to_string()).unwrap_or_default(),
                Stretch::Month => format!("{}-{:02}", facts.today.year(), facts.today.month()),
            };
            let fact = format!("{begun} {}+{}", tally.told, tally.away);
            Some(Sentence { kind, about: String::new(), field: Field::Schooling, fact, said })
        })
        .collect()
}

fn of_rule(rule: &WarningRule, facts: &Facts<'_>, all: &mut Vec<Sentence>) {
    let cited = rule.basis.cited();
    let mut say = |about: &str, field: Field, fact: String, words: String| {
        let (about, said) = (about.to_owned(), format!("{words}（{cited}）"));
        all.push(Sentence { kind: rule.kind, about, field, fact, said });
    };
    let term = facts.clock.over(Stretch::Term);
    let missed = term.told.saturating_add(term.away);
    let lately = |day: Date| day <= facts.today && days(day, facts.today) < i64::from(rule.within);
    match rule.kind {
        WarningKind::Term | WarningKind::Month => {}
        WarningKind::Unseen => {
            if term.due >= rule.from.saturating_mul(2) && missed >= term.due {
                let words = format!("本学期点名 {} 天，一天也没有来过", halves(term.due));
                say("", Field::Schooling, missed.to_string(), words);
            }
        }
        WarningKind::FirstWeeks => {
            let Some((first, true)) = facts.term else { return };
            if facts.grade == Some(7) && lately(first) && missed >= rule.from.saturating_mul(2) {
                let week = days(first, facts.today) / 7 + 1;
                let split = match term.away {
                    0 => String::new(),
                    away => format!("（其中无正当理由 {} 天）", halves(away)),
                };
                let words = format!("七年级开学第 {week} 周，已缺课 {} 天{split}", halves(missed));
                say("", Field::Schooling, format!("{first} {missed}"), words);
            }
        }
        WarningKind::NotReturned => {
            let many = facts.not_returned.len();
            if many > 0 && many >= usize::from(rule.from) {
                let shown: Vec<String> =
                    facts.not_returned.iter().rev().take(5).rev().map(|day| short(*day)).collect();
                let more = if many > shown.len() { "最近的是" } else { "" };
                let words = format!("本学期 {many} 次没有按时返校：{more}{}", shown.join("、"));
                let last = facts.not_returned.last().map(ToString::to_string).unwrap_or_default();
                say("", Field::Schooling, format!("{many} {last}"), words);
            }
        }
        WarningKind::AfterPrimary | WarningKind::Unregistered => {
            let Some((first, _)) = facts.term else { return };
            let since = days(first, facts.today);
            let waits = facts.of_age && !facts.on_roll && facts.standing == Some(Standing::Unknown);
            let after = rule.kind == WarningKind::AfterPrimary;
            if !waits || since < i64::from(rule.from) || facts.left_primary.is_some() != after {
                return;
            }
            let begun = format!("{}开学已 {since} 天", short(first));
            let words = match facts.left_primary {
                Some(left) => format!("{}小学毕业离校，{begun}，还没有到任何初中报到", spelled(left)),
                None => format!("已到入学年龄，{begun}，还没有在任何学校报到"),
            };
            say("", Field::Schooling, first.to_string(), words);
        }
        WarningKind::StoppedBoarding => {
            if let Some(day) = facts.stopped_boarding.filter(|day| lately(*day)) {
                say("", Field::Schooling, day.to_string(), format!("{}由住校改为走读", spelled(day)));
            }
        }
        WarningKind::FartherSchool => {
            if let Some(day) = facts.farther_school.filter(|day| lately(*day)) {
                let words = format!("{}起到户籍地以外的乡镇上学，不住校", spelled(day));
                say("", Field::History, day.to_string(), words);
            }
        }
        WarningKind::Sibling => {
            for one in facts.siblings {
                let whom = called(one, facts.birth);
                let words = match one.suspected {
                    Some(since) => format!("{whom}自{}起为疑似辍学", spelled(since)),
                    None => format!("{whom}应在校未在校"),
                };
                let fact = one.suspected.map(|since| since.to_string()).unwrap_or_default();
                say(&one.id, Field::Household, fact, words);
            }
        }
        WarningKind::GuardiansAway => {
            if facts.guardians_away {
                say("", Field::Guardians, String::new(), "登记的监护人都在外务工".to_owned());
            }
        }
        WarningKind::Group => {
            for (group, since) in facts.groups {
                let words = format!("{}起登记为{}", spelled(*since), group.label());
                say(group.code(), group.field(), since.to_string(), words);
            }
        }
    }
}

/// What a child of the household is called by one that was born on `birth`: the name stays in its own file.
fn called(one: &Sibling, birth: Date) -> &'static str {
    match (one.birth.cmp(&birth), one.sex) {
        (std::cmp::Ordering::Less, Some(Sex::Male)) => "同户的哥哥",
        (std::cmp::Ordering::Less, Some(Sex::Female)) => "同户的姐姐",
        (std::cmp::Ordering::Greater, Some(Sex::Male)) => "同户的弟弟",
        (std::cmp::Ordering::Greater, Some(Sex::Female)) => "同户的妹妹",
        _ => "同户的另一个孩子",
    }
}

fn days(from: Date, to: Date) -> i64 {
    to.since(from).map_or(0, |span| i64::from(span.get_days()))
}

fn short(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}
