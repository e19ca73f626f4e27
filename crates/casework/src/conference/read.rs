//! Meetings as they are looked at: member units see the agenda once it is fixed and the minutes once they are final, counts told as they may be;
//! the office sees the draft as it is now, exact counts, and behind them the cases that it may open.

use jiff::civil::Date;
use rules::access::{Action, Subject, may};
use rules::conference::{Stand, Step, TaskStand, Topic, agenda, next_due, told};

use super::draft::blocks;
use super::meeting::units;
use super::tasks::{TaskLine, of_meeting};
use crate::cases::{self, CaseLine};
use crate::desk::Desk;
use crate::params;
use crate::refused::Refused;
use crate::units::Names;

/// A meeting in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingLine {
    /// Id.
    pub id: String,
    /// 〔2026〕3号.
    pub number: String,
    /// Why beside the quarter; empty for the quarter's own.
    pub matter: String,
    /// For which day it was called, or on which it was held.
    pub day: String,
    /// Where it stands.
    pub stand: Stand,
    /// Decisions.
    pub decisions: i64,
    /// Of them accepted.
    pub accepted: i64,
}

/// When the next one is due, 五(二).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The last that was held.
    pub last: Option<Date>,
    /// Until when the next is in time; `None` while none was held.
    pub due: Option<Date>,
    /// Whether one is called.
    pub called: bool,
    /// The plan's words.
    pub text: String,
    /// Their clause.
    pub clause: String,
}

/// Meetings, the newest first, and when the next is due.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn meetings(desk: &mut Desk<'_, '_>) -> Result<(Vec<MeetingLine>, Next), Refused> {
    desk.require(Action::ReadConference, &Subject::Nothing, ("meeting", ""))?;
    let lines = desk.tx.query(
        "select m.id, m.year, m.number, m.matter, coalesce(m.held_day, m.day), m.state,
                (select cast(count(*) as bigint) from meeting_task t where t.county = m.county and t.meeting = m.id
                    and t.begun_at is not null),
                (select cast(count(*) as bigint) from meeting_task t where t.county = m.county and t.meeting = m.id
                    and t.state = 'accepted')
         from meeting m where m.county = $1 order by coalesce(m.held_day, m.day) desc, m.id desc limit 60",
        &params![desk.county()],
        |row| {
            let state: String = row.get(5)?;
            Ok(MeetingLine {
                id: row.get(0)?,
                number: format!("〔{}〕{}号", row.get::<i64>(1)?, row.get::<i64>(2)?),
                matter: row.get(3)?,
                day: row.get(4)?,
                stand: Stand::from_code(&state).unwrap_or(Stand::Called),
                decisions: row.get(6)?,
                accepted: row.get(7)?,
            })
        },
    )?;
    let (last, called) = desk.tx.one(
        "select coalesce(max(held_day), ''), cast(count(*) filter (where held_day is null) as bigint)
         from meeting where county = $1",
        &params![desk.county()],
        |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?)),
    )?;
    let (last, rule) = (last.parse::<Date>().ok(), desk.plan.conference());
    let next = Next {
        last,
        due: next_due(rule, last),
        called: called > 0,
        text: rule.basis.text.clone(),
        clause: rule.basis.cited(),
    };
    Ok((lines, next))
}

/// Something on the agenda as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemLine {
    /// Why it stands there.
    pub topic: Topic,
    /// Whose turn it is; empty where it is nobody's alone.
    pub unit: String,
    /// What it is about.
    pub words: String,
    /// How many, as the reader may be told; empty where it is no count.
    pub many: String,
    /// Where the names behind it are, for whoever may see them.
    pub href: Option<String>,
}

/// A file that was made of agenda or minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperLine {
    /// Agenda or minutes, in words.
    pub what: &'static str,
    /// pdf, docx.
    pub form: String,
    /// SHA-256, as hex digits in groups of eight.
    pub digest: String,
    /// Who made it first.
    pub by: String,
    /// When.
    pub at: String,
}

