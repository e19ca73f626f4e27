//! One case for its page: where it stands, whose turn it is and what the reader may do, what happened, who must persuade and why. What
//! families said is for those who see the family; that it was read is on the record.

use jiff::civil::Date;
use rules::access::{Action, Field, Subject, may};
use rules::case::pause::Pause;
use rules::case::persuader::Persuader;
use rules::case::watch::{Look, next_look};
use rules::case::{Ask, Case, Exemption, Ground, Kind, Open, Party, Stage, allowed, duty, escalates};
use rules::plan::LegalStepKind;

use super::events::{Kept, load};
use super::grade::{GradeAdvice, advice};
use super::list::{COLUMNS, CaseLine, FROM, line};
use super::open::Source;
use super::order::{OrderLine, orders, persuader_of};
use super::write::stored;
use crate::attendance;
use crate::db::Value;
use crate::desk::Desk;
use crate::ledger::{Sees, ties_of};
use crate::lessons;
use crate::pairs;
use crate::params;
use crate::refused::Refused;
use crate::requests::{ForChild, of_child};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// What.
    pub kind: Kind,
    /// When it was recorded.
    pub at: String,
    /// Who recorded it.
    pub by: String,
    /// On which post's unit.
    pub unit: String,
    /// The day of which it speaks.
    pub on: Option<Date>,
    /// Until when: of a term, of a pause.
    pub until: Option<Date>,
    /// What exactly, in words: a step, a help, a placement, where to, what is asked.
    pub what: String,
    /// Met, clean, applied for.
    pub flag: bool,
    /// The words; empty where the reader does not see the family.
    pub words: String,
    /// Of a visit that was written down at the door: what was said there.
    pub visit: Option<pairs::Told>,
}

/// One of the four steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// Which.
    pub step: LegalStepKind,
    /// When it was taken last, and until when its term runs.
    pub taken: Option<(Date, Option<Date>)>,
    /// Whether it was left out with a reason.
    pub left_out: bool,
}

/// Another case of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Id.
    pub id: String,
    /// Where it stands, in words.
    pub state: &'static str,
    /// When it was opened.
    pub opened: String,
    /// When it ended.
    pub ended: Option<String>,
}

/// How a return is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Name of the school.
    pub school: String,
    /// The first day that counts.
    pub from: Date,
    /// Looks of the window, and whether each was passed; none while the return is not proven.
    pub looks: Vec<(Date, bool)>,
    /// Attended days so far that prove a return, and how many are needed; `None` when it is proven.
    pub proof: Option<(usize, u16)>,
    /// How the days look until today.
    pub look: Look,
    /// Days missed without reason lately, when they are a slide.
    pub slide: Option<u16>,
}

/// A case.
#[derive(Debug, Clone)]
pub struct CaseFile {
    /// What the list says of it.
    pub line: CaseLine,
    /// Its version, for forms.
    pub version: i64,
    /// How it came up.
    pub source: Source,
    /// Id of the report, finding or case from which; empty by hand.
    pub source_id: String,
    /// By hand: what was known. Empty where the reader does not see the family.
    pub why: String,
    /// What happened, the latest first.
    pub happened: Vec<Happening>,
    /// Orders, the latest first.
    pub orders: Vec<OrderLine>,
    /// Who must persuade by the rule; `None` where nothing is known.
    pub persuader: Option<Persuader>,
    /// Townships that an order can go to: id and name.
    pub townships: Vec<(String, String)>,
    /// Schools to which it can be back, its own first: id and name; only for whoever may say so.
    pub schools: Vec<(String, String)>,
    /// What the reader may do now.
    pub allowed: Vec<Kind>,
    /// Whether it is the reader's turn.
    pub is_mine: bool,
    /// What waits for a second person, in words.
    pub asked: Option<String>,
    /// How often help was given or offered.
    pub helped: usize,
    /// The four steps.
    pub steps: Vec<Rung>,
    /// The step that is next.
    pub next_step: Option<LegalStepKind>,
    /// 延缓入学 or 休学 that runs.
    pub pause: Option<Pause>,
    /// How a return is watched.
    pub progress: Option<Progress>,
    /// When 专班 studies it.
    pub escalates: Option<String>,
    /// What member units were asked to do for the child.
    pub requests: ForChild,
    /// Other cases of the child, the latest first.
    pub others: Vec<Earlier>,
    /// Who is paired with the child.
    pub paired: Option<pairs::Paired>,
    /// Whether the reader may pair somebody with it.
    pub may_pair: bool,
    /// Which grade is advised, for whoever places the child.
    pub advice: Option<GradeAdvice>,
    /// 送教上门, where the child is taught at home.
    pub lessons: Option<lessons::Glance>,
}

