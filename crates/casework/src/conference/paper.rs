//! Agenda and minutes as official papers (会议议程, 会议纪要): made of what was entered, kept when the agenda is fixed and when the minutes become
//! final, and never read from what may change later. Counts are told as other units may know them; nothing in them names a child.

use documents::paper::{Block, Made, Paper};
use jiff::civil::Date;
use rules::access::{Action, Subject};
use rules::conference::{Topic, told};
use rules::publish::FEW;

use super::meeting::units;
use super::read::stored;
use super::tasks::of_meeting;
use crate::desk::Desk;
use crate::papers::spelled;
use crate::params;
use crate::refused::Refused;
use crate::units::Names;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 会议议程.
    Agenda,
    /// 会议纪要.
    Minutes,
}

impl Kind {
    const fn code(self) -> &'static str {
        match self {
            Self::Agenda => "agenda",
            Self::Minutes => "minutes",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Agenda => "会议议程",
            Self::Minutes => "会议纪要",
        }
    }
}

/// A paper before it is laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// What it says.
    pub paper: Paper,
    /// Which it is.
    pub kind: Kind,
    /// Of which meeting.
    pub meeting: String,
}

/// The paper as it is kept.
pub(super) fn kept(paper: &Paper) -> Result<String, Refused> {
    serde_json::to_string(paper).map_err(|error| Refused::Fault(format!("a paper of a meeting: {error}")))
}

fn opened(text: &str) -> Result<Paper, Refused> {
    serde_json::from_str(text).map_err(|error| Refused::Fault(format!("a paper of a meeting: {error}")))
}

/// Agenda or minutes as they were kept, for member units and the office.
///
/// # Errors
/// [`Refused::Denied`] also while there is none, [`Refused::Storage`].
pub fn paper(desk: &mut Desk<'_, '_>, meeting: &str, kind: Kind) -> Result<Drawn, Refused> {
    desk.require(Action::ReadConference, &Subject::Nothing, ("meeting", meeting))?;
    let column = match kind {
        Kind::Agenda => "agenda",
        Kind::Minutes => "signed",
    };
    let sql = format!("select coalesce({column}, '') from meeting where county = $1 and id = $2");
    let text = desk.tx.optional(&sql, &params![desk.county(), meeting], |row| row.get::<String>(0))?;
    let text = text.filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Refused::denied(Action::ReadConference, "meeting", meeting))?;
    Ok(Drawn { paper: opened(&text)?, kind, meeting: meeting.to_owned() })
}

/// Puts on the record that the file was made, with its digest; only then it leaves.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn made(desk: &mut Desk<'_, '_>, drawn: &Drawn, made: &Made) -> Result<(), Refused> {
    let grant = desk.require(Action::ReadConference, &Subject::Nothing, ("meeting", &drawn.meeting))?;
    desk.tx.execute(
        "insert into meeting_paper (county, id, meeting, kind, form, sha256, bytes, by_account, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (county, meeting, kind, form, sha256) do nothing",
        &params![
            desk.county(),
            desk.now.id(),
            &drawn.meeting,
            drawn.kind.code(),
            made.form.code(),
            &made.sha256,
            i64::try_from(made.bytes.len()).unwrap_or(i64::MAX),
            &desk.actor().account,
            desk.now.stamp()
        ],
    )?;
    let said = format!("{}{}，SHA-256 {}", drawn.kind.label(), made.form.code(), made.sha256);
    desk.record(Action::ReadConference, grant.post, ("meeting", &drawn.meeting), "", &said)
}

/// What of a meeting both papers say.
struct Facts {
    number: String,
    matter: String,
    day: String,
    hour: String,
    place: String,
    held: String,
    chair: String,
    attended: String,
    minutes: String,
}

fn facts(desk: &mut Desk<'_, '_>, id: &str) -> Result<Facts, Refused> {
    let found = desk.tx.optional(
        "select year, number, matter, day, hour, place, coalesce(held_day, ''), coalesce(chair, ''),
                coalesce(attended, ''), coalesce(minutes, '') from meeting where county = $1 and id = $2",
        &params![desk.county(), id],
        |row| {
            let text = |at| row.get::<String>(at);
            Ok(Facts {
                number: format!("〔{}〕{}号", row.get::<i64>(0)?, row.get::<i64>(1)?),
                matter: text(2)?,
                day: text(3)?,
                hour: text(4)?,
                place: text(5)?,
                held: text(6)?,
                chair: text(7)?,
                attended: text(8)?,
                minutes: text(9)?,
            })
        },
    )?;
    found.ok_or_else(|| Refused::denied(Action::KeepConference, "meeting", id))
}

fn in_words(day: &str) -> String {
    day.parse::<Date>().map(spelled).unwrap_or_default()
}