/// A meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingFile {
    /// What the list says of it.
    pub line: MeetingLine,
    /// For which day it was called.
    pub called_for: String,
    /// At which hour.
    pub hour: String,
    /// Where.
    pub place: String,
    /// Who called it.
    pub called_by: String,
    /// The agenda; `None` for whoever may not see it yet.
    pub items: Option<Vec<ItemLine>>,
    /// Who was in the chair; empty until it was held.
    pub chair: String,
    /// Who was there.
    pub attended: String,
    /// What was said; empty for whoever may not see it yet.
    pub minutes: String,
    /// Who wrote it.
    pub held_by: String,
    /// Who made it final.
    pub closed_by: String,
    /// What was decided; none for whoever may not see it yet.
    pub decisions: Vec<TaskLine>,
    /// What the reader can do next with it.
    pub next: Option<Step>,
    /// Whether the minutes were written by the reader, who cannot make them final.
    pub wrote: bool,
    /// Units that a decision can name: id and name, for whoever keeps it.
    pub units: Vec<(String, String)>,
    /// The cases that are late now, for whoever keeps it.
    pub cases: Vec<CaseLine>,
    /// What can be made: agenda, minutes.
    pub can_print: (bool, bool),
    /// Files that were made.
    pub papers: Vec<PaperLine>,
}

struct Row {
    line: MeetingLine,
    texts: [String; 9],
    held_by_account: String,
}

/// A meeting, as far as the reader may know of it.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn meeting(desk: &mut Desk<'_, '_>, id: &str) -> Result<MeetingFile, Refused> {
    desk.require(Action::ReadConference, &Subject::Nothing, ("meeting", id))?;
    let found = desk.tx.optional(
        "select m.id, m.year, m.number, m.matter, coalesce(m.held_day, m.day), m.state, m.day, m.hour, m.place,
                coalesce(caller.name, ''), coalesce(m.chair, ''), coalesce(m.attended, ''), coalesce(m.minutes, ''),
                coalesce(writer.name, ''), coalesce(closer.name, ''), coalesce(m.held_by, '')
         from meeting m
         left join account caller on caller.county = m.county and caller.id = m.called_by
         left join account writer on writer.county = m.county and writer.id = m.held_by
         left join account closer on closer.county = m.county and closer.id = m.closed_by
         where m.county = $1 and m.id = $2",
        &params![desk.county(), id],
        |row| {
            let state: String = row.get(5)?;
            let line = MeetingLine {
                id: row.get(0)?,
                number: format!("〔{}〕{}号", row.get::<i64>(1)?, row.get::<i64>(2)?),
                matter: row.get(3)?,
                day: row.get(4)?,
                stand: Stand::from_code(&state).unwrap_or(Stand::Called),
                decisions: 0,
                accepted: 0,
            };
            let text = |at| row.get::<String>(at);
            let texts =
                [text(6)?, text(7)?, text(8)?, text(9)?, text(10)?, text(11)?, text(12)?, text(13)?, text(14)?];
            Ok(Row { line, texts, held_by_account: text(15)? })
        },
    )?;
    let Row { mut line, texts, held_by_account } =
        found.ok_or_else(|| Refused::denied(Action::ReadConference, "meeting", id))?;
    let [called_for, hour, place, called_by, chair, attended, minutes, held_by, closed_by] = texts;
    let keeps = may(desk.actor(), Action::KeepConference, &Subject::Nothing).is_ok();
    let (stand, closed) = (line.stand, line.stand == Stand::Closed);
    let items = if keeps || stand != Stand::Called { Some(items(desk, id, stand, keeps)?) } else { None };
    let decisions = if keeps || closed { of_meeting(desk, id)? } else { Vec::new() };
    line.decisions = i64::try_from(decisions.len()).unwrap_or_default();
    let accepted = decisions.iter().filter(|one| one.stand == TaskStand::Accepted).count();
    line.accepted = i64::try_from(accepted).unwrap_or_default();
    let shows = |text: String| if keeps || closed { text } else { String::new() };
    let next = match stand {
        _ if !keeps => None,
        Stand::Called => Some(Step::Fix),
        Stand::Fixed => Some(Step::Hold),
        Stand::Held => Some(Step::Close),
        Stand::Closed => None,
    };
    let file = MeetingFile {
        called_for,
        hour,
        place,
        called_by,
        items,
        chair: shows(chair),
        attended: shows(attended),
        minutes: shows(minutes),
        held_by: shows(held_by),
        closed_by,
        decisions,
        next,
        wrote: held_by_account == desk.actor().account,
        units: if stand == Stand::Held && keeps { units(desk)? } else { Vec::new() },
        cases: if keeps && !closed { late(desk)? } else { Vec::new() },
        can_print: (stand != Stand::Called, closed),
        papers: if keeps { papers(desk, id)? } else { Vec::new() },
        line,
    };
    desk.record(Action::ReadConference, None, ("meeting", id), "", &file.line.number)?;
    Ok(file)
}