/// Reads a case.
///
/// # Errors
/// [`Refused::Denied`], [`Refused::Storage`].
pub fn case(desk: &mut Desk<'_, '_>, id: &str) -> Result<CaseFile, Refused> {
    let missing = || Refused::denied(Action::ReadCase, "case", id);
    let kept = load(desk, id)?.ok_or_else(missing)?;
    let ties = ties_of(desk, &kept.child)?;
    let grant = desk.require(Action::ReadCase, &Subject::Child(&ties), ("case", id))?;
    let whole = Sees::granted(&grant).is_some_and(|sees| sees.shows(Field::Guardians));
    let county = desk.county();
    let (line, source, source_id, why) = desk.tx.one(
        &format!(
            "select {COLUMNS}, c.source, c.source_id, c.why_sealed from {FROM} where c.county = $1 and c.id = $2"
        ),
        &[Value::from(county), Value::from(id)],
        |row| {
            let sealed = row.get::<Option<Vec<u8>>>(16)?;
            Ok((line(row)?, row.get::<String>(14)?, row.get::<String>(15)?, sealed))
        },
    )?;
    let why = if whole { desk.open("child_case", "why", id, why.as_deref())? } else { String::new() };
    let who = desk.who;
    let role_for = |kind: Kind| {
        let action = kind.action()?;
        let grant = may(&who.actor, action, &Subject::Child(&ties)).ok()?;
        grant.post.map(|post| (post.role, post.unit.clone()))
    };
    let open = match &kept.case {
        Case::Open(open) => Some(open),
        Case::Ended(_) => None,
    };
    let mut allowed_now = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        let Some((role, unit)) = role_for(kind) else { continue };
        if allowed(&kept.case, role).contains(&kind) && is_own(open, kind, &unit, &who.actor.account) {
            allowed_now.push(kind);
        }
    }
    let is_mine = match open {
        Some(open) => {
            let duty = duty(open, desk.plan).map_err(rules::case::Refused::from)?;
            who.actor.posts.iter().any(|post| is_turn(&duty.who, post.role, &post.unit))
        }
        None => false,
    };
    let advice = match open.map(|open| &open.stage) {
        Some(Stage::Returned { on, .. }) if allowed_now.contains(&Kind::Place) => advice(desk, &kept, *on)?,
        _ => None,
    };
    let ladder = open.map(|open| &open.ladder);
    let file = CaseFile {
        version: kept.version,
        source: Source::of(&source),
        source_id,
        why,
        happened: happened(desk, id, whole)?,
        orders: orders(desk, id)?,
        persuader: persuader_of(desk, &kept.child)?,
        townships: townships(desk, &kept.child)?,
        schools: match allowed_now.iter().any(|kind| matches!(kind, Kind::Return | Kind::Place)) {
            true => schools(desk, &kept.child)?,
            false => Vec::new(),
        },
        allowed: allowed_now,
        is_mine,
        asked: open.and_then(|open| open.asked.as_ref()).map(|asked| ask_words(&asked.ask)),
        helped: ladder.map_or(0, rules::case::ladder::Ladder::helped),
        steps: LegalStepKind::ALL
            .iter()
            .filter_map(|step| {
                let ladder = ladder?;
                let taken = ladder.taken().filter(|taken| taken.step == *step).last();
                let taken = taken.map(|taken| (taken.on, taken.until));
                Some(Rung { step: *step, taken, left_out: ladder.is_skipped(*step) })
            })
            .collect(),
        next_step: ladder.and_then(rules::case::ladder::Ladder::next),
        pause: match open.map(|open| &open.stage) {
            Some(Stage::Paused(pause, _)) => Some(*pause),
            _ => None,
        },
        progress: progress(desk, &kept, open)?,
        escalates: open.and_then(|open| escalates(open, desk.plan)).map(stored),
        requests: of_child(desk, &kept.child)?,
        others: cases_of(desk, &kept.child, Some(id))?,
        paired: pairs::paired_of(desk, &kept.child)?,
        may_pair: open.is_some() && may(&who.actor, Action::PairChild, &Subject::Child(&ties)).is_ok(),
        advice,
        lessons: lessons::glance(desk, &kept.child)?,
        line,
    };
    desk.record(Action::ReadCase, grant.post, ("child", &kept.child), "", "个案")?;
    Ok(file)
}

