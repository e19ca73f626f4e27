//! The form of a paper: what of it is known of the case already, what is asked, or why it cannot be made now.

use rules::access::{Action, Subject};
use rules::case::Stage;
use rules::case::paper::{PaperKind, PaperRule, rule};
use rules::case::penalty::{Organ, PenaltyGround};
use rules::case::watch::Seen;

use super::super::{Facts, spelled};
use super::draw::filled;
use super::kept::{Stored, of_case};
use super::make::{Hand, hand_by, judged};
use super::party::{guardians, organ, story};
use super::{ground, kept};
use crate::attendance;
use crate::desk::Desk;
use crate::ledger::ties_of;
use crate::refused::Refused;

/// A field as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its rule.
    pub field: &'static rules::case::paper::PaperField,
    /// What stands in it before anybody has typed.
    pub value: String,
}

/// A paper before it is made.
#[derive(Debug, Clone)]
pub struct Blank {
    /// Name of the child.
    pub child: String,
    /// What holds of the paper.
    pub rule: &'static PaperRule,
    /// Who makes it.
    pub organ: String,
    /// Guardians that it can name: id and name.
    pub guardians: Vec<(String, String)>,
    /// What is asked for.
    pub asked: Vec<Asked>,
    /// Why it cannot be made now: what, and what to do instead.
    pub refused: Option<(String, String)>,
}

/// The form of a paper.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Rule`] for a case that has ended, [`Refused::Storage`].
pub fn blank(desk: &mut Desk<'_, '_>, case: &str, kind: PaperKind) -> Result<Blank, Refused> {
    let rule = rule(kind);
    let hand = hand_by(desk, case, rule.by)?;
    let refused = match judged(desk, &hand, kind) {
        Ok(()) => None,
        Err(Refused::Rule { what, basis, todo }) => Some((format!("{what}（{basis}）"), todo)),
        Err(other) => return Err(other),
    };
    let facts = Facts::now(desk, &hand.child)?;
    let organ = organ(desk, &hand.post)?;
    let known = Known {
        story: story(desk, &hand.case, &facts, &hand.open)?,
        papers: of_case(desk, &hand.case)?,
        ground: ground::current(desk)?,
        organ: &organ,
        facts: &facts,
        back: back(desk, &hand, rule)?,
    };
    let asked = rule.fields.iter().map(|field| Asked { field, value: known.value(field.key, field.preset) });
    let asked = asked.collect();
    // 复学证明 is about the child alone.
    let guardians = if rule.by == Action::ProveReturn { Vec::new() } else { named(desk, &hand)? };
    let ties = ties_of(desk, &hand.child)?;
    let grant = desk.require(rule.by, &Subject::Child(&ties), ("case", case))?;
    desk.record(rule.by, grant.post, ("child", &hand.child), "", &format!("看文书表单：{}", kind.label()))?;
    Ok(Blank { child: facts.name, rule, organ, guardians, asked, refused })
}

/// Guardians with their relation.
pub(super) fn named(desk: &mut Desk<'_, '_>, hand: &Hand) -> Result<Vec<(String, String)>, Refused> {
    Ok(guardians(desk, &hand.child)?.into_iter().map(|one| (one.id.clone(), one.titled())).collect())
}

/// Since when the child is back, and what the school's own register says of it.
fn back(desk: &mut Desk<'_, '_>, hand: &Hand, rule: &PaperRule) -> Result<Option<(String, String)>, Refused> {
    if rule.by != Action::ProveReturn {
        return Ok(None);
    }
    let (school, on) = match &hand.open.stage {
        Stage::Returned { school, on, .. } | Stage::Placed { school, on, .. } => (school, *on),
        Stage::Observing { school, from, .. } => (school, *from),
        _ => return Ok(None),
    };
    let watched = attendance::watched(desk, &hand.child, (school, on), on)?;
    let came = watched.days.iter().filter(|(_, seen)| *seen == Seen::Came).count();
    let said = format!("点名册上，{}以来应到{}天，到校{came}天。", spelled(on), watched.days.len());
    Ok(Some((on.to_string(), if watched.days.is_empty() { String::new() } else { said })))
}

struct Known<'a> {
    story: String,
    papers: Vec<Stored>,
    ground: Option<PenaltyGround>,
    organ: &'a str,
    facts: &'a Facts,
    /// Of 复学证明: since when, and what the register says.
    back: Option<(String, String)>,
}

impl Known<'_> {
    fn value(&self, key: &str, preset: &str) -> String {
        let ground = |of: fn(&PenaltyGround) -> &str| self.ground.as_ref().map_or("", of).to_owned();
        match key {
            "on" if self.back.is_some() => self.back.clone().unwrap_or_default().0,
            "now" if self.back.is_some() => self.back.clone().unwrap_or_default().1,
            "facts" => self.story.clone(),
            "send_to" | "report_to" => self.facts.school.clone(),
            "school_now" => {
                [self.facts.school.as_str(), self.facts.class.as_str()].join(" ").trim().to_owned()
            }
            "basis" => ground(|ground| &ground.article),
            "delegation" => ground(|ground| match ground.organ {
                Organ::County => "县级机关",
                Organ::Township => &ground.delegation,
            }),
            "decision" => {
                let decided = [PaperKind::PenaltyDecision, PaperKind::OrderToCorrect];
                let last = |kind| {
                    self.papers.iter().rev().find(move |paper| paper.kind == kind && self.is_served(paper))
                };
                let one = decided.into_iter().find_map(last);
                one.map(|paper| format!("《{}》（{}）", paper.kind.label(), paper.word)).unwrap_or_default()
            }
            "evidence" => {
                let line = |paper: &Stored| format!("{}（{}）", paper.kind.label(), paper.word);
                self.papers.iter().map(line).collect::<Vec<_>>().join("\n")
            }
            _ => filled(preset, |name| if name == "organ" { self.organ.to_owned() } else { String::new() }),
        }
    }

    fn is_served(&self, paper: &Stored) -> bool {
        kept::served(&self.papers, &paper.id).is_some()
    }
}