/// The cases that are late now, for whoever may read them.
fn late(desk: &mut Desk<'_, '_>) -> Result<Vec<CaseLine>, Refused> {
    if may(desk.actor(), Action::ReadCase, &Subject::Nothing).is_err() {
        return Ok(Vec::new());
    }
    let (lines, _) = cases::cases(desk, cases::Shown::Late, None)?;
    Ok(lines)
}

/// The agenda: as it was fixed, or for the office as it would be now.
fn items(desk: &mut Desk<'_, '_>, id: &str, stand: Stand, keeps: bool) -> Result<Vec<ItemLine>, Refused> {
    let mut rows = stored(desk, id)?;
    if stand == Stand::Called {
        let drafted = agenda(&blocks(desk)?, desk.now.day());
        let drafted = drafted.into_iter().map(|one| (one.topic, one.unit, one.words, one.many, one.about));
        rows.extend(drafted);
        rows.sort_by_key(|row| row.0);
    }
    let names = Names::of(desk.tx, desk.county(), rows.iter().map(|row| row.1.as_str()))?;
    let lines = rows.into_iter().map(|(topic, unit, words, many, about)| {
        let counts = matches!(topic, Topic::Cases | Topic::Requests);
        let many = match (counts, many) {
            (false, _) => String::new(),
            (true, Some(many)) if keeps => format!("{many}件"),
            (true, many) => told(many),
        };
        let href = match topic {
            Topic::Undone => Some(format!("/tasks/{about}")).filter(|_| keeps),
            Topic::Cases => Some("/cases?show=late".to_owned()).filter(|_| keeps),
            Topic::Requests => Some("/requests/units".to_owned()).filter(|_| keeps),
            Topic::Measure => Some("/duties".to_owned()),
            Topic::Figures => Some("/figures".to_owned()),
            Topic::Own => None,
        };
        ItemLine { topic, unit: names.get(&unit).to_owned(), words, many, href }
    });
    Ok(lines.collect())
}

/// Topic, unit, words, count, what it is about.
pub(super) type Stored = (Topic, String, String, Option<u32>, String);

/// What is stored of the agenda, in its order.
pub(super) fn stored(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<Stored>, Refused> {
    let mut rows = desk.tx.query(
        "select topic, unit, words, many, about from meeting_item where county = $1 and meeting = $2 order by seq",
        &params![desk.county(), id],
        |row| {
            let topic: String = row.get(0)?;
            Ok((
                Topic::from_code(&topic).unwrap_or(Topic::Own),
                row.get::<String>(1)?,
                row.get::<String>(2)?,
                row.get::<Option<u32>>(3)?,
                row.get::<String>(4)?,
            ))
        },
    )?;
    rows.sort_by_key(|row| row.0);
    Ok(rows)
}

fn papers(desk: &mut Desk<'_, '_>, id: &str) -> Result<Vec<PaperLine>, Refused> {
    Ok(desk.tx.query(
        "select p.kind, p.form, p.sha256, coalesce(account.name, ''), p.at from meeting_paper p
         left join account on account.county = p.county and account.id = p.by_account
         where p.county = $1 and p.meeting = $2 order by p.at, p.id limit 50",
        &params![desk.county(), id],
        |row| {
            let (kind, sha256): (String, String) = (row.get(0)?, row.get(2)?);
            let signs: Vec<char> = sha256.chars().collect();
            let groups: Vec<String> = signs.chunks(8).map(|eight| eight.iter().collect()).collect();
            Ok(PaperLine {
                what: if kind == "minutes" { "会议纪要" } else { "会议议程" },
                form: row.get(1)?,
                digest: groups.join(" "),
                by: row.get(3)?,
                at: row.get(4)?,
            })
        },
    )?)
}