/// Whether the move is the unit's own affair: an order that was sent to it, a question that somebody else asked.
fn is_own(open: Option<&Open>, kind: Kind, unit: &str, account: &str) -> bool {
    let Some(open) = open else { return false };
    match kind {
        Kind::Receive | Kind::SendBack => open.stage.order().is_some_and(|order| order.unit == unit),
        Kind::Agree | Kind::Refuse => open.asked.as_ref().is_some_and(|asked| asked.by.account != account),
        _ => true,
    }
}

fn is_turn(who: &Party, role: rules::access::Role, unit: &str) -> bool {
    role == who.role()
        && match who {
            Party::Bureau | Party::Director => true,
            Party::Township(own) | Party::School(own) => own == unit,
        }
}

/// What is asked, in words.
fn ask_words(ask: &Ask) -> String {
    match ask {
        Ask::Order { .. } => "不按规则确定劝返主体".to_owned(),
        Ask::Pause(pause) => {
            format!("{}到{}（{}）", pause.leave.label(), pause.until, pause.rests.label())
        }
        Ask::Close(Ground::Stayed) => "销号：跟踪期满，出勤正常".to_owned(),
        Ask::Close(Ground::Exempt(why)) => format!("销号：{}", why.label()),
    }
}

/// What happened, the latest first; at most five hundred.
fn happened(desk: &mut Desk<'_, '_>, id: &str, whole: bool) -> Result<Vec<Happening>, Refused> {
    let plan = desk.plan;
    let rows = desk.tx.query(
        "select e.seq, e.kind, e.at, coalesce(account.name, ''), coalesce(by_unit.name, ''), e.on_day, e.until_day, e.code,
                e.detail, coalesce(unit.name, ''), e.flag, e.words_sealed
         from case_event e
         left join account on account.county = e.county and account.id = e.by_account
         left join unit by_unit on by_unit.county = e.county and by_unit.id = e.by_unit
         left join unit on unit.county = e.county and unit.id = e.unit
         where e.county = $1 and e.case_id = $2 order by e.seq desc limit 500",
        &params![desk.county(), id],
        |row| {
            let code: String = row.get(7)?;
            let (detail, unit): (String, String) = (row.get(8)?, row.get(9)?);
            let kind = Kind::from_code(&row.get::<String>(1)?).unwrap_or(Kind::Visit);
            let one = Happening {
                kind,
                at: row.get(2)?,
                by: row.get(3)?,
                unit: row.get(4)?,
                on: row.get(5)?,
                until: row.get(6)?,
                what: what(plan, kind, &code, &detail, &unit),
                flag: row.get(10)?,
                words: String::new(),
                visit: None,
            };
            Ok((row.get::<i64>(0)?, one, row.get::<Option<Vec<u8>>>(11)?))
        },
    )?;
    let mut visits = if whole { pairs::told(desk, id)? } else { std::collections::HashMap::new() };
    let mut all = Vec::with_capacity(rows.len());
    for (seq, mut one, sealed) in rows {
        one.visit = visits.remove(&seq);
        if whole {
            one.words = desk.open("case_event", "words", &format!("{id}/{seq}"), sealed.as_deref())?;
        }
        if one.by.is_empty() && one.unit.is_empty() {
            one.by = "系统".to_owned();
        }
        all.push(one);
    }
    Ok(all)
}

fn what(plan: &rules::plan::Plan, kind: Kind, code: &str, detail: &str, unit: &str) -> String {
    let label = |codes: &[rules::plan::Code]| {
        codes.iter().find(|one| one.code == code).map(|one| one.label.clone()).unwrap_or_default()
    };
    match kind {
        Kind::Help => label(&plan.case().helps),
        Kind::Place => format!("{} {unit}", label(plan.placements())),
        Kind::Step | Kind::Skip => {
            LegalStepKind::from_code(code).map(|step| step.label().to_owned()).unwrap_or_default()
        }
        Kind::Ask => match code {
            "order" => format!("交给{unit}劝返"),
            "pause" => detail
                .split_once(' ')
                .and_then(|(rests, leave)| {
                    let rests = rules::case::pause::Rests::from_code(rests)?;
                    let leave = rules::case::pause::Leave::from_code(leave)?;
                    Some(format!("{}（{}）", leave.label(), rests.label()))
                })
                .unwrap_or_default(),
            _ => Exemption::from_code(detail)
                .map_or("销号：跟踪期满，出勤正常".to_owned(), |why| {
                    format!("销号：{}", why.label())
                }),
        },
        _ => unit.to_owned(),
    }
}