const NUMERALS: [&str; 6] = ["一", "二", "三", "四", "五", "六"];

/// The agenda as it is stored, as a paper.
pub(super) fn agenda(desk: &mut Desk<'_, '_>, id: &str) -> Result<Paper, Refused> {
    let facts = facts(desk, id)?;
    let rows = stored(desk, id)?;
    let names = Names::of(desk.tx, desk.county(), rows.iter().map(|row| row.1.as_str()))?;
    let mut body = vec![Block::Pairs {
        rows: vec![
            ("时间".to_owned(), format!("{}{}", in_words(&facts.day), facts.hour)),
            ("地点".to_owned(), facts.place.clone()),
            ("召集人".to_owned(), desk.plan.conference().who.clone()),
        ],
    }];
    if !facts.matter.is_empty() {
        body.push(Block::Text { text: format!("因重要事项召集：{}", facts.matter) });
    }
    let mut numerals = NUMERALS.iter();
    for topic in Topic::ALL {
        let of: Vec<_> = rows.iter().filter(|row| row.0 == *topic).collect();
        if of.is_empty() {
            continue;
        }
        let numeral = numerals.next().copied().unwrap_or_default();
        body.push(Block::Heading { text: format!("{numeral}、{}", topic.label()) });
        let counts = matches!(topic, Topic::Cases | Topic::Requests);
        if counts {
            let heads = ["单位", "要办的事", "超期"].map(str::to_owned).to_vec();
            let lines = of.iter().map(|(_, unit, words, many, _)| {
                vec![names.get(unit).to_owned(), words.clone(), told(*many)]
            });
            body.push(Block::Table { heads, rows: lines.collect() });
            continue;
        }
        for (at, (_, unit, words, ..)) in (1..).zip(of) {
            let unit = names.get(unit);
            let who = if unit.is_empty() { String::new() } else { format!("{unit}：") };
            body.push(Block::Text { text: format!("{at}．{who}{words}") });
        }
    }
    if rows.is_empty() {
        body.push(Block::Text { text: "没有到期未办的事项。".to_owned() });
    }
    body.push(Block::Text {
        text: format!("少于{FEW}件的不写件数；不列孩子姓名，具体情况由承办单位在系统里查看。"),
    });
    frame(desk, &facts.number, "会议议程", &facts, body)
}

/// The minutes as they are entered, with what was decided.
pub(super) fn minutes(desk: &mut Desk<'_, '_>, id: &str) -> Result<Paper, Refused> {
    let facts = facts(desk, id)?;
    let tasks = of_meeting(desk, id)?;
    let mut body = vec![Block::Pairs {
        rows: vec![
            ("时间".to_owned(), in_words(&facts.held)),
            ("地点".to_owned(), facts.place.clone()),
            ("主持".to_owned(), facts.chair.clone()),
            ("参加".to_owned(), facts.attended.clone()),
        ],
    }];
    body.push(Block::Heading { text: "一、会议情况".to_owned() });
    body.extend(
        facts
            .minutes
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| Block::Text { text: line.trim().to_owned() }),
    );
    body.push(Block::Heading { text: "二、议定事项".to_owned() });
    if tasks.is_empty() {
        body.push(Block::Text { text: "本次会议没有议定由单位承办的事项。".to_owned() });
    } else {
        let heads = ["序号", "承办单位", "事项", "期限", "办完的证明"].map(str::to_owned).to_vec();
        let rows = (1..).zip(&tasks).map(|(at, task)| {
            vec![at.to_string(), task.unit.clone(), task.words.clone(), spelled(task.due), task.proof.clone()]
        });
        body.push(Block::Table { heads, rows: rows.collect() });
        body.push(Block::Text {
            text: "承办单位办完后在系统里报告，由专班办公室验收；没有办完的列入下次会议议程。".to_owned(),
        });
    }
    frame(desk, &facts.number, "会议纪要", &facts, body)
}

fn frame(
    desk: &mut Desk<'_, '_>,
    number: &str,
    what: &str,
    facts: &Facts,
    body: Vec<Block>,
) -> Result<Paper, Refused> {
    let organ = desk.plan.conference().who.clone();
    let to = units(desk)?.into_iter().map(|(_, name)| name).collect();
    let day = if facts.held.is_empty() { spelled(desk.now.day()) } else { in_words(&facts.held) };
    Ok(Paper {
        number: format!("联席{number}"),
        title: format!("{}控辍保学工作联席会议{what}", desk.plan.county().short),
        organ: organ.clone(),
        to,
        body,
        signed: organ.clone(),
        date: day.clone(),
        printed: (organ, day),
        ..Paper::default()
    })
}