fn townships(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select distinct unit.id, unit.name from child_tie tie
         join unit on unit.county = tie.county and unit.id = tie.unit
         where tie.county = $1 and tie.child = $2 and tie.tie in ('home_township', 'school_township')
         order by unit.name, unit.id",
        &params![desk.county(), child],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

fn schools(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<(String, String)>, Refused> {
    Ok(desk.tx.query(
        "select unit.id, unit.name from unit
         left join child on child.county = unit.county and child.id = $2 and child.school = unit.id
         where unit.county = $1 and unit.kind = 'school' and unit.until_day is null
         order by case when child.id is null then 1 else 0 end, unit.sort, unit.id",
        &params![desk.county(), child],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// What the register says so far, for whoever may see a case: figures, no single day.
fn progress(desk: &mut Desk<'_, '_>, kept: &Kept, open: Option<&Open>) -> Result<Option<Progress>, Refused> {
    let (school, from, passed) = match open.map(|open| &open.stage) {
        Some(Stage::Placed { school, on, .. }) => (school, *on, None),
        Some(Stage::Observing { school, from, passed }) => (school, *from, Some(*passed)),
        _ => return Ok(None),
    };
    let rule = &desk.plan.case().observation;
    let since = placed(desk, kept)?.map_or(from, |placed| placed.min(from));
    let watched = attendance::watched(desk, &kept.child, (school, since), since)?;
    let name = desk.tx.optional(
        "select name from unit where county = $1 and id = $2",
        &params![desk.county(), school],
        |row| row.get::<String>(0),
    )?;
    let looks = match passed {
        None => Vec::new(),
        Some(passed) => (0..rule.days.len())
            .filter_map(|at| next_look(rule, from, at).map(|day| (day, at < passed)))
            .collect(),
    };
    Ok(Some(Progress {
        school: name.unwrap_or_default(),
        from,
        looks,
        proof: passed.is_none().then(|| (watched.run(), rule.proof_days)),
        look: watched.look(rule, from, desk.now.day()),
        slide: watched.slide(rule),
    }))
}

/// The day from which the child was placed: a window that has begun anew forgets nothing of what came before.
pub(super) fn placed(desk: &mut Desk<'_, '_>, kept: &Kept) -> Result<Option<Date>, Refused> {
    let days = desk.tx.query(
        "select on_day from case_event where county = $1 and case_id = $2 and kind = 'place'
         order by seq desc limit 1",
        &params![desk.county(), &kept.id],
        |row| row.get::<Option<Date>>(0),
    )?;
    Ok(days.into_iter().flatten().next())
}

/// The cases of a child that the reader may know of, the latest first.
///
/// # Errors
/// [`Refused::Storage`].
pub fn case_of(desk: &mut Desk<'_, '_>, child: &str) -> Result<Vec<Earlier>, Refused> {
    let ties = ties_of(desk, child)?;
    if may(desk.actor(), Action::ReadCase, &Subject::Child(&ties)).is_err() {
        return Ok(Vec::new());
    }
    cases_of(desk, child, None)
}

fn cases_of(desk: &mut Desk<'_, '_>, child: &str, but: Option<&str>) -> Result<Vec<Earlier>, Refused> {
    Ok(desk.tx.query(
        "select id, state, opened_at, ended_at from child_case
         where county = $1 and child = $2 and (cast($3 as text) is null or id <> $3)
         order by opened_at desc, id desc limit 20",
        &params![desk.county(), child, but],
        |row| {
            let state: String = row.get(1)?;
            let state = rules::case::State::from_code(&state).map_or("", rules::case::State::label);
            Ok(Earlier { id: row.get(0)?, state, opened: row.get(2)?, ended: row.get(3)? })
        },
    )?)
}
